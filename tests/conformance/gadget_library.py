"""Builds a copy of the library with one more noun, and the bindings for it, from nothing but a longer header and one C file."""

import glob
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
LIBRARIES = ["-lsqlite3", "-lcjson", "-lpcre2-8", "-lxxhash", "-lm", "-pthread"]


def _flags(include):
    flags = ["-std=c11", "-D_GNU_SOURCE", "-O1", "-fPIC", "-Wall", "-Wextra", "-Werror", "-I", include]
    for folder in sorted(glob.glob(os.path.join(ROOT, "lib", "*", ""))):
        flags += ["-iquote", folder]
    return flags


def _run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    if done.returncode:
        raise AssertionError("%s\n%s" % (" ".join(command), done.stdout))


def _objects():
    """The objects of the library under test, but for the one that the header's row types become; those of lib/sql are not of it."""
    beside = os.path.dirname(os.environ["ANNOPROJ_LIBRARY"])
    sources = {os.path.basename(path)[:-2] + ".o" for path in glob.glob(os.path.join(ROOT, "lib", "*", "*.c"))
               if os.path.basename(os.path.dirname(path)) != "sql"}
    objects = [
        path for path in sorted(glob.glob(os.path.join(beside, "lib", "*", "*.o"))) if os.path.basename(path) in sources
    ]
    if len(objects) != len(sources):
        raise AssertionError(
            "%d objects of %d sources are in %s: build the library first" % (len(objects), len(sources), beside)
        )
    return [path for path in objects if os.path.basename(path) != "row_types.o"]


def build(folder):
    """Makes include/annoproj.h, the package and libgadget.so in `folder`; returns the environment to use them."""
    include = os.path.join(folder, "include")
    package = os.path.join(folder, "bindings", "python", "annoproj")
    os.makedirs(include)
    os.makedirs(package)
    with open(os.path.join(ROOT, "include", "annoproj.h"), encoding="utf-8") as file:
        header = file.read()
    with open(os.path.join(HERE, "gadget", "gadget.h"), encoding="utf-8") as file:
        addition = file.read()
    end = header.rindex("#ifdef __cplusplus")
    with open(os.path.join(include, "annoproj.h"), "w", encoding="utf-8") as file:
        file.write(header[:end] + addition.lstrip("\n") + "\n" + header[end:])
    hand_written = [
        name
        for name in os.listdir(os.path.join(ROOT, "bindings", "python", "annoproj"))
        if name.endswith(".py") and name not in ("_api.py", "_capi.py")
    ]
    for name in hand_written:
        shutil.copy(os.path.join(ROOT, "bindings", "python", "annoproj", name), package)
    generate = [sys.executable, os.path.join(ROOT, "bindings", "generate", "generate.py"), "--root", folder]
    _run(generate)
    _run(generate + ["--check"])
    compiler = shlex.split(os.environ.get("CC") or "cc")
    flags = _flags(include)
    _run(
        compiler
        + flags
        + ["-c", os.path.join(ROOT, "lib", "base", "row_types.c"), "-o", os.path.join(folder, "row_types.o")]
    )
    _run(compiler + flags + ["-c", os.path.join(HERE, "gadget", "gadget.c"), "-o", os.path.join(folder, "gadget.o")])
    library = os.path.join(folder, "libgadget.so")
    _run(
        compiler
        + ["-shared", "-o", library, os.path.join(folder, "row_types.o"), os.path.join(folder, "gadget.o")]
        + _objects()
        + ["-Wl,--version-script=" + os.path.join(folder, "lib", "annoproj.map")]
        + LIBRARIES
    )
    return {"ANNOPROJ_LIBRARY": library, "PYTHONPATH": os.path.join(folder, "bindings", "python")}


def run_tests(directory):
    """Runs the tests of gadget/ in a process of their own; the package is loaded once per process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(os.environ, PYTHONDONTWRITEBYTECODE="1")
        environment.update(build(folder))
        return subprocess.run(
            [sys.executable, "-m", "unittest", "discover", "-s", directory, "-t", directory, "-p", "gadget_*.py"],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            universal_newlines=True,
        )
