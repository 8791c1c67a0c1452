"""What the reference product's SDK, pycocotools and supervision make of our ontologies, label rows and COCO files. Each is named
when it is not here. Runs with the Python of the oracles' virtual environment."""

import datetime
import importlib
import json
import os
import sys
import tempfile
import uuid
from unittest import mock

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "conformance"))

import annoproj  # noqa: E402
from annoproj import DataType  # noqa: E402
import test_label_rows  # noqa: E402
from test_label_rows import FRAMES, HEIGHT, ONTOLOGY, Rows, WIDTH, WORKFLOW  # noqa: E402

TYPES = {"image": (DataType.IMAGE, "image/jpeg"), "video": (DataType.VIDEO, "video/mp4"), "audio": (DataType.AUDIO, "audio/mpeg"),
         "plain_text": (DataType.PLAIN_TEXT, "text/plain"),
         "html": (DataType.PLAIN_TEXT, "text/html"), "img_group": (DataType.IMG_GROUP, "image/png")}
# In a project of their own: points with z are in no COCO file, and the SDK's exporter knows no time series.
SCENES = {"scene": (DataType.SCENE, "application/octet-stream"), "time_series": (DataType.TIME_SERIES, "text/csv")}
EACH = 12


def there(name, quiet=False):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        None if quiet else print("NOT AVAILABLE: %s (%s)" % (name, error))
        return None


def check(name, got, want):
    assert got == want, "%s:\n%s\nis not\n%s" % (name, json.dumps(got, indent=1, default=str)[:4000], json.dumps(want, indent=1, default=str)[:4000])


class World:
    def __init__(self, folder, seed, types):
        self.store = annoproj.create(os.path.join(folder, "%s.annoproj" % "_".join(types)))
        self.host = self.store.session_open(0)
        for email in ("ann@x.org", "bob@x.org"):
            self.host.user_create(email, email, annoproj.OrgRole.MEMBER)
        titles = {"%s %d.jpg" % (kind, i): kind for kind in types for i in range(EACH)}
        self.ontology = self.host.ontology_create("o", json.dumps(ONTOLOGY))
        dataset = self.host.dataset_create("d")
        self.host.data_units_add(
            dataset, titles=list(titles), data_types=[types[kind][0] for kind in titles.values()],
            media_types=[types[kind][1] for kind in titles.values()], links=["file:" + title for title in titles],
            frames=[FRAMES.get(kind, 1) for kind in titles.values()], widths=[WIDTH] * len(titles), heights=[HEIGHT] * len(titles),
            fps=[25 if kind == "video" else 0 for kind in titles.values()], durations=[0.8 if kind == "video" else 0 for kind in titles.values()])
        self.project = self.host.project_create("p", self.ontology, WORKFLOW)
        self.project.attach_dataset(dataset)
        made = Rows(seed)
        rows = json.dumps([authored(on_nodes(made.row(title, "plain_text"), made.random) if kind == "html" else made.row(title, kind))
                           for title, kind in titles.items()]).encode()
        pieces = [rows, b""]
        self.project.import_labels(read=lambda length: take(pieces, length), not_prelabels=True)
        self.rows = json.loads(self.exported(self.project.export_labels))
        self.coco = json.loads(self.exported(self.project.export_coco))

    def exported(self, export, **options):
        out = []
        export(write=lambda data: out.append(data) and None, **options)
        return b"".join(out)

    def close(self):
        self.store.close()


def take(pieces, length):
    """The next bytes of a list of pieces."""
    piece = pieces.pop(0) if pieces else b""
    if len(piece) > length:
        pieces.insert(0, piece[length:])
    return piece[:length]


def on_nodes(row, rng):
    """A row of a text as one of an HTML document: objects are on nodes."""
    def node(at):
        return {"xpath": "/html[1]/body[1]/div[%d]/text()[%d]" % (at, rng.randrange(1, 4)), "offset": rng.randrange(100)}
    for entry in row["object_answers"].values():
        entry["range_html"] = [{"start": node(first), "end": node(last)} for first, last in entry["range"]]
        entry["range"] = []
    return row


def authored(row):
    """The SDK wants an author of each label."""
    def walk(value):
        if isinstance(value, dict):
            for key in ("createdBy", "lastEditedBy"):
                if key in value and value[key] is None:
                    value[key] = "ann@x.org"
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
    walk(row)
    return row


# ---- the reference product's SDK ---------------------------------------------------------------------------------------


