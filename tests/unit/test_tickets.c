/* Tickets (behaviour §4): they open one task to one collaborator while the project's status is closed for them, and nothing else. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "team.h"
#include "ticket.h"

#define HOUR_US INT64_C(3600000000)

static void set_status(team *made, annoproj_project_status status) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_project_set_status(made->host_project, status, NULL, &error), error);
}

static char *issue(team *made, int64_t number, int64_t user) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ADMIN, number);
    char *pass = NULL;
    assert_ok(annoproj_ticket_issue(task, user, made->now_us + HOUR_US, NULL, &pass, &error), error);
    assert_true(strlen(pass) < 160);
    assert_int_equal(strspn(pass, "0123456789abcdef."), strlen(pass)); /* fit for a link */
    annoproj_task_close(task);
    return pass;
}

static annoproj_status open_with(team *made, int64_t user, const char *pass, annoproj_session **session,
                                 annoproj_error **error) {
    annoproj_session_options options = ANNOPROJ_SESSION_OPTIONS_INIT;
    options.ticket = pass;
    return annoproj_session_open(made->store, user, &options, NULL, session, error);
}

static annoproj_session *guest_of(team *made, int64_t user, const char *pass) {
    annoproj_error *error = NULL;
    annoproj_session *session = NULL;
    assert_ok(open_with(made, user, pass, &session, &error), error);
    return session;
}

static annoproj_task *task_of(annoproj_session *session) {
    annoproj_error *error = NULL;
    annoproj_task *task = NULL;
    assert_ok(annoproj_session_ticket_task(session, NULL, &task, &error), error);
    return task;
}

/* How many events of a kind the project has. */
static int64_t events_of(team *made, const char *kind) {
    annoproj_error *error = NULL;
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    int64_t count = 0;
    assert_ok(annoproj_project_events(made->host_project, 0, NULL, &stream, &error), error);
    while (annoproj_stream_next(stream, NULL, &table, &error) == ANNOPROJ_OK) {
        for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
            count += strcmp(annoproj_table_text(table, row, annoproj_table_column_index(table, "kind")), kind) == 0;
        annoproj_table_free(table);
    }
    annoproj_stream_close(stream);
    return count;
}

/* Everything one does on a task from the initiate to the submit, in every status that is closed for annotators. */
static void test_it_opens_the_task(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(6, "", "");
    int64_t recorded = 0, opened = 0;
    for (int64_t i = 0; i < 3; i++) {
        char *pass = issue(made, i, made->users[TEAM_ANNOTATOR]);
        set_status(made, ANNOPROJ_PROJECT_PAUSED + (int32_t)i);
        annoproj_session *guest = guest_of(made, made->users[TEAM_ANNOTATOR], pass);
        annoproj_task *task = task_of(guest), *without = team_task(made, TEAM_ANNOTATOR, i);
        annoproj_project *project = NULL;
        assert_int_equal(annoproj_task_id(task), made->first_task + i);
        assert_ok(annoproj_project_open(guest, made->project, NULL, &project, &error), error);
        assert_status(ANNOPROJ_STATE, annoproj_task_initiate(without, NULL, &error), error);
        assert_int_equal(events_of(made, "ticket_use"), 7 * i);
        assert_ok(annoproj_task_initiate(task, NULL, &error), error);
        team_draw(made, task, "", 10, NULL); /* goes on without a ticket, too */
        assert_ok(annoproj_issue_create(task, "look", NULL, NULL, &opened, &error), error);
        assert_ok(annoproj_issue_comment(project, opened, "and", NULL, &error), error);
        assert_ok(annoproj_issue_resolve(project, opened, NULL, &error), error);
        assert_ok(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error), error);
        assert_ok(annoproj_task_release(task, NULL, &error), error);
        assert_ok(annoproj_task_skip(task, NULL, &error), error);
        assert_status(ANNOPROJ_STATE, annoproj_task_submit(without, NULL, NULL, &error), error);
        assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
        assert_int_equal(events_of(made, "ticket_use"), 7 * (i + 1));
        set_status(made, ANNOPROJ_PROJECT_IN_PROGRESS);
        annoproj_project_close(project);
        annoproj_task_close(task);
        annoproj_task_close(without);
        annoproj_session_close(guest);
        annoproj_free(pass);
    }
    assert_int_equal(events_of(made, "ticket_issue"), 3);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* Reviewers, too; calls on many tasks stay closed. */
