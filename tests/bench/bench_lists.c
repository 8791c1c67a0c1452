/* Pages of lists: the first and one in the middle, for every order, and how both grow with the tasks; conditions that few tasks meet
 * against the plain SQL that answers them.
 *
 * Tasks are written straight into the table: what is measured is reading them. */
#include "bench_support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "page_token.h"
#include "task_vector.h"

#define REVIEW ((INT64_C(1) << 32) + 2) /* the stage that is listed */

enum { ROUNDS = 15, ROWS = 50, SIZES = 3, SORTS = 4, DATASETS = 10, RARE_DATASET = 10 };

typedef struct figures {
    double first[SORTS][2], middle[SORTS][2]; /* by order and direction */
    double title, dataset, assignee, counts, plain_title, plain_dataset;
} figures;

static const char *const sort_names[SORTS] = {"priority", "entered", "title", "last action"};
/* The parts of a place in that order, as a page token has them. */
static const char *const places[SORTS] = {"-priority, entered_us", "entered_us, 0", "0, 0",
                                          "ifnull(last_action_us, -9223372036854775808), 0"};

static void run(sqlite3 *db, const char *text) {
    char *message = NULL;
    if (sqlite3_exec(db, text, NULL, NULL, &message) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", text, message);
        exit(1);
    }
}

/* --- a store of that many tasks ----------------------------------------------------------------------------------------- */

/* Half of the tasks are annotated, a third reviewed, the rest is done; one dataset has one task in 20,000. Ten thousands of a second
 * between arrivals, names as they come from several cameras. */
static void fill(sqlite3 *db, int64_t tasks) {
    char text[2048];
    snprintf(
        text, sizeof text,
        "WITH RECURSIVE n(i, r) AS (SELECT 1, 1 UNION ALL SELECT i + 1, (r * 1103515245 + 12345) & 0x7fffffff FROM n"
        " WHERE i < %lld)"
        " INSERT INTO task(id, data_unit, title, data_type, stage, status, assignee, assigned_by, priority, entered_us,"
        " released, returned, version, last_submitter, last_action_user, last_action_stage, last_action_us, "
        "open_issues,"
        " resolved_issues, removed_stage, parent, branch)"
        " SELECT (1 << 32) + i, ((iif(r %% 20000 = 7, %d, 1 + i * %d / %lld)) << 32) + i,"
        " printf('camera%%d_%%08x.jpg', r %% 7, (r * 2654435761) & 0xffffffff), 1,"
        " (1 << 32) + iif(r %% 6 < 3, 1, iif(r %% 6 < 5, 2, 3)), iif(r %% 6 < 5, 1, 8),"
        " iif(r %% 10 = 0, 1 + (r >> 5) %% 20, 0), iif(r %% 10 = 0, 1, 0), (r >> 8) %% 101,"
        " 1767603600000000 + (i * 7919 %% %lld) * 100, 0, 0, 0, 0, iif(r %% 6 < 3, NULL, 0),"
        " iif(r %% 6 < 3, NULL, (1 << 32) + 1), iif(r %% 6 < 3, NULL, 1767603600000000 + i * 100), 0, 0, 0, 0, 0 FROM "
        "n",
        (long long)tasks, RARE_DATASET, DATASETS - 1, (long long)tasks + 1, (long long)tasks);
    run(db, text);
}

