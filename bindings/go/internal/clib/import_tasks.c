/* Tasks by the title of their data unit, which has an index, and by its UUID, which has none. */
#include "import_tasks.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"

#define OF_PROJECT "t.id > ?1 << 32 AND t.id < (?1 + 1) << 32 AND t.stage <> 0 AND t.parent = 0"
/* Of data units with that title; the one with that UUID comes first. */
#define SQL_BY_TITLE                                                                                                   \
    "SELECT t.id, u.id, u.uuid = ?3 FROM data_unit u JOIN task t ON t.data_unit = u.id"                                \
    " WHERE u.title = ?2 AND " OF_PROJECT " ORDER BY 3 DESC LIMIT 2"
#define SQL_ALL "SELECT t.id, u.id, u.uuid FROM task t JOIN data_unit u ON u.id = t.data_unit WHERE " OF_PROJECT

typedef struct unit_task {
    uint8_t uuid[16];
    int64_t task, unit;
} unit_task;

static int by_uuid(const void *a, const void *b) {
    return memcmp(((const unit_task *)a)->uuid, ((const unit_task *)b)->uuid, 16);
}

static unit_task *next_place(task_finder *finder) {
    if (finder->count == finder->capacity) {
        const size_t capacity = finder->capacity ? finder->capacity * 2 : 256;
        unit_task *larger = reallocate(finder->units, capacity * sizeof *larger);
        if (!larger) {
            return NULL;
        }
        finder->units = larger;
        finder->capacity = capacity;
    }
    return &finder->units[finder->count++];
}

static annoproj_status read_all(task_finder *finder, scope *in, annoproj_error **error) {
    bool memory = true;
    statement *all = sql(in->database, SQL_ALL);
    bind_int64(all, finder->project);
    while (memory && sql_row(all)) {
        unit_task *one = column_length(all, 2) == 16 ? next_place(finder) : NULL;
        memory = one || column_length(all, 2) != 16;
        if (one) {
            *one = (unit_task){.task = column_int64(all, 0), .unit = column_int64(all, 1)};
            memcpy(one->uuid, column_blob(all, 2), sizeof one->uuid);
        }
    }
    annoproj_status status = sql_end(all, memory ? error : NULL);
    if (!memory) {
        return fail_memory(error);
    }
    if (finder->count > 0) {
        qsort(finder->units, finder->count, sizeof *finder->units, by_uuid);
    }
    finder->read = status == ANNOPROJ_OK;
    return status;
}

static annoproj_status find_by_uuid(task_finder *finder, scope *in, const uint8_t uuid[16], found_task *out,
                                    annoproj_error **error) {
    unit_task key = {.task = 0};
    memcpy(key.uuid, uuid, sizeof key.uuid);
    annoproj_status status = finder->read ? ANNOPROJ_OK : read_all(finder, in, error);
    const unit_task *found = status == ANNOPROJ_OK && finder->count > 0
                                 ? bsearch(&key, finder->units, finder->count, sizeof key, by_uuid)
                                 : NULL;
    if (found) {
        *out = (found_task){.task = found->task, .unit = found->unit};
    }
    return status;
}

annoproj_status task_finder_find(task_finder *finder, scope *in, const label_row *row, found_task *out,
                                 annoproj_error **error) {
    uint8_t uuid[16];
    const bool known = label_row_uuid(row, uuid);
    bool exact = false;
    *out = (found_task){0};
    statement *find = sql(in->database, SQL_BY_TITLE);
    bind_int64(find, finder->project);
    bind_text(find, row->data_title);
    bind_blob(find, uuid, known ? sizeof uuid : 0);
    if (sql_row(find)) {
        *out = (found_task){.task = column_int64(find, 0), .unit = column_int64(find, 1)};
        exact = column_int64(find, 2) != 0;
        if (!exact && sql_row(find)) {
            *out = (found_task){.several = true};
        }
    }
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && known && !exact ? find_by_uuid(finder, in, uuid, out, error) : status;
}

void task_finder_release(task_finder *finder) {
    release(finder->units);
    *finder = (task_finder){0};
}
