/* Projects as lists and gets show them: what a session sees, found by who owns them, tags, status, text and time. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "page_token.h"
#include "pattern.h"
#include "project.h"
#include "row_cells.h"
#include "seen.h"

#define LIMIT_DEFAULT 1000
#define LIMIT_MOST    10000

typedef struct listing {
    annoproj_project_list_options options;
    pattern *text;
    const char *after_title; /* last key of the page before; NULL = first page */
    int64_t after_us, after_id;
    const int64_t *projects; /* for gets */
    size_t count;
    annoproj_table *table;
} listing;

/* One predicate for lists and gets; ?5 is the project. */
#define PROJECT_ROW                                                                                                    \
    "SELECT p.id, p.uuid, p.title, p.description, p.owner, o.email, p.status, p.ontology, c.role, n.tasks, "           \
    "p.created_us, p.edited_us, p.instructions, p.deleted_us FROM" PROJECT_SEER                                        \
    " JOIN project_counter n ON n.project = p.id LEFT JOIN user o ON o.id = p.owner WHERE p.id = ?5 AND" PROJECT_SEEN

/* --- rows --------------------------------------------------------------------------------------------------------- */

static annoproj_status add_tags(scope *in, rows *table, int64_t project, annoproj_error **error) {
    static const char query[] =
        "SELECT t.name FROM project_tag p JOIN tag t ON t.id = p.tag AND t.kind = 0 /* TAG_OF_PROJECTS */"
        " WHERE p.project = ? ORDER BY t.name";
    const char *names[PROJECT_TAGS_MOST];
    size_t count = 0;
    bool failed = false;
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    while (count < PROJECT_TAGS_MOST && sql_row(find)) {
        names[count] = arena_text(in->memory, column_text(find, 0), column_length(find, 0));
        failed |= !names[count++];
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && failed)
        status = fail_memory(error);
    if (status == ANNOPROJ_OK)
        rows_utf8_list(table, names, count);
    return status;
}

static void add_facts(rows *table, statement *find) {
    rows_int64(table, column_int64(find, 0));
    add_uuid(table, find, 1);
    rows_text(table, column_text(find, 2));
    rows_text(table, column_text(find, 3));
    rows_int64(table, column_int64(find, 4));
    add_text(table, find, 5);
    rows_text(table, project_status_name((int32_t)column_int64(find, 6)));
    rows_int64(table, column_int64(find, 7));
    rows_text(table, column_is_null(find, 8) ? NULL : role_name((int32_t)column_int64(find, 8)));
    rows_int64(table, column_int64(find, 9));
    rows_time(table, column_int64(find, 10));
    rows_time(table, column_int64(find, 11));
}

static annoproj_status add_project(scope *in, rows *table, int64_t project, annoproj_error **error) {
    static const char query[] = PROJECT_ROW;
    statement *find = sql(in->database, query);
    bind_project_seer(find, in);
    bind_int64(find, project);
    annoproj_status status = ANNOPROJ_OK;
    bool found = sql_row(find);
    if (found) {
        add_facts(table, find);
        status = add_tags(in, table, project, error);
    }
    if (found && status == ANNOPROJ_OK) {
        rows_text(table, column_text(find, 12));
        if (column_is_null(find, 13))
            rows_null(table);
        else
            rows_time(table, column_int64(find, 13));
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    if (status != ANNOPROJ_OK || ended != ANNOPROJ_OK)
        return status != ANNOPROJ_OK ? status : ended;
    return found ? ANNOPROJ_OK
                 : fail(error, ANNOPROJ_NOT_FOUND, "there is no project %lld, or this session may not see it",
                        (long long)project);
}

/* --- gets --------------------------------------------------------------------------------------------------------- */

static annoproj_status read_projects(scope *in, void *arguments, annoproj_error **error) {
    listing *list = arguments;
    rows *table = rows_new(&row_project_row);
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < list->count && status == ANNOPROJ_OK; i++)
        status = add_project(in, table, list->projects[i], error);
    return finish_table(table, status, &list->table, error);
}

