/* Summaries (summary.h). Stored: cells in order of (cube, kind, first, second), in groups of a cube and a kind; each cell as
 * a varint mask of what follows, then what differs from the cell before it in the group, and the sums. */
#include <stdlib.h>
#include <string.h>

#include "allocate.h"
#include "summary.h"

bool summary_counts_users(int32_t kind) {
    return (kind > 0 && kind < EVENT_LABEL_PUT) || (kind >= EVENT_ISSUE_CREATE && kind < EVENT_PROJECT_CREATE);
}

#define BYTES_OF_CELL 4 /* few cells take less when they are stored */

static uint64_t key_hash(const summary_cell *key) {
    uint64_t hash = (uint64_t)key->cube * 0x9e3779b97f4a7c15u;
    hash = (hash ^ (uint64_t)key->kind) * 0xbf58476d1ce4e5b9u;
    hash = (hash ^ (uint64_t)key->first) * 0x94d049bb133111ebu;
    hash = (hash ^ (uint64_t)key->second) * 0x9e3779b97f4a7c15u;
    return hash ^ hash >> 32;
}

static bool same_key(const summary_cell *a, const summary_cell *b) {
    return a->cube == b->cube && a->kind == b->kind && a->first == b->first && a->second == b->second;
}

/* Room for so many cells, and the hash table made anew: it holds positions of cells. */
static void reserve(summary *sums, size_t wanted) {
    size_t capacity = sums->capacity == 0 ? 4096 : sums->capacity;
    while (capacity < wanted) {
        capacity *= 2;
    }
    summary_cell *cells = reallocate(sums->cells, capacity * sizeof *cells);
    if (cells != NULL) {
        sums->cells = cells;
    }
    uint32_t *slots = allocate_zeroed(capacity * 2, sizeof *slots);
    if (cells == NULL || slots == NULL) {
        release(slots);
        sums->failed = true;
        return;
    }
    release(sums->slots);
    sums->slots = slots;
    sums->capacity = capacity;
    for (size_t i = 0; i < sums->count; i++) {
        size_t slot = key_hash(&cells[i]) & (capacity * 2 - 1);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (capacity * 2 - 1);
        }
        slots[slot] = (uint32_t)(i + 1);
    }
}

static bool has_room(summary *sums, size_t more) {
    if (!sums->failed && sums->count + more > sums->capacity) {
        reserve(sums, sums->count + more);
    }
    return !sums->failed;
}

static void add_sums(summary_cell *to, const summary_cell *cell) {
    to->count = (int64_t)((uint64_t)to->count + (uint64_t)cell->count);
    to->frames = (int64_t)((uint64_t)to->frames + (uint64_t)cell->frames);
    to->duration_us = (int64_t)((uint64_t)to->duration_us + (uint64_t)cell->duration_us);
}

/* A cell whose key is not there yet, for which there is room. */
static void put_new(summary *sums, const summary_cell *cell) {
    const size_t mask = sums->capacity * 2 - 1;
    size_t slot = key_hash(cell) & mask;
    while (sums->slots[slot] != 0) {
        slot = (slot + 1) & mask;
    }
    sums->cells[sums->count] = *cell;
    sums->slots[slot] = (uint32_t)++sums->count;
}

/* Adds the sums of `cell` to those of its key, for which there is room. */
static void add_cell(summary *sums, const summary_cell *cell, uint64_t hash) {
    size_t mask = sums->capacity * 2 - 1;
    size_t slot = hash & mask;
    while (sums->slots[slot] != 0 && !same_key(&sums->cells[sums->slots[slot] - 1], cell)) {
        slot = (slot + 1) & mask;
    }
    if (sums->slots[slot] == 0) {
        sums->cells[sums->count] = *cell;
        sums->slots[slot] = (uint32_t)++sums->count;
        return;
    }
    add_sums(&sums->cells[sums->slots[slot] - 1], cell);
}

/* Cells that are added together: where they go is fetched for all of them before the first one is looked at, because it is
 * hardly ever where the one before went. */
#define TOGETHER     16 /* events */
#define CUBES_OF_ONE 5

typedef struct cell_block {
    summary_cell cells[TOGETHER * CUBES_OF_ONE];
    uint64_t hashes[TOGETHER * CUBES_OF_ONE];
    size_t count;
} cell_block;

