"""Projects as wholes: copied, deleted, restored, purged."""

import dataclasses

from parts import HOST, Label, refuse_if

ADMINS = ("admin",)


class Copies:
    """A part of Reference: `deleted` is False, True, or "purged" from the first step of a purge on."""

    def visible(self, user):
        """Deleted projects are seen by who can restore them, and by org admins."""
        if self.deleted == "purged":
            return False
        if user == HOST or user in self.organisation.admins:
            return True
        return self.role(user) == "admin" if self.deleted else self.role(user) is not None

    def alive(self, user):
        """Of a deleted project nothing but its facts can be had; org admins see no stage without being its admins."""
        if self.deleted:
            refuse_if(NOT_FOUND=self.role(user) != "admin")
            refuse_if(STATE=True)

    def delete(self, user, title):
        self.enter(user, roles=ADMINS, deleted=True)
        refuse_if(STATE=self.closed(user), INVALID=title != self.title)
        self.deleted = True

    def restore(self, user):
        self.enter(user, roles=ADMINS, deleted=True)
        refuse_if(STATE=self.closed(user))
        self.deleted = False

    def purge(self, user):
        refuse_if(STATE=user in self.disabled)
        if self.deleted == "purged":
            refuse_if(NOT_FOUND=self.role(user) != "admin")
            return
        self.enter(user, roles=ADMINS, deleted=True)
        refuse_if(STATE=not self.deleted)
        self.deleted = "purged"

    # ---- copies ----

    def may_copy(self, user, datasets, labels, states, hashes):
        refuse_if(INVALID=(labels and datasets == "NONE") or (not labels and bool(states or hashes)))
        self.enter(user, roles=ADMINS)

    def copy_for(self, user, collaborators):
        """Without datasets."""
        made = type(self)(self.organisation, {key: dataclasses.replace(one, split={}, seen={}, id=0) for key, one in self.stages.items()},
                          self.first.key, self.required, self.dataset_uuids, self.idle_limit, self.window, self.self_release)
        made.strict, made.tags, made.limit = self.strict, [], self.limit
        made.tell_issues, made.tell_status = self.tell_issues, self.tell_status
        made.roles = {who: role for who, role in self.roles.items() if collaborators or role == "admin"}
        if user != HOST:
            made.roles[user] = "admin"
        return made

    def copy_labels(self, task, into, states, hashes):
        """As pre-labels."""
        for label in sorted(task.labels.values(), key=lambda one: one.number):
            state = task.last_review.get(label.number, "none")
            if (not states or state in states) and (not hashes or label.hash in hashes):
                into.version = 1
                into.labels[label.hash] = Label(next(self.counter), label.hash, label.kind, label.frames, label.boxes, label.answers, label.creator)
