"""Events narrowed by conditions are those that a look at every event finds, whatever the conditions are; and only what is asked for is
read."""

import os
import random
import shutil
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import annoproj  # noqa: E402
import expected  # noqa: E402
from sqlite_host import CORRUPT, Connection, Failure, read_only  # noqa: E402

SEED = int(os.environ.get("TEST_SEED", 0)) or random.SystemRandom().randrange(1 << 32)
SEALED = 16_384
COLUMNS = "project seq time kind source actor credited stage task class answer frames duration reference value".split()
COMPARE = {
    "=": lambda one, two: one == two, "<": lambda one, two: one < two, "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two, ">=": lambda one, two: one >= two, "<>": lambda one, two: one != two,
}


class Events(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.path = os.path.join(cls.scratch.name, "store.annoproj")
        shutil.copy(os.path.join(ROOT, "tests", "data", "store-v1.annoproj"), cls.path)
        with annoproj.open(cls.path) as store:
            cls.events = expected.of_store(store)["events"]
        cls.events.sort(key=lambda row: (row["project"], row["seq"]))
        cls.tuples = [tuple(row[name] for name in COLUMNS) for row in cls.events]
        cls.connection = read_only(cls.path)

    @classmethod
    def tearDownClass(cls):
        cls.connection.close()
        cls.scratch.cleanup()

    def found(self, where, *values):
        return self.connection.rows("SELECT * FROM annoproj_events WHERE %s" % where, *values)

    def test_come_in_order_without_a_sort(self):
        with read_only(self.path) as connection:
            self.assertEqual(connection.rows("SELECT * FROM annoproj_events ORDER BY project, seq"), self.tuples)
            plan = connection.rows("EXPLAIN QUERY PLAN SELECT * FROM annoproj_events WHERE project = 2 ORDER BY seq")
            self.assertEqual(len(plan), 1)  # no line for a sort
            plan = connection.rows("EXPLAIN QUERY PLAN SELECT * FROM annoproj_events ORDER BY seq")
            self.assertEqual(len(plan), 2)
            self.assertEqual(connection.rows("SELECT seq FROM annoproj_events WHERE project IN (2, 1) ORDER BY seq DESC LIMIT 3"),
                             sorted(((row[1],) for row in self.tuples if row[0] in (1, 2)), reverse=True)[:3])

    def test_random_conditions(self):
        draw = random.Random(SEED)
        for _ in range(100):
            terms = [self.term(draw) for _ in range(draw.choice((1, 1, 2, 2, 3)))]
            joined = draw.choice((" AND ", " AND ", " OR "))
            where = joined.join(text for text, _, _ in terms)
            every = all if joined == " AND " else any
            values = [value for _, value, _ in terms]
            wanted = [(event["project"], event["seq"]) for event in self.events if every(holds(event) for _, _, holds in terms)]
            given = self.connection.rows("SELECT count(*), sum(project), sum(seq), sum(seq * seq) FROM annoproj_events WHERE " + where, *values)
            self.assertEqual(given, [self.sums(wanted)], "TEST_SEED=%d: %s %r" % (SEED, where, values))

    @staticmethod
    def sums(wanted):
        some = sum if wanted else lambda values: None
        return len(wanted), some(project for project, _ in wanted), some(seq for _, seq in wanted), some(seq * seq for _, seq in wanted)

    def term(self, draw):
        """A condition as SQL, its value, and what it says of an event."""
        column = draw.choice(COLUMNS)
        sign = draw.choice(("=", "=", "=", "<", "<=", ">", ">=", "<>"))
        value = draw.choice(self.events)[column]
        if draw.random() < 0.15:
            value = draw.choice((None, 0, 1, -1, (1 << 63) - 1, -(1 << 63), 2**32, 1.5, "no such thing"))
        text = "%s %s ?" % (column, sign)
        is_text = column in ("kind", "source")

        def holds(event):
            one = event[column]
            if one is None or value is None:
                return False
            if is_text != isinstance(value, str):  # numbers come before texts
                return sign in (("<>", ">", ">=") if is_text else ("<>", "<", "<="))
            return COMPARE[sign](one, value)

        if is_text and not isinstance(value, (str, type(None))):  # a column of texts compares numbers as texts
            value = str(value)
        return text, value, holds

    def test_texts_that_are_numbers_and_other_orders_of_texts(self):
        self.assertEqual(self.found("project = '2' AND seq = '7'"), [row for row in self.tuples if row[:2] == (2, 7)])
        self.assertEqual(self.found("seq = 7.0 AND project = 2"), [row for row in self.tuples if row[:2] == (2, 7)])
        named = [row for row in self.tuples if row[3] == "user_create"]
        self.assertEqual(self.found("kind = 'USER_CREATE' COLLATE NOCASE"), named)
        self.assertEqual(self.found("kind = 'USER_CREATE'"), [])

    def test_joined_with_other_tables(self):
        with read_only(self.path) as connection:
            found = connection.rows("SELECT t.title, count(*) FROM annoproj_events e JOIN annoproj_tasks t ON t.task = e.task"
                                    " WHERE e.project = 1 AND e.kind = 'label_create' GROUP BY t.title")
            titles = {row["task"]: row["title"] for row in connection.dicts("SELECT * FROM annoproj_tasks")}
            wanted = {}
            for event in self.events:
                if event["project"] == 1 and event["kind"] == "label_create":
                    wanted[titles[event["task"]]] = wanted.get(titles[event["task"]], 0) + 1
            self.assertEqual(dict(found), wanted)
            self.assertTrue(wanted)
            # in the other order: the events are looked up for each task
            self.assertEqual(connection.rows("SELECT t.title, count(*) FROM annoproj_tasks t CROSS JOIN annoproj_events e ON e.task = t.task"
                                             " AND e.kind = 'label_create' WHERE t.project = 1 GROUP BY t.title"), found)

    def damage(self, statement, *values):
        """A copy of the store in which something was changed behind the library's back."""
        path = os.path.join(self.scratch.name, "damaged.annoproj")
        shutil.copy(self.path, path)
        with Connection("file:%s?mode=rw" % path) as connection:
            connection.rows(statement, *values)
        return path

    def test_only_what_is_asked_for_is_read(self):
        """What is damaged is noticed by whoever reads it, and by nobody else."""
        segment = 2 << 32  # project 2, segment 0
        for number, name in ((1, "time"), (12, "reference")):
            path = self.damage("UPDATE event_column SET data = zeroblob(length(data)) WHERE id = ?", segment + number)
            with read_only(path) as connection:
                count = "SELECT count(*), min(seq) FROM annoproj_events WHERE project = 2"
                self.assertEqual(connection.rows(count)[0][1], 1)
                self.assertTrue(connection.rows("SELECT kind, actor FROM annoproj_events WHERE project = 2 AND seq <= 100"))
                self.assertTrue(connection.rows("SELECT %s FROM annoproj_events WHERE seq > ? AND project = 2" % name, SEALED))
                self.assertTrue(connection.rows("SELECT %s FROM annoproj_events WHERE project = 1" % name))
                with self.assertRaises(Failure) as caught:
                    connection.rows("SELECT %s FROM annoproj_events WHERE project = 2" % name)
                self.assertEqual(caught.exception.code, CORRUPT)
                self.assertIn("event segment 0 of project 2", caught.exception.message)

    def test_damaged_heads_and_tails(self):
        for statement, place in (
            ("UPDATE event_segment SET directory = zeroblob(64) WHERE id = ?", "event segment 0 of project 2"),
            ("UPDATE event_segment SET time_least = time_least + 1 WHERE id = ?", "event segment 0 of project 2"),
            ("DELETE FROM event_segment WHERE id = ?", "event segment 0 of project 2"),
            ("DELETE FROM event_column WHERE id >> 8 = ? >> 8", "event segment 0 of project 2"),
            ("UPDATE event_tail SET data = substr(data, 2) WHERE id >= ? AND count > 0", "event log of project 2"),
            ("DELETE FROM event_tail WHERE id >= ?", "event log of project 2"),
            ("UPDATE event_tail SET first_seq = first_seq + 1 WHERE id = ? + 16384", "event log of project 2"),
            ("DELETE FROM event_tail WHERE id = ? + 16384", "event log of project 2"),
        ):
            with read_only(self.damage(statement, 2 << 32)) as connection:
                with self.assertRaises(Failure, msg=statement) as caught:
                    connection.rows("SELECT * FROM annoproj_events")
                self.assertEqual(caught.exception.code, CORRUPT, statement)
                self.assertIn(place, caught.exception.message)
                self.assertTrue(connection.rows("SELECT * FROM annoproj_events WHERE project = 1"), "the others are read")


if __name__ == "__main__":
    unittest.main()
