"""What things are called outside: a UUID names one thing, whatever its kind, and what a session may not see is called exactly as
what is not there."""

import json
import os
import re
import tempfile
import unittest

import annoproj
from annoproj import CopyDatasets, OrgRole, Role

WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "settings": {"strict_review": False}, "edges": {"approve": "complete", "reject": "annotate"}},
    {"key": "complete", "type": "DONE"}]})
CONSENSUS = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "review"}},
    {"key": "review", "type": "CONSENSUS_REVIEW", "edges": {"approve": "complete", "reject": "annotate"}},
    {"key": "complete", "type": "DONE"}]})
ONTOLOGY = json.dumps({"objects": [], "classifications": []})


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.store = annoproj.create(os.path.join(folder.name, "names.annoproj"), relaxed_durability=True)
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)
        self.ontology = self.host.ontology_create("O", ONTOLOGY)

    def user(self, name):
        return self.host.user_create(name + "@x.org", name, OrgRole.MEMBER)

    def dataset(self, title, units):
        dataset = self.host.dataset_create(title)
        self.host.data_units_add(dataset, titles=["%s %d" % (title, i) for i in range(units)])
        return dataset

    def project(self, title, workflow, dataset):
        project = self.host.project_create(title, self.ontology, workflow)
        project.attach_dataset(dataset)
        return project


class Uuids(Case):
    def test_name_one_thing(self):
        self.user("ada")
        dataset = self.dataset("D", 5)
        plain = self.project("P", WORKFLOW, dataset)
        projects = [plain, self.project("C", CONSENSUS, dataset), plain.copy("P again", datasets=CopyDatasets.CLONE)]
        self.host.workflow_template_create("T", WORKFLOW)
        tables = [self.host.user_list(), self.host.ontology_list(), self.host.dataset_list(), self.host.project_list(),
                  self.host.workflow_template_list(), self.host.store_info()]
        tables += [self.host.data_unit_list(row["dataset"]) for row in self.host.dataset_list().to_pylist()]
        for project in projects:
            tasks = project.task_list(include_waiting=True)
            tables += [project.stage_list(), tasks]
            for row in tasks.to_pylist():
                task = project.task_open(row["task"])
                if row["stage_key"] == "annotate" and project is not projects[1]:
                    task.issue_create("one")
                tables.append(task.issues())
        named = {}
        for table in tables:
            for row in table.to_pylist():
                named.setdefault(row["uuid"], []).append(table.row_type())
        self.assertEqual({uuid: kinds for uuid, kinds in named.items() if len(kinds) > 1}, {})
        self.assertGreater(len(named), 60)


