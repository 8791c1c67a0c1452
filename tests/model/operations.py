"""Random operations on the library, each of them compared with the reference: outcome, result, and every visible state."""

import collections
import json

import annoproj
from annoproj import Anchor, QueueReason, Undecided
from comparing import rows_of
from figures import Window
from parts import AGENT, ANNOTATE, DAY, HOST, REVIEW, WORKS_IN, Refused
from world import MOST_UNITS, ROLES

SECOND = 1_000_000
STATUSES = {status.name.lower(): status for status in annoproj.ProjectStatus}


class Operations:
    """One random operation after the other on a world. `random` is a step's own, so that leaving a step out changes no other."""

    def __init__(self, world):
        self.world = world
        self.history = collections.deque(maxlen=30)
        self.seen = collections.Counter()
        self.touched = []
        self.begin(world.random)

    def begin(self, random):
        self.random = self.world.random = random
        self.project = random.choice(self.world.projects)
        self.reference, self.project.documents.random = self.project.reference, random

    # ---- one operation: the reference says what must come ----

    def both(self, name, expected, actual, retry=True):
        """Runs `expected` on the reference and `actual` on the library; both must agree. The library's result, or None."""
        world = self.world
        try:
            wanted, statuses = expected(), {"OK"}
        except Refused as refused:
            wanted, statuses = None, refused.statuses
        call = {}
        if retry and self.random.random() < 0.1:
            world.keys += 1
            call["request_key"] = "key %d" % world.keys
        result, status = None, "OK"
        try:
            result = actual(**call)
        except annoproj.Error as error:
            status = error.status.name
            if len(error.message) > 600 or "\n" in error.message:
                raise AssertionError("%s: the message is no line: %r" % (name, error.message))
        self.history.append("%d: %s -> %s" % (self.project.id, name, status))
        self.seen[name.split("(")[0], status] += 1
        if status not in statuses:
            raise AssertionError("%s gave %s, expected %s" % (name, status, "/".join(sorted(statuses))))
        if call and status == "OK" and self.random.random() < 0.5:
            before = self.last_event()
            again = actual(**call)
            if comparable(again) != comparable(result):
                raise AssertionError("%s repeated with its key gave %r, first %r" % (name, comparable(again), comparable(result)))
            self.project.expect("events after the repeat of " + name, self.last_event(), before)
        return result, wanted

    def last_event(self):
        return sum(row["events"] for row in rows_of(self.world.host.store_info()))

    def on_task(self, name, user, task, expected, actual, **more):
        """An operation through a task's handle; without one, the task must be invisible."""
        self.touched = [task]
        try:
            handle = self.project.task(user, task)
        except annoproj.Error as error:
            wanted = "STATE" if user in self.reference.disabled else "OK" if self.reference.sees(user, task) else "NOT_FOUND"
            self.project.expect("task_open(%d) by user %d" % (task.id, user), error.status.name, wanted)
            return None, None
        return self.both("%s(user %d, task %d%s)" % (name, user, task.id, "".join(", %s=%r" % pair for pair in more.items())),
                         lambda: expected(user, task), lambda **call: actual(handle, **call))

    # ---- choosing ----

    def user(self, *types):
        """Mostly one who works in stages of these types."""
        users = self.world.users + [HOST]
        if types and self.random.random() < 0.7:
            users = [user for user in users if user not in self.reference.disabled
                     and any(self.reference.role(user) in WORKS_IN[type] for type in types)] or users
        user = self.random.choice(users)
        return user if self.project.handle_of(user) is not None else HOST

    def task(self, user, *types):
        """Mostly one the user can do something with, in stages of these types."""
        tasks = list(self.reference.tasks.values())
        if types and self.random.random() < 0.9:
            tasks = [task for task in tasks if task.stage.type in types] or tasks
        if self.random.random() < 0.85:
            mine = [task for task in tasks if task.assignee == user and not task.removed]
            tasks = mine or [task for task in tasks if self.reference.sees(user, task)] or tasks
        return self.random.choice(tasks)

    # ---- operations ----

    def start(self):
        user, stage = self.user(), self.random.choice(self.reference.resting())
        skipped = self.random.random() < 0.3
        try:
            handle = self.project.stage(user, stage)
        except annoproj.Error as error:
            seen = user not in self.reference.disabled and self.reference.role(user) is not None \
                and stage.key in self.reference.counts(user)
            self.project.expect("stage_open by %d" % user, (error.status.name in ("NOT_FOUND", "STATE", "PERMISSION"), seen), (True, False))
            return
        result, wanted = self.both("start(user %d, stage %s, include_skipped=%r)" % (user, stage.key, skipped),
                                   lambda: self.reference.start(user, stage, skipped),
                                   lambda **call: handle.start_next(include_skipped=skipped, **call))
        if result is not None:
            task, reason = result
            if isinstance(wanted, str):
                self.project.expect("start", (task, reason.name), (None, wanted))
            else:
                self.touched = [wanted]
                self.project.expect("start", (task and task.id(), reason), (wanted.id, QueueReason.FOUND))

    # Of each action: the statuses it is meant for, what it does to the reference, arguments and options of the call.

    def landing(self, *more):
        options = dict(more)
        if self.random.random() < 0.2:
            options["assignee"] = self.random.choice(self.world.users)
        elif self.random.random() < 0.2:
            options["retain"] = True
        given = {"retain_assignee" if name == "retain" else name: value for name, value in options.items()}
        return options, given

    def submit(self):
        options, given = self.landing()
        if self.random.random() < 0.3:
            options["keep_rejected"] = given["keep_rejected_reviews"] = True
        return (ANNOTATE,), lambda user, task: self.reference.submit(user, task, **options), (), given

    def deciding(self, approve):
        undecided = self.random.choice(("default", "default", "decide", "leave"))
        options, given = self.landing(("undecided", undecided))
        given["undecided"] = Undecided[undecided.upper()]
        if not approve and self.random.random() < 0.4:
            options["comment"] = given["comment"] = "again, please"
        return (REVIEW,), lambda user, task: self.reference.decide(user, task, approve, **options), (), given

    def approve(self):
        return self.deciding(True)

    def reject(self):
        return self.deciding(False)

    def pathway(self):
        keys = [path["key"] for stage in self.reference.stages.values() if stage.type == AGENT for path in stage.pathways]
        key = self.random.choice(keys + ["nowhere"])
        return (AGENT,), lambda user, task: self.reference.pathway(user, task, key), (key,), {}

    def assign(self):
        to = self.random.choice(self.world.users)
        return (), lambda user, task: self.reference.assign(user, task, to), (to,), {}

    def release(self):
        return (), self.reference.release, (), {}

    def set_priority(self):
        priority = self.random.choice((0, 25, 50, 50, 75, 100))
        return (), lambda user, task: self.reference.set_priority(user, task, priority), (priority,), {}

    def move(self):
        stage = self.random.choice(self.reference.resting())
        id = stage.id
        if self.random.random() < 0.05:
            stage, id = None, self.random.choice((1, *(other.id for project in self.world.projects if project is not self.project
                                                       for other in project.reference.resting())))
        return (), lambda user, task: self.reference.move(user, task, stage), (id,), {}

    def reopen(self):
        return (), self.reference.reopen, (), {}

    def initiate(self):
        return (ANNOTATE, REVIEW, AGENT), self.reference.initiate, (), {}

    def skip(self):
        return (ANNOTATE,), self.reference.skip, (), {}

    def act(self, make):
        """An action on one task, or on many."""
        types, expected, arguments, options = make(self)
        name = make.__name__
        user = self.user(*types) if types or self.random.random() < 0.3 else self.user(AGENT)
        task = self.task(user, *types)
        if make in (Operations.initiate, Operations.skip) or self.random.random() < 0.85:
            shown = dict(zip(("argument",), arguments), **options)
            self.on_task(name, user, task, expected, lambda handle, **call: getattr(handle, name)(*arguments, **options, **call), **shown)
            return
        tasks = [task] + [self.task(user, *types) for _ in range(self.random.randint(0, 5))]
        ids = [task.id for task in tasks] + ([self.project.id << 32 | 999] if self.random.random() < 0.05 else [])
        self.random.shuffle(ids)
        self.touched = list({task.id: task for task in tasks}.values())
        whole, handle = self.random.random() < 0.4, self.project.handle_of(user)
        result, wanted = self.both("tasks_%s(user %d, %r, all_or_nothing=%r, %r, %r)" % (name, user, ids, whole, arguments, options),
                                   lambda: self.reference.bulk(user, name, ids, expected, whole),
                                   lambda **call: getattr(handle, "tasks_" + name)(ids, *arguments, all_or_nothing=whole, **options, **call))
        if result is not None:
            rows = rows_of(result)
            self.project.expect("tasks of the outcome", [row["task"] for row in rows], ids)
            for row, statuses in zip(rows, wanted):
                if row["status_name"] not in statuses:
                    raise AssertionError("%s of task %d in bulk gave %s (%s), expected %s" % (
                        name, row["task"], row["status_name"], row["message"], "/".join(sorted(statuses))))

    def new_label(self, task):
        """(hash, class, frames, boxes, options): few hashes, so that labels are changed, removed and put back."""
        world, random = self.world, self.random
        if random.random() < 0.15:
            frames = [0] if task.frames == 1 else sorted(random.sample(range(task.frames), random.randint(1, 3)))
            return "weather0", world.weather, frames, (), random.sample(world.options[world.weather], random.randint(0, 1))
        kind = random.choice((world.car, world.car, world.van))
        frames = sorted(random.sample(range(task.frames), random.randint(1, min(3, task.frames))))
        boxes = tuple((float(random.randint(0, 2)), 0.5, 3.25, 4.0) for _ in frames)
        answered = random.random() < (0.9 if kind == world.van else 0.5)
        return "label00%d" % random.randint(1, 4), kind, frames, boxes, [random.choice(world.options[kind])] if answered else []

    def write(self):
        user = self.user(ANNOTATE, REVIEW)
        task = self.task(user, ANNOTATE, REVIEW)
        put = {one[0]: one for one in (self.new_label(task) for _ in range(self.random.randint(1, 3)))}
        there = [hash for hash in task.labels if hash not in put]
        remove = self.random.sample(there, min(len(there), self.random.choice((0, 0, 1))))
        if self.random.random() < 0.02:
            remove = remove + ["nothere1"]
        version = self.random.choice((None, task.version, task.version, task.version + 1))
        changes = self.changes(list(put.values()), remove, task)
        options = {"force": True} if version is None else {"version": version}
        result, _ = self.on_task("write", user, task, lambda u, t: self.reference.write(u, t, put.values(), remove, version),
                                 lambda handle, **call: handle.labels_write(**changes, **options, **call),
                                 put=[one[0] for one in put.values()], remove=remove, version=version)
        if result is not None:
            self.project.expect("write", [[row["label"], row["version"]] for row in rows_of(result)],
                              [[hash, task.version] for hash in list(put) + remove])

    def changes(self, put, remove, task):
        world = self.world
        arrays = {"hashes": [one[0] for one in put] + remove, "classes": [one[1] for one in put] + [0] * len(remove),
                  "actions": [1] * len(put) + [2] * len(remove), "geometry_starts": [0], "frames": [], "coordinate_starts": [0],
                  "coordinates": [], "answer_starts": [0], "answer_attributes": [], "answer_options": [], "range_starts": [0],
                  "range_first_frames": [], "range_last_frames": []}
        for hash, kind, frames, boxes, options in put + [(hash, 0, (), (), ()) for hash in remove]:
            for frame, box in zip(frames, boxes):
                arrays["frames"].append(frame)
                arrays["coordinates"] += box
                arrays["coordinate_starts"].append(len(arrays["coordinates"]))
            if kind == world.weather and task.frames > 1:
                arrays["range_first_frames"] += frames
                arrays["range_last_frames"] += frames
            arrays["answer_attributes"] += [world.attributes[kind] for _ in options]
            arrays["answer_options"] += options
            arrays["geometry_starts"].append(len(arrays["frames"]))
            arrays["answer_starts"].append(len(arrays["answer_options"]))
            arrays["range_starts"].append(len(arrays["range_first_frames"]))
        return arrays

    def decide_label(self):
        user, how = self.user(REVIEW), self.random.choice(("approved", "approved", "rejected", "reopened"))
        task = self.task(user, REVIEW)
        hash = self.random.choice(list(task.labels) or ["label001"])
        comment = self.random.choice((None, "look here")) if how == "rejected" else None
        act = {"approved": lambda t, **call: t.label_approve(hash, **call), "reopened": lambda t, **call: t.label_reopen(hash, **call),
               "rejected": lambda t, **call: t.label_reject(hash, comment, **call)}[how]
        self.on_task("label_" + how, user, task, lambda u, t: self.reference.decide_label(u, t, hash, how, comment), act, label=hash)

    def create_issue(self):
        user = self.user()
        task = self.task(user)
        anchor = self.random.choice(("data_unit", "frame", "coordinate", "frame_range", "label"))
        hash = self.random.choice(list(task.labels) or ["label001"]) if anchor == "label" else None
        self.on_task("issue_create", user, task, lambda u, t: self.reference.create_issue(u, t, anchor, hash, "hm"),
                     lambda t, **call: t.issue_create("hm", label=hash, anchor=Anchor[anchor.upper()], **call), anchor=anchor)

    def change_issue(self):
        user, how = self.user(), self.random.choice(("comment", "resolve", "reopen"))
        with_issues = [task for task in self.reference.tasks.values() if task.issues]
        if not with_issues:
            return
        task = self.random.choice(with_issues)
        self.touched = [task]
        at = self.random.randrange(len(task.issues))
        if not task.issues[at].id:
            if task.removed:
                return
            for issue, row in zip(task.issues, rows_of(self.project.task(HOST, task).issues())):
                issue.id = row["issue"]
        issue, project = task.issues[at], self.project.handle_of(user)
        act = {"comment": lambda **call: project.issue_comment(issue.id, "so?", **call),
               "resolve": lambda **call: project.issue_resolve(issue.id, **call),
               "reopen": lambda **call: project.issue_reopen(issue.id, **call)}[how]
        self.both("issue_%s(user %d, issue %d of task %d)" % (how, user, at, task.id),
                  lambda: self.reference.change_issue(user, task, issue, how), act)

    def report_time(self):
        user = self.user()
        task = self.task(user)
        start = self.reference.now - self.random.choice((0, 5, 60, 300, 4000, 90_000, 31 * 86_400)) * SECOND
        duration = self.random.choice((0, 3, 30, 300, 5000, 100_000)) * SECOND + self.random.choice((0, 1, 499_999))
        if self.random.random() < 0.8:
            duration = max(0, min(duration, self.reference.now + 5 * SECOND - start))
        result, wanted = self.on_task("report_time", user, task, lambda u, t: self.reference.report(u, t, start, duration),
                                      lambda t, **call: t.report_time([start], [duration], **call), start=start, duration=duration)
        self.project.expect("recorded time", result, wanted)

    def heartbeat(self):
        user = self.user()
        task = self.task(user)
        at = self.reference.now - self.random.choice((0, 0, 0, 10, 100, -4, -6)) * SECOND
        result, wanted = self.on_task("heartbeat", user, task, lambda u, t: self.reference.heartbeat(u, t, at),
                                      lambda t, **call: t.heartbeat(at, **call), at=at)
        self.project.expect("recorded time", result, wanted)

    def set_status(self):
        user = self.user()
        status = self.random.choice(("in_progress", "in_progress", "in_review", "not_started", "paused", "completed", "cancelled", "archived"))
        if self.reference.status in ("archived", "paused", "completed", "cancelled"):
            user, status = self.random.choice((user, HOST)), "in_progress"
        project = self.project.handle_of(user)
        self.both("set_status(user %d, %s)" % (user, status), lambda: self.reference.set_status(user, status),
                  lambda **call: project.set_status(STATUSES[status], **call))

    def collaborator(self):
        user, who = self.user(), self.random.choice(self.world.users)
        role, project = self.random.choice(list(ROLES)), self.project.handle_of(user)
        how = self.random.choice(("add", "set_role", "set_role", "remove"))
        if how == "add":
            self.both("collaborator_add(user %d, %d, %s)" % (user, who, role), lambda: self.reference.add_collaborator(user, who, role),
                      lambda **call: project.collaborator_add(who, ROLES[role], **call))
        elif how == "set_role":
            self.both("collaborator_set_role(user %d, %d, %s)" % (user, who, role),
                      lambda: self.reference.change_collaborator(user, who, role),
                      lambda **call: project.collaborator_set_role(who, ROLES[role], **call))
        else:
            self.both("collaborator_remove(user %d, %d)" % (user, who), lambda: self.reference.change_collaborator(user, who, None),
                      lambda **call: project.collaborator_remove(who, **call))

    def join(self):
        user = self.random.choice((self.world.org_admin, self.world.org_admin, self.user()))
        session = self.world.sessions[user]
        self.both("project_join(user %d)" % user, lambda: self.reference.join(user),
                  lambda **call: session.project_join(self.project.id, **call))

    def leave(self):
        user = self.random.choice((self.world.org_admin, self.user()))
        project = self.project.handle_of(user)
        if project is not None:
            self.both("collaborator_leave(user %d)" % user, lambda: self.reference.leave_project(user),
                      lambda **call: project.collaborator_leave(**call))

    def disable(self):
        """Mostly by the host or the org admin, who stays."""
        user = self.random.choice((HOST, HOST, self.world.org_admin, self.random.choice(self.world.users[:-1])))
        who = self.random.choice(self.world.users[:-1])
        organisation, session = self.world.organisation, self.world.sessions[user]
        disabled = who not in organisation.disabled
        act = session.user_disable if disabled else session.user_enable
        self.both("disable(user %d, %d, %r)" % (user, who, disabled), lambda: organisation.disable(user, who, disabled),
                  lambda **call: act(who, **call))

    def attach(self):
        """Mostly what can be done; a project keeps a dataset most of the time."""
        user, dataset = self.user(), self.random.choice(self.world.datasets)
        attached = (dataset not in self.reference.attached) != (self.random.random() < 0.1)
        handle = self.project.handle_of(user)
        act = handle.attach_dataset if attached else handle.detach_dataset
        result, wanted = self.both("%s_dataset(user %d, %d)" % ("attach" if attached else "detach", user, dataset),
                                   lambda: self.reference.attach(user, dataset, attached), lambda **call: act(dataset, **call))
        self.project.expect("tasks of the dataset", result, wanted)
        self.project.name_tasks()

    def add_units(self):
        """In every project that has the dataset there is one task more for each."""
        world, dataset = self.world, self.random.choice(self.world.datasets)
        if len(world.organisation.units) >= MOST_UNITS:
            return
        added = world.add_units(HOST, dataset, self.random.randint(1, 2))
        self.history.append("data_units_add(%d, %d)" % (dataset, len(added)))
        for project in world.projects:
            project.reference.add_units(added)
            project.name_tasks()

    def update_workflow(self):
        user = self.random.choice((HOST, self.user(AGENT), self.user(AGENT), self.user()))
        project, document = self.project, self.project.documents.changed(self.project.document)
        handle = project.handle_of(user)
        result, wanted = self.both("workflow_update(user %d, %s)" % (user, difference(project.document, document)),
                                   lambda: self.reference.update_workflow(user, document, self.world.by_email) or "changed",
                                   lambda **call: handle.workflow_update(json.dumps(document), **call))
        if wanted:
            project.document = document
            project.read_stages()
            project.compare_workflow()
            project.compare_tasks(self.reference.tasks.values())

    def advance(self):
        step = self.random.choice((0, 1, 20, 45, 90, 600, 5000)) * SECOND + self.random.choice((0, 0, 1, 333_333))
        self.world.organisation.now += DAY if self.random.random() < 0.01 else step

    ACTIONS = {initiate: 4, skip: 4, submit: 12, approve: 7, reject: 5, pathway: 4, assign: 4, release: 3, set_priority: 3, move: 3, reopen: 2}
    OTHERS = {start: 10, write: 14, decide_label: 9, create_issue: 3, change_issue: 4, report_time: 5, heartbeat: 5, set_status: 0.6,
              collaborator: 0.8, join: 0.2, leave: 0.2, disable: 0.3, attach: 0.3, add_units: 0.2, update_workflow: 1.2, advance: 8}
    ABOUT_LABELS = (submit, approve, reject, pathway, move, write, decide_label)

    def step(self, random):
        self.begin(random)
        self.touched = []
        weights = {**self.ACTIONS, **self.OTHERS}
        operation = random.choices(list(weights), list(weights.values()))[0]
        if operation in self.ACTIONS:
            self.act(operation)
        else:
            operation(self)
        self.project.touched.update({task.id: task for task in self.touched})
        if operation in self.ABOUT_LABELS:
            self.project.written.update({task.id: task for task in self.touched})

    # ---- reports ----

    def compare_reports(self):
        world, random, reference, given = self.world, self.random, self.reference, {}
        span = max(1, reference.now - reference.happened[0].time) if reference.happened else 1
        window = {"frames": random.random() < 0.5}
        if random.random() < 0.6:
            window["after"] = reference.now - random.randrange(span)
            given["after_us"] = window["after"]
        if random.random() < 0.6:
            window["before"] = window.get("after", reference.now - span) + random.randrange(1, span + 2)
            given["before_us"] = window["before"]
        if random.random() < 0.4:
            window["people"] = given["collaborators"] = random.sample(world.users, random.randint(1, 4))
        if random.random() < 0.4:
            window["datasets"] = given["datasets"] = [random.choice(sorted(reference.once_attached))]
        if random.random() < 0.4:
            chosen = random.sample(reference.resting(), random.randint(1, 3))
            window["stages"] = given["stages"] = [stage.id for stage in chosen]
        if random.random() < 0.4:
            window["classes"] = given["classes"] = random.sample([world.car, world.van, world.weather], random.randint(1, 2))
        unit = annoproj.LabelUnit.FRAME if window["frames"] else annoproj.LabelUnit.INSTANCE
        expected = Window(reference, **window)
        query = self.project.host.query_open(unit=unit, **given)
        what = "report %%s with %r" % window

        def values(table, drop):
            return [[value for name, value in row.items() if name not in drop] for row in rows_of(table)]

        self.project.expect(what % "task_actions", values(query.task_actions(), ("bucket",)), [expected.task_actions()])
        self.project.expect(what % "label_actions", values(query.label_actions(), ("bucket",)), [expected.label_actions()])
        self.project.expect(what % "time_spent", values(query.time_spent(), ("bucket",)), [expected.time_spent()])
        found = {row["feature"]: [row["created"], row["approved"], row["rejected"]] for row in rows_of(query.ontology_actions())}
        wanted = expected.ontology_actions(world.features)
        if "classes" in window:
            wanted = {feature: row for feature, row in wanted.items() if (world.features[feature] or feature) in window["classes"]}
        self.project.expect(what % "ontology_actions", found, wanted)
        for name in ("annotators", "reviewers"):
            report = getattr(query, name + "_by_frame" if window["frames"] else name)()
            found = {row["user"]: [value for key, value in row.items() if key not in ("user", "email")] for row in rows_of(report)}
            wanted = getattr(expected, name)()
            if found.keys() != wanted.keys() or not all(map(same_row, map(found.get, wanted), wanted.values())):
                self.project.expect(what % name, found, wanted)


def difference(old, new):
    """What a change of a document is about, for the history."""
    before = {stage["key"]: stage for stage in old["stages"]}
    after = {stage["key"]: stage for stage in new["stages"]}
    return json.dumps([after.get(key, "%s gone" % key) for key in {**before, **after} if before.get(key) != after.get(key)])


def same_row(found, wanted):
    """Rates and averages may differ by what they are rounded to: a microsecond."""
    return len(found) == len(wanted) and all(
        a == b or (None not in (a, b) and abs(a - b) < 2e-6) for a, b in zip(found, wanted))


def comparable(result):
    if isinstance(result, tuple) and result and hasattr(result[0], "id"):
        return (result[0].id(),) + tuple(result[1:])
    return rows_of(result) if hasattr(result, "json") else result
