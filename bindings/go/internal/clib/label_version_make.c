/* Making label versions. Labels become contents task by task, only where the label set is another than the one that was
 * looked at last; for many tasks that is done before, in commands of its own, so that the one that makes the version
 * is short. */
#include "label_version.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "branch.h"
#include "failure.h"
#include "ontology_snapshot.h"

#define TASKS_AT_ONCE 512
#define BYTES_AT_ONCE ((size_t)8 << 20)

#define SQL_UNKNOWN                                                                                                    \
    " FROM task t LEFT JOIN label_state l ON l.task = t.id WHERE t.id > ? AND t.id < ? AND t.parent = 0"               \
    " AND t.stage <> 0 AND t.version <> 0 AND (l.version IS NULL OR l.version <> t.version)"

/* --- contents of a task ----------------------------------------------------------------------------------------------- */

/* What a task's labels were when somebody last looked, but made no version of it. */
static annoproj_status read_staged(scope *in, int64_t task, bytes *staged, annoproj_error **error) {
    static const char query[] = "SELECT contents FROM label_state WHERE task = ? AND staged";
    statement *find = sql(in->database, query);
    bind_int64(find, task);
    if (sql_row(find))
        bytes_append(staged, column_blob(find, 0), column_length(find, 0));
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && staged->failed ? fail_memory(error) : status;
}

static annoproj_status write_state(command *cmd, int64_t task, int64_t version, const bytes *hashes, int64_t labels,
                                   annoproj_error **error) {
    static const char query[] =
        "INSERT OR REPLACE INTO label_state(task, version, labels, contents, staged) VALUES(?, ?, ?, ?, 1)";
    statement *put = sql(cmd->scope.database, query);
    bind_int64(put, task);
    bind_int64(put, version);
    bind_int64(put, labels);
    bind_blob(put, hashes->data, hashes->length);
    return sql_run(put, error);
}

/* What was staged before and is not any more. */
static annoproj_status forget_staged(command *cmd, int64_t task, const bytes *before, const bytes *now,
                                     annoproj_error **error) {
    bytes gone = {0};
    for (size_t i = 0; i < before->length; i += SHA256_SIZE) {
        bool kept = false;
        for (size_t k = 0; k < now->length && !kept; k += SHA256_SIZE)
            kept = memcmp(before->data + i, now->data + k, SHA256_SIZE) == 0;
        if (!kept)
            bytes_append(&gone, before->data + i, SHA256_SIZE);
    }
    annoproj_status status = gone.failed ? fail_memory(error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && gone.length > 0)
        status = version_forget(cmd, PROJECT_OF(task), NUMBER_OF(task) / PART_TASKS, gone.data,
                                gone.length / SHA256_SIZE, error);
    bytes_release(&gone);
    return status;
}

/* Makes contents of a task's labels; the hashes are in `hashes`. */
static annoproj_status stage_task(command *cmd, int64_t task, int64_t version, bytes *hashes, int64_t *labels,
                                  size_t *size, annoproj_error **error) {
    bytes before = {0};
    hashes->length = 0;
    annoproj_status status = read_staged(&cmd->scope, task, &before, error);
    if (status == ANNOPROJ_OK)
        status = version_put_labels(cmd, task, hashes, labels, size, error);
    if (status == ANNOPROJ_OK)
        status = write_state(cmd, task, version, hashes, *labels, error);
    if (status == ANNOPROJ_OK)
        status = forget_staged(cmd, task, &before, hashes, error);
    bytes_release(&before);
    return status;
}

/* --- some tasks before the version is made ---------------------------------------------------------------------------- */

static bool is_wanted(const int64_t *list, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return count == 0;
}

annoproj_status version_count_unknown(scope *in, const int64_t *stages, size_t stage_count, int64_t *count,
                                      annoproj_error **error) {
    static const char query[] = "SELECT t.stage, count(*)" SQL_UNKNOWN " GROUP BY t.stage";
    *count = 0;
    statement *find = sql(in->database, query);
    bind_int64(find, MAKE_ID(in->project.id, 0));
    bind_int64(find, MAKE_ID(in->project.id + 1, 0));
    while (sql_row(find))
        if (is_wanted(stages, stage_count, column_int64(find, 0)))
            *count += column_int64(find, 1);
    return sql_end(find, error);
}

typedef struct unknown_task {
    int64_t id, version;
} unknown_task;

/* The next tasks; *after is the last that was looked at. */
static annoproj_status find_unknown(scope *in, const int64_t *stages, size_t stage_count, int64_t *after,
                                    unknown_task *tasks, size_t *count, annoproj_error **error) {
    static const char query[] = "SELECT t.id, t.version, t.stage" SQL_UNKNOWN " ORDER BY t.id LIMIT ?";
    size_t seen = 0;
    *count = 0;
    statement *find = sql(in->database, query);
    bind_int64(find, *after != 0 ? *after : MAKE_ID(in->project.id, 0));
    bind_int64(find, MAKE_ID(in->project.id + 1, 0));
    bind_int64(find, TASKS_AT_ONCE);
    while (seen < TASKS_AT_ONCE && sql_row(find)) {
        *after = column_int64(find, 0);
        seen++;
        if (is_wanted(stages, stage_count, column_int64(find, 2)))
            tasks[(*count)++] = (unknown_task){*after, column_int64(find, 1)};
    }
    if (seen < TASKS_AT_ONCE)
        *after = INT64_MAX;
    return sql_end(find, error);
}

