"""Lists of tasks against brute force: random tasks, filters and orders; every list is what the gets say, filtered and sorted here
from the words of the specification (§8), however it is cut into pages and whoever asks. TEST_SEED repeats a run."""

import json
import os
import random
import re
import tempfile
import unittest

import annoproj
from annoproj import DataType, DerivedStatus, IssueState, OrgRole, Role, TaskSort, TaskStatus

SEED = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
ROLES = {"admin": Role.ADMIN, "manager": Role.TEAM_MANAGER, "reviewer": Role.REVIEWER, "annotator": Role.ANNOTATOR,
         "both": Role.ANNOTATOR_REVIEWER, "other": Role.ANNOTATOR, "newcomer": Role.REVIEWER}
TYPES = {DataType.IMAGE: "image", DataType.VIDEO: "video", DataType.AUDIO: "audio", DataType.PDF: "pdf"}
TITLES = ("img_%03d.jpg", "IMG_%03d.png", "clip %03d.mp4", "straße_%d.jpg", "Ärmel%d.JPG", "a.b+c%d", "映像%d.mov", "%d")
STATUSES = {"new": TaskStatus.NEW, "reopened": TaskStatus.REOPENED, "skipped": TaskStatus.SKIPPED, "completed": TaskStatus.COMPLETED}
DERIVED = {"new": DerivedStatus.NEW, "reopened": DerivedStatus.REOPENED, "skipped": DerivedStatus.SKIPPED,
           "completed": DerivedStatus.COMPLETED, "assigned": DerivedStatus.ASSIGNED, "released": DerivedStatus.RELEASED}
NEVER = -1


def stage(key, type, settings=None, **more):
    return dict({"key": key, "type": type, "title": key.title(), "settings": settings or {}}, **more)


def workflow(hides):
    """Some stages hide unassigned tasks, some have listed members; one agent, two done stages."""
    return json.dumps({"start": "first", "stages": [
        stage("first", "ANNOTATION", {"hide_unassigned": hides[0], "allow_reassessment": True}, edges={"submit": "second"}),
        stage("second", "ANNOTATION", {"hide_unassigned": hides[1], "allow_reassessment": True, "members": ["both@x.org", "other@x.org"]},
              edges={"submit": "review"}),
        stage("review", "REVIEW", {"hide_unassigned": hides[2], "strict_review": False},
              edges={"approve": "agent", "reject": "first"}),
        {"key": "agent", "type": "AGENT", "title": "Agent", "pathways": [{"key": "ok", "title": "OK", "to": "complete"}]},
        stage("complete", "DONE"), stage("archive", "DONE", {"archive": True})]})


