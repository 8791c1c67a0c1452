"""Ctrl-C while a call runs in the main thread.

Python runs signal handlers between its own instructions only, so during a long call in the library nothing would
happen. While such a call runs, a byte is written by the interpreter's own C handler (signal.set_wakeup_fd); a helper
thread reads it and triggers the call's cancel. The Python handler only notes the signal, and what it was before gets
it when the call's results are in order. Other threads' calls and programs with a handler of their own are left alone.
"""

import os
import signal
import threading

_current = None  # the guard of the call the main thread is in
_watch = None  # the helper that is running
_spent = None  # the one before it


class _Watch:
    """A pipe, and the helper that reads it. A byte may reach the helper when its call has ended, so that the call after one to
    which Ctrl-C came gets a helper of its own: no call is cancelled by what was meant for another."""

    def __init__(self):
        self.process, self.spent = os.getpid(), False
        reader, self.writer = os.pipe()
        os.set_blocking(self.writer, False)
        threading.Thread(target=self._run, args=(reader,), name="annoproj-interrupt", daemon=True).start()

    def _run(self, reader):
        while True:
            data = os.read(reader, 64)
            if not data:
                os.close(reader)
                return
            guard = _current
            if guard is None or guard.watch is not self:
                continue
            if guard.forward not in (-1, None):
                try:
                    os.write(guard.forward, data)
                except OSError:
                    pass
            if signal.SIGINT in data:
                guard.trigger()


def _fresh_watch():
    """The helper for the next call; in a child of fork there is none yet."""
    global _watch, _spent
    if _watch is not None and _watch.process != os.getpid():
        _watch = _spent = None
    if _watch is None or _watch.spent:
        done = _spent
        _watch, _spent = _Watch(), _watch
        if done is not None:
            os.close(done.writer)  # nobody writes there any more
    return _watch


def wanted():
    """Whether Ctrl-C is to end the call: in the main thread, with Python's own handler, not inside another call."""
    return (
        _current is None
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )


class Guard:
    """Around one call; afterwards `noted` says whether Ctrl-C came."""

    def __init__(self, trigger):
        self.trigger = trigger
        self.watch = None
        self.thread = threading.get_ident()
        self.noted = None
        self.forward = None

    def _handler(self, number, frame):
        self.noted = (number, frame)
        self.watch.spent = True
        self.trigger()

    def __enter__(self):
        global _current
        self.watch = _fresh_watch()
        self.old = signal.signal(signal.SIGINT, self._handler)
        self.forward = signal.set_wakeup_fd(self.watch.writer, warn_on_full_buffer=False)
        _current = self
        return self

    def __exit__(self, *ignored):
        global _current
        _current = None
        signal.set_wakeup_fd(self.forward, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, self.old)


def _after_fork():
    """When another thread forked, the child's Ctrl-C is not for a call that only the parent is in."""
    if _current is not None and _current.thread != threading.get_ident():
        _current.__exit__()


os.register_at_fork(after_in_child=_after_fork)
