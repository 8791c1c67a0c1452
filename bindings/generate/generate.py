#!/usr/bin/env python3
"""Makes everything that follows from include/annoproj.h: api.json, the Python and Go packages, symbol map, layout checks,
manual pages.

generate.py                   write the files into the tree
generate.py --check           fail when a file in the tree is not what would be written, or a rule is broken
generate.py --root DIR        the tree to work in; --header FILE another header than its own
"""

import argparse
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
sys.dont_write_bytecode = True

import api_model  # noqa: E402
import checks  # noqa: E402
import clang_oracle  # noqa: E402
import go_sources  # noqa: E402
import header_parser  # noqa: E402
import write_abi  # noqa: E402
import write_api  # noqa: E402
import write_ctypes  # noqa: E402
import write_go  # noqa: E402
import write_man  # noqa: E402
import write_stubs  # noqa: E402
from header_tokens import HeaderError  # noqa: E402
from python_names import ApiError, camel, error_class, member, strip  # noqa: E402


def outputs(model, root, path):
    """Path in the tree -> content."""
    api = write_api.Api(model)
    made = {
        "bindings/api.json": api_model.as_json(model),
        "bindings/python/annoproj/_capi.py": write_ctypes.write(model),
        "bindings/python/annoproj/_api.py": api.write(),
        "bindings/python/annoproj/_api.pyi": write_stubs.write(api, camel, strip, member, error_class),
        "lib/annoproj.map": write_abi.symbol_map(model),
        "tests/generated/abi_layout.c": write_abi.layout_test(model),
        "docs/symbols-in-versions": write_abi.symbols_in_versions(model),
        **write_man.pages(model),
    }
    made.update(write_go.GoApi(model, path).files())
    made.update(go_sources.copies(root))
    return made


def left_over(root, files):
    """Generated files whose source is no more."""
    return write_man.left_over(root, files) + go_sources.left_over(root, files)


def write_all(root, files):
    for path in left_over(root, files):
        os.remove(os.path.join(root, path))
    for path, content in files.items():
        target = os.path.join(root, path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        try:
            with open(target, encoding="utf-8") as file:
                if file.read() == content:
                    continue
        except FileNotFoundError:
            pass
        with open(target, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)


def differences(root, made, files):
    """Files of the tree that differ, byte for byte, from those just written into another folder."""
    found = []
    for path in sorted(files):
        with open(os.path.join(made, path), "rb") as file:
            wanted = file.read()
        try:
            with open(os.path.join(root, path), "rb") as file:
                have = file.read()
        except FileNotFoundError:
            found.append("%s is missing: run generate.py" % path)
            continue
        if have != wanted:
            found.append("%s is not what the header makes: run generate.py, do not edit generated files" % path)
    return found + ["%s has no source any more: run generate.py" % path for path in left_over(root, files)]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--root", default=os.path.dirname(os.path.dirname(HERE)), help="the tree")
    parser.add_argument("--header", help="the header (default: include/annoproj.h of the tree)")
    options = parser.parse_args(arguments)
    header = options.header or os.path.join(options.root, "include", "annoproj.h")
    with open(header, encoding="utf-8") as file:
        text = file.read()
    try:
        model = api_model.complete(header_parser.parse_header(text, header))
        problems = checks.problems(model, header)
        files = outputs(model, options.root, header) if not problems else {}
    except (HeaderError, ApiError) as error:
        print("generate.py: %s" % error, file=sys.stderr)
        return 1
    if not problems and options.check:
        with tempfile.TemporaryDirectory() as folder:
            write_all(folder, files)
            problems += differences(options.root, folder, files)
            problems += checks.compiles(os.path.join(folder, "tests/generated/abi_layout.c"), header)
        compared, found = clang_oracle.problems(model, header)
        problems += found
        if not compared:
            print("generate.py: clang is not here, its view of the header was not compared")
    for problem in problems:
        print("generate.py: %s" % problem, file=sys.stderr)
    if problems:
        return 1
    if not options.check:
        write_all(options.root, files)
    return 0


if __name__ == "__main__":
    sys.exit(main())
