/* Lists of tasks: pages in queue order or in order of entering, by explicit seeks.
 *
 * A page is a merge of one run per stage (or per stage and assignee). A run goes on behind a key by up to three
 * statements, each a range of an index: row-value comparison on (x, rowid) would walk. */
#include <string.h>

#include "failure.h"
#include "hash.h"
#include "page_token.h"
#include "pattern.h"
#include "task.h"

#define LIMIT_DEFAULT 1000
#define LIMIT_MOST    10000

typedef struct task_key {
    int64_t priority, entered_us, id;
} task_key;

#define RUN_COLUMNS "SELECT id, priority, entered_us, assignee, status, data_unit FROM task "

/* Statements by sort, direction and phase. Parameters: stage, then the key's parts in order of the index. A run by
 * assignee reads that user's tasks of the stage and sorts them: they are few. */
static const char *const by_priority[2][3] = {
    {RUN_COLUMNS "WHERE stage = ?1 AND priority = ?2 AND entered_us = ?3 AND id > ?4 ORDER BY id",
     RUN_COLUMNS "WHERE stage = ?1 AND priority = ?2 AND entered_us > ?3 ORDER BY entered_us, id",
     RUN_COLUMNS "WHERE stage = ?1 AND priority < ?2 ORDER BY priority DESC, entered_us, id"},
    {RUN_COLUMNS "WHERE stage = ?1 AND priority = ?2 AND entered_us = ?3 AND id < ?4 ORDER BY id DESC",
     RUN_COLUMNS "WHERE stage = ?1 AND priority = ?2 AND entered_us < ?3 ORDER BY entered_us DESC, id DESC",
     RUN_COLUMNS "WHERE stage = ?1 AND priority > ?2 ORDER BY priority, entered_us DESC, id DESC"}};
static const char *const by_entered[2][3] = {
    {RUN_COLUMNS "WHERE stage = ?1 AND entered_us = ?3 AND id > ?4 ORDER BY id",
     RUN_COLUMNS "WHERE stage = ?1 AND entered_us > ?3 ORDER BY entered_us, id", NULL},
    {RUN_COLUMNS "WHERE stage = ?1 AND entered_us = ?3 AND id < ?4 ORDER BY id DESC",
     RUN_COLUMNS "WHERE stage = ?1 AND entered_us < ?3 ORDER BY entered_us DESC, id DESC", NULL}};
static const char *const by_assignee[2][2] = {
    {RUN_COLUMNS "WHERE stage = ?1 AND assignee = ?2 ORDER BY priority DESC, entered_us, id",
     RUN_COLUMNS "WHERE stage = ?1 AND assignee = ?2 ORDER BY priority, entered_us DESC, id DESC"},
    {RUN_COLUMNS "WHERE stage = ?1 AND assignee = ?2 ORDER BY entered_us, id",
     RUN_COLUMNS "WHERE stage = ?1 AND assignee = ?2 ORDER BY entered_us DESC, id DESC"}};

typedef struct run {
    int64_t stage, assignee; /* assignee -1 = any */
    int phase;
    statement *open;
    task_key head;
    bool ended;
} run;

typedef struct listing {
    scope *in;
    const annoproj_task_list_options *options;
    pattern *title;
    task_key after; /* last key of the page before */
    bool from_start;
    run *runs;
    size_t run_count;
    uint64_t print; /* of the options, in the token */
} listing;

static bool in_list(const int64_t *values, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++)
        if (values[i] == value)
            return true;
    return count == 0;
}

/* Whether `a` stands before `b` in the list's order; not when they are the same. */
static bool key_before(const listing *list, const task_key *a, const task_key *b) {
    const task_key *first = list->options->reverse ? b : a, *second = list->options->reverse ? a : b;
    if (list->options->sort == ANNOPROJ_TASK_SORT_PRIORITY && first->priority != second->priority)
        return first->priority > second->priority;
    if (first->entered_us != second->entered_us)
        return first->entered_us < second->entered_us;
    return first->id < second->id;
}

/* --- the token ------------------------------------------------------------------------------------------------- */

