/* One task as lists show it: one statement with everything a row needs. */
#include "failure.h"
#include "project.h"
#include "row_cells.h"
#include "task.h"
#include "hash.h"
#include "uuid.h"

static const char row_text[] =
    "SELECT t.id, p.uuid, t.priority, t.title, t.data_unit, t.data_type, ds.id, ds.title, t.stage, g.key, t.status,"
    " t.assignee, a.email, t.entered_us, t.last_action_user, l.email, lg.title, t.last_action_us, t.open_issues,"
    " t.resolved_issues, t.version, t.released, t.parent"
    " FROM task t JOIN project p ON p.id = t.id >> 32"
    " JOIN dataset ds ON ds.id = t.data_unit >> 32 JOIN stage g ON g.id = t.stage"
    " LEFT JOIN user a ON a.id = t.assignee LEFT JOIN user l ON l.id = t.last_action_user"
    " LEFT JOIN stage lg ON lg.id = t.last_action_stage WHERE t.id = ?";

void task_uuid(const uint8_t project[16], int64_t task, uint8_t out[16]) {
    uuid_derive(project, "task", NUMBER_OF(task), out);
}

annoproj_derived_status task_derived_status(int32_t status, bool assigned, bool released) {
    if (status != ANNOPROJ_TASK_NEW)
        return status; /* both have the same values */
    if (assigned)
        return ANNOPROJ_DERIVED_ASSIGNED;
    return released ? ANNOPROJ_DERIVED_RELEASED : ANNOPROJ_DERIVED_NEW;
}

static const char *derived_status_name(annoproj_derived_status derived) {
    switch (derived) {
    case ANNOPROJ_DERIVED_ASSIGNED: return "assigned";
    case ANNOPROJ_DERIVED_RELEASED: return "released";
    default: return task_status_name(derived);
    }
}

static void add_cells(rows *table, statement *find) {
    uint8_t project[16] = {0}, uuid[16];
    char uuid_string[37];
    int32_t status = (int32_t)column_int64(find, 10);
    bool assigned = column_int64(find, 11) > 0;
    const uint8_t *stored = column_blob(find, 1);
    for (size_t i = 0; i < sizeof project && i < column_length(find, 1); i++)
        project[i] = stored[i];
    task_uuid(project, column_int64(find, 0), uuid);
    uuid_text(uuid, uuid_string);

    rows_int64(table, column_int64(find, 0));
    rows_text(table, uuid_string);
    rows_int64(table, column_int64(find, 2));
    rows_text(table, column_text(find, 3));
    rows_int64(table, column_int64(find, 4));
    rows_text(table, data_type_name((int32_t)column_int64(find, 5)));
    rows_int64(table, column_int64(find, 6));
    rows_text(table, column_text(find, 7));
    rows_int64(table, column_int64(find, 8));
    rows_text(table, column_text(find, 9));
    rows_text(table, task_status_name(status));
    rows_text(table, derived_status_name(task_derived_status(status, assigned, column_int64(find, 21) != 0)));
    if (assigned)
        rows_int64(table, column_int64(find, 11));
    else
        rows_null(table);
    add_text(table, find, 12);
    rows_time(table, column_int64(find, 13));
    add_int64(table, find, 14);
    add_text(table, find, 15);
    add_text(table, find, 16);
    if (column_is_null(find, 17))
        rows_null(table);
    else
        rows_time(table, column_int64(find, 17));
    rows_int64(table, column_int64(find, 18));
    rows_int64(table, column_int64(find, 19));
    rows_int64(table, column_int64(find, 20));
    if (column_int64(find, 22) != 0)
        rows_int64(table, column_int64(find, 22));
    else
        rows_null(table);
}

annoproj_status task_add_row(scope *in, rows *table, int64_t task, annoproj_error **error) {
    statement *find = sql(in->database, row_text);
    bind_int64(find, task);
    bool found = sql_row(find);
    if (found)
        add_cells(table, find);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_CORRUPT,
                      "task %lld, its dataset or its stage cannot be read: run a check of the store", (long long)task);
    return status;
}
