/* Lists of tasks: every page, each sort and direction, against sorting all rows here. */
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TASKS 60

typedef struct shown {
    int64_t id, priority, entered, acted; /* INT64_MIN = never */
    char title[32];
} shown;

static annoproj_task_sort sorted_by;
static bool backwards;

static int compare(const void *a, const void *b) {
    const shown *x = a, *y = b;
    int order = 0;
    if (sorted_by == ANNOPROJ_TASK_SORT_PRIORITY && x->priority != y->priority)
        order = x->priority > y->priority ? -1 : 1;
    else if (sorted_by == ANNOPROJ_TASK_SORT_TITLE && strcmp(x->title, y->title) != 0)
        order = strcmp(x->title, y->title);
    else if (sorted_by == ANNOPROJ_TASK_SORT_LAST_ACTION && x->acted != y->acted)
        order = x->acted < y->acted ? -1 : 1;
    else if (sorted_by <= ANNOPROJ_TASK_SORT_ENTERED && x->entered != y->entered)
        order = x->entered < y->entered ? -1 : 1;
    else if (x->id != y->id)
        order = x->id < y->id ? -1 : 1;
    return backwards ? -order : order;
}

static size_t read_pages(annoproj_project *project, annoproj_task_list_options options, shown *out) {
    annoproj_error *error = NULL;
    annoproj_table *page = NULL;
    char *token = NULL;
    size_t count = 0;
    do {
        options.page = token;
        assert_ok(annoproj_task_list(project, &options, NULL, &page, &error), error);
        int64_t limit = options.limit == 0 ? 1000 : options.limit;
        assert_true(annoproj_table_row_count(page) <= limit);
        for (int64_t row = 0; row < annoproj_table_row_count(page); row++, count++) {
            assert_true(count < TASKS);
            memset(&out[count], 0, sizeof out[count]);
            out[count].id = annoproj_table_int64(page, row, annoproj_table_column_index(page, "task"));
            out[count].priority = annoproj_table_int64(page, row, annoproj_table_column_index(page, "priority"));
            out[count].entered = annoproj_table_int64(page, row, annoproj_table_column_index(page, "entered"));
            int32_t acted = annoproj_table_column_index(page, "last_action");
            out[count].acted = annoproj_table_is_null(page, row, acted) ? INT64_MIN
                                                                        : annoproj_table_int64(page, row, acted);
            snprintf(out[count].title, sizeof out[count].title, "%s",
                     annoproj_table_text(page, row, annoproj_table_column_index(page, "title")));
        }
        free(token);
        token = annoproj_table_next_page(page) ? strdup(annoproj_table_next_page(page)) : NULL;
        annoproj_table_free(page);
    } while (token);
    return count;
}

static team *mixed_team(void) {
    team *made = team_new(TASKS, "", "");
    annoproj_error *error = NULL;
    for (int i = 0; i < TASKS; i++) {
        annoproj_task *task = team_task(made, TEAM_MANAGER, i);
        made->now_us += (int64_t)random_below(2);
        assert_ok(annoproj_task_set_priority(task, (int32_t)random_below(4) * 10, NULL, &error), error);
        if (random_below(3) == 0)
            assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
        else if (random_below(3) == 0)
            assert_ok(annoproj_task_assign(task, made->users[TEAM_ANNOTATOR], NULL, &error), error);
        annoproj_task_close(task);
    }
    return made;
}

static void test_pages_are_the_sorted_whole(void **state) {
    (void)state;
    team *made = mixed_team();
    for (int sort = ANNOPROJ_TASK_SORT_PRIORITY; sort <= ANNOPROJ_TASK_SORT_LAST_ACTION; sort++) {
        for (int direction = 0; direction < 2; direction++) {
            annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
            shown whole[TASKS], paged[TASKS];
            options.sort = sort;
            options.reverse = direction;
            size_t count = read_pages(made->projects[TEAM_ADMIN], options, whole);
            assert_int_equal(count, TASKS);
            options.limit = 7;
            assert_int_equal(read_pages(made->projects[TEAM_ADMIN], options, paged), TASKS);
            assert_memory_equal(whole, paged, sizeof whole);
            sorted_by = sort;
            backwards = direction;
            qsort(paged, TASKS, sizeof *paged, compare);
            assert_memory_equal(whole, paged, sizeof whole);
        }
    }
    team_free(made);
}

