/* Tags of issues and their history (behaviour §10): from the organisation's list to the project's to the issue; what happened
 * keeps its tag. */
#include <stdio.h>
#include <string.h>

#include "label_support.h"

static int64_t new_issue(annoproj_task *task, const int64_t *tags, size_t count) {
    annoproj_issue_options options = ANNOPROJ_ISSUE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    int64_t issue = 0;
    options.tags = tags;
    options.tag_count = count;
    assert_ok(annoproj_issue_create(task, "look", &options, NULL, &issue, &error), error);
    return issue;
}

static int64_t new_tag(team *made, const char *name) {
    annoproj_error *error = NULL;
    int64_t tag = 0;
    assert_ok(annoproj_issue_tag_create(made->host, name, NULL, &tag, &error), error);
    assert_true(tag > 0);
    return tag;
}

static void give_project(team *made, const int64_t *tags, size_t count) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_project_set_issue_tags(made->projects[TEAM_ADMIN], tags, count, NULL, &error), error);
}

/* Names of a table's column, joined: "one two". */
static const char *joined(annoproj_table *table, const char *column, char out[256]) {
    const int32_t index = annoproj_table_column_index(table, column);
    out[0] = '\0';
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
        snprintf(out + strlen(out), 256 - strlen(out), "%s%s", row > 0 ? " " : "",
                 annoproj_table_text(table, row, index));
    annoproj_table_free(table);
    return out;
}

static void expect_project_tags(annoproj_project *project, const char *names) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    char out[256];
    assert_ok(annoproj_project_issue_tags(project, NULL, &table, &error), error);
    assert_string_equal(joined(table, "name", out), names);
}

static void expect_list(annoproj_session *session, annoproj_deleted deleted, const char *names) {
    annoproj_tag_list_options options = ANNOPROJ_TAG_LIST_OPTIONS_INIT;
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    char out[256];
    options.deleted = deleted;
    assert_ok(annoproj_issue_tag_list(session, &options, NULL, &table, &error), error);
    assert_string_equal(joined(table, "name", out), names);
}

/* The tags of an issue: "blurred:3 dark:1". */
static void expect_tags(annoproj_project *project, int64_t issue, const char *expected) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    char *json = NULL, wanted[256];
    assert_ok(annoproj_issues_get(project, &issue, 1, NULL, &table, &error), error);
    assert_ok(annoproj_table_json(table, &json, &error), error);
    snprintf(wanted, sizeof wanted, "\"tags\":[%s]", expected);
    if (!strstr(json, wanted))
        fail_msg("%s is not in %s", wanted, json);
    annoproj_free(json);
    annoproj_table_free(table);
}

/* Kinds and answers of the events behind `after` that concern tags of issues. */
static void expect_tag_events(team *made, int64_t after, const char *expected) {
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    char out[512] = "";
    assert_ok(annoproj_project_events(made->projects[TEAM_ADMIN], after, NULL, &stream, &error), error);
    while (annoproj_stream_next(stream, NULL, &table, &error) == ANNOPROJ_OK) {
        const int32_t kind = annoproj_table_column_index(table, "kind"),
                      answer = annoproj_table_column_index(table, "answer"),
                      reference = annoproj_table_column_index(table, "reference");
        for (int64_t row = 0; row < annoproj_table_row_count(table); row++)
            if (strstr(annoproj_table_text(table, row, kind), "tag"))
                snprintf(out + strlen(out), sizeof out - strlen(out), "%s %lld of %lld\n",
                         annoproj_table_text(table, row, kind),
                         (long long)(annoproj_table_is_null(table, row, answer)
                                         ? 0
                                         : annoproj_table_int64(table, row, answer)),
                         (long long)(annoproj_table_int64(table, row, reference) & UINT32_MAX));
        annoproj_table_free(table);
    }
    annoproj_stream_close(stream);
    assert_string_equal(out, expected);
}

