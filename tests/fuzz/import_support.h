/* A project in memory that files are imported into: two images, a video, a sound, a text, a scene and an HTML document,
 * classes of every shape. */
#ifndef IMPORT_SUPPORT_H
#define IMPORT_SUPPORT_H

#include "support.h"

#include "fuzz.h"

#define IMPORT_TASKS 7

extern int32_t import_threads; /* of the stores to come; 1 unless the target says otherwise */

typedef struct import_world {
    annoproj_store *store;
    annoproj_session *host;
    annoproj_project *project;
    annoproj_import_options options; /* reads the input; made anew for each call */
    int64_t dataset;                 /* an empty one */
    annoproj_task *tasks[IMPORT_TASKS];
} import_world;

/* The bytes of one input, as an import reads them. */
typedef struct import_input {
    const uint8_t *data;
    size_t length, at;
} import_input;
void import_from(import_world *world, import_input *input, const uint8_t *data, size_t length);

/* The world of this process; a new one now and then, because what is taken stays. */
import_world *import_world_now(void);
void import_taken(annoproj_status status); /* says what became of an import */

int64_t import_labels_there(const import_world *world); /* in all tasks */
/* The labels column of import_row; 0 for NULL. Frees the table. */
int64_t import_labels_told(annoproj_table *table);

#endif
