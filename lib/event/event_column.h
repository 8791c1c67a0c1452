/* The columns of the log, numbered for ever, and an event's fields by column number. */
#ifndef EVENT_COLUMN_H
#define EVENT_COLUMN_H

#include "event.h"

typedef enum event_column {
    COLUMN_TIME = 1,
    COLUMN_KIND = 2,
    COLUMN_SOURCE = 3,
    COLUMN_ACTOR = 4,
    COLUMN_CREDITED = 5,
    COLUMN_STAGE = 6,
    COLUMN_TASK = 7,
    COLUMN_CLASS = 8,
    COLUMN_ANSWER = 9,
    COLUMN_FRAMES = 10,
    COLUMN_DURATION = 11,
    COLUMN_REFERENCE = 12,
    COLUMN_VALUE = 13
} event_column;

#define COLUMN_COUNT 13
#define ALL_COLUMNS  (((uint32_t)1 << (COLUMN_COUNT + 1)) - 2)

typedef struct event_field {
    size_t offset;
    bool wide; /* int64_t, else int32_t */
} event_field;
const event_field *event_field_of(int column);

int64_t event_get(const event *event, int column);
void event_values(const event *event, int64_t values[COLUMN_COUNT + 1]);    /* by column number */
bool event_from_values(const int64_t values[COLUMN_COUNT + 1], event *out); /* false as for event_set() */
/* False when the value does not fit the field: the store is damaged. */
bool event_set(event *event, int column, int64_t value);
bool event_set_all(event *events, size_t count, int column, const int64_t *values);

#endif
