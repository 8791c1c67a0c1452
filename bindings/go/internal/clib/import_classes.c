/* An ontology from the categories of a COCO file: one class for each category and shape met. */
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "hash.h"
#include "import_call.h"
#include "key_map.h"
#include "ontology_structure.h"
#include "options.h"
#include "utf8.h"

#define SHAPES 5 /* box, polygon, bitmask, skeleton, point */

typedef struct met_category {
    const char *id, *name;
    uint64_t content;
    int32_t shapes[SHAPES]; /* in the order in which they were met */
    size_t shape_count;
    const char **keypoints; /* names, all different; NULL = none, or no use */
    size_t keypoint_count;
    const int64_t *edges;
    size_t edge_count;
} met_category;

typedef struct class_import {
    faults *faults;
    arena memory;
    key_map keys;
    met_category *categories;
    size_t count, capacity;
    const char *title;
    ontology_structure structure;
    uint8_t seed[16];
} class_import;

static annoproj_status add_category(class_import *import, const met_category *category, int64_t key,
                                    annoproj_error **error) {
    if (import->count == import->capacity) {
        size_t capacity = import->capacity ? import->capacity * 2 : 128;
        met_category *categories = reallocate(import->categories, capacity * sizeof *categories);
        if (!categories) {
            return fail_memory(error);
        }
        import->categories = categories;
        import->capacity = capacity;
    }
    import->categories[import->count] = *category;
    if (!category->id || !category->name || !key_map_add(&import->keys, key, (uint32_t)import->count)) {
        return fail_memory(error);
    }
    import->count++;
    return ANNOPROJ_OK;
}

static bool are_names(const coco_category *category) {
    for (size_t i = 0; i < category->keypoint_count; i++) {
        if (check_text(category->keypoints[i], TEXT_NAME, "the name", NULL) != ANNOPROJ_OK) {
            return false;
        }
        for (size_t j = 0; j < i; j++) {
            if (strcmp(category->keypoints[i], category->keypoints[j]) == 0) {
                return false;
            }
        }
    }
    return category->keypoint_count > 1; /* one is a point */
}

/* False when out of memory. */
static bool keep_keypoints(class_import *import, const coco_category *category, met_category *to) {
    if (!are_names(category)) {
        return true;
    }
    to->keypoints = arena_array(&import->memory, category->keypoint_count, sizeof *to->keypoints);
    int64_t *edges = arena_array(&import->memory, category->edge_count + 1, sizeof *edges);
    bool memory = to->keypoints && edges;
    for (size_t i = 0; memory && i < category->keypoint_count; i++) {
        to->keypoints[i] = arena_text(&import->memory, category->keypoints[i], strlen(category->keypoints[i]));
        memory = to->keypoints[i] != NULL;
    }
    if (memory && category->edge_count > 0) {
        memcpy(edges, category->edges, category->edge_count * sizeof *edges);
    }
    to->keypoint_count = category->keypoint_count;
    to->edges = edges;
    to->edge_count = category->edge_count;
    return memory;
}

static annoproj_status take_category(void *data, const coco_category *category, annoproj_error **error) {
    class_import *import = data;
    annoproj_error *wrong = NULL;
    char stand_in[COCO_STAND_IN];
    const uint32_t known = key_map_find(&import->keys, category->key);
    if (known != KEY_MAP_NONE) {
        if (import->categories[known].content != category->content) {
            coco_fault(import->faults, &category->place, "the category id %s is also that of another category",
                       category->id);
        }
        return ANNOPROJ_OK;
    }
    const char *name = coco_category_name(category, stand_in);
    if (check_text(name, TEXT_NAME, "the name", &wrong) != ANNOPROJ_OK) {
        coco_fault(import->faults, &category->place, "%s", annoproj_error_message(wrong));
        drop_error(&wrong);
        return ANNOPROJ_OK;
    }
    met_category met = {.id = arena_text(&import->memory, category->id, strlen(category->id)),
                        .name = arena_text(&import->memory, name, strlen(name)),
                        .content = category->content};
    return keep_keypoints(import, category, &met) ? add_category(import, &met, category->key, error)
                                                  : fail_memory(error);
}

