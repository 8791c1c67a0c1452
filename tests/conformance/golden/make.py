"""Writes the golden store of the format as it is now, and what it says: the demo's project, one with a sealed
segment, and one with shapes of scenes and documents.

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


def spatial_ontology():
    shapes = ["point", "polyline", "cuboid", "segmentation", "text", "bounding_box"]
    return {"objects": [{"id": str(i + 1), "name": shape, "color": "#D33115", "shape": shape, "featureNodeHash": "%08d" % (i + 1)}
                        for i, shape in enumerate(shapes)], "classifications": []}


def spatial_rows():
    """Label rows of a scene, of an HTML document and of an image with numbers of all their digits."""
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
            row("image.png", "image", {"objects": boxes, "classifications": []})]


def add_shapes(path):
    """A third project: shapes of scenes, ranges of nodes, pixels divided by the sides of their image."""
    drawn, text = random.Random(2), json.dumps(spatial_rows()).encode()
    options = {"clock": lambda: 1_900_000_000_000_000, "random": drawn.randbytes, "relaxed_durability": True}
    with annoproj.open(path, **options) as store, store.session_open(0) as host:
        dataset = host.dataset_create("Shapes")
        host.data_units_add(
            dataset, titles=["scene", "page.html", "image.png"], media_types=["application/octet-stream", "text/html", "image/png"],
            data_types=[annoproj.DataType.SCENE, annoproj.DataType.PLAIN_TEXT, annoproj.DataType.IMAGE],
            widths=[0, 0, 640], heights=[0, 0, 480], frames=[2, 1, 1])
        with host.project_create("Shapes", host.ontology_create("Shapes", json.dumps(spatial_ontology())), demo.WORKFLOW) as project:
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
