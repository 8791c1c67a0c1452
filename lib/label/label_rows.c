/* Labels as rows of their task: read, put, removed. */
#include <string.h>

#include "failure.h"
#include "hash.h"
#include "label.h"
#include "label_hash.h"
#include "node_ranges.h"
#include "project.h"
#include "task.h"

#define LABEL_COLUMNS                                                                                                  \
    "SELECT number, hash, class, creator, created_us, editor, edited_us, manual, confidence, ranges, geometry, "       \
    "answers, nodes, members FROM label "

static void read_hash(statement *find, int column, label *out) {
    if (column_length(find, column) < sizeof out->hash)
        memcpy(out->hash, column_text(find, column), column_length(find, column));
}

static void read_label(statement *find, int64_t task, label *out) {
    *out = (label){.task = task,
                   .number = column_int64(find, 0),
                   .class = (int32_t)column_int64(find, 2),
                   .creator = column_int64(find, 3),
                   .created_us = column_int64(find, 4),
                   .editor = column_int64(find, 5),
                   .edited_us = column_int64(find, 6),
                   .manual = column_int64(find, 7) != 0,
                   .confidence = column_double(find, 8),
                   .ranges = column_blob(find, 9),
                   .ranges_length = column_length(find, 9),
                   .geometry = column_blob(find, 10),
                   .geometry_length = column_length(find, 10),
                   .answers = column_blob(find, 11),
                   .answers_length = column_length(find, 11),
                   .nodes = column_blob(find, 12),
                   .nodes_length = column_length(find, 12),
                   .members = column_blob(find, 13),
                   .members_length = column_length(find, 13)};
    read_hash(find, 1, out);
}

static void read_drawn(statement *find, int64_t task, label *out) {
    *out = (label){.task = task,
                   .class = (int32_t)column_int64(find, 1),
                   .manual = column_int64(find, 2) != 0,
                   .geometry = column_blob(find, 3),
                   .geometry_length = column_length(find, 3),
                   .answers = column_blob(find, 4),
                   .answers_length = column_length(find, 4),
                   .ranges = column_blob(find, 5),
                   .ranges_length = column_length(find, 5),
                   .confidence = column_double(find, 6),
                   .members = column_blob(find, 7),
                   .members_length = column_length(find, 7)};
    read_hash(find, 0, out);
}

