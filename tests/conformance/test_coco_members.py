"""Members of COCO images and annotations that the library does not know: kept at import, written again by the extended export,
as long as there is a label or an image; never by the plain one."""

import json
import os
import sqlite3
import unittest

import annoproj
from test_coco_forms import CocoStores, coco

IMAGES = [{"id": 5, "license": 3, "file_name": "a.png", "flickr_url": "http://a/<b>&\"c\"", "width": 20, "height": 10, "date_captured": None,
           "nested": {"deep": [1, {"ÿ\u0000": [True, 1.50]}], "": {}}, "coco_url": "http://x/a.png"},
          {"id": 6, "file_name": "b.png", "width": 20, "height": 10}]
ANNOTATIONS = [
    {"id": 9, "image_id": 5, "category_id": 1, "bbox": [1, 2, 3, 4], "area": 12, "iscrowd": 0, "track": "t-1", "score": 0.25,
     "attributes": {"occluded": False, "rotation": 12.5, "track_id": 77, "who \\ \"what\"": [None]}, "difficult": 1},
    {"id": 10, "image_id": 5, "category_id": 1, "bbox": [2, 2, 3, 4], "area": 12, "iscrowd": 0},
    {"id": 11, "image_id": 6, "category_id": 1, "segmentation": [[1, 1, 5, 1, 5, 5]], "score": 37.5, "group": {"id": 2}},
    {"id": 12, "image_id": 6, "category_id": 1, "bbox": [2, 2, 3, 4], "attributes": {"only": "here"}},
    {"id": 13, "image_id": 6, "category_id": 1, "bbox": [2, 2, 4, 4], "attributes": ["no object"], "score": "high"}]
OWN_IMAGE = {"id", "file_name", "image_title", "coco_url", "width", "height", "classifications"}
OWN = {"id", "image_id", "category_id", "bbox", "area", "iscrowd", "segmentation", "keypoints", "num_keypoints", "attributes"}
OWN_ATTRIBUTES = {"track_id", "encord_track_uuid", "classifications", "manual_annotation"}


def unknown(entry, own):
    return {key: value for key, value in entry.items() if key not in own}


def members(content):
    """What a file says of images, annotations and their attributes beyond COCO, in its order."""
    kept = []
    for entry in content["annotations"]:
        attributes = entry.get("attributes")
        kept.append((unknown(entry, OWN), unknown(attributes, OWN_ATTRIBUTES) if isinstance(attributes, dict) else {}))
    return [unknown(image, OWN_IMAGE) for image in content["images"]], kept


def unique(pairs):
    assert len(dict(pairs)) == len(pairs), "a key is there twice: %r" % (pairs,)
    return dict(pairs)


