"""Copies of projects (behaviour §4): what always comes along, what comes when asked, what never does; the copy lives its own life."""

import json
import os
import tempfile
import unittest

import annoproj
from annoproj import CopyDatasets, OrgRole, ProjectStatus, ReviewState, Role, Setting

ONTOLOGY = json.dumps({"objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box",
                                    "featureNodeHash": "objCar01", "required": False, "archived": False}],
                       "classifications": []})
WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "split"},
     "settings": {"members": ["annotator@x.org"], "hide_unassigned": True}},
    {"key": "split", "type": "PERCENTAGE_ROUTER", "pathways": [{"key": "a", "percentage": 0.5, "to": "review"},
                                                              {"key": "b", "percentage": 0.5, "to": "complete"}]},
    {"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"},
     "settings": {"strict_review": False}},
    {"key": "complete", "type": "DONE", "title": "Complete"}]})
ROLES = {"admin": Role.ADMIN, "second": Role.ADMIN, "manager": Role.TEAM_MANAGER, "reviewer": Role.REVIEWER,
         "annotator": Role.ANNOTATOR}


def status_of(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except annoproj.Error as error:
        return type(error).__name__
    return "OK"


class World:
    def __init__(self, folder):
        self.now_us = 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(folder, "copy.annoproj"), clock=lambda: self.now_us, relaxed_durability=True)
        self.host = host = self.store.session_open(0)
        self.users = {name: host.user_create("%s@x.org" % name, name, OrgRole.MEMBER) for name in list(ROLES) + ["other"]}
        self.sessions = {name: self.store.session_open(user) for name, user in self.users.items()}
        self.ontology = self.sessions["admin"].ontology_create("Cars", ONTOLOGY)
        self.datasets = [self.sessions["admin"].dataset_create(title, "about " + title) for title in ("first", "second", "gone")]
        for dataset in self.datasets:
            host.data_units_add(dataset, titles=["%d-%d" % (dataset, i) for i in range(6)], widths=[100] * 6, heights=[50] * 6,
                                links=["s3://%d" % i for i in range(6)], client_metadata=['{"n": %d}' % i for i in range(6)])
        self.project = self.sessions["admin"].project_create("Source", self.ontology, WORKFLOW, description="what it is",
                                                             idle_limit_us=7_000_000, self_release=annoproj.Choice.OFF)
        for name, role in ROLES.items():
            self.project.collaborator_add(self.users[name], role)
        for dataset in self.datasets:
            self.project.attach_dataset(dataset)
        self.project.set_editor_layout('{"a" : 1.0}')
        self.project.set_instructions("guide.pdf")
        self.tags = [host.tag_create(name) for name in ("red", "blue")]
        self.project.set_tags(self.tags)
        self.work()
        self.project.detach_dataset(self.datasets[2])
        self.now_us += 1_000_000

    def work(self):
        """Every review state, drafts, an assignment, time, issues, a priority, a move."""
        tasks = [self.project.task_open(row["task"]) for row in self.project.task_list(limit=100).to_pylist()]
        for i, task in enumerate(tasks):
            box = [i, 1.5, 0.1 + i, 7]
            task.labels_write(hashes=["lab%05d" % i, "box%05d" % i], classes=[1, 1], geometry_starts=[0, 1, 2], frames=[0, 0],
                              coordinate_starts=[0, 4, 8], coordinates=box + box, force=True)
            task.issue_create("hm")
            if i < 6:
                task.submit()
        review = self.project.stage_open("review").id()
        reviewing = [self.project.task_open(row["task"]) for row in self.project.task_list(stages=[review]).to_pylist()]
        self.states = {}
        for i, task in enumerate(reviewing):
            hashes = [row["label"] for row in task.labels().to_pylist()]
            if i == 0:
                task.label_approve(hashes[0])
                task.label_reject(hashes[1], "no")
            elif i == 1:
                task.label_approve(hashes[0])
                task.label_reopen(hashes[0])
        self.project.task_open(tasks[7].id()).assign(self.users["annotator"])
        self.project.task_open(tasks[8].id()).set_priority(99)
        self.project.set_status(ProjectStatus.IN_REVIEW)
        worker = self.sessions["annotator"].project_open(self.project.id()).task_open(tasks[7].id())
        worker.heartbeat(0)
        self.now_us += 5_000_000
        worker.heartbeat(0)

    def close(self):
        self.store.close()


