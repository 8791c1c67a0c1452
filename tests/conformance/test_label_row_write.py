"""The label row of one task as JSON: what is read and written back changes nothing to the byte; what is changed in the text changes
that label and no other; a row that is not the task's, or has faults, leaves every label as it was."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import unittest

import annoproj
from annoproj import Role, Unit

from label_arrays import LabelArrays
from test_label_rows import HASHES, KINDS, ONTOLOGY, Rows, Stores, box, by_hash, image
import test_shapes

FIXTURES = os.environ.get("FIXTURES", os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "..", "shared", "fixtures"))
NOTHING = {"added": 0, "changed": 0, "removed": 0}
CONSENSUS = json.dumps({"start": "many", "stages": [
    {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"}},
    {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "complete", "reject": "many"}},
    {"key": "complete", "type": "DONE"}]})


def version_of(task):
    return task.get().to_pylist()[0]["version"]


def write(task, row, **options):
    """What the row changed."""
    options = options if options else {"version": version_of(task)}
    (result,) = task.label_row_write(row if isinstance(row, str) else json.dumps(row), **options).to_pylist()
    if result["added"] + result["changed"] + result["removed"] == 0 and "version" in options:
        assert result["version"] == options["version"], result
    return {key: value for key, value in result.items() if key != "version"}


def stored(task):
    """Everything that is stored of the labels, in the unit it came in."""
    return task.labels().to_pylist(), task.geometry(Unit.STORED).to_pylist(), task.answers().to_pylist()


class Base(Stores):
    def tasks(self, project):
        return {row["title"]: project.task_open(row["task"]) for row in project.task_list().to_pylist()}

    def one(self, kind="image"):
        host, project = self.make({kind + " 0": kind})
        return host, project, self.tasks(project)[kind + " 0"]

    def changes_nothing(self, task):
        text, before, version = task.label_row(), stored(task), version_of(task)
        self.assertEqual(write(task, text), NOTHING)
        self.assertEqual(write(task, json.dumps([json.loads(text)], indent=3)), NOTHING)  # written in another way, in a list
        self.assertEqual((task.label_row(), stored(task), version_of(task)), (text, before, version))
        return text


class RoundTrips(Base):
    def test_random_rows(self):
        """Rows that were imported, and rows that are written to tasks without labels."""
        seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 30)))
        print("TEST_SEED=%d" % seed)
        made = Rows(seed)
        titles = {"%s %d" % (kind, i): kind for kind in KINDS for i in range(6)}
        rows = [made.row(title, kind) for title, kind in titles.items()]
        host, project = self.make(titles)
        empty_host, empty = self.copy(host)
        self.take(project, rows, not_prelabels=True)
        exported = by_hash(json.loads(self.exported(project)), "data_title")
        others = self.tasks(empty)
        for title, task in self.tasks(project).items():
            with self.subTest(title):
                text = self.changes_nothing(task)
                self.assertEqual(json.loads(text), exported[title])
                count = len(task.labels())
                self.assertEqual(write(others[title], text), {"added": count, "changed": 0, "removed": 0})
                again = self.changes_nothing(others[title])
                self.assertEqual(without_authors(again), without_authors(text))
                self.assertEqual(write(others[title], emptied(text)), {"added": 0, "changed": 0, "removed": count})
                self.assertEqual(len(others[title].labels()), 0)
                self.assertEqual(write(others[title], again)["added"], count)
                self.assertEqual(without_authors(others[title].label_row()), without_authors(text))
        for session in (host, empty_host):
            self.assertEqual(session.store_check().to_pylist(), [])

    def test_one_number_in_the_text(self):
        seed = int(os.environ.get("TEST_SEED", random.randrange(1 << 30)))
        print("TEST_SEED=%d" % seed)
        rng = random.Random(seed)
        titles = {"%s %d" % (kind, i): kind for kind in ("image", "video", "img_group") for i in range(8)}
        host, project = self.make(titles)
        made = Rows(seed)
        self.take(project, [made.row(title, kind) for title, kind in titles.items()], not_prelabels=True)
        changed = 0
        for title, task in self.tasks(project).items():
            text = task.label_row()
            places = [found for found in re.finditer(r'"(?:x|y|h|w|theta)":(-?[0-9.e+-]+)', text) if '"polygon"' not in text]
            if not places:
                continue
            at = rng.choice(places)
            text = text[:at.start(1)] + "0.012345678901234567" + text[at.end(1):]
            project.label_version_create(title)
            version = project.label_version_list().to_pylist()[0]["version"]
            self.assertEqual(write(task, text), {"added": 0, "changed": 1, "removed": 0})
            (one,) = project.label_version_diff(version, 0).to_pylist()
            self.assertEqual((one["change"], one["geometry_changed"], one["class_changed"], one["answers_changed"], one["frames_changed"]),
                             ("changed", True, False, False, False))
            self.assertEqual(task.label_row().count("0.012345678901234567"), 1)
            self.changes_nothing(task)
            project.label_version_restore(version)
            self.assertEqual(project.label_version_diff(version, 0).to_pylist(), [])
            changed += 1
        self.assertGreater(changed, 0)

    def test_the_fixtures_of_the_reference_product(self):
        for kind, data_type in (("video", annoproj.DataType.VIDEO), ("image_group", annoproj.DataType.IMG_GROUP)):
            path = os.path.join(FIXTURES, "encord", kind + "_label_row.json")
            if not os.path.exists(path):
                self.skipTest("NOT AVAILABLE: %s" % path)
            with open(path) as file, open(os.path.join(FIXTURES, "encord", kind + "_ontology.json")) as structure:
                row, ontology = json.load(file), structure.read()
            store = annoproj.create(os.path.join(self.folder.name, kind))
            self.open.append(store)
            host = store.session_open(0)
            dataset = host.dataset_create("d")
            units = list(row["data_units"].values())
            frames = len(units) if len(units) > 1 else 1 + max(map(int, units[0]["labels"]))
            host.data_units_add(dataset, titles=[row["data_title"]], data_types=[data_type], frames=[frames],
                                widths=[units[0].get("width") or 100], heights=[units[0].get("height") or 100])
            project = host.project_create("p", host.ontology_create("o", ontology), test_shapes.FLOW)
            project.attach_dataset(dataset)
            (task,) = self.tasks(project).values()
            added = write(task, row)
            self.assertEqual(added, {"added": len(task.labels()), "changed": 0, "removed": 0})
            self.assertGreater(added["added"], 0)
            text = self.changes_nothing(task)
            self.take(project, [row])  # an import says the same but for authors and times
            self.assertEqual(without_authors(task.label_row()), without_authors(text))
            self.changes_nothing(task)


def without_authors(text):
    """What a row says of labels, not of who made them and when, nor where it stands."""
    def walk(value):
        if isinstance(value, dict):
            return {key: walk(one) for key, one in value.items()
                    if key not in ("createdAt", "createdBy", "lastEditedAt", "lastEditedBy", "created_at", "last_edited_at", "manualAnnotation")}
        return [walk(one) for one in value] if isinstance(value, list) else value
    return walk(json.loads(text))


def emptied(text):
    row = json.loads(text)
    for unit in row["data_units"].values():
        unit["labels"] = {}
    return dict(row, object_answers={}, classification_answers={}, object_actions={})


class EveryShape(unittest.TestCase):
    """Labels in pixels keep their pixels: written back, their row changes nothing."""

    setUp, tearDown, write = test_shapes.Shapes.setUp, test_shapes.Shapes.tearDown, test_shapes.Shapes.write

    def test_in_pixels_and_normalised(self):
        for kind, shapes in test_shapes.TAKEN.items():
            task, count = self.tasks[kind], 0
            for shape in shapes:
                self.write(kind, shape)
                count += 1
                if shape in test_shapes.SAMPLES:
                    self.write(kind, shape, unit=Unit.NORMALISED,
                               parts=test_shapes.normalised(shape, test_shapes.SAMPLES[shape]))
                    count += 1
            text, before = task.label_row(), stored(task)
            self.assertEqual(write(task, text), NOTHING, kind.name)
            self.assertEqual((task.label_row(), stored(task)), (text, before))
            self.assertEqual(write(task, emptied(text)), {"added": 0, "changed": 0, "removed": count})
            self.assertEqual(write(task, text), {"added": count, "changed": 0, "removed": 0})
            self.assertEqual(without_authors(task.label_row()), without_authors(text))

    def test_a_label_in_pixels_that_is_changed(self):
        kind = annoproj.DataType.IMAGE
        self.write(kind, "bounding_box", parts=[[1 / 3, 20, 30, 40]])
        self.write(kind, "bounding_box", parts=[[2 / 3, 20, 30, 40]])
        task = self.tasks[kind]
        pixels = task.geometry(Unit.STORED).to_pylist()
        row = json.loads(task.label_row())
        next(iter(row["data_units"].values()))["labels"]["objects"][0]["boundingBox"]["w"] = 0.1234567890123456
        self.assertEqual(write(task, row), {"added": 0, "changed": 1, "removed": 0})
        after = task.geometry(Unit.STORED).to_pylist()
        self.assertEqual((after[0]["unit"], after[0]["coordinates"][2]), ("normalised", 0.1234567890123456))
        self.assertEqual(after[1], pixels[1])

    def test_rings_in_any_order(self):
        """A hole before what it is cut out of, and between others: the row has them in order, the label keeps its own."""
        ring, hole, other = test_shapes.SAMPLES["polygon"]
        kind = annoproj.DataType.IMAGE
        for parts in ([hole, ring, other], [other, hole, ring], [ring, other, hole]):
            self.write(kind, "polygon", parts=parts)
        task = self.tasks[kind]
        text, before = task.label_row(), stored(task)
        self.assertEqual(write(task, text), NOTHING)
        self.assertEqual((task.label_row(), stored(task)), (text, before))

    def test_without_width_and_height(self):
        host = self.host
        dataset = host.dataset_create("Unknown")
        host.data_units_add(dataset, titles=["x.jpg"])
        self.project.attach_dataset(dataset)
        task = self.project.task_open(next(row["task"] for row in self.project.task_list().to_pylist() if row["title"] == "x.jpg"))
        labels = LabelArrays()
        labels.add(self.features["bounding_box"], {0: [[0.1, 0.1, 0.1, 0.1]]})
        labels.write(task, unit=Unit.NORMALISED)
        text = task.label_row()
        self.assertEqual(write(task, text), NOTHING)
        labels = LabelArrays()
        labels.add(self.features["bounding_box"], {0: [[1, 1, 1, 1]]})
        labels.write(task)
        for call in (task.label_row, lambda: write(task, text)):
            with self.assertRaises(annoproj.StateError):
                call()


class Writes(Base):
    def test_labels_that_stay_go_and_come(self):
        host, project, task = self.one()
        worker = host.user_find("ann@x.org") if hasattr(host, "user_find") else 1
        project.collaborator_add(worker, Role.ANNOTATOR)
        own = self.open[0].session_open(worker).project_open(project.id()).task_open(task.id())
        self.assertEqual(write(task, image([box(), box("BBBBBBBB")])), {"added": 2, "changed": 0, "removed": 0})
        first = by_hash(task.labels().to_pylist(), "label")
        self.assertEqual({one["creator"] for one in first.values()}, {0})
        row = image([box("BBBBBBBB", confidence=0.5, createdBy="bob@x.org", createdAt="Fri, 31 Dec 1999 00:00:00 UTC"),
                     box("CCCCCCCC", createdBy="bob@x.org", createdAt="Fri, 31 Dec 1999 00:00:00 UTC")])
        self.assertEqual(write(own, row), {"added": 1, "changed": 1, "removed": 1})
        now = by_hash(task.labels().to_pylist(), "label")
        self.assertEqual(set(now), {"BBBBBBBB", "CCCCCCCC"})
        self.assertEqual((now["BBBBBBBB"]["creator"], now["BBBBBBBB"]["created"], now["BBBBBBBB"]["editor"], now["BBBBBBBB"]["confidence"]),
                         (0, first["BBBBBBBB"]["created"], worker, 0.5))
        self.assertEqual((now["CCCCCCCC"]["creator"], now["CCCCCCCC"]["editor"]), (worker, worker))
        self.assertEqual(project.tasks_get([task.id()]).to_pylist()[0]["assignee"], worker)  # a write takes a free task
        self.assertEqual(host.store_check().to_pylist(), [])

    def test_drafts_are_published_by_the_next_action(self):
        host, project, task = self.one()
        write(task, image([box(), box("BBBBBBBB")]))
        count = lambda column: sum(row[column] for row in project.query_open().task_performance().to_pylist())
        self.assertEqual(count("created_labels"), 0)
        task.submit()
        self.assertEqual(count("created_labels"), 2)
        task.label_approve("AAAAAAAA")
        row = json.loads(task.label_row())
        del next(iter(row["data_units"].values()))["labels"]["objects"][1]
        next(iter(row["data_units"].values()))["labels"]["objects"][0]["confidence"] = 0.25
        write(task, row)
        reviews = {one["label"]: one["review"] for one in task.labels().to_pylist()}
        self.assertEqual(reviews, {"AAAAAAAA": "new"})  # changed by someone who is no reviewer of it
        task.label_reject("AAAAAAAA", "more")
        task.reject()
        self.assertEqual(count("deleted_labels"), 1)
        write(task, image([box(), box("BBBBBBBB")]))
        task.submit()
        self.assertEqual((count("created_labels"), count("deleted_labels")), (2, 1))  # put back with its number
        self.assertEqual(host.store_check().to_pylist(), [])

    def test_reviews_and_links(self):
        host, project, task = self.one()
        write(task, image([box()]))
        task.submit()
        task.label_reject("AAAAAAAA", comment="no")
        items = lambda text: next(iter(json.loads(text)["data_units"].values()))
        self.assertNotIn("reviews", items(task.label_row())["labels"]["objects"][0])
        text = task.label_row(include_reviews=True, sign=lambda link, room: "https://x/1")
        self.assertEqual(items(text)["labels"]["objects"][0]["reviews"][0]["status"], "REJECTED")
        self.assertEqual(items(text)["data_link"], "https://x/1")
        self.assertEqual(write(task, text), NOTHING)
        with self.assertRaises(ZeroDivisionError):
            task.label_row(sign=lambda link, room: 1 // 0)

    def test_versions_and_stages(self):
        host, project, task = self.one()
        write(task, image([box()]))
        text, version = task.label_row(), version_of(task)
        with self.assertRaises(annoproj.ConflictError) as caught:
            task.label_row_write(text, version=version - 1)
        self.assertIn(("version", str(version)), list(caught.exception.details))
        write(task, image([box(), box("BBBBBBBB")]), force=True)
        write(task, text, force=True)
        task.move(project.stage_open("complete").id())
        self.assertEqual(json.loads(task.label_row())["label_status"], "REVIEWED")
        with self.assertRaises(annoproj.StateError):
            write(task, text)
        project.set_status(annoproj.ProjectStatus.ARCHIVED)
        with self.assertRaises(annoproj.StateError):
            write(task, text)

    def test_anothers_task(self):
        host, project, task = self.one()
        sessions = [self.open[0].session_open(user) for user in (1, 2)]
        for user in (1, 2):
            project.collaborator_add(user, Role.ANNOTATOR)
        first, second = (one.project_open(project.id()).task_open(task.id()) for one in sessions)
        write(first, image([box()]))
        with self.assertRaises(annoproj.PermissionError):
            second.label_row()
        with self.assertRaises(annoproj.ConflictError):
            second.label_row_write(first.label_row(), force=True)

    def test_a_request_key(self):
        host, project, task = self.one()
        row = json.dumps(image([box()]))
        first = task.label_row_write(row, request_key="k").to_pylist()
        self.assertEqual(task.label_row_write(row, request_key="k").to_pylist(), first)
        self.assertEqual(first[0]["added"], 1)
        with self.assertRaises(annoproj.ConflictError):
            task.label_row_write(row + " ", request_key="k")

    def test_archived_entries_stay_where_they_are(self):
        host, project, task = self.one()
        chosen = {"AAAAAAAA": {"classifications": [{"featureHash": "attCol01", "answers": [{"featureHash": "optRed01"}]}]}}
        write(task, image([box(), {"objectHash": "SSSSSSSS", "featureHash": "objSpo01", "point": {"0": {"x": 0.5, "y": 0.5}}}],
                          object_answers=chosen))
        structure = json.loads(json.dumps(ONTOLOGY))
        structure["objects"][4]["archived"] = structure["objects"][0]["attributes"][0]["options"][0]["archived"] = True
        host.ontology_update(1, json.dumps(structure))
        text = self.changes_nothing(task)
        row = json.loads(text)
        labels = next(iter(row["data_units"].values()))["labels"]["objects"]
        labels[1]["point"]["0"]["x"], labels[0]["boundingBox"]["x"] = 0.25, 0.75
        self.assertEqual(write(task, row)["changed"], 2)  # of labels that have them already
        other = {"objectHash": "TTTTTTTT", "featureHash": "objSpo01", "point": {"0": {"x": 0.5, "y": 0.5}}}
        for objects, answers, reason in (([other], {}, 'class "Spot" is archived'),
                                         ([box("BBBBBBBB")], {"BBBBBBBB": chosen["AAAAAAAA"]}, 'option "Red" is archived')):
            with self.assertRaises(annoproj.DataError) as caught:
                write(task, image(objects, object_answers=answers))
            self.assertIn(reason, str(caught.exception))

    def test_a_branch(self):
        host, project, task = self.one()
        several = host.project_create("Several", 1, CONSENSUS)
        several.attach_dataset(1)
        branch = several.task_open(several.task_list().to_pylist()[0]["task"])
        write(branch, image([box()]))
        text = branch.label_row()
        name = json.loads(text)["branch_name"]
        self.assertRegex(name, "^branch 1 of task [0-9]+$")
        self.assertEqual(write(branch, text), NOTHING)
        for one in several.task_list().to_pylist():
            several.task_open(one["task"]).submit()
        parent = several.tasks_get([branch.id()]).to_pylist()[0]["parent"]
        several.task_open(parent).consensus_approve(branch=branch.id())
        versions = several.label_version_list(task=parent).to_pylist()
        self.assertIn(name, [one["name"] for one in versions])  # what it is called when it is over
        self.assertEqual(json.loads(several.task_open(parent).label_row())["branch_name"], "main")


OTHER = """
import sys, annoproj
with annoproj.open(sys.argv[1]) as store:
    host = store.session_open(0)
    project = host.project_open(1)
    if sys.argv[2] == "labels":
        (task,) = [project.task_open(row["task"]) for row in project.task_list().to_pylist()]
        print(task.label_row_write(sys.argv[3], force=True).to_pylist()[0]["version"])
    else:
        host.ontology_update(1, sys.argv[3])
