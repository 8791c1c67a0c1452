/* Labels of an import as rows of the label table, many a statement. */
#ifndef IMPORT_INSERT_H
#define IMPORT_INSERT_H

#include "access.h"
#include "label_spool.h"
#include "varint.h"

#define INSERT_ROWS 64 /* of one statement: starting one costs as much as a row */

typedef struct waiting_row {
    int64_t task, number;
    char hash[9];
    int32_t class;
    double confidence;
    size_t geometry, geometry_length, members_length; /* where it is in `geometries`, members behind it */
} waiting_row;

/* The bulk form of label_store(): for tasks outside review and without given hashes, where a new label needs nothing but its row
 * and its event. */
typedef struct label_inserts {
    command *cmd;
    uint64_t key; /* label_hash.h */
    bool manual;
    bytes ranges; /* frame 0 */
    bytes geometries;
    waiting_row rows[INSERT_ROWS]; /* that wait to be inserted */
    size_t row_count;
} label_inserts;

annoproj_status label_inserts_begin(label_inserts *of, command *cmd, int64_t project, bool manual,
                                    annoproj_error **error);
/* It gets that number, and its hash. */
annoproj_status label_inserts_add(label_inserts *of, const spooled_label *label, int64_t number,
                                  annoproj_error **error);
annoproj_status label_inserts_finish(label_inserts *of, annoproj_error **error); /* those that wait */
void label_inserts_release(label_inserts *of);

#endif
