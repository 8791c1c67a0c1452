/* The reports of what was done to each task, and to each task in each stage: one walk over the log for so many tasks at a time
 * that memory is bounded by the table. */
#include <stdlib.h>
#include <string.h>

#include "event_walk.h"
#include "failure.h"
#include "project.h"
#include "task_rows.h"

#define TASKS_AT_ONCE ((int64_t)1 << 20)

typedef struct branch_place {
    int64_t branch, task; /* numbers */
} branch_place;

/* What was done to a task; in a stage by a user when the report asks. Those of one task are chained, from the one that each task
 * has at its own place. */
typedef struct part_of_row {
    int64_t user; /* numbers; 0 when the report does not ask */
    int32_t stage;
    uint32_t next; /* place of the next one, from 1, or one of these */
    int64_t created, edited, deleted, time_us;
} part_of_row;

#define NOTHING_DONE 0
#define LAST_PART    UINT32_MAX

typedef struct performance {
    report report;
    bool by_stage;
    int64_t after, before;  /* the window */
    branch_place *branches; /* by branch */
    size_t branch_count;
    int64_t last_task;
    report_users users;
    const char **emails; /* room for those of one row */
    rows *out;
    int64_t first, end;        /* tasks at once: [first, end) */
    part_of_row *tasks;        /* the first part of each */
    part_of_row *parts, *list; /* all others; those of one task */
    size_t count, capacity, list_capacity;
    bool failed; /* out of memory */
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

/* --- the walk ---- */

/* Another part of a task, behind its first one. */
static part_of_row *add_part(performance *made, part_of_row *first, int32_t stage, int64_t user) {
    if (made->count == made->capacity) {
        const size_t capacity = made->capacity == 0 ? 4096 : 2 * made->capacity;
        part_of_row *parts = capacity >= LAST_PART ? NULL : reallocate(made->parts, capacity * sizeof *parts);
        if (parts == NULL) {
            made->failed = true;
            return NULL;
        }
        made->parts = parts;
        made->capacity = capacity;
    }
    made->parts[made->count] = (part_of_row){.stage = stage, .user = user, .next = first->next};
    first->next = (uint32_t)++made->count;
    return &made->parts[made->count - 1];
}

/* Where an event of a task is added; NULL when it belongs to none that is looked at now, or out of memory. */
static part_of_row *find_part(performance *made, const event *one) {
    const int64_t task = task_of(made, one->task), user = made->by_stage ? one->actor : 0;
    const int32_t stage = made->by_stage ? one->stage : 0;
    if (task < made->first || task >= made->end || made->failed) {
        return NULL;
    }
    part_of_row *first = &made->tasks[task - made->first], *part = first;
    if (first->next == NOTHING_DONE) {
        *first = (part_of_row){.stage = stage, .user = user, .next = LAST_PART};
    }
    while ((part->stage != stage || part->user != user) && part->next != LAST_PART) {
        part = &made->parts[part->next - 1];
    }
    return part->stage == stage && part->user == user ? part : add_part(made, first, stage, user);
}

static bool has(const number_set *set, int64_t number) {
    return set == NULL || number_set_has(set, number);
}

/* Damaged numbers may wrap around; they are found by the check, not here. */
static void add_to(int64_t *sum, int64_t value) {
    *sum = (int64_t)((uint64_t)*sum + (uint64_t)value);
}

/* How much of a piece of time lies in the window; false when nothing does. A moment has no length. */
static bool piece_inside(const performance *made, const event *one, int64_t *length) {
    const int64_t from = one->time_us < made->after ? made->after : one->time_us, duration = one->duration_us;
    *length = 0;
    if (duration <= 0) {
        return one->time_us >= made->after && one->time_us < made->before;
    }
    int64_t until = one->time_us > INT64_MAX - duration ? INT64_MAX : one->time_us + duration;
    until = until > made->before ? made->before : until;
    *length = until > from ? (int64_t)((uint64_t)until - (uint64_t)from) : 0;
    return until > from;
}

static int64_t *label_sum(part_of_row *part, int32_t kind) {
    switch (kind) {
    case EVENT_LABEL_CREATE:
    case EVENT_LABEL_FRAMES_CREATE:
    case EVENT_MAIN_LABEL_CREATE:
    case EVENT_MAIN_LABEL_FRAMES_CREATE: return &part->created;
    case EVENT_LABEL_EDIT:
    case EVENT_MAIN_LABEL_EDIT: return &part->edited;
    case EVENT_LABEL_DELETE:
    case EVENT_LABEL_FRAMES_DELETE:
    case EVENT_MAIN_LABEL_DELETE:
    case EVENT_MAIN_LABEL_FRAMES_DELETE: return &part->deleted;
    default: return NULL;
    }
}

static void foresee_event(void *data, const event *one) {
    const performance *made = data;
    if (one->task >= made->first && one->task < made->end) { /* a branch's task is found by the branch */
        __builtin_prefetch(&made->tasks[one->task - made->first], 1);
    }
}

static void take_event(void *data, const event *one) {
    performance *made = data;
    const report *base = &made->report;
    int64_t length = 0;
    if (!has(base->tasks, one->task) || !has(base->stages, one->stage) || !has(base->people, one->actor) ||
        !has(base->sources, one->source)) {
        return;
    }
    const bool time = one->kind == EVENT_TIME_SPENT;
    if (time ? !piece_inside(made, one, &length) : one->time_us < made->after || one->time_us >= made->before) {
        return;
    }
    part_of_row none = {0};
    const bool label = label_sum(&none, one->kind) != NULL;
    part_of_row *part = label && !has(base->classes, one->class) ? NULL : find_part(made, one);
    if (part == NULL) {
        return;
    }
    if (time) {
        add_to(&part->time_us, length);
    } else if (label) {
        add_to(label_sum(part, one->kind), base->by_frame ? one->frames : 1);
    }
}

/* In instance units labels whose frames change are no changes; actions tell who was at work in a stage. */
static const int32_t by_instance[] = {
    EVENT_TIME_SPENT,        EVENT_LABEL_CREATE,    EVENT_LABEL_EDIT,        EVENT_LABEL_DELETE,
    EVENT_MAIN_LABEL_CREATE, EVENT_MAIN_LABEL_EDIT, EVENT_MAIN_LABEL_DELETE, 0};
static const int32_t of_frames[] = {EVENT_LABEL_FRAMES_CREATE, EVENT_LABEL_FRAMES_DELETE,
                                    EVENT_MAIN_LABEL_FRAMES_CREATE, EVENT_MAIN_LABEL_FRAMES_DELETE, 0};
static const int32_t actions[] = {
    EVENT_TASK_ASSIGN, EVENT_TASK_RELEASE, EVENT_TASK_SUBMIT, EVENT_TASK_SKIP,    EVENT_TASK_APPROVE,
    EVENT_TASK_REJECT, EVENT_TASK_MOVE,    EVENT_TASK_REOPEN, EVENT_TASK_PATHWAY, 0};
#define MOST_KINDS                                                                                                     \
    (sizeof by_instance / sizeof *by_instance + sizeof of_frames / sizeof *of_frames + sizeof actions / sizeof *actions)

static size_t add_kinds(int32_t *kinds, size_t count, const int32_t *more) {
    for (size_t i = 0; more[i] != 0; i++) {
        kinds[count++] = more[i];
    }
    return count;
}

static annoproj_status walk_through(performance *made, annoproj_error **error) {
    const report *base = &made->report;
    const scope *in = base->in;
    int32_t kinds[MOST_KINDS] = {0};
    size_t count = add_kinds(kinds, 0, by_instance);
    count = base->by_frame ? add_kinds(kinds, count, of_frames) : count;
    count = made->by_stage ? add_kinds(kinds, count, actions) : count;
    const bool window = made->after != INT64_MIN || made->before != INT64_MAX;
    const uint32_t columns = EVENT_WALK_COLUMN(COLUMN_TASK) | EVENT_WALK_COLUMN(COLUMN_DURATION) |
                             (window ? EVENT_WALK_COLUMN(COLUMN_TIME) : 0) |
                             (base->by_frame ? EVENT_WALK_COLUMN(COLUMN_FRAMES) : 0) |
                             (made->by_stage || base->stages != NULL ? EVENT_WALK_COLUMN(COLUMN_STAGE) : 0) |
                             (made->by_stage || base->people != NULL ? EVENT_WALK_COLUMN(COLUMN_ACTOR) : 0) |
                             (base->sources != NULL ? EVENT_WALK_COLUMN(COLUMN_SOURCE) : 0) |
                             (base->classes != NULL ? EVENT_WALK_COLUMN(COLUMN_CLASS) : 0);
    const event_walk walk = {.database = in->database,
                             .store = in->store,
                             .bounds = in->bounds,
                             .project = in->project.id,
                             .kinds = kinds,
                             .columns = columns,
                             .after = made->after,
                             .before = made->before,
                             .visit = take_event,
                             .foresee = foresee_event,
                             .data = made};
    annoproj_status status = event_walk_run(&walk, error);
    return status == ANNOPROJ_OK && made->failed ? fail_memory(error) : status;
}

/* --- the rows ---- */

static int by_stage_and_user(const void *a, const void *b) {
    const part_of_row *one = a, *two = b;
    if (one->stage != two->stage) {
        return one->stage < two->stage ? -1 : 1;
    }
    return (one->user > two->user) - (one->user < two->user);
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

/* One row of parts that belong together. */
static void add_row(performance *made, const task_row *task, const part_of_row *list, size_t count) {
    part_of_row sum = {0};
    for (size_t i = 0; i < count; i++) {
        add_to(&sum.created, list[i].created);
        add_to(&sum.edited, list[i].edited);
        add_to(&sum.deleted, list[i].deleted);
        add_to(&sum.time_us, list[i].time_us);
    }
    rows_int64(made->out, task->id);
    rows_text(made->out, task->title);
    rows_text(made->out, data_type_name(task->data_type));
    rows_int64(made->out, task->dataset);
    rows_text(made->out, task->dataset_title);
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

/* The parts of a task into `list`, sorted. */
static annoproj_status list_parts(performance *made, const part_of_row *first, size_t *count, annoproj_error **error) {
    *count = 0;
    for (const part_of_row *part = first;; part = &made->parts[part->next - 1]) {
        if (*count == made->list_capacity) {
            const size_t capacity = made->list_capacity == 0 ? 64 : 2 * made->list_capacity;
            part_of_row *list = reallocate(made->list, capacity * sizeof *list);
            if (list == NULL) {
                return fail_memory(error);
            }
            made->list = list;
            made->list_capacity = capacity;
        }
        made->list[(*count)++] = *part;
        if (part->next == LAST_PART) {
            break;
        }
    }
    if (*count > 1) {
        qsort(made->list, *count, sizeof *made->list, by_stage_and_user);
    }
    return ANNOPROJ_OK;
}

static bool has_parts(const void *data, int64_t task) {
    const performance *made = data;
    return made->tasks[task - made->first].next != NOTHING_DONE;
}

static annoproj_status add_task(void *data, const task_row *task, annoproj_error **error) {
    performance *made = data;
    size_t count = 0;
    annoproj_status status = list_parts(made, &made->tasks[NUMBER_OF(task->id) - made->first], &count, error);
    for (size_t i = 0, next; i < count && status == ANNOPROJ_OK; i = next) {
        for (next = i + 1; next < count && made->list[next].stage == made->list[i].stage; next++) {
        }
        add_row(made, task, made->list + i, next - i);
    }
    return status;
}

static annoproj_status add_range(performance *made, annoproj_error **error) {
    const task_rows wanted = {.in = made->report.in,
                              .first = made->first,
                              .end = made->end,
                              .wanted = has_parts,
                              .take = add_task,
                              .data = made};
    made->count = 0;
    memset(made->tasks, 0, (size_t)(made->end - made->first) * sizeof *made->tasks);
    annoproj_status status = walk_through(made, error);
    return status == ANNOPROJ_OK ? task_rows_run(&wanted, error) : status;
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
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const int64_t at_once = made->last_task < TASKS_AT_ONCE ? made->last_task : TASKS_AT_ONCE;
    made->emails = arena_array(in->memory, (size_t)made->users.count + 1, sizeof *made->emails);
    made->tasks = allocate((size_t)at_once * sizeof *made->tasks);
    return made->emails == NULL || made->tasks == NULL ? fail_memory(error) : ANNOPROJ_OK;
}

static annoproj_status make_report(scope *in, const query *asked, bool by_stage, annoproj_table **table,
                                   annoproj_error **error) {
    performance made = {.by_stage = by_stage,
                        .after = asked->after_us == 0 ? INT64_MIN : asked->after_us,
                        .before = asked->before_us == 0 ? INT64_MAX : asked->before_us};
    annoproj_status status = begin(&made, in, asked, error);
    if (status != ANNOPROJ_OK) {
        release(made.tasks);
        return status;
    }
    made.out = rows_new(by_stage ? &row_task_performance_by_stage_row : &row_task_performance_row);
    for (made.first = 1; made.first <= made.last_task && status == ANNOPROJ_OK; made.first = made.end) {
        const int64_t left = made.last_task + 1 - made.first;
        made.end = made.first + (left < TASKS_AT_ONCE ? left : TASKS_AT_ONCE);
        status = add_range(&made, error);
    }
    release(made.tasks);
    release(made.parts);
    release(made.list);
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
