/* Finding projects (behaviour §4): the organisation's tags, filters, pages; what org admins see of projects, and joining them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"
#include "team.h"

static const char workflow[] =
    "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\",\"edges\":{\"submit\":"
    "\"d\"}},{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";

static const char *text_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_text(table, row, annoproj_table_column_index(table, column));
}

static int64_t int_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
}

static annoproj_project *new_project(annoproj_session *session, int64_t ontology, const char *title,
                                     const char *description) {
    annoproj_error *error = NULL;
    annoproj_project *project = NULL;
    annoproj_project_options options = ANNOPROJ_PROJECT_OPTIONS_INIT;
    options.description = description;
    assert_ok(annoproj_project_create(session, title, ontology, workflow, &options, NULL, &project, &error), error);
    return project;
}

static int64_t new_tag(team *made, const char *name) {
    annoproj_error *error = NULL;
    int64_t tag = 0;
    assert_ok(annoproj_tag_create(made->host, name, NULL, &tag, &error), error);
    return tag;
}

static annoproj_session *new_user(team *made, const char *email, annoproj_org_role role, int64_t *user) {
    annoproj_error *error = NULL;
    annoproj_session *session = NULL;
    assert_ok(annoproj_user_create(made->host, email, email, role, NULL, user, &error), error);
    assert_ok(annoproj_session_open(made->store, *user, NULL, NULL, &session, &error), error);
    return session;
}

/* The tags of a project as "a,b". */
static void assert_tags(annoproj_project *project, const char *wanted) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_column view = ANNOPROJ_COLUMN_INIT;
    char found[256] = "";
    assert_ok(annoproj_project_get(project, NULL, &table, &error), error);
    assert_ok(annoproj_table_column(table, annoproj_table_column_index(table, "tags"), &view, &error), error);
    assert_int_equal(view.type, ANNOPROJ_COLUMN_UTF8_LIST);
    for (int32_t i = view.offsets[0]; i < view.offsets[1]; i++) {
        size_t length = strlen(found);
        snprintf(found + length, sizeof found - length, "%s%.*s", i > view.offsets[0] ? "," : "",
                 (int)(view.dictionary_offsets[i + 1] - view.dictionary_offsets[i]),
                 view.dictionary_data + view.dictionary_offsets[i]);
    }
    assert_string_equal(found, wanted);
    annoproj_table_free(table);
}

/* The titles of all pages, joined by blanks; pages of `limit` rows. */
static void assert_found(annoproj_session *session, annoproj_project_list_options options, int64_t limit,
                         const char *wanted) {
    annoproj_error *error = NULL;
    char found[1024] = "", *token = NULL;
    options.limit = limit;
    do {
        annoproj_table *table = NULL;
        options.page = token;
        assert_ok(annoproj_project_list(session, &options, NULL, &table, &error), error);
        int64_t rows = annoproj_table_row_count(table);
        assert_true(limit == 0 || rows <= limit);
        for (int64_t row = 0; row < rows; row++) {
            size_t length = strlen(found);
            int64_t id = int_of(table, row, "project");
            annoproj_table *one = NULL;
            snprintf(found + length, sizeof found - length, "%s%s", length ? " " : "", text_of(table, row, "title"));
            /* What is listed can be had. */
            assert_ok(annoproj_projects_get(session, &id, 1, NULL, &one, &error), error);
            assert_string_equal(text_of(one, 0, "title"), text_of(table, row, "title"));
            annoproj_table_free(one);
        }
        free(token);
        token = annoproj_table_next_page(table) ? strdup(annoproj_table_next_page(table)) : NULL;
        assert_true(!token || rows == limit);
        annoproj_table_free(table);
    } while (token);
    assert_string_equal(found, wanted);
}

/* --- tags ----------------------------------------------------------------------------------------------------------- */

