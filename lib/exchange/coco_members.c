/* Members that are kept: made, written, checked. */
#include "coco_members.h"

#include <string.h>

#include "json_scan.h"

void coco_members_add(bytes *members, const char *key, size_t key_length, const char *value, size_t value_length) {
    const char *before = members->length > 0 ? ",\"" : "\"";
    bytes_append(members, before, strlen(before));
    bytes_append(members, key, key_length);
    bytes_append(members, "\":", 2);
    bytes_append(members, value, value_length);
}

void coco_members_join(bytes *members, const bytes *attributes) {
    members->failed = members->failed || attributes->failed;
    if (attributes->length > 0) {
        bytes_append(members, "", 1);
        bytes_append(members, attributes->data, attributes->length);
    }
}

typedef struct slice {
    const char *start;
    size_t length;
} slice;

/* JSON texts have no NUL. */
static slice part_of(const uint8_t *members, size_t length, coco_members_part part) {
    const uint8_t *nul = length > 0 ? memchr(members, 0, length) : NULL;
    const size_t own = nul ? (size_t)(nul - members) : length;
    const size_t other = nul ? length - own - 1 : 0;
    return part == COCO_MEMBERS_OWN ? (slice){(const char *)members, own}
                                    : (slice){other > 0 ? (const char *)nul + 1 : "", other};
}

/* Goes through the members of a part; `out` and `written` as coco_members_write(), both nullable. DATA when they are broken. */
static annoproj_status each_member(slice part, text *out, const char *written) {
    json_scan *scan = NULL;
    json_token token;
    text object = {0};
    text_character(&object, '{');
    text_append(&object, part.start, part.length);
    text_character(&object, '}');
    annoproj_status status = object.failed ? ANNOPROJ_NO_MEMORY
                                           : json_scan_memory(object.data, object.length, NULL, &scan, NULL);
    if (status == ANNOPROJ_OK) {
        status = json_next(scan, &token, NULL);
    }
    while (status == ANNOPROJ_OK && (status = json_next(scan, &token, NULL)) == ANNOPROJ_OK && token.kind == JSON_KEY) {
        const bool wanted = out && !(written && json_key_is(&token, written));
        const char *key = token.start - 1, *value = NULL;
        size_t length = 0;
        status = json_slice(scan, &value, &length, NULL, NULL);
        if (status == ANNOPROJ_OK && wanted) {
            text_character(out, ',');
            text_append(out, key, (size_t)(value + length - key));
        }
    }
    if (status == ANNOPROJ_OK) {
        status = json_next(scan, &token, NULL); /* nothing comes behind it */
    }
    json_scan_release(scan);
    text_release(&object);
    return status;
}

void coco_members_write(text *out, const uint8_t *members, size_t length, coco_members_part wanted,
                        const char *written) {
    const slice part = part_of(members, length, wanted);
    if (part.length > 0 && written) {
        out->failed = each_member(part, out, written) == ANNOPROJ_NO_MEMORY || out->failed;
    } else if (part.length > 0) {
        text_character(out, ',');
        text_append(out, part.start, part.length);
    }
}

annoproj_status coco_members_check(const uint8_t *members, size_t length) {
    const slice own = part_of(members, length, COCO_MEMBERS_OWN);
    const slice attributes = part_of(members, length, COCO_MEMBERS_OF_ATTRIBUTES);
    annoproj_status status = length == 0 || length > COCO_MEMBERS_MOST || attributes.length + own.length + 1 < length
                                 ? ANNOPROJ_DATA
                                 : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK && own.length > 0) {
        status = each_member(own, NULL, NULL);
    }
    return status == ANNOPROJ_OK && attributes.length > 0 ? each_member(attributes, NULL, NULL) : status;
}
