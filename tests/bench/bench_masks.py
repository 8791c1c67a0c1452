"""How time and memory of a large mask grow: run-length encodings of many runs, in and out. Twice the runs or twice the
pixels should cost twice the time, never more; each file is read and written in a process of its own. And how many bytes masks of
several kinds take, against the text of their label rows (goal: 0.35)."""

import json
import math
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time

WORKFLOW = json.dumps(
    {
        "start": "annotate",
        "stages": [
            {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "complete"}},
            {"key": "complete", "type": "DONE", "title": "Complete"},
        ],
    }
)


def write_file(path, side, masks, run):
    """Masks of side x side pixels, runs of `run` pixels each."""
    counts = [run] * (side * side // run)
    images = [{"id": i, "file_name": "%d.png" % i, "width": side, "height": side} for i in range(masks)]
    segmentation = {"counts": counts, "size": [side, side]}
    annotations = [{"id": i, "image_id": i, "category_id": 1, "segmentation": segmentation} for i in range(masks)]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "a"}]}, file)


# ---- masks as people and models draw them ------------------------------------------------------------------------------


def ring(rng, x, y, wide, high, jag=0.0, waves=0.0, points=300):
    """A closed outline: an ellipse, with waves, each point off by `jag` of the radius."""
    turns, parts = rng.uniform(0, 7), [(rng.uniform(0, waves) / k, k + 1, rng.uniform(0, 7)) for k in range(1, 6)]
    out = []
    for i in range(points):
        angle = 2 * math.pi * i / points
        r = 1 + sum(size * math.sin(k * angle + at) for size, k, at in parts) + rng.gauss(0, jag)
        a, b = wide * r * math.cos(angle), high * r * math.sin(angle)
        out.append((x + a * math.cos(turns) - b * math.sin(turns), y + a * math.sin(turns) + b * math.cos(turns)))
    return out


def raster(rings, width, height):
    """Runs, column by column, of what lies inside an odd number of rings."""
    edges = [(*min(a, b), *max(a, b)) for one in rings for a, b in zip(one, one[1:] + one[:1]) if a[0] != b[0]]
    edges.sort()
    runs, end, live, at = [], 0, [], 0
    for column in range(width):
        middle = column + 0.5
        while at < len(edges) and edges[at][0] <= middle:
            live.append(edges[at])
            at += 1
        live = [edge for edge in live if edge[2] > middle]
        cuts = sorted(y + (y1 - y) * (middle - x) / (x1 - x) for x, y, x1, y1 in live)
        for low, high in zip(cuts[::2], cuts[1::2]):
            first, last = (column * height + min(max(math.ceil(cut - 0.5), 0), height) for cut in (low, high))
            if first < last and first > end or not runs and first < last:
                runs += [first - end, last - first]
                end = last
            elif first < last:
                runs[-1] += last - end
                end = last
    return runs + [width * height - end]


def kinds(rng, width, height):
    def place():
        return rng.uniform(0.3, 0.7) * width, rng.uniform(0.3, 0.7) * height

    def size():
        return rng.uniform(0.05, 0.2) * width, rng.uniform(0.05, 0.2) * height

    def stroke():
        (x, y), turn, left, right = place(), rng.uniform(0, 7), [], []
        for _ in range(50):
            turn += rng.gauss(0, 0.3)
            x, y = x + 5 * math.cos(turn), y + 5 * math.sin(turn)
            left.append((x - 9 * math.sin(turn), y + 9 * math.cos(turn)))
            right.append((x + 9 * math.sin(turn), y - 9 * math.cos(turn)))
        return [left + right[::-1]]

    def pieces():
        return [ring(rng, rng.uniform(0, width), rng.uniform(0, height), rng.uniform(4, 30), rng.uniform(4, 30), waves=0.2, points=60)
                for _ in range(40)]

    def coarse():
        x, y = place()
        return [[(x + rng.uniform(50, 90) * math.cos(i / 3), y + rng.uniform(50, 90) * math.sin(i / 3)) for i in range(18)]]

    def noise():
        runs, left = [0], width * height
        while left > 0:
            run = 1
            while rng.random() < 0.5 and run < left:
                run += 1
            runs.append(run)
            left -= run
        return runs
    return [("ellipses", lambda: raster([ring(rng, *place(), *size())], width, height), 0.35),
            ("soft outlines", lambda: raster([ring(rng, *place(), *size(), waves=0.3)], width, height), 0.35),
            ("brush strokes", lambda: raster(stroke(), width, height), 0.35),
            ("polygons drawn by hand", lambda: raster(coarse(), width, height), 0.35),
            ("many pieces and holes", lambda: raster(pieces(), width, height), 0.35),
            ("frayed outlines (2 % of the radius)", lambda: raster([ring(rng, *place(), *size(), jag=0.02)], width, height), None),
            ("noise (each pixel a coin)", noise, None)]


