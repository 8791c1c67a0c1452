/* What a label row changes on a task. It is found before the write lock is taken, where it can be: reading a row and comparing it
 * with the labels there are takes far longer than storing what differs. */
#ifndef LABEL_ROW_CHANGE_H
#define LABEL_ROW_CHANGE_H

#include "label.h"
#include "ontology.h"

#define ROW_CHANGE_NOW INT64_MIN /* a time that is that of the command */

typedef struct row_change {
    int64_t task, version; /* of the label set it was found with */
    ontology_features features;
    label
        *labels; /* that the task is to have; creator and editor are the scope's user where a time is ROW_CHANGE_NOW */
    size_t count;
    int64_t added, changed, removed;
} row_change;

/* For the scope's task; everything is in the scope's arena. DATA with the faults of the row. */
annoproj_status row_change_find(scope *in, const char *json, row_change *out, annoproj_error **error);
/* Whether it would be found again: the labels are at the version they were at, and the ontology says the same. */
annoproj_status row_change_holds(scope *in, const row_change *found, bool *holds, annoproj_error **error);

#endif
