"""Every allocation of every function fails once: NO_MEMORY or, where the library can do without, the result; results are
zero on failure; the store is what it was; the next call works; nothing is leaked. The calls are those of test_calls.py, so
that a function without an entry turns both red.

The allocator is set once per process, before anything else, so this is a program of its own (memory_sweep.sh runs it).
MEMORY_POINTS=n looks at n allocations of each function instead of the usual number, 0 at all of them."""

import ctypes
import gc
import json
import os
import random
import sqlite3
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance"))

import annoproj
from annoproj import _arrow, _capi, _runtime

import test_calls

POINTS = int(os.environ.get("MEMORY_POINTS", "24")) or 5000
GARBAGE = 0x5A5A5A5A

libc = ctypes.CDLL(None)
libc.realloc.restype, libc.realloc.argtypes = ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_size_t)
libc.free.restype, libc.free.argtypes = None, (ctypes.c_void_p,)


class Allocator:
    """Counts what is alive, and lets one allocation fail while a watched function runs."""

    def __init__(self):
        self.alive = self.seen = self.fail_at = 0
        self.watching = False
        self.hook = _capi.annoproj_reallocate_fn(self.reallocate)
        if _capi.annoproj_allocator_set(self.hook, None, None) < 0:
            raise unittest.SkipTest("the library was used before: run this file alone")

    def reallocate(self, memory, size, unused):
        if size == 0:
            self.alive -= 1
            libc.free(memory)
            return None
        if self.watching:
            self.seen += 1
            if self.seen == self.fail_at:
                return None
        moved = libc.realloc(memory, size)
        self.alive += memory is None
        return moved


ALLOCATOR = None
API = {}


def setUpModule():
    global ALLOCATOR
    with open(test_calls.API, encoding="utf-8") as file:
        API.update((f["name"], f) for f in json.load(file)["functions"])
    ALLOCATOR = Allocator()


class Watch:
    """While it is on, calls of one C function are counted, their `fail_at`-th allocation fails, and their results are
    looked at: filled with garbage before, zero after a failure."""

    def __init__(self, name):
        self.name, self.function = name, getattr(_capi, name)
        self.out = [i for i, p in enumerate(API[name]["parameters"]) if p["role"] == "out"]
        self.failed = False

    def __enter__(self):
        self.original = _runtime.Call._invoke
        watch = self

        def invoke(call, function, arguments):
            if function is not watch.function:
                return watch.original(call, function, arguments)
            return watch.run(call, function, arguments)

        _runtime.Call._invoke = invoke
        return self

    def __exit__(self, *ignored):
        _runtime.Call._invoke = self.original
        ALLOCATOR.watching = False

    def results(self, arguments):
        return [arguments[i]._obj for i in self.out if hasattr(getattr(arguments[i], "_obj", None), "value")]

    def run(self, call, function, arguments):
        for result in self.results(arguments):
            result.value = 1 if isinstance(result, ctypes.c_bool) else GARBAGE
        ALLOCATOR.seen, ALLOCATOR.watching = 0, True
        status = self.original(call, function, arguments)
        ALLOCATOR.watching = False
        self.failed = 0 < ALLOCATOR.fail_at <= ALLOCATOR.seen
        if status < 0:
            left = [result.value for result in self.results(arguments)]
            assert not any(left), "%s: results after a failure: %r" % (self.name, left)
        return status


# Functions without a `call` that allocate; the others of the header have no way to fail.
MORE = {
    "annoproj_cancel_new": lambda world: annoproj.Cancel.new(),
    "annoproj_cancel_trigger": lambda world: annoproj.Cancel.new().trigger(),
    "annoproj_operations": lambda world: annoproj.operations(),
    "annoproj_table_csv": lambda world: world.table.csv(),
    "annoproj_table_json": lambda world: world.table.json(),
    "annoproj_table_svg": lambda world: world.query.annotators().svg(columns="submitted_tasks,skipped_tasks"),
    "annoproj_table_vega_lite": lambda world: world.query.annotators().vega_lite(),
    "annoproj_table_arrow_schema": lambda world: world.table.__arrow_c_schema__(),
    "annoproj_table_arrow_array": lambda world: world.table.__arrow_c_array__(),
    "annoproj_table_arrow_stream": lambda world: world.table.__arrow_c_stream__(),
    "annoproj_stream_arrow_stream": lambda world: world.stream.__arrow_c_stream__(),
    "annoproj_stream_arrow_schema": lambda world: world.stream.__arrow_c_schema__(),
    "annoproj_table_column": lambda world: world.table.column("user"),
}
# Set once per process; covered by the unit tests of the allocator.
ELSEWHERE = {"annoproj_allocator_set"}


