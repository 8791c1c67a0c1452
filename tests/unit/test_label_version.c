/* Label versions (behaviour §13): what they show for ever, what they share, who may, and what a check says of them. */
#include "label_support.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static annoproj_error *error;

/* --- support ------------------------------------------------------------------------------------------------------- */

/* An export as text, from malloc. Version 0 = the labels there are now. */
static char *exported(annoproj_project *project, int64_t version, bool coco, const annoproj_export_options *choice) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    char *path = scratch_path("exported.json");
    int64_t labels = 0;
    size_t length = 0;
    if (choice)
        options = *choice;
    options.path = path;
    annoproj_status status = version == 0
                                 ? (coco ? annoproj_project_export_coco
                                         : annoproj_project_export_labels)(project, &options, NULL, &labels, &error)
                                 : (coco ? annoproj_label_version_export_coco : annoproj_label_version_export_labels)(
                                       project, version, &options, NULL, &labels, &error);
    assert_ok(status, error);
    char *content = read_whole_file(path, &length);
    free(path);
    return content;
}

static void assert_shows(annoproj_project *project, int64_t version, const char *rows, const char *coco) {
    char *rows_now = exported(project, version, false, NULL), *coco_now = exported(project, version, true, NULL);
    assert_string_equal(rows_now, rows);
    assert_string_equal(coco_now, coco);
    free(rows_now);
    free(coco_now);
}

static int64_t create(annoproj_project *project, const char *name) {
    int64_t version = 0;
    assert_ok(annoproj_label_version_create(project, name, NULL, NULL, &version, &error), error);
    return version;
}

