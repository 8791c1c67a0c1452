/* The parts of a replay. Each returns false when out of memory. */
#ifndef REPLAY_PARTS_H
#define REPLAY_PARTS_H

#include "replay.h"

/* Room for element `number`; grows by doubling, new elements zeroed. NULL when out of memory. */
void *replay_room(void *elements, size_t *count, int64_t number, size_t size);

/* One comes, or goes. */
bool replay_pair(replay *state, replayed_pairs *to, int64_t of, int64_t other, bool on);

bool replay_branch(replay *state, const event *one); /* one is made */
bool replay_task(replay *state, const event *one);

/* Reviews: of a label that was put, of one that is decided; of a task's labels when an action leads it from a stage to another. */
bool replay_label_put(replay *state, const event *one);
bool replay_label_decided(replay *state, const event *one);
bool replay_labels_sent_on(replay *state, const event *one, int32_t to);

#endif
