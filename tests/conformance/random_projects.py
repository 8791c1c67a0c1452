"""A store with several projects on which everybody does at random what they might, for what is counted afterwards.

Nothing here knows what the library must answer: a call that is refused is refused. What each operation did, and how often, is in `done`."""

import datetime
import json
import os
import sys
from collections import Counter

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "model"))

import annoproj  # noqa: E402
from annoproj import Anchor, Choice, CopyDatasets, DataType, LabelAction, ProjectStatus, Role, Setting, Source, Undecided  # noqa: E402
from label_arrays import LabelArrays  # noqa: E402
from random_labels import MEDIA, ONTOLOGY, RANGED, SIDE, RandomLabels  # noqa: E402
from workflows import Documents  # noqa: E402

SECOND, DAY = 1_000_000, 86_400_000_000
# Some days before clocks change: Berlin forward and back, St John's, Lord Howe back and forward, Cairo at midnight.
BEGINNINGS = ("2026-03-20", "2026-10-16", "2026-03-01", "2026-03-29", "2026-09-26", "2026-04-18")
PEOPLE = ["zoe@x.org", "abe@x.org", "Émile@x.org", "bob@x.org", "yan@x.org", "cyd@x.org", "amy@x.org", "dan@x.org"]
ROLES = [Role.ADMIN, Role.TEAM_MANAGER, Role.ANNOTATOR, Role.ANNOTATOR, Role.REVIEWER, Role.REVIEWER, Role.ANNOTATOR_REVIEWER,
         Role.ANNOTATOR_REVIEWER]
SELDOM_KINDS = (DataType.DICOM, DataType.DICOM_STUDY, DataType.NIFTI, DataType.SCENE)
TITLES = ("day_%02d.jpg", "night (%d).png", "夜-%d.jpg", "clip.%d.mp4", "a+b%d.mp4")


