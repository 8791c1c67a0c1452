"""Every argument of every method replaced by values of every wrong type and size, through the Python package: each call gives a
result or a documented error, nothing crashes or hangs, and the store stays what it was or becomes what a right call makes it."""

import array
import ctypes
import datetime
import gc
import inspect
import sys
import threading
import unittest

import annoproj

import test_calls
from misuse import MISTAKES, MisuseTest, use

CALL_OPTIONS = ("timeout", "cancel", "request_key", "progress")


class Raises:
    """Has every protocol, and fails in all of them."""

    def fail(self, *ignored):
        raise ZeroDivisionError("not this one")

    __index__ = __int__ = __float__ = __len__ = __iter__ = __getitem__ = __fspath__ = __call__ = __bool__ = fail


class Lies:
    """A sequence that is shorter than it says."""

    def __len__(self):
        return 1000

    def __getitem__(self, index):
        if index > 2:
            raise IndexError(index)
        return index


def released():
    view = memoryview(b"12345678")
    view.release()
    return view


def wrong_values():
    """Values for any argument. Most are wrong for it, some are right: then it is just a call."""
    floats = array.array("d", [1, float("nan"), float("inf"), -1])
    return [
        None, "", "x", "a\0b", "\ud800", "ÿ" * 9, "x" * 100_000, b"", b"\xff", b"a\0b", "1", "nan",
        True, 0, 1, -1, 7, 2**31, 2**31 - 1, -(2**31), 2**32, 2**63, 2**63 - 1, -(2**63), -(2**63) - 1, 2**64, 10**40,
        0.5, 1.0, float("nan"), float("inf"), -float("inf"), 1e308, 1j,
        [], [1], [1, 2, 3, 4], [-1, 0], [5, 3, 1], [0, 2**62], [2**63 - 1] * 3, [None], ["a"], ["a", None, "\ud800"], ["\0"], [[]],
        [1.5, "a"], [float("nan")] * 4, (0, 1), range(5), range(10**6), {}, {1: 2}, {"a"}, iter([1, 2]), Lies(), object(), Raises(),
        [Raises()], bytearray(3), bytearray(64), array.array("q"), array.array("q", [0, 1, 2, 3]), array.array("q", [3, 0]), floats,
        memoryview(floats)[::2], memoryview(bytes(64)).cast("q").cast("B").cast("q", (2, 4)), released(),
        memoryview(array.array("i", [1])), (ctypes.c_int64 * 3)(1, 2, 3), (ctypes.c_int64 * 0)(),
        datetime.datetime(2024, 1, 1), datetime.datetime.max.replace(tzinfo=datetime.timezone.utc),
        datetime.datetime.min.replace(tzinfo=datetime.timezone(datetime.timedelta(hours=23))), datetime.timedelta.max,
        datetime.timedelta.min, datetime.timedelta(microseconds=1), len, lambda *_: None, lambda *_: 1 / 0, lambda: "x",
        annoproj.Task, annoproj.Status.OK, ..., type,
    ]  # fmt: skip


class Arguments(MisuseTest):
    def test_every_function_is_here(self):
        calls = self.calls()
        self.assertEqual(set(test_calls.CALLS) - set(calls.notes) - calls.statics, set())

    def test_every_argument_of_every_function(self):
        """One argument at a time is replaced by each wrong value."""
        calls = self.calls()
        world = calls.world
        tried = 0
        for name, (handle, method, arguments, keywords) in sorted(calls.notes.items()):
            bound = getattr(handle, method)
            limited = dict(keywords, timeout=0.2)
            for place in range(len(arguments)):
                for value in wrong_values():
                    changed = arguments[:place] + (value,) + arguments[place + 1 :]
                    tried += self.mistaken(name, place, value, bound, changed, limited)
            for key, parameter in inspect.signature(bound).parameters.items():
                if parameter.kind is parameter.KEYWORD_ONLY and not (key == "timeout" and method == "wait"):
                    values = wrong_values()  # the same few options are everywhere: some values each time
                    for value in self.random.sample(values, 12 if key in CALL_OPTIONS else 40):
                        tried += self.mistaken(name, key, value, bound, arguments, dict(limited, **{key: value}))
        self.assertGreater(tried, 10_000)
        self.assertEqual(world.host.store_check().to_pylist(), [])
        self.assertEqual(gc.garbage, [])

    def mistaken(self, name, place, value, bound, arguments, keywords):
        try:
            use(bound, *arguments, **keywords)
        except MISTAKES:
            pass
        except ZeroDivisionError as error:  # only from our own values
            self.assertIn(str(error), ("not this one", "division by zero"))
        except BaseException as error:
            raise AssertionError("%s(%r = %.60r): %r, %s" % (name, place, value, error, self.seed)) from error
        if isinstance(value, bytearray):
            value.append(1)  # nobody views it any more
        return 1

    def test_tables_and_statics(self):
        table = self.calls().table
        for value in wrong_values():
            for method in (table.column_name, table.column_title, table.column_index, table.column_info, table.column_values,
                           lambda v: table.is_null(v, 0), lambda v: table.is_null(0, v), lambda v: table.int64(v, 0),
                           lambda v: table.double(0, v), lambda v: table.text(v, v), lambda v: table.svg(width=v),
                           lambda v: table.svg(columns=v), lambda v: table.svg(title=v), lambda v: table.vega_lite(chart=v),
                           annoproj.status_name, lambda v: annoproj.zone_boundaries(v, 0, 10**12),
                           lambda v: annoproj.zone_boundaries("UTC", v, 10**12),
                           lambda v: annoproj.open(v, timeout=1), lambda v: annoproj.open("no", clock=v),
                           lambda v: annoproj.open("no", threads=v), lambda v: annoproj.open("no", cache_bytes=v)):  # fmt: skip
                self.mistaken("table", method, value, method, (value,), {})
        self.assertEqual(len(table.rows()), len(table))

    def test_numbers_are_no_texts(self):
        calls = self.calls()
        for value in ("1.5", b"1", bytearray(b"2")):
            with self.assertRaises(TypeError):
                calls.world.free.issue_create("x", x=value)

    def test_arrays_that_change_meanwhile(self):
        """A buffer is held from the moment its length is read: what would shrink it is refused, before that it is just short."""
        calls = self.calls()
        task = calls.world.annotating
        size, moved = 4096, [0]
        coordinates = array.array("d", [1.0] * size)
        stop = threading.Event()

        def change():
            while not stop.is_set():
                try:
                    del coordinates[4:]
                    coordinates.extend([1.0] * (size - 4))
                    moved[0] += 1
                except BufferError:
                    pass

        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        changer = threading.Thread(target=change, daemon=True)
        changer.start()
        try:
            for _ in range(300):
                try:
                    task.labels_write(classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, size],
                                      coordinates=coordinates, force=True)  # fmt: skip
                except (annoproj.InvalidError, annoproj.DataError, ValueError):
                    pass
        finally:
            stop.set()
            changer.join()
            sys.setswitchinterval(before)
        self.assertGreater(moved[0], 0)
        coordinates.append(1.0)

    def test_a_list_that_changes_while_it_is_read(self):
        calls = self.calls()
        ids = []

        class Shrinks(int):
            def __index__(self):
                ids.clear()
                gc.collect()
                return 1

        ids.extend(Shrinks() for _ in range(100))
        with self.assertRaises(MISTAKES):
            calls.world.host.users_get(ids)


if __name__ == "__main__":
    unittest.main()
