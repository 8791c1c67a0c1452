/* Patterns over the packed file names of tasks: whatever is added, by this process or by another, in whatever pieces, a report
 * filtered by file name is about the tasks whose names a plain search finds; also when it is asked again. */
#include "support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_UNITS   60000
#define LONGEST_NAME 4096

#define PLAIN                                                                                                          \
    "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\",\"edges\":{\"submit\":\"c\"}" \
    "},"                                                                                                               \
    "{\"key\":\"c\",\"type\":\"DONE\",\"title\":\"C\"}]}"
#define CONSENSUS                                                                                                      \
    "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"CONSENSUS_ANNOTATION\",\"title\":\"A\",\"edges\":"         \
    "{\"submit\":\"r\"},\"settings\":{\"annotators\":3}},{\"key\":\"r\",\"type\":\"CONSENSUS_REVIEW\",\"title\":"      \
    "\"R\",\"edges\":{\"approve\":\"c\",\"reject\":\"a\"}},{\"key\":\"c\",\"type\":\"DONE\",\"title\":\"C\"}]}"

/* ---- what there should be ---- */

typedef struct names {
    char *texts[MOST_UNITS];
    bool live[MOST_UNITS];
    int count;
} names;

static names known;

static int64_t expected(const char *part) {
    int64_t found = 0;
    for (int i = 0; i < known.count; i++)
        found += known.live[i] && strstr(known.texts[i], part) != NULL;
    return found;
}

static void forget_names(void) {
    for (int i = 0; i < known.count; i++)
        free(known.texts[i]);
    known.count = 0;
}

/* Mostly short, now and then longer than a row; some letters have several bytes. */
static char *draw_name(void) {
    static const char *const letters[] = {"a", "b", "c", ".", "\xc3\xa9", "\xe4\xb8\xad", "\xf0\x9f\x8e\x88"};
    const size_t letters_of_it = random_below(200) == 0  ? 900 + random_below(120)
                                 : random_below(40) == 0 ? 60 + random_below(80)
                                                         : 1 + random_below(12);
    char *text = calloc(1, LONGEST_NAME + 1);
    assert_non_null(text);
    for (size_t i = 0; i < letters_of_it; i++)
        strcat(text, letters[random_below(sizeof letters / sizeof *letters)]);
    return text;
}

/* ---- the store ---- */

typedef struct place {
    annoproj_store *store;
    annoproj_session *host;
} place;

static place enter(const char *path, const annoproj_store_options *options, bool create) {
    place made = {0};
    annoproj_error *error = NULL;
    if (create)
        assert_ok(annoproj_store_create(path, options, NULL, &made.store, &error), error);
    else
        assert_ok(annoproj_store_open(path, options, NULL, &made.store, &error), error);
    assert_ok(annoproj_session_open(made.store, 0, NULL, NULL, &made.host, &error), error);
    return made;
}

static void leave(place *from) {
    annoproj_error *error = NULL;
    annoproj_session_close(from->host);
    assert_ok(annoproj_store_close(from->store, NULL, &error), error);
}

static void add_units(const place *at, int64_t dataset, char *const *texts, int count) {
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    annoproj_error *error = NULL;
    int64_t *offsets = calloc((size_t)count + 1, sizeof *offsets), *sizes = calloc((size_t)count, sizeof *sizes), first;
    for (int i = 0; i < count; i++) {
        sizes[i] = 10;
        offsets[i + 1] = offsets[i] + (int64_t)strlen(texts[i]);
    }
    char *all = malloc((size_t)offsets[count] + 1);
    for (int i = 0; i < count; i++)
        strcpy(all + offsets[i], texts[i]);
    units.widths = units.heights = sizes;
    units.count = (size_t)count;
    units.text = all;
    units.text_length = (size_t)offsets[count];
    units.title_offsets = offsets;
    assert_ok(annoproj_data_units_add(at->host, dataset, &units, NULL, &first, &error), error);
    free(all);
    free(offsets);
    free(sizes);
}

