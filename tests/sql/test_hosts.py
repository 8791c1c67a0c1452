"""The extension in the programs that load it: the sqlite3 shell, Python, several databases, beside a library that writes; and what it
refuses."""

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.join(ROOT, "examples")]

import annoproj  # noqa: E402
import expected  # noqa: E402
from sqlite_host import CORRUPT, EXTENSION, NOTADB, Connection, Failure, python_that_loads, read_only  # noqa: E402

SEED = int(os.environ.get("TEST_SEED", 0)) or random.SystemRandom().randrange(1 << 32)
GOLDEN = os.path.join(ROOT, "tests", "data", "store-v1.annoproj")
TABLES = "users projects datasets data_units features stages tasks issues labels geometry answers events".split()

READER = """
import sqlite3, sys
connection = sqlite3.connect("file:%s?mode=ro" % sys.argv[1], uri=True)
connection.enable_load_extension(True)
connection.load_extension(sys.argv[2])
for name in sys.argv[3].split():
    print(repr(connection.execute("SELECT * FROM annoproj_" + name).fetchmany(300)))
"""

WRITER = """
import sys, annoproj
with annoproj.open(sys.argv[1], relaxed_durability=True) as store, store.session_open(0) as host:
    with host.project_open(2) as project:
        task = project.task_open(project.task_list().to_pylist()[0]["task"])
        written = 0
        for line in sys.stdin:
            for _ in range(int(line)):
                written += 1
                task.set_priority(written % 101)
            print("done", flush=True)
"""


