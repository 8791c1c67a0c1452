/* A table as CSV and as JSON. */
#include <math.h>
#include <string.h>

#include "failure.h"
#include "table.h"
#include "text.h"

#define SECOND INT64_C(1000000)
#define DAY    (86400 * SECOND)

/* Year, month and day of a day number since 1970-01-01, for the Gregorian calendar without end: counted
 * in eras of 400 years from 1 March, so that the leap day is the last of its year. */
static void civil_date(int64_t day, int64_t *year, int *month, int *date) {
    int64_t shifted = day + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t day_of_era = shifted - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t march_month = (5 * day_of_year + 2) / 153;
    *date = (int)(day_of_year - (153 * march_month + 2) / 5 + 1);
    *month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    *year = year_of_era + era * 400 + (*month <= 2);
}

void text_time(text *out, int64_t time_us) {
    int64_t day = time_us / DAY, rest = time_us % DAY;
    if (rest < 0) {
        rest += DAY;
        day--;
    }
    int64_t year;
    int month, date;
    civil_date(day, &year, &month, &date);
    int64_t seconds = rest / SECOND;
    text_printf(out, "%04lld-%02d-%02dT%02d:%02d:%02d.%06d", (long long)year, month, date, (int)(seconds / 3600),
                (int)(seconds / 60 % 60), (int)(seconds % 60), (int)(rest % SECOND));
}

static void write_hex(text *out, const char *bytes, size_t length) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < length; i++) {
        text_character(out, digits[(unsigned char)bytes[i] >> 4]);
        text_character(out, digits[(unsigned char)bytes[i] & 15]);
    }
}

void table_list_text(text *out, const table_column *column, int32_t type, int64_t row) {
    text_character(out, '[');
    for (int32_t i = column->offsets[row]; i < column->offsets[row + 1]; i++) {
        if (i > column->offsets[row]) {
            text_character(out, ',');
        }
        if (type == ANNOPROJ_COLUMN_INT64_LIST) {
            text_int64(out, ((const int64_t *)column->data)[i]);
        } else if (type == ANNOPROJ_COLUMN_DOUBLE_LIST) {
            text_double(out, ((const double *)column->data)[i]);
        } else {
            const int32_t *offsets = column->dictionary_offsets;
            text_json(out, column->dictionary_data + offsets[i], (size_t)(offsets[i + 1] - offsets[i]));
        }
    }
    text_character(out, ']');
}

/* ---- CSV ---- */

/* Digits behind the point: rates have 4, averages 3, everything else as many as it takes (-1). */
static int csv_decimals(const char *name) {
    size_t length = strlen(name);
    if (length >= 5 && strcmp(name + length - 5, "_rate") == 0) {
        return 4;
    }
    return strncmp(name, "average_", 8) == 0 ? 3 : -1;
}

static void write_csv_double(text *out, const char *name, double value) {
    if (!isfinite(value)) {
        return;
    }
    int decimals = csv_decimals(name);
    if (decimals < 0 || fabs(value) >= 1e12) {
        text_double(out, value);
        return;
    }
    int64_t factor = decimals == 4 ? 10000 : 1000;
    int64_t scaled = llround(fabs(value) * (double)factor);
    if (value < 0 && scaled > 0) {
        text_character(out, '-');
    }
    text_printf(out, "%lld.%0*lld", (long long)(scaled / factor), decimals, (long long)(scaled % factor));
}

static void write_csv_list(text *out, const table_column *column, int32_t type, int64_t row) {
    text list = {0};
    table_list_text(&list, column, type, row);
    text_csv(out, list.data ? list.data : "", list.length);
    out->failed = out->failed || list.failed;
    text_release(&list);
}

