/* Geometry of one label: per frame, in the unit it came in, exact. Encoded: integers at the smallest power of ten
 * that reproduces every number of the label, their deltas as varints or, where that is less, as bits of one width, or what
 * mask_code.h makes of the runs of masks; doubles with all their digits as the quotients that they are (quotients.h); where there is no such
 * power, number by number (a decimal of its own, or float64 for a number that is no decimal of 18 digits).
 * docs/file-format.md has the bytes. */
#ifndef GEOMETRY_H
#define GEOMETRY_H

#include "contract.h"
#include "decimal.h"
#include "mask_code.h"
#include "shape_layout.h"
#include "varint.h"

/* A number as it came in: an exact decimal, or a double that is no decimal of 18 digits. */
typedef struct number {
    decimal decimal;
    double real;
    bool exact; /* decimal holds */
} number;
double number_to_double(const number *number);
number number_from_double(double value); /* the shortest decimal that is this double; finite */

/* Building: frames ascending; each frame has parts (rings, or the one list of numbers of the shape). */
typedef struct geometry_builder geometry_builder;
geometry_builder *geometry_builder_new(int32_t shape, int32_t unit); /* never NULL: failure is sticky */
void geometry_frame(geometry_builder *builder, int64_t frame);
void geometry_part(geometry_builder *builder);
void geometry_number(geometry_builder *builder, number number);
void geometry_decimals(geometry_builder *builder, const decimal *decimals, size_t count);
/* Appends. DATA for a frame out of order or a number that is not finite, INTERNAL for a number without a part. */
annoproj_status geometry_encode(geometry_builder *builder, bytes *out, annoproj_error **error);
void geometry_builder_reset(geometry_builder *builder, int32_t shape, int32_t unit); /* for the next label */
void geometry_builder_free(geometry_builder *builder);

/* Reading: a cursor over an encoded geometry. CORRUPT blobs end it with `failed`. */
#define GEOMETRY_BY_NUMBER INT32_MIN
typedef struct geometry_cursor {
    unpacker unpacker;
    int32_t shape, unit, scale; /* scale of the decimals; GEOMETRY_BY_NUMBER = every number has its own */
    int64_t frame;
    uint64_t frames_left, parts_left, numbers_left;
    int64_t previous[SHAPE_LONGEST_STRIDE]; /* deltas run apart for each place of a point or box */
    uint32_t stride, place;
    uint32_t width, bit; /* of packed numbers, 0 = varints; how many bits of the byte at `unpacker` are read */
    uint32_t scale_bits; /* of packed ones that have scales of their own */
    int32_t least_scale;
    bool has_signs;            /* as have the mantissas of those */
    bool only_first;           /* there is one frame, and it is frame 0 */
    bool only_usual;           /* and that is a usual one */
    bool usual;                /* the frame has one part, with as many numbers as the stride */
    bool runs;                 /* the numbers are those of masks */
    uint64_t denominators[2];  /* of quotients, at even and odd places; 0 = they are none */
    uint32_t correction_width; /* bits, before the numbers of a part */
    unpacker corrections;
    uint32_t correction_bit;
    bool failed;
    mask_decoder mask; /* of the part, when they are */
} geometry_cursor;
void geometry_open(geometry_cursor *cursor, const uint8_t *data, size_t length);
int64_t geometry_frames(const uint8_t *data, size_t length); /* how many frames there are, up to one that is damaged */
bool geometry_next_frame(geometry_cursor *cursor);           /* sets frame */
bool geometry_next_part(geometry_cursor *cursor);            /* sets numbers_left */
bool geometry_next_number(geometry_cursor *cursor, number *out);
/* The next numbers of the part, at most `capacity`, as they are stored: where they have one scale, decimals may end in
 * zeros. 0 at the end. */
size_t geometry_next_numbers(geometry_cursor *cursor, number *out, size_t capacity);

#endif
