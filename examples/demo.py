"""A whole annotation project, as a host program would run it: the same story as demo.c, over the Python package.

    python demo.py COCO-FILE OUTPUT-FOLDER

The clock and the random source are injected as there, so that both write the same bytes.
"""
import contextlib
import os
import sys

import annoproj
from annoproj import Bucket, DataType, OrgRole, ProjectStatus, Role

SECOND = 1_000_000
MASK = (1 << 64) - 1
PEOPLE = ADA, TOM, ANN, ROB, KIM, ZOE = range(6)
EMAILS = ["ada@example.org", "tom@example.org", "ann@example.org", "rob@example.org", "kim@example.org", "zoe@example.org"]
NAMES = ["Ada Admin", "Tom Teamlead", "Ann Annotator", "Rob Reviewer", "Kim Allrounder", "Zoe Leaver"]
ROLES = [Role.ADMIN, Role.TEAM_MANAGER, Role.ANNOTATOR, Role.REVIEWER, Role.ANNOTATOR_REVIEWER, Role.ANNOTATOR]

WORKFLOW = (
    '{"start": "annotate", "stages": ['
    '{"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},'
    '{"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"}},'
    '{"key": "complete", "type": "DONE", "title": "Complete"}]}')

# What the COCO categories do not have: an object with an answer that changes by frame, and a classification.
VEHICLE = (
    '{"id": "900001", "name": "Vehicle", "color": "#1F77B4", "shape": "bounding_box", "featureNodeHash": "demoVeh1",'
    ' "required": false, "archived": false, "attributes": [{"id": "900001.1", "name": "Signal", "type": "radio",'
    ' "featureNodeHash": "demoSig1", "required": false, "archived": false, "dynamic": true, "options": ['
    '{"id": "900001.1.1", "label": "On", "value": "on", "featureNodeHash": "demoSOn1", "archived": false},'
    '{"id": "900001.1.2", "label": "Off", "value": "off", "featureNodeHash": "demoSOf1", "archived": false}]}]}')
SCENE = (
    '{"id": "900001", "featureNodeHash": "demoScn1", "attributes": [{"id": "900001.1", "name": "Light", "type": "radio",'
    ' "featureNodeHash": "demoLgt1", "required": false, "archived": false, "dynamic": false, "options": ['
    '{"id": "900001.1.1", "label": "Day", "value": "day", "featureNodeHash": "demoDay1", "archived": false},'
    '{"id": "900001.1.2", "label": "Night", "value": "night", "featureNodeHash": "demoNgt1", "archived": false}]}]}')


def insert_element(json, key, element):
    """Puts an element at the front of the array that stands under a key."""
    head = json.index("[", json.index(key)) + 1
    alone = json[head:].lstrip(" \n\t\r").startswith("]")
    return json[:head] + element + ("" if alone else ",") + json[head:]


