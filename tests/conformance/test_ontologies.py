"""Ontologies: their text comes back as it was, whatever it holds; projects that use one keep what they use; what is required is
asked for."""

import json
import os
import random
import tempfile
import unittest

import annoproj
from annoproj import DataType

from label_arrays import LabelArrays

FLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "complete"}}, {"key": "complete", "type": "DONE"}]})
SHAPES = ["bounding_box", "rotatable_bounding_box", "circle", "ellipse", "time_range", "polygon", "polyline", "point", "skeleton", "bitmask", "cuboid_2d", "cuboid",
          "segmentation", "audio", "text"]


class Random:
    """Structures with unknown members and white space anywhere."""

    def __init__(self, rng):
        self.rng, self.hashes = rng, 0

    def hash(self):
        self.hashes += 1
        return "h%07d" % self.hashes

    def value(self, depth=0):
        kind = self.rng.randrange(7 if depth < 3 else 5)
        if kind == 0:
            return self.rng.choice([None, True, False])
        if kind == 1:
            return self.rng.choice([0, -1, 2 ** 53 + 1, 10 ** 30])
        if kind == 2:
            return self.rng.choice([0.1, 1e300, -2.5e-9])
        if kind in (3, 4):
            return "".join(self.rng.choice("aé\u2028\"\\/\n😀 ") for _ in range(self.rng.randrange(6)))
        if kind == 5:
            return [self.value(depth + 1) for _ in range(self.rng.randrange(3))]
        return {"k%d" % i: self.value(depth + 1) for i in range(self.rng.randrange(3))}

    def mixed(self, members):
        """The members in any order, with unknown ones among them."""
        items = list(members.items()) + [("unknown%d" % i, self.value()) for i in range(self.rng.randrange(3))]
        self.rng.shuffle(items)
        return dict(items)

    def options(self, prefix, radio, depth):
        out = []
        for i in range(self.rng.randrange(3)):
            one = {"id": "%s.%d" % (prefix, i + 1), "label": "Option %d" % i, "value": "o%d" % i, "featureNodeHash": self.hash(),
                   "archived": self.rng.random() < 0.2}
            if self.rng.random() < 0.3:
                del one["archived"]
            if radio and depth < 4 and self.rng.random() < 0.4:
                one["options"] = [self.attribute("%s.%d" % (one["id"], k + 1), False, depth + 1) for k in range(self.rng.randrange(3))]
            out.append(self.mixed(one))
        return out

    def attribute(self, number, may_change, depth=0):
        kind = self.rng.choice(["radio", "checklist", "text", "numeric"])
        one = {"id": number, "name": "Attribute " + number, "type": kind, "featureNodeHash": self.hash(),
               "required": self.rng.random() < 0.3, "archived": False, "dynamic": may_change and self.rng.random() < 0.3}
        if kind in ("radio", "checklist"):
            one["options"] = self.options(number, kind == "radio", depth)
        return self.mixed(one)

    def structure(self):
        objects, classifications, templates = [], [], []
        for i in range(self.rng.randrange(5)):
            shape = self.rng.choice(SHAPES)
            one = {"id": str(i + 1), "name": "Object %d" % i, "color": "#D33115", "shape": shape, "featureNodeHash": self.hash()}
            if self.rng.random() < 0.7:
                one["attributes"] = [self.attribute("%d.%d" % (i + 1, k + 1), True) for k in range(self.rng.randrange(4))]
            if shape == "skeleton" and self.rng.random() < 0.8:
                templates.append(self.mixed({"template": self.mixed({
                    "name": one["name"], "feature_node_hash": one["featureNodeHash"], "width": 1, "height": 0.5,
                    "skeleton": {str(v): self.mixed({"x": v, "y": 0.5, "name": "v%d" % v, "featureHash": self.hash()})
                                 for v in range(self.rng.randrange(4))}})}))
            objects.append(self.mixed(one))
        for i in range(self.rng.randrange(4)):
            one = {"id": str(i + 1), "featureNodeHash": self.hash(), "attributes": [self.attribute("%d.1" % (i + 1), False)]}
            if self.rng.random() < 0.3:
                one["level"] = "global"
            classifications.append(self.mixed(one))
        root = {"objects": objects, "classifications": classifications}
        if templates or self.rng.random() < 0.5:
            root["skeleton_templates"] = templates
        return self.mixed(root)

    def text(self, structure):
        return json.dumps(structure, ensure_ascii=self.rng.random() < 0.5, indent=self.rng.choice([None, 0, 1]))


