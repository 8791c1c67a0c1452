/* A geometry that is being built, and how its numbers are going to stand: gathered by geometry_build.c, found by
 * geometry_coding.c and geometry_quotients.c, written by geometry_write.c. The others see geometry.h. */
#ifndef GEOMETRY_CODING_H
#define GEOMETRY_CODING_H

#include "geometry.h"
#include "quotients.h"

typedef struct frame_start {
    int64_t frame;
    size_t part; /* its first part */
} frame_start;

struct geometry_builder {
    int32_t shape, unit;
    frame_start *frames;
    size_t frame_count, frame_capacity;
    size_t *parts; /* first number of each part */
    size_t part_count, part_capacity;
    number *numbers;
    size_t number_count, number_capacity;
    int64_t *integers; /* what the numbers are at their common scale */
    size_t integer_capacity;
    quotient *quotients; /* the same of numbers that are some */
    size_t quotient_capacity;
    bytes code; /* of the mask being encoded */
    bool failed, misused, unordered, infinite;
};

static inline size_t part_end(const geometry_builder *builder, size_t part) {
    return part + 1 < builder->part_count ? builder->parts[part + 1] : builder->number_count;
}

/* Numbers packed with their own scales: bits of the scale above the least one + 1, or 0 for a zero; then of the mantissa. */
typedef struct own_scales {
    int32_t least;
    uint32_t bits, width; /* of the scale, of the mantissa; 0 = they are not packed */
    bool has_signs;       /* mantissas are zigzag */
} own_scales;

typedef struct deltas {
    uint32_t stride, place;
    int64_t previous[SHAPE_LONGEST_STRIDE];
} deltas;

static inline uint64_t next_delta(deltas *run, int64_t integer) {
    const uint64_t delta = zigzag((int64_t)((uint64_t)integer - (uint64_t)run->previous[run->place]));
    run->previous[run->place] = integer;
    run->place = run->place + 1 == run->stride ? 0 : run->place + 1;
    return delta;
}

typedef struct coding {
    uint64_t denominators[2]; /* of quotients; 0 = they are none */
    uint32_t correction_width;
    int32_t scale;
    bool by_number;
    own_scales own;     /* by number: how they are packed */
    uint32_t width;     /* of packed numbers; 0 = varints */
    bool runs;          /* of masks; then: */
    bool none;          /* there are others among them, so that another coding is needed */
    size_t runs_length; /* how many bytes they took */
    deltas run;
} coding;

/* The coding that takes the least bytes, of masks other than as runs: about `*length` for their numbers. Sets builder->integers,
 * and of quotients builder->quotients. False when out of memory. */
bool coding_find(geometry_builder *builder, coding *out, size_t *length);
/* As quotients, where the numbers are some and that takes less than `length` bytes. False when out of memory. */
bool coding_try_quotients(geometry_builder *builder, size_t length, coding *how);
/* The width at which all deltas of the integers (of builder->quotients, or builder->integers) fit when that takes less than
 * varints do; else 0. `*length` is how many bytes they take. */
uint32_t coding_packed_width(const geometry_builder *builder, bool quotients, size_t *length);

#endif
