/* The orders of lists: places, page tokens, and runs over the index of an order by explicit seeks. */
#include <string.h>

#include "failure.h"
#include "page_token.h"
#include "task_list.h"

#define LEAST         (-INT64_MAX) /* so that it can be negated */
#define RUN_ROOM_MOST 1024

/* --- places ----------------------------------------------------------------------------------------------------------- */

task_place task_place_of(const task_order *order, const listed_task *task) {
    task_place place = {.title = "", .id = task->id};
    switch (order->sort) {
    case ANNOPROJ_TASK_SORT_TITLE: place.title = task->title; break;
    case ANNOPROJ_TASK_SORT_ENTERED: place.first = task->entered_us; break;
    case ANNOPROJ_TASK_SORT_LAST_ACTION: place.first = task->last_action_us; break;
    default:
        place.first = -task->priority;
        place.second = task->entered_us;
        break;
    }
    return place;
}

bool task_place_before(const task_order *order, const task_place *a, const task_place *b) {
    const task_place *x = order->reverse ? b : a, *y = order->reverse ? a : b;
    if (x->first != y->first)
        return x->first < y->first;
    const int titles = order->sort == ANNOPROJ_TASK_SORT_TITLE ? strcmp(x->title, y->title) : 0;
    if (titles != 0)
        return titles < 0;
    return x->second != y->second ? x->second < y->second : x->id < y->id;
}

/* --- tokens ----------------------------------------------------------------------------------------------------------- */

/* A place is named by its numbers; titles never change, so the task's tells where its title stands. */
static annoproj_status read_title(scope *in, int64_t task, const char **title, bool *found, annoproj_error **error) {
    static const char text[] = "SELECT title FROM task WHERE id = ?";
    statement *find = sql(in->database, text);
    bind_int64(find, task);
    *found = sql_row(find);
    if (*found)
        *title = arena_text(in->memory, column_text(find, 0), column_length(find, 0));
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && *found && !*title ? fail_memory(error) : status;
}

static annoproj_status read_token(const task_filter *filter, task_order *order, annoproj_error **error) {
    const char *token = filter->options->page;
    int64_t numbers[4];
    bool known = page_token_read(token, numbers, 4) && (uint64_t)numbers[0] == task_filter_print(filter);
    annoproj_status status = ANNOPROJ_OK;
    if (known) {
        order->after = (task_place){.first = numbers[1], .second = numbers[2], .title = "", .id = numbers[3]};
        if (order->sort == ANNOPROJ_TASK_SORT_TITLE)
            status = read_title(filter->in, numbers[3], &order->after.title, &known, error);
    }
    if (status == ANNOPROJ_OK && !known)
        status = fail(error, ANNOPROJ_INVALID,
                      "page %s is no token of this list with these options: start at the first page", QUOTED(token));
    return status;
}

void task_order_token(const task_filter *filter, const task_place *last, rows *table) {
    const int64_t numbers[] = {(int64_t)task_filter_print(filter), last->first, last->second, last->id};
    char token[PAGE_TOKEN_SIZE];
    page_token_write(token, numbers, 4);
    rows_next_page(table, token);
}

annoproj_status task_order_open(const task_filter *filter, task_order *order, annoproj_error **error) {
    const annoproj_task_list_options *options = filter->options;
    *order = (task_order){.sort = options->sort, .reverse = options->reverse, .from_start = options->page == NULL};
    if (options->page)
        return read_token(filter, order, error);
    const bool never = order->sort == ANNOPROJ_TASK_SORT_LAST_ACTION;
    order->after = order->reverse
                       ? (task_place){.first = INT64_MAX, .second = INT64_MAX, .title = "", .id = INT64_MAX}
                       : (task_place){.first = never ? NEVER : LEAST, .second = LEAST, .title = "", .id = LEAST};
    /* By priority a range of priorities begins with a seek behind the one outside; it ends in task_run_next(). */
    if (order->sort == ANNOPROJ_TASK_SORT_PRIORITY && !order->reverse && options->priority_below != 0)
        order->after.first = -(int64_t)options->priority_below;
    if (order->sort == ANNOPROJ_TASK_SORT_PRIORITY && order->reverse && options->priority_least != 0)
        order->after.first = 1 - (int64_t)options->priority_least;
    return ANNOPROJ_OK;
}

