/* annoproj_store_check: each planted difference is found (and a sound store has none). */
#include "label_support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The first of two tags stays on; the other is put on, off, on and off. */
static void tag_issue(team *made, int64_t issue) {
    annoproj_error *error = NULL;
    annoproj_project *project = made->projects[TEAM_ADMIN];
    int64_t tags[2];
    for (int i = 0; i < 2; i++)
        assert_ok(annoproj_project_issue_tag_create(project, i ? "Blurred" : "Cropped", NULL, &tags[i], &error), error);
    for (size_t i = 0; i < 4; i++)
        assert_ok(annoproj_issue_set_tags(project, issue, tags, i % 2 ? 1 : 2, NULL, &error), error);
}

/* What else a store and a project keep beside their events. */
static void leave_traces(team *made) {
    static const char template[] = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":"
                                   "{\"submit\":\"b\"}},{\"key\":\"b\",\"type\":\"DONE\"}]}";
    static const char bones[] =
        "{\"objects\":[{\"id\":\"1\",\"name\":\"Leg\",\"color\":\"#D33115\",\"shape\":\"skeleton\",\"featureNodeHash\":"
        "\"objLeg01\"}],\"classifications\":[],\"skeleton_templates\":[{\"template\":{\"name\":\"Leg\",\"feature_node_"
        "hash\":"
        "\"objLeg01\",\"skeleton\":{\"0\":{\"name\":\"hip\",\"featureNodeHash\":\"verHip01\"}}}}]}";
    annoproj_error *error = NULL;
    annoproj_project *project = made->projects[TEAM_ADMIN];
    int64_t tag = 0, id = 0, from = 0, lasted = 60000000, recorded = 0;
    assert_ok(annoproj_project_setting_set(project, ANNOPROJ_SETTING_OUTBOX_ISSUES, 1, NULL, &error), error);
    assert_ok(annoproj_store_setting_set(made->host, ANNOPROJ_SETTING_SELF_RELEASE, 0, NULL, &error), error);
    assert_ok(annoproj_tag_create(made->host, "urgent", NULL, &tag, &error), error);
    assert_ok(annoproj_project_set_tags(project, &tag, 1, NULL, &error), error);
    assert_ok(annoproj_label_version_create(project, "first", NULL, NULL, &id, &error), error);
    assert_ok(annoproj_ontology_create(made->host, "Bones", bones, NULL, &id, &error), error);
    assert_ok(annoproj_workflow_template_create(made->host, "plain", template, NULL, &id, &error), error);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 2);
    made->now_us += 120000000;
    from = made->now_us - 90000000;
    assert_ok(annoproj_task_report_time(task, &from, &lasted, 1, NULL, &recorded, &error), error);
    assert_int_equal(recorded, lasted);
    annoproj_task_close(task);
}

static void act_through(team *made) {
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    int64_t issue = 0;
    char hash[16];
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    team_draw(made, task, "", 10, hash);
    team_draw(made, task, "", 50, NULL);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    task = team_task(made, TEAM_MANAGER, 0);
    assert_ok(annoproj_label_reject(task, hash, "no", NULL, NULL, &issue, &error), error);
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
    annoproj_task_close(task);
    tag_issue(made, issue);
    task = team_task(made, TEAM_ANNOTATOR, 1);
    assert_ok(annoproj_task_initiate(task, NULL, &error), error);
    annoproj_task_close(task);
}

/* Everything a check says, slice after slice (0 = one call), as lines of CSV; from malloc. */
static char *check_lines(team *made, int64_t slice_us, bool quick, int *slices) {
    annoproj_error *error = NULL;
    annoproj_check_options options = ANNOPROJ_CHECK_OPTIONS_INIT;
    char *all = calloc(1, 1), *page = NULL;
    options.slice_us = slice_us;
    options.quick = quick;
    *slices = 0;
    do {
        annoproj_table *found = NULL;
        char *csv = NULL;
        options.page = page;
        assert_ok(annoproj_store_check(made->host, &options, NULL, &found, &error), error);
        assert_ok(annoproj_table_csv(found, &csv, &error), error);
        const char *rows = strchr(csv, '\n') + 1;
        all = realloc(all, strlen(all) + strlen(rows) + 1);
        strcat(all, rows);
        free(page);
        page = annoproj_table_next_page(found) ? strdup(annoproj_table_next_page(found)) : NULL;
        annoproj_free(csv);
        annoproj_table_free(found);
        ++*slices;
    } while (page);
    return all;
}

