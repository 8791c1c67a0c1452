/* Numbers of shapes on their way out: in another unit, added and multiplied exactly where decimals allow it; areas and bounds
 * of polygons and masks. */
#ifndef SHAPE_NUMBERS_H
#define SHAPE_NUMBERS_H

#include "geometry.h"
#include "text.h"

typedef struct shape {
    int32_t type, unit;
    number *numbers; /* decimals may end in zeros: many have one scale */
    size_t *starts;  /* first number of each part; one more behind the last */
    size_t part_count, number_count;
    size_t number_capacity, part_capacity;
} shape;

/* The parts of the cursor's present frame. False when the bytes are damaged or memory is out (*memory = false). */
bool shape_read(shape *shape, geometry_cursor *cursor, bool *memory);
/* Building one: parts of numbers, then the end. False when out of memory. */
void shape_begin(shape *shape, int32_t type, int32_t unit);
bool shape_part(shape *shape);
bool shape_number(shape *shape, number value);
bool shape_end(shape *shape);
void shape_release(shape *shape);
/* Brings coordinates into the other unit; masks, angles and what is in a scene stay. */
void shape_convert(shape *shape, int32_t unit, double width, double height);

number number_add(number a, number b);
number number_multiply(number a, number b);
/* All numbers of a shape as integers at one scale, for what is computed of them. */
#define FEW_NUMBERS 256
typedef struct scaled_shape {
    int64_t few[FEW_NUMBERS], *at; /* NULL = there is no such scale, or no memory: there are the numbers */
    int32_t scale;
} scaled_shape;
void scaled_shape_make(scaled_shape *scaled, const shape *of);
void scaled_shape_release(scaled_shape *scaled);
/* mantissa * 10^-scale; false when it has too many digits. */
bool number_from_wide(__int128 mantissa, int32_t scale, number *out);
void text_number(text *out, number value);
void text_numbers(text *out, const number *numbers, size_t count); /* with commas between them */

typedef struct box {
    number x, y, width, height;
} box;
/* Least and greatest x and y of all points. `scaled` is made of the shape. */
box shape_bounds(const shape *shape, const scaled_shape *scaled);
/* The same of the vertices a skeleton has; zeros when it has none. */
box skeleton_bounds(const shape *shape);
/* Bounds and pixels of a mask: runs column by column. */
box mask_bounds(const shape *shape, int64_t *pixels);

/* Which rings of a polygon are holes: those inside an odd number of others that run the other way round than the ring they cut.
 * (Rings of COCO files run the same way: they are parts, also when one lies in another.) outer[i] = the ring it cuts, i when
 * it is none. Whether there is any. */
bool polygon_holes(const shape *shape, size_t *outer);
number polygon_area(const shape *shape, const scaled_shape *scaled,
                    const size_t *outer); /* exact where decimals allow it */
/* Fills the rings, holes cut out, into runs column by column. False when out of memory. */
bool polygon_runs(const shape *of, int64_t width, int64_t height, shape *mask);

#endif
