"""Who sees which stage and what start gives there: role x type and settings of the stage x project status, against the specification
(§3, §4, §8): a list holds the stages that a get finds, a handle from better days shows what one may see now, and a start says why not."""

import json
import os
import tempfile
import unittest

import annoproj
from annoproj import OrgRole, ProjectStatus, QueueReason, Role

HERE = os.path.dirname(os.path.abspath(__file__))
ROLES = {"admin": Role.ADMIN, "team_manager": Role.TEAM_MANAGER, "reviewer": Role.REVIEWER, "annotator": Role.ANNOTATOR,
         "annotator_reviewer": Role.ANNOTATOR_REVIEWER}
MANAGERS = ("admin", "team_manager", "host")
ANNOTATES, REVIEWS = ("annotator", "annotator_reviewer"), ("reviewer", "annotator_reviewer")
CLOSED = (ProjectStatus.PAUSED, ProjectStatus.COMPLETED, ProjectStatus.CANCELLED)
EACH = 40           # tasks in every stage
# Who belongs there beside managers.
STAGES = {"annotate": ANNOTATES, "listed": (), "hidden": ANNOTATES, "review": REVIEWS, "listed_review": (), "many": ANNOTATES, "judge": REVIEWS,
          "agent": (), "complete": ()}
ANNOTATORS = ["priority", "title", "status", "assignee_email"]
REVIEWERS = ["priority", "title", "last_action_email", "last_action_stage", "assignee_email"]


def stage(key, type, settings=None, **more):
    return dict({"key": key, "type": type, "title": key, "settings": settings or {}}, **more)


FLOW = json.dumps({"start": "many", "stages": [
    stage("annotate", "ANNOTATION", edges={"submit": "listed"}),
    stage("listed", "ANNOTATION", {"members": ["other@x.org"]}, edges={"submit": "hidden"}),
    stage("hidden", "ANNOTATION", {"hide_unassigned": True}, edges={"submit": "review"}),
    stage("review", "REVIEW", edges={"approve": "listed_review", "reject": "annotate"}),
    stage("listed_review", "REVIEW", {"members": ["other@x.org"]}, edges={"approve": "agent", "reject": "annotate"}),
    stage("many", "CONSENSUS_ANNOTATION", {"annotators": 5}, edges={"submit": "judge"}),
    stage("judge", "CONSENSUS_REVIEW", edges={"approve": "complete", "reject": "many"}),
    {"key": "agent", "type": "AGENT", "title": "agent", "pathways": [{"key": "ok", "title": "OK", "to": "complete"}]},
    stage("complete", "DONE")]})
ONTOLOGY = '{"objects": [], "classifications": []}'


class World:
    def __init__(self, folder):
        now_us = 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(folder, "stages.annoproj"), clock=lambda: now_us, relaxed_durability=True)
        host = self.store.session_open(0)
        self.users = {name: host.user_create("%s@x.org" % name, name, OrgRole.ADMIN if name == "org_admin" else OrgRole.MEMBER)
                      for name in list(ROLES) + ["outsider", "org_admin", "other"]}
        self.project = host.project_create("P", host.ontology_create("O", ONTOLOGY), FLOW)
        dataset = host.dataset_create("D")
        count = EACH * len(STAGES)
        host.data_units_add(dataset, titles=["f%d" % i for i in range(count)])
        self.project.attach_dataset(dataset)
        self.stages = {row["key"]: row["stage"] for row in self.project.stage_list().to_pylist()}
        waiting = sorted({row["parent"] for page in self.project.task_list_pages(limit=10000) for row in page.to_pylist()})
        for place, key in enumerate(STAGES):
            tasks = waiting[place * EACH:(place + 1) * EACH]
            if key == "judge":
                for task in tasks:
                    branches = [row["branch"] for row in self.project.task_open(task).consensus_branches().to_pylist()]
                    self.project.tasks_submit(branches)
            elif key != "many":
                self.project.tasks_move(tasks, self.stages[key])
        self.projects, self.handles = {"host": self.project}, {"host": {key: self.project.stage_open(key) for key in STAGES}}
        for name, user in self.users.items():
            self.project.collaborator_add(user, Role.ADMIN)
            self.projects[name] = self.store.session_open(user).project_open(self.project.id())
            self.handles[name] = {key: self.projects[name].stage_open(key) for key in STAGES}
        keeper = host.user_create("keeper@x.org", "Keeper", OrgRole.MEMBER)
        self.project.collaborator_add(keeper, Role.ADMIN)
        for name, user in self.users.items():
            if name in ("outsider", "org_admin"):
                self.project.collaborator_remove(user)
            else:
                self.project.collaborator_set_role(user, ROLES.get(name, Role.ANNOTATOR_REVIEWER))


