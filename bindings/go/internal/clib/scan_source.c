/* Columns of the segment that is scanned (scan_source.h). Sealed segments never change, so that a column is known by its id
 * and its checksum, whatever other processes do to the file. */
#include "failure.h"
#include "scan_source.h"

static void let_go(scan_source *source) {
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        if (source->held[column] != NULL) {
            blob_cache_give_back(source->cache, source->held[column]);
            source->held[column] = NULL;
        }
    }
    source->loaded = 0;
}

void scan_source_turn(scan_source *source, const segment *head) {
    let_go(source);
    source->head = head;
}

/* From the file into room of the cache, or into our own. */
static annoproj_status read_column(scan_source *source, int column, const blob_key *key, annoproj_error **error) {
    void *room = source->cache == NULL ? NULL : blob_cache_room(source->cache, key, source->pass, false);
    bool shared = room != NULL;
    if (!shared && source->room[column] == NULL) {
        source->room[column] = allocate((size_t)SEGMENT_EVENTS * 8);
    }
    room = shared ? room : source->room[column];
    if (room == NULL) {
        return fail_memory(error);
    }
    annoproj_status status = segment_read_column(&source->columns, source->project, source->head, column, room,
                                                 &source->views[column], error);
    if (shared && status == ANNOPROJ_OK) {
        blob_cache_show(source->cache, room);
        source->held[column] = room;
    } else if (shared) {
        blob_cache_give_back(source->cache, room);
    }
    return status;
}

static annoproj_status load_column(scan_source *source, int column, annoproj_error **error) {
    const segment_entry *entry = &source->head->columns[column];
    const blob_key key = {.id = SEGMENT_COLUMN_ID(source->project, source->head->number, column),
                          .checksum = entry->checksum,
                          .length = entry->length};
    source->views[column] = (column_view){.base = entry->least, .width = entry->width};
    if (entry->width == 0) {
        return ANNOPROJ_OK;
    }
    const void *held = source->cache == NULL ? NULL : blob_cache_take(source->cache, &key, source->pass);
    if (held == NULL) {
        return read_column(source, column, &key, error);
    }
    source->held[column] = held;
    source->views[column].codes = held;
    return ANNOPROJ_OK;
}

annoproj_status scan_source_column(scan_source *source, int column, const column_view **view, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if ((source->loaded >> column & 1) == 0) {
        status = load_column(source, column, error);
        source->loaded |= status == ANNOPROJ_OK ? (uint32_t)1 << column : 0;
    }
    *view = &source->views[column];
    return status;
}

void scan_source_release(scan_source *source) {
    let_go(source);
    blob_close(&source->columns);
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        release(source->room[column]);
        source->room[column] = NULL;
    }
}
