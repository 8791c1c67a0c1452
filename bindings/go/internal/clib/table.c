/* Reading tables: the public accessors. A handle that is not valid gives the empty answer. */
#include "table.h"

#include <string.h>

#include "failure.h"
#include "options.h"

bool table_is_null(const table_column *column, int64_t row) {
    return column->validity && !(column->validity[row / 8] >> row % 8 & 1);
}

const char *table_bytes(const table_column *column, int32_t type, int64_t row, size_t *length) {
    const int32_t *offsets = column->offsets;
    const char *bytes = column->data;
    if (type == ANNOPROJ_COLUMN_DICTIONARY) {
        row = ((const int32_t *)column->data)[row];
        offsets = column->dictionary_offsets;
        bytes = column->dictionary_data;
    }
    *length = (size_t)(offsets[row + 1] - offsets[row]);
    return bytes + offsets[row];
}

static const table *enter(const annoproj_table *handle) {
    return (const table *)(const void *)handle_pin(handle, HANDLE_TABLE);
}

static const table_column *find_column(const table *entered, int32_t column) {
    return column >= 0 && (size_t)column < entered->type->column_count ? &entered->columns[column] : NULL;
}

/* The column of a cell that exists and is not null, else NULL. */
static const table_column *find_cell(const table *entered, int64_t row, int32_t column) {
    const table_column *found = find_column(entered, column);
    return found && row >= 0 && row < entered->row_count && !table_is_null(found, row) ? found : NULL;
}

void annoproj_column_init(annoproj_column *column) {
    if (column) {
        *column = (annoproj_column)ANNOPROJ_COLUMN_INIT;
    }
}

int64_t annoproj_table_row_count(const annoproj_table *handle) {
    const table *entered = enter(handle);
    if (!entered) {
        return 0;
    }
    int64_t count = entered->row_count;
    handle_unpin(handle);
    return count;
}

int32_t annoproj_table_column_count(const annoproj_table *handle) {
    const table *entered = enter(handle);
    if (!entered) {
        return 0;
    }
    int32_t count = (int32_t)entered->type->column_count;
    handle_unpin(handle);
    return count;
}

const char *annoproj_table_row_type(const annoproj_table *handle) {
    const table *entered = enter(handle);
    if (!entered) {
        return "";
    }
    const char *name = entered->type->name;
    handle_unpin(handle);
    return name;
}

const char *annoproj_table_column_name(const annoproj_table *handle, int32_t column) {
    const table *entered = enter(handle);
    if (!entered) {
        return "";
    }
    const char *name = find_column(entered, column) ? entered->type->columns[column].name : "";
    handle_unpin(handle);
    return name;
}

const char *annoproj_table_column_title(const annoproj_table *handle, int32_t column) {
    const table *entered = enter(handle);
    if (!entered) {
        return "";
    }
    const char *title = find_column(entered, column) ? entered->type->columns[column].title : "";
    handle_unpin(handle);
    return title;
}

int32_t annoproj_table_column_index(const annoproj_table *handle, const char *name) {
    const table *entered = name ? enter(handle) : NULL;
    if (!entered) {
        return -1;
    }
    int32_t index = (int32_t)entered->type->column_count - 1;
    while (index >= 0 && strcmp(entered->type->columns[index].name, name) != 0) {
        index--;
    }
    handle_unpin(handle);
    return index;
}

static void fill_view(const table *entered, int32_t column, annoproj_column *view) {
    const table_column *from = &entered->columns[column];
    annoproj_column own = ANNOPROJ_COLUMN_INIT;
    own.length = entered->row_count;
    own.null_count = from->null_count;
    own.validity = from->validity;
    own.data = from->data;
    own.offsets = from->offsets;
    own.data_length = from->data_length;
    own.dictionary_length = from->dictionary_length;
    own.dictionary_offsets = from->dictionary_offsets;
    own.dictionary_data = from->dictionary_data;
    own.type = entered->type->columns[column].type;
    /* a caller with a newer header gets zeros in the fields we do not know */
    size_t size = view->size;
    memcpy((char *)view + sizeof size, (char *)&own + sizeof size, sizeof own - sizeof size);
    memset((char *)view + sizeof own, 0, size - sizeof own);
}

