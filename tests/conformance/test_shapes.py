"""Every shape on every data type: what is taken comes back as it was, in both units, in label rows and in COCO; what does not
fit is refused at its place."""

import io
import json
import math
import os
import random
import tempfile
import unittest

import annoproj
from annoproj import DataType, Visibility

from label_arrays import LabelArrays

VERTICES = [{"name": "Hip", "color": "#000000", "value": "hip", "featureHash": "verHip01"},
            {"name": "Knee", "color": "#111111", "value": "knee", "feature_hash": "verKne01"}, {"name": "Foot"}]
TEMPLATE = {"template": {"name": "Legs", "width": 0.5, "height": 0.25, "shape": "skeleton", "feature_node_hash": "skeleton",
                         "skeleton": {str(i): {"x": i, "y": 0, **vertex} for i, vertex in enumerate(VERTICES)},
                         "skeletonEdges": {"0": {"1": {"color": "#00000"}}}}}
FLAT = ["bounding_box", "rotatable_bounding_box", "polygon", "polyline", "point", "skeleton", "bitmask", "cuboid_2d",
        "circle", "ellipse"]
SPATIAL = ["cuboid", "segmentation"]
RANGED = ["audio", "text", "time_range"]
ONTOLOGY = {"objects": [{"id": str(i + 1), "name": shape, "color": "#D33115", "shape": shape, "featureNodeHash": shape}
                        for i, shape in enumerate(FLAT + SPATIAL + RANGED)],
            "classifications": [
                {"id": "1", "featureNodeHash": "wholly", "level": "global", "attributes": [
                    {"id": "1.1", "name": "Wholly", "type": "text", "featureNodeHash": "whollyText", "required": False}]},
                {"id": "2", "featureNodeHash": "partly", "attributes": [
                    {"id": "2.1", "name": "Partly", "type": "text", "featureNodeHash": "partlyText", "required": False}]}],
            "skeleton_templates": [TEMPLATE]}
# Which shapes a data type has: objects of others are refused.
TAKEN = {DataType.IMAGE: FLAT, DataType.IMG_GROUP: FLAT, DataType.VIDEO: FLAT, DataType.DICOM: FLAT, DataType.DICOM_STUDY: FLAT,
         DataType.NIFTI: FLAT, DataType.PDF: FLAT, DataType.AUDIO: ["audio"], DataType.PLAIN_TEXT: ["text"],
         DataType.GROUP: FLAT + SPATIAL, DataType.SCENE: FLAT + SPATIAL, DataType.TIME_SERIES: ["time_range"]}
FLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "complete"}}, {"key": "complete", "type": "DONE"}]})
WIDTH, HEIGHT = 200, 100
SAMPLES = {"bounding_box": [[10.5, 20, 30, 40]], "rotatable_bounding_box": [[10, 20.25, 30, 40, 12.5]],
           "polygon": [[0, 0, 100, 0, 100, 50, 0, 50], [10, 10, 10, 20, 20, 20, 20, 10], [150, 60, 160, 60, 160, 70]],
           "polyline": [[1, 2, 3, 4, 5, 6]], "point": [[7, 8]], "skeleton": [[10, 20, 1, 30, 40, 3, 50, 60, 4]],
           "bitmask": [[200, 100, 5, 10, 19985]], "cuboid_2d": [[10, 10, 50, 10, 50, 50, 10, 50], [100, 20, 0.5]],
           "circle": [[60, 40, 20, 0.5, 30]], "ellipse": [[60, 40, 20, 10.5, -15]],
           "cuboid": [[1.5, -2, 300.125, 0.1, 0, -3.14, 4, 2, 1.5]], "segmentation": [[3, 4, 1, 2]]}
WITH_Z = {"polyline": [[1.5, -2, 300.125, 0, 0.1, -3.14, 4, 2, 1e-9]], "point": [[-7.25, 8, 1 / 3]]}     # in coordinates of a scene


