"""What a project must look like after every operation: written from the specification's words alone, in plain sets, lists and
dictionaries, and knowing nothing of the library.

An operation either changes the state and returns, or raises Refused with every status that would be right. What one may not see
is NOT_FOUND before all else, what one's role does not hold is PERMISSION; of several reasons why not now, any will do.
"""
import dataclasses
import itertools

HOST = 0
DAY = 86_400_000_000
MANAGERS = ("admin", "team_manager")
ANNOTATE, REVIEW, DONE = "ANNOTATION", "REVIEW", "DONE"
WORKS_IN = {ANNOTATE: MANAGERS + ("annotator", "annotator_reviewer"), REVIEW: MANAGERS + ("reviewer", "annotator_reviewer"), DONE: ()}
CLOSED = ("paused", "completed", "cancelled")
UNDECIDED = ("new", "resolved", "reopened")


class Refused(Exception):
    def __init__(self, *statuses):
        super().__init__("/".join(sorted(statuses)))
        self.statuses = set(statuses)


def refuse_if(**reasons):
    """refuse_if(STATE=closed, CONFLICT=taken): refuses with all that hold."""
    held = [status for status, holds in reasons.items() if holds]
    if held:
        raise Refused(*held)


@dataclasses.dataclass
class Stage:
    key: str
    type: str
    edges: dict
    settings: dict
    id: int = 0
    members: set = None  # None = all eligible

    def set(self, name, default=False):
        return self.settings.get(name, default)


@dataclasses.dataclass
class Label:
    number: int  # its identity: a removed label that was published comes back with it
    hash: str
    kind: int  # class
    frames: frozenset
    boxes: tuple  # the numbers of its geometry
    answers: frozenset  # of options
    creator: int

    def content(self):
        return self.kind, self.frames, self.boxes, self.answers


@dataclasses.dataclass
class Published:
    kind: int
    frames: frozenset
    answers: frozenset
    first_answers: frozenset
    first_frames: int
    live: bool = True
    ever: frozenset = frozenset()
    submitted: bool = False
    submitter: int = HOST
    at_last_submit: bool = False


@dataclasses.dataclass
class Issue:
    id: int
    anchor: str
    label: str = None
    number: int = 0
    kind: int = 0
    resolved: bool = False
    rejection: bool = False
    comments: int = 0


@dataclasses.dataclass
class Task:
    id: int
    dataset: int
    title: str
    frames: int
    stage: Stage
    entered: int
    status: str = "new"
    assignee: int = None
    by_manager: bool = False
    released: bool = False
    returned: bool = False
    priority: int = 50
    version: int = 0
    last_submitter: int = HOST
    last_action: tuple = None  # user, stage title, time
    removed: bool = False
    barred: dict = dataclasses.field(default_factory=dict)  # user: the rule
    skips: dict = dataclasses.field(default_factory=dict)  # user: when, as a number
    submitters: set = dataclasses.field(default_factory=set)  # (stage key, user)
    stays: list = dataclasses.field(default_factory=list)  # (stage, entered, left) of former ones
    sent_on_by: set = dataclasses.field(default_factory=set)  # whose actions ended those
    labels: dict = dataclasses.field(default_factory=dict)
    published: dict = dataclasses.field(default_factory=dict)  # number: Published
    numbers: dict = dataclasses.field(default_factory=dict)  # hash: number of a published label
    reviews: dict = dataclasses.field(default_factory=dict)  # (stage key, number): [state, content]
    last_review: dict = dataclasses.field(default_factory=dict)  # number: state in the last review stage
    issues: list = dataclasses.field(default_factory=list)

    def derived(self):
        if self.status != "new":
            return self.status
        return "assigned" if self.assignee else "released" if self.released else "new"


@dataclasses.dataclass
class Happened:
    """What a figure counts."""
    kind: str
    time: int
    actor: int
    stage: Stage
    task: Task
    credited: int = HOST
    label_class: int = 0
    option: int = 0
    frames: int = 0
    duration: int = 0


