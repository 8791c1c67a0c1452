/* What virtual tables have in common: their columns, values of cells, failures (sql_table.h). */
#include <stdlib.h>
#include <string.h>

#include "sql_table.h"

#include "failure.h"
#include "text.h"

int sql_connect(sqlite3 *connection, const sql_module *module, const char *columns, const char *primary,
                sqlite3_vtab **out, char **message) {
    text declared = {0};
    char *create = NULL;
    *out = NULL;
    text_printf(&declared, "CREATE TABLE t(%s, \"schema\" TEXT HIDDEN, PRIMARY KEY(%s, \"schema\")) WITHOUT ROWID",
                columns, primary);
    if (text_take(&declared, &create, NULL, NULL) != ANNOPROJ_OK) {
        return SQLITE_NOMEM;
    }
    int code = sqlite3_declare_vtab(connection, create);
    release(create);
    if (code != SQLITE_OK) {
        *message = sqlite3_mprintf("%s", sqlite3_errmsg(connection));
        return code;
    }
    /* No schema of a file may use it: it reads whatever the connection has. */
    (void)sqlite3_vtab_config(connection, SQLITE_VTAB_DIRECTONLY);
    sql_table *made = allocate_zeroed(1, sizeof *made);
    if (made == NULL) {
        return SQLITE_NOMEM;
    }
    made->host = module->host;
    made->source = module->source;
    host_table_connected(made->host);
    *out = &made->base;
    return SQLITE_OK;
}

int sql_disconnect(sqlite3_vtab *gone) {
    host_table_gone(((sql_table *)gone)->host);
    release(gone);
    return SQLITE_OK;
}

/* ---- failures ---- */

/* What SQLite said itself when it was the one who failed, else the nearest of its codes. */
static int code_of(annoproj_status status, const annoproj_error *error) {
    for (size_t i = 0; i < annoproj_error_detail_count(error); i++) {
        if (strcmp(annoproj_error_detail_key(error, i), "sqlite_code") == 0) {
            return atoi(annoproj_error_detail_value(error, i));
        }
    }
    switch (status) {
    case ANNOPROJ_NO_MEMORY: return SQLITE_NOMEM;
    case ANNOPROJ_CORRUPT: return SQLITE_CORRUPT_VTAB;
    case ANNOPROJ_DATA: return SQLITE_NOTADB;
    case ANNOPROJ_BUSY: return SQLITE_BUSY;
    case ANNOPROJ_IO: return SQLITE_IOERR;
    default: return SQLITE_ERROR;
    }
}

int sql_failed(sqlite3_vtab *of, annoproj_status status, annoproj_error *error) {
    int code = code_of(status, error);
    sqlite3_free(of->zErrMsg);
    of->zErrMsg = sqlite3_mprintf("%s", annoproj_error_message(error));
    drop_error(&error);
    return code;
}

void sql_value_failed(sqlite3_context *to, annoproj_status status, annoproj_error *error) {
    sqlite3_result_error(to, annoproj_error_message(error), -1);
    sqlite3_result_error_code(to, code_of(status, error));
    drop_error(&error);
}

/* ---- cells ---- */

static void list_cell(sqlite3_context *to, const table_column *column, int32_t type, int64_t row) {
    text list = {0};
    table_list_text(&list, column, type, row);
    if (list.failed) {
        sqlite3_result_error_nomem(to);
    } else {
        sqlite3_result_text64(to, list.data, list.length, SQLITE_TRANSIENT, SQLITE_UTF8);
    }
    text_release(&list);
}

void sql_cell(sqlite3_context *to, const table *from, size_t index, int64_t row) {
    const table_column *column = &from->columns[index];
    const int32_t type = from->type->columns[index].type;
    size_t length = 0;
    const char *characters;
    if (table_is_null(column, row)) {
        return; /* a value that is not set is NULL */
    }
    switch (type) {
    case ANNOPROJ_COLUMN_INT64:
    case ANNOPROJ_COLUMN_TIMESTAMP_US: sqlite3_result_int64(to, ((const int64_t *)column->data)[row]); break;
    case ANNOPROJ_COLUMN_DOUBLE: sqlite3_result_double(to, ((const double *)column->data)[row]); break;
    case ANNOPROJ_COLUMN_BOOL: sqlite3_result_int(to, ((const uint8_t *)column->data)[row / 8] >> row % 8 & 1); break;
    case ANNOPROJ_COLUMN_UTF8:
    case ANNOPROJ_COLUMN_DICTIONARY:
        characters = table_bytes(column, type, row, &length);
        sqlite3_result_text64(to, characters, length, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case ANNOPROJ_COLUMN_BINARY:
        characters = table_bytes(column, type, row, &length);
        sqlite3_result_blob64(to, characters, length, SQLITE_TRANSIENT);
        break;
    default: list_cell(to, column, type, row);
    }
}
