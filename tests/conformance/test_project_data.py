"""Datasets of projects (behaviour §5): detaching takes the tasks away softly and attaching brings them back as they were. And who may change
a dataset or an ontology (§3): who made it, and who administers all projects that use it."""

import collections
import json
import os
import tempfile
import unittest

import annoproj
from annoproj import OrgRole, Role

WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"}},
    {"key": "complete", "type": "DONE", "title": "Complete"}]})
ONTOLOGY = json.dumps({"objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box",
                                    "featureNodeHash": "objCar01"}], "classifications": []})


def status_of(call, *arguments, **options):
    try:
        call(*arguments, **options)
    except annoproj.Error as error:
        return type(error).__name__
    return "OK"


class ProjectData(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.now_us = 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(self.folder.name, "data.annoproj"), clock=lambda: self.now_us,
                                     relaxed_durability=True)
        self.host = self.store.session_open(0)
        self.users = {name: self.host.user_create("%s@x.org" % name, name, OrgRole.MEMBER) for name in ("a", "b", "c")}
        self.sessions = {name: self.store.session_open(user) for name, user in self.users.items()}

    def tearDown(self):
        self.assertEqual(self.host.store_check().to_pylist(), [])
        self.store.close()
        self.folder.cleanup()

    def kinds(self, project, after=0):
        found = collections.Counter()
        stream = project.events(after)
        while (table := stream.next()) is not None:
            found.update(row["kind"] for row in table.to_pylist())
        return found

    def test_detach_and_attach_again(self):
        host = self.host
        ontology, kept, dataset = host.ontology_create("Cars", ONTOLOGY), host.dataset_create("Kept"), host.dataset_create("Files")
        for one in (kept, dataset):
            host.data_units_add(one, titles=["%d-%d" % (one, i) for i in range(5)], widths=[9] * 5, heights=[9] * 5)
        project = host.project_create("P", ontology, WORKFLOW)
        project.collaborator_add(self.users["a"], Role.ANNOTATOR)
        self.assertEqual(project.attach_dataset(kept), 5)
        self.assertEqual(project.attach_dataset(dataset), 5)
        rows = project.task_list(datasets=[dataset]).to_pylist()
        self.assertEqual({row["stage_key"] for row in rows}, {"annotate"})
        tasks = [project.task_open(row["task"]) for row in rows]
        worker = self.sessions["a"].project_open(project.id())
        worker.task_open(tasks[0].id()).initiate()
        for task in tasks[:3]:
            task.labels_write(classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4], coordinates=[1, 2, 3, 4],
                              force=True)
            task.issue_create("hm")
        project.issue_resolve(tasks[2].issue_create("done"))
        tasks[1].submit()
        tasks[3].set_priority(80)
        listed, kept_rows = project.task_list(datasets=[dataset]).to_pylist(), project.task_list(datasets=[kept]).to_pylist()
        labels = [task.labels().to_pylist() for task in tasks]
        overview, stages = project.overview().to_pylist()[0], project.tasks_by_stage().to_pylist()
        self.assertEqual((overview["tasks"], overview["open_issues"]), (10, 3))
        before = sum(self.kinds(project).values())

        self.assertEqual(project.detach_dataset(dataset), 5)
        self.assertEqual(status_of(project.detach_dataset, dataset), "NotFoundError")
        self.assertEqual(self.kinds(project, before), {"task_remove": 5, "dataset_detach": 1})
        self.assertEqual(project.task_list().to_pylist(), kept_rows)
        now = project.overview().to_pylist()[0]
        self.assertEqual((now["tasks"], now["open_issues"]), (5, 0))
        self.assertEqual(sum(row["tasks"] for row in project.tasks_by_stage().to_pylist()), 5)
        for task in tasks:
            self.assertEqual(status_of(task.get), "NotFoundError")
            self.assertEqual(status_of(project.task_open, task.id()), "NotFoundError")
            self.assertEqual(status_of(task.submit), "NotFoundError")
        self.assertEqual(host.store_check().to_pylist(), [])
        # What is added meanwhile gets its tasks when it is attached again.
        host.data_units_add(dataset, titles=["late"])
        self.assertEqual(project.get().to_pylist()[0]["tasks"], 5)

        self.assertEqual(project.attach_dataset(dataset), 6)
        self.assertEqual(status_of(project.attach_dataset, dataset), "ExistsError")
        again = project.task_list(datasets=[dataset]).to_pylist()
        self.assertEqual([row for row in again if row["title"] != "late"], listed)
        self.assertEqual([task.labels().to_pylist() for task in tasks], labels)
        now = project.overview().to_pylist()[0]
        self.assertEqual((now["tasks"], now["open_issues"]), (11, 3))
        self.assertEqual([row["tasks"] for row in project.tasks_by_stage().to_pylist()],
                         [row["tasks"] + (row["key"] == "annotate") for row in stages])
        # One more unit, one more task in the first stage of each project that has the dataset.
        host.data_units_add(dataset, titles=["new"])
        new = [row for row in project.task_list().to_pylist() if row["title"] == "new"]
        self.assertEqual([(row["stage_key"], row["status"], row["priority"]) for row in new], [("annotate", "new", 50)])

    def test_who_changes_datasets_and_ontologies(self):
        a, b, c = (self.sessions[name] for name in "abc")
        ontology, dataset = a.ontology_create("Cars", ONTOLOGY), a.dataset_create("Files")
        project = a.project_create("Of a", ontology, WORKFLOW)
        project.attach_dataset(dataset)

        def may(session):
            said = {status_of(session.data_units_add, dataset, titles=["x"]), status_of(session.ontology_update, ontology, ONTOLOGY)}
            self.assertEqual(len(said), 1, said)
            return said.pop()

        self.assertEqual([may(s) for s in (a, b, c)], ["OK", "NotFoundError", "NotFoundError"])
        project.collaborator_add(self.users["b"], Role.TEAM_MANAGER)
        self.assertEqual(may(b), "PermissionError")
        project.collaborator_set_role(self.users["b"], Role.ADMIN)        # only projects that b administers use them now
        self.assertEqual(may(b), "OK")
        project.collaborator_add(self.users["c"], Role.ANNOTATOR)
        other = c.project_create("Of c", ontology, WORKFLOW)
        other.attach_dataset(dataset)                                    # another one does, too
        self.assertEqual([may(s) for s in (a, b, c)], ["OK", "PermissionError", "PermissionError"])
        other.delete("Of c")                                             # it may come back
        self.assertEqual(may(b), "PermissionError")
        while not other.purge(rows=3).to_pylist()[0]["done"]:
            pass
        self.assertEqual(may(b), "OK")
        # Who made them may for ever, who collaborates no more does not see them.
        project.collaborator_remove(self.users["c"])
        project.collaborator_leave()
        self.assertEqual([may(s) for s in (a, b, c)], ["OK", "OK", "NotFoundError"])

    def test_nobody_makes_oneself_more(self):
        """Four calls in a row of a team manager leave nobody above a team manager."""
        project = self.host.project_create("P", self.host.ontology_create("Cars", ONTOLOGY), WORKFLOW)
        project.collaborator_add(self.users["a"], Role.ADMIN)
        project.collaborator_add(self.users["b"], Role.TEAM_MANAGER)
        own = self.sessions["b"].project_open(project.id())
        self.assertEqual(status_of(own.collaborator_set_role, self.users["b"], Role.ADMIN), "PermissionError")
        self.assertEqual(status_of(own.collaborator_add, self.users["c"], Role.ADMIN), "PermissionError")
        self.assertEqual(status_of(own.collaborator_add, self.users["c"], Role.TEAM_MANAGER), "OK")
        self.assertEqual(status_of(own.collaborator_add, self.users["c"], Role.ANNOTATOR), "OK")     # keeps the role
        self.assertEqual({row["email"]: row["role"] for row in project.collaborator_list().to_pylist()},
                         {"a@x.org": "admin", "b@x.org": "team_manager", "c@x.org": "team_manager"})
        second = self.sessions["c"].project_open(project.id())
        self.assertEqual(status_of(second.collaborator_set_role, self.users["b"], Role.ADMIN), "PermissionError")
        self.assertEqual(status_of(second.collaborator_set_role, self.users["a"], Role.ANNOTATOR), "PermissionError")
        self.assertEqual(status_of(second.collaborator_remove, self.users["a"]), "PermissionError")
        self.assertEqual(status_of(own.collaborator_add, self.users["b"], Role.ADMIN), "PermissionError")
        self.assertEqual(status_of(second.collaborator_leave), "OK")
        self.assertEqual(status_of(self.sessions["c"].project_join, project.id()), "NotFoundError")
        self.assertEqual(status_of(own.collaborator_set_role, self.users["b"], Role.ANNOTATOR), "OK")
        self.assertEqual(status_of(own.collaborator_set_role, self.users["b"], Role.TEAM_MANAGER), "PermissionError")


if __name__ == "__main__":
    unittest.main()
