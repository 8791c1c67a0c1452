/* An import of labels: what reading the file leaves for the command that stores. */
#ifndef IMPORT_LABELS_H
#define IMPORT_LABELS_H

#include "import_call.h"
#include "label_spool.h"

typedef struct label_import {
    import_call *import;
    const request *asked;
    int64_t project, ontology, edited_us;
    bool prelabels, replace;
    bool knows_tasks;      /* labels that tasks have matter: by hash, or because they go */
    int32_t highest_class; /* of the ontology; label rows */
    label_spool *spool;
    int64_t items;         /* images or label rows of the file */
    annoproj_table *table; /* made before the commit: no allocation is left to fail behind it */
} label_import;

/* Reads the file into the spool, and says how many items it has. */
typedef annoproj_status (*label_read_fn)(label_import *run, annoproj_error **error);
/* A public function that imports labels: reads outside the lock, then stores in one command. */
annoproj_status label_import_call(annoproj_project *project, const char *name, label_read_fn read, const char *path,
                                  const annoproj_import_options *options, const annoproj_call *call,
                                  annoproj_table **table, annoproj_error **error);
/* The project's ontology and when it was last changed, which the command looks at again. */
annoproj_status label_import_note_ontology(scope *scope, label_import *run, annoproj_error **error);
/* The body of the command: copies the spool. Results: items, tasks, labels, repeated. CONFLICT when the ontology was changed. */
annoproj_status label_import_store(command *command, label_import *run, annoproj_error **error);

#endif
