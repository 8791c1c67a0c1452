/* The report page: figures, workflow, activity, people, classes. It is written section by section; the tables behind it are bounded
 * by people, classes and buckets, and long ones are shown in part. */
#include "report_page.h"

#include <string.h>

#include "chart.h"
#include "failure.h"
#include "html_table.h"
#include "markup.h"
#include "project.h"
#include "report_style.h"
#include "workflow_svg.h"

#define SQL_PROJECT "SELECT title, description, status FROM project WHERE id = ?1"
#define DAY         INT64_C(86400000000)
#define MOST_ROWS   200
#define CHART_WIDTH 520
#define MOST_DAYS   62
#define MOST_PARTS  4 /* of a section */
#define MOST_WEEKS  400

typedef annoproj_status (*report_fn)(scope *in, const query *asked, annoproj_table **table, annoproj_error **error);

typedef struct page {
    scope *in;
    query asked; /* with the buckets of the page */
    query whole; /* the same without buckets */
    output *out;
    text *text;
    int64_t offset_us;
    const char *title, *description, *status; /* in the arena */
    int64_t first_us, last_us;
    bool any;
    table *overview, *stages, *total;
} page;

/* ---- tables of the page ---- */

static annoproj_status take_table(page *of, report_fn make, const query *asked, table **out, annoproj_error **error) {
    annoproj_table *made = NULL;
    body *kept = NULL;
    *out = NULL;
    annoproj_status status = make(of->in, asked, &made, error);
    if (status == ANNOPROJ_OK) {
        status = handle_enter(made, HANDLE_TABLE, "table", &kept, error);
        *out = (table *)(void *)kept;
    }
    annoproj_table_free(made);
    return status;
}

static void leave_table(table *gone) {
    if (gone) {
        body_release(&gone->body);
    }
}

/* A number of the first row, by column; 0 when there is none. */
static int64_t figure(const table *from, const char *name) {
    for (size_t i = 0; i < from->type->column_count; i++) {
        if (strcmp(from->type->columns[i].name, name) == 0 && from->row_count > 0) {
            return ((const int64_t *)from->columns[i].data)[0];
        }
    }
    return 0;
}

/* ---- charts and tables in cards ---- */

static annoproj_status add_chart(page *of, const table *from, const char *title, const char *columns,
                                 annoproj_chart kind, annoproj_error **error) {
    annoproj_picture_options options = ANNOPROJ_PICTURE_OPTIONS_INIT;
    options.title = title;
    options.columns = columns;
    options.chart = kind;
    options.width = CHART_WIDTH;
    options.utc_offset_minutes = (int32_t)(of->offset_us / 60000000);
    chart made;
    annoproj_status status = chart_make(&made, from, &options, error);
    if (status == ANNOPROJ_OK) {
        text_string(of->text, "<div class=\"card\"><h3>");
        markup_text(of->text, made.title);
        text_string(of->text, "</h3>\n");
        chart_svg(&made, true, of->text);
        text_string(of->text, "</div>\n");
        status = output_pass(of->out, error);
    }
    chart_release(&made);
    return status;
}

static annoproj_status add_table(page *of, const table *from, const char *summary, annoproj_error **error) {
    if (summary) {
        text_string(of->text, "<details><summary>");
        markup_text(of->text, summary);
        text_string(of->text, "</summary>\n");
    }
    annoproj_status status = html_table(of->out, from, MOST_ROWS, of->offset_us, error);
    text_string(of->text, summary ? "</details>\n" : "");
    return status;
}

/* ---- head ---- */

static annoproj_status read_project(page *of, annoproj_error **error) {
    statement *find = sql(of->in->database, SQL_PROJECT);
    bind_int64(find, of->in->project.id);
    of->title = of->description = of->status = "";
    if (sql_row(find)) {
        of->title = arena_text(of->in->memory, column_text(find, 0), column_length(find, 0));
        of->description = arena_text(of->in->memory, column_text(find, 1), column_length(find, 1));
        of->status = project_status_name((int32_t)column_int64(find, 2));
    }
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && (!of->title || !of->description) ? fail_memory(error) : status;
}

