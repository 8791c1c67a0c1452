/* Events as a virtual table, straight from the columns of the log: a scan takes sealed segments by what their directories say,
 * picks rows by the columns that narrow it, and reads another column of a segment when its first value is asked for. */
#include "sql_table.h"

#include <string.h>

#include "event_log.h"
#include "event_scan.h"
#include "failure.h"
#include "text.h"

/* Columns as they are declared; those of events are in the order of event_row. */
enum shown {
    SHOWN_PROJECT,
    SHOWN_SEQ,
    SHOWN_FIRST_EVENT_COLUMN,
    SHOWN_SCHEMA = SHOWN_FIRST_EVENT_COLUMN + COLUMN_COUNT
};

typedef struct event_cursor {
    sqlite3_vtab_cursor base;
    host_store store;
    char *schema;
    event_scan scan;
} event_cursor;

static int event_column_of(int shown) {
    return shown - SHOWN_FIRST_EVENT_COLUMN + 1;
}

static int connect_events(sqlite3 *connection, void *registered, int argument_count, const char *const *arguments,
                          sqlite3_vtab **out, char **message) {
    (void)argument_count, (void)arguments;
    text columns = {0};
    char *declared = NULL;
    text_string(&columns, "\"project\" INTEGER");
    for (size_t i = 0; i < row_event_row.column_count; i++) {
        const column_type *column = &row_event_row.columns[i];
        text_printf(&columns, ", \"%s\" %s", column->name,
                    column->type == ANNOPROJ_COLUMN_DICTIONARY ? "TEXT" : "INTEGER");
    }
    if (text_take(&columns, &declared, NULL, NULL) != ANNOPROJ_OK) {
        return SQLITE_NOMEM;
    }
    int code = sql_connect(connection, registered, declared, "\"project\", \"seq\"", out, message);
    release(declared);
    return code;
}

/* ---- the plan ---- */

/* A condition that narrows a scan, in idxStr as two characters: its column and what is asked of it. */
#define FIRST_COLUMN 'A'
static char sign_of(int operation) {
    switch (operation) {
    case SQLITE_INDEX_CONSTRAINT_EQ: return '=';
    case SQLITE_INDEX_CONSTRAINT_GT: return '>';
    case SQLITE_INDEX_CONSTRAINT_GE: return ']';
    case SQLITE_INDEX_CONSTRAINT_LT: return '<';
    case SQLITE_INDEX_CONSTRAINT_LE: return '[';
    default: return 0;
    }
}

static bool is_event_column(int shown, int column) {
    return event_column_of(shown) == column;
}

/* Equality narrows by every column but one, an order by sequence number and time. Texts are compared as they are. */
static bool narrows(sqlite3_index_info *info, int i) {
    const struct sqlite3_index_constraint *one = &info->aConstraint[i];
    const int column = one->iColumn;
    if (column < 0 || sign_of(one->op) == 0) {
        return false;
    }
    if (is_event_column(column, COLUMN_SOURCE)) {
        return false; /* three values: it would narrow little */
    }
    if (is_event_column(column, COLUMN_KIND)) {
        return sign_of(one->op) == '=' && sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0;
    }
    return sign_of(one->op) == '=' || column == SHOWN_SEQ || is_event_column(column, COLUMN_TIME);
}

/* How many rows a condition leaves of a thousand: guesses, for the planner to compare plans by. */
static double share_left(int shown, char sign) {
    if (sign != '=') {
        return 300;
    }
    return shown == SHOWN_PROJECT                     ? 200
           : shown == SHOWN_SEQ                       ? 0.001
           : is_event_column(shown, COLUMN_TASK)      ? 0.05
           : is_event_column(shown, COLUMN_REFERENCE) ? 1
                                                      : 50;
}

/* Events come by project and sequence number, ascending. */
static bool in_order(const sqlite3_index_info *info, bool one_project) {
    int next = one_project ? SHOWN_SEQ : SHOWN_PROJECT;
    for (int i = 0; i < info->nOrderBy; i++) {
        if (one_project && info->aOrderBy[i].iColumn == SHOWN_PROJECT) {
            continue;
        }
        if (info->aOrderBy[i].desc || info->aOrderBy[i].iColumn != next) {
            return next > SHOWN_SEQ; /* behind both nothing is left to order */
        }
        next++;
    }
    return true;
}

