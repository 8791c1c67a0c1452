"""Everything at once: people of every role work while the workflow is edited, roles change, users are disabled, datasets come and go,
the project opens and closes, messages are fetched and lists are read. Whatever happens is an outcome that the header names, and
the store is sound again and again. STEPS (of each thread) and SEED in the environment; the seed is printed."""

import contextlib
import json
import os
import random
import tempfile
import threading
import traceback
import unittest

import annoproj
from annoproj import OrgRole, ProjectStatus, Role

STEPS = int(os.environ.get("STEPS", 40))
SEED = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
SECOND = 1_000_000
TEAM = {"ada": Role.ADMIN, "tom": Role.TEAM_MANAGER, "ann": Role.ANNOTATOR, "art": Role.ANNOTATOR, "rob": Role.REVIEWER,
        "ray": Role.REVIEWER, "kim": Role.ANNOTATOR_REVIEWER}
MOVING = ("art", "ray", "kim")  # whose role changes
REFUSALS = (annoproj.NotFoundError, annoproj.ConflictError, annoproj.StateError, annoproj.PermissionError, annoproj.InvalidError)
ONTOLOGY = {"objects": [{"id": "1", "name": "Dog", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "dog00000"}],
            "classifications": []}


def workflow(rng):
    share = rng.choice((0.3, 0.5, 0.7))
    annotate = {"assignment_ttl": rng.choice((0, 0, 1)), "hide_unassigned": rng.random() < 0.2}
    if rng.random() < 0.3:
        annotate["members"] = ["ann@x.org", "kim@x.org"]
    stages = [
        {"key": "annotate", "type": "ANNOTATION", "settings": annotate, "edges": {"submit": "split"}},
        {"key": "split", "type": "PERCENTAGE_ROUTER", "pathways": [
            {"key": "one", "to": "review", "percentage": share}, {"key": "many", "to": "branches", "percentage": round(1 - share, 6)}]},
        {"key": "branches", "type": "CONSENSUS_ANNOTATION", "settings": {"annotators": 2, "allow_reassessment": True},
         "edges": {"submit": "judge"}},
        {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "review", "reject": "branches"}},
        {"key": "review", "type": "REVIEW", "edges": {"approve": "complete", "reject": "annotate"},
         "settings": {"strict_review": False, "reviewer_not_submitter": rng.random() < 0.3}},
        {"key": "complete", "type": "DONE", "settings": {"webhook": True}}]
    if rng.random() < 0.5:
        stages.append({"key": "extra%d" % rng.randrange(3), "type": "ANNOTATION", "edges": {"submit": "review"}})
    return json.dumps({"start": rng.choice(("annotate", stages[-1]["key"])) if len(stages) > 6 else "annotate", "stages": stages})


