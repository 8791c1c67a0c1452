/* A table of every column type: a full row, one of nulls, one of empty and odd values, the full row again. */
#ifndef TABLE_SUPPORT_H
#define TABLE_SUPPORT_H

#include "support.h"

#include "rows.h"

extern const row_type sample_row;
void add_full_row(rows *build);
annoproj_status build_sample(annoproj_table **table, annoproj_error **error);
annoproj_table *sample_table(void);

#endif
