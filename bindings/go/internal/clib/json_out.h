/* Small pieces of exported JSON. */
#ifndef JSON_OUT_H
#define JSON_OUT_H

#include "text.h"

void json_size(text *out, int64_t size); /* null when it is not known (0) */
void json_text_member(text *out, const char *key,
                      const char *value);   /* "key":"value", a comma before it unless it is the first */
void json_time(text *out, int64_t time_us); /* "Thu, 09 Feb 2023 14:12:03 UTC" */

#endif
