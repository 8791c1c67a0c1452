/* Data units: one row each, found by id or by title in their dataset. */
#include <string.h>

#include "failure.h"
#include "project.h"

static const char *text_copy(scope *in, statement *find, int column) {
    return arena_text(in->memory, column_text(find, column), column_length(find, column));
}

annoproj_status data_unit_load(scope *in, int64_t id, data_unit *out, annoproj_error **error) {
    static const char text[] =
        "SELECT uuid, title, data_type, media_type, link, width, height, frames, fps, duration, file_bytes,"
        " client_metadata FROM data_unit WHERE id = ?";
    bool found, copied = false;
    *out = (data_unit){.id = id};
    statement *find = sql(in->database, text);
    bind_int64(find, id);
    found = sql_row(find);
    if (found) {
        if (column_length(find, 0) == sizeof out->uuid)
            memcpy(out->uuid, column_blob(find, 0), sizeof out->uuid);
        out->title = text_copy(in, find, 1);
        out->data_type = (int32_t)column_int64(find, 2);
        out->media_type = text_copy(in, find, 3);
        out->link = text_copy(in, find, 4);
        out->width = column_int64(find, 5);
        out->height = column_int64(find, 6);
        out->frames = column_int64(find, 7);
        out->fps = column_double(find, 8);
        out->duration = column_double(find, 9);
        out->file_bytes = column_int64(find, 10);
        bool described = !column_is_null(find, 11);
        if (described)
            out->client_metadata = text_copy(in, find, 11);
        copied = out->title && out->media_type && out->link && (!described || out->client_metadata);
    }
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
        " duration, file_bytes, client_metadata) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
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
