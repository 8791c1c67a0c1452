"""Who may do what with a task in consensus and with its branches, through the public functions: role x call x project status x where the
task and its branches are and whose, against the specification (§3, §4, §8: members read nothing of another's branch, admins and team
managers do). What is refused leaves the store as it was; lists hold exactly what a get finds."""

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
ANNOTATES, REVIEWS = ("annotator", "annotator_reviewer"), ("reviewer", "annotator_reviewer")
CLOSED = ("PAUSED", "COMPLETED", "CANCELLED")
STATUSES = ("IN_PROGRESS", "PAUSED", "ARCHIVED")
TASKS = 260
FLOW = json.dumps({"start": "many", "stages": [
    {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"}},
    {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "parking", "reject": "many"}, "settings": {"consensus": "refine"}},
    {"key": "parking", "type": "AGENT", "pathways": [{"key": "ok", "to": "complete"}]},
    {"key": "complete", "type": "DONE"}]})
ONTOLOGY = json.dumps({"objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box",
                                    "featureNodeHash": "objCar01"}], "classifications": []})

# What is looked at: a branch in the annotate half, or the task; a branch in the review half, or the task.
BRANCHES = ("free", "own", "others", "given_back", "submitted_own", "submitted_others")
JUDGED = ("judged", "judged_own", "judged_others")
JUDGED_BRANCHES = ("branch_judged", "branch_judged_own", "branch_judged_others")
STATES = BRANCHES + ("waiting",) + JUDGED + JUDGED_BRANCHES + ("closed",)

CALLS = {
    "get": ("queue", lambda w, t: t.get()),
    "labels": ("task_view", lambda w, t: t.labels()),
    "geometry": ("task_view", lambda w, t: t.geometry(annoproj.Unit.STORED)),
    "answers": ("task_view", lambda w, t: t.answers()),
    "issues": ("task_view", lambda w, t: t.issues()),
    "branches": ("task_view", lambda w, t: t.consensus_branches()),
    "agreement": ("task_view", lambda w, t: t.consensus_agreement()),
    "labels_write": ("label_write", lambda w, t: draw(t, 9)),
    "heartbeat": ("time_report", lambda w, t: t.heartbeat(0)),
    "initiate": (None, lambda w, t: t.initiate()),
    "submit": ("annotate", lambda w, t: t.submit()),
    "skip": ("skip", lambda w, t: t.skip()),
    "approve": ("review", lambda w, t: t.approve()),
    "reject": ("review", lambda w, t: t.reject()),
    "consensus_approve": ("review", lambda w, t: t.consensus_approve(branch=w.branches[0])),
    "approve_to": ("review", lambda w, t: t.consensus_approve(branch=w.branches[0], assignee=w.keeper)),
    "label_approve": ("review", lambda w, t: t.label_approve("label001")),
    "pathway": ("agent", lambda w, t: t.pathway("ok")),
    "assign": ("assign", lambda w, t: t.assign(w.keeper)),
    "release": (None, lambda w, t: t.release()),
    "priority": ("priority", lambda w, t: t.set_priority(77)),
    "move": ("move", lambda w, t: t.move(w.parking)),
    "reopen": ("reopen", lambda w, t: t.reopen()),
    "issue_create": ("issue_write", lambda w, t: t.issue_create("hm")),
}
VIEWS = ("labels", "geometry", "answers", "issues", "branches", "agreement")
OF_TASKS = ("branches", "agreement")            # STATE for a branch, to those who may view it
WORK = ("labels_write", "heartbeat", "initiate", "submit", "skip", "approve", "reject", "consensus_approve", "approve_to", "label_approve", "pathway")
REVIEWING = ("approve", "reject", "consensus_approve", "approve_to", "label_approve")


def draw(task, x):
    return task.labels_write(hashes=["label001"], classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4],
                             coordinates=[x, 2, 3, 4], force=True)


def read_rights():
    with open(os.path.join(HERE, "rights.csv"), encoding="utf-8", newline="") as file:
        return {row["operation"]: row for row in csv.DictReader(file)}


RIGHTS = read_rights()


