/* Answering a part of a scan from a summary (scan_summary.h): the cube that has every column the part looks at. */
#include "scan_summary.h"
#include "summary.h"

/* 0 = none. */
static int32_t cube_of(const scan_part *part) {
    bool users = true;
    bool stage = part->stages != NULL || (part->group & SCAN_BY_STAGE) != 0;
    bool actor = part->actors != NULL || (part->group & SCAN_BY_ACTOR) != 0;
    bool credited = part->credited != NULL || part->others_only || (part->group & SCAN_BY_CREDITED) != 0;
    bool class = part->classes != NULL || (part->group & (SCAN_BY_CLASS | SCAN_BY_ANSWER)) != 0;
    if (part->sources != NULL || part->tasks != NULL || (part->group & SCAN_BY_TASK) != 0 || (actor && credited) ||
        (class && (stage || actor || credited))) {
        return 0;
    }
    for (int i = 0; i < SCAN_KINDS && part->kinds[i] != 0; i++) {
        users = users && summary_counts_users(part->kinds[i]);
    }
    if (actor || credited) {
        return !users ? 0 : actor ? CUBE_ACTOR : CUBE_CREDITED;
    }
    return class ? CUBE_CLASS : CUBE_STAGE;
}

bool scan_is_lifetime(const scan_request *ask) {
    return ask->after == INT64_MIN && ask->before == INT64_MAX && ask->border_count == 0;
}

int32_t scan_summary_cube(const scan_request *ask, const scan_part *part) {
    return scan_is_lifetime(ask) && !ask->no_summaries ? cube_of(part) : 0;
}

static void raise_to(int64_t *highest, int64_t value) {
    *highest = value > *highest ? value : *highest;
}

int32_t scan_summary_last_cube(const scan_part *part, int32_t cube) {
    return cube != 0 && part->others_only ? CUBE_SELF : cube;
}

bool scan_summary_highest(const uint8_t *data, size_t length, int32_t last_cube, int64_t highest[SCAN_DIMENSIONS]) {
    summary_cursor cursor;
    summary_open(&cursor, data, length);
    while (summary_next_group(&cursor) && cursor.group.cube <= last_cube) {
        bool class = cursor.group.cube == CUBE_CLASS;
        raise_to(&highest[class ? 5 : 2], cursor.group.first_most);
        raise_to(&highest[class ? 6 : cursor.group.cube == CUBE_CREDITED ? 4 : 3], cursor.group.second_most);
    }
    return !cursor.failed;
}

static bool passes(const number_set *set, int64_t number) {
    return set == NULL || number_set_has(set, number);
}

/* Whether a cell of the part's cube passes its filters, and its key. */
static bool take_cell(const scan_sums *sums, const summary_cell *cell, int32_t cube, uint64_t *key) {
    const scan_part *part = sums->part;
    bool class = cube == CUBE_CLASS, credited = cube == CUBE_CREDITED;
    if (!passes(class ? part->classes : part->stages, cell->first) ||
        !(class || passes(credited ? part->credited : part->actors, cell->second))) {
        return false;
    }
    int first = class ? 5 : 2, second = class ? 6 : credited ? 4 : 3;
    *key = 0;
    if ((part->group & SCAN_BY_KIND) != 0) {
        *key += (uint64_t)(sums->kind_place[cell->kind] - 1) * sums->stride[SCAN_KIND];
    }
    *key += (part->group >> first & 1) != 0 ? (uint64_t)cell->first * sums->stride[first] : 0;
    *key += (part->group >> second & 1) != 0 ? (uint64_t)cell->second * sums->stride[second] : 0;
    return true;
}

/* Whether a part counts a group. One that leaves out what people did to their own work takes that away again. */
static bool wants(const scan_sums *sums, int32_t cube, const summary_group *group) {
    bool mine = cube != 0 && (group->cube == cube || (sums->part->others_only && group->cube == CUBE_SELF));
    return mine && group->kind > 0 && group->kind <= 255 && sums->kind_place[group->kind] != 0;
}

/* The group's cells to one part; the cursor is a copy, so that the next part reads them again. */
static bool add_group(scan_sums *sums, int32_t cube, summary_cursor cursor) {
    const summary_cell *cell = &cursor.cell;
    int64_t sign = cursor.group.cube == cube ? 1 : -1;
    uint64_t key;
    bool good = true;
    while (good && summary_next(&cursor)) {
        if (take_cell(sums, cell, cube, &key)) {
            good = scan_sums_add_sum(sums, key, sign * cell->count, sign * cell->frames, sign * cell->duration_us);
        }
    }
    return good && !cursor.failed;
}

bool scan_summary_add(scan_sums *sums, const int32_t *cubes, size_t count, const uint8_t *data, size_t length,
                      int32_t last_cube) {
    summary_cursor cursor;
    bool good = true;
    summary_open(&cursor, data, length);
    while (good && summary_next_group(&cursor) && cursor.group.cube <= last_cube) {
        for (size_t i = 0; i < count && good; i++) {
            good = !wants(&sums[i], cubes[i], &cursor.group) || add_group(&sums[i], cubes[i], cursor);
        }
    }
    return good && !cursor.failed;
}
