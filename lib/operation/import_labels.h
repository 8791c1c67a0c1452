/* An import of labels: what reading the file leaves for the command that stores. */
#ifndef IMPORT_LABELS_H
#define IMPORT_LABELS_H

#include "import_call.h"
#include "import_images.h"
#include "key_map.h"
#include "label_spool.h"

#define IMPORT_SHAPES 3 /* box, polygon, bitmask */

typedef struct import_category {
    int64_t key;
    const char *name;
    uint64_t content;
    int32_t classes[IMPORT_SHAPES]; /* feature for each shape; 0 = none */
} import_category;

typedef struct label_import {
    import_call *import;
    const request *asked;
    int64_t project, ontology, edited_us;
    bool prelabels;
    arena memory; /* names of categories */
    image_list *images;
    int64_t *tasks; /* of each image */
    key_map category_keys;
    import_category *categories;
    size_t category_count, category_capacity;
    label_spool *spool;
    bytes geometry;
    annoproj_table *table; /* made before the commit: no allocation is left to fail behind it */
} label_import;

/* When the ontology was last changed. */
annoproj_status label_import_edited(scope *scope, int64_t ontology, int64_t *edited_us, annoproj_error **error);
/* The body of the command: copies the spool. Results: images, tasks, labels, repeated. */
annoproj_status label_import_store(command *command, void *label_import, annoproj_error **error);

#endif
