"""What is published, counted by a model that was written from the specification (§12) alone: random labels with static and dynamic answers on
images, videos, audio and text are written, removed and put back, submitted, decided, moved; every label figure of the reports, in labels
and in frames, is what the model counts. TEST_SEED repeats a run."""

import json
import os
import random
import tempfile
import unittest
from collections import Counter, defaultdict

import annoproj
from annoproj import DataType, LabelAction, OrgRole, Role, Setting, Undecided

from label_arrays import LabelArrays

SEED = int(os.environ.get("TEST_SEED") or 0) or random.SystemRandom().randrange(1 << 32)
STEPS = int(os.environ.get("STEPS", 900))


def choice(id, name, type, names, dynamic=False):
    return {"id": id, "name": name, "type": type, "featureNodeHash": "a%07d" % int(id.replace(".", "")), "required": False, "dynamic": dynamic,
            "options": [{"id": "%s.%d" % (id, at), "label": one, "value": one, "featureNodeHash": "o%07d" % int("%s%d" % (id.replace(".", ""), at))}
                        for at, one in enumerate(names, 1)]}


ONTOLOGY = {"objects": [
    {"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "h0000001", "attributes": [
        choice("1.1", "Colour", "radio", ["red", "blue"]), choice("1.2", "Lights", "checklist", ["brake", "fog"], True)]},
    {"id": "2", "name": "Van", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "h0000002"},
    {"id": "3", "name": "Noise", "color": "#D33115", "shape": "audio", "featureNodeHash": "h0000003", "attributes": [
        choice("3.1", "Loud", "radio", ["yes", "no"]), choice("3.2", "Hum", "radio", ["low", "high"], True)]},
    {"id": "4", "name": "Quote", "color": "#D33115", "shape": "text", "featureNodeHash": "h0000004"}],
    "classifications": [{"id": "5", "featureNodeHash": "h0000005", "attributes": [choice("5.1", "Weather", "radio", ["sun", "rain"])]},
                        {"id": "6", "featureNodeHash": "h0000006", "attributes": [choice("6.1", "Themes", "checklist", ["x", "y"])]}]}
FLOW = {"start": "a", "stages": [
    {"key": "a", "type": "ANNOTATION", "edges": {"submit": "g"}},
    {"key": "g", "type": "AGENT", "pathways": [{"key": "on", "to": "r"}]},
    {"key": "r", "type": "REVIEW", "settings": {"strict_review": False, "reassign_rejected_to_submitter": False}, "edges": {"approve": "c", "reject": "a"}},
    {"key": "c", "type": "DONE"}]}
WHOLE = "whole"     # the one frame of what has none


class Label:
    """On audio and text it is on one frame; where exactly, and what is answered there, is told like the frames of others."""

    def __init__(self, kind, frames, static, dynamic, ranges=()):
        self.kind, self.frames, self.static, self.dynamic, self.ranges = kind, frozenset(frames), frozenset(static), dynamic, tuple(ranges)

    def answers_on(self, frame):
        return self.static | self.dynamic.get(frame, frozenset())

    def told(self):
        return self.kind, self.frames, self.static, self.dynamic, self.ranges

    def options(self):
        """Each option it holds, with the number of frames it holds it on."""
        held = Counter({option: len(self.frames) for option in self.static})
        for options in self.dynamic.values():
            held.update(options)
        return held


class Published:
    def __init__(self, label):
        self.label, self.ever, self.live = label, label.frames, True
        self.submitted, self.at_last_submit = False, False


class Task:
    def __init__(self, id, kind, frames):
        self.id, self.kind, self.count = id, kind, frames
        self.media = kind in (DataType.AUDIO, DataType.PLAIN_TEXT)
        self.stage, self.labels, self.published, self.submitter = "a", {}, {}, 0


