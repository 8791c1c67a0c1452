"""Random changes of what a store holds: users, templates, projects as wholes; and the messages that wait in a project's outbox."""

import copy
import hashlib
import hmac
import json

import annoproj
from annoproj import CopyDatasets, ReviewState
from comparing import rows_of, status_of
from parts import AGENT, HOST, Task, Unit
from world import MOST_PROJECTS, TAGS, TEAM, Project

KEY = "the receiver's secret"
STATES = ("none", "new", "approved", "rejected", "resolved", "reopened")


class StoreOperations:
    """A part of Operations."""

    def session_user(self):
        return self.random.choice((HOST, self.world.org_admin, self.random.choice(self.world.users)))

    # ---- users ----

    def erase(self):
        """Seldom: an erased user never comes back."""
        world, user, who = self.world, self.random.choice((HOST, self.world.org_admin, self.random.choice(self.world.users))), None
        who = self.random.choice(world.users)
        if who not in world.organisation.erased and len(world.organisation.erased) >= 2:
            return
        done, _ = self.both("user_erase(user %d, %d)" % (user, who), lambda: world.organisation.erase(user, who) or True,
                            lambda **call: world.sessions[user].user_erase(who, **call) or True)
        if done:
            world.rename(who, "erased user %d" % who)

    # ---- workflow templates ----

    def template(self):
        world, organisation, user = self.world, self.world.organisation, self.session_user()
        session, documents = world.sessions[user], self.project.documents
        document = documents.new() if self.random.random() < 0.7 else documents.changed(self.project.document)
        title, how = "Template %d" % self.random.randint(1, 5), self.random.choice(("create", "update", "delete", "use", "use"))
        id = self.random.choice(list(organisation.templates) + [99])
        if how == "use":
            document = copy.deepcopy(organisation.templates.get(id, (None, None))[1])
            return self.use_workflow(self.user(AGENT), document, "workflow_use_template(%d)" % id,
                                     lambda handle, **call: handle.workflow_use_template(id, **call))
        text = json.dumps(document)
        if how == "create":
            made, _ = self.both("template_create(user %d)" % user, lambda: organisation.make_template(user, document),
                                lambda **call: session.workflow_template_create(title, text, **call))
            if made:
                organisation.templates[made] = [title, document, user]
        elif how == "update":
            done, _ = self.both("template_update(user %d, %d)" % (user, id), lambda: organisation.change_template(user, id, document),
                                lambda **call: session.workflow_template_update(id, title, text, **call) or True)
            if done:
                organisation.templates[id][:2] = title, document
        else:
            done, _ = self.both("template_delete(user %d, %d)" % (user, id), lambda: organisation.change_template(user, id),
                                lambda **call: session.workflow_template_delete(id, **call) or True)
            if done:
                del organisation.templates[id]
        return None

    def create_project(self):
        """From a template: a copy, which does not follow it."""
        world, user = self.world, self.session_user()
        if len(world.projects) >= MOST_PROJECTS:
            return
        id, title = self.random.choice(list(world.organisation.templates) + [99]), "Of template %d" % self.random.randint(1, 3)
        host, _ = self.both("project_create(user %d, template %d)" % (user, id), lambda: world.organisation.create_project(user, id, [one.reference for one in world.projects]),
                            lambda **call: world.sessions[user].project_create(title, world.ontology, workflow_template=id, **call))
        if host is not None:
            document = copy.deepcopy(world.organisation.templates[id][1])
            made = self.add_project(host.id(), title, world.reference(document), document)
            if user != HOST:
                made.reference.roles[user] = "admin"
            made.fill(self.random.sample(TEAM, len(TEAM)), self.random.sample(world.datasets, 1))

    def add_project(self, id, title, reference, document):
        world = self.world
        world.projects.append(Project(world, title, world.host.project_open(id), reference, document))
        return world.projects[-1]

    # ---- projects as wholes ----

    def copy_project(self):
        world, random, source = self.world, self.random, self.reference
        if len(world.projects) >= MOST_PROJECTS:
            return
        user = random.choice((HOST, self.user(AGENT), self.user(AGENT)))
        datasets = random.choice(("NONE", "ATTACH", "ATTACH", "CLONE") if len(world.organisation.units) < 60 else ("NONE", "ATTACH"))
        labels = random.random() < 0.8
        states = random.sample(STATES, random.randint(1, 4)) if random.random() < 0.4 else []
        hashes = random.sample(("label001", "label002", "label003", "weather0"), 2) if random.random() < 0.2 else []
        collaborators, tags, title = random.random() < 0.6, random.random() < 0.5, random.choice(("Copy", "One", "Another"))
        options = {"datasets": CopyDatasets[datasets], "labels": labels, "collaborators": collaborators, "tags": tags,
                   "review_states": sum(ReviewState[state.upper()] for state in states), "label_hashes": ",".join(hashes) or None}
        handle = self.project.handle_of(user)
        made, _ = self.both("project_copy(user %d, %r)" % (user, options),
                            lambda: source.may_copy(user, datasets, labels, states, hashes), lambda **call: handle.copy(title, **options, **call))
        if made is None:
            return
        reference = source.copy_for(user, collaborators)
        reference.tags = list(source.tags) if tags else []
        units, reference.once_attached = self.copied_units(user, made, datasets)
        reference.attached = set(reference.once_attached)
        project = self.add_project(made.id(), title, reference, copy.deepcopy(self.project.document))
        there = {task.unit.id: task for task in source.tasks.values() if not task.removed and not task.parent}
        for old, new in sorted(units.items(), key=lambda pair: pair[1].id):
            task = Task(None, new, reference.first, reference.now)
            if labels and old in there:
                source.copy_labels(there[old], task, states, hashes)
            reference.unborn.append(task)
            reference.begin(task)
        project.name_tasks()
        project.compare_all(random)

    def copied_units(self, user, made, datasets):
        """Old number: the copy's data unit; and the copy's datasets in the order of the source's."""
        world, source = self.world, self.reference
        organisation, ids = world.organisation, {}
        attached = [one for one in source.once_attached if one in source.attached and datasets != "NONE"]
        theirs = [unit for unit in organisation.units.values() if unit.dataset in attached]
        if datasets != "CLONE":
            return {unit.id: unit for unit in theirs}, attached
        titles = {row["dataset"]: row["title"] for row in rows_of(world.host.dataset_list())}
        for row in sorted(rows_of(world.host.project_open(made.id()).datasets()), key=lambda row: row["dataset"]):
            old = next(id for id in attached if titles[id] == row["title"] and id not in ids)
            self.project.expect("maker of a clone", row["creator"], user)
            ids[old] = row["dataset"]
            organisation.makers[row["dataset"]] = user
            world.dataset_uuids[row["dataset"]] = row["uuid"]
        self.project.expect("cloned datasets", sorted(ids), sorted(source.attached))
        made_units = {}
        for dataset in ids:
            rows = rows_of(world.host.data_unit_list(ids[dataset]))
            old = sorted((unit for unit in theirs if unit.dataset == dataset), key=lambda unit: unit.id)
            self.project.expect("cloned data units", [[row["title"], row["data_type"], row["frames"], json.loads(row["client_metadata"] or "{}")]
                                                      for row in rows], [[one.title, one.data_type, one.frames, one.metadata] for one in old])
            for row, one in zip(rows, old):
                made_units[one.id] = organisation.units[row["data_unit"]] = Unit(
                    row["data_unit"], ids[dataset], one.title, one.data_type, one.frames, one.metadata)
        return made_units, [ids[one] for one in attached]

    def delete_project(self):
        """Also restores, and purges when there are enough others."""
        user = self.random.choice((HOST, self.user(AGENT), self.user(AGENT), self.user()))
        project, reference, handle = self.project, self.reference, self.project.handle_of(user)
        how = self.random.choice(("restore", "restore", "delete", "purge" if len(self.world.projects) > 2 else "restore")
                                 if reference.deleted else ("delete", "delete", "delete", "restore", "purge"))
        if how == "delete":
            title = project.title if self.random.random() < 0.9 else "another title"
            self.both("project_delete(user %d)" % user, lambda: reference.delete(user, title), lambda **call: handle.delete(title, **call))
        elif how == "restore":
            self.both("project_restore(user %d)" % user, lambda: reference.restore(user), lambda **call: handle.restore(**call))
        else:
            self.purge(user, handle)
        for one in self.random.sample(list(self.world.sessions), 3):
            self.compare_projects(one)
        if not reference.deleted:
            project.name_tasks()

    def purge(self, user, handle):
        project, reference = self.project, self.reference
        rows = self.random.choice((1, 7, 100, 0))
        result, _ = self.both("project_purge(user %d)" % user, lambda: reference.purge(user), lambda **call: handle.purge(rows=rows, **call))
        if result is None:
            return
        project.expect("what is being purged", status_of(project.host.get), "NOT_FOUND")
        while not rows_of(result)[0]["done"]:
            result = project.host.purge(rows=rows and rows * 20)
        project.expect("what is purged", status_of(project.host.purge), "NOT_FOUND")
        self.world.organisation.projects.remove(reference)
        self.world.projects.remove(project)

    def compare_projects(self, user):
        """The list has exactly what can be opened."""
        world = self.world
        if user in world.organisation.disabled:
            return
        found = rows_of(world.sessions[user].project_list(deleted=annoproj.Deleted.ALSO))
        there = sorted((one for one in world.projects if one.reference.visible(user)), key=lambda one: (one.title, one.id))
        self.project.expect("projects of user %d" % user, [
            [row["project"], row["title"], row["status"], row["role"], row["tasks"], row["tags"], row["deleted"] is not None] for row in found], [
            [one.id, one.title, one.reference.status, one.reference.roles.get(user), one.reference.live_tasks(), one.reference.tags,
             bool(one.reference.deleted)] for one in there])
        for one in world.projects:
            self.project.expect("project_open(%d) by user %d" % (one.id, user), status_of(world.sessions[user].project_open, one.id),
                                "OK" if one.reference.visible(user) else "NOT_FOUND")

    def set_tags(self):
        user, tags = self.user(AGENT), self.random.sample(TAGS, self.random.randint(0, 2))
        handle = self.project.handle_of(user)
        self.both("set_tags(user %d, %r)" % (user, tags), lambda: self.reference.set_tags(user, tags),
                  lambda **call: handle.set_tags([self.world.tags[tag] for tag in tags], **call))

    # ---- the outbox ----

    def fetch(self):
        user, after, limit = self.user(AGENT), self.random.choice((0, 0, self.reference.told - 2)), self.random.choice((0, 1, 3))
        handle, key = self.project.handle_of(user), self.random.choice((None, KEY))
        after = max(after, 0)
        result, wanted = self.both("outbox_fetch(user %d, after=%d, limit=%d)" % (user, after, limit),
                                   lambda: self.reference.fetch(user, after, limit),
                                   lambda **call: handle.outbox_fetch(key=key, after=after, limit=limit, **call))
        if result is not None:
            rows = rows_of(result)
            self.project.expect("messages", [[row["sequence"], row["event_type"], row["created"], row["attempts"], row["fetched"]]
                                             for row in rows], [shown for _, shown in wanted])
            for row, (message, _) in zip(rows, wanted):
                self.compare_body(row, message, key)

    def compare_body(self, row, message, key):
        body, world = json.loads(row["body"]), self.world
        payload = body["payload"]
        expected = {"project_hash": self.project.uuid, "sequence": message.sequence,
                    "actor_email": world.email_of.get(message.actor)}
        if message.stage is not None:
            expected.update(workflow_task_uuid=message.task.uuid, workflow_stage_title=message.stage.title)
        if message.status is not None:
            expected["status"] = message.status
        self.project.expect("body of message %d" % message.sequence, {name: payload.get(name) for name in expected}, expected)
        self.project.expect("type in the body", body["event_type"], message.kind)
        signature = hmac.new(key.encode(), row["body"].encode(), hashlib.sha256).hexdigest() if key else None
        self.project.expect("signature", row["signature"], signature)

    def acknowledge(self):
        user, reference = self.user(AGENT), self.reference
        handle, some = self.project.handle_of(user), self.random.randint(1, 1 + reference.told + (self.random.random() < 0.1))
        if self.random.random() < 0.5:
            self.compare_count(self.both("outbox_acknowledge_to(user %d, %d)" % (user, some), lambda: reference.acknowledge_to(user, some),
                                         lambda **call: handle.outbox_acknowledge_to(some, **call)))
        else:
            chosen = [some] + [one.sequence for one in reference.waiting if one.attempts and self.random.random() < 0.5]
            self.compare_count(self.both("outbox_acknowledge(user %d, %r)" % (user, chosen), lambda: reference.acknowledge(user, chosen),
                                         lambda **call: handle.outbox_acknowledge(chosen, **call)))

    def compare_count(self, counts):
        found, wanted = counts
        if wanted is not None:
            self.project.expect("acknowledged", found, wanted)

    def compare_waiting(self, user):
        if user in self.world.organisation.disabled:
            return
        for one in self.world.projects:
            if user == HOST and not one.reference.deleted and one.reference.limit > 1000:
                one.expect_rows("messages of project %d" % one.id, [[row["sequence"], row["event_type"], row["created"]]
                                                                    for row in rows_of(one.host.outbox_fetch(limit=1000))],
                                [[message.sequence, message.kind, message.time] for message in one.reference.waiting])
        found = rows_of(self.world.sessions[user].outbox_waiting())
        self.project.expect("outboxes of user %d" % user, [[row[name] for name in ("project", "waiting", "first", "last", "dropped", "since")]
                                                           for row in found], [
            [one.id, len(one.reference.waiting), one.reference.waiting[0].sequence, one.reference.told, one.reference.dropped,
             one.reference.waiting[0].time] for one in self.world.projects
            if one.reference.waiting and not one.reference.deleted and one.reference.role(user) == "admin"])

    def compare_templates(self):
        organisation, host = self.world.organisation, self.world.host
        found = [[row["title"], row["workflow_template"], row["creator"]] for row in rows_of(host.workflow_template_list())]
        self.project.expect("templates", found, sorted([title, id, maker] for id, (title, _, maker) in organisation.templates.items()))
        for id, (_, document, _) in organisation.templates.items():
            self.project.expect("template %d" % id, json.loads(host.workflow_template_json(id)), document)
