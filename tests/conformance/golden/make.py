"""Writes the golden store of the format as it is now, and what it says: the demo's project, one with a sealed
segment, and one with every shape.

    make.py FOLDER

Only for a format that is not released: a released one's golden store is never written again.
"""

import contextlib
import io
import json
import os
import random
import sqlite3
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
sys.path[:0] = [HERE, os.path.join(ROOT, "examples")]

import annoproj  # noqa: E402
import content  # noqa: E402
import demo  # noqa: E402

SEALED = 16_384  # events of a segment
SUMMED = 5_000  # behind it, so that the summary has it
PAGE_BYTES = 1024  # small pages make a small file; their size is no part of the format


def add_events(path):
    """A second project whose tasks wait, with a sealed segment of changes of priority."""
    now, drawn = [1_800_000_000_000_000], random.Random(1)
    options = {"clock": lambda: now[0], "random": drawn.randbytes, "relaxed_durability": True}
    with annoproj.open(path, **options) as store, store.session_open(0) as host:
        host.store_setting_set(annoproj.Setting.IDLE_LIMIT_US, 90_000_000)
        first = host.project_list().to_pylist()[0]
        with host.project_create("Second", first["ontology"], demo.WORKFLOW) as project:
            project.attach_dataset(host.dataset_list().to_pylist()[0]["dataset"])
            task = project.task_open(project.task_list().to_pylist()[0]["task"])
            for i in range(SEALED + SUMMED):
                now[0] += 1_000_000
                task.set_priority(i % 101)


SHAPES = ("point", "polyline", "cuboid", "segmentation", "text", "bounding_box", "rotatable_bounding_box", "polygon", "skeleton", "bitmask",
          "cuboid_2d", "circle", "ellipse", "time_range", "audio")
VERTICES = [{"name": name, "color": "#00000%d" % at, "value": name.lower(), "featureHash": "vertex%02d" % at}
            for at, name in enumerate(("Hip", "Knee", "Foot"))]


def shapes_ontology():
    vertices = {str(i): {"x": i, "y": 0, **vertex} for i, vertex in enumerate(VERTICES)}
    return {"objects": [{"id": str(i + 1), "name": shape, "color": "#D33115", "shape": shape, "featureNodeHash": "%08d" % (i + 1)}
                        for i, shape in enumerate(SHAPES)], "classifications": [],
            "skeleton_templates": [{"template": {"name": "Leg", "width": 0.5, "height": 0.25, "shape": "skeleton", "feature_node_hash": "00000009",
                                                 "skeleton": vertices, "skeletonEdges": {"0": {"1": {"color": "#00000"}}}}}]}


