/* Chunked task vectors. */
#include "task_vector.h"

#include <string.h>

#include "failure.h"

static annoproj_status set_in_chunk(command *cmd, int64_t project, int32_t attribute, int64_t chunk, int64_t first,
                                    int64_t count, int32_t value, annoproj_error **error) {
    static const char find_text[] = "SELECT data FROM task_vector WHERE project = ? AND attribute = ? AND chunk = ?";
    static const char put_text[] =
        "INSERT OR REPLACE INTO task_vector(project, attribute, chunk, data) VALUES(?, ?, ?, ?)";
    uint8_t data[TASK_VECTOR_CHUNK * 2] = {0};
    statement *find = sql(cmd->scope.database, find_text);
    bind_int64(find, project);
    bind_int64(find, attribute);
    bind_int64(find, chunk);
    if (sql_row(find) && column_length(find, 0) == sizeof data)
        memcpy(data, column_blob(find, 0), sizeof data);
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        return status;

    for (int64_t i = first; i < first + count; i++) {
        data[2 * i] = (uint8_t)(value & 0xff);
        data[2 * i + 1] = (uint8_t)((value >> 8) & 0xff);
    }
    statement *put = sql(cmd->scope.database, put_text);
    bind_int64(put, project);
    bind_int64(put, attribute);
    bind_int64(put, chunk);
    bind_blob(put, data, sizeof data);
    return sql_run(put, error);
}

annoproj_status task_vector_set(command *cmd, int64_t project, int32_t attribute, int64_t first, int64_t count,
                                int32_t value, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (value < 0 || value > 0xffff)
        return fail(error, ANNOPROJ_LIMIT,
                    "a project takes at most 65,535 stages and datasets over its life, this would be number %d", value);
    while (count > 0 && status == ANNOPROJ_OK) {
        int64_t chunk = first / TASK_VECTOR_CHUNK, at = first % TASK_VECTOR_CHUNK;
        int64_t here = TASK_VECTOR_CHUNK - at < count ? TASK_VECTOR_CHUNK - at : count;
        status = set_in_chunk(cmd, project, attribute, chunk, at, here, value, error);
        first += here;
        count -= here;
    }
    return status;
}
