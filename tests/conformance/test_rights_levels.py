"""Nobody rises above who raised them: every sequence of up to four role-changing calls on a small project, by everybody, on everybody.

What a call does follows from who has which role, so all sequences are the paths between such states: each state is tried once,
with every call, against a model of levels written from the specification (§3). With org roles, joining, leaving, disabling and
enabling there are too many states for that, but what a call does follows from who calls and who it is about, so every such pair is
tried; that no call raises anybody above the caller makes it true of every sequence. Random sequences with whatever else might give
rights (owners, tickets, templates, copies) look at the roles themselves."""

import itertools
import json
import os
import random
import tempfile
import unittest

import annoproj
from annoproj import OrgRole, Role

LEVELS = {None: 0, Role.ANNOTATOR: 1, Role.TEAM_MANAGER: 2, Role.ADMIN: 3}
ROLES = [role for role in LEVELS if role]
ORG_ADMIN = 4  # everything of a project by joining it
SEED = int(os.environ.get("TEST_SEED", random.SystemRandom().randrange(1 << 32)))
WORKFLOW = json.dumps({"start": "a", "stages": [
    {"key": "a", "type": "ANNOTATION", "title": "A", "edges": {"submit": "c"}}, {"key": "c", "type": "DONE", "title": "C"}]})
LONGEST = 4


def expected(state, actor, call, target, role):
    """The state after a call, or the status with which it is refused."""
    own, theirs = state[actor], state[target]
    last_admin = theirs == Role.ADMIN and sum(one == Role.ADMIN for one in state) == 1
    if own is None:
        return "NOT_FOUND"
    if LEVELS[own] < LEVELS[Role.TEAM_MANAGER]:
        return "PERMISSION"
    admin = own == Role.ADMIN
    if call == "add":
        if role == Role.ADMIN and not admin:
            return "PERMISSION"
        return changed(state, target, theirs or role)
    if theirs is None:
        return "NOT_FOUND" if admin or role != Role.ADMIN else {"NOT_FOUND", "PERMISSION"}
    if not admin and (theirs == Role.ADMIN or role == Role.ADMIN):
        return "PERMISSION"
    if last_admin and role != Role.ADMIN:
        return "STATE"
    return changed(state, target, role)


def changed(state, target, role):
    return state[:target] + (role,) + state[target + 1:]


