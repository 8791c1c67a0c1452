/* Writing and reading labels: what is refused and where, version and force, units, completeness (behaviour §9, §6). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "label_support.h"

/* ---- what is refused ---- */

static const features *current;
static draft changes;

static void box_of(size_t count, const double *numbers) {
    draft_label(&changes, "", current->car);
    draft_geometry(&changes, 0, count, numbers);
}

static void car_with(int64_t attribute, int64_t option, int64_t first, int64_t last) {
    draft_label(&changes, "", current->car);
    draft_box(&changes, 2, 5);
    draft_option(&changes, attribute, option, first, last);
}

static const double four[] = {1, 2, 3, 4}, six[] = {1, 2, 3, 4, 5, 6}, negative[] = {1, 2, -3, 4},
                    far[] = {3e9, 2, 3, 4}, infinite[] = {1, INFINITY, 3, 4}, runs[] = {200, 100, 20000},
                    few_runs[] = {200, 100, 19999}, other_size[] = {100, 100, 10000}, half[] = {200, 100, 0.5, 19999.5},
                    five[] = {1, 2, 3, 4, 45}, nine[] = {1, 2, 1, 3, 4, 1, 5, 6, 1}, unseen[] = {1, 2, 1.5};

static void box_of_three(void) {
    box_of(3, four);
}
static void box_negative(void) {
    box_of(4, negative);
}
static void box_far(void) {
    box_of(4, far);
}
static void box_infinite(void) {
    box_of(4, infinite);
}
static void box_two_parts(void) {
    box_of(4, four);
    draft_part(&changes, 4, four);
}
static void box_frame_outside(void) {
    draft_label(&changes, "", current->car);
    draft_geometry(&changes, 10, 4, four);
}
static void box_frames_back(void) {
    draft_label(&changes, "", current->car);
    draft_geometry(&changes, 4, 4, four);
    draft_geometry(&changes, 3, 4, four);
}
static void box_without(void) {
    draft_label(&changes, "", current->car);
}
static void box_with_ranges(void) {
    draft_label(&changes, "", current->car);
    draft_box(&changes, 0, 1);
    draft_range(&changes, 0, 1);
}
static void polygon_odd(void) {
    draft_label(&changes, "", current->region);
    draft_geometry(&changes, 0, 5, five);
}
static void polygon_two(void) {
    draft_label(&changes, "", current->region);
    draft_geometry(&changes, 0, 4, four);
}
static void polygon_bad_ring(void) {
    draft_label(&changes, "", current->region);
    draft_geometry(&changes, 0, 6, six);
    draft_part(&changes, 2, four);
}
static void mask_few(void) {
    draft_label(&changes, "", current->mask);
    draft_geometry(&changes, 0, 3, few_runs);
}
static void mask_size(void) {
    draft_label(&changes, "", current->mask);
    draft_geometry(&changes, 0, 3, other_size);
}
static void mask_half(void) {
    draft_label(&changes, "", current->mask);
    draft_geometry(&changes, 0, 4, half);
}
static void turned_four(void) {
    draft_label(&changes, "", current->turned);
    draft_geometry(&changes, 0, 4, four);
}
static void skeleton_four(void) {
    draft_label(&changes, "", current->bones);
    draft_geometry(&changes, 0, 4, four);
}
static void skeleton_of_three(void) {
    draft_label(&changes, "", current->bones);
    draft_geometry(&changes, 0, 9, nine);
}
static void skeleton_unseen(void) {
    draft_label(&changes, "", current->bones);
    draft_geometry(&changes, 0, 3, unseen);
}
static void no_class(void) {
    draft_label(&changes, "", 999);
    draft_box(&changes, 0, 0);
}
static void option_as_class(void) {
    draft_label(&changes, "", current->red);
    draft_box(&changes, 0, 0);
}
static void bad_hash(void) {
    draft_label(&changes, "abc", current->car);
    draft_box(&changes, 0, 0);
}
static void bad_hash_sign(void) {
    draft_label(&changes, "abcdef;8", current->car);
    draft_box(&changes, 0, 0);
}
static void twice(void) {
    for (int i = 0; i < 2; i++) {
        draft_label(&changes, "abcdef78", current->car);
        draft_box(&changes, 0, 0);
    }
}
static void weather_with_box(void) {
    draft_label(&changes, "", current->weather);
    draft_box(&changes, 0, 0);
}
static void weather_outside(void) {
    draft_label(&changes, "", current->weather);
    draft_range(&changes, 8, 10);
}
static void weather_backwards(void) {
    draft_label(&changes, "", current->weather);
    draft_range(&changes, 5, 4);
}
static void weather_overlap(void) {
    for (int i = 0; i < 2; i++) {
        draft_label(&changes, "", current->weather);
        draft_range(&changes, 3 * i, 3 + i);
    }
}
static void weather_twice_global(void) {
    draft_label(&changes, "", current->weather);
    draft_label(&changes, "", current->weather);
}
static void weather_global_and_range(void) {
    draft_label(&changes, "", current->weather);
    draft_label(&changes, "", current->weather);
    draft_range(&changes, 1, 2);
}
static void option_elsewhere(void) {
    car_with(current->colour, current->yes, -1, -1);
}
static void option_missing(void) {
    car_with(current->colour, 0, -1, -1);
}
static void attribute_elsewhere(void) {
    car_with(current->kind, current->sunny, -1, -1);
}
static void attribute_none(void) {
    car_with(current->red, current->red, -1, -1);
}
static void nested_unchosen(void) {
    car_with(current->which, current->rust, -1, -1);
}
static void nested_other_chosen(void) {
    car_with(current->colour, current->red, -1, -1);
    draft_option(&changes, current->which, current->rust, -1, -1);
}
static void radio_twice(void) {
    car_with(current->colour, current->red, -1, -1);
    draft_option(&changes, current->colour, current->other, -1, -1);
}
static void radio_twice_on_a_frame(void) {
    car_with(current->braking, current->yes, 2, 4);
    draft_option(&changes, current->braking, current->no, 4, 5);
}
static void dynamic_where_static(void) {
    car_with(current->colour, current->red, 2, 3);
}
static void static_where_dynamic(void) {
    car_with(current->braking, current->yes, -1, -1);
}
static void dynamic_off_label(void) {
    car_with(current->braking, current->yes, 1, 3);
}
static void number_infinite(void) {
    draft_label(&changes, "", current->car);
    draft_box(&changes, 2, 5);
    draft_number(&changes, current->speed, NAN, 2, 2);
}
static void text_not_utf8(void) {
    draft_label(&changes, "", current->car);
    draft_box(&changes, 2, 5);
    draft_text(&changes, current->note, "\xff");
}
static void remove_unknown(void) {
    draft_remove(&changes, "abcdef78");
}
static void noise_on_video(void) {
    draft_label(&changes, "", current->noise);
    draft_range(&changes, 1, 2);
}