class Hidden(Case):
    """Status, message and details are the same, but for ids and keys in them."""

    def setUp(self):
        super().setUp()
        ann, mae = self.user("ann"), self.user("mae")
        self.ours, self.theirs = self.dataset("ours", 3), self.dataset("theirs", 2)
        host_project = self.project("P", WORKFLOW, self.ours)
        host_project.collaborator_add(ann, Role.ANNOTATOR)
        host_project.collaborator_add(mae, Role.ADMIN)
        self.session, self.admin = self.store.session_open(ann), self.store.session_open(mae)
        self.joined, self.id = self.session.project_open(host_project.id()), host_project.id()
        self.administered = self.admin.project_open(self.id)
        self.other = self.project("Q", WORKFLOW, self.theirs)
        self.task, self.passed = (row["task"] for row in host_project.task_list().to_pylist()[:2])
        host_project.task_open(self.passed).submit()
        self.issue = host_project.task_open(self.passed).issue_create("hidden")
        self.stage = host_project.stage_open("review").id()
        self.their_task = self.other.task_list().to_pylist()[0]["task"]
        self.their_issue = self.other.task_open(self.their_task).issue_create("hidden")
        self.their_ontology = self.host.ontology_create("theirs", ONTOLOGY)

    def said(self, call, *arguments):
        with self.assertRaises(annoproj.NotFoundError) as caught:
            call(*arguments)
        error = caught.exception
        return [re.sub(r"\d+|\"\w+\"", "N", text) for text in (str(error), *map(str, error.details))]

    def same(self, call, hidden, absent):
        with self.subTest(call):
            self.assertEqual(self.said(call, hidden), self.said(call, absent))

    def test_things_of_the_store(self):
        session = self.session
        for call in (session.project_open, lambda id: session.projects_get([id])):
            self.same(call, self.other.id(), 99)
        for call in (session.dataset_get, session.data_unit_list, lambda id: session.datasets_get([id]),
                     lambda id: session.data_units_add(id, titles=["x"]), self.administered.attach_dataset,
                     self.administered.detach_dataset):
            self.same(call, self.theirs, 99)
        for call in (session.data_unit_get, lambda id: session.data_units_get([id])):
            self.same(call, self.theirs << 32 | 1, 99 << 32 | 1)
        for call in (session.ontology_json, session.ontology_features, lambda id: session.ontology_update(id, ONTOLOGY),
                     lambda id: session.project_create("x", id, WORKFLOW)):
            self.same(call, self.their_ontology, 99)

    def test_tasks_stages_and_issues(self):
        project, absent = self.joined, self.id << 32 | 77
        for call in (project.task_open, lambda id: project.tasks_get([self.task, id]),
                     lambda id: project.tasks_submit([id], True), lambda id: project.tasks_release([id], True)):
            self.same(call, self.passed, absent)
            self.same(call, self.their_task, 99 << 32 | 77)
        for call in (project.issue_resolve, project.issue_reopen, lambda id: project.issue_comment(id, "c")):
            self.same(call, self.issue, absent)
            self.same(call, self.their_issue, 99 << 32 | 77)
        self.same(lambda id: project.task_list(stages=[id]), self.stage, absent)
        self.same(lambda id: project.task_list(datasets=[id]), self.theirs, 99)
        self.same(lambda key: project.stage_open(key), "review", "nowhere")

    def test_zero_is_no_dataset(self):
        self.same(lambda id: self.joined.task_list(datasets=[id]), 0, 99)


class Roles(Case):
    def test_no_change_of_role_takes_a_project_out_of_sight(self):
        dataset = self.dataset("D", 1)
        project = self.project("P", WORKFLOW, dataset)
        ada = self.user("ada")
        project.collaborator_add(self.user("mae"), Role.ADMIN)
        project.collaborator_add(ada, Role.ANNOTATOR)
        session = self.store.session_open(ada)
        handle = session.project_open(project.id())
        for before in Role:
            for after in Role:
                project.collaborator_set_role(ada, before)
                project.collaborator_set_role(ada, after)
                self.assertEqual([row["title"] for row in session.project_list().to_pylist()], ["P"])
                self.assertEqual(handle.get().to_pylist()[0]["role"], after.name.lower())
                self.assertEqual(session.dataset_get(dataset).to_pylist()[0]["title"], "D")