class RandomProjects:
    def __init__(self, path, random):
        self.random, self.steps, self.done, self.refused = random, 0, Counter(), Counter()
        start = datetime.datetime.fromisoformat(random.choice(BEGINNINGS) + "T00:00+00:00").timestamp()
        self.now = int(start) * SECOND + random.randrange(DAY)
        self.began = self.now
        self.store = annoproj.create(path, clock=lambda: self.now, relaxed_durability=True)
        self.host = self.store.session_open(0)
        self.users = [self.host.user_create(email, email.split("@")[0], annoproj.OrgRole.MEMBER) for email in PEOPLE]
        self.sessions = {(user, source): self.store.session_open(user, source=source)
                         for user in self.users + [0] for source in (Source.UI, Source.SDK, Source.AGENT)}
        self.ontology = self.host.ontology_create("Traffic", json.dumps(ONTOLOGY))
        self.labels = RandomLabels(random)
        self.labels.read(self.host, self.ontology)
        self.datasets = [self.host.dataset_create(title) for title in ("Streets", "Streets", "Media")]
        self.units = {}
        for dataset, count in zip(self.datasets, (7, 4, 4)):
            self.add_units(dataset, count)
        self.issue_tags = [self.host.issue_tag_create(name) for name in ("blurry", "Wrong class", "=late")]
        self.documents = Documents(random, PEOPLE, [self.host.dataset_get(dataset).to_pylist()[0]["uuid"] for dataset in self.datasets])
        self.projects, self.stages, self.handles, self.deleted, self.kept = [], {}, {}, set(), {}
        for number in range(random.choice((2, 3))):
            self.make_project("Project %d" % number)

    def add_units(self, dataset, count):
        random = self.random
        kinds = [random.choice((DataType.IMAGE, DataType.IMAGE, DataType.VIDEO, DataType.IMG_GROUP, random.choice(SELDOM_KINDS))) for _ in range(count)]
        if dataset == self.datasets[2]:
            kinds = [random.choice((*MEDIA, DataType.VIDEO, DataType.PDF, DataType.GROUP)) for _ in range(count)]
        made = self.host.data_units_add(
            dataset, titles=[random.choice(TITLES) % random.randint(1, 30) for _ in kinds], data_types=kinds,
            media_types=["text/html" if kind == DataType.PLAIN_TEXT and random.random() < 0.5 else "application/x" for kind in kinds],
            widths=[SIDE * (kind not in MEDIA) for kind in kinds],
            heights=[SIDE * (kind not in MEDIA) for kind in kinds],
            frames=[1 if kind in (*MEDIA, DataType.IMAGE, DataType.PDF) else random.randint(2, 40) for kind in kinds],
            fps=[random.choice((0, 25, 29.97)) if kind == DataType.VIDEO else 0 for kind in kinds])
        for at, row in enumerate(self.host.data_units_get(list(range(made, made + count))).to_pylist()):
            self.units[made + at] = row

    # ---- projects ----

    def make_project(self, title):
        random, document = self.random, self.documents.new()
        project = self.host.project_create(title, self.ontology, json.dumps(document),
                                           count_text_and_audio=random.choice((Choice.ON, Choice.OFF)))
        project.set_issue_tags(self.issue_tags)
        for user, role in zip(random.sample(self.users, len(self.users)), ROLES[:random.randint(6, 8)]):
            project.collaborator_add(user, role)
        for dataset in random.sample(self.datasets, random.randint(2, 3)):
            try:
                project.attach_dataset(dataset)
            except annoproj.StateError:     # groups have no consensus in which one branch is taken whole
                self.refused["attach", "STATE"] += 1
        self.adopt(project, document)

    def adopt(self, project, document):
        self.projects.append(project.id())
        self.kept[project.id()] = document
        self.stages[project.id()] = {}
        self.read_stages(project)

    def read_stages(self, project):
        """Also those that are no longer in the workflow: past events name them."""
        self.stages[project.id()].update((row["stage"], row) for row in project.stage_list().to_pylist())

    def project(self, user=0, source=Source.SDK, id=None):
        """The user's handle of a project, None when they have none."""
        key = (user, source, id or self.random.choice(self.projects))
        if key not in self.handles:
            try:
                self.handles[key] = self.sessions[key[:2]].project_open(key[2])
            except annoproj.Error:
                return None
        return self.handles[key]

    # ---- one operation ----

    WEIGHTS = {"work": 30, "write": 12, "send_on": 22, "judge": 6, "decide_label": 9, "make_issue": 3, "change_issue": 5, "report": 9, "beat": 4,
               "manage": 9, "move": 2, "reopen": 1, "many": 1, "set_datasets": 0.5, "more_units": 0.3, "set_status": 0.3, "set_setting": 0.4,
               "collaborator": 0.4, "workflow": 0.6, "copy": 0.1, "delete": 0.5, "import_rows": 0.5, "version": 0.5, "tags": 0.3, "erase": 0.04,
               "archive": 0.1, "branches": 3, "pass_time": 10}
    # What a store of some hundred steps cannot do without, and what some dozens of them cannot.
    OFTEN = {"start", "take", "write", "submit", "approve", "reject", "decide label", "issue", "change issue", "time", "heartbeat", "manage"}
    SELDOM = {"remove labels", "pathway", "consensus", "branches", "move", "reopen", "many", "detach", "attach", "more units", "status",
              "setting", "collaborator", "workflow", "copy", "delete", "restore", "import", "version", "restore labels", "tags", "erase", "archive"}

    def step(self):
        """A random user does something somewhere."""
        self.steps += 1
        random = self.random
        self.now += random.choice((0, 1, 7, 40, 120, 1500)) * SECOND + random.choice((0, 1, 499_999, 500_000))
        name = random.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()))[0]
        try:
            getattr(self, name)()
        except annoproj.Error as error:
            self.refused[name, error.status.name] += 1

    def count(self, name):
        self.done[name] += 1

    def pass_time(self):
        self.now += self.random.choice((600, 3600, 20_000, 86_400, 3 * 86_400)) * SECOND

    def task(self, *types, managers=False):
        """(handle, row, project) of a task that somebody may work on, preferably in stages of these types; None when there is none."""
        random = self.random
        user = random.choice(self.users + [0])
        source = random.choice((Source.UI, Source.UI, Source.SDK, Source.AGENT))
        project = self.project(user, source)
        if managers and random.random() < 0.8:
            project = self.project(0, source)
        rows = project.task_list(limit=200, include_waiting=random.random() < 0.3).to_pylist() if project else []
        rows = [row for row in rows if not types or self.stages[project.id()][row["stage"]]["type"] in types]
        rows = [row for row in rows if row["assignee"] in (None, user)] or rows
        if not rows:
            raise annoproj.NotFoundError("nothing to do here")
        row = random.choice(rows)
        return project.task_open(row["task"]), row, project

    # ---- work ----

    def work(self):
        """Takes the next task of a stage, or one that was looked for, or skips it."""
        random, user = self.random, self.random.choice(self.users)
        if random.random() < 0.3:
            task, _, _ = self.task()
            (task.skip if random.random() < 0.4 else task.initiate)()
            return self.count("take")
        project = self.project(user, random.choice((Source.UI, Source.AGENT)))
        if project is None:
            return None
        stages = project.stage_list().to_pylist()
        if not stages:
            return None
        project.stage_open(random.choice(stages)["key"]).start_next(include_skipped=random.random() < 0.3)
        return self.count("start")

    def write(self):
        random = self.random
        task, row, _ = self.task("ANNOTATION", "CONSENSUS_ANNOTATION", "REVIEW", "AGENT")
        there = [label["label"] for label in task.labels().to_pylist()]
        if there and random.random() < 0.3:
            gone = random.sample(there, random.randint(1, min(3, len(there))))
            task.labels_write(hashes=gone, actions=[LabelAction.REMOVE] * len(gone), force=True)
            return self.count("remove labels")
        again = random.sample(there, min(len(there), random.choice((0, 1, 2))))
        self.labels.write(task, self.units[row["data_unit"]], again, random.randint(1, 4))
        return self.count("write")

    def send_on(self):
        random = self.random
        task, row, project = self.task("ANNOTATION", "CONSENSUS_ANNOTATION", "REVIEW", "CONSENSUS_REVIEW", "AGENT", managers=random.random() < 0.3)
        kind = self.stages[project.id()][row["stage"]]["type"]
        if "ANNOTATION" in kind:
            task.submit(keep_rejected_reviews=random.random() < 0.2)
            return self.count("submit")
        if kind == "AGENT":
            task.pathway(random.choice(project.stage_open(row["stage_key"]).pathways().to_pylist())["key"])
            return self.count("pathway")
        undecided = random.choice((Undecided.DEFAULT, Undecided.DECIDE, Undecided.DECIDE))
        if random.random() < 0.55:
            task.approve(undecided=undecided)
            return self.count("approve")
        task.reject(undecided=undecided, comment=random.choice((None, "again")))
        return self.count("reject")

    def judge(self):
        """Consensus: a branch whole, or labels of several."""
        task, _, _ = self.task("CONSENSUS_REVIEW", managers=True)
        branches = [row["branch"] for row in task.consensus_branches().to_pylist()]
        picks = [(row["label"], branch) for branch in branches for row in self.project(id=task.id() >> 32).task_open(branch).labels().to_pylist()]
        picks = dict(self.random.sample(picks, min(len(picks), 3)))
        if branches and self.random.random() < 0.6:
            task.consensus_approve(branch=self.random.choice(branches))
        else:
            task.consensus_approve(hashes=list(picks), branches=list(picks.values()))
        self.count("consensus")

    def branches(self):
        """All branches of a task are given to somebody and submitted."""
        project = self.project(0, self.random.choice((Source.SDK, Source.AGENT)))
        rows = [row for row in project.task_list().to_pylist() if row["parent"] is not None]
        parent = self.random.choice(rows)["parent"] if rows else None
        for row, user in zip([row for row in rows if row["parent"] == parent], self.random.sample(self.users, len(self.users))):
            handle = self.project(row["assignee"] or user, Source.UI, project.id())
            if handle is not None:
                task = handle.task_open(row["task"])
                self.labels.write(task, self.units[row["data_unit"]])
                task.submit()
        self.count("branches")

    def decide_label(self):
        random = self.random
        task, _, _ = self.task("REVIEW")
        labels = task.labels().to_pylist()
        for row in random.sample(labels, min(len(labels), random.randint(1, 5))):
            how = random.random()
            if how < 0.5:
                task.label_approve(row["label"])
            elif how < 0.85:
                task.label_reject(row["label"], random.choice((None, "look")), tags=random.sample(self.issue_tags, random.randint(0, 2)))
            else:
                task.label_reopen(row["label"])
            self.count("decide label")

    # ---- issues, time ----

    def make_issue(self):
        random = self.random
        task, _, _ = self.task()
        labels = [row["label"] for row in task.labels().to_pylist()]
        tags = random.sample(self.issue_tags, random.randint(0, 2))
        if labels and random.random() < 0.5:
            task.issue_create("?", label=random.choice(labels), anchor=Anchor.LABEL, tags=tags)
        else:
            task.issue_create("?", tags=tags)
        self.count("issue")

    def change_issue(self):
        random = self.random
        project = self.project(random.choice(self.users + [0]), random.choice((Source.UI, Source.SDK)))
        rows = project.issue_list().to_pylist() if project else []
        if rows:
            issue = random.choice(rows)["issue"]
            how = random.choice((project.issue_resolve, project.issue_resolve, project.issue_reopen,
                                 lambda one: project.issue_comment(one, "so?"),
                                 lambda one: project.issue_set_tags(one, random.sample(self.issue_tags, random.randint(0, 3)))))
            how(issue)
            self.count("change issue")

    def report(self):
        """Now, late, out of order, over borders of days and stays, twice the same."""
        random = self.random
        task, _, _ = self.task()
        starts, durations = [], []
        for _ in range(random.randint(1, 3)):
            duration = random.choice((1, 30, 600, 5400, 90_000)) * SECOND + random.choice((0, 0, 499_999, 500_000))
            starts.append(self.now - duration - random.choice((0, 0, 60, 3600, 86_400, 9 * 86_400, 29 * 86_400)) * SECOND)
            durations.append(duration)
        task.report_time(starts, durations)
        self.count("time")

    def beat(self):
        task, _, _ = self.task()
        task.heartbeat(0)
        for _ in range(self.random.randint(0, 4)):
            self.now += self.random.choice((10, 59, 60, 61, 400)) * SECOND
            task.heartbeat(0)
        self.count("heartbeat")

    # ---- managers ----

    def manage(self):
        random = self.random
        task, _, _ = self.task(managers=True)
        random.choice((lambda: task.assign(random.choice(self.users)), lambda: task.assign(random.choice(self.users)), task.release,
                       lambda: task.set_priority(random.randint(0, 100))))()
        self.count("manage")

    def resting(self, project):
        return [row["stage"] for row in project.stage_list().to_pylist()]

    def move(self):
        task, _, project = self.task(managers=True)
        task.move(self.random.choice(self.resting(project)))
        self.count("move")

    def reopen(self):
        task, _, _ = self.task(managers=True)
        task.reopen()
        self.count("reopen")

    def many(self):
        random, project = self.random, self.project(0, self.random.choice((Source.SDK, Source.UI)))
        tasks = [row["task"] for row in project.task_list().to_pylist()]
        tasks = random.sample(tasks, min(len(tasks), 4))
        random.choice((project.tasks_submit, project.tasks_approve, project.tasks_reject, project.tasks_release, project.tasks_reopen,
                       lambda ids: project.tasks_move(ids, random.choice(self.resting(project)))))(tasks)
        self.count("many")

    def set_datasets(self):
        project, dataset = self.project(), self.random.choice(self.datasets)
        if dataset in [row["dataset"] for row in project.datasets().to_pylist()]:
            project.detach_dataset(dataset)
            return self.count("detach")
        project.attach_dataset(dataset)
        return self.count("attach")

    def more_units(self):
        if len(self.units) < 40:
            self.add_units(self.random.choice(self.datasets), 1)
            self.count("more units")

    def set_status(self):
        self.project().set_status(ProjectStatus[self.random.choice(("IN_PROGRESS", "IN_PROGRESS", "PAUSED", "COMPLETED"))])
        self.count("status")

    def set_setting(self):
        setting, values = self.random.choice(((Setting.COUNT_TEXT_AND_AUDIO, (0, 1)), (Setting.IDLE_LIMIT_US, (SECOND, 60 * SECOND))))
        self.project().setting_set(setting, self.random.choice(values))
        self.count("setting")

    def collaborator(self):
        project, user = self.project(), self.random.choice(self.users)
        role = self.random.choice(ROLES)
        self.random.choice((project.collaborator_add, project.collaborator_set_role,
                            lambda who, _: project.collaborator_remove(who)))(user, role)
        self.count("collaborator")

    def workflow(self):
        project = self.project()
        document = self.documents.changed(self.kept[project.id()])
        project.workflow_update(json.dumps(document))
        self.kept[project.id()] = document
        self.read_stages(project)
        self.count("workflow")

    def copy(self):
        if len(self.projects) < 4:
            project = self.project()
            made = project.copy("Copy", datasets=CopyDatasets.ATTACH, labels=self.random.random() < 0.7, collaborators=True)
            made = self.host.project_open(made) if isinstance(made, int) else made
            self.adopt(made, self.kept[project.id()])
            self.count("copy")

    def delete(self):
        """And back again some time later; one may stay deleted."""
        project = self.project(id=self.random.choice(sorted(self.deleted)) if self.deleted and self.random.random() < 0.9 else None)
        if project.id() in self.deleted:
            project.restore()
            self.deleted.discard(project.id())
            return self.count("restore")
        project.delete(project.get().to_pylist()[0]["title"])
        self.deleted.add(project.id())
        return self.count("delete")

    def import_rows(self):
        """Labels come back as pre-labels, as they were exported."""
        project, pieces = self.project(), []
        project.export_labels(write=pieces.append)
        data = b"".join(pieces)

        def read(length, at=[0]):
            piece = data[at[0]:at[0] + length]
            at[0] += len(piece)
            return piece

        project.import_labels(read=read, replace=self.random.random() < 0.3, not_prelabels=self.random.random() < 0.3)
        self.count("import")

    def version(self):
        project = self.project()
        versions = project.label_version_list().to_pylist()
        if versions and self.random.random() < 0.5:
            project.label_version_restore(self.random.choice(versions)["version"], force=True)
            return self.count("restore labels")
        project.label_version_create("v%d" % (len(versions) + self.now))
        return self.count("version")

    def tags(self):
        """One is deleted or renamed, and a new one may be put on issues."""
        random = self.random
        if random.random() < 0.5 and len(self.issue_tags) > 2:
            self.host.issue_tag_delete(self.issue_tags.pop(0))
        self.host.issue_tag_rename(self.issue_tags[0], "tag %d" % self.now)
        self.issue_tags.append(self.host.issue_tag_create("new %d" % self.now))
        for project in self.projects:
            if project not in self.deleted:
                self.project(id=project).set_issue_tags(self.issue_tags)
        self.count("tags")

    def erase(self):
        if len(self.users) > 6:
            self.host.user_erase(self.users.pop(self.random.randrange(len(self.users))))
            self.count("erase")

    def archive(self):
        """Of the ontology: an option, for good."""
        content = json.loads(self.host.ontology_json(self.ontology))
        option = self.random.choice(content["objects"][0]["attributes"][0]["options"] + content["classifications"][1]["attributes"][0]["options"])
        option["archived"] = True
        self.host.ontology_update(self.ontology, json.dumps(content))
        self.labels.read(self.host, self.ontology)
        self.count("archive")

    def seal(self):
        """So many labels are submitted in the first project that a segment of events is full."""
        project = self.project(id=self.projects[0])
        rows = [row for row in project.task_list().to_pylist() if row["data_type"] not in RANGED]
        task, arrays, car = project.task_open(rows[0]["task"]), LabelArrays(), self.labels.classes["Car"]
        colour = car["attributes"][0]
        answers = [(self.labels.number(colour), {"option": self.labels.number(colour["options"][0])})]
        for at in range(8200):
            arrays.add(self.labels.number(car), {0: [(1, 2, 3, 4)]}, (), answers if at % 3 else ())
        arrays.write(task)
        first = self.stages[project.id()][rows[0]["stage"]]
        if first["type"] == "AGENT":
            task.pathway(project.stage_open(first["key"]).pathways().to_pylist()[0]["key"])
        else:
            task.submit()
        self.count("seal")

    def fill(self):
        """Time in many small pieces, of several users on several tasks of the first project: what else happened there is sealed with it."""
        random, pieces = self.random, 0
        for user in random.sample(self.users, len(self.users)):
            project = self.project(user, random.choice((Source.UI, Source.AGENT)), self.projects[0])
            try:
                rows = project.task_list(limit=200).to_pylist() if project else []
            except annoproj.Error as error:     # who may see it no more keeps a handle of it
                self.refused["fill", error.status.name] += 1
                continue
            for row in random.sample(rows, min(len(rows), 3)):
                start = self.now - random.randrange(max(1, self.now - self.began))
                starts = [start + at * 2 * SECOND + random.randrange(SECOND) for at in range(400)]
                try:
                    project.task_open(row["task"]).report_time(starts, [random.choice((1, 499_999, 500_000, SECOND)) for _ in starts])
                    pieces += len(starts)
                except annoproj.Error as error:
                    self.refused["fill", error.status.name] += 1
        self.done["pieces"] += pieces

    def settle(self):
        """So that all of it can be looked at."""
        for project in sorted(self.deleted):
            self.project(id=project).restore()
        self.deleted.clear()

    def close(self):
        self.store.close()
