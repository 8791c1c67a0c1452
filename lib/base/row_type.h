/* What a row type is: the columns that annoproj.h declares with ANNOPROJ_ROW. Apart from rows.h because
 * row_types.c needs it before it includes annoproj.h. */
#ifndef ROW_TYPE_H
#define ROW_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct column_type {
    const char *name, *type_name, *unit, *title;
    int32_t type; /* an annoproj_column_type */
    bool nullable;
    const char *doc;
} column_type;

typedef struct row_type {
    const char *name;
    size_t column_count;
    const column_type *columns;
    const char *doc;
} row_type;

#endif
