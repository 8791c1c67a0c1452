/* The images of a COCO file: numbers in memory, texts in a private spool. */
#ifndef IMPORT_IMAGES_H
#define IMPORT_IMAGES_H

#include "access.h"
#include "coco_read.h"
#include "key_map.h"
#include "store.h"

typedef struct image_size {
    int32_t width, height; /* 0 = unknown */
} image_size;

typedef struct listed_image {
    int64_t key;
    uint64_t content;
    image_size size;
} listed_image;

typedef struct spooled_image {
    const char *title, *link;
    image_size size;
    bool repeats;           /* an image before it has its title, too */
    const uint8_t *members; /* coco_members.h */
    size_t members_length;
} spooled_image;

typedef struct image_list image_list;
annoproj_status image_list_open(store *store, image_list **out, annoproj_error **error);
/* An image that repeats an earlier one is left out. One that has its id but is another is a fault, and one that has its file name but
 * another size. */
annoproj_status image_list_add(image_list *list, const coco_image *image, faults *faults, annoproj_error **error);
annoproj_status image_list_finish(image_list *list, annoproj_error **error);
void image_list_close(image_list *list); /* NULL is fine */

size_t image_list_count(const image_list *list);
/* The annotation's image, and at *index which one; NULL after a fault. *index comes with a guess: annotations of an image mostly follow
 * one another. */
const listed_image *image_list_find(const image_list *list, const coco_annotation *annotation, faults *faults,
                                    uint32_t *index);
/* Whether pixels of the one are not those of the other. */
bool image_sizes_differ(image_size one, image_size other);
/* Whether a mask has the image's size; else there is a fault. */
bool image_takes_mask(image_size image, const coco_annotation *annotation, faults *faults);
/* All of them in the order of the file. Texts are valid during the call. */
typedef annoproj_status (*image_fn)(void *data, size_t index, const spooled_image *image, annoproj_error **error);
annoproj_status image_list_each(image_list *list, image_fn found, void *data, annoproj_error **error);
/* Adds a data unit for each whose title the dataset does not have (import_units.c); `empty`: it has none before. `units` (nullable) gets
 * the data unit of each. */
annoproj_status image_list_store(command *command, image_list *list, int64_t dataset, bool empty, int64_t *units,
                                 int64_t *added, annoproj_error **error);

#endif
