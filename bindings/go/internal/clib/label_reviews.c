/* Loading reviews. */
#include "label_reviews.h"

#include <string.h>

#include "failure.h"

/* The comment is the last one of the issue that the label's rejection opened. */
#define SQL_REVIEWS                                                                                                    \
    "SELECT r.label, r.stage, r.reviewer, r.state, s.title, (SELECT c.text FROM issue i JOIN issue_comment c"          \
    " ON c.issue = i.id WHERE i.task = r.task AND i.label = r.label AND i.rejection ORDER BY c.number DESC LIMIT 1)"   \
    " FROM label_review r JOIN stage s ON s.id = r.stage WHERE r.task = ?1 ORDER BY r.label, r.entered"

static bool read_review(statement *row, arena *memory, row_review *out) {
    *out = (row_review){.label = column_int64(row, 0),
                        .stage = column_int64(row, 1),
                        .reviewer = column_int64(row, 2),
                        .state = (int32_t)column_int64(row, 3),
                        .stage_title = arena_text(memory, column_text(row, 4), column_length(row, 4))};
    if (!column_is_null(row, 5)) {
        out->comment = arena_text(memory, column_text(row, 5), column_length(row, 5));
    }
    return out->stage_title && (out->comment || column_is_null(row, 5));
}

annoproj_status label_reviews_load(export_plan *plan, export_task *task, row_review **reviews, size_t *count,
                                   annoproj_error **error) {
    size_t capacity = 16;
    annoproj_status status = ANNOPROJ_OK;
    statement *row = sql(plan->in->database, SQL_REVIEWS);
    bind_int64(row, task->id);
    *count = 0;
    *reviews = arena_array(&task->memory, capacity, sizeof **reviews);
    while (*reviews && status == ANNOPROJ_OK && sql_row(row)) {
        if (*count == capacity) {
            row_review *larger = arena_array(&task->memory, capacity * 2, sizeof **reviews);
            if (larger) {
                memcpy(larger, *reviews, capacity * sizeof *larger);
            }
            *reviews = larger;
            capacity *= 2;
        }
        status = *reviews && read_review(row, &task->memory, &(*reviews)[*count]) ? ANNOPROJ_OK : fail_memory(error);
        ++*count;
    }
    annoproj_status ended = sql_end(row, status == ANNOPROJ_OK ? error : NULL);
    status = status == ANNOPROJ_OK ? ended : status;
    return status == ANNOPROJ_OK && !*reviews ? fail_memory(error) : status;
}
