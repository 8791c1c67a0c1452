/* The cursor over pages (sql_table.h). It asks for one page after the other, of one owner after the other. */
#include "sql_table.h"

#include <string.h>

#include "failure.h"
#include "text.h"

/* How a scan is narrowed, in idxNum: these bits say which values follow, in this order; above them the columns that are used. */
enum narrowing { BY_SCHEMA = 1, BY_OWNER = 2, BY_KEY = 4 };
#define NARROWINGS  3
#define USED_SHIFT  NARROWINGS
#define MOST_COLUMN (30 - USED_SHIFT) /* a row type with more is told that all are used */

typedef struct sql_cursor {
    sqlite3_vtab_cursor base;
    host_store store;
    sql_place place;
    int64_t only_owner;   /* 0 = all */
    char *schema, *token; /* token: of the page that comes next */
    bool page_due;        /* the present owner has another page */
    annoproj_table *page;
    int by;                /* how the scan is narrowed */
    annoproj_table *whole; /* all rows of only_owner, where they were one page: a join asks for them again and again */
    bool first, again;     /* no page was turned; the rows are those of `whole` */
    const table *rows;
    int64_t row;
    bool end;
} sql_cursor;

/* ---- columns ---- */

static const char *sql_type(int32_t type) {
    switch (type) {
    case ANNOPROJ_COLUMN_INT64:
    case ANNOPROJ_COLUMN_TIMESTAMP_US:
    case ANNOPROJ_COLUMN_BOOL: return "INTEGER";
    case ANNOPROJ_COLUMN_DOUBLE: return "REAL";
    case ANNOPROJ_COLUMN_BINARY: return "BLOB";
    default: return "TEXT";
    }
}

