/* Every allocation of every label, review and issue call fails once: NO_MEMORY, nothing changed, nothing lost. */
#include <stdio.h>
#include <string.h>

#include "label_support.h"
#include "memory_support.h"

typedef struct scene {
    team *made;
    features of;
    annoproj_task *annotator, *manager;
    annoproj_project *project;
    int64_t issue, ontology;
    draft changes;
    char *row;
} scene;

typedef annoproj_status (*call_fn)(scene *on, annoproj_error **error);

static annoproj_status keep_table(annoproj_status status, annoproj_table *table) {
    assert_true((status == ANNOPROJ_OK) == (table != NULL));
    annoproj_table_free(table);
    return status;
}

static annoproj_status write_labels(scene *on, annoproj_error **error) {
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *table = NULL;
    options.force = true;
    annoproj_status status = annoproj_labels_write(on->annotator, &on->changes.changes, &options, NULL, &table, error);
    return keep_table(status, table);
}

/* One frame and one answer of a label that has more. */
static annoproj_status change_label(scene *on, annoproj_error **error) {
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *table = NULL;
    static draft change;
    options.force = true;
    draft_begin(&change);
    draft_label(&change, "label001", 0);
    change.actions[0] = ANNOPROJ_LABEL_CHANGE;
    draft_box(&change, 4, 4);
    draft_option(&change, on->of.braking, on->of.no, 4, 4);
    annoproj_status status = annoproj_labels_write(on->annotator, draft_changes(&change), &options, NULL, &table,
                                                   error);
    return keep_table(status, table);
}

/* The label row that was read, with another width of a box, the rest of it as it was. */
static annoproj_status read_row(scene *on, annoproj_error **error) {
    char *json = NULL;
    annoproj_status status = annoproj_task_label_row(on->manager, NULL, NULL, &json, error);
    assert_true((status == ANNOPROJ_OK) == (json != NULL));
    if (json) {
        annoproj_free(on->row);
        on->row = json;
        char *width = strstr(json, "\"w\":");
        assert_non_null(width);
        width[4] = width[4] == '0' ? '1' : '0';
    }
    return status;
}

static annoproj_status write_row(scene *on, annoproj_error **error) {
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *table = NULL;
    options.force = true;
    annoproj_status status = annoproj_label_row_write(on->annotator, on->row, &options, NULL, &table, error);
    return keep_table(status, table);
}

static annoproj_status read_labels(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_task_labels(on->manager, NULL, &table, error);
    return keep_table(status, table);
}

static annoproj_status read_geometry(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_task_geometry(on->manager, ANNOPROJ_UNIT_NORMALISED, NULL, &table, error);
    return keep_table(status, table);
}

static annoproj_status read_answers(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_task_answers(on->manager, NULL, &table, error);
    return keep_table(status, table);
}

#define BONES                                                                                                          \
    "{\"id\":\"1\",\"name\":\"Bones\",\"shape\":\"skeleton\",\"featureNodeHash\":\"bones\",\"attributes\":[{\"id\":"   \
    "\"1.1\","                                                                                                         \
    "\"name\":\"Side\",\"type\":\"text\",\"featureNodeHash\":\"side\"}]}"
static const char with_bones[] =
    "{\"objects\":[" BONES "],\"skeleton_templates\":[{\"template\":{\"name\":\"Legs\",\"feature_node_hash\":\"bones\","
    "\"skeleton\":{\"0\":{\"name\":\"Hip\"},\"1\":{\"name\":\"Knee\",\"color\":\"#000000\"}}}}]}";

static annoproj_status create_ontology(scene *on, annoproj_error **error) {
    int64_t ontology = 0;
    annoproj_status status = annoproj_ontology_create(on->made->host, "Bones", with_bones, NULL, &ontology, error);
    assert_true((status == ANNOPROJ_OK) == (ontology != 0));
    on->ontology = ontology;
    return status;
}

/* A project uses it: what the text lacks is kept. */
static annoproj_status update_ontology(scene *on, annoproj_error **error) {
    return annoproj_ontology_update(on->made->host, on->ontology, "{\"objects\":[]}", NULL, error);
}

static annoproj_status read_vertices(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_ontology_vertices(on->made->host, on->ontology, NULL, &table, error);
    if (status == ANNOPROJ_OK) {
        assert_int_equal(annoproj_table_row_count(table), 2);
    }
    return keep_table(status, table);
}

static void use_ontology(scene *on) {
    static const char workflow[] =
        "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":"
        "\"c\"}},{\"key\":\"c\",\"type\":\"DONE\"}]}";
    annoproj_project *project = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_project_create(on->made->host, "Bones", on->ontology, workflow, NULL, NULL, &project, &error),
              error);
    annoproj_project_close(project);
}

static annoproj_status submit(scene *on, annoproj_error **error) {
    return annoproj_task_submit(on->annotator, NULL, NULL, error);
}

static annoproj_status approve_label(scene *on, annoproj_error **error) {
    return annoproj_label_approve(on->manager, "label001", NULL, error);
}