static void test_review_and_bulk(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(3, "", "");
    annoproj_project *project = NULL;
    annoproj_table *outcomes = NULL;
    const int64_t tasks[] = {made->first_task, made->first_task + 1};
    for (int64_t i = 0; i < 2; i++) {
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, i);
        assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
        annoproj_task_close(task);
    }
    char *pass = issue(made, 0, made->users[TEAM_REVIEWER]);
    set_status(made, ANNOPROJ_PROJECT_PAUSED);
    annoproj_session *guest = guest_of(made, made->users[TEAM_REVIEWER], pass);
    assert_ok(annoproj_project_open(guest, made->project, NULL, &project, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_tasks_approve(project, tasks, 2, NULL, false, NULL, &outcomes, &error),
                  error);
    annoproj_task *task = task_of(guest);
    assert_ok(annoproj_task_approve(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    assert_int_equal(events_of(made, "ticket_use"), 1);
    annoproj_project_close(project);
    annoproj_session_close(guest);
    annoproj_free(pass);
    team_free(made);
}

/* Not another task, not the queue, not archived or strict projects, not after its time. */
static void test_what_it_does_not_open(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(3, "", "");
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_task *next = NULL, *other = NULL;
    annoproj_queue_reason reason = 0;
    char *pass = issue(made, 0, made->users[TEAM_ANNOTATOR]);
    annoproj_session *guest = guest_of(made, made->users[TEAM_ANNOTATOR], pass);
    annoproj_task *task = task_of(guest);
    assert_ok(annoproj_project_open(guest, made->project, NULL, &project, &error), error);
    assert_ok(annoproj_task_open(project, made->first_task + 1, NULL, &other, &error), error);
    assert_ok(annoproj_stage_open(project, "annotate", NULL, &stage, &error), error);
    set_status(made, ANNOPROJ_PROJECT_COMPLETED);
    assert_int_equal(annoproj_task_initiate(other, NULL, &error), ANNOPROJ_STATE);
    assert_non_null(strstr(annoproj_error_message(error), "another task"));
    annoproj_error_free(error);
    assert_int_equal(annoproj_stage_start_next(stage, NULL, NULL, &next, &reason, &error), ANNOPROJ_NONE);
    assert_int_equal(reason, ANNOPROJ_QUEUE_PROJECT_STATUS);
    set_status(made, ANNOPROJ_PROJECT_ARCHIVED);
    assert_status(ANNOPROJ_STATE, annoproj_task_initiate(task, NULL, &error), error);
    set_status(made, ANNOPROJ_PROJECT_COMPLETED);
    assert_ok(annoproj_project_setting_set(made->host_project, ANNOPROJ_SETTING_STRICT_STATUS, 1, NULL, &error), error);
    assert_int_equal(annoproj_task_initiate(task, NULL, &error), ANNOPROJ_STATE);
    assert_non_null(strstr(annoproj_error_message(error), "strict_status"));
    annoproj_error_free(error);
    assert_ok(annoproj_project_setting_set(made->host_project, ANNOPROJ_SETTING_STRICT_STATUS, 0, NULL, &error), error);
    made->now_us += HOUR_US - 1;
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    made->now_us += 1;
    assert_int_equal(annoproj_task_skip(task, NULL, &error), ANNOPROJ_STATE);
    assert_non_null(strstr(annoproj_error_message(error), "expired"));
    annoproj_error_free(error);
    annoproj_session *late = NULL;
    assert_status(ANNOPROJ_PERMISSION, open_with(made, made->users[TEAM_ANNOTATOR], pass, &late, &error), error);
    assert_int_equal(events_of(made, "ticket_use"), 1);
    annoproj_stage_close(stage);
    annoproj_task_close(task);
    annoproj_task_close(other);
    annoproj_project_close(project);
    annoproj_session_close(guest);
    annoproj_free(pass);
    team_free(made);
}

/* Role, stage and assignee decide as without it, at every call. */
static void test_it_gives_no_right(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(3, "", "");
    int64_t user = made->users[TEAM_BOTH];
    char *tickets[3] = {issue(made, 0, user), issue(made, 1, user), issue(made, 2, made->users[TEAM_REVIEWER])};
    annoproj_session *guests[3] = {guest_of(made, user, tickets[0]), guest_of(made, user, tickets[1]),
                                   guest_of(made, made->users[TEAM_REVIEWER], tickets[2])};
    annoproj_task *first = task_of(guests[0]), *second = task_of(guests[1]), *unseen = NULL,
                  *theirs = team_task(made, TEAM_MANAGER, 1);
    set_status(made, ANNOPROJ_PROJECT_PAUSED);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_session_ticket_task(guests[2], NULL, &unseen, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_set_priority(first, 3, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_assign(first, user, NULL, &error), error);
    assert_ok(annoproj_task_assign(theirs, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_status(ANNOPROJ_CONFLICT, annoproj_task_submit(second, NULL, NULL, &error), error);
    assert_ok(annoproj_task_initiate(first, NULL, &error), error);
    assert_ok(annoproj_collaborator_set_role(made->host_project, user, ANNOPROJ_ROLE_REVIEWER, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_submit(first, NULL, NULL, &error), error);
    assert_ok(annoproj_collaborator_remove(made->host_project, user, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_submit(first, NULL, NULL, &error), error);
    /* Who comes back needs another ticket. */
    assert_ok(annoproj_collaborator_add(made->host_project, user, ANNOPROJ_ROLE_ANNOTATOR, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_submit(first, NULL, NULL, &error), error);
    char *anew = issue(made, 0, user);
    annoproj_session *again = guest_of(made, user, anew);
    annoproj_task *opened = task_of(again);
    assert_ok(annoproj_task_submit(opened, NULL, NULL, &error), error);
    annoproj_task_close(opened);
    annoproj_session_close(again);
    annoproj_free(anew);
    assert_ok(annoproj_user_disable(made->host, user, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_task_initiate(second, NULL, &error), error);
    for (int i = 0; i < 3; i++) {
        annoproj_session_close(guests[i]);
        annoproj_free(tickets[i]);
    }
    annoproj_task_close(first);
    annoproj_task_close(second);
    annoproj_task_close(theirs);
    team_free(made);
}

/* Every character counts; another's, another store's, another key's pass is none. */
static void test_forgeries(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    int64_t user = made->users[TEAM_ANNOTATOR];
    annoproj_session *session = NULL;
    char *pass = issue(made, 0, user), elsewhere[TICKET_TEXT];
    char changed[200];
    for (size_t i = 0; i < strlen(pass); i++) {
        strcpy(changed, pass);
        changed[i] = changed[i] == '7' ? '8' : '7';
        annoproj_status status = open_with(made, user, changed, &session, NULL);
        assert_true(status == ANNOPROJ_PERMISSION || status == ANNOPROJ_INVALID);
        assert_null(session);
        strcpy(changed, pass);
        changed[i] = 0;
        assert_status(ANNOPROJ_INVALID, open_with(made, user, changed, &session, &error), error);
    }
    const char *const nonsense[] = {"",
                                    "1",
                                    "1.1.1.1",
                                    "ticket",
                                    "2.1.1.1.1.1.",
                                    "1.-1.1.1.1.1.x",
                                    "\xff",
                                    "1.99999999999999999999.1.1.1.1.00000000000000000000000000000000"};
    for (size_t i = 0; i < sizeof nonsense / sizeof *nonsense; i++)
        assert_status(ANNOPROJ_INVALID, open_with(made, user, nonsense[i], &session, &error), error);
    snprintf(changed, sizeof changed, "1.0%s", pass + 2); /* the same numbers, another text */
    assert_status(ANNOPROJ_PERMISSION, open_with(made, user, changed, &session, &error), error);
    assert_status(ANNOPROJ_PERMISSION, open_with(made, made->users[TEAM_BOTH], pass, &session, &error), error);
    assert_status(ANNOPROJ_PERMISSION, open_with(made, 0, pass, &session, &error), error);
    struct ticket same = {.task = made->first_task, .user = user, .expires_us = made->now_us + HOUR_US};
    assert_int_equal(sscanf(pass, "1.%*d.%*d.%*d.%" SCNd64, &same.joined), 1);
    ticket_write(&same, TEAM_TICKET_KEY, "00000000-0000-4000-8000-000000000000", elsewhere);
    assert_status(ANNOPROJ_PERMISSION, open_with(made, user, elsewhere, &session, &error), error);
    for (int i = 0; i < 2; i++) { /* with another key, then with none */
        annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
        options.ticket_key = i == 0 ? "the secret of another host" : NULL;
        assert_ok(annoproj_store_close(made->store, NULL, &error), error);
        assert_ok(annoproj_store_open(made->path, &options, NULL, &made->store, &error), error);
        assert_status(i == 0 ? ANNOPROJ_PERMISSION : ANNOPROJ_STATE, open_with(made, user, pass, &session, &error),
                      error);
    }
    annoproj_free(pass);
    team_free(made);
}

static void test_issuing(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    team *made = team_new(1, "", "");
    annoproj_task *task = team_task(made, TEAM_ADMIN, 0);
    int64_t user = made->users[TEAM_ANNOTATOR], soon = made->now_us + HOUR_US, stranger = 0;
    char *pass = NULL, *again = NULL;
    for (enum member who = TEAM_MANAGER; who < TEAM_SIZE; who++) {
        if (who == TEAM_REVIEWER) /* does not even see the task */
            continue;
        annoproj_task *theirs = team_task(made, who, 0);
        assert_status(ANNOPROJ_PERMISSION, annoproj_ticket_issue(theirs, user, soon, NULL, &pass, &error), error);
        annoproj_task_close(theirs);
    }
    const int64_t wrong[] = {0,         made->now_us, made->now_us - 1, made->now_us + 30 * 24 * HOUR_US + 1,
                             INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_status(ANNOPROJ_INVALID, annoproj_ticket_issue(task, user, wrong[i], NULL, &pass, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_ticket_issue(task, user, soon, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_ticket_issue(NULL, user, soon, NULL, &pass, &error), error);
    assert_ok(annoproj_user_create(made->host, "s@x.org", "S", ANNOPROJ_ORG_MEMBER, NULL, &stranger, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_ticket_issue(task, stranger, soon, NULL, &pass, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_ticket_issue(task, 999, soon, NULL, &pass, &error), error);
    assert_null(pass);
    call.request_key = "once";
    assert_ok(annoproj_ticket_issue(task, user, soon, &call, &pass, &error), error);
    assert_ok(annoproj_ticket_issue(task, user, soon, &call, &again, &error), error);
    assert_string_equal(again, pass);
    assert_int_equal(events_of(made, "ticket_issue"), 1);
    annoproj_free(pass);
    annoproj_free(again);
    assert_ok(annoproj_user_disable(made->host, user, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_ticket_issue(task, user, soon, NULL, &pass, &error), error);
    assert_ok(annoproj_user_enable(made->host, user, NULL, &error), error);
    assert_ok(annoproj_project_setting_set(made->host_project, ANNOPROJ_SETTING_STRICT_STATUS, 1, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_ticket_issue(task, user, soon, NULL, &pass, &error), error);
    annoproj_task *none = NULL;
    assert_status(ANNOPROJ_STATE, annoproj_session_ticket_task(made->host, NULL, &none, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_session_ticket_task(NULL, NULL, &none, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_session_ticket_task(made->host, NULL, NULL, &error), error);
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_store *store = NULL;
    options.ticket_key = "fifteen bytes..";
    assert_status(ANNOPROJ_INVALID, annoproj_store_open(made->path, &options, NULL, &store, &error), error);
    annoproj_task_close(task);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_opens_the_task),
        cmocka_unit_test(test_review_and_bulk),
        cmocka_unit_test(test_what_it_does_not_open),
        cmocka_unit_test(test_it_gives_no_right),
        cmocka_unit_test(test_forgeries),
        cmocka_unit_test(test_issuing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