class World:
    def __init__(self, folder, rng, tasks):
        self.rng, self.now_us = rng, 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(folder, "lists.annoproj"), clock=lambda: self.now_us, relaxed_durability=True)
        host = self.store.session_open(0)
        self.users = {name: host.user_create("%s@x.org" % name, name, OrgRole.MEMBER) for name in ROLES}
        ontology = host.ontology_create("O", json.dumps({"objects": [], "classifications": []}))
        project = host.project_create("P", ontology, workflow([rng.random() < 0.4 for _ in range(3)]))
        for name, role in ROLES.items():
            project.collaborator_add(self.users[name], role)
        self.datasets, self.metadata = [], {}
        for share in (0.6, 0.3, 0.1, 0.002):
            self.add_dataset(host, project, int(tasks * share) + 1)
        self.projects = {name: self.store.session_open(user).project_open(project.id()) for name, user in self.users.items()}
        self.projects["host"] = project
        self.stages = {row["key"]: row["stage"] for row in project.stage_list().to_pylist()}
        self.ids = sorted(row["task"] for page in project.task_list_pages(limit=10000) for row in page.to_pylist())

    def add_dataset(self, host, project, count):
        rng, dataset = self.rng, host.dataset_create("D%d" % len(self.datasets))
        titles = [rng.choice(TITLES) % rng.randrange(300) for _ in range(count)]
        metadata = [rng.choice(("", json.dumps({"site": rng.choice("abc"), "batch": rng.randrange(4)}),
                                '{"nested": {"site": "a"}, "night": true, "site": null}', '{"batch": 2.0, "weather": "rain"}'))
                    for _ in range(count)]
        first = host.data_units_add(dataset, titles=titles, data_types=[rng.choice(list(TYPES)) for _ in range(count)],
                                    client_metadata=metadata)
        self.metadata.update((first + i, json.loads(text or "null")) for i, text in enumerate(metadata))
        self.datasets.append(dataset)
        project.attach_dataset(dataset)

    def units(self):
        """Data units of the datasets that are attached."""
        attached = self.projects["host"].datasets().column("dataset")
        return [unit for unit in self.metadata if unit >> 32 in attached]

    def some(self, share):
        return self.rng.sample(self.ids, max(1, int(len(self.ids) * share)))

    def shuffle(self):
        """Random work: assignments, skips, submits, decisions, moves, issues; moments repeat, so that times are equal now and then."""
        rng, host, projects = self.rng, self.projects["host"], self.projects
        for _ in range(60):
            self.now_us += rng.choice((0, 1, 1_000_000))
            ids, who = self.some(rng.choice((0.002, 0.02, 0.1))), projects[rng.choice(list(projects))]
            self.attempt(rng.choice((
                lambda: host.tasks_set_priority(ids, rng.randrange(101)),
                lambda: host.tasks_assign(ids, self.users[rng.choice(list(ROLES))]),
                lambda: host.tasks_release(ids),
                lambda: who.tasks_submit(ids), lambda: who.tasks_submit(ids),
                lambda: who.tasks_approve(ids), lambda: who.tasks_reject(ids),
                lambda: projects["manager"].tasks_pathway(ids, "ok"),
                lambda: host.tasks_move(ids, self.stages[rng.choice(list(self.stages))]),
                lambda: host.tasks_reopen(ids),
                lambda: [self.attempt(lambda: who.task_open(task).skip()) for task in ids[:20]],
                lambda: [self.issues(task) for task in ids[:20]])))
        host.detach_dataset(self.datasets[2])
        host.attach_dataset(self.datasets[2])
        if rng.random() < 0.5:
            host.detach_dataset(self.datasets[3])

    @staticmethod
    def attempt(action):
        try:
            action()
        except (annoproj.NotFoundError, annoproj.PermissionError, annoproj.StateError, annoproj.ConflictError, annoproj.InvalidError):
            pass

    def issues(self, task):
        handle = self.projects["manager"].task_open(task)
        issue = handle.issue_create("hm")
        if self.rng.random() < 0.5:
            self.projects["manager"].issue_resolve(issue)

    def seen(self, name):
        """The tasks whose single get succeeds."""
        project, found = self.projects[name], []
        for task in self.ids:
            try:
                project.task_open(task).close()
                found.append(task)
            except annoproj.NotFoundError:
                pass
        return project.tasks_get(found).to_pylist()


# --- the specification, once more -------------------------------------------------------------------------------------------

def issue_state(row):
    if row["open_issues"]:
        return IssueState.UNRESOLVED
    return IssueState.RESOLVED if row["resolved_issues"] else IssueState.NONE


def has_metadata(wanted, metadata):
    for key, values in wanted.items():
        if metadata is None or key not in metadata:
            return False
        values, value = values if isinstance(values, list) else [values], metadata[key]
        if values and not any(type(value) in (int, float) and type(v) in (int, float) and v == value
                              or type(v) is type(value) and v == value for v in values):
            return False
    return True


def passes(world, options, row):
    tests = {
        "stages": lambda v: row["stage"] in v,
        "datasets": lambda v: row["dataset"] in v,
        "data_units": lambda v: row["data_unit"] in v,
        "assignees": lambda v: (row["assignee"] or 0) in v,
        "last_action_users": lambda v: row["last_action_user"] in v,
        "data_types": lambda v: row["data_type"] in [TYPES[kind] for kind in v],
        "title": lambda v: v.lower() in row["title"].lower(),
        "title_pattern": lambda v: re.search(v, row["title"]),
        "metadata": lambda v: has_metadata(json.loads(v), world.metadata[row["data_unit"]]),
        "statuses": lambda v: STATUSES[row["status"]] & v,
        "derived_statuses": lambda v: DERIVED[row["derived_status"]] & v,
        "issues": lambda v: issue_state(row) & v,
        "priority_least": lambda v: row["priority"] >= v,
        "priority_below": lambda v: row["priority"] < v,
    }
    return all(test(options[name]) for name, test in tests.items() if options.get(name))


def time_of(moment):
    return NEVER if moment is None else moment.timestamp()


KEYS = {
    TaskSort.PRIORITY: lambda row: (-row["priority"], time_of(row["entered"]), row["task"]),
    TaskSort.ENTERED: lambda row: (time_of(row["entered"]), row["task"]),
    TaskSort.TITLE: lambda row: (row["title"].encode(), row["task"]),
    TaskSort.LAST_ACTION: lambda row: (time_of(row["last_action"]), row["task"]),
}


