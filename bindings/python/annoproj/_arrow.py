"""Arrow's PyCapsule protocol: structs of the Arrow C data interface, handed to whoever asks, without any package."""

import ctypes

_api = ctypes.pythonapi
_api.PyMem_RawCalloc.argtypes = (ctypes.c_size_t, ctypes.c_size_t)
_api.PyMem_RawCalloc.restype = ctypes.c_void_p
_api.PyMem_RawFree.argtypes = (ctypes.c_void_p,)
_api.PyMem_RawFree.restype = None
_api.PyCapsule_New.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
_api.PyCapsule_New.restype = ctypes.py_object
# In a destructor the capsule is dying already, so it must not become a Python object again.
_pointer_of = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)(("PyCapsule_GetPointer", _api))
_release = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

# Name of the capsule -> size of the struct, and where in it `release` lies.
_STRUCTS = {b"arrow_schema": (72, 56), b"arrow_array": (80, 64), b"arrow_array_stream": (40, 24)}


def _free(address, name):
    """A consumer that took the content has set `release` to NULL."""
    release = ctypes.c_void_p.from_address(address + _STRUCTS[name][1]).value
    if release:
        _release(release)(address)
    _api.PyMem_RawFree(address)


def _destructor(name):
    @ctypes.PYFUNCTYPE(None, ctypes.c_void_p)
    def destroy(capsule):
        _free(_pointer_of(capsule, name), name)

    _api.Py_IncRef(ctypes.py_object(destroy))  # capsules may outlive this module
    return ctypes.cast(destroy, ctypes.c_void_p)


_destructors = {name: _destructor(name) for name in _STRUCTS}


def capsule(name, fill):
    """A capsule around a struct that `fill` fills in, given its address."""
    address = _api.PyMem_RawCalloc(1, _STRUCTS[name][0])
    if not address:
        raise MemoryError
    try:
        fill(address)
        return _api.PyCapsule_New(address, name, _destructors[name])
    except BaseException:
        _free(address, name)
        raise


class Exporter:
    """What tables and streams share: both give a schema and a stream of record batches. A requested schema is a wish that
    the protocol lets a producer pass over."""

    def __arrow_c_schema__(self):
        return capsule(b"arrow_schema", self.arrow_schema)

    def __arrow_c_stream__(self, requested_schema=None):
        return capsule(b"arrow_array_stream", self.arrow_stream)