static int find_column(const row_type *type, const char *name) {
    for (size_t i = 0; i < type->column_count; i++) {
        if (strcmp(type->columns[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* 1 when the owner's column stands before those of the row type. */
static int columns_before(const sql_source *source) {
    return source->owner != OWNER_NONE && find_column(source->type, host_owner_names[source->owner]) < 0;
}

static int owner_column(const sql_source *source) {
    return source->owner == OWNER_NONE ? -2
           : columns_before(source)    ? 0
                                       : find_column(source->type, host_owner_names[source->owner]);
}

static int key_column(const sql_source *source) {
    return source->key == NULL ? -2 : columns_before(source) + find_column(source->type, source->key);
}

static int schema_column(const sql_source *source) {
    return columns_before(source) + (int)source->type->column_count;
}

static int connect_table(sqlite3 *connection, void *registered, int argument_count, const char *const *arguments,
                         sqlite3_vtab **out, char **message) {
    (void)argument_count, (void)arguments;
    const sql_module *module = registered;
    const sql_source *source = module->source;
    text columns = {0};
    char *declared = NULL;
    if (columns_before(source)) {
        text_printf(&columns, "\"%s\" INTEGER, ", host_owner_names[source->owner]);
    }
    for (size_t i = 0; i < source->type->column_count; i++) {
        const column_type *column = &source->type->columns[i];
        text_printf(&columns, "%s\"%s\" %s", i > 0 ? ", " : "", column->name, sql_type(column->type));
    }
    if (text_take(&columns, &declared, NULL, NULL) != ANNOPROJ_OK) {
        return SQLITE_NOMEM;
    }
    int code = sql_connect(connection, module, declared, source->primary, out, message);
    release(declared);
    return code;
}

/* ---- the plan ---- */

static int narrowing_of(const sql_source *source, int column) {
    return column == schema_column(source)  ? BY_SCHEMA
           : column == owner_column(source) ? BY_OWNER
           : column == key_column(source)   ? BY_KEY
                                            : 0;
}

static int plan(sqlite3_vtab *of, sqlite3_index_info *info) {
    const sql_source *source = ((sql_table *)of)->source;
    int by = 0, places[BY_KEY + 1] = {0};
    for (int i = 0; i < info->nConstraint; i++) {
        const int what = info->aConstraint[i].op == SQLITE_INDEX_CONSTRAINT_EQ
                             ? narrowing_of(source, info->aConstraint[i].iColumn)
                             : 0;
        if (what != 0 && info->aConstraint[i].usable && (by & what) == 0) {
            by |= what;
            places[what] = i;
        } else if (what == BY_SCHEMA && !info->aConstraint[i].usable) {
            return SQLITE_CONSTRAINT; /* what is read cannot depend on what is found */
        }
    }
    for (int what = BY_SCHEMA, next = 1; what <= BY_KEY; what <<= 1) {
        if ((by & what) != 0) {
            info->aConstraintUsage[places[what]].argvIndex = next++;
            info->aConstraintUsage[places[what]].omit = what == BY_SCHEMA;
        }
    }
    uint64_t used = info->colUsed >> columns_before(source);
    used = source->type->column_count > MOST_COLUMN ? UINT64_MAX : used;
    info->idxNum = by | (int)((used & ((1u << MOST_COLUMN) - 1)) << USED_SHIFT);
    info->estimatedRows = (by & BY_KEY) != 0 ? 1 : (by & BY_OWNER) != 0 ? 10000 : 1000000;
    info->estimatedCost = 10 * (double)info->estimatedRows;
    return SQLITE_OK;
}

/* ---- the cursor ---- */

static int open_cursor(sqlite3_vtab *of, sqlite3_vtab_cursor **out) {
    (void)of;
    sql_cursor *made = allocate_zeroed(1, sizeof *made);
    *out = made == NULL ? NULL : &made->base;
    return made == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static void drop_page(sql_cursor *at) {
    annoproj_table_free(at->page);
    at->page = NULL;
    at->rows = NULL;
    at->row = 0;
}

/* As before a scan. */
static void rewind_cursor(sql_cursor *at) {
    drop_page(at);
    annoproj_table_free(at->whole);
    annoproj_project_close(at->place.project);
    release(at->token);
    release(at->schema);
    *at = (sql_cursor){.base = at->base};
}

static int close_cursor(sqlite3_vtab_cursor *cursor) {
    rewind_cursor((sql_cursor *)cursor);
    release(cursor);
    return SQLITE_OK;
}

static const sql_source *source_of(const sql_cursor *at) {
    return ((const sql_table *)(const void *)at->base.pVtab)->source;
}

static annoproj_status open_project(sql_cursor *at, annoproj_error **error) {
    session *who = NULL;
    annoproj_project_close(at->place.project);
    at->place.project = NULL;
    annoproj_status status = session_enter(at->place.session, &who, error);
    if (status == ANNOPROJ_OK) {
        status = project_handle(who, at->place.owner, &at->place.project, error);
        session_leave(who);
    }
    return status;
}

/* To the next owner; `end` when there is none. */
static annoproj_status next_owner(sql_cursor *at, annoproj_error **error) {
    const sql_source *source = source_of(at);
    if (source->owner == OWNER_NONE) {
        at->end = at->place.owner != 0;
        at->place.owner = 1;
        return ANNOPROJ_OK;
    }
    const int64_t after = at->place.owner == 0 && at->only_owner != 0 ? at->only_owner - 1 : at->place.owner;
    annoproj_status status = host_owner_next(at->store.database, source->owner, after, &at->place.owner, error);
    at->end = at->place.owner == 0 || (at->only_owner != 0 && at->place.owner != at->only_owner);
    return status == ANNOPROJ_OK && !at->end && source->owner == OWNER_PROJECT ? open_project(at, error) : status;
}

static void show_page(sql_cursor *at, const annoproj_table *page) {
    at->rows = (const table *)(const void *)handle_pin(page, HANDLE_TABLE);
    handle_unpin(page); /* nobody else has it */
    at->row = 0;
}

static annoproj_status read_page(sql_cursor *at, annoproj_error **error) {
    at->place.token = at->token;
    at->first = at->token == NULL;
    annoproj_status status = source_of(at)->page(&at->place, &at->page, error);
    release(at->token);
    at->token = NULL;
    at->page_due = false;
    if (status == ANNOPROJ_NOT_FOUND && at->place.key != 0) {
        drop_error(error);
        return ANNOPROJ_OK;
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const char *next = annoproj_table_next_page(at->page);
    show_page(at, at->page);
    if (next != NULL && at->place.key == 0) {
        at->token = duplicate_text(next);
        at->page_due = true;
        return at->token == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    return ANNOPROJ_OK;
}

/* What a statement sees does not change while it runs, and its cursors end with it. */
static void keep_whole(sql_cursor *at) {
    if (at->page && at->first && !at->page_due && at->only_owner != 0 && at->place.key == 0) {
        at->whole = at->page;
        at->page = NULL;
    }
    at->first = false;
}

/* Whether the scan before this one had the same rows; they begin anew. */
static bool ask_again(sql_cursor *at, const char *schema, int by, sqlite3_value *owner) {
    if (!at->whole || by != at->by || strcmp(schema, at->schema) != 0 || sqlite3_value_type(owner) != SQLITE_INTEGER ||
        sqlite3_value_int64(owner) != at->only_owner) {
        return false;
    }
    show_page(at, at->whole);
    at->place.owner = at->only_owner;
    at->again = true;
    at->end = at->rows->row_count == 0;
    return true;
}

/* To the next page that has a row. */
static int turn_page(sql_cursor *at) {
    annoproj_error *error = NULL;
    annoproj_status status = ANNOPROJ_OK;
    at->end = at->again;
    keep_whole(at);
    drop_page(at);
    while (status == ANNOPROJ_OK && !at->end && (at->rows == NULL || at->rows->row_count == 0)) {
        drop_page(at);
        if (!at->page_due) {
            status = next_owner(at, &error);
        }
        if (status == ANNOPROJ_OK && !at->end) {
            status = read_page(at, &error);
        }
    }
    return status == ANNOPROJ_OK ? SQLITE_OK : sql_failed(at->base.pVtab, status, error);
}

/* The value of a narrowing: false when no row can have it. One that is no integer is left to SQLite to compare. */
static bool narrow(int64_t *to, sqlite3_value *value) {
    if (sqlite3_value_type(value) == SQLITE_INTEGER) {
        *to = sqlite3_value_int64(value);
        return *to > 0;
    }
    return sqlite3_value_type(value) != SQLITE_NULL;
}

static int filter(sqlite3_vtab_cursor *cursor, int by, const char *unused, int count, sqlite3_value **values) {
    (void)unused, (void)count;
    sql_cursor *at = (sql_cursor *)cursor;
    const sql_table *of = (const sql_table *)cursor->pVtab;
    const char *schema = (by & BY_SCHEMA) != 0 ? (const char *)sqlite3_value_text(*values++) : "main";
    schema = schema == NULL ? "" : schema;
    if ((by & BY_OWNER) != 0 && ask_again(at, schema, by, *values)) {
        return SQLITE_OK;
    }
    rewind_cursor(at);
    at->by = by;
    at->schema = duplicate_text(schema);
    if (at->schema == NULL) {
        return SQLITE_NOMEM;
    }
    annoproj_error *error = NULL;
    annoproj_status status = host_store_read(of->host, at->schema, &at->store, &error);
    if (status != ANNOPROJ_OK) {
        return sql_failed(cursor->pVtab, status, error);
    }
    at->place.session = at->store.session;
    at->place.used = (uint64_t)(unsigned)by >> USED_SHIFT;
    at->end = ((by & BY_OWNER) != 0 && !narrow(&at->only_owner, *values++)) ||
              ((by & BY_KEY) != 0 && !narrow(&at->place.key, *values));
    if (at->place.key != 0 && of->source->key_has_owner) {
        const int64_t owner = PROJECT_OF(at->place.key);
        at->end = at->end || owner == 0 || (at->only_owner != 0 && at->only_owner != owner);
        at->only_owner = owner;
    }
    return at->end ? SQLITE_OK : turn_page(at);
}

static int next(sqlite3_vtab_cursor *cursor) {
    sql_cursor *at = (sql_cursor *)cursor;
    return ++at->row < at->rows->row_count ? SQLITE_OK : turn_page(at);
}

static int ended(sqlite3_vtab_cursor *cursor) {
    return ((sql_cursor *)cursor)->end;
}

static int give_column(sqlite3_vtab_cursor *cursor, sqlite3_context *to, int column) {
    const sql_cursor *at = (const sql_cursor *)cursor;
    const sql_source *source = source_of(at);
    if (column == schema_column(source)) {
        sqlite3_result_text(to, at->schema, -1, SQLITE_TRANSIENT);
    } else if (column < columns_before(source)) {
        sqlite3_result_int64(to, at->place.owner);
    } else {
        sql_cell(to, at->rows, (size_t)(column - columns_before(source)), at->row);
    }
    return SQLITE_OK;
}

/* Rows are told apart by the primary key. */
static int give_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *out) {
    *out = ((sql_cursor *)cursor)->row;
    return SQLITE_OK;
}

const sqlite3_module sql_table_module = {
    .iVersion = 0,
    .xConnect = connect_table,
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
