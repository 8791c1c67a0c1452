"""What users of peer systems ran into, of time and of COCO (peer lessons 19, 31 and 32): each would fail where they failed."""

import os
import tempfile
import unittest

import annoproj
from label_arrays import LabelArrays
from test_coco_forms import CocoStores, coco
from test_label_rows import WORKFLOW

MINUTE_US = 60_000_000


class Time(unittest.TestCase):
    def test_lesson_19_time_with_drafts_is_counted_once(self):
        """The time of a draft was added to the lead time of the annotation, and again with the annotation."""
        now = [1_767_603_600_000_000]
        with tempfile.TemporaryDirectory() as folder, annoproj.create(os.path.join(folder, "t.annoproj"), clock=lambda: now[0]) as store:
            host = store.session_open(0)
            user = host.user_create("ann@x.org", "Ann", annoproj.OrgRole.MEMBER)
            dataset = host.dataset_create("d")
            host.data_units_add(dataset, titles=["a.png"], data_types=[annoproj.DataType.IMAGE], widths=[20], heights=[10])
            ontology = host.ontology_create("o", '{"objects":[{"id":"1","name":"Car","shape":"bounding_box","featureNodeHash":"objCar01"}]}')
            project = host.project_create("p", ontology, WORKFLOW)
            project.attach_dataset(dataset)
            project.collaborator_add(user, annoproj.Role.ANNOTATOR)
            mine = store.session_open(user).project_open(project.id())
            task = mine.task_open(mine.task_list().to_pylist()[0]["task"])
            task.initiate()
            began = now[0]
            for draft in range(1, 4):  # each draft comes with all the time so far
                now[0] += MINUTE_US
                self.assertEqual(task.report_time([began], [draft * MINUTE_US]), MINUTE_US)
                labels = LabelArrays()
                labels.add(1, {0: [[draft, 2, 3, 4]]})
                labels.write(task)
            self.assertEqual(task.report_time([began], [3 * MINUTE_US]), 0)
            task.submit()
            query = project.query_open()
            self.assertEqual([row["total"] for row in query.time_spent().to_pylist()], [180])
            self.assertEqual([row["annotate"] for row in query.collaborator_time().to_pylist()], [180])
            self.assertEqual([row["total_time"] for row in query.task_performance().to_pylist()], [180])
            self.assertEqual(host.store_check().to_pylist(), [])


class Coco(CocoStores):
    def test_lesson_31_ids_boxes_and_areas_are_made_anew(self):
        """Categories from 0 or reordered, ids that repeat or are all 0 or texts, boxes and areas that are wrong."""
        content = coco([{"id": 0, "image_id": "1", "category_id": "9", "bbox": [0, 0, 1, 1], "area": -7, "segmentation": [[1, 1, 5, 1, 5, 5]]},
                        {"id": 0, "image_id": 1, "category_id": 0, "bbox": [2, 2, 3, 4], "area": 1e9},
                        {"id": "0", "image_id": 1, "category_id": 9, "bbox": [9, 9, 9, 9], "segmentation": {"size": [10, 20], "counts": [33, 4, 6, 4, 153]}}],
                       [{"id": 9, "name": "nine"}, {"id": 0, "name": "zero"}, {"id": 4, "name": "four"}])
        project, _ = self.project(content)
        for extended in (False, True):
            taken = self.out(project, coco_extended=extended)
            for key, first in (("categories", None), ("images", 0), ("annotations", 0)):
                ids = [one["id"] for one in taken[key]]
                self.assertTrue(all(type(one) is int for one in ids), key)
                self.assertEqual(len(set(ids)), len(ids), key)
                self.assertTrue(first is None or ids == list(range(first, first + len(ids))), key)
            categories = {one["id"]: one["name"].split(" (")[0] for one in taken["categories"]}
            images = {one["id"] for one in taken["images"]}
            self.assertEqual(sorted(categories), [0, 4, 9] if extended else [1, 2, 3, 4])  # the file's own, or from 1
            self.assertTrue(all(type(one[key]) is int for one in taken["annotations"] for key in ("image_id", "category_id")))
            self.assertTrue(all(one["image_id"] in images for one in taken["annotations"]))
            ring, box, mask = taken["annotations"]
            self.assertEqual([categories[one["category_id"]] for one in (ring, box, mask)], ["nine", "zero", "nine"])
            self.assertEqual((ring["bbox"], ring["area"]), ([1, 1, 4, 4], 8))
            self.assertEqual((box["bbox"], box["area"]), ([2, 2, 3, 4], 12))
            self.assertEqual((mask["bbox"], mask["area"], mask["iscrowd"]), ([3, 3, 2, 4], 8, 1))

    def test_lesson_32_files_that_differ_by_extension_only_are_two(self):
        """Two files with one stem were taken for one: a file is its whole name, and what refers to it its id."""
        images = [{"id": 1, "file_name": "a.png", "width": 20, "height": 10}, {"id": 2, "file_name": "a.jpg", "width": 20, "height": 10},
                  {"id": 3, "file_name": "a", "width": 20, "height": 10}, {"id": 4, "file_name": "x/a.png", "width": 20, "height": 10}]
        content = coco([{"id": number, "image_id": number, "category_id": 1, "bbox": [number, 1, 2, 3]} for number in (4, 3, 2, 1)], images=images)
        for project in (self.project(content)[0], self.host.project_create_from_coco("all", WORKFLOW, read=self.reader(content))[0]):
            taken = self.out(project)
            titles = {one["id"]: one["image_title"] for one in taken["images"]}
            self.assertEqual(sorted(titles.values()), sorted(image["file_name"] for image in images))
            found = {titles[one["image_id"]]: one["bbox"][0] for one in taken["annotations"]}
            self.assertEqual(found, {image["file_name"]: image["id"] for image in images})
            names = [one["file_name"] for one in taken["images"]]
            self.assertEqual(len(set(names)), 4)


del CocoStores

if __name__ == "__main__":
    unittest.main()
