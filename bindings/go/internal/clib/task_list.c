/* Lists of tasks: a page in an order, behind a place, of the tasks that the session sees (task_list.h). */
#include "task_list.h"

#include <string.h>

#include "failure.h"
#include "task_count.h"

#define LIMIT_DEFAULT 1000
#define LIMIT_MOST    10000
#define LOOKUPS_LEAST 200 /* before a page is gathered */
#define LOOKUP_COST   64  /* a task looked up, anywhere in the file, costs about as much as so many that are gathered */
#define CHECKED_EVERY 256 /* places walked */

typedef struct listing {
    task_filter filter;
    task_order order;
    size_t room;    /* rows of the page, and one that tells whether there is another */
    task_run *runs; /* as many as `run_room` fit */
    size_t run_count, run_room;
    task_run **heap; /* of the runs: the one whose task comes next stands first */
    int64_t tasks;   /* that gathering would read */
    int64_t lookups; /* tasks looked up while walking */
    int64_t most_lookups;
    int64_t walked;
    best_tasks
        best; /* of chosen assignees, in an order that no index of theirs has; of all, when the page is gathered */
    uint8_t *
        stages; /* GATHER_ALL for the number of each stage whose tasks are all meant; with data units GATHER_OWN, too */
    task_place *page; /* titles are not kept */
    size_t found;
} listing;

static bool in_list(const int64_t *values, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++)
        if (values[i] == value)
            return true;
    return count == 0;
}

static annoproj_status check_stages(const annoproj_task_list_options *options, const visible_stage *visible,
                                    size_t count, annoproj_error **error) {
    for (size_t i = 0; i < options->stage_count; i++) {
        bool seen = false;
        for (size_t k = 0; k < count; k++)
            seen |= visible[k].facts.id == options->stages[i];
        if (!seen)
            return fail(error, ANNOPROJ_NOT_FOUND, "there is no stage %lld", (long long)options->stages[i]);
    }
    return ANNOPROJ_OK;
}

/* --- where to look ---------------------------------------------------------------------------------------------------- */

static annoproj_status add_run(listing *list, int64_t stage, int64_t assignee, annoproj_error **error) {
    if (list->run_count == list->run_room) {
        task_run *wider = arena_array(list->filter.in->memory, list->run_room * 2 + 8, sizeof *wider);
        if (!wider)
            return fail_memory(error);
        if (list->run_count > 0)
            memcpy(wider, list->runs, list->run_count * sizeof *wider);
        list->runs = wider;
        list->run_room = list->run_room * 2 + 8;
    }
    /* A walk that gives up at once compares runs that were never read. */
    list->runs[list->run_count++] = (task_run){.stage = stage, .assignee = assignee, .head = {.title = ""}};
    return ANNOPROJ_OK;
}

/* What a user has in a stage: the index of the queue has it in the order of priority. */
static annoproj_status add_user(listing *list, int64_t stage, int64_t user, annoproj_error **error) {
    if (list->order.sort != ANNOPROJ_TASK_SORT_PRIORITY)
        return gather_assigned(&list->best, stage, user, error);
    int64_t tasks = 0;
    annoproj_status status = task_count_of(list->filter.in, stage, user, &tasks, error);
    list->tasks += list->stages[NUMBER_OF(stage)] ? 0 : tasks;
    return status == ANNOPROJ_OK ? add_run(list, stage, user, error) : status;
}

/* What chosen assignees have in a stage, once for each; 0 is nobody, and what waits in no queue. */
static annoproj_status add_users(listing *list, const visible_stage *stage, annoproj_error **error) {
    const annoproj_task_list_options *options = list->filter.options;
    const int64_t id = stage->facts.id, self = list->filter.in->user;
    /* Where one sees one's own only, the branches of what one reviews are seen with it. */
    const bool branches = stage->own_only && options->include_waiting && stage->facts.type == STAGE_CONSENSUS_REVIEW &&
                          in_list(options->assignees, options->assignee_count, 0);
    annoproj_status status = branches ? add_user(list, id, NOT_QUEUED, error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && options->assignee_count == 0)
        status = add_user(list, id, self, error);
    for (size_t i = 0; i < options->assignee_count && status == ANNOPROJ_OK; i++) {
        const int64_t user = options->assignees[i];
        const bool again = i > 0 && in_list(options->assignees, i, user);
        if (again || (stage->own_only && user != self))
            continue;
        status = add_user(list, id, user, error);
        if (status == ANNOPROJ_OK && user == 0)
            status = add_run(list, id, NOT_QUEUED, error);
    }
    return status;
}

