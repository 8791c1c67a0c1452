/* The builder of tables. Each column grows in buffers of its own; rows_finish() lays them all into one
 * aligned block, as Arrow wants them. */
#include "rows.h"

#include <string.h>

#include "allocate.h"
#include "failure.h"
#include "hash.h"
#include "table.h"
#include "utf8.h"
#include "varint.h"

#define ALIGNMENT ((size_t)64)

typedef struct builder {
    bytes validity, data, offsets;
    bytes dictionary_offsets, dictionary_data; /* also the texts of utf8 lists */
    int64_t elements, dictionary_length, null_count;
    int32_t *slots; /* dictionary: hash table of entry + 1 */
    size_t slot_count;
} builder;

struct rows {
    const row_type *type;
    size_t row_count, column; /* where the next cell goes */
    annoproj_status failure;  /* the first failure decides */
    size_t failed_column;
    const char *failed_call;
    char *next_page;
    builder builders[];
};

static rows no_memory = {.failure = ANNOPROJ_NO_MEMORY};

static void break_build(rows *build, annoproj_status status, size_t column, const char *call) {
    if (build->failure == ANNOPROJ_OK) {
        build->failure = status;
        build->failed_column = column;
        build->failed_call = call;
    }
}

static bool has_offsets(int32_t type) {
    return type == ANNOPROJ_COLUMN_UTF8 || type == ANNOPROJ_COLUMN_BINARY || type >= ANNOPROJ_COLUMN_INT64_LIST;
}

static void append_offset(bytes *offsets, int64_t offset) {
    int32_t narrow = (int32_t)offset; /* rows_finish() refuses what does not fit */
    bytes_append(offsets, &narrow, sizeof narrow);
}

rows *rows_new(const row_type *type) {
    rows *made = allocate_zeroed(1, sizeof *made + type->column_count * sizeof(builder));
    if (!made) {
        return &no_memory;
    }
    made->type = type;
    for (size_t i = 0; i < type->column_count; i++) {
        builder *to = &made->builders[i];
        if (has_offsets(type->columns[i].type)) {
            append_offset(&to->offsets, 0);
        }
        if (type->columns[i].type == ANNOPROJ_COLUMN_DICTIONARY || type->columns[i].type == ANNOPROJ_COLUMN_UTF8_LIST) {
            append_offset(&to->dictionary_offsets, 0);
        }
    }
    return made;
}

static void append_bit(bytes *bits, size_t index, bool bit) {
    if (index % 8 == 0) {
        uint8_t zero = 0;
        bytes_append(bits, &zero, 1);
    }
    if (bit && !bits->failed) {
        bits->data[index / 8] = (uint8_t)(bits->data[index / 8] | 1u << index % 8);
    }
}

/* Takes the next cell for a value of one of two types. NULL when the build is broken. */
static builder *next_cell(rows *build, annoproj_column_type type, annoproj_column_type other, const char *call,
                          size_t *row) {
    if (build->failure != ANNOPROJ_OK) {
        return NULL;
    }
    const column_type *column = &build->type->columns[build->column];
    if (column->type != type && column->type != other) {
        break_build(build, ANNOPROJ_INTERNAL, build->column, call);
        return NULL;
    }
    builder *to = &build->builders[build->column];
    *row = build->row_count;
    append_bit(&to->validity, build->row_count, true);
    if (++build->column == build->type->column_count) {
        build->column = 0;
        build->row_count++;
    }
    return to;
}

void rows_int64(rows *build, int64_t value) {
    size_t row;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_INT64, ANNOPROJ_COLUMN_INT64, "int64", &row);
    if (to) {
        bytes_append(&to->data, &value, sizeof value);
    }
}

void rows_double(rows *build, double value) {
    size_t row;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_DOUBLE, ANNOPROJ_COLUMN_DOUBLE, "double", &row);
    if (to) {
        bytes_append(&to->data, &value, sizeof value);
    }
}

void rows_bool(rows *build, bool value) {
    size_t row;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_BOOL, ANNOPROJ_COLUMN_BOOL, "bool", &row);
    if (to) {
        append_bit(&to->data, row, value);
    }
}

void rows_time(rows *build, int64_t time_us) {
    size_t row;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_TIMESTAMP_US, ANNOPROJ_COLUMN_TIMESTAMP_US, "time", &row);
    if (to) {
        bytes_append(&to->data, &time_us, sizeof time_us);
    }
}

/* ---- texts ---- */

