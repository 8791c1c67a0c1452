/* Whether labels, and what was published of them, are those that the events tell. */
#include "check.h"

static int64_t submits_of(const replay *state, int64_t task) {
    return task > 0 && (size_t)task < state->task_count ? state->tasks[task].submits : 0;
}

static bool is_branch(const replay *state, int64_t task) {
    return task > 0 && (size_t)task < state->task_count && state->tasks[task].parent != 0;
}

static annoproj_status check_published(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] =
        "SELECT label, class, live, submitted, submitter, task, at_last_submit FROM label_published"
        " WHERE task >= ? AND task < ?";
    int64_t known = 0, expected = 0;
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    for (size_t i = 0; i < state->label_count; i++)
        expected += state->labels[i].known;
    while (sql_row(find)) {
        int64_t which = column_int64(find, 0);
        const replayed_label *told = (size_t)which < state->label_count ? state->labels + which : NULL;
        if (!told || !told->known) {
            check_report(check, "published_label", which, "a published label", "no event published it");
            continue;
        }
        known++;
        check_compare(check, "published_label", which, "class", column_int64(find, 1), told->class);
        check_compare(check, "published_label", which, "live", column_int64(find, 2), told->live);
        check_compare(check, "published_label", which, "task", NUMBER_OF(column_int64(find, 5)), told->task);
        if (told->submitter != SUBMITTER_UNTOLD)
            check_compare(check, "published_label", which, "submitter", column_int64(find, 4), told->submitter);
        if (is_branch(state, told->task)) /* what it took over from its task was submitted there */
            continue;
        check_compare(check, "published_label", which, "submitted", column_int64(find, 3), told->submit != 0);
        check_compare(check, "published_label", which, "at the last submit", column_int64(find, 6),
                      told->submit != 0 && told->submit == submits_of(state, told->task));
    }
    check_compare(check, "published_label", 0, "published labels", known, expected);
    return sql_end(find, error);
}

static annoproj_status check_drawn(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] = "SELECT number, class, task FROM label WHERE task >= ? AND task < ?";
    int64_t found = 0, expected = 0;
    for (size_t i = 0; i < state->label_count; i++)
        expected += state->labels[i].drawn;
    statement *find = sql(in->database, query);
    check_bind_project(find, check);
    while (sql_row(find)) {
        int64_t which = column_int64(find, 0);
        found++;
        if ((size_t)which >= state->label_count || !state->labels[which].drawn)
            check_report(check, "label", which, "a label", "no event made it");
        else {
            check_compare(check, "label", which, "class", column_int64(find, 1), state->labels[which].drawn_class);
            check_compare(check, "label", which, "task", NUMBER_OF(column_int64(find, 2)), state->labels[which].task);
        }
    }
    check_compare(check, "label", 0, "labels", found, expected);
    return sql_end(find, error);
}

annoproj_status check_labels(scope *in, checking *check, annoproj_error **error) {
    annoproj_status status = check_published(in, check, check->state, error);
    return status == ANNOPROJ_OK ? check_drawn(in, check, check->state, error) : status;
}