def entries(structure):
    """Every entry by hash, with the hash of the one it stands under."""
    found = {}

    def walk(entry, parent):
        found[entry["featureNodeHash"]] = (entry, parent)
        for key in ("attributes", "options"):
            for child in entry.get(key, []):
                walk(child, entry["featureNodeHash"])
    for key in ("objects", "classifications"):
        for entry in structure.get(key, []):
            walk(entry, None)
    return found


def without_some(rng, structure):
    """The structure with some entries and templates left out."""
    def pruned(entry, is_root):
        out = dict(entry)
        for key in ("attributes", "options"):
            if key in entry:
                keep = [child for child in entry[key] if is_root or rng.random() < 0.7]
                out[key] = [pruned(child, False) for child in keep]
                if not out[key] and not is_root and rng.random() < 0.5:
                    del out[key]
        return out
    out = dict(structure)
    for key in ("objects", "classifications"):
        out[key] = [pruned(entry, key == "classifications") for entry in structure[key] if rng.random() < 0.7]
        if not out[key] and rng.random() < 0.5:
            del out[key]
    if "skeleton_templates" in out:
        out["skeleton_templates"] = [one for one in out["skeleton_templates"] if rng.random() < 0.5]
        if not out["skeleton_templates"] and rng.random() < 0.5:
            del out["skeleton_templates"]
    return out


