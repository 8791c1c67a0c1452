/* Ranges of nodes (node_ranges.h). */
#include "node_ranges.h"

#include <string.h>

#include "failure.h"
#include "hash.h"
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

/* Where the word that begins at `at` ends: a string, a sign, a blank, or what is between these. */
static size_t word_end(const uint8_t *json, size_t length, size_t at) {
    static const char apart[] = " \t\n\r\"{}[],:";
    const bool quotes = json[at] == '"';
    size_t end = at + 1;
    if (!quotes && memchr(apart, json[at], sizeof apart - 1))
        return end;
    while (end < length && !(quotes ? json[end] == '"' : memchr(apart, json[end], sizeof apart - 1) != NULL))
        end += quotes && json[end] == '\\' ? 2 : 1;
    end += quotes;
    return end < length ? end : length;
}

int64_t node_ranges_print(const uint8_t *json, size_t length) {
    uint64_t print = 0;
    size_t end = 0;
    if (!node_ranges_any(json, length))
        return 0;
    for (size_t at = 0; at < length; at = end) {
        end = word_end(json, length, at);
        if (!memchr(" \t\n\r", json[at], 4))
            print = hash64_with(json + at, end - at, print);
    }
    return (int64_t)(print | 1);
}

bool node_ranges_unit(const data_unit *unit) {
    return unit->data_type == ANNOPROJ_DATA_PLAIN_TEXT && strcmp(unit->media_type, "text/html") == 0;
}
