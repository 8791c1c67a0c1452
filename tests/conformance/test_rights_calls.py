"""Every function of the header, called by everybody: what its "Rights:" name and the specified table (rights.csv) forbid is refused,
PERMISSION to those who see what it is about, NOT_FOUND to those who do not, and the store stays as it was; what the table allows a
role everywhere is refused for no right. The calls are those of test_calls.py, with everybody's own handles."""

import copy
import csv
import json
import os
import re
import tempfile
import unittest

import annoproj
import test_calls
from annoproj import OrgRole, Role
from test_calls import CALLS, READ

HERE = os.path.dirname(os.path.abspath(__file__))
ROLES = {"admin": Role.ADMIN, "team_manager": Role.TEAM_MANAGER, "reviewer": Role.REVIEWER, "annotator": Role.ANNOTATOR,
         "annotator_reviewer": Role.ANNOTATOR_REVIEWER}
OUTSIDE = ("outsider", "org_admin")
STAGE_HANDLES = {"stage": ("project", "annotate"), "agent_stage": ("agents", "agent")}
# Lists of what the session may see: those who may see nothing get nothing.
LISTS = {"annoproj_project_list", "annoproj_outbox_waiting"}
# A session without a ticket has no task of one, whoever opened it.
NO_TICKET = {"annoproj_session_ticket_task"}
# A collaborator without the right to bring it back does not see a deleted project.
OF_THE_DELETED = {"annoproj_project_restore", "annoproj_project_purge"}
# Another right lets some of the same calls through.
ALSO = {"annoproj_task_release": ["release_own"], "annoproj_tasks_release": ["release_own"]}
# No operation of the table: any session, or what the texts say and other tests look at (datasets, ontologies: test_rights.py).
NO_OPERATION = ("any session", "none needed", "re-read", "one's own", "as annoproj_dataset_get", "as annoproj_ontology_json")


def read_rights():
    with open(os.path.join(HERE, "rights.csv"), encoding="utf-8", newline="") as file:
        return {row["operation"]: row for row in csv.DictReader(file)}


def read_functions():
    with open(test_calls.API, encoding="utf-8") as file:
        return {one["name"]: one for one in json.load(file)["functions"]}


RIGHTS, FUNCTIONS = read_rights(), read_functions()
ORIGINAL_AS_HOST = test_calls.as_host


def operations_of(name):
    """The operations of the table that a function's text names first; [] for what is no matter of the table."""
    text = FUNCTIONS[name]["rights"] or FUNCTIONS[name]["doc"].rpartition("rights ")[2].rstrip(".")
    if text.startswith(NO_OPERATION):
        return []
    other = re.match(r"as (annoproj_\w+)", text)
    if other:
        return operations_of(other.group(1))
    first = re.split(r"[;,]", text)[0]
    return [word for word in re.findall(r"\w+", first) if word in RIGHTS] + ALSO.get(name, [])


def of_store(operation):
    return all(RIGHTS[operation][role] == "no" for role in ROLES)


def cells(name, who):
    """What the table says of the function's operations, for a role, an outsider or an org admin."""
    found = []
    for operation in operations_of(name):
        row = RIGHTS[operation]
        if of_store(operation):
            found.append(row["org_admin" if who == "org_admin" else "member"])
        elif who in ROLES:
            found.append(row[who])
        else:
            found.append("yes" if who == "org_admin" and row["org_admin"] == "yes" else "no")
    return found


def refusals(name, who):
    """The statuses one of which a call without the right gets."""
    operation = operations_of(name)[0]
    about = FUNCTIONS[name]["parameters"][0]["name"]
    if of_store(operation):                     # some of them are about a thing that outsiders do not see
        return {"PERMISSION", "NOT_FOUND"} if who == "outsider" else {"PERMISSION"}
    if who == "outsider":
        return {"NOT_FOUND"}
    if about in ("task", "stage") or name.startswith(("annoproj_issue", "annoproj_task_open")) or name in OF_THE_DELETED:
        return {"PERMISSION", "NOT_FOUND"}
    return {"PERMISSION"}


