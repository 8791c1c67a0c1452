/* Picking rows for all parts at once (scan_pick.h): each value of a column of one byte stands for the set of parts that
 * it suits. */
#include <string.h>

#include "scan_pick.h"

void scan_filters(const scan_part *part, scan_filter filters[SCAN_FILTERS]) {
    const scan_filter all[SCAN_FILTERS] = {
        {part->sources, COLUMN_SOURCE}, {part->actors, COLUMN_ACTOR},  {part->credited, COLUMN_CREDITED},
        {part->stages, COLUMN_STAGE},   {part->classes, COLUMN_CLASS}, {part->tasks, COLUMN_TASK},
    };
    memcpy(filters, all, sizeof all);
}

bool scan_pick_decides(const scan_picks *picks, const scan_source *source, int column) {
    return source->head->columns[column].width <= (picks->few ? 0 : 1);
}

#define FIRST_ROWS 512

/* One row in eight at most, as far as the first ones tell. */
static bool are_few(const uint8_t *bits, size_t count) {
    const size_t seen = count < FIRST_ROWS ? count : FIRST_ROWS;
    size_t picked = 0;
    for (size_t i = 0; i < seen; i++) {
        picked += bits[i] != 0;
    }
    return picked * 8 <= seen;
}

/* How many codes a column of one byte may have; a damaged directory may say anything. */
static int codes_of(const segment_entry *entry) {
    uint64_t range = (uint64_t)entry->most - (uint64_t)entry->least;
    return entry->width == 0 ? 1 : range < 256 ? (int)range + 1 : 256;
}

static int64_t value_of(const segment_entry *entry, int code) {
    return (int64_t)((uint64_t)entry->least + (uint64_t)code);
}

/* What the table says of the next eight codes, as one word (little-endian machine: see Makefile). Compilers leave a loop as it
 * stands, which takes three times as long. */
static inline uint64_t look_up_eight(const uint8_t table[256], const uint8_t *codes) {
    const uint64_t low = (uint64_t)table[codes[0]] | (uint64_t)table[codes[1]] << 8 | (uint64_t)table[codes[2]] << 16 |
                         (uint64_t)table[codes[3]] << 24;
    const uint64_t high = (uint64_t)table[codes[4]] | (uint64_t)table[codes[5]] << 8 | (uint64_t)table[codes[6]] << 16 |
                          (uint64_t)table[codes[7]] << 24;
    return low | high << 32;
}

/* Bits of all rows as the table says of their codes. */
static void set_bits(const uint8_t table[256], const uint8_t *codes, size_t count, uint8_t *bits) {
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        const uint64_t eight = look_up_eight(table, codes + i);
        memcpy(bits + i, &eight, sizeof eight);
    }
    for (; i < count; i++) {
        bits[i] = table[codes[i]];
    }
}

/* Takes off the bits that the table does not have for the row's code; the parts that are left somewhere. */
static uint8_t keep_bits(const uint8_t table[256], const uint8_t *codes, size_t count, uint8_t *bits) {
    uint64_t seen = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t eight;
        memcpy(&eight, bits + i, sizeof eight);
        if (eight != 0) {
            eight &= look_up_eight(table, codes + i);
            memcpy(bits + i, &eight, sizeof eight);
            seen |= eight;
        }
    }
    for (; i < count; i++) {
        seen |= bits[i] &= table[codes[i]];
    }
    seen |= seen >> 32;
    seen |= seen >> 16;
    return (uint8_t)(seen | seen >> 8);
}

static uint8_t parts_of_kind(const scan_sums *sums, uint8_t wanted, int64_t kind) {
    uint8_t suits = 0;
    for (int i = 0; i < SCAN_TOGETHER && kind >= 0 && kind < 256; i++) {
        if ((wanted >> i & 1) != 0 && sums[i].kind_place[kind] != 0) {
            suits |= (uint8_t)(1 << i);
        }
    }
    return suits;
}

#define AT_ONCE 256

