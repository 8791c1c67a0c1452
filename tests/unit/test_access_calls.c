/* Every public function of sessions, users, datasets, projects and collaborators, against what any of them must answer:
 * a missing or stale handle, no place for the result, a triggered cancel, an expired deadline, a closed store; and
 * nothing may be changed by it. Then the repeat of a change under one request key. */
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "team.h"

/* What a call is made on and with. */
typedef struct frame {
    team *made;
    annoproj_session *session;
    annoproj_project *project;
    const annoproj_call *call;
    bool without_result;
    int64_t number; /* of the result, to compare repeats */
    annoproj_table *table;
    annoproj_error *error;
} frame;

static const char workflow[] =
    "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\",\"edges\":{\"submit\":"
    "\"d\"}},{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";

static int64_t *number_of(frame *of) {
    of->number = of->without_result ? 0 : -7;
    return of->without_result ? NULL : &of->number;
}

static annoproj_table **table_of(frame *of) {
    of->table = NULL;
    return of->without_result ? NULL : &of->table;
}

static annoproj_status session_can(frame *of) {
    bool can = true;
    annoproj_status status = annoproj_session_can(of->session, of->project, ANNOPROJ_OPERATION_QUEUE, of->call,
                                                  of->without_result ? NULL : &can, &of->error);
    of->number = can;
    return status;
}

static annoproj_status user_create(frame *of) {
    return annoproj_user_create(of->session, "new@x.org", "New", ANNOPROJ_ORG_MEMBER, of->call, number_of(of),
                                &of->error);
}

static annoproj_status user_update(frame *of) {
    return annoproj_user_update(of->session, of->made->users[TEAM_BOTH], "Renamed", ANNOPROJ_ORG_MEMBER, of->call,
                                &of->error);
}

static annoproj_status user_disable(frame *of) {
    return annoproj_user_disable(of->session, of->made->users[TEAM_BOTH], of->call, &of->error);
}

static annoproj_status user_enable(frame *of) {
    return annoproj_user_enable(of->session, of->made->users[TEAM_BOTH], of->call, &of->error);
}

static annoproj_status user_get(frame *of) {
    return annoproj_user_get(of->session, of->made->users[TEAM_BOTH], of->call, table_of(of), &of->error);
}

static annoproj_status users_get(frame *of) {
    return annoproj_users_get(of->session, of->made->users, TEAM_SIZE, of->call, table_of(of), &of->error);
}

static annoproj_status user_list(frame *of) {
    return annoproj_user_list(of->session, of->call, table_of(of), &of->error);
}

static annoproj_status dataset_create(frame *of) {
    return annoproj_dataset_create(of->session, "New", "", of->call, number_of(of), &of->error);
}

static annoproj_status dataset_get(frame *of) {
    return annoproj_dataset_get(of->session, of->made->dataset, of->call, table_of(of), &of->error);
}

static annoproj_status datasets_get(frame *of) {
    return annoproj_datasets_get(of->session, &of->made->dataset, 1, of->call, table_of(of), &of->error);
}

static annoproj_status dataset_list(frame *of) {
    return annoproj_dataset_list(of->session, of->call, table_of(of), &of->error);
}

static annoproj_status data_units_add(frame *of) {
    const int64_t offsets[] = {0, 5};
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    units.count = 1;
    units.text = "x.png";
    units.text_length = 5;
    units.title_offsets = offsets;
    return annoproj_data_units_add(of->session, of->made->dataset, &units, of->call, number_of(of), &of->error);
}

static annoproj_status data_unit_get(frame *of) {
    return annoproj_data_unit_get(of->session, (of->made->dataset << 32) + 1, of->call, table_of(of), &of->error);
}

static annoproj_status data_units_get(frame *of) {
    int64_t id = (of->made->dataset << 32) + 1;
    return annoproj_data_units_get(of->session, &id, 1, of->call, table_of(of), &of->error);
}

static annoproj_status data_unit_list(frame *of) {
    return annoproj_data_unit_list(of->session, of->made->dataset, NULL, of->call, table_of(of), &of->error);
}

static annoproj_status project_create(frame *of) {
    annoproj_project *project = NULL;
    annoproj_status status = annoproj_project_create(of->session, "New", of->made->ontology, workflow, NULL, of->call,
                                                     of->without_result ? NULL : &project, &of->error);
    of->number = annoproj_project_id(project);
    annoproj_project_close(project);
    return status;
}

