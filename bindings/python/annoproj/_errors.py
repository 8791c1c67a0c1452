"""The base of all exceptions, and how an error object of the library becomes one."""

import typing

from . import _capi


class Error(Exception):
    """A call failed. `status` is a Status, `message` one line for a person, `details` pairs of key and value."""

    STATUS: typing.Optional[int] = None

    def __init__(self, message, status=None, details=()):
        super().__init__(message)
        self.message = message
        self.status = self.STATUS if status is None else status
        self.details = tuple(details)

    def detail(self, key, default=None):
        """The first detail with that key."""
        return next((value for name, value in self.details if name == key), default)

    def __reduce__(self):
        return type(self), (self.message, self.status, self.details)


CLASSES: typing.Dict[int, typing.Type[Error]] = {}  # status -> exception class, filled by the generated module


def make(status, message, details=()):
    """The exception of a status; one that is newer than this package is a plain Error."""
    kind = CLASSES.get(status, Error)
    return kind(message, None if kind is not Error else status, details)


def from_library(status, error):
    """The exception of a failed call; frees the error object."""
    if not error:
        name = (_capi.annoproj_status_name(status) or b"").decode("utf-8", "replace")
        return make(status, "%s: the library gave no message" % name)
    try:

        def text(value):
            return (value or b"").decode("utf-8", "replace")

        details = [
            (text(_capi.annoproj_error_detail_key(error, index)), text(_capi.annoproj_error_detail_value(error, index)))
            for index in range(_capi.annoproj_error_detail_count(error))
        ]
        return make(status, text(_capi.annoproj_error_message(error)), details)
    finally:
        _capi.annoproj_error_free(error)
