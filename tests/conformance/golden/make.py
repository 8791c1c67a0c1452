"""Writes the golden store of the format as it is now, and what it says: the demo's project, and one with a sealed
segment.

    make.py FOLDER

Only for a format that is not released: a released one's golden store is never written again.
"""

import contextlib
import io
import json
import os
import random
import sqlite3
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path[:0] = [HERE, os.path.join(ROOT, "examples")]

import annoproj  # noqa: E402
import content  # noqa: E402
import demo  # noqa: E402

SEALED = 16_384  # events of a segment
SUMMED = 5_000  # behind it, so that the summary has it
PAGE_BYTES = 1024  # small pages make a small file; their size is no part of the format


def add_events(path):
    """A second project whose tasks wait, with a sealed segment of changes of priority."""
    now, drawn = [1_800_000_000_000_000], random.Random(1)
    options = {"clock": lambda: now[0], "random": drawn.randbytes, "relaxed_durability": True}
    with annoproj.open(path, **options) as store, store.session_open(0) as host:
        host.store_setting_set(annoproj.Setting.IDLE_LIMIT_US, 90_000_000)
        first = host.project_list().to_pylist()[0]
        with host.project_create("Second", first["ontology"], demo.WORKFLOW) as project:
            project.attach_dataset(host.dataset_list().to_pylist()[0]["dataset"])
            task = project.task_open(project.task_list().to_pylist()[0]["task"])
            for i in range(SEALED + SUMMED):
                now[0] += 1_000_000
                task.set_priority(i % 101)


def shrink(path):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("PRAGMA page_size=%d" % PAGE_BYTES)
        database.execute("VACUUM")
        return database.execute("PRAGMA user_version").fetchone()[0]


def main(folder):
    with tempfile.TemporaryDirectory() as scratch:
        with contextlib.redirect_stdout(io.StringIO()):
            demo.Demo(os.path.join(ROOT, "examples", "data", "sample.coco.json"), scratch).run()
        path = os.path.join(scratch, "project.annoproj")
        add_events(path)
        version = shrink(path)
        with open(path, "rb") as file:
            bytes_ = file.read()
        with annoproj.open(path) as store:
            said = content.of_store(store)
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, "store-v%d" % version)
    with open(name + ".annoproj", "wb") as file:
        file.write(bytes_)
    with open(name + ".json", "w", encoding="utf-8") as file:
        json.dump(said, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")
    print("%s.annoproj: %d bytes, %d events" % (name, len(bytes_), said["info"][0]["events"]))


if __name__ == "__main__":
    main(sys.argv[1])
