"""Labels, what of them is published, their reviews, and issues."""

from parts import DONE, HOST, JUDGE, MANY, REVIEW, WORKS_IN, Issue, Label, Published, refuse_if


class Labels:
    """A part of Reference."""

    # ---- labels ----

    def write(self, user, task, put=(), remove=(), version=None):
        """`put` holds (hash, class, frames, boxes, options); `version` None forces."""
        self.enter(user, task)
        refuse_if(CONFLICT=self.others(user, task) or (version is not None and version != task.version),
                  STATE=task.stage.type == DONE or (task.waits and (task.parent is not None or self.begun(task))) or task.stage.type == JUDGE
                  or self.closed(user, self.theirs(user, task)) or self.barred_on_take(user, task))
        refuse_if(NOT_FOUND=any(hash not in task.labels for hash in remove))
        if not task.waits:
            self.take(user, task)
        self.change(user, task, [(one, None) for one in put], remove)

    def change(self, user, task, put, remove):
        """`put`: labels, each with its author; None: who made it before, else the user."""
        for (hash, kind, frames, boxes, options), author in put:
            there = task.labels.get(hash)
            number = there.number if there else task.numbers.get(hash) or next(self.counter)
            if author is None:
                author = there.creator if there else user
            label = Label(number, hash, kind, frozenset(frames), boxes, frozenset(options), author)
            task.labels.pop(hash, None)
            task.labels[hash] = label
            if task.stage.type == REVIEW:
                reviewer = user != HOST and user == task.assignee
                self.set_review(task, task.stage, label, "approved" if reviewer else "new")
        for hash in remove:
            del task.labels[hash]
        if put or remove:
            task.version += 1
            if task.branches:
                self.write_main(task, [one[0] for one, _ in put], remove)

    def titled(self, title):
        """Clones of a data unit have one title."""
        return [task for task in self.tasks.values() if task.title == title and not task.removed and not task.parent]

    def import_labels(self, user, rows, replace):
        """`rows`: (title, labels, each with its author). Wherever the tasks are and whoever has them; nobody works on them by that."""
        self.enter(user, roles=("admin",))
        refuse_if(STATE=self.closed(user))
        found = [self.titled(title) for title, _ in rows]
        refuse_if(DATA=any(len(tasks) != 1 for tasks in found) or len({title for title, _ in rows}) < len(rows))
        written = [(tasks[0], labels) for tasks, (_, labels) in zip(found, rows) if labels or replace]
        refuse_if(STATE=any(task.stage.type == JUDGE or (task.waits and self.begun(task)) for task, _ in written))
        for task, labels in written:
            given = {one[0] for one, _ in labels}
            gone = [hash for hash in task.labels if replace and hash not in given]
            if (labels or gone) and self.lapsed(task):
                self.free(user, task, "lapse")
            self.change(user, task, labels, gone)

    def publish(self, user, task, silently=False, prefix="", makers=None):
        """`makers`: number of a label: whose its change is, if not the user's."""
        def record(kind, label_class, frames, **more):
            if not silently and (frames or not kind.startswith("frames")) and not (prefix == "branch_" and kind == "answer_create"):
                actor = (makers or {}).get(number, user)
                self.record(prefix * (kind != "answer_create") + kind, actor, task, label_class=label_class, frames=frames, **more)

        for label in task.labels.values():
            number = label.number
            one = task.published.get(number)
            if one is None:
                record("label_create", label.kind, len(label.frames))
                for option in label.answers:
                    record("answer_create", label.kind, len(label.frames), option=option)
                task.published[label.number] = Published(label.kind, label.frames, label.answers, ever=label.frames)
                task.numbers[label.hash] = label.number
                continue
            was = one.frames if one.live else frozenset()
            if one.live and (one.kind, one.answers, was) == (label.kind, label.answers, label.frames):
                continue
            common = was & label.frames
            changed = common if one.kind != label.kind or one.answers != label.answers else frozenset()
            record("label_edit", label.kind, len(changed) + len((label.frames - was) & one.ever))
            record("frames_create", label.kind, len(label.frames - one.ever))
            record("frames_delete", label.kind, len(was - label.frames))
            one.kind, one.answers, one.frames, one.live = label.kind, label.answers, label.frames, True
            one.ever |= label.frames
        live = {label.number for label in task.labels.values()}
        for number, one in task.published.items():
            if one.live and number not in live:
                record("label_delete", one.kind, len(one.frames))
                one.live = False

    # ---- reviews ----

    def review_of(self, task, label):
        state = task.reviews.get((task.stage.key, label.number))
        return state[0] if state else "new"

    def set_review(self, task, stage, label, state):
        task.reviews[stage.key, label.number] = [state, label.content()]
        task.last_review[label.number] = state

    def resolve_reviews(self, task):
        """Submitted as mended, wherever it was rejected."""
        for review in task.reviews.values():
            if review[0] == "rejected":
                review[0] = "resolved"
        for number, state in task.last_review.items():
            if state == "rejected":
                task.last_review[number] = "resolved"

    def enter_review(self, task):
        for label in task.labels.values():
            before, content = task.reviews.get((task.stage.key, label.number), (None, None))
            if before == "approved":
                state = "approved" if content == label.content() else "new"
            else:
                state = before if before in ("rejected", "resolved") else "new"
            self.set_review(task, task.stage, label, state)

    def decide_label(self, user, task, hash, how, comment=None):
        self.enter(user, task, WORKS_IN[REVIEW])
        label = task.labels.get(hash)
        state = self.review_of(task, label) if label and task.stage.type == REVIEW else None
        refuse_if(CONFLICT=self.others(user, task), NOT_FOUND=label is None,
                  STATE=task.stage.type != REVIEW or self.closed(user) or self.barred_on_take(user, task)
                  or (how == "reopened" and state not in ("approved", "rejected")))
        self.take(user, task)
        if state != how:
            self.set_review(task, task.stage, label, how)
        of_label = [issue for issue in task.issues if issue.rejection and issue.label == hash]
        if how == "rejected" and of_label:      # put back, never published, it has another number
            of_label[0].number = label.number
        if how == "approved":
            for issue in of_label:
                if not issue.resolved:
                    self.resolve(user, task, issue, True)
        elif how == "rejected" and not of_label:
            self.open_issue(user, task, Issue(0, "label", hash, label.number, label.kind, rejection=True), comment)
        elif how == "rejected":
            if of_label[0].resolved:
                self.resolve(user, task, of_label[0], False)
            if comment:
                self.comment(user, task, of_label[0])

    # ---- issues ----

    def against(self, task, issue):
        one = task.published.get(issue.number)
        return (one.submitter if one and one.at_last_submit else HOST) or task.last_submitter

    def resolve(self, user, task, issue, resolved):
        issue.resolved = resolved
        self.record("issue_resolve" if resolved else "issue_reopen", user, task, credited=self.against(task, issue),
                    label_class=issue.kind)
        self.tell_of_issue(user, task, "resolved" if resolved else "reopened")

    def open_issue(self, user, task, issue, comment):
        task.issues.append(issue)
        self.record("issue_create", user, task, credited=self.against(task, issue), label_class=issue.kind)
        self.tell_of_issue(user, task, "created")
        if comment:
            self.comment(user, task, issue)

    def comment(self, user, task, issue):
        issue.comments += 1
        self.tell_of_issue(user, task, "commented")

    def create_issue(self, user, task, anchor, hash=None, comment=""):
        self.may_view(user, task)
        refuse_if(STATE=self.closed(user) or task.stage.type == MANY or task.parent is not None, NOT_FOUND=anchor == "label" and hash not in task.labels)
        self.come_back(user, task)
        self.sign_of_work(user, task)
        label = task.labels.get(hash) if anchor == "label" else None
        issue = Issue(0, anchor, hash, label.number, label.kind) if label else Issue(0, anchor)
        self.open_issue(user, task, issue, comment)

    def change_issue(self, user, task, issue, how):
        self.may_view(user, task)
        refuse_if(STATE=self.closed(user))
        self.come_back(user, task)
        self.sign_of_work(user, task)
        if how == "comment":
            self.comment(user, task, issue)
        elif issue.resolved != (how == "resolve"):
            self.resolve(user, task, issue, how == "resolve")
