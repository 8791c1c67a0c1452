"""How names of the header are called in Python."""

import keyword


class ApiError(Exception):
    """Something that has no meaning in Python."""


def camel(name):
    return "".join(part.capitalize() for part in name.split("_"))


def strip(name):
    return name[len("annoproj_") :]


def safe(name):
    return name + "_" if keyword.iskeyword(name) or name in ("self", "None") else name


def error_class(status):
    return camel(status.lower()) + "Error"


def member(enum, value):
    """A value's name without the words it shares with its enum's name; depends on nothing else, so it stays."""
    words = strip(value).split("_")
    for part in strip(enum).upper().split("_"):
        if len(words) > 1 and words[0] == part:
            words = words[1:]
        else:
            break
    name = "_".join(words)
    return "_" + name if name[0].isdigit() else name


def plural(name):
    if name.endswith("metadata"):
        return name
    if name.endswith(("s", "sh", "ch", "x")):
        return name + "es"
    return name[:-1] + "ies" if name.endswith("y") else name + "s"
