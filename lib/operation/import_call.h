/* What the imports share: a file is read outside the write lock, under the call's one deadline; then a command stores it. */
#ifndef IMPORT_CALL_H
#define IMPORT_CALL_H

#include "access.h"
#include "coco_read.h"

typedef struct import_call {
    const annoproj_call *call; /* the caller's */
    bounds bounds;
    faults *faults;
    json_source source;
} import_call;

/* Checks path, options and call, asks the gate (who may not import learns nothing about the file) and opens it. End it also after
 * a failure. */
annoproj_status import_begin(import_call *import, const request *asked, const char *path,
                             const annoproj_import_options *options, const annoproj_call *call, annoproj_error **error);
/* Reads a COCO file; DATA with the faults, if there are any. */
annoproj_status import_read_coco(import_call *import, const coco_sink *sink, annoproj_error **error);
void import_end(import_call *import);
/* The caller's call with the time that is left of it. */
annoproj_status import_rest(const import_call *import, annoproj_call *rest, annoproj_error **error);
/* Runs a read or write of the import in the time that is left. */
annoproj_status import_access_read(const import_call *import, const request *asked, read_fn run,
                                   annoproj_error **error);
annoproj_status import_access_write(const import_call *import, const request *asked, write_fn run, bytes *result,
                                    annoproj_error **error);

#endif
