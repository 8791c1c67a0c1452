"""Arrow's PyCapsule protocol: structs of the Arrow C data interface, handed to whoever asks, without any package.

A capsule's destructor may run while an exception is on its way, which a destructor written in Python would lose. So capsules
have none: those handed out are kept here, and whoever makes the next one gives up what nobody else holds any more.
"""

import collections
import ctypes
import sys
from typing import Any, Tuple

_api = ctypes.pythonapi
_api.PyMem_RawCalloc.argtypes = (ctypes.c_size_t, ctypes.c_size_t)
_api.PyMem_RawCalloc.restype = ctypes.c_void_p
_api.PyMem_RawFree.argtypes = (ctypes.c_void_p,)
_api.PyMem_RawFree.restype = None
_api.PyCapsule_New.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
_api.PyCapsule_New.restype = ctypes.py_object
_release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

# Name of the capsule -> size of the struct, and where in it `release` lies.
_STRUCTS = {b"arrow_schema": (72, 56), b"arrow_array": (80, 64), b"arrow_array_stream": (40, 24)}
_handed_out: "collections.deque[Tuple[Any, int, bytes]]" = collections.deque()  # (capsule, address of its struct, name)


def _free(address, name):
    """A consumer that took the content has set `release` to NULL."""
    release = ctypes.c_void_p.from_address(address + _STRUCTS[name][1]).value
    if release:
        _release(release)(address)
    _api.PyMem_RawFree(address)


def _references(entry):
    """How many references to its capsule there are, as this function counts them."""
    return sys.getrefcount(entry[0])


_OURS = _references((object(), 0, b""))  # of one that only its entry holds


def sweep():
    """Frees the structs of capsules that nobody holds any more. Each is looked at by who has taken it out: other threads, and
    finalizers that run in between, may be doing the same.
    """
    for _ in range(len(_handed_out)):
        try:
            entry = _handed_out.popleft()
        except IndexError:
            return
        if _references(entry) > _OURS:
            _handed_out.append(entry)
        else:
            _free(*entry[1:])


def capsule(name, fill):
    """A capsule around a struct that `fill` fills in, given its address."""
    sweep()
    address = _api.PyMem_RawCalloc(1, _STRUCTS[name][0])
    if not address:
        raise MemoryError
    try:
        fill(address)
        made = _api.PyCapsule_New(address, name, None)
    except BaseException:
        _free(address, name)
        raise
    _handed_out.append((made, address, name))
    return made


class Exporter:
    """What tables and streams share: both give a schema and a stream of record batches. A requested schema is a wish that
    the protocol lets a producer pass over."""

    def __arrow_c_schema__(self):
        return capsule(b"arrow_schema", self.arrow_schema)

    def __arrow_c_stream__(self, requested_schema=None):
        return capsule(b"arrow_array_stream", self.arrow_stream)