class Hosts(unittest.TestCase):
    maxDiff = 3000

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.path = self.copy("store.annoproj")

    def copy(self, name):
        path = os.path.join(self.folder, name)
        shutil.copy(GOLDEN, path)
        return path

    def change(self, path, statement):
        with Connection("file:%s?mode=rw" % path) as connection:
            connection.rows(statement)

    def refusal(self, connection, statement):
        with self.assertRaises(Failure) as caught:
            connection.rows(statement)
        return caught.exception

    # ---- programs ----

    def shell(self, *lines):
        command = ["sqlite3", "-batch", "-bail", "file:%s?mode=ro" % self.path]
        ran = subprocess.run(command, input="\n".join((".load %s" % EXTENSION[: -len(".so")], *lines)), capture_output=True, text=True)
        self.assertEqual(ran.stderr, "")
        return ran.stdout

    def test_the_shell_reads_every_table(self):
        with annoproj.open(self.path) as store:
            wanted = expected.of_store(store)
        for name in TABLES:
            with self.subTest(name):
                given = json.loads(self.shell(".mode json", "SELECT * FROM annoproj_%s;" % name) or "[]")
                self.assertEqual(expected.in_order(expected.read_lists(given)), expected.in_order(wanted[name]))

    def test_python_reads_every_table(self):
        python = python_that_loads()
        if python is None:
            self.skipTest("no Python here whose sqlite3 loads extensions")
        ran = subprocess.run([python, "-c", READER, self.path, EXTENSION, " ".join(TABLES)], capture_output=True, text=True)
        self.assertEqual(ran.stderr, "")
        with read_only(self.path) as connection:
            wanted = [repr(connection.rows("SELECT * FROM annoproj_%s LIMIT 300" % name)) for name in TABLES]
        self.assertEqual(ran.stdout.split("\n")[:-1], wanted)

    def test_it_stays_with_the_connection(self):
        """Loaded twice, on two connections, closed in any order, with a statement that was not stepped to its end."""
        one, two = read_only(self.path), read_only(self.path)
        one.load(EXTENSION)
        rows = one.steps("SELECT seq FROM annoproj_events")
        self.assertEqual(next(rows), (1,))
        self.assertEqual(two.one("SELECT count(*) FROM annoproj_users"), one.one("SELECT count(*) FROM annoproj_users"))
        rows.close()
        one.close()  # would be BUSY if the extension kept statements
        self.assertGreater(two.one("SELECT count(*) FROM annoproj_labels"), 0)
        two.close()

    # ---- several databases ----

    def test_attached_databases(self):
        second = self.copy("second.annoproj")
        with annoproj.open(second) as store, store.session_open(0) as host:
            host.user_create("new@example.org", "New", annoproj.OrgRole.MEMBER)
        with read_only(self.path) as connection:
            connection.rows("ATTACH ? AS other", "file:%s?mode=ro" % second)
            count = "SELECT count(*) FROM annoproj_users%s"
            self.assertEqual(connection.one(count % "('other')"), connection.one(count % "") + 1)
            self.assertEqual(connection.one(count % "('MAIN')"), connection.one(count % ""))
            self.assertEqual(connection.rows("SELECT o.email FROM annoproj_users('other') o LEFT JOIN annoproj_users m USING (user) WHERE m.user IS NULL"),
                             [("new@example.org",)])
            self.assertEqual(connection.rows("SELECT schema, count(*) FROM annoproj_users WHERE schema IN ('main', 'other') GROUP BY 1"),
                             [("main", connection.one(count % "")), ("other", connection.one(count % "('other')"))])
            # by the name of a database that comes out of another table
            self.assertEqual(connection.rows("SELECT d.name, count(*) FROM pragma_database_list d JOIN annoproj_users u ON u.schema = d.name GROUP BY 1"),
                             [("main", connection.one(count % "")), ("other", connection.one(count % "('other')"))])
            # the name gets another file
            connection.rows("DETACH other")
            self.assertIn("ATTACH", self.refusal(connection, count % "('other')").message)
            connection.rows("ATTACH ? AS other", "file:%s?mode=ro" % self.path)
            self.assertEqual(connection.one(count % "('other')"), connection.one(count % ""))

    def test_databases_in_memory(self):
        """A copy that the host made: no file is needed."""
        with Connection("file:%s?mode=ro" % self.path) as connection:
            users = connection.one("SELECT count(*) FROM annoproj_users")
            copy = os.path.join(self.folder, "copy")
            connection.rows("VACUUM INTO ?", copy)
        with Connection("file:%s?mode=ro&immutable=1" % copy) as connection:
            self.assertEqual(connection.one("SELECT count(*) FROM annoproj_users"), users)

    # ---- what is refused ----

    def test_files_that_are_no_store(self):
        with Connection(":memory:") as connection:
            failure = self.refusal(connection, "SELECT * FROM annoproj_tasks")
            self.assertEqual(failure.code, NOTADB)
            self.assertIn("annoproj_tasks('name')", failure.message)
            self.assertIn("nowhere", self.refusal(connection, "SELECT * FROM annoproj_events('nowhere')").message)
        path = os.path.join(self.folder, "plain.db")
        with Connection(path) as connection:
            connection.rows("CREATE TABLE task(id)")
            failure = self.refusal(connection, "SELECT * FROM annoproj_events")
            self.assertEqual(failure.code, NOTADB)
            self.assertIn(path, failure.message)

    def test_stores_of_other_formats(self):
        for version, advice in ((2, "use a newer library"), (0, "restore a backup")):
            path = self.copy("version%d" % version)
            self.change(path, "PRAGMA user_version = %d" % version)
            for name in TABLES:
                with read_only(path) as connection:
                    failure = self.refusal(connection, "SELECT * FROM annoproj_%s" % name)
                    self.assertIn(advice, failure.message)
                    self.assertIn("format version %d" % version, failure.message)
                    self.assertIn(path, failure.message)
        path = self.copy("more")
        self.change(path, "CREATE TABLE more(id)")
        with read_only(path) as connection:
            self.assertIn(path, self.refusal(connection, "SELECT * FROM annoproj_users").message)

    def test_a_store_that_is_upgraded_while_it_is_read(self):
        with read_only(self.path) as connection:
            self.assertGreater(connection.one("SELECT count(*) FROM annoproj_users"), 0)
            self.change(self.path, "PRAGMA user_version = 2")
            self.assertIn("use a newer library", self.refusal(connection, "SELECT * FROM annoproj_users").message)

    def test_schemas_do_not_use_it(self):
        """What a file's own views would read with it is not theirs to say; a temporary view is the host's."""
        path = os.path.join(self.folder, "views.db")
        with Connection(path) as connection:
            connection.rows("CREATE VIEW v AS SELECT * FROM annoproj_users('store')")
            connection.rows("ATTACH ? AS store", "file:%s?mode=ro" % self.path)
            self.assertIn("unsafe use", self.refusal(connection, "SELECT * FROM v").message)
            connection.rows("CREATE TEMP VIEW mine AS SELECT email FROM annoproj_users('store')")
            self.assertGreater(connection.one("SELECT count(*) FROM mine"), 0)
            self.assertIn("no such module", self.refusal(connection, "CREATE VIRTUAL TABLE t USING annoproj_users").message)

    def test_nothing_is_written(self):
        with read_only(self.path) as connection:
            for statement in ("INSERT INTO annoproj_users(user) VALUES (1)", "DELETE FROM annoproj_tasks", "UPDATE annoproj_events SET kind = ''"):
                self.assertIn("may not be modified", self.refusal(connection, statement).message)

    # ---- beside others ----

    def test_the_file_stays_as_it_is(self):
        def facts():
            with open(self.path, "rb") as file:
                return file.read(), os.stat(self.path).st_mtime_ns

        before = facts()
        with read_only(self.path) as connection:
            for name in TABLES:
                connection.rows("SELECT * FROM annoproj_" + name)
        self.assertEqual(facts(), before)
        self.assertEqual(os.listdir(self.folder), ["store.annoproj"])

    def count_without_rights(self, more=""):
        """By the shell, as somebody who may read and write nothing here: the number of events, or what SQLite says."""
        for name in os.listdir(self.folder):
            os.chmod(os.path.join(self.folder, name), 0o444)
        os.chmod(self.folder, 0o555)
        stranger = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        ran = subprocess.run(["sqlite3", "-batch", "file:%s?mode=ro%s" % (self.path, more)], capture_output=True, text=True, cwd="/",
                             input=".load %s\nSELECT count(*) FROM annoproj_events;\n" % self.extension, **stranger)
        os.chmod(self.folder, 0o755)
        for name in os.listdir(self.folder):
            os.chmod(os.path.join(self.folder, name), 0o644)
        return ran.stdout.strip() or ran.stderr

    def test_a_reader_who_may_not_write(self):
        """Reads with the log while somebody has the store open, and the file alone when nobody has."""
        self.extension = os.path.join(self.folder, "annoproj_sql.so")
        shutil.copy(EXTENSION, self.extension)
        with annoproj.open(self.path) as store, store.session_open(0) as host:
            before = int(self.count_without_rights())
            host.user_create("new@example.org", "New", annoproj.OrgRole.MEMBER)
            self.assertEqual(self.count_without_rights(), str(before + 1))
            self.assertEqual(self.count_without_rights("&immutable=1"), str(before))  # without the log
        self.assertIn("readonly", self.count_without_rights())
        self.assertEqual(self.count_without_rights("&immutable=1"), str(before + 1))

    def test_a_closed_store(self):
        """SQLite leaves an empty log beside it, which the library takes away."""
        with annoproj.open(self.path):
            pass
        with read_only(self.path) as connection:
            count = connection.one("SELECT count(*) FROM annoproj_events")
        self.assertEqual(os.stat(self.path + "-wal").st_size, 0)
        with annoproj.open(self.path) as store, store.session_open(0) as host:
            self.assertEqual(host.store_check(timeout=None).to_pylist(), [])
            self.assertEqual(host.store_info().to_pylist()[0]["events"], count)
        self.assertEqual(sorted(os.listdir(self.folder)), ["store.annoproj", "store.annoproj-lock"])

    def test_beside_a_process_that_writes(self):
        """A statement sees one moment, also when it reads long; the writer waits for nobody; the next statement sees what was written."""
        with annoproj.open(self.path) as store:  # so that the log is there while nobody else has the store open
            writer = subprocess.Popen([sys.executable, "-c", WRITER, self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

            def write(count):
                writer.stdin.write("%d\n" % count)
                writer.stdin.flush()
                self.assertEqual(writer.stdout.readline(), "done\n")

            write(1)
            for connection, schema in ((read_only(self.path), "main"), (Connection(":memory:"), "other")):
                with connection:
                    if schema == "other":
                        connection.rows("ATTACH ? AS other", "file:%s?mode=ro" % self.path)
                    last = "SELECT max(seq) FROM annoproj_events('%s') WHERE project = 2" % schema
                    before = connection.one(last)
                    rows = connection.steps(
                        "SELECT e.seq, (SELECT max(n.seq) FROM annoproj_events(e.schema) n WHERE n.project = 2 AND n.seq >= e.seq)"
                        " FROM annoproj_events('%s') e WHERE e.project = 2 AND e.seq > 16000" % schema)
                    seen = [next(rows)]
                    write(40)  # not held up by the statement
                    seen += list(rows)
                    self.assertEqual(seen, [(seq, before) for seq in range(16001, before + 1)])
                    self.assertEqual(connection.one(last), before + 40)
            writer.stdin.close()
            self.assertEqual(writer.wait(), 0)
            self.assertEqual(writer.stdout.read(), "")
            writer.stdout.close()
            with store.session_open(0) as host:
                self.assertEqual(host.store_check(timeout=None).to_pylist(), [])

    def test_beside_the_library_in_one_process(self):
        """Both have the same SQLite, and a copy of the rooms each."""
        with annoproj.open(self.path) as store, read_only(self.path) as connection:
            stop, failures = threading.Event(), []

            def work():
                with store.session_open(0) as host, host.project_open(2) as project:
                    task = project.task_open(project.task_list().to_pylist()[0]["task"])
                    for i in range(200):
                        task.set_priority(i % 101)
                stop.set()

            thread = threading.Thread(target=work)
            thread.start()
            while not stop.is_set():
                last, count = connection.rows("SELECT max(seq), count(*) FROM annoproj_events WHERE project = 2")[0]
                if last != count:
                    failures.append((last, count))
            thread.join()
            self.assertEqual(failures, [])
            self.assertEqual(expected.differences(store, connection), [])

    def test_interrupted(self):
        with read_only(self.path) as connection:
            rows = connection.steps("SELECT a.seq FROM annoproj_events a JOIN annoproj_tasks t ON 1 JOIN annoproj_labels l ON 1")
            next(rows)
            connection.interrupt()
            with self.assertRaises(Failure) as caught:
                list(rows)
            self.assertEqual(caught.exception.code, 9)
            self.assertGreater(connection.one("SELECT count(*) FROM annoproj_events"), 0)

    # ---- damage ----

    def test_flipped_bytes(self):
        """Every table of a store with damaged pages is read whole or is refused, as damaged or as what SQLite cannot read."""
        draw = random.Random(SEED)
        with open(GOLDEN, "rb") as file:
            sound = file.read()
        with read_only(self.path) as connection:
            questions = {name: "SELECT %s FROM annoproj_%s" % (", ".join("max(\"%s\")" % column for (column,) in connection.rows(
                "SELECT name FROM pragma_table_info('annoproj_%s')" % name)), name) for name in TABLES}
        refused = 0
        for _ in range(40):
            bytes_ = bytearray(sound)
            for _ in range(draw.choice((1, 1, 4, 64))):
                bytes_[draw.randrange(100, len(bytes_))] ^= 1 << draw.randrange(8)
            with open(self.path, "wb") as file:
                file.write(bytes_)
            with read_only(self.path) as connection:
                for name, every_column in questions.items():
                    try:
                        connection.rows(every_column)
                    except Failure as failure:
                        refused += 1
                        self.assertIn(failure.code, (CORRUPT, NOTADB), "TEST_SEED=%d: %s: %s" % (SEED, name, failure))
        self.assertGreater(refused, 0, "TEST_SEED=%d" % SEED)

    def test_damaged_labels(self):
        for column, word in (("geometry", "coordinates"), ("answers", "answers"), ("ranges", "frames"), ("class", "class")):
            path = self.copy("damaged" + column)
            value = "999" if column == "class" else "X'FFFFFFFFFF'"
            self.change(path, "UPDATE label SET %s = %s WHERE number = (SELECT max(number) FROM label)" % (column, value))
            with read_only(path) as connection:
                failure = self.refusal(connection, "SELECT * FROM annoproj_labels")
                self.assertEqual(failure.code, CORRUPT)
                self.assertIn(word, failure.message)
                if column in ("geometry", "answers"):  # nobody asks for what is damaged
                    self.assertGreater(connection.one("SELECT count(label) FROM annoproj_labels"), 0)


if __name__ == "__main__":
    unittest.main()
