"""Who may do what with a task, through the public functions: role x operation x project status x state of the task x assignment x
membership of the stage, against the specification (§3, §4, §8). What is refused leaves the store as it was."""

import csv
import json
import os
import tempfile
import unittest

import annoproj
from annoproj import OrgRole, ProjectStatus, Role

HERE = os.path.dirname(os.path.abspath(__file__))
ROLES = {"admin": Role.ADMIN, "team_manager": Role.TEAM_MANAGER, "reviewer": Role.REVIEWER, "annotator": Role.ANNOTATOR,
         "annotator_reviewer": Role.ANNOTATOR_REVIEWER}
MANAGERS = ("admin", "team_manager", "host")
OUTSIDE = ("outsider", "org_admin")
# Stages by what is done there; nobody but managers and `other` belongs to "listed".
KINDS = {"annotate": "annotate", "listed": "annotate", "hidden": "annotate", "review": "review", "agent": "agent", "complete": "done"}
WORKS = {"reviewer": ("review",), "annotator": ("annotate",), "annotator_reviewer": ("annotate", "review")}
CLOSED = ("PAUSED", "COMPLETED", "CANCELLED")
POOL = 300


def stage(key, type, settings=None, **more):
    return dict({"key": key, "type": type, "title": key, "settings": settings or {}}, **more)


WORKFLOW = json.dumps({"start": "annotate", "stages": [
    stage("annotate", "ANNOTATION", {"allow_reassessment": True}, edges={"submit": "listed"}),
    stage("listed", "ANNOTATION", {"allow_reassessment": True, "members": ["other@x.org"]}, edges={"submit": "hidden"}),
    stage("hidden", "ANNOTATION", {"allow_reassessment": True, "hide_unassigned": True}, edges={"submit": "review"}),
    stage("review", "REVIEW", {"strict_review": False}, edges={"approve": "agent", "reject": "annotate"}),
    {"key": "agent", "type": "AGENT", "title": "agent", "pathways": [{"key": "ok", "title": "OK", "to": "complete"}]},
    {"key": "parking", "type": "AGENT", "title": "parking", "pathways": [{"key": "ok", "title": "OK", "to": "annotate"}]},
    stage("complete", "DONE")]})
ONTOLOGY = json.dumps({"objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box",
                                    "featureNodeHash": "objCar01"}], "classifications": []})

class Refused(Exception):
    """What became of the one task of a bulk call."""


def outcome(table):
    row = table.to_pylist()[0]
    if row["status"] != 0:
        raise Refused(row["status_name"])


