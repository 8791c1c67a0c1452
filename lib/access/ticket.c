/* Tickets (ticket.h). */
#include "ticket.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "access.h"
#include "failure.h"

#define NUMBERS 5 /* project, task, user, joined, expires */

/* What is signed names its use and the store, so that a signature made for anything else is none here. */
static void sign(const char *named, const char *key, const char *store_uuid, char out[SIGNATURE_TEXT]) {
    char signed_text[TICKET_TEXT + 64];
    const int length = snprintf(signed_text, sizeof signed_text, "annoproj ticket %s %s", store_uuid, named);
    signature_text(key, strlen(key), signed_text, (size_t)length, out);
}

static void name(const ticket *of, char out[TICKET_TEXT]) {
    snprintf(out, TICKET_TEXT, "1.%" PRId64 ".%" PRId64 ".%" PRId64 ".%" PRId64 ".%" PRId64, PROJECT_OF(of->task),
             NUMBER_OF(of->task), of->user, of->joined, of->expires_us);
}

void ticket_write(const ticket *of, const char *key, const char *store_uuid, char out[TICKET_TEXT]) {
    char signature[SIGNATURE_TEXT];
    name(of, out);
    sign(out, key, store_uuid, signature);
    const size_t used = strlen(out);
    snprintf(out + used, TICKET_TEXT - used, ".%s", signature);
}

/* A number of at most 18 digits behind a point. */
static const char *read_number(const char *at, int64_t *value) {
    *value = 0;
    if (*at != '.')
        return NULL;
    const char *first = ++at;
    for (; *at >= '0' && *at <= '9' && at - first < 18; at++)
        *value = *value * 10 + (*at - '0');
    return at > first ? at : NULL;
}

annoproj_status ticket_read(const char *text, const char *key, const char *store_uuid, ticket *out,
                            annoproj_error **error) {
    int64_t numbers[NUMBERS];
    char named[TICKET_TEXT], signature[SIGNATURE_TEXT], given[SIGNATURE_TEXT];
    const char *at = *text == '1' ? text + 1 : NULL;
    *out = (ticket){0};
    for (int i = 0; i < NUMBERS && at; i++)
        at = read_number(at, &numbers[i]);
    if (!at || *at != '.' || strlen(at + 1) != SIGNATURE_TEXT - 1 || numbers[0] == 0 || numbers[0] > INT32_MAX ||
        numbers[1] == 0 || numbers[1] > UINT32_MAX || numbers[2] == 0)
        return fail(error, ANNOPROJ_INVALID, "%s is no ticket: give the text that annoproj_ticket_issue made",
                    QUOTED(text));
    const ticket read = {MAKE_ID(numbers[0], numbers[1]), numbers[2], numbers[3], numbers[4]};
    name(&read, named);
    sign(named, key, store_uuid, signature);
    memcpy(given, at + 1, sizeof given);
    /* One ticket has one text: what is behind leading zeros was not signed. */
    const bool same_text = strncmp(named, text, (size_t)(at - text)) == 0 && named[at - text] == 0;
    if (!signature_equal(signature, given) || !same_text)
        return fail(error, ANNOPROJ_PERMISSION,
                    "the ticket is not valid here: it was changed, or made with another key or for another store");
    *out = read;
    return ANNOPROJ_OK;
}
