/* What a comparison of label versions says of audio, text, skeletons, masks, polygons and points (behaviour §13): each label as it
 * was, as it is now, and the row that the header promises. Boxes and classifications: tests/conformance/test_label_versions.py. */
#include "label_support.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

static annoproj_error *error;

/* How a label is drawn, on a frame or as a range; `last` also on the frames up to that one. */
typedef struct drawing {
    int64_t first, last;
    size_t count; /* numbers on each frame; 0 = a range */
    double numbers[8];
    size_t more_count; /* of a further part */
    double more[8];
} drawing;

enum { PIXELS = 200 * 100 };

typedef struct sample {
    const char *name;
    int unit;
    size_t class; /* offset in features */
    drawing before, after;
    const char *row; /* "what it differs in, frames first_frame"; "" = no row */
} sample;

#define OF(class) offsetof(features, class)
#define SEEN      ANNOPROJ_VISIBILITY_VISIBLE
#define HIDDEN    ANNOPROJ_VISIBILITY_OCCLUDED
#define MISSING   ANNOPROJ_VISIBILITY_MISSING

/* clang-format off */
static const sample samples[] = {
    {"audio, the same", AUDIO, OF(noise), {100, 900, 0, {0}, 0, {0}}, {100, 900, 0, {0}, 0, {0}}, ""},
    {"audio, another end", AUDIO, OF(noise), {100, 900, 0, {0}, 0, {0}}, {100, 901, 0, {0}, 0, {0}}, "frames 1 0"},
    {"audio, elsewhere", AUDIO, OF(noise), {100, 900, 0, {0}, 0, {0}}, {5000, 9000, 0, {0}, 0, {0}}, "frames 1 0"},
    {"text, other characters", PLAIN_TEXT, OF(quote), {5, 60, 0, {0}, 0, {0}}, {4, 60, 0, {0}, 0, {0}}, "frames 1 0"},
    {"skeleton, the same", VIDEO, OF(bones), {2, 4, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}},
     {2, 4, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}}, ""},
    {"skeleton, a vertex moved", VIDEO, OF(bones), {2, 4, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}},
     {2, 4, 6, {1, 2, SEEN, 3, 4.5, SEEN}, 0, {0}}, "geometry 3 2"},
    {"skeleton, a vertex hidden", VIDEO, OF(bones), {2, 4, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}},
     {2, 4, 6, {1, 2, SEEN, 3, 4, HIDDEN}, 0, {0}}, "geometry 3 2"},
    {"skeleton, a vertex missing", VIDEO, OF(bones), {2, 4, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}},
     {2, 4, 6, {1, 2, SEEN, 0, 0, MISSING}, 0, {0}}, "geometry 3 2"},
    {"skeleton, a vertex less", VIDEO, OF(bones), {2, 4, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}},
     {2, 4, 3, {1, 2, SEEN}, 0, {0}}, "geometry 3 2"},
    {"skeleton, moved on other frames", VIDEO, OF(bones), {2, 4, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}},
     {4, 8, 6, {1, 2, SEEN, 3, 5, SEEN}, 0, {0}}, "geometry frames 7 2"},
    {"skeleton, on other frames", VIDEO, OF(bones), {2, 4, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}},
     {4, 8, 6, {1, 2, SEEN, 3, 4, SEEN}, 0, {0}}, "frames 6 2"},
    {"mask, the same", VIDEO, OF(mask), {9, 9, 5, {200, 100, 10, 20, PIXELS - 30}, 0, {0}},
     {9, 9, 5, {200, 100, 10, 20, PIXELS - 30}, 0, {0}}, ""},
    {"mask, a pixel more", VIDEO, OF(mask), {8, 9, 5, {200, 100, 10, 20, PIXELS - 30}, 0, {0}},
     {8, 9, 5, {200, 100, 10, 21, PIXELS - 31}, 0, {0}}, "geometry 2 8"},
    {"mask, elsewhere", IMAGE, OF(mask), {0, 0, 5, {200, 100, 10, 20, PIXELS - 30}, 0, {0}},
     {0, 0, 5, {200, 100, 11, 20, PIXELS - 31}, 0, {0}}, "geometry 1 0"},
    {"mask, more runs", IMAGE, OF(mask), {0, 0, 5, {200, 100, 10, 20, PIXELS - 30}, 0, {0}},
     {0, 0, 7, {200, 100, 10, 10, 5, 10, PIXELS - 35}, 0, {0}}, "geometry 1 0"},
    {"polygon, a point moved", IMAGE, OF(region), {0, 0, 8, {0, 0, 10, 0, 10, 10, 0, 10}, 0, {0}},
     {0, 0, 8, {0, 0, 10, 0, 10, 11, 0, 10}, 0, {0}}, "geometry 1 0"},
    {"polygon, a hole more", IMAGE, OF(region), {0, 0, 8, {0, 0, 10, 0, 10, 10, 0, 10}, 0, {0}},
     {0, 0, 8, {0, 0, 10, 0, 10, 10, 0, 10}, 6, {2, 2, 2, 4, 4, 4}}, "geometry 1 0"},
    {"polygon, from another point on", IMAGE, OF(region), {0, 0, 8, {0, 0, 10, 0, 10, 10, 0, 10}, 0, {0}},
     {0, 0, 8, {10, 0, 10, 10, 0, 10, 0, 0}, 0, {0}}, "geometry 1 0"},
    {"rotatable box, turned", VIDEO, OF(turned), {0, 1, 5, {1, 2, 10, 20, 0}, 0, {0}},
     {0, 1, 5, {1, 2, 10, 20, 30}, 0, {0}}, "geometry 2 0"},
    {"point, moved on the frames it shares", VIDEO, OF(spot), {0, 5, 2, {3, 4}, 0, {0}},
     {5, 6, 2, {3, 5}, 0, {0}}, "geometry frames 7 0"},
};
/* clang-format on */

