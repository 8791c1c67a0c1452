"""The Go package: enums, sentinels, rows, options, callbacks, handles with their methods, layouts."""

import re

from go_callback import Callback
from go_method import Method, Struct, quoted
from go_names import (
    BY_HAND,
    CALL_FIELDS,
    COLUMNS,
    HEADING,
    ROW_HANDLES,
    RUNTIME_HANDLES,
    SCALARS,
    ApiError,
    Texts,
    camel,
    enum_value,
    field,
    lower,
    member,
    sentinel,
    strip,
)

FOLDER = "bindings/go/"
INCLUDE = ['// #include "annoproj.h"', 'import "C"', ""]


class GoApi:
    """Everything that is generated for Go."""

    runtime_handles = RUNTIME_HANDLES

    def __init__(self, model, path):
        self.model, self.path = model, path
        self.enums = {enum["name"] for enum in model["enums"]}
        self.handles = {item["name"]: item for item in model["handles"] if item["name"] not in RUNTIME_HANDLES}
        status = next(enum for enum in model["enums"] if enum["name"] == "annoproj_status")
        self.statuses = [
            (value["name"][len("ANNOPROJ_") :], value["value"], value["doc"]) for value in status["values"]
        ]
        self.texts = Texts(self.statuses, {})
        self.callbacks = {
            callback["name"]: Callback(self, callback)
            for callback in model["callbacks"]
            if callback["name"] != "annoproj_reallocate_fn"
        }
        views = {
            item["type"]["base"]
            for function in model["functions"]
            for item in function["parameters"]
            if item["role"] == "out" and item["type"]["kind"] == "struct" and not function["name"].endswith("_init")
        }
        self.structs = {
            struct["name"]: Struct(self, struct)
            for struct in model["structs"]
            if struct["name"] != "annoproj_call" and struct["name"] not in views
        }
        self.check_call()
        frees = {item["free"] for item in model["handles"]}
        self.methods = [
            Method(self, function)
            for function in model["functions"]
            if function["name"] not in BY_HAND
            and function["name"] not in frees
            and not function["name"].startswith("annoproj_error_")
            and not function["name"].endswith("_init")
        ]
        for method in self.methods:
            owner = camel(strip(method.owner)) + "." if method.self_ else ""
            self.texts.functions[method.function["name"]] = owner + method.name
        for name in self.handles:
            self.texts.functions[self.handles[name]["free"]] = camel(strip(name)) + ".Close"
        for name in list(self.structs) + sorted(self.enums) + [row["name"] for row in model["rows"]]:
            self.texts.functions[name] = camel(name.replace("annoproj_", "", 1))
        self.check_names()

    def check_call(self):
        call = next(struct for struct in self.model["structs"] if struct["name"] == "annoproj_call")
        names = [item["name"] for item in call["fields"]]
        if names != CALL_FIELDS:
            raise ApiError(
                "%s:%d: annoproj_call has the fields %s, bindings/go/call.go knows %s"
                % (self.path, call["line"], ", ".join(names), ", ".join(CALL_FIELDS))
            )

    def check_names(self):
        """No exported name of the package, and no method of a type, exists twice."""
        seen = {}

        def note(place, name, what):
            if (place, name) in seen:
                raise ApiError(
                    "%s: %s and %s would both be %s in Go" % (self.path, seen[place, name], what, place + name)
                )
            seen[place, name] = what

        for enum in self.model["enums"]:
            note("", camel(strip(enum["name"])), enum["name"])
            for value in enum["values"]:
                note("", enum_value(enum["name"], value["name"]), value["name"])
        for row in self.model["rows"]:
            note("", camel(row["name"]), row["name"])
        for struct in self.structs.values():
            note("", struct.name, struct.struct["name"])
            note("", struct.option, struct.struct["name"])
        for name in self.handles:
            note("", camel(strip(name)), name)
            for by_hand in ("Close",):
                note(camel(strip(name)) + ".", by_hand, "the runtime's " + by_hand)
        for method in self.methods:
            place = camel(strip(method.owner)) + "." if method.self_ else ""
            note(place, method.name, method.function["name"])
            if method.paged:
                note(place, method.name + "Pages", method.function["name"])

    # ---- what types are in Go ----------------------------------------------------------------------

    def static_owner(self, name):
        found = [handle for handle in self.handles if name.startswith(handle + "_")]
        return max(found, key=len) if found else None

    def receiver_type(self, owner):
        return camel(strip(owner)) + ("[R]" if owner in ROW_HANDLES else "")

    def plain_handle(self, item, fail):
        if item["type"]["base"] not in self.handles or item["type"]["base"] in ROW_HANDLES:
            fail(item, "has no meaning in Go")

    def struct(self, item, fail):
        if item["type"]["base"] not in self.structs or item["type"]["pointers"] != 1:
            fail(item, "has no meaning in Go")
        return self.structs[item["type"]["base"]]

    def callback(self, item, fail):
        if item["type"]["base"] not in self.callbacks:
            fail(item, "has no meaning in Go")
        return self.callbacks[item["type"]["base"]]

    def scalar(self, item, fail):
        """(Go type, C type) of a number."""
        base = item["type"]["base"]
        enum = item.get("enum") or item.get("flags") or (base if item["type"]["kind"] == "enum" else None)
        if enum:
            return camel(strip(enum)), "int32_t" if base == "int32_t" else base
        if base not in SCALARS:
            fail(item, "has no meaning in Go")
        return SCALARS[base], base

    def element(self, item, fail):
        """(Go type, C type) of the elements of an array."""
        base = item["type"]["base"]
        if item["type"]["pointers"] != 1 or not item["type"]["const"]:
            fail(item, "has no meaning in Go")
        if base == "char":
            return "byte", "char"
        if base in ("void", "size_t", "bool"):
            fail(item, "has no meaning in Go")
        return self.scalar(item, fail)

    def to_c(self, item, go, c, value):
        if c == "size_t":
            return "call.size(%s, %s)" % (quoted(item["name"]), value)
        return "C.%s(%s)" % (c, value)

    # ---- files -------------------------------------------------------------------------------------

    def files(self):
        """Path in the tree -> content."""
        return {
            FOLDER + "api_enums.go": self.write_enums(),
            FOLDER + "api_errors.go": self.write_errors(),
            FOLDER + "api_rows.go": self.write_rows(),
            FOLDER + "api_options.go": self.write_options(),
            FOLDER + "api_handles.go": self.write_handles(),
            FOLDER + "api_callbacks.go": self.write_callbacks(),
            FOLDER + "api_callbacks.h": self.write_trampolines_header(),
            FOLDER + "api_callbacks.c": self.write_trampolines(),
            FOLDER + "api_layout.go": self.write_layout(),
        }

    def write_enums(self):
        out = [HEADING, "", "package annoproj", "", 'import "strconv"', ""]
        for enum in self.model["enums"]:
            kind = camel(strip(enum["name"]))
            names = [(enum_value(enum["name"], value["name"]), value) for value in enum["values"]]
            out += self.described(kind, enum["doc"], enum["name"]) + ["type %s int32" % kind, ""]
            out += ["// Values of %s%s." % (kind, ", to be combined with |" if enum["flags"] else ""), "const ("]
            for name, value in names:
                doc = line_of(value["doc"])
                out += self.texts.comment("%s: %s." % (name, doc) if doc else "%s is %s." % (name, value["name"]), "\t")
                out.append("\t%s %s = %d" % (name, kind, value["value"]))
            first = lower(strip(enum["name"]))[:1]
            out += [")", "", "// String is the name of a value as the header has it."]
            out += ["func (%s %s) String() string {" % (first, kind), "\tswitch %s {" % first]
            for name, value in names:
                text = member(enum["name"], value["name"]).lstrip("_")
                out += ["\tcase %s:" % name, "\t\treturn %s" % quoted(text)]
            out += ["\t}", '\treturn "%s(" + strconv.Itoa(int(%s)) + ")"' % (kind, first), "}", ""]
        return "\n".join(out[:-1]) + "\n"

    def described(self, name, doc, c_name):
        """The comment of a type."""
        if not doc:
            return ["// %s is %s." % (name, c_name)]
        return self.texts.comment(doc, last="In C: %s." % c_name)

    def write_errors(self):
        out = [HEADING, "", "package annoproj", ""]
        out += ["// What errors.Is takes: errors.Is(err, ErrNotFound) holds for every error with StatusNotFound.", "var ("]
        for name, value, doc in self.statuses:
            if value < 0:
                out += ["\t// %s: %s." % (sentinel(name), line_of(doc))]
                out.append("\t%s error = sentinel(%s)" % (sentinel(name), enum_value("annoproj_status", "ANNOPROJ_" + name)))
        out += [")", "", "var sentinels = []error{"]
        out += ["\t%s," % sentinel(name) for name, value, _ in self.statuses if value < 0]
        return "\n".join(out + ["}"]) + "\n"

    def write_rows(self):
        times = any(column["type"] == "timestamp_us" for row in self.model["rows"] for column in row["columns"])
        out = [HEADING, "", "package annoproj", ""] + (['import "time"', ""] if times else [])
        for row in self.model["rows"]:
            kind = camel(row["name"])
            out += self.texts.comment("%s: %s." % (kind, row["doc"]))
            out.append("type %s struct {" % kind)
            lines = []
            for column in row["columns"]:
                name, (go, read) = camel(column["name"]), COLUMNS[column["type"]]
                optional = column["nullable"] and not go.startswith("[]")
                unit = " In %s." % column["unit"] if column["unit"] else ""
                out += self.texts.comment("%s: %s.%s" % (name, line_of(column["doc"]), unit), "\t")
                out.append('\t%s %s `json:"%s"`' % (name, "Null[%s]" % go if optional else go, column["name"]))
                lines += [
                    "\teach%s(d, %s, ColumnType%s, (*Column).%s, func(row int, value %s) { rows[row].%s = value })"
                    % (
                        "Null" if optional else "",
                        quoted(column["name"]),
                        camel(column["type"]),
                        read,
                        "Null[%s]" % go if optional else go,
                        name,
                    )
                ]
            out += ["}", "", "func decode%s(d *decoder) []%s {" % (kind, kind), "\trows := make([]%s, d.length)" % kind]
            out += lines + ["\treturn rows", "}", ""]
        return "\n".join(out[:-1]) + "\n"

    def write_options(self):
        out = [HEADING, "", "package annoproj", "", '// #include "annoproj.h"', '// #include "api_callbacks.h"', 'import "C"', ""]
        for struct in self.structs.values():
            out += self.described(struct.name, struct.struct["doc"], struct.struct["name"])
            out.append("type %s struct {" % struct.name)
            for name, go, doc, c_name in struct.fields:
                doc = re.sub(r"\bNULL\b", '""', doc) if go == "string" else doc
                out += self.texts.comment("%s: %s." % (name, line_of(doc)) if doc else "%s is %s." % (name, c_name), "\t")
                out.append("\t%s %s" % (name, go))
            out += ["}", ""]
            out += ["func (o *%s) toC(call *call) *C.%s {" % (struct.name, struct.struct["name"])]
            out += ["\ts := (*C.%s)(call.alloc(C.sizeof_%s))" % ((struct.struct["name"],) * 2)]
            out += ["\ts.size = C.sizeof_%s" % struct.struct["name"]]
            out += ["\t" + line for line in struct.lines] + ["\treturn s", "}", ""]
        for struct in self.optional():
            out += [
                "// %s is what functions with %s take: the struct, or a CallOption." % (struct.option, struct.name),
                "type %s interface {" % struct.option,
                "\t%s(options *%s, call *call)" % (struct.apply, struct.name),
                "}",
                "",
                "func (o %s) %s(options *%s, _ *call) {" % (struct.name, struct.apply, struct.name),
                "\t*options = o",
                "}",
                "",
                "func (o CallOption) %s(_ *%s, call *call) {" % (struct.apply, struct.name),
                "\to.apply(call)",
                "}",
                "",
            ]
            if struct.paged:
                out += [
                    "type %sPage string" % struct.apply,
                    "",
                    "func (o %sPage) %s(options *%s, _ *call) {" % (struct.apply, struct.apply, struct.name),
                    "\toptions.Page = string(o)",
                    "}",
                    "",
                ]
        return "\n".join(out[:-1]) + "\n"

    def optional(self):
        """Structs that may be left out of a call."""
        used = {id(method.option) for method in self.methods if method.option and method.has_call}
        return [struct for struct in self.structs.values() if id(struct) in used]

    def write_handles(self):
        body = []
        for name, handle in self.handles.items():
            body += self.write_handle(name, handle)
        for method in self.methods:
            if not method.self_:
                body += method.write()
        text = "\n".join(body[:-1]) + "\n"
        packages = [package for package in ("context", "unsafe") if package + "." in text]
        head = [HEADING, "", "package annoproj", ""] + INCLUDE
        head += ["import ("] + ['\t"%s"' % package for package in packages] + [")", ""]
        return "\n".join(head) + "\n" + text

    def write_handle(self, name, handle):
        kind, noun = camel(strip(name)), strip(name).replace("_", " ")
        out = []
        if name not in ROW_HANDLES:
            out += self.texts.comment(
                (handle["doc"] or "%s is a handle of the library: %s." % (kind, noun))
                + "\nSafe for use by several goroutines at once."
            )
            out += ["type %s struct{ handle *handle }" % kind, ""]
            out += [
                "func new%s(pointer *C.%s, parent holder, box *callbackBox) *%s {" % (kind, name, kind),
                "\tif pointer == nil {",
                "\t\treturn nil",
                "\t}",
                "\tmade := &%s{newHandle(unsafe.Pointer(pointer), %s, parent, box, free%s)}" % (kind, quoted(noun), kind),
            ]
            if handle["free_takes_call"]:
                out.append("\tmade.handle.stop = make(chan struct{})")
            out += [
                "\tonCollect(made, made.handle)",
                "\treturn made",
                "}",
                "",
            ]
        if handle["free_takes_call"]:
            out += self.write_closer(name, kind)
        elif name not in ROW_HANDLES:
            out += [
                "func free%s(pointer unsafe.Pointer) bool {" % kind,
                "\tC.%s((*C.%s)(pointer))" % (handle["free"], name),
                "\treturn true",
                "}",
                "",
                "// Close closes the %s. It never blocks: calls in flight finish, later ones are ErrInvalid." % noun,
                "// Closing again, or closing nil, does nothing.",
                "func (%s *%s) Close() error { return %s.state().close() }" % (lower(noun)[:1], kind, lower(noun)[:1]),
                "",
            ]
        if name not in ROW_HANDLES:
            receiver = lower(noun)[:1]
            out += [
                "func (%s *%s) state() *handle {" % (receiver, kind),
                "\tif %s == nil {" % receiver,
                "\t\treturn nil",
                "\t}",
                "\treturn %s.handle" % receiver,
                "}",
                "",
            ]
        for method in self.methods:
            if method.self_ and method.owner == name:
                out += method.write()
                if method.paged:
                    out += method.write_pages()
        return out

    def write_closer(self, name, kind):
        """A close that takes a call, and may fail."""
        free = self.handles[name]["free"]
        function = next(item for item in self.model["functions"] if item["name"] == free)
        if [item["role"] for item in function["parameters"]] != ["self", "call", "error"]:
            raise ApiError("%s:%d: %s must take handle, call, error" % (self.path, function["line"], free))
        noun = strip(name).replace("_", " ")
        return [
            "func free%s(pointer unsafe.Pointer) bool {" % kind,
            "\treturn C.%s((*C.%s)(pointer), collectLimits, nil) == C.ANNOPROJ_OK" % (free, name),
            "}",
            "",
            "// Close is CloseContext with a limit of 30 seconds.",
            "func (%s *%s) Close() error {" % (lower(noun)[:1], kind),
            "\tctx, stop := context.WithTimeout(context.Background(), closeLimit)",
            "\tdefer stop()",
            "\treturn %s.CloseContext(ctx)" % lower(noun)[:1],
            "}",
            "",
        ] + self.texts.comment(function["doc"] + "\nClosing again, or closing nil, does nothing.", last="In C: %s." % free) + [
            "func (%s *%s) CloseContext(ctx context.Context, opts ...CallOption) error {" % (lower(noun)[:1], kind),
            "\tcall := newCall(ctx)",
            "\tdefer call.end()",
            "\tcall.apply(opts)",
            "\treturn %s.state().shut(call, func(pointer unsafe.Pointer) error {" % lower(noun)[:1],
            "\t\t_, err := call.run(func(limits *C.annoproj_call, failure **C.annoproj_error) C.annoproj_status {",
            "\t\t\treturn C.%s((*C.%s)(pointer), limits, failure)" % (free, name),
            "\t\t})",
            "\t\treturn err",
            "\t})",
            "}",
            "",
        ]

    def write_callbacks(self):
        out = [HEADING, "", "package annoproj", "", '// #include "annoproj.h"', 'import "C"', "", 'import "unsafe"', ""]
        for callback in self.callbacks.values():
            out += callback.write_go()
        return "\n".join(out[:-1]) + "\n"

    def write_trampolines(self):
        out = [HEADING, "", '#include "api_callbacks.h"', '#include "_cgo_export.h"', ""]
        out += ["static _Thread_local int depth; /* callbacks that this thread is inside of */", ""]
        out += ["int annoprojGoInCallback(void) {", "    return depth;", "}"]
        for callback in self.callbacks.values():
            out += callback.write_c()
        return "\n".join(out) + "\n"

    def write_trampolines_header(self):
        out = [HEADING, "", "#ifndef API_CALLBACKS_H", "#define API_CALLBACKS_H", "", '#include "annoproj.h"', ""]
        out += ["/* Whether this thread is inside a callback now. */", "int annoprojGoInCallback(void);", ""]
        out += [callback.prototype() + ";" for callback in self.callbacks.values()]
        return "\n".join(out + ["", "#endif"]) + "\n"

    def write_layout(self):
        out = [HEADING, "", "package annoproj", "", '// #include "annoproj.h"', 'import "C"', "", 'import "unsafe"', ""]
        out += ["// layouts has sizes and offsets as cgo sees them; a test compares them with bindings/api.json."]
        out += ["func layouts() map[string]uintptr {", "\tall := make(map[string]uintptr)"]
        for struct in self.model["structs"]:
            name = struct["name"]
            out.append('\tall["%s"] = C.sizeof_%s' % (name, name))
            for item in struct["fields"]:
                out.append('\tall["%s.%s"] = unsafe.Offsetof(C.%s{}.%s)' % (name, item["name"], name, field(item["name"])))
        return "\n".join(out + ["\treturn all", "}"]) + "\n"


def line_of(text):
    return " ".join(text.split()).rstrip(".")

