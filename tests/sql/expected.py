"""What the tables must hold: what the public functions say, through the binding, as SQL has it (times in microseconds, booleans 0 and 1,
lists as JSON)."""

import datetime
import json

import annoproj

EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)
JSON_COLUMNS = {"tags", "tag_ids", "ranges", "coordinates", "geometry", "answers"}


def plain(value):
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 5.0 and 5 are the same number, in JSON and here
    if isinstance(value, datetime.datetime):
        return (value - EPOCH) // MICROSECOND
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {name: plain(one) for name, one in value.items()}
    return value


def rows(table, **first):
    return [dict(first, **{name: plain(value) for name, value in row.items()}) for row in table.to_pylist()]


def pages(method, first, **options):
    found, page = [], None
    while True:
        table = method(page=page, **options)
        found += rows(table, **first)
        page = table.next_page()
        if page is None:
            return found


def without(row, *names):
    return {name: value for name, value in row.items() if name not in names}


def of_label(of, label):
    return [without(row, "label") for row in of if row["label"] == label]


def add_labels(tables, project, task):
    first = {"project": project.id(), "task": task["task"]}
    with project.task_open(task["task"]) as handle:
        labels, geometry, answers = rows(handle.labels()), rows(handle.geometry(annoproj.Unit.STORED)), rows(handle.answers())
    for label in labels:
        key = label["label"]
        tables["labels"].append(dict(first, data_unit=task["data_unit"], **label, geometry=of_label(geometry, key),
                                     answers=of_label(answers, key)))
        tables["answers"] += [dict(first, answer=i, **row) for i, row in enumerate(row for row in answers if row["label"] == key)]
    tables["geometry"] += [dict(first, **row) for row in geometry]


def add_project(tables, host, project):
    with host.project_open(project) as handle:
        first = {"project": project}
        tables["stages"] += rows(handle.stage_list(), **first)
        tasks = pages(handle.task_list, first, include_waiting=True)
        tables["tasks"] += tasks
        tables["issues"] += pages(handle.issue_list, first)
        for table in handle.events(0):
            tables["events"] += rows(table, **first)
        for task in sorted(tasks, key=lambda row: row["task"]):
            add_labels(tables, handle, task)


def of_store(store):
    """Name of the table without annoproj_ -> rows."""
    tables = {name: [] for name in ("stages", "tasks", "issues", "events", "labels", "geometry", "answers", "features", "data_units")}
    with store.session_open(0) as host:
        tables["users"] = rows(host.user_list())
        tables["projects"] = pages(host.project_list, {}, deleted=annoproj.Deleted.ALSO)
        tables["datasets"] = rows(host.dataset_list())
        for table in host.store_events(0):
            tables["events"] += rows(table, project=0)
        for dataset in tables["datasets"]:
            tables["data_units"] += pages(lambda **page: host.data_unit_list(dataset["dataset"], **page), {})
        for ontology in rows(host.ontology_list()):
            tables["features"] += rows(host.ontology_features(ontology["ontology"]), ontology=ontology["ontology"])
        for project in tables["projects"]:
            if project["deleted"] is None:
                add_project(tables, host, project["project"])
    return tables


def said(connection, name, schema="main"):
    """A table as SQL gives it, in the form above."""
    return read_lists(connection.dicts("SELECT * FROM annoproj_%s(?)" % name, schema))


def read_lists(found):
    for row in found:
        for column in JSON_COLUMNS & row.keys():
            row[column] = json.loads(row[column])
    return plain(found)


def in_order(found):
    return sorted(found, key=lambda row: json.dumps(row, sort_keys=True))


def differences(store, connection, schema="main"):
    """Lines; none when all is the same. Order is SQL's own affair."""
    found = []
    for name, wanted in of_store(store).items():
        wanted, given = in_order(wanted), in_order(said(connection, name, schema))
        if len(wanted) != len(given):
            found.append("%s: %d rows, should be %d" % (name, len(given), len(wanted)))
        found += ["%s: %r should be %r" % (name, two, one) for one, two in zip(wanted, given) if one != two][:3]
        if wanted and given and list(wanted[0]) != list(given[0]):
            found.append("%s: columns %r should be %r" % (name, list(given[0]), list(wanted[0])))
    return found
