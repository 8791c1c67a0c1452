"""Files and callbacks that ontologies come from; the reference product's own files go in and come out as they were."""

import email.utils
import io
import json
import os
import unittest

import annoproj
from test_label_rows import ONTOLOGY, Stores, WORKFLOW

FIXTURES = os.path.join(os.environ.get("FIXTURES", "../shared/fixtures"), "encord")
TEXT = json.dumps(dict(ONTOLOGY, **{"ünknown": [1, {"x": None}]}), ensure_ascii=False, indent=3)


class OntologyFiles(Stores):
    def setUp(self):
        super().setUp()
        self.host = self.make({"image 0": "image"})[0]

    def write(self, content):
        path = os.path.join(self.folder.name, "ontology.json")
        with open(path, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode())
        return path

    def test_a_file_and_a_callback_give_what_the_text_gives(self):
        made = [self.host.ontology_create("o", TEXT), self.host.ontology_import_json("o", self.write(TEXT))]
        for step in (1, 7, 65536):
            source = io.BytesIO(TEXT.encode())
            made.append(self.host.ontology_import_json("o", read=lambda length: source.read(min(step, length))))
        for one in made:
            self.assertEqual(self.host.ontology_json(one), TEXT)
            self.assertEqual(self.host.ontology_features(one).to_pylist(), self.host.ontology_features(made[0]).to_pylist())

    def test_what_is_no_ontology_leaves_nothing(self):
        before = self.host.store_info().to_pylist()[0]["commit_seq"]
        for content, kind, told in (
                (b"", annoproj.DataError, "byte 0"), (b"[]", annoproj.DataError, None), (TEXT.encode()[:-1], annoproj.DataError, "byte"),
                (TEXT.encode() + b"\0", annoproj.DataError, "byte"), (b"\xef\xbb\xbf" + TEXT.encode(), annoproj.DataError, "byte 0"),
                (b'{"objects":[{"id":"1","name":"\xff"}]}', annoproj.DataError, "/objects/0/name"),
                (b'{"objects":[],"classifications":[{"id":"1","featureNodeHash":"a","attributes":[]}]}', annoproj.DataError, "/classifications/0"),
                (b'{"objects":[]' + b" " * (8 << 20) + b"}", annoproj.LimitError, "8388608 bytes")):
            with self.subTest(content[:40]), self.assertRaises(kind) as caught:
                self.host.ontology_import_json("o", self.write(content))
            if told:
                self.assertIn(told, str(caught.exception) + str(caught.exception.details))
        with self.assertRaises(annoproj.NotFoundError):
            self.host.ontology_import_json("o", os.path.join(self.folder.name, "none.json"))
        for arguments in ({}, {"path": self.write(TEXT), "read": lambda length: b""}):
            with self.assertRaises(annoproj.InvalidError):
                self.host.ontology_import_json("o", **arguments)
        self.assertEqual(self.host.store_info().to_pylist()[0]["commit_seq"], before)


def load(name):
    with open(os.path.join(FIXTURES, name), encoding="utf-8") as file:
        return json.load(file)


def shown(row):
    """What a label row says of labels: objects and classifications by frame and hash, and their answers."""
    units = list(row["data_units"].values())
    frames = {}
    for place, unit in enumerate(units):
        labels = {str(place): unit["labels"]} if "objects" in unit["labels"] else unit["labels"]
        for frame, content in labels.items():
            for kind, key in (("objects", "objectHash"), ("classifications", "classificationHash")):
                for item in content.get(kind, []):
                    frames[frame, kind, item[key]] = item
    answers = {(part, key): by_feature(entry) for part in ("object_answers", "classification_answers", "object_actions")
               for key, entry in row[part].items()}
    return frames, answers


def when(item, key):
    """A label was made and edited once, not on each frame: first and last."""
    return email.utils.parsedate_to_datetime(item[key].replace("UTC", "GMT")).timestamp() if key in item else 0


def by_feature(entry):
    rest = {key: value for key, value in entry.items() if key not in ("classifications", "actions")}
    told = [answer for key in ("classifications", "actions") for answer in entry.get(key, [])]
    return dict(rest, told=sorted(told, key=lambda one: json.dumps(one, sort_keys=True)))


@unittest.skipUnless(os.path.isdir(FIXTURES), "NOT AVAILABLE: the reference product's files (FIXTURES)")
class Fixtures(Stores):
    KINDS = {"video": annoproj.DataType.VIDEO, "img_group": annoproj.DataType.IMG_GROUP}

    def project_of(self, ontology, row):
        host = self.make({"image 0": "image"})[0]
        units = list(row["data_units"].values())
        people = {item[key] for item in shown(row)[0].values() for key in ("createdBy", "lastEditedBy") if item.get(key)}
        for person in sorted(people - {"ann@x.org", "bob@x.org"}):
            host.user_create(person, person, annoproj.OrgRole.MEMBER)
        path = os.path.join(self.folder.name, "ontology.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(ontology, file)
        made = host.ontology_import_json("reference", path)
        self.assertEqual(json.loads(host.ontology_json(made)), ontology)
        dataset = host.dataset_create("reference")
        frames = len(units) if row["data_type"] == "img_group" else 1 + max(int(frame) for frame in units[0]["labels"])
        host.data_units_add(dataset, titles=[row["data_title"]], data_types=[self.KINDS[row["data_type"]]], frames=[frames],
                            links=[units[0]["data_link"][:4000]], widths=[units[0]["width"]], heights=[units[0]["height"]],
                            fps=[units[0].get("data_fps", 0)])
        project = host.project_create("reference", made, WORKFLOW)
        project.attach_dataset(dataset)
        return host, project

    def expect(self, told, got, place):
        """What the file says comes back; lists of answers may stand in another order."""
        for key, value in told.items():
            self.assertEqual(got.get(key), value, "%s: %s" % (place, key))

    def round_trip(self, ontology, row):
        host, project = self.project_of(ontology, row)
        self.take(project, row, not_prelabels=True)
        out = self.exported(project)
        frames, answers = shown(json.loads(out)[0])
        told_frames, told_answers = shown(row)
        self.assertEqual(sorted(frames), sorted(told_frames))
        for place, item in told_frames.items():
            whole = [one for (_, kind, key), one in told_frames.items() if (kind, key) == place[1:]]
            first, last = min(whole, key=lambda one: when(one, "createdAt")), max(whole, key=lambda one: when(one, "lastEditedAt"))
            told = dict(item, **{key: last[key] for key in ("lastEditedAt", "lastEditedBy") if key in last})
            told.update({key: first[key] for key in ("createdAt", "createdBy", "manualAnnotation")})
            for key in ("reviews", "isDeleted"):  # of another project; not deleted
                told.pop(key, None)
            self.expect(told, frames[place], place)
        for place, entry in told_answers.items():
            if entry["told"] or place in answers:
                self.expect(entry, answers[place], place)
        copy = self.copy(host)[0].project_open(2)
        self.take(copy, out, not_prelabels=True, replace=True)
        self.assertEqual(self.exported(copy), out)
        self.assertEqual(host.store_check().to_pylist(), [])

    def test_video(self):
        self.round_trip(load("video_ontology.json"), load("video_label_row.json"))

    def test_image_group(self):
        self.round_trip(load("image_group_ontology.json"), load("image_group_label_row.json"))

    def test_the_reference_exporters_example(self):
        example = load("coco_golden_small.json")
        self.round_trip(example["ontology"], example["labels"])


if __name__ == "__main__":
    unittest.main()
