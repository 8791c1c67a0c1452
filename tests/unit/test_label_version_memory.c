/* Every allocation of every label version call fails once: NO_MEMORY, nothing changed, nothing lost. */
#include <stdio.h>
#include <stdlib.h>

#include "label_support.h"
#include "memory_support.h"

typedef struct scene {
    team *made;
    features of;
    annoproj_project *project;
    int64_t empty, drawn, chosen; /* versions */
    char *path;
    int saves; /* calls so far: each has a request key of its own */
} scene;

typedef annoproj_status (*call_fn)(scene *on, annoproj_error **error);

static annoproj_status keep_table(annoproj_status status, annoproj_table *table, int64_t rows) {
    assert_true((status == ANNOPROJ_OK) == (table != NULL));
    if (table)
        assert_int_equal(annoproj_table_row_count(table), rows);
    annoproj_table_free(table);
    return status;
}

/* Labels that no version looked at yet are stored by the way. */
static annoproj_status create(scene *on, annoproj_error **error) {
    annoproj_status status = annoproj_label_version_create(on->project, "drawn", NULL, NULL, &on->drawn, error);
    assert_true((status == ANNOPROJ_OK) == (on->drawn != 0));
    return status;
}

static annoproj_status create_chosen(scene *on, annoproj_error **error) {
    annoproj_label_version_options options = ANNOPROJ_LABEL_VERSION_OPTIONS_INIT;
    const int64_t stages[] = {on->made->review, on->made->annotate}, classes[] = {on->of.weather, on->of.car};
    options.stages = stages;
    options.classes = classes;
    options.stage_count = options.class_count = 2;
    annoproj_status status = annoproj_label_version_create(on->project, "chosen", &options, NULL, &on->chosen, error);
    assert_true((status == ANNOPROJ_OK) == (on->chosen != 0));
    return status;
}

static annoproj_status list(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_label_version_list(on->project, NULL, NULL, &table, error);
    return keep_table(status, table, 3);
}

static annoproj_status list_page(scene *on, annoproj_error **error) {
    annoproj_label_version_list_options options = ANNOPROJ_LABEL_VERSION_LIST_OPTIONS_INIT;
    annoproj_table *table = NULL;
    options.limit = 1;
    annoproj_status status = annoproj_label_version_list(on->project, &options, NULL, &table, error);
    return keep_table(status, table, 1);
}

static annoproj_status export_as(scene *on, bool coco, annoproj_error **error) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    int64_t labels = 0;
    options.path = on->path;
    annoproj_status status = (coco ? annoproj_label_version_export_coco : annoproj_label_version_export_labels)(
        on->project, on->drawn, &options, NULL, &labels, error);
    assert_true((status == ANNOPROJ_OK) == (labels != 0));
    return status;
}

static annoproj_status export_coco(scene *on, annoproj_error **error) {
    return export_as(on, true, error);
}

static annoproj_status export_rows(scene *on, annoproj_error **error) {
    return export_as(on, false, error);
}

/* A version that was made and not written is taken back. */
static annoproj_status save_as(scene *on, bool coco, annoproj_error **error) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t labels = 0;
    char key[32];
    snprintf(key, sizeof key, "save %d", ++on->saves);
    options.path = on->path;
    options.version_name = "saved";
    call.request_key = key;
    annoproj_status status = (coco ? annoproj_project_export_coco
                                   : annoproj_project_export_labels)(on->project, &options, &call, &labels, error);
    assert_true((status == ANNOPROJ_OK) == (labels != 0));
    return status;
}

static annoproj_status save_coco(scene *on, annoproj_error **error) {
    return save_as(on, true, error);
}

static annoproj_status save_rows(scene *on, annoproj_error **error) {
    return save_as(on, false, error);
}

static annoproj_status diff(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_label_version_diff(on->project, on->empty, on->drawn, NULL, NULL, &table, error);
    return keep_table(status, table, 3);
}

/* With the labels there are now, of which one is another, one is gone, and one is new. */
static annoproj_status diff_now(scene *on, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = annoproj_label_version_diff(on->project, on->drawn, 0, NULL, NULL, &table, error);
    return keep_table(status, table, 3);
}

static annoproj_status restore_some(scene *on, annoproj_error **error) {
    annoproj_label_version_restore_options options = ANNOPROJ_LABEL_VERSION_RESTORE_OPTIONS_INIT;
    const int64_t tasks[] = {on->made->first_task + VIDEO_3, 7};
    annoproj_table *table = NULL;
    options.tasks = tasks;
    options.task_count = 2;
    options.force = true;
    annoproj_status status = annoproj_label_version_restore(on->project, on->empty, &options, NULL, &table, error);
    return keep_table(status, table, 2);
}

static annoproj_status restore(scene *on, annoproj_error **error) {
    annoproj_label_version_restore_options options = ANNOPROJ_LABEL_VERSION_RESTORE_OPTIONS_INIT;
    annoproj_table *table = NULL;
    options.force = true;
    annoproj_status status = annoproj_label_version_restore(on->project, on->drawn, &options, NULL, &table, error);
    return keep_table(status, table, 3);
}

static annoproj_status delete (scene *on, annoproj_error **error) {
    return annoproj_label_version_delete(on->project, on->drawn, NULL, error);
}

/* Until a run meets no failing allocation any more. A failure that the call can do without may leave it OK: what it did is
 * undone then, where there is a way, and the next allocation fails. */