def labels(project):
    """(title of the unit, hash) -> everything that a label is."""
    found = {}
    for row in project.task_list(limit=100).to_pylist():
        task = project.task_open(row["task"])
        geometry = {}
        for part in task.geometry(annoproj.Unit.STORED).to_pylist():
            part.pop("label_number", None)
            geometry.setdefault(part["label"], []).append(part)
        for label in task.labels().to_pylist():
            kept = {key: value for key, value in label.items() if key in (
                "label", "class", "feature_hash", "creator", "created", "editor", "edited", "manual", "confidence")}
            found[row["title"], label["label"]] = (kept, geometry.get(label["label"]), label["review_state"])
    return found


class Copy(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(self.folder.name)
        self.project = self.world.project

    def tearDown(self):
        self.world.close()
        self.folder.cleanup()

    def copy(self, **options):
        before = self.project.task_list(limit=100).to_pylist()
        copy = self.project.copy("Copy", **options)
        self.assertEqual(self.project.task_list(limit=100).to_pylist(), before)
        self.assertEqual(self.world.host.store_check().to_pylist(), [])
        return copy

    def facts(self, project):
        return project.get().to_pylist()[0]

    def test_what_always_comes_along(self):
        copy = self.copy()
        facts, source = self.facts(copy), self.facts(self.project)
        self.assertEqual((facts["title"], facts["status"], facts["tasks"], facts["tags"]), ("Copy", "not_started", 0, []))
        for column in ("description", "ontology", "instructions"):
            self.assertEqual(facts[column], source[column], column)
        self.assertNotEqual(facts["uuid"], source["uuid"])
        self.assertEqual(facts["created"], facts["edited"])
        self.assertGreater(facts["created"], source["created"])
        self.assertEqual(copy.workflow_json(), self.project.workflow_json())
        self.assertEqual(copy.settings().to_pylist(), self.project.settings().to_pylist())
        self.assertEqual({row["setting"]: row["value"] for row in copy.settings().to_pylist()}[Setting.IDLE_LIMIT_US], 7_000_000)
        self.assertEqual(copy.editor_layout(), '{"a" : 1.0}')
        self.assertEqual(copy.datasets().to_pylist(), [])
        # The admins always, nobody else.
        self.assertEqual({row["email"]: row["role"] for row in copy.collaborator_list().to_pylist()},
                         {"admin@x.org": "admin", "second@x.org": "admin"})
        copy.set_editor_layout(None)
        copy.update("Other")
        self.assertEqual(self.facts(self.project), source)
        self.assertEqual(self.project.editor_layout(), '{"a" : 1.0}')

    def test_collaborators_and_tags(self):
        copy = self.world.sessions["second"].project_open(self.project.id()).copy("Copy", collaborators=True, tags=True)
        self.assertEqual(copy.collaborator_list().to_pylist(), self.project.collaborator_list().to_pylist())
        self.assertEqual(self.facts(copy)["tags"], ["blue", "red"])
        self.assertEqual(self.facts(copy)["owner"], self.world.users["second"])
        # The host owns nothing and joins nothing.
        hosts = self.world.host.project_open(self.project.id()).copy("Hosts")
        self.assertEqual(self.facts(hosts)["owner"], 0)
        self.assertEqual(len(hosts.collaborator_list().to_pylist()), 2)
        self.assertEqual(self.world.host.store_check().to_pylist(), [])

    def check_tasks(self, copy):
        rows = copy.task_list(limit=100).to_pylist()
        self.assertEqual(len(rows), 12)                          # those of the datasets that are attached now
        self.assertEqual({row["title"] for row in rows}, {row["title"] for row in self.project.task_list(limit=100).to_pylist()})
        for row in rows:
            self.assertEqual((row["stage_key"], row["status"], row["derived_status"], row["assignee"], row["priority"],
                              row["open_issues"], row["last_action_user"]), ("annotate", "new", "new", None, 50, 0, None))
        overview = copy.overview().to_pylist()[0]
        self.assertEqual((overview["tasks"], overview["open_issues"], overview["time_spent"], overview["instance_labels_created"]),
                         (12, 0, 0, 0))

    def test_datasets_attached(self):
        copy = self.copy(datasets=CopyDatasets.ATTACH)
        self.assertEqual(copy.datasets().to_pylist(), self.project.datasets().to_pylist())
        self.check_tasks(copy)
        self.assertEqual(labels(copy), {})

    def test_datasets_cloned(self):
        host = self.world.host
        copy = self.copy(datasets=CopyDatasets.CLONE)
        self.check_tasks(copy)
        for old, new in zip(self.project.datasets().to_pylist(), copy.datasets().to_pylist()):
            self.assertEqual((new["title"], new["description"], new["data_units"]), (old["title"], old["description"], 6))
            self.assertNotEqual(new["uuid"], old["uuid"])
            units = [host.data_unit_list(one["dataset"]).to_pylist() for one in (old, new)]
            for one, two in zip(*units):
                self.assertNotEqual(one["uuid"], two["uuid"])
                for column in set(one) - {"uuid", "dataset", "data_unit"}:
                    self.assertEqual(one[column], two[column], column)
            host.data_units_add(new["dataset"], titles=["more"])
            self.assertEqual(len(host.data_unit_list(old["dataset"]).to_pylist()), 6)
        self.assertEqual(self.facts(copy)["tasks"], 14)
        self.assertEqual(self.facts(self.project)["tasks"], 12)

    def test_labels(self):
        wanted = labels(self.project)
        self.assertEqual({state for _, _, state in wanted.values()},
                         {None, "new", "approved", "rejected", "reopened"})
        for how in (CopyDatasets.ATTACH, CopyDatasets.CLONE):
            copy = self.copy(datasets=how, labels=True)
            self.check_tasks(copy)
            found = labels(copy)
            self.assertEqual(found.keys(), wanted.keys())
            for key, (label, geometry, state) in found.items():
                self.assertEqual((label, geometry), wanted[key][:2])
                self.assertIsNone(state)
        # They are pre-labels: the first submit publishes and counts them, for who submits.
        copy.collaborator_add(self.world.users["annotator"], Role.ANNOTATOR)
        worker = self.world.sessions["annotator"].project_open(copy.id())
        task = copy.task_list(limit=1).to_pylist()[0]["task"]
        copy.task_open(task).assign(self.world.users["annotator"])
        worker.task_open(task).submit()
        row = copy.query_open().annotators().to_pylist()[0]
        self.assertEqual((row["email"], row["created_labels"], row["edited_labels"]), ("annotator@x.org", 2, 0))
        # New labels get numbers of their own, and the copy's life is not the source's.
        copy.task_open(task).labels_write(classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4],
                                          coordinates=[1, 2, 3, 4], force=True)
        self.assertEqual(labels(self.project), wanted)
        self.assertEqual(self.world.host.store_check().to_pylist(), [])

    def test_labels_by_state_and_hash(self):
        wanted = labels(self.project)
        flags = {None: ReviewState.NONE, "new": ReviewState.NEW, "approved": ReviewState.APPROVED,
                 "rejected": ReviewState.REJECTED, "resolved": ReviewState.RESOLVED, "reopened": ReviewState.REOPENED}
        for states in ({None}, {"new"}, {"approved"}, {"rejected"}, {"reopened"}, {"resolved"}, {"approved", "rejected"}, set(flags)):
            mask = 0
            for state in states:
                mask |= flags[state]
            copy = self.copy(datasets=CopyDatasets.ATTACH, labels=True, review_states=mask)
            self.assertEqual(labels(copy).keys(), {key for key, value in wanted.items() if value[2] in states}, states)
        chosen = ["lab00003", "box00000", "nothing1"]
        copy = self.copy(datasets=CopyDatasets.ATTACH, labels=True, label_hashes=",".join(chosen))
        self.assertEqual({hash for _, hash in labels(copy)}, {"lab00003", "box00000"})
        copy = self.copy(datasets=CopyDatasets.CLONE, labels=True, label_hashes="lab00003", review_states=ReviewState.REJECTED)
        self.assertEqual(labels(copy), {})

    def test_refusals(self):
        count = len(self.world.host.project_list().to_pylist())
        for options in ({"labels": True}, {"datasets": 3}, {"datasets": -1},
                        {"datasets": CopyDatasets.ATTACH, "review_states": ReviewState.NEW},
                        {"datasets": CopyDatasets.ATTACH, "label_hashes": "lab00001"},
                        {"datasets": CopyDatasets.ATTACH, "labels": True, "review_states": 64},
                        {"datasets": CopyDatasets.ATTACH, "labels": True, "label_hashes": ""},
                        {"datasets": CopyDatasets.ATTACH, "labels": True, "label_hashes": "lab0001"},
                        {"datasets": CopyDatasets.ATTACH, "labels": True, "label_hashes": "lab00001;lab00002"},
                        {"datasets": CopyDatasets.ATTACH, "labels": True, "label_hashes": "lab00001,"}):
            self.assertEqual(status_of(self.project.copy, "Copy", **options), "InvalidError", options)
        self.assertEqual(status_of(self.project.copy, ""), "InvalidError")
        for name in ("manager", "reviewer", "annotator"):
            own = self.world.sessions[name].project_open(self.project.id())
            self.assertEqual(status_of(own.copy, "Copy"), "PermissionError")
        self.project.set_status(ProjectStatus.ARCHIVED)
        self.assertEqual(status_of(self.project.copy, "Of an archive"), "OK")      # it only reads
        self.project.set_status(ProjectStatus.PAUSED)
        self.project.delete("Source")
        self.assertEqual(status_of(self.project.copy, "Copy"), "StateError")
        self.assertEqual(len(self.world.host.project_list().to_pylist()), count)   # one less, one more


