/* The words label rows have for shapes; of those that are an object of numbers, its members. One table for the way out and the way in. */
#ifndef LABEL_ROW_LAYOUT_H
#define LABEL_ROW_LAYOUT_H

#include "json_scan.h"
#include "ontology.h"

#define ROW_LAYOUT_MOST 5

/* A shape that is {"x":..,"y":..,...}. */
typedef struct row_layout {
    int32_t type;
    const char *key, *what, *wanted;      /* "boundingBox", "a box", "a box has x, y, w and h" */
    size_t count, least;                  /* members, and how many of them must be there */
    const char *members[ROW_LAYOUT_MOST]; /* in the order of the shape's numbers */
    uint8_t written[ROW_LAYOUT_MOST];     /* which comes first, second, ... on the way out */
    uint8_t unsaid[ROW_LAYOUT_MOST];      /* what one that is not there means */
} row_layout;
const row_layout *row_layout_of(int32_t type); /* NULL = the shape is written in another way */

/* 0 = the key is of no shape. */
int32_t row_shape_of_key(const json_token *key);

#endif