class Levels(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = annoproj.create(os.path.join(self.folder.name, "levels.annoproj"), relaxed_durability=True)
        self.host = self.store.session_open(0)
        self.project = self.host.project_create("P", self.host.ontology_create("O", '{"objects": [], "classifications": []}'), WORKFLOW)
        self.users = [self.host.user_create("u%d@x.org" % i, "U", OrgRole.MEMBER) for i in range(4)]
        self.project.collaborator_add(self.users[0], Role.ADMIN)
        self.handles = []
        for user in self.users:
            self.project.collaborator_add(user, Role.ADMIN)
            self.handles.append(self.store.session_open(user).project_open(self.project.id()))
        self.state = (Role.ADMIN,) * 4

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def become(self, state):
        """The host puts everybody where they are to be; admins first, since one must stay."""
        for place in sorted(range(4), key=lambda i: state[i] != Role.ADMIN):
            if self.state[place] == state[place]:
                continue
            if state[place] is None:
                self.project.collaborator_remove(self.users[place])
            elif self.state[place] is None:
                self.project.collaborator_add(self.users[place], state[place])
            else:
                self.project.collaborator_set_role(self.users[place], state[place])
        self.state = state

    def read(self):
        roles = {row["user"]: Role[row["role"].upper()] for row in self.project.collaborator_list().to_pylist()}
        return tuple(roles.get(user) for user in self.users)

    def call(self, actor, call, target, role):
        project, user = self.handles[actor], self.users[target]
        try:
            if call == "add":
                project.collaborator_add(user, role)
            elif call == "set":
                project.collaborator_set_role(user, role)
            else:
                project.collaborator_remove(user)
        except annoproj.Error as error:
            return error.status.name
        return "OK"

    def try_all(self, state):
        """Every call in a state; gives the states that follow."""
        calls = [(call, role) for call in ("add", "set") for role in ROLES] + [("remove", None)]
        following = set()
        for actor in range(4):
            for target in range(4):
                for call, role in calls:
                    self.become(state)
                    wanted, seq = expected(state, actor, call, target, role), self.store.wait(0)
                    found = self.call(actor, call, target, role)
                    what = (state, "user %d: %s user %d %s" % (actor, call, target, role))
                    if not isinstance(wanted, tuple):
                        self.assertIn(found, wanted if isinstance(wanted, set) else {wanted}, what)
                        self.assertEqual(self.store.wait(0), seq, what)
                        continue
                    self.assertEqual(found, "OK", what)
                    if wanted == state:
                        continue
                    self.state = wanted
                    following.add(wanted)
                    for before, after in zip(state, wanted):
                        self.assertLessEqual(LEVELS[after], max(LEVELS[before], LEVELS[state[actor]]), what)
        return following

    def test_no_sequence_raises_anyone_above_the_granter(self):
        start = (Role.ADMIN, Role.TEAM_MANAGER, Role.ANNOTATOR, None)
        tried, reached = set(), {start}
        for _ in range(LONGEST):
            now, reached = reached - tried, set()
            for state in sorted(now, key=str):
                reached |= self.try_all(state)
                self.become(state)
                self.assertEqual(self.read(), state)
            tried |= now
        self.assertGreater(len(tried), 60)

    def test_without_an_admin_who_grants(self):
        """Team managers, annotators and outsiders among themselves never make an admin, however long they try."""
        tried, reached = set(), {(Role.ADMIN, Role.TEAM_MANAGER, Role.ANNOTATOR, None)}
        calls = [(call, role) for call in ("add", "set") for role in ROLES] + [("remove", None)]
        while reached - tried:
            state = min(reached - tried, key=str)
            tried.add(state)
            for actor in (1, 2, 3):
                for target in range(4):
                    for call, role in calls:
                        self.become(state)
                        if self.call(actor, call, target, role) == "OK":
                            self.state = self.read()
                            self.assertEqual([role for role in self.state if role == Role.ADMIN], [Role.ADMIN])
                            reached.add(self.state)
        self.assertEqual({state[0] for state in tried}, {Role.ADMIN})


# --- org roles, joining, leaving, disabling ---------------------------------------------------------------------------------

ORG = {OrgRole.MEMBER: "member", OrgRole.ADMIN: "admin"}
PEOPLE = list(itertools.product(ORG, (False, True), LEVELS))        # org role, disabled, role in the project
ON_OTHERS = [(call, role) for call in ("add", "set") for role in ROLES] + [(call, None) for call in (
    "remove", "promote", "demote", "disable", "enable")]
ON_ONESELF = ON_OTHERS + [("join", None), ("leave", None)]


def potential(person):
    """What somebody can do when enabled."""
    return ORG_ADMIN if person[0] == OrgRole.ADMIN else LEVELS[person[2]]


def level(person):
    return 0 if person[1] else potential(person)


def outcome(actor, target, other_admin, call, role):
    """The target after a call, or the statuses with which it is refused. `other_admin`: somebody else is the project's admin."""
    org, disabled, own = actor
    theirs = target[2]
    if disabled:
        return {"STATE"}
    if call in ("promote", "demote", "disable", "enable"):
        if org != OrgRole.ADMIN:
            return {"PERMISSION"}
        return {"promote": (OrgRole.ADMIN,) + target[1:], "demote": (OrgRole.MEMBER,) + target[1:],
                "disable": (target[0], True, theirs), "enable": (target[0], False, theirs)}[call]
    if call == "join":
        return (org, disabled, Role.ADMIN) if org == OrgRole.ADMIN else {"PERMISSION"} if own else {"NOT_FOUND"}
    if own is None:
        return {"PERMISSION", "NOT_FOUND"} if org == OrgRole.ADMIN else {"NOT_FOUND"}
    if call == "leave":
        return {"STATE"} if own == Role.ADMIN and not other_admin else (org, disabled, None)
    if LEVELS[own] < LEVELS[Role.TEAM_MANAGER]:
        return {"PERMISSION"}
    refused = set()
    if own != Role.ADMIN and (role == Role.ADMIN or (theirs == Role.ADMIN and call != "add")):
        refused.add("PERMISSION")
    if call == "add":
        if target[1]:
            refused.add("STATE")
        return refused or (target[0], target[1], theirs or role)
    if theirs is None:
        return refused | {"NOT_FOUND"}
    if theirs == Role.ADMIN and role != Role.ADMIN and not other_admin:
        refused.add("STATE")
    return refused or (target[0], target[1], role)


class OrgLevels(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.now_us = 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(self.folder.name, "levels.annoproj"), relaxed_durability=True,
                                     clock=lambda: self.now_us, ticket_key="a secret of this test")
        self.host = self.store.session_open(0)
        self.ontology = self.host.ontology_create("O", '{"objects": [], "classifications": []}')
        self.dataset = self.host.dataset_create("D")
        self.host.data_units_add(self.dataset, titles=["a", "b", "c"])
        self.project = self.host.project_create("P", self.ontology, WORKFLOW)
        self.project.attach_dataset(self.dataset)
        self.tasks = [row["task"] for row in self.project.task_list().to_pylist()]
        self.template = self.host.workflow_template_create("T", WORKFLOW)
        self.host.user_create("always@x.org", "There is an org admin always", OrgRole.ADMIN)
        self.keeper = self.host.user_create("keeper@x.org", "Keeper", OrgRole.MEMBER)
        self.users = [self.host.user_create("u%d@x.org" % i, "U", OrgRole.MEMBER) for i in range(4)]
        self.project.collaborator_add(self.keeper, Role.ADMIN)
        self.kept, self.sessions, self.handles = True, [], []
        for user in self.users:
            self.project.collaborator_add(user, Role.ADMIN)
            self.sessions.append(self.store.session_open(user))
            self.handles.append(self.sessions[-1].project_open(self.project.id()))
        self.state = [(OrgRole.MEMBER, False, Role.ADMIN)] * 4

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def become(self, place, wanted):
        """The host makes somebody so."""
        user, (org, disabled, role) = self.users[place], self.state[place]
        if self.state[place] == wanted:
            return
        if disabled:
            self.host.user_enable(user)
        if org != wanted[0]:
            self.host.user_update(user, "U", wanted[0])
        if role != wanted[2]:
            self.keep(True)                                     # an admin must stay
            if wanted[2] is None:
                self.project.collaborator_remove(user)
            elif role is None:
                self.project.collaborator_add(user, wanted[2])
            else:
                self.project.collaborator_set_role(user, wanted[2])
        if wanted[1]:
            self.host.user_disable(user)
        self.state[place] = wanted

    def keep(self, kept):
        """Whether somebody else is the project's admin."""
        if kept and not self.kept:
            self.project.collaborator_add(self.keeper, Role.ADMIN)
        if self.kept and not kept:
            self.project.collaborator_set_role(self.keeper, Role.ANNOTATOR)
            self.project.collaborator_remove(self.keeper)
        self.kept = kept

    def call(self, actor, call, target, role):
        session, project, user = self.sessions[actor], self.handles[actor], self.users[target]
        calls = {"add": lambda: project.collaborator_add(user, role), "set": lambda: project.collaborator_set_role(user, role),
                 "remove": lambda: project.collaborator_remove(user), "leave": project.collaborator_leave,
                 "join": lambda: session.project_join(self.project.id()), "promote": lambda: session.user_update(user, "U", OrgRole.ADMIN),
                 "demote": lambda: session.user_update(user, "U", OrgRole.MEMBER), "disable": lambda: session.user_disable(user),
                 "enable": lambda: session.user_enable(user)}
        try:
            calls[call]()
        except annoproj.Error as error:
            return error.status.name
        return "OK"

    def read(self):
        roles = {row["user"]: Role[row["role"].upper()] for row in self.project.collaborator_list().to_pylist()}
        people = {row["user"]: row for row in self.host.user_list().to_pylist()}
        return [(OrgRole.ADMIN if people[user]["org_role"] == "admin" else OrgRole.MEMBER, people[user]["disabled"], roles.get(user))
                for user in self.users]

    def try_pair(self, actor, target, kept, call, role):
        places = (0, 0) if target is None else (0, 1)
        self.become(0, actor)
        if target is not None:
            self.become(1, target)
        people = [actor] if target is None else [actor, target]
        able = [one for one in people if one[2] == Role.ADMIN and not one[1]]
        if not kept and not able:
            return 0                                            # the store keeps an admin that can act
        self.keep(kept)
        about = people[-1]
        other = kept or (target is not None and actor[2] == Role.ADMIN and not actor[1])
        wanted, seq = outcome(actor, about, other, call, role), self.store.wait(0)
        found, what = self.call(places[0], call, places[1], role), (actor, about, kept, call, role)
        if isinstance(wanted, set):
            self.assertIn(found, wanted, what)
            self.assertEqual(self.store.wait(0), seq, what)
            return 1
        self.assertEqual(found, "OK", what)
        self.assertLessEqual(potential(wanted), max(potential(about), level(actor)), what)
        self.state[places[1]] = wanted
        if wanted != about:
            self.assertEqual(self.read()[places[1]], wanted, what)
        return 1

    def test_every_pair(self):
        for place in (2, 3):
            self.become(place, (OrgRole.MEMBER, False, None))
        tried = 0
        for kept in (True, False):
            for actor, target in itertools.product(PEOPLE, PEOPLE):
                for call, role in ON_OTHERS:
                    tried += self.try_pair(actor, target, kept, call, role)
            self.become(1, (OrgRole.MEMBER, False, None))
            for actor in PEOPLE:
                for call, role in ON_ONESELF:
                    tried += self.try_pair(actor, None, kept, call, role)
        self.assertGreater(tried, 3500)

    def test_random_sequences(self):
        """Four calls of anybody, on anybody, of what might give a right: nobody is above whoever acted and what they were."""
        rng = random.Random(SEED)
        with self.subTest(TEST_SEED=SEED):
            self.keep(True)
            for _ in range(150):
                for place in range(4):
                    self.become(place, rng.choice(PEOPLE))
                for _ in range(LONGEST):
                    actor, before = rng.randrange(4), list(self.state)
                    self.anything(rng, actor)
                    self.state = self.read()
                    for place in range(4):
                        self.assertLessEqual(potential(self.state[place]), max(potential(before[place]), level(before[actor])),
                                             (before, actor, self.state))
            self.assertEqual(self.host.store_check().to_pylist(), [])

    def anything(self, rng, actor):
        session, project, target = self.sessions[actor], self.handles[actor], rng.randrange(4)
        call, role = rng.choice(ON_ONESELF)
        document = json.loads(WORKFLOW)
        document["stages"][0]["settings"] = {"members": ["u%d@x.org" % i for i in range(4)]}
        other = rng.choice([
            lambda: project.set_owner(self.users[target]),
            lambda: session.workflow_template_create("T", json.dumps(document)),
            lambda: project.workflow_use_template(session.workflow_template_list().to_pylist()[-1]["workflow_template"]),
            lambda: project.workflow_update(json.dumps(document)),
            lambda: project.copy("C", collaborators=True),
            lambda: project.set_status(rng.choice(list(annoproj.ProjectStatus))),
            lambda: project.task_open(rng.choice(self.tasks)).assign(self.users[target]),
            lambda: self.by_ticket(actor, target, role)])
        if rng.random() < 0.6:
            self.call(actor, call, actor if call in ("join", "leave") else target, role)
            return
        try:
            other()
        except annoproj.Error:
            pass
        finally:
            self.project.set_status(annoproj.ProjectStatus.IN_PROGRESS)

    def by_ticket(self, actor, target, role):
        ticket = self.handles[actor].task_open(self.tasks[0]).ticket_issue(self.users[target], self.now_us + 10**9)
        guest = self.store.session_open(self.users[target], ticket=ticket)
        guest.project_open(self.project.id()).collaborator_set_role(self.users[target], role or Role.ADMIN)

    def test_tickets_give_no_role(self):
        """With a ticket one may do on a task what one's role allows in an active project, and nothing that it does not."""
        self.keep(True)
        self.become(0, (OrgRole.MEMBER, False, Role.ANNOTATOR))
        self.become(1, (OrgRole.MEMBER, False, Role.TEAM_MANAGER))
        mine = self.users[0]
        ticket = self.project.task_open(self.tasks[0]).ticket_issue(mine, self.now_us + 10**9)
        self.project.set_status(annoproj.ProjectStatus.PAUSED)
        guest = self.store.session_open(mine, ticket=ticket).project_open(self.project.id())
        task, beside = guest.task_open(self.tasks[0]), guest.task_open(self.tasks[1])
        seq = self.store.wait(0)
        for call in (lambda: task.assign(mine), lambda: task.set_priority(1), lambda: task.reopen(), lambda: task.pathway("x"),
                     lambda: task.approve(), lambda: task.ticket_issue(mine, self.now_us + 10**9), lambda: guest.workflow_json(),
                     lambda: guest.collaborator_add(mine, Role.ADMIN), lambda: guest.collaborator_set_role(mine, Role.TEAM_MANAGER),
                     lambda: guest.set_status(annoproj.ProjectStatus.IN_PROGRESS), lambda: guest.setting_set(annoproj.Setting.STRICT_STATUS, 0),
                     lambda: guest.overview(), lambda: guest.export_labels(path=os.path.join(self.folder.name, "x")), lambda: guest.query_open().annotators()):
            with self.assertRaises(annoproj.PermissionError):
                call()
        with self.assertRaises(annoproj.StateError):
            beside.initiate()
        with self.assertRaises(annoproj.StateError):
            self.handles[0].task_open(self.tasks[0]).initiate()         # without it
        self.assertEqual(self.store.wait(0), seq)
        task.initiate()
        # It is of no use to another, nor to who is no collaborator any more.
        with self.assertRaises((annoproj.InvalidError, annoproj.PermissionError)):
            self.store.session_open(self.users[1], ticket=ticket)
        self.project.collaborator_remove(mine)
        with self.assertRaises(annoproj.NotFoundError):
            task.get()


if __name__ == "__main__":
    unittest.main()
