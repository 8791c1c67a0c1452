/* Tables as HTML. */
#include "html_table.h"

#include <math.h>
#include <string.h>

#include "markup.h"

/* Columns that mean something to programs only, or say again what another says. */
static bool is_hidden(const column_type *column) {
    static const char *const hidden[] = {"user", "feature", "feature_hash", "level", "parent_row", "stage", "key"};
    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++) {
        if (strcmp(hidden[i], column->name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_number(const column_type *column) {
    return column->type == ANNOPROJ_COLUMN_INT64 || column->type == ANNOPROJ_COLUMN_DOUBLE;
}

static bool ends_with(const char *name, const char *end) {
    const size_t length = strlen(name), tail = strlen(end);
    return length >= tail && strcmp(name + length - tail, end) == 0;
}

static void write_value(text *out, const column_type *column, double value) {
    if (!isfinite(value)) {
        text_string(out, "\xE2\x80\x93");
    } else if (ends_with(column->name, "_rate")) {
        markup_grouped(out, value * 100, 1);
        text_string(out, " %");
    } else if (strcmp(column->unit, "s") == 0 && fabs(value) < 1e15) {
        markup_duration(out, llround(value));
    } else {
        markup_grouped(out, value, column->type == ANNOPROJ_COLUMN_DOUBLE ? 2 : 0);
    }
}

static void write_number(text *out, const table *from, size_t index, int64_t row) {
    const table_column *data = &from->columns[index];
    const column_type *column = &from->type->columns[index];
    const bool null = table_is_null(data, row);
    const double value = null                                     ? NAN
                         : column->type == ANNOPROJ_COLUMN_DOUBLE ? ((const double *)data->data)[row]
                                                                  : (double)((const int64_t *)data->data)[row];
    text_string(out, null || value == 0 ? "<td class=\"n z\">" : "<td class=\"n\">");
    write_value(out, column, value);
}

/* Texts of a row with a level stand further to the right. */
static void write_text(text *out, const table *from, size_t index, int64_t row, int level) {
    const table_column *data = &from->columns[index];
    size_t length = 0;
    if (table_is_null(data, row)) {
        text_string(out, "<td class=\"z\">\xE2\x80\x93");
        return;
    }
    if (level >= 0 && !table_is_null(&from->columns[level], row)) {
        const int64_t depth = ((const int64_t *)from->columns[level].data)[row];
        text_printf(out, "<td class=\"d%d\">", (int)(depth < 0 ? 0 : depth > 4 ? 4 : depth));
    } else {
        text_string(out, "<td>");
    }
    const char *bytes = table_bytes(data, from->type->columns[index].type, row, &length);
    (void)bytes;
    const char *string = data->texts;
    if (from->type->columns[index].type == ANNOPROJ_COLUMN_DICTIONARY) {
        const int32_t entry = ((const int32_t *)data->data)[row];
        string += data->dictionary_offsets[entry] + entry;
    } else {
        string += data->offsets[row] + row;
    }
    markup_text(out, string);
}

static void write_time(text *out, const table *from, size_t index, int64_t row, int64_t offset_us) {
    if (table_is_null(&from->columns[index], row)) {
        text_string(out, "<td class=\"z\">all");
        return;
    }
    const int64_t time_us = ((const int64_t *)from->columns[index].data)[row] + offset_us;
    text_string(out, "<td class=\"t\">");
    markup_date(out, time_us, true);
    if (time_us % INT64_C(86400000000) != 0) {
        text_character(out, ' ');
        markup_clock(out, time_us);
    }
}

static void write_cell(text *out, const table *from, size_t index, int64_t row, int level, int64_t offset_us) {
    const column_type *column = &from->type->columns[index];
    if (is_number(column)) {
        write_number(out, from, index, row);
    } else if (column->type == ANNOPROJ_COLUMN_TIMESTAMP_US) {
        write_time(out, from, index, row, offset_us);
    } else {
        write_text(out, from, index, row, level);
    }
    text_string(out, "</td>");
}

static bool is_shown(const column_type *column) {
    return !is_hidden(column) && (is_number(column) || column->type == ANNOPROJ_COLUMN_TIMESTAMP_US ||
                                  column->type == ANNOPROJ_COLUMN_UTF8 || column->type == ANNOPROJ_COLUMN_DICTIONARY);
}

static int write_head(text *out, const table *from) {
    int level = -1;
    text_string(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (size_t i = 0; i < from->type->column_count; i++) {
        const column_type *column = &from->type->columns[i];
        if (strcmp(column->name, "level") == 0) {
            level = (int)i;
        }
        if (is_shown(column)) {
            text_string(out, is_number(column) ? "<th class=\"n\" title=\"" : "<th title=\"");
            markup_text(out, column->doc ? column->doc : "");
            text_string(out, "\">");
            markup_text(out, column->title);
            text_string(out, "</th>");
        }
    }
    text_string(out, "</tr></thead>\n<tbody>\n");
    return level;
}

annoproj_status html_table(output *out, const table *from, int64_t most, int64_t offset_us, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    const int level = write_head(&out->text, from);
    const int64_t shown = from->row_count < most ? from->row_count : most;
    for (int64_t row = 0; row < shown && status == ANNOPROJ_OK; row++) {
        text_string(&out->text, "<tr>");
        for (size_t i = 0; i < from->type->column_count; i++) {
            if (is_shown(&from->type->columns[i])) {
                write_cell(&out->text, from, i, row, level, offset_us);
            }
        }
        text_string(&out->text, "</tr>\n");
        status = output_pass(out, error);
    }
    text_string(&out->text, "</tbody>\n</table></div>\n");
    if (shown < from->row_count) {
        text_string(&out->text, "<p class=\"note\">The first ");
        markup_grouped(&out->text, (double)shown, 0);
        text_string(&out->text, " of ");
        markup_grouped(&out->text, (double)from->row_count, 0);
        text_string(&out->text, " rows; the CSV report has them all.</p>\n");
    }
    if (from->row_count == 0) {
        text_string(&out->text, "<p class=\"note\">Nothing in this window yet.</p>\n");
    }
    return status;
}
