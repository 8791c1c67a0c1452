/* Start against a second queue that sorts and filters what a list says, after each of many random changes: whatever is skipped,
 * barred, assigned, moved, reordered or removed, both give the same task, or the same reason (behaviour §8). */
#include "team.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TASKS = 200, ROUNDS = 1000 };
enum { ANNOTATE, SECOND, REVIEW, COMPLETE, STAGES };

static const char *const stage_keys[STAGES] = {"annotate", "second", "review", "complete"};

/* A task as the second queue knows it: what a list says, and what the test saw happen to it. */
typedef struct seen_task {
    bool there, returned, by_manager;
    int stage, assignee; /* member + 1; 0 = nobody */
    int64_t priority, entered_us;
    int64_t skipped[TEAM_SIZE]; /* when; 0 = not */
    bool worked[STAGES][TEAM_SIZE];
    int submitter; /* member + 1 */
} seen_task;

typedef struct second_queue {
    team *made;
    int64_t stages[STAGES];
    seen_task tasks[TASKS];
    int64_t skips; /* made so far */
    bool submitter_rule, worker_rule, attached;
} second_queue;

static void set_workflow(second_queue *own) {
    char flow[2048];
    annoproj_error *error = NULL;
    snprintf(flow, sizeof flow,
             "{\"start\":\"annotate\",\"stages\":["
             "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"A\",\"edges\":{\"submit\":\"second\"}},"
             "{\"key\":\"second\",\"type\":\"ANNOTATION\",\"title\":\"S\",\"settings\":{\"allow_reassessment\":%s},"
             "\"edges\":{\"submit\":\"review\"}},"
             "{\"key\":\"review\",\"type\":\"REVIEW\",\"title\":\"R\",\"settings\":{\"reviewer_not_submitter\":%s},"
             "\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
             "{\"key\":\"complete\",\"type\":\"DONE\",\"title\":\"C\"}]}",
             own->worker_rule ? "false" : "true", own->submitter_rule ? "true" : "false");
    assert_ok(annoproj_workflow_update(own->made->projects[TEAM_ADMIN], flow, NULL, &error), error);
}

static void find_stage_ids(second_queue *own) {
    annoproj_table *list = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_stage_list(own->made->host_project, NULL, &list, &error), error);
    for (int64_t row = 0; row < annoproj_table_row_count(list); row++)
        for (int i = 0; i < STAGES; i++)
            if (strcmp(annoproj_table_text(list, row, annoproj_table_column_index(list, "key")), stage_keys[i]) == 0)
                own->stages[i] = annoproj_table_int64(list, row, annoproj_table_column_index(list, "stage"));
    annoproj_table_free(list);
}

static int member_of(const second_queue *own, int64_t user) {
    for (int i = 0; i < TEAM_SIZE; i++)
        if (own->made->users[i] == user)
            return i + 1;
    return 0;
}

/* Reads where every task is now. A task that left its stage is skipped by nobody any more. */
static void look(second_queue *own) {
    annoproj_table *list = NULL;
    annoproj_error *error = NULL;
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    options.limit = TASKS;
    assert_ok(annoproj_task_list(own->made->host_project, &options, NULL, &list, &error), error);
    const int32_t task = annoproj_table_column_index(list, "task"), stage = annoproj_table_column_index(list, "stage"),
                  assignee = annoproj_table_column_index(list, "assignee"),
                  priority = annoproj_table_column_index(list, "priority"),
                  entered = annoproj_table_column_index(list, "entered");
    for (int i = 0; i < TASKS; i++)
        own->tasks[i].there = false;
    for (int64_t row = 0; row < annoproj_table_row_count(list); row++) {
        seen_task *one = &own->tasks[annoproj_table_int64(list, row, task) - own->made->first_task];
        int now = 0;
        while (own->stages[now] != annoproj_table_int64(list, row, stage))
            now++;
        one->there = true;
        if (now != one->stage || annoproj_table_int64(list, row, entered) != one->entered_us)
            memset(one->skipped, 0, sizeof one->skipped);
        one->stage = now;
        one->assignee = member_of(own, annoproj_table_int64(list, row, assignee));
        one->priority = annoproj_table_int64(list, row, priority);
        one->entered_us = annoproj_table_int64(list, row, entered);
    }
    annoproj_table_free(list);
}

/* --- the second queue ------------------------------------------------------------------------------------------------- */

static bool barred(const second_queue *own, const seen_task *one, int who) {
    if (one->stage == REVIEW)
        return own->submitter_rule && one->submitter == who + 1;
    if (one->returned || (one->stage == SECOND && !own->worker_rule))
        return false;
    return one->worked[one->stage == ANNOTATE ? SECOND : ANNOTATE][who];
}

