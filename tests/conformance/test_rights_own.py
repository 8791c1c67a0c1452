"""What annotators and reviewers see of the analytics: their own rows and nothing else, the same as an admin sees of them alone."""

import os
import random
import tempfile
import unittest

import annoproj
from test_task_lists import World

SEED = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
OWN = ("task_actions", "time_spent", "label_actions")
TEAM = ("annotators", "annotators_by_frame", "reviewers", "reviewers_by_frame", "ontology_actions", "collaborator_time", "issue_actions",
        "task_performance", "task_performance_by_stage", "instance_statistics", "label_statistics", "label_ranges")


class OwnRows(unittest.TestCase):
    def test_own_rows(self):
        with tempfile.TemporaryDirectory() as folder, self.subTest(TEST_SEED=SEED):
            world = World(folder, random.Random(SEED), 60)
            world.shuffle()
            for stage, name in zip(("first", "review"), ("annotator", "reviewer")):  # work that chance cannot take away
                task = world.ids[0 if name == "annotator" else 1]
                world.attempt(lambda: world.projects["host"].tasks_move([task], world.stages[stage]))
                world.projects["host"].task_open(task).assign(world.users[name])
            world.now_us += 3600_000_000
            for name, user in world.users.items():  # time of everybody
                for task in world.ids[:12]:
                    world.attempt(lambda: world.projects[name].task_open(task).report_time([world.now_us - 60_000_000 * (user + 1)], [1_000_000 * user]))
            figures = 0
            for name, user in world.users.items():
                mine, all_of_it = world.projects[name], world.projects["admin"]
                for report in OWN:
                    of_user = getattr(all_of_it.query_open(collaborators=[user]), report)().to_pylist()
                    if name in ("admin", "manager"):
                        continue
                    self.assertEqual(getattr(mine.query_open(), report)().to_pylist(), of_user, (name, report))
                    self.assertEqual(getattr(mine.query_open(collaborators=[user]), report)().to_pylist(), of_user)
                    figures += sum(value for row in of_user for key, value in row.items() if isinstance(value, int))
                    other = next(one for one in world.users.values() if one != user)
                    self.reads_nothing_of(mine, report, other)
                if name not in ("admin", "manager"):
                    for report in TEAM:
                        with self.assertRaises(annoproj.PermissionError):
                            getattr(mine.query_open(), report)()
            self.assertGreater(figures, 0)
            world.store.close()

    def reads_nothing_of(self, project, report, other):
        try:
            rows = getattr(project.query_open(collaborators=[other]), report)().to_pylist()
        except annoproj.PermissionError:
            return
        self.assertEqual(sum(value for row in rows for value in row.values() if isinstance(value, int)), 0, (report, other))


if __name__ == "__main__":
    unittest.main()
