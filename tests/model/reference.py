"""What a project must look like after every operation: written from the specification's words alone, in plain sets, lists and
dictionaries, and knowing nothing of the library.

An operation either changes the state and returns, or raises Refused with every status that would be right. What one may not see
is NOT_FOUND before all else, what one's role does not hold is PERMISSION; of several reasons why not now, any will do.
"""
import copy

from labels import Labels
from parts import AGENT, ANNOTATE, CLOSED, DAY, DONE, HOST, MANAGERS, REVIEW, UNDECIDED, WORKS_IN, Happened, Issue, Refused, Task, refuse_if
from routes import Routes


def fresh(stage):
    """The status on arrival."""
    return "completed" if stage.type == DONE else "new"


class Reference(Labels, Routes):
    """A project. New tasks wait in `unborn` until they are told their ids."""

    def __init__(self, organisation, stages, first, required, dataset_uuids, idle_limit=60_000_000, window=30 * DAY, self_release=True):
        self.organisation = organisation
        organisation.projects.append(self)
        self.disabled, self.covered, self.counter = organisation.disabled, organisation.covered, organisation.counter
        self.stages, self.first = stages, stages[first]
        self.required = required  # class: options of which one is required
        self.dataset_uuids = dataset_uuids
        self.idle_limit, self.window, self.self_release = idle_limit, window, self_release
        self.status = "not_started"
        self.roles, self.attached, self.once_attached = {}, set(), set()
        self.tasks, self.unborn, self.happened = {}, [], []
        self.beats = {}
        self.counted = 0

    @property
    def now(self):
        return self.organisation.now

    def resting(self):
        return [stage for stage in self.stages.values() if stage.rests]

    # ---- who sees and may do what ----

    def role(self, user):
        return "admin" if user == HOST else self.roles.get(user)

    def manages(self, user):
        return self.role(user) in MANAGERS

    def member(self, user, stage):
        role = self.role(user)
        if role not in WORKS_IN[stage.type]:
            return False
        return role in MANAGERS or stage.members is None or user in stage.members

    def sees(self, user, task):
        if task is None or task.removed or self.role(user) is None:
            return False
        if self.manages(user):
            return True
        return self.member(user, task.stage) and (not task.stage.set("hide_unassigned") or task.assignee == user)

    def enter(self, user, task=None, roles=None):
        """Whoever is no collaborator, or does not see the task, learns nothing; then the role."""
        refuse_if(STATE=user in self.disabled)
        sees = self.role(user) is not None if task is None else self.sees(user, task)
        refuse_if(NOT_FOUND=not sees and (task is not None or user not in self.organisation.admins))
        refuse_if(PERMISSION=not sees)  # org admins see the project, not what is in it
        refuse_if(PERMISSION=roles is not None and self.role(user) not in roles)

    def closed(self, user, theirs=False):
        """Whether the project's status forbids it; `theirs` for what goes on with a task that is the user's."""
        if self.status == "archived":
            return True
        return self.status in CLOSED and not self.manages(user) and not theirs

    def others(self, user, task):
        return task.assignee is not None and task.assignee != user and not self.manages(user)

    def may_view(self, user, task):
        self.enter(user, task)
        refuse_if(PERMISSION=self.others(user, task))

    # ---- events ----

    def record(self, kind, user, task, **more):
        self.happened.append(Happened(kind, self.now, user, task.stage, task, **more))

    # ---- assignment ----

    def give(self, task, user, by_manager):
        task.assignee, task.by_manager, task.released = user, by_manager, False

    def barred_on_take(self, user, task):
        """An action on an unassigned task initiates it first: do the person rules forbid that?"""
        return user != HOST and task.assignee is None and not self.manages(user) and user in self.barred(task)

    def take(self, user, task):
        if user != HOST and task.assignee is None:
            self.give(task, user, False)
            self.record("assign", user, task, credited=user)

    def free(self, user, task):
        self.record("release", user, task, credited=task.assignee)
        task.assignee, task.by_manager, task.released = None, False, True

    def free_all(self, user, who, fits=lambda stage: False):
        for task in self.tasks.values():
            if task.assignee == who and not fits(task.stage):
                self.free(user, task)

    # ---- the queue ----

    def start(self, user, stage, include_skipped=False):
        """The task, or the reason why there is none."""
        refuse_if(STATE=user in self.disabled)
        refuse_if(NOT_FOUND=self.role(user) is None)
        refuse_if(INVALID=user == HOST)
        if stage.type == DONE:
            return "FINISHED_STAGE"
        if not self.member(user, stage):
            return "NOT_MEMBER"
        if self.closed(user):
            return "PROJECT_STATUS"
        hidden = stage.set("hide_unassigned") and not self.manages(user)
        there = [task for task in self.tasks.values() if task.stage is stage and not task.removed]
        own = [task for task in there if task.assignee == user]
        free = [] if hidden else [task for task in there if task.assignee is None]
        open_to = own + [task for task in free if user not in self.barred(task)]
        fresh = [task for task in open_to if user not in task.skips]
        found = min(fresh, key=lambda t: (-t.priority, t.assignee is None, t.entered, t.id), default=None)
        if found is None and include_skipped:
            found = min(open_to, key=lambda t: t.skips[user], default=None)
        if found is not None:
            self.take(user, found)
            return found
        if open_to:
            return "ONLY_SKIPPED"
        if free:
            return "SUBMITTED_BY_YOU" if stage.type == REVIEW else "WORKED_ON_BY_YOU"
        if hidden:
            return "NONE_ASSIGNED_TO_YOU"
        return "ALL_ASSIGNED" if there else "EMPTY"

    def initiate(self, user, task):
        self.enter(user, task)
        refuse_if(INVALID=user == HOST, CONFLICT=task.assignee not in (None, user),
                  STATE=task.stage.type == DONE or self.closed(user) or self.barred_on_take(user, task))
        self.take(user, task)

    def skip(self, user, task):
        self.enter(user, task, WORKS_IN[ANNOTATE])
        refuse_if(INVALID=user == HOST, CONFLICT=task.assignee not in (None, user),
                  STATE=task.stage.type != ANNOTATE or self.closed(user) or self.barred_on_take(user, task))
        self.take(user, task)
        task.skips[user] = next(self.counter)
        task.status = "skipped"
        if not (task.by_manager or task.stage.set("hide_unassigned")):
            task.assignee, task.released = None, False
        self.record("skip", user, task)

    def assign(self, user, task, to):
        self.enter(user, task, MANAGERS)
        refuse_if(STATE=self.closed(user) or task.stage.type == DONE or (to in self.barred(task) and not self.manages(to)),
                  INVALID=task.stage.type == DONE or not self.assignable(to, task.stage))
        if task.assignee == to and task.by_manager and to not in task.skips:
            return
        task.skips.pop(to, None)
        self.give(task, to, True)
        self.record("assign", user, task, credited=to)

    def assignable(self, user, stage):
        return user != HOST and user not in self.disabled and user in self.roles and self.member(user, stage)

    def release(self, user, task):
        self.enter(user, task)
        if not self.manages(user) and task.assignee is not None:
            refuse_if(PERMISSION=task.assignee != user or task.by_manager or not self.self_release)
        refuse_if(STATE=self.closed(user))
        if task.assignee is not None:
            self.free(user, task)

    def set_priority(self, user, task, priority):
        self.enter(user, task, MANAGERS)
        refuse_if(STATE=self.closed(user) or task.stage.type == DONE)
        task.priority = priority

    # ---- moving on ----

    def bars(self, task, stage, returned, submitter):
        """Who may not take it there, and by which rule."""
        if stage.type == REVIEW and stage.set("reviewer_not_submitter") and submitter != HOST:
            return {submitter: "SUBMITTED_BY_YOU"}
        if stage.type == ANNOTATE and not stage.set("allow_reassessment") and not returned:
            return {user: "WORKED_ON_BY_YOU" for key, user in task.submitters if key != stage.key}
        return {}

    def barred(self, task):
        return self.bars(task, task.stage, task.returned, task.last_submitter)

    def land(self, user, task, edge, assignee, retain):
        """The stage, the splits it passed, and whose the task is there."""
        stage, passed = self.route(user, task, task.stage.edges[edge])
        wanted = assignee
        refuse_if(PERMISSION=bool(assignee) and not self.manages(user))  # naming somebody is an assignment
        hidden = not wanted and retain and stage.set("hide_unassigned") and not self.manages(user)
        if not wanted and retain:
            holder = task.assignee if task.assignee is not None else user if user != HOST else None
            refuse_if(INVALID=holder is None)
            wanted = holder
        if wanted:
            refuse_if(PERMISSION=hidden, INVALID=stage.type == DONE or not self.assignable(wanted, stage))
            submitter, worked = task.last_submitter, set(task.submitters)
            if edge == "submit":
                submitter = user
                if user != HOST:
                    task.submitters.add((task.stage.key, user))
            bars = self.bars(task, stage, edge == "reject", submitter)
            task.submitters = worked
            refuse_if(STATE=wanted in bars and not self.manages(wanted))
        return stage, passed, wanted or None

    def leave(self, user, task, kind, **more):
        """The action that ends the stay."""
        task.last_action = (user, task.stage, self.now)
        task.sent_on_by |= {user, task.assignee}
        self.record(kind, user, task, **more)

    def arrive(self, task, stage, status, assignee=None, returned=False, passed=()):
        self.pass_routers(task, passed)
        task.stays.append((task.stage, task.entered, self.now))
        task.stage, task.entered, task.status, task.returned = stage, self.now, status, returned
        task.assignee, task.by_manager, task.released = assignee, False, False
        task.skips = {}

    def named(self, user, task, assignee):
        """Retained assignees and the return to the submitter are not counted; who names somebody has assigned it."""
        if assignee:
            task.by_manager = True
            self.record("assign", user, task, credited=assignee)

    def submit(self, user, task, assignee=0, retain=False, keep_rejected=False):
        self.enter(user, task, WORKS_IN[ANNOTATE])
        refuse_if(CONFLICT=self.others(user, task), STATE=task.stage.type != ANNOTATE or self.closed(user)
                  or self.barred_on_take(user, task))
        incomplete = task.stage.set("require_complete_labels", True) and any(
            label.kind in self.required and not label.answers & self.required[label.kind] for label in task.labels.values())
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
        task.last_submitter = user
        if user != HOST:
            task.submitters.add((task.stage.key, user))
        if not keep_rejected:
            self.resolve_reviews(task)
        self.leave(user, task, "submit", credited=user)
        self.arrive(task, stage, fresh(stage), wanted, passed=passed)
        self.named(user, task, assignee)
        if stage.type == REVIEW:
            self.enter_review(task)

    def decide(self, user, task, approve, assignee=0, retain=False, undecided="default", comment=None):
        self.enter(user, task, WORKS_IN[REVIEW])
        refuse_if(CONFLICT=self.others(user, task),
                  STATE=task.stage.type != REVIEW or self.closed(user) or self.barred_on_take(user, task))
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
                for option in one.first_answers:
                    self.record("answer_" + state, user, task, label_class=label.kind, option=option, frames=one.first_frames)
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
        self.leave(user, task, "pathway")
        self.arrive(task, stage, fresh(stage), passed=passed)
        if stage.type == REVIEW:
            self.enter_review(task)

    def move(self, user, task, stage):
        """`stage` None is one that does not exist."""
        self.enter(user, task, MANAGERS)
        refuse_if(STATE=self.closed(user) or stage is task.stage, NOT_FOUND=stage is None)
        self.publish(user, task, silently=True)
        if stage.type == DONE and not stage.set("archive"):
            for label in task.labels.values():
                task.last_review[label.number] = "approved"
            for issue in task.issues:
                if issue.rejection and not issue.resolved:
                    self.resolve(user, task, issue, True)
        self.leave(user, task, "move")
        self.arrive(task, stage, fresh(stage))
        if stage.type == REVIEW:
            self.enter_review(task)

    def reopen(self, user, task):
        self.enter(user, task, MANAGERS)
        first = self.first_annotation()
        refuse_if(STATE=self.closed(user) or task.stage in (first, self.first))
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
                action(user, self.tasks[id])
                outcomes.append({"OK"})
            except Refused as refused:
                if all_or_nothing:
                    undo()
                    raise
                outcomes.append(refused.statuses)
        return outcomes

    def undoing(self, ids):
        """A function that undoes what happens to these tasks from now on."""
        stages = {id(stage): stage for stage in self.stages.values()}
        units = {id(unit): unit for unit in self.organisation.units.values()}
        tasks = [(self.tasks[one], copy.deepcopy(vars(self.tasks[one]), {**stages, **units})) for one in set(ids) & self.tasks.keys()]
        routers = [(stage, dict(stage.split), dict(stage.seen)) for stage in self.stages.values()]
        count, counted = len(self.happened), self.counted

        def undo():
            for task, before in tasks:
                vars(task).update(before)
            for stage, split, seen in routers:
                stage.split, stage.seen = split, seen
            del self.happened[count:]
            self.counted = counted

        return undo

    # ---- time ----

    def may_report(self, user, task):
        worked = user in task.sent_on_by and not task.removed and self.role(user) is not None and user != HOST
        refuse_if(STATE=user in self.disabled)
        if not worked:
            self.enter(user, task)
        refuse_if(INVALID=user == HOST, CONFLICT=self.others(user, task) and not worked,
                  STATE=self.closed(user, worked or task.assignee == user))

    def report(self, user, task, start, duration):
        """How much was new."""
        self.may_report(user, task)
        refuse_if(INVALID=start < 0 or duration < 0 or start + duration > self.now + 5_000_000 or start < self.now - self.window)
        return self.add_time(user, task, start, start + duration)

    def heartbeat(self, user, task, at):
        self.may_report(user, task)
        refuse_if(INVALID=at > self.now + 5_000_000 or at < self.now - self.window)
        before, stay = self.beats.get((user, task.id), (None, None))
        if before is not None and at < before:
            return 0
        stays = [entered for _, entered, _ in task.stays] + [task.entered]
        self.beats[user, task.id] = at, max((i for i, entered in enumerate(stays) if at >= entered), default=0)
        if before is None:
            return 0
        end = min(at, before + self.idle_limit)
        entered = stays[stay]  # stays that begin in the same microsecond are not told apart
        if entered != task.entered:
            end = min(end, max(left for _, began, left in task.stays if began == entered))
        return self.add_time(user, task, before, end)

    def add_time(self, user, task, start, end):
        stays = task.stays + [(task.stage, task.entered, None)]
        start = max(start, stays[0][1])
        stage, left = next(((s, l) for s, entered, l in reversed(stays) if start >= entered), (None, None))
        if stage is None:
            return 0
        end = end if left is None else min(end, left)
        pieces, at = [], start
        for known_from, known_until in sorted(self.covered.get(user, [])) + [(end, end)]:
            if at < min(known_from, end):
                pieces.append((at, min(known_from, end)))
            at = max(at, known_until)
        self.covered.setdefault(user, []).extend(pieces)
        for first, last in pieces:
            self.happened.append(Happened("time", first, user, stage, task, duration=last - first))
        return sum(last - first for first, last in pieces)

    # ---- people, status, datasets ----

    def set_status(self, user, status):
        self.enter(user, roles=MANAGERS)
        if self.status == "archived" and self.role(user) != "admin":
            raise Refused("STATE", "PERMISSION")
        self.status = status

    def is_last_admin(self, user):
        return not any(role == "admin" and other != user and other not in self.disabled for other, role in self.roles.items())

    def add_collaborator(self, user, who, role):
        self.enter(user, roles=MANAGERS)
        refuse_if(STATE=self.closed(user) or who in self.disabled, PERMISSION=role == "admin" and self.role(user) != "admin")
        self.roles.setdefault(who, role)

    def join(self, user):
        refuse_if(STATE=user in self.disabled)
        refuse_if(INVALID=user == HOST)
        refuse_if(NOT_FOUND=self.role(user) is None and user not in self.organisation.admins)
        refuse_if(PERMISSION=user not in self.organisation.admins)
        self.roles[user] = "admin"  # of any project, whatever its status

    def leave_project(self, user):
        self.enter(user)
        refuse_if(INVALID=user == HOST, STATE=self.status == "archived"
                  or (self.role(user) == "admin" and user != HOST and self.is_last_admin(user)))
        self.free_all(user, user)
        del self.roles[user]

    def change_collaborator(self, user, who, role):
        """`role` None removes."""
        self.enter(user, roles=MANAGERS)
        was = self.roles.get(who)
        refuse_if(STATE=self.closed(user) or (was == "admin" and role != "admin" and self.is_last_admin(who)),
                  NOT_FOUND=was is None, PERMISSION="admin" in (was, role) and self.role(user) != "admin")
        if role is None:
            self.free_all(user, who)
            del self.roles[who]
        else:
            self.roles[who] = role
            if role != was:
                self.free_all(user, who, lambda stage: self.member(who, stage) and who not in self.disabled)

    def attach(self, user, dataset, attached):
        """How many tasks came or went."""
        self.enter(user, roles=("admin",))
        refuse_if(STATE=self.closed(user))
        refuse_if(NOT_FOUND=not self.organisation.sees_dataset(user, dataset))
        refuse_if(EXISTS=attached and dataset in self.attached, NOT_FOUND=not attached and dataset not in self.attached)
        (self.attached.add if attached else self.attached.discard)(dataset)
        self.once_attached.add(dataset)
        there = [task for task in self.tasks.values() if task.dataset == dataset]
        for task in there:
            task.removed = not attached
        known = {task.unit.id for task in there}
        new = self.add_units(one.id for one in self.organisation.units.values() if one.dataset == dataset and one.id not in known)
        return len(there) + new

    def add_units(self, units):
        new = [unit for unit in map(self.organisation.units.get, sorted(units)) if unit.dataset in self.attached]
        self.unborn += [Task(None, unit, self.first, self.now) for unit in new]
        return len(new)

    # ---- what is read ----

    def listed(self, user):
        there = [task for task in self.tasks.values() if self.sees(user, task)]
        return sorted(there, key=lambda t: (-t.priority, t.entered, t.id))

    def counts(self, user):
        """Tasks by stage, for the stages the user sees."""
        counts = {}
        for stage in self.resting():
            if not self.manages(user) and not self.member(user, stage):
                continue
            counts[stage.key] = sum(task.stage is stage and self.sees(user, task) for task in self.tasks.values())
        return counts

    def open_issues(self):
        return sum(not issue.resolved for task in self.tasks.values() if not task.removed for issue in task.issues)
