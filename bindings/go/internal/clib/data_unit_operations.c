/* Data units: added in bulk, read by id and by page. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "by_id.h"
#include "failure.h"
#include "handle_call.h"
#include "json_scan.h"
#include "options.h"
#include "page_token.h"
#include "project.h"
#include "row_cells.h"
#include "seen.h"
#include "utf8.h"

#define UNITS_MOST    10000000
#define SIDE_MOST     (1 << 20)
#define FPS_MOST      1e9
#define DURATION_MOST 1e12
#define PAGE_DEFAULT  1000
#define PAGE_MOST     10000

void annoproj_data_units_init(annoproj_data_units *data_units) {
    if (data_units)
        *data_units = (annoproj_data_units)ANNOPROJ_DATA_UNITS_INIT;
}

void annoproj_page_options_init(annoproj_page_options *options) {
    if (options)
        *options = (annoproj_page_options)ANNOPROJ_PAGE_OPTIONS_INIT;
}

/* --- adding ------------------------------------------------------------------------------------------------------ */

typedef struct unit_call {
    int64_t dataset;
    annoproj_data_units units;
} unit_call;

static const char *media_type_of(int32_t data_type) {
    switch (data_type) {
    case ANNOPROJ_DATA_IMAGE: return "image/jpeg";
    case ANNOPROJ_DATA_VIDEO: return "video/mp4";
    case ANNOPROJ_DATA_DICOM:
    case ANNOPROJ_DATA_DICOM_STUDY: return "application/dicom";
    case ANNOPROJ_DATA_AUDIO: return "audio/mpeg";
    case ANNOPROJ_DATA_PLAIN_TEXT: return "text/plain";
    case ANNOPROJ_DATA_TIME_SERIES: return "text/csv";
    case ANNOPROJ_DATA_PDF: return "application/pdf";
    default: return "application/octet-stream";
    }
}

/* One text of a field: copied to the arena with a NUL; checked like any other text argument. */
static annoproj_status field_text(const annoproj_data_units *units, const int64_t *offsets, size_t i,
                                  enum text_kind kind, const char *what, arena *memory, const char **out,
                                  annoproj_error **error) {
    int64_t from = offsets[i], to = offsets[i + 1];
    char place[64];
    if (from < 0 || to < from || (uint64_t)to > units->text_length)
        return fail(error, ANNOPROJ_INVALID,
                    "%s offsets of data unit %zu (%" PRId64 " to %" PRId64 ") do not lie in the text of %zu bytes",
                    what, i, from, to, units->text_length);
    *out = arena_text(memory, units->text + from, (size_t)(to - from));
    if (!*out)
        return fail_memory(error);
    if (strlen(*out) != (size_t)(to - from))
        return fail(error, ANNOPROJ_INVALID, "%s of data unit %zu has a NUL character", what, i);
    snprintf(place, sizeof place, "%s of data unit %zu", what, i);
    return check_text(*out, kind, place, error);
}

static annoproj_status check_side(const int64_t *values, size_t i, const char *what, int64_t *out,
                                  annoproj_error **error) {
    *out = values ? values[i] : 0;
    if (*out < 0 || *out > SIDE_MOST)
        return fail(error, ANNOPROJ_INVALID, "%s %" PRId64 " of data unit %zu: give 1 to %d, or 0 when it is unknown",
                    what, *out, i, SIDE_MOST);
    return ANNOPROJ_OK;
}

static annoproj_status read_sizes(const annoproj_data_units *units, size_t i, data_unit *out, annoproj_error **error) {
    out->frames = units->frames && units->frames[i] != 0 ? units->frames[i] : 1;
    out->file_bytes = units->file_bytes ? units->file_bytes[i] : 0;
    out->fps = units->fps ? units->fps[i] : 0;
    out->duration = units->durations ? units->durations[i] : 0;
    if (out->frames < 1 || out->frames > INT32_MAX)
        return fail(error, ANNOPROJ_INVALID, "%" PRId64 " frames of data unit %zu: give 1 to %d, or 0 for 1",
                    out->frames, i, INT32_MAX);
    if (out->file_bytes < 0)
        return fail(error, ANNOPROJ_INVALID, "file size %" PRId64 " of data unit %zu: give bytes, or 0 when unknown",
                    out->file_bytes, i);
    if (!(out->fps >= 0 && out->fps < FPS_MOST))
        return fail(error, ANNOPROJ_INVALID, "fps %g of data unit %zu: give less than %g, or 0 when it is unknown",
                    out->fps, i, FPS_MOST);
    if (!(out->duration >= 0 && out->duration < DURATION_MOST))
        return fail(error, ANNOPROJ_INVALID,
                    "duration %g of data unit %zu: give less than %g seconds, or 0 when it is unknown", out->duration,
                    i, DURATION_MOST);
    return ANNOPROJ_OK;
}