annoproj_status version_stage_some(command *cmd, const int64_t *stages, size_t stage_count, int64_t *after,
                                   int64_t *done, annoproj_error **error) {
    unknown_task *tasks = arena_array(cmd->scope.memory, TASKS_AT_ONCE, sizeof *tasks);
    size_t count = 0, size = 0, written = 0;
    bytes hashes = {0};
    int64_t labels = 0;
    if (!tasks)
        return fail_memory(error);
    annoproj_status status = find_unknown(&cmd->scope, stages, stage_count, after, tasks, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        status = stage_task(cmd, tasks[i].id, tasks[i].version, &hashes, &labels, &size, error);
        written += size;
        ++*done;
        if (written >= BYTES_AT_ONCE && i + 1 < count) {
            *after = tasks[i].id;
            break;
        }
    }
    bytes_release(&hashes);
    return status;
}

/* --- the version ---------------------------------------------------------------------------------------------------- */

typedef struct making {
    command *cmd;
    label_version *version;
    sha256 all;
    bytes encoded, hashes;
} making;

static annoproj_status know_labels(making *run, version_task *task, arena *memory, annoproj_error **error) {
    size_t size = 0;
    annoproj_status status = stage_task(run->cmd, task->id, task->version, &run->hashes, &task->labels, &size, error);
    uint8_t *kept = arena_allocate(memory, run->hashes.length + 1);
    if (status == ANNOPROJ_OK && !kept)
        status = fail_memory(error);
    if (status != ANNOPROJ_OK)
        return status;
    if (run->hashes.length > 0)
        memcpy(kept, run->hashes.data, run->hashes.length);
    task->contents = kept;
    task->content_count = run->hashes.length / SHA256_SIZE;
    task->unknown = false;
    task->staged = true;
    return ANNOPROJ_OK;
}

static annoproj_status note_versioned(command *cmd, int64_t task, annoproj_error **error) {
    static const char query[] = "UPDATE label_state SET staged = 0 WHERE task = ?";
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, task);
    return sql_run(update, error);
}

static annoproj_status insert_part(making *run, const version_part *part, annoproj_error **error) {
    static const char query[] = "INSERT INTO label_version_part(version, position, hash) VALUES(?, ?, ?)";
    statement *insert = sql(run->cmd->scope.database, query);
    bind_int64(insert, run->version->id);
    bind_int64(insert, part->position);
    bind_blob(insert, part->hash, sizeof part->hash);
    version_hash_add(&run->all, part);
    return sql_run(insert, error);
}

static annoproj_status make_part(making *run, version_part *part, arena *memory, annoproj_error **error) {
    label_version *version = run->version;
    annoproj_status status = version_part_now(&run->cmd->scope, version->stages, version->stage_count, part, memory,
                                              error);
    for (size_t i = 0; i < part->count && status == ANNOPROJ_OK; i++) {
        version_task *task = &part->tasks[i];
        if (task->unknown)
            status = know_labels(run, task, memory, error);
        if (status == ANNOPROJ_OK && task->staged)
            status = note_versioned(run->cmd, task->id, error);
        version->tasks++;
        version->labels += task->labels;
    }
    if (status != ANNOPROJ_OK || part->count == 0)
        return status;
    version_part_encode(part, &run->encoded);
    status = content_put(run->cmd, version->project, &run->encoded, part->hash, error);
    return status == ANNOPROJ_OK ? insert_part(run, part, error) : status;
}

static annoproj_status make_parts(making *run, annoproj_error **error) {
    int64_t last = 0;
    annoproj_status status = version_last_position(&run->cmd->scope, &last, error);
    for (version_part part = {0}; part.position <= last && status == ANNOPROJ_OK; part.position++) {
        arena memory = {0};
        status = make_part(run, &part, &memory, error);
        arena_release(&memory);
        if (status == ANNOPROJ_OK)
            status = bounds_check(run->cmd->scope.bounds, error);
    }
    return status;
}

static void encode_list(const int64_t *list, size_t count, bytes *out) {
    for (size_t i = 0; i < count; i++)
        bytes_varint(out, (uint64_t)NUMBER_OF(list[i]));
}

