/* Datasets. */
#include "by_id.h"
#include "failure.h"
#include "handle_call.h"
#include "project_parts.h"
#include "row_cells.h"
#include "seen.h"
#include "utf8.h"

#define DATASET_COLUMNS "SELECT d.id, d.uuid, d.title, d.description, d.creator, d.data_units, d.created_us FROM"

typedef struct dataset_call {
    const char *title, *description;
    const int64_t *datasets;
    size_t count;
    annoproj_table *table;
} dataset_call;

annoproj_status dataset_insert(command *cmd, const char *title, const char *description, int64_t *dataset,
                               annoproj_error **error) {
    static const char query[] =
        "INSERT INTO dataset(uuid, title, description, creator, data_units, created_us) VALUES(?, ?, ?, ?, 0, ?)";
    uint8_t uuid[16];
    command_uuid(cmd, uuid);
    statement *insert = sql(cmd->scope.database, query);
    bind_blob(insert, uuid, sizeof uuid);
    bind_text(insert, title);
    bind_text(insert, description);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, cmd->scope.now_us);
    annoproj_status status = sql_run(insert, error);
    *dataset = last_insert_id(cmd->scope.database);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_DATASET_CREATE, .reference = *dataset});
    return status;
}

static annoproj_status insert_dataset(command *cmd, void *arguments, annoproj_error **error) {
    const dataset_call *made = arguments;
    int64_t dataset = 0;
    annoproj_status status = dataset_insert(cmd, made->title, made->description, &dataset, error);
    command_result_int64(cmd, dataset);
    return status;
}

annoproj_status annoproj_dataset_create(annoproj_session *handle, const char *title, const char *description,
                                        const annoproj_call *call, int64_t *dataset, annoproj_error **error) {
    dataset_call made = {.title = title, .description = description ? description : ""};
    handle_call what = {.operation = ANNOPROJ_OPERATION_DATASET_CREATE, .arguments = &made};
    bytes result = {0};
    if (!result_place(dataset, sizeof *dataset, "dataset", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(title, TEXT_TITLE, "title", error);
    if (status == ANNOPROJ_OK)
        status = check_text(made.description, TEXT_COMMENT, "description", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(fingerprint_text(0, "dataset_create"), title),
                                        made.description);
    status = session_write(handle, &what, insert_dataset, call, &result, error);
    if (status == ANNOPROJ_OK)
        *dataset = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

static void add_dataset(rows *table, statement *find) {
    rows_int64(table, column_int64(find, 0));
    add_uuid(table, find, 1);
    rows_text(table, column_text(find, 2));
    rows_text(table, column_text(find, 3));
    rows_int64(table, column_int64(find, 4));
    rows_int64(table, column_int64(find, 5));
    rows_time(table, column_int64(find, 6));
}

static annoproj_status read_datasets(scope *in, void *arguments, annoproj_error **error) {
    static const by_id what = {.type = &row_dataset_row,
                               .query = DATASET_COLUMNS SEER " JOIN dataset d WHERE d.id = ?5 AND" DATASET_SEEN,
                               .seen = true,
                               .add = add_dataset,
                               .noun = "dataset"};
    dataset_call *made = arguments;
    return read_by_id(in, &what, made->datasets, made->count, &made->table, error);
}

annoproj_status annoproj_datasets_get(annoproj_session *handle, const int64_t *datasets, size_t count,
                                      const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    dataset_call made = {.datasets = datasets, .count = count};
    handle_call what = {.arguments = &made};
    if (!result_place(table, sizeof *table, "table", error) || !ids_given(datasets, count, "datasets", error))
        return ANNOPROJ_INVALID;
    return session_read_table(handle, &what, read_datasets, call, &made.table, table, error);
}

annoproj_status annoproj_dataset_get(annoproj_session *handle, int64_t dataset, const annoproj_call *call,
                                     annoproj_table **table, annoproj_error **error) {
    return annoproj_datasets_get(handle, &dataset, 1, call, table, error);
}

static annoproj_status list_datasets(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = DATASET_COLUMNS SEER " JOIN dataset d WHERE" DATASET_SEEN " ORDER BY d.title, d.id";
    dataset_call *made = arguments;
    rows *table = rows_new(&row_dataset_row);
    statement *find = sql(in->database, query);
    bind_seer(find, in);
    while (sql_row(find))
        add_dataset(table, find);
    return finish_table(table, sql_end(find, error), &made->table, error);
}

annoproj_status annoproj_dataset_list(annoproj_session *handle, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error) {
    dataset_call made = {0};
    handle_call what = {.arguments = &made};
    return session_read_table(handle, &what, list_datasets, call, &made.table, table, error);
}

static annoproj_status list_attached(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = DATASET_COLUMNS " dataset d JOIN project_dataset pd ON pd.dataset = d.id"
                                                " AND pd.attached = 1 WHERE pd.project = ? ORDER BY d.title, d.id";
    dataset_call *made = arguments;
    rows *table = rows_new(&row_dataset_row);
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    while (sql_row(find))
        add_dataset(table, find);
    return finish_table(table, sql_end(find, error), &made->table, error);
}

annoproj_status annoproj_project_datasets(annoproj_project *project, const annoproj_call *call, annoproj_table **table,
                                          annoproj_error **error) {
    dataset_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_SEE, .arguments = &made};
    return project_read_table(project, &what, list_attached, call, &made.table, table, error);
}
