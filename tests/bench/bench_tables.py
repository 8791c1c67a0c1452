"""Tables as Python values, against the standard library's sqlite3 iterating over the same rows in memory. Only the way from the
table to Python is measured, on both sides; goals: columns 3 times, to_pylist 1.5 times as fast."""

import gc
import os
import sqlite3
import statistics
import tempfile
import time

import annoproj

SIZE = os.environ.get("SIZE", "full")
ROUNDS = 5 if SIZE == "small" else 15
WORKFLOW = (
    '{"start": "a", "stages": [{"key": "a", "type": "ANNOTATION", "title": "A", "edges": {"submit": "c"}},'
    ' {"key": "c", "type": "DONE", "title": "C"}]}'
)


def measure(run):
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def plain(value):
    """As SQLite would keep it."""
    return int(value.timestamp() * 1000000) if hasattr(value, "timestamp") else value


def baseline(table):
    """The table's rows in an SQLite table of the same columns."""
    names = table.column_names
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE t (%s)" % ", ".join('"%s"' % name for name in names))
    rows = [tuple(plain(value) for value in row.values()) for row in table.to_pylist()]
    database.executemany("INSERT INTO t VALUES (%s)" % ", ".join("?" * len(names)), rows)
    return database, names


def compare(what, goal, theirs, ours):
    """Median of the ratios of rounds in turn."""
    ratio = statistics.median(measure(theirs) / measure(ours) for _ in range(ROUNDS))
    print("%-44s %7.2f x sqlite3  (goal %s, %s)" % (what, ratio, goal, SIZE), flush=True)


def bench(table):
    database, names = baseline(table)
    title = "%s, %d rows, %d columns" % (table.row_type(), len(table), len(names))

    def rows():
        return database.execute("SELECT * FROM t").fetchall()

    def columns():
        return dict(zip(names, zip(*rows())))

    def dicts():
        return [dict(zip(names, row)) for row in database.execute("SELECT * FROM t")]

    print(title)
    compare("  columns as memory", "3", rows, lambda: [table.column(name) for name in names])
    compare("  columns as lists (to_pydict)", "3", columns, table.to_pydict)
    compare("  rows as dicts (to_pylist)", "1.5", dicts, table.to_pylist)


def main():
    count = 10000
    with tempfile.TemporaryDirectory() as folder:
        store = annoproj.create(os.path.join(folder, "bench.annoproj"), relaxed_durability=True)
        with store, store.session_open(0) as host:
            dataset = host.dataset_create("D")
            host.data_units_add(dataset, titles=["ride_%06d.jpg" % i for i in range(count)], widths=[1920] * count, heights=[1080] * count)
            ontology = host.ontology_create("O", '{"objects": [], "classifications": []}')
            project = host.project_create("P", ontology, WORKFLOW)
            project.attach_dataset(dataset)
            bench(project.task_list(limit=count))
            bench(next(project.events(0)))


if __name__ == "__main__":
    main()