/* The tasks of chosen assignees are read another way: page by page they are still the sorted whole. */
static void test_pages_by_assignee(void **state) {
    (void)state;
    team *made = mixed_team();
    int64_t assignees[] = {made->users[TEAM_ANNOTATOR], made->users[TEAM_BOTH]};
    for (int sort = ANNOPROJ_TASK_SORT_PRIORITY; sort <= ANNOPROJ_TASK_SORT_LAST_ACTION; sort++) {
        for (int direction = 0; direction < 2; direction++) {
            annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
            shown whole[TASKS], paged[TASKS];
            options.sort = sort;
            options.reverse = direction;
            options.assignees = assignees;
            options.assignee_count = 2;
            size_t count = read_pages(made->projects[TEAM_ADMIN], options, whole);
            assert_true(count > 1);
            options.limit = 1;
            assert_int_equal(read_pages(made->projects[TEAM_ADMIN], options, paged), count);
            assert_memory_equal(whole, paged, count * sizeof *whole);
            sorted_by = sort;
            backwards = direction;
            qsort(paged, count, sizeof *paged, compare);
            assert_memory_equal(whole, paged, count * sizeof *whole);
        }
    }
    team_free(made);
}

static void test_filters(void **state) {
    (void)state;
    team *made = mixed_team();
    shown found[TASKS];
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    int64_t unassigned_and_ann[] = {0, made->users[TEAM_ANNOTATOR]}, everyone = 0;
    size_t all = 0;
    options.assignees = unassigned_and_ann;
    options.assignee_count = 1;
    all = read_pages(made->projects[TEAM_ADMIN], options, found);
    options.assignees = unassigned_and_ann + 1;
    options.limit = 3;
    size_t mine = read_pages(made->projects[TEAM_ADMIN], options, found);
    assert_true(mine > 0 && all > 0);
    options.limit = 0;
    options.assignees = unassigned_and_ann;
    options.assignee_count = 2;
    assert_int_equal(read_pages(made->projects[TEAM_ADMIN], options, found), mine + all);
    options = (annoproj_task_list_options)ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.stages = &made->review;
    options.stage_count = 1;
    size_t in_review = read_pages(made->projects[TEAM_ADMIN], options, found);
    assert_int_equal(
        read_pages(made->projects[TEAM_REVIEWER], (annoproj_task_list_options)ANNOPROJ_TASK_LIST_OPTIONS_INIT, found),
        in_review); /* the reviewer sees what the gets give */
    options = (annoproj_task_list_options)ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.priority_least = 20;
    for (size_t i = 0, count = read_pages(made->projects[TEAM_ADMIN], options, found); i < count; i++) {
        assert_true(found[i].priority >= 20);
        everyone++;
    }
    assert_true(everyone > 0);
    options = (annoproj_task_list_options)ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.title = "FILE0000042";
    assert_int_equal(read_pages(made->projects[TEAM_ADMIN], options, found), 1);
    assert_int_equal(found[0].id, made->first_task + 42);
    team_free(made);
}

static void test_wrong_options(void **state) {
    (void)state;
    team *made = mixed_team();
    annoproj_error *error = NULL;
    annoproj_table *page = NULL;
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    int64_t unknown = 999999;
    options.limit = 10001;
    assert_status(ANNOPROJ_INVALID, annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error),
                  error);
    options.limit = 5;
    assert_ok(annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error), error);
    char *token = strdup(annoproj_table_next_page(page));
    annoproj_table_free(page);
    options.page = token;
    options.reverse = true; /* another list */
    assert_status(ANNOPROJ_INVALID, annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error),
                  error);
    assert_null(page);
    free(token);
    options.page = "nonsense";
    assert_status(ANNOPROJ_INVALID, annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error),
                  error);
    options = (annoproj_task_list_options)ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.stages = &unknown;
    options.stage_count = 1;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error),
                  error);
    options.stage_count = 0;
    options.assignees = &unknown;
    options.assignee_count = 1;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error),
                  error);
    options.assignee_count = 0;
    options.datasets = &unknown;
    options.dataset_count = 1;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error),
                  error);
    options.dataset_count = 0;
    options.sort = 9;
    assert_status(ANNOPROJ_INVALID, annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error),
                  error);
    team_free(made);
}

static void expect_list(team *made, annoproj_status wanted, annoproj_task_list_options options) {
    annoproj_error *error = NULL;
    annoproj_table *page = NULL;
    assert_status(wanted, annoproj_task_list(made->projects[TEAM_ADMIN], &options, NULL, &page, &error), error);
    assert_null(page);
}

/* One condition of a list that is none. */
#define REFUSED(status, ...)                                                                                           \
    expect_list(made, status, (annoproj_task_list_options){.size = sizeof(annoproj_task_list_options), __VA_ARGS__})

