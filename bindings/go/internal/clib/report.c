/* What every report starts from: filters as sets, buckets, and the scan (query.h). */
#include <string.h>

#include "calendar.h"
#include "failure.h"
#include "query.h"

#define MOST_BUCKETS 100000

int64_t seconds_of(int64_t us) {
    return (us + 500000) / 1000000;
}

void add_rate(rows *table, int64_t part, int64_t whole) {
    if (whole == 0) {
        rows_null(table);
    } else {
        rows_double(table, (double)part / (double)whole);
    }
}

void add_average(rows *table, int64_t us, int64_t count) {
    if (count == 0) {
        rows_null(table);
    } else {
        rows_double(table, (double)us / ((double)count * 1e6));
    }
}

enum time_column report_time_column(const report *made, int64_t stage) {
    return number_set_has(&made->annotation, stage) ? TIME_ANNOTATE
           : number_set_has(&made->review, stage)   ? TIME_REVIEW
                                                    : TIME_OTHER;
}

static annoproj_status count_users(scope *in, report_users *out, annoproj_error **error) {
    static const char find_text[] = "SELECT max(id), count(*) FROM user";
    int64_t highest = 0;
    statement *find = sql(in->database, find_text);
    if (sql_row(find)) {
        highest = column_int64(find, 0);
        out->count = column_int64(find, 1);
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && highest != out->count) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "users are numbered up to %lld, but there are %lld: restore a backup of the store",
                      (long long)highest, (long long)out->count);
    }
    return status;
}

annoproj_status report_load_users(scope *in, report_users *out, annoproj_error **error) {
    static const char find_text[] = "SELECT id, email FROM user ORDER BY email";
    *out = (report_users){0};
    annoproj_status status = count_users(in, out, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    out->by_email = arena_array(in->memory, (size_t)out->count + 1, sizeof *out->by_email);
    out->place = arena_array(in->memory, (size_t)out->count + 1, sizeof *out->place);
    if (out->by_email == NULL || out->place == NULL) {
        return fail_memory(error);
    }
    int64_t place = 0;
    bool kept = true;
    statement *find = sql(in->database, find_text);
    while (kept && place < out->count && sql_row(find)) {
        report_user *user = &out->by_email[place];
        user->number = column_int64(find, 0);
        user->email = arena_text(in->memory, column_text(find, 1), column_length(find, 1));
        kept = user->email != NULL;
        out->place[user->number > 0 && user->number <= out->count ? user->number : 0] = place++;
    }
    status = sql_end(find, error);
    return status == ANNOPROJ_OK && !kept ? fail_memory(error) : status;
}

/* A set of numbers; NULL set when there are none. */
static annoproj_status make_set(scope *in, const int64_t *numbers, size_t count, const number_set **out,
                                annoproj_error **error) {
    int64_t highest = 0;
    *out = NULL;
    if (count == 0) {
        return ANNOPROJ_OK;
    }
    for (size_t i = 0; i < count; i++) {
        highest = NUMBER_OF(numbers[i]) > highest ? NUMBER_OF(numbers[i]) : highest;
    }
    number_set *made = arena_allocate(in->memory, sizeof *made);
    if (made == NULL || !number_set_make(made, in->memory, highest)) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < count; i++) {
        number_set_add(made, NUMBER_OF(numbers[i]));
    }
    *out = made;
    return ANNOPROJ_OK;
}

/* --- beginning ---- */

annoproj_status report_stages(report *made, int64_t project, annoproj_error **error) {
    arena *memory = made->in->memory;
    annoproj_status status = workflow_stages(made->in, project, &made->all_stages, &made->stage_count, error);
    for (size_t i = 0; i < made->stage_count; i++) {
        const int64_t number = made->all_stages[i].facts.number;
        made->highest_stage = number > made->highest_stage ? number : made->highest_stage;
    }
    if (status == ANNOPROJ_OK && (!number_set_make(&made->annotation, memory, made->highest_stage) ||
                                  !number_set_make(&made->review, memory, made->highest_stage) ||
                                  !number_set_make(&made->done, memory, made->highest_stage))) {
        status = fail_memory(error);
    }
    for (size_t i = 0; i < made->stage_count && status == ANNOPROJ_OK; i++) {
        const stage_facts *facts = &made->all_stages[i].facts;
        const stage_work work = stage_kind_of(facts->type)->work;
        if (work == STAGE_WORK_ANNOTATE) {
            number_set_add(&made->annotation, facts->number);
        } else if (work == STAGE_WORK_REVIEW) {
            number_set_add(&made->review, facts->number);
        } else if (facts->type == STAGE_DONE) {
            number_set_add(&made->done, facts->number);
        }
    }
    return status;
}

/* Who does not see the team's figures sees those of the events they made. */
static annoproj_status people_of(report *made, annoproj_error **error) {
    annoproj_status status = make_set(made->in, made->query->collaborators, made->query->collaborator_count,
                                      &made->people, error);
    if (status != ANNOPROJ_OK || access_holds(made->in, ANNOPROJ_OPERATION_ANALYTICS_TEAM)) {
        return status;
    }
    int64_t user = made->in->user;
    bool asked = made->people == NULL || number_set_has(made->people, user);
    status = make_set(made->in, &user, 1, &made->people, error);
    if (status == ANNOPROJ_OK && !asked) {
        memset(made->people->words, 0, (size_t)made->people->limit / 8);
    }
    return status;
}

