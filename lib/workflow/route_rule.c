/* Conditions of a metadata router. */
#include "route_rule.h"

#include <string.h>

#include "failure.h"
#include "pattern.h"
#include "unit_metadata.h"
#include "uuid.h"

#define PATTERN_LIMIT ((size_t)512)

typedef struct route_rule {
    wanted_values data_types, datasets;
    const char *title; /* NULL = any */
    wanted_metadata metadata;
} route_rule;

/* --- reading ------------------------------------------------------------------------------------------------------ */

static annoproj_status read_data_types(json_reader *from, wanted_values *out, annoproj_error **error) {
    annoproj_status status = wanted_values_read(from, "data_type", true, out, error);
    for (size_t i = 0; i < out->count && status == ANNOPROJ_OK; i++) {
        bool known = false;
        for (int32_t type = ANNOPROJ_DATA_IMAGE; type <= ANNOPROJ_DATA_TIME_SERIES && !known; type++)
            known = strcmp(out->list[i].text, data_type_name(type)) == 0;
        if (!known)
            status = json_fault(from, error, "data_type %s is not known", QUOTED(out->list[i].text));
    }
    return status;
}

static annoproj_status read_datasets(json_reader *from, wanted_values *out, annoproj_error **error) {
    annoproj_status status = wanted_values_read(from, "dataset", true, out, error);
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

static annoproj_status read_condition(json_reader *from, route_rule *out, annoproj_error **error) {
    struct quoted name;
    if (json_key_is(&from->token, "data_type"))
        return read_data_types(from, &out->data_types, error);
    if (json_key_is(&from->token, "dataset"))
        return read_datasets(from, &out->datasets, error);
    if (json_key_is(&from->token, "title"))
        return read_title(from, &out->title, error);
    if (json_key_is(&from->token, "metadata"))
        return wanted_metadata_read(from, &out->metadata, error);
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

static bool has_text(const wanted_values *wanted, const char *text) {
    for (size_t i = 0; i < wanted->count; i++) {
        if (strcmp(wanted->list[i].text, text) == 0)
            return true;
    }
    return wanted->list == NULL; /* no such condition */
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
    if (*matches && status == ANNOPROJ_OK)
        status = wanted_metadata_match(&wanted.metadata, unit->client_metadata, matches, error);
    if (status != ANNOPROJ_OK)
        *matches = false;
    return status;
}
