"""Layouts of the queue: the columns, filters and buttons that the source documentation's three queue sections name, for each role, and every
one of them something that the library has."""

import random
import tempfile
import unittest

import annoproj
from annoproj import Operation, TaskSort
from test_task_lists import World

# The source documentation. Admins and team managers: what it names at least, in any stage.
ANNOTATORS = ["priority", "title", "status", "assignee_email"]
REVIEWERS = ["priority", "title", "last_action_email", "last_action_stage", "assignee_email"]
MANAGERS = {"priority", "title", "status", "assignee_email"}
FILTERS = {"title", "datasets", "assignees", "data_types", "statuses", "issues"}
ACTIONS = {"assign": Operation.ASSIGN, "priority": Operation.PRIORITY, "move": Operation.MOVE, "reopen": Operation.REOPEN}
SORTS = {"priority", "title", "entered", "last_action"}


class Layouts(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(self.folder.name, random.Random(1), 20)

    def tearDown(self):
        self.world.store.close()
        self.folder.cleanup()

    def layout(self, who, stage):
        parts = {"column": [], "filter": [], "sort": [], "action": []}
        for row in self.world.projects[who].stage_open(stage).layout().to_pylist():
            self.assertTrue(row["title"])
            parts[row["part"]].append(row["key"])
        return parts

    def each(self):
        for who, project in self.world.projects.items():
            for row in project.stage_list().to_pylist():
                yield who, project, row["key"], self.layout(who, row["key"])

    def test_everything_is_there(self):
        columns = self.world.projects["host"].task_list(limit=1).column_names
        for who, project, stage, parts in self.each():
            for part, keys in parts.items():
                self.assertEqual(len(keys), len(set(keys)), (who, stage, part))
            self.assertLessEqual(set(parts["column"]), set(columns))
            for key in parts["filter"]:
                project.task_list(**{key: 1 if key in ("statuses", "issues") else "x" if key == "title" else []})
            self.assertLessEqual({TaskSort[key.upper()] for key in parts["sort"]}, set(TaskSort))

    def test_by_role(self):
        for who, project, stage, parts in self.each():
            manager, done = who in ("host", "admin", "manager"), stage in ("complete", "archive")
            if manager:
                self.assertLessEqual(MANAGERS - ({"priority", "status", "assignee_email"} if done else set()), set(parts["column"]), (who, stage))
                self.assertLessEqual(set(REVIEWERS) - ({"priority", "assignee_email"} if done else set()), set(parts["column"]))
            else:
                self.assertEqual(parts["column"], REVIEWERS if stage == "review" else ANNOTATORS, (who, stage))
            unlisted = {"assignees", "statuses"} if done else set()
            self.assertEqual(set(parts["filter"]), (FILTERS - unlisted) | ({"last_action_users"} if manager else set()), (who, stage))
            self.assertEqual(set(parts["sort"]), SORTS - ({"priority"} if done else set()), (who, stage))

    def test_buttons_are_what_one_may_do(self):
        for who, project, stage, parts in self.each():
            session = self.world.store.session_open(self.world.users.get(who, 0))
            for key, operation in ACTIONS.items():
                wanted = session.can(project, operation) and (stage not in ("complete", "archive") or key in ("move", "reopen"))
                self.assertEqual(key in parts["action"], wanted, (who, stage, key))
            works = who != "host" and stage not in ("complete", "archive")
            self.assertEqual({"start", "initiate"} & set(parts["action"]), {"start", "initiate"} if works else set(), (who, stage))
            self.assertIn("view", parts["action"])

    def test_release_of_ones_own(self):
        project = self.world.projects["host"]
        for on in (1, 0):
            project.setting_set(annoproj.Setting.SELF_RELEASE, on)
            self.assertEqual("release" in self.layout("annotator", "first")["action"], bool(on))
            self.assertIn("release", self.layout("manager", "first")["action"])
            self.assertNotIn("release", self.layout("manager", "complete")["action"])

    def test_what_is_not_seen(self):
        stage = self.world.projects["reviewer"].stage_open("review")
        self.world.projects["host"].collaborator_set_role(self.world.users["reviewer"], annoproj.Role.ANNOTATOR)
        with self.assertRaises(annoproj.NotFoundError):
            stage.layout()
        stage.close()
        with self.assertRaises(annoproj.InvalidError):
            stage.layout()


if __name__ == "__main__":
    unittest.main()
