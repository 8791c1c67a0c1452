/* Numbers of a page token, to text and back. */
#include "page_token.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void page_token_write(char token[PAGE_TOKEN_SIZE], const int64_t *numbers, size_t count) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        length += (size_t)snprintf(token + length, PAGE_TOKEN_SIZE - length, i ? ".%" PRId64 : "%" PRId64, numbers[i]);
    }
}

const char *page_token_numbers(const char *token, int64_t *numbers, size_t count) {
    for (size_t i = 0; i < count; i++) {
        char *end = NULL;
        errno = 0;
        numbers[i] = strtoll(token, &end, 10);
        const bool digits = end != token && strchr("-0123456789", token[0]) != NULL;
        if (!digits || errno != 0 || (i + 1 < count && *end != '.')) {
            return NULL;
        }
        token = i + 1 < count ? end + 1 : end;
    }
    return token;
}

bool page_token_read(const char *token, int64_t *numbers, size_t count) {
    const char *rest = page_token_numbers(token, numbers, count);
    return rest != NULL && *rest == '\0';
}
