"""What a workflow is limited to: stages, pathways, bytes of a key, and the stages of a project over its life."""

import json
import os
import sqlite3
import tempfile
import unittest

import annoproj

LIFETIME = 65535


def workflow(extra):
    return json.dumps({"start": "annotate", "stages": [
        {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "complete"}}, {"key": "complete", "type": "DONE"}] + extra})


def archives(names):
    return [{"key": name, "type": "DONE", "settings": {"archive": True}} for name in names]


class Limits(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "store.annoproj")
        self.open(annoproj.create)
        self.ontology = self.host.ontology_create("O", json.dumps({"objects": [], "classifications": []}))
        self.project = self.host.project_create("P", self.ontology, workflow([]))

    def open(self, how):
        self.store = how(self.path, relaxed_durability=True)
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)

    def check(self, fits, too_much, error):
        self.host.workflow_template_create("T", workflow(fits))
        with self.assertRaises(error):
            self.host.workflow_template_create("T", workflow(too_much))

    def test_of_a_document(self):
        names = ["a%d" % i for i in range(63)]
        self.check(archives(names[:62]), archives(names), annoproj.LimitError)
        self.check(archives(["ü" * 32]), archives(["ü" * 32 + "x"]), annoproj.DataError)
        agents = [[{"key": "agent", "type": "AGENT", "pathways": [{"key": "p%d" % i, "to": "complete"} for i in range(count)]}]
                  for count in (256, 257)]
        self.check(agents[0], agents[1], annoproj.LimitError)

    def test_other_members_are_kept_and_titles_are_keys(self):
        document = json.dumps({"note": {"by": [1, None]}, "start": "annotate", "stages": [
            {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "complete"}, "x": 1.50}, {"key": "complete", "type": "DONE"}]})
        self.project.workflow_update(document)
        self.assertEqual(self.project.workflow_json(), document)
        self.assertEqual([row["title"] for row in self.project.stage_list().to_pylist()], ["annotate", "complete"])

    def test_of_a_life(self):
        """One that was deleted long ago has the last number but one."""
        dataset = self.host.dataset_create("D")
        self.host.data_units_add(dataset, titles=["a", "b"])
        self.project.attach_dataset(dataset)
        self.project.workflow_update(workflow(archives(["old"])))
        self.project.workflow_update(workflow([]))
        id = self.project.id()
        self.store.close()
        with sqlite3.connect(self.path) as database:
            database.execute("UPDATE stage SET id = (id >> 32 << 32) + ? WHERE key = 'old'", (LIFETIME - 1,))
        database.close()
        self.open(annoproj.open)
        project = self.host.project_open(id)
        with self.assertRaises(annoproj.LimitError) as caught:
            project.workflow_update(workflow(archives(["last", "one too many"])))
        self.assertIn("one too many", str(caught.exception))
        project.workflow_update(workflow(archives(["last"])))
        last = {row["key"]: row["stage"] for row in project.stage_list().to_pylist()}["last"]
        self.assertEqual(last & 0xffffffff, LIFETIME)
        tasks = [row["task"] for row in project.task_list().to_pylist()]
        project.tasks_move(tasks, last)
        self.assertEqual([row["stage"] for row in project.task_list().to_pylist()], [last, last])
        with self.assertRaises(annoproj.LimitError):
            project.workflow_update(workflow(archives(["last", "again"])))
        project.copy("P again").workflow_update(workflow(archives(["again"])))
        self.assertEqual(self.host.store_check(timeout=None).to_pylist(), [])


if __name__ == "__main__":
    unittest.main()
