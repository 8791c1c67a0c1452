/* Lines for the host's log that are found where no callback may be called: under the write lock, inside a transaction. They
 * are kept and told when the lock is left. Of the leader of the write queue, or the thread that opens or closes the store. */
#ifndef NOTES_H
#define NOTES_H

#include "contract.h"

#define NOTES_MOST 8 /* between two tellings; what is more is dropped */

enum { NOTE_ERROR = 0, NOTE_WARNING = 1, NOTE_INFORMATION = 2 }; /* annoproj_log_fn's levels */

typedef struct notes {
    int32_t count;
    struct {
        int32_t level;
        char text[256];
    } list[NOTES_MOST];
} notes;

struct store_state;
__attribute__((format(printf, 3, 4))) void note(struct store_state *state, int32_t level, const char *format, ...);
void notes_tell(struct store_state *state);

#endif
