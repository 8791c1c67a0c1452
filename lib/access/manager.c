/* Questions beside the subject: whether somebody else than the session's user manages a project, which store this is. */
#include <stdio.h>

#include "access.h"
#include "rights.h"

annoproj_status access_is_manager(scope *in, int64_t user, bool *manager, annoproj_error **error) {
    static const char text[] = "SELECT role FROM collaborator WHERE project = ? AND user = ?";
    int32_t role = 0;
    statement *find = sql(in->database, text);
    bind_int64(find, in->project.id);
    bind_int64(find, user);
    if (sql_row(find))
        role = (int32_t)column_int64(find, 0);
    *manager = role_right(role, ANNOPROJ_OPERATION_QUEUE) == RIGHT_YES;
    return sql_end(find, error);
}

annoproj_status access_store_uuid(scope *in, char out[37], annoproj_error **error) {
    static const char text[] = "SELECT uuid FROM store_state";
    statement *find = sql(in->database, text);
    snprintf(out, 37, "%s", sql_row(find) ? column_text(find, 0) : "");
    return sql_end(find, error);
}
