/* Sixteen threads whose commands share one commit: each gets its own result, and what goes wrong with one - refused,
 * cancelled, late, or with a disk that is full - is no other's business. */
#include "store_support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "gate_support.h"
#include "handle.h"
#include "log_faults_support.h"
#include "store_state.h"
#include "team.h"

#define GROUP 16

static int64_t commits(store *of) {
    return ask_value(of, "SELECT commit_seq FROM store_state");
}

/* --- through the public functions ------------------------------------------------------------------------------ */

typedef struct request {
    annoproj_status (*run)(struct request *, annoproj_error **);
    annoproj_status expected;
    const char *says; /* in its message; NULL = no error */
    annoproj_project *project;
    annoproj_session *session;
    annoproj_stage *stage;
    annoproj_task *task;
    int64_t result;
    annoproj_status status;
    char message[400];
    pthread_t thread;
} request;

static annoproj_status submit(request *of, annoproj_error **error) {
    return annoproj_task_submit(of->task, NULL, NULL, error);
}

static annoproj_status start(request *of, annoproj_error **error) {
    annoproj_task *task = NULL;
    annoproj_queue_reason reason = ANNOPROJ_QUEUE_EMPTY;
    annoproj_status status = annoproj_stage_start_next(of->stage, NULL, NULL, &task, &reason, error);
    of->result = annoproj_task_id(task);
    annoproj_task_close(task);
    return status;
}

static annoproj_status skip_it(request *of, annoproj_error **error) {
    return annoproj_task_skip(of->task, NULL, error);
}

static annoproj_status approve(request *of, annoproj_error **error) {
    return annoproj_task_approve(of->task, NULL, NULL, error);
}

static annoproj_status assign(request *of, annoproj_error **error) {
    return annoproj_task_assign(of->task, annoproj_session_user(of->session), NULL, error);
}

static annoproj_status prioritise(request *of, annoproj_error **error) {
    return annoproj_task_set_priority(of->task, 90, NULL, error);
}

static annoproj_status write_late(request *of, annoproj_error **error) {
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    options.version = 77;
    annoproj_status status = annoproj_labels_write(of->task, &changes, &options, NULL, &written, error);
    annoproj_table_free(written);
    return status;
}

static annoproj_status complain(request *of, annoproj_error **error) {
    return annoproj_issue_create(of->task, "blurred", NULL, NULL, &of->result, error);
}

static annoproj_status begin(request *of, annoproj_error **error) {
    return annoproj_project_set_status(of->project, ANNOPROJ_PROJECT_IN_PROGRESS, NULL, error);
}

static annoproj_status demote_last_admin(request *of, annoproj_error **error) {
    return annoproj_collaborator_set_role(of->project, annoproj_session_user(of->session), ANNOPROJ_ROLE_ANNOTATOR,
                                          NULL, error);
}

static annoproj_status make_user(request *of, annoproj_error **error) {
    return annoproj_user_create(of->session, "both@x.org", "Another", ANNOPROJ_ORG_MEMBER, NULL, &of->result, error);
}

static annoproj_status move_back(request *of, annoproj_error **error) {
    return annoproj_task_move(of->task, annoproj_stage_id(of->stage), NULL, error);
}

static void *request_main(void *argument) {
    request *one = argument;
    annoproj_error *error = NULL;
    one->status = one->run(one, &error);
    snprintf(one->message, sizeof one->message, "%s", annoproj_error_message(error));
    annoproj_error_free(error);
    return NULL;
}

static annoproj_stage *open_stage(team *made, enum member who) {
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_stage_open(made->projects[who], "annotate", NULL, &stage, &error), error);
    return stage;
}

static annoproj_task *taken(team *made, enum member who, int64_t number) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, who, number);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    return task;
}

static store *inside(team *made) {
    annoproj_error *error = NULL;
    body *entered = NULL;
    assert_ok(handle_enter(made->store, HANDLE_STORE, "store", &entered, &error), error);
    return (store *)entered;
}

/* In their order, in one commit. */
static void ask_together(store *of, request *group) {
    gate at;
    const int64_t before = commits(of);
    gate_close(&at, of);
    for (int i = 0; i < GROUP; i++) {
        assert_int_equal(pthread_create(&group[i].thread, NULL, request_main, &group[i]), 0);
        wait_for_queued(of, i + 1);
    }
    gate_open(&at);
    for (int i = 0; i < GROUP; i++)
        pthread_join(group[i].thread, NULL);
    assert_int_equal(commits(of), before + 1);
}

