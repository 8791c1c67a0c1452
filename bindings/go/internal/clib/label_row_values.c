/* Values of label rows: texts, times, numbers, authors; and the walk over members and elements. */
#include <stdarg.h>
#include <string.h>

#include "coordinate_read.h"
#include "failure.h"
#include "hash.h"
#include "label_row_parts.h"
#include "time_read.h"

annoproj_status row_next(row_reader *in, annoproj_error **error) {
    return json_next(in->scan, &in->token, error);
}

__attribute__((format(printf, 4, 0))) static void note(row_reader *in, const char *pointer, int64_t offset,
                                                       const char *format, va_list arguments) {
    faults_add_with(in->faults, pointer, offset, format, arguments);
    in->faulty = true;
}

void row_note(row_reader *in, const char *format, ...) {
    char pointer[257];
    va_list arguments;
    json_pointer(in->scan, pointer);
    va_start(arguments, format);
    note(in, pointer, in->token.offset, format, arguments);
    va_end(arguments);
}

void row_note_at(row_reader *in, const row_place *place, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    note(in, place->pointer, place->offset, format, arguments);
    va_end(arguments);
}

annoproj_status row_pass(row_reader *in, annoproj_error **error) {
    return json_pass_rest(in->scan, in->token.depth, error);
}

row_place row_here(row_reader *in, arena *memory) {
    char pointer[257];
    json_pointer(in->scan, pointer);
    return (row_place){.pointer = arena_text(memory, pointer, strlen(pointer)), .offset = in->token.offset};
}

annoproj_status row_members(row_reader *in, const char *what, row_member_fn found, void *data, annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    return status == ANNOPROJ_OK ? row_members_here(in, what, found, data, error) : status;
}

annoproj_status row_members_here(row_reader *in, const char *what, row_member_fn found, void *data,
                                 annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind != JSON_OBJECT) {
        row_note(in, "%s must be an object", what);
        return row_pass(in, error);
    }
    for (status = row_next(in, error); status == ANNOPROJ_OK && in->token.kind == JSON_KEY;
         status = row_next(in, error)) {
        status = found(in, data, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    return status;
}

annoproj_status row_elements(row_reader *in, const char *what, row_member_fn found, void *data,
                             annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind != JSON_ARRAY) {
        row_note(in, "%s must be an array", what);
        return row_pass(in, error);
    }
    return row_elements_here(in, found, data, error);
}

annoproj_status row_elements_here(row_reader *in, row_member_fn found, void *data, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (status = row_next(in, error); status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY_END;
         status = row_next(in, error)) {
        status = found(in, data, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    return status;
}

annoproj_status row_text(row_reader *in, const char *what, arena *memory, const char **out, size_t *length,
                         annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    if (in->token.kind != JSON_STRING) {
        row_note(in, "%s must be a text", what);
        return row_pass(in, error);
    }
    char *characters = arena_allocate(memory, in->token.length + 1);
    if (!characters) {
        return fail_memory(error);
    }
    const size_t count = json_unescape(&in->token, characters);
    if (strlen(characters) != count) {
        row_note(in, "%s has a NUL character", what);
    }
    *out = characters;
    if (length) {
        *length = count;
    }
    return ANNOPROJ_OK;
}

annoproj_status row_bool(row_reader *in, const char *what, bool *out, annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    if (status == ANNOPROJ_OK && (in->token.kind == JSON_TRUE || in->token.kind == JSON_FALSE)) {
        *out = in->token.kind == JSON_TRUE;
    } else if (status == ANNOPROJ_OK && in->token.kind != JSON_NULL) {
        row_note(in, "%s must be true or false", what);
        status = row_pass(in, error);
    }
    return status;
}

annoproj_status row_time(row_reader *in, const char *what, int64_t *out, annoproj_error **error) {
    const char *written = NULL;
    annoproj_status status = row_text(in, what, &in->texts, &written, NULL, error);
    if (status == ANNOPROJ_OK && written && !time_read(written, out)) {
        row_note(in, "%s is no time such as \"Thu, 09 Feb 2023 14:12:03 UTC\"", what);
    }
    return status;
}

bool row_take_number(row_reader *in, const char *what, number *out) {
    *out = (number){0};
    if (in->token.kind != JSON_NUMBER) {
        row_note(in, "%s must be a number", what);
        return false;
    }
    if (!coordinate_read(&in->token, out)) {
        row_note(in, "%s is beyond 2^31", what);
        return false;
    }
    return true;
}

annoproj_status row_number(row_reader *in, const char *what, number *out, bool *has, annoproj_error **error) {
    annoproj_status status = row_next(in, error);
    if (status != ANNOPROJ_OK || in->token.kind == JSON_NULL) {
        return status;
    }
    *has = row_take_number(in, what, out);
    return row_pass(in, error);
}

const feature *row_feature(const row_reader *in, const char *hash) {
    const uint32_t index = key_map_find(&in->by_hash, (int64_t)hash64(hash, strlen(hash)));
    const feature *found = index == KEY_MAP_NONE ? NULL : &in->features->features[index];
    return found && strcmp(found->hash, hash) == 0 ? found : NULL;
}

/* --- who made a label, and when --------------------------------------------------------------------------------------- */

bool row_author_member(row_reader *in, row_authors *out, annoproj_status *status, annoproj_error **error) {
    const json_token *key = &in->token;
    if (json_key_is(key, "createdAt")) {
        *status = row_time(in, "createdAt", &out->created_us, error);
    } else if (json_key_is(key, "createdBy")) {
        *status = row_text(in, "createdBy", &in->texts, &out->creator, NULL, error);
    } else if (json_key_is(key, "lastEditedAt")) {
        *status = row_time(in, "lastEditedAt", &out->edited_us, error);
    } else if (json_key_is(key, "lastEditedBy")) {
        *status = row_text(in, "lastEditedBy", &in->texts, &out->editor, NULL, error);
    } else if (json_key_is(key, "confidence")) {
        *status = row_number(in, "confidence", &out->confidence, &out->has_confidence, error);
    } else if (json_key_is(key, "manualAnnotation")) {
        out->has_manual = true;
        *status = row_bool(in, "manualAnnotation", &out->manual, error);
    } else {
        return false;
    }
    return true;
}

static const char *keep(row_reader *in, const char *told, annoproj_status *status, annoproj_error **error) {
    const char *kept = told ? arena_text(&in->row->memory, told, strlen(told)) : NULL;
    if (told && !kept) {
        *status = fail_memory(error);
    }
    return kept;
}

/* On several frames a label was made when it was made first, and edited when it was edited last. */
void row_set_authors(row_reader *in, row_label *of, const row_authors *told, annoproj_error **error,
                     annoproj_status *status) {
    if (!of->timed) {
        of->confidence = told->has_confidence ? number_to_double(&told->confidence) : 1;
        of->manual = told->manual;
    }
    if (told->created_us != INT64_MIN && (of->created_us == INT64_MIN || told->created_us < of->created_us)) {
        of->created_us = told->created_us;
        of->creator = keep(in, told->creator, status, error);
    } else if (!of->timed && of->created_us == INT64_MIN) {
        of->creator = keep(in, told->creator, status, error);
    }
    const int64_t edited = told->edited_us != INT64_MIN ? told->edited_us : told->created_us;
    if (edited != INT64_MIN && (of->edited_us == INT64_MIN || edited > of->edited_us)) {
        of->edited_us = edited;
        of->editor = keep(in, told->editor ? told->editor : told->creator, status, error);
    } else if (!of->timed && of->edited_us == INT64_MIN) {
        of->editor = keep(in, told->editor, status, error);
    }
    of->timed = true;
}
