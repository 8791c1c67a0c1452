/* Patterns of file names, and substrings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support.h"

#include "memory_support.h"
#include "pattern.h"

typedef annoproj_status (*compile_fn)(const char *, pattern **, annoproj_error **);

static void expect_match(compile_fn compile, const char *expression, const char *name, bool expected) {
    annoproj_error *error = NULL;
    pattern *compiled = NULL;
    bool matches = !expected;
    assert_ok(compile(expression, &compiled, &error), error);
    assert_ok(pattern_match(compiled, name, strlen(name), &matches, &error), error);
    if (matches != expected) {
        fail_msg("%s on %s", expression, name);
    }
    pattern_release(compiled);
}

static void test_expressions(void **state) {
    (void)state;
    expect_match(pattern_compile, "cam", "front_camera.jpg", true);
    expect_match(pattern_compile, "^cam", "front_camera.jpg", false);
    expect_match(pattern_compile, "\\.jpe?g$", "a.jpg", true);
    expect_match(pattern_compile, "CAM", "cam", false);
    expect_match(pattern_compile, "(?i)CAM", "cam", true);
    expect_match(pattern_compile, "^.$", "\xC3\xA4", true);
    expect_match(pattern_compile, "[0-9]{3}", "ab12", false);
    expect_match(pattern_compile, "", "", true);
    expect_match(pattern_compile, "(a|b)\\1", "xbb", true);
}

static void test_substrings(void **state) {
    (void)state;
    expect_match(pattern_substring, "a.b", "xA.By", true);
    expect_match(pattern_substring, "a.b", "axb", false);
    expect_match(pattern_substring, "(", "f(x)", true);
    expect_match(pattern_substring, "\xC3\xA4RGER", "\xC3\x84rger", true);
    expect_match(pattern_substring, "", "x", true);
    expect_match(pattern_substring, "100%", "100", false);
}

static void test_refused(void **state) {
    (void)state;
    const char *const wrong[] = {"(", "[a", "*a", "a{2,1}", "(?<n>a)(?<n>b)", "\\", "\\C", "\xFF", NULL};
    annoproj_error *error = NULL;
    pattern *compiled = NULL;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_status(ANNOPROJ_INVALID, pattern_compile(wrong[i], &compiled, &error), error);
        assert_null(compiled);
    }
    assert_int_equal(pattern_compile("ab(cd", &compiled, &error), ANNOPROJ_INVALID);
    assert_string_equal(annoproj_error_detail_key(error, 0), "byte");
    assert_string_equal(annoproj_error_detail_value(error, 0), "5");
    annoproj_error_free(error);
    error = NULL;
    char deep[202], endless[1026];
    memset(deep, '(', 100);
    memset(deep + 100, ')', 100);
    deep[200] = 0;
    assert_status(ANNOPROJ_INVALID, pattern_compile(deep, &compiled, &error), error);
    memset(endless, 'a', 1025);
    endless[1025] = 0;
    assert_status(ANNOPROJ_LIMIT, pattern_compile(endless, &compiled, &error), error);
    assert_status(ANNOPROJ_LIMIT, pattern_substring(endless, &compiled, &error), error);
    endless[1024] = 0;
    assert_ok(pattern_compile(endless, &compiled, &error), error);
    bool matches = true;
    assert_status(ANNOPROJ_CORRUPT, pattern_match(compiled, "\xFF", 1, &matches, &error), error);
    assert_false(matches);
    pattern_release(compiled);
    pattern_release(NULL);
}

/* Patterns that take for ever on their own end with LIMIT. */
static void test_hostile(void **state) {
    (void)state;
    const char *const hostile[] = {"(a+)+$", "(a|aa)+$", "(a*)*\\1b", "(.*a){20}b", "(?:a?){30}a{30}b"};
    char name[4097];
    memset(name, 'a', 4096);
    name[4095] = '!';
    for (size_t i = 0; i < sizeof hostile / sizeof hostile[0]; i++) {
        annoproj_error *error = NULL;
        pattern *compiled = NULL;
        bool matches = true;
        assert_ok(pattern_compile(hostile[i], &compiled, &error), error);
        annoproj_status status = pattern_match(compiled, name, 4096, &matches, &error);
        assert_true(status == ANNOPROJ_LIMIT || status == ANNOPROJ_OK);
        assert_false(matches);
        annoproj_error_free(error);
        pattern_release(compiled);
    }
    annoproj_error *error = NULL;
    pattern *compiled = NULL;
    bool matches = true;
    assert_ok(pattern_compile("(a+)+$", &compiled, &error), error);
    assert_status(ANNOPROJ_LIMIT, pattern_match(compiled, name, 4096, &matches, &error), error);
    pattern_release(compiled);
}

static void test_failing_memory(void **state) {
    (void)state;
    size_t before = memory_alive(), count = 1;
    for (bool failed = true; failed; count++) {
        annoproj_error *error = NULL;
        pattern *compiled = NULL;
        bool matches = false;
        memory_fail_at(count);
        annoproj_status status = pattern_compile("(\\w+)\\.jpg$", &compiled, &error);
        if (status == ANNOPROJ_OK) {
            status = pattern_match(compiled, "a.jpg", 5, &matches, &error);
        }
        failed = memory_has_failed();
        memory_fail_at(0);
        /* the just-in-time compiler can do without its memory: the interpreter takes over */
        assert_true(status == ANNOPROJ_OK ? matches : failed && status == ANNOPROJ_NO_MEMORY);
        annoproj_error_free(error);
        pattern_release(compiled);
        assert_int_equal(memory_alive(), before);
    }
    assert_true(count > 5);
}

int main(void) {
    memory_watch();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_expressions), cmocka_unit_test(test_substrings),     cmocka_unit_test(test_refused),
        cmocka_unit_test(test_hostile),     cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
