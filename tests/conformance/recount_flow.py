"""The reports of flow and quality, recounted from the event feed: where each task was, what was right the first time."""
import math
from collections import Counter, defaultdict, namedtuple

from recount_project import DAY, Close, compare, rate, seconds

GOES_ON = {"task_submit", "task_approve", "task_reject", "task_move", "task_reopen", "task_pathway", "consensus_ready"}
KINDS = GOES_ON | {"task_create", "task_remove", "task_restore"}
MASK = (1 << 64) - 1

# A change of place: from None for a new or restored task, to None for a removed one; `since` is when it had entered `before`.
Change = namedtuple("Change", "time before after since acted new")


def changes(query):
    stage, entered, removed = {}, {}, set()
    for event in query.data.events:
        task, kind, time = event["task"], event["kind"], event["time"]
        if kind not in KINDS or task in query.data.parent or not query.about(task):
            continue
        if kind == "task_create":
            stage[task], entered[task] = event["stage"], time
            yield Change(time, None, event["stage"], time, False, True)
        elif kind == "task_remove":
            removed.add(task)
            yield Change(time, stage[task], None, entered[task], False, False)
        elif kind == "task_restore":
            removed.discard(task)
            yield Change(time, None, stage[task], entered[task], False, False)
        elif task not in removed:
            before, since = stage[task], entered[task]
            stage[task], entered[task] = (event["stage"] >> 32 << 32) + event["reference"], time
            yield Change(time, before, stage[task], since, True, False)


def percentile(values, percent):
    return seconds(sorted(values)[math.ceil(len(values) * percent / 100) - 1]) if values else None


def stages_shown(query, table):
    """In the order of the workflow, then those that are no longer in it: in whatever order the table has them."""
    gone = {row["stage"]: None for row in table.to_pylist() if row["stage"] in query.data.removed_stages}
    stages = [*query.data.workflow, *gone, *(query.data.removed_stages - set(gone))]
    return [stage for stage in stages if not query.stages or stage in query.stages]


def stage_facts(query, stage):
    return {"stage": stage, "stage_title": query.data.stages[stage]["title"], "type": query.data.stages[stage]["type"]}


def stage_flow(query, table):
    entered, left, present, times = Counter(), Counter(), Counter(), defaultdict(list)
    for one in changes(query):
        if query.before and one.time >= query.before:
            continue
        present[one.before] -= 1
        present[one.after] += 1
        if query.in_window(one.time):
            if one.acted:
                left[one.before] += 1
                times[one.before].append(one.time - one.since)
            entered[one.after] += one.acted or one.new
    last_end = max(event["time"] + event["duration"] for event in query.data.events)
    first, last = max(query.after, query.data.begins), min(query.before or last_end, last_end)
    days = (last - first) / DAY if last > first else 0
    return [dict(stage_facts(query, stage), entered=entered[stage], left=left[stage], in_progress=present[stage],
                 throughput=Close(left[stage] / days) if days else None,
                 median_cycle_time=percentile(times[stage], 50), p90_cycle_time=percentile(times[stage], 90))
            for stage in stages_shown(query, table) if stage not in query.data.removed_stages or entered[stage] or left[stage]]


def series(query, place):
    """For each bucket: entered, left, present at its end, by place; `place` maps stages to places (None = none)."""
    rows, at, all_changes, present = [], 0, list(changes(query)), Counter()
    for bucket, start, end in query.buckets():
        entered, left = Counter(), Counter()
        while at < len(all_changes) and (end is None or all_changes[at].time < end):
            one, at = all_changes[at], at + 1
            before, after = place(one.before), place(one.after)
            if before != after:
                present[before] -= 1
                present[after] += 1
                if query.in_window(one.time) and (start is None or one.time >= start):
                    left[before] += one.acted
                    entered[after] += one.acted or one.new
        rows.append((bucket, entered, left, Counter(present)))
    return rows


def burn_down(query):
    open_stages = {stage for stage, facts in query.data.stages.items() if facts["type"] != "DONE"}
    return [dict(bucket=bucket, added=entered["open"], completed=left["open"], remaining=present["open"])
            for bucket, entered, left, present in series(query, lambda stage: "open" if stage in open_stages else None)]


