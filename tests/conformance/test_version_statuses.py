"""What the functions of label versions refuse, status by status; restores under each project status; and versions made while another
process writes: each shows one moment."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import unittest

import annoproj
from annoproj import ProjectStatus, Role

from test_label_versions import CONSENSUS, ONTOLOGY, WORKFLOW, told, Project

ROW = {"data_type": "image", "object_answers": {}}


def row(title, x, hashes=("aaaaaaaa",)):
    objects = [{"objectHash": one, "featureHash": "objVan01", "boundingBox": {"x": x, "y": 0, "w": 1, "h": 1}} for one in hashes]
    return json.dumps(dict(ROW, data_title=title, data_units={"u": {"labels": {"objects": objects}}}))


class World(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = os.path.join(self.folder.name, "v.annoproj")
        self.store = annoproj.create(self.path, relaxed_durability=True, ticket_key="a secret of this test")
        self.addCleanup(self.store.close)
        self.host = self.store.session_open(0)
        self.ontology, self.dataset = self.host.ontology_create("Things", ONTOLOGY), self.host.dataset_create("Files")
        self.titles = ["%d.jpg" % i for i in range(4)]
        self.host.data_units_add(self.dataset, titles=self.titles, widths=[100] * 4, heights=[50] * 4)
        self.project = self.host.project_create("P", self.ontology, WORKFLOW)
        self.project.attach_dataset(self.dataset)
        self.tasks = self.open(self.project)

    @staticmethod
    def open(project):
        return [project.task_open(one["task"]) for one in sorted(project.task_list().to_pylist(), key=lambda one: one["title"])]

    def draw(self, x, tasks=None, **more):
        for title, task in zip(self.titles, tasks or self.tasks):
            task.label_row_write(row(title, x, **more), force=True)

    def boxes(self, project=None, version=0):
        """x of each label by title."""
        out, project = [], project or self.project
        keep = lambda data: out.append(data) and None  # noqa: E731
        project.label_version_export_labels(version, write=keep) if version else project.export_labels(write=keep)
        return {one["data_title"]: [label["boundingBox"]["x"] for unit in one["data_units"].values() for label in unit["labels"]["objects"]]
                for one in json.loads(b"".join(out))}

    def restored(self, version, project=None, **options):
        return [one["status_name"] for one in (project or self.project).label_version_restore(version, **options).to_pylist()]


class Statuses(World):
    def test_comparing(self):
        self.draw(0.5)
        version, other = self.project.label_version_create("v"), self.project.label_version_create("w")
        foreign = self.host.project_create("Q", self.ontology, WORKFLOW).label_version_create("v")
        diff = self.project.label_version_diff
        with self.assertRaises(annoproj.InvalidError):
            diff(0, 0)
        self.assertEqual(diff(version, version).to_pylist(), [])
        for unknown in (99, -1, foreign, (1 << 63) - 1):
            for pair in ((version, unknown), (unknown, version), (unknown, 0), (0, unknown)):
                with self.assertRaises(annoproj.NotFoundError, msg=pair):
                    diff(*pair)
        for options in ({"page": "no token"}, {"limit": -1}, {"limit": 10001}):
            with self.assertRaises(annoproj.InvalidError, msg=options):
                diff(version, 0, **options)
        self.draw(0.25)
        page = diff(version, 0, limit=1)
        token = page.next_page()
        self.assertEqual(len(diff(version, 0, limit=1, page=token)), 1)
        for pair in ((other, 0), (0, version), (version, other)):
            with self.assertRaises(annoproj.InvalidError, msg=pair):  # the token is of another comparison
                diff(*pair, page=token)
        self.project.label_version_delete(version)
        with self.assertRaises(annoproj.NotFoundError):
            diff(version, 0, page=token)

    def test_only_admins(self):
        version = self.project.label_version_create("v")
        for role in (Role.TEAM_MANAGER, Role.ANNOTATOR, Role.REVIEWER, Role.ANNOTATOR_REVIEWER):
            user = self.host.user_create("u%d@x.org" % role, "U", annoproj.OrgRole.MEMBER)
            self.project.collaborator_add(user, role)
            own = self.store.session_open(user).project_open(self.project.id())
            for call in (lambda: own.label_version_diff(version, 0), lambda: own.label_version_restore(version), own.label_version_list,
                         lambda: own.label_version_create("w"), lambda: own.label_version_delete(version),
                         lambda: own.label_version_export_coco(version, write=lambda data: None)):
                with self.assertRaises(annoproj.PermissionError):
                    call()

    def test_exporting(self):
        self.draw(0.5)
        version = self.project.label_version_create("v")
        foreign = self.host.project_create("Q", self.ontology, WORKFLOW)
        for export in (self.project.label_version_export_labels, self.project.label_version_export_coco):
            for error, options in ((annoproj.NotFoundError, {"stages": [foreign.stage_open("annotate").id()]}),
                                   (annoproj.NotFoundError, {"classes": [77]}), (annoproj.NotFoundError, {"classes": [-1]}),
                                   (ZeroDivisionError, {"sign": lambda link, room: 1 // 0})):
                with self.assertRaises(error, msg=options):
                    export(version, write=lambda data: None, **options)
            with self.assertRaises(ZeroDivisionError):
                export(version, write=lambda data: 1 // 0)
            with self.assertRaises(annoproj.NotFoundError):
                export(version, path=os.path.join(self.folder.name, "no folder", "x"))
            with self.assertRaises(annoproj.InvalidError):
                export(version)
            with self.assertRaises(annoproj.InvalidError):
                export(version, path="x", write=lambda data: None)
            with self.assertRaises(annoproj.NotFoundError):
                export(0, write=lambda data: None)
            with self.assertRaises(annoproj.Error):  # never over a store
                export(version, path=self.path)
        unknown = self.host.dataset_create("Nobody knows how large")
        self.host.data_units_add(unknown, titles=["x.jpg"])
        self.project.attach_dataset(unknown)
        next(task for task in self.open(self.project) if task.id() not in [one.id() for one in self.tasks]).label_row_write(row("x.jpg", 0.5))
        version = self.project.label_version_create("w")
        self.project.label_version_export_labels(version, write=lambda data: None)
        with self.assertRaises(annoproj.StateError):  # COCO is in pixels
            self.project.label_version_export_coco(version, write=lambda data: None)

    def test_restoring(self):
        self.draw(0.5)
        version = self.project.label_version_create("v")
        foreign = self.host.project_create("Q", self.ontology, WORKFLOW).label_version_create("v")
        restore = self.project.label_version_restore
        for unknown in (0, 99, -1, foreign):
            with self.assertRaises(annoproj.NotFoundError, msg=unknown):
                restore(unknown)
        self.draw(0.25)
        self.project.detach_dataset(self.dataset)
        self.assertEqual(self.restored(version), ["NOT_FOUND"] * 4)  # removed tasks
        with self.assertRaises(annoproj.NotFoundError):
            restore(version, all_or_nothing=True)
        self.project.attach_dataset(self.dataset)
        self.assertEqual(set(map(tuple, self.boxes().values())), {(0.25,)})
        self.assertEqual(self.restored(version, tasks=[]), ["OK"] * 4)
        self.assertEqual(set(map(tuple, self.boxes().values())), {(0.5,)})

    def test_restoring_under_each_project_status(self):
        admin = self.host.user_create("admin@x.org", "A", annoproj.OrgRole.MEMBER)
        self.project.collaborator_add(admin, Role.ADMIN)
        own = self.store.session_open(admin).project_open(self.project.id())
        self.draw(0.5)
        version = self.project.label_version_create("v")
        for status in ProjectStatus:
            if status == 0:
                continue
            self.project.set_status(ProjectStatus.IN_PROGRESS)
            self.draw(0.25)
            self.project.set_status(status)
            if status == ProjectStatus.ARCHIVED:
                for call in (lambda: own.label_version_restore(version), lambda: own.label_version_create("w"),
                             lambda: own.label_version_delete(version)):
                    with self.assertRaises(annoproj.StateError):
                        call()
                self.assertEqual(set(map(tuple, self.boxes().values())), {(0.25,)})
                self.assertEqual(set(map(tuple, self.boxes(version=version).values())), {(0.5,)})  # reading goes on
                self.assertEqual(len(told(self, version, 0)), 4)
            else:
                self.assertEqual(self.restored(version, own), ["OK"] * 4, status)
                self.assertEqual(set(map(tuple, self.boxes().values())), {(0.5,)})
                self.assertEqual(self.restored(version, own), [])
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_tickets_restore_nothing(self):
        """Restoring is for admins, whom no status but archived stops: a ticket neither adds to that, nor is it used up or told, and
        strict_status, which ends tickets, takes nothing from it."""
        people = {role: self.host.user_create("u%d@x.org" % role, "U", annoproj.OrgRole.MEMBER)
                  for role in (Role.ADMIN, Role.TEAM_MANAGER, Role.ANNOTATOR, Role.REVIEWER, Role.ANNOTATOR_REVIEWER)}
        for role, user in people.items():
            self.project.collaborator_add(user, role)
        self.draw(0.5)
        version, later = self.project.label_version_create("v"), int((time.time() + 3600) * 1000000)
        guests = {role: self.store.session_open(user, ticket=self.tasks[0].ticket_issue(user, later)).project_open(self.project.id())
                  for role, user in people.items()}
        for strict in (annoproj.Choice.OFF, annoproj.Choice.ON):
            self.project.set_status(ProjectStatus.IN_PROGRESS)
            self.project.update("P", strict_status=strict)
            for status in (ProjectStatus.PAUSED, ProjectStatus.COMPLETED, ProjectStatus.CANCELLED, ProjectStatus.ARCHIVED):
                self.project.set_status(ProjectStatus.IN_PROGRESS)
                self.draw(0.25)
                self.project.set_status(status)
                for role, own in guests.items():
                    refused = annoproj.PermissionError if role != Role.ADMIN else annoproj.StateError
                    if role != Role.ADMIN or status == ProjectStatus.ARCHIVED:
                        for options in ({}, {"force": True}, {"all_or_nothing": True}, {"tasks": [self.tasks[0].id()]}):
                            with self.assertRaises(refused, msg=(strict, status, role, options)):
                                own.label_version_restore(version, **options)
                        self.assertEqual(set(map(tuple, self.boxes().values())), {(0.25,)})
                if status != ProjectStatus.ARCHIVED:
                    one = self.tasks[0].id()
                    self.assertEqual(self.restored(version, guests[Role.ADMIN], tasks=[one]), ["OK"])
                    self.assertEqual(self.restored(version, guests[Role.ADMIN]), ["OK"] * 3)
                    self.assertEqual(set(map(tuple, self.boxes().values())), {(0.5,)})
        kinds = [event["kind"] for table in self.project.events(0) for event in table.to_pylist()]
        self.assertEqual((kinds.count("ticket_issue"), kinds.count("ticket_use")), (5, 0))
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_restoring_in_consensus(self):
        several = self.host.project_create("Several", self.ontology, CONSENSUS)
        several.attach_dataset(self.dataset)
        branches = several.task_list().to_pylist()
        parents = sorted({one["parent"] for one in branches})
        before = several.label_version_create("empty")
        main = [several.task_open(parent) for parent in parents]
        for title, task in zip(self.titles, main):  # nobody has begun: the labels go to the branches, too
            task.label_row_write(row(title, 0.5), force=True)
        self.assertEqual(self.restored(before, several, tasks=parents[:1]), ["OK"])
        begun, judged = [[several.task_open(one["task"]) for one in branches if one["parent"] == parent] for parent in parents[1:3]]
        begun[0].label_row_write(row(self.titles[1], 0.125), force=True)
        for branch in judged:
            branch.submit()
        self.assertEqual(self.restored(before, several), ["STATE", "STATE", "OK"])
        with self.assertRaises(annoproj.StateError):
            several.label_version_restore(before, all_or_nothing=True, force=True)
        self.assertEqual(self.boxes(several), {self.titles[0]: [], self.titles[1]: [0.5], self.titles[2]: [0.5], self.titles[3]: []})
        self.assertEqual(self.host.store_check().to_pylist(), [])

    def test_the_same_key_again(self):
        self.draw(0.5)
        version = self.project.label_version_create("v", request_key="make")
        self.assertEqual(self.project.label_version_create("v", request_key="make"), version)
        self.draw(0.25)
        first = self.project.label_version_restore(version, request_key="back").to_pylist()
        self.draw(0.125)
        self.assertEqual(self.project.label_version_restore(version, request_key="back").to_pylist(), first)
        self.assertEqual(set(map(tuple, self.boxes().values())), {(0.125,)})

    def test_damage_is_told(self):
        self.draw(0.5)
        version = self.project.label_version_create("v")
        self.draw(0.25)
        with sqlite3.connect(self.path) as database:
            rows = database.execute("SELECT id, data FROM label_content").fetchall()
            for rowid, data in rows:
                damaged = bytearray(data)
                damaged[-1] ^= 1
                database.execute("UPDATE label_content SET data = ? WHERE id = ?", (bytes(damaged), rowid))
        for call in (lambda: self.project.label_version_diff(version, 0), lambda: self.project.label_version_restore(version),
                     lambda: self.project.label_version_export_labels(version, write=lambda data: None)):
            with self.assertRaises(annoproj.CorruptError):
                call()
        self.assertEqual(set(map(tuple, self.boxes().values())), {(0.25,)})


WRITER = """
import sys, annoproj
from test_version_statuses import row
store = annoproj.open(sys.argv[1], relaxed_durability=True)
project = store.session_open(0).project_open(1)
tasks = {one["title"]: project.task_open(one["task"]) for page in project.task_list_pages() for one in page.to_pylist()}
first, last = tasks["0000.jpg"], tasks["0599.jpg"]
for k in range(1, 100000):
    first.label_row_write(row("0000.jpg", k, ("aaaaaaaa", "bbbbbbbb")), force=True)
    last.label_row_write(row("0599.jpg", k), force=True)
    if k == 1:
        print("begun", flush=True)