annoproj_status annoproj_table_column(const annoproj_table *handle, int32_t column, annoproj_column *view,
                                      annoproj_error **error) {
    clear_error(error);
    if (!view) {
        return fail(error, ANNOPROJ_INVALID, "`view` is NULL: give a column prepared by annoproj_column_init");
    }
    if (view->size < sizeof *view) {
        return fail(error, ANNOPROJ_INVALID, "`view` says its size is %zu bytes: prepare it by annoproj_column_init",
                    view->size);
    }
    memset((char *)view + sizeof view->size, 0, view->size - sizeof view->size);
    body *kept = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_TABLE, "table", &kept, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const table *entered = (const table *)(const void *)kept;
    if (find_column(entered, column)) {
        fill_view(entered, column, view);
    } else {
        status = fail(error, ANNOPROJ_INVALID, "%s has no column %ld, only 0 to %zu", entered->type->name, (long)column,
                      entered->type->column_count - 1);
    }
    body_release(kept);
    return status;
}

bool annoproj_table_is_null(const annoproj_table *handle, int64_t row, int32_t column) {
    const table *entered = enter(handle);
    if (!entered) {
        return true;
    }
    bool null = find_cell(entered, row, column) == NULL;
    handle_unpin(handle);
    return null;
}

int64_t annoproj_table_int64(const annoproj_table *handle, int64_t row, int32_t column) {
    const table *entered = enter(handle);
    if (!entered) {
        return 0;
    }
    int64_t value = 0;
    const table_column *cell = find_cell(entered, row, column);
    int32_t type = cell ? entered->type->columns[column].type : 0;
    if (type == ANNOPROJ_COLUMN_INT64 || type == ANNOPROJ_COLUMN_TIMESTAMP_US) {
        value = ((const int64_t *)cell->data)[row];
    } else if (type == ANNOPROJ_COLUMN_BOOL) {
        value = ((const uint8_t *)cell->data)[row / 8] >> row % 8 & 1;
    }
    handle_unpin(handle);
    return value;
}

double annoproj_table_double(const annoproj_table *handle, int64_t row, int32_t column) {
    const table *entered = enter(handle);
    if (!entered) {
        return 0;
    }
    double value = 0;
    const table_column *cell = find_cell(entered, row, column);
    int32_t type = cell ? entered->type->columns[column].type : 0;
    if (type == ANNOPROJ_COLUMN_DOUBLE) {
        value = ((const double *)cell->data)[row];
    } else if (type == ANNOPROJ_COLUMN_INT64) {
        value = (double)((const int64_t *)cell->data)[row];
    }
    handle_unpin(handle);
    return value;
}

const char *annoproj_table_text(const annoproj_table *handle, int64_t row, int32_t column) {
    const table *entered = enter(handle);
    if (!entered) {
        return "";
    }
    const char *text = "";
    const table_column *cell = find_cell(entered, row, column);
    int32_t type = cell ? entered->type->columns[column].type : 0;
    if (type == ANNOPROJ_COLUMN_UTF8) {
        text = cell->texts + cell->offsets[row] + row;
    } else if (type == ANNOPROJ_COLUMN_DICTIONARY) {
        int32_t entry = ((const int32_t *)cell->data)[row];
        text = cell->texts + cell->dictionary_offsets[entry] + entry;
    }
    handle_unpin(handle);
    return text;
}

const char *annoproj_table_next_page(const annoproj_table *handle) {
    const table *entered = enter(handle);
    if (!entered) {
        return NULL;
    }
    const char *token = entered->next_page;
    handle_unpin(handle);
    return token;
}

void annoproj_table_free(annoproj_table *handle) {
    handle_close(handle, HANDLE_TABLE);
}
