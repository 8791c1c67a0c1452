"""Who may do what, cell by cell: the table of the specification (§3) as sets of roles, asked of the functions themselves.

A collaborator without the right gets PERMISSION; who is no collaborator learns nothing: NOT_FOUND. An org admin sees every project's
facts and nothing of its data before joining it."""

import json
import os
import tempfile
import unittest

import annoproj
from annoproj import OrgRole, Role

HERE = os.path.dirname(os.path.abspath(__file__))
COCO = os.path.join(HERE, "..", "..", "examples", "data", "sample.coco.json")
WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"},
     "settings": {"strict_review": False}},
    {"key": "complete", "type": "DONE", "title": "Complete"}]})
ONTOLOGY = json.dumps({"objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box",
                                    "featureNodeHash": "objCar01"}], "classifications": []})

ADMIN, MANAGER, REVIEWER, ANNOTATOR, BOTH = "admin", "team_manager", "reviewer", "annotator", "annotator_reviewer"
ROLES = {ADMIN: Role.ADMIN, MANAGER: Role.TEAM_MANAGER, REVIEWER: Role.REVIEWER, ANNOTATOR: Role.ANNOTATOR,
         BOTH: Role.ANNOTATOR_REVIEWER}
EVERYBODY = frozenset(ROLES)
MANAGERS = frozenset([ADMIN, MANAGER])
ANNOTATORS, REVIEWERS = MANAGERS | {ANNOTATOR, BOTH}, MANAGERS | {REVIEWER, BOTH}
ADMINS = frozenset([ADMIN])


class World:
    """A project with one user of every role, and one of each kind who has none."""

    def __init__(self, folder):
        self.now_us = 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(folder, "rights.annoproj"), clock=lambda: self.now_us, relaxed_durability=True,
                                     ticket_key="a secret of this test")
        self.folder = folder
        host = self.host = self.store.session_open(0)
        self.users = {role: host.user_create("%s@x.org" % role, role, OrgRole.MEMBER) for role in ROLES}
        self.users["outsider"] = host.user_create("outsider@x.org", "Outsider", OrgRole.MEMBER)
        self.users["org_admin"] = host.user_create("boss@x.org", "Boss", OrgRole.ADMIN)
        self.victims = [host.user_create("victim%d@x.org" % i, "V", OrgRole.MEMBER) for i in range(4)]
        self.ontology = host.ontology_create("Cars", ONTOLOGY)
        self.dataset, self.spare = host.dataset_create("Files"), host.dataset_create("Spare")
        host.data_units_add(self.dataset, titles=["f%d.jpg" % i for i in range(12)], widths=[9] * 12, heights=[9] * 12)
        self.project = host.project_create("P", self.ontology, WORKFLOW)
        for role in ROLES:
            self.project.collaborator_add(self.users[role], ROLES[role])
        self.project.collaborator_add(self.victims[0], Role.ANNOTATOR)
        self.project.collaborator_add(self.victims[1], Role.ADMIN)
        self.project.attach_dataset(self.dataset)
        ids = [row["task"] for row in self.project.task_list().to_pylist()]
        self.annotating, self.reviewing = ids[:6], ids[6:]
        for task in self.reviewing:
            draw(self.project.task_open(task))
            self.project.task_open(task).submit()

    def session(self, who):
        return self.store.session_open(0 if who == "host" else self.users[who])

    def close(self):
        self.store.close()


def draw(task):
    return task.labels_write(hashes=["label001"], classes=[1], geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4], coordinates=[1, 2, 3, 4], force=True)


