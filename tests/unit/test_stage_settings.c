/* Each setting of a stage, with its default and its effect (behaviour §7). What is not here has tests of its own: strict_review and
 * reassign_rejected_to_submitter in test_actions.c, require_complete_labels in test_label_write.c, webhook in test_outbox.c,
 * pathways in test_routing.c. */
#include "team.h"

#include <string.h>

static annoproj_status start(team *made, enum member who, const char *key, int64_t *task,
                             annoproj_queue_reason *reason) {
    annoproj_error *error = NULL;
    annoproj_stage *stage = NULL;
    annoproj_task *started = NULL;
    assert_ok(annoproj_stage_open(made->projects[who], key, NULL, &stage, &error), error);
    annoproj_status status = annoproj_stage_start_next(stage, NULL, NULL, &started, reason, NULL);
    *task = annoproj_task_id(started);
    annoproj_task_close(started);
    annoproj_stage_close(stage);
    return status;
}

static annoproj_status assign(team *made, int64_t number, enum member to) {
    annoproj_task *task = team_task(made, TEAM_ADMIN, number);
    annoproj_status status = annoproj_task_assign(task, made->users[to], NULL, NULL);
    annoproj_task_close(task);
    return status;
}

static annoproj_status initiate(team *made, enum member who, int64_t number) {
    annoproj_task *task = NULL;
    annoproj_status status = annoproj_task_open(made->projects[who], made->first_task + number, NULL, &task, NULL);
    if (status == ANNOPROJ_OK)
        status = annoproj_task_initiate(task, NULL, NULL);
    annoproj_task_close(task);
    return status;
}

static void submit(team *made, enum member who, int64_t number) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, who, number);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
}

static void release(team *made, int64_t number) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ADMIN, number);
    assert_ok(annoproj_task_release(task, NULL, &error), error);
    annoproj_task_close(task);
}

