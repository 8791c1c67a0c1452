"""The things of the reference: stages, tasks, labels, issues, what happened; and how it refuses."""

import dataclasses

HOST = 0
DAY = 86_400_000_000
MANAGERS = ("admin", "team_manager")
ANNOTATE, REVIEW, AGENT, DONE = "ANNOTATION", "REVIEW", "AGENT", "DONE"
MANY, JUDGE = "CONSENSUS_ANNOTATION", "CONSENSUS_REVIEW"
ANNOTATING, REVIEWING = (ANNOTATE, MANY), (REVIEW, JUDGE)
BY_USER, BY_SHARE, BY_RULE = "USER_ROUTER", "PERCENTAGE_ROUTER", "METADATA_ROUTER"
ROUTERS = (BY_USER, BY_SHARE, BY_RULE)
WORKS_IN = {ANNOTATE: MANAGERS + ("annotator", "annotator_reviewer"), REVIEW: MANAGERS + ("reviewer", "annotator_reviewer"),
            AGENT: MANAGERS, DONE: ()}
WORKS_IN.update({MANY: WORKS_IN[ANNOTATE], JUDGE: WORKS_IN[REVIEW]})
CLOSED = ("paused", "completed", "cancelled")
UNCHANGED = object()  # what an operation returns that had nothing to do
UNDECIDED = ("new", "resolved", "reopened")


def fresh(stage):
    """The status on arrival."""
    return "completed" if stage.type == DONE else "new"


class Refused(Exception):
    def __init__(self, *statuses):
        super().__init__("/".join(sorted(statuses)))
        self.statuses = set(statuses)


def refuse_if(**reasons):
    """refuse_if(STATE=closed, CONFLICT=taken): refuses with all that hold."""
    held = [status for status, holds in reasons.items() if holds]
    if held:
        raise Refused(*held)


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
    taken: bool = False  # by the assignee themselves
    sign: int = 0  # of work, the assignee's last one
    released: bool = False
    returned: bool = False
    priority: int = 50
    version: int = 0
    last_submitter: int = HOST
    last_submitters: set = dataclasses.field(default_factory=set)  # several when consensus was reached
    last_action: tuple = None  # user, stage, time
    removed: bool = False
    parent: object = None  # the task that it is a branch of
    number: int = 0  # of a branch
    submitter: int = None  # of a branch
    turn: int = 0  # of its submit
    had: int = None  # who had it then
    branches: list = dataclasses.field(default_factory=list)
    through: bool = False  # was in consensus
    uuid: str = None
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
    def waits(self):
        """A task for its branches, a branch for the review of its task: nobody can have it."""
        return self.status == "completed" if self.parent else self.stage.type == MANY

    @property
    def main(self):
        """What has the issues."""
        return self.parent or self

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
        issues = self.issues
        return "none" if not issues else "unresolved" if any(not issue.resolved for issue in issues) else "resolved"

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
