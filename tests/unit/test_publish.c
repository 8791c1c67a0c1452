/* Publishing label changes (behaviour §12): what every transition between two actions appends. */
#include <stdio.h>
#include <string.h>

#include "label_support.h"

/* What a label is before an action, in letters: see make(). */
typedef struct transition {
    const char *name, *before, *after; /* "" = the label is not there */
    const char *expected; /* events of the second submit, %c = class, %r/%o/%y/%n = options Red, Other, Yes, No */
} transition;

/* "5-9": boxes on those frames; then one letter each: r Red, o Other with Rust, y Yes on the first two frames, Y Yes
 * on all, s another speed on the first frame, w the other class, g the same boxes moved. */
static void make(draft *to, const char *what, const features *of) {
    int64_t first = what[0] - '0', last = what[2] - '0';
    bool other_class = strchr(what, 'w') != NULL;
    draft_label(to, "abcdefg1", other_class ? of->turned : of->car);
    for (int64_t frame = first; frame <= last; frame++) {
        const double box[] = {strchr(what, 'g') ? 11 : 10, 20, 30, 40, 45};
        draft_geometry(to, frame, other_class ? 5 : 4, box);
    }
    if (strchr(what, 'r')) {
        draft_option(to, of->colour, of->red, -1, -1);
    }
    if (strchr(what, 'o')) {
        draft_option(to, of->colour, of->other, -1, -1);
        draft_option(to, of->which, of->rust, -1, -1);
    }
    if (strchr(what, 'y')) {
        draft_option(to, of->braking, of->yes, first, first + 1);
    }
    if (strchr(what, 'Y')) {
        draft_option(to, of->braking, of->yes, first, last);
    }
    if (strchr(what, 's')) {
        draft_number(to, of->speed, 7.5, first, first);
    }
}

static void write_state(annoproj_task *task, const char *what, bool there, const features *of) {
    static draft changes;
    annoproj_error *error = NULL;
    draft_begin(&changes);
    if (what[0]) {
        make(&changes, what, of);
    } else if (there) {
        draft_remove(&changes, "abcdefg1");
    }
    assert_ok(draft_write(&changes, task, NULL, &error), error);
}

/* Fills in class and options, and for %X the one who is credited. */
static void fill_in_with(const char *pattern, const features *of, int64_t credited, char out[1024]) {
    size_t length = 0;
    out[0] = 0;
    for (; *pattern; pattern++) {
        int64_t value = 0;
        if (pattern[0] == '%') {
            pattern++;
            value = *pattern == 'c'   ? of->car
                    : *pattern == 'w' ? of->turned
                    : *pattern == 'r' ? of->red
                    : *pattern == 'o' ? of->other
                    : *pattern == 'u' ? of->rust
                    : *pattern == 'k' ? of->weather
                    : *pattern == 'h' ? of->heavy
                    : *pattern == 'i' ? of->rainy
                    : *pattern == 'z' ? of->noise
                    : *pattern == 'q' ? of->quote
                    : *pattern == 'X' ? credited
                                      : of->yes;
            length += (size_t)snprintf(out + length, 1024 - length, "%lld", (long long)value);
        } else {
            out[length++] = *pattern;
        }
        out[length] = 0;
    }
}

static void fill_in(const char *pattern, const features *of, char out[1024]) {
    fill_in_with(pattern, of, 0, out);
}

static void back_to_annotation(team *made, int64_t number) {
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.undecided = ANNOPROJ_UNDECIDED_LEAVE;
    options.comment = "again";
    annoproj_task *task = team_task(made, TEAM_MANAGER, number);
    assert_ok(annoproj_task_reject(task, &options, NULL, &error), error);
    annoproj_task_close(task);
}

static void submit(team *made, int64_t number) {
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, number);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    annoproj_task_close(task);
}

