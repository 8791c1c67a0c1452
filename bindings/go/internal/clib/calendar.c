/* Buckets of time (calendar.h), in the proleptic Gregorian calendar. */
#include "calendar.h"
#include "contract.h"

#define DAY_US INT64_C(86400000000)

static int64_t floor_divide(int64_t value, int64_t by) {
    return value / by - (value % by < 0);
}

/* Days since 1970-01-01 of the first of a month; month 0 = January 1970. Years begin in March, so that the leap day
 * is the last of its year. */
static int64_t month_start(int64_t month) {
    int64_t months = month + 1970 * 12 - 2; /* since March of year 0 */
    int64_t year = floor_divide(months, 12), in_year = months - year * 12;
    int64_t leaps = floor_divide(year, 4) - floor_divide(year, 100) + floor_divide(year, 400);
    return year * 365 + leaps + (153 * in_year + 2) / 5 - 719468;
}

static int64_t month_of(int64_t day) {
    int64_t month = floor_divide(day * 4800, 146097); /* within one of the right one */
    while (month_start(month) > day) {
        month--;
    }
    while (month_start(month + 1) <= day) {
        month++;
    }
    return month;
}

int64_t calendar_start(int32_t bucket, int64_t offset_us, int64_t time_us) {
    int64_t day = floor_divide(time_us + offset_us, DAY_US);
    if (bucket == ANNOPROJ_BUCKET_WEEK) {
        day = floor_divide(day + 3, 7) * 7 - 3; /* 1970-01-01 was a Thursday */
    } else if (bucket == ANNOPROJ_BUCKET_MONTH) {
        day = month_start(month_of(day));
    }
    return day * DAY_US - offset_us;
}

int64_t calendar_next(int32_t bucket, int64_t offset_us, int64_t start_us) {
    if (bucket == ANNOPROJ_BUCKET_MONTH) {
        int64_t day = floor_divide(start_us + offset_us, DAY_US);
        return month_start(month_of(day) + 1) * DAY_US - offset_us;
    }
    return start_us + (bucket == ANNOPROJ_BUCKET_WEEK ? 7 : 1) * DAY_US;
}
