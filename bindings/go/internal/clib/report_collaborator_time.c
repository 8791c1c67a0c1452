/* The report of time spent by bucket and collaborator. */
#include <stdlib.h>

#include "failure.h"
#include "query.h"

typedef struct spent {
    int64_t bucket, place; /* of the user, by e-mail */
    int64_t time_us[TIME_COLUMNS];
} spent;

static int by_bucket_and_place(const void *a, const void *b) {
    const spent *one = a, *two = b;
    if (one->bucket != two->bucket) {
        return one->bucket < two->bucket ? -1 : 1;
    }
    return (one->place > two->place) - (one->place < two->place);
}

/* One entry for each bucket and user: the cells of their stages together. */
static size_t fold(spent *list, size_t count) {
    size_t kept = 0;
    qsort(list, count, sizeof *list, by_bucket_and_place);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && by_bucket_and_place(&list[kept - 1], &list[i]) == 0) {
            for (int column = 0; column < TIME_COLUMNS; column++) {
                list[kept - 1].time_us[column] += list[i].time_us[column];
            }
        } else {
            list[kept++] = list[i];
        }
    }
    return kept;
}

static size_t list_cells(const report_users *users, const scan_result *result, spent *list) {
    size_t count = 0;
    for (size_t i = 0; i < result->count; i++) {
        const scan_cell *cell = &result->cells[i];
        if (cell->actor <= 0 || cell->actor > users->count) {
            continue;
        }
        spent *one = &list[count++];
        *one = (spent){.bucket = cell->bucket, .place = users->place[cell->actor]};
        one->time_us[cell->part] = cell->duration_us;
        one->time_us[TIME_TOTAL] = cell->duration_us;
    }
    return fold(list, count);
}

/* The stages whose time is in a column, as far as the query names them. */
static annoproj_status stages_of(const report *made, enum time_column column, number_set *out, annoproj_error **error) {
    if (!number_set_make(out, made->in->memory, made->highest_stage)) {
        return fail_memory(error);
    }
    for (int64_t stage = 0; stage <= made->highest_stage; stage++) {
        if (report_time_column(made, stage) == column &&
            (made->stages == NULL || number_set_has(made->stages, stage))) {
            number_set_add(out, stage);
        }
    }
    return ANNOPROJ_OK;
}

annoproj_status report_collaborator_time(scope *in, const query *asked, annoproj_table **table,
                                         annoproj_error **error) {
    report made;
    report_users users;
    scan_result result = {0};
    annoproj_status status = report_begin(&made, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = report_buckets(&made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = report_load_users(in, &users, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    number_set stages[TIME_TOTAL];
    scan_part parts[TIME_TOTAL];
    for (enum time_column column = TIME_ANNOTATE; column < TIME_TOTAL && status == ANNOPROJ_OK; column++) {
        status = stages_of(&made, column, &stages[column], error);
        parts[column] = (scan_part){.kinds = {EVENT_TIME_SPENT},
                                    .actors = made.people,
                                    .stages = &stages[column],
                                    .tasks = made.tasks,
                                    .sources = made.sources,
                                    .pieces = true,
                                    .group = SCAN_BY_BUCKET | SCAN_BY_ACTOR,
                                    .sums = SCAN_DURATION};
    }
    if (status == ANNOPROJ_OK) {
        status = report_scan(&made, parts, TIME_TOTAL, &result, error);
    }
    spent *list = status == ANNOPROJ_OK ? arena_array(in->memory, result.count + 1, sizeof *list) : NULL;
    if (status == ANNOPROJ_OK && list == NULL) {
        status = fail_memory(error);
    }
    size_t count = status == ANNOPROJ_OK ? list_cells(&users, &result, list) : 0;
    scan_release(&result);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_collaborator_time_row);
    for (size_t i = 0; i < count; i++) {
        if (seconds_of(list[i].time_us[TIME_TOTAL]) == 0) {
            continue;
        }
        report_add_bucket(&made, out, (size_t)list[i].bucket);
        rows_int64(out, users.by_email[list[i].place].number);
        rows_text(out, users.by_email[list[i].place].email);
        for (int column = 0; column < TIME_COLUMNS; column++) {
            rows_int64(out, seconds_of(list[i].time_us[column]));
        }
    }
    return rows_finish(out, table, error);
}
