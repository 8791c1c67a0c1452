"""The package on a real store: methods, tables with the declared columns, closed handles, closing in any order."""

import datetime
import gc
import json
import os
import random
import tempfile
import threading
import unittest

import annoproj
from annoproj import _convert

WORKFLOW = json.dumps(
    {
        "start": "annotate",
        "stages": [
            {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},
            {
                "key": "review",
                "type": "REVIEW",
                "title": "Review",
                "edges": {"approve": "complete", "reject": "annotate"},
            },
            {"key": "complete", "type": "DONE", "title": "Complete"},
        ],
    }
)
ONTOLOGY = json.dumps(
    {
        "objects": [
            {"id": "1", "name": "Cat", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "AbCdEfGh"}
        ],
        "classifications": [],
    }
)


class Team:
    """A store with a project of three tasks and an annotator."""

    def __init__(self, folder, **options):
        self.path = os.path.join(folder, "team.annoproj")
        self.store = annoproj.create(self.path, **options)
        self.host = self.store.session_open(0)
        self.user = self.host.user_create("ann@example.org", "Ann", annoproj.OrgRole.MEMBER)
        self.dataset = self.host.dataset_create("cats")
        self.host.data_units_add(self.dataset, titles=["a.png", "ö.png", "c.png"], widths=[640] * 3, heights=[480] * 3)
        self.ontology = self.host.ontology_create("things", ONTOLOGY)
        self.project = self.host.project_create("project", self.ontology, WORKFLOW)
        self.project.attach_dataset(self.dataset)
        self.project.collaborator_add(self.user, annoproj.Role.ANNOTATOR)
        self.session = self.store.session_open(self.user)
        self.own = self.session.project_open(self.project.id())
        self.stage = self.own.stage_open("annotate")


class StoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)


