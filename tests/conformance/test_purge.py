"""A purge leaves nothing of a project in any table, whatever tables there are, and nothing of the others is touched; its sealed events,
too. The list of tables in the library is compared with the schema: a new table says whether it holds rows of projects."""

import os
import re
import sqlite3
import tempfile
import unittest

import annoproj

from test_calls import ONTOLOGY, WORKFLOW

HERE = os.path.dirname(os.path.abspath(__file__))
PURGE = os.path.join(HERE, "..", "..", "lib", "operation", "purge.c")
# Tables whose rows belong to the store: a purge leaves them alone.
OF_THE_STORE = {"store_state", "user", "request", "setting", "tag", "dataset", "data_unit", "ontology", "feature", "vertex", "time_covered",
                "workflow_template",
                "sqlite_sequence"}


def tables(database):
    return {row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}


def rows(database):
    return {table: set(map(repr, database.execute("SELECT * FROM %s" % table))) for table in tables(database)}


class Purge(unittest.TestCase):
    def test_list_of_tables(self):
        with open(PURGE, encoding="utf-8") as file:
            text = file.read()
        purged = set(re.findall(r'LIMITED\("(\w+)"', text)) | set(re.findall(r'"DELETE FROM (\w+) WHERE', text))
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s.annoproj")
            annoproj.create(path).close()
            with sqlite3.connect(path) as database:
                self.assertEqual(purged | OF_THE_STORE, tables(database))
            self.assertEqual(purged & OF_THE_STORE, set())

    def test_nothing_is_left_and_nothing_else_gone(self):
        now = [1_767_603_600_000_000]
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s.annoproj")
            with annoproj.create(path, clock=lambda: now[0], relaxed_durability=True) as store, store.session_open(0) as host:
                ontology, dataset = host.ontology_create("Cars", ONTOLOGY), host.dataset_create("Files")
                host.data_units_add(dataset, titles=["f%d" % i for i in range(40)], widths=[9] * 40, heights=[9] * 40)
                tag, issue_tag = host.tag_create("red"), host.issue_tag_create("dark")

                def make(title):
                    project = host.project_create(title, ontology, WORKFLOW)
                    project.attach_dataset(dataset)
                    project.set_tags([tag])
                    project.set_issue_tags([issue_tag])
                    project.set_editor_layout("{}")
                    for row in project.task_list(limit=5).to_pylist():
                        task = project.task_open(row["task"])
                        task.labels_write(classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4],
                                          coordinates=[1, 2, 3, 4], force=True)
                        task.issue_create("hm", tags=[issue_tag])
                        task.submit()
                    return project

                before, kept, purged = make("Before"), make("Kept"), make("Purged")
                for project in (kept, purged):                      # a sealed segment each
                    ids = [row["task"] for row in project.task_list().to_pylist()]
                    for priority in range(450):
                        project.tasks_set_priority(ids, priority % 101)
                after = make("After")
                purged.delete("Purged")
                with sqlite3.connect(path) as database:
                    self.assertGreater(len(rows(database)["event_column"]), 0)
                    whole = rows(database)
                steps = 0
                while not purged.purge(rows=200).to_pylist()[0]["done"]:
                    self.assertEqual(host.store_check().to_pylist(), [])
                    steps += 1
                self.assertGreater(steps, 1)
                self.assertEqual(host.store_check().to_pylist(), [])
                number = 3
                first, last = number << 32, (number + 1) << 32
                with sqlite3.connect(path) as database:
                    left = rows(database)
                    for table in tables(database) - OF_THE_STORE:
                        columns = [column[1] for column in database.execute("PRAGMA table_info(%s)" % table)]
                        for column in columns:
                            if column in ("project", "id", "task", "stage", "issue"):
                                found = database.execute("SELECT count(*) FROM %s WHERE %s >= ? AND %s < ?" % (table, column, column),
                                                         (first, last)).fetchone()[0]
                                self.assertEqual(found, 0, (table, column))
                        if "project" in columns:
                            self.assertNotIn((number,), set(database.execute("SELECT project FROM %s" % table)), table)
                for table in left:                                   # the store's own log went on: its two events
                    if table not in ("store_state", "event_log", "event_tail"):
                        self.assertLessEqual(left[table], whole[table], table)
                for project in (before, kept, after):
                    self.assertEqual(project.get().to_pylist()[0]["tasks"], 40)
                self.assertEqual([row["title"] for row in host.project_list().to_pylist()], ["After", "Before", "Kept"])


if __name__ == "__main__":
    unittest.main()