static annoproj_status each(scope *in, const char *query, void (*read)(statement *find, int64_t task, label *out),
                            int64_t task, label_fn found, void *data, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, query);
    bind_int64(find, task);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        label one;
        read(find, task, &one);
        status = found(data, &one, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

row_walk label_walk(const scope *in) {
    static const char query[] = "SELECT task, hash, class, ranges, answers FROM label WHERE task >= ? AND task < ?"
                                " ORDER BY task, number";
    return (row_walk){.database = in->database, .text = query, .end = MAKE_ID(in->project.id + 1, 0)};
}

void label_walk_read(const row_walk *walk, label *out) {
    statement *row = walk->rows;
    *out = (label){.task = walk->at,
                   .class = (int32_t)column_int64(row, 2),
                   .ranges = column_blob(row, 3),
                   .ranges_length = column_length(row, 3),
                   .answers = column_blob(row, 4),
                   .answers_length = column_length(row, 4)};
    read_hash(row, 1, out);
}

#define DRAWN_WALK(more)                                                                                               \
    "SELECT task, hash, class, manual, geometry, answers" more                                                         \
    " FROM label WHERE task >= ? AND task < ? ORDER BY task, number"

row_walk label_walk_drawn(const scope *in, bool members) {
    static const char brief[] = DRAWN_WALK(""), full[] = DRAWN_WALK(", confidence, members");
    return (row_walk){.database = in->database, .text = members ? full : brief, .end = MAKE_ID(in->project.id + 1, 0)};
}

void label_walk_read_drawn(const row_walk *walk, bool members, label *out) {
    statement *row = walk->rows;
    *out = (label){.task = walk->at,
                   .class = (int32_t)column_int64(row, 2),
                   .manual = column_int64(row, 3) != 0,
                   .confidence = members ? column_double(row, 6) : 1,
                   .geometry = column_blob(row, 4),
                   .geometry_length = column_length(row, 4),
                   .answers = column_blob(row, 5),
                   .answers_length = column_length(row, 5)};
    if (members) {
        out->members = column_blob(row, 7);
        out->members_length = column_length(row, 7);
    }
    read_hash(row, 1, out);
}

annoproj_status label_each(scope *in, int64_t task, label_fn found, void *data, annoproj_error **error) {
    static const char query[] = LABEL_COLUMNS "WHERE task = ? ORDER BY number";
    return each(in, query, read_label, task, found, data, error);
}

annoproj_status label_each_drawn(scope *in, int64_t task, label_fn found, void *data, annoproj_error **error) {
    static const char query[] =
        "SELECT hash, class, manual, geometry, answers, ranges, confidence, members FROM label WHERE task = ?"
        " ORDER BY number";
    return each(in, query, read_drawn, task, found, data, error);
}

static annoproj_status keep_blob(arena *memory, const uint8_t **blob, size_t length, annoproj_error **error) {
    if (length == 0)
        return ANNOPROJ_OK;
    uint8_t *copy = arena_allocate(memory, length);
    if (!copy)
        return fail_memory(error);
    memcpy(copy, *blob, length);
    *blob = copy;
    return ANNOPROJ_OK;
}

annoproj_status label_by_hash(scope *in, int64_t task, const char *hash, label *out, bool *found,
                              annoproj_error **error) {
    static const char query[] = LABEL_OF_HASH(LABEL_COLUMNS);
    uint64_t key = 0;
    annoproj_status status = label_hash_key(in, PROJECT_OF(task), &key, error);
    *out = (label){0};
    *found = false;
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(in->database, query);
    label_hash_bind(find, key, task, hash);
    *found = sql_row(find);
    if (*found) {
        read_label(find, task, out);
        status = keep_blob(in->memory, &out->ranges, out->ranges_length, error);
        if (status == ANNOPROJ_OK)
            status = keep_blob(in->memory, &out->geometry, out->geometry_length, error);
        if (status == ANNOPROJ_OK)
            status = keep_blob(in->memory, &out->answers, out->answers_length, error);
        if (status == ANNOPROJ_OK)
            status = keep_blob(in->memory, &out->nodes, out->nodes_length, error);
        if (status == ANNOPROJ_OK)
            status = keep_blob(in->memory, &out->members, out->members_length, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* What a review remembers of a label. */
int64_t label_fingerprint(const label *one) {
    uint64_t print = hash64(&one->class, sizeof one->class);
    print = hash64_with(one->ranges, one->ranges_length, print);
    print = hash64_with(one->geometry, one->geometry_length, print);
    const int64_t nodes = node_ranges_print(one->nodes, one->nodes_length);
    if (nodes != 0)
        print = hash64_with(&nodes, sizeof nodes, print);
    return (int64_t)hash64_with(one->answers, one->answers_length, print);
}

bool label_unit_is_media(const data_unit *unit) {
    return unit->data_type == ANNOPROJ_DATA_AUDIO || unit->data_type == ANNOPROJ_DATA_PLAIN_TEXT ||
           unit->data_type == ANNOPROJ_DATA_TIME_SERIES;
}

annoproj_status label_frames(const uint8_t *ranges, size_t length, bool media, frame_ranges *out,
                             annoproj_error **error) {
    if (media) {
        frame_ranges_clear(out);
    } else if (!frame_ranges_decode(ranges, length, out) && !out->failed) {
        return fail(error, ANNOPROJ_CORRUPT, "the frames of a label are damaged: run a check of the store");
    }
    if (out->count == 0)
        frame_ranges_add(out, 0, 0);
    return out->failed ? fail_memory(error) : ANNOPROJ_OK;
}

/* --- writing ---------------------------------------------------------------------------------------------------------- */

/* Frames as an event counts them. */
static annoproj_status count_frames(scope *in, const task_facts *task, const label *one, int64_t *frames,
                                    annoproj_error **error) {
    frame_ranges set = {0};
    bool counts = false, media = false;
    annoproj_status status = label_counts(in, task, &counts, &media, error);
    if (status == ANNOPROJ_OK)
        status = label_frames(one->ranges, one->ranges_length, media, &set, error);
    *frames = status == ANNOPROJ_OK ? frame_ranges_frames(&set) : 0;
    frame_ranges_release(&set);
    return status;
}

static annoproj_status put_row(command *cmd, const label *one, bool given, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO label(task, number, hash, class, creator, created_us, editor, edited_us, manual, confidence,"
        " ranges, geometry, answers, nodes, members, given) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(task, number) DO UPDATE SET"
        " class = excluded.class, creator = excluded.creator, created_us = excluded.created_us, editor = "
        "excluded.editor,"
        " edited_us = excluded.edited_us, manual = excluded.manual, confidence = excluded.confidence,"
        " ranges = excluded.ranges, geometry = excluded.geometry, answers = excluded.answers,"
        " nodes = iif(?17 AND excluded.nodes = x'', nodes, excluded.nodes),"
        " members = iif(?17 AND excluded.members = x'', members, excluded.members)";
    statement *put = sql(cmd->scope.database, query);
    bind_int64(put, one->task);
    bind_int64(put, one->number);
    bind_text(put, one->hash);
    bind_int64(put, one->class);
    bind_int64(put, one->creator);
    bind_int64(put, one->created_us);
    bind_int64(put, one->editor);
    bind_int64(put, one->edited_us);
    bind_int64(put, one->manual);
    bind_double(put, one->confidence);
    bind_blob(put, one->ranges, one->ranges_length);
    bind_blob(put, one->geometry, one->geometry_length);
    bind_blob(put, one->answers, one->answers_length);
    bind_blob(put, one->nodes, one->nodes_length);
    bind_blob(put, one->members, one->members_length);
    bind_int64(put, given);
    bind_int64(put, one->rest_stays);
    return sql_run(put, error);
}

static annoproj_status facts_of(command *cmd, int64_t task, task_facts *out, annoproj_error **error) {
    if (cmd->scope.task.id == task) {
        *out = cmd->scope.task;
        return ANNOPROJ_OK;
    }
    return access_task_facts(&cmd->scope, task, out, error);
}

/* The next number whose hash no label of the task was given, or one for the hash that came with the label. */
static annoproj_status take_number(command *cmd, uint64_t key, label *one, annoproj_error **error) {
    const bool draws = one->hash[0] == 0;
    bool taken = true;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && taken) {
        status = project_next_label(cmd, PROJECT_OF(one->task), 1, &one->number, error);
        if (draws)
            label_hash_draw(key, one->number, one->hash);
        if (status == ANNOPROJ_OK)
            status = label_hash_taken(&cmd->scope, key, one->task, one->hash, &taken, error);
        if (status == ANNOPROJ_OK && taken && !draws)
            status = fail(error, ANNOPROJ_EXISTS, "task %lld has a label %s already", (long long)one->task, one->hash);
    }
    return status;
}

annoproj_status label_store(command *cmd, label *one, annoproj_error **error) {
    task_facts task;
    uint64_t key = 0;
    int64_t frames = 0;
    annoproj_status status = facts_of(cmd, one->task, &task, error);
    if (status == ANNOPROJ_OK)
        status = label_hash_key(&cmd->scope, PROJECT_OF(one->task), &key, error);
    if (status == ANNOPROJ_OK && one->number == 0)
        status = take_number(cmd, key, one, error);
    if (status == ANNOPROJ_OK)
        status = put_row(cmd, one, label_hash_given(key, one->number, one->hash), error);
    if (status == ANNOPROJ_OK)
        status = count_frames(&cmd->scope, &task, one, &frames, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_LABEL_PUT,
                                    .task = NUMBER_OF(one->task),
                                    .stage = task.stage.number,
                                    .class = one->class,
                                    .frames = frames,
                                    .reference = one->number,
                                    .value = task.version + 1});
    if (status == ANNOPROJ_OK && task.stage.type == STAGE_REVIEW)
        status = review_label_written(cmd, &task, one, error);
    return status;
}

annoproj_status label_remove(command *cmd, int64_t task, int64_t which, annoproj_error **error) {
    static const char find_query[] = LABEL_COLUMNS "WHERE task = ? AND number = ?";
    static const char query[] = "DELETE FROM label WHERE task = ? AND number = ?";
    label one = {0};
    task_facts facts;
    int64_t frames = 0;
    annoproj_status status = facts_of(cmd, task, &facts, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(cmd->scope.database, find_query);
    bind_int64(find, task);
    bind_int64(find, which);
    if (sql_row(find)) {
        read_label(find, task, &one);
        status = count_frames(&cmd->scope, &facts, &one, &frames, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    if (status != ANNOPROJ_OK || ended != ANNOPROJ_OK || one.number == 0)
        return status != ANNOPROJ_OK ? status : ended;
    statement *delete = sql(cmd->scope.database, query);
    bind_int64(delete, task);
    bind_int64(delete, which);
    status = sql_run(delete, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_LABEL_REMOVE,
                                    .task = NUMBER_OF(task),
                                    .stage = facts.stage.number,
                                    .class = one.class,
                                    .frames = frames,
                                    .reference = which,
                                    .value = facts.version + 1});
    return status;
}

bool label_never_written(const task_facts *task) {
    return task->version == 0 && task->parent == 0;
}

annoproj_status label_write_done(command *cmd, task_facts *task, annoproj_error **error) {
    return task_set_version(cmd, task, task->version + 1, error);
}