def metadata(encord, row):
    """What the SDK knows of a row before its labels."""
    from encord.constants.enums import DataType as Kind
    from encord.orm.label_row import AnnotationTaskStatus, LabelRowMetadata, LabelStatus
    import dataclasses
    unit = next(iter(row["data_units"].values()))
    given = {"label_hash": row["label_hash"], "branch_name": "main", "data_hash": row["data_hash"], "dataset_hash": row["dataset_hash"],
             "dataset_title": row["dataset_title"], "data_title": row["data_title"], "data_type": Kind(row["data_type"]), "data_link": unit["data_link"],
             "label_status": LabelStatus(row["label_status"]), "annotation_task_status": AnnotationTaskStatus(row["annotation_task_status"]),
             "is_shadow_data": False, "number_of_frames": FRAMES.get(row["data_type"], 1), "duration": unit.get("data_duration"),
             "frames_per_second": unit.get("data_fps"), "height": unit.get("height"), "width": unit.get("width"), "file_type": unit["data_type"],
             "created_at": datetime.datetime(2023, 1, 1), "last_edited_at": datetime.datetime(2023, 1, 1), "is_valid": True,
             "backing_item_uuid": uuid.uuid4(), "audio_codec": "mp3", "audio_sample_rate": 44100, "audio_bit_depth": 16, "audio_num_channels": 2}
    fields = {field.name: field for field in dataclasses.fields(LabelRowMetadata)}
    missing = {name: None for name, field in fields.items() if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING}
    return LabelRowMetadata(**{**missing, **{name: value for name, value in given.items() if name in fields}})


def plain_row(row, placed):
    """A row without what the SDK adds or orders in its own way. `placed`: newer versions say where a classification is in its
    answers only."""
    row = json.loads(json.dumps(row))
    for key in ("created_at", "last_edited_at", "export_hash", "exported_at"):
        row.pop(key, None)
    frames = []
    for unit in row["data_units"].values():
        for key in ("data_link", "width", "height", "data_fps") if row["data_type"] == "scene" else ():
            unit.pop(key, None)     # the SDK writes nothing and zeros there
        labels = unit["labels"]
        frames += [labels] if "objects" in labels else list(labels.values())
    for frame in frames if placed else ():
        frame["classifications"] = []
    for unit in row["data_units"].values() if placed else ():
        if "objects" not in unit["labels"]:
            unit["labels"] = {key: value for key, value in unit["labels"].items() if value["objects"]}
    for frame in frames:
        frame["objects"] = sorted(frame.get("objects", []), key=lambda item: item["objectHash"])
        frame["classifications"] = sorted(frame.get("classifications", []), key=lambda item: item["classificationHash"])
        for item in frame["objects"] + frame["classifications"]:
            item.pop("reviews", None)
            item.pop("isDeleted", None)
    media = row["data_type"] in test_label_rows.MEDIA
    for part, key in (("object_answers", "classifications"), ("classification_answers", "classifications"), ("object_actions", "actions")):
        for entry in row[part].values():
            for answer in entry[key]:
                answer.pop("trackHash", None)  # made anew on each run
                answer.pop("manualAnnotation", None)
                answer.setdefault("dynamic", part == "object_actions")
                answer.setdefault("shouldPropagate", False)
                if isinstance(answer["answers"], list):
                    answer["answers"] = sorted(answer["answers"], key=lambda option: option["featureHash"])
            entry[key] = sorted(merged(entry[key]), key=lambda answer: (answer["featureHash"], str(answer["answers"]), str(answer.get("range"))))
            if not (media or entry.get("range") == [] or (placed and part == "classification_answers")):
                for extra in ("range", "createdBy", "createdAt", "lastEditedBy", "lastEditedAt", "manualAnnotation", "confidence"):
                    entry.pop(extra, None)
            if part == "object_answers" or not placed:
                entry.pop("confidence", None)  # the SDK has none there
    return row


def merged(answers):
    """Options of a checklist together, as the SDK lists them; dynamic ones frame by frame."""
    out = {}
    for answer in answers:
        spans = answer.get("range") or [None]
        for span in spans:
            for frame in range(span[0], span[1] + 1) if span else [None]:
                one = out.setdefault((answer["featureHash"], frame), dict(answer, range=frame, answers=[]))
                if isinstance(answer["answers"], list):
                    one["answers"] = sorted(one["answers"] + answer["answers"], key=lambda option: option["featureHash"])
                else:
                    one["answers"] = answer["answers"]
    return list(out.values())


def parse_with_sdk(encord, world):
    from encord.objects import LabelRowV2, OntologyStructure
    ours = json.loads(world.host.ontology_json(world.ontology))
    structure = OntologyStructure.from_dict(ours)
    again = OntologyStructure.from_dict(structure.to_dict())
    check("ontology", again.to_dict(), structure.to_dict())
    check("ontology", known_members(ours), known_members(structure.to_dict()))
    placed = there("encord.objects.classification_ranges", quiet=True) is not None
    for row in world.rows:
        parsed = LabelRowV2(metadata(encord, row), mock.Mock(), mock.Mock(structure=structure))
        parsed.from_labels_dict(row)
        assert len(parsed.get_object_instances()) == len(row["object_answers"]), row["data_title"]
        assert len(parsed.get_classification_instances()) == len(row["classification_answers"]), row["data_title"]
        got, want = plain_row(parsed.to_encord_dict(), placed), plain_row(row, placed)
        for key in want:
            check("%s: %s" % (row["data_title"], key), got[key], want[key])
    return structure


