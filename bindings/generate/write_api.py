"""The typed classes: enums, exceptions, rows, tables, handles with their methods, and module functions."""

import builtins
import keyword

import write_stubs
from write_abi import MARK
from write_ctypes import SCALARS

CODES = {"int64_t": "q", "int32_t": "i", "double": "d", "uint64_t": "Q", "size_t": "Q", "uint32_t": "I", "uint8_t": "B",
         "char": "B", "void": "B", "bool": "B"}
# What the hand-written runtime does itself, and why it is no method.
BY_HAND = {"annoproj_table_column": "Table.column, column_info and column_values",
           "annoproj_allocator_set": "an allocator in Python would run while the interpreter is busy with its own memory",
           "annoproj_free": "owned text is freed when it has become str"}
RUNTIME_BASES = {"annoproj_table": "_table.TableBase", "annoproj_stream": "_runtime.StreamBase"}
CALL_KEYWORDS = ("timeout", "cancel", "request_key", "progress")


class ApiError(Exception):
    """Something that has no meaning in Python."""


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def strip(name):
    return name[len("annoproj_"):]


def safe(name):
    return name + "_" if keyword.iskeyword(name) or name in ("self", "None") else name


def error_class(status):
    return camel(status.lower()) + "Error"


def member(enum, value):
    """A value's name without the words it shares with its enum's name; depends on nothing else, so it stays."""
    words = strip(value).split("_")
    for part in strip(enum).upper().split("_"):
        if len(words) > 1 and words[0] == part:
            words = words[1:]
        else:
            break
    name = "_".join(words)
    return "_" + name if name[0].isdigit() else name


def plural(name):
    if name.endswith("metadata"):
        return name
    if name.endswith(("s", "sh", "ch", "x")):
        return name + "es"
    return name[:-1] + "ies" if name.endswith("y") else name + "s"


class Keyword:
    """One argument of a method: its name, default and what it may be."""

    def __init__(self, name, hint, default=None, doc=""):
        self.name, self.hint, self.default, self.doc = name, hint, default, doc


