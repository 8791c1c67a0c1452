/* Pages of labels, of geometries and of answers: what annoproj_task_labels, _geometry and _answers give, of one task after the
 * other. Beside a label stand its geometry and answers, as JSON arrays of the same rows without the label. */
#include "sql_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "label_table.h"
#include "text.h"

#define PAGE_ROWS    1000 /* a page ends behind the task with which it has them */
#define MOST_COLUMNS 24

/* ---- row types ---- */

#define WHOLE_NUMBER(name, title, doc)                                                                                 \
    { name, "int64", "", title, ANNOPROJ_COLUMN_INT64, false, doc }
#define JSON_TEXT(name, title, doc)                                                                                    \
    { name, "utf8", "", title, ANNOPROJ_COLUMN_UTF8, false, doc }

static const column_type of_task[] = {WHOLE_NUMBER("task", "Task", "Task it is of."),
                                      WHOLE_NUMBER("data_unit", "Data unit", "Data unit of the task.")};
static const column_type of_answer[] = {WHOLE_NUMBER("answer", "Answer", "Place among the answers of its label.")};
static const column_type as_json[] = {JSON_TEXT("geometry", "Geometry", "JSON: rows of geometry_row."),
                                      JSON_TEXT("answers", "Answers", "JSON: rows of answer_row.")};

static column_type label_columns[MOST_COLUMNS], geometry_columns[MOST_COLUMNS], answer_columns[MOST_COLUMNS];
row_type sql_label_type = {"label", 0, label_columns, "A label of a task"};
row_type sql_geometry_type = {"geometry", 0, geometry_columns, "One part of a label's geometry on one frame"};
row_type sql_answer_type = {"answer", 0, answer_columns, "An answer of a label"};

static void append(row_type *to, column_type *columns, const column_type *more, size_t count) {
    memcpy(columns + to->column_count, more, count * sizeof *more);
    to->column_count += count;
}

void sql_label_types(void) {
    append(&sql_label_type, label_columns, of_task, 2);
    append(&sql_label_type, label_columns, row_label_row.columns, row_label_row.column_count);
    append(&sql_label_type, label_columns, as_json, 2);
    append(&sql_geometry_type, geometry_columns, of_task, 1);
    append(&sql_geometry_type, geometry_columns, row_geometry_row.columns, row_geometry_row.column_count);
    append(&sql_answer_type, answer_columns, of_task, 1);
    append(&sql_answer_type, answer_columns, of_answer, 1);
    append(&sql_answer_type, answer_columns, row_answer_row.columns, row_answer_row.column_count);
}

/* ---- one label ---- */

typedef struct label_page label_page;
struct label_page {
    const sql_place *at;
    label_fn add; /* what is made of each label */
    const row_type *type;
    label_table cells;
    rows *rows;
    text json;
    int64_t answer; /* place of the next one */
    annoproj_table *table;
};

static void add_task(const label_page *page) {
    rows_int64(page->rows, page->cells.in->task.id);
}

static annoproj_status part_json(void *data, const label *of, const label_part *part, annoproj_error **error) {
    (void)of, (void)error;
    text *to = &((label_page *)data)->json;
    text_printf(to, "%s{\"frame\":%lld,\"part\":%lld,\"unit\":\"%s\",\"coordinates\":[", to->length > 1 ? "," : "",
                (long long)part->frame, (long long)part->part, part->unit);
    for (size_t i = 0; i < part->count; i++) {
        if (i > 0) {
            text_character(to, ',');
        }
        text_double(to, part->numbers[i]);
    }
    text_string(to, "]}");
    return ANNOPROJ_OK;
}

static void optional(text *to, const char *name, bool given, int64_t value) {
    text_printf(to, ",\"%s\":", name);
    if (given) {
        text_int64(to, value);
    } else {
        text_string(to, "null");
    }
}

static void answer_json(void *data, const label *of, const answer *given, const frame_range *range) {
    (void)of;
    text *to = &((label_page *)data)->json;
    text_printf(to, "%s{\"attribute\":%lld", to->length > 1 ? "," : "", (long long)given->attribute);
    optional(to, "option", given->kind == ANSWER_OPTION, given->option);
    text_string(to, ",\"text\":");
    if (given->kind == ANSWER_TEXT) {
        text_json(to, given->text, given->text_length);
    } else {
        text_string(to, "null");
    }
    text_string(to, ",\"number\":");
    if (given->kind == ANSWER_NUMBER) {
        text_double(to, number_to_double(&given->number));
    } else {
        text_string(to, "null");
    }
    optional(to, "first_frame", range != NULL, range == NULL ? 0 : range->first);
    optional(to, "last_frame", range != NULL, range == NULL ? 0 : range->last);
    text_character(to, '}');
}

/* The text that was made, or nothing where nobody asks for it. */
static annoproj_status add_json(label_page *page, annoproj_error **error) {
    text_character(&page->json, ']');
    rows_text_n(page->rows, page->json.failed ? "" : page->json.data, page->json.failed ? 0 : page->json.length);
    page->json.length = 0;
    return page->json.failed ? fail_memory(error) : ANNOPROJ_OK;
}

