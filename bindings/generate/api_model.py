"""Adds to the parsed header what follows from it: roles of parameters, free functions, layouts, statuses, rights."""

import json
import re

SIZES = {"bool": 1, "uint8_t": 1, "int32_t": 4, "uint32_t": 4, "int64_t": 8, "uint64_t": 8, "double": 8, "size_t": 8}


def complete(model):
    """Fills in the derived part of the model and returns it."""
    flags = {item.get("flags") for item in _annotated(model)}
    for enum in model["enums"]:
        enum["flags"] = enum["name"] in flags
    frees = {}
    for function in model["functions"]:
        _roles(function)
        function["rights"] = _rights(function["doc"])
        first = function["parameters"][0] if function["parameters"] else None
        if (
            first
            and first["role"] == "self"
            and function["name"] in (first["type"]["base"] + "_close", first["type"]["base"] + "_free")
        ):
            frees[first["type"]["base"]] = function
    for handle in model["handles"]:
        free = frees.get(handle["name"])
        handle["free"] = free["name"] if free else None
        handle["free_takes_call"] = bool(free) and len(free["parameters"]) > 1
    for struct in model["structs"]:
        _layout(struct)
    _statuses(model)
    return model


def as_json(model):
    """The text of api.json: stable, without places of the machine."""

    def clean(value):
        if isinstance(value, dict):
            return {key: clean(part) for key, part in value.items() if key != "line"}
        if isinstance(value, list):
            return [clean(part) for part in value]
        return value

    return json.dumps(clean(model), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _annotated(model):
    for struct in model["structs"]:
        yield from struct["fields"]
    for function in model["functions"] + model["callbacks"]:
        yield from function["parameters"]


def _roles(function):
    parameters = function["parameters"]
    lengths = {item["len"]["of"] for item in parameters if "len" in item}
    callbacks = any(item["type"]["kind"] == "callback" for item in parameters)
    for index, item in enumerate(parameters):
        kind, base, pointers = item["type"]["kind"], item["type"]["base"], item["type"]["pointers"]
        if base == "annoproj_error" and pointers == 2 and item["name"] == "error":
            role = "error"
        elif base == "annoproj_call" and not item.get("out"):
            role = "call"
        elif kind == "foreign":
            role = "foreign"  # the caller gives the place of a struct that neither side knows the inside of
        elif item.get("out"):
            role = "out"
        elif item["name"] in lengths:
            role = "length"
        elif "len" in item:
            role = "array"
        elif kind == "handle" and pointers == 1:
            role = "handle" if index else "self"
        elif kind == "struct":
            role = "struct"
        elif kind == "callback":
            role = "callback"
        elif base == "void" and item["name"] == "user_data" and callbacks:
            role = "user_data"
        elif base == "char" and pointers == 1:
            role = "text"
        elif pointers == 0:
            role = "value"
        else:
            role = "memory"
        item["role"] = role


def _rights(doc):
    """What stands after `Rights:` up to the end of the paragraph."""
    match = re.search(r"\bRights:\s*(.*?)(?:\n\n|$)", doc, re.S)
    return re.sub(r"\s+", " ", match.group(1)).strip().rstrip(".") if match else ""


def _layout(struct):
    """Offsets and size as 64-bit platforms have them; tests/generated/abi_layout.c proves them."""
    offset, largest = 0, 1
    for field in struct["fields"]:
        size = (
            8
            if field["type"]["pointers"] or field["type"]["kind"] == "callback"
            else 4 if field["type"]["kind"] == "enum" else SIZES[field["type"]["base"]]
        )
        offset = (offset + size - 1) // size * size
        field["offset"], field["bytes"] = offset, size
        offset += size
        largest = max(largest, size)
    struct["bytes"] = (offset + largest - 1) // largest * largest


def _statuses(model):
    """The statuses that a function's comment names, also by pointing at another function."""
    names = [
        value["name"][len("ANNOPROJ_") :]
        for enum in model["enums"]
        if enum["name"] == "annoproj_status"
        for value in enum["values"]
    ]
    by_name = {function["name"]: function for function in model["functions"]}
    for function in model["functions"]:
        function["statuses"] = [name for name in names if re.search(r"\b(ANNOPROJ_)?%s\b" % name, function["doc"])]
    for function in model["functions"]:
        for match in re.finditer(r"Statuses(?: and rights)? as (annoproj_[a-z0-9_]+)", function["doc"]):
            other = by_name.get(match.group(1))
            if other:
                both = set(function["statuses"]) | set(other["statuses"])
                function["statuses"] = [name for name in names if name in both]
