/* The orders of lists: places, page tokens, and runs over the index of an order by explicit seeks. */
#include <string.h>

#include "failure.h"
#include "page_token.h"
#include "task_list.h"

#define LEAST (-INT64_MAX) /* so that it can be negated */

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
    /* By priority a range of priorities begins with a seek; it ends in task_run_next(). */
    if (order->sort == ANNOPROJ_TASK_SORT_PRIORITY && !order->reverse && options->priority_below != 0)
        order->after.first = -(int64_t)options->priority_below + 1;
    if (order->sort == ANNOPROJ_TASK_SORT_PRIORITY && order->reverse && options->priority_least != 0)
        order->after.first = -(int64_t)options->priority_least;
    return ANNOPROJ_OK;
}

/* --- runs ------------------------------------------------------------------------------------------------------------- */

/* Behind a place there are up to three ranges of the index, since a comparison of rows with an id at its end would walk.
 * Parameters: stage, then the key's parts in order of the index; each range has one part less than the one before. Each
 * row is a place: first, second, title, id. */
#define PHASES             3
#define OF(index, columns) "SELECT " columns ", id FROM task INDEXED BY " index " WHERE stage = ?1 AND "

#define PRIORITY OF("task_priority", "-priority, entered_us, ''")
static const char *const by_priority[2][PHASES] = {
    {PRIORITY "priority = -?2 AND entered_us = ?3 AND id > ?4 ORDER BY id",
     PRIORITY "priority = -?2 AND entered_us > ?3 ORDER BY entered_us, id",
     PRIORITY "priority < -?2 ORDER BY priority DESC, entered_us, id"},
    {PRIORITY "priority = -?2 AND entered_us = ?3 AND id < ?4 ORDER BY id DESC",
     PRIORITY "priority = -?2 AND entered_us < ?3 ORDER BY entered_us DESC, id DESC",
     PRIORITY "priority > -?2 ORDER BY priority, entered_us DESC, id DESC"}};

#define ENTERED OF("task_entered", "entered_us, 0, ''")
static const char *const by_entered[2][PHASES] = {
    {ENTERED "entered_us = ?2 AND id > ?3 ORDER BY id", ENTERED "entered_us > ?2 ORDER BY entered_us, id", NULL},
    {ENTERED "entered_us = ?2 AND id < ?3 ORDER BY id DESC",
     ENTERED "entered_us < ?2 ORDER BY entered_us DESC, id DESC", NULL}};

#define TITLE OF("task_title", "0, 0, title")
static const char *const by_title[2][PHASES] = {
    {TITLE "title = ?2 AND id > ?3 ORDER BY id", TITLE "title > ?2 ORDER BY title, id", NULL},
    {TITLE "title = ?2 AND id < ?3 ORDER BY id DESC", TITLE "title < ?2 ORDER BY title DESC, id DESC", NULL}};

/* What was never actioned stands before everything else: NULL in the table, NEVER in places. */
#define NEVER_TEXT  "-9223372036854775808"
#define LAST_ACTION OF("task_last_action", "ifnull(last_action_us, " NEVER_TEXT "), 0, ''")
static const char *const by_last_action[2][PHASES] = {
    {LAST_ACTION "last_action_us IS nullif(?2, " NEVER_TEXT ") AND id > ?3 ORDER BY id",
     LAST_ACTION "last_action_us > ?2 ORDER BY last_action_us, id", NULL},
    {LAST_ACTION "last_action_us IS nullif(?2, " NEVER_TEXT ") AND id < ?3 ORDER BY id DESC",
     LAST_ACTION "last_action_us < ?2 ORDER BY last_action_us DESC, id DESC",
     LAST_ACTION "last_action_us IS NULL AND ?2 > " NEVER_TEXT " ORDER BY id DESC"}};

static const char *run_text(const task_order *order, int phase) {
    if (phase >= PHASES)
        return NULL;
    switch (order->sort) {
    case ANNOPROJ_TASK_SORT_TITLE: return by_title[order->reverse][phase];
    case ANNOPROJ_TASK_SORT_ENTERED: return by_entered[order->reverse][phase];
    case ANNOPROJ_TASK_SORT_LAST_ACTION: return by_last_action[order->reverse][phase];
    default: return by_priority[order->reverse][phase];
    }
}

static void open_phase(scope *in, const task_order *order, task_run *run, const char *text) {
    const task_place *after = &order->after;
    run->open = sql(in->database, text);
    bind_int64(run->open, run->stage);
    if (order->sort != ANNOPROJ_TASK_SORT_TITLE)
        bind_int64(run->open, after->first);
    else if (order->reverse && order->from_start)
        bind_blob(run->open, "", 0); /* a blob stands behind every text */
    else
        bind_text(run->open, after->title);
    if (order->sort == ANNOPROJ_TASK_SORT_PRIORITY && run->phase < 2)
        bind_int64(run->open, after->second);
    if (run->phase == 0)
        bind_int64(run->open, after->id);
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
    while (!run->ended && status == ANNOPROJ_OK) {
        const char *text = run_text(order, run->phase);
        if (!text) {
            run->ended = true;
            break;
        }
        if (!run->open)
            open_phase(filter->in, order, run, text);
        if (sql_row(run->open)) {
            run->head = (task_place){.first = column_int64(run->open, 0),
                                     .second = column_int64(run->open, 1),
                                     .title = column_text(run->open, 2),
                                     .id = column_int64(run->open, 3)};
            run->ended = is_behind_range(filter, order, &run->head);
            break;
        }
        status = sql_end(run->open, error);
        run->open = NULL;
        run->phase++;
    }
    return status;
}

void task_run_close(task_run *run) {
    if (run->open)
        (void)sql_end(run->open, NULL);
    run->open = NULL;
}
