/* Conditions of a metadata router. */
#include "route_rule.h"

#include <string.h>

#include "failure.h"
#include "pattern.h"

#define VALUES        64 /* of one condition */
#define VALUE_LIMIT   ((size_t)1024)
#define PATTERN_LIMIT ((size_t)512)

typedef struct value { /* one scalar: its kind, and its characters */
    json_kind kind;
    const char *text;
} value;

typedef struct values {
    value *list;
    size_t count;
} values;

typedef struct member {
    const char *key;
    values wanted;
} member;

typedef struct route_rule {
    values data_types, datasets;
    const char *title; /* NULL = any */
    member *metadata;
    size_t metadata_count;
} route_rule;

/* --- reading ------------------------------------------------------------------------------------------------------ */

static annoproj_status take_value(json_reader *from, const char *name, bool texts_only, values *out,
                                  annoproj_error **error) {
    const json_kind kind = from->token.kind;
    if (out->count == VALUES)
        return json_fault(from, error, "%s has more than %d values", name, VALUES);
    if (texts_only ? kind != JSON_STRING
                   : kind != JSON_STRING && kind != JSON_NUMBER && kind != JSON_TRUE && kind != JSON_FALSE &&
                         kind != JSON_NULL)
        return json_fault(from, error, texts_only ? "%s must hold strings" : "%s must hold plain values", name);
    value *one = &out->list[out->count++];
    one->kind = kind;
    if (kind == JSON_STRING)
        return json_take_text(from, name, VALUE_LIMIT, &one->text, error);
    one->text = arena_text(from->memory, from->token.start, from->token.length);
    return one->text ? ANNOPROJ_OK : fail_memory(error);
}

/* One value, or an array of them. */
static annoproj_status read_values(json_reader *from, const char *name, bool texts_only, values *out,
                                   annoproj_error **error) {
    out->list = arena_array(from->memory, VALUES, sizeof *out->list);
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

static annoproj_status read_data_types(json_reader *from, values *out, annoproj_error **error) {
    annoproj_status status = read_values(from, "data_type", true, out, error);
    for (size_t i = 0; i < out->count && status == ANNOPROJ_OK; i++) {
        bool known = false;
        for (int32_t type = ANNOPROJ_DATA_IMAGE; type <= ANNOPROJ_DATA_SCENE && !known; type++)
            known = strcmp(out->list[i].text, data_type_name(type)) == 0;
        if (!known)
            status = json_fault(from, error, "data_type %s is not known", QUOTED(out->list[i].text));
    }
    return status;
}

static annoproj_status read_datasets(json_reader *from, values *out, annoproj_error **error) {
    annoproj_status status = read_values(from, "dataset", true, out, error);
    for (size_t i = 0; i < out->count && status == ANNOPROJ_OK; i++) {
        const char *text = out->list[i].text;
        if (strlen(text) != 36 || strspn(text, "0123456789abcdef-") != 36)
            status = json_fault(from, error, "dataset %s is not the UUID of a dataset in lower case", QUOTED(text));
    }
    return status;
}

static annoproj_status read_title(json_reader *from, const char **out, annoproj_error **error) {
    pattern *compiled = NULL;
    annoproj_error *reason = NULL;
    annoproj_status status = json_read_text(from, "title", PATTERN_LIMIT, out, error);
    if (status == ANNOPROJ_OK && pattern_compile(*out, &compiled, &reason) != ANNOPROJ_OK) {
        status = annoproj_error_status(reason) == ANNOPROJ_NO_MEMORY
                     ? fail_memory(error)
                     : json_fault(from, error, "title %s is no pattern: %s", QUOTED(*out),
                                  annoproj_error_message(reason));
        annoproj_error_free(reason);
    }
    pattern_release(compiled);
    return status;
}

static annoproj_status read_metadata(json_reader *from, route_rule *out, annoproj_error **error) {
    bool more = true;
    out->metadata = arena_array(from->memory, VALUES, sizeof *out->metadata);
    if (!out->metadata)
        return fail_memory(error);
    annoproj_status status = json_read_kind(from, JSON_OBJECT, "metadata", error);
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more)
            break;
        if (out->metadata_count == VALUES)
            return json_fault(from, error, "metadata has more than %d members", VALUES);
        member *one = &out->metadata[out->metadata_count++];
        status = json_take_text(from, "metadata", VALUE_LIMIT, &one->key, error);
        if (status == ANNOPROJ_OK)
            status = read_values(from, "metadata", false, &one->wanted, error);
    }
    return status;
}

static annoproj_status read_condition(json_reader *from, route_rule *out, annoproj_error **error) {
    struct quoted name;
    if (json_key_is(&from->token, "data_type"))
        return read_data_types(from, &out->data_types, error);
    if (json_key_is(&from->token, "dataset"))
        return read_datasets(from, &out->datasets, error);
    if (json_key_is(&from->token, "title"))
        return read_title(from, &out->title, error);
    if (json_key_is(&from->token, "metadata"))
        return read_metadata(from, out, error);
    return json_fault(from, error, "condition %s is not known: data_type, dataset, title and metadata are",
                      quoted(&name, from->token.start, from->token.length));
}

