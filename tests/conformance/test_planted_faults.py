"""annoproj_store_check finds what is wrong: every figure that follows from events, changed by one with SQLite alone, is a difference that
names its place; so is every byte of the log that is another (lesson of peers 20). PLANT=n looks at that many places of each (0 = all); TEST_SEED."""

import os
import random
import resource
import shutil
import sqlite3
import sys
import tempfile
import unittest

import annoproj
from random_projects import RandomProjects

SEED = int(os.environ.get("TEST_SEED") or 0) or random.SystemRandom().randrange(1 << 32)
PLANT = int(os.environ.get("PLANT", 1))

# What follows from events, or from other tables. What does not is what somebody said (titles, geometry), what only
# time knows (times of drafts, heartbeats, lapses), hints, and counters of deliveries.
DERIVED = {
    "event_log": ("segments", "tail_first"),
    "event_tail": ("first_seq", "count"),
    "event_segment": ("first_seq", "count", "time_least", "time_most", "time_reach", "command_least", "command_most", "ascending", "checksum"),
    "event_summary": ("events", "checksum"),
    "user": ("org_role", "disabled", "erased"),
    "collaborator": ("role", "joined"),
    "outbox": ("kind", "created_us", "actor", "task", "stage", "reference"),
    "outbox_state": ("waiting",),
    "project": ("status", "owner", "ontology", "created_us", "idle_limit_us", "time_window_us", "self_release", "strict_status",
                "count_text_and_audio", "outbox_issues", "outbox_status", "outbox_limit"),
    "setting": ("value",),
    "project_tag": ("tag",),
    "project_counter": ("last_task", "last_label", "last_issue", "tasks", "open_issues", "instance_labels_created"),
    "tag": ("created_us", "deleted", "kind"),
    "dataset": ("data_units", "creator", "created_us"),
    "project_dataset": ("number", "attached"),
    "ontology": ("features", "creator", "created_us", "edited_us"),
    "feature": ("kind", "type", "parent", "class", "position", "required", "dynamic", "archived", "global", "coco_category"),
    "stage": ("position", "type", "members_listed", "hide_unassigned", "allow_reassessment", "require_complete_labels", "reviewer_not_submitter",
              "strict_review", "reassign_rejected", "archive", "webhook", "assignment_ttl_us", "annotators", "consensus", "start", "removed"),
    "stage_edge": ("target",),
    "stage_pathway": ("target", "share"),
    "router_user": ("position",),
    "stage_member": ("user",),
    "task_count": ("assignee", "count"),
    "router_count": ("count",),
    "task": ("data_unit", "data_type", "stage", "status", "assignee", "priority", "entered_us", "released", "returned", "last_submitter",
             "last_action_user", "last_action_stage", "last_action_us", "open_issues", "resolved_issues", "removed_stage", "parent",
             "branch", "assigned_by", "submitted", "version"),
    "task_skip": ("user", "stage", "skipped"),
    "task_worker": ("task", "stage", "user"),
    "task_stay": ("stage", "entered_us", "left_us", "actor", "assignee", "number"),
    "label": ("class",),
    "time_covered": ("from_us", "until_us"),
    "label_review": ("state", "reviewer"),
    "label_published": ("class", "live", "submitter", "submitted", "at_last_submit"),
    "label_version": ("tasks", "labels", "project", "task"),
    "label_state": ("version",),
    "issue": ("task", "class", "resolved", "creator", "created_us", "comments"),
    "issue_history": ("number", "resolved", "actor", "at_us"),
    "issue_comment": ("number", "author", "created_us"),
    "issue_tag": ("issue", "tag"),
}
# By one, and so far that a list by number would fill the memory; ids also become those of another project. A version that is older is none of these.
CHANGES = ("%s + 1", "%s + 1", "%s - 1", "%s + 1000000007", "%s + 4294967296")
GROWS = ("label_state.version",)
# The same of texts, which documents tell.
TEXTS = {
    "ontology": ("json",),
    "feature": ("hash", "name", "value", "color"),
    "stage": ("key", "title"),
    "stage_edge": ("name",),
    "stage_pathway": ("key", "title", "rule"),
    "label_published": ("hash",),
}
# Tables of which every row follows from events, or from rows of other tables.
ROWS_TOLD = """event_log event_tail event_segment event_column event_summary user collaborator outbox outbox_state project project_counter
    setting project_tag tag dataset data_unit project_dataset ontology feature stage stage_edge stage_pathway router_user stage_member task_count
    router_count task task_skip task_worker task_stay task_titles task_vector label label_review time_covered label_published
    label_version label_version_part label_content issue issue_history issue_comment issue_tag""".split()
