/* From a column of a statement to a cell of a table; NULL becomes a null. */
#ifndef ROW_CELLS_H
#define ROW_CELLS_H

#include "database.h"
#include "rows.h"

void add_int64(rows *table, statement *find, int column);
void add_double(rows *table, statement *find, int column);
void add_text(rows *table, statement *find, int column);
/* From 16 bytes to the text of a UUID; "" from anything else. */
void add_uuid(rows *table, statement *find, int column);

#endif
