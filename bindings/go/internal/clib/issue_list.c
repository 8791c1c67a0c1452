/* Issues as rows, and lists of them: the issues of the tasks that the session may view, in order of their numbers. */
#include "issue_list.h"

#include <string.h>

#include "failure.h"
#include "page_token.h"
#include "pattern.h"
#include "project.h"
#include "row_cells.h"

/* --- rows ------------------------------------------------------------------------------------------------------------- */

static const char *anchor_name(int64_t anchor) {
    static const char *const names[] = {"data_unit", "frame", "coordinate", "frame_range", "label"};
    return anchor >= 0 && anchor < 5 ? names[anchor] : "";
}

/* Deleted tags, too: past occurrences keep their names. */
static annoproj_status add_tags(scope *in, rows *table, int64_t id, annoproj_error **error) {
    static const char query[] =
        "SELECT t.id, t.name FROM issue_tag i JOIN tag t ON t.id = i.tag WHERE i.issue = ? ORDER BY t.name, t.id";
    int64_t ids[ISSUE_TAGS_MOST];
    const char *names[ISSUE_TAGS_MOST];
    size_t count = 0;
    bool failed = false;
    statement *find = sql(in->database, query);
    bind_int64(find, id);
    while (count < ISSUE_TAGS_MOST && sql_row(find)) {
        ids[count] = column_int64(find, 0);
        names[count] = arena_text(in->memory, column_text(find, 1), column_length(find, 1));
        failed |= !names[count++];
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && failed)
        status = fail_memory(error);
    if (status == ANNOPROJ_OK) {
        rows_utf8_list(table, names, count);
        rows_int64_list(table, ids, count);
    }
    return status;
}

static void add_facts(rows *table, statement *find) {
    rows_int64(table, column_int64(find, 0));
    add_uuid(table, find, 1);
    rows_int64(table, column_int64(find, 2));
    rows_text(table, anchor_name(column_int64(find, 3)));
    add_text(table, find, 4);
    add_int64(table, find, 5);
    add_int64(table, find, 6);
    add_double(table, find, 7);
    add_double(table, find, 8);
    rows_bool(table, column_int64(find, 9) != 0);
    rows_bool(table, column_int64(find, 10) != 0);
    rows_int64(table, column_int64(find, 11));
    rows_time(table, column_int64(find, 12));
    rows_int64(table, column_int64(find, 13));
    add_text(table, find, 14);
    add_int64(table, find, 15);
    rows_bool(table, column_int64(find, 16) != 0);
    rows_text(table, column_text(find, 17));
    rows_int64(table, column_int64(find, 18));
}