/* Buckets of which a reader can see each: days for two months, weeks for a year, else months. */
static annoproj_status choose_buckets(page *of, annoproj_error **error) {
    const query *asked = &of->asked;
    annoproj_status status = scan_time_range(of->in->database, of->in->project.id, &of->first_us, &of->last_us,
                                             &of->any, error);
    const int64_t start = asked->after_us ? asked->after_us : of->first_us;
    const int64_t end = asked->before_us ? asked->before_us : of->last_us;
    if (asked->bucket == ANNOPROJ_BUCKET_NONE) {
        const int64_t days = end > start ? (end - start) / DAY : 0;
        of->asked.bucket = days <= MOST_DAYS    ? ANNOPROJ_BUCKET_DAY
                           : days <= MOST_WEEKS ? ANNOPROJ_BUCKET_WEEK
                                                : ANNOPROJ_BUCKET_MONTH;
    }
    return status;
}

static void add_moment(page *of, int64_t time_us) {
    markup_date(of->text, time_us + of->offset_us, true);
    if ((time_us + of->offset_us) % DAY != 0) {
        text_string(of->text, ", ");
        markup_clock(of->text, time_us + of->offset_us);
    }
}

static void add_zone(page *of) {
    const int minutes = (int)(of->offset_us / 60000000), positive = minutes < 0 ? -minutes : minutes;
    text_string(of->text, " UTC");
    if (minutes != 0) {
        text_printf(of->text, "%c%02d:%02d", minutes < 0 ? '-' : '+', positive / 60, positive % 60);
    }
}

static bool is_filtered(const query *asked) {
    return asked->collaborator_count + asked->dataset_count + asked->stage_count + asked->class_count > 0;
}

static void add_window(page *of) {
    const query *asked = &of->asked;
    text_string(of->text, "<p class=\"note\">");
    if (asked->after_us || asked->before_us) {
        text_string(of->text, "Activity ");
        if (asked->after_us) {
            text_string(of->text, "from ");
            add_moment(of, asked->after_us);
        }
        if (asked->before_us) {
            text_string(of->text, asked->after_us ? " to " : "up to ");
            add_moment(of, asked->before_us);
        }
        add_zone(of);
        text_string(of->text, ". ");
    }
    if (of->any) {
        text_string(of->text, "As of the last event, ");
        add_moment(of, of->last_us);
        add_zone(of);
        text_string(of->text, ".");
    } else {
        text_string(of->text, "Nothing has happened yet.");
    }
    if (is_filtered(asked)) {
        text_string(of->text, " Activity, people and classes are filtered.");
    }
    text_string(of->text, "</p>\n");
}

static void add_head(page *of, const char *title) {
    text_string(of->text,
                "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
                "content=\"width=device-width, initial-scale=1\">\n<title>");
    markup_text(of->text, title);
    text_printf(of->text, "</title>\n<style>\n%s%s</style>\n</head>\n<body>\n<main>\n<header>\n<h1>", report_style,
                chart_style);
    markup_text(of->text, title);
    text_string(of->text, "<span class=\"tag\">");
    for (const char *at = of->status; *at; at++) {
        text_character(of->text, *at == '_' ? ' ' : *at);
    }
    text_string(of->text, "</span></h1>\n");
    if (*of->description) {
        text_string(of->text, "<p>");
        markup_text(of->text, of->description);
        text_string(of->text, "</p>\n");
    }
    add_window(of);
    text_string(of->text, "</header>\n");
}

/* ---- figures ---- */

static void open_figure(page *of, const char *name) {
    text_printf(of->text, "<div class=\"card\"><span>%s</span><b>", name);
}

static void close_figure(page *of, const char *note) {
    text_printf(of->text, "</b><span>%s</span></div>\n", note);
}

static void add_percentage(page *of, double part, double whole) {
    markup_grouped(of->text, whole > 0 ? part / whole * 100 : 0, 1);
    text_string(of->text, " %");
}

/* Tasks in done stages, of all that are in a stage. */
static void count_done(const table *stages, int64_t *done, int64_t *all) {
    for (int64_t row = 0; row < stages->row_count; row++) {
        size_t length = 0;
        const char *type = table_bytes(&stages->columns[3], stages->type->columns[3].type, row, &length);
        const int64_t tasks = ((const int64_t *)stages->columns[4].data)[row];
        *all += tasks;
        *done += length == 4 && memcmp(type, "DONE", 4) == 0 ? tasks : 0;
    }
}

