/* Lists of tasks inside the room: what is asked for, in which order, and the two ways to find a page of it.
 *
 * A page is walked: runs over the index of its order, one for each stage, behind the last place, merged. The order of
 * priority has the index of the queue, and a run for each stage and assignee. What an index cannot tell is looked up task by
 * task. When most tasks are looked up in vain, or data units are asked for, the page is gathered instead: the tasks that may
 * suit are read in order of their numbers and the first ones of the order are kept. */
#ifndef TASK_LIST_H
#define TASK_LIST_H

#include "pattern.h"
#include "task.h"
#include "unit_metadata.h"
#include "varint.h"

#define NEVER INT64_MIN /* as the time of a last action: there is none */

/* What filters and orders look at. */
typedef struct listed_task {
    int64_t id, data_unit, stage, assignee, entered_us, last_action_us, last_action_user; /* -1 = nobody */
    int64_t priority, open_issues, resolved_issues;
    int32_t data_type, status;
    bool released;
    const char *title; /* of the statement's row */
    size_t title_length;
} listed_task;

#define LISTED_COLUMNS                                                                                                 \
    "SELECT id, data_unit, title, data_type, stage, status, assignee, priority, entered_us, released,"                 \
    " last_action_user, last_action_us, open_issues, resolved_issues FROM task "

void listed_task_read(statement *row, listed_task *out);

/* --- filters (task_filter.c) ------------------------------------------------------------------------------------------ */
typedef struct task_filter {
    scope *in;
    const annoproj_task_list_options *options;
    pattern *title, *title_pattern;
    wanted_metadata metadata;
    bool on_titles;     /* there is a condition on titles */
    bool on_rows;       /* and one that the index of the order does not decide */
    int64_t *consensus; /* stages where each task is looked at: whether this session's lists show it */
    size_t consensus_count;
} task_filter;

/* INVALID, LIMIT and DATA for options that are none. */
annoproj_status task_filter_open(scope *in, const annoproj_task_list_options *options, task_filter *filter,
                                 annoproj_error **error);
void task_filter_close(task_filter *filter);
/* Fingerprint of everything that makes two lists different. */
uint64_t task_filter_print(const task_filter *filter);
annoproj_status task_filter_title(const task_filter *filter, const char *title, size_t length, bool *passes,
                                  annoproj_error **error);
bool task_filter_is_consensus(const task_filter *filter, int64_t stage);
/* All conditions but the stage and the data unit. */
annoproj_status task_filter_passes(const task_filter *filter, const listed_task *task, bool *passes,
                                   annoproj_error **error);

/* --- orders (task_order.c) -------------------------------------------------------------------------------------------- */
/* Where a task stands: compared by first, title, second, id. */
typedef struct task_place {
    int64_t first, second; /* priority: -priority and entering; entering; last action; else 0 */
    const char *title;     /* of the order by title, else "" */
    int64_t id;
} task_place;

typedef struct task_order {
    annoproj_task_sort sort;
    bool reverse;
    bool from_start;
    task_place after; /* the last place of the page before, or one before all others */
} task_order;

/* The order of a list, and where its page begins. INVALID when the token is none of this list. */
annoproj_status task_order_open(const task_filter *filter, task_order *order, annoproj_error **error);
task_place task_place_of(const task_order *order, const listed_task *task);
bool task_place_before(const task_order *order, const task_place *a, const task_place *b);
void task_order_token(const task_filter *filter, const task_place *last, rows *table);

/* A run over the tasks of one stage in an order, behind order->after: by priority those of one assignee. It reads some
 * places at a time, so that any number of runs needs one statement. */
typedef struct task_run {
    int64_t stage, assignee;
    task_place head; /* its title lives until the next one is asked for */
    bool ended;
    task_place *places; /* that were read */
    size_t next, count, room;
    bytes titles, titles_before; /* what they point to, and what those before them did */
    bool last_read;              /* there are no more behind them */
} task_run;

/* To the next task; `ended` when there is none. At first as many places are read as `room` says, then ever more. */
annoproj_status task_run_next(const task_filter *filter, const task_order *order, task_run *run,
                              annoproj_error **error);
void task_run_close(task_run *run);

/* --- gathering (task_gather.c) ---------------------------------------------------------------------------------------- */
/* The first `room` tasks of an order among those that come in any order. */
typedef struct best_task {
    task_place place;
    bytes title; /* what place.title points to, when the order is by title */
} best_task;

typedef struct best_tasks {
    const task_filter *filter;
    const task_order *order;
    best_task *list; /* a heap until best_tasks_sort(): the last of them first */
    size_t count, room;
} best_tasks;

annoproj_status best_tasks_open(const task_filter *filter, const task_order *order, size_t room, best_tasks *best,
                                annoproj_error **error);
void best_tasks_sort(best_tasks *best); /* the first of them first */
void best_tasks_unsort(best_tasks *best);
void best_tasks_close(best_tasks *best);
/* Those a user has in a stage. */
annoproj_status gather_assigned(best_tasks *best, int64_t stage, int64_t user, annoproj_error **error);
/* Those of the data units asked for, in stages of the project with such a number: all of them, or the session's user's. */
enum { GATHER_ALL = 1, GATHER_OWN = 2 };
annoproj_status gather_data_units(best_tasks *best, const uint8_t *stages, annoproj_error **error);
/* Those of a stage whose titles suit. */
annoproj_status gather_titles(best_tasks *best, int64_t stage, annoproj_error **error);
/* Those of all stages with such a number: 1 in `stages`, which has a place for each of 65,536. */
annoproj_status gather_stages(best_tasks *best, const uint8_t *stages, annoproj_error **error);

#endif
