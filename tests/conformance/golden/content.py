"""What a store says through the public functions, as plain values that a later library must give again.

Columns are named, so that columns which later versions append do not matter.
"""

import hashlib
import json
import os
import tempfile

USER = "user uuid email name org_role disabled created"
DATASET = "dataset uuid title description creator data_units created"
DATA_UNIT = "data_unit uuid dataset title data_type media_type link width height frames fps duration file_bytes client_metadata"
PROJECT = "project uuid title description owner status ontology tasks created edited"
COLLABORATOR = "user email name role disabled"
STAGE = "stage key type title"
TASK = "task title data_type stage status assignee priority entered"
EVENT = "seq time kind source actor credited stage task class answer frames duration reference"
INFO = "schema_version users projects datasets ontologies data_units tasks events uuid created"
REPORTS = {
    "task_actions": "submitted skipped approved rejected assigned released moved reopened",
    "time_spent": "annotate review other total",
    "label_actions": "submitted approved rejected",
    "ontology_actions": "feature level name feature_hash created approved rejected rejection_rate",
    "annotators": "email submitted_tasks skipped_tasks approved_tasks rejected_tasks created_labels edited_labels"
    " deleted_labels approved_labels rejected_labels total_annotation_time average_time_per_task issue_actions_against_user",
    "reviewers": "email approved_tasks rejected_tasks created_labels edited_labels deleted_labels approved_labels"
    " rejected_labels total_review_time average_time_per_label average_time_per_task issue_actions_by_user",
}


def plain(value):
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def rows(table, columns):
    return [{name: plain(row[name]) for name in columns.split()} for row in table.to_pylist()]


def all_pages(method, columns):
    found, page = [], None
    while True:
        table = method(page=page)
        found += rows(table, columns)
        page = table.next_page()
        if page is None:
            return found


def feed(stream):
    """A log is long: how many events of each kind, and a digest of all of them."""
    kinds, digest = {}, hashlib.sha256()
    for table in stream:
        for row in rows(table, EVENT):
            kinds[row["kind"]] = kinds.get(row["kind"], 0) + 1
            digest.update(json.dumps(row, sort_keys=True).encode())
    return {"kinds": kinds, "digest": digest.hexdigest()}


def exported(project):
    with tempfile.TemporaryDirectory() as folder:
        found = {}
        for name, write in (("coco", project.export_coco), ("labels", project.export_labels)):
            path = os.path.join(folder, name)
            write(path=path)
            with open(path, encoding="utf-8") as file:
                found[name] = json.load(file)
        return found


def of_project(project):
    said = {
        "facts": rows(project.get(), PROJECT),
        "settings": rows(project.settings(), "name value"),
        "collaborators": rows(project.collaborator_list(), COLLABORATOR),
        "datasets": rows(project.datasets(), DATASET),
        "stages": rows(project.stage_list(), STAGE),
        "workflow": json.loads(project.workflow_json()),
        "tasks": all_pages(project.task_list, TASK),
        "overview": rows(project.overview(), "instance_labels_created time_spent open_issues tasks"),
        "tasks_by_stage": rows(project.tasks_by_stage(), "key tasks"),
        "events": feed(project.events(0)),
    }
    with project.query_open() as query:
        for name, columns in REPORTS.items():
            said[name] = rows(getattr(query, name)(), columns)
    said.update(exported(project))
    return said


def of_store(store):
    with store.session_open(0) as host:
        said = {
            "info": rows(host.store_info(), INFO),
            "differences": host.store_check(timeout=None).to_pylist(),
            "users": rows(host.user_list(), USER),
            "datasets": rows(host.dataset_list(), DATASET),
            "ontologies": [],
            "data_units": [],
            "projects": [],
            "settings": rows(host.store_settings(), "name value"),
            "events": feed(host.store_events(0)),
        }
        for row in host.ontology_list().to_pylist():
            said["ontologies"].append(json.loads(host.ontology_json(row["ontology"])))
        for row in said["datasets"]:
            said["data_units"] += all_pages(lambda page, of=row["dataset"]: host.data_unit_list(of, page=page), DATA_UNIT)
        for row in host.project_list().to_pylist():
            with host.project_open(row["project"]) as project:
                said["projects"].append(of_project(project))
        return json.loads(json.dumps(said))
