"""The reports of tasks, collaborators' time and issues, recounted from the event feed, and the Explore figures from the labels."""
from collections import Counter, defaultdict

import recount

ACTIONS = ("task_assign task_release task_submit task_skip task_approve task_reject task_move task_reopen task_pathway").split()
CHANGES = {"create": "created_labels", "edit": "edited_labels", "delete": "deleted_labels"}


def collaborator_time(query):
    exact = defaultdict(Counter)
    for event in query.data.events:
        if event["kind"] == "time_spent" and query.passes(event):
            column = {recount.ANNOTATE: "annotate", recount.REVIEW: "review"}.get(query.data.stage_type(event), "other")
            for bucket, length in query.pieces(event):
                exact[bucket, event["actor"]][column] += length
                exact[bucket, event["actor"]]["total"] += length
    rows = [dict(bucket=bucket, user=user, email=query.data.users[user],
                 **{column: recount.seconds(row[column]) for column in ("annotate", "review", "other", "total")})
            for (bucket, user), row in exact.items()]
    return sorted((row for row in rows if row["total"]), key=lambda row: (row["bucket"] or 0, row["email"]))


def issue_actions(query, buckets):
    """`buckets`: start and end of each."""
    columns = {"issue_create": "created", "issue_resolve": "resolved", "issue_reopen": "reopened"}
    rows = []
    for start, low, high in buckets:
        row = dict(bucket=start, created=0, resolved=0, reopened=0, open=0)
        is_open, removed = {}, set()
        for event in query.data.events:
            if high is not None and event["time"] >= high:
                continue
            if event["kind"] == "task_remove":
                removed.add(event["task"])
            elif event["kind"] == "task_restore":
                removed.discard(event["task"])
            elif event["kind"] in columns:
                counts = not query.classes or event["class"] is None or event["class"] in query.classes
                if counts and query.about(event["task"]):
                    is_open[event["reference"]] = (event["kind"] != "issue_resolve", event["task"])
                inside = query.in_window(event["time"]) and (low is None or event["time"] >= low)
                if counts and inside and query.passes(event):
                    row[columns[event["kind"]]] += 1
        row["open"] = sum(now and task not in removed for now, task in is_open.values())
        rows.append(row)
    return rows


def issue_tags(query, by_class):
    counts = Counter()
    for event in query.data.events:
        if event["kind"] == "issue_tag" and query.in_window(event["time"]):
            on_label = event["class"] is not None
            if query.passes(event, label=on_label) and (on_label or not by_class):
                counts[(event["answer"], event["class"]) if by_class else (event["answer"],)] += 1
    return dict(counts)


def task_figures(query, by_stage):
    """What each task has, by (task,) or (task, stage)."""
    rows, people, exact = defaultdict(Counter), defaultdict(set), Counter()
    for event in query.data.events:
        kind = event["kind"].replace("main_", "")
        if event["task"] is None or kind.startswith("branch_"):
            continue
        key = (query.data.whole(event["task"]), event["stage"]) if by_stage else (query.data.whole(event["task"]),)
        if kind == "time_spent":
            length = sum(length for _, length in query.pieces(event)) if query.passes(event) else 0
            if length:
                exact[key] += length
                people[key].add(event["actor"])
        elif query.in_window(event["time"]):
            words = kind.split("_")
            if kind in ("label_create", "label_edit", "label_delete") and query.passes(event, label=True):
                rows[key][CHANGES[words[1]]] += query.weight(event)
                people[key].add(event["actor"])
            elif kind in ("label_frames_create", "label_frames_delete") and query.unit and query.passes(event, label=True):
                rows[key][CHANGES[words[2]]] += event["frames"]
                people[key].add(event["actor"])
            elif by_stage and kind in ACTIONS and query.passes(event):
                people[key].add(event["actor"])
    out = {}
    for key in set(rows) | set(people) | set(exact):
        out[key] = dict(created_labels=0, edited_labels=0, deleted_labels=0) | rows[key]
        out[key]["time_spent" if by_stage else "total_time"] = recount.seconds(exact[key])
        if by_stage:
            out[key]["collaborators"] = sorted(query.data.users[user] for user in people[key] if user)
    return out


def explored(query):
    """Live tasks that the query is about, with their unit, labels and answers."""
    project, features = query.data.project, {row["feature"]: row for row in query.data.features}
    for task in sorted(query.data.task_stage):
        if query.about(task):
            with project.task_open(task) as handle:
                labels = [row for row in handle.labels().to_pylist() if not query.classes or row["class"] in query.classes]
                answers = defaultdict(list)
                for row in handle.answers().to_pylist():
                    answers[row["label"]].append(row)
            yield query.data.units[query.data.task_unit[task]], labels, answers, features