/* Adds so many drawn names; another process may do it. */
static void add_drawn(const place *at, int64_t dataset, int count) {
    assert_true(known.count + count <= MOST_UNITS);
    for (int i = 0; i < count; i++) {
        known.texts[known.count + i] = draw_name();
        known.live[known.count + i] = true;
    }
    if (at != NULL)
        add_units(at, dataset, known.texts + known.count, count);
    known.count += count;
}

static annoproj_project *make_project(const place *at, const char *title, const char *workflow) {
    static const char classes[] = "{\"objects\":[],\"classifications\":[],\"skeleton_templates\":[]}";
    annoproj_error *error = NULL;
    annoproj_project *made = NULL;
    int64_t ontology = 0;
    assert_ok(annoproj_ontology_create(at->host, "None", classes, NULL, &ontology, &error), error);
    assert_ok(annoproj_project_create(at->host, title, ontology, workflow, NULL, NULL, &made, &error), error);
    return made;
}

static int64_t make_dataset(const place *at, annoproj_project *project) {
    annoproj_error *error = NULL;
    int64_t dataset = 0, tasks = 0;
    assert_ok(annoproj_dataset_create(at->host, "Files", NULL, NULL, &dataset, &error), error);
    assert_ok(annoproj_project_attach_dataset(project, dataset, NULL, &tasks, &error), error);
    return dataset;
}

/* Tasks that are anywhere and whose names the expression is found in. */
static int64_t tasks_found(annoproj_project *project, const char *expression) {
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    int64_t found = 0;
    options.file_name = expression;
    assert_ok(annoproj_query_open(project, &options, NULL, &query, &error), error);
    assert_ok(annoproj_query_stage_flow(query, NULL, &table, &error), error);
    const int32_t column = annoproj_table_column_index(table, "in_progress");
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
        found += annoproj_table_int64(table, row, column);
    annoproj_table_free(table);
    annoproj_query_close(query);
    return found;
}

/* Asked three times: anew, and as it was kept. */
static void expect_found(annoproj_project *project) {
    static const char *const parts[] = {"a", "abc", "\xc3\xa9", "\xe4\xb8\xad", "aa", "cccc"};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const int64_t wanted = expected(parts[i]);
        for (int round = 0; round < 3; round++)
            assert_int_equal(tasks_found(project, parts[i]), wanted);
    }
}

static int64_t ask_sql(const char *path, const char *text) {
    sqlite3 *database = NULL;
    sqlite3_stmt *read = NULL;
    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, text, -1, &read, NULL), SQLITE_OK);
    const int64_t found = sqlite3_step(read) == SQLITE_ROW ? sqlite3_column_int64(read, 0) : 0;
    sqlite3_finalize(read);
    assert_int_equal(sqlite3_close(database), SQLITE_OK);
    return found;
}

static int64_t differences(const place *at) {
    annoproj_error *error = NULL;
    annoproj_table *found = NULL;
    assert_ok(annoproj_store_check(at->host, NULL, NULL, &found, &error), error);
    const int64_t count = annoproj_table_row_count(found);
    annoproj_table_free(found);
    return count;
}

/* ---- in any pieces ---- */

static void add_in_pieces(const char *name, const char *workflow) {
    char *path = scratch_path(name);
    annoproj_error *error = NULL;
    place at = enter(path, NULL, true);
    annoproj_project *project = make_project(&at, "P", workflow);
    const int64_t one = make_dataset(&at, project), other = make_dataset(&at, project);
    int64_t tasks = 0;
    expect_found(project); /* there are none */
    for (int round = 0; round < 25; round++) {
        const int count = 1 + (int)random_below(round % 5 == 0 ? 800 : 3);
        const int before = known.count;
        add_drawn(&at, round % 3 ? one : other, count);
        if (round == 12) { /* removed tasks are in no stage; they come back */
            assert_ok(annoproj_project_detach_dataset(project, other, NULL, &tasks, &error), error);
            assert_ok(annoproj_project_attach_dataset(project, other, NULL, &tasks, &error), error);
        }
        if (before == 0 || round % 4 == 0)
            expect_found(project);
    }
    expect_found(project);
    assert_int_equal(differences(&at), 0);
    annoproj_project_close(project);
    leave(&at);
    forget_names();
    free(path);
}

