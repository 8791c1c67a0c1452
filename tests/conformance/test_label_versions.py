"""Label versions: random edits of labels, between them versions. What a version exports never changes; what the comparison of
two says is what an independent comparison of their exports says; and labels that were restored are as they were."""

import json
import os
import random
import tempfile
import unittest

import annoproj

SEED = int(os.environ.get("TEST_SEED", random.randrange(1 << 32)))


def option(number, name):
    return {"id": number, "label": name, "value": name.lower(), "featureNodeHash": "opt%s" % name[:5].ljust(5, "0")}


ONTOLOGY = json.dumps({
    "objects": [
        {"id": "1", "name": "Car", "color": "#D33115", "shape": "bounding_box", "featureNodeHash": "objCar01", "attributes": [
            {"id": "1.1", "name": "Colour", "type": "radio", "featureNodeHash": "attCol01", "required": False, "dynamic": False,
             "options": [option("1.1.1", "Red"), option("1.1.2", "Blue")]},
            {"id": "1.2", "name": "Lights", "type": "radio", "featureNodeHash": "attLig01", "required": False, "dynamic": True,
             "options": [option("1.2.1", "On"), option("1.2.2", "Off")]}]},
        {"id": "2", "name": "Van", "color": "#FF0000", "shape": "bounding_box", "featureNodeHash": "objVan01"}],
    "classifications": [
        {"id": "3", "featureNodeHash": "clsWea01", "attributes": [
            {"id": "3.1", "name": "Weather", "type": "radio", "featureNodeHash": "attWea01", "required": False, "dynamic": False,
             "options": [option("3.1.1", "Sun"), option("3.1.2", "Rain")]}]}]})
WORKFLOW = json.dumps({"start": "annotate", "stages": [
    {"key": "annotate", "type": "ANNOTATION", "edges": {"submit": "review"}},
    {"key": "review", "type": "REVIEW", "edges": {"approve": "complete", "reject": "annotate"}},
    {"key": "complete", "type": "DONE"}]})
CONSENSUS = json.dumps({"start": "many", "stages": [
    {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"}},
    {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "fix", "reject": "many"}},
    {"key": "fix", "type": "ANNOTATION", "edges": {"submit": "complete"}},
    {"key": "complete", "type": "DONE"}]})
FRAMES = 8