def known_members(value):
    """An ontology without members that say what is so without them."""
    if isinstance(value, dict):
        left = {key: known_members(inner) for key, inner in value.items()}
        return {key: inner for key, inner in left.items() if inner not in ([], None, False) and key != "level"}
    return [known_members(inner) for inner in value] if isinstance(value, list) else value


def compare_coco(world, structure):
    """Static answers only: the SDK's exporter looks dynamic ones up by image, of the first row (a known defect)."""
    from encord.utilities.coco.exporter import CocoExporter
    from encord.utilities.coco.datastructure import CocoRootModel
    theirs = json.loads(json.dumps(CocoExporter(world.rows, structure).export()))
    ours = json.loads(json.dumps(world.coco))
    for key in ("info", "categories", "images"):
        check(key, ours[key], theirs[key])
    assert len(ours["annotations"]) == len(theirs["annotations"])
    dynamic = {"Brake", "Fog"}
    rings = 0
    for mine, other in zip(ours["annotations"], theirs["annotations"]):
        several = mine["iscrowd"] == 0 and other["iscrowd"] == 1  # several rings stay rings here, there they are pixels
        rings += several
        for one in (mine, other):
            classes = one["attributes"]["classifications"]
            one["attributes"]["classifications"] = {key: value for key, value in classes.items() if key not in dynamic}
            holed = one["iscrowd"] == 1 and "polygon" == category_of(ours, one)
            for key in ("area", "bbox", "segmentation", "iscrowd") if several or holed else ():
                one.pop(key)  # with holes: pixels of cut corners there, of middles here
        near("annotation %d" % mine["id"], mine, other)
    assert rings > 0
    CocoRootModel.from_dict(json.loads(json.dumps(world.coco)))


def category_of(coco, annotation):
    return next(one["supercategory"] for one in coco["categories"] if one["id"] == annotation["category_id"])


def near(name, got, want, within=1e-9):
    """Equal but for the last digits of products."""
    if isinstance(want, float) or isinstance(got, float):
        assert abs(got - want) <= within * max(1, abs(got), abs(want)), (name, got, want)
    elif isinstance(want, dict):
        check(name, sorted(got), sorted(want))
        for key in want:
            near("%s/%s" % (name, key), got[key], want[key], within)
    elif isinstance(want, list):
        check(name, len(got), len(want))
        for index, (a, b) in enumerate(zip(got, want)):
            near("%s/%d" % (name, index), a, b, within)
    else:
        check(name, got, want)


