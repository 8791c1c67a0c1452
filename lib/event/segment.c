/* Segments in memory: events to columns and back (segment.h). */
#include <string.h>

#include "hash.h"
#include "segment.h"

int64_t column_value(const column_view *column, size_t row) {
    uint64_t code = 0;
    if (column->width != 0) {
        memcpy(&code, column->codes + row * column->width, column->width); /* little-endian machine: see Makefile */
    }
    return (int64_t)((uint64_t)column->base + code);
}

static bool is_packed(size_t width) {
    return width == 3 || (width > 4 && width < 8);
}

/* Inlined where the width is a constant, so that there is a loop for each. Of packed codes 8 bytes are read, and what is too much is
 * cut off. */
#define FOR_EACH_WIDTH static inline __attribute__((always_inline))

FOR_EACH_WIDTH uint64_t code_at(const uint8_t *codes, size_t row, size_t width) {
    uint64_t code = 0;
    if (width == 0) {
        return 0; /* a constant has no codes */
    }
    memcpy(&code, codes + row * width,
           is_packed(width) ? sizeof code : width); /* little-endian machine: see Makefile */
    return is_packed(width) ? code & (((uint64_t)1 << 8 * width) - 1) : code;
}

FOR_EACH_WIDTH void gather(const uint8_t *codes, size_t width, uint64_t base, const uint16_t *rows, size_t count,
                           int64_t *out) {
    for (size_t i = 0; i < count; i++) {
        out[i] = (int64_t)(base + code_at(codes, rows[i], width));
    }
}

void column_gather(const column_view *view, size_t start, const uint16_t *rows, size_t count, int64_t *out) {
    const uint8_t *codes = view->codes + start * view->width;
    const uint64_t base = (uint64_t)view->base;
    switch (view->width) {
    case 0: gather(codes, 0, base, rows, count, out); break;
    case 1: gather(codes, 1, base, rows, count, out); break;
    case 2: gather(codes, 2, base, rows, count, out); break;
    case 3: gather(codes, 3, base, rows, count, out); break;
    case 4: gather(codes, 4, base, rows, count, out); break;
    case 5: gather(codes, 5, base, rows, count, out); break;
    case 6: gather(codes, 6, base, rows, count, out); break;
    case 7: gather(codes, 7, base, rows, count, out); break;
    default: gather(codes, 8, base, rows, count, out);
    }
}

/* Into a field of events; false when a value does not fit. */
FOR_EACH_WIDTH bool gather_field(const uint8_t *codes, size_t width, uint64_t base, const uint16_t *rows, size_t count,
                                 bool wide, char *field) {
    uint64_t too_large = 0;
    for (size_t i = 0; i < count; i++, field += sizeof(event)) {
        const int64_t value = (int64_t)(base + code_at(codes, rows[i], width));
        const int32_t narrow = (int32_t)value;
        memcpy(field, wide ? (const void *)&value : &narrow, wide ? sizeof value : sizeof narrow);
        too_large |= wide ? 0 : (uint64_t)value ^ (uint64_t)narrow;
    }
    return too_large == 0;
}

FOR_EACH_WIDTH bool gather_fields(const column_view *view, const uint16_t *rows, size_t count, bool wide, char *field) {
    const uint8_t *codes = view->codes;
    const uint64_t base = (uint64_t)view->base;
    switch (view->width) {
    case 0: return gather_field(codes, 0, base, rows, count, wide, field);
    case 1: return gather_field(codes, 1, base, rows, count, wide, field);
    case 2: return gather_field(codes, 2, base, rows, count, wide, field);
    case 3: return gather_field(codes, 3, base, rows, count, wide, field);
    case 4: return gather_field(codes, 4, base, rows, count, wide, field);
    case 5: return gather_field(codes, 5, base, rows, count, wide, field);
    case 6: return gather_field(codes, 6, base, rows, count, wide, field);
    case 7: return gather_field(codes, 7, base, rows, count, wide, field);
    default: return gather_field(codes, 8, base, rows, count, wide, field);
    }
}

