"""Pixels are of one size: where the images of a COCO file are not the data units of their names, its labels would be wrong ones."""

import unittest

import annoproj
from annoproj import DataType

from test_coco_forms import CocoStores, coco
from test_label_rows import WORKFLOW

BOX = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}
MASK = {"id": 2, "image_id": 1, "category_id": 1, "segmentation": {"size": [10, 20], "counts": [33, 4, 6, 4, 153]}}


def image(number, width, height, name="a.png"):
    """A side may be unknown: None."""
    return {"id": number, "file_name": name, "width": width, "height": height}


class Images(CocoStores):
    def unit(self, width, height, data_type=DataType.IMAGE, frames=1, annotation=BOX):
        """A project with one data unit."""
        dataset = self.host.dataset_create("d")
        self.host.data_units_add(dataset, titles=["a.png"], data_types=[data_type], widths=[width], heights=[height], frames=[frames])
        project = self.host.project_create("p", self.host.ontology_import_coco("o", read=self.reader(coco([annotation]))), WORKFLOW)
        project.attach_dataset(dataset)
        return project

    def faults(self, call, content):
        with self.assertRaises(annoproj.DataError) as caught:
            call(read=self.reader(content))
        return [value for key, value in caught.exception.details if key == "fault"]

    def test_another_size_is_a_fault(self):
        for unit, file in (((20, 10), (40, 20)), ((20, 10), (10, 20)), ((20, 10), (20, 11)), ((20, 0), (21, 10)), ((0, 10), (20, 9)),
                           ((20, 10), (40, None))):
            with self.subTest(unit=unit, file=file):
                project = self.unit(*unit)
                (fault,) = self.faults(project.import_coco, coco([BOX, dict(BOX, id=2)], images=[image(1, *file)]))
                self.assertTrue(fault.startswith("/annotations/0 (byte "), fault)
                self.assertIn("%d x %d" % (file[0], file[1] or 0), fault)
                self.assertIn("%d x %d" % unit, fault)
                self.assertEqual(self.out(project)["annotations"], [])

    def test_a_size_that_one_of_them_does_not_have_is_none_that_differs(self):
        for unit, file in (((0, 0), (40, 20)), ((20, 10), (None, None)), ((20, 10), (None, 10)), ((20, 0), (20, 10)), ((20, 10), (20, 10))):
            with self.subTest(unit=unit, file=file):
                project = self.unit(*unit)
                self.assertEqual(project.import_coco(read=self.reader(coco([BOX], images=[image(1, *file)]))).to_pylist()[0]["labels"], 1)
                (taken,) = self.out(project)["images"]
                self.assertEqual((taken["width"] or 0, taken["height"] or 0), unit)  # data units never change

    def test_of_an_image_without_annotations_it_does_not_matter(self):
        project = self.unit(20, 10)
        self.assertEqual(project.import_coco(read=self.reader(coco([], images=[image(1, 40, 20)]))).to_pylist()[0]["labels"], 0)

    def test_a_mask_has_the_size_of_the_data_unit(self):
        for file in ((None, None), (20, 10), (None, 10)):
            project = self.unit(20, 10, annotation=MASK)
            self.assertEqual(project.import_coco(read=self.reader(coco([MASK], images=[image(1, *file)]))).to_pylist()[0]["labels"], 1)
        (fault,) = self.faults(self.unit(20, 20, annotation=MASK).import_coco, coco([MASK], images=[image(1, None, None)]))
        self.assertIn("20 x 10", fault)
        self.assertIn("20 x 20", fault)

    def test_what_is_no_single_image_takes_none(self):
        """Nothing on it would be a label, or which of its frames one is on is not known."""
        for data_type, frames, reason in ((DataType.AUDIO, 1, "no pixels"), (DataType.PLAIN_TEXT, 1, "no pixels"), (DataType.TIME_SERIES, 1, "no pixels"),
                                          (DataType.VIDEO, 3, "several frames"), (DataType.IMG_GROUP, 2, "several frames"), (DataType.PDF, 2, "several frames")):
            with self.subTest(data_type.name):
                (fault,) = self.faults(self.unit(0, 0, data_type, frames).import_coco, coco([BOX]))
                self.assertIn(reason, fault)
                self.assertTrue(fault.startswith("/annotations/0 "), fault)
        self.assertEqual(self.unit(0, 0, DataType.VIDEO).import_coco(read=self.reader(coco([BOX]))).to_pylist()[0]["labels"], 1)
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_two_images_of_one_name_have_one_size(self):
        content = coco([BOX], images=[image(1, 20, 10), image(2, 40, 20), image(3, 20, 10), image("4", 40, 20, "b.png"), image(5, None, 10)])
        calls = (lambda **source: self.host.dataset_import_coco(self.host.dataset_create("d"), **source),
                 lambda **source: self.host.project_create_from_coco("p", WORKFLOW, **source), self.unit(0, 0).import_coco)
        for call in calls:
            (fault,) = self.faults(call, content)
            self.assertTrue(fault.startswith("/images/1 (byte "), fault)
            self.assertIn("40 x 20", fault)
            self.assertIn("20 x 10", fault)
        content["images"].pop(1)
        for call in calls:
            call(read=self.reader(content))


del CocoStores

if __name__ == "__main__":
    unittest.main()
