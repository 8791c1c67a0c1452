"""Time spent against a union of intervals kept here, from the words of the specification (§11): random reports and heartbeats of
several people on tasks of two projects that come and go between stages, whole days apart, out of order and late. TEST_SEED repeats a run."""

import datetime
import json
import os
import random
import tempfile
import unittest
from collections import Counter

import annoproj
from annoproj import Bucket, OrgRole, Role, Setting

SEED = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
SECOND, DAY, NEVER = 1_000_000, 86_400_000_000, 1 << 62
BEGIN = 1_767_603_600_000_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
WORKFLOW = json.dumps({"start": "a", "stages": [
    {"key": "a", "type": "ANNOTATION", "title": "A", "edges": {"submit": "r"}},
    {"key": "r", "type": "REVIEW", "title": "R", "settings": {"strict_review": False}, "edges": {"approve": "c", "reject": "a"}},
    {"key": "c", "type": "DONE", "title": "C"}]})
KIND = {"a": "annotate", "r": "review", "c": "other"}


class Oracle:
    """What is recorded, as (user, task, stage, from, until)."""

    def __init__(self):
        self.covered, self.stays, self.beats, self.pieces = {}, {}, {}, []

    def stay(self, task, at):
        """When the stay at that time ends, and its stage; before the first stay that one."""
        stays = self.stays[task] + [(NEVER, None)]
        return [(left, stage) for (entered, stage), (left, _) in zip(stays, stays[1:]) if entered <= max(at, stays[0][0])][-1]

    def report(self, user, task, start, end):
        start = max(start, self.stays[task][0][0])
        left, stage = self.stay(task, start)
        free = [(start, min(end, left))]
        for a, b in self.covered.setdefault(user, []):
            free = [piece for f, u in free for piece in ((f, min(u, a)), (max(f, b), u)) if piece[0] < piece[1]]
        self.covered[user] += [piece for piece in free if piece[0] < piece[1]]
        for f, u in free:
            while f < u:
                midnight = min(u, (f // DAY + 1) * DAY)
                self.pieces.append((user, task, stage, f, midnight))
                f = midnight
        return sum(u - f for f, u in free if f < u)

    def beat(self, user, task, at, limit):
        last, left = self.beats.get((user, task), (at, NEVER))
        if at < last:
            return 0
        self.beats[user, task] = (at, self.stay(task, at)[0])
        end = min(at, last + limit, left)
        return self.report(user, task, last, end) if end > last else 0

    def go_on(self, task, stage, at):
        """Beats in the stay that ends count up to here."""
        self.beats.update({key: (last, at) for key, (last, left) in self.beats.items() if key[1] == task and left == NEVER})
        self.stays.setdefault(task, []).append((at, stage))


class World:
    def __init__(self, folder, rng):
        self.rng, self.now_us, self.oracle = rng, BEGIN, Oracle()
        self.store = annoproj.create(os.path.join(folder, "time.annoproj"), clock=lambda: self.now_us, relaxed_durability=True)
        self.host = self.store.session_open(0)
        self.users = [self.host.user_create("u%d@x.org" % i, "u", OrgRole.MEMBER) for i in range(3)]
        dataset = self.host.dataset_create("D")
        self.host.data_units_add(dataset, titles=["f%d" % i for i in range(4)], widths=[9] * 4, heights=[9] * 4)
        ontology = self.host.ontology_create("O", '{"objects": [], "classifications": []}')
        self.projects = [self.host.project_create("P%d" % i, ontology, WORKFLOW) for i in range(2)]
        self.handles, self.stages, self.limits = {}, {}, {}
        for project in self.projects:
            project.attach_dataset(dataset)
            self.stages.update({row["stage"]: row["key"] for row in project.stage_list().to_pylist()})
            self.limits[project.id()] = 60 * SECOND
            for user in self.users:
                project.collaborator_add(user, Role.TEAM_MANAGER)
                own = self.store.session_open(user).project_open(project.id())
                for row in project.task_list().to_pylist():
                    self.handles[user, row["task"]] = own.task_open(row["task"])
        self.tasks = sorted({task for _, task in self.handles})
        for task in self.tasks:
            self.oracle.go_on(task, "a", BEGIN)

    def start(self):
        """Where a report begins: around now, around midnight, at an edge of what was reported or of a stay, long ago."""
        rng, edges = self.rng, [at for piece in self.oracle.pieces[-20:] for at in piece[3:]]
        edges += [at for stays in self.oracle.stays.values() for at, _ in stays] + [self.now_us // DAY * DAY]
        near = rng.choice(edges) + rng.choice((0, 0, 1, -1, rng.randrange(-90, 90) * SECOND))
        return rng.choice((near, near, self.now_us - rng.randrange(3 * 3600) * SECOND, self.now_us - rng.randrange(40 * DAY)))

    def step(self):
        rng = self.rng
        self.now_us += rng.choice((0, 1, SECOND, 59_999_999, 60_000_000, 60_000_001, rng.randrange(600) * SECOND, rng.randrange(DAY)))
        user, task = rng.choice(self.users), rng.choice(self.tasks)
        handle, how = self.handles[user, task], rng.random()
        if how < 0.6:
            start = self.start()
            end = start + rng.choice((0, 1, SECOND, rng.randrange(300) * SECOND, rng.randrange(2 * DAY)))
            end = rng.choice((end, self.now_us + 5 * SECOND, self.now_us + 5 * SECOND + 1)) if end > self.now_us else end
            bad = end > self.now_us + 5 * SECOND or start < self.now_us - 30 * DAY or start < 0 or end < start
            self.expect(bad, lambda: handle.report_time([start], [end - start]), lambda: self.oracle.report(user, task, start, end))
        elif how < 0.8:
            at = rng.choice((self.now_us, self.now_us, self.now_us - rng.randrange(120) * SECOND, self.now_us + 5 * SECOND))
            self.expect(False, lambda: handle.heartbeat(at if at != self.now_us else 0),
                        lambda: self.oracle.beat(user, task, at, self.limits[task >> 32]))
        elif how < 0.98:
            self.go_on(handle, task)
        else:                                                    # what was recorded stays as it is
            project = rng.choice(self.projects)
            self.limits[project.id()] = rng.choice((1, 10, 60, 300)) * SECOND
            project.setting_set(Setting.IDLE_LIMIT_US, self.limits[project.id()])

    def expect(self, bad, act, model):
        try:
            found = act()
        except annoproj.InvalidError:
            found = None
        expected = None if bad else model()
        assert found == expected, "seed %d: recorded %r, the intervals say %r" % (SEED, found, expected)

    def go_on(self, handle, task):
        self.now_us += 1
        stage = self.oracle.stays[task][-1][1]
        if stage == "a":
            handle.submit()
        elif stage == "r":
            self.rng.choice((handle.approve, handle.reject))()
        else:
            handle.reopen()
        now = self.stages[handle.get().to_pylist()[0]["stage"]]
        self.oracle.go_on(task, now, self.now_us)
        self.now_us += 1


class Time(unittest.TestCase):
    def test_reports_are_the_union(self):
        """Lesson of peers 15."""
        rng = random.Random(SEED)
        with tempfile.TemporaryDirectory() as folder:
            world = World(folder, rng)
            with world.store:
                for _ in range(800):
                    world.step()
                self.assertGreater(len(world.oracle.pieces), 100)
                self.check_pieces(world)
                for project in world.projects:
                    self.check_days(world, project)
                self.assertEqual(world.host.store_check().to_pylist(), [])

    def check_pieces(self, world):
        """The events are these pieces, none longer than a day or across midnight, none of a user's twice."""
        found = []
        for project in world.projects:
            for table in project.events(0):
                found += [(row["actor"], row["task"], world.stages[row["stage"]], at, at + row["duration"]) for row in table.to_pylist()
                          if row["kind"] == "time_spent" for at in [(row["time"] - EPOCH) // datetime.timedelta(microseconds=1)]]
        self.assertEqual(sorted(found), sorted(world.oracle.pieces), "seed %d" % SEED)
        for user in world.users:
            own = sorted((f, u) for actor, _, _, f, u in found if actor == user)
            self.assertTrue(all(b <= c for (_, b), (c, _) in zip(own, own[1:])), "seed %d" % SEED)
        self.assertTrue(all(f // DAY == (u - 1) // DAY for _, _, _, f, u in found), "seed %d" % SEED)

    def check_days(self, world, project):
        """In the bucket of the activity, by kind of stage; seconds are rounded half up for each cell."""
        sums = Counter()
        for _, task, stage, f, u in world.oracle.pieces:
            if task >> 32 == project.id():
                sums[f // DAY, KIND[stage]] += u - f
                sums[f // DAY, "total"] += u - f
        with project.query_open(bucket=Bucket.DAY, before_us=world.now_us + DAY) as query:
            rows = query.time_spent().to_pylist()
        for row in rows:
            day = (row["bucket"] - EPOCH) // datetime.timedelta(days=1)
            for kind in ("annotate", "review", "other", "total"):
                self.assertEqual(row[kind], (sums.pop((day, kind), 0) + SECOND // 2) // SECOND, "seed %d: %s" % (SEED, row["bucket"]))
        self.assertFalse({key: value for key, value in sums.items() if value * 2 >= SECOND}, "seed %d" % SEED)


if __name__ == "__main__":
    unittest.main()