class Ontologies(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"), relaxed_durability=True)
        self.host = self.store.session_open(0)

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def numbers(self, ontology):
        return {row["feature_hash"]: row for row in self.host.ontology_features(ontology).to_pylist()}

    def test_any_text_comes_back_byte_by_byte(self):
        seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 30)))
        print("ontologies: seed %d" % seed)
        for round in range(60):
            make = Random(random.Random(seed + round))
            structure = make.structure()
            text = make.text(structure)
            ontology = self.host.ontology_create("O", text)
            self.assertEqual(self.host.ontology_json(ontology), text, seed + round)
            features, known = self.numbers(ontology), entries(structure)
            self.assertEqual(set(features), set(known))
            self.assertEqual(sorted(row["feature"] for row in features.values()), list(range(1, len(known) + 1)))
            for hash, (entry, parent) in known.items():
                row = features[hash]
                self.assertEqual(row["parent"], features[parent]["feature"] if parent else None)
                self.assertEqual(row["archived"], entry.get("archived", False))
                self.assertEqual(row["global"], entry.get("level") == "global")
            if round % 2:
                self.host.project_create("P", ontology, FLOW)
            again = make.text(structure)
            self.host.ontology_update(ontology, again)
            self.assertEqual(self.host.ontology_json(ontology), again)
            self.assertEqual(self.numbers(ontology), features)

    def test_the_document_in_the_header_is_one(self):
        """Who reads only the header learns there how to write an ontology."""
        root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        with open(os.path.join(root, "bindings", "api.json"), encoding="utf-8") as api:
            text = next(one["doc"] for one in json.load(api)["sections"] if one["title"] == "Ontologies")
        document, _ = json.JSONDecoder().raw_decode(text, text.index("{"))
        number = self.host.ontology_create("header", json.dumps(document))
        rows = {row["feature_hash"]: row for row in self.host.ontology_features(number).to_pylist()}
        self.assertEqual([row["name"] for row in rows.values()],
                         ["Car", "Colour", "Red", "Other", "Which", "Lights", "Front", "Temperature", "Temperature"])
        self.assertEqual(rows["attWhi01"]["parent"], rows["optOth01"]["feature"])
        self.assertEqual([hash for hash, row in rows.items() if row["required"]], ["attCol01"])
        self.assertEqual([hash for hash, row in rows.items() if row["dynamic"]], ["attLig01"])
        for shape in SHAPES:
            self.assertIn(shape, text)

    def test_what_a_project_uses_is_archived_not_removed(self):
        seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 30)))
        print("ontologies in use: seed %d" % seed)
        for round in range(60):
            rng = random.Random(seed + round)
            make = Random(rng)
            structure = make.structure()
            ontology = self.host.ontology_create("O", make.text(structure))
            self.host.project_create("P", ontology, FLOW)
            before, vertices = self.numbers(ontology), self.host.ontology_vertices(ontology).to_pylist()
            given = without_some(rng, structure)
            given.setdefault("objects", []).append({"id": "new", "name": "New", "shape": "point", "featureNodeHash": "newPoint"})
            self.host.ontology_update(ontology, make.text(given))
            stored = json.loads(self.host.ontology_json(ontology))
            old, asked, now = entries(structure), entries(given), entries(stored)
            self.assertEqual(set(now), set(old) | {"newPoint"}, seed + round)
            after = self.numbers(ontology)
            self.assertEqual(after["newPoint"]["feature"], len(before) + 1)
            for hash, (entry, parent) in old.items():
                self.assertEqual(now[hash][1], parent)
                self.assertEqual(after[hash]["feature"], before[hash]["feature"])
                wanted = {key: value for key, value in entry.items() if key not in ("attributes", "options", "archived")}
                self.assertEqual({key: value for key, value in now[hash][0].items()
                                  if key not in ("attributes", "options", "archived")}, wanted)
                self.assertEqual(after[hash]["archived"], True if hash not in asked else asked[hash][0].get("archived", False))
            self.assertEqual(self.host.ontology_vertices(ontology).to_pylist(), vertices)
            for key, value in given.items():        # unknown members of the root
                if key not in ("objects", "classifications", "skeleton_templates"):
                    self.assertEqual(stored[key], value)

    def test_an_ontology_nobody_uses_loses_what_is_left_out_and_no_number_comes_again(self):
        one = {"id": "1", "name": "A", "shape": "point", "featureNodeHash": "aaaaaaaa"}
        two = {"id": "2", "name": "B", "shape": "point", "featureNodeHash": "bbbbbbbb"}
        ontology = self.host.ontology_create("O", json.dumps({"objects": [one, two], "classifications": []}))
        self.host.ontology_update(ontology, json.dumps({"objects": [two], "classifications": []}))
        self.assertEqual({hash: row["feature"] for hash, row in self.numbers(ontology).items()}, {"bbbbbbbb": 2})
        self.host.ontology_update(ontology, json.dumps({"objects": [one], "classifications": []}))
        self.assertEqual({hash: row["feature"] for hash, row in self.numbers(ontology).items()}, {"aaaaaaaa": 3})

    def test_changes_that_would_change_the_past_are_refused(self):
        def structure(**changed):
            values = {"shape": "skeleton", "type": "radio", "dynamic": False, "level": None, "vertices": ["a", "b"], "nested": True,
                      "template": True, **changed}
            child = {"id": "1.1.1.1", "name": "Nested", "type": "text", "featureNodeHash": "nested00", "required": False}
            option = {"id": "1.1.1", "label": "Option", "value": "o", "featureNodeHash": "option00"}
            attribute = {"id": "1.1", "name": "Attribute", "type": values["type"], "featureNodeHash": "attrib00", "required": False,
                         "dynamic": values["dynamic"]}
            if values["type"] == "radio":
                attribute["options"] = [{**option, "options": [child]} if values["nested"] else option]
            objects = [{"id": "1", "name": "Bones", "shape": values["shape"], "featureNodeHash": "object00", "attributes": [attribute]}]
            if not values["nested"]:
                objects[0]["attributes"].append({**child, "id": "1.2"})
            classification = {"id": "1", "featureNodeHash": "classi00", "attributes": [
                {"id": "1.1", "name": "C", "type": "text", "featureNodeHash": "classi01", "required": False}]}
            if values["level"]:
                classification["level"] = values["level"]
            skeleton = {str(i): {"x": 0, "y": 0, "name": name} for i, name in enumerate(values["vertices"])}
            return json.dumps({"objects": objects, "classifications": [classification], "skeleton_templates": [
                {"template": {"name": "T", "feature_node_hash": "object00", "skeleton": skeleton}}] if values["template"] else []})
        ontology = self.host.ontology_create("O", structure())
        first = self.host.project_create("First", ontology, FLOW)
        self.host.project_create("Second", ontology, FLOW)
        first.delete("First")
        refused = [({"shape": "polygon"}, "shape"), ({"type": "checklist"}, "type"), ({"dynamic": True}, "dynamic"),
                   ({"level": "global"}, "level"), ({"nested": False}, "place"), ({"vertices": ["b", "a"]}, "vertex \"a\""),
                   ({"vertices": ["a"]}, "vertex \"b\"")]
        for changed, word in refused:
            with self.assertRaises(annoproj.StateError, msg=changed) as caught:
                self.host.ontology_update(ontology, structure(**changed))
            self.assertIn(word, str(caught.exception))
            self.assertTrue(caught.exception.detail("pointer").startswith("/"))
            self.assertEqual(self.host.ontology_json(ontology), structure())
        self.host.ontology_update(ontology, structure(vertices=["a", "b", "c"]))
        self.assertEqual([row["name"] for row in self.host.ontology_vertices(ontology).to_pylist()], ["a", "b", "c"])
        self.host.ontology_update(ontology, structure(template=False))     # it is kept, as entries are
        self.assertEqual([row["name"] for row in self.host.ontology_vertices(ontology).to_pylist()], ["a", "b", "c"])
        free = self.host.ontology_create("Free", structure())
        for changed, _ in refused:
            self.host.ontology_update(free, structure(**changed))
            self.assertEqual(self.host.ontology_json(free), structure(**changed))

    def test_broken_skeleton_templates_are_named_by_their_place(self):
        def template(**members):
            return {"template": {"name": "T", "skeleton": {"0": {"name": "a", "featureHash": "x"}}, **members}}
        place = "/skeleton_templates/0/template"
        for templates, pointer, words in (
                ({}, "/skeleton_templates", "must be an array"), ([1], "/skeleton_templates/0", "must hold objects"),
                ([{}], "/skeleton_templates/0", "no template"), ([{"template": 1}], place, "must be an object"),
                ([{"template": {"skeleton": {}}}], place, "no name"), ([template(skeleton=[])], place + "/skeleton", "must be an object"),
                ([template(skeleton={"0": {}})], place + "/skeleton/0", "no name"),
                ([template(skeleton={"0": {"name": "a"}, "1": {"name": "a"}})], place + "/skeleton/1", "twice"),
                ([template(skeleton={"0": {"name": "a", "featureHash": "x"}, "1": {"name": "b", "featureHash": "x"}})],
                 place + "/skeleton/1", "twice"),
                ([template(name=5)], place + "/name", "must be a string"),
                ([template(), template()], "/skeleton_templates/1", "two skeleton templates")):
            with self.assertRaises(annoproj.DataError, msg=templates) as caught:
                self.host.ontology_create("O", json.dumps({"objects": [], "classifications": [], "skeleton_templates": templates}))
            self.assertIn(words, str(caught.exception))
            self.assertEqual(caught.exception.detail("pointer"), pointer, templates)
            self.assertGreater(int(caught.exception.detail("byte")), 0)


