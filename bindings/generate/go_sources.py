"""The copy of the library that the Go module carries: `go get` downloads only what lies under the module's root.

The sources are copied as they are, flat, which the unique base names of lib allow. Since a C compiler run by Go cannot hide
names when it links statically, api_names.h, which every copy is compiled with, gives internal names a prefix."""

import glob
import os
import re

from write_abi import MARK

FOLDER = "bindings/go/internal/clib"
NAMES = FOLDER + "/api_names.h"


def copies(root):
    """Path in the tree -> content."""
    made, headers = {}, []
    sources = sorted(set(glob.glob(os.path.join(root, "lib", "*", "*.[ch]"))) - set(glob.glob(os.path.join(root, "lib", "sql", "*"))))
    for path in sources + [os.path.join(root, "include", "annoproj.h")]:
        with open(path, encoding="utf-8") as file:
            text = file.read()
        made["%s/%s" % (FOLDER, os.path.basename(path))] = text
        if path.endswith(".h"):
            headers.append(text)
    made[NAMES] = _names_header(headers)
    return made


def left_over(root, files):
    """Copies of sources that are no more."""
    return [
        path
        for path in sorted(
            "%s/%s" % (FOLDER, os.path.basename(full)) for full in glob.glob(os.path.join(root, FOLDER, "*.[ch]"))
        )
        if path not in files
    ]


def _names_header(headers):
    names = set()
    for text in headers:
        names |= _declared(text)
    out = ["/* %s" % MARK, " * Internal names of the library, which must not meet those of a Go program's other C code. */"]
    out += ["#define %s annoproj_internal_%s" % (name, name) for name in sorted(names)]
    return "\n".join(out) + "\n"


def _declared(text):
    """Functions and variables that a header declares and that are not part of the contract."""
    names = {"row_" + name for name in re.findall(r"^ANNOPROJ_ROW\((\w+),", text, re.M)}
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S)
    text = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", "", text, flags=re.M)
    text = re.sub(r"\"(?:[^\"\\]|\\.)*\"", '""', text)
    text = re.sub(r"__attribute__\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)", " ", text)
    while re.search(r"\{[^{}]*\}", text):
        text = re.sub(r"\{[^{}]*\}", ";", text)
    for statement in text.split(";"):
        words = statement.split()
        if not words or words[0] in ("typedef", "static"):
            continue
        match = re.search(r"\b(\w+)\s*\(", statement) if "(" in statement else None
        if match is None and words[0] == "extern":
            match = re.search(r"\b(\w+)\s*(?:\[[^\]]*\])?\s*$", statement)
        if match and not match.group(1).lower().startswith("annoproj_"):
            names.add(match.group(1))
    return names
