/* Data units: one row each, found by id or by title in their dataset. */
#include <string.h>

#include "failure.h"
#include "project.h"

static const char *text_copy(arena *memory, statement *find, int column) {
    return arena_text(memory, column_text(find, column), column_length(find, column));
}

bool data_unit_read(arena *memory, statement *row, int column, data_unit *out) {
    *out = (data_unit){.id = column_int64(row, column),
                       .data_type = (int32_t)column_int64(row, column + 3),
                       .width = column_int64(row, column + 6),
                       .height = column_int64(row, column + 7),
                       .frames = column_int64(row, column + 8),
                       .fps = column_double(row, column + 9),
                       .duration = column_double(row, column + 10),
                       .file_bytes = column_int64(row, column + 11)};
    if (column_length(row, column + 1) == sizeof out->uuid)
        memcpy(out->uuid, column_blob(row, column + 1), sizeof out->uuid);
    out->title = text_copy(memory, row, column + 2);
    out->media_type = text_copy(memory, row, column + 4);
    out->link = text_copy(memory, row, column + 5);
    const bool described = !column_is_null(row, column + 12);
    if (described)
        out->client_metadata = text_copy(memory, row, column + 12);
    return out->title && out->media_type && out->link && (!described || out->client_metadata);
}

annoproj_status data_unit_load(scope *in, int64_t id, data_unit *out, annoproj_error **error) {
    static const char text[] = "SELECT " DATA_UNIT_COLUMNS " FROM data_unit u WHERE u.id = ?";
    *out = (data_unit){.id = id};
    statement *find = sql(in->database, text);
    bind_int64(find, id);
    const bool found = sql_row(find), copied = found && data_unit_read(in->memory, find, 0, out);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "there is no data unit %lld", (long long)id);
    if (status == ANNOPROJ_OK && !copied)
        status = fail_memory(error);
    return status;
}

static void bind_known(statement *insert, int64_t value) {
    if (value != 0)
        bind_int64(insert, value);
    else
        bind_null(insert);
}

static void bind_known_double(statement *insert, double value) {
    if (value > 0)
        bind_double(insert, value);
    else
        bind_null(insert);
}

annoproj_status data_unit_insert(command *cmd, int64_t dataset, const data_unit *unit, int64_t number,
                                 annoproj_error **error) {
    static const char text[] =
        "INSERT INTO data_unit(id, uuid, title, data_type, media_type, link, width, height, frames, fps,"
        " duration, file_bytes, client_metadata, members) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    statement *insert = sql(cmd->scope.database, text);
    bind_int64(insert, MAKE_ID(dataset, number));
    bind_blob(insert, unit->uuid, sizeof unit->uuid);
    bind_text(insert, unit->title);
    bind_int64(insert, unit->data_type);
    bind_text(insert, unit->media_type);
    bind_text(insert, unit->link);
    bind_known(insert, unit->width);
    bind_known(insert, unit->height);
    bind_int64(insert, unit->frames);
    bind_known_double(insert, unit->fps);
    bind_known_double(insert, unit->duration);
    bind_known(insert, unit->file_bytes);
    bind_text(insert, unit->client_metadata);
    bind_blob(insert, unit->members, unit->members_length);
    return sql_run(insert, error);
}

annoproj_status data_unit_by_title(scope *in, int64_t dataset, const char *title, int64_t *id, annoproj_error **error) {
    static const char text[] = "SELECT min(id) FROM data_unit WHERE title = ? AND id >= ? AND id < ?";
    *id = 0;
    statement *find = sql(in->database, text);
    bind_text(find, title);
    bind_int64(find, MAKE_ID(dataset, 0));
    bind_int64(find, MAKE_ID(dataset + 1, 0));
    if (sql_row(find))
        *id = column_int64(find, 0);
    return sql_end(find, error);
}
