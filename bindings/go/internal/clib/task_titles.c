/* Packed file names (task_titles.h): adding them, going through them, checking them. */
#include "task_titles.h"

#include <string.h>

#include "failure.h"
#include "hash.h"

/* --- a row ------------------------------------------------------------------------------------------------------- */

void task_titles_open(task_titles_cursor *cursor, int64_t first, const void *data, size_t length) {
    *cursor = (task_titles_cursor){.next = first, .at = data, .end = (const uint8_t *)data + length};
}

bool task_titles_next(task_titles_cursor *cursor, task_title *out) {
    if (cursor->at >= cursor->end)
        return false;
    unpacker from = {.at = cursor->at, .end = cursor->end};
    const uint64_t left_out = unpack_varint(&from);
    out->length = (size_t)unpack_varint(&from);
    out->text = (const char *)unpack_bytes(&from, out->length);
    cursor->failed = from.failed || left_out > UINT32_MAX || cursor->next > UINT32_MAX;
    if (cursor->failed)
        return false;
    out->task = cursor->next + (int64_t)left_out;
    cursor->next = out->task + 1;
    cursor->at = from.at;
    return true;
}

uint64_t task_titles_checksum(uint64_t before, const void *data, size_t length) {
    return hash64_with(data, length, before);
}

/* --- the last row -------------------------------------------------------------------------------------------------- */

annoproj_status task_titles_damaged(int64_t project, int64_t first, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT,
                "the packed file names of project %lld from task %lld on are damaged: run annoproj_store_check",
                (long long)project, (long long)first);
}

