"""Changes of labels: what is named changes, the rest stays as it was. Random changes beside a model of the labels."""

import json
import os
import random
import tempfile
import unittest

import annoproj
from annoproj import DataType, LabelAction, Unit

from label_arrays import LabelArrays
from test_ontologies import attribute, option

FLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "complete"}}, {"key": "complete", "type": "DONE"}]})
ONTOLOGY = {"objects": [
    {"id": "1", "name": "Car", "shape": "bounding_box", "featureNodeHash": "car", "attributes": [
        attribute("1.1", "Colour", "radio", "colour", False, [
            option("1.1.1", "Red", "red"), option("1.1.2", "Other", "other", [attribute("1.1.2.1", "Which", "text", "which")])]),
        attribute("1.2", "Doors", "numeric", "doors"),
        attribute("1.3", "Extras", "checklist", "extras", False, [option("1.3.1", "Roof", "roof"), option("1.3.2", "Hook", "hook")]),
        attribute("1.4", "Braking", "radio", "braking", False, [
            option("1.4.1", "Yes", "yes", [attribute("1.4.1.1", "How", "text", "how")]), option("1.4.2", "No", "no")], dynamic=True),
        attribute("1.5", "Speed", "numeric", "speed", dynamic=True)]},
    {"id": "2", "name": "Road", "shape": "polygon", "featureNodeHash": "road"},
    {"id": "3", "name": "Truck", "shape": "bounding_box", "featureNodeHash": "truck"}],
    "classifications": [{"id": "1", "featureNodeHash": "weather", "attributes": [
        attribute("1.1", "Weather", "radio", "sky", False, [option("1.1.1", "Sun", "sun"), option("1.1.2", "Rain", "rain")])]}]}
FRAMES = 12
NESTED = {"colour": ("which", "other"), "braking": ("how", "yes")}      # what is nested, and under which option


