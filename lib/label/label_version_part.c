/* Parts of label versions: some tasks that lie together, and what an export tells of them. */
#include "label_version.h"

#include <string.h>

#include "failure.h"

static annoproj_status count_parts(scope *in, int64_t version, int64_t *count, annoproj_error **error) {
    static const char query[] = "SELECT count(*) FROM label_version_part WHERE version = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, version);
    *count = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

annoproj_status version_list_parts(scope *in, int64_t version, version_part **parts, size_t *count,
                                   annoproj_error **error) {
    static const char query[] = "SELECT position, hash FROM label_version_part WHERE version = ? ORDER BY position";
    int64_t all = 0;
    *count = 0;
    annoproj_status status = count_parts(in, version, &all, error);
    if (status != ANNOPROJ_OK)
        return status;
    *parts = arena_array(in->memory, (size_t)all + 1, sizeof **parts);
    if (!*parts)
        return fail_memory(error);
    statement *find = sql(in->database, query);
    bind_int64(find, version);
    while (*count < (size_t)all && sql_row(find)) {
        version_part *part = &(*parts)[(*count)++];
        part->position = column_int64(find, 0);
        if (column_length(find, 1) == sizeof part->hash)
            memcpy(part->hash, column_blob(find, 1), sizeof part->hash);
    }
    return sql_end(find, error);
}

annoproj_status version_last_position(scope *in, int64_t *position, annoproj_error **error) {
    static const char query[] = "SELECT last_task FROM project_counter WHERE project = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    *position = sql_row(find) ? column_int64(find, 0) / PART_TASKS : 0;
    return sql_end(find, error);
}

/* --- bytes -------------------------------------------------------------------------------------------------------- */

void version_part_encode(const version_part *part, bytes *out) {
    version_task before = {0};
    int64_t last = part->position * PART_TASKS - 1; /* number */
    out->length = 0;
    bytes_varint(out, part->count);
    bytes_varint(out, (uint64_t)part->position);
    for (size_t i = 0; i < part->count; i++) {
        const version_task *task = &part->tasks[i];
        bytes_varint(out, (uint64_t)(NUMBER_OF(task->id) - last - 1));
        bytes_zigzag(out, task->data_unit - before.data_unit);
        bytes_varint(out, (uint64_t)NUMBER_OF(task->stage));
        bytes_varint(out, (uint64_t)task->stage_type);
        bytes_varint(out, (uint64_t)task->status);
        bytes_varint(out, (uint64_t)task->assignee);
        bytes_varint(out, (uint64_t)task->priority);
        bytes_zigzag(out, task->entered_us - before.entered_us);
        bytes_varint(out, (uint64_t)task->labels);
        bytes_varint(out, task->content_count);
        bytes_append(out, task->contents, task->content_count * SHA256_SIZE);
        before = *task;
        last = NUMBER_OF(task->id);
    }
}

static bool decode_task(unpacker *from, int64_t project, version_task *before, version_task *out) {
    *out = (version_task){.id = before->id + 1 + (int64_t)(unpack_varint(from) & UINT32_MAX),
                          .data_unit = before->data_unit + unpack_zigzag(from)};
    out->stage = MAKE_ID(project, unpack_varint(from) & UINT32_MAX);
    out->stage_type = (int32_t)unpack_varint(from);
    out->status = (int32_t)unpack_varint(from);
    out->assignee = (int64_t)unpack_varint(from);
    out->priority = (int32_t)unpack_varint(from);
    out->entered_us = before->entered_us + unpack_zigzag(from);
    out->labels = (int64_t)unpack_varint(from);
    out->content_count = (size_t)unpack_varint(from);
    if (from->failed || out->content_count > (size_t)(from->end - from->at) / SHA256_SIZE)
        return false;
    out->contents = unpack_bytes(from, out->content_count * SHA256_SIZE);
    *before = *out;
    return true;
}

/* The hashes stay where they are, in the part's bytes. */
static bool decode_part(unpacker *from, int64_t project, version_part *part) {
    const int64_t first = MAKE_ID(project, part->position * PART_TASKS);
    version_task before = {.id = first - 1};
    if (unpack_varint(from) != (uint64_t)part->position)
        return false;
    for (size_t i = 0; i < part->count; i++)
        if (!decode_task(from, project, &before, &part->tasks[i]) || before.id >= first + PART_TASKS)
            return false;
    return from->at == from->end;
}

static annoproj_status fail_damaged(int64_t project, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "a label version of project %lld is damaged: restore the store from a backup",
                (long long)project);
}

