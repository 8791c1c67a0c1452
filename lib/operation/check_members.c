/* Whether what is kept of COCO files can be written into one again. */
#include "check.h"
#include "coco_members.h"
#include "failure.h"

typedef struct kept_members {
    const char *subject, *query; /* id and members of a range of tasks */
} kept_members;

static annoproj_status check_one_kind(scope *in, checking *check, const kept_members *kind, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, kind->query);
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
    while (status == ANNOPROJ_OK && sql_row(find)) {
        const annoproj_status sound = coco_members_check(column_blob(find, 1), column_length(find, 1));
        if (sound == ANNOPROJ_NO_MEMORY) {
            status = fail_memory(error);
        } else if (sound != ANNOPROJ_OK) {
            check_report(check, kind->subject, column_int64(find, 0), "damaged members of COCO", "JSON members");
        }
    }
    const annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

annoproj_status check_members(scope *in, checking *check, annoproj_error **error) {
    static const kept_members kinds[] = {
        {"label", "SELECT number, members FROM label WHERE task >= ? AND task < ? AND length(members) > 0"},
        {"data_unit", "SELECT u.id, u.members FROM task t JOIN data_unit u ON u.id = t.data_unit"
                      " WHERE t.id >= ? AND t.id < ? AND t.parent = 0 AND length(u.members) > 0"}};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && status == ANNOPROJ_OK; i++) {
        status = check_one_kind(in, check, &kinds[i], error);
    }
    return status;
}
