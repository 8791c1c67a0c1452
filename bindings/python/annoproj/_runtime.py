"""Handles and calls: counting calls in flight, deadlines, cancel, callbacks, ownership of results."""

import atexit
import ctypes
import os
import sys
import threading
import weakref

from . import _arrow, _capi, _convert, _errors, _interrupt

DEFAULT_TIMEOUT = 30.0
_BY_NAME = {name: getattr(_capi, name) for name, _, _ in _capi.FUNCTIONS}
_local = threading.local()
_forks = 0


def _after_fork():
    global _forks
    _forks += 1


os.register_at_fork(after_in_child=_after_fork)


def _stack():
    try:
        return _local.stack
    except AttributeError:
        _local.stack = []
        return _local.stack


class Handle:
    """An object of the library. Use it with `with`, or close() it; closing again does nothing."""

    NOUN = "handle"
    FREE = None  # the C function that frees it
    FREE_TAKES_CALL = False

    def __init__(self, pointer, parent=None, keep=()):
        self._pointer = pointer
        self._parent = parent  # what it was made from lives as long as this
        self._keep = keep  # callbacks that the library may call
        self._calls = 0
        self._closing = False
        self._forks = _forks
        self._changed = threading.Condition(threading.Lock())
        if self.FREE_TAKES_CALL:
            _open.add(self)

    def _enter(self):
        with self._changed:
            if self._pointer is None or self._closing:
                raise _errors.make(_capi.ANNOPROJ_INVALID, "this %s is closed" % self.NOUN)
            self._calls += 1
            return self._pointer

    def _leave(self):
        with self._changed:
            self._calls -= 1
            if self._calls == 0:
                self._changed.notify_all()

    def _begin_close(self):
        """Stops new calls and waits for those in flight; where closing takes a call, the library does that, and ends calls
        that only wait. The pointer, or None when it is closed already.
        """
        if self._forks != _forks:
            pointer, self._pointer = self._pointer, None  # other threads, and their calls, stayed in the parent
            self._changed = threading.Condition(threading.Lock())
            return pointer
        if any(self in call.handles for call in _stack()):
            raise _errors.make(_capi.ANNOPROJ_STATE, "a callback may not close the %s its call runs on" % self.NOUN)
        with self._changed:
            while self._closing:
                self._changed.wait()
            if self._pointer is None:
                return None
            self._closing = True
            try:
                while self._calls and not self.FREE_TAKES_CALL:
                    self._changed.wait()
            except BaseException:
                self._end_close(False)
                raise
            return self._pointer

    def _end_close(self, closed):
        """With the lock held."""
        self._closing = False
        if closed:
            self._pointer = None
        self._changed.notify_all()

    def close(self):
        """Closes the handle; waits for calls that other threads have in flight on it."""
        pointer = self._begin_close()
        if pointer is None:
            return
        with self._changed:
            self._end_close(True)
        type(self).FREE(pointer)

    @property
    def closed(self):
        return self._pointer is None

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.close()

    def __del__(self):
        pointer = getattr(self, "_pointer", None)
        if pointer is None or sys is None or sys.is_finalizing():
            return
        self._pointer = None
        release(type(self), pointer)

    def __reduce__(self):
        raise TypeError("a %s cannot be pickled: open the store in each process" % self.NOUN)

    def __repr__(self):
        return "<annoproj.%s %s>" % (type(self).__name__, "closed" if self._pointer is None else "open")


_open: "weakref.WeakSet[Handle]" = weakref.WeakSet()


def release(kind, pointer):
    """Frees a pointer without an owner; nothing can be reported from here."""
    if kind.FREE_TAKES_CALL:
        call = _capi.annoproj_call()
        call.size = ctypes.sizeof(call)
        call.timeout_us = 1000000
        kind.FREE(pointer, ctypes.byref(call), None)
    else:
        kind.FREE(pointer)


@atexit.register
def _close_all():
    for handle in list(_open):
        pointer, handle._pointer = handle._pointer, None
        if pointer is not None and handle._calls == 0:
            release(type(handle), pointer)


