"""COCO in the forms that real tools write: keypoints, crowds in both encodings, several polygons, ids of all kinds, what other
programs got wrong (categories from 0, repeated ids, names that differ by extension only)."""

import io
import json
import unittest

import annoproj
from test_label_rows import Stores, WORKFLOW, rle_text


def coco(annotations, categories=None, images=None, **more):
    return dict({"images": images or [{"id": 1, "file_name": "a.png", "width": 20, "height": 10}],
                 "categories": categories or [{"id": 1, "name": "thing"}], "annotations": annotations}, **more)


PERSON = {"id": 1, "name": "person", "supercategory": "person", "keypoints": ["nose", "left \"eye\"", "right_eye"], "skeleton": [[1, 2], [1, 3], [1, 2], [9, 1]]}


class CocoStores(Stores):
    def setUp(self):
        super().setUp()
        self.host = self.make({"image 0": "image"})[0]

    def reader(self, content):
        return io.BytesIO(content if isinstance(content, bytes) else json.dumps(content).encode()).read

    def project(self, content):
        ontology = self.host.ontology_import_coco("c", read=self.reader(content))
        dataset = self.host.dataset_create("c")
        self.host.dataset_import_coco(dataset, read=self.reader(content))
        project = self.host.project_create("c", ontology, WORKFLOW)
        project.attach_dataset(dataset)
        return project, project.import_coco(read=self.reader(content)).to_pylist()[0]

    def out(self, project, **options):
        got = []
        project.export_coco(write=lambda data: got.append(data) and None, **options)
        return json.loads(b"".join(got))

    def ontology(self, project):
        return json.loads(self.host.ontology_json(max(row["ontology"] for row in self.host.ontology_list().to_pylist())))


