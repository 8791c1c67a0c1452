"""Enums and rows, which look the same in the module and in its stubs, and the stubs themselves."""

from write_abi import MARK

COLUMN_HINTS = {
    "int64": "int",
    "double": "float",
    "utf8": "str",
    "timestamp_us": "datetime.datetime",
    "bool": "bool",
    "dictionary": "str",
    "binary": "bytes",
    "int64_list": "Tuple[int, ...]",
    "double_list": "Tuple[float, ...]",
    "utf8_list": "Tuple[str, ...]",
}


def _safe(name):
    import keyword

    return name + "_" if keyword.iskeyword(name) else name


def enum(item, name, member):
    out = ["", "", "class %s(enum.%s):" % (name, "IntFlag" if item["flags"] else "IntEnum")]
    if item["doc"]:
        out += ['    """%s"""' % item["doc"].replace("\n", "\n    "), ""]
    for value in item["values"]:
        comment = "    # " + value["doc"].replace("\n", " ") if value["doc"] else ""
        out.append("    %s = %d%s" % (member(item["name"], value["name"]), value["value"], comment))
    return out


def row(item, name):
    out = [
        "",
        "",
        "@dataclasses.dataclass(frozen=True)",
        "class %s:" % name,
        '    """%s."""' % item["doc"].replace('"', "'").rstrip("."),
        "",
    ]
    for column in item["columns"]:
        hint = COLUMN_HINTS[column["type"]]
        if column["nullable"]:
            hint = "Optional[%s]" % hint
        unit = " [%s]" % column["unit"] if column["unit"] else ""
        out.append("    %s: %s  # %s%s" % (_safe(column["name"]), hint, column["doc"], unit))
    return out


def write(api, camel, strip, member, error_class):
    """The stub of _api."""
    out = [
        "# %s" % MARK,
        "import dataclasses",
        "import datetime",
        "import enum",
        "import os",
        "from typing import Any, Callable, Generic, Iterator, List, NamedTuple, Optional, Sequence, Tuple, TypeVar, Union",
        "",
        "from . import _errors, _runtime, _table",
        "",
        '_Row = TypeVar("_Row")',
        "",
        "__all__ = [",
    ]
    out += ['    "%s",' % name for name in api.names()] + ["]"]
    for item in api.model["enums"]:
        out += enum(item, camel(strip(item["name"])), member)
    for name, value, _ in api.statuses:
        if value < 0:
            out += ["", "class %s(_errors.Error): ..." % error_class(name)]
    for item in api.model["rows"]:
        out += row(item, camel(item["name"]))
    for method in api.all_methods():
        if len(method.results) > 1:
            out += ["", "class %s(NamedTuple):" % method.tuple_name()]
            out += ["    %s: %s" % part for part in method.tuple_fields()]
    for name in api.handles:
        kind = camel(strip(name))
        base = {
            "annoproj_table": "_table.TableBase, Generic[_Row]",
            "annoproj_stream": "_runtime.StreamBase, Generic[_Row]",
        }.get(name, "_runtime.Handle")
        out += ["", "class %s(%s):" % (kind, base)]
        body = ["    def __enter__(self) -> %s: ..." % ("%s[_Row]" % kind if "Generic" in base else kind)]
        if name == "annoproj_table":
            body += [
                "    def rows(self) -> List[_Row]: ...",
                "    def __iter__(self) -> Iterator[_Row]: ...",
                "    def __getitem__(self, index: int) -> _Row: ...",
            ]
        if name == "annoproj_stream":
            body += [
                "    row_type: Optional[str]",
                "    def __init__(self, pointer: Any, parent: Any = ..., keep: Any = ..., row: Any = ...) -> None: ...",
                "    def __iter__(self) -> Iterator[Table[_Row]]: ...",
                "    def __next__(self) -> Table[_Row]: ...",
            ]
        for method in api.statics[name]:
            body += [
                "    @staticmethod",
                "    def %s(%s) -> %s: ..." % (method.name, method.signature(True, True), method.returns()[1]),
            ]
        for method in api.methods[name]:
            hint = method.returns()[1]
            if name == "annoproj_stream" and method.name == "next":
                hint = "Optional[Table[_Row]]"
            body.append("    def %s(%s) -> %s: ..." % (method.name, method.signature(False, True), hint))
            if method.paged:
                inputs = (
                    ["self"] + ["%s: %s" % (item.name, item.hint) for item in method.positional] + ["**keywords: Any"]
                )
                body.append("    def %s_pages(%s) -> Iterator[%s]: ..." % (method.name, ", ".join(inputs), hint))
        if name in api.closers:
            body.append(
                "    def close(self, *, timeout: Union[float, datetime.timedelta, None] = ..., cancel: Optional[Cancel] = ..., "
                "request_key: Optional[str] = ..., progress: Optional[Callable[[int, int], object]] = ...) -> None: ..."
            )
        out += body
    for item in api.model["rows"]:
        out += ["", "class %sTable(Table[%s]): ..." % (camel(item["name"][:-4]), camel(item["name"]))]
    out += [""] + [
        "def %s(%s) -> %s: ..." % (method.full, method.signature(True, True), method.returns()[1])
        for method in api.functions
    ]
    out += [
        "def %s(%s) -> %s: ..." % (method.name, method.signature(True, True), method.returns()[1])
        for method in api.statics.get("annoproj_store", ())
    ]
    return "\n".join(out) + "\n"
