"""Stores of every format there ever was, in tests/data: this library opens them, and they say what they said when they were written."""

import glob
import json
import os
import shutil
import sys
import tempfile
import unittest

import annoproj

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(os.path.dirname(HERE), "data")
sys.path.insert(0, os.path.join(HERE, "golden"))

import content  # noqa: E402

ADVICE = "before the first release of this format: make golden; after it: this library misreads an older store"


class GoldenStores(unittest.TestCase):
    maxDiff = 2000

    def test_say_what_they_said(self):
        names = sorted(glob.glob(os.path.join(DATA, "store-v*.annoproj")))
        self.assertTrue(names)
        for name in names:
            with self.subTest(os.path.basename(name)), tempfile.TemporaryDirectory() as folder:
                path = os.path.join(folder, "store.annoproj")
                shutil.copy(name, path)
                with open(name[: -len(".annoproj")] + ".json", encoding="utf-8") as file:
                    expected = json.load(file)
                with annoproj.open(path, migrate=True) as store:
                    said = content.of_store(store)
                    self.work(store)
                version = expected["info"][0].pop("schema_version")
                self.assertGreaterEqual(said["info"][0].pop("schema_version"), version)
                self.assertEqual(said["differences"], [])
                self.assertEqual(said, expected, ADVICE)

    def work(self, store):
        """An old store is for working on, not only for looking at."""
        with store.session_open(0) as host:
            second = next(row for row in host.project_list().to_pylist() if row["title"] == "Second")
            project = host.project_open(second["project"])
            task = project.task_list().to_pylist()[0]["task"]
            project.task_open(task).set_priority(77)
            self.assertEqual(project.task_list().to_pylist()[0]["priority"], 77)
            self.assertEqual(host.store_check(timeout=None).to_pylist(), [])


if __name__ == "__main__":
    unittest.main()
