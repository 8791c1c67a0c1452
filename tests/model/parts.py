"""The things of the reference: stages, tasks, labels, issues, what happened; and how it refuses."""

import dataclasses
import itertools

HOST = 0
DAY = 86_400_000_000
MANAGERS = ("admin", "team_manager")
ANNOTATE, REVIEW, AGENT, DONE = "ANNOTATION", "REVIEW", "AGENT", "DONE"
BY_USER, BY_SHARE, BY_RULE = "USER_ROUTER", "PERCENTAGE_ROUTER", "METADATA_ROUTER"
ROUTERS = (BY_USER, BY_SHARE, BY_RULE)
WORKS_IN = {ANNOTATE: MANAGERS + ("annotator", "annotator_reviewer"), REVIEW: MANAGERS + ("reviewer", "annotator_reviewer"),
            AGENT: MANAGERS, DONE: ()}
CLOSED = ("paused", "completed", "cancelled")
UNDECIDED = ("new", "resolved", "reopened")


class Refused(Exception):
    def __init__(self, *statuses):
        super().__init__("/".join(sorted(statuses)))
        self.statuses = set(statuses)


def refuse_if(**reasons):
    """refuse_if(STATE=closed, CONFLICT=taken): refuses with all that hold."""
    held = [status for status, holds in reasons.items() if holds]
    if held:
        raise Refused(*held)


class Organisation:
    """What the projects of a store share."""

    def __init__(self, now):
        self.now = now
        self.disabled, self.admins = set(), set()
        self.covered = {}  # user: pieces of time
        self.units = {}  # data unit: Unit
        self.projects = []
        self.counter = itertools.count(1)

    def sees_dataset(self, user, dataset):
        """The host has made all of them. An admin also sees what was detached, to attach it again."""
        return user == HOST or user in self.admins or any(
            (dataset in one.attached and one.role(user)) or (dataset in one.once_attached and one.role(user) == "admin")
            for one in self.projects)

    def disable(self, user, who, disabled):
        refuse_if(STATE=user in self.disabled)
        refuse_if(PERMISSION=user != HOST and user not in self.admins)
        if disabled and who not in self.disabled:
            for project in self.projects:
                project.free_all(user, who)
        (self.disabled.add if disabled else self.disabled.discard)(who)


@dataclasses.dataclass
class Unit:
    id: int
    dataset: int
    title: str
    data_type: str
    frames: int
    metadata: dict


@dataclasses.dataclass
class Stage:
    key: str
    type: str
    title: str
    edges: dict
    settings: dict
    pathways: list = dataclasses.field(default_factory=list)  # as in the document
    members: set = None  # None = all eligible
    id: int = 0
    split: dict = dataclasses.field(default_factory=dict)  # pathway: how many of this epoch
    seen: dict = dataclasses.field(default_factory=dict)  # task: pathway, in this epoch

    @property
    def rests(self):
        return self.type not in ROUTERS

    def set(self, name, default=False):
        return self.settings.get(name, default)


@dataclasses.dataclass
class Label:
    number: int  # its identity: a removed label that was published comes back with it
    hash: str
    kind: int  # class
    frames: frozenset
    boxes: tuple  # the numbers of its geometry
    answers: frozenset  # of options
    creator: int

    def content(self):
        return self.kind, self.frames, self.boxes, self.answers


@dataclasses.dataclass
class Published:
    kind: int
    frames: frozenset
    answers: frozenset
    first_answers: frozenset
    first_frames: int
    live: bool = True
    ever: frozenset = frozenset()
    submitted: bool = False
    submitter: int = HOST
    at_last_submit: bool = False


@dataclasses.dataclass
class Issue:
    id: int
    anchor: str
    label: str = None
    number: int = 0
    kind: int = 0
    resolved: bool = False
    rejection: bool = False
    comments: int = 0


@dataclasses.dataclass
class Task:
    id: int
    unit: Unit
    stage: Stage
    entered: int
    status: str = "new"
    assignee: int = None
    by_manager: bool = False
    released: bool = False
    returned: bool = False
    priority: int = 50
    version: int = 0
    last_submitter: int = HOST
    last_action: tuple = None  # user, stage, time
    removed: bool = False
    skips: dict = dataclasses.field(default_factory=dict)  # user: when, as a number
    submitters: set = dataclasses.field(default_factory=set)  # (stage key, user)
    stays: list = dataclasses.field(default_factory=list)  # (stage, entered, left) of former ones
    sent_on_by: set = dataclasses.field(default_factory=set)  # whose actions ended those, and who had it then
    labels: dict = dataclasses.field(default_factory=dict)
    published: dict = dataclasses.field(default_factory=dict)  # number: Published
    numbers: dict = dataclasses.field(default_factory=dict)  # hash: number of a published label
    reviews: dict = dataclasses.field(default_factory=dict)  # (stage key, number): [state, content]
    last_review: dict = dataclasses.field(default_factory=dict)  # number: state in the last review stage
    issues: list = dataclasses.field(default_factory=list)

    @property
    def dataset(self):
        return self.unit.dataset

    @property
    def title(self):
        return self.unit.title

    @property
    def frames(self):
        return self.unit.frames

    def issue_state(self):
        return "none" if not self.issues else "unresolved" if any(not issue.resolved for issue in self.issues) else "resolved"

    def derived(self):
        if self.status != "new":
            return self.status
        return "assigned" if self.assignee else "released" if self.released else "new"


@dataclasses.dataclass
class Happened:
    """What a figure counts."""
    kind: str
    time: int
    actor: int
    stage: Stage
    task: Task
    credited: int = HOST
    label_class: int = 0
    option: int = 0
    frames: int = 0
    duration: int = 0