/* What the library keeps beside the tasks: counts, and the two vectors. */
static void fill_vectors(sqlite3 *db) {
    static const char *const values[] = {"data_unit >> 32", "stage & 0xffffffff"};
    sqlite3_stmt *read = NULL, *put = NULL;
    run(db, "DELETE FROM task_count; INSERT INTO task_count SELECT stage, assignee, count(*) FROM task GROUP BY 1, 2;"
            " UPDATE project_counter SET last_task = (SELECT count(*) FROM task), tasks = last_task;");
    for (int attribute = 1; attribute <= 2; attribute++) {
        char text[256];
        uint8_t data[TASK_VECTOR_CHUNK * 2] = {0};
        int64_t chunk = 0;
        snprintf(text, sizeof text, "SELECT id & 0xffffffff, %s FROM task ORDER BY id", values[attribute - 1]);
        if (sqlite3_prepare_v2(db, text, -1, &read, NULL) != SQLITE_OK ||
            sqlite3_prepare_v2(db, "INSERT OR REPLACE INTO task_vector VALUES(?, ?)", -1, &put, NULL) != SQLITE_OK)
            exit(1);
        for (bool more = true; more;) {
            more = sqlite3_step(read) == SQLITE_ROW;
            int64_t number = more ? sqlite3_column_int64(read, 0) : (chunk + 1) * TASK_VECTOR_CHUNK;
            if (number / TASK_VECTOR_CHUNK != chunk) {
                sqlite3_bind_int64(put, 1, TASK_VECTOR_ID(1, attribute, chunk));
                sqlite3_bind_blob(put, 2, data, sizeof data, SQLITE_STATIC);
                sqlite3_step(put);
                sqlite3_reset(put);
                chunk = number / TASK_VECTOR_CHUNK;
                memset(data, 0, sizeof data);
            }
            if (more)
                data[number % TASK_VECTOR_CHUNK * 2] = (uint8_t)sqlite3_column_int64(read, 1);
        }
        sqlite3_finalize(read);
        sqlite3_finalize(put);
    }
}

/* Indexes are made when the rows are there: that is much faster, and their text stays as it was. */
static void drop_indexes(sqlite3 *db, char *made, size_t size) {
    char drops[1024] = "";
    sqlite3_stmt *find = NULL;
    made[0] = '\0';
    if (sqlite3_prepare_v2(
            db, "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'task' AND sql IS NOT NULL",
            -1, &find, NULL) != SQLITE_OK)
        exit(1);
    while (sqlite3_step(find) == SQLITE_ROW) {
        snprintf(drops + strlen(drops), sizeof drops - strlen(drops), "DROP INDEX %s;", sqlite3_column_text(find, 0));
        snprintf(made + strlen(made), size - strlen(made), "%s;", sqlite3_column_text(find, 1));
    }
    sqlite3_finalize(find);
    run(db, drops);
}

static sqlite3 *open_plain(const bench_project *made) {
    sqlite3 *db = NULL;
    if (sqlite3_open(made->path, &db) != SQLITE_OK)
        exit(1);
    run(db, "PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -65536; PRAGMA temp_store = FILE");
    return db;
}

