"""Random operations on the library, each of them compared with the reference: outcome, result, and every visible state.

    run_model.py [--operations N] [--seed N]

Stores of some hundred operations each, every one with its own team settings. A failure prints the seed and the last operations.
"""

import argparse
import collections
import contextlib
import os
import random
import sys
import tempfile

import annoproj
from annoproj import Anchor, QueueReason, Undecided
from figures import Window
from reference import ANNOTATE, DAY, HOST, REVIEW, WORKS_IN, Refused
from world import ROLES, World, rows_of, status_of

SECOND = 1_000_000
STATUSES = {status.name.lower(): status for status in annoproj.ProjectStatus}


class Run:
    def __init__(self, world, random):
        self.world, self.random, self.reference = world, random, world.reference
        self.history = collections.deque(maxlen=30)
        self.seen = collections.Counter()
        self.touched = None

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
        self.history.append("%s -> %s" % (name, status))
        self.seen[name.split("(")[0], status] += 1
        if status not in statuses:
            raise AssertionError("%s gave %s, expected %s" % (name, status, "/".join(sorted(statuses))))
        if call and status == "OK" and self.random.random() < 0.5:
            before = self.last_event()
            again = actual(**call)
            if comparable(again) != comparable(result):
                raise AssertionError("%s repeated with its key gave %r, first %r" % (name, comparable(again), comparable(result)))
            world.expect("events after the repeat of " + name, self.last_event(), before)
        return result, wanted

    def last_event(self):
        return sum(row["events"] for row in rows_of(self.world.host.store_info()))

    def on_task(self, name, user, task, expected, actual, **more):
        """An operation through a task's handle; without one, the task must be invisible."""
        world = self.world
        self.touched = task
        try:
            handle = world.task(user, task)
        except annoproj.Error as error:
            wanted = "STATE" if user in self.reference.disabled else "OK" if self.reference.sees(user, task) else "NOT_FOUND"
            world.expect("task_open(%d) by user %d" % (task.id, user), error.status.name, wanted)
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
        return user if self.world.project_of(user) is not None else self.world.users[0]

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
        user, stage = self.user(), self.random.choice(list(self.reference.stages.values()))
        skipped = self.random.random() < 0.3
        try:
            handle = self.world.stage(user, stage)
        except annoproj.Error as error:
            seen = user not in self.reference.disabled and self.reference.role(user) is not None \
                and stage.key in self.reference.counts(user)
            self.world.expect("stage_open by %d" % user, (error.status.name in ("NOT_FOUND", "STATE"), seen), (True, False))
            return
        result, wanted = self.both("start(user %d, stage %s, include_skipped=%r)" % (user, stage.key, skipped),
                                   lambda: self.reference.start(user, stage, skipped),
                                   lambda **call: handle.start_next(include_skipped=skipped, **call))
        if result is not None:
            task, reason = result
            if isinstance(wanted, str):
                self.world.expect("start", (task, reason.name), (None, wanted))
            else:
                self.touched = wanted
                self.world.expect("start", (task and task.id(), reason), (wanted.id, QueueReason.FOUND))

    def initiate(self):
        user = self.user(ANNOTATE, REVIEW)
        self.on_task("initiate", user, self.task(user, ANNOTATE, REVIEW), self.reference.initiate, lambda task, **call: task.initiate(**call))

    def skip(self):
        user = self.user(ANNOTATE)
        self.on_task("skip", user, self.task(user, ANNOTATE), self.reference.skip, lambda task, **call: task.skip(**call))

    def landing(self):
        options = {}
        if self.random.random() < 0.2:
            options["assignee"] = self.random.choice(self.world.users)
        elif self.random.random() < 0.2:
            options["retain"] = True
        return options, {"retain_assignee" if name == "retain" else name: value for name, value in options.items()}

    def submit(self):
        user = self.user(ANNOTATE)
        options, given = self.landing()
        if self.random.random() < 0.3:
            options["keep_rejected"] = given["keep_rejected_reviews"] = True
        self.on_task("submit", user, self.task(user, ANNOTATE), lambda u, t: self.reference.submit(u, t, **options),
                     lambda task, **call: task.submit(**given, **call), **options)

    def approve(self):
        user = self.user(REVIEW)
        options, given = self.landing()
        options["undecided"] = self.random.choice(("default", "default", "decide", "leave"))
        given["undecided"] = Undecided[options["undecided"].upper()]
        self.on_task("approve", user, self.task(user, REVIEW), lambda u, t: self.reference.decide(u, t, True, **options),
                     lambda task, **call: task.approve(**given, **call), **options)

    def reject(self):
        user = self.user(REVIEW)
        options, given = self.landing()
        options["undecided"] = self.random.choice(("default", "default", "decide", "leave"))
        given["undecided"] = Undecided[options["undecided"].upper()]
        if self.random.random() < 0.4:
            options["comment"] = given["comment"] = "again, please"
        self.on_task("reject", user, self.task(user, REVIEW), lambda u, t: self.reference.decide(u, t, False, **options),
                     lambda task, **call: task.reject(**given, **call), **options)

    def assign(self):
        user, to = self.user(), self.random.choice(self.world.users)
        self.on_task("assign", user, self.task(user), lambda u, t: self.reference.assign(u, t, to),
                     lambda task, **call: task.assign(to, **call), to=to)

    def release(self):
        user = self.user()
        self.on_task("release", user, self.task(user), self.reference.release, lambda task, **call: task.release(**call))

    def set_priority(self):
        user, priority = self.user(), self.random.choice((0, 25, 50, 50, 75, 100))
        self.on_task("set_priority", user, self.task(user), lambda u, t: self.reference.set_priority(u, t, priority),
                     lambda task, **call: task.set_priority(priority, **call), priority=priority)

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
            self.world.expect("write", [[row["label"], row["version"]] for row in rows_of(result)],
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
        self.touched = task
        at = self.random.randrange(len(task.issues))
        if not task.issues[at].id:
            if task.removed:
                return
            for issue, row in zip(task.issues, rows_of(self.world.task(HOST, task).issues())):
                issue.id = row["issue"]
        issue, project = task.issues[at], self.world.project_of(user)
        act = {"comment": lambda **call: project.issue_comment(issue.id, "so?", **call),
               "resolve": lambda **call: project.issue_resolve(issue.id, **call),
               "reopen": lambda **call: project.issue_reopen(issue.id, **call)}[how]
        self.both("issue_%s(user %d, issue %d of task %d)" % (how, user, at, task.id),
                  lambda: self.reference.change_issue(user, task, issue, how), act)

    def report_time(self):
        user, world = self.user(), self.world
        task = self.task(user)
        start = world.now - self.random.choice((0, 5, 60, 300, 4000, 90_000, 31 * 86_400)) * SECOND
        duration = self.random.choice((0, 3, 30, 300, 5000, 100_000)) * SECOND + self.random.choice((0, 1, 499_999))
        if self.random.random() < 0.8:
            duration = max(0, min(duration, world.now + 5 * SECOND - start))
        result, wanted = self.on_task("report_time", user, task, lambda u, t: self.reference.report(u, t, start, duration),
                                      lambda t, **call: t.report_time([start], [duration], **call), start=start, duration=duration)
        world.expect("recorded time", result, wanted)

    def heartbeat(self):
        user, world = self.user(), self.world
        task = self.task(user)
        at = world.now - self.random.choice((0, 0, 0, 10, 100, -4, -6)) * SECOND
        result, wanted = self.on_task("heartbeat", user, task, lambda u, t: self.reference.heartbeat(u, t, at),
                                      lambda t, **call: t.heartbeat(at, **call), at=at)
        world.expect("recorded time", result, wanted)

    def set_status(self):
        user = self.user()
        status = self.random.choice(("in_progress", "in_progress", "in_review", "not_started", "paused", "completed", "cancelled", "archived"))
        if self.reference.status in ("archived", "paused", "completed", "cancelled"):
            user, status = self.random.choice((user, HOST)), "in_progress"
        project = self.world.project_of(user)
        self.both("set_status(user %d, %s)" % (user, status), lambda: self.reference.set_status(user, status),
                  lambda **call: project.set_status(STATUSES[status], **call))

    def collaborator(self):
        user, who = self.user(), self.random.choice(self.world.users)
        role, project = self.random.choice(list(ROLES)), self.world.project_of(user)
        how = self.random.choice(("add", "set_role", "set_role", "remove"))
        if how == "add":
            self.both("collaborator_add(user %d, %d, %s)" % (user, who, role), lambda: self.reference.add_collaborator(user, who, role),
                      lambda **call: project.collaborator_add(who, ROLES[role], **call))
            if who in self.reference.roles and who not in self.world.projects:
                with contextlib.suppress(annoproj.Error):
                    self.world.projects[who] = self.world.sessions[who].project_open(project.id())
        elif how == "set_role":
            self.both("collaborator_set_role(user %d, %d, %s)" % (user, who, role),
                      lambda: self.reference.change_collaborator(user, who, role),
                      lambda **call: project.collaborator_set_role(who, ROLES[role], **call))
        else:
            self.both("collaborator_remove(user %d, %d)" % (user, who), lambda: self.reference.change_collaborator(user, who, None),
                      lambda **call: project.collaborator_remove(who, **call))

    def disable(self):
        who, host = self.random.choice(self.world.users), self.world.host
        disabled = who not in self.reference.disabled
        act = host.user_disable if disabled else host.user_enable
        self.both("disable(%d, %r)" % (who, disabled), lambda: self.reference.disable(HOST, who, disabled),
                  lambda **call: act(who, **call))

    def detach(self):
        user, dataset = self.user(), self.random.choice(self.world.datasets)
        attached = any(not task.removed for task in self.reference.tasks.values() if task.dataset == dataset)
        project = self.world.project_of(user)
        act = project.detach_dataset if attached else project.attach_dataset
        self.both("%s_dataset(user %d, %d)" % ("detach" if attached else "attach", user, dataset),
                  lambda: self.reference.detach(user, dataset, attached), lambda **call: act(dataset, **call))

    def advance(self):
        step = self.random.choice((0, 1, 20, 45, 90, 600, 5000)) * SECOND + self.random.choice((0, 0, 1, 333_333))
        self.world.now += DAY if self.random.random() < 0.01 else step

    WEIGHTS = {start: 10, initiate: 4, skip: 4, submit: 12, approve: 7, reject: 5, assign: 4, release: 3, set_priority: 3, write: 14,
               decide_label: 9, create_issue: 3, change_issue: 4, report_time: 5, heartbeat: 5, set_status: 0.6, collaborator: 0.8,
               disable: 0.3, detach: 0.3, advance: 8}

    def step(self):
        operation = self.random.choices(list(self.WEIGHTS), list(self.WEIGHTS.values()))[0]
        self.reference.now = self.world.now
        self.touched = None
        operation(self)
        if self.touched is not None:
            self.world.compare_task(self.touched)
            if operation in (Run.write, Run.submit, Run.approve, Run.reject, Run.decide_label):
                self.world.compare_labels(self.touched)

    # ---- reports ----

    def compare_reports(self):
        world, random, given = self.world, self.random, {}
        span = max(1, world.now - world.reference.happened[0].time) if world.reference.happened else 1
        window = {"frames": random.random() < 0.5}
        if random.random() < 0.6:
            window["after"] = world.now - random.randrange(span)
            given["after_us"] = window["after"]
        if random.random() < 0.6:
            window["before"] = window.get("after", world.now - span) + random.randrange(1, span + 2)
            given["before_us"] = window["before"]
        if random.random() < 0.4:
            window["people"] = given["collaborators"] = random.sample(world.users, random.randint(1, 4))
        if random.random() < 0.4:
            window["datasets"] = given["datasets"] = [random.choice(world.datasets)]
        if random.random() < 0.4:
            chosen = random.sample(list(self.reference.stages.values()), random.randint(1, 3))
            window["stages"] = given["stages"] = [stage.id for stage in chosen]
        if random.random() < 0.4:
            window["classes"] = given["classes"] = random.sample([world.car, world.van, world.weather], random.randint(1, 2))
        unit = annoproj.LabelUnit.FRAME if window["frames"] else annoproj.LabelUnit.INSTANCE
        expected = Window(self.reference, **window)
        query = world.project.query_open(unit=unit, **given)
        what = "report %%s with %r" % window

        def values(table, drop):
            return [[value for name, value in row.items() if name not in drop] for row in rows_of(table)]

        world.expect(what % "task_actions", values(query.task_actions(), ("bucket", "moved", "reopened")), [expected.task_actions()])
        world.expect(what % "label_actions", values(query.label_actions(), ("bucket",)), [expected.label_actions()])
        world.expect(what % "time_spent", values(query.time_spent(), ("bucket",)), [expected.time_spent()])
        found = {row["feature"]: [row["created"], row["approved"], row["rejected"]] for row in rows_of(query.ontology_actions())}
        wanted = expected.ontology_actions(world.features)
        if "classes" in window:
            wanted = {feature: row for feature, row in wanted.items() if (world.features[feature] or feature) in window["classes"]}
        world.expect(what % "ontology_actions", found, wanted)
        for name in ("annotators", "reviewers"):
            report = getattr(query, name + "_by_frame" if window["frames"] else name)()
            found = {row["user"]: [value for key, value in row.items() if key not in ("user", "email")] for row in rows_of(report)}
            wanted = getattr(expected, name)()
            if found.keys() != wanted.keys() or not all(map(same_row, map(found.get, wanted), wanted.values())):
                world.expect(what % name, found, wanted)


def same_row(found, wanted):
    """Rates and averages may differ by what they are rounded to: a microsecond."""
    return len(found) == len(wanted) and all(
        a == b or (None not in (a, b) and abs(a - b) < 2e-6) for a, b in zip(found, wanted))


def comparable(result):
    if isinstance(result, tuple) and result and hasattr(result[0], "id"):
        return (result[0].id(),) + tuple(result[1:])
    return rows_of(result) if hasattr(result, "json") else result


def run_store(seed, operations, seen):
    chooser = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        world = World(folder, chooser)
        run = Run(world, chooser)
        try:
            for number in range(operations):
                run.step()
                if number % 40 == 39:
                    world.compare_session(chooser.choice(list(world.sessions)))
                if number % 100 == 99:
                    run.compare_reports()
            world.compare_all()
            for _ in range(4):
                run.compare_reports()
        except BaseException:
            print("\n".join(run.history), file=sys.stderr)
            print("settings: %r" % [(stage.key, stage.settings, stage.members) for stage in run.reference.stages.values()], file=sys.stderr)
            print("roles: %r, status %s, disabled %r" % (run.reference.roles, run.reference.status, run.reference.disabled), file=sys.stderr)
            raise
        finally:
            seen.update(run.seen)
            world.store.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--operations", type=int, default=int(os.environ.get("OPERATIONS", 20_000)))
    parser.add_argument("--seed", type=int, default=int(os.environ.get("TEST_SEED", 0)) or random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--store", type=int, default=800, help="operations on one store")
    parser.add_argument("--verbose", action="store_true", help="how often each outcome was met")
    given = parser.parse_args()
    seen = collections.Counter()
    done = 0
    while done < given.operations:
        size = min(given.store, given.operations - done)
        seed = given.seed + done
        try:
            run_store(seed, size, seen)
        except BaseException:
            print("model: failed: run_model.py --seed %d --operations %d" % (seed, size), file=sys.stderr)
            raise
        done += size
    names = {name for name, _ in seen}
    refused = sum(count for (_, status), count in seen.items() if status != "OK")
    print("model: %d operations of %d kinds, %d refused, seed %d: as the reference says" % (done, len(names), refused, given.seed))
    if given.verbose:
        for (name, status), count in sorted(seen.items()):
            print("  %-28s %-12s %6d" % (name, status, count))


if __name__ == "__main__":
    main()