/* Everybody who has tasks in a stage: a seek each. */
static annoproj_status add_everybody(listing *list, int64_t stage, annoproj_error **error) {
    static const char text[] = "SELECT assignee FROM task INDEXED BY task_queue WHERE stage = ? AND assignee > ?"
                               " ORDER BY assignee LIMIT 1";
    annoproj_status status = ANNOPROJ_OK;
    int64_t user = NOT_QUEUED - 1;
    for (bool more = true; more && status == ANNOPROJ_OK;) {
        statement *find = sql(list->filter.in->database, text);
        bind_int64(find, stage);
        bind_int64(find, user);
        more = sql_row(find);
        user = more ? column_int64(find, 0) : user;
        status = sql_end(find, error);
        if (status == ANNOPROJ_OK && more)
            status = add_run(list, stage, user, error);
    }
    return status;
}

/* The runs of a visible stage asked for: all of its tasks, or where only certain users' can be meant, those. Data units need
 * none. */
static annoproj_status add_stage(listing *list, const visible_stage *stage, annoproj_error **error) {
    const annoproj_task_list_options *options = list->filter.options;
    if (options->data_unit_count > 0) {
        list->stages[stage->facts.number] = stage->own_only ? GATHER_OWN : GATHER_ALL;
        return ANNOPROJ_OK;
    }
    const bool whole = !stage->own_only && in_list(options->assignees, options->assignee_count, 0);
    annoproj_status status = ANNOPROJ_OK;
    int64_t tasks = 0;
    if (whole) {
        list->stages[stage->facts.number] = GATHER_ALL;
        status = task_count_of(list->filter.in, stage->facts.id, -1, &tasks, error);
        list->tasks += tasks;
    }
    if (status != ANNOPROJ_OK)
        return status;
    if (!whole || (list->order.sort == ANNOPROJ_TASK_SORT_PRIORITY && options->assignee_count > 0))
        return add_users(list, stage, error);
    if (list->order.sort == ANNOPROJ_TASK_SORT_PRIORITY)
        return add_everybody(list, stage->facts.id, error);
    return add_run(list, stage->facts.id, 0, error);
}

static annoproj_status add_stages(listing *list, annoproj_error **error) {
    const annoproj_task_list_options *options = list->filter.options;
    visible_stage *visible = NULL;
    size_t count = 0;
    annoproj_status status = access_visible_stages(list->filter.in, &visible, &count, error);
    if (status == ANNOPROJ_OK)
        status = check_stages(options, visible, count, error);
    if (status != ANNOPROJ_OK)
        return status;
    list->stages = arena_array(list->filter.in->memory, STAGE_NUMBER_MOST + 1, 1);
    list->page = arena_array(list->filter.in->memory, list->room, sizeof *list->page);
    list->filter.consensus = arena_array(list->filter.in->memory, count + 1, sizeof *list->filter.consensus);
    if (!list->stages || !list->page || !list->filter.consensus)
        return fail_memory(error);
    for (size_t i = 0; i < count; i++)
        if (visible[i].facts.type == STAGE_CONSENSUS_ANNOTATION || visible[i].facts.type == STAGE_CONSENSUS_REVIEW)
            list->filter.consensus[list->filter.consensus_count++] = visible[i].facts.id;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        if (in_list(options->stages, options->stage_count, visible[i].facts.id))
            status = add_stage(list, &visible[i], error);
    return status;
}

/* --- walking ---------------------------------------------------------------------------------------------------------- */

/* How many tasks to look up before gathering is cheaper: it reads those of the stages, or of the datasets asked for, and of
 * each the vectors. Walking costs at most about as much again. */