class Project:
    """Videos whose labels change at random."""

    def __init__(self, folder, chance):
        self.folder, self.chance, self.now_us = folder, chance, 1_767_603_600_000_000
        self.store = annoproj.create(os.path.join(folder, "v.annoproj"), clock=lambda: self.now_us, relaxed_durability=True)
        self.host = self.store.session_open(0)
        ontology = self.ontology = self.host.ontology_create("Things", ONTOLOGY)
        dataset = self.dataset = self.host.dataset_create("Files")
        self.host.data_units_add(dataset, titles=["%d.mp4" % i for i in range(140)], widths=[100] * 140, heights=[100] * 140,
                                 frames=[FRAMES] * 140, data_types=[annoproj.DataType.VIDEO] * 140)
        self.project = self.host.project_create("P", ontology, WORKFLOW)
        self.project.attach_dataset(dataset)
        features = {row["hash"] if "hash" in row else row["feature_hash"]: row["feature"]
                    for row in self.host.ontology_features(ontology).to_pylist()}
        self.feature = features
        self.tasks = sorted(row["task"] for page in self.project.task_list_pages() for row in page.to_pylist())
        self.used = [self.tasks[i] for i in (0, 1, 126, 127, 128, 139)]   # in two parts
        self.hashes = {task: ["l%d%06d" % (k, number) for k in range(3)] for number, task in enumerate(self.used)}

    def close(self):
        self.store.close()

    def open(self, task):
        return self.project.task_open(task)

    def edit(self):
        """One label of one task: put, put again in another way, or removed. A second passes, which exports show."""
        self.now_us += 1_000_000
        chance, task = self.chance, self.chance.choice(self.used)
        label = chance.choice(self.hashes[task])
        handle = self.open(task)
        there = {row["label"] for row in handle.labels().to_pylist()}
        if label in there and chance.random() < 0.3:
            handle.labels_write(actions=[annoproj.LabelAction.REMOVE], hashes=[label], classes=[0], force=True)
        elif label.startswith("l2"):
            first = chance.randrange(FRAMES)
            handle.labels_write(hashes=[label], classes=[self.feature["clsWea01"]], force=True, range_starts=[0, 1],
                                range_first_frames=[first], range_last_frames=[chance.randrange(first, FRAMES)],
                                answer_starts=[0, 1], answer_attributes=[self.feature["attWea01"]],
                                answer_options=[self.feature[chance.choice(["optSun00", "optRain0"])]],
                                answer_first_frames=[-1], answer_last_frames=[-1])
        else:
            self.put_object(handle, label)
        handle.close()

    def put_object(self, handle, label):
        chance = self.chance
        frames = sorted(chance.sample(range(FRAMES), chance.randrange(1, FRAMES)))
        car = chance.random() < 0.7
        answers = []
        if car and chance.random() < 0.7:
            answers.append(("attCol01", chance.choice(["optRed00", "optBlue0"]), -1, -1))
        if car and chance.random() < 0.7:
            answers.append(("attLig01", chance.choice(["optOn000", "optOff00"]), frames[0], frames[0]))
        handle.labels_write(
            hashes=[label], classes=[self.feature["objCar01" if car else "objVan01"]], force=True,
            confidences=[chance.choice([1.0, 0.5])], geometry_starts=[0, len(frames)], frames=frames,
            coordinate_starts=[4 * i for i in range(len(frames) + 1)],
            coordinates=[float(chance.randrange(3)) for _ in range(4 * len(frames))], answer_starts=[0, len(answers)],
            answer_attributes=[self.feature[a] for a, _, _, _ in answers],
            answer_options=[self.feature[o] for _, o, _, _ in answers],
            answer_first_frames=[f for _, _, f, _ in answers], answer_last_frames=[f for _, _, _, f in answers])

    def out(self, version, coco=False):
        path = os.path.join(self.folder, "out.json")
        if version == 0:
            (self.project.export_coco if coco else self.project.export_labels)(path=path)
        else:
            (self.project.label_version_export_coco if coco else self.project.label_version_export_labels)(version, path=path)
        with open(path, "rb") as file:
            return file.read()


def labels_of(text):
    """{(title, hash): what an export tells of a label}"""
    labels = {}
    for row in json.loads(text):
        (unit,) = row["data_units"].values()
        for frame, content in unit["labels"].items():
            for thing in content["objects"] + content["classifications"]:
                key = row["data_title"], thing.get("objectHash") or thing["classificationHash"]
                label = labels.setdefault(key, {"class": thing["featureHash"], "frames": {}, "dynamic": {}, "static": None})
                label["frames"][int(frame)] = json.dumps(thing.get("boundingBox"), sort_keys=True)
                label["details"] = [thing[name] for name in (
                    "confidence", "manualAnnotation", "createdAt", "createdBy", "lastEditedAt", "lastEditedBy")]
        for kind in ("object_answers", "classification_answers"):
            for name, answers in row[kind].items():
                labels[row["data_title"], name]["static"] = json.dumps(answers["classifications"], sort_keys=True)
        for name, actions in row["object_actions"].items():
            for action in actions["actions"]:
                for first, last in action["range"]:
                    for frame in range(first, last + 1):
                        labels[row["data_title"], name]["dynamic"].setdefault(frame, set()).add(
                            json.dumps([action["featureHash"], action["answers"]], sort_keys=True))
    return labels


def compared(before, after):
    """The rows that a comparison has to have, from two exports."""
    before, after, rows = labels_of(before), labels_of(after), []
    for key in sorted(set(before) | set(after)):
        old, new = before.get(key), after.get(key)
        if old == new:
            continue
        if not old or not new:
            frames = sorted((old or new)["frames"])
            rows.append((key, "added" if new else "removed", False, False, False, False, False, len(frames), frames[0]))
            continue
        common = set(old["frames"]) & set(new["frames"])
        redrawn = {frame for frame in common if old["frames"][frame] != new["frames"][frame]}
        answered = {frame for frame in common if old["static"] != new["static"] or
                    old["dynamic"].get(frame) != new["dynamic"].get(frame)}
        other_class = old["class"] != new["class"]
        differ = (set(old["frames"]) ^ set(new["frames"])) | redrawn | answered | (common if other_class else set())
        rows.append((key, "changed", other_class, old["static"] != new["static"] or old["dynamic"] != new["dynamic"],
                     bool(redrawn), set(old["frames"]) != set(new["frames"]), old["details"] != new["details"],
                     len(differ), min(differ) if differ else None))
    return rows