def sizes(small):
    import annoproj

    rng, width, height = random.Random(7), 640, 480
    ontology = {"objects": [{"id": "1", "name": "m", "shape": "bitmask", "featureNodeHash": "objMas01"}], "classifications": []}
    for what, draw, goal in kinds(rng, width, height):
        with tempfile.TemporaryDirectory() as folder:
            path, out, masks = os.path.join(folder, "s.annoproj"), [], [draw() for _ in range(5 if small else 40)]
            with annoproj.create(path, relaxed_durability=True) as store, store.session_open(0) as host:
                dataset = host.dataset_create("d")
                host.data_units_add(dataset, titles=["a"], widths=[width], heights=[height])
                with host.project_create("p", host.ontology_create("o", json.dumps(ontology)), WORKFLOW) as project:
                    project.attach_dataset(dataset)
                    task = project.task_open(project.task_list().to_pylist()[0]["task"])
                    numbers = [[width, height] + runs for runs in masks]
                    starts = [0]
                    for one in numbers:
                        starts.append(starts[-1] + len(one))
                    each = list(range(len(masks) + 1))
                    task.labels_write(force=True, hashes=[""] * len(masks), classes=[1] * len(masks), frames=[0] * len(masks),
                                      coordinates=[float(number) for one in numbers for number in one], coordinate_starts=starts,
                                      part_starts=each, geometry_starts=each)
                    project.export_labels(write=lambda data: out.append(data) and None)
                    with sqlite3.connect("file:%s?mode=ro" % path, uri=True) as database:
                        stored = sum(length for (length,) in database.execute("SELECT length(geometry) FROM label"))
            labels = next(iter(json.loads(b"".join(out))[0]["data_units"].values()))["labels"]["objects"]
            text = sum(len(json.dumps(label["bitmask"], separators=(",", ":"))) for label in labels)
            runs = sum(map(len, masks))
            print("masks: %s: %d bytes, %.2f of the text of their label rows%s, %.1f bits for each of %d runs, of which the text has %.1f"
                  % (what, stored, stored / text, "" if goal is None else " (goal %.2f)" % goal, 8 * stored / runs, runs, 8 * text / runs))


def child(folder):
    import annoproj

    source, began = os.path.join(folder, "in.json"), time.perf_counter()
    with annoproj.create(os.path.join(folder, "store.annoproj")) as store, store.session_open(0) as host:
        ontology, dataset = host.ontology_import_coco("a", source, timeout=None), host.dataset_create("a")
        host.dataset_import_coco(dataset, source, timeout=None)
        with host.project_create("a", ontology, WORKFLOW) as project:
            project.attach_dataset(dataset)
            project.import_coco(source, timeout=None)
            imported = time.perf_counter()
            project.export_coco(path=os.path.join(folder, "out.json"), timeout=None)
            columns = time.perf_counter()
            project.export_labels(path=os.path.join(folder, "rows.json"), timeout=None)
    rows = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([imported - began, columns - imported, rows - columns, peak]))


def measure(side, masks, run):
    with tempfile.TemporaryDirectory() as folder:
        write_file(os.path.join(folder, "in.json"), side, masks, run)
        return json.loads(subprocess.check_output([sys.executable, __file__, folder]))


def main():
    small = os.environ.get("SIZE") == "small"
    note, side = (" (small)", 512) if small else ("", 2048)
    cases = [("1 x", side, 8, 4), ("2 x the masks", side, 16, 4), ("2 x the runs", side, 8, 2),
             ("4 x the pixels, as many runs", side * 2, 8, 16)]
    base = None
    sizes(small)
    for what, size, masks, run in cases:
        made = measure(size, masks, run)
        base = base or made
        times = ", ".join("%s %.2f s (%.2f x)" % (name, seconds, seconds / first)
                          for name, seconds, first in zip(("import", "COCO out", "label rows out"), made, base))
        print("masks%s, %s: %d masks of %d x %d pixels, %d runs each: %s, peak %.0f MiB"
              % (note, what, masks, size, size, size * size // run, times, made[3]))


if len(sys.argv) == 2:
    child(sys.argv[1])
else:
    main()
