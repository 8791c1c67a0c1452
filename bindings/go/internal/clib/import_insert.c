/* Rows that wait, and the statement that takes them (import_insert.h). */
#include "import_insert.h"

#include "failure.h"
#include "frame_ranges.h"
#include "label_hash.h"

#define WAITING_BYTES ((size_t)256 << 10) /* of geometry */

/* OR FAIL: a statement need not be able to undo its first rows, because a failure ends the command. */
#define SQL_LABEL                                                                                                      \
    "INSERT OR FAIL INTO label(creator, created_us, editor, edited_us, manual, ranges, answers, nodes, task, number,"  \
    " hash, class, confidence, geometry, members, given) VALUES"
#define SQL_ROW          "(?1, ?2, ?1, ?2, ?3, ?4, x'', x'', ?, ?, ?, ?, ?, ?, ?, 0)"
#define SQL_FOUR_ROWS    SQL_ROW ", " SQL_ROW ", " SQL_ROW ", " SQL_ROW
#define SQL_SIXTEEN_ROWS SQL_FOUR_ROWS ", " SQL_FOUR_ROWS ", " SQL_FOUR_ROWS ", " SQL_FOUR_ROWS

static const char sql_one_row[] = SQL_LABEL SQL_ROW;
static const char sql_all_rows[] = SQL_LABEL SQL_SIXTEEN_ROWS ", " SQL_SIXTEEN_ROWS ", " SQL_SIXTEEN_ROWS
                                                              ", " SQL_SIXTEEN_ROWS;

annoproj_status label_inserts_begin(label_inserts *of, command *cmd, int64_t project, bool manual,
                                    annoproj_error **error) {
    frame_ranges frame = {0};
    *of = (label_inserts){.cmd = cmd, .manual = manual};
    frame_ranges_add(&frame, 0, 0);
    frame_ranges_encode(&frame, &of->ranges);
    const bool failed = frame.failed || of->ranges.failed;
    frame_ranges_release(&frame);
    return failed ? fail_memory(error) : label_hash_key(&cmd->scope, project, &of->key, error);
}

static annoproj_status insert_rows(label_inserts *of, const char *query, size_t first, size_t count,
                                   annoproj_error **error) {
    const scope *in = &of->cmd->scope;
    statement *insert = sql(in->database, query);
    bind_int64(insert, in->user);
    bind_int64(insert, in->now_us);
    bind_int64(insert, of->manual);
    bind_blob(insert, of->ranges.data, of->ranges.length);
    for (size_t i = first; i < first + count; i++) {
        const waiting_row *row = &of->rows[i];
        bind_int64(insert, row->task);
        bind_int64(insert, row->number);
        bind_text_n(insert, row->hash, 8);
        bind_int64(insert, row->class);
        bind_double(insert, row->confidence);
        bind_blob(insert, of->geometries.data + row->geometry, row->geometry_length);
        bind_blob(insert, of->geometries.data + row->geometry + row->geometry_length, row->members_length);
    }
    return sql_run(insert, error);
}

annoproj_status label_inserts_finish(label_inserts *of, annoproj_error **error) {
    annoproj_status status = of->geometries.failed ? fail_memory(error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && of->row_count == INSERT_ROWS) {
        status = insert_rows(of, sql_all_rows, 0, INSERT_ROWS, error);
    } else {
        for (size_t i = 0; i < of->row_count && status == ANNOPROJ_OK; i++) {
            status = insert_rows(of, sql_one_row, i, 1, error);
        }
    }
    of->row_count = of->geometries.length = 0;
    return status;
}

annoproj_status label_inserts_add(label_inserts *of, const spooled_label *label, int64_t number,
                                  annoproj_error **error) {
    waiting_row *row = &of->rows[of->row_count++];
    *row = (waiting_row){.task = label->task,
                         .number = number,
                         .class = label->class,
                         .confidence = label->confidence,
                         .geometry = of->geometries.length,
                         .geometry_length = label->geometry_length,
                         .members_length = label->members_length};
    label_hash_draw(of->key, number, row->hash);
    bytes_append(&of->geometries, label->geometry, label->geometry_length);
    bytes_append(&of->geometries, label->members, label->members_length);
    return of->row_count == INSERT_ROWS || of->geometries.length >= WAITING_BYTES ? label_inserts_finish(of, error)
                                                                                  : ANNOPROJ_OK;
}

void label_inserts_release(label_inserts *of) {
    bytes_release(&of->ranges);
    bytes_release(&of->geometries);
}