def normalised(shape, parts):
    """What the parts are in the other unit."""
    if shape in ("bitmask", "cuboid", "segmentation"):
        return parts
    out = []
    for at, part in enumerate(parts):
        stays = {"rotatable_bounding_box": {4}, "circle": {3, 4}, "ellipse": {4}, "skeleton": {2, 5, 8},
                 "cuboid_2d": {2} if at == 1 else set()}.get(shape, set())
        stride = 3 if shape == "skeleton" else 2
        out.append([v if i in stays else v / (WIDTH if (i % stride) % 2 == 0 else HEIGHT) for i, v in enumerate(part)])
    return out


def points(numbers, axes="xy"):
    return {str(i // len(axes)): dict(zip(axes, numbers[i:])) for i in range(0, len(numbers), len(axes))}


def row_shape(shape, parts):
    """Key and value of a shape in a label row; `parts` are normalised."""
    first = parts[0]
    if shape == "bounding_box":
        return "boundingBox", dict(zip("xywh", first))
    if shape == "rotatable_bounding_box":
        return "rotatableBoundingBox", dict(zip(("x", "y", "w", "h", "theta"), first))
    if shape == "circle":
        return "circle", dict(zip(("x", "y", "r", "stretch", "theta"), first))
    if shape == "ellipse":
        return "ellipse", dict(zip(("x", "y", "rx", "ry", "theta"), first))
    if shape == "polygon":
        return "polygon", points(first)
    if shape == "skeleton":
        seen = {Visibility.VISIBLE: "visible", Visibility.OCCLUDED: "occluded", Visibility.SELF_OCCLUDED: "selfOccluded",
                Visibility.INVISIBLE: "invisible"}
        out = {}
        for i, vertex in enumerate(VERTICES):
            x, y, flag = first[3 * i:3 * i + 3]
            named = {{"feature_hash": "featureHash"}.get(key, key): value for key, value in vertex.items()}
            out[str(i)] = {"x": x, "y": y, **named, **({seen[flag]: True} if flag in seen else {})}
        return "skeleton", out
    if shape == "cuboid_2d":
        back = parts[1]
        return "cuboid_2d", {"front": first, **({"offset": {"x": back[0], "y": back[1]}} if len(back) == 2 else
                                                {"vanishingPoint": {"x": back[0], "y": back[1]}, "scaleRatio": back[2]})}
    if shape == "cuboid":
        return "cuboid", {"position": first[:3], "orientation": first[3:6], "size": first[6:]}
    if shape == "bitmask":      # pixels 5 to 14 of the first column, row by row: gaps of a row less one between them
        return "bitmask", {"top": 0, "left": 0, "width": WIDTH, "height": HEIGHT,
                           "rleString": compressed([1000] + [1, 199] * 9 + [1, 17199])}
    if shape == "segmentation":
        return "segmentation", compressed(first)
    return shape, points(first)


def compressed(runs):
    """Run lengths as COCO's text, by its description: 5 bits a character, differences from the run before the last."""
    text = ""
    for i, run in enumerate(runs):
        value = int(run) - (int(runs[i - 2]) if i > 2 else 0)
        more = True
        while more:
            bits, value = value & 31, value >> 5
            more = not (value == (-1 if bits & 16 else 0))
            text += chr(48 + bits + (32 if more else 0))
    return text


class Shapes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"), relaxed_durability=True)
        self.host = self.store.session_open(0)
        self.ontology = self.host.ontology_create("Shapes", json.dumps(ONTOLOGY))
        self.features = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(self.ontology).to_pylist()}
        self.dataset = dataset = self.host.dataset_create("Units")
        types = sorted(TAKEN)
        media = {DataType.AUDIO, DataType.PLAIN_TEXT, DataType.TIME_SERIES}
        self.host.data_units_add(dataset, titles=[kind.name.lower() for kind in types], data_types=types,
                                 widths=[0 if kind in media else WIDTH for kind in types],
                                 heights=[0 if kind in media else HEIGHT for kind in types],
                                 frames=[1 if kind in media | {DataType.IMAGE} else 3 for kind in types])
        self.project = self.host.project_create("P", self.ontology, FLOW)
        self.project.attach_dataset(dataset)
        tasks = {row["title"]: row["task"] for row in self.project.task_list().to_pylist()}
        self.tasks = {kind: self.project.task_open(tasks[kind.name.lower()]) for kind in types}

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def write(self, kind, shape, parts=None, frame=0, unit=annoproj.Unit.PIXELS):
        labels = LabelArrays()
        if shape in RANGED:
            labels.add(self.features[shape], ranges=[(100, 250), (300, 300)])
        else:
            labels.add(self.features[shape], {frame: parts or SAMPLES[shape]})
        return labels.write(self.tasks[kind], unit=unit)[0]

    def rows(self):
        """Label rows by data type, and the objects of each by hash, with their frame."""
        path = os.path.join(self.folder.name, "rows.json")
        self.project.export_labels(path=path)
        with open(path, encoding="utf-8") as file:
            rows = {row["data_type"]: row for row in json.load(file)}
        found = {}
        for row in rows.values():
            for unit in row["data_units"].values():      # each image of a group is one
                frames = {unit["data_sequence"]: unit["labels"]} if "objects" in unit["labels"] else unit["labels"]
                for frame, labels in frames.items():
                    for label in labels["objects"]:
                        found[label["objectHash"]] = (int(frame), label)
        return rows, found

    def test_each_shape_on_each_data_type(self):
        for kind, taken in TAKEN.items():
            for shape in FLAT + SPATIAL + RANGED:
                if shape in taken:
                    frame = 0 if kind in (DataType.IMAGE, DataType.IMG_GROUP) else 2
                    label = self.write(kind, shape, frame=frame)
                    if shape in RANGED:
                        (row,) = [row for row in self.tasks[kind].labels().to_pylist() if row["label"] == label]
                        self.assertEqual(row["ranges"], [100, 250, 300, 300])
                        continue
                    for unit in (annoproj.Unit.STORED, annoproj.Unit.NORMALISED):
                        got = [row for row in self.tasks[kind].geometry(unit).to_pylist() if row["label"] == label]
                        self.assertEqual([row["frame"] for row in got], [frame] * len(got))
                        wanted = SAMPLES[shape] if unit == annoproj.Unit.STORED else normalised(shape, SAMPLES[shape])
                        self.assertEqual([row["coordinates"] for row in got], wanted, (kind, shape, unit))
                        name = {"cuboid": "scene", "segmentation": "points", "bitmask": "pixels"}.get(
                            shape, "pixels" if unit == annoproj.Unit.STORED else "normalised")
                        self.assertEqual({row["unit"] for row in got}, {name})
                    continue
                with self.assertRaises(annoproj.DataError, msg=(kind, shape)) as caught:
                    self.write(kind, shape)
                self.assertIn("which a data unit of type %s does not have" % kind.name.lower(), str(caught.exception))

    def test_label_rows_and_coco(self):
        for back in (SAMPLES["cuboid_2d"][1], [5, -5]):
            labels = {shape: self.write(DataType.SCENE, shape, parts=[SAMPLES[shape][0], back] if shape == "cuboid_2d" else None,
                                        frame=1) for shape in FLAT + SPATIAL}
            _, found = self.rows()
            for shape, label in labels.items():
                frame, got = found[label]
                parts = SAMPLES[shape] if shape != "cuboid_2d" else [SAMPLES[shape][0], back]
                key, value = row_shape(shape, normalised(shape, parts))
                self.assertEqual((frame, got["shape"], got["name"], got["featureHash"]), (1, shape, shape, shape))
                self.assertEqual(got[key], value, shape)
                if shape == "polygon":
                    rings = normalised(shape, parts)
                    self.assertEqual(got["polygons"], [[rings[0], rings[1]], [rings[2]]])
        path = os.path.join(self.folder.name, "coco.json")
        self.project.export_coco(path=path)
        with open(path, encoding="utf-8") as file:
            coco = json.load(file)
        drawn = {one["attributes"]["encord_track_uuid"]: one for one in coco["annotations"]}
        self.assertEqual({shape for shape, label in labels.items() if label in drawn}, set(FLAT) - {"cuboid_2d", "circle", "ellipse"})
        bones = drawn[labels["skeleton"]]
        self.assertEqual((bones["keypoints"], bones["num_keypoints"]), ([10, 20, 2, 30, 40, 1, 50, 60, 0], 3))
        self.assertEqual((bones["bbox"], bones["area"], bones["segmentation"], bones["iscrowd"]), ([10, 20, 40, 40], 0, [], 0))

    def test_coco_draws_circles_and_ellipses(self):
        """Extended only. Each corner is on the ellipse, or as far off as a polygon of the same area has to be."""
        given = {"circle": [[60, 40, 20, 0.5, 30]], "ellipse": [[60, 40, 20, 10.5, -15]]}
        labels = {shape: self.write(DataType.IMAGE, shape, parts) for shape, parts in given.items()}
        path = os.path.join(self.folder.name, "coco.json")
        self.project.export_coco(path=path, coco_extended=True)
        with open(path, encoding="utf-8") as file:
            drawn = {one["attributes"]["encord_track_uuid"]: one for one in json.load(file)["annotations"]}
        for shape, ((x, y, a, b, theta),) in given.items():
            one = drawn[labels[shape]]
            b = a * b if shape == "circle" else b
            c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
            self.assertEqual((one["attributes"]["rotation"], one["iscrowd"], len(one["segmentation"])), (theta, 0, 1))
            ring = list(zip(one["segmentation"][0][::2], one["segmentation"][0][1::2]))
            self.assertEqual(len(ring), 64)
            for u, v in ring:       # turned back, and the axes made 1
                along, across = (u - x) * c + (v - y) * s, (v - y) * c - (u - x) * s
                self.assertAlmostEqual(math.hypot(along / a, across / b), 1, delta=0.001)
            self.assertAlmostEqual(one["area"], math.pi * a * b)
            self.assertAlmostEqual(sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(ring, ring[1:] + ring[:1])) / 2, one["area"])
            around = [(x + a * math.cos(t) * c - b * math.sin(t) * s, y + a * math.cos(t) * s + b * math.sin(t) * c)
                      for t in (math.pi * i / 5000 for i in range(10000))]
            left, top = min(u for u, _ in around), min(v for _, v in around)
            for got, want in zip(one["bbox"], (left, top, max(u for u, _ in around) - left, max(v for _, v in around) - top)):
                self.assertAlmostEqual(got, want, delta=1e-4)

    def test_members_of_circles_and_ellipses(self):
        """In label rows stretch is 1 and theta 0 where they are not said; they come out."""
        said, unsaid = {"x": 0.3, "y": 0.4, "r": 0.1}, {"stretch": 1, "theta": 0}
        label = self.write(DataType.IMAGE, "circle")
        rows, found = self.rows()
        row, item = rows["image"], found[label][1]
        (unit,) = row["data_units"].values()
        unit["labels"] = {"objects": [item], "classifications": []}

        def take():
            self.project.import_labels(read=io.BytesIO(json.dumps([row]).encode()).read, replace=True)
        for given, want in ((dict(said), {**said, **unsaid}), (dict(said, theta=5), {**said, "stretch": 1, "theta": 5}),
                            (dict(said, stretch=None), {**said, **unsaid})):
            item["circle"] = given
            take()
            self.assertEqual(self.rows()[1][label][1]["circle"], want)
        for shape, given, words in (("circle", {"x": 0.3, "y": 0.4}, "a circle has x, y and r"), ("circle", dict(said, ry=1), 'no member "ry"'),
                                    ("circle", dict(said, r=-1), "not negative"), ("ellipse", dict(said), 'no member "r"'),
                                    ("ellipse", {"x": 1, "y": 1, "rx": 1}, "an ellipse has x, y, rx and ry")):
            item.pop("circle", None)
            item.pop("ellipse", None)
            item.update({shape: given, "featureHash": shape})
            with self.assertRaises(annoproj.DataError) as caught:
                take()
            self.assertIn(words, str(caught.exception))

    def test_points_of_scenes_have_z(self):
        for kind, taken in TAKEN.items():
            for shape, parts in WITH_Z.items():
                if kind in (DataType.SCENE, DataType.GROUP):
                    label = self.write(kind, shape, parts, frame=1, unit=annoproj.Unit.SCENE)
                    for asked in (annoproj.Unit.STORED, annoproj.Unit.PIXELS, annoproj.Unit.NORMALISED):
                        (row,) = [row for row in self.tasks[kind].geometry(asked).to_pylist() if row["label"] == label]
                        self.assertEqual((row["coordinates"], row["unit"], row["frame"]), (parts[0], "scene", 1))
                    frame, got = self.rows()[1][label]
                    self.assertEqual((frame, got["shape"], got[shape]), (1, shape, points(parts[0], "xyz")))
                elif shape in taken:
                    with self.assertRaises(annoproj.DataError) as caught:
                        self.write(kind, shape, parts, unit=annoproj.Unit.SCENE)
                    self.assertIn("frame 0, part 0: only scenes and groups have points with z", str(caught.exception))
        for shape in set(FLAT) - set(WITH_Z) - {"bitmask"}:
            with self.assertRaises(annoproj.DataError) as caught:
                self.write(DataType.SCENE, shape, unit=annoproj.Unit.SCENE)
            self.assertIn("only cuboids, points and polylines", str(caught.exception))
        for shape in ("cuboid", "segmentation", "bitmask"):     # those have one unit, whatever is said
            label = self.write(DataType.SCENE, shape, unit=annoproj.Unit.SCENE)
            (row,) = [row for row in self.tasks[DataType.SCENE].geometry(annoproj.Unit.STORED).to_pylist() if row["label"] == label]
            self.assertEqual(row["coordinates"], SAMPLES[shape][0])
        for shape, parts, words in (("point", [[1, 2]], "x, y and z"), ("polyline", [[1, 2, 3]], "2 points"),
                                    ("polyline", [[1, 2, 3, 4]], "x, y and z")):
            with self.assertRaises(annoproj.DataError) as caught:
                self.write(DataType.SCENE, shape, parts, unit=annoproj.Unit.SCENE)
            self.assertIn(words, str(caught.exception))
        with self.assertRaises(annoproj.InvalidError):
            self.tasks[DataType.SCENE].geometry(annoproj.Unit.SCENE)

    def test_points_with_z_are_not_drawn_in_coco(self):
        flat = self.write(DataType.SCENE, "point", frame=1)
        for shape, parts in WITH_Z.items():
            self.write(DataType.SCENE, shape, parts, frame=1, unit=annoproj.Unit.SCENE)
        for extended in (False, True):
            out = io.BytesIO()
            self.project.export_coco(write=out.write, coco_extended=extended)
            coco = json.loads(out.getvalue())
            self.assertEqual([one["attributes"]["encord_track_uuid"] for one in coco["annotations"]], [flat])

    def test_changes_of_points_with_z(self):
        label = self.write(DataType.SCENE, "polyline", WITH_Z["polyline"], frame=1, unit=annoproj.Unit.SCENE)
        task, change = self.tasks[DataType.SCENE], [int(annoproj.LabelAction.CHANGE)]
        more = LabelArrays()
        more.add(self.features["polyline"], {2: [[9, 9, 9, 8, 8, 8]]}, hash=label)
        for unit in (annoproj.Unit.PIXELS, annoproj.Unit.NORMALISED):
            with self.assertRaises(annoproj.DataError) as caught:
                more.write(task, unit=unit, actions=change)
            self.assertIn("in coordinates of the scene", str(caught.exception))
        more.write(task, unit=annoproj.Unit.SCENE, actions=change)
        self.assertEqual([(row["frame"], row["coordinates"]) for row in task.geometry(annoproj.Unit.STORED).to_pylist()],
                         [(1, WITH_Z["polyline"][0]), (2, [9, 9, 9, 8, 8, 8])])

    def test_faults_of_points_with_z_in_label_rows(self):
        labels = {shape: self.write(DataType.SCENE, shape, parts, frame=1, unit=annoproj.Unit.SCENE) for shape, parts in WITH_Z.items()}
        self.write(DataType.SCENE, "polygon", frame=1)
        self.write(DataType.IMAGE, "point")
        rows, _ = self.rows()

        def fault(kind, change, words):
            broken = json.loads(json.dumps(rows[kind]))
            (unit,) = broken["data_units"].values()
            change(unit["labels"], {one["shape"]: one for one in unit["labels"].get("1", unit["labels"])["objects"]})
            with self.assertRaises(annoproj.DataError, msg=words) as caught:
                self.project.import_labels(read=io.BytesIO(json.dumps([broken]).encode()).read)
            self.assertIn(words, str(caught.exception))
        fault("scene", lambda _, found: found["polyline"]["polyline"]["1"].pop("z"), "all have z, or none")
        fault("scene", lambda _, found: found["polyline"]["polyline"]["0"].pop("z"), "all have z, or none")
        fault("scene", lambda _, found: found["point"]["point"]["0"].update(z="high"), "z must be a number")
        fault("scene", lambda _, found: found["point"]["point"]["0"].pop("x"), "x and y")
        fault("scene", lambda _, found: (found["polygon"].pop("polygons"), found["polygon"]["polygon"]["0"].update(z=1)), "no z")
        fault("scene", lambda frames, found: frames.update(
            {"2": {"objects": [dict(found["point"], point={"0": {"x": 0.5, "y": 0.5}})], "classifications": []}}),
            "label %s has z on some frames and none on others" % labels["point"])
        fault("image", lambda _, found: found["point"]["point"]["0"].update(z=1), "only scenes and groups have points with z")

    def test_label_rows_go_in_as_they_come_out(self):
        """Members in any order, vertices by name, by hash or by another key of their visibility."""
        rng = random.Random(7)

        def mixed(value):
            if isinstance(value, list):
                return [mixed(one) for one in value]
            if not isinstance(value, dict):
                return value
            items = [(key, mixed(one)) for key, one in value.items()]
            rng.shuffle(items)
            return dict(items)
        for kind, taken in TAKEN.items():
            for shape in taken:
                self.write(kind, shape)
        for shape, parts in WITH_Z.items():
            self.write(DataType.SCENE, shape, parts, unit=annoproj.Unit.SCENE)
        self.write(DataType.IMAGE, "cuboid_2d", [SAMPLES["cuboid_2d"][0], [5, -5.5]])
        self.write(DataType.IMAGE, "skeleton", [[0, 0, Visibility.MISSING, 30, 40, Visibility.OCCLUDED]])
        rows, found = self.rows()
        for _, label in found.values():
            vertices = list(label.get("skeleton", {}).values())
            for vertex, left_out in zip(vertices, ("name", "featureHash", None)):
                vertex.pop(left_out, None)
            for flag in ("visible", "selfOccluded"):
                for vertex in vertices:
                    if vertex.pop(flag, None):
                        vertex["visibility"] = flag
        other = self.host.project_create("Other", self.ontology, FLOW)
        other.attach_dataset(self.dataset)
        path = os.path.join(self.folder.name, "mixed.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(mixed(list(rows.values())), file)
        other.import_labels(path)
        tasks = {row["data_unit"]: row["task"] for row in other.task_list().to_pylist()}
        for kind, task in self.tasks.items():
            (row,) = task.get().to_pylist()
            copy = other.task_open(tasks[row["data_unit"]])
            for unit in (annoproj.Unit.NORMALISED,) if kind not in (DataType.AUDIO, DataType.PLAIN_TEXT, DataType.TIME_SERIES) else ():
                wanted = {(row["label"], row["part"]): row["coordinates"] for row in task.geometry(unit).to_pylist()}
                got = {(row["label"], row["part"]): row["coordinates"] for row in copy.geometry(unit).to_pylist()}
                for key, numbers in wanted.items():
                    if "skeleton" not in found[key[0]][1] or numbers[2] != Visibility.MISSING:
                        self.assertEqual(got[key], numbers, (kind, key))
                    else:           # what a vertex that is missing has for x and y says nothing
                        self.assertEqual(got[key][2:], numbers[2:])
                self.assertEqual(set(got), set(wanted))
            self.assertEqual({row["label"]: row["ranges"] for row in copy.labels().to_pylist()},
                             {row["label"]: row["ranges"] for row in task.labels().to_pylist()})

    def test_faults_of_shapes_in_label_rows(self):
        for shape in ("skeleton", "cuboid_2d", "cuboid", "segmentation"):
            self.write(DataType.SCENE, shape)
        rows, _ = self.rows()
        row = rows["scene"]
        (unit,) = row["data_units"].values()
        objects = {one["shape"]: one for one in unit["labels"]["0"]["objects"]}
        place = "/0/data_units/%s/labels/0/objects/" % unit["data_hash"]

        def fault(shape, change, words):
            broken = json.loads(json.dumps(row))
            (there,) = broken["data_units"].values()
            at = [one["shape"] for one in there["labels"]["0"]["objects"]].index(shape)
            change(there["labels"]["0"]["objects"][at])
            with self.assertRaises(annoproj.DataError, msg=words) as caught:
                self.project.import_labels(read=io.BytesIO(json.dumps([broken]).encode()).read, replace=True)
            self.assertIn(words, str(caught.exception))
            self.assertTrue(caught.exception.detail("pointer").startswith(place + str(at)), caught.exception.detail("pointer"))
        self.assertEqual(set(objects), {"skeleton", "cuboid_2d", "cuboid", "segmentation"})
        for shape, change, words in (
                ("skeleton", lambda o: o["skeleton"]["1"].update(name="Toe", featureHash="x"), "has no vertex \"Toe\""),
                ("skeleton", lambda o: o["skeleton"]["1"].update(o["skeleton"]["0"]), "twice"),
                ("skeleton", lambda o: o["skeleton"]["1"].pop("x"), "x and y"),
                ("skeleton", lambda o: o["skeleton"]["1"].update(visibility="half"), "no visibility"),
                ("skeleton", lambda o: o.update(skeleton={}), "no vertices"),
                ("cuboid_2d", lambda o: o["cuboid_2d"].pop("scaleRatio"), "scaleRatio"),
                ("cuboid_2d", lambda o: o["cuboid_2d"].update(offset={"x": 1, "y": 1}), "either"),
                ("cuboid_2d", lambda o: o["cuboid_2d"].pop("front"), "has front"),
                ("cuboid_2d", lambda o: o["cuboid_2d"]["front"].pop(), "pairs"),
                ("cuboid", lambda o: o["cuboid"]["size"].pop(), "three numbers"),
                ("cuboid", lambda o: o["cuboid"].pop("orientation"), "three numbers"),
                ("cuboid", lambda o: o["cuboid"]["position"].__setitem__(0, "a"), "number"),
                ("segmentation", lambda o: o.update(segmentation="~~~"), "run-length"),
                ("segmentation", lambda o: o.update(segmentation=""), "run-length"),
                ("segmentation", lambda o: o.update(segmentation=5), "segmentation")):
            fault(shape, change, words)

    def test_ranges_of_audio_and_text_in_label_rows(self):
        for kind, shape in ((DataType.AUDIO, "audio"), (DataType.PLAIN_TEXT, "text"), (DataType.TIME_SERIES, "time_range")):
            labels = LabelArrays()
            labels.add(self.features[shape], ranges=[(5, 9), (20, 20)])
            labels.add(self.features["partly"], ranges=[(0, 3)], answers=[(self.features["partlyText"], "so")])
            labels.add(self.features["wholly"], answers=[(self.features["whollyText"], "all")])
            written, partly, wholly = labels.write(self.tasks[kind])
            row = self.rows()[0][kind.name.lower()]
            answer = row["object_answers"][written]
            self.assertEqual({key: answer[key] for key in ("objectHash", "featureHash", "name", "value", "color", "shape", "range",
                                                           "manualAnnotation", "classifications")},
                             {"objectHash": written, "featureHash": shape, "name": shape, "value": shape, "color": "#D33115",
                              "shape": shape, "range": [[5, 9], [20, 20]], "manualAnnotation": True, "classifications": []})
            self.assertTrue(answer["createdAt"] and answer["lastEditedAt"])
            (unit,) = row["data_units"].values()
            self.assertEqual(unit["labels"], {})
            self.assertEqual(row["classification_answers"][partly]["range"], [[0, 3]])
            self.assertEqual(row["classification_answers"][wholly]["range"], [])

    def test_vertices(self):
        rows = self.host.ontology_vertices(self.ontology).to_pylist()
        self.assertEqual(rows, [{"class": self.features["skeleton"], "vertex": i,
                                 "feature_hash": one.get("featureHash", one.get("feature_hash", "")), "name": one["name"],
                                 "value": one.get("value", ""), "color": one.get("color", "")} for i, one in enumerate(VERTICES)])

    def test_skeletons_may_lack_vertices(self):
        label = self.write(DataType.IMAGE, "skeleton", [[10, 20, 0, 0, 0, Visibility.MISSING, 30, 40, 2]])
        short = self.write(DataType.IMAGE, "skeleton", [[10, 20, 0]])
        _, found = self.rows()
        self.assertEqual([one["name"] for one in found[label][1]["skeleton"].values()], ["Hip", "Foot"])
        self.assertEqual(list(found[label][1]["skeleton"]), ["0", "1"])
        self.assertEqual(found[short][1]["skeleton"], {"0": {"x": 0.05, "y": 0.2, **VERTICES[0]}})
        path = os.path.join(self.folder.name, "coco.json")
        self.project.export_coco(path=path)
        with open(path, encoding="utf-8") as file:
            drawn = {one["attributes"]["encord_track_uuid"]: one for one in json.load(file)["annotations"]}
        self.assertEqual(drawn[label]["keypoints"], [10, 20, 2, 0, 0, 0, 30, 40, 1])
        self.assertEqual((drawn[label]["num_keypoints"], drawn[label]["bbox"]), (2, [10, 20, 20, 20]))

    def test_numbers_that_do_not_fit(self):
        long = [[1, 2, 1] * 4]
        for kind, shape, parts, words in (
                (DataType.IMAGE, "skeleton", long, "more vertices"), (DataType.IMAGE, "skeleton", [[1, 2]], "visibility"),
                (DataType.IMAGE, "skeleton", [[1, 2, 6]], "annoproj_visibility"),
                (DataType.IMAGE, "skeleton", [[1, 2, 0.5]], "annoproj_visibility"),
                (DataType.IMAGE, "skeleton", [[1, 2, 1], [3, 4, 1]], "several parts"),
                (DataType.IMAGE, "cuboid_2d", [[0, 0, 1, 0, 1, 1]], "two parts"),
                (DataType.IMAGE, "cuboid_2d", [[0, 0, 1, 0], [1, 1]], "3 points"),
                (DataType.IMAGE, "cuboid_2d", [[0, 0, 1, 0, 1, 1], [1]], "second part"),
                (DataType.IMAGE, "cuboid_2d", [[0, 0, 1, 0, 1, 1], [1, 2, -1]], "scale"),
                (DataType.IMAGE, "circle", [[1, 2, 3]], "5 numbers x, y, r, stretch, theta"), (DataType.IMAGE, "circle", [[0, 0, -1, 1, 0]], "not negative"),
                (DataType.IMAGE, "circle", [[0, 0, 1, -1, 0]], "not negative"), (DataType.IMAGE, "ellipse", [[1] * 6], "5 numbers x, y, rx, ry, theta"),
                (DataType.IMAGE, "ellipse", [[0, 0, 1, -1, 0]], "not negative"), (DataType.IMAGE, "ellipse", [[0] * 5, [0] * 5], "several parts"),
                (DataType.SCENE, "cuboid", [[0] * 8], "9 numbers"), (DataType.SCENE, "cuboid", [[0] * 8 + [-1]], "size"),
                (DataType.SCENE, "segmentation", [[3]], "run lengths"), (DataType.SCENE, "segmentation", [[3, 0]], "select a point"),
                (DataType.SCENE, "segmentation", [[3, 1.5]], "integers"), (DataType.SCENE, "segmentation", [[0, 2 ** 31, 1]], "2^31")):
            with self.assertRaises(annoproj.DataError, msg=(shape, parts)) as caught:
                self.write(kind, shape, parts)
            self.assertIn(words, str(caught.exception))
            self.assertIn("label 0, frame 0", str(caught.exception))

    def test_global_classifications_have_no_ranges(self):
        for kind in (DataType.IMAGE, DataType.VIDEO, DataType.AUDIO):
            labels = LabelArrays()
            labels.add(self.features["wholly"], ranges=[(0, 0)])
            with self.assertRaises(annoproj.DataError) as caught:
                labels.write(self.tasks[kind])
            self.assertIn("whole data unit", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
