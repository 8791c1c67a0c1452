/* Checking the escapes of JSON strings. */
#ifndef JSON_ESCAPE_H
#define JSON_ESCAPE_H

/* Bytes of the escape (or surrogate pair of escapes) at `at`, where a backslash stands; 0 when it is wrong,
 * -1 when what comes behind `end` decides. */
int json_escape_size(const char *at, const char *end);

#endif