static void fail_everywhere(const char *name, scene *on, call_fn call, void (*undo)(scene *on)) {
    size_t refused = 0;
    bool failed = true;
    for (size_t at = 1; failed; at++) {
        annoproj_error *error = NULL;
        const int64_t before = last_seq(on->made);
        memory_fail_at(at);
        const annoproj_status status = call(on, &error);
        failed = memory_has_failed();
        memory_fail_at(0);
        if (status != ANNOPROJ_OK && (!failed || status != ANNOPROJ_NO_MEMORY))
            fail_msg("%s, allocation %zu: %s: %s", name, at, annoproj_status_name(status),
                     annoproj_error_message(error));
        annoproj_error_free(error);
        refused += status != ANNOPROJ_OK;
        if (status != ANNOPROJ_OK)
            assert_int_equal(last_seq(on->made), before);
        else if (failed && undo)
            undo(on);
    }
    print_message("%s: %zu allocations refused\n", name, refused);
    assert_true(refused > 0);
}

static int64_t versions(scene *on, int64_t *newest) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    assert_ok(annoproj_label_version_list(on->project, NULL, NULL, &table, &error), error);
    const int64_t count = annoproj_table_row_count(table);
    *newest = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "version"));
    annoproj_table_free(table);
    return count;
}

/* The same for exports that save a version: one that fails leaves none. */
static void save_everywhere(const char *name, scene *on, call_fn call) {
    size_t refused = 0;
    int64_t newest = 0;
    const int64_t before = versions(on, &newest);
    bool failed = true;
    for (size_t at = 1; failed; at++) {
        annoproj_error *error = NULL;
        memory_fail_at(at);
        const annoproj_status status = call(on, &error);
        failed = memory_has_failed();
        memory_fail_at(0);
        if (status != ANNOPROJ_OK && (!failed || status != ANNOPROJ_NO_MEMORY))
            fail_msg("%s, allocation %zu: %s: %s", name, at, annoproj_status_name(status),
                     annoproj_error_message(error));
        annoproj_error_free(error);
        refused += status != ANNOPROJ_OK;
        assert_int_equal(versions(on, &newest), before + (status == ANNOPROJ_OK));
        if (status == ANNOPROJ_OK)
            assert_ok(annoproj_label_version_delete(on->project, newest, NULL, &error), error);
    }
    print_message("%s: %zu allocations refused\n", name, refused);
    assert_true(refused > 0);
}

static void draw(scene *on, int unit, const char *hash, int64_t last_frame) {
    annoproj_task *task = team_task(on->made, TEAM_ANNOTATOR, unit);
    put_car(task, hash, &on->of, 0, last_frame);
    annoproj_task_close(task);
}

static void draw_weather(scene *on, int unit) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(on->made, TEAM_ANNOTATOR, unit);
    draft changes;
    draft_begin(&changes);
    draft_label(&changes, "weaWea01", on->of.weather);
    draft_range(&changes, 1, 6);
    draft_option(&changes, on->of.kind, on->of.sunny, -1, -1);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    annoproj_task_close(task);
}

static void change_all(scene *on) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(on->made, TEAM_ANNOTATOR, VIDEO_2);
    draft changes;
    draft_begin(&changes);
    draft_remove(&changes, "carCar02");
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    annoproj_task_close(task);
    draw(on, VIDEO, "carCar01", 7);
    draw(on, VIDEO_3, "carCar03", 1);
}

/* The labels are written anew, so that no version has looked at them. */
static void undo_create(scene *on) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_label_version_delete(on->project, on->drawn, NULL, &error), error);
    draw(on, VIDEO, "carCar01", 3);
    draw(on, VIDEO_2, "carCar02", 2);
}

static void undo_chosen(scene *on) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_label_version_delete(on->project, on->chosen, NULL, &error), error);
}

static void undo_some(scene *on) {
    draw(on, VIDEO_3, "carCar03", 1);
}

static void undo_restore(scene *on) {
    change_all(on);
}

static void undo_delete(scene *on) {
    annoproj_error *error = NULL;
    assert_ok(annoproj_label_version_create(on->project, "drawn", NULL, NULL, &on->drawn, &error), error);
    undo_some(on);
}

static void every_call(void **state) {
    (void)state;
    static scene on;
    annoproj_error *error = NULL;
    on.made = label_team("", "", false, &on.of);
    on.project = on.made->projects[TEAM_ADMIN];
    on.path = scratch_path("version.json");
    assert_ok(annoproj_label_version_create(on.project, "empty", NULL, NULL, &on.empty, &error), error);
    draw(&on, VIDEO, "carCar01", 3);
    draw(&on, VIDEO_2, "carCar02", 2);
    draw_weather(&on, VIDEO);
    fail_everywhere("create", &on, create, undo_create);
    fail_everywhere("create, chosen", &on, create_chosen, undo_chosen);
    fail_everywhere("list", &on, list, NULL);
    fail_everywhere("list, a page", &on, list_page, NULL);
    fail_everywhere("export_coco", &on, export_coco, NULL);
    fail_everywhere("export_labels", &on, export_rows, NULL);
    save_everywhere("project_export_coco", &on, save_coco);
    save_everywhere("project_export_labels", &on, save_rows);
    fail_everywhere("diff", &on, diff, NULL);
    change_all(&on);
    fail_everywhere("diff, now", &on, diff_now, NULL);
    fail_everywhere("restore, some", &on, restore_some, undo_some);
    draw(&on, VIDEO_3, "carCar03", 1);
    fail_everywhere("restore", &on, restore, undo_restore);
    fail_everywhere("delete", &on, delete, undo_delete);
    assert_int_equal(team_differences(on.made), 0);
    free(on.path);
    team_free(on.made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_call)};
    memory_watch();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
