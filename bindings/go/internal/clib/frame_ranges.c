/* Sets of frames. */
#include "frame_ranges.h"

#include <string.h>

#include "allocate.h"

void frame_ranges_clear(frame_ranges *set) {
    set->count = 0;
    set->failed = false;
}

void frame_ranges_release(frame_ranges *set) {
    release(set->ranges);
    memset(set, 0, sizeof *set);
}

static bool room(frame_ranges *set) {
    if (set->failed) {
        return false;
    }
    if (set->count < set->capacity) {
        return true;
    }
    size_t capacity = set->capacity ? set->capacity * 2 : 8;
    frame_range *larger = capacity > PTRDIFF_MAX / sizeof *larger ? NULL
                                                                  : reallocate(set->ranges, capacity * sizeof *larger);
    if (!larger) {
        set->failed = true;
        return false;
    }
    set->ranges = larger;
    set->capacity = capacity;
    return true;
}

/* Index of the first range that ends at or behind `frame`. */
static size_t first_reaching(const frame_ranges *set, int64_t frame) {
    size_t low = 0, high = set->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (set->ranges[middle].last < frame) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void frame_ranges_add(frame_ranges *set, int64_t first, int64_t last) {
    if (!room(set)) {
        return;
    }
    size_t from = first_reaching(set, first - 1), until = from; /* the ranges that it touches */
    while (until < set->count && set->ranges[until].first <= last + 1) {
        until++;
    }
    if (from < until) {
        first = set->ranges[from].first < first ? set->ranges[from].first : first;
        last = set->ranges[until - 1].last > last ? set->ranges[until - 1].last : last;
    }
    memmove(set->ranges + from + 1, set->ranges + until, (set->count - until) * sizeof *set->ranges);
    set->ranges[from] = (frame_range){first, last};
    set->count = set->count - (until - from) + 1;
}

void frame_ranges_encode(const frame_ranges *set, bytes *out) {
    int64_t next = 0; /* ranges never touch, but the first may begin at 0 */
    for (size_t i = 0; i < set->count; i++) {
        bytes_varint(out, (uint64_t)(set->ranges[i].first - next));
        bytes_varint(out, (uint64_t)(set->ranges[i].last - set->ranges[i].first));
        next = set->ranges[i].last + 2;
    }
    out->failed = out->failed || set->failed;
}

bool frame_ranges_decode(const uint8_t *data, size_t length, frame_ranges *out) {
    unpacker from = {data, length ? data + length : data, false};
    int64_t next = 0;
    frame_ranges_clear(out);
    while (from.at != from.end) {
        uint64_t gap = unpack_varint(&from), more = unpack_varint(&from);
        if (from.failed || gap > (uint64_t)FRAME_MOST || more > (uint64_t)FRAME_MOST ||
            next + (int64_t)gap + (int64_t)more > FRAME_MOST) {
            frame_ranges_clear(out);
            return false;
        }
        if (!room(out)) {
            return true;
        }
        int64_t first = next + (int64_t)gap, last = first + (int64_t)more;
        out->ranges[out->count++] = (frame_range){first, last};
        next = last + 2;
    }
    return true;
}

/* ---- algebra ---- */

static void begin(const frame_ranges *a, const frame_ranges *b, frame_ranges *out) {
    frame_ranges_clear(out);
    out->failed = a->failed || b->failed;
}

void frame_ranges_union(const frame_ranges *a, const frame_ranges *b, frame_ranges *out) {
    size_t i = 0, j = 0;
    begin(a, b, out);
    while (i < a->count || j < b->count) {
        bool from_a = j == b->count || (i < a->count && a->ranges[i].first <= b->ranges[j].first);
        const frame_range *next = from_a ? &a->ranges[i++] : &b->ranges[j++];
        frame_ranges_add(out, next->first, next->last);
    }
}

void frame_ranges_difference(const frame_ranges *a, const frame_ranges *b, frame_ranges *out) {
    size_t j = 0;
    begin(a, b, out);
    for (size_t i = 0; i < a->count; i++) {
        int64_t first = a->ranges[i].first, last = a->ranges[i].last;
        while (j < b->count && b->ranges[j].last < first) {
            j++;
        }
        for (size_t k = j; k < b->count && b->ranges[k].first <= last && first <= last; k++) {
            if (b->ranges[k].first > first) {
                frame_ranges_add(out, first, b->ranges[k].first - 1);
            }
            first = b->ranges[k].last + 1;
        }
        if (first <= last) {
            frame_ranges_add(out, first, last);
        }
    }
}

void frame_ranges_intersection(const frame_ranges *a, const frame_ranges *b, frame_ranges *out) {
    size_t i = 0, j = 0;
    begin(a, b, out);
    while (i < a->count && j < b->count) {
        const frame_range *one = &a->ranges[i], *other = &b->ranges[j];
        int64_t first = one->first > other->first ? one->first : other->first;
        int64_t last = one->last < other->last ? one->last : other->last;
        if (first <= last) {
            frame_ranges_add(out, first, last);
        }
        if (one->last < other->last) {
            i++;
        } else {
            j++;
        }
    }
}

int64_t frame_ranges_frames(const frame_ranges *set) {
    int64_t frames = 0;
    for (size_t i = 0; i < set->count; i++) {
        frames += set->ranges[i].last - set->ranges[i].first + 1;
    }
    return frames;
}

bool frame_ranges_equal(const frame_ranges *a, const frame_ranges *b) {
    return a->count == b->count && (a->count == 0 || memcmp(a->ranges, b->ranges, a->count * sizeof *a->ranges) == 0);
}

bool frame_ranges_within(const frame_ranges *inner, const frame_ranges *outer) {
    for (size_t i = 0; i < inner->count; i++) {
        size_t at = first_reaching(outer, inner->ranges[i].first);
        if (at == outer->count || outer->ranges[at].first > inner->ranges[i].first ||
            outer->ranges[at].last < inner->ranges[i].last) {
            return false;
        }
    }
    return true;
}

bool frame_ranges_overlap(const frame_ranges *a, const frame_ranges *b) {
    for (size_t i = 0; i < a->count; i++) {
        size_t at = first_reaching(b, a->ranges[i].first);
        if (at < b->count && b->ranges[at].first <= a->ranges[i].last) {
            return true;
        }
    }
    return false;
}
