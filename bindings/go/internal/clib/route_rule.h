/* What a metadata router asks of a data unit: a JSON object of conditions, all of which must hold.
 *     {"data_type": ["image", "video"], "dataset": ["<uuid>"], "title": "^batch7/", "metadata": {"site": ["a", "b"]}}
 * Within a list one match is enough; a title is a pattern searched anywhere; metadata are top-level members of the
 * unit's client metadata. */
#ifndef ROUTE_RULE_H
#define ROUTE_RULE_H

#include "json_read.h"
#include "project.h"

/* Reads and checks the conditions; their text goes into the reader's arena. DATA names what is wrong. */
annoproj_status route_rule_read(json_reader *from, const char **rule, size_t *length, annoproj_error **error);

/* Whether conditions that were checked hold for a data unit. LIMIT when the title pattern reaches its match limit. */
annoproj_status route_rule_matches(arena *memory, const char *rule, size_t length, const data_unit *unit,
                                   const uint8_t dataset_uuid[16], bool *matches, annoproj_error **error);

#endif