# Line of the specification's table: (what, who, call). `a` and `r` are an unassigned annotation and review task.
LINES = [
    ("summary", MANAGERS, lambda w, s, p, a, r: p.overview()),
    ("summary", MANAGERS, lambda w, s, p, a, r: p.tasks_by_stage()),
    ("workflow: view", MANAGERS, lambda w, s, p, a, r: p.workflow_json()),
    ("workflow: view", MANAGERS, lambda w, s, p, a, r: p.workflow_dot()),
    ("workflow: view", MANAGERS, lambda w, s, p, a, r: p.workflow_mermaid()),
    ("queue", EVERYBODY, lambda w, s, p, a, r: p.stage_list()),
    ("queue", EVERYBODY, lambda w, s, p, a, r: p.task_list()),
    ("see the project", EVERYBODY, lambda w, s, p, a, r: p.get()),
    ("see the project", EVERYBODY, lambda w, s, p, a, r: p.tabs()),
    ("see the project", EVERYBODY, lambda w, s, p, a, r: p.datasets()),
    ("see the project", EVERYBODY, lambda w, s, p, a, r: p.collaborator_list()),
    ("analytics: own", EVERYBODY, lambda w, s, p, a, r: p.query_open().task_actions()),
    ("analytics: own", EVERYBODY, lambda w, s, p, a, r: p.query_open().time_spent()),
    ("analytics: own", EVERYBODY, lambda w, s, p, a, r: p.query_open().label_actions()),
    ("analytics: team", MANAGERS, lambda w, s, p, a, r: p.query_open().ontology_actions()),
    ("analytics: team", MANAGERS, lambda w, s, p, a, r: p.query_open().annotators()),
    ("analytics: team", MANAGERS, lambda w, s, p, a, r: p.query_open().annotators_by_frame()),
    ("analytics: team", MANAGERS, lambda w, s, p, a, r: p.query_open().reviewers()),
    ("analytics: team", MANAGERS, lambda w, s, p, a, r: p.query_open().reviewers_by_frame()),
    ("analytics: team", MANAGERS, lambda w, s, p, a, r: p.events(0).next()),
    ("outbox", ADMINS, lambda w, s, p, a, r: p.outbox_fetch()),
    ("tickets", ADMINS, lambda w, s, p, a, r: (a or r).ticket_issue(w.users[BOTH], w.now_us + 10**9)),
    ("export", ADMINS, lambda w, s, p, a, r: p.export_coco(path=os.path.join(w.folder, "out.json"))),
    ("export", ADMINS, lambda w, s, p, a, r: p.export_labels(path=os.path.join(w.folder, "out.json"))),
    ("assign", MANAGERS, lambda w, s, p, a, r: (a or r).assign(w.users[ANNOTATOR if a else REVIEWER])),
    ("set priority", MANAGERS, lambda w, s, p, a, r: (a or r).set_priority(7)),
    ("release", MANAGERS, lambda w, s, p, a, r: other(w, p, a, r).release()),
    ("settings", ADMINS, lambda w, s, p, a, r: p.update("Q")),
    ("settings: issue tags", ADMINS, lambda w, s, p, a, r: p.set_issue_tags([])),
    ("settings: datasets", ADMINS, lambda w, s, p, a, r: p.detach_dataset(attach_spare(w))),
    ("project status", MANAGERS, lambda w, s, p, a, r: p.set_status(annoproj.ProjectStatus.IN_PROGRESS)),
    ("add collaborators", MANAGERS, lambda w, s, p, a, r: p.collaborator_add(w.victims[2], Role.TEAM_MANAGER)),
    ("add admins", ADMINS, lambda w, s, p, a, r: p.collaborator_add(w.victims[3], Role.ADMIN)),
    ("change collaborators", MANAGERS, lambda w, s, p, a, r: p.collaborator_set_role(w.victims[0], Role.TEAM_MANAGER)),
    ("grant admin", ADMINS, lambda w, s, p, a, r: p.collaborator_set_role(w.victims[0], Role.ADMIN)),
    ("change admins", ADMINS, lambda w, s, p, a, r: p.collaborator_set_role(w.victims[1], Role.REVIEWER)),
    ("remove collaborators", MANAGERS, lambda w, s, p, a, r: p.collaborator_remove(w.victims[2])),
    ("import", ADMINS, lambda w, s, p, a, r: p.import_coco(COCO)),
]
# Calls on an annotation task that stays the same user's, and on a review task: who does not see it gets NOT_FOUND.
ON_ANNOTATION = [
    ("annotate", ANNOTATORS, lambda w, t: t.initiate()),
    ("view task", ANNOTATORS, lambda w, t: t.labels()),
    ("view task", ANNOTATORS, lambda w, t: t.issues()),
    ("write labels", ANNOTATORS, lambda w, t: draw(t)),
    ("report time", ANNOTATORS, lambda w, t: t.heartbeat(0)),
    ("issues", ANNOTATORS, lambda w, t: t.issue_create("hm")),
    ("own self-taken task: release", ANNOTATORS, lambda w, t: t.release()),
    ("skip", ANNOTATORS, lambda w, t: t.skip()),
    ("annotate", ANNOTATORS, lambda w, t: t.submit()),
]
ON_REVIEW = [
    ("review", REVIEWERS, lambda w, t: t.initiate()),
    ("view task", REVIEWERS, lambda w, t: t.geometry(annoproj.Unit.STORED)),
    ("view task", REVIEWERS, lambda w, t: t.comments()),
    ("write labels", REVIEWERS, lambda w, t: draw(t)),
    ("review", REVIEWERS, lambda w, t: t.label_approve("label001")),
    ("review", REVIEWERS, lambda w, t: t.label_reject("label001")),
    ("issues", REVIEWERS, lambda w, t: t.issue_create("hm")),
    ("report time", REVIEWERS, lambda w, t: t.heartbeat(0)),
    ("own self-taken task: release", REVIEWERS, lambda w, t: t.release()),
    ("review", REVIEWERS, lambda w, t: t.reject()),
]
STORE = [  # org admins and host: everything but project data; members make things and list users
    ("users", {"org_admin", "host"}, lambda w, s: s.user_create("new%d@x.org" % s.user(), "N", OrgRole.MEMBER)),
    ("users", {"org_admin", "host"}, lambda w, s: s.user_update(w.victims[0], "V", OrgRole.MEMBER)),
    ("users", {"org_admin", "host"}, lambda w, s: s.user_disable(w.victims[0])),
    ("users", {"org_admin", "host"}, lambda w, s: s.user_enable(w.victims[0])),
    ("users", {"org_admin", "host"}, lambda w, s: s.user_erase(s.user_list().to_pylist()[-1]["user"])),
    ("check", {"org_admin", "host"}, lambda w, s: s.store_check(quick=True)),
    ("any member", None, lambda w, s: s.user_list()),
    ("any member", None, lambda w, s: s.project_create("Mine", s.ontology_create("Mine", ONTOLOGY), WORKFLOW)),
    ("any member", None, lambda w, s: s.data_units_add(s.dataset_create("Mine"), titles=["a"])),
    ("change what only one's projects use", {ADMIN, "org_admin", "host"}, lambda w, s: s.data_units_add(w.dataset, titles=["b"])),
    ("change what only one's projects use", {ADMIN, "org_admin", "host"}, lambda w, s: s.ontology_update(w.ontology, ONTOLOGY)),
]