static annoproj_status pick_kinds(const scan_sums *sums, uint8_t wanted, scan_source *source, uint8_t *bits,
                                  uint8_t *found, annoproj_error **error) {
    const segment_entry *entry = &source->head->columns[COLUMN_KIND];
    const size_t count = source->head->count;
    const column_view *view;
    int64_t values[AT_ONCE];
    uint8_t table[256] = {0}, any = 0;
    annoproj_status status = scan_source_column(source, COLUMN_KIND, &view, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (view->width <= 1) {
        for (int code = 0; code < codes_of(entry); code++) {
            any |= table[code] = parts_of_kind(sums, wanted, value_of(entry, code));
        }
    }
    *found = any;
    if (view->width == 0) {
        memset(bits, table[0], count);
    } else if (view->width == 1) {
        if (any != 0) {
            set_bits(table, view->codes, count, bits);
        }
    } else {
        for (int kind = 0; kind < 256; kind++) {
            table[kind] = parts_of_kind(sums, wanted, kind);
        }
        for (size_t done = 0; done < count; done += AT_ONCE) {
            const size_t left = count - done, some = left < AT_ONCE ? left : AT_ONCE;
            column_values(view, done, some, values);
            for (size_t i = 0; i < some; i++) {
                *found |= bits[done + i] = (uint64_t)values[i] < 256 ? table[values[i]] : 0;
            }
        }
    }
    return ANNOPROJ_OK;
}

/* Parts whose filter on a column suits a value, and those that have none there. */
static uint8_t parts_of_value(const number_set *const sets[SCAN_TOGETHER], uint8_t wanted, int64_t value) {
    uint8_t suits = wanted;
    const number_set *before = NULL;
    bool passes = true;
    for (int i = 0; i < SCAN_TOGETHER; i++) {
        if (sets[i] != NULL) {
            passes = sets[i] == before ? passes : number_set_has(sets[i], value);
            before = sets[i];
            suits &= (uint8_t) ~(!passes << i);
        }
    }
    return suits;
}

/* The filters that the wanted parts have on one column. */
static annoproj_status pick_values(const number_set *const sets[SCAN_TOGETHER], int column, scan_source *source,
                                   uint8_t *bits, scan_picks *picks, annoproj_error **error) {
    uint8_t *found = &picks->found;
    const segment_entry *entry = &source->head->columns[column];
    const size_t count = source->head->count;
    const column_view *view;
    uint8_t table[256] = {0}, any = 0;
    if (entry->width > 1) { /* decided row by row; but a segment may hold nothing that suits */
        for (int i = 0; i < SCAN_TOGETHER; i++) {
            bool meets = sets[i] == NULL || number_set_meets(sets[i], entry->least, entry->most);
            *found &= (uint8_t) ~(!meets << i);
        }
        return ANNOPROJ_OK;
    }
    for (int code = 0; code < codes_of(entry); code++) {
        any |= table[code] = parts_of_value(sets, *found, value_of(entry, code));
    }
    *found = any;
    if (any == 0 || entry->width == 0 || picks->few) {
        return ANNOPROJ_OK; /* what is not found any more is not asked for */
    }
    annoproj_status status = scan_source_column(source, column, &view, error);
    *found = status == ANNOPROJ_OK ? keep_bits(table, view->codes, count, bits) : 0;
    return status;
}

annoproj_status scan_pick(const scan_sums *sums, uint8_t wanted, scan_source *source, uint8_t *bits, scan_picks *picks,
                          annoproj_error **error) {
    scan_filter filters[SCAN_TOGETHER][SCAN_FILTERS] = {0};
    const size_t count = source->head->count;
    for (int i = 0; i < SCAN_TOGETHER; i++) {
        if ((wanted >> i & 1) != 0) {
            scan_filters(sums[i].part, filters[i]);
        }
    }
    *picks = (scan_picks){0};
    annoproj_status status = pick_kinds(sums, wanted, source, bits, &picks->found, error);
    picks->few = status == ANNOPROJ_OK && picks->found != 0 && are_few(bits, count);
    for (int f = 0; f < SCAN_FILTERS && status == ANNOPROJ_OK && picks->found != 0; f++) {
        const number_set *sets[SCAN_TOGETHER] = {0};
        bool any = false;
        int column = 0;
        for (int i = 0; i < SCAN_TOGETHER; i++) {
            if ((picks->found >> i & 1) != 0 && filters[i][f].set != NULL) {
                sets[i] = filters[i][f].set;
                column = filters[i][f].column;
                any = true;
            }
        }
        status = any ? pick_values(sets, column, source, bits, picks, error) : ANNOPROJ_OK;
    }
    memset(bits + count, 0, (SEGMENT_EVENTS - count) & 7);
    return status;
}

/* Which of eight rows are picked is hard to foretell: each is written, and stays when it is. */
size_t scan_picked(const uint8_t *bits, size_t count, uint8_t bit, uint16_t *rows) {
    const uint64_t wanted = bit * UINT64_C(0x0101010101010101);
    const int place = __builtin_ctz(bit);
    size_t found = 0;
    for (size_t i = 0; i < count; i += 8) {
        uint64_t eight;
        memcpy(&eight, bits + i, sizeof eight);
        if ((eight &= wanted) == 0) {
            continue;
        }
        eight >>= place;
        for (size_t row = i; row < i + 8; row++, eight >>= 8) {
            rows[found] = (uint16_t)row;
            found += eight & 1;
        }
    }
    return found;
}
