"""From Python's values to C's, with a clear error where they do not fit, and back."""

import array
import ctypes
import datetime
import math
import operator
import os

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_MICROSECOND = datetime.timedelta(microseconds=1)
_LIMITS = {
    "c_int32": (-(2**31), 2**31 - 1),
    "c_int64": (-(2**63), 2**63 - 1),
    "c_uint32": (0, 2**32 - 1),
    "c_uint64": (0, 2**64 - 1),
    "c_size_t": (0, 2**64 - 1),
    "c_uint8": (0, 255),
}


def integer(value, name, kind):
    """ctypes would cut what does not fit."""
    number = operator.index(value)
    least, most = _LIMITS[kind]
    if not least <= number <= most:
        raise OverflowError("%s: %d does not fit, it must be between %d and %d" % (name, number, least, most))
    return number


def real(value, name):
    """float() would read texts."""
    if isinstance(value, (str, bytes, bytearray)):
        raise TypeError("%s must be a number, not %s" % (name, type(value).__name__))
    return float(value)


def address(value, name):
    """Where a struct lies that the library fills in."""
    number = operator.index(value)
    if not 0 < number < 2**64:
        raise ValueError("%s: %d is no address" % (name, number))
    return number


def microseconds(value, name="time"):
    """A time (aware datetime), a duration (timedelta) or a number of microseconds."""
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            raise ValueError("%s: %s has no time zone; use datetime(..., tzinfo=...)" % (name, value))
        return (value - EPOCH) // _MICROSECOND
    if isinstance(value, datetime.timedelta):
        return value // _MICROSECOND
    return integer(value, name, "c_int64")


def moment(value):
    """Microseconds since the epoch as an aware datetime."""
    return EPOCH + datetime.timedelta(microseconds=value)


def encode(value, name, nullable):
    if value is None and nullable:
        return None
    if not isinstance(value, str):
        raise TypeError("%s must be str%s, not %s" % (name, " or None" if nullable else "", type(value).__name__))
    data = value.encode("utf-8")
    if b"\0" in data:
        raise ValueError("%s must not contain NUL" % name)
    return data


def path(value, name, nullable):
    if value is None and nullable:
        return None
    data = os.fsencode(value)
    if b"\0" in data:
        raise ValueError("%s must not contain NUL" % name)
    return data


def decode(data):
    return None if data is None else data.decode("utf-8")


def enumeration(kind, value):
    """A value that is newer than this package stays a number."""
    try:
        return kind(value)
    except ValueError:
        return value


def timeout_us(value):
    """Seconds or timedelta; None and infinity are no limit. The C interface reads 0 as its default, so 0 becomes 1."""
    if value is None or value == math.inf:
        return -1
    if isinstance(value, datetime.timedelta):
        value = value.total_seconds()
    if not value >= 0:
        raise ValueError("timeout: %s is no number of seconds from 0 on" % value)
    return max(1, min(int(value * 1000000), 2**62))


class _PyBuffer(ctypes.Structure):
    _fields_ = [
        ("buf", ctypes.c_void_p),
        ("obj", ctypes.py_object),
        ("len", ctypes.c_ssize_t),
        ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int),
        ("format", ctypes.c_char_p),
        ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p),
        ("suboffsets", ctypes.c_void_p),
        ("internal", ctypes.c_void_p),
    ]


_get_buffer = ctypes.pythonapi.PyObject_GetBuffer
_get_buffer.argtypes = (ctypes.py_object, ctypes.POINTER(_PyBuffer), ctypes.c_int)
_get_buffer.restype = ctypes.c_int
_release_buffer = ctypes.pythonapi.PyBuffer_Release
_release_buffer.argtypes = (ctypes.POINTER(_PyBuffer),)
_release_buffer.restype = None


class Memory:
    """The address of an object's buffer, held until release(); reading only, so that constant objects fit too."""

    def __init__(self, owner):
        self.view = _PyBuffer()
        _get_buffer(owner, ctypes.byref(self.view), 0)
        self.address = self.view.buf
        self.length = self.view.len

    def release(self):
        if self.view is not None:
            view, self.view = self.view, None
            _release_buffer(ctypes.byref(view))

    __del__ = release


# Array code -> memory formats that are the same thing on 64-bit little-endian machines.
_FORMATS = {"q": "ql", "i": "i", "d": "d", "Q": "QL", "I": "I", "B": "Bbc?"}


def flat(value, code, name, times=False):
    """A contiguous buffer of the elements, and how many: the caller's own when its layout fits, else a copy. The view keeps the
    caller's object from growing or shrinking until it goes.
    """
    if isinstance(value, (str, bytes)) and code != "B":
        raise TypeError("%s must be a sequence of numbers, not %s" % (name, type(value).__name__))
    if code == "B" and isinstance(value, str):
        value = value.encode("utf-8")
    try:
        view = memoryview(value)
    except TypeError:
        view = None
    if view is not None and view.ndim == 1 and view.c_contiguous and view.format.lstrip("@=<") in tuple(_FORMATS[code]):
        return view, len(view)
    if times:
        value = [microseconds(item, name) for item in value]
    try:
        copy = array.array(code, value if view is None else view.tolist())
    except (TypeError, OverflowError) as error:
        raise type(error)("%s: %s" % (name, error)) from None
    return copy, len(copy)


def joined(values, name):
    """Texts as one buffer with offsets; None is an empty text."""
    if isinstance(values, (str, bytes)):
        raise TypeError("%s must be a sequence of texts, not one" % name)
    parts = [b"" if value is None else encode(value, name, False) for value in values]
    offsets = array.array("q", [0])
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return b"".join(parts), offsets
