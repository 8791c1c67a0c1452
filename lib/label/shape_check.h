/* Validity of the numbers of a shape on one frame. */
#ifndef SHAPE_CHECK_H
#define SHAPE_CHECK_H

#include "label.h"

/* The cursor stands on a frame. DATA names `what`, frame and part. */
annoproj_status shape_check(geometry_cursor *cursor, const feature *class, const data_unit *unit, const char *what,
                            annoproj_error **error);

#endif
