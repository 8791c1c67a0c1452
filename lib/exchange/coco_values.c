/* Values of COCO items: ids, texts, sides, numbers. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "coco_parts.h"
#include "coordinate_read.h"
#include "failure.h"
#include "hash.h"

#define LARGEST_ID  (INT64_C(1) << 53)
#define LONGEST_KEY 256

void coco_note(coco_reader *in, const char *format, ...) {
    char pointer[257];
    json_pointer(in->scan, pointer);
    va_list arguments;
    va_start(arguments, format);
    faults_add_with(in->faults, pointer, in->token.offset, format, arguments);
    va_end(arguments);
    in->faulty = true;
}

void coco_fault(faults *all, const coco_place *place, const char *format, ...) {
    char pointer[64];
    snprintf(pointer, sizeof pointer, "/%s/%lld", place->array, (long long)place->index);
    va_list arguments;
    va_start(arguments, format);
    faults_add_with(all, pointer, place->offset, format, arguments);
    va_end(arguments);
}

annoproj_status coco_next(coco_reader *in, annoproj_error **error) {
    return json_next(in->scan, &in->token, error);
}

annoproj_status coco_pass(coco_reader *in, annoproj_error **error) {
    return json_pass_rest(in->scan, in->token.depth, error);
}

annoproj_status coco_other(coco_reader *in, bytes *members, annoproj_error **error) {
    char key[LONGEST_KEY];
    const char *start = NULL;
    size_t length = 0;
    const size_t key_length = in->token.length;
    memcpy(key, in->token.start, key_length);
    annoproj_status status = json_slice_most(in->scan, COCO_MEMBERS_MOST, &start, &length, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    if (!start || in->members.length + in->attributes.length + key_length + length + 4 > COCO_MEMBERS_MOST) {
        coco_note(in, "members beyond those of COCO have more than %zu bytes: leave some out", COCO_MEMBERS_MOST);
        return ANNOPROJ_OK;
    }
    in->content += hash64_with(start, length, hash64(key, key_length));
    if (members && in->keep_members) {
        coco_members_add(members, key, key_length, start, length);
    }
    return members && members->failed ? fail_memory(error) : ANNOPROJ_OK;
}

static bool in_range(const json_token *token, int64_t *key) {
    return json_int64(token, key) && *key <= LARGEST_ID && *key >= -LARGEST_ID;
}

/* Texts of digits are numbers; other texts get keys below all numbers. */
static bool key_of(const char *characters, int64_t *key) {
    const json_token digits = {.kind = JSON_NUMBER, .start = characters, .length = strlen(characters)};
    const char *first = characters + (*characters == '-');
    const bool numeric = digits.length <= 17 && *first >= (first[1] ? '1' : '0') && *first <= '9' &&
                         first[strspn(first, "0123456789")] == 0;
    if (!numeric || !in_range(&digits, key)) {
        *key = INT64_MIN + (int64_t)(hash64(characters, digits.length) >> 2);
    }
    return digits.length > 0;
}

static annoproj_status text_id(coco_reader *in, int64_t *key, bool *has, const char **as_given,
                               annoproj_error **error) {
    const json_token *token = &in->token;
    char *characters = arena_allocate(&in->texts, token->length + 3);
    if (!characters) {
        return fail_memory(error);
    }
    json_unescape(token, characters);
    if (!key_of(characters, key)) {
        coco_note(in, "an id is empty");
        return ANNOPROJ_OK;
    }
    *has = true;
    if (as_given) {
        characters[0] = '"';
        memcpy(characters + 1, token->start, token->length);
        characters[token->length + 1] = '"';
        characters[token->length + 2] = 0;
        *as_given = characters;
    }
    return ANNOPROJ_OK;
}

annoproj_status coco_id(coco_reader *in, int64_t *key, bool *has, const char **as_given, annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind == JSON_STRING) {
        return text_id(in, key, has, as_given, error);
    }
    if (in->token.kind != JSON_NUMBER || !in_range(&in->token, key)) {
        coco_note(in, "an id must be a whole number up to 2^53 or a text");
        return coco_pass(in, error);
    }
    *has = true;
    if (as_given) {
        *as_given = arena_text(&in->texts, in->token.start, in->token.length);
        return *as_given ? ANNOPROJ_OK : fail_memory(error);
    }
    return ANNOPROJ_OK;
}

annoproj_status coco_text(coco_reader *in, const char *member, const char **out, annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind != JSON_STRING) {
        coco_note(in, "%s must be a text", member);
        return coco_pass(in, error);
    }
    char *characters = arena_allocate(&in->texts, in->token.length + 1);
    if (!characters) {
        return fail_memory(error);
    }
    const size_t length = json_unescape(&in->token, characters);
    if (strlen(characters) != length) {
        coco_note(in, "%s has a NUL character", member);
    }
    in->content += hash64_with(characters, length, hash64(member, strlen(member)));
    *out = characters;
    return ANNOPROJ_OK;
}

annoproj_status coco_side(coco_reader *in, const char *member, int64_t *out, annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    int64_t side = 0;
    if (in->token.kind != JSON_NUMBER || !json_int64(&in->token, &side) || side < 1 || side > COCO_SIDE) {
        coco_note(in, "%s must be a whole number from 1 to %d", member, COCO_SIDE);
        return coco_pass(in, error);
    }
    in->content += hash64_with(&side, sizeof side, hash64(member, strlen(member)));
    *out = side;
    return ANNOPROJ_OK;
}

static void join_decimal(uint64_t *content, const decimal *value) {
    *content = hash64_join(hash64_join(*content, (uint64_t)value->mantissa), (uint64_t)(uint32_t)value->scale);
}

size_t coco_numbers(coco_reader *in, uint64_t *content) {
    const size_t count = json_numbers(in->scan, false, in->decimals, COCO_NUMBERS);
    for (size_t i = 0; i < count; i++) {
        join_decimal(content, &in->decimals[i]);
    }
    return count;
}

bool coco_number(coco_reader *in, number *out, uint64_t *content) {
    if (!coordinate_read(&in->token, out)) {
        coco_note(in, "a coordinate is beyond 2^31");
        return false;
    }
    if (out->exact) {
        join_decimal(content, &out->decimal);
    } else {
        *content = hash64_with(&out->real, sizeof out->real, *content);
    }
    return true;
}
