/* Ranges of nodes (node_ranges.h). */
#include "node_ranges.h"

#include <string.h>

#include "failure.h"
#include "json_read.h"

typedef struct node_read {
    json_reader from;
    bool xpath, offset, start, end;
} node_read;

typedef annoproj_status (*member_fn)(node_read *in, annoproj_error **error);

static annoproj_status read_object(node_read *in, const char *what, member_fn member, annoproj_error **error) {
    bool more = true;
    annoproj_status status = ANNOPROJ_OK;
    if (in->from.token.kind != JSON_OBJECT)
        return json_fault(&in->from, error, "%s must be an object", what);
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(&in->from, &more, error);
        if (status == ANNOPROJ_OK && more)
            status = member(in, error);
    }
    return status;
}

static annoproj_status node_member(node_read *in, annoproj_error **error) {
    int64_t offset = 0;
    if (json_key_is(&in->from.token, "xpath")) {
        in->xpath = true;
        return json_read_kind(&in->from, JSON_STRING, "xpath", error);
    }
    if (!json_key_is(&in->from.token, "offset"))
        return json_skip(in->from.scan, error);
    in->offset = true;
    annoproj_status status = json_read_kind(&in->from, JSON_NUMBER, "offset", error);
    return status == ANNOPROJ_OK && (!json_int64(&in->from.token, &offset) || offset < 0)
               ? json_fault(&in->from, error, "offset must be a whole number from 0")
               : status;
}

static annoproj_status range_member(node_read *in, annoproj_error **error) {
    const bool start = json_key_is(&in->from.token, "start");
    if (!start && !json_key_is(&in->from.token, "end"))
        return json_skip(in->from.scan, error);
    *(start ? &in->start : &in->end) = true;
    in->xpath = in->offset = false;
    annoproj_status status = json_read_next(&in->from, error);
    if (status == ANNOPROJ_OK)
        status = read_object(in, "a node", node_member, error);
    return status == ANNOPROJ_OK && !(in->xpath && in->offset)
               ? json_fault(&in->from, error, "a node has xpath and offset")
               : status;
}

static annoproj_status read_range(node_read *in, annoproj_error **error) {
    in->start = in->end = false;
    annoproj_status status = read_object(in, "a range of nodes", range_member, error);
    return status == ANNOPROJ_OK && !(in->start && in->end)
               ? json_fault(&in->from, error, "a range of nodes has start and end")
               : status;
}

annoproj_status node_ranges_check(const char *json, size_t length, size_t *count, annoproj_error **error) {
    node_read in = {.from = {.what = NODE_RANGES}};
    *count = 0;
    annoproj_status status = json_scan_memory(json, length, NULL, &in.from.scan, error);
    if (status == ANNOPROJ_OK)
        status = json_read_kind(&in.from, JSON_ARRAY, NODE_RANGES, error);
    while (status == ANNOPROJ_OK) {
        status = json_read_next(&in.from, error);
        if (status != ANNOPROJ_OK || in.from.token.kind == JSON_ARRAY_END)
            break;
        ++*count;
        status = read_range(&in, error);
    }
    json_scan_release(in.from.scan);
    return status;
}

bool node_ranges_any(const uint8_t *json, size_t length) {
    return length > 0 && memchr(json, '{', length);
}

bool node_ranges_unit(const data_unit *unit) {
    return unit->data_type == ANNOPROJ_DATA_PLAIN_TEXT && strcmp(unit->media_type, "text/html") == 0;
}
