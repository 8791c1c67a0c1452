"""What the recount knows of a project: its event feed and its catalogue, never a report; and what a query lets through."""

import bisect
import datetime
import json
import re
from collections import Counter, defaultdict
from fractions import Fraction

import annoproj

DAY = 86_400_000_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
SEGMENT = 16_384    # events
NONE, EXPLICIT = annoproj.Bucket.NONE, annoproj.Bucket.EXPLICIT
ANNOTATE, REVIEW = "ANNOTATION", "REVIEW"
WORK = {"CONSENSUS_ANNOTATION": ANNOTATE, "CONSENSUS_REVIEW": REVIEW}
ISSUE_ACTIONS = ("issue_create", "issue_resolve", "issue_reopen")
TIMES = ("annotate", "review", "other", "total")


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


def average(total, count):
    """Seconds of microseconds."""
    return rate(total, count * 1_000_000)


def all_pages(pages):
    return [row for table in pages for row in table.to_pylist()]


class Findings(list):
    """Differences; and which reports showed something under which features of queries, and under which two of them at once."""

    def __init__(self):
        super().__init__()
        self.features, self.met = (), Counter()

    def note(self, report, rows):
        keys = {"stage", "user", "feature", "level", "parent_row", "bucket", "task", "class", "tag", "dataset", "data_unit", "label"}
        if any(value for row in rows for column, value in row.items() if column not in keys and isinstance(value, (int, float, Close))):
            self.met.update((report, one, other) for at, one in enumerate(self.features) for other in self.features[at:])


class Project:
    """`stages`: more stages than the workflow has now, by id: events name those that were taken out of it. Routers are none."""

    def __init__(self, session, project, stages=None):
        self.session, self.project, self.id = session, project, project.id()
        now = {row["stage"]: row for row in project.stage_list().to_pylist()}
        self.stages = dict(sorted({**(stages or {}), **now}.items()))
        self.workflow, self.removed_stages = list(now), set(self.stages) - set(now)
        self.users = {row["user"]: row["email"] for row in session.user_list().to_pylist()}
        self.facts = project.get().to_pylist()[0]
        self.features = self.read_features(session, self.facts["ontology"])
        self.datasets = {row["dataset"]: row["title"] for row in session.dataset_list().to_pylist()}
        self.units = {row["data_unit"]: row for dataset in self.datasets for row in all_pages(session.data_unit_list_pages(dataset))}
        self.tags = {row["tag"]: row["name"] for row in session.issue_tag_list(deleted=annoproj.Deleted.ALSO).to_pylist()}
        self.read_events()
        self.task_stage = {row["task"]: row["stage"] for row in all_pages(project.task_list_pages(include_waiting=True))
                           if row["parent"] is None}    # removed ones are in none
        self.labels = self.kept_moments = None

    @staticmethod
    def read_features(session, ontology):
        """By number, in the order of the structure: depth first, objects before classifications."""
        by_hash = {row["feature_hash"]: row for row in session.ontology_features(ontology).to_pylist()}
        structure, found = json.loads(session.ontology_json(ontology)), {}

        def walk(entries):
            for entry in entries:
                row = by_hash[entry["featureNodeHash"]]
                found[row["feature"]] = row
                walk(entry.get("attributes", ()))
                walk(entry.get("options", ()))

        walk(structure["objects"] + structure["classifications"])
        assert len(found) == len(by_hash), "features that are not in the structure"
        return found

    def read_events(self):
        """In order, and by kind."""
        self.events, self.of_kind, self.parent, self.task_unit = [], defaultdict(list), {}, {}
        for row in all_pages(self.project.events(0)):
            row["time"] = micros(row["time"])
            self.events.append(row)
            self.of_kind[row["kind"]].append(row)
            if row["kind"] == "branch_create":
                self.parent[row["task"]] = (row["task"] >> 32 << 32) + row["reference"]
            elif row["kind"] == "task_create":
                self.task_unit[row["task"]] = row["reference"]
        assert [event["seq"] for event in self.events] == list(range(1, len(self.events) + 1)), "sequence has gaps"
        self.begins = min(event["time"] for event in self.events)
        self.ends = max(event["time"] + max(0, event["duration"] - 1) for event in self.events)    # the last moment

    def whole(self, task):
        """What a branch is a branch of; any other task itself."""
        return self.parent.get(task, task)

    def work(self, stage):
        kind = self.stages[stage]["type"] if stage is not None else None
        return WORK.get(kind, kind)

    def facts_of(self, task):
        unit = self.units[self.task_unit[task]]
        return {"title": unit["title"], "data_type": unit["data_type"], "dataset": unit["data_unit"] >> 32,
                "dataset_title": self.datasets[unit["data_unit"] >> 32]}

    def moments(self):
        """When something happened, or activity ended: borders there show who is inside."""
        if self.kept_moments is None:
            self.kept_moments = {event["time"] for event in self.events} | {event["time"] + event["duration"] for event in self.of_kind["time_spent"]}
        return self.kept_moments

    def labels_of(self):
        """Each live task's labels and answers as they are stored now, read once: {task: (labels, answers)}."""
        if self.labels is None:
            self.labels = {}
            for task in sorted(self.task_stage):
                with self.project.task_open(task) as handle:
                    self.labels[task] = handle.labels().to_pylist(), handle.answers().to_pylist()
        return self.labels


