"""Labels, what of them is published, their reviews, and issues."""

from parts import HOST, REVIEW, WORKS_IN, DONE, Issue, Label, Published, refuse_if


class Labels:
    """A part of Reference."""

    # ---- labels ----

    def write(self, user, task, put=(), remove=(), version=None):
        """`put` holds (hash, class, frames, boxes, options); `version` None forces."""
        self.enter(user, task)
        refuse_if(CONFLICT=self.others(user, task) or (version is not None and version != task.version),
                  STATE=task.stage.type == DONE or self.closed(user, task.assignee == user) or self.barred_on_take(user, task))
        refuse_if(NOT_FOUND=any(hash not in task.labels for hash in remove))
        self.take(user, task)
        for hash, kind, frames, boxes, options in put:
            there = task.labels.get(hash)
            number = there.number if there else task.numbers.get(hash) or next(self.counter)
            label = Label(number, hash, kind, frozenset(frames), boxes, frozenset(options), there.creator if there else user)
            task.labels.pop(hash, None)
            task.labels[hash] = label
            if task.stage.type == REVIEW:
                reviewer = user != HOST and user == task.assignee
                self.set_review(task, task.stage, label, "approved" if reviewer else "new")
        for hash in remove:
            del task.labels[hash]
        if put or remove:
            task.version += 1

    def publish(self, user, task, silently=False):
        def record(kind, label_class, frames, **more):
            if not silently:
                self.record(kind, user, task, label_class=label_class, frames=frames, **more)

        for label in task.labels.values():
            one = task.published.get(label.number)
            if one is None:
                record("label_create", label.kind, len(label.frames))
                for option in label.answers:
                    record("answer_create", label.kind, len(label.frames), option=option)
                task.published[label.number] = Published(label.kind, label.frames, label.answers, label.answers,
                                                         len(label.frames), ever=label.frames)
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
        of_label = [issue for issue in task.issues if issue.rejection and issue.number == label.number]
        if how == "approved":
            for issue in of_label:
                if not issue.resolved:
                    self.resolve(user, task, issue, True)
        elif how == "rejected" and not of_label:
            self.open_issue(user, task, Issue(0, "label", hash, label.number, label.kind, rejection=True), comment)
        elif how == "rejected":
            if of_label[0].resolved:
                self.resolve(user, task, of_label[0], False)
            of_label[0].comments += bool(comment)

    # ---- issues ----

    def against(self, task, issue):
        one = task.published.get(issue.number)
        return (one.submitter if one and one.at_last_submit else HOST) or task.last_submitter

    def resolve(self, user, task, issue, resolved):
        issue.resolved = resolved
        self.record("issue_resolve" if resolved else "issue_reopen", user, task, credited=self.against(task, issue),
                    label_class=issue.kind)

    def open_issue(self, user, task, issue, comment):
        issue.comments = bool(comment)
        task.issues.append(issue)
        self.record("issue_create", user, task, credited=self.against(task, issue), label_class=issue.kind)

    def create_issue(self, user, task, anchor, hash=None, comment=""):
        self.may_view(user, task)
        refuse_if(STATE=self.closed(user), NOT_FOUND=anchor == "label" and hash not in task.labels)
        label = task.labels.get(hash) if anchor == "label" else None
        issue = Issue(0, anchor, hash, label.number, label.kind) if label else Issue(0, anchor)
        self.open_issue(user, task, issue, comment)

    def change_issue(self, user, task, issue, how):
        self.may_view(user, task)
        refuse_if(STATE=self.closed(user))
        if how == "comment":
            issue.comments += 1
        elif issue.resolved != (how == "resolve"):
            self.resolve(user, task, issue, how == "resolve")
