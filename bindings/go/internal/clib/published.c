/* What was published of a task's labels. */
#include <string.h>

#include "failure.h"
#include "published.h"

annoproj_status label_counts(scope *in, const task_facts *task, bool *counts, bool *media, annoproj_error **error) {
    data_unit unit;
    annoproj_status status = data_unit_load(in, task->data_unit, &unit, error);
    *media = status == ANNOPROJ_OK && label_unit_is_media(&unit);
    *counts = !*media || in->project.count_text_and_audio;
    return status;
}

annoproj_status label_submitter(scope *in, int64_t task, int64_t which, int64_t *user, annoproj_error **error) {
    static const char query[] = "SELECT submitter FROM label_published WHERE task = ? AND label = ? AND at_last_submit";
    statement *find = sql(in->database, query);
    bind_int64(find, task);
    bind_int64(find, which);
    *user = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static bool copy_blob(scope *in, statement *find, int column, const uint8_t **blob, size_t *length) {
    *length = column_length(find, column);
    if (*length == 0)
        return true;
    uint8_t *copy = arena_allocate(in->memory, *length);
    if (!copy)
        return false;
    memcpy(copy, column_blob(find, column), *length);
    *blob = copy;
    return true;
}

static bool read_published(scope *in, statement *find, published *out) {
    *out = (published){.label = column_int64(find, 0),
                       .class = (int32_t)column_int64(find, 2),
                       .live = column_int64(find, 3) != 0,
                       .submitted = column_int64(find, 4) != 0,
                       .submitter = column_int64(find, 5),
                       .at_last_submit = column_int64(find, 9) != 0,
                       .nodes = column_int64(find, 10)};
    if (column_length(find, 1) < sizeof out->hash)
        memcpy(out->hash, column_text(find, 1), column_length(find, 1));
    return copy_blob(in, find, 6, &out->frames, &out->frames_length) &&
           copy_blob(in, find, 7, &out->frames_ever, &out->frames_ever_length) &&
           copy_blob(in, find, 8, &out->answers, &out->answers_length);
}

annoproj_status published_load(scope *in, int64_t task, published **out, size_t *count, annoproj_error **error) {
    static const char query[] = "SELECT label, hash, class, live, submitted, submitter, frames, frames_ever, answers, "
                                "at_last_submit, nodes"
                                " FROM label_published WHERE task = ? ORDER BY label";
    size_t capacity = 0;
    bool good = true;
    *out = NULL;
    *count = 0;
    statement *find = sql(in->database, query);
    bind_int64(find, task);
    while (good && sql_row(find)) {
        if (*count == capacity) {
            published *grown = arena_array(in->memory, capacity * 2 + 16, sizeof *grown);
            good = grown != NULL;
            if (good && *count > 0)
                memcpy(grown, *out, *count * sizeof *grown);
            *out = grown;
            capacity = capacity * 2 + 16;
        }
        good = good && read_published(in, find, &(*out)[*count]);
        *count += good;
    }
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !good ? fail_memory(error) : status;
}

published *published_find(published *all, size_t count, int64_t which) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (all[middle].label < which)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && all[low].label == which ? &all[low] : NULL;
}

annoproj_status published_put(command *cmd, int64_t task, const published *row, annoproj_error **error) {
    static const char query[] = "INSERT OR REPLACE INTO label_published(task, label, hash, class, live, submitted, "
                                "submitter, at_last_submit, frames,"
                                " frames_ever, answers, nodes) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    statement *put = sql(cmd->scope.database, query);
    bind_int64(put, task);
    bind_int64(put, row->label);
    bind_text(put, row->hash);
    bind_int64(put, row->class);
    bind_int64(put, row->live);
    bind_int64(put, row->submitted);
    bind_int64(put, row->submitter);
    bind_int64(put, row->at_last_submit);
    bind_blob(put, row->frames, row->frames_length);
    bind_blob(put, row->frames_ever, row->frames_ever_length);
    bind_blob(put, row->answers, row->answers_length);
    bind_int64(put, row->nodes);
    return sql_run(put, error);
}
