/* The format of a store: its version, its tables, and the way from older versions. */
#ifndef FORMAT_H
#define FORMAT_H

#include "migrate.h"

#define STORE_APPLICATION_ID 0x414e4e50 /* "ANNP" */

typedef struct store_format {
    int64_t version;           /* user_version */
    const char *const *tables; /* SQL texts, NULL at the end */
    const migration *steps;    /* one from each older version; a row without function at the end */
} store_format;

/* What this library reads and writes. A pointer so that tests can plant a newer format and migrate to it. */
extern const store_format *format_now;
extern const store_format format_released;

#endif
