/* Whether the features and vertices of each ontology are those of its structure. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "failure.h"
#include "skeleton_templates.h"

typedef struct compared_ontology {
    checking *check;
    int64_t ontology;
    const char *hash; /* of the entry that is looked at */
} compared_ontology;

/* Texts are told as they are, but for what is long. */
static void compare_text(const compared_ontology *of, const char *what, const char *found, const char *expected) {
    char found_text[192], expected_text[192];
    if (strcmp(found, expected) == 0)
        return;
    snprintf(found_text, sizeof found_text, "feature %s: %s %s", of->hash, what, QUOTED(found));
    snprintf(expected_text, sizeof expected_text, "feature %s: %s %s", of->hash, what, QUOTED(expected));
    check_report(of->check, "ontology", of->ontology, found_text, expected_text);
}

static void compare_number(const compared_ontology *of, const char *what, int64_t found, int64_t expected) {
    char named[96];
    snprintf(named, sizeof named, "feature %s: %s", of->hash, what);
    check_compare(of->check, "ontology", of->ontology, named, found, expected);
}

static void compare_vertices(const compared_ontology *of, const feature *found, const skeleton_template *expected) {
    const size_t count = expected ? expected->vertex_count : 0;
    compare_number(of, "vertices", (int64_t)found->vertex_count, (int64_t)count);
    for (size_t i = 0; i < count && i < found->vertex_count; i++) {
        const vertex *a = &found->vertices[i], *b = &expected->vertices[i];
        compare_text(of, "hash of a vertex", a->hash, b->hash);
        compare_text(of, "name of a vertex", a->name, b->name);
        compare_text(of, "value of a vertex", a->value, b->value);
        compare_text(of, "colour of a vertex", a->color, b->color);
    }
}

/* Both in the order of the structure. */
static void compare_entry(compared_ontology *of, const ontology_features *all, const ontology_structure *structure,
                          size_t index) {
    const feature *found = &all->features[index];
    const entry *expected = &structure->entries[index];
    of->hash = expected->hash;
    compare_text(of, "hash", found->hash, expected->hash);
    compare_number(of, "position", found->position, (int64_t)index);
    compare_number(of, "kind", found->kind, expected->kind);
    compare_number(of, "type", found->type, expected->type);
    compare_text(of, "name", found->name, expected->name);
    compare_text(of, "value", found->value, expected->value);
    compare_text(of, "colour", found->color, expected->color);
    compare_number(of, "parent", found->parent, expected->parent < 0 ? 0 : all->features[expected->parent].number);
    compare_number(of, "class", found->class, all->features[expected->class].number);
    compare_number(of, "required", found->required, expected->required);
    compare_number(of, "dynamic", found->dynamic, expected->dynamic);
    compare_number(of, "archived", found->archived, expected->archived);
    compare_number(of, "global", found->global, expected->global);
    compare_number(of, "COCO category", found->coco_category, expected->coco_category);
    compare_vertices(of, found, skeleton_template_of(structure, expected));
}

static void compare_all(checking *check, int64_t ontology, const ontology_features *all,
                        const ontology_structure *structure) {
    compared_ontology of = {.check = check, .ontology = ontology};
    check_compare(check, "ontology", ontology, "features", (int64_t)all->count, (int64_t)structure->count);
    for (size_t i = 0; i < structure->count && all->count == structure->count; i++)
        compare_entry(&of, all, structure, i);
}

/* Read as what they are, 1 and 2 are the same yes, and numbers are those of 32 bits. */
static annoproj_status check_ranges(scope *in, checking *check, annoproj_error **error) {
    static const char query[] =
        "SELECT ontology, number FROM feature WHERE required NOT IN (0, 1) OR dynamic NOT IN (0, 1)"
        " OR archived NOT IN (0, 1) OR global NOT IN (0, 1) OR max(kind, type, parent, class, position) > 2147483647"
        " OR min(kind, type, parent, class, position) < 0";
    statement *find = sql(in->database, query);
    while (sql_row(find)) {
        char found[96];
        snprintf(found, sizeof found, "feature %" PRId64 ": a number out of range", column_int64(find, 1));
        check_report(check, "ontology", column_int64(find, 0), found, "0 or 1 for yes or no, 32 bits for others");
    }
    return sql_end(find, error);
}

/* A structure, or features, that cannot be read at all are a difference, too. */
static annoproj_status damaged(checking *check, int64_t ontology, const char *what, annoproj_status status,
                               annoproj_error **error) {
    if (status == ANNOPROJ_DATA || status == ANNOPROJ_LIMIT || status == ANNOPROJ_CORRUPT) {
        drop_error(error);
        check_report(check, "ontology", ontology, what, "those that its structure tells");
        return ANNOPROJ_OK;
    }
    return status;
}

static annoproj_status check_one(scope *in, checking *check, int64_t ontology, const char *json, size_t length,
                                 annoproj_error **error) {
    arena *whole = in->memory, own = {0}; /* there may be many */
    ontology_structure structure = {0};
    ontology_features features = {0};
    annoproj_status status = structure_parse(&structure, json, length, error);
    in->memory = &own;
    if (status != ANNOPROJ_OK) {
        status = damaged(check, ontology, "a structure that cannot be read", status, error);
    } else {
        status = ontology_load(in, ontology, &features, error);
        if (status == ANNOPROJ_OK)
            compare_all(check, ontology, &features, &structure);
        else
            status = damaged(check, ontology, "features that cannot be read", status, error);
    }
    in->memory = whole;
    arena_release(&own);
    structure_release(&structure);
    return status;
}

/* The structure as it was given last, what the library knows nothing of included. */
static void compare_structure(checking *check, int64_t ontology, const char *json, size_t length) {
    const replay *state = check->state;
    const bool known = ontology > 0 && (size_t)ontology < state->thing_count[THING_ONTOLOGY];
    if (known && state->things[THING_ONTOLOGY][ontology].content != ontology_fingerprint(json, length))
        check_report(check, "ontology", ontology, "another structure", "the one that was given last");
}

annoproj_status check_ontologies(scope *in, checking *check, annoproj_error **error) {
    static const char query[] = "SELECT id, json FROM ontology ORDER BY id";
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, query);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        compare_structure(check, column_int64(find, 0), column_text(find, 1), column_length(find, 1));
        status = check_one(in, check, column_int64(find, 0), column_text(find, 1), column_length(find, 1), error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(in->bounds, error);
    }
    const annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    status = status == ANNOPROJ_OK ? ended : status;
    return status == ANNOPROJ_OK ? check_ranges(in, check, error) : status;
}
