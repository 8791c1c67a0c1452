"""Every function with a `call`, one wrong argument at a time, the others as they would work: NULL where the header does not allow it
and a struct of a size below its first field's are INVALID, a field that only a newer header knows, also in the place of `reserved`, is
UNSUPPORTED; each gives an error object, and every result is zero. Calls and their arguments are those of test_calls.py, so that new functions are covered by
themselves."""

import ctypes
import json
import tempfile
import unittest

import annoproj
from annoproj import _capi, _runtime

import test_calls

with open(test_calls.API, encoding="utf-8") as file:
    CONTRACT = json.load(file)
FUNCTIONS = {function["name"]: function["parameters"] for function in CONTRACT["functions"]}
STRUCTS = {struct["name"] for struct in CONTRACT["structs"] if any(field["name"] == "reserved" for field in struct["fields"])}
NEWER = 64  # bytes that a newer header has added to a struct


class Mistakes:
    """Makes them with the arguments of a call that is about to be made."""

    def __init__(self, test, function, arguments):
        self.test, self.function, self.arguments = test, function, list(arguments)
        self.parameters = FUNCTIONS[function.__name__]
        self.results = [argument._obj for parameter, argument in zip(self.parameters, self.arguments)
                        if parameter.get("out") and parameter["name"] != "error" and hasattr(argument, "_obj")]

    def make_all(self):
        for place, parameter in enumerate(self.parameters[:-1]):
            if parameter["type"]["pointers"] and not parameter.get("nullable"):
                self.make("NULL for " + parameter["name"], place, None, annoproj.Status.INVALID)
            if parameter["role"] in ("struct", "call") and hasattr(self.arguments[place], "_obj"):
                given = self.arguments[place]._obj
                self.make("no size of " + parameter["name"], place, self.copied(given, 0), annoproj.Status.INVALID)
                newer = self.copied(given, ctypes.sizeof(given) + NEWER)
                self.make("newer field of " + parameter["name"], place, newer, annoproj.Status.UNSUPPORTED)
                if hasattr(given, "reserved"):
                    reserved = self.copied(given, ctypes.sizeof(given))
                    reserved._obj.reserved = 1
                    self.make("reserved of " + parameter["name"], place, reserved, annoproj.Status.UNSUPPORTED)
                    self.test.reserved.add(type(given).__name__)

    @staticmethod
    def copied(struct, size):
        """A copy of that size in a larger buffer that has something behind the struct's end."""
        length = ctypes.sizeof(struct)
        buffer = ctypes.create_string_buffer(length + NEWER)
        ctypes.memmove(buffer, ctypes.addressof(struct), length)
        buffer[length + NEWER // 2] = b"\1"
        copy = type(struct).from_buffer(buffer)
        copy.size = size
        return ctypes.byref(copy)

    def make(self, what, place, argument, status):
        given = list(self.arguments)
        given[place] = argument
        error = _capi.annoproj_error_p(0x5a5a)
        given[-1] = ctypes.byref(error)
        left_out = getattr(self.arguments[place], "_obj", None) if self.parameters[place].get("out") else None
        for result in self.results:
            ctypes.memset(ctypes.addressof(result), 0x5a, ctypes.sizeof(result))
        got = self.function(*given)
        with self.test.subTest(self.function.__name__, mistake=what):
            self.test.assertEqual(annoproj.Status(got).name, status.name)
            self.test.assertEqual(_capi.annoproj_error_status(error), status)
            for result in self.results:
                if result is not left_out:
                    self.test.assertEqual(bytes(result).strip(b"\0"), b"", "a result is not zero")
        _capi.annoproj_error_free(error)
        for result in self.results:
            ctypes.memset(ctypes.addressof(result), 0, ctypes.sizeof(result))


class NullArguments(unittest.TestCase):
    def setUp(self):
        self.made, self.reserved, self.name, self.invoke = set(), set(), None, _runtime.Call._invoke
        self.addCleanup(setattr, _runtime.Call, "_invoke", self.invoke)
        mistaken = self

        def invoke(call, function, arguments):
            if function.__name__ == mistaken.name and mistaken.name not in mistaken.made:
                mistaken.made.add(mistaken.name)
                Mistakes(mistaken, function, arguments).make_all()
            return mistaken.invoke(call, function, arguments)

        _runtime.Call._invoke = invoke

    def call_in(self, world, calls):
        try:
            for self.name, run in calls:
                run(world)
        finally:
            self.name = None
            world.close()

    def test_every_function_with_a_call(self):
        """Reads share a store."""
        reads = [(name, run) for name, (kind, run) in test_calls.CALLS.items() if kind == test_calls.READ]
        writes = [[(name, run)] for name, (kind, run) in test_calls.CALLS.items() if kind != test_calls.READ]
        for calls in [reads] + writes:
            with tempfile.TemporaryDirectory() as folder:
                self.call_in(test_calls.World(folder), calls)
        self.assertEqual(self.made, set(test_calls.CALLS))
        self.assertEqual(self.reserved, STRUCTS - {"annoproj_column"})  # which is a result


if __name__ == "__main__":
    unittest.main()
