"""Where an action takes a task: submit, approve, reject, pathway, move, reopen; one by one and many at once."""

import copy

from parts import (AGENT, ANNOTATE, ANNOTATING, DONE, HOST, JUDGE, MANAGERS, MANY, REVIEW, REVIEWING, UNDECIDED, WORKS_IN, Issue, Refused,
                   fresh, refuse_if)


def submitters_of(branches):
    return {branch.submitter for branch in branches if branch.submitter}


class Transitions:
    """A part of Reference."""

    # ---- moving on ----

    def bars(self, task, stage, returned, submitters):
        """Who may not take it there, and by which rule."""
        if stage.type == JUDGE and stage.set("reviewer_not_submitter"):
            return {branch.submitter: "SUBMITTED_BY_YOU" for branch in task.branches if branch.submitter}
        if stage.type == REVIEW and stage.set("reviewer_not_submitter"):
            return {user: "SUBMITTED_BY_YOU" for user in submitters if user != HOST}
        if stage.type in ANNOTATING and not stage.set("allow_reassessment") and not returned:
            return {user: "WORKED_ON_BY_YOU" for key, user in task.main.submitters if key != stage.key}
        return {}

    def barred(self, task):
        return self.bars(task, task.stage, task.returned, task.last_submitters)

    def land(self, user, task, edge, assignee, retain, used=None):
        """The stage, the splits it passed, and whose the task is there. `used`: branches that become the task's labels."""
        stage, passed = self.route(user, task, task.stage.edges[edge])
        wanted = assignee
        refuse_if(PERMISSION=bool(assignee) and not self.manages(user))  # naming somebody is an assignment
        hidden = not wanted and retain and stage.set("hide_unassigned") and not self.manages(user)
        if not wanted and retain:
            holder = task.assignee if task.assignee is not None else user if user != HOST else None
            refuse_if(INVALID=holder is None)
            wanted = holder
        if wanted:
            refuse_if(PERMISSION=hidden, INVALID=stage.type in (DONE, MANY) or not self.assignable(wanted, stage))
            submitters, worked = submitters_of(used) if used else task.last_submitters, set(task.submitters)
            if edge == "submit":
                submitters = {user}
                if user != HOST:
                    task.submitters.add((task.stage.key, user))
            bars = self.bars(task, stage, edge == "reject", submitters)
            task.submitters = worked
            refuse_if(STATE=wanted in bars and not self.manages(wanted))
        return stage, passed, wanted or None

    def leave(self, user, task, kind=None, **more):
        """The action that ends the stay."""
        task.last_action = (user, task.stage, self.now)
        if not task.waits:  # nobody works on what waits
            task.sent_on_by |= {user, task.assignee}
        if kind:
            self.record(kind, user, task, **more)

    def arrive(self, task, stage, status, assignee=None, returned=False, passed=(), again=False):
        """`again`: with the branches it has."""
        self.pass_routers(task, passed)
        task.stays.append((task.stage, task.entered, self.now))
        task.stage, task.entered, task.status, task.returned = stage, self.now, status, returned
        task.assignee, task.by_manager, task.taken, task.released = assignee, False, False, False
        task.skips = {}
        if stage.type == MANY and not again:
            self.enter_consensus(task, status)

    def named(self, user, task, assignee):
        """Retained assignees and the return to the submitter are not counted; who names somebody has assigned it."""
        if assignee:
            task.by_manager = True
            self.record("assign", user, task, credited=assignee)

    def submit(self, user, task, assignee=0, retain=False, keep_rejected=False):
        self.enter(user, task, WORKS_IN[ANNOTATE])
        refuse_if(CONFLICT=self.others(user, task), STATE=task.stage.type not in ANNOTATING or task.waits or self.closed(user)
                  or self.barred_on_take(user, task), INVALID=task.parent is not None and bool(assignee or retain))
        incomplete = task.stage.set("require_complete_labels", True) and any(
            label.kind in self.required and not label.answers & self.required[label.kind] for label in task.labels.values())
        if task.parent:
            refuse_if(STATE=incomplete)
            self.take(user, task)
            self.submit_branch(user, task, keep_rejected)
            return
        try:
            stage, passed, wanted = self.land(user, task, "submit", assignee, retain)
        except Refused as refused:
            raise Refused(*refused.statuses, *(["STATE"] if incomplete else []))
        refuse_if(STATE=incomplete)
        self.take(user, task)
        self.publish(user, task)
        for label in task.labels.values():
            one = task.published[label.number]
            self.record("label_submit", user, task, label_class=label.kind, frames=len(label.frames))
            if not one.submitted:
                self.counted += 1
            one.submitted, one.at_last_submit, one.submitter = True, True, user
        for number, one in task.published.items():
            if number not in {label.number for label in task.labels.values()}:
                one.at_last_submit = False
        task.last_submitter, task.last_submitters = user, {user}
        if user != HOST:
            task.submitters.add((task.stage.key, user))
        if not keep_rejected:
            self.resolve_reviews(task)
        if task.stage.set("webhook"):
            self.tell("task_submitted_event", user, task=task, stage=task.stage)
        self.leave(user, task, "submit", credited=user)
        self.arrive(task, stage, fresh(stage), wanted, passed=passed)
        self.named(user, task, assignee)
        self.tell_of_arrival(user, task)
        if stage.type == REVIEW:
            self.enter_review(task)

    def decide(self, user, task, approve, assignee=0, retain=False, undecided="default", comment=None):
        self.enter(user, task, WORKS_IN[REVIEW])
        refuse_if(CONFLICT=self.others(user, task),
                  STATE=task.stage.type not in REVIEWING or (task.stage.type == JUDGE and (approve or task.parent is not None))
                  or self.closed(user) or self.barred_on_take(user, task),
                  INVALID=task.stage.type == JUDGE and not approve and bool(assignee or retain))
        if task.stage.type == JUDGE:
            self.take(user, task)
            self.send_back(user, task, comment)
            return
        stage, strict = task.stage, task.stage.set("strict_review", True)
        states = {label.number: self.review_of(task, label) for label in task.labels.values()}
        waiting = [n for n, state in states.items() if state in UNDECIDED]
        rejected = [n for n, state in states.items() if state == "rejected"]
        deciding = undecided == "decide" or (undecided == "default" and not strict)
        refused = False
        if strict:
            if deciding and waiting and not self.manages(user):
                refused = True
            elif approve:
                refused = bool(rejected) or bool(waiting and not deciding)
            else:
                reason = rejected or comment or (deciding and waiting) or any(
                    issue.anchor != "label" and not issue.resolved for issue in task.issues)
                refused = not reason or bool(waiting and not deciding)
        try:
            target, passed, wanted = self.land(user, task, "approve" if approve else "reject", assignee, retain)
        except Refused as error:
            raise Refused(*error.statuses, *(["STATE"] if refused else []))
        refuse_if(STATE=refused)
        self.take(user, task)
        self.publish(user, task)
        for label in task.labels.values():
            state = states[label.number]
            if state in UNDECIDED and deciding:
                state = "approved" if approve else "rejected"
                self.set_review(task, stage, label, state)
            if state in ("approved", "rejected"):
                one = task.published[label.number]
                credited = one.submitter if one.at_last_submit else HOST
                self.record("label_" + state, user, task, credited=credited, label_class=label.kind, frames=len(label.frames))
                for option in label.answers:
                    self.record("answer_" + state, user, task, credited=credited, label_class=label.kind, option=option, frames=len(label.frames))
        if approve:
            for issue in task.issues:
                if issue.rejection and not issue.resolved:
                    self.resolve(user, task, issue, True)
        elif comment:
            self.open_issue(user, task, Issue(0, "data_unit"), comment)
        self.leave(user, task, "approve" if approve else "reject", credited=task.last_submitter)
        if not approve and not wanted and stage.set("reassign_rejected_to_submitter", True) and target.type == ANNOTATE \
                and self.assignable(task.last_submitter, target):
            wanted = task.last_submitter
        self.arrive(task, target, "reopened" if not approve and target.type != DONE else fresh(target), wanted, returned=not approve, passed=passed)
        self.tell_of_arrival(user, task)
        self.named(user, task, assignee)
        if target.type == REVIEW:
            self.enter_review(task)

    def pathway(self, user, task, key):
        self.enter(user, task, WORKS_IN[AGENT])
        path = next((path for path in task.stage.pathways if path["key"] == key), None)
        refuse_if(STATE=task.stage.type != AGENT or self.closed(user), NOT_FOUND=path is None)
        stage, passed = self.route(user, task, path["to"])
        self.take(user, task)
        self.publish(user, task)
        self.leave(user, task, "pathway", credited=task.last_submitter)
        self.arrive(task, stage, fresh(stage), passed=passed)
        self.tell_of_arrival(user, task)
        if stage.type == REVIEW:
            self.enter_review(task)

    def move(self, user, task, stage):
        """`stage` None is one that does not exist. A branch stands for its task."""
        self.enter(user, task, MANAGERS)
        refuse_if(STATE=self.closed(user) or stage is task.stage, NOT_FOUND=stage is None,
                  INVALID=stage is not None and stage.type in (MANY, JUDGE))
        lapse = (task, self.happened.pop()) if task.parent and self.former else (None, None)  # told with those of the other branches
        if task.parent and self.lapsed(task.main):
            self.free(user, task.main, "lapse")
        task = task.main
        self.publish(user, task, silently=True)
        if stage.type == DONE and not stage.set("archive"):
            for label in task.labels.values():
                task.last_review[label.number] = "approved"
            for issue in task.issues:
                if issue.rejection and not issue.resolved:
                    self.resolve(user, task, issue, True)
        for branch in task.branches:
            if branch is lapse[0]:
                self.happened.append(lapse[1])
            elif self.lapsed(branch):
                self.free(user, branch, "lapse")
        self.leave(user, task, "move")
        self.fell(task)
        self.arrive(task, stage, fresh(stage))
        if stage.type == REVIEW:
            self.enter_review(task)

    def reopen(self, user, task):
        self.enter(user, task, MANAGERS)
        first = self.first_annotation()
        refuse_if(STATE=self.closed(user) or task.stage in (first, self.first) or task.through or task.parent is not None)
        back = task.stage.set("reassign_rejected_to_submitter", True) and self.assignable(task.last_submitter, first)
        self.leave(user, task, "reopen")
        self.arrive(task, first, "reopened", task.last_submitter if back else None, returned=True)

    # ---- many at once ----

    ROLES = {"submit": WORKS_IN[ANNOTATE], "approve": WORKS_IN[REVIEW], "reject": WORKS_IN[REVIEW], "pathway": MANAGERS, "assign": MANAGERS,
             "release": None, "set_priority": MANAGERS, "move": MANAGERS, "reopen": MANAGERS}

    def bulk(self, user, name, ids, action, all_or_nothing):
        """For each task the statuses that would be right."""
        self.enter(user, roles=self.ROLES[name])
        refuse_if(STATE=name != "release" and self.closed(user))
        outcomes = []
        undo = self.undoing(ids) if all_or_nothing else None
        for id in ids:
            try:
                refuse_if(NOT_FOUND=id not in self.tasks)
                self.meet(user, self.tasks[id], action)
                outcomes.append({"OK"})
            except Refused as refused:
                if all_or_nothing:
                    undo()
                    raise
                outcomes.append(refused.statuses)
        return outcomes

    def undoing(self, ids):
        """A function that undoes what happens to these tasks from now on."""
        kept = {id(one): one for many in (self.stages, self.organisation.units, self.tasks) for one in many.values()}
        touched = {self.tasks[one].main.id: self.tasks[one].main for one in set(ids) & self.tasks.keys()}
        touched.update({branch.id: branch for task in list(touched.values()) for branch in task.branches})
        tasks = [(task, copy.deepcopy(vars(task), dict(kept))) for task in touched.values()]
        there, budding, gone = dict(self.tasks), list(self.budding), list(self.gone)
        routers = [(stage, dict(stage.split), dict(stage.seen)) for stage in self.stages.values()]
        count, counted, waiting, told, dropped = len(self.happened), self.counted, list(self.waiting), self.told, self.dropped

        def undo():
            for task, before in tasks:
                vars(task).update(before)
            for stage, split, seen in routers:
                stage.split, stage.seen = split, seen
            del self.happened[count:]
            self.tasks, self.budding, self.gone = there, budding, gone
            self.counted, self.waiting, self.told, self.dropped = counted, waiting, told, dropped

        return undo
