"""Random steps on the handles of two stores, by one thread and by many, against a model that knows which are closed; and whether
anything is left of them afterwards. MISUSE_STEPS=n sets how many, TEST_SEED=n repeats a run."""

import gc
import os
import random
import threading
import unittest

import annoproj
from annoproj import _runtime

from misuse import MisuseTest

STEPS = int(os.environ.get("MISUSE_STEPS", "6000"))


class Sequences(MisuseTest):
    """Random steps on handles of two stores, against a model that knows which are closed."""

    def open_all(self, calls):
        world = calls.world
        return [world.store, world.host, world.project, world.own, world.stage, world.free, world.query, world.stream,
                world.host.user_list(), annoproj.Cancel.new()]  # fmt: skip

    def step(self, handle, calls):
        """One call that fits the handle; a new handle or None."""
        chance = self.random.random()
        if isinstance(handle, annoproj.Store):
            return handle.session_open(0)
        if isinstance(handle, annoproj.Session):
            if chance < 0.5:
                return handle.project_open(calls.world.project_id)
            return handle.user_list() if chance < 0.9 else handle.store_events(0)
        if isinstance(handle, annoproj.Project):
            if chance < 0.3:
                return handle.task_open(calls.world.task_id)
            if chance < 0.5:
                return handle.stage_open("annotate")
            return handle.query_open() if chance < 0.7 else handle.task_list() if chance < 0.9 else handle.events(0)
        if isinstance(handle, annoproj.Stage):
            return handle.pathways()
        if isinstance(handle, annoproj.Task):
            return handle.get() if chance < 0.7 else handle.labels()
        if isinstance(handle, annoproj.Query):
            return handle.task_actions()
        if isinstance(handle, annoproj.Stream):
            return handle.next()
        if isinstance(handle, annoproj.Cancel):
            return None if chance < 0.98 else handle.trigger()
        handle.row_count()
        if chance < 0.5:
            handle.rows()
        elif chance < 0.6:
            handle.__arrow_c_stream__()
        return None

    def prepare(self, calls):
        calls.world.project_id, calls.world.task_id = calls.world.project.id(), calls.world.free.id()
        calls.world.own = calls.world.worker.project_open(calls.world.project_id)
        return calls

    def test_one_thread(self):
        stores = [self.prepare(self.calls(name)) for name in ("a", "b")]
        alive = [(handle, calls) for calls in stores for handle in self.open_all(calls)[1:]]
        dead = []
        for _ in range(STEPS):
            chance = self.random.random()
            handle, calls = self.random.choice(dead if dead and chance < 0.2 else alive)
            was_closed = handle.closed
            if chance > 0.9:
                handle.close()
                self.assertTrue(handle.closed)
                if (handle, calls) in alive:
                    alive.remove((handle, calls))
                dead.append((handle, calls))
            elif chance > 0.88 and len(alive) > 60:
                alive.remove((handle, calls)) if (handle, calls) in alive else None
                circle = [handle]
                circle.append(circle)
            else:
                try:
                    made = self.step(handle, calls)
                    self.assertTrue(not was_closed or isinstance(handle, annoproj.Cancel), self.seed)
                    if isinstance(made, _runtime.Handle):
                        alive.append((made, calls))
                except annoproj.InvalidError:
                    self.assertTrue(was_closed, self.seed)
                except (annoproj.StateError, annoproj.NotFoundError, annoproj.PermissionError, annoproj.ConflictError):
                    self.assertFalse(was_closed, self.seed)
            del dead[: max(0, len(dead) - 50)]
            while len(alive) > 200:
                alive.pop(self.random.randrange(len(alive)))
            if len(alive) < 20:
                alive += [(calls.world.store.session_open(0), calls) for calls in stores for _ in range(10)]
        for calls in stores:
            calls.world.store.close()
        for handle, calls in alive:
            if not isinstance(handle, (annoproj.Table, annoproj.Cancel, annoproj.Stream)):  # a stream may have ended
                with self.assertRaises(annoproj.StateError, msg=repr(handle)):
                    self.step(handle, calls)

    def test_many_threads(self):
        calls = self.prepare(self.calls())
        handles = self.open_all(calls)[1:]
        places = len(handles)

        def work(number):
            chance = random.Random(number)
            for _ in range(STEPS // 40):
                place = chance.randrange(places)
                handle = handles[place]
                if chance.random() < 0.1:
                    handle.close()
                    if isinstance(handle, annoproj.Session):
                        handles[place] = calls.world.store.session_open(0)
                else:
                    try:
                        made = self.step(handle, calls)
                        if isinstance(made, _runtime.Handle):
                            handles[chance.randrange(1, places)] = made
                    except annoproj.InvalidError:
                        self.assertTrue(handle.closed)
                    except (annoproj.NotFoundError, annoproj.PermissionError, annoproj.ConflictError):
                        pass

        self.threads(8, work)
        for handle in handles:
            self.assertEqual(handle._calls, set())
        self.assertEqual(calls.world.worker.project_open(calls.world.project_id).get().rows()[0].project, calls.world.project_id)

    def test_the_store_is_closed_under_threads(self):
        for round in range(5):
            calls = self.prepare(self.calls(str(round)))
            handles = self.open_all(calls)
            started = threading.Barrier(5, timeout=60)

            def work(number):
                started.wait()
                if number == 0:
                    handles[1].user_list()
                    calls.world.store.close()
                    return
                for _ in range(100):
                    for handle in handles:
                        try:
                            made = self.step(handle, calls)
                            if isinstance(made, _runtime.Handle):
                                made.close()
                        except (annoproj.InvalidError, annoproj.StateError, annoproj.PermissionError, annoproj.ConflictError):
                            pass

            self.threads(5, work)
            self.assertEqual([name for name in os.listdir(calls.world.folder) if name.endswith("-wal")], [])

    def test_nothing_leaks(self):
        """With an allocator that counts: when all is closed or collected, nothing is left of any of it."""
        self.python("""
            import ctypes, random
            sys.path.insert(0, %r)
            from annoproj import _arrow, _capi
            libc = ctypes.CDLL(None)
            libc.realloc.restype, libc.realloc.argtypes = ctypes.c_void_p, (ctypes.c_void_p, ctypes.c_size_t)
            libc.free.restype, libc.free.argtypes = None, (ctypes.c_void_p,)
            alive = 0
            @_capi.annoproj_reallocate_fn
            def reallocate(memory, size, unused):
                global alive
                if size == 0:
                    alive -= 1
                    libc.free(memory)
                    return None
                moved = libc.realloc(memory, size)
                alive += memory is None
                return moved
            assert _capi.annoproj_allocator_set(reallocate, None, None) == 0
            import test_binding_sequences
            class Test(test_binding_sequences.Sequences):
                pass
            test_binding_sequences.STEPS = 1500
            counts = []
            for round in range(3):
                for name in ("test_one_thread", "test_many_threads", "test_the_store_is_closed_under_threads"):
                    outcome = Test(name).run()
                    assert outcome.wasSuccessful(), outcome.failures + outcome.errors
                    del outcome
                gc.collect()
                _arrow.sweep()
                counts.append(alive)
            assert counts[0] == counts[1] == counts[2], counts
        """ % os.path.dirname(os.path.abspath(__file__)))


if __name__ == "__main__":
    unittest.main()