def random_options(world):
    rng = world.rng
    users = [0] + list(world.users.values())
    flags = lambda kind: rng.choice(list(kind)) | rng.choice(list(kind))
    ways = {
        "datasets": lambda: rng.sample(world.datasets, rng.randint(1, 2)),
        "data_units": lambda: rng.choices(world.units(), k=rng.choice((1, 5, 40))),
        "assignees": lambda: rng.sample(users, rng.randint(1, 3)),
        "last_action_users": lambda: rng.sample(users, rng.randint(1, 3)),
        "data_types": lambda: rng.sample(list(TYPES), rng.randint(1, 2)),
        "title": lambda: rng.choice(("img", "IMG_1", "ÄRMEL", "straße_2", ".", "+c", "像", "no such", "9")),
        "title_pattern": lambda: rng.choice(("^img", r"\.jpg$", r"[13]{2}", "(?i)^IMG_0", r"^\d+$", "^straße_(1|29)")),
        "metadata": lambda: rng.choice(('{"site": "a"}', '{"site": ["b", "c"], "batch": 2}', '{"night": true}', '{"weather": []}',
                                        '{"site": null}', '{"nested": []}', '{"batch": [2e0, 3]}', "{}", '{"nothing": []}')),
        "statuses": lambda: flags(TaskStatus), "derived_statuses": lambda: flags(DerivedStatus), "issues": lambda: flags(IssueState),
        "priority_least": lambda: rng.choice((1, 50, 51, 100)), "priority_below": lambda: rng.choice((1, 50, 51, 101)),
    }
    chosen = rng.sample(sorted(ways), rng.choice((0, 1, 1, 2, 3)))
    options = {name: ways[name]() for name in chosen}
    return dict(options, sort=rng.choice(list(TaskSort)), reverse=rng.random() < 0.5)


class TaskLists(unittest.TestCase):
    def each_world(self, tasks, count):
        for number in range(count):
            rng = random.Random("%d.%d.%d" % (SEED, tasks, number))
            with tempfile.TemporaryDirectory() as folder, self.subTest(TEST_SEED=SEED, world=number):
                world = World(folder, rng, tasks)
                world.shuffle()
                yield world
                world.store.close()

    def listed(self, project, limit, options):
        found = []
        for page in project.task_list_pages(limit=limit, **options):
            tasks = list(page.column("task"))
            self.assertLessEqual(len(tasks), limit)
            found += tasks
        return found

    def check(self, world, name, rows, options, limits):
        wanted = sorted((row for row in rows if passes(world, options, row)), key=KEYS[options["sort"]], reverse=options["reverse"])
        for limit in limits:
            found = self.listed(world.projects[name], limit, options)
            self.assertEqual(found, [row["task"] for row in wanted], (name, limit, options))

    def test_every_role(self):
        """Small stores, whoever asks: members, listed members, hidden tasks, the host."""
        for world in self.each_world(tasks=60, count=8):
            for name in world.projects:
                rows, visible = world.seen(name), [row["stage"] for row in world.projects[name].stage_list().to_pylist()]
                for row in world.rng.sample(rows, min(3, len(rows))):
                    self.assertEqual(world.projects[name].task_open(row["task"]).get().to_pylist(), [row])
                self.assertEqual(sorted(world.projects[name].task_list().to_pylist(), key=lambda row: row["task"]), rows)
                for _ in range(12):
                    options = random_options(world)
                    if visible and world.rng.random() < 0.5:
                        options["stages"] = world.rng.sample(visible, world.rng.randint(1, len(visible)))
                    self.check(world, name, rows, options, (world.rng.choice((1, 2, 7)), 1000))
                for key, id in world.stages.items():
                    if id not in visible:
                        with self.assertRaises(annoproj.NotFoundError):
                            world.projects[name].task_list(stages=[id])

    def test_counts_are_those_of_the_lists(self):
        for world in self.each_world(tasks=60, count=4):
            for name, project in world.projects.items():
                for row in project.stage_list().to_pylist():
                    self.assertEqual(row["tasks"], len(self.listed(project, 1000, {"stages": [row["stage"]]})), (name, row["key"]))

    def test_rare_and_frequent(self):
        """More tasks than a page is walked for: what few tasks meet is found the other way, with the same result."""
        for world in self.each_world(tasks=6000, count=1):
            rows = {name: world.seen(name) for name in ("manager", "other")}
            for name in rows:
                for sort in TaskSort:
                    for more in ({}, {"title": "映像1"}, {"title_pattern": "^9"}, {"datasets": world.datasets[2:3]}):
                        self.check(world, name, rows[name], dict(more, sort=sort, reverse=world.rng.random() < 0.5), (997,))
                for _ in range(20):
                    self.check(world, name, rows[name], random_options(world), (world.rng.choice((90, 1000)),))


if __name__ == "__main__":
    unittest.main()