/* Drops the raw events: they are tested apart. */
static void drop_raw(char *text) {
    char *out = text;
    for (char *line = text; *line;) {
        char *end = strchr(line, '\n') + 1;
        bool raw = strncmp(line, "label_put", 9) == 0 || strncmp(line, "label_remove", 12) == 0 ||
                   strncmp(line, "issue", 5) == 0;
        if (!raw) {
            memmove(out, line, (size_t)(end - line));
            out += end - line;
        }
        line = end;
    }
    *out = 0;
}

static const transition transitions[] = {
    {"made and removed in between", "", "", ""},
    {"made", "", "0-4",
     "label_create 1 frames=5 class=%c\nlabel_submit 1 frames=5 class=%c\nlabel_counted 1 class=%c\n"},
    {"made with a nested answer", "", "0-4oy",
     "label_create 1 frames=5 class=%c\nanswer_create 1 frames=5 class=%c answer=%o\n"
     "answer_create 1 frames=5 class=%c answer=%u\nanswer_create 1 frames=2 class=%c answer=%y\n"
     "label_submit 1 frames=5 class=%c\nlabel_counted 1 class=%c\n"},
    {"unchanged", "0-4r", "0-4r", "label_submit 1 frames=5 class=%c\n"},
    {"geometry alone is no edit", "0-4r", "0-4rg", "label_submit 1 frames=5 class=%c\n"},
    {"static answer", "0-4", "0-4r", "label_edit 1 frames=5 class=%c\nlabel_submit 1 frames=5 class=%c\n"},
    {"dynamic answer on more frames", "0-4y", "0-4Y",
     "label_edit 1 frames=3 class=%c\nlabel_submit 1 frames=5 class=%c\n"},
    {"dynamic number on one frame", "2-6", "2-6s",
     "label_edit 1 frames=1 class=%c\nlabel_submit 1 frames=5 class=%c\n"},
    {"class", "0-4", "0-4w", "label_edit 1 frames=5 class=%w\nlabel_submit 1 frames=5 class=%w\n"},
    {"more frames", "0-4", "0-6",
     "label_edit 1 class=%c\nlabel_frames_create 1 frames=2 class=%c\nlabel_submit 1 frames=7 class=%c\n"},
    {"fewer frames", "0-4", "1-3",
     "label_edit 1 class=%c\nlabel_frames_delete 1 frames=2 class=%c\nlabel_submit 1 frames=3 class=%c\n"},
    {"other frames and another answer", "0-4", "3-7r",
     "label_edit 1 frames=2 class=%c\nlabel_frames_create 1 frames=3 class=%c\nlabel_frames_delete 1 frames=3 "
     "class=%c\n"
     "label_submit 1 frames=5 class=%c\n"},
    {"gone", "0-4", "", "label_delete 1 frames=5 class=%c\n"},
};