static uint64_t print_options(int64_t project, const annoproj_task_list_options *options) {
    uint64_t print = fingerprint_int64(fingerprint_text(0, "task_list"), project);
    print = fingerprint_bytes(print, options->stages, options->stage_count * sizeof *options->stages);
    print = fingerprint_bytes(print, options->datasets, options->dataset_count * sizeof *options->datasets);
    print = fingerprint_bytes(print, options->assignees, options->assignee_count * sizeof *options->assignees);
    print = fingerprint_text(print, options->title);
    print = fingerprint_int64(print, options->statuses);
    print = fingerprint_int64(print, options->sort);
    print = fingerprint_int64(print, options->priority_least);
    print = fingerprint_int64(print, options->priority_most);
    return fingerprint_int64(print, options->reverse);
}

static annoproj_status read_token(listing *list, annoproj_error **error) {
    int64_t numbers[4];
    const char *token = list->options->page;
    list->from_start = token == NULL;
    if (!token)
        return ANNOPROJ_OK;
    if (!page_token_read(token, numbers, 4) || (uint64_t)numbers[0] != list->print)
        return fail(error, ANNOPROJ_INVALID,
                    "page %s is no token of this list with these options: start at the first page", QUOTED(token));
    list->after = (task_key){.priority = numbers[1], .entered_us = numbers[2], .id = numbers[3]};
    return ANNOPROJ_OK;
}

static void write_token(const listing *list, rows *table, const task_key *last) {
    const int64_t numbers[] = {(int64_t)list->print, last->priority, last->entered_us, last->id};
    char token[PAGE_TOKEN_SIZE];
    page_token_write(token, numbers, 4);
    rows_next_page(table, token);
}

/* --- runs --------------------------------------------------------------------------------------------------------- */

static const char *run_text(const listing *list, const run *one) {
    bool reverse = list->options->reverse, entered = list->options->sort == ANNOPROJ_TASK_SORT_ENTERED;
    if (one->assignee >= 0)
        return one->phase == 0 ? by_assignee[entered][reverse] : NULL;
    if (one->phase > 2)
        return NULL;
    return entered ? by_entered[reverse][one->phase] : by_priority[reverse][one->phase];
}

static void open_phase(const listing *list, run *one, const char *text) {
    one->open = sql(list->in->database, text);
    bind_int64(one->open, one->stage);
    if (one->assignee >= 0) {
        bind_int64(one->open, one->assignee);
        return;
    }
    /* ?2 priority, ?3 entered, ?4 id: a statement by entering has no ?2 but its number stays. */
    bind_int64(one->open, list->after.priority);
    if (one->phase < 2)
        bind_int64(one->open, list->after.entered_us);
    if (one->phase == 0)
        bind_int64(one->open, list->after.id);
}