static void test_in_pieces(void **state) {
    (void)state;
    add_in_pieces("pieces", PLAIN);
}

/* Branches have numbers between the tasks, and no names of their own. */
static void test_with_branches(void **state) {
    (void)state;
    add_in_pieces("branches", CONSENSUS);
}

static void test_removed_tasks(void **state) {
    (void)state;
    char *path = scratch_path("removed");
    annoproj_error *error = NULL;
    place at = enter(path, NULL, true);
    annoproj_project *project = make_project(&at, "P", PLAIN);
    const int64_t stays = make_dataset(&at, project), goes = make_dataset(&at, project);
    int64_t tasks = 0;
    add_drawn(&at, stays, 500);
    add_drawn(&at, goes, 700);
    expect_found(project);
    assert_ok(annoproj_project_detach_dataset(project, goes, NULL, &tasks, &error), error);
    memset(known.live + 500, 0, 700 * sizeof *known.live);
    expect_found(project);
    assert_ok(annoproj_project_attach_dataset(project, goes, NULL, &tasks, &error), error);
    memset(known.live + 500, true, 700 * sizeof *known.live);
    expect_found(project);
    annoproj_project_close(project);
    leave(&at);
    forget_names();
    free(path);
}

/* ---- by several threads ---- */

/* More than a lane's worth of pieces, with and without workers, with and without a cache. */
static void test_threads(void **state) {
    (void)state;
    char *path = scratch_path("threads");
    place at = enter(path, NULL, true);
    annoproj_project *project = make_project(&at, "P", PLAIN);
    annoproj_error *error = NULL;
    const int64_t dataset = make_dataset(&at, project);
    for (int i = 0; i < 3; i++) { /* some 60,000 tasks: the names of 20,000, again and again */
        if (i == 0)
            add_drawn(&at, dataset, 20000);
        else
            add_units(&at, dataset, known.texts, 20000);
    }
    annoproj_project_close(project);
    leave(&at);
    for (int threads = 1; threads <= 4; threads += 3) {
        annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
        options.threads = threads;
        options.cache_bytes = threads == 1 ? 1 : 0; /* too little for anything */
        at = enter(path, &options, false);
        assert_ok(annoproj_project_open(at.host, 1, NULL, &project, &error), error);
        for (int round = 0; round < 3; round++)
            assert_int_equal(tasks_found(project, "ab"), 3 * expected("ab"));
        annoproj_project_close(project);
        leave(&at);
    }
    forget_names();
    free(path);
}

/* ---- by another process ---- */

/* Adds as many names as it is told to, to dataset 1 of the store. */
static void serve(const char *path, int from, int to) {
    int32_t count;
    while (read(from, &count, sizeof count) == (ssize_t)sizeof count) {
        place at = enter(path, NULL, false);
        add_drawn(&at, 1, count);
        leave(&at);
        if (write(to, &count, sizeof count) != (ssize_t)sizeof count)
            break;
    }
}

static void test_another_process(void **state) {
    (void)state;
    char *path = scratch_path("processes");
    int there[2], back[2];
    (void)random_below(2); /* both processes draw the same */
    assert_int_equal(pipe(there), 0);
    assert_int_equal(pipe(back), 0);
    const pid_t child = fork();
    if (child == 0) {
        close(there[1]);
        close(back[0]);
        serve(path, there[0], back[1]);
        _exit(0);
    }
    close(there[0]);
    close(back[1]);
    place at = enter(path, NULL, true);
    annoproj_project *project = make_project(&at, "P", PLAIN);
    make_dataset(&at, project);
    const int32_t counts[] = {1, 300, 1, 1, 2, 150, 1};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int32_t done = 0;
        assert_int_equal(write(there[1], &counts[i], sizeof counts[i]), sizeof counts[i]);
        assert_int_equal(read(back[0], &done, sizeof done), sizeof done);
        add_drawn(NULL, 0, counts[i]);
        expect_found(project);
    }
    close(there[1]);
    int answer = -1;
    assert_int_equal(waitpid(child, &answer, 0), child);
    assert_int_equal(answer, 0);
    close(back[0]);
    annoproj_project_close(project);
    leave(&at);
    forget_names();
    free(path);
}

