/* File-name patterns: an expression before the first newline, the text to search behind it. Whatever they are, compiling and
 * searching end within the limits, and a text contains itself. */
#include "fuzz.h"

#include "pattern.h"
#include "utf8.h"

const unsigned fuzz_rounds = 1500;

static annoproj_status search(const pattern *compiled, const char *text, size_t length, bool *matches) {
    annoproj_error *error = NULL;
    annoproj_status status = pattern_match(compiled, text, length, matches, &error);
    require_no_fault(status, error);
    require(status == ANNOPROJ_OK || (status == ANNOPROJ_LIMIT && !*matches));
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    const uint8_t *end = length > 0 ? memchr(data, '\n', length) : NULL;
    const size_t first = end ? (size_t)(end - data) : length, rest = end ? length - first - 1 : 0;
    const char *searched = end ? (const char *)end + 1 : "";
    annoproj_error *error = NULL;
    pattern *compiled = NULL;
    bool matches = false;
    if (!utf8_valid(searched, rest))
        return 0;
    char *expression = malloc(first + 1);
    require(expression);
    memcpy(expression, first > 0 ? (const char *)data : "", first);
    expression[first] = '\0';
    annoproj_status status = pattern_compile(expression, &compiled, &error);
    require_no_fault(status, error);
    require((status == ANNOPROJ_OK) == (compiled != NULL));
    if (compiled)
        search(compiled, searched, rest, &matches);
    pattern_release(compiled);
    status = pattern_substring(expression, &compiled, &error);
    require_no_fault(status, error);
    if (status == ANNOPROJ_OK) {
        if (search(compiled, expression, strlen(expression), &matches) == ANNOPROJ_OK)
            require(matches);
        search(compiled, searched, rest, &matches);
        pattern_release(compiled);
    }
    free(expression);
    return 0;
}
