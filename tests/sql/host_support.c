/* A program that loads the SQL extension: questions that read every table to the last column. */
#include "host_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void give_up(const char *what, const char *detail) {
    fprintf(stderr, "%s: %s\n", what, detail);
    exit(1);
}

int open_store(const char *path, const char *extension, sqlite3 **store) {
    char name[600];
    snprintf(name, sizeof name, "file:%s?mode=ro", path);
    int code = sqlite3_open_v2(name, store, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);
    if (code == SQLITE_OK) {
        code = sqlite3_db_config(*store, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    }
    if (code == SQLITE_OK) {
        code = sqlite3_load_extension(*store, extension, NULL, NULL);
    }
    if (code != SQLITE_OK) {
        sqlite3_close(*store);
        *store = NULL;
    }
    return code;
}

int read_all(sqlite3 *store, const char *question, int64_t *rows) {
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(store, question, -1, &statement, NULL);
    size_t characters = 0;
    while (code == SQLITE_OK && (code = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(statement); i++) {
            const char *value = (const char *)sqlite3_column_text(statement, i);
            characters += value == NULL ? 0 : strlen(value);
        }
        code = SQLITE_OK;
        (*rows)++;
    }
    sqlite3_finalize(statement);
    return characters == SIZE_MAX ? SQLITE_ERROR : code;
}

const char *const questions[] = {
    "SELECT * FROM annoproj_users",
    "SELECT * FROM annoproj_projects",
    "SELECT * FROM annoproj_datasets",
    "SELECT * FROM annoproj_data_units",
    "SELECT * FROM annoproj_features",
    "SELECT * FROM annoproj_stages",
    "SELECT * FROM annoproj_tasks",
    "SELECT * FROM annoproj_issues",
    "SELECT * FROM annoproj_labels",
    "SELECT * FROM annoproj_geometry",
    "SELECT * FROM annoproj_answers",
    "SELECT * FROM annoproj_events",
    "SELECT * FROM annoproj_events WHERE kind = 'task_submit' AND time > 1767603600000000",
    "SELECT * FROM annoproj_events WHERE project = 2 AND seq BETWEEN 16380 AND 16390 ORDER BY seq",
    "SELECT * FROM annoproj_tasks t JOIN annoproj_labels l ON l.task = t.task WHERE t.project = 1",
    "SELECT * FROM annoproj_labels LIMIT 1", /* left in the middle */
    "SELECT * FROM annoproj_labels WHERE task = 4294967297 OR (project = 1 AND kind = 'object')",
};
const size_t question_count = sizeof questions / sizeof questions[0];
