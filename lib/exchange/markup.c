/* Small pieces of SVG and HTML. */
#include "markup.h"

#include <math.h>
#include <string.h>
#include <time.h>

#include "utf8.h"

static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
static const char ellipsis[] = "\xE2\x80\xA6";

static bool allowed(uint32_t point) {
    return (point >= 0x20 && point != 0xFFFE && point != 0xFFFF) || point == '\t' || point == '\n' || point == '\r';
}

/* Bytes of the character at `string`; its replacement stands for what is none. */
static size_t append_character(text *out, const char *string, size_t length) {
    uint32_t point = 0;
    const size_t size = utf8_decode(string, length, &point);
    if (size == 0 || !allowed(point)) {
        text_string(out, replacement);
        return size ? size : 1;
    }
    switch (point) {
    case '&': text_string(out, "&amp;"); break;
    case '<': text_string(out, "&lt;"); break;
    case '>': text_string(out, "&gt;"); break;
    case '"': text_string(out, "&quot;"); break;
    default: text_append(out, string, size);
    }
    return size;
}

void markup_text(text *out, const char *string) {
    for (size_t length = strlen(string); length > 0;) {
        const size_t size = append_character(out, string, length);
        string += size;
        length -= size;
    }
}

/* Of a character, in parts of the font size; as wide sans-serif fonts have them. */
static double character_width(uint32_t point) {
    if (point < 0x80) {
        return strchr("ijl.,:;'|!()[] ", (int)point)         ? 0.36
               : strchr("mwMW@%", (int)point)                ? 1.0
               : point < 'a' && (point > '9' || point < '0') ? 0.7
                                                             : 0.62;
    }
    return point < 0x1100 ? 0.65 : 1.0;
}

double markup_width(const char *string, double size) {
    double width = 0;
    for (size_t length = strlen(string); length > 0;) {
        uint32_t point = 0;
        size_t bytes = utf8_decode(string, length, &point);
        bytes = bytes ? bytes : 1;
        width += character_width(point);
        string += bytes;
        length -= bytes;
    }
    return width * size;
}

void markup_fitted(text *out, const char *string, double most, double size) {
    if (markup_width(string, size) <= most) {
        markup_text(out, string);
        return;
    }
    double left = most / size - 0.9;
    for (size_t length = strlen(string); length > 0;) {
        uint32_t point = 0;
        const size_t bytes = utf8_decode(string, length, &point);
        left -= character_width(point);
        if (left < 0) {
            break;
        }
        const size_t done = append_character(out, string, length);
        string += done;
        length -= bytes ? bytes : 1;
    }
    text_string(out, ellipsis);
}

/* ---- numbers ---- */

/* |value| times ten to the decimals as an integer; false for what has no such form. */
static bool scaled(double value, int decimals, int64_t *out) {
    for (int i = 0; i < decimals; i++) {
        value *= 10;
    }
    if (!isfinite(value) || fabs(value) > 9e15) {
        return false;
    }
    *out = llround(fabs(value));
    return true;
}

static void append_decimals(text *out, int64_t number, int decimals, bool trailing_zeros) {
    if (decimals == 0) {
        return;
    }
    char digits[8] = {0};
    int last = 0;
    for (int i = decimals - 1; i >= 0; i--, number /= 10) {
        digits[i] = (char)('0' + number % 10);
        if (digits[i] != '0' && last == 0) {
            last = i + 1;
        }
    }
    last = trailing_zeros ? decimals : last;
    if (last > 0) {
        text_character(out, '.');
        text_append(out, digits, (size_t)last);
    }
}

static int64_t power_of_ten(int exponent) {
    int64_t power = 1;
    while (exponent-- > 0) {
        power *= 10;
    }
    return power;
}

void markup_number(text *out, double value, int decimals) {
    int64_t number = 0;
    if (!scaled(value, decimals, &number)) {
        text_double(out, value);
        return;
    }
    if (value < 0 && number > 0) {
        text_character(out, '-');
    }
    text_int64(out, number / power_of_ten(decimals));
    append_decimals(out, number % power_of_ten(decimals), decimals, false);
}

void markup_grouped(text *out, double value, int decimals) {
    int64_t number = 0;
    if (!scaled(value, decimals, &number)) {
        text_double(out, value);
        return;
    }
    const int64_t fraction = number % power_of_ten(decimals);
    int64_t whole = number / power_of_ten(decimals), group = 1;
    if (value < 0 && number > 0) {
        text_string(out, "\xE2\x88\x92"); /* a minus sign */
    }
    while (whole / group >= 1000) {
        group *= 1000;
    }
    text_int64(out, whole / group);
    for (whole %= group; group > 1; whole %= group) {
        group /= 1000;
        text_printf(out, ",%03d", (int)(whole / group));
    }
    append_decimals(out, fraction, decimals, true);
}

/* ---- times ---- */

void markup_duration(text *out, int64_t seconds) {
    if (seconds < 0) {
        text_string(out, "\xE2\x88\x92");
    }
    const int64_t positive = seconds < 0 ? -seconds : seconds, hours = positive / 3600;
    markup_grouped(out, (double)hours, 0);
    text_printf(out, ":%02d:%02d", (int)(positive / 60 % 60), (int)(positive % 60));
}

static struct tm broken_down(int64_t time_us) {
    struct tm at = {0};
    const time_t seconds = (time_t)((time_us - (time_us < 0 ? 999999 : 0)) / 1000000);
    gmtime_r(&seconds, &at);
    return at;
}

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec"; /* names are ours: the locale has no say */

void markup_month(text *out, int64_t time_us, bool with_year) {
    const struct tm at = broken_down(time_us);
    text_append(out, months + 3 * at.tm_mon, 3);
    if (with_year) {
        text_printf(out, " %d", at.tm_year + 1900);
    }
}

void markup_date(text *out, int64_t time_us, bool with_year) {
    text_printf(out, "%d ", broken_down(time_us).tm_mday);
    markup_month(out, time_us, with_year);
}

void markup_clock(text *out, int64_t time_us) {
    const struct tm at = broken_down(time_us);
    text_printf(out, "%02d:%02d", at.tm_hour, at.tm_min);
}