static void add_tasks_figure(page *of) {
    int64_t done = 0, all = 0;
    count_done(of->stages, &done, &all);
    open_figure(of, "Tasks done");
    markup_grouped(of->text, (double)done, 0);
    text_string(of->text, "</b><span>of ");
    markup_grouped(of->text, (double)all, 0);
    text_string(of->text, " \xC2\xB7 ");
    add_percentage(of, (double)done, (double)all);
    text_string(of->text, "</span><div class=\"bar\"><i style=\"width:");
    markup_number(of->text, all > 0 ? (double)done / (double)all * 100 : 0, 1);
    text_string(of->text, "%\"></i></div></div>\n");
}

static void add_figures(page *of) {
    const int64_t approved = figure(of->total, "approved"), rejected = figure(of->total, "rejected");
    text_string(of->text, "<div class=\"figures\">\n");
    add_tasks_figure(of);
    open_figure(of, "Labels created");
    markup_grouped(of->text, (double)figure(of->overview, "instance_labels_created"), 0);
    close_figure(of, "each counted once");
    open_figure(of, "Time spent");
    markup_duration(of->text, figure(of->overview, "time_spent"));
    close_figure(of, "h:mm:ss, by everybody");
    open_figure(of, "Task rejection rate");
    if (approved + rejected > 0) {
        add_percentage(of, (double)rejected, (double)(approved + rejected));
    } else {
        text_string(of->text, "\xE2\x80\x93");
    }
    text_string(of->text, "</b><span>");
    markup_grouped(of->text, (double)rejected, 0);
    text_string(of->text, " of ");
    markup_grouped(of->text, (double)(approved + rejected), 0);
    text_string(of->text, " reviews</span></div>\n");
    open_figure(of, "Open issues");
    markup_grouped(of->text, (double)figure(of->overview, "open_issues"), 0);
    close_figure(of, "now");
    text_string(of->text, "</div>\n");
}

/* ---- sections ---- */

static void open_section(page *of, const char *title) {
    text_printf(of->text, "<h2>%s</h2>\n", title);
}

static annoproj_status add_workflow(page *of, annoproj_error **error) {
    open_section(of, "Workflow");
    text_string(of->text, "<div class=\"card scroll\">\n");
    annoproj_status status = workflow_svg(of->in, of->in->project.id, true, of->text, error);
    text_string(of->text, "</div>\n");
    return status;
}

typedef struct part {
    report_fn make;
    const char *title, *columns, *summary; /* summary: the table is folded away under it */
    annoproj_chart chart;
} part;

static annoproj_status add_part_chart(page *of, const part *one, table **kept, const query *asked,
                                      annoproj_error **error) {
    annoproj_status status = *kept ? ANNOPROJ_OK : take_table(of, one->make, asked, kept, error);
    return status == ANNOPROJ_OK ? add_chart(of, *kept, one->title, one->columns, one->chart, error) : status;
}

/* Charts beside each other, then the tables behind them. */
static annoproj_status add_section(page *of, const char *title, const part *parts, size_t count, const query *asked,
                                   annoproj_error **error) {
    table *tables[MOST_PARTS] = {NULL};
    annoproj_status status = ANNOPROJ_OK;
    open_section(of, title);
    text_string(of->text, "<div class=\"stack\"><div class=\"grid\">\n");
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        if (i > 0 && parts[i].make == parts[i - 1].make) {
            tables[i] = tables[i - 1];
            body_retain(&tables[i]->body);
        }
        status = add_part_chart(of, &parts[i], &tables[i], asked, error);
    }
    text_string(of->text, "</div>\n<div class=\"card\">\n");
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        if (i == 0 || parts[i].make != parts[i - 1].make) {
            status = add_table(of, tables[i], parts[i].summary, error);
        }
    }
    text_string(of->text, "</div></div>\n");
    for (size_t i = 0; i < count; i++) {
        leave_table(tables[i]);
    }
    return status;
}