static annoproj_status project_open(frame *of) {
    annoproj_project *project = NULL;
    annoproj_status status = annoproj_project_open(of->session, of->made->project, of->call,
                                                   of->without_result ? NULL : &project, &of->error);
    of->number = annoproj_project_id(project);
    annoproj_project_close(project);
    return status;
}

static annoproj_status project_get(frame *of) {
    return annoproj_project_get(of->project, of->call, table_of(of), &of->error);
}

static annoproj_status projects_get(frame *of) {
    return annoproj_projects_get(of->session, &of->made->project, 1, of->call, table_of(of), &of->error);
}

static annoproj_status project_list(frame *of) {
    return annoproj_project_list(of->session, NULL, of->call, table_of(of), &of->error);
}

static annoproj_status project_update(frame *of) {
    return annoproj_project_update(of->project, "Renamed", NULL, of->call, &of->error);
}

static annoproj_status project_set_status(frame *of) {
    return annoproj_project_set_status(of->project, ANNOPROJ_PROJECT_IN_PROGRESS, of->call, &of->error);
}

static annoproj_status detach(frame *of) {
    return annoproj_project_detach_dataset(of->project, of->made->dataset, of->call, number_of(of), &of->error);
}

static annoproj_status attach(frame *of) {
    return annoproj_project_attach_dataset(of->project, of->made->dataset, of->call, number_of(of), &of->error);
}

static annoproj_status project_datasets(frame *of) {
    return annoproj_project_datasets(of->project, of->call, table_of(of), &of->error);
}

static annoproj_status project_tabs(frame *of) {
    return annoproj_project_tabs(of->project, of->call, table_of(of), &of->error);
}

static annoproj_status set_role(frame *of) {
    return annoproj_collaborator_set_role(of->project, of->made->users[TEAM_BOTH], ANNOPROJ_ROLE_REVIEWER, of->call,
                                          &of->error);
}

static annoproj_status collaborator_remove(frame *of) {
    return annoproj_collaborator_remove(of->project, of->made->users[TEAM_BOTH], of->call, &of->error);
}

static annoproj_status collaborator_add(frame *of) {
    return annoproj_collaborator_add(of->project, of->made->users[TEAM_BOTH], ANNOPROJ_ROLE_ANNOTATOR, of->call,
                                     &of->error);
}

static annoproj_status collaborator_list(frame *of) {
    return annoproj_collaborator_list(of->project, of->call, table_of(of), &of->error);
}

/* In an order in which each change finds something to do. */
static const struct {
    const char *name;
    annoproj_status (*run)(frame *of);
    bool on_project, writes, has_result;
    annoproj_status again; /* of the same change without a key */
} functions[] = {
    {"session_can", session_can, false, false, true, ANNOPROJ_OK},
    {"user_create", user_create, false, true, true, ANNOPROJ_EXISTS},
    {"user_update", user_update, false, true, false, ANNOPROJ_OK},
    {"user_disable", user_disable, false, true, false, ANNOPROJ_OK},
    {"user_enable", user_enable, false, true, false, ANNOPROJ_OK},
    {"user_get", user_get, false, false, true, ANNOPROJ_OK},
    {"users_get", users_get, false, false, true, ANNOPROJ_OK},
    {"user_list", user_list, false, false, true, ANNOPROJ_OK},
    {"dataset_create", dataset_create, false, true, true, ANNOPROJ_OK},
    {"dataset_get", dataset_get, false, false, true, ANNOPROJ_OK},
    {"datasets_get", datasets_get, false, false, true, ANNOPROJ_OK},
    {"dataset_list", dataset_list, false, false, true, ANNOPROJ_OK},
    {"data_units_add", data_units_add, false, true, true, ANNOPROJ_OK},
    {"data_unit_get", data_unit_get, false, false, true, ANNOPROJ_OK},
    {"data_units_get", data_units_get, false, false, true, ANNOPROJ_OK},
    {"data_unit_list", data_unit_list, false, false, true, ANNOPROJ_OK},
    {"project_create", project_create, false, true, true, ANNOPROJ_OK},
    {"project_open", project_open, false, false, true, ANNOPROJ_OK},
    {"project_get", project_get, true, false, true, ANNOPROJ_OK},
    {"projects_get", projects_get, false, false, true, ANNOPROJ_OK},
    {"project_list", project_list, false, false, true, ANNOPROJ_OK},
    {"project_update", project_update, true, true, false, ANNOPROJ_OK},
    {"project_set_status", project_set_status, true, true, false, ANNOPROJ_OK},
    {"project_detach_dataset", detach, true, true, true, ANNOPROJ_NOT_FOUND},
    {"project_attach_dataset", attach, true, true, true, ANNOPROJ_EXISTS},
    {"project_datasets", project_datasets, true, false, true, ANNOPROJ_OK},
    {"project_tabs", project_tabs, true, false, true, ANNOPROJ_OK},
    {"collaborator_set_role", set_role, true, true, false, ANNOPROJ_OK},
    {"collaborator_remove", collaborator_remove, true, true, false, ANNOPROJ_NOT_FOUND},
    {"collaborator_add", collaborator_add, true, true, false, ANNOPROJ_OK},
    {"collaborator_list", collaborator_list, true, false, true, ANNOPROJ_OK},
};
#define FUNCTION_COUNT (sizeof functions / sizeof functions[0])

