"""Every table of the SQL extension holds what the public functions give: on the golden store, on the demo's, and on stores that random
operations made."""

import contextlib
import io
import json
import os
import random
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "tests", "model"), os.path.join(ROOT, "examples")]

import annoproj  # noqa: E402
import expected  # noqa: E402
from sqlite_host import Connection, read_only  # noqa: E402

SEED = int(os.environ.get("TEST_SEED", 0)) or random.SystemRandom().randrange(1 << 32)
STORES, OPERATIONS = 3, 200


class Tables(unittest.TestCase):
    maxDiff = 4000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def compare(self, store, path, message=""):
        """By its name, and attached to another database that has tables of the same names; while the library has it open."""
        with read_only(path) as main:
            self.assertEqual(expected.differences(store, main), [], message)
        with Connection(":memory:") as other:
            other.rows("CREATE TEMP TABLE task(id, stage)")
            other.rows("CREATE TABLE project(id)")
            other.rows("ATTACH ? AS \"the \"\"other\"\" one\"", "file:%s?mode=ro" % path)
            self.assertEqual(expected.differences(store, other, 'the "other" one'), [], message)

    def test_of_the_golden_store(self):
        path = os.path.join(self.folder, "golden.annoproj")
        shutil.copy(os.path.join(ROOT, "tests", "data", "store-v1.annoproj"), path)
        with annoproj.open(path) as store:
            self.compare(store, path)

    def test_of_the_demo(self):
        import demo

        with contextlib.redirect_stdout(io.StringIO()):
            demo.Demo(os.path.join(ROOT, "examples", "data", "sample.coco.json"), self.folder).run()
        path = os.path.join(self.folder, "project.annoproj")
        with annoproj.open(path) as store:
            self.compare(store, path)

    def test_of_random_stores(self):
        from operations import Operations
        from world import World

        for number in range(STORES):
            seed = SEED + number
            folder = os.path.join(self.folder, str(number))
            os.mkdir(folder)
            world = World(folder, random.Random(seed))
            run = Operations(world)
            try:
                for step in range(OPERATIONS):
                    run.step(random.Random("%d/%d" % (seed, step)))
                self.compare(world.store, world.path, "TEST_SEED=%d" % seed)
            finally:
                world.store.close()

    def test_joins(self):
        """A join asks a table for the rows of an owner again and again, one after the other, and of owners that are none."""
        path = os.path.join(self.folder, "joins.annoproj")
        with annoproj.create(path) as store, store.session_open(0) as host:
            for number, names in enumerate((("Car",), ("Van", "Bus"), ())):
                objects = [{"id": str(at), "name": name, "shape": "polygon", "featureNodeHash": "h%d%06d" % (number, at), "color": "#000000"}
                           for at, name in enumerate(names, 1)]
                host.ontology_create("o%d" % number, json.dumps({"objects": objects, "classifications": []}))
            flow = {"start": "a", "stages": [{"key": "a", "type": "ANNOTATION", "edges": {"submit": "b"}}, {"key": "b", "type": "DONE"}]}
            for number in (1, 2):
                host.project_create("p%d" % number, number, json.dumps(flow))
        with read_only(path) as connection:
            owners = "(VALUES (1, 2), (2, 1), (1, 1), (2, 2), (3, 7), (99, 1), (NULL, NULL), ('x', -1), (2, 2), (1, 1)) o"
            found = connection.rows("SELECT column1, f.name FROM %s LEFT JOIN annoproj_features f ON f.ontology = column1" % owners)
            names = {1: ["Car"], 2: ["Van", "Bus"]}
            expected_rows = [(owner, name) for owner in (1, 2, 1, 2, 3, 99, None, "x", 2, 1) for name in names.get(owner, [None])]
            self.assertEqual([tuple(row) for row in found], expected_rows)
            found = connection.rows("SELECT column1, s.key, t.key FROM %s JOIN annoproj_stages s ON s.project = column1 JOIN annoproj_stages t"
                                    " ON t.project = column2" % owners)
            pairs = [(1, 2), (2, 1), (1, 1), (2, 2), (2, 2), (1, 1)]
            self.assertEqual([tuple(row) for row in found], [(one, a, b) for one, _ in pairs for a in "ab" for b in "ab"])
            self.assertEqual(connection.rows("SELECT count(*) FROM annoproj_features a JOIN annoproj_features b USING (ontology)")[0][0], 5)

    def test_every_table_is_compared(self):
        with Connection(":memory:") as connection:
            modules = {name[len("annoproj_"):] for (name,) in connection.rows("SELECT name FROM pragma_module_list") if name.startswith("annoproj_")}
        path = os.path.join(self.folder, "empty.annoproj")
        with annoproj.create(path) as store:
            self.assertEqual(modules, set(expected.of_store(store)))


if __name__ == "__main__":
    unittest.main()
