/* The SQL extension in a program whose memory is watched: every table of a store is read to the last column, sound and with bytes of
 * the file turned, and the connection closes with nothing left behind.
 *
 *     load_sql EXTENSION STORE ROUNDS [SEED] */
#include <inttypes.h>
#include <stdbool.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t state;

static uint64_t draw(uint64_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

static void give_up(const char *what, const char *detail) {
    fprintf(stderr, "load_sql: %s: %s\n", what, detail);
    exit(1);
}

typedef struct file {
    uint8_t *data;
    size_t length;
} file;

static file read_file(const char *path) {
    file made = {0};
    FILE *from = fopen(path, "rb");
    if (from == NULL || fseek(from, 0, SEEK_END) != 0) {
        give_up("cannot read", path);
    }
    made.length = (size_t)ftell(from);
    made.data = malloc(made.length);
    rewind(from);
    if (made.data == NULL || fread(made.data, 1, made.length, from) != made.length) {
        give_up("cannot read", path);
    }
    fclose(from);
    return made;
}

static void write_file(const char *path, const file *from) {
    FILE *to = fopen(path, "wb");
    if (to == NULL || fwrite(from->data, 1, from->length, to) != from->length || fclose(to) != 0) {
        give_up("cannot write", path);
    }
}

static sqlite3 *open_store(const char *path, const char *extension) {
    sqlite3 *made = NULL;
    char name[600], *message = NULL;
    snprintf(name, sizeof name, "file:%s?mode=ro", path);
    if (sqlite3_open_v2(name, &made, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL) != SQLITE_OK ||
        sqlite3_db_config(made, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL) != SQLITE_OK) {
        give_up("cannot open", path);
    }
    if (sqlite3_load_extension(made, extension, NULL, &message) != SQLITE_OK) {
        give_up("cannot load", message == NULL ? extension : message);
    }
    return made;
}

/* Rows of a statement, each value looked at; SQLite's code. */
static int read_all(sqlite3 *store, const char *question, int64_t *rows) {
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

static const char *const questions[] = {
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
#define QUESTIONS (sizeof questions / sizeof questions[0])

/* How many questions the store refused. */
static int ask_all(const char *path, const char *extension, bool sound, int64_t *rows) {
    int refused = 0;
    sqlite3 *store = open_store(path, extension);
    for (size_t i = 0; i < QUESTIONS; i++) {
        int code = read_all(store, questions[i], rows);
        if (code == SQLITE_DONE) {
            continue;
        }
        refused++;
        if (sound || (code & 0xff) == SQLITE_NOMEM || (code & 0xff) == SQLITE_MISUSE ||
            (code & 0xff) == SQLITE_INTERNAL) {
            give_up(questions[i], sqlite3_errmsg(store));
        }
    }
    if (sqlite3_close(store) != SQLITE_OK) {
        give_up("cannot close", sqlite3_errmsg(store));
    }
    return refused;
}

int main(int count, char **arguments) {
    if (count < 4) {
        give_up("usage", "load_sql EXTENSION STORE ROUNDS [SEED]");
    }
    char path[] = "/tmp/load_sql.XXXXXX";
    uint64_t seed = count > 4 ? strtoull(arguments[4], NULL, 10) : 0;
    seed = seed != 0 ? seed : (uint64_t)time(NULL) * 2654435761u + (uint64_t)getpid();
    state = seed;
    int64_t rows = 0;
    int refused = 0, descriptor = mkstemp(path);
    if (descriptor < 0) {
        give_up("cannot make", path);
    }
    close(descriptor);
    file sound = read_file(arguments[2]), turned = read_file(arguments[2]);
    printf("load_sql: seed %" PRIu64 "\n", seed);
    fflush(stdout);
    for (long round = 0; round <= atol(arguments[3]); round++) {
        memcpy(turned.data, sound.data, sound.length);
        for (uint64_t i = round == 0 ? 0 : 1 + draw(40); i > 0; i--) {
            turned.data[100 + draw(turned.length - 100)] ^= (uint8_t)(1u << draw(8));
        }
        write_file(path, &turned);
        refused += ask_all(path, arguments[1], round == 0, &rows);
    }
    free(sound.data);
    free(turned.data);
    unlink(path);
    printf("load_sql: %" PRId64 " rows read, %d questions refused\n", rows, refused);
    return 0;
}
