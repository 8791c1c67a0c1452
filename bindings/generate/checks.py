"""Rules of the header that go beyond its grammar. Every problem is one line with its place."""

import os
import shlex
import subprocess
import tempfile

import write_api
from python_names import error_class


def problems(model, path):
    """Everything that is wrong with a model."""
    found = []
    functions = {function["name"]: function for function in model["functions"]}
    rows = {row["name"] for row in model["rows"]}
    enums = {enum["name"] for enum in model["enums"]}
    for struct in model["structs"]:
        found += _struct(struct, functions, path)
    for struct in model["structs"]:
        found += _fields(struct, enums, path)
    for function in model["functions"]:
        found += _function(function, functions, rows, enums, path)
    for callback in model["callbacks"]:
        for item in callback["parameters"]:
            found += _enum(item, enums, "%s: %s: parameter %s" % (path, callback["name"], item["name"]))
    for handle in model["handles"]:
        if handle["free"] is None:
            found.append("%s: handle %s has no %s_close or %s_free" % ((path,) + (handle["name"],) * 3))
    return found + _exceptions(model, path)


def _struct(struct, functions, path):
    place, name = "%s:%d: struct %s" % (path, struct["line"], struct["name"]), struct["name"]
    fields = struct["fields"]
    if fields[0]["name"] != "size" or fields[0]["type"]["c"] != "size_t":
        return ["%s: its first field must be size_t size" % place]
    found = []
    values = struct.get("init_values")
    if values is None:
        found.append("%s has no %s_INIT macro" % (place, name.upper()))
    else:
        wanted = ["sizeof(%s)" % name] + [_zero(field["type"]) for field in fields[1:]]
        if len(values) != len(wanted):
            found.append("%s: %s lists %d of %d fields" % (place, struct["init_macro"], len(values), len(wanted)))
        else:
            for field, value, want in zip(fields, values, wanted):
                if value != want:
                    found.append(
                        "%s: %s: field %s is %s, must be %s" % (place, struct["init_macro"], field["name"], value, want)
                    )
    init = functions.get(name + "_init")
    if init is None:
        found.append("%s has no function %s_init" % (place, name))
    elif [item["type"]["c"] for item in init["parameters"]] != [name + " *"] or init["result"]["c"] != "void":
        found.append("%s: %s_init must be void (%s *)" % (place, name, name))
    return found


def _zero(type_):
    if type_["pointers"] or type_["kind"] == "callback":
        return "NULL"
    return {"bool": "false", "double": "0.0"}.get(type_["base"], "0")


def _fields(struct, enums, path):
    found, names = [], {field["name"] for field in struct["fields"]}
    for field in struct["fields"]:
        place = "%s:%d: %s.%s" % (path, struct["line"], struct["name"], field["name"])
        if "len" in field and field["len"]["of"] not in names:
            found.append("%s: ANNOPROJ_LEN(%s) names no field" % (place, field["len"]["of"]))
        found += _enum(field, enums, place)
    return found


def _enum(item, enums, place):
    found = []
    for key in ("enum", "flags"):
        if key in item and item[key] not in enums:
            found.append("%s: ANNOPROJ_%s(%s) names no enum" % (place, key.upper(), item[key]))
    if item["type"]["kind"] == "enum" and "enum" not in item and "flags" not in item:
        found.append("%s has type %s and must say ANNOPROJ_ENUM or ANNOPROJ_FLAGS" % (place, item["type"]["base"]))
    return found


def _function(function, functions, rows, enums, path):
    name, place = function["name"], "%s:%d: %s" % (path, function["line"], function["name"])
    parameters = function["parameters"]
    names = {item["name"] for item in parameters}
    found, results_begun = [], False
    for item in parameters:
        here = "%s: parameter %s" % (place, item["name"])
        if "len" in item and item["len"]["of"] not in names:
            found.append("%s: ANNOPROJ_LEN(%s) names no parameter" % (here, item["len"]["of"]))
        if "rows" in item and item["rows"] not in rows:
            found.append("%s: ANNOPROJ_ROWS(%s) names no row type" % (here, item["rows"]))
        if "owned" in item and item["owned"] not in functions:
            found.append("%s: ANNOPROJ_OWNED(%s) names no function" % (here, item["owned"]))
        if "borrowed" in item and item["borrowed"] not in names:
            found.append("%s: ANNOPROJ_BORROWED(%s) names no parameter" % (here, item["borrowed"]))
        found += _enum(item, enums, here)
        if item["role"] == "foreign" and not item.get("out"):
            found.append("%s: struct %s says ANNOPROJ_OUT" % (here, item["type"]["base"]))
        if item["role"] in ("out", "foreign"):
            results_begun = True
            if item["type"]["pointers"] == 2 and "owned" not in item and "borrowed" not in item:
                found.append("%s: a result that is a pointer says ANNOPROJ_OWNED or ANNOPROJ_BORROWED" % here)
            if item["type"]["base"] == "annoproj_table" and "rows" not in item and name != "annoproj_stream_next":
                found.append("%s: a table says its row type with ANNOPROJ_ROWS" % here)
            if not item["type"]["pointers"]:
                found.append("%s: a result must be a pointer" % here)
        elif item["role"] == "error":
            if item is not parameters[-1] or not item.get("out"):
                found.append("%s must be the last one and say ANNOPROJ_OUT" % here)
        elif results_begun:
            found.append("%s stands after a result: inputs, options, call, results, error is the order" % here)
        if item["role"] == "memory":
            if name not in write_api.BY_HAND:
                found.append("%s: a pointer says ANNOPROJ_OUT or ANNOPROJ_LEN" % here)
    if "borrowed" in function and function["borrowed"] not in names:
        found.append("%s: ANNOPROJ_BORROWED(%s) names no parameter" % (place, function["borrowed"]))
    if any(item["role"] == "call" for item in parameters) and not function["blocking"]:
        found.append("%s takes a call and must say ANNOPROJ_BLOCKING" % place)
    if any(item["role"] == "error" for item in parameters) and function["result"]["base"] != "annoproj_status":
        found.append("%s takes an error and must return annoproj_status" % place)
    return found


def _exceptions(model, path):
    """Every failure has an exception of its own."""
    found, seen = [], {}
    for enum in model["enums"]:
        if enum["name"] != "annoproj_status":
            continue
        for value in enum["values"]:
            if value["value"] >= 0:
                continue
            name = error_class(value["name"][len("ANNOPROJ_") :])
            if name in seen or name == "Error":
                found.append(
                    "%s: %s and %s would be the same exception %s" % (path, value["name"], seen.get(name), name)
                )
            if not value["doc"]:
                found.append("%s: status %s says nothing about what it means" % (path, value["name"]))
            seen[name] = value["name"]
    if not seen:
        found.append("%s: there is no enum annoproj_status_values with failures" % path)
    return found


def compiles(source, header):
    """The redeclarations and static assertions next to the real header."""
    compiler = shlex.split(os.environ.get("CC") or "cc")
    with tempfile.TemporaryDirectory() as folder:
        command = compiler + [
            "-std=c11",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-I",
            os.path.dirname(os.path.abspath(header)),
            "-c",
            source,
            "-o",
            os.path.join(folder, "abi_layout.o"),
        ]
        try:
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
        except FileNotFoundError:
            return ["compiler %s is not here: set CC" % compiler[0]]
    if done.returncode:
        return ["abi_layout.c does not compile next to the header:\n%s" % done.stdout]
    return []
