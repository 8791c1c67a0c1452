"""Random changes of labels and issues."""

import io
import json

from annoproj import Anchor
from comparing import rows_of
from parts import AGENT, ANNOTATE, ANNOTATING, HOST, REVIEW


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

    # ---- imports ----

    def import_labels(self):
        """Label rows of some tasks, in any stage; now and then one that says nothing."""
        random, user = self.random, self.user(AGENT)
        tasks = [task for task in self.reference.tasks.values() if not task.parent and (not task.removed or random.random() < 0.05)]
        tasks = random.sample(tasks, min(len(tasks), random.randint(1, 3)))
        tasks += tasks[:1] * (random.random() < 0.02)
        rows, replace = [], random.random() < 0.4
        for task in tasks:
            labels = {one[0]: one for one in (self.new_label(task) for _ in range(random.choice((0, 1, 2, 3))))}
            order = sorted(labels.values(), key=lambda one: one[1] == self.world.weather)     # that of their answers
            rows.append((task, [((*one[:3], normalised(one[3]), one[4]), random.choice((None, *self.world.users))) for one in order]))
        self.touched = [one for task in {task.title: task for task in tasks}.values() for one in self.reference.titled(task.title)]
        handle = self.project.handle_of(user)
        text = json.dumps([self.label_row(*row) for row in rows]).encode()
        authors = [(task.title, [(one, user if author is None else author) for one, author in labels]) for task, labels in rows]
        result, _ = self.both("import_labels(user %d, %r, replace=%r)" % (user, [(task.id, labels) for task, labels in rows], replace),
                              lambda: self.reference.import_labels(user, authors, replace),
                              lambda **call: handle.import_labels(read=io.BytesIO(text).read, replace=replace, **call))
        if result is not None:
            self.project.expect("import", rows_of(result), [{
                "images": len(rows), "tasks": sum(bool(labels) for _, labels in rows), "labels": sum(len(labels) for _, labels in rows), "repeated": 0}])

    def label_row(self, task, labels):
        """As the product writes it: labels stand on each of their frames, those of a whole picture on none, answers beside."""
        world, frames = self.world, {}
        answered = {"object_answers": {}, "classification_answers": {}}
        for (hash, kind, on, boxes, options), author in labels:
            known = {"featureHash": world.hashes[kind], "createdBy": world.email_of.get(author, "who@elsewhere.org")}
            answers = [{"featureHash": world.hashes[world.attributes[kind]], "answers": [{"featureHash": world.hashes[one]} for one in options]}]
            whole = kind == world.weather and task.frames == 1
            for at, frame in enumerate(() if whole else on):
                there = frames.setdefault(str(frame), {"objects": [], "classifications": []})
                if kind == world.weather:
                    there["classifications"].append(dict(known, classificationHash=hash))
                else:
                    there["objects"].append(dict(known, objectHash=hash, boundingBox=dict(zip("xywh", boxes[at]))))
            answered["classification_answers" if kind == world.weather else "object_answers"][hash] = dict(
                {"classificationHash": hash, "featureHash": known["featureHash"]} if kind == world.weather else {"objectHash": hash},
                classifications=answers if options else [], **(dict(known, range=[]) if whole else {}))
        picture = frames.get("0", {"objects": [], "classifications": []})
        return {"data_title": task.title, "data_type": task.unit.data_type, "data_units": {"unit": {"labels": picture if task.frames == 1 else frames}},
                **answered}

    # ---- reviews and issues ----

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


def normalised(boxes):
    """Of units that are 100 x 100."""
    return tuple(tuple(round(value / 100, 6) for value in box) for box in boxes)
