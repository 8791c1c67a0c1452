/* Run lengths of masks and segmentations in few bits. An edge of a mask stands about where it stood one line before, so a run
 * is written as how far it ends from there, by an adaptive binary range coder: integers only, the same bytes everywhere, and one
 * way only to write a mask. docs/file-format.md has the bytes. */
#ifndef MASK_CODE_H
#define MASK_CODE_H

#include "varint.h"

#define MASK_EDGES   32 /* how many edges are looked back at */
#define MASK_LONGEST 31 /* a delta has so many bits behind its highest at most */

/* How likely it is that a bit is 0, in 2048ths; for ends of runs outside and inside on their own. */
typedef struct mask_chances {
    uint16_t moved, earlier, longer[MASK_LONGEST];
} mask_chances;

/* Where runs ended, for what is expected of the next. */
typedef struct mask_edges {
    uint64_t side;           /* how many pixels a line has; 0 = there are no lines */
    uint64_t pixels;         /* what the runs add up to, or at most */
    uint64_t count;          /* runs so far */
    uint64_t above;          /* the first of them that ends less than a line before the last one does */
    uint32_t at[MASK_EDGES]; /* where the last ones end: run i at i % MASK_EDGES */
    mask_chances chances[2];
} mask_edges;

/* Appends the numbers of a part: of a bitmask (`lines`) width, height and runs, of a segmentation runs. False, and nothing appended,
 * when they do not add up to a mask. `code` is room that is used again. */
bool mask_encode(const int64_t *numbers, size_t count, bool lines, bytes *code, bytes *out);

typedef struct mask_decoder {
    mask_edges edges;
    uint64_t sides[2]; /* of a bitmask */
    uint32_t heads;    /* which of these are still to come */
    uint64_t runs_left, runs;
    const uint8_t *code;
    size_t length, read; /* bytes; how many were read, those of zeros behind the end too */
    uint32_t value, range;
} mask_decoder;

/* Takes a part of so many numbers: `from` goes behind it. False when it is damaged as far as that can be seen. */
bool mask_decoder_open(mask_decoder *decoder, unpacker *from, uint64_t count, bool lines);
/* The next of its numbers; false when they are damaged. Not to be called after the last one. */
bool mask_decoder_next(mask_decoder *decoder, int64_t *out);

#endif
