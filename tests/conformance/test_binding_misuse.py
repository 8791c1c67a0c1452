"""Handles used as nobody should, through the Python package: closed, of another store, closed while others call, in callbacks, in
children of fork, in finalizers, in signal handlers, at the end of the interpreter. Each answer is a result or a documented error;
nothing crashes or hangs."""

import contextlib
import ctypes
import datetime
import gc
import inspect
import json
import os
import signal
import sys
import threading
import unittest

import annoproj
from annoproj import _arrow, _capi

import test_calls
from misuse import CLOSED, KINDS, MISTAKES, MisuseTest, functions_of, use


class Closed(MisuseTest):
    def test_every_method_of_a_closed_handle(self):
        calls = self.calls()
        seen = set()
        for name, (handle, method, arguments, keywords) in calls.notes.items():
            seen.add(name)
            handle.close()
            self.assertTrue(handle.closed)
            with self.subTest(name), self.assertRaises(CLOSED if isinstance(handle, annoproj.Store) else annoproj.InvalidError):
                use(getattr(handle, method), *arguments, **keywords)
        for kind, owner in KINDS.items():
            handle = {annoproj.Table: calls.table, annoproj.Cancel: calls.world.cancel, annoproj.Stream: calls.world.stream,
                      annoproj.Query: calls.world.query, annoproj.Stage: calls.world.stage, annoproj.Task: calls.world.free,
                      annoproj.Project: calls.world.project, annoproj.Session: calls.world.host,
                      annoproj.Store: calls.world.store}[owner]  # fmt: skip
            handle.close()
            handle.close()
            for function, method in functions_of(kind):
                if function["name"] in seen or method in ("close", "free"):
                    continue
                needed = [p for p in inspect.signature(getattr(handle, method)).parameters.values()
                          if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]  # fmt: skip
                with self.subTest(function["name"]), self.assertRaises(annoproj.InvalidError):
                    getattr(handle, method)(*[1 if p.name in ("row", "column", "schema", "array", "arrow") else "x" for p in needed])
        table = calls.table
        for by_hand in (len, iter, list, lambda t: t[0], lambda t: t.rows(), lambda t: t.to_pylist(), lambda t: t.to_pydict(),
                        lambda t: t.column_names, lambda t: t.column("user"), lambda t: t._repr_html_(),
                        lambda t: t.__arrow_c_stream__(), lambda t: t.__arrow_c_schema__(), lambda t: t.__arrow_c_array__()):  # fmt: skip
            with self.assertRaises(annoproj.InvalidError):
                by_hand(table)
        self.assertIn("closed", repr(table))

    def test_as_an_argument(self):
        """Closed ones, those of another store, and objects of another class where a handle is expected."""
        calls, other = self.calls(), self.calls("other")
        host, project = calls.world.host, calls.world.project
        with self.assertRaises(annoproj.InvalidError):
            host.can(other.world.project, annoproj.Operation.EXPORT)
        for wrong in (host, calls.world.free, 1, "project", object(), calls.table):
            with self.assertRaises(TypeError):
                host.can(wrong, annoproj.Operation.EXPORT)
        for wrong in (host, 1, True, threading.Event()):
            with self.assertRaises(TypeError):
                host.user_list(cancel=wrong)
        cancel = annoproj.Cancel.new()
        cancel.close()
        with self.assertRaises(annoproj.InvalidError):
            host.user_list(cancel=cancel)
        project.close()
        with self.assertRaises(annoproj.InvalidError):
            host.can(project, annoproj.Operation.EXPORT)
        with self.assertRaises(annoproj.InvalidError):
            annoproj.Session.user_list(annoproj.Session(ctypes.cast(1, _capi.annoproj_session_p)))

    def test_ids_of_another_store(self):
        calls, other = self.calls(), self.calls("other")
        far = other.world.host.data_units_add(other.world.dataset, titles=["far"] * 100)
        for name, (handle, method, arguments, keywords) in sorted(calls.notes.items()):
            for place, value in enumerate(arguments):
                if isinstance(value, int) and not isinstance(value, bool) and value > 1000:
                    changed = arguments[:place] + (far + 90,) + arguments[place + 1 :]
                    with self.subTest(name), contextlib.suppress(*MISTAKES):
                        use(getattr(handle, method), *changed, **keywords)
        self.assertEqual(calls.world.host.store_check().to_pylist(), [])

    def test_objects_without_init(self):
        for kind in KINDS.values():
            empty = kind.__new__(kind)
            for name in ("close", "__repr__"):
                with self.subTest(kind.__name__), contextlib.suppress(AttributeError):
                    getattr(empty, name)()
            del empty
        gc.collect()

    def test_pages_whose_tables_are_closed(self):
        project = self.calls().world.project
        count = 0
        for page in project.task_list_pages(limit=1):
            with page:
                count += len(page)
        self.assertEqual(count, len(project.task_list()))
        pages = project.task_list_pages(limit=1)  # abandoned half-way
        next(pages)
        pages.close()
        with self.assertRaises(ZeroDivisionError):
            for page in project.task_list_pages(limit=1):
                raise ZeroDivisionError
        pages = project.task_list_pages(limit=1)
        next(pages)
        project.close()
        with self.assertRaises(annoproj.InvalidError):
            list(pages)

    def test_views_outlive_everything(self):
        calls = self.calls()
        column = calls.table.column("user")
        expected = column.tolist()
        capsule = calls.table.__arrow_c_stream__()
        calls.table.close()
        calls.world.store.close()
        gc.collect()
        self.assertEqual(column.tolist(), expected)
        with self.assertRaises(TypeError):
            column[0] = 1
        del capsule
        _arrow.sweep()


