/* Inside the COCO reader: how one value of an item is read. */
#ifndef COCO_PARTS_H
#define COCO_PARTS_H

#include "coco_members.h"
#include "coco_read.h"

#define COCO_NUMBERS 256 /* short numbers that are read at once */

struct coco_reader {
    json_source *source;
    const bounds *bounds;
    faults *faults;
    json_scan *scan;
    json_token token;    /* the last one */
    arena texts;         /* of one item */
    int64_t items, told; /* read; bytes that progress was told of */
    uint64_t content;    /* fingerprint of the item's members so far, whatever their order */
    bool faulty;         /* the item has a fault */
    bool shapes_only;
    bool keep_members; /* of the items that are being read */
    bytes members, attributes;
    geometry_builder *geometry;
    decimal decimals[COCO_NUMBERS];
    int64_t *runs; /* of a mask */
    size_t run_count, run_capacity;
    number *keypoints; /* x, y, visibility, ... of an annotation */
    size_t keypoint_numbers, keypoint_capacity;
    int64_t handed;              /* annotations given to the sink */
    struct coco_ahead *ahead;    /* who reads the second half of the annotations; NULL = nobody */
    struct coco_ahead *runs_for; /* of that half's own reader */
};

/* Notes a fault at the last token. */
void coco_note(coco_reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
annoproj_status coco_next(coco_reader *reader, annoproj_error **error);
/* The rest of a value whose first token has been read. */
annoproj_status coco_pass(coco_reader *reader, annoproj_error **error);
/* A value nobody asked for: its fingerprint is kept, and the member itself in `members` (nullable) when it is wanted. */
annoproj_status coco_other(coco_reader *reader, bytes *members, annoproj_error **error);
/* An id: a whole number, or a text. *text (nullable) gets it as it stands in the file. */
annoproj_status coco_id(coco_reader *reader, int64_t *key, bool *has, const char **text, annoproj_error **error);
annoproj_status coco_text(coco_reader *reader, const char *member, const char **out,
                          annoproj_error **error); /* NULL for null */
annoproj_status coco_side(coco_reader *reader, const char *member, int64_t *out,
                          annoproj_error **error); /* 0 for null */
/* Elements of an array as long as they are short numbers, into `decimals`. */
size_t coco_numbers(coco_reader *reader, uint64_t *content);
/* The number that is the last token; false when it is out of range (noted). */
bool coco_number(coco_reader *reader, number *out, uint64_t *content);

/* Names of keypoints and pairs of them, of a category. A single text is one name. */
annoproj_status coco_keypoint_names(coco_reader *reader, coco_category *out, annoproj_error **error);
annoproj_status coco_keypoint_edges(coco_reader *reader, coco_category *out, annoproj_error **error);
/* [x, y, visibility, ...] of an annotation; none when nothing of it is labelled. */
annoproj_status coco_read_keypoints(coco_reader *reader, coco_annotation *out, annoproj_error **error);
/* They are the annotation's shape from now on. */
void coco_take_keypoints(coco_reader *reader, coco_annotation *out);

/* From an annotation in the middle of the file on. */
annoproj_status coco_begin_inside(coco_reader *reader, int64_t offset, annoproj_error **error);
/* The annotation whose first token has been read, to the sink. */
annoproj_status coco_take_annotation(coco_reader *reader, const coco_sink *sink, int64_t index, annoproj_error **error);
annoproj_status coco_read_annotation(coco_reader *reader, coco_annotation *out, annoproj_error **error);
/* The object of a run-length encoding, its opening brace read. False in *sound after a fault. */
annoproj_status coco_read_mask(coco_reader *reader, coco_annotation *out, bool *sound, annoproj_error **error);

#endif
