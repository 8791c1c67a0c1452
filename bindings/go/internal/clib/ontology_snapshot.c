/* What an ontology was, so that names, colours and places may change later. */
#include "ontology_snapshot.h"

#include <string.h>

#include "failure.h"
#include "skeleton_templates.h"

annoproj_status ontology_snapshot(scope *in, int64_t ontology, bytes *out, annoproj_error **error) {
    static const char query[] = "SELECT json FROM ontology WHERE id = ?";
    ontology_features features;
    annoproj_status status = ontology_load(in, ontology, &features, error);
    out->length = 0;
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(in->database, query);
    bind_int64(find, ontology);
    if (sql_row(find)) {
        bytes_varint(out, column_length(find, 0));
        bytes_append(out, column_text(find, 0), column_length(find, 0));
    }
    status = sql_end(find, error);
    bytes_varint(out, features.count);
    for (size_t i = 0; i < features.count; i++) /* in the order of the structure */
        bytes_varint(out, (uint64_t)features.features[i].number);
    return status == ANNOPROJ_OK && out->failed ? fail_memory(error) : status;
}

/* --- back --------------------------------------------------------------------------------------------------------- */

static bool copy_text(arena *memory, const char *from, const char **out) {
    *out = arena_text(memory, from, strlen(from));
    return *out != NULL;
}

/* The vertices of a skeleton class, as its template has them. */
static bool copy_vertices(arena *memory, const ontology_structure *structure, const entry *at, feature *out) {
    const skeleton_template *of = skeleton_template_of(structure, at);
    if (!of)
        return true;
    vertex *copies = arena_array(memory, of->vertex_count + 1, sizeof *copies);
    bool memory_left = copies != NULL;
    for (size_t i = 0; i < of->vertex_count && memory_left; i++) {
        const vertex *from = &of->vertices[i];
        memory_left = copy_text(memory, from->hash, &copies[i].hash) &&
                      copy_text(memory, from->name, &copies[i].name) &&
                      copy_text(memory, from->value, &copies[i].value) &&
                      copy_text(memory, from->color, &copies[i].color);
    }
    out->vertices = copies;
    out->vertex_count = of->vertex_count;
    return memory_left;
}

static bool copy_entry(arena *memory, const ontology_structure *structure, const int32_t *numbers, size_t index,
                       feature *out) {
    const entry *at = &structure->entries[index];
    *out = (feature){.number = numbers[index],
                     .kind = at->kind,
                     .type = at->type,
                     .parent = at->parent < 0 ? 0 : numbers[at->parent],
                     .class = numbers[at->class],
                     .position = (int32_t)index,
                     .required = at->required,
                     .dynamic = at->dynamic,
                     .archived = at->archived,
                     .global = at->global,
                     .coco_category = at->coco_category};
    return copy_text(memory, at->hash, &out->hash) && copy_text(memory, at->name, &out->name) &&
           copy_text(memory, at->value, &out->value) && copy_text(memory, at->color, &out->color) &&
           copy_vertices(memory, structure, at, out);
}

static annoproj_status fail_damaged(annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "the ontology of a label version is damaged: restore the store from a backup");
}

static annoproj_status read_numbers(scope *in, unpacker *from, size_t count, int32_t **numbers, int32_t *highest,
                                    annoproj_error **error) {
    if (unpack_varint(from) != count)
        return fail_damaged(error);
    *numbers = arena_array(in->memory, count + 1, sizeof **numbers);
    if (!*numbers)
        return fail_memory(error);
    for (size_t i = 0; i < count; i++) {
        const uint64_t number = unpack_varint(from);
        if (from->failed || number == 0 || number > INT32_MAX)
            return fail_damaged(error);
        (*numbers)[i] = (int32_t)number;
        *highest = (int32_t)number > *highest ? (int32_t)number : *highest;
    }
    return ANNOPROJ_OK;
}

static annoproj_status build(scope *in, const ontology_structure *structure, unpacker *from, ontology_features *out,
                             annoproj_error **error) {
    int32_t *numbers = NULL;
    annoproj_status status = read_numbers(in, from, structure->count, &numbers, &out->highest, error);
    if (status != ANNOPROJ_OK)
        return status;
    out->count = structure->count;
    out->features = arena_array(in->memory, out->count + 1, sizeof *out->features);
    out->by_number = arena_array(in->memory, (size_t)out->highest + 1, sizeof *out->by_number);
    if (!out->features || !out->by_number)
        return fail_memory(error);
    for (size_t i = 0; i < out->count; i++) {
        if (!copy_entry(in->memory, structure, numbers, i, &out->features[i]))
            return fail_memory(error);
        out->by_number[numbers[i]] = &out->features[i];
    }
    return ANNOPROJ_OK;
}

annoproj_status ontology_snapshot_load(scope *in, const bytes *snapshot, ontology_features *out,
                                       annoproj_error **error) {
    ontology_structure structure = {0};
    unpacker from = {snapshot->data, snapshot->data + snapshot->length, false};
    *out = (ontology_features){0};
    const size_t length = (size_t)unpack_varint(&from);
    const uint8_t *json = unpack_bytes(&from, length);
    if (!json)
        return fail_damaged(error);
    annoproj_status status = structure_parse(&structure, (const char *)json, length, error);
    if (status == ANNOPROJ_OK)
        status = build(in, &structure, &from, out, error);
    else if (status != ANNOPROJ_NO_MEMORY)
        status = fail_damaged(error);
    structure_release(&structure);
    if (status != ANNOPROJ_OK)
        *out = (ontology_features){0};
    return status;
}