static void test_each_has_its_own_result(void **unused) {
    (void)unused;
    team *made = team_new(20, "", "");
    store *of = inside(made);
    annoproj_session **who = made->sessions;
    annoproj_project **in = made->projects;
    annoproj_task *held = team_task(made, TEAM_BOTH, 4);
    annoproj_task_close(taken(made, TEAM_ANNOTATOR, 4)); /* now another's */
    request group[GROUP] = {
        {.run = submit, .task = taken(made, TEAM_ANNOTATOR, 0)},
        {.run = start, .stage = open_stage(made, TEAM_BOTH)},
        {.run = assign, .expected = ANNOPROJ_PERMISSION, .says = "assign", .task = team_task(made, TEAM_ANNOTATOR, 1)},
        {.run = submit, .expected = ANNOPROJ_CONFLICT, .says = "assigned", .task = held},
        {.run = skip_it, .task = taken(made, TEAM_ANNOTATOR, 2)},
        {.run = approve, .expected = ANNOPROJ_STATE, .says = "review", .task = team_task(made, TEAM_ADMIN, 3)},
        {.run = write_late, .expected = ANNOPROJ_CONFLICT, .says = "version", .task = taken(made, TEAM_ANNOTATOR, 5)},
        {.run = prioritise, .task = team_task(made, TEAM_MANAGER, 6)},
        {.run = prioritise, .expected = ANNOPROJ_PERMISSION, .says = "priority", .task = team_task(made, TEAM_BOTH, 7)},
        {.run = complain, .task = team_task(made, TEAM_BOTH, 8)},
        {.run = demote_last_admin, .expected = ANNOPROJ_STATE, .says = "admin"},
        {.run = begin},
        {.run = make_user, .expected = ANNOPROJ_EXISTS, .says = "both@x.org", .session = made->host},
        {.run = move_back,
         .expected = ANNOPROJ_STATE,
         .says = "already",
         .stage = open_stage(made, TEAM_ADMIN),
         .task = team_task(made, TEAM_ADMIN, 9)},
        {.run = start, .stage = open_stage(made, TEAM_ANNOTATOR)},
        {.run = submit, .task = taken(made, TEAM_BOTH, 10)},
    };
    group[2].session = group[10].session = who[TEAM_ADMIN];
    group[10].project = group[11].project = in[TEAM_ADMIN];
    ask_together(of, group);
    for (int i = 0; i < GROUP; i++) {
        if (group[i].status != group[i].expected || (group[i].says && !strstr(group[i].message, group[i].says)) ||
            (!group[i].says && group[i].message[0]))
            fail_msg("request %d: %s: %s", i, annoproj_status_name(group[i].status), group[i].message);
    }
    annoproj_task *sent = team_task(made, TEAM_ADMIN, 10), *kept = team_task(made, TEAM_ADMIN, 7),
                  *first = team_task(made, TEAM_ADMIN, 6);
    assert_int_equal(team_cell(sent, "stage"), made->review);
    assert_int_equal(team_cell(kept, "priority"), 50);
    assert_int_equal(team_cell(first, "priority"), 90);
    /* One's own comes first, but the second start came when the priority of another had been raised. */
    assert_int_equal(group[1].result, made->first_task + 10);
    assert_int_equal(group[14].result, made->first_task + 6);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(sent);
    annoproj_task_close(kept);
    annoproj_task_close(first);
    for (int i = 0; i < GROUP; i++) {
        annoproj_task_close(group[i].task);
        annoproj_stage_close(group[i].stage);
    }
    body_release(&of->body);
    team_free(made);
}

/* The status of a task is decided where it changes: of many who submit one, the first does. */
static void test_sixteen_submits_of_one_task(void **unused) {
    (void)unused;
    team *made = team_new(1, "", "");
    store *of = inside(made);
    request group[GROUP] = {{.run = submit, .task = taken(made, TEAM_BOTH, 0)}};
    annoproj_error *error = NULL;
    annoproj_query *query = NULL;
    annoproj_table *actions = NULL;
    for (int i = 1; i < GROUP; i++)
        group[i] = group[0];
    ask_together(of, group);
    for (int i = 0; i < GROUP; i++)
        assert_int_equal(group[i].status, i == 0 ? ANNOPROJ_OK : ANNOPROJ_STATE); /* it is in review */
    assert_int_equal(team_cell(group[0].task, "stage"), made->review);
    assert_ok(annoproj_query_open(made->host_project, NULL, NULL, &query, &error), error);
    assert_ok(annoproj_query_task_actions(query, NULL, &actions, &error), error);
    assert_int_equal(annoproj_table_int64(actions, 0, annoproj_table_column_index(actions, "submitted")), 1);
    assert_int_equal(team_differences(made), 0);
    annoproj_table_free(actions);
    annoproj_query_close(query);
    annoproj_task_close(group[0].task);
    body_release(&of->body);
    team_free(made);
}

/* --- bodies of the test's own ---------------------------------------------------------------------------------- */

