"""Calls: results, NONE, callbacks, cancel, Ctrl-C, handles that are closed, used at once, collected."""

import datetime
import gc
import os
import pathlib
import pickle
import subprocess
import sys
import threading
import unittest

import annoproj


def make(**options):
    return annoproj.gadget_make(**options).gadget


class Results(unittest.TestCase):
    def test_several_results_are_a_named_tuple(self):
        result = make(name="bolt", mood=annoproj.GadgetMood.LOUD).name()
        self.assertEqual(result, ("bolt", annoproj.GadgetMood.LOUD))
        self.assertIs(type(result.mood), annoproj.GadgetMood)

    def test_none_keeps_the_other_results(self):
        result = make(unnamed=True, mood=7).name()
        self.assertEqual(result, (None, 7))
        twin = make().twin(make(unnamed=True, sizes=[1, 2]))
        self.assertEqual(twin, (None, 2))
        self.assertIsInstance(make().twin(make()).twin, annoproj.Gadget)

    def test_times_and_paths(self):
        gadget = make()
        at = datetime.datetime(2024, 5, 1, 14, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))
        result = gadget.sum([], None, at, pathlib.Path("a") / "ö")
        self.assertEqual((result.at, result.path_length), (1714564800000000, 4))
        self.assertEqual(gadget.sum([], None, datetime.timedelta(seconds=2), "x").at, 2000000)
        with self.assertRaises(ValueError):
            gadget.sum([], None, datetime.datetime(2024, 5, 1), "x")
        with self.assertRaises(OverflowError):
            gadget.sum([], None, 2**63, "x")
        with self.assertRaises(ValueError):
            gadget.sum([], None, 0, "a\0b")
        with self.assertRaises(TypeError):
            make(name=5)

    def test_errors(self):
        with self.assertRaises(annoproj.LimitError) as caught:
            make(sizes=range(1001)).parts()
        self.assertEqual((caught.exception.status, caught.exception.detail("value")), (annoproj.Status.LIMIT, "1001"))
        self.assertIn("1001 parts", str(caught.exception))
        copy = pickle.loads(pickle.dumps(caught.exception))
        self.assertEqual((type(copy), copy.details, copy.status), (annoproj.LimitError, caught.exception.details, -7))


class Callbacks(unittest.TestCase):
    def test_arguments_and_returns(self):
        told, written = [], []
        at = datetime.datetime(1970, 1, 1, 0, 0, 1, tzinfo=datetime.timezone.utc)
        result = annoproj.gadget_make(
            name="ö",
            sizes=[1, 2],
            told=lambda part, name: told.append((part, name)),
            write=lambda data: written.append(data) or 5,
            clock=lambda: at,
            fill=lambda length: bytes([length] * length),
        )
        self.assertEqual(told, [(0, "ö"), (1, "ö")])
        self.assertEqual(written, ["ö".encode()])
        self.assertEqual((result.time_us, result.byte), (1000000, 4))

    def test_exceptions_come_back_and_nothing_is_left(self):
        gc.collect()
        before = annoproj.gadgets_open()

        def broken(*ignored):
            raise ZeroDivisionError("from the callback")

        for name in ("told", "write", "clock", "fill"):
            with self.subTest(name), self.assertRaises(ZeroDivisionError):
                make(**{name: broken, "sizes": [1]})
        with self.assertRaises(ZeroDivisionError):
            make(progress=broken)
        with self.assertRaises(ValueError):
            make(fill=lambda length: b"x")
        with self.assertRaises(TypeError):
            make(write=3)
        gc.collect()
        self.assertEqual(annoproj.gadgets_open(), before)

    def test_close_inside_a_call(self):
        gadget = make()

        def progress(done, total):
            self.assertEqual((done, total), (6, -1))
            if gadget.closed:
                raise ZeroDivisionError("the call went on")
            gadget.close()

        before = annoproj.gadgets_open()
        with self.assertRaises(ZeroDivisionError):
            gadget.run([1, 2, 3], progress=progress)
        self.assertTrue(gadget.closed)
        self.assertEqual(annoproj.gadgets_open(), before - 1)


class Running:
    """A gadget that runs in another thread until it is cancelled."""

    def __init__(self):
        self.gadget, self.cancel, self.started = make(), annoproj.cancel_new(), threading.Event()
        self.outcome = None
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        self.started.wait()

    def run(self):
        try:
            self.gadget.run([], cancel=self.cancel, timeout=None, progress=lambda done, total: self.started.set())
        except annoproj.Error as error:
            self.outcome = error

    def end(self):
        self.cancel.trigger()
        self.thread.join()


