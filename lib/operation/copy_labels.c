/* The labels of a copied project: pre-labels there, on the tasks of the same data units. One row and one raw event for each. */
#include <stdlib.h>
#include <string.h>

#include "consensus.h"
#include "project_copy.h"
#include "failure.h"
#include "label.h"
#include "label_hash.h"
#include "project.h"
#include "workflow.h"

#define HASH_BYTES 8

/* ?1 and ?2 are the dataset's range of data units, ?3 and ?4 the source's of tasks; the last column is the state of the last
 * review. */
#define SQL_LABELS                                                                                                     \
    "SELECT t.data_unit, t.data_type, l.hash, l.class, l.creator, l.created_us, l.editor, l.edited_us, l.manual,"      \
    " l.confidence, l.ranges, l.geometry, l.answers, l.nodes, l.members, (SELECT r.state FROM label_review r WHERE "   \
    "r.task = "                                                                                                        \
    "l.task"                                                                                                           \
    " AND r.label = l.number ORDER BY r.entered DESC, r.stage DESC LIMIT 1)"                                           \
    " FROM task t INDEXED BY task_data_unit CROSS JOIN label l ON l.task = t.id"                                       \
    " WHERE t.data_unit >= ?1 AND t.data_unit < ?2 AND t.id >= ?3 AND t.id < ?4 AND t.stage <> 0"                      \
    " AND t.parent = 0"                                                                                                \
    " ORDER BY t.data_unit, l.number"

typedef struct label_copy {
    command *cmd;
    const label_choice *choice;
    const char *hashes; /* sorted, without separators */
    size_t hash_count;
    int64_t source, stage; /* project; the copy's first stage */
    int64_t labels;        /* also the last number given out: the copy has no labels yet */
    uint64_t key;          /* label_hash.h */
    frame_ranges frames;
    statement *insert;
} label_copy;

/* --- which ones --------------------------------------------------------------------------------------------------- */

static int compare_hashes(const void *a, const void *b) {
    return memcmp(a, b, HASH_BYTES);
}

/* The caller has checked that the text is made of such pieces. */
static annoproj_status sort_hashes(label_copy *run, annoproj_error **error) {
    const char *given = run->choice->hashes;
    if (!given)
        return ANNOPROJ_OK;
    run->hash_count = (strlen(given) + 1) / (HASH_BYTES + 1);
    char *sorted = arena_allocate(run->cmd->scope.memory, run->hash_count * HASH_BYTES);
    if (!sorted)
        return fail_memory(error);
    for (size_t i = 0; i < run->hash_count; i++)
        memcpy(sorted + i * HASH_BYTES, given + i * (HASH_BYTES + 1), HASH_BYTES);
    qsort(sorted, run->hash_count, HASH_BYTES, compare_hashes);
    run->hashes = sorted;
    return ANNOPROJ_OK;
}

static bool is_chosen(const label_copy *run, statement *row) {
    const int32_t states = run->choice->review_states;
    const int32_t state = column_is_null(row, 15) ? 0 : (int32_t)column_int64(row, 15);
    if (states != 0 && (states >> state & 1) == 0)
        return false;
    return !run->hashes ||
           (column_length(row, 2) == HASH_BYTES &&
            bsearch(column_text(row, 2), run->hashes, run->hash_count, HASH_BYTES, compare_hashes) != NULL);
}

/* --- copying ------------------------------------------------------------------------------------------------------- */

static void bind_part(statement *insert, statement *row, int column) {
    const size_t length = column_length(row, column);
    bind_blob(insert, length > 0 ? column_blob(row, column) : "", length);
}

static bool insert_label(label_copy *run, statement *row, int64_t task) {
    statement *insert = run->insert;
    sql_again(insert);
    bind_int64(insert, task);
    bind_int64(insert, run->labels);
    bind_text_n(insert, column_text(row, 2), column_length(row, 2));
    for (int column = 3; column <= 8; column++)
        bind_int64(insert, column_int64(row, column));
    bind_double(insert, column_double(row, 9));
    for (int column = 10; column <= 14; column++)
        bind_part(insert, row, column);
    bind_int64(insert, label_hash_given(run->key, run->labels, column_text(row, 2)));
    return sql_step_run(insert);
}

