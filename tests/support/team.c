/* A small project with one user of each role. */
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char ontology_json[] =
    "{\"objects\":[{\"id\":\"1\",\"name\":\"Car\",\"color\":\"#D33115\",\"shape\":\"bounding_box\",\"featureNodeHash\":"
    "\"objCar01\","
    "\"required\":false,\"archived\":false,\"attributes\":[{\"id\":\"1.1\",\"name\":\"Colour\",\"type\":\"radio\","
    "\"featureNodeHash\":\"attCol01\",\"required\":false,\"archived\":false,\"dynamic\":false,\"options\":["
    "{\"id\":\"1.1.1\",\"label\":\"Red\",\"value\":\"red\",\"featureNodeHash\":\"optRed01\",\"archived\":false},"
    "{\"id\":\"1.1.2\",\"label\":\"Blue\",\"value\":\"blue\",\"featureNodeHash\":\"optBlu01\",\"archived\":false}]}]}],"
    "\"classifications\":[],\"skeleton_templates\":[]}";

static int32_t team_clock(int64_t *time_us, void *user_data) {
    *time_us = ((team *)user_data)->now_us;
    return 0;
}

/* Threads may draw at once: each byte is a mix of a counter of its own (splitmix64). */
static int32_t team_random(void *buffer, size_t length, void *user_data) {
    team *made = user_data;
    for (size_t i = 0; i < length; i++) {
        uint64_t mixed = __atomic_add_fetch(&made->random, UINT64_C(0x9e3779b97f4a7c15), __ATOMIC_RELAXED);
        mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
        mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94d049bb133111eb);
        ((unsigned char *)buffer)[i] = (unsigned char)(mixed >> 56);
    }
    return 0;
}

static void add_units(team *made, int64_t tasks) {
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    annoproj_error *error = NULL;
    int64_t first = 0;
    char *text = malloc((size_t)tasks * 16 + 1);
    int64_t *offsets = malloc(((size_t)tasks + 1) * sizeof *offsets), *sizes = malloc((size_t)tasks * sizeof *sizes);
    assert_non_null(text);
    assert_non_null(offsets);
    assert_non_null(sizes);
    offsets[0] = 0;
    for (int64_t i = 0; i < tasks; i++) {
        offsets[i + 1] = offsets[i] + sprintf(text + offsets[i], "file%07d.jpg", (int)i);
        sizes[i] = 1000;
    }
    units.count = (size_t)tasks;
    units.text = text;
    units.text_length = (size_t)offsets[tasks];
    units.title_offsets = offsets;
    units.widths = units.heights = sizes;
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &units, NULL, &first, &error), error);
    free(text);
    free(offsets);
    free(sizes);
}

static void find_stages(team *made) {
    annoproj_table *stages = NULL;
    annoproj_error *error = NULL;
    int64_t *places[] = {&made->annotate, &made->review, &made->complete};
    assert_ok(annoproj_stage_list(made->host_project, NULL, &stages, &error), error);
    assert_int_equal(annoproj_table_row_count(stages), 3);
    for (int64_t row = 0; row < 3; row++)
        *places[row] = annoproj_table_int64(stages, row, annoproj_table_column_index(stages, "stage"));
    annoproj_table_free(stages);
}

static void make_project(team *made, const char *annotate_settings, const char *review_settings) {
    annoproj_error *error = NULL;
    char workflow[2048];
    snprintf(workflow, sizeof workflow,
             "{\"start\":\"annotate\",\"stages\":["
             "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Annotate\",\"settings\":{%s},\"edges\":{"
             "\"submit\":\"review\"}},"
             "{\"key\":\"review\",\"type\":\"REVIEW\",\"title\":\"Review\",\"settings\":{%s},\"edges\":{\"approve\":"
             "\"complete\","
             "\"reject\":\"annotate\"}},{\"key\":\"complete\",\"type\":\"DONE\",\"title\":\"Complete\"}]}",
             annotate_settings, review_settings);
    assert_ok(annoproj_project_create(made->sessions[TEAM_ADMIN], "Team", made->ontology, workflow, NULL, NULL,
                                      &made->projects[TEAM_ADMIN], &error),
              error);
    made->project = annoproj_project_id(made->projects[TEAM_ADMIN]);
    for (int i = TEAM_MANAGER; i < TEAM_SIZE; i++) {
        assert_ok(annoproj_collaborator_add(made->projects[TEAM_ADMIN], made->users[i], i + 1, NULL, &error), error);
        assert_ok(annoproj_project_open(made->sessions[i], made->project, NULL, &made->projects[i], &error), error);
    }
    assert_ok(annoproj_project_open(made->host, made->project, NULL, &made->host_project, &error), error);
    find_stages(made);
}