static int64_t count_rows(team *made, const char *query) {
    sqlite3 *database = NULL;
    sqlite3_stmt *find = NULL;
    assert_int_equal(sqlite3_open(made->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(database, query, -1, &find, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(find), SQLITE_ROW);
    const int64_t count = sqlite3_column_int64(find, 0);
    sqlite3_finalize(find);
    sqlite3_close(database);
    return count;
}

static void run_sql(team *made, const char *query) {
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(made->path, &database), SQLITE_OK);
    if (sqlite3_exec(database, query, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", query, sqlite3_errmsg(database));
    assert_true(sqlite3_total_changes(database) > 0);
    sqlite3_close(database);
}

/* Labels of every kind that COCO and label rows have. */
static void draw_some(team *made, const features *of) {
    draft changes;
    annoproj_task *video = team_task(made, TEAM_ANNOTATOR, VIDEO), *image = team_task(made, TEAM_ANNOTATOR, IMAGE),
                  *audio = team_task(made, TEAM_ANNOTATOR, AUDIO);
    put_car(video, "carCar01", of, 2, 5);
    draft_begin(&changes);
    draft_label(&changes, "carCar02", of->car);
    draft_geometry(&changes, 3, 4, (double[]){1.5, 2, 30, 40.25});
    draft_option(&changes, of->colour, of->red, -1, -1);
    draft_option(&changes, of->braking, of->yes, 3, 3);
    draft_label(&changes, "weaWea01", of->weather);
    draft_range(&changes, 1, 6);
    draft_option(&changes, of->kind, of->sunny, -1, -1);
    assert_ok(draft_write(&changes, video, NULL, &error), error);
    draft_begin(&changes);
    draft_label(&changes, "regReg01", of->region);
    draft_geometry(&changes, 0, 8, (double[]){0, 0, 10, 0, 10, 10, 0, 10});
    draft_label(&changes, "spoSpo01", of->spot);
    draft_geometry(&changes, 0, 2, (double[]){3, 4});
    assert_ok(draft_write(&changes, image, NULL, &error), error);
    draft_begin(&changes);
    draft_label(&changes, "noiNoi01", of->noise);
    draft_range(&changes, 100, 900);
    assert_ok(draft_write(&changes, audio, NULL, &error), error);
    annoproj_task_close(video);
    annoproj_task_close(image);
    annoproj_task_close(audio);
}

/* --- what they show --------------------------------------------------------------------------------------------------- */

static void test_shows_what_there_is(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    draw_some(made, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, IMAGE);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    const int64_t version = create(admin, "one");
    char *rows = exported(admin, 0, false, NULL), *coco = exported(admin, 0, true, NULL);
    assert_shows(admin, version, rows, coco);
    free(rows);
    free(coco);
    for (int i = 0; i < 3; i++) { /* the choices of the export */
        const int64_t stages[] = {i == 2 ? made->review : made->annotate}, classes[] = {of.car, of.weather};
        options.stages = stages;
        options.stage_count = i > 0;
        options.classes = classes;
        options.class_count = i < 2 ? 2 : 0;
        for (int is_coco = 0; is_coco < 2; is_coco++) {
            char *now = exported(admin, 0, is_coco, &options), *kept = exported(admin, version, is_coco, &options);
            assert_string_equal(now, kept);
            free(now);
            free(kept);
        }
    }
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* The same choices when the version is made. */
static void test_choices(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    annoproj_label_version_options options = ANNOPROJ_LABEL_VERSION_OPTIONS_INIT;
    annoproj_export_options same = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_table *table = NULL;
    draw_some(made, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, IMAGE);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    const int64_t stages[] = {made->annotate, made->annotate}, classes[] = {of.weather, of.car};
    int64_t version = 0;
    options.stages = same.stages = stages;
    options.stage_count = same.stage_count = 2;
    options.classes = same.classes = classes;
    options.class_count = same.class_count = 2;
    assert_ok(annoproj_label_version_create(admin, "chosen", &options, NULL, &version, &error), error);
    char *rows = exported(admin, 0, false, &same), *coco = exported(admin, 0, true, &same);
    assert_shows(admin, version, rows, coco);
    free(rows);
    free(coco);
    assert_ok(annoproj_label_version_list(admin, NULL, NULL, &table, &error), error);
    char *csv = NULL;
    assert_ok(annoproj_table_json(table, &csv, &error), error);
    char expected[256];
    snprintf(expected, sizeof expected, "\"stages\":[%lld],\"classes\":[%lld,%lld],\"tasks\":6,\"labels\":null",
             (long long)made->annotate, (long long)(of.car < of.weather ? of.car : of.weather),
             (long long)(of.car < of.weather ? of.weather : of.car));
    if (!strstr(csv, expected))
        fail_msg("%s is not in %s", expected, csv);
    annoproj_free(csv);
    annoproj_table_free(table);
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static char *replaced(const char *whole, const char *what, const char *by) {
    char *out = calloc(1, strlen(whole) * (strlen(by) + 1) + 1), *at = out;
    for (const char *found = strstr(whole, what); found; found = strstr(whole, what)) {
        at += sprintf(at, "%.*s%s", (int)(found - whole), whole, by);
        whole = found + strlen(what);
    }
    strcpy(at, whole);
    return out;
}

/* Everything that may change changes; then a user is erased, and only their name is another. */
static void test_shows_it_for_ever(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    char *json = NULL, erased[64];
    int64_t detached = 0;
    draw_some(made, &of);
    const int64_t version = create(admin, "before");
    char *rows = exported(admin, 0, false, NULL), *coco = exported(admin, 0, true, NULL);

    annoproj_task *video = team_task(made, TEAM_ANNOTATOR, VIDEO), *image = team_task(made, TEAM_ANNOTATOR, IMAGE);
    draft changes;
    put_car(video, "carCar01", &of, 0, 9);
    draft_begin(&changes);
    draft_remove(&changes, "carCar02");
    draft_remove(&changes, "weaWea01");
    assert_ok(draft_write(&changes, video, NULL, &error), error);
    assert_ok(annoproj_task_submit(image, NULL, NULL, &error), error);
    assert_ok(annoproj_task_submit(video, NULL, NULL, &error), error);
    assert_shows(admin, version, rows, coco);
    int64_t ontology = 0;
    annoproj_table *table = NULL;
    assert_ok(annoproj_project_get(admin, NULL, &table, &error), error);
    ontology = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "ontology"));
    annoproj_table_free(table);
    assert_ok(annoproj_ontology_json(made->host, ontology, NULL, &json, &error), error);
    char *renamed = replaced(json, "\"Car\"", "\"Vehicle\""),
         *archived = replaced(renamed, "\"archived\":false", "\"archived\":true");
    char *recoloured = replaced(archived, "#D33115", "#00FF00");
    assert_ok(annoproj_ontology_update(made->host, ontology, recoloured, NULL, &error), error);
    assert_shows(admin, version, rows, coco);
    assert_ok(annoproj_project_update(admin, "Another title", NULL, NULL, &error), error);
    assert_ok(annoproj_project_set_status(admin, ANNOPROJ_PROJECT_COMPLETED, NULL, &error), error);
    const int64_t task = made->first_task;
    table = NULL;
    assert_ok(annoproj_tasks_move(made->projects[TEAM_MANAGER], &task, 1, made->complete, false, NULL, &table, &error),
              error);
    annoproj_table_free(table);
    assert_shows(admin, version, rows, coco);
    create(admin, "between");
    assert_ok(annoproj_project_datasets(admin, NULL, &table, &error), error);
    const int64_t dataset = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "dataset"));
    annoproj_table_free(table);
    assert_ok(annoproj_project_detach_dataset(admin, dataset, NULL, &detached, &error), error);
    assert_shows(admin, version, rows, coco);
    assert_ok(annoproj_project_set_status(admin, ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_shows(admin, version, rows, coco);

    assert_ok(annoproj_user_erase(made->host, made->users[TEAM_ANNOTATOR], NULL, &error), error);
    snprintf(erased, sizeof erased, "erased user %lld", (long long)made->users[TEAM_ANNOTATOR]);
    char *renamed_rows = replaced(rows, "annotator@x.org", erased);
    assert_string_not_equal(rows, renamed_rows);
    assert_shows(admin, version, renamed_rows, coco);
    assert_int_equal(team_differences(made), 0);
    free(renamed_rows);
    free(renamed);
    free(archived);
    free(recoloured);
    annoproj_free(json);
    free(rows);
    free(coco);
    annoproj_task_close(video);
    annoproj_task_close(image);
    team_free(made);
}

/* --- what they share ---------------------------------------------------------------------------------------------------- */

#define CONTENTS "SELECT count(*) FROM label_content"

static void test_unchanged_costs_nothing(void **state) {
    (void)state;
    team *made = team_new(300, "", "");
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    char hash[16];
    for (int i = 0; i < 300; i += 100) {
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, i);
        team_draw(made, task, "", i, hash);
        annoproj_task_close(task);
    }
    const int64_t first = create(admin, "first");
    assert_int_equal(count_rows(made, CONTENTS), 1 + 3 + 3); /* ontology, parts, labels */
    const int64_t second = create(admin, "second");
    assert_int_equal(count_rows(made, CONTENTS), 7);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 100);
    team_draw(made, task, "", 7, NULL);
    const int64_t third = create(admin, "third"); /* its labels, and the part it is in */
    assert_int_equal(count_rows(made, CONTENTS), 9);
    assert_int_equal(count_rows(made, "SELECT count(DISTINCT hash) FROM label_version"), 2);
    assert_ok(annoproj_label_version_delete(admin, second, NULL, &error), error);
    assert_int_equal(count_rows(made, CONTENTS), 9);
    assert_ok(annoproj_label_version_delete(admin, first, NULL, &error), error);
    assert_int_equal(count_rows(made, CONTENTS), 7);
    assert_int_equal(team_differences(made), 0);
    char *rows = exported(admin, 0, false, NULL), *kept = exported(admin, third, false, NULL);
    assert_string_equal(rows, kept);
    assert_ok(annoproj_label_version_delete(admin, third, NULL, &error), error);
    assert_int_equal(count_rows(made, CONTENTS), 0);
    assert_int_equal(count_rows(made, "SELECT count(*) FROM label_version_part"), 0);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_version_delete(admin, third, NULL, &error), error);
    const int64_t again = create(admin, "third"); /* the name is free again, the number is not */
    assert_true(again > third);
    free(kept);
    kept = exported(admin, again, false, NULL);
    assert_string_equal(rows, kept);
    free(rows);
    free(kept);
    annoproj_task_close(task);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A version of many tasks is made in steps; a step that is the last one by a cancel leaves nothing that a check minds. */
static int32_t cancel_at(int64_t done, int64_t total, void *user_data) {
    assert_true(done <= total);
    return done >= *(int64_t *)user_data;
}

static void test_steps(void **state) {
    (void)state;
    team *made = team_new(600, "", "");
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t limit = 512, version = 0;
    for (int i = 0; i < 600; i++) {
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, i);
        team_draw(made, task, "", i % 10, NULL);
        annoproj_task_close(task);
    }
    call.progress = cancel_at;
    call.user_data = &limit;
    assert_status(ANNOPROJ_CALLBACK, annoproj_label_version_create(admin, "many", NULL, &call, &version, &error),
                  error);
    assert_int_equal(version, 0);
    assert_int_equal(count_rows(made, "SELECT count(*) FROM label_version"), 0);
    assert_int_equal(count_rows(made, CONTENTS), 512);
    assert_int_equal(team_differences(made), 0);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 3); /* what was stored of it is of no use any more */
    team_draw(made, task, "", 77, NULL);
    annoproj_task_close(task);
    limit = INT64_MAX;
    assert_ok(annoproj_label_version_create(admin, "many", NULL, &call, &version, &error), error);
    assert_int_equal(count_rows(made, CONTENTS), 1 + 5 + 600);
    assert_int_equal(count_rows(made, "SELECT count(*) FROM label_state WHERE staged"), 0);
    assert_int_equal(team_differences(made), 0);
    char *rows = exported(admin, 0, false, NULL), *kept = exported(admin, version, false, NULL);
    assert_string_equal(rows, kept);
    free(rows);
    free(kept);
    team_free(made);
}