static void make(bench_project *made, int64_t tasks) {
    char name[64], indexes[2048];
    annoproj_error *error = NULL;
    int64_t id = 0;
    snprintf(name, sizeof name, "lists%lld.annoproj", (long long)tasks);
    bench_project_make(made, name, 1, false);
    for (int i = 1; i <= 20; i++)
        annoproj_session_close(bench_user(made, i, ANNOPROJ_ROLE_ANNOTATOR));
    for (int i = 2; i <= DATASETS; i++)
        (void)bench_dataset(made->host, made->project, 1);
    id = annoproj_project_id(made->project);
    annoproj_project_close(made->project);
    annoproj_session_close(made->host);
    bench_must(annoproj_store_close(made->store, NULL, &error), error, "close");

    sqlite3 *db = open_plain(made);
    run(db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; BEGIN; DELETE FROM task");
    drop_indexes(db, indexes, sizeof indexes);
    fill(db, tasks);
    run(db, indexes);
    fill_vectors(db);
    run(db, "COMMIT; PRAGMA journal_mode = WAL");
    sqlite3_close(db);

    bench_must(annoproj_store_open(made->path, NULL, NULL, &made->store, &error), error, "open");
    bench_must(annoproj_session_open(made->store, 0, NULL, NULL, &made->host, &error), error, "session");
    bench_must(annoproj_project_open(made->host, id, NULL, &made->project, &error), error, "project");
}

/* --- measuring ------------------------------------------------------------------------------------------------------------ */

static double list(const bench_project *made, annoproj_task_list_options options, char token[PAGE_TOKEN_SIZE]) {
    annoproj_error *error = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_table *page = NULL;
    call.timeout_us = -1;
    options.limit = ROWS;
    double began = bench_seconds();
    bench_must(annoproj_task_list(made->project, &options, &call, &page, &error), error, "list");
    double took = bench_seconds() - began;
    if (token)
        snprintf(token, PAGE_TOKEN_SIZE, "%s", annoproj_table_next_page(page) ? annoproj_table_next_page(page) : "");
    annoproj_table_free(page);
    return took;
}

/* Something rare takes long: as often as there is time for. */
static double list_rare(const bench_project *made, annoproj_task_list_options options) {
    double times[3] = {list(made, options, NULL)};
    if (times[0] > 1)
        return times[0];
    times[1] = list(made, options, NULL);
    times[2] = list(made, options, NULL);
    return bench_median(times, 3);
}

/* The token of a page that begins behind the task with a middle number of the stage asked for. */
static void middle_token(sqlite3 *plain, int sort, int64_t tasks, char token[PAGE_TOKEN_SIZE]) {
    char text[512];
    int64_t numbers[4];
    sqlite3_stmt *find = NULL;
    static const char *const orders[SORTS] = {"priority DESC, entered_us", "entered_us", "title", "last_action_us"};
    snprintf(text, sizeof text,
             "SELECT %s, id FROM task WHERE stage = (1 << 32) + 2 ORDER BY %s, id LIMIT 1 OFFSET %lld", places[sort],
             orders[sort], (long long)tasks / 6);
    if (!page_token_read(token, numbers, 4) || sqlite3_prepare_v2(plain, text, -1, &find, NULL) != SQLITE_OK ||
        sqlite3_step(find) != SQLITE_ROW)
        exit(1);
    for (int i = 0; i < 3; i++)
        numbers[i + 1] = sqlite3_column_int64(find, i);
    sqlite3_finalize(find);
    page_token_write(token, numbers, 4);
}

static double plain_query(sqlite3 *plain, const char *condition) {
    char text[512];
    double times[3];
    sqlite3_stmt *find = NULL;
    snprintf(text, sizeof text,
             "SELECT * FROM task NOT INDEXED WHERE stage = (1 << 32) + 2 AND %s ORDER BY priority DESC, entered_us, id "
             "LIMIT %d",
             condition, ROWS);
    for (int i = 0; i < 3; i++) {
        double began = bench_seconds();
        if (sqlite3_prepare_v2(plain, text, -1, &find, NULL) != SQLITE_OK)
            exit(1);
        while (sqlite3_step(find) == SQLITE_ROW)
            (void)sqlite3_column_text(find, 2);
        sqlite3_finalize(find);
        times[i] = bench_seconds() - began;
    }
    return bench_median(times, 3);
}

static double stage_counts(const bench_project *made) {
    double times[ROUNDS];
    annoproj_error *error = NULL;
    for (int i = 0; i < ROUNDS; i++) {
        annoproj_table *table = NULL;
        double began = bench_seconds();
        bench_must(annoproj_stage_list(made->project, NULL, &table, &error), error, "stages");
        times[i] = bench_seconds() - began;
        annoproj_table_free(table);
    }
    return bench_median(times, ROUNDS);
}

/* The same pages of all stores in turn, so that what else the machine does meets all of them, and no page is asked for twice in
 * a row. */
static void measure_pages(const bench_project *made, sqlite3 *const *plain, const int64_t *sizes, int sort,
                          bool reverse, figures *found) {
    double first[SIZES][ROUNDS], middle[SIZES][ROUNDS];
    char tokens[SIZES][PAGE_TOKEN_SIZE];
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    int64_t review = REVIEW;
    options.stages = &review;
    options.stage_count = 1;
    options.sort = sort;
    options.reverse = reverse;
    for (int i = 0; i < SIZES; i++) {
        (void)list(&made[i], options, tokens[i]);
        middle_token(plain[i], sort, sizes[i], tokens[i]);
    }
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SIZES; i++) {
            options.page = NULL;
            first[i][round] = list(&made[i], options, NULL);
            options.page = tokens[i];
            middle[i][round] = list(&made[i], options, NULL);
        }
    }
    for (int i = 0; i < SIZES; i++) {
        found[i].first[sort][reverse] = bench_median(first[i], ROUNDS);
        found[i].middle[sort][reverse] = bench_median(middle[i], ROUNDS);
    }
}