static const struct refusal {
    const char *name;
    void (*make)(void);
    annoproj_status status;
    const char *message; /* is in it */
} refusals[] = {
    {"box of three", box_of_three, ANNOPROJ_DATA, "label 0, frame 0, part 0"},
    {"negative width", box_negative, ANNOPROJ_DATA, "not negative"},
    {"far away", box_far, ANNOPROJ_DATA, "2^31"},
    {"infinite", box_infinite, ANNOPROJ_DATA, "coordinate 1 is not finite"},
    {"two parts", box_two_parts, ANNOPROJ_DATA, "only polygons"},
    {"frame outside", box_frame_outside, ANNOPROJ_DATA, "frame 10"},
    {"frames back", box_frames_back, ANNOPROJ_DATA, "frame 3"},
    {"no geometry", box_without, ANNOPROJ_DATA, "needs a geometry"},
    {"geometry and ranges", box_with_ranges, ANNOPROJ_DATA, "give no ranges"},
    {"odd polygon", polygon_odd, ANNOPROJ_DATA, "pairs"},
    {"polygon of two", polygon_two, ANNOPROJ_DATA, "3 points"},
    {"second ring", polygon_bad_ring, ANNOPROJ_DATA, "part 1"},
    {"mask that does not add up", mask_few, ANNOPROJ_DATA, "add up"},
    {"mask of another size", mask_size, ANNOPROJ_DATA, "data unit"},
    {"mask of fractions", mask_half, ANNOPROJ_DATA, "integers"},
    {"rotatable box of four", turned_four, ANNOPROJ_DATA, "theta"},
    {"skeleton of four numbers", skeleton_four, ANNOPROJ_DATA, "visibility"},
    {"skeleton of too many", skeleton_of_three, ANNOPROJ_DATA, "template"},
    {"visibility that is none", skeleton_unseen, ANNOPROJ_DATA, "annoproj_visibility"},
    {"no class", no_class, ANNOPROJ_NOT_FOUND, "999"},
    {"option as class", option_as_class, ANNOPROJ_NOT_FOUND, "label 0"},
    {"short hash", bad_hash, ANNOPROJ_DATA, "abc"},
    {"hash with a sign", bad_hash_sign, ANNOPROJ_DATA, "abcdef;8"},
    {"named twice", twice, ANNOPROJ_DATA, "abcdef78"},
    {"classification with a box", weather_with_box, ANNOPROJ_DATA, "no geometry"},
    {"range outside", weather_outside, ANNOPROJ_DATA, "beyond"},
    {"range backwards", weather_backwards, ANNOPROJ_DATA, "5 to 4"},
    {"classification overlaps", weather_overlap, ANNOPROJ_DATA, "another label"},
    {"two global ones", weather_twice_global, ANNOPROJ_DATA, "only once"},
    {"global one and a range", weather_global_and_range, ANNOPROJ_DATA, "only once"},
    {"option of another attribute", option_elsewhere, ANNOPROJ_DATA, "one of its options"},
    {"no option", option_missing, ANNOPROJ_DATA, "one of its options"},
    {"attribute of another class", attribute_elsewhere, ANNOPROJ_DATA, "has no attribute"},
    {"option as attribute", attribute_none, ANNOPROJ_DATA, "no attribute"},
    {"nested, nothing chosen", nested_unchosen, ANNOPROJ_DATA, "nested"},
    {"nested, other chosen", nested_other_chosen, ANNOPROJ_DATA, "nested"},
    {"radio twice", radio_twice, ANNOPROJ_DATA, "one answer at a time"},
    {"radio twice on a frame", radio_twice_on_a_frame, ANNOPROJ_DATA, "one answer at a time"},
    {"dynamic where static", dynamic_where_static, ANNOPROJ_DATA, "not dynamic"},
    {"static where dynamic", static_where_dynamic, ANNOPROJ_DATA, "dynamic"},
    {"dynamic off the label", dynamic_off_label, ANNOPROJ_DATA, "where the label is not"},
    {"number not finite", number_infinite, ANNOPROJ_DATA, "finite"},
    {"text not UTF-8", text_not_utf8, ANNOPROJ_DATA, "UTF-8"},
    {"remove what is not there", remove_unknown, ANNOPROJ_NOT_FOUND, "abcdef78"},
    {"sound on a video", noise_on_video, ANNOPROJ_DATA, "which a data unit of type video does not have"},
};