annoproj_status annoproj_projects_get(annoproj_session *handle, const int64_t *projects, size_t count,
                                      const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    listing list = {.projects = projects, .count = count};
    handle_call what = {.arguments = &list};
    if (!result_place(table, sizeof *table, "table", error) || !ids_given(projects, count, "projects", error))
        return ANNOPROJ_INVALID;
    return session_read_table(handle, &what, read_projects, call, &list.table, table, error);
}

annoproj_status annoproj_project_get(annoproj_project *project, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error) {
    int64_t id = annoproj_project_id(project);
    listing list = {.projects = &id, .count = 1};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_SEE, .arguments = &list};
    return project_read_table(project, &what, read_projects, call, &list.table, table, error);
}

/* --- finding ------------------------------------------------------------------------------------------------------ */

/* Columns: id, title, description, owner, status, time of the sort. ?5 = deleted, ?6 to ?9 windows, ?10 = mine, ?11 = first
 * page, ?12 and ?13 = the last key. The sort decides about the key and its order. */
#define CANDIDATES(time)                                                                                               \
    "SELECT p.id, p.title, p.description, p.owner, p.status, " time " FROM" PROJECT_SEER " WHERE" PROJECT_SEEN         \
    " AND (?5 = 2 OR (p.deleted_us IS NOT NULL) = ?5)"                                                                 \
    " AND p.created_us >= ?6 AND (?7 = 0 OR p.created_us < ?7) AND p.edited_us >= ?8"                                  \
    " AND (?9 = 0 OR p.edited_us < ?9) AND (NOT ?10 OR c.role IS NOT NULL)"
#define BEHIND(key, how)    " AND (?11 OR (" key ", p.id) " how " (?12, ?13))"
#define UPWARD(time, key)   CANDIDATES(time) BEHIND(key, ">") " ORDER BY " key ", p.id"
#define DOWNWARD(time, key) CANDIDATES(time) BEHIND(key, "<") " ORDER BY " key " DESC, p.id DESC"

static const char *const candidates[3][2] = {
    [ANNOPROJ_PROJECT_SORT_TITLE] = {UPWARD("p.created_us", "p.title"), DOWNWARD("p.created_us", "p.title")},
    [ANNOPROJ_PROJECT_SORT_CREATED] = {UPWARD("p.created_us", "p.created_us"),
                                       DOWNWARD("p.created_us", "p.created_us")},
    [ANNOPROJ_PROJECT_SORT_EDITED] = {UPWARD("p.edited_us", "p.edited_us"), DOWNWARD("p.edited_us", "p.edited_us")}};

static statement *find_candidates(scope *in, const listing *list) {
    const annoproj_project_list_options *options = &list->options;
    statement *find = sql(in->database, candidates[options->sort][options->reverse]);
    bind_project_seer(find, in);
    bind_int64(find, options->deleted);
    bind_int64(find, options->created_after_us);
    bind_int64(find, options->created_before_us);
    bind_int64(find, options->edited_after_us);
    bind_int64(find, options->edited_before_us);
    bind_int64(find, options->mine);
    bind_int64(find, list->after_title == NULL);
    if (options->sort == ANNOPROJ_PROJECT_SORT_TITLE)
        bind_text(find, list->after_title);
    else
        bind_int64(find, list->after_us);
    bind_int64(find, list->after_id);
    return find;
}

static bool is_among(const int64_t *values, size_t count, int64_t value) {
    for (size_t i = 0; i < count; i++)
        if (values[i] == value)
            return true;
    return count == 0;
}

static bool has_status(const annoproj_project_list_options *options, int64_t value) {
    for (size_t i = 0; i < options->status_count; i++)
        if (options->statuses[i] == value)
            return true;
    return options->status_count == 0;
}

static annoproj_status has_tag(scope *in, const listing *list, int64_t project, bool *has, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM project_tag WHERE project = ? AND tag = ?";
    annoproj_status status = ANNOPROJ_OK;
    *has = list->options.tag_count == 0;
    for (size_t i = 0; i < list->options.tag_count && !*has && status == ANNOPROJ_OK; i++) {
        statement *find = sql(in->database, query);
        bind_int64(find, project);
        bind_int64(find, list->options.tags[i]);
        *has = sql_row(find);
        status = sql_end(find, error);
    }
    return status;
}

