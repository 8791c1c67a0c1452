"""Consensus as a whole: random work on tasks that go through it again and again, beside a model that follows behaviour.md §8, §9 and
§12. After every step the states are the model's, again and again the store is sound, and in the end so are the figures, which the
model counts from label sets and never from events. STEPS and SEED in the environment; the seed is printed."""

import collections
import json
import os
import random
import tempfile
import unittest

import annoproj
import recount

N = 3
FLOW = json.dumps({"start": "many", "stages": [
    {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"},
     "settings": {"annotators": N, "allow_reassessment": True}},
    {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "review", "reject": "many"},
     "settings": {"consensus": "refine"}},
    {"key": "review", "type": "REVIEW", "edges": {"approve": "complete", "reject": "annotate"},
     "settings": {"strict_review": False, "reassign_rejected_to_submitter": False}},
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "many"}, "settings": {"allow_reassessment": True}},
    {"key": "complete", "type": "DONE"}]})
ONTOLOGY = json.dumps({"objects": [
    {"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "car00000", "attributes": [
        {"id": "1.1", "name": "Colour", "type": "radio", "featureNodeHash": "colour00", "required": False, "dynamic": False,
         "options": [{"id": "1.1.1", "label": "Red", "value": "red", "featureNodeHash": "red00000"},
                     {"id": "1.1.2", "label": "Blue", "value": "blue", "featureNodeHash": "blue0000"}]}]}], "classifications": []})


class Branch:
    def __init__(self, id, labels, published, ever):
        self.id, self.holder, self.submitter, self.status = id, None, None, "new"
        self.labels, self.published, self.ever = dict(labels), dict(published), set(ever)
        self.version, self.skipped = 0, set()

    @property
    def waits(self):
        return self.status == "completed"


class Task:
    def __init__(self, id):
        self.id, self.stage, self.status, self.branches = id, "many", "new", []
        self.labels, self.published, self.ever, self.counted = {}, {}, set(), set()
        self.last_submitter = None


class Figures:
    def __init__(self):
        self.of = collections.defaultdict(collections.Counter)

    def add(self, user, name, count=1):
        if user is not None:
            self.of[user][name] += count