static void run_transition(const transition *one) {
    features of;
    char events[8192], expected[1024];
    team *made = label_team("", "\"strict_review\": false", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    if (one->before[0]) {
        write_state(task, one->before, false, &of);
        submit(made, VIDEO);
        back_to_annotation(made, VIDEO);
    }
    int64_t after = last_seq(made);
    if (!one->before[0] && !one->after[0]) {
        write_state(task, "0-4", false, &of);
        write_state(task, "", true, &of);
    } else {
        write_state(task, one->after, one->before[0] != 0, &of);
    }
    submit(made, VIDEO);
    events_after(made, after, events);
    drop_raw(events);
    fill_in(one->expected, &of, expected);
    if (strcmp(events, expected) != 0) {
        fail_msg("%s gave\n%snot\n%s", one->name, events, expected);
    }
    assert_int_equal(counter(made, "instance_labels_created"), one->before[0] || one->after[0] ? 1 : 0);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

static void each_transition(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof transitions / sizeof transitions[0]; i++) {
        run_transition(&transitions[i]);
    }
}

/* Deleted, published, put back: the old number, an edit, its frames again. */
static void put_back_is_edited(void **state) {
    (void)state;
    features of;
    char events[8192], expected[1024];
    team *made = label_team("", "\"strict_review\": false", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    write_state(task, "0-4", false, &of);
    submit(made, VIDEO);
    back_to_annotation(made, VIDEO);
    write_state(task, "", true, &of);
    submit(made, VIDEO);
    back_to_annotation(made, VIDEO);
    int64_t after = last_seq(made);
    write_state(task, "3-6", false, &of);
    submit(made, VIDEO);
    events_after(made, after, events);
    fill_in("label_put 1 frames=4 class=%c\nlabel_edit 1 frames=2 class=%c\nlabel_frames_create 1 frames=2 class=%c\n"
            "label_submit 1 frames=4 class=%c\n",
            &of, expected);
    assert_string_equal(events, expected);
    assert_int_equal(counter(made, "instance_labels_created"), 1);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

static void published_in_review(void **state) {
    (void)state;
    features of;
    char events[8192], expected[1024];
    team *made = label_team("", "\"strict_review\": false", false, &of);
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    write_state(task, "0-4r", false, &of);
    submit(made, VIDEO);
    annoproj_task_close(task);
    task = team_task(made, TEAM_REVIEWER, VIDEO);
    put_car(task, "abcdefg2", &of, 7, 8);
    int64_t after = last_seq(made);
    assert_ok(annoproj_task_approve(task, NULL, NULL, &error), error);
    events_after(made, after, events);
    /* the reviewer's own label is created and approved, credited to nobody; the other is the annotator's */
    fill_in_with("label_create 2 frames=2 class=%c\nlabel_approve 1 frames=5 class=%c credited=%X\n"
                 "answer_approve 1 frames=5 class=%c answer=%r credited=%X\nlabel_approve 2 frames=2 class=%c\n",
                 &of, made->users[TEAM_ANNOTATOR], expected);
    assert_string_equal(events, expected);
    assert_int_equal(counter(made, "instance_labels_created"), 1);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

/* A reject with decisions, then again: each action counts, in the answers too. */
static void decisions_count_at_each_action(void **state) {
    (void)state;
    features of;
    char events[8192], expected[1024];
    team *made = label_team("", "", false, &of);
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    write_state(task, "0-4y", false, &of);
    for (int round = 0; round < 2; round++) {
        assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
        int64_t after = last_seq(made);
        assert_ok(annoproj_task_reject(manager, &options, NULL, &error), error);
        events_after(made, after, events);
        fill_in_with(
            "label_reject 1 frames=5 class=%c credited=%X\nanswer_reject 1 frames=2 class=%c answer=%y credited=%X\n",
            &of, made->users[TEAM_ANNOTATOR], expected);
        assert_string_equal(events, expected);
    }
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    annoproj_task_close(manager);
    team_free(made);
}

/* Decisions count for the options a label holds then, not for those it was published with first. */
static void decisions_count_for_what_is_held(void **state) {
    (void)state;
    features of;
    char events[8192], expected[1024];
    team *made = label_team("", "\"strict_review\": false", false, &of);
    annoproj_error *error = NULL;
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    write_state(task, "0-4r", false, &of);
    submit(made, VIDEO);
    int64_t after = last_seq(made);
    assert_ok(annoproj_task_reject(manager, NULL, NULL, &error), error);
    events_after(made, after, events);
    fill_in_with(
        "label_reject 1 frames=5 class=%c credited=%X\nanswer_reject 1 frames=5 class=%c answer=%r credited=%X\n", &of,
        made->users[TEAM_ANNOTATOR], expected);
    assert_string_equal(events, expected);
    write_state(task, "0-4y", false, &of);
    submit(made, VIDEO);
    after = last_seq(made);
    assert_ok(annoproj_task_approve(manager, NULL, NULL, &error), error);
    events_after(made, after, events);
    fill_in_with(
        "label_approve 1 frames=5 class=%c credited=%X\nanswer_approve 1 frames=2 class=%c answer=%y credited=%X\n",
        &of, made->users[TEAM_ANNOTATOR], expected);
    assert_string_equal(events, expected);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    annoproj_task_close(manager);
    team_free(made);
}

static void classifications_without_frames_count_one(void **state) {
    (void)state;
    static draft changes;
    features of;
    char events[8192], expected[1024];
    annoproj_error *error = NULL;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO);
    draft_begin(&changes);
    draft_label(&changes, "weather1", of.weather);
    draft_option(&changes, of.kind, of.rainy, -1, -1);
    draft_option(&changes, of.level, of.heavy, -1, -1);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    int64_t after = last_seq(made);
    submit(made, VIDEO);
    events_after(made, after, events);
    fill_in("label_create 1 frames=1 class=%k\nanswer_create 1 frames=1 class=%k answer=%i\n"
            "answer_create 1 frames=1 class=%k answer=%h\nlabel_submit 1 frames=1 class=%k\nlabel_counted 1 class=%k\n",
            &of, expected);
    assert_string_equal(events, expected);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

static void put_range(annoproj_task *task, const char *hash, int64_t class, int64_t first, int64_t last) {
    static draft changes;
    annoproj_error *error = NULL;
    draft_begin(&changes);
    draft_label(&changes, hash, class);
    draft_range(&changes, first, last);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
}

static void remove_label(annoproj_task *task, const char *hash) {
    static draft changes;
    annoproj_error *error = NULL;
    draft_begin(&changes);
    draft_remove(&changes, hash);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
}

/* Text and audio stay out of label reports; audio is in the overview; a project may opt in, and out again: a replay still
 * knows what is published. */
static void text_and_audio(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    const char *const audio[] = {
        "label_silently_published 1 frames=1 class=%z\nlabel_counted 1 class=%z\n",
        "label_create 1 frames=1 class=%z\nlabel_submit 1 frames=1 class=%z\nlabel_counted 1 class=%z\n"};
    const char *const plain[] = {"label_silently_published 2 frames=1 class=%q\n",
                                 "label_create 2 frames=1 class=%q\nlabel_submit 2 frames=1 class=%q\n"};
    for (int counted = 0; counted < 2; counted++) {
        features of;
        char events[8192], expected[1024];
        team *made = label_team("", "\"strict_review\": false", counted == 1, &of);
        annoproj_task *task = team_task(made, TEAM_ANNOTATOR, AUDIO);
        put_range(task, "noise001", of.noise, 1000, 250000);
        int64_t after = last_seq(made);
        submit(made, AUDIO);
        events_after(made, after, events);
        fill_in(audio[counted], &of, expected);
        assert_string_equal(events, expected);
        annoproj_task_close(task);
        task = team_task(made, TEAM_ANNOTATOR, PLAIN_TEXT);
        put_range(task, "quote001", of.quote, 5, 60);
        after = last_seq(made);
        submit(made, PLAIN_TEXT);
        events_after(made, after, events);
        fill_in(plain[counted], &of, expected);
        assert_string_equal(events, expected);
        assert_int_equal(counter(made, "instance_labels_created"), 1);
        back_to_annotation(made, PLAIN_TEXT);
        put_range(task, "quote001", of.quote, 5, 61); /* other characters are an edit of one frame label */
        after = last_seq(made);
        submit(made, PLAIN_TEXT);
        events_after(made, after, events);
        fill_in(counted ? "label_edit 2 frames=1 class=%q\nlabel_submit 2 frames=1 class=%q\n"
                        : "label_silently_published 2 frames=1 class=%q\n",
                &of, expected);
        assert_string_equal(events, expected);
        assert_int_equal(team_differences(made), 0);
        assert_ok(annoproj_project_setting_set(made->host_project, ANNOPROJ_SETTING_COUNT_TEXT_AND_AUDIO, !counted,
                                               NULL, &error),
                  error);
        back_to_annotation(made, PLAIN_TEXT);
        put_range(task, "quote001", of.quote, 5, 62);
        submit(made, PLAIN_TEXT);
        assert_int_equal(team_differences(made), 0);
        back_to_annotation(made, PLAIN_TEXT);
        remove_label(task, "quote001");
        submit(made, PLAIN_TEXT);
        assert_int_equal(team_differences(made), 0);
        annoproj_task_close(task);
        team_free(made);
    }
}

static void host_submits_credit_nobody(void **state) {
    (void)state;
    features of;
    char events[8192], expected[1024];
    annoproj_error *error = NULL;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    annoproj_task *task = NULL;
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    team *made = label_team("", "", false, &of);
    assert_ok(annoproj_task_open(made->host_project, made->first_task, NULL, &task, &error), error);
    write_state(task, "0-0", false, &of);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    int64_t after = last_seq(made);
    assert_ok(annoproj_task_approve(task, &options, NULL, &error), error);
    events_after(made, after, events);
    fill_in("label_approve 1 frames=1 class=%c\n", &of, expected);
    assert_string_equal(events, expected);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    team_free(made);
}

/* ---- a video label with ranges and a nested radio answer, found in the report by class ---- */

static void expect_row(annoproj_table *table, int64_t feature, int64_t level, int64_t created, int64_t approved) {
    int32_t features_at = annoproj_table_column_index(table, "feature");
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        if (annoproj_table_int64(table, row, features_at) == feature) {
            assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "level")), level);
            assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "created")), created);
            assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "approved")),
                             approved);
            return;
        }
    }
    fail_msg("no row for feature %lld", (long long)feature);
}

