/* Page tokens: what was written comes back, and nothing else is taken. */
#include "support.h"

#include "page_token.h"

static void test_round_trip(void **state) {
    (void)state;
    const int64_t written[] = {INT64_MIN, INT64_MAX, 0, -1, 42, INT64_MIN};
    int64_t read[6] = {0};
    char token[PAGE_TOKEN_SIZE];
    for (size_t count = 1; count <= 6; count++) {
        page_token_write(token, written, count);
        assert_true(page_token_read(token, read, count));
        assert_memory_equal(read, written, count * sizeof *read);
        assert_false(page_token_read(token, read, count + 1 > 6 ? 1 : count + 1));
    }
}

static void test_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {"",
                                        "1",
                                        "1.",
                                        ".2",
                                        "1.2.3",
                                        "1,2",
                                        "1.2 ",
                                        " 1.2",
                                        "+1.2",
                                        "1. 2",
                                        "1..2",
                                        "a.2",
                                        "1.b",
                                        "0x1.2",
                                        "-.2",
                                        "1.2\n",
                                        "--1.2",
                                        "1.9223372036854775808",
                                        "99999999999999999999.1"};
    int64_t numbers[2];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        if (page_token_read(wrong[i], numbers, 2)) {
            fail_msg("\"%s\" was taken", wrong[i]);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_round_trip), cmocka_unit_test(test_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
