"""The typed classes: enums, exceptions, rows, tables, handles with their methods, and module functions."""

import builtins

import write_stubs
from python_method import Method
from python_names import ApiError, camel, error_class, member, strip
from write_abi import MARK

# What the hand-written runtime does itself, and why it is no method.
BY_HAND = {
    "annoproj_table_column": "Table.column, column_info and column_values",
    "annoproj_allocator_set": "an allocator in Python would run while the interpreter is busy with its own memory",
    "annoproj_free": "owned text is freed when it has become str",
}
RUNTIME_BASES = {"annoproj_table": "_table.TableBase", "annoproj_stream": "_runtime.StreamBase"}


class Api:
    """All classes and functions of the module."""

    def __init__(self, model):
        self.model = model
        self.structs = {struct["name"]: struct for struct in model["structs"]}
        self.callbacks = {callback["name"]: callback for callback in model["callbacks"]}
        self.handles = {handle["name"]: handle for handle in model["handles"] if handle["name"] != "annoproj_error"}
        status = next(enum for enum in model["enums"] if enum["name"] == "annoproj_status")
        self.statuses = [
            (value["name"][len("ANNOPROJ_") :], value["value"], value["doc"]) for value in status["values"]
        ]
        self.none = next(value for name, value, _ in self.statuses if name == "NONE")
        self.methods = {name: [] for name in self.handles}
        self.statics = {name: [] for name in self.handles}
        self.functions = []
        self.closers = {}
        frees = {handle["free"]: handle for handle in model["handles"] if handle["free"]}
        for function in model["functions"]:
            name = function["name"]
            if name in BY_HAND or name.startswith("annoproj_error_") or name.endswith("_init"):
                continue
            if name in frees:
                if frees[name]["free_takes_call"]:
                    self.closers[frees[name]["name"]] = function
                continue
            method = Method(self, function)
            if method.self_:
                self.methods[method.owner].append(method)
            else:
                self.functions.append(method)
                if method.owner:
                    self.statics[method.owner].append(method)
        self.check_names()

    def static_owner(self, name):
        """The handle whose noun a function without handle begins with."""
        found = [handle for handle in self.handles if name.startswith(handle + "_")]
        return max(found, key=len) if found else None

    def is_handle(self, hint):
        base = hint.split("[")[0]
        return base.endswith("Table") or any(base == camel(strip(name)) for name in self.handles)

    def check_names(self):
        for handle in self.handles:
            names = [method.name for method in self.methods[handle] + self.statics[handle]] + ["close", "closed"]
            for name in names:
                if names.count(name) > 1:
                    raise ApiError("class %s would have %s twice" % (camel(strip(handle)), name))

    # ---- callbacks ---------------------------------------------------------------------------------

    def callback_parts(self, item):
        """For each parameter but user_data: (kind, name, length)."""
        parameters = self.callbacks[item["type"]["base"]]["parameters"][:-1]
        parts, index = [], 0
        while index < len(parameters):
            current = parameters[index]
            type_ = current["type"]
            following = parameters[index + 1] if index + 1 < len(parameters) else None
            if type_["base"] == "void" and type_["pointers"] == 1 and following and following["name"] == "length":
                parts.append(("data" if type_["const"] else "buffer", current["name"], "length"))
                index += 1
            elif type_["base"] == "char" and type_["pointers"] == 1:
                parts.append(("text", current["name"], None))
            elif type_["pointers"] == 1:
                parts.append(("result", current["name"], None))
            else:
                parts.append(("value", current["name"], None))
            index += 1
        return parts

    def callback_adapter(self, item):
        parts = self.callback_parts(item)
        names = [parameter["name"] for parameter in self.callbacks[item["type"]["base"]]["parameters"]]
        given = {
            "data": "ctypes.string_at(%s, length)",
            "text": "_convert.decode(%s)",
            "value": "%s",
            "buffer": "length",
        }
        arguments = [
            given[kind] % name if "%s" in given[kind] else given[kind] for kind, name, _ in parts if kind != "result"
        ]
        unpack = "lambda %s: (%s)" % (
            ", ".join(names),
            "".join(part + ", " for part in arguments).rstrip() if arguments else "",
        )
        filled = [name for kind, name, _ in parts if kind == "buffer"]
        counted = [name for kind, name, _ in parts if kind == "result"]
        if filled and counted:
            return "%s, lambda value, %s: _runtime.fill_some(value, %s, length, %s)" % (
                unpack,
                ", ".join(names),
                filled[0],
                counted[0],
            )
        for kind, name, _ in parts:
            if kind == "buffer":
                return "%s, lambda value, %s: _runtime.fill_bytes(value, %s, length)" % (unpack, ", ".join(names), name)
            if kind == "result":
                convert = "_convert.microseconds(value, %r)" % name if name.endswith("_us") else "value"
                return "%s, lambda value, %s: %s.__setitem__(0, %s)" % (unpack, ", ".join(names), name, convert)
        return unpack

    def callback_hint(self, item):
        given = {"data": "bytes", "text": "str", "value": "int", "buffer": "int"}
        parts = self.callback_parts(item)
        arguments = ", ".join(given[kind] for kind, _, _ in parts if kind != "result")
        result = "object"
        kinds = [kind for kind, _, _ in parts]
        if "buffer" in kinds and "result" in kinds:
            return "Optional[Callable[[%s], Union[bytes, str]]]" % arguments
        for kind, name, _ in parts:
            if kind == "buffer":
                result = "bytes"
            elif kind == "result":
                result = "Union[int, datetime.datetime]" if name.endswith("_us") else "int"
        return "Optional[Callable[[%s], %s]]" % (arguments, result)

    # ---- the module --------------------------------------------------------------------------------

    def names(self):
        """Public names, but for those that would hide built-ins on `import *`."""
        names = [camel(strip(enum["name"])) for enum in self.model["enums"]]
        names += [error_class(name) for name, value, _ in self.statuses if value < 0]
        names += [camel(row["name"]) for row in self.model["rows"]]
        names += [camel(row["name"][:-4]) + "Table" for row in self.model["rows"]]
        names += [camel(strip(name)) for name in self.handles]
        names += [method.full for method in self.functions]
        names += [method.tuple_name() for method in self.all_methods() if len(method.results) > 1]
        names += self.aliases()
        return sorted(name for name in set(names) if not hasattr(builtins, name))

    def aliases(self):
        """annoproj.open and annoproj.create stand for the store's own."""
        return [method.name for method in self.statics.get("annoproj_store", ())]

    def all_methods(self):
        return self.functions + [method for name in self.handles for method in self.methods[name]]

    def write(self):
        out = [
            '"""The classes and functions of the package. %s"""' % MARK,
            "",
            "import collections",
            "import ctypes",
            "import dataclasses",
            "import datetime",
            "import enum",
            "import functools",
            "from typing import Optional, Tuple",
            "",
            "from . import _capi, _convert, _errors, _runtime, _table",
            "",
            "__all__ = [",
        ]
        out += ["    %r," % name for name in self.names()] + ["]"]
        for enum in self.model["enums"]:
            out += write_stubs.enum(enum, camel(strip(enum["name"])), member)
        for name, value, doc in self.statuses:
            if value < 0:
                out += [
                    "",
                    "",
                    "class %s(_errors.Error):" % error_class(name),
                    '    """%s: %s."""' % (name, doc),
                    "",
                    "    STATUS = Status.%s" % name,
                ]
        out += ["", "", "_errors.CLASSES.update({"]
        out += ["    %d: %s," % (value, error_class(name)) for name, value, _ in self.statuses if value < 0] + ["})"]
        for method in self.all_methods():
            if len(method.results) > 1:
                out += [
                    "",
                    "",
                    "%s = collections.namedtuple(%r, %r)"
                    % (method.tuple_name(), method.tuple_name(), " ".join(name for name, _ in method.tuple_fields())),
                ]
        for row in self.model["rows"]:
            out += write_stubs.row(row, camel(row["name"]))
        for name, handle in self.handles.items():
            out += self.write_class(name, handle)
        for row in self.model["rows"]:
            out += [
                "",
                "",
                "class %sTable(Table):" % camel(row["name"][:-4]),
                '    """A table of %s: %s."""' % (camel(row["name"]), row["doc"].replace('"', "'")),
                "",
                "    ROW = %s" % camel(row["name"]),
                "    COLUMNS = (",
            ]
            out += ["        (%r, %r)," % (column["name"], column["type"]) for column in row["columns"]] + ["    )"]
        out += (
            ["", "", "TABLES = {"]
            + ["    %r: %sTable," % (row["name"], camel(row["name"][:-4])) for row in self.model["rows"]]
            + ["}"]
        )
        out += [
            "",
            "",
            "def _typed(call, pointer, maker):",
            "    if not pointer:",
            "        return None",
            '    name = _capi.annoproj_table_row_type(pointer).decode("utf-8")',
            "    return call.made(pointer, TABLES.get(name, Table))",
        ]
        for method in self.functions:
            if method.owner:
                out += ["", "", "%s = %s.%s" % (method.full, camel(strip(method.owner)), method.name)]
            else:
                out += ["", ""] + method.write(method.full, "", True)
        out += [""] + ["%s = Store.%s" % (name, name) for name in self.aliases()]
        return "\n".join(out) + "\n"

    def write_class(self, name, handle):
        kind = camel(strip(name))
        out = ["", "", "class %s(%s):" % (kind, RUNTIME_BASES.get(name, "_runtime.Handle"))]
        doc = handle["doc"] or "A %s of the library." % strip(name).replace("_", " ")
        out += ['    """%s"""' % doc.replace("\n", "\n    "), "", "    NOUN = %r" % strip(name).replace("_", " ")]
        if handle["free"]:
            out.append("    FREE = _capi.%s" % handle["free"])
        if handle["free_takes_call"]:
            out.append("    FREE_TAKES_CALL = True")
        if name == "annoproj_stream":
            out += [
                "",
                "    def __init__(self, pointer, parent=None, keep=(), row=None):",
                "        super().__init__(pointer, parent, keep)",
                "        self.row_type = row",
            ]
        for method in self.statics[name]:
            out += [""] + method.write(method.name, static=True)
        for method in self.methods[name]:
            out += [""] + method.write(method.name)
            if method.paged:
                out += [""] + method.write_pages()
        if name in self.closers:
            function = self.closers[name]
            doc = function["doc"].replace("\n", "\n        ")
            out += [
                "",
                "    def close(self, *, timeout=_runtime.DEFAULT_TIMEOUT, cancel=None, request_key=None, progress=None):",
                '        """%s"""' % doc,
                "        call = _runtime.Call(timeout=timeout, cancel=cancel, request_key=request_key, progress=progress,",
                "                             blocking=True)",
                "        call.close(self, _capi.%s)" % function["name"],
            ]
        return out
