/* Encoding answers. An entry is: attribute, kind (+ 8 when dynamic), value, and for dynamic ones length and bytes of
 * the frames. */
#include "answers.h"

#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "failure.h"
#include "geometry_format.h"

#define DYNAMIC 8u

typedef struct draft {
    int32_t attribute, option, kind;
    bool dynamic;
    size_t text, text_length; /* in the builder's texts */
    number number;
    int64_t first, last;
    const char *texts; /* set while sorting: what `text` counts from */
} draft;

struct answers_builder {
    draft *drafts;
    size_t count, capacity;
    bytes texts;
    bool failed, misused;
};

static answers_builder without_memory = {.failed = true};

answers_builder *answers_builder_new(void) {
    answers_builder *builder = allocate_zeroed(1, sizeof *builder);
    return builder ? builder : &without_memory;
}

void answers_builder_reset(answers_builder *builder) {
    if (builder != &without_memory) {
        builder->count = 0;
        builder->texts.length = 0;
        builder->texts.failed = false;
        builder->failed = builder->misused = false;
    }
}

void answers_builder_free(answers_builder *builder) {
    if (builder && builder != &without_memory) {
        release(builder->drafts);
        bytes_release(&builder->texts);
        release(builder);
    }
}

static void add(answers_builder *builder, draft given, int64_t first, int64_t last) {
    if (builder->failed) {
        return;
    }
    if (builder->count == builder->capacity) {
        size_t capacity = builder->capacity ? builder->capacity * 2 : 8;
        draft *larger = capacity > PTRDIFF_MAX / sizeof *larger
                            ? NULL
                            : reallocate(builder->drafts, capacity * sizeof *larger);
        if (!larger) {
            builder->failed = true;
            return;
        }
        builder->drafts = larger;
        builder->capacity = capacity;
    }
    given.dynamic = first >= 0;
    given.first = first;
    given.last = last;
    builder->misused |= given.attribute <= 0 || (given.dynamic && (last < first || last > FRAME_MOST));
    builder->drafts[builder->count++] = given;
}

void answers_option(answers_builder *builder, int32_t attribute, int32_t option, int64_t first_frame,
                    int64_t last_frame) {
    add(builder, (draft){.attribute = attribute, .option = option, .kind = ANSWER_OPTION}, first_frame, last_frame);
}

void answers_text(answers_builder *builder, int32_t attribute, const char *chosen, size_t length, int64_t first_frame,
                  int64_t last_frame) {
    draft given = {.attribute = attribute, .kind = ANSWER_TEXT, .text = builder->texts.length, .text_length = length};
    if (!builder->failed) {
        bytes_append(&builder->texts, chosen, length);
        builder->failed = builder->texts.failed;
    }
    add(builder, given, first_frame, last_frame);
}

void answers_number(answers_builder *builder, int32_t attribute, number given, int64_t first_frame,
                    int64_t last_frame) {
    add(builder, (draft){.attribute = attribute, .kind = ANSWER_NUMBER, .number = given}, first_frame, last_frame);
}

#define ORDER(a, b)                                                                                                    \
    if ((a) != (b)) {                                                                                                  \
        return (a) < (b) ? -1 : 1;                                                                                     \
    }

static int compare_numbers(const number *a, const number *b) {
    ORDER(b->exact, a->exact)
    if (a->exact) {
        ORDER(a->decimal.scale, b->decimal.scale)
        ORDER(a->decimal.mantissa, b->decimal.mantissa)
        return 0;
    }
    /* NOLINTNEXTLINE(bugprone-suspicious-memory-comparison): any total order will do, also where no number is */
    return memcmp(&a->real, &b->real, sizeof a->real);
}

static int compare_texts(const char *a, size_t a_length, const char *b, size_t b_length) {
    size_t shorter = a_length < b_length ? a_length : b_length;
    int order = shorter ? memcmp(a, b, shorter) : 0;
    if (order != 0) {
        return order;
    }
    ORDER(a_length, b_length)
    return 0;
}

static int compare_entries(const draft *a, const draft *b) {
    ORDER(a->attribute, b->attribute)
    ORDER(a->dynamic, b->dynamic)
    ORDER(a->kind, b->kind)
    ORDER(a->option, b->option)
    if (a->kind == ANSWER_NUMBER) {
        return compare_numbers(&a->number, &b->number);
    }
    return a->kind == ANSWER_TEXT
               ? compare_texts(a->texts + a->text, a->text_length, b->texts + b->text, b->text_length)
               : 0;
}

