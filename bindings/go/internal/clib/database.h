/* A connection as the other rooms see it: constant SQL text, everything bound, failure sticky.
 *
 *     statement *find = sql(database, SQL_FIND_TASK);
 *     bind_int64(find, id);
 *     if (sql_row(find)) priority = column_int64(find, 0);
 *     status = sql_end(find, error);
 *
 * A statement that could not be prepared, bound or stepped remembers it; sql_row() is then false and
 * sql_end() reports it with SQLite's extended code. sql_end() is always called, once, and resets. */
#ifndef DATABASE_H
#define DATABASE_H

#include "contract.h"
#include "allocate.h"

typedef struct database database; /* one SQLite connection with its kept statements */
typedef struct statement statement;

/* `text` is a constant: statements are kept per connection by its address. A text that is in use (a
 * recursion) gets a statement of its own. Never NULL. */
statement *sql(database *database, const char *text);
void bind_int64(statement *statement, int64_t value); /* parameters are bound in order */
void bind_double(statement *statement, double value);
/* Texts and blobs are not copied: they stay as they are until sql_again() or sql_end(). NULL binds NULL. */
void bind_text(statement *statement, const char *text);
void bind_text_n(statement *statement, const char *text, size_t length);
void bind_blob(statement *statement, const void *data, size_t length);
void bind_null(statement *statement);
bool sql_row(statement *statement); /* true = a row */
bool column_is_null(statement *statement, int column);
int64_t column_int64(statement *statement, int column);
double column_double(statement *statement, int column);
const char *column_text(statement *statement, int column); /* valid until the next sql_row; "" for NULL */
size_t column_length(statement *statement, int column);
const void *column_blob(statement *statement, int column); /* valid until the next sql_row */
/* Ends and resets. CONSTRAINT failures are EXISTS (unique) or INTERNAL; interrupts are TIMEOUT or CANCELLED. */
annoproj_status sql_end(statement *statement, annoproj_error **error);
/* Steps to the end ignoring rows, then sql_end(): for inserts, updates and deletes. */
annoproj_status sql_run(statement *statement, annoproj_error **error);
void sql_again(statement *statement);    /* resets for the next set of values; a failure stays remembered */
bool sql_step_run(statement *statement); /* runs once without ending: bulk inserts in a loop with sql_again() */

int64_t last_insert_id(database *database);

/* The command at hand took long already: a checkpoint is left to a later one. */
void database_spare_checkpoint(database *database);

/* Whether what is deleted is overwritten also in pages that become free (connection.c says why usually not). */
annoproj_status database_overwrite(database *database, bool all, annoproj_error **error);

#endif
