/* Shapes in the words of label rows. */
#include "label_row_layout.h"

static const row_layout layouts[] = {
    {.type = SHAPE_BOUNDING_BOX,
     .key = "boundingBox",
     .what = "a box",
     .wanted = "a box has x, y, w and h",
     .count = 4,
     .least = 4,
     .members = {"x", "y", "w", "h"},
     .written = {3, 2, 0, 1}},
    {.type = SHAPE_ROTATABLE_BOUNDING_BOX,
     .key = "rotatableBoundingBox",
     .what = "a box",
     .wanted = "a box has x, y, w and h, and theta",
     .count = 5,
     .least = 5,
     .members = {"x", "y", "w", "h", "theta"},
     .written = {3, 2, 0, 1, 4}},
    {.type = SHAPE_CIRCLE,
     .key = "circle",
     .what = "a circle",
     .wanted = "a circle has x, y and r",
     .count = 5,
     .least = 3,
     .members = {"x", "y", "r", "stretch", "theta"},
     .written = {0, 1, 2, 3, 4},
     .unsaid = {0, 0, 0, 1, 0}},
    {.type = SHAPE_ELLIPSE,
     .key = "ellipse",
     .what = "an ellipse",
     .wanted = "an ellipse has x, y, rx and ry",
     .count = 5,
     .least = 4,
     .members = {"x", "y", "rx", "ry", "theta"},
     .written = {0, 1, 2, 3, 4}},
};

const row_layout *row_layout_of(int32_t type) {
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (layouts[i].type == type) {
            return &layouts[i];
        }
    }
    return NULL;
}

int32_t row_shape_of_key(const json_token *key) {
    static const struct {
        const char *key;
        int32_t type;
    } others[] = {{"polygon", SHAPE_POLYGON},     {"polygons", SHAPE_POLYGON}, {"polyline", SHAPE_POLYLINE},
                  {"point", SHAPE_POINT},         {"bitmask", SHAPE_BITMASK},  {"skeleton", SHAPE_SKELETON},
                  {"cuboid_2d", SHAPE_CUBOID_2D}, {"cuboid", SHAPE_CUBOID},    {"segmentation", SHAPE_SEGMENTATION}};
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (json_key_is(key, layouts[i].key)) {
            return layouts[i].type;
        }
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (json_key_is(key, others[i].key)) {
            return others[i].type;
        }
    }
    return 0;
}
