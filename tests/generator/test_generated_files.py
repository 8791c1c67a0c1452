"""What is generated holds against the compiler, clang's reading of the header, and edits by hand."""

import json
import os
import re
import unittest

from generator import (
    HAS_CLANG,
    HEADER,
    ROOT,
    TEXT,
    changed,
    checks,
    clang_oracle,
    generate,
    go_sources,
    model,
    run,
    tree,
    write_abi,
)

SPEED = (
    "    int64_t cache_bytes;                           /* budget for what is kept in memory: page caches of the writer (a quarter, at most 16 MiB) and of up to 8 readers (a sixteenth each, at most 1 MiB), the rest for columns of the event log; 0 = 64 MiB */\n"
    "    int32_t threads;                               /* worker threads inside one call; 0 = up to 4, 1 = none */\n"
)
LIST = "ANNOPROJ_API int64_t annoproj_session_user(const annoproj_session *session ANNOPROJ_NULLABLE)"


class LayoutTest(unittest.TestCase):
    """abi_layout.c as made from the real header, next to headers that differ from it."""

    def problems(self, header_text, made_from=None):
        with tree(header_text) as folder:
            source = os.path.join(folder, "abi_layout.c")
            with open(source, "w", encoding="utf-8") as file:
                file.write(write_abi.layout_test(made_from or model()))
            return "\n".join(checks.compiles(source, os.path.join(folder, "include", "annoproj.h")))

    def test_real_header(self):
        self.assertEqual(self.problems(TEXT), "")

    def test_reordered_fields(self):
        lines = SPEED.splitlines(True)
        self.assertIn("offset of annoproj_store_options.threads", self.problems(changed(SPEED, lines[1] + lines[0])))

    def test_field_of_another_type(self):
        self.assertIn(
            "type of annoproj_call.timeout_us",
            self.problems(changed("    int64_t timeout_us;", "    uint64_t timeout_us;")),
        )

    def test_renamed_and_changed_enumerators(self):
        self.assertIn(
            "ANNOPROJ_ORG_ADMIN", self.problems(changed("    ANNOPROJ_ORG_ADMIN = 2\n", "    ANNOPROJ_ORG_OWNER = 2\n"))
        )
        self.assertIn(
            "ANNOPROJ_ORG_ADMIN", self.problems(changed("    ANNOPROJ_ORG_ADMIN = 2\n", "    ANNOPROJ_ORG_ADMIN = 3\n"))
        )

    def test_other_prototypes(self):
        self.assertIn("annoproj_session_user", self.problems(changed(LIST, LIST.replace("int64_t", "int32_t"))))
        self.assertIn("annoproj_session_user", self.problems(changed(LIST, LIST.replace("const ", ""))))
        self.assertIn(
            "annoproj_clock_fn",
            self.problems(changed("(*annoproj_clock_fn)(int64_t *time_us", "(*annoproj_clock_fn)(int32_t *time_us")),
        )

    def test_function_that_the_header_does_not_have(self):
        made_from = model()
        made_from["functions"].append(dict(made_from["functions"][0], name="annoproj_made_up"))
        self.assertIn("annoproj_made_up", self.problems(TEXT, made_from))

    def test_constant(self):
        self.assertIn(
            "ANNOPROJ_VERSION_MINOR", self.problems(changed("ANNOPROJ_VERSION_MINOR 1", "ANNOPROJ_VERSION_MINOR 2"))
        )