def sees(who, state):
    """Of the task and the branch: members see their own branches and those nobody has, of a submitted one only its annotator; whoever may
    see the task in the review sees its branches; the task that waits is seen by managers alone."""
    if state == "closed":
        return False
    if who in MANAGERS:
        return True
    if state in JUDGED + JUDGED_BRANCHES:
        return who in REVIEWS
    return who in ANNOTATES and state in ("free", "own", "given_back", "submitted_own")


def views(who, state):
    """Nothing is read of what another works on, or has worked on: of a branch that was given back whoever takes it may."""
    return who in MANAGERS or not (state.endswith("_others") or state == "given_back")


def operation_of(who, call, state):
    if call == "initiate":
        return "review" if state in JUDGED + JUDGED_BRANCHES else "annotate"
    if call == "release":
        return "release" if who in MANAGERS else "release_own"
    return CALLS[call][0]


def fits(call, state):
    """Whether the call is one for something in that state, if it were one's own."""
    waits = state.startswith("submitted") or state == "waiting" or state in JUDGED_BRANCHES
    if call in ("priority", "move", "heartbeat"):
        return True
    if call == "labels_write":                  # a task gets labels before its branches are worked on
        return not waits and state not in JUDGED or state == "waiting"
    if call == "reopen":
        return False
    if call == "issue_create":                  # none in the annotate half
        return state in JUDGED
    if call in REVIEWING:
        return state in JUDGED and call in ("reject", "consensus_approve", "approve_to")
    if call in ("submit", "skip"):
        return state in BRANCHES and not waits
    return not waits and call != "pathway"


def expected(who, call, state, project_status):
    if not sees(who, state):
        return {"NOT_FOUND"}
    operation, manager = operation_of(who, call, state), who in MANAGERS
    if who != "host" and RIGHTS[operation][who] == "no":
        return {"PERMISSION"}
    others = state == "others" or state.endswith("_others")
    own = state in ("own", "submitted_own", "judged_own")
    if call == "get":
        return {"OK"}
    if call in VIEWS + ("issue_create",) and not views(who, state):
        return {"PERMISSION"}
    if call == "release" and others and not manager and state in JUDGED:
        return {"PERMISSION"}
    if call in VIEWS:
        return {"STATE"} if call in OF_TASKS and state not in JUDGED + ("waiting",) else {"OK"}
    reasons = set()
    held = state in ("others", "judged_others")
    if held and call in WORK and (not manager or call in ("initiate", "skip")):
        reasons.add("CONFLICT")
    if state == "branch_judged_others" and call in WORK and not manager:
        reasons |= {"CONFLICT", "STATE"}
    if not fits(call, state):
        reasons.add("STATE")
    if who == "host" and call in ("initiate", "skip", "heartbeat"):
        reasons.add("INVALID")
    gate = RIGHTS[operation]["gated"]
    if project_status == "ARCHIVED" or (project_status in CLOSED and not manager and (gate == "closed" or (gate == "own" and not own))):
        reasons.add("STATE")
    if call == "approve_to" and not manager:
        reasons.add("PERMISSION")
    return reasons or {"OK"}


