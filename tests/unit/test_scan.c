/* The scan against a recomputation event by event, for random windows, buckets, filters and groups; summaries against
 * the scan; buckets of the calendar. */
#include "event_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob_cache.h"
#include "calendar.h"
#include "scan.h"
#include "segment.h"

enum { EVENTS = 4 * SEGMENT_EVENTS + 4321 };
static event *all;
static log_store *logs;

/* A segment of nothing but pieces of time, and one in which commands go back in time, as damage might make them. */
static void make_odd_segments(void) {
    for (size_t i = SEGMENT_EVENTS; i < 2 * SEGMENT_EVENTS; i++) {
        all[i].duration_us = all[i].kind == EVENT_TIME_SPENT ? all[i].duration_us : 1000;
        all[i].kind = EVENT_TIME_SPENT;
    }
    for (size_t i = 2 * SEGMENT_EVENTS; i < 3 * SEGMENT_EVENTS; i++) {
        all[i].time_us -= random_below(50) == 0 ? (int64_t)random_below(100000000000) : 0;
    }
}

static int set_up(void **state) {
    (void)state;
    event_maker maker = {.now_us = 1700000000000000, .tasks = 70000, .users = 40, .classes = 12, .stages = 4};
    all = calloc(EVENTS, sizeof *all);
    logs = log_store_new("scan");
    make_events(&maker, all, EVENTS);
    make_odd_segments();
    for (size_t done = 0; done < EVENTS;) {
        size_t count = 1 + random_below(900);
        count = count < EVENTS - done ? count : EVENTS - done;
        log_append(logs, 5, all + done, count);
        log_append(logs, 6, all, 1); /* another project's log must not matter */
        done += count;
    }
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    log_store_free(logs);
    free(all);
    return 0;
}

/* --- the recomputation ---- */

typedef struct expected {
    scan_cell *cells;
    size_t count, capacity;
} expected;

static bool passes(const number_set *set, int64_t number) {
    return set == NULL || (number >= 0 && number < set->limit && (set->words[number / 64] >> (number % 64) & 1));
}

static bool picked(const scan_part *part, const event *one) {
    bool kind = false;
    for (int i = 0; i < SCAN_KINDS && part->kinds[i] != 0; i++) {
        kind = kind || part->kinds[i] == one->kind;
    }
    return kind && passes(part->sources, one->source) && passes(part->actors, one->actor) &&
           passes(part->credited, one->credited) && passes(part->stages, one->stage) &&
           passes(part->tasks, one->task) && passes(part->classes, one->class) &&
           !(part->others_only && one->actor == one->credited);
}

