/* Doubles as quotients of integers. What tools write is a pixel divided by a side, a short decimal times one, a sum of short
 * decimals, a float32: the quotient of an integer and a denominator that many share, or a few doubles beside it. */
#ifndef QUOTIENTS_H
#define QUOTIENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct quotient {
    double value;
    uint32_t axis;      /* 0 or 1: each has a denominator, because the sides of an image differ */
    int64_t integer;    /* value = integer / denominator, */
    int64_t correction; /* and so many doubles farther from 0 */
} quotient;

/* Denominators that all values, which are finite, have; sets integers and corrections, of -4 to 4. False when there are none. */
bool quotients_find(quotient *list, size_t count, uint64_t denominators[2]);
/* Whether a value has any such denominator: most random ones have not. */
bool quotient_likely(double value);
/* Of one value: false when it is too far from any quotient. */
bool quotient_of(double value, uint64_t denominator, int64_t *integer, int64_t *correction);
/* And back; false when that is no double. */
bool quotient_value(int64_t integer, uint64_t denominator, int64_t correction, double *out);

#endif