class Methods(StoreTest):
    def test_tables_have_the_declared_columns(self):
        team = Team(self.folder.name)
        task = team.stage.start_next().task
        query = team.project.query_open()
        host, project = team.host, team.project
        tables = [
            annoproj.operations(),
            host.store_info(),
            host.store_check(),
            host.user_list(),
            host.user_get(team.user),
            host.users_get([team.user]),
            host.dataset_list(),
            host.data_unit_list(team.dataset),
            host.ontology_list(),
            host.ontology_features(team.ontology),
            host.project_list(),
            project.get(),
            project.datasets(),
            project.tabs(),
            project.collaborator_list(),
            project.stage_list(),
            project.task_list(),
            task.get(),
            task.labels(),
            task.geometry(annoproj.Unit.PIXELS),
            task.answers(),
            task.issues(),
            task.comments(),
            query.task_actions(),
            query.time_spent(),
            query.label_actions(),
            query.ontology_actions(),
            query.annotators(),
            query.annotators_by_frame(),
            query.reviewers(),
            query.reviewers_by_frame(),
            project.overview(),
            project.tasks_by_stage(),
        ] + list(project.events(0))
        seen = set()
        for table in tables:
            with self.subTest(type(table).__name__):
                self.assertEqual(
                    table.row_type(), "".join("_" + c.lower() if c.isupper() else c for c in table.ROW.__name__)[1:]
                )
                self.assertEqual(table.column_names, [name for name, _ in table.COLUMNS])
                self.assertEqual(len(table.rows()), len(table))
                self.assertEqual(len(json.loads(table.json())), len(table))
                for name, kind in table.COLUMNS:
                    self.assertEqual(annoproj.ColumnType(table.column_info(name).type).name.lower(), kind)
                seen.add(table.row_type())
        self.assertGreater(len(seen), 24)

    def test_start_next(self):
        team = Team(self.folder.name)
        tasks = []
        while True:
            task, reason = team.stage.start_next()
            if task is None:
                break
            self.assertIs(reason, annoproj.QueueReason.FOUND)
            tasks.append(task.id())
            task.submit()
        self.assertEqual(reason, annoproj.QueueReason.EMPTY)
        self.assertEqual(sorted(tasks), sorted(team.project.task_list().column("task").tolist()))
        self.assertEqual(
            [row.title for row in team.project.tasks_get(tasks[:2])],
            [row.title for task in tasks[:2] for row in team.project.task_open(task).get()],
        )

    def test_texts_and_pages(self):
        team = Team(self.folder.name)
        self.assertEqual([row.title for row in team.host.data_unit_list(team.dataset)], ["a.png", "ö.png", "c.png"])
        pages = list(team.host.data_unit_list_pages(team.dataset, limit=2))
        self.assertEqual([len(page) for page in pages], [2, 1])
        self.assertEqual(json.loads(team.host.ontology_json(team.ontology))["objects"][0]["name"], "Cat")
        self.assertIn("digraph", team.project.workflow_dot())

    def test_clock_and_random_are_the_hosts(self):
        now = datetime.datetime(2024, 5, 1, tzinfo=datetime.timezone.utc)
        source = random.Random(7)
        team = Team(
            self.folder.name,
            clock=lambda: now,
            random=(
                source.randbytes
                if hasattr(source, "randbytes")
                else lambda length: bytes(source.getrandbits(8) for _ in range(length))
            ),
        )
        self.assertEqual(team.host.user_list()[0].created, now)
        gc.collect()
        self.assertEqual(team.own.get()[0].created, now)

    def test_broken_clock(self):
        def broken():
            raise ZeroDivisionError("no time")

        path = os.path.join(self.folder.name, "broken.annoproj")
        with self.assertRaises(ZeroDivisionError):
            with annoproj.create(path, clock=broken) as store:
                store.session_open(0).user_create("a@example.org", "A", annoproj.OrgRole.MEMBER)

    def test_request_key(self):
        team = Team(self.folder.name)
        first = team.host.dataset_create("x", request_key="once")
        self.assertEqual(team.host.dataset_create("x", request_key="once"), first)
        with self.assertRaises(annoproj.ConflictError):
            team.host.dataset_create("y", request_key="once")

    def test_cancelled_and_late_calls(self):
        team = Team(self.folder.name)
        cancel = annoproj.cancel_new()
        cancel.trigger()
        for use in (team.host.user_list, team.host.store_info, team.project.task_list, team.stage.start_next):
            with self.assertRaises(annoproj.CancelledError):
                use(cancel=cancel)

    def test_permission(self):
        team = Team(self.folder.name)
        with self.assertRaises(annoproj.PermissionError):
            team.session.user_create("b@example.org", "B", annoproj.OrgRole.MEMBER)
        self.assertFalse(team.session.can(team.own, annoproj.Operation.EXPORT))
        self.assertTrue(team.host.can(None, annoproj.Operation.USER_MANAGE))

    def test_export_to_a_callback(self):
        team = Team(self.folder.name)
        parts = []
        self.assertEqual(team.project.export_coco(write=parts.append), 0)
        self.assertEqual(len(json.loads(b"".join(parts))["images"]), 3)

        def full(data):
            raise OSError("the pipe is closed")

        with self.assertRaisesRegex(OSError, "the pipe is closed"):
            team.project.export_coco(write=full)

    def test_zone_boundaries(self):
        berlin = [
            datetime.datetime(2024, 3, 30, 23, tzinfo=datetime.timezone.utc),
            datetime.datetime(2024, 4, 1, 12, tzinfo=datetime.timezone.utc),
        ]
        made = annoproj.zone_boundaries("Europe/Berlin", *berlin)
        hours = [(after - before) / 3600e6 for before, after in zip(made, made[1:])]
        self.assertEqual(hours, [23.0, 14.0])
        self.assertEqual(_convert.moment(made[0]), berlin[0])
        months = annoproj.zone_boundaries(
            datetime.timezone.utc,
            datetime.datetime(2024, 1, 15, tzinfo=datetime.timezone.utc),
            datetime.datetime(2024, 3, 2, tzinfo=datetime.timezone.utc),
            "month",
        )
        self.assertEqual([_convert.moment(at).strftime("%m-%d") for at in months], ["01-15", "02-01", "03-01", "03-02"])
        team = Team(self.folder.name)
        table = team.project.query_open(bucket=annoproj.Bucket.EXPLICIT, boundaries_us=made).task_actions()
        self.assertEqual(len(table), 2)
        with self.assertRaises(ValueError):
            annoproj.zone_boundaries("Europe/Berlin", berlin[1], berlin[0])


