"""Pictures and the report page of a project that was worked on: well-formed, escaped, self-contained, the same bytes again, and
every number in them stands in a table."""

import collections
import html.parser
import json
import os
import re
import tempfile
import unittest
import xml.etree.ElementTree

import annoproj
from annoproj import Bucket, Chart

from label_arrays import LabelArrays
from test_calls import World

SVG = "{http://www.w3.org/2000/svg}"
ODD = "<Fine> & \"good\" ' \u0007 \u884c\u4eba"
VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(html.parser.HTMLParser):
    """Tags must close in order; every attribute that could fetch something is collected."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.tags, self.text = [], [], collections.Counter(), []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags[tag] += 1
        if tag not in VOID:
            self.open.append(tag)
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href", "action", "data")]

    def handle_startendtag(self, tag, attributes):
        self.tags[tag] += 1
        self.links += [value for name, value in attributes if name in ("src", "href", "xlink:href")]

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            raise AssertionError("</%s> closes nothing that is open" % tag)

    def handle_data(self, data):
        self.text.append(data)


class Pictures(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.world = World(self.folder.name)
        world = self.world
        world.project.update(ODD.replace("\u0007", ""), description=ODD)
        world.annotating.report_time([world.worked_us], [45_000_000])
        world.annotating.submit()
        world.now_us += 3 * 86_400_000_000
        manager = world.project.task_open(world.reviewing.id())
        manager.reject(comment="again", undecided=annoproj.Undecided.DECIDE)
        self.daily = world.project.query_open(bucket=Bucket.DAY)

    def tearDown(self):
        self.world.close()
        self.folder.cleanup()

    def tables(self):
        project, query = self.world.project, self.world.query
        return [self.daily.task_actions(), self.daily.time_spent(), self.daily.label_actions(), query.ontology_actions(),
                query.annotators(), query.annotators_by_frame(), query.reviewers(), query.reviewers_by_frame(),
                self.daily.collaborator_time(), self.daily.issue_actions(), query.task_performance(), query.task_performance_by_stage(),
                query.instance_statistics(), query.task_actions(), project.tasks_by_stage(), project.stage_list(), self.world.host.project_list()]

    def marks(self, svg):
        root = xml.etree.ElementTree.fromstring(svg)
        self.assertEqual(root.tag, SVG + "svg")
        self.assertTrue(root.find(SVG + "title").text and root.find(SVG + "desc").text)
        return [mark for mark in root.iter() if "data-value" in mark.attrib]

    def test_every_mark_stands_in_the_table(self):
        for table in self.tables():
            with self.subTest(table.row_type()):
                rows = table.to_pylist()
                marks = self.marks(table.svg())
                self.assertEqual(bool(marks), bool(rows))
                for mark in marks:
                    series, value = mark.get("data-series"), float(mark.get("data-value"))
                    self.assertTrue(mark.find(SVG + "title").text)
                    if series == "value":  # one bucket: the series are its columns
                        titles = {table.column_title(i): name for i, name in enumerate(table.column_names)}
                        self.assertEqual(rows[0][titles[mark.get("data-category")]], value)
                        continue
                    category = mark.get("data-category")
                    found = [row for row in rows if category in (
                        str(row.get("email")), str(row.get("name")), row.get("stage_title"), row.get("class_name"), row.get("title", "").replace("\u0007", "\ufffd")
                        if row.get("title") else None, "%d" % ((row["bucket"].timestamp() if row.get("bucket") else 0) * 1e6))]
                    self.assertIn(value, [row[series] for row in found] + [sum(row[series] for row in found)])

    def test_every_value_is_drawn(self):
        table = self.daily.time_spent()
        drawn = sum(float(mark.get("data-value")) for mark in self.marks(table.svg()))
        self.assertEqual(drawn, sum(row["total"] for row in table.to_pylist()))
        self.assertGreater(drawn, 0)

    def test_nothing_outside_no_script_and_the_same_bytes(self):
        for table in self.tables():
            for chart in (Chart.NATURAL, Chart.BARS):
                svg = table.svg(chart=chart)
                self.assertEqual(svg, table.svg(chart=chart))
                self.assertNotIn("<script", svg)
                self.assertEqual(re.findall(r"https?://[^\"]*", svg), ["http://www.w3.org/2000/svg"])
                self.assertIn("prefers-color-scheme: dark", svg)

    def test_odd_titles(self):
        svg = self.world.host.project_list().svg(title=ODD.replace("\u0007", ""))
        self.assertEqual(xml.etree.ElementTree.fromstring(svg).find(SVG + "title").text, ODD.replace("\u0007", ""))

    def test_no_picture(self):
        for table in (self.world.host.user_list(), self.world.project.overview(), self.world.project.task_list()):
            with self.assertRaises(annoproj.UnsupportedError):
                table.svg()
            with self.assertRaises(annoproj.UnsupportedError):
                table.vega_lite()

    def test_vega_lite_has_the_same_values(self):
        for table in self.tables():
            with self.subTest(table.row_type()):
                specification = json.loads(table.vega_lite())
                self.assertIn("vega-lite", specification["$schema"])
                values = specification["data"]["values"]
                marks = self.marks(table.svg())
                self.assertLessEqual(len(marks), len(values))  # a stacked bar of nothing is not drawn
                self.assertEqual(sum(float(mark.get("data-value")) for mark in marks), sum(v["value"] for v in values))

    def test_workflow(self):
        svg = self.world.project.workflow_svg()
        root = xml.etree.ElementTree.fromstring(svg)
        counts = {mark.get("data-stage"): int(mark.get("data-tasks")) for mark in root.iter() if "data-stage" in mark.attrib}
        self.assertEqual(counts, {row["key"]: row["tasks"] for row in self.world.project.tasks_by_stage().to_pylist()})

    def report(self, query, **options):
        path = os.path.join(self.folder.name, "report.html")
        query.report(path=path, **options)
        with open(path, encoding="utf-8") as file:
            return file.read()

    def test_long_names(self):
        """What has no room is cut, and stands whole where a reader looks."""
        title = "Annotation <of> everything \u00fc & more " * 4
        project = self.world.host.project_create("Long", self.world.ontology, json.dumps({"start": "a", "stages": [
            {"key": "a", "type": "ANNOTATION", "title": title, "edges": {"submit": "c"}}, {"key": "c", "type": "DONE", "title": "C"}]}))
        root = xml.etree.ElementTree.fromstring(project.workflow_svg())
        texts = ["".join(text.itertext()) for text in root.iter(SVG + "text")]
        cut = [text for text in texts if text.endswith("\u2026")]
        self.assertEqual([title.startswith(text[:-1].rstrip()) for text in cut], [True], texts)
        self.assertIn(title, "".join(root.itertext()))

    def test_answers_of_one_name(self):
        """Yes to one question is no yes to another."""
        questions = [{"id": "1.%d" % at, "name": name, "type": "radio", "featureNodeHash": name, "required": False, "options": [
            {"id": "1.%d.1" % at, "label": "yes", "value": "yes", "featureNodeHash": "yes" + name}]} for at, name in enumerate(("Open", "Broken"), 1)]
        host = self.world.host
        ontology = host.ontology_create("Questions", json.dumps({"objects": [
            {"id": "1", "name": "Door", "shape": "point", "featureNodeHash": "door", "attributes": questions}], "classifications": []}))
        features = {row["feature_hash"]: row["feature"] for row in host.ontology_features(ontology).to_pylist()}
        dataset = host.dataset_create("Doors")
        host.data_units_add(dataset, titles=["door.jpg"])
        project = host.project_create("Doors", ontology, json.dumps({"start": "a", "stages": [
            {"key": "a", "type": "ANNOTATION", "title": "A", "edges": {"submit": "c"}}, {"key": "c", "type": "DONE", "title": "C"}]}))
        project.attach_dataset(dataset)
        arrays = LabelArrays()
        for of in (("Open",), ("Open", "Broken")):
            arrays.add(features["door"], {0: [(1, 1)]}, answers=[(features[one], {"option": features["yes" + one]}) for one in of])
        arrays.write(project.task_open(project.task_list().to_pylist()[0]["task"]))
        with project.query_open() as query:
            marks = {(mark.get("data-category"), mark.get("data-value")) for mark in self.marks(query.label_statistics().svg())}
        self.assertEqual(marks, {("Open: yes", "2"), ("Broken: yes", "1")})

    def test_report(self):
        """Lesson of peers 17: all of the dashboard from the file alone, no service beside it."""
        text = self.report(self.daily)
        page = Page(text)
        self.assertEqual(page.open, [])
        self.assertEqual(page.links, [])
        self.assertFalse(page.tags["script"] or page.tags["link"] or page.tags["img"])
        self.assertNotIn("url(", text)
        self.assertNotIn("<Fine>", text)
        shown = "".join(page.text)
        self.assertIn(ODD.replace("\u0007", ""), shown)
        for word in ("Workflow", "Annotators", "Reviewers", "Classes", "u1@x.org", "Car"):
            self.assertIn(word, shown)
        for svg in re.findall(r"<svg.*?</svg>", text, re.S):
            self.marks(svg)
        self.assertEqual(text, self.report(self.daily))

    def test_report_to_a_callback(self):
        pieces = []
        self.daily.report(write=pieces.append)
        self.assertEqual(b"".join(pieces).decode(), self.report(self.daily))

        def refuse(data):
            raise RuntimeError("full")

        with self.assertRaisesRegex(RuntimeError, "full"):
            self.daily.report(write=refuse)

    def test_report_of_nothing_and_of_windows(self):
        empty = self.world.host.project_create("Empty", self.world.ontology, json.dumps({"start": "a", "stages": [
            {"key": "a", "type": "ANNOTATION", "title": "A", "edges": {"submit": "c"}}, {"key": "c", "type": "DONE", "title": "C"}]}))
        for options in ({}, {"bucket": Bucket.MONTH, "utc_offset_minutes": 330, "unit": annoproj.LabelUnit.FRAME},
                        {"after_us": 1, "before_us": 2}):
            for project in (empty, self.world.project):
                with project.query_open(**options) as query:
                    self.assertEqual(Page(self.report(query, title="T")).open, [])

    def test_report_refusals(self):
        with self.assertRaises(annoproj.InvalidError):
            self.daily.report()
        with self.assertRaises(annoproj.InvalidError):
            self.daily.report(path="x.html", write=print)
        with self.assertRaises(annoproj.NotFoundError):
            self.daily.report(path=os.path.join(self.folder.name, "no", "folder.html"))
        worker = self.world.worker.project_open(self.world.project.id())
        with worker.query_open() as query, self.assertRaises(annoproj.PermissionError):
            query.report(path=os.path.join(self.folder.name, "denied.html"))
        self.assertFalse([name for name in os.listdir(self.folder.name) if "html" in name])


if __name__ == "__main__":
    unittest.main()
