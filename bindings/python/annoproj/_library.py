"""Finds and loads the shared library."""

import ctypes
import ctypes.util
import os

ENVIRONMENT = "ANNOPROJ_LIBRARY"


def candidates(major):
    """Where the library may be, in the order of trying: (description, path)."""
    named = os.environ.get(ENVIRONMENT)
    if named:
        return [("$" + ENVIRONMENT, named)]
    name = "libannoproj.so.%d" % major
    places = [("the package", os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib", name))]
    places.append(("the system", ctypes.util.find_library("annoproj") or name))
    return places


def load(major, minor):
    """The library, if there is one of the interface version that this package was made for."""
    tried = []
    for place, path in candidates(major):
        if place == "the package" and not os.path.exists(path):
            tried.append("%s: no file %s" % (place, path))
            continue
        try:
            library = ctypes.CDLL(path)
        except OSError as error:
            tried.append("%s: %s" % (place, error))
            continue
        check(library, path, major, minor)
        return library
    raise ImportError(
        "libannoproj was not found. Set %s to the path of libannoproj.so.%d, or install the library. "
        "Tried: %s" % (ENVIRONMENT, major, "; ".join(tried))
    )


def check(library, path, major, minor):
    """Before 1.0 every minor version may change the interface; from then on newer minor versions only add."""
    try:
        number = library.annoproj_version_number
    except AttributeError:
        raise ImportError("%s is not libannoproj" % path) from None
    number.restype, number.argtypes = ctypes.c_int32, ()
    found = number()
    found_major, found_minor = found // 1000000, found // 1000 % 1000
    fits = found_minor == minor if major == 0 else found_minor >= minor
    if found_major != major or not fits:
        raise ImportError(
            "%s is libannoproj %d.%d, this package needs %d.%d: install the two from the same release"
            % (path, found_major, found_minor, major, minor)
        )


def bind(library, functions):
    """Gives every function its types."""
    for name, result, parameters in functions:
        try:
            function = getattr(library, name)
        except AttributeError:
            raise ImportError(
                "%s has no function %s: install library and package from the same release" % (library._name, name)
            ) from None
        function.restype = result
        function.argtypes = parameters
