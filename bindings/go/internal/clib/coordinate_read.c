/* Reading a coordinate. */
#include "coordinate_read.h"

#include <math.h>

#define COORDINATE_LIMIT 2147483648.0

bool coordinate_read(const json_token *token, number *out) {
    *out = (number){0};
    out->exact = decimal_parse(token->start, token->length, &out->decimal);
    if (!out->exact && !text_to_double(token->start, token->length, &out->real)) {
        return false;
    }
    return fabs(number_to_double(out)) <= COORDINATE_LIMIT;
}