# name: (operation, or how it follows from the stage; what it does)
CALLS = {
    "get": ("queue", lambda w, t: t.get()),
    "labels": ("task_view", lambda w, t: t.labels()),
    "issues": ("task_view", lambda w, t: t.issues()),
    "labels_write": ("label_write", lambda w, t: t.labels_write(
        hashes=["label001"], classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4], coordinates=[1, 2, 3, 4], force=True)),
    "geometry": ("task_view", lambda w, t: t.geometry(annoproj.Unit.STORED)),
    "answers": ("task_view", lambda w, t: t.answers()),
    "comments": ("task_view", lambda w, t: t.comments()),
    "branches": ("task_view", lambda w, t: t.consensus_branches()),
    "agreement": ("task_view", lambda w, t: t.consensus_agreement()),
    "issue_history": ("task_view", lambda w, t: t.issue_history()),
    "issue_get": ("task_view", lambda w, t: w.own.issues_get([w.issues[t.id()][0]])),
    "heartbeat": ("time_report", lambda w, t: t.heartbeat(0)),
    "report_time": ("time_report", lambda w, t: t.report_time([w.now_us], [1_000_000])),
    "initiate": (None, lambda w, t: t.initiate()),
    "submit": ("annotate", lambda w, t: t.submit()),
    "skip": ("skip", lambda w, t: t.skip()),
    "approve": ("review", lambda w, t: t.approve()),
    "reject": ("review", lambda w, t: t.reject(comment="again")),
    "submit_to": ("annotate", lambda w, t: t.submit(assignee=w.keeper)),
    "approve_to": ("review", lambda w, t: t.approve(assignee=w.keeper)),
    "reject_to": ("review", lambda w, t: t.reject(comment="again", assignee=w.keeper)),
    "consensus_approve": ("review", lambda w, t: t.consensus_approve(branch=t.id())),
    "label_approve": ("review", lambda w, t: t.label_approve("label001")),
    "label_reject": ("review", lambda w, t: t.label_reject("label001", "no")),
    "label_reopen": ("review", lambda w, t: t.label_reopen("label002")),
    "pathway": ("agent", lambda w, t: t.pathway("ok")),
    "assign": ("assign", lambda w, t: t.assign(w.keeper)),
    "release": (None, lambda w, t: t.release()),
    "priority": ("priority", lambda w, t: t.set_priority(77)),
    "move": ("move", lambda w, t: t.move(w.stages["parking"])),
    "reopen": ("reopen", lambda w, t: t.reopen()),
    "ticket_issue": ("ticket", lambda w, t: t.ticket_issue(w.keeper, w.now_us + 86400_000_000)),
    "issue_create": ("issue_write", lambda w, t: t.issue_create("hm")),
    "issue_comment": ("issue_write", lambda w, t: w.own.issue_comment(w.issues[t.id()][0], "and")),
    "issue_set_tags": ("issue_write", lambda w, t: w.own.issue_set_tags(w.issues[t.id()][0], [w.tag])),
    "issue_resolve": ("issue_write", lambda w, t: w.own.issue_resolve(w.issues[t.id()][0])),
    "issue_reopen": ("issue_write", lambda w, t: w.own.issue_reopen(w.issues[t.id()][1])),
}
BULK = {
    "submit": lambda w, t: w.own.tasks_submit([t.id()]), "approve": lambda w, t: w.own.tasks_approve([t.id()]),
    "reject": lambda w, t: w.own.tasks_reject([t.id()], comment="again"), "pathway": lambda w, t: w.own.tasks_pathway([t.id()], "ok"),
    "assign": lambda w, t: w.own.tasks_assign([t.id()], w.keeper), "release": lambda w, t: w.own.tasks_release([t.id()]),
    "priority": lambda w, t: w.own.tasks_set_priority([t.id()], 77), "move": lambda w, t: w.own.tasks_move([t.id()], w.stages["parking"]),
    "reopen": lambda w, t: w.own.tasks_reopen([t.id()])}
CALLS.update(("bulk_" + name, (CALLS[name][0], lambda w, t, call=call: outcome(call(w, t)))) for name, call in BULK.items())
VIEWS = ("labels", "issues", "geometry", "answers", "comments", "branches", "agreement", "issue_history", "issue_get")
READS = ("get",) + VIEWS
ON_ISSUES = ("issue_create", "issue_comment", "issue_set_tags", "issue_resolve", "issue_reopen")
DECISIONS = ("approve", "reject", "approve_to", "reject_to", "consensus_approve", "label_approve", "label_reject", "label_reopen")
WORK = DECISIONS + ("labels_write", "heartbeat", "report_time", "initiate", "submit", "submit_to", "skip", "pathway")
STAGE_OF = {"submit": "annotate", "submit_to": "annotate", "skip": "annotate", "pathway": "agent", **dict.fromkeys(DECISIONS, "review")}


def rights():
    with open(os.path.join(HERE, "rights.csv"), encoding="utf-8", newline="") as file:
        return {row["operation"]: row for row in csv.DictReader(file)}


RIGHTS = rights()


def operation_of(call, who, kind):
    if call == "initiate":
        return {"annotate": "annotate", "review": "review", "agent": "agent", "done": "agent"}[kind]
    if call == "release":
        return "release" if who in MANAGERS else "release_own"
    return CALLS[call][0]


def closed(who, operation, project_status, own):
    """Whether the project's status keeps somebody from it."""
    gate = RIGHTS[operation]["gated"]
    return project_status == "ARCHIVED" or (project_status in CLOSED and who not in MANAGERS and (gate == "closed" or (gate == "own" and not own)))


