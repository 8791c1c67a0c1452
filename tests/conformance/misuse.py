"""What the tests of misuse share: a store in which every method has arguments that are right, the errors that a mistake of the
caller may get, scripts and threads. What is called comes from api.json and test_calls.py, so that new functions are covered by
themselves. TEST_SEED=n repeats a run."""

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest

import annoproj
from annoproj import _runtime

import test_calls

with open(test_calls.API, encoding="utf-8") as file:
    MODEL = json.load(file)
KINDS = {handle["name"]: getattr(annoproj, handle["name"][9:].title(), None) for handle in MODEL["handles"]}
KINDS = {name: kind for name, kind in KINDS.items() if kind is not None and name != "annoproj_error"}

# What a mistake of the caller may raise. INTERNAL, CORRUPT, IO, FULL, NO_MEMORY and the like are never the caller's.
MISTAKES = (
    TypeError, ValueError, OverflowError, KeyError, OSError, BufferError, NotImplementedError,
    annoproj.InvalidError, annoproj.NotFoundError, annoproj.ExistsError, annoproj.PermissionError, annoproj.ConflictError,
    annoproj.StateError, annoproj.LimitError, annoproj.DataError, annoproj.TimeoutError, annoproj.CancelledError,
    annoproj.UnsupportedError, annoproj.BusyError, annoproj.ReadonlyError,
)  # fmt: skip
CLOSED = (annoproj.InvalidError, annoproj.StateError)


def functions_of(kind):
    """The functions of api.json whose first parameter is such a handle: name in C, name of the method."""
    noun = kind[9:]
    for function in MODEL["functions"]:
        first = function["parameters"][:1]
        if first and first[0]["role"] == "self" and first[0]["type"]["base"] == kind:
            name = function["name"][9:]
            yield function, name[len(noun) + 1 :] if name.startswith(noun + "_") else name


@contextlib.contextmanager
def recorded(names):
    """While it is on, calls of the methods are noted: C name -> (method, arguments, keywords)."""
    notes, undo = {}, []
    for kind, owner in KINDS.items():
        for function, method in functions_of(kind):
            original = owner.__dict__.get(method)
            if function["name"] in names and original is not None:

                def note(self, *arguments, _name=function["name"], _method=method, _original=original, **keywords):
                    if "cancel" in keywords:
                        notes[_name] = (self, _method, arguments, {k: v for k, v in keywords.items() if k != "cancel"})
                    return _original(self, *arguments, **keywords)

                setattr(owner, method, note)
                undo.append((owner, method, original))
    try:
        yield notes
    finally:
        for owner, method, original in undo:
            setattr(owner, method, original)


class Calls:
    """A store, and for every method with a `call` a handle and arguments that are right."""

    def __init__(self, folder):
        self.world = test_calls.World(folder)
        test_calls.prepare(self.world)
        with recorded(set(test_calls.CALLS)) as self.notes:
            for _, run in test_calls.CALLS.values():
                try:
                    run(self.world, cancel=self.world.cancel)
                except annoproj.CancelledError:
                    pass
        self.table = self.world.host.user_list()
        self.statics = {"annoproj_store_create", "annoproj_store_open"}

    def close(self):
        self.world.close()


def use(method, *arguments, **keywords):
    """Calls it; what it gave is closed at once."""
    result = method(*arguments, **keywords)
    for one in result if isinstance(result, tuple) else (result,):
        if isinstance(one, _runtime.Handle):
            one.close()
    return result


class MisuseTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        before = os.getcwd()
        os.chdir(self.folder)  # paths that are values of another argument end here
        self.addCleanup(os.chdir, before)
        seed = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
        self.random = random.Random(seed)
        self.seed = "TEST_SEED=%d" % seed

    def calls(self, name="calls"):
        folder = os.path.join(self.folder, name)
        os.mkdir(folder)
        made = Calls(folder)
        self.addCleanup(made.close)
        return made

    def python(self, script, *, timeout=120, quiet=True):
        """Runs a script of its own, which must end well and, when `quiet`, have nothing to say on stderr."""
        done = subprocess.run(
            [sys.executable, "-c", "import annoproj, gc, os, sys, threading\n" + textwrap.dedent(script)],
            env=dict(os.environ, PYTHONPATH=os.pathsep.join([os.path.dirname(os.path.dirname(annoproj.__file__))])),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=timeout, cwd=self.folder,
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stderr if quiet or done.returncode else ""), (0, ""), script)
        return done.stdout

    def threads(self, count, work):
        """Runs work(number) in threads; fails for what any of them raised, and for one that does not end."""
        failures = []

        def run(number):
            try:
                work(number)
            except BaseException as error:
                failures.append(error)
                raise

        threads = [threading.Thread(target=run, args=(number,), daemon=True) for number in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
            self.assertFalse(thread.is_alive(), "a thread hangs")
        self.assertEqual(failures, [], self.seed)
