"""Tables as Python values and in notebooks, without any other package."""

import datetime
import json
import tempfile
import unittest
import xml.etree.ElementTree

import annoproj
from annoproj import Bucket, _arrow

from test_calls import World

UTC = datetime.timezone.utc


class Values(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = World(cls.folder.name)
        world = cls.world
        world.host.user_create("\u884c\u4eba@x.org", "\u884c\u4eba <b>", 1)
        cls.tables = [world.project.task_list(), world.reviewing.geometry(1), world.reviewing.labels(), world.host.user_list(),
                      world.query.annotators(), world.project.query_open(bucket=Bucket.DAY).task_actions(),
                      next(world.project.events(0)), world.reviewing.issues(), world.project.query_open(
                          after_us=4_000_000_000_000_000).annotators()]

    @classmethod
    def tearDownClass(cls):
        cls.world.close()
        cls.folder.cleanup()

    def cell(self, value):
        """What JSON, which the library writes itself, has for a value."""
        if isinstance(value, datetime.datetime):
            self.assertEqual(value.utcoffset(), datetime.timedelta(0))
            return (value - datetime.datetime(1970, 1, 1, tzinfo=UTC)) // datetime.timedelta(microseconds=1)
        return value.hex() if isinstance(value, bytes) else value

    def test_every_cell_is_what_the_json_says(self):
        kinds = set()
        for table in self.tables:
            with self.subTest(table.row_type()):
                rows = table.to_pylist()
                self.assertEqual([{key: self.cell(value) for key, value in row.items()} for row in rows], json.loads(table.json()))
                self.assertEqual(table.to_pydict(), {name: [row[name] for row in rows] for name in table.column_names})
                kinds |= {kind for _, kind in table.COLUMNS}
        self.assertLessEqual({"int64", "double", "utf8", "timestamp_us", "bool", "dictionary"}, kinds)

    def test_memory_of_columns(self):
        table = self.world.project.task_list()
        column = table.column("task")
        self.assertTrue(column.readonly and column.format == "q")
        tasks = table.column_values("task")
        table.close()
        self.assertEqual(column.tolist(), tasks)
        with self.assertRaises(TypeError):
            column[0] = 1

    def test_notebook(self):
        for table in self.tables:
            with self.subTest(table.row_type()):
                bundle = table._repr_mimebundle_()
                page = bundle["text/html"]
                self.assertEqual(page, table._repr_html_())
                xml.etree.ElementTree.fromstring("<div>%s</div>" % page)
                self.assertNotIn("<b>", page)
                pictured = "application/vnd.vegalite.v5+json" in bundle
                self.assertEqual("<svg" in page, pictured)
                self.assertEqual(table.row_type() in ("annotators_row", "task_actions_row"), pictured)
                if pictured:
                    self.assertIn("data", bundle["application/vnd.vegalite.v5+json"])
                    self.assertEqual(bundle["image/svg+xml"], table.svg())
        bundle = self.tables[4]._repr_mimebundle_(include={"image/svg+xml", "text/plain"}, exclude={"text/plain"})
        self.assertEqual(list(bundle), ["image/svg+xml"])

    def test_capsules_that_nobody_takes(self):
        """They are given up with the next one, or when a table is closed; an exception passes through unharmed."""
        for _ in range(50):
            with self.world.host.user_list() as table:
                kept = (table.__arrow_c_schema__(), table.__arrow_c_array__(), table.__arrow_c_stream__())
                self.assertGreaterEqual(len(_arrow._handed_out), 4)
                with self.assertRaises(ZeroDivisionError):
                    table.__arrow_c_stream__(1 / 0)
                del kept
            self.assertEqual(list(_arrow._handed_out), [])
        with self.assertRaises(annoproj.InvalidError):
            table.__arrow_c_stream__()
        self.assertEqual(list(_arrow._handed_out), [])


if __name__ == "__main__":
    unittest.main()