def expected(who, call, stage, assignment, project_status):
    """The statuses that the specification allows: those of the first question that is answered with no, where several reasons of one
    kind may be named."""
    if who in OUTSIDE:                                  # org admins see the project, and nothing that is in it
        return {"PERMISSION" if who == "org_admin" and (call.startswith("bulk_") or call == "issue_get") else "NOT_FOUND"}
    if call.startswith("bulk_"):
        return expected_in_bulk(who, call[5:], stage, assignment, project_status)
    kind, manager = KINDS[stage], who in MANAGERS
    own, others = assignment in ("own", "given"), assignment == "others"
    member = manager or (who in WORKS and kind in WORKS[who] and stage != "listed")
    if not member or (stage == "hidden" and not own and not manager):
        return {"NOT_FOUND"}
    operation = operation_of(call, who, kind)
    if who != "host" and RIGHTS[operation][who] == "no":
        return {"PERMISSION"}
    if others and not manager and call == "issue_get":      # a lookup finds what one may view
        return {"PERMISSION", "NOT_FOUND"}
    if others and not manager and (call in VIEWS or call in ON_ISSUES or call == "release"):
        return {"PERMISSION"}
    if call == "release" and not manager and assignment == "given":
        return {"PERMISSION"}
    if call in READS:
        return {"OK"}
    reasons = set()
    if others and call in WORK and (not manager or call in ("initiate", "skip")):
        reasons.add("CONFLICT")
    if STAGE_OF.get(call, kind) != kind or (kind == "done" and call in ("initiate", "labels_write", "assign", "priority")):
        reasons.add("STATE")
    if call == "consensus_approve" or (call == "reopen" and stage == "annotate"):
        reasons.add("STATE")
    if who == "host" and call in ("initiate", "skip", "heartbeat", "report_time"):
        reasons.add("INVALID")
    if closed(who, operation, project_status, own):
        reasons.add("STATE")
    if call.endswith("_to") and not manager:            # naming an assignee is an assignment (§3)
        reasons.add("PERMISSION")
    return reasons or {"OK"}


def expected_in_bulk(who, call, stage, assignment, project_status):
    """The whole call asks for the right and the project's status first; then each task as its single call."""
    operation = "queue" if call == "release" else CALLS[call][0]
    if who != "host" and RIGHTS[operation][who] == "no":
        return {"PERMISSION"}
    if operation != "queue" and closed(who, operation, project_status, False):
        return {"STATE"}
    return expected(who, call, stage, assignment, project_status)


class World:
    def __init__(self, folder):
        self.now_us = 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(folder, "tasks.annoproj"), clock=lambda: self.now_us, relaxed_durability=True,
                                     ticket_key="a secret of this test")
        host = self.store.session_open(0)
        self.users = {name: host.user_create("%s@x.org" % name, name, OrgRole.ADMIN if name == "org_admin" else OrgRole.MEMBER)
                      for name in list(ROLES) + list(OUTSIDE) + ["other"]}
        self.project = host.project_create("P", host.ontology_create("O", ONTOLOGY), WORKFLOW)
        dataset = host.dataset_create("D")
        host.data_units_add(dataset, titles=["f%d" % i for i in range(POOL)], widths=[9] * POOL, heights=[9] * POOL)
        self.project.attach_dataset(dataset)
        self.ids = [row["task"] for row in self.project.task_list().to_pylist()]
        self.stages = {row["key"]: row["stage"] for row in self.project.stage_list().to_pylist()}
        self.project.set_status(ProjectStatus.IN_PROGRESS)
        self.tag = self.project.issue_tag_create("blurred")
        # Handles are identities: everybody has one for every task, from the day on which they were admins.
        self.handles = {"host": [self.project.task_open(task) for task in self.ids]}
        self.projects, self.issues, self.own = {"host": self.project}, {}, None
        for task in self.handles["host"]:
            self.add_work(task)
        for name, user in self.users.items():
            self.project.collaborator_add(user, Role.ADMIN)
            mine = self.projects[name] = self.store.session_open(user).project_open(self.project.id())
            self.handles[name] = [mine.task_open(task) for task in self.ids]
        self.keeper = host.user_create("keeper@x.org", "Keeper", OrgRole.MEMBER)
        self.project.collaborator_add(self.keeper, Role.ADMIN)
        for name, user in self.users.items():
            if name in OUTSIDE:
                self.project.collaborator_remove(user)
            else:
                self.project.collaborator_set_role(user, ROLES.get(name, Role.ANNOTATOR_REVIEWER))

    def add_work(self, task):
        """Two labels, an open issue and a resolved one."""
        task.labels_write(hashes=["label001", "label002"], classes=[1, 1], geometry_starts=[0, 1, 2], frames=[0, 0],
                          coordinate_starts=[0, 4, 8], coordinates=[1, 2, 3, 4, 5, 6, 7, 8], force=True)
        self.issues[task.id()] = [task.issue_create("look"), task.issue_create("done")]
        self.project.issue_resolve(self.issues[task.id()][1])

    def prepare(self, who, stage, state, assignment, count):
        """The first `count` tasks in that stage and state; False when this cannot be."""
        places, ids = range(count), self.ids[:count]
        self.project.tasks_release(ids)
        self.project.tasks_move(ids, self.stages["parking"])
        if state == "reopened":
            self.project.tasks_reopen(ids)
            self.project.tasks_release(ids)  # from whoever submitted them before
        else:
            self.project.tasks_move(ids, self.stages[stage])
        if state == "skipped":
            for place in places:
                self.handles["other"][place].skip()
        if stage == "review":                               # a decision that can be taken back
            for place in places:
                self.handles["host"][place].label_approve("label002")
        if assignment == "given":
            outcomes = self.project.tasks_assign(ids, self.users[who]).to_pylist()
            return outcomes[0]["status"] == "OK"
        if assignment == "others":
            self.project.tasks_assign(ids, self.users["other"])
        if assignment == "own":
            try:
                for place in places:
                    self.handles[who][place].initiate()
            except (annoproj.NotFoundError, annoproj.PermissionError):
                return False
        return True