static bool grow_slots(builder *to) {
    size_t count = to->slot_count ? to->slot_count * 2 : 64;
    int32_t *slots = allocate_zeroed(count, sizeof *slots);
    if (!slots) {
        to->dictionary_data.failed = true;
        return false;
    }
    const int32_t *offsets = (const int32_t *)(const void *)to->dictionary_offsets.data;
    for (int64_t i = 0; i < to->dictionary_length; i++) {
        size_t length = (size_t)(offsets[i + 1] - offsets[i]);
        size_t slot = hash64(to->dictionary_data.data + offsets[i], length) & (count - 1);
        while (slots[slot]) {
            slot = (slot + 1) & (count - 1);
        }
        slots[slot] = (int32_t)i + 1;
    }
    release(to->slots);
    to->slots = slots;
    to->slot_count = count;
    return true;
}

static void append_dictionary_text(builder *to, const char *text, size_t length) {
    bytes_append(&to->dictionary_data, text, length);
    append_offset(&to->dictionary_offsets, (int64_t)to->dictionary_data.length);
    to->dictionary_length++;
}

/* Index of the text in the column's dictionary, added when new. */
static int32_t dictionary_index(builder *to, const char *text, size_t length) {
    if ((size_t)to->dictionary_length * 2 >= to->slot_count && !grow_slots(to)) {
        return 0;
    }
    size_t slot = hash64(text, length) & (to->slot_count - 1);
    const int32_t *offsets = (const int32_t *)(const void *)to->dictionary_offsets.data;
    for (; to->slots[slot]; slot = (slot + 1) & (to->slot_count - 1)) {
        int32_t entry = to->slots[slot] - 1;
        if ((size_t)(offsets[entry + 1] - offsets[entry]) == length &&
            (length == 0 || memcmp(to->dictionary_data.data + offsets[entry], text, length) == 0)) {
            return entry;
        }
    }
    int32_t entry = (int32_t)to->dictionary_length;
    append_dictionary_text(to, text, length);
    to->slots[slot] = entry + 1;
    return entry;
}

static bool builder_failed(const builder *to) {
    return to->validity.failed || to->data.failed || to->offsets.failed || to->dictionary_offsets.failed ||
           to->dictionary_data.failed;
}

void rows_text_n(rows *build, const char *text, size_t length) {
    if (!text) {
        rows_null(build);
        return;
    }
    size_t row, column = build->column;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_UTF8, ANNOPROJ_COLUMN_DICTIONARY, "text", &row);
    if (!to) {
        return;
    }
    if (!utf8_valid(text, length)) {
        break_build(build, ANNOPROJ_CORRUPT, column, "text");
    } else if (build->type->columns[column].type == ANNOPROJ_COLUMN_UTF8) {
        bytes_append(&to->data, text, length);
        append_offset(&to->offsets, (int64_t)to->data.length);
    } else if (!builder_failed(to) && to->dictionary_data.length + length <= INT32_MAX) {
        int32_t index = dictionary_index(to, text, length);
        bytes_append(&to->data, &index, sizeof index);
    } else {
        break_build(build, builder_failed(to) ? ANNOPROJ_NO_MEMORY : ANNOPROJ_LIMIT, column, "text");
    }
}

void rows_text(rows *build, const char *text) {
    rows_text_n(build, text, text ? strlen(text) : 0);
}

void rows_binary(rows *build, const void *data, size_t length) {
    size_t row;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_BINARY, ANNOPROJ_COLUMN_BINARY, "binary", &row);
    if (to) {
        bytes_append(&to->data, data, length);
        append_offset(&to->offsets, (int64_t)to->data.length);
    }
}

/* ---- lists ---- */

static void append_list(builder *to, const void *values, size_t count) {
    bytes_append(&to->data, values, count * 8);
    to->elements += (int64_t)count;
    append_offset(&to->offsets, to->elements);
}

void rows_int64_list(rows *build, const int64_t *values, size_t count) {
    size_t row;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_INT64_LIST, ANNOPROJ_COLUMN_INT64_LIST, "int64_list", &row);
    if (to) {
        append_list(to, values, count);
    }
}

void rows_double_list(rows *build, const double *values, size_t count) {
    size_t row;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_DOUBLE_LIST, ANNOPROJ_COLUMN_DOUBLE_LIST, "double_list", &row);
    if (to) {
        append_list(to, values, count);
    }
}