/* Piece by piece a check finds the same, in the same order. */
static void expect_same_in_slices(team *made, bool quick) {
    int one = 0, many = 0;
    char *whole = check_lines(made, 0, quick, &one), *sliced = check_lines(made, 1, quick, &many);
    assert_string_equal(whole, sliced);
    assert_int_equal(one, 1);
    assert_true(many > 3);
    free(whole);
    free(sliced);
}

/* Plants something with SQL behind the library's back; whether the check says something about the subject. */
static void expect_planted_found(team *made, const char *plant, const char *subject) {
    annoproj_error *error = NULL;
    annoproj_table *found = NULL;
    sqlite3 *database = NULL;
    char *message = NULL;
    bool seen = false;
    assert_int_equal(sqlite3_open(made->path, &database), SQLITE_OK);
    int code = sqlite3_exec(database, plant, NULL, NULL, &message);
    if (code != SQLITE_OK)
        fail_msg("%s: %s", plant, message);
    assert_true(sqlite3_total_changes(database) > 0);
    sqlite3_close(database);
    assert_ok(annoproj_store_check(made->host, NULL, NULL, &found, &error), error);
    for (int64_t row = 0; row < annoproj_table_row_count(found); row++)
        seen |= strcmp(annoproj_table_text(found, row, annoproj_table_column_index(found, "subject")), subject) == 0;
    if (!seen) {
        char *csv = NULL;
        (void)annoproj_table_csv(found, &csv, NULL);
        fail_msg("%s: no row about %s in:\n%s", plant, subject, csv);
    }
    annoproj_table_free(found);
}

/* The same of a store in which a little of everything happened. */
static void expect_found(const char *plant, const char *subject) {
    static int plants;
    team *made = team_new(4, "\"webhook\":true,\"members\":[\"annotator@x.org\"]", "");
    leave_traces(made);
    act_through(made);
    const bool all = plants++ % 4 == 0;
    if (all)
        assert_int_equal(team_differences(made), 0);
    expect_planted_found(made, plant, subject);
    if (all) {
        expect_same_in_slices(made, false);
        expect_same_in_slices(made, true);
    }
    team_free(made);
}

static void test_changed_counter(void **state) {
    (void)state;
    expect_found("UPDATE task_count SET count = count + 1 WHERE assignee = 0", "counter");
    expect_found("UPDATE project_counter SET tasks = tasks - 1", "counter");
    expect_found("UPDATE project_counter SET open_issues = open_issues + 1", "counter");
    expect_found("UPDATE project_counter SET instance_labels_created = 0", "counter");
}

static void test_missing_event(void **state) {
    (void)state;
    expect_found("DELETE FROM event_tail WHERE id = (SELECT max(id) FROM event_tail WHERE id >> 32 > 0)", "event");
    expect_found("DELETE FROM event_tail WHERE id = (SELECT max(id) FROM event_tail WHERE id >> 32 > 0 AND count > 0)",
                 "event");
    expect_found("DELETE FROM event_tail WHERE id = (SELECT min(id) FROM event_tail WHERE id >> 32 > 0)", "event");
}

static void test_moved_task(void **state) {
    (void)state;
    expect_found("UPDATE task SET stage = stage + 1 WHERE id & 0xffffffff = 3", "task");
    expect_found("UPDATE task SET title = 'another' WHERE id & 0xffffffff = 3", "task");
    expect_found("UPDATE task SET data_type = 3 WHERE id & 0xffffffff = 3", "task");
    expect_found("UPDATE data_unit SET title = title || '.' WHERE id & 0xffffffff = 3", "task");
    expect_found("DELETE FROM data_unit WHERE id & 0xffffffff = 3", "task");
    expect_found("UPDATE task SET priority = 7 WHERE id & 0xffffffff = 2; DELETE FROM task WHERE id & "
                 "0xffffffff = 4",
                 "task");
}

static void test_false_notes_of_the_queue(void **state) {
    (void)state;
    expect_found("INSERT INTO queue_passed(stage, assignee, user, priority, until_us, until_task, from_us, from_task)"
                 " SELECT stage, 0, 4, priority, entered_us, id, entered_us, id FROM task WHERE id & 0xffffffff = 4",
                 "queue");
    expect_found("INSERT INTO task_skip(task, user, stage, skipped) SELECT id, 4, stage, 9 FROM task"
                 " WHERE id & 0xffffffff = 4",
                 "queue");
    expect_found("UPDATE task SET status = 4 WHERE id & 0xffffffff = 4;"
                 "INSERT INTO task_skip(task, user, stage, skipped) SELECT id, 4, stage + 1, 9 FROM task"
                 " WHERE id & 0xffffffff = 4",
                 "queue");
}