class Consensus(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.now = 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(self.folder.name, "c.annoproj"), clock=lambda: self.now,
                                     relaxed_durability=True)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_create("Cars", ONTOLOGY)
        self.features = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(ontology).to_pylist()}
        self.dataset = self.host.dataset_create("Files")
        self.host.data_units_add(self.dataset, titles=["%d.jpg" % i for i in range(6)], widths=[100] * 6, heights=[100] * 6)
        self.project = self.host.project_create("P", ontology, FLOW)
        self.project.attach_dataset(self.dataset)
        roles = [annoproj.Role.TEAM_MANAGER, annoproj.Role.REVIEWER] + [annoproj.Role.ANNOTATOR] * 5
        users = [self.host.user_create("u%d@x.org" % i, "U", annoproj.OrgRole.MEMBER) for i in range(len(roles))]
        for user, role in zip(users, roles):
            self.project.collaborator_add(user, role)
        self.manager, self.reviewer, self.annotators = users[0], users[1], users[2:]
        self.open = {user: self.store.session_open(user).project_open(self.project.id()) for user in users}
        self.stages = {row["key"]: row["stage"] for row in self.project.stage_list().to_pylist()}
        self.starts = {user: self.open[user].stage_open("many") for user in self.annotators + [self.manager]}
        self.figures = Figures()
        self.overview = 0
        rows = self.project.task_list(include_waiting=True).to_pylist()
        self.tasks = [Task(row["task"]) for row in rows if row["parent"] is None]
        for task in self.tasks:
            self.enter(task)

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    # ---- the model ----

    def enter(self, task):
        ids = [row["branch"] for row in self.project.task_open(task.id).consensus_branches().to_pylist()]
        self.assertEqual(len(ids), N)
        task.stage, task.status = "many", "new"
        task.branches = [Branch(id, task.labels, task.published, task.ever) for id in ids]

    def publish(self, of, user, names):
        """What changed since it was published, for a user; then it is published."""
        for label, colour in of.labels.items():
            if label not in of.ever:
                self.figures.add(user, names + "created")
            elif of.published.get(label, object) != colour:
                self.figures.add(user, names + "edited")
        for label in of.published:
            if label not in of.labels:
                self.figures.add(user, names + "deleted")
        of.published = dict(of.labels)
        of.ever |= set(of.labels)

    def parent_of(self, branch):
        return next(task for task in self.tasks if branch in task.branches)

    def held(self, user, beside):
        """Another branch of the same task that the user has or submitted."""
        return any(other is not beside and user in (other.holder, other.submitter if other.waits else None)
                   for other in self.parent_of(beside).branches)

    def sees(self, user, branch):
        if user == self.manager:
            return True
        return self.parent_of(branch).stage == "many" and (branch.holder == user or (branch.waits and branch.submitter == user) or
                                                           (branch.holder is None and not branch.waits))

    def check_branch(self, branch, stage):
        row = self.project.task_open(branch.id).get().to_pylist()[0]
        self.assertEqual((row["stage"], row["status"], row["assignee"], row["version"]),
                         (self.stages[stage], branch.status, branch.holder, branch.version))

    def check(self, task):
        row = self.project.task_open(task.id).get().to_pylist()[0]
        self.assertEqual((row["stage"], row["status"]), (self.stages[task.stage], task.status))
        labels = [row["label"] for row in self.project.task_open(task.id).labels().to_pylist()]
        self.assertEqual(sorted(labels), sorted(task.labels))
        for branch in task.branches:
            self.check_branch(branch, task.stage)
        counts = collections.Counter(one.stage for one in self.tasks)
        self.assertEqual({row["key"]: row["tasks"] for row in self.project.stage_list().to_pylist()},
                         {key: counts[key] for key in self.stages})

    # ---- steps ----

    def attempt(self, expected, act):
        """The outcome is the expected one: None = done, else a class of errors."""
        if expected is None:
            return act()
        with self.assertRaises(expected):
            act()
        return None

    def taking(self, user, branch):
        """What becomes of an attempt to work on a branch."""
        if not self.sees(user, branch):
            return annoproj.NotFoundError
        if branch.waits:
            return annoproj.StateError
        if branch.holder not in (None, user):
            return None if user == self.manager else annoproj.ConflictError
        if branch.holder is None and self.held(user, branch):
            return annoproj.StateError
        return None

    def take(self, user, branch):
        if branch.holder is None:
            branch.holder = user

    def handle(self, user, id):
        """A handle is opened by whoever sees all; the act itself is the user's."""
        return self.open[user].task_open(id)

    def start(self):
        user = self.rng.choice(self.annotators + [self.manager])
        offered = [b for t in self.tasks if t.stage == "many" for b in t.branches if not b.waits and user not in b.skipped and
                   (b.holder == user or (b.holder is None and not self.held(user, b)))]
        result = self.starts[user].start_next()
        if result.task is None:
            self.assertEqual(offered, [])
            return
        branch = next(b for b in offered if b.id == result.task.id())
        self.take(user, branch)

    def some_branch(self):
        branches = [b for t in self.tasks if t.stage == "many" for b in t.branches]
        return self.rng.choice(branches) if branches else None

    def step_initiate(self):
        user, branch = self.rng.choice(self.annotators), self.some_branch()
        if branch:
            expected = self.taking(user, branch)
            self.attempt(expected, lambda: self.handle(user, branch.id).initiate())
            if expected is None:
                self.take(user, branch)

    def draw(self, user, of, id):
        """Puts, repaints or removes a label."""
        known = sorted(of.labels)
        what = self.rng.random()
        task = self.handle(user, id)
        if known and what < 0.25:
            gone = self.rng.choice(known)
            task.labels_write(hashes=[gone], actions=[annoproj.LabelAction.REMOVE], classes=[0], force=True)
            del of.labels[gone]
            return
        label = self.rng.choice(known) if known and what < 0.6 else None
        colour = self.rng.choice(["red00000", "blue0000"])
        written = task.labels_write(
            hashes=[label] if label else None, classes=[self.features["car00000"]], geometry_starts=[0, 1], frames=[0],
            coordinate_starts=[0, 4], coordinates=[1.0, 2.0, self.rng.randint(1, 50), 4.0], answer_starts=[0, 1],
            answer_attributes=[self.features["colour00"]], answer_options=[self.features[colour]], force=True)
        of.labels[written.to_pylist()[0]["label"]] = colour

    def step_draw(self):
        user, branch = self.rng.choice(self.annotators + [self.manager]), self.some_branch()
        if not branch:
            return
        if self.taking(user, branch) is None:
            self.take(user, branch)
            self.draw(user, branch, branch.id)
            branch.version += 1
        else:
            self.attempt(self.taking(user, branch), lambda: self.draw(user, Branch(0, {}, {}, ()), branch.id))

    def step_skip(self):
        user, branch = self.rng.choice(self.annotators), self.some_branch()
        if not branch:
            return
        expected = self.taking(user, branch)
        self.attempt(expected, lambda: self.handle(user, branch.id).skip())
        if expected is None:
            for one in self.parent_of(branch).branches:
                if one is branch or (one.holder is None and not one.waits):
                    one.skipped.add(user)
                    one.status = "skipped"
            branch.holder = None
            self.figures.add(user, "skipped")

    def step_release(self):
        branch = self.some_branch()
        if branch and branch.holder is not None:
            self.handle(self.rng.choice([branch.holder, self.manager]), branch.id).release()
            branch.holder = None

    def step_submit(self):
        user, branch = self.rng.choice(self.annotators), self.some_branch()
        if branch and branch.holder is not None and self.rng.random() < 0.8:
            user = branch.holder
        if not branch:
            return
        expected = self.taking(user, branch)
        self.attempt(expected, lambda: self.handle(user, branch.id).submit())
        if expected is not None:
            return
        task = self.parent_of(branch)
        self.publish(branch, user, "branch_")
        self.figures.add(user, "submitted")
        branch.holder, branch.submitter, branch.status, branch.skipped = None, user, "completed", set()
        if all(one.waits for one in task.branches):
            task.stage, task.status = "judge", "new"

    def choose(self, stage):
        tasks = [task for task in self.tasks if task.stage == stage]
        return self.rng.choice(tasks) if tasks else None

    def step_reject(self):
        task = self.choose("judge")
        if not task:
            return
        self.handle(self.reviewer, task.id).reject(comment=self.rng.choice([None, "no"]))
        self.figures.add(self.reviewer, "review_rejected")
        task.stage, task.status = "many", "reopened"
        for branch in task.branches:
            self.figures.add(branch.submitter, "rejected")
            branch.holder, branch.status = branch.submitter, "reopened"
        holders = [branch.holder for branch in task.branches]
        for at, branch in enumerate(task.branches):    # nobody has two
            if branch.holder in holders[:at]:
                branch.holder = None

    def step_approve(self):
        task = self.choose("judge")
        if not task:
            return
        picked = {}
        if self.rng.random() < 0.5:
            branch = self.rng.choice(task.branches)
            self.handle(self.reviewer, task.id).consensus_approve(branch=branch.id)
            picked, used = {label: branch for label in branch.labels}, [branch]
        else:
            for branch in task.branches:
                for label in branch.labels:
                    if self.rng.random() < 0.4 and label not in picked:
                        picked[label] = branch
            if not picked:
                return
            self.handle(self.reviewer, task.id).consensus_approve(hashes=list(picked), branches=[b.id for b in picked.values()])
            used = [branch for branch in task.branches if branch in picked.values()]
        labels = {label: branch.labels[label] for label, branch in picked.items()}
        for label, branch in picked.items():
            if label not in task.ever:
                self.figures.add(branch.submitter, "main_created")
            self.figures.add(branch.submitter, "label_actions_submitted")
            if label not in task.counted:
                task.counted.add(label)
                self.overview += 1
        task.labels, task.published = labels, dict(labels)
        task.ever |= set(labels)
        for branch in used:
            self.figures.add(branch.submitter, "approved")
        task.last_submitter = max(used, key=lambda b: (self.submitted_at(b), b.id)).submitter
        self.figures.add(self.reviewer, "review_approved")
        task.stage, task.status, task.branches = "review", "new", []

    def submitted_at(self, branch):
        return self.order.index(branch.id, 0) if branch.id in self.order else -1

    def step_review(self):
        task = self.choose("review")
        if not task:
            return
        approve = self.rng.random() < 0.5
        handle = self.handle(self.reviewer, task.id)
        handle.approve() if approve else handle.reject(comment="again")
        name = "approved" if approve else "rejected"
        self.figures.add(self.reviewer, "review_" + name)
        self.figures.add(task.last_submitter, name)
        task.stage, task.status = ("complete", "completed") if approve else ("annotate", "reopened")

    def step_annotate(self):
        """The whole of a common annotation stage, so that tasks come again with published labels."""
        task, user = self.choose("annotate"), self.rng.choice(self.annotators)
        if not task:
            return
        for _ in range(self.rng.randint(0, 3)):
            self.draw(user, task, task.id)
        self.handle(user, task.id).submit()
        before = set(task.ever)
        self.publish(task, user, "")
        for label in task.labels:
            self.figures.add(user, "main_created", label not in before)
            self.figures.add(user, "label_actions_submitted")
            if label not in task.counted:
                task.counted.add(label)
                self.overview += 1
        self.figures.add(user, "submitted")
        task.last_submitter = user
        self.enter(task)

    def step_move(self):
        task = self.rng.choice(self.tasks)
        if self.rng.random() < 0.85 and task.stage != "complete":
            return
        target = self.rng.choice(["annotate", "review", "complete"])
        if target == task.stage:
            return
        by = self.rng.choice(task.branches).id if task.stage == "many" else task.id
        self.handle(self.manager, by).move(self.stages[target])
        self.figures.add(self.manager, "moved")
        task.published = dict(task.labels)
        task.ever |= set(task.labels)
        task.stage, task.status, task.branches = target, "completed" if target == "complete" else "new", []

    def step_detach(self):
        if self.rng.random() < 0.9:
            return
        self.assertEqual(self.project.detach_dataset(self.dataset), len(self.tasks))
        self.assertEqual(self.project.task_list(include_waiting=True).to_pylist(), [])
        self.assertEqual(self.project.attach_dataset(self.dataset), len(self.tasks))

    def step_look(self):
        """Lists have what one sees, and only its own branches are read."""
        user = self.rng.choice(self.annotators)
        listed = {row["task"] for row in self.open[user].task_list(stages=[self.stages["many"]]).to_pylist()}
        self.assertEqual(listed, {b.id for t in self.tasks if t.stage == "many" for b in t.branches if self.sees(user, b)})
        branch = self.some_branch()
        if branch:
            own = branch.holder == user or (branch.waits and branch.submitter == user)
            expected = None if self.sees(user, branch) and (own or branch.version == 0) else \
                annoproj.PermissionError if self.sees(user, branch) else annoproj.NotFoundError
            self.attempt(expected, lambda: self.handle(user, branch.id).labels())

    # ---- the test ----

    def test_random_work(self):
        seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
        steps = int(os.environ.get("STEPS", 1500))
        print("consensus: seed %d, %d steps" % (seed, steps))
        self.rng, self.order = random.Random(seed), []
        acts = [self.start] * 3 + [self.step_draw] * 5 + [self.step_submit] * 5 + [self.step_approve, self.step_approve] + \
            [self.step_initiate, self.step_skip, self.step_release, self.step_reject, self.step_review, self.step_annotate,
             self.step_move, self.step_detach, self.step_look]
        for step in range(steps):
            self.now += self.rng.choice([0, 1, 1_000_000])
            act = self.rng.choice(acts)
            with self.subTest(seed=seed, step=step, act=act.__name__):
                before = {b.id for t in self.tasks for b in t.branches if b.waits}
                act()
                self.order += [b.id for t in self.tasks for b in t.branches if b.waits and b.id not in before]
                self.order = [id for at, id in enumerate(self.order) if id not in self.order[at + 1:]]
                self.check(self.rng.choice(self.tasks))
                if step % 100 == 0:
                    self.assertEqual(self.host.store_check().to_pylist(), [])
            if self._outcome and getattr(self._outcome, "success", True) is False:
                return
        for task in self.tasks:
            self.check(task)
        self.assertEqual(self.host.store_check().to_pylist(), [])
        self.compare_figures()
        self.recount(seed)

    def recount(self, seed):
        """Random queries, against the events."""
        data, rng, faults = recount.Project(self.host, self.project), random.Random(seed), []
        recount.check_lifetime(data, faults)
        for _ in range(25):
            recount.check_query(data, recount.random_query(data, rng), faults)
        self.assertEqual(faults, [])

    def compare_figures(self):
        rows = {row["user"]: row for row in self.project.query_open().annotators().to_pylist()}
        self.assertTrue(rows)
        for user in self.annotators + [self.manager]:
            of, row = self.figures.of[user], rows.get(user, collections.defaultdict(int))
            expected = {"submitted_tasks": of["submitted"], "skipped_tasks": of["skipped"], "approved_tasks": of["approved"],
                        "rejected_tasks": of["rejected"], "created_labels": of["created"] + of["branch_created"],
                        "edited_labels": of["edited"] + of["branch_edited"],
                        "deleted_labels": of["deleted"] + of["branch_deleted"]}
            self.assertEqual({name: row[name] for name in expected}, expected, user)
        for user in self.annotators + [self.manager, self.reviewer]:
            of, query = self.figures.of[user], self.project.query_open(collaborators=[user])
            row = query.label_actions().to_pylist()[0]
            self.assertEqual(row["submitted"], of["label_actions_submitted"], user)
            car = query.ontology_actions().to_pylist()[0]
            self.assertEqual(car["created"], of["main_created"], user)
            row = query.task_actions().to_pylist()[0]
            self.assertEqual((row["submitted"], row["skipped"], row["approved"], row["rejected"], row["moved"]),
                             (of["submitted"], of["skipped"], of["review_approved"], of["review_rejected"], of["moved"]), user)
        overview = self.project.overview().to_pylist()[0]
        self.assertEqual((overview["instance_labels_created"], overview["tasks"]), (self.overview, len(self.tasks)))


