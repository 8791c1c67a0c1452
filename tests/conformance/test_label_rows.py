"""Label rows out and in: what was written by hand comes back, an export goes into an empty copy and comes out byte for byte,
faults are told with their place and leave nothing behind."""

import json
import os
import random
import tempfile
import unittest

import annoproj
from annoproj import DataType

ONTOLOGY = {
    "objects": [
        {"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "objCar01", "attributes": [
            {"id": "1.1", "name": "Colour", "type": "radio", "featureNodeHash": "attCol01", "required": False, "options": [
                {"id": "1.1.1", "label": "Red", "value": "red", "featureNodeHash": "optRed01"},
                {"id": "1.1.2", "label": "Other", "value": "other", "featureNodeHash": "optOth01", "options": [
                    {"id": "1.1.2.1", "name": "Which", "type": "text", "featureNodeHash": "attWhi01", "required": False}]}]},
            {"id": "1.2", "name": "Lights", "type": "checklist", "featureNodeHash": "attLig01", "dynamic": True, "required": False, "options": [
                {"id": "1.2.1", "label": "Brake", "value": "brake", "featureNodeHash": "optBra01"},
                {"id": "1.2.2", "label": "Fog", "value": "fog", "featureNodeHash": "optFog01"}]},
            {"id": "1.3", "name": "Speed", "type": "numeric", "featureNodeHash": "attSpe01", "required": False}]},
        {"id": "2", "name": "Sign", "color": "#E27300", "shape": "rotatable_bounding_box", "featureNodeHash": "objSig01"},
        {"id": "3", "name": "Area", "color": "#16406C", "shape": "polygon", "featureNodeHash": "objAre01"},
        {"id": "4", "name": "Line", "color": "#FE9200", "shape": "polyline", "featureNodeHash": "objLin01"},
        {"id": "5", "name": "Spot", "color": "#FCDC00", "shape": "point", "featureNodeHash": "objSpo01"},
        {"id": "6", "name": "Mask", "color": "#DBDF00", "shape": "bitmask", "featureNodeHash": "objMas01"},
        {"id": "7", "name": "Noise", "color": "#A4DD00", "shape": "audio", "featureNodeHash": "objNoi01"},
        {"id": "8", "name": "Quote", "color": "#68CCCA", "shape": "text", "featureNodeHash": "objQuo01"},
        {"id": "9", "name": "Block", "color": "#73D8FF", "shape": "cuboid", "featureNodeHash": "objBlo01"},
        {"id": "10", "name": "Wheel", "color": "#AEA1FF", "shape": "circle", "featureNodeHash": "objWhe01"},
        {"id": "11", "name": "Lid", "color": "#FCC400", "shape": "ellipse", "featureNodeHash": "objLid01"},
        {"id": "12", "name": "Peak", "color": "#B0BC00", "shape": "time_range", "featureNodeHash": "objPea01"}],
    "classifications": [
        {"id": "1", "featureNodeHash": "clsWea01", "attributes": [
            {"id": "1.1", "name": "Weather", "type": "radio", "featureNodeHash": "attWea01", "required": False, "options": [
                {"id": "1.1.1", "label": "Sun", "value": "sun", "featureNodeHash": "optSun01"},
                {"id": "1.1.2", "label": "Rain", "value": "rain", "featureNodeHash": "optRai01"}]}]},
        {"id": "2", "featureNodeHash": "clsNot01", "level": "global", "attributes": [
            {"id": "2.1", "name": "Note", "type": "text", "featureNodeHash": "attNot01", "required": False}]}],
}
WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "edges": {"approve": "complete", "reject": "annotate"}},
    {"key": "complete", "type": "DONE"}]})
KINDS = {"image": DataType.IMAGE, "video": DataType.VIDEO, "audio": DataType.AUDIO, "plain_text": DataType.PLAIN_TEXT,
         "img_group": DataType.IMG_GROUP, "scene": DataType.SCENE, "time_series": DataType.TIME_SERIES}
MEDIA = ("audio", "plain_text", "time_series")
FRAMES = {"video": 20, "img_group": 3, "scene": 4}
WIDTH, HEIGHT = 40, 30
SHAPES = {"Car": "boundingBox", "Sign": "rotatableBoundingBox", "Area": "polygon", "Line": "polyline", "Spot": "point",
          "Mask": "bitmask", "Wheel": "circle", "Lid": "ellipse"}
HASHES = {entry["name"]: entry["featureNodeHash"] for entry in ONTOLOGY["objects"]}
TIMES = ["Thu, 09 Feb 2023 14:12:03 UTC", "Wed, 29 Feb 2012 23:59:59 UTC", "Fri, 31 Dec 1999 00:00:00 UTC"]


def rle_text(runs):
    """COCO's compressed counts, as the public tool writes them."""
    text = ""
    for index, run in enumerate(runs):
        value = run - runs[index - 2] if index > 2 else run
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != -1 if bits & 0x10 else value != 0
            text += chr((bits | 0x20 if more else bits) + 48)
    return text


def spans(frames):
    """Frames in ascending order as ranges."""
    out = []
    for frame in frames:
        if out and out[-1][1] == frame - 1:
            out[-1][1] = frame
        else:
            out.append([frame, frame])
    return out


