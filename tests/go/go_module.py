"""The Go module as `go get` would have it: alone in a folder, with an empty module cache and no network."""

import os
import shutil
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MODULE = "github.com/libannoproj/libannoproj/bindings/go"
GO = os.environ.get("GO", "go")
STAGE = os.environ["STAGE"]  # where the library is installed
RUNS = os.environ["GO_RUNS"]  # places that stay the same let Go's cache know what it has compiled before


def empty(name):
    """An empty folder."""
    folder = os.path.join(RUNS, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def environment(folder, **more):
    made = dict(os.environ)
    made.update(
        CGO_ENABLED="1",
        GOPATH=os.path.join(folder, "gopath"),
        GOMODCACHE=os.path.join(folder, "gopath", "empty"),
        GOPROXY="off",
        GOTOOLCHAIN="local",
        GOWORK="off",
        GOFLAGS="-mod=mod -buildvcs=false",
        CGO_CFLAGS="-O0",
    )
    made.update(more)
    return made


def installed(stage, **more):
    """What links the library that is installed in `stage`."""
    return dict(
        PKG_CONFIG_PATH=os.path.join(stage, "lib", "pkgconfig"),
        CGO_LDFLAGS="-Wl,-rpath," + os.path.join(stage, "lib"),
        GOFLAGS="-mod=mod -buildvcs=false -tags=annoproj_system",
        **more,
    )


def run(command, folder, variables):
    done = subprocess.run(
        command, cwd=folder, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    if done.returncode:
        raise AssertionError("%s\n%s" % (" ".join(command), done.stdout))
    return done.stdout


def copy_module(folder):
    """bindings/go, as it is under version control, alone."""
    target = os.path.join(folder, "module")
    shutil.copytree(os.path.join(ROOT, "bindings", "go"), target)
    return target


def program(folder, name, text):
    """A module of a user with one file, that takes ours from the folder."""
    target = os.path.join(folder, name)
    os.makedirs(target)
    with open(os.path.join(target, "main.go"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(target, "go.mod"), "w", encoding="utf-8") as file:
        file.write("module example.org/%s\n\ngo 1.19\n\nrequire %s v0.0.0\n\nreplace %s => ../module\n" % (name, MODULE, MODULE))
    return target
