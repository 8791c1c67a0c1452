/* The numbers of an array, many at a time: nearly all bytes of a COCO file are such. */
#ifndef NUMBER_RUN_H
#define NUMBER_RUN_H

#include "decimal.h"

#define NUMBER_RUN_LONGEST 64 /* bytes of a number that is taken, at most */

/* Reads short numbers that follow one another in an array: at most 7 digits before the point, no exponent, 18 digits in
 * all; `whole`: neither sign nor point. `at` is behind the array's bracket (first) or behind an element. Stops behind the
 * last one that it took, with a comma, bracket or white space behind it: what is different, wrong or near to the end of
 * the text is for others. */
const char *number_run(const char *at, const char *end, bool first, bool whole, decimal *out, size_t capacity,
                       size_t *count);
/* The same without reading what they are; any number of digits behind the point. */
const char *number_run_pass(const char *at, const char *end, bool first, size_t *count);

#endif
