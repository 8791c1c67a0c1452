"""Consensus among what changes around it: group data, users who are erased, templates, copies (behaviour §2, §4, §7, §8)."""

import json
import os
import tempfile
import unittest

import annoproj
from annoproj import DataType, OrgRole, Role

ONTOLOGY = json.dumps({"objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box",
                                    "featureNodeHash": "objCar01"}], "classifications": []})


def flow(kind="determine", first="many", members=None):
    many = {"members": members} if members else {}
    return json.dumps({"start": first, "stages": [
        {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "by_type"}},
        {"key": "by_type", "type": "METADATA_ROUTER", "edges": {"default": "many"},
         "pathways": [{"key": "pdf", "rule": {"data_type": ["pdf"]}, "to": "complete"}]},
        {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"}, "settings": many},
        {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "review", "reject": "many"}, "settings": {"consensus": kind}},
        {"key": "review", "type": "REVIEW", "edges": {"approve": "complete", "reject": "many"}, "settings": {"strict_review": False}},
        {"key": "complete", "type": "DONE"}]})


def draw(task, label, x=1):
    return task.labels_write(hashes=[label], classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4],
                             coordinates=[x, 2, 3, 4], force=True)


class ConsensusChanges(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.now_us = 1_767_603_600_000_000
        self.path = os.path.join(self.folder.name, "c.annoproj")
        self.store = annoproj.create(self.path, clock=lambda: self.now_us, relaxed_durability=True)
        self.host = self.store.session_open(0)
        self.ontology = self.host.ontology_create("Cars", ONTOLOGY)
        self.users = [self.host.user_create("u%d@x.org" % i, "U%d" % i, OrgRole.MEMBER) for i in range(4)]

    def tearDown(self):
        self.assertEqual(self.host.store_check().to_pylist(), [])
        self.store.close()
        self.folder.cleanup()

    def dataset(self, *types):
        dataset = self.host.dataset_create("D")
        self.host.data_units_add(dataset, titles=["%s.x" % one.name for one in types], data_types=list(types), widths=[9] * len(types),
                                 heights=[9] * len(types))
        return dataset

    def make(self, workflow, dataset=None, users=slice(3)):
        project = self.host.project_create("P", self.ontology, workflow)
        if dataset:
            project.attach_dataset(dataset)
        for user in self.users[users]:
            project.collaborator_add(user, Role.ANNOTATOR_REVIEWER)
        return project, [self.store.session_open(user).project_open(project.id()) for user in self.users[users]]

    def refused(self, call, *arguments, **options):
        with self.assertRaises(annoproj.StateError) as raised:
            call(*arguments, **options)
        for word in ("group", "many", "judge", "refine", "project"):
            self.assertIn(word, str(raised.exception))

    # ---- issues ----

    def test_the_approve_of_a_consensus_resolves_rejections(self):
        """§10: the approve of its task resolves the open rejection issue of a label, also when the label is gone."""
        project, own = self.make(flow(), self.dataset(DataType.IMAGE))
        parent = project.task_list().to_pylist()[0]["parent"]

        def work(label, used):
            branches = [row["branch"] for row in project.task_open(parent).consensus_branches().to_pylist()]
            for one, branch in zip(own, branches):
                task = one.task_open(branch)
                if label:
                    draw(task, label)
                else:
                    for row in task.labels().to_pylist():
                        task.labels_write(hashes=[row["label"]], classes=[1], actions=[annoproj.LabelAction.REMOVE],
                                          geometry_starts=[0, 0], force=True)
                task.submit()
            own[2].task_open(parent).consensus_approve(branch=branches[used])

        work("label001", 0)
        review = own[2].task_open(parent)
        review.label_reject("label001", "loose")
        review.reject()
        issue = project.task_open(parent).issues().to_pylist()[0]
        self.assertTrue(issue["rejection"] and not issue["resolved"])
        statuses = [row["status"] for row in project.task_list().to_pylist() if row["parent"] == parent]
        self.assertEqual(statuses, ["reopened"] * 2)  # they came by a reject edge
        work(None, 1)
        issue = project.task_open(parent).issues().to_pylist()[0]
        self.assertTrue(issue["resolved"])
        self.assertEqual(project.overview().to_pylist()[0]["open_issues"], 0)
        resolved = [row for table in project.events(0) for row in table.to_pylist() if row["kind"] == "issue_resolve"]
        self.assertEqual([row["credited"] for row in resolved], [self.users[1]])  # of the label that is gone: the task's last submitter

    def test_branches_of_a_text_have_its_published_labels(self):
        """They count nowhere, but the log tells of them: the check of the store, at the end, finds nothing."""
        text = json.dumps({"objects": [], "classifications": [{"id": "1", "featureNodeHash": "clsTon01", "attributes": [
            {"id": "1.1", "name": "Tone", "type": "text", "featureNodeHash": "attTon01", "required": False}]}]})
        self.ontology = self.host.ontology_create("Tones", text)
        project, own = self.make(flow(first="annotate"), self.dataset(DataType.PLAIN_TEXT))
        task = own[0].task_open(project.task_list().to_pylist()[0]["task"])
        task.labels_write(hashes=["label001"], classes=[1], geometry_starts=[0, 0], force=True)
        task.submit()
        branches = [row["branch"] for row in project.task_open(task.id()).consensus_branches().to_pylist()]
        self.assertEqual([[row["label"] for row in project.task_open(one).labels().to_pylist()] for one in branches], [["label001"]] * 2)

    # ---- group data ----

    def test_groups_are_not_attached_to_determine(self):
        dataset = self.dataset(DataType.IMAGE, DataType.GROUP)
        project, _ = self.make(flow())
        seq = self.store.wait(0)
        self.refused(project.attach_dataset, dataset)
        self.assertEqual(self.store.wait(0), seq)
        self.assertEqual(project.datasets().to_pylist(), [])
        images = self.dataset(DataType.IMAGE)
        project.attach_dataset(images)
        self.refused(self.host.data_units_add, images, titles=["g"], data_types=[DataType.GROUP])
        self.assertEqual(len(self.host.data_unit_list(images).to_pylist()), 1)
        self.host.data_units_add(images, titles=["v"])

    def test_groups_do_not_arrive_in_determine(self):
        project, own = self.make(flow(first="annotate"), self.dataset(DataType.IMAGE, DataType.GROUP, DataType.PDF))
        image, group, pdf = [own[0].task_open(row["task"]) for row in project.task_list().to_pylist()]
        draw(group, "label001")
        seq = self.store.wait(0)
        self.refused(group.submit)
        self.assertEqual(self.store.wait(0), seq)
        outcomes = own[0].tasks_submit([image.id(), group.id(), pdf.id()]).to_pylist()
        self.assertEqual([row["status_name"] for row in outcomes], ["OK", "STATE", "OK"])
        self.assertEqual(len(group.labels().to_pylist()), 1)   # the work is there still
        # The admin leads groups around it, and it goes on.
        project.workflow_update(flow(first="annotate").replace('["pdf"]', '["pdf", "group"]'))
        group.submit()

    def test_groups_in_refine(self):
        project, own = self.make(flow("refine"), self.dataset(DataType.GROUP))
        branches = [row["task"] for row in project.task_list().to_pylist()]
        for one, branch in zip(own, branches):
            one.task_open(branch).submit()
        self.assertEqual([row["stage_key"] for row in project.task_list().to_pylist()], ["judge"])

    # ---- users who are erased ----

    def test_erasing_annotators(self):
        project, own = self.make(flow("refine", members=["u0@x.org", "u1@x.org"]), self.dataset(DataType.IMAGE, DataType.IMAGE))
        project.workflow_update(flow("refine", members=["u0@x.org", "u1@x.org", "u2@x.org"]))
        parents = sorted({row["parent"] for row in project.task_list().to_pylist()})
        judged, working = [[row["branch"] for row in project.task_open(task).consensus_branches().to_pylist()] for task in parents]
        for one, branch, label in zip(own, judged, ("label001", "label002")):
            task = one.task_open(branch)
            draw(task, label)
            task.submit()
        own[0].task_open(working[0]).initiate()
        draw(own[0].task_open(working[0]), "label003")
        self.host.user_erase(self.users[0])
        name = "erased user %d" % self.users[0]
        # What was submitted stays theirs, by the new name; what they had is free, with its draft.
        rows = project.task_open(parents[0]).consensus_branches().to_pylist()
        self.assertEqual([(row["annotator"], row["annotator_email"]) for row in rows],
                         [(self.users[0], name), (self.users[1], "u1@x.org")])
        row = project.task_open(working[0]).get().to_pylist()[0]
        self.assertEqual((row["assignee"], row["version"]), (None, 1))
        self.assertNotIn("u0@x.org", project.workflow_json())
        self.assertIn(name, project.workflow_json())
        # Consensus goes on with their branch.
        judge = own[2].task_open(parents[0])
        judge.consensus_approve(text="label001label002", hash_offsets=[0, 8, 16], branches=judged)
        self.assertEqual(sorted(row["label"] for row in project.task_open(parents[0]).labels().to_pylist()), ["label001", "label002"])
        people = {row["email"]: row["approved_tasks"] for row in project.query_open().annotators().to_pylist()}
        self.assertEqual(people, {name: 1, "u1@x.org": 1})
        # A reject later has nobody to give their branch back to; another takes it.
        own[1].task_open(working[1]).submit()
        own[2].task_open(working[0]).initiate()
        self.assertEqual([row["label"] for row in own[2].task_open(working[0]).labels().to_pylist()], ["label003"])
        own[2].task_open(working[0]).submit()
        self.host.user_erase(self.users[1])
        project.task_open(parents[1]).reject(comment="again")
        rows = project.tasks_get(working).to_pylist()
        self.assertEqual([(row["assignee"], row["status"]) for row in rows], [(self.users[2], "reopened"), (None, "reopened")])
        with open(self.path, "rb") as file:
            self.assertNotIn(b"u0@x.org", file.read())

    # ---- templates and copies ----

    def test_template(self):
        template = self.host.workflow_template_create("Panel", flow("refine", members=["u0@x.org", "u1@x.org"]))
        broken = json.loads(flow("refine"))
        broken["stages"][3]["edges"]["reject"] = "annotate"
        with self.assertRaises(annoproj.DataError) as raised:
            self.host.workflow_template_create("Broken", json.dumps(broken))
        self.assertIn('"many"', str(raised.exception))
        project, own = self.make(flow("refine", members=["u0@x.org", "u1@x.org"]), self.dataset(DataType.GROUP))
        # Core settings of a consensus in use stay, also by a template; the rest may change.
        other = self.host.workflow_template_create("Other", flow("determine"))
        with self.assertRaises(annoproj.StateError) as raised:
            project.workflow_use_template(other)
        self.assertIn("kind", str(raised.exception))
        project.workflow_use_template(template)
        branches = [row["task"] for row in project.task_list().to_pylist()]
        own[0].task_open(branches[0]).initiate()
        with self.assertRaises(annoproj.NotFoundError):
            own[2].task_open(branches[1])                       # no member
        self.host.user_erase(self.users[0])
        for document in (self.host.workflow_template_json(template), project.workflow_json()):
            self.assertIn("erased user %d" % self.users[0], document)
            self.assertNotIn("u0@x.org", document)
        # It names a user still, who takes nothing any more: others of it work on.
        fresh, own = self.make(flow("refine"), users=slice(1, 3))
        fresh.workflow_use_template(template)
        fresh.attach_dataset(self.dataset(DataType.IMAGE))
        task, _ = own[0].stage_open("many").start_next()
        task.submit()
        with self.assertRaises(annoproj.NotFoundError):
            own[1].stage_open("many")

    def test_copies_begin_anew(self):
        dataset = self.dataset(DataType.IMAGE)
        project, own = self.make(flow("refine"), dataset)
        branches = [row["task"] for row in project.task_list().to_pylist()]
        for one, branch, label in zip(own, branches, ("label001", "label002")):
            draw(one.task_open(branch), label)
        own[0].task_open(branches[0]).submit()
        copy = project.copy("C", datasets=annoproj.CopyDatasets.ATTACH, labels=True, collaborators=True)
        rows = copy.task_list(include_waiting=True).to_pylist()
        self.assertEqual(sorted((row["parent"] is None, row["stage_key"], row["status"], row["assignee"]) for row in rows),
                         [(False, "many", "new", None)] * 2 + [(True, "many", "new", None)])
        # Labels of branches are nobody's but their annotators' until consensus is reached.
        self.assertEqual([copy.task_open(row["task"]).labels().to_pylist() for row in rows], [[], [], []])
        # A workflow that begins elsewhere now takes to its copies what it would take itself.
        other, _ = self.make(flow(first="annotate"), self.dataset(DataType.GROUP))
        other.workflow_update(flow())
        projects, seq = len(self.host.project_list().to_pylist()), self.store.wait(0)
        self.refused(other.copy, "D", datasets=annoproj.CopyDatasets.ATTACH)
        self.refused(other.copy, "D", datasets=annoproj.CopyDatasets.CLONE)
        self.assertEqual((len(self.host.project_list().to_pylist()), self.store.wait(0)), (projects, seq))
        other.copy("D")


if __name__ == "__main__":
    unittest.main()
