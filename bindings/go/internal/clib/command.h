/* The inside of a command. Private to lib/access. */
#ifndef COMMAND_H
#define COMMAND_H

#include "access.h"

/* Events of a project that is not the current one. */
typedef struct command_log {
    struct command_log *next;
    int64_t project;
    event_batch events;
} command_log;

/* Appends what the body gathered to the logs of all projects it named. */
annoproj_status command_append_events(command *command, annoproj_error **error);
/* The event of a command that a ticket let through. */
void command_note_ticket(command *command);
/* Gives back all memory of a run and empties it. */
void command_release(command *command);

#endif
