/* Reading the features of an ontology. */
#include "ontology.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"

#define SQL_ALL                                                                                                        \
    "SELECT number, hash, kind, type, name, value, color, parent, class, position, required, dynamic, archived, "      \
    "coco_category, (SELECT features FROM ontology WHERE id = ?1), global"                                             \
    " FROM feature WHERE ontology = ?1 ORDER BY number"

static bool read_text(statement *row, int column, arena *memory, const char **out) {
    *out = arena_text(memory, column_text(row, column), column_length(row, column));
    return *out != NULL;
}

static bool read_feature(statement *row, arena *memory, feature *out) {
    *out = (feature){
        .number = (int32_t)column_int64(row, 0),
        .kind = (int32_t)column_int64(row, 2),
        .type = (int32_t)column_int64(row, 3),
        .parent = (int32_t)column_int64(row, 7),
        .class = (int32_t)column_int64(row, 8),
        .position = (int32_t)column_int64(row, 9),
        .required = column_int64(row, 10) != 0,
        .dynamic = column_int64(row, 11) != 0,
        .archived = column_int64(row, 12) != 0,
        .global = column_int64(row, 15) != 0,
        .coco_category = column_is_null(row, 13) ? -1 : column_int64(row, 13),
    };
    return read_text(row, 1, memory, &out->hash) && read_text(row, 4, memory, &out->name) &&
           read_text(row, 5, memory, &out->value) && read_text(row, 6, memory, &out->color);
}

static int by_position(const void *left, const void *right) {
    const feature *a = left, *b = right;
    return (a->position > b->position) - (a->position < b->position);
}

/* Grows in the arena: what is left behind goes with the call. */
static bool make_room(arena *memory, ontology_features *out, size_t *capacity) {
    if (out->count < *capacity) {
        return true;
    }
    size_t larger = *capacity ? *capacity * 2 : 64;
    feature *features = arena_array(memory, larger, sizeof *features);
    if (!features) {
        return false;
    }
    if (out->count > 0) {
        memcpy(features, out->features, out->count * sizeof *features);
    }
    out->features = features;
    *capacity = larger;
    return true;
}

/* Numbers index arrays, so that they are looked at first: ascending from 1, and none that was not given out. */
static bool is_numbered(statement *row, const ontology_features *out) {
    const int64_t number = column_int64(row, 0), given_out = column_int64(row, 14);
    return number > out->highest && number <= given_out && given_out <= INT32_MAX;
}

/* --- vertices ------------------------------------------------------------------------------------------------- */

#define SQL_VERTICES "SELECT hash, name, value, color FROM vertex WHERE ontology = ?1 AND class = ?2 ORDER BY position"

static bool add_vertex(statement *row, arena *memory, vertex **all, size_t *count, size_t *capacity) {
    if (*count == *capacity) {
        const size_t larger = *capacity ? *capacity * 2 : 16;
        vertex *grown = arena_array(memory, larger, sizeof *grown);
        if (!grown) {
            return false;
        }
        if (*count > 0) {
            memcpy(grown, *all, *count * sizeof *grown);
        }
        *all = grown;
        *capacity = larger;
    }
    vertex *at = &(*all)[(*count)++];
    return read_text(row, 0, memory, &at->hash) && read_text(row, 1, memory, &at->name) &&
           read_text(row, 2, memory, &at->value) && read_text(row, 3, memory, &at->color);
}

static annoproj_status load_vertices(scope *in, int64_t ontology, feature *class, annoproj_error **error) {
    vertex *all = NULL;
    size_t capacity = 0;
    bool memory = true;
    statement *find = sql(in->database, SQL_VERTICES);
    bind_int64(find, ontology);
    bind_int64(find, class->number);
    while (memory && sql_row(find)) {
        memory = add_vertex(find, in->memory, &all, &class->vertex_count, &capacity);
    }
    class->vertices = all;
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !memory ? fail_memory(error) : status;
}

static annoproj_status load_skeletons(scope *in, int64_t ontology, ontology_features *all, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < all->count && status == ANNOPROJ_OK; i++) {
        feature *one = &all->features[i];
        if (one->kind == FEATURE_OBJECT && one->type == SHAPE_SKELETON) {
            status = load_vertices(in, ontology, one, error);
        }
    }
    return status;
}

annoproj_status ontology_load(scope *in, int64_t ontology, ontology_features *out, annoproj_error **error) {
    size_t capacity = 0;
    bool memory = true, sound = true;
    *out = (ontology_features){0};
    statement *all = sql(in->database, SQL_ALL);
    bind_int64(all, ontology);
    while (memory && sound && sql_row(all)) {
        sound = is_numbered(all, out);
        memory = make_room(in->memory, out, &capacity) && read_feature(all, in->memory, &out->features[out->count]);
        if (memory) {
            out->highest = out->features[out->count++].number;
        }
    }
    annoproj_status status = sql_end(all, error);
    if (status == ANNOPROJ_OK && !sound) {
        status = fail(error, ANNOPROJ_CORRUPT,
                      "ontology %lld has features with numbers it never gave out: restore a backup of the store",
                      (long long)ontology);
    }
    if (status == ANNOPROJ_OK && memory) {
        status = load_skeletons(in, ontology, out, error);
    }
    if (status == ANNOPROJ_OK && memory) {
        out->by_number = arena_array(in->memory, (size_t)out->highest + 1, sizeof *out->by_number);
        memory = out->by_number != NULL;
    }
    if (status == ANNOPROJ_OK && !memory) {
        status = fail_memory(error);
    }
    if (status != ANNOPROJ_OK) {
        *out = (ontology_features){0};
        return status;
    }
    if (out->count > 1) {
        qsort(out->features, out->count, sizeof *out->features, by_position);
    }
    for (size_t i = 0; i < out->count; i++) {
        out->by_number[out->features[i].number] = &out->features[i];
    }
    return ANNOPROJ_OK;
}
