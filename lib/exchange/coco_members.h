/* What a COCO file says of its images and annotations beyond what the library knows: kept as it stands there, with the data unit
 * or the label, and written again by extended exports. The form it is kept in: JSON members with commas between them; of an
 * annotation, behind a NUL, those of its `attributes`. */
#ifndef COCO_MEMBERS_H
#define COCO_MEMBERS_H

#include "text.h"
#include "varint.h"

#define COCO_MEMBERS_MOST ((size_t)1 << 20) /* bytes of one image or annotation */

/* "key":value behind what is there; `key` as it stands in the file. */
void coco_members_add(bytes *members, const char *key, size_t key_length, const char *value, size_t value_length);
/* Puts those of `attributes` behind the others. */
void coco_members_join(bytes *members, const bytes *attributes);

typedef enum coco_members_part { COCO_MEMBERS_OWN, COCO_MEMBERS_OF_ATTRIBUTES } coco_members_part;

/* Appends that part, a comma before each member, but for the one called `written` (nullable), which the export has written
 * itself. */
void coco_members_write(text *out, const uint8_t *members, size_t length, coco_members_part part, const char *written);
/* DATA when they are not what coco_members_add() and coco_members_join() make; NO_MEMORY. */
annoproj_status coco_members_check(const uint8_t *members, size_t length);

#endif