static annoproj_status reopen_label(scene *on, annoproj_error **error) {
    return annoproj_label_reopen(on->manager, "label001", NULL, error);
}

static annoproj_status reject_label(scene *on, annoproj_error **error) {
    int64_t issue = 0;
    annoproj_status status = annoproj_label_reject(on->manager, "label001", "no", NULL, NULL, &issue, error);
    assert_true((status == ANNOPROJ_OK) == (issue != 0));
    return status;
}

static annoproj_status create_issue(scene *on, annoproj_error **error) {
    int64_t issue = 0;
    annoproj_status status = annoproj_issue_create(on->manager, "look", NULL, NULL, &issue, error);
    on->issue = issue ? issue : on->issue;
    return status;
}

static annoproj_status comment_issue(scene *on, annoproj_error **error) {
    return annoproj_issue_comment(on->project, on->issue, "more", NULL, error);
}

static annoproj_status resolve_issue(scene *on, annoproj_error **error) {
    return annoproj_issue_resolve(on->project, on->issue, NULL, error);
}

static annoproj_status reopen_issue(scene *on, annoproj_error **error) {
    return annoproj_issue_reopen(on->project, on->issue, NULL, error);
}

static annoproj_status read_issues(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_task_issues(on->manager, NULL, &table, error);
    return keep_table(status, table);
}

static annoproj_status read_comments(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_task_comments(on->manager, NULL, &table, error);
    return keep_table(status, table);
}

static annoproj_status approve_task(scene *on, annoproj_error **error) {
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    return annoproj_task_approve(on->manager, &options, NULL, error);
}

/* Until a run meets no failing allocation any more. A failure that the call can do without may leave it OK. */
static void fail_everywhere(const char *name, scene *on, call_fn call) {
    size_t refused = 0;
    for (size_t at = 1;; at++) {
        annoproj_error *error = NULL;
        int64_t before = last_seq(on->made);
        memory_fail_at(at);
        annoproj_status status = call(on, &error);
        bool failed = memory_has_failed();
        memory_fail_at(0);
        if (status != ANNOPROJ_OK && (!failed || status != ANNOPROJ_NO_MEMORY)) {
            fail_msg("%s, allocation %zu: %s: %s", name, at, annoproj_status_name(status),
                     annoproj_error_message(error));
        }
        annoproj_error_free(error);
        if (status == ANNOPROJ_OK) {
            break;
        }
        refused++;
        assert_int_equal(last_seq(on->made), before);
    }
    if (refused == 0) {
        fail_msg("%s: no allocation was refused", name);
    }
}

static void make_changes(scene *on) {
    draft_begin(&on->changes);
    draft_label(&on->changes, "label001", on->of.car);
    draft_box(&on->changes, 0, 9);
    draft_option(&on->changes, on->of.braking, on->of.yes, 2, 4);
    draft_text(&on->changes, on->of.note, "note");
    draft_label(&on->changes, "", on->of.bones);
    draft_geometry(&on->changes, 3, 6, (const double[]){1, 2, ANNOPROJ_VISIBILITY_VISIBLE, 3, 4, 0});
    draft_label(&on->changes, "", on->of.weather);
    draft_range(&on->changes, 1, 3);
    draft_changes(&on->changes);
}

static void every_call(void **state) {
    (void)state;
    static scene on;
    static const struct step {
        const char *name;
        call_fn call;
    } steps[] = {
        {"labels_write", write_labels},   {"labels_write, a change", change_label},
        {"task_label_row", read_row},     {"label_row_write", write_row},
        {"task_labels", read_labels},     {"task_geometry", read_geometry},
        {"task_answers", read_answers},   {"task_submit", submit},
        {"label_approve", approve_label}, {"label_reopen", reopen_label},
        {"label_reject", reject_label},   {"issue_create", create_issue},
        {"issue_comment", comment_issue}, {"issue_resolve", resolve_issue},
        {"issue_reopen", reopen_issue},   {"task_issues", read_issues},
        {"task_comments", read_comments}, {"task_approve", approve_task},
    };
    on.made = label_team("", "\"strict_review\": false", false, &on.of);
    on.annotator = team_task(on.made, TEAM_ANNOTATOR, VIDEO);
    on.manager = team_task(on.made, TEAM_MANAGER, VIDEO);
    on.project = on.made->projects[TEAM_MANAGER];
    put_car(on.annotator, "label000", &on.of, 0, 1);
    make_changes(&on);
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        fail_everywhere(steps[i].name, &on, steps[i].call);
    }
    fail_everywhere("ontology_create", &on, create_ontology);
    use_ontology(&on);
    fail_everywhere("ontology_vertices", &on, read_vertices);
    fail_everywhere("ontology_update", &on, update_ontology);
    fail_everywhere("ontology_vertices", &on, read_vertices);
    assert_int_equal(team_differences(on.made), 0);
    annoproj_free(on.row);
    annoproj_task_close(on.annotator);
    annoproj_task_close(on.manager);
    team_free(on.made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_call)};
    memory_watch();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
