/* UTF-8 as RFC 3629 has it (no overlong forms, no surrogates, nothing above U+10FFFF), and the rules
 * for text arguments. */
#include "utf8.h"

#include <string.h>

#include "failure.h"

#define KIB ((size_t)1024)
#define MIB (KIB * 1024)

static bool continues(unsigned char byte) {
    return (byte & 0xC0) == 0x80;
}

size_t utf8_decode(const char *text, size_t length, uint32_t *code_point) {
    if (length == 0) {
        return 0;
    }
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] < 0x80) {
        *code_point = at[0];
        return 1;
    }
    if (at[0] < 0xC2 || at[0] > 0xF4 || length < 2 || !continues(at[1])) {
        return 0;
    }
    if (at[0] < 0xE0) {
        *code_point = (uint32_t)(at[0] & 0x1F) << 6 | (at[1] & 0x3F);
        return 2;
    }
    if (length < 3 || !continues(at[2])) {
        return 0;
    }
    if (at[0] < 0xF0) {
        uint32_t point = (uint32_t)(at[0] & 0x0F) << 12 | (uint32_t)(at[1] & 0x3F) << 6 | (at[2] & 0x3F);
        *code_point = point;
        return point < 0x800 || (point >= 0xD800 && point <= 0xDFFF) ? 0 : 3;
    }
    if (length < 4 || !continues(at[3])) {
        return 0;
    }
    uint32_t point = (uint32_t)(at[0] & 0x07) << 18 | (uint32_t)(at[1] & 0x3F) << 12 | (uint32_t)(at[2] & 0x3F) << 6 |
                     (at[3] & 0x3F);
    *code_point = point;
    return point < 0x10000 || point > 0x10FFFF ? 0 : 4;
}

bool utf8_valid(const char *text, size_t length) {
    size_t at = 0;
    while (at < length) {
        uint64_t eight;
        if (length - at >= 8) {
            memcpy(&eight, text + at, 8);
            if ((eight & UINT64_C(0x8080808080808080)) == 0) {
                at += 8;
                continue;
            }
        }
        uint32_t point;
        size_t size = utf8_decode(text + at, length - at, &point);
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

size_t utf8_length(const char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        count += !continues((unsigned char)text[i]);
    }
    return count;
}

bool utf8_is_control(uint32_t code_point) {
    return code_point < 0x20 || (code_point >= 0x7F && code_point <= 0x9F) ||
           (code_point >= 0x202A && code_point <= 0x202E) || (code_point >= 0x2066 && code_point <= 0x2069);
}

static const struct text_rule {
    size_t limit;
    bool empty_allowed, controls_allowed;
} rules[] = {
    [TEXT_NAME] = {KIB, false, false},          [TEXT_TITLE] = {KIB, false, false},
    [TEXT_FILE_NAME] = {4 * KIB, false, false}, [TEXT_COMMENT] = {64 * KIB, true, true},
    [TEXT_TAG] = {128, false, false},           [TEXT_EMAIL] = {320, false, false},
    [TEXT_LINK] = {4 * KIB, true, true},        [TEXT_JSON] = {64 * MIB, false, true},
};

static annoproj_status refuse_controls(const char *text, size_t length, const char *what, annoproj_error **error) {
    size_t at = 0;
    while (at < length) {
        uint32_t point = 0;
        size_t size = utf8_decode(text + at, length - at, &point);
        if (utf8_is_control(point)) {
            fail(error, ANNOPROJ_INVALID, "%s %s has the control character U+%04X at byte %zu: leave it out", what,
                 QUOTED(text), (unsigned)point, at);
            fail_detail(error, "byte", "%zu", at);
            return ANNOPROJ_INVALID;
        }
        at += size;
    }
    return ANNOPROJ_OK;
}

annoproj_status check_text(const char *text, enum text_kind kind, const char *what, annoproj_error **error) {
    if (!text) {
        return fail(error, ANNOPROJ_INVALID, "%s is NULL: give a text", what);
    }
    const struct text_rule *rule = &rules[kind];
    size_t length = strnlen(text, rule->limit + 1);
    if (length > rule->limit) {
        fail(error, ANNOPROJ_LIMIT, "%s %s is longer than %zu bytes: shorten it", what, QUOTED(text), rule->limit);
        fail_detail(error, "limit", "%zu", rule->limit);
        return ANNOPROJ_LIMIT;
    }
    if (length == 0 && !rule->empty_allowed) {
        return fail(error, ANNOPROJ_INVALID, "%s is empty: give a text", what);
    }
    if (!utf8_valid(text, length)) {
        return fail(error, ANNOPROJ_INVALID, "%s %s is not valid UTF-8: convert it", what, QUOTED(text));
    }
    return rule->controls_allowed ? ANNOPROJ_OK : refuse_controls(text, length, what, error);
}

void ascii_lower(char *text) {
    for (; *text; text++) {
        if (*text >= 'A' && *text <= 'Z') {
            *text = (char)(*text - 'A' + 'a');
        }
    }
}