enum { SAMPLES = sizeof samples / sizeof *samples };

static void draw(team *made, const features *of, const sample *one, const drawing *how, const char *hash) {
    draft changes;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, one->unit);
    draft_begin(&changes);
    draft_label(&changes, hash, *(const int64_t *)(const void *)((const char *)of + one->class));
    if (how->count == 0)
        draft_range(&changes, how->first, how->last);
    for (int64_t frame = how->first; how->count > 0 && frame <= how->last; frame++) {
        draft_geometry(&changes, frame, how->count, how->numbers);
        if (how->more_count > 0)
            draft_part(&changes, how->more_count, how->more);
    }
    annoproj_status status = draft_write(&changes, task, NULL, &error);
    if (status != ANNOPROJ_OK)
        fail_msg("%s: %s", one->name, annoproj_error_message(error));
    annoproj_task_close(task);
}

static void remove_label(team *made, const sample *one, const char *hash) {
    draft changes;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, one->unit);
    draft_begin(&changes);
    draft_remove(&changes, hash);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    annoproj_task_close(task);
}

static int64_t version_of(team *made, const char *name) {
    int64_t version = 0;
    assert_ok(annoproj_label_version_create(made->projects[TEAM_ADMIN], name, NULL, NULL, &version, &error), error);
    return version;
}

static bool cell(const annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column)) != 0;
}

/* "change: what, frames first_frame" of the only label that differs; "" when none does. */
static const char *told(team *made, int64_t before, int64_t after, char out[160]) {
    annoproj_table *table = NULL;
    assert_ok(annoproj_label_version_diff(made->projects[TEAM_ADMIN], before, after, NULL, NULL, &table, &error),
              error);
    assert_true(annoproj_table_row_count(table) <= 1);
    out[0] = 0;
    if (annoproj_table_row_count(table) == 1) {
        const int32_t first = annoproj_table_column_index(table, "first_frame");
        int length = snprintf(
            out, 160, "%s: %s%s%s%s%s%lld ",
            annoproj_table_text(table, 0, annoproj_table_column_index(table, "change")),
            cell(table, 0, "class_changed") ? "class " : "", cell(table, 0, "answers_changed") ? "answers " : "",
            cell(table, 0, "geometry_changed") ? "geometry " : "", cell(table, 0, "frames_changed") ? "frames " : "",
            cell(table, 0, "details_changed") ? "details " : "",
            (long long)annoproj_table_int64(table, 0, annoproj_table_column_index(table, "frames")));
        if (annoproj_table_is_null(table, 0, first))
            snprintf(out + length, 160 - (size_t)length, "-");
        else
            snprintf(out + length, 160 - (size_t)length, "%lld", (long long)annoproj_table_int64(table, 0, first));
    }
    annoproj_table_free(table);
    return out;
}

