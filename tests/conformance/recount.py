"""Recounts every report from the event feed and compares, cell by cell: difference 0.

    recount.py [--complete] STORE [--queries N] [--seed N]     the projects of a store
    recount.py --random SECONDS [--seed N] [--jobs N]          random projects, until the time is over

Lesson of peers 21: figures of several kinds meet by user, bucket or class, never by their place in a list.
Knows the definitions of the reports and the meaning of the events, nothing of how the library computes. Runs the
lifetime reports, then random ones (window, buckets, zones, filters, units, and what other roles see); prints its seed. With --complete
it also fails when a lifetime report is empty or all zero, or when a kind of event that a project can have never happened.
"""
import argparse
import concurrent.futures
import multiprocessing
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter

import annoproj

import recount_actions
import recount_flow
import recount_organisation
import recount_tasks
from random_projects import RandomProjects
from recount_project import DAY, EXPLICIT, NONE, SEGMENT, Findings, Project, Query, all_pages, compare
from recount_zones import random_zone

PROJECT_KINDS = set("""
    task_assign task_release task_submit task_skip task_approve task_reject task_create task_remove task_restore task_return
    task_priority time_spent label_create label_edit label_delete label_frames_create label_frames_delete label_submit
    label_approve label_reject label_counted answer_create answer_approve answer_reject label_put label_remove review_approve
    review_reject review_reopen issue_create issue_resolve issue_reopen issue_comment issue_tag project_create project_update
    project_status dataset_attach dataset_detach collaborator_add collaborator_role collaborator_remove labels_import
    """.split())
REPORTS = """task_actions time_spent label_actions ontology_actions annotators annotators_by_frame reviewers reviewers_by_frame collaborator_time
    issue_actions issue_tags issue_tags_by_class task_performance task_performance_by_stage stage_flow cumulative_flow burn_down forecast collaborator_quality
    class_quality instance_statistics label_statistics label_ranges""".split()
OWN = ("task_actions", "time_spent", "label_actions")
MANAGERS = ("admin", "team_manager")


def check_query(query, faults, now=None):
    before = len(faults)
    faults.features = query.features()
    with query.data.project.query_open(**query.options()) as handle:
        recount_actions.check(query, handle, faults)
        recount_tasks.check(query, handle, faults)
        recount_flow.check(query, handle, random.Random(len(query.data.events)), faults, now)
    faults.features = ()
    if len(faults) > before:
        faults.append("  of project %d with %r" % (query.data.id, query.options()))


def check_lifetime(data, faults, now=None):
    check_query(Query(data), faults, now)
    compare(data.project.overview(), recount_actions.overview(data), faults)
    compare(data.project.tasks_by_stage(), recount_actions.tasks_by_stage(data), faults)
    recount_actions.check_counted(data, faults)


def check_complete(data, faults):
    """The project shows everything: each kind of event, and no report that says nothing."""
    for kind in sorted(PROJECT_KINDS - {event["kind"] for event in data.events}):
        faults.append("no event of kind %s" % kind)
    tables = {"overview": data.project.overview(), "tasks_by_stage": data.project.tasks_by_stage()}
    with data.project.query_open() as query:
        tables.update((name, getattr(query, name)()) for name in REPORTS)
    keys = {"stage", "user", "feature", "level", "parent_row"}
    for name, table in tables.items():
        figures = [value for row in table.to_pylist() for column, value in row.items() if column not in keys and isinstance(value, (int, float))]
        if not any(figures):
            faults.append("%s is empty or all zero" % name)


def check_role(query, user, role, handle, faults):
    """Who manages nothing has three tables, of the own events; who does has what the host has; who is no collaborator nothing."""
    refused = []
    with handle.query_open(**query.options()) as asked:
        if role in MANAGERS:
            with query.data.project.query_open(**query.options()) as hosts:
                name = random.Random(user + len(query.data.events)).choice(REPORTS)
                if name != "forecast" and getattr(asked, name)().csv() != getattr(hosts, name)().csv():
                    faults.append("%s of user %d (%s) is not the host's" % (name, user, role))
            return
        query.own = user
        for name in OWN:
            compare(getattr(asked, name)(), getattr(recount_actions, name)(query), faults)
        query.own = None
        for call in [getattr(asked, name) for name in REPORTS if name not in OWN] + [handle.overview, handle.tasks_by_stage]:
            try:
                call()
                refused.append(call.__name__)
            except annoproj.PermissionError:
                pass
    if refused:
        faults.append("user %d (%s) may see %s" % (user, role, refused))