static int compare_drafts(const void *left, const void *right) {
    const draft *a = left, *b = right;
    int order = compare_entries(a, b);
    if (order == 0) {
        ORDER(a->first, b->first)
    }
    return order;
}

static void encode_entry(const draft *one, const frame_ranges *frames, bytes *scratch, bytes *out) {
    bytes_varint(out, (uint64_t)one->attribute);
    bytes_varint(out, (uint64_t)one->kind | (one->dynamic ? DYNAMIC : 0));
    if (one->kind == ANSWER_OPTION) {
        bytes_varint(out, (uint64_t)(uint32_t)one->option);
    } else if (one->kind == ANSWER_TEXT) {
        bytes_varint(out, one->text_length);
        bytes_append(out, one->texts + one->text, one->text_length);
    } else if (one->number.exact) {
        bytes_varint(out, tag_of_scale(one->number.decimal.scale));
        bytes_zigzag(out, one->number.decimal.mantissa);
    } else {
        bytes_varint(out, SCALE_TAG_BY_NUMBER);
        bytes_append(out, &one->number.real, sizeof one->number.real);
    }
    if (one->dynamic) {
        scratch->length = 0;
        frame_ranges_encode(frames, scratch);
        bytes_varint(out, scratch->length);
        bytes_append(out, scratch->data, scratch->length);
        out->failed = out->failed || scratch->failed;
    }
}

annoproj_status answers_encode(answers_builder *builder, bytes *out, annoproj_error **error) {
    if (builder->failed) {
        return fail_memory(error);
    }
    if (builder->misused) {
        return fail(error, ANNOPROJ_INTERNAL, "answers were built without an attribute or with frames out of order");
    }
    for (size_t i = 0; i < builder->count; i++) {
        builder->drafts[i].texts = builder->texts.data ? (const char *)builder->texts.data : "";
    }
    if (builder->count > 1) {
        qsort(builder->drafts, builder->count, sizeof *builder->drafts, compare_drafts);
    }
    frame_ranges frames = {0};
    bytes scratch = {0};
    for (size_t i = 0; i < builder->count;) {
        const draft *one = &builder->drafts[i];
        frame_ranges_clear(&frames);
        for (; i < builder->count && compare_entries(one, &builder->drafts[i]) == 0; i++) {
            if (one->dynamic) {
                frame_ranges_add(&frames, builder->drafts[i].first, builder->drafts[i].last);
            }
        }
        encode_entry(one, &frames, &scratch, out);
    }
    frame_ranges_release(&frames);
    bytes_release(&scratch);
    return out->failed ? fail_memory(error) : ANNOPROJ_OK;
}

/* ---- reading ---- */

void answers_open(answers_cursor *cursor, const uint8_t *data, size_t length) {
    *cursor = (answers_cursor){{data, length ? data + length : data, false}, false};
}

static void read_number(unpacker *from, answer *out) {
    uint64_t tag = unpack_varint(from);
    if (tag == SCALE_TAG_BY_NUMBER) {
        const uint8_t *raw = unpack_bytes(from, sizeof out->number.real);
        if (raw) {
            memcpy(&out->number.real, raw, sizeof out->number.real);
        }
        return;
    }
    out->number.exact = true;
    out->number.decimal.mantissa = unpack_zigzag(from);
    out->number.decimal.scale = tag <= SCALE_TAG_LARGEST ? scale_of_tag(tag) : 0;
    from->failed = from->failed || tag > SCALE_TAG_LARGEST;
}

