"""Members of label rows one by one: what is kept, what is passed over without loss, and what cannot be kept and so is a fault."""

import json
import unittest

import annoproj
from test_label_rows import WORKFLOW, Stores, answers, box, by_hash, image, spans

LINE = {"objectHash": "LLLLLLLL", "featureHash": "objLin01"}
AREA = {"objectHash": "PPPPPPPP", "featureHash": "objAre01"}
SUNNY = {"classificationHash": "CCCCCCCC", "featureHash": "clsWea01"}
SUN = [{"featureHash": "attWea01", "answers": [{"featureHash": "optSun01"}]}]
BOX = {"h": 0.1, "w": 0.1, "x": 0.1, "y": 0.1}


def video(frames, **more):
    return dict({"data_title": "video 0", "data_type": "video", "data_units": {"u": {"labels": frames}}}, **more)


def group(units, **more):
    return dict({"data_title": "img_group 0", "data_type": "img_group", "data_units": {
        "u%d" % i: {"data_sequence": sequence, "labels": {"objects": [item]}} for i, (sequence, item) in enumerate(units)}}, **more)


def weather(**more):
    return {"CCCCCCCC": dict({"classificationHash": "CCCCCCCC", "featureHash": "clsWea01", "classifications": SUN}, **more)}


def lights(options, held, **more):
    return dict({"featureHash": "attLig01", "answers": [{"featureHash": option} for option in options], "range": held}, **more)


def actions(*entries):
    return {"AAAAAAAA": {"objectHash": "AAAAAAAA", "actions": list(entries)}}