def attribute(number, name, kind, hash, required=False, options=(), **more):
    return {"id": number, "name": name, "type": kind, "featureNodeHash": hash, "required": required, "archived": False,
            "dynamic": False, **({"options": list(options)} if options else {}), **more}


def option(number, label, hash, attributes=(), **more):
    return {"id": number, "label": label, "value": label.lower(), "featureNodeHash": hash, "archived": False,
            **({"options": list(attributes)} if attributes else {}), **more}


USED = {"objects": [
    {"id": "1", "name": "Car", "shape": "bounding_box", "featureNodeHash": "car", "required": False, "attributes": [
        attribute("1.1", "Colour", "radio", "colour", True, [
            option("1.1.1", "Red", "red"), option("1.1.2", "Other", "other", [attribute("1.1.2.1", "Which", "text", "which", True)])]),
        attribute("1.2", "Doors", "numeric", "doors", True),
        attribute("1.3", "Extras", "checklist", "extras", True, [option("1.3.1", "Roof", "roof"), option("1.3.2", "Hook", "hook")]),
        attribute("1.4", "Braking", "radio", "braking", True, [option("1.4.1", "Yes", "yes"), option("1.4.2", "No", "no")], dynamic=True)]},
    {"id": "2", "name": "Road", "shape": "polygon", "featureNodeHash": "road", "required": True},
    {"id": "3", "name": "Old", "shape": "point", "featureNodeHash": "old", "required": True, "archived": True}],
    "classifications": [
        {"id": "1", "featureNodeHash": "weather", "required": True, "attributes": [
            attribute("1.1", "Weather", "radio", "sky", False, [option("1.1.1", "Sun", "sun")])]},
        {"id": "2", "featureNodeHash": "night", "attributes": [attribute("2.1", "Night", "text", "nightText", True)]},
        {"id": "3", "featureNodeHash": "scene", "attributes": [attribute("3.1", "Scene", "text", "sceneText", False)]}]}