def told(made, before, after, **options):
    return sorted(
        (((row["title"], row["label"]), row["change"], row["class_changed"], row["answers_changed"], row["geometry_changed"],
          row["frames_changed"], row["details_changed"], row["frames"], row["first_frame"])
         for page in made.project.label_version_diff_pages(before, after, **options) for row in page.to_pylist()))


class Versions(unittest.TestCase):
    def setUp(self):
        print("TEST_SEED=%d" % SEED)
        self.folder = tempfile.TemporaryDirectory()
        self.made = Project(self.folder.name, random.Random(SEED))

    def tearDown(self):
        self.assertEqual(self.made.host.store_check().to_pylist(), [])
        self.made.close()
        self.folder.cleanup()

    def versions(self, count):
        """[(version, label rows, COCO)] with edits between them; the first is empty."""
        made, kept = self.made, []
        for i in range(count):
            kept.append((made.project.label_version_create("version %d" % i), made.out(0), made.out(0, True)))
            for _ in range(made.chance.randrange(1, 12)):
                made.edit()
        return kept

    def test_exports_never_change(self):
        made, kept = self.made, self.versions(5)
        made.project.label_version_delete(kept.pop(2)[0])
        made.project.label_version_restore(kept[1][0])
        for version, rows, coco in kept:
            self.assertEqual(made.out(version), rows)
            self.assertEqual(made.out(version, True), coco)

    def test_differences(self):
        made, kept = self.made, self.versions(4)
        kept.append((0, made.out(0), None))
        for before, rows_before, _ in kept:
            for after, rows_after, _ in kept:
                if before == after:
                    continue
                expected = compared(rows_before, rows_after)
                self.assertEqual(told(made, before, after), expected, (before, after))
                self.assertEqual(told(made, before, after, limit=1), expected, (before, after))
        self.assertGreater(len(compared(kept[0][1], kept[-1][1])), 0)

    def test_a_restore_gives_the_labels_back(self):
        made, kept = self.made, self.versions(4)
        for version, rows, _ in made.chance.sample(kept, 3):
            differ = {row["task"] for row in made.project.label_version_diff(version, 0).to_pylist()}
            outcomes = made.project.label_version_restore(version).to_pylist()
            self.assertEqual({row["task"] for row in outcomes}, differ)
            self.assertEqual({row["status"] for row in outcomes} - {0}, set())
            self.assertEqual(made.project.label_version_diff(version, 0).to_pylist(), [])
            self.assertEqual(labels_of(made.out(0)), labels_of(rows))
            self.assertEqual(made.project.label_version_restore(version).to_pylist(), [])
            for _ in range(5):
                made.edit()

    def test_some_tasks_are_restored(self):
        made = self.made
        for _ in range(40):
            made.edit()
        version, before = made.project.label_version_create("v"), labels_of(made.out(0))
        for _ in range(60):
            made.edit()
        one = sorted({row["task"] for row in made.project.label_version_diff(version, 0).to_pylist()})[0]
        title = "%d.mp4" % made.tasks.index(one)
        between = labels_of(made.out(0))
        outcomes = made.project.label_version_restore(version, tasks=[one, one, 77]).to_pylist()
        self.assertEqual([(row["task"], row["status_name"]) for row in outcomes], [(77, "NOT_FOUND"), (one, "OK")])
        for key, label in labels_of(made.out(0)).items():
            self.assertEqual(label, (before if key[0] == title else between)[key])
        with self.assertRaises(annoproj.NotFoundError):
            made.project.label_version_restore(version, tasks=[one, 77], all_or_nothing=True)

    def test_what_is_refused_is_told_task_by_task(self):
        made = self.made
        anna = made.host.user_create("anna@x.org", "Anna", annoproj.OrgRole.MEMBER)
        made.project.collaborator_add(anna, annoproj.Role.ANNOTATOR)
        version = made.project.label_version_create("empty")
        for task in made.used:
            made.put_object(made.open(task), made.hashes[task][0])
        held, done, moved = made.used[:3]
        made.project.tasks_assign([held], anna)
        made.project.tasks_move([done], made.project.stage_open("complete").id())
        made.project.tasks_move([moved], made.project.stage_open("review").id())
        outcomes = {row["task"]: row["status_name"] for row in made.project.label_version_restore(version).to_pylist()}
        self.assertEqual(outcomes, {**{task: "OK" for task in made.used}, held: "CONFLICT", done: "STATE"})
        self.assertEqual({row["task"] for row in made.project.label_version_diff(version, 0).to_pylist()}, {held, done})
        seen = made.project.tasks_get([held]).to_pylist()[0]["version"]
        outcomes = made.project.label_version_restore(version, force=True).to_pylist()
        self.assertEqual([(row["task"], row["status_name"]) for row in outcomes], [(held, "OK"), (done, "STATE")])
        with self.assertRaises(annoproj.ConflictError):                       # nobody's work is lost unseen
            made.open(held).labels_write(hashes=[made.hashes[held][1]], classes=[made.feature["objVan01"]], version=seen,
                                         geometry_starts=[0, 1], frames=[0], coordinate_starts=[0, 4], coordinates=[1, 2, 3, 4])
        with self.assertRaises(annoproj.StateError):
            made.project.label_version_restore(version, all_or_nothing=True)

    def test_the_stages_and_classes_of_a_version_choose_what_is_compared_and_restored(self):
        made = self.made
        for _ in range(60):
            made.edit()
        classes, stages = [made.feature["clsWea01"]], [made.project.stage_open("annotate").id()]
        version = made.project.label_version_create("weather", classes=classes, stages=stages)
        for _ in range(60):
            made.edit()
        made.project.tasks_move([made.used[0]], made.project.stage_open("review").id())
        again = made.project.label_version_create("weather again", classes=classes, stages=stages)
        self.assertEqual(told(made, version, 0), told(made, version, again))
        self.assertEqual(told(made, version, again), compared(made.out(version), made.out(again)))
        cars = {key: label for key, label in labels_of(made.out(0)).items() if label["class"] != "clsWea01"}
        made.project.label_version_restore(version)
        now = labels_of(made.out(0))
        self.assertEqual({key: label for key, label in now.items() if label["class"] != "clsWea01"}, cars)
        self.assertEqual({key: label for key, label in now.items() if label["class"] == "clsWea01"},
                         labels_of(made.out(version)))

    def test_branches_stay_as_versions(self):
        made = self.made
        several = made.host.project_create("Several", made.ontology, CONSENSUS)
        several.attach_dataset(made.dataset)
        made.used, made.hashes = [], {}
        for reached in (True, False):
            branches = [row for row in several.task_list().to_pylist() if row["title"] == "%d.mp4" % reached]
            parent = branches[0]["parent"]
            for number, row in enumerate(branches):
                task = several.task_open(row["task"])
                made.put_object(task, "l%d000000" % number)
                made.put_object(task, "l5000000")
                if reached:
                    task.submit()
            if reached:
                several.task_open(parent).consensus_approve(branch=branches[1]["task"])
            else:
                several.tasks_move([branches[0]["task"]], several.stage_open("fix").id())
            kept = several.label_version_list(task=parent).to_pylist()
            self.assertEqual([row["branch"] for row in kept], [row["task"] for row in reversed(branches)])
            self.assertEqual({(row["tasks"], row["labels"], row["task"]) for row in kept}, {(1, 2, parent)})
            self.assertEqual(several.label_version_list().to_pylist(), [])
            made.project, keep = several, made.project
            for number, version in enumerate(row["version"] for row in reversed(kept)):
                (row,) = json.loads(made.out(version))
                self.assertEqual(row["branch_name"], "branch %d of task %d" % (number + 1, parent & 0xffffffff))
                self.assertEqual(set(row["object_answers"]), {"l%d000000" % number, "l5000000"})
                if reached:
                    self.assertEqual(told(made, version, 0) == [], number == 1)
            first, second = kept[1]["version"], kept[0]["version"]
            self.assertEqual(told(made, first, second), compared(made.out(first), made.out(second)))
            if not reached:
                self.assertEqual([row["status"] for row in several.label_version_restore(first).to_pylist()], [0])
                self.assertEqual(told(made, first, 0), [])
            several.label_version_delete(first)
            self.assertEqual(len(several.label_version_list(task=parent).to_pylist()), 1)
            made.project = keep


if __name__ == "__main__":
    unittest.main()