bool column_gather_events(const column_view *view, int number, const uint16_t *rows, size_t count, event *events) {
    const event_field *into = event_field_of(number);
    char *field = (char *)events + into->offset;
    return into->wide ? gather_fields(view, rows, count, true, field) : gather_fields(view, rows, count, false, field);
}

#define TOGETHER 256

void column_values(const column_view *view, size_t start, size_t count, int64_t *out) {
    uint16_t rows[TOGETHER];
    for (uint16_t i = 0; i < TOGETHER; i++) {
        rows[i] = i;
    }
    for (size_t done = 0; done < count; done += TOGETHER) {
        const size_t left = count - done;
        column_gather(view, start + done, rows, left < TOGETHER ? left : TOGETHER, out + done);
    }
}

bool column_to_events(const column_view *view, int number, size_t start, size_t count, event *events) {
    int64_t values[TOGETHER];
    bool fits = true;
    for (size_t done = 0; done < count; done += TOGETHER) {
        const size_t left = count - done, some = left < TOGETHER ? left : TOGETHER;
        column_values(view, start + done, some, values);
        fits = event_set_all(events + done, some, number, values) && fits;
    }
    return fits;
}

/* --- events column by column ---- */

#define APART 64 /* so that all columns of a row do not want the same place of the processor's cache */

bool event_columns_make(event_columns *out, size_t capacity) {
    int64_t *room = allocate(COLUMN_COUNT * (capacity + APART) * sizeof *room);
    *out = (event_columns){.capacity = capacity};
    for (int column = 1; column <= COLUMN_COUNT && room != NULL; column++) {
        out->values[column] = room + (size_t)(column - 1) * (capacity + APART);
    }
    return room != NULL;
}

void event_columns_add(event_columns *to, const event *events, size_t count) {
    for (size_t i = 0; i < count; i++, to->count++) {
        int64_t values[COLUMN_COUNT + 1];
        event_values(&events[i], values);
        for (int column = 1; column <= COLUMN_COUNT; column++) {
            to->values[column][to->count] = values[column];
        }
    }
}

void event_columns_release(event_columns *columns) {
    release(columns->values[1]);
    *columns = (event_columns){0};
}

/* --- encoding ---- */

static uint8_t width_of(uint64_t range) {
    return (uint8_t)(range == 0 ? 0 : (71 - __builtin_clzll(range)) / 8);
}

/* Each code is written with 8 bytes, whose upper ones the next code covers. */
static void pack(const int64_t *values, size_t count, int64_t least, uint8_t width, uint8_t *room) {
    for (size_t i = 0; i < count; i++) {
        uint64_t code = (uint64_t)values[i] - (uint64_t)least;
        memcpy(room + i * width, &code, sizeof code);
    }
}

static void narrow(const int64_t *values, size_t count, int64_t least, uint8_t width, uint8_t *room) {
    uint64_t base = (uint64_t)least;
    for (size_t i = 0; i < count && width == 1; i++) {
        room[i] = (uint8_t)((uint64_t)values[i] - base);
    }
    for (size_t i = 0; i < count && width == 2; i++) {
        ((uint16_t *)(void *)room)[i] = (uint16_t)((uint64_t)values[i] - base);
    }
    for (size_t i = 0; i < count && width == 4; i++) {
        ((uint32_t *)(void *)room)[i] = (uint32_t)((uint64_t)values[i] - base);
    }
    for (size_t i = 0; i < count && width == 8; i++) {
        ((uint64_t *)(void *)room)[i] = (uint64_t)values[i] - base;
    }
}

/* One column into `room`; its entry says how. */
static void encode_column(const int64_t *values, size_t count, int column, uint8_t *room, segment_entry *entry) {
    int64_t least = values[0], most = values[0];
    for (size_t i = 1; i < count; i++) {
        least = values[i] < least ? values[i] : least;
        most = values[i] > most ? values[i] : most;
    }
    uint8_t width = width_of((uint64_t)most - (uint64_t)least);
    *entry = (segment_entry){.column = (uint8_t)column,
                             .encoding = width == 0         ? ENCODING_CONSTANT
                                         : is_packed(width) ? ENCODING_PACKED
                                                            : ENCODING_OFFSET,
                             .width = width,
                             .length = (uint32_t)(count * width),
                             .least = least,
                             .most = most};
    if (is_packed(width)) {
        pack(values, count, least, width, room);
    } else if (width != 0) {
        narrow(values, count, least, width, room);
    }
    if (width != 0) {
        entry->checksum = hash64(room, entry->length);
    }
}

