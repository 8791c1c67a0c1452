"""Numbers of labels: doubles come back bit by bit, decimals of up to 18 digits digit by digit, in the unit they came in; the
other unit is one division or multiplication away. And geometry is small."""

import io
import json
import math
import os
import random
import sqlite3
import struct
import tempfile
import unittest
from decimal import Decimal

import annoproj
from annoproj import DataType, Unit

from label_arrays import LabelArrays
import stored_geometry

FLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "complete"}}, {"key": "complete", "type": "DONE"}]})
SHAPES = ["bounding_box", "rotatable_bounding_box", "polygon", "polyline", "point", "skeleton", "bitmask", "cuboid_2d", "cuboid",
          "segmentation", "circle", "ellipse"]
ONTOLOGY = {"objects": [{"id": str(i + 1), "name": shape, "color": "#D33115", "shape": shape, "featureNodeHash": shape,
                         "attributes": [
                             {"id": "%d.1" % (i + 1), "name": "Still", "type": "numeric", "featureNodeHash": "still%d" % i,
                              "required": False, "dynamic": False},
                             {"id": "%d.2" % (i + 1), "name": "Moving", "type": "numeric", "featureNodeHash": "moving%d" % i,
                              "required": False, "dynamic": True}]} for i, shape in enumerate(SHAPES)],
            "classifications": [],
            "skeleton_templates": [{"template": {"name": "Bones", "feature_node_hash": "skeleton",
                                                 "skeleton": {str(i): {"x": 0, "y": 0, "name": "point %d" % i} for i in range(4)}}}]}
KEYS = {"bounding_box": "boundingBox", "rotatable_bounding_box": "rotatableBoundingBox"}
MEMBERS = {"bounding_box": ("x", "y", "w", "h"), "rotatable_bounding_box": ("x", "y", "w", "h", "theta"),
           "circle": ("x", "y", "r", "stretch", "theta"), "ellipse": ("x", "y", "rx", "ry", "theta")}
NO_LENGTHS = {"rotatable_bounding_box": {4}, "circle": {3, 4}, "ellipse": {4}}     # angles and ratios


def bits(value):
    return struct.pack("<d", value + 0.0)       # + 0.0: the sign of zero is not kept


def random_double(rng):
    """Any double that a coordinate can be."""
    kind = rng.randrange(7)
    if kind == 0:
        return rng.uniform(-4000, 4000)
    if kind == 1:
        return round(rng.uniform(0, 4000), rng.randrange(6))
    if kind == 2:
        return math.ldexp(rng.random(), -rng.randrange(1074))
    if kind == 3:
        return float(rng.randrange(-2 ** 31, 2 ** 31))
    if kind == 4:
        return rng.choice([0.0, -0.0, 5e-324, 2.2250738585072014e-308, 0.1, 1 / 3, -2147483648.0, 2147483647.9999998])
    if kind == 5:
        return math.ldexp(rng.randrange(2 ** 53), -rng.randrange(22, 80)) * rng.choice([-1, 1])
    return rng.random()


def random_decimal(rng):
    """Text of a number of up to 18 digits, as a file may have it."""
    digits = rng.randrange(1, 19)
    whole = rng.randrange(0, min(digits, 9) + 1)
    text = "".join(rng.choice("0123456789") for _ in range(digits))
    first = (text[:whole].lstrip("0") or "0") if whole else "0"
    out = rng.choice(["", "-"]) + first + ("." + text[whole:] if text[whole:] else "")
    return out + rng.choice(["", "", "", "e-3", "E+0"])


def random_parts(rng, shape, number, axes=2):
    """Parts of a shape whose numbers are `number`s where they may be any."""
    def many(count):
        return [number() for _ in range(count)]

    def size():
        value = number()
        return value.lstrip("-") if isinstance(value, str) else abs(value)
    if shape == "bounding_box":
        return [many(2) + [size(), size()]]
    if shape in ("rotatable_bounding_box", "circle", "ellipse"):
        return [many(2) + [size(), size(), number()]]
    if shape == "polygon":
        return [many(2 * rng.randrange(3, 9)) for _ in range(rng.randrange(1, 3))]
    if shape == "skeleton":
        return [[v for _ in range(4) for v in (number(), number(), rng.randrange(5))]]
    if shape == "cuboid_2d":
        return [many(8), many(2) + ([size()] if rng.random() < 0.5 else [])]
    if shape == "cuboid":
        return [many(6) + [size(), size(), size()]]
    return [many(axes * (1 if shape == "point" else rng.randrange(2, 9)))]