annoproj_status task_titles_last(scope *in, int64_t project, task_titles_row *out, annoproj_error **error) {
    static const char text[] = "SELECT id, checksum, data FROM task_titles WHERE id >= ? AND id < ?"
                               " ORDER BY id DESC LIMIT 2";
    uint64_t checksum = 0;
    bool memory = true;
    *out = (task_titles_row){0};
    statement *find = sql(in->database, text);
    bind_int64(find, MAKE_ID(project, 0));
    bind_int64(find, MAKE_ID(project + 1, 0));
    if (sql_row(find)) {
        out->first = NUMBER_OF(column_int64(find, 0));
        checksum = (uint64_t)column_int64(find, 1);
        out->length = column_length(find, 2);
        uint8_t *copy = arena_allocate(in->memory, out->length + 1);
        memory = copy != NULL;
        if (copy && out->length > 0)
            memcpy(copy, column_blob(find, 2), out->length);
        out->data = copy;
        if (sql_row(find))
            out->before = (uint64_t)column_int64(find, 1);
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (!memory)
        return fail_memory(error);
    return !out->data || task_titles_checksum(out->before, out->data, out->length) == checksum
               ? ANNOPROJ_OK
               : task_titles_damaged(project, out->first, error);
}

/* --- adding ------------------------------------------------------------------------------------------------------ */

typedef struct adding {
    command *cmd;
    int64_t project;
    uint64_t before; /* checksum of the row before this one */
    int64_t first;   /* task whose name is the row's first one */
    int64_t next;    /* behind the last one's */
    bytes data;
    bool changed;
} adding;

/* Goes on where the last row ends. */
static annoproj_status go_on(adding *to, annoproj_error **error) {
    task_titles_row last;
    task_titles_cursor cursor;
    task_title one;
    annoproj_status status = task_titles_last(&to->cmd->scope, to->project, &last, error);
    if (status != ANNOPROJ_OK || !last.data)
        return status;
    to->first = last.first;
    to->before = last.before;
    bytes_append(&to->data, last.data, last.length);
    task_titles_open(&cursor, last.first, last.data, last.length);
    while (task_titles_next(&cursor, &one))
        to->next = one.task + 1;
    return cursor.failed ? task_titles_damaged(to->project, last.first, error) : ANNOPROJ_OK;
}

static annoproj_status write_row(adding *to, annoproj_error **error) {
    static const char text[] = "INSERT OR REPLACE INTO task_titles(id, checksum, data) VALUES(?, ?, ?)";
    if (to->data.failed)
        return fail_memory(error);
    const uint64_t checksum = task_titles_checksum(to->before, to->data.data, to->data.length);
    annoproj_status status = ANNOPROJ_OK;
    if (to->changed) {
        statement *put = sql(to->cmd->scope.database, text);
        bind_int64(put, MAKE_ID(to->project, to->first));
        bind_int64(put, (int64_t)checksum);
        bind_blob(put, to->data.data, to->data.length);
        status = sql_run(put, error);
    }
    to->before = checksum;
    to->data.length = 0;
    to->changed = false;
    return status;
}

static annoproj_status add_title(adding *to, int64_t task, const char *text, size_t length, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (to->data.length > 0 && to->data.length + length + 4 > TASK_TITLES_ROW)
        status = write_row(to, error);
    if (to->data.length == 0)
        to->first = to->next = task;
    bytes_varint(&to->data, (uint64_t)(task - to->next));
    bytes_varint(&to->data, length);
    bytes_append(&to->data, text, length);
    to->next = task + 1;
    to->changed = true;
    return status;
}

annoproj_status task_titles_add(command *cmd, int64_t project, int64_t first, int64_t count, annoproj_error **error) {
    static const char text[] = "SELECT id, title FROM task WHERE id >= ? AND id < ? ORDER BY id";
    adding to = {.cmd = cmd, .project = project};
    annoproj_status status = go_on(&to, error);
    if (status == ANNOPROJ_OK) {
        statement *find = sql(cmd->scope.database, text);
        bind_int64(find, MAKE_ID(project, first));
        bind_int64(find, MAKE_ID(project, first + count));
        while (status == ANNOPROJ_OK && sql_row(find))
            status = add_title(&to, NUMBER_OF(column_int64(find, 0)), column_text(find, 1), column_length(find, 1),
                               error);
        annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
        status = status == ANNOPROJ_OK ? ended : status;
    }
    if (status == ANNOPROJ_OK && (to.data.length > 0 || to.data.failed))
        status = write_row(&to, error);
    bytes_release(&to.data);
    return status;
}

/* --- checking ---------------------------------------------------------------------------------------------------- */

typedef struct title_check {
    scope *in;
    int64_t project, last; /* number of the last task that was compared */
    task_titles_found_fn found;
    void *data;
} title_check;

/* Tasks between two that have packed names have none. */
static annoproj_status check_left_out(title_check *check, int64_t before, annoproj_error **error) {
    static const char text[] = "SELECT id FROM task WHERE id > ? AND id < ? AND parent = 0";
    if (before <= check->last + 1)
        return ANNOPROJ_OK;
    statement *find = sql(check->in->database, text);
    bind_int64(find, MAKE_ID(check->project, check->last));
    bind_int64(find, MAKE_ID(check->project, before));
    while (sql_row(find))
        check->found(check->data, column_int64(find, 0), "no packed file name", "one");
    return sql_end(find, error);
}

static annoproj_status check_title(title_check *check, const task_title *one, annoproj_error **error) {
    static const char text[] = "SELECT title FROM task WHERE id = ? AND parent = 0";
    const int64_t id = MAKE_ID(check->project, one->task);
    annoproj_status status = check_left_out(check, one->task, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(check->in->database, text);
    bind_int64(find, id);
    const bool there = sql_row(find);
    if (!there || column_length(find, 0) != one->length || memcmp(column_text(find, 0), one->text, one->length) != 0)
        check->found(check->data, id, there ? "the packed file name of another" : "a packed file name",
                     there ? "its own" : "none");
    check->last = one->task;
    return sql_end(find, error);
}

static annoproj_status check_row(title_check *check, statement *row, uint64_t *before, annoproj_error **error) {
    task_titles_cursor cursor;
    task_title one;
    annoproj_status status = ANNOPROJ_OK;
    const int64_t id = column_int64(row, 0);
    *before = task_titles_checksum(*before, column_blob(row, 2), column_length(row, 2));
    if (*before != (uint64_t)column_int64(row, 1))
        check->found(check->data, id, "a row of packed file names with a wrong checksum", "that of its rows");
    *before = (uint64_t)column_int64(row, 1);
    task_titles_open(&cursor, NUMBER_OF(id), column_blob(row, 2), column_length(row, 2));
    while (status == ANNOPROJ_OK && task_titles_next(&cursor, &one))
        status = check_title(check, &one, error);
    if (status == ANNOPROJ_OK && cursor.failed)
        check->found(check->data, id, "a damaged row of packed file names", "a whole one");
    return status;
}

annoproj_status task_titles_check(scope *in, int64_t project, task_titles_found_fn found, void *data,
                                  annoproj_error **error) {
    static const char text[] = "SELECT id, checksum, data FROM task_titles WHERE id >= ? AND id < ? ORDER BY id";
    title_check check = {.in = in, .project = project, .found = found, .data = data};
    uint64_t before = 0;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, text);
    bind_int64(find, MAKE_ID(project, 0));
    bind_int64(find, MAKE_ID(project + 1, 0));
    while (status == ANNOPROJ_OK && sql_row(find))
        status = check_row(&check, find, &before, error);
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    if (status == ANNOPROJ_OK)
        status = ended;
    return status == ANNOPROJ_OK ? check_left_out(&check, (int64_t)UINT32_MAX + 1, error) : status;
}