static annoproj_status add_label(void *data, const label *one, annoproj_error **error) {
    label_page *page = data;
    const uint64_t geometry_bit = (uint64_t)1 << (sql_label_type.column_count - 2);
    add_task(page);
    rows_int64(page->rows, page->cells.in->task.data_unit);
    annoproj_status status = label_table_add(&page->cells, one, page->rows, error);
    text_character(&page->json, '[');
    if (status == ANNOPROJ_OK && (page->at->used & geometry_bit) != 0) {
        status = label_table_parts(&page->cells, one, ANNOPROJ_UNIT_STORED, NULL, part_json, page, error);
    }
    if (status == ANNOPROJ_OK) {
        status = add_json(page, error);
    }
    text_character(&page->json, '[');
    if (status == ANNOPROJ_OK && (page->at->used & geometry_bit << 1) != 0) {
        status = label_table_answers(&page->cells, one, answer_json, page, error);
    }
    return status == ANNOPROJ_OK ? add_json(page, error) : status;
}

static annoproj_status add_part(void *data, const label *of, const label_part *part, annoproj_error **error) {
    (void)error;
    const label_page *page = data;
    add_task(page);
    label_part_add(of, part, page->rows);
    return ANNOPROJ_OK;
}

static annoproj_status add_parts(void *data, const label *one, annoproj_error **error) {
    label_page *page = data;
    return label_table_parts(&page->cells, one, ANNOPROJ_UNIT_STORED, NULL, add_part, page, error);
}

static void add_answer(void *data, const label *of, const answer *given, const frame_range *range) {
    label_page *page = data;
    add_task(page);
    rows_int64(page->rows, page->answer++);
    label_answer_add(of, given, range, page->rows);
}

static annoproj_status add_answers(void *data, const label *one, annoproj_error **error) {
    label_page *page = data;
    page->answer = 0;
    return label_table_answers(&page->cells, one, add_answer, page, error);
}

/* ---- one task after the other ---- */

/* The next task that has labels; 0 = no more. */
static annoproj_status next_task(scope *in, int64_t after, int64_t *task, annoproj_error **error) {
    static const char query[] = "SELECT task FROM label WHERE task > ? AND task < ? ORDER BY task LIMIT 1";
    statement *find = sql(in->database, query);
    bind_int64(find, after);
    bind_int64(find, MAKE_ID(in->project.id + 1, 0));
    *task = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

/* Of tasks that were removed, and of branches that were closed, nothing is shown. */
static annoproj_status add_task_labels(scope *in, int64_t task, label_page *page, annoproj_error **error) {
    const ontology_features *features = page->cells.features;
    annoproj_status status = access_task_facts(in, task, &in->task, error);
    if (status == ANNOPROJ_NOT_FOUND) {
        drop_error(error);
        return ANNOPROJ_OK;
    }
    if (status != ANNOPROJ_OK || !access_sees_task(in, &in->task)) {
        return status;
    }
    page->cells = (label_table){.in = in, .features = features};
    status = page->type == &sql_label_type ? label_table_reviews(&page->cells, error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK) {
        status = label_each(in, task, page->add, page, error);
    }
    label_table_release(&page->cells);
    page->cells.features = features;
    return status;
}

static annoproj_status read_tasks(scope *in, void *arguments, annoproj_error **error) {
    label_page *page = arguments;
    const int64_t only = page->at->key;
    ontology_features features = {0};
    int64_t task = only != 0                 ? only - 1
                   : page->at->token != NULL ? strtoll(page->at->token, NULL, 10)
                                             : MAKE_ID(in->project.id, 0);
    page->rows = rows_new(page->type);
    page->cells.features = &features;
    annoproj_status status = page->type == &sql_label_type ? ontology_load(in, in->project.ontology, &features, error)
                                                           : ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && rows_count(page->rows) < PAGE_ROWS) {
        status = next_task(in, task, &task, error);
        if (status != ANNOPROJ_OK || task == 0 || (only != 0 && task != only)) {
            break;
        }
        status = add_task_labels(in, task, page, error);
    }
    text_release(&page->json);
    if (task != 0 && only == 0) {
        char token[24];
        snprintf(token, sizeof token, "%lld", (long long)task);
        rows_next_page(page->rows, token);
    }
    return finish_table(page->rows, status, &page->table, error);
}

static annoproj_status page_of(const sql_place *at, const row_type *type, label_fn add, annoproj_table **out,
                               annoproj_error **error) {
    label_page page = {.at = at, .add = add, .type = type};
    session *who = NULL;
    annoproj_status status = session_enter(at->session, &who, error);
    if (status == ANNOPROJ_OK) {
        const request asked = {.session = who,
                               .operation = ANNOPROJ_OPERATION_TASK_VIEW,
                               .subject = SUBJECT_PROJECT,
                               .id = at->owner,
                               .arguments = &page};
        status = access_read(&asked, read_tasks, NULL, error);
        session_leave(who);
    }
    *out = page.table;
    return status;
}

annoproj_status sql_label_page(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    return page_of(at, &sql_label_type, add_label, page, error);
}

annoproj_status sql_geometry_page(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    return page_of(at, &sql_geometry_type, add_parts, page, error);
}

annoproj_status sql_answer_page(const sql_place *at, annoproj_table **page, annoproj_error **error) {
    return page_of(at, &sql_answer_type, add_answers, page, error);
}
