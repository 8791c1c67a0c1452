/* The one place where the row types that annoproj.h declares become data. The macros must stand before
 * the header is included. */
#include "row_type.h"

#define TYPE_int64        ANNOPROJ_COLUMN_INT64
#define TYPE_double       ANNOPROJ_COLUMN_DOUBLE
#define TYPE_utf8         ANNOPROJ_COLUMN_UTF8
#define TYPE_timestamp_us ANNOPROJ_COLUMN_TIMESTAMP_US
#define TYPE_bool         ANNOPROJ_COLUMN_BOOL
#define TYPE_dictionary   ANNOPROJ_COLUMN_DICTIONARY
#define TYPE_binary       ANNOPROJ_COLUMN_BINARY
#define TYPE_int64_list   ANNOPROJ_COLUMN_INT64_LIST
#define TYPE_double_list  ANNOPROJ_COLUMN_DOUBLE_LIST
#define TYPE_utf8_list    ANNOPROJ_COLUMN_UTF8_LIST

#define NULLABLE_required false
#define NULLABLE_nullable true

#define ANNOPROJ_ROW(row, doc)                                                                                         \
    static const char doc_of_##row[] = doc;                                                                            \
    static const column_type columns_of_##row[] = {
#define ANNOPROJ_COLUMN(name, type, nullability, unit, title, doc)                                                     \
    {#name, #type, unit, title, TYPE_##type, NULLABLE_##nullability, doc},
#define ANNOPROJ_ROW_END(row)                                                                                          \
    }                                                                                                                  \
    ;                                                                                                                  \
    extern const struct row_type row_##row;                                                                            \
    const struct row_type row_##row = {#row, sizeof columns_of_##row / sizeof columns_of_##row[0], columns_of_##row,   \
                                       doc_of_##row};

#include "contract.h"
