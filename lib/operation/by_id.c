/* A row of a table for each id that was asked for (by_id.h). */
#include "by_id.h"

#include "failure.h"
#include "handle_call.h"
#include "seen.h"

annoproj_status read_by_id(scope *in, const by_id *what, const int64_t *ids, size_t count, annoproj_table **table,
                           annoproj_error **error) {
    rows *made = rows_new(what->type);
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        statement *find = sql(in->database, what->query);
        if (what->seen)
            bind_seer(find, in);
        bind_int64(find, ids[i]);
        const bool found = sql_row(find);
        if (found)
            what->add(made, find);
        status = sql_end(find, error);
        if (status == ANNOPROJ_OK && !found)
            status = fail(error, ANNOPROJ_NOT_FOUND, "there is no %s %lld", what->noun, (long long)ids[i]);
    }
    return finish_table(made, status, table, error);
}