/* Absent: everybody whose role fits. Listed: the listed ones whose role fits. Admins and team managers always. */
static void test_members(void **state) {
    (void)state;
    static const struct {
        const char *settings;
        annoproj_status takes[TEAM_SIZE]; /* admin, manager, reviewer, annotator, both */
    } cases[] = {
        {"", {ANNOPROJ_OK, ANNOPROJ_OK, ANNOPROJ_NOT_FOUND, ANNOPROJ_OK, ANNOPROJ_OK}},
        {"\"members\":[\"both@x.org\",\"Reviewer@X.org\"]",
         {ANNOPROJ_OK, ANNOPROJ_OK, ANNOPROJ_NOT_FOUND, ANNOPROJ_NOT_FOUND, ANNOPROJ_OK}},
        {"\"members\":[]", {ANNOPROJ_OK, ANNOPROJ_OK, ANNOPROJ_NOT_FOUND, ANNOPROJ_NOT_FOUND, ANNOPROJ_NOT_FOUND}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        team *made = team_new(TEAM_SIZE * 2, cases[i].settings, "");
        for (enum member who = 0; who < TEAM_SIZE; who++) {
            const annoproj_status takes = cases[i].takes[who];
            int64_t task = 0;
            annoproj_queue_reason reason = 0;
            assert_int_equal(initiate(made, who, (int64_t)who), takes);
            assert_int_equal(assign(made, TEAM_SIZE + (int64_t)who, who),
                             takes == ANNOPROJ_OK ? ANNOPROJ_OK : ANNOPROJ_INVALID);
            if (takes == ANNOPROJ_OK) {
                assert_int_equal(start(made, who, "annotate", &task, &reason), ANNOPROJ_OK);
                assert_true(task != 0);
            }
        }
        assert_int_equal(team_differences(made), 0);
        team_free(made);
    }
}

/* Off: who sees an unassigned task may take it. On: for annotators and reviewers it does not exist; managers see all. */
static void test_hide_unassigned_in_review(void **state) {
    (void)state;
    for (int hidden = 0; hidden < 2; hidden++) {
        team *made = team_new(2, "", hidden ? "\"hide_unassigned\":true" : "");
        int64_t task = 0;
        annoproj_queue_reason reason = 0;
        submit(made, TEAM_ANNOTATOR, 0);
        submit(made, TEAM_ANNOTATOR, 1);
        assert_int_equal(initiate(made, TEAM_REVIEWER, 0), hidden ? ANNOPROJ_NOT_FOUND : ANNOPROJ_OK);
        assert_int_equal(start(made, TEAM_REVIEWER, "review", &task, &reason), hidden ? ANNOPROJ_NONE : ANNOPROJ_OK);
        if (hidden)
            assert_int_equal(reason, ANNOPROJ_QUEUE_NONE_ASSIGNED_TO_YOU);
        assert_int_equal(start(made, TEAM_MANAGER, "review", &task, &reason), ANNOPROJ_OK);
        assert_int_equal(task, made->first_task + !hidden);
        team_free(made);
    }
}

#define TWO_STAGES(settings)                                                                                           \
    "{\"start\":\"annotate\",\"stages\":["                                                                             \
    "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"second\"}},"                                \
    "{\"key\":\"second\",\"type\":\"ANNOTATION\",\"settings\":{" settings "},\"edges\":{\"submit\":\"review\"}},"      \
    "{\"key\":\"review\",\"type\":\"REVIEW\",\"settings\":{\"strict_review\":false},\"edges\":{\"approve\":"           \
    "\"complete\",\"reject\":\"second\"}},{\"key\":\"complete\",\"type\":\"DONE\"}]}"

static team *two_stages(int64_t tasks, const char *workflow) {
    annoproj_error *error = NULL;
    team *made = team_new(tasks, "", "");
    assert_ok(annoproj_workflow_update(made->host_project, workflow, NULL, &error), error);
    return made;
}

/* Off: who worked on the task in an earlier annotation stage may not have it in a later one: at start nobody, by initiate or
 * assignment admins and team managers may. */
static void test_allow_reassessment(void **state) {
    (void)state;
    for (int allowed = 0; allowed < 2; allowed++) {
        team *made = two_stages(2, allowed ? TWO_STAGES("\"allow_reassessment\":true") : TWO_STAGES(""));
        int64_t task = 0;
        annoproj_queue_reason reason = 0;
        submit(made, TEAM_ANNOTATOR, 0);
        submit(made, TEAM_MANAGER, 1);
        assert_int_equal(initiate(made, TEAM_ANNOTATOR, 0), allowed ? ANNOPROJ_OK : ANNOPROJ_STATE);
        release(made, 0);
        assert_int_equal(assign(made, 0, TEAM_ANNOTATOR), allowed ? ANNOPROJ_OK : ANNOPROJ_STATE);
        release(made, 0);
        assert_int_equal(start(made, TEAM_ANNOTATOR, "second", &task, &reason), ANNOPROJ_OK);
        assert_int_equal(task, made->first_task + !allowed); /* the other one when this one is barred */
        release(made, !allowed);
        assert_int_equal(start(made, TEAM_MANAGER, "second", &task, &reason), ANNOPROJ_OK);
        assert_int_equal(task, made->first_task);
        if (!allowed) { /* the rule holds for managers at start, and does not otherwise */
            assert_int_equal(assign(made, 0, TEAM_BOTH), ANNOPROJ_OK);
            assert_int_equal(start(made, TEAM_MANAGER, "second", &task, &reason), ANNOPROJ_NONE);
            assert_int_equal(reason, ANNOPROJ_QUEUE_WORKED_ON_BY_YOU);
            assert_int_equal(initiate(made, TEAM_MANAGER, 1), ANNOPROJ_OK);
            release(made, 1);
            assert_int_equal(assign(made, 1, TEAM_MANAGER), ANNOPROJ_OK);
        }
        assert_int_equal(team_differences(made), 0);
        team_free(made);
    }
}

/* A task that came back by a reject is theirs to correct, whatever they did before. */
static void test_returned_tasks_may_be_taken_again(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = two_stages(1, TWO_STAGES(""));
    char word[64];
    submit(made, TEAM_ANNOTATOR, 0);
    submit(made, TEAM_BOTH, 0);
    annoproj_task *task = team_task(made, TEAM_REVIEWER, 0), *seen = team_task(made, TEAM_ADMIN, 0);
    assert_ok(annoproj_task_reject(task, NULL, NULL, &error), error);
    assert_int_equal(team_cell(seen, "assignee"), made->users[TEAM_BOTH]);
    assert_string_equal(team_word(seen, "status", word), "reopened");
    release(made, 0);
    assert_int_equal(initiate(made, TEAM_ANNOTATOR, 0), ANNOPROJ_OK);
    annoproj_task_close(task);
    annoproj_task_close(seen);
    team_free(made);
}

/* Off: who submitted may review. On: at start nobody who submitted, by initiate or assignment admins and team managers. */
static void test_reviewer_not_submitter(void **state) {
    (void)state;
    for (int barred = 0; barred < 2; barred++) {
        team *made = team_new(2, "", barred ? "\"reviewer_not_submitter\":true" : "");
        int64_t task = 0;
        annoproj_queue_reason reason = 0;
        submit(made, TEAM_BOTH, 0);
        submit(made, TEAM_ADMIN, 1);
        assert_int_equal(initiate(made, TEAM_BOTH, 0), barred ? ANNOPROJ_STATE : ANNOPROJ_OK);
        release(made, 0);
        assert_int_equal(assign(made, 0, TEAM_BOTH), barred ? ANNOPROJ_STATE : ANNOPROJ_OK);
        assert_int_equal(assign(made, 0, TEAM_REVIEWER), ANNOPROJ_OK);
        assert_int_equal(start(made, TEAM_ADMIN, "review", &task, &reason), barred ? ANNOPROJ_NONE : ANNOPROJ_OK);
        if (barred)
            assert_int_equal(reason, ANNOPROJ_QUEUE_SUBMITTED_BY_YOU);
        assert_int_equal(initiate(made, TEAM_ADMIN, 1), ANNOPROJ_OK);
        release(made, 1);
        assert_int_equal(assign(made, 1, TEAM_ADMIN), ANNOPROJ_OK);
        team_free(made);
    }
}

/* On: a rejected task goes to its last submitter, as long as they belong to the stage. */
static void test_rejected_tasks_of_who_left(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "\"strict_review\":false");
    submit(made, TEAM_ANNOTATOR, 0);
    submit(made, TEAM_BOTH, 1);
    assert_ok(annoproj_collaborator_remove(made->host_project, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    for (int64_t i = 0; i < 2; i++) {
        annoproj_task *task = team_task(made, TEAM_REVIEWER, i), *seen = team_task(made, TEAM_ADMIN, i);
        assert_ok(annoproj_task_reject(task, NULL, NULL, &error), error);
        assert_int_equal(team_cell(seen, "assignee"), INT64_MIN);
        assert_int_equal(team_cell(seen, "stage"), made->annotate);
        annoproj_task_close(task);
        annoproj_task_close(seen);
    }
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members),
        cmocka_unit_test(test_hide_unassigned_in_review),
        cmocka_unit_test(test_allow_reassessment),
        cmocka_unit_test(test_returned_tasks_may_be_taken_again),
        cmocka_unit_test(test_reviewer_not_submitter),
        cmocka_unit_test(test_rejected_tasks_of_who_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
