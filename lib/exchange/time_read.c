/* Reading times: no locale, no time zone of the machine. */
#include "time_read.h"

#include <stdio.h>
#include <string.h>

typedef struct clock_time {
    int year, month, day, hour, minute, second;
} clock_time;

/* Days since 1970-01-01 (the civil calendar, March first). */
static int64_t days_from_civil(int64_t year, int month, int day) {
    year -= month <= 2;
    const int64_t era = (year >= 0 ? year : year - 399) / 400;
    const int64_t of_era = year - era * 400;
    const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_sound(const clock_time *at) {
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = at->year % 4 == 0 && (at->year % 100 != 0 || at->year % 400 == 0);
    return at->year >= 1 && at->year <= 9999 && at->month >= 1 && at->month <= 12 && at->day >= 1 &&
           at->day <= days[at->month - 1] + (at->month == 2 && leap) && at->hour >= 0 && at->hour < 24 &&
           at->minute >= 0 && at->minute < 60 && at->second >= 0 && at->second <= 60;
}

static bool finish(const clock_time *at, int64_t *time_us) {
    const int64_t days = is_sound(at) ? days_from_civil(at->year, at->month, at->day) : 0;
    *time_us = (days * 86400 + at->hour * 3600 + at->minute * 60 + at->second) * 1000000;
    return is_sound(at);
}

static bool read_long(const char *text, int64_t *time_us) {
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    clock_time at = {0};
    char month[4] = "", zone[4] = "";
    int end = 0;
    if (sscanf(text, "%*3[A-Za-z], %2d %3[A-Za-z] %4d %2d:%2d:%2d %3[A-Z]%n", &at.day, month, &at.year, &at.hour,
               &at.minute, &at.second, zone, &end) != 7 ||
        text[end] || (strcmp(zone, "UTC") != 0 && strcmp(zone, "GMT") != 0)) {
        return false;
    }
    const char *found = strlen(month) == 3 ? strstr(months, month) : NULL;
    at.month = found && (found - months) % 3 == 0 ? (int)((found - months) / 3) + 1 : 0;
    return finish(&at, time_us);
}

/* ".123456", what is finer is dropped. */
static const char *read_fraction(const char *text, int64_t *time_us) {
    if (*text != '.') {
        return text;
    }
    int64_t unit = 100000;
    for (text++; *text >= '0' && *text <= '9'; text++, unit /= 10) {
        *time_us += (*text - '0') * unit;
    }
    return text;
}

static bool read_zone(const char *text, int64_t *time_us) {
    int hours = 0, minutes = 0, end = 0;
    if (!*text || strcmp(text, "Z") == 0 || strcmp(text, " UTC") == 0) {
        return true;
    }
    if ((*text != '+' && *text != '-') ||
        (sscanf(text + 1, "%2d:%2d%n", &hours, &minutes, &end) != 2 &&
         sscanf(text + 1, "%2d%2d%n", &hours, &minutes, &end) != 2) ||
        text[1 + end] || hours > 23 || minutes > 59 || hours < 0 || minutes < 0) {
        return false;
    }
    const int64_t offset = (hours * 60 + minutes) * INT64_C(60000000);
    *time_us += *text == '+' ? -offset : offset;
    return true;
}

static bool read_iso(const char *text, int64_t *time_us) {
    clock_time at = {0};
    char between = 0;
    int end = 0;
    if (sscanf(text, "%4d-%2d-%2d%c%2d:%2d:%2d%n", &at.year, &at.month, &at.day, &between, &at.hour, &at.minute,
               &at.second, &end) != 7 ||
        (between != 'T' && between != 't' && between != ' ') || !finish(&at, time_us)) {
        return false;
    }
    return read_zone(read_fraction(text + end, time_us), time_us);
}

bool time_read(const char *text, int64_t *time_us) {
    *time_us = 0;
    return read_long(text, time_us) || read_iso(text, time_us);
}