static annoproj_status read_numbers(const annoproj_data_units *units, size_t i, data_unit *out,
                                    annoproj_error **error) {
    out->data_type = units->data_types ? units->data_types[i] : ANNOPROJ_DATA_IMAGE;
    if (out->data_type < ANNOPROJ_DATA_IMAGE || out->data_type > ANNOPROJ_DATA_TIME_SERIES)
        return fail(error, ANNOPROJ_INVALID, "data type %d of data unit %zu is no annoproj_data_type", out->data_type,
                    i);
    annoproj_status status = check_side(units->widths, i, "width", &out->width, error);
    if (status == ANNOPROJ_OK)
        status = check_side(units->heights, i, "height", &out->height, error);
    return status == ANNOPROJ_OK ? read_sizes(units, i, out, error) : status;
}

/* Client metadata is a JSON object of the host's own, kept as it is. */
static annoproj_status check_json_object(const char *json, size_t i, annoproj_error **error) {
    json_scan *scan = NULL;
    json_token token = {0};
    annoproj_status status = json_scan_memory(json, strlen(json), NULL, &scan, error);
    if (status == ANNOPROJ_OK)
        status = json_next(scan, &token, error);
    if (status == ANNOPROJ_OK && token.kind != JSON_OBJECT)
        status = fail(error, ANNOPROJ_DATA, "an object was expected");
    while (status == ANNOPROJ_OK && token.kind != JSON_END)
        status = json_next(scan, &token, error);
    json_scan_release(scan);
    if (status != ANNOPROJ_OK)
        fail_place(error, "client metadata of data unit %zu", i);
    return status;
}

static annoproj_status read_unit(const annoproj_data_units *units, size_t i, arena *memory, data_unit *out,
                                 annoproj_error **error) {
    const char *metadata = NULL;
    *out = (data_unit){.link = ""};
    annoproj_status status = read_numbers(units, i, out, error);
    if (status == ANNOPROJ_OK)
        status = field_text(units, units->title_offsets, i, TEXT_FILE_NAME, "title", memory, &out->title, error);
    out->media_type = media_type_of(out->data_type);
    if (status == ANNOPROJ_OK && units->media_type_offsets)
        status = field_text(units, units->media_type_offsets, i, TEXT_NAME, "media type", memory, &out->media_type,
                            error);
    if (status == ANNOPROJ_OK && units->link_offsets)
        status = field_text(units, units->link_offsets, i, TEXT_LINK, "link", memory, &out->link, error);
    if (status == ANNOPROJ_OK && units->client_metadata_offsets &&
        units->client_metadata_offsets[i + 1] > units->client_metadata_offsets[i])
        status = field_text(units, units->client_metadata_offsets, i, TEXT_JSON, "client metadata", memory, &metadata,
                            error);
    if (status == ANNOPROJ_OK && metadata)
        status = check_json_object(metadata, i, error);
    out->client_metadata = metadata;
    return status;
}