static void put_in(cell_block *block, summary_cube cube, const event *one, int64_t first, int64_t second) {
    summary_cell *cell = &block->cells[block->count];
    *cell = (summary_cell){.cube = (int32_t)cube,
                           .kind = one->kind,
                           .first = first,
                           .second = second,
                           .count = 1,
                           .frames = one->frames,
                           .duration_us = one->duration_us};
    block->hashes[block->count++] = key_hash(cell);
}

static void put_event(cell_block *block, const event *one) {
    put_in(block, CUBE_STAGE, one, one->stage, 0);
    put_in(block, CUBE_CLASS, one, one->class, one->answer);
    if (summary_counts_users(one->kind)) {
        put_in(block, CUBE_ACTOR, one, one->stage, one->actor);
        put_in(block, CUBE_CREDITED, one, one->stage, one->credited);
        if (one->credited == one->actor) {
            put_in(block, CUBE_SELF, one, one->stage, one->actor);
        }
    }
}

static void add_block(summary *sums, const cell_block *block) {
    if (!has_room(sums, block->count)) {
        return;
    }
    const size_t mask = sums->capacity * 2 - 1;
    for (size_t i = 0; i < block->count; i++) {
        __builtin_prefetch(&sums->slots[block->hashes[i] & mask]);
    }
    for (size_t i = 0; i < block->count; i++) {
        const uint32_t place = sums->slots[block->hashes[i] & mask];
        __builtin_prefetch(&sums->cells[place == 0 ? 0 : place - 1]);
    }
    for (size_t i = 0; i < block->count; i++) {
        add_cell(sums, &block->cells[i], block->hashes[i]);
    }
}

void summary_add(summary *sums, const event *events, size_t count) {
    cell_block block;
    for (size_t done = 0; done < count;) {
        block.count = 0;
        for (size_t i = 0; i < TOGETHER && done < count; i++) {
            put_event(&block, &events[done++]);
        }
        add_block(sums, &block);
    }
}

