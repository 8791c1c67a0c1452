"""Ctrl-C while a call runs in the main thread.

Python runs signal handlers between its own instructions only, so during a long call in the library nothing would
happen. While such a call runs, a byte is written by the interpreter's own C handler (signal.set_wakeup_fd); a helper
thread reads it and triggers the call's cancel. The Python handler only notes the signal, and what it was before gets
it when the call's results are in order. Other threads' calls and programs with a handler of their own are left alone.
"""

import os
import signal
import threading

_watch = None  # (process, write end) of the running helper
_current = None  # the guard of the call the main thread is in


def _watcher(reader):
    while True:
        try:
            data = os.read(reader, 64)
        except OSError:
            return
        if not data:
            return
        guard = _current
        if guard is None:
            continue
        if guard.forward not in (-1, None):
            try:
                os.write(guard.forward, data)
            except OSError:
                pass
        if signal.SIGINT in data:
            guard.trigger()


def _wakeup():
    """The file descriptor that wakes the helper; in a child of fork there is no helper yet."""
    global _watch
    if _watch is None or _watch[0] != os.getpid():
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        threading.Thread(target=_watcher, args=(reader,), name="annoproj-interrupt", daemon=True).start()
        _watch = (os.getpid(), writer)
    return _watch[1]


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
        self.thread = threading.get_ident()
        self.noted = None
        self.forward = None

    def _handler(self, number, frame):
        self.noted = (number, frame)
        self.trigger()

    def __enter__(self):
        global _current
        descriptor = _wakeup()
        self.old = signal.signal(signal.SIGINT, self._handler)
        self.forward = signal.set_wakeup_fd(descriptor, warn_on_full_buffer=False)
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