static annoproj_status insert_units(command *cmd, void *arguments, annoproj_error **error) {
    const unit_call *made = arguments;
    int64_t first = 0, count = (int64_t)made->units.count;
    arena texts = {0}; /* of up to 256 data units */
    annoproj_status status = dataset_next_units(cmd, made->dataset, count, &first, error);
    for (size_t i = 0; i < made->units.count && status == ANNOPROJ_OK; i++) {
        data_unit unit;
        status = read_unit(&made->units, i, &texts, &unit, error);
        if (status == ANNOPROJ_OK) {
            command_uuid(cmd, unit.uuid);
            status = data_unit_insert(cmd, made->dataset, &unit, first + (int64_t)i, error);
        }
        if (i % 256 == 255) {
            arena_release(&texts);
            if (status == ANNOPROJ_OK)
                status = bounds_check(cmd->scope.bounds, error);
        }
    }
    arena_release(&texts);
    if (status != ANNOPROJ_OK || count == 0)
        return status;
    command_event(cmd, &(event){.kind = EVENT_DATA_UNITS_ADD, .frames = count, .reference = made->dataset});
    command_result_int64(cmd, MAKE_ID(made->dataset, first));
    return dataset_grew(cmd, made->dataset, first, first + count - 1, error);
}

static uint64_t print_units(const unit_call *made) {
    const annoproj_data_units *units = &made->units;
    uint64_t print = fingerprint_int64(fingerprint_text(0, "data_units_add"), made->dataset);
    size_t count = units->count, offsets = (count + 1) * sizeof(int64_t);
    print = fingerprint_bytes(fingerprint_int64(print, (int64_t)count), units->text, units->text_length);
    print = fingerprint_bytes(print, units->title_offsets, units->title_offsets ? offsets : 0);
    print = fingerprint_bytes(print, units->data_types, units->data_types ? count * sizeof *units->data_types : 0);
    print = fingerprint_bytes(print, units->media_type_offsets, units->media_type_offsets ? offsets : 0);
    print = fingerprint_bytes(print, units->link_offsets, units->link_offsets ? offsets : 0);
    print = fingerprint_bytes(print, units->client_metadata_offsets, units->client_metadata_offsets ? offsets : 0);
    const int64_t *const numbers[] = {units->widths, units->heights, units->frames, units->file_bytes};
    for (size_t i = 0; i < 4; i++)
        print = fingerprint_bytes(print, numbers[i], numbers[i] ? count * sizeof(int64_t) : 0);
    print = fingerprint_bytes(print, units->fps, units->fps ? count * sizeof(double) : 0);
    return fingerprint_bytes(print, units->durations, units->durations ? count * sizeof(double) : 0);
}

