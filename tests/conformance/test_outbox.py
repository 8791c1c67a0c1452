"""Messages of the outbox as a receiver sees them: members and order of the body, ids that lead to the rows, and the signature
against Python's own hmac."""

import datetime
import hashlib
import hmac
import json
import os
import tempfile
import unittest

import annoproj

WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "title": "Zeichnen <ä>", "settings": {"webhook": True}, "edges": {"submit": "complete"}},
    {"key": "complete", "type": "DONE", "title": "Fertig", "settings": {"webhook": True}}]})
KEYS = ["s", "secret", "ein Schlüssel", "k" * 64, "k" * 65, "x" * 1024]


class Outbox(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.now_us = 1_767_603_600_000_007
        self.store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"), clock=lambda: self.now_us)
        self.host = self.store.session_open(0)
        self.user = self.host.user_create("Anna@x.org", "Anna", annoproj.OrgRole.MEMBER)
        dataset = self.host.dataset_create("D")
        self.unit = self.host.data_units_add(dataset, titles=["a.jpg", "b.jpg"])
        ontology = self.host.ontology_create("O", json.dumps({"objects": [], "classifications": []}))
        self.project = self.host.project_create("P", ontology, WORKFLOW, outbox_issues=annoproj.Choice.ON,
                                                outbox_status=annoproj.Choice.ON)
        self.project.attach_dataset(dataset)
        self.project.collaborator_add(self.user, annoproj.Role.ANNOTATOR)
        self.task = self.project.task_list().to_pylist()[0]
        self.uuid = self.project.get().to_pylist()[0]["uuid"]
        self.unit_uuid = self.host.data_unit_get(self.unit).to_pylist()[0]["uuid"]
        self.stages = {row["key"]: row for row in self.project.stage_list().to_pylist()}
        session = self.store.session_open(self.user)
        self.own = session.project_open(self.project.id())

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def messages(self, **options):
        return self.project.outbox_fetch(**options).to_pylist()

    def of_task(self, stage):
        return {"project_hash": self.uuid, "data_hashes": [self.unit_uuid], "label_hashes": [self.task["uuid"]],
                "workflow_task_uuid": self.task["uuid"], "workflow_stage_uuid": self.stages[stage]["uuid"],
                "workflow_stage_title": self.stages[stage]["title"]}

    def test_bodies(self):
        task = self.own.task_open(self.task["task"])
        issue = task.issue_create("look")
        task.submit()
        self.project.set_status(annoproj.ProjectStatus.PAUSED)
        found = self.messages()
        issue_uuid = [row["uuid"] for row in self.project.task_open(self.task["task"]).issues().to_pylist() if row["issue"] == issue][0]
        user = {"actor_email": "anna@x.org"}
        expected = [
            ("issue_created_event", {**self.of_task("annotate"), "issue_uuid": issue_uuid, **user}),
            ("issue_commented_event", {**self.of_task("annotate"), "issue_uuid": issue_uuid, **user}),
            ("task_submitted_event", {**self.of_task("annotate"), **user}),
            ("task_completed_event", {**self.of_task("complete"), **user}),
            ("project_status_event", {"project_hash": self.uuid, "status": "paused", "actor_email": None}),
        ]
        self.assertEqual(len(found), len(expected))
        for row, (kind, payload), number in zip(found, expected, range(1, 6)):
            self.assertEqual(row["sequence"], number)
            self.assertEqual(row["event_type"], kind)
            body = json.loads(row["body"])
            self.assertEqual(list(body), ["uid", "version", "source", "event_type", "event_created_timestamp", "payload"])
            self.assertRegex(body["uid"], r"^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")
            self.assertEqual((body["version"], body["source"], body["event_type"]), (1, "Encord", kind))
            self.assertEqual(body["event_created_timestamp"], "2026-01-05T09:00:00.000007+00:00")
            self.assertEqual(datetime.datetime.fromisoformat(body["event_created_timestamp"]), row["created"])
            self.assertEqual(body["payload"], {**payload, "sequence": number})
            self.assertEqual(list(body["payload"]), [*payload, "sequence"])
            self.assertNotIn("\n", row["body"])
        self.assertEqual(len({json.loads(row["body"])["uid"] for row in found}), len(found))

    def test_signatures(self):
        self.own.task_open(self.task["task"]).submit()
        self.assertEqual([row["signature"] for row in self.messages()], [None, None])
        for key in KEYS:
            for source in (None, "annoproj", "Größe\"\\"):
                for row in self.messages(key=key, source=source):
                    self.assertEqual(json.loads(row["body"])["source"], source or "Encord")
                    expected = hmac.new(key.encode(), row["body"].encode(), hashlib.sha256).hexdigest()
                    self.assertEqual(row["signature"], expected)

    def test_repeat_with_a_request_key(self):
        self.own.task_open(self.task["task"]).submit()
        first = self.messages(request_key="k")
        self.assertEqual(self.messages(request_key="k"), first)
        self.assertEqual([row["attempts"] for row in self.messages()], [2, 2])
        self.project.outbox_acknowledge([1])
        self.assertEqual(self.messages(request_key="k"), first[1:])


if __name__ == "__main__":
    unittest.main()
