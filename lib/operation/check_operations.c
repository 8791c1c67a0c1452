/* Whether a store is sound: the file, and every project's log with everything that must follow from it. In one call, or in
 * slices: a token says how far the check is, and each piece looks at the store as it is then. */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "page_token.h"

#define LONGEST_NAME 64
#define MOST_PIECES  (UINT32_MAX + INT64_C(1000)) /* projects have numbers of 32 bits */

/* Pieces: the file as a whole, each table, each project. */
enum { FILE_WHOLE, TABLES, PROJECTS, THE_END };

/* Where a check in slices is. */
typedef struct place {
    int phase;
    bool tables_too;          /* the file as a whole was sound: its tables are looked at one by one */
    char table[LONGEST_NAME]; /* the last one that was checked */
    int64_t project;          /* the same */
    int64_t done;             /* pieces */
} place;

typedef struct check_call {
    checking check;
    annoproj_check_options options;
    place at;
    int64_t total; /* pieces */
    annoproj_table *table;
} check_call;

static void file_line(void *data, const char *line) {
    check_report(data, "file", 0, line, "a sound file");
}

static void count_line(void *data, const char *line) {
    (void)line;
    ++*(int64_t *)data;
}

/* --- pieces --------------------------------------------------------------------------------------------------- */

/* SQLite looks at the pages of the whole file in one go; a file with a fault there gets its full check at once, so that
 * slices find what a whole check finds, and nothing twice. */
static annoproj_status check_file(check_call *made, reader *source, annoproj_error **error) {
    int64_t lines = 0;
    bool sliced = made->options.slice_us != 0 && !made->check.quick;
    annoproj_status status = ANNOPROJ_OK;
    if (sliced)
        status = store_integrity(source, NULL, true, count_line, &lines, error);
    if (status == ANNOPROJ_OK && (!sliced || lines > 0))
        status = store_integrity(source, NULL, made->check.quick, file_line, &made->check, error);
    made->at.tables_too = sliced && lines == 0;
    made->at.phase = TABLES;
    return status;
}

static annoproj_status check_next_table(check_call *made, reader *source, annoproj_error **error) {
    place *at = &made->at;
    char name[LONGEST_NAME];
    annoproj_status status = store_next_table(source, at->table, name, sizeof name, error);
    if (status == ANNOPROJ_OK && name[0] == '\0') {
        at->phase = PROJECTS;
        return ANNOPROJ_OK;
    }
    memcpy(at->table, name, sizeof name);
    if (status == ANNOPROJ_OK && at->tables_too)
        status = store_integrity(source, name, false, file_line, &made->check, error);
    return status == ANNOPROJ_OK ? store_foreign_keys(source, name, file_line, &made->check, error) : status;
}

static annoproj_status check_next_project(check_call *made, scope *in, annoproj_error **error) {
    /* The store itself, and whatever has rows of a project: also of one that has no other. */
    static const char text[] =
        "SELECT min(id) FROM (SELECT 0 AS id WHERE ?1 < 0 UNION ALL SELECT min(id) FROM project WHERE id > ?1"
        " UNION ALL SELECT min(project) FROM event_log WHERE project > ?1"
        " UNION ALL SELECT min(project) FROM event_summary WHERE project > ?1"
        " UNION ALL SELECT min(id) >> 32 FROM event_tail WHERE id >= (?1 + 1) << 32"
        " UNION ALL SELECT min(id) >> 32 FROM event_segment WHERE id >= (?1 + 1) << 32"
        " UNION ALL SELECT min(id) >> 32 FROM event_column WHERE id >= (?1 + 1) << 32)";
    place *at = &made->at;
    statement *find = sql(in->database, text);
    bind_int64(find, at->project);
    bool found = sql_row(find) && !column_is_null(find, 0);
    made->check.project = found ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (!found) {
        at->phase = THE_END;
        return ANNOPROJ_OK;
    }
    at->project = made->check.project;
    status = check_project(in, &made->check, error);
    made->check.project = 0;
    return status;
}

static annoproj_status check_piece(check_call *made, scope *in, annoproj_error **error) {
    reader source = {.database = in->database, .bounds = in->bounds, .store = in->store};
    switch (made->at.phase) {
    case FILE_WHOLE: return check_file(made, &source, error);
    case TABLES: return check_next_table(made, &source, error);
    default: return check_next_project(made, in, error);
    }
}

