/* Text patterns on PCRE2: file-name patterns (search anywhere, case-sensitive unless (?i), with match
 * limits) and the case-insensitive substring search of lists. */
#ifndef PATTERN_H
#define PATTERN_H

#include "contract.h"

typedef struct pattern pattern;

annoproj_status pattern_compile(const char *expression, pattern **out,
                                annoproj_error **error); /* INVALID: position and reason */
annoproj_status pattern_substring(const char *needle, pattern **out,
                                  annoproj_error **error); /* literal, caseless, UTF */
/* LIMIT when the match limit is reached. */
annoproj_status pattern_match(const pattern *pattern, const char *text, size_t length, bool *matches,
                              annoproj_error **error);
void pattern_release(pattern *pattern);

#endif
