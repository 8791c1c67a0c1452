/* Small documents, member by member. */
#include "json_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "utf8.h"

annoproj_status json_read_next(json_reader *reader, annoproj_error **error) {
    return json_next(reader->scan, &reader->token, error);
}

annoproj_status json_fault(json_reader *reader, annoproj_error **error, const char *format, ...) {
    char pointer[257], message[512];
    va_list arguments;
    json_pointer(reader->scan, pointer);
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    const long long offset = (long long)reader->token.offset;
    if (reader->faults) {
        faults_add(reader->faults, pointer, offset, "%s", message);
        reader->faulty = true;
        return ANNOPROJ_DATA;
    }
    fail(error, ANNOPROJ_DATA, "%s: %s (at %s, byte %lld)", reader->what, message, *pointer ? pointer : "the top",
         offset);
    fail_detail(error, "pointer", "%s", pointer);
    fail_detail(error, "byte", "%lld", offset);
    return ANNOPROJ_DATA;
}

annoproj_status json_go_on(json_reader *reader, int32_t depth, annoproj_status status, annoproj_error **error) {
    if (status != ANNOPROJ_DATA || !reader->faulty) {
        return status;
    }
    reader->faulty = false;
    return json_pass_rest(reader->scan, depth, error);
}

annoproj_status json_report(const json_reader *reader, annoproj_status status, annoproj_error **error) {
    if (status == ANNOPROJ_OK || (status == ANNOPROJ_DATA && reader->faulty)) {
        return faults_report(reader->faults, reader->what, error);
    }
    return faults_join(reader->faults, status, error);
}

static const char *kind_name(json_kind kind) {
    switch (kind) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "an array";
    case JSON_STRING: return "a string";
    case JSON_NUMBER: return "a number";
    case JSON_TRUE:
    case JSON_FALSE: return "true or false";
    case JSON_NULL: return "null";
    default: return "an end";
    }
}

annoproj_status json_read_kind(json_reader *reader, json_kind kind, const char *member, annoproj_error **error) {
    annoproj_status status = json_read_next(reader, error);
    if (status == ANNOPROJ_OK && reader->token.kind != kind) {
        status = json_fault(reader, error, "%s must be %s, not %s", member, kind_name(kind),
                            kind_name(reader->token.kind));
    }
    return status;
}

annoproj_status json_read_bool(json_reader *reader, const char *member, bool *out, annoproj_error **error) {
    annoproj_status status = json_read_next(reader, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    *out = reader->token.kind == JSON_TRUE;
    if (reader->token.kind == JSON_TRUE || reader->token.kind == JSON_FALSE) {
        return ANNOPROJ_OK;
    }
    return json_fault(reader, error, "%s must be true or false, not %s", member, kind_name(reader->token.kind));
}

static bool has_control(const char *text, size_t length) {
    for (size_t at = 0; at < length;) {
        uint32_t point = 0;
        size_t size = utf8_decode(text + at, length - at, &point);
        if (size == 0 || utf8_is_control(point)) {
            return true;
        }
        at += size;
    }
    return false;
}

annoproj_status json_read_text(json_reader *reader, const char *member, size_t limit, const char **out,
                               annoproj_error **error) {
    annoproj_status status = json_read_kind(reader, JSON_STRING, member, error);
    return status == ANNOPROJ_OK ? json_take_text(reader, member, limit, out, error) : status;
}

annoproj_status json_take_text(json_reader *reader, const char *member, size_t limit, const char **out,
                               annoproj_error **error) {
    char *text = arena_allocate(reader->memory, reader->token.length + 1);
    if (!text) {
        return fail_memory(error);
    }
    size_t length = json_unescape(&reader->token, text);
    if (length > limit) {
        return json_fault(reader, error, "%s has %zu bytes, at most %zu are taken", member, length, limit);
    }
    if (has_control(text, length)) {
        return json_fault(reader, error, "%s %s has a control character", member, QUOTED(text));
    }
    *out = text;
    return ANNOPROJ_OK;
}

annoproj_status json_read_member(json_reader *reader, bool *more, annoproj_error **error) {
    annoproj_status status = json_read_next(reader, error);
    *more = status == ANNOPROJ_OK && reader->token.kind == JSON_KEY;
    return status;
}

const char *json_read_pointer(json_reader *reader) {
    char pointer[257];
    json_pointer(reader->scan, pointer);
    return arena_text(reader->memory, pointer, strlen(pointer));
}
