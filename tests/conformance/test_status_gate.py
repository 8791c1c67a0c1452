"""What the status of a project leaves open (behaviour §4), every status by every role and call:

paused, completed, cancelled: annotator, reviewer and annotator+reviewer cannot start, initiate, action tasks or change issues; writes of
labels and time to a task already theirs stay possible. Admin and team manager work as usual. Archived: read-only for everyone but an
admin changing the status. The library never sets a status."""

import json
import os
import tempfile
import unittest

import annoproj
from annoproj import OrgRole, ProjectStatus, QueueReason, Role

WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"},
     "settings": {"strict_review": False}},
    {"key": "complete", "type": "DONE", "title": "Complete"}]})
ONTOLOGY = json.dumps({"objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box",
                                    "featureNodeHash": "objCar01"}], "classifications": []})
ROLES = {"admin": Role.ADMIN, "manager": Role.TEAM_MANAGER, "reviewer": Role.REVIEWER, "annotator": Role.ANNOTATOR,
         "both": Role.ANNOTATOR_REVIEWER}
ANNOTATING, REVIEWING = {"admin", "manager", "annotator", "both"}, {"admin", "manager", "reviewer", "both"}
MANAGING, ADMINS = {"admin", "manager", "host"}, {"admin", "host"}
WORKERS = {"reviewer", "annotator", "both"}
CLOSED = {ProjectStatus.PAUSED, ProjectStatus.COMPLETED, ProjectStatus.CANCELLED}


def draw(task, **options):
    return task.labels_write(hashes=["label001"], classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4],
                             coordinates=[1, 2, 3, 4], force=True, **options)


def start(project, key):
    task, reason = project.stage_open(key).start_next()
    if task is None:
        return "StateError" if reason == QueueReason.PROJECT_STATUS else "reason %d" % reason
    return "OK"


def status_of(call, *arguments):
    try:
        said = call(*arguments)
    except annoproj.Error as error:
        return type(error).__name__
    return said if isinstance(said, str) and said.endswith("Error") else "OK"


# (what, who, stage of a task, whose it is, does it write to what is theirs, call on project and task)
CALLS = [
    ("start", ANNOTATING, None, None, False, lambda p, t: start(p, "annotate")),
    ("start a review", REVIEWING, None, None, False, lambda p, t: start(p, "review")),
    ("initiate", ANNOTATING, "annotate", "free", False, lambda p, t: t.initiate()),
    ("initiate a review", REVIEWING, "review", "free", False, lambda p, t: t.initiate()),
    ("submit", ANNOTATING, "annotate", "own", False, lambda p, t: t.submit()),
    ("submit what is free", ANNOTATING, "annotate", "free", False, lambda p, t: t.submit()),
    ("skip", ANNOTATING, "annotate", "own", False, lambda p, t: t.skip()),
    ("release", ANNOTATING, "annotate", "own", False, lambda p, t: t.release()),
    ("approve", REVIEWING, "review", "own", False, lambda p, t: t.approve()),
    ("reject", REVIEWING, "review", "own", False, lambda p, t: t.reject(comment="no")),
    ("approve a label", REVIEWING, "review", "own", False, lambda p, t: t.label_approve("label001")),
    ("reject a label", REVIEWING, "review", "own", False, lambda p, t: t.label_reject("label001", "no")),
    ("write labels to one's own", ANNOTATING, "annotate", "own", True, lambda p, t: draw(t)),
    ("write labels in one's review", REVIEWING, "review", "own", True, lambda p, t: draw(t)),
    ("write labels to what is free", ANNOTATING, "annotate", "free", False, lambda p, t: draw(t)),
    ("time on one's own", ANNOTATING, "annotate", "own", True, lambda p, t: t.heartbeat(0)),
    ("time on one's review", REVIEWING, "review", "own", True, lambda p, t: t.heartbeat(0)),
    ("time on what is free", ANNOTATING, "annotate", "free", False, lambda p, t: t.heartbeat(0)),
    ("open an issue", ANNOTATING, "annotate", "own", False, lambda p, t: t.issue_create("hm")),
    ("open an issue in review", REVIEWING, "review", "own", False, lambda p, t: t.issue_create("hm")),
    ("comment", ANNOTATING, "annotate", "own", False, lambda p, t: p.issue_comment(issue_of(t), "and")),
    ("resolve", ANNOTATING, "annotate", "own", False, lambda p, t: p.issue_resolve(issue_of(t))),
    ("assign", MANAGING, "annotate", "free", False, lambda p, t: t.assign(WORLD.users["annotator"])),
    ("set priority", MANAGING, "annotate", "free", False, lambda p, t: t.set_priority(3)),
    ("move", MANAGING, "annotate", "free", False, lambda p, t: t.move(p.stage_open("complete").id())),
    ("reopen", MANAGING, "review", "free", False, lambda p, t: t.reopen()),
    ("add a collaborator", MANAGING, None, None, False, lambda p, t: p.collaborator_add(WORLD.spare, Role.REVIEWER)),
    ("change a collaborator", MANAGING, None, None, False, lambda p, t: p.collaborator_set_role(WORLD.spare, Role.ANNOTATOR)),
    ("remove a collaborator", MANAGING, None, None, False, lambda p, t: p.collaborator_remove(WORLD.spare)),
    ("settings", ADMINS, None, None, False, lambda p, t: p.update("New")),
    ("tags", ADMINS, None, None, False, lambda p, t: p.set_tags([])),
    ("layout", ADMINS, None, None, False, lambda p, t: p.set_editor_layout("{}")),
    ("datasets", ADMINS, None, None, False, lambda p, t: p.attach_dataset(WORLD.spare_dataset)),
    ("workflow", ADMINS, None, None, False, lambda p, t: p.workflow_update(WORKFLOW)),
]
READS = [
    ("see", set(ROLES) | {"host"}, lambda p: p.get()),
    ("queue", set(ROLES) | {"host"}, lambda p: p.task_list()),
    ("own analytics", set(ROLES) | {"host"}, lambda p: p.query_open().task_actions()),
    ("overview", MANAGING, lambda p: p.overview()),
    ("workflow", MANAGING, lambda p: p.workflow_json()),
    ("team analytics", MANAGING, lambda p: p.query_open().annotators()),
    ("labels", MANAGING, lambda p: p.task_open(p.task_list().to_pylist()[0]["task"]).labels()),
]
WORLD = None