def axes(shape, parts, unit):
    """0 for numbers along the width, 1 along the height, None for others."""
    stride = 3 if shape == "skeleton" else 2
    return [[None if shape == "cuboid" or unit == Unit.SCENE or i in NO_LENGTHS.get(shape, ()) or (shape == "skeleton" and i % 3 == 2)
             or (shape == "cuboid_2d" and at == 1 and i == 2) else i % stride % 2 for i in range(len(part))]
            for at, part in enumerate(parts)]


class Numbers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = os.path.join(self.folder.name, "a.annoproj")
        self.store = annoproj.create(self.path, relaxed_durability=True)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_create("Shapes", json.dumps(ONTOLOGY))
        self.features = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(ontology).to_pylist()}
        self.dataset = self.host.dataset_create("Scenes")
        self.project = self.host.project_create("P", ontology, FLOW)
        self.project.attach_dataset(self.dataset)
        self.seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 30)))
        self.rng = random.Random(self.seed)

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def task(self, width, height, frames=1):
        self.host.data_units_add(self.dataset, titles=["scene"], data_types=[DataType.SCENE], widths=[width], heights=[height],
                                 frames=[frames])
        (row,) = self.project.task_list(sort=annoproj.TaskSort.ENTERED, reverse=True, limit=1).to_pylist()
        return self.project.task_open(row["task"])

    def exported(self):
        out = io.BytesIO()
        self.project.export_labels(write=out.write)
        return json.loads(out.getvalue(), parse_float=Decimal, parse_int=Decimal)

    def test_doubles_bit_by_bit_in_both_units(self):
        print("numbers: seed %d" % self.seed)
        rng = self.rng
        for round in range(40):
            sides = rng.choice([(640, 480), (1920, 1080), (1, 1), (3, 7), (1048576, 99991)])
            task, unit = self.task(*sides), rng.choice([Unit.PIXELS, Unit.NORMALISED, Unit.SCENE])
            labels, wanted, answers = LabelArrays(), [], []
            for shape in ["polyline", "point", "cuboid"] if unit == Unit.SCENE else rng.sample(SHAPES, 4):
                if shape in ("bitmask", "segmentation"):
                    continue
                parts = random_parts(rng, shape, lambda: random_double(rng), 3 if unit == Unit.SCENE else 2)
                still, moving = random_double(rng), random_double(rng)
                at = SHAPES.index(shape)
                labels.add(self.features[shape], {0: parts}, answers=[(self.features["still%d" % at], still),
                                                                      (self.features["moving%d" % at], moving, 0, 0)])
                wanted.append((shape, parts))
                answers.append((still, moving))
            hashes = labels.write(task, unit=unit)
            for asked in (Unit.STORED, Unit.PIXELS, Unit.NORMALISED):
                rows = {(row["label"], row["part"]): row["coordinates"] for row in task.geometry(asked).to_pylist()}
                for hash, (shape, parts) in zip(hashes, wanted):
                    for at, (part, along) in enumerate(zip(parts, axes(shape, parts, unit))):
                        expected = [v if axis is None or asked in (Unit.STORED, unit) else
                                    v / sides[axis] if asked == Unit.NORMALISED else v * sides[axis]
                                    for v, axis in zip(part, along)]
                        self.assertEqual(list(map(bits, rows[hash, at])), list(map(bits, expected)),
                                         "seed %d, round %d, %s, unit %d" % (self.seed, round, shape, asked))
            found = {(row["label"], row["first_frame"]): row["number"] for row in task.answers().to_pylist()}
            for hash, (still, moving) in zip(hashes, answers):
                self.assertEqual((bits(found[hash, None]), bits(found[hash, 0])), (bits(still), bits(moving)))

    def test_decimals_digit_by_digit_through_label_rows(self):
        """What a file says comes out with the same digits, whatever goes through in between."""
        print("decimals: seed %d" % self.seed)
        rng = self.rng
        self.task(640, 480)
        for round in range(30):
            (row,) = self.exported()
            (unit,) = row["data_units"].values()
            objects, answers, wanted = [], {}, {}
            for at, shape in enumerate(SHAPES):
                if shape in ("bitmask", "segmentation", "polygon"):      # a hole's ring may be turned round
                    continue
                names = "xyz" if shape in ("point", "polyline") and rng.random() < 0.5 else "xy"
                hash, parts = "label%03d" % at, random_parts(rng, shape, lambda: random_decimal(rng), len(names))
                still = random_decimal(rng)
                objects.append({"objectHash": hash, "featureHash": shape, **self.member(shape, parts, names)})
                answers[hash] = {"objectHash": hash, "classifications": [
                    {"name": "Still", "value": "still", "featureHash": "still%d" % at, "answers": still}]}
                wanted[hash] = (shape, parts, names, still)
            unit["labels"] = {"0": {"objects": objects, "classifications": []}}
            row["object_answers"] = answers
            text = self.raw([row])
            self.project.import_labels(read=io.BytesIO(text.encode()).read, replace=True)
            (back,) = self.exported()
            (unit,) = back["data_units"].values()
            got = {one["objectHash"]: one for one in unit["labels"]["0"]["objects"]}
            for hash, (shape, parts, names, still) in wanted.items():
                expected = json.loads(self.raw(self.member(shape, parts, names)), parse_float=Decimal, parse_int=Decimal)
                for key, value in expected.items():
                    self.assertEqual(self.plain(got[hash][key]), self.plain(value), "seed %d, round %d" % (self.seed, round))
                (answer,) = back["object_answers"][hash]["classifications"]
                self.assertEqual(answer["answers"], Decimal(still))

    @staticmethod
    def plain(value):
        """A shape without what its class tells of vertices."""
        if isinstance(value, dict):
            return {key: Numbers.plain(one) for key, one in value.items() if key not in ("name", "color", "value", "featureHash")}
        return [Numbers.plain(one) for one in value] if isinstance(value, list) else value

    @staticmethod
    def raw(value):
        """JSON in which texts that are numbers stand as they are."""
        if isinstance(value, dict):
            return "{%s}" % ",".join("%s:%s" % (json.dumps(key), Numbers.raw(one)) for key, one in value.items())
        if isinstance(value, (list, tuple)):
            return "[%s]" % ",".join(map(Numbers.raw, value))
        if isinstance(value, Decimal):
            return str(value)
        if isinstance(value, str) and value and value[0] in "-0123456789" and value.strip("-+.eE0123456789") == "" and len(value) < 30:
            return value
        return json.dumps(value)

    @staticmethod
    def member(shape, parts, axes="xy"):
        first = parts[0]
        points = {str(i // len(axes)): dict(zip(axes, first[i:])) for i in range(0, len(first), len(axes))}
        if shape in MEMBERS:
            return {KEYS.get(shape, shape): dict(zip(MEMBERS[shape], first))}
        if shape == "skeleton":
            flags = [{}, {"visible": True}, {"occluded": True}, {"selfOccluded": True}, {"invisible": True}]
            return {shape: {str(i): {"x": first[3 * i], "y": first[3 * i + 1], "name": "point %d" % i, **flags[first[3 * i + 2]]}
                            for i in range(4)}}
        if shape == "cuboid_2d":
            back = {"x": parts[1][0], "y": parts[1][1]}
            return {shape: {"front": first, **({"vanishingPoint": back, "scaleRatio": parts[1][2]} if len(parts[1]) == 3 else
                                               {"offset": back})}}
        if shape == "cuboid":
            return {shape: {"position": first[:3], "orientation": first[3:6], "size": first[6:]}}
        return {shape: points}

    # ---- how many bytes ----

    def realistic(self, shape):
        """A shape as people draw it on 1920 x 1080, in pixels."""
        rng = self.rng

        def around(count):
            x, y, radius = rng.uniform(300, 1500), rng.uniform(200, 800), rng.uniform(30, 200)
            turns = [(2 * math.pi * i / count, radius * rng.uniform(0.9, 1.1)) for i in range(count)]
            return [v for angle, r in turns for v in (x + r * math.cos(angle), y + r * math.sin(angle))]
        if shape == "circle":
            return [around(1) + [rng.uniform(10, 200), rng.uniform(0.5, 1), rng.uniform(0, 360)]]
        if shape in ("bounding_box", "rotatable_bounding_box", "ellipse"):
            return [[rng.uniform(0, 1500), rng.uniform(0, 900), rng.uniform(10, 300), rng.uniform(10, 200)] +
                    [rng.uniform(0, 360)] * (shape != "bounding_box")]
        if shape == "skeleton":
            return [[v for i in range(4) for v in (*around(1), rng.choice([1, 1, 2]))]]
        if shape == "bitmask":
            return [self.disc(1920, 1080)]
        if shape == "cuboid_2d":
            return [around(4), around(1) + [0.75]]
        if shape == "cuboid":
            return [[rng.uniform(-50, 50) for _ in range(3)] + [0, 0, rng.uniform(-3, 3)] + [rng.uniform(1, 5) for _ in range(3)]]
        return [around(1 if shape == "point" else rng.randint(8, 60) if shape == "polygon" else rng.randint(4, 20))]

    def in_scene(self, shape):
        """As people draw it among points of a car's surroundings, in metres."""
        x, y, z = (self.rng.uniform(-50, 50) for _ in range(3))
        count = 1 if shape == "point" else self.rng.randint(4, 20)
        return self.realistic(shape) if shape == "cuboid" else \
            [[v for i in range(count) for v in (x + i * self.rng.uniform(0, 2), y + self.rng.uniform(-1, 1), z)]]

    def disc(self, width, height):
        """A round thing with a soft outline, as models cut it out: now and then a pixel off."""
        rng, runs, at = self.rng, [], 0
        x, y, radius, waves = rng.uniform(300, 1500), rng.uniform(200, 800), rng.uniform(30, 150), rng.uniform(5, 40)
        for column in range(int(x - radius), int(x + radius)):
            half = math.sqrt(max(0, radius ** 2 - (column - x) ** 2)) * (1 + 0.1 * math.sin(column / waves))
            first, last = (column * height + int(side + (rng.random() < 0.2)) for side in (y - half, y + half))
            if last > first >= at:
                runs += [first - at, last - first]
                at = last
        return [width, height] + runs + [width * height - at]

    def test_geometry_is_small(self):
        """At most 0.35 of the text of its label row: pixels with 2 decimals, normalised numbers with 4 and with all their digits, at random
        or of whole pixels, tracks of 3 frames. Left out are segmentations, whose text is compressed as well. The bytes are what the format says."""
        print("geometry: seed %d" % self.seed)
        for unit, digits, frames in ((Unit.PIXELS, 2, 1), (Unit.NORMALISED, 4, 1), (Unit.NORMALISED, 4, 3), (Unit.NORMALISED, 20, 1), (Unit.NORMALISED, None, 1),
                                    (Unit.SCENE, 6, 3)):
            task, labels, shapes = self.task(1920, 1080, frames), LabelArrays(), {}
            drawn = ["polyline", "point", "cuboid"] if unit == Unit.SCENE else [shape for shape in SHAPES if shape != "segmentation"]
            for shape in drawn:
                for _ in range(30):
                    parts, track = self.in_scene(shape) if unit == Unit.SCENE else self.realistic(shape), {}
                    for frame in range(frames):
                        moved = [v + self.rng.uniform(-1, 1) * (frame > 0) for v in parts[0]] if shape == "polygon" else parts[0]
                        scaled = [[v if axis is None or shape == "bitmask" or unit == Unit.PIXELS else
                                   v / (1920, 1080)[axis]
                                   for v, axis in zip(part, along)] for part, along in zip([moved] + parts[1:],
                                                                                           axes(shape, parts, unit))]
                        if digits is None:      # of whole pixels
                            scaled = [[v if axis is None else round(v * side) / side for v, axis in zip(part, along)
                                       for side in [(1920, 1080)[axis or 0]]] for part, along in zip(scaled, axes(shape, parts, unit))]
                        track[frame] = [[round(v, digits or 20) for v in part] for part in scaled]
                    labels.add(self.features[shape], track)
            for hash, shape in zip(labels.write(task, unit=unit), [shape for shape in drawn for _ in range(30)]):
                shapes[hash] = shape
            out = io.BytesIO()
            self.project.export_labels(write=out.write)
            text = dict.fromkeys(drawn, 0)
            for row in json.loads(out.getvalue(), parse_float=lambda digits: digits):
                for part in row["data_units"].values():
                    for on in part["labels"].values():
                        for one in on["objects"]:
                            if one["objectHash"] in shapes:
                                keys = [key for key in (KEYS.get(one["shape"], one["shape"]), "polygons") if key in one]
                                text[one["shape"]] += sum(len('"%s":' % key) + len(self.raw(one[key])) for key in keys)
            with sqlite3.connect("file:%s?mode=ro" % self.path, uri=True) as database:
                stored = dict(database.execute("SELECT hash, geometry FROM label"))
            told = {}
            for row in task.geometry(Unit.STORED).to_pylist():
                told.setdefault(row["label"], {}).setdefault(row["frame"], []).append(row["coordinates"])
            for hash, tracks in told.items():
                _, kept, parts = stored_geometry.read(stored[hash])
                self.assertEqual(kept, Unit.PIXELS if shapes[hash] == "bitmask" else Unit.SCENE if shapes[hash] == "cuboid" else unit)
                self.assertEqual({frame: [list(map(float, one)) for one in some] for frame, some in parts.items()}, tracks)
            for shape in drawn:
                size = sum(len(stored[hash]) for hash in shapes if shapes[hash] == shape)
                self.assertLessEqual(size, 0.35 * text[shape], (unit, frames, shape, size, text[shape]))


if __name__ == "__main__":
    unittest.main()
