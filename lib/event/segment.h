/* Sealed segments: SEGMENT_EVENTS events as columns. A column is constant, or unsigned integers of as few bytes as it needs
 * above its least value (little-endian). A column that is zero throughout is not in the directory; a constant one has
 * no row in event_column. */
#ifndef SEGMENT_H
#define SEGMENT_H

#include "blob_reader.h"
#include "event_column.h"
#include "varint.h"

#define SEGMENT_EVENTS 16384

/* Numbered for ever. Offsets are machine integers of 1, 2, 4 or 8 bytes; packed ones have 3, 5, 6 or 7. */
enum column_encoding { ENCODING_CONSTANT = 0, ENCODING_OFFSET = 1, ENCODING_PACKED = 2 };

/* Where the tail's end stands: behind every row that it can have. */
#define TAIL_END(project)            SEGMENT_ID(project, SEGMENT_EVENTS)
#define SEGMENT_ID(project, segment) (((int64_t)(project) << 32) + (int64_t)(segment))
#define SEGMENT_COLUMN_ID(project, segment, column)                                                                    \
    (((int64_t)(project) << 32) + ((int64_t)(segment) << 8) + (int64_t)(column))

/* One entry of a directory as it is stored: 32 bytes. */
typedef struct segment_entry {
    uint8_t column, encoding, width, reserved;
    uint32_t length; /* bytes of the column's row: count * width */
    int64_t least, most;
    uint64_t checksum; /* XXH3 of the column's row */
} segment_entry;

/* A segment without its columns. Columns that are not there are constant zero. */
typedef struct segment {
    int64_t number, first_seq;
    size_t count;
    int64_t time_least, time_most, time_reach;
    int64_t command_least, command_most;     /* of all but pieces of time; none: the ends of int64_t */
    bool ascending;                          /* these never fall */
    segment_entry columns[COLUMN_COUNT + 1]; /* by column number */
} segment;

/* One column with its values: value i = base + code i; width 0 = constant. 8 bytes can be read at each code, also at the
 * last one. */
typedef struct column_view {
    const uint8_t *codes;
    int64_t base;
    uint8_t width;
} column_view;

int64_t column_value(const column_view *column, size_t row);
/* The values of many rows, which are counted from `start`. */
void column_gather(const column_view *column, size_t start, const uint16_t *rows, size_t count, int64_t *out);

/* The same into a field of events: false as for event_set(). */
bool column_gather_events(const column_view *column, int number, const uint16_t *rows, size_t count, event *events);

/* The values of rows that lie behind each other; and into a field of events: false as for event_set(). */
void column_values(const column_view *column, size_t start, size_t count, int64_t *out);
bool column_to_events(const column_view *column, int number, size_t start, size_t count, event *events);

/* The events of a segment, column by column. */
typedef struct event_columns {
    int64_t *values[COLUMN_COUNT + 1]; /* by number */
    size_t count, capacity;
} event_columns;

bool event_columns_make(event_columns *out, size_t capacity); /* empty; false when out of memory */
void event_columns_add(event_columns *to, const event *events, size_t count);
void event_columns_release(event_columns *columns);

/* A segment in memory, as it is written. Zeroed = empty; encoding reuses it. */
typedef struct encoded_segment {
    segment head;
    uint8_t *data[COLUMN_COUNT + 1]; /* room for 8 bytes of each event that the columns have room for */
} encoded_segment;

/* The next event's times into those of the head, which is zeroed before the first one (`place` 0). */
void segment_add_times(segment *head, size_t place, int64_t time, int64_t kind, int64_t duration_us);

/* False when out of memory. At least one event; all columns that are encoded into `out` have room for as many. */
bool segment_encode(const event_columns *columns, encoded_segment *out);
void encoded_segment_release(encoded_segment *encoded);

/* The directory as it is stored. Decoding checks that what it says can be read safely; unknown columns are skipped. */
void directory_encode(const segment *segment, bytes *out);
bool directory_decode(const uint8_t *data, size_t length, segment *out);

/* The checksum of a row of event_segment. */
uint64_t segment_checksum(const segment *segment, const uint8_t *directory, size_t length);

/* Writes the rows of a segment of a project. */
annoproj_status segment_write(database *database, int64_t project, const encoded_segment *encoded,
                              annoproj_error **error);

/* What a row of event_segment is read by, from the first place on, into a segment whose number is set: false when it makes no
 * sense; and whether its checksum fits. */
#define SEGMENT_FIELDS                                                                                                 \
    "first_seq, count, time_least, time_most, time_reach, command_least, command_most, ascending, directory, checksum"
#define SEGMENT_FIELD_ASCENDING 7
#define SEGMENT_FIELD_DIRECTORY 8
#define SEGMENT_FIELD_CHECKSUM  9
bool segment_from_row(statement *row, segment *out);
bool segment_row_intact(statement *row, const segment *read);
/* Reads the head of one segment. CORRUPT when it is not there or is damaged. */
annoproj_status segment_read_head(database *database, int64_t project, int64_t number, segment *out,
                                  annoproj_error **error);
/* Reads a column's row into `room` (count * width bytes, at most SEGMENT_EVENTS * 8; 8 more if the width is less than 8)
 * and makes `view` show it. CORRUPT when it is not what it was written as. */
annoproj_status segment_read_column(blob_reader *columns, int64_t project, const segment *segment, int column,
                                    uint8_t *room, column_view *view, annoproj_error **error);
blob_reader segment_columns(database *database); /* closed by blob_close() */

#endif