static int plan(sqlite3_vtab *of, sqlite3_index_info *info) {
    (void)of;
    char *conditions = sqlite3_malloc(2 * info->nConstraint + 1);
    if (conditions == NULL) {
        return SQLITE_NOMEM;
    }
    int count = 0;
    bool one_project = false;
    double left = 1e6;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *one = &info->aConstraint[i];
        const bool of_schema = one->iColumn == SHOWN_SCHEMA && one->op == SQLITE_INDEX_CONSTRAINT_EQ;
        if (of_schema && !one->usable) {
            sqlite3_free(conditions);
            return SQLITE_CONSTRAINT; /* what is read cannot depend on what is found */
        }
        if (one->usable && narrows(info, i)) {
            conditions[2 * count] = (char)(FIRST_COLUMN + one->iColumn);
            conditions[2 * count + 1] = sign_of(one->op);
            info->aConstraintUsage[i].argvIndex = ++count;
            info->aConstraintUsage[i].omit = of_schema;
            left = of_schema ? left : left * share_left(one->iColumn, sign_of(one->op)) / 1000;
            one_project = one_project || (one->iColumn == SHOWN_PROJECT && sign_of(one->op) == '=');
        }
    }
    conditions[2 * count] = '\0';
    info->idxStr = conditions;
    info->needToFreeIdxStr = 1;
    info->idxNum = (int)(info->colUsed & 0xffff);
    info->orderByConsumed = in_order(info, one_project);
    info->estimatedRows = left < 1 ? 1 : (sqlite3_int64)left;
    info->estimatedCost = 100 + (double)info->estimatedRows;
    return SQLITE_OK;
}

/* ---- the conditions of a scan ---- */

static void at_least(int64_t *bound, int64_t value) {
    *bound = value > *bound ? value : *bound;
}

static void at_most(int64_t *bound, int64_t value) {
    *bound = value < *bound ? value : *bound;
}

/* False when nothing can be. */
static bool put_range(int64_t *least, int64_t *most, char sign, int64_t value) {
    if ((sign == '>' && value == INT64_MAX) || (sign == '<' && value == INT64_MIN)) {
        return false;
    }
    if (sign == '=' || sign == '>' || sign == ']') {
        at_least(least, sign == '>' ? value + 1 : value);
    }
    if (sign == '=' || sign == '<' || sign == '[') {
        at_most(most, sign == '<' ? value - 1 : value);
    }
    return *least <= *most;
}

static bool put_project(event_scan *scan, int64_t project) {
    if (project < 0 || (scan->only_project >= 0 && scan->only_project != project)) {
        return false;
    }
    scan->only_project = project;
    return true;
}

/* What SQLite compares with has the type that the column has, or is left to it. */
static bool put_kind(event_scan *scan, sqlite3_value *value) {
    if (sqlite3_value_type(value) != SQLITE_TEXT) {
        return sqlite3_value_type(value) != SQLITE_NULL;
    }
    const char *name = (const char *)sqlite3_value_text(value);
    const int32_t number = name == NULL ? -1 : event_kind_of_name(name);
    return number < 0 || event_scan_filter(scan, COLUMN_KIND, number);
}

static bool put_condition(event_scan *scan, int shown, char sign, sqlite3_value *value) {
    const int column = event_column_of(shown);
    if (column == COLUMN_KIND) {
        return put_kind(scan, value);
    }
    if (sqlite3_value_type(value) != SQLITE_INTEGER) {
        return sqlite3_value_type(value) != SQLITE_NULL;
    }
    const int64_t wanted = sqlite3_value_int64(value);
    if (shown == SHOWN_PROJECT) {
        return put_project(scan, wanted);
    }
    if (shown == SHOWN_SEQ) {
        return put_range(&scan->seq_least, &scan->seq_most, sign, wanted);
    }
    if (column == COLUMN_TIME) {
        return put_range(&scan->time_least, &scan->time_most, sign, wanted);
    }
    if (column == COLUMN_STAGE || column == COLUMN_TASK) {
        return wanted > 0 && put_project(scan, PROJECT_OF(wanted)) &&
               event_scan_filter(scan, column, NUMBER_OF(wanted));
    }
    return event_scan_filter(scan, column, wanted);
}

/* ---- the cursor ---- */

