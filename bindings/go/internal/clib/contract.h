/* The public header as the library itself sees it: every row type declared there becomes a
 * descriptor (defined once, in row_types.c). Internal code includes this, never annoproj.h. */
#ifndef CONTRACT_H
#define CONTRACT_H

#ifndef ANNOPROJ_ROW
#define ANNOPROJ_ROW(row, doc) extern const struct row_type row_##row;
#define ANNOPROJ_COLUMN(name, type, nullability, unit, title, doc)
#define ANNOPROJ_ROW_END(row)
#endif
#include "annoproj.h"

#endif
