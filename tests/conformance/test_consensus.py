"""What random work on consensus (tests/model) does not meet: classifications that exclude each other, frames, audio, copies of projects."""

import json
import os
import tempfile
import unittest

import annoproj

FLOW = json.dumps({"start": "many", "stages": [
    {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"},
     "settings": {"annotators": 2, "allow_reassessment": True}},
    {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "review", "reject": "many"},
     "settings": {"consensus": "refine"}},
    {"key": "review", "type": "REVIEW", "edges": {"approve": "complete", "reject": "annotate"},
     "settings": {"strict_review": False, "reassign_rejected_to_submitter": False}},
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "many"}, "settings": {"allow_reassessment": True}},
    {"key": "complete", "type": "DONE"}]})
KINDS = json.dumps({
    "objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "car00000"},
                {"id": "2", "name": "Noise", "color": "#D33116", "shape": "audio", "featureNodeHash": "noise000"},
                {"id": "3", "name": "Peak", "color": "#D33117", "shape": "time_range", "featureNodeHash": "peak0000"}],
    "classifications": [{"id": "9", "featureNodeHash": "weather0", "attributes": [
        {"id": "9.1", "name": "Weather", "type": "radio", "featureNodeHash": "weather1", "required": False, "dynamic": False,
         "options": [{"id": "9.1.1", "label": "Sun", "value": "sun", "featureNodeHash": "weather2"},
                     {"id": "9.1.2", "label": "Rain", "value": "rain", "featureNodeHash": "weather3"}]}]}]})


