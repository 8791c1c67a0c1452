"""What a project must look like after every operation: written from the specification's words alone, in plain sets, lists and
dictionaries, and knowing nothing of the library.

An operation either changes the state and returns, or raises Refused with every status that would be right. What one may not see
is NOT_FOUND before all else, what one's role does not hold is PERMISSION; of several reasons why not now, any will do.
"""
import collections

from branches import Branches
from copies import Copies
from labels import Labels
from messages import Messages
from parts import ANNOTATE, ANNOTATING, CLOSED, DAY, DONE, HOST, JUDGE, MANAGERS, MANY, UNCHANGED, WORKS_IN, Happened, Refused, refuse_if
from people import People
from routes import Routes
from time_spent import TimeSpent
from transitions import Transitions


class Reference(Transitions, Labels, Routes, TimeSpent, People, Copies, Messages, Branches):
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
        self.roles, self.removals, self.attached, self.once_attached = {}, collections.Counter(), set(), []
        self.tasks, self.unborn, self.happened = {}, [], []
        self.beats = {}
        self.counted = 0
        self.budding, self.gone = [], []
        self.title, self.tags, self.deleted = "", [], False
        self.waiting, self.told, self.dropped, self.limit, self.tell_issues, self.tell_status = [], 0, 0, 1_000_000, False, False
        self.strict, self.ticketed, self.ticket_needed, self.former = False, False, False, None

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
        if task.parent is not None and task.stage.type == JUDGE:
            return self.sees(user, task.parent)
        if task.parent is not None and task.waits:
            return self.member(user, task.stage) and not task.stage.set("hide_unassigned") and task.submitter == user
        if task.parent is not None and task.assignee not in (None, user):
            return False
        if task.waits and task.parent is None:
            return False
        return self.member(user, task.stage) and (not task.stage.set("hide_unassigned") or self.theirs(user, task))

    def enter(self, user, task=None, roles=None, deleted=False):
        """Whoever is no collaborator, or does not see the task, learns nothing; then the role. `deleted`: also when the project is."""
        refuse_if(STATE=user in self.disabled)
        if self.deleted:
            refuse_if(NOT_FOUND=not self.visible(user))
            stranger = self.role(user) != "admin"
            refuse_if(STATE=not deleted, PERMISSION=stranger, NOT_FOUND=task is not None and (stranger or task.removed))
        sees = self.role(user) is not None if task is None else self.sees(user, task)
        refuse_if(NOT_FOUND=not sees and (task is not None or user not in self.organisation.admins))
        refuse_if(PERMISSION=not sees)  # org admins see the project, not what is in it
        refuse_if(PERMISSION=roles is not None and self.role(user) not in roles)

    def opening(self, user, task):
        """What a task_open may answer."""
        try:
            self.enter(user, task)
        except Refused as refused:
            return refused.statuses
        return {"OK"}

    def closed(self, user, theirs=False):
        """Whether the project's status forbids it; `theirs` for what goes on with a task that is the user's."""
        if self.status == "archived":
            return True
        return self.status in CLOSED and not self.manages(user) and not theirs and not self.opened_by_ticket()

    def theirs(self, user, task):
        """Also what was theirs until this call: nothing in progress is lost."""
        return user != HOST and user in (task.assignee, self.former)

    def others(self, user, task):
        """In the review half whoever has the task has its branches."""
        if task.parent is not None and task.stage.type == JUDGE:
            task = task.parent
        return task.assignee is not None and task.assignee != user and not self.manages(user)

    def may_view(self, user, task):
        self.enter(user, task)
        refuse_if(PERMISSION=self.hidden(user, task))

    def hidden(self, user, task):
        """Seen, but not read. A branch that somebody has begun is read by whoever takes it."""
        begun = task.parent is not None and not task.waits and task.assignee is None and task.version > 0 and not self.theirs(user, task)
        return self.others(user, task) or (begun and not self.manages(user))

    # ---- events ----

    def record(self, kind, user, task, **more):
        self.happened.append(Happened(kind, self.now, user, task.stage, task, **more))

    # ---- assignment ----

    def give(self, task, user, by_manager):
        task.assignee, task.by_manager, task.taken, task.released = user, by_manager, not by_manager, False
        task.sign = self.now

    def barred_on_take(self, user, task):
        """An action on an unassigned task initiates it first: do the person rules forbid that?"""
        return user != HOST and task.assignee is None and (
            self.held_back(user, task) or (not self.manages(user) and user in self.barred(task)))

    def take(self, user, task):
        if user != HOST and task.assignee is None:
            self.lapse_beside(user, task, user)
            self.give(task, user, False)
            self.record("assign", user, task, credited=user)
        self.sign_of_work(user, task)

    def free(self, user, task, kind="release"):
        self.record(kind, user, task, credited=task.assignee)
        task.assignee, task.by_manager, task.taken, task.released = None, False, False, True

    def free_all(self, user, who, fits=lambda stage: False):
        for task in self.tasks.values():
            if task.assignee == who and not fits(task.stage):
                self.free(user, task)

    # ---- the queue ----

    def start(self, user, stage, include_skipped=False):
        """The task, or the reason why there is none."""
        refuse_if(STATE=user in self.disabled)
        refuse_if(INVALID=user == HOST)
        self.alive(user)
        refuse_if(NOT_FOUND=self.role(user) is None)
        if stage.type == DONE:
            return "FINISHED_STAGE"
        if not self.member(user, stage):
            return "NOT_MEMBER"
        if self.closed(user):
            return "PROJECT_STATUS"
        hidden = stage.set("hide_unassigned") and not self.manages(user)
        there = [task for task in self.tasks.values() if task.stage is stage and not task.removed]
        for task in there:
            if self.lapsed(task):
                self.free(user, task, "lapse")
        there = [task for task in there if not task.waits]
        own = [task for task in there if task.assignee == user]
        free = [] if hidden else [task for task in there if task.assignee is None]
        open_to = own + [task for task in free if user not in self.barred(task) and not self.held_back(user, task)]
        fresh = [task for task in open_to if user not in task.skips]
        found = min(fresh, key=lambda t: (-t.priority, t.assignee is None, t.entered, t.id), default=None)
        if found is None and include_skipped:
            found = min(open_to, key=lambda t: (t.skips[user], t.id), default=None)
        if found is not None:
            self.take(user, found)
            return found
        if open_to:
            return "ONLY_SKIPPED"
        if free:
            first = min(free, key=lambda t: (-t.priority, t.entered, t.id))  # rules keep the user from all: the first one's is told
            return "HAS_BRANCH" if self.held_back(user, first) else self.barred(first)[user]
        if hidden:
            return "NONE_ASSIGNED_TO_YOU"
        return "ALL_ASSIGNED" if there else "EMPTY"

    def initiate(self, user, task):
        self.enter(user, task)
        refuse_if(INVALID=user == HOST, CONFLICT=task.assignee not in (None, user) or self.others(user, task),
                  STATE=task.stage.type == DONE or task.waits or self.closed(user) or self.barred_on_take(user, task))
        self.take(user, task)

    def skip(self, user, task):
        self.enter(user, task, WORKS_IN[ANNOTATE])
        refuse_if(INVALID=user == HOST, CONFLICT=task.assignee not in (None, user) or self.others(user, task),
                  STATE=task.stage.type not in ANNOTATING or task.waits or self.closed(user) or self.barred_on_take(user, task))
        self.take(user, task)
        now = next(self.counter)
        stays = task.by_manager or task.stage.set("hide_unassigned")
        for one in task.parent.branches if task.parent else (task,):  # all branches of a task are the same work
            if one is task or (not stays and one.assignee is None and not one.waits):
                one.skips[user] = now
                one.status = "skipped"
        if not stays:
            task.assignee, task.taken, task.released = None, False, False
        self.record("skip", user, task)

    def assign(self, user, task, to):
        self.enter(user, task, MANAGERS)
        refuse_if(STATE=self.closed(user) or task.stage.type == DONE or task.waits or self.held_back(to, task) or (to in self.barred(task) and not self.manages(to)),
                  INVALID=task.stage.type == DONE or not self.assignable(to, task.stage))
        if task.assignee == to and task.by_manager and to not in task.skips:
            return
        task.skips.pop(to, None)
        self.lapse_beside(user, task, to)
        self.give(task, to, True)
        self.record("assign", user, task, credited=to)

    def assignable(self, user, stage):
        return user != HOST and user not in self.disabled and user in self.roles and self.member(user, stage)

    def release(self, user, task):
        self.enter(user, task)
        refuse_if(PERMISSION=self.others(user, task), STATE=task.waits)
        if not self.manages(user) and task.assignee is not None:
            refuse_if(PERMISSION=task.assignee != user or task.by_manager or not self.self_release)
        refuse_if(STATE=self.closed(user))
        if task.assignee is not None:
            self.free(user, task)

    def set_priority(self, user, task, priority):
        self.enter(user, task, MANAGERS)
        refuse_if(STATE=self.closed(user) or task.stage.type == DONE)
        if all(one.priority == priority for one in (task, *task.branches)):
            return UNCHANGED
        task.priority = priority
        for branch in task.branches:
            if branch.priority != priority:
                if self.lapsed(branch):
                    self.free(user, branch, "lapse")
                branch.priority = priority
        return None

    # ---- what is read ----

    def listed(self, user, waiting=False):
        there = [task for task in self.tasks.values() if self.sees(user, task) and (
            waiting or not (task.waits and (task.parent is None or task.stage.type == JUDGE)))]
        return sorted(there, key=lambda t: (-t.priority, t.entered, t.id))

    def counts(self, user):
        """Tasks by stage, for the stages the user sees."""
        counts = {}
        for stage in self.resting():
            if not self.manages(user) and not self.member(user, stage):
                continue
            hides = stage.set("hide_unassigned") and not self.manages(user)
            counts[stage.key] = sum(task.stage is stage and (
                not hides and not task.removed and not task.parent if stage.type == MANY and not hides else
                self.sees(user, task) and (not task.parent or (stage.type == MANY and not task.waits))) for task in self.tasks.values())
        return counts

    def live_tasks(self):
        return sum(not task.removed and not task.parent for task in self.tasks.values()) + len(self.unborn)

    def open_issues(self):
        return sum(not issue.resolved for task in self.tasks.values() if not task.removed for issue in task.issues)