def status_of(call, *arguments):
    try:
        call(*arguments)
    except annoproj.Error as error:
        return error.status.name
    except Refused as refused:
        return str(refused)
    return "OK"


def cells():
    """Stage, state of the task, and the project statuses to look at there."""
    everything = [one.name for one in ProjectStatus]
    few = ["IN_PROGRESS", "PAUSED", "ARCHIVED"]
    yield "annotate", "new", everything
    yield "review", "new", everything
    for state in ("reopened", "skipped"):
        yield "annotate", state, ["IN_PROGRESS", "CANCELLED"]
    for stage in ("hidden", "listed", "agent", "complete"):
        yield stage, "completed" if stage == "complete" else "new", few


class RightsOfTasks(unittest.TestCase):
    def run_cell(self, world, who, stage, state, assignment, statuses):
        outcomes = {(call, status): expected(who, call, stage, assignment, status) for status in statuses for call in CALLS}
        changing = [key for key, allowed in outcomes.items() if "OK" in allowed and key[0] not in READS]
        if not world.prepare(who, stage, state, assignment, len(changing) + 1):
            return 0
        rows = world.project.tasks_get(world.ids[:len(changing) + 1]).to_pylist()
        self.assertEqual({(row["stage_key"], row["status"]) for row in rows}, {(stage, state)})
        fresh = looked = 0
        world.own = world.projects[who]
        for status in statuses:
            world.project.set_status(ProjectStatus[status])
            for call in CALLS:
                allowed, seq = outcomes[call, status], world.store.wait(0)
                found = status_of(CALLS[call][1], world, world.handles[who][fresh])
                what = "%s: %s of a task that is %s, %s, in %s; project %s" % (who, call, state, assignment, stage, status)
                if found not in allowed:
                    self.differing.append("%s: %s, not %s" % (what, found, " or ".join(sorted(allowed))))
                if found != "OK" or call in READS:
                    self.assertEqual(world.store.wait(0), seq, what)
                elif fresh + 1 < len(rows):
                    fresh += 1
                looked += 1
        world.project.set_status(ProjectStatus.IN_PROGRESS)
        return looked

    def test_every_cell(self):
        looked, self.differing = 0, []
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder)
            for who in list(ROLES) + ["host"]:
                for stage, state, statuses in cells():
                    for assignment in ("free", "own", "given", "others"):
                        if assignment != "free" and (KINDS[stage] == "done" or state == "skipped"):
                            continue
                        if assignment in ("own", "given") and who == "host":
                            continue
                        if assignment == "others" and stage == "agent":
                            continue
                        looked += self.run_cell(world, who, stage, state, assignment, statuses)
            for who in OUTSIDE:
                for stage in ("annotate", "review", "complete"):
                    looked += self.run_cell(world, who, stage, "completed" if stage == "complete" else "new", "free", ["IN_PROGRESS"])
            self.assertEqual(self.differing, [], "\n".join(self.differing[:40]))
            self.assertGreater(looked, 12000)
            self.assertEqual(world.store.session_open(0).store_check().to_pylist(), [])
            world.store.close()


if __name__ == "__main__":
    unittest.main()