static annoproj_status take_annotation(void *data, const coco_annotation *annotation, annoproj_error **error) {
    (void)error;
    class_import *import = data;
    const uint32_t index = key_map_find(&import->keys, annotation->category);
    if (index == KEY_MAP_NONE) {
        coco_fault(import->faults, &annotation->place, "category_id names a category that the file does not have");
        return ANNOPROJ_OK;
    }
    met_category *category = &import->categories[index];
    for (size_t i = 0; i < category->shape_count; i++) {
        if (category->shapes[i] == annotation->shape) {
            return ANNOPROJ_OK;
        }
    }
    category->shapes[category->shape_count++] = annotation->shape;
    return ANNOPROJ_OK;
}

/* --- the structure -------------------------------------------------------------------------------------------------- */

static void append_hash(const class_import *import, size_t ordinal, text *out) {
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t bits = hash64_with(import->seed, sizeof import->seed, ordinal);
    for (int i = 0; i < 8; i++, bits >>= 6) {
        text_character(out, characters[bits & 63]);
    }
}

static void append_class(const class_import *import, const met_category *category, int32_t shape, bool first,
                         size_t ordinal, text *out) {
    text name = {0};
    text_string(&name, category->name);
    if (!first) {
        text_printf(&name, " (%s)", feature_type_name(shape));
    }
    out->failed = out->failed || name.failed;
    text_printf(out, "%s{\"id\":\"%zu\",\"name\":", ordinal > 1 ? "," : "", ordinal);
    text_json(out, name.data ? name.data : "", name.length);
    text_printf(out, ",\"color\":\"%s\",\"shape\":\"%s\",\"featureNodeHash\":\"", structure_color(ordinal - 1),
                feature_type_name(shape));
    append_hash(import, ordinal, out);
    text_string(out, "\",\"coco_category\":");
    text_string(out, category->id);
    text_string(out, "}");
    text_release(&name);
}

#define VERTICES ((size_t)1 << 20) /* ordinals of vertices: apart from those of classes */

/* {"0":{"1":{"color":..}},...}: which keypoints a line joins. */
static void append_edges(const met_category *category, text *out) {
    bool first = true;
    text_character(out, '{');
    for (size_t from = 1; from <= category->keypoint_count; from++) {
        bool open = false;
        for (size_t i = 0; i + 1 < category->edge_count; i += 2) {
            const int64_t to = category->edges[i + 1];
            if (category->edges[i] != (int64_t)from || to < 1 || to > (int64_t)category->keypoint_count) {
                continue;
            }
            bool again = false;
            for (size_t j = 0; j < i && !again; j += 2) {
                again = category->edges[j] == category->edges[i] && category->edges[j + 1] == to;
            }
            if (!again) {
                text_printf(out, open ? "," : "%s\"%zu\":{", first ? "" : ",", from - 1);
                text_printf(out, "\"%lld\":{\"color\":\"#000000\"}", (long long)to - 1);
                open = true;
            }
        }
        text_string(out, open ? "}" : "");
        first = first && !open;
    }
    text_character(out, '}');
}

/* What the vertices of a skeleton class are called, and how they hang together. */
static void append_template(const class_import *import, const met_category *category, size_t ordinal, text *out) {
    text_string(out, "{\"template\":{\"name\":");
    text_json(out, category->name, strlen(category->name));
    text_string(out, ",\"width\":1,\"height\":1,\"shape\":\"skeleton\",\"feature_node_hash\":\"");
    append_hash(import, ordinal, out);
    text_string(out, "\",\"skeleton\":{");
    for (size_t i = 0; i < category->keypoint_count; i++) {
        text_printf(out, "%s\"%zu\":{\"x\":", i > 0 ? "," : "", i);
        text_double(out, ((double)i + 0.5) / (double)category->keypoint_count);
        text_string(out, ",\"y\":0.5,\"name\":");
        text_json(out, category->keypoints[i], strlen(category->keypoints[i]));
        text_printf(out, ",\"color\":\"%s\",\"value\":", structure_color(i));
        text_json(out, category->keypoints[i], strlen(category->keypoints[i]));
        text_string(out, ",\"featureHash\":\"");
        append_hash(import, VERTICES + ordinal * 1024 + i, out);
        text_string(out, "\"}");
    }
    text_string(out, "},\"skeletonEdges\":");
    append_edges(category, out);
    text_string(out, "}}");
}

