/* Sets of frames as sorted, disjoint, non-adjacent inclusive ranges; encoded as varints, so that equal sets are equal
 * bytes. */
#ifndef FRAME_RANGES_H
#define FRAME_RANGES_H

#include "contract.h"
#include "varint.h"

typedef struct frame_range {
    int64_t first, last;
} frame_range;

/* A growing set with sticky failure; a zeroed one is empty. Frames are 0 .. FRAME_MOST. */
#define FRAME_MOST (INT64_MAX / 4)
typedef struct frame_ranges {
    frame_range *ranges;
    size_t count, capacity;
    bool failed; /* out of memory */
} frame_ranges;

void frame_ranges_clear(frame_ranges *set); /* keeps the memory and forgets a failure */
void frame_ranges_release(frame_ranges *set);
void frame_ranges_add(frame_ranges *set, int64_t first, int64_t last); /* cheapest in ascending order; first <= last */

/* Appends the encoding; nothing for the empty set. */
void frame_ranges_encode(const frame_ranges *set, bytes *out);
/* Replaces `out`. False for bytes that are no encoding (out of memory shows in out->failed). */
bool frame_ranges_decode(const uint8_t *data, size_t length, frame_ranges *out);

/* out = a op b; `out` is neither a nor b. */
void frame_ranges_union(const frame_ranges *a, const frame_ranges *b, frame_ranges *out);
void frame_ranges_difference(const frame_ranges *a, const frame_ranges *b, frame_ranges *out);
void frame_ranges_intersection(const frame_ranges *a, const frame_ranges *b, frame_ranges *out);

int64_t frame_ranges_frames(const frame_ranges *set); /* how many frames */
bool frame_ranges_equal(const frame_ranges *a, const frame_ranges *b);
bool frame_ranges_within(const frame_ranges *inner, const frame_ranges *outer);
bool frame_ranges_overlap(const frame_ranges *a, const frame_ranges *b);

#endif
