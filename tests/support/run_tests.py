#!/usr/bin/env python3
"""Runs test programs side by side and ends with one plain line, "N passed, N failed".

Programs of cmocka and of unittest are counted by their tests; any other program counts as one. A program that is missing,
killed by a signal or still running after the timeout has failed. Each program gets its own TMPDIR,
which is removed afterwards; the working folder is the project's root. With --memory no process gets more
address space than that: one that runs away is refused memory and fails, and the machine does not suffer.
"""
import argparse
import concurrent.futures
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import time

UNITTEST = re.compile(r"^Ran (\d+) tests? in ", re.MULTILINE)
SUMMARY = re.compile(r"^\[  (PASSED|FAILED)  \] (\d+) test\(s\)", re.MULTILINE)


def run_one(program, wrapper, timeout):
    """Returns (passed, failed, seconds, what went wrong or "", output)."""
    if not os.path.exists(program):
        return 0, 1, 0.0, "was not built", ""
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="annoproj-test-") as folder:
        os.chmod(folder, 0o711)  # some tests give up their rights to write, and still reach their files
        command = (["bash"] if program.endswith(".sh") else wrapper) + [program]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                 env=dict(os.environ, TMPDIR=folder), start_new_session=True)
        trouble = ""
        try:
            output = child.communicate(timeout=timeout)[0]
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output = child.communicate()[0]
            trouble = f"did not end within {timeout} s"
    output = output.decode("utf-8", "replace")
    counts = {"PASSED": 0, "FAILED": 0}
    found = SUMMARY.findall(output)
    for word, number in found:
        counts[word] += int(number)
    ran = UNITTEST.findall(output)
    if ran and child.returncode == 0:
        counts["PASSED"] = int(ran[-1])
    if not trouble and child.returncode < 0:
        trouble = f"ended by signal {-child.returncode} ({signal.Signals(-child.returncode).name})"
    elif not trouble and child.returncode > 0:
        trouble = f"exit code {child.returncode}"
    if trouble and not counts["FAILED"]:
        counts["FAILED"] = 1
    if not trouble and not found and not ran:
        counts["PASSED"] = 1
    return counts["PASSED"], counts["FAILED"], time.monotonic() - start, trouble, output


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--timeout", type=float, default=600, help="seconds after which a program is taken to hang")
    parser.add_argument("--memory", type=float, help="GiB of address space for each process; not for sanitizers")
    parser.add_argument("--wrapper", default="", help="command in front of each program")
    parser.add_argument("programs", nargs="*")
    options = parser.parse_args()
    wrapper = shlex.split(options.wrapper)
    if options.memory:  # children inherit it
        most = int(options.memory * 2**30)
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
    passed = failed = 0
    broken = []
    with concurrent.futures.ThreadPoolExecutor(max_workers=max(1, options.jobs)) as pool:
        waiting = {pool.submit(run_one, program, wrapper, options.timeout): program for program in options.programs}
        for done in concurrent.futures.as_completed(waiting):
            program = waiting[done]
            ok, bad, seconds, trouble, output = done.result()
            passed += ok
            failed += bad
            print(f"  {'FAIL' if bad else 'ok  '}  {program}  {ok} passed{f', {bad} failed' if bad else ''}  {seconds:.1f} s", flush=True)
            if bad:
                broken.append((program, trouble))
                print("\n".join("    | " + line for line in output.splitlines()[-200:]), flush=True)
    for program, trouble in sorted(broken):
        print(f"  failed: {program} ({trouble or 'see above'})")
    print(f"{passed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
