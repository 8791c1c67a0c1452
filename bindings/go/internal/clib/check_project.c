/* Whether a project is sound: its log, and everything that must follow from it. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"
#include "event_log.h"
#include "failure.h"
#include "replay.h"
#include "task_titles.h"
#include "task_vector.h"

void check_report(checking *check, const char *subject, int64_t id, const char *found, const char *expected) {
    if (check->project != 0)
        rows_int64(check->found, check->project);
    else
        rows_null(check->found);
    rows_text(check->found, subject);
    if (id != 0)
        rows_int64(check->found, id);
    else
        rows_null(check->found);
    rows_text(check->found, found);
    rows_text(check->found, expected);
}

/* "assignee 7" against "assignee 0". */
void check_compare(checking *check, const char *subject, int64_t id, const char *what, int64_t found,
                   int64_t expected) {
    char found_text[96], expected_text[96];
    if (found == expected)
        return;
    snprintf(found_text, sizeof found_text, "%s %" PRId64, what, found);
    snprintf(expected_text, sizeof expected_text, "%s %" PRId64, what, expected);
    check_report(check, subject, id, found_text, expected_text);
}

static void log_line(void *data, const char *subject, int64_t id, const char *found, const char *expected) {
    check_report(data, subject, id, found, expected);
}

static void title_line(void *data, int64_t task, const char *found, const char *expected) {
    check_report(data, "task", task, found, expected);
}

/* Places and assignees of tasks. */
static annoproj_status check_tasks(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] =
        "SELECT id, stage, assignee, priority, parent FROM task WHERE id >= ? AND id < ? ORDER BY id";
    size_t next = 1;
    statement *find = sql(in->database, text);
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
    while (sql_row(find)) {
        int64_t id = column_int64(find, 0), number = NUMBER_OF(id);
        replayed_task expected = {0};
        for (; next < (size_t)number; next++)
            if (next < state->task_count && state->tasks[next].created)
                check_report(check, "task", MAKE_ID(check->project, next), "no such task", "a task");
        next = (size_t)number + 1;
        if ((size_t)number < state->task_count)
            expected = state->tasks[number];
        if (!expected.created) {
            check_report(check, "task", id, "a task", "no event made it");
            continue;
        }
        check_compare(check, "task", id, "stage", NUMBER_OF(column_int64(find, 1)), expected.stage);
        check_compare(check, "assignment", id, "assignee", column_int64(find, 2), expected.assignee);
        check_compare(check, "task", id, "parent", NUMBER_OF(column_int64(find, 4)), expected.parent);
        if (expected.priority_set)
            check_compare(check, "task", id, "priority", column_int64(find, 3), expected.priority);
    }
    for (; next < state->task_count; next++)
        if (state->tasks[next].created)
            check_report(check, "task", MAKE_ID(check->project, next), "no such task", "a task");
    return sql_end(find, error);
}

static annoproj_status check_one_counter(scope *in, checking *check, int64_t stage, int64_t assignee, int64_t expected,
                                         annoproj_error **error) {
    static const char text[] = "SELECT count FROM task_count WHERE stage = ? AND assignee = ?";
    int64_t found = 0;
    statement *find = sql(in->database, text);
    bind_int64(find, stage);
    bind_int64(find, assignee);
    if (sql_row(find))
        found = column_int64(find, 0);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK)
        check_compare(check, "counter", stage, "tasks", found, expected);
    return status;
}

typedef struct place {
    int32_t stage;
    int64_t assignee, tasks;
} place;

