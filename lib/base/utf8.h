/* UTF-8 and text arguments. */
#ifndef UTF8_H
#define UTF8_H

#include "contract.h"

bool utf8_valid(const char *text, size_t length);
size_t utf8_length(const char *text, size_t length); /* code points; text is valid */
/* Bytes of the valid character at `text` (1..4) and its code point; 0 when what stands there is none. */
size_t utf8_decode(const char *text, size_t length, uint32_t *code_point);
bool utf8_is_control(uint32_t code_point); /* C0, DEL, C1 and the bidi controls */

enum text_kind { TEXT_NAME, TEXT_TITLE, TEXT_FILE_NAME, TEXT_COMMENT, TEXT_TAG, TEXT_EMAIL, TEXT_LINK, TEXT_JSON };
/* One text argument: not NULL, UTF-8, within the limit of its kind (reliability rules: name and title
 * 1 KiB, comment 64 KiB, tag 128 B, file name and link 4 KiB, JSON 64 MiB), no control or bidi characters in names,
 * titles, tags and e-mails; not empty but for comments and links. INVALID or LIMIT, naming `what`. */
annoproj_status check_text(const char *text, enum text_kind kind, const char *what, annoproj_error **error);

/* E-mails are unique after ASCII lower-casing. */
void ascii_lower(char *text);

#endif
