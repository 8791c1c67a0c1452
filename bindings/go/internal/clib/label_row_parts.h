/* Inside the reader of label rows: how its parts are read. */
#ifndef LABEL_ROW_PARTS_H
#define LABEL_ROW_PARTS_H

#include "label_row_read.h"

typedef struct row_vertex row_vertex;

typedef struct row_reader {
    json_source *source;
    const bounds *bounds;
    faults *faults;
    const ontology_features *features;
    key_map by_hash; /* features */
    json_scan *scan;
    json_token token; /* the last one */
    arena texts;      /* of one object */
    label_row *row;   /* the one being read */
    shape shape;      /* of one object */
    size_t *outer;    /* of a polygon's rings */
    size_t outer_capacity;
    row_vertex *vertices; /* of a skeleton */
    bytes packed;
    int64_t items;
    bool faulty; /* the object being read has a fault */
} row_reader;

annoproj_status row_next(row_reader *in, annoproj_error **error);
/* Notes a fault at the last token. */
void row_note(row_reader *in, const char *format, ...) __attribute__((format(printf, 2, 3)));
void row_note_at(row_reader *in, const row_place *place, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The rest of a value whose first token has been read. */
annoproj_status row_pass(row_reader *in, annoproj_error **error);
/* Where the last token stands; NULL pointer when out of memory. */
row_place row_here(row_reader *in, arena *memory);

/* Calls back for each member of the next value, which must be an object; token is its key. Else a fault. null is no member. */
typedef annoproj_status (*row_member_fn)(row_reader *in, void *data, annoproj_error **error);
annoproj_status row_members(row_reader *in, const char *what, row_member_fn found, void *data, annoproj_error **error);
/* The same of the value whose first token has been read. */
annoproj_status row_members_here(row_reader *in, const char *what, row_member_fn found, void *data,
                                 annoproj_error **error);
/* The same for each element of an array; token is the first of the element. */
annoproj_status row_elements(row_reader *in, const char *what, row_member_fn found, void *data, annoproj_error **error);
/* The same of the array whose bracket has been read. */
annoproj_status row_elements_here(row_reader *in, row_member_fn found, void *data, annoproj_error **error);

/* What cannot be kept (label_row_refused.c). The next value: a fault unless it is null or empty. */
annoproj_status row_refuse(row_reader *in, const char *why, annoproj_error **error);
/* A fault when there are labels in it, at any depth. */
annoproj_status row_refuse_labels(row_reader *in, const char *why, annoproj_error **error);
/* The value of a geometry's member that is not known, whose key is the last token: a fault unless it is null. */
annoproj_status row_unknown(row_reader *in, const char *what, annoproj_error **error);
#define NO_SPACES                                                                                                      \
    "labels in spaces are not taken: make each space a data unit, and give its labels in the data_units of that "      \
    "one's row"
#define NO_STREAMS                                                                                                     \
    "labels stand by number of frame: make each camera of a scene a data unit, and give its labels in the data_units " \
    "of that one's row"
#define NO_EVENTS                                                                                                      \
    "labels of a continuous scene are events on its timeline, which are not taken: give an object for each frame "     \
    "instead, without event and interpolate"

/* Values: the next one. null leaves *out as it is. */
annoproj_status row_text(row_reader *in, const char *member, arena *memory, const char **out, size_t *length,
                         annoproj_error **error);
annoproj_status row_bool(row_reader *in, const char *member, bool *out, annoproj_error **error);
annoproj_status row_time(row_reader *in, const char *member, int64_t *out, annoproj_error **error);
annoproj_status row_number(row_reader *in, const char *member, number *out, bool *has, annoproj_error **error);
/* The number that is the last token. */
bool row_take_number(row_reader *in, const char *member, number *out);

/* A feature by hash; NULL when there is none. */
const feature *row_feature(const row_reader *in, const char *hash);
/* The label of the row with that hash and class, made when it is new; NULL after a fault or (memory) a failure. */
row_label *row_label_of(row_reader *in, const char *hash, const feature *class, annoproj_error **error);
bool row_add_range(row_reader *in, row_range ***end, int64_t first, int64_t last, int32_t unit);

/* One object or classification of a frame, its opening brace read. */
annoproj_status row_read_object(row_reader *in, int64_t frame, int32_t unit, annoproj_error **error);
annoproj_status row_read_classification(row_reader *in, int64_t frame, int32_t unit, annoproj_error **error);
/* Members of the row. */
annoproj_status row_read_object_answers(row_reader *in, annoproj_error **error);
annoproj_status row_read_object_actions(row_reader *in, annoproj_error **error);
annoproj_status row_read_classification_answers(row_reader *in, annoproj_error **error);

/* At the end of a row: frames, ranges and order of its labels, and what only the whole row tells to be wrong. */
annoproj_status row_settle(row_reader *in, label_row *row, annoproj_error **error);

/* The value of a shape's key ("boundingBox"...), into in->shape. */
annoproj_status row_read_shape(row_reader *in, int32_t type, annoproj_error **error);
/* The value of "polygons". Without any, in->shape stays as it is. */
annoproj_status row_read_rings(row_reader *in, bool *any, annoproj_error **error);
annoproj_status row_read_cuboid_2d(row_reader *in, annoproj_error **error);
annoproj_status row_read_cuboid(row_reader *in, annoproj_error **error);
annoproj_status row_read_segmentation(row_reader *in, annoproj_error **error);
/* A skeleton's vertices are kept until its class is known; then they become in->shape. */
annoproj_status row_read_skeleton(row_reader *in, annoproj_error **error);
annoproj_status row_settle_skeleton(row_reader *in, const feature *class, annoproj_error **error);

/* Common to frames and answers: who, when, how sure. False when the key is none of them. */
typedef struct row_authors {
    const char *creator, *editor;
    int64_t created_us, edited_us;
    number confidence;
    bool has_confidence, manual, has_manual;
} row_authors;
bool row_author_member(row_reader *in, row_authors *out, annoproj_status *status, annoproj_error **error);
void row_set_authors(row_reader *in, row_label *of, const row_authors *told, annoproj_error **error,
                     annoproj_status *status);

#endif
