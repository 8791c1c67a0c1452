/* Shapes in the words of label rows. */
#include "label_row_layout.h"

static const row_layout layouts[] = {{SHAPE_BOUNDING_BOX,
                                      "boundingBox",
                                      "a box",
                                      "a box has x, y, w and h",
                                      4,
                                      4,
                                      {"x", "y", "w", "h"},
                                      {3, 2, 0, 1},
                                      {0}},
                                     {SHAPE_ROTATABLE_BOUNDING_BOX,
                                      "rotatableBoundingBox",
                                      "a box",
                                      "a box has x, y, w and h, and theta",
                                      5,
                                      5,
                                      {"x", "y", "w", "h", "theta"},
                                      {3, 2, 0, 1, 4},
                                      {0}},
                                     {SHAPE_CIRCLE,
                                      "circle",
                                      "a circle",
                                      "a circle has x, y and r",
                                      5,
                                      3,
                                      {"x", "y", "r", "stretch", "theta"},
                                      {0, 1, 2, 3, 4},
                                      {0, 0, 0, 1, 0}},
                                     {SHAPE_ELLIPSE,
                                      "ellipse",
                                      "an ellipse",
                                      "an ellipse has x, y, rx and ry",
                                      5,
                                      4,
                                      {"x", "y", "rx", "ry", "theta"},
                                      {0, 1, 2, 3, 4},
                                      {0}}};

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