def random_query(data, rng, zones=None):
    low, high = data.begins, data.ends + 1

    def pick(values, chance=0.3):
        return rng.sample(values, rng.randint(1, min(4, len(values)))) if values and rng.random() < chance else ()

    def border(least, most):
        """Often at an event or beside it: who is inside is decided there."""
        chosen = rng.choice(moments) + rng.choice((-1, 0, 0, 0, 1)) if rng.random() < 0.6 else rng.randint(least, most)
        return min(max(chosen, least), most)

    moments = sorted(data.moments())
    after = border(low, high - 1) if rng.random() < 0.5 else 0
    before = border(max(after, low) + 1, high + DAY) if rng.random() < 0.5 else 0
    bucket, boundaries = rng.choice((NONE, NONE, 1, 2, 3, EXPLICIT)), ()
    if bucket == EXPLICIT:
        if zones is not None and rng.random() < 0.7:
            boundaries = random_zone(rng, low - rng.randrange(DAY), high + rng.randrange(DAY), zones)
        else:
            boundaries = sorted({rng.choice(moments) + rng.choice((0, 0, 1, rng.randrange(DAY))) for _ in range(rng.randint(2, 9))} | {low})
            boundaries = boundaries if len(boundaries) > 1 else [low, high]
    classes = [number for number, row in data.features.items() if row["kind"] in ("object", "classification")]
    titles = sorted(unit["title"] for unit in data.units.values())
    name, pattern = rng.choice(titles), None
    if rng.random() < 0.3:
        first = rng.randrange(len(name))
        pattern = rng.choice((re.escape(name[first:first + 3]), "^" + re.escape(name[:2]), re.escape(name[-3:]) + "$", "(?i)DAY_|NIGHT", "[0-4][.)]", "nothing"))
    return Query(data, after, before, bucket, rng.choice((0, 330, -210, 60, 345, -1080, 1080)), rng.randint(0, 1), pick(sorted(data.users)),
                 pick(sorted({event["reference"] for event in data.of_kind["dataset_attach"]})), pick(sorted(data.stages)), pick(classes), pick(sorted(set(data.stages) - data.removed_stages)),
                 pick(["ui", "sdk", "agent"]), pattern, boundaries)


def check_project(data, queries, rng, faults, now=None, handles=None, zones=None):
    """`handles`: {user: project} of those who are no host."""
    check_lifetime(data, faults, now)
    roles = {row["user"]: row["role"] for row in data.project.collaborator_list().to_pylist()}
    for _ in range(queries):
        query = random_query(data, rng, zones)
        check_query(query, faults, now)
        for user, handle in (handles or {}).items():
            if user in roles and rng.random() < 0.4:
                before = len(faults)
                check_role(query, user, roles[user], handle, faults)
                if len(faults) > before:
                    faults.append("  of project %d, user %d (%s), with %r" % (data.id, user, roles[user], query.options()))


def check_store(path, complete, queries, seed):
    rng, faults = random.Random(seed), Findings()
    with annoproj.open(path) as store, store.session_open(0) as session:
        all_data = [Project(session, session.project_open(row["project"])) for row in all_pages(session.project_list_pages())]
        recount_organisation.check(session, all_data, rng, faults)
        for data in all_data:
            check_project(data, queries, rng, faults)
            if complete:
                check_complete(data, faults)
            print("recount: project %d: %d events, %d queries, %d differences" % (data.id, len(data.events), queries + 1, len(faults)))
    return faults


# ---- random projects ----

