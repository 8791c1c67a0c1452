/* User text inside messages: short, on one line, nothing in it that a terminal or a log would obey. */
#include <string.h>

#include "failure.h"
#include "utf8.h"

#define MOST_CHARACTERS 64

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
static const char ellipsis[] = "\xE2\x80\xA6";

const char *quoted(struct quoted *buffer, const char *text, size_t length) {
    if (!text) {
        memcpy(buffer->text, "NULL", 5);
        return buffer->text;
    }
    /* no character is longer than 4 bytes, so more of the text than this is never shown */
    size_t shown = strnlen(text, length < 4 * (MOST_CHARACTERS + 1) ? length : 4 * (MOST_CHARACTERS + 1));
    char *out = buffer->text;
    *out++ = '"';
    size_t at = 0;
    for (size_t characters = 0; at < shown && characters < MOST_CHARACTERS; characters++) {
        uint32_t point = 0;
        size_t size = utf8_decode(text + at, shown - at, &point);
        if (size == 0 || utf8_is_control(point)) {
            memcpy(out, replacement, 3);
            out += 3;
        } else {
            memcpy(out, text + at, size);
            out += size;
        }
        at += size ? size : 1;
    }
    if (at < shown) {
        memcpy(out, ellipsis, 3);
        out += 3;
    }
    *out++ = '"';
    *out = 0;
    return buffer->text;
}