def golden(structure_of):
    """The reference exporter's own example: label rows in, its COCO out."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "fixtures", "encord", "coco_golden_small.json")
    if not os.path.exists(path):
        print("NOT AVAILABLE: the reference exporter's example")
        return
    with open(path, encoding="utf-8") as file:
        example = json.load(file)
    row = example["labels"]
    unit = next(iter(row["data_units"].values()))
    with tempfile.TemporaryDirectory() as folder, annoproj.create(os.path.join(folder, "g.annoproj")) as store:
        host = store.session_open(0)
        ontology, dataset = host.ontology_create("o", json.dumps(example["ontology"])), host.dataset_create("d")
        host.data_units_add(dataset, titles=[row["data_title"]], data_types=[DataType.VIDEO], links=[unit["data_link"]],
                            frames=[1 + max(int(frame) for frame in unit["labels"])], widths=[unit["width"]], heights=[unit["height"]])
        project = host.project_create("p", ontology, WORKFLOW)
        project.attach_dataset(dataset)
        pieces = [json.dumps(row).encode()]
        project.import_labels(read=lambda length: take(pieces, length), not_prelabels=True)
        out = []
        project.export_coco(write=lambda data: out.append(data) and None)
        got, want = json.loads(b"".join(out)), example["expected_coco"]
    check("info", got["info"], want["info"])
    check("categories", got["categories"], want["categories"])
    for mine, other in zip(got["images"], want["images"]):  # the data unit's UUID is of the store
        check("image", dict(mine, file_name=mine["file_name"].split("/")[-1]), dict(other, file_name=other["file_name"].split("/")[-1]))
    ours, theirs = ({(a["image_id"], a["attributes"]["encord_track_uuid"]): a for a in coco["annotations"]} for coco in (got, want))
    check("annotations", sorted(ours), sorted(theirs))
    for key, other in theirs.items():
        mine = ours[key]
        for one in (mine, other):
            one.pop("id")
            one["attributes"].pop("track_id")
            one["attributes"].pop("manual_annotation", None)  # the example has one for each frame
        near("annotation %s" % (key,), mine, other)


# ---- COCO tools ----------------------------------------------------------------------------------------------------------


def load_with_pycocotools(pycocotools, world, path):
    from pycocotools import mask as masks
    from pycocotools.coco import COCO
    loaded = COCO(path)
    assert len(loaded.anns) == len(world.coco["annotations"]) and len(loaded.imgs) == len(world.coco["images"])
    seen = set()
    for annotation in loaded.anns.values():
        shape = category_of(world.coco, annotation)
        if shape not in ("bounding_box", "rotatable_bounding_box", "polygon", "bitmask"):
            continue
        inside = all(0 <= number <= limit for ring in annotation["segmentation"] for number, limit in
                     zip(ring, [WIDTH, HEIGHT] * (len(ring) // 2))) if isinstance(annotation["segmentation"], list) else True
        if not inside:
            continue
        seen.add(shape)
        encoded = loaded.annToRLE(annotation)
        pixels, around = float(masks.area(encoded)), list(masks.toBbox(encoded))
        if annotation["iscrowd"]:
            assert pixels == annotation["area"], (pixels, annotation)
            assert around == annotation["bbox"], (around, annotation)
            assert loaded.annToMask(annotation).sum() == pixels
        else:  # pixels of the drawn polygon against its area: as far as its border goes
            border = 2 * (annotation["bbox"][2] + annotation["bbox"][3]) * max(1, len(annotation["segmentation"])) + 4
            assert abs(pixels - annotation["area"]) <= border, (pixels, annotation)
            for got, want in zip(around, annotation["bbox"]):
                assert pixels == 0 or abs(got - want) <= 2, (around, annotation)
    assert seen == {"bounding_box", "rotatable_bounding_box", "polygon", "bitmask"}, seen


def load_with_supervision(supervision, world, path):
    folder = os.path.join(os.path.dirname(path), "pictures")
    coco = json.loads(json.dumps(world.coco))
    kept = {image["id"] for image in coco["images"] if "image_title" in image}
    shapes = {one["id"] for one in coco["categories"] if one["supercategory"] == "bounding_box"}
    coco["images"] = [image for image in coco["images"] if image["id"] in kept]
    coco["annotations"] = [one for one in coco["annotations"] if one["image_id"] in kept and one["category_id"] in shapes]
    numpy = importlib.import_module("numpy")
    cv2 = importlib.import_module("cv2")
    for image in coco["images"]:
        os.makedirs(os.path.dirname(os.path.join(folder, image["file_name"])), exist_ok=True)
        cv2.imwrite(os.path.join(folder, image["file_name"]), numpy.zeros((HEIGHT, WIDTH, 3), dtype=numpy.uint8))
    with open(path, "w", encoding="utf-8") as file:
        json.dump(coco, file)
    read = supervision.DetectionDataset.from_coco(images_directory_path=folder, annotations_path=path)
    boxes = 0
    for name, _, found in read:
        image = next(one for one in coco["images"] if name.endswith(one["file_name"]))
        want = [one["bbox"] for one in coco["annotations"] if one["image_id"] == image["id"]]
        boxes += len(want)
        if want:
            near(name, [[float(number) for number in box] for box in found.xyxy], [[x, y, x + w, y + h] for x, y, w, h in want], 1e-5)
    assert boxes > 10


def main():
    seed = int(os.environ.get("TEST_SEED", "20231"))
    with tempfile.TemporaryDirectory() as folder:
        world, scenes = World(folder, seed, TYPES), World(folder, seed, SCENES)
        path = os.path.join(folder, "coco.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(world.coco, file)
        encord = there("encord")
        if encord is not None:
            structure = parse_with_sdk(encord, world)
            parse_with_sdk(encord, scenes)
            print("encord parses %d label rows and writes them equal" % len(world.rows + scenes.rows))
            if there("encord.utilities.coco.exporter") is not None:
                compare_coco(world, structure)
                golden(structure)
                print("encord's COCO exporter agrees on %d annotations" % len(world.coco["annotations"]))
        pycocotools = there("pycocotools")
        if pycocotools is not None:
            load_with_pycocotools(pycocotools, world, path)
            print("pycocotools agrees on areas, boxes and masks")
        supervision = there("supervision")
        if supervision is not None and there("cv2") is not None:
            load_with_supervision(supervision, world, os.path.join(folder, "boxes.json"))
            print("supervision reads our COCO")
        world.close()
        scenes.close()


if __name__ == "__main__":
    main()
