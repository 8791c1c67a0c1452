"""The reports of tasks, collaborators' time and issues, recounted from the event feed, and the Explore figures from the labels."""
from collections import Counter, defaultdict

from recount_actions import CHANGES, FRAME_CHANGES
from recount_project import ISSUE_ACTIONS, TIMES, compare, seconds

ACTIONS = ("task_assign", "task_release", "task_submit", "task_skip", "task_approve", "task_reject", "task_move", "task_reopen", "task_pathway")
ISSUE_COLUMNS = {"issue_create": "created", "issue_resolve": "resolved", "issue_reopen": "reopened"}


def collaborator_time(query):
    exact = defaultdict(Counter)
    for event, bucket, length in query.times():
        exact[bucket, event["actor"]][query.column_of(event)] += length
        exact[bucket, event["actor"]]["total"] += length
    rows = [dict(bucket=bucket, user=user, email=query.data.users[user], **{column: seconds(row[column]) for column in TIMES})
            for (bucket, user), row in exact.items()]
    return sorted((row for row in rows if row["total"]), key=lambda row: (row["bucket"] or 0, row["email"].encode()))


def issue_actions(query):
    """One pass: at the end of each bucket what is open on tasks that were not removed then."""
    actions = defaultdict(Counter)
    for event in query.issues():
        actions[query.bucket_of(event["time"])][ISSUE_COLUMNS[event["kind"]]] += 1
    kinds = ISSUE_ACTIONS + ("task_remove", "task_restore")
    history = sorted((event for kind in kinds for event in query.data.of_kind[kind]), key=lambda event: event["seq"])
    rows, is_open, removed, at = [], {}, set(), 0
    for bucket, _, end in query.buckets():
        while at < len(history) and (end is None or history[at]["time"] < end):
            event, at = history[at], at + 1
            if event["kind"] == "task_remove":
                removed.add(event["task"])
            elif event["kind"] == "task_restore":
                removed.discard(event["task"])
            elif (not query.classes or event["class"] is None or event["class"] in query.classes) and query.about(event["task"]):
                is_open[event["reference"]] = event["kind"] != "issue_resolve", event["task"]
        rows.append({"bucket": bucket, "open": sum(now and task not in removed for now, task in is_open.values()),
                     **{column: actions[bucket][column] for column in ISSUE_COLUMNS.values()}})
    return rows


def issue_tags(query, by_class):
    counts = Counter()
    for event in query.of("issue_tag"):
        if event["class"] is None and not by_class:
            counts[event["answer"],] += 1
        elif event["class"] is not None and (not query.classes or event["class"] in query.classes):
            counts[(event["answer"], event["class"]) if by_class else (event["answer"],)] += 1
    tags, order = query.data.tags, list(query.data.features)
    keys = sorted(counts, key=lambda key: (tags[key[0]].encode(), key[0], [order.index(number) for number in key[1:]]))
    return [dict({"tag": key[0], "name": tags[key[0]], "count": counts[key]},
                 **({"class": key[1], "class_name": query.data.features[key[1]]["name"]} if by_class else {})) for key in keys]


def task_figures(query, by_stage):
    """What each task has, by (task,) or (task, stage)."""
    rows, people, exact, unit = defaultdict(Counter), defaultdict(set), Counter(), query.unit

    def key_of(event):
        return (query.data.whole(event["task"]), event["stage"]) if by_stage else (query.data.whole(event["task"]),)

    for event, length in query.whole_times():
        exact[key_of(event)] += length
        people[key_of(event)].add(event["actor"])
    for prefix in ("", "main_"):
        for event in query.of(*(prefix + kind for kind in (*CHANGES, *(FRAME_CHANGES if unit else ()))), label=True):
            kind = event["kind"].replace("main_", "")
            rows[key_of(event)][{**CHANGES, **FRAME_CHANGES}[kind]] += query.weight(event)
            people[key_of(event)].add(event["actor"])
    for event in query.of(*ACTIONS) if by_stage else ():
        people[key_of(event)].add(event["actor"])
    made = []
    for key in sorted(set(rows) | set(people) | set(exact)):
        row = dict({column: rows[key][column] for column in CHANGES.values()}, task=key[0], **query.data.facts_of(key[0]))
        row["time_spent" if by_stage else "total_time"] = seconds(exact[key])
        if by_stage:
            row.update(stage=key[1], stage_title=query.data.stages[key[1]]["title"],
                       collaborators=sorted((query.data.users[user] for user in people[key] if user), key=str.encode))
        made.append(row)
    return made