static annoproj_status passes(const listing *list, statement *row, bool *pass, annoproj_error **error) {
    static const char title_text[] = "SELECT title FROM data_unit WHERE id = ?";
    const annoproj_task_list_options *options = list->options;
    int64_t priority = column_int64(row, 1), unit = column_int64(row, 5);
    *pass = in_list(options->assignees, options->assignee_count, column_int64(row, 3)) &&
            in_list(options->datasets, options->dataset_count, PROJECT_OF(unit)) &&
            (options->statuses == 0 || (options->statuses & column_int64(row, 4)) != 0) &&
            (options->priority_least == 0 || priority >= options->priority_least) &&
            (options->priority_most == 0 || priority <= options->priority_most);
    if (!*pass || !list->title)
        return ANNOPROJ_OK;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(list->in->database, title_text);
    bind_int64(find, unit);
    *pass = false;
    if (sql_row(find))
        status = pattern_match(list->title, column_text(find, 0), column_length(find, 0), pass, error);
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* Moves a run to its next task that passes the filters. */
static annoproj_status advance(const listing *list, run *one, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && !one->ended) {
        const char *text = run_text(list, one);
        bool pass = false;
        if (!text) {
            one->ended = true;
            break;
        }
        if (!one->open)
            open_phase(list, one, text);
        if (!sql_row(one->open)) {
            status = sql_end(one->open, error);
            one->open = NULL;
            one->phase++;
            continue;
        }
        one->head = (task_key){.id = column_int64(one->open, 0),
                               .priority = column_int64(one->open, 1),
                               .entered_us = column_int64(one->open, 2)};
        if (one->assignee >= 0 && !list->from_start && !key_before(list, &list->after, &one->head))
            continue;
        status = passes(list, one->open, &pass, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(list->in->bounds, error);
        if (pass)
            break;
    }
    return status;
}

static void close_runs(listing *list) {
    for (size_t i = 0; i < list->run_count; i++)
        if (list->runs[i].open)
            (void)sql_end(list->runs[i].open, NULL);
}

/* One run for each visible stage asked for; by assignee where only certain users' tasks can be meant. */
static annoproj_status make_runs(listing *list, annoproj_error **error) {
    const annoproj_task_list_options *options = list->options;
    visible_stage *stages = NULL;
    size_t stage_count = 0, users = 0;
    annoproj_status status = access_visible_stages(list->in, &stages, &stage_count, error);
    if (status != ANNOPROJ_OK)
        return status;
    for (size_t i = 0; i < options->stage_count; i++) {
        bool seen = false;
        for (size_t k = 0; k < stage_count; k++)
            seen |= stages[k].facts.id == options->stages[i];
        if (!seen)
            return fail(error, ANNOPROJ_NOT_FOUND, "there is no stage %lld", (long long)options->stages[i]);
    }
    bool by_user = options->assignee_count > 0 && !in_list(options->assignees, options->assignee_count, 0);
    users = by_user ? options->assignee_count : 1;
    list->runs = arena_array(list->in->memory, stage_count * users + 1, sizeof *list->runs);
    if (!list->runs)
        return fail_memory(error);
    for (size_t i = 0; i < stage_count; i++) {
        if (!in_list(options->stages, options->stage_count, stages[i].facts.id))
            continue;
        for (size_t k = 0; k < users; k++) {
            int64_t assignee = by_user ? options->assignees[k] : stages[i].own_only ? list->in->user : -1;
            if (stages[i].own_only && assignee != list->in->user)
                continue;
            if (by_user && k > 0 && in_list(options->assignees, k, assignee))
                continue;
            list->runs[list->run_count++] = (run){.stage = stages[i].facts.id, .assignee = assignee};
        }
    }
    return ANNOPROJ_OK;
}

/* Where the first page begins: a key before all others. */
static void set_start(listing *list) {
    bool reverse = list->options->reverse;
    if (!list->from_start)
        return;
    list->after = (task_key){.priority = reverse ? INT64_MIN : INT64_MAX,
                             .entered_us = reverse ? INT64_MAX : INT64_MIN,
                             .id = reverse ? INT64_MAX : INT64_MIN};
}

static annoproj_status merge_page(listing *list, rows *table, annoproj_error **error) {
    int64_t limit = list->options->limit == 0 ? LIMIT_DEFAULT : list->options->limit;
    annoproj_status status = ANNOPROJ_OK;
    task_key last = {0};
    for (size_t i = 0; i < list->run_count && status == ANNOPROJ_OK; i++)
        status = advance(list, &list->runs[i], error);
    while (status == ANNOPROJ_OK) {
        run *next = NULL;
        for (size_t i = 0; i < list->run_count; i++) {
            run *one = &list->runs[i];
            if (!one->ended && (!next || key_before(list, &one->head, &next->head)))
                next = one;
        }
        if (!next)
            break;
        if ((int64_t)rows_count(table) == limit) {
            write_token(list, table, &last);
            break;
        }
        last = next->head;
        status = task_add_row(list->in, table, last.id, error);
        if (status == ANNOPROJ_OK)
            status = advance(list, next, error);
    }
    return status;
}

annoproj_status task_list_page(scope *in, const annoproj_task_list_options *options, rows *table,
                               annoproj_error **error) {
    listing list = {.in = in, .options = options, .print = print_options(in->project.id, options)};
    annoproj_status status = ANNOPROJ_OK;
    if (options->limit < 0 || options->limit > LIMIT_MOST)
        return fail(error, ANNOPROJ_INVALID, "limit %lld: a page has 1 to %d rows", (long long)options->limit,
                    LIMIT_MOST);
    status = read_token(&list, error);
    if (status == ANNOPROJ_OK && options->title && *options->title)
        status = pattern_substring(options->title, &list.title, error);
    if (status == ANNOPROJ_OK)
        status = make_runs(&list, error);
    if (status == ANNOPROJ_OK) {
        set_start(&list);
        status = merge_page(&list, table, error);
    }
    close_runs(&list);
    pattern_release(list.title);
    return status;
}
