/* The text of a UUID (uuid.h). */
#include "uuid.h"

#include <stddef.h>

void uuid_text(const uint8_t uuid[16], char out[37]) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *out++ = '-';
        *out++ = digits[uuid[i] >> 4];
        *out++ = digits[uuid[i] & 15];
    }
    *out = 0;
}
