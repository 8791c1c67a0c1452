/* Events that a test appends itself, and reports compared as CSV (report_support.h). */
#include "report_support.h"

#include <string.h>

#include "store.h"

static annoproj_status append_body(writer *in, void *argument, annoproj_error **error) {
    const team *made = ((void **)argument)[0];
    int64_t first = 0;
    return event_append(in->database, made->project, ((void **)argument)[1], &first, error);
}

void report_append(team *made, const event *events, size_t count) {
    annoproj_error *error = NULL;
    body *entered = NULL;
    bounds limits;
    event_batch batch = {0};
    for (size_t i = 0; i < count; i++) {
        event one = events[i];
        one.source = one.source == 0 ? ANNOPROJ_SOURCE_UI : one.source;
        event_batch_add(&batch, &one);
    }
    void *argument[] = {made, &batch};
    assert_ok(handle_enter(made->store, HANDLE_STORE, "store", &entered, &error), error);
    assert_ok(bounds_begin(&limits, NULL, &error), error);
    assert_ok(store_write((store *)entered, &limits, append_body, argument, &error), error);
    bounds_end(&limits);
    body_release(entered);
    event_batch_release(&batch);
}

void expect_table(annoproj_table *table, const char *expected) {
    annoproj_error *error = NULL;
    char *csv = NULL, plain[4096];
    size_t length = 0;
    assert_ok(annoproj_table_csv(table, &csv, &error), error);
    const char *behind = strchr(csv, '\n');
    assert_non_null(behind); /* the heading of titles has its own tests */
    for (const char *at = behind + 1; *at != '\0' && length < sizeof plain - 1; at++) {
        if (*at != '\r') {
            plain[length++] = *at;
        }
    }
    plain[length] = '\0';
    assert_string_equal(plain, expected);
    annoproj_free(csv);
    annoproj_table_free(table);
}

void expect_report(team *made, enum member who, const annoproj_query_options *options, report_fn report,
                   const char *expected) {
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_query_open(made->projects[who], options, NULL, &query, &error), error);
    assert_ok(report(query, NULL, &table, &error), error);
    expect_table(table, expected);
    annoproj_query_close(query);
}