# ---- Explore ----

def frame_count(unit, label):
    media = unit["data_type"] in ("audio", "plain_text", "time_series")
    return 1 if media or not label["ranges"] else sum(b - a + 1 for a, b in zip(label["ranges"][::2], label["ranges"][1::2]))


def explore(query):
    """The tables of the labels as they are now; of several tasks' rows, in the order of the tasks and of the classes."""
    data, features = query.data, query.data.features
    order = {number: at for at, number in enumerate(features)}
    instances, frames, ranges = [], [], []
    for task, (labels, answers) in data.labels_of().items():
        if not query.about(task):
            continue
        unit, held = data.units[data.task_unit[task]], defaultdict(list)
        facts = {"data_unit": unit["data_unit"], "title": unit["title"], "dataset": unit["data_unit"] >> 32}
        for row in answers:
            held[row["label"]].append(row)
        of_class, on_frames, with_answer = Counter(), Counter(), defaultdict(Counter)
        for label in labels:
            if query.classes and label["class"] not in query.classes:
                continue
            known = dict(facts, **{"class": label["class"], "class_name": features[label["class"]]["name"]})
            of_class[label["class"]] += 1
            on_frames[label["class"]] += frame_count(unit, label)
            for row in held[label["label"]]:
                text = row["text"] if row["text"] is not None else row["number"]
                text = features[row["option"]]["name"] if row["option"] is not None else text
                static = row["first_frame"] is None
                with_answer[label["class"]][row["attribute"], text] += frame_count(unit, label) if static else row["last_frame"] - row["first_frame"] + 1
            for first, last in zip(label["ranges"][::2], label["ranges"][1::2]):
                fps = unit["fps"]
                ranges.append(dict(known, label=label["label"], first_frame=first, last_frame=last, first_time=first / fps if fps else None,
                                   last_time=last / fps if fps else None))
        for number in sorted(of_class, key=order.get):
            known = dict(facts, **{"class": number, "class_name": features[number]["name"]})
            instances.append(dict(known, instances=of_class[number]))
            frames.append(dict(known, attribute=None, attribute_name=None, answer=None, frame_labels=on_frames[number]))
            for (attribute, answer), count in with_answer[number].items():
                frames.append(dict(known, attribute=attribute, attribute_name=features[attribute]["name"], answer=answer, frame_labels=count))
    return instances, frames, ranges


def order_answers(rows, features):
    """Which answer of an attribute is first is nowhere said; numbers are compared as such."""
    def key(row):
        numeric = row["attribute"] is not None and features[row["attribute"]]["type"] == "numeric"
        row["answer"] = float(row["answer"]) if numeric else row["answer"]
        return row["data_unit"], list(features).index(row["class"]), list(features).index(row["attribute"]) if row["attribute"] else -1, str(row["answer"])
    return sorted(rows, key=key)


def check_explore(query, handle, faults):
    instances, frames, ranges = explore(query)
    compare(handle.instance_statistics(), instances, faults)
    compare(handle.label_ranges(), ranges, faults)
    table, features = handle.label_statistics(), query.data.features
    if frames and set(frames[0]) != set(table.column_names):
        faults.append("label_statistics: columns %s are not recounted" % (set(frames[0]) ^ set(table.column_names)))
    rows = table.to_pylist()
    places = [(row["data_unit"], row["class"], row["attribute"] is not None, row["attribute"]) for row in rows]
    if any(one == places[at] for at, one in enumerate(places[1:]) if not one[2]):
        faults.append("label_statistics: a class has two rows of its own")
    found, expected = order_answers(rows, features), order_answers(frames, features)
    for one, other in zip(found, expected):
        if one != other:
            faults.append("label_statistics: %r, recounted %r" % (one, other))
            return
    if len(found) != len(expected):
        faults.append("label_statistics: %d rows, recounted %d" % (len(found), len(expected)))


def check(query, handle, faults):
    compare(handle.collaborator_time(), collaborator_time(query), faults)
    compare(handle.issue_actions(), issue_actions(query), faults)
    compare(handle.issue_tags(), issue_tags(query, False), faults)
    compare(handle.issue_tags_by_class(), issue_tags(query, True), faults)
    compare(handle.task_performance(), task_figures(query, False), faults)
    compare(handle.task_performance_by_stage(), task_figures(query, True), faults)
    check_explore(query, handle, faults)
