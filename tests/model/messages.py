"""The outbox: what is told to other systems, until they have it."""

import dataclasses

from parts import DONE, refuse_if


@dataclasses.dataclass
class Message:
    sequence: int
    kind: str
    time: int
    actor: int
    task: object = None
    stage: object = None
    status: str = None
    attempts: int = 0
    fetched: int = None

    def seen(self):
        return [self.sequence, self.kind, self.time, self.attempts, self.fetched]


class Messages:
    """A part of Reference: waiting, told, dropped, limit, tell_issues, tell_status."""

    def tell(self, kind, user, **more):
        self.told += 1
        self.waiting.append(Message(self.told, kind, self.now, user, **more))
        self.drop_oldest()

    def drop_oldest(self):
        while len(self.waiting) > self.limit:
            self.waiting.pop(0)
            self.dropped += 1

    def tell_of_arrival(self, user, task):
        if task.stage.type == DONE and task.stage.set("webhook"):
            self.tell("task_completed_event", user, task=task, stage=task.stage)

    def tell_of_issue(self, user, task, what):
        if self.tell_issues:
            self.tell("issue_%s_event" % what, user, task=task)

    def fetch(self, user, after, limit):
        """What the host gets, and how it was before."""
        self.enter(user, roles=("admin",))
        found = [one for one in self.waiting if one.sequence > after][:limit or 100]
        for one in found:
            one.attempts += 1
        rows = [(one, one.seen()) for one in found]
        for one in found:
            one.fetched = self.now
        return rows

    def acknowledge(self, user, sequences):
        self.enter(user, roles=("admin",))
        theirs = [one for one in self.waiting if one.sequence in sequences]
        refuse_if(NOT_FOUND=any(one > self.told for one in sequences), STATE=any(not one.attempts for one in theirs))
        self.waiting = [one for one in self.waiting if one not in theirs]
        return len(theirs)

    def acknowledge_to(self, user, sequence):
        return self.acknowledge(user, list(range(1, sequence + 1)) or [sequence])
