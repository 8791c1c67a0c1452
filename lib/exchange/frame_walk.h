/* Through the labels of a task frame by frame. */
#ifndef FRAME_WALK_H
#define FRAME_WALK_H

#include "export_tasks.h"
#include "frame_ranges.h"

typedef struct frame_walk {
    geometry_cursor *cursors; /* objects */
    frame_ranges *ranges;     /* classifications; empty for objects */
    int64_t *next;            /* frame each comes on next; INT64_MAX = never again */
} frame_walk;

/* Needs the labels. End it also after a failure. */
annoproj_status frame_walk_begin(frame_walk *walk, export_task *task, annoproj_error **error);
void frame_walk_end(frame_walk *walk, const export_task *task);
int64_t frame_walk_frame(const frame_walk *walk, const export_task *task); /* the next with a label; INT64_MAX = none */
/* The label goes on to its next frame. The shape of the present one must have been read. */
void frame_walk_on(frame_walk *walk, const export_task *task, size_t index);

#endif
