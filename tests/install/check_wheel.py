#!/usr/bin/env python3
"""What a user of the Python package does: install it from a source distribution and from the checkout, without network and
without a variable set, into a fresh virtual environment, and run a program in another folder.

check_wheel.py FOLDER LIBRARY    where to work; the library that is already built"""

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import venv
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings" / "python"

# Runs in the environment, far from the checkout: the library is the package's own, and SQLite is there once.
PROGRAM = """
import os, re, sqlite3, sys
import annoproj

home = os.path.dirname(annoproj.__file__)
assert home.startswith(sys.prefix), home
mapped = set(re.findall(r"\\S+/lib(?:annoproj|sqlite3)[^/\\s]*", open("/proc/self/maps").read()))
assert [path for path in mapped if "annoproj" in path] == [os.path.join(home, "lib", "libannoproj.so.0")], mapped
assert len([path for path in mapped if "sqlite3" in path]) == 1, mapped
assert {"py.typed", "_api.pyi"} <= set(os.listdir(home))
with annoproj.create("team.annoproj") as store, store.session_open(0) as host:
    host.user_create("ann@example.org", "Ann", annoproj.OrgRole.MEMBER)
    assert [row.email for row in host.user_list()] == ["ann@example.org"]
    assert host.store_info()[0].sqlite == sqlite3.sqlite_version
print("annoproj", annoproj.__version__, "from", os.path.relpath(home, sys.prefix))
"""


def run(*command, **variables):
    """With nothing in the environment but what is given: no variable of this build gets through."""
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    for name in ("CC", "CCACHE_DIR", "CCACHE_NOHASHDIR", "HOME"):
        if name in os.environ:
            environment[name] = os.environ[name]
    environment.update(variables)
    done = subprocess.run(
        [str(part) for part in command], env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit("%s\n%s" % (" ".join(str(part) for part in command), done.stdout))
    return done.stdout


def contents(wheel):
    """Name -> digest, without the library, its digest and the file that lists the digests."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            name: hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if "/lib/" not in name and not name.endswith("RECORD")
        }


def only(folder, pattern):
    (found,) = folder.glob(pattern)
    return found


def listing(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.*") if "__pycache__" not in path.parts}


def main(work, library):
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    before = listing(PACKAGE)
    environment = work / "environment"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    offline = ("--no-index", "--no-deps", "--quiet")

    # A source distribution, and the same again: the bytes do not depend on the moment.
    make_sdist = "import sys; sys.path.insert(0, '.'); import build_backend; build_backend.build_sdist(sys.argv[1])"
    for folder in (work / "sdist", work / "again"):
        folder.mkdir()
        subprocess.run([sys.executable, "-B", "-c", make_sdist, str(folder)], cwd=PACKAGE, check=True)
    sdist = only(work / "sdist", "*.tar.gz")
    if sdist.read_bytes() != only(work / "again", "*.tar.gz").read_bytes():
        sys.exit("two source distributions of the same sources differ")

    # From it: compiled by pip. From the checkout: with the library that is built already.
    run(python, "-m", "pip", "wheel", *offline, "-w", work / "compiled", sdist, CFLAGS="-O0")
    run(python, "-m", "pip", "wheel", *offline, "-w", work / "given", PACKAGE, ANNOPROJ_LIBRARY=library)
    compiled, given = only(work / "compiled", "*.whl"), only(work / "given", "*.whl")
    if not compiled.name.startswith("annoproj-") or "-py3-none-linux_" not in compiled.name:
        sys.exit("%s: the tag is not that of a platform" % compiled.name)
    if contents(compiled) != contents(given):
        sys.exit("the wheel of the source distribution is not that of the checkout")

    (work / "elsewhere").mkdir()
    (work / "elsewhere" / "program.py").write_text(PROGRAM)
    for wheel in (given, compiled):
        run(python, "-m", "pip", "install", *offline, "--force-reinstall", wheel)
        for old in (work / "elsewhere").glob("team.annoproj*"):
            old.unlink()
        os.chdir(work / "elsewhere")
        print(run(python, "program.py").strip(), "(%s, %d KiB)" % (wheel.parent.name, wheel.stat().st_size // 1024))
    run(python, "-m", "pip", "uninstall", "--yes", "--quiet", "annoproj")
    left = only(environment, "lib/python*/site-packages").glob("annoproj*")
    if list(left) or listing(PACKAGE) != before:
        sys.exit("uninstalling left files, or building wrote into the checkout")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve(), sys.argv[2])