static annoproj_status count_pieces(check_call *made, scope *in, annoproj_error **error) {
    /* The file, the tables, the projects; and finding out that there are no more of either. */
    static const char text[] = "SELECT 3 + (SELECT count(*) FROM sqlite_schema WHERE type = 'table')"
                               " + (SELECT count(*) FROM (SELECT id FROM project UNION SELECT project FROM event_log))";
    statement *find = sql(in->database, text);
    if (sql_row(find))
        made->total = column_int64(find, 0);
    return sql_end(find, error);
}

/* --- the token -------------------------------------------------------------------------------------------------- */

static uint64_t print_check(const check_call *made) {
    return fingerprint_int64(fingerprint_text(0, "store_check"), made->options.quick);
}

static annoproj_status read_token(check_call *made, annoproj_error **error) {
    int64_t numbers[5];
    const char *token = made->options.page;
    place *at = &made->at;
    at->project = -1;
    if (!token)
        return ANNOPROJ_OK;
    const char *table = page_token_numbers(token, numbers, 5);
    if (!table || *table != '.' || (uint64_t)numbers[0] != print_check(made) || numbers[1] < TABLES ||
        numbers[1] > PROJECTS || numbers[3] < -1 || numbers[4] < 0 || numbers[4] > MOST_PIECES ||
        strlen(table + 1) >= sizeof at->table)
        return fail(error, ANNOPROJ_INVALID,
                    "page %s is no token of a check with these options: begin a new check without one", QUOTED(token));
    at->phase = (int)numbers[1];
    at->tables_too = numbers[2] != 0;
    at->project = numbers[3];
    at->done = numbers[4];
    memcpy(at->table, table + 1, strlen(table + 1) + 1);
    return ANNOPROJ_OK;
}

static void write_token(check_call *made) {
    const place *at = &made->at;
    const int64_t numbers[] = {(int64_t)print_check(made), at->phase, at->tables_too, at->project, at->done};
    char begin[PAGE_TOKEN_SIZE], token[PAGE_TOKEN_SIZE + LONGEST_NAME];
    page_token_write(begin, numbers, 5);
    snprintf(token, sizeof token, "%s.%s", begin, at->table);
    rows_next_page(made->check.found, token);
}

/* --- the call ---------------------------------------------------------------------------------------------------- */

static annoproj_status run_pieces(check_call *made, scope *in, annoproj_error **error) {
    int64_t began = monotonic_us();
    annoproj_status status = count_pieces(made, in, error);
    while (status == ANNOPROJ_OK && made->at.phase != THE_END) {
        status = bounds_check(in->bounds, error);
        if (status == ANNOPROJ_OK)
            status = check_piece(made, in, error);
        made->at.done++;
        if (status == ANNOPROJ_OK)
            status = bounds_progress(in->bounds, made->at.done,
                                     made->total > made->at.done ? made->total : made->at.done, error);
        if (made->options.slice_us != 0 && monotonic_us() - began >= made->options.slice_us)
            break;
    }
    return status;
}

static annoproj_status read_check(scope *in, void *arguments, annoproj_error **error) {
    check_call *made = arguments;
    made->check.found = rows_new(&row_check_row);
    annoproj_status status = run_pieces(made, in, error);
    if (status == ANNOPROJ_OK && made->at.phase != THE_END)
        write_token(made);
    return finish_table(made->check.found, status, &made->table, error);
}

void annoproj_check_options_init(annoproj_check_options *options) {
    if (options)
        *options = (annoproj_check_options)ANNOPROJ_CHECK_OPTIONS_INIT;
}

annoproj_status annoproj_store_check(annoproj_session *handle, const annoproj_check_options *options,
                                     const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    check_call made = {0};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status == ANNOPROJ_OK && made.options.slice_us < 0)
        status = fail(error, ANNOPROJ_INVALID, "slice_us is %lld: give microseconds, or 0 for the whole check",
                      (long long)made.options.slice_us);
    if (status == ANNOPROJ_OK)
        status = read_token(&made, error);
    if (status != ANNOPROJ_OK)
        return status;
    made.check.quick = made.options.quick;
    handle_call what = {.operation = ANNOPROJ_OPERATION_STORE_CHECK, .arguments = &made};
    return session_read_table(handle, &what, read_check, call, &made.table, table, error);
}
