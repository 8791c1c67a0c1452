/* Ranges of nodes: where an object is in an HTML document, as label rows tell it. They are kept in the words of the row, as the member
 * "range_html" of label.members. */
#ifndef NODE_RANGES_H
#define NODE_RANGES_H

#include "project.h"
#include "varint.h"

#define NODE_RANGES      "range_html"
#define NODE_RANGES_MOST ((size_t)1 << 20) /* bytes of one label's */

/* A list of {"start":{"xpath":text,"offset":number},"end":the same}: DATA when it is none. `*count` is how many there are. */
annoproj_status node_ranges_check(const char *json, size_t length, size_t *count, annoproj_error **error);
/* The member with that list, for label.members. */
void node_ranges_member(bytes *out, const char *json, size_t length);

/* The list that a label's members are, or NULL. */
const char *node_ranges_of(const uint8_t *members, size_t members_length, size_t *length);
/* Whether a label with these members is on some node. */
bool node_ranges_any(const uint8_t *members, size_t members_length);
bool node_ranges_unit(const data_unit *unit); /* whether it has nodes: is an HTML document */

#endif