class Query:
    """One query's window and filters. `own`: a user whose own rows alone are counted."""

    def __init__(self, data, after=0, before=0, bucket=NONE, offset=0, unit=0, collaborators=(), datasets=(), stages=(), classes=(),
                 task_stages=(), sources=(), file_name=None, boundaries=(), own=None):
        self.data, self.after, self.before, self.bucket, self.offset, self.unit = data, after, before, bucket, offset, unit
        self.task_stages, self.sources, self.file_name, self.boundaries = task_stages, sources, file_name, boundaries
        self.collaborators, self.datasets, self.stages, self.classes, self.own = collaborators, datasets, stages, classes, own
        self.borders, self.asked_about = self.make_borders(), {}

    FEATURES = ("after", "before", "after an event", "before an event", "no bucket", "day", "week", "month", "explicit", "offset", "frames",
                "collaborators", "datasets", "stages", "classes", "task_stages", "sources", "file_name", "sealed")

    BUCKETS = {"no bucket", "day", "week", "month", "explicit"}
    APART = ({"offset", "no bucket"}, {"offset", "explicit"})

    def features(self):
        """What the query has of these."""
        moments = self.data.moments()
        calendar = self.bucket not in (NONE, EXPLICIT)
        has = {"after": self.after, "before": self.before, "after an event": self.after in moments, "before an event": self.before in moments,
               "no bucket": self.bucket == NONE, "day": self.bucket == annoproj.Bucket.DAY, "week": self.bucket == annoproj.Bucket.WEEK,
               "month": self.bucket == annoproj.Bucket.MONTH, "explicit": self.bucket == EXPLICIT, "offset": self.offset and calendar,
               "frames": self.unit, "sealed": len(self.data.events) >= 2 * SEGMENT, "file_name": self.file_name,
               **{name: getattr(self, name) for name in ("collaborators", "datasets", "stages", "classes", "task_stages", "sources")}}
        assert set(has) == set(self.FEATURES)
        return tuple(name for name in self.FEATURES if has[name])

    def options(self):
        return dict(after_us=self.after, before_us=self.before, bucket=self.bucket, utc_offset_minutes=self.offset, unit=self.unit,
                    collaborators=list(self.collaborators), datasets=list(self.datasets), stages=list(self.stages),
                    classes=list(self.classes), task_stages=list(self.task_stages), file_name=self.file_name,
                    boundaries_us=list(self.boundaries) or None,
                    sources=[annoproj.Source[name.upper()] for name in self.sources])

    # ---- filters ----

    def in_window(self, time):
        return time >= self.after and (self.before == 0 or time < self.before)

    def about(self, task):
        """Whether the query is about a task: dataset, present stage, file name."""
        if task not in self.asked_about:
            self.asked_about[task] = self.is_about(self.data.whole(task))
        return self.asked_about[task]

    def is_about(self, task):
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
        if self.own is not None and event[person] != self.own:
            return False
        if allowed and event["stage"] not in allowed:
            return False
        if self.sources and event["source"] not in self.sources:
            return False
        if label and self.classes and event["class"] not in self.classes:
            return False
        return self.about(event["task"])

    def of(self, *kinds, **filters):
        """Events of these kinds in the window that pass."""
        return (event for kind in kinds for event in self.data.of_kind[kind] if self.in_window(event["time"]) and self.passes(event, **filters))

    def issues(self, **filters):
        """Actions on issues; classes filter those on labels and leave the others alone."""
        for event in self.of(*ISSUE_ACTIONS, **filters):
            if not self.classes or event["class"] is None or event["class"] in self.classes:
                yield event

    def weight(self, event):
        return event["frames"] if self.unit else 1

    # ---- buckets ----

    def make_borders(self):
        """Where buckets begin, and where the last one ends; None without buckets."""
        if self.bucket == NONE:
            return None
        if self.bucket == EXPLICIT:
            return list(self.boundaries)
        first, end = self.after or self.data.begins, self.before or self.data.ends + 1
        borders = [self.calendar_start(first)]
        while borders[-1] < end or len(borders) < 2:
            borders.append(self.calendar_next(borders[-1]))
        return borders

    def calendar_start(self, time):
        day = (time + self.offset * 60_000_000) // DAY
        if self.bucket == annoproj.Bucket.WEEK:
            day -= (day + 3) % 7            # 1970-01-01 was a Thursday
        elif self.bucket == annoproj.Bucket.MONTH:
            date = (EPOCH + datetime.timedelta(days=day)).date().replace(day=1)
            day = (date - EPOCH.date()).days
        return day * DAY - self.offset * 60_000_000

    def calendar_next(self, start):
        if self.bucket != annoproj.Bucket.MONTH:
            return start + (7 if self.bucket == annoproj.Bucket.WEEK else 1) * DAY
        date = (EPOCH + datetime.timedelta(days=(start + self.offset * 60_000_000) // DAY)).date()
        date = (date.replace(day=28) + datetime.timedelta(days=4)).replace(day=1)
        return (date - EPOCH.date()).days * DAY - self.offset * 60_000_000

    def buckets(self):
        """(what the row shows as its bucket, start, end) of each row; None = no border."""
        if self.borders is None:
            return [(self.after or None, None, self.before or None)]
        return [(start, start, min(end, self.before or end)) for start, end in zip(self.borders, self.borders[1:])]

    def bucket_of(self, time):
        """Its row; False when it lies in none."""
        if self.borders is None:
            return self.after or None
        at = bisect.bisect_right(self.borders, time)
        return self.borders[at - 1] if 0 < at < len(self.borders) else False

    def pieces(self, event):
        """A reported piece of time, cut at the borders of the window and of the buckets: (bucket, microseconds)."""
        start, end = max(event["time"], self.after), event["time"] + event["duration"]
        end = min(end, self.before) if self.before else end
        cuts = [start] + [border for border in self.borders or () if start < border < end] + [end]
        for low, high in zip(cuts, cuts[1:]):
            if low < high and self.bucket_of(low) is not False:
                yield self.bucket_of(low), high - low

    def times(self, **filters):
        """(event, bucket, microseconds) of reported time."""
        for event in self.data.of_kind["time_spent"]:
            if self.passes(event, **filters):
                for bucket, length in self.pieces(event):
                    yield event, bucket, length

    def whole_times(self, **filters):
        """(event, microseconds) in the window, for reports without buckets."""
        for event in self.data.of_kind["time_spent"]:
            start, end = max(event["time"], self.after), event["time"] + event["duration"]
            end = min(end, self.before) if self.before else end
            if start < end and self.passes(event, **filters):
                yield event, end - start

    def column_of(self, event):
        return {ANNOTATE: "annotate", REVIEW: "review"}.get(self.data.work(event["stage"]), "other")

    # ---- the stage filter of the reports on people ----

    def split_stages(self):
        """Annotation stages (all when the filter names none), review stages (None when it names none), review stages (all then)."""
        annotate = {stage for stage in self.data.stages if self.data.work(stage) == ANNOTATE}
        review = {stage for stage in self.data.stages if self.data.work(stage) == REVIEW}
        chosen = set(self.stages)
        return annotate & chosen or annotate, review & chosen or None, review & chosen or review


# ---- comparing ----

def same(found, expected):
    """Numbers are equal as doubles; `Close` ones nearly."""
    if isinstance(expected, Close):
        return found is not None and abs(found - expected.value) <= 1e-12 * max(1.0, abs(expected.value))
    return found == expected and (found is None) == (expected is None)


class Close:
    """A quotient of a quotient, which may be rounded twice."""

    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return "about %r" % self.value


def plain(row):
    return {column: micros(list(value) if isinstance(value, tuple) else value) for column, value in row.items()}


def compare(table, expected, faults):
    """Every column of every row, in order; a column that the recount does not know is a fault."""
    faults.note(table.row_type(), expected)
    name, columns, rows = table.row_type(), list(table.column_names), [plain(row) for row in table.to_pylist()]
    for at, wanted in enumerate(expected):
        if set(wanted) != set(columns):
            faults.append("%s: columns %s are not recounted" % (name, sorted(set(columns) ^ set(wanted))))
            return
        if at >= len(rows):
            break
        wrong = [column for column in columns if not same(rows[at][column], wanted[column])]
        if wrong:
            faults.append("%s row %d, column %s: %r, recounted %r\n    the row: %r\n    recounted: %r" % (
                name, at, wrong[0], rows[at][wrong[0]], wanted[wrong[0]], rows[at], wanted))
            return
    if len(rows) != len(expected):
        more = rows[len(expected):] or expected[len(rows):]
        faults.append("%s: %d rows, recounted %d: %s is %r" % (name, len(rows), len(expected), "too many" if len(rows) > len(expected) else "missing",
                                                              more[0]))


def counter_row(columns, counts):
    return {column: counts[column] for column in columns}