/* Issues on no label have class 0: the filter leaves them alone. */
static annoproj_status classes_of(report *made, annoproj_error **error) {
    const size_t count = made->query->class_count;
    int64_t *classes = count == 0 ? NULL : arena_array(made->in->memory, count + 1, sizeof *classes);
    if (count == 0) {
        return ANNOPROJ_OK;
    }
    if (classes == NULL) {
        return fail_memory(error);
    }
    memcpy(classes, made->query->classes, count * sizeof *classes);
    classes[count] = 0;
    return make_set(made->in, classes, count + 1, &made->classes, error);
}

annoproj_status report_begin(report *made, scope *in, const query *asked, annoproj_error **error) {
    *made = (report){.in = in, .query = asked, .by_frame = asked->unit == ANNOPROJ_LABEL_UNIT_FRAME};
    annoproj_status status = people_of(made, error);
    if (status == ANNOPROJ_OK) {
        status = make_set(in, asked->stages, asked->stage_count, &made->stages, error);
    }
    if (status == ANNOPROJ_OK) {
        status = classes_of(made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = report_stages(made, in->project.id, error);
    }
    if (status == ANNOPROJ_OK) {
        status = make_set(in, asked->sources, asked->source_count, &made->sources, error);
    }
    return status == ANNOPROJ_OK ? report_tasks(in, asked, &made->tasks, error) : status;
}

/* --- buckets ---- */

/* Calendar buckets from the one that holds `first` to the one that holds the moment before `end`. */
static annoproj_status calendar_borders(report *made, int64_t first, int64_t end, annoproj_error **error) {
    int32_t bucket = made->query->bucket;
    int64_t offset = (int64_t)made->query->utc_offset_minutes * 60000000;
    size_t count = 0;
    int64_t start = calendar_start(bucket, offset, first);
    for (int64_t at = start; at < end && count <= MOST_BUCKETS; at = calendar_next(bucket, offset, at)) {
        count++;
    }
    if (count > MOST_BUCKETS) {
        return fail(error, ANNOPROJ_LIMIT, "the window has more than %d buckets: make it shorter or the buckets longer",
                    MOST_BUCKETS);
    }
    made->borders = arena_array(made->in->memory, count + 1, sizeof *made->borders);
    if (made->borders == NULL) {
        return fail_memory(error);
    }
    made->borders[0] = start;
    for (size_t i = 1; i <= count; i++) {
        made->borders[i] = calendar_next(bucket, offset, made->borders[i - 1]);
    }
    made->border_count = count + 1;
    return ANNOPROJ_OK;
}

static int64_t clamp(int64_t time) {
    return time < CALENDAR_LEAST ? CALENDAR_LEAST : time > CALENDAR_MOST ? CALENDAR_MOST : time;
}

annoproj_status report_buckets(report *made, annoproj_error **error) {
    const query *asked = made->query;
    if (asked->bucket == ANNOPROJ_BUCKET_NONE) {
        return ANNOPROJ_OK;
    }
    if (asked->bucket == ANNOPROJ_BUCKET_EXPLICIT) {
        made->borders = arena_array(made->in->memory, asked->boundary_count, sizeof *made->borders);
        made->border_count = asked->boundary_count;
        if (made->borders == NULL) {
            return fail_memory(error);
        }
        memcpy(made->borders, asked->boundaries, asked->boundary_count * sizeof *made->borders);
        return ANNOPROJ_OK;
    }
    int64_t first = 0, last = 0;
    bool any = false;
    annoproj_status status = scan_time_range(made->in->database, made->in->project.id, &first, &last, &any, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    int64_t end = asked->before_us != 0 ? asked->before_us : any ? clamp(last) + 1 : INT64_MIN;
    int64_t start = asked->after_us != 0 ? asked->after_us : any ? clamp(first) : INT64_MAX;
    if (start >= end) {
        start = end = 0;
    }
    return calendar_borders(made, start, end, error);
}

size_t report_bucket_count(const report *made) {
    return made->borders == NULL ? 1 : made->border_count - 1;
}

void report_add_bucket(const report *made, rows *table, size_t bucket) {
    if (made->borders != NULL) {
        rows_time(table, made->borders[bucket]);
    } else if (made->query->after_us != 0) {
        rows_time(table, made->query->after_us);
    } else {
        rows_null(table);
    }
}

annoproj_status report_scan(const report *made, const scan_part *parts, size_t count, scan_result *out,
                            annoproj_error **error) {
    *out = (scan_result){0};
    if (made->border_count == 1) {
        return ANNOPROJ_OK; /* no bucket at all */
    }
    const scan_request ask = {.database = made->in->database,
                              .bounds = made->in->bounds,
                              .store = made->in->store,
                              .project = made->in->project.id,
                              .after = made->query->after_us == 0 ? INT64_MIN : made->query->after_us,
                              .before = made->query->before_us == 0 ? INT64_MAX : made->query->before_us,
                              .borders = made->borders,
                              .border_count = made->border_count,
                              .parts = parts,
                              .part_count = count};
    return scan_run(&ask, out, error);
}
