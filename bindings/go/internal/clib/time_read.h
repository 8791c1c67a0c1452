/* Times as label rows have them. */
#ifndef TIME_READ_H
#define TIME_READ_H

#include <stdbool.h>
#include <stdint.h>

/* "Thu, 09 Feb 2023 14:12:03 UTC" (also GMT), "2023-02-09 14:12:03" or ISO 8601 with T, fraction and zone; without a zone it
 * is UTC. False when it is none of them. */
bool time_read(const char *text, int64_t *time_us);

#endif
