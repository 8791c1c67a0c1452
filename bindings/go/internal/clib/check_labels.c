/* Whether labels, and what was published of them, are those that the events tell. */
#include "check.h"

static int64_t submits_of(const replay *state, int64_t task) {
    return task > 0 && (size_t)task < state->task_count ? state->tasks[task].submits : 0;
}

static bool is_merged(const replay *state, int64_t task) {
    return task > 0 && (size_t)task < state->task_count && state->tasks[task].merged;
}

static bool is_branch(const replay *state, int64_t task) {
    return task > 0 && (size_t)task < state->task_count && state->tasks[task].parent != 0;
}

/* Whose branch a label on text, audio or a time series came from is told by no event while the project does not count it. */
static annoproj_status check_published(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] =
        "SELECT p.label, p.class, p.live, p.submitted, p.submitter, d.data_type IN (7, 8), p.task, p.at_last_submit"
        " FROM label_published p JOIN task t ON t.id = p.task JOIN data_unit d ON d.id = t.data_unit"
        " WHERE p.task >= ? AND p.task < ?";
    int64_t known = 0, expected = 0;
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    for (size_t i = 0; i < state->label_count; i++)
        expected += state->labels[i].known;
    while (sql_row(find)) {
        int64_t number = column_int64(find, 0);
        const replayed_label *label = (size_t)number < state->label_count ? state->labels + number : NULL;
        bool media = column_int64(find, 5) != 0;
        if (!label || !label->known) {
            check_report(check, "published_label", number, "a published label", "no event published it");
            continue;
        }
        known++;
        check_compare(check, "published_label", number, "class", column_int64(find, 1), label->class);
        check_compare(check, "published_label", number, "live", column_int64(find, 2), label->live);
        check_compare(check, "published_label", number, "task", NUMBER_OF(column_int64(find, 6)), label->task);
        if (media && is_merged(state, label->task))
            continue;
        check_compare(check, "published_label", number, "submitter", column_int64(find, 4), label->submitter);
        if (is_branch(state, label->task)) /* what it took over from its task was submitted there */
            continue;
        check_compare(check, "published_label", number, "submitted", column_int64(find, 3), label->submit != 0);
        check_compare(check, "published_label", number, "at the last submit", column_int64(find, 7),
                      label->submit != 0 && label->submit == submits_of(state, label->task));
    }
    check_compare(check, "published_label", 0, "published labels", known, expected);
    return sql_end(find, error);
}

static annoproj_status check_drawn(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] = "SELECT number, class, task FROM label WHERE task >= ? AND task < ?";
    int64_t found = 0, expected = 0;
    for (size_t i = 0; i < state->label_count; i++)
        expected += state->labels[i].drawn;
    statement *find = sql(in->database, text);
    check_bind_project(find, check);
    while (sql_row(find)) {
        int64_t number = column_int64(find, 0);
        found++;
        if ((size_t)number >= state->label_count || !state->labels[number].drawn)
            check_report(check, "label", number, "a label", "no event made it");
        else {
            check_compare(check, "label", number, "class", column_int64(find, 1), state->labels[number].drawn_class);
            check_compare(check, "label", number, "task", NUMBER_OF(column_int64(find, 2)), state->labels[number].task);
        }
    }
    check_compare(check, "label", 0, "labels", found, expected);
    return sql_end(find, error);
}

annoproj_status check_labels(scope *in, checking *check, annoproj_error **error) {
    annoproj_status status = check_published(in, check, check->state, error);
    return status == ANNOPROJ_OK ? check_drawn(in, check, check->state, error) : status;
}