/* Counts by stage and assignee, from the replayed tasks: few places, so a small sorted list. */
static annoproj_status count_places(scope *in, const replay *state, place **places, size_t *count,
                                    annoproj_error **error) {
    size_t capacity = 64;
    place *list = arena_array(in->memory, capacity, sizeof *list);
    *count = 0;
    for (size_t i = 0; i < state->task_count && list; i++) {
        const replayed_task *task = state->tasks + i;
        size_t at = 0;
        if (!task->created || task->stage == 0 || (task->parent != 0 && task->assignee == NOT_QUEUED))
            continue;
        while (at < *count && (list[at].stage != task->stage || list[at].assignee != task->assignee))
            at++;
        if (at == capacity) {
            place *grown = arena_array(in->memory, capacity * 2, sizeof *list);
            for (size_t k = 0; grown && k < capacity; k++)
                grown[k] = list[k];
            list = grown;
            capacity *= 2;
            if (!list)
                break;
        }
        if (at == *count)
            list[(*count)++] = (place){.stage = task->stage, .assignee = task->assignee};
        list[at].tasks++;
    }
    *places = list;
    return list ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status check_places(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] =
        "SELECT stage, assignee, count FROM task_count WHERE stage >= ? AND stage < ? AND count <> 0";
    place *places = NULL;
    size_t count = 0;
    annoproj_status status = count_places(in, state, &places, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = check_one_counter(in, check, MAKE_ID(check->project, places[i].stage), places[i].assignee,
                                   places[i].tasks, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(in->database, text);
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
    while (sql_row(find)) {
        bool known = false;
        for (size_t i = 0; i < count; i++)
            known |= places[i].stage == NUMBER_OF(column_int64(find, 0)) && places[i].assignee == column_int64(find, 1);
        if (!known)
            check_compare(check, "counter", column_int64(find, 0), "tasks", column_int64(find, 2), 0);
    }
    return sql_end(find, error);
}

static annoproj_status check_project_counter(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] =
        "SELECT tasks, open_issues, instance_labels_created FROM project_counter WHERE project = ?";
    int64_t tasks = 0, open_issues = 0, counted = 0;
    for (size_t i = 0; i < state->task_count; i++)
        tasks += state->tasks[i].created && state->tasks[i].stage != 0 && state->tasks[i].parent == 0;
    for (size_t i = 0; i < state->label_count; i++)
        counted += state->labels[i].counted;
    for (size_t i = 0; i < state->issue_count; i++) {
        const replayed_issue *issue = state->issues + i;
        open_issues += issue->open && (size_t)issue->task < state->task_count && state->tasks[issue->task].stage != 0;
    }
    statement *find = sql(in->database, text);
    bind_int64(find, check->project);
    if (sql_row(find)) {
        check_compare(check, "counter", 0, "tasks of the project", column_int64(find, 0), tasks);
        check_compare(check, "counter", 0, "open issues", column_int64(find, 1), open_issues);
        check_compare(check, "counter", 0, "instance labels created", column_int64(find, 2), counted);
    } else {
        check_report(check, "counter", 0, "no counters", "counters of the project");
    }
    return sql_end(find, error);
}

static bool tag_before(const replayed_tag *tag, int64_t issue, int64_t number) {
    return tag->issue < issue || (tag->issue == issue && tag->tag < number);
}

static void report_tag(checking *check, int64_t issue, int64_t tag, bool on) {
    char found[64], expected[64];
    snprintf(found, sizeof found, "%stag %" PRId64, on ? "" : "no ", tag);
    snprintf(expected, sizeof expected, "%stag %" PRId64, on ? "no " : "", tag);
    check_report(check, "issue", MAKE_ID(check->project, issue), found, expected);
}

/* Both in order of issue and tag. */
static annoproj_status check_issue_tags(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] = "SELECT issue, tag FROM issue_tag WHERE issue >= ? AND issue < ? ORDER BY issue, tag";
    size_t next = 0;
    statement *find = sql(in->database, text);
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
    while (sql_row(find)) {
        const int64_t issue = NUMBER_OF(column_int64(find, 0)), tag = column_int64(find, 1);
        for (; next < state->tag_count && tag_before(&state->tags[next], issue, tag); next++)
            report_tag(check, state->tags[next].issue, state->tags[next].tag, false);
        if (next < state->tag_count && state->tags[next].issue == issue && state->tags[next].tag == tag)
            next++;
        else
            report_tag(check, issue, tag, true);
    }
    annoproj_status status = sql_end(find, error);
    for (; status == ANNOPROJ_OK && next < state->tag_count; next++)
        report_tag(check, state->tags[next].issue, state->tags[next].tag, false);
    return status;
}

static int64_t submits_of(const replay *state, int64_t task) {
    return task > 0 && (size_t)task < state->task_count ? state->tasks[task].submits : 0;
}

static bool is_branch(const replay *state, int64_t task) {
    return task > 0 && (size_t)task < state->task_count && state->tasks[task].parent != 0;
}

