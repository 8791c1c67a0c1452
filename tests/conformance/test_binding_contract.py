"""The package against api.json and the library that is loaded: symbols, layouts, statuses, row types, names."""

import ctypes
import dataclasses
import inspect
import json
import os
import subprocess
import sys
import unittest

import annoproj
from annoproj import _api, _capi, _convert, _errors

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
with open(os.path.join(ROOT, "bindings", "api.json"), encoding="utf-8") as file:
    MODEL = json.load(file)


class Library(unittest.TestCase):
    def test_every_symbol_resolves(self):
        self.assertEqual(
            {name for name, _, _ in _capi.FUNCTIONS}, {function["name"] for function in MODEL["functions"]}
        )
        for name, _, _ in _capi.FUNCTIONS:
            self.assertTrue(ctypes.cast(getattr(_capi.LIBRARY, name), ctypes.c_void_p).value, name)

    def test_sizes_and_offsets(self):
        for struct in MODEL["structs"]:
            made = getattr(_capi, struct["name"])
            self.assertEqual(ctypes.sizeof(made), struct["bytes"], struct["name"])
            for field in struct["fields"]:
                place = getattr(made, field["name"])
                self.assertEqual((place.offset, place.size), (field["offset"], field["bytes"]), field["name"])

    def test_init_functions_give_zeros_and_the_size(self):
        for struct in MODEL["structs"]:
            made = getattr(_capi, struct["name"])
            memory = (ctypes.c_ubyte * ctypes.sizeof(made))(*([0xA5] * ctypes.sizeof(made)))
            value = made.from_buffer(memory)
            getattr(_capi, struct["name"] + "_init")(ctypes.byref(value))
            self.assertEqual(value.size, ctypes.sizeof(made), struct["name"])
            for field in struct["fields"][1:]:
                part = bytes(memory[field["offset"] : field["offset"] + field["bytes"]])
                self.assertEqual(part, bytes(field["bytes"]), "%s.%s" % (struct["name"], field["name"]))

    def test_version(self):
        self.assertEqual(annoproj.version(), _capi.ANNOPROJ_VERSION)
        self.assertEqual(annoproj.version_number(), 1000)
        self.assertEqual(annoproj.__version__, annoproj.version())

    def load(self, library):
        return subprocess.run(
            [sys.executable, "-c", "import annoproj"],
            env=dict(os.environ, ANNOPROJ_LIBRARY=library),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            universal_newlines=True,
        )

    def test_other_libraries_are_refused(self):
        missing = self.load("no/such/library.so")
        self.assertIn("ImportError: libannoproj was not found. Set ANNOPROJ_LIBRARY", missing.stderr)
        self.assertIn("no/such/library.so", missing.stderr)
        self.assertIn("is not libannoproj", self.load("libc.so.6").stderr)

    def test_other_versions_are_refused(self):
        from annoproj import _library

        class Fake:
            _name = "fake"

            def __init__(self, number):
                def annoproj_version_number():
                    return number

                self.annoproj_version_number = annoproj_version_number

        for number, major, minor, fits in (
            (1005, 0, 1, True),
            (2000, 0, 1, False),
            (1000000, 0, 1, False),
            (1003000, 1, 2, True),
            (1001000, 1, 2, False),
            (2000000, 1, 0, False),
        ):
            with self.subTest(number=number, major=major, minor=minor):
                if fits:
                    _library.check(Fake(number), "fake", major, minor)
                else:
                    with self.assertRaisesRegex(ImportError, "fake is libannoproj"):
                        _library.check(Fake(number), "fake", major, minor)
        with self.assertRaisesRegex(ImportError, "fake has no function annoproj_x"):
            _library.bind(Fake(1), [("annoproj_x", None, ())])


