/* Circles and ellipses: where their outline runs. */
#ifndef ELLIPSE_H
#define ELLIPSE_H

#include "shape_layout.h"

#define ELLIPSE_CORNERS 64

typedef struct ellipse {
    double x, y, rx, ry; /* half-axes */
    double cosine, sine; /* of the angle by which it is turned: with y downwards a positive one turns it clockwise */
} ellipse;

/* Of the numbers of a circle or an ellipse, in pixels. */
ellipse ellipse_of(int32_t shape, const double numbers[5]);
double ellipse_area(const ellipse *of);
/* x, y of the corners of a polygon that has its area. */
void ellipse_outline(const ellipse *of, double out[2 * ELLIPSE_CORNERS]);
/* Half of the width and of the height of the box around it. */
void ellipse_reach(const ellipse *of, double *right, double *down);

#endif
