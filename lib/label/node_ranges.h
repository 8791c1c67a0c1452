/* Ranges of nodes: where an object is in an HTML document, as label rows tell it. label.nodes has them in the words of the row. */
#ifndef NODE_RANGES_H
#define NODE_RANGES_H

#include "project.h"

#define NODE_RANGES      "range_html"
#define NODE_RANGES_MOST ((size_t)1 << 20) /* bytes of one label's */

/* A list of {"start":{"xpath":text,"offset":number},"end":the same}: DATA when it is none. `*count` is how many there are. */
annoproj_status node_ranges_check(const char *json, size_t length, size_t *count, annoproj_error **error);
/* Whether a list, or nothing, has some range. */
bool node_ranges_any(const uint8_t *json, size_t length);
/* What a list says, whatever blanks are between its words; 0 = no range. */
int64_t node_ranges_print(const uint8_t *json, size_t length);
bool node_ranges_unit(const data_unit *unit); /* whether it has nodes: is an HTML document */

#endif
