"""All projects together, recounted from their event feeds."""
from collections import Counter, defaultdict

from recount_project import ISSUE_ACTIONS, TIMES, Query, average, compare, seconds
from recount_tasks import ACTIONS


def count(all_data, after, before):
    """Figures by project and by user: submitted, created, times; and who was active."""
    of_project, of_user, active = defaultdict(Counter), defaultdict(Counter), set()
    for data in all_data:
        query = Query(data, after=after, before=before)
        for event, length in query.whole_times():
            for figures in (of_project[data.id], of_user[event["actor"]]):
                figures[query.column_of(event)] += length
                figures["total"] += length
            active |= {event["actor"], ("project", data.id)}
        for event in query.of("task_submit"):
            of_project[data.id]["submitted"] += 1
            of_user[event["actor"]]["submitted"] += 1
        for event in query.of(*ACTIONS, *ISSUE_ACTIONS, "issue_comment"):
            active |= {event["actor"], ("project", data.id)}
        for event in query.of("label_counted"):
            of_project[data.id]["created"] += 1
            active.add(("project", data.id))
    return of_project, of_user, active


def times_of(figures):
    return {column: seconds(figures[column]) for column in TIMES}


def check(session, all_data, random, faults):
    times = sorted(event["time"] for data in all_data for event in data.events)
    low = random.choice(times)
    users = {row["user"]: row for row in session.user_list().to_pylist()}
    for after, before in ((0, 0), (low, 0), (0, low + 1), (low, random.choice([time for time in times if time >= low]) + 1)):
        of_project, of_user, active = count(all_data, after, before)
        every = sum(of_project.values(), Counter())
        compare(session.store_organisation(after_us=after, before_us=before), [dict(
            times_of(every), users=sum(not row["disabled"] for row in users.values()), active_users=sum(user in active for user in users),
            projects=len(all_data), submitted_tasks=every["submitted"], instance_labels_created=every["created"],
            average_time_per_task=average(every["total"], every["submitted"]))], faults)
        for limit in (0, 1000):
            rows = [dict(times_of(of_user[user]), user=user, email=row["email"], submitted_tasks=of_user[user]["submitted"])
                    for user, row in users.items() if user in active]
            rows.sort(key=lambda row: (-row["submitted_tasks"], -of_user[row["user"]]["total"], row["email"].encode()))
            compare(session.store_top_users(after_us=after, before_us=before, limit=limit), rows[:limit or 5], faults)
            rows = [dict(times_of(of_project[data.id]), project=data.id, title=data.facts["title"],
                         submitted_tasks=of_project[data.id]["submitted"], instance_labels_created=of_project[data.id]["created"])
                    for data in all_data if ("project", data.id) in active]
            rows.sort(key=lambda row: (-row["submitted_tasks"], -of_project[row["project"]]["total"], row["project"]))
            compare(session.store_top_projects(after_us=after, before_us=before, limit=limit), rows[:limit or 5], faults)