static int64_t commits(team *made) {
    annoproj_table *info = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_store_info(made->host, NULL, &info, &error), error);
    int64_t count = annoproj_table_int64(info, 0, annoproj_table_column_index(info, "commit_seq"));
    annoproj_table_free(info);
    return count;
}

static frame make_frame(team *made) {
    return (frame){.made = made, .session = made->sessions[TEAM_ADMIN], .project = made->projects[TEAM_ADMIN]};
}

/* The status, an error object that agrees, and no result. */
static void expect_failure(size_t i, frame *of, annoproj_status expected) {
    annoproj_status status = functions[i].run(of);
    if (status != expected) {
        fail_msg("%s: %s instead of %s", functions[i].name, annoproj_status_name(status),
                 annoproj_status_name(expected));
    }
    assert_int_equal(annoproj_error_status(of->error), expected);
    assert_true(annoproj_error_message(of->error)[0] != 0);
    annoproj_error_free(of->error);
    of->error = NULL;
    assert_null(of->table);
    assert_int_equal(of->number, 0);
}

static void test_refused_calls_change_nothing(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    annoproj_session *closed_session = NULL;
    annoproj_project *closed_project = NULL;
    annoproj_cancel *cancel = NULL;
    annoproj_call cancelled = ANNOPROJ_CALL_INIT, late = ANNOPROJ_CALL_INIT, wrong = ANNOPROJ_CALL_INIT;
    assert_ok(annoproj_session_open(made->store, made->users[0], NULL, NULL, &closed_session, &error), error);
    assert_ok(annoproj_project_open(closed_session, made->project, NULL, &closed_project, &error), error);
    annoproj_session_close(closed_session);
    annoproj_project_close(closed_project);
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    cancelled.cancel = cancel;
    late.timeout_us = 1;
    wrong.request_key = "";
    int64_t before = commits(made);
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        frame of = make_frame(made);
        of.call = &cancelled;
        expect_failure(i, &of, ANNOPROJ_CANCELLED);
        of.call = &late;
        expect_failure(i, &of, ANNOPROJ_TIMEOUT);
        of.call = &wrong;
        expect_failure(i, &of, ANNOPROJ_INVALID);
        of = make_frame(made);
        if (functions[i].has_result) {
            of.without_result = true;
            annoproj_status status = functions[i].run(&of);
            assert_int_equal(status, ANNOPROJ_INVALID);
            annoproj_error_free(of.error);
        }
        of = make_frame(made);
        of.session = NULL;
        of.project = functions[i].on_project ? NULL : of.project;
        expect_failure(i, &of, ANNOPROJ_INVALID);
        of.session = closed_session;
        of.project = functions[i].on_project ? closed_project : of.project;
        expect_failure(i, &of, ANNOPROJ_INVALID);
        of.session = (annoproj_session *)made->projects[TEAM_ADMIN]; /* of another type */
        of.project = functions[i].on_project ? (annoproj_project *)made->sessions[TEAM_ADMIN] : of.project;
        expect_failure(i, &of, ANNOPROJ_INVALID);
    }
    assert_int_equal(commits(made), before);
    assert_int_equal(team_differences(made), 0);
    annoproj_cancel_free(cancel);
    team_free(made);
}

