/* A program that loads the SQL extension. */
#ifndef HOST_SUPPORT_H
#define HOST_SUPPORT_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

void give_up(const char *what, const char *detail);

/* Opens a store for reading with the extension in it. SQLite's code; NULL when it is not OK. */
int open_store(const char *path, const char *extension, sqlite3 **store);

/* Rows of a statement, each value looked at; SQLite's code. */
int read_all(sqlite3 *store, const char *question, int64_t *rows);

extern const char *const questions[];
extern const size_t question_count;

#endif