static annoproj_status passes(scope *in, const listing *list, statement *row, bool *pass, annoproj_error **error) {
    const annoproj_project_list_options *options = &list->options;
    annoproj_status status = ANNOPROJ_OK;
    *pass = is_among(options->owners, options->owner_count, column_int64(row, 3)) &&
            has_status(options, column_int64(row, 4));
    if (*pass && list->text) {
        status = pattern_match(list->text, column_text(row, 1), column_length(row, 1), pass, error);
        if (status == ANNOPROJ_OK && !*pass)
            status = pattern_match(list->text, column_text(row, 2), column_length(row, 2), pass, error);
    }
    if (status == ANNOPROJ_OK && *pass)
        status = has_tag(in, list, column_int64(row, 0), pass, error);
    return status;
}

/* --- the token: the options' fingerprint, the last key, and its title ----------------------------------------------- */

static uint64_t print_options(const annoproj_project_list_options *options) {
    uint64_t print = fingerprint_text(fingerprint_text(0, "project_list"), options->text);
    print = fingerprint_bytes(print, options->owners, options->owner_count * sizeof *options->owners);
    print = fingerprint_bytes(print, options->tags, options->tag_count * sizeof *options->tags);
    print = fingerprint_bytes(print, options->statuses, options->status_count * sizeof *options->statuses);
    print = fingerprint_int64(fingerprint_int64(print, options->created_after_us), options->created_before_us);
    print = fingerprint_int64(fingerprint_int64(print, options->edited_after_us), options->edited_before_us);
    print = fingerprint_int64(fingerprint_int64(print, options->sort), options->deleted);
    return fingerprint_int64(fingerprint_int64(print, options->reverse), options->mine);
}

static annoproj_status read_token(listing *list, annoproj_error **error) {
    const char *token = list->options.page;
    int64_t numbers[3];
    if (!token)
        return ANNOPROJ_OK;
    const char *title = page_token_numbers(token, numbers, 3);
    if (!title || *title != '.' || (uint64_t)numbers[0] != print_options(&list->options))
        return fail(error, ANNOPROJ_INVALID,
                    "page %s is no token of this list with these options: start at the first page", QUOTED(token));
    list->after_us = numbers[1];
    list->after_id = numbers[2];
    list->after_title = title + 1;
    return ANNOPROJ_OK;
}

static annoproj_status write_token(const listing *list, rows *table, scope *in, const char *title, int64_t time_us,
                                   int64_t id, annoproj_error **error) {
    const int64_t numbers[] = {(int64_t)print_options(&list->options), time_us, id};
    char begin[PAGE_TOKEN_SIZE];
    page_token_write(begin, numbers, 3);
    size_t length = strlen(begin), rest = strlen(title);
    char *token = arena_allocate(in->memory, length + rest + 2);
    if (!token)
        return fail_memory(error);
    memcpy(token, begin, length);
    token[length] = '.';
    memcpy(token + length + 1, title, rest + 1);
    rows_next_page(table, token);
    return ANNOPROJ_OK;
}

/* --- the list ------------------------------------------------------------------------------------------------------- */

/* What is filtered by must be there. */
static annoproj_status check_known(scope *in, const char *query, const char *what, const int64_t *ids, size_t count,
                                   annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        statement *find = sql(in->database, query);
        bind_int64(find, ids[i]);
        bool found = sql_row(find);
        status = sql_end(find, error);
        if (status == ANNOPROJ_OK && !found)
            status = fail(error, ANNOPROJ_NOT_FOUND, "there is no %s %lld to find projects by", what,
                          (long long)ids[i]);
    }
    return status;
}