static void raise_to(int64_t *most, int64_t value) {
    *most = value > *most ? value : *most;
}

static void lower_to(int64_t *least, int64_t value) {
    *least = value < *least ? value : *least;
}

/* Pieces of time may be reported late; everything else has the time of its command. */
void segment_add_times(segment *head, size_t place, int64_t time, int64_t kind, int64_t duration_us) {
    int64_t reach = duration_us <= 0 ? time : time > INT64_MAX - duration_us ? INT64_MAX : time + duration_us;
    if (place == 0) {
        head->time_least = head->time_most = time;
        head->time_reach = reach;
        head->command_least = INT64_MAX;
        head->command_most = INT64_MIN;
        head->ascending = true;
    }
    lower_to(&head->time_least, time);
    raise_to(&head->time_most, time);
    raise_to(&head->time_reach, reach);
    if (kind != EVENT_TIME_SPENT) {
        head->ascending = head->ascending && time >= head->command_most;
        lower_to(&head->command_least, time);
        raise_to(&head->command_most, time);
    }
}

bool segment_encode(const event_columns *columns, encoded_segment *out) {
    const size_t count = columns->count;
    int64_t *const *values = columns->values;
    out->head = (segment){.count = count};
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        if (out->data[column] == NULL) {
            out->data[column] = allocate(columns->capacity * 8);
        }
        if (out->data[column] == NULL) {
            return false;
        }
        encode_column(values[column], count, column, out->data[column], &out->head.columns[column]);
    }
    for (size_t i = 0; i < count; i++) {
        segment_add_times(&out->head, i, values[COLUMN_TIME][i], values[COLUMN_KIND][i], values[COLUMN_DURATION][i]);
    }
    return true;
}

void encoded_segment_release(encoded_segment *encoded) {
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        release(encoded->data[column]);
    }
    *encoded = (encoded_segment){0};
}

void directory_encode(const segment *head, bytes *out) {
    for (int column = 1; column <= COLUMN_COUNT; column++) {
        const segment_entry *entry = &head->columns[column];
        if (entry->width != 0 || entry->least != 0) {
            bytes_append(out, entry, sizeof *entry);
        }
    }
}

static bool entry_makes_sense(const segment_entry *entry, size_t count) {
    if (entry->encoding == ENCODING_CONSTANT) {
        return entry->width == 0 && entry->length == 0 && entry->least == entry->most;
    }
    bool packed = is_packed(entry->width), whole = entry->width > 0 && entry->width <= 8 && !packed;
    return (entry->encoding == ENCODING_OFFSET ? whole : entry->encoding == ENCODING_PACKED && packed) &&
           entry->length == count * entry->width && entry->least < entry->most;
}

bool directory_decode(const uint8_t *data, size_t length, segment *out) {
    memset(out->columns, 0, sizeof out->columns);
    if (length % sizeof(segment_entry) != 0) {
        return false;
    }
    for (size_t at = 0; at < length; at += sizeof(segment_entry)) {
        segment_entry entry;
        memcpy(&entry, data + at, sizeof entry);
        if (entry.column == 0 || entry.column > COLUMN_COUNT) {
            continue;
        }
        if (!entry_makes_sense(&entry, out->count)) {
            return false;
        }
        out->columns[entry.column] = entry;
    }
    return true;
}

uint64_t segment_checksum(const segment *head, const uint8_t *directory, size_t length) {
    int64_t facts[] = {head->number,     head->first_seq,     (int64_t)head->count, head->time_least, head->time_most,
                       head->time_reach, head->command_least, head->command_most,   head->ascending};
    return hash64_with(directory, length, hash64(facts, sizeof facts));
}