/* --- exports that save a version -------------------------------------------------------------------------------------- */

static int64_t count_versions(team *made) {
    return count_rows(made, "SELECT count(*) FROM label_version");
}

static int64_t newest(annoproj_project *project, const char *name) {
    annoproj_table *table = NULL;
    assert_ok(annoproj_label_version_list(project, NULL, NULL, &table, &error), error);
    assert_true(annoproj_table_row_count(table) > 0);
    assert_string_equal(annoproj_table_text(table, 0, annoproj_table_column_index(table, "name")), name);
    const int64_t version = annoproj_table_int64(table, 0, annoproj_table_column_index(table, "version"));
    annoproj_table_free(table);
    return version;
}

/* The file is that of the export without a version, and that of the version for ever; also of some stages and classes. */
static void test_saves_what_it_exports(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    draw_some(made, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, IMAGE);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    const int64_t stages[] = {made->annotate}, classes[] = {of.weather, of.car, of.weather};
    for (int i = 0; i < 4; i++) {
        const bool coco = i % 2 == 1;
        annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
        char name[32];
        snprintf(name, sizeof name, "saved %d", i);
        options.stages = stages;
        options.classes = classes;
        options.stage_count = i >= 2;
        options.class_count = i >= 2 ? 3 : 0;
        char *plain = exported(admin, 0, coco, &options);
        options.version_name = name;
        char *saved = exported(admin, 0, coco, &options);
        assert_string_equal(saved, plain);
        task = team_task(made, TEAM_ANNOTATOR, VIDEO);
        put_car(task, "carCar01", &of, i, i + 4);
        annoproj_task_close(task);
        char *kept = exported(admin, newest(admin, name), coco, NULL);
        assert_string_equal(kept, plain);
        assert_int_equal(count_versions(made), i + 1);
        free(plain);
        free(saved);
        free(kept);
    }
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* A callback that stops, and one that counts what it gets. */
static int32_t stop_writing(const void *data, size_t length, void *user_data) {
    (void)data, (void)length;
    (*(int *)user_data)++;
    return 3;
}

static int32_t go_on_writing(const void *data, size_t length, void *user_data) {
    (void)data;
    *(int *)user_data += length > 0;
    return 0;
}

/* Whatever ends the export, the version is gone, and the same call can be made again. */
static void test_a_failed_export_leaves_no_version(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    annoproj_call keyed = ANNOPROJ_CALL_INIT;
    int64_t labels = 7;
    int written = 0;
    keyed.request_key = "save it";
    draw_some(made, &of);
    for (int i = 0; i < 4; i++) {
        annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
        const annoproj_call *call = i / 2 == 1 ? &keyed : NULL;
        annoproj_status (*export)(annoproj_project *, const annoproj_export_options *, const annoproj_call *, int64_t *,
                                  annoproj_error **) = i % 2 == 1 ? annoproj_project_export_coco
                                                                  : annoproj_project_export_labels;
        const char *names[] = {"rows", "coco", "rows again", "coco again"};
        keyed.request_key = i % 2 == 1 ? "save coco" : "save rows";
        options.version_name = names[i];
        options.path = "/no/such/folder/out.json";
        assert_status(ANNOPROJ_NOT_FOUND, export(admin, &options, call, &labels, &error), error);
        assert_int_equal(labels, 0);
        assert_int_equal(count_versions(made), i);
        options.path = NULL;
        options.write = stop_writing;
        options.user_data = &written;
        written = 0;
        assert_status(ANNOPROJ_CALLBACK, export(admin, &options, call, &labels, &error), error);
        assert_int_equal(written, 1);
        assert_int_equal(count_versions(made), i);
        assert_int_equal(count_rows(made, "SELECT count(*) FROM request WHERE key LIKE 'save%'"), i == 3);
        assert_int_equal(team_differences(made), 0);
        options.write = go_on_writing;
        written = 0;
        assert_ok(export(admin, &options, call, &labels, &error), error);
        assert_true(written > 0 && labels > 0);
        const int64_t version = newest(admin, names[i]), all = labels;
        options.write = stop_writing; /* a version that was there before is not taken back */
        assert_status(call ? ANNOPROJ_CALLBACK : ANNOPROJ_EXISTS, export(admin, &options, call, &labels, &error),
                      error);
        options.write = go_on_writing;
        assert_status(call ? ANNOPROJ_OK : ANNOPROJ_EXISTS, export(admin, &options, call, &labels, &error), error);
        assert_int_equal(labels, call ? all : 0);
        assert_int_equal(newest(admin, names[i]), version);
        assert_int_equal(count_versions(made), i + 1);
    }
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* The export of the version has begun: there are too few tasks for steps before it. */
static int32_t stop_at_once(int64_t done, int64_t total, void *user_data) {
    (void)done, (void)total;
    (*(int64_t *)user_data)++;
    return 1;
}

static void test_refused_saves(void **state) {
    (void)state;
    team *made = team_new(8, "", "");
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t labels = 7, calls = 0, wrong = 99;
    int written = 0;
    const int64_t version = create(admin, "kept");
    options.write = go_on_writing;
    options.user_data = &written;
    options.version_name = "kept";
    assert_status(ANNOPROJ_EXISTS, annoproj_project_export_labels(admin, &options, NULL, &labels, &error), error);
    assert_int_equal(labels, 0);
    const char *bad[] = {"", "\xff"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        options.version_name = bad[i];
        assert_status(ANNOPROJ_INVALID, annoproj_project_export_labels(admin, &options, NULL, &labels, &error), error);
    }
    options.version_name = "new";
    assert_status(ANNOPROJ_INVALID,
                  annoproj_label_version_export_labels(admin, version, &options, NULL, &labels, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_label_version_export_coco(admin, version, &options, NULL, &labels, &error),
                  error);
    options.include_reviews = true;
    assert_status(ANNOPROJ_INVALID, annoproj_project_export_labels(admin, &options, NULL, &labels, &error), error);
    options.include_reviews = false;
    options.stages = options.classes = &wrong;
    options.stage_count = 1;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_export_coco(admin, &options, NULL, &labels, &error), error);
    options.stage_count = 0;
    options.class_count = 1;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_export_coco(admin, &options, NULL, &labels, &error), error);
    options.class_count = 0;
    call.progress = stop_at_once;
    call.user_data = &calls;
    assert_status(ANNOPROJ_CALLBACK, annoproj_project_export_labels(admin, &options, &call, &labels, &error), error);
    assert_int_equal(calls, 1);
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++)
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_project_export_labels(made->projects[who], &options, NULL, &labels, &error), error);
    assert_ok(annoproj_project_set_status(admin, ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_project_export_labels(admin, &options, NULL, &labels, &error), error);
    assert_int_equal(written, 0);
    assert_int_equal(count_versions(made), 1);
    options.version_name = NULL;
    assert_ok(annoproj_project_export_labels(admin, &options, NULL, &labels, &error), error);
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* --- the list, who may, and what is refused --------------------------------------------------------------------------- */

static void test_list(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    annoproj_label_version_list_options options = ANNOPROJ_LABEL_VERSION_LIST_OPTIONS_INIT;
    annoproj_table *table = NULL;
    char name[32], *page = NULL;
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "version %d", i);
        create(i % 2 == 0 ? admin : made->host_project, name);
        made->now_us += 1000000;
    }
    for (int i = 4; i >= 0; i -= 2) {
        options.page = page;
        options.limit = 2;
        assert_ok(annoproj_label_version_list(admin, &options, NULL, &table, &error), error);
        free(page);
        snprintf(name, sizeof name, "version %d", i);
        assert_string_equal(annoproj_table_text(table, 0, annoproj_table_column_index(table, "name")), name);
        assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "creator")),
                         made->users[TEAM_ADMIN]);
        assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "tasks")), 2);
        assert_int_equal(annoproj_table_row_count(table), i == 0 ? 1 : 2);
        page = annoproj_table_next_page(table) ? strdup(annoproj_table_next_page(table)) : NULL;
        assert_true((page != NULL) == (i > 0));
        annoproj_table_free(table);
    }
    options.page = "nonsense";
    assert_status(ANNOPROJ_INVALID, annoproj_label_version_list(admin, &options, NULL, &table, &error), error);
    options.page = NULL;
    options.limit = 10001;
    assert_status(ANNOPROJ_INVALID, annoproj_label_version_list(admin, &options, NULL, &table, &error), error);
    team_free(made);
}

