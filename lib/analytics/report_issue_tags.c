/* The reports of how often each issue tag was used, and on labels of which class. */
#include <stdlib.h>

#include "failure.h"
#include "ontology.h"
#include "query.h"

typedef struct tag_name {
    int64_t tag;
    const char *name;
} tag_name;

typedef struct tag_report {
    report report;
    bool by_class;
    tag_name *names; /* by name; deleted tags, too: what was is still told */
    size_t name_count;
    ontology_features features;
} tag_report;

static annoproj_status load_names(tag_report *made, annoproj_error **error) {
    static const char count_text[] = "SELECT count(*) FROM tag";
    static const char find_text[] = "SELECT id, name FROM tag ORDER BY name, id";
    const scope *in = made->report.in;
    size_t room = 0;
    bool kept = true;
    statement *find = sql(in->database, count_text);
    if (sql_row(find)) {
        room = (size_t)column_int64(find, 0);
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->names = arena_array(in->memory, room + 1, sizeof *made->names);
    if (made->names == NULL) {
        return fail_memory(error);
    }
    find = sql(in->database, find_text);
    while (kept && made->name_count < room && sql_row(find)) {
        tag_name *one = &made->names[made->name_count++];
        *one = (tag_name){.tag = column_int64(find, 0),
                          .name = arena_text(in->memory, column_text(find, 1), column_length(find, 1))};
        kept = one->name != NULL;
    }
    status = sql_end(find, error);
    return status == ANNOPROJ_OK && !kept ? fail_memory(error) : status;
}

static annoproj_status count_tags(const tag_report *made, scan_result *out, annoproj_error **error) {
    const report *base = &made->report;
    const scan_part part = {.kinds = {EVENT_ISSUE_TAG},
                            .actors = base->people,
                            .stages = base->stages,
                            .tasks = base->tasks,
                            .sources = base->sources,
                            .classes = base->classes,
                            .group = SCAN_BY_ANSWER | (made->by_class ? SCAN_BY_CLASS : 0)};
    return report_scan(base, &part, 1, out, error);
}

static int by_tag_and_class(const void *a, const void *b) {
    const scan_cell *one = a, *two = b;
    if (one->answer != two->answer) {
        return one->answer < two->answer ? -1 : 1;
    }
    return (one->class > two->class) - (one->class < two->class);
}

/* A class that is none belongs to issues on no label. */
static void add_row(const tag_report *made, const tag_name *tag, const scan_cell *cell, rows *out) {
    rows_int64(out, tag->tag);
    rows_text(out, tag->name);
    if (made->by_class) {
        const feature *class = made->features.by_number[cell->class];
        rows_int64(out, cell->class);
        rows_text(out, class == NULL ? "" : class->name);
    }
    rows_int64(out, cell->count);
}

/* The first cell of a tag, or of one behind it. */
static size_t first_cell(const scan_result *result, int64_t tag) {
    size_t low = 0, high = result->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (result->cells[middle].answer < tag) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static annoproj_status make_table(const tag_report *made, scan_result *result, annoproj_table **table,
                                  annoproj_error **error) {
    rows *out = rows_new(made->by_class ? &row_issue_tags_by_class_row : &row_issue_tags_row);
    qsort(result->cells, result->count, sizeof *result->cells, by_tag_and_class);
    for (size_t i = 0; i < made->name_count; i++) {
        const tag_name *tag = &made->names[i];
        for (size_t c = first_cell(result, tag->tag); c < result->count && result->cells[c].answer == tag->tag; c++) {
            const int64_t class = result->cells[c].class;
            if (!made->by_class || (class > 0 && class <= made->features.highest)) {
                add_row(made, tag, &result->cells[c], out);
            }
        }
    }
    return rows_finish(out, table, error);
}

static annoproj_status make_report(scope *in, const query *asked, bool by_class, annoproj_table **table,
                                   annoproj_error **error) {
    tag_report made = {.by_class = by_class};
    scan_result result = {0};
    annoproj_status status = report_begin(&made.report, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = load_names(&made, error);
    }
    if (status == ANNOPROJ_OK && by_class) {
        status = ontology_load(in, in->project.ontology, &made.features, error);
    }
    if (status == ANNOPROJ_OK) {
        status = count_tags(&made, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        status = make_table(&made, &result, table, error);
    }
    scan_release(&result);
    return status;
}

annoproj_status report_issue_tags(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    return make_report(in, asked, false, table, error);
}

annoproj_status report_issue_tags_by_class(scope *in, const query *asked, annoproj_table **table,
                                           annoproj_error **error) {
    return make_report(in, asked, true, table, error);
}
