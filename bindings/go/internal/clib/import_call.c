/* Opening, reading, and the time that is left. */
#include "import_call.h"

#include "failure.h"
#include "options.h"
#include "utf8.h"

annoproj_status import_begin(import_call *import, const char *path, const annoproj_call *call, annoproj_error **error) {
    *import = (import_call){.call = call};
    annoproj_status status = check_text(path, TEXT_LINK, "path", error);
    if (status == ANNOPROJ_OK && !*path) {
        status = fail(error, ANNOPROJ_INVALID, "path is empty: give the path of a COCO file");
    }
    if (status == ANNOPROJ_OK) {
        status = bounds_begin(&import->bounds, call, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    import->faults = allocate_zeroed(1, sizeof *import->faults);
    if (!import->faults) {
        return fail_memory(error);
    }
    return coco_open(path, &import->bounds, import->faults, &import->reader, error);
}

annoproj_status import_read(import_call *import, const char *path, const coco_sink *sink, annoproj_error **error) {
    annoproj_status status = coco_read(import->reader, sink, error);
    return status == ANNOPROJ_OK ? faults_report(import->faults, path, error) : status;
}

void import_end(import_call *import) {
    coco_close(import->reader);
    if (import->faults) {
        faults_release(import->faults);
    }
    release(import->faults);
    bounds_end(&import->bounds);
    *import = (import_call){0};
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

annoproj_status import_nothing(scope *in, void *arguments, annoproj_error **error) {
    (void)in;
    (void)arguments;
    (void)error;
    return ANNOPROJ_OK;
}