class Collected(MisuseTest):
    def test_a_store_in_a_callback(self):
        """A store cannot be closed in a callback; one that the collector finds there is closed afterwards."""
        calls = self.calls()
        path = os.path.join(self.folder, "lost.annoproj")
        circle = [annoproj.create(path)]
        circle.append(circle)
        del circle

        def write(data):
            gc.collect()

        gc.disable()
        try:
            calls.world.project.export_coco(write=write)
        finally:
            gc.enable()
        annoproj.open(path).close()

    def test_finalizers_that_close(self):
        """Objects of the user whose finalizers close and use live handles, run at any place of a call by the collector."""
        calls = self.calls()
        world = calls.world
        count = [0]

        class Closes:
            def __init__(self):
                self.me = self
                self.handles = world.project.task_open(world.free.id()), calls.world.host.user_list()

            def __del__(self):
                count[0] += 1
                for handle in shared[:2] + list(self.handles):
                    handle.close()
                with contextlib.suppress(annoproj.InvalidError):
                    world.host.user_list()
                _arrow.sweep()

        before = gc.get_threshold()
        gc.set_threshold(20, 2, 2)
        try:
            for _ in range(150):
                shared = [world.host.user_list(), world.project.task_open(world.free.id())]
                Closes()
                for use_it in (lambda: shared[1].get().rows(), shared[0].__arrow_c_stream__, lambda: world.host.user_list().rows()):
                    with contextlib.suppress(annoproj.InvalidError):
                        use_it()
        finally:
            gc.set_threshold(*before)
        gc.collect()
        self.assertGreater(count[0], 100)

    def test_signal_handlers_that_close(self):
        """A handler runs in the middle of whatever the main thread does, and closes it."""
        self.python("""
            import itertools, signal
            store = annoproj.create("signal.annoproj", relaxed_durability=True)
            host = store.session_open(0)
            closed = 0
            def handler(*ignored):
                global closed
                for handle in current:
                    handle.close()
                closed += 1
            signal.signal(signal.SIGALRM, handler)
            main, current, done = threading.main_thread().ident, [], False
            signal.setitimer(signal.ITIMER_REAL, 0.0003, 0.0003)
            while closed < 600:
                current = [store.session_open(0)]
                try:
                    current.append(current[0].user_list())
                    while closed % 2 == 0:
                        current[0].user_list()
                        current[1].rows()
                        current[1].row_count()
                except (annoproj.InvalidError, annoproj.StateError):
                    pass
                finally:
                    for handle in current:
                        handle.close()
            signal.setitimer(signal.ITIMER_REAL, 0)
            store.close()
            assert os.listdir(".") == [name for name in os.listdir(".") if not name.endswith("-wal")]
        """)

    def test_interrupts_at_any_time(self):
        """Ctrl-C between any two steps of the package: handles stay usable, and closing them does not wait for ever."""
        self.python("""
            import signal
            def handler(*ignored):
                global interrupts
                if armed:
                    interrupts += 1
                    raise KeyboardInterrupt
            interrupts, armed = 0, False
            store = annoproj.create("interrupt.annoproj", relaxed_durability=True)
            host = store.session_open(0)
            signal.signal(signal.SIGALRM, handler)
            def interrupted(work):
                global armed
                try:
                    armed = True
                    signal.setitimer(signal.ITIMER_REAL, 0.0001 * (interrupts % 23 + 1), 0.0001)
                    work()
                except KeyboardInterrupt:
                    armed = False
                signal.setitimer(signal.ITIMER_REAL, 0)
            def work():
                handles[:] = [store.session_open(0)]
                handles.append(handles[0].user_list())
                while True:
                    handles[0].user_list().close()
                    handles[1].rows()
                    handles[1].row_count()
                    if interrupts % 3 == 0:
                        handles[0].close()
                        handles[0] = store.session_open(0)
            handles = []
            while interrupts < 1000:
                interrupted(work)
                for handle in handles:
                    closer = threading.Thread(target=handle.close, daemon=True)
                    closer.start()
                    closer.join(20)
                    assert not closer.is_alive() and handle.closed, interrupts
                host.user_list()
            store.close()
        """, quiet=False)  # Python tells what a finalizer was interrupted by

    def test_the_end_of_the_interpreter(self):
        """Whatever is left open: no crash, no message, and the log is folded into the file."""
        make = "store = annoproj.create('%s.annoproj'); host = store.session_open(0); host.user_create('a@x.org', 'A', 1)\n"
        for number, rest in enumerate((
            "table = host.user_list(); column = table.column('user')",
            "sys.modules['kept'] = [store, host, host.user_list(), annoproj.Cancel.new()]",
            "class Kept: pass\nkept = Kept(); kept.me = kept; kept.all = [store, host, host.user_list().column('user')]",
            "capsule = host.user_list().__arrow_c_stream__()",
            "events = host.store_events(0); next(events)",
            "def wait():\n  try: store.wait(store.wait(0), timeout=None)\n  except (annoproj.StateError, annoproj.InvalidError): pass\n"
            "threading.Thread(target=wait, daemon=True).start()",
            "import atexit; atexit.register(lambda: host.user_list())",
            "class Late:\n  def __del__(self, host=host):\n    try: host.user_list()\n    except (annoproj.InvalidError, annoproj.StateError): pass\n"
            "late = Late()",
            "import builtins; builtins.kept = (store, host, host.user_list())",
            "def work():\n  try:\n    while True: host.user_list().rows()\n  except (annoproj.StateError, annoproj.InvalidError): pass\n"
            "threading.Thread(target=work, daemon=True).start(); host.user_list()",
        )):  # fmt: skip
            with self.subTest(rest):
                self.python(make % number + rest)
                self.assertFalse(os.path.exists(os.path.join(self.folder, "%d.annoproj-wal" % number)))