static annoproj_status add_activity(page *of, annoproj_error **error) {
    static const part parts[] = {
        {report_task_actions, "Task actions", NULL, "Task actions as a table", 0},
        {report_time_spent, "Time spent", NULL, "Time spent as a table", 0},
        {report_label_actions, "Label actions", NULL, "Label actions as a table", 0},
        {report_tasks_by_stage, "Where the tasks are now", NULL, "Tasks by stage as a table", 0},
    };
    return add_section(of, "Activity", parts, 4, &of->asked, error);
}

static annoproj_status add_people(page *of, annoproj_error **error) {
    const bool frames = of->asked.unit == ANNOPROJ_LABEL_UNIT_FRAME;
    const report_fn annotators = frames ? report_annotators_by_frame : report_annotators;
    const report_fn reviewers = frames ? report_reviewers_by_frame : report_reviewers;
    const part annotating[] = {
        {annotators, "Tasks submitted", "submitted_tasks", NULL, ANNOPROJ_CHART_BARS},
        {annotators, frames ? "Frame labels created, edited, deleted" : "Labels created, edited, deleted",
         "created_labels,edited_labels,deleted_labels", NULL, ANNOPROJ_CHART_STACKED},
    };
    const part reviewing[] = {
        {reviewers, "Tasks reviewed", "approved_tasks,rejected_tasks", NULL, ANNOPROJ_CHART_STACKED},
        {reviewers, frames ? "Frame labels reviewed" : "Labels reviewed", "approved_labels,rejected_labels", NULL,
         ANNOPROJ_CHART_STACKED},
    };
    annoproj_status status = add_section(of, "Annotators", annotating, 2, &of->whole, error);
    return status == ANNOPROJ_OK ? add_section(of, "Reviewers", reviewing, 2, &of->whole, error) : status;
}

static annoproj_status add_classes(page *of, annoproj_error **error) {
    static const part parts[] = {
        {report_ontology_actions, "Labels created by class", "created", NULL, ANNOPROJ_CHART_BARS},
        {report_ontology_actions, "Labels reviewed by class", "approved,rejected", NULL, ANNOPROJ_CHART_STACKED},
    };
    return add_section(of, "Classes", parts, 2, &of->whole, error);
}

/* ---- the page ---- */

static annoproj_status begin(page *of, annoproj_error **error) {
    annoproj_status status = read_project(of, error);
    if (status == ANNOPROJ_OK) {
        status = choose_buckets(of, error);
    }
    if (status == ANNOPROJ_OK) {
        status = take_table(of, report_overview, &of->whole, &of->overview, error);
    }
    if (status == ANNOPROJ_OK) {
        status = take_table(of, report_tasks_by_stage, &of->whole, &of->stages, error);
    }
    return status == ANNOPROJ_OK ? take_table(of, report_task_actions, &of->whole, &of->total, error) : status;
}

static annoproj_status write_page(page *of, const char *title, annoproj_error **error) {
    static annoproj_status (*const sections[])(page *, annoproj_error **) = {add_workflow, add_activity, add_people,
                                                                             add_classes};
    annoproj_status status = ANNOPROJ_OK;
    add_head(of, title ? title : of->title);
    add_figures(of);
    for (size_t i = 0; i < sizeof sections / sizeof *sections && status == ANNOPROJ_OK; i++) {
        status = bounds_check(of->in->bounds, error);
        if (status == ANNOPROJ_OK) {
            status = sections[i](of, error);
        }
        if (status == ANNOPROJ_OK) {
            status = output_pass(of->out, error);
        }
    }
    text_string(of->text, "<footer>Written by libannoproj " ANNOPROJ_VERSION ".</footer>\n</main>\n</body>\n</html>\n");
    return status;
}

annoproj_status report_page(scope *in, const query *asked, const char *title, output *out, annoproj_error **error) {
    page of = {.in = in, .asked = *asked, .whole = *asked, .out = out, .text = &out->text};
    of.offset_us = (int64_t)asked->utc_offset_minutes * 60000000;
    of.whole.bucket = ANNOPROJ_BUCKET_NONE;
    annoproj_status status = begin(&of, error);
    if (status == ANNOPROJ_OK) {
        status = write_page(&of, title, error);
    }
    leave_table(of.overview);
    leave_table(of.stages);
    leave_table(of.total);
    return status;
}