class AllAtOnce(unittest.TestCase):
    def setUp(self):
        print("seed", SEED)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.now_us = 1_767_603_600 * SECOND
        self.store = annoproj.create(os.path.join(folder.name, "store.annoproj"), clock=lambda: self.now_us, relaxed_durability=True)
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_create("O", json.dumps(ONTOLOGY))
        self.dog = self.host.ontology_features(ontology).to_pylist()[0]["feature"]
        self.dataset = self.host.dataset_create("D")
        self.host.data_units_add(self.dataset, titles=["%d.jpg" % i for i in range(40)], widths=[100] * 40, heights=[100] * 40)
        self.users = {name: self.host.user_create(name + "@x.org", name, OrgRole.MEMBER) for name in TEAM}
        self.project = self.host.project_create("P", ontology, workflow(random.Random(SEED)))
        self.project.attach_dataset(self.dataset)
        self.projects = {}
        for name, role in TEAM.items():
            self.project.collaborator_add(self.users[name], role)
            self.projects[name] = self.store.session_open(self.users[name]).project_open(self.project.id())
        self.failures, self.done = [], {}

    # --- who does what; each is one step ------------------------------------------------------------------------------

    def work(self, rng, name):
        project = self.projects[name]
        keys = [row["key"] for row in project.stage_list().to_pylist()]
        task = keys and project.stage_open(rng.choice(keys)).start_next(include_skipped=rng.random() < 0.3).task
        if not task:
            return
        stage, act = task.get().to_pylist()[0]["stage_key"], rng.random()
        if act < 0.3:
            task.labels_write(classes=[self.dog], frames=[0], geometry_starts=[0, 1], coordinate_starts=[0, 4],
                              coordinates=[1.0, 2.0, 3.0, 4.0], force=True)
        if act > 0.9:
            task.release()
        elif stage == "judge" and act < 0.6:
            task.consensus_approve(branch=rng.choice(task.consensus_branches().to_pylist())["branch"])
        elif stage in ("judge", "review") and act < 0.75:
            task.reject(comment="again")
        elif stage == "review":
            task.approve()
        elif act < 0.45:
            task.skip()
        else:
            task.submit()

    def manage(self, rng, name):
        project = self.projects[name]
        tasks = [row["task"] for row in project.task_list(include_waiting=rng.random() < 0.5).to_pylist()]
        some = rng.sample(tasks, min(len(tasks), rng.randrange(1, 8)))
        stages = [row["stage"] for row in project.stage_list().to_pylist()]
        rng.choice((
            lambda: project.tasks_move(some, rng.choice(stages), rng.random() < 0.5),
            lambda: project.tasks_assign(some, self.users[rng.choice(list(TEAM))]),
            lambda: project.tasks_release(some), lambda: project.tasks_reopen(some), lambda: project.tasks_submit(some),
            lambda: project.tasks_set_priority(some, rng.randrange(101)),
            lambda: some and project.task_open(some[0]).issue_create("look")))()

    def edit(self, rng, name):
        self.now_us += rng.choice((0, SECOND // 2, SECOND))
        self.projects[name].workflow_update(workflow(rng))

    def change_roles(self, rng, name):
        who = rng.choice(MOVING)
        user, project = self.users[who], self.projects[name]
        rng.choice((
            lambda: project.collaborator_set_role(user, rng.choice([role for role in Role if role != Role.ADMIN])),
            lambda: project.collaborator_remove(user), lambda: project.collaborator_add(user, TEAM[who]),
            lambda: project.collaborator_add(user, TEAM[who]),
            lambda: (self.host.user_disable(user), self.host.user_enable(user))))()

    def change_datasets(self, rng, name):
        if rng.random() < 0.2:
            self.projects[name].detach_dataset(self.dataset)
        with contextlib.suppress(annoproj.ExistsError):
            self.projects[name].attach_dataset(self.dataset)

    def open_and_close(self, rng, name):
        status = ProjectStatus.IN_PROGRESS
        if rng.random() < 0.3:
            status = rng.choice((ProjectStatus.PAUSED, ProjectStatus.ARCHIVED))
        self.projects[name].set_status(status)

    def deliver(self, rng, name):
        messages = self.projects[name].outbox_fetch(limit=5).to_pylist()
        self.projects[name].outbox_acknowledge([row["sequence"] for row in messages])

    def read(self, rng, name):
        project = self.projects[rng.choice(list(TEAM))]
        project.task_list(sort=rng.randrange(4), limit=rng.randrange(1, 20), reverse=rng.random() < 0.5)
        project.query_open().task_actions()

    def check(self, rng, name):
        found = self.host.store_check(timeout=None).to_pylist()
        if found:
            self.failures.append("unsound: %s" % found[:5])

    def run_steps(self, step, name):
        rng, done = random.Random("%d/%s/%s" % (SEED, step.__name__, name)), 0
        for _ in range(STEPS // 5 if step == self.check else STEPS):
            if self.failures:
                break
            try:
                step(rng, name)
                done += 1
            except REFUSALS:
                pass
            except Exception:
                self.failures.append(traceback.format_exc())
        self.done[step.__name__, name] = done

    def test_all(self):
        parts = [(self.work, name) for name in ("tom", "ann", "art", "rob", "ray", "kim")]
        parts += [(step, "ada") for step in (self.manage, self.edit, self.change_roles, self.change_datasets, self.open_and_close,
                                             self.deliver, self.read, self.check)]
        threads = [threading.Thread(target=self.run_steps, args=part) for part in parts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(self.failures, [])
        for step in (self.work, self.edit, self.manage, self.read):  # something was done, not only refused
            self.assertGreater(sum(done for (name, _), done in self.done.items() if name == step.__name__), 0)
        self.assertEqual(self.host.store_check(timeout=None).to_pylist(), [])


if __name__ == "__main__":
    unittest.main()