"""


class Meanwhile(unittest.TestCase):
    """A row is read and compared before the write lock is taken. What another process has written between that and the lock counts."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path, self.others = os.path.join(self.folder.name, "a.annoproj"), None
        self.store = annoproj.create(self.path, clock=self.clock)
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)
        dataset = self.host.dataset_create("d")
        self.host.data_units_add(dataset, titles=["image 0"], widths=[100], heights=[100])
        self.project = self.host.project_create("p", self.host.ontology_create("o", json.dumps(ONTOLOGY)), test_shapes.FLOW)
        self.project.attach_dataset(dataset)
        (row,) = self.project.task_list().to_pylist()
        self.task = self.project.task_open(row["task"])
        write(self.task, self.boxes(a=1, b=1))

    def clock(self):
        """Commands ask for the time just before they take the lock."""
        if self.others:
            what, self.others = self.others, None
            environment = dict(os.environ, PYTHONPATH=os.path.dirname(os.path.dirname(annoproj.__file__)))
            subprocess.run([sys.executable, "-c", OTHER, self.path, *what], check=True, env=environment, stdout=subprocess.DEVNULL)
        return int(time.time() * 1000000)

    def boxes(self, **widths):
        objects = [dict(box(), objectHash=8 * hash, boundingBox={"x": 0.1, "y": 0.1, "w": width / 8, "h": 0.1}) for hash, width in widths.items()]
        return json.dumps(image(objects))

    def there(self):
        return {row["label"][0]: row["coordinates"][2] * 8 for row in self.task.geometry(Unit.STORED).to_pylist()}

    def test_labels_that_another_process_wrote(self):
        version = version_of(self.task)
        self.others = ("labels", self.boxes(b=2, c=2))
        with self.assertRaises(annoproj.ConflictError):
            self.task.label_row_write(self.boxes(a=1, b=1, c=1), version=version)
        self.assertEqual(self.there(), {"b": 2, "c": 2})
        self.others = ("labels", self.boxes(a=1, b=3, d=1))
        self.assertEqual(write(self.task, self.boxes(a=1, b=2, c=2), force=True), {"added": 1, "changed": 1, "removed": 1})
        self.assertEqual(self.there(), {"a": 1, "b": 2, "c": 2})
        self.others = ("labels", self.boxes(a=4, b=4, c=4))
        self.assertEqual(write(self.task, self.boxes(a=4, b=4, c=4), force=True), NOTHING)
        self.assertIsNone(self.others)
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_faults_that_are_none_any_more(self):
        """A row with classes that there are not yet; and one with a class that is there no more."""
        more = json.loads(json.dumps(ONTOLOGY))
        more["objects"].append(dict(more["objects"][0], id="99", featureNodeHash="objNew01", name="New", attributes=[]))
        row = json.loads(self.boxes(a=1, b=1))
        (unit,) = row["data_units"].values()
        unit["labels"]["objects"].append(dict(unit["labels"]["objects"][0], objectHash="nnnnnnnn", featureHash="objNew01"))
        with self.assertRaises(annoproj.DataError):
            write(self.task, row, force=True)
        self.others = ("ontology", json.dumps(more))
        self.assertEqual(write(self.task, row, force=True), {"added": 1, "changed": 0, "removed": 0})
        write(self.task, self.boxes(a=1, b=1), force=True)
        more["objects"][-1]["archived"] = True
        self.others = ("ontology", json.dumps(more))
        with self.assertRaises(annoproj.DataError):
            write(self.task, row, force=True)
        self.assertEqual((self.there(), self.others), ({"a": 1, "b": 1}, None))


