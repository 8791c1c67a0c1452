/* From a column of a statement to a cell of a table (row_cells.h). */
#include "row_cells.h"

#include "uuid.h"

void add_int64(rows *table, statement *find, int column) {
    if (column_is_null(find, column))
        rows_null(table);
    else
        rows_int64(table, column_int64(find, column));
}

void add_double(rows *table, statement *find, int column) {
    if (column_is_null(find, column))
        rows_null(table);
    else
        rows_double(table, column_double(find, column));
}

void add_text(rows *table, statement *find, int column) {
    rows_text(table, column_is_null(find, column) ? NULL : column_text(find, column));
}

void add_uuid(rows *table, statement *find, int column) {
    char uuid[37] = "";
    if (column_length(find, column) == 16)
        uuid_text(column_blob(find, column), uuid);
    rows_text(table, uuid);
}
