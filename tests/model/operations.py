"""Random operations on the library, each of them compared with the reference: outcome, result, and every visible state."""

import collections
import os

import annoproj
from annoproj import QueueReason, Undecided
from comparing import rows_of
from label_operations import LabelOperations
from parts import AGENT, ANNOTATING, DAY, HOST, JUDGE, REVIEW, REVIEWING, WORKS_IN, Refused
from project_operations import ProjectOperations
from reporting import Reporting
from store_operations import StoreOperations
from world import START

SECOND = 1_000_000


class Operations(LabelOperations, ProjectOperations, StoreOperations, Reporting):
    """One random operation after the other on a world. `random` is a step's own, so that leaving a step out changes no other."""

    def __init__(self, world):
        self.world = world
        self.history = collections.deque(maxlen=int(os.environ.get("HISTORY", 30)))
        self.seen = collections.Counter()
        self.touched = []
        # A mix of its own for each store: what is rare meets what is rare in some of them.
        self.weights = [weight * world.random.choice(self.MIX) for weight in self.WEIGHTS.values()]
        self.begin(world.random)

    def begin(self, random, project=None):
        self.random = self.world.random = random
        self.project = project or random.choice(self.world.projects)
        if not project and self.project.reference.deleted and random.random() < 0.6:
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
        self.history.append("%d, %.6f s: %s -> %s" % (self.project.id, (world.organisation.now - START) / 1e6, name, status))
        self.seen[name.split("(")[0], status] += 1
        if status not in statuses:
            raise AssertionError("%s gave %s, expected %s" % (name, status, "/".join(sorted(statuses))))
        if self.reference.budding:
            self.project.name_tasks()
        if call and status == "OK" and self.random.random() < 0.5:
            before = self.last_event()
            again = actual(**call)
            if comparable(again) != comparable(result):
                raise AssertionError("%s repeated with its key gave %r, first %r" % (name, comparable(again), comparable(result)))
            self.project.expect("events after the repeat of " + name, self.last_event(), before)
        return result, wanted

    def last_event(self):
        return sum(row["events"] for row in rows_of(self.world.host.store_info()))

    def on_task(self, name, user, task, expected, actual, meets=True, **more):
        """An operation through a task's handle, now and then one of a ticket; without one, the task must be invisible."""
        self.touched = [task]
        ticket, guest, _ = self.project.guests.get((user, task.id), (None, None, None))
        guest = guest if self.random.random() < 0.8 else None
        try:
            handle = guest or self.project.task(user, task)
        except annoproj.Error as error:
            self.project.expect_any("task_open(%d) by user %d" % (task.id, user), error.status.name, self.reference.opening(user, task))
            return None, None
        reference = self.reference
        does = (lambda: reference.meet(user, task, expected)) if meets else (lambda: expected(user, task))
        wanted = does if guest is None else lambda: reference.with_ticket(user, task, reference.is_valid(user, ticket), does)
        return self.both("%s(user %d, task %d%s%s)" % (name, user, task.id, ", by ticket" * bool(guest),
                                                       "".join(", %s=%r" % pair for pair in more.items())),
                         wanted, lambda **call: actual(handle, **call))

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
            tasks = [task for task in tasks if task.stage.type in types and not task.waits] or tasks
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
            seen = user not in self.reference.disabled and self.reference.role(user) is not None and not self.reference.deleted \
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
        return ANNOTATING, lambda user, task: self.reference.submit(user, task, **options), (), given

    def deciding(self, approve):
        undecided = self.random.choice(("default", "default", "decide", "leave"))
        options, given = self.landing(("undecided", undecided))
        given["undecided"] = Undecided[undecided.upper()]
        if not approve and self.random.random() < 0.4:
            options["comment"] = given["comment"] = "again, please"
        return (REVIEW,) if approve else REVIEWING, lambda user, task: self.reference.decide(user, task, approve, **options), (), given

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
        return (*ANNOTATING, *REVIEWING, AGENT), self.reference.initiate, (), {}

    def skip(self):
        return ANNOTATING, self.reference.skip, (), {}

    def reach(self):
        """A branch whole, or labels of any."""
        user, random = self.user(REVIEW), self.random
        task = self.task(user, JUDGE)
        options, given = self.landing()
        if task.branches and random.random() < 0.9:
            if random.random() < 0.5:
                options["whole"] = given["branch"] = random.choice(task.branches).id
            else:
                found = {label: branch.id for branch in random.sample(task.branches, len(task.branches)) for label in branch.labels}
                options["picks"] = random.sample(list(found.items()), random.randint(0, len(found)))
                if options["picks"] and random.random() < 0.1:
                    options["picks"].append((options["picks"][0][0], random.choice(task.branches).id))
                given["hashes"], given["branches"] = [one[0] for one in options["picks"]], [one[1] for one in options["picks"]]
        self.on_task("consensus_approve", user, task, lambda u, t: self.reference.reach(u, t, **options),
                     lambda t, **call: t.consensus_approve(**given, **call), **options)

    def act(self, name):
        """An action on one task, or on many."""
        types, expected, arguments, options = getattr(self, name)()
        user = self.user(*types) if types or self.random.random() < 0.3 else self.user(AGENT)
        task = self.task(user, *types)
        if name in ("initiate", "skip") or self.random.random() < 0.85:
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

    def report_time(self):
        user = self.user()
        task = self.task(user)
        start = self.reference.now - self.random.choice((0, 5, 60, 300, 4000, 90_000, 31 * 86_400)) * SECOND
        duration = self.random.choice((0, 3, 30, 300, 5000, 100_000)) * SECOND + self.random.choice((0, 1, 499_999))
        if self.random.random() < 0.8:
            duration = max(0, min(duration, self.reference.now + 5 * SECOND - start))
        result, wanted = self.on_task("report_time", user, task, lambda u, t: self.reference.report(u, t, start, duration),
                                      lambda t, **call: t.report_time([start], [duration], **call), meets=False, start=start, duration=duration)
        self.project.expect("recorded time", result, wanted)

    def heartbeat(self):
        user = self.user()
        task = self.task(user)
        at = self.reference.now - self.random.choice((0, 0, 0, 10, 100, -4, -6)) * SECOND
        result, wanted = self.on_task("heartbeat", user, task, lambda u, t: self.reference.heartbeat(u, t, at),
                                      lambda t, **call: t.heartbeat(at, **call), meets=False, at=at)
        self.project.expect("recorded time", result, wanted)

    def advance(self):
        step = self.random.choice((0, 1, 20, 45, 90, 600, 5000)) * SECOND + self.random.choice((0, 0, 1, 333_333))
        self.world.organisation.now += DAY if self.random.random() < 0.01 else step

    ACTIONS = {"initiate": 4, "skip": 4, "submit": 12, "approve": 7, "reject": 5, "pathway": 4, "assign": 4, "release": 3,
               "set_priority": 3, "move": 3, "reopen": 2}
    OTHERS = {"start": 10, "reach": 4, "write": 14, "decide_label": 9, "create_issue": 3, "change_issue": 4, "report_time": 5, "heartbeat": 5,
              "set_status": 0.6, "collaborator": 0.8, "join": 0.2, "leave": 0.2, "disable": 0.3, "attach": 0.3, "add_units": 0.2,
              "update_workflow": 1.2, "set_setting": 0.3, "ticket": 0.8, "use_ticket": 0.5, "advance": 8,
              "fetch": 1, "acknowledge": 1, "template": 0.6, "create_project": 0.1, "copy_project": 0.25, "delete_project": 0.25, "erase": 0.05,
              "set_tags": 0.1, "import_labels": 1}
    WEIGHTS = {**ACTIONS, **OTHERS}
    MIX = (0.2, 1, 1, 5)
    NEED_TASKS = (*ACTIONS, "reach", "write", "decide_label", "create_issue", "report_time", "heartbeat", "ticket", "use_ticket", "import_labels")
    ABOUT_LABELS = ("reach", "submit", "approve", "reject", "pathway", "move", "write", "decide_label", "import_labels")

    def step(self, random):
        self.begin(random)
        self.touched = []
        operation = random.choices(list(self.WEIGHTS), self.weights)[0]
        if not self.reference.tasks and operation in self.NEED_TASKS:
            operation = "attach"
        if operation in self.ACTIONS:
            self.act(operation)
        else:
            getattr(self, operation)()
        self.project.touched.update({task.id: task for task in self.touched})
        if operation in self.ABOUT_LABELS:
            self.project.written.update({task.id: task for task in self.touched})


def comparable(result):
    if isinstance(result, tuple) and result and hasattr(result[0], "id"):
        return (result[0].id(),) + tuple(result[1:])
    if callable(getattr(result, "id", None)):
        return result.id()
    return rows_of(result) if hasattr(result, "json") else result