static annoproj_status insert_version(making *run, const bytes *stages, const bytes *classes, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO label_version(id, project, name, branch, task, creator, created_us, stages, classes, tasks,"
        " labels, ontology, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    const label_version *version = run->version;
    statement *insert = sql(run->cmd->scope.database, query);
    bind_int64(insert, version->id);
    bind_int64(insert, version->project);
    bind_text(insert, version->name);
    bind_int64(insert, version->branch);
    bind_int64(insert, version->task);
    bind_int64(insert, version->creator);
    bind_int64(insert, version->created_us);
    bind_blob(insert, stages->data, stages->length);
    bind_blob(insert, classes->data, classes->length);
    bind_int64(insert, version->tasks);
    if (version->class_count > 0)
        bind_null(insert);
    else
        bind_int64(insert, version->labels);
    bind_blob(insert, version->ontology, sizeof version->ontology);
    bind_blob(insert, version->hash, sizeof version->hash);
    return sql_run(insert, error);
}

/* Gives the version its number and its ontology. */
static annoproj_status begin_version(making *run, annoproj_error **error) {
    scope *in = &run->cmd->scope;
    label_version *version = run->version;
    int64_t taken = 0;
    version->project = in->project.id;
    version->creator = in->user;
    version->created_us = in->now_us;
    version->tasks = version->labels = 0;
    annoproj_status status = project_next_version(run->cmd, version->project, &taken, error);
    version->id = MAKE_ID(version->project, taken);
    if (status == ANNOPROJ_OK)
        status = ontology_snapshot(in, in->project.ontology, &run->encoded, error);
    if (status == ANNOPROJ_OK)
        status = content_put(run->cmd, version->project, &run->encoded, version->ontology, error);
    return status;
}

annoproj_status version_make(command *cmd, label_version *version, annoproj_error **error) {
    making run = {.cmd = cmd, .version = version};
    bytes stages = {0}, classes = {0};
    annoproj_status status = begin_version(&run, error);
    version_hash_begin(&run.all, version);
    encode_list(version->stages, version->stage_count, &stages);
    encode_list(version->classes, version->class_count, &classes);
    if (status == ANNOPROJ_OK)
        status = stages.failed || classes.failed ? fail_memory(error) : make_parts(&run, error);
    sha256_end(&run.all, version->hash);
    if (status == ANNOPROJ_OK)
        status = insert_version(&run, &stages, &classes, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_LABEL_VERSION_CREATE, .reference = NUMBER_OF(version->id)});
    bytes_release(&stages);
    bytes_release(&classes);
    bytes_release(&run.encoded);
    bytes_release(&run.hashes);
    return status;
}

/* --- branches --------------------------------------------------------------------------------------------------------- */

/* The labels of a branch, as those of its task. */
static annoproj_status make_branch_part(making *run, const task_facts *parent, const branch *one,
                                        annoproj_error **error) {
    version_task task = {.id = parent->id,
                         .data_unit = parent->data_unit,
                         .stage = parent->stage.id,
                         .stage_type = parent->stage.type,
                         .status = one->status,
                         .assignee = one->annotator,
                         .priority = parent->priority,
                         .entered_us = parent->entered_us};
    version_part part = {.position = NUMBER_OF(parent->id) / PART_TASKS, .tasks = &task, .count = 1};
    size_t size = 0;
    annoproj_status status = version_put_labels(run->cmd, one->task, &run->hashes, &task.labels, &size, error);
    if (status != ANNOPROJ_OK)
        return status;
    task.contents = run->hashes.data;
    task.content_count = run->hashes.length / SHA256_SIZE;
    run->version->tasks = 1;
    run->version->labels = task.labels;
    version_part_encode(&part, &run->encoded);
    status = content_put(run->cmd, run->version->project, &run->encoded, part.hash, error);
    return status == ANNOPROJ_OK ? insert_part(run, &part, error) : status;
}

static annoproj_status keep_branch(command *cmd, const task_facts *parent, const branch *one, annoproj_error **error) {
    const bytes none = {0};
    char name[BRANCH_NAME];
    label_version version = {.name = name, .branch = one->task, .task = parent->id};
    making run = {.cmd = cmd, .version = &version};
    branch_name(parent->id, one->number, name);
    annoproj_status status = begin_version(&run, error);
    version.creator = one->annotator;
    version_hash_begin(&run.all, &version);
    if (status == ANNOPROJ_OK)
        status = make_branch_part(&run, parent, one, error);
    sha256_end(&run.all, version.hash);
    if (status == ANNOPROJ_OK)
        status = insert_version(&run, &none, &none, error);
    bytes_release(&run.encoded);
    bytes_release(&run.hashes);
    return status;
}

annoproj_status version_keep_branches(command *cmd, const task_facts *parent, annoproj_error **error) {
    branch *list = NULL;
    size_t count = 0;
    if (parent->stage.type != STAGE_CONSENSUS_ANNOTATION && parent->stage.type != STAGE_CONSENSUS_REVIEW)
        return ANNOPROJ_OK;
    annoproj_status status = branch_list(&cmd->scope, parent->id, &list, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = keep_branch(cmd, parent, &list[i], error);
    return status;
}