team *team_new(int64_t tasks, const char *annotate_settings, const char *review_settings) {
    static const char *const emails[TEAM_SIZE] = {"admin@x.org", "manager@x.org", "reviewer@x.org", "annotator@x.org",
                                                  "both@x.org"};
    static int made_before;
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    char name[32];
    int64_t made_tasks = 0;
    team *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->now_us = INT64_C(1767603600000000);
    made->random = 99;
    snprintf(name, sizeof name, "team%d.annoproj", made_before++);
    made->path = scratch_path(name);
    options.clock = team_clock;
    options.random = team_random;
    options.user_data = made;
    options.relaxed_durability = true;
    options.ticket_key = TEAM_TICKET_KEY;
    assert_ok(annoproj_store_create(made->path, &options, NULL, &made->store, &error), error);
    assert_ok(annoproj_session_open(made->store, 0, NULL, NULL, &made->host, &error), error);
    for (int i = 0; i < TEAM_SIZE; i++) {
        assert_ok(annoproj_user_create(made->host, emails[i], emails[i],
                                       i == TEAM_ADMIN ? ANNOPROJ_ORG_ADMIN : ANNOPROJ_ORG_MEMBER, NULL,
                                       &made->users[i], &error),
                  error);
        assert_ok(annoproj_session_open(made->store, made->users[i], NULL, NULL, &made->sessions[i], &error), error);
    }
    assert_ok(annoproj_ontology_create(made->host, "Cars", ontology_json, NULL, &made->ontology, &error), error);
    assert_ok(annoproj_dataset_create(made->host, "Files", NULL, NULL, &made->dataset, &error), error);
    make_project(made, annotate_settings, review_settings);
    if (tasks > 0) {
        add_units(made, tasks);
        assert_ok(annoproj_project_attach_dataset(made->host_project, made->dataset, NULL, &made_tasks, &error), error);
        assert_int_equal(made_tasks, tasks);
    }
    made->first_task = (made->project << 32) + 1;
    return made;
}

void team_free(team *made) {
    annoproj_error *error = NULL;
    if (!made)
        return;
    for (int i = 0; i < TEAM_SIZE; i++) {
        annoproj_project_close(made->projects[i]);
        annoproj_session_close(made->sessions[i]);
    }
    annoproj_project_close(made->host_project);
    annoproj_session_close(made->host);
    assert_ok(annoproj_store_close(made->store, NULL, &error), error);
    free(made->path);
    free(made);
}

annoproj_session *team_add(team *made, const char *email, annoproj_role role, int64_t *user) {
    annoproj_session *session = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_user_create(made->host, email, email, ANNOPROJ_ORG_MEMBER, NULL, user, &error), error);
    assert_ok(annoproj_collaborator_add(made->host_project, *user, role, NULL, &error), error);
    assert_ok(annoproj_session_open(made->store, *user, NULL, NULL, &session, &error), error);
    return session;
}

annoproj_task *team_task(team *made, enum member who, int64_t number) {
    annoproj_task *task = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_task_open(made->projects[who], made->first_task + number, NULL, &task, &error), error);
    return task;
}

int64_t team_cell(annoproj_task *task, const char *column) {
    annoproj_table *row = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_task_get(task, NULL, &row, &error), error);
    int32_t index = annoproj_table_column_index(row, column);
    assert_true(index >= 0);
    int64_t value = annoproj_table_is_null(row, 0, index) ? INT64_MIN : annoproj_table_int64(row, 0, index);
    annoproj_table_free(row);
    return value;
}

const char *team_word(annoproj_task *task, const char *column, char out[64]) {
    annoproj_table *row = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_task_get(task, NULL, &row, &error), error);
    snprintf(out, 64, "%s", annoproj_table_text(row, 0, annoproj_table_column_index(row, column)));
    annoproj_table_free(row);
    return out;
}

void team_draw(team *made, annoproj_task *task, const char *hash, double x, char out[16]) {
    const int64_t hash_offsets[] = {0, (int64_t)strlen(hash)}, classes[] = {TEAM_BOX}, starts[] = {0, 1},
                  coordinate_starts[] = {0, 4};
    const double box[] = {x, 20, 30.5, 40.25};
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    annoproj_error *error = NULL;
    (void)made;
    changes.count = 1;
    changes.text = hash;
    changes.text_length = strlen(hash);
    changes.hash_offsets = hash_offsets;
    changes.classes = classes;
    changes.geometry_starts = starts;
    changes.geometry_count = changes.part_count = 1;
    changes.coordinate_starts = coordinate_starts;
    changes.coordinates = box;
    changes.coordinate_count = 4;
    options.force = true;
    assert_ok(annoproj_labels_write(task, &changes, &options, NULL, &written, &error), error);
    if (out)
        snprintf(out, 16, "%s", annoproj_table_text(written, 0, 0));
    annoproj_table_free(written);
}

int64_t team_events(team *made, const char *kind, int64_t *credited) {
    annoproj_stream *stream = NULL;
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    int64_t count = 0;
    assert_ok(annoproj_project_events(made->host_project, 0, NULL, &stream, &error), error);
    while (annoproj_stream_next(stream, NULL, &table, &error) == ANNOPROJ_OK && table) {
        for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
            if (strcmp(annoproj_table_text(table, row, annoproj_table_column_index(table, "kind")), kind) != 0)
                continue;
            count++;
            if (credited)
                *credited = annoproj_table_int64(table, row, annoproj_table_column_index(table, "credited"));
        }
        annoproj_table_free(table);
        table = NULL;
    }
    annoproj_stream_close(stream);
    return count;
}

int64_t team_differences(team *made) {
    annoproj_table *found = NULL;
    annoproj_error *error = NULL;
    char *csv = NULL;
    assert_ok(annoproj_store_check(made->host, NULL, NULL, &found, &error), error);
    int64_t count = annoproj_table_row_count(found);
    if (count > 0 && annoproj_table_csv(found, &csv, NULL) == ANNOPROJ_OK)
        print_message("%s", csv);
    annoproj_free(csv);
    annoproj_table_free(found);
    return count;
}
