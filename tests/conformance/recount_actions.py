"""Reports by bucket, by class and by person, recounted from the event feed."""
from collections import Counter, defaultdict

from recount_project import ANNOTATE, ISSUE_ACTIONS, REVIEW, TIMES, average, compare, counter_row, rate, seconds

TASK_KINDS = {"task_submit": "submitted", "task_skip": "skipped", "task_approve": "approved", "task_reject": "rejected",
              "task_assign": "assigned", "task_release": "released", "task_move": "moved", "task_reopen": "reopened"}
LABEL_KINDS = {"label_submit": "submitted", "main_label_submit": "submitted", "label_approve": "approved", "label_reject": "rejected"}
CLASS_KINDS = {"label_create": "created", "main_label_create": "created", "label_approve": "approved", "label_reject": "rejected"}
ANSWER_KINDS = {"answer_create": "created", "answer_approve": "approved", "answer_reject": "rejected"}
CHANGES = {"label_create": "created_labels", "label_edit": "edited_labels", "label_delete": "deleted_labels"}
FRAME_CHANGES = {"label_frames_create": "created_labels", "label_frames_delete": "deleted_labels"}


def by_bucket(query, kinds, label=False):
    rows = defaultdict(Counter)
    for event in query.of(*kinds, label=label):
        rows[query.bucket_of(event["time"])][kinds[event["kind"]]] += query.weight(event) if label else 1
    return [dict(counter_row(dict.fromkeys(kinds.values()), rows[bucket]), bucket=bucket) for bucket, _, _ in query.buckets()]


def task_actions(query):
    return by_bucket(query, TASK_KINDS)


def label_actions(query):
    return by_bucket(query, LABEL_KINDS, label=True)


def time_spent(query):
    exact = defaultdict(Counter)
    for event, bucket, length in query.times():
        exact[bucket][query.column_of(event)] += length
        exact[bucket]["total"] += length
    return [dict({column: seconds(exact[bucket][column]) for column in TIMES}, bucket=bucket) for bucket, _, _ in query.buckets()]


def ontology_actions(query):
    """Live entries, and archived ones with a figure; a class also when one of its options is listed."""
    counts, features = defaultdict(Counter), query.data.features
    for event in query.of(*CLASS_KINDS, *(("label_frames_create", "main_label_frames_create") if query.unit else ()), label=True):
        counts[event["class"]][CLASS_KINDS.get(event["kind"], "created")] += query.weight(event)
    for event in query.of(*ANSWER_KINDS, label=True):
        counts[event["answer"]][ANSWER_KINDS[event["kind"]]] += query.weight(event)
    listed = {number for number, row in features.items()
              if row["kind"] != "attribute" and (not query.classes or row["class"] in query.classes) and
              (not row["archived"] or any(counts[number].values()))}
    listed |= {features[number]["class"] for number in listed}
    rows, place, level = [], {}, {}
    for number, feature in features.items():                # in the order of the structure
        if number not in listed:
            continue
        parent = feature["parent"]
        while parent is not None and parent not in place:
            parent = features[parent]["parent"]
        place[number], level[number] = len(rows), 0 if parent is None else level[parent] + 1
        row = counter_row(("created", "approved", "rejected"), counts[number])
        rows.append(dict(row, feature=number, level=level[number], parent_row=None if parent is None else place[parent],
                         name=feature["name"], feature_hash=feature["feature_hash"],
                         rejection_rate=rate(row["rejected"], row["approved"] + row["rejected"])))
    return rows


# ---- people ----

def label_changes(query, rows, kinds, stages, work):
    for event in query.of(*(prefix + kind for prefix in kinds for kind in CHANGES), label=True, stages=stages):
        if query.data.work(event["stage"]) == work:
            rows[event["actor"]][CHANGES[event["kind"].replace("branch_", "")]] += query.weight(event)
    for event in query.of(*(prefix + kind for prefix in kinds for kind in FRAME_CHANGES if query.unit), label=True, stages=stages):
        if query.data.work(event["stage"]) == work:
            rows[event["actor"]][FRAME_CHANGES[event["kind"].replace("branch_", "")]] += event["frames"]


def annotators(query):
    rows, spent, submits = defaultdict(Counter), Counter(), Counter()
    annotate, decisions, _ = query.split_stages()
    decisions = decisions or ()
    for event, length in query.whole_times(stages=annotate):
        spent[event["actor"]] += length
    for event in query.of("task_submit", "task_skip", stages=annotate):
        rows[event["actor"]]["submitted_tasks" if event["kind"] == "task_submit" else "skipped_tasks"] += 1
    label_changes(query, rows, ("", "branch_"), annotate, ANNOTATE)     # of a branch: this report alone has them
    for event in query.of("label_submit", "branch_label_submit", label=True, stages=annotate):
        submits[event["actor"]] += query.weight(event)
    for kind, column in (("task_approve", "approved_tasks"), ("branch_approve", "approved_tasks"), ("task_reject", "rejected_tasks"),
                         ("branch_reject", "rejected_tasks")):
        for event in query.of(kind, stages=decisions, person="credited"):
            rows[event["credited"]][column] += 1
    for kind, column in (("label_approve", "approved_labels"), ("label_reject", "rejected_labels")):
        for event in query.of(kind, label=True, stages=decisions, person="credited"):
            rows[event["credited"]][column] += query.weight(event)
    for event in query.issues(stages=decisions, person="credited"):
        if event["actor"] != event["credited"] and not query.unit:      # by frames there is no such column
            rows[event["credited"]]["issue_actions_against_user"] += 1
    counted = ("submitted_tasks", "skipped_tasks", "approved_tasks", "rejected_tasks", "created_labels", "edited_labels", "deleted_labels",
               "approved_labels", "rejected_labels") + (() if query.unit else ("issue_actions_against_user",))

    def complete(user, row):
        return dict(counter_row(counted, row), total_annotation_time=seconds(spent[user]),
                    task_rejection_rate=rate(row["rejected_tasks"], row["submitted_tasks"]),
                    label_rejection_rate=rate(row["rejected_labels"], submits[user]),
                    average_time_per_task=average(spent[user], row["submitted_tasks"]))

    return people(query, set(rows) | set(spent) | set(submits), rows, complete)


