/* Outlines of circles and ellipses. */
#include "ellipse.h"

#include <math.h>

#define PI 3.14159265358979323846

ellipse ellipse_of(int32_t shape, const double numbers[5]) {
    const double angle = numbers[4] * (PI / 180);
    return (ellipse){.x = numbers[0],
                     .y = numbers[1],
                     .rx = numbers[2],
                     .ry = shape == SHAPE_CIRCLE ? numbers[2] * numbers[3] : numbers[3],
                     .cosine = cos(angle),
                     .sine = sin(angle)};
}

double ellipse_area(const ellipse *of) {
    return PI * of->rx * of->ry;
}

void ellipse_outline(const ellipse *of, double out[2 * ELLIPSE_CORNERS]) {
    const double step = 2 * PI / ELLIPSE_CORNERS, wider = sqrt(step / sin(step)); /* than its corners on the ellipse */
    for (size_t i = 0; i < ELLIPSE_CORNERS; i++) {
        const double along = wider * of->rx * cos((double)i * step), across = wider * of->ry * sin((double)i * step);
        out[2 * i] = of->x + along * of->cosine - across * of->sine;
        out[2 * i + 1] = of->y + along * of->sine + across * of->cosine;
    }
}

void ellipse_reach(const ellipse *of, double *right, double *down) {
    *right = hypot(of->rx * of->cosine, of->ry * of->sine);
    *down = hypot(of->rx * of->sine, of->ry * of->cosine);
}
