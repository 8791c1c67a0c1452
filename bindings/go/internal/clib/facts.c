/* Sizes and versions of a store, and SQLite's own checks of it. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "failure.h"
#include "identity.h"
#include "store_state.h"

#define SQL_PAGE_SIZE       "PRAGMA page_size"
#define SQL_PAGE_COUNT      "PRAGMA page_count"
#define SQL_FREE_PAGES      "PRAGMA freelist_count"
#define SQL_VERSION         "PRAGMA user_version"
#define SQL_STATE           "SELECT commit_seq, created_us, last_command_us, uuid FROM store_state"
#define SQL_INTEGRITY       "PRAGMA integrity_check(100)"
#define SQL_QUICK           "PRAGMA quick_check(100)"
#define SQL_TABLE_INTEGRITY "SELECT * FROM pragma_integrity_check(?1)" /* 100 lines, too */
#define SQL_FOREIGN_KEYS    "SELECT * FROM pragma_foreign_key_check(?1)"
#define SQL_NEXT_TABLE      "SELECT min(name) FROM sqlite_schema WHERE type = 'table' AND name > ?1"

static int64_t file_size(const char *path, const char *suffix) {
    char name[4096 + 8];
    struct stat facts;
    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &facts) == 0 ? (int64_t)facts.st_size : 0;
}

static annoproj_status read_state(database *db, store_facts *facts, annoproj_error **error) {
    statement *find = sql(db, SQL_STATE);
    if (sql_row(find)) {
        facts->commit_seq = column_int64(find, 0);
        facts->created_us = column_int64(find, 1);
        facts->last_command_us = column_int64(find, 2);
        snprintf(facts->uuid, sizeof facts->uuid, "%s", column_text(find, 3));
    }
    return sql_end(find, error);
}

annoproj_status store_facts_read(reader *from, store_facts *out, annoproj_error **error) {
    database *db = from->database;
    const struct store_state *state = from->store->state;
    store_facts facts = {0};
    const struct {
        const char *text;
        int64_t *value;
    } questions[] = {
        {SQL_PAGE_SIZE, &facts.page_size},
        {SQL_PAGE_COUNT, &facts.page_count},
        {SQL_FREE_PAGES, &facts.free_pages},
        {SQL_VERSION, &facts.schema_version},
    };
    *out = facts;
    facts.path = state->path;
    facts.sqlite = sqlite3_libversion();
    facts.file_bytes = file_size(state->path, "");
    facts.wal_bytes = file_size(state->path, "-wal");
    annoproj_status status = schema_fingerprint(db, facts.fingerprint, error);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0] && status == ANNOPROJ_OK; i++) {
        status = sql_value(db, questions[i].text, questions[i].value, error);
    }
    if (status == ANNOPROJ_OK) {
        status = read_state(db, &facts, error);
    }
    if (status == ANNOPROJ_OK) {
        *out = facts;
    }
    return status;
}

annoproj_status store_integrity(reader *from, const char *table, bool quick, line_fn found, void *data,
                                annoproj_error **error) {
    statement *check = sql(from->database, table != NULL ? SQL_TABLE_INTEGRITY : quick ? SQL_QUICK : SQL_INTEGRITY);
    if (table != NULL) {
        bind_text(check, table);
    }
    while (sql_row(check)) {
        const char *text = column_text(check, 0);
        if (strcmp(text, "ok") != 0) {
            found(data, text);
        }
    }
    return sql_end(check, error);
}

annoproj_status store_foreign_keys(reader *from, const char *table, line_fn found, void *data, annoproj_error **error) {
    char line[300];
    statement *keys = sql(from->database, SQL_FOREIGN_KEYS);
    bind_text(keys, table);
    while (sql_row(keys)) {
        snprintf(line, sizeof line, "row %lld of table %s refers to a row of table %s that is not there",
                 (long long)column_int64(keys, 1), column_text(keys, 0), column_text(keys, 2));
        found(data, line);
    }
    return sql_end(keys, error);
}

annoproj_status store_next_table(reader *from, const char *after, char *out, size_t size, annoproj_error **error) {
    statement *find = sql(from->database, SQL_NEXT_TABLE);
    bind_text(find, after);
    snprintf(out, size, "%s", sql_row(find) ? column_text(find, 0) : "");
    return sql_end(find, error);
}
