"""Bitmasks against pycocotools: areas, boxes and the order of pixels of whatever goes in and comes out.

    python masks.py [COCO-FILE...]

Random masks (and the masks of the files) are imported in every form that COCO has and exported as COCO and as label
rows; pycocotools decodes what came out and says what area and box it should have. TEST_SEED repeats a run.
"""

import json
import os
import random
import sys
import tempfile

import annoproj

try:
    import numpy
    from pycocotools import mask as oracle
except ImportError as missing:
    print("NOT AVAILABLE: %s (masks were not compared with pycocotools)" % missing.name)
    sys.exit(0)

WORKFLOW = json.dumps(
    {
        "start": "annotate",
        "stages": [
            {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "complete"}},
            {"key": "complete", "type": "DONE", "title": "Complete"},
        ],
    }
)
SHAPES = ["noise", "rectangle", "columns", "rows", "empty", "full", "dot", "blobs"]


def random_mask(rng, shape, height, width):
    mask = numpy.zeros((height, width), dtype=numpy.uint8)
    if shape == "noise":
        mask = numpy.frombuffer(rng.randbytes(height * width), dtype=numpy.uint8).reshape(height, width) % 2
    elif shape == "rectangle":
        top, left = rng.randrange(height), rng.randrange(width)
        mask[top : rng.randrange(top, height) + 1, left : rng.randrange(left, width) + 1] = 1
    elif shape == "columns":
        mask[:, :: rng.randrange(1, 4)] = 1
    elif shape == "rows":
        mask[rng.randrange(height) :: rng.randrange(1, 4), :] = 1
    elif shape == "full":
        mask[:, :] = 1
    elif shape == "dot":
        mask[rng.randrange(height), rng.randrange(width)] = 1
    elif shape == "blobs":
        for _ in range(rng.randrange(1, 6)):
            top, left, side = rng.randrange(height), rng.randrange(width), rng.randrange(1, 20)
            mask[top : top + side, left : left + side] = 1
    return mask


def column_runs(mask):
    """Uncompressed counts: columns one after another, beginning with zeros."""
    flat = mask.flatten(order="F")
    ends = numpy.flatnonzero(numpy.diff(flat)) + 1
    runs = numpy.diff(numpy.concatenate(([0], ends, [flat.size]))).tolist()
    return [0] + runs if flat[0] else runs


def random_file(rng, masks):
    """A COCO file with one mask on each image, and what each image's mask is."""
    images, annotations, expected = [], [], {}
    for number in range(masks):
        height, width = rng.choice([(1, 1), (1, 50), (50, 1), (rng.randrange(1, 90), rng.randrange(1, 90))])
        mask = random_mask(rng, SHAPES[number % len(SHAPES)], height, width)
        name = "image%d.png" % number
        if rng.random() < 0.5:
            counts = column_runs(mask)
        else:
            counts = oracle.encode(numpy.asfortranarray(mask))["counts"].decode()
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        annotations.append(
            {
                "id": number,
                "image_id": number,
                "category_id": 1 + number % 3,
                "iscrowd": rng.randrange(2),
                "segmentation": {"counts": counts, "size": [height, width]},
            }
        )
        expected[name] = [mask]
    categories = [{"id": category, "name": "class %d" % category} for category in (1, 2, 3)]
    return {"images": images, "annotations": annotations, "categories": categories}, expected


def encoded(segmentation):
    height, width = segmentation["size"]
    if isinstance(segmentation["counts"], list):
        return oracle.frPyObjects(segmentation, height, width)
    return segmentation


def masks_of_file(path):
    with open(path, encoding="utf-8") as file:
        coco = json.load(file)
    names, expected = {image["id"]: image["file_name"] for image in coco["images"]}, {}
    for annotation in coco["annotations"]:
        if isinstance(annotation.get("segmentation"), dict):
            mask = oracle.decode(encoded(annotation["segmentation"]))
            expected.setdefault(names[annotation["image_id"]], []).append(mask)
    return coco, expected


