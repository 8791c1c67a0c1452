"""Every function with a `call`: a triggered cancel and an expired deadline give their status and change nothing; a repeat with
the same request key gives the first result and changes nothing more. A function of the header that has no entry here fails."""

import hashlib
import json
import os
import sqlite3
import tempfile
import unittest

import annoproj

HERE = os.path.dirname(os.path.abspath(__file__))
API = os.path.join(HERE, "..", "..", "bindings", "api.json")
COCO = os.path.join(HERE, "..", "..", "examples", "data", "sample.coco.json")

WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"}},
    {"key": "complete", "type": "DONE", "title": "Complete"}]})
AGENTS = json.dumps({"start": "agent", "stages": [
    {"key": "agent", "type": "AGENT", "pathways": [{"key": "done", "to": "complete"}]},
    {"key": "complete", "type": "DONE"}]})
CONSENSUS = json.dumps({"start": "many", "stages": [
    {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"}},
    {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "complete", "reject": "many"}},
    {"key": "complete", "type": "DONE"}]})
ONTOLOGY = json.dumps({"objects": [{"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box",
                                    "featureNodeHash": "objCar01", "required": False, "archived": False}],
                       "classifications": []})

LABEL_ROW = json.dumps({"data_title": "a.jpg", "data_type": "image", "data_units": {"a": {"labels": {"objects": [
    {"objectHash": "AAAAAAAA", "featureHash": "objCar01", "boundingBox": {"x": 0.1, "y": 0.1, "w": 0.1, "h": 0.1}}]}}}})


class World:
    """A store in which every function has something to do."""

    def __init__(self, folder):
        self.folder = folder
        self.now_us = 1_767_603_600_000_000
        self.path = os.path.join(folder, "calls.annoproj")
        self.store = annoproj.create(self.path, clock=lambda: self.now_us, relaxed_durability=True,
                                     ticket_key="a secret of this test")
        self.host = self.store.session_open(0)
        self.users = [self.host.user_create("u%d@x.org" % i, "U", annoproj.OrgRole.MEMBER) for i in range(4)]
        self.ontology = self.host.ontology_create("Cars", ONTOLOGY)
        self.dataset, self.spare = self.host.dataset_create("Files"), self.host.dataset_create("Spare")
        self.unit = self.host.data_units_add(self.dataset, titles=["a.jpg", "b.jpg", "c.jpg", "d.jpg"], widths=[100] * 4,
                                             heights=[100] * 4)
        self.project = self.host.project_create("P", self.ontology, WORKFLOW)
        self.project.attach_dataset(self.dataset)
        self.project.collaborator_add(self.users[0], annoproj.Role.ADMIN)
        self.project.collaborator_add(self.users[1], annoproj.Role.ANNOTATOR_REVIEWER)
        self.project.collaborator_add(self.users[2], annoproj.Role.ANNOTATOR)
        self.worker = self.store.session_open(self.users[1])
        own = self.own = self.worker.project_open(self.project.id())
        tasks = [row["task"] for row in own.task_list().to_pylist()]
        self.annotating, self.reviewing, self.free = (own.task_open(tasks[i]) for i in range(3))
        self.stage = self.store.session_open(self.users[2]).project_open(self.project.id()).stage_open("annotate")
        self.disabled = self.host.user_create("gone@x.org", "Gone", annoproj.OrgRole.MEMBER)
        self.host.user_disable(self.disabled)
        self.empty_version = self.project.label_version_create("empty")
        self.draw(self.reviewing)
        self.reviewing.submit()
        self.boss = self.store.session_open(self.host.user_create("boss@x.org", "Boss", annoproj.OrgRole.ADMIN))
        self.tag = self.host.tag_create("red")
        self.deleted = self.host.project_create("D", self.ontology, WORKFLOW)
        self.deleted.attach_dataset(self.dataset)
        self.deleted.delete("D")
        self.label, self.approved = (row["label"] for row in self.reviewing.labels().to_pylist())
        self.reviewing.label_approve(self.approved)
        self.issue_tag = self.project.issue_tag_create("dark")
        self.issue = self.reviewing.issue_create("look")
        self.closed_issue = self.reviewing.issue_create("done")
        self.project.issue_resolve(self.closed_issue)
        self.annotating.initiate()
        self.worked_us = self.now_us
        self.now_us += 60_000_000
        self.query = self.project.query_open()
        self.agents = self.host.project_create("Agents", self.ontology, AGENTS)
        self.agents.attach_dataset(self.dataset)
        self.agent_stage = self.agents.stage_open("agent")
        self.agent_task = self.agents.task_open(self.agents.task_list().to_pylist()[0]["task"])
        self.judge()
        self.complete = self.project.stage_open("complete").id()
        self.stream = self.project.events(0)
        self.template = self.host.workflow_template_create("T", WORKFLOW.replace("Annotate", "Draw"))
        self.ticket = self.project.task_open(self.free.id()).ticket_issue(self.users[1], self.now_us + 10**9)
        self.guest = self.store.session_open(self.users[1], ticket=self.ticket)
        self.project.setting_set(annoproj.Setting.OUTBOX_STATUS, 1)
        for status in (annoproj.ProjectStatus.IN_REVIEW, annoproj.ProjectStatus.IN_PROGRESS):
            self.project.set_status(status)
        self.project.outbox_fetch()
        self.version = self.project.label_version_create("first")
        self.cancel = annoproj.Cancel.new()
        self.cancel.trigger()

    def judge(self):
        """A task whose branches wait for their review."""
        several = self.host.project_create("Several", self.ontology, CONSENSUS)
        several.attach_dataset(self.dataset)
        branches = [row["task"] for row in several.task_list().to_pylist()[:2]]
        parent = several.tasks_get(branches).to_pylist()[0]["parent"]
        for branch in branches:
            several.task_open(branch).submit()
        self.judged, self.branch = several.task_open(parent), branches[1]

    def draw(self, task, **call):
        return task.labels_write(classes=[1, 1], geometry_starts=[0, 1, 2], frames=[0, 0], coordinate_starts=[0, 4, 8],
                                 coordinates=[1, 2, 3.5, 4, 5, 6, 7, 8.25], force=True, **call)

    def content(self):
        """Everything stored but the commit counter, the kept request keys, and the clock's last value."""
        digest = hashlib.sha256()
        with sqlite3.connect("file:%s?mode=ro" % self.path, uri=True) as database:
            for line in database.iterdump():
                if not line.startswith(('INSERT INTO "store_state"', 'INSERT INTO "request"')):
                    digest.update(line.encode("utf-8", "surrogateescape"))
        return digest.hexdigest()

    def out(self, name):
        return os.path.join(self.folder, name)

    def close(self):
        self.store.close()


