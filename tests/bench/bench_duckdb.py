"""Reports of the library against DuckDB with two threads: the same events, the same totals, in turn.

bench_events makes the store and the events (BENCH_EXPORT); the library is asked through its Python package. Rounds go
through both, so that what else the machine does meets both, and medians are compared: the library on a store just opened,
and asked again with a cache of 256 MiB, against the fastest of several wordings, after the data was read into DuckDB's
own tables.
"""
import contextlib
import os
import statistics
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
SHOWN = "CASE WHEN kind IN (24, 37, 64, 65, 66) THEN 0 ELSE count(*) END"


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
               f"SELECT {SHOWN}, kind, credited, 0 FROM {of_credited} GROUP BY kind, credited")


NAMED = "regexp_matches(title, '7[0-4]\\d*\\.jpg$')"
ACTED = "kind IN (3, 5, 6, 7, 8, 9)"


def named(conditions):
    """The same three ways for the tasks whose file name has a pattern: a twentieth of them."""
    return [f"event WHERE {conditions} AND task IN (SELECT id FROM task WHERE {NAMED})",
            f"event JOIN task ON task.id = event.task WHERE {conditions} AND {NAMED}",
            f"event SEMI JOIN (SELECT id FROM task WHERE {NAMED}) t ON t.id = event.task WHERE {conditions}"]


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
    "task actions by day, named": list(task_actions(named(TASK_KINDS))),
    "annotators, named": list(annotators(named(f"{OWN} AND stage IN (1, 3)"), named(GIVEN))),
    "ontology actions, named": list(ontology_actions(named(CLASS_KINDS))),
    "issue tags, named": [f"SELECT count(*), answer FROM {source} GROUP BY answer" for source in named("kind = 71")],
    "label actions by day":
        ["SELECT count(*), time // 86400000000 AS day, kind FROM event WHERE kind IN (37, 38, 39) GROUP BY day, kind"],
    # Pieces of time are whole here; the library cuts them at midnight.
    "time spent by day":
        ["SELECT 0, time // 86400000000 AS day, stage, sum(duration) FROM event WHERE kind = 24 GROUP BY day, stage"],
    "collaborator time by day":
        [f"SELECT 0, time // 86400000000 AS day, actor, {sums} FROM event WHERE kind = 24 GROUP BY {groups}"
         for sums, groups in (("stage, sum(duration)", "day, actor, stage"),
                              ("sum(duration) FILTER (stage IN (1, 3)), sum(duration)", "day, actor"))],
    # What is open at the end of a day is not asked for.
    "issue actions by day":
        ["SELECT count(*), time // 86400000000 AS day, kind FROM event WHERE kind IN (64, 65, 66) GROUP BY day, kind"],
    "task performance":
        ["SELECT count(*) FILTER (kind <> 24), any_value(title), any_value(dataset), count(*) FILTER (kind = 32),"
         " count(*) FILTER (kind = 33), count(*) FILTER (kind = 34), sum(duration) FILTER (kind = 24)"
         " FROM event JOIN task ON task.id = event.task WHERE kind IN (24, 32, 33, 34) GROUP BY task.id ORDER BY task.id"],
    "stage flow":
        ["SELECT 0, stage, count(*), quantile_disc(time - since, 0.5), quantile_disc(time - since, 0.9) FROM (SELECT stage,"
         f" time, lag(time, 1, 0) OVER (PARTITION BY task ORDER BY rowid) AS since FROM event WHERE {ACTED}) GROUP BY stage"],
    "burn down by day":
        ["SELECT 0, time // 86400000000 AS day, count(*) FILTER (reference = 6), count(*) FILTER (before = 6) FROM (SELECT"
         " time, reference, lag(reference, 1, 1) OVER (PARTITION BY task ORDER BY rowid) AS before FROM event"
         f" WHERE {ACTED}) GROUP BY day"],
    "collaborator quality":
        ["SELECT 0, credited, kind, count(*), count(*) FILTER (n = 1) FROM (SELECT credited, kind, row_number() OVER"
         " (PARTITION BY task, kind = 3 ORDER BY rowid) AS n FROM event WHERE kind IN (3, 5, 6)) GROUP BY credited, kind"],
    "class quality":
        ["SELECT 0, class, count(*), count(*) FILTER (n = 1 AND kind = 38) FROM (SELECT class, kind, row_number() OVER"
         " (PARTITION BY reference ORDER BY rowid) AS n FROM event WHERE kind IN (38, 39)) GROUP BY class"],
}


ROUNDS = 7
TASK_COLUMNS = ["submitted", "skipped", "approved", "rejected", "assigned"]
CLASS_COLUMNS = ["created", "approved", "rejected"]
PEOPLE_COLUMNS = ["submitted_tasks", "skipped_tasks", "approved_tasks", "rejected_tasks", "created_labels", "edited_labels",
                  "deleted_labels", "approved_labels", "rejected_labels"]
