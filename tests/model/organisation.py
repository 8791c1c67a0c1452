"""What the projects of a store share: users, data units, templates."""

import itertools

from parts import HOST, Refused, refuse_if
from routes import breaks_a_rule


class Organisation:
    def __init__(self, now):
        self.now = now
        self.disabled, self.erased, self.admins = set(), set(), set()
        self.covered = {}  # user: pieces of time
        self.units = {}  # data unit: Unit
        self.makers = {}  # dataset: user
        self.projects = []
        self.templates = {}  # id: [title, document, user]
        self.counter = itertools.count(1)

    def enter(self, user):
        refuse_if(STATE=user in self.disabled)

    def sees_dataset(self, user, dataset):
        """An admin of a project also sees what was detached, to attach it again."""
        return user == HOST or user in self.admins or self.makers.get(dataset, HOST) == user or any(
            (dataset in one.attached and one.visible(user)) or (dataset in one.once_attached and one.role(user) == "admin")
            for one in self.projects)

    # ---- users ----

    def manage(self, user, who):
        self.enter(user)
        refuse_if(PERMISSION=user != HOST and user not in self.admins, STATE=who in self.admins and not self.admins - {who} - self.disabled)

    def disable(self, user, who, disabled):
        self.manage(user, who)
        refuse_if(STATE=not disabled and who in self.erased)
        if disabled and who not in self.disabled:
            for project in self.projects:
                project.free_all(user, who)
        (self.disabled.add if disabled else self.disabled.discard)(who)

    def erase(self, user, who):
        self.manage(user, who)
        self.disable(user, who, True)
        self.erased.add(who)

    # ---- workflow templates ----

    def make_template(self, user, document):
        self.enter(user)
        if breaks_a_rule(document):
            raise Refused("DATA")

    def change_template(self, user, id, document=None):
        """Also to delete it."""
        self.enter(user)
        _, _, maker = self.templates.get(id, (None, None, None))
        refuse_if(NOT_FOUND=maker is None)
        refuse_if(PERMISSION=user not in (HOST, maker) and user not in self.admins)
        if document is not None and breaks_a_rule(document):
            raise Refused("DATA")

    def create_project(self, user, template, projects):
        """The ontology is the host's: seen by org admins and by who sees one of the projects, which all use it."""
        self.enter(user)
        sees_ontology = user == HOST or user in self.admins or any(project.visible(user) for project in projects)
        refuse_if(NOT_FOUND=template not in self.templates or not sees_ontology)