def check_random(seed, steps, queries, sealed=False):
    """A store of random projects, recounted: what it did, how many events and queries, and the differences."""
    faults, rng, zones, events = Findings(), random.Random(seed), Counter(), 0
    with tempfile.TemporaryDirectory() as folder:
        made = RandomProjects(os.path.join(folder, "random.annoproj"), random.Random(seed))
        if sealed:
            made.seal()
        for number in range(steps):
            made.step()
            if sealed and number % (steps // 8) == 0:     # so that what happened is sealed, too
                made.fill()
        made.settle()
        all_data = [Project(made.host, made.project(id=id), made.stages[id]) for id in made.projects]
        for data in all_data:
            handles = {user: made.project(user, annoproj.Source.UI, data.id) for user in made.users}
            check_project(data, queries, rng, faults, made.now, {user: handle for user, handle in handles.items() if handle}, zones)
            events += len(data.events)
        recount_organisation.check(made.host, all_data, rng, faults)
        if rng.random() < 0.5:      # a deleted project's figures stay in those of the organisation
            made.project(id=made.projects[0]).delete(all_data[0].facts["title"])
            recount_organisation.check(made.host, all_data, rng, faults)
        faults += ["check of the store: %r" % row for row in made.host.store_check().to_pylist()]
        made.close()
    done = Counter(made.done)
    done["sealed segments"] = sum(len(data.events) // SEGMENT for data in all_data)
    return done, events, (queries + 1) * len(all_data), zones, faults.met, ["%s (check_random(%d, %d, %d, %r))" % (fault, seed, steps, queries, sealed)
                                                                for fault in faults]


def report_cells(met, stores, faults):
    """Of the reports under each feature of queries, and under each two of them: which never showed a figure that was compared."""
    reports = sorted({report for report, _, _ in met})
    never = [(report, one, other) for report in reports for at, one in enumerate(Query.FEATURES) for other in Query.FEATURES[at:]
             if not met[report, one, other] and not (one != other and {one, other} <= Query.BUCKETS) and {one, other} not in Query.APART
             and not ("frames" in (one, other) and report in ("annotators_row", "reviewers_row"))]    # there are tables of their own
    alone = ["%s under %s" % (report, one) for report, one, other in never if one == other]
    print("recount: %d reports; of %d with one or two features of a query %d never showed a figure%s" % (
        len(reports), len(met) + len(never), len(never), ": " + ", ".join("%s under %s and %s" % cell for cell in never[:40]) if never else ""))
    if stores > 50 and alone and not faults:
        faults.append("never a figure of: %s" % ", ".join(alone))


def check_random_until(seconds, seed, jobs):
    """Mostly many small stores; now and then one with segments that are sealed. Everything that can happen must have."""
    began, done, zones, met, events, queries, stores, faults = time.monotonic(), Counter(), Counter(), Counter(), 0, 0, 0, []
    with concurrent.futures.ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as workers:
        plans = set()
        while True:
            while len(plans) < jobs and (stores < 3 or time.monotonic() - began < seconds) and not faults:
                heavy = stores % 4 == 0
                plans.add(workers.submit(check_random, seed + stores, 250 if heavy else 800, 4 if heavy else 6, heavy))
                stores += 1
            if not plans:
                break
            ready, plans = concurrent.futures.wait(plans, return_when=concurrent.futures.FIRST_COMPLETED)
            for one in ready:
                found = one.result()
                done.update(found[0])
                events, queries = events + found[1], queries + found[2]
                zones.update(found[3])
                met.update(found[4])
                faults += found[5]
    report_cells(met, stores, faults)
    missing = (RandomProjects.OFTEN | (RandomProjects.SELDOM if stores > 50 else set())) - set(done)
    if missing and not faults:
        faults.append("random projects never did: %s" % ", ".join(sorted(missing)))
    print("recount: %d stores of random projects, %d events, %d sealed segments, %d queries, %d of them by %d zones, %d differences" % (
        stores, events, done["sealed segments"], queries, sum(zones.values()), len(zones), len(faults)))
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("store", nargs="?")
    parser.add_argument("--complete", action="store_true")
    parser.add_argument("--queries", type=int, default=60)
    parser.add_argument("--random", type=float, metavar="SECONDS")
    parser.add_argument("--seed", type=int, default=int(os.environ.get("TEST_SEED") or 0) or random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args()
    print("recount: seed %d" % given.seed, flush=True)
    faults = check_random_until(given.random, given.seed, given.jobs) if given.random is not None else \
        check_store(given.store, given.complete, given.queries, given.seed)
    for fault in faults[:50]:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