def reviewers(query):
    rows, spent = defaultdict(Counter), Counter()
    _, _, review = query.split_stages()
    for event, length in query.whole_times(stages=review or (-1,)):
        spent[event["actor"]] += length
    label_changes(query, rows, ("",), review or (-1,), REVIEW)
    for kind, column in (("task_approve", "approved_tasks"), ("task_reject", "rejected_tasks")):
        for event in query.of(kind, stages=review or (-1,)):
            rows[event["actor"]][column] += 1
    for kind, column in (("label_approve", "approved_labels"), ("label_reject", "rejected_labels")):
        for event in query.of(kind, label=True, stages=review or (-1,)):
            rows[event["actor"]][column] += query.weight(event)
    for event in query.issues(stages=review or (-1,)):
        rows[event["actor"]]["issue_actions_by_user"] += not query.unit
    counted = ("approved_tasks", "rejected_tasks", "created_labels", "edited_labels", "deleted_labels", "approved_labels",
               "rejected_labels") + (() if query.unit else ("issue_actions_by_user",))

    def complete(user, row):
        tasks, labels = row["approved_tasks"] + row["rejected_tasks"], row["approved_labels"] + row["rejected_labels"]
        return dict(counter_row(counted, row), total_review_time=seconds(spent[user]), task_rejection_rate=rate(row["rejected_tasks"], tasks),
                    average_time_per_task=average(spent[user], tasks), average_time_per_label=average(spent[user], labels))

    return people(query, set(rows) | set(spent), rows, complete)


def people(query, users, rows, complete):
    """Those with a figure that is not zero, by e-mail; the host and nobody have no row."""
    made = [dict(complete(user, rows[user]), user=user, email=query.data.users[user]) for user in users if user]
    made = [row for row in made if any(value for column, value in row.items() if column not in ("user", "email"))]
    return sorted(made, key=lambda row: row["email"].encode())


# ---- the project ----

def overview(data):
    removed, is_open = set(), {}
    for event in data.events:
        if event["kind"] in ("task_remove", "task_restore") and event["task"] not in data.parent:
            (removed.add if event["kind"] == "task_remove" else removed.discard)(event["task"])
        if event["kind"] in ISSUE_ACTIONS:
            is_open[event["reference"]] = event["kind"] != "issue_resolve", event["task"]
    return [{"instance_labels_created": len(data.of_kind["label_counted"]),
             "time_spent": seconds(sum(event["duration"] for event in data.of_kind["time_spent"])),
             "open_issues": sum(now and task not in removed for now, task in is_open.values()),
             "tasks": len(data.of_kind["task_create"]) - len(removed)}]


def tasks_by_stage(data):
    """In the order of the workflow; a branch is counted with its task."""
    place = {}
    for event in data.events:
        kind = event["kind"]
        if kind in ("task_create", "task_restore"):
            place[event["task"]] = event["stage"]
        elif kind == "task_remove":
            place.pop(event["task"], None)
        elif event["task"] in place and kind in ("task_submit", "task_approve", "task_reject", "task_move", "task_reopen", "task_pathway",
                                                 "consensus_ready"):
            place[event["task"]] = (event["stage"] >> 32 << 32) + event["reference"]
    counts = Counter(stage for task, stage in place.items() if task not in data.parent)
    return [dict({column: row[column] for column in ("stage", "key", "title", "type")}, tasks=counts[row["stage"]])
            for row in data.project.stage_list().to_pylist()]


def check_counted(data, faults):
    """A label is counted once in its life, and every label of a submit is, but those of texts."""
    counted = Counter((data.whole(event["task"]), event["reference"]) for event in data.of_kind["label_counted"])
    for label, times in counted.items():
        if times > 1:
            faults.append("label_counted: label %r %d times" % (label, times))
    for event in data.of_kind["label_submit"] + data.of_kind["main_label_submit"]:
        task = data.whole(event["task"])
        if (task, event["reference"]) not in counted and data.facts_of(task)["data_type"] != "plain_text":
            faults.append("label_counted: never label %d of task %d, which was submitted" % (event["reference"], task))
    if any(data.facts_of(data.whole(task))["data_type"] == "plain_text" for task, _ in counted):
        faults.append("label_counted: a label of a text")


def check(query, handle, faults):
    compare(handle.task_actions(), task_actions(query), faults)
    compare(handle.time_spent(), time_spent(query), faults)
    compare(handle.label_actions(), label_actions(query), faults)
    compare(handle.ontology_actions(), ontology_actions(query), faults)
    compare(handle.annotators_by_frame() if query.unit else handle.annotators(), annotators(query), faults)
    compare(handle.reviewers_by_frame() if query.unit else handle.reviewers(), reviewers(query), faults)