static void test_repeats_under_a_key(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        annoproj_call call = ANNOPROJ_CALL_INIT;
        frame first = make_frame(made), again = make_frame(made), other = make_frame(made);
        call.request_key = functions[i].name;
        first.call = again.call = &call;
        annoproj_status status = functions[i].run(&first);
        if (status != ANNOPROJ_OK) {
            fail_msg("%s: %s", functions[i].name, annoproj_error_message(first.error));
        }
        annoproj_table_free(first.table);
        if (!functions[i].writes) {
            continue;
        }
        int64_t before = team_differences(made);
        assert_int_equal(functions[i].run(&again), ANNOPROJ_OK);
        assert_null(again.error);
        assert_int_equal(again.number, first.number);
        /* Without the key it is a new change. */
        assert_int_equal(functions[i].run(&other), functions[i].again);
        annoproj_error_free(other.error);
        assert_int_equal(team_differences(made), before);
        assert_int_equal(before, 0);
    }
    /* One key for two different changes. */
    annoproj_call call = ANNOPROJ_CALL_INIT;
    frame of = make_frame(made);
    call.request_key = "collaborator_add";
    of.call = &call;
    int64_t before = commits(made);
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (functions[i].writes && functions[i].run != collaborator_add) {
            expect_failure(i, &of, ANNOPROJ_CONFLICT);
        }
    }
    assert_int_equal(commits(made), before);
    team_free(made);
}

/* Handles that outlive their store answer STATE. */
static void test_calls_after_the_store_was_closed(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    assert_ok(annoproj_store_close(made->store, NULL, &error), error);
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        frame of = make_frame(made);
        expect_failure(i, &of, ANNOPROJ_STATE);
    }
    made->store = NULL;
    team_free(made);
}

static void test_session_open(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_session *session = NULL;
    annoproj_session_options options = ANNOPROJ_SESSION_OPTIONS_INIT;
    annoproj_cancel *cancel = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_session_open(made->store, 999, NULL, NULL, &session, &error), error);
    assert_null(session);
    assert_status(ANNOPROJ_INVALID, annoproj_session_open(made->store, -1, NULL, NULL, &session, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_session_open(NULL, 0, NULL, NULL, &session, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_session_open(made->store, 0, NULL, NULL, NULL, &error), error);
    options.source = 4;
    assert_status(ANNOPROJ_INVALID, annoproj_session_open(made->store, 0, &options, NULL, &session, &error), error);
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    assert_status(ANNOPROJ_STATE,
                  annoproj_session_open(made->store, made->users[TEAM_BOTH], NULL, NULL, &session, &error), error);
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    call.cancel = cancel;
    assert_status(ANNOPROJ_CANCELLED, annoproj_session_open(made->store, 0, NULL, &call, &session, &error), error);
    assert_null(session);
    options.source = ANNOPROJ_SOURCE_AGENT;
    assert_ok(annoproj_session_open(made->store, made->users[TEAM_ADMIN], &options, NULL, &session, &error), error);
    assert_int_equal(annoproj_session_user(session), made->users[TEAM_ADMIN]);
    annoproj_session_close(session);
    assert_int_equal(annoproj_session_user(session), 0);
    annoproj_session_close(session);
    annoproj_session_close(NULL);
    annoproj_project_close(NULL);
    assert_int_equal(annoproj_project_id(NULL), 0);
    annoproj_cancel_free(cancel);
    team_free(made);
}

/* Closing a parent first leaves its children usable. */
static void test_close_in_any_order(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_task *task = NULL;
    assert_ok(annoproj_session_open(made->store, made->users[TEAM_ADMIN], NULL, NULL, &session, &error), error);
    assert_ok(annoproj_project_open(session, made->project, NULL, &project, &error), error);
    assert_ok(annoproj_task_open(project, made->first_task, NULL, &task, &error), error);
    annoproj_session_close(session);
    annoproj_project_close(project);
    assert_int_equal(annoproj_project_id(project), 0);
    assert_ok(annoproj_task_set_priority(task, 60, NULL, &error), error);
    assert_int_equal(team_cell(task, "priority"), 60);
    annoproj_task_close(task);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused_calls_change_nothing),
        cmocka_unit_test(test_repeats_under_a_key),
        cmocka_unit_test(test_calls_after_the_store_was_closed),
        cmocka_unit_test(test_session_open),
        cmocka_unit_test(test_close_in_any_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