class TwoReviews(unittest.TestCase):
    """The review state of a label is that of the last review stage it was in (behaviour §9), also when one command decides in one
    stage and enters the next, and that one was made first."""

    def test_the_last_stage_counts(self):
        workflow = json.dumps({"start": "annotate", "stages": [
            {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "first"}},
            {"key": "last", "type": "REVIEW", "title": "Last", "edges": {"approve": "complete", "reject": "annotate"}},
            {"key": "first", "type": "REVIEW", "title": "First", "edges": {"approve": "last", "reject": "annotate"},
             "settings": {"strict_review": False}},
            {"key": "complete", "type": "DONE", "title": "Complete"}]})
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder)
            project = world.sessions["admin"].project_create("Two reviews", world.ontology, workflow)
            project.attach_dataset(world.datasets[0])
            task = project.task_open(project.task_list().to_pylist()[0]["task"])
            task.labels_write(hashes=["twice001"], classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4],
                              coordinates=[1, 2, 3, 4], force=True)
            task.submit()
            task.approve()
            self.assertEqual(task.labels().to_pylist()[0]["review_state"], "new")
            self.assertEqual(task.labels().to_pylist()[0]["review"], "new")
            for state, labels in ((ReviewState.APPROVED, 0), (ReviewState.NEW, 1)):
                copy = project.copy("Copy of %s" % state.name, datasets=CopyDatasets.ATTACH, labels=True, review_states=state)
                copied = [row for row in copy.task_list().to_pylist() if copy.task_open(row["task"]).labels().to_pylist()]
                self.assertEqual(len(copied), labels, state)
            world.store.close()


if __name__ == "__main__":
    unittest.main()