@unittest.skipUnless(HAS_CLANG, "clang is not here")
class ClangOracle(unittest.TestCase):
    def differences(self, change):
        made = model()
        change(made)
        compared, found = clang_oracle.problems(made, HEADER)
        self.assertTrue(compared)
        return "\n".join(found)

    def test_real_header(self):
        self.assertEqual(self.differences(lambda made: None), "")

    def test_function_sets(self):
        self.assertIn(
            "function annoproj_free: clang sees it",
            self.differences(
                lambda made: made["functions"].remove(
                    next(f for f in made["functions"] if f["name"] == "annoproj_free")
                )
            ),
        )
        self.assertIn(
            "function annoproj_fake: the model has it",
            self.differences(lambda made: made["functions"].append(dict(made["functions"][0], name="annoproj_fake"))),
        )
        self.assertIn(
            "function annoproj_free: clang reads",
            self.differences(
                lambda made: next(f for f in made["functions"] if f["name"] == "annoproj_free")["parameters"].clear()
            ),
        )

    def test_enum_sets(self):
        def rename(made):
            made["enums"][0]["values"][3]["name"] = "ANNOPROJ_RENAMED"

        self.assertIn("enum annoproj_status: clang reads", self.differences(rename))

        def revalue(made):
            made["enums"][0]["values"][3]["value"] = 77

        self.assertIn("77", self.differences(revalue))

    def test_field_sets(self):
        self.assertIn(
            "struct annoproj_call: clang reads",
            self.differences(
                lambda made: next(s for s in made["structs"] if s["name"] == "annoproj_call")["fields"].reverse()
            ),
        )
        self.assertIn(
            "struct annoproj_call: clang sees it",
            self.differences(
                lambda made: made["structs"].remove(next(s for s in made["structs"] if s["name"] == "annoproj_call"))
            ),
        )

    def test_header_that_clang_refuses(self):
        with tree(
            changed(
                "typedef int32_t annoproj_org_role;",
                "typedef int32_t annoproj_org_role; typedef int64_t annoproj_org_role;",
            )
        ) as folder:
            self.assertIn(
                "clang does not accept",
                clang_oracle.problems(model(), os.path.join(folder, "include", "annoproj.h"))[1][0],
            )