class Kinds(unittest.TestCase):
    """Classifications, videos, and data units whose labels are not counted."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = annoproj.create(os.path.join(self.folder.name, "k.annoproj"), relaxed_durability=True)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_create("Kinds", KINDS)
        self.features = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(ontology).to_pylist()}
        self.dataset = self.host.dataset_create("Files")
        types = annoproj.DataType
        self.host.data_units_add(self.dataset, titles=["v.mp4", "a.wav", "t.csv"], data_types=[types.VIDEO, types.AUDIO, types.TIME_SERIES],
                                 widths=[100, 0, 0], heights=[100, 0, 0], frames=[10, 1, 1], fps=[25.0, 0.0, 0.0])
        self.project = self.host.project_create("P", ontology, FLOW)
        self.project.attach_dataset(self.dataset)
        users = [self.host.user_create("u%d@x.org" % i, "U", annoproj.OrgRole.MEMBER) for i in range(2)]
        for user in users:
            self.project.collaborator_add(user, annoproj.Role.ANNOTATOR_REVIEWER)
        self.users, self.open = users, [self.store.session_open(user).project_open(self.project.id()) for user in users]
        rows = self.project.task_list(include_waiting=True).to_pylist()
        self.parents = {row["data_type"]: row["task"] for row in rows if row["parent"] is None}

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def branches(self, kind):
        return [row["branch"] for row in self.project.task_open(self.parents[kind]).consensus_branches().to_pylist()]

    def figure(self, report, column, user=None):
        query = self.project.query_open(unit=annoproj.LabelUnit.FRAME)
        for row in getattr(query, report)().to_pylist():
            if user is None or row["user"] == user:
                return row[column]
        return 0

    def car(self, task, frames, label=None):
        count = len(frames)
        return task.labels_write(hashes=[label] if label else None, classes=[self.features["car00000"]],
                                 geometry_starts=[0, count], frames=frames, coordinate_starts=[4 * i for i in range(count + 1)],
                                 coordinates=[1.0, 2.0, 3.0, 4.0] * count, force=True).to_pylist()[0]["label"]

    def weather(self, task, option):
        return task.labels_write(classes=[self.features["weather0"]], geometry_starts=[0, 0], answer_starts=[0, 1],
                                 answer_attributes=[self.features["weather1"]], answer_options=[self.features[option]],
                                 force=True).to_pylist()[0]["label"]

    def test_who_reviews_lists_the_branches_where_unassigned_tasks_are_hidden(self):
        document = json.loads(FLOW)
        document["stages"][1]["settings"]["hide_unassigned"] = True
        self.project.workflow_update(json.dumps(document))
        parent, branches = self.parents["video"], self.branches("video")
        for branch in branches:
            self.project.task_open(branch).submit()
        self.project.task_open(parent).assign(self.users[0])
        unit = self.project.task_open(parent).get().to_pylist()[0]["data_unit"]
        for options in ({}, {"sort": annoproj.TaskSort.TITLE}, {"data_units": [unit]}, {"assignees": [0, self.users[0]]}):
            listed = [{row["task"] for row in project.task_list(include_waiting=True, **options).to_pylist()
                       if row["stage_key"] == "judge"} for project in self.open]
            self.assertEqual(listed, [{parent, *branches}, set()], options)

    def test_classifications_exclude_each_other(self):
        ids = self.branches("video")
        tasks = [project.task_open(id) for project, id in zip(self.open, ids)]
        labels = [self.weather(task, option) for task, option in zip(tasks, ["weather2", "weather3"])]
        car = self.car(tasks[1], [0])
        for task in tasks:
            task.submit()
        parent = self.project.task_open(self.parents["video"])
        with self.assertRaises(annoproj.DataError):
            parent.consensus_approve(hashes=labels, branches=ids)
        self.assertEqual(parent.labels().to_pylist(), [])
        parent.consensus_approve(hashes=[labels[0], car], branches=ids)
        self.assertEqual([row["label"] for row in parent.labels().to_pylist()], [labels[0], car])
        # The answers count with the labels that came through.
        rows = {row["feature_hash"]: row["created"] for row in self.project.query_open().ontology_actions().to_pylist()}
        self.assertEqual((rows["weather0"], rows["weather2"], rows["weather3"]), (1, 1, 0))
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_frames_count_as_frames(self):
        ids = self.branches("video")
        tasks = [project.task_open(id) for project, id in zip(self.open, ids)]
        label = self.car(tasks[0], [0, 1, 2, 3, 4])
        for task in tasks:
            task.submit()
        self.assertEqual(self.figure("annotators_by_frame", "created_labels", self.users[0]), 5)
        self.assertEqual(self.figure("ontology_actions", "created"), 0)
        parent = self.project.task_open(self.parents["video"])
        parent.reject()
        self.car(self.open[0].task_open(ids[0]), [3, 4, 5, 6, 7], label)
        for project, id in zip(self.open, ids):
            project.task_open(id).submit()
        self.assertEqual(self.figure("annotators_by_frame", "created_labels", self.users[0]), 8)
        self.assertEqual(self.figure("annotators_by_frame", "deleted_labels", self.users[0]), 3)
        parent.consensus_approve(branch=ids[0])
        self.assertEqual(self.figure("ontology_actions", "created"), 5)
        self.assertEqual(self.figure("annotators_by_frame", "created_labels", self.users[0]), 8)
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_a_copy_begins_with_the_labels_of_the_tasks(self):
        parent = self.project.task_open(self.parents["video"])
        self.car(parent, [0, 1])
        self.weather(parent, "weather2")
        self.car(self.open[0].task_open(self.branches("video")[0]), [3])    # a branch's own: not copied
        copy = self.project.copy("Copy", datasets=annoproj.CopyDatasets.ATTACH, labels=True)
        rows = copy.task_list(include_waiting=True).to_pylist()
        self.assertEqual(len(rows), 9)
        for row in rows:
            labels = copy.task_open(row["task"]).labels().to_pylist()
            self.assertEqual(len(labels), 2 if row["data_type"] == "video" else 0)
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def ranges_are_not_counted(self, kind, label_class):
        ids = self.branches(kind)
        tasks = [project.task_open(id) for project, id in zip(self.open, ids)]
        noise = dict(classes=[self.features[label_class]], geometry_starts=[0, 0], range_starts=[0, 1], force=True)
        tasks[0].labels_write(range_first_frames=[0], range_last_frames=[99], **noise)
        tasks[1].labels_write(range_first_frames=[50], range_last_frames=[99], **noise)
        parent = self.project.task_open(self.parents[kind])
        rows = parent.consensus_agreement().to_pylist()
        self.assertEqual((rows[0]["matched"], rows[0]["agreement"], rows[0]["overlap"]), (1, 1.0, 0.5))
        self.assertEqual(parent.consensus_agreement(overlap=0.51).to_pylist()[0]["matched"], 0)
        for task in tasks:
            task.submit()
        parent.consensus_approve(branch=ids[1])
        self.assertEqual(self.figure("annotators", "created_labels", self.users[1]), 0)
        self.assertEqual(self.figure("ontology_actions", "created"), 0)
        self.assertEqual(self.project.overview().to_pylist()[0]["instance_labels_created"], 1)
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_audio_is_not_counted(self):
        self.ranges_are_not_counted("audio", "noise000")

    def test_time_series_are_not_counted(self):
        self.ranges_are_not_counted("time_series", "peak0000")


if __name__ == "__main__":
    unittest.main()
