/* Users: unique e-mails, org roles, disabling, erasing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support.h"
#include "team.h"

static const char *text_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_text(table, row, annoproj_table_column_index(table, column));
}

static int64_t int_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
}

static void test_create_and_get(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    int64_t user = 0, again = 5;
    assert_ok(
        annoproj_user_create(made->host, "Jane.DOE@X.org", "J\xc3\xa4ne", ANNOPROJ_ORG_ADMIN, NULL, &user, &error),
        error);
    assert_ok(annoproj_user_get(made->host, user, NULL, &table, &error), error);
    assert_int_equal(int_of(table, 0, "user"), user);
    assert_string_equal(text_of(table, 0, "email"), "jane.doe@x.org");
    assert_string_equal(text_of(table, 0, "name"), "J\xc3\xa4ne");
    assert_string_equal(text_of(table, 0, "org_role"), "admin");
    assert_int_equal(int_of(table, 0, "disabled"), 0);
    assert_int_equal(int_of(table, 0, "created"), made->now_us);
    assert_int_equal(strlen(text_of(table, 0, "uuid")), 36);
    assert_int_equal(text_of(table, 0, "uuid")[14], '4');
    annoproj_table_free(table);
    assert_status(
        ANNOPROJ_EXISTS,
        annoproj_user_create(made->host, "JANE.doe@x.ORG", "Other", ANNOPROJ_ORG_MEMBER, NULL, &again, &error), error);
    assert_int_equal(again, 0);
    team_free(made);
}

static void test_bad_arguments(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    int64_t user = 5;
    char *long_name = malloc(1026);
    assert_non_null(long_name);
    memset(long_name, 'x', 1025);
    long_name[1025] = 0;
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, NULL, "N", 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "", "N", 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", NULL, 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", "line\nbreak", 1, NULL, &user, &error),
                  error);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_user_create(made->host, "a@x.org", "bidi \xe2\x80\xae", 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", "bad \xff", 1, NULL, &user, &error),
                  error);
    assert_status(ANNOPROJ_LIMIT, annoproj_user_create(made->host, "a@x.org", long_name, 1, NULL, &user, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", "N", 0, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_create(made->host, "a@x.org", "N", 3, NULL, &user, &error), error);
    assert_int_equal(user, 0);
    long_name[1024] = 0;
    assert_ok(annoproj_user_create(made->host, "a@x.org", long_name, 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_update(made->host, user, "", 1, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_update(made->host, user, "N", 9, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_user_update(made->host, 12345, "N", 1, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_user_disable(made->host, 12345, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_user_enable(made->host, 0, NULL, &error), error);
    free(long_name);
    team_free(made);
}

static void test_list_and_plural_get(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    int64_t extra = 0;
    /* Code point order: '_' (0x5f) stands before letters, 'é' behind them. */
    assert_ok(annoproj_user_create(made->host, "\xc3\xa9@x.org", "E", 1, NULL, &extra, &error), error);
    assert_ok(annoproj_user_create(made->host, "_@x.org", "U", 1, NULL, &extra, &error), error);
    assert_ok(annoproj_user_list(made->sessions[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_string_equal(annoproj_table_row_type(table), "user_row");
    assert_int_equal(annoproj_table_row_count(table), TEAM_SIZE + 2);
    for (int64_t row = 1; row < annoproj_table_row_count(table); row++) {
        assert_true(strcmp(text_of(table, row - 1, "email"), text_of(table, row, "email")) < 0);
    }
    assert_string_equal(text_of(table, 0, "email"), "_@x.org");
    assert_string_equal(text_of(table, TEAM_SIZE + 1, "email"), "\xc3\xa9@x.org");
    annoproj_table_free(table);
    const int64_t asked[] = {made->users[3], made->users[0], made->users[3]}, missing[] = {made->users[3], 777};
    assert_ok(annoproj_users_get(made->host, asked, 3, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 3);
    for (int64_t row = 0; row < 3; row++) {
        assert_int_equal(int_of(table, row, "user"), asked[row]);
    }
    annoproj_table_free(table);
    assert_ok(annoproj_users_get(made->host, NULL, 0, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_users_get(made->host, NULL, 1, NULL, &table, &error), error);
    assert_int_equal(annoproj_users_get(made->host, missing, 2, NULL, &table, &error), ANNOPROJ_NOT_FOUND);
    assert_non_null(strstr(annoproj_error_message(error), "777"));
    annoproj_error_free(error);
    assert_null(table);
    team_free(made);
}

static void test_only_org_admins_manage(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    int64_t user = 0;
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_create(made->sessions[TEAM_MANAGER], "n@x.org", "N", 1, NULL, &user, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_update(made->sessions[TEAM_MANAGER], made->users[TEAM_MANAGER], "N", 2, NULL, &error),
                  error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_disable(made->sessions[TEAM_MANAGER], made->users[TEAM_BOTH], NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_enable(made->sessions[TEAM_MANAGER], made->users[TEAM_BOTH], NULL, &error), error);
    assert_ok(annoproj_user_create(made->sessions[TEAM_ADMIN], "n@x.org", "N", 1, NULL, &user, &error), error);
    team_free(made);
}

static void test_the_last_org_admin_stays(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    int64_t admin = made->users[TEAM_ADMIN], other = made->users[TEAM_MANAGER];
    assert_status(ANNOPROJ_STATE, annoproj_user_update(made->host, admin, "A", ANNOPROJ_ORG_MEMBER, NULL, &error),
                  error);
    assert_status(ANNOPROJ_STATE, annoproj_user_disable(made->host, admin, NULL, &error), error);
    assert_ok(annoproj_user_update(made->host, admin, "Renamed", ANNOPROJ_ORG_ADMIN, NULL, &error), error);
    assert_ok(annoproj_user_update(made->host, other, "B", ANNOPROJ_ORG_ADMIN, NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, other, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_user_disable(made->host, admin, NULL, &error),
                  error); /* a disabled one is none */
    assert_ok(annoproj_user_enable(made->host, other, NULL, &error), error);
    assert_ok(annoproj_user_update(made->host, admin, "A", ANNOPROJ_ORG_MEMBER, NULL, &error), error);
    int64_t user = 0;
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_user_create(made->sessions[TEAM_ADMIN], "n@x.org", "N", 1, NULL, &user, &error), error);
    team_free(made);
}

/* In all projects, as events of each. */
static void test_disabling_releases_all_tasks(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(4, "", "");
    annoproj_project *second = NULL, *theirs = NULL;
    annoproj_task *tasks[2] = {team_task(made, TEAM_ANNOTATOR, 0), NULL},
                  *seen[2] = {team_task(made, TEAM_ADMIN, 0), NULL};
    annoproj_table *table = NULL;
    int64_t attached = 0;
    const char *workflow = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\","
                           "\"edges\":{\"submit\":\"d\"}},"
                           "{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";
    assert_ok(annoproj_project_create(made->sessions[TEAM_ADMIN], "Second", made->ontology, workflow, NULL, NULL,
                                      &second, &error),
              error);
    assert_ok(annoproj_project_attach_dataset(second, made->dataset, NULL, &attached, &error), error);
    assert_ok(annoproj_collaborator_add(second, made->users[TEAM_ANNOTATOR], ANNOPROJ_ROLE_ANNOTATOR, NULL, &error),
              error);
    assert_ok(annoproj_project_open(made->sessions[TEAM_ANNOTATOR], annoproj_project_id(second), NULL, &theirs, &error),
              error);
    int64_t first = (annoproj_project_id(second) << 32) + 1;
    assert_ok(annoproj_task_open(theirs, first, NULL, &tasks[1], &error), error);
    assert_ok(annoproj_task_open(second, first, NULL, &seen[1], &error), error);
    for (int i = 0; i < 2; i++) {
        assert_ok(annoproj_task_initiate(tasks[i], NULL, &error), error);
        assert_int_equal(team_cell(seen[i], "assignee"), made->users[TEAM_ANNOTATOR]);
    }
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    for (int i = 0; i < 2; i++) {
        char word[64];
        assert_int_equal(team_cell(seen[i], "assignee"), INT64_MIN);
        assert_string_equal(team_word(seen[i], "derived_status", word), "released");
        assert_status(ANNOPROJ_STATE, annoproj_task_initiate(tasks[i], NULL, &error), error);
    }
    assert_ok(annoproj_user_get(made->host, made->users[TEAM_ANNOTATOR], NULL, &table, &error), error);
    assert_int_equal(int_of(table, 0, "disabled"), 1);
    annoproj_table_free(table);
    assert_ok(annoproj_user_enable(made->host, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    assert_int_equal(team_cell(seen[0], "assignee"), INT64_MIN);
    assert_ok(annoproj_task_initiate(tasks[0], NULL, &error), error);
    assert_int_equal(team_differences(made), 0);
    for (int i = 0; i < 2; i++) {
        annoproj_task_close(tasks[i]);
        annoproj_task_close(seen[i]);
    }
    annoproj_project_close(second);
    annoproj_project_close(theirs);
    team_free(made);
}

/* --- erasing ------------------------------------------------------------------------------------------------------- */

#define NAME "Wilhelmine Ungewöhnlich"

/* How often the bytes of a text are in a file of the store; 0 when there is no such file. */
static int in_file(const team *made, const char *suffix, const char *text) {
    char path[4200];
    size_t length = 0;
    int found = 0;
    snprintf(path, sizeof path, "%s%s", made->path, suffix);
    if (access(path, R_OK) != 0)
        return 0;
    char *bytes = read_whole_file(path, &length);
    for (size_t at = 0; at + strlen(text) <= length; at++)
        found += memcmp(bytes + at, text, strlen(text)) == 0;
    free(bytes);
    return found;
}

static const char named_workflow[] =
    "{\"start\": \"annotate\", \"users\": \"anna@x.org\", \"stages\": [{\"key\": \"annotate\", \"type\": "
    "\"ANNOTATION\","
    " \"title\": \"anna@x.org\", \"settings\": {\"members\": [\"both@x.org\", \"AN\\u004eA@x.org\"]},"
    " \"edges\": {\"submit\": \"router\"}}, {\"key\": \"router\", \"type\": \"USER_ROUTER\", \"edges\": {\"default\":"
    " \"complete\"}, \"pathways\": [{\"key\": \"p\", \"to\": \"complete\", \"users\": [\"anna@x.org\"]}]},"
    " {\"key\": \"complete\", \"type\": \"DONE\"}]}";

/* The documents are the same but for the arrays of e-mails. */
static void assert_renamed(const char *json, int64_t user) {
    static const char *const old[] = {"AN\\u004eA@x.org", "\"users\": [\"anna@x.org\"]"};
    char name[64], expected[2048], part[128];
    snprintf(name, sizeof name, "erased user %lld", (long long)user);
    snprintf(expected, sizeof expected, "%s", named_workflow);
    for (int i = 0; i < 2; i++) {
        char *at = strstr(expected, old[i]), rest[2048];
        assert_non_null(at);
        snprintf(rest, sizeof rest, "%s", at + strlen(old[i]));
        snprintf(part, sizeof part, i == 0 ? "%s" : "\"users\": [\"%s\"]", name);
        snprintf(at, sizeof expected - (size_t)(at - expected), "%s%s", part, rest);
    }
    assert_string_equal(json, expected);
}

static void test_erasing(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    int64_t anna = 0, template_id = 0, tasks = 0, bob = 0;
    annoproj_project *project = NULL, *hers = NULL;
    annoproj_session *session = NULL;
    annoproj_table *table = NULL;
    char *json = NULL, name[64];
    assert_ok(annoproj_user_create(made->host, "Anna@x.org", NAME, ANNOPROJ_ORG_MEMBER, NULL, &anna, &error), error);
    assert_ok(annoproj_project_create(made->host, "P", made->ontology, named_workflow, NULL, NULL, &project, &error),
              error);
    assert_ok(annoproj_workflow_template_create(made->host, "T", named_workflow, NULL, &template_id, &error), error);
    assert_ok(annoproj_collaborator_add(project, anna, ANNOPROJ_ROLE_ANNOTATOR, NULL, &error), error);
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    const int64_t offsets[] = {0, 1, 2};
    units.count = 2;
    units.text = "ab";
    units.text_length = 2;
    units.title_offsets = offsets;
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &units, NULL, &tasks, &error), error);
    assert_ok(annoproj_project_attach_dataset(project, made->dataset, NULL, &tasks, &error), error);
    assert_ok(annoproj_session_open(made->store, anna, NULL, NULL, &session, &error), error);
    assert_ok(annoproj_project_open(session, annoproj_project_id(project), NULL, &hers, &error), error);
    annoproj_task *task = NULL, *seen = NULL;
    const int64_t first = (annoproj_project_id(project) << 32) + 1;
    assert_ok(annoproj_task_open(hers, first, NULL, &task, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    assert_ok(annoproj_task_open(hers, first + 1, NULL, &task, &error), error);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);

    assert_ok(annoproj_user_erase(made->sessions[TEAM_ADMIN], anna, NULL, &error), error);
    snprintf(name, sizeof name, "erased user %lld", (long long)anna);
    assert_ok(annoproj_user_get(made->host, anna, NULL, &table, &error), error);
    assert_string_equal(text_of(table, 0, "name"), name);
    assert_string_equal(text_of(table, 0, "email"), name);
    assert_string_equal(text_of(table, 0, "org_role"), "member");
    assert_int_equal(int_of(table, 0, "disabled"), 1);
    assert_int_equal(int_of(table, 0, "erased"), 1);
    annoproj_table_free(table);
    assert_ok(annoproj_workflow_json(project, NULL, &json, &error), error);
    assert_renamed(json, anna);
    assert_ok(annoproj_workflow_update(project, json, NULL, &error), error); /* the document still holds */
    annoproj_free(json);
    assert_ok(annoproj_workflow_template_json(made->host, template_id, NULL, &json, &error), error);
    assert_renamed(json, anna);
    annoproj_free(json);

    /* tasks are released, the session is no one's, figures stay under the new name */
    assert_status(ANNOPROJ_STATE, annoproj_task_skip(task, NULL, &error), error);
    assert_ok(annoproj_task_open(project, first + 1, NULL, &seen, &error), error);
    assert_int_equal(team_cell(seen, "assignee"), INT64_MIN);
    annoproj_query *query = NULL;
    assert_ok(annoproj_query_open(project, NULL, NULL, &query, &error), error);
    assert_ok(annoproj_query_annotators(query, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    assert_string_equal(text_of(table, 0, "email"), name);
    assert_int_equal(int_of(table, 0, "submitted_tasks"), 1);
    annoproj_table_free(table);
    annoproj_query_close(query);

    /* for ever; and nobody else is called so */
    assert_ok(annoproj_user_erase(made->host, anna, NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, anna, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_user_enable(made->host, anna, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_user_update(made->host, anna, "A", ANNOPROJ_ORG_ADMIN, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_user_create(made->host, "Erased User 9", "N", ANNOPROJ_ORG_MEMBER, NULL, &bob, &error),
                  error);
    assert_ok(annoproj_user_create(made->host, "anna@x.org", "Another", ANNOPROJ_ORG_MEMBER, NULL, &bob, &error),
              error);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    annoproj_task_close(seen);
    annoproj_project_close(hers);
    annoproj_project_close(project);
    annoproj_session_close(session);
    team_free(made);
}

/* What the file keeps of an erased name: nothing in its pages, nothing in the log once it is folded. */
static void test_erased_bytes(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(0, "", "");
    int64_t users[300];
    for (int i = 0; i < 300; i++) { /* rows on several pages, which merge when names shrink */
        char email[400], name[600];
        snprintf(email, sizeof email, "user%03d.%0250d@example.org", i, i);
        snprintf(name, sizeof name, NAME " %0500d", i);
        assert_ok(annoproj_user_create(made->host, email, name, ANNOPROJ_ORG_MEMBER, NULL, &users[i], &error), error);
    }
    assert_ok(annoproj_store_compact(made->host, NULL, &table, &error), error); /* into the file itself */
    annoproj_table_free(table);
    assert_true(in_file(made, "", NAME) >= 300);
    for (int i = 0; i < 300; i++)
        assert_ok(annoproj_user_erase(made->host, users[i], NULL, &error), error);
    assert_int_equal(team_differences(made), 0);
    assert_ok(annoproj_store_close(made->store, NULL, &error), error);
    assert_int_equal(in_file(made, "", NAME), 0);
    assert_int_equal(in_file(made, "", "@example.org"), 0);
    assert_int_equal(in_file(made, "-wal", NAME), 0);
    assert_ok(annoproj_store_open(made->path, NULL, NULL, &made->store, &error), error);
    team_free(made);
}

/* The log, too, after a compaction. */
static void test_erased_log(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(0, "", "");
    int64_t user = 0;
    assert_ok(annoproj_user_create(made->host, "w@x.org", NAME, ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error);
    assert_true(in_file(made, "-wal", NAME) > 0);
    assert_ok(annoproj_user_erase(made->host, user, NULL, &error), error);
    assert_ok(annoproj_store_compact(made->host, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_int_equal(in_file(made, "-wal", NAME), 0);
    assert_int_equal(in_file(made, "", NAME), 0);
    team_free(made);
}

static void test_who_may_be_erased(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++)
        assert_status(ANNOPROJ_PERMISSION, annoproj_user_erase(made->sessions[who], made->users[who], NULL, &error),
                      error);
    assert_status(ANNOPROJ_STATE, annoproj_user_erase(made->host, made->users[TEAM_ADMIN], NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_user_erase(made->host, 777, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_user_erase(made->host, 0, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_user_erase(NULL, 1, NULL, &error), error);
    assert_ok(annoproj_user_disable(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    assert_ok(annoproj_user_erase(made->host, made->users[TEAM_BOTH], NULL, &error), error);
    team_free(made);
}

/* An erased org admin is none any more, and the events say so. */
static void test_erased_org_admin(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t second = 0;
    team *made = team_new(0, "", "");
    assert_ok(annoproj_user_create(made->host, "second@x.org", "S", ANNOPROJ_ORG_ADMIN, NULL, &second, &error), error);
    assert_ok(annoproj_user_erase(made->host, second, NULL, &error), error);
    assert_ok(annoproj_user_get(made->host, second, NULL, &table, &error), error);
    assert_string_equal(text_of(table, 0, "org_role"), "member");
    annoproj_table_free(table);
    assert_ok(annoproj_store_check(made->host, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create_and_get),
        cmocka_unit_test(test_bad_arguments),
        cmocka_unit_test(test_list_and_plural_get),
        cmocka_unit_test(test_only_org_admins_manage),
        cmocka_unit_test(test_the_last_org_admin_stays),
        cmocka_unit_test(test_disabling_releases_all_tasks),
        cmocka_unit_test(test_erasing),
        cmocka_unit_test(test_erased_bytes),
        cmocka_unit_test(test_erased_log),
        cmocka_unit_test(test_who_may_be_erased),
        cmocka_unit_test(test_erased_org_admin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