static int compare(const void *left, const void *right) {
    const scan_cell *a = left, *b = right;
    const int64_t x[] = {a->part, a->kind, a->bucket, a->stage, a->actor, a->credited, a->class, a->answer, a->task};
    const int64_t y[] = {b->part, b->kind, b->bucket, b->stage, b->actor, b->credited, b->class, b->answer, b->task};
    for (size_t i = 0; i < sizeof x / sizeof x[0]; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}

static void add(expected *out, const scan_part *part, int32_t number, const event *one, int64_t bucket,
                int64_t duration) {
    scan_cell cell = {.part = number, .count = 1};
    cell.bucket = part->group & SCAN_BY_BUCKET ? bucket : 0;
    cell.kind = part->group & SCAN_BY_KIND ? one->kind : 0;
    cell.stage = part->group & SCAN_BY_STAGE ? one->stage : 0;
    cell.actor = part->group & SCAN_BY_ACTOR ? one->actor : 0;
    cell.credited = part->group & SCAN_BY_CREDITED ? one->credited : 0;
    cell.class = part->group & SCAN_BY_CLASS ? one->class : 0;
    cell.answer = part->group & SCAN_BY_ANSWER ? one->answer : 0;
    cell.task = part->group & SCAN_BY_TASK ? one->task : 0;
    cell.frames = one->frames;
    cell.duration_us = duration;
    if (out->count == out->capacity) {
        out->capacity = out->capacity * 2 + 1024;
        out->cells = realloc(out->cells, out->capacity * sizeof *out->cells);
    }
    out->cells[out->count++] = cell;
}

/* Every bucket by itself: what of the event lies in it and in the window. */
static void recompute_event(expected *out, const scan_request *ask, const scan_part *part, int32_t number,
                            const event *one) {
    size_t buckets = ask->border_count == 0 ? 1 : ask->border_count - 1;
    bool apart = (part->group & SCAN_BY_BUCKET) != 0;
    for (size_t b = 0; b < (apart ? buckets : 1); b++) {
        int64_t low = ask->after, high = ask->before;
        if (ask->border_count > 0) {
            int64_t first = ask->borders[apart ? b : 0], last = ask->borders[apart ? b + 1 : ask->border_count - 1];
            low = first > low ? first : low;
            high = last < high ? last : high;
        }
        int64_t from = one->time_us, until = one->time_us + one->duration_us;
        if (!part->pieces || one->duration_us == 0) {
            if (from >= low && from < high) {
                add(out, part, number, one, (int64_t)b, one->duration_us);
            }
            continue;
        }
        from = from < low ? low : from;
        until = until > high ? high : until;
        if (from < until) {
            add(out, part, number, one, (int64_t)b, until - from);
        }
    }
}

static void recompute(const scan_request *ask, expected *out) {
    for (size_t p = 0; p < ask->part_count; p++) {
        for (size_t i = 0; i < EVENTS; i++) {
            if (picked(&ask->parts[p], &all[i])) {
                recompute_event(out, ask, &ask->parts[p], (int32_t)p, &all[i]);
            }
        }
    }
    if (out->count == 0) {
        return;
    }
    qsort(out->cells, out->count, sizeof *out->cells, compare);
    size_t kept = 0;
    for (size_t i = 1; i < out->count; i++) {
        if (compare(&out->cells[kept], &out->cells[i]) != 0) {
            out->cells[++kept] = out->cells[i];
            continue;
        }
        out->cells[kept].count++;
        out->cells[kept].frames += out->cells[i].frames;
        out->cells[kept].duration_us += out->cells[i].duration_us;
    }
    out->count = kept + 1;
}

static void expect_equal(const scan_request *ask, scan_result *found, const expected *wanted, bool all_sums) {
    assert_int_equal(found->count, wanted->count);
    if (found->count > 0) {
        qsort(found->cells, found->count, sizeof *found->cells, compare);
    }
    for (size_t i = 0; i < found->count; i++) {
        const scan_cell *a = &found->cells[i], *b = &wanted->cells[i];
        uint32_t sums = all_sums ? SCAN_FRAMES | SCAN_DURATION : ask->parts[a->part].sums;
        if (compare(a, b) != 0 || a->count != b->count || ((sums & SCAN_FRAMES) != 0 && a->frames != b->frames) ||
            ((sums & SCAN_DURATION) != 0 && a->duration_us != b->duration_us)) {
            fail_msg("part %d kind %d bucket %lld actor %lld: %lld %lld %lld instead of %lld %lld %lld", a->part,
                     a->kind, (long long)a->bucket, (long long)a->actor, (long long)a->count, (long long)a->frames,
                     (long long)a->duration_us, (long long)b->count, (long long)b->frames, (long long)b->duration_us);
        }
    }
}

/* --- random requests ---- */

static const number_set *random_set(arena *memory, int64_t highest) {
    number_set *made = arena_allocate(memory, sizeof *made);
    assert_true(number_set_make(made, memory, highest));
    for (uint64_t i = 0, count = random_below((uint64_t)highest + 1); i < count; i++) {
        number_set_add(made, (int64_t)random_below((uint64_t)highest + 1));
    }
    return made;
}

static bool sometimes(void) {
    return random_below(4) == 0;
}

static scan_part random_part(arena *memory) {
    static const int32_t kinds[] = {EVENT_TASK_SUBMIT,   EVENT_TASK_APPROVE, EVENT_LABEL_CREATE, EVENT_LABEL_SUBMIT,
                                    EVENT_ANSWER_CREATE, EVENT_ISSUE_CREATE, EVENT_TIME_SPENT,   EVENT_TASK_MOVE};
    scan_part part = {.group = (uint32_t)random_below(128), .sums = (uint32_t)random_below(4)};
    part.group |= random_below(10) == 0 ? SCAN_BY_TASK : 0;
    part.pieces = sometimes();
    for (size_t i = 0; i < 1 + random_below(4) && !part.pieces; i++) {
        part.kinds[i] = kinds[(i * 3 + random_below(3)) % 8];
    }
    part.kinds[0] = part.pieces ? EVENT_TIME_SPENT : part.kinds[0];
    part.sources = sometimes() ? random_set(memory, 3) : NULL;
    part.actors = sometimes() ? random_set(memory, 45) : NULL;
    part.credited = sometimes() ? random_set(memory, 45) : NULL;
    part.stages = sometimes() ? random_set(memory, 4) : NULL;
    part.tasks = sometimes() ? random_set(memory, 80000) : NULL;
    part.classes = sometimes() ? random_set(memory, 12) : NULL;
    part.others_only = sometimes();
    return part;
}

static int64_t random_time(void) {
    int64_t first = all[0].time_us - 100000000000, last = all[EVENTS - 1].time_us + 100000000000;
    return sometimes() ? all[random_below(EVENTS)].time_us : first + (int64_t)random_below((uint64_t)(last - first));
}

static int compare_times(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return a < b ? -1 : a > b;
}

static size_t random_borders(int64_t *borders, size_t most) {
    size_t count = 2 + random_below(random_below(5) == 0 ? most - 2 : 8), kept = 0;
    for (size_t i = 0; i < count; i++) {
        borders[i] = random_time();
    }
    qsort(borders, count, sizeof *borders, compare_times);
    for (size_t i = 1; i < count; i++) {
        if (borders[i] != borders[kept]) {
            borders[++kept] = borders[i];
        }
    }
    return kept == 0 ? 0 : kept + 1;
}

static void test_random_requests(void **state) {
    (void)state;
    for (int round = 0; round < 150; round++) {
        arena memory = {0};
        annoproj_error *error = NULL;
        int64_t borders[300];
        scan_part parts[10];
        scan_request ask = {
            .project = 5, .after = INT64_MIN, .before = INT64_MAX, .parts = parts, .bounds = &logs->bounds};
        ask.part_count = 1 + random_below(sometimes() ? 10 : 4);
        for (size_t i = 0; i < ask.part_count; i++) {
            parts[i] = random_part(&memory);
        }
        ask.after = sometimes() ? random_time() : INT64_MIN;
        ask.before = sometimes() ? random_time() : INT64_MAX;
        ask.borders = borders;
        ask.border_count = random_below(2) ? random_borders(borders, 300) : 0;
        ask.no_summaries = random_below(2) != 0;
        ask.store = random_below(2) != 0 ? logs->store : NULL;
        scan_result found;
        expected wanted = {0};
        ask.database = log_read(logs);
        assert_ok(scan_run(&ask, &found, &error), error);
        log_read_end(logs);
        recompute(&ask, &wanted);
        expect_equal(&ask, &found, &wanted, false);
        scan_release(&found);
        free(wanted.cells);
        arena_release(&memory);
    }
}

/* Requests that the summaries answer give the same as the segments do, all sums included. */
static void test_summaries(void **state) {
    (void)state;
    static const uint32_t groups[] = {0,
                                      SCAN_BY_KIND,
                                      SCAN_BY_KIND | SCAN_BY_STAGE,
                                      SCAN_BY_KIND | SCAN_BY_ACTOR,
                                      SCAN_BY_STAGE | SCAN_BY_ACTOR,
                                      SCAN_BY_KIND | SCAN_BY_CREDITED,
                                      SCAN_BY_CREDITED | SCAN_BY_STAGE,
                                      SCAN_BY_KIND | SCAN_BY_CLASS,
                                      SCAN_BY_CLASS | SCAN_BY_ANSWER};
    for (size_t g = 0; g < sizeof groups / sizeof groups[0]; g++) {
        for (int others = 0; others < 2; others++) {
            arena memory = {0};
            annoproj_error *error = NULL;
            bool class = (groups[g] & SCAN_BY_CLASS) != 0, credited = (groups[g] & SCAN_BY_CREDITED) != 0;
            scan_part part = {.kinds = {EVENT_TASK_SUBMIT, EVENT_LABEL_SUBMIT, EVENT_ISSUE_CREATE, EVENT_TIME_SPENT},
                              .group = groups[g],
                              .sums = SCAN_FRAMES | SCAN_DURATION};
            part.others_only = others != 0 && credited;
            part.stages = class || others == 0 ? NULL : random_set(&memory, 4);
            part.classes = class && others ? random_set(&memory, 12) : NULL;
            scan_request ask = {.project = 5, .after = INT64_MIN, .before = INT64_MAX, .parts = &part, .part_count = 1};
            scan_result quick;
            expected wanted = {0};
            ask.database = log_read(logs);
            assert_ok(scan_run(&ask, &quick, &error), error);
            log_read_end(logs);
            recompute(&ask, &wanted);
            expect_equal(&ask, &quick, &wanted, true);
            scan_release(&quick);
            free(wanted.cells);
            arena_release(&memory);
        }
    }
}

/* However far the summary lags behind the log: as much is counted as there is, also by a part that it does not answer. */
static void test_summaries_follow(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    log_store *log = log_store_new("follow");
    const scan_part parts[] = {
        {.kinds = {EVENT_LABEL_SUBMIT, EVENT_TIME_SPENT},
         .group = SCAN_BY_KIND | SCAN_BY_ACTOR,
         .sums = SCAN_FRAMES | SCAN_DURATION},
        {.kinds = {EVENT_LABEL_SUBMIT},
         .group = SCAN_BY_ACTOR | SCAN_BY_CREDITED,
         .sums = SCAN_FRAMES}, /* no cube has */
    };
    for (size_t done = 0; done < EVENTS;) {
        const size_t left = EVENTS - done, some = 1 + random_below(sometimes() ? 3 * SEGMENT_EVENTS : 1500),
                     count = some < left ? some : left;
        const size_t part_count = 1 + random_below(2);
        scan_result found[2];
        log_append(log, 5, all + done, count);
        done += count;
        for (int way = 0; way < 2; way++) {
            const scan_request ask = {.database = log_read(log),
                                      .project = 5,
                                      .after = INT64_MIN,
                                      .before = INT64_MAX,
                                      .parts = parts,
                                      .part_count = part_count,
                                      .no_summaries = way != 0};
            assert_ok(scan_run(&ask, &found[way], &error), error);
            log_read_end(log);
        }
        const scan_request ask = {.parts = parts, .part_count = part_count};
        const expected wanted = {.cells = found[1].cells, .count = found[1].count};
        if (wanted.count > 0) {
            qsort(wanted.cells, wanted.count, sizeof *wanted.cells, compare);
        }
        expect_equal(&ask, &found[0], &wanted, true);
        scan_release(&found[0]);
        scan_release(&found[1]);
    }
    log_store_free(log);
}

/* Lifetime requests read no column of segments that are summed: with the columns gone they still answer, all others are
 * CORRUPT. */
static void test_summaries_read_no_column(void **state) {
    (void)state;
    enum { SUMMED = SEGMENT_EVENTS + 5000 };
    annoproj_error *error = NULL;
    log_store *log = log_store_new("nocolumns");
    log_append(log, 5, all, SUMMED);
    log_damage(log, "DELETE FROM event_column");
    scan_part part = {.kinds = {EVENT_TASK_SUBMIT}, .group = SCAN_BY_ACTOR};
    scan_request ask = {.project = 5, .after = INT64_MIN, .before = INT64_MAX, .parts = &part, .part_count = 1};
    scan_result found;
    int64_t count = 0, wanted = 0;
    ask.database = log_read(log);
    assert_ok(scan_run(&ask, &found, &error), error);
    for (size_t i = 0; i < found.count; i++) {
        count += found.cells[i].count;
    }
    for (size_t i = 0; i < SUMMED; i++) {
        wanted += all[i].kind == EVENT_TASK_SUBMIT;
    }
    assert_int_equal(count, wanted);
    scan_release(&found);
    ask.no_summaries = true;
    assert_status(ANNOPROJ_CORRUPT, scan_run(&ask, &found, &error), error);
    log_read_end(log);
    log_store_free(log);
}

static int64_t submits_of(log_store *log, annoproj_status *status) {
    annoproj_error *error = NULL;
    scan_result found = {0};
    int64_t count = 0;
    const scan_part part = {.kinds = {EVENT_TASK_SUBMIT}, .group = SCAN_BY_ACTOR};
    const scan_request ask = {.database = log_read(log),
                              .bounds = &log->bounds,
                              .project = 5,
                              .after = INT64_MIN,
                              .before = INT64_MAX,
                              .parts = &part,
                              .part_count = 1,
                              .store = log->store,
                              .no_summaries = true};
    *status = scan_run(&ask, &found, &error);
    for (size_t i = 0; i < found.count; i++) {
        count += found.cells[i].count;
    }
    scan_release(&found);
    annoproj_error_free(error);
    log_read_end(log);
    return count;
}

static int64_t submits_in(const event *events, size_t count) {
    int64_t submits = 0;
    for (size_t i = 0; i < count; i++) {
        submits += events[i].kind == EVENT_TASK_SUBMIT;
    }
    return submits;
}

/* Another process purges a project, or puts a backup back: what this one keeps in memory is not shown any more. */
static void test_log_exchanged(void **state) {
    (void)state;
    annoproj_status status;
    const event *other = all + SEGMENT_EVENTS;
    log_store *log = log_store_new("exchanged");
    log_append(log, 5, all, SEGMENT_EVENTS + 3);
    log_append(log, 6, other, SEGMENT_EVENTS + 4);
    assert_int_equal(submits_of(log, &status), submits_in(all, SEGMENT_EVENTS + 3));
    assert_int_equal(submits_of(log, &status), submits_in(all, SEGMENT_EVENTS + 3));
    assert_true(blob_cache_bytes(store_cache(log->store)) > 0);
    log_damage(log, "DELETE FROM event_column WHERE id >> 32 = 5; DELETE FROM event_segment WHERE id >> 32 = 5;"
                    "DELETE FROM event_tail WHERE id >> 32 = 5; DELETE FROM event_log WHERE project = 5;"
                    "UPDATE event_column SET id = id - (1 << 32) WHERE id >> 32 = 6;"
                    "UPDATE event_segment SET id = id - (1 << 32) WHERE id >> 32 = 6;"
                    "UPDATE event_tail SET id = id - (1 << 32) WHERE id >> 32 = 6;"
                    "UPDATE event_log SET project = 5 WHERE project = 6");
    assert_int_equal(submits_of(log, &status), submits_in(other, SEGMENT_EVENTS + 4));
    assert_int_equal(status, ANNOPROJ_OK);
    log_damage(log, "DELETE FROM event_column WHERE id >> 32 = 5; DELETE FROM event_segment WHERE id >> 32 = 5;"
                    "DELETE FROM event_tail WHERE id >> 32 = 5; DELETE FROM event_log WHERE project = 5;");
    assert_int_equal(submits_of(log, &status), 0);
    assert_int_equal(status, ANNOPROJ_OK);
    log_store_free(log);
}

/* A figure is right or there is none: whatever byte of the log is changed. */
static void test_no_wrong_figure(void **state) {
    (void)state;
    static const char *const changes[] = {
        "UPDATE event_column SET data = CAST(substr(data, 1, 99) || x'01' || substr(data, 101) AS BLOB)",
        "UPDATE event_column SET data = substr(data, 2)",
        "DELETE FROM event_column WHERE id & 255 = 2",
        "UPDATE event_segment SET directory = CAST(substr(directory, 1, 40) || x'63' || substr(directory, 42) AS BLOB)",
        "UPDATE event_segment SET time_most = 5",
        "UPDATE event_segment SET command_least = 5",
        "UPDATE event_segment SET ascending = 1 - ascending",
        "UPDATE event_segment SET first_seq = 2",
        "DELETE FROM event_segment",
        "UPDATE event_tail SET data = CAST(substr(data, 1, 9) || x'7f' || substr(data, 11) AS BLOB) WHERE count > 0",
        "DELETE FROM event_tail WHERE count = 0",
        "DELETE FROM event_tail WHERE id = (SELECT max(id) FROM event_tail WHERE count > 0)",
        "UPDATE event_tail SET first_seq = first_seq - 1 WHERE count = 0",
    };
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        annoproj_status status;
        char name[32];
        snprintf(name, sizeof name, "wrong%zu", i);
        log_store *log = log_store_new(name);
        log_append(log, 5, all, SEGMENT_EVENTS);
        log_append(log, 5, all + SEGMENT_EVENTS, 30);
        log_append(log, 5, all + SEGMENT_EVENTS + 30, 30);
        log_damage(log, changes[i]);
        submits_of(log, &status);
        if (status != ANNOPROJ_CORRUPT) {
            fail_msg("%s: status %d", changes[i], status);
        }
        log_store_free(log);
    }
}