def other(w, p, a, r):
    """A task that is another's."""
    task = p.task_open((w.annotating if a else w.reviewing)[-1])
    w.project.task_open(task.id()).assign(w.victims[1])
    return task


def attach_spare(w):
    w.project.attach_dataset(w.spare)
    return w.spare


def status_of(call, *arguments):
    try:
        call(*arguments)
    except annoproj.Error as error:
        return error.status.name
    return "OK"


class Rights(unittest.TestCase):
    def each(self):
        for who in list(ROLES) + ["host"]:
            with tempfile.TemporaryDirectory() as folder:
                world = World(folder)
                session = world.session(who)
                yield who, world, session, session.project_open(world.project.id())
                world.close()

    def may(self, who, allowed):
        return who == "host" or who in allowed

    def test_project(self):
        for who, world, session, project in self.each():
            a = project.task_open(world.annotating[0]) if self.may(who, ANNOTATORS) else None
            r = project.task_open(world.reviewing[0]) if self.may(who, REVIEWERS) else None
            for what, allowed, call in LINES:
                status = status_of(call, world, session, project, a, r)
                if (what, who) == ("release", "host") or (what == "import" and self.may(who, allowed)):
                    self.assertIn(status, ("OK", "DATA", "NOT_FOUND"), (what, who))
                else:
                    self.assertEqual(status, "OK" if self.may(who, allowed) else "PERMISSION", (what, who))

    def test_tasks(self):
        for who, world, session, project in self.each():
            for calls, tasks in ((ON_ANNOTATION, world.annotating), (ON_REVIEW, world.reviewing)):
                handle = None
                for what, allowed, call in calls:
                    if not self.may(who, allowed):
                        self.assertEqual(status_of(project.task_open, tasks[0]), "NOT_FOUND", (what, who))
                        continue
                    handle = handle or project.task_open(tasks[0])
                    not_for_host = who == "host" and what in ("annotate", "review", "skip", "report time")
                    status = status_of(call, world, handle)
                    if not_for_host and status != "OK":
                        self.assertEqual(status, "INVALID", (what, who))
                    else:
                        self.assertEqual(status, "OK", (what, who))

    def test_others_kind_of_stage(self):
        """Seen, but not for this role: PERMISSION; not now: STATE."""
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder)
            both = world.session(BOTH).project_open(world.project.id())
            reviewer = world.session(REVIEWER).project_open(world.project.id())
            annotator = world.session(ANNOTATOR).project_open(world.project.id())
            review, annotate = world.reviewing[0], world.annotating[0]
            self.assertEqual(status_of(both.task_open(review).submit), "STATE")
            self.assertEqual(status_of(both.task_open(annotate).approve), "STATE")
            self.assertEqual(status_of(both.task_open(review).skip), "STATE")
            self.assertEqual(status_of(reviewer.task_open(review).submit), "PERMISSION")
            self.assertEqual(status_of(reviewer.task_open(review).skip), "PERMISSION")
            self.assertEqual(status_of(annotator.task_open(annotate).approve), "PERMISSION")
            self.assertEqual(status_of(annotator.stage_open, "review"), "NOT_FOUND")
            self.assertEqual(status_of(annotator.stage_open, "complete"), "NOT_FOUND")
            world.close()

    def test_who_is_no_collaborator(self):
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder)
            for who in ("outsider", "org_admin"):
                session = world.session(who)
                facts = who == "org_admin"
                self.assertEqual(status_of(session.project_open, world.project.id()), "OK" if facts else "NOT_FOUND")
                self.assertEqual([row["project"] for row in session.project_list().to_pylist()],
                                 [world.project.id()] if facts else [])
                # With handles from when they were collaborators.
                world.project.collaborator_add(world.users[who], Role.ADMIN)
                project = session.project_open(world.project.id())
                a, r = project.task_open(world.annotating[0]), project.task_open(world.reviewing[0])
                world.project.collaborator_remove(world.users[who])
                for what, _, call in LINES:
                    if what not in ("release", "settings: datasets"):
                        wanted = "NOT_FOUND"
                        if facts and what not in ("assign", "set priority", "tickets"):     # those are about a task
                            wanted = "OK" if what == "see the project" else "PERMISSION"
                        self.assertEqual(status_of(call, world, session, project, a, r), wanted, (what, who))
                for what, _, call in ON_ANNOTATION:
                    self.assertEqual(status_of(call, world, a), "NOT_FOUND", (what, who))
                for what, _, call in ON_REVIEW:
                    self.assertEqual(status_of(call, world, r), "NOT_FOUND", (what, who))
            world.close()

    def test_store(self):
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder)
            for who in list(ROLES) + ["outsider", "org_admin", "host"]:
                session = world.session(who)
                for what, allowed, call in STORE:
                    unseen = what.startswith("change") and who == "outsider"
                    wanted = "OK" if allowed is None or who in allowed else "NOT_FOUND" if unseen else "PERMISSION"
                    if what.startswith("change") and who == ADMIN:
                        continue
                    self.assertEqual(status_of(call, world, session), wanted, (what, who))
            world.close()

    def test_store_of_a_project_admin(self):
        """Change those that only projects they administer use: one project of somebody else, and it is theirs no more."""
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder)
            session = world.session(ADMIN)
            for what, allowed, call in STORE:
                if what.startswith("change"):
                    self.assertEqual(status_of(call, world, session), "OK", what)
            other = world.host.project_create("Other", world.ontology, WORKFLOW)
            other.attach_dataset(world.dataset)
            for what, allowed, call in STORE:
                if what.startswith("change"):
                    self.assertEqual(status_of(call, world, session), "PERMISSION", what)
            world.close()

    def test_archived(self):
        """Read-only for everyone but an admin changing the status."""
        for who, world, session, project in self.each():
            a = project.task_open(world.annotating[0]) if self.may(who, ANNOTATORS) else None
            r = project.task_open(world.reviewing[0]) if self.may(who, REVIEWERS) else None
            world.project.set_status(annoproj.ProjectStatus.ARCHIVED)
            reads = ("summary", "workflow: view", "queue", "see the project", "analytics: own", "analytics: team", "export",
                     "outbox")
            for what, allowed, call in LINES:
                if what in ("project status", "release", "settings: datasets") or not self.may(who, allowed):
                    continue
                self.assertEqual(status_of(call, world, session, project, a, r), "OK" if what in reads else "STATE", (what, who))
            for calls, task in ((ON_ANNOTATION, a), (ON_REVIEW, r)):
                for what, allowed, call in calls:
                    if task and what != "own self-taken task: release":
                        status = status_of(call, world, task)
                        allowed = ("OK",) if what == "view task" else ("STATE", "INVALID") if who == "host" else ("STATE",)
                        if what != "review" or who != "host":
                            self.assertIn(status, allowed, (what, who))
            wanted = "OK" if who in (ADMIN, "host") else "STATE" if who == MANAGER else "PERMISSION"
            self.assertEqual(status_of(project.set_status, annoproj.ProjectStatus.PAUSED), wanted, who)

    def test_lists_show_what_gets_find(self):
        """Datasets, data units, ontologies, projects: in the list exactly when the single get, the plural and attaching find it."""
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder)
            host, users = world.host, list(world.users)
            datasets = [world.dataset, world.spare] + [host.dataset_create("D%d" % i) for i in range(3)]
            datasets += [world.session(user).dataset_create("by %s" % user) for user in users]
            ontologies = [world.ontology] + [world.session(user).ontology_create("by %s" % user, ONTOLOGY) for user in users]
            projects = [world.project] + [world.session(user).project_create("by %s" % user, ontology, WORKFLOW)
                                          for user, ontology in zip(users, ontologies[1:])]
            world.project.attach_dataset(datasets[2])
            world.project.attach_dataset(datasets[3])
            world.project.detach_dataset(datasets[3])
            units = {}
            for dataset in datasets:
                units[dataset] = host.data_units_add(dataset, titles=["x"])
            for who in users + ["host"]:
                session = world.session(who)
                listed = {row["dataset"] for row in session.dataset_list().to_pylist()}
                for dataset in datasets:
                    wanted = "OK" if dataset in listed else "NOT_FOUND"
                    self.assertEqual(status_of(session.dataset_get, dataset), wanted, who)
                    self.assertEqual(status_of(session.datasets_get, [dataset]), wanted, who)
                    self.assertEqual(status_of(session.data_unit_list, dataset), wanted, who)
                    self.assertEqual(status_of(session.data_unit_get, units[dataset]), wanted, who)
                    if who in users:
                        own = session.project_create("try", session.ontology_create("try", ONTOLOGY), WORKFLOW)
                        self.assertEqual(status_of(own.attach_dataset, dataset), wanted, who)
                        own.detach_dataset(dataset) if wanted == "OK" else None
                        listed_now = {row["dataset"] for row in session.dataset_list().to_pylist()}
                        self.assertEqual(listed_now, listed, who)
                expected = set(datasets) if who in ("org_admin", "host") else {d for d, u in zip(datasets[5:], users) if u == who}
                if who in ROLES:
                    expected |= {world.dataset, datasets[2]} | ({datasets[3]} if who == ADMIN else set())
                self.assertEqual(listed, expected, who)
                listed = {row["ontology"] for row in session.ontology_list().to_pylist()}
                for ontology in ontologies:
                    wanted = "OK" if ontology in listed else "NOT_FOUND"
                    self.assertEqual(status_of(session.ontology_json, ontology), wanted, who)
                    self.assertEqual(status_of(session.ontology_features, ontology), wanted, who)
                    self.assertEqual(status_of(session.project_create, "try", ontology, WORKFLOW), wanted, who)
                listed = {row["project"] for row in session.project_list().to_pylist()}
                for project in projects:
                    wanted = "OK" if project.id() in listed else "NOT_FOUND"
                    self.assertEqual(status_of(session.project_open, project.id()), wanted, who)
                    self.assertEqual(status_of(session.projects_get, [project.id()]), wanted, who)
            world.close()


if __name__ == "__main__":
    unittest.main()
