"""Random operations on the library against a reference that knows only the specification.

    run_model.py [--operations N] [--seed N] [--jobs N]
    run_model.py --seed N --steps N,N,...

Stores of some hundred operations each, every one with its own team, workflows and settings. A failure is made as small as it gets
in a minute, and printed with its seed.
"""

import argparse
import collections
import concurrent.futures
import multiprocessing
import os
import random
import sys
import tempfile
import time
import traceback

from comparing import rows_of
from operations import Operations
from parts import HOST
from reporting import compare_events
from world import World

SHRINK_SECONDS = int(os.environ.get("SHRINK_SECONDS", 60))


def run_steps(seed, steps, seen=None, shown=None):
    """The failure as a text, None when all is as the reference says; and how many steps were made."""
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder, random.Random(seed))
        run = Operations(world)
        done = 0
        try:
            for done, number in enumerate(steps, 1):
                run.step(random.Random("%d/%d" % (seed, number)))
                if number % 5 == 4:
                    for project in world.projects:
                        project.compare_touched(run.random)
                if number % 40 == 39:
                    run.project.compare_session(run.random.choice(list(world.sessions)), run.random)
                if number % 100 == 99 and not run.reference.deleted:
                    run.compare_reports()
            for project in world.projects:
                if project.reference.deleted:
                    project.host.restore()
                    project.reference.restore(HOST)
                    project.name_tasks()
                project.compare_all(run.random)
                compare_events(project)
                for _ in range(2):
                    run.begin(run.random, project)
                    run.compare_reports()
            for user in world.sessions:
                run.compare_projects(user)
                run.compare_waiting(user)
            run.compare_templates()
            project.expect("check of the store", rows_of(world.host.store_check(quick=False)), [])
            return None, done
        except Exception:
            lines = [traceback.format_exc(), *run.history]
            for project in world.projects:
                lines.append("project %d: roles %r, status %s, disabled %r, self_release %r" % (
                    project.id, project.reference.roles, project.reference.status, project.reference.disabled, project.reference.self_release))
                lines.append("  %r" % project.document)
            return "\n".join(lines), done
        finally:
            if seen is not None:
                seen.update(run.seen)
            world.store.close()


def kind_of(failure):
    """What failed, without the values."""
    line = next(line for line in failure.split("\n") if line and not line.startswith((" ", "Traceback")))
    return "".join(letter for letter in line.split("(")[0] if not letter.isdigit())


def shrink(seed, steps, failure):
    """Leaves out what is not needed to fail, in ever smaller pieces."""
    until, size = time.monotonic() + SHRINK_SECONDS, len(steps) // 2
    while size > 0 and time.monotonic() < until:
        at = 0
        while at < len(steps) and time.monotonic() < until:
            fewer = steps[:at] + steps[at + size:]
            found, done = run_steps(seed, fewer)
            if found and kind_of(found) == kind_of(failure):
                steps, failure = fewer[:done], found
            else:
                at += size
        size //= 2
    return steps, failure


def run_store(seed, operations):
    """What was seen how often, and a failure as a text."""
    seen = collections.Counter()
    failure, done = run_steps(seed, list(range(operations)), seen)
    if failure:
        steps, failure = shrink(seed, list(range(done)), failure)
        failure = "%s\nmodel: failed after %d operations, %d of them needed: run_model.py --seed %d --steps %s" % (
            failure, done, len(steps), seed, ",".join(map(str, steps)))
    return seen, failure


def in_a_thread(*arguments):
    """Calls from a thread that is not the main one do not look for Ctrl-C."""
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(run_store, *arguments).result()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--operations", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("TEST_SEED", 0)) or random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--store", type=int, default=800, help="operations on one store")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("--verbose", action="store_true", help="how often each outcome was met")
    parser.add_argument("--steps", type=lambda text: [int(number) for number in text.split(",")], help="only these, on one store")
    given = parser.parse_args()
    if given.steps:
        failure, _ = run_steps(given.seed, given.steps)
        print(failure or "no failure")
        return 1 if failure else 0
    seen, began = collections.Counter(), time.monotonic()
    sizes = [min(given.store, given.operations - at) for at in range(0, given.operations, given.store)]
    with concurrent.futures.ProcessPoolExecutor(given.jobs, multiprocessing.get_context("spawn")) as workers:
        stores = [workers.submit(in_a_thread, given.seed + at * given.store, size) for at, size in enumerate(sizes)]
        for store in concurrent.futures.as_completed(stores):
            found, failure = store.result()
            seen.update(found)
            if failure:
                workers.shutdown(wait=False, cancel_futures=True)
                print(failure, file=sys.stderr)
                return 1
    refused = sum(count for (_, status), count in seen.items() if status != "OK")
    print("model: %d operations of %d kinds, %d refused, seed %d, %.0f s: as the reference says" % (
        given.operations, len({name for name, _ in seen}), refused, given.seed, time.monotonic() - began))
    if given.verbose:
        for (name, status), count in sorted(seen.items()):
            print("  %-28s %-12s %6d" % (name, status, count))
    return 0


if __name__ == "__main__":
    sys.exit(main())
