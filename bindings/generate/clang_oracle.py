"""Compares the model with what clang reads from the same header: an independent reader."""

import json
import os
import re
import shutil
import subprocess


def problems(model, header):
    """(whether clang was there, what differs)."""
    clang = shutil.which("clang")
    if clang is None:
        return False, []
    done = subprocess.run(
        [clang, "-x", "c", "-std=c11", "-fsyntax-only", "-Xclang", "-ast-dump=json", header],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        env=dict(os.environ, CCACHE_DISABLE="1"),  # a compiler cache may answer with an earlier header's dump
    )
    if done.returncode:
        return True, ["clang does not accept the header:\n%s" % done.stderr]
    return True, compare(model, json.loads(done.stdout))


def compare(model, tree):
    found = []
    functions, enums, structs = {}, {}, {}
    for node in tree["inner"]:
        name = node.get("name", "")
        if not name.startswith("annoproj_"):
            continue
        if node["kind"] == "FunctionDecl":
            functions[name] = _spaces(node["type"]["qualType"])
        elif node["kind"] == "EnumDecl":
            enums[name[: -len("_values")]] = _values(node)
        elif node["kind"] == "RecordDecl" and node.get("completeDefinition"):
            structs[name] = [
                (part["name"], _spaces(part["type"]["qualType"]))
                for part in node["inner"]
                if part["kind"] == "FieldDecl"
            ]
    ours = {}
    for function in model["functions"]:
        parameters = ", ".join(item["type"]["c"] for item in function["parameters"]) or "void"
        ours[function["name"]] = _spaces("%s (%s)" % (function["result"]["c"], parameters))
    found += _differences("function", functions, ours)
    found += _differences(
        "enum",
        enums,
        {enum["name"]: [(value["name"], value["value"]) for value in enum["values"]] for enum in model["enums"]},
    )
    found += _differences(
        "struct",
        structs,
        {
            struct["name"]: [(field["name"], _spaces(field["type"]["c"])) for field in struct["fields"]]
            for struct in model["structs"]
        },
    )
    return found


def _spaces(text):
    text = text.replace("_Bool", "bool")
    return re.sub(r"\s*([*(),])\s*", r"\1", re.sub(r"\s+", " ", text))


def _values(node):
    values = []
    for part in node.get("inner", ()):
        if part["kind"] == "EnumConstantDecl":
            values.append((part["name"], int(_constant(part))))
    return values


def _constant(node):
    """The folded value, wherever clang keeps it."""
    for part in node.get("inner", ()):
        if "value" in part and part["kind"] == "ConstantExpr":
            return part["value"]
        found = _constant(part)
        if found is not None:
            return found
    return None


def _differences(what, theirs, ours):
    found = []
    for name in sorted(set(theirs) | set(ours)):
        if name not in ours:
            found.append("%s %s: clang sees it, the model does not have it" % (what, name))
        elif name not in theirs:
            found.append("%s %s: the model has it, clang does not see it" % (what, name))
        elif theirs[name] != ours[name]:
            found.append("%s %s: clang reads %s, the model says %s" % (what, name, theirs[name], ours[name]))
    return found
