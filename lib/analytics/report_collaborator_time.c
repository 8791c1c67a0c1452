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

static size_t list_cells(const report *made, const report_users *users, const scan_result *result, spent *list) {
    size_t count = 0;
    for (size_t i = 0; i < result->count; i++) {
        const scan_cell *cell = &result->cells[i];
        if (cell->actor <= 0 || cell->actor > users->count) {
            continue;
        }
        spent *one = &list[count++];
        *one = (spent){.bucket = cell->bucket, .place = users->place[cell->actor]};
        one->time_us[report_time_column(made, cell->stage)] = cell->duration_us;
        one->time_us[TIME_TOTAL] = cell->duration_us;
    }
    return fold(list, count);
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
    const scan_part part = {.kinds = {EVENT_TIME_SPENT},
                            .actors = made.people,
                            .stages = made.stages,
                            .tasks = made.tasks,
                            .sources = made.sources,
                            .pieces = true,
                            .group = SCAN_BY_BUCKET | SCAN_BY_STAGE | SCAN_BY_ACTOR,
                            .sums = SCAN_DURATION};
    status = report_scan(&made, &part, 1, &result, error);
    spent *list = status == ANNOPROJ_OK ? arena_array(in->memory, result.count + 1, sizeof *list) : NULL;
    if (status == ANNOPROJ_OK && list == NULL) {
        status = fail_memory(error);
    }
    size_t count = status == ANNOPROJ_OK ? list_cells(&made, &users, &result, list) : 0;
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