def status_of(call, *arguments):
    try:
        call(*arguments)
    except annoproj.Error as error:
        return error.status.name
    return "OK"


def start(handle):
    try:
        task, reason = handle.start_next()
    except annoproj.Error as error:
        return error.status.name
    return reason if task is None else "a task"


class RightsOfStages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.world = World(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.world.store.close()
        cls.folder.cleanup()

    def member(self, who, key):
        return who in MANAGERS or who in STAGES[key] or (who == "other" and key in ("annotate", "hidden", "review", "many", "judge", "listed", "listed_review"))

    def everybody(self):
        return list(ROLES) + ["host", "other"]

    def test_who_sees_which(self):
        for status in ProjectStatus:
            self.world.project.set_status(status)
            for who in self.everybody():
                seen = [key for key in STAGES if self.member(who, key)]
                project = self.world.projects[who]
                self.assertEqual([row["key"] for row in project.stage_list().to_pylist()], seen, (who, status))
                for key in STAGES:
                    wanted = "OK" if key in seen else "NOT_FOUND"
                    handle = self.world.handles[who][key]
                    for call in (lambda: project.stage_open(key), handle.layout, handle.pathways):
                        self.assertEqual(status_of(call), wanted, (who, key, status))
                    rows = project.task_list(stages=[self.world.stages[key]]).to_pylist() if key in seen else []
                    self.assertEqual(bool(rows), key in seen and (key != "hidden" or who in MANAGERS), (who, key))
            for who, wanted in (("outsider", "NOT_FOUND"), ("org_admin", "PERMISSION")):
                self.assertEqual(status_of(self.world.projects[who].stage_list), wanted)
                for key in STAGES:
                    for call in (self.world.handles[who][key].layout, self.world.handles[who][key].pathways):
                        self.assertEqual(status_of(call), "NOT_FOUND", (who, key))
        self.world.project.set_status(ProjectStatus.IN_PROGRESS)

    def reason(self, who, key, status):
        if who == "host":
            return "INVALID"
        if key == "complete":
            return QueueReason.FINISHED_STAGE
        if not self.member(who, key):
            return QueueReason.NOT_MEMBER
        if status == ProjectStatus.ARCHIVED or (status in CLOSED and who not in MANAGERS):
            return QueueReason.PROJECT_STATUS
        if key == "hidden" and who not in MANAGERS:
            return QueueReason.NONE_ASSIGNED_TO_YOU
        return "a task"

    def test_who_starts_where(self):
        for status in ProjectStatus:
            self.world.project.set_status(status)
            for who in self.everybody():
                for key in STAGES:
                    wanted, seq = self.reason(who, key, status), self.world.store.wait(0)
                    self.assertEqual(start(self.world.handles[who][key]), wanted, (who, key, status))
                    if wanted != "a task":
                        self.assertEqual(self.world.store.wait(0), seq, (who, key, status))
                    else:                                        # back again: everybody finds some
                        rows = self.world.project.task_list(assignees=[self.world.users[who]]).to_pylist()
                        self.assertEqual([row["stage_key"] for row in rows], [key])
                        self.world.project.set_status(ProjectStatus.IN_PROGRESS)
                        self.world.project.tasks_release([row["task"] for row in rows])
                        self.world.project.set_status(status)
            for who in ("outsider", "org_admin"):
                for key in STAGES:
                    self.assertEqual(start(self.world.handles[who][key]), "NOT_FOUND", (who, key))
        self.world.project.set_status(ProjectStatus.IN_PROGRESS)
        self.assertEqual(self.world.store.session_open(0).store_check().to_pylist(), [])

    def test_layouts_of_consensus(self):
        """Its halves look as annotation and review do."""
        for who in self.everybody():
            for key, like in (("many", "annotate"), ("judge", "review")):
                if self.member(who, key):
                    self.assertEqual(self.world.handles[who][key].layout().to_pylist(), self.world.handles[who][like].layout().to_pylist())
        columns = lambda who, key: [row["key"] for row in self.world.handles[who][key].layout().to_pylist() if row["part"] == "column"]
        self.assertEqual(columns("annotator", "many"), ANNOTATORS)
        self.assertEqual(columns("reviewer", "judge"), REVIEWERS)


if __name__ == "__main__":
    unittest.main()
