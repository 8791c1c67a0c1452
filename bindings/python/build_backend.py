"""Builds the wheel and the source distribution of annoproj (PEP 517), with the standard library alone.

The wheel carries the shared library. `make` compiles it from the sources: those of the checkout that this folder lies in,
or those that a source distribution carries in libannoproj/. With ANNOPROJ_LIBRARY set, that file is taken instead.
CC, CFLAGS and LDFLAGS are the user's. The library links to the system's SQLite: there is no second one in the process.
"""

import base64
import gzip
import hashlib
import io
import os
import re
import subprocess
import sysconfig
import tarfile
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CARRIED = HERE / "libannoproj"
ROOT = CARRIED if CARRIED.is_dir() else HERE.parent.parent
PACKAGE = ("*.py", "*.pyi", "py.typed")
SOURCES = ("Makefile", "LICENSE", "README.md", "include/*.h", "lib/*", "lib/*/*.[ch]", "lib/*/*.map", "*/*.mk", "*/*/*.mk")
MOMENT = 315532800  # 1980-01-01, the earliest time that a zip file knows: the same sources give the same bytes

METADATA = """\
Metadata-Version: 2.1
Name: annoproj
Version: {version}
Summary: Annotation projects in one embedded library over one file
License: MIT
Requires-Python: >=3.9
Classifier: License :: OSI Approved :: MIT License
Classifier: Operating System :: POSIX :: Linux
Classifier: Programming Language :: Python :: 3
Classifier: Typing :: Typed
Description-Content-Type: text/markdown
Provides-Extra: pandas
Requires-Dist: pandas; extra == "pandas"
Provides-Extra: polars
Requires-Dist: polars; extra == "polars"

{readme}"""


def version():
    header = (ROOT / "include" / "annoproj.h").read_text(encoding="utf-8")
    return re.search(r'^#define ANNOPROJ_VERSION "(.*)"$', header, re.M).group(1)


def metadata():
    return METADATA.format(version=version(), readme=(ROOT / "README.md").read_text(encoding="utf-8"))


def package_files():
    """Name in the package -> file."""
    return {"annoproj/" + path.name: path for part in PACKAGE for path in (HERE / "annoproj").glob(part)}


# ---- the library -------------------------------------------------------------------------------------


def library(folder):
    """The shared library: the one that is given, or one compiled in `folder`."""
    given = os.environ.get("ANNOPROJ_LIBRARY")
    if given:
        return Path(given)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    environment.setdefault("CFLAGS", "-O2")
    command = ["make", "-C", str(ROOT), "all", "BUILD=" + folder, "-j%d" % (os.cpu_count() or 1)]
    try:
        subprocess.run(command, env=environment, check=True)
    except FileNotFoundError:
        raise SystemExit("annoproj: `make` is missing: install it, and a C compiler") from None
    except subprocess.CalledProcessError:
        raise SystemExit("annoproj: compiling the library failed; the messages above say what is missing") from None
    return Path(folder) / "current" / library_name()


def library_name():
    return "libannoproj.so." + version().split(".")[0]


# ---- hooks of PEP 517 --------------------------------------------------------------------------------


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    platform = re.sub(r"[-.]", "_", sysconfig.get_platform())
    info = "annoproj-%s.dist-info/" % version()
    files = {name: path.read_bytes() for name, path in package_files().items()}
    with tempfile.TemporaryDirectory() as folder:
        files["annoproj/lib/" + library_name()] = library(folder).read_bytes()
    files[info + "METADATA"] = metadata().encode()
    files[info + "WHEEL"] = (
        "Wheel-Version: 1.0\nGenerator: annoproj build_backend\nRoot-Is-Purelib: false\nTag: py3-none-%s\n" % platform
    ).encode()
    files[info + "LICENSE"] = (ROOT / "LICENSE").read_bytes()
    files[info + "RECORD"] = record(files, info + "RECORD")
    name = "annoproj-%s-py3-none-%s.whl" % (version(), platform)
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, content in files.items():
            entry = zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o100755 if "/lib/" in path else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, content)
    return name


def record(files, own_name):
    """Each file with digest and size, as installers check them."""
    lines = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        lines.append("%s,sha256=%s,%d\n" % (path, digest, len(content)))
    return ("".join(lines) + own_name + ",,\n").encode()


def build_sdist(sdist_directory, config_settings=None):
    files = {"pyproject.toml": HERE / "pyproject.toml", "build_backend.py": HERE / "build_backend.py"}
    files.update(package_files())
    for part in SOURCES:
        for path in ROOT.glob(part):
            if path.is_file():
                files["libannoproj/" + path.relative_to(ROOT).as_posix()] = path
    contents = {name: path.read_bytes() for name, path in files.items()}
    contents["PKG-INFO"] = metadata().encode()
    folder = "annoproj-%s" % version()
    name = folder + ".tar.gz"
    with open(os.path.join(sdist_directory, name), "wb") as file, gzip.GzipFile("", "wb", 9, file, MOMENT) as packed:
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
            for path, content in sorted(contents.items()):
                entry = tarfile.TarInfo("%s/%s" % (folder, path))
                entry.size, entry.mtime, entry.mode = len(content), MOMENT, 0o644
                archive.addfile(entry, io.BytesIO(content))
    return name
