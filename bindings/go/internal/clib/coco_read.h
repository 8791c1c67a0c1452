/* Reading a COCO file: streamed, one image, category or annotation at a time, whatever the order of the file's members.
 * What is wrong is gathered in faults; only broken JSON ends the reading. */
#ifndef COCO_READ_H
#define COCO_READ_H

#include "bounds.h"
#include "faults.h"
#include "geometry.h"
#include "json_source.h"
#include "ontology.h"

#define COCO_MOST_ITEMS 20000000
#define COCO_SIDE       (1 << 20) /* most pixels of a side */
#define COCO_VERTICES   100000    /* most vertices of a ring */
#define COCO_RUNS       4000000
#define COCO_AREA       ((int64_t)1 << 31) /* most pixels of a mask */

/* Where something stands in the file, for faults. */
typedef struct coco_place {
    const char *array; /* "images" */
    int64_t index, offset;
} coco_place;

/* Texts are valid during the callback. */
typedef struct coco_image {
    coco_place place;
    int64_t key;
    const char *file_name, *url; /* NULL = none */
    int64_t width, height;       /* 0 = unknown */
    uint64_t content;            /* fingerprint of all members */
    const uint8_t *members;      /* coco_members.h */
    size_t members_length;
} coco_image;

typedef struct coco_category {
    coco_place place;
    int64_t key;
    const char *id; /* as it stands in the file: 7 or "7" */
    const char *name;
    const char **keypoints; /* names */
    size_t keypoint_count;
    const int64_t *edges; /* pairs of keypoints, from 1 */
    size_t edge_count;    /* numbers: two for each */
    uint64_t content;
} coco_category;

/* What its class is called: its name, or what stands in for none. */
#define COCO_STAND_IN 96
const char *coco_category_name(const coco_category *category, char stand_in[COCO_STAND_IN]);

typedef struct coco_annotation {
    coco_place place;
    int64_t image, category; /* keys */
    uint64_t content;
    double confidence;
    int32_t shape;    /* bounding_box, polygon, bitmask, skeleton or point; 0 when it has a fault */
    size_t keypoints; /* how many there are; they are the shape when there is no polygon and no mask */
    size_t polygon_numbers;
    size_t short_ring; /* the first of fewer than three points, from 1; 0 = none */
    bool has_box;
    number box[4];
    int64_t mask_width, mask_height;
    geometry_builder *geometry; /* of `shape`, frame 0, pixels */
    const uint8_t *members;     /* coco_members.h */
    size_t members_length;
} coco_annotation;

/* What to do with them; NULL = not wanted. `ready` comes once, when all images and categories that are wanted have been
 * read and before the first annotation. An annotation with a polygon or mask and keypoints comes twice, once as each. A status
 * that is not OK ends the reading. */
typedef struct coco_sink {
    void *data;
    bool shapes_only; /* of an annotation only image, category and shape are wanted: polygons are checked, not kept */
    bool members;     /* of images and annotations, those that the library does not know are wanted */
    annoproj_status (*image)(void *data, const coco_image *image, annoproj_error **error);
    annoproj_status (*category)(void *data, const coco_category *category, annoproj_error **error);
    annoproj_status (*ready)(void *data, annoproj_error **error);
    annoproj_status (*annotation)(void *data, const coco_annotation *annotation, annoproj_error **error);
    /* Given when another thread may read the second half of the annotations ahead: gives what their `data` is and gathers their
     * faults in `faults`. They are taken behind those of the first half, or for nothing, when there was any fault: then they come
     * again. */
    annoproj_status (*ahead_begin)(void *data, faults *faults, void **ahead, annoproj_error **error);
    void (*ahead_end)(void *data, void *ahead, bool taken);
} coco_sink;

typedef struct coco_reader coco_reader;

/* All three are the caller's. NULL when out of memory. */
coco_reader *coco_open(json_source *source, const bounds *bounds, faults *faults);
/* Reads all of it. OK also when there are faults. */
annoproj_status coco_read(coco_reader *reader, const coco_sink *sink, annoproj_error **error);
void coco_close(coco_reader *reader);

void coco_fault(faults *faults, const coco_place *place, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
