"""Random workflow documents, and random changes of them."""

import copy

from parts import AGENT, ANNOTATE, BY_RULE, BY_SHARE, BY_USER, DONE, JUDGE, MANY, REVIEW, ROUTERS

SETTINGS = {ANNOTATE: (("hide_unassigned", 0.15), ("allow_reassessment", 0.4), ("require_complete_labels", 0.6)),
            REVIEW: (("hide_unassigned", 0.15), ("reviewer_not_submitter", 0.4), ("strict_review", 0.6),
                     ("reassign_rejected_to_submitter", 0.6)),
            MANY: (("hide_unassigned", 0.1), ("allow_reassessment", 0.7), ("require_complete_labels", 0.4)),
            JUDGE: (("hide_unassigned", 0.1), ("reviewer_not_submitter", 0.3))}
SHARES = ((0.5, 0.5), (0.2, 0.3, 0.5), (0.333333, 0.333333, 0.333334), (0.9, 0.1), (0.05, 0.95))
PATTERNS = ("3", "^image0[1-4]", "(?i)VIDEO", "nothing")


class Documents:
    """`random` is replaced from step to step."""

    def __init__(self, random, emails, dataset_uuids):
        self.random, self.emails, self.dataset_uuids = random, emails, dataset_uuids
        self.made = 0

    def settings(self, type):
        random, found = self.random, {name: self.random.random() < chance for name, chance in SETTINGS.get(type, ())}
        if type in SETTINGS and random.random() < 0.25:
            found["members"] = random.sample(self.emails, 6)
        if type in (ANNOTATE, MANY, DONE) and random.random() < 0.4:
            found["webhook"] = True
        if (type in SETTINGS or type == AGENT) and random.random() < 0.3:
            found["assignment_ttl"] = random.choice((60, 600, 4000))
        return found

    def stage(self, type, key=None, **more):
        self.made += 1
        key = key or "%s%d" % (type.lower(), self.made)
        stage = dict({"key": key, "type": type, "title": key.title()}, **more)
        settings = self.settings(type)
        return dict(stage, settings=settings) if settings else stage

    def complete(self, halves):
        """The settings of a consensus that stay as they are."""
        halves[0].setdefault("settings", {})["annotators"] = self.random.choice((2, 2, 3))
        halves[1].setdefault("settings", {})["consensus"] = self.random.choice(("determine", "refine", "refine"))

    def rule(self):
        random = self.random
        choices = {"data_type": [random.choice(("image", "video"))], "dataset": [random.choice(self.dataset_uuids)],
                   "title": random.choice(PATTERNS), "metadata": {"site": random.sample(("a", "b", "c"), random.randint(1, 2))}}
        return {name: choices[name] for name in random.sample(list(choices), random.choice((1, 1, 2)))}

    def router(self, stages, main, targets, deep=0):
        """The key of a new router in front of `main`, which also leads to some of `targets`."""
        random, type = self.random, self.random.choice(ROUTERS)
        ways = [main] + [random.choice(targets) for _ in range(random.randint(1, 2))]
        if deep < 1 and random.random() < 0.25:
            ways[-1] = self.router(stages, main, targets, deep + 1)
        router = self.stage(type)
        if type == BY_SHARE:
            fractions = random.choice(SHARES)
            router["pathways"] = [{"key": "p%d" % i, "to": ways[i % len(ways)], "percentage": share}
                                  for i, share in enumerate(fractions)]
        else:
            router["edges"] = {"default": main}
            names = random.sample(self.emails, 4)
            parts = [{"users": names[:2]}, {"users": names[2:]}] if type == BY_USER else [{"rule": self.rule()}, {"rule": self.rule()}]
            router["pathways"] = [dict({"key": "p%d" % i, "to": to}, **parts[i]) for i, to in enumerate(ways[1:])]
        stages.append(router)
        return router["key"]

    def wire(self, stages, main, targets):
        """What an edge names: `main`, or a router in front of it."""
        return main if self.random.random() < 0.6 else self.router(stages, main, targets)

    def new(self):
        random, stages, consensus = self.random, [], self.random.random() < 0.6
        main = "many" if consensus and random.random() < 0.6 else "review"
        agent = random.random() < 0.6
        ends = ["done"] + (["shelf"] if random.random() < 0.4 else []) + (["spare"] if random.random() < 0.3 else [])
        agents = (["agent"] if agent else []) + (["many"] if consensus else [])
        back = ["annotate", "second"]
        if consensus:
            stages += [self.stage(MANY, "many", edges={"submit": "judge"}),
                       self.stage(JUDGE, "judge", edges={"approve": self.wire(stages, "review", ["second", "last"]), "reject": "many"})]
            self.complete(stages[-2:])
        stages += [
            self.stage(ANNOTATE, "annotate", edges={"submit": self.wire(stages, main, ["second", "last"] + agents)}),
            self.stage(REVIEW, "review", edges={"approve": self.wire(stages, "second", ["last"] + ends + agents),
                                                "reject": self.wire(stages, "annotate", back)}),
            self.stage(ANNOTATE, "second", edges={"submit": self.wire(stages, "last", ["review"] + agents)}),
            self.stage(REVIEW, "last", edges={"approve": self.wire(stages, "done", ends + agents),
                                              "reject": self.wire(stages, random.choice(back), back)}),
            self.stage(DONE, "done")]
        if agent:
            stages.append(self.stage(AGENT, "agent", pathways=[
                {"key": "good", "title": "Good", "to": self.wire(stages, "last", ["review"] + ends)},
                {"key": "bad", "title": "Bad", "to": self.wire(stages, "annotate", back)}]))
        for key in ends[1:]:
            stages.append(self.stage(DONE, key))
            if key == "shelf":
                stages[-1]["settings"] = {"archive": True}  # which has no webhook
        start = "agent" if agent and random.random() < 0.15 else "many" if consensus and random.random() < 0.25 else "annotate"
        return {"start": start, "stages": stages}

    # ---- changes ----

    def changed(self, document):
        document = copy.deepcopy(document)
        self.random.choice((self.retitle, self.reset, self.reset, self.reset, self.insert, self.remove, self.remove, self.retype,
                            self.reshare, self.reshare, self.rewire, self.damage))(document["stages"], document)
        return document

    def retitle(self, stages, document):
        self.made += 1
        self.random.choice(stages)["title"] = "Title %d" % self.made

    def reset(self, stages, document):
        stage = self.random.choice([one for one in stages if one["type"] in SETTINGS])
        kept = {name: value for name, value in stage.get("settings", {}).items() if name in ("annotators", "consensus")}
        if self.random.random() < 0.1:
            kept = {name: 4 if name == "annotators" else "determine" for name in kept}
        stage["settings"] = {**self.settings(stage["type"]), **kept}

    def insert(self, stages, document):
        """An annotation or agent stage in the middle of an edge."""
        annotating = [one for one in stages if one["type"] == ANNOTATE]
        if len(stages) > 20 or not annotating:
            return
        stage = self.random.choice(annotating)
        type, after = self.random.choice((ANNOTATE, AGENT)), stage["edges"]["submit"]
        new = self.stage(type, edges={"submit": after}) if type == ANNOTATE else self.stage(type, pathways=[{"key": "on", "title": "On", "to": after}])
        stage["edges"]["submit"] = new["key"]
        stages.append(new)

    def remove(self, stages, document):
        """What led there leads to the next one; the review stages and the first complete one stay."""
        annotating = [one["key"] for one in stages if one["type"] == ANNOTATE]
        kept = (document["start"], "review", "last", "done", "many", "judge") + tuple(annotating if len(annotating) == 1 else ())
        others = [one for one in stages if one["key"] not in kept]
        if not others:
            return
        gone = self.random.choice(others)
        ways = list(gone.get("edges", {}).values()) + [path["to"] for path in gone.get("pathways", ())] + ["done"]
        stages.remove(gone)
        for stage in stages:
            following = next((way for way in ways if way not in (stage["key"], gone["key"])), None)
            for edge, to in stage.get("edges", {}).items():
                if to == gone["key"]:
                    stage["edges"][edge] = following if edge != "reject" else "annotate"
            for path in stage.get("pathways", ()):
                if path["to"] == gone["key"]:
                    path["to"] = following

    def retype(self, stages, document):
        """An annotation stage becomes an agent stage."""
        annotating = [one for one in stages if one["type"] == ANNOTATE]
        if not annotating:
            return
        stage = self.random.choice(annotating)
        stage.update(type=AGENT, pathways=[{"key": "on", "title": "On", "to": stage.pop("edges")["submit"]}])
        stage.pop("settings", None)

    def reshare(self, stages, document):
        for stage in stages:
            if stage["type"] == BY_SHARE:
                fitting = [shares for shares in SHARES if len(shares) == len(stage["pathways"])]
                for path, share in zip(stage["pathways"], self.random.choice(fitting)):
                    path["percentage"] = share

    def rewire(self, stages, document):
        stage = self.random.choice([one for one in stages if one["key"] in ("review", "last")])
        stage["edges"]["reject"] = "annotate"
        stage["edges"]["approve"] = "done"

    def damage(self, stages, document):
        def start_missing():
            document["start"] = "nowhere"

        def start_in_review():
            document["start"] = "review"

        def edge_to_nowhere():
            stages[[one["key"] for one in stages].index("review")]["edges"]["approve"] = "nowhere"

        def edge_missing():
            del stages[[one["key"] for one in stages].index("review")]["edges"]["reject"]

        def out_of_reach():
            stages.append({"key": "island", "type": ANNOTATE, "title": "Island", "edges": {"submit": "islet"}})
            stages.append({"key": "islet", "type": ANNOTATE, "title": "Islet", "edges": {"submit": "island"}})

        def router_cycle():
            for key, to in (("round", "about"), ("about", "round")):
                stages.append({"key": key, "type": BY_RULE, "title": key, "edges": {"default": to},
                               "pathways": [{"key": "p", "to": "done", "rule": self.rule()}]})

        def shares_short():
            stages.append({"key": "short", "type": BY_SHARE, "title": "Short", "pathways": [
                {"key": "a", "to": "done", "percentage": 0.5}, {"key": "b", "to": "review", "percentage": 0.499999}]})

        def no_default():
            stages.append({"key": "people", "type": BY_USER, "title": "People",
                           "pathways": [{"key": "a", "to": "done", "users": [self.emails[0]]}]})

        def user_twice():
            stages.append({"key": "people", "type": BY_USER, "title": "People", "edges": {"default": "done"}, "pathways": [
                {"key": "a", "to": "done", "users": [self.emails[0]]}, {"key": "b", "to": "review", "users": [self.emails[0]]}]})

        self.random.choice((start_missing, start_in_review, edge_to_nowhere, edge_missing, out_of_reach, router_cycle, shares_short,
                            no_default, user_twice))()