bool answers_next(answers_cursor *cursor, answer *out) {
    unpacker *from = &cursor->unpacker;
    memset(out, 0, sizeof *out);
    if (cursor->failed || from->at == from->end) {
        return false;
    }
    uint64_t attribute = unpack_varint(from), tag = unpack_varint(from), option = 0, length = 0;
    uint64_t kind = tag & ~(uint64_t)DYNAMIC;
    out->dynamic = tag & DYNAMIC;
    if (kind == ANSWER_OPTION) {
        option = unpack_varint(from);
    } else if (kind == ANSWER_TEXT) {
        length = unpack_varint(from);
        out->text_length = length;
        out->text = (const char *)unpack_bytes(from, length);
    } else if (kind == ANSWER_NUMBER) {
        read_number(from, out);
    }
    if (out->dynamic) {
        length = unpack_varint(from);
        out->ranges_length = length;
        out->ranges = unpack_bytes(from, length);
    }
    if (from->failed || attribute > INT32_MAX || option > INT32_MAX || kind < ANSWER_OPTION || kind > ANSWER_NUMBER) {
        memset(out, 0, sizeof *out);
        cursor->failed = true;
        return false;
    }
    out->attribute = (int32_t)attribute;
    out->option = (int32_t)option;
    out->kind = (answer_kind)kind;
    return true;
}

static int compare_answers(const answer *a, const answer *b) {
    ORDER(a->attribute, b->attribute)
    ORDER(a->dynamic, b->dynamic)
    ORDER(a->kind, b->kind)
    ORDER(a->option, b->option)
    if (a->kind == ANSWER_NUMBER) {
        return compare_numbers(&a->number, &b->number);
    }
    return a->kind == ANSWER_TEXT ? compare_texts(a->text, a->text_length, b->text, b->text_length) : 0;
}

/* ---- comparing ---- */

typedef struct comparison {
    frame_ranges before, after, one_way, other_way, found, all;
    bool everywhere; /* a static answer differs */
} comparison;

static bool no_ranges(comparison *between, const answer *before, const answer *after) {
    frame_ranges_clear(&between->before);
    frame_ranges_clear(&between->after);
    return (before && !frame_ranges_decode(before->ranges, before->ranges_length, &between->before)) ||
           (after && !frame_ranges_decode(after->ranges, after->ranges_length, &between->after));
}

/* One entry of either side, or the same entry of both; false when its frames are damaged. */
static bool compare_entry(comparison *between, const answer *before, const answer *after) {
    const answer *any = before ? before : after;
    if (!any->dynamic) {
        between->everywhere |= !before || !after;
        return true;
    }
    if (no_ranges(between, before, after)) {
        return false;
    }
    frame_ranges_difference(&between->before, &between->after, &between->one_way);
    frame_ranges_difference(&between->after, &between->before, &between->other_way);
    frame_ranges_union(&between->one_way, &between->other_way, &between->found);
    for (size_t i = 0; i < between->found.count; i++) {
        frame_ranges_add(&between->all, between->found.ranges[i].first, between->found.ranges[i].last);
    }
    between->all.failed |= between->found.failed;
    return true;
}

annoproj_status answers_changed_frames(const uint8_t *before, size_t before_length, const uint8_t *after,
                                       size_t after_length, const frame_ranges *frames, frame_ranges *changed,
                                       annoproj_error **error) {
    answers_cursor old, new;
    answer old_answer, new_answer;
    comparison between = {0};
    frame_ranges_clear(changed);
    if (before_length == after_length && (before_length == 0 || memcmp(before, after, before_length) == 0)) {
        return ANNOPROJ_OK;
    }
    answers_open(&old, before, before_length);
    answers_open(&new, after, after_length);
    bool has_old = answers_next(&old, &old_answer), has_new = answers_next(&new, &new_answer), sound = true;
    while (sound && (has_old || has_new)) {
        int order = !has_old ? 1 : !has_new ? -1 : compare_answers(&old_answer, &new_answer);
        sound = compare_entry(&between, order <= 0 ? &old_answer : NULL, order >= 0 ? &new_answer : NULL);
        has_old = order <= 0 ? answers_next(&old, &old_answer) : has_old;
        has_new = order >= 0 ? answers_next(&new, &new_answer) : has_new;
    }
    if (between.everywhere) {
        frame_ranges_union(frames, frames, changed);
    } else {
        frame_ranges_intersection(frames, &between.all, changed);
    }
    annoproj_status status = ANNOPROJ_OK;
    if (!sound || old.failed || new.failed) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "the stored answers of a label are damaged: restore the store from a backup");
    } else if (changed->failed) {
        status = fail_memory(error);
    }
    frame_ranges_release(&between.before);
    frame_ranges_release(&between.after);
    frame_ranges_release(&between.one_way);
    frame_ranges_release(&between.other_way);
    frame_ranges_release(&between.found);
    frame_ranges_release(&between.all);
    return status;
}