def cumulative_flow(query, table):
    return [dict(stage_facts(query, stage), bucket=bucket, entered=entered[stage], left=left[stage], tasks=present[stage])
            for bucket, entered, left, present in series(query, lambda stage: stage) for stage in stages_shown(query, table)]


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
    days = min(history_days, max(0, (moment - query.data.begins) // DAY))
    remaining, on_day = 0, [0] * days
    for one in changes(query):
        if query.before and one.time >= moment:  # without an end all that happened counts, that of the moment, too
            break
        remaining += (one.after is not None and one.after not in done) - (one.before is not None and one.before not in done)
        day = max(0, moment - 1 - one.time) // DAY
        if one.acted and (one.before in done) != (one.after in done) and day < days:
            on_day[day] += 1 if one.after in done else -1
    row = dict(remaining=remaining, history_days=days, completed=sum(on_day), throughput=rate(sum(on_day), days), p50_days=None, p50=None,
               p90_days=None, p90=None, undefined="too_little_history" if days < 7 else None)
    if remaining == 0:
        return [dict(row, p50_days=0, p50=moment, p90_days=0, p90=moment, undefined=None)]
    if row["undefined"]:
        return [row]
    draws, results = splitmix(seed), []
    for _ in range(runs):
        left, count = remaining, 0
        while left > 0 and count <= 3650:
            left -= on_day[next(draws) * days >> 32]
            count += 1
        results.append(count)
    results.sort()
    for name, percent in (("p50", 50), ("p90", 90)):
        found = results[math.ceil(runs * percent / 100) - 1]
        if found <= 3650:
            row[name + "_days"], row[name] = found, moment + found * DAY
    row["undefined"] = None if row["p50_days"] is not None else "out_of_sight"
    return [row]


def collaborator_quality(query):
    people, submitted, decided = defaultdict(Counter), set(), set()
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
    made = [dict({column: row[column] for column in ("submitted", "resubmitted", "first_decisions", "accepted")}, user=user,
                 email=query.data.users[user], rework_rate=rate(row["resubmitted"], row["submitted"]),
                 acceptance_rate=rate(row["accepted"], row["first_decisions"])) for user, row in people.items()]
    return sorted((row for row in made if row["submitted"] or row["first_decisions"]), key=lambda row: row["email"].encode())


def class_quality(query):
    classes, labels = defaultdict(Counter), set()
    for event in sorted(query.data.of_kind["label_approve"] + query.data.of_kind["label_reject"], key=lambda event: event["seq"]):
        first = event["reference"] not in labels
        labels.add(event["reference"])
        if query.in_window(event["time"]) and query.passes(event, label=True):
            row = classes[event["class"]]
            row["decisions"] += 1
            row["repeated"] += not first
            row["first_decisions"] += first
            row["accepted"] += first and event["kind"] == "label_approve"
    return [dict({column: classes[number][column] for column in ("decisions", "repeated", "first_decisions", "accepted")},
                 **{"class": number, "class_name": feature["name"]}, rework_rate=rate(classes[number]["repeated"], classes[number]["decisions"]),
                 acceptance_rate=rate(classes[number]["accepted"], classes[number]["first_decisions"]))
            for number, feature in query.data.features.items() if classes[number]["decisions"]]


def check(query, handle, random, faults, now=None):
    """`now`: what the library's clock says, for the forecast of a window without an end."""
    table = handle.stage_flow()
    compare(table, stage_flow(query, table), faults)
    compare(handle.burn_down(), burn_down(query), faults)
    table = handle.cumulative_flow()
    compare(table, cumulative_flow(query, table), faults)
    moment = query.before or now
    if moment:
        seed, days, runs = random.randrange(1 << 40), random.randint(7, 40), random.choice((1, 7, 50))
        compare(handle.forecast(seed=seed, history_days=days, runs=runs), forecast(query, moment, seed, days, runs), faults)
    compare(handle.collaborator_quality(), collaborator_quality(query), faults)
    compare(handle.class_quality(), class_quality(query), faults)
