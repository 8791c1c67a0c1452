"""A store with its people, datasets and projects, reached through the binding, each project beside its reference."""

import json
import os

import annoproj
from comparing import Comparing, rows_of
from organisation import Organisation
from parts import HOST, Unit
from reference import Reference
from routes import read_document
from workflows import Documents

ROLES = {"admin": annoproj.Role.ADMIN, "team_manager": annoproj.Role.TEAM_MANAGER, "reviewer": annoproj.Role.REVIEWER,
         "annotator": annoproj.Role.ANNOTATOR, "annotator_reviewer": annoproj.Role.ANNOTATOR_REVIEWER}
TEAM = ("admin", "admin", "team_manager", "reviewer", "reviewer", "annotator", "annotator", "annotator_reviewer",
        "annotator_reviewer", None, None)
START = 1_767_603_600_000_000  # Monday 2026-01-05, 09:00 UTC
MOST_UNITS, MOST_PROJECTS = 24, 4
TAGS = ("red", "blue")


def feature(key, name, **more):
    return dict({"id": key, "name": name, "featureNodeHash": "feat%04d" % int(key.replace(".", ""))}, **more)


def radio(key, name, required, *options):
    return feature(key, name, type="radio", required=required, dynamic=False, options=[
        {"id": "%s.%d" % (key, i), "label": option, "value": option, "featureNodeHash": "o%s%05d" % (key.replace(".", ""), i)}
        for i, option in enumerate(options, 1)])


ONTOLOGY = {"objects": [
    feature("1", "Car", color="#D33115", shape="bounding_box", required=False, attributes=[radio("1.1", "Colour", False, "red", "blue")]),
    feature("2", "Van", color="#E27300", shape="bounding_box", required=False, attributes=[radio("2.1", "Kind", True, "big", "small")])],
    "classifications": [{"id": "3", "featureNodeHash": "feat0003", "attributes": [radio("3.1", "Weather", False, "sunny", "rainy")]}]}


class World:
    def __init__(self, folder, random):
        self.random = random
        self.organisation = Organisation(START)
        self.path = os.path.join(folder, "model.annoproj")
        self.store = annoproj.create(self.path, clock=lambda: self.organisation.now, relaxed_durability=True, threads=1,
                                     ticket_key="the host's secret")
        self.host = self.store.session_open(HOST)
        self.sessions = {HOST: self.host}
        self.emails = ["user%d@example.org" % i for i in range(len(TEAM))]
        self.users = [self.host.user_create(email, email.split("@")[0], annoproj.OrgRole.MEMBER) for email in self.emails[:-1]]
        self.org_admin = self.host.user_create(self.emails[-1], "Org admin", annoproj.OrgRole.ADMIN)
        self.users.append(self.org_admin)
        self.organisation.admins.add(self.org_admin)
        self.by_email = dict(zip(self.emails, self.users))
        self.email_of = dict(zip(self.users, self.emails))
        self.sessions.update((user, self.store.session_open(user)) for user in self.users)
        self.ontology = self.host.ontology_create("Traffic", json.dumps(ONTOLOGY))
        self.name_features()
        self.datasets = [self.host.dataset_create(title) for title in ("Images", "Videos", "More images")]
        self.dataset_uuids = {dataset: rows_of(self.host.dataset_get(dataset))[0]["uuid"] for dataset in self.datasets}
        for dataset, count in zip(self.datasets, (8, 4, 3)):
            self.add_units(HOST, dataset, count)
        self.keys = 0
        self.tags = {name: self.host.tag_create(name) for name in TAGS}
        self.projects = []
        for title, team, datasets in (("One", TEAM, self.datasets[:2]), ("Two", random.sample(TEAM, len(TEAM)), self.datasets[::2])):
            documents = Documents(random, self.emails, list(self.dataset_uuids.values()))
            document, self_release = documents.new(), random.random() < 0.7
            host = self.host.project_create(title, self.ontology, json.dumps(document),
                                            self_release=annoproj.Choice.ON if self_release else annoproj.Choice.OFF)
            reference = self.reference(document, self_release=self_release)
            self.projects.append(Project(self, title, host, reference, document))
            self.projects[-1].fill(team, datasets)

    def reference(self, document, **settings):
        return Reference(self.organisation, read_document(document, self.by_email), document["start"],
                         {self.van: frozenset(self.options[self.van])}, self.dataset_uuids, **settings)

    def rename(self, user, email):
        """Also where documents name the user as a member."""
        before = self.email_of[user]
        self.emails[self.emails.index(before)] = self.email_of[user] = email
        self.by_email[email] = self.by_email.pop(before)
        for project in self.projects:
            project.document = renamed(project.document, before, email)
        for template in self.organisation.templates.values():
            template[1] = renamed(template[1], before, email)

    def name_features(self):
        rows = rows_of(self.host.ontology_features(self.ontology))
        self.features = {row["feature"]: row["class"] if row["kind"] == "option" else None
                         for row in rows if row["kind"] != "attribute"}
        by_name = {row["name"]: row["feature"] for row in rows if row["kind"] != "attribute"}
        self.car, self.van = by_name["Car"], by_name["Van"]
        self.weather = next(row["feature"] for row in rows if row["kind"] == "classification")
        self.options = {self.car: (by_name["red"], by_name["blue"]), self.van: (by_name["big"], by_name["small"]),
                        self.weather: (by_name["sunny"], by_name["rainy"])}
        self.hashes = {row["feature"]: row["feature_hash"] for row in rows}
        self.attributes = {row["class"]: row["feature"] for row in rows if row["kind"] == "attribute"}

    def add_units(self, user, dataset, count, **call):
        """The host's call; the organisation knows the new ones."""
        first = len(self.organisation.units)
        video = dataset == self.datasets[1]
        titles = ["%s%02d.%s" % ("video" if video else "image", first + i, "mp4" if video else "jpg") for i in range(count)]
        metadata = [{"site": self.random.choice("abc")} if self.random.random() < 0.7 else {} for _ in titles]
        more = {"data_types": [annoproj.DataType.VIDEO] * count, "frames": [5] * count} if video else {}
        id = self.sessions[user].data_units_add(dataset, titles=titles, widths=[100] * count, heights=[100] * count,
                                                client_metadata=[json.dumps(one) for one in metadata], **more, **call)
        for i, (title, given) in enumerate(zip(titles, metadata)):
            self.organisation.units[id + i] = Unit(id + i, dataset, title, "video" if video else "image", 5 if video else 1, given)
        return range(id, id + count)