static int compare_cells(const void *left, const void *right) {
    const summary_cell *a = left, *b = right;
    if (a->cube != b->cube) {
        return a->cube < b->cube ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    if (a->first != b->first) {
        return a->first < b->first ? -1 : 1;
    }
    return a->second < b->second ? -1 : a->second > b->second;
}

enum { HAS_FIRST = 1, HAS_SECOND = 2, HAS_FRAMES = 4, HAS_DURATION = 8, HAS_ALL = 15 };

#define LONGEST_CELL (6 * LONGEST_VARINT)

static uint8_t *put_difference(uint8_t *at, int64_t value, int64_t before) {
    return value == before ? at : put_varint(at, zigzag((int64_t)((uint64_t)value - (uint64_t)before)));
}

static void put_cell(bytes *out, const summary_cell *cell, const summary_cell *before) {
    uint8_t *at = bytes_room(out, LONGEST_CELL);
    if (at == NULL) {
        return;
    }
    at = put_varint(at, (cell->first != before->first ? HAS_FIRST : 0u) |
                            (cell->second != before->second ? HAS_SECOND : 0u) | (cell->frames != 0 ? HAS_FRAMES : 0u) |
                            (cell->duration_us != 0 ? HAS_DURATION : 0u));
    at = put_difference(at, cell->first, before->first);
    at = put_difference(at, cell->second, before->second);
    at = put_varint(at, (uint64_t)cell->count);
    at = put_difference(at, cell->frames, 0);
    at = put_difference(at, cell->duration_us, 0);
    out->length = (size_t)(at - out->data);
}

/* A group that is being written: its cells so far. */
typedef struct group_writer {
    summary_group group;
    summary_cell before;
    bytes cells;
} group_writer;

static void end_group(group_writer *open, bytes *out) {
    if (open->cells.length > 0) {
        bytes_varint(out, (uint64_t)open->group.cube);
        bytes_varint(out, (uint64_t)open->group.kind);
        bytes_zigzag(out, open->group.first_most);
        bytes_zigzag(out, open->group.second_most);
        bytes_varint(out, open->cells.length);
        bytes_append(out, open->cells.data, open->cells.length);
    }
    out->failed = out->failed || open->cells.failed;
    open->cells.length = 0;
}

static void write_cell(group_writer *open, const summary_cell *cell, bytes *out) {
    summary_group *group = &open->group;
    if (open->cells.length == 0 || group->cube != cell->cube || group->kind != cell->kind) {
        end_group(open, out);
        *group = (summary_group){cell->cube, cell->kind, cell->first, cell->second};
        open->before = (summary_cell){0};
    }
    group->first_most = cell->first > group->first_most ? cell->first : group->first_most;
    group->second_most = cell->second > group->second_most ? cell->second : group->second_most;
    put_cell(&open->cells, cell, &open->before);
    open->before = *cell;
}

void summary_open(summary_cursor *cursor, const uint8_t *data, size_t length) {
    *cursor = (summary_cursor){.groups = {.at = data, .end = length == 0 ? data : data + length}};
}

bool summary_next_group(summary_cursor *cursor) {
    unpacker *from = &cursor->groups;
    if (cursor->failed || from->at == from->end) {
        return false;
    }
    uint64_t cube = unpack_varint(from), kind = unpack_varint(from);
    cursor->group = (summary_group){.cube = (int32_t)cube, .kind = (int32_t)kind};
    cursor->group.first_most = unpack_zigzag(from);
    cursor->group.second_most = unpack_zigzag(from);
    size_t length = unpack_varint(from);
    const uint8_t *cells = unpack_bytes(from, length);
    cursor->failed = from->failed || cube > INT32_MAX || kind > INT32_MAX;
    cursor->cells = (unpacker){.at = cells, .end = cursor->failed ? cells : cells + length};
    cursor->cell = (summary_cell){.cube = cursor->group.cube, .kind = cursor->group.kind};
    return !cursor->failed;
}

static int64_t next_number(unpacker *from, int64_t before) {
    return (int64_t)((uint64_t)before + (uint64_t)unpack_zigzag(from));
}

bool summary_next(summary_cursor *cursor) {
    if (cursor->failed || cursor->cells.at == cursor->cells.end) {
        return false;
    }
    unpacker from = cursor->cells; /* of our own: it stays in registers */
    summary_cell *cell = &cursor->cell;
    uint64_t mask = unpack_varint(&from);
    cell->first = mask & HAS_FIRST ? next_number(&from, cell->first) : cell->first;
    cell->second = mask & HAS_SECOND ? next_number(&from, cell->second) : cell->second;
    cell->count = (int64_t)unpack_varint(&from);
    cell->frames = mask & HAS_FRAMES ? unpack_zigzag(&from) : 0;
    cell->duration_us = mask & HAS_DURATION ? unpack_zigzag(&from) : 0;
    cursor->cells = from;
    cursor->failed = from.failed || mask > HAS_ALL || cell->first > cursor->group.first_most ||
                     cell->second > cursor->group.second_most;
    return !cursor->failed;
}

bool summary_decode(summary *sums, const uint8_t *data, size_t length) {
    summary_cursor cursor;
    summary_open(&cursor, data, length);
    reserve(sums, length / BYTES_OF_CELL);
    while (summary_next_group(&cursor) && !sums->failed) {
        while (summary_next(&cursor)) {
            if (sums->count > 0 && compare_cells(&sums->cells[sums->count - 1], &cursor.cell) >= 0) {
                return false;
            }
            if (has_room(sums, 1)) {
                put_new(sums, &cursor.cell);
            }
        }
    }
    sums->ordered = sums->count;
    return !cursor.failed;
}

/* Two runs in order: what was decoded, and the cells that are new since. */
void summary_encode(summary *sums, bytes *out) {
    group_writer open = {.group = {0}};
    size_t old = 0, fresh = sums->ordered;
    if (sums->count > fresh) {
        qsort(sums->cells + fresh, sums->count - fresh, sizeof *sums->cells, compare_cells);
    }
    while (old < sums->ordered || fresh < sums->count) {
        bool first = fresh == sums->count ||
                     (old < sums->ordered && compare_cells(&sums->cells[old], &sums->cells[fresh]) < 0);
        write_cell(&open, &sums->cells[first ? old++ : fresh++], out);
    }
    end_group(&open, out);
    bytes_release(&open.cells);
    out->failed = out->failed || sums->failed;
}

void summary_release(summary *sums) {
    release(sums->cells);
    release(sums->slots);
    *sums = (struct summary){0};
}