annoproj_status version_part_load(scope *in, int64_t project, version_part *part, arena *memory,
                                  annoproj_error **error) {
    bytes data = {0};
    annoproj_status status = content_get(in, project, part->hash, &data, error);
    uint8_t *kept = status == ANNOPROJ_OK ? arena_allocate(memory, data.length + 1) : NULL;
    if (status == ANNOPROJ_OK && !kept)
        status = fail_memory(error);
    if (status == ANNOPROJ_OK) {
        memcpy(kept, data.data, data.length);
        unpacker from = {kept, kept + data.length, false};
        part->count = (size_t)unpack_varint(&from);
        part->tasks = part->count <= PART_TASKS ? arena_array(memory, PART_TASKS, sizeof *part->tasks) : NULL;
        if (part->count > PART_TASKS)
            status = fail_damaged(project, error);
        else if (!part->tasks)
            status = fail_memory(error);
        else if (!decode_part(&from, project, part))
            status = fail_damaged(project, error);
    }
    bytes_release(&data);
    if (status != ANNOPROJ_OK)
        part->count = 0;
    return status;
}

/* --- now ---------------------------------------------------------------------------------------------------------- */

static bool is_wanted(const int64_t *list, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++)
        if (list[i] == value)
            return true;
    return count == 0;
}

/* A label set at version 0 was never written to and has no labels. */
static bool read_now(statement *row, arena *memory, version_task *out) {
    *out = (version_task){.id = column_int64(row, 0),
                          .data_unit = column_int64(row, 1),
                          .stage = column_int64(row, 2),
                          .stage_type = (int32_t)column_int64(row, 3),
                          .status = (int32_t)column_int64(row, 4),
                          .assignee = column_int64(row, 5) > 0 ? column_int64(row, 5) : 0,
                          .priority = (int32_t)column_int64(row, 6),
                          .entered_us = column_int64(row, 7),
                          .version = column_int64(row, 8)};
    out->unknown = out->version != 0 && (column_is_null(row, 9) || column_int64(row, 9) != out->version);
    if (out->unknown || out->version == 0)
        return true;
    out->labels = column_int64(row, 10);
    out->staged = column_int64(row, 12) != 0;
    out->content_count = column_length(row, 11) / SHA256_SIZE;
    uint8_t *kept = arena_allocate(memory, column_length(row, 11) + 1);
    if (kept && column_length(row, 11) > 0)
        memcpy(kept, column_blob(row, 11), column_length(row, 11));
    out->contents = kept;
    return kept != NULL;
}

annoproj_status version_part_now(scope *in, const int64_t *stages, size_t stage_count, version_part *part,
                                 arena *memory, annoproj_error **error) {
    static const char query[] =
        "SELECT t.id, t.data_unit, t.stage, s.type, t.status, t.assignee, t.priority, t.entered_us, t.version,"
        " l.version, l.labels, l.contents, l.staged FROM task t JOIN stage s ON s.id = t.stage"
        " LEFT JOIN label_state l ON l.task = t.id"
        " WHERE t.id >= ? AND t.id < ? AND t.parent = 0 ORDER BY t.id";
    const int64_t first = MAKE_ID(in->project.id, part->position * PART_TASKS);
    bool good = true;
    part->count = 0;
    part->tasks = arena_array(memory, PART_TASKS, sizeof *part->tasks);
    if (!part->tasks)
        return fail_memory(error);
    statement *find = sql(in->database, query);
    bind_int64(find, first);
    bind_int64(find, first + PART_TASKS);
    while (good && part->count < PART_TASKS && sql_row(find))
        if (is_wanted(stages, stage_count, column_int64(find, 2)))
            good = read_now(find, memory, &part->tasks[part->count++]);
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !good ? fail_memory(error) : status;
}