class Required(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"), relaxed_durability=True)
        self.host = self.store.session_open(0)
        self.ontology = self.host.ontology_create("Used", json.dumps(USED))
        self.features = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(self.ontology).to_pylist()}
        dataset = self.host.dataset_create("Videos")
        self.host.data_units_add(dataset, titles=["v"], data_types=[DataType.VIDEO], widths=[100], heights=[100], frames=[10])
        self.project = self.host.project_create("P", self.ontology, FLOW)
        self.project.attach_dataset(dataset)
        self.task = self.project.task_open(self.project.task_list().to_pylist()[0]["task"])

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def put(self, hash, answers=(), frames=range(2, 6), number="car"):
        labels = LabelArrays()
        values = [(self.features[attribute], {"option": self.features[value]} if kind else value, *on)
                  for attribute, value, kind, *on in answers]
        box = [[1, 2, 3, 4]] if number == "car" else [[0, 0, 9, 0, 9, 9]] if number == "road" else None
        labels.add(self.features[number], {frame: box for frame in frames} if box else None, answers=values, hash=hash)
        labels.write(self.task)

    def missing(self):
        with self.assertRaises(annoproj.StateError) as caught:
            self.task.submit()
        answers = [value for key, value in caught.exception.details if key == "answer"]
        self.assertEqual(int(caught.exception.detail("missing")), len(answers))
        self.assertIn("lacks %d required" % len(answers), str(caught.exception))
        return set(answers)

    def test_what_is_missing_is_listed(self):
        classes = {"a label of class \"Road\"", "a label of class \"Weather\"", "a label of class \"Night\""}
        self.assertEqual(self.missing(), classes)
        self.put("label001")
        of = " of label label001 (class \"Car\")"
        self.assertEqual(self.missing(), classes | {"\"Colour\"" + of, "\"Doors\"" + of, "\"Extras\"" + of,
                                                    "\"Braking\"" + of + " on frames 2 to 5"})
        self.put("label001", [("colour", "other", True), ("doors", 4, False), ("extras", "roof", True), ("braking", "yes", True, 2, 3)])
        self.assertEqual(self.missing(), classes | {"\"Which\"" + of, "\"Braking\"" + of + " on frames 4 to 5"})
        self.put("label001", [("colour", "other", True), ("which", "blue", False), ("doors", 4, False), ("extras", "roof", True),
                              ("braking", "yes", True, 2, 3), ("braking", "no", True, 4, 5)])
        self.assertEqual(self.missing(), classes)
        self.put("label002", number="road")
        self.put("label003", [("sky", "sun", True)], number="weather")
        self.assertEqual(self.missing(), {"a label of class \"Night\""})
        self.put("label004", number="night")
        self.assertEqual(self.missing(), {"\"Night\" of label label004 (class \"Night\")"})
        self.put("label004", [("nightText", "dark", False)], number="night")
        self.task.submit()

    def test_archived_entries_are_not_asked_for_nor_given_anew(self):
        self.put("label001", [("colour", "red", True), ("extras", "hook", True)])
        changed = json.loads(json.dumps(USED))
        changed["objects"][0]["attributes"][0]["options"][0]["archived"] = True                 # Red
        changed["objects"][0]["attributes"] = [one for one in changed["objects"][0]["attributes"] if one["name"] != "Extras"]
        self.host.ontology_update(self.ontology, json.dumps(changed))
        self.assertFalse(any("Extras" in line for line in self.missing()))
        self.put("label001", [("colour", "red", True), ("extras", "hook", True), ("doors", 3, False)])      # it has them
        for answers, word in (([("colour", "red", True)], "Red"), ([("extras", "hook", True)], "Hook")):
            with self.assertRaises(annoproj.StateError, msg=word) as caught:
                self.put("label009", answers)
            self.assertIn("archived", str(caught.exception))
            self.assertIn(word, str(caught.exception))
        with self.assertRaises(annoproj.StateError):
            self.put("label001", [("extras", "roof", True)])        # this one it does not have
        self.put("label001", [("colour", "other", True)])
        with self.assertRaises(annoproj.StateError):
            self.put("label001", [("colour", "red", True)])         # it had it


if __name__ == "__main__":
    unittest.main()
