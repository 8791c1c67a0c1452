/* Hashes of labels: which were given is known of each, and no task has one twice (label_hash.h). */
#include "check.h"
#include "label_hash.h"

#define SQL_LABELS "SELECT number, hash, given, task FROM label WHERE task >= ? AND task < ?"
/* A drawn hash is of its number alone, and given ones are in a unique index: only one of each kind can be equal. */
#define SQL_DRAWN "SELECT 1 FROM label WHERE task = ? AND number = ? AND hash = ?"

static annoproj_status check_given(scope *in, checking *check, statement *row, int64_t drawn, annoproj_error **error) {
    statement *find = sql(in->database, SQL_DRAWN);
    bind_int64(find, column_int64(row, 3));
    bind_int64(find, drawn);
    bind_text(find, column_text(row, 1));
    if (sql_row(find)) {
        check_report(check, "label", column_int64(row, 0), column_text(row, 1),
                     "a hash no other label of the task has");
    }
    return sql_end(find, error);
}

/* A published label that is there now is there under its hash: one put back finds its number by it. */
static annoproj_status check_published(scope *in, checking *check, annoproj_error **error) {
    static const char query[] = "SELECT p.label, p.hash, l.hash FROM label_published p JOIN label l ON l.task = p.task"
                                " AND l.number = p.label WHERE p.task >= ? AND p.task < ? AND p.hash <> l.hash";
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    while (sql_row(find)) {
        check_report(check, "published_label", column_int64(find, 0), column_text(find, 1), column_text(find, 2));
    }
    return sql_end(find, error);
}

annoproj_status check_hashes(scope *in, checking *check, annoproj_error **error) {
    uint64_t key = 0;
    annoproj_status status = label_hash_key(in, check->project, &key, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    statement *row = sql(in->database, SQL_LABELS);
    check_bind_project(row, check);
    while (status == ANNOPROJ_OK && sql_row(row)) {
        const int64_t number = column_int64(row, 0), drawn = label_hash_number(key, column_text(row, 1));
        const bool given = column_int64(row, 2) != 0;
        check_compare(check, "label", number, "given", given, label_hash_given(key, number, column_text(row, 1)));
        if (given && drawn != number) {
            status = check_given(in, check, row, drawn, error);
        }
    }
    const annoproj_status ended = sql_end(row, status == ANNOPROJ_OK ? error : NULL);
    status = status == ANNOPROJ_OK ? ended : status;
    return status == ANNOPROJ_OK ? check_published(in, check, error) : status;
}