/* ---- purged, damaged ---- */

static void test_purged(void **state) {
    (void)state;
    char *path = scratch_path("purged");
    annoproj_error *error = NULL;
    place at = enter(path, NULL, true);
    annoproj_project *gone = make_project(&at, "Gone", PLAIN), *project = make_project(&at, "P", PLAIN);
    const int64_t dataset = make_dataset(&at, gone);
    add_drawn(&at, dataset, 400);
    int64_t tasks = 0;
    assert_ok(annoproj_project_attach_dataset(project, dataset, NULL, &tasks, &error), error);
    expect_found(gone);
    expect_found(project);
    assert_ok(annoproj_project_delete(gone, "Gone", NULL, &error), error);
    for (bool done = false; !done;) {
        annoproj_table *table = NULL;
        assert_ok(annoproj_project_purge(gone, NULL, NULL, &table, &error), error);
        done = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "done")) != 0;
        annoproj_table_free(table);
    }
    annoproj_project_close(gone);
    expect_found(project);
    annoproj_project_close(project);
    leave(&at);
    assert_int_equal(ask_sql(path, "SELECT count(*) FROM task_titles WHERE id >> 32 = 1"), 0);
    assert_true(ask_sql(path, "SELECT count(*) FROM task_titles WHERE id >> 32 = 2") > 0);
    forget_names();
    free(path);
}

/* Whatever becomes of a row, a report does not go on as if nothing were. */
static void test_damaged(void **state) {
    (void)state;
    static const char *const damages[] = {
        "UPDATE task_titles SET data = CAST(substr(data, 1, 40) || x'01' || substr(data, 42) AS BLOB)",
        "UPDATE task_titles SET checksum = checksum + 1 WHERE id = (SELECT max(id) FROM task_titles)",
        "DELETE FROM task_titles WHERE id = (SELECT min(id) FROM task_titles)",
        "UPDATE task_titles SET id = id + 100000 WHERE id = (SELECT max(id) FROM task_titles)",
    };
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++) {
        char name[32];
        snprintf(name, sizeof name, "damaged%zu", i);
        char *path = scratch_path(name);
        annoproj_error *error = NULL;
        place at = enter(path, NULL, true);
        annoproj_project *project = make_project(&at, "P", PLAIN);
        add_drawn(&at, make_dataset(&at, project), 1000);
        annoproj_project_close(project);
        leave(&at);
        (void)ask_sql(path, damages[i]);
        at = enter(path, NULL, false);
        assert_true(differences(&at) > 0);
        annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
        annoproj_query *query = NULL;
        annoproj_table *table = NULL;
        options.file_name = "a";
        assert_ok(annoproj_project_open(at.host, 1, NULL, &project, &error), error);
        assert_ok(annoproj_query_open(project, &options, NULL, &query, &error), error);
        assert_status(ANNOPROJ_CORRUPT, annoproj_query_stage_flow(query, NULL, &table, &error), error);
        assert_null(table);
        annoproj_query_close(query);
        annoproj_project_close(project);
        leave(&at);
        forget_names();
        free(path);
    }
}

int main(void) {
    scratch_in_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_another_process), /* first: a child may not inherit an open store */
        cmocka_unit_test(test_in_pieces),       cmocka_unit_test(test_with_branches),
        cmocka_unit_test(test_removed_tasks),   cmocka_unit_test(test_threads),
        cmocka_unit_test(test_purged),          cmocka_unit_test(test_damaged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