static void from_list_to_issue(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    annoproj_project *project = made->projects[TEAM_ANNOTATOR];
    const int64_t tags[] = {new_tag(made, "dark"), new_tag(made, "blurred"), new_tag(made, "again")};
    expect_list(made->sessions[TEAM_ANNOTATOR], ANNOPROJ_DELETED_HIDDEN, "again blurred dark");
    expect_project_tags(project, "");
    give_project(made, tags, 2);
    expect_project_tags(project, "blurred dark");

    int64_t after = last_seq(made), issue = new_issue(task, tags, 1);
    expect_tags(project, issue, "\"dark\"");
    assert_ok(annoproj_issue_set_tags(project, issue, tags, 2, NULL, &error), error);
    assert_ok(annoproj_issue_set_tags(project, issue, tags, 2, NULL, &error), error); /* the same: no event */
    expect_tags(project, issue, "\"blurred\",\"dark\"");
    assert_ok(annoproj_issue_set_tags(project, issue, tags + 1, 1, NULL, &error), error);
    expect_tags(project, issue, "\"blurred\"");
    expect_tag_events(made, after, "issue_tag 1 of 1\nissue_tag 2 of 1\nissue_untag 1 of 1\n");

    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_set_tags(project, issue, tags, 3, NULL, &error), error);
    expect_tags(project, issue, "\"blurred\""); /* nothing half done */
    assert_ok(annoproj_issue_set_tags(project, issue, NULL, 0, NULL, &error), error);
    expect_tags(project, issue, "");
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

/* A rejection opens its issue with tags; a further one adds its tags to those that are there. */
static void tags_of_a_rejection(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    annoproj_project *project = made->projects[TEAM_ADMIN];
    annoproj_label_reject_options options = ANNOPROJ_LABEL_REJECT_OPTIONS_INIT;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t tags[102], issue = 0, again = 0;
    char name[16];
    for (int i = 0; i < 102; i++) {
        snprintf(name, sizeof name, "tag %03d", i);
        tags[i] = new_tag(made, name);
    }
    give_project(made, tags, 101);
    put_car(annotator, "label001", &of, 0, 2);
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);

    int64_t after = last_seq(made);
    options.tag_count = 1;
    assert_status(ANNOPROJ_INVALID, annoproj_label_reject(manager, "label001", "no", &options, NULL, &issue, &error),
                  error);
    options.tags = &tags[101]; /* not the project's */
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_reject(manager, "label001", "no", &options, NULL, &issue, &error),
                  error);
    options.tags = tags;
    options.tag_count = 101;
    assert_status(ANNOPROJ_LIMIT, annoproj_label_reject(manager, "label001", "no", &options, NULL, &issue, &error),
                  error);
    assert_int_equal(issue, 0);
    assert_int_equal(last_seq(made), after);

    options.tag_count = 2;
    call.request_key = "reject once";
    assert_ok(annoproj_label_reject(manager, "label001", "no", &options, &call, &issue, &error), error);
    expect_tags(project, issue, "\"tag 000\",\"tag 001\"");
    assert_ok(annoproj_label_reject(manager, "label001", "no", &options, &call, &again, &error), error);
    assert_int_equal(again, issue);
    options.tag_count = 1;
    assert_status(ANNOPROJ_CONFLICT, annoproj_label_reject(manager, "label001", "no", &options, &call, &again, &error),
                  error);
    expect_tag_events(made, after, "issue_tag 1 of 1\nissue_tag 2 of 1\n");

    options.tags = tags + 1;
    options.tag_count = 2;
    assert_ok(annoproj_label_reject(manager, "label001", NULL, &options, NULL, &again, &error), error);
    assert_int_equal(again, issue);
    assert_ok(annoproj_label_reject(manager, "label001", "no tags", NULL, NULL, &again, &error), error);
    expect_tags(project, issue, "\"tag 000\",\"tag 001\",\"tag 002\"");
    expect_tag_events(made, after, "issue_tag 1 of 1\nissue_tag 2 of 1\nissue_tag 3 of 1\n");
    after = last_seq(made); /* 100 in all are the most, and one too many changes nothing */
    options.tags = tags + 3;
    options.tag_count = 98;
    assert_status(ANNOPROJ_LIMIT, annoproj_label_reject(manager, "label001", "no", &options, NULL, &again, &error),
                  error);
    assert_int_equal(last_seq(made), after);
    options.tag_count = 97;
    assert_ok(annoproj_label_reject(manager, "label001", "no", &options, NULL, &again, &error), error);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(manager);
    team_free(made);
}

