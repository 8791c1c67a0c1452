"""Collaborators, and what an admin sets: status, settings, datasets."""

from parts import DAY, HOST, MANAGERS, MANY, UNCHANGED, Refused, Task, refuse_if


class People:
    """A part of Reference."""

    # ---- people, status, datasets ----

    def set_status(self, user, status):
        self.enter(user, roles=MANAGERS)
        if self.status == "archived" and self.role(user) != "admin":
            raise Refused("STATE", "PERMISSION")
        if status != self.status and self.tell_status:
            self.tell("project_status_event", user, status=status)
        self.status = status

    def set_setting(self, user, name, value):
        self.enter(user, roles=("admin",))
        refuse_if(STATE=self.closed(user))
        setattr(self, name, value)  # of the outbox: the oldest make room when the next one comes

    def set_tags(self, user, tags):
        self.enter(user, roles=("admin",))
        refuse_if(STATE=self.closed(user))
        self.tags = sorted(tags)

    # ---- tickets ----

    def issue_ticket(self, user, task, to, expires):
        self.enter(user, task, ("admin",))
        refuse_if(STATE=self.closed(user) or to in self.disabled or self.strict, NOT_FOUND=to not in self.roles,
                  INVALID=not self.now < expires <= self.now + 30 * DAY)
        return UNCHANGED

    def is_valid(self, user, ticket):
        """Whether it is in time, and the user was not removed since."""
        expires, removals = ticket
        return self.now < expires and self.removals[user] == removals

    def with_ticket(self, user, task, valid, act):
        """On its task a ticket opens what only the project's status has closed, and its use is an event."""
        self.ticketed, self.ticket_needed = valid and not self.strict, False
        try:
            result = act()
        finally:
            self.ticketed = False
        if self.ticket_needed:
            self.record("ticket_use", user, task)
        return result

    def opened_by_ticket(self):
        self.ticket_needed |= self.ticketed
        return self.ticketed

    # ---- people ----

    def is_last_admin(self, user):
        return not any(role == "admin" and other != user and other not in self.disabled for other, role in self.roles.items())

    def add_collaborator(self, user, who, role):
        self.enter(user, roles=MANAGERS)
        refuse_if(STATE=self.closed(user) or who in self.disabled, PERMISSION=role == "admin" and self.role(user) != "admin")
        self.roles.setdefault(who, role)

    def join(self, user):
        refuse_if(STATE=user in self.disabled)
        refuse_if(INVALID=user == HOST)
        refuse_if(NOT_FOUND=not self.visible(user))
        refuse_if(PERMISSION=user not in self.organisation.admins)
        self.roles[user] = "admin"  # of any project, whatever its status

    def leave_project(self, user):
        self.enter(user)
        refuse_if(INVALID=user == HOST, STATE=self.status == "archived"
                  or (self.role(user) == "admin" and user != HOST and self.is_last_admin(user)))
        self.free_all(user, user)
        self.take_out(user)

    def take_out(self, user):
        """Tickets of before open nothing, also when the user comes back."""
        del self.roles[user]
        self.removals[user] += 1

    def change_collaborator(self, user, who, role):
        """`role` None removes."""
        self.enter(user, roles=MANAGERS)
        was = self.roles.get(who)
        refuse_if(STATE=self.closed(user) or (was == "admin" and role != "admin" and self.is_last_admin(who)),
                  NOT_FOUND=was is None, PERMISSION="admin" in (was, role) and self.role(user) != "admin")
        if role is None:
            self.free_all(user, who)
            self.take_out(who)
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
        if dataset not in self.once_attached:
            self.once_attached.append(dataset)
        there = [task for task in self.tasks.values() if task.dataset == dataset]
        for task in there:
            task.removed = not attached
            task.sign = self.now
        there = [task for task in there if not task.parent]
        known = {task.unit.id for task in there}
        new = self.add_units(one.id for one in self.organisation.units.values() if one.dataset == dataset and one.id not in known)
        return len(there) + new

    def begin(self, task):
        if self.first.type == MANY:
            self.enter_consensus(task, "new")

    def add_units(self, units):
        new = [unit for unit in map(self.organisation.units.get, sorted(units)) if unit.dataset in self.attached]
        for unit in new:
            self.unborn.append(Task(None, unit, self.first, self.now))
            self.begin(self.unborn[-1])
        return len(new)
