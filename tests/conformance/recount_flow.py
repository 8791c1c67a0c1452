"""The reports of flow and quality, recounted from the event feed: where each task was, what was right the first time."""
import math
from collections import Counter, defaultdict

import recount

RESTS = {"ANNOTATION", "REVIEW", "AGENT", "DONE", "CONSENSUS_ANNOTATION", "CONSENSUS_REVIEW"}
GOES_ON = {"task_submit", "task_approve", "task_reject", "task_move", "task_reopen", "task_pathway", "consensus_ready"}
DAY = recount.DAY
MASK = (1 << 64) - 1


def changes(query):
    """Each change of place: time, from, to (None = nowhere), when it had entered `from`, whether it went on by an action."""
    stage, entered, removed = {}, {}, set()
    for event in query.data.events:
        task, kind, time = event["task"], event["kind"], event["time"]
        if task is None or task in query.data.parent or not query.about(task):
            continue
        if kind == "task_create":
            stage[task], entered[task] = event["stage"], time
            yield time, None, event["stage"], time, False
        elif kind == "task_remove":
            removed.add(task)
            yield time, stage[task], None, entered[task], False
        elif kind == "task_restore":
            removed.discard(task)
            yield time, None, stage[task], entered[task], False
        elif kind in GOES_ON and task not in removed:
            before, since = stage[task], entered[task]
            stage[task], entered[task] = (event["stage"] >> 32 << 32) + event["reference"], time
            yield time, before, stage[task], since, True


def percentile(values, percent):
    return recount.seconds(sorted(values)[math.ceil(len(values) * percent / 100) - 1]) if values else None


def stage_flow(query):
    entered, left, present, times = Counter(), Counter(), Counter(), defaultdict(list)
    for time, before, after, since, acted in changes(query):
        if query.before and time >= query.before:
            continue
        present[before] -= 1
        present[after] += 1
        if query.in_window(time):
            if acted:
                left[before] += 1
                times[before].append(time - since)
            if acted or since == time:
                entered[after] += 1
    ends = [event["time"] + (event["duration"] if event["kind"] == "time_spent" else 0) for event in query.data.events]
    begins = min(event["time"] for event in query.data.events)
    first, last = max(query.after, begins), min(query.before or max(ends), max(ends))
    days = (last - first) / DAY if last > first else 0
    rows = {}
    for stage, facts in query.data.stages.items():
        if facts["type"] in RESTS and (not query.stages or stage in query.stages):
            rows[stage] = dict(entered=entered[stage], left=left[stage], in_progress=present[stage],
                               throughput=left[stage] / days if days else None,
                               median_cycle_time=percentile(times[stage], 50), p90_cycle_time=percentile(times[stage], 90))
    return rows


def series(query, buckets, place):
    """For each bucket and place: entered, left, how many are there at its end; `place` maps stages to places (None = none)."""
    rows = {}
    for start, low, high in buckets:
        entered, left, present = Counter(), Counter(), Counter()
        for time, before, after, since, acted in changes(query):
            before, after = place(before), place(after)
            if (high is not None and time >= high) or before == after:
                continue
            present[before] -= 1
            present[after] += 1
            if query.in_window(time) and (low is None or time >= low):
                left[before] += acted
                entered[after] += acted or since == time
        rows[start] = (entered, left, present)
    return rows


def splitmix(seed):
    state = seed & MASK
    while True:
        state = (state + 0x9E3779B97F4A7C15) & MASK
        x = state
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
        yield (x ^ (x >> 31)) >> 32


