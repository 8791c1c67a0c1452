"""A project from a COCO file in one call: the same as with four calls, all or nothing, by whoever may make projects."""

import json
import os
import unittest

import annoproj
from test_coco_forms import CocoStores, PERSON, coco
from test_coco_members import ANNOTATIONS, IMAGES, members
from test_label_rows import WORKFLOW

FIXTURES = os.environ.get("FIXTURES", "../shared/fixtures")
FILES = [path for path in ["examples/data/sample.coco.json"] + [os.path.join(FIXTURES, "coco", name) for name in (
    "instances_val2017_sample.json", "rle_sample.json")] if os.path.exists(path)]
MANY = coco([{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]},
             {"id": 2, "image_id": 2, "category_id": 2, "keypoints": [1, 1, 2, 2, 2, 2, 3, 3, 1], "segmentation": [[1, 1, 5, 1, 5, 5]]},
             {"id": 3, "image_id": 3, "category_id": "same", "segmentation": {"size": [10, 20], "counts": [33, 4, 6, 4, 153]}},
             {"id": 4, "image_id": 1, "category_id": 1, "keypoints": [5, 5, 2]},
             {"id": 4, "image_id": 1, "category_id": 1, "keypoints": [5, 5, 2]},
             {"id": 5, "image_id": "4", "category_id": "other", "bbox": [1, 2, 3, 4]}],
            [{"id": 1, "name": "thing"}, dict(PERSON, id=2), {"id": "same", "name": "twin"}, {"id": "other", "name": "twin"}, {"id": 9, "name": "none"}],
            [{"id": 1, "file_name": "a.png", "width": 20, "height": 10}, {"id": 2, "file_name": "b.png", "width": 20, "height": 10},
             {"id": 3, "file_name": "a.png", "width": 20, "height": 10}, {"id": 4, "file_name": "c.png"},
             {"id": 5, "file_name": "nothing on it.png"}])


def without_hashes(value):
    """Random ones differ, as do names of files by UUID."""
    if isinstance(value, dict):
        return {key: without_hashes(one) for key, one in value.items()
                if key not in ("featureNodeHash", "feature_node_hash", "featureHash", "encord_track_uuid", "file_name")}
    return [without_hashes(one) for one in value] if isinstance(value, list) else value


def in_order(annotations):
    """By what they say, numbered anew."""
    plain = []
    for one in annotations:
        one = dict(one, id=0, attributes=dict(one["attributes"], track_id=0))
        plain.append(one)
    return sorted(plain, key=lambda one: json.dumps(without_hashes(one), sort_keys=True))


def read(path):
    with open(path, "rb") as file:
        return file.read()