class Demo:
    def __init__(self, coco, folder):
        self.coco, self.folder = coco, folder
        self.now_us = 1_767_603_600 * SECOND        # Monday 2026-01-05, 09:00 UTC
        self.random_state, self.library_random = 42, 7
        self.visits = {}
        self.terminal = sys.stderr.isatty()

    def random(self):
        state = self.random_state
        state ^= (state << 13) & MASK
        state ^= state >> 7
        state ^= (state << 17) & MASK
        self.random_state = state
        return state

    def fill_random(self, length):
        """The library's own draws come from a second sequence, so that the story does not depend on them."""
        drawn = bytearray()
        for _ in range(length):
            self.library_random = (self.library_random * 6364136223846793005 + 1442695040888963407) & MASK
            drawn.append(self.library_random >> 56)
        return bytes(drawn)

    # --- the team ---------------------------------------------------------------------------------------------------

    def make_team(self):
        self.host = self.store.session_open(0)
        self.users = [self.host.user_create(EMAILS[i], NAMES[i], OrgRole.ADMIN if i == ADA else OrgRole.MEMBER) for i in PEOPLE]
        self.host.user_update(self.users[ZOE], "Zoe Left", OrgRole.MEMBER)
        self.sessions = [self.store.session_open(user) for user in self.users]

    def make_ontology(self):
        ada = self.sessions[ADA]
        self.ontology = ada.ontology_import_coco("Street scenes", self.coco)
        json = ada.ontology_json(self.ontology)
        json = insert_element(json, '"objects"', VEHICLE)
        json = insert_element(json, '"classifications"', SCENE)
        ada.ontology_update(self.ontology, json)
        by_hash = {row["feature_hash"]: row["feature"] for row in ada.ontology_features(self.ontology).to_pylist()}
        self.scene, self.light, self.day, self.night = (by_hash[h] for h in ("demoScn1", "demoLgt1", "demoDay1", "demoNgt1"))
        self.vehicle, self.signal, self.on, self.off = (by_hash[h] for h in ("demoVeh1", "demoSig1", "demoSOn1", "demoSOf1"))

    def make_clip(self):
        self.clip = self.sessions[ADA].data_units_add(
            self.clips, titles=["crossing.mp4"], media_types=["video/mp4"], data_types=[DataType.VIDEO], frames=[10],
            widths=[640], heights=[360], fps=[10.0], durations=[1.0])

    def make_project(self):
        ada = self.sessions[ADA]
        self.images = ada.dataset_create("Photos", "From the COCO file")
        ada.dataset_import_coco(self.images, self.coco)
        self.clips = ada.dataset_create("Clips", None)
        self.make_clip()
        self.make_ontology()
        project = ada.project_create("Street scenes", self.ontology, WORKFLOW)
        project.update("Street scenes 2026", description="Boxes and polygons of a street", idle_limit_us=90 * SECOND)
        for i in range(TOM, ZOE + 1):
            project.collaborator_add(self.users[i], ROLES[i])
        project.collaborator_set_role(self.users[ZOE], Role.REVIEWER)
        project.collaborator_remove(self.users[ZOE])
        self.host.user_disable(self.users[ZOE])
        self.host.user_enable(self.users[ZOE])
        self.host.user_disable(self.users[ZOE])
        self.tasks = project.attach_dataset(self.images)
        project.attach_dataset(self.clips)
        project.detach_dataset(self.clips)
        self.tasks += project.attach_dataset(self.clips)
        self.scope_tag, self.answer_tag = project.issue_tag_create("Scope"), project.issue_tag_create("Wrong answer")
        project.set_status(ProjectStatus.IN_PROGRESS)
        self.projects = [project] + [self.sessions[i].project_open(project.id()) for i in range(TOM, ZOE)]
        self.annotate, self.review = {}, {}
        for i in range(ADA, ZOE):
            if i != ROB:
                self.annotate[i] = self.projects[i].stage_open("annotate")
            if i != ANN:
                self.review[i] = self.projects[i].stage_open("review")

    def import_labels(self):
        row = self.projects[ADA].import_coco(self.coco, timeout=None).to_pylist()[0]
        print("Imported %d labels on %d of %d images (%d exact repeats left out)." % (
            row["labels"], row["tasks"], row["images"], row["repeated"]))

    # --- work --------------------------------------------------------------------------------------------------------

    def visit_of(self, task):
        return self.visits.setdefault(task.id(), {"annotated": 0, "reviewed": 0})

    def put_vehicle(self, task, hash_, first, last):
        """A box on frames [first, last] of the clip, its signal on for the first half and off for the rest."""
        frames = list(range(first, last + 1))
        count = len(frames)
        coordinates = [value for frame in frames for value in (20.5 + 40 * frame, 120.25, 80, 45.5)]
        task.labels_write(
            hashes=[hash_], classes=[self.vehicle], geometry_starts=[0, count], frames=frames,
            coordinate_starts=[4 * i for i in range(count + 1)], coordinates=coordinates, answer_starts=[0, 2],
            answer_attributes=[self.signal, self.signal], answer_options=[self.on, self.off],
            answer_first_frames=[first, first + 2], answer_last_frames=[first + 1, last], version=self.row(task)["version"])

    def put_scene(self, task, hash_, night):
        """The whole data unit as day or night."""
        task.labels_write(
            hashes=[hash_], classes=[self.scene], answer_starts=[0, 1], answer_attributes=[self.light],
            answer_options=[self.night if night else self.day], version=self.row(task)["version"])

    @staticmethod
    def row(task):
        return task.get().to_pylist()[0]

    @staticmethod
    def find_label(task, class_):
        return next((row["label"] for row in task.labels().to_pylist() if row["class"] == class_), "")

    def find_object(self, task):
        """An object label that the import brought, the last one."""
        found = [row["label"] for row in task.labels().to_pylist() if row["kind"] == "object" and row["class"] != self.vehicle]
        return found[-1] if found else ""

    def is_clip(self, task):
        return self.row(task)["data_unit"] == self.clip

    def spend_time(self, task, seconds):
        """`seconds` pass, the first part reported as an interval, the rest by heartbeats."""
        start = self.now_us
        self.now_us += seconds * SECOND
        task.report_time([start], [(seconds - 30) * SECOND])
        task.heartbeat(self.now_us - 30 * SECOND)
        task.heartbeat(0)

    def annotate_task(self, task):
        seen = self.visit_of(task)
        again = seen["annotated"]
        seen["annotated"] += 1
        if again == 0 and self.random() % 5 == 0:
            self.now_us += 5 * SECOND
            task.skip()
            seen["annotated"] = 0
            return
        self.spend_time(task, 60 + self.random() % 120)
        if self.is_clip(task):
            hash_ = self.find_label(task, self.vehicle)
            self.put_vehicle(task, hash_, 2 if again else 0, 7 if again else 4)
        hash_ = self.find_label(task, self.scene)
        self.put_scene(task, hash_, again > 0)
        hash_ = self.find_object(task)
        if hash_ and (again > 0 or self.random() % 6 == 0):
            task.labels_write(hashes=[hash_], actions=[annoproj.LabelAction.REMOVE], force=True)
        task.submit()

    def review_task(self, task):
        """Looks at each label; rejects one of a task's labels on the first visit now and then, or when it is the clip."""
        seen = self.visit_of(task)
        first_visit = seen["reviewed"] == 0
        seen["reviewed"] += 1
        send_back = first_visit and (self.is_clip(task) or self.random() % 4 == 0)
        self.spend_time(task, 40 + self.random() % 60)
        if not send_back and self.random() % 8 == 0:        # edit review: the reviewer corrects it himself
            hash_ = self.find_label(task, self.scene)
            self.put_scene(task, hash_, True)
        labels = task.labels().to_pylist()
        for row in labels:
            self.now_us += SECOND
            if send_back and row["class"] == self.scene:
                task.label_reject(row["label"], "Look at the light again", tags=[self.answer_tag])
            else:
                task.label_approve(row["label"])
        if labels and not send_back and self.random() % 3 == 0:
            task.label_reopen(labels[0]["label"])
            task.label_approve(labels[0]["label"])
        if send_back:
            task.reject(comment="The vehicle is late on the first frames" if self.is_clip(task) else None)
        else:
            task.approve()

    def work(self, stage, review, include_skipped):
        """One person takes one task of a stage."""
        self.now_us += SECOND
        task, _reason = stage.start_next(include_skipped=include_skipped)
        if task is None:
            return False
        with task:
            (self.review_task if review else self.annotate_task)(task)
        return True

    def prepare_queue(self):
        """What a lead does before the work begins: priorities, an assignment, a look at what someone took and gave back."""
        rows = self.projects[TOM].task_list(limit=3).to_pylist()
        with self.projects[TOM].task_open(rows[-1]["task"]) as task:
            task.set_priority(90)
            task.assign(self.users[ANN])
            issue = task.issue_create("Is the sign in scope?", tags=[self.scope_tag])
            self.projects[TOM].issue_comment(issue, "Yes, it is.")
            self.projects[TOM].issue_resolve(issue)
            self.projects[TOM].issue_reopen(issue)
        with self.projects[KIM].task_open(rows[0]["task"]) as task:
            task.initiate()
            task.release()

    def tasks_complete(self):
        return sum(row["tasks"] for row in self.projects[ADA].tasks_by_stage().to_pylist() if row["key"] == "complete")

    def work_until_complete(self):
        include_skipped, turn = False, 0
        while True:
            worked = self.work(self.annotate[ANN], False, include_skipped)
            worked |= self.work(self.annotate[KIM], False, include_skipped)
            worked |= self.work(self.review[ROB], True, False)
            if turn % 2:
                worked |= self.work(self.review[KIM], True, False)
            if self.terminal and turn % 8 == 0:
                print("\r%d of %d tasks complete" % (self.tasks_complete(), self.tasks), end="", file=sys.stderr, flush=True)
            if not worked and include_skipped and turn % 2:
                break
            if not worked:
                include_skipped = True
            turn += 1
        if self.terminal:
            print("\r%d of %d tasks complete" % (self.tasks_complete(), self.tasks), file=sys.stderr)

    # --- what comes out -----------------------------------------------------------------------------------------------

    def write_file(self, name, content):
        with open(os.path.join(self.folder, name), "w", encoding="utf-8", newline="") as file:
            file.write(content)

    def write_report(self, name, table):
        csv = table.csv()
        self.write_file("reports/%s.csv" % name, csv)
        print("\n%s\n%s" % (name, csv), end="")

    def write_reports(self):
        project = self.projects[ADA]
        daily = {"task_actions", "time_spent", "label_actions"}
        self.write_report("overview", project.overview())
        self.write_report("tasks_by_stage", project.tasks_by_stage())
        for name in ("task_actions", "time_spent", "label_actions", "ontology_actions", "annotators", "annotators_by_frame",
                     "reviewers", "reviewers_by_frame"):
            options = {}
            if name in daily:
                options = {"bucket": Bucket.DAY, "after_us": 1_767_571_200 * SECOND, "before_us": self.now_us + 1}
            with project.query_open(**options) as query:
                self.write_report(name, getattr(query, name)())

    def write_page(self):
        """All of it again as one page for a browser."""
        with self.projects[ADA].query_open() as query:
            query.report(path=os.path.join(self.folder, "report.html"))
        print("\nreport.html: open it in a browser")

    def write_exports(self):
        project = self.projects[ADA]
        count = project.export_coco(path=os.path.join(self.folder, "export.coco.json"), timeout=None)
        print("\nexport.coco.json: %d annotations" % count)
        count = project.export_labels(path=os.path.join(self.folder, "labels.json"), timeout=None)
        print("labels.json: %d labels" % count)
        self.write_file("workflow.dot", project.workflow_dot())

    def check_store(self):
        found = self.host.store_check(timeout=None)
        if len(found):
            sys.exit("demo: the store is not sound:\n" + found.csv())
        print("\nThe store is sound: every figure follows from its events.")

    def run(self):
        os.makedirs(os.path.join(self.folder, "reports"), exist_ok=True)
        path = os.path.join(self.folder, "project.annoproj")
        for end in ("", "-wal", "-shm", "-lock"):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path + end)
        self.store = annoproj.create(path, clock=lambda: self.now_us, random=self.fill_random)
        print("libannoproj %s: %s" % (annoproj.version(), self.coco))
        self.make_team()
        self.make_project()
        self.import_labels()
        self.prepare_queue()
        self.work_until_complete()
        self.projects[TOM].set_status(ProjectStatus.COMPLETED)
        self.write_reports()
        self.write_page()
        self.write_exports()
        self.check_store()
        for handle in [*self.annotate.values(), *self.review.values(), *self.projects, *self.sessions, self.host]:
            handle.close()
        self.store.close()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: demo.py COCO-FILE OUTPUT-FOLDER")
    Demo(sys.argv[1], sys.argv[2]).run()