static void test_time_range(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    int64_t first = 0, last = 0, least = INT64_MAX, most = INT64_MIN;
    bool any = true;
    for (size_t i = 0; i < EVENTS; i++) {
        least = all[i].time_us < least ? all[i].time_us : least;
        most = all[i].time_us + all[i].duration_us > most ? all[i].time_us + all[i].duration_us : most;
    }
    assert_ok(scan_time_range(log_read(logs), 5, &first, &last, &any, &error), error);
    assert_true(any && first == least && last == most);
    assert_ok(scan_time_range(logs->reader.database, 99, &first, &last, &any, &error), error);
    assert_false(any);
    log_read_end(logs);
}

#define HOUR INT64_C(3600000000)

static void test_calendar(void **state) {
    (void)state;
    const int64_t leap_day = INT64_C(1709164800000000); /* 2024-02-29 00:00 UTC, a Thursday */
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_DAY, 0, leap_day + 5 * HOUR), leap_day);
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_DAY, 2 * HOUR, leap_day - HOUR), leap_day - 2 * HOUR);
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_DAY, -5 * HOUR, leap_day + HOUR), leap_day - 19 * HOUR);
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_WEEK, 0, leap_day), leap_day - 72 * HOUR);
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_MONTH, 0, leap_day), INT64_C(1706745600000000));
    assert_int_equal(calendar_next(ANNOPROJ_BUCKET_MONTH, 0, INT64_C(1706745600000000)), leap_day + 24 * HOUR);
    assert_int_equal(calendar_next(ANNOPROJ_BUCKET_WEEK, 0, leap_day - 72 * HOUR), leap_day + 96 * HOUR);
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_DAY, 0, -1), -24 * HOUR);
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_WEEK, 0, -1), -72 * HOUR);
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_MONTH, 0, -1), -31 * 24 * HOUR);
    assert_int_equal(calendar_start(ANNOPROJ_BUCKET_MONTH, 0, CALENDAR_LEAST), CALENDAR_LEAST);
    int64_t month = CALENDAR_LEAST; /* 9,999 years of months end where the calendar does */
    for (int i = 0; i < 9999 * 12; i++) {
        assert_int_equal(calendar_start(ANNOPROJ_BUCKET_MONTH, 0, month), month);
        month = calendar_next(ANNOPROJ_BUCKET_MONTH, 0, month);
    }
    assert_int_equal(month, CALENDAR_MOST);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_requests),  cmocka_unit_test(test_summaries),
        cmocka_unit_test(test_summaries_follow), cmocka_unit_test(test_summaries_read_no_column),
        cmocka_unit_test(test_log_exchanged),    cmocka_unit_test(test_no_wrong_figure),
        cmocka_unit_test(test_time_range),       cmocka_unit_test(test_calendar),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
