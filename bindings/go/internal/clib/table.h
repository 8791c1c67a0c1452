/* The inside of an annoproj_table: one block of memory with all buffers of all columns, never changed
 * after rows_finish(). */
#ifndef TABLE_H
#define TABLE_H

#include "contract.h"
#include "handle.h"
#include "row_type.h"

typedef struct table_column {
    const uint8_t *validity; /* NULL when no cell is null */
    const void *data;
    const int32_t *offsets;
    int64_t data_length;
    int64_t dictionary_length;
    const int32_t *dictionary_offsets;
    const char *dictionary_data;
    /* The same texts with a NUL behind each, for annoproj_table_text(): text i starts at its offset + i. */
    const char *texts;
    int64_t null_count;
} table_column;

typedef struct table {
    body body;
    const row_type *type;
    int64_t row_count;
    char *next_page; /* NULL = last page */
    void *memory;    /* what the columns point into */
    table_column columns[];
} table;

bool table_is_null(const table_column *column, int64_t row);
/* Characters of a utf8, binary or dictionary cell that is not null. */
const char *table_bytes(const table_column *column, int32_t type, int64_t row, size_t *length);
/* The list of a cell as a JSON array. */
struct text;
void table_list_text(struct text *out, const table_column *column, int32_t type, int64_t row);

#endif
