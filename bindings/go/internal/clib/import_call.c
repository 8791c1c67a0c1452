/* Opening, reading, and the time that is left. */
#include "import_call.h"

#include "failure.h"
#include "options.h"
#include "utf8.h"

static annoproj_status check_source(const char *path, const annoproj_import_options *options, annoproj_error **error) {
    if (!path == !options->read) {
        return fail(error, ANNOPROJ_INVALID, "give either `path` or `read`");
    }
    annoproj_status status = path ? check_text(path, TEXT_LINK, "path", error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && path && !*path) {
        status = fail(error, ANNOPROJ_INVALID, "path is empty: give the path of a file");
    }
    return status;
}

static annoproj_status only_ask(scope *in, void *arguments, annoproj_error **error) {
    (void)in;
    (void)arguments;
    (void)error;
    return ANNOPROJ_OK;
}

annoproj_status import_begin(import_call *import, const request *asked, const char *path,
                             const annoproj_import_options *options, const annoproj_call *call,
                             annoproj_error **error) {
    *import = (import_call){.call = call, .source = {.file = -1}};
    annoproj_status status = check_source(path, options, error);
    if (status == ANNOPROJ_OK) {
        status = bounds_begin(&import->bounds, call, error);
    }
    if (status == ANNOPROJ_OK) {
        import->faults = allocate_zeroed(1, sizeof *import->faults);
        status = import->faults ? import_access_read(import, asked, only_ask, error) : fail_memory(error);
    }
    if (status == ANNOPROJ_OK) {
        status = source_open(&import->source, asked->session->store, path, options->read, options->user_data,
                             &import->bounds, error);
    }
    return status;
}

annoproj_status import_read_coco(import_call *import, const coco_sink *sink, annoproj_error **error) {
    coco_reader *coco = coco_open(&import->source, &import->bounds, import->faults);
    annoproj_status status = coco ? coco_read(coco, sink, error) : fail_memory(error);
    coco_close(coco);
    return status == ANNOPROJ_OK ? faults_report(import->faults, import->source.name, error) : status;
}

void import_end(import_call *import) {
    source_close(&import->source);
    if (import->faults) {
        faults_release(import->faults);
    }
    release(import->faults);
    bounds_end(&import->bounds);
    *import = (import_call){.source = {.file = -1}};
}

annoproj_status import_rest(const import_call *import, annoproj_call *rest, annoproj_error **error) {
    annoproj_status status = options_read(rest, sizeof *rest, sizeof *rest, import->call, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rest->size = sizeof *rest;
    const int64_t left = import->bounds.until_us - monotonic_us();
    rest->timeout_us = import->bounds.until_us == INT64_MAX ? -1 : left > 0 ? left : 1;
    return ANNOPROJ_OK;
}

annoproj_status import_access_read(const import_call *import, const request *asked, read_fn run,
                                   annoproj_error **error) {
    annoproj_call rest;
    annoproj_status status = import_rest(import, &rest, error);
    return status == ANNOPROJ_OK ? access_read(asked, run, &rest, error) : status;
}

annoproj_status import_access_write(const import_call *import, const request *asked, write_fn run, bytes *result,
                                    annoproj_error **error) {
    annoproj_call rest;
    annoproj_status status = import_rest(import, &rest, error);
    return status == ANNOPROJ_OK ? access_write(asked, run, &rest, result, error) : status;
}
