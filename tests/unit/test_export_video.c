/* Exports of videos: answers by frame, label rows. */
#include "export_support.h"

static const char video_ontology[] =
    "{\"objects\":[{\"id\":\"1\",\"name\":\"Car\",\"color\":\"#D33115\",\"shape\":\"bounding_box\",\"featureNodeHash\":"
    "\"objCar01\","
    "\"attributes\":[{\"id\":\"1.1\",\"name\":\"Colour\",\"type\":\"radio\",\"featureNodeHash\":\"attCol01\","
    "\"required\":false,"
    "\"options\":[{\"id\":\"1.1.1\",\"label\":\"Red\",\"value\":\"red\",\"featureNodeHash\":\"optRed01\"},"
    "{\"id\":\"1.1.2\",\"label\":\"Other\",\"value\":\"other\",\"featureNodeHash\":\"optOth01\",\"options\":[{\"id\":"
    "\"1.1.2.1\","
    "\"name\":\"Which\",\"type\":\"text\",\"featureNodeHash\":\"attWhi01\"}]}]},"
    "{\"id\":\"1.2\",\"name\":\"Lights\",\"type\":\"checklist\",\"dynamic\":true,\"featureNodeHash\":\"attLig01\","
    "\"options\":["
    "{\"id\":\"1.2.1\",\"label\":\"Brake\",\"value\":\"brake\",\"featureNodeHash\":\"optBra01\"},"
    "{\"id\":\"1.2.2\",\"label\":\"Fog\",\"value\":\"fog\",\"featureNodeHash\":\"optFog01\"}]},"
    "{\"id\":\"1.3\",\"name\":\"Speed\",\"type\":\"numeric\",\"featureNodeHash\":\"attSpe01\"}]}],"
    "\"classifications\":[{\"id\":\"1\",\"featureNodeHash\":\"clsWea01\",\"attributes\":[{\"id\":\"1.1\",\"name\":"
    "\"Weather\","
    "\"type\":\"radio\",\"featureNodeHash\":\"attWea01\",\"options\":[{\"id\":\"1.1.1\",\"label\":\"Sun\",\"value\":"
    "\"sun\","
    "\"featureNodeHash\":\"optSun01\"}]}]}]}";
/* Features: 1 Car, 2 Colour, 3 Red, 4 Other, 5 Which, 6 Lights, 7 Brake, 8 Fog, 9 Speed, 10 Weather, 11 its attribute, 12 Sun */

static void make_video(bench *made) {
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    static const char title[] = "drive.mp4";
    const int64_t offsets[] = {0, sizeof title - 1}, width = 640, height = 480, frames = 100;
    const int32_t type = ANNOPROJ_DATA_VIDEO;
    const double fps = 25;
    int64_t first = 0;
    open_bench(made);
    assert_ok(annoproj_ontology_create(made->host, "Cars", video_ontology, NULL, &made->ontology, &error), error);
    units.count = 1;
    units.text = title;
    units.text_length = sizeof title - 1;
    units.title_offsets = offsets;
    units.data_types = &type;
    units.widths = &width;
    units.heights = &height;
    units.frames = &frames;
    units.fps = &fps;
    assert_ok(annoproj_data_units_add(made->host, made->dataset, &units, NULL, &first, &error), error);
    assert_ok(
        annoproj_project_create(made->host, "Drive", made->ontology, WORKFLOW, NULL, NULL, &made->project, &error),
        error);
    assert_ok(annoproj_project_attach_dataset(made->project, made->dataset, NULL, &made->tasks, &error), error);
}

/* A car on frames 3, 4 and 9: other colour (turquoise), brake on 3..4, fog on 4..4, speed 12.5; sun on 2..5; a global sun. */
static void draw_video(bench *made) {
    annoproj_task *task = NULL;
    annoproj_table *table = NULL;
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    static const char words[] = "car00001turquoise";
    static const int64_t hashes[] = {0, 8, 8}, classes[] = {1, 10}, geometry_starts[] = {0, 3, 3}, frames[] = {3, 4, 9},
                         coordinate_starts[] = {0, 4, 8, 12}, answer_starts[] = {0, 5, 6},
                         attributes[] = {2, 5, 6, 6, 9, 11}, chosen[] = {4, 0, 7, 8, 0, 12},
                         texts[] = {8, 8, 17, 17, 17, 17, 17}, firsts[] = {-1, -1, 3, 4, -1, -1},
                         lasts[] = {-1, -1, 4, 4, -1, -1}, range_starts[] = {0, 0, 1}, range_first[] = {2},
                         range_last[] = {5};
    static const double coordinates[] = {64, 48, 32, 24, 65, 48, 32, 24, 70.5, 48, 32, 24},
                        numbers[] = {0, 0, 0, 0, 12.5, 0};
    changes.count = 2;
    changes.text = words;
    changes.text_length = sizeof words - 1;
    changes.hash_offsets = hashes;
    changes.classes = classes;
    changes.geometry_starts = geometry_starts;
    changes.geometry_count = 3;
    changes.frames = frames;
    changes.coordinate_starts = coordinate_starts;
    changes.part_count = 3;
    changes.coordinates = coordinates;
    changes.coordinate_count = 12;
    changes.answer_starts = answer_starts;
    changes.answer_count = 6;
    changes.answer_attributes = attributes;
    changes.answer_options = chosen;
    changes.answer_text_offsets = texts;
    changes.answer_numbers = numbers;
    changes.answer_first_frames = firsts;
    changes.answer_last_frames = lasts;
    changes.range_starts = range_starts;
    changes.range_count = 1;
    changes.range_first_frames = range_first;
    changes.range_last_frames = range_last;
    options.force = true;
    assert_ok(annoproj_task_open(made->project, (annoproj_project_id(made->project) << 32) + 1, NULL, &task, &error),
              error);
    assert_ok(annoproj_labels_write(task, &changes, &options, NULL, &table, &error), error);
    annoproj_table_free(table);
    annoproj_task_close(task);
}