static void test_altered_published_label(void **state) {
    (void)state;
    expect_found("UPDATE label_published SET class = 2 WHERE label = 1", "published_label");
    expect_found("UPDATE label_published SET live = 0 WHERE label = 1", "published_label");
    expect_found("UPDATE label_published SET submitter = 1 WHERE label = 2", "published_label");
    expect_found("DELETE FROM label_published WHERE label = 2", "published_label");
    expect_found("DELETE FROM label WHERE number = 2", "label");
    expect_found("UPDATE label SET given = 1 WHERE number = 2", "label");
    expect_found("UPDATE label SET hash = 'another1' WHERE number = 2", "label");
}

static void test_flipped_vector(void **state) {
    (void)state;
    expect_found("UPDATE task_titles SET data = zeroblob(length(data))", "task");
    expect_found("DELETE FROM task_titles", "task");
    expect_found("UPDATE task_vector SET data = zeroblob(length(data)) WHERE (id >> 24 & 255) = 1", "task");
    expect_found("UPDATE task_vector SET data = zeroblob(length(data)) WHERE (id >> 24 & 255) = 2", "task");
}

/* Damage to the file itself: an index without a row, pages that belong to nothing, a row that refers to nothing. */
static void test_damaged_file(void **state) {
    (void)state;
    expect_found(
        "PRAGMA writable_schema=ON; CREATE TABLE keep AS SELECT * FROM sqlite_schema WHERE name='data_unit_title';"
        "DELETE FROM sqlite_schema WHERE name='data_unit_title'; PRAGMA writable_schema=RESET;"
        "UPDATE data_unit SET title = 'other'; PRAGMA writable_schema=ON;"
        "INSERT INTO sqlite_schema SELECT * FROM keep; DROP TABLE keep; PRAGMA writable_schema=RESET",
        "file");
    expect_found("CREATE TABLE lost AS SELECT randomblob(100000) AS b; PRAGMA writable_schema=ON;"
                 "DELETE FROM sqlite_schema WHERE name='lost'; PRAGMA writable_schema=RESET",
                 "file");
}

/* A token is for the check it came from. */
static void test_slices(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *found = NULL, *next = NULL;
    annoproj_check_options options = ANNOPROJ_CHECK_OPTIONS_INIT;
    team *made = team_new(2, "", "");
    expect_same_in_slices(made, false);
    options.slice_us = 1;
    assert_ok(annoproj_store_check(made->host, &options, NULL, &found, &error), error);
    options.page = annoproj_table_next_page(found);
    assert_non_null(options.page);
    options.slice_us = 0; /* the rest in one call */
    assert_ok(annoproj_store_check(made->host, &options, NULL, &next, &error), error);
    assert_null(annoproj_table_next_page(next));
    annoproj_table_free(next);
    options.quick = true;
    assert_status(ANNOPROJ_INVALID, annoproj_store_check(made->host, &options, NULL, &next, &error), error);
    options.quick = false;
    const char *const wrong[] = {"", "1", "nonsense", "0.1.0.0.0.task"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        options.page = wrong[i];
        assert_status(ANNOPROJ_INVALID, annoproj_store_check(made->host, &options, NULL, &next, &error), error);
    }
    /* The right beginning with what no check writes behind it. */
    const char *const forged[] = {"",
                                  ".1.0.-1.0",
                                  ".0.0.-1.0.",
                                  ".3.0.-1.0.",
                                  ".4294967297.0.-1.0.",
                                  ".1.0.-2.0.",
                                  ".1.0.-1.-1.",
                                  ".1.0.-1.9223372036854775807.",
                                  ".1.0.-1.9223372036854775808.",
                                  ".1.0.-1.0.a234567890123456789012345678901234567890123456789012345678901234"};
    const char *first = annoproj_table_next_page(found);
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        char page[200];
        snprintf(page, sizeof page, "%.*s%s", (int)strcspn(first, "."), first, forged[i]);
        options.page = page;
        assert_status(ANNOPROJ_INVALID, annoproj_store_check(made->host, &options, NULL, &next, &error), error);
    }
    options.page = NULL;
    options.slice_us = -1;
    assert_status(ANNOPROJ_INVALID, annoproj_store_check(made->host, &options, NULL, &next, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_store_check(made->sessions[TEAM_MANAGER], NULL, NULL, &next, &error),
                  error);
    annoproj_table_free(found);
    team_free(made);
}

