/* Labels on their way in: written to a private spool in sorted runs, read back by task and, within a task, in the order
 * they came. Memory is that of one run. */
#ifndef LABEL_SPOOL_H
#define LABEL_SPOOL_H

#include "key_map.h"
#include "store.h"

/* What a label row says of a label beyond class and geometry; of COCO's annotations there is none. */
typedef struct label_details {
    char hash[9];
    bool manual, classification;
    int64_t creator, created_us, editor, edited_us;
    const uint8_t *ranges, *answers, *nodes;
    size_t ranges_length, answers_length, nodes_length;
} label_details;

typedef struct spooled_label {
    int64_t task;
    int32_t class;                /* 0: no label, the task has a row without any */
    const label_details *details; /* NULL = none */
    double confidence;
    uint64_t content; /* labels of a task with the same content are one */
    const uint8_t *geometry;
    size_t geometry_length;
    const uint8_t *members; /* coco_members.h */
    size_t members_length;
} spooled_label;

typedef struct label_spool label_spool;
annoproj_status label_spool_open(store *store, label_spool **out, annoproj_error **error);
annoproj_status label_spool_add(label_spool *spool, const spooled_label *label, annoproj_error **error);
/* Labels that come behind those of `spool`, which has them from now on. */
void label_spool_join(label_spool *spool, label_spool *behind);
annoproj_status label_spool_finish(label_spool *spool, annoproj_error **error); /* nothing is added any more */
void label_spool_close(label_spool *spool);                                     /* NULL is fine */

/* Reading, as often as wanted. Repeats are left out and counted. */
typedef struct label_merge {
    label_spool *spool;
    struct label_run *runs;
    size_t run_count;
    int64_t task; /* of the label before */
    key_map seen; /* contents of that task */
    int64_t repeated;
    annoproj_status failure;
} label_merge;
annoproj_status label_merge_begin(label_merge *merge, label_spool *spool, annoproj_error **error);
/* False at the end. The geometry is valid until the next call. */
bool label_merge_next(label_merge *merge, spooled_label *out);
annoproj_status label_merge_end(label_merge *merge, annoproj_error **error); /* tells failures; always called */

#endif