annoproj_status annoproj_data_units_add(annoproj_session *handle, int64_t dataset,
                                        const annoproj_data_units *data_units, const annoproj_call *call,
                                        int64_t *first, annoproj_error **error) {
    unit_call made = {.dataset = dataset};
    handle_call what = {
        .operation = ANNOPROJ_OPERATION_DATASET_CHANGE, .subject = SUBJECT_DATASET, .id = dataset, .arguments = &made};
    bytes result = {0};
    if (!result_place(first, sizeof *first, "first", error))
        return ANNOPROJ_INVALID;
    if (!data_units)
        return fail(error, ANNOPROJ_INVALID, "data_units is NULL: give the data units");
    annoproj_status status = options_read(&made.units, sizeof made.units, sizeof made.units, data_units, error);
    if (status == ANNOPROJ_OK && made.units.count > UNITS_MOST)
        status = fail(error, ANNOPROJ_LIMIT, "%zu data units in one call: at most %d", made.units.count, UNITS_MOST);
    if (status == ANNOPROJ_OK && made.units.count > 0 && (!made.units.title_offsets || !made.units.text))
        status = fail(error, ANNOPROJ_INVALID, "data units need text and title_offsets");
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = print_units(&made);
    status = session_write(handle, &what, insert_units, call, &result, error);
    if (status == ANNOPROJ_OK && made.units.count > 0)
        *first = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

/* --- reading ------------------------------------------------------------------------------------------------------- */

#define UNIT_COLUMNS                                                                                                   \
    "SELECT u.id, u.uuid, u.title, u.data_type, u.media_type, u.link, u.width, u.height, u.frames, u.fps, "            \
    "u.duration, u.file_bytes, u.client_metadata FROM"

typedef struct unit_reading {
    const int64_t *ids;
    size_t count;
    int64_t dataset, after, limit;
    annoproj_table *table;
} unit_reading;

static void add_unit(rows *table, statement *find) {
    rows_int64(table, column_int64(find, 0));
    add_uuid(table, find, 1);
    rows_int64(table, PROJECT_OF(column_int64(find, 0)));
    rows_text(table, column_text(find, 2));
    rows_text(table, data_type_name((int32_t)column_int64(find, 3)));
    rows_text(table, column_text(find, 4));
    rows_text(table, column_text(find, 5));
    add_int64(table, find, 6);
    add_int64(table, find, 7);
    rows_int64(table, column_int64(find, 8));
    add_double(table, find, 9);
    add_double(table, find, 10);
    add_int64(table, find, 11);
    add_text(table, find, 12);
}

static annoproj_status read_units(scope *in, void *arguments, annoproj_error **error) {
    static const by_id what = {.type = &row_data_unit_row,
                               .query = UNIT_COLUMNS SEER
                               " JOIN data_unit u ON u.id = ?5 JOIN dataset d ON d.id = u.id >> 32 WHERE" DATASET_SEEN,
                               .seen = true,
                               .add = add_unit,
                               .noun = "data unit"};
    unit_reading *reading = arguments;
    return read_by_id(in, &what, reading->ids, reading->count, &reading->table, error);
}

annoproj_status annoproj_data_units_get(annoproj_session *handle, const int64_t *data_units, size_t count,
                                        const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    unit_reading reading = {.ids = data_units, .count = count};
    handle_call what = {.arguments = &reading};
    if (!result_place(table, sizeof *table, "table", error) || !ids_given(data_units, count, "data_units", error))
        return ANNOPROJ_INVALID;
    return session_read_table(handle, &what, read_units, call, &reading.table, table, error);
}

annoproj_status annoproj_data_unit_get(annoproj_session *handle, int64_t id, const annoproj_call *call,
                                       annoproj_table **table, annoproj_error **error) {
    return annoproj_data_units_get(handle, &id, 1, call, table, error);
}

static annoproj_status list_units(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = UNIT_COLUMNS " data_unit u WHERE u.id > ? AND u.id < ? ORDER BY u.id";
    unit_reading *reading = arguments;
    rows *table = rows_new(&row_data_unit_row);
    char token[PAGE_TOKEN_SIZE];
    int64_t last = 0;
    statement *find = sql(in->database, query);
    bind_int64(find, reading->after != 0 ? reading->after : MAKE_ID(reading->dataset, 0));
    bind_int64(find, MAKE_ID(reading->dataset + 1, 0));
    while (sql_row(find)) {
        if ((int64_t)rows_count(table) == reading->limit) {
            page_token_write(token, &last, 1);
            rows_next_page(table, token);
            break;
        }
        last = column_int64(find, 0);
        add_unit(table, find);
    }
    return finish_table(table, sql_end(find, error), &reading->table, error);
}

static annoproj_status read_page(const annoproj_page_options *options, unit_reading *reading, annoproj_error **error) {
    if (options->limit < 0 || options->limit > PAGE_MOST)
        return fail(error, ANNOPROJ_INVALID, "limit %lld: a page has 1 to %d rows", (long long)options->limit,
                    PAGE_MOST);
    reading->limit = options->limit == 0 ? PAGE_DEFAULT : options->limit;
    if (!options->page)
        return ANNOPROJ_OK;
    if (!page_token_read(options->page, &reading->after, 1) || PROJECT_OF(reading->after) != reading->dataset)
        return fail(error, ANNOPROJ_INVALID, "page %s is no token of dataset %lld: start at the first page",
                    QUOTED(options->page), (long long)reading->dataset);
    return ANNOPROJ_OK;
}

annoproj_status annoproj_data_unit_list(annoproj_session *handle, int64_t dataset, const annoproj_page_options *options,
                                        const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    annoproj_page_options own;
    unit_reading reading = {.dataset = dataset};
    handle_call what = {.subject = SUBJECT_DATASET, .id = dataset, .arguments = &reading};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK)
        status = read_page(&own, &reading, error);
    if (status == ANNOPROJ_OK)
        status = session_read(handle, &what, list_units, call, error);
    if (status == ANNOPROJ_OK)
        *table = reading.table;
    return status;
}