class Files(unittest.TestCase):
    def test_tree_is_up_to_date(self):
        status, printed = run(ROOT, "--check")
        self.assertEqual(status, 0, printed)

    def test_check_sees_every_changed_byte(self):
        with tree() as folder:
            self.assertEqual(run(folder)[0], 0)
            self.assertEqual(run(folder, "--check")[0], 0)
            made = [
                os.path.relpath(os.path.join(base, name), folder)
                for base, _, names in os.walk(folder)
                for name in names
                if not base.endswith("include")
            ]
            pages = sorted(path for path in made if path.startswith("docs/man/"))
            others = sorted(set(made) - set(pages))
            self.assertEqual(len(others), 18)
            touched = others + pages[:1]
            for path in touched:
                with open(os.path.join(folder, path), "rb+") as file:
                    file.seek(-1, os.SEEK_END)
                    file.write(b" \n")
            status, printed = run(folder, "--check")
            self.assertEqual(status, 1)
            for path in touched:
                self.assertIn("%s is not what the header makes" % path, printed)
                os.remove(os.path.join(folder, path))
            status, printed = run(folder, "--check")
            self.assertEqual(status, 1)
            for path in touched:
                self.assertIn("%s is missing" % path, printed)
            self.assertEqual(printed.count(": run generate.py"), len(touched))

    def test_attributes_are_no_names_of_ours(self):
        attribute = "__attribute__((format(printf, 2, 3)))"
        for header in ("%s void note(int level, const char *format, ...);", "void note(int level, const char *format, ...) %s;"):
            self.assertEqual(go_sources._declared(header % attribute), {"note"})

    def test_pages_of_names_that_went_away(self):
        with tree() as folder:
            self.assertEqual(run(folder)[0], 0)
            stray = os.path.join(folder, "docs", "man", "man3", "annoproj_gone.3")
            with open(stray, "w", encoding="utf-8") as file:
                file.write("old\n")
            status, printed = run(folder, "--check")
            self.assertEqual(status, 1)
            self.assertIn("docs/man/man3/annoproj_gone.3 has no source any more", printed)
            self.assertEqual(run(folder)[0], 0)
            self.assertFalse(os.path.exists(stray))

    def test_every_name_has_a_page(self):
        """What a page says comes from the header: text, statuses, fields, columns, rights."""
        pages = generate.outputs(model(), ROOT, HEADER)
        for item in model()["functions"] + model()["handles"] + model()["structs"] + model()["enums"]:
            self.assertIn("docs/man/man3/%s.3" % item["name"], pages)
        submit = pages["docs/man/man3/annoproj_task_submit.3"]
        for part in ("ANNOPROJ_CONFLICT", "keep_rejected_reviews", ".SH RIGHTS\nannotate; to name an assignee also assign.", "Since version 0.1."):
            self.assertIn(part, submit)
        self.assertIn("Submits a task of an annotation stage", submit)
        self.assertIn("\\fBopen_issues\\fR (int64)", pages["docs/man/man3/annoproj_task_list.3"])
        self.assertIn("(double in 1/s, may be null)", pages["docs/man/man3/annoproj_data_unit_row.3"])
        self.assertEqual(pages["docs/man/man3/annoproj_call_init.3"], ".so man3/annoproj_call.3\n")
        self.assertIn("Any function may return", pages["docs/man/man7/annoproj.7"])

    def test_symbols_in_versions(self):
        lines = generate.outputs(model(), ROOT, HEADER)["docs/symbols-in-versions"].splitlines()
        names = [line.split() for line in lines if not line.startswith("#")]
        self.assertEqual({name for name, _ in names}, {item["name"] for item in model()["functions"]})
        self.assertEqual({since for _, since in names}, {item["since"] for item in model()["functions"]})

    def test_check_sees_a_header_that_went_on(self):
        with tree() as folder:
            self.assertEqual(run(folder)[0], 0)
            with open(os.path.join(folder, "include", "annoproj.h"), "w", encoding="utf-8") as file:
                file.write(
                    changed("    ANNOPROJ_ORG_ADMIN = 2\n", "    ANNOPROJ_ORG_ADMIN = 2,\n    ANNOPROJ_ORG_GUEST = 3\n")
                )
            status, printed = run(folder, "--check")
            self.assertEqual(status, 1)
            self.assertIn("_api.py is not what the header makes", printed)

    def test_same_bytes_every_time(self):
        with tree() as first, tree() as second:
            run(first)
            run(second)
            for path in ("bindings/api.json", "bindings/python/annoproj/_api.py"):
                with open(os.path.join(first, path), "rb") as one, open(os.path.join(second, path), "rb") as two:
                    self.assertEqual(one.read(), two.read())

    def test_model_has_what_another_back_end_needs(self):
        with open(os.path.join(ROOT, "bindings", "api.json"), encoding="utf-8") as file:
            made = json.load(file)
        functions = {function["name"]: function for function in made["functions"]}
        self.assertEqual(set(functions), set(re.findall(r"^ANNOPROJ_API .*?\b(annoproj_[a-z0-9_]+)\(", TEXT, re.M)))
        start = functions["annoproj_stage_start_next"]
        self.assertEqual(
            [item["role"] for item in start["parameters"]], ["self", "struct", "call", "out", "out", "error"]
        )
        self.assertEqual((start["since"], start["blocking"], start["statuses"]), ("0.1", True, ["NONE", "INVALID"]))
        self.assertTrue(start["parameters"][1]["nullable"])
        self.assertEqual(start["parameters"][3]["owned"], "annoproj_task_close")
        self.assertEqual(functions["annoproj_task_get"]["rights"], "queue")
        tasks = functions["annoproj_tasks_get"]["parameters"]
        self.assertEqual((tasks[1]["len"], tasks[2]["role"]), ({"of": "count", "plus": 0}, "length"))
        self.assertEqual(
            set(functions["annoproj_task_heartbeat"]["statuses"]),
            set(functions["annoproj_task_report_time"]["statuses"]),
        )
        for function in made["functions"]:
            self.assertTrue(function["doc"])
        handles = {handle["name"]: handle["free"] for handle in made["handles"]}
        self.assertEqual(handles["annoproj_store"], "annoproj_store_close")


if __name__ == "__main__":
    unittest.main()
