"""What one C function becomes in Go: its parameters, their conversion, the call, the results."""

from go_names import ROW_HANDLES, SCALARS, ApiError, camel, field, lower, strip, texts_field


class Struct:
    """An options struct: the Go struct, and how it gets to C."""

    def __init__(self, api, struct):
        self.api, self.struct = api, struct
        self.name = camel(strip(struct["name"]))
        self.option = self.name[:-1] if self.name.endswith("Options") else self.name + "Option"
        self.apply = self.option[:1].lower() + self.option[1:]
        self.fields = []  # (name, type, doc, name in C)
        self.lines = []  # of the function that fills in the C struct
        self.callbacks = []
        self.paged = any(item["name"] == "page" for item in struct["fields"])
        fields = struct["fields"][1:]
        lengths = {item["len"]["of"] for item in fields if "len" in item}
        names = {item["name"] for item in fields}
        self.joined = {"text", "text_length"} <= names and any(name.endswith("_offsets") for name in names)
        for length in sorted(lengths - ({"text_length"} if self.joined else set())):
            self.lines.append("var %s arrayLength" % lower(length))
        if self.joined:
            self.lines.append("var joined joinedTexts")
        for item in fields:
            if item["name"] not in lengths and item["name"] not in ("user_data", "reserved"):
                self.add(item)
        for length in sorted(lengths - ({"text_length"} if self.joined else set())):
            self.lines.append("s.%s = C.size_t(%s.count)" % (field(length), lower(length)))
        if self.joined:
            self.lines += ["s.text = joined.text(call)", "s.text_length = C.size_t(len(joined.bytes))"]
        if self.callbacks:
            self.lines.append("s.user_data = box.userData()")

    def fail(self, item, message):
        raise ApiError(
            "%s:%d: struct %s: field %s (%s) %s"
            % (self.api.path, self.struct["line"], self.struct["name"], item["name"], item["type"]["c"], message)
        )

    def add(self, item):
        name, kind, type_ = camel(item["name"]), item["type"]["kind"], item["type"]
        target = "s.%s" % field(item["name"])
        value = "o." + name
        if self.joined and item["name"] == "text":
            return
        if self.joined and item["name"].endswith("_offsets") and "len" in item:
            many = camel(texts_field(item["name"]))
            if any(many == other[0] for other in self.fields):
                self.fail(item, "would be a second field %s" % many)
            self.lines.append(
                "%s = (*C.int64_t)(joined.add(call, &%s, %s, o.%s))"
                % (target, lower(item["len"]["of"]), quoted(texts_field(item["name"])), many)
            )
            self.fields.append((many, "[]string", item["doc"], item["name"]))
            return
        if "len" in item:
            element, c_element = self.api.element(item, self.fail)
            self.lines.append(
                "%s = (*C.%s)(copyArray(call, &%s, %s, %s, %d))"
                % (target, c_element, lower(item["len"]["of"]), quoted(item["name"]), value, item["len"]["plus"])
            )
            self.fields.append((name, "[]" + element, item["doc"], item["name"]))
        elif kind == "char" and type_["pointers"] == 1 and type_["const"]:
            self.lines.append("%s = call.text(%s, %s)" % (target, quoted(item["name"]), value))
            self.fields.append((name, "string", item["doc"], item["name"]))
        elif kind == "callback":
            callback = self.api.callback(item, self.fail)
            if callback in self.callbacks:
                self.fail(item, "is a second callback of that type with the same user_data")
            if not self.callbacks:
                self.lines.insert(0, "box := call.callbacks()")
            self.callbacks.append(callback)
            self.lines += [
                "if %s != nil {" % value,
                "\tbox.functions[%s] = %s" % (quoted(callback.c_name), value),
                "\t%s = (C.%s)(C.%s)" % (target, callback.c_name, callback.trampoline),
                "}",
            ]
            self.fields.append((name, callback.go_type, item["doc"], item["name"]))
        elif kind == "handle" and type_["pointers"] == 1:
            self.api.plain_handle(item, self.fail)
            self.lines.append(
                "%s = (*C.%s)(call.enter(%s.state(), %s, true))" % (target, type_["base"], value, quoted(item["name"]))
            )
            self.fields.append((name, "*" + camel(strip(type_["base"])), item["doc"], item["name"]))
        elif kind in ("scalar", "enum") and not type_["pointers"]:
            go, c = self.api.scalar(item, self.fail)
            self.lines.append("%s = %s" % (target, self.api.to_c(item, go, c, value)))
            self.fields.append((name, go, item["doc"], item["name"]))
        else:
            self.fail(item, "has no meaning in Go")


