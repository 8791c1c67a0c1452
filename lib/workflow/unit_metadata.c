/* Conditions on client metadata (unit_metadata.h): read once, asked of many data units. */
#include "unit_metadata.h"

#include <string.h>

#include "failure.h"

#define VALUE_LIMIT ((size_t)1024)

/* --- reading ------------------------------------------------------------------------------------------------------ */

static annoproj_status take_value(json_reader *from, const char *name, bool texts_only, wanted_values *out,
                                  annoproj_error **error) {
    const json_kind kind = from->token.kind;
    if (out->count == WANTED_MOST)
        return json_fault(from, error, "%s has more than %zu values", name, WANTED_MOST);
    if (texts_only ? kind != JSON_STRING
                   : kind != JSON_STRING && kind != JSON_NUMBER && kind != JSON_TRUE && kind != JSON_FALSE &&
                         kind != JSON_NULL)
        return json_fault(from, error, texts_only ? "%s must hold strings" : "%s must hold plain values", name);
    wanted_value *one = &out->list[out->count++];
    one->kind = kind;
    if (kind == JSON_STRING)
        return json_take_text(from, name, VALUE_LIMIT, &one->text, error);
    one->text = arena_text(from->memory, from->token.start, from->token.length);
    return one->text ? ANNOPROJ_OK : fail_memory(error);
}

annoproj_status wanted_values_read(json_reader *from, const char *name, bool texts_only, wanted_values *out,
                                   annoproj_error **error) {
    *out = (wanted_values){.list = arena_array(from->memory, WANTED_MOST, sizeof *out->list)};
    if (!out->list)
        return fail_memory(error);
    annoproj_status status = json_read_next(from, error);
    if (status != ANNOPROJ_OK || from->token.kind != JSON_ARRAY)
        return status == ANNOPROJ_OK ? take_value(from, name, texts_only, out, error) : status;
    while (status == ANNOPROJ_OK) {
        status = json_read_next(from, error);
        if (status != ANNOPROJ_OK || from->token.kind == JSON_ARRAY_END)
            break;
        status = take_value(from, name, texts_only, out, error);
    }
    return status;
}

annoproj_status wanted_metadata_read(json_reader *from, wanted_metadata *out, annoproj_error **error) {
    bool more = true;
    *out = (wanted_metadata){.members = arena_array(from->memory, WANTED_MOST, sizeof *out->members)};
    if (!out->members)
        return fail_memory(error);
    annoproj_status status = json_read_kind(from, JSON_OBJECT, "metadata", error);
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more)
            break;
        if (out->count == WANTED_MOST)
            return json_fault(from, error, "metadata has more than %zu members", WANTED_MOST);
        wanted_member *one = &out->members[out->count++];
        status = json_take_text(from, "metadata", VALUE_LIMIT, &one->key, error);
        if (status == ANNOPROJ_OK)
            status = wanted_values_read(from, "metadata", false, &one->values, error);
    }
    return status;
}

annoproj_status wanted_metadata_parse(arena *memory, const char *json, wanted_metadata *out, annoproj_error **error) {
    json_reader from = {.memory = memory, .what = "metadata"};
    *out = (wanted_metadata){0};
    annoproj_status status = json_scan_memory(json, strlen(json), NULL, &from.scan, error);
    if (status == ANNOPROJ_OK)
        status = wanted_metadata_read(&from, out, error);
    if (status == ANNOPROJ_OK)
        status = json_read_next(&from, error); /* nothing stands behind it, or the scanner says so */
    json_scan_release(from.scan);
    return status;
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static bool same_value(const wanted_value *wanted, const json_token *token, const char *characters) {
    if (wanted->kind != token->kind)
        return false;
    if (token->kind != JSON_NUMBER)
        return strcmp(wanted->text, characters) == 0;
    double left = 0, right = 0;
    return text_to_double(wanted->text, strlen(wanted->text), &left) &&
           text_to_double(token->start, token->length, &right) && left == right;
}

/* Whether the value that comes next in the metadata is one of those wanted; passes it. */
static annoproj_status match_value(json_reader *from, const wanted_values *wanted, bool *matches,
                                   annoproj_error **error) {
    annoproj_status status = json_read_next(from, error);
    *matches = status == ANNOPROJ_OK && wanted->count == 0;
    if (status != ANNOPROJ_OK || *matches)
        return status;
    if (from->token.kind == JSON_OBJECT || from->token.kind == JSON_ARRAY)
        return ANNOPROJ_OK; /* not a plain value; the caller stops here */
    char *characters = arena_allocate(from->memory, from->token.length + 1);
    if (!characters)
        return fail_memory(error);
    if (from->token.kind == JSON_STRING)
        json_unescape(&from->token, characters);
    else
        memcpy(characters, from->token.start, from->token.length);
    for (size_t i = 0; i < wanted->count && !*matches; i++)
        *matches = same_value(&wanted->list[i], &from->token, characters);
    return ANNOPROJ_OK;
}

/* Looks for one member. */
static annoproj_status match_member(arena *memory, const char *metadata, const wanted_member *wanted, bool *matches,
                                    annoproj_error **error) {
    json_reader from = {.memory = memory, .what = "client metadata"};
    bool more = true, found = false;
    *matches = false;
    annoproj_status status = json_scan_memory(metadata, strlen(metadata), NULL, &from.scan, error);
    if (status == ANNOPROJ_OK)
        status = json_read_kind(&from, JSON_OBJECT, "client metadata", error);
    while (status == ANNOPROJ_OK && more && !found) {
        status = json_read_member(&from, &more, error);
        if (status != ANNOPROJ_OK || !more)
            break;
        found = json_key_is(&from.token, wanted->key);
        status = found ? match_value(&from, &wanted->values, matches, error) : json_skip(from.scan, error);
    }
    json_scan_release(from.scan);
    return status;
}

annoproj_status wanted_metadata_match(const wanted_metadata *wanted, const char *metadata, bool *matches,
                                      annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    arena memory = {0};
    *matches = metadata != NULL || wanted->count == 0;
    for (size_t i = 0; i < wanted->count && *matches && status == ANNOPROJ_OK; i++)
        status = match_member(&memory, metadata, &wanted->members[i], matches, error);
    if (status != ANNOPROJ_OK)
        *matches = false;
    arena_release(&memory);
    return status;
}