void rows_utf8_list(rows *build, const char *const *values, size_t count) {
    size_t row, column = build->column;
    builder *to = next_cell(build, ANNOPROJ_COLUMN_UTF8_LIST, ANNOPROJ_COLUMN_UTF8_LIST, "utf8_list", &row);
    if (!to) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(values[i]);
        if (!utf8_valid(values[i], length)) {
            break_build(build, ANNOPROJ_CORRUPT, column, "utf8_list");
            return;
        }
        append_dictionary_text(to, values[i], length);
    }
    to->elements += (int64_t)count;
    append_offset(&to->offsets, to->elements);
}

/* ---- nulls, counts, pages ---- */

void rows_null(rows *build) {
    if (build->failure != ANNOPROJ_OK) {
        return;
    }
    static const uint8_t zeros[8];
    const column_type *column = &build->type->columns[build->column];
    if (!column->nullable) {
        break_build(build, ANNOPROJ_INTERNAL, build->column, "null");
        return;
    }
    size_t row = build->row_count;
    builder *to = next_cell(build, column->type, column->type, "null", &row);
    if (!to || to->validity.failed) {
        return;
    }
    to->validity.data[row / 8] = (uint8_t)(to->validity.data[row / 8] & ~(1u << row % 8));
    to->null_count++;
    if (column->type == ANNOPROJ_COLUMN_BOOL) {
        append_bit(&to->data, row, false);
    } else if (column->type == ANNOPROJ_COLUMN_DICTIONARY) {
        bytes_append(&to->data, zeros, 4);
    } else if (column->type == ANNOPROJ_COLUMN_UTF8 || column->type == ANNOPROJ_COLUMN_BINARY) {
        append_offset(&to->offsets, (int64_t)to->data.length);
    } else if (has_offsets(column->type)) {
        append_offset(&to->offsets, to->elements);
    } else {
        bytes_append(&to->data, zeros, 8);
    }
}

size_t rows_count(const rows *build) {
    return build->row_count;
}

void rows_next_page(rows *build, const char *token) {
    if (build->failure != ANNOPROJ_OK) {
        return;
    }
    release(build->next_page);
    build->next_page = token ? duplicate_text(token) : NULL;
    if (token && !build->next_page) {
        break_build(build, ANNOPROJ_NO_MEMORY, 0, "next_page");
    }
}

void rows_discard(rows *build) {
    if (!build || build == &no_memory) {
        return;
    }
    for (size_t i = 0; i < build->type->column_count; i++) {
        builder *to = &build->builders[i];
        bytes_release(&to->validity);
        bytes_release(&to->data);
        bytes_release(&to->offsets);
        bytes_release(&to->dictionary_offsets);
        bytes_release(&to->dictionary_data);
        release(to->slots);
    }
    release(build->next_page);
    release(build);
}

/* ---- the table ---- */

/* Places pieces one behind the other, each aligned. Without a base it only counts. */
typedef struct layout {
    uint8_t *base;
    size_t used;
} layout;

static void *place(layout *place_in, const void *data, size_t length) {
    uint8_t *at = place_in->base ? place_in->base + place_in->used : NULL;
    if (at && length > 0) {
        memcpy(at, data, length);
    }
    place_in->used += (length + ALIGNMENT) & ~(ALIGNMENT - 1); /* always some room behind it */
    return at;
}

static void *place_bytes(layout *place_in, const bytes *from) {
    return place(place_in, from->data, from->length);
}

/* Texts with a NUL behind each: text i starts at offsets[i] + i. */
static const char *place_texts(layout *place_in, const char *data, size_t length, const int32_t *offsets,
                               size_t count) {
    char *texts = place(place_in, NULL, 0);
    place_in->used += (length + count + ALIGNMENT) & ~(ALIGNMENT - 1);
    for (size_t i = 0; texts && i < count; i++) {
        size_t size = (size_t)(offsets[i + 1] - offsets[i]);
        if (size > 0) {
            memcpy(texts + offsets[i] + i, data + offsets[i], size);
        }
    }
    return texts;
}

