"""Reports of the library against the same figures counted from what happened."""

import collections

import annoproj
from comparing import rows_of
from figures import Window
from parts import HOST


EVENTS = {"assign": "task_assign", "release": "task_release", "submit": "task_submit", "skip": "task_skip", "approve": "task_approve",
          "reject": "task_reject", "move": "task_move", "reopen": "task_reopen", "pathway": "task_pathway", "lapse": "task_lapse",
          "time": "time_spent", "label_create": "label_create", "label_edit": "label_edit", "label_delete": "label_delete",
          "frames_create": "label_frames_create", "frames_delete": "label_frames_delete", "label_submit": "label_submit",
          "label_approved": "label_approve", "label_rejected": "label_reject", "answer_create": "answer_create",
          "answer_approved": "answer_approve", "answer_rejected": "answer_reject", "issue_create": "issue_create",
          "branch_approve": "branch_approve", "branch_reject": "branch_reject",
          "issue_resolve": "issue_resolve", "issue_reopen": "issue_reopen", "ticket_use": "ticket_use"}

EVENTS.update({prefix + kind: prefix + EVENTS[kind] for prefix in ("branch_", "main_") for kind in
               ("label_create", "label_edit", "label_delete", "frames_create", "frames_delete", "label_submit")})


def compare_events(project):
    """The log holds exactly what happened, each thing once."""
    found, kinds = collections.Counter(), set(EVENTS.values())
    for table in project.host.events(0):
        found.update((row["kind"], row["time"], row["actor"], row["credited"] or HOST, row["task"], row["class"] or 0, row["answer"] or 0,
                   row["frames"], row["duration"]) for row in rows_of(table) if row["kind"] in kinds)
    wanted = collections.Counter((EVENTS[one.kind], one.time, one.actor, one.credited, one.task.id, one.label_class, one.option, one.frames, one.duration)
              for one in project.reference.happened)
    project.expect("events: too many, too few", (sorted((found - wanted).elements()), sorted((wanted - found).elements())), ([], []))


class Reporting:
    """A part of Operations."""

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
        if random.random() < 0.4 and reference.once_attached:
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


def same_row(found, wanted):
    """Rates and averages may differ by what they are rounded to: a microsecond."""
    return len(found) == len(wanted) and all(
        a == b or (None not in (a, b) and abs(a - b) < 2e-6) for a, b in zip(found, wanted))