static void test_wrong_conditions(void **state) {
    (void)state;
    team *made = mixed_team();
    int64_t unknown = 999999;
    int32_t no_type = 99;
    REFUSED(ANNOPROJ_INVALID, .sort = -1);
    REFUSED(ANNOPROJ_INVALID, .limit = -1);
    REFUSED(ANNOPROJ_INVALID, .statuses = 16);
    REFUSED(ANNOPROJ_INVALID, .derived_statuses = 64);
    REFUSED(ANNOPROJ_INVALID, .issues = 8);
    REFUSED(ANNOPROJ_INVALID, .priority_least = -1);
    REFUSED(ANNOPROJ_INVALID, .priority_below = 102);
    REFUSED(ANNOPROJ_INVALID, .data_types = &no_type, .data_type_count = 1);
    REFUSED(ANNOPROJ_INVALID, .data_type_count = 1);
    REFUSED(ANNOPROJ_INVALID, .data_unit_count = 1);
    REFUSED(ANNOPROJ_NOT_FOUND, .data_units = &unknown, .data_unit_count = 1);
    REFUSED(ANNOPROJ_INVALID, .last_action_user_count = 1);
    REFUSED(ANNOPROJ_NOT_FOUND, .last_action_users = &unknown, .last_action_user_count = 1);
    REFUSED(ANNOPROJ_INVALID, .title = "\xff");
    REFUSED(ANNOPROJ_INVALID, .title_pattern = "a(b");
    REFUSED(ANNOPROJ_INVALID, .title_pattern = "\xff");
    REFUSED(ANNOPROJ_LIMIT, .title_pattern = "^(((((\\w+)+)+)+)+)+[!?]");
    REFUSED(ANNOPROJ_DATA, .metadata = "[1]");
    REFUSED(ANNOPROJ_DATA, .metadata = "{\"site\": {}}");
    REFUSED(ANNOPROJ_DATA, .metadata = "{\"site\": \"a\"} more");
    REFUSED(ANNOPROJ_INVALID, .page = "1.2.3.4");
    team_free(made);
}

/* A list shows exactly the tasks whose single get succeeds, for every role. */
static void test_lists_equal_gets(void **state) {
    (void)state;
    team *made = mixed_team();
    for (int who = 0; who < TEAM_SIZE; who++) {
        shown listed[TASKS];
        annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
        size_t count = read_pages(made->projects[who], options, listed), gets = 0;
        for (int64_t i = 0; i < TASKS; i++) {
            annoproj_task *task = NULL;
            bool in_list = false;
            annoproj_status status = annoproj_task_open(made->projects[who], made->first_task + i, NULL, &task, NULL);
            for (size_t k = 0; k < count; k++)
                in_list |= listed[k].id == made->first_task + i;
            assert_int_equal(status, in_list ? ANNOPROJ_OK : ANNOPROJ_NOT_FOUND);
            gets += status == ANNOPROJ_OK;
            annoproj_task_close(task);
        }
        assert_int_equal(gets, count);
    }
    team_free(made);
}

/* Few tasks suit: the walk gives up in the first of several stages, before it has looked into the others. */
static void test_giving_up_in_the_first_stage(void **state) {
    enum { MANY = 900, RARE = 5 };
    (void)state;
    team *made = team_new(MANY, "", "");
    annoproj_error *error = NULL;
    annoproj_table *outcomes = NULL;
    int64_t ids[MANY / 3];
    for (int64_t i = 0; i < RARE; i++)
        ids[i] = made->first_task + MANY - RARE + i; /* the last titles, of all three stages */
    assert_ok(annoproj_tasks_set_priority(made->projects[TEAM_ADMIN], ids, RARE, 90, true, NULL, &outcomes, &error),
              error);
    annoproj_table_free(outcomes);
    for (int part = 0; part < 2; part++) {
        for (int64_t i = 0; i < MANY / 3; i++)
            ids[i] = made->first_task + 3 * i + part;
        assert_ok(annoproj_tasks_move(made->projects[TEAM_ADMIN], ids, MANY / 3, part ? made->review : made->complete,
                                      true, NULL, &outcomes, &error),
                  error);
        annoproj_table_free(outcomes);
    }
    for (int sort = ANNOPROJ_TASK_SORT_PRIORITY; sort <= ANNOPROJ_TASK_SORT_LAST_ACTION; sort++) {
        annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
        shown found[TASKS], wanted[TASKS];
        options.sort = sort;
        options.limit = 2;
        options.priority_least = 90;
        assert_int_equal(read_pages(made->projects[TEAM_ADMIN], options, found), RARE);
        memcpy(wanted, found, sizeof wanted);
        sorted_by = sort;
        backwards = false;
        qsort(wanted, RARE, sizeof *wanted, compare);
        assert_memory_equal(found, wanted, RARE * sizeof *found);
        for (size_t i = 0; i < RARE; i++)
            assert_true(found[i].priority == 90 && found[i].id >= made->first_task + MANY - RARE);
    }
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_are_the_sorted_whole),
        cmocka_unit_test(test_pages_by_assignee),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_giving_up_in_the_first_stage),
        cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_wrong_conditions),
        cmocka_unit_test(test_lists_equal_gets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