static annoproj_status build_structure(class_import *import, annoproj_error **error) {
    text json = {0}, templates = {0};
    size_t ordinal = 0;
    text_string(&json, "{\"objects\":[");
    for (size_t i = 0; i < import->count; i++) {
        met_category *category = &import->categories[i];
        if (category->shape_count == 0) {
            category->shapes[category->shape_count++] = SHAPE_BOUNDING_BOX;
        }
        for (size_t j = 0; j < category->shape_count; j++) {
            append_class(import, category, category->shapes[j], j == 0, ++ordinal, &json);
            if (category->shapes[j] == SHAPE_SKELETON && category->keypoints) {
                text_string(&templates, templates.length > 0 ? "," : "");
                append_template(import, category, ordinal, &templates);
            }
        }
    }
    text_string(&json, "],\"classifications\":[],\"skeleton_templates\":[");
    text_append(&json, templates.data ? templates.data : "", templates.length);
    text_string(&json, "]}");
    json.failed = json.failed || templates.failed;
    text_release(&templates);
    annoproj_status status = json.failed ? fail_memory(error)
                                         : structure_parse(&import->structure, json.data, json.length, error);
    text_release(&json);
    return status;
}

static annoproj_status create(command *cmd, void *arguments, annoproj_error **error) {
    const class_import *import = arguments;
    int64_t ontology = 0;
    annoproj_status status = ontology_insert_structure(cmd, import->title, &import->structure, &ontology, error);
    if (status == ANNOPROJ_OK) {
        command_result_int64(cmd, ontology);
    }
    return status;
}

static annoproj_status run_import(session *who, const char *path, const annoproj_import_options *options,
                                  const annoproj_call *call, class_import *classes, bytes *result,
                                  annoproj_error **error) {
    import_call import = {0};
    const uint64_t print = fingerprint_text(fingerprint_text(0, "ontology_import_coco"), classes->title);
    const request asked = {.session = who,
                           .operation = ANNOPROJ_OPERATION_ONTOLOGY_CREATE,
                           .subject = SUBJECT_STORE,
                           .arguments = classes,
                           .fingerprint = fingerprint_text(print, path)};
    annoproj_status status = import_begin(&import, &asked, path, options, call, error);
    if (status == ANNOPROJ_OK) {
        const coco_sink sink = {
            .data = classes, .shapes_only = true, .category = take_category, .annotation = take_annotation};
        classes->faults = import.faults;
        status = import_read_coco(&import, &sink, error);
    }
    if (status == ANNOPROJ_OK) {
        status = store_random(who->store, classes->seed, sizeof classes->seed, error);
    }
    if (status == ANNOPROJ_OK) {
        status = build_structure(classes, error);
    }
    if (status == ANNOPROJ_OK) {
        status = import_access_write(&import, &asked, create, result, error);
    }
    import_end(&import);
    return status;
}

annoproj_status annoproj_ontology_import_coco(annoproj_session *handle, const char *title, const char *path,
                                              const annoproj_import_options *options, const annoproj_call *call,
                                              int64_t *ontology, annoproj_error **error) {
    session *who = NULL;
    annoproj_import_options own;
    class_import classes = {.title = title};
    bytes result = {0};
    if (!result_place(ontology, sizeof *ontology, "ontology", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = session_enter(handle, &who, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_text(title, TEXT_TITLE, "title", error);
    }
    if (status == ANNOPROJ_OK) {
        status = run_import(who, path, &own, call, &classes, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        *ontology = result_int64(&result, 0);
    }
    bytes_release(&result);
    structure_release(&classes.structure);
    key_map_release(&classes.keys);
    release(classes.categories);
    arena_release(&classes.memory);
    session_leave(who);
    return status;
}
