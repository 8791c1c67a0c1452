/* The text of a UUID. */
#ifndef UUID_H
#define UUID_H

#include <stdint.h>

void uuid_text(const uint8_t uuid[16], char out[37]);

#endif