class Closing(StoreTest):
    def test_closed_handles_raise(self):
        team = Team(self.folder.name)
        task = team.stage.start_next().task
        for handle, use in (
            (task, task.get),
            (team.stage, team.stage.start_next),
            (team.own, team.own.get),
            (team.session, team.session.project_list),
            (team.store, lambda: team.store.session_open(0)),
        ):
            handle.close()
            handle.close()
            self.assertTrue(handle.closed)
            with self.assertRaises(annoproj.InvalidError):
                use()

    def test_any_order(self):
        for seed in range(20):
            chance = random.Random(seed)
            with tempfile.TemporaryDirectory() as folder:
                team = Team(folder)
                handles = [
                    team.store,
                    team.host,
                    team.project,
                    team.session,
                    team.own,
                    team.stage,
                    team.stage.start_next().task,
                    team.project.query_open(),
                    team.project.events(0),
                    team.host.user_list(),
                ]
                chance.shuffle(handles)
                for handle in handles:
                    handle.close()
                self.assertEqual(
                    os.listdir(folder),
                    [name for name in os.listdir(folder) if not name.endswith(("-wal", "-shm"))],
                    "seed %d" % seed,
                )

    def test_handles_that_outlive_the_store(self):
        team = Team(self.folder.name)
        table = team.host.user_list()
        team.store.close()
        with self.assertRaises(annoproj.StateError):
            team.host.user_list()
        self.assertEqual(table[0].email, "ann@example.org")

    def test_clock_outside_of_every_calendar(self):
        path = os.path.join(self.folder.name, "clock.annoproj")
        now = [2**63 - 1]
        for time in (2**63 - 1, -(2**63), 253402300800000000, -62135596800000001):
            now[0] = time
            with self.assertRaises(annoproj.CallbackError):
                annoproj.create(path, clock=lambda: now[0])
            self.assertFalse(os.path.exists(path))
        now[0] = 253402300799999999
        with annoproj.create(path, clock=lambda: now[0]) as store, store.session_open(0) as host:
            self.assertEqual(host.store_info()[0].created.year, 9999)

    def test_path_that_is_no_utf8(self):
        path = os.path.join(os.fsencode(self.folder.name), b"caf\xe9.annoproj")
        with annoproj.create(path) as store, store.session_open(0) as host:
            self.assertTrue(host.store_info()[0].path.endswith("/caf\ufffd.annoproj"))
            self.assertTrue(host.store_backup(path + b".copy")[0].path.endswith("/caf\ufffd.annoproj.copy"))
        self.assertTrue(os.path.exists(path + b".copy"))

    def test_timeouts(self):
        store = Team(self.folder.name).store
        for timeout in (None, float("inf"), 1e300, datetime.timedelta.max, 60):
            store.wait(0, timeout=timeout)
        for timeout in (-1, float("nan"), float("-inf"), datetime.timedelta(-1)):
            with self.assertRaises(ValueError):
                store.wait(0, timeout=timeout)
        with self.assertRaises(annoproj.TimeoutError):
            store.wait(0, timeout=0)

    def test_close_ends_a_wait(self):
        team = Team(self.folder.name)
        seen, ended = team.store.wait(0), []

        def wait():
            try:
                team.store.wait(seen, timeout=None)
            except (annoproj.StateError, annoproj.InvalidError) as error:  # INVALID: it was closed before the wait began
                ended.append(error)

        waiting = threading.Thread(target=wait, daemon=True)
        waiting.start()
        team.store.close()
        waiting.join(60)
        self.assertEqual(len(ended), 1)

    def test_children_keep_the_store(self):
        path = os.path.join(self.folder.name, "kept.annoproj")
        session = annoproj.create(path).session_open(0)
        gc.collect()
        self.assertEqual(len(session.user_list()), 0)

    def test_collected_in_a_circle(self):
        team = Team(self.folder.name)
        team.circle = team
        path = team.path
        del team
        gc.collect()
        with annoproj.open(path) as store, store.session_open(0) as host:
            self.assertEqual(len(host.user_list()), 1)


if __name__ == "__main__":
    unittest.main()