static void test_refusals(void **state) {
    (void)state;
    team *made = team_new(2, "", "");
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    annoproj_label_version_options options = ANNOPROJ_LABEL_VERSION_OPTIONS_INIT;
    annoproj_export_options to = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_table *table = NULL;
    int64_t version = create(admin, "kept"), made_now = 7, labels = 7, wrong = 99;
    char *path = scratch_path("never.json");
    to.path = path;
    assert_status(ANNOPROJ_EXISTS, annoproj_label_version_create(admin, "kept", NULL, NULL, &made_now, &error), error);
    assert_int_equal(made_now, 0);
    assert_status(ANNOPROJ_INVALID, annoproj_label_version_create(admin, "", NULL, NULL, &made_now, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_label_version_create(admin, NULL, NULL, NULL, &made_now, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_label_version_create(admin, "a", NULL, NULL, NULL, &error), error);
    options.stage_count = 1;
    assert_status(ANNOPROJ_INVALID, annoproj_label_version_create(admin, "a", &options, NULL, &made_now, &error),
                  error);
    options.stages = &wrong;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_version_create(admin, "a", &options, NULL, &made_now, &error),
                  error);
    options.stage_count = 0;
    options.class_count = 1;
    assert_status(ANNOPROJ_INVALID, annoproj_label_version_create(admin, "a", &options, NULL, &made_now, &error),
                  error);
    wrong = TEAM_COLOUR; /* no class */
    options.classes = &wrong;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_version_create(admin, "a", &options, NULL, &made_now, &error),
                  error);
    const int64_t unknown[] = {0, -1, version + 1, INT64_MAX};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        assert_status(ANNOPROJ_NOT_FOUND, annoproj_label_version_delete(admin, unknown[i], NULL, &error), error);
        assert_status(ANNOPROJ_NOT_FOUND,
                      annoproj_label_version_export_labels(admin, unknown[i], &to, NULL, &labels, &error), error);
        assert_status(ANNOPROJ_NOT_FOUND,
                      annoproj_label_version_export_coco(admin, unknown[i], &to, NULL, &labels, &error), error);
        assert_int_equal(labels, 0);
    }
    for (int who = TEAM_MANAGER; who < TEAM_SIZE; who++) {
        annoproj_project *other = made->projects[who];
        assert_status(ANNOPROJ_PERMISSION, annoproj_label_version_create(other, "a", NULL, NULL, &made_now, &error),
                      error);
        assert_status(ANNOPROJ_PERMISSION, annoproj_label_version_list(other, NULL, NULL, &table, &error), error);
        assert_status(ANNOPROJ_PERMISSION, annoproj_label_version_delete(other, version, NULL, &error), error);
        assert_status(ANNOPROJ_PERMISSION,
                      annoproj_label_version_export_labels(other, version, &to, NULL, &labels, &error), error);
    }
    assert_ok(annoproj_project_set_status(admin, ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_label_version_create(admin, "a", NULL, NULL, &made_now, &error), error);
    assert_status(ANNOPROJ_STATE, annoproj_label_version_delete(admin, version, NULL, &error), error);
    assert_ok(annoproj_label_version_list(admin, NULL, NULL, &table, &error), error);
    annoproj_table_free(table);
    free(path);
    team_free(made);
}

