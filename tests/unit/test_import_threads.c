/* An import while others work and read: nobody meets a locked database, every page is one moment's, nobody loses a task. */
#include "team.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TASKS    200
#define READERS  3
#define WORKERS  2
#define IMPORTED 20000

typedef struct working {
    pthread_t thread;
    team *made;
    enum member who;
    const volatile int *done;
    int64_t rounds;
    char wrong[300]; /* "" = nothing */
} working;

static bool note(working *me, bool holds, const char *what, annoproj_error **error) {
    if (!holds && me->wrong[0] == '\0')
        snprintf(me->wrong, sizeof me->wrong, "%s: %s", what, annoproj_error_message(*error));
    annoproj_error_free(*error);
    *error = NULL;
    return holds;
}

/* All tasks by pages of seven, and the counts. */
static void *read_pages(void *argument) {
    working *me = argument;
    annoproj_error *error = NULL;
    while (!__atomic_load_n(me->done, __ATOMIC_ACQUIRE) || me->rounds == 0) {
        annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
        annoproj_table *table = NULL;
        char token[1024] = "";
        int64_t rows = 0;
        options.limit = 7;
        options.sort = ANNOPROJ_TASK_SORT_TITLE; /* nobody changes it: every task is on one page */
        do {
            options.page = token[0] ? token : NULL;
            if (!note(me,
                      annoproj_task_list(me->made->projects[me->who], &options, NULL, &table, &error) == ANNOPROJ_OK,
                      "list", &error))
                return NULL;
            rows += annoproj_table_row_count(table);
            const char *next = annoproj_table_next_page(table);
            snprintf(token, sizeof token, "%s", next ? next : "");
            annoproj_table_free(table);
        } while (token[0]);
        if (!note(me, rows == TASKS, "a task is missing from the pages", &error))
            return NULL;
        me->rounds++;
    }
    return NULL;
}

static void *start_and_skip(void *argument) {
    working *me = argument;
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    if (!note(me, annoproj_stage_open(me->made->projects[me->who], "annotate", NULL, &stage, &error) == ANNOPROJ_OK,
              "stage", &error))
        return NULL;
    while (!__atomic_load_n(me->done, __ATOMIC_ACQUIRE) || me->rounds == 0) {
        annoproj_task *task = NULL;
        annoproj_queue_reason reason = 0;
        annoproj_start_options options = ANNOPROJ_START_OPTIONS_INIT;
        options.include_skipped = true;
        annoproj_status status = annoproj_stage_start_next(stage, &options, NULL, &task, &reason, &error);
        if (!note(me, status == ANNOPROJ_OK, "start", &error) ||
            !note(me, annoproj_task_skip(task, NULL, &error) == ANNOPROJ_OK, "skip", &error))
            break;
        annoproj_task_close(task);
        me->rounds++;
    }
    annoproj_stage_close(stage);
    return NULL;
}

static char *coco_file(void) {
    char *path = scratch_path("many.json");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fprintf(out, "{\"images\":[");
    for (int i = 0; i < TASKS; i++)
        fprintf(out, "%s{\"id\":%d,\"file_name\":\"file%07d.jpg\",\"width\":1000,\"height\":1000}", i ? "," : "", i + 1,
                i);
    fprintf(out, "],\"categories\":[{\"id\":1,\"name\":\"Car\"}],\"annotations\":[");
    for (int i = 0; i < IMPORTED; i++)
        fprintf(out, "%s{\"id\":%d,\"image_id\":%d,\"category_id\":1,\"bbox\":[%d,2,3,4],\"area\":12,\"iscrowd\":0}",
                i ? "," : "", i + 1, i % TASKS + 1, i % 900);
    fprintf(out, "]}");
    fclose(out);
    return path;
}

static void test_import_among_readers_and_workers(void **unused) {
    (void)unused;
    team *made = team_new(TASKS, "", "");
    annoproj_error *error = NULL;
    annoproj_table *result = NULL;
    volatile int done = 0;
    char *path = coco_file();
    working all[READERS + WORKERS] = {
        {.who = TEAM_ADMIN}, {.who = TEAM_MANAGER}, {.who = TEAM_ADMIN}, {.who = TEAM_ANNOTATOR}, {.who = TEAM_BOTH}};
    for (int i = 0; i < READERS + WORKERS; i++) {
        all[i].made = made;
        all[i].done = &done;
        assert_int_equal(pthread_create(&all[i].thread, NULL, i < READERS ? read_pages : start_and_skip, &all[i]), 0);
    }
    annoproj_status status = annoproj_project_import_coco(made->host_project, path, NULL, NULL, &result, &error);
    __atomic_store_n(&done, 1, __ATOMIC_RELEASE);
    for (int i = 0; i < READERS + WORKERS; i++) {
        pthread_join(all[i].thread, NULL);
        if (all[i].wrong[0])
            fail_msg("thread %d: %s", i, all[i].wrong);
        assert_true(all[i].rounds > 0);
    }
    assert_ok(status, error);
    annoproj_table_free(result);
    assert_int_equal(team_differences(made), 0);
    free(path);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_import_among_readers_and_workers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
