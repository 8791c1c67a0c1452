"""What a callback type becomes in Go: a func type, the Go function behind it, and the C function that calls that."""

from go_names import SCALARS, ApiError, camel, lower, strip


class Callback:
    """One callback type of the header."""

    def __init__(self, api, callback):
        self.callback = callback
        self.c_name = callback["name"]
        self.trampoline = "annoprojGoTrampoline" + camel(strip(callback["name"]))
        self.export = "annoprojGo" + camel(strip(callback["name"]))
        self.parts = []  # (kind, name, Go type)
        self.returns_status = callback["result"]["kind"] == "scalar"
        parameters = callback["parameters"]
        place = "%s: callback %s" % (api.path, self.c_name)
        if not parameters or parameters[-1]["name"] != "user_data" or parameters[-1]["type"]["c"] != "void *":
            raise ApiError("%s: its last parameter must be void *user_data" % place)
        if callback["result"]["c"] not in ("void", "int32_t"):
            raise ApiError("%s: its result must be void or int32_t" % place)
        index, last = 0, len(parameters) - 1
        while index < last:
            item = parameters[index]
            type_, name = item["type"], item["name"]
            following = parameters[index + 1]["name"] if index + 1 < last else ""
            if type_["base"] == "void" and type_["pointers"] == 1 and following == "length":
                self.parts.append(("bytes", name, "[]byte"))
                index += 1
            elif type_["base"] == "char" and type_["pointers"] == 1 and type_["const"]:
                self.parts.append(("text", name, "string"))
            elif type_["kind"] == "scalar" and type_["pointers"] == 1 and not type_["const"]:
                self.parts.append(("result", name, SCALARS[type_["base"]]))
            elif type_["kind"] in ("scalar", "enum") and not type_["pointers"]:
                enum = item.get("enum") or item.get("flags") or (type_["base"] if type_["kind"] == "enum" else None)
                self.parts.append(("value", name, camel(strip(enum)) if enum else SCALARS[type_["base"]]))
            else:
                raise ApiError("%s: parameter %s (%s) has no meaning in Go" % (place, name, type_["c"]))
            index += 1
        results = [go for kind, _, go in self.parts if kind == "result"] + (["error"] if self.returns_status else [])
        given = ", ".join("%s %s" % (lower(name), go) for kind, name, go in self.parts if kind != "result")
        given_back = results[0] if len(results) == 1 else "(%s)" % ", ".join(results)
        self.go_type = ("func(%s) %s" % (given, given_back if results else "")).rstrip()

    def write_go(self):
        """The function that C calls; what goes wrong in the user's function is kept for the call that it ends."""
        parameters, arguments, results = [], [], []
        for item in self.callback["parameters"]:
            pointer, base = "*" if item["type"]["pointers"] else "", item["type"]["base"]
            parameters.append(
                "%s %s" % (lower(item["name"]), "unsafe.Pointer" if base == "void" else "%sC.%s" % (pointer, base))
            )
        for kind, name, go in self.parts:
            if kind == "bytes":
                arguments.append("unsafe.Slice((*byte)(%s), int(length))" % lower(name))
            elif kind == "text":
                arguments.append("C.GoString(%s)" % lower(name))
            elif kind == "value":
                arguments.append("%s(%s)" % (go, lower(name)))
            else:
                results.append((lower(name), next(p for p in self.callback["parameters"] if p["name"] == name)))
        outcome = " (outcome C.int32_t)" if self.returns_status else ""
        out = ["//export %s" % self.export, "func %s(%s)%s {" % (self.export, ", ".join(parameters), outcome)]
        out += [
            "\tbox := boxOf(userData)",
            "\tdefer box.recovered(%s)" % ("func() { outcome = 1 }" if self.returns_status else "nil"),
            '\tfunction := box.functions["%s"].(%s)' % (self.c_name, self.go_type),
        ]
        invocation = "function(%s)" % ", ".join(arguments)
        if not self.returns_status:
            return out + ["\t" + invocation, "}", ""]
        if results:
            name, item = results[0]
            out += ["\tvalue, err := " + invocation, "\t*%s = C.%s(value)" % (name, item["type"]["base"])]
            end = any(kind == "bytes" for kind, _, _ in self.parts)  # like an io.Reader
            out += ["\treturn box.outcome(%s)" % ("notTheEnd(err)" if end else "err"), "}", ""]
        else:
            out += ["\treturn box.outcome(%s)" % invocation, "}", ""]
        return out

    def prototype(self):
        parameters = ", ".join(
            item["type"]["c"] + ("" if item["type"]["c"].endswith("*") else " ") + item["name"]
            for item in self.callback["parameters"]
        )
        return "%s %s(%s)" % (self.callback["result"]["c"], self.trampoline, parameters)

    def write_c(self):
        arguments = []
        for item in self.callback["parameters"]:
            plain = item["type"]["base"] in ("void", "char") and item["type"]["const"]
            arguments.append("(%s *)%s" % (item["type"]["base"], item["name"]) if plain else item["name"])
        invocation = "%s(%s);" % (self.export, ", ".join(arguments))
        if not self.returns_status:
            return ["", self.prototype() + " {", "    depth++;", "    " + invocation, "    depth--;", "}"]
        return [
            "",
            self.prototype() + " {",
            "    depth++;",
            "    int32_t outcome = " + invocation,
            "    depth--;",
            "    return outcome;",
            "}",
        ]
