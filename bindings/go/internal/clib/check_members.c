/* Whether what is kept of files in their words can be written into one again. */
#include "check.h"
#include "coco_members.h"
#include "failure.h"
#include "node_ranges.h"

typedef struct kept_words {
    const char *subject, *query; /* id and words of a range of tasks */
    annoproj_status (*check)(const uint8_t *words, size_t length);
    const char *found, *expected;
} kept_words;

static annoproj_status check_nodes(const uint8_t *json, size_t length) {
    size_t count = 0;
    return node_ranges_check((const char *)json, length, &count, NULL);
}

static annoproj_status check_one_kind(scope *in, checking *check, const kept_words *kind, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, kind->query);
    check_bind_project(find, check);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        const annoproj_status sound = kind->check(column_blob(find, 1), column_length(find, 1));
        if (sound == ANNOPROJ_NO_MEMORY) {
            status = fail_memory(error);
        } else if (sound != ANNOPROJ_OK) {
            check_report(check, kind->subject, column_int64(find, 0), kind->found, kind->expected);
        }
    }
    const annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

annoproj_status check_members(scope *in, checking *check, annoproj_error **error) {
    static const char damaged[] = "damaged members of COCO", members[] = "JSON members";
    static const kept_words kinds[] = {
        {"label", "SELECT number, members FROM label WHERE task >= ? AND task < ? AND length(members) > 0",
         coco_members_check, damaged, members},
        {"label", "SELECT number, nodes FROM label WHERE task >= ? AND task < ? AND length(nodes) > 0", check_nodes,
         "damaged ranges of nodes", "a JSON list of them"},
        {"data_unit",
         "SELECT u.id, u.members FROM task t JOIN data_unit u ON u.id = t.data_unit"
         " WHERE t.id >= ? AND t.id < ? AND t.parent = 0 AND length(u.members) > 0",
         coco_members_check, damaged, members}};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && status == ANNOPROJ_OK; i++) {
        status = check_one_kind(in, check, &kinds[i], error);
    }
    return status;
}