static annoproj_status parse(arena *memory, const char *rule, size_t length, route_rule *out, annoproj_error **error) {
    json_reader from = {.memory = memory, .what = "rule"};
    bool more = true;
    *out = (route_rule){0};
    annoproj_status status = json_scan_memory(rule, length, NULL, &from.scan, error);
    if (status == ANNOPROJ_OK)
        status = json_read_kind(&from, JSON_OBJECT, "rule", error);
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(&from, &more, error);
        if (status == ANNOPROJ_OK && more)
            status = read_condition(&from, out, error);
    }
    json_scan_release(from.scan);
    return status;
}

annoproj_status route_rule_read(json_reader *from, const char **rule, size_t *length, annoproj_error **error) {
    const char *text = NULL;
    route_rule parsed;
    annoproj_error *reason = NULL;
    annoproj_status status = json_slice(from->scan, &text, length, NULL, error);
    if (status != ANNOPROJ_OK)
        return status;
    *rule = arena_text(from->memory, text, *length);
    if (!*rule)
        return fail_memory(error);
    status = parse(from->memory, *rule, *length, &parsed, &reason);
    if (status == ANNOPROJ_DATA)
        status = json_fault(from, error, "%s", annoproj_error_message(reason));
    else if (status != ANNOPROJ_OK)
        status = fail(error, status, "%s", annoproj_error_message(reason));
    annoproj_error_free(reason);
    return status;
}

/* --- asking ------------------------------------------------------------------------------------------------------- */

static bool same_value(const value *wanted, const json_token *token, const char *characters) {
    if (wanted->kind != token->kind)
        return false;
    if (token->kind != JSON_NUMBER)
        return strcmp(wanted->text, characters) == 0;
    double left = 0, right = 0;
    return text_to_double(wanted->text, strlen(wanted->text), &left) &&
           text_to_double(token->start, token->length, &right) && left == right;
}

static bool has_text(const values *wanted, const char *text) {
    for (size_t i = 0; i < wanted->count; i++) {
        if (strcmp(wanted->list[i].text, text) == 0)
            return true;
    }
    return wanted->list == NULL; /* no such condition */
}

/* Whether the value that comes next in the metadata is one of those wanted; passes it. */
static annoproj_status match_member(json_reader *from, const member *wanted, bool *matches, annoproj_error **error) {
    annoproj_status status = json_read_next(from, error);
    *matches = false;
    if (status != ANNOPROJ_OK)
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
    for (size_t i = 0; i < wanted->wanted.count && !*matches; i++)
        *matches = same_value(&wanted->wanted.list[i], &from->token, characters);
    return ANNOPROJ_OK;
}

/* Looks for one member of the unit's client metadata. */
static annoproj_status match_metadata(arena *memory, const char *metadata, const member *wanted, bool *matches,
                                      annoproj_error **error) {
    json_reader from = {.memory = memory, .what = "client metadata"};
    bool more = true, found = false;
    *matches = false;
    if (!metadata)
        return ANNOPROJ_OK;
    annoproj_status status = json_scan_memory(metadata, strlen(metadata), NULL, &from.scan, error);
    if (status == ANNOPROJ_OK)
        status = json_read_kind(&from, JSON_OBJECT, "client metadata", error);
    while (status == ANNOPROJ_OK && more && !found) {
        status = json_read_member(&from, &more, error);
        if (status != ANNOPROJ_OK || !more)
            break;
        found = json_key_is(&from.token, wanted->key);
        status = found ? match_member(&from, wanted, matches, error) : json_skip(from.scan, error);
    }
    json_scan_release(from.scan);
    return status;
}

static annoproj_status match_title(const char *expression, const char *title, bool *matches, annoproj_error **error) {
    pattern *compiled = NULL;
    annoproj_status status = pattern_compile(expression, &compiled, error);
    if (status == ANNOPROJ_OK)
        status = pattern_match(compiled, title, strlen(title), matches, error);
    pattern_release(compiled);
    return status;
}

annoproj_status route_rule_matches(arena *memory, const char *rule, size_t length, const data_unit *unit,
                                   const uint8_t dataset_uuid[16], bool *matches, annoproj_error **error) {
    route_rule wanted;
    char uuid[37];
    uuid_text(dataset_uuid, uuid);
    *matches = false;
    annoproj_status status = parse(memory, rule, length, &wanted, error);
    if (status != ANNOPROJ_OK)
        return status;
    *matches = has_text(&wanted.data_types, data_type_name(unit->data_type)) && has_text(&wanted.datasets, uuid);
    if (*matches && wanted.title)
        status = match_title(wanted.title, unit->title, matches, error);
    for (size_t i = 0; i < wanted.metadata_count && *matches && status == ANNOPROJ_OK; i++)
        status = match_metadata(memory, unit->client_metadata, &wanted.metadata[i], matches, error);
    if (status != ANNOPROJ_OK)
        *matches = false;
    return status;
}