LATER_US = 1_767_603_600_000_000 + 86400 * 10**6
READ, WRITE = "read", "write"
CALLS = {
    "annoproj_stream_next": (READ, lambda w, **c: w.stream.next(**c)),
    "annoproj_session_can": (READ, lambda w, **c: w.host.can(w.project, annoproj.Operation.EXPORT, **c)),
    "annoproj_session_open": (READ, lambda w, **c: w.store.session_open(w.users[0], **c)),
    "annoproj_store_info": (READ, lambda w, **c: w.host.store_info(**c)),
    "annoproj_store_wait": (READ, lambda w, **c: w.store.wait(0, **c)),
    "annoproj_store_check": (READ, lambda w, **c: w.host.store_check(**c)),
    "annoproj_store_backup": (READ, lambda w, **c: w.host.store_backup(w.out("backup.annoproj"), **c)),
    "annoproj_store_compact": (READ, lambda w, **c: w.host.store_compact(**c)),
    "annoproj_store_events": (READ, lambda w, **c: w.host.store_events(0, **c)),
    "annoproj_store_settings": (READ, lambda w, **c: w.host.store_settings(**c)),
    "annoproj_store_setting_set": (WRITE, lambda w, **c: w.host.store_setting_set(annoproj.Setting.IDLE_LIMIT_US, 5, **c)),
    "annoproj_project_settings": (READ, lambda w, **c: w.project.settings(**c)),
    "annoproj_project_setting_set": (WRITE, lambda w, **c: w.project.setting_set(annoproj.Setting.STRICT_STATUS, 1, **c)),
    "annoproj_user_create": (WRITE, lambda w, **c: w.host.user_create("new@x.org", "New", annoproj.OrgRole.MEMBER, **c)),
    "annoproj_user_update": (WRITE, lambda w, **c: w.host.user_update(w.users[3], "Other", annoproj.OrgRole.ADMIN, **c)),
    "annoproj_user_disable": (WRITE, lambda w, **c: w.host.user_disable(w.users[1], **c)),
    "annoproj_user_enable": (WRITE, lambda w, **c: w.host.user_enable(w.disabled, **c)),
    "annoproj_user_erase": (WRITE, lambda w, **c: w.host.user_erase(w.users[1], **c)),
    "annoproj_user_get": (READ, lambda w, **c: w.host.user_get(w.users[0], **c)),
    "annoproj_users_get": (READ, lambda w, **c: w.host.users_get(w.users, **c)),
    "annoproj_user_list": (READ, lambda w, **c: w.host.user_list(**c)),
    "annoproj_dataset_create": (WRITE, lambda w, **c: w.host.dataset_create("More", **c)),
    "annoproj_dataset_get": (READ, lambda w, **c: w.host.dataset_get(w.dataset, **c)),
    "annoproj_datasets_get": (READ, lambda w, **c: w.host.datasets_get([w.dataset], **c)),
    "annoproj_dataset_list": (READ, lambda w, **c: w.host.dataset_list(**c)),
    "annoproj_data_units_add": (WRITE, lambda w, **c: w.host.data_units_add(w.dataset, titles=["e.jpg"], **c)),
    "annoproj_data_unit_get": (READ, lambda w, **c: w.host.data_unit_get(w.unit, **c)),
    "annoproj_data_units_get": (READ, lambda w, **c: w.host.data_units_get([w.unit], **c)),
    "annoproj_data_unit_list": (READ, lambda w, **c: w.host.data_unit_list(w.dataset, **c)),
    "annoproj_dataset_import_coco": (WRITE, lambda w, **c: w.host.dataset_import_coco(w.spare, COCO, **c)),
    "annoproj_ontology_create": (WRITE, lambda w, **c: w.host.ontology_create("More", ONTOLOGY, **c)),
    "annoproj_ontology_import_json": (WRITE, lambda w, **c: import_ontology(w, **c)),
    "annoproj_ontology_import_coco": (WRITE, lambda w, **c: w.host.ontology_import_coco("More", COCO, **c)),
    "annoproj_ontology_update": (WRITE, lambda w, **c: w.host.ontology_update(w.ontology, ONTOLOGY.replace("Car", "Van", 1), **c)),
    "annoproj_ontology_json": (READ, lambda w, **c: w.host.ontology_json(w.ontology, **c)),
    "annoproj_ontology_vertices": (READ, lambda w, **c: w.host.ontology_vertices(w.ontology, **c)),
    "annoproj_ontology_features": (READ, lambda w, **c: w.host.ontology_features(w.ontology, **c)),
    "annoproj_ontology_list": (READ, lambda w, **c: w.host.ontology_list(**c)),
    "annoproj_project_create": (WRITE, lambda w, **c: w.host.project_create("Q", w.ontology, WORKFLOW, **c).id()),
    "annoproj_project_open": (READ, lambda w, **c: w.host.project_open(w.project.id(), **c)),
    "annoproj_project_get": (READ, lambda w, **c: w.project.get(**c)),
    "annoproj_projects_get": (READ, lambda w, **c: w.host.projects_get([w.project.id()], **c)),
    "annoproj_project_list": (READ, lambda w, **c: w.host.project_list(**c)),
    "annoproj_project_join": (WRITE, lambda w, **c: w.boss.project_join(w.project.id(), **c)),
    "annoproj_tag_create": (WRITE, lambda w, **c: w.host.tag_create("new", **c)),
    "annoproj_tag_rename": (WRITE, lambda w, **c: w.host.tag_rename(w.tag, "other", **c)),
    "annoproj_tag_delete": (WRITE, lambda w, **c: w.host.tag_delete(w.tag, **c)),
    "annoproj_tag_list": (READ, lambda w, **c: w.host.tag_list(**c)),
    "annoproj_project_set_tags": (WRITE, lambda w, **c: w.project.set_tags([w.tag], **c)),
    "annoproj_project_set_owner": (WRITE, lambda w, **c: w.project.set_owner(w.users[0], **c)),
    "annoproj_project_set_instructions": (WRITE, lambda w, **c: w.project.set_instructions("a.pdf", **c)),
    "annoproj_project_set_editor_layout": (WRITE, lambda w, **c: w.project.set_editor_layout("{}", **c)),
    "annoproj_project_editor_layout": (READ, lambda w, **c: w.project.editor_layout(**c)),
    "annoproj_project_copy": (WRITE, lambda w, **c: w.project.copy("C", datasets=annoproj.CopyDatasets.CLONE, labels=True, **c).id()),
    "annoproj_project_delete": (WRITE, lambda w, **c: w.project.delete("P", **c)),
    "annoproj_project_restore": (WRITE, lambda w, **c: w.deleted.restore(**c)),
    "annoproj_project_purge": (WRITE, lambda w, **c: w.deleted.purge(rows=3, **c).to_pylist()),
    "annoproj_project_update": (WRITE, lambda w, **c: w.project.update("R", **c)),
    "annoproj_project_set_status": (WRITE, lambda w, **c: w.project.set_status(annoproj.ProjectStatus.PAUSED, **c)),
    "annoproj_project_attach_dataset": (WRITE, lambda w, **c: w.project.attach_dataset(w.spare, **c)),
    "annoproj_project_detach_dataset": (WRITE, lambda w, **c: w.project.detach_dataset(w.dataset, **c)),
    "annoproj_project_datasets": (READ, lambda w, **c: w.project.datasets(**c)),
    "annoproj_project_tabs": (READ, lambda w, **c: w.project.tabs(**c)),
    "annoproj_workflow_template_create": (WRITE, lambda w, **c: w.host.workflow_template_create("U", WORKFLOW, **c)),
    "annoproj_workflow_template_update": (WRITE, lambda w, **c: w.host.workflow_template_update(w.template, "U", WORKFLOW, **c)),
    "annoproj_workflow_template_delete": (WRITE, lambda w, **c: w.host.workflow_template_delete(w.template, **c)),
    "annoproj_workflow_template_get": (READ, lambda w, **c: w.host.workflow_template_get(w.template, **c)),
    "annoproj_workflow_templates_get": (READ, lambda w, **c: w.host.workflow_templates_get([w.template], **c)),
    "annoproj_workflow_template_list": (READ, lambda w, **c: w.host.workflow_template_list(**c)),
    "annoproj_workflow_template_json": (READ, lambda w, **c: w.host.workflow_template_json(w.template, **c)),
    "annoproj_workflow_use_template": (WRITE, lambda w, **c: w.project.workflow_use_template(w.template, **c)),
    "annoproj_collaborator_add": (WRITE, lambda w, **c: w.project.collaborator_add(w.users[3], annoproj.Role.REVIEWER, **c)),
    "annoproj_collaborator_set_role": (WRITE, lambda w, **c: w.project.collaborator_set_role(w.users[1], annoproj.Role.REVIEWER, **c)),
    "annoproj_collaborator_remove": (WRITE, lambda w, **c: w.project.collaborator_remove(w.users[1], **c)),
    "annoproj_collaborator_leave": (WRITE, lambda w, **c: w.own.collaborator_leave(**c)),
    "annoproj_collaborator_list": (READ, lambda w, **c: w.project.collaborator_list(**c)),
    "annoproj_stage_list": (READ, lambda w, **c: w.project.stage_list(**c)),
    "annoproj_stage_layout": (READ, lambda w, **c: w.agent_stage.layout(**c)),
    "annoproj_stage_pathways": (READ, lambda w, **c: w.agent_stage.pathways(**c)),
    "annoproj_workflow_update": (WRITE, lambda w, **c: w.project.workflow_update(WORKFLOW.replace("Annotate", "Draw"), **c)),
    "annoproj_workflow_json": (READ, lambda w, **c: w.project.workflow_json(**c)),
    "annoproj_workflow_dot": (READ, lambda w, **c: w.project.workflow_dot(**c)),
    "annoproj_workflow_mermaid": (READ, lambda w, **c: w.project.workflow_mermaid(**c)),
    "annoproj_workflow_svg": (READ, lambda w, **c: w.project.workflow_svg(**c)),
    "annoproj_stage_open": (READ, lambda w, **c: w.project.stage_open("review", **c)),
    "annoproj_stage_start_next": (WRITE, lambda w, **c: w.stage.start_next(**c)[1]),
    "annoproj_task_open": (READ, lambda w, **c: w.project.task_open(w.free.id(), **c)),
    "annoproj_task_get": (READ, lambda w, **c: w.free.get(**c)),
    "annoproj_tasks_get": (READ, lambda w, **c: w.project.tasks_get([w.free.id()], **c)),
    "annoproj_task_list": (READ, lambda w, **c: w.project.task_list(
        title="i", title_pattern="[a-z]", metadata='{"site": ["a", 1], "night": []}', data_types=[annoproj.DataType.IMAGE],
        sort=annoproj.TaskSort.TITLE, **c)),
    "annoproj_task_initiate": (WRITE, lambda w, **c: w.free.initiate(**c)),
    "annoproj_task_submit": (WRITE, lambda w, **c: w.annotating.submit(**c)),
    "annoproj_task_skip": (WRITE, lambda w, **c: w.annotating.skip(**c)),
    "annoproj_task_approve": (WRITE, lambda w, **c: as_host(w, w.reviewing).approve(undecided=annoproj.Undecided.DECIDE, **c)),
    "annoproj_task_reject": (WRITE, lambda w, **c: as_host(w, w.reviewing).reject(undecided=annoproj.Undecided.DECIDE, **c)),
    "annoproj_task_pathway": (WRITE, lambda w, **c: w.agent_task.pathway("done", **c)),
    "annoproj_task_assign": (WRITE, lambda w, **c: as_host(w, w.free).assign(w.users[2], **c)),
    "annoproj_task_release": (WRITE, lambda w, **c: w.annotating.release(**c)),
    "annoproj_task_set_priority": (WRITE, lambda w, **c: as_host(w, w.free).set_priority(77, **c)),
    "annoproj_task_move": (WRITE, lambda w, **c: as_host(w, w.free).move(w.complete, **c)),
    "annoproj_task_reopen": (WRITE, lambda w, **c: as_host(w, w.reviewing).reopen(**c)),
    "annoproj_ticket_issue": (WRITE, lambda w, **c: as_host(w, w.free).ticket_issue(w.users[2], LATER_US, **c)),
    "annoproj_session_ticket_task": (READ, lambda w, **c: w.guest.ticket_task(**c).id()),
    "annoproj_tasks_submit": (WRITE, lambda w, **c: w.project.tasks_submit([w.annotating.id(), 7], **c).to_pylist()),
    "annoproj_tasks_approve": (WRITE, lambda w, **c: w.project.tasks_approve([w.reviewing.id()], undecided=annoproj.Undecided.DECIDE, **c).to_pylist()),
    "annoproj_tasks_reject": (WRITE, lambda w, **c: w.project.tasks_reject([w.reviewing.id()], undecided=annoproj.Undecided.DECIDE, **c).to_pylist()),
    "annoproj_tasks_pathway": (WRITE, lambda w, **c: w.agents.tasks_pathway([w.agent_task.id()], "done", **c).to_pylist()),
    "annoproj_tasks_assign": (WRITE, lambda w, **c: w.project.tasks_assign([w.free.id()], w.users[2], **c).to_pylist()),
    "annoproj_tasks_release": (WRITE, lambda w, **c: w.project.tasks_release([w.annotating.id()], **c).to_pylist()),
    "annoproj_tasks_set_priority": (WRITE, lambda w, **c: w.project.tasks_set_priority([w.free.id()], 78, **c).to_pylist()),
    "annoproj_tasks_move": (WRITE, lambda w, **c: w.project.tasks_move([w.free.id(), 7], w.complete, **c).to_pylist()),
    "annoproj_tasks_reopen": (WRITE, lambda w, **c: w.project.tasks_reopen([w.reviewing.id()], **c).to_pylist()),
    "annoproj_labels_write": (WRITE, lambda w, **c: w.draw(w.annotating, **c)),
    "annoproj_task_label_row": (READ, lambda w, **c: w.reviewing.label_row(**c)),
    "annoproj_label_row_write": (WRITE, lambda w, **c: w.annotating.label_row_write(LABEL_ROW, force=True, **c)),
    "annoproj_task_labels": (READ, lambda w, **c: w.reviewing.labels(**c)),
    "annoproj_task_geometry": (READ, lambda w, **c: w.reviewing.geometry(annoproj.Unit.STORED, **c)),
    "annoproj_task_answers": (READ, lambda w, **c: w.reviewing.answers(**c)),
    "annoproj_consensus_branches": (READ, lambda w, **c: w.judged.consensus_branches(**c)),
    "annoproj_consensus_agreement": (READ, lambda w, **c: w.judged.consensus_agreement(**c)),
    "annoproj_consensus_approve": (WRITE, lambda w, **c: w.judged.consensus_approve(branch=w.branch, **c)),
    "annoproj_label_approve": (WRITE, lambda w, **c: w.reviewing.label_approve(w.label, **c)),
    "annoproj_label_reject": (WRITE, lambda w, **c: w.reviewing.label_reject(w.label, "no", **c)),
    "annoproj_label_reopen": (WRITE, lambda w, **c: w.reviewing.label_reopen(w.approved, **c)),
    "annoproj_issue_create": (WRITE, lambda w, **c: w.reviewing.issue_create("more", **c)),
    "annoproj_issue_comment": (WRITE, lambda w, **c: w.project.issue_comment(w.issue, "and", **c)),
    "annoproj_issue_resolve": (WRITE, lambda w, **c: w.project.issue_resolve(w.issue, **c)),
    "annoproj_issue_reopen": (WRITE, lambda w, **c: w.project.issue_reopen(w.closed_issue, **c)),
    "annoproj_issue_set_tags": (WRITE, lambda w, **c: w.project.issue_set_tags(w.issue, [w.issue_tag], **c)),
    "annoproj_issue_list": (READ, lambda w, **c: w.project.issue_list(**c)),
    "annoproj_issues_get": (READ, lambda w, **c: w.project.issues_get([w.issue, w.closed_issue], **c)),
    "annoproj_issue_tag_create": (WRITE, lambda w, **c: w.host.issue_tag_create("unclear", **c)),
    "annoproj_issue_tag_rename": (WRITE, lambda w, **c: w.host.issue_tag_rename(w.issue_tag, "gloomy", **c)),
    "annoproj_issue_tag_delete": (WRITE, lambda w, **c: w.host.issue_tag_delete(w.issue_tag, **c)),
    "annoproj_issue_tag_list": (READ, lambda w, **c: w.host.issue_tag_list(**c)),
    "annoproj_project_set_issue_tags": (WRITE, lambda w, **c: w.project.set_issue_tags([], **c)),
    "annoproj_project_issue_tag_create": (WRITE, lambda w, **c: w.project.issue_tag_create("unclear", **c)),
    "annoproj_project_issue_tags": (READ, lambda w, **c: w.project.issue_tags(**c)),
    "annoproj_task_issue_history": (READ, lambda w, **c: w.reviewing.issue_history(**c)),
    "annoproj_task_issues": (READ, lambda w, **c: w.reviewing.issues(**c)),
    "annoproj_task_comments": (READ, lambda w, **c: w.reviewing.comments(**c)),
    "annoproj_task_report_time": (WRITE, lambda w, **c: w.annotating.report_time([w.worked_us], [10_000_000], **c)),
    "annoproj_task_heartbeat": (WRITE, lambda w, **c: w.annotating.heartbeat(0, **c)),
    "annoproj_project_events": (READ, lambda w, **c: w.project.events(0, **c)),
    "annoproj_outbox_fetch": (WRITE, lambda w, **c: w.project.outbox_fetch(**c)),
    "annoproj_outbox_acknowledge": (WRITE, lambda w, **c: w.project.outbox_acknowledge([1], **c)),
    "annoproj_outbox_acknowledge_to": (WRITE, lambda w, **c: w.project.outbox_acknowledge_to(2, **c)),
    "annoproj_outbox_waiting": (READ, lambda w, **c: w.host.outbox_waiting(**c)),
    "annoproj_query_open": (READ, lambda w, **c: w.project.query_open(**c)),
    "annoproj_query_task_actions": (READ, lambda w, **c: w.query.task_actions(**c)),
    "annoproj_query_time_spent": (READ, lambda w, **c: w.query.time_spent(**c)),
    "annoproj_query_label_actions": (READ, lambda w, **c: w.query.label_actions(**c)),
    "annoproj_query_ontology_actions": (READ, lambda w, **c: w.query.ontology_actions(**c)),
    "annoproj_query_annotators": (READ, lambda w, **c: w.query.annotators(**c)),
    "annoproj_query_annotators_by_frame": (READ, lambda w, **c: w.query.annotators_by_frame(**c)),
    "annoproj_query_reviewers": (READ, lambda w, **c: w.query.reviewers(**c)),
    "annoproj_query_reviewers_by_frame": (READ, lambda w, **c: w.query.reviewers_by_frame(**c)),
    "annoproj_query_collaborator_time": (READ, lambda w, **c: w.query.collaborator_time(**c)),
    "annoproj_query_issue_actions": (READ, lambda w, **c: w.query.issue_actions(**c)),
    "annoproj_query_task_performance": (READ, lambda w, **c: w.query.task_performance(**c)),
    "annoproj_query_task_performance_by_stage": (READ, lambda w, **c: w.query.task_performance_by_stage(**c)),
    "annoproj_query_instance_statistics": (READ, lambda w, **c: w.query.instance_statistics(**c)),
    "annoproj_query_label_statistics": (READ, lambda w, **c: w.query.label_statistics(**c)),
    "annoproj_query_label_ranges": (READ, lambda w, **c: w.query.label_ranges(**c)),
    "annoproj_query_issue_tags": (READ, lambda w, **c: w.query.issue_tags(**c)),
    "annoproj_query_issue_tags_by_class": (READ, lambda w, **c: w.query.issue_tags_by_class(**c)),
    "annoproj_store_organisation": (READ, lambda w, **c: w.host.store_organisation(**c)),
    "annoproj_store_top_users": (READ, lambda w, **c: w.host.store_top_users(**c)),
    "annoproj_store_top_projects": (READ, lambda w, **c: w.host.store_top_projects(**c)),
    "annoproj_query_stage_flow": (READ, lambda w, **c: w.query.stage_flow(**c)),
    "annoproj_query_cumulative_flow": (READ, lambda w, **c: w.query.cumulative_flow(**c)),
    "annoproj_query_burn_down": (READ, lambda w, **c: w.query.burn_down(**c)),
    "annoproj_query_forecast": (READ, lambda w, **c: w.query.forecast(**c)),
    "annoproj_query_collaborator_quality": (READ, lambda w, **c: w.query.collaborator_quality(**c)),
    "annoproj_query_class_quality": (READ, lambda w, **c: w.query.class_quality(**c)),
    "annoproj_query_report": (READ, lambda w, **c: w.query.report(path=w.out("report.html"), **c)),
    "annoproj_project_overview": (READ, lambda w, **c: w.project.overview(**c)),
    "annoproj_project_tasks_by_stage": (READ, lambda w, **c: w.project.tasks_by_stage(**c)),
    "annoproj_project_create_from_coco": (WRITE, lambda w, **c: w.host.project_create_from_coco("R", WORKFLOW, COCO, **c)[1]),
    "annoproj_project_import_coco": (WRITE, lambda w, **c: import_coco(w, **c)),
    "annoproj_project_import_labels": (WRITE, lambda w, **c: import_labels(w, **c)),
    "annoproj_project_export_coco": (READ, lambda w, **c: w.project.export_coco(path=w.out("e.json"), **c)),
    "annoproj_project_export_labels": (READ, lambda w, **c: w.project.export_labels(path=w.out("l.json"), **c)),
    "annoproj_label_version_create": (WRITE, lambda w, **c: w.project.label_version_create("again", **c)),
    "annoproj_label_version_list": (READ, lambda w, **c: w.project.label_version_list(**c)),
    "annoproj_label_version_export_coco": (READ, lambda w, **c: w.project.label_version_export_coco(w.version, path=w.out("e.json"), **c)),
    "annoproj_label_version_export_labels": (READ, lambda w, **c: w.project.label_version_export_labels(w.version, path=w.out("l.json"), **c)),
    "annoproj_label_version_diff": (READ, lambda w, **c: w.project.label_version_diff(w.version, 0, **c)),
    "annoproj_label_version_restore": (WRITE, lambda w, **c: w.project.label_version_restore(w.empty_version, force=True, **c).to_pylist()),
    "annoproj_label_version_delete": (WRITE, lambda w, **c: w.project.label_version_delete(w.version, **c)),
    "annoproj_store_create": (READ, lambda w, **c: annoproj.create(w.out("other.annoproj"), **c).close()),
    "annoproj_store_open": (READ, lambda w, **c: open_other(w, **c)),
}
# A close waits for calls in flight, of which a single thread has none: its BUSY is tested where the threads are.
# The call of an Arrow stream is for the fetching of each of its tables: tests/unit/test_arrow.c.
ELSEWHERE = {"annoproj_call_init", "annoproj_store_close", "annoproj_stream_arrow_stream"}


