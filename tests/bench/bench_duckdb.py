"""Reports of the library against DuckDB with two threads: the same events, the same totals, the same run.

bench_events makes the events and times the library (BENCH_EXPORT). For each report the fastest of several wordings
counts, each at its best of five runs, after the data was read into DuckDB's own tables.
"""
import os
import subprocess
import sys
import tempfile
import time

NOTE = " (small)" if os.environ.get("SIZE") == "small" else ""
PEOPLE = "(" + ",".join(str(number) for number in range(10, 201, 10)) + ")"
TASK_KINDS = "kind IN (1, 2, 3, 4, 5, 6, 7, 8)"
CLASS_KINDS = "kind IN (32, 38, 39, 44, 45, 46)"
OWN = "kind IN (3, 4, 24, 32, 33, 34, 37)"
GIVEN = "kind IN (5, 6, 38, 39, 64, 65, 66)"
SHOWN = "CASE WHEN kind IN (24, 37) THEN 0 ELSE count(*) END"


def in_dataset(conditions):
    """The three ways of asking for the tasks of one dataset."""
    return [f"event WHERE {conditions} AND task IN (SELECT id FROM task WHERE dataset = 3)",
            f"event JOIN task ON task.id = event.task WHERE {conditions} AND dataset = 3",
            f"event SEMI JOIN (SELECT id FROM task WHERE dataset = 3) t ON t.id = event.task WHERE {conditions}"]


def task_actions(sources):
    for source in sources:
        yield f"SELECT count(*), time // 86400000000 AS day, kind FROM {source} GROUP BY day, kind"
        columns = ", ".join(f"count(*) FILTER (kind = {kind})" for kind in range(1, 9))
        yield f"SELECT count(*), time // 86400000000 AS day, {columns} FROM {source} GROUP BY day"


def ontology_actions(sources):
    for source in sources:
        yield f"SELECT count(*), kind, class, answer FROM {source} GROUP BY kind, class, answer"


def annotators(own, given):
    for of_actor, of_credited in zip(own, given):
        yield (f"SELECT {SHOWN}, kind, actor, sum(duration) FROM {of_actor} GROUP BY kind, actor UNION ALL "
               f"SELECT count(*), kind, credited, 0 FROM {of_credited} GROUP BY kind, credited")


WORDINGS = {
    "task actions by day": list(task_actions([f"event WHERE {TASK_KINDS}"])),
    "task actions by day, filtered":
        list(task_actions(in_dataset(f"{TASK_KINDS} AND stage IN (1, 2) AND actor IN {PEOPLE}"))),
    "annotators": list(annotators([f"event WHERE {OWN} AND stage IN (1, 3)"], [f"event WHERE {GIVEN}"])) + [
        f"SELECT {SHOWN}, kind, CASE WHEN {GIVEN} THEN credited ELSE actor END AS person, sum(duration) FROM event"
        f" WHERE ({OWN} AND stage IN (1, 3)) OR {GIVEN} GROUP BY kind, person"],
    "annotators, filtered": list(annotators(in_dataset(f"{OWN} AND stage = 1 AND actor IN {PEOPLE}"),
                                            in_dataset(f"{GIVEN} AND stage = 2 AND credited IN {PEOPLE}"))),
    "ontology actions": list(ontology_actions([f"event WHERE {CLASS_KINDS}"])),
    "ontology actions, filtered":
        list(ontology_actions(in_dataset(f"{CLASS_KINDS} AND stage IN (1, 2) AND actor IN {PEOPLE}"))),
}


def export_events(folder):
    """Runs bench_events; gives tasks, datasets and {report: (seconds, total)}."""
    program = os.path.join(os.path.dirname(os.environ["ANNOPROJ_LIBRARY"]), "tests", "bench", "bench_events")
    subprocess.run([program], env=dict(os.environ, BENCH_EXPORT=folder), check=True)
    with open(os.path.join(folder, "library.tsv"), encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file]
    reports = {name: (float(seconds), int(total)) for name, seconds, total in lines[1:]}
    return int(lines[0][1]), int(lines[0][2]), reports


def load(duckdb, folder, tasks, datasets):
    """The events in a table of narrow types, on disk, as a user would have it."""
    database = duckdb.connect(os.path.join(folder, "events.duckdb"))
    database.execute("SET threads = 2")
    database.execute(
        "CREATE TABLE event AS SELECT time, kind::TINYINT AS kind, actor::SMALLINT AS actor,"
        " credited::SMALLINT AS credited, stage::TINYINT AS stage, task::INTEGER AS task, class::SMALLINT AS class,"
        " answer::SMALLINT AS answer, frames::INTEGER AS frames, duration, reference FROM read_csv(?)",
        [os.path.join(folder, "events.csv")])
    database.execute("CREATE TABLE task AS SELECT i::INTEGER AS id,"
                     f" (1 + (i - 1) // {tasks // datasets})::SMALLINT AS dataset FROM range(1, {tasks + 1}) r(i)")
    database.execute("CHECKPOINT")
    return database


def best_time(database, name, wanted):
    best = float("inf")
    for wording in WORDINGS[name]:
        for _ in range(5):
            began = time.perf_counter()
            rows = database.execute(wording).fetchall()
            best = min(best, time.perf_counter() - began)
        total = sum(row[0] for row in rows)
        if total != wanted:
            sys.exit(f"{name}: the library says {wanted}, DuckDB {total}: {wording}")
    return best


def main():
    try:
        import duckdb
    except ImportError:
        print(f"DuckDB is not installed: no figures against it{NOTE}")
        return
    with tempfile.TemporaryDirectory() as folder:
        tasks, datasets, reports = export_events(folder)
        database = load(duckdb, folder, tasks, datasets)
        for name, (seconds, total) in reports.items():
            theirs = best_time(database, name, total)
            print(f"{name}{NOTE}: {seconds * 1e3:.2f} ms, {seconds / theirs:.2f} x DuckDB {duckdb.__version__}"
                  f" with two threads ({theirs * 1e3:.2f} ms); goal <= 1")
        database.close()


if __name__ == "__main__":
    main()