static bool stands_before(const second_queue *own, int a, int b) {
    const seen_task *x = &own->tasks[a], *y = &own->tasks[b];
    if (x->priority != y->priority)
        return x->priority > y->priority;
    if ((x->assignee != 0) != (y->assignee != 0))
        return x->assignee != 0;
    return x->entered_us != y->entered_us ? x->entered_us < y->entered_us : a < b;
}

static int expected_start(const second_queue *own, int who, int stage, bool include_skipped,
                          annoproj_queue_reason *reason) {
    int best = -1, again = -1, tasks = 0, kept_away = 0;
    for (int i = 0; i < TASKS; i++) {
        const seen_task *one = &own->tasks[i];
        if (!one->there || one->stage != stage)
            continue;
        tasks++;
        if (one->assignee != 0 && one->assignee != who + 1)
            continue;
        if (one->assignee == 0 && barred(own, one, who))
            kept_away++;
        else if (one->skipped[who] == 0)
            best = best < 0 || stands_before(own, i, best) ? i : best;
        else
            again = again < 0 || one->skipped[who] < own->tasks[again].skipped[who] ? i : again;
    }
    *reason = ANNOPROJ_QUEUE_FOUND;
    if (best < 0 && include_skipped)
        best = again;
    if (best < 0)
        *reason = again >= 0        ? ANNOPROJ_QUEUE_ONLY_SKIPPED
                  : kept_away == 0  ? tasks == 0 ? ANNOPROJ_QUEUE_EMPTY : ANNOPROJ_QUEUE_ALL_ASSIGNED
                  : stage == REVIEW ? ANNOPROJ_QUEUE_SUBMITTED_BY_YOU
                                    : ANNOPROJ_QUEUE_WORKED_ON_BY_YOU;
    return best;
}

/* --- what happens -------------------------------------------------------------------------------------------------------- */

static int start_and_compare(second_queue *own, int who, int stage, bool include_skipped) {
    annoproj_stage *handle = NULL;
    annoproj_task *task = NULL;
    annoproj_error *error = NULL;
    annoproj_start_options options = ANNOPROJ_START_OPTIONS_INIT;
    annoproj_queue_reason reason = 0, expected_reason = 0;
    int expected = expected_start(own, who, stage, include_skipped, &expected_reason);
    options.include_skipped = include_skipped;
    assert_ok(annoproj_stage_open(own->made->projects[who], stage_keys[stage], NULL, &handle, &error), error);
    assert_status(expected < 0 ? ANNOPROJ_NONE : ANNOPROJ_OK,
                  annoproj_stage_start_next(handle, &options, NULL, &task, &reason, &error), error);
    assert_int_equal(reason, expected_reason);
    if (expected >= 0)
        assert_int_equal(annoproj_task_id(task) - own->made->first_task, expected);
    annoproj_task_close(task);
    annoproj_stage_close(handle);
    return expected;
}

/* Does something with a task as a member; whether it succeeded. */
static bool act(second_queue *own, int who, int number, char what) {
    annoproj_task *task = NULL;
    annoproj_error *error = NULL;
    annoproj_review_options review = ANNOPROJ_REVIEW_OPTIONS_INIT;
    annoproj_status status = annoproj_task_open(own->made->projects[who], own->made->first_task + number, NULL, &task,
                                                &error);
    review.comment = "again";
    if (status == ANNOPROJ_OK)
        status = what == 'k'   ? annoproj_task_skip(task, NULL, &error)
                 : what == 's' ? annoproj_task_submit(task, NULL, NULL, &error)
                 : what == 'r' ? annoproj_task_release(task, NULL, &error)
                 : what == 'a' ? annoproj_task_approve(task, NULL, NULL, &error)
                               : annoproj_task_reject(task, &review, NULL, &error);
    annoproj_task_close(task);
    annoproj_error_free(error);
    return status == ANNOPROJ_OK;
}

static void work(second_queue *own, int who, int number) {
    seen_task *one = &own->tasks[number];
    uint64_t chance = random_below(10);
    const uint64_t skips = who == TEAM_ANNOTATOR ? 9 : 4; /* of 10 */
    int from = one->stage;
    if (from == REVIEW) {
        bool reject = chance < 7;
        if (chance < 8 && act(own, who, number, reject ? 'j' : 'a'))
            one->returned = reject;
    } else if (chance < skips) {
        if (act(own, who, number, 'k'))
            one->skipped[who] = ++own->skips;
    } else if (chance < 9 || random_below(2) == 0) {
        if (act(own, who, number, 's')) {
            one->worked[from][who] = true;
            one->submitter = who + 1;
            one->returned = false;
        }
    } else {
        (void)act(own, who, number, 'r');
    }
}