"""


class WhileOthersWrite(World):
    def test_each_version_shows_one_moment(self):
        """The first label set is written before the last one, always with the next number, and both labels of it at once. Hundreds of
        tasks are written between versions, so that they are made in steps."""
        rng = random.Random(7)
        titles = ["%04d.jpg" % i for i in range(600)]
        dataset = self.host.dataset_create("Many")
        self.host.data_units_add(dataset, titles=titles)
        self.project.attach_dataset(dataset)
        tasks = {one["title"]: self.project.task_open(one["task"]) for page in self.project.task_list_pages() for one in page.to_pylist()}
        for title in titles:
            tasks[title].label_row_write(row(title, 0), force=True)
        here = os.path.dirname(os.path.abspath(__file__))
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join([here, os.path.dirname(os.path.dirname(annoproj.__file__))]))
        writer = subprocess.Popen([sys.executable, "-c", WRITER, self.path], stdout=subprocess.PIPE, text=True, env=environment)
        try:
            self.assertEqual(writer.stdout.readline(), "begun\n")
            shown = []
            for i in range(8):
                steps = []
                version = self.project.label_version_create("v%d" % i, progress=lambda done, total: steps.append(done) and 0)
                boxes = self.boxes(version=version)
                (one, other), (last,) = boxes["0000.jpg"], boxes["0599.jpg"]
                self.assertEqual(one, other)
                self.assertIn(one - last, (0, 1))
                shown.append((version, boxes))
                if i % 2 == 0:
                    for title in rng.sample(titles[1:-1], 300):
                        tasks[title].label_row_write(row(title, i + 1), force=True)
            self.assertIsNone(writer.poll())
        finally:
            writer.terminate()
            writer.communicate()
        numbers = [boxes["0000.jpg"][0] for _, boxes in shown]
        self.assertEqual(numbers, sorted(numbers))
        self.assertLess(numbers[0], numbers[-1])
        for version, boxes in shown:
            self.assertEqual(self.boxes(version=version), boxes)
        self.assertEqual(self.host.store_check().to_pylist(), [])


if __name__ == "__main__":
    unittest.main()
