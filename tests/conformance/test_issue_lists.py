"""Lists of issues against brute force: random issues of random people on tasks in every stage; a list is exactly what single gets
give, filtered here from the words of the specification (§3, §8, §10), however it is cut into pages. TEST_SEED repeats a run."""

import json
import os
import random
import tempfile
import unittest

import annoproj
from annoproj import Anchor, DataType, IssueState, OrgRole, Role

SEED = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
ROLES = {"admin": Role.ADMIN, "manager": Role.TEAM_MANAGER, "reviewer": Role.REVIEWER, "annotator": Role.ANNOTATOR,
         "both": Role.ANNOTATOR_REVIEWER}
WORKFLOW = json.dumps({"start": "a", "stages": [
    {"key": "a", "type": "ANNOTATION", "title": "A", "edges": {"submit": "r"}},
    {"key": "r", "type": "REVIEW", "title": "R", "settings": {"strict_review": False}, "edges": {"approve": "c", "reject": "a"}},
    {"key": "c", "type": "DONE", "title": "C"}]})
ONTOLOGY = json.dumps({"objects": [
    {"id": str(i), "name": name, "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "obj%05d" % i, "attributes": []}
    for i, name in enumerate(("Car", "Van"), 1)], "classifications": []})
WORDS = ("Too large", "ist zu groß", "missing 100%", "a_b", "ÄRMEL", "fine")
ANCHORS = {"data_unit": Anchor.DATA_UNIT, "frame": Anchor.FRAME, "coordinate": Anchor.COORDINATE, "frame_range": Anchor.FRAME_RANGE,
           "label": Anchor.LABEL}


class World:
    def __init__(self, folder, rng):
        self.rng, self.now_us = rng, 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(folder, "issues.annoproj"), clock=lambda: self.now_us, relaxed_durability=True)
        host = self.store.session_open(0)
        self.users = {name: host.user_create("%s@x.org" % name, name, OrgRole.MEMBER) for name in ROLES}
        dataset = host.dataset_create("D")
        host.data_units_add(dataset, titles=["clip %d" % i for i in range(12)], data_types=[DataType.VIDEO] * 12, widths=[100] * 12,
                            heights=[100] * 12, frames=[10] * 12)
        project = host.project_create("P", host.ontology_create("O", ONTOLOGY), WORKFLOW)
        project.attach_dataset(dataset)
        for name, role in ROLES.items():
            project.collaborator_add(self.users[name], role)
        self.tags = [project.issue_tag_create(name) for name in ("dark", "blurred", "odd", "rare")]
        self.project = project
        self.projects = dict({name: self.store.session_open(user).project_open(project.id()) for name, user in self.users.items()},
                             host=project)
        self.stages = {row["key"]: row["stage"] for row in project.stage_list().to_pylist()}
        self.tasks = [row["task"] for row in project.task_list().to_pylist()]
        self.comments = {}
        for number, task in enumerate(self.tasks):
            project.task_open(task).labels_write(
                classes=[1, 2], geometry_starts=[0, 1, 2], frames=[0, 0], coordinate_starts=[0, 4, 8], coordinates=[1, 2, 3, 4] * 2,
                force=True)
        while len(self.comments) < 60:
            self.attempt(self.step)

    @staticmethod
    def attempt(act):
        try:
            act()
        except (annoproj.PermissionError, annoproj.StateError, annoproj.ConflictError, annoproj.NotFoundError, annoproj.InvalidError):
            pass

    def step(self):
        rng, who = self.rng, self.rng.choice(list(self.projects))
        self.now_us += rng.randrange(3)
        task = self.projects[who].task_open(rng.choice(self.tasks))
        how = rng.random()
        if how < 0.4:
            anchor, comment = rng.choice(list(ANCHORS)), rng.choice(WORDS + ("",))
            frame = rng.randrange(10)
            more = {"label": rng.choice(task.labels().to_pylist())["label"]} if anchor == "label" else {}
            issue = task.issue_create(comment, anchor=ANCHORS[anchor], first_frame=frame, last_frame=rng.randrange(frame, 10), x=0.5,
                                      y=0.25, tags=rng.sample(self.tags, rng.randrange(3)), **more)
            self.comments[issue] = [comment]
        elif how < 0.6 and self.comments:
            issue = rng.choice(list(self.comments))
            if rng.random() < 0.5:
                self.projects[who].issue_resolve(issue)
            elif rng.random() < 0.5:
                self.projects[who].issue_reopen(issue)
            else:
                comment = rng.choice(WORDS)
                self.projects[who].issue_comment(issue, comment)
                self.comments[issue].append(comment)
        elif how < 0.7:
            task.initiate()
        elif how < 0.8:
            self.projects["host"].task_open(task.id()).move(rng.choice(list(self.stages.values())))
        elif how < 0.85:
            self.projects["host"].task_open(task.id()).release()

    def viewed(self, who):
        """The issues that single gets give."""
        found = []
        for issue in sorted(self.comments):
            try:
                found += self.projects[who].issues_get([issue]).to_pylist()
            except (annoproj.NotFoundError, annoproj.PermissionError):
                pass
        return found

    def condition(self):
        """Options, and what they mean of a row."""
        rng, creator = self.rng, self.rng.choice([0] + list(self.users.values()))
        text, tags = rng.choice(("groß", "GROSS", "too", "100%", "_", "ärmel", "e", "nothing")), rng.sample(self.tags, rng.randint(1, 2))
        names, tasks = rng.sample(sorted(ANCHORS), rng.randint(1, 3)), rng.sample(self.tasks, rng.randint(1, 5))
        stages, kinds = rng.sample(list(self.stages.values()), rng.randint(1, 2)), rng.sample([1, 2], rng.randint(1, 2))
        after, before = sorted(1_767_603_600_000_000 + rng.randrange(300) for _ in range(2))
        state, wanted = rng.choice(((IssueState.UNRESOLVED, (False,)), (IssueState.RESOLVED, (True,)), (3, (False, True))))
        return rng.choice((
            ({"tasks": tasks}, lambda row: row["task"] in tasks),
            ({"stages": stages}, lambda row: row["stage"] in stages),
            ({"classes": kinds}, lambda row: row["class"] in kinds),
            ({"creators": [creator]}, lambda row: row["creator"] == creator),
            ({"tags": tags}, lambda row: bool(set(tags) & set(row["tag_ids"]))),
            ({"anchors": [ANCHORS[name] for name in names]}, lambda row: row["anchor"] in names),
            ({"text": text}, lambda row: any(text.lower() in one.lower() for one in self.comments[row["issue"]])),
            ({"states": state}, lambda row: row["resolved"] in wanted),
            ({"created_after_us": after, "created_before_us": before},
             lambda row: after <= int(row["created"].timestamp() * 1_000_000 + 0.5) < before)))


