"""Every rule of the dialect, broken once: the generator says so, with the line, and writes nothing."""

import os
import unittest

from generator import changed, line_of, run, tree

USER = "ANNOPROJ_API void annoproj_free(void *memory ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);"
COMMENT = "/* Frees memory the library handed out as owned text or bytes. NULL is fine. */\n"
LATE = "ANNOPROJ_API void annoproj_cancel_free(annoproj_cancel *cancel ANNOPROJ_NULLABLE) ANNOPROJ_SINCE(0, 1);"
FOREIGN = "struct ArrowArrayStream;"
INIT = "#define ANNOPROJ_PAGE_OPTIONS_INIT { sizeof(annoproj_page_options), NULL, 0 }"
PAGE = "    const char *page ANNOPROJ_NULLABLE;      /* token from annoproj_table_next_page; NULL = first page */\n"
ROLE = "    ANNOPROJ_ORG_MEMBER = 1,\n"


def function(text):
    """The header with one more function, whose line the message must name."""
    return (
        changed(LATE, LATE + "\n\n/* Added. */\nANNOPROJ_API " + text + " ANNOPROJ_SINCE(0, 1);"),
        "ANNOPROJ_API " + text,
    )


class BrokenHeaders(unittest.TestCase):
    def red(self, text, message, place=None):
        with tree(text) as folder:
            status, printed = run(folder)
            self.assertEqual(status, 1, printed)
            self.assertIn(message, printed)
            if place is not None:
                self.assertIn("annoproj.h:%d:" % line_of(text, place), printed)
            self.assertFalse(os.path.exists(os.path.join(folder, "bindings")), "it wrote in spite of the error")

    def red_function(self, text, message):
        header, place = function(text)
        self.red(header, message, place)

    def test_the_real_header_is_green(self):
        with tree() as folder:
            self.assertEqual(run(folder), (0, ""))

    def test_forbidden_types(self):
        for c_type in ("long", "time_t", "float", "unsigned", "int"):
            with self.subTest(c_type):
                self.red_function("void annoproj_added(%s value)" % c_type, "type %s is not in the dialect" % c_type)
        self.red_function("FILE *annoproj_added(void)", "type FILE is not in the dialect")

    def test_enum_by_value(self):
        self.red_function(
            "void annoproj_added(enum annoproj_role_values role)", "an enum by value is not in the dialect"
        )
        self.red_function("enum annoproj_role_values annoproj_added(void)", "an enum by value is not in the dialect")

    def test_struct_and_handle_by_value(self):
        self.red_function("void annoproj_added(annoproj_call call)", "annoproj_call by value")
        self.red_function("annoproj_cancel annoproj_added(void)", "annoproj_cancel by value")

    def test_structs_of_others(self):
        known = "struct ArrowSchema"
        for text, message in (
            ("void annoproj_added(%s schema ANNOPROJ_OUT)" % known, "ArrowSchema by value"),
            ("void annoproj_added(const %s *schema ANNOPROJ_OUT)" % known, "one pointer, not const"),
            ("void annoproj_added(%s **schema ANNOPROJ_OUT)" % known, "one pointer, not const"),
            ("void annoproj_added(%s *schema)" % known, "struct ArrowSchema says ANNOPROJ_OUT"),
            ("void annoproj_added(ArrowSchema *schema ANNOPROJ_OUT)", "say `struct ArrowSchema`"),
            ("void annoproj_added(struct annoproj_column *column)", "use the struct's typedef"),
            ("%s *annoproj_added(void)" % known, "use the struct's typedef"),
        ):
            with self.subTest(text):
                added = "ANNOPROJ_API %s ANNOPROJ_SINCE(0, 1);" % text
                self.red(changed(FOREIGN, FOREIGN + "\n\n/* Added. */\n" + added), message, added)
        self.red(changed(USER, USER + "\nstruct Other { int32_t inside; };"), "may have no fields here")
        self.red(changed(USER, USER + "\nstruct annoproj_other;"), "is no struct of somebody else's")
        self.red(
            changed(FOREIGN, FOREIGN + "\ntypedef struct annoproj_s {\n    struct ArrowSchema *inside;\n} annoproj_s;"),
            "use the struct's typedef",
        )

    def test_variable_arguments(self):
        self.red_function("void annoproj_added(const char *format, ...)", "variable arguments")

    def test_unnamed_parameter(self):
        self.red_function("void annoproj_added(int64_t)", "a parameter has no name")
        self.red_function("void annoproj_added(const char * ANNOPROJ_NULLABLE)", "a parameter has no name")

    def test_parameters_that_are_no_parameters(self):
        self.red_function("void annoproj_added(int64_t ids[])", "arrays are pointers with ANNOPROJ_LEN")
        self.red_function("void annoproj_added(int64_t a, int64_t a)", "declared twice")
        self.red_function("void annoproj_added(annoproj_unknown *value)", "'annoproj_unknown' is not known")
        self.red_function("void annoproj_added(const char ***value)", "more than two pointers")

    def test_missing_comment(self):
        text = changed(COMMENT + USER, USER)
        self.red(text, "function annoproj_free has no comment before it", USER)
        text = changed(COMMENT, COMMENT + "\n")
        self.red(text, "function annoproj_free has no comment before it", USER)

    def test_missing_since_and_api(self):
        self.red(changed(USER, USER.replace(" ANNOPROJ_SINCE(0, 1)", "")), "does not say ANNOPROJ_SINCE")
        self.red(
            changed(USER, USER[len("ANNOPROJ_API ") :]), "unknown construct at 'void'", USER[len("ANNOPROJ_API ") :]
        )

    def test_unknown_constructs(self):
        for text in (
            "static int32_t annoproj_x;",
            "extern int32_t annoproj_x;",
            "union annoproj_u { int32_t a; };",
            "struct annoproj_s { int32_t a; };",
            "int32_t annoproj_x;",
        ):
            with self.subTest(text):
                self.red(changed(USER, USER + "\n" + text), "unknown construct", text)
        self.red(changed(USER, USER + "\ntypedef int64_t annoproj_x;"), "typedef annoproj_x")
        self.red(changed(USER, USER + "\n// comment"), "comments are written", "// comment")
        self.red(changed(USER, USER + "\n@"), "unexpected character '@'", "@")

    def test_preprocessor(self):
        self.red(changed(USER, USER + "\n#include <stdio.h>"), "the header includes only", "#include <stdio.h>")
        self.red(changed(USER, USER + "\n#if 1\n#endif"), "condition #if 1", "#if 1")
        self.red(changed(USER, USER + "\n#pragma once"), "#pragma once is not in the dialect")
        self.red(
            changed(USER, USER + "\n#define ANNOPROJ_MAX(a, b) ((a) > (b) ? (a) : (b))"),
            "function-like macro ANNOPROJ_MAX",
        )
        self.red(changed(USER, USER + "\n#define ANNOPROJ_PURE /* new */"), "no annotation that this generator knows")
        self.red(
            changed("#define ANNOPROJ_BLOCKING ", "#define ANNOPROJ_BLOCKING __attribute__((x))"),
            "must expand to nothing",
        )

    def test_annotations(self):
        self.red_function("void annoproj_added(int64_t value ANNOPROJ_NULABLE)", "'ANNOPROJ_NULABLE' is no annotation")
        self.red_function(
            "void annoproj_added(int64_t value ANNOPROJ_BLOCKING)", "ANNOPROJ_BLOCKING may not stand here"
        )
        self.red_function(
            "void annoproj_added(const int64_t *ids ANNOPROJ_LEN(2 * n), size_t n)", "ANNOPROJ_LEN takes a name"
        )
        self.red_function("void annoproj_added(void *m ANNOPROJ_NULLABLE ANNOPROJ_NULLABLE)", "is said twice")

    def test_enumerators(self):
        self.red(changed(ROLE, "    ANNOPROJ_ORG_MEMBER,\n"), "every value is written out", "ANNOPROJ_ORG_MEMBER,")
        self.red(changed(ROLE, "    ANNOPROJ_ORG_MEMBER = 2,\n"), "value 2 is used already")
        self.red(changed(ROLE, "    ANNOPROJ_ORG_MEMBER = 3000000000,\n"), "does not fit 32 bits")
        self.red(changed(ROLE, "    ORG_MEMBER = 1,\n"), "must begin with ANNOPROJ_")
        self.red(changed("typedef int32_t annoproj_org_role;", ""), "expected `typedef int32_t annoproj_org_role;`")
        self.red(
            changed("typedef int32_t annoproj_org_role;", "typedef int64_t annoproj_org_role;"),
            "typedef annoproj_org_role",
        )

    def test_fields(self):
        self.red(changed(PAGE, "    int32_t page : 3;\n"), "unexpected character ':'", "int32_t page : 3")
        self.red(changed(PAGE, "    int32_t page, other;\n"), "one field per declaration", "int32_t page, other")
        self.red(changed(PAGE, "    int32_t page[4];\n"), "arrays are pointers", "int32_t page[4]")

    def test_init_macro_lists_every_field(self):
        self.red(changed(INIT, INIT.replace(", NULL, 0", ", NULL")), "ANNOPROJ_PAGE_OPTIONS_INIT lists 2 of 3 fields")
        self.red(changed(INIT, INIT.replace(", NULL, 0", ", 0, NULL")), "field page is 0, must be NULL")
        self.red(changed(INIT, INIT.replace("NULL, 0", "NULL, 5")), "field limit is 5, must be 0")
        self.red(changed(INIT, ""), "annoproj_page_options has no ANNOPROJ_PAGE_OPTIONS_INIT macro")
        self.red(changed(PAGE, PAGE + "    int64_t added;\n"), "ANNOPROJ_PAGE_OPTIONS_INIT lists 3 of 4 fields")

    def test_init_function(self):
        self.red(
            changed(
                "annoproj_page_options_init(annoproj_page_options *options",
                "annoproj_page_options_reset(annoproj_page_options *options",
            ),
            "annoproj_page_options has no function annoproj_page_options_init",
        )

    def test_size_comes_first(self):
        self.red(
            changed(
                "typedef struct annoproj_page_options {\n    size_t size;",
                "typedef struct annoproj_page_options {\n    int64_t size;",
            ),
            "its first field must be size_t size",
        )

    def test_row_types(self):
        self.red(
            changed("ANNOPROJ_ROWS(user_row)", "ANNOPROJ_ROWS(person_row)"),
            "ANNOPROJ_ROWS(person_row) names no row type",
        )
        self.red(changed(" ANNOPROJ_ROWS(user_row)", ""), "a table says its row type")
        self.red(changed("ANNOPROJ_ROW_END(user_row)", "ANNOPROJ_ROW_END(person_row)"), "ends as person_row")
        self.red(
            changed("ANNOPROJ_COLUMN(user, int64, required,", "ANNOPROJ_COLUMN(user, int128, required,"),
            "type int128 is none of",
        )
        self.red(
            changed("ANNOPROJ_COLUMN(user, int64, required,", "ANNOPROJ_COLUMN(user, int64, always,"),
            "expected required or nullable",
        )
        self.red(
            changed("ANNOPROJ_COLUMN(wal_bytes,", "ANNOPROJ_COLUMN(file_bytes,"), "column file_bytes is declared twice"
        )
        self.red(changed("ANNOPROJ_ROW_END(user_row)\n", ""), "expected ANNOPROJ_COLUMN or ANNOPROJ_ROW_END")

    def test_ownership(self):
        self.red(
            changed("ANNOPROJ_OWNED(annoproj_cancel_free)", "ANNOPROJ_OWNED(annoproj_cancel_drop)"),
            "ANNOPROJ_OWNED(annoproj_cancel_drop) names no function",
        )
        self.red(changed(" ANNOPROJ_OWNED(annoproj_cancel_free)", ""), "says ANNOPROJ_OWNED or ANNOPROJ_BORROWED")
        self.red(
            changed("ANNOPROJ_BORROWED(error)", "ANNOPROJ_BORROWED(nothing)"),
            "ANNOPROJ_BORROWED(nothing) names no parameter",
        )
        self.red_function(
            "void annoproj_added(const int64_t *ids ANNOPROJ_LEN(count))", "ANNOPROJ_LEN(count) names no parameter"
        )
        self.red_function("void annoproj_added(void *memory)", "a pointer says ANNOPROJ_OUT or ANNOPROJ_LEN")
        self.red(
            changed(
                "typedef struct annoproj_cancel annoproj_cancel;",
                "typedef struct annoproj_cancel annoproj_cancel;\n" "typedef struct annoproj_lonely annoproj_lonely;",
            ),
            "handle annoproj_lonely has no",
        )

    def test_enums_are_named(self):
        self.red_function("void annoproj_added(annoproj_status role)", "must say ANNOPROJ_ENUM or ANNOPROJ_FLAGS")
        self.red_function(
            "void annoproj_added(int32_t role ANNOPROJ_ENUM(annoproj_rank))",
            "ANNOPROJ_ENUM(annoproj_rank) names no enum",
        )

    def test_order_of_parameters(self):
        self.red_function(
            "annoproj_status annoproj_added(int64_t *a ANNOPROJ_OUT, int64_t b, annoproj_error **error ANNOPROJ_OUT)",
            "stands after a result",
        )
        self.red_function(
            "annoproj_status annoproj_added(annoproj_error **error ANNOPROJ_OUT, int64_t a)", "must be the last one"
        )
        self.red_function("int64_t annoproj_added(annoproj_error **error ANNOPROJ_OUT)", "must return annoproj_status")

    def test_statuses_without_exception(self):
        self.red(
            changed(
                "    ANNOPROJ_LIMIT = -7,          /* larger than the library takes */", "    ANNOPROJ_LIMIT = -7,"
            ),
            "status ANNOPROJ_LIMIT says nothing",
        )
        self.red(
            changed("    ANNOPROJ_LIMIT = -7, ", "    ANNOPROJ_NOT__FOUND = -7, "),
            "would be the same exception NotFoundError",
        )


if __name__ == "__main__":
    unittest.main()