class Method:
    """What one C function becomes."""

    def __init__(self, api, function):
        self.api, self.function = api, function
        parameters = function["parameters"]
        self.self_ = parameters[0] if parameters and parameters[0]["role"] == "self" else None
        self.outs = [item for item in parameters if item["role"] == "out"]
        self.has_call = any(item["role"] == "call" for item in parameters)
        self.has_error = any(item["role"] == "error" for item in parameters)
        self.owner = self.self_["type"]["base"] if self.self_ else api.static_owner(function["name"])
        noun = strip(self.owner) if self.owner else None
        self.full = safe(strip(function["name"]))
        self.name = safe(self.full[len(noun) + 1:]) if noun and self.full.startswith(noun + "_") else self.full
        self.positional, self.keywords, self.lines, self.arguments = [], [], [], []
        self.paged = False
        taken = {item["name"] for item in parameters} | set(CALL_KEYWORDS if self.has_call else ())
        for item in parameters:
            self.input(item, taken)
        if self.has_call:
            self.keywords += [Keyword("timeout", "Union[float, datetime.timedelta, None]", "_runtime.DEFAULT_TIMEOUT",
                                  "seconds or timedelta; None = no limit"),
                          Keyword("cancel", "Optional[Cancel]", "None", "ends the call when it is triggered"),
                          Keyword("request_key", "Optional[str]", "None", "a repeat with the same key changes nothing"),
                          Keyword("progress", "Optional[Callable[[int, int], object]]", "None",
                                  "told done and total now and then; raise in it to end the call")]
        for index, item in enumerate(self.positional):
            if any(later.default is None for later in self.positional[index + 1:]):
                item.default = None     # only the last arguments can have defaults
        self.results = [self.output(item) for item in self.outs if not self.is_length(item)]

    # ---- inputs ------------------------------------------------------------------------------------

    def is_length(self, out):
        return any("len" in other and other["len"]["of"] == out["name"] for other in self.outs)

    def value(self, type_, item, name):
        """How a scalar gets to C, and its type in Python."""
        if type_["kind"] == "enum":
            kind = camel(strip(item.get("enum") or item.get("flags") or type_["base"]))
            return "_convert.integer(%s, %r, 'c_int32')" % (name, name), "Union[%s, int]" % kind
        if item.get("enum") or item.get("flags"):
            kind = camel(strip(item.get("enum") or item["flags"]))
            return "_convert.integer(%s, %r, 'c_int32')" % (name, name), "Union[%s, int]" % kind
        base = type_["base"]
        if base == "bool":
            return "bool(%s)" % name, "bool"
        if base == "double":
            return "float(%s)" % name, "float"
        if base == "int64_t" and item["name"].endswith("_us"):
            return "_convert.microseconds(%s, %r)" % (name, name), "Union[int, datetime.datetime, datetime.timedelta]"
        return "_convert.integer(%s, %r, %r)" % (name, name, SCALARS[base]), "int"

    def text(self, item, name):
        nullable = bool(item.get("nullable"))
        if item["name"] == "path":
            return ("_convert.path(%s, %r, %r)" % (name, name, nullable),
                    "Union[str, os.PathLike]" if not nullable else "Union[str, os.PathLike, None]")
        return "_convert.encode(%s, %r, %r)" % (name, name, nullable), "Optional[str]" if nullable else "str"

    def array(self, item, name, group):
        base = item["type"]["base"]
        if base not in CODES and item["type"]["kind"] != "enum":
            raise ApiError("%s: an array of %s" % (self.function["name"], base))
        code = CODES.get(base, "i")
        times = item["name"].endswith("_us")
        expression = "call.array(%s, %r, %r, %r, %d, %r, %r)" % (
            name, code, name, group + item["len"]["of"], item["len"]["plus"], bool(item.get("nullable")), times)
        hint = "Union[str, bytes, memoryview]" if code == "B" else "Sequence[float]" if code == "d" else \
            "Sequence[Union[int, datetime.datetime, datetime.timedelta]]" if times else "Sequence[int]"
        return expression, "Optional[%s]" % hint if item.get("nullable") else hint

    def input(self, item, taken):
        role, name = item["role"], safe(item["name"])
        if role == "self":
            self.arguments.append("call.handle(self, %s, %r)" % (camel(strip(self.owner)), name))
        elif role == "error":
            self.arguments.append("call.error_pointer()")
        elif role == "call":
            self.arguments.append("call.pointer()")
        elif role == "out":
            self.arguments.append(("out", item))
        elif role == "user_data":
            self.arguments.append("None")
        elif role == "length":
            self.arguments.append("call.length(%r)" % item["name"])
        elif role == "struct":
            self.struct(item, taken)
        elif role in ("handle", "callback", "text", "value", "array"):
            if role == "handle":
                kind = camel(strip(item["type"]["base"]))
                expression = "call.handle(%s, %s, %r, %r)" % (name, kind, name, bool(item.get("nullable")))
                hint = "Optional[%s]" % kind if item.get("nullable") else kind
            elif role == "callback":
                expression, hint = self.callback(item, name), self.api.callback_hint(item)
            elif role == "text":
                expression, hint = self.text(item, name)
            elif role == "array":
                expression, hint = self.array(item, name, "")
            else:
                expression, hint = self.value(item["type"], item, name)
            # Arrays note their lengths, which may stand before them: everything is converted first.
            self.lines.append("c_%s = %s" % (item["name"], expression))
            self.arguments.append("c_%s" % item["name"])
            self.positional.append(Keyword(name, hint, "None" if item.get("nullable") else None))
        else:
            raise ApiError("%s: parameter %s has no meaning in Python" % (self.function["name"], item["name"]))

    def callback(self, item, name):
        kind = item["type"]["base"]
        return "_capi.%s() if %s is None else call.callback(_capi.%s, %s, %r, %s)" % (
            kind, name, kind, name, name, self.api.callback_adapter(item))

    def struct(self, item, taken):
        """The fields of an options struct are keyword arguments."""
        struct = self.api.structs[item["type"]["base"]]
        variable = "s_" + item["name"]
        group = item["name"] + "."
        lengths = {field["len"]["of"] for field in struct["fields"] if "len" in field}
        names = {field["name"] for field in struct["fields"]}
        texts = "text" in names and "text_length" in names
        lines = ["%s = _capi.%s()" % (variable, struct["name"]), "%s.size = ctypes.sizeof(%s)" % (variable, variable)]
        joined, text = {}, "text"
        for field in struct["fields"][1:]:
            if field["name"] in lengths or field["name"] in ("user_data", "reserved"):
                continue
            name = safe(field["name"] if field["name"] not in taken else item["name"] + "_" + field["name"])
            taken.add(name)
            if field["name"] == "text":
                text = name
            kind = field["type"]["kind"]
            default = "None"
            if "len" in field:
                field_optional = dict(field, nullable=True)
                source = name
                if texts and field["name"].endswith("_offsets"):
                    many = plural(field["name"][:-8])
                    if many in names or many in taken:
                        raise ApiError("%s: %s names two arguments" % (struct["name"], many))
                    taken.add(many)
                    joined[many] = name
                    self.keywords.append(Keyword(many, "Optional[Sequence[Optional[str]]]", "None",
                                             "texts, instead of text and %s" % name))
                expression, hint = self.array(field_optional, source, group)
            elif kind == "char":
                expression, hint = self.text(dict(field, nullable=True), name)
            elif kind == "callback":
                expression, hint = self.callback(field, name), self.api.callback_hint(field)
            elif kind in ("scalar", "enum"):
                expression, hint = self.value(field["type"], field, name)
                default = {"bool": "False", "double": "0.0"}.get(field["type"]["base"], "0")
            elif kind == "handle":
                expression = "call.handle(%s, %s, %r, True)" % (name, camel(strip(field["type"]["base"])), name)
                hint = "Optional[%s]" % camel(strip(field["type"]["base"]))
            else:
                raise ApiError("%s.%s has no meaning in Python" % (struct["name"], field["name"]))
            self.keywords.append(Keyword(name, hint, default, field["doc"]))
            lines.append("%s.%s = %s" % (variable, field["name"], expression))
            if field["name"] == "page" and self.outs and self.outs[0]["type"]["base"] == "annoproj_table":
                self.paged = True
        if joined:
            head = lines[:2]
            head.append("%s, joined = call.texts({%s}, %s)" % (
                text, ", ".join("%r: %s" % (many, many) for many in joined), text))
            for many, offsets in joined.items():
                head.append("%s = joined.get(%r, %s)" % (offsets, many, offsets))
            lines = head + lines[2:]
        for length in sorted(lengths):
            lines.append("%s.%s = call.length(%r)" % (variable, length, group + length))
        self.lines += lines
        self.arguments.append("ctypes.byref(%s)" % variable)

    # ---- results -----------------------------------------------------------------------------------

    def output(self, item):
        """(name, ctypes object, how it is passed, how it is returned, hint)."""
        type_, name = item["type"], item["name"]
        variable = "o_" + name
        kind, base = type_["kind"], type_["base"]
        if kind == "handle":
            rows = item.get("rows")
            if base == "annoproj_table":
                target = camel(rows[:-4]) + "Table" if rows else "Table"
                made = "call.made(%s, %s)" % (variable, target) if rows else "_typed(call, %s, self)" % variable
            else:
                target = camel(strip(base))
                parent = "self" if self.self_ else "None"
                made = "call.made(%s, %s, %s%s)" % (variable, target, parent, ", row=%r" % rows if rows else "")
            hint = "%s[%s]" % (target, camel(rows)) if rows and base == "annoproj_stream" else target
            return (name, "_capi.%s_p()" % base, "call.result(%s, %s)" % (variable, target), made, hint)
        if kind in ("char", "void") and type_["pointers"] == 2:
            free = "_capi." + item["owned"]
            if kind == "char" and "len" not in item:
                return (name, "ctypes.c_void_p()", "call.result(%s, %s)" % (variable, free),
                        "call.text(%s, %s)" % (variable, free), "str")
            return (name, "ctypes.c_void_p()", "call.result(%s, %s)" % (variable, free),
                    "call.bytes(%s, o_%s, %s)" % (variable, item["len"]["of"], free), "bytes")
        if kind == "enum" or item.get("enum"):
            target = camel(strip(item.get("enum") or item.get("flags") or base))
            return (name, "ctypes.c_int32()", "ctypes.byref(%s)" % variable,
                    "_convert.enumeration(%s, %s.value)" % (target, variable), target)
        if kind == "scalar" and type_["pointers"] == 1:
            hint = {"bool": "bool", "double": "float"}.get(base, "int")
            return (name, "ctypes.%s()" % SCALARS[base], "ctypes.byref(%s)" % variable, "%s.value" % variable, hint)
        raise ApiError("%s: result %s has no meaning in Python" % (self.function["name"], name))

    def returns(self):
        """(expression, hint) of what the method returns."""
        if not self.has_error:
            return self.plain_result()
        may_none = "NONE" in self.function["statuses"]
        if not self.results:
            return "None", "None"
        hints = ["Optional[%s]" % r[4] if may_none and self.api.is_handle(r[4]) else r[4] for r in self.results]
        if len(self.results) == 1:
            optional = may_none and not hints[0].startswith("Optional")
            return ("None if status == %d else %s" % (self.api.none, self.results[0][3]) if may_none else self.results[0][3],
                    "Optional[%s]" % hints[0] if optional else hints[0])
        kind = self.tuple_name()
        return "%s(%s)" % (kind, ", ".join(r[3] for r in self.results)), kind

    def tuple_name(self):
        return camel(strip(self.function["name"])) + "Result"

    def tuple_fields(self):
        may_none = "NONE" in self.function["statuses"]
        return [(safe(r[0]), "Optional[%s]" % r[4] if may_none and self.api.is_handle(r[4]) else r[4])
                for r in self.results]

    def plain_result(self):
        type_ = self.function["result"]
        if type_["kind"] == "void":
            return "result", "None"
        if type_["kind"] == "char":
            nullable = "NULL when" in self.function["doc"]
            return "_convert.decode(result)", "Optional[str]" if nullable else "str"
        if type_["kind"] == "enum":
            return ("_convert.enumeration(%s, result)" % camel(strip(type_["base"])), camel(strip(type_["base"])))
        return "result", {"bool": "bool", "double": "float"}.get(type_["base"], "int")

    # ---- text --------------------------------------------------------------------------------------

    def signature(self, static, hints):
        parts = [] if static or not self.self_ else ["self"]
        for item in self.positional:
            default = "" if item.default is None else " = %s" % ("..." if hints else item.default)
            parts.append("%s: %s%s" % (item.name, item.hint, default) if hints
                         else item.name + default.replace(" ", ""))
        if self.keywords:
            parts.append("*")
        for item in self.keywords:
            parts.append("%s: %s = ..." % (item.name, item.hint) if hints else "%s=%s" % (item.name, item.default))
        return ", ".join(parts)

    def doc(self, indent):
        lines = self.function["doc"].replace("\\", "\\\\").replace('"""', "'''").split("\n")
        described = [item for item in self.keywords if item.doc and item.name not in CALL_KEYWORDS]
        if described:
            lines += [""] + ["%s: %s" % (item.name, item.doc.replace("\\", "\\\\").replace("\n", " ")) for item in described]
        if len(lines) == 1 and not lines[0].endswith('"'):
            return '%s"""%s"""' % (indent, lines[0])
        return '%s"""%s\n%s"""' % (indent, ("\n" + indent).join(lines).replace("\n%s\n" % indent, "\n\n"), indent)

    def body(self, static=False):
        out = []
        if self.has_call or self.function["blocking"]:
            call = "timeout=timeout, cancel=cancel, request_key=request_key, progress=progress, " if self.has_call else ""
            out.append("call = _runtime.Call(%sblocking=%r)" % (call, self.function["blocking"]))
        else:
            out.append("call = _runtime.Call()")
        out += self.lines
        made = {r[0]: r for r in self.results}
        arguments = []
        for part in self.arguments:
            if isinstance(part, tuple):
                item = part[1]
                if self.is_length(item):
                    out.append("o_%s = ctypes.c_size_t()" % item["name"])
                    arguments.append("ctypes.byref(o_%s)" % item["name"])
                else:
                    out.append("o_%s = %s" % (item["name"], made[item["name"]][1]))
                    arguments.append(made[item["name"]][2])
            else:
                arguments.append(part)
        target = "_capi.%s" % self.function["name"]
        expression, _ = self.returns()
        joined = ", ".join([target] + arguments)
        if self.has_error:
            needs = "status" in expression
            out.append("%scall.run(%s)" % ("status = " if needs else "", joined))
            if self.results:
                out.append("return " + expression)
        else:
            out.append("result = call.plain(%s)" % joined)
            out.append("return " + expression)
        return out

    def write(self, name, indent="    ", static=False):
        out = [indent + "@staticmethod"] if static and indent else []
        out.append("%sdef %s(%s):" % (indent, name, self.signature(static, False)))
        out.append(self.doc(indent + "    "))
        out += [indent + "    " + line for line in self.body(static)]
        return out

    def write_pages(self, indent="    "):
        """An iterator over all pages of a list."""
        names = [item.name for item in self.positional]
        out = ["%sdef %s_pages(%s):" % (indent, self.name, ", ".join(["self"] + names + ["**keywords"])),
               '%s    """The tables of %s, page by page, each fetched when it is asked for."""' % (indent, self.name),
               "%s    return _runtime.pages(functools.partial(%s), keywords)" % (
                   indent, ", ".join(["self." + self.name] + names))]
        return out


