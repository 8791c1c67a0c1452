/* Public function: the report of a project as a page. */
#include "failure.h"
#include "options.h"
#include "report_page.h"
#include "utf8.h"

typedef struct page_call {
    annoproj_report_options options;
    const query *asked;
} page_call;

void annoproj_report_options_init(annoproj_report_options *options) {
    if (options) {
        *options = (annoproj_report_options)ANNOPROJ_REPORT_OPTIONS_INIT;
    }
}

/* All of it in one snapshot. */
static annoproj_status write_page(scope *in, void *arguments, annoproj_error **error) {
    const page_call *made = arguments;
    const annoproj_report_options *options = &made->options;
    output out;
    annoproj_status status = output_open(&out, options->path, options->write, options->user_data, error);
    if (status == ANNOPROJ_OK) {
        status = report_page(in, made->asked, options->title, &out, error);
    }
    if (status == ANNOPROJ_OK) {
        status = output_finish(&out, error);
    }
    output_close(&out);
    return status;
}

static annoproj_status check_options(const annoproj_report_options *options, annoproj_error **error) {
    if (!options->path == !options->write) {
        return fail(error, ANNOPROJ_INVALID, "give either `path` or `write`");
    }
    if (options->path && !*options->path) {
        return fail(error, ANNOPROJ_INVALID, "`path` is empty: give the path of a file");
    }
    annoproj_status status = options->path ? check_text(options->path, TEXT_LINK, "path", error) : ANNOPROJ_OK;
    return status == ANNOPROJ_OK && options->title ? check_text(options->title, TEXT_TITLE, "title", error) : status;
}

annoproj_status annoproj_query_report(annoproj_query *handle, const annoproj_report_options *options,
                                      const annoproj_call *call, annoproj_error **error) {
    page_call made = {.asked = NULL};
    body *entered = NULL;
    clear_error(error);
    if (!options) {
        return fail(error, ANNOPROJ_INVALID, "`options` is NULL: give a path or a callback");
    }
    annoproj_status status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status == ANNOPROJ_OK) {
        status = check_options(&made.options, error);
    }
    if (status == ANNOPROJ_OK) {
        status = handle_enter(handle, HANDLE_QUERY, "query", &entered, error);
    }
    if (status == ANNOPROJ_OK) {
        made.asked = (const query *)entered;
        const request asked = {.session = made.asked->project->session,
                               .operation = ANNOPROJ_OPERATION_ANALYTICS_TEAM,
                               .subject = SUBJECT_PROJECT,
                               .id = made.asked->project->id,
                               .arguments = &made};
        status = access_read(&asked, write_page, call, error);
    }
    body_release(entered);
    return status;
}
