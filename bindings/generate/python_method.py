"""What one C function becomes in Python: its arguments, their conversion, the call, the result."""

from python_names import ApiError, camel, plural, safe, strip
from write_ctypes import SCALARS

CODES = {
    "int64_t": "q",
    "int32_t": "i",
    "double": "d",
    "uint64_t": "Q",
    "size_t": "Q",
    "uint32_t": "I",
    "uint8_t": "B",
    "char": "B",
    "void": "B",
    "bool": "B",
}
CALL_KEYWORDS = ("timeout", "cancel", "request_key", "progress")


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
        self.name = safe(self.full[len(noun) + 1 :]) if noun and self.full.startswith(noun + "_") else self.full
        self.positional, self.keywords, self.lines, self.arguments = [], [], [], []
        self.paged = False
        self.prose = [function["doc"]]  # what the structs say of all their fields together comes behind it
        taken = {item["name"] for item in parameters} | set(CALL_KEYWORDS if self.has_call else ())
        for item in parameters:
            self.input(item, taken)
        if self.has_call:
            self.keywords += [
                Keyword(
                    "timeout",
                    "Union[float, datetime.timedelta, None]",
                    "_runtime.DEFAULT_TIMEOUT",
                    "seconds or timedelta; None = no limit",
                ),
                Keyword("cancel", "Optional[Cancel]", "None", "ends the call when it is triggered"),
                Keyword("request_key", "Optional[str]", "None", "a repeat with the same key changes nothing"),
                Keyword(
                    "progress",
                    "Optional[Callable[[int, int], object]]",
                    "None",
                    "told done and total now and then; raise in it to end the call",
                ),
            ]
        for index, item in enumerate(self.positional):
            if any(later.default is None for later in self.positional[index + 1 :]):
                item.default = None  # only the last arguments can have defaults
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
            return "_convert.real(%s, %r)" % (name, name), "float"
        if base == "int64_t" and item["name"].endswith("_us"):
            return "_convert.microseconds(%s, %r)" % (name, name), "Union[int, datetime.datetime, datetime.timedelta]"
        return "_convert.integer(%s, %r, %r)" % (name, name, SCALARS[base]), "int"

    def text(self, item, name):
        nullable = bool(item.get("nullable"))
        if item["name"] == "path":
            return (
                "_convert.path(%s, %r, %r)" % (name, name, nullable),
                "Union[str, os.PathLike]" if not nullable else "Union[str, os.PathLike, None]",
            )
        return "_convert.encode(%s, %r, %r)" % (name, name, nullable), "Optional[str]" if nullable else "str"

    def array(self, item, name, group):
        base = item["type"]["base"]
        if base not in CODES and item["type"]["kind"] != "enum":
            raise ApiError("%s: an array of %s" % (self.function["name"], base))
        code = CODES.get(base, "i")
        times = item["name"].endswith("_us")
        expression = "call.array(%s, %r, %r, %r, %d, %r, %r)" % (
            name,
            code,
            name,
            group + item["len"]["of"],
            item["len"]["plus"],
            bool(item.get("nullable")),
            times,
        )
        hint = (
            "Union[str, bytes, memoryview]"
            if code == "B"
            else (
                "Sequence[float]"
                if code == "d"
                else "Sequence[Union[int, datetime.datetime, datetime.timedelta]]" if times else "Sequence[int]"
            )
        )
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
        elif role == "foreign":
            self.lines.append("c_%s = _convert.address(%s, %r)" % (item["name"], name, name))
            self.arguments.append("c_%s" % item["name"])
            self.positional.append(Keyword(name, "int"))
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
            # Booleans are named with false as the default (c-api); what may be NULL may be left out.
            default = "None" if item.get("nullable") else "False" if item["type"]["base"] == "bool" else None
            self.positional.append(Keyword(name, hint, default))
        else:
            raise ApiError("%s: parameter %s has no meaning in Python" % (self.function["name"], item["name"]))

    def callback(self, item, name):
        kind = item["type"]["base"]
        return "_capi.%s() if %s is None else call.callback(_capi.%s, %s, %r, %s)" % (
            kind,
            name,
            kind,
            name,
            name,
            self.api.callback_adapter(item),
        )

    def struct(self, item, taken):
        """The fields of an options struct are keyword arguments."""
        struct = self.api.structs[item["type"]["base"]]
        if ". " in struct["doc"].replace("\n", " "):  # more than what it is: how its fields belong together
            self.prose.append(struct["doc"])
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
                    self.keywords.append(
                        Keyword(
                            many, "Optional[Sequence[Optional[str]]]", "None", "texts, instead of text and %s" % name
                        )
                    )
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
            doc = field["doc"]
            if kind == "callback":  # what it is given and gives: the C type tells that of C only
                doc = "; ".join(part for part in (doc, hint[len("Optional[") : -1]) if part)
            self.keywords.append(Keyword(name, hint, default, doc))
            lines.append("%s.%s = %s" % (variable, field["name"], expression))
            if field["name"] == "page" and self.outs and self.outs[0]["type"]["base"] == "annoproj_table":
                self.paged = True
        if joined:
            head = lines[:2]
            head.append(
                "%s, joined = call.texts({%s}, %s)"
                % (text, ", ".join("%r: %s" % (many, many) for many in joined), text)
            )
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
                return (
                    name,
                    "ctypes.c_void_p()",
                    "call.result(%s, %s)" % (variable, free),
                    "call.text(%s, %s)" % (variable, free),
                    "str",
                )
            return (
                name,
                "ctypes.c_void_p()",
                "call.result(%s, %s)" % (variable, free),
                "call.bytes(%s, o_%s, %s)" % (variable, item["len"]["of"], free),
                "bytes",
            )
        if kind == "enum" or item.get("enum"):
            target = camel(strip(item.get("enum") or item.get("flags") or base))
            return (
                name,
                "ctypes.c_int32()",
                "ctypes.byref(%s)" % variable,
                "_convert.enumeration(%s, %s.value)" % (target, variable),
                target,
            )
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
            return (
                (
                    "None if status == %d else %s" % (self.api.none, self.results[0][3])
                    if may_none
                    else self.results[0][3]
                ),
                "Optional[%s]" % hints[0] if optional else hints[0],
            )
        kind = self.tuple_name()
        return "%s(%s)" % (kind, ", ".join(r[3] for r in self.results)), kind

    def tuple_name(self):
        return camel(strip(self.function["name"])) + "Result"

    def tuple_fields(self):
        may_none = "NONE" in self.function["statuses"]
        return [
            (safe(r[0]), "Optional[%s]" % r[4] if may_none and self.api.is_handle(r[4]) else r[4]) for r in self.results
        ]

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
            parts.append(
                "%s: %s%s" % (item.name, item.hint, default) if hints else item.name + default.replace(" ", "")
            )
        if self.keywords:
            parts.append("*")
        for item in self.keywords:
            parts.append("%s: %s = ..." % (item.name, item.hint) if hints else "%s=%s" % (item.name, item.default))
        return ", ".join(parts)

    def doc(self, indent):
        lines = "\n\n".join(self.prose).replace("\\", "\\\\").replace('"""', "'''").split("\n")
        described = [item for item in self.keywords if item.doc and item.name not in CALL_KEYWORDS]
        if described:
            lines += [""] + [
                "%s: %s" % (item.name, item.doc.replace("\\", "\\\\").replace("\n", " ")) for item in described
            ]
        if len(lines) == 1 and not lines[0].endswith('"'):
            return '%s"""%s"""' % (indent, lines[0])
        return '%s"""%s\n%s"""' % (indent, ("\n" + indent).join(lines).replace("\n%s\n" % indent, "\n\n"), indent)

    def body(self):
        out = []
        if self.has_call or self.function["blocking"]:
            call = (
                "timeout=timeout, cancel=cancel, request_key=request_key, progress=progress, " if self.has_call else ""
            )
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
        out += [indent + "    " + line for line in self.body()]
        return out

    def write_pages(self, indent="    "):
        """An iterator over all pages of a list."""
        names = [item.name for item in self.positional]
        out = [
            "%sdef %s_pages(%s):" % (indent, self.name, ", ".join(["self"] + names + ["**keywords"])),
            '%s    """The tables of %s, page by page, each fetched when it is asked for."""' % (indent, self.name),
            "%s    return _runtime.pages(functools.partial(%s), keywords)"
            % (indent, ", ".join(["self." + self.name] + names)),
        ]
        return out