class Model:
    """Figures by (report, who or what, column): [labels, frames]."""

    def __init__(self):
        self.figures, self.counts_media, self.created = defaultdict(lambda: [0, 0]), False, 0

    def count(self, task, actor, column, label, labels, frames, what=None):
        if task.media and not self.counts_media:
            return
        for key in what or [("class", label.kind, column), ("user", task.stage, actor, column), ("task", task.id, column)]:
            self.figures[key][0] += labels
            self.figures[key][1] += frames

    def publish(self, task, actor, silently=False):
        def count(column, label, labels, frames, what=None):
            if not silently:
                self.count(task, actor, column, label, labels, frames, what)

        for hash, label in task.labels.items():
            one = task.published.get(hash)
            if one is None:
                task.published[hash] = one = Published(label)
                count("created", label, 1, len(label.frames))
                for option, frames in label.options().items():
                    count("created", label, 1, frames, [("class", option, "created")])
                continue
            was = one.label.frames if one.live else frozenset()
            if one.live and one.label.told() == label.told():
                continue
            common, back = was & label.frames, (label.frames - was) & one.ever
            changed = [frame for frame in common if task.media or one.label.kind != label.kind or one.label.answers_on(frame) != label.answers_on(frame)]
            count("edited", label, 1, len(changed) + len(back))
            count("created", label, 0, len(label.frames - one.ever))
            count("deleted", label, 0, len(was - label.frames))
            one.label, one.live, one.ever = label, True, one.ever | label.frames
        for hash, one in task.published.items():
            if one.live and hash not in task.labels:
                count("deleted", one.label, 1, len(one.label.frames))
                one.live = False

    def submit(self, task, actor):
        self.publish(task, actor)
        for hash, one in task.published.items():
            one.at_last_submit = hash in task.labels
            if one.at_last_submit:
                self.count(task, actor, "submitted", one.label, 1, len(one.label.frames), [("all", "submitted"), ("user", "a", actor, "submitted")])
                self.created += not one.submitted and task.kind != DataType.PLAIN_TEXT
                one.submitted = True
        task.submitter = actor

    def decide(self, task, actor, approve, leave, states):
        """`states`: the reviews before."""
        self.publish(task, actor)
        for hash, label in task.labels.items():
            state = states[hash]
            if state not in ("approved", "rejected"):
                if leave:
                    continue
                state = "approved" if approve else "rejected"
            one = task.published[hash]
            keys = [("class", label.kind, state), ("all", state), ("user", "r", actor, state)]
            if one.at_last_submit:
                keys.append(("user", "a", task.submitter, state))
            self.count(task, actor, state, label, 1, len(label.frames), keys)
            for option, frames in label.options().items():
                self.count(task, actor, state, label, 1, frames, [("class", option, state)])


