"""Random changes of projects: who works in them, settings, datasets, workflows."""

import json

import annoproj
from comparing import status_of
from parts import AGENT, CLOSED, DAY, HOST
from world import MOST_UNITS, ROLES

SECOND = 1_000_000

STATUSES = {status.name.lower(): status for status in annoproj.ProjectStatus}


class ProjectOperations:
    """A part of Operations."""

    def set_status(self):
        user = self.user()
        status = self.random.choice(("in_progress", "in_progress", "in_review", "not_started", "paused", "completed", "cancelled", "archived"))
        if self.reference.status in ("archived", "paused", "completed", "cancelled"):
            user, status = self.random.choice((user, HOST)), "in_progress"
        project = self.project.handle_of(user)
        self.both("set_status(user %d, %s)" % (user, status), lambda: self.reference.set_status(user, status),
                  lambda **call: project.set_status(STATUSES[status], **call))

    def set_setting(self):
        user, (setting, name, values) = self.user(AGENT), self.random.choice((
            ("SELF_RELEASE", "self_release", (False, True)), ("STRICT_STATUS", "strict", (False, False, True)),
            ("OUTBOX_ISSUES", "tell_issues", (False, True)), ("OUTBOX_STATUS", "tell_status", (False, True)),
            ("OUTBOX_LIMIT", "limit", (3, 20, 1_000_000)),
            ("IDLE_LIMIT_US", "idle_limit", (1, 20_000_000, 60_000_000))))
        self.use_setting(user, setting, name, self.random.choice(values))

    def use_setting(self, user, setting, name, value):
        project = self.project.handle_of(user)
        self.both("setting_set(user %d, %s, %d)" % (user, setting, value), lambda: self.reference.set_setting(user, name, value),
                  lambda **call: project.setting_set(annoproj.Setting[setting], int(value), **call))

    def ticket(self):
        """Issues one, or follows one that was issued."""
        world, reference, tickets = self.world, self.reference, self.project.tickets
        if tickets and self.random.random() < 0.5:
            return self.follow(*self.random.choice(tickets))
        user, to = self.random.choice((HOST, self.user(AGENT), self.user(AGENT), self.user())), self.random.choice(world.users)
        task = self.task(to)
        expires = reference.now + self.random.choice((-1, 0, 1, 60, 3600, 86_400, 30 * 86_400, 31 * 86_400)) * SECOND
        text, _ = self.on_task("ticket_issue", user, task, lambda u, t: reference.issue_ticket(u, t, to, expires),
                               lambda t, **call: t.ticket_issue(to, expires, **call), to=to, expires=expires)
        if text is not None:
            tickets.append((text, to, task, (expires, reference.removals[to])))
            self.follow(*tickets[-1])

    def follow(self, text, user, task, ticket):
        """Whoever comes with a ticket gets a session, and from it a handle of the task where they see it."""
        world, reference = self.world, self.reference
        self.project.expect("ticket of another", status_of(world.store.session_open, self.random.choice([HOST, user % len(world.users) + 1]),
                                                         ticket=text) == "OK", False)
        status = status_of(world.store.session_open, user, ticket=text)
        expected = {"STATE"} if user in reference.disabled else {"OK"}
        if reference.now >= ticket[0]:
            expected = {"PERMISSION"} | expected - {"OK"}
        self.project.expect("session with a ticket of user %d" % user, (status in expected, status), (True, status))
        if status == "OK":
            session = world.store.session_open(user, ticket=text)
            found = status_of(session.ticket_task)
            self.project.expect_any("task of the ticket", found, reference.opening(user, task))
            if found == "OK":
                self.project.guests[user, task.id] = ticket, session.ticket_task(), session.project_open(self.project.id)

    def use_ticket(self):
        """In a project that is closed, where tickets open nothing, and around the moment when the ticket expires."""
        world, random, tasks = self.world, self.random, self.reference.tasks
        guests = [(user, tasks[task], expires) for (user, task), ((expires, _), _, _) in self.project.guests.items() if task in tasks]
        if not guests:
            return self.ticket()
        user, task, expires = random.choice(guests)
        strict = random.random() < 0.3
        if strict:
            self.use_setting(HOST, "STRICT_STATUS", "strict", True)
        if random.random() < 0.8:
            self.host_sets(random.choice(CLOSED))
        if random.random() < 0.6 and expires < self.reference.now + DAY:
            world.organisation.now = max(self.reference.now, expires + random.choice((-1, 0, 0, 1)))
        self.on_task("initiate", user, task, self.reference.initiate, lambda handle, **call: handle.initiate(**call))
        if random.random() < 0.8:
            self.host_sets("in_progress")
        if strict:
            self.use_setting(HOST, "STRICT_STATUS", "strict", False)
        return None

    def host_sets(self, status):
        project = self.project.host
        self.both("set_status(user %d, %s)" % (HOST, status), lambda: self.reference.set_status(HOST, status),
                  lambda **call: project.set_status(STATUSES[status], **call))

    def collaborator(self):
        user, who = self.user(), self.random.choice(self.world.users)
        role, project = self.random.choice(list(ROLES)), self.project.handle_of(user)
        how = self.random.choice(("add", "set_role", "set_role", "remove"))
        if how == "add":
            self.both("collaborator_add(user %d, %d, %s)" % (user, who, role), lambda: self.reference.add_collaborator(user, who, role),
                      lambda **call: project.collaborator_add(who, ROLES[role], **call))
        elif how == "set_role":
            self.both("collaborator_set_role(user %d, %d, %s)" % (user, who, role),
                      lambda: self.reference.change_collaborator(user, who, role),
                      lambda **call: project.collaborator_set_role(who, ROLES[role], **call))
        else:
            self.both("collaborator_remove(user %d, %d)" % (user, who), lambda: self.reference.change_collaborator(user, who, None),
                      lambda **call: project.collaborator_remove(who, **call))

    def join(self):
        user = self.random.choice((self.world.org_admin, self.world.org_admin, self.user()))
        session = self.world.sessions[user]
        self.both("project_join(user %d)" % user, lambda: self.reference.join(user),
                  lambda **call: session.project_join(self.project.id, **call))

    def leave(self):
        user = self.random.choice((self.world.org_admin, self.user()))
        project = self.project.handle_of(user)
        if project is not None:
            self.both("collaborator_leave(user %d)" % user, lambda: self.reference.leave_project(user),
                      lambda **call: project.collaborator_leave(**call))

    def disable(self):
        """Mostly by the host or the org admin, who stays."""
        user = self.random.choice((HOST, HOST, self.world.org_admin, self.random.choice(self.world.users[:-1])))
        who = self.random.choice(self.world.users[:-1])
        organisation, session = self.world.organisation, self.world.sessions[user]
        disabled = who not in organisation.disabled
        act = session.user_disable if disabled else session.user_enable
        self.both("disable(user %d, %d, %r)" % (user, who, disabled), lambda: organisation.disable(user, who, disabled),
                  lambda **call: act(who, **call))

    def attach(self):
        """Mostly what can be done; a project keeps a dataset most of the time."""
        user, dataset = self.user(), self.random.choice(self.world.datasets)
        attached = (dataset not in self.reference.attached) != (self.random.random() < 0.1)
        handle = self.project.handle_of(user)
        act = handle.attach_dataset if attached else handle.detach_dataset
        result, wanted = self.both("%s_dataset(user %d, %d)" % ("attach" if attached else "detach", user, dataset),
                                   lambda: self.reference.attach(user, dataset, attached), lambda **call: act(dataset, **call))
        self.project.expect("tasks of the dataset", result, wanted)
        self.project.name_tasks()

    def add_units(self):
        """In every project that has the dataset there is one task more for each."""
        world, dataset = self.world, self.random.choice(self.world.datasets)
        if len(world.organisation.units) >= MOST_UNITS:
            return
        added = world.add_units(HOST, dataset, self.random.randint(1, 2))
        self.history.append("data_units_add(%d, %d)" % (dataset, len(added)))
        for project in world.projects:
            project.reference.add_units(added)
            project.name_tasks()

    def update_workflow(self):
        user = self.random.choice((HOST, self.user(AGENT), self.user(AGENT), self.user()))
        document = self.project.documents.changed(self.project.document)
        self.use_workflow(user, document, "workflow_update(%s)" % difference(self.project.document, document),
                          lambda handle, **call: handle.workflow_update(json.dumps(document), **call))

    def use_workflow(self, user, document, name, act):
        """`document` None: of a template that does not exist."""
        project = self.project
        handle = project.handle_of(user)
        result, wanted = self.both("%s by user %d" % (name, user),
                                   lambda: self.reference.update_workflow(user, document, self.world.by_email) or "changed",
                                   lambda **call: act(handle, **call))
        if wanted:
            project.document = document
            project.read_stages()
            project.compare_workflow()
            project.compare_tasks(self.reference.tasks.values())


def difference(old, new):
    """What a change of a document is about, for the history."""
    before = {stage["key"]: stage for stage in old["stages"]}
    after = {stage["key"]: stage for stage in new["stages"]}
    return json.dumps([after.get(key, "%s gone" % key) for key in {**before, **after} if before.get(key) != after.get(key)])
