"""How names and texts of the header are written in Go."""

import re

from python_names import ApiError, member, plural, strip
from write_abi import MARK

MODULE = "github.com/libannoproj/libannoproj/bindings/go"
HEADING = "// " + MARK

# What the hand-written runtime does itself, and why it is no function of its own.
BY_HAND = {
    "annoproj_allocator_set": "an allocator in Go would have to give C memory that Go manages",
    "annoproj_cancel_new": "a call's context is its cancel",
    "annoproj_cancel_trigger": "a call's context is its cancel",
    "annoproj_cancel_free": "a call's context is its cancel",
    "annoproj_free": "owned text is freed when it has become a string",
    "annoproj_status_name": "Status.String",
    "annoproj_table_column": "Table.WithColumn, Table.Int64s and so on",
}
RUNTIME_HANDLES = ("annoproj_error", "annoproj_cancel")  # they never leave the runtime
ROW_HANDLES = ("annoproj_table", "annoproj_stream")  # generic over the row type
CALL_FIELDS = ["size", "timeout_us", "cancel", "request_key", "progress", "user_data"]  # what call.go fills in

SCALARS = {
    "bool": "bool",
    "int32_t": "int32",
    "int64_t": "int64",
    "uint8_t": "uint8",
    "uint32_t": "uint32",
    "uint64_t": "uint64",
    "double": "float64",
    "size_t": "int",
}
# Column type -> what a row holds, the reader of one cell.
COLUMNS = {
    "int64": ("int64", "int64At"),
    "double": ("float64", "doubleAt"),
    "utf8": ("string", "textAt"),
    "timestamp_us": ("time.Time", "timeAt"),
    "bool": ("bool", "boolAt"),
    "dictionary": ("string", "textAt"),
    "binary": ("[]byte", "bytesAt"),
    "int64_list": ("[]int64", "int64sAt"),
    "double_list": ("[]float64", "doublesAt"),
    "utf8_list": ("[]string", "textsAt"),
}

_INITIALS = {"id", "ids", "json", "csv", "svg", "html", "coco", "dot", "utc", "fps", "url", "uri", "uuid", "io", "pdf"}
_INITIALS |= {"rle", "dicom", "nifti", "utf8", "ui", "sdk", "iou"}
_WORDS = {"us": "Micros", "ids": "IDs"}
# Keywords, predeclared names, and names that generated bodies use.
_TAKEN = set(
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package "
    "range return select struct switch type var any bool byte error false true nil int int32 int64 float64 string "
    "uint8 uint32 uint64 len cap new make append copy close panic print recover context unsafe time ctx opts chosen "
    "call self limits failure status err found box option holder".split()
)


def camel(name):
    """`task_list` is TaskList; what is an initialism stays one."""
    return "".join(
        _WORDS.get(word) or (word.upper() if word in _INITIALS else word[:1].upper() + word[1:])
        for word in name.lower().split("_")
    )


def lower(name):
    """The same for a parameter or another name that is not exported."""
    first, _, rest = name.lower().partition("_")
    word = first + (camel(rest) if rest else "")
    return word + "Value" if word in _TAKEN else word


def field(name):
    """A field of a C struct, as cgo calls it."""
    return "_" + name if name in ("type", "func", "range", "map", "select", "var", "package", "import", "go") else name


def enum_value(enum, value):
    return camel(strip(enum)) + camel(member(enum, value).lstrip("_"))


def sentinel(status):
    return "Err" + camel(status.lower())


def texts_field(name):
    """The field of []string that stands for a field of offsets into `text`."""
    return plural(name[: -len("_offsets")])


class Texts:
    """Comments of the header in Go's words: its names of functions and statuses, and nil."""

    def __init__(self, statuses, functions):
        self.functions = functions  # C name -> Go name
        names = sorted((name for name, value, _ in statuses if value < 0), key=len, reverse=True)
        self.status = re.compile(r"\b(?:ANNOPROJ_)?(%s)\b" % "|".join(names))
        self.none = re.compile(r"\bANNOPROJ_(NONE|OK)\b")

    def translate(self, text):
        text = self.status.sub(lambda match: sentinel(match.group(1)), text)
        text = self.none.sub(r"\1", text)
        text = re.sub(r"\bNULL\b", "nil", text)
        return re.sub(r"\bannoproj_[a-z0-9_]+", lambda match: self.functions.get(match.group(), match.group()), text)

    def comment(self, text, indent="", last=None):
        """Lines of a comment as gofmt writes them: what the header indents is a block of its own."""
        out, block = [], False
        for line in self.translate(text).split("\n"):
            indented = line.startswith((" ", "\t")) and bool(line.strip())
            if indented != block and out and out[-1] != "//":
                out.append("//")
            block = indented
            out.append("//\t" + line.strip() if indented else ("// " + line.strip()).rstrip())
        if last:
            out += ["//", "// " + last]
        return [indent + line for line in out]


__all__ = ["ApiError", "member", "strip"]
