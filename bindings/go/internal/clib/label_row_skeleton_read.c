/* Skeletons of label rows. Their vertices are told by hash or name, and the class may be named behind them: they are kept
 * until it is known. */
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "label_row_parts.h"

#define VERTICES 1000

struct row_vertex {
    row_vertex *next;
    const char *key, *name, *hash;
    number x, y;
    bool has_x, has_y;
    int32_t visibility;
    row_place place;
};

/* The states a vertex can have; what hides it says more than that it is visible. */
static const struct {
    const char *key;
    int32_t visibility;
} states[] = {{"invisible", ANNOPROJ_VISIBILITY_INVISIBLE},
              {"occluded", ANNOPROJ_VISIBILITY_OCCLUDED},
              {"selfOccluded", ANNOPROJ_VISIBILITY_SELF_OCCLUDED},
              {"visible", ANNOPROJ_VISIBILITY_VISIBLE}};
#define STATES (sizeof states / sizeof *states)

typedef struct vertex_members {
    row_vertex *to;
    bool is[STATES];
} vertex_members;

static annoproj_status visibility_member(row_reader *in, vertex_members *given, annoproj_error **error) {
    const char *named = NULL;
    annoproj_status status = row_text(in, "visibility", &in->texts, &named, NULL, error);
    for (size_t i = 0; named && i < STATES; i++) {
        if (strcmp(named, states[i].key) == 0) {
            given->is[i] = true;
            return status;
        }
    }
    if (status == ANNOPROJ_OK && named) {
        row_note(in, "%s is no visibility: visible, occluded, selfOccluded or invisible", QUOTED(named));
    }
    return status;
}

static annoproj_status vertex_member(row_reader *in, void *data, annoproj_error **error) {
    vertex_members *given = data;
    row_vertex *to = given->to;
    if (json_key_is(&in->token, "x")) {
        return row_number(in, "x", &to->x, &to->has_x, error);
    }
    if (json_key_is(&in->token, "y")) {
        return row_number(in, "y", &to->y, &to->has_y, error);
    }
    if (json_key_is(&in->token, "name")) {
        return row_text(in, "name", &in->texts, &to->name, NULL, error);
    }
    if (json_key_is(&in->token, "featureHash")) {
        return row_text(in, "featureHash", &in->texts, &to->hash, NULL, error);
    }
    if (json_key_is(&in->token, "visibility")) {
        return visibility_member(in, given, error);
    }
    for (size_t i = 0; i < STATES; i++) {
        if (json_key_is(&in->token, states[i].key)) {
            return row_bool(in, states[i].key, &given->is[i], error);
        }
    }
    return json_skip(in->scan, error);
}

static annoproj_status add_vertex(row_reader *in, void *data, annoproj_error **error) {
    row_vertex ***end = data, *made = arena_allocate(&in->texts, sizeof *made);
    char *key = arena_text(&in->texts, in->token.start, in->token.length);
    if (!made || !key) {
        return fail_memory(error);
    }
    *made = (row_vertex){.key = key, .place = row_here(in, &in->texts)};
    if (!made->place.pointer) {
        return fail_memory(error);
    }
    **end = made;
    *end = &made->next;
    vertex_members given = {.to = made};
    annoproj_status status = row_members(in, "a vertex", vertex_member, &given, error);
    if (status == ANNOPROJ_OK && !in->faulty && (!made->has_x || !made->has_y)) {
        row_note(in, "a vertex has x and y");
    }
    for (size_t i = STATES; i > 0; i--) {
        made->visibility = given.is[i - 1] ? states[i - 1].visibility : made->visibility;
    }
    return status;
}

annoproj_status row_read_skeleton(row_reader *in, annoproj_error **error) {
    row_vertex **end = &in->vertices;
    in->vertices = NULL;
    return row_members(in, "a skeleton", add_vertex, &end, error);
}

/* --- where each goes ---------------------------------------------------------------------------------------------- */

/* Place of a vertex in its class; VERTICES when there is none. Without a template places are names. */
static size_t place_of(const row_vertex *one, const feature *class, size_t index) {
    char own[24];
    for (size_t i = 0; one->hash && *one->hash && i < class->vertex_count; i++) {
        if (strcmp(class->vertices[i].hash, one->hash) == 0) {
            return i;
        }
    }
    for (size_t i = 0; one->name && i < class->vertex_count; i++) {
        if (strcmp(class->vertices[i].name, one->name) == 0) {
            return i;
        }
    }
    snprintf(own, sizeof own, "%zu", index);
    return class->vertex_count == 0 && strcmp(one->name ? one->name : one->key, own) == 0 ? index : VERTICES;
}

static annoproj_status put_vertex(row_reader *in, const row_vertex *one, const feature *class, size_t index,
                                  annoproj_error **error) {
    const size_t place = place_of(one, class, index);
    const number missing = {.decimal = decimal_from_int64(ANNOPROJ_VISIBILITY_MISSING), .exact = true};
    shape *to = &in->shape;
    if (place == VERTICES) {
        const char *named = one->name ? one->name : one->hash ? one->hash : one->key;
        row_note_at(in, &one->place,
                    class->vertex_count > 0
                        ? "the skeleton template of class %s has no vertex %s"
                        : "class %s has no skeleton template to know vertex %s by: give the ontology's "
                          "skeleton_templates one of the class's featureNodeHash or name",
                    QUOTED(class->name), QUOTED(named));
        return ANNOPROJ_OK;
    }
    while (to->number_count < 3 * (place + 1)) {
        if (!shape_number(to, (number){.exact = true}) || !shape_number(to, (number){.exact = true}) ||
            !shape_number(to, missing)) {
            return fail_memory(error);
        }
    }
    if (number_to_double(&to->numbers[3 * place + 2]) < ANNOPROJ_VISIBILITY_MISSING) {
        row_note_at(in, &one->place, "vertex %s is there twice", QUOTED(one->name ? one->name : one->key));
        return ANNOPROJ_OK;
    }
    to->numbers[3 * place] = one->x;
    to->numbers[3 * place + 1] = one->y;
    to->numbers[3 * place + 2] = (number){.decimal = decimal_from_int64(one->visibility), .exact = true};
    return ANNOPROJ_OK;
}

annoproj_status row_settle_skeleton(row_reader *in, const feature *class, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    size_t index = 0;
    shape_begin(&in->shape, SHAPE_SKELETON, ANNOPROJ_UNIT_NORMALISED);
    if (!shape_part(&in->shape)) {
        return fail_memory(error);
    }
    for (const row_vertex *one = in->vertices; one && status == ANNOPROJ_OK && !in->faulty; one = one->next) {
        status = put_vertex(in, one, class, index++, error);
    }
    if (status == ANNOPROJ_OK && !in->vertices) {
        row_note(in, "the skeleton has no vertices");
    }
    return status == ANNOPROJ_OK && !shape_end(&in->shape) ? fail_memory(error) : status;
}
