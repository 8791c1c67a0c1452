/* One token of JSON: strings, numbers and words, from their first byte to behind their last. Knows nothing of what
 * stands around them. */
#ifndef JSON_LEX_H
#define JSON_LEX_H

#include "contract.h"

/* What was read, or what is wrong with it. */
typedef struct json_lexeme {
    const char *after;   /* behind it; the wrong byte after a failure */
    const char *message; /* what is wrong */
    bool escaped;        /* strings: it has escapes */
} json_lexeme;

/* Beside OK, DATA and LIMIT: the text that is there ends inside the token, and more of it is to come. */
#define JSON_LEX_MORE ((annoproj_status)1000)

/* `last`: nothing comes behind `end`. Lengths are limited to `limit` bytes. */
annoproj_status json_lex_string(const char *at, const char *end, bool last, size_t limit, json_lexeme *out);
annoproj_status json_lex_number(const char *at, const char *end, bool last, size_t limit, json_lexeme *out);
/* true, false or null, whichever `word` is. */
annoproj_status json_lex_word(const char *at, const char *end, bool last, const char *word, json_lexeme *out);

#endif
