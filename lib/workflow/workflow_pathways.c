/* The pathways of a stage: of an agent to choose from, of a router with what leads a task into each. */
#include <string.h>

#include "decimal.h"
#include "failure.h"
#include "route_rule.h"
#include "workflow_document.h"

#define SHARE_DIGITS 6 /* of SHARE_WHOLE */

/* 0.25 → 250,000; exact, so that shares can be added up. */
static annoproj_status read_share(json_reader *from, document_pathway *path, annoproj_error **error) {
    number_parts parts;
    annoproj_status status = json_read_kind(from, JSON_NUMBER, "percentage", error);
    if (status != ANNOPROJ_OK)
        return status;
    bool good = number_split(from->token.start, from->token.length, &parts) && !parts.negative &&
                parts.exponent >= -SHARE_DIGITS && parts.exponent <= 0 && parts.mantissa <= SHARE_WHOLE;
    if (good) {
        path->share = (int64_t)parts.mantissa;
        for (int64_t digits = parts.exponent; digits > -SHARE_DIGITS; digits--)
            path->share *= 10;
    }
    if (!good || path->share < 1 || path->share > SHARE_WHOLE)
        return json_fault(from, error,
                          "percentage is %s: it must be a fraction above 0 and up to 1 with at most %d decimals",
                          quoted(&(struct quoted){{0}}, from->token.start, from->token.length), SHARE_DIGITS);
    return ANNOPROJ_OK;
}

static annoproj_status read_member(json_reader *from, document_pathway *path, annoproj_error **error) {
    if (json_key_is(&from->token, "key"))
        return json_read_text(from, "key", WORKFLOW_KEY_LIMIT, &path->key, error);
    if (json_key_is(&from->token, "title"))
        return json_read_text(from, "title", WORKFLOW_TITLE_LIMIT, &path->title, error);
    if (json_key_is(&from->token, "to"))
        return json_read_text(from, "to", WORKFLOW_KEY_LIMIT, &path->to, error);
    if (json_key_is(&from->token, "percentage"))
        return read_share(from, path, error);
    if (json_key_is(&from->token, "users"))
        return workflow_read_emails(from, "users", &path->users, &path->user_count, error);
    if (json_key_is(&from->token, "rule"))
        return route_rule_read(from, &path->rule, &path->rule_length, error);
    return json_skip(from->scan, error);
}

static annoproj_status read_pathway(json_reader *from, document_stage *stage, annoproj_error **error) {
    bool more = true;
    annoproj_status status = ANNOPROJ_OK;
    if (from->token.kind != JSON_OBJECT)
        return json_fault(from, error, "pathways must hold objects");
    if (stage->pathway_count == WORKFLOW_PATHWAYS)
        return fail(error, ANNOPROJ_LIMIT, "workflow: more than %d pathways of one stage", WORKFLOW_PATHWAYS);
    document_pathway *path = &stage->pathways[stage->pathway_count++];
    *path = (document_pathway){.offset = from->token.offset, .pointer = json_read_pointer(from), .target = -1};
    if (!path->pointer)
        return fail_memory(error);
    while (status == ANNOPROJ_OK && more) {
        status = json_read_member(from, &more, error);
        if (status == ANNOPROJ_OK && more) {
            const int32_t depth = from->token.depth;
            status = json_go_on(from, depth, read_member(from, path, error), error);
        }
    }
    if (status == ANNOPROJ_OK && (!path->key || !*path->key))
        stage_fault(from->faults, path, "the pathway has no key");
    if (!path->title || !*path->title)
        path->title = path->key;
    return status;
}

annoproj_status workflow_read_pathways(json_reader *from, document_stage *stage, annoproj_error **error) {
    stage->has_pathways = true;
    stage->pathways = arena_array(from->memory, WORKFLOW_PATHWAYS, sizeof *stage->pathways);
    if (!stage->pathways)
        return fail_memory(error);
    annoproj_status status = json_read_kind(from, JSON_ARRAY, "pathways", error);
    while (status == ANNOPROJ_OK) {
        status = json_read_next(from, error);
        if (status != ANNOPROJ_OK || from->token.kind == JSON_ARRAY_END)
            break;
        const int32_t depth = from->token.depth;
        status = json_go_on(from, depth, read_pathway(from, stage, error), error);
    }
    return status;
}
