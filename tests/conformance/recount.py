"""Recounts every report of a project from its event feed and compares, cell by cell.

    recount.py [--complete] STORE [QUERIES] [SEED]

Knows the definitions of the reports and the meaning of the events, nothing of how the library computes. Runs the
lifetime reports, then QUERIES random ones (window, buckets, filters, units); prints its seed. With --complete it also fails
when a lifetime report is empty or all zero, or when a kind of event that a project can have never happened.
"""
import datetime
import random
import re
import sys
from collections import Counter, defaultdict
from fractions import Fraction

import annoproj

import recount_flow
import recount_tasks

DAY = 86_400_000_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
ANNOTATE, REVIEW, OTHER = "ANNOTATION", "REVIEW", "DONE"
TASK_KINDS = {"submitted": "task_submit", "skipped": "task_skip", "approved": "task_approve", "rejected": "task_reject",
              "assigned": "task_assign", "released": "task_release", "moved": "task_move", "reopened": "task_reopen"}
PROJECT_KINDS = set("""
    task_assign task_release task_submit task_skip task_approve task_reject task_create task_remove task_restore task_return
    task_priority time_spent label_create label_edit label_delete label_frames_create label_frames_delete label_submit
    label_approve label_reject label_counted answer_create answer_approve answer_reject label_put label_remove review_approve
    review_reject review_reopen issue_create issue_resolve issue_reopen issue_comment project_create project_update
    project_status dataset_attach dataset_detach collaborator_add collaborator_role collaborator_remove labels_import
    """.split())
ISSUE_ACTIONS = ("issue_create", "issue_resolve", "issue_reopen")


def micros(value):
    """Times come as datetimes; exact microseconds are wanted."""
    if isinstance(value, datetime.datetime):
        delta = value - EPOCH
        return (delta.days * 86400 + delta.seconds) * 1_000_000 + delta.microseconds
    return value


def seconds(total):
    """Half up, per cell."""
    return (total + 500_000) // 1_000_000


def rate(part, whole):
    return None if whole == 0 else float(Fraction(part, whole))


class Project:
    """What the oracle reads: the feed and the catalogue, never a report."""

    def __init__(self, session, project):
        self.session, self.project = session, project
        self.stages = {row["stage"]: row for row in project.stage_list().to_pylist()}
        self.users = {row["user"]: row["email"] for row in session.user_list().to_pylist()}
        facts = project.get().to_pylist()[0]
        self.features = session.ontology_features(facts["ontology"]).to_pylist()
        self.datasets = [row["dataset"] for row in project.datasets().to_pylist()]
        self.units = {row["data_unit"]: row for dataset in self.datasets
                      for table in session.data_unit_list_pages(dataset) for row in table.to_pylist()}
        self.task_stage = {}                       # now; removed tasks are in none
        for table in project.task_list_pages(include_waiting=True):
            self.task_stage.update((row["task"], row["stage"]) for row in table.to_pylist() if row["parent"] is None)
        self.events, self.parent, self.task_unit = [], {}, {}
        for table in project.events(0):
            for row in table.to_pylist():
                row["time"] = micros(row["time"])
                self.events.append(row)
                if row["kind"] == "branch_create":
                    self.parent[row["task"]] = (row["task"] >> 32 << 32) + row["reference"]
                elif row["kind"] == "task_create":
                    self.task_unit[row["task"]] = row["reference"]
        assert [e["seq"] for e in self.events] == list(range(1, len(self.events) + 1)), "sequence has gaps"

    def whole(self, task):
        """What a branch is a branch of; any other task itself."""
        return self.parent.get(task, task)

    def stage_type(self, event):
        kind = self.stages[event["stage"]]["type"] if event["stage"] is not None else None
        return {"CONSENSUS_ANNOTATION": ANNOTATE, "CONSENSUS_REVIEW": REVIEW}.get(kind, kind)