annoproj_status issue_add_row(scope *in, rows *table, int64_t id, annoproj_error **error) {
    static const char query[] =
        "SELECT i.id, i.uuid, i.task, i.anchor, i.label_hash, i.first_frame, i.last_frame, i.x, i.y, i.resolved,"
        " i.rejection, i.creator, i.created_us, i.comments, u.email, nullif(i.class, 0), i.label <> 0 AND NOT EXISTS"
        " (SELECT 1 FROM label l WHERE l.task = i.task AND l.number = i.label) AND NOT EXISTS"
        /* Put back under its hash it may have another number: issue.c. */
        " (SELECT 1 FROM label l WHERE l.task = i.task AND l.hash = i.label_hash AND l.given), t.title, t.stage"
        " FROM issue i JOIN task t ON t.id = i.task LEFT JOIN user u ON u.id = i.creator WHERE i.id = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, id);
    annoproj_status status = ANNOPROJ_OK;
    const bool found = sql_row(find);
    if (found) {
        add_facts(table, find);
        status = add_tags(in, table, id, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    if (status != ANNOPROJ_OK || ended != ANNOPROJ_OK)
        return status != ANNOPROJ_OK ? status : ended;
    return found ? ANNOPROJ_OK
                 : fail(error, ANNOPROJ_CORRUPT, "issue %lld or its task cannot be read: run a check of the store",
                        (long long)id);
}

/* --- what is asked for ----------------------------------------------------------------------------------------------- */

typedef struct issue_list {
    scope *in;
    const annoproj_issue_list_options *options;
    pattern *text;
    int64_t task; /* the last one that was looked at, and whether the session may view it */
    bool may_view;
} issue_list;

static bool in_list(const int64_t *values, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++)
        if (values[i] == value)
            return true;
    return count == 0;
}

static bool has_anchor(const annoproj_issue_list_options *options, int64_t anchor) {
    for (size_t i = 0; i < options->anchor_count; i++)
        if (options->anchors[i] == anchor)
            return true;
    return options->anchor_count == 0;
}

/* Columns: id, task, stage, anchor, class, resolved, creator. */
static bool numbers_pass(const annoproj_issue_list_options *options, statement *row) {
    const int32_t state = column_int64(row, 5) != 0 ? ANNOPROJ_ISSUE_STATE_RESOLVED : ANNOPROJ_ISSUE_STATE_UNRESOLVED;
    return in_list(options->tasks, options->task_count, column_int64(row, 1)) &&
           in_list(options->stages, options->stage_count, column_int64(row, 2)) &&
           has_anchor(options, column_int64(row, 3)) &&
           in_list(options->classes, options->class_count, column_int64(row, 4)) &&
           (options->states == 0 || (options->states & state) != 0) &&
           in_list(options->creators, options->creator_count, column_int64(row, 6));
}

/* The same question that a get asks. */
static annoproj_status may_view(issue_list *list, int64_t task, bool *passes, annoproj_error **error) {
    task_facts facts;
    *passes = list->in->manager || (list->task == task && list->may_view);
    if (list->in->manager || list->task == task)
        return ANNOPROJ_OK;
    annoproj_status status = access_task_facts(list->in, task, &facts, error);
    if (status != ANNOPROJ_OK)
        return status;
    list->task = task;
    list->may_view = access_view_task(list->in, &facts, NULL) == ANNOPROJ_OK;
    *passes = list->may_view;
    return ANNOPROJ_OK;
}

static annoproj_status has_tag(const issue_list *list, int64_t id, bool *passes, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM issue_tag WHERE issue = ? AND tag = ?";
    annoproj_status status = ANNOPROJ_OK;
    *passes = list->options->tag_count == 0;
    for (size_t i = 0; i < list->options->tag_count && !*passes && status == ANNOPROJ_OK; i++) {
        statement *find = sql(list->in->database, query);
        bind_int64(find, id);
        bind_int64(find, list->options->tags[i]);
        *passes = sql_row(find);
        status = sql_end(find, error);
    }
    return status;
}

static annoproj_status has_text(const issue_list *list, int64_t id, bool *passes, annoproj_error **error) {
    static const char query[] = "SELECT text FROM issue_comment WHERE issue = ? ORDER BY number";
    annoproj_status status = ANNOPROJ_OK;
    *passes = !list->text;
    if (*passes)
        return ANNOPROJ_OK;
    statement *find = sql(list->in->database, query);
    bind_int64(find, id);
    while (status == ANNOPROJ_OK && !*passes && sql_row(find))
        status = pattern_match(list->text, column_text(find, 0), column_length(find, 0), passes, error);
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

static annoproj_status passes(issue_list *list, statement *row, bool *pass, annoproj_error **error) {
    const int64_t id = column_int64(row, 0);
    annoproj_status status = ANNOPROJ_OK;
    *pass = numbers_pass(list->options, row);
    if (*pass)
        status = may_view(list, column_int64(row, 1), pass, error);
    if (status == ANNOPROJ_OK && *pass)
        status = has_tag(list, id, pass, error);
    if (status == ANNOPROJ_OK && *pass)
        status = has_text(list, id, pass, error);
    return status;
}

/* --- the page -------------------------------------------------------------------------------------------------------- */

static uint64_t print_ids(uint64_t print, const int64_t *ids, size_t count) {
    return fingerprint_bytes(fingerprint_int64(print, (int64_t)count), ids, count * sizeof *ids);
}

static uint64_t print_options(const scope *in, const annoproj_issue_list_options *options) {
    uint64_t print = fingerprint_int64(fingerprint_text(0, "issue_list"), in->project.id);
    print = print_ids(print, options->tasks, options->task_count);
    print = print_ids(print, options->stages, options->stage_count);
    print = print_ids(print, options->classes, options->class_count);
    print = print_ids(print, options->creators, options->creator_count);
    print = print_ids(print, options->tags, options->tag_count);
    print = fingerprint_int64(print, (int64_t)options->anchor_count);
    print = fingerprint_bytes(print, options->anchors, options->anchor_count * sizeof *options->anchors);
    print = fingerprint_text(fingerprint_int64(print, options->states), options->text);
    print = fingerprint_int64(fingerprint_int64(print, options->created_after_us), options->created_before_us);
    return fingerprint_int64(print, options->reverse);
}

static annoproj_status read_token(const scope *in, const annoproj_issue_list_options *options, int64_t *behind,
                                  annoproj_error **error) {
    int64_t numbers[2];
    *behind = MAKE_ID(in->project.id, 0) + (options->reverse ? (int64_t)UINT32_MAX : 0);
    if (!options->page)
        return ANNOPROJ_OK;
    if (!page_token_read(options->page, numbers, 2) || (uint64_t)numbers[0] != print_options(in, options) ||
        PROJECT_OF(numbers[1]) != in->project.id)
        return fail(error, ANNOPROJ_INVALID,
                    "page %s is no token of this list with these options: start at the first page",
                    QUOTED(options->page));
    *behind = numbers[1];
    return ANNOPROJ_OK;
}

#define CANDIDATES                                                                                                     \
    "SELECT i.id, i.task, t.stage, i.anchor, i.class, i.resolved, i.creator FROM issue i JOIN task t ON t.id = i.task" \
    " WHERE t.stage <> 0 AND i.created_us >= ?1 AND (?2 = 0 OR i.created_us < ?2) AND i.id > ?3 AND i.id < ?4"         \
    " ORDER BY i.id"

static statement *find_candidates(const scope *in, const annoproj_issue_list_options *options, int64_t behind) {
    static const char upward[] = CANDIDATES, downward[] = CANDIDATES " DESC";
    statement *find = sql(in->database, options->reverse ? downward : upward);
    bind_int64(find, options->created_after_us);
    bind_int64(find, options->created_before_us);
    bind_int64(find, options->reverse ? MAKE_ID(in->project.id, 0) : behind);
    bind_int64(find, options->reverse ? behind : MAKE_ID(in->project.id + 1, 0));
    return find;
}

static annoproj_status add_page(issue_list *list, rows *table, annoproj_error **error) {
    const annoproj_issue_list_options *options = list->options;
    const size_t limit = options->limit == 0 ? ISSUE_LIST_DEFAULT : (size_t)options->limit;
    int64_t last = 0;
    annoproj_status status = read_token(list->in, options, &last, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = find_candidates(list->in, options, last);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        bool pass = false;
        status = passes(list, find, &pass, error);
        if (status != ANNOPROJ_OK || !pass)
            continue;
        if (rows_count(table) == limit) {
            char token[PAGE_TOKEN_SIZE];
            page_token_write(token, (int64_t[]){(int64_t)print_options(list->in, options), last}, 2);
            rows_next_page(table, token);
            break;
        }
        last = column_int64(find, 0);
        status = issue_add_row(list->in, table, last, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

annoproj_status issue_list_page(scope *in, const annoproj_issue_list_options *options, rows *table,
                                annoproj_error **error) {
    issue_list list = {.in = in, .options = options};
    annoproj_status status = ANNOPROJ_OK;
    if (options->text && *options->text)
        status = pattern_substring(options->text, &list.text, error);
    if (status == ANNOPROJ_OK)
        status = add_page(&list, table, error);
    pattern_release(list.text);
    return status;
}