def forecast(query, moment, seed, history_days, runs):
    done = {stage for stage, facts in query.data.stages.items() if facts["type"] == "DONE"}
    begins = min(event["time"] for event in query.data.events)
    days = min(history_days, max(0, (moment - begins) // DAY))
    remaining, on_day = 0, [0] * days
    for time, before, after, _, acted in changes(query):
        if time >= moment:
            break
        remaining += (after is not None and after not in done) - (before is not None and before not in done)
        day = (moment - 1 - time) // DAY
        if acted and (before in done) != (after in done) and day < days:
            on_day[day] += 1 if after in done else -1
    row = dict(remaining=remaining, history_days=days, completed=sum(on_day), throughput=sum(on_day) / days if days else None,
               p50_days=None, p90_days=None, undefined="too_little_history" if days < 7 else None)
    if remaining == 0:
        return dict(row, p50_days=0, p90_days=0, undefined=None)
    if row["undefined"]:
        return row
    draws, results = splitmix(seed), []
    for _ in range(runs):
        left, count = remaining, 0
        while left > 0 and count <= 3650:
            left -= on_day[next(draws) * days >> 32]
            count += 1
        results.append(count)
    results.sort()
    for name, percent in (("p50_days", 50), ("p90_days", 90)):
        found = results[math.ceil(runs * percent / 100) - 1]
        row[name] = found if found <= 3650 else None
    row["undefined"] = None if row["p50_days"] is not None else "out_of_sight"
    return row


def quality(query):
    people, classes, submitted, decided, labels = defaultdict(Counter), defaultdict(Counter), set(), set(), set()
    annotate, decisions, _ = query.split_stages()
    for event in query.data.events:
        kind, inside = event["kind"], query.in_window(event["time"])
        if kind == "task_submit":
            first = (event["task"], event["stage"]) not in submitted
            submitted.add((event["task"], event["stage"]))
            if inside and event["actor"] and query.passes(event, stages=annotate):
                people[event["actor"]]["submitted"] += 1
                people[event["actor"]]["resubmitted"] += not first
        elif kind in ("task_approve", "task_reject"):
            first = event["task"] not in decided
            decided.add(event["task"])
            if first and inside and event["credited"] and query.passes(event, stages=decisions or (), person="credited"):
                people[event["credited"]]["first_decisions"] += 1
                people[event["credited"]]["accepted"] += kind == "task_approve"
        elif kind in ("label_approve", "label_reject"):
            first = event["reference"] not in labels
            labels.add(event["reference"])
            if inside and query.passes(event, label=True):
                classes[event["class"]]["decisions"] += 1
                classes[event["class"]]["repeated"] += not first
                classes[event["class"]]["first_decisions"] += first
                classes[event["class"]]["accepted"] += first and kind == "label_approve"
    for row in people.values():
        row["rework_rate"] = recount.rate(row["resubmitted"], row["submitted"])
        row["acceptance_rate"] = recount.rate(row["accepted"], row["first_decisions"])
    for row in classes.values():
        row["rework_rate"] = recount.rate(row["repeated"], row["decisions"])
        row["acceptance_rate"] = recount.rate(row["accepted"], row["first_decisions"])
    people = {user: row for user, row in people.items() if row["submitted"] or row["first_decisions"]}
    return people, classes


def check_rows(name, rows, key, expected, faults):
    if {row[key] for row in rows} != set(expected):
        faults.append(f"{name}: rows {sorted(row[key] for row in rows)}, expected {sorted(expected)}")
    for row in rows:
        recount.compare(name, row[key], {column: row[column] for column in expected.get(row[key], ())},
                        expected.get(row[key], {}), (), faults)


def check(query, handle, rng, faults):
    stages = query.data.stages
    check_rows("stage_flow", handle.stage_flow().to_pylist(), "stage", stage_flow(query), faults)
    rows = handle.burn_down().to_pylist()
    starts = [recount.micros(row["bucket"]) for row in rows]
    buckets = [(start, None, query.before or None) for start in starts]
    if query.bucket:
        ends = [query.next_bucket(start) for start in starts]
        buckets = [(start, start, min(end, query.before or end)) for start, end in zip(starts, ends)]
    found = [(start, row["added"], row["completed"], row["remaining"]) for start, row in zip(starts, rows)]
    open_stages = {stage for stage, facts in stages.items() if facts["type"] != "DONE"}
    left = series(query, buckets, lambda stage: "open" if stage in open_stages else None)
    expected = [(start, entered["open"], went["open"], there["open"]) for start, (entered, went, there) in left.items()]
    if found != expected:
        faults.append(f"burn_down: {found}, the events say {expected}")
    flow = series(query, buckets, lambda stage: stage)
    shown = [stage for stage, facts in sorted(stages.items()) if facts["type"] in RESTS and (not query.stages or stage in query.stages)]
    found = {(recount.micros(row["bucket"]), row["stage"]): (row["entered"], row["left"], row["tasks"]) for row in handle.cumulative_flow().to_pylist()}
    expected = {(start, stage): (entered[stage], went[stage], there[stage]) for start, (entered, went, there) in flow.items() for stage in shown}
    if found != expected:
        faults.append(f"cumulative_flow: {found}, the events say {expected}")
    if query.before:
        seed, days = rng.randrange(1 << 40), rng.randint(7, 40)
        row = handle.forecast(seed=seed, history_days=days, runs=200).to_pylist()[0]
        expected = forecast(query, query.before, seed, days, 200)
        recount.compare("forecast", seed, {column: row[column] for column in expected}, expected, (), faults)
    people, classes = quality(query)
    check_rows("collaborator_quality", handle.collaborator_quality().to_pylist(), "user", people, faults)
    check_rows("class_quality", handle.class_quality().to_pylist(), "class", classes, faults)