static void expect_actions(team *made, annoproj_label_unit unit, const features *of, int64_t car, int64_t yes,
                           int64_t rainy) {
    annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
    annoproj_query *query = NULL;
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    options.unit = unit;
    assert_ok(annoproj_query_open(made->host_project, &options, NULL, &query, &error), error);
    assert_ok(annoproj_query_ontology_actions(query, NULL, &table, &error), error);
    expect_row(table, of->car, 0, car, car);
    expect_row(table, of->other, 1, car, car);
    expect_row(table, of->rust, 2, car, car); /* nested under its option */
    expect_row(table, of->yes, 1, yes, yes);
    expect_row(table, of->weather, 0, rainy, rainy);
    expect_row(table, of->rainy, 1, rainy, rainy);
    expect_row(table, of->heavy, 2, rainy, rainy);
    annoproj_table_free(table);
    annoproj_query_close(query);
}

static void video_in_the_report_by_class(void **state) {
    (void)state;
    static draft changes;
    features of;
    annoproj_error *error = NULL;
    annoproj_review_options decide = ANNOPROJ_REVIEW_OPTIONS_INIT;
    decide.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    team *made = label_team("", "", false, &of);
    annoproj_task *task = team_task(made, TEAM_ANNOTATOR, VIDEO), *manager = team_task(made, TEAM_MANAGER, VIDEO);
    draft_begin(&changes);
    make(&changes, "2-8oy", &of);
    draft_label(&changes, "weather1", of.weather);
    draft_range(&changes, 0, 2);
    draft_range(&changes, 7, 7);
    draft_option(&changes, of.kind, of.rainy, -1, -1);
    draft_option(&changes, of.level, of.heavy, -1, -1);
    assert_ok(draft_write(&changes, task, NULL, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    assert_ok(annoproj_task_approve(manager, &decide, NULL, &error), error);
    expect_actions(made, ANNOPROJ_LABEL_UNIT_INSTANCE, &of, 1, 1, 1);
    expect_actions(made, ANNOPROJ_LABEL_UNIT_FRAME, &of, 7, 2, 4);
    assert_int_equal(team_differences(made), 0);
    annoproj_task_close(task);
    annoproj_task_close(manager);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_transition),
                                       cmocka_unit_test(put_back_is_edited),
                                       cmocka_unit_test(published_in_review),
                                       cmocka_unit_test(decisions_count_at_each_action),
                                       cmocka_unit_test(decisions_count_for_what_is_held),
                                       cmocka_unit_test(classifications_without_frames_count_one),
                                       cmocka_unit_test(text_and_audio),
                                       cmocka_unit_test(host_submits_credit_nobody),
                                       cmocka_unit_test(video_in_the_report_by_class)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