def renamed(document, before, email):
    return json.loads(json.dumps(document).replace(json.dumps(before), json.dumps(email)))


class Project(Comparing):
    """One project: what the library has, what the reference says, and the handles, kept from when they could be had."""

    def __init__(self, world, title, host, reference, document):
        """The host's handle."""
        self.world, self.title, self.host, self.reference, self.document = world, title, host, reference, document
        self.documents = Documents(world.random, world.emails, list(world.dataset_uuids.values()))
        self.id, self.uuid, reference.title = host.id(), rows_of(host.get())[0]["uuid"], title
        self.read_stages()
        self.handles, self.task_handles, self.stage_handles = {HOST: host}, {}, {}
        self.tickets, self.guests = [], {}  # (user, task): when the ticket expires, its handles of task and project
        self.touched, self.written = {}, {}  # tasks to be compared

    def fill(self, team, datasets):
        for user, role in zip(self.world.users, team):
            if role and user not in self.reference.roles and user not in self.reference.disabled:
                self.host.collaborator_add(user, ROLES[role])
                self.reference.roles[user] = role
                self.handles[user] = self.world.sessions[user].project_open(self.id)
        for dataset in datasets:
            self.expect("tasks of dataset %d" % dataset, self.host.attach_dataset(dataset), self.reference.attach(HOST, dataset, True))
        self.name_tasks()

    def read_stages(self):
        for row in rows_of(self.host.stage_list()):
            self.reference.stages[row["key"]].id = row["stage"]

    def name_tasks(self):
        """The tasks and branches that the reference has made without knowing their ids."""
        reference = self.reference
        if reference.unborn and not reference.deleted:
            rows = {row["data_unit"]: row for row in rows_of(self.host.task_list(include_waiting=True)) if row["parent"] is None}
            for task in reference.unborn:
                task.id, task.uuid = rows[task.unit.id]["task"], rows[task.unit.id]["uuid"]
                reference.tasks[task.id] = task
            reference.unborn.clear()
        for task in reference.budding if not reference.deleted else ():
            rows = rows_of(self.host.task_open(task.id).consensus_branches())
            self.expect("branches of task %d" % task.id, len(rows), len(task.branches))
            for branch, row in zip(task.branches, rows):
                branch.id, branch.uuid, branch.number = row["branch"], row["uuid"], row["number"]
                reference.tasks[branch.id] = branch
        if not reference.deleted:
            reference.budding.clear()

    def handle_of(self, user):
        """The user's project, None when it never could be had. Org admins see the facts of all."""
        sees = self.reference.visible(user)
        if user not in self.handles and sees and user not in self.reference.disabled:
            self.handles[user] = self.world.sessions[user].project_open(self.id)
        return self.handles.get(user)

    def task(self, user, task):
        key = user, task.id
        if key not in self.task_handles:
            self.task_handles[key] = self.handle_of(user).task_open(task.id)
        return self.task_handles[key]

    def stage(self, user, stage):
        key = user, stage.id
        if key not in self.stage_handles:
            self.stage_handles[key] = self.handle_of(user).stage_open(stage.key)
        return self.stage_handles[key]
