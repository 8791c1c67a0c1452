/* A segment as the scan reads it: columns come when they are first asked for, from the cache of the store or from the file;
 * those of the tail are in memory already. */
#ifndef SCAN_SOURCE_H
#define SCAN_SOURCE_H

#include "blob_cache.h"
#include "segment.h"

typedef struct scan_source {
    blob_reader columns;
    int64_t project;
    blob_cache *cache; /* NULL = none */
    uint64_t pass;     /* of the cache */
    const segment *head;
    column_view views[COLUMN_COUNT + 1];
    uint32_t loaded;                    /* bit by column */
    const void *held[COLUMN_COUNT + 1]; /* of the cache */
    uint8_t *room[COLUMN_COUNT + 1];    /* for what the cache has no room for */
} scan_source;

void scan_source_turn(scan_source *source, const segment *head); /* to another segment */
annoproj_status scan_source_column(scan_source *source, int column, const column_view **view, annoproj_error **error);
void scan_source_release(scan_source *source); /* before its snapshot ends */

#endif