class Query:
    """One query's window and filters."""

    def __init__(self, data, after=0, before=0, bucket=0, offset=0, unit=0, collaborators=(), datasets=(), stages=(), classes=(),
                 task_stages=(), sources=(), file_name=None):
        self.data, self.after, self.before, self.bucket, self.offset, self.unit = data, after, before, bucket, offset, unit
        self.task_stages, self.sources, self.file_name = task_stages, sources, file_name
        self.collaborators, self.datasets, self.stages, self.classes = collaborators, datasets, stages, classes

    def options(self):
        return dict(after_us=self.after, before_us=self.before, bucket=self.bucket, utc_offset_minutes=self.offset, unit=self.unit,
                    collaborators=list(self.collaborators), datasets=list(self.datasets), stages=list(self.stages),
                    classes=list(self.classes), task_stages=list(self.task_stages), file_name=self.file_name,
                    sources=[annoproj.Source[name.upper()] for name in self.sources])

    def in_window(self, time):
        return time >= self.after and (self.before == 0 or time < self.before)

    def about(self, task):
        """Whether the query is about a task: dataset, present stage, file name."""
        task = self.data.whole(task)
        unit = self.data.task_unit.get(task)
        if unit is None:
            return not (self.datasets or self.task_stages or self.file_name)
        if self.datasets and unit >> 32 not in self.datasets:
            return False
        if self.task_stages and self.data.task_stage.get(task) not in self.task_stages:
            return False
        return not self.file_name or re.search(self.file_name, self.data.units[unit]["title"]) is not None

    def passes(self, event, label=False, stages=None, person="actor"):
        """Filters but for the window; `stages` replaces the stage filter, `person` is whom the figure belongs to."""
        allowed = self.stages if stages is None else stages
        if self.collaborators and event[person] not in self.collaborators:
            return False
        if allowed and event["stage"] not in allowed:
            return False
        if self.sources and event["source"] not in self.sources:
            return False
        return self.about(event["task"]) and not (label and self.classes and event["class"] not in self.classes)

    def start_of_bucket(self, time):
        local = time + self.offset * 60_000_000
        if self.bucket == 0:
            return self.after or None
        day = local // DAY
        if self.bucket == 2:
            day -= (day + 3) % 7            # 1970-01-01 was a Thursday
        if self.bucket == 3:
            date = (EPOCH + datetime.timedelta(days=day)).date().replace(day=1)
            day = (date - EPOCH.date()).days
        return day * DAY - self.offset * 60_000_000

    def next_bucket(self, start):
        if self.bucket == 1:
            return start + DAY
        if self.bucket == 2:
            return start + 7 * DAY
        local = start + self.offset * 60_000_000
        date = (EPOCH + datetime.timedelta(days=local // DAY)).date()
        date = (date.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
        return (date - EPOCH.date()).days * DAY - self.offset * 60_000_000

    def pieces(self, event):
        """A reported piece of time, cut at the window's and the buckets' borders: (bucket, microseconds)."""
        start, end = event["time"], event["time"] + event["duration"]
        start = max(start, self.after)
        if self.before:
            end = min(end, self.before)
        while start < end:
            bucket = self.start_of_bucket(start)
            stop = end if self.bucket == 0 else min(end, self.next_bucket(bucket))
            yield bucket, stop - start
            start = stop

    def weight(self, event):
        return event["frames"] if self.unit else 1

    # --- reports, each as a dict of rows; a missing row is all zero -----------------------------------------------

    def task_actions(self):
        rows = defaultdict(Counter)
        for event in self.data.events:
            for column, kind in TASK_KINDS.items():
                if event["kind"] == kind and self.in_window(event["time"]) and self.passes(event):
                    rows[self.start_of_bucket(event["time"])][column] += 1
        return rows

    def time_spent(self):
        exact = defaultdict(Counter)
        for event in self.data.events:
            if event["kind"] == "time_spent" and self.passes(event):
                column = {ANNOTATE: "annotate", REVIEW: "review"}.get(self.data.stage_type(event), "other")
                for bucket, length in self.pieces(event):
                    exact[bucket][column] += length
                    exact[bucket]["total"] += length
        return {bucket: Counter({c: seconds(v) for c, v in row.items()}) for bucket, row in exact.items()}

    def label_actions(self):
        rows = defaultdict(Counter)
        for event in self.data.events:
            column = {"label_submit": "submitted", "main_label_submit": "submitted", "label_approve": "approved", "label_reject": "rejected"}.get(event["kind"])
            if column and self.in_window(event["time"]) and self.passes(event, label=True):
                rows[self.start_of_bucket(event["time"])][column] += self.weight(event)
        return rows

    def ontology_actions(self):
        rows = defaultdict(Counter)
        for event in self.data.events:
            if not (self.in_window(event["time"]) and self.passes(event, label=True)):
                continue
            kind = event["kind"].replace("main_label_c", "label_c").replace("main_label_f", "label_f")
            if kind.startswith("label_"):
                column = {"label_create": "created", "label_approve": "approved", "label_reject": "rejected"}.get(kind)
                if kind == "label_frames_create" and self.unit:
                    column = "created"
                if column:
                    rows[event["class"]][column] += self.weight(event)
            elif kind.startswith("answer_"):
                column = {"answer_create": "created", "answer_approve": "approved", "answer_reject": "rejected"}[kind]
                rows[event["answer"]][column] += self.weight(event)
        return rows

    def split_stages(self):
        review = {s for s, row in self.data.stages.items() if row["type"] in (REVIEW, "CONSENSUS_REVIEW")}
        annotate = {s for s, row in self.data.stages.items() if row["type"] in (ANNOTATE, "CONSENSUS_ANNOTATION")}
        chosen = set(self.stages)
        return annotate & chosen or annotate, review & chosen or None, review & chosen or review

    def label_change(self, event, row):
        kind, frames = event["kind"], event["frames"]
        if kind in ("label_create", "label_edit", "label_delete"):
            row[{"label_create": "created", "label_edit": "edited", "label_delete": "deleted"}[kind] + "_labels"] += self.weight(event)
        elif self.unit and kind == "label_frames_create":
            row["created_labels"] += frames
        elif self.unit and kind == "label_frames_delete":
            row["deleted_labels"] += frames

    def annotators(self):
        rows, annotation, label_submits = defaultdict(Counter), Counter(), Counter()
        annotate, decisions, _ = self.split_stages()
        for event in self.data.events:
            kind, actor, credited = event["kind"], event["actor"], event["credited"]
            if kind == "time_spent":
                if self.data.stage_type(event) == ANNOTATE and self.passes(event, stages=annotate):
                    annotation[actor] += sum(length for _, length in self.pieces(event))
                continue
            if not self.in_window(event["time"]):
                continue
            if self.data.stage_type(event) == ANNOTATE and self.passes(event, stages=annotate):
                if kind in ("task_submit", "task_skip"):
                    rows[actor]["submitted_tasks" if kind == "task_submit" else "skipped_tasks"] += 1
                if self.passes(event, label=True, stages=annotate):
                    own = dict(event, kind=kind.replace("branch_", ""))     # of a branch: this report alone has them
                    self.label_change(own, rows[actor])
                    if own["kind"] == "label_submit":
                        label_submits[actor] += self.weight(event)
            decided = decisions or ()
            if credited and kind in ("task_approve", "task_reject", "branch_approve", "branch_reject") and \
                    self.passes(event, stages=decided, person="credited"):
                rows[credited]["approved_tasks" if kind.endswith("approve") else "rejected_tasks"] += 1
            if credited and kind in ("label_approve", "label_reject") and self.passes(event, label=True, stages=decided, person="credited"):
                rows[credited]["approved_labels" if kind == "label_approve" else "rejected_labels"] += self.weight(event)
            if credited and kind in ISSUE_ACTIONS and actor != credited and not self.unit:    # by frames they have no column
                if self.passes(event, label=event["class"] is not None, stages=decided, person="credited"):
                    rows[credited]["issue_actions_against_user"] += 1
        out = {}
        for user in set(rows) | set(annotation) | set(label_submits):
            row = rows[user]
            row["total_annotation_time"] = seconds(annotation[user])
            row["task_rejection_rate"] = rate(row["rejected_tasks"], row["submitted_tasks"])
            row["label_rejection_rate"] = rate(row["rejected_labels"], label_submits[user])
            row["average_time_per_task"] = rate(annotation[user], row["submitted_tasks"] * 1_000_000)
            if user and any(row.values()):
                out[user] = row
        return out

    def reviewers(self):
        rows, spent = defaultdict(Counter), Counter()
        _, _, review = self.split_stages()
        for event in self.data.events:
            kind, actor = event["kind"], event["actor"]
            if self.data.stage_type(event) != REVIEW or not self.passes(event, stages=review):
                continue
            if kind == "time_spent":
                spent[actor] += sum(length for _, length in self.pieces(event))
                continue
            if not self.in_window(event["time"]) or (kind in ISSUE_ACTIONS and self.unit):
                continue
            if kind in ("task_approve", "task_reject"):
                rows[actor]["approved_tasks" if kind == "task_approve" else "rejected_tasks"] += 1
            if self.passes(event, label=True, stages=review):
                self.label_change(event, rows[actor])
                if kind in ("label_approve", "label_reject"):
                    rows[actor]["approved_labels" if kind == "label_approve" else "rejected_labels"] += self.weight(event)
                if kind in ISSUE_ACTIONS:
                    rows[actor]["issue_actions_by_user"] += 1
            elif kind in ISSUE_ACTIONS and event["class"] is None:  # an issue on no label: the class filter leaves it alone
                rows[actor]["issue_actions_by_user"] += 1
        out = {}
        for user in set(rows) | set(spent):
            row = rows[user]
            tasks, labels = row["approved_tasks"] + row["rejected_tasks"], row["approved_labels"] + row["rejected_labels"]
            row["total_review_time"] = seconds(spent[user])
            row["task_rejection_rate"] = rate(row["rejected_tasks"], tasks)
            row["average_time_per_task"] = rate(spent[user], tasks * 1_000_000)
            row["average_time_per_label"] = rate(spent[user], labels * 1_000_000)
            if user and any(row.values()):
                out[user] = row
        return out

    def overview(self):
        events = self.data.events
        removed, open_issues = set(), {}
        branches = {event["task"] for event in events if event["kind"] == "branch_create"}
        for event in events:
            if event["kind"] in ("task_remove", "task_restore") and event["task"] not in branches:
                (removed.add if event["kind"] == "task_remove" else removed.discard)(event["task"])
            if event["kind"] in ISSUE_ACTIONS:
                open_issues[event["reference"]] = (event["kind"] != "issue_resolve", event["task"])
        tasks = sum(e["kind"] == "task_create" for e in events) - len(removed)
        return {"instance_labels_created": sum(e["kind"] == "label_counted" for e in events),
                "time_spent": seconds(sum(e["duration"] for e in events if e["kind"] == "time_spent")),
                "open_issues": sum(is_open and task not in removed for is_open, task in open_issues.values()), "tasks": tasks}


def same(found, expected):
    if isinstance(found, float) or isinstance(expected, float):
        return found is not None and expected is not None and abs(found - expected) <= 1e-9 * max(1.0, abs(expected))
    return found == expected


def compare(name, key, row, expected, ignore, faults):
    for column, value in row.items():
        if column in ignore:
            continue
        wanted = expected.get(column, None if value is None else 0)
        if not same(value, wanted):
            faults.append(f"{name} {key} {column}: {value!r}, the events say {wanted!r}")


def check_bucketed(name, query, table, expected, faults):
    seen = set()
    for row in table.to_pylist():
        key = micros(row["bucket"])
        seen.add(key)
        compare(name, key, row, expected.get(key, {}), {"bucket"}, faults)
    for key, row in expected.items():
        if key not in seen and any(row.values()):
            faults.append(f"{name}: no row for bucket {key}, the events say {dict(row)}")


def check_users(name, data, table, expected, faults):
    rows = table.to_pylist()
    if [r["email"] for r in rows] != sorted(r["email"] for r in rows):
        faults.append(f"{name}: rows are not in order of e-mail")
    if {r["user"] for r in rows} != set(expected):
        faults.append(f"{name}: users {sorted(r['user'] for r in rows)}, the events say {sorted(expected)}")
    for row in rows:
        compare(name, row["email"], row, expected.get(row["user"], {}), {"user", "email"}, faults)


def check_query(data, query, faults):
    with data.project.query_open(**query.options()) as handle:
        check_bucketed("task_actions", query, handle.task_actions(), query.task_actions(), faults)
        check_bucketed("time_spent", query, handle.time_spent(), query.time_spent(), faults)
        check_bucketed("label_actions", query, handle.label_actions(), query.label_actions(), faults)
        expected = query.ontology_actions()
        for row in handle.ontology_actions().to_pylist():
            wanted = Counter(expected.pop(row["feature"], {}))
            wanted["rejection_rate"] = rate(wanted["rejected"], wanted["approved"] + wanted["rejected"])
            compare("ontology_actions", row["name"], row, wanted,
                    {"feature", "level", "parent_row", "name", "feature_hash"}, faults)
        if any(any(row.values()) for row in expected.values()):
            faults.append(f"ontology_actions: no row for features {sorted(expected)}")
        recount_tasks.check(query, handle, faults)
        recount_flow.check(query, handle, random.Random(len(data.events)), faults)
        by_frame = query.unit == 1
        check_users("annotators", data, handle.annotators_by_frame() if by_frame else handle.annotators(), query.annotators(), faults)
        check_users("reviewers", data, handle.reviewers_by_frame() if by_frame else handle.reviewers(), query.reviewers(), faults)


def check_lifetime(data, faults):
    query = Query(data)
    check_query(data, query, faults)
    expected = query.overview()
    for column, value in data.project.overview().to_pylist()[0].items():
        if value != expected[column]:
            faults.append(f"overview {column}: {value}, the events say {expected[column]}")
    place, branches = {}, set()    # branches are counted with their task
    for event in data.events:
        kind = event["kind"]
        if kind in ("task_create", "task_restore"):
            place[event["task"]] = event["stage"]
        elif kind == "task_remove":
            place.pop(event["task"], None)
        elif kind == "branch_create":
            branches.add(event["task"])
        elif event["task"] in place and kind in ("task_submit", "task_approve", "task_reject", "task_move", "task_reopen",
                                                 "task_pathway", "consensus_ready"):
            place[event["task"]] = (event["stage"] >> 32 << 32) + event["reference"]
    counts = Counter(stage for task, stage in place.items() if task not in branches)
    for row in data.project.tasks_by_stage().to_pylist():
        if row["tasks"] != counts[row["stage"]]:
            faults.append(f"tasks_by_stage {row['key']}: {row['tasks']}, the events say {counts[row['stage']]}")


def check_complete(data, faults):
    """The project shows everything: each kind of event, and no report that says nothing."""
    for kind in sorted(PROJECT_KINDS - {event["kind"] for event in data.events}):
        faults.append(f"no event of kind {kind}")
    tables = {"overview": data.project.overview(), "tasks_by_stage": data.project.tasks_by_stage()}
    with data.project.query_open() as query:
        for name in ("task_actions", "time_spent", "label_actions", "ontology_actions", "annotators", "annotators_by_frame",
                     "reviewers", "reviewers_by_frame", "collaborator_time", "issue_actions", "task_performance",
                     "task_performance_by_stage", "stage_flow", "cumulative_flow", "burn_down", "forecast", "collaborator_quality",
                     "class_quality", "instance_statistics", "label_statistics", "label_ranges"):
            tables[name] = getattr(query, name)()
    keys = {"stage", "user", "feature", "level", "parent_row"}
    for name, table in tables.items():
        figures = [v for row in table.to_pylist() for c, v in row.items() if c not in keys and isinstance(v, (int, float))]
        if not any(figures):
            faults.append(f"{name} is empty or all zero")


def check_organisation(session, all_data, rng, faults):
    """All projects together, in a random window and for their whole life."""
    times = [event["time"] for data in all_data for event in data.events]
    for after in (0, rng.choice(times)):
        submitted, spent, created, active = Counter(), Counter(), Counter(), set()
        for data in all_data:
            query, project = Query(data, after=after), data.project.id()
            for event in data.events:
                if event["kind"] == "time_spent":
                    length = sum(length for _, length in query.pieces(event))
                    spent[project] += length
                    active |= {event["actor"]} if length else set()
                elif query.in_window(event["time"]):
                    submitted[project] += event["kind"] == "task_submit"
                    created[project] += event["kind"] == "label_counted"
                    if event["kind"] in recount_tasks.ACTIONS or event["kind"] in ISSUE_ACTIONS + ("issue_comment",):
                        active.add(event["actor"])
        total = sum(submitted.values())
        expected = {"submitted_tasks": total, "total": seconds(sum(spent.values())), "instance_labels_created": sum(created.values()),
                    "active_users": len(active - {0}), "average_time_per_task": rate(sum(spent.values()), total * 1_000_000)}
        found = session.store_organisation(after_us=after).to_pylist()[0]
        compare("organisation", after, {column: found[column] for column in expected}, expected, (), faults)
        for row in session.store_top_projects(after_us=after, limit=1000).to_pylist():
            project = row["project"]
            expected = {"submitted_tasks": submitted[project], "total": seconds(spent[project]), "instance_labels_created": created[project]}
            compare("top_projects", project, {column: row[column] for column in expected}, expected, (), faults)


def random_query(data, rng):
    times = [e["time"] for e in data.events]
    low, high = min(times), max(times) + 1
    pick = lambda values: rng.sample(values, rng.randint(1, len(values))) if values and rng.random() < 0.4 else ()
    after = rng.randint(low, high) if rng.random() < 0.5 else 0
    before = rng.randint(max(after, low) + 1, high + DAY) if rng.random() < 0.5 else 0
    bucket = rng.choice([0, 1, 2, 3]) if after and before else 0
    classes = [f["feature"] for f in data.features if f["kind"] in ("object", "classification")]
    titles = sorted(unit["title"] for unit in data.units.values())
    name = rng.choice(titles) if titles and rng.random() < 0.3 else ""
    low_end = rng.randrange(len(name)) if name else 0
    return Query(data, after, before, bucket, rng.choice([0, 330, -210, 60]), rng.randint(0, 1), pick(sorted(data.users)),
                 pick(data.datasets), pick(sorted(data.stages)), pick(classes), pick(sorted(data.stages)),
                 pick(["ui", "sdk", "agent"]), re.escape(name[low_end:low_end + 3]) or None)


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--complete"]
    complete = len(arguments) < len(sys.argv) - 1
    path = arguments[0]
    queries = int(arguments[1]) if len(arguments) > 1 else 60
    seed = int(arguments[2]) if len(arguments) > 2 else random.SystemRandom().randrange(1 << 32)
    print(f"recount: seed {seed}")
    rng, faults = random.Random(seed), []
    with annoproj.open(path) as store, store.session_open(0) as session:
        all_data = [Project(session, session.project_open(row["project"])) for row in session.project_list().to_pylist()]
        check_organisation(session, all_data, rng, faults)
        for project in session.project_list().to_pylist():
            with session.project_open(project["project"]) as handle:
                data = Project(session, handle)
                check_lifetime(data, faults)
                if complete:
                    check_complete(data, faults)
                for _ in range(queries):
                    query = random_query(data, rng)
                    before = len(faults)
                    check_query(data, query, faults)
                    if len(faults) > before:
                        faults.append(f"  with {query.options()}")
                print(f"recount: project {project['project']}: {len(data.events)} events, {queries + 1} queries, {len(faults)} differences")
    for fault in faults[:50]:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