def issue_of(task):
    return task.issues().to_pylist()[0]["issue"]


class World:
    """A project, and for one role a task for every call, made while it was open."""

    def __init__(self, folder, who):
        global WORLD
        WORLD = self
        self.store = annoproj.create(os.path.join(folder, "gate.annoproj"), relaxed_durability=True)
        self.host = host = self.store.session_open(0)
        self.users = {role: host.user_create("%s@x.org" % role, role, OrgRole.MEMBER) for role in ROLES}
        self.users["host"] = 0
        self.spare = host.user_create("spare@x.org", "Spare", OrgRole.MEMBER)
        ontology, dataset = host.ontology_create("Cars", ONTOLOGY), host.dataset_create("Files")
        self.spare_dataset = self.store.session_open(self.users["admin"]).dataset_create("More")
        host.data_units_add(dataset, titles=["f%d" % i for i in range(40)], widths=[9] * 40, heights=[9] * 40)
        self.project = host.project_create("P", ontology, WORKFLOW)
        for role, value in ROLES.items():
            self.project.collaborator_add(self.users[role], value)
        self.project.attach_dataset(dataset)
        free = [row["task"] for row in self.project.task_list().to_pylist()]
        for _ in range(2):                                              # what is started from the queues
            free.pop(0)
        review = self.project.task_open(free.pop(0))
        draw(review)
        review.submit()
        self.own = self.store.session_open(self.users[who]).project_open(self.project.id())
        self.tasks = {}
        for what, allowed, stage, whose, _, _ in CALLS:
            if stage and who in allowed:
                task = self.project.task_open(free.pop())
                draw(task)
                task.issue_create("look")
                if stage == "review":
                    task.submit()
                self.tasks[what] = self.own.task_open(task.id())
                if whose == "own":
                    self.tasks[what].initiate()


class StatusGate(unittest.TestCase):
    def cell(self, status, who, writes):
        if status == ProjectStatus.ARCHIVED:
            return "StateError"
        return "StateError" if status in CLOSED and who in WORKERS and not writes else "OK"

    def test_every_status_role_and_call(self):
        for status in ProjectStatus:
            for who in list(ROLES) + ["host"]:
                with tempfile.TemporaryDirectory() as folder:
                    world = World(folder, who)
                    world.project.set_status(status)
                    for what, allowed, stage, _, writes, call in CALLS:
                        if who in allowed:
                            wanted = self.cell(status, who, writes)
                            if what == "remove a collaborator" and wanted == "OK":
                                world.project.collaborator_add(world.spare, Role.REVIEWER)
                            self.assertEqual(status_of(call, world.own, world.tasks.get(what)), wanted, (status, who, what))
                    for what, allowed, call in READS:
                        if who in allowed:
                            self.assertEqual(status_of(call, world.own), "OK", (status, who, what))
                    # Whatever was done, nothing but the call for it changed the status.
                    self.assertEqual(world.project.get().to_pylist()[0]["status"], status.name.lower())
                    world.store.close()

    def test_who_changes_the_status(self):
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder, "admin")
            for who in list(ROLES) + ["host"]:
                own = world.store.session_open(world.users[who]).project_open(world.project.id())
                for before in ProjectStatus:
                    for after in ProjectStatus:
                        world.project.set_status(before)
                        wanted = "PermissionError" if who in WORKERS else "OK"
                        if who == "manager" and before == ProjectStatus.ARCHIVED:
                            wanted = "StateError"
                        self.assertEqual(status_of(own.set_status, after), wanted, (who, before, after))
            world.store.close()


if __name__ == "__main__":
    unittest.main()
