"""What a project shows against what the reference says it must."""

import json
import re

import annoproj
from parts import AGENT, HOST, REVIEW
from workflows import PATTERNS


class Comparing:
    """A part of Project: world, reference, host, handles, touched, written."""

    def expect_any(self, what, found, expected):
        if found not in expected:
            raise AssertionError("%s\n  found    %r\n  expected %s" % (what, found, "/".join(sorted(expected))))

    def expect_rows(self, what, found, expected):
        """Says where the first difference is."""
        for at, (one, other) in enumerate(zip(found, expected)):
            self.expect("%s, row %d" % (what, at), one, other)
        self.expect(what + ": rows too many, too few", (found[len(expected):], expected[len(found):]), ([], []))

    def expect(self, what, found, expected):
        if found != expected:
            raise AssertionError("%s\n  found    %r\n  expected %r" % (what, found, expected))

    # ---- tasks and their labels ----

    def row_of(self, task):
        issues = task.issues
        user, stage, time = task.last_action or (None, None, None)
        return [task.id, task.priority, task.stage.key, task.status, task.derived(), task.assignee, task.entered, user,
                stage and stage.title, time, sum(not issue.resolved for issue in issues), sum(issue.resolved for issue in issues),
                task.version, task.parent and task.parent.id]

    ROW = ("task", "priority", "stage_key", "status", "derived_status", "assignee", "entered", "last_action_user",
           "last_action_stage", "last_action", "open_issues", "resolved_issues", "version", "parent")

    @classmethod
    def found_row(cls, row):
        return [row[name] for name in cls.ROW]

    def compare_tasks(self, tasks):
        tasks = [task for task in tasks if not task.removed]
        if tasks:
            rows = rows_of(self.host.tasks_get([task.id for task in tasks]))
            for row, task in zip(rows, tasks):
                self.expect("task %d" % task.id, self.found_row(row), self.row_of(task))

    def compare_touched(self, random):
        """What operations have touched since the last time: all tasks, and the labels of one."""
        if self.reference.deleted:
            return
        self.compare_tasks(self.touched.values())
        if self.written:
            self.compare_labels(random.choice(list(self.written.values())))
        self.touched.clear()
        self.written.clear()

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
        if task.labels:
            found = sorted((row["label"], row["option"]) for row in rows_of(handle.answers()))
            self.expect("answers of task %d" % task.id, found,
                        sorted((label.hash, option) for label in task.labels.values() for option in label.answers))
            found = sorted((row["label"], row["frame"], tuple(row["coordinates"])) for row in
                           rows_of(handle.geometry(annoproj.Unit.STORED)))
            self.expect("geometry of task %d" % task.id, found, sorted(
                (label.hash, frame, box) for label in task.labels.values() for frame, box in zip(sorted(label.frames), label.boxes)))
        issues = task.main.issues
        if issues:
            found = [[row["anchor"], row["label"], row["resolved"], row["rejection"], row["comments"]] for row in rows_of(handle.issues())]
            self.expect("issues of task %d" % task.id, found,
                        [[one.anchor, one.label, one.resolved, one.rejection, int(one.comments)] for one in issues])

    # ---- what a session sees ----

    def compare_session(self, user, random):
        """Lists, single gets and counts: each shows exactly what the reference lets this user see."""
        reference, project = self.reference, self.handle_of(user)
        if project is None:
            self.expect("project_open by user %d" % user, status_of(self.world.sessions[user].project_open, self.id),
                        "STATE" if user in reference.disabled else "NOT_FOUND")
            return
        if reference.role(user) is None or user in reference.disabled or reference.deleted:
            visible = reference.visible(user)
            status = {"STATE"} if user in reference.disabled else {"NOT_FOUND"} if not visible else \
                {"STATE"} if reference.role(user) == "admin" else {"STATE", "PERMISSION"} if reference.deleted else {"PERMISSION"}
            self.expect_any("list of user %d" % user, status_of(project.task_list), status)
            return
        waiting = random.random() < 0.5
        listed = reference.listed(user, waiting)
        pages, rows = random.choice((1, 2, 5, 1000)), []
        for page in project.task_list_pages(limit=pages, include_waiting=waiting):
            rows += rows_of(page)
        self.expect_rows("list of user %d, include_waiting=%r" % (user, waiting), [self.found_row(row) for row in rows],
                         [self.row_of(task) for task in listed])
        self.check_rules(rows)
        counts = {row["key"]: row["tasks"] for row in rows_of(project.stage_list())}
        self.expect("counts of user %d" % user, counts, reference.counts(user))
        for task in random.sample(list(reference.tasks.values()), min(3, len(reference.tasks))):
            status = status_of(project.task_open, task.id)
            self.expect("task_open(%d) by user %d" % (task.id, user), status, "OK" if reference.sees(user, task) else "NOT_FOUND")
            if (user, task.id) in self.task_handles:
                self.expect("task_get(%d) by user %d" % (task.id, user), status_of(self.task_handles[user, task.id].get), status)
                view = "NOT_FOUND" if status != "OK" else "PERMISSION" if reference.hidden(user, task) else "OK"
                self.expect("labels(%d) by user %d" % (task.id, user), status_of(self.task_handles[user, task.id].labels), view)
        if reference.gone:
            self.expect("task_open of a branch that is gone", status_of(project.task_open, random.choice(reference.gone).id), "NOT_FOUND")
        self.compare_filtered(user, project, listed, random, {"include_waiting": waiting})

    def check_rules(self, rows):
        """What holds whatever the reference says: a task is listed once, and nobody has two branches of a task."""
        self.expect("tasks listed twice", len(rows), len({row["task"] for row in rows}))
        held = [(row["parent"], row["assignee"]) for row in rows if row["parent"] and row["assignee"]]
        self.expect("users with two branches of a task", len(held), len(set(held)))

    def compare_filtered(self, user, project, listed, random, options):
        """Some conditions, one order; a condition is an option and what it asks of a task."""
        counts = self.reference.counts(user)
        stages = some(random, [stage.id for stage in self.reference.resting() if stage.key in counts])
        seen = [dataset for dataset in self.reference.once_attached if self.world.organisation.sees_dataset(user, dataset)]
        people, bits, least = some(random, [HOST] + self.world.users), random.randint(1, 63), random.randint(1, 60)
        below, types = random.randint(40, 101), some(random, ["image", "video"])
        title, pattern, site = random.choice(("IMAGE", "video0", "3", "no")), random.choice(PATTERNS), some(random, ["a", "b"])
        conditions = [
            ({"assignees": people}, lambda task: (task.assignee or HOST) in people),
            ({"last_action_users": people}, lambda task: task.last_action is not None and task.last_action[0] in people),
            ({"statuses": bits & 15 or 15}, lambda task: flagged(bits & 15 or 15, STATUSES, task.status)),
            ({"derived_statuses": bits}, lambda task: flagged(bits, STATUSES + ("assigned", "released"), task.derived())),
            ({"issues": bits & 7 or 7}, lambda task: flagged(bits & 7 or 7, ("unresolved", "resolved", "none"), task.issue_state())),
            ({"priority_least": least}, lambda task: task.priority >= least),
            ({"priority_below": below}, lambda task: task.priority < below),
            ({"data_types": [annoproj.DataType[type.upper()] for type in types]}, lambda task: task.unit.data_type in types),
            ({"title": title}, lambda task: title.lower() in task.title),
            ({"title_pattern": pattern}, lambda task: re.search(pattern, task.title) is not None),
            ({"metadata": json.dumps({"site": site})}, lambda task: task.unit.metadata.get("site") in site)]
        if stages:
            conditions.append(({"stages": stages}, lambda task: task.stage.id in stages))
        if seen:
            dataset = random.choice(sorted(seen))
            conditions.append(({"datasets": [dataset]}, lambda task: task.dataset == dataset))
        if listed:
            units = [task.unit.id for task in random.choices(listed, k=4)]
            conditions.append(({"data_units": units}, lambda task: task.unit.id in units))
        options, keep = dict(options, limit=random.choice((1, 3, 1000))), listed
        for option, holds in random.sample(conditions, random.choice((0, 1, 1, 2, 3))):
            options.update(option)
            keep = [task for task in keep if holds(task)]
        name, key = random.choice(list(ORDERS.items()))
        keep = sorted(keep, key=key)
        options.update(sort=annoproj.TaskSort[name], reverse=random.random() < 0.5)
        if options["reverse"]:
            keep.reverse()
        rows = []
        for page in project.task_list_pages(**options):
            rows += rows_of(page)
            if len(rows) > len(listed):
                break
        self.expect("list of user %d with %r" % (user, options), [row["task"] for row in rows], [task.id for task in keep])

    # ---- the whole ----

    def compare_workflow(self):
        self.expect("workflow", json.loads(self.host.workflow_json()), self.document)
        for stage in self.reference.resting():
            if stage.type == AGENT:
                self.expect("pathways of " + stage.key, [[row["key"], row["stage_key"]] for row in rows_of(self.stage(HOST, stage).pathways())],
                            [[path["key"], path["to"]] for path in stage.pathways])

    def compare_figures(self):
        reference = self.reference
        there = [task for task in reference.tasks.values() if not task.removed and not task.parent]
        row = rows_of(self.host.overview())[0]
        self.expect("overview", [row["instance_labels_created"], row["open_issues"], row["tasks"]],
                    [reference.counted, reference.open_issues(), len(there)])
        self.expect("tasks by stage", {row["stage"]: row["tasks"] for row in rows_of(self.host.tasks_by_stage())},
                    {stage.id: sum(task.stage is stage for task in there) for stage in reference.resting()})

    def compare_all(self, random):
        self.compare_tasks(self.reference.tasks.values())
        for task in self.reference.tasks.values():
            self.compare_labels(task)
        for user in self.world.sessions:
            self.compare_session(user, random)
        self.compare_workflow()
        self.compare_figures()


STATUSES = ("new", "reopened", "skipped", "completed")
ORDERS = {"PRIORITY": lambda task: (-task.priority, task.entered, task.id), "ENTERED": lambda task: (task.entered, task.id),
          "TITLE": lambda task: (task.title, task.id),
          "LAST_ACTION": lambda task: (task.last_action[2] if task.last_action else -1, task.id)}


def some(random, values):
    return random.sample(values, random.randint(1, len(values))) if values else []


def flagged(bits, names, name):
    return bits >> names.index(name) & 1 == 1


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
