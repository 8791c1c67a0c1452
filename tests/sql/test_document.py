"""docs/sql.md is true: its tables have the columns it lists, its examples give the results that stand below them."""

import contextlib
import io
import os
import re
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "examples")]

import demo  # noqa: E402
from sqlite_host import EXTENSION, Connection, python_that_loads  # noqa: E402

with open(os.path.join(ROOT, "docs", "sql.md"), encoding="utf-8") as file:
    TEXT = file.read()


class Document(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        with contextlib.redirect_stdout(io.StringIO()):
            demo.Demo(os.path.join(ROOT, "examples", "data", "sample.coco.json"), os.path.join(cls.scratch.name, "demo-out")).run()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_columns(self):
        listed = dict(re.findall(r"^\| (annoproj_\w+) \|.*\| `([a-z_ ]+)` \|$", TEXT, re.M))
        with Connection(":memory:") as connection:
            names = [name for (name,) in connection.rows("SELECT name FROM pragma_module_list WHERE name LIKE 'annoproj%'")]
            self.assertEqual(sorted(listed), sorted(names))
            for name in names:
                self.assertEqual(listed[name].split(), [column for (column,) in connection.rows("SELECT name FROM pragma_table_info(?)", name)], name)

    def test_examples(self):
        examples = re.findall(r"^```sql\n(.*?)^```\n\n((?:\|[^\n]*\n)+)", TEXT, re.M | re.S)
        self.assertEqual(len(examples), TEXT.count("```sql"))
        for statement, result in examples:
            with self.subTest(statement):
                ran = subprocess.run(["sqlite3", "-batch", "-bail", "file:demo-out/project.annoproj?mode=ro"], cwd=self.scratch.name, text=True,
                                     capture_output=True, input=".load %s\n.headers on\n.mode markdown\n%s\n" % (EXTENSION, statement))
                self.assertEqual((ran.stdout, ran.stderr), (result, ""))

    def test_python(self):
        python = python_that_loads()
        if python is None:
            self.skipTest("no Python here whose sqlite3 loads extensions")
        (sample,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.M | re.S)
        sample = sample.replace("/usr/local/lib/annoproj_sql", EXTENSION)
        ran = subprocess.run([python, "-c", sample], cwd=self.scratch.name, text=True, capture_output=True)
        self.assertEqual((ran.stdout, ran.stderr), ("Street scenes 2026 13\n", ""))


if __name__ == "__main__":
    unittest.main()