static annoproj_status set_limit(listing *list, annoproj_error **error) {
    static const char text[] = "SELECT data_units FROM dataset WHERE id = ?";
    const annoproj_task_list_options *options = list->filter.options;
    annoproj_status status = ANNOPROJ_OK;
    int64_t gathered = list->tasks, units = list->tasks / 64;
    for (size_t i = 0; i < options->dataset_count && status == ANNOPROJ_OK; i++) {
        statement *find = sql(list->filter.in->database, text);
        bind_int64(find, options->datasets[i]);
        units += sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
    }
    if (options->dataset_count > 0 && units < gathered)
        gathered = units;
    list->most_lookups = LOOKUPS_LEAST + 2 * (int64_t)list->room + gathered / LOOKUP_COST;
    return status;
}

/* Whether the task a run stands at passes: what its index does not tell is looked up. */
static annoproj_status head_passes(listing *list, const task_run *run, bool *passes, annoproj_error **error) {
    static const char text[] = LISTED_COLUMNS "WHERE id = ?";
    const task_filter *filter = &list->filter;
    annoproj_status status = ANNOPROJ_OK;
    listed_task task;
    *passes = true;
    if (filter->on_titles && list->order.sort == ANNOPROJ_TASK_SORT_TITLE)
        status = task_filter_title(filter, run->head.title, strlen(run->head.title), passes, error);
    if (status != ANNOPROJ_OK || !*passes || (!filter->on_rows && !task_filter_is_consensus(filter, run->stage)))
        return status;
    list->lookups++;
    statement *find = sql(filter->in->database, text);
    bind_int64(find, run->head.id);
    *passes = sql_row(find);
    if (*passes) {
        listed_task_read(find, &task);
        status = task_filter_passes(filter, &task, passes, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* Moves a run to its next task that passes; stops when too many were looked up. */
static annoproj_status advance(listing *list, task_run *run, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    bool passes = false;
    while (status == ANNOPROJ_OK && !passes && list->lookups <= list->most_lookups) {
        status = task_run_next(&list->filter, &list->order, run, error);
        if (status != ANNOPROJ_OK || run->ended)
            break;
        status = head_passes(list, run, &passes, error);
        if (status == ANNOPROJ_OK && ++list->walked % CHECKED_EVERY == 0)
            status = bounds_check(list->filter.in->bounds, error);
    }
    return status;
}

static bool run_before(const task_order *order, const task_run *a, const task_run *b) {
    return !a->ended && (b->ended || task_place_before(order, &a->head, &b->head));
}

static void sink_run(const listing *list, size_t at) {
    task_run **heap = list->heap;
    for (;;) {
        size_t first = at, left = 2 * at + 1, right = left + 1;
        if (left < list->run_count && run_before(&list->order, heap[left], heap[first]))
            first = left;
        if (right < list->run_count && run_before(&list->order, heap[right], heap[first]))
            first = right;
        if (first == at)
            return;
        task_run *moved = heap[at];
        heap[at] = heap[first];
        heap[first] = moved;
        at = first;
    }
}

static annoproj_status start_runs(listing *list, annoproj_error **error) {
    const size_t each = list->run_count > 0 ? 4 * list->room / list->run_count : 0;
    annoproj_status status = set_limit(list, error);
    list->heap = arena_array(list->filter.in->memory, list->run_count + 1, sizeof *list->heap);
    if (status == ANNOPROJ_OK && !list->heap)
        status = fail_memory(error);
    for (size_t i = 0; i < list->run_count && status == ANNOPROJ_OK; i++) {
        list->heap[i] = &list->runs[i];
        list->runs[i].room = each < list->room ? each + 1 : list->room;
        status = advance(list, &list->runs[i], error);
    }
    for (size_t i = list->run_count / 2; i > 0 && status == ANNOPROJ_OK; i--)
        sink_run(list, i - 1);
    best_tasks_sort(&list->best);
    return status;
}

/* Merges the runs and the tasks of chosen assignees; `*gave_up` when the tasks that pass are too rare. */
static annoproj_status walk(listing *list, bool *gave_up, annoproj_error **error) {
    size_t taken = 0;
    annoproj_status status = start_runs(list, error);
    while (status == ANNOPROJ_OK && list->found < list->room && list->lookups <= list->most_lookups) {
        task_run *next = list->run_count > 0 && !list->heap[0]->ended ? list->heap[0] : NULL;
        const task_place *own = taken < list->best.count ? &list->best.list[taken].place : NULL;
        if (!next && !own)
            break;
        if (own && (!next || task_place_before(&list->order, own, &next->head))) {
            list->page[list->found++] = *own;
            taken++;
            continue;
        }
        list->page[list->found++] = next->head;
        if (list->found == list->room)
            break;
        status = advance(list, next, error);
        sink_run(list, 0);
    }
    *gave_up = list->found < list->room && list->lookups > list->most_lookups;
    return status;
}

/* --- the page --------------------------------------------------------------------------------------------------------- */

/* Titles stand in an index by stage; what else is asked for is read with the tasks, those of datasets by their vectors. */
static annoproj_status gather_whole_stages(listing *list, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    int64_t done = 0;
    if (!list->filter.on_titles || list->filter.options->dataset_count > 0)
        return gather_stages(&list->best, list->stages, error);
    for (size_t i = 0; i < list->run_count && status == ANNOPROJ_OK; i++) {
        const int64_t stage = list->runs[i].stage;
        if (stage != done && list->stages[NUMBER_OF(stage)])
            status = gather_titles(&list->best, stage, error);
        done = stage; /* runs of a stage stand together */
    }
    return status;
}

static void take_best(listing *list) {
    best_tasks_sort(&list->best);
    list->found = list->best.count;
    for (size_t i = 0; i < list->found; i++)
        list->page[i] = list->best.list[i].place;
}

static annoproj_status gather(listing *list, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    best_tasks_unsort(&list->best);
    for (size_t i = 0; i < list->run_count && status == ANNOPROJ_OK; i++) {
        const task_run *run = &list->runs[i];
        if (!list->stages[NUMBER_OF(run->stage)]) /* a run of chosen assignees */
            status = gather_assigned(&list->best, run->stage, run->assignee, error);
    }
    if (status == ANNOPROJ_OK)
        status = gather_whole_stages(list, error);
    take_best(list);
    return status;
}

static annoproj_status find_page(listing *list, annoproj_error **error) {
    bool gave_up = false;
    annoproj_status status = best_tasks_open(&list->filter, &list->order, list->room, &list->best, error);
    if (status == ANNOPROJ_OK)
        status = add_stages(list, error);
    if (status == ANNOPROJ_OK && list->filter.options->data_unit_count > 0) {
        status = gather_data_units(&list->best, list->stages, error);
        take_best(list);
        return status;
    }
    if (status == ANNOPROJ_OK)
        status = walk(list, &gave_up, error);
    for (size_t i = 0; i < list->run_count; i++)
        task_run_close(&list->runs[i]);
    return status == ANNOPROJ_OK && gave_up ? gather(list, error) : status;
}

static annoproj_status add_rows(const listing *list, rows *table, annoproj_error **error) {
    const size_t limit = list->room - 1;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < list->found && i < limit && status == ANNOPROJ_OK; i++) {
        status = task_add_row(list->filter.in, table, list->page[i].id, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(list->filter.in->bounds, error);
    }
    if (status == ANNOPROJ_OK && list->found > limit)
        task_order_token(&list->filter, &list->page[limit - 1], table);
    return status;
}

annoproj_status task_list_page(scope *in, const annoproj_task_list_options *options, rows *table,
                               annoproj_error **error) {
    listing list = {.room = (size_t)(options->limit == 0 ? LIMIT_DEFAULT : options->limit) + 1};
    if (options->limit < 0 || options->limit > LIMIT_MOST)
        return fail(error, ANNOPROJ_INVALID, "limit %lld: a page has 1 to %d rows", (long long)options->limit,
                    LIMIT_MOST);
    annoproj_status status = task_filter_open(in, options, &list.filter, error);
    if (status == ANNOPROJ_OK)
        status = task_order_open(&list.filter, &list.order, error);
    if (status == ANNOPROJ_OK)
        status = find_page(&list, error);
    if (status == ANNOPROJ_OK)
        status = add_rows(&list, table, error);
    best_tasks_close(&list.best);
    task_filter_close(&list.filter);
    return status;
}