static annoproj_status add_page(scope *in, listing *list, rows *table, annoproj_error **error) {
    int64_t limit = list->options.limit == 0 ? LIMIT_DEFAULT : list->options.limit, last_us = 0, last = 0;
    const char *last_title = "";
    annoproj_status status = ANNOPROJ_OK;
    statement *find = find_candidates(in, list);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        bool pass = false;
        status = passes(in, list, find, &pass, error);
        if (status != ANNOPROJ_OK || !pass)
            continue;
        if ((int64_t)rows_count(table) == limit) {
            status = write_token(list, table, in, last_title, last_us, last, error);
            break;
        }
        last = column_int64(find, 0);
        last_us = column_int64(find, 5);
        last_title = arena_text(in->memory, column_text(find, 1), column_length(find, 1));
        status = last_title ? add_project(in, table, last, error) : fail_memory(error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

static annoproj_status list_projects(scope *in, void *arguments, annoproj_error **error) {
    static const char users[] = "SELECT 1 WHERE ?1 = 0 UNION ALL SELECT 1 FROM user WHERE id = ?1";
    static const char tags[] = "SELECT 1 FROM tag WHERE id = ? AND kind = 0 /* TAG_OF_PROJECTS */ AND NOT deleted";
    listing *list = arguments;
    const annoproj_project_list_options *options = &list->options;
    rows *table = rows_new(&row_project_row);
    annoproj_status status = check_known(in, users, "user", options->owners, options->owner_count, error);
    if (status == ANNOPROJ_OK)
        status = check_known(in, tags, "tag", options->tags, options->tag_count, error);
    if (status == ANNOPROJ_OK)
        status = add_page(in, list, table, error);
    return finish_table(table, status, &list->table, error);
}

static annoproj_status check_options(listing *list, annoproj_error **error) {
    const annoproj_project_list_options *options = &list->options;
    if (!ids_given(options->owners, options->owner_count, "owners", error) ||
        !ids_given(options->tags, options->tag_count, "tags", error))
        return ANNOPROJ_INVALID;
    if (!options->statuses && options->status_count > 0)
        return fail(error, ANNOPROJ_INVALID, "statuses is NULL but status_count is %zu", options->status_count);
    for (size_t i = 0; i < options->status_count; i++)
        if (options->statuses[i] < ANNOPROJ_PROJECT_NOT_STARTED || options->statuses[i] > ANNOPROJ_PROJECT_ARCHIVED)
            return fail(error, ANNOPROJ_INVALID, "status %d is no annoproj_project_status", options->statuses[i]);
    if (options->limit < 0 || options->limit > LIMIT_MOST)
        return fail(error, ANNOPROJ_INVALID, "limit %lld: a page has 1 to %d rows", (long long)options->limit,
                    LIMIT_MOST);
    if (options->sort < ANNOPROJ_PROJECT_SORT_TITLE || options->sort > ANNOPROJ_PROJECT_SORT_EDITED)
        return fail(error, ANNOPROJ_INVALID, "sort %d is no annoproj_project_sort", options->sort);
    if (options->deleted < ANNOPROJ_DELETED_HIDDEN || options->deleted > ANNOPROJ_DELETED_ALSO)
        return fail(error, ANNOPROJ_INVALID, "deleted %d is no annoproj_deleted", options->deleted);
    if (options->created_after_us < 0 || options->created_before_us < 0 || options->edited_after_us < 0 ||
        options->edited_before_us < 0)
        return fail(error, ANNOPROJ_INVALID, "a window begins or ends before 1970: give microseconds, 0 for open");
    return ANNOPROJ_OK;
}

void annoproj_project_list_options_init(annoproj_project_list_options *options) {
    if (options)
        *options = (annoproj_project_list_options)ANNOPROJ_PROJECT_LIST_OPTIONS_INIT;
}

annoproj_status annoproj_project_list(annoproj_session *handle, const annoproj_project_list_options *options,
                                      const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    listing list = {0};
    handle_call what = {.arguments = &list};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&list.options, sizeof list.options, sizeof list.options, options, error);
    if (status == ANNOPROJ_OK)
        status = check_options(&list, error);
    if (status == ANNOPROJ_OK)
        status = read_token(&list, error);
    if (status == ANNOPROJ_OK && list.options.text && *list.options.text)
        status = pattern_substring(list.options.text, &list.text, error);
    if (status == ANNOPROJ_OK)
        status = session_read_table(handle, &what, list_projects, call, &list.table, table, error);
    pattern_release(list.text);
    return status;
}
