"""Handles and calls: counting calls in flight, deadlines, cancel, callbacks, ownership of results."""

import atexit
import ctypes
import os
import sys
import threading
import typing
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
    """The calls that this thread is inside of. More than one when a callback, a signal handler or a finalizer calls."""
    try:
        stack = _local.stack
    except AttributeError:
        stack = _local.stack = []
    while stack and stack[-1].ended:  # Ctrl-C came while it was ending
        stack.pop()
    return stack


class Handle:
    """An object of the library. Use it with `with`, or close() it; closing again does nothing.

    Callbacks, signal handlers and finalizers run in the middle of a call of their own thread, and may use and close anything:
    so the lock is re-entrant, and such a close never waits, since what it would wait for may be under it. The lock is taken
    itself, not by its condition, whose methods are Python's: Ctrl-C at their beginning would leave it taken.
    """

    NOUN = "handle"
    FREE = None  # the C function that frees it
    FREE_TAKES_CALL = False

    def __init__(self, pointer, parent=None, keep=()):
        self._pointer = pointer
        self._parent = parent  # what it was made from lives as long as this
        self._keep = keep  # callbacks that the library may call
        self._calls = set()  # those in flight
        self._closing = None  # the thread that is closing it
        self._left = False  # closed; the last call in flight frees it
        self._forks = _forks
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        if self.FREE_TAKES_CALL:
            _open.add(self)

    def _enter(self, call):
        """Holds the handle open for a call until _leave()."""
        if self._forks != _forks:
            self._forked()
        with self._lock:
            if self.closed or self._closing is not None:
                raise _errors.make(_capi.ANNOPROJ_INVALID, "this %s is closed" % self.NOUN)
            self._calls.add(call)

    def _leave(self, call):
        """Also for a call whose _enter() something interrupted."""
        pointer = None
        with self._lock:
            self._calls.discard(call)
            if not self._in_flight():
                if self._left:
                    pointer, self._pointer = self._pointer, None
                self._changed.notify_all()
        if pointer is not None:
            self._free(pointer)

    def _in_flight(self):
        return any(not call.ended for call in self._calls)

    def _forked(self):
        """In a child of fork: other threads, their calls and whatever they had locked stayed in the parent."""
        self._forks = _forks
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._calls = self._calls.intersection(_stack())
        self._closing = None

    def _begin_close(self):
        """Stops new calls and waits for those in flight. The pointer, to be freed; None when it is closed already or left to the
        last of its calls. Where closing takes a call, the library waits, and ends calls that only wait; _end_close() follows.
        """
        if self._forks != _forks:
            self._forked()
        here = threading.get_ident()
        with self._lock:
            while self._closing not in (None, here):
                self._changed.wait()
            if self.closed or self._closing == here:
                return None
            if not self.FREE_TAKES_CALL and self._in_flight() and _stack():
                self._left = True
                return None
            self._closing = here
            if self.FREE_TAKES_CALL:
                return self._pointer
            closed = False
            try:
                while self._in_flight():
                    self._changed.wait()
                closed = True
                return self._pointer
            finally:
                self._closing = None  # first of all: Ctrl-C comes where a function begins
                if closed:
                    self._pointer = None
                self._changed.notify_all()

    def _end_close(self, closed):
        """With the lock held."""
        self._closing = None
        if closed:
            self._pointer = None
        self._changed.notify_all()

    def close(self):
        """Closes the handle; waits for calls that other threads have in flight on it. In a callback it does not wait: calls in
        flight end as they would have, and the last one frees it.
        """
        pointer = self._begin_close()
        if pointer is not None:
            self._free(pointer)

    def _free(self, pointer):
        type(self).FREE(pointer)

    @property
    def closed(self):
        closing = self._closing is not None and not self.FREE_TAKES_CALL  # a store stays open when its close fails
        return self._pointer is None or self._left or closing

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
        return "<annoproj.%s %s>" % (type(self).__name__, "closed" if self.closed else "open")


_open: "weakref.WeakSet[Handle]" = weakref.WeakSet()
_unowned: typing.List[typing.Tuple[typing.Any, typing.Any]] = []  # what release() leaves to the end of a call


def release(kind, pointer):
    """Frees a pointer without an owner; nothing can be reported from here. What is collected in a callback, where no store can
    be closed, is closed after the call that it belongs to.
    """
    if kind.FREE_TAKES_CALL:
        if _stack():
            _unowned.append((kind, pointer))
            return
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
        if pointer is not None:
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
        self.ended = False
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
        if value.closed:
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

    def _begin(self):
        _stack().append(self)
        for handle in self.handles:
            handle._enter(self)

    def _end(self):
        """Ctrl-C may come even in here, or before it, so that `ended` is set by then: nobody waits for such a call."""
        for handle in self.handles:
            handle._leave(self)
        for memory in self.memory:
            memory.release()
        while _unowned and not _stack():
            release(*_unowned.pop())

    def _invoke(self, function, arguments):
        return function(*arguments)

    def _interruptible(self, function, arguments):
        """Calls it, while Ctrl-C triggers the call's cancel. Returns the status and the signal that came."""
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
        guard = None
        try:
            self._begin()
            if self.blocking and _interrupt.wanted():
                status, guard = self._interruptible(function, arguments)
            else:
                status = self._invoke(function, arguments)
        finally:
            self.ended = True
            self._end()
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
        try:
            self._begin()
            return self._invoke(function, arguments)
        finally:
            self.ended = True
            self._end()

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
            with handle._lock:
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
        token = table.next_page()  # before the caller has it, who may close it
        yield table
        if token is None:
            return


def fill_some(value, address, length, count):
    """What a callback that fills a part of a buffer returned."""
    data = value.encode() if isinstance(value, str) else bytes(value)
    if len(data) > length:
        raise ValueError("expected at most %d bytes, got %d" % (length, len(data)))
    ctypes.memmove(address, data, len(data))
    count[0] = len(data)


def fill_bytes(value, address, length):
    """What a callback that fills a buffer returned."""
    data = bytes(value)
    if len(data) != length:
        raise ValueError("expected %d bytes, got %d" % (length, len(data)))
    ctypes.memmove(address, data, length)
