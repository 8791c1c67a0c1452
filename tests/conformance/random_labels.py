"""An ontology with every shape and every kind of attribute, and random labels of it."""

import json

from annoproj import DataType, Unit
from label_arrays import LabelArrays

CLASSIFICATIONS = ("Weather", "Themes", "Note", "Place")
SIDE = 100                                                              # of pictures, both
RANGED = {"audio": "Noise", "plain_text": "Quote", "time_series": "Peak"}   # the object of a data type: labels are on ranges, not on frames
MEDIA = tuple(DataType[name.upper()] for name in RANGED)
FLAT = ("rotatable_bounding_box", "polygon", "polyline", "point", "skeleton", "bitmask", "cuboid_2d", "circle", "ellipse")
SPATIAL = FLAT + ("cuboid", "segmentation")                             # what scenes and groups have
WITH_Z = ("polyline", "point", "cuboid", "segmentation")                # in coordinates of the scene
VERTICES = 3


def entry(key, name, **more):
    return dict({"id": key, "name": name, "featureNodeHash": "feature_" + key}, **more)


def attribute(key, name, type, *options, **more):
    """`options`: names, or pairs of one and the attribute that is nested under it."""
    made = entry(key, name, **{"type": type, "required": False, **more})
    if options:
        made["options"] = []
    for at, one in enumerate(options, 1):
        label, *nested = one if isinstance(one, tuple) else (one,)
        made["options"].append({"id": "%s.%d" % (key, at), "label": label, "value": label.lower(), **({"options": nested} if nested else {}),
                                "featureNodeHash": "option_%s.%d" % (key, at)})
    return made


OF_SHAPES = {
    "rotatable_bounding_box": [attribute("11.1", "Heading", "radio", "North", "South", dynamic=True)],
    "polygon": [attribute("12.1", "Sign", "text", dynamic=True)],
    "polyline": [attribute("13.1", "Width", "numeric", dynamic=True), attribute("13.2", "Lane", "text")],
    "point": [attribute("14.1", "Marks", "checklist", "Left", "Right", "Top")],
    "skeleton": [attribute("15.1", "Pose", "radio", "Sits", ("Stands", attribute("15.1.2.1", "Where", "text")))],
    "bitmask": [attribute("16.1", "Ground", "radio", "Dry", ("Wet ground", attribute("16.1.2.1", "Depth", "numeric")))],
    "cuboid_2d": [attribute("17.1", "Load", "radio", "None", ("Some", attribute("17.1.2.1", "Of", "radio", "Wood", (
        "Stone", attribute("17.1.2.1.2.1", "Sorts", "checklist", "Chalk", "Flint")))))],
    "circle": [attribute("18.1", "Lit", "radio", "Off", ("On", attribute("18.1.2.1", "By", "checklist", "Sun", "Lamp")), dynamic=True)],
    "cuboid": [attribute("20.1", "Number", "text", required=True)]}
ONTOLOGY = {
    "objects": [
        entry("1", "Car", color="#D33115", shape="bounding_box", attributes=[
            attribute("1.1", "Colour", "radio", "Red", ("Other", attribute("1.1.2.1", "Shade", "radio", "Light", "Dark"))),
            attribute("1.2", "Lights", "checklist", "Brake", "Fog", dynamic=True), attribute("1.3", "Speed", "numeric")]),
        entry("2", "Van", color="#E27300", shape="bounding_box", attributes=[
            attribute("2.1", "Kind", "radio", "Big", "Small"), attribute("2.2", "Plate", "text")]),
        entry("3", "Noise", color="#A4DD00", shape="audio", attributes=[attribute("3.1", "Loud", "radio", "Yes", "No")]),
        entry("4", "Quote", color="#68CCCA", shape="text"), entry("8", "Peak", color="#73D8FF", shape="time_range"),
        *(entry(str(at), shape, color="#AEA1FF", shape=shape, attributes=OF_SHAPES.get(shape, [])) for at, shape in enumerate(SPATIAL, 11))],
    "classifications": [
        {"id": "5", "featureNodeHash": "feature_5", "attributes": [attribute("5.1", "Weather", "radio", "Sunny", (
            "Wet", attribute("5.1.2.1", "How", "checklist", "Rain", "Hail")))]},
        {"id": "6", "featureNodeHash": "feature_6", "attributes": [attribute("6.1", "Themes", "checklist", "A", "B", "C")]},
        {"id": "7", "featureNodeHash": "feature_7", "attributes": [attribute("7.1", "Note", "text")]},
        {"id": "9", "featureNodeHash": "feature_9", "level": "global", "attributes": [attribute("9.1", "Place", "numeric")]}],
    "skeleton_templates": [{"template": {
        "name": "Legs", "width": 0.5, "height": 0.25, "shape": "skeleton", "feature_node_hash": "feature_15", "skeletonEdges": {},
        "skeleton": {str(at): {"x": at, "y": 0, "name": "Vertex %d" % at} for at in range(VERTICES)}}}]}


