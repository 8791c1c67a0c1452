/* Small pieces of exported JSON. */
#include "json_out.h"

#include <string.h>
#include <time.h>

void json_size(text *out, int64_t size) {
    if (size > 0) {
        text_int64(out, size);
    } else {
        text_string(out, "null");
    }
}

void json_text_member(text *out, const char *key, const char *value) {
    if (out->length > 0 && out->data[out->length - 1] != '{') {
        text_character(out, ',');
    }
    text_json(out, key, strlen(key));
    text_character(out, ':');
    text_json(out, value, strlen(value));
}

void json_time(text *out, int64_t time_us) {
    static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm at = {0};
    const time_t seconds = (time_t)((time_us - (time_us < 0 ? 999999 : 0)) / 1000000);
    gmtime_r(&seconds, &at); /* names are ours: the locale has no say */
    text_printf(out, "\"%.3s, %02d %.3s %04d %02d:%02d:%02d UTC\"", days + 3 * at.tm_wday, at.tm_mday,
                months + 3 * at.tm_mon, at.tm_year + 1900, at.tm_hour, at.tm_min, at.tm_sec);
}
