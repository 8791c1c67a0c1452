/* Damaged stores: bytes flipped, pages swapped, the file cut off, in a store that has a bit of everything. Whatever is left:
 * opening, reading, checking and writing end, with a documented status, without a crash (run it under the address
 * sanitizer), and what the check finds it can say. DAMAGES=n sets how many, TEST_SEED=n repeats a run. */
#include "team.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "connection.h"

#define DAMAGES_USUALLY 500
#define TASKS           6
#define LONGEST_S       2.0

static char *golden, *path;
static size_t length, page_size;
static int64_t project, first_task, annotator;

/* --- the store ------------------------------------------------------------------------------------------------- */

static void work(team *made) {
    annoproj_error *error = NULL;
    annoproj_review_options review = ANNOPROJ_REVIEW_OPTIONS_INIT;
    int64_t issue = 0, recorded = 0, start = made->now_us - 20000000, duration = 10000000;
    char hash[16];
    for (int64_t i = 0; i < TASKS; i++) {
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, i), *seen = team_task(made, TEAM_MANAGER, i);
        team_draw(made, task, "", (double)i, hash);
        assert_ok(annoproj_task_report_time(task, &start, &duration, 1, NULL, &recorded, &error), error);
        if (i > 0) {
            assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
            assert_ok(annoproj_label_reject(seen, hash, "crooked", NULL, NULL, &issue, &error), error);
        }
        if (i > 2) {
            review.undecided = ANNOPROJ_UNDECIDED_DECIDE;
            assert_ok(annoproj_task_reject(seen, &review, NULL, &error), error);
        }
        annoproj_task_close(task);
        annoproj_task_close(seen);
        made->now_us += 60000000;
        start += 60000000;
    }
}

static int make_golden(void **state) {
    (void)state;
    page_size = 1024;
    store_page_size = 1024;
    team *made = team_new(TASKS, "", "\"strict_review\": false");
    store_page_size = STORE_PAGE_SIZE;
    work(made);
    project = made->project;
    first_task = made->first_task;
    annotator = made->users[TEAM_ANNOTATOR];
    char *at = strdup(made->path);
    team_free(made);
    golden = read_whole_file(at, &length);
    unlink(at);
    free(at);
    path = scratch_path("damaged.annoproj");
    return length % page_size == 0 ? 0 : 1;
}

static int free_golden(void **state) {
    (void)state;
    free(golden);
    free(path);
    return 0;
}

/* --- what is done with a damaged one ----------------------------------------------------------------------------- */

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static const char *doing;

static void may_say(annoproj_status status, annoproj_error **error) {
    static const annoproj_status fine[] = {ANNOPROJ_OK,      ANNOPROJ_NONE,     ANNOPROJ_CORRUPT, ANNOPROJ_NOT_FOUND,
                                           ANNOPROJ_STATE,   ANNOPROJ_CONFLICT, ANNOPROJ_EXISTS,  ANNOPROJ_PERMISSION,
                                           ANNOPROJ_INVALID, ANNOPROJ_TOO_NEW,  ANNOPROJ_DATA,    ANNOPROJ_LIMIT};
    /* The header may say that the file is for reading only. And a row that was copied from a damaged one may break a rule
     * of the schema: nothing tells that from a defect of the library. */
    const char *message = annoproj_error_message(*error);
    bool found = status == ANNOPROJ_READONLY || (status == ANNOPROJ_INTERNAL && (strstr(message, "constraint failed") ||
                                                                                 strstr(message, "unsupported file") ||
                                                                                 strstr(message, "cannot store")));
    for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++) {
        found |= fine[i] == status;
    }
    if (!found) {
        fail_msg("%s: %s: %s", doing, annoproj_status_name(status), annoproj_error_message(*error));
    }
    annoproj_error_free(*error);
    *error = NULL;
}

typedef annoproj_status (*project_read)(annoproj_project *of, const annoproj_call *call, annoproj_table **table,
                                        annoproj_error **error);
