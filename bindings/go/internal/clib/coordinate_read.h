/* Coordinates of files: exact decimals, or the double that a text of more digits tells; up to 2^31 either way. */
#ifndef COORDINATE_READ_H
#define COORDINATE_READ_H

#include "geometry.h"
#include "json_scan.h"

/* The coordinate that a token of a number is; false when it is beyond. */
bool coordinate_read(const json_token *token, number *out);

#endif
