/* Ontologies: structure in and out, features by number and by hash. */
#ifndef ONTOLOGY_H
#define ONTOLOGY_H

#include "access.h"
#include "text.h"

typedef enum feature_kind {
    FEATURE_OBJECT = 1,
    FEATURE_CLASSIFICATION = 2,
    FEATURE_ATTRIBUTE = 3,
    FEATURE_OPTION = 4
} feature_kind;

typedef enum feature_type { /* stored */
                            SHAPE_BOUNDING_BOX = 1,
                            SHAPE_ROTATABLE_BOUNDING_BOX = 2,
                            SHAPE_POLYGON = 3,
                            SHAPE_POLYLINE = 4,
                            SHAPE_POINT = 5,
                            SHAPE_SKELETON = 6,
                            SHAPE_BITMASK = 7,
                            SHAPE_AUDIO = 8,
                            SHAPE_TEXT = 9,
                            SHAPE_CUBOID = 10,
                            SHAPE_CUBOID_2D = 11,
                            SHAPE_SEGMENTATION = 12,
                            SHAPE_CIRCLE = 13,
                            SHAPE_ELLIPSE = 14,
                            SHAPE_TIME_RANGE = 15,
                            ATTRIBUTE_RADIO = 32,
                            ATTRIBUTE_CHECKLIST = 33,
                            ATTRIBUTE_TEXT = 34,
                            ATTRIBUTE_NUMERIC = 35
} feature_type;
const char *feature_kind_name(int32_t kind);
const char *feature_type_name(int32_t type);         /* "bounding_box", "radio", ...; "" for 0 */
int32_t feature_shape_by_name(const char *name);     /* 0 = unknown */
void feature_shape_names(char *out, size_t size);    /* all of them, with commas */
int32_t feature_attribute_by_name(const char *name); /* 0 = unknown */

/* A vertex of a skeleton class, as its template has it; texts may be empty but for the name. */
typedef struct vertex {
    const char *hash, *name, *value, *color;
} vertex;

typedef struct feature {
    int32_t number, kind, type, parent, class, position;
    bool required, dynamic, archived;
    bool global;            /* a classification of the whole data unit only */
    const vertex *vertices; /* of a skeleton class with a template, in its order */
    size_t vertex_count;
    int64_t coco_category;                   /* -1 = none */
    const char *hash, *name, *value, *color; /* in the scope's arena */
} feature;

/* All features of an ontology in structure order (position), and an index by number: by_number[n] may be NULL for gaps. In
 * the arena. CORRUPT when numbers are none. */
typedef struct ontology_features {
    feature *features;
    size_t count;
    feature **by_number;
    int32_t highest;
} ontology_features;
annoproj_status ontology_load(scope *scope, int64_t ontology, ontology_features *out, annoproj_error **error);

/* What events tell of a structure: of its text. */
int64_t ontology_fingerprint(const char *json, size_t length);

/* Replaces a structure that was checked; entries in use are archived. DATA with pointer and byte. */
annoproj_status ontology_replace(command *command, int64_t ontology, const char *json, annoproj_error **error);

#endif