class Publishing(unittest.TestCase):
    STATIC = {"Car": ("Colour", ["red", "blue"]), "Noise": ("Loud", ["yes", "no"]), "Weather": ("Weather", ["sun", "rain"]), "Themes": ("Themes", ["x", "y"])}

    def setUp(self):
        self.random, self.now, self.model = random.Random(SEED), 1_767_603_600_000_000, Model()
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"), clock=self.clock, relaxed_durability=True)
        self.addCleanup(store.close)
        self.host = store.session_open(0)
        people = {name: self.host.user_create(name + "@x.org", name, OrgRole.MEMBER) for name in ("adm", "ann", "bob", "rev")}
        ontology = self.host.ontology_create("O", json.dumps(ONTOLOGY))
        rows = self.host.ontology_features(ontology).to_pylist()
        self.features = {row["name"]: row["feature"] for row in rows if row["kind"] != "classification"}
        self.classes = {row["name"]: row["feature"] for row in rows if row["kind"] in ("object", "classification")}
        kinds = [(DataType.VIDEO, 6), (DataType.VIDEO, 3), (DataType.IMAGE, 1), (DataType.IMG_GROUP, 2), (DataType.AUDIO, 1), (DataType.PLAIN_TEXT, 1)]
        dataset = self.host.dataset_create("D")
        self.host.data_units_add(dataset, titles=["t%d" % at for at in range(len(kinds))], data_types=[kind for kind, _ in kinds],
                                 frames=[frames for _, frames in kinds])
        self.project = self.host.project_create("P", ontology, json.dumps(FLOW))
        for name, role in (("adm", Role.ADMIN), ("ann", Role.ANNOTATOR), ("bob", Role.ANNOTATOR), ("rev", Role.REVIEWER)):
            self.project.collaborator_add(people[name], role)
        self.project.attach_dataset(dataset)
        self.stages = {row["key"]: row["stage"] for row in self.project.stage_list().to_pylist()}
        handles = {user: store.session_open(user).project_open(self.project.id()) for user in people.values()}
        self.tasks = [Task(row["task"], *kind) for row, kind in zip(self.project.task_list().to_pylist(), kinds)]
        self.people, self.projects = people, handles

    def clock(self):
        return self.now

    def task_of(self, user, task):
        return self.projects[user].task_open(task.id)

    # ---- labels ----

    def new_label(self, task, arrays, hash):
        """Objects are on some frames, weather on ranges of them where there are several; themes, and what audio and text have, on the whole."""
        rng, names = self.random, self.features
        kind = {"weather1": "Weather", "themes01": "Themes"}.get(hash) or {DataType.AUDIO: "Noise", DataType.PLAIN_TEXT: "Quote"}.get(
            task.kind) or rng.choice(("Car", "Car", "Van"))
        frames, geometry, ranges, dynamic = sorted(rng.sample(range(task.count), rng.randint(1, task.count))), {}, [], {}
        if kind in ("Car", "Van"):
            geometry = {frame: [(rng.randint(0, 9), 1, 5, 5)] for frame in frames}
        elif kind == "Weather" and task.count > 1:
            ranges = [(frame, frame) for frame in frames]
        else:
            frames, ranges = [WHOLE], [(rng.randint(0, 1), 9)] if kind in ("Noise", "Quote") else []
        attribute, options = self.STATIC.get(kind, (None, []))
        static = {names[one] for one in rng.sample(options, rng.randint(0, min(len(options), 2 if kind == "Themes" else 1)))}
        answers = [(names[attribute], {"option": one}) for one in sorted(static)]
        for frame in frames if kind == "Car" else ():
            lit = [names[one] for one in rng.sample(["brake", "fog"], rng.choice((0, 0, 1, 2)))]
            answers += [(names["Lights"], {"option": one}, frame, frame) for one in lit]
            dynamic.update({frame: frozenset(lit)} if lit else {})
        if kind == "Noise" and rng.random() < 0.5:
            at, hum = rng.randint(1, 3), rng.choice(("low", "high"))
            answers.append((names["Hum"], {"option": names[hum]}, at, 9))
            dynamic[at] = frozenset([names[hum]])
        arrays.add(self.classes[kind], geometry, ranges, answers, hash)
        task.labels[hash] = Label(kind, frames, static, dynamic, ranges if task.media else ())

    def write(self, user, task):
        rng, arrays = self.random, LabelArrays()
        handle = self.task_of(user, task)
        gone = [hash for hash in sorted(task.labels) if rng.random() < 0.2]
        if gone:
            handle.labels_write(hashes=gone, actions=[LabelAction.REMOVE] * len(gone), force=True)
            for hash in gone:
                del task.labels[hash]
        for hash in rng.sample(["object01", "object02", "object03", "weather1", "themes01"], rng.randint(0, 3)):
            self.new_label(task, arrays, hash)
        arrays.write(handle)

    # ---- one step ----

    def step(self):
        rng, people, task = self.random, self.people, self.random.choice(self.tasks)
        self.now += 1_000_000
        user = {"a": rng.choice((people["ann"], people["bob"])), "g": people["adm"], "r": rng.choice((people["rev"], people["adm"])), "c": people["adm"]}[task.stage]
        how = rng.random()
        if how < 0.06:
            self.model.counts_media = not self.model.counts_media
            self.project.setting_set(Setting.COUNT_TEXT_AND_AUDIO, int(self.model.counts_media))
        elif how < 0.1 or task.stage == "c":
            to = rng.choice([key for key in "agrc" if key != task.stage])
            self.task_of(people["adm"], task).move(self.stages[to])
            self.model.publish(task, people["adm"], silently=True)
            task.stage = to
        elif how < 0.6:
            self.give(user, task)
            self.write(user, task)
        elif task.stage == "a":
            self.give(user, task)
            self.task_of(user, task).submit()
            self.model.submit(task, user)
            task.stage = "g"
        elif task.stage == "g":
            self.give(user, task)
            self.task_of(user, task).pathway("on")
            self.model.publish(task, user)
            task.stage = "r"
        else:
            self.decide(user, task)

    def give(self, user, task):
        self.task_of(self.people["adm"], task).assign(user)

    def decide(self, user, task):
        rng = self.random
        self.give(user, task)
        handle = self.task_of(user, task)
        for hash in task.labels:
            if rng.random() < 0.4:
                rng.choice((handle.label_approve, handle.label_reject))(hash)
        states = {row["label"]: row["review"] for row in handle.labels().to_pylist()}
        approve, leave = rng.random() < 0.4, rng.random() < 0.3
        (handle.approve if approve else handle.reject)(undecided=Undecided.LEAVE if leave else Undecided.DEFAULT)
        self.model.decide(task, user, approve, leave, states)
        task.stage = "c" if approve else "a"

    # ---- comparing ----

    def expect(self, what, found, *key, unit):
        self.assertEqual(found, self.model.figures.get(key, [0, 0])[unit], "TEST_SEED=%d: %s %r %s" % (SEED, what, key, ("labels", "frames")[unit]))

    def compare(self):
        emails = {user: name + "@x.org" for name, user in self.people.items()}
        for unit in (0, 1):
            with self.project.query_open(unit=unit) as query:
                [actions] = query.label_actions().to_pylist()
                for column in ("submitted", "approved", "rejected"):
                    self.expect("label_actions", actions[column], "all", column, unit=unit)
                for row in query.ontology_actions().to_pylist():
                    key = row["feature"] if row["level"] else row["name"]
                    for column in ("created", "approved", "rejected"):
                        self.expect("ontology_actions", row[column], "class", key, column, unit=unit)
                for stage, table in (("a", query.annotators_by_frame() if unit else query.annotators()), ("r", query.reviewers_by_frame() if unit else query.reviewers())):
                    rows = {row["email"]: row for row in table.to_pylist()}
                    for user, email in emails.items():
                        row = rows.get(email, Counter())
                        for column in ("created", "edited", "deleted", "approved", "rejected"):
                            self.expect("annotators" if stage == "a" else "reviewers", row[column + "_labels"], "user", stage, user, column, unit=unit)
                        if stage == "a" and row:
                            rejected, submitted = (self.model.figures.get(("user", "a", user, column), [0, 0])[unit] for column in ("rejected", "submitted"))
                            self.assertEqual(row["label_rejection_rate"], rejected / submitted if submitted else None, "TEST_SEED=%d" % SEED)
                rows = {row["task"]: row for row in query.task_performance().to_pylist()}
                for task in self.tasks:
                    for column in ("created", "edited", "deleted"):
                        self.expect("task_performance", rows.get(task.id, Counter())[column + "_labels"], "task", task.id, column, unit=unit)
        self.assertEqual(self.project.overview().to_pylist()[0]["instance_labels_created"], self.model.created, "TEST_SEED=%d" % SEED)

    def test_random_work(self):
        for at in range(1, STEPS + 1):
            self.step()
            if at % 30 == 0 or at == STEPS:
                self.compare()
        for column in ("created", "edited", "deleted"):
            self.assertTrue(any(key[0] == "user" and key[-1] == column and all(value) for key, value in self.model.figures.items()), column)
        self.assertEqual(self.host.store_check().to_pylist(), [])


if __name__ == "__main__":
    print("publishing: seed %d" % SEED)
    unittest.main()
