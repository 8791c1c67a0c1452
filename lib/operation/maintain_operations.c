/* Public functions: looking after a store. Sizes and counts, waiting for changes, backup, compaction. */
#include <limits.h>
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "utf8.h"

/* --- info ---------------------------------------------------------------------------------------------------- */

typedef struct counts {
    int64_t users, projects, datasets, ontologies, data_units, tasks, events;
} counts;

static annoproj_status count_all(scope *in, counts *out, annoproj_error **error) {
    static const char text[] =
        "SELECT (SELECT count(*) FROM user), (SELECT count(*) FROM project), (SELECT count(*) FROM dataset),"
        " (SELECT count(*) FROM ontology), (SELECT coalesce(sum(data_units), 0) FROM dataset),"
        " (SELECT coalesce(sum(tasks), 0) FROM project_counter), (SELECT coalesce(sum("
        "(SELECT first_seq - 1 FROM event_tail WHERE id = (project << 32) + 16384)), 0) FROM event_log)";
    statement *find = sql(in->database, text);
    if (sql_row(find))
        *out = (counts){column_int64(find, 0), column_int64(find, 1), column_int64(find, 2), column_int64(find, 3),
                        column_int64(find, 4), column_int64(find, 5), column_int64(find, 6)};
    return sql_end(find, error);
}

/* Paths are bytes: what in them is no UTF-8 is shown as U+FFFD. */
static void add_path(rows *row, const char *path) {
    char shown[3 * PATH_MAX]; /* a store's path is shorter than PATH_MAX */
    size_t length = strnlen(path, PATH_MAX), used = 0;
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t size = utf8_decode(path + at, length - at, &point);
        memcpy(shown + used, size ? path + at : "\xEF\xBF\xBD", size ? size : 3);
        used += size ? size : 3;
        at += size ? size : 1;
    }
    rows_text_n(row, shown, used);
}

static void add_info(rows *row, const store_facts *facts, const counts *number) {
    rows_int64(row, facts->file_bytes);
    rows_int64(row, facts->wal_bytes);
    rows_int64(row, facts->page_size);
    rows_int64(row, facts->schema_version);
    rows_int64(row, facts->commit_seq);
    rows_int64(row, number->users);
    rows_int64(row, number->projects);
    rows_int64(row, number->data_units);
    rows_int64(row, number->tasks);
    rows_int64(row, number->events);
    rows_int64(row, facts->free_pages * facts->page_size);
    rows_int64(row, number->datasets);
    rows_int64(row, number->ontologies);
    rows_text(row, facts->uuid);
    rows_time(row, facts->created_us);
    rows_time(row, facts->last_command_us);
    rows_text(row, facts->fingerprint);
    rows_text(row, facts->sqlite);
    add_path(row, facts->path);
}

static annoproj_status read_info(scope *in, void *arguments, annoproj_error **error) {
    annoproj_table **table = arguments;
    store_facts facts;
    counts number = {0};
    reader source = {.database = in->database, .bounds = in->bounds, .store = in->store};
    annoproj_status status = store_facts_read(&source, &facts, error);
    if (status == ANNOPROJ_OK)
        status = count_all(in, &number, error);
    if (status != ANNOPROJ_OK)
        return status;
    rows *row = rows_new(&row_store_row);
    add_info(row, &facts, &number);
    return rows_finish(row, table, error);
}

annoproj_status annoproj_store_info(annoproj_session *handle, const annoproj_call *call, annoproj_table **table,
                                    annoproj_error **error) {
    annoproj_table *made = NULL;
    handle_call what = {.arguments = &made};
    return session_read_table(handle, &what, read_info, call, &made, table, error);
}

/* --- wait ---------------------------------------------------------------------------------------------------- */

annoproj_status annoproj_store_wait(annoproj_store *handle, int64_t seen, const annoproj_call *call,
                                    int64_t *commit_seq, annoproj_error **error) {
    body *entered = NULL;
    bounds limits;
    if (!result_place(commit_seq, sizeof *commit_seq, "commit_seq", error))
        return ANNOPROJ_INVALID;
    if (seen < 0)
        return fail(error, ANNOPROJ_INVALID, "seen is %lld: give 0, or the commit_seq you know", (long long)seen);
    annoproj_status status = handle_enter(handle, HANDLE_STORE, "store", &entered, error);
    if (status != ANNOPROJ_OK)
        return status;
    status = bounds_begin(&limits, call, error);
    if (status == ANNOPROJ_OK) {
        status = store_wait((store *)entered, seen, &limits, commit_seq, error);
        bounds_end(&limits);
    }
    body_release(entered);
    return status;
}

/* --- backup -------------------------------------------------------------------------------------------------- */

typedef struct backup_call {
    const char *path;
    bool replace;
    annoproj_table *table;
} backup_call;

void annoproj_backup_options_init(annoproj_backup_options *options) {
    if (options)
        *options = (annoproj_backup_options)ANNOPROJ_BACKUP_OPTIONS_INIT;
}

static annoproj_status back_up(scope *in, void *arguments, annoproj_error **error) {
    backup_call *made = arguments;
    backup_facts facts;
    reader source = {.database = in->database, .bounds = in->bounds, .store = in->store};
    annoproj_status status = store_backup(&source, made->path, made->replace, &facts, error);
    if (status != ANNOPROJ_OK)
        return status;
    rows *row = rows_new(&row_backup_row);
    add_path(row, facts.path);
    rows_int64(row, facts.bytes);
    rows_int64(row, facts.commit_seq);
    rows_int64(row, facts.schema_version);
    release(facts.path);
    return rows_finish(row, &made->table, error);
}

annoproj_status annoproj_store_backup(annoproj_session *handle, const char *path,
                                      const annoproj_backup_options *options, const annoproj_call *call,
                                      annoproj_table **table, annoproj_error **error) {
    annoproj_backup_options own;
    clear_error(error);
    if (table)
        *table = NULL;
    if (!path)
        return fail(error, ANNOPROJ_INVALID, "path is NULL: give the path of the backup");
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status != ANNOPROJ_OK)
        return status;
    backup_call made = {.path = path, .replace = own.replace};
    handle_call what = {.operation = ANNOPROJ_OPERATION_STORE_BACKUP, .arguments = &made};
    return session_read_table(handle, &what, back_up, call, &made.table, table, error);
}

/* --- compact --------------------------------------------------------------------------------------------------- */

static annoproj_status compact(store *of, const bounds *limits, void *arguments, annoproj_error **error) {
    return store_compact(of, limits, arguments, error);
}

annoproj_status annoproj_store_compact(annoproj_session *handle, const annoproj_call *call, annoproj_table **table,
                                       annoproj_error **error) {
    session *who = NULL;
    compact_facts facts = {0};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = session_enter(handle, &who, error);
    if (status != ANNOPROJ_OK)
        return status;
    request asked = {
        .session = who, .operation = ANNOPROJ_OPERATION_STORE_COMPACT, .subject = SUBJECT_STORE, .arguments = &facts};
    status = access_file(&asked, compact, call, error);
    if (status == ANNOPROJ_OK) {
        rows *row = rows_new(&row_compact_row);
        rows_int64(row, facts.before_bytes);
        rows_int64(row, facts.after_bytes);
        rows_int64(row, facts.free_bytes);
        rows_bool(row, facts.folded);
        status = rows_finish(row, table, error);
    }
    session_leave(who);
    return status;
}
