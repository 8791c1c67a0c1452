/* Datasets and data units: made in bulk, checked row by row, seen by those whose they are or whose projects use them. */
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "support.h"
#include "team.h"

static const char *text_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_text(table, row, annoproj_table_column_index(table, column));
}

static int64_t int_of(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
}

static bool null_in(annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_is_null(table, row, annoproj_table_column_index(table, column));
}

static int64_t new_dataset(annoproj_session *session, const char *title) {
    annoproj_error *error = NULL;
    int64_t dataset = 0;
    assert_ok(annoproj_dataset_create(session, title, NULL, NULL, &dataset, &error), error);
    return dataset;
}

static void test_create(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    int64_t dataset = 0;
    assert_ok(annoproj_dataset_create(made->sessions[TEAM_ANNOTATOR], "Cats", "all of\nthem", NULL, &dataset, &error),
              error);
    assert_ok(annoproj_dataset_get(made->sessions[TEAM_ANNOTATOR], dataset, NULL, &table, &error), error);
    assert_string_equal(text_of(table, 0, "title"), "Cats");
    assert_string_equal(text_of(table, 0, "description"), "all of\nthem");
    assert_int_equal(int_of(table, 0, "creator"), made->users[TEAM_ANNOTATOR]);
    assert_int_equal(int_of(table, 0, "data_units"), 0);
    assert_int_equal(int_of(table, 0, "created"), made->now_us);
    assert_int_equal(strlen(text_of(table, 0, "uuid")), 36);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_dataset_create(made->host, "", NULL, NULL, &dataset, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_dataset_create(made->host, "a\tb", NULL, NULL, &dataset, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_dataset_create(made->host, NULL, NULL, NULL, &dataset, &error), error);
    assert_int_equal(dataset, 0);
    team_free(made);
}

/* A list has exactly the things for which a single get succeeds. */
static void test_list_and_get_agree(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    int64_t tasks = 0, user = 0;
    annoproj_session *outside = NULL;
    assert_ok(annoproj_user_create(made->host, "out@x.org", "Out", ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error);
    assert_ok(annoproj_session_open(made->store, user, NULL, NULL, &outside, &error), error);
    const int64_t all[] = {made->dataset, new_dataset(made->host, "host's"),
                           new_dataset(made->sessions[TEAM_BOTH], "both's"), new_dataset(outside, "outsider's"),
                           new_dataset(made->sessions[TEAM_ADMIN], "attached once")};
    assert_ok(annoproj_project_attach_dataset(made->projects[TEAM_ADMIN], all[4], NULL, &tasks, &error), error);
    assert_ok(annoproj_project_detach_dataset(made->projects[TEAM_ADMIN], all[4], NULL, &tasks, &error), error);
    const struct {
        annoproj_session *session;
        bool seen[5];
    } cases[] = {{made->host, {true, true, true, true, true}},
                 {made->sessions[TEAM_ADMIN], {true, true, true, true, true}}, /* org admin */
                 {made->sessions[TEAM_MANAGER], {true, false, false, false, false}},
                 {made->sessions[TEAM_BOTH], {true, false, true, false, false}},
                 {outside, {false, false, false, true, false}}};
    for (size_t i = 0; i < 5; i++) {
        annoproj_table *list = NULL, *one = NULL;
        int64_t count = 0;
        assert_ok(annoproj_dataset_list(cases[i].session, NULL, &list, &error), error);
        for (int64_t row = 1; row < annoproj_table_row_count(list); row++) {
            assert_true(strcmp(text_of(list, row - 1, "title"), text_of(list, row, "title")) <= 0);
        }
        for (size_t k = 0; k < 5; k++) {
            bool listed = false;
            for (int64_t row = 0; row < annoproj_table_row_count(list); row++) {
                listed = listed || int_of(list, row, "dataset") == all[k];
            }
            assert_int_equal(listed, cases[i].seen[k]);
            assert_status(listed ? ANNOPROJ_OK : ANNOPROJ_NOT_FOUND,
                          annoproj_dataset_get(cases[i].session, all[k], NULL, &one, &error), error);
            annoproj_table_free(one);
            assert_status(listed ? ANNOPROJ_OK : ANNOPROJ_NOT_FOUND,
                          annoproj_data_unit_list(cases[i].session, all[k], NULL, NULL, &one, &error), error);
            annoproj_table_free(one);
            count += cases[i].seen[k];
        }
        assert_int_equal(annoproj_table_row_count(list), count);
        annoproj_table_free(list);
        assert_status(cases[i].seen[0] ? ANNOPROJ_OK : ANNOPROJ_NOT_FOUND,
                      annoproj_data_unit_get(cases[i].session, (made->dataset << 32) + 1, NULL, &one, &error), error);
        annoproj_table_free(one);
    }
    /* Attaching is no way to reach what one does not see. */
    assert_ok(annoproj_user_update(made->host, made->users[TEAM_MANAGER], "M", ANNOPROJ_ORG_ADMIN, NULL, &error),
              error);
    assert_ok(annoproj_user_update(made->host, made->users[TEAM_ADMIN], "A", ANNOPROJ_ORG_MEMBER, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_project_attach_dataset(made->projects[TEAM_ADMIN], all[3], NULL, &tasks, &error), error);
    annoproj_session_close(outside);
    team_free(made);
}

/* ---- data units ---- */

/* Texts of one field: "a" and "bb" joined, with the offsets of each. */
typedef struct units {
    annoproj_data_units made;
    char text[512];
    int64_t offsets[4][8];
} units;

static const int64_t *add_field(units *of, int field, const char *const *values, size_t count) {
    of->offsets[field][0] = (int64_t)of->made.text_length;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(values[i]);
        memcpy(of->text + of->made.text_length, values[i], length);
        of->made.text_length += length;
        of->offsets[field][i + 1] = (int64_t)of->made.text_length;
    }
    of->made.text = of->text;
    of->made.count = count;
    return of->offsets[field];
}

static void begin_units(units *of, const char *const *titles, size_t count) {
    memset(of, 0, sizeof *of);
    annoproj_data_units_init(&of->made);
    of->made.title_offsets = add_field(of, 0, titles, count);
}

static void test_every_field_comes_back(void **state) {
    (void)state;
    static const char *const titles[] = {"a.mp4", "b.wav", "c.html"},
                             *const media[] = {"video/webm", "audio/flac", "text/html"},
                             *const links[] = {"https://x/a", "", "file:c"},
                             *const metadata[] = {"{\"k\": [1, null]}", "", "{}"};
    static const int32_t types[] = {ANNOPROJ_DATA_VIDEO, ANNOPROJ_DATA_AUDIO, ANNOPROJ_DATA_PLAIN_TEXT};
    static const int64_t widths[] = {1 << 20, 0, 1}, heights[] = {480, 0, 1}, frames[] = {300, 0, 1},
                         bytes[] = {INT64_C(5000000000), 0, 12};
    static const double fps[] = {29.97, 0, 0}, durations[] = {10.01, 3.5, 0};
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_table *table = NULL;
    units of;
    int64_t first = 0;
    begin_units(&of, titles, 3);
    of.made.media_type_offsets = add_field(&of, 1, media, 3);
    of.made.link_offsets = add_field(&of, 2, links, 3);
    of.made.client_metadata_offsets = add_field(&of, 3, metadata, 3);
    of.made.data_types = types;
    of.made.widths = widths;
    of.made.heights = heights;
    of.made.frames = frames;
    of.made.fps = fps;
    of.made.durations = durations;
    of.made.file_bytes = bytes;
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &of.made, NULL, &first, &error), error);
    assert_int_equal(first, (made->dataset << 32) + 1);
    const int64_t ids[] = {first + 2, first, first + 1};
    assert_ok(annoproj_data_units_get(made->host, ids, 3, NULL, &table, &error), error);
    assert_string_equal(text_of(table, 1, "title"), "a.mp4");
    assert_string_equal(text_of(table, 1, "data_type"), "video");
    assert_string_equal(text_of(table, 1, "media_type"), "video/webm");
    assert_string_equal(text_of(table, 1, "link"), "https://x/a");
    assert_string_equal(text_of(table, 1, "client_metadata"), "{\"k\": [1, null]}");
    assert_int_equal(int_of(table, 1, "width"), 1 << 20);
    assert_int_equal(int_of(table, 1, "height"), 480);
    assert_int_equal(int_of(table, 1, "frames"), 300);
    assert_int_equal(int_of(table, 1, "file_bytes"), INT64_C(5000000000));
    assert_true(annoproj_table_double(table, 1, annoproj_table_column_index(table, "fps")) == 29.97);
    assert_true(annoproj_table_double(table, 1, annoproj_table_column_index(table, "duration")) == 10.01);
    assert_int_equal(int_of(table, 1, "dataset"), made->dataset);
    assert_string_equal(text_of(table, 2, "data_type"), "audio");
    assert_string_equal(text_of(table, 2, "link"), "");
    assert_true(null_in(table, 2, "client_metadata") && null_in(table, 2, "width") && null_in(table, 2, "height"));
    assert_true(null_in(table, 2, "fps") && null_in(table, 2, "file_bytes") && !null_in(table, 2, "duration"));
    assert_int_equal(int_of(table, 2, "frames"), 1);
    assert_string_equal(text_of(table, 0, "data_type"), "plain_text");
    assert_string_equal(text_of(table, 0, "client_metadata"), "{}");
    assert_string_not_equal(text_of(table, 0, "uuid"), text_of(table, 1, "uuid"));
    annoproj_table_free(table);
    /* Defaults, behind the others. */
    begin_units(&of, titles, 1);
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &of.made, NULL, &first, &error), error);
    assert_int_equal(first, (made->dataset << 32) + 4);
    assert_ok(annoproj_data_unit_get(made->host, first, NULL, &table, &error), error);
    assert_string_equal(text_of(table, 0, "data_type"), "image");
    assert_string_equal(text_of(table, 0, "media_type"), "image/jpeg");
    assert_int_equal(int_of(table, 0, "frames"), 1);
    annoproj_table_free(table);
    of.made.count = 0;
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &of.made, NULL, &first, &error), error);
    assert_int_equal(first, 0);
    team_free(made);
}

