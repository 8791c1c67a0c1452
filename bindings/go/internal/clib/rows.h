/* Building a table. Cells are added row by row, column by column, in the order the row type declares in
 * annoproj.h; a type that does not fit makes the build INTERNAL, so a test of any table finds it.
 * Failure is sticky; rows_finish() reports it. */
#ifndef ROWS_H
#define ROWS_H

#include "contract.h"
#include "row_type.h"

typedef struct rows rows;

rows *rows_new(const row_type *type); /* never NULL: out of memory shows at rows_finish */
void rows_int64(rows *rows, int64_t value);
void rows_double(rows *rows, double value);
void rows_bool(rows *rows, bool value);
void rows_time(rows *rows, int64_t time_us);
void rows_text(rows *rows, const char *text); /* utf8 and dictionary columns; NULL adds a null */
void rows_text_n(rows *rows, const char *text, size_t length);
void rows_binary(rows *rows, const void *data, size_t length);
void rows_int64_list(rows *rows, const int64_t *values, size_t count);
void rows_double_list(rows *rows, const double *values, size_t count);
void rows_utf8_list(rows *rows, const char *const *values, size_t count);
void rows_null(rows *rows);
size_t rows_count(const rows *rows);                /* whole rows so far */
void rows_next_page(rows *rows, const char *token); /* opaque token of the page behind this one; NULL = last */

/* Makes the immutable table and frees the builder, also on failure. */
annoproj_status rows_finish(rows *rows, annoproj_table **table, annoproj_error **error);
void rows_discard(rows *rows); /* NULL is fine */

#endif