class Members(CocoStores):
    def setUp(self):
        super().setUp()
        self.content = coco(ANNOTATIONS, images=IMAGES)
        self.one, brought = self.project(json.dumps(self.content, ensure_ascii=False, indent=1).encode())
        self.assertEqual(brought["labels"], 5)
        self.tasks = sorted(row["task"] for row in self.one.task_list().to_pylist())

    def out(self, project, **options):
        got = []
        (options.pop("export", None) or project.export_coco)(write=lambda data: got.append(data) and None, **options)
        return json.loads(b"".join(got), object_pairs_hook=unique)

    def extended(self, project=None, **options):
        return members(self.out(project or self.one, coco_extended=True, **options))

    def labels(self, task):
        return [row["label"] for row in self.one.task_open(task).labels().to_pylist()]

    def remove(self, task, hashes):
        count = len(hashes)
        self.one.task_open(task).labels_write(
            actions=[annoproj.LabelAction.REMOVE] * count, hashes=hashes, classes=[0] * count, geometry_starts=[0] * (count + 1),
            part_starts=[0], coordinate_starts=[0], force=True)

    def sound(self):
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_they_come_back(self):
        self.assertEqual(self.extended(), members(self.content))
        plain = self.out(self.one)
        self.assertEqual([unknown(image, OWN_IMAGE) for image in plain["images"]], [{}, {}])
        self.assertEqual([unknown(one, OWN) for one in plain["annotations"]], [{}] * 5)
        self.assertEqual([unknown(one["attributes"], OWN_ATTRIBUTES) for one in plain["annotations"]], [{}] * 5)
        self.sound()

    def test_they_come_back_from_our_own_file(self):
        taken = self.out(self.one, coco_extended=True)
        other, brought = self.project(taken)
        self.assertEqual(brought["labels"], 5)
        self.assertEqual(self.extended(other), members(self.content))

    def test_they_stay_when_the_label_is_changed_and_go_with_it(self):
        images, kept = members(self.content)
        self.remove(self.tasks[0], self.labels(self.tasks[0])[1:])
        self.assertEqual(self.extended(), (images, kept[:1] + kept[2:]))
        rows = []
        self.one.export_labels(write=lambda data: rows.append(data) and None)
        rows = json.loads(b"".join(rows))
        for row in rows:
            for unit in row["data_units"].values():
                for item in unit["labels"]["objects"]:
                    item["confidence"] = 0.75
        self.one.import_labels(read=self.reader(rows))  # whole labels take the place of those with their hash
        changed = [(dict(own, score=0.75), attributes) for own, attributes in kept[:1] + kept[2:]]
        self.assertEqual(self.extended(), (images, changed))
        self.remove(self.tasks[1], self.labels(self.tasks[1]))
        self.assertEqual(self.extended(), (images, changed[:1]))
        self.sound()

    def test_label_versions_have_them(self):
        expected = self.extended()
        version = self.one.label_version_create("v")
        self.remove(self.tasks[1], self.labels(self.tasks[1]))
        export = lambda **options: self.one.label_version_export_coco(version, **options)  # noqa: E731
        self.assertEqual(members(self.out(self.one, export=export, coco_extended=True)), expected)
        self.one.label_version_restore(version)
        self.assertEqual(self.extended(), expected)
        self.sound()

    def test_copies_have_them(self):
        expected = self.extended()
        for datasets in (annoproj.CopyDatasets.ATTACH, annoproj.CopyDatasets.CLONE):
            copy = self.one.copy("copy", datasets=datasets, labels=True)
            self.assertEqual(self.extended(copy), expected)
        self.sound()

    def test_bounds(self):
        most = 1 << 20
        room = most - len(',"a":""')
        for key, own, place in (("images", IMAGES[0], "/images/0/a"), ("annotations", ANNOTATIONS[0], "/annotations/0/a")):
            entry = {name: own[name] for name in ("id", "file_name", "image_id", "category_id", "bbox") if name in own}
            other = dict(coco(ANNOTATIONS[:1], images=IMAGES[:1]))
            for length, good in ((room, True), (room + 1, False), (5 * most, False)):
                text = json.dumps(dict(other, **{key: [dict(entry, a="x" * length)]}))
                with self.subTest(key, length=length):
                    if good:
                        made = self.project(text.encode())[0]
                        self.assertIn("x" * length, json.dumps(self.extended(made)))
                        continue
                    with self.assertRaises(annoproj.DataError) as caught:
                        self.project(text.encode())
                    faults = [value for name, value in caught.exception.details if name == "fault"]
                    self.assertEqual(len(faults), 1)
                    self.assertIn(place, faults[0])
                    self.assertIn("1048576 bytes", faults[0])
        numbers = dict(coco(ANNOTATIONS[:1], images=IMAGES[:1]), annotations=[dict(ANNOTATIONS[0], big=[1.5] * 2000000)])
        with self.assertRaises(annoproj.DataError):
            self.one.import_coco(read=self.reader(numbers))

    def test_a_check_finds_damage(self):
        path = os.path.join(self.folder.name, "a.annoproj")
        self.open.pop().close()
        base = sqlite3.connect(path)
        base.execute("UPDATE label SET members = ? WHERE task = ? AND number = 1", (b'"a":1,"a":2', self.tasks[0]))
        base.execute("UPDATE label SET members = ? WHERE task = ? AND number = 2", (b'"a":1\0"b"', self.tasks[0]))
        base.execute("UPDATE label SET members = ? WHERE task = ? AND number = 3", (b'"a":1\0"b":2', self.tasks[1]))
        base.execute("UPDATE data_unit SET members = ? WHERE title = 'b.png'", (b'"a":1},{"b":1',))
        base.commit()
        base.close()
        with annoproj.open(path) as store:
            found = store.session_open(0).store_check().to_pylist()
        self.assertEqual(sorted((row["subject"], row["found"]) for row in found),
                         [("data_unit", "damaged members of COCO"), ("label", "damaged members of COCO"), ("label", "damaged members of COCO")])


if __name__ == "__main__":
    unittest.main()