static int32_t watch_pieces(int64_t done, int64_t total, void *user_data) {
    int64_t *last = user_data;
    assert_int_equal(done, last[0] + 1);
    assert_true(done <= total);
    last[0] = done;
    last[1] = total;
    return 0;
}

/* Progress goes on from slice to slice and ends at the end. */
static void test_progress(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_check_options options = ANNOPROJ_CHECK_OPTIONS_INIT;
    int64_t last[2] = {0, 0};
    char *page = NULL;
    team *made = team_new(2, "", "");
    call.progress = watch_pieces;
    call.user_data = last;
    options.slice_us = 1;
    do {
        annoproj_table *found = NULL;
        options.page = page;
        assert_ok(annoproj_store_check(made->host, &options, &call, &found, &error), error);
        free(page);
        page = annoproj_table_next_page(found) ? strdup(annoproj_table_next_page(found)) : NULL;
        annoproj_table_free(found);
    } while (page);
    assert_true(last[0] > 10);
    assert_int_equal(last[0], last[1]);
    team_free(made);
}

static void test_wrong_assignee(void **state) {
    (void)state;
    expect_found("UPDATE task SET assignee = 3 WHERE id & 0xffffffff = 2", "assignment");
    expect_found("UPDATE task SET assignee = 2 WHERE id & 0xffffffff = 3", "assignment");
}

static void test_issue(void **state) {
    (void)state;
    expect_found("UPDATE issue SET resolved = 1", "issue");
    expect_found("DELETE FROM issue_tag", "issue");
    expect_found("UPDATE issue_tag SET tag = tag + 1", "issue");
    expect_found("INSERT INTO issue_tag SELECT issue, tag + 1 FROM issue_tag", "issue");
}

static void test_assignment_and_version(void **state) {
    (void)state;
    expect_found("UPDATE task SET assigned_by = 2 WHERE id & 0xffffffff = 2", "assignment");
    expect_found("UPDATE task SET version = version - 1 WHERE id & 0xffffffff = 1", "task");
    expect_found("UPDATE task SET version = version + 1 WHERE id & 0xffffffff = 1", "task");
    expect_found("UPDATE task SET version = 1 WHERE id & 0xffffffff = 3", "task");
}

/* State, reviewer, stage of a review, which is the last, and what was approved. */
static void test_review(void **state) {
    (void)state;
    expect_found("UPDATE label_review SET state = 2", "review");
    expect_found("UPDATE label_review SET state = 9", "review");
    expect_found("UPDATE label_review SET reviewer = 5 WHERE reviewer <> 0", "review");
    expect_found("DELETE FROM label_review WHERE label = 1", "review");
    expect_found("UPDATE label_review SET stage = stage + 1", "review");
    expect_found("INSERT INTO label_review SELECT task, label, stage - 1, state, reviewer, content, entered + 100"
                 " FROM label_review",
                 "review");
}

/* A label that was rejected, in a task that was rejected and submitted again, with its rejection or without. */
static void test_kept_rejections(void **state) {
    (void)state;
    for (int keep = 0; keep < 2; keep++) {
        annoproj_error *error = NULL;
        annoproj_submit_options options = ANNOPROJ_SUBMIT_OPTIONS_INIT;
        team *made = team_new(4, "\"webhook\":true,\"members\":[\"annotator@x.org\"]", "");
        options.keep_rejected_reviews = keep;
        act_through(made);
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
        assert_ok(annoproj_task_submit(task, &options, NULL, &error), error);
        annoproj_task_close(task);
        assert_int_equal(team_differences(made), 0);
        expect_planted_found(made,
                             keep ? "UPDATE label_review SET state = 4, reviewer = 0 WHERE state = 3"
                                  : "UPDATE label_review SET state = 3 WHERE state = 4",
                             "review");
        team_free(made);
    }
}