static void refused(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    current = &of;
    int64_t after = last_seq(made);
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        annoproj_error *error = NULL;
        draft_begin(&changes);
        refusals[i].make();
        annoproj_status status = draft_write(&changes, task, NULL, &error);
        if (status != refusals[i].status || !strstr(annoproj_error_message(error), refusals[i].message)) {
            fail_msg("%s gave %s: %s", refusals[i].name, annoproj_status_name(status), annoproj_error_message(error));
        }
        annoproj_error_free(error);
    }
    assert_int_equal(last_seq(made), after);
    assert_int_equal(team_cell(task, "version"), 0);
    assert_int_equal(team_cell(task, "assignee"), INT64_MIN);
    annoproj_task_close(task);
    team_free(made);
}

/* ---- arrays that do not fit one another ---- */

static void wrong_arrays(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_label_write_options force = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    const int64_t falling[] = {1, 0}, beyond[] = {0, 99}, none[] = {0, 0}, late[] = {1, 1}, short_by_one[] = {0, 3};
    const int32_t action[] = {4};
    force.force = true;
    for (int i = 0; i < 20; i++) {
        draft_begin(&changes);
        draft_label(&changes, "abcdef78", of.car);
        draft_box(&changes, 0, 0);
        draft_option(&changes, of.colour, of.red, -1, -1);
        annoproj_label_changes given = *draft_changes(&changes);
        switch (i) {
        case 0: given.hash_offsets = falling; break;
        case 1: given.hash_offsets = beyond; break;
        case 2: given.geometry_starts = beyond; break;
        case 3: given.coordinate_starts = beyond; break;
        case 4: given.classes = NULL; break;
        case 5: given.coordinates = NULL; break;
        case 6: given.actions = action; break;
        case 7: given.answer_attributes = NULL; break;
        case 8: given.answer_last_frames = NULL; break;
        case 9: given.unit = 4; break;
        case 10: given.text = NULL; break;
        /* What belongs to no label would be lost without a word. */
        case 11: given.geometry_starts = none; break;
        case 12: given.geometry_starts = late; break;
        case 13: given.part_starts = none; break;
        case 14: given.coordinate_starts = short_by_one; break;
        case 15: given.answer_starts = none; break;
        case 16:
            given.range_count = 1;
            given.range_first_frames = given.range_last_frames = none;
            break;
        case 17:
            given.geometry_count = 0;
            given.geometry_starts = none;
            break;
        case 18:
            given.geometry_count = given.part_count = 0;
            given.geometry_starts = given.part_starts = none;
            break;
        default:
            given.geometry_count = given.part_count = 0;
            given.geometry_starts = given.part_starts = given.coordinate_starts = NULL;
        }
        assert_status(ANNOPROJ_INVALID, annoproj_labels_write(task, &given, &force, NULL, &table, &error), error);
        assert_null(table);
    }
    draft_begin(&changes);
    draft_changes(&changes);
    assert_status(ANNOPROJ_INVALID, annoproj_labels_write(task, NULL, &force, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_labels_write(task, &changes.changes, &force, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_labels_write(NULL, &changes.changes, &force, NULL, &table, &error), error);
    changes.changes.count = 2000000;
    assert_status(ANNOPROJ_LIMIT, annoproj_labels_write(task, &changes.changes, &force, NULL, &table, &error), error);
    annoproj_task_close(task);
    team_free(made);
}

/* ---- version, whose task it is, bounds of the call ---- */

static annoproj_status write_at(annoproj_task *task, const features *of, const char *hash, int64_t version,
                                const annoproj_call *call, annoproj_error **error) {
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *table = NULL;
    options.version = version;
    draft_begin(&changes);
    draft_label(&changes, hash, of->car);
    draft_box(&changes, 0, 1);
    annoproj_status status = annoproj_labels_write(task, draft_changes(&changes), &options, call, &table, error);
    if (status == ANNOPROJ_OK) {
        assert_int_equal(annoproj_table_int64(table, 0, 1), version + 1);
    } else {
        assert_null(table);
    }
    annoproj_table_free(table);
    return status;
}

/* Lesson of peers 26: of two who write what one has not seen of the other the second gets CONFLICT, and may force it. */
static void versions_and_owners(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO), *both = team_task(made, TEAM_BOTH, VIDEO),
                  *manager = team_task(made, TEAM_MANAGER, VIDEO);
    assert_ok(write_at(task, &of, "label001", 0, NULL, &error), error); /* takes the task */
    assert_int_equal(team_cell(task, "assignee"), made->users[TEAM_ANNOTATOR]);
    assert_int_equal(team_cell(task, "version"), 1);
    assert_status(ANNOPROJ_CONFLICT, write_at(task, &of, "label001", 0, NULL, &error), error);
    assert_status(ANNOPROJ_CONFLICT, write_at(both, &of, "label001", 1, NULL, &error), error);
    assert_ok(write_at(manager, &of, "label002", 1, NULL, &error), error); /* managers write any */
    assert_int_equal(team_cell(task, "assignee"), made->users[TEAM_ANNOTATOR]);
    put_car(task, "label003", &of, 0, 3); /* forced */
    assert_int_equal(team_cell(task, "version"), 3);

    annoproj_cancel *cancel = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    int64_t after = last_seq(made);
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    call.cancel = cancel;
    assert_status(ANNOPROJ_CANCELLED, write_at(task, &of, "label001", 3, &call, &error), error);
    call = (annoproj_call)ANNOPROJ_CALL_INIT;
    call.timeout_us = 1;
    assert_status(ANNOPROJ_TIMEOUT, write_at(task, &of, "label001", 3, &call, &error), error);
    assert_int_equal(last_seq(made), after);
    call = (annoproj_call)ANNOPROJ_CALL_INIT;
    call.request_key = "once";
    assert_ok(write_at(task, &of, "", 3, &call, &error), error);
    after = last_seq(made);
    assert_ok(write_at(task, &of, "", 3, &call, &error), error);
    assert_int_equal(last_seq(made), after);
    assert_int_equal(team_cell(task, "version"), 4);
    assert_status(ANNOPROJ_CONFLICT, write_at(task, &of, "label009", 4, &call, &error), error);

    annoproj_review_options decide = ANNOPROJ_REVIEW_OPTIONS_INIT;
    decide.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_ok(annoproj_task_approve(manager, &decide, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, write_at(manager, &of, "label001", 4, NULL, &error), error);
    assert_ok(annoproj_project_set_status(made->projects[TEAM_ADMIN], ANNOPROJ_PROJECT_ARCHIVED, NULL, &error), error);
    assert_status(ANNOPROJ_STATE, write_at(manager, &of, "label001", 4, NULL, &error), error);
    assert_int_equal(team_differences(made), 0);
    annoproj_cancel_free(cancel);
    annoproj_task_close(task);
    annoproj_task_close(both);
    annoproj_task_close(manager);
    team_free(made);
}

/* ---- reading what was written ---- */

static void expect_numbers(annoproj_table *table, int64_t row, const double *expected, size_t count) {
    annoproj_column view;
    annoproj_error *error = NULL;
    annoproj_column_init(&view);
    assert_ok(annoproj_table_column(table, annoproj_table_column_index(table, "coordinates"), &view, &error), error);
    assert_int_equal(view.offsets[row + 1] - view.offsets[row], count);
    for (size_t i = 0; i < count; i++) {
        assert_true(((const double *)view.data)[view.offsets[row] + (int32_t)i] == expected[i]);
    }
}

static void numbers_and_units(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO), *unsized = team_task(made, TEAM_BOTH, UNSIZED_IMAGE);
    const double box[] = {20.1, 10.000000000000002, 100, 50},
                 normalised[] = {20.1 / 200, 10.000000000000002 / 100, 0.5, 0.5};
    const double ring[] = {0, 0, 1.5, 0, 1.5, 1e-7}, hole[] = {0.1, 0.2, 0.30000000000000004, 0.2, 0.1, 0.4},
                 turned[] = {20, 10, 100, 50, 33.3}, turned_normalised[] = {0.1, 0.1, 0.5, 0.5, 33.3};
    draft_begin(&changes);
    draft_label(&changes, "label001", of.car);
    draft_geometry(&changes, 4, 4, box);
    draft_label(&changes, "label002", of.region);
    draft_geometry(&changes, 0, 6, ring);
    draft_part(&changes, 6, hole);
    draft_label(&changes, "label003", of.mask);
    draft_geometry(&changes, 9, 3, runs);
    draft_label(&changes, "label004", of.turned);
    draft_geometry(&changes, 0, 5, turned);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    assert_ok(annoproj_task_geometry(task, ANNOPROJ_UNIT_STORED, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 5);
    expect_numbers(table, 0, box, 4);
    expect_numbers(table, 1, ring, 6);
    expect_numbers(table, 2, hole, 6);
    expect_numbers(table, 3, runs, 3);
    assert_string_equal(annoproj_table_text(table, 0, 3), "pixels");
    assert_int_equal(annoproj_table_int64(table, 0, 1), 4);
    assert_int_equal(annoproj_table_int64(table, 2, 2), 1);
    annoproj_table_free(table);
    assert_ok(annoproj_task_geometry(task, ANNOPROJ_UNIT_NORMALISED, NULL, &table, &error), error);
    expect_numbers(table, 0, normalised, 4);
    expect_numbers(table, 3, runs, 3);              /* masks have no other unit */
    expect_numbers(table, 4, turned_normalised, 5); /* nor has an angle */
    assert_string_equal(annoproj_table_text(table, 0, 3), "normalised");
    assert_string_equal(annoproj_table_text(table, 3, 3), "pixels");
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_task_geometry(task, 3, NULL, &table, &error), error);

    put_car(unsized, "label009", &of, 0, 0);
    assert_ok(annoproj_task_geometry(unsized, ANNOPROJ_UNIT_PIXELS, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_STATE, annoproj_task_geometry(unsized, ANNOPROJ_UNIT_NORMALISED, NULL, &table, &error),
                  error);
    assert_null(table);
    annoproj_task_close(task);
    annoproj_task_close(unsized);
    team_free(made);
}

static void answers_come_back(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char *csv = NULL, expected[1024];
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    draft_begin(&changes);
    draft_label(&changes, "label001", of.car);
    draft_box(&changes, 2, 8);
    draft_number(&changes, of.speed, 12.25, 2, 3);
    draft_text(&changes, of.note, "caf\xc3\xa9");
    draft_option(&changes, of.which, of.gold, -1, -1);
    draft_option(&changes, of.colour, of.other, -1, -1);
    draft_option(&changes, of.tags, of.tag_b, -1, -1);
    draft_option(&changes, of.tags, of.tag_a, -1, -1);
    draft_option(&changes, of.braking, of.yes, 5, 6);
    draft_option(&changes, of.braking, of.yes, 3, 4);
    draft_option(&changes, of.braking, of.no, 8, 8);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    assert_ok(annoproj_task_answers(task, NULL, &table, &error), error);
    assert_ok(annoproj_table_csv(table, &csv, &error), error);
    /* by attribute, then by value; touching frames are one range */
    const char *body = strchr(csv, '\n') + 1;
    snprintf(
        expected, sizeof expected,
        "label001,%lld,%lld,,,,\r\nlabel001,%lld,%lld,,,,\r\nlabel001,%lld,%lld,,,3,6\r\nlabel001,%lld,%lld,,,8,8\r\n"
        "label001,%lld,,,12.25,2,3\r\nlabel001,%lld,,caf\xc3\xa9,,,\r\nlabel001,%lld,%lld,,,,\r\nlabel001,%lld,%lld,,,,"
        "\r\n",
        (long long)of.colour, (long long)of.other, (long long)of.which, (long long)of.gold, (long long)of.braking,
        (long long)of.yes, (long long)of.braking, (long long)of.no, (long long)of.speed, (long long)of.note,
        (long long)of.tags, (long long)of.tag_a, (long long)of.tags, (long long)of.tag_b);
    assert_string_equal(body, expected);
    annoproj_free(csv);
    annoproj_table_free(table);
    annoproj_task_close(task);
    team_free(made);
}

static void replace_and_keep(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    char word[64];
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    put_car(task, "label001", &of, 0, 2);
    put_car(task, "label002", &of, 0, 2);
    made->now_us += 5000000;
    draft_begin(&changes);
    draft_label(&changes, "label001", of.region); /* wholly: class, geometry, answers */
    draft_geometry(&changes, 5, 6, six);
    draft_remove(&changes, "label002");
    draft_label(&changes, "", of.weather);
    assert_ok(draft_write(&changes, manager, NULL, &error), error);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 2);
    assert_string_equal(annoproj_table_text(table, 0, 0), "label001");
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "creator")),
                     made->users[TEAM_ANNOTATOR]);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "editor")),
                     made->users[TEAM_MANAGER]);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "created")),
                     made->now_us - 5000000);
    assert_int_equal(annoproj_table_int64(table, 0, annoproj_table_column_index(table, "edited")), made->now_us);
    assert_int_equal(annoproj_table_int64(table, 1, annoproj_table_column_index(table, "creator")),
                     made->users[TEAM_MANAGER]);
    annoproj_table_free(table);
    assert_string_equal(label_word(task, "label001", "shape", word), "polygon");
    assert_string_equal(label_word(task, "label001", "kind", word), "object");
    assert_string_equal(label_word(task, "label001", "class_name", word), "Region");
    annoproj_task_close(task);
    annoproj_task_close(manager);
    team_free(made);
}