# Columns in which only some rows follow from events: of texts and audio that went through consensus some are left out. What labels were
# at an older version is no matter of how old it is.
ROWS = {
    "task": "stage <> 0 AND id NOT IN (SELECT parent FROM task WHERE parent <> 0) AND id NOT IN (SELECT task FROM task_submitter)",
    "task_count": "count <> 0",
    "stage": "NOT removed",
    "label_published.submitter": "task IN (SELECT t.id FROM task t WHERE t.parent = 0 AND (t.data_type NOT IN (7, 8, 12)"
                                 " OR NOT EXISTS(SELECT 1 FROM task b WHERE b.parent = t.id)))",
    "label_published.submitted": "task IN (SELECT id FROM task WHERE parent = 0)",
    "label_published.at_last_submit": "task IN (SELECT id FROM task WHERE parent = 0)",
    "label_published.hash": "EXISTS (SELECT 1 FROM label l WHERE l.task = label_published.task AND l.number = label_published.label)",
    "router_count": "count <> 0",
    "label_state.version": "version = (SELECT t.version FROM task t WHERE t.id = label_state.task)",
    "label_review": "state <> 1",
}


class PlantedFaults(unittest.TestCase):
    NEEDED = ("submit", "approve", "decide label", "issue", "change issue")    # so that there is something to plant faults in

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = os.path.join(cls.folder.name, "sound.annoproj")
        cls.random = random.Random(SEED)
        made = RandomProjects(cls.path, random.Random(SEED))
        made.seal()
        while made.steps < 350 or min(made.done[name] for name in cls.NEEDED) < 5:
            made.step()
        made.settle()
        found = made.host.store_check().to_pylist()
        made.close()
        assert not found, "seed %d: %r" % (SEED, found)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self, change):
        """What a check says of a copy in which `change` did something."""
        return self.ask(change, lambda session: session.store_check().to_pylist())

    def ask(self, change, question):
        path = os.path.join(self.folder.name, "planted.annoproj")
        for end in ("", "-wal", "-shm", "-lock"):
            if os.path.exists(path + end):
                os.unlink(path + end)
        shutil.copy(self.path, path)
        database = sqlite3.connect(path)
        change(database)
        database.commit()
        database.close()
        with annoproj.open(path) as store, store.session_open(0) as session:
            return question(session)

    def rows(self, table, column, where):
        """Keys of rows in which the column is something."""
        with sqlite3.connect("file:%s?mode=ro" % self.path, uri=True) as database:
            key = [row[1] for row in database.execute("PRAGMA table_info(%s)" % table) if row[5]]
            found = database.execute("SELECT %s FROM %s WHERE %s IS NOT NULL AND %s" % (", ".join(key), table, column, where)).fetchall()
        database.close()
        return key, found

    def miss(self, all_columns, changes):
        """What is changed and not found, and the columns of which there are no rows."""
        missed, empty = [], []
        for table, columns in all_columns.items():
            for column in columns:
                key, rows = self.rows(table, column, ROWS.get("%s.%s" % (table, column)) or ROWS.get(table, "1"))
                if not rows:
                    empty.append("%s.%s" % (table, column))
                for row in self.random.sample(rows, min(len(rows), PLANT)) if PLANT else rows:
                    change = changes[0] if "%s.%s" % (table, column) in GROWS else self.random.choice(changes)
                    statement = "UPDATE %s SET %s = %s WHERE %s" % (table, column, change % column, " AND ".join("%s = ?" % name for name in key))
                    try:
                        found = self.check(lambda database: database.execute(statement, row))
                    except sqlite3.IntegrityError:      # SQLite refuses it: two rows of one key
                        continue
                    if not any(difference["found"] and difference["expected"] for difference in found):
                        missed.append("%s.%s of %s %r: %s" % (table, column, key, row, change % column))
        return missed, empty

    def test_every_derived_number(self):
        missed, empty = self.miss(DERIVED, CHANGES)
        self.assertEqual(missed, [], "TEST_SEED=%d" % SEED)
        self.assertLess(len(empty), 12, empty)

    def test_every_text_of_documents(self):
        missed, _ = self.miss(TEXTS, ("%s || 'x'",))
        self.assertEqual(missed, [], "TEST_SEED=%d" % SEED)

    def test_every_row(self):
        missed = []
        for table in ROWS_TOLD:
            key, rows = self.rows(table, "1", ROWS.get(table, "1"))
            for row in self.random.sample(rows, min(len(rows), PLANT)) if PLANT else rows:
                statement = "DELETE FROM %s WHERE %s" % (table, " AND ".join("%s = ?" % name for name in key))
                if not self.check(lambda database: database.execute(statement, row)):
                    missed.append("%s %r" % (table, row))
        self.assertEqual(missed, [], "TEST_SEED=%d" % SEED)

    def test_rows_of_the_store_itself(self):
        """Without its log there is nothing that the store's own part of a check could go by; without its last commit nobody can write."""
        found = self.check(lambda database: database.execute("DELETE FROM event_log WHERE project = 0"))
        self.assertIn(("event", None), [(row["subject"], row["project"]) for row in found])
        with self.assertRaises(annoproj.CorruptError):
            self.check(lambda database: database.execute("DELETE FROM store_state"))

    def test_rows_that_others_need(self):
        """A list that cannot read what it has to show says that the store is damaged, and does not call what is listed unknown."""
        def list_tasks(session):
            for row in session.project_list().to_pylist():
                with session.project_open(row["project"]) as project:
                    project.task_list().close()

        self.ask(lambda database: None, list_tasks)
        with self.assertRaises(annoproj.CorruptError):
            self.ask(lambda database: database.execute("DELETE FROM dataset"), list_tasks)

    def test_numbers_of_rows_that_are_far_too_large(self):
        """What is kept by number costs no memory that a damaged number asks for."""
        before = resource.getrlimit(resource.RLIMIT_AS)
        with open("/proc/self/statm", encoding="ascii") as file:
            used = int(file.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30), before[1]))
        try:
            for table, key, more in (("user", "id", 1 << 40), ("dataset", "id", 1 << 40), ("ontology", "id", 1 << 40), ("stage", "id", 4_000_000_000),
                                     ("task", "id", 4_000_000_000), ("issue", "id", 4_000_000_000), ("label", "number", 1 << 40),
                                     ("label_published", "label", 1 << 40), ("label_review", "label", 1 << 40), ("label_review", "stage", 4_000_000_000),
                                     ("collaborator", "user", 1 << 40), ("tag", "id", 1 << 40), ("feature", "number", 1 << 30)):
                told = "id IN (SELECT target FROM stage_edge)" if table == "stage" else "1"     # of others nothing else may say the number
                last = "(SELECT max(%s) FROM %s WHERE %s)" % (key, table, told)
                statement = "UPDATE %s SET %s = %s + %d WHERE %s = %s" % (table, key, key, more, key, last)
                with self.subTest(table, key=key):
                    self.assertTrue(self.check(lambda database: database.execute(statement)))
        finally:
            resource.setrlimit(resource.RLIMIT_AS, before)

    def test_a_time_of_commands_before_the_last_event(self):
        found = self.check(lambda database: database.execute("UPDATE store_state SET last_command_us = last_command_us - 86400000000"))
        self.assertIn("counter", [row["subject"] for row in found])

    def flip(self, table, key, column, at):
        def change(database):
            data = bytearray(database.execute("SELECT %s FROM %s WHERE %s = ?" % (column, table, key[0]), (key[1],)).fetchone()[0])
            data[at] ^= 1 << self.random.randrange(8)
            database.execute("UPDATE %s SET %s = ? WHERE %s = ?" % (table, column, key[0]), (bytes(data), key[1]))
        return self.check(change)

    def test_every_byte_of_the_log(self):
        """Columns of segments, their directories, summaries, the tail."""
        missed, looked = [], 0
        with sqlite3.connect("file:%s?mode=ro" % self.path, uri=True) as database:
            blobs = [(table, (name, id), column, length) for table, name, column in (
                ("event_column", "id", "data"), ("event_segment", "id", "directory"), ("event_summary", "project", "data"), ("event_tail", "id", "data"))
                for id, length in database.execute("SELECT %s, length(%s) FROM %s" % (name, column, table)) if length]
        database.close()
        self.assertGreater(sum(table == "event_column" for table, *_ in blobs), 3)
        self.assertTrue(any(table == "event_summary" for table, *_ in blobs))
        tails = [blob for blob in blobs if blob[0] == "event_tail"]
        kept = [blob for blob in blobs if blob[0] != "event_tail"] + (self.random.sample(tails, min(len(tails), 8)) if PLANT else tails)
        for table, key, column, length in kept:
            if PLANT:
                places = sorted({0, length - 1} | {self.random.randrange(length) for _ in range(3)})
            else:
                places = range(length)
            for at in places:
                looked += 1
                if not self.flip(table, key, column, at):
                    missed.append("byte %d of %s.%s of %r" % (at, table, column, key))
        self.assertEqual(missed, [], "TEST_SEED=%d" % SEED)
        self.assertGreater(looked, 60)


if __name__ == "__main__":
    print("planted faults: seed %d" % SEED, file=sys.stderr)
    unittest.main()