/* Labels on a text, which the project does not count: decided with their task, or left undecided. */
static void test_uncounted_decisions(void **state) {
    (void)state;
    for (int decide = 0; decide < 2; decide++) {
        annoproj_error *error = NULL;
        annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
        features of;
        draft change;
        team *made = label_team("", "\"strict_review\":false", false, &of);
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, PLAIN_TEXT);
        draft_begin(&change);
        draft_label(&change, "", of.quote);
        draft_range(&change, 5, 60);
        assert_ok(draft_write(&change, task, NULL, &error), error);
        assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
        annoproj_task_close(task);
        task = team_task(made, TEAM_MANAGER, PLAIN_TEXT);
        options.undecided = decide ? ANNOPROJ_UNDECIDED_DECIDE : ANNOPROJ_UNDECIDED_LEAVE;
        assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
        annoproj_task_close(task);
        assert_int_equal(team_differences(made), 0);
        expect_planted_found(made, "UPDATE label_published SET submitter = submitter + 1", "published_label");
        expect_planted_found(
            made, decide ? "UPDATE label_review SET state = 1, reviewer = 0" : "UPDATE label_review SET state = 3",
            "review");
        team_free(made);
    }
}

/* A message of an event that never was, at another time, about something else, or that there is no more. */
static void test_outbox(void **state) {
    (void)state;
    expect_found("UPDATE outbox SET actor = actor + 1 WHERE kind = 1", "outbox");
    expect_found("UPDATE outbox SET kind = 2 WHERE kind = 1", "outbox");
    expect_found("UPDATE outbox SET created_us = created_us - 1", "outbox");
    expect_found("UPDATE outbox SET reference = reference + 1 WHERE kind = 3", "outbox");
    expect_found("UPDATE outbox SET stage = stage + 1 WHERE seq = 1", "outbox");
    expect_found("DELETE FROM outbox WHERE seq = 1", "counter");
    expect_found("DELETE FROM outbox_state", "counter");
    expect_found("UPDATE outbox_state SET dropped = 9", "counter");
}

static void test_reported_time(void **state) {
    (void)state;
    expect_found("DELETE FROM time_covered", "time");
    expect_found("UPDATE time_covered SET user = user + 1", "time");
    expect_found("UPDATE time_covered SET until_us = until_us - 1", "time");
    expect_found("UPDATE time_covered SET until_us = until_us + 1", "time");
    expect_found("INSERT INTO time_covered SELECT user, until_us - 1, until_us + 1 FROM time_covered", "time");
}

/* Rows that a document tells, and documents that rows tell. */
static void test_documents(void **state) {
    (void)state;
    expect_found("UPDATE stage SET webhook = 0 WHERE webhook", "stage");
    expect_found("UPDATE stage SET key = 'other' WHERE key = 'review'", "stage");
    expect_found("UPDATE stage SET removed = 1 WHERE key = 'review'", "stage");
    expect_found("UPDATE stage_edge SET target = stage WHERE name = 'submit'", "stage");
    expect_found("DELETE FROM stage_edge WHERE name = 'reject'", "stage");
    expect_found("DELETE FROM stage_member", "stage");
    expect_found("INSERT INTO stage_member SELECT id, 1 FROM stage WHERE key = 'review'", "stage");
    expect_found("UPDATE workflow SET json = replace(json, '\"Annotate\"', '\"Begin\"')", "stage");
    expect_found("UPDATE workflow SET json = '{}'", "stage");
    expect_found("DELETE FROM workflow", "stage");
    expect_found("UPDATE feature SET name = 'Bus' WHERE number = 1", "ontology");
    expect_found("UPDATE feature SET required = 1 WHERE number = 2", "ontology");
    expect_found("UPDATE feature SET parent = 0 WHERE number = 3", "ontology");
    expect_found("UPDATE feature SET archived = 2 WHERE number = 3", "ontology");
    expect_found("DELETE FROM feature WHERE number = 3", "ontology");
    expect_found("UPDATE vertex SET name = 'knee'", "ontology");
    expect_found("DELETE FROM vertex", "ontology");
    expect_found("UPDATE ontology SET json = replace(json, 'Blue', 'Green')", "ontology");
    expect_found("UPDATE ontology SET json = '[]'", "ontology");
    expect_found("UPDATE ontology SET json = json || ' '", "ontology");
}

