/* Where an export goes: a file that is written beside its path and renamed when it is whole, or a callback. Texts are
 * gathered and handed on in pieces. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <sys/types.h>

#include "text.h"

typedef struct output {
    text text;               /* append to it, then output_pass() now and then */
    annoproj_write_fn write; /* NULL for a file */
    void *user_data;
    char *path, *folder, *temporary;
    int file;
    off_t written, waiting; /* bytes the disk was told to write; those behind them */
    bool kept;              /* goes nowhere: stays in `text` */
} output;

/* Exactly one of path and write. NOT_FOUND (folder), READONLY, INVALID (the path is that of a store). Close it also after a failure. */
annoproj_status output_open(output *out, const char *path, annoproj_write_fn write, void *user_data,
                            annoproj_error **error);
/* One whose text the caller takes. */
void output_keep(output *out);
/* Hands on what was gathered once it is enough. CALLBACK, FULL, IO. */
annoproj_status output_pass(output *out, annoproj_error **error);
/* Puts a text behind what was gathered; a large one is handed on without a copy. */
annoproj_status output_append(output *out, const char *data, size_t length, annoproj_error **error);
/* Hands on the rest; a file becomes durable and takes its name. */
annoproj_status output_finish(output *out, annoproj_error **error);
void output_close(output *out); /* removes what was not finished */

#endif
