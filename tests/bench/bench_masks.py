"""How time and memory of a large mask grow: run-length encodings of many runs, in and out. Twice the runs or twice the
pixels should cost twice the time, never more; each file is read and written in a process of its own."""

import json
import os
import resource
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