class World:
    """A project for one role, with tasks for all that may become of them."""

    def __init__(self, store, who):
        self.store, self.who, self.host = store, who, store.session_open(0)
        new = lambda name: self.host.user_create("%s.%s@x.org" % (name, who), name, OrgRole.MEMBER)
        self.users = {name: new(name) for name in (who, "other", "third", "keeper")}
        self.keeper = self.users["keeper"]
        dataset = self.host.dataset_create("D")
        self.host.data_units_add(dataset, titles=["f%d" % i for i in range(TASKS)], widths=[9] * TASKS, heights=[9] * TASKS)
        self.project = self.host.project_create("P", self.host.ontology_create("O", ONTOLOGY), FLOW)
        self.project.attach_dataset(dataset)
        self.parking = self.project.stage_open("parking").id()
        rows = self.project.task_list(include_waiting=True, limit=10000).to_pylist()
        self.pool = {row["task"]: [] for row in rows if row["parent"] is None}
        for row in rows:
            if row["parent"] is not None:
                self.pool[row["parent"]].append(row["task"])
        for user in self.users.values():
            self.project.collaborator_add(user, Role.ADMIN)
        # Handles are identities: everybody has one for everything, from the day on which they were admins.
        self.projects = {name: store.session_open(user).project_open(self.project.id()) for name, user in self.users.items()}
        if who == "host":
            self.projects["host"] = self.project
        self.handles = {name: {row["task"]: project.task_open(row["task"]) for row in rows} for name, project in self.projects.items()
                        if name != "keeper"}
        for name, user in self.users.items():
            if name != "keeper":
                self.project.collaborator_set_role(user, ROLES.get(name, Role.ANNOTATOR_REVIEWER))

    def handle(self, name, task):
        return self.handles[name][task]

    def annotate(self, name, branch, submit=True):
        task = self.handle(name, branch)
        task.initiate()
        draw(task, 1)
        if submit:
            task.submit()

    def prepare(self, state):
        """A fresh task in that state; the handle of what is looked at, or None when this cannot be for the role."""
        parent, branches = self.pool.popitem()
        self.parent, self.branches = parent, branches
        own = self.who
        try:
            if state in ("own", "submitted_own"):
                self.annotate(own, branches[0], submit=state != "own")
            elif state in ("others", "submitted_others", "given_back"):
                self.annotate("other", branches[0], submit=state == "submitted_others")
                if state == "given_back":
                    self.project.task_open(branches[0]).release()
            elif state in JUDGED + JUDGED_BRANCHES + ("closed",):
                self.annotate("other", branches[0])
                self.annotate("third", branches[1])
                if state.endswith("own"):
                    self.handle(own, parent).initiate()
                if state.endswith("_others"):
                    self.handle("other", parent).initiate()
                if state == "closed":
                    self.project.task_open(parent).consensus_approve(branch=branches[0])
        except (annoproj.NotFoundError, annoproj.PermissionError, annoproj.InvalidError):
            return None
        return self.handle(own, parent if state == "waiting" or state in JUDGED else branches[0])


def status_of(call, *arguments):
    try:
        call(*arguments)
    except annoproj.Error as error:
        return error.status.name
    return "OK"


class RightsInConsensus(unittest.TestCase):
    def run_state(self, world, state):
        who, looked = world.who, 0
        task = world.prepare(state)
        if task is None:
            return 0
        self.lists_hold_what_gets_find(world, state)
        for status in STATUSES:
            for call in CALLS:
                if state == "closed" and call == "heartbeat":    # test_time.py: whoever worked on it may tell the time it took
                    continue
                world.project.set_status(ProjectStatus[status])
                allowed, seq = expected(who, call, state, status), world.store.wait(0)
                found = status_of(CALLS[call][1], world, task)
                what = "%s: %s of a task that is %s; project %s" % (who, call, state, status)
                if found not in allowed:
                    self.differing.append("%s: %s, not %s" % (what, found, " or ".join(sorted(allowed))))
                if found != "OK" or call in VIEWS + ("get",):
                    self.assertEqual(world.store.wait(0), seq, what)
                else:
                    world.project.set_status(ProjectStatus.IN_PROGRESS)
                    task = world.prepare(state)
                looked += 1
        world.project.set_status(ProjectStatus.IN_PROGRESS)
        return looked

    def lists_hold_what_gets_find(self, world, state):
        listed = {row["task"] for page in world.projects[world.who].task_list_pages(include_waiting=True, limit=10000) for row in page.to_pylist()}
        for one in [world.parent] + world.branches:
            found = status_of(world.projects[world.who].task_open, one)
            self.assertEqual(found, "OK" if one in listed else "NOT_FOUND", (world.who, state, one == world.parent))
        usual = {row["task"] for page in world.projects[world.who].task_list_pages(limit=10000) for row in page.to_pylist()}
        self.assertLessEqual(usual, listed)

    def test_every_cell(self):
        looked, self.differing = 0, []
        with tempfile.TemporaryDirectory() as folder:
            now_us = 1_767_603_600_000_000
            store = annoproj.create(os.path.join(folder, "consensus.annoproj"), clock=lambda: now_us, relaxed_durability=True)
            for who in list(ROLES) + ["host"]:
                world = World(store, who)
                for state in STATES:
                    if not (who == "host" and state.endswith("own")):
                        looked += self.run_state(world, state)
            self.assertEqual(self.differing, [], "\n".join(self.differing[:60]))
            self.assertGreater(looked, 4500)
            self.assertEqual(store.session_open(0).store_check().to_pylist(), [])
            store.close()


if __name__ == "__main__":
    unittest.main()