def as_host(w, task):
    return w.project.task_open(task.id())


def prepare(w):
    """What only one function needs, and what takes long to make."""
    w.host.dataset_import_coco(w.spare, COCO)
    ontology = w.host.ontology_import_coco("Coco", COCO)
    w.coco_project = w.host.project_create("Coco", ontology, WORKFLOW)
    w.coco_project.attach_dataset(w.spare)
    annoproj.create(w.out("second.annoproj")).close()


def import_coco(w, **call):
    if not hasattr(w, "coco_project"):
        prepare(w)
    return w.coco_project.import_coco(COCO, **call)


def import_ontology(w, **call):
    path = w.out("ontology.json")
    with open(path, "w") as file:
        file.write(w.host.ontology_json(w.ontology))
    return w.host.ontology_import_json("From a file", path, **call)


def import_labels(w, **call):
    path = w.out("rows.json")
    if not os.path.exists(path):
        w.project.export_labels(path=path)
    return w.project.import_labels(path, **call)


def open_other(w, **call):
    path = w.out("second.annoproj")
    if not os.path.exists(path):
        annoproj.create(path).close()
    return annoproj.open(path, **call).close()


def value(result):
    """What two runs are compared by."""
    return result.to_pylist() if isinstance(result, annoproj.Table) else result