class Callbacks(MisuseTest):
    """What callbacks must not do, they are refused; what they may do does not hurt the call they are in."""

    def make(self, **callbacks):
        store = annoproj.create(os.path.join(self.folder, "callbacks.annoproj"), relaxed_durability=True, **callbacks)
        self.addCleanup(store.close)
        return store, store.session_open(0)

    def test_raising(self):
        class Odd(BaseException):
            pass

        wrong = [None]

        def now():
            if wrong[0] is not None:
                if isinstance(wrong[0], type) and issubclass(wrong[0], BaseException):
                    raise wrong[0]("own")
                return wrong[0]
            return 1_767_603_600_000_000

        store, host = self.make(clock=now)
        for wrong[0] in (Odd, KeyboardInterrupt, SystemExit, GeneratorExit, StopIteration, MemoryError, RecursionError,
                         "text", 1.5, 2**70, -5 * 10**18, datetime.datetime(2024, 1, 1), [], b"", object()):  # fmt: skip
            before = wrong[0]
            with self.subTest(before), self.assertRaises(
                before if isinstance(before, type) else (TypeError, ValueError, OverflowError, annoproj.CallbackError)
            ):
                host.user_create("a@x.org", "A", annoproj.OrgRole.MEMBER)
        wrong[0] = None
        host.user_create("a@x.org", "A", annoproj.OrgRole.MEMBER)
        self.assertEqual(len(host.user_list()), 1)

    def test_random_of_the_wrong_length(self):
        given = [os.urandom]
        store, host = self.make(random=lambda length: given[0](length))
        for wrong in (lambda n: b"", lambda n: bytes(n + 1), lambda n: bytes(n - 1), lambda n: None, lambda n: "x" * n, lambda n: 1 / 0):
            given[0] = wrong
            with self.assertRaises((ValueError, TypeError, ZeroDivisionError)):
                host.user_create("a@x.org", "A", annoproj.OrgRole.MEMBER)
        given[0] = os.urandom
        host.user_create("a@x.org", "A", annoproj.OrgRole.MEMBER)

    def test_calling_back(self):
        """Every method, from a clock and from the write of an export: STATE when it needs the store."""
        calls = self.calls()
        world = calls.world
        answers, inside = {}, [False]

        def call_all(*ignored):
            if inside[0]:
                return
            inside[0] = True
            for name, (handle, method, arguments, keywords) in calls.notes.items():
                try:
                    use(getattr(handle, method), *arguments, **keywords)
                    answers[name] = None
                except annoproj.Error as error:
                    answers[name] = type(error)
            for static in (lambda: annoproj.create("new"), lambda: annoproj.open(world.path), world.store.close):
                with self.assertRaises(annoproj.StateError):
                    static()
            self.assertEqual(len(calls.table.rows()), len(calls.table))

        world.project.export_coco(write=call_all)
        self.assertEqual({name: kind for name, kind in answers.items() if kind is not annoproj.StateError}, {})
        self.assertTrue(inside[0])
        self.assertEqual(world.host.store_check().to_pylist(), [])

    def test_closing_what_the_call_runs_on(self):
        calls = self.calls()
        world = calls.world
        project = world.host.project_open(world.project.id())
        cancel = annoproj.Cancel.new()
        seen = []

        def write(data):
            for handle in (project, cancel, project, world.host):
                handle.close()
            seen.append((project.closed, cancel.closed))
            with self.assertRaises(annoproj.InvalidError):
                project.get()

        parts = []
        project.export_coco(write=lambda data: (parts.append(data), write(data)), cancel=cancel)
        self.assertEqual(set(seen), {(True, True)})
        json.loads(b"".join(parts))
        for handle in (project, cancel):
            self.assertIsNone(handle._pointer)
            handle.close()

    def test_closing_each_other(self):
        """Two threads, each in a callback on one handle, close the handle of the other."""
        calls = self.calls()
        world = calls.world
        projects = [world.host.project_open(world.project.id()) for _ in range(2)]
        meet = threading.Barrier(2, timeout=60)

        def work(number):
            first = [True]

            def write(data):
                if first.pop() if first else False:
                    meet.wait()
                    projects[1 - number].close()
                    meet.wait()

            projects[number].export_coco(write=write)

        self.threads(2, work)
        self.assertEqual([project._pointer for project in projects], [None, None])

    def test_a_cancel_freed_during_a_call(self):
        calls = self.calls()

        def work(number):
            for _ in range(100):
                cancel = annoproj.Cancel.new()
                closer = threading.Thread(target=cancel.close)
                closer.start()
                with contextlib.suppress(annoproj.InvalidError):
                    calls.world.host.user_list(cancel=cancel)
                closer.join()

        self.threads(4, work)