/* What is made, changed or removed by an event of its own. */
static void test_things(void **state) {
    (void)state;
    expect_found("UPDATE project_dataset SET attached = 0", "dataset");
    expect_found("UPDATE project_dataset SET number = 2", "dataset");
    expect_found("DELETE FROM project_dataset", "dataset");
    expect_found("UPDATE dataset SET creator = 1", "dataset");
    expect_found("UPDATE dataset SET data_units = 3", "dataset");
    expect_found("UPDATE ontology SET edited_us = edited_us + 1", "ontology");
    expect_found("DELETE FROM project_tag WHERE tag = 1", "tag");
    expect_found("UPDATE tag SET deleted = 1 WHERE kind = 0", "tag");
    expect_found("UPDATE tag SET created_us = 1", "tag");
    expect_found("UPDATE tag SET kind = 1 WHERE name = 'urgent'", "tag");
    expect_found("DELETE FROM workflow_template", "workflow_template");
    expect_found("INSERT INTO workflow_template SELECT 7, x'00', title, json, creator, created_us, edited_us"
                 " FROM workflow_template",
                 "workflow_template");
    expect_found("UPDATE label_version SET creator = 3", "label_version");
    expect_found("UPDATE project SET created_us = created_us + 1", "project");
    expect_found("UPDATE project SET edited_us = edited_us + 1000000000", "project");
    expect_found("UPDATE project SET deleted_us = 1", "project");
    expect_found("UPDATE user SET created_us = 1 WHERE id = 2", "user");
}

/* Values that were set, that nobody set, and that stand in a place of their own. */
static void test_settings(void **state) {
    (void)state;
    expect_found("UPDATE project SET outbox_issues = 0", "project");
    expect_found("UPDATE project SET idle_limit_us = idle_limit_us + 1", "project");
    expect_found("UPDATE project SET self_release = 0", "project");
    expect_found("UPDATE setting SET value = 1", "setting");
    expect_found("DELETE FROM setting", "setting");
    expect_found("INSERT INTO setting(number, value) VALUES(4, 1)", "setting");
    expect_found("INSERT INTO setting(number, value) VALUES(99, 1)", "setting");
}

/* Enough events for a sealed segment, then one flipped byte of a column. */
static void test_flipped_byte(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *found = NULL;
    sqlite3 *database = NULL;
    team *made = team_new(17000, "", "");
    assert_int_equal(team_differences(made), 0);
    assert_int_equal(sqlite3_open(made->path, &database), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(database,
                     "UPDATE event_column SET data = CAST(substr(data, 1, 100) || x'ff' || substr(data, 102) AS BLOB)"
                     " WHERE id = (SELECT max(id) FROM event_column)",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_true(sqlite3_total_changes(database) > 0);
    sqlite3_close(database);
    assert_ok(annoproj_store_check(made->host, NULL, NULL, &found, &error), error);
    assert_true(annoproj_table_row_count(found) > 0);
    assert_string_equal(annoproj_table_text(found, 0, annoproj_table_column_index(found, "subject")), "segment");
    annoproj_table_free(found);
    team_free(made);
}

static void test_rights_and_arguments(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *found = NULL;
    team *made = team_new(1, "", "");
    assert_status(ANNOPROJ_PERMISSION, annoproj_store_check(made->sessions[TEAM_MANAGER], NULL, NULL, &found, &error),
                  error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_check(made->host, NULL, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_store_check(NULL, NULL, NULL, &found, &error), error);
    assert_ok(annoproj_store_info(made->sessions[TEAM_ANNOTATOR], NULL, &found, &error), error);
    assert_int_equal(annoproj_table_int64(found, 0, annoproj_table_column_index(found, "users")), TEAM_SIZE);
    assert_int_equal(annoproj_table_int64(found, 0, annoproj_table_column_index(found, "tasks")), 1);
    annoproj_table_free(found);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_file),
        cmocka_unit_test(test_slices),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_changed_counter),
        cmocka_unit_test(test_missing_event),
        cmocka_unit_test(test_moved_task),
        cmocka_unit_test(test_false_notes_of_the_queue),
        cmocka_unit_test(test_altered_published_label),
        cmocka_unit_test(test_wrong_assignee),
        cmocka_unit_test(test_flipped_vector),
        cmocka_unit_test(test_issue),
        cmocka_unit_test(test_assignment_and_version),
        cmocka_unit_test(test_review),
        cmocka_unit_test(test_kept_rejections),
        cmocka_unit_test(test_uncounted_decisions),
        cmocka_unit_test(test_outbox),
        cmocka_unit_test(test_reported_time),
        cmocka_unit_test(test_documents),
        cmocka_unit_test(test_things),
        cmocka_unit_test(test_settings),
        cmocka_unit_test(test_flipped_byte),
        cmocka_unit_test(test_rights_and_arguments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