static void place_column(layout *place_in, const rows *build, size_t index, table_column *out) {
    const builder *from = &build->builders[index];
    int32_t type = build->type->columns[index].type;
    memset(out, 0, sizeof *out);
    out->null_count = from->null_count;
    if (from->null_count > 0) {
        out->validity = place_bytes(place_in, &from->validity);
    }
    if (type != ANNOPROJ_COLUMN_UTF8_LIST) {
        out->data = place_bytes(place_in, &from->data);
    }
    if (has_offsets(type)) {
        out->offsets = place_bytes(place_in, &from->offsets);
    }
    bool counts_bytes = type == ANNOPROJ_COLUMN_UTF8 || type == ANNOPROJ_COLUMN_BINARY;
    out->data_length = counts_bytes        ? (int64_t)from->data.length
                       : has_offsets(type) ? from->elements
                                           : (int64_t)build->row_count;
    if (type == ANNOPROJ_COLUMN_UTF8) {
        out->texts = place_texts(place_in, (const char *)from->data.data, from->data.length, out->offsets,
                                 build->row_count);
    }
    if (type == ANNOPROJ_COLUMN_DICTIONARY || type == ANNOPROJ_COLUMN_UTF8_LIST) {
        out->dictionary_length = from->dictionary_length;
        out->dictionary_offsets = place_bytes(place_in, &from->dictionary_offsets);
        out->dictionary_data = place_bytes(place_in, &from->dictionary_data);
        out->texts = place_texts(place_in, (const char *)from->dictionary_data.data, from->dictionary_data.length,
                                 out->dictionary_offsets, (size_t)from->dictionary_length);
    }
}

static void table_destroy(body *gone_body) {
    table *gone = (table *)gone_body;
    release(gone->next_page);
    release(gone->memory);
    release(gone);
}

/* What stands in the way of the table. */
static annoproj_status check_build(const rows *build, annoproj_error **error) {
    annoproj_status status = build->failure;
    size_t column = build->failed_column;
    for (size_t i = 0; status == ANNOPROJ_OK && i < build->type->column_count; i++) {
        const builder *to = &build->builders[i];
        column = i;
        if (builder_failed(to)) {
            status = ANNOPROJ_NO_MEMORY;
        } else if (to->elements > INT32_MAX || to->dictionary_data.length > INT32_MAX ||
                   (to->offsets.length > 0 && to->elements == 0 && to->data.length > INT32_MAX)) {
            status = ANNOPROJ_LIMIT;
        }
    }
    if (status == ANNOPROJ_NO_MEMORY) {
        return fail_memory(error);
    }
    if (status == ANNOPROJ_OK && build->column != 0) {
        return fail(error, ANNOPROJ_INTERNAL, "a row of %s ends before column %s", build->type->name,
                    build->type->columns[build->column].name);
    }
    if (status == ANNOPROJ_INTERNAL) {
        return fail(error, status, "column %s of %s is of type %s and got a cell of type %s",
                    build->type->columns[column].name, build->type->name, build->type->columns[column].type_name,
                    build->failed_call);
    }
    if (status == ANNOPROJ_CORRUPT) {
        return fail(error, status, "a text for column %s of %s is not valid UTF-8: the store is damaged",
                    build->type->columns[column].name, build->type->name);
    }
    if (status == ANNOPROJ_LIMIT) {
        return fail(error, status, "column %s of %s is larger than 2 GiB: ask for fewer rows",
                    build->type->columns[column].name, build->type->name);
    }
    return status;
}

static annoproj_status build_table(rows *build, annoproj_table **out, annoproj_error **error) {
    size_t count = build->type->column_count;
    table *made = allocate_zeroed(1, sizeof *made + count * sizeof(table_column));
    if (!made) {
        return fail_memory(error);
    }
    layout place_in = {NULL, 0};
    for (size_t i = 0; i < count; i++) {
        place_column(&place_in, build, i, &made->columns[i]);
    }
    made->memory = allocate_zeroed(1, place_in.used + ALIGNMENT);
    if (!made->memory) {
        release(made);
        return fail_memory(error);
    }
    uintptr_t start = ((uintptr_t)made->memory + ALIGNMENT - 1) & ~(uintptr_t)(ALIGNMENT - 1);
    place_in.base = (uint8_t *)made->memory + (start - (uintptr_t)made->memory);
    place_in.used = 0;
    for (size_t i = 0; i < count; i++) {
        place_column(&place_in, build, i, &made->columns[i]);
    }
    made->body.references = 1;
    made->body.destroy = table_destroy;
    made->type = build->type;
    made->row_count = (int64_t)build->row_count;
    made->next_page = build->next_page;
    build->next_page = NULL;
    *out = handle_new(HANDLE_TABLE, &made->body);
    if (!*out) {
        body_release(&made->body);
        return fail_memory(error);
    }
    return ANNOPROJ_OK;
}

annoproj_status rows_finish(rows *build, annoproj_table **out, annoproj_error **error) {
    *out = NULL;
    if (build == &no_memory) {
        return fail_memory(error);
    }
    annoproj_status status = check_build(build, error);
    if (status == ANNOPROJ_OK) {
        status = build_table(build, out, error);
    }
    rows_discard(build);
    return status;
}
