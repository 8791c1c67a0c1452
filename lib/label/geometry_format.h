/* Numbers of the encoded form that writer and reader of geometries and answers share. */
#ifndef GEOMETRY_FORMAT_H
#define GEOMETRY_FORMAT_H

#include <stdint.h>

/* How the numbers of a label stand: varints, or bits of one width or runs of masks where these take less. */
#define UNIT_BITS     2  /* the unit stands under the shape */
#define PACKED        1u /* under the scale's tag: a width comes next */
#define WIDTH_OF_RUNS 0  /* in its place: runs of masks (mask_code.h) */
#define WIDEST_BITS   64
#define WIDEST_SCALE  16 /* bits: there are fewer than a thousand scales */
#define SIGNED        1u /* under these bits: mantissas have a sign */

/* The frames of a label: nothing else is said of the commonest, a box or point without a track. */
#define FRAMES_USUAL 0u /* frame 0, of one part with as many numbers as the shape takes */
#define FRAMES_FIRST 1u /* frame 0 */
#define FRAMES_MANY  2u /* and how many */

/* The scales a decimal can have, as a varint: 0 stands for "number by number" or float64, else zigzag + 1. */
#define SMALLEST_SCALE      (-320)
#define LARGEST_SCALE       360
#define SCALE_TAG_BY_NUMBER 0u
#define SCALE_TAG_LARGEST   ((uint64_t)LARGEST_SCALE * 2 + 1)
#define SCALE_TAG_QUOTIENTS (SCALE_TAG_LARGEST + 1) /* integers, their denominators and corrections (quotients.h) */
#define WIDEST_CORRECTION   4                       /* bits */

static inline uint64_t tag_of_scale(int32_t scale) {
    return (scale < 0 ? (uint64_t)(-scale) * 2 - 1 : (uint64_t)scale * 2) + 1;
}

static inline int32_t scale_of_tag(uint64_t tag) {
    uint64_t zigzag = tag - 1;
    return zigzag & 1 ? -(int32_t)((zigzag + 1) / 2) : (int32_t)(zigzag / 2);
}

/* Powers of two have one bit and the power, others are twice as large. */
static inline uint64_t tag_of_denominator(uint64_t denominator) {
    return (denominator & (denominator - 1)) == 0 ? (uint64_t)__builtin_ctzll(denominator) << 1 | 1 : denominator << 1;
}

static inline uint64_t denominator_of_tag(uint64_t tag) {
    return !(tag & 1) ? tag >> 1 : tag >> 1 < 63 ? UINT64_C(1) << (tag >> 1) : 0;
}

#endif