typedef struct member_of {
    pthread_t thread;
    write_body body;
    insert what; /* first: bodies get its address */
    bounds call;
    annoproj_cancel *cancel;
    struct member_of *other; /* whom the body does something to */
    annoproj_status status, expected;
    store *of;
} member_of;

static member_of *whose(void *argument) {
    return (member_of *)((char *)argument - offsetof(member_of, what));
}

static void *member_main(void *argument) {
    member_of *one = argument;
    annoproj_error *error = NULL;
    one->status = store_write(one->of, &one->call, one->body, &one->what, &error);
    annoproj_error_free(error);
    return NULL;
}

static char *path;
static store *of;

static int set_up(void **unused) {
    (void)unused;
    static int number;
    char name[40];
    snprintf(name, sizeof name, "group-%d.annoproj", number++);
    path = scratch_path(name);
    of = make_test_store(path);
    hook_log(of);
    return 0;
}

static int tear_down(void **unused) {
    (void)unused;
    syncs_to_fail = writes_to_fail = 0;
    close_test_store(of);
    free(path);
    return 0;
}

/* All insert a row and can be cancelled. */
static void gather(member_of *group) {
    for (int i = 0; i < GROUP; i++) {
        group[i] = (member_of){.of = of, .body = insert_body, .what = {.actor = i + 1, .key = "row"}};
        assert_int_equal(annoproj_cancel_new(&group[i].cancel, NULL), ANNOPROJ_OK);
        annoproj_call outside = {.size = sizeof outside, .timeout_us = -1, .cancel = group[i].cancel};
        assert_int_equal(bounds_begin(&group[i].call, &outside, NULL), ANNOPROJ_OK);
    }
}

/* Behind a gate, in order; the log fails as told from when the gate opens. Then each has what is expected of it. */
static void run_together(member_of *group, int writes, int syncs) {
    gate at;
    gate_close(&at, of);
    for (int i = 0; i < GROUP; i++) {
        assert_int_equal(pthread_create(&group[i].thread, NULL, member_main, &group[i]), 0);
        wait_for_queued(of, i + 1);
    }
    writes_to_fail = writes;
    syncs_to_fail = syncs;
    gate_open(&at);
    for (int i = 0; i < GROUP; i++)
        pthread_join(group[i].thread, NULL);
    writes_to_fail = syncs_to_fail = 0;
    for (int i = 0; i < GROUP; i++) {
        if (group[i].status != group[i].expected)
            fail_msg("member %d: %s, not %s", i, annoproj_status_name(group[i].status),
                     annoproj_status_name(group[i].expected));
        assert_int_equal(count_rows(of, i + 1), group[i].expected == ANNOPROJ_OK ? 1 : 0);
        bounds_end(&group[i].call);
        annoproj_cancel_free(group[i].cancel);
    }
}

/* Cancels another, whose turn is still to come. */
static annoproj_status cancel_other(writer *work, void *argument, annoproj_error **error) {
    annoproj_cancel_trigger(whose(argument)->other->cancel, NULL);
    return insert_body(work, argument, error);
}

/* Is cancelled when the first of its two rows is there. */
static annoproj_status cancelled_between(writer *work, void *argument, annoproj_error **error) {
    member_of *one = whose(argument);
    annoproj_status status = insert_body(work, argument, error);
    insert second = {.actor = one->what.actor, .key = "second"};
    annoproj_cancel_trigger(one->cancel, NULL);
    return status == ANNOPROJ_OK ? insert_body(work, &second, error) : status;
}

static void test_cancel_of_one(void **unused) {
    (void)unused;
    member_of group[GROUP];
    gather(group);
    const int64_t before = commits(of);
    group[3].body = cancel_other;
    group[3].other = &group[9];
    group[6].body = cancelled_between;
    group[6].expected = group[9].expected = ANNOPROJ_CANCELLED;
    run_together(group, 0, 0);
    assert_int_equal(group[6].what.runs, 1);
    assert_int_equal(group[9].what.runs, 0);
    assert_int_equal(commits(of), before + 1);
}

/* Refused when it sees what was taken back of another. */
static annoproj_status refuse_after_other(writer *work, void *argument, annoproj_error **error) {
    const member_of *one = whose(argument);
    int64_t rows = 0;
    statement *ask = sql(work->database, "SELECT count(*) FROM request WHERE actor = ?1");
    bind_int64(ask, one->other->what.actor);
    rows = sql_row(ask) ? column_int64(ask, 0) : -1;
    annoproj_status status = sql_end(ask, error);
    if (status == ANNOPROJ_OK && rows != 0)
        status = fail(error, ANNOPROJ_EXISTS, "the other's row is there");
    return status == ANNOPROJ_OK ? insert_body(work, argument, error) : status;
}