def through_store(coco, folder):
    """What the library exports of a file: COCO and label rows."""
    paths = {name: os.path.join(folder, name) for name in ("in.json", "store.annoproj", "out.json", "rows.json")}
    with open(paths["in.json"], "w", encoding="utf-8") as file:
        json.dump(coco, file)
    with annoproj.create(paths["store.annoproj"]) as store, store.session_open(0) as host:
        ontology = host.ontology_import_coco("classes", paths["in.json"])
        dataset = host.dataset_create("images")
        host.dataset_import_coco(dataset, paths["in.json"])
        with host.project_create("masks", ontology, WORKFLOW) as project:
            project.attach_dataset(dataset)
            project.import_coco(paths["in.json"])
            project.export_coco(path=paths["out.json"])
            project.export_labels(path=paths["rows.json"])
    with open(paths["out.json"], encoding="utf-8") as out, open(paths["rows.json"], encoding="utf-8") as rows:
        return json.load(out), json.load(rows)


def key(mask):
    return mask.shape, mask.tobytes()


def require(condition, *what):
    if not condition:
        raise SystemExit("MASKS DIFFER: " + " ".join(str(part) for part in what))


def check_coco(out, expected):
    """Every mask came back: pixels in column order, area and box as pycocotools says."""
    names, found = {image["id"]: image["image_title"] for image in out["images"]}, {}
    for annotation in out["annotations"]:
        segmentation = annotation["segmentation"]
        if not isinstance(segmentation, dict):
            continue
        name = names[annotation["image_id"]]
        require(isinstance(segmentation["counts"], str), name, "counts are not compressed")
        compressed = encoded(segmentation)
        mask = oracle.decode(compressed)
        shortest = oracle.encode(numpy.asfortranarray(mask))["counts"].decode()
        require(segmentation["counts"] == shortest, name, "runs are not the shortest")
        require(annotation["area"] == oracle.area(compressed), name, "area", annotation["area"])
        require(annotation["bbox"] == oracle.toBbox(compressed).tolist(), name, "box", annotation["bbox"])
        require(annotation["iscrowd"] == 1, name, "iscrowd", annotation["iscrowd"])
        found.setdefault(name, []).append(mask)
    require(found.keys() == expected.keys(), "images with masks", sorted(found.keys() ^ expected.keys()))
    for name, masks in expected.items():
        require(sorted(map(key, found[name])) == sorted(map(key, masks)), name, "pixels")


def check_rows(rows, expected):
    """A label row holds the mask row by row, compressed: read as columns it is the transposed one."""
    found = {}
    for row in rows:
        for unit in row["data_units"].values():
            for label in unit["labels"]["objects"]:
                if "bitmask" not in label:
                    continue
                bitmask = label["bitmask"]
                size = [bitmask["width"], bitmask["height"]]
                mask = oracle.decode({"size": size, "counts": bitmask["rleString"].encode()}).T
                require(bitmask["top"] == bitmask["left"] == 0, row["data_title"], "offset")
                found.setdefault(row["data_title"], []).append(numpy.ascontiguousarray(mask))
    require(found.keys() == expected.keys(), "rows with masks", sorted(found.keys() ^ expected.keys()))
    for name, masks in expected.items():
        wanted = sorted(key(numpy.ascontiguousarray(mask)) for mask in masks)
        require(sorted(map(key, found[name])) == wanted, name, "pixels of the label row")


def check(coco, expected, what):
    with tempfile.TemporaryDirectory() as folder:
        out, rows = through_store(coco, folder)
    check_coco(out, expected)
    check_rows(rows, expected)
    print("%s: %d masks, pixels, areas and boxes as pycocotools says" % (what, sum(map(len, expected.values()))))


def main():
    seed = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(1 << 32))
    print("TEST_SEED=%d" % seed)
    check(*random_file(random.Random(seed), 800), "random masks")
    for path in sys.argv[1:]:
        check(*masks_of_file(path), os.path.basename(path))


main()