static void reads_are_guarded(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    annoproj_table *table = NULL;
    annoproj_cancel *cancel = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO), *both = team_task(made, TEAM_BOTH, VIDEO);
    put_car(task, "label001", &of, 0, 2);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_labels(both, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_geometry(both, 0, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_task_answers(both, NULL, &table, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_labels(task, NULL, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_task_labels(NULL, NULL, &table, &error), error);
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    call.cancel = cancel;
    assert_status(ANNOPROJ_CANCELLED, annoproj_task_labels(task, &call, &table, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_task_geometry(task, 0, &call, &table, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_task_answers(task, &call, &table, &error), error);
    annoproj_cancel_free(cancel);
    annoproj_task_close(task);
    annoproj_task_close(both);
    team_free(made);
}

/* ---- completeness ---- */

static void required_answers(void **state) {
    (void)state;
    features of;
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    put_car(task, "label002", &of, 0, 1); /* `Which` is required only under `Other` */
    draft_begin(&changes);
    draft_label(&changes, "label001", of.car);
    draft_box(&changes, 0, 1);
    draft_option(&changes, of.colour, of.other, -1, -1);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    annoproj_status status = annoproj_task_submit(task, NULL, NULL, &error);
    assert_int_equal(status, ANNOPROJ_STATE);
    assert_non_null(strstr(annoproj_error_message(error), "Which"));
    assert_non_null(strstr(annoproj_error_message(error), "label001"));
    assert_null(strstr(annoproj_error_message(error), "label002"));
    annoproj_error_free(error);
    error = NULL;
    draft_begin(&changes);
    draft_label(&changes, "label001", of.car);
    draft_box(&changes, 0, 1);
    draft_option(&changes, of.colour, of.other, -1, -1);
    draft_option(&changes, of.which, of.rust, -1, -1);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    team_free(made);

    made = label_team("\"require_complete_labels\": false", "", false, &of);
    task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    draft_begin(&changes);
    draft_label(&changes, "label001", of.car);
    draft_box(&changes, 0, 1);
    draft_option(&changes, of.colour, of.other, -1, -1);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused),           cmocka_unit_test(wrong_arrays),      cmocka_unit_test(versions_and_owners),
        cmocka_unit_test(numbers_and_units), cmocka_unit_test(answers_come_back), cmocka_unit_test(replace_and_keep),
        cmocka_unit_test(reads_are_guarded), cmocka_unit_test(required_answers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
