/* Tables as HTML, for people: numbers to the right, durations and rates as one reads them, columns of ids left out. */
#ifndef HTML_TABLE_H
#define HTML_TABLE_H

#include "output.h"
#include "table.h"

/* Handed on row by row; at most `most` rows, the rest is named. Times are shifted by the offset. */
annoproj_status html_table(output *out, const table *from, int64_t most, int64_t offset_us, annoproj_error **error);

#endif
