/* Work in two steps, done by two threads at once: a worker makes blocks, the calling thread uses them in the order in which they
 * were made. The blocks are the caller's, RELAY_BLOCKS of them, filled in turn. What the maker works with, such as the connection of
 * the call, is the maker's alone until relay_run() returns. */
#ifndef RELAY_H
#define RELAY_H

#include "contract.h"

#define RELAY_BLOCKS 4

typedef struct relay relay;

typedef annoproj_status (*relay_make_fn)(void *data, relay *to, annoproj_error **error);
typedef annoproj_status (*relay_use_fn)(void *data, size_t block, annoproj_error **error);

/* For the maker: a block that nobody uses any more, and handing it on. */
size_t relay_room(relay *relay);
void relay_hand_on(relay *relay);

/* Without `two`, and when there is no thread to be had, the calling thread does both in turn, with the first block only. When one
 * cannot be used, what follows is not; else a failure of the maker comes behind all that it has handed on. */
annoproj_status relay_run(bool two, relay_make_fn make, relay_use_fn use, void *data, annoproj_error **error);

#endif