class Forms(CocoStores):
    def test_keypoints(self):
        places = [3, 4, 2, 5, 6, 1, 0, 0, 0]
        content = coco([{"id": 1, "image_id": 1, "category_id": 1, "bbox": [3, 4, 2, 2], "num_keypoints": 2, "keypoints": places},
                        {"id": 2, "image_id": 1, "category_id": 1, "keypoints": [7, 7, 0, 8, 8, 2, 9, 9.5, 2], "segmentation": [], "iscrowd": 0}], [PERSON])
        project, brought = self.project(content)
        self.assertEqual(brought["labels"], 2)
        structure = self.ontology(project)
        self.assertEqual([one["shape"] for one in structure["objects"]], ["skeleton"])
        template = structure["skeleton_templates"][0]["template"]
        self.assertEqual([one["name"] for one in template["skeleton"].values()], PERSON["keypoints"])
        self.assertEqual({key: sorted(to) for key, to in template["skeletonEdges"].items()}, {"0": ["1", "2"]})
        taken = self.out(project)
        self.assertEqual([one["keypoints"] for one in taken["annotations"]], [places, [7, 7, 0, 8, 8, 2, 9, 9.5, 2]])
        self.assertEqual([one["bbox"] for one in taken["annotations"]], [[3, 4, 2, 2], [7, 7, 2, 2.5]])
        extended = self.out(project, coco_extended=True)
        self.assertEqual(extended["categories"][0]["keypoints"], PERSON["keypoints"])
        self.assertEqual(extended["categories"][0]["id"], 1)
        self.assertEqual(project.import_coco(read=self.reader(taken)).to_pylist()[0]["labels"], 2)  # our own file

    def test_into_tasks_wherever_they_are(self):
        content = coco([{"id": number, "image_id": number // 2 + 1, "category_id": 1, "bbox": [number, 1, 2, 2]} for number in range(12)],
                       images=[{"id": number + 1, "file_name": "%d.png" % number, "width": 20, "height": 10} for number in range(6)])
        project, _ = self.project(content)
        tasks = [project.task_open(row["task"]) for row in project.task_list().to_pylist()]
        tasks[1].submit()
        hashes = [row["label"] for row in tasks[3].labels().to_pylist()]
        row = tasks[3].label_row().replace(hashes[0], "Given-00")
        tasks[3].label_row_write(row, force=True)
        one = dict(content, annotations=content["annotations"][-3:-2])
        self.assertEqual(project.import_coco(read=self.reader(one)).to_pylist()[0]["labels"], 1)
        before = [task.get().to_pylist()[0] for task in tasks]
        self.assertEqual([row["version"] for row in before], [1, 1, 1, 2, 2, 1])
        self.assertEqual(project.import_coco(read=self.reader(content)).to_pylist(), [{"images": 6, "tasks": 6, "labels": 12, "repeated": 0}])
        for task, was in zip(tasks, before):
            now = task.get().to_pylist()[0]
            self.assertEqual(dict(now, version=0), dict(was, version=0))
            self.assertEqual(now["version"], was["version"] + 1)
            labels = [label["label"] for label in task.labels().to_pylist()]
            self.assertEqual(len(set(labels)), 5 if task is tasks[4] else 4)
        self.assertIn("Given-00", [row["label"] for row in tasks[3].labels().to_pylist()])
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_keypoints_beside_a_polygon_are_two_labels(self):
        content = coco([{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 8, 8], "area": 32, "iscrowd": 0, "num_keypoints": 1,
                         "segmentation": [[1, 1, 9, 1, 9, 9]], "keypoints": [0, 0, 0, 2, 2, 2, 0, 0, 0]},
                        {"id": 2, "image_id": 1, "category_id": 1, "segmentation": [[1, 1, 5, 1, 5, 5]], "keypoints": [0] * 9, "num_keypoints": 0}], [PERSON])
        project, brought = self.project(content)
        self.assertEqual(brought["labels"], 3)
        extended = self.out(project, coco_extended=True)
        self.assertEqual([(one["id"], one["name"], one["keypoints"]) for one in extended["categories"]], [(1, "person", PERSON["keypoints"])])
        self.assertEqual([one["category_id"] for one in extended["annotations"]], [1, 1, 1])
        self.assertEqual([one["num_keypoints"] for one in extended["annotations"]], [None, 1, None])

    def test_a_single_keypoint_is_a_point(self):
        content = coco([{"id": 1, "image_id": 1, "category_id": 1, "bbox": [3, 4, 0, 0], "segmentation": [[3, 4]], "keypoints": [3, 4, 2], "num_keypoints": 1}],
                       [{"id": 1, "name": "spot", "keypoints": "keypoint", "skeleton": []}])
        project, brought = self.project(content)
        self.assertEqual([one["shape"] for one in self.ontology(project)["objects"]], ["point"])
        taken = self.out(project)["annotations"][0]
        self.assertEqual((taken["keypoints"], taken["segmentation"], taken["num_keypoints"]), ([3, 4, 2], [[3, 4]], 1))

    def test_keypoints_that_are_none(self):
        good = coco([{"id": 1, "image_id": 1, "category_id": 1, "keypoints": [1, 1, 2] * 3}], [PERSON])
        project, _ = self.project(good)
        for keypoints, reason in (([1, 2], "x, y and visibility"), ([1, 1, 3, 1, 1, 2, 1, 1, 2], "visibility"), ([1, 1, 2] * 4, "has 3"),
                                  (["a"], "numbers"), ({"x": 1}, "array"), ([1, 1e300, 2] * 3, "2^31")):
            with self.subTest(reason), self.assertRaises(annoproj.DataError) as caught:
                project.import_coco(read=self.reader(coco([{"image_id": 1, "category_id": 1, "keypoints": keypoints}], [PERSON])))
            faults = [value for key, value in caught.exception.details if key == "fault"]
            self.assertIn(reason, faults[0])
            self.assertIn("/annotations/0", faults[0])
        self.assertEqual(len(self.out(project)["annotations"]), 1)

    def test_keypoints_behind_the_last_that_is_there_keep_their_places(self):
        """Also when the label was written without them: a label row has only the vertices that are there."""
        places = [0, 0, 0, 5, 6, 1, 0, 0, 0]
        project, _ = self.project(coco([{"id": 1, "image_id": 1, "category_id": 1, "keypoints": places}], [PERSON]))
        rows = []
        project.export_labels(write=lambda data: rows.append(data) and None)
        project.import_labels(read=self.reader(b"".join(rows)))
        for extended in (False, True):
            taken = self.out(project, coco_extended=extended)
            (made,) = taken["annotations"]
            self.assertEqual((made["keypoints"], made["num_keypoints"], made["bbox"]), (places, 1, [5, 6, 0, 0]))
            self.assertEqual(project.import_coco(read=self.reader(taken), replace=True).to_pylist()[0]["labels"], 1)

    def test_a_mask_has_one_encoding(self):
        """Runs of no pixels between others say nothing: what came with them is what comes without."""
        for runs, plain in (([0, 0, 0, 100, 0, 0, 100], [0, 100, 100]), ([0, 0, 200], [200]), ([100, 100, 0], [100, 100]), ([0, 200], [0, 200]),
                            ([50, 0, 50, 1, 0, 3, 0, 0, 96], [100, 4, 96]), ([0, 5, 0, 195, 0, 0, 0], [0, 200])):
            for counts in (runs, rle_text(runs)):
                project, _ = self.project(coco([{"id": 1, "image_id": 1, "category_id": 1, "segmentation": {"size": [10, 20], "counts": counts}}]))
                (made,) = self.out(project)["annotations"]
                self.assertEqual(made["segmentation"], {"size": [10, 20], "counts": rle_text(plain)})
                self.assertEqual(made["area"], sum(plain[1::2]))

    def test_crowds_in_both_encodings_are_one_mask(self):
        runs = [33, 4, 6, 4, 153]
        content = coco([{"id": 5, "image_id": 1, "category_id": 1, "iscrowd": 1, "segmentation": {"size": [10, 20], "counts": runs}},
                        {"id": 5, "image_id": 1, "category_id": 1, "iscrowd": 1, "score": 0.5, "segmentation": {"counts": rle_text(runs), "size": [10, 20]}}])
        project, brought = self.project(content)
        self.assertEqual(brought["labels"], 2)
        first, second = self.out(project)["annotations"]
        self.assertEqual(first["segmentation"], {"counts": rle_text(runs), "size": [10, 20]})
        self.assertEqual(first["segmentation"], second["segmentation"])
        self.assertEqual((first["area"], first["bbox"], first["iscrowd"]), (8, [3, 3, 2, 4], 1))

    def test_ids_of_all_kinds(self):
        content = coco([{"id": 0, "image_id": "x", "category_id": 0, "bbox": [-5, 2, 40, 30], "area": None, "segmentation": None, "keypoints": None, "tags": {"a": [1]}},
                        {"id": 0, "image_id": 7, "category_id": "c", "bbox": None, "segmentation": [[1, 1, 5, 1, 5, 5], [6, 6, 9, 6, 9, 9]]},
                        {"id": 0, "image_id": "7", "category_id": "c", "bbox": [1, 1, 2, 2], "extra": None}],
                       [{"id": 0, "name": "zero"}, {"id": "c", "name": None, "supercategory": None}],
                       [{"id": "x", "file_name": "a.png", "width": 20, "height": 10, "license": None}, {"id": 7, "file_name": "a.jpg"}],
                       info=None, licenses=[{"id": 1}], more={"deep": [[]]})
        project, brought = self.project(content)
        self.assertEqual(brought["labels"], 3)
        taken = self.out(project)
        self.assertEqual([one["id"] for one in taken["categories"]], [1, 2, 3])  # never 0: masks draw with it
        self.assertEqual([one["id"] for one in taken["annotations"]], [0, 1, 2])  # never twice
        self.assertTrue(all(isinstance(one[key], int) for one in taken["annotations"] for key in ("id", "image_id", "category_id")))
        titles = {image["id"]: image["image_title"] for image in taken["images"]}
        self.assertEqual([titles[one["image_id"]] for one in taken["annotations"]], ["a.png", "a.jpg", "a.jpg"])  # .png is not .jpg
        box, rings, small = taken["annotations"]
        self.assertEqual((box["bbox"], box["area"]), ([-5, 2, 40, 30], 1200))  # as it was, also where it reaches outside
        self.assertEqual((rings["bbox"], rings["area"], len(rings["segmentation"])), ([1, 1, 8, 8], 12.5, 2))


if __name__ == "__main__":
    unittest.main()
