"""The generator as the tests use it: its modules, the real header, and a run over a changed copy."""

import contextlib
import io
import os
import shutil
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "bindings", "generate"))
sys.dont_write_bytecode = True

import api_model  # noqa: E402
import checks  # noqa: E402,F401
import clang_oracle  # noqa: E402,F401
import generate  # noqa: E402
import go_sources  # noqa: E402,F401
import header_parser  # noqa: E402
import write_abi  # noqa: E402,F401

HEADER = os.path.join(ROOT, "include", "annoproj.h")
with open(HEADER, encoding="utf-8") as file:
    TEXT = file.read()


def model(text=TEXT):
    return api_model.complete(header_parser.parse_header(text, "annoproj.h"))


def changed(old, new):
    """The real header with one change, which must have something to change."""
    if old not in TEXT:
        raise AssertionError("the header no longer has %r: choose another place for this test" % old)
    return TEXT.replace(old, new, 1)


@contextlib.contextmanager
def tree(text=TEXT):
    """A folder with that header and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        os.makedirs(os.path.join(folder, "include"))
        with open(os.path.join(folder, "include", "annoproj.h"), "w", encoding="utf-8") as file:
            file.write(text)
        yield folder


def run(folder, *arguments):
    """(exit status, what it printed)."""
    printed = io.StringIO()
    with contextlib.redirect_stderr(printed), contextlib.redirect_stdout(printed):
        status = generate.main(["--root", folder] + list(arguments))
    return status, printed.getvalue()


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


HAS_CLANG = shutil.which("clang") is not None
