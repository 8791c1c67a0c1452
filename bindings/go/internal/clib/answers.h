/* The answers of one label, static and dynamic, in canonical order: equal answers are equal bytes. An entry is one
 * attribute with one value (an option, a text or a number) and, when dynamic, the frames it holds on; a checklist has
 * one entry for each option chosen. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "frame_ranges.h"
#include "geometry.h"

typedef enum answer_kind { ANSWER_OPTION = 1, ANSWER_TEXT = 2, ANSWER_NUMBER = 3 } answer_kind; /* stored */

typedef struct answer {
    int32_t attribute; /* feature */
    int32_t option;    /* feature; 0 for text and numbers */
    answer_kind kind;
    bool dynamic;
    const char *text; /* borrowed from the encoding, no NUL behind it */
    size_t text_length;
    number number;
    const uint8_t *ranges; /* dynamic: encoded frames */
    size_t ranges_length;
} answer;

/* Building, in any order; entries with the same attribute and value become one. first_frame -1 = static. */
typedef struct answers_builder answers_builder;
answers_builder *answers_builder_new(void); /* never NULL: failure is sticky */
void answers_option(answers_builder *builder, int32_t attribute, int32_t option, int64_t first_frame,
                    int64_t last_frame);
void answers_text(answers_builder *builder, int32_t attribute, const char *text, size_t length, int64_t first_frame,
                  int64_t last_frame);
void answers_number(answers_builder *builder, int32_t attribute, number number, int64_t first_frame,
                    int64_t last_frame);
annoproj_status answers_encode(answers_builder *builder, bytes *out,
                               annoproj_error **error); /* appends; nothing for none */
void answers_builder_reset(answers_builder *builder);   /* for the next label */
void answers_builder_free(answers_builder *builder);

/* Reading, in canonical order: by attribute, static before dynamic, then by value. */
typedef struct answers_cursor {
    unpacker unpacker;
    bool failed;
} answers_cursor;
void answers_open(answers_cursor *cursor, const uint8_t *data, size_t length);
bool answers_next(answers_cursor *cursor, answer *out);

/* The frames of `frames` on which the answers differ: all of them when a static answer does. CORRUPT. */
annoproj_status answers_changed_frames(const uint8_t *before, size_t before_length, const uint8_t *after,
                                       size_t after_length, const frame_ranges *frames, frame_ranges *changed,
                                       annoproj_error **error);

#endif