class Bounds(unittest.TestCase):
    def test_timeout(self):
        for timeout in (0, 1e-6, datetime.timedelta(microseconds=1)):
            with self.assertRaises(annoproj.TimeoutError):
                make().run([], timeout=timeout)
        with self.assertRaises(ValueError):
            make().run([], timeout=-1)

    def test_cancel_from_another_thread(self):
        running = Running()
        running.end()
        self.assertIsInstance(running.outcome, annoproj.CancelledError)
        with self.assertRaises(annoproj.CancelledError):
            make().run([], cancel=running.cancel)

    def test_close_waits_for_calls_in_flight(self):
        running = Running()
        closer = threading.Thread(target=running.gadget.close)
        closer.start()
        while not running.gadget._closing:
            pass
        self.assertTrue(closer.is_alive())
        with self.assertRaises(annoproj.InvalidError):
            running.gadget.parts()
        running.end()
        closer.join()
        self.assertIsInstance(running.outcome, annoproj.CancelledError)
        self.assertTrue(running.gadget.closed)

    def test_ctrl_c_ends_a_call_and_restores_the_handler(self):
        script = """
import annoproj, os, signal, threading
signal.signal(signal.SIGINT, signal.default_int_handler)
before = signal.set_wakeup_fd(-1)
gadget = annoproj.gadget_make().gadget
for how in range(3):
    cancel = annoproj.cancel_new() if how == 1 else None
    started = threading.Event()
    def interrupt():
        started.wait()
        while annoproj._interrupt._current is None:  # before the call Ctrl-C is Python's, which may lose it in a destructor
            pass
        os.kill(os.getpid(), signal.SIGINT)
    sender = threading.Thread(target=interrupt)
    sender.start()
    options = {} if how == 2 else {"progress": lambda done, total: started.set()}
    if how == 2:
        started.set()
    try:
        gadget.run([], timeout=None, cancel=cancel, **options)
    except KeyboardInterrupt:
        print("interrupted", gadget.parts().row_count())
    sender.join()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
assert signal.set_wakeup_fd(-1) == before
print("done")
"""
        done = subprocess.run(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
            timeout=300,
        )
        self.assertEqual(done.stdout.split("\n"), ["interrupted 0"] * 3 + ["done", ""])

    def test_ctrl_c_of_one_call_does_not_end_the_next(self):
        """Its byte may come late to the thread that reads it."""
        script = """
import annoproj, os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
gadget = annoproj.gadget_make().gadget
try:
    gadget.run([], timeout=None, progress=lambda done, total: os.kill(os.getpid(), signal.SIGINT))
except KeyboardInterrupt:
    print("interrupted")
late = annoproj._interrupt._watch
try:
    gadget.run([], timeout=0.2, progress=lambda done, total: os.write(late.writer, bytes([signal.SIGINT])) and None)
except annoproj.Error as error:
    print(error.status.name)
"""
        done = subprocess.run([sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        self.assertEqual(done.stdout.split("\n"), ["interrupted", "TIMEOUT", ""])


class Handles(unittest.TestCase):
    def test_closed_handles_raise(self):
        gadget = make()
        gadget.close()
        gadget.close()
        for use in (
            gadget.parts,
            gadget.name,
            lambda: gadget.twin(make()),
            lambda: make().twin(gadget),
            lambda: gadget.run([]),
            lambda: gadget.sum([], None, 0, "x"),
        ):
            with self.assertRaises(annoproj.InvalidError):
                use()
        with self.assertRaises(TypeError):
            make().twin(annoproj.cancel_new())
        with self.assertRaises(TypeError):
            make().twin(None)
        self.assertEqual(repr(gadget), "<annoproj.Gadget closed>")

    def test_with_and_collection_free(self):
        gc.collect()
        before = annoproj.gadgets_open()
        with make() as gadget:
            self.assertEqual(annoproj.gadgets_open(), before + 1)
        self.assertTrue(gadget.closed)
        self.assertEqual(annoproj.gadgets_open(), before)
        many = [make() for _ in range(100)]
        circle = [many]
        circle.append(circle)
        del many, circle
        gc.collect()
        self.assertEqual(annoproj.gadgets_open(), before)

    def test_no_pickle(self):
        with self.assertRaises(TypeError):
            pickle.dumps(make())

    def test_interpreter_may_end_with_open_handles(self):
        script = "import annoproj; g = annoproj.gadget_make(sizes=[1]).gadget; t = g.parts(); v = t.column('part'); c = [g]; c.append(c)"
        done = subprocess.run(
            [sys.executable, "-X", "dev", "-c", script],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )
        self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_child_of_fork_closes_without_waiting(self):
        running = Running()
        child = os.fork()
        if child == 0:
            running.gadget.close()
            os._exit(0 if running.gadget.closed else 1)
        _, status = os.waitpid(child, 0)
        running.end()
        self.assertEqual(status, 0)

    def test_many_threads_at_once(self):
        gadget, sums = make(), []

        def work():
            for _ in range(200):
                sums.append(gadget.sum([1, 2], None, 0, "x").sum)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sums, [3.0] * 1600)
        self.assertEqual(gadget._calls, set())


if __name__ == "__main__":
    unittest.main()
