"""Nobody rises above who raised them: every sequence of up to four role-changing calls on a small project, by everybody, on everybody.

What a call does follows from who has which role, so all sequences are the paths between such states: each state is tried once,
with every call, against a model of levels written from the specification (§3)."""

import json
import os
import tempfile
import unittest

import annoproj
from annoproj import OrgRole, Role

LEVELS = {None: 0, Role.ANNOTATOR: 1, Role.TEAM_MANAGER: 2, Role.ADMIN: 3}
ROLES = [role for role in LEVELS if role]
ORG_ADMIN = 4  # everything of a project by joining it
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


if __name__ == "__main__":
    unittest.main()