/* Gives a task to a member and perhaps takes it away again: then the skip of the member is forgotten in the middle of others. */
static void assign(second_queue *own, int number, int user, bool release) {
    annoproj_project *admin = own->made->projects[TEAM_ADMIN];
    annoproj_error *error = NULL;
    annoproj_table *outcomes = NULL;
    int64_t id = own->made->first_task + number;
    assert_ok(annoproj_tasks_assign(admin, &id, 1, own->made->users[user], false, NULL, &outcomes, &error), error);
    bool assigned = annoproj_table_int64(outcomes, 0, 1) == ANNOPROJ_OK;
    annoproj_table_free(outcomes);
    if (!assigned)
        return;
    own->tasks[number].skipped[user] = 0;
    if (!release)
        return;
    assert_ok(annoproj_tasks_release(admin, &id, 1, true, NULL, &outcomes, &error), error);
    annoproj_table_free(outcomes);
}

static void manage(second_queue *own, int number) {
    seen_task *one = &own->tasks[number];
    annoproj_project *admin = own->made->projects[TEAM_ADMIN];
    annoproj_error *error = NULL;
    annoproj_table *outcomes = NULL;
    int64_t id = own->made->first_task + number, tasks = 0;
    int stage = (int)random_below(2);
    switch (own->attached ? random_below(8) : 7) {
    case 0:
    case 1:
        assert_ok(annoproj_tasks_set_priority(admin, &id, 1, (int32_t)(45 + 5 * random_below(3)), false, NULL,
                                              &outcomes, &error),
                  error);
        break;
    case 2: assign(own, number, (int)random_below(TEAM_SIZE), false); break;
    case 3:
    case 4: assign(own, number, TEAM_ANNOTATOR, true); break;
    case 5: assert_ok(annoproj_tasks_release(admin, &id, 1, false, NULL, &outcomes, &error), error); break;
    case 6:
        assert_ok(annoproj_tasks_move(admin, &id, 1, own->stages[stage], false, NULL, &outcomes, &error), error);
        if (annoproj_table_int64(outcomes, 0, 1) == ANNOPROJ_OK)
            one->returned = false;
        break;
    default:
        if (own->attached && random_below(8) > 0)
            break;
        if (own->attached && random_below(2) == 0) {
            own->submitter_rule = random_below(2) == 0;
            own->worker_rule = random_below(2) == 0;
            set_workflow(own);
        } else if (own->attached) {
            assert_ok(
                annoproj_project_detach_dataset(own->made->host_project, own->made->dataset, NULL, &tasks, &error),
                error);
            own->attached = false;
        } else {
            assert_ok(
                annoproj_project_attach_dataset(own->made->host_project, own->made->dataset, NULL, &tasks, &error),
                error);
            own->attached = true;
        }
    }
    annoproj_table_free(outcomes);
}

static int64_t stretches(const team *made) {
    sqlite3 *database = NULL;
    sqlite3_stmt *count = NULL;
    assert_int_equal(sqlite3_open_v2(made->path, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, "SELECT count(*) FROM queue_passed", -1, &count, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    int64_t found = sqlite3_column_int64(count, 0);
    sqlite3_finalize(count);
    sqlite3_close(database);
    return found;
}

static void test_start_against_a_second_queue(void **state) {
    (void)state;
    static const int people[] = {TEAM_ANNOTATOR, TEAM_ANNOTATOR, TEAM_BOTH, TEAM_BOTH, TEAM_MANAGER};
    static const int stages[] = {ANNOTATE, ANNOTATE, ANNOTATE, SECOND, REVIEW, REVIEW};
    second_queue own = {.made = team_new(TASKS, "", ""), .attached = true, .worker_rule = true};
    int64_t noted = 0;
    set_workflow(&own);
    find_stage_ids(&own);
    for (int round = 0; round < ROUNDS; round++) {
        int who = people[random_below(5)], stage = stages[random_below(who == TEAM_ANNOTATOR ? 4 : 6)];
        if (random_below(3) == 0)
            own.made->now_us += 1000;
        look(&own);
        int got = start_and_compare(&own, who, stage, random_below(4) == 0);
        look(&own);
        if (got >= 0)
            work(&own, who, got);
        if (random_below(4) == 0)
            manage(&own, (int)random_below(TASKS));
        if (round % 200 == 199) {
            noted += stretches(own.made);
            assert_int_equal(team_differences(own.made), 0);
        }
    }
    assert_true(noted > 0); /* else this test shows nothing about them */
    team_free(own.made);
}

int main(void) {
    scratch_in_memory();
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_start_against_a_second_queue)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
