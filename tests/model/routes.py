"""Where tasks go: routers, and a workflow that changes while they are on their way."""

import collections
import fractions
import re

from parts import AGENT, ANNOTATE, BY_RULE, BY_SHARE, BY_USER, DONE, JUDGE, MANY, REVIEW, ROUTERS, Refused, Stage, refuse_if


def read_document(document, users):
    """Stages of a document that keeps the rules, by key; `users` by e-mail."""
    stages = {}
    for one in document["stages"]:
        settings = dict(one.get("settings", {}))
        members = settings.pop("members", None)
        pathways = [dict(path, users=[users[email] for email in path["users"]]) if "users" in path else dict(path)
                    for path in one.get("pathways", ())]
        stages[one["key"]] = Stage(one["key"], one["type"], one["title"], dict(one.get("edges", {})), settings, pathways,
                                   None if members is None else {users[email] for email in members})
    return stages


WAYS_OUT = {ANNOTATE: {"submit"}, MANY: {"submit"}, REVIEW: {"approve", "reject"}, JUDGE: {"approve", "reject"}, BY_USER: {"default"}, BY_RULE: {"default"}}


def breaks_a_rule(document):
    stages = {one["key"]: one for one in document["stages"]}
    ways = {key: [*one.get("edges", {}).values(), *(path["to"] for path in one.get("pathways", ()))] for key, one in stages.items()}
    if len(stages) < len(document["stages"]) or stages.get(document["start"], {}).get("type") not in (ANNOTATE, MANY, AGENT):
        return True
    for key, one in stages.items():
        if set(one.get("edges", {})) != WAYS_OUT.get(one["type"], set()) or not set(ways[key]) <= stages.keys() - {key}:
            return True
        edges = one.get("edges", {})
        if (one["type"] == MANY and (stages[edges["submit"]]["type"] != JUDGE or stages[edges["submit"]]["edges"].get("reject") != key)) or any(
                stages[to]["type"] == JUDGE and one["type"] != MANY for to in ways[key]):
            return True
        if one["type"] == JUDGE and (stages[edges["reject"]]["type"] != MANY or stages[edges["reject"]]["edges"].get("submit") != key):
            return True
        paths = one.get("pathways", ())
        if one["type"] == BY_SHARE and sum(fractions.Fraction(str(path["percentage"])) for path in paths) != 1:
            return True
        named = [email for path in paths for email in path.get("users", ())]
        if len(named) != len(set(named)):
            return True

    def reached(key, through):
        found, new = set(), set(ways[key])
        while new:
            found |= new
            new = {to for one in new if through(stages[one]) for to in ways[one]} - found
        return found

    complete = {key for key, one in stages.items() if one["type"] == DONE and not one.get("settings", {}).get("archive")}
    return any((one["type"] != DONE and not reached(key, lambda stage: True) & complete)
               or (one["type"] in ROUTERS and key in reached(key, lambda stage: stage["type"] in ROUTERS)) for key, one in stages.items())


def shares(stage):
    return {path["key"]: fractions.Fraction(str(path["percentage"])) for path in stage.pathways}


class Routes:
    """A part of Reference: stages, first, tasks, datasets."""

    def first_annotation(self):
        return self.first if self.first.type == ANNOTATE else next(s for s in self.stages.values() if s.type == ANNOTATE)

    def choose(self, user, task, router):
        """The pathway, None for the default edge."""
        if router.type == BY_USER:
            return next((path for path in router.pathways if user in path["users"]), None)
        if router.type == BY_RULE:
            return next((path for path in router.pathways if self.matches(task.unit, path["rule"])), None)
        key = router.seen.get(task.id)
        if key is None:
            wanted, so_far = shares(router), sum(router.split.values())
            key = max(wanted, key=lambda one: wanted[one] * (so_far + 1) - router.split.get(one, 0))
        return next(path for path in router.pathways if path["key"] == key)

    def matches(self, unit, rule):
        return (("data_type" not in rule or unit.data_type in rule["data_type"])
                and ("dataset" not in rule or self.dataset_uuids[unit.dataset] in rule["dataset"])
                and ("title" not in rule or re.search(rule["title"], unit.title) is not None)
                and all(unit.metadata.get(name) in values for name, values in rule.get("metadata", {}).items()))

    def route(self, user, task, key):
        """The stage where the task comes to rest, and the splits it passed: [(router, pathway key)]."""
        stage, passed = self.stages[key], []
        while not stage.rests:
            path = self.choose(user, task, stage)
            if stage.type == BY_SHARE:
                passed.append((stage, path["key"]))
            stage = self.stages[path["to"] if path else stage.edges["default"]]
        return stage, passed

    def pass_routers(self, task, passed):
        for router, key in passed:
            if task.id not in router.seen:
                router.seen[task.id] = key
                router.split[key] = router.split.get(key, 0) + 1

    def changes_core(self, old, new):
        return old.type != new.type or (old.type in (MANY, JUDGE) and any(old.set(name) != new.set(name) for name in ("annotators", "consensus"))) \
            or (old.type == MANY and old.edges != new.edges) or (old.type == JUDGE and old.edges["reject"] != new.edges["reject"])

    def update_workflow(self, user, document, users):
        """The same keys are the same stages."""
        self.enter(user, roles=("admin",))
        closed = self.closed(user)
        refuse_if(STATE=closed and document is None, NOT_FOUND=document is None)
        if breaks_a_rule(document):
            raise Refused("DATA", *(["STATE"] if closed else []))
        new = read_document(document, users)
        held = collections.Counter(task.stage.key for task in self.tasks.values())
        gone = [stage for key, stage in self.stages.items() if key not in new]
        refuse_if(STATE=closed
                  or any(held[stage.key] or (stage.type == DONE and not stage.set("archive")) for stage in gone)
                  or any(key in self.stages and self.changes_core(self.stages[key], stage) for key, stage in new.items()))
        for key, stage in new.items():
            kept = self.stages.get(key)
            if kept is None:
                continue
            if stage.set("assignment_ttl", 0) and not kept.set("assignment_ttl", 0):
                for task in self.tasks.values():
                    if task.stage is kept:
                        task.sign = self.now
            if kept.type == BY_SHARE and shares(kept) != shares(stage):
                kept.split, kept.seen = {}, {}
            kept.title, kept.edges, kept.settings = stage.title, stage.edges, stage.settings
            kept.pathways, kept.members = stage.pathways, stage.members
            new[key] = kept
        self.stages = new
        self.first = self.stages[document["start"]]
        for task in self.tasks.values():
            if task.assignee and not self.member(task.assignee, task.stage):
                self.free(user, task)