/* Taken off the project or deleted: issues that have it keep it and may be given more; others may not have it any more. */
static void past_occurrences_stay(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    annoproj_project *project = made->projects[TEAM_ANNOTATOR];
    const int64_t tags[] = {new_tag(made, "dark"), new_tag(made, "blurred")};
    give_project(made, tags, 2);
    const int64_t old = new_issue(task, tags, 1), other = new_issue(task, NULL, 0);
    int64_t after = last_seq(made);
    assert_ok(annoproj_issue_tag_delete(made->host, tags[0], NULL, &error), error);
    expect_tag_events(made, after, "project_untag 0 of 1\n");
    expect_project_tags(project, "blurred");
    expect_list(made->host, ANNOPROJ_DELETED_HIDDEN, "blurred");
    expect_list(made->host, ANNOPROJ_DELETED_ONLY, "dark");
    expect_list(made->host, ANNOPROJ_DELETED_ALSO, "blurred dark");
    expect_tags(project, old, "\"dark\"");
    assert_ok(annoproj_issue_set_tags(project, old, tags, 2, NULL, &error), error);
    expect_tags(project, old, "\"blurred\",\"dark\"");
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_set_tags(project, other, tags, 2, NULL, &error), error);
    expect_tags(project, other, "");

    int64_t again = new_tag(made, "dark"); /* the name is free */
    assert_true(again > tags[1]);
    assert_ok(annoproj_issue_tag_rename(made->host, again, "gloomy", NULL, &error), error);
    give_project(made, &again, 1);
    expect_project_tags(project, "gloomy");
    expect_tags(project, old, "\"blurred\",\"dark\"");
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

