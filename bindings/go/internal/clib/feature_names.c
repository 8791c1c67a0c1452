/* The words of the ontology JSON for kinds, shapes and attribute types. */
#include "ontology.h"

#include <stdio.h>
#include <string.h>

static const struct {
    int32_t type;
    const char *name;
} type_names[] = {
    {SHAPE_BOUNDING_BOX, "bounding_box"},
    {SHAPE_ROTATABLE_BOUNDING_BOX, "rotatable_bounding_box"},
    {SHAPE_POLYGON, "polygon"},
    {SHAPE_POLYLINE, "polyline"},
    {SHAPE_POINT, "point"},
    {SHAPE_SKELETON, "skeleton"},
    {SHAPE_BITMASK, "bitmask"},
    {SHAPE_AUDIO, "audio"},
    {SHAPE_TEXT, "text"},
    {SHAPE_CUBOID, "cuboid"},
    {SHAPE_CUBOID_2D, "cuboid_2d"},
    {SHAPE_SEGMENTATION, "segmentation"},
    {SHAPE_CIRCLE, "circle"},
    {SHAPE_ELLIPSE, "ellipse"},
    {SHAPE_TIME_RANGE, "time_range"},
    {ATTRIBUTE_RADIO, "radio"},
    {ATTRIBUTE_CHECKLIST, "checklist"},
    {ATTRIBUTE_TEXT, "text"},
    {ATTRIBUTE_NUMERIC, "numeric"},
};

const char *feature_kind_name(int32_t kind) {
    switch (kind) {
    case FEATURE_OBJECT: return "object";
    case FEATURE_CLASSIFICATION: return "classification";
    case FEATURE_ATTRIBUTE: return "attribute";
    case FEATURE_OPTION: return "option";
    default: return "";
    }
}

const char *feature_type_name(int32_t type) {
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (type_names[i].type == type)
            return type_names[i].name;
    return "";
}

int32_t feature_shape_by_name(const char *name) {
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (type_names[i].type < ATTRIBUTE_RADIO && strcmp(type_names[i].name, name) == 0)
            return type_names[i].type;
    return 0;
}

void feature_shape_names(char *out, size_t size) {
    size_t length = 0;
    *out = 0;
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (type_names[i].type < ATTRIBUTE_RADIO && length < size)
            length += (size_t)snprintf(out + length, size - length, "%s%s", length > 0 ? ", " : "", type_names[i].name);
}

int32_t feature_attribute_by_name(const char *name) {
    for (size_t i = 0; i < sizeof type_names / sizeof *type_names; i++)
        if (type_names[i].type >= ATTRIBUTE_RADIO && strcmp(type_names[i].name, name) == 0)
            return type_names[i].type;
    return 0;
}
