/* Chunked task vectors. */
#include "task_vector.h"

#include <string.h>

#include "failure.h"

typedef struct chunk {
    command *cmd;
    int64_t project, number;
    int32_t attribute;
    uint8_t data[TASK_VECTOR_CHUNK * 2];
} chunk;

static annoproj_status read_chunk(chunk *one, annoproj_error **error) {
    static const char text[] = "SELECT data FROM task_vector WHERE id = ?";
    memset(one->data, 0, sizeof one->data);
    statement *find = sql(one->cmd->scope.database, text);
    bind_int64(find, TASK_VECTOR_ID(one->project, one->attribute, one->number));
    if (sql_row(find) && column_length(find, 0) == sizeof one->data)
        memcpy(one->data, column_blob(find, 0), sizeof one->data);
    return sql_end(find, error);
}

static annoproj_status write_chunk(const chunk *one, annoproj_error **error) {
    static const char text[] = "INSERT OR REPLACE INTO task_vector(id, data) VALUES(?, ?)";
    statement *put = sql(one->cmd->scope.database, text);
    bind_int64(put, TASK_VECTOR_ID(one->project, one->attribute, one->number));
    bind_blob(put, one->data, sizeof one->data);
    return sql_run(put, error);
}

static void set_value(chunk *one, int64_t task, int32_t value) {
    int64_t at = task % TASK_VECTOR_CHUNK * 2;
    one->data[at] = (uint8_t)(value & 0xff);
    one->data[at + 1] = (uint8_t)((value >> 8) & 0xff);
}

static annoproj_status check_value(int32_t value, annoproj_error **error) {
    if (value >= 0 && value <= 0xffff)
        return ANNOPROJ_OK;
    return fail(error, ANNOPROJ_LIMIT,
                "a project takes at most 65,535 stages and datasets over its life, this would be number %d", value);
}

annoproj_status task_vector_set(command *cmd, int64_t project, int32_t attribute, int64_t first, int64_t count,
                                int32_t value, annoproj_error **error) {
    chunk one = {.cmd = cmd, .project = project, .attribute = attribute};
    annoproj_status status = check_value(value, error);
    for (int64_t task = first; task < first + count && status == ANNOPROJ_OK;) {
        one.number = task / TASK_VECTOR_CHUNK;
        status = read_chunk(&one, error);
        for (; task < first + count && task / TASK_VECTOR_CHUNK == one.number; task++)
            set_value(&one, task, value);
        if (status == ANNOPROJ_OK)
            status = write_chunk(&one, error);
    }
    return status;
}

annoproj_status task_vector_set_each(command *cmd, int64_t project, int32_t attribute, const task_value *values,
                                     size_t count, annoproj_error **error) {
    chunk one = {.cmd = cmd, .project = project, .attribute = attribute};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK;) {
        one.number = values[i].task / TASK_VECTOR_CHUNK;
        status = read_chunk(&one, error);
        for (; i < count && values[i].task / TASK_VECTOR_CHUNK == one.number && status == ANNOPROJ_OK; i++) {
            status = check_value(values[i].value, error);
            set_value(&one, values[i].task, values[i].value);
        }
        if (status == ANNOPROJ_OK)
            status = write_chunk(&one, error);
    }
    return status;
}