KINDS = json.dumps({
    "objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "car00000"},
                {"id": "2", "name": "Noise", "color": "#D33116", "shape": "audio", "featureNodeHash": "noise000"}],
    "classifications": [{"id": "9", "featureNodeHash": "weather0", "attributes": [
        {"id": "9.1", "name": "Weather", "type": "radio", "featureNodeHash": "weather1", "required": False, "dynamic": False,
         "options": [{"id": "9.1.1", "label": "Sun", "value": "sun", "featureNodeHash": "weather2"},
                     {"id": "9.1.2", "label": "Rain", "value": "rain", "featureNodeHash": "weather3"}]}]}]})


class Kinds(unittest.TestCase):
    """Classifications, videos, and data units whose labels are not counted."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = annoproj.create(os.path.join(self.folder.name, "k.annoproj"), relaxed_durability=True)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_create("Kinds", KINDS)
        self.features = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(ontology).to_pylist()}
        self.dataset = self.host.dataset_create("Files")
        types = annoproj.DataType
        self.host.data_units_add(self.dataset, titles=["v.mp4", "a.wav"], data_types=[types.VIDEO, types.AUDIO], widths=[100, 0],
                                 heights=[100, 0], frames=[10, 1], fps=[25.0, 0.0])
        self.project = self.host.project_create("P", ontology, FLOW.replace('"annotators": 3', '"annotators": 2'))
        self.project.attach_dataset(self.dataset)
        users = [self.host.user_create("u%d@x.org" % i, "U", annoproj.OrgRole.MEMBER) for i in range(2)]
        for user in users:
            self.project.collaborator_add(user, annoproj.Role.ANNOTATOR_REVIEWER)
        self.users, self.open = users, [self.store.session_open(user).project_open(self.project.id()) for user in users]
        rows = self.project.task_list(include_waiting=True).to_pylist()
        self.parents = {row["data_type"]: row["task"] for row in rows if row["parent"] is None}

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def branches(self, kind):
        return [row["branch"] for row in self.project.task_open(self.parents[kind]).consensus_branches().to_pylist()]

    def figure(self, report, column, user=None):
        query = self.project.query_open(unit=annoproj.LabelUnit.FRAME)
        for row in getattr(query, report)().to_pylist():
            if user is None or row["user"] == user:
                return row[column]
        return 0

    def car(self, task, frames, label=None):
        count = len(frames)
        return task.labels_write(hashes=[label] if label else None, classes=[self.features["car00000"]],
                                 geometry_starts=[0, count], frames=frames, coordinate_starts=[4 * i for i in range(count + 1)],
                                 coordinates=[1.0, 2.0, 3.0, 4.0] * count, force=True).to_pylist()[0]["label"]

    def weather(self, task, option):
        return task.labels_write(classes=[self.features["weather0"]], geometry_starts=[0, 0], answer_starts=[0, 1],
                                 answer_attributes=[self.features["weather1"]], answer_options=[self.features[option]],
                                 force=True).to_pylist()[0]["label"]

    def test_classifications_exclude_each_other(self):
        ids = self.branches("video")
        tasks = [project.task_open(id) for project, id in zip(self.open, ids)]
        labels = [self.weather(task, option) for task, option in zip(tasks, ["weather2", "weather3"])]
        car = self.car(tasks[1], [0])
        for task in tasks:
            task.submit()
        parent = self.project.task_open(self.parents["video"])
        with self.assertRaises(annoproj.DataError):
            parent.consensus_approve(hashes=labels, branches=ids)
        self.assertEqual(parent.labels().to_pylist(), [])
        parent.consensus_approve(hashes=[labels[0], car], branches=ids)
        self.assertEqual([row["label"] for row in parent.labels().to_pylist()], [labels[0], car])
        # The answers count with the labels that came through.
        rows = {row["feature_hash"]: row["created"] for row in self.project.query_open().ontology_actions().to_pylist()}
        self.assertEqual((rows["weather0"], rows["weather2"], rows["weather3"]), (1, 1, 0))
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_frames_count_as_frames(self):
        ids = self.branches("video")
        tasks = [project.task_open(id) for project, id in zip(self.open, ids)]
        label = self.car(tasks[0], [0, 1, 2, 3, 4])
        for task in tasks:
            task.submit()
        self.assertEqual(self.figure("annotators_by_frame", "created_labels", self.users[0]), 5)
        self.assertEqual(self.figure("ontology_actions", "created"), 0)
        parent = self.project.task_open(self.parents["video"])
        parent.reject()
        self.car(self.open[0].task_open(ids[0]), [3, 4, 5, 6, 7], label)
        for project, id in zip(self.open, ids):
            project.task_open(id).submit()
        self.assertEqual(self.figure("annotators_by_frame", "created_labels", self.users[0]), 8)
        self.assertEqual(self.figure("annotators_by_frame", "deleted_labels", self.users[0]), 3)
        parent.consensus_approve(branch=ids[0])
        self.assertEqual(self.figure("ontology_actions", "created"), 5)
        self.assertEqual(self.figure("annotators_by_frame", "created_labels", self.users[0]), 8)
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_a_copy_begins_with_the_labels_of_the_tasks(self):
        parent = self.project.task_open(self.parents["video"])
        self.car(parent, [0, 1])
        self.weather(parent, "weather2")
        self.car(self.open[0].task_open(self.branches("video")[0]), [3])    # a branch's own: not copied
        copy = self.project.copy("Copy", datasets=annoproj.CopyDatasets.ATTACH, labels=True)
        rows = copy.task_list(include_waiting=True).to_pylist()
        self.assertEqual(len(rows), 6)
        for row in rows:
            labels = copy.task_open(row["task"]).labels().to_pylist()
            self.assertEqual(len(labels), 2 if row["data_type"] == "video" else 0)
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_audio_is_not_counted(self):
        ids = self.branches("audio")
        tasks = [project.task_open(id) for project, id in zip(self.open, ids)]
        noise = dict(classes=[self.features["noise000"]], geometry_starts=[0, 0], range_starts=[0, 1], force=True)
        tasks[0].labels_write(range_first_frames=[0], range_last_frames=[99], **noise)
        tasks[1].labels_write(range_first_frames=[50], range_last_frames=[99], **noise)
        parent = self.project.task_open(self.parents["audio"])
        rows = parent.consensus_agreement().to_pylist()
        self.assertEqual((rows[0]["matched"], rows[0]["agreement"], rows[0]["overlap"]), (1, 1.0, 0.5))
        self.assertEqual(parent.consensus_agreement(overlap=0.51).to_pylist()[0]["matched"], 0)
        for task in tasks:
            task.submit()
        parent.consensus_approve(branch=ids[1])
        self.assertEqual(self.figure("annotators", "created_labels", self.users[1]), 0)
        self.assertEqual(self.figure("ontology_actions", "created"), 0)
        self.assertEqual(self.project.overview().to_pylist()[0]["instance_labels_created"], 1)
        self.assertEqual(self.host.store_check().to_pylist(), [])


if __name__ == "__main__":
    unittest.main()