class Refusals(Case):
    def test_of_a_strict_review_name_the_labels(self):
        ontology = self.host.ontology_create("weather", json.dumps({"objects": [
            {"id": str(i), "name": "C%d" % i, "color": "#ffffff", "shape": "bounding_box", "featureNodeHash": "class%03d" % i}
            for i in range(1, 11)], "classifications": []}))
        dataset = self.host.dataset_create("D")
        self.host.data_units_add(dataset, titles=["a.jpg"], widths=[100], heights=[100])
        project = self.host.project_create("P", ontology, WORKFLOW.replace('"strict_review": false', ""))
        project.attach_dataset(dataset)
        task = project.task_open(project.task_list().to_pylist()[0]["task"])
        hashes = [row.label for row in task.labels_write(
            classes=[row["feature"] for row in project_classes(self.host, ontology)], frames=[0] * 10,
            geometry_starts=list(range(11)), coordinate_starts=list(range(0, 44, 4)), coordinates=[1.0, 2.0, 3.0, 4.0] * 10)]
        task.submit()
        message = self.refused(task.approve)
        self.assertEqual([hash for hash in hashes if hash in message], hashes[:8])
        self.assertIn("and 2 more", message)
        for hash in hashes[1:]:
            task.label_approve(hash)
        self.assertIn(hashes[0], self.refused(task.label_reopen, hashes[0]))
        task.label_reject(hashes[0])
        message = self.refused(task.approve)
        self.assertEqual([hash for hash in hashes if hash in message], hashes[:1])

    def test_of_work_on_anothers_task_name_the_assignee(self):
        project = self.host.project_create("P", self.ontology, WORKFLOW)
        project.attach_dataset(self.dataset("D", 1))
        users = [self.user(name) for name in ("ann", "bob", "mae")]
        for user, role in zip(users, (Role.ANNOTATOR, Role.ANNOTATOR, Role.TEAM_MANAGER)):
            project.collaborator_add(user, role)
        task = project.task_list().to_pylist()[0]["task"]
        project.task_open(task).assign(users[0])
        bobs, maes = (self.store.session_open(user).project_open(project.id()).task_open(task) for user in users[1:])
        for call in (bobs.initiate, maes.initiate, bobs.submit, bobs.skip, bobs.labels_write, lambda: bobs.heartbeat(0)):
            with self.assertRaises(annoproj.ConflictError) as caught:
                call()
            self.assertIn("assigned to user %d" % users[0], str(caught.exception))
            self.assertEqual(caught.exception.detail("assignee"), str(users[0]))

    def test_of_data_units_name_value_and_place(self):
        dataset = self.host.dataset_create("D")
        for field, wrong in {"widths": -3, "heights": 1 << 21, "frames": -7, "fps": 1e10, "durations": -0.5, "file_bytes": -9,
                             "data_types": 77}.items():
            with self.subTest(field):
                message = self.refused(self.host.data_units_add, dataset, error=annoproj.InvalidError, titles=["a", "b", "c"],
                                       **{field: [1, wrong, 1]})
                self.assertIn("data unit 1", message)
                self.assertIn("%.7g" % wrong, message)
        for wrong in ("[1]", "7", "{", '{"a": 1, "a": 2}', "{} {}"):
            message = self.refused(self.host.data_units_add, dataset, error=annoproj.DataError, titles=["a", "b", "c"],
                                   client_metadata=["{}", "", wrong])
            self.assertIn("client metadata of data unit 2", message)

    def test_of_workflows_name_value_and_place(self):
        for setting, wrong in (("assignment_ttl", -1), ("assignment_ttl", 1.5), ("assignment_ttl", 315360001)):
            document = json.loads(WORKFLOW)
            document["stages"][0]["settings"] = {setting: wrong}
            message = self.refused(self.host.workflow_template_create, "T", json.dumps(document), error=annoproj.DataError)
            for part in (setting, str(wrong), "/stages/0"):
                self.assertIn(part, message)
        for wrong in (0, 1.1, 0.1234567, -1):
            document = json.loads(WORKFLOW)
            document["stages"].append({"key": "split", "type": "PERCENTAGE_ROUTER", "pathways": [
                {"key": "all", "to": "review", "percentage": wrong}]})
            message = self.refused(self.host.workflow_template_create, "T", json.dumps(document), error=annoproj.DataError)
            for part in ("percentage", str(wrong), "/stages/3/pathways/0"):
                self.assertIn(part, message)

    def refused(self, call, *arguments, error=annoproj.StateError, **options):
        with self.assertRaises(error) as caught:
            call(*arguments, **options)
        return str(caught.exception)


def project_classes(host, ontology):
    return [row for row in host.ontology_features(ontology).to_pylist() if row["kind"] == "object"]


if __name__ == "__main__":
    unittest.main()