class IssueLists(unittest.TestCase):
    def test_lists_are_what_gets_give(self):
        rng = random.Random(SEED)
        found, refused = 0, 0
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder, rng)
            with world.store:
                for who in world.projects:
                    viewed = world.viewed(who)
                    refused += len(world.comments) - len(viewed)
                    self.assertEqual(world.projects[who].issue_list().to_pylist(), viewed, who)
                    for _ in range(40):
                        self.check(world, who, viewed, rng)
                    found += len(viewed)
                self.assertGreater(found, 60)
                self.assertGreater(refused, 0)
                self.assertEqual(world.store.session_open(0).store_check().to_pylist(), [])

    def check(self, world, who, viewed, rng):
        options, conditions = {}, []
        for _ in range(rng.randint(1, 3)):
            option, condition = world.condition()
            if not set(option) & set(options):
                options.update(option)
                conditions.append(condition)
        expected = [row for row in viewed if all(condition(row) for condition in conditions)]
        reverse = rng.random() < 0.5
        what = "seed %d, %s: %r" % (SEED, who, options)
        seen = world.projects[who].task_list().to_pylist()
        unknown = set(options.get("tasks", ())) - {row["task"] for row in seen}
        hidden = set(options.get("stages", ())) - {row["stage"] for row in world.projects[who].stage_list().to_pylist()}
        if unknown or hidden:
            with self.assertRaises(annoproj.NotFoundError, msg=what):
                world.projects[who].issue_list(**options)
            return
        pages = list(world.projects[who].issue_list_pages(limit=rng.choice((1, 2, 7, 1000)), reverse=reverse, **options))
        self.assertEqual([row for page in pages for row in page.to_pylist()], expected[::-1] if reverse else expected, what)

    def test_what_cannot_be_listed(self):
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder, random.Random(SEED))
            with world.store:
                project = world.project
                page = project.issue_list(limit=1).next_page()
                for options in ({"states": IssueState.NONE}, {"anchors": [9]}, {"limit": 10001}, {"limit": -1}, {"page": "x"},
                                {"page": page, "limit": 1, "reverse": True}, {"page": page, "tags": world.tags}, {"created_after_us": -1}):
                    with self.assertRaises(annoproj.InvalidError, msg=repr(options)):
                        project.issue_list(**options)
                for options in ({"tasks": [world.tasks[0] + 1000]}, {"stages": [world.stages["a"] + 1000]}, {"classes": [99]},
                                {"creators": [99]}, {"tags": [99]}, {"tasks": [1]}):
                    with self.assertRaises(annoproj.NotFoundError, msg=repr(options)):
                        project.issue_list(**options)
                self.assertEqual(len(project.issue_list(limit=1, page=page).to_pylist()), 1)
                removed = world.tasks[0]
                of_it = [row for row in project.issue_list().to_pylist() if row["task"] == removed]
                self.assertTrue(of_it or project.task_open(removed).issue_create("now"))
                project.detach_dataset(1)
                self.assertEqual(project.issue_list().to_pylist(), [])   # as no task is there, and no get finds one


if __name__ == "__main__":
    unittest.main()