def points(count):
    """The allocations to fail: the first and the last ones, and some between."""
    if count <= POINTS:
        return range(1, count + 1)
    rest = range(POINTS // 2 + 1, count - POINTS // 4 + 1)
    chosen = sorted(random.sample(rest, POINTS // 4))
    return [*range(1, POINTS // 2 + 1), *chosen, *range(count - POINTS // 4 + 1, count + 1)]


class EveryAllocation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.seed = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
        print("TEST_SEED=%d" % cls.seed, flush=True)
        random.seed(cls.seed)

    def measure(self, name, run):
        """How many allocations the function makes the first time, in a world of its own."""
        with self.world() as world, Watch(name):
            ALLOCATOR.fail_at = 0
            run(world)
            return ALLOCATOR.seen

    def world(self):
        test = self

        class Room:
            def __enter__(self):
                gc.collect()
                self.before = ALLOCATOR.alive
                self.folder = tempfile.TemporaryDirectory()
                self.world = test_calls.World(self.folder.name)
                self.world.table = self.world.host.user_list()
                test_calls.prepare(self.world)
                return self.world

            def __exit__(self, kind, *ignored):
                self.world.close()
                for key in list(vars(self.world)):
                    delattr(self.world, key)
                self.folder.cleanup()
                gc.collect()
                _arrow.sweep()
                if kind is None:
                    test.assertEqual(ALLOCATOR.alive, self.before, "leaked")

        return Room()

    def sweep(self, name, run, is_read):
        """One function; a change that succeeded in spite of the failure needs a new world for the next ones."""
        count, refused = self.measure(name, run), 0
        left = list(points(count))
        while left:
            with self.world() as world:
                refused += self.sweep_world(name, run, is_read, world, left)
                self.assertEqual(world.host.store_check().to_pylist(), [])
        return count, refused

    def sweep_world(self, name, run, is_read, world, left):
        """Takes points from `left` until a change was made; then, or behind the last, the call works. How many were refused."""
        refused = 0
        raw = sqlite3.connect("file:%s?mode=ro" % world.path, uri=True)
        version = lambda: raw.execute("PRAGMA data_version").fetchone()[0]
        content, files, done = world.content(), self.files(world), False
        while left and not (done and not is_read):
            point, before = left.pop(0), version()
            done = self.refuse(name, run, world, point)
            if not done:
                refused += 1
                self.assertTrue(version() == before or world.content() == content,
                                "allocation %d: NO_MEMORY, but something was changed" % point)
                for name_left in self.files(world) - files:  # a backup whose result had no room: whole at least
                    if name_left.endswith(".annoproj"):
                        annoproj.open(os.path.join(world.folder, name_left)).close()
            for made in self.files(world) - files:
                os.remove(os.path.join(world.folder, made))
        if is_read or not done:
            run(world)
        raw.close()
        return refused

    def files(self, world):
        """Lock files are made first and stay; a store that was not closed leaves its log."""
        return {name for name in os.listdir(world.folder) if not name.endswith(("-lock", "-wal", "-shm"))}

    def refuse(self, name, run, world, point):
        """Whether the call was done all the same."""
        with Watch(name) as watch:
            ALLOCATOR.fail_at = point
            try:
                run(world)
                return True
            except annoproj.NoMemoryError:
                self.assertTrue(watch.failed, "allocation %d: NO_MEMORY without a reason" % point)
                return False
            finally:
                ALLOCATOR.fail_at = 0

    def test_every_function_that_can_fail_is_here(self):
        can_fail = {name for name, f in API.items() if any(p["role"] == "error" for p in f["parameters"])}
        here = set(test_calls.CALLS) | set(MORE) | ELSEWHERE | {"annoproj_store_close"}
        self.assertEqual(can_fail - here, set())

    def test_functions_with_a_call(self):
        total = refusals = 0
        for name, (kind, run) in test_calls.CALLS.items():
            with self.subTest(name):
                count, refused = self.sweep(name, run, kind == test_calls.READ)
                total, refusals = total + count, refusals + refused
        print("%d functions, %d allocations, %d refused" % (len(test_calls.CALLS), total, refusals), flush=True)

    def test_functions_without_a_call(self):
        for name, run in MORE.items():
            with self.subTest(name):
                self.sweep(name, run, True)

    def test_close(self):
        for point in range(1, 40):
            gc.collect()
            before = ALLOCATOR.alive
            with tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "close.annoproj")
                store = annoproj.create(path)
                host = store.session_open(0)
                host.user_create("a@x.org", "A", annoproj.OrgRole.MEMBER)
                with Watch("annoproj_store_close"):
                    ALLOCATOR.fail_at = point
                    try:
                        store.close()
                    except annoproj.NoMemoryError:
                        ALLOCATOR.fail_at = 0
                        store.close()
                with annoproj.open(path) as again:
                    self.assertEqual(len(again.session_open(0).user_list().to_pylist()), 1)
                del store, host, again
            gc.collect()
            self.assertEqual(ALLOCATOR.alive, before, "leaked")


if __name__ == "__main__":
    unittest.main()