static int open_cursor(sqlite3_vtab *of, sqlite3_vtab_cursor **out) {
    (void)of;
    event_cursor *made = allocate_zeroed(1, sizeof *made);
    *out = made == NULL ? NULL : &made->base;
    return made == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static void rewind_cursor(event_cursor *at) {
    event_scan_end(&at->scan);
    release(at->schema);
    at->schema = NULL;
}

static int close_cursor(sqlite3_vtab_cursor *cursor) {
    rewind_cursor((event_cursor *)cursor);
    release(cursor);
    return SQLITE_OK;
}

static int moved(event_cursor *at, annoproj_status status, annoproj_error *error) {
    return status == ANNOPROJ_OK ? SQLITE_OK : sql_failed(at->base.pVtab, status, error);
}

static int filter(sqlite3_vtab_cursor *cursor, int used, const char *conditions, int count, sqlite3_value **values) {
    event_cursor *at = (event_cursor *)cursor;
    const char *schema = "main";
    rewind_cursor(at);
    for (int i = 0; i < count; i++) {
        if (conditions[2 * i] == FIRST_COLUMN + SHOWN_SCHEMA) {
            schema = (const char *)sqlite3_value_text(values[i]);
        }
    }
    at->schema = duplicate_text(schema == NULL ? "" : schema);
    if (at->schema == NULL) {
        return SQLITE_NOMEM;
    }
    annoproj_error *error = NULL;
    annoproj_status status = host_store_read(((sql_table *)cursor->pVtab)->host, at->schema, &at->store, &error);
    if (status != ANNOPROJ_OK) {
        return moved(at, status, error);
    }
    bool possible = true;
    event_scan_begin(&at->scan, at->store.database, (uint32_t)used >> SHOWN_FIRST_EVENT_COLUMN << 1 & ALL_COLUMNS);
    for (int i = 0; i < count; i++) {
        const int shown = conditions[2 * i] - FIRST_COLUMN;
        possible = possible &&
                   (shown == SHOWN_SCHEMA || put_condition(&at->scan, shown, conditions[2 * i + 1], values[i]));
    }
    if (!possible) {
        at->scan.end = true;
        return SQLITE_OK;
    }
    status = event_scan_next(&at->scan, &error);
    return moved(at, status, error);
}

static int next(sqlite3_vtab_cursor *cursor) {
    event_cursor *at = (event_cursor *)cursor;
    annoproj_error *error = NULL;
    annoproj_status status = event_scan_next(&at->scan, &error);
    return moved(at, status, error);
}

static int ended(sqlite3_vtab_cursor *cursor) {
    return ((event_cursor *)cursor)->scan.end;
}

/* As event_row has them: 0 is null where it stands for nothing. */
static void give_number(sqlite3_context *to, event_scan *scan, int column, int64_t value) {
    switch (column) {
    case COLUMN_KIND: sqlite3_result_text(to, event_scan_kind_name(scan, value), -1, SQLITE_STATIC); break;
    case COLUMN_SOURCE: sqlite3_result_text(to, event_source_name((int32_t)value), -1, SQLITE_STATIC); break;
    case COLUMN_STAGE:
    case COLUMN_TASK:
        if (value != 0) {
            sqlite3_result_int64(to, (int64_t)(((uint64_t)scan->project << 32) + (uint64_t)value));
        }
        break;
    case COLUMN_CREDITED:
    case COLUMN_CLASS:
    case COLUMN_ANSWER:
    case COLUMN_REFERENCE:
        if (value != 0) {
            sqlite3_result_int64(to, value);
        }
        break;
    default: sqlite3_result_int64(to, value);
    }
}

static int give_column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int shown) {
    event_cursor *at = (event_cursor *)cursor;
    annoproj_error *error = NULL;
    int64_t value = 0, kind = 0;
    if (shown == SHOWN_SCHEMA) {
        sqlite3_result_text(to, at->schema, -1, SQLITE_TRANSIENT);
        return SQLITE_OK;
    }
    if (shown == SHOWN_PROJECT || shown == SHOWN_SEQ) {
        sqlite3_result_int64(to, shown == SHOWN_PROJECT ? at->scan.project : event_scan_seq(&at->scan));
        return SQLITE_OK;
    }
    const int column = event_column_of(shown);
    annoproj_status status = event_scan_value(&at->scan, column, &value, &error);
    if (status == ANNOPROJ_OK && column == COLUMN_REFERENCE && value == 0) {
        status = event_scan_value(&at->scan, COLUMN_KIND, &kind, &error);
    }
    if (status != ANNOPROJ_OK) {
        sql_value_failed(to, status, error);
    } else if (kind != 0 && event_reference_may_be_zero((int32_t)kind)) {
        sqlite3_result_int64(to, 0);
    } else {
        give_number(to, &at->scan, column, value);
    }
    return SQLITE_OK;
}

/* Rows are told apart by project and sequence number. */
static int give_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
    *out = event_scan_seq(&((event_cursor *)cursor)->scan);
    return SQLITE_OK;
}

const sqlite3_module sql_event_module = {
    .iVersion = 0,
    .xConnect = connect_events,
    .xBestIndex = plan,
    .xDisconnect = sql_disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = ended,
    .xColumn = give_column,
    .xRowid = give_rowid,
};
