/* Virtual tables over the tables of the library: what a public function gives, one page after the other. */
#ifndef SQL_TABLE_H
#define SQL_TABLE_H

#include "host_store.h"
#include "rows.h"
#include "table.h"

/* What a page is asked for. */
typedef struct sql_place {
    annoproj_session *session;
    annoproj_project *project; /* of tables of projects */
    int64_t owner;             /* project, dataset or ontology */
    int64_t key;               /* only the row with it; 0 = all */
    const char *token;         /* of annoproj_table_next_page; NULL = the first page */
    uint64_t used;             /* columns of the row type whose values are asked for, by bit */
} sql_place;

/* NOT_FOUND = no row has the key. */
typedef annoproj_status (*sql_page_fn)(const sql_place *at, annoproj_table **page, annoproj_error **error);

typedef struct sql_source {
    const char *name;     /* of the virtual table */
    const row_type *type; /* its columns; the owner's stands before them unless it is one of them */
    host_owner owner;
    const char *key;     /* column by which rows are found; NULL = none */
    bool key_has_owner;  /* it is (owner << 32) + number */
    const char *primary; /* the columns that tell rows apart, as SQL */
    sql_page_fn page;
} sql_source;

extern const sql_source sql_sources[]; /* a row without name at the end */

/* The tables of labels: geometry and answers as JSON beside them, and by themselves. */
void sql_label_types(void); /* makes their row types, once */
extern row_type sql_label_type, sql_geometry_type, sql_answer_type;
annoproj_status sql_label_page(const sql_place *at, annoproj_table **page, annoproj_error **error);
annoproj_status sql_geometry_page(const sql_place *at, annoproj_table **page, annoproj_error **error);
annoproj_status sql_answer_page(const sql_place *at, annoproj_table **page, annoproj_error **error);

/* --- what every virtual table here begins with --------------------------------------------------------------------- */
typedef struct sql_table {
    sqlite3_vtab base;
    host_connection *host;
    const sql_source *source; /* NULL = events */
} sql_table;

/* What a module is registered with. */
typedef struct sql_module {
    host_connection *host;
    const sql_source *source;
} sql_module;

extern const sqlite3_module sql_table_module, sql_event_module;

/* Declares the columns, as `text` says in CREATE TABLE's brackets without the last one: `schema` is added, hidden, and is part of the
 * primary key. */
int sql_connect(sqlite3 *connection, const sql_module *module, const char *columns, const char *primary,
                sqlite3_vtab **out, char **message);
int sql_disconnect(sqlite3_vtab *of);

/* A failure as SQLite's code, with the message left in the table; frees the error. */
int sql_failed(sqlite3_vtab *of, annoproj_status status, annoproj_error *error);
/* The same out of a function that gives a value. */
void sql_value_failed(sqlite3_context *to, annoproj_status status, annoproj_error *error);

/* A cell of a table as a value: lists are JSON arrays, times microseconds, booleans 0 and 1. */
void sql_cell(sqlite3_context *to, const table *from, size_t column, int64_t row);

#endif
