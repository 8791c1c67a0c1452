"""Consensus: branches of a task, their way through both halves, and what becomes of the task."""

import copy

from parts import HOST, JUDGE, REVIEW, WORKS_IN, Issue, Label, Task, fresh, refuse_if
from transitions import submitters_of


class Branches:
    """A part of Reference. New branches wait in `budding` for their ids; `gone` are those of tasks that went on."""

    def enter_consensus(self, task, status):
        """Branches of the labels that the task has now, published or not as they are there."""
        task.through, task.branches = True, []
        for _ in range(task.stage.set("annotators", 2)):
            branch = Task(None, task.unit, task.stage, self.now, status, priority=task.priority, parent=task)
            for hash, number in sorted(task.numbers.items(), key=lambda pair: pair[1]):  # what is gone from them may come back
                branch.numbers[hash] = next(self.counter)
                branch.published[branch.numbers[hash]] = copy.copy(task.published[number])
            for label in sorted(task.labels.values(), key=lambda one: one.number):
                self.copy_into(branch, label)
            task.branches.append(branch)
        self.budding.append(task)

    def copy_into(self, branch, label):
        there = branch.labels.get(label.hash)
        number = there.number if there else branch.numbers.get(label.hash) or next(self.counter)
        branch.labels[label.hash] = Label(number, label.hash, label.kind, label.frames, label.boxes, label.answers, label.creator)

    def held_back(self, user, task):
        """Whoever has a branch of the task, or has submitted one, gets no other, whatever the role."""
        def has(one):
            return user in (one.submitter, one.had) if one.waits else user == one.assignee and not self.lapsed(one)

        return task.parent is not None and any(has(other) for other in task.parent.branches if other is not task)

    def lapse_beside(self, user, task, to):
        """Whoever gets a branch has lost the one of the same task that lapsed."""
        for other in task.parent.branches if task.parent else ():
            if other is not task and other.assignee == to and self.lapsed(other):
                self.free(user, other, "lapse")

    def write_main(self, task, put, remove):
        """Pre-labels reach the branches, as long as nobody has begun."""
        for branch in task.branches:
            for hash in put:
                self.copy_into(branch, task.labels[hash])
            for hash in remove:
                branch.labels.pop(hash, None)

    def begun(self, task):
        return any(branch.assignee or branch.waits or branch.version for branch in task.branches)

    # ---- the annotation half ----

    def submit_branch(self, user, branch, keep_rejected):
        self.publish(user, branch, prefix="branch_")
        for label in branch.labels.values():
            self.record("branch_label_submit", user, branch, label_class=label.kind, frames=len(label.frames))
        if not keep_rejected:
            self.resolve_reviews(branch.parent)
        if branch.stage.set("webhook"):
            self.tell("task_submitted_event", user, task=branch, stage=branch.stage)
        self.leave(user, branch, "submit", credited=user)
        branch.stays.append((branch.stage, branch.entered, self.now))
        branch.status, branch.submitter, branch.turn, branch.skips = "completed", user or None, next(self.counter), {}
        branch.had = branch.assignee
        branch.assignee, branch.by_manager, branch.taken, branch.released = None, False, False, False
        task, stage = branch.parent, self.stages[branch.stage.edges["submit"]]
        if user != HOST:
            task.submitters.add((branch.stage.key, user))
        if all(other.waits for other in task.branches):
            task.last_action = (user, task.stage, self.now)
            self.arrive(task, stage, "new")
            for other in task.branches:
                other.stage = stage

    # ---- the review half ----

    def send_back(self, user, task, comment):
        for branch in task.branches:
            if branch.submitter:
                self.record("branch_reject", user, branch, credited=branch.submitter)
        if comment:
            self.open_issue(user, task, Issue(0, "data_unit"), comment)
        self.leave(user, task, "reject")
        self.arrive(task, self.stages[task.stage.edges["reject"]], "reopened", again=True)
        holders = []
        for branch in task.branches:
            branch.stage, branch.entered, branch.status, branch.returned, branch.released = task.stage, self.now, "reopened", True, False
            branch.by_manager, branch.taken, branch.sign = False, False, self.now
            able = branch.submitter and branch.submitter not in holders and self.assignable(branch.submitter, task.stage)
            branch.assignee = branch.submitter if able else None
            holders.append(branch.assignee)

    def reach(self, user, task, whole=None, picks=(), assignee=0, retain=False):
        """`whole`: a branch's id; `picks`: (hash, id of the branch)."""
        refuse_if(INVALID=not whole and not picks)
        self.enter(user, task, WORKS_IN[JUDGE])
        ids = {branch.id: branch for branch in task.branches}
        named = [whole] if whole else [id for _, id in picks]
        refuse_if(CONFLICT=self.others(user, task), STATE=task.stage.type != JUDGE or self.closed(user) or self.barred_on_take(user, task)
                  or task.parent is not None, INVALID=bool(picks and task.stage.set("consensus", "determine") == "determine"),
                  NOT_FOUND=any(id not in ids for id in named) or any(id in ids and hash not in ids[id].labels for hash, id in picks),
                  DATA=len({hash for hash, _ in picks}) < len(picks))
        picks = [(hash, ids[id]) for hash, id in picks] or [(one.hash, ids[whole]) for one in sorted(ids[whole].labels.values(), key=lambda one: one.number)]
        used = [ids[whole]] if whole else sorted({branch.number: branch for _, branch in picks}.values(), key=lambda one: one.number)
        stage, passed, wanted = self.land(user, task, "approve", assignee, retain, used)
        self.take(user, task)
        self.become_main(user, task, picks, used)
        self.record("approve", user, task)
        for branch in used:
            if branch.submitter:
                self.record("branch_approve", user, branch, credited=branch.submitter)
        task.last_submitter = max(used, key=lambda one: one.turn).submitter or HOST
        task.last_submitters = submitters_of(used)
        for issue in task.issues:
            if issue.rejection and not issue.resolved:
                self.resolve(user, task, issue, True)
        self.leave(user, task)
        self.fell(task)
        self.arrive(task, stage, fresh(stage), wanted, passed=passed)
        self.tell_of_arrival(user, task)
        self.named(user, task, assignee)
        if stage.type == REVIEW:
            self.enter_review(task)

    def become_main(self, user, task, picks, used):
        """Each label keeps its hash and who made it, and counts for the annotator of its branch; one that is left out for the
        annotator of the first branch without it, else for the reviewer."""
        before, makers = task.labels, {}
        task.labels = {}
        for hash, branch in picks:
            label = branch.labels[hash]
            number = before[hash].number if hash in before else task.numbers.get(hash) or next(self.counter)
            task.labels[hash] = Label(number, hash, label.kind, label.frames, label.boxes, label.answers, label.creator)
            makers[number] = branch.submitter or HOST
        removers = {label.number: next((branch.submitter or HOST for branch in used if hash not in branch.labels), user)
                    for hash, label in before.items() if hash not in task.labels}
        task.version += 1
        self.publish(user, task, prefix="main_", makers={**makers, **removers})
        for label in task.labels.values():
            one = task.published[label.number]
            self.record("main_label_submit", makers[label.number], task, label_class=label.kind, frames=len(label.frames))
            self.counted += not one.submitted
            one.submitted, one.submitter = True, makers[label.number]
        for number, one in task.published.items():
            one.at_last_submit = number in makers

    def fell(self, task):
        """Branches of a task that goes on are gone."""
        for branch in task.branches:
            self.tasks.pop(branch.id, None)
            branch.removed = True
            self.gone.append(branch)
        task.branches = []
