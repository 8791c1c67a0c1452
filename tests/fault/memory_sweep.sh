#!/bin/sh
# Every allocation of every function fails once: memory_sweep.py, over the Python package.
exec python3 "$(dirname "$0")/memory_sweep.py"