static annoproj_status copy_label(label_copy *run, const copied_dataset *of, statement *row, annoproj_error **error) {
    const int64_t task = MAKE_ID(run->cmd->scope.project.id, of->first_task + NUMBER_OF(column_int64(row, 0)) - 1);
    const data_unit unit = {.data_type = (int32_t)column_int64(row, 1)};
    run->labels++;
    annoproj_status status = label_frames(column_blob(row, 10), column_length(row, 10), label_unit_is_media(&unit),
                                          &run->frames, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (!insert_label(run, row, task))
        return ANNOPROJ_NONE; /* the statement tells at its end */
    command_event(run->cmd, &(event){.kind = EVENT_LABEL_PUT,
                                     .task = NUMBER_OF(task),
                                     .stage = (int32_t)NUMBER_OF(run->stage),
                                     .class = (int32_t)column_int64(row, 3),
                                     .frames = frame_ranges_frames(&run->frames),
                                     .reference = run->labels,
                                     .value = 1});
    return command_send_events(run->cmd, error);
}

static annoproj_status copy_of_dataset(label_copy *run, const copied_dataset *of, annoproj_error **error) {
    static const char query[] = SQL_LABELS;
    annoproj_status status = ANNOPROJ_OK;
    statement *row = sql(run->cmd->scope.database, query);
    bind_int64(row, MAKE_ID(of->source, 1));
    bind_int64(row, MAKE_ID(of->source, of->data_units + 1));
    bind_int64(row, MAKE_ID(run->source, 0));
    bind_int64(row, MAKE_ID(run->source + 1, 0));
    while (status == ANNOPROJ_OK && sql_row(row)) {
        if (is_chosen(run, row))
            status = copy_label(run, of, row, error);
        if (status == ANNOPROJ_OK && run->labels % 1024 == 0)
            status = bounds_check(run->cmd->scope.bounds, error);
    }
    annoproj_status ended = sql_end(row, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* Their tasks have been written to, once. */
static annoproj_status set_versions(command *cmd, annoproj_error **error) {
    static const char query[] = "UPDATE task SET version = 1 WHERE id >= ? AND id < ?"
                                " AND EXISTS(SELECT 1 FROM label l WHERE l.task = task.id)";
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, MAKE_ID(cmd->scope.project.id, 0));
    bind_int64(update, MAKE_ID(cmd->scope.project.id + 1, 0));
    return sql_run(update, error);
}

/* Where the copy begins in consensus, the branches get their task's labels. */
static annoproj_status give_to_branches(command *cmd, int64_t stage, annoproj_error **error) {
    static const char query[] = "SELECT min(id) FROM task WHERE id > ? AND id < ? AND parent = 0"
                                " AND EXISTS(SELECT 1 FROM label l WHERE l.task = task.id)";
    const int64_t project = cmd->scope.project.id;
    stage_facts first;
    annoproj_status status = access_stage_facts(&cmd->scope, stage, cmd->scope.user, &first, error);
    for (int64_t id = MAKE_ID(project, 0); status == ANNOPROJ_OK && first.type == STAGE_CONSENSUS_ANNOTATION;) {
        task_facts task;
        statement *find = sql(cmd->scope.database, query);
        bind_int64(find, id);
        bind_int64(find, MAKE_ID(project + 1, 0));
        id = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || id == 0)
            break;
        status = access_task_facts(&cmd->scope, id, &task, error);
        if (status == ANNOPROJ_OK)
            status = consensus_labels_written(cmd, &task, error);
        if (status == ANNOPROJ_OK)
            status = command_send_events(cmd, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(cmd->scope.bounds, error);
    }
    return status;
}

annoproj_status copy_labels(command *cmd, int64_t source, const label_choice *choice, const copied_dataset *datasets,
                            size_t count, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO label(task, number, hash, class, creator, created_us, editor, edited_us, manual, confidence,"
        " ranges, geometry, answers, nodes, members, given) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    label_copy run = {.cmd = cmd, .source = source, .choice = choice};
    int64_t first = 0;
    annoproj_status status = workflow_first_stage(&cmd->scope, cmd->scope.project.id, &run.stage, error);
    if (status == ANNOPROJ_OK)
        status = label_hash_key(&cmd->scope, cmd->scope.project.id, &run.key, error);
    if (status == ANNOPROJ_OK)
        status = sort_hashes(&run, error);
    if (status != ANNOPROJ_OK)
        return status;
    run.insert = sql(cmd->scope.database, query);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = copy_of_dataset(&run, &datasets[i], error);
    annoproj_status ended = sql_end(run.insert, status == ANNOPROJ_OK || status == ANNOPROJ_NONE ? error : NULL);
    status = status == ANNOPROJ_OK || status == ANNOPROJ_NONE ? ended : status;
    frame_ranges_release(&run.frames);
    if (status == ANNOPROJ_OK)
        status = set_versions(cmd, error);
    if (status == ANNOPROJ_OK && run.labels > 0)
        status = project_next_label(cmd, cmd->scope.project.id, run.labels, &first, error);
    if (status == ANNOPROJ_OK && run.labels > 0)
        status = give_to_branches(cmd, run.stage, error);
    if (status == ANNOPROJ_OK && run.labels > 0)
        command_event(cmd, &(event){.kind = EVENT_LABELS_IMPORT, .frames = run.labels, .reference = 1});
    return status;
}
