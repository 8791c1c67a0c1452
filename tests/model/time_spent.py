"""Reported time, and the time without a sign of work after which an assignment lapses."""

from parts import DAY, HOST, UNCHANGED, Happened, Refused, refuse_if


class TimeSpent:
    """A part of Reference."""

    # ---- assignments that lapse ----

    def lapsed(self, task):
        ttl = task.stage.set("assignment_ttl", 0) * 1_000_000
        return bool(ttl) and task.taken and task.assignee is not None and self.now - task.sign >= ttl

    def sign_of_work(self, user, task, at=None):
        if user != HOST and user == task.assignee:
            task.sign = max(task.sign, self.now if at is None else at)

    def meet(self, user, task, act):
        """A write that meets what has lapsed logs it first; one that is refused or changes nothing has met nothing."""
        if not self.lapsed(task):
            return act(user, task)
        before, count = (task.assignee, task.by_manager, task.taken, task.released), len(self.happened)
        self.former = task.assignee
        self.free(user, task, "lapse")
        done = UNCHANGED
        try:
            done = act(user, task)
        finally:
            if done is UNCHANGED:
                task.assignee, task.by_manager, task.taken, task.released = before
                del self.happened[count:]
            self.former = None
        return done

    def come_back(self, user, task):
        """What the former assignee does late takes the task again."""
        if user == self.former and task.assignee is None:
            self.take(user, task)

    def meet_in_time(self, user, task, start, end, act):
        """Work that began in time shows that nothing lapsed until it ended; what ended too long ago does not take the task again."""
        end = min(end, self.now)
        before, ttl = task.sign, task.stage.set("assignment_ttl", 0) * 1_000_000
        if self.lapsed(task) and user == task.assignee and start < task.sign + ttl:
            task.sign = max(task.sign, end)

        def act_in_time(user, task):
            recorded = act()
            if end > self.now - ttl:
                self.come_back(user, task)
            self.sign_of_work(user, task, end)
            return recorded

        try:
            return self.meet(user, task, act_in_time)
        except Refused:
            task.sign = before
            raise

    # ---- time ----

    def may_report(self, user, task):
        worked = user in task.sent_on_by and not task.removed and self.role(user) is not None and user != HOST
        refuse_if(STATE=user in self.disabled)
        if not worked or self.deleted:
            self.enter(user, task)
        refuse_if(INVALID=user == HOST, CONFLICT=self.others(user, task) and not worked,
                  STATE=self.closed(user, worked or self.theirs(user, task)))

    def report(self, user, task, start, duration):
        """How much was new."""
        def act():
            self.may_report(user, task)
            refuse_if(INVALID=start < 0 or duration < 0 or start + duration > self.now + 5_000_000 or start < self.now - self.window)
            return self.add_time(user, task, start, start + duration)

        return self.meet_in_time(user, task, start, start + duration, act)

    def heartbeat(self, user, task, at):
        def act():
            self.may_report(user, task)
            refuse_if(INVALID=at > self.now + 5_000_000 or at < self.now - self.window)
            return self.beat(user, task, at)

        return self.meet_in_time(user, task, at, at, act)

    def beat(self, user, task, at):
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
        stays = task.stays + ([] if task.parent and task.waits else [(task.stage, task.entered, None)])
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
            for day in range(first // DAY, (last - 1) // DAY + 1):
                begin, end = max(first, day * DAY), min(last, (day + 1) * DAY)
                self.happened.append(Happened("time", begin, user, stage, task, duration=end - begin))
        return sum(last - first for first, last in pieces)