class EveryCall(unittest.TestCase):
    def in_world(self, test):
        for name, (kind, run) in CALLS.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                world = World(folder)
                try:
                    if name == "annoproj_project_import_coco":
                        with self.assertRaises(annoproj.CancelledError):
                            run(world, cancel=world.cancel)
                    test(world, kind, run)
                finally:
                    world.close()

    def test_every_function_with_a_call_is_here(self):
        with open(API, encoding="utf-8") as file:
            functions = json.load(file)["functions"]
        with_call = {f["name"] for f in functions if any(p["name"] == "call" for p in f["parameters"])}
        self.assertEqual(with_call - ELSEWHERE, set(CALLS))

    def test_triggered_cancel(self):
        def test(world, kind, run):
            before = world.content()
            with self.assertRaises(annoproj.CancelledError):
                run(world, cancel=world.cancel)
            self.assertEqual(world.content(), before)
        self.in_world(test)

    def test_expired_deadline(self):
        def test(world, kind, run):
            before = world.content()
            with self.assertRaises(annoproj.TimeoutError):
                run(world, timeout=0)
            self.assertEqual(world.content(), before)
        self.in_world(test)

    def test_repeated_request_key(self):
        def test(world, kind, run):
            if kind == READ:
                run(world, request_key="k1")         # of no use to a read, and no harm
                return
            before = world.content()
            first = value(run(world, request_key="k1"))
            after = world.content()
            self.assertNotEqual(after, before)
            world.now_us += 1_000_000
            self.assertEqual(value(run(world, request_key="k1")), first)
            self.assertEqual(world.content(), after)
        self.in_world(test)


if __name__ == "__main__":
    unittest.main()
