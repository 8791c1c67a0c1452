/* What the host is to be told, outside: a message for each event that it asked for, written in the transaction of the
 * event. A message is numbers; exchange/outbox_message.c renders them when they are fetched. */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "access.h"

typedef enum outbox_kind { /* stored */
                           OUTBOX_TASK_SUBMITTED = 1,
                           OUTBOX_TASK_COMPLETED = 2,
                           OUTBOX_ISSUE_CREATED = 3,
                           OUTBOX_ISSUE_RESOLVED = 4,
                           OUTBOX_ISSUE_REOPENED = 5,
                           OUTBOX_ISSUE_COMMENTED = 6,
                           OUTBOX_PROJECT_STATUS = 7
} outbox_kind;

typedef struct outbox_message {
    int64_t project, seq, created_us, actor;
    int64_t task, stage; /* numbers; 0 = none */
    int64_t reference;   /* issue number, or the project's new status */
    int32_t kind;
} outbox_message;

/* What an event has to tell the host, if it asked for that: at most so many messages, without project and number. */
#define OUTBOX_OF_EVENT 2
size_t outbox_messages(const event *event, outbox_message out[OUTBOX_OF_EVENT]);

/* Writes the messages of events that are about to be appended to a project's log. */
annoproj_status outbox_collect(command *command, int64_t project, const event_batch *events, annoproj_error **error);

/* The oldest messages that wait, behind `after`, at most `limit`: counts the attempt, and gives for each its number, the
 * attempts with this one, and when it was fetched before (0 = never), appended to `out` as int64. */
annoproj_status outbox_mark(command *command, int64_t after, int64_t limit, bytes *out, annoproj_error **error);
/* NONE when it waits no more. */
annoproj_status outbox_load(scope *scope, int64_t seq, outbox_message *out, annoproj_error **error);

/* Forgets messages. NOT_FOUND for a number that was never given out, STATE for a message that nobody has fetched. */
annoproj_status outbox_forget(command *command, int64_t seq, int64_t *forgotten, annoproj_error **error);
annoproj_status outbox_forget_to(command *command, int64_t seq, int64_t *forgotten, annoproj_error **error);

#endif
