/* Buckets of time: days, weeks from Monday and months at a fixed distance from UTC. */
#ifndef CALENDAR_H
#define CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#define CALENDAR_LEAST (-INT64_C(62135596800000000)) /* year 1 */
#define CALENDAR_MOST  INT64_C(253402300800000000)   /* end of year 9999 */

/* Start of the bucket (an annoproj_bucket: day, week or month) that holds a time, and of the one behind it. Times are
 * between CALENDAR_LEAST and CALENDAR_MOST. */
int64_t calendar_start(int32_t bucket, int64_t offset_us, int64_t time_us);
int64_t calendar_next(int32_t bucket, int64_t offset_us, int64_t start_us);

#endif