class Rows:
    """Label rows with random labels, written without the library."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.used = set()

    def hash(self):
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        made = "".join(self.random.choice(letters) for _ in range(8))
        return made if made not in self.used and not self.used.add(made) else self.hash()

    def number(self):
        kind = self.random.random()
        if kind < 0.5:
            return round(self.random.random(), 4)
        return self.random.random() if kind < 0.9 else self.random.choice([0, 1, 0.5, -0.25, 1.75])

    def shape(self, name, axes="xy"):
        draw = self.number
        if name == "Car":
            return {"boundingBox": {"h": abs(draw()), "w": abs(draw()), "x": draw(), "y": draw()}}
        if name == "Sign":
            return {"rotatableBoundingBox": {"h": abs(draw()), "w": abs(draw()), "x": draw(), "y": draw(), "theta": 33.25}}
        if name == "Wheel":
            return {"circle": {"x": draw(), "y": draw(), "r": abs(draw()), "stretch": self.random.choice([1, 0.75, 3]), "theta": draw()}}
        if name == "Lid":
            return {"ellipse": {"x": draw(), "y": draw(), "rx": abs(draw()), "ry": abs(draw()), "theta": -12.5}}
        if name == "Area":
            return self.polygons()
        if name == "Mask":
            return self.mask()
        if name == "Block":
            return {"cuboid": {"position": [draw(), draw(), draw()], "orientation": [0, draw(), draw()], "size": [2, abs(draw()), 1]}}
        count = 1 if name == "Spot" else self.random.randint(2, 12)
        return {SHAPES[name]: {str(i): {axis: draw() for axis in axes} for i in range(count)}}

    def polygons(self):
        """Squares apart from one another, some with a hole, that runs as it likes."""
        out = []
        for part in range(self.random.randint(1, 3)):
            x, y = 0.3 * part, self.random.random() / 2
            ring = [x, y, x + 0.25, y, x + 0.25, y + 0.25, x, y + 0.25]
            out.append([ring])
            if self.random.random() < 0.5:
                hole = [x + 0.1, y + 0.1, x + 0.1, y + 0.15, x + 0.15, y + 0.15]
                if self.random.random() < 0.5:
                    hole = hole[4:] + hole[2:4] + hole[:2]
                out[-1].append(hole)
        first = out[0][0]
        return {"polygon": {str(i): {"x": first[2 * i], "y": first[2 * i + 1]} for i in range(4)}, "polygons": out}

    def mask(self):
        pixels = WIDTH * HEIGHT
        cuts = sorted(self.random.sample(range(1, pixels), 7))
        runs = [b - a for a, b in zip([0] + cuts, cuts + [pixels])]
        return {"bitmask": {"top": 0, "left": 0, "width": WIDTH, "height": HEIGHT, "rleString": rle_text(runs)}}

    def authors(self):
        return {"createdAt": TIMES[self.random.randint(1, 2)], "createdBy": self.random.choice(["ann@x.org", "bob@x.org", None]),
                "lastEditedAt": TIMES[0], "lastEditedBy": self.random.choice(["ann@x.org", None]),
                "confidence": self.random.choice([1, 0.5, 0.875]), "manualAnnotation": self.random.random() < 0.5}

    def answer(self, name, feature, answers):
        return {"name": name, "value": name.lower(), "answers": answers, "featureHash": feature, "manualAnnotation": True}

    def static(self):
        out = []
        if self.random.random() < 0.5:
            out.append(self.answer("Colour", "attCol01", [{"name": "Other", "value": "other", "featureHash": "optOth01"}]))
            out.append(self.answer("Which", "attWhi01", self.random.choice(["blue", "tür\"kis\n", "\u2028"])))
        if self.random.random() < 0.5:
            out.append(self.answer("Speed", "attSpe01", self.random.choice([12.5, -3, 0.1, 1e-7])))
        return out

    def dynamic(self, frames):
        out = []
        for name, feature in (("Brake", "optBra01"), ("Fog", "optFog01")):
            held = spans(frame for frame in frames if self.random.random() < 0.6)
            if held:
                out.append(dict(self.answer("Lights", "attLig01", [{"name": name, "value": name.lower(), "featureHash": feature}]),
                                dynamic=True, range=held, shouldPropagate=False, trackHash="x"))
        return out

    def row(self, title, kind):
        """One row, and its frames: {frame: {"objects": .., "classifications": ..}}."""
        count = FRAMES.get(kind, 1)
        frames = {}
        row = {"label_hash": "x", "data_hash": "unknown", "data_title": title, "data_type": kind, "object_answers": {},
               "classification_answers": {}, "object_actions": {}, "unknown": {"member": [1, None]}}
        media = kind in MEDIA
        names = {"audio": ["Noise"], "plain_text": ["Quote"], "time_series": ["Peak"], "scene": ["Spot", "Line", "Block"]}.get(kind, list(SHAPES))
        for _ in range(self.random.randint(0, 8)):
            self.object(row, frames, self.random.choice(names), media, count, kind)
        self.classifications(row, frames, media, count)
        row["data_units"] = self.units(kind, frames, count)
        return row

    def object(self, row, frames, name, media, count, kind):
        made, authors = self.hash(), self.authors()
        entry = {"objectHash": made, "classifications": self.static() if name == "Car" else []}
        row["object_answers"][made] = entry
        head = dict(authors, name=name, featureHash=HASHES[name], objectHash=made)
        if media:
            entry.update(authors, featureHash=HASHES[name], range=[[0, 5], [10, 12]])
            return
        on = sorted(self.random.sample(range(count), self.random.randint(1, count)))
        axes = self.random.choice(["xyz", "xyz", "xy"]) if kind == "scene" else "xy"
        for frame in on:
            frames.setdefault(frame, {"objects": [], "classifications": []})["objects"].append(dict(head, **self.shape(name, axes)))
        if name == "Car" and kind == "video":
            actions = self.dynamic(on)
            if actions:
                row["object_actions"][made] = {"objectHash": made, "actions": actions}

    def classifications(self, row, frames, media, count):
        if self.random.random() < 0.4:
            made = self.hash()
            row["classification_answers"][made] = dict(
                self.authors(), classificationHash=made, featureHash="clsNot01", spaces={}, range=[],
                classifications=[self.answer("Note", "attNot01", "all of \u00e9")])
        made, authors = self.hash(), self.authors()
        chosen = self.random.choice([("Sun", "optSun01"), ("Rain", "optRai01")])
        answers = [self.answer("Weather", "attWea01", [{"name": chosen[0], "value": chosen[0].lower(), "featureHash": chosen[1]}])]
        entry = {"classificationHash": made, "featureHash": "clsWea01", "spaces": {}, "classifications": answers}
        row["classification_answers"][made] = entry
        if media:
            entry.update(authors, range=[[3, 4]])
        else:
            for frame in range(min(count, 3)):
                frames.setdefault(frame, {"objects": [], "classifications": []})["classifications"].append(
                    dict(authors, name="Weather", value="weather", featureHash="clsWea01", classificationHash=made))

    def units(self, kind, frames, count):
        if kind == "img_group":
            return {"unit%d" % i: {"data_sequence": str(i), "labels": frames.get(i, {"objects": [], "classifications": []})}
                    for i in reversed(range(count))}
        if kind == "image":
            return {"unit": {"labels": frames.get(0, {"objects": [], "classifications": []}), "data_sequence": 0}}
        return {"unit": {"labels": {str(frame): frames[frame] for frame in sorted(frames, key=str)}, "data_sequence": 0}}


class Stores(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.open = []
        self.addCleanup(lambda: [store.close() for store in self.open])

    def make(self, titles):
        store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"))
        self.open.append(store)
        host = store.session_open(0)
        for email in ("ann@x.org", "bob@x.org"):
            host.user_create(email, email, annoproj.OrgRole.MEMBER)
        ontology, dataset = host.ontology_create("o", json.dumps(ONTOLOGY)), host.dataset_create("d")
        host.data_units_add(dataset, titles=list(titles), data_types=[KINDS[kind] for kind in titles.values()],
                            frames=[FRAMES.get(kind, 1) for kind in titles.values()], widths=[WIDTH] * len(titles),
                            heights=[HEIGHT] * len(titles))
        project = host.project_create("p", ontology, WORKFLOW)
        project.attach_dataset(dataset)
        return host, project

    def copy(self, host):
        """The same store as it is now: an empty copy with the same identities."""
        path = os.path.join(self.folder.name, "copy.annoproj")
        host.store_backup(path, replace=True)
        store = annoproj.open(path)
        self.open.append(store)
        host = store.session_open(0)
        return host, host.project_open(1)

    def exported(self, project, **options):
        out = []
        project.export_labels(write=lambda data: out.append(data) and None, **options)
        return b"".join(out)

    def take(self, project, rows, **options):
        text = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
        pieces = [text[at:at + 1000] for at in range(0, len(text), 1000)]
        return project.import_labels(read=lambda length: pieces.pop(0) if pieces else b"", **options).to_pylist()[0]

    def faults(self, project, rows, **options):
        with self.assertRaises(annoproj.DataError) as caught:
            self.take(project, rows, **options)
        return [value for key, value in caught.exception.details if key == "fault"]


def labels_in(text):
    return [(one["object_answers"], [unit["labels"] for unit in one["data_units"].values()]) for one in json.loads(text)]


def by_hash(items, key):
    return {item[key]: item for item in items}


def answers(entries):
    """Answers of a label as what they mean: options of a checklist apart, dynamic ones for each frame."""
    out = set()
    for entry in entries:
        values = entry["answers"] if isinstance(entry["answers"], list) else [entry["answers"]]
        frames = [frame for first, last in entry["range"] for frame in range(first, last + 1)] if "range" in entry else [None]
        for value in values:
            chosen = value["featureHash"] if isinstance(value, dict) else value
            out |= {(entry["featureHash"], chosen, frame) for frame in frames}
    return out


def area(ring):
    return sum(ring[i] * ring[(i + 3) % len(ring)] - ring[(i + 2) % len(ring)] * ring[i + 1] for i in range(0, len(ring), 2)) / 2


class RoundTrips(Stores):
    def compare_shape(self, got, want):
        for key in set(SHAPES.values()) & set(want):
            if key == "polygon":
                self.assertEqual(len(got["polygons"]), len(want["polygons"]))
                for ours, given in zip(got["polygons"], want["polygons"]):  # holes may run the other way round
                    self.assertEqual([sorted(zip(r[::2], r[1::2])) for r in ours], [sorted(zip(r[::2], r[1::2])) for r in given])
                    self.assertAlmostEqual(abs(area(ours[0])), abs(area(given[0])))
            else:
                self.assertEqual(got[key], want[key])

    def compare_frame(self, got, want):
        ours = by_hash(got["objects"], "objectHash")
        self.assertEqual(set(ours), {item["objectHash"] for item in want["objects"]})
        for item in want["objects"]:
            mine = ours[item["objectHash"]]
            self.compare_shape(mine, item)
            for key in ("name", "featureHash", "createdAt", "createdBy", "lastEditedAt", "confidence", "manualAnnotation"):
                self.assertEqual(mine[key], item[key], key)
        ours = by_hash(got["classifications"], "classificationHash")
        self.assertEqual(set(ours), {item["classificationHash"] for item in want["classifications"]})
        for item in want["classifications"]:
            for key in ("featureHash", "createdAt", "createdBy", "confidence", "manualAnnotation"):
                self.assertEqual(ours[item["classificationHash"]][key], item[key], key)

    def compare_row(self, got, want):
        self.assertEqual(got["data_type"], want["data_type"])
        units = sorted(got["data_units"].values(), key=lambda unit: int(unit["data_sequence"]))
        given = sorted(want["data_units"].values(), key=lambda unit: int(unit["data_sequence"]))
        self.assertEqual(len(units), len(given))
        for mine, unit in zip(units, given):
            if "objects" in unit["labels"]:
                self.compare_frame(mine["labels"], unit["labels"])
            else:
                self.assertEqual(set(mine["labels"]), set(unit["labels"]))
                for frame, labels in unit["labels"].items():
                    self.compare_frame(mine["labels"][frame], labels)
        for part, list_key in (("object_answers", "classifications"), ("classification_answers", "classifications"),
                               ("object_actions", "actions")):
            self.assertEqual(set(got[part]), set(want[part]))
            for key, entry in want[part].items():
                self.assertEqual(answers(got[part][key][list_key]), answers(entry[list_key]))
                if "range" in entry:
                    self.assertEqual(got[part][key]["range"], entry["range"])
                    self.assertEqual(got[part][key]["createdBy"], entry["createdBy"])

    def test_random_rows_come_back(self):
        seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 30)))
        print("TEST_SEED=%d" % seed)
        made = Rows(seed)
        titles = {"%s %d" % (kind, i): kind for kind in KINDS for i in range(12)}
        rows = [made.row(title, kind) for title, kind in titles.items()]
        host, project = self.make(titles)
        empty_host, empty = self.copy(host)
        result = self.take(project, rows, not_prelabels=True)
        self.assertEqual(result["images"], len(rows))
        self.assertEqual(result["labels"], sum(len(row["object_answers"]) + len(row["classification_answers"]) for row in rows))
        text = self.exported(project)
        got = by_hash(json.loads(text), "data_title")
        for row in rows:
            with self.subTest(row["data_title"]):
                self.compare_row(got[row["data_title"]], row)
        self.take(empty, text, not_prelabels=True)
        self.assertEqual(self.exported(empty), text)
        self.take(empty, text, not_prelabels=True)  # once more: the same labels take their places
        self.assertEqual(self.exported(empty), text)
        for session in (host, empty_host):
            self.assertEqual(session.store_check().to_pylist(), [])

    def test_prelabels_are_not_made_by_hand(self):
        rows = [Rows(5).row("video 0", "video")]
        host, project = self.make({"video 0": "video"})
        self.take(project, rows)
        labels = project.task_open(project.task_list().to_pylist()[0]["task"]).labels().to_pylist()
        self.assertTrue(labels)
        self.assertFalse(any(label["manual"] for label in labels))

    def test_replace_takes_away_the_rest(self):
        made = Rows(6)
        first, second = made.row("image 0", "image"), made.row("image 0", "image")
        host, project = self.make({"image 0": "image", "image 1": "image"})
        self.take(project, [first, made.row("image 1", "image")])
        other = self.exported(project, stages=[])
        first["classification_answers"], first["data_units"]["unit"]["labels"]["classifications"] = {}, []
        self.take(project, [second], replace=True)
        got = by_hash(json.loads(self.exported(project)), "data_title")
        self.assertEqual(set(got["image 0"]["object_answers"]), set(second["object_answers"]))
        self.assertEqual(got["image 1"], by_hash(json.loads(other), "data_title")["image 1"])
        empty = {"data_title": "image 0", "data_type": "image", "data_units": {}}
        self.take(project, empty, replace=True)  # a single row, without labels
        self.assertEqual(json.loads(self.exported(project))[0]["object_answers"], {})
        self.assertEqual(host.store_check().to_pylist(), [])

    def test_labels_beside_others(self):
        made = Rows(7)
        first, second = made.row("image 0", "image"), made.row("image 0", "image")
        host, project = self.make({"image 0": "image"})
        self.take(project, first)
        before = self.exported(project)
        with self.assertRaises(annoproj.DataError):  # both have a weather on the image
            self.take(project, second)
        self.assertEqual(self.exported(project), before)


class Options(Stores):
    def coco(self, project, **options):
        out = []
        project.export_coco(write=lambda data: out.append(data) and None, **options)
        return json.loads(b"".join(out))

    def test_signed_links(self):
        host, project = self.make({"image 0": "image", "video 0": "video", "img_group 0": "img_group"})
        made = Rows(8)
        self.take(project, [made.row("video 0", "video"), made.row("img_group 0", "img_group")])
        asked = []

        def sign(link, room):
            asked.append(link)
            return "https://ü.example/%d?key=\"" % len(asked)

        rows = json.loads(self.exported(project, sign=sign))
        self.assertEqual(len(asked), 3)  # once for each data unit, however many images it has
        links = [{unit["data_link"] for unit in row["data_units"].values()} for row in rows]
        self.assertEqual(links, [{"https://ü.example/%d?key=\"" % n} for n in (1, 2, 3)])
        asked.clear()
        self.assertEqual({image["coco_url"] for image in self.coco(project, sign=sign)["images"]},
                         {"https://ü.example/%d?key=\"" % (n + 1) for n in range(len(asked))})
        with self.assertRaises(ZeroDivisionError):
            self.exported(project, sign=lambda link, room: 1 // 0)
        with self.assertRaises(annoproj.CallbackError):
            self.exported(project, sign=lambda link, room: b"\xff")
        with self.assertRaises(ValueError):
            self.exported(project, sign=lambda link, room: "x" * (room + 1))

    def test_reviews(self):
        host, project = self.make({"image 0": "image"})
        self.take(project, image([box(), box("BBBBBBBB")]))
        self.assertNotIn(b"reviews", self.exported(project))
        items = lambda: by_hash(next(iter(json.loads(self.exported(project, include_reviews=True))[0]["data_units"].values()))["labels"]["objects"], "objectHash")
        self.assertEqual(items()["AAAAAAAA"]["reviews"], [])
        task = project.task_open(project.task_list().to_pylist()[0]["task"])
        task.submit()
        task.label_reject("AAAAAAAA", comment="too \"small\"")
        task.label_approve("BBBBBBBB")
        got = items()
        self.assertEqual([(r["status"], r["approved"], r["comment"], r["stage"]) for r in got["AAAAAAAA"]["reviews"]],
                         [("REJECTED", False, "too \"small\"", "review")])
        self.assertEqual([(r["status"], r["approved"], r["comment"]) for r in got["BBBBBBBB"]["reviews"]], [("APPROVED", True, None)])
        self.take(project, self.exported(project, include_reviews=True))  # passed over

    def test_reviews_of_many(self):
        host, project = self.make({"image 0": "image"})
        hashes = ["label%03d" % at for at in range(70)]
        self.take(project, image([box(one) for one in hashes]))
        task = project.task_open(project.task_list().to_pylist()[0]["task"])
        task.submit()
        for one in hashes[::3]:
            task.label_reject(one, comment="as " + one)
        items = next(iter(json.loads(self.exported(project, include_reviews=True))[0]["data_units"].values()))["labels"]["objects"]
        self.assertEqual([(item["objectHash"], review["status"], review["comment"]) for item in items for review in item["reviews"]],
                         [(one, "NEW" if at % 3 else "REJECTED", None if at % 3 else "as " + one) for at, one in enumerate(hashes)])

    def test_extended_coco(self):
        host, project = self.make({"image 0": "image", "video 0": "video"})
        nested = [{"featureHash": "attCol01", "answers": [{"featureHash": "optOth01"}]}, {"featureHash": "attWhi01", "answers": "teal"}]
        sunny = {"featureHash": "clsWea01", "classificationHash": "CCCCCCCC"}
        said = {"CCCCCCCC": {"classifications": [{"featureHash": "attWea01", "answers": [{"featureHash": "optSun01"}]}]},
                "DDDDDDDD": {"featureHash": "clsNot01", "range": [], "classifications": [{"featureHash": "attNot01", "answers": "all of it"}]}}
        turned = {"objectHash": "BBBBBBBB", "featureHash": "objSig01", "rotatableBoundingBox": {"x": 0.25, "y": 0.2, "w": 0.5, "h": 0.2, "theta": 90}}
        self.take(project, [image([box(), turned], [sunny], object_answers={"AAAAAAAA": {"classifications": nested}}, classification_answers=said),
                            {"data_title": "video 0", "data_type": "video", "data_units": {"u": {"labels": {
                                "3": {"objects": [box()]}, "7": {"classifications": [sunny]}}}}}])
        plain, extended = self.coco(project), self.coco(project, coco_extended=True)
        self.assertEqual(plain["annotations"][0]["attributes"]["classifications"], {"Colour": "Other", "Brake": False, "Fog": False, "Speed": None})
        self.assertEqual(extended["annotations"][0]["attributes"]["classifications"],
                         {"Colour": "Other", "Colour/Other/Which": "teal", "Brake": False, "Fog": False, "Speed": None})
        x, y, w, h = 0.25 * WIDTH, 0.2 * HEIGHT, 0.5 * WIDTH, 0.2 * HEIGHT
        self.assertEqual(plain["annotations"][1]["bbox"], [x, y, w, h])
        drawn = extended["annotations"][1]
        for got, want in zip(drawn["bbox"], [x + w / 2 - h / 2, y + h / 2 - w / 2, h, w]):  # stands on its side
            self.assertAlmostEqual(got, want)
        self.assertAlmostEqual(abs(area(drawn["segmentation"][0])), w * h)
        self.assertEqual((drawn["area"], drawn["attributes"]["rotation"]), (w * h, 90))
        self.assertEqual([one.get("classifications") for one in extended["images"]], [{"Weather": "Sun", "Note": "all of it"}, {}, {"Weather": None}])
        self.assertEqual([one["file_name"].split("/")[-1] for one in plain["images"]][1:], ["3.jpg", "7.jpg"])
        self.assertNotIn("classifications", plain["images"][0])

    def test_categories_are_joined_again(self):
        host = self.make({"image 0": "image"})[0]
        coco = {"images": [{"id": 1, "file_name": "a.png", "width": 10, "height": 10}], "categories": [{"id": 7, "name": "dog"}, {"id": 0, "name": "cat"}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 1, 2, 2]},
                                {"id": 2, "image_id": 1, "category_id": 7, "segmentation": [[1, 1, 5, 1, 5, 5]]}]}
        source = lambda: iter([json.dumps(coco).encode(), b""]).__next__
        read = lambda: (lambda pieces: lambda length: pieces())(source())
        ontology = host.ontology_import_coco("c", read=read())
        dataset = host.dataset_create("c")
        self.assertEqual(host.dataset_import_coco(dataset, read=read()), 1)
        project = host.project_create("c", ontology, WORKFLOW)
        project.attach_dataset(dataset)
        self.assertEqual(project.import_coco(read=read()).to_pylist()[0]["labels"], 2)
        self.assertEqual([one["id"] for one in self.coco(project)["categories"]], [1, 2, 3])
        extended = self.coco(project, coco_extended=True)
        self.assertEqual([(one["id"], one["name"]) for one in extended["categories"]], [(7, "dog"), (0, "cat")])
        self.assertEqual([one["category_id"] for one in extended["annotations"]], [7, 7])


def box(made="AAAAAAAA", **more):
    return dict({"objectHash": made, "featureHash": "objCar01", "boundingBox": {"h": 0.1, "w": 0.1, "x": 0.1, "y": 0.1}}, **more)


def image(objects, classifications=(), title="image 0", **more):
    return dict({"data_title": title, "data_type": "image",
                 "data_units": {"u": {"labels": {"objects": list(objects), "classifications": list(classifications)}}}}, **more)


class Faults(Stores):
    def test_each_with_its_place(self):
        host, project = self.make({"image 0": "image", "video 0": "video"})
        before = self.exported(project)
        where = "/0/data_units/u/labels/objects/0"
        option = {"classifications": [{"featureHash": "attCol01", "answers": [{"featureHash": "nowhere1"}]}]}
        cases = [
            (image([box("short")]), where, "no hash of a label"),
            (image([box(featureHash="nowhere1")]), where, "no object with the feature hash"),
            (image([box(featureHash="clsWea01")]), where, "no object with the feature hash"),
            (image([box(featureHash="objSpo01")]), where, "is a bounding_box, its class"),
            (image([box(boundingBox=None)]), where + "/boundingBox", "a box has x, y, w and h"),
            (image([box(boundingBox={"h": 0.1, "w": -0.1, "x": 0, "y": 0})]), where, "not negative"),
            (image([box(boundingBox={"h": 0.1, "w": 1e300, "x": 0, "y": 0})]), where + "/boundingBox/w", "beyond 2^31"),
            (image([box(boundingBox=[1, 2, 3, 4])]), where + "/boundingBox", "must be an object"),
            (image([box(confidence=3)]), where, "confidence"),
            (image([box(createdAt="yesterday")]), where + "/createdAt", "is no time"),
            (image([box(createdAt="Thu, 30 Feb 2023 14:12:03 UTC")]), where + "/createdAt", "is no time"),
            (image([box(), box()]), where, "twice on a frame"),
            (image(["text"]), where, "must be an object"),
            (image([box()], title="nowhere"), "/0", "no data unit of the project"),
            (image([box()], object_answers={"AAAAAAAA": option}), "/0/object_answers/AAAAAAAA/classifications/0", "no option"),
            (image([box()], object_answers={"AAAAAAAA": {"classifications": [{"featureHash": "attWhi01", "answers": "x"}]}}), where,
             "not chosen"),
            (image([], object_answers=7), "/0/object_answers", "must be an object"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objMas01",
                     "bitmask": {"top": 0, "left": 0, "width": 7, "height": 3, "rleString": rle_text([20, 1])}}]), where, "sides of a bitmask"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objMas01",
                     "bitmask": {"top": 0, "left": 0, "width": WIDTH, "height": HEIGHT, "rleString": "!!"}}]), where + "/bitmask", "rleString"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objLin01", "polyline": {"0": {"x": 0, "y": 0}, "2": {"x": 1, "y": 1}}}]),
             where + "/polyline", "without gaps"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objLin01", "polyline": [{"x": 0, "y": 0, "z": 1}, {"x": 1, "y": 1}]}]),
             where + "/polyline/1", "all have z, or none"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objLin01", "polyline": [{"x": 0, "y": 0}, 7]}]),
             where + "/polyline/1", "must be an object"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objLin01", "polyline": [{"x": 0, "y": 0}, {"x": 0}]}]),
             where + "/polyline/1", "a point has x and y"),
            (image([], classification_answers={"CCCCCCCC": {"spaces": {"s": {"range": []}}}}), "/0/classification_answers/CCCCCCCC/spaces",
             "labels in spaces"),
            (image([], object_answers={"QQQQQQQQ": {"featureHash": "objQuo01", "range": [], "range_html": [{"start": {"xpath": "/p", "offset": 1}}]}}),
             "/0/object_answers/QQQQQQQQ/range_html", "start and end"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objAre01", "polygons": [[[0, 0, 1]]]}]), where + "/polygons/0/0", "pairs"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objAre01", "polygons": [{"a": [1]}]}]), where + "/polygons/0", "an array of rings"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objAre01", "polygons": [[{"a": [1]}]]}]), where + "/polygons/0/0", "an array of numbers"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objMas01", "bitmask": {"top": 1, "left": 0, "width": WIDTH, "height": HEIGHT,
                                                                                     "rleString": rle_text([WIDTH * HEIGHT])}}]),
             where + "/bitmask", "top and left 0"),
            (image([box(point={"0": {"x": 0, "y": 0}})]), where, "two shapes"),
            (image([box(manualAnnotation={"a": [1]})]), where + "/manualAnnotation", "true or false"),
            (image([box()], object_answers={"AAAAAAAA": {"classifications": [[1, {}]]}}), "/0/object_answers/AAAAAAAA/classifications/0", "must be an object"),
            (image([box()], object_answers={"AAAAAAAA": {"classifications": [{"featureHash": "attCol01", "answers": True}]}}),
             "/0/object_answers/AAAAAAAA/classifications/0/answers", "a text, a number or a list"),
            (image([box()], object_answers={"AAAAAAAA": {"classifications": [{"featureHash": "attCol01", "answers": [[{"a": 1}]]}]}}),
             "/0/object_answers/AAAAAAAA/classifications/0/answers/0", "an option with its featureHash"),
            (image([box()], object_answers={"AAAAAAAA": {"classifications": [{"featureHash": "attCol01", "answers": [{"name": "Red"}]}]}}),
             "/0/object_answers/AAAAAAAA/classifications/0/answers/0", "no featureHash"),
            (image([], classification_answers={"CCCCCCCC": {"featureHash": "clsWea01", "range": [{"a": [0]}]}}),
             "/0/classification_answers/CCCCCCCC/range/0", "[first, last]"),
            (image([], classification_answers={"CCCCCCCC": {"featureHash": "clsWea01", "range": [[0, 1.5]]}}),
             "/0/classification_answers/CCCCCCCC/range/0", "two whole numbers"),
        ]
        for row, place, reason in cases:
            with self.subTest(reason + place):
                found = self.faults(project, [row])
                self.assertEqual(len(found), 1, found)
                self.assertIn(reason, found[0])
                self.assertTrue(found[0].startswith(place), found[0])
                self.assertIn("(byte ", found[0])
                more = self.faults(project, [row, image([box(confidence=7)], title="video 0")])     # and what follows is read as it is
                self.assertEqual([more[0], len(more), more[1][:39]], [found[0], 2, "/1/data_units/u/labels/objects/0 (byte "], more)
                self.assertEqual(self.exported(project), before)

    def test_frames_outside_and_rows_twice(self):
        host, project = self.make({"image 0": "image", "video 0": "video"})
        beyond = {"data_title": "video 0", "data_type": "video", "data_units": {"u": {"labels": {"20": {"objects": [box()]}}}}}
        self.assertIn("not in the data unit", self.faults(project, beyond)[0])
        self.assertIn("earlier row", self.faults(project, [image([box()]), image([box("BBBBBBBB")])])[0])

    def test_a_hundred_are_listed_all_are_counted(self):
        host, project = self.make({"image 0": "image"})
        rows = image([box("%08d" % i, confidence=2) for i in range(150)])
        with self.assertRaises(annoproj.DataError) as caught:
            self.take(project, rows)
        details = caught.exception.details
        self.assertEqual(len([1 for key, _ in details if key == "fault"]), 100)
        self.assertIn(("faults", "150"), list(details))

    def test_broken_json(self):
        host, project = self.make({"image 0": "image"})
        text = json.dumps([image([box()])]).encode()
        for cut in list(range(0, len(text) - 1, 7)) + [len(text) - 1]:
            with self.assertRaises(annoproj.DataError):
                self.take(project, text[:cut])
        with self.assertRaises(annoproj.DataError):
            self.take(project, text + b"]")
        self.assertEqual(json.loads(self.exported(project))[0]["object_answers"], {})

    def test_what_is_passed_over(self):
        host, project = self.make({"image 0": "image"})
        gone = {"data_title": "was here", "data_type": "deleted", "data_units": {"u": {}}}
        rows = [gone, image([box(isDeleted=True), box("BBBBBBBB", reviews=[{"id": 1}], confidence=None, createdBy=None, lastEditedAt=None)],
                            object_answers={"AAAAAAAA": {"objectHash": "AAAAAAAA", "classifications": []}})]
        self.assertEqual(self.take(project, rows)["labels"], 1)
        self.assertEqual(list(json.loads(self.exported(project))[0]["object_answers"]), ["BBBBBBBB"])

    def test_whose_row_it_is(self):
        """data_hash says it, whatever the title; else the only one with the title."""
        host, project = self.make({"image 0": "image", "image 1": "image"})
        dataset = host.dataset_create("same title")
        host.data_units_add(dataset, titles=["image 0"], widths=[WIDTH], heights=[HEIGHT])
        project.attach_dataset(dataset)
        own = json.loads(self.exported(project))
        for number, title in ((1, "image 0"), (1, "nowhere"), (1, None), (0, "image 0"), (0, "image 1"), (2, "image 0"), (2, "image 1")):
            with self.subTest((number, title)):
                row = image([box("%08d" % (10 * number))], title=title, data_hash=own[number]["data_hash"].upper())
                self.take(project, [image([], title="image 1"), dict(own[0]), dict(own[2])], replace=True)
                self.assertEqual(self.take(project, [row])["labels"], 1)
                self.assertEqual([len(one["object_answers"]) for one in json.loads(self.exported(project))],
                                 [int(i == number) for i in range(3)])
        other = "00000000-0000-4000-8000-000000000000"
        self.take(project, [image([box()], title="image 1", data_hash=other)])
        self.assertIn("several data units", self.faults(project, [image([box()], title="image 0", data_hash=other)])[0])
        self.assertIn("no data unit of the project", self.faults(project, [image([box()], title="nowhere", data_hash=other)])[0])

    def test_archived_entries_stay_where_they_are(self):
        """An export goes in again also when classes and options were archived since; others get nothing of them."""
        host, project = self.make({"image 0": "image", "image 1": "image"})
        red = {"classifications": [{"featureHash": "attCol01", "answers": [{"featureHash": "optRed01"}]}]}
        spot = lambda made: {"objectHash": made, "featureHash": "objSpo01", "point": {"0": {"x": 0.5, "y": 0.5}}}
        self.take(project, image([box(), spot("SSSSSSSS")], object_answers={"AAAAAAAA": red}))
        structure = json.loads(json.dumps(ONTOLOGY))
        structure["objects"][4]["archived"] = structure["objects"][0]["attributes"][0]["options"][0]["archived"] = True
        host.ontology_update(1, json.dumps(structure))
        text = self.exported(project)
        for replace in (False, True):
            self.assertEqual(self.take(project, text, replace=replace, not_prelabels=True)["labels"], 2)
        self.assertEqual(labels_in(self.exported(project)), labels_in(text))
        for row, reason in ((image([spot("TTTTTTTT")]), "class \"Spot\" is archived"),
                            (image([spot("SSSSSSSS")], title="image 1"), "class \"Spot\" is archived"),
                            (image([box("BBBBBBBB")], object_answers={"BBBBBBBB": red}), "option \"Red\" is archived"),
                            (image([box()], title="image 1", object_answers={"AAAAAAAA": red}), "option \"Red\" is archived")):
            self.assertIn(reason, self.faults(project, row)[0])

    def test_points_in_a_list(self):
        host, project = self.make({"image 0": "image"})
        line = {"objectHash": "LLLLLLLL", "featureHash": "objLin01"}
        area = {"objectHash": "PPPPPPPP", "featureHash": "objAre01"}
        listed = lambda numbers: [{"x": x, "y": y} for x, y in numbers]
        self.take(project, image([dict(line, polyline=listed([(0.5, 0.25), (0.125, 1)]), z=7),
                                  dict(area, polygon=listed([(0, 0), (1, 0), (1, 0.5)]))], spaces={}))
        (unit,) = json.loads(self.exported(project))[0]["data_units"].values()
        got = by_hash(unit["labels"]["objects"], "objectHash")
        self.assertEqual(got["LLLLLLLL"]["polyline"], {"0": {"x": 0.5, "y": 0.25}, "1": {"x": 0.125, "y": 1}})
        self.assertEqual(got["PPPPPPPP"]["polygons"], [[[0, 0, 1, 0, 1, 0.5]]])

    def test_callbacks_and_cancel(self):
        host, project = self.make({"image 0": "image"})

        def broken(length):
            raise KeyError("mine")

        with self.assertRaises(KeyError):
            project.import_labels(read=broken)
        with self.assertRaises(ValueError):
            project.import_labels(read=lambda length: b"x" * (length + 1))
        with self.assertRaises(annoproj.InvalidError):
            project.import_labels()
        with self.assertRaises(annoproj.InvalidError):
            project.import_labels("rows.json", read=broken)
        with self.assertRaises(annoproj.NotFoundError):
            project.import_labels(os.path.join(self.folder.name, "nowhere.json"))
        cancel = annoproj.cancel_new()
        cancel.trigger()
        with self.assertRaises(annoproj.CancelledError):
            self.take(project, image([box()]), cancel=cancel)
        self.assertEqual(json.loads(self.exported(project))[0]["object_answers"], {})


if __name__ == "__main__":
    unittest.main()