/* The two lists of tags know nothing of each other. */
static void two_lists(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = team_new(1, "", "");
    int64_t of_projects = 0, of_issues = new_tag(made, "red"), same = 0;
    char out[256];
    assert_ok(annoproj_tag_create(made->host, "red", NULL, &of_projects, &error), error);
    assert_status(ANNOPROJ_EXISTS, annoproj_issue_tag_create(made->host, "red", NULL, &same, &error), error);
    assert_int_equal(same, 0);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_project_set_tags(made->projects[TEAM_ADMIN], &of_issues, 1, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_project_set_issue_tags(made->projects[TEAM_ADMIN], &of_projects, 1, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_tag_delete(made->host, of_issues, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_tag_delete(made->host, of_projects, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_tag_rename(made->host, of_issues, "x", NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_tag_rename(made->host, of_projects, "x", NULL, &error), error);
    assert_ok(annoproj_project_set_tags(made->projects[TEAM_ADMIN], &of_projects, 1, NULL, &error), error);
    give_project(made, &of_issues, 1);
    give_project(made, NULL, 0); /* the project's own tag stays */
    assert_ok(annoproj_project_get(made->projects[TEAM_ADMIN], NULL, &table, &error), error);
    char *json = NULL;
    assert_ok(annoproj_table_json(table, &json, &error), error);
    assert_non_null(strstr(json, "\"tags\":[\"red\"]"));
    annoproj_free(json);
    annoproj_table_free(table);
    table = NULL;
    annoproj_project_list_options find = ANNOPROJ_PROJECT_LIST_OPTIONS_INIT;
    find.tags = &of_issues;
    find.tag_count = 1;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_list(made->host, &find, NULL, &table, &error), error);
    assert_ok(annoproj_tag_list(made->host, NULL, NULL, &table, &error), error);
    assert_string_equal(joined(table, "name", out), "red");
    team_free(made);
}

/* A project's admin makes tags for its issues, or takes the organisation's of that name. */
static void made_by_the_project(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    const int64_t known = new_tag(made, "dark");
    int64_t tag = 0, again = 0, none = 7;
    assert_ok(annoproj_project_issue_tag_create(admin, "dark", NULL, &tag, &error), error);
    assert_int_equal(tag, known);
    assert_ok(annoproj_project_issue_tag_create(admin, "new", NULL, &tag, &error), error);
    assert_true(tag > known);
    int64_t after = last_seq(made);
    assert_ok(annoproj_project_issue_tag_create(admin, "new", NULL, &again, &error), error); /* there already */
    assert_int_equal(again, tag);
    assert_int_equal(last_seq(made), after);
    expect_project_tags(made->projects[TEAM_REVIEWER], "dark new");
    expect_list(made->host, ANNOPROJ_DELETED_HIDDEN, "dark new");
    for (enum member who = TEAM_MANAGER; who < TEAM_SIZE; who++) {
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_project_issue_tag_create(made->projects[who], "x", NULL, &none, &error), error);
        assert_status(ANNOPROJ_PERMISSION, annoproj_project_set_issue_tags(made->projects[who], &tag, 1, NULL, &error),
                      error);
    }
    assert_int_equal(none, 0);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_issue_tag_create(made->sessions[TEAM_MANAGER], "y", NULL, &none, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_issue_tag_rename(made->sessions[TEAM_MANAGER], tag, "y", NULL, &error),
                  error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_issue_tag_delete(made->sessions[TEAM_MANAGER], tag, NULL, &error),
                  error);

    annoproj_project *copy = NULL;
    annoproj_copy_options options = ANNOPROJ_COPY_OPTIONS_INIT;
    int64_t of_project = 0;
    assert_ok(annoproj_tag_create(made->host, "of the project", NULL, &of_project, &error), error);
    assert_ok(annoproj_project_set_tags(admin, &of_project, 1, NULL, &error), error);
    assert_ok(annoproj_project_copy(admin, "Copy", &options, NULL, &copy, &error), error);
    expect_project_tags(copy, "dark new"); /* settings are copied, tags of the project when asked for */
    annoproj_table *table = NULL;
    char *json = NULL;
    assert_ok(annoproj_project_get(copy, NULL, &table, &error), error);
    assert_ok(annoproj_table_json(table, &json, &error), error);
    assert_non_null(strstr(json, "\"tags\":[]"));
    annoproj_free(json);
    annoproj_table_free(table);
    annoproj_project_close(copy);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* When it was opened, resolved and reopened, and by whom: also by an approve. */
static void history(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    put_car(annotator, "label001", &of, 0, 2);
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);
    const int64_t begun = made->now_us;
    int64_t issue = 0;
    assert_ok(annoproj_label_reject(manager, "label001", "no", NULL, NULL, &issue, &error), error);
    made->now_us += 10;
    assert_ok(annoproj_issue_resolve(made->projects[TEAM_MANAGER], issue, NULL, &error), error);
    assert_ok(annoproj_issue_resolve(made->projects[TEAM_MANAGER], issue, NULL, &error), error); /* resolved already */
    made->now_us += 10;
    assert_ok(annoproj_label_reject(manager, "label001", NULL, NULL, NULL, &issue, &error), error);
    assert_ok(annoproj_label_reopen(manager, "label001", NULL, &error), error);
    assert_ok(annoproj_label_reject(manager, "label001", "still", NULL, NULL, &issue, &error), error); /* it is open */
    made->now_us += 10;
    assert_ok(annoproj_issue_reopen(made->host_project, issue, NULL, &error), error); /* open already */
    assert_ok(annoproj_issue_resolve(made->host_project, issue, NULL, &error), error);
    made->now_us += 10;
    assert_ok(annoproj_issue_reopen(made->host_project, issue, NULL, &error), error);
    assert_ok(annoproj_label_approve(manager, "label001", NULL, &error), error);

    annoproj_table *table = NULL;
    assert_ok(annoproj_task_issue_history(manager, NULL, &table, &error), error);
    const int32_t resolved = annoproj_table_column_index(table, "resolved"),
                  actor = annoproj_table_column_index(table, "actor"),
                  email = annoproj_table_column_index(table, "actor_email"),
                  when = annoproj_table_column_index(table, "time");
    static const int64_t ticks[] = {0, 10, 20, 30, 40, 40};
    assert_int_equal(annoproj_table_row_count(table), 6);
    for (int64_t row = 0; row < 6; row++) {
        const bool host = row == 3 || row == 4;
        assert_int_equal(annoproj_table_int64(table, row, 0), issue);
        assert_int_equal(annoproj_table_int64(table, row, resolved), row % 2);
        assert_int_equal(annoproj_table_int64(table, row, actor), host ? 0 : made->users[TEAM_MANAGER]);
        assert_int_equal(annoproj_table_is_null(table, row, email), host);
        assert_int_equal(annoproj_table_int64(table, row, when) - begun, ticks[row]);
    }
    annoproj_table_free(table);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(manager);
    team_free(made);
}

/* Its label goes: the issue stays, with the hash, and is found; also the rejection issue, which the approve of the task resolves. */
static void a_label_that_is_gone(void **state) {
    (void)state;
    static draft changes;
    features of;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_issue_options on_label = ANNOPROJ_ISSUE_OPTIONS_INIT;
    int64_t issue = 0, rejection = 0;
    team *made = label_team("", "", false, &of);
    annoproj_task *annotator = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    put_car(annotator, "label001", &of, 0, 2);
    on_label.anchor = ANNOPROJ_ANCHOR_LABEL;
    on_label.label = "label001";
    assert_ok(annoproj_issue_create(annotator, "hm", &on_label, NULL, &issue, &error), error);
    assert_ok(annoproj_task_submit(annotator, NULL, NULL, &error), error);
    assert_ok(annoproj_label_reject(manager, "label001", "no", NULL, NULL, &rejection, &error), error);
    draft_begin(&changes);
    draft_remove(&changes, "label001");
    assert_ok(draft_write(&changes, manager, NULL, &error), error);
    assert_ok(annoproj_task_issues(manager, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    for (int64_t row = 0; row < 2; row++) {
        assert_string_equal(annoproj_table_text(table, row, annoproj_table_column_index(table, "label")), "label001");
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "label_gone")), 1);
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "class")), of.car);
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "resolved")), 0);
    }
    annoproj_table_free(table);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_create(manager, "x", &on_label, NULL, &issue, &error), error);
    assert_int_equal(issue, 0);
    assert_ok(annoproj_issue_comment(made->projects[TEAM_MANAGER], rejection, "it is gone", NULL, &error), error);
    assert_ok(annoproj_task_approve(manager, NULL, NULL, &error), error); /* a task without labels */
    assert_int_equal(team_cell(manager, "open_issues"), 1);
    assert_int_equal(team_cell(manager, "resolved_issues"), 1);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(annotator);
    annoproj_task_close(manager);
    team_free(made);
}