class Everybody:
    """The world of test_calls.py and a user in it whose handles are from a day as admin of everything."""

    def __init__(self, folder, who):
        self.world = world = test_calls.World(folder)
        test_calls.prepare(world)
        self.projects = [world.project, world.agents, world.coco_project, world.host.project_open(world.judged.id() >> 32)]
        self.user = world.host.user_create("somebody@x.org", "Somebody", OrgRole.ADMIN if who == "org_admin" else OrgRole.MEMBER)
        world.deleted.restore()
        for project in self.projects + [world.deleted]:
            project.collaborator_add(world.users[0], Role.ADMIN)
            project.collaborator_add(self.user, Role.ADMIN)
        self.session = world.store.session_open(self.user)
        self.own = copy.copy(world)
        for name, value in list(vars(world).items()):
            setattr(self.own, name, self.handle(name, value))
        for project in self.projects + [world.deleted]:
            if who in ROLES:
                project.collaborator_set_role(self.user, ROLES[who])
            else:
                project.collaborator_remove(self.user)
        world.deleted.delete("D")

    def handle(self, name, value):
        if isinstance(value, annoproj.Session):
            return self.session
        if isinstance(value, annoproj.Project):
            return self.session.project_open(value.id())
        if isinstance(value, annoproj.Task):
            return self.session.project_open(value.id() >> 32).task_open(value.id())
        if isinstance(value, annoproj.Stage):
            project, key = STAGE_HANDLES[name]
            return self.session.project_open(getattr(self.world, project).id()).stage_open(key)
        if isinstance(value, annoproj.Query):
            return self.session.project_open(self.world.project.id()).query_open()
        return value

    def call(self, name):
        try:
            CALLS[name][1](self.own)
        except annoproj.Error as error:
            return error.status.name
        return "OK"


class RightsOfCalls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        test_calls.as_host = lambda world, task: task          # everybody has a handle of their own

    @classmethod
    def tearDownClass(cls):
        test_calls.as_host = ORIGINAL_AS_HOST

    def test_every_text_names_an_operation(self):
        for name in CALLS:
            text = FUNCTIONS[name]["rights"] or ""
            if not operations_of(name):
                self.assertTrue(text.startswith(NO_OPERATION) or name in ("annoproj_store_create", "annoproj_store_open", "annoproj_session_can"),
                                (name, text))
        for operation in RIGHTS:
            if operation not in ("explore", "label_version", "collaborator_add_admin", "collaborator_change_admin", "project_list_all"):
                self.assertTrue(any(operation in operations_of(name) for name in CALLS), operation)

    def test_without_the_right(self):
        for who in list(ROLES) + list(OUTSIDE):
            with tempfile.TemporaryDirectory() as folder:
                everybody, refused = Everybody(folder, who), 0
                before, seq = everybody.world.content(), everybody.world.store.wait(0)
                for name in CALLS:
                    found = cells(name, who)
                    if found and all(cell == "no" for cell in found) and name not in LISTS | NO_TICKET:
                        self.assertIn(everybody.call(name), refusals(name, who), (who, name))
                        self.assertEqual(everybody.world.store.wait(0), seq, (who, name))
                        refused += 1
                self.assertEqual(everybody.world.content(), before, who)
                self.assertGreater(refused, 10 if who == "admin" else 30, who)
                everybody.world.close()

    def test_with_the_right(self):
        """What a role may do everywhere is not refused for a right; others' tasks and the state of things still may."""
        for who in ("admin", "team_manager", "org_admin"):
            reading = [name for name in CALLS if set(cells(name, who)) == {"yes"} and CALLS[name][0] == READ]
            writing = [name for name in CALLS if set(cells(name, who)) == {"yes"} and CALLS[name][0] != READ]
            for names in [reading] + [[name] for name in writing]:
                with tempfile.TemporaryDirectory() as folder:
                    everybody = Everybody(folder, who)
                    for name in names:
                        allowed = {"OK"} if CALLS[name][0] == READ and name not in NO_TICKET else {"OK", "CONFLICT", "STATE"}
                        self.assertIn(everybody.call(name), allowed, (who, name))
                    everybody.world.close()


if __name__ == "__main__":
    unittest.main()