class Members(Stores):
    def setUp(self):
        super().setUp()
        self.host, self.project = self.make({"image 0": "image", "video 0": "video", "img_group 0": "img_group", "scene 0": "scene"})

    def row(self, title):
        return by_hash(json.loads(self.exported(self.project)), "data_title")[title]

    def test_what_cannot_be_kept_is_a_fault(self):
        before = self.exported(self.project)
        objects = "/0/data_units/u/labels/objects/0"
        one = {"objects": [box()]}
        cases = [
            (video({"3": {"objects": [box(event="upsert")]}}), "/0/data_units/u/labels/3/objects/0/event", "events on its timeline"),
            (video({"3": {"objects": [box(interpolate="linear")]}}), "/0/data_units/u/labels/3/objects/0/interpolate", "events on its timeline"),
            (video({"3": one}, scene={"isContinuous": True}), "/0/scene/isContinuous", "events on its timeline"),
            (video({}, scene={"isContinuous": True}, classification_answers=weather(range=[[0, 1]])), "/0/scene/isContinuous", "events"),
            (video({"camera#0": one}), "/0/data_units/u/labels/camera#0/objects/0", "make each camera of a scene a data unit"),
            (video({"-1": one}), "/0/data_units/u/labels/-1/objects/0", "by number of frame"),
            (image([], spaces={"s": {"space_type": "video", "labels": {"0": one}}}), "/0/spaces/s/labels/0/objects/0", "labels in spaces"),
            (image([], spaces={"root": {"labels": {"objects": [], "classifications": [SUNNY]}}}),
             "/0/spaces/root/labels/classifications/0", "labels in spaces"),
            (video({"3": one}, object_actions=actions(lights(["optFog01"], [[3, 3]], spaceId="s"))),
             "/0/object_actions/AAAAAAAA/actions/0/spaceId", "labels in spaces"),
            (image([box()], object_answers={"AAAAAAAA": {"spaces": {"s": {"range": []}}}}), "/0/object_answers/AAAAAAAA/spaces/s", "in spaces"),
            (image([box(boundingBox=dict(BOX, theta=1))]), objects + "/boundingBox", "is not turned"),
            (image([box(boundingBox=dict(BOX, skew=1))]), objects + "/boundingBox/skew", 'has no member "skew"'),
            (image([dict(LINE, polyline=[{"x": 0, "y": 0, "w": 2}, {"x": 1, "y": 1}])]), objects + "/polyline/0/w", 'has no member "w"'),
            (image([box(polygons=[[[0, 0, 1, 0, 1, 1]]])]), objects + "/polygons", "two shapes"),
            (image([dict(polygons=[[[0, 0, 1, 0, 1, 1]]], **box())]), objects + "/boundingBox", "two shapes"),
            (image([{"objectHash": "BBBBBBBB", "featureHash": "objMas01", "bitmask": {"scale": 2}}]), objects + "/bitmask/scale", "scale"),
            (image([box()], object_answers={"AAAAAAAA": {"objectHash": "BBBBBBBB"}}), "/0/object_answers/AAAAAAAA/objectHash", "same hash"),
            (image([], classification_answers=weather(classificationHash="DDDDDDDD", range=[[0, 0]])),
             "/0/classification_answers/CCCCCCCC/classificationHash", "same hash"),
            (dict(image([box()]), data_units={"u": {}, "v": {"labels": one}}), "/0/data_units/v/labels/objects/0", "img_group"),
            (dict(image([]), data_units={"u": {}, "v": {"labels": {"classifications": [SUNNY]}}}),
             "/0/data_units/v/labels/classifications/0", "img_group"),
            (group([(0, box()), ("0", box("BBBBBBBB"))]), "/0", "data_sequence 0"),
            (video({"3": {"classifications": [SUNNY]}}, classification_answers=weather(range=[[3, 4]])),
             "/0/data_units/u/labels/3/classifications/0", "other frames"),
            (dict([("classification_answers", weather(range=[[3, 4]]))], **video({"3": {"classifications": [SUNNY]}})),
             "/0/classification_answers/CCCCCCCC", "other frames"),
        ]
        for row, place, reason in cases:
            with self.subTest(reason + place):
                found = self.faults(self.project, [row])
                self.assertEqual(len(found), 1, found)
                self.assertTrue(found[0].startswith(place + " ("), found[0])
                self.assertIn(reason, found[0])
                self.assertEqual(self.exported(self.project), before)

    def test_what_says_nothing_is_passed_over(self):
        polygon = {"0": {"x": 0, "y": 0}, "1": {"x": 1, "y": 0}, "2": {"x": 1, "y": 0.5}}
        rows = [
            image([box(event=None, interpolate=None, objectNumber=7, unknown={"objects": [1]}, boundingBox=dict(BOX, theta=0, skew=None)),
                   dict(AREA, polygon=polygon, polygons=None)],
                  scene={"isContinuous": False}, spaces={"s": {"space_type": "image", "labels": {}}, "t": {"labels": {"objects": []}}},
                  object_answers={"AAAAAAAA": {"objectHash": "AAAAAAAA", "objectNumber": 7, "spaces": {}}}),
            video({"3": {"objects": [box(), dict(AREA, polygons=[], polygon=polygon)], "metadata": {"slice": 1}},
                   "metadata": {"a": [1]}, "camera#0": {"objects": [], "classifications": []}},
                  object_actions=actions(lights(["optFog01"], [[3, 3]], spaceId=None))),
            {"data_title": "scene 0", "data_type": "scene", "scene": {"isContinuous": True}, "data_units": {}}]
        self.assertEqual(self.take(self.project, rows)["labels"], 4)
        for title in ("image 0", "video 0"):
            (unit,) = self.row(title)["data_units"].values()
            labels = unit["labels"].get("3", unit["labels"])
            self.assertEqual(by_hash(labels["objects"], "objectHash")["PPPPPPPP"]["polygons"], [[[0, 0, 1, 0, 1, 0.5]]])
            self.assertEqual(by_hash(labels["objects"], "objectHash")["AAAAAAAA"]["boundingBox"], BOX)

    def test_polygons_say_more_than_polygon(self):
        polygon, rings = {"0": {"x": 0, "y": 0}, "1": {"x": 1, "y": 0}, "2": {"x": 1, "y": 1}}, [[[0, 0, 0.5, 0, 0.5, 0.5]]]
        for members in ({"polygon": polygon, "polygons": rings}, {"polygons": rings, "polygon": polygon}):
            self.take(self.project, image([dict(AREA, **members)]))
            (unit,) = self.row("image 0")["data_units"].values()
            self.assertEqual(unit["labels"]["objects"][0]["polygons"], rings)

    def test_a_skeleton_without_a_template(self):
        """Its vertices are known by the places they have; names of vertices are of a template."""
        structure = {"objects": [{"id": "1", "name": "Hand", "color": "#D33115", "shape": "skeleton", "featureNodeHash": "objHan01"}], "classifications": []}
        project = self.host.project_create("hands", self.host.ontology_create("hands", json.dumps(structure)), WORKFLOW)
        project.attach_dataset(1)
        hand = lambda name: {"objectHash": "HHHHHHHH", "featureHash": "objHan01", "skeleton": {"0": {"x": 0.5, "y": 0.25, "name": name}}}
        (found,) = self.faults(project, image([hand("thumb")]))
        self.assertIn('class "Hand" has no skeleton template to know vertex "thumb" by', found)
        self.assertEqual(self.take(project, image([hand("0")]))["labels"], 1)

    def test_frames_of_a_classification(self):
        """Told by the frames, by the answers, or by both alike, before or behind them."""
        frames = {str(frame): {"classifications": [SUNNY]} for frame in (3, 4, 9)}
        said = weather(range=[[3, 4], [9, 9]])
        rows = [video(frames, classification_answers=weather()), video({}, classification_answers=said),
                video(frames, classification_answers=said), dict([("classification_answers", said)], **video(frames)),
                video(frames, classification_answers=weather(range=[])), video(frames, classification_answers=weather(range=None))]
        for row in rows:
            self.take(self.project, video({}), replace=True)
            self.assertEqual(self.take(self.project, row)["labels"], 1)
            got = self.row("video 0")
            self.assertEqual(got["classification_answers"]["CCCCCCCC"]["range"], [[3, 4], [9, 9]])
            (unit,) = got["data_units"].values()
            self.assertEqual([frame for frame in unit["labels"] if unit["labels"][frame]["classifications"]], ["3", "4", "9"])

    def test_authors_by_any_case_of_their_email(self):
        self.take(self.project, image([box(createdBy="Ann@X.org", lastEditedBy="BOB@x.org")]), not_prelabels=True)
        (unit,) = self.row("image 0")["data_units"].values()
        self.assertEqual((unit["labels"]["objects"][0]["createdBy"], unit["labels"]["objects"][0]["lastEditedBy"]), ("ann@x.org", "bob@x.org"))

    def test_answers_say_who_made_a_classification(self):
        """As the reference reader has it, which does not look at the frames; older rows have it there only."""
        item = dict(SUNNY, createdBy="ann@x.org", createdAt="2023-02-09 14:12:03", lastEditedBy="ann@x.org", lastEditedAt="2023-02-10 14:12:03", confidence=0.5)
        said = dict(createdBy="bob@x.org", createdAt="2024-02-09 14:12:03", confidence=0.25, manualAnnotation=True)
        behind = image([], [item], classification_answers=weather(**said))
        before = dict([("classification_answers", weather(**said))], **image([], [item]))
        for row in (behind, before):
            self.take(self.project, row, not_prelabels=True)
            got = self.row("image 0")["classification_answers"]["CCCCCCCC"]
            self.assertEqual([got[key] for key in ("createdBy", "createdAt", "lastEditedBy", "lastEditedAt", "confidence", "manualAnnotation")],
                             ["bob@x.org", "Fri, 09 Feb 2024 14:12:03 UTC", "bob@x.org", "Fri, 09 Feb 2024 14:12:03 UTC", 0.25, True])
        self.take(self.project, image([], [item], classification_answers=weather(createdBy=None)), not_prelabels=True)
        got = self.row("image 0")["classification_answers"]["CCCCCCCC"]
        self.assertEqual((got["createdBy"], got["lastEditedAt"], got["confidence"]), ("ann@x.org", "Fri, 10 Feb 2023 14:12:03 UTC", 0.5))

    def test_options_that_hold_together_are_one_answer(self):
        """Readers give a frame the last answer of a checklist they meet, so no frame may be in two of them."""
        frames = {str(frame): {"objects": [box()]} for frame in range(12)}
        given = [lights(["optFog01"], [[0, 4], [7, 9]]), lights(["optBra01"], [[4, 4], [6, 9], [11, 11]])]
        self.take(self.project, video(frames, object_actions=actions(*given)))
        got = self.row("video 0")["object_actions"]["AAAAAAAA"]["actions"]
        self.assertEqual(answers(got), answers(given))
        self.assertEqual(sorted((sorted(option["featureHash"] for option in one["answers"]), one["range"]) for one in got),
                         [(["optBra01"], [[6, 6], [11, 11]]), (["optBra01", "optFog01"], [[4, 4], [7, 9]]), (["optFog01"], [[0, 3]])])
        self.assertEqual(len({one["trackHash"] for one in got}), 3)
        text = self.exported(self.project)
        self.take(self.project, text, replace=True)
        self.assertEqual(self.row("video 0")["object_actions"], json.loads(text)[1]["object_actions"])
        self.assertEqual(spans([0, 1, 2, 4, 7, 8]), [[0, 2], [4, 4], [7, 8]])


if __name__ == "__main__":
    unittest.main()