typedef annoproj_status (*query_read)(annoproj_query *of, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error);
typedef annoproj_status (*task_read)(annoproj_task *of, const annoproj_call *call, annoproj_table **table,
                                     annoproj_error **error);

static void read_project(annoproj_project *of) {
    static const project_read reads[] = {annoproj_project_get,       annoproj_project_overview,
                                         annoproj_stage_list,        annoproj_project_tasks_by_stage,
                                         annoproj_collaborator_list, annoproj_project_datasets};
    static const query_read reports[] = {annoproj_query_task_actions,  annoproj_query_time_spent,
                                         annoproj_query_label_actions, annoproj_query_ontology_actions,
                                         annoproj_query_annotators,    annoproj_query_reviewers};
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_query *query = NULL;
    annoproj_stream *stream = NULL;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    char *text = NULL, *out = scratch_path("damaged.json");
    int64_t labels = 0;
    for (size_t i = 0; i < sizeof reads / sizeof reads[0]; i++) {
        may_say(reads[i](of, NULL, &table, &error), &error);
        annoproj_table_free(table);
    }
    may_say(annoproj_task_list(of, NULL, NULL, &table, &error), &error);
    if (table != NULL) {
        may_say(annoproj_table_json(table, &text, &error), &error);
        annoproj_free(text);
    }
    annoproj_table_free(table);
    may_say(annoproj_query_open(of, NULL, NULL, &query, &error), &error);
    for (size_t i = 0; query != NULL && i < sizeof reports / sizeof reports[0]; i++) {
        may_say(reports[i](query, NULL, &table, &error), &error);
        annoproj_table_free(table);
    }
    annoproj_query_close(query);
    may_say(annoproj_project_events(of, 0, NULL, &stream, &error), &error);
    if (stream != NULL) {
        may_say(annoproj_stream_next(stream, NULL, &table, &error), &error);
        annoproj_table_free(table);
    }
    annoproj_stream_close(stream);
    options.path = out;
    may_say(annoproj_project_export_labels(of, &options, NULL, &labels, &error), &error);
    may_say(annoproj_project_export_coco(of, &options, NULL, &labels, &error), &error);
    unlink(out);
    free(out);
}

static void use_task(annoproj_project *of, int64_t id) {
    static const task_read reads[] = {annoproj_task_get, annoproj_task_labels, annoproj_task_answers,
                                      annoproj_task_issues, annoproj_task_comments};
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_task *task = NULL;
    may_say(annoproj_task_open(of, id, NULL, &task, &error), &error);
    for (size_t i = 0; task != NULL && i < sizeof reads / sizeof reads[0]; i++) {
        may_say(reads[i](task, NULL, &table, &error), &error);
        annoproj_table_free(table);
    }
    if (task != NULL) {
        may_say(annoproj_task_geometry(task, ANNOPROJ_UNIT_NORMALISED, NULL, &table, &error), &error);
        annoproj_table_free(table);
        may_say(annoproj_task_set_priority(task, 9, NULL, &error), &error);
        may_say(annoproj_task_submit(task, NULL, NULL, &error), &error);
        may_say(annoproj_task_approve(task, NULL, NULL, &error), &error);
    }
    annoproj_task_close(task);
}

static void use_store(annoproj_store *store) {
    annoproj_error *error = NULL;
    annoproj_session *host = NULL;
    annoproj_project *opened = NULL;
    annoproj_table *found = NULL;
    may_say(annoproj_session_open(store, 0, NULL, NULL, &host, &error), &error);
    if (host == NULL) {
        return;
    }
    may_say(annoproj_store_check(host, NULL, NULL, &found, &error), &error);
    annoproj_table_free(found);
    may_say(annoproj_user_list(host, NULL, &found, &error), &error);
    annoproj_table_free(found);
    may_say(annoproj_project_open(host, project, NULL, &opened, &error), &error);
    if (opened != NULL) {
        read_project(opened);
        use_task(opened, first_task);
        use_task(opened, first_task + 3);
    }
    annoproj_project_close(opened);
    annoproj_session_close(host);
}

