/* Listing categories and finding their classes. */
#include "import_categories.h"

#include <string.h>

#include "failure.h"
#include "utf8.h"

const int32_t coco_shapes[COCO_SHAPES] = {SHAPE_BOUNDING_BOX, SHAPE_POLYGON, SHAPE_BITMASK, SHAPE_SKELETON,
                                          SHAPE_POINT};

size_t coco_shape_place(int32_t shape) {
    size_t place = 0;
    while (place + 1 < COCO_SHAPES && coco_shapes[place] != shape) {
        place++;
    }
    return place;
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
static bool keep_keypoints(arena *memory, const coco_category *category, listed_category *to) {
    if (!are_names(category)) {
        return true;
    }
    to->keypoints = arena_array(memory, category->keypoint_count, sizeof *to->keypoints);
    int64_t *edges = arena_array(memory, category->edge_count + 1, sizeof *edges);
    bool kept = to->keypoints && edges;
    for (size_t i = 0; kept && i < category->keypoint_count; i++) {
        to->keypoints[i] = arena_text(memory, category->keypoints[i], strlen(category->keypoints[i]));
        kept = to->keypoints[i] != NULL;
    }
    if (kept && category->edge_count > 0) {
        memcpy(edges, category->edges, category->edge_count * sizeof *edges);
    }
    to->keypoint_count = category->keypoint_count;
    to->edges = edges;
    to->edge_count = category->edge_count;
    return kept;
}

static bool make_room(category_list *list) {
    if (list->count < list->capacity) {
        return true;
    }
    const size_t capacity = list->capacity ? list->capacity * 2 : 128;
    listed_category *categories = reallocate(list->categories, capacity * sizeof *categories);
    if (categories) {
        list->categories = categories;
        list->capacity = capacity;
    }
    return categories != NULL;
}

bool category_is_named(const coco_category *category, faults *all) {
    char stand_in[COCO_STAND_IN];
    annoproj_error *wrong = NULL;
    const char *name = coco_category_name(category, stand_in);
    const bool good = check_text(name, TEXT_NAME, "the name", &wrong) == ANNOPROJ_OK;
    if (!good) {
        coco_fault(all, &category->place, "%s", annoproj_error_message(wrong));
    }
    drop_error(&wrong);
    return good;
}

annoproj_status category_list_add(category_list *list, const coco_category *category, faults *all,
                                  annoproj_error **error) {
    char stand_in[COCO_STAND_IN];
    const uint32_t known = key_map_find(&list->keys, category->key);
    if (known != KEY_MAP_NONE) {
        if (list->categories[known].content != category->content) {
            coco_fault(all, &category->place, "the category id %s is also that of another category", category->id);
        }
        return ANNOPROJ_OK;
    }
    const char *name = coco_category_name(category, stand_in);
    listed_category made = {.key = category->key,
                            .id = arena_text(&list->memory, category->id, strlen(category->id)),
                            .name = arena_text(&list->memory, name, strlen(name)),
                            .content = category->content};
    if (!made.id || !made.name || !keep_keypoints(&list->memory, category, &made) || !make_room(list) ||
        !key_map_add(&list->keys, category->key, (uint32_t)list->count)) {
        return fail_memory(error);
    }
    made.vertices = made.keypoint_count;
    list->categories[list->count++] = made;
    return ANNOPROJ_OK;
}

listed_category *category_list_find(const category_list *list, const coco_annotation *annotation, faults *all) {
    const uint32_t index = key_map_find(&list->keys, annotation->category);
    if (index == KEY_MAP_NONE) {
        coco_fault(all, &annotation->place, "category_id names a category that the file does not have");
        return NULL;
    }
    return &list->categories[index];
}

bool category_takes_keypoints(const listed_category *category, const coco_annotation *annotation, faults *all) {
    if (annotation->shape != SHAPE_SKELETON || category->vertices == 0 || category->vertices == annotation->keypoints) {
        return true;
    }
    coco_fault(all, &annotation->place, "there are %zu keypoints, the skeleton of the class has %zu",
               annotation->keypoints, category->vertices);
    return false;
}

/* --- classes ------------------------------------------------------------------------------------------------------------ */

static bool named_for(const feature *class, const char *name) {
    const size_t length = strlen(name);
    if (length == 0 || strncmp(class->name, name, length) != 0) {
        return false;
    }
    const char *rest = class->name + length;
    const char *shape = feature_type_name(class->type);
    const size_t shape_length = strlen(shape);
    return *rest == 0 || (strncmp(rest, " (", 2) == 0 && strncmp(rest + 2, shape, shape_length) == 0 &&
                          strcmp(rest + 2 + shape_length, ")") == 0);
}

static int32_t find_class(const ontology_features *all, const listed_category *category, int32_t shape) {
    int32_t by_name = 0;
    for (size_t i = 0; i < all->count; i++) {
        const feature *class = &all->features[i];
        if (class->kind != FEATURE_OBJECT || class->type != shape || class->archived) {
            continue;
        }
        if (category->key >= 0 && class->coco_category == category->key) {
            return class->number;
        }
        if (by_name == 0 && named_for(class, category->name)) {
            by_name = class->number;
        }
    }
    return by_name;
}

void category_list_match(category_list *list, const ontology_features *all) {
    for (size_t i = 0; i < list->count; i++) {
        listed_category *category = &list->categories[i];
        for (size_t j = 0; j < COCO_SHAPES; j++) {
            const int32_t class = find_class(all, category, coco_shapes[j]);
            category->classes[j] = class;
            if (coco_shapes[j] == SHAPE_SKELETON) {
                category->vertices = class != 0 ? all->by_number[class]->vertex_count : 0;
            }
        }
    }
}

void category_list_release(category_list *list) {
    key_map_release(&list->keys);
    release(list->categories);
    arena_release(&list->memory);
}
