#!/bin/sh
# The type stubs say what the package does (stubtest), and a program is read with them as it should be: the sample without a
# fault, and each line of the other one with one. Argument: the folder of the type checkers; those that are not there
# are named. PYTHONPATH and ANNOPROJ_LIBRARY are set.
set -e
tools=$1
sample=$PWD/tests/conformance/typed_sample.py
wrong=$PWD/tests/conformance/typed_faults.py
allowed=$PWD/tests/conformance/stubtest_allowed.txt
faults=$(grep -c '# fault' "$wrong")
MYPY_CACHE_DIR=$tools/../mypy
export MYPY_CACHE_DIR
cd bindings/python

# $1 name, $2 how many lines with a fault it found
expect() {
    test "$2" = "$faults" || { echo "$1 finds $2 of $faults faults in typed_faults.py" >&2; exit 1; }
    echo "$1: stubs read as they should be"
}

if test -x "$tools/mypy"; then
    "$tools/stubtest" --allowlist "$allowed" --ignore-unused-allowlist annoproj
    "$tools/mypy" --strict --no-error-summary "$sample"
    expect mypy "$("$tools/mypy" --strict "$wrong" | sed -n 's/^\([^ ]*:[0-9]*\): error:.*/\1/p' | sort -u | wc -l)"
else
    echo "NOT AVAILABLE: mypy (stubs not compared with the package)"
fi
if test -x "$tools/basedpyright"; then
    "$tools/basedpyright" --level error "$sample"
    expect pyright "$("$tools/basedpyright" --level error "$wrong" | sed -n 's/^ *\([^ ]*:[0-9]*\):[0-9]* - error:.*/\1/p' | sort -u | wc -l)"
else
    echo "NOT AVAILABLE: pyright"
fi
