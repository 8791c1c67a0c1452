/* A project with a rich ontology on a few data units, changes of labels step by step, and events as text. */
#ifndef LABEL_SUPPORT_H
#define LABEL_SUPPORT_H

#include "team.h"

/* Tasks of label_team(): their data units. */
enum unit {
    VIDEO,
    VIDEO_2,
    VIDEO_3,
    AUDIO,
    PLAIN_TEXT,
    UNSIZED_IMAGE,
    IMAGE,
    UNITS
}; /* videos: 10 frames of 200 x 100 */

/* Features of its ontology. */
typedef struct features {
    int64_t car, colour, red, other, which, rust, gold, braking, yes, no, speed, note, tags, tag_a, tag_b;
    int64_t region, mask, way, spot, turned, noise, bones, quote;
    int64_t weather, kind, sunny, rainy, level, light, heavy;
} features;

/* A team whose project handles, first_task and stages are those of a project with that ontology. */
team *label_team(const char *annotate_settings, const char *review_settings, bool count_text_and_audio, features *out);

/* ---- changes, label by label: begin, label, what it has, write ---- */
typedef struct draft {
    annoproj_label_changes changes;
    char hashes[1024], texts[1024], text[2048];
    int32_t actions[32];
    int64_t hash_offsets[33], classes[32], geometry_starts[33], answer_starts[33], range_starts[33];
    int64_t frames[128], part_starts[129], coordinate_starts[129];
    double coordinates[1024];
    int64_t attributes[64], options[64], text_offsets[65], first[64], last[64];
    double numbers[64];
    int64_t range_first[64], range_last[64];
} draft;

void draft_begin(draft *draft);
void draft_label(draft *draft, const char *hash, int64_t class); /* hash "" = a new label */
void draft_remove(draft *draft, const char *hash);
void draft_geometry(draft *draft, int64_t frame, size_t count, const double *numbers);
void draft_part(draft *draft, size_t count, const double *numbers);    /* a further part on the same frame */
void draft_box(draft *draft, int64_t first_frame, int64_t last_frame); /* the same box on each frame */
void draft_range(draft *draft, int64_t first, int64_t last);
void draft_option(draft *draft, int64_t attribute, int64_t option, int64_t first, int64_t last); /* first -1 = static */
void draft_text(draft *draft, int64_t attribute, const char *text);
void draft_number(draft *draft, int64_t attribute, double number, int64_t first, int64_t last);
/* Closes the arrays, for calls of annoproj_labels_write() that do not go through draft_write(). */
const annoproj_label_changes *draft_changes(draft *draft);
/* Writes with `force`; the hash of the first change in `hash` (may be NULL). */
annoproj_status draft_write(draft *draft, annoproj_task *task, char hash[16], annoproj_error **error);
/* One label with that hash: on those frames as boxes. */
void put_car(annoproj_task *task, const char *hash, const features *of, int64_t first_frame, int64_t last_frame);

/* ---- what happened ---- */
int64_t last_seq(team *team);
/* Events behind `after` of labels, answers, reviews and issues, one a line: "label_create 1 frames=3 class=1". Labels
 * are numbered from 1 in the order of the project. */
const char *events_after(team *team, int64_t after, char out[8192]);
#define assert_events(team, after, expected)                                                                           \
    do {                                                                                                               \
        char events_text[8192];                                                                                        \
        assert_string_equal(events_after((team), (after), events_text), (expected));                                   \
    } while (0)

/* A cell of the row of that label, "" for null: of annoproj_task_labels. */
const char *label_word(annoproj_task *task, const char *hash, const char *column, char out[64]);
int64_t counter(team *team, const char *column); /* of overview_row */

#endif