/* --- runs ------------------------------------------------------------------------------------------------------------- */

/* Behind a place there are up to three ranges of the index, since a comparison of rows with an id at its end would walk.
 * Parameters: whose tasks, then the key's parts in order of the index, then how many; each range has one part less than the
 * one before. Each row is a place: first, second, title, id. */
#define PHASES           3
#define OF(index, where) " FROM task INDEXED BY " index " WHERE " where " AND "

#define PRIORITY "SELECT -priority, entered_us, '', id" OF("task_queue", "stage = ? AND assignee = ?")
static const char *const by_priority[2][PHASES] = {
    {PRIORITY "priority = -? AND entered_us = ? AND id > ? ORDER BY id LIMIT ?",
     PRIORITY "priority = -? AND entered_us > ? ORDER BY entered_us, id LIMIT ?",
     PRIORITY "priority < -? ORDER BY priority DESC, entered_us, id LIMIT ?"},
    {PRIORITY "priority = -? AND entered_us = ? AND id < ? ORDER BY id DESC LIMIT ?",
     PRIORITY "priority = -? AND entered_us < ? ORDER BY entered_us DESC, id DESC LIMIT ?",
     PRIORITY "priority > -? ORDER BY priority, entered_us DESC, id DESC LIMIT ?"}};

#define ENTERED "SELECT entered_us, 0, '', id" OF("task_entered", "stage = ?")
static const char *const by_entered[2][PHASES] = {{ENTERED "entered_us = ? AND id > ? ORDER BY id LIMIT ?",
                                                   ENTERED "entered_us > ? ORDER BY entered_us, id LIMIT ?", NULL},
                                                  {ENTERED "entered_us = ? AND id < ? ORDER BY id DESC LIMIT ?",
                                                   ENTERED "entered_us < ? ORDER BY entered_us DESC, id DESC LIMIT ?",
                                                   NULL}};

#define TITLE "SELECT 0, 0, title, id" OF("task_title", "stage = ?")
static const char *const by_title[2][PHASES] = {
    {TITLE "title = ? AND id > ? ORDER BY id LIMIT ?", TITLE "title > ? ORDER BY title, id LIMIT ?", NULL},
    {TITLE "title = ? AND id < ? ORDER BY id DESC LIMIT ?", TITLE "title < ? ORDER BY title DESC, id DESC LIMIT ?",
     NULL}};

/* What was never actioned stands before everything else: NULL in the table, NEVER in places. */
#define NEVER_TEXT  "-9223372036854775808"
#define LAST_ACTION "SELECT ifnull(last_action_us, " NEVER_TEXT "), 0, '', id" OF("task_last_action", "stage = ?")
static const char *const by_last_action[2][PHASES] = {
    {LAST_ACTION "last_action_us IS nullif(?, " NEVER_TEXT ") AND id > ? ORDER BY id LIMIT ?",
     LAST_ACTION "last_action_us > ? ORDER BY last_action_us, id LIMIT ?", NULL},
    {LAST_ACTION "last_action_us IS nullif(?, " NEVER_TEXT ") AND id < ? ORDER BY id DESC LIMIT ?",
     LAST_ACTION "last_action_us < ? ORDER BY last_action_us DESC, id DESC LIMIT ?",
     LAST_ACTION "last_action_us IS NULL AND ? > " NEVER_TEXT " ORDER BY id DESC LIMIT ?"}};

static const char *run_text(const task_order *order, int phase) {
    switch (order->sort) {
    case ANNOPROJ_TASK_SORT_TITLE: return by_title[order->reverse][phase];
    case ANNOPROJ_TASK_SORT_ENTERED: return by_entered[order->reverse][phase];
    case ANNOPROJ_TASK_SORT_LAST_ACTION: return by_last_action[order->reverse][phase];
    default: return by_priority[order->reverse][phase];
    }
}

