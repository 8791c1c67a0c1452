"""Required answers on random ontologies: every type, nested and dynamic, on every frame. What a submit lists as missing is what a count frame by
frame finds; and the label row of such labels, written back, changes nothing."""

import json
import os
import random
import re
import tempfile
import unittest

import annoproj
from annoproj import DataType

from label_arrays import LabelArrays
from test_label_row_write import NOTHING, stored, write

FLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "complete"}}, {"key": "complete", "type": "DONE"}]})
FRAMES = 10


class Attributes:
    """Random attributes, and random answers of them by frame."""

    def __init__(self, rng):
        self.rng, self.count = rng, 0

    def hash(self):
        self.count += 1
        return "h%07d" % self.count

    def make(self, id, depth, dynamic):
        kind = self.rng.choice(["radio", "radio", "checklist", "text", "numeric"])
        one = {"id": id, "name": "a" + id, "type": kind, "featureNodeHash": self.hash(), "required": self.rng.random() < 0.6,
               "archived": self.rng.random() < 0.1, "dynamic": dynamic}
        if kind in ("radio", "checklist"):
            one["options"] = [self.option("%s.%d" % (id, i + 1), kind == "radio" and depth < 3, depth) for i in range(3)]
        return one

    def option(self, id, nests, depth):
        one = {"id": id, "label": "o" + id, "value": "o" + id, "featureNodeHash": self.hash(), "archived": False}
        if nests and self.rng.random() < 0.6:
            one["options"] = [self.make("%s.%d" % (id, i + 1), depth + 1, False) for i in range(self.rng.randint(1, 2))]
        return one

    def answer(self, attribute, frame, out):
        """Values of an attribute and what is nested under it: out[hash][frame] = a list of values."""
        if attribute["archived"] or self.rng.random() < 0.25:
            return
        kind = attribute["type"]
        options = attribute.get("options", [])
        if kind in ("radio", "checklist"):
            chosen = self.rng.sample(options, 1 if kind == "radio" else self.rng.randint(1, 3))
            out.setdefault(attribute["featureNodeHash"], {})[frame] = [one["featureNodeHash"] for one in chosen]
            for one in chosen:
                for nested in one.get("options", []):
                    self.answer(nested, frame, out)
        else:
            value = self.rng.choice(["", "x", "tür"]) if kind == "text" else self.rng.choice([0, -1.5, 1e-7])
            out.setdefault(attribute["featureNodeHash"], {})[frame] = [value]


def missing_on(attribute, frame, given):
    """Names of what is missing of an attribute on a frame."""
    if attribute["archived"]:
        return []
    here = given.get(attribute["featureNodeHash"], {}).get(frame)
    if here is None:
        return [attribute["name"]] if attribute["required"] else []
    return [name for option in attribute.get("options", []) if option["featureNodeHash"] in here
            for nested in option.get("options", []) for name in missing_on(nested, frame, given)]


def frames_of(words):
    """The frames that a line names; None where it names none."""
    found = re.search(r" on frames? ([0-9, to]+)$", words)
    if not found:
        return None
    ends = [list(map(int, part.split(" to "))) for part in found.group(1).split(", ")]
    return frozenset(frame for end in ends for frame in range(end[0], end[-1] + 1))


