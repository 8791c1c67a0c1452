"""The reports as functions of what happened, by the words of the specification; no share of code with the library or the recount."""

from parts import ANNOTATE, ANNOTATING, HOST, JUDGE, MANY, REVIEW, REVIEWING


def half_up(microseconds):
    return (2 * microseconds + 1_000_000) // 2_000_000


def rate(part, whole):
    return part / whole if whole else None


def both(kind):
    """Of a task, and of a branch."""
    return kind, "branch_" + kind


class Window:
    """What a query lets through. `people` None = everybody."""

    def __init__(self, reference, after=0, before=None, people=None, datasets=None, stages=None, classes=None, frames=False):
        self.reference, self.after, self.before, self.people = reference, after, before, people
        self.datasets, self.stages, self.classes, self.frames = datasets, stages, classes, frames
        self.within = [one for one in reference.happened if self.holds(one)]

    def holds(self, one):
        if self.datasets and one.task.dataset not in self.datasets:
            return False
        if one.kind == "time":
            return one.time + one.duration > self.after and (self.before is None or one.time < self.before)
        return one.time >= self.after and (self.before is None or one.time < self.before)

    def by(self, user):
        return self.people is None or user in self.people

    def pick(self, *kinds, person=None, credited=None, types=None, stages=None):
        stages = self.stages if stages is None else stages
        for one in self.within:
            if one.kind not in kinds or (types and one.stage.type not in types) or (stages and one.stage.id not in stages):
                continue
            if credited is None and (not self.by(one.actor) or (person is not None and one.actor != person)):
                continue
            if credited is not None and (not self.by(one.credited) or one.credited != credited):
                continue
            if one.label_class and self.classes and one.label_class not in self.classes:
                continue
            yield one

    def labels(self, *kinds, **which):
        """In the query's unit."""
        found = self.pick(*kinds, **which)
        return sum(one.frames for one in found) if self.frames else sum(1 for one in found)

    def tasks(self, *kinds, **which):
        return sum(1 for one in self.pick(*kinds, **which))

    def time(self, *types, **which):
        total = 0
        for one in self.pick("time", types=types or None, **which):
            end = one.time + one.duration
            total += (end if self.before is None else min(end, self.before)) - max(one.time, self.after)
        return total

    # ---- the reports ----

    def task_actions(self):
        return [self.tasks(kind) for kind in ("submit", "skip", "approve", "reject", "assign", "release", "move", "reopen")]

    def label_actions(self):
        return [self.labels(*kinds) for kinds in (("label_submit", "main_label_submit"), ("label_approved",), ("label_rejected",))]

    def time_spent(self):
        annotate, review, total = self.time(*ANNOTATING), self.time(*REVIEWING), self.time()
        return [half_up(annotate), half_up(review), half_up(total - annotate - review), half_up(total)]

    def created(self, frames, **which):
        return self.labels("label_create", *(["frames_create"] if frames else []), **which)

    def ontology_actions(self, features):
        """One line for each class and option: feature number: (created, approved, rejected)."""
        rows = {}
        for feature, parent in features.items():
            rows[feature] = [0, 0, 0]
            for at, kind in enumerate(("create", "approved", "rejected")):
                created = ["label_create", "main_label_create"] + (["frames_create", "main_frames_create"] if self.frames else [])
                for one in self.pick(*(created if kind == "create" and parent is None else [("label_" if parent is None else "answer_") + kind])):
                    if (one.option if parent is not None else one.label_class) == feature:
                        rows[feature][at] += one.frames if self.frames else 1
        return rows

    def split(self):
        """Of the stage filter: annotation stages, review stages; one that names none of a kind leaves that kind whole."""
        by_type = {ANNOTATE: set(), REVIEW: set(), MANY: set(), JUDGE: set()}
        for stage in self.reference.stages.values():
            if self.stages and stage.id in self.stages and stage.type in by_type:
                by_type[stage.type].add(stage.id)
        return by_type[ANNOTATE] | by_type[MANY], by_type[REVIEW] | by_type[JUDGE]

    def annotators(self):
        rows = {}
        work, decisions = self.split()
        for user in self.everybody():
            own = {"person": user, "types": ANNOTATING, "stages": work}
            given = {"credited": user, "stages": decisions}
            submitted, rejected = self.tasks("submit", **own), self.tasks("reject", "branch_reject", **given)
            time, labels = self.time(*ANNOTATING, person=user, stages=work), self.labels("label_rejected", **given)
            extra = (both("frames_create"), both("frames_delete")) if self.frames else ((), ())
            row = [submitted, self.tasks("skip", **own), self.tasks("approve", "branch_approve", **given), rejected, rate(rejected, submitted),
                   self.labels(*both("label_create"), *extra[0], **own), self.labels(*both("label_edit"), **own),
                   self.labels(*both("label_delete"), *extra[1], **own), self.labels("label_approved", **given), labels,
                   rate(labels, self.labels(*both("label_submit"), **own)), half_up(time), rate(time / 1e6, submitted)]
            if not self.frames:
                row.append(sum(1 for one in self.pick("issue_create", "issue_resolve", "issue_reopen", **given)
                               if one.actor != user))
            rows[user] = row
        return {user: row for user, row in rows.items() if any(row)}

    def reviewers(self):
        rows = {}
        _, chosen = self.split()
        for user in self.everybody():
            own = {"person": user, "types": REVIEWING, "stages": chosen}
            approved, rejected = self.tasks("approve", **own), self.tasks("reject", **own)
            time = self.time(*REVIEWING, person=user, stages=chosen)
            extra = ("frames_create",) if self.frames else (), ("frames_delete",) if self.frames else ()
            good, bad = self.labels("label_approved", **own), self.labels("label_rejected", **own)
            row = [approved, rejected, rate(rejected, approved + rejected),
                   self.labels("label_create", *extra[0], **own), self.labels("label_edit", **own),
                   self.labels("label_delete", *extra[1], **own), good, bad, half_up(time), rate(time / 1e6, good + bad),
                   rate(time / 1e6, approved + rejected)]
            if not self.frames:
                row.append(self.tasks("issue_create", "issue_resolve", "issue_reopen", **own))
            rows[user] = row
        return {user: row for user, row in rows.items() if any(row)}

    def everybody(self):
        return sorted(({one.actor for one in self.within} | {one.credited for one in self.within}) - {HOST})
