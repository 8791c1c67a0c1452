/* The row of a label version. */
#include "label_version.h"

#include <string.h>

#include "failure.h"

static bool read_list(arena *memory, statement *row, int column, int64_t owner, const int64_t **list, size_t *count,
                      bool *sound) {
    const uint8_t *data = column_blob(row, column);
    const size_t length = column_length(row, column);
    unpacker from = {data, data + length, false};
    int64_t *values = arena_array(memory, length + 1, sizeof *values);
    *list = values;
    *count = 0;
    while (values && from.at < from.end && !from.failed)
        values[(*count)++] = MAKE_ID(owner, unpack_varint(&from) & UINT32_MAX);
    *sound = *sound && !from.failed;
    return values != NULL;
}

static void read_hash(statement *row, int column, uint8_t hash[SHA256_SIZE], bool *sound) {
    const bool whole = column_length(row, column) == SHA256_SIZE;
    if (whole)
        memcpy(hash, column_blob(row, column), SHA256_SIZE);
    *sound = *sound && whole;
}

bool label_version_read(arena *memory, statement *row, label_version *out, bool *sound) {
    *out = (label_version){.id = column_int64(row, 0),
                           .project = column_int64(row, 1),
                           .branch = column_int64(row, 2),
                           .task = column_int64(row, 3),
                           .creator = column_int64(row, 4),
                           .created_us = column_int64(row, 5),
                           .tasks = column_int64(row, 6),
                           .labels = column_is_null(row, 7) ? -1 : column_int64(row, 7)};
    *sound = true;
    read_hash(row, 11, out->ontology, sound);
    read_hash(row, 12, out->hash, sound);
    out->name = arena_text(memory, column_text(row, 8), column_length(row, 8));
    return out->name && read_list(memory, row, 9, out->project, &out->stages, &out->stage_count, sound) &&
           read_list(memory, row, 10, 0, &out->classes, &out->class_count, sound);
}

annoproj_status label_version_load(scope *in, int64_t id, label_version *out, annoproj_error **error) {
    static const char query[] = "SELECT " LABEL_VERSION_COLUMNS
                                " FROM label_version v WHERE v.id = ? AND v.project = ?";
    bool memory = true, sound = true;
    *out = (label_version){0};
    statement *find = sql(in->database, query);
    bind_int64(find, id);
    bind_int64(find, in->project.id);
    const bool found = sql_row(find);
    if (found)
        memory = label_version_read(in->memory, find, out, &sound);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "project %lld has no label version %lld", (long long)in->project.id,
                      (long long)id);
    if (status == ANNOPROJ_OK && !memory)
        status = fail_memory(error);
    if (status == ANNOPROJ_OK && !sound)
        status = fail(error, ANNOPROJ_CORRUPT, "label version %lld is damaged: restore the store from a backup",
                      (long long)id);
    return status;
}

/* --- its hash ----------------------------------------------------------------------------------------------------- */

static void add_number(sha256 *all, int64_t value) {
    uint8_t varint[LONGEST_VARINT];
    sha256_add(all, varint, (size_t)(put_varint(varint, (uint64_t)value) - varint));
}

static void add_list(sha256 *all, const int64_t *list, size_t count) {
    for (size_t i = 0; i < count; i++)
        add_number(all, NUMBER_OF(list[i]));
    add_number(all, 0); /* which none of them is */
}

void version_hash_begin(sha256 *all, const label_version *version) {
    sha256_begin(all);
    sha256_add(all, version->ontology, sizeof version->ontology);
    add_list(all, version->stages, version->stage_count);
    add_list(all, version->classes, version->class_count);
}

void version_hash_add(sha256 *all, const version_part *part) {
    add_number(all, part->position);
    sha256_add(all, part->hash, sizeof part->hash);
}

bool label_version_has_class(const label_version *version, int32_t class) {
    for (size_t i = 0; i < version->class_count; i++)
        if (version->classes[i] == class)
            return true;
    return version->class_count == 0;
}