static void test_tags_of_the_organisation(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    int64_t user = 0, tag = 0, twice = 0;
    annoproj_session *boss = new_user(made, "boss@x.org", ANNOPROJ_ORG_ADMIN, &user);
    annoproj_tag_list_options also = ANNOPROJ_TAG_LIST_OPTIONS_INIT;
    also.deleted = ANNOPROJ_DELETED_ALSO;
    assert_ok(annoproj_tag_create(boss, "street", NULL, &tag, &error), error);
    assert_true(tag > 0);
    assert_status(ANNOPROJ_EXISTS, annoproj_tag_create(boss, "street", NULL, &twice, &error), error);
    assert_int_equal(twice, 0);
    assert_status(ANNOPROJ_INVALID, annoproj_tag_create(boss, "", NULL, &twice, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_tag_create(boss, NULL, NULL, &twice, &error), error);
    char longest[130];
    memset(longest, 'x', sizeof longest);
    longest[129] = 0;
    assert_status(ANNOPROJ_LIMIT, annoproj_tag_create(boss, longest, NULL, &twice, &error), error);
    /* Members use the list and do not change it. */
    annoproj_session *member = made->sessions[TEAM_MANAGER];
    assert_status(ANNOPROJ_PERMISSION, annoproj_tag_create(member, "own", NULL, &twice, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_tag_rename(member, tag, "own", NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_tag_delete(member, tag, NULL, &error), error);
    assert_ok(annoproj_tag_list(member, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    assert_int_equal(int_of(table, 0, "tag"), tag);
    assert_string_equal(text_of(table, 0, "name"), "street");
    annoproj_table_free(table);
    /* A new name, but not another's. */
    int64_t night = new_tag(made, "night");
    assert_status(ANNOPROJ_EXISTS, annoproj_tag_rename(boss, night, "street", NULL, &error), error);
    assert_ok(annoproj_tag_rename(boss, night, "dusk", NULL, &error), error);
    assert_ok(annoproj_tag_rename(boss, night, "dusk", NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_tag_rename(boss, night + 1, "dawn", NULL, &error), error);
    /* Deleted: gone from the list, its number and name kept, the name free again. */
    assert_ok(annoproj_tag_delete(boss, tag, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_tag_delete(boss, tag, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_tag_rename(boss, tag, "again", NULL, &error), error);
    assert_true(new_tag(made, "street") > tag);
    assert_ok(annoproj_tag_list(boss, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    assert_string_equal(text_of(table, 0, "name"), "dusk");
    annoproj_table_free(table);
    assert_ok(annoproj_tag_list(boss, &also, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 3);
    assert_int_equal(int_of(table, 1, "tag"), tag);
    assert_string_equal(text_of(table, 1, "name"), "street");
    assert_int_equal(int_of(table, 1, "deleted"), 1);
    annoproj_table_free(table);
    also.deleted = 3;
    assert_status(ANNOPROJ_INVALID, annoproj_tag_list(boss, &also, NULL, &table, &error), error);
    annoproj_session_close(boss);
    team_free(made);
}

static int64_t count_events(team *made, const char *kind, int64_t reference) {
    annoproj_error *error = NULL;
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    int64_t count = 0;
    assert_ok(annoproj_project_events(made->host_project, 0, NULL, &stream, &error), error);
    while (annoproj_stream_next(stream, NULL, &table, &error) == ANNOPROJ_OK) {
        for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
            count += strcmp(text_of(table, row, "kind"), kind) == 0 && int_of(table, row, "reference") == reference;
        annoproj_table_free(table);
    }
    annoproj_stream_close(stream);
    return count;
}

static void test_tags_of_a_project(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    int64_t b = new_tag(made, "b"), a = new_tag(made, "a"), missing[] = {a, b + 7};
    annoproj_project *admins = made->projects[TEAM_ADMIN];
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++)
        assert_status(ANNOPROJ_PERMISSION, annoproj_project_set_tags(made->projects[who], &a, 1, NULL, &error), error);
    assert_tags(admins, "");
    assert_ok(annoproj_project_set_tags(admins, (const int64_t[]){b, a, b}, 3, NULL, &error), error);
    assert_tags(made->projects[TEAM_ANNOTATOR], "a,b");
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_set_tags(admins, missing, 2, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_set_tags(admins, NULL, 2, NULL, &error), error);
    int64_t many[1001];
    for (int i = 0; i < 1001; i++)
        many[i] = a;
    assert_status(ANNOPROJ_LIMIT, annoproj_project_set_tags(admins, many, 1001, NULL, &error), error);
    assert_tags(admins, "a,b");
    assert_ok(annoproj_project_set_tags(admins, &a, 1, NULL, &error), error);
    assert_tags(admins, "a");
    assert_ok(annoproj_tag_rename(made->host, a, "alpha", NULL, &error), error);
    assert_tags(admins, "alpha");
    /* Deleting takes it off; the events go on naming it. */
    assert_ok(annoproj_tag_delete(made->host, a, NULL, &error), error);
    assert_tags(admins, "");
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_set_tags(admins, &a, 1, NULL, &error), error);
    assert_int_equal(count_events(made, "project_tag", a), 1);
    assert_int_equal(count_events(made, "project_untag", a), 1);
    assert_int_equal(count_events(made, "project_untag", b), 1);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* --- finding --------------------------------------------------------------------------------------------------------- */

#define NONE ((annoproj_project_list_options)ANNOPROJ_PROJECT_LIST_OPTIONS_INIT)
#define FOUND(by, limit, wanted, ...)                                                                                  \
    do {                                                                                                               \
        annoproj_project_list_options asked = NONE;                                                                    \
        __VA_ARGS__;                                                                                                   \
        assert_found(by, asked, limit, wanted);                                                                        \
    } while (0)

static void test_filters(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", ""); /* "Team", of the admin */
    int64_t red = new_tag(made, "red"), blue = new_tag(made, "blue"), start = made->now_us;
    made->now_us = start + 10;
    annoproj_project *b = new_project(made->sessions[TEAM_BOTH], made->ontology, "beta", "Night STREETS");
    made->now_us = start + 20;
    annoproj_project *c = new_project(made->host, made->ontology, "Gamma", "");
    made->now_us = start + 30;
    annoproj_project *d = new_project(made->sessions[TEAM_MANAGER], made->ontology, "delta", "street");
    assert_ok(annoproj_project_set_tags(b, &red, 1, NULL, &error), error);
    assert_ok(annoproj_project_set_tags(c, (const int64_t[]){red, blue}, 2, NULL, &error), error);
    made->now_us = start + 40;
    assert_ok(annoproj_project_set_status(b, ANNOPROJ_PROJECT_PAUSED, NULL, &error), error);
    annoproj_session *host = made->host;
    for (int64_t limit = 0; limit < 5; limit++) {
        FOUND(host, limit, "Gamma Team beta delta", (void)asked);
        FOUND(host, limit, "delta beta Team Gamma", asked.reverse = true);
        FOUND(host, limit, "Team beta Gamma delta", asked.sort = ANNOPROJ_PROJECT_SORT_CREATED);
        FOUND(host, limit, "delta Gamma beta Team", (asked.sort = ANNOPROJ_PROJECT_SORT_CREATED, asked.reverse = true));
        FOUND(host, limit, "Team Gamma delta beta", asked.sort = ANNOPROJ_PROJECT_SORT_EDITED);
        FOUND(host, limit, "Gamma beta", (asked.tags = &red, asked.tag_count = 1));
        FOUND(host, limit, "beta delta", asked.text = "street");
    }
    FOUND(host, 0, "Gamma", (asked.tags = &blue, asked.tag_count = 1));
    FOUND(host, 0, "Gamma beta", (asked.tags = (const int64_t[]){blue, red}, asked.tag_count = 2));
    FOUND(host, 0, "beta", asked.text = "ETA");
    FOUND(host, 0, "Gamma Team beta delta", asked.text = "");
    FOUND(host, 0, "", asked.text = "nowhere");
    FOUND(host, 0, "Gamma", (asked.owners = (const int64_t[]){0}, asked.owner_count = 1));
    FOUND(
        host, 0, "Team delta",
        (asked.owners = (const int64_t[]){made->users[TEAM_ADMIN], made->users[TEAM_MANAGER]}, asked.owner_count = 2));
    FOUND(host, 0, "beta", (asked.statuses = (const int32_t[]){ANNOPROJ_PROJECT_PAUSED}, asked.status_count = 1));
    FOUND(host, 0, "Gamma Team delta",
          (asked.statuses = (const int32_t[]){ANNOPROJ_PROJECT_NOT_STARTED, ANNOPROJ_PROJECT_ARCHIVED},
           asked.status_count = 2));
    FOUND(host, 0, "Gamma beta", (asked.created_after_us = start + 10, asked.created_before_us = start + 30));
    FOUND(host, 0, "beta", asked.edited_after_us = start + 31);
    FOUND(host, 0, "Gamma Team delta", asked.edited_before_us = start + 40);
    FOUND(host, 0, "beta", (asked.tags = &red, asked.tag_count = 1, asked.text = "night"));
    FOUND(host, 0, "", asked.mine = true);
    FOUND(made->sessions[TEAM_BOTH], 0, "Team beta", (void)asked);
    FOUND(made->sessions[TEAM_BOTH], 0, "Team beta", asked.mine = true);
    FOUND(made->sessions[TEAM_BOTH], 0, "beta", (asked.tags = &red, asked.tag_count = 1));
    annoproj_project_close(b);
    annoproj_project_close(c);
    annoproj_project_close(d);
    team_free(made);
}

static void test_bad_options(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    int64_t none = 999;
    annoproj_project *second = new_project(made->host, made->ontology, "Second", "");
#define REFUSED(status, ...)                                                                                           \
    do {                                                                                                               \
        annoproj_project_list_options asked = NONE;                                                                    \
        __VA_ARGS__;                                                                                                   \
        assert_status(status, annoproj_project_list(made->host, &asked, NULL, &table, &error), error);                 \
        assert_null(table);                                                                                            \
    } while (0)
    REFUSED(ANNOPROJ_NOT_FOUND, (asked.owners = &none, asked.owner_count = 1));
    REFUSED(ANNOPROJ_NOT_FOUND, (asked.tags = &none, asked.tag_count = 1));
    REFUSED(ANNOPROJ_INVALID, asked.tag_count = 1);
    REFUSED(ANNOPROJ_INVALID, asked.owner_count = 1);
    REFUSED(ANNOPROJ_INVALID, asked.status_count = 1);
    REFUSED(ANNOPROJ_INVALID, (asked.statuses = (const int32_t[]){8}, asked.status_count = 1));
    REFUSED(ANNOPROJ_INVALID, asked.limit = -1);
    REFUSED(ANNOPROJ_INVALID, asked.limit = 10001);
    REFUSED(ANNOPROJ_INVALID, asked.sort = 3);
    REFUSED(ANNOPROJ_INVALID, asked.deleted = -1);
    REFUSED(ANNOPROJ_INVALID, asked.created_after_us = -1);
    REFUSED(ANNOPROJ_INVALID, asked.page = "1.2.3.x");
    REFUSED(ANNOPROJ_INVALID, asked.page = "");
    REFUSED(ANNOPROJ_INVALID, asked.size = 8);
    /* A token belongs to its options. */
    annoproj_project_list_options pages = NONE;
    pages.limit = 1;
    assert_ok(annoproj_project_list(made->host, &pages, NULL, &table, &error), error);
    char *token = strdup(annoproj_table_next_page(table));
    annoproj_table_free(table);
    pages.page = token;
    pages.limit = 7; /* the size of pages may change */
    assert_ok(annoproj_project_list(made->host, &pages, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    annoproj_table_free(table);
    table = NULL;
    REFUSED(ANNOPROJ_INVALID, (asked.page = token, asked.reverse = true));
    free(token);
    annoproj_project_close(second);
    team_free(made);
}

/* --- org admins -------------------------------------------------------------------------------------------------------- */

/* They list every project, also one without collaborators, and get its facts; its data is closed to them until they join. */
static void test_org_admins_see_facts_only(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    int64_t user = 0;
    annoproj_session *boss = new_user(made, "boss@x.org", ANNOPROJ_ORG_ADMIN, &user);
    annoproj_project *lonely = new_project(made->host, made->ontology, "Lonely", ""), *seen = NULL;
    annoproj_table *table = NULL;
    annoproj_task *task = NULL;
    annoproj_query *query = NULL;
    char *json = NULL;
    int64_t tasks = 0;
    FOUND(boss, 0, "Lonely Team", (void)asked);
    FOUND(boss, 0, "", asked.mine = true);
    assert_ok(annoproj_project_open(boss, made->project, NULL, &seen, &error), error);
    assert_ok(annoproj_project_get(seen, NULL, &table, &error), error);
    assert_string_equal(text_of(table, 0, "title"), "Team");
    assert_true(annoproj_table_is_null(table, 0, annoproj_table_column_index(table, "role")));
    annoproj_table_free(table);
    assert_ok(annoproj_collaborator_list(seen, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_project_tabs(seen, NULL, &table, &error), error);
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
        assert_string_equal(text_of(table, row, "access"), "none");
    annoproj_table_free(table);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_list(seen, NULL, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_overview(seen, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_workflow_json(seen, NULL, &json, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_query_open(seen, NULL, NULL, &query, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_update(seen, "Mine", NULL, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_set_status(seen, ANNOPROJ_PROJECT_PAUSED, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_collaborator_add(seen, user, ANNOPROJ_ROLE_ADMIN, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_collaborator_leave(seen, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_attach_dataset(seen, made->dataset, NULL, &tasks, &error),
                  error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_open(seen, made->first_task, NULL, &task, &error), error);
    annoproj_project_close(seen);
    annoproj_project_close(lonely);
    annoproj_session_close(boss);
    team_free(made);
}

static void test_join(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(2, "", "");
    int64_t user = 0, other = 0;
    annoproj_session *boss = new_user(made, "boss@x.org", ANNOPROJ_ORG_ADMIN, &user),
                     *member = new_user(made, "member@x.org", ANNOPROJ_ORG_MEMBER, &other);
    annoproj_project *lonely = new_project(made->host, made->ontology, "Lonely", ""), *joined = NULL;
    annoproj_table *table = NULL;
    int64_t id = annoproj_project_id(lonely);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_join(member, id, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_join(made->sessions[TEAM_MANAGER], made->project, NULL, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_join(made->host, id, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_join(boss, id + 1, NULL, &error), error);
    /* One without collaborators, one that is archived, one where they were less. */
    assert_ok(annoproj_project_join(boss, id, NULL, &error), error);
    assert_ok(annoproj_project_open(boss, id, NULL, &joined, &error), error);
    assert_ok(annoproj_project_update(joined, "Mine", NULL, NULL, &error), error);
    assert_ok(annoproj_project_get(joined, NULL, &table, &error), error);
    assert_string_equal(text_of(table, 0, "role"), "admin");
    annoproj_table_free(table);
    assert_ok(annoproj_project_join(boss, id, NULL, &error), error);
    assert_ok(annoproj_collaborator_add(made->host_project, user, ANNOPROJ_ROLE_REVIEWER, NULL, &error), error);
    assert_ok(annoproj_project_set_status(made->host_project, ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_ok(annoproj_project_join(boss, made->project, NULL, &error), error);
    annoproj_project_close(joined);
    assert_ok(annoproj_project_open(boss, made->project, NULL, &joined, &error), error);
    assert_ok(annoproj_project_set_status(joined, ANNOPROJ_PROJECT_IN_PROGRESS, NULL, &error), error);
    assert_ok(annoproj_task_list(joined, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    annoproj_table_free(table);
    assert_int_equal(count_events(made, "collaborator_role", ANNOPROJ_ROLE_ADMIN), 1);
    FOUND(boss, 0, "Mine Team", asked.mine = true);
    assert_int_equal(team_differences(made), 0);
    annoproj_project_close(joined);
    annoproj_project_close(lonely);
    annoproj_session_close(boss);
    annoproj_session_close(member);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_of_the_organisation),
        cmocka_unit_test(test_tags_of_a_project),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_org_admins_see_facts_only),
        cmocka_unit_test(test_join),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
