/* The second half of a COCO file's annotations, read ahead by another thread. It guesses where an annotation begins, in the middle of
 * what is left, and reads from there to the end of the array. The calling thread reads the first half; when it comes to that very
 * place, the guess was right, and it goes on where the other has ended. Else, and whenever there was a fault, it reads on itself as if
 * there had been nobody else: faults, their order and their places are those of one reader. */
#ifndef COCO_AHEAD_H
#define COCO_AHEAD_H

#include "coco_parts.h"

typedef struct coco_ahead coco_ahead;

/* Bytes that are left, for two to read them. Only tests set it, before there is a store: their files are small. */
extern int64_t coco_ahead_least;

/* Before the annotations: starts it when there is enough to read and a thread to be had. */
annoproj_status coco_ahead_start(coco_reader *reader, const coco_sink *sink, annoproj_error **error);
/* At an annotation, its first token read: *passed gets how many, this one first, the other thread has read. */
annoproj_status coco_ahead_meet(coco_reader *reader, const coco_sink *sink, int64_t *passed, annoproj_error **error);
/* Ends it when it was never met. */
void coco_ahead_leave(coco_reader *reader, const coco_sink *sink);
/* Bytes that have been read by both, `read` of them by the calling thread; NULL is fine. */
int64_t coco_ahead_done(const coco_ahead *ahead, int64_t read);
/* In its own thread, now and then: CANCELLED when nobody waits for it any more. */
annoproj_status coco_ahead_look_up(coco_ahead *ahead, annoproj_error **error);

#endif
