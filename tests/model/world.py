"""The library's side: one store with one project, driven through the binding, and compared with the reference."""

import json
import os

import annoproj
from reference import ANNOTATE, DONE, HOST, REVIEW, Label, Reference, Stage, Task

ROLES = {"admin": annoproj.Role.ADMIN, "team_manager": annoproj.Role.TEAM_MANAGER, "reviewer": annoproj.Role.REVIEWER,
         "annotator": annoproj.Role.ANNOTATOR, "annotator_reviewer": annoproj.Role.ANNOTATOR_REVIEWER}
TEAM = ("admin", "admin", "team_manager", "reviewer", "reviewer", "annotator", "annotator", "annotator_reviewer",
        "annotator_reviewer", None)
START = 1_767_603_600_000_000  # Monday 2026-01-05, 09:00 UTC


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


def random_settings(random, type):
    names = {ANNOTATE: (("hide_unassigned", 0.2), ("allow_reassessment", 0.4), ("require_complete_labels", 0.6)),
             REVIEW: (("hide_unassigned", 0.2), ("reviewer_not_submitter", 0.4), ("strict_review", 0.6),
                      ("reassign_rejected_to_submitter", 0.6)), DONE: ()}
    return {name: random.random() < chance for name, chance in names[type]}


class World:
    def __init__(self, folder, random):
        self.now, self.random = START, random
        self.path = os.path.join(folder, "model.annoproj")
        self.store = annoproj.create(self.path, clock=lambda: self.now, relaxed_durability=True, threads=1)
        self.sessions = {HOST: self.store.session_open(HOST)}
        self.host = self.sessions[HOST]
        self.users = [self.host.user_create("user%d@example.org" % i, "User %d" % i, annoproj.OrgRole.MEMBER) for i in range(len(TEAM))]
        self.sessions.update((user, self.store.session_open(user)) for user in self.users)
        self.ontology = self.host.ontology_create("Traffic", json.dumps(ONTOLOGY))
        self.name_features()
        self.make_project()
        self.projects, self.task_handles, self.stage_handles = {HOST: self.project}, {}, {}
        for user, role in zip(self.users, TEAM):
            if role:
                self.project.collaborator_add(user, ROLES[role])
                self.reference.roles[user] = role
                self.projects[user] = self.sessions[user].project_open(self.project.id())
        for dataset in self.datasets:
            self.project.attach_dataset(dataset)
        self.keys = 0
        self.read_tasks()

    def name_features(self):
        rows = rows_of(self.host.ontology_features(self.ontology))
        self.features = {row["feature"]: row["class"] if row["kind"] == "option" else None
                         for row in rows if row["kind"] != "attribute"}
        by_name = {row["name"]: row["feature"] for row in rows if row["kind"] != "attribute"}
        self.car, self.van = by_name["Car"], by_name["Van"]
        self.weather = next(row["feature"] for row in rows if row["kind"] == "classification")
        self.options = {self.car: (by_name["red"], by_name["blue"]), self.van: (by_name["big"], by_name["small"]),
                        self.weather: (by_name["sunny"], by_name["rainy"])}
        self.attributes = {row["class"]: row["feature"] for row in rows if row["kind"] == "attribute"}

    def make_project(self):
        random = self.random
        stages = [Stage("annotate", ANNOTATE, {"submit": "review"}, random_settings(random, ANNOTATE)),
                  Stage("review", REVIEW, {"approve": "second", "reject": "annotate"}, random_settings(random, REVIEW)),
                  Stage("second", ANNOTATE, {"submit": "last"}, random_settings(random, ANNOTATE)),
                  Stage("last", REVIEW, {"approve": "done", "reject": random.choice(("annotate", "second"))},
                        random_settings(random, REVIEW)),
                  Stage("done", DONE, {}, {})]
        document = {"start": "annotate", "stages": []}
        for stage in stages:
            settings = dict(stage.settings)
            if stage.type != DONE and random.random() < 0.2:
                stage.members = set(random.sample(self.users, 5))
                settings["members"] = ["user%d@example.org" % self.users.index(user) for user in stage.members]
            document["stages"].append({"key": stage.key, "type": stage.type, "title": stage.key.title(), "edges": stage.edges,
                                       "settings": settings})
        self.self_release = random.random() < 0.7
        self.project = self.host.project_create("Model", self.ontology, json.dumps(document),
                                                self_release=annoproj.Choice.ON if self.self_release else annoproj.Choice.OFF)
        required = {self.van: frozenset(self.options[self.van])}
        self.reference = Reference(stages, required, self_release=self.self_release)
        self.reference.now = self.now
        for row in rows_of(self.project.stage_list()):
            self.reference.stages[row["key"]].id = row["stage"]
        self.datasets = [self.host.dataset_create("Images"), self.host.dataset_create("Videos")]
        self.host.data_units_add(self.datasets[0], titles=["image%02d.jpg" % i for i in range(8)], widths=[100] * 8, heights=[100] * 8)
        self.host.data_units_add(self.datasets[1], titles=["video%02d.mp4" % i for i in range(4)], widths=[100] * 4, heights=[100] * 4,
                                 data_types=[annoproj.DataType.VIDEO] * 4, frames=[5] * 4)

    def read_tasks(self):
        for row in rows_of(self.project.task_list()):
            self.reference.tasks[row["task"]] = Task(row["task"], row["dataset"], row["title"], 5 if row["data_type"] == "video" else 1,
                                                     self.reference.first, self.now)

    # ---- handles, kept from when they could be had ----

    def project_of(self, user):
        return self.projects.get(user)

    def task(self, user, task):
        key = user, task.id
        if key not in self.task_handles:
            self.task_handles[key] = self.project_of(user).task_open(task.id)
        return self.task_handles[key]

    def stage(self, user, stage):
        key = user, stage.key
        if key not in self.stage_handles:
            self.stage_handles[key] = self.project_of(user).stage_open(stage.key)
        return self.stage_handles[key]

    # ---- comparing ----

    def expect(self, what, found, expected):
        if found != expected:
            raise AssertionError("%s\n  found    %r\n  expected %r" % (what, found, expected))

    def row_of(self, task):
        issues = task.issues
        user, stage, time = task.last_action or (None, None, None)
        return [task.id, task.priority, task.stage.key, task.status, task.derived(), task.assignee, task.entered, user,
                stage and stage.title(), time, sum(not issue.resolved for issue in issues), sum(issue.resolved for issue in issues),
                task.version]

    ROW = ("task", "priority", "stage_key", "status", "derived_status", "assignee", "entered", "last_action_user",
           "last_action_stage", "last_action", "open_issues", "resolved_issues", "version")

    @classmethod
    def found_row(cls, row):
        return [row[name] for name in cls.ROW]

    def compare_task(self, task):
        if task.removed:
            return
        rows = rows_of(self.project.tasks_get([task.id]))
        self.expect("task %d" % task.id, self.found_row(rows[0]), self.row_of(task))

    def compare_labels(self, task):
        if task.removed:
            return
        handle = self.task(HOST, task)
        found = [[row["label"], row["class"], frames_of(row["ranges"]), row["creator"], row["review"], row["review_state"]]
                 for row in rows_of(handle.labels())]
        expected = []
        for label in sorted(task.labels.values(), key=lambda one: one.number):
            state = task.reviews.get((task.stage.key, label.number), (None,))[0] if task.stage.type == REVIEW else None
            expected.append([label.hash, label.kind, label.frames, label.creator, state, task.last_review.get(label.number)])
        self.expect("labels of task %d" % task.id, found, expected)
        found = sorted((row["label"], row["option"]) for row in rows_of(handle.answers()))
        self.expect("answers of task %d" % task.id, found,
                    sorted((label.hash, option) for label in task.labels.values() for option in label.answers))
        found = sorted((row["label"], row["frame"], tuple(row["coordinates"])) for row in
                       rows_of(handle.geometry(annoproj.Unit.STORED)))
        expected = sorted((label.hash, frame, box) for label in task.labels.values()
                          for frame, box in zip(sorted(label.frames), label.boxes))
        self.expect("geometry of task %d" % task.id, found, expected)
        found = [[row["anchor"], row["label"], row["resolved"], row["rejection"], row["comments"]] for row in rows_of(handle.issues())]
        self.expect("issues of task %d" % task.id, found,
                    [[one.anchor, one.label, one.resolved, one.rejection, int(one.comments)] for one in task.issues])

    def compare_session(self, user):
        """Lists, single gets and counts: each shows exactly what the reference lets this user see."""
        reference, project, random = self.reference, self.project_of(user), self.random
        if project is None:
            return
        if reference.role(user) is None or user in reference.disabled:
            status = "STATE" if user in reference.disabled else "NOT_FOUND"
            self.expect("list of user %d" % user, status_of(project.task_list), status)
            return
        listed = reference.listed(user)
        pages, rows = random.choice((1, 2, 5, 1000)), []
        for page in project.task_list_pages(limit=pages):
            rows += rows_of(page)
        self.expect("list of user %d" % user, [self.found_row(row) for row in rows], [self.row_of(task) for task in listed])
        counts = {row["key"]: row["tasks"] for row in rows_of(project.stage_list())}
        self.expect("counts of user %d" % user, counts, reference.counts(user))
        for task in random.sample(list(reference.tasks.values()), 3):
            status = status_of(project.task_open, task.id)
            self.expect("task_open(%d) by user %d" % (task.id, user), status, "OK" if reference.sees(user, task) else "NOT_FOUND")
            if (user, task.id) in self.task_handles:
                self.expect("task_get(%d) by user %d" % (task.id, user), status_of(self.task_handles[user, task.id].get), status)
                view = "NOT_FOUND" if status != "OK" else "PERMISSION" if reference.others(user, task) else "OK"
                self.expect("labels(%d) by user %d" % (task.id, user), status_of(self.task_handles[user, task.id].labels), view)
        self.compare_filtered(user, project, listed)

    def compare_filtered(self, user, project, listed):
        random, options = self.random, {}
        keep = listed
        visible = [stage for stage in self.reference.stages.values() if stage.key in self.reference.counts(user)]
        if random.random() < 0.5 and visible:
            chosen = random.sample(visible, random.randint(1, len(visible)))
            options["stages"] = [stage.id for stage in chosen]
            keep = [task for task in keep if task.stage in chosen]
        if random.random() < 0.5:
            chosen = random.sample([0] + self.users, random.randint(1, 4))
            options["assignees"] = chosen
            keep = [task for task in keep if (task.assignee or 0) in chosen]
        if random.random() < 0.3:
            options["datasets"] = [random.choice(self.datasets)]
            keep = [task for task in keep if task.dataset in options["datasets"]]
        if random.random() < 0.3:
            flags = {1: "new", 2: "reopened", 4: "skipped", 8: "completed"}
            options["statuses"] = random.randint(1, 15)
            keep = [task for task in keep if any(options["statuses"] & bit and task.status == name for bit, name in flags.items())]
        if random.random() < 0.3:
            options["priority_least"], options["priority_most"] = random.randint(1, 60), random.randint(40, 100)
            keep = [task for task in keep if options["priority_least"] <= task.priority <= options["priority_most"]]
        if random.random() < 0.3:
            options["title"] = random.choice(("IMAGE", "video0", "3", "nothing"))
            keep = [task for task in keep if options["title"].lower() in task.title]
        if random.random() < 0.5:
            options["sort"] = annoproj.TaskSort.ENTERED
            keep = sorted(keep, key=lambda task: (task.entered, task.id))
        if random.random() < 0.5:
            options["reverse"] = True
            keep = keep[::-1]
        rows = []
        for page in project.task_list_pages(limit=random.choice((1, 3, 1000)), **options):
            rows += rows_of(page)
            if len(rows) > len(listed):
                break
        self.expect("list of user %d with %r" % (user, options), [row["task"] for row in rows], [task.id for task in keep])

    def compare_all(self):
        for task in self.reference.tasks.values():
            self.compare_task(task)
            self.compare_labels(task)
        for user in self.sessions:
            self.compare_session(user)
        row = rows_of(self.project.overview())[0]
        self.expect("overview", [row["instance_labels_created"], row["open_issues"], row["tasks"]],
                    [self.reference.counted, self.reference.open_issues(), sum(not t.removed for t in self.reference.tasks.values())])
        self.expect("check of the store", rows_of(self.host.store_check(quick=False)), [])


def rows_of(table):
    """The rows of a table, by way of its JSON: one call for all of it."""
    return json.loads(table.json())


def frames_of(ranges):
    frames = set()
    for first, last in zip(ranges[::2], ranges[1::2]):
        frames.update(range(first, last + 1))
    return frozenset(frames) or frozenset([0])


def status_of(call, *arguments, **keywords):
    try:
        call(*arguments, **keywords)
    except annoproj.Error as error:
        return error.status.name
    return "OK"