/* Who is refused behind a change takes that back and nothing else, and nobody ever acts on it. */
static void test_refused_behind_a_change(void **unused) {
    (void)unused;
    member_of group[GROUP];
    gather(group);
    const int64_t before = commits(of);
    group[2].what.then = group[2].expected = ANNOPROJ_CONFLICT;
    group[8].what.then = group[8].expected = ANNOPROJ_DATA;
    group[5].body = refuse_after_other;
    group[5].other = &group[2];
    group[6].body = refuse_after_other;
    group[6].other = &group[4];
    group[6].expected = ANNOPROJ_EXISTS;
    run_together(group, 0, 0);
    assert_int_equal(commits(of), before + 1);
}

/* Nor does a refusal that has changed nothing make others run again. */
static void test_refused_before_a_change(void **unused) {
    (void)unused;
    member_of group[GROUP];
    gather(group);
    const int64_t before = commits(of);
    group[6].body = refuse_after_other;
    group[6].other = &group[4];
    group[6].expected = ANNOPROJ_EXISTS;
    run_together(group, 0, 0);
    for (int i = 0; i < GROUP; i++)
        assert_int_equal(group[i].what.runs, i == 6 ? 0 : 1);
    assert_int_equal(commits(of), before + 1);
}

/* The other's time is up before its turn comes. */
static annoproj_status outlast_other(writer *work, void *argument, annoproj_error **error) {
    whose(argument)->other->call.until_us = 0;
    return insert_body(work, argument, error);
}

static void test_deadline_of_one(void **unused) {
    (void)unused;
    member_of group[GROUP];
    gather(group);
    const int64_t before = commits(of);
    group[0].body = outlast_other;
    group[0].other = &group[15];
    group[15].expected = ANNOPROJ_TIMEOUT;
    run_together(group, 0, 0);
    assert_int_equal(group[15].what.runs, 0);
    assert_int_equal(commits(of), before + 1);
}

/* Without a commit for all, each has one of its own. */
static void test_a_commit_that_fails_once(void **unused) {
    (void)unused;
    for (int writes = 0; writes < 2; writes++) {
        member_of group[GROUP];
        gather(group);
        run_together(group, writes, !writes);
        for (int i = 0; i < GROUP; i++)
            assert_int_equal(group[i].what.runs, 2);
        assert_int_equal(ask_value(of, "SELECT count(*) FROM request"), GROUP);
        tear_down(NULL);
        set_up(NULL);
    }
}

static void test_a_disk_that_stays_full(void **unused) {
    (void)unused;
    member_of group[GROUP];
    gather(group);
    const int64_t before = commits(of);
    for (int i = 0; i < GROUP; i++)
        group[i].expected = ANNOPROJ_FULL;
    group[4].what.then = group[4].expected = ANNOPROJ_CONFLICT; /* its own reason, which needs no disk */
    run_together(group, -1, 0);
    assert_int_equal(commits(of), before);
    gather(group);
    run_together(group, 0, 0);
    assert_int_equal(commits(of), before + 1);
}

/* More than the cache holds, and there is no room for it: SQLite ends the whole transaction. */
static annoproj_status fill_disk(writer *work, void *argument, annoproj_error **error) {
    annoproj_status status = insert_body(work, argument, error);
    writes_to_fail = -1;
    for (int i = 0; i < 4 && status == ANNOPROJ_OK; i++) {
        statement *much = sql(work->database,
                              "INSERT INTO request(actor, key, operation, argument_hash, result, created_us)"
                              " VALUES(99, ?1, 0, 0, zeroblob(12000000), 0)");
        bind_int64(much, i);
        status = sql_run(much, error);
    }
    writes_to_fail = 0;
    return status;
}

static void test_one_fills_the_disk(void **unused) {
    (void)unused;
    member_of group[GROUP];
    gather(group);
    group[7].body = fill_disk;
    group[7].expected = ANNOPROJ_FULL;
    group[11].what.then = group[11].expected = ANNOPROJ_PERMISSION;
    run_together(group, 0, 0);
    assert_int_equal(group[0].what.runs, 2);  /* its transaction was gone */
    assert_int_equal(group[15].what.runs, 1); /* its turn had not come */
    assert_int_equal(count_rows(of, 99), 0);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_has_its_own_result),
        cmocka_unit_test(test_sixteen_submits_of_one_task),
        WITH_STORE(test_cancel_of_one),
        WITH_STORE(test_refused_behind_a_change),
        WITH_STORE(test_refused_before_a_change),
        WITH_STORE(test_deadline_of_one),
        WITH_STORE(test_a_commit_that_fails_once),
        WITH_STORE(test_a_disk_that_stays_full),
        WITH_STORE(test_one_fills_the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
