/* E-mails in workflow documents: who is erased goes by another name there, too. */
#include <string.h>

#include "failure.h"
#include "json_scan.h"
#include "utf8.h"
#include "workflow.h"

#define EMAIL_MOST 320

/* Members of a stage, users of a pathway. */
static bool holds_emails(const json_token *key) {
    return json_key_is(key, "members") || json_key_is(key, "users");
}

static bool is_email(const json_token *token, const char *email) {
    char plain[EMAIL_MOST * 6 + 1]; /* every character escaped */
    if (token->length >= sizeof plain)
        return false;
    json_unescape(token, plain);
    ascii_lower(plain);
    return strcmp(plain, email) == 0;
}

/* Copies the document, and writes `name` where an array of e-mails has `email`. */
static annoproj_status replace_email(const text *from, const char *email, const char *name, text *out, bool *changed,
                                     annoproj_error **error) {
    bool next = false, inside = false;
    int32_t depth = 0;
    const char *copied = from->data;
    json_scan *scan = NULL;
    json_token token = {0};
    annoproj_status status = json_scan_memory(from->data, from->length, NULL, &scan, error);
    while (status == ANNOPROJ_OK) {
        status = json_next(scan, &token, error);
        if (status != ANNOPROJ_OK || token.kind == JSON_END)
            break;
        if (token.kind == JSON_ARRAY && next) {
            inside = true;
            depth = token.depth;
        } else if (token.kind == JSON_ARRAY_END && token.depth == depth) {
            inside = false;
        } else if (token.kind == JSON_STRING && inside && is_email(&token, email)) {
            text_append(out, copied, (size_t)(token.start - copied));
            text_string(out, name);
            copied = token.start + token.length;
            *changed = true;
        }
        next = token.kind == JSON_KEY && holds_emails(&token);
    }
    text_append(out, copied, (size_t)(from->data + from->length - copied));
    json_scan_release(scan);
    return status == ANNOPROJ_OK && out->failed ? fail_memory(error) : status;
}

/* Where documents are kept. */
static const struct shelf {
    const char *next, *change; /* the document behind ?1; a document's new text */
} shelves[] = {
    {"SELECT project, json FROM workflow WHERE project > ?1 ORDER BY project LIMIT 1",
     "UPDATE workflow SET json = ?1 WHERE project = ?2"},
    {"SELECT id, json FROM workflow_template WHERE id > ?1 ORDER BY id LIMIT 1",
     "UPDATE workflow_template SET json = ?1 WHERE id = ?2"},
};

/* The document behind `id`, which becomes its id; 0 when there is none. */
static annoproj_status next_document(command *cmd, const struct shelf *on, int64_t *id, text *out,
                                     annoproj_error **error) {
    statement *find = sql(cmd->scope.database, on->next);
    bind_int64(find, *id);
    *id = 0;
    if (sql_row(find)) {
        *id = column_int64(find, 0);
        text_append(out, column_text(find, 1), column_length(find, 1));
    }
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && out->failed ? fail_memory(error) : status;
}

static annoproj_status write_document(command *cmd, const struct shelf *on, int64_t id, const text *changed,
                                      annoproj_error **error) {
    statement *change = sql(cmd->scope.database, on->change);
    bind_text_n(change, changed->data, changed->length);
    bind_int64(change, id);
    return sql_run(change, error);
}

static annoproj_status rename_on(command *cmd, const struct shelf *on, const char *email, const char *name,
                                 annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    int64_t id = 0;
    do {
        text document = {0}, written = {0};
        bool changed = false;
        status = next_document(cmd, on, &id, &document, error);
        if (status == ANNOPROJ_OK && id != 0)
            status = replace_email(&document, email, name, &written, &changed, error);
        if (status == ANNOPROJ_OK && changed)
            status = write_document(cmd, on, id, &written, error);
        text_release(&document);
        text_release(&written);
    } while (status == ANNOPROJ_OK && id != 0);
    return status;
}

annoproj_status workflow_rename_user(command *cmd, const char *email, const char *name, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < sizeof shelves / sizeof *shelves && status == ANNOPROJ_OK; i++)
        status = rename_on(cmd, &shelves[i], email, name, error);
    return status;
}