/* Adds two units, of which something in the second is wrong: nothing may be left. */
static void refuse(team *made, const units *of, annoproj_status expected) {
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    int64_t first = 9;
    assert_status(expected, annoproj_data_units_add(made->host, made->dataset, &of->made, NULL, &first, &error), error);
    assert_int_equal(first, 0);
    assert_ok(annoproj_dataset_get(made->host, made->dataset, NULL, &table, &error), error);
    assert_int_equal(int_of(table, 0, "data_units"), 0);
    annoproj_table_free(table);
    assert_ok(annoproj_data_unit_list(made->host, made->dataset, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
}

static void test_what_is_wrong_with_a_unit(void **state) {
    (void)state;
    static const char *const titles[] = {"a", "b"}, *const empty[] = {"a", ""}, *const control[] = {"a", "b\x01"},
                             *const bad[] = {"a", "\xc3"};
    static const char *const metadata[][2] = {
        {"", "[1]"}, {"", "{\"a\":1,\"a\":2}"}, {"", "{\"a\":01}"}, {"", "{"}, {"", "{} x"}};
    static const int64_t wide[] = {1, (1 << 20) + 1}, negative[] = {1, -1};
    static const int32_t types[] = {1, ANNOPROJ_DATA_TIME_SERIES + 1}, zero_type[] = {1, 0};
    static const double low[] = {0, -1}, nan_value[] = {0, __builtin_nan("")}, infinite[] = {0, __builtin_inf()};
    static const int64_t backward[] = {0, 2, 1}, outside[] = {0, 1, 3}, below[] = {-1, 1, 2};
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    units of;
    int64_t first = 0;
    const char *const *names[] = {empty, control, bad};
    for (size_t i = 0; i < 3; i++) {
        begin_units(&of, names[i], 2);
        refuse(made, &of, ANNOPROJ_INVALID);
    }
    for (size_t i = 0; i < 5; i++) {
        begin_units(&of, titles, 2);
        of.made.client_metadata_offsets = add_field(&of, 3, metadata[i], 2);
        refuse(made, &of, ANNOPROJ_DATA);
    }
    const int64_t *sides[] = {wide, negative}, *offsets[] = {backward, outside, below};
    for (size_t i = 0; i < 2; i++) {
        begin_units(&of, titles, 2);
        of.made.widths = sides[i];
        refuse(made, &of, ANNOPROJ_INVALID);
        of.made.widths = NULL;
        of.made.heights = sides[i];
        refuse(made, &of, ANNOPROJ_INVALID);
        of.made.heights = NULL;
        of.made.data_types = i == 0 ? types : zero_type;
        refuse(made, &of, ANNOPROJ_INVALID);
    }
    for (size_t i = 0; i < 3; i++) {
        begin_units(&of, titles, 2);
        of.made.title_offsets = offsets[i];
        refuse(made, &of, ANNOPROJ_INVALID);
        begin_units(&of, titles, 2);
        of.made.fps = i == 0 ? low : i == 1 ? nan_value : infinite;
        refuse(made, &of, ANNOPROJ_INVALID);
        of.made.durations = of.made.fps;
        of.made.fps = NULL;
        refuse(made, &of, ANNOPROJ_INVALID);
    }
    begin_units(&of, titles, 2);
    of.made.frames = negative;
    refuse(made, &of, ANNOPROJ_INVALID);
    of.made.frames = NULL;
    of.made.file_bytes = negative;
    refuse(made, &of, ANNOPROJ_INVALID);
    begin_units(&of, titles, 2);
    of.made.title_offsets = NULL;
    refuse(made, &of, ANNOPROJ_INVALID);
    of.made.count = 10000001;
    refuse(made, &of, ANNOPROJ_LIMIT);
    assert_status(ANNOPROJ_INVALID, annoproj_data_units_add(made->host, made->dataset, NULL, NULL, &first, &error),
                  error);
    begin_units(&of, titles, 2);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_data_units_add(made->host, made->dataset + 1, &of.made, NULL, &first, &error), error);
    of.made.size = 8;
    refuse(made, &of, ANNOPROJ_INVALID);
    team_free(made);
}

/* Whoever made it, or administers all projects that use it, or is org admin. */
static void test_who_may_add(void **state) {
    (void)state;
    static const char *const titles[] = {"a"};
    annoproj_error *error = NULL;
    team *made = team_new(0, "", "");
    annoproj_project *second = NULL;
    units of;
    int64_t first = 0, tasks = 0, own = new_dataset(made->sessions[TEAM_BOTH], "own");
    const char *workflow = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"title\":\"A\","
                           "\"edges\":{\"submit\":\"d\"}},"
                           "{\"key\":\"d\",\"type\":\"DONE\",\"title\":\"D\"}]}";
    begin_units(&of, titles, 1);
    assert_ok(annoproj_data_units_add(made->sessions[TEAM_BOTH], own, &of.made, NULL, &first, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_data_units_add(made->sessions[TEAM_REVIEWER], own, &of.made, NULL, &first, &error), error);
    /* TEAM_ADMIN administers the project, but shall be an ordinary member of the store here. */
    assert_ok(annoproj_user_update(made->host, made->users[TEAM_MANAGER], "M", ANNOPROJ_ORG_ADMIN, NULL, &error),
              error);
    assert_ok(annoproj_user_update(made->host, made->users[TEAM_ADMIN], "A", ANNOPROJ_ORG_MEMBER, NULL, &error), error);
    assert_ok(annoproj_project_attach_dataset(made->host_project, made->dataset, NULL, &tasks, &error), error);
    assert_ok(annoproj_data_units_add(made->sessions[TEAM_ADMIN], made->dataset, &of.made, NULL, &first, &error),
              error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_data_units_add(made->sessions[TEAM_BOTH], made->dataset, &of.made, NULL, &first, &error),
                  error);
    assert_ok(annoproj_project_create(made->host, "Other", made->ontology, workflow, NULL, NULL, &second, &error),
              error);
    assert_ok(annoproj_project_attach_dataset(second, made->dataset, NULL, &tasks, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_data_units_add(made->sessions[TEAM_ADMIN], made->dataset, &of.made, NULL, &first, &error),
                  error);
    assert_ok(annoproj_data_units_add(made->sessions[TEAM_MANAGER], made->dataset, &of.made, NULL, &first, &error),
              error);
    annoproj_project_close(second);
    team_free(made);
}

static void test_pages(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    team *made = team_new(25, "", "");
    int64_t other = new_dataset(made->host, "other"), next = (made->dataset << 32) + 1;
    annoproj_page_options options = ANNOPROJ_PAGE_OPTIONS_INIT;
    annoproj_table *page = NULL;
    char token[64] = "";
    options.limit = 10;
    for (int i = 0; i < 3; i++) {
        options.page = i == 0 ? NULL : token;
        assert_ok(annoproj_data_unit_list(made->sessions[TEAM_REVIEWER], made->dataset, &options, NULL, &page, &error),
                  error);
        assert_int_equal(annoproj_table_row_count(page), i < 2 ? 10 : 5);
        for (int64_t row = 0; row < annoproj_table_row_count(page); row++) {
            assert_int_equal(int_of(page, row, "data_unit"), next++);
        }
        assert_int_equal(annoproj_table_next_page(page) != NULL, i < 2);
        if (i < 2) {
            snprintf(token, sizeof token, "%s", annoproj_table_next_page(page));
        }
        annoproj_table_free(page);
    }
    options.page = token;
    assert_status(ANNOPROJ_INVALID, annoproj_data_unit_list(made->host, other, &options, NULL, &page, &error), error);
    options.page = "nonsense";
    assert_status(ANNOPROJ_INVALID, annoproj_data_unit_list(made->host, made->dataset, &options, NULL, &page, &error),
                  error);
    options.page = NULL;
    options.limit = -1;
    assert_status(ANNOPROJ_INVALID, annoproj_data_unit_list(made->host, made->dataset, &options, NULL, &page, &error),
                  error);
    assert_null(page);
    options.limit = 25;
    assert_ok(annoproj_data_unit_list(made->host, made->dataset, &options, NULL, &page, &error), error);
    assert_null(annoproj_table_next_page(page));
    annoproj_table_free(page);
    team_free(made);
}

/* Adding to an attached dataset makes the tasks in every project; attaching again brings back what was removed. */
static void test_attached_projects_grow(void **state) {
    (void)state;
    static const char *const titles[] = {"x", "y"};
    annoproj_error *error = NULL;
    team *made = team_new(3, "", "");
    annoproj_table *table = NULL;
    annoproj_task *task = team_task(made, TEAM_ADMIN, 0);
    units of;
    int64_t first = 0, tasks = 0;
    begin_units(&of, titles, 2);
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &of.made, NULL, &first, &error), error);
    assert_ok(annoproj_project_get(made->host_project, NULL, &table, &error), error);
    assert_int_equal(int_of(table, 0, "tasks"), 5);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_EXISTS,
                  annoproj_project_attach_dataset(made->projects[TEAM_ADMIN], made->dataset, NULL, &tasks, &error),
                  error);
    assert_ok(annoproj_task_set_priority(task, 70, NULL, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_ok(annoproj_project_detach_dataset(made->projects[TEAM_ADMIN], made->dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, 5);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_task_get(task, NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_project_detach_dataset(made->projects[TEAM_ADMIN], made->dataset, NULL, &tasks, &error),
                  error);
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &of.made, NULL, &first, &error), error);
    assert_ok(annoproj_project_attach_dataset(made->projects[TEAM_ADMIN], made->dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, 7);
    assert_int_equal(team_cell(task, "stage"), made->review);
    assert_int_equal(team_cell(task, "priority"), 70);
    assert_ok(annoproj_task_list(made->host_project, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 7);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_project_attach_dataset(made->projects[TEAM_ADMIN], 999, NULL, &tasks, &error), error);
    assert_status(ANNOPROJ_PERMISSION,
                  annoproj_project_detach_dataset(made->projects[TEAM_MANAGER], made->dataset, NULL, &tasks, &error),
                  error);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

static void plant(const team *made, const char *text) {
    sqlite3 *database = NULL;
    assert_int_equal(sqlite3_open(made->path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

/* Numbers have 32 bits: behind the last one nothing is added, and nothing wraps around into another's. */
static void test_all_numbers_given_out(void **state) {
    (void)state;
    static const char *const titles[] = {"x", "y"};
    annoproj_error *error = NULL;
    team *made = team_new(1, "", "");
    const int64_t apart = new_dataset(made->host, "apart");
    int64_t first = 0;
    units of;
    plant(made, "UPDATE dataset SET data_units = 4294967294; UPDATE project_counter SET last_task = 4294967294");
    begin_units(&of, titles, 2);
    assert_status(ANNOPROJ_LIMIT, annoproj_data_units_add(made->host, apart, &of.made, NULL, &first, &error), error);
    assert_int_equal(first, 0);
    of.made.count = 1;
    assert_ok(annoproj_data_units_add(made->host, apart, &of.made, NULL, &first, &error), error);
    assert_int_equal(first, (apart << 32) + 4294967295);
    assert_status(ANNOPROJ_LIMIT, annoproj_data_units_add(made->host, apart, &of.made, NULL, &first, &error), error);
    plant(made, "UPDATE dataset SET data_units = 1; UPDATE project_counter SET last_task = 4294967295");
    assert_status(ANNOPROJ_LIMIT, annoproj_data_units_add(made->host, made->dataset, &of.made, NULL, &first, &error),
                  error);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_list_and_get_agree),
        cmocka_unit_test(test_every_field_comes_back),
        cmocka_unit_test(test_what_is_wrong_with_a_unit),
        cmocka_unit_test(test_who_may_add),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_attached_projects_grow),
        cmocka_unit_test(test_all_numbers_given_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