/* --- a check ------------------------------------------------------------------------------------------------------------ */

static void expect_found(const char *plant, bool export_fails) {
    team *made = team_new(4, "", "");
    annoproj_project *admin = made->projects[TEAM_ADMIN];
    annoproj_export_options to = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_table *found = NULL;
    char *path = scratch_path("never.json");
    int64_t labels = 0, others = 0;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, 0);
    team_draw(made, task, "", 1, NULL);
    annoproj_task_close(task);
    const int64_t version = create(admin, "one");
    assert_int_equal(team_differences(made), 0);
    run_sql(made, plant);
    assert_ok(annoproj_store_check(made->host, NULL, NULL, &found, &error), error);
    const int32_t subject = annoproj_table_column_index(found, "subject");
    for (int64_t row = 0; row < annoproj_table_row_count(found); row++)
        others += strcmp(annoproj_table_text(found, row, subject), "label_version") != 0;
    if (annoproj_table_row_count(found) == 0 || others > 0)
        fail_msg("%s: %lld differences, %lld of them of something else", plant,
                 (long long)annoproj_table_row_count(found), (long long)others);
    annoproj_table_free(found);
    to.path = path;
    if (export_fails)
        assert_status(ANNOPROJ_CORRUPT,
                      annoproj_label_version_export_labels(admin, version, &to, NULL, &labels, &error), error);
    free(path);
    team_free(made);
}