static statement *open_phase(scope *in, const task_order *order, const task_run *run, int phase,
                             const task_place *after) {
    const bool titles = order->sort == ANNOPROJ_TASK_SORT_TITLE;
    const bool priorities = order->sort == ANNOPROJ_TASK_SORT_PRIORITY;
    statement *open = sql(in->database, run_text(order, phase));
    bind_int64(open, run->stage);
    if (priorities)
        bind_int64(open, run->assignee);
    if (!titles)
        bind_int64(open, after->first);
    else if (order->reverse && order->from_start && after == &order->after)
        bind_blob(open, "", 0); /* a blob stands behind every text */
    else
        bind_text(open, after->title);
    if (priorities && phase < 2)
        bind_int64(open, after->second);
    if (phase == 0)
        bind_int64(open, after->id);
    bind_int64(open, (int64_t)(run->room - run->count));
    return open;
}

static void append_title(task_run *run, const char *title) {
    bytes_append(&run->titles, title, strlen(title) + 1);
}

static annoproj_status read_phase(statement *open, const task_order *order, task_run *run, annoproj_error **error) {
    const bool titles = order->sort == ANNOPROJ_TASK_SORT_TITLE;
    while (run->count < run->room && sql_row(open)) {
        run->places[run->count++] = (task_place){
            .first = column_int64(open, 0), .second = column_int64(open, 1), .title = "", .id = column_int64(open, 3)};
        if (titles)
            append_title(run, column_text(open, 2));
    }
    annoproj_status status = sql_end(open, error);
    return status == ANNOPROJ_OK && run->titles.failed ? fail_memory(error) : status;
}

static void point_to_titles(task_run *run) {
    const char *title = (const char *)run->titles.data;
    for (size_t i = 0; i < run->count; i++) {
        run->places[i].title = title;
        title += strlen(title) + 1;
    }
}

/* The places behind those that were read, twice as many. */
static annoproj_status read_places(scope *in, const task_order *order, task_run *run, annoproj_error **error) {
    const bool first = run->places == NULL;
    const task_place last = first ? order->after : run->places[run->count - 1];
    const task_place *after = first ? &order->after : &last;
    const bytes before = run->titles; /* the last place's among them */
    annoproj_status status = ANNOPROJ_OK;
    run->titles = run->titles_before;
    run->titles_before = before;
    run->titles.length = run->count = run->next = 0;
    if (first || run->room < RUN_ROOM_MOST) {
        run->room = first ? run->room : run->room * 2 + 2;
        run->places = arena_array(in->memory, run->room, sizeof *run->places);
    }
    if (!run->places)
        return fail_memory(error);
    /* By priority a list begins before a whole priority. */
    int phase = first && order->from_start && order->sort == ANNOPROJ_TASK_SORT_PRIORITY ? PHASES - 1 : 0;
    for (; phase < PHASES && run_text(order, phase) && run->count < run->room && status == ANNOPROJ_OK; phase++)
        status = read_phase(open_phase(in, order, run, phase, after), order, run, error);
    run->last_read = run->count < run->room;
    if (status == ANNOPROJ_OK && order->sort == ANNOPROJ_TASK_SORT_TITLE)
        point_to_titles(run);
    return status;
}

/* In the order of priority a range of priorities ends a run. */
static bool is_behind_range(const task_filter *filter, const task_order *order, const task_place *place) {
    const annoproj_task_list_options *options = filter->options;
    if (order->sort != ANNOPROJ_TASK_SORT_PRIORITY)
        return false;
    return order->reverse ? options->priority_below != 0 && -place->first >= options->priority_below
                          : -place->first < options->priority_least;
}

annoproj_status task_run_next(const task_filter *filter, const task_order *order, task_run *run,
                              annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (run->next == run->count && !run->last_read)
        status = read_places(filter->in, order, run, error);
    run->ended = status != ANNOPROJ_OK || run->next == run->count;
    if (!run->ended) {
        run->head = run->places[run->next++];
        run->ended = is_behind_range(filter, order, &run->head);
    }
    return status;
}

void task_run_close(task_run *run) {
    bytes_release(&run->titles);
    bytes_release(&run->titles_before);
}
