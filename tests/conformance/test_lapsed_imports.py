"""An import into a task whose assignment has lapsed finds it free, as every write does (behaviour §8): the lapse is logged before the labels, so
that whoever reads the events knows whose they are."""

import io
import json
import os
import tempfile
import unittest

import annoproj
from annoproj import OrgRole, Role

FLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "edges": {"approve": "complete", "reject": "annotate"}, "settings": {"assignment_ttl": 60}},
    {"key": "complete", "type": "DONE"}]})
COCO = {"images": [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 100}], "categories": [{"id": 1, "name": "Car"}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}]}


class LapsedImports(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.now_us = 1_760_000_000_000_000
        self.store = annoproj.create(os.path.join(folder.name, "a.annoproj"), clock=lambda: self.now_us, relaxed_durability=True)
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_import_coco("Classes", read=self.file(COCO))
        dataset = self.host.dataset_create("Images")
        self.host.dataset_import_coco(dataset, read=self.file(COCO))
        project = self.host.project_create("P", ontology, FLOW)
        project.attach_dataset(dataset)
        user = self.host.user_create("lead@example.org", "Lead", OrgRole.MEMBER)
        project.collaborator_add(user, Role.ADMIN)
        project.import_coco(read=self.file(COCO))
        (row,) = project.task_list().to_pylist()
        project.task_open(row["task"]).submit()
        self.project = self.store.session_open(user).project_open(project.id())
        self.task = self.project.task_open(row["task"])
        self.task.initiate()
        self.now_us += 60_000_000

    @staticmethod
    def file(document):
        return io.BytesIO(json.dumps(document).encode()).read

    def row(self):
        out = io.BytesIO()
        self.project.export_labels(write=out.write)
        return json.loads(out.getvalue())

    def finds_it_free(self, *kinds):
        """The import's events: the lapse, then what it did."""
        events = [event for table in self.project.events(0) for event in table.to_pylist() if event["time"].timestamp() * 1e6 == self.now_us]
        self.assertEqual([event["kind"] for event in events], ["task_lapse", *kinds, "labels_import"])
        self.assertEqual([self.task.get().to_pylist()[0][name] for name in ("assignee", "derived_status")], [None, "released"])
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_label_rows_beside_what_is_there(self):
        rows = self.row()
        (unit,) = rows[0]["data_units"].values()
        unit["labels"]["objects"][0]["objectHash"] = "another1"
        rows[0]["object_answers"] = {}
        self.project.import_labels(read=self.file(rows))
        self.finds_it_free("label_put")

    def test_label_rows_in_its_place(self):
        rows = self.row()
        (unit,) = rows[0]["data_units"].values()
        unit["labels"]["objects"] = []
        rows[0]["object_answers"] = {}
        self.project.import_labels(read=self.file(rows), replace=True)
        self.finds_it_free("label_remove")

    def test_coco(self):
        self.project.import_coco(read=self.file(dict(COCO, annotations=[dict(COCO["annotations"][0], bbox=[5, 6, 7, 8])])))
        self.finds_it_free("label_put")


if __name__ == "__main__":
    unittest.main()