class Changes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"), relaxed_durability=True)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_create("Used", json.dumps(ONTOLOGY))
        self.features = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(ontology).to_pylist()}
        self.names = {feature: hash for hash, feature in self.features.items()}
        dataset = self.host.dataset_create("Videos")
        self.host.data_units_add(dataset, titles=["v"], data_types=[DataType.VIDEO], widths=[100], heights=[100], frames=[FRAMES])
        project = self.host.project_create("P", ontology, FLOW)
        project.attach_dataset(dataset)
        self.task = project.task_open(project.task_list().to_pylist()[0]["task"])

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def write(self, hash, action, number="", frames=None, answers=(), ranges=(), **options):
        """`answers`: (attribute, value, first, last), value an option's hash, ("text", it), a number, or None to take it away."""
        labels = LabelArrays()
        labels.add(self.features[number] if number else 0, frames, ranges, [
            (self.features[name], {"option": -1} if value is None else {"option": self.features[value]} if isinstance(value, str)
             else value[1] if isinstance(value, tuple) else value, *on) for name, value, *on in answers], hash)
        return labels.write(self.task, actions=[action], **options)

    def change(self, hash="label001", **what):
        return self.write(hash, LabelAction.CHANGE, **what)

    def stored(self, hash="label001"):
        (row,) = [row for row in self.task.labels().to_pylist() if row["label"] == hash]
        frames, answers = {}, {}
        for part in self.task.geometry(Unit.STORED).to_pylist():
            if part["label"] == hash:
                frames.setdefault(part["frame"], []).append(part["coordinates"])
        for one in self.task.answers().to_pylist():
            if one["label"] != hash:
                continue
            value = self.names[one["option"]] if one["option"] else one["text"] if one["number"] is None else one["number"]
            on = (None,) if one["first_frame"] is None else range(one["first_frame"], one["last_frame"] + 1)
            for frame in on:
                answers.setdefault(self.names[one["attribute"]], {}).setdefault(frame, set()).add(value)
        return {"class": self.names[row["class"]], "frames": frames, "answers": answers, "confidence": row["confidence"],
                "manual": row["manual"], "ranges": row["ranges"]}

    def test_random_changes_beside_a_model(self):
        seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 30)))
        print("changes: seed %d" % seed)
        rng = random.Random(seed)

        def box():
            return [[float(rng.randrange(50)), rng.randrange(500) / 10, float(rng.randrange(1, 50)), 5.0]]
        model = {"class": "car", "frames": {f: box() for f in range(2, 8)}, "answers": {}, "confidence": 1.0, "manual": True}
        self.write("label001", LabelAction.PUT, "car", model["frames"])
        for step in range(250):
            frames, answers, options = {}, [], {}
            for frame in rng.sample(range(FRAMES), rng.choice([0, 0, 1, 3])):
                gone = frame in model["frames"] and len(model["frames"]) > 4 and rng.random() < 0.4
                frames[frame] = [] if gone else box()
                if gone:
                    del model["frames"][frame]
                    for held in model["answers"].values():
                        held.pop(frame, None)
                else:
                    model["frames"][frame] = frames[frame]
            if rng.random() < 0.3:
                model["confidence"] = rng.random()
                options["confidences"] = [model["confidence"]]
            elif rng.random() < 0.3:
                options["confidences"] = [float("nan")]
            if rng.random() < 0.3:
                model["manual"] = rng.random() < 0.5
                options["automatic"] = [int(not model["manual"])]
            elif rng.random() < 0.3:
                options["automatic"] = [-1]
            for name in rng.sample(["colour", "doors", "extras", "braking", "speed"], rng.choice([0, 1, 2])):
                dynamic = name in ("braking", "speed")
                on = [None]
                if dynamic:
                    runs = sorted(model["frames"])
                    first = rng.randrange(len(runs))
                    last = first
                    while last + 1 < len(runs) and runs[last + 1] == runs[last] + 1 and rng.random() < 0.7:
                        last += 1
                    on = list(range(runs[first], runs[last] + 1))
                values = {"colour": ["red", "other"], "doors": [float(rng.randrange(9))], "extras": ["roof", "hook"],
                          "braking": ["yes", "no"], "speed": [rng.random()]}[name]
                chosen = [None] if rng.random() < 0.2 else rng.sample(values, rng.randint(1, 2) if name == "extras" else 1)
                where = (on[0], on[-1]) if dynamic else ()
                answers += [(name, value, *where) for value in chosen]
                below, under = NESTED.get(name, (None, None))
                for frame in on:
                    model["answers"].setdefault(name, {})[frame] = {value for value in chosen if value is not None}
                    if below:
                        model["answers"].setdefault(below, {}).pop(frame, None)
                if below and under in chosen and rng.random() < 0.5:
                    answers.append((below, ("text", "so %d" % step), *where))
                    for frame in on:
                        model["answers"].setdefault(below, {})[frame] = {"so %d" % step}
            self.change(frames=frames, answers=answers, **options)
            stored = self.stored()
            expected = {name: {frame: values for frame, values in held.items() if values} for name, held in model["answers"].items()}
            place = "seed %d, step %d" % (seed, step)
            self.assertEqual(stored["frames"], model["frames"], place)
            self.assertEqual(stored["answers"], {name: held for name, held in expected.items() if held}, place)
            self.assertEqual((stored["class"], stored["confidence"], stored["manual"]),
                             (model["class"], model["confidence"], model["manual"]), place)

    def test_what_changes_are_refused(self):
        self.write("label001", LabelAction.PUT, "car", {2: [[1, 2, 3, 4]], 3: [[1, 2, 3, 4]]}, [("colour", "red")])
        before, version = self.stored(), self.task.get().to_pylist()[0]["version"]
        for status, words, call in (
                (annoproj.NotFoundError, "label009", lambda: self.change("label009")),
                (annoproj.InvalidError, "changed but has no hash", lambda: self.change("")),
                (annoproj.DataError, "in pixels", lambda: self.change(frames={2: [[0.1, 0.2, 0.3, 0.4]]}, unit=Unit.NORMALISED)),
                (annoproj.DataError, "drawn as a bounding_box", lambda: self.change(number="road", frames={2: [[0, 0, 1, 0, 1, 1]]})),
                (annoproj.DataError, "drawn as a bounding_box", lambda: self.change(number="road")),
                (annoproj.DataError, "out of order", lambda: self.change(frames={-1: []})),
                (annoproj.DataError, "needs a geometry", lambda: self.change(frames={2: [], 3: []})),
                (annoproj.DataError, "has no attribute", lambda: self.change(number="truck")),
                (annoproj.DataError, "only a change", lambda: self.write("label001", LabelAction.PUT, "car", {2: [[1, 2, 3, 4]]},
                                                                         [("doors", None)])),
                (annoproj.DataError, "where the label is not", lambda: self.change(answers=[("speed", 3, 1, 2)])),
                (annoproj.DataError, "nested", lambda: self.change(answers=[("which", ("text", "x"))])),
                (annoproj.InvalidError, "automatic", lambda: self.change(automatic=[-2])),
                (annoproj.ConflictError, "version", lambda: self.change(force=False, version=version - 1))):
            with self.assertRaises(status, msg=words) as caught:
                call()
            self.assertIn(words, str(caught.exception))
            self.assertEqual(self.stored(), before)

    def test_classes_and_ranges(self):
        self.write("label001", LabelAction.PUT, "car", {2: [[1, 2, 3, 4]]})
        self.change(number="truck")
        self.assertEqual((self.stored()["class"], self.stored()["frames"]), ("truck", {2: [[1, 2, 3, 4]]}))
        self.write("weather1", LabelAction.PUT, "weather", ranges=[(0, 3)], answers=[("sky", "sun")])
        self.change("weather1", answers=[("sky", "rain")])
        self.assertEqual(self.stored("weather1")["ranges"], [0, 3])
        self.change("weather1", ranges=[(5, 6)])
        self.assertEqual((self.stored("weather1")["ranges"], self.stored("weather1")["answers"]), ([5, 6], {"sky": {None: {"rain"}}}))
        labels = LabelArrays()      # classes may be left out
        labels.add(0, hash="weather1", answers=[(self.features["sky"], {"option": -1})])
        labels.arrays["classes"] = None
        self.task.labels_write(actions=[LabelAction.CHANGE], force=True, **labels.arrays, **labels.starts)
        self.assertEqual((self.stored("weather1")["class"], self.stored("weather1")["answers"]), ("weather", {}))


if __name__ == "__main__":
    unittest.main()
