"""A program that reads stores by SQL: the system's SQLite through ctypes, with the extension loaded. It gives values with their exact
types, steps through a statement one row at a time, and says codes and messages of failures."""

import ctypes
import ctypes.util
import os
import subprocess
import sys

EXTENSION = os.environ["ANNOPROJ_SQL"]
OK, ROW, DONE, ERROR, CORRUPT, NOTADB, INTERRUPT = 0, 100, 101, 1, 11, 26, 9
OPEN_READWRITE, OPEN_CREATE, OPEN_URI = 2, 4, 0x40
DBCONFIG_ENABLE_LOAD_EXTENSION = 1005
TRANSIENT = ctypes.c_void_p(-1)

sqlite = ctypes.CDLL(ctypes.util.find_library("sqlite3"))
for name, result, arguments in (
    ("open_v2", ctypes.c_int, "sPis"), ("close", ctypes.c_int, "P"), ("errmsg", ctypes.c_char_p, "P"), ("extended_errcode", ctypes.c_int, "P"),
    ("load_extension", ctypes.c_int, "PssP"), ("prepare_v2", ctypes.c_int, "PsiPP"), ("step", ctypes.c_int, "P"),
    ("finalize", ctypes.c_int, "P"), ("column_count", ctypes.c_int, "P"), ("column_name", ctypes.c_char_p, "Pi"),
    ("column_type", ctypes.c_int, "Pi"), ("column_int64", ctypes.c_int64, "Pi"), ("column_double", ctypes.c_double, "Pi"),
    ("column_blob", ctypes.c_void_p, "Pi"), ("column_bytes", ctypes.c_int, "Pi"), ("bind_int64", ctypes.c_int, "PiI"),
    ("bind_text", ctypes.c_int, "PisiP"), ("bind_double", ctypes.c_int, "Pid"), ("bind_null", ctypes.c_int, "Pi"),
    ("interrupt", None, "P"), ("free", None, "P"),
):
    kinds = {"s": ctypes.c_char_p, "P": ctypes.c_void_p, "i": ctypes.c_int, "I": ctypes.c_int64, "d": ctypes.c_double}
    function = getattr(sqlite, "sqlite3_" + name)
    function.restype, function.argtypes = result, [kinds[kind] for kind in arguments]


class Failure(Exception):
    def __init__(self, code, message):
        super().__init__("%d: %s" % (code, message))
        self.code, self.message = code & 0xFF, message


class Connection:
    def __init__(self, uri, load=EXTENSION):
        self.handle = ctypes.c_void_p()
        flags = OPEN_READWRITE | OPEN_CREATE | OPEN_URI
        self.check(sqlite.sqlite3_open_v2(os.fsencode(uri), ctypes.byref(self.handle), flags, None))
        if load is not None:
            self.load(load)

    def load(self, path):
        configure = sqlite.sqlite3_db_config  # variadic
        self.check(configure(self.handle, DBCONFIG_ENABLE_LOAD_EXTENSION, ctypes.c_int(1), None))
        message = ctypes.c_void_p()
        code = sqlite.sqlite3_load_extension(self.handle, os.fsencode(path), None, ctypes.byref(message))
        if code != OK:
            said = ctypes.string_at(message) if message else b""
            sqlite.sqlite3_free(message)
            raise Failure(code, said.decode())

    def check(self, code):
        if code not in (OK, ROW, DONE):
            raise Failure(code, sqlite.sqlite3_errmsg(self.handle).decode(errors="replace"))
        return code

    def steps(self, text, *values):
        """One row after the other; the statement ends with the generator."""
        statement = ctypes.c_void_p()
        self.check(sqlite.sqlite3_prepare_v2(self.handle, text.encode(), -1, ctypes.byref(statement), None))
        try:
            for place, value in enumerate(values, 1):
                self.bind(statement, place, value)
            columns = range(sqlite.sqlite3_column_count(statement))
            self.names = [sqlite.sqlite3_column_name(statement, i).decode() for i in columns]
            while self.check(sqlite.sqlite3_step(statement)) == ROW:
                yield tuple(self.value(statement, i) for i in columns)
        finally:
            sqlite.sqlite3_finalize(statement)

    def bind(self, statement, place, value):
        if value is None:
            self.check(sqlite.sqlite3_bind_null(statement, place))
        elif isinstance(value, int):
            self.check(sqlite.sqlite3_bind_int64(statement, place, value))
        elif isinstance(value, float):
            self.check(sqlite.sqlite3_bind_double(statement, place, value))
        else:
            self.check(sqlite.sqlite3_bind_text(statement, place, value.encode(), -1, TRANSIENT))

    @staticmethod
    def value(statement, i):
        kind = sqlite.sqlite3_column_type(statement, i)
        if kind == 1:
            return sqlite.sqlite3_column_int64(statement, i)
        if kind == 2:
            return sqlite.sqlite3_column_double(statement, i)
        if kind == 5:
            return None
        data = sqlite.sqlite3_column_blob(statement, i)
        found = ctypes.string_at(data, sqlite.sqlite3_column_bytes(statement, i)) if data else b""
        return found if kind == 4 else found.decode(errors="replace")

    def rows(self, text, *values):
        return list(self.steps(text, *values))

    def dicts(self, text, *values):
        return [dict(zip(self.names, row)) for row in self.steps(text, *values)]

    def one(self, text, *values):
        ((found,),) = self.rows(text, *values)
        return found

    def interrupt(self):
        sqlite.sqlite3_interrupt(self.handle)

    def close(self):
        self.check(sqlite.sqlite3_close(self.handle))  # BUSY when a statement was left behind
        self.handle = None

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self.handle:
            self.close()


def read_only(path, more=""):
    return Connection("file:%s?mode=ro%s" % (path, more))


def python_that_loads():
    """A Python whose sqlite3 loads extensions; None when there is none."""
    for python in (sys.executable, "/usr/bin/python3"):
        asked = subprocess.run([python, "-c", "import sqlite3; sqlite3.Connection.enable_load_extension"], capture_output=True)
        if asked.returncode == 0:
            return python
    return None
