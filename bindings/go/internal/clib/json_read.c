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

__attribute__((format(printf, 5, 0))) static annoproj_status fault(const char *what, const char *pointer,
                                                                   int64_t offset, annoproj_error **error,
                                                                   const char *format, va_list arguments) {
    char message[512];
    vsnprintf(message, sizeof message, format, arguments);
    fail(error, ANNOPROJ_DATA, "%s: %s (at %s, byte %lld)", what, message, *pointer ? pointer : "the top",
         (long long)offset);
    fail_detail(error, "pointer", "%s", pointer);
    fail_detail(error, "byte", "%lld", (long long)offset);
    return ANNOPROJ_DATA;
}

annoproj_status json_fault(const json_reader *reader, annoproj_error **error, const char *format, ...) {
    char pointer[257];
    json_pointer(reader->scan, pointer);
    va_list arguments;
    va_start(arguments, format);
    annoproj_status status = fault(reader->what, pointer, reader->token.offset, error, format, arguments);
    va_end(arguments);
    return status;
}

annoproj_status json_fault_at(const char *what, const char *pointer, int64_t offset, annoproj_error **error,
                              const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    annoproj_status status = fault(what, pointer, offset, error, format, arguments);
    va_end(arguments);
    return status;
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