def quoted(text):
    return '"%s"' % text


class Method:
    """One function or method."""

    def __init__(self, api, function):
        self.api, self.function = api, function
        parameters = function["parameters"]
        self.self_ = parameters[0] if parameters and parameters[0]["role"] == "self" else None
        self.has_call = any(item["role"] == "call" for item in parameters)
        self.has_error = any(item["role"] == "error" for item in parameters)
        self.owner = self.self_["type"]["base"] if self.self_ else api.static_owner(function["name"])
        self.full = strip(function["name"])
        noun = strip(self.owner) if self.owner else None
        own = self.full.startswith(noun + "_") if noun else False
        short = self.full[len(noun) + 1 :] if own and (self.self_ or noun == "store") else self.full
        self.name = camel(short)
        self.receiver = lower(noun)[:1] if self.self_ else None
        self.parameters, self.lines, self.arguments = [], [], []
        self.option = None
        self.paged = False
        self.callbacks = []
        self.outs = [item for item in parameters if item["role"] == "out"]
        self.may_none = "NONE" in function["statuses"]
        for item in parameters:
            self.input(item)
        handles = [item for item in self.outs if item["type"]["kind"] == "handle"]
        self.found = self.may_none and not handles and bool(self.outs)
        self.results = [self.output(item) for item in self.outs if not self.is_length(item)]

    def fail(self, item, message):
        raise ApiError(
            "%s:%d: %s: parameter %s (%s) %s"
            % (self.api.path, self.function["line"], self.function["name"], item["name"], item["type"]["c"], message)
        )

    def is_length(self, out):
        return any("len" in other and other["len"]["of"] == out["name"] for other in self.outs)

    # ---- inputs ------------------------------------------------------------------------------------

    def local(self, name):
        word = lower(name)
        return word + "Value" if word == self.receiver else word

    def input(self, item):
        role, type_ = item["role"], item["type"]
        name = self.local(item["name"])
        c_name = "c" + camel(item["name"])
        nullable = "true" if item.get("nullable") else "false"
        if role == "self":
            if type_["base"] not in self.api.handles:
                self.fail(item, "has no meaning in Go: go_names.BY_HAND can name the function and why")
            self.lines.append(
                "self := (*C.%s)(call.enter(%s.state(), %s, %s))"
                % (type_["base"], self.receiver, quoted(strip(type_["base"])), nullable)
            )
            self.arguments.append("self")
        elif role in ("call", "error"):
            self.arguments.append("limits" if role == "call" else "failure")
        elif role == "out":
            self.arguments.append("&o" + camel(item["name"]))
        elif role == "user_data":
            self.arguments.append("box.userData()")
        elif role == "length":
            self.arguments.append("C.size_t(%s.count)" % name)
        elif role == "struct":
            self.struct(item, name, c_name)
        elif role == "handle":
            self.api.plain_handle(item, self.fail)
            self.lines.append(
                "%s := (*C.%s)(call.enter(%s.state(), %s, %s))"
                % (c_name, type_["base"], name, quoted(item["name"]), nullable)
            )
            self.take(item, name, "*" + camel(strip(type_["base"])), c_name)
        elif role == "text":
            function = "text" if item.get("nullable") else "requiredText"
            self.lines.append("%s := call.%s(%s, %s)" % (c_name, function, quoted(item["name"]), name))
            self.take(item, name, "string", c_name)
        elif role == "array":
            element, c_element = self.api.element(item, self.fail)
            length = self.local(item["len"]["of"])
            declared = "var %s arrayLength" % length
            if declared not in self.lines:
                self.lines.append(declared)
            self.lines.append(
                "%s := (*C.%s)(lendArray(call, &%s, %s, %s, %d, %s))"
                % (c_name, c_element, length, quoted(item["name"]), name, item["len"]["plus"], nullable)
            )
            self.take(item, name, "[]" + element, c_name)
        elif role == "value":
            go, c = self.api.scalar(item, self.fail)
            self.take(item, name, go, self.api.to_c(item, go, c, name))
        elif role == "foreign":
            self.take(item, name, "unsafe.Pointer", "(*C.struct_%s)(%s)" % (type_["base"], name))
        elif role == "callback":
            callback = self.api.callback(item, self.fail)
            if "box := call.callbacks()" not in self.lines:
                self.lines.append("box := call.callbacks()")
            self.note_callbacks(item, [callback])
            self.lines += [
                "var %s C.%s" % (c_name, callback.c_name),
                "if %s != nil {" % name,
                "\tbox.functions[%s] = %s" % (quoted(callback.c_name), name),
                "\t%s = (C.%s)(C.%s)" % (c_name, callback.c_name, callback.trampoline),
                "}",
            ]
            self.take(item, name, callback.go_type, c_name)
        else:
            self.fail(item, "has no meaning in Go: go_names.BY_HAND can name the function and why")

    def note_callbacks(self, item, callbacks):
        """All callbacks of a call share what it hands to C, by their type."""
        for callback in callbacks:
            if callback in self.callbacks:
                self.fail(item, "is a second callback of type %s" % callback.c_name)
            self.callbacks.append(callback)

    def take(self, item, name, go_type, argument):
        if any(name == other for other, _ in self.parameters):
            self.fail(item, "would be a second parameter %s" % name)
        self.parameters.append((name, go_type))
        self.arguments.append(argument)

    def struct(self, item, name, c_name):
        struct = self.api.struct(item, self.fail)
        self.note_callbacks(item, struct.callbacks)
        if not item.get("nullable"):
            self.lines.append("%s := %s.toC(call)" % (c_name, name))
            self.take(item, name, struct.name, c_name)
            return
        if self.option:
            self.fail(item, "is a second struct that may be left out")
        self.option = struct
        self.lines += ["var chosen %s" % struct.name]
        if self.has_call:
            self.lines += [
                "for _, option := range opts {",
                "\tif option != nil {",
                "\t\toption.%s(&chosen, call)" % struct.apply,
                "\t}",
                "}",
            ]
        else:
            self.lines += ["for _, option := range opts {", "\tchosen = option", "}"]
        self.lines.append("%s := chosen.toC(call)" % c_name)
        self.arguments.append(c_name)
        self.paged = struct.paged and bool(self.outs) and self.outs[0]["type"]["base"] == "annoproj_table"

    # ---- results -----------------------------------------------------------------------------------

    def output(self, item):
        """(Go type, C type of the variable, expression, what stands for nothing)."""
        type_, variable = item["type"], "o" + camel(item["name"])
        kind, base = type_["kind"], type_["base"]
        if kind == "handle" and type_["pointers"] == 2:
            if base in self.api.runtime_handles:
                self.fail(item, "has no meaning in Go")
            c_type = "*C." + base
            parent = self.receiver if self.self_ else "nil"
            box = "call.keep()" if self.callbacks else "nil"
            if base in ROW_HANDLES:
                return self.rows_output(item, base, variable, c_type, (parent, box))
            go = camel(strip(base))
            return "*" + go, c_type, "new%s(%s, %s, %s)" % (go, variable, parent, box), "nil"
        if kind in ("char", "void") and type_["pointers"] == 2:
            if item.get("owned") != "annoproj_free":
                self.fail(item, "has no meaning in Go: its owner is not annoproj_free")
            if "len" in item:
                c_type = "*C.char" if kind == "char" else "unsafe.Pointer"
                length = "o" + camel(item["len"]["of"])
                return "[]byte", c_type, "takeBytes(unsafe.Pointer(%s), %s)" % (variable, length), "nil"
            if kind == "char":
                return "string", "*C.char", "takeText(%s)" % variable, '""'
        if kind in ("scalar", "enum") and type_["pointers"] == 1:
            go, c = self.api.scalar(item, self.fail)
            return go, "C." + c, "%s(%s)" % (go, variable), "false" if go == "bool" else "0"
        self.fail(item, "has no meaning in Go: go_names.BY_HAND can name the function and why")

    def rows_output(self, item, base, variable, c_type, keeps):
        rows = item.get("rows")
        if rows:
            row = camel(rows)
            decode = "decode" + row
        elif self.owner in ROW_HANDLES and self.self_:
            row, decode = "R", self.receiver + ".decode"
        else:
            self.fail(item, "says no row type")
        if base == "annoproj_stream":
            return "*Stream[%s]" % row, c_type, "newStream(%s, %s, %s)" % (variable, decode, ", ".join(keeps)), "nil"
        return "*Table[%s]" % row, c_type, "newTable(%s, %s)" % (variable, decode), "nil"

    # ---- text --------------------------------------------------------------------------------------

    def signature(self, name):
        parts = ["ctx context.Context"] if self.has_call else []
        parts += ["%s %s" % pair for pair in self.parameters]
        parts += self.variadic()
        head = "func "
        if self.self_:
            head += "(%s *%s) " % (self.receiver, self.api.receiver_type(self.owner))
        return "%s%s(%s)%s {" % (head, name, ", ".join(parts), self.result_types())

    def variadic(self):
        if self.option:
            return ["opts ...%s" % (self.option.option if self.has_call else self.option.name)]
        return ["opts ...CallOption"] if self.has_call else []

    def result_types(self):
        if not self.has_error:
            go = self.plain()[0]
            return " " + go if go else ""
        types = [result[0] for result in self.results] + (["bool"] if self.found else []) + ["error"]
        return " " + types[0] if len(types) == 1 else " (%s)" % ", ".join(types)

    def plain(self):
        """(Go type, expression around the call) of a function that cannot fail."""
        type_ = self.function["result"]
        if type_["kind"] == "void" and not type_["pointers"]:
            return "", "%s"
        if type_["kind"] == "char" and type_["pointers"] == 1 and type_["const"]:
            return "string", "C.GoString(%s)"
        if type_["kind"] in ("scalar", "enum") and not type_["pointers"]:
            go = camel(strip(type_["base"])) if type_["kind"] == "enum" else SCALARS[type_["base"]]
            return go, go + "(%s)"
        raise ApiError(
            "%s:%d: %s: result %s has no meaning in Go"
            % (self.api.path, self.function["line"], self.function["name"], type_["c"])
        )

    def body(self):
        out = []
        simple = not self.has_error and not self.lines
        if not simple:
            out += ["call := newCall(%s)" % ("ctx" if self.has_call else "nil"), "defer call.end()"]
        if self.has_call and not self.option:
            out += ["call.apply(opts)"]
        out += self.lines
        invocation = "C.%s(%s)" % (self.function["name"], ", ".join(self.arguments))
        if not self.has_error:
            return out + [("return " if self.plain()[0] else "") + self.plain()[1] % invocation]
        for item in self.outs:
            if self.is_length(item):
                out.append("var o%s C.size_t" % camel(item["name"]))
        for item, result in zip([item for item in self.outs if not self.is_length(item)], self.results):
            out.append("var o%s %s" % (camel(item["name"]), result[1]))
        limits = "limits" if self.has_call else "_"
        function = [
            "func(%s *C.annoproj_call, failure **C.annoproj_error) C.annoproj_status {" % limits,
            "\treturn " + invocation,
            "})",
        ]
        if not self.results:
            return out + ["_, err := call.run(" + function[0]] + function[1:] + ["return err"]
        out += ["%s, err := call.run(" % ("status" if self.found else "_") + function[0]] + function[1:]
        nothing = [result[3] for result in self.results] + (["false"] if self.found else [])
        out += ["if err != nil {", "\treturn %s, err" % ", ".join(nothing), "}"]
        values = [result[2] for result in self.results] + (["status == C.ANNOPROJ_OK"] if self.found else [])
        return out + ["return %s, nil" % ", ".join(values)]

    def write(self):
        last = "In C: %s." % self.function["name"]
        doc = self.function["doc"]
        if not self.has_error and self.plain()[0] == "string":
            doc = doc.replace("NULL when", '"" when')
        out = self.api.texts.comment(doc, last=last)
        out.append(self.signature(self.name))
        return out + ["\t" + line for line in self.body()] + ["}", ""]

    def write_pages(self):
        """An iterator over all pages of a list."""
        row = self.results[0][0][len("*Table[") : -1]
        names = [name for name, _ in self.parameters]
        out = [
            "// %sPages goes over all pages of %s, each fetched when it is asked for." % (self.name, self.name),
            "// A context that ends ends the loop.",
            self.signature(self.name + "Pages").replace(self.result_types() + " {", " *Pages[%s] {" % row),
            "\treturn newPages(func(page string) (*Table[%s], error) {" % row,
        ]
        option = self.option
        out += [
            "\t\tif page == \"\" {",
            "\t\t\treturn %s.%s(%s)" % (self.receiver, self.name, ", ".join(["ctx"] + names + ["opts..."])),
            "\t\t}",
            "\t\tnext := append(opts[:len(opts):len(opts)], %sPage(page))" % option.apply,
            "\t\treturn %s.%s(%s)" % (self.receiver, self.name, ", ".join(["ctx"] + names + ["next..."])),
            "\t})",
            "}",
            "",
        ]
        return out