def points(*numbers):
    return {str(i // 2): {"x": numbers[i], "y": numbers[i + 1]} for i in range(0, len(numbers), 2)}


def flat_shapes():
    """One label of each shape that pictures have; the bitmask is that of 640 x 480 pixels, row by row."""
    seen = ({"visible": True}, {"occluded": True}, {})
    drawn = {
        "rotatable_bounding_box": ("rotatableBoundingBox", {"x": 0.1, "y": 1 / 3, "w": 0.25, "h": 0.5, "theta": -12.5}),
        "polygon": ("polygons", [[[0, 0, 1, 0, 1, 0.5], [0.25, 0.1, 0.5, 0.1, 0.5, 0.2]], [[0.1, 0.75, 0.2, 0.75, 1 / 7, 0.8]]]),
        "point": ("point", points(0.5, 2 / 3)), "polyline": ("polyline", points(0, 1e-9, 0.125, -0.5)),
        "skeleton": ("skeleton", {str(i): {"x": i / 3, "y": 0.5, **vertex, **seen[i]} for i, vertex in enumerate(VERTICES)}),
        "bitmask": ("bitmask", {"top": 0, "left": 0, "width": 640, "height": 480, "rleString": "Xo05kc05K:^TY9"}),
        "cuboid_2d": ("cuboid_2d", {"front": [0.1, 0.1, 0.5, 0.1, 0.5, 0.5, 0.1, 0.5], "vanishingPoint": {"x": 2, "y": 0.2}, "scaleRatio": 0.5}),
        "circle": ("circle", {"x": 0.5, "y": 1 / 3, "r": 0.05, "stretch": 1.25, "theta": 30}),
        "ellipse": ("ellipse", {"x": 0.5, "y": 0.25, "rx": 0.1, "ry": 1 / 30, "theta": -45})}
    return [{"objectHash": "flat%04d" % at, "featureHash": "%08d" % (SHAPES.index(shape) + 1), key: value}
            for at, (shape, (key, value)) in enumerate(drawn.items())]


def shapes_rows():
    """Label rows of a scene, of an HTML document, of a time series and of images: with numbers of all their digits, and with every shape."""
    def line(count):
        return {str(i): {"x": i / 3, "y": -i / 7, "z": i + 0.125} for i in range(count)}
    frames = {str(frame): {"objects": [
        {"objectHash": "scnPoint", "featureHash": "00000001", "point": {"0": {"x": frame + 0.1, "y": -2, "z": 1.75}}},
        {"objectHash": "scnLine1", "featureHash": "00000002", "polyline": line(4 + frame)},
        {"objectHash": "scnCubo1", "featureHash": "00000003",
         "cuboid": {"position": [frame, 2.5, -1], "orientation": [0, 0, 1.5707], "size": [4, 2, 1.5]}},
        {"objectHash": "scnSegm1", "featureHash": "00000004", "segmentation": "3412"}], "classifications": []} for frame in range(2)}
    nodes = [{"start": {"xpath": "/html/body/p[1]", "offset": 3}, "end": {"xpath": "/html/body/p[2]", "offset": 9}}]
    boxes = [{"objectHash": "imgBox%02d" % i, "featureHash": "00000006", "boundingBox": {
        "x": i / 640, "y": i / 480, "w": (100 + i) / 640, "h": (50 + i) / 480}} for i in range(4)]

    def row(title, kind, labels, **more):
        return {"data_title": title, "data_type": kind, "data_units": {"u": {"labels": labels}}, **more}
    return [row("scene", "scene", frames),
            row("page.html", "plain_text", {}, object_answers={"htmQuot1": {
                "objectHash": "htmQuot1", "featureHash": "00000005", "range": [], "range_html": nodes, "classifications": []}}),
            row("series", "time_series", {}, object_answers={"serRange": {
                "objectHash": "serRange", "featureHash": "00000014", "range": [[0, 250], [300, 1 << 40]], "classifications": []}}),
            row("image.png", "image", {"objects": boxes, "classifications": []}),
            row("shapes.png", "image", {"objects": flat_shapes(), "classifications": []})]


def add_shapes(path):
    """A third project: every shape, ranges of nodes, pixels divided by the sides of their image."""
    drawn, text = random.Random(2), json.dumps(shapes_rows()).encode()
    options = {"clock": lambda: 1_900_000_000_000_000, "random": drawn.randbytes, "relaxed_durability": True}
    with annoproj.open(path, **options) as store, store.session_open(0) as host:
        dataset = host.dataset_create("Shapes")
        host.data_units_add(
            dataset, titles=["scene", "page.html", "series", "image.png", "shapes.png"],
            media_types=["application/octet-stream", "text/html", "text/csv", "image/png", "image/png"],
            data_types=[annoproj.DataType.SCENE, annoproj.DataType.PLAIN_TEXT, annoproj.DataType.TIME_SERIES] + [annoproj.DataType.IMAGE] * 2,
            widths=[0, 0, 0, 640, 640], heights=[0, 0, 0, 480, 480], frames=[2, 1, 1, 1, 1])
        with host.project_create("Shapes", host.ontology_create("Shapes", json.dumps(shapes_ontology())), demo.WORKFLOW) as project:
            project.attach_dataset(dataset)
            project.import_labels(read=io.BytesIO(text).read)


def shrink(path):
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("PRAGMA page_size=%d" % PAGE_BYTES)
        database.execute("VACUUM")
        return database.execute("PRAGMA user_version").fetchone()[0]


def main(folder):
    with tempfile.TemporaryDirectory() as scratch:
        with contextlib.redirect_stdout(io.StringIO()):
            demo.Demo(os.path.join(ROOT, "examples", "data", "sample.coco.json"), scratch).run()
        path = os.path.join(scratch, "project.annoproj")
        add_events(path)
        add_shapes(path)
        version = shrink(path)
        with open(path, "rb") as file:
            bytes_ = file.read()
        with annoproj.open(path) as store:
            said = content.of_store(store)
    os.makedirs(folder, exist_ok=True)
    name = os.path.join(folder, "store-v%d" % version)
    with open(name + ".annoproj", "wb") as file:
        file.write(bytes_)
    with open(name + ".json", "w", encoding="utf-8") as file:
        json.dump(said, file, indent=1, sort_keys=True, ensure_ascii=False)
        file.write("\n")
    print("%s.annoproj: %d bytes, %d events" % (name, len(bytes_), said["info"][0]["events"]))


if __name__ == "__main__":
    main(sys.argv[1])
