/* Run-length encodings: lists of counts, or COCO's compressed text. */
#include <string.h>

#include "coco_parts.h"
#include "failure.h"
#include "hash.h"
#include "run_lengths.h"

#define MASK_SEED UINT64_C(0x3a)

static bool add_run(coco_reader *in, int64_t run) {
    if (in->run_count == in->run_capacity) {
        size_t capacity = in->run_capacity ? in->run_capacity * 2 : 1024;
        int64_t *runs = reallocate(in->runs, capacity * sizeof *runs);
        if (!runs) {
            return false;
        }
        in->runs = runs;
        in->run_capacity = capacity;
    }
    in->runs[in->run_count++] = run;
    return true;
}

/* Runs are short whole numbers mostly. */
static bool read_short_runs(coco_reader *in, uint64_t *content) {
    for (;;) {
        const size_t room = COCO_RUNS - in->run_count;
        const size_t count = json_numbers(in->scan, true, in->decimals, room < COCO_NUMBERS ? room : COCO_NUMBERS);
        for (size_t i = 0; i < count; i++) {
            int64_t run = in->decimals[i].mantissa;
            for (int32_t scale = in->decimals[i].scale; scale < 0; scale++) {
                run *= 10;
            }
            *content = hash64_join(*content, (uint64_t)run);
            if (!add_run(in, run)) {
                return false;
            }
        }
        if (count == 0) {
            return true;
        }
    }
}

static annoproj_status read_list(coco_reader *in, uint64_t *content, annoproj_error **error) {
    for (;;) {
        int64_t run = 0;
        if (!read_short_runs(in, content)) {
            return fail_memory(error);
        }
        annoproj_status status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind == JSON_ARRAY_END) {
            return status;
        }
        if (in->token.kind != JSON_NUMBER || !json_int64(&in->token, &run) || run < 0 || run > COCO_AREA ||
            in->run_count == COCO_RUNS) {
            coco_note(in, "counts must hold at most %d whole numbers from 0 to 2^31", COCO_RUNS);
            status = coco_pass(in, error);
            if (status != ANNOPROJ_OK) {
                return status;
            }
            continue;
        }
        *content = hash64_join(*content, (uint64_t)run);
        if (!add_run(in, run)) {
            return fail_memory(error);
        }
    }
}

static annoproj_status read_compressed(coco_reader *in, uint64_t *content, annoproj_error **error) {
    char *characters = arena_allocate(&in->texts, in->token.length + 1);
    if (!characters) {
        return fail_memory(error);
    }
    const size_t length = json_unescape(&in->token, characters);
    run_text from = {.at = characters, .end = characters + length};
    int64_t run = 0;
    while (in->run_count < COCO_RUNS && run_text_next(&from, &run)) {
        if (!add_run(in, run)) {
            return fail_memory(error);
        }
    }
    if (from.failed || from.at != from.end) {
        coco_note(in, "counts is no compressed run-length encoding");
    }
    *content = hash64_with(characters, length, *content);
    return ANNOPROJ_OK;
}

static annoproj_status read_counts(coco_reader *in, bool *has, uint64_t *content, annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    in->run_count = 0;
    if (status != ANNOPROJ_OK) {
        return status;
    }
    *has = true;
    if (in->token.kind == JSON_ARRAY) {
        return read_list(in, content, error);
    }
    if (in->token.kind == JSON_STRING) {
        return read_compressed(in, content, error);
    }
    coco_note(in, "counts must be an array or a text");
    return coco_pass(in, error);
}

/* [height, width] */
static annoproj_status read_size(coco_reader *in, coco_annotation *out, uint64_t *content, annoproj_error **error) {
    int64_t sides[2] = {0, 0};
    size_t count = 0;
    annoproj_status status = coco_next(in, error);
    if (status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY) {
        coco_note(in, "size must be [height, width]");
        return coco_pass(in, error);
    }
    while (status == ANNOPROJ_OK) {
        int64_t side = 0;
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind == JSON_ARRAY_END) {
            break;
        }
        if (in->token.kind != JSON_NUMBER || !json_int64(&in->token, &side) || side < 1 || side > COCO_SIDE ||
            count == 2) {
            coco_note(in, "size must be [height, width], each from 1 to %d", COCO_SIDE);
            status = coco_pass(in, error);
            continue;
        }
        sides[count++] = side;
    }
    out->mask_height = sides[0];
    out->mask_width = sides[1];
    *content = hash64_with(sides, sizeof sides, *content);
    return status;
}

static void check_mask(coco_reader *in, const coco_annotation *out, bool has_counts) {
    int64_t sum = 0;
    if (!has_counts || out->mask_width == 0 || out->mask_height == 0) {
        coco_note(in, "a run-length encoding has counts and a size of two numbers");
        return;
    }
    for (size_t i = 0; i < in->run_count && sum <= COCO_AREA; i++) {
        sum += in->runs[i];
    }
    const int64_t area = out->mask_width * out->mask_height;
    if (area > COCO_AREA) {
        coco_note(in, "the mask has more than 2^31 pixels");
    } else if (sum != area) {
        coco_note(in, "the counts cover %lld pixels, size says %lld", (long long)sum, (long long)area);
    }
}

/* A mask has one encoding: runs of no pixels between others are none. */
static void join_runs(coco_reader *in) {
    size_t kept = 0;
    for (size_t i = 0; i < in->run_count; i++) {
        if (kept == 0 || in->runs[i] > 0) {
            in->runs[kept++] = in->runs[i];
        } else if (i + 1 < in->run_count) {
            in->runs[kept - 1] += in->runs[++i];
        }
    }
    in->run_count = kept;
}

static void add_integer(coco_reader *in, int64_t value) {
    geometry_number(in->geometry, (number){.decimal = decimal_from_int64(value), .exact = true});
}

annoproj_status coco_read_mask(coco_reader *in, coco_annotation *out, bool *sound, annoproj_error **error) {
    uint64_t content = MASK_SEED;
    bool has_counts = false;
    const int64_t before = in->faults->count;
    annoproj_status status = ANNOPROJ_OK;
    for (;;) {
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind != JSON_KEY) {
            break;
        }
        if (json_key_is(&in->token, "counts")) {
            status = read_counts(in, &has_counts, &content, error);
        } else if (json_key_is(&in->token, "size")) {
            uint64_t sizes = 0;
            status = read_size(in, out, &sizes, error);
            in->content += sizes;
        } else {
            status = coco_other(in, NULL, error);
        }
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (in->faults->count == before) {
        check_mask(in, out, has_counts);
    }
    *sound = in->faults->count == before;
    if (*sound) {
        join_runs(in);
        geometry_builder_reset(in->geometry, SHAPE_BITMASK, ANNOPROJ_UNIT_PIXELS);
        geometry_frame(in->geometry, 0);
        geometry_part(in->geometry);
        add_integer(in, out->mask_width);
        add_integer(in, out->mask_height);
        for (size_t i = 0; i < in->run_count; i++) {
            add_integer(in, in->runs[i]);
        }
    }
    in->content += content;
    return ANNOPROJ_OK;
}
