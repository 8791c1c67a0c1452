"""Branches of tasks are handed out to threads at once: each task gets its annotators, nobody two branches of one, and nobody is kept
from what is left. TASKS and SEED in the environment; the seed is printed."""

import collections
import json
import os
import random
import tempfile
import threading
import unittest

import annoproj
from annoproj import OrgRole, QueueReason, Role

TASKS = int(os.environ.get("TASKS", 40))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
ANNOTATORS, USERS = 3, 8
FLOW = json.dumps({"start": "many", "stages": [
    {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"}, "settings": {"annotators": ANNOTATORS}},
    {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "complete", "reject": "many"}},
    {"key": "complete", "type": "DONE"}]})


class HandOuts(unittest.TestCase):
    def setUp(self):
        print("seed", SEED)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = annoproj.create(os.path.join(folder.name, "store.annoproj"), relaxed_durability=True)
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_create("O", json.dumps({"objects": [], "classifications": []}))
        dataset = self.host.dataset_create("D")
        self.host.data_units_add(dataset, titles=["%d" % i for i in range(TASKS)])
        self.project = self.host.project_create("P", ontology, FLOW)
        self.project.attach_dataset(dataset)
        self.users = [self.host.user_create("u%d@x.org" % i, "U", OrgRole.MEMBER) for i in range(USERS)]
        for i, user in enumerate(self.users):
            self.project.collaborator_add(user, Role.TEAM_MANAGER if i == 0 else Role.ANNOTATOR)
        self.taken, self.failures, self.lock = [], [], threading.Lock()

    def work(self, user, chance):
        """Starts until nothing is left for the user; with chance gives a branch back or skips it now and then."""
        stage = self.store.session_open(user).project_open(self.project.id()).stage_open("many")
        try:
            while True:
                found = stage.start_next(include_skipped=not chance or chance.random() < 0.5)
                if found.task is None:
                    if found.reason != QueueReason.ONLY_SKIPPED:
                        return
                    continue
                parent = found.task.get().to_pylist()[0]["parent"]
                act = chance.choice(("submit", "submit", "submit", "skip", "release")) if chance else "submit"
                getattr(found.task, act)()
                if act == "submit":
                    with self.lock:
                        self.taken.append((parent, user))
        except annoproj.Error as error:
            self.failures.append(error)

    def test_threads(self):
        threads = [threading.Thread(target=self.work, args=(user, random.Random("%d/%d" % (SEED, user)))) for user in self.users]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for user in self.users:  # what somebody gave back when nobody else was there any more
            self.work(user, None)
        self.assertEqual(self.failures, [])
        by_task = collections.defaultdict(list)
        for parent, user in self.taken:
            by_task[parent].append(user)
        self.assertEqual(sorted(by_task), sorted(row["task"] for row in self.project.task_list(
            stages=[self.project.stage_open("judge").id()]).to_pylist()))
        for parent, users in by_task.items():
            self.assertEqual(len(users), ANNOTATORS)
            self.assertEqual(len(set(users)), ANNOTATORS)
            self.assertEqual(sorted(users), sorted(row["annotator"] for row in
                                                   self.project.task_open(parent).consensus_branches().to_pylist()))
        self.assertEqual(len(by_task), TASKS)
        self.assertEqual(self.host.store_check(timeout=None).to_pylist(), [])


if __name__ == "__main__":
    unittest.main()