class Api:
    """All classes and functions of the module."""

    def __init__(self, model):
        self.model = model
        self.structs = {struct["name"]: struct for struct in model["structs"]}
        self.callbacks = {callback["name"]: callback for callback in model["callbacks"]}
        self.handles = {handle["name"]: handle for handle in model["handles"] if handle["name"] != "annoproj_error"}
        status = next(enum for enum in model["enums"] if enum["name"] == "annoproj_status")
        self.statuses = [(strip(value["name"]), value) for value in status["values"]]
        self.statuses = [(value["name"][len("ANNOPROJ_"):], value["value"], value["doc"]) for value in status["values"]]
        self.none = next(value for name, value, _ in self.statuses if name == "NONE")
        self.methods = {name: [] for name in self.handles}
        self.statics = {name: [] for name in self.handles}
        self.functions = []
        self.closers = {}
        frees = {handle["free"]: handle for handle in model["handles"] if handle["free"]}
        for function in model["functions"]:
            name, first = function["name"], function["parameters"][0] if function["parameters"] else None
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
        given = {"data": "ctypes.string_at(%s, length)", "text": "_convert.decode(%s)", "value": "%s", "buffer": "length"}
        arguments = [given[kind] % name if "%s" in given[kind] else given[kind] for kind, name, _ in parts
                     if kind != "result"]
        unpack = "lambda %s: (%s)" % (", ".join(names), "".join(part + ", " for part in arguments).rstrip()
                                      if arguments else "")
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
        out = ['"""The classes and functions of the package. %s"""' % MARK, "",
               "import collections", "import ctypes", "import dataclasses", "import datetime", "import enum",
               "import functools", "from typing import Optional, Tuple", "",
               "from . import _capi, _convert, _errors, _runtime, _table", "", "__all__ = ["]
        out += ["    %r," % name for name in self.names()] + ["]"]
        for enum in self.model["enums"]:
            out += write_stubs.enum(enum, camel(strip(enum["name"])), member)
        for name, value, doc in self.statuses:
            if value < 0:
                out += ["", "", "class %s(_errors.Error):" % error_class(name), '    """%s: %s."""' % (name, doc), "",
                        "    STATUS = Status.%s" % name]
        out += ["", "", "_errors.CLASSES.update({"]
        out += ["    %d: %s," % (value, error_class(name)) for name, value, _ in self.statuses if value < 0] + ["})"]
        for method in self.all_methods():
            if len(method.results) > 1:
                out += ["", "", "%s = collections.namedtuple(%r, %r)" % (
                    method.tuple_name(), method.tuple_name(), " ".join(name for name, _ in method.tuple_fields()))]
        for row in self.model["rows"]:
            out += write_stubs.row(row, camel(row["name"]))
        for name, handle in self.handles.items():
            out += self.write_class(name, handle)
        for row in self.model["rows"]:
            out += ["", "", "class %sTable(Table):" % camel(row["name"][:-4]), '    """A table of %s: %s."""' % (
                camel(row["name"]), row["doc"].replace('"', "'")), "", "    ROW = %s" % camel(row["name"]), "    COLUMNS = ("]
            out += ["        (%r, %r)," % (column["name"], column["type"]) for column in row["columns"]] + ["    )"]
        out += ["", "", "TABLES = {"] + ["    %r: %sTable," % (row["name"], camel(row["name"][:-4]))
                                        for row in self.model["rows"]] + ["}"]
        out += ["", "", "def _typed(call, pointer, maker):", "    if not pointer:", "        return None",
                "    name = _capi.annoproj_table_row_type(pointer).decode(\"utf-8\")",
                "    return call.made(pointer, TABLES.get(name, Table))"]
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
            out += ["", "    def __init__(self, pointer, parent=None, keep=(), row=None):",
                    "        super().__init__(pointer, parent, keep)", "        self.row_type = row"]
        for method in self.statics[name]:
            out += [""] + method.write(method.name, static=True)
        for method in self.methods[name]:
            out += [""] + method.write(method.name)
            if method.paged:
                out += [""] + method.write_pages()
        if name in self.closers:
            function = self.closers[name]
            doc = function["doc"].replace("\n", "\n        ")
            out += ["", "    def close(self, *, timeout=_runtime.DEFAULT_TIMEOUT, cancel=None, request_key=None, progress=None):",
                    '        """%s"""' % doc,
                    "        call = _runtime.Call(timeout=timeout, cancel=cancel, request_key=request_key, progress=progress,",
                    "                             blocking=True)", "        call.close(self, _capi.%s)" % function["name"]]
        return out
