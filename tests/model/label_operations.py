"""Random changes of labels and issues."""

from annoproj import Anchor
from comparing import rows_of
from parts import ANNOTATE, ANNOTATING, HOST, REVIEW


class LabelOperations:
    """A part of Operations."""

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
        task = self.task(user, *ANNOTATING, REVIEW)
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
            if task.removed or self.reference.deleted:
                return
            for issue, row in zip(task.issues, rows_of(self.project.task(HOST, task).issues())):
                issue.id = row["issue"]
        issue, project, reference = task.issues[at], self.project.handle_of(user), self.reference
        ticket, _, guest = self.project.guests.get((user, task.id), (None, None, None))
        project = guest or project

        def does():
            return reference.meet(user, task, lambda user, task: reference.change_issue(user, task, issue, how))

        act = {"comment": lambda **call: project.issue_comment(issue.id, "so?", **call),
               "resolve": lambda **call: project.issue_resolve(issue.id, **call),
               "reopen": lambda **call: project.issue_reopen(issue.id, **call)}[how]
        self.both("issue_%s(user %d, issue %d of task %d)" % (how, user, at, task.id),
                  (lambda: reference.with_ticket(user, task, reference.is_valid(user, ticket), does)) if guest else does, act)