static void write_csv_cell(text *out, const table *from, size_t index, int64_t row) {
    const table_column *column = &from->columns[index];
    const column_type *declared = &from->type->columns[index];
    size_t length = 0;
    const char *bytes;
    if (table_is_null(column, row)) {
        return;
    }
    switch (declared->type) {
    case ANNOPROJ_COLUMN_INT64: text_int64(out, ((const int64_t *)column->data)[row]); break;
    case ANNOPROJ_COLUMN_DOUBLE: write_csv_double(out, declared->name, ((const double *)column->data)[row]); break;
    case ANNOPROJ_COLUMN_TIMESTAMP_US:
        text_time(out, ((const int64_t *)column->data)[row]);
        text_character(out, 'Z');
        break;
    case ANNOPROJ_COLUMN_BOOL:
        text_string(out, ((const uint8_t *)column->data)[row / 8] >> row % 8 & 1 ? "true" : "false");
        break;
    case ANNOPROJ_COLUMN_UTF8:
    case ANNOPROJ_COLUMN_DICTIONARY:
        bytes = table_bytes(column, declared->type, row, &length);
        text_csv(out, bytes, length);
        break;
    case ANNOPROJ_COLUMN_BINARY:
        bytes = table_bytes(column, declared->type, row, &length);
        write_hex(out, bytes, length);
        break;
    default: write_csv_list(out, column, declared->type, row);
    }
}

static void write_csv(text *out, const table *from) {
    for (size_t i = 0; i < from->type->column_count; i++) {
        if (i > 0) {
            text_character(out, ',');
        }
        text_csv(out, from->type->columns[i].title, strlen(from->type->columns[i].title));
    }
    text_string(out, "\r\n");
    for (int64_t row = 0; row < from->row_count && !out->failed; row++) {
        for (size_t i = 0; i < from->type->column_count; i++) {
            if (i > 0) {
                text_character(out, ',');
            }
            write_csv_cell(out, from, i, row);
        }
        text_string(out, "\r\n");
    }
}

/* ---- JSON ---- */

static void write_json_cell(text *out, const table *from, size_t index, int64_t row) {
    const table_column *column = &from->columns[index];
    int32_t type = from->type->columns[index].type;
    size_t length = 0;
    const char *bytes;
    if (table_is_null(column, row)) {
        text_string(out, "null");
        return;
    }
    switch (type) {
    case ANNOPROJ_COLUMN_INT64:
    case ANNOPROJ_COLUMN_TIMESTAMP_US: text_int64(out, ((const int64_t *)column->data)[row]); break;
    case ANNOPROJ_COLUMN_DOUBLE: text_double(out, ((const double *)column->data)[row]); break;
    case ANNOPROJ_COLUMN_BOOL:
        text_string(out, ((const uint8_t *)column->data)[row / 8] >> row % 8 & 1 ? "true" : "false");
        break;
    case ANNOPROJ_COLUMN_UTF8:
    case ANNOPROJ_COLUMN_DICTIONARY:
        bytes = table_bytes(column, type, row, &length);
        text_json(out, bytes, length);
        break;
    case ANNOPROJ_COLUMN_BINARY:
        bytes = table_bytes(column, type, row, &length);
        text_character(out, '"');
        write_hex(out, bytes, length);
        text_character(out, '"');
        break;
    default: table_list_text(out, column, type, row);
    }
}

static void write_json(text *out, const table *from) {
    text_character(out, '[');
    for (int64_t row = 0; row < from->row_count && !out->failed; row++) {
        text_string(out, row > 0 ? ",\n{" : "\n{");
        for (size_t i = 0; i < from->type->column_count; i++) {
            if (i > 0) {
                text_character(out, ',');
            }
            text_json(out, from->type->columns[i].name, strlen(from->type->columns[i].name));
            text_character(out, ':');
            write_json_cell(out, from, i, row);
        }
        text_character(out, '}');
    }
    text_string(out, from->row_count > 0 ? "\n]\n" : "]\n");
}

/* ---- public ---- */

static annoproj_status write_table(const annoproj_table *handle, void (*write)(text *, const table *), char **out,
                                   const char *name, annoproj_error **error) {
    if (!result_place(out, sizeof *out, name, error)) {
        return ANNOPROJ_INVALID;
    }
    body *kept = NULL;
    annoproj_status status = handle_enter(handle, HANDLE_TABLE, "table", &kept, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    text written = {0};
    write(&written, (const table *)(const void *)kept);
    body_release(kept);
    return text_take(&written, out, NULL, error);
}

annoproj_status annoproj_table_csv(const annoproj_table *from, char **csv, annoproj_error **error) {
    return write_table(from, write_csv, csv, "csv", error);
}

annoproj_status annoproj_table_json(const annoproj_table *from, char **json, annoproj_error **error) {
    return write_table(from, write_json, json, "json", error);
}
