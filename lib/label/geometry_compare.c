/* On which frames two geometries differ. */
#include "label_version_diff.h"

#include <string.h>

#include "failure.h"

static bool same_number(const number *a, const number *b) {
    if (a->exact != b->exact)
        return false;
    return a->exact ? a->decimal.mantissa == b->decimal.mantissa && a->decimal.scale == b->decimal.scale
                    : memcmp(&a->real, &b->real, sizeof a->real) == 0;
}

static bool same_part(geometry_cursor *a, geometry_cursor *b) {
    number one, other;
    bool same = a->numbers_left == b->numbers_left;
    while (same && geometry_next_number(a, &one))
        same = geometry_next_number(b, &other) && same_number(&one, &other);
    return same;
}

/* Both stand on the same frame. */
static bool same_frame(geometry_cursor *a, geometry_cursor *b) {
    bool same = a->shape == b->shape && a->unit == b->unit && a->parts_left == b->parts_left;
    while (same && geometry_next_part(a))
        same = geometry_next_part(b) && same_part(a, b);
    return same;
}

annoproj_status geometry_changed_frames(const label *before, const label *after, const frame_ranges *frames,
                                        frame_ranges *changed, annoproj_error **error) {
    geometry_cursor a, b;
    frame_ranges differ = {0};
    if (before->geometry_length == after->geometry_length &&
        (before->geometry_length == 0 || memcmp(before->geometry, after->geometry, after->geometry_length) == 0))
        return ANNOPROJ_OK;
    geometry_open(&a, before->geometry, before->geometry_length);
    geometry_open(&b, after->geometry, after->geometry_length);
    bool has_a = geometry_next_frame(&a), has_b = geometry_next_frame(&b);
    while (has_a && has_b) {
        if (a.frame == b.frame && !same_frame(&a, &b))
            frame_ranges_add(&differ, a.frame, a.frame);
        const int64_t frame_a = a.frame, frame_b = b.frame;
        has_a = frame_a <= frame_b ? geometry_next_frame(&a) : has_a;
        has_b = frame_b <= frame_a ? geometry_next_frame(&b) : has_b;
    }
    frame_ranges_intersection(&differ, frames, changed);
    const bool memory = !differ.failed && !changed->failed, sound = !a.failed && !b.failed;
    frame_ranges_release(&differ);
    return !memory  ? fail_memory(error)
           : !sound ? fail(error, ANNOPROJ_CORRUPT, "the geometry of label %s is damaged: run a check of the store",
                           after->hash)
                    : ANNOPROJ_OK;
}