class OneCall(CocoStores):
    def make_one(self, content, who=None, **options):
        return (who or self.host).project_create_from_coco("all at once", WORKFLOW, read=self.reader(content), **options)

    def state(self):
        return (self.host.project_list().to_pylist(), self.host.ontology_list().to_pylist(), self.host.dataset_list().to_pylist(),
                self.host.store_info().to_pylist()[0]["commit_seq"])

    def tasks(self, project):
        rows = [project.task_open(row["task"]).get().to_pylist()[0] for row in project.task_list(include_waiting=True).to_pylist()]
        return [(row["title"], row["version"]) for row in rows]

    def test_it_is_what_the_calls_one_by_one_make(self):
        for name in ["many"] + FILES:
            with self.subTest(name):
                content = MANY if name == "many" else read(name)
                other, brought = self.project(content)
                other_ontology = self.ontology(other)
                one, table = self.make_one(content)
                self.assertEqual(without_hashes(self.ontology(one)), without_hashes(other_ontology))
                for extended in (False, True):
                    expected, got = (self.out(project, coco_extended=extended) for project in (other, one))
                    if name == "many":  # two images have one name: their labels come image by image, not in the order of the file
                        for taken in (got, expected):
                            taken["annotations"] = in_order(taken["annotations"])
                    self.assertEqual(without_hashes(got), without_hashes(expected))
                self.assertEqual(table.to_pylist(), [brought])
                self.assertEqual(self.tasks(one), self.tasks(other))
                for page in one.task_list_pages():
                    for row in page.to_pylist():
                        self.assertTrue(all(not label["manual"] for label in one.task_open(row["task"]).labels().to_pylist()))
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_its_names(self):
        one, table = self.make_one(coco(ANNOTATIONS, images=IMAGES), not_prelabels=True)
        self.assertEqual(table.to_pylist(), [{"images": 2, "tasks": 2, "labels": 5, "repeated": 0}])
        for rows in (self.host.ontology_list().to_pylist(), self.host.dataset_list().to_pylist(), self.host.project_list().to_pylist()):
            self.assertEqual(sum(row["title"] == "all at once" for row in rows), 1)
        self.assertEqual(members(self.out(one, coco_extended=True)), members(coco(ANNOTATIONS, images=IMAGES)))
        self.assertTrue(all(label["manual"] for row in one.task_list().to_pylist() for label in one.task_open(row["task"]).labels().to_pylist()))

    def test_annotations_may_come_first(self):
        content = {key: MANY[key] for key in ("annotations", "images", "categories")}
        expected = self.out(self.make_one(MANY)[0])
        self.assertEqual(without_hashes(self.out(self.make_one(content)[0])), without_hashes(expected))

    def test_a_member_becomes_its_admin(self):
        user = next(row["user"] for row in self.host.user_list().to_pylist() if row["email"] == "ann@x.org")
        ann = self.open[0].session_open(user)
        one, _ = self.make_one(MANY, ann)
        self.assertEqual([(row["email"], row["role"]) for row in one.collaborator_list().to_pylist()], [("ann@x.org", "admin")])
        rows = [row for row in one.task_list().to_pylist()]
        labels = one.task_open(rows[0]["task"]).labels().to_pylist()
        self.assertTrue(labels and all(label["creator"] == user for label in labels))

    def test_all_or_nothing(self):
        before = self.state()
        unfit = json.dumps({"start": "a", "stages": [{"key": "a", "type": "ANNOTATION", "edges": {"submit": "nowhere"}}]})
        with self.assertRaises(annoproj.DataError):
            self.host.project_create_from_coco("all at once", unfit, read=self.reader(MANY))
        broken = dict(MANY, annotations=MANY["annotations"] + [{"id": 7, "image_id": 77, "category_id": 1, "bbox": [1, 2, 3, 4]},
                                                               {"id": 8, "image_id": 1, "category_id": 77, "bbox": [1, 2, 3, 4]},
                                                               {"id": 9, "image_id": 2, "category_id": 2, "keypoints": [1, 1, 2, 2, 2, 2]},
                                                               {"id": 9, "image_id": 2, "category_id": 2, "segmentation": {"size": [2, 2], "counts": [4]}}])
        with self.assertRaises(annoproj.DataError) as caught:
            self.make_one(broken)
        faults = [value for key, value in caught.exception.details if key == "fault"]
        self.assertEqual(len(faults), 4)
        for place, fault in enumerate(faults):
            self.assertIn("/annotations/%d" % (6 + place), fault)
        cancel = annoproj.cancel_new()
        cancel.trigger()
        with self.assertRaises(annoproj.CancelledError):
            self.make_one(MANY, cancel=cancel)
        with self.assertRaises(annoproj.NotFoundError):
            self.host.project_create_from_coco("all at once", WORKFLOW, os.path.join(self.folder.name, "none.json"))
        with self.assertRaises(annoproj.InvalidError):
            self.host.project_create_from_coco("all at once", WORKFLOW)
        self.assertEqual(self.state(), before)

    def test_a_request_key_makes_one(self):
        one, table = self.make_one(MANY, request_key="k")
        again, same = self.make_one(MANY, request_key="k")
        self.assertEqual((one.id(), table.to_pylist()), (again.id(), same.to_pylist()))

    def test_into_consensus(self):
        workflow = json.dumps({"start": "many", "stages": [
            {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"}},
            {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "complete", "reject": "many"}}, {"key": "complete", "type": "DONE"}]})
        one, table = self.host.project_create_from_coco("many", workflow, read=self.reader(MANY))
        self.assertEqual(len(self.out(one)["annotations"]), table.to_pylist()[0]["labels"])
        self.assertEqual(self.host.store_check().to_pylist(), [])


if __name__ == "__main__":
    unittest.main()
