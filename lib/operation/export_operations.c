/* Public functions: labels out, as COCO and as label rows. */
#include "export_coco.h"
#include "failure.h"
#include "options.h"
#include "utf8.h"
#include "version_calls.h"

typedef struct export_call {
    annoproj_export_options options;
    annoproj_status (*write)(export_plan *plan, annoproj_error **error);
    int64_t version; /* 0 = what is there now */
    int64_t labels;
} export_call;

/* All of it in one snapshot. */
static annoproj_status run_export(scope *in, void *arguments, annoproj_error **error) {
    export_call *made = arguments;
    const annoproj_export_options *options = &made->options;
    output out;
    export_plan plan = {.in = in,
                        .stages = options->stages,
                        .stage_count = options->stage_count,
                        .classes = options->classes,
                        .class_count = options->class_count,
                        .extended = options->coco_extended,
                        .reviews = options->include_reviews,
                        .sign = options->sign,
                        .user_data = options->user_data,
                        .out = &out};
    label_version version;
    annoproj_status status = ANNOPROJ_OK;
    if (made->version != 0) {
        status = label_version_load(in, made->version, &version, error);
        plan.version = &version;
    }
    if (options->version_name) { /* it has what was chosen */
        plan.stage_count = plan.class_count = 0;
    }
    if (status == ANNOPROJ_OK) {
        status = export_plan_begin(&plan, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    status = output_open(&out, options->path, options->write, options->user_data, error);
    if (status == ANNOPROJ_OK) {
        status = made->write(&plan, error);
    }
    if (status == ANNOPROJ_OK) {
        status = output_finish(&out, error);
    }
    output_close(&out);
    made->labels = plan.labels;
    return status;
}

static annoproj_status check_options(const annoproj_export_options *options, bool of_version, annoproj_error **error) {
    if (!options->path == !options->write) {
        return fail(error, ANNOPROJ_INVALID, "give either `path` or `write`");
    }
    if ((options->stage_count > 0 && !options->stages) || (options->class_count > 0 && !options->classes)) {
        return fail(error, ANNOPROJ_INVALID, "`stages` or `classes` is NULL but its count is not 0");
    }
    if (options->path && !*options->path) {
        return fail(error, ANNOPROJ_INVALID, "`path` is empty: give the path of a file");
    }
    if (of_version && options->version_name) {
        return fail(error, ANNOPROJ_INVALID,
                    "`version_name` is for exports of a project: this is a label version already");
    }
    if ((of_version || options->version_name) && options->include_reviews) {
        return fail(error, ANNOPROJ_INVALID, "label versions have no reviews: leave include_reviews out");
    }
    annoproj_status status = options->path ? check_text(options->path, TEXT_LINK, "path", error) : ANNOPROJ_OK;
    return status == ANNOPROJ_OK && options->version_name
               ? check_text(options->version_name, TEXT_NAME, "version_name", error)
               : status;
}

static annoproj_status write_out(const annoproj_project *project, export_call *made, const annoproj_call *call,
                                 annoproj_error **error) {
    const handle_call what = {.operation = ANNOPROJ_OPERATION_EXPORT, .arguments = made};
    return project_read(project, &what, run_export, call, error);
}

/* Makes the version first and writes that. One that could not be written is taken back. */
static annoproj_status save_and_write(annoproj_project *project, export_call *made, const bounds *limits,
                                      const annoproj_call *call, annoproj_error **error) {
    const annoproj_export_options *options = &made->options;
    const version_choice choice = {.function = made->write == export_coco ? "project_export_coco"
                                                                          : "project_export_labels",
                                   .name = options->version_name,
                                   .stages = options->stages,
                                   .classes = options->classes,
                                   .stage_count = options->stage_count,
                                   .class_count = options->class_count};
    saved_version saved = {0};
    annoproj_call rest;
    annoproj_status status = version_save(project, &choice, limits, call, &saved, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->version = saved.id;
    status = call_rest(limits, call, false, &rest, error);
    if (status == ANNOPROJ_OK) {
        status = write_out(project, made, &rest, error);
    }
    if (status != ANNOPROJ_OK) {
        version_unsave(project, &saved, limits->request_key);
    }
    return status;
}

static annoproj_status export_saved(annoproj_project *project, export_call *made, const annoproj_call *call,
                                    annoproj_error **error) {
    bounds limits;
    annoproj_status status = bounds_begin(&limits, call, error);
    if (status == ANNOPROJ_OK) {
        status = save_and_write(project, made, &limits, call, error);
        bounds_end(&limits);
    }
    return status;
}

static annoproj_status export_project(annoproj_project *project, int64_t version,
                                      const annoproj_export_options *options,
                                      annoproj_status (*write)(export_plan *plan, annoproj_error **error),
                                      const annoproj_call *call, int64_t *labels, annoproj_error **error) {
    export_call made = {.write = write, .version = version};
    if (!result_place(labels, sizeof *labels, "labels", error)) {
        return ANNOPROJ_INVALID;
    }
    if (!options) {
        return fail(error, ANNOPROJ_INVALID, "`options` is NULL: give a path or a callback");
    }
    annoproj_status status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status == ANNOPROJ_OK) {
        status = check_options(&made.options, version != 0, error);
    }
    if (status == ANNOPROJ_OK) {
        status = made.options.version_name ? export_saved(project, &made, call, error)
                                           : write_out(project, &made, call, error);
    }
    if (status == ANNOPROJ_OK) {
        *labels = made.labels;
    }
    return status;
}

annoproj_status annoproj_project_export_coco(annoproj_project *project, const annoproj_export_options *options,
                                             const annoproj_call *call, int64_t *labels, annoproj_error **error) {
    return export_project(project, 0, options, export_coco, call, labels, error);
}

annoproj_status annoproj_project_export_labels(annoproj_project *project, const annoproj_export_options *options,
                                               const annoproj_call *call, int64_t *labels, annoproj_error **error) {
    return export_project(project, 0, options, export_label_rows, call, labels, error);
}

static annoproj_status check_version(int64_t version, int64_t *labels, annoproj_error **error) {
    clear_error(error);
    if (version > 0) {
        return ANNOPROJ_OK;
    }
    if (labels) {
        *labels = 0;
    }
    return fail(error, ANNOPROJ_NOT_FOUND, "there is no label version %lld", (long long)version);
}

annoproj_status annoproj_label_version_export_coco(annoproj_project *project, int64_t version,
                                                   const annoproj_export_options *options, const annoproj_call *call,
                                                   int64_t *labels, annoproj_error **error) {
    annoproj_status status = check_version(version, labels, error);
    return status == ANNOPROJ_OK ? export_project(project, version, options, export_coco, call, labels, error) : status;
}

annoproj_status annoproj_label_version_export_labels(annoproj_project *project, int64_t version,
                                                     const annoproj_export_options *options, const annoproj_call *call,
                                                     int64_t *labels, annoproj_error **error) {
    annoproj_status status = check_version(version, labels, error);
    return status == ANNOPROJ_OK ? export_project(project, version, options, export_label_rows, call, labels, error)
                                 : status;
}

void annoproj_export_options_init(annoproj_export_options *options) {
    if (options) {
        *options = (annoproj_export_options)ANNOPROJ_EXPORT_OPTIONS_INIT;
    }
}
