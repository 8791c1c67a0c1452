/* An event's fields by column number. */
#include <string.h>

#include "event_column.h"

static const event_field fields[COLUMN_COUNT + 1] = {
    [COLUMN_TIME] = {offsetof(event, time_us), true},
    [COLUMN_KIND] = {offsetof(event, kind), false},
    [COLUMN_SOURCE] = {offsetof(event, source), false},
    [COLUMN_ACTOR] = {offsetof(event, actor), true},
    [COLUMN_CREDITED] = {offsetof(event, credited), true},
    [COLUMN_STAGE] = {offsetof(event, stage), false},
    [COLUMN_TASK] = {offsetof(event, task), true},
    [COLUMN_CLASS] = {offsetof(event, class), false},
    [COLUMN_ANSWER] = {offsetof(event, answer), false},
    [COLUMN_FRAMES] = {offsetof(event, frames), true},
    [COLUMN_DURATION] = {offsetof(event, duration_us), true},
    [COLUMN_REFERENCE] = {offsetof(event, reference), true},
    [COLUMN_VALUE] = {offsetof(event, value), true},
};

const event_field *event_field_of(int column) {
    return &fields[column];
}

int64_t event_get(const event *one, int column) {
    const char *at = (const char *)one + fields[column].offset;
    if (fields[column].wide) {
        int64_t value;
        memcpy(&value, at, sizeof value);
        return value;
    }
    int32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

void event_values(const event *one, int64_t values[COLUMN_COUNT + 1]) {
    values[COLUMN_TIME] = one->time_us;
    values[COLUMN_KIND] = one->kind;
    values[COLUMN_SOURCE] = one->source;
    values[COLUMN_ACTOR] = one->actor;
    values[COLUMN_CREDITED] = one->credited;
    values[COLUMN_STAGE] = one->stage;
    values[COLUMN_TASK] = one->task;
    values[COLUMN_CLASS] = one->class;
    values[COLUMN_ANSWER] = one->answer;
    values[COLUMN_FRAMES] = one->frames;
    values[COLUMN_DURATION] = one->duration_us;
    values[COLUMN_REFERENCE] = one->reference;
    values[COLUMN_VALUE] = one->value;
}

static bool narrow(int64_t value, int32_t *out) {
    *out = (int32_t)value;
    return *out == value;
}

bool event_from_values(const int64_t values[COLUMN_COUNT + 1], event *out) {
    out->time_us = values[COLUMN_TIME];
    out->actor = values[COLUMN_ACTOR];
    out->credited = values[COLUMN_CREDITED];
    out->task = values[COLUMN_TASK];
    out->frames = values[COLUMN_FRAMES];
    out->duration_us = values[COLUMN_DURATION];
    out->reference = values[COLUMN_REFERENCE];
    out->value = values[COLUMN_VALUE];
    bool fits = narrow(values[COLUMN_KIND], &out->kind);
    fits &= narrow(values[COLUMN_SOURCE], &out->source);
    fits &= narrow(values[COLUMN_STAGE], &out->stage);
    fits &= narrow(values[COLUMN_CLASS], &out->class);
    return narrow(values[COLUMN_ANSWER], &out->answer) && fits;
}

bool event_set(event *one, int column, int64_t value) {
    char *at = (char *)one + fields[column].offset;
    if (fields[column].wide) {
        memcpy(at, &value, sizeof value);
        return true;
    }
    int32_t number;
    if (!narrow(value, &number)) {
        return false;
    }
    memcpy(at, &number, sizeof number);
    return true;
}

bool event_set_all(event *events, size_t count, int column, const int64_t *values) {
    char *at = (char *)events + fields[column].offset;
    bool fits = true;
    if (fields[column].wide) {
        for (size_t i = 0; i < count; i++, at += sizeof(event)) {
            memcpy(at, &values[i], sizeof values[i]);
        }
        return true;
    }
    for (size_t i = 0; i < count; i++, at += sizeof(event)) {
        int32_t number;
        fits &= narrow(values[i], &number);
        memcpy(at, &number, sizeof number);
    }
    return fits;
}
