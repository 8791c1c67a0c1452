"""The ctypes layer: structs, callback types, handle pointers and every function with its types."""

from write_abi import MARK

SCALARS = {
    "bool": "c_bool",
    "int32_t": "c_int32",
    "int64_t": "c_int64",
    "uint8_t": "c_uint8",
    "uint32_t": "c_uint32",
    "uint64_t": "c_uint64",
    "double": "c_double",
    "size_t": "c_size_t",
}


def ctype(type_, item=None):
    """The ctypes expression of a C type; arrays are plain addresses, so that any buffer fits."""
    kind, base, pointers = type_["kind"], type_["base"], type_["pointers"]
    if kind == "foreign":
        return "c_void_p"
    if kind == "void":
        return "None" if not pointers else "c_void_p" if pointers == 1 else "POINTER(c_void_p)"
    if kind == "char":
        if pointers == 1:
            return "c_void_p" if item and "len" in item or not type_["const"] else "c_char_p"
        return "POINTER(c_void_p)"
    if kind == "callback":
        return base
    if kind == "handle":
        return "%s_p" % base if pointers == 1 else "POINTER(%s_p)" % base
    name = base if kind == "struct" else "c_int32" if kind == "enum" else SCALARS[base]
    if not pointers:
        return name
    if pointers == 1 and kind != "struct" and not (item and item.get("out")):
        return "c_void_p"
    for _ in range(pointers):
        name = "POINTER(%s)" % name
    return name


def callback_ctype(type_, item):
    """In a callback a pointer to a number is something to write to."""
    if type_["kind"] == "scalar" and type_["pointers"] == 1 and not type_["const"]:
        return "POINTER(%s)" % SCALARS[type_["base"]]
    return ctype(type_, item)


def write(model):
    out = [
        '"""The C interface through ctypes. %s"""' % MARK,
        "",
        "from ctypes import (CFUNCTYPE, POINTER, Structure, c_bool, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint8,",
        "                    c_uint32, c_uint64, c_void_p)",
        "",
        "from . import _library",
        "",
    ]
    for item in model["constants"]:
        out.append("%s = %r" % (item["name"], item["value"]))
    for enum in model["enums"]:
        out.append("")
        out += ["%s = %d" % (value["name"], value["value"]) for value in enum["values"]]
    for handle in model["handles"]:
        out += ["", "", "class %s_p(c_void_p):" % handle["name"], "    pass"]
    for callback in model["callbacks"]:
        types = [ctype(callback["result"])] + [callback_ctype(item["type"], item) for item in callback["parameters"]]
        out += ["", "", "%s = CFUNCTYPE(%s)" % (callback["name"], ", ".join(types))]
    views = {
        item["type"]["base"]
        for function in model["functions"]
        for item in function["parameters"]
        if item["role"] == "out" and function["name"] != item["type"]["base"] + "_init"
    }
    for struct in model["structs"]:
        out += ["", "", "class %s(Structure):" % struct["name"], "    _fields_ = ["]
        for field in struct["fields"]:
            # What a view points at is no text that ends with NUL.
            kind = (
                "c_void_p"
                if struct["name"] in views and field["type"]["kind"] == "char"
                else ctype(field["type"], field)
            )
            out.append('        ("%s", %s),' % (field["name"], kind))
        out.append("    ]")
    out += ["", "", "# Name, result, parameters of every function.", "FUNCTIONS = ("]
    for function in model["functions"]:
        types = [ctype(item["type"], item) for item in function["parameters"]]
        out.append(
            '    ("%s", %s, (%s)),'
            % (function["name"], ctype(function["result"]), ", ".join(types) + ("," if len(types) == 1 else ""))
        )
    out += [
        ")",
        "",
        "LIBRARY = _library.load(ANNOPROJ_VERSION_MAJOR, ANNOPROJ_VERSION_MINOR)",
        "_library.bind(LIBRARY, FUNCTIONS)",
        "",
    ]
    out += ["%s = LIBRARY.%s" % (function["name"], function["name"]) for function in model["functions"]]
    return "\n".join(out) + "\n"