/* Opens whatever is at the path and uses it. Whether it opened. */
static bool use_damaged(const char *what) {
    annoproj_error *error = NULL;
    annoproj_store *store = NULL;
    double begun = seconds();
    doing = what;
    annoproj_status status = annoproj_store_open(path, NULL, NULL, &store, &error);
    bool opened = status == ANNOPROJ_OK;
    may_say(status, &error);
    if (opened) {
        use_store(store);
        may_say(annoproj_store_close(store, NULL, &error), &error);
    }
    char log[700];
    snprintf(log, sizeof log, "%s-wal", path);
    unlink(log);
    if (seconds() - begun > LONGEST_S) {
        print_message("%s: took %.1f s\n", what, seconds() - begun);
    }
    return opened;
}

static size_t damages(void) {
    const char *given = getenv("DAMAGES");
    return given != NULL ? strtoul(given, NULL, 10) : DAMAGES_USUALLY;
}

/* --- the damages --------------------------------------------------------------------------------------------------- */

static void test_flipped_bytes(void **state) {
    (void)state;
    size_t opened = 0, count = damages();
    char what[120];
    for (size_t i = 0; i < count; i++) {
        /* One in four in the first page, where the schema is; else anywhere. */
        size_t at = random_below(random_below(4) == 0 ? page_size : length);
        char kept = golden[at];
        golden[at] = (char)(random_below(2) == 0 ? kept ^ (1 << random_below(8)) : (int)random_below(256));
        write_whole_file(path, golden, length);
        snprintf(what, sizeof what, "byte %zu: %d instead of %d", at, golden[at], kept);
        opened += use_damaged(what);
        golden[at] = kept;
    }
    print_message("%zu flipped bytes, %zu stores opened\n", count, opened);
}

static void test_swapped_pages(void **state) {
    (void)state;
    size_t opened = 0, count = damages() / 4, pages = length / page_size;
    char what[120], *copy = malloc(length);
    assert_non_null(copy);
    for (size_t i = 0; i < count; i++) {
        size_t one = 1 + random_below(pages - 1), other = 1 + random_below(pages - 1);
        memcpy(copy, golden, length);
        memcpy(copy + one * page_size, golden + other * page_size, page_size);
        memcpy(copy + other * page_size, golden + one * page_size, page_size);
        write_whole_file(path, copy, length);
        snprintf(what, sizeof what, "pages %zu and %zu swapped", one + 1, other + 1);
        opened += use_damaged(what);
    }
    free(copy);
    print_message("%zu swapped pages, %zu stores opened\n", count, opened);
}

static void test_cut_off(void **state) {
    (void)state;
    size_t opened = 0, count = damages() / 8;
    char what[120];
    for (size_t i = 0; i < count; i++) {
        size_t left = i == 0 ? 0 : random_below(2) == 0 ? random_below(length) : random_below(length / 512) * 512;
        write_whole_file(path, golden, left);
        snprintf(what, sizeof what, "cut off at %zu of %zu", left, length);
        opened += use_damaged(what);
    }
    print_message("%zu files cut off, %zu stores opened\n", count, opened);
}

/* The golden store itself is sound, so that the others are not refused for another reason. */
static void test_undamaged(void **state) {
    (void)state;
    write_whole_file(path, golden, length);
    assert_true(use_damaged("undamaged"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_undamaged),
        cmocka_unit_test(test_flipped_bytes),
        cmocka_unit_test(test_swapped_pages),
        cmocka_unit_test(test_cut_off),
    };
    setenv("TEST_SEED", "5", 0); /* the same damages each time, unless others are asked for */
    random_next();
    scratch_in_memory();
    return cmocka_run_group_tests(tests, make_golden, free_golden);
}