class Faults(Base):
    def found(self, task, row):
        before = task.label_row(), version_of(task)
        with self.assertRaises(annoproj.DataError) as caught:
            write(task, row)
        self.assertEqual((task.label_row(), version_of(task)), before)
        return [value for key, value in caught.exception.details if key == "fault"] or [str(caught.exception)]

    def test_each_with_its_place(self):
        host, project, task = self.one()
        write(task, image([box()]))
        where = "/data_units/u/labels/objects/0"
        twice = {"classificationHash": "CCCCCCCC", "featureHash": "clsWea01"}
        for row, place, reason in (
                (image([box(featureHash="nowhere1")]), where, "no object with the feature hash"),
                (image([box(boundingBox=None)]), where + "/boundingBox", "a box has x, y, w and h"),
                (image([box(confidence=3)]), where, "confidence"),
                (image([box(), box()]), where, "twice on a frame"),
                (image([], [twice, dict(twice, classificationHash="DDDDDDDD")]), "/data_units/u/labels/classifications/1", "some of its frames"),
                (image([], object_answers={"AAAAAAAA": {"classifications": [{"featureHash": "attNone1", "answers": []}]}}),
                 "/object_answers/AAAAAAAA/classifications/0", "no attribute"),
                (image([box()], title="another"), "", "neither data_hash nor data_title"),
                (dict(image([box()]), data_title=None), "", "neither data_hash nor data_title"),
                (dict(image([]), data_units={}), "", "no data_units"),
                ({"data_title": "image 0"}, "", "no data_units"),
                (dict(image([]), data_type="deleted"), "", "deleted data unit"),
                ([], "", "no label row"), ([image([]), image([])], "/1", "this is another"), (7, "", "objects, or one of them")):
            with self.subTest(reason + place):
                (fault,) = self.found(task, row)
                self.assertTrue(fault.startswith(place + " (byte "), fault)
                self.assertIn(reason, fault)
        many = self.found(task, image([box("%08d" % i, confidence=2) for i in range(150)]))
        self.assertEqual(len(many), 100)

    def test_whose_row_it_is(self):
        host, project = self.make({"image 0": "image", "image 1": "image"})
        dataset = host.dataset_create("same title")
        host.data_units_add(dataset, titles=["image 0"], widths=[10], heights=[10])
        project.attach_dataset(dataset)
        rows = [(row["task"], row["title"]) for row in project.task_list().to_pylist()]
        tasks = [project.task_open(number) for number, title in rows if title == "image 0"]
        texts = [json.loads(task.label_row()) for task in tasks]
        self.assertEqual(write(tasks[0], dict(texts[0], data_title="whatever it is")), NOTHING)  # data_hash says it
        self.assertEqual(write(tasks[0], dict(texts[0], data_hash="of another system")), NOTHING)  # data_title says it
        self.assertIn("neither data_hash nor", self.found(tasks[0], texts[1])[0])  # the same title, but another's
        self.assertIn("neither data_hash nor", self.found(tasks[0], dict(texts[0], data_hash="", data_title=""))[0])

    def test_broken_json_and_limits(self):
        host, project, task = self.one()
        text = json.dumps(image([box()]))
        for cut in list(range(0, len(text) - 1, 11)) + [len(text) - 1]:
            self.found(task, text[:cut])
        self.found(task, text + "]")
        with self.assertRaises(annoproj.LimitError):
            write(task, "[" * 100)
        with self.assertRaises(annoproj.LimitError):
            write(task, " " * (64 << 20) + text)
        self.assertEqual(write(task, " " * 1000 + text)["added"], 1)


if __name__ == "__main__":
    unittest.main()