static void video_answers_by_frame(void **state) {
    (void)state;
    bench made;
    int64_t labels = 0;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    static const struct {
        const char *file;
        int image; /* frames 2 and 5 have a classification and are images, too */
        double x;
        bool brake, fog;
    } expected[] = {{"/3.jpg", 1, 64, true, false}, {"/4.jpg", 2, 65, true, true}, {"/9.jpg", 4, 70.5, false, false}};
    make_video(&made);
    draw_video(&made);
    cJSON *taken = export_to(&made, true, &options, &labels);
    assert_int_equal(labels, 3);
    assert_int_equal(cJSON_GetArraySize(member(taken, "images")), 5);
    for (int i = 0; i < 3; i++) {
        const cJSON *image = cJSON_GetArrayItem(member(taken, "images"), expected[i].image);
        const cJSON *annotation = cJSON_GetArrayItem(member(taken, "annotations"), i);
        const cJSON *said = member(member(annotation, "attributes"), "classifications");
        assert_int_equal(member(image, "id")->valueint, expected[i].image);
        assert_non_null(strstr(member(image, "file_name")->valuestring, expected[i].file));
        assert_string_equal(member(image, "video_title")->valuestring, "drive.mp4");
        assert_int_equal(member(annotation, "image_id")->valueint, expected[i].image);
        assert_int_equal(member(member(annotation, "attributes"), "track_id")->valueint, 0);
        assert_true(cJSON_GetArrayItem(member(annotation, "bbox"), 0)->valuedouble == expected[i].x);
        assert_string_equal(member(said, "Colour")->valuestring, "Other");
        assert_true(member(said, "Speed")->valuedouble == 12.5);
        assert_int_equal(cJSON_IsTrue(member(said, "Brake")), expected[i].brake);
        assert_int_equal(cJSON_IsTrue(member(said, "Fog")), expected[i].fog);
        assert_null(cJSON_GetObjectItemCaseSensitive(said, "Which"));
    }
    cJSON_Delete(taken);
    close_bench(&made);
}

static void video_label_row(void **state) {
    (void)state;
    bench made;
    int64_t labels = 0;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    make_video(&made);
    draw_video(&made);
    cJSON *taken = export_to(&made, false, &options, &labels);
    assert_int_equal(labels, 2);
    const cJSON *row = cJSON_GetArrayItem(taken, 0), *unit = member(row, "data_units")->child,
                *frames = member(unit, "labels");
    static const struct {
        const char *frame;
        int objects, classifications;
    } expected[] = {{"2", 0, 1}, {"3", 1, 1}, {"4", 1, 1}, {"5", 0, 1}, {"9", 1, 0}};
    assert_string_equal(member(row, "data_type")->valuestring, "video");
    assert_true(member(unit, "data_fps")->valuedouble == 25);
    assert_int_equal(cJSON_GetArraySize(frames), 5);
    for (size_t i = 0; i < 5; i++) {
        const cJSON *frame = member(frames, expected[i].frame);
        assert_int_equal(cJSON_GetArraySize(member(frame, "objects")), expected[i].objects);
        assert_int_equal(cJSON_GetArraySize(member(frame, "classifications")), expected[i].classifications);
    }
    const cJSON *box = member(cJSON_GetArrayItem(member(member(frames, "4"), "objects"), 0), "boundingBox");
    assert_true(member(box, "x")->valuedouble == 65 / 640.0);
    assert_true(member(box, "h")->valuedouble == 24 / 480.0);
    const cJSON *fixed = member(member(member(row, "object_answers"), "car00001"), "classifications");
    assert_int_equal(cJSON_GetArraySize(fixed), 3);
    const cJSON *colour = cJSON_GetArrayItem(fixed, 0), *which = cJSON_GetArrayItem(fixed, 1),
                *speed = cJSON_GetArrayItem(fixed, 2);
    assert_string_equal(member(colour, "featureHash")->valuestring, "attCol01");
    assert_string_equal(member(cJSON_GetArrayItem(member(colour, "answers"), 0), "featureHash")->valuestring,
                        "optOth01");
    assert_string_equal(member(which, "answers")->valuestring, "turquoise");
    assert_true(member(speed, "answers")->valuedouble == 12.5);
    const cJSON *actions = member(member(member(row, "object_actions"), "car00001"), "actions");
    assert_int_equal(cJSON_GetArraySize(actions), 2);
    for (int i = 0; i < 2; i++) { /* brake on 3 and 4, fog on 4: together they are one answer */
        const cJSON *action = cJSON_GetArrayItem(actions, i), *range = cJSON_GetArrayItem(member(action, "range"), 0);
        assert_int_equal(cJSON_GetArraySize(member(action, "answers")), i + 1);
        assert_int_equal(cJSON_GetArraySize(member(action, "range")), 1);
        assert_int_equal(cJSON_GetArrayItem(range, 0)->valueint, 3 + i);
        assert_int_equal(cJSON_GetArrayItem(range, 1)->valueint, 3 + i);
    }
    const cJSON *weather = member(row, "classification_answers")->child;
    assert_string_equal(member(weather, "featureHash")->valuestring, "clsWea01");
    assert_string_equal(
        member(cJSON_GetArrayItem(member(cJSON_GetArrayItem(member(weather, "classifications"), 0), "answers"), 0),
               "value")
            ->valuestring,
        "sun");
    cJSON_Delete(taken);
    close_bench(&made);
}

/* A task that is in review gets the labels with their reviews. */
int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(video_answers_by_frame),
        cmocka_unit_test(video_label_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