class Call:
    """One call of the library: what it needs is collected first, then run() makes it."""

    def __init__(self, *, timeout=DEFAULT_TIMEOUT, cancel=None, request_key=None, progress=None, blocking=False):
        self.handles = []
        self.pointers = []
        self.memory = []
        self.callbacks = []
        self.lengths = {}
        self.results = []  # (pointer, how to free it) of owned results
        self.exception = None
        self.blocking = blocking
        self.error = _capi.annoproj_error_p()
        self.call = _capi.annoproj_call()
        self.call.size = ctypes.sizeof(self.call)
        self.call.timeout_us = 0 if timeout == DEFAULT_TIMEOUT else _convert.timeout_us(timeout)
        self.call.request_key = _convert.encode(request_key, "request_key", True)
        self.cancel = cancel
        if progress is not None:
            self.call.progress = self.callback(
                _capi.annoproj_progress_fn, progress, "progress", lambda done, total, _: (done, total)
            )
        if cancel is not None:
            from . import _api

            self.call.cancel = self.handle(cancel, _api.Cancel, "cancel")

    # ---- inputs ------------------------------------------------------------------------------------

    def handle(self, value, kind, name, nullable=False):
        """The pointer of a handle, which is held open until the call has ended."""
        if value is None and nullable:
            return None
        if not isinstance(value, kind):
            raise TypeError("%s must be %s, not %s" % (name, kind.__name__, type(value).__name__))
        if value._pointer is None:
            raise _errors.make(_capi.ANNOPROJ_INVALID, "this %s is closed" % value.NOUN)
        self.handles.append(value)
        return value._pointer

    def array(self, value, code, name, length, plus=0, nullable=True, times=False):
        """The address of an array. Its length is noted under `length`; arrays that share one must agree."""
        if value is None:
            if not nullable:
                raise TypeError("%s must not be None" % name)
            return None
        owner, count = _convert.flat(value, code, name, times)
        count -= plus
        if count < 0:
            raise ValueError("%s must have at least %d element" % (name, plus))
        known = self.lengths.setdefault(length, (count, name))
        if known[0] != count:
            raise ValueError(
                "%s has %d elements%s, but %s has %d"
                % (name, count, " (without the last)" if plus else "", known[1], known[0])
            )
        memory = _convert.Memory(owner)
        self.memory.append(memory)
        return memory.address

    def length(self, name):
        return self.lengths.get(name, (0, ""))[0]

    def texts(self, given, text):
        """Texts given as sequences of str, by name: one buffer for all, and the offsets of each."""
        chosen = {name: values for name, values in given.items() if values is not None}
        if not chosen:
            return text, {}
        if text is not None:
            raise TypeError("give either text with offsets, or %s" % ", ".join(sorted(chosen)))
        parts, offsets, start = [], {}, 0
        for name, values in chosen.items():
            data, ends = _convert.joined(values, name)
            for index in range(len(ends)):
                ends[index] += start
            start += len(data)
            parts.append(data)
            offsets[name] = ends
        return b"".join(parts), offsets

    def callback(self, kind, function, name, unpack, fill=None):
        """A C callback that calls a Python function. What it raises ends the call and is raised again after it."""
        if not callable(function):
            raise TypeError("%s must be callable" % name)

        def run(*arguments):
            try:
                value = function(*unpack(*arguments))
                if fill is not None:
                    fill(value, *arguments)
                return 0
            except BaseException as error:
                stack = _stack()
                if not stack:
                    raise  # outside of any call there is nobody to tell but sys.unraisablehook
                if stack[-1].exception is None:
                    stack[-1].exception = error
                return 1

        if kind._restype_ is None:
            inner = run

            def run(*arguments):
                inner(*arguments)

        made = kind(run)
        self.callbacks.append(made)
        return made

    # ---- the call ----------------------------------------------------------------------------------

    def pointer(self):
        return ctypes.byref(self.call)

    def error_pointer(self):
        return ctypes.byref(self.error)

    def _invoke(self, function, arguments):
        stack = _stack()
        stack.append(self)
        try:
            return function(*arguments)
        finally:
            stack.pop()

    def _interruptible(self, function, arguments):
        """As _invoke, while Ctrl-C triggers the call's cancel. Returns the status and the signal that came."""
        if self.call.cancel:
            status, guard = None, _interrupt.Guard(lambda: _capi.annoproj_cancel_trigger(self.call.cancel, None))
            with guard:
                status = self._invoke(function, arguments)
            return status, guard
        cancel = _capi.annoproj_cancel_p()
        if _capi.annoproj_cancel_new(ctypes.byref(cancel), None) < 0:
            return self._invoke(function, arguments), None
        lock = threading.Lock()
        alive = [True]

        def trigger():
            if lock.acquire(blocking=False):
                try:
                    if alive[0]:
                        _capi.annoproj_cancel_trigger(cancel, None)
                finally:
                    lock.release()

        guard = _interrupt.Guard(trigger)
        try:
            self.call.cancel = cancel
            with guard:
                status = self._invoke(function, arguments)
        finally:
            with lock:
                alive[0] = False
            self.call.cancel = _capi.annoproj_cancel_p()
            _capi.annoproj_cancel_free(cancel)
        return status, guard

    def run(self, function, *arguments):
        """Makes the call; raises what went wrong, else returns the status."""
        entered, guard = [], None
        try:
            for handle in self.handles:
                handle._enter()
                entered.append(handle)
            if self.blocking and _interrupt.wanted():
                status, guard = self._interruptible(function, arguments)
            else:
                status = self._invoke(function, arguments)
        finally:
            for handle in entered:
                handle._leave()
            for memory in self.memory:
                memory.release()
        failure = _errors.from_library(status, self.error) if status < 0 else None
        if self.exception is None and (guard is None or guard.noted is None) and failure is None:
            return status
        if status >= 0:
            self.discard()
        if guard is not None and guard.noted is not None:
            guard.old(*guard.noted)
        if self.exception is not None:
            raise self.exception
        if failure is not None:
            raise failure
        raise KeyboardInterrupt

    def plain(self, function, *arguments):
        """Calls a function that cannot fail."""
        entered = []
        try:
            for handle in self.handles:
                handle._enter()
                entered.append(handle)
            return self._invoke(function, arguments)
        finally:
            for handle in entered:
                handle._leave()

    def close(self, handle, function):
        """Closes a handle whose free function takes a call and may fail; then it stays open."""
        pointer = handle._begin_close()
        if pointer is None:
            return
        closed = False
        try:
            self.run(function, pointer, self.pointer(), self.error_pointer())
            closed = True
        finally:
            with handle._changed:
                handle._end_close(closed)

    # ---- results -----------------------------------------------------------------------------------

    def result(self, pointer, kind):
        """Notes an owned result, so that it is freed when something is raised after the call."""
        self.results.append((pointer, kind))
        return ctypes.byref(pointer)

    def discard(self):
        for pointer, kind in self.results:
            if pointer.value:
                if isinstance(kind, type):
                    release(kind, pointer)
                else:
                    kind(pointer)

    def made(self, pointer, kind, parent=None, **more):
        """The object of an owned handle; None when there is none."""
        if not pointer:
            return None
        return kind(pointer, parent, tuple(self.callbacks), **more)

    def text(self, pointer, free):
        if not pointer:
            return None
        try:
            return ctypes.string_at(pointer.value).decode("utf-8")
        finally:
            free(pointer)

    def bytes(self, pointer, length, free):
        if not pointer:
            return None
        try:
            return ctypes.string_at(pointer.value, length.value)
        finally:
            free(pointer)


class StreamBase(_arrow.Exporter, Handle):
    """An iterator of tables; each is fetched when it is asked for."""

    def __iter__(self):
        return self

    def __next__(self):
        table = self.next()
        if table is None:
            raise StopIteration
        return table


def pages(method, keywords):
    """The tables of a list, page by page."""
    token = keywords.pop("page", None)
    while True:
        table = method(page=token, **keywords)
        yield table
        token = table.next_page()
        if token is None:
            return


def fill_bytes(value, address, length):
    """What a callback that fills a buffer returned."""
    data = bytes(value)
    if len(data) != length:
        raise ValueError("expected %d bytes, got %d" % (length, len(data)))
    ctypes.memmove(address, data, length)
