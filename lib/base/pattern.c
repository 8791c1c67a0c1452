/* PCRE2 with limits. Nobody's pattern may hold a call for long: matching stops at a fixed number of
 * steps and at a fixed amount of memory. */
#include "pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "allocate.h"
#include "failure.h"
#include "utf8.h"

#define LONGEST_PATTERN ((size_t)1024)
#define MATCH_LIMIT     1000000
#define DEPTH_LIMIT     10000
#define HEAP_LIMIT_KIB  8192
#define NESTING_LIMIT   64

struct pattern {
    pcre2_general_context *memory;
    pcre2_match_context *limits;
    pcre2_code *code;
    pcre2_match_data *found; /* of the match under way: a pattern is one call's */
};

static void *pcre2_allocate(size_t size, void *unused) {
    (void)unused;
    return allocate(size);
}

static void pcre2_release(void *memory, void *unused) {
    (void)unused;
    release(memory);
}

void pattern_release(pattern *compiled) {
    if (compiled) {
        pcre2_match_data_free(compiled->found);
        pcre2_code_free(compiled->code);
        pcre2_match_context_free(compiled->limits);
        pcre2_general_context_free(compiled->memory);
        release(compiled);
    }
}

static annoproj_status check_expression(const char *expression, annoproj_error **error) {
    if (!expression) {
        return fail(error, ANNOPROJ_INVALID, "the pattern is NULL: give a text");
    }
    size_t length = strnlen(expression, LONGEST_PATTERN + 1);
    if (length > LONGEST_PATTERN) {
        return fail(error, ANNOPROJ_LIMIT, "the pattern %s is longer than %zu bytes: shorten it", QUOTED(expression),
                    LONGEST_PATTERN);
    }
    if (!utf8_valid(expression, length)) {
        return fail(error, ANNOPROJ_INVALID, "the pattern %s is not valid UTF-8: convert it", QUOTED(expression));
    }
    return ANNOPROJ_OK;
}

static annoproj_status refuse_expression(const char *expression, int code, size_t position, annoproj_error **error) {
    if (code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED) {
        return fail_memory(error);
    }
    char reason[160] = "";
    pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason);
    fail(error, ANNOPROJ_INVALID, "the pattern %s is wrong at byte %zu: %s", QUOTED(expression), position, reason);
    fail_detail(error, "byte", "%zu", position);
    fail_detail(error, "reason", "%s", reason);
    return ANNOPROJ_INVALID;
}

static annoproj_status compile(const char *expression, uint32_t flags, pattern **out, annoproj_error **error) {
    *out = NULL;
    annoproj_status status = check_expression(expression, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    pcre2_compile_context *context = NULL;
    pattern *made = allocate_zeroed(1, sizeof *made);
    if (made) {
        made->memory = pcre2_general_context_create(pcre2_allocate, pcre2_release, NULL);
    }
    if (made && made->memory) {
        context = pcre2_compile_context_create(made->memory);
        made->limits = pcre2_match_context_create(made->memory);
        made->found = pcre2_match_data_create(1, made->memory);
    }
    if (!context || !made->limits || !made->found) {
        status = fail_memory(error);
        goto done;
    }
    pcre2_set_parens_nest_limit(context, NESTING_LIMIT);
    pcre2_set_match_limit(made->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(made->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(made->limits, HEAP_LIMIT_KIB);
    int code = 0;
    size_t position = 0;
    made->code = pcre2_compile((PCRE2_SPTR)expression, strlen(expression), flags | PCRE2_UTF | PCRE2_NO_UTF_CHECK,
                               &code, &position, context);
    if (!made->code) {
        status = refuse_expression(expression, code, position, error);
        goto done;
    }
    /* Where there is no just-in-time compiler the interpreter does the same, slower. */
    pcre2_jit_compile(made->code, PCRE2_JIT_COMPLETE);
    *out = made;
    made = NULL;
done:
    pcre2_compile_context_free(context);
    pattern_release(made);
    return status;
}

annoproj_status pattern_compile(const char *expression, pattern **out, annoproj_error **error) {
    return compile(expression, PCRE2_NEVER_BACKSLASH_C, out, error);
}

annoproj_status pattern_substring(const char *needle, pattern **out, annoproj_error **error) {
    return compile(needle, PCRE2_LITERAL | PCRE2_CASELESS, out, error);
}

annoproj_status pattern_match(const pattern *compiled, const char *text, size_t length, bool *matches,
                              annoproj_error **error) {
    *matches = false;
    if (!utf8_valid(text, length)) {
        return fail(error, ANNOPROJ_CORRUPT, "the stored text %s is not valid UTF-8",
                    quoted(&(struct quoted){{0}}, text, length));
    }
    int found = pcre2_match(compiled->code, (PCRE2_SPTR)text, length, 0, PCRE2_NO_UTF_CHECK, compiled->found,
                            compiled->limits);
    switch (found) {
    case PCRE2_ERROR_NOMATCH: return ANNOPROJ_OK;
    case PCRE2_ERROR_NOMEMORY: return fail_memory(error);
    case PCRE2_ERROR_MATCHLIMIT:
    case PCRE2_ERROR_DEPTHLIMIT:
    case PCRE2_ERROR_HEAPLIMIT:
    case PCRE2_ERROR_JIT_STACKLIMIT:
        return fail(error, ANNOPROJ_LIMIT, "the pattern takes too many steps on the text %s: make it simpler",
                    quoted(&(struct quoted){{0}}, text, length));
    default: break;
    }
    if (found < 0) {
        return fail(error, ANNOPROJ_INTERNAL, "matching a pattern failed with PCRE2 error %d", found);
    }
    *matches = true;
    return ANNOPROJ_OK;
}