static void statuses(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    annoproj_project *project = made->projects[TEAM_ANNOTATOR], *admin = made->projects[TEAM_ADMIN];
    int64_t tag = new_tag(made, "dark"), none = 7, many[101] = {0};
    give_project(made, &tag, 1);
    const int64_t issue = new_issue(task, &tag, 1), unknown = issue + 100, elsewhere = issue + (INT64_C(1) << 32);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_set_tags(NULL, issue, &tag, 1, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_set_tags(project, issue, NULL, 1, NULL, &error), error);
    assert_status(ANNOPROJ_LIMIT, annoproj_issue_set_tags(project, issue, many, 101, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_set_tags(project, unknown, &tag, 1, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_set_tags(project, elsewhere, &tag, 1, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issue_set_tags(project, issue, many, 1, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_tag_create(made->host, "", NULL, &none, &error), error);
    assert_int_equal(none, 0);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_tag_create(made->host, "x", NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_tag_create(NULL, "x", NULL, &none, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_issue_tag_create(admin, NULL, NULL, &none, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_issue_tag_create(admin, "x", NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_set_issue_tags(admin, NULL, 1, NULL, &error), error);
    assert_status(ANNOPROJ_LIMIT, annoproj_project_set_issue_tags(admin, many, 1001, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_set_issue_tags(admin, many, 1, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_project_issue_tags(project, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issue_tag_list(made->host, NULL, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_issue_history(task, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_issue_history(NULL, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_issues_get(project, NULL, 1, NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issues_get(project, &unknown, 1, NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_issues_get(project, &elsewhere, 1, NULL, &table, &error), error);
    assert_null(table);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_issues_get(made->projects[TEAM_BOTH], &issue, 1, NULL, &table, &error),
                  error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_issue_set_tags(made->projects[TEAM_BOTH], issue, &tag, 1, NULL, &error),
                  error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_issues_get(made->projects[TEAM_REVIEWER], &issue, 1, NULL, &table, &error), error);

    annoproj_call call = ANNOPROJ_CALL_INIT;
    call.request_key = "once";
    assert_ok(annoproj_issue_set_tags(project, issue, NULL, 0, &call, &error), error);
    const int64_t after = last_seq(made);
    assert_ok(annoproj_issue_set_tags(project, issue, NULL, 0, &call, &error), error);
    assert_status(ANNOPROJ_CONFLICT, annoproj_issue_set_tags(project, issue, &tag, 1, &call, &error), error);
    assert_int_equal(last_seq(made), after);
    assert_ok(annoproj_project_set_status(admin, ANNOPROJ_PROJECT_PAUSED, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_issue_set_tags(project, issue, &tag, 1, NULL, &error), error);
    assert_ok(annoproj_issue_set_tags(made->projects[TEAM_MANAGER], issue, &tag, 1, NULL, &error), error);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(from_list_to_issue),    cmocka_unit_test(tags_of_a_rejection),
                                       cmocka_unit_test(past_occurrences_stay), cmocka_unit_test(two_lists),
                                       cmocka_unit_test(made_by_the_project),   cmocka_unit_test(history),
                                       cmocka_unit_test(a_label_that_is_gone),  cmocka_unit_test(statuses)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