class Forked(MisuseTest):
    def child(self, work):
        """Runs work() in a child of fork, which is killed when it does not end."""
        child = os.fork()
        if child == 0:
            signal.alarm(30)
            code = 1
            try:
                work()
                code = 0
            except BaseException as error:
                os.write(2, ("in the child: %r\n" % error).encode())
            os._exit(code)
        self.assertEqual(os.waitpid(child, 0)[1], 0)

    def test_every_method_in_a_child(self):
        calls = self.calls()

        def work():
            for name, (handle, method, arguments, keywords) in calls.notes.items():
                try:
                    use(getattr(handle, method), *arguments, **keywords)
                    raise AssertionError(name)
                except annoproj.ForkedError:
                    pass
            for handle in [calls.table] + [note[0] for note in calls.notes.values()]:
                handle.close()
                handle.close()
            gc.collect()

        self.child(work)
        self.assertEqual(calls.world.host.store_check().to_pylist(), [])
        with self.assertRaises(annoproj.NotFoundError):
            calls.world.host.user_get(12345)

    def test_while_threads_call(self):
        """Whatever other threads held at the moment of the fork, the child does not wait for it."""
        calls = self.calls()
        world, stop = calls.world, threading.Event()
        task, table = world.free, calls.table

        def busy():
            while not stop.is_set():
                task.get().close()
                task.id()
                table.row_count()
                table.__arrow_c_stream__()

        def work():
            for handle in (task, world.host, world.project):
                try:
                    handle.get() if handle is not world.host else handle.user_list()
                    raise AssertionError(handle)
                except annoproj.ForkedError:
                    pass
            table.__arrow_c_stream__()
            annoproj.Cancel.new().trigger()
            for handle in (task, table, world.project, world.host, world.store):
                handle.close()

        threads = [threading.Thread(target=busy, daemon=True) for _ in range(3)]
        before = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        for thread in threads:
            thread.start()
        try:
            for _ in range(60):
                self.child(work)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
            sys.setswitchinterval(before)

    def test_in_a_callback(self):
        """The child goes on in the middle of the call; what it closes there is freed when the call has ended."""
        calls = self.calls()
        project = calls.world.project
        children = []

        def write(data):
            if not children:
                children.append(os.fork())
                if children[0] == 0:
                    signal.alarm(30)
                    project.close()

        try:
            project.export_coco(write=write)
        finally:
            if children == [0]:
                os._exit(0 if project.closed and project._pointer is None else 1)
        self.assertEqual(os.waitpid(children[0], 0)[1], 0)
        self.assertFalse(project.closed)

    def test_interrupts_in_a_child_of_a_thread(self):
        """A thread forks while the main thread is in a call: Ctrl-C in the child is the child's."""
        self.python("""
            import signal
            signal.signal(signal.SIGINT, signal.default_int_handler)
            store = annoproj.create("interrupt.annoproj")
            status = []
            def fork():
                while annoproj._interrupt._current is None:
                    pass
                child = os.fork()
                if child == 0:
                    signal.alarm(30)
                    try:
                        os.kill(os.getpid(), signal.SIGINT)
                        for _ in range(1000): pass
                        os._exit(1)
                    except KeyboardInterrupt:
                        os._exit(0)
                status.append(os.waitpid(child, 0)[1])
                store.close()
            thread = threading.Thread(target=fork)
            thread.start()
            try:
                store.wait(store.wait(0), timeout=60)
            except (annoproj.StateError, annoproj.InvalidError):
                pass
            thread.join()
            assert status == [0], status
        """)


if __name__ == "__main__":
    unittest.main()