class RandomRequired(unittest.TestCase):
    def setUp(self):
        self.seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 30)))
        print("required: seed %d" % self.seed)
        self.rng = random.Random(self.seed)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"), relaxed_durability=True)
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)
        self.dataset = self.host.dataset_create("Videos")
        self.host.data_units_add(self.dataset, titles=["v"], data_types=[DataType.VIDEO], widths=[100], heights=[100], frames=[FRAMES])

    def put(self, task, features, structure, made, label):
        """A label with random answers; what is missing of it."""
        at = sorted(self.rng.sample(range(FRAMES), self.rng.randint(1, FRAMES)))
        answers, missing = [], {}
        for attribute in structure["objects"][0]["attributes"]:
            given = {}
            for frame in at if attribute["dynamic"] else [None]:
                made.answer(attribute, frame, given)
                for name in missing_on(attribute, frame, given):
                    missing.setdefault(name, set()).add(frame)
            answers += [(features[hash], {"option": features[value]} if value in features else value, *([] if frame is None else [frame, frame]))
                        for hash, by_frame in given.items() for frame, values in by_frame.items() for value in values]
        labels = LabelArrays()
        labels.add(features["box"], {frame: [[1, 2, 3, 4]] for frame in at}, answers=answers, hash=label)
        labels.write(task)
        return {(name, label, None if None in frames else frozenset(frames)) for name, frames in missing.items()}

    def test_required_classes_that_the_data_takes(self):
        """A text has no boxes: a required class of boxes does not keep it from its submit."""
        shapes = ("bounding_box", "audio", "text", "cuboid")
        structure = {"objects": [{"id": str(i + 1), "name": shape, "shape": shape, "featureNodeHash": shape, "required": True}
                                 for i, shape in enumerate(shapes)],
                     "classifications": [{"id": "1", "featureNodeHash": "cls", "required": True, "attributes": [
                         {"id": "1.1", "name": "mood", "type": "text", "featureNodeHash": "att", "required": False}]}]}
        wanted = {DataType.IMAGE: {"bounding_box"}, DataType.VIDEO: {"bounding_box"}, DataType.PDF: {"bounding_box"}, DataType.AUDIO: {"audio"},
                  DataType.PLAIN_TEXT: {"text"}, DataType.SCENE: {"bounding_box", "cuboid"}}
        dataset = self.host.dataset_create("Mixed")
        self.host.data_units_add(dataset, titles=[kind.name for kind in wanted], data_types=list(wanted))
        project = self.host.project_create("mixed", self.host.ontology_create("required", json.dumps(structure)), FLOW)
        project.attach_dataset(dataset)
        for row in project.task_list().to_pylist():
            with self.assertRaises(annoproj.StateError) as refused:
                project.task_open(row["task"]).submit()
            missing = [line.split('"')[1] for key, line in refused.exception.details if key == "answer"]
            self.assertEqual(missing, [shape for shape in shapes if shape in wanted[DataType[row["title"]]]] + ["mood"], row["title"])

    def test_beside_a_count_frame_by_frame(self):
        submitted = 0
        for round in range(20):
            made = Attributes(self.rng)
            structure = {"objects": [{"id": "1", "name": "Box", "shape": "bounding_box", "featureNodeHash": "box", "attributes": [
                made.make("1.%d" % (i + 1), 0, self.rng.random() < 0.5) for i in range(self.rng.randint(1, 3))]}], "classifications": []}
            ontology = self.host.ontology_create("o%d" % round, json.dumps(structure))
            rows = self.host.ontology_features(ontology).to_pylist()
            self.assertEqual([row["feature"] for row in rows], list(range(1, len(rows) + 1)))  # dense
            features = {row["feature_hash"]: row["feature"] for row in rows}
            project = self.host.project_create("p%d" % round, ontology, FLOW)
            project.attach_dataset(self.dataset)
            task = project.task_open(project.task_list().to_pylist()[0]["task"])
            expected = set()
            for label in ("label001", "label002"):
                expected |= self.put(task, features, structure, made, label)
            text, before = task.label_row(), stored(task)
            self.assertEqual(write(task, text), NOTHING)
            self.assertEqual((task.label_row(), stored(task)), (text, before))
            found = set()
            try:
                task.submit()
                submitted += 1
            except annoproj.StateError as refused:
                for key, line in refused.details:
                    if key == "answer":
                        name, label = re.match(r'"(.*?)" of label (\w+) ', line).groups()
                        found.add((name, label, frames_of(line)))
            self.assertEqual(found, expected, "seed %d, round %d: %s" % (self.seed, round, json.dumps(structure)))
        print("submitted %d of 20" % submitted)
        self.assertEqual(self.host.store_check().to_pylist(), [])


if __name__ == "__main__":
    unittest.main()
