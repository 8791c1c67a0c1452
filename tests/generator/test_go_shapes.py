"""What the Go package is made of: shapes it has no words for are errors with their place, and what is made is Go."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

from generator import ROOT, TEXT, changed, line_of, model
from go_names import ApiError
from write_go import GoApi

LAST = TEXT.rindex("#ifdef __cplusplus")
END = ", annoproj_error **error ANNOPROJ_OUT) ANNOPROJ_SINCE(0, 1);"
GOFMT = shutil.which("gofmt")


def api(text=TEXT):
    return GoApi(model(text), "annoproj.h")


def added(text):
    return TEXT[:LAST] + "/* Added. */\n" + text + "\n\n" + TEXT[LAST:]


class Shapes(unittest.TestCase):
    def red(self, text, message, place=None):
        with self.assertRaises(ApiError) as caught:
            api(text)
        self.assertIn(message, str(caught.exception))
        if place:
            self.assertIn("annoproj.h:%d:" % line_of(text, place), str(caught.exception))

    def red_function(self, parameters, message):
        text = "ANNOPROJ_API annoproj_status annoproj_added(" + parameters + END
        self.red(added(text), message, text)

    def test_parameters(self):
        self.red_function(
            "const annoproj_session_options *a ANNOPROJ_NULLABLE, const annoproj_check_options *b ANNOPROJ_NULLABLE",
            "second struct that may be left out",
        )
        self.red_function("const annoproj_table *source, const annoproj_table *table", "parameter table")
        self.red_function("annoproj_cancel *other", "annoproj_cancel")
        self.red_function("const bool *flags ANNOPROJ_LEN(count), size_t count", "parameter flags (const bool *)")
        self.red_function(
            "annoproj_progress_fn a, annoproj_progress_fn b, void *user_data", "second callback of type annoproj_progress_fn"
        )

    def test_results(self):
        self.red_function("int64_t **ids ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_free)", "ids (int64_t **)")
        self.red_function("annoproj_table **table ANNOPROJ_OUT ANNOPROJ_OWNED(annoproj_table_free)", "says no row type")

    def test_names_that_meet(self):
        self.red(added("ANNOPROJ_API bool annoproj_open(void) ANNOPROJ_SINCE(0, 1);"), "would both be Open in Go")

    def test_fields_of_a_call(self):
        text = changed(
            "    annoproj_progress_fn progress ANNOPROJ_NULLABLE;\n",
            "    annoproj_progress_fn progress ANNOPROJ_NULLABLE;\n    int64_t patience_us;\n",
        )
        self.red(text, "bindings/go/call.go knows", "typedef struct annoproj_call {")

    def test_two_callbacks_with_one_user_data(self):
        text = changed(
            "    annoproj_log_fn log ANNOPROJ_NULLABLE;\n",
            "    annoproj_log_fn log ANNOPROJ_NULLABLE;\n    annoproj_log_fn other ANNOPROJ_NULLABLE;\n",
        )
        self.red(text, "field other", "typedef struct annoproj_store_options {")

    def test_callbacks(self):
        clock = "typedef int32_t (*annoproj_clock_fn)(int64_t *time_us, void *user_data);"
        self.red(
            changed(clock, "typedef int32_t (*annoproj_clock_fn)(int64_t **time_us, void *user_data);"),
            "annoproj_clock_fn: parameter time_us",
        )


class Files(unittest.TestCase):
    def test_every_status_has_a_sentinel(self):
        text = api().files()["bindings/go/api_errors.go"]
        statuses = next(enum for enum in model()["enums"] if enum["name"] == "annoproj_status")["values"]
        for value in statuses:
            name = "Err" + "".join(word.capitalize() for word in value["name"].split("_")[1:])
            name = "ErrIO" if name == "ErrIo" else name
            self.assertEqual(len(re.findall(r"\t%s error = " % name, text)), 1 if value["value"] < 0 else 0, name)

    def test_every_function_is_reached(self):
        text = "".join(api().files().values())
        for name in ("call.go", "errors.go", "memory.go", "table.go", "stream.go"):
            with open(os.path.join(ROOT, "bindings/go", name), encoding="utf-8") as file:
                text += file.read()
        for function in model()["functions"]:
            name = function["name"]
            if not name.endswith("_init") and name not in ("annoproj_allocator_set", "annoproj_status_name", "annoproj_error_status"):
                self.assertRegex(text, r"C\.%s\(" % name)

    def test_a_new_function_field_and_column_appear(self):
        text = added("ANNOPROJ_API annoproj_status annoproj_task_praise(annoproj_task *task, int32_t stars" + END)
        text = text.replace(
            "    bool include_skipped; ", "    int64_t farthest_id;\n    bool include_skipped; ", 1
        ).replace("ANNOPROJ_ROW_END(user_row)", 'ANNOPROJ_COLUMN(mood, utf8, nullable, "", "Mood", "New.")\nANNOPROJ_ROW_END(user_row)')
        files = api(text).files()
        self.assertIn("func (t *Task) Praise(stars int32) error {", files["bindings/go/api_handles.go"])
        self.assertIn("\tFarthestID int64\n", files["bindings/go/api_options.go"])
        self.assertIn('\tMood Null[string] `json:"mood"`', files["bindings/go/api_rows.go"])

    @unittest.skipUnless(GOFMT, "gofmt is not here")
    def test_gofmt_has_nothing_to_change(self):
        with open(os.path.join(ROOT, "tests/conformance/gadget/gadget.h"), encoding="utf-8") as file:
            gadget = file.read()
        for text in (TEXT, TEXT[:LAST] + gadget.lstrip("\n") + "\n" + TEXT[LAST:]):
            with tempfile.TemporaryDirectory() as folder:
                for path, content in api(text).files().items():
                    with open(os.path.join(folder, os.path.basename(path)), "w", encoding="utf-8") as file:
                        file.write(content)
                done = subprocess.run([GOFMT, "-l", folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertEqual((done.returncode, done.stdout), (0, b""))


if __name__ == "__main__":
    unittest.main()