/* Who submitted a label on text or audio is told by no event while the project does not count it. */
static annoproj_status check_published(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char text[] =
        "SELECT p.label, p.class, p.live, p.submitted, p.submitter, d.data_type IN (7, 8), p.task, p.at_last_submit"
        " FROM label_published p JOIN task t ON t.id = p.task JOIN data_unit d ON d.id = t.data_unit"
        " WHERE p.task >= ? AND p.task < ?";
    int64_t known = 0, expected = 0;
    statement *find = sql(in->database, text);
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
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
        if (media)
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
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
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

static int64_t vector_value(statement *find, int column, int64_t task) {
    size_t at = (size_t)(NUMBER_OF(task) % TASK_VECTOR_CHUNK) * 2;
    const uint8_t *data = column_blob(find, column);
    return column_length(find, column) >= at + 2 ? data[at] | data[at + 1] << 8 : -1;
}

/* What tasks carry of their data units, for lists. */
static annoproj_status check_units(scope *in, checking *check, annoproj_error **error) {
    static const char query[] = "SELECT t.id, u.id IS NULL FROM task t LEFT JOIN data_unit u ON u.id = t.data_unit"
                                " WHERE t.id >= ? AND t.id < ? AND (t.title = u.title AND t.data_type = u.data_type)"
                                " IS NOT 1";
    statement *find = sql(in->database, query);
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
    while (sql_row(find)) {
        const bool none = column_int64(find, 1) != 0;
        check_report(check, "task", column_int64(find, 0), none ? "no data unit" : "title or type of another data unit",
                     none ? "a data unit" : "those of its own");
    }
    return sql_end(find, error);
}

/* The vectors that reports join with: dataset and stage of each task. */
static annoproj_status check_vectors(scope *in, checking *check, annoproj_error **error) {
    static const char query[] =
        "SELECT t.id, t.stage & 0xffffffff, d.number, s.data, v.data FROM task t"
        " LEFT JOIN project_dataset d ON d.project = t.id >> 32 AND d.dataset = t.data_unit >> 32"
        " LEFT JOIN task_vector s ON s.id = ?3 + (t.id & 0xffffffff) / ?5"
        " LEFT JOIN task_vector v ON v.id = ?4 + (t.id & 0xffffffff) / ?5"
        " WHERE t.id >= ?1 AND t.id < ?2 ORDER BY t.id";
    statement *find = sql(in->database, query);
    bind_int64(find, MAKE_ID(check->project, 0));
    bind_int64(find, MAKE_ID(check->project + 1, 0));
    bind_int64(find, TASK_VECTOR_ID(check->project, TASK_ATTRIBUTE_STAGE, 0));
    bind_int64(find, TASK_VECTOR_ID(check->project, TASK_ATTRIBUTE_DATASET, 0));
    bind_int64(find, TASK_VECTOR_CHUNK);
    while (sql_row(find)) {
        int64_t id = column_int64(find, 0);
        check_compare(check, "task", id, "stage in the vector", vector_value(find, 3, id), column_int64(find, 1));
        check_compare(check, "task", id, "dataset in the vector", vector_value(find, 4, id), column_int64(find, 2));
    }
    return sql_end(find, error);
}

/* Of a project that is being purged there is what there is. */
static annoproj_status is_being_purged(scope *in, int64_t project, bool *purging, annoproj_error **error) {
    static const char text[] = "SELECT purging FROM project WHERE id = ?";
    statement *find = sql(in->database, text);
    bind_int64(find, project);
    *purging = sql_row(find) && column_int64(find, 0) != 0;
    return sql_end(find, error);
}

static annoproj_status replay_and_watch(scope *in, checking *check, replay *state, annoproj_error **error) {
    event_checks *checks = NULL;
    annoproj_status status = check_events_begin(in, check, &checks, error);
    const replay_watcher watcher = {check_events_see, checks};
    if (status == ANNOPROJ_OK)
        status = replay_project(in, check->project, &watcher, state, error);
    return check_events_end(checks, status, error);
}

annoproj_status check_project(scope *in, checking *check, annoproj_error **error) {
    replay state = {0};
    bool purging = false;
    annoproj_status status = is_being_purged(in, check->project, &purging, error);
    if (status != ANNOPROJ_OK || purging)
        return status;
    status = event_check(in->database, check->project, log_line, check, in->bounds, error);
    if (status != ANNOPROJ_OK || check->quick)
        return status;
    status = replay_and_watch(in, check, &state, error);
    if (status == ANNOPROJ_CORRUPT) { /* the log's own check has said what is wrong with it */
        drop_error(error);
        return ANNOPROJ_OK;
    }
    if (status == ANNOPROJ_OK && check->project == 0) {
        status = check_store_facts(in, check, &state, error);
        replay_release(&state);
        return status;
    }
    if (status == ANNOPROJ_OK)
        status = check_project_facts(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_workflow(in, check, error);
    if (status == ANNOPROJ_OK)
        status = check_tasks(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_task_facts(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_units(in, check, error);
    if (status == ANNOPROJ_OK)
        status = check_vectors(in, check, error);
    if (status == ANNOPROJ_OK)
        status = task_titles_check(in, check->project, title_line, check, error);
    if (status == ANNOPROJ_OK)
        status = check_places(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_queue(in, check, error);
    if (status == ANNOPROJ_OK)
        status = check_consensus(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_project_counter(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_issue_tags(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_published(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_drawn(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_hashes(in, check, error);
    if (status == ANNOPROJ_OK)
        status = check_reviews(in, check, &state, error);
    if (status == ANNOPROJ_OK)
        status = check_members(in, check, error);
    if (status == ANNOPROJ_OK)
        status = check_versions(in, check, error);
    replay_release(&state);
    return status;
}
