/* The structure of an ontology from the categories of a COCO file. */
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "hash.h"
#include "import_categories.h"
#include "utf8.h"

void category_meet(listed_category *category, int32_t shape) {
    for (size_t i = 0; i < category->met_count; i++) {
        if (category->met[i] == shape) {
            return;
        }
    }
    category->met[category->met_count++] = shape;
}

static void append_hash(const uint8_t seed[16], size_t ordinal, text *out) {
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t bits = hash64_with(seed, 16, ordinal);
    for (int i = 0; i < 8; i++, bits >>= 6) {
        text_character(out, characters[bits & 63]);
    }
}

static void append_class(const uint8_t seed[16], const listed_category *category, int32_t shape, bool first,
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
    append_hash(seed, ordinal, out);
    text_string(out, "\",\"coco_category\":");
    text_string(out, category->id);
    text_string(out, "}");
    text_release(&name);
}

#define VERTICES ((size_t)1 << 20) /* ordinals of vertices: apart from those of classes */

/* {"0":{"1":{"color":..}},...}: which keypoints a line joins. */
static void append_edges(const listed_category *category, text *out) {
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
static void append_template(const uint8_t seed[16], const listed_category *category, size_t ordinal, text *out) {
    text_string(out, "{\"template\":{\"name\":");
    text_json(out, category->name, strlen(category->name));
    text_string(out, ",\"width\":1,\"height\":1,\"shape\":\"skeleton\",\"feature_node_hash\":\"");
    append_hash(seed, ordinal, out);
    text_string(out, "\",\"skeleton\":{");
    for (size_t i = 0; i < category->keypoint_count; i++) {
        text_printf(out, "%s\"%zu\":{\"x\":", i > 0 ? "," : "", i);
        text_double(out, ((double)i + 0.5) / (double)category->keypoint_count);
        text_string(out, ",\"y\":0.5,\"name\":");
        text_json(out, category->keypoints[i], strlen(category->keypoints[i]));
        text_printf(out, ",\"color\":\"%s\",\"value\":", structure_color(i));
        text_json(out, category->keypoints[i], strlen(category->keypoints[i]));
        text_string(out, ",\"featureHash\":\"");
        append_hash(seed, VERTICES + ordinal * 1024 + i, out);
        text_string(out, "\"}");
    }
    text_string(out, "},\"skeletonEdges\":");
    append_edges(category, out);
    text_string(out, "}}");
}

/* A category without annotations has boxes. */
static void append_category(const uint8_t seed[16], const listed_category *category, size_t *ordinal, text *json,
                            text *templates) {
    const size_t count = category->met_count > 0 ? category->met_count : 1;
    for (size_t i = 0; i < count; i++) {
        const int32_t shape = category->met_count > 0 ? category->met[i] : SHAPE_BOUNDING_BOX;
        append_class(seed, category, shape, i == 0, ++*ordinal, json);
        if (shape == SHAPE_SKELETON && category->keypoints) {
            text_string(templates, templates->length > 0 ? "," : "");
            append_template(seed, category, *ordinal, templates);
        }
    }
}

annoproj_status category_list_structure(const category_list *list, const uint8_t seed[16],
                                        ontology_structure *structure, annoproj_error **error) {
    text json = {0}, templates = {0};
    size_t ordinal = 0;
    text_string(&json, "{\"objects\":[");
    for (size_t i = 0; i < list->count; i++) {
        append_category(seed, &list->categories[i], &ordinal, &json, &templates);
    }
    text_string(&json, "],\"classifications\":[],\"skeleton_templates\":[");
    text_append(&json, templates.data ? templates.data : "", templates.length);
    text_string(&json, "]}");
    json.failed = json.failed || templates.failed;
    text_release(&templates);
    annoproj_status status = json.failed ? fail_memory(error)
                                         : structure_parse(structure, json.data, json.length, error);
    text_release(&json);
    return status;
}

void category_list_number(category_list *list, const ontology_features *all) {
    size_t at = 0;
    for (size_t i = 0; i < list->count; i++) {
        listed_category *category = &list->categories[i];
        for (size_t j = 0; j < category->met_count && at < all->count; j++) {
            category->classes[coco_shape_place(category->met[j])] = all->features[at++].number;
        }
        at += category->met_count == 0;
    }
}