static void measure_rare(const bench_project *made, sqlite3 *plain, figures *found) {
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT, one;
    int64_t review = REVIEW, rare = RARE_DATASET, user = 7;
    options.stages = &review;
    options.stage_count = 1;
    one = options;
    one.title = "a3_0123";
    found->title = list_rare(made, one);
    found->plain_title = plain_query(plain, "title LIKE '%a3_0123%'");
    one = options;
    one.datasets = &rare;
    one.dataset_count = 1;
    found->dataset = list_rare(made, one);
    found->plain_dataset = plain_query(plain, "data_unit >> 32 = 10");
    one = options;
    one.assignees = &user;
    one.assignee_count = 1;
    found->assignee = list_rare(made, one);
    found->counts = stage_counts(made);
}

int main(void) {
    const int64_t sizes[SIZES] = {bench_small() ? 10000 : 100000, bench_small() ? 100000 : 1000000,
                                  bench_small() ? 1000000 : 10000000};
    const int last = SIZES - 1;
    bench_project made[SIZES];
    sqlite3 *plain[SIZES];
    figures at[SIZES] = {0};
    for (int i = 0; i < SIZES; i++) {
        make(&made[i], sizes[i]);
        plain[i] = open_plain(&made[i]);
    }
    for (int sort = 0; sort < SORTS; sort++) {
        for (int reverse = 0; reverse < 2; reverse++) {
            measure_pages(made, plain, sizes, sort, reverse, at);
            printf(
                "%d rows by %s%s, %lld tasks%s: first page %.0f us, %.2f x that of %lld tasks (goal <= 2); page in the"
                " middle %.2f x the first (goal <= 3)\n",
                ROWS, sort_names[sort], reverse ? ", reverse" : "", (long long)sizes[last], bench_note(),
                at[last].first[sort][reverse] * 1e6, at[last].first[sort][reverse] / at[0].first[sort][reverse],
                (long long)sizes[0], at[last].middle[sort][reverse] / at[last].first[sort][reverse]);
        }
    }
    for (int i = 0; i < SIZES; i++) {
        measure_rare(&made[i], plain[i], &at[i]);
        sqlite3_close(plain[i]);
        bench_project_close(&made[i]);
    }
    printf("stage counts, growth %lld -> %lld tasks%s: %.2f x (%.0f us); goal: independent of the tasks\n",
           (long long)sizes[0], (long long)sizes[last], bench_note(), at[last].counts / at[0].counts,
           at[last].counts * 1e6);
    printf("a user's tasks of a stage (one in 300), growth %lld -> %lld tasks%s: %.1f x (%.1f ms)\n",
           (long long)sizes[0], (long long)sizes[last], bench_note(), at[last].assignee / at[0].assignee,
           at[last].assignee * 1e3);
    for (int i = 0; i < SIZES; i++)
        printf("rare conditions, %lld tasks%s: a text in titles %.1f ms, %.2f x plain SQL (%.1f ms); a dataset of one "
               "task in"
               " 20,000 %.2f ms, %.3f x plain SQL (%.1f ms)\n",
               (long long)sizes[i], bench_note(), at[i].title * 1e3, at[i].title / at[i].plain_title,
               at[i].plain_title * 1e3, at[i].dataset * 1e3, at[i].dataset / at[i].plain_dataset,
               at[i].plain_dataset * 1e3);
    return 0;
}
