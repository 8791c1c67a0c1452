/* Statuses whose failure prints what the library said. */
#include "support.h"

void expect_status(annoproj_status expected, annoproj_status actual, annoproj_error **error, const char *expression,
                   const char *file, int line) {
    if (actual != expected) {
        print_error("%s\n    gave %s instead of %s: %s\n", expression, annoproj_status_name(actual),
                    annoproj_status_name(expected), annoproj_error_message(*error));
    }
    annoproj_error_free(*error);
    *error = NULL;
    if (actual != expected) {
        _fail(file, line);
    }
}