class Statuses(unittest.TestCase):
    def values(self):
        return next(enum["values"] for enum in MODEL["enums"] if enum["name"] == "annoproj_status")

    def test_every_failure_has_a_class_of_its_own(self):
        failures = [value for value in self.values() if value["value"] < 0]
        self.assertEqual(set(_errors.CLASSES), {value["value"] for value in failures})
        self.assertEqual(len(set(_errors.CLASSES.values())), len(failures))
        for value in failures:
            error = _errors.from_library(value["value"], _capi.annoproj_error_p())
            self.assertIsInstance(error, annoproj.Error)
            self.assertIs(type(error), getattr(annoproj, type(error).__name__))
            self.assertEqual((error.status, error.status.name), (value["value"], value["name"][len("ANNOPROJ_") :]))

    def test_names(self):
        for value in self.values():
            self.assertEqual(annoproj.status_name(value["value"]), value["name"][len("ANNOPROJ_") :])
        self.assertEqual(annoproj.status_name(-999), "UNKNOWN")

    def test_status_of_a_newer_library(self):
        error = _errors.make(-999, "new")
        self.assertIs(type(error), annoproj.Error)
        self.assertEqual(error.status, -999)

    def test_error_of_the_library(self):
        with self.assertRaises(annoproj.NotFoundError) as caught:
            annoproj.open("no such folder/no such store")
        self.assertEqual(caught.exception.status, annoproj.Status.NOT_FOUND)
        self.assertIn("no such store", str(caught.exception))


class Names(unittest.TestCase):
    def test_enums(self):
        for enum in MODEL["enums"]:
            words = enum["name"].split("_")[1:]
            kind = getattr(annoproj, "".join(word.capitalize() for word in words))
            self.assertEqual(
                [int(value) for value in kind.__members__.values()], [value["value"] for value in enum["values"]]
            )
        self.assertEqual(annoproj.QueueReason.ONLY_SKIPPED, 3)
        self.assertEqual(annoproj.TaskStatus.NEW | annoproj.TaskStatus.SKIPPED, 5)
        self.assertEqual(_convert.enumeration(annoproj.QueueReason, 77), 77)

    def test_rows_have_the_declared_columns(self):
        for row in MODEL["rows"]:
            name = "".join(word.capitalize() for word in row["name"].split("_"))
            fields = [field.name for field in dataclasses.fields(getattr(annoproj, name))]
            self.assertEqual([field.rstrip("_") for field in fields], [column["name"] for column in row["columns"]])
            table = getattr(annoproj, name[:-3] + "Table")
            self.assertEqual(table.COLUMNS, tuple((column["name"], column["type"]) for column in row["columns"]))

    def test_methods_follow_the_rule(self):
        for owner, name in (
            ("Task", "submit"),
            ("Session", "user_create"),
            ("Store", "session_open"),
            ("Store", "open"),
            ("Session", "can"),
            ("Project", "stage_list"),
            ("Task", "labels_write"),
            ("Query", "annotators"),
            ("Stream", "next"),
            ("Cancel", "trigger"),
            ("Project", "task_list_pages"),
        ):
            self.assertTrue(callable(getattr(getattr(annoproj, owner), name)), (owner, name))
        self.assertIs(annoproj.open, annoproj.Store.open)
        self.assertIs(annoproj.store_create, annoproj.create)

    def test_every_function_is_reached(self):
        with open(_api.__file__, encoding="utf-8") as file:
            text = file.read()
        by_hand = {"annoproj_allocator_set", "annoproj_table_column"}
        for function in MODEL["functions"]:
            name = function["name"]
            if not name.endswith("_init") and not name.startswith("annoproj_error_") and name not in by_hand:
                self.assertIn("_capi.%s" % name, text)

    def test_docs_and_keywords(self):
        self.assertIn("Rights: annotate", annoproj.Task.submit.__doc__)
        parameters = inspect.signature(annoproj.Task.submit).parameters
        self.assertEqual(
            list(parameters),
            [
                "self",
                "assignee",
                "retain_assignee",
                "keep_rejected_reviews",
                "timeout",
                "cancel",
                "request_key",
                "progress",
            ],
        )
        self.assertIs(parameters["assignee"].kind, inspect.Parameter.KEYWORD_ONLY)

    def test_star_import_hides_no_built_in(self):
        import builtins

        self.assertEqual([name for name in annoproj.__all__ if hasattr(builtins, name)], [])
        for name in annoproj.__all__:
            self.assertTrue(hasattr(annoproj, name), name)

    def test_stub_is_python(self):
        import ast

        with open(os.path.join(os.path.dirname(_api.__file__), "_api.pyi"), encoding="utf-8") as file:
            tree = ast.parse(file.read())
        names = {node.name for node in tree.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
        self.assertEqual({name for name in _api.__all__} - names, set())


if __name__ == "__main__":
    unittest.main()
