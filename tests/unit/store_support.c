#include "store_support.h"

#include "failure.h"

bounds no_bounds(void) {
    return (bounds){.until_us = INT64_MAX};
}

bounds bounds_of(int64_t microseconds) {
    return (bounds){.until_us = monotonic_us() + microseconds};
}

static store *enter_test_store(const char *path, bool create) {
    annoproj_error *error = NULL;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    bounds call = no_bounds();
    store *made = NULL;
    assert_ok(store_open(path, create, &options, &call, &made, &error), error);
    return made;
}

store *make_test_store(const char *path) {
    return enter_test_store(path, true);
}

store *open_test_store(const char *path) {
    return enter_test_store(path, false);
}

void close_test_store(store *of) {
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    assert_ok(store_shut(of, &call, &error), error);
    body_release(&of->body);
}

annoproj_status insert_body(writer *work, void *argument, annoproj_error **error) {
    insert *what = argument;
    what->runs++;
    statement *one = sql(work->database, "INSERT INTO request(actor, key, operation, argument_hash, result, created_us)"
                                         " VALUES(?1, ?2, 0, 0, x'', ?3)");
    bind_int64(one, what->actor);
    bind_text(one, what->key);
    bind_int64(one, work->now_us);
    annoproj_status status = sql_run(one, error);
    if (status == ANNOPROJ_OK && what->then != ANNOPROJ_OK) {
        return fail(error, what->then, "body of actor %lld says no", (long long)what->actor);
    }
    return status;
}

int64_t ask_value(store *of, const char *text) {
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    reader from;
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    statement *ask = sql(from.database, text);
    int64_t value = sql_row(ask) ? column_int64(ask, 0) : -1;
    assert_ok(sql_end(ask, &error), error);
    store_read_end(&from);
    return value;
}

int64_t count_rows(store *of, int64_t actor) {
    annoproj_error *error = NULL;
    bounds call = no_bounds();
    reader from;
    assert_ok(store_read_begin(of, &call, &from, &error), error);
    statement *ask = sql(from.database, "SELECT count(*) FROM request WHERE ?1 < 0 OR actor = ?1");
    bind_int64(ask, actor);
    int64_t count = sql_row(ask) ? column_int64(ask, 0) : -1;
    assert_ok(sql_end(ask, &error), error);
    store_read_end(&from);
    return count;
}
