/* The reports of what was done to each task, and to each task in each stage. The log is scanned for so many tasks at a time that
 * memory is bounded by the table. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "project.h"
#include "query.h"

#define TASKS_AT_ONCE 65536 /* of which few have a cell for each kind, stage and user */

typedef struct branch_place {
    int64_t branch, task; /* numbers */
} branch_place;

/* What one cell says of a task: sorted, equal keys are folded into one row. */
typedef struct part_of_row {
    int64_t task, stage, user; /* numbers; 0 when the report does not ask */
    int64_t created, edited, deleted, time_us;
} part_of_row;

typedef struct performance {
    report report;
    bool by_stage;
    branch_place *branches; /* by branch */
    size_t branch_count;
    int64_t last_task;
    report_users users;
    const char **emails; /* room for those of one row */
    rows *out;
} performance;

/* --- branches: what is theirs is their task's ---- */

static int by_branch(const void *a, const void *b) {
    const branch_place *one = a, *two = b;
    return (one->branch > two->branch) - (one->branch < two->branch);
}

static annoproj_status load_branches(performance *made, annoproj_error **error) {
    static const char count_text[] = "SELECT count(*) FROM task WHERE parent BETWEEN ? AND ? AND parent <> 0";
    static const char find_text[] = "SELECT id, parent FROM task WHERE parent BETWEEN ? AND ? AND parent <> 0";
    const scope *in = made->report.in;
    const int64_t first = MAKE_ID(in->project.id, 0), last = MAKE_ID(in->project.id, UINT32_MAX);
    size_t room = 0;
    statement *find = sql(in->database, count_text);
    bind_int64(find, first);
    bind_int64(find, last);
    if (sql_row(find)) {
        room = (size_t)column_int64(find, 0);
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->branches = arena_array(in->memory, room + 1, sizeof *made->branches);
    if (made->branches == NULL) {
        return fail_memory(error);
    }
    find = sql(in->database, find_text);
    bind_int64(find, first);
    bind_int64(find, last);
    while (made->branch_count < room && sql_row(find)) {
        made->branches[made->branch_count++] = (branch_place){.branch = NUMBER_OF(column_int64(find, 0)),
                                                              .task = NUMBER_OF(column_int64(find, 1))};
    }
    qsort(made->branches, made->branch_count, sizeof *made->branches, by_branch);
    return sql_end(find, error);
}

static int64_t task_of(const performance *made, int64_t number) {
    const branch_place wanted = {.branch = number};
    const branch_place *found = bsearch(&wanted, made->branches, made->branch_count, sizeof wanted, by_branch);
    return found == NULL ? number : found->task;
}

/* Tasks [first, last] with their branches, as far as the query lets them pass. */
static annoproj_status tasks_between(const performance *made, int64_t first, int64_t last, arena *memory,
                                     number_set *out, annoproj_error **error) {
    const number_set *passing = made->report.tasks;
    if (!number_set_make(out, memory, made->last_task)) {
        return fail_memory(error);
    }
    for (int64_t task = first; task <= last; task++) {
        if (passing == NULL || number_set_has(passing, task)) {
            number_set_add(out, task);
        }
    }
    for (size_t i = 0; i < made->branch_count; i++) {
        const branch_place *one = &made->branches[i];
        bool inside = one->task >= first && one->task <= last;
        if (inside && (passing == NULL || number_set_has(passing, one->task))) {
            number_set_add(out, one->branch);
        } else {
            number_set_remove(out, one->branch);
        }
    }
    return ANNOPROJ_OK;
}

/* --- the scan ---- */

#define TASK_ACTIONS                                                                                                   \
    EVENT_TASK_ASSIGN, EVENT_TASK_RELEASE, EVENT_TASK_SUBMIT, EVENT_TASK_SKIP, EVENT_TASK_APPROVE, EVENT_TASK_REJECT,  \
        EVENT_TASK_MOVE, EVENT_TASK_REOPEN, EVENT_TASK_PATHWAY

static annoproj_status scan_tasks(const performance *made, const number_set *tasks, scan_result *out,
                                  annoproj_error **error) {
    const report *base = &made->report;
    const uint32_t group = SCAN_BY_TASK | (made->by_stage ? SCAN_BY_STAGE | SCAN_BY_ACTOR : 0);
    const scan_part labels = {.kinds = {EVENT_LABEL_CREATE, EVENT_LABEL_EDIT, EVENT_LABEL_DELETE,
                                        EVENT_MAIN_LABEL_CREATE, EVENT_MAIN_LABEL_EDIT, EVENT_MAIN_LABEL_DELETE,
                                        /* frame units only: kinds end at the first 0 */
                                        base->by_frame ? EVENT_LABEL_FRAMES_CREATE : 0, EVENT_LABEL_FRAMES_DELETE,
                                        EVENT_MAIN_LABEL_FRAMES_CREATE, EVENT_MAIN_LABEL_FRAMES_DELETE},
                              .actors = base->people,
                              .stages = base->stages,
                              .tasks = tasks,
                              .sources = base->sources,
                              .classes = base->classes,
                              .group = group | SCAN_BY_KIND,
                              .sums = base->by_frame ? SCAN_FRAMES : 0};
    const scan_part times = {.kinds = {EVENT_TIME_SPENT},
                             .actors = base->people,
                             .stages = base->stages,
                             .tasks = tasks,
                             .sources = base->sources,
                             .pieces = true,
                             .group = group | SCAN_BY_KIND,
                             .sums = SCAN_DURATION};
    const scan_part actions = {.kinds = {TASK_ACTIONS},
                               .actors = base->people,
                               .stages = base->stages,
                               .tasks = tasks,
                               .sources = base->sources,
                               .group = group};
    const scan_part parts[] = {labels, times, actions};
    return report_scan(base, parts, made->by_stage ? 3 : 2, out, error);
}

static part_of_row part_of(const performance *made, const scan_cell *cell) {
    const int64_t labels = made->report.by_frame ? cell->frames : cell->count;
    part_of_row one = {.task = task_of(made, cell->task), .stage = cell->stage, .user = cell->actor};
    switch (cell->kind) {
    case EVENT_LABEL_CREATE:
    case EVENT_LABEL_FRAMES_CREATE:
    case EVENT_MAIN_LABEL_CREATE:
    case EVENT_MAIN_LABEL_FRAMES_CREATE: one.created = labels; break;
    case EVENT_LABEL_EDIT:
    case EVENT_MAIN_LABEL_EDIT: one.edited = labels; break;
    case EVENT_LABEL_DELETE:
    case EVENT_LABEL_FRAMES_DELETE:
    case EVENT_MAIN_LABEL_DELETE:
    case EVENT_MAIN_LABEL_FRAMES_DELETE: one.deleted = labels; break;
    case EVENT_TIME_SPENT: one.time_us = cell->duration_us; break;
    default: break;
    }
    return one;
}

/* --- the rows ---- */

static int by_task_stage_user(const void *a, const void *b) {
    const part_of_row *one = a, *two = b;
    if (one->task != two->task) {
        return one->task < two->task ? -1 : 1;
    }
    if (one->stage != two->stage) {
        return one->stage < two->stage ? -1 : 1;
    }
    return (one->user > two->user) - (one->user < two->user);
}

static bool same_row(const part_of_row *one, const part_of_row *two) {
    return one->task == two->task && one->stage == two->stage;
}

static int by_text(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_people(performance *made, const part_of_row *list, size_t count) {
    size_t people = 0;
    for (size_t i = 0; i < count; i++) {
        const int64_t user = list[i].user;
        if (user > 0 && user <= made->users.count && (i == 0 || list[i - 1].user != user)) {
            made->emails[people++] = made->users.by_email[made->users.place[user]].email;
        }
    }
    qsort(made->emails, people, sizeof *made->emails, by_text);
    rows_utf8_list(made->out, made->emails, people);
}

static const char *stage_title(const performance *made, int64_t number) {
    for (size_t i = 0; i < made->report.stage_count; i++) {
        if (made->report.all_stages[i].facts.number == number) {
            return made->report.all_stages[i].title;
        }
    }
    return "";
}

/* One row of parts that belong together, behind the facts of the task in `task`. */
static void add_row(performance *made, statement *task, const part_of_row *list, size_t count) {
    part_of_row sum = {0};
    for (size_t i = 0; i < count; i++) {
        sum.created += list[i].created;
        sum.edited += list[i].edited;
        sum.deleted += list[i].deleted;
        sum.time_us += list[i].time_us;
    }
    rows_int64(made->out, column_int64(task, 0));
    rows_text(made->out, column_text(task, 1));
    rows_text(made->out, data_type_name((int32_t)column_int64(task, 2)));
    rows_int64(made->out, column_int64(task, 3));
    rows_text(made->out, column_text(task, 4));
    if (made->by_stage) {
        rows_int64(made->out, MAKE_ID(made->report.in->project.id, list[0].stage));
        rows_text(made->out, stage_title(made, list[0].stage));
    }
    rows_int64(made->out, seconds_of(sum.time_us));
    if (made->by_stage) {
        add_people(made, list, count);
    }
    rows_int64(made->out, sum.created);
    rows_int64(made->out, sum.edited);
    rows_int64(made->out, sum.deleted);
}

static annoproj_status add_task(performance *made, const part_of_row *list, size_t count, annoproj_error **error) {
    static const char find_text[] = "SELECT t.id, u.title, u.data_type, d.id, d.title FROM task t"
                                    " JOIN data_unit u ON u.id = t.data_unit JOIN dataset d ON d.id = t.data_unit >> 32"
                                    " WHERE t.id = ?";
    statement *find = sql(made->report.in->database, find_text);
    bind_int64(find, MAKE_ID(made->report.in->project.id, list[0].task));
    if (sql_row(find)) {
        for (size_t i = 0, next; i < count; i = next) {
            for (next = i + 1; next < count && same_row(&list[i], &list[next]); next++) {
            }
            add_row(made, find, list + i, next - i);
        }
    }
    return sql_end(find, error);
}

static annoproj_status add_tasks(performance *made, part_of_row *list, size_t count, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    qsort(list, count, sizeof *list, by_task_stage_user);
    for (size_t i = 0, next; i < count && status == ANNOPROJ_OK; i = next) {
        for (next = i + 1; next < count && list[next].task == list[i].task; next++) {
        }
        status = add_task(made, list + i, next - i, error);
    }
    return status;
}

static annoproj_status add_range(performance *made, int64_t first, int64_t last, annoproj_error **error) {
    arena memory = {0};
    number_set tasks;
    scan_result result = {0};
    part_of_row *list = NULL;
    annoproj_status status = tasks_between(made, first, last, &memory, &tasks, error);
    if (status == ANNOPROJ_OK) {
        status = scan_tasks(made, &tasks, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        list = allocate((result.count + 1) * sizeof *list);
        status = list == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    for (size_t i = 0; i < result.count && list != NULL; i++) {
        list[i] = part_of(made, &result.cells[i]);
    }
    const size_t count = result.count;
    scan_release(&result);
    if (status == ANNOPROJ_OK) {
        status = add_tasks(made, list, count, error);
    }
    release(list);
    arena_release(&memory);
    return status;
}

/* --- all of it ---- */

static annoproj_status begin(performance *made, scope *in, const query *asked, annoproj_error **error) {
    annoproj_status status = report_begin(&made->report, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = report_last_task(in, &made->last_task, error);
    }
    if (status == ANNOPROJ_OK) {
        status = load_branches(made, error);
    }
    if (status == ANNOPROJ_OK && made->by_stage) {
        status = report_load_users(in, &made->users, error);
    }
    if (status == ANNOPROJ_OK) {
        made->emails = arena_array(in->memory, (size_t)made->users.count + 1, sizeof *made->emails);
        status = made->emails == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    return status;
}

static annoproj_status make_report(scope *in, const query *asked, bool by_stage, annoproj_table **table,
                                   annoproj_error **error) {
    performance made = {.by_stage = by_stage};
    annoproj_status status = begin(&made, in, asked, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made.out = rows_new(by_stage ? &row_task_performance_by_stage_row : &row_task_performance_row);
    for (int64_t first = 1; first <= made.last_task && status == ANNOPROJ_OK; first += TASKS_AT_ONCE) {
        const int64_t last = first + TASKS_AT_ONCE - 1;
        status = add_range(&made, first, last < made.last_task ? last : made.last_task, error);
    }
    if (status != ANNOPROJ_OK) {
        rows_discard(made.out);
        return status;
    }
    return rows_finish(made.out, table, error);
}

annoproj_status report_task_performance(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    return make_report(in, asked, false, table, error);
}

annoproj_status report_task_performance_by_stage(scope *in, const query *asked, annoproj_table **table,
                                                 annoproj_error **error) {
    return make_report(in, asked, true, table, error);
}