def frame_count(unit, label):
    media = unit["data_type"] in ("audio", "plain_text")
    return 1 if media or not label["ranges"] else sum(b - a + 1 for a, b in zip(label["ranges"][::2], label["ranges"][1::2]))


def explore(query):
    instances, frames, ranges = Counter(), Counter(), []
    for unit, labels, answers, features in explored(query):
        for label in labels:
            place = (unit["data_unit"], label["class"])
            instances[place] += 1
            frames[place + (None, None)] += frame_count(unit, label)
            held = Counter()
            for answer in answers[label["label"]]:
                text = answer["text"] if answer["text"] is not None else answer["number"]
                text = features[answer["option"]]["name"] if answer["option"] is not None else text
                static = answer["first_frame"] is None
                held[answer["attribute"], text] += frame_count(unit, label) if static else answer["last_frame"] - answer["first_frame"] + 1
            for key, count in held.items():
                frames[place + key] += count
            for first, last in zip(label["ranges"][::2], label["ranges"][1::2]):
                time = (lambda frame: frame / unit["fps"]) if unit["fps"] else (lambda frame: None)
                ranges.append((unit["data_unit"], label["class"], label["label"], first, last, time(first), time(last)))
    return instances, frames, ranges


def compare(name, found, expected, faults):
    if found != expected:
        for one, other in zip(list(found) + [None] * len(expected), expected):
            if one != other:
                faults.append(f"{name}: {one!r}, expected {other!r} ({len(found)} and {len(expected)} rows)")
                return
        faults.append(f"{name}: {len(found)} rows, expected {len(expected)}: the first too many is {list(found)[len(expected)]!r}")


def check_tasks(query, table, by_stage, faults):
    name, expected = table.row_type(), task_figures(query, by_stage)
    rows = table.to_pylist()
    keys = [(row["task"], row["stage"]) if by_stage else (row["task"],) for row in rows]
    compare(name + " keys", keys, sorted(expected), faults)
    for key, row in zip(keys, rows):
        unit = query.data.units[query.data.task_unit[key[0]]]
        facts = {"title": unit["title"], "data_type": unit["data_type"], "dataset": unit["data_unit"] >> 32}
        for column, value in (expected.get(key, {}) | facts).items():
            if row[column] != value:
                faults.append(f"{name} {key} {column}: {row[column]!r}, the events say {value!r}")


def check_explore(query, handle, faults):
    instances, frames, ranges = explore(query)
    rows = handle.instance_statistics().to_pylist()
    compare("instance_statistics", {(row["data_unit"], row["class"]): row["instances"] for row in rows}, dict(instances), faults)
    found = {}
    for row in handle.label_statistics().to_pylist():
        answer = row["answer"]
        kind = next((f["type"] for f in query.data.features if f["feature"] == row["attribute"]), None)
        found[row["data_unit"], row["class"], row["attribute"], float(answer) if kind == "numeric" else answer] = row["frame_labels"]
    compare("label_statistics", found, dict(frames), faults)
    columns = ("data_unit", "class", "label", "first_frame", "last_frame", "first_time", "last_time")
    found = [tuple(row[column] for column in columns) for row in handle.label_ranges().to_pylist()]
    compare("label_ranges", sorted(found, key=repr), sorted(ranges, key=repr), faults)


def check(query, handle, faults):
    rows = [dict(row, bucket=recount.micros(row["bucket"])) for row in handle.collaborator_time().to_pylist()]
    compare("collaborator_time", rows, collaborator_time(query), faults)
    rows = [dict(row, bucket=recount.micros(row["bucket"])) for row in handle.issue_actions().to_pylist()]
    buckets = [(row["bucket"], None, query.before or None) for row in rows]
    if query.bucket:
        ends = [query.next_bucket(row["bucket"]) for row in rows]
        buckets = [(row["bucket"], row["bucket"], min(end, query.before or end)) for row, end in zip(rows, ends)]
    compare("issue_actions", rows, issue_actions(query, buckets), faults)
    rows = handle.issue_tags().to_pylist()
    compare("issue_tags", {(row["tag"],): row["count"] for row in rows}, issue_tags(query, False), faults)
    rows = handle.issue_tags_by_class().to_pylist()
    compare("issue_tags_by_class", {(row["tag"], row["class"]): row["count"] for row in rows}, issue_tags(query, True), faults)
    check_tasks(query, handle.task_performance(), False, faults)
    check_tasks(query, handle.task_performance_by_stage(), True, faults)
    check_explore(query, handle, faults)
