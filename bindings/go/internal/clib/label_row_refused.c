/* What label rows can say and labels here cannot: each a fault that says what to do instead, so that nothing of it is lost. */
#include <string.h>

#include "failure.h"
#include "label_row_parts.h"

/* null and "". */
static bool says_nothing(const json_token *token) {
    return token->kind == JSON_NULL || (token->kind == JSON_STRING && token->length == 0);
}

static bool begins(const json_token *token) {
    return token->kind == JSON_OBJECT || token->kind == JSON_ARRAY;
}

static bool ends(const json_token *token) {
    return token->kind == JSON_OBJECT_END || token->kind == JSON_ARRAY_END;
}

annoproj_status row_refuse(row_reader *in, const char *why, annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    const int32_t outside = in->token.depth;
    bool said = status == ANNOPROJ_OK && !says_nothing(&in->token);
    if (said && begins(&in->token)) {
        status = row_next(in, error);
        said = status == ANNOPROJ_OK && !ends(&in->token);
    }
    if (!said) {
        return status;
    }
    row_note(in, "%s", why);
    return json_pass_rest(in->scan, outside, error);
}

annoproj_status row_refuse_labels(row_reader *in, const char *why, annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    const int32_t outside = in->token.depth;
    bool more = status == ANNOPROJ_OK && begins(&in->token);
    while (more) {
        status = row_next(in, error);
        more = status == ANNOPROJ_OK && !(ends(&in->token) && in->token.depth == outside);
        if (!more || in->token.kind != JSON_KEY ||
            !(json_key_is(&in->token, "objects") || json_key_is(&in->token, "classifications"))) {
            continue;
        }
        status = row_next(in, error);
        if (status == ANNOPROJ_OK && in->token.kind == JSON_ARRAY) {
            status = row_next(in, error);
            if (status == ANNOPROJ_OK && !ends(&in->token)) {
                row_note(in, "%s", why);
                return json_pass_rest(in->scan, outside, error);
            }
        }
        more = status == ANNOPROJ_OK;
    }
    return status;
}

annoproj_status row_unknown(row_reader *in, const char *what, annoproj_error **error) {
    char key[64];
    const size_t length = in->token.length < sizeof key ? in->token.length : sizeof key - 1;
    memcpy(key, in->token.start, length);
    key[length] = 0;
    annoproj_status status = row_next(in, error);
    if (status == ANNOPROJ_OK && in->token.kind != JSON_NULL) {
        row_note(in, "%s has no member %s here: leave it out if it says nothing of where the object is", what,
                 QUOTED(key));
        status = row_pass(in, error);
    }
    return status;
}