static void test_check(void **state) {
    (void)state;
    expect_found(
        "UPDATE label_content SET data = CAST(data || x'00' AS BLOB) WHERE hash = (SELECT contents FROM label_state)",
        true);
    expect_found("DELETE FROM label_content WHERE hash = (SELECT contents FROM label_state)", true);
    expect_found("DELETE FROM label_content WHERE hash = (SELECT hash FROM label_version_part)", true);
    expect_found("DELETE FROM label_content WHERE hash = (SELECT ontology FROM label_version)", true);
    expect_found("UPDATE label_version SET hash = x'00'", true);
    expect_found("UPDATE label_version SET hash = randomblob(32)", false);
    expect_found("UPDATE label_version SET tasks = 5", false);
    expect_found("UPDATE label_version SET labels = 5", false);
    expect_found("INSERT INTO label_content(project, hash, data) SELECT project, randomblob(32), x'00' FROM "
                 "label_version",
                 false);
    expect_found("UPDATE label SET confidence = 0.5", false); /* behind the back of its version */
    expect_found("DELETE FROM label_version", false);
}

int main(void) {
    scratch_in_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows_what_there_is),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_shows_it_for_ever),
        cmocka_unit_test(test_unchanged_costs_nothing),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_saves_what_it_exports),
        cmocka_unit_test(test_a_failed_export_leaves_no_version),
        cmocka_unit_test(test_refused_saves),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