class RandomLabels:
    """`classes`: entries of the ontology by name, as they are now; `numbers`: features by hash."""

    def __init__(self, random):
        self.random, self.classes, self.numbers = random, {}, {}

    def read(self, session, ontology):
        content = json.loads(session.ontology_json(ontology))
        self.numbers = {row["feature_hash"]: row["feature"] for row in session.ontology_features(ontology).to_pylist()}
        self.classes = {one["name"]: one for one in content["objects"]}
        self.classes.update((one["attributes"][0]["name"], one) for one in content["classifications"])

    def number(self, entry):
        return self.numbers[entry["featureNodeHash"]]

    # ---- geometry ----

    def runs(self, total):
        """Zeros first, then by turns."""
        ends = sorted(self.random.sample(range(total), 4))
        return [end - start for start, end in zip([0] + ends, ends + [total])]

    def parts(self, shape, unit):
        random = self.random

        def numbers(count):
            return [random.choice((random.randint(0, SIDE), random.random(), round(random.uniform(-SIDE, SIDE), 3))) for _ in range(count)]

        if unit == Unit.SCENE and shape in ("polyline", "point"):
            return [numbers(3 * (1 if shape == "point" else random.randint(2, 4)))]
        if shape == "polygon":
            return [numbers(2 * random.randint(3, 6)) for _ in range(random.randint(1, 3))]
        if shape == "polyline":
            return [numbers(2 * random.randint(2, 5))]
        if shape == "skeleton":
            return [[value for _ in range(random.randint(1, VERTICES)) for value in (*numbers(2), random.randint(1, 5))]]
        if shape == "bitmask":
            return [[SIDE, SIDE, *self.runs(SIDE * SIDE)]]
        if shape == "segmentation":
            return [self.runs(1000)]
        if shape == "cuboid_2d":
            return [numbers(8), numbers(2) if random.random() < 0.5 else [*numbers(2), 0.5]]
        if shape == "circle":
            return [[*numbers(2), random.choice((1, 2.5, 20)), random.choice((1, 1, 0.5, 1.25)), random.choice((0, 30, -12.5))]]
        if shape == "ellipse":
            return [[*numbers(2), random.choice((1, 20)), random.choice((2.5, 7)), random.choice((0, 45, -12.5))]]
        if shape == "cuboid":
            return [numbers(3) + [random.uniform(-3, 3) for _ in range(3)] + [4, 2, 1.5]]
        box = [*numbers(2), random.choice((5, 5.5)), random.choice((5, 30))]
        return [box + [random.choice((0, 12.5, 359))] if shape == "rotatable_bounding_box" else box]

    # ---- answers ----

    def answer(self, attribute, on):
        random, number = self.random, self.number(attribute)
        options = [one for one in attribute.get("options", ()) if not one.get("archived")]
        if attribute["type"] == "text":
            yield (number, random.choice(("X 1", "Ä<2>", "so so")), *on)
        elif attribute["type"] == "numeric":
            yield (number, random.choice((5, 7.5, -0.1, 1e9)), *on)
        elif attribute["type"] == "checklist":
            for one in random.sample(options, random.randint(0, len(options))):
                yield (number, {"option": self.number(one)}, *on)
        elif options:
            one = random.choice(options)
            yield (number, {"option": self.number(one)}, *on)
            for nested in one.get("options", ()):
                if random.random() < 0.7:
                    yield from self.answer(nested, on)

    def answers(self, one, frames):
        """Dynamic ones on some frames that follow each other."""
        random = self.random
        for attribute in one.get("attributes", ()):
            if random.random() < (0.9 if attribute["required"] else 0.5):
                on = ()
                if attribute.get("dynamic"):
                    first = last = random.choice(frames)
                    while last + 1 in frames and random.random() < 0.5:
                        last += 1
                    on = (first, last)
                yield from self.answer(attribute, on)

    # ---- labels ----

    def kind(self, data_type, unit, there):
        """Mostly no classification that is there already: it would be refused where it is on the same frames."""
        ranged, rest = RANGED.get(data_type), CLASSIFICATIONS
        if self.random.random() < 0.8:
            rest = [name for name in rest if self.number(self.classes[name]) not in there]
        if ranged:
            return self.random.choice((ranged, ranged, ranged, *rest))
        if unit == Unit.SCENE:
            return self.random.choice((*WITH_Z, *rest))
        shape = self.random.choice(SPATIAL if data_type in ("scene", "group") else FLAT)
        return self.random.choice(("Car", "Car", "Van", "Van", shape, shape, shape, *rest))

    def add(self, arrays, data_unit, unit, there, hash):
        random, frame_count = self.random, data_unit["frames"]
        kind = self.kind(data_unit["data_type"], unit, there)
        one = self.classes[kind]
        frames = sorted(random.sample(range(frame_count), random.randint(1, min(frame_count, 6))))
        geometry, ranges = {}, []
        if one.get("shape") and kind not in RANGED.values():
            geometry = {frame: self.parts(one["shape"], unit) for frame in frames}
        elif one.get("level") == "global":
            pass
        elif data_unit["data_type"] in RANGED:
            if kind in RANGED.values() or random.random() < 0.5:
                ranges = [(random.randint(0, 50), random.randint(51, 400))]
        elif frame_count > 1 and random.random() < 0.7:
            ranges = [(frames[0], frames[-1])]
        there.add(self.number(one))
        arrays.add(self.number(one), geometry, ranges, self.answers(one, frames), hash)

    def write(self, task, data_unit, again=(), count=1):
        """New labels, in the places of those that are given by their hashes."""
        unit = self.random.choice((Unit.PIXELS, Unit.PIXELS, Unit.NORMALISED, *([Unit.SCENE] * 2 if data_unit["data_type"] in ("scene", "group") else [])))
        arrays, there = LabelArrays(), {label["class"] for label in task.labels().to_pylist()}
        for at in range(count):
            self.add(arrays, data_unit, unit, there, again[at] if at < len(again) else "")
        arrays.write(task, unit=unit)