/* Between two versions both ways, and between a version and now. */
static void test_changed(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    char name[64], row[160], expected[160];
    for (size_t i = 0; i < SAMPLES; i++) {
        const sample *one = &samples[i];
        draw(made, &of, one, &one->before, "diffDif1");
        snprintf(name, sizeof name, "%zu before", i);
        const int64_t before = version_of(made, name);
        draw(made, &of, one, &one->after, "diffDif1");
        snprintf(expected, sizeof expected, *one->row ? "changed: %s" : "%s", one->row);
        if (strcmp(told(made, before, 0, row), expected) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", one->name, row, expected);
        snprintf(name, sizeof name, "%zu after", i);
        const int64_t after = version_of(made, name);
        assert_string_equal(told(made, before, after, row), expected);
        assert_string_equal(told(made, after, before, row), expected);
        remove_label(made, one, "diffDif1");
    }
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

/* What comes and goes counts all its frames; on audio and text one. */
static void test_added_and_removed(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    char name[64], row[160], expected[160];
    const int64_t empty = version_of(made, "empty");
    for (size_t i = 0; i < SAMPLES; i++) {
        const sample *one = &samples[i];
        const bool media = one->before.count == 0;
        draw(made, &of, one, &one->before, "diffDif1");
        snprintf(name, sizeof name, "%zu", i);
        const int64_t drawn = version_of(made, name);
        const long long frames = media ? 1 : (long long)(one->before.last - one->before.first + 1);
        const long long first = media ? 0 : (long long)one->before.first;
        snprintf(expected, sizeof expected, "added: %lld %lld", frames, first);
        if (strcmp(told(made, empty, drawn, row), expected) != 0)
            fail_msg("%s: \"%s\" instead of \"%s\"", one->name, row, expected);
        snprintf(expected, sizeof expected, "removed: %lld %lld", frames, first);
        assert_string_equal(told(made, drawn, empty, row), expected);
        assert_string_equal(told(made, 0, empty, row), expected);
        remove_label(made, one, "diffDif1");
        assert_string_equal(told(made, drawn, 0, row), expected);
    }
    team_free(made);
}

/* Only who wrote it, and when, is another. */
static void test_details_only(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    char name[64], row[160];
    for (size_t i = 0; i < SAMPLES; i++) {
        const sample *one = &samples[i];
        if (*one->row)
            continue;
        draw(made, &of, one, &one->before, "diffDif1");
        snprintf(name, sizeof name, "%zu", i);
        const int64_t before = version_of(made, name);
        made->now_us += 1000000;
        draw(made, &of, one, &one->after, "diffDif1");
        assert_string_equal(told(made, before, 0, row), "changed: details 0 -");
        remove_label(made, one, "diffDif1");
    }
    team_free(made);
}

/* Classifications of audio and text: another answer, and other ranges, are one frame each. */
static void test_answers_of_media(void **state) {
    (void)state;
    features of;
    team *made = label_team("", "", false, &of);
    static const struct {
        bool sunny;
        int64_t first, last;
        const char *row;
    } steps[] = {{true, 10, 20, ""},
                 {false, 10, 20, "changed: answers 1 0"},
                 {false, 10, 21, "changed: frames 1 0"},
                 {true, 30, 40, "changed: answers frames 1 0"}};
    char name[64], row[160];
    for (int unit = AUDIO; unit <= PLAIN_TEXT; unit++) {
        int64_t before = 0;
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            draft changes;
            annoproj_task *task = team_task(made, TEAM_ANNOTATOR, unit);
            draft_begin(&changes);
            draft_label(&changes, "weaWea01", of.weather);
            draft_range(&changes, steps[i].first, steps[i].last);
            draft_option(&changes, of.kind, steps[i].sunny ? of.sunny : of.rainy, -1, -1);
            if (!steps[i].sunny)
                draft_option(&changes, of.level, of.light, -1, -1);
            assert_ok(draft_write(&changes, task, NULL, &error), error);
            annoproj_task_close(task);
            snprintf(name, sizeof name, "%d %zu", unit, i);
            const int64_t after = version_of(made, name);
            if (i > 0)
                assert_string_equal(told(made, before, after, row), steps[i].row);
            before = after;
        }
    }
    team_free(made);
}

int main(void) {
    scratch_in_memory();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_added_and_removed),
        cmocka_unit_test(test_details_only),
        cmocka_unit_test(test_answers_of_media),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
