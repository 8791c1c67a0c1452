/* The categories of a COCO file: in memory, with the shapes met among their annotations and the classes they stand for. */
#ifndef IMPORT_CATEGORIES_H
#define IMPORT_CATEGORIES_H

#include "coco_read.h"
#include "key_map.h"
#include "ontology_structure.h"

#define COCO_SHAPES 5
extern const int32_t coco_shapes[COCO_SHAPES]; /* the shapes of annotations; a box is the first */

typedef struct listed_category {
    int64_t key;
    const char *id, *name; /* the name is what its class is called */
    uint64_t content;
    int32_t met[COCO_SHAPES]; /* shapes in the order in which they were met */
    size_t met_count;
    int32_t classes[COCO_SHAPES]; /* feature for each of coco_shapes; 0 = none */
    size_t vertices;              /* that a skeleton has to have; 0 = any number */
    const char **keypoints;       /* names, all different; NULL = none, or no use */
    size_t keypoint_count;
    const int64_t *edges;
    size_t edge_count;
} listed_category;

typedef struct category_list {
    arena memory;
    key_map keys;
    listed_category *categories;
    size_t count, capacity;
} category_list;

/* Whether its name can be that of a class; else there is a fault. */
bool category_is_named(const coco_category *category, faults *faults);
/* A category that repeats an earlier one is left out; one that has its id but is another is a fault. */
annoproj_status category_list_add(category_list *list, const coco_category *category, faults *faults,
                                  annoproj_error **error);
/* The annotation's category; NULL after a fault. */
listed_category *category_list_find(const category_list *list, const coco_annotation *annotation, faults *faults);
size_t coco_shape_place(int32_t shape); /* in coco_shapes */
/* Whether a skeleton has as many keypoints as its class; else there is a fault. */
bool category_takes_keypoints(const listed_category *category, const coco_annotation *annotation, faults *faults);
/* Finds the classes: by the category id that they were made from, else by name. */
void category_list_match(category_list *list, const ontology_features *all);
void category_list_release(category_list *list);

/* --- an ontology of them (import_structure.c) ------------------------------------------------------------------------ */
/* An annotation of that shape was met. */
void category_meet(listed_category *category, int32_t shape);
/* One class for each category and shape met, a box for a category without any; `seed` makes the hashes. */
annoproj_status category_list_structure(const category_list *list, const uint8_t seed[16],
                                        ontology_structure *structure, annoproj_error **error);
/* Finds the classes in an ontology that was made of that and not changed since. */
void category_list_number(category_list *list, const ontology_features *all);

#endif
