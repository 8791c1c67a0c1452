/* Tickets: an admin's word, signed with the host's key, that lets one collaborator work on one task although the project's
 * status is closed for them. A ticket is text "1.project.task.user.joined.expires.signature"; nothing of it is stored. */
#ifndef TICKET_H
#define TICKET_H

#include "contract.h"
#include "hmac.h"

typedef struct ticket {
    int64_t task; /* id; 0 = no ticket */
    int64_t user;
    int64_t joined; /* the event that made the user a collaborator: who comes back needs another ticket */
    int64_t expires_us;
} ticket;

#define TICKET_TEXT 160 /* the longest, with the NUL */

/* A ticket of another store with the same key is none here. */
void ticket_write(const ticket *of, const char *key, const char *store_uuid, char out[TICKET_TEXT]);
/* INVALID for what is no ticket, PERMISSION for one that another key signed, another store made, or somebody changed. */
annoproj_status ticket_read(const char *text, const char *key, const char *store_uuid, ticket *out,
                            annoproj_error **error);

#endif