class Reference:
    def __init__(self, stages, required, idle_limit=60_000_000, window=30 * DAY, self_release=True):
        self.stages = {stage.key: stage for stage in stages}
        self.first = stages[0]
        self.required = required  # class: options of which one is required
        self.idle_limit, self.window, self.self_release = idle_limit, window, self_release
        self.status = "not_started"
        self.roles, self.disabled = {}, set()
        self.tasks, self.happened = {}, []
        self.now = 0
        self.covered, self.beats = {}, {}
        self.counted = 0
        self.counter = itertools.count(1)

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
        refuse_if(NOT_FOUND=self.role(user) is None or (task is not None and not self.sees(user, task)))
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
        return user != HOST and task.assignee is None and not self.manages(user) and user in task.barred

    def take(self, user, task):
        if user != HOST and task.assignee is None:
            self.give(task, user, False)
            self.record("assign", user, task, credited=user)

    def free_all(self, user, fits=lambda stage: False):
        for task in self.tasks.values():
            if task.assignee == user and not fits(task.stage):
                task.assignee, task.by_manager, task.released = None, False, True
                self.record("release", self.acting, task, credited=user)

    # ---- the queue ----

    def start(self, user, stage, include_skipped=False):
        """The task, or the reason why there is none."""
        self.enter(user)
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
        open_to = own + [task for task in free if user not in task.barred]
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
        refuse_if(STATE=self.closed(user) or task.stage.type == DONE or (to in task.barred and not self.manages(to)),
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
        if task.assignee is None and not self.manages(user):
            return
        if not self.manages(user):
            refuse_if(PERMISSION=task.assignee != user or task.by_manager or not self.self_release)
        refuse_if(STATE=self.closed(user))
        if task.assignee is not None:
            self.record("release", user, task, credited=task.assignee)
            task.assignee, task.by_manager, task.released = None, False, True

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

    def land(self, user, task, edge, assignee, retain):
        """The stage, and whose the task is there. To be called when the task has been taken."""
        stage = self.stages[task.stage.edges[edge]]
        wanted = assignee
        if not wanted and retain:
            holder = task.assignee if task.assignee is not None else user if user != HOST else None
            refuse_if(INVALID=holder is None)
            wanted = holder
        if wanted:
            refuse_if(INVALID=stage.type == DONE or not self.assignable(wanted, stage))
            submitter, worked = task.last_submitter, set(task.submitters)
            if edge == "submit":
                submitter = user
                if user != HOST:
                    task.submitters.add((task.stage.key, user))
            bars = self.bars(task, stage, edge == "reject", submitter)
            task.submitters = worked
            refuse_if(STATE=wanted in bars and not self.manages(wanted))
        return stage, wanted or None

    def arrive(self, task, stage, status, assignee, returned=False):
        task.barred = self.bars(task, stage, returned, task.last_submitter)
        task.stays.append((task.stage, task.entered, self.now))
        task.stage, task.entered, task.status, task.returned = stage, self.now, status, returned
        task.assignee, task.by_manager, task.released = assignee, False, False
        task.skips = {}

    def named(self, user, task, assignee):
        """Retained assignees and the return to the submitter are not counted; a manager who names somebody has assigned it."""
        if assignee and self.manages(user):
            task.by_manager = True
            self.record("assign", user, task, credited=assignee)

    def submit(self, user, task, assignee=0, retain=False, keep_rejected=False):
        self.enter(user, task, WORKS_IN[ANNOTATE])
        refuse_if(CONFLICT=self.others(user, task), STATE=task.stage.type != ANNOTATE or self.closed(user)
                  or self.barred_on_take(user, task))
        incomplete = task.stage.set("require_complete_labels", True) and any(
            label.kind in self.required and not label.answers & self.required[label.kind] for label in task.labels.values())
        try:
            stage, wanted = self.land(user, task, "submit", assignee, retain)
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
        task.last_action = (user, task.stage.key, self.now)
        task.sent_on_by.add(user)
        self.record("submit", user, task, credited=user)
        self.arrive(task, stage, "completed" if stage.type == DONE else "new", wanted)
        self.named(user, task, assignee)
        if stage.type == REVIEW:
            self.enter_review(task, not keep_rejected)

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
            target, wanted = self.land(user, task, "approve" if approve else "reject", assignee, retain)
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
        task.last_action = (user, stage.key, self.now)
        task.sent_on_by.add(user)
        self.record("approve" if approve else "reject", user, task, credited=task.last_submitter)
        if not approve and not wanted and stage.set("reassign_rejected_to_submitter", True) and target.type == ANNOTATE \
                and self.assignable(task.last_submitter, target):
            wanted = task.last_submitter
        status = "reopened" if not approve else "completed" if target.type == DONE else "new"
        self.arrive(task, target, status, wanted, returned=not approve)
        self.named(user, task, assignee)
        if target.type == REVIEW:
            self.enter_review(task, False)

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

    def publish(self, user, task):
        def record(kind, label_class, frames):
            self.record(kind, user, task, label_class=label_class, frames=frames)

        for label in task.labels.values():
            one = task.published.get(label.number)
            if one is None:
                record("label_create", label.kind, len(label.frames))
                for option in label.answers:
                    self.record("answer_create", user, task, label_class=label.kind, option=option, frames=len(label.frames))
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

    def enter_review(self, task, resolve):
        for label in task.labels.values():
            before, content = task.reviews.get((task.stage.key, label.number), (None, None))
            if before == "approved":
                state = "approved" if content == label.content() else "new"
            elif before == "rejected":
                state = "resolved" if resolve else "rejected"
            else:
                state = "resolved" if before == "resolved" else "new"
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

    def change_collaborator(self, user, who, role):
        """`role` None removes."""
        self.enter(user, roles=MANAGERS)
        was = self.roles.get(who)
        refuse_if(STATE=self.closed(user) or (was == "admin" and role != "admin" and self.is_last_admin(who)),
                  NOT_FOUND=was is None, PERMISSION="admin" in (was, role) and self.role(user) != "admin")
        self.acting = user
        if role is None:
            self.free_all(who)
            del self.roles[who]
        else:
            self.roles[who] = role
            if role != was:
                self.free_all(who, lambda stage: self.member(who, stage) and who not in self.disabled)

    def disable(self, user, who, disabled):
        self.acting = user
        if disabled and who not in self.disabled:
            self.free_all(who)
        (self.disabled.add if disabled else self.disabled.discard)(who)

    def detach(self, user, dataset, removed):
        self.enter(user, roles=("admin",))
        refuse_if(STATE=self.closed(user))
        for task in self.tasks.values():
            if task.dataset == dataset:
                task.removed = removed

    # ---- what is read ----

    def listed(self, user):
        there = [task for task in self.tasks.values() if self.sees(user, task)]
        return sorted(there, key=lambda t: (-t.priority, t.entered, t.id))

    def counts(self, user):
        """Tasks by stage, for the stages the user sees."""
        counts = {}
        for stage in self.stages.values():
            if not self.manages(user) and not self.member(user, stage):
                continue
            counts[stage.key] = sum(task.stage is stage and self.sees(user, task) for task in self.tasks.values())
        return counts

    def open_issues(self):
        return sum(not issue.resolved for task in self.tasks.values() if not task.removed for issue in task.issues)
