/* The datasets of a copied project: attached there as well, or cloned with all their data units. */
#include "attach.h"
#include "project_copy.h"
#include "failure.h"
#include "project.h"

/* --- clones ------------------------------------------------------------------------------------------------------- */

static annoproj_status insert_clone(command *cmd, copied_dataset *of, annoproj_error **error) {
    static const char query[] = "INSERT INTO dataset(uuid, title, description, creator, data_units, created_us)"
                                " SELECT ?, title, description, ?, data_units, ? FROM dataset WHERE id = ?";
    uint8_t uuid[16];
    command_uuid(cmd, uuid);
    statement *insert = sql(cmd->scope.database, query);
    bind_blob(insert, uuid, sizeof uuid);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, cmd->scope.now_us);
    bind_int64(insert, of->source);
    annoproj_status status = sql_run(insert, error);
    of->target = last_insert_id(cmd->scope.database);
    return status;
}

/* One by one, since each gets a UUID of its own; their numbers stay. */
static annoproj_status insert_units(command *cmd, const copied_dataset *of, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO data_unit(id, uuid, title, data_type, media_type, link, width, height, frames, fps, duration,"
        " file_bytes, client_metadata, members) SELECT ?1, ?2, title, data_type, media_type, link, width, height, "
        "frames, fps,"
        " duration, file_bytes, client_metadata, members FROM data_unit WHERE id = ?3";
    statement *insert = sql(cmd->scope.database, query);
    annoproj_status status = ANNOPROJ_OK;
    bool good = true;
    for (int64_t number = 1; number <= of->data_units && good && status == ANNOPROJ_OK; number++) {
        uint8_t uuid[16];
        command_uuid(cmd, uuid);
        if (number > 1)
            sql_again(insert);
        bind_int64(insert, MAKE_ID(of->target, number));
        bind_blob(insert, uuid, sizeof uuid);
        bind_int64(insert, MAKE_ID(of->source, number));
        good = sql_step_run(insert);
        if (number % 1024 == 0)
            status = bounds_check(cmd->scope.bounds, error);
    }
    annoproj_status ended = sql_end(insert, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

static annoproj_status clone_dataset(command *cmd, copied_dataset *of, annoproj_error **error) {
    annoproj_status status = insert_clone(cmd, of, error);
    if (status == ANNOPROJ_OK)
        status = insert_units(cmd, of, error);
    const int64_t before = command_events_project(cmd, 0);
    command_event(cmd, &(event){.kind = EVENT_DATASET_CREATE, .reference = of->target});
    if (of->data_units > 0)
        command_event(cmd, &(event){.kind = EVENT_DATA_UNITS_ADD, .frames = of->data_units, .reference = of->target});
    (void)command_events_project(cmd, before);
    return status;
}

/* --- all of them ---------------------------------------------------------------------------------------------------- */

static annoproj_status find_datasets(scope *in, int64_t source, copied_dataset **datasets, size_t *count,
                                     annoproj_error **error) {
    static const char size[] = "SELECT count(*) FROM project_dataset WHERE project = ? AND attached = 1";
    static const char query[] = "SELECT d.id, d.data_units FROM project_dataset p JOIN dataset d ON d.id = p.dataset"
                                " WHERE p.project = ? AND p.attached = 1 ORDER BY p.number";
    statement *find = sql(in->database, size);
    bind_int64(find, source);
    size_t expected = sql_row(find) ? (size_t)column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    *count = 0;
    *datasets = arena_array(in->memory, expected + 1, sizeof **datasets);
    if (status != ANNOPROJ_OK || !*datasets)
        return status != ANNOPROJ_OK ? status : fail_memory(error);
    find = sql(in->database, query);
    bind_int64(find, source);
    while (*count < expected && sql_row(find)) {
        const int64_t dataset = column_int64(find, 0);
        (*datasets)[(*count)++] = (copied_dataset){
            .source = dataset, .target = dataset, .data_units = column_int64(find, 1)};
    }
    return sql_end(find, error);
}

annoproj_status copy_datasets(command *cmd, int64_t source, bool clone, copied_dataset **datasets, size_t *count,
                              annoproj_error **error) {
    annoproj_status status = find_datasets(&cmd->scope, source, datasets, count, error);
    for (size_t i = 0; i < *count && status == ANNOPROJ_OK; i++) {
        copied_dataset *one = &(*datasets)[i];
        int64_t tasks = 0;
        if (clone)
            status = clone_dataset(cmd, one, error);
        if (status == ANNOPROJ_OK)
            status = project_next_task(cmd, cmd->scope.project.id, 0, &one->first_task, error);
        if (status == ANNOPROJ_OK)
            status = dataset_attach(cmd, one->target, NULL, &tasks, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(cmd->scope.bounds, error);
    }
    return status;
}
