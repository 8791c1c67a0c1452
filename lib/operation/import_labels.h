/* An import of labels: what reading the file leaves for the command that stores. */
#ifndef IMPORT_LABELS_H
#define IMPORT_LABELS_H

#include "import_call.h"
#include "label_spool.h"

typedef struct label_import label_import;

/* Reads the file into the spool, and says how many items it has. */
typedef annoproj_status (*label_read_fn)(label_import *run, annoproj_error **error);
/* What comes first in the command: makes the project that the labels are for. */
typedef annoproj_status (*label_prepare_fn)(command *command, label_import *run, annoproj_error **error);

struct label_import {
    import_call *import;
    const request *asked;
    int64_t project, ontology, edited_us;
    bool prelabels, replace;
    bool knows_tasks;      /* labels that tasks have matter: by hash, or because they go */
    int32_t highest_class; /* of the ontology; label rows */
    label_spool *spool;
    int64_t items;            /* images or label rows of the file */
    annoproj_table *table;    /* made before the commit: no allocation is left to fail behind it */
    label_prepare_fn prepare; /* NULL = the project is there */
    void *data;               /* of `prepare` */
    const int64_t *tasks;     /* that it made: tasks and classes of the spool are places in these, from 1 */
    const int32_t *classes;
    bool fresh;        /* it made them all in `stage`, an annotation stage, those that get labels with a version: */
    int64_t written;   /* so many */
    stage_facts stage; /* then nothing is looked up or raised task by task */
};

/* A public function that imports labels: reads outside the lock, then stores in one command. */
annoproj_status label_import_call(annoproj_project *project, const char *name, label_read_fn read, const char *path,
                                  const annoproj_import_options *options, const annoproj_call *call,
                                  annoproj_table **table, annoproj_error **error);
/* The part of it behind the gate. Results: those of label_import_store(), and the project. */
annoproj_status label_import_run(label_import *run, label_read_fn read, bytes *result, annoproj_error **error);
/* Where a thread that reads annotations of a COCO file puts them: the calling thread, or the one that is ahead of it. */
typedef struct annotation_spool {
    label_spool *labels;
    faults *faults;
    bytes geometry;
} annotation_spool;
annoproj_status annotation_spool_add(annotation_spool *to, const coco_annotation *annotation, int64_t task,
                                     int32_t class, annoproj_error **error);
/* What another thread has read comes behind `first`, or goes when that is NULL. */
void annotation_spool_end(annotation_spool *ahead, label_spool *first);
bool label_import_reads_ahead(const label_import *run); /* whether there may be a second thread */
/* The project's ontology and when it was last changed, which the command looks at again. */
annoproj_status label_import_note_ontology(scope *scope, label_import *run, annoproj_error **error);
/* The body of the command: copies the spool. Results: items, tasks, labels, repeated. CONFLICT when the ontology was changed. */
annoproj_status label_import_store(command *command, label_import *run, annoproj_error **error);

#endif
