#!/bin/sh
# What somebody does who has the tarball and nothing else: builds outside its folder, which nothing may write into, runs the
# unit tests, installs, and compiles programs against what was installed. Arguments: tarball, where to work, jobs.
set -e
tarball=$1
work=$2
jobs=$3
if test -d "$work"; then chmod -R u+w "$work"; fi
rm -rf "$work"
mkdir -p "$work/source"
tar -xzf "$tarball" -C "$work/source" --strip-components=1
chmod -R a-w "$work/source"
# Root writes in spite of modes: what counts is that nothing is there or newer afterwards.
touch "$work/before"
files_of_source() { (cd "$work/source" && find . | LC_ALL=C sort); }
files_of_source > "$work/list"
# No git: neither this checkout's nor another.
GIT_CEILING_DIRECTORIES=$work
export GIT_CEILING_DIRECTORIES
make="make -C $work/source BUILD=$work/build -j$jobs"
$make unit
$make install PREFIX="$work/prefix"
PKG_CONFIG="env PKG_CONFIG_PATH=$work/prefix/lib/pkgconfig pkg-config" CC="${CC:-cc}" sh "$work/source/tests/install/host_programs.sh" \
    "$work/programs" "$work/source/examples/work_queue.c"
$make uninstall PREFIX="$work/prefix"
left=$(find "$work/prefix" ! -type d)
test -z "$left" || { echo "uninstall leaves: $left" >&2; exit 1; }
files_of_source | diff - "$work/list"
newer=$(find "$work/source" -newer "$work/before")
test -z "$newer" || { echo "the build wrote into the sources: $newer" >&2; exit 1; }
chmod -R u+w "$work"
rm -rf "$work"
echo "distcheck: $(basename "$tarball") builds, passes its unit tests and installs"
