"""Objects of HTML documents are on nodes: ranges of them come in with label rows and go out as they came, whatever is written beside."""

import contextlib
import io
import json
import os
import sqlite3
import tempfile
import unittest

import annoproj
from annoproj import DataType

from label_arrays import LabelArrays

FLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "edges": {"approve": "complete", "reject": "annotate"}}, {"key": "complete", "type": "DONE"}]})
ONTOLOGY = json.dumps({"objects": [
    {"id": "1", "name": "Quote", "color": "#D33115", "shape": "text", "featureNodeHash": "objQuo01", "required": False, "attributes": [
        {"id": "1.1", "name": "Note", "type": "text", "featureNodeHash": "attNot01", "required": False}]},
    {"id": "2", "name": "Box", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "objBox01", "required": False}],
    "classifications": []})


def node(path, offset):
    return {"xpath": path, "offset": offset}


def between(*ends):
    return [{"start": node(first, 3), "end": node(last, 9)} for first, last in ends]


ONE, OTHER = between(("/html/body/p[1]", "/html/body/p[2]")), between(("/a", "/b"), ("/c \u00e9 \"x\"", "/d"))


class HtmlRanges(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"))
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)
        self.dataset, ontology = self.host.dataset_create("d"), self.host.ontology_create("o", ONTOLOGY)
        self.host.data_units_add(self.dataset, titles=["a.html", "b.txt", "c.jpg"], widths=[0, 0, 10], heights=[0, 0, 10],
                                 data_types=[DataType.PLAIN_TEXT, DataType.PLAIN_TEXT, DataType.IMAGE],
                                 media_types=["text/html", "text/plain", "image/jpeg"])
        self.project = self.host.project_create("p", ontology, FLOW)
        self.project.attach_dataset(self.dataset)
        self.features = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(ontology).to_pylist()}
        self.tasks = {row["title"]: self.project.task_open(row["task"]) for row in self.project.task_list().to_pylist()}
        self.task = self.tasks["a.html"]

    @staticmethod
    def row(title="a.html", kind="plain_text", label="aaaaaaaa", **entry):
        entry = dict({"objectHash": label, "featureHash": "objQuo01", "range": [], "classifications": []}, **entry)
        return {"data_title": title, "data_type": kind, "data_units": {"u": {"labels": {}}}, "object_answers": {label: entry}}

    def take(self, row):
        self.project.import_labels(read=io.BytesIO(json.dumps([row]).encode()).read)

    def entry(self, label="aaaaaaaa", task=None):
        return json.loads((task or self.task).label_row())["object_answers"][label]

    def write(self, row):
        (made,) = self.task.label_row_write(row if isinstance(row, str) else json.dumps(row), force=True).to_pylist()
        return made["added"], made["changed"], made["removed"]

    def test_they_come_back_as_they_came(self):
        self.take(self.row(range_html=OTHER))
        self.assertEqual((self.entry()["range_html"], self.entry()["range"]), (OTHER, []))
        text = self.task.label_row()
        self.assertEqual(self.write(text), (0, 0, 0))
        self.assertEqual(self.task.label_row(), text)
        self.assertEqual(self.write(self.row(range_html=ONE)), (0, 1, 0))
        self.assertEqual(self.entry()["range_html"], ONE)
        more = [dict(ONE[0], start=dict(ONE[0]["start"], extra={"kept": [1.50]}))]
        self.write(json.dumps(self.row(range_html=more)).replace("1.5", "1.50"))
        self.assertEqual(self.entry()["range_html"], more)
        self.assertIn('"kept": [1.50]', self.task.label_row())
        self.assertEqual(self.write(self.row(range_html=[], range=[[2, 5]])), (0, 1, 0))
        self.assertEqual((self.entry()["range_html"], self.entry()["range"]), ([], [[2, 5]]))
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def states(self):
        return [row["review_state"] for row in self.task.labels().to_pylist()]

    def test_other_writes_leave_them(self):
        self.take(self.row(range_html=ONE))
        changes = LabelArrays()
        changes.add(0, hash="aaaaaaaa", answers=[(self.features["attNot01"], "said")])
        changes.write(self.task, actions=[annoproj.LabelAction.CHANGE])
        self.assertEqual((self.entry()["range_html"], self.entry()["classifications"][0]["answers"]), (ONE, "said"))
        (label,) = self.task.labels().to_pylist()
        self.assertEqual(label["label"], "aaaaaaaa")
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_in_reviews_versions_and_copies(self):
        """Other nodes are another label to a review, and other frames to a comparison."""
        self.take(self.row(range_html=ONE))
        version = self.project.label_version_create("v")
        self.task.submit()
        self.task.label_approve("aaaaaaaa")
        self.assertEqual(self.states(), ["approved"])
        self.assertEqual(self.host.store_check().to_pylist(), [])
        self.task.reject(comment="again")
        self.task.submit()
        self.assertEqual(self.states(), ["approved"])       # it is what it was
        self.task.reject(comment="again")
        self.write(self.row(range_html=OTHER))
        self.task.submit()
        self.assertEqual(self.states(), ["new"])
        (change,) = self.project.label_version_diff(version, 0).to_pylist()
        self.assertEqual((change["change"], change["frames_changed"], change["geometry_changed"]), ("changed", True, False))
        out = []
        self.project.label_version_export_labels(version, write=lambda data: out.append(data) and None)
        rows = {one["data_title"]: one for one in json.loads(b"".join(out))}
        self.assertEqual(rows["a.html"]["object_answers"]["aaaaaaaa"]["range_html"], ONE)
        self.project.label_version_restore(version, force=True)
        self.assertEqual(self.entry()["range_html"], ONE)
        self.assertEqual(self.project.label_version_diff(version, 0).to_pylist(), [])
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def edited(self):
        return sum(row["edited_labels"] for row in self.project.query_open().task_performance().to_pylist())

    def send_back(self):
        self.task.submit()
        for label in self.task.labels().to_pylist():
            self.task.label_reject(label["label"])
        self.task.reject(comment="again")

    def again(self, row):
        self.write(row)
        self.send_back()
        return self.edited()

    def test_other_nodes_are_an_edit(self):
        """They are where the label is, as frames and ranges of characters are."""
        self.project.update("p", count_text_and_audio=annoproj.Choice.ON)
        self.take(self.row(range_html=ONE))
        self.send_back()
        self.assertEqual(self.edited(), 0)
        self.assertEqual(self.again(self.row(range_html=OTHER)), 1)
        self.assertEqual(self.again(self.row(range_html=OTHER)), 1)
        self.write(self.row(range_html=ONE))                          # changed and back is nothing
        self.assertEqual(self.again(self.row(range_html=OTHER)), 1)
        plain = json.dumps(self.row(range_html=OTHER), separators=(",", ":"))
        self.assertEqual(self.again(plain.replace("{\"xpath\"", "\t{ \"xpath\" ")), 1)  # blanks say nothing
        nearly = json.dumps(OTHER).replace("/c ", "/c  ")             # but in a string they do
        self.assertEqual(self.again(self.row(range_html=json.loads(nearly))), 2)
        self.assertEqual(self.again(self.row(range_html=[], range=[[2, 5]])), 3)
        self.assertEqual(self.again(self.row(range_html=ONE, range=[[2, 5]])), 4)
        self.assertEqual(self.again(dict(self.row(), object_answers={})), 4)
        self.assertEqual(self.again(self.row(range_html=ONE, range=[[2, 5]])), 5)  # put back
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_what_is_not_counted_is_published_all_the_same(self):
        self.take(self.row(range_html=ONE))
        self.send_back()
        self.assertEqual(self.again(self.row(range_html=OTHER)), 0)
        self.project.update("p", count_text_and_audio=annoproj.Choice.ON)
        self.assertEqual(self.again(self.row(range_html=OTHER)), 0)
        self.assertEqual(self.again(self.row(range_html=ONE)), 1)
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_labels_tell_their_nodes(self):
        self.take(self.row(range_html=OTHER))
        self.write(dict(self.row(), object_answers={**self.row(range_html=OTHER)["object_answers"],
                                                    **self.row(label="bbbbbbbb", range=[[2, 5]])["object_answers"]}))
        told = {row["label"]: row["nodes"] for row in self.task.labels().to_pylist()}
        self.assertEqual((json.loads(told["aaaaaaaa"]), told["bbbbbbbb"]), (OTHER, None))

    def test_what_is_restored_is_on_no_node_when_it_was_on_none(self):
        self.take(self.row(range=[[2, 5]]))
        version = self.project.label_version_create("v")
        self.write(self.row(range_html=ONE))
        self.project.label_version_restore(version, force=True)
        self.assertEqual((self.entry()["range_html"], self.entry()["range"]), ([], [[2, 5]]))
        self.assertEqual(self.project.label_version_diff(version, 0).to_pylist(), [])

    def test_damaged_nodes_are_found(self):
        self.take(self.row(range_html=ONE))
        self.store.close()
        path = os.path.join(self.folder.name, "a.annoproj")
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("UPDATE label SET nodes = x'5b7b'")
        with annoproj.open(path) as store, store.session_open(0) as host:
            (found,) = [row for row in host.store_check().to_pylist() if "nodes" in row["found"]]
            self.assertEqual((found["subject"], found["found"]), ("label", "damaged ranges of nodes"))

    def test_a_member_of_coco_that_is_called_so(self):
        """It is one that the library does not know, of a box: kept, and no nodes."""
        coco = {"images": [{"id": 1, "file_name": "c.jpg", "width": 10, "height": 10}], "categories": [{"id": 1, "name": "Box"}],
                "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 1, 2, 2], "range_html": ONE}]}
        self.project.import_coco(read=io.BytesIO(json.dumps(coco).encode()).read)
        task = self.tasks["c.jpg"]
        (label,) = task.labels().to_pylist()
        changes = LabelArrays()
        changes.add(0, hash=label["label"])
        changes.write(task, actions=[annoproj.LabelAction.CHANGE])
        self.assertEqual(len(task.labels()), 1)
        self.assertNotIn("range_html", task.label_row())
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_faults(self):
        where = "/0/object_answers/aaaaaaaa"
        for row, place, reason in (
                (self.row(range_html=[7]), where + "/range_html", "must be an object"),
                (self.row(range_html={}), where + "/range_html", "must be an array"),
                (self.row(range_html=[{"start": node("/a", 1)}]), where + "/range_html", "start and end"),
                (self.row(range_html=[{"start": {"xpath": "/a"}, "end": node("/a", 1)}]), where + "/range_html", "xpath and offset"),
                (self.row(range_html=[{"start": node("/a", -1), "end": node("/a", 1)}]), where + "/range_html", "whole number"),
                (self.row(range_html=[{"start": node(5, 1), "end": node("/a", 1)}]), where + "/range_html", "a string"),
                (self.row(range_html=[{"start": node("/" + "a" * (1 << 20), 1), "end": node("/a", 1)}]), where + "/range_html", "bytes"),
                (self.row("b.txt", range_html=ONE), where, "only texts on an HTML document"),
                (self.row(featureHash="objBox01", range_html=ONE), where, "a class of shape text")):
            with self.subTest(reason), self.assertRaises(annoproj.DataError) as caught:
                self.take(row)
            told = [value for key, value in caught.exception.details if key == "fault"]
            self.assertTrue(any(one.startswith(place) and reason in one for one in told), told)
        for nothing in (self.row(range_html=[]), self.row(range_html=None), self.row()):  # left over in the answers of a row
            self.take(nothing)
            self.assertEqual(len(self.task.labels()), 0)
        self.take(self.row("b.txt", range_html=[], range=[[0, 1]]))
        self.assertEqual(self.entry(task=self.tasks["b.txt"])["range"], [[0, 1]])


if __name__ == "__main__":
    unittest.main()