REPORTS = {"task actions by day": ("task_actions", TASK_COLUMNS), "annotators": ("annotators", PEOPLE_COLUMNS),
           "ontology actions": ("ontology_actions", CLASS_COLUMNS), "issue tags": ("issue_tags", ["count"]),
           "label actions": ("label_actions", ["submitted", "approved", "rejected"]),
           "issue actions": ("issue_actions", ["created", "resolved", "reopened"]),
           "task performance": ("task_performance", ["created_labels", "edited_labels", "deleted_labels"])}


def report_of(name):
    """The report and the columns whose total must be that of the first column in DuckDB: none = it is not compared."""
    name = name.split(",")[0]
    return REPORTS.get(name) or REPORTS.get(name.replace(" by day", "")) or (
        name.replace(" by day", "").replace(" ", "_"), [])


def export_events(folder):
    program = os.path.join(os.path.dirname(os.environ["ANNOPROJ_LIBRARY"]), "tests", "bench", "bench_events")
    subprocess.run([program], env=dict(os.environ, BENCH_EXPORT=folder), check=True)


class Library:
    """The store of bench_events, open; report(name) gives seconds and total."""

    def __init__(self, annoproj, folder, **options):
        self.annoproj = annoproj
        self.stack = contextlib.ExitStack()
        store = self.stack.enter_context(annoproj.open(os.path.join(folder, "big.annoproj"), **options))
        self.project = self.stack.enter_context(
            self.stack.enter_context(store.session_open(0)).project_open(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def report(self, name):
        kind, columns = report_of(name)
        options = {}
        if "filtered" in name:
            options = {"stages": [(1 << 32) + 1, (1 << 32) + 2], "datasets": [3], "collaborators": list(range(10, 201, 10))}
        if "named" in name:
            options["file_name"] = r"7[0-4]\d*\.jpg$"
        if "by day" in name:
            options["bucket"] = self.annoproj.Bucket.DAY
        with self.project.query_open(**options) as query:
            began = time.perf_counter()
            table = getattr(query, kind)()
            took = time.perf_counter() - began
        return took, sum(sum(table.column_values(table.column_index(column))) for column in columns)


def load(duckdb, folder, tasks, datasets):
    """The events in a table of narrow types, on disk, as a user would have it."""
    database = duckdb.connect(os.path.join(folder, "events.duckdb"))
    database.execute("SET threads = 2")
    database.execute(
        "CREATE TABLE event AS SELECT time, kind::TINYINT AS kind, actor::SMALLINT AS actor,"
        " credited::SMALLINT AS credited, stage::TINYINT AS stage, task::INTEGER AS task, class::SMALLINT AS class,"
        " answer::SMALLINT AS answer, frames::INTEGER AS frames, duration, reference FROM read_csv(?)",
        [os.path.join(folder, "events.csv")])
    each = tasks // datasets
    database.execute(f"CREATE TABLE task AS SELECT i::INTEGER AS id, (1 + (i - 1) // {each})::SMALLINT AS dataset,"
                     f" printf('file%09d.jpg', (i - 1) % {each}) AS title FROM range(1, {tasks + 1}) r(i)")
    database.execute("CHECKPOINT")
    return database


def time_duckdb(database, name, wording, wanted):
    began = time.perf_counter()
    rows = database.execute(wording).fetchall()
    took = time.perf_counter() - began
    total = sum(row[0] for row in rows)
    if total != wanted:
        sys.exit(f"{name}: the library says {wanted}, DuckDB {total}: {wording}")
    return took


def time_cold(annoproj, folder, name):
    with Library(annoproj, folder) as library:
        return library.report(name)


def compare(annoproj, folder, database, name):
    """Seconds cold and the fastest wording beside it, warm and the same wording beside it."""
    wordings = WORDINGS[name]
    ours, theirs = [], [[] for _ in wordings]
    for _ in range(ROUNDS):
        took, total = time_cold(annoproj, folder, name)
        ours.append(took)
        for times, wording in zip(theirs, wordings):
            times.append(time_duckdb(database, name, wording, total))
    best, wording = min(zip(map(statistics.median, theirs), wordings))
    warm, beside = [], []
    with Library(annoproj, folder, cache_bytes=256 << 20) as library:
        library.report(name)
        library.report(name)  # what is asked for twice is kept
        for _ in range(ROUNDS):
            warm.append(library.report(name)[0])
            beside.append(time_duckdb(database, name, wording, total))
    return statistics.median(ours), best, statistics.median(warm), statistics.median(beside)


def main():
    try:
        import duckdb
    except ImportError:
        print(f"DuckDB is not installed: no figures against it{NOTE}")
        return
    import annoproj
    tasks = 100000 if NOTE else 1000000
    with tempfile.TemporaryDirectory() as folder:
        export_events(folder)
        database = load(duckdb, folder, tasks, 10)
        for name in WORDINGS:
            cold, theirs, warm, beside = compare(annoproj, folder, database, name)
            print(f"{name}{NOTE}: {cold * 1e3:.2f} ms, {cold / theirs:.2f} x DuckDB {duckdb.__version__} with two threads"
                  f" ({theirs * 1e3:.2f} ms); goal <= 1; asked again with 256 MiB: {warm * 1e3:.2f} ms,"
                  f" {warm / beside:.2f} x; goal <= {0.3 if 'named' in name else 0.5}", flush=True)
        database.close()


if __name__ == "__main__":
    main()
