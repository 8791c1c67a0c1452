"""Agreement between the branches of a task, against an oracle of its own: exact areas by rationals, masks pixel by pixel,
distances by brute force, matching as the header words it. ROUNDS and SEED in the environment; the seed is printed."""

import json
import math
import os
import random
import tempfile
import unittest
from fractions import Fraction

import annoproj

from label_arrays import LabelArrays

FLOW = json.dumps({"start": "many", "stages": [
    {"key": "many", "type": "CONSENSUS_ANNOTATION", "edges": {"submit": "judge"}, "settings": {"annotators": 3}},
    {"key": "judge", "type": "CONSENSUS_REVIEW", "edges": {"approve": "complete", "reject": "many"}},
    {"key": "complete", "type": "DONE"}]})
SHAPES = ["bounding_box", "rotatable_bounding_box", "polygon", "polyline", "point", "bitmask", "skeleton", "cuboid_2d", "cuboid",
          "segmentation", "circle", "ellipse"]
DISTANCES = ("polyline", "point", "skeleton")       # what is measured by distances
MISSING = 5
ONTOLOGY = json.dumps({
    "objects": [{"id": str(i + 1), "name": shape, "color": "#D33115", "shape": shape, "featureNodeHash": "shape%03d" % i}
                for i, shape in enumerate(SHAPES)],
    "classifications": [{"id": "9", "featureNodeHash": "weather0", "attributes": [
        {"id": "9.1", "name": "Weather", "type": "radio", "featureNodeHash": "weather1", "required": False, "dynamic": False,
         "options": [{"id": "9.1.1", "label": "Sun", "value": "sun", "featureNodeHash": "weather2"},
                     {"id": "9.1.2", "label": "Rain", "value": "rain", "featureNodeHash": "weather3"}]}]}]})
WIDTH, HEIGHT, FRAMES = 40, 30, 3


# ---- areas, exactly ----

def edges_of(rings):
    for ring in rings:
        points = [(Fraction(x), Fraction(y)) for x, y in ring]
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1]):
            if y0 != y1:
                yield (x0, y0, x1, y1, 1) if y0 < y1 else (x1, y1, x0, y0, -1)


def x_at(edge, y):
    x0, y0, x1, y1, _ = edge
    return x0 + (x1 - x0) * (y - y0) / (y1 - y0)


def areas(first, second):
    """Areas of two regions and of what they share, by the nonzero rule."""
    edges = [(edge, 0) for edge in edges_of(first)] + [(edge, 1) for edge in edges_of(second)]
    heights = {y for edge, _ in edges for y in (edge[1], edge[3])}
    for i, (a, _) in enumerate(edges):
        for b, _ in edges[:i]:
            low, high = max(a[1], b[1]), min(a[3], b[3])
            if low < high:
                below, above = x_at(a, low) - x_at(b, low), x_at(a, high) - x_at(b, high)
                if below * above < 0:
                    heights.add(low + (high - low) * below / (below - above))
    heights = sorted(heights)
    sums = [Fraction(0)] * 3
    for low, high in zip(heights, heights[1:]):
        middle = (low + high) / 2
        active = sorted((x_at(edge, middle), edge[4], of) for edge, of in edges if edge[1] <= low and edge[3] >= high)
        winding = [0, 0]
        for (x, turn, of), (following, _, _) in zip(active, active[1:]):
            winding[of] += turn
            area = (following - x) * (high - low)
            for k, inside in enumerate((winding[0], winding[1], winding[0] and winding[1])):
                sums[k] += area if inside else 0
    return sums


def over_union(first, second, shared, same):
    together = first + second - shared
    return float(shared / together) if together > 0 else float(same)


def turned(box):
    x, y, w, h, theta = box
    c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    corners = [(-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2)]
    return [[(x + w / 2 + u * c - v * s, y + h / 2 + u * s + v * c) for u, v in corners]]


def round_corners(shape, value):
    """A polygon of 64 corners with the area of the ellipse; the first lies on the first half-axis."""
    x, y, a, b, theta = value
    b = a * b if shape == "circle" else b
    c, s = math.cos(math.radians(theta)), math.sin(math.radians(theta))
    wider = math.sqrt(math.pi / (32 * math.sin(math.pi / 32)))
    around = [(wider * a * math.cos(math.pi * i / 32), wider * b * math.sin(math.pi * i / 32)) for i in range(64)]
    return [(x + u * c - v * s, y + u * s + v * c) for u, v in around]


def ring_area(ring):
    return sum(p[0] * q[1] - q[0] * p[1] for p, q in zip(ring, ring[1:] + ring[:1])) / 2


def shared_area(first, second):
    """Of two convex rings that run the same way: the first cut off along each edge of the second."""
    for (x0, y0), (x1, y1) in zip(second, second[1:] + second[:1]):
        side = [(x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) for x, y in first]
        left = []
        for i, (p, q) in enumerate(zip(first, first[1:] + first[:1])):
            here, there = side[i], side[(i + 1) % len(side)]
            left += [p] if here >= 0 else []
            if here * there < 0:
                t = here / (here - there)
                left.append((p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])))
        first = left
        if not first:
            return 0
    return ring_area(first)


def pixels(mask):
    on, at, value = set(), 0, False
    for run in mask[2:]:
        if value:
            on.update(range(at, at + run))
        at, value = at + run, not value
    return on


def to_segment(p, a, b):
    """In the plane or in space."""
    length = math.dist(a, b) ** 2
    t = 0 if length == 0 else max(0, min(1, sum((p[i] - a[i]) * (b[i] - a[i]) for i in range(len(p))) / length))
    return math.dist(p, [a[i] + t * (b[i] - a[i]) for i in range(len(p))])


def apart(a, b, line):
    def reach(points, other):
        pieces = list(zip(other, other[1:])) if line and len(other) > 1 else [(p, p) for p in other]
        return max(min(to_segment(p, *piece) for piece in pieces) for p in points)
    return max(reach(a, b), reach(b, a))


def likeness(shape, a, b, overlap, distance, scene_distance):
    """(score, measured), 0 when they are not the same; None when rounding decides."""
    if shape in DISTANCES:
        if shape != "skeleton" and len(a[0]) != len(b[0]):
            return 0
        d = between_vertices(a, b) if shape == "skeleton" else apart(a, b, shape == "polyline")
        most = distance * math.hypot(WIDTH, HEIGHT) if shape == "skeleton" or len(a[0]) == 2 else scene_distance
        return None if abs(d - most) < 1e-9 else 0 if d > most else 1 - d / (2 * most)
    if shape == "bitmask":
        p, q = pixels(a), pixels(b)
        score = over_union(len(p), len(q), len(p & q), a == b)
    elif shape == "segmentation":
        p, q = selected(a), selected(b)
        score = over_union(len(p), len(q), len(p & q), a == b)
    elif shape == "cuboid_2d":
        score = min(over_union(*areas([x], [y]), x == y) for x, y in zip(faces(a), faces(b)))
    elif shape == "cuboid":
        base = areas(*(turned([v[0] - v[6] / 2, v[1] - v[7] / 2, v[6], v[7], math.degrees(v[5])]) for v in (a, b)))
        height = min(a[2] + a[8] / 2, b[2] + b[8] / 2) - max(a[2] - a[8] / 2, b[2] - b[8] / 2)
        score = over_union(a[6] * a[7] * a[8], b[6] * b[7] * b[8], float(base[2]) * max(0, height), a == b)
    elif shape in ("circle", "ellipse"):
        p, q = round_corners(shape, a), round_corners(shape, b)
        score = 1 if a == b else over_union(ring_area(p), ring_area(q), shared_area(p, q), False)
    elif shape == "bounding_box":
        rings = [[[(x, y), (x + w, y), (x + w, y + h), (x, y + h)]] for x, y, w, h in (a, b)]
        score = over_union(*areas(*rings), a == b)
    else:
        score = over_union(*areas(*((turned(a), turned(b)) if shape == "rotatable_bounding_box" else (a, b))), a == b)
    return None if abs(score - overlap) < 1e-9 and score != overlap else score if score >= overlap else 0


def between_vertices(a, b):
    """The greatest distance of two skeletons' vertices; infinite when one lacks a vertex of the other."""
    most, gone = 0.0, (0, 0, MISSING)
    for i in range(max(len(a), len(b))):
        p, q = (a[i] if i < len(a) else gone), (b[i] if i < len(b) else gone)
        if (p[2] == MISSING) != (q[2] == MISSING):
            return math.inf
        if p[2] != MISSING:
            most = max(most, math.hypot(p[0] - q[0], p[1] - q[1]))
    return most


def selected(runs):
    points, at = set(), 0
    for i, run in enumerate(runs):
        if i % 2:
            points.update(range(at, at + run))
        at += run
    return points


def faces(cuboid):
    """Front and back of a 2D cuboid."""
    front, back = cuboid
    if len(back) == 2:
        return front, [(x + back[0], y + back[1]) for x, y in front]
    return front, [(back[0] + back[2] * (x - back[0]), back[1] + back[2] * (y - back[1])) for x, y in front]


# ---- random labels ----

def random_shape(rng, shape, near, axes=2):
    """A shape, or one close to another, so that some are the same."""
    def move(value, by=2):
        return value + rng.randint(-by, by)
    if shape == "bounding_box":
        return [move(v, 1) if i < 2 else max(0, move(v, 1)) for i, v in enumerate(near)] if near else \
            [rng.randint(0, 20), rng.randint(0, 15), rng.randint(0, 12), rng.randint(0, 12)]
    if shape == "rotatable_bounding_box":
        return [move(near[0], 1), move(near[1], 1), near[2], near[3], near[4] + rng.choice([0, 3, -5])] if near else \
            [rng.randint(0, 20), rng.randint(0, 15), rng.randint(3, 12), rng.randint(3, 12), rng.randint(0, 359)]
    if shape in ("circle", "ellipse"):
        return [move(near[0], 1), move(near[1], 1), near[2], near[3], near[4] + rng.choice([0, 3, -5])] if near else \
            [rng.randint(0, 20), rng.randint(0, 15), rng.randint(1, 12), rng.choice([1, 0.5, 2, 5]), rng.randint(0, 359)]
    if shape == "polygon":
        if near:
            return [[(move(x, 1), move(y, 1)) for x, y in ring] for ring in near]
        ring = [(rng.randint(0, 25), rng.randint(0, 20)) for _ in range(rng.randint(3, 8))]
        if rng.random() < 0.3:      # a frame: a square with a hole, or with another square in it
            hole = [(6, 6), (6, 10), (10, 10), (10, 6)]
            return [[(2, 2), (20, 2), (20, 18), (2, 18)], hole if rng.random() < 0.5 else hole[::-1]]
        return [ring]
    if shape == "bitmask":
        if near:
            runs = list(near[2:])
            if runs[-1] > 3:
                runs[-1] -= 2
                runs[0] += 2
            return [WIDTH, HEIGHT] + runs
        left, runs = WIDTH * HEIGHT, []
        while left:
            runs.append(min(left, rng.randint(1 if runs else 0, 300)))
            left -= runs[-1]
        return [WIDTH, HEIGHT] + runs
    if shape == "segmentation":
        if near:
            return [near[0] + rng.choice([0, 1, 5])] + near[1:]
        return [rng.randint(0, 9), rng.randint(1, 40)] + [rng.randint(1, 20) for _ in range(rng.randint(0, 5))]
    if shape == "skeleton":
        if near:
            return [(x + rng.choice([0, 0.25]), y, v) for x, y, v in near]
        return [(rng.randint(0, 39), rng.randint(0, 29), rng.choice([0, 1, 2, 3, 4, 1, 1, MISSING])) for _ in range(rng.randint(2, 4))]
    if shape == "cuboid_2d":
        if near:
            return [(x + rng.choice([0, 0.5]), y) for x, y in near[0]], near[1]
        x, y, w, h = rng.randint(0, 15), rng.randint(0, 15), rng.randint(3, 12), rng.randint(3, 12)
        return ([(x, y), (x + w, y), (x + w, y + h), (x, y + h)],
                rng.choice([(3, -4), (30, 20, 0.5), (10, 10, 0.25), (1, 2, 0.0)]))
    if shape == "cuboid":
        if near:
            return [near[0] + rng.choice([0, 0.5])] + near[1:5] + [near[5] + rng.choice([0, 0.125])] + near[6:]
        return [rng.randint(-9, 9) for _ in range(3)] + [0, 0, rng.choice([0, 0.5, -1, 3])] + [rng.randint(2, 9) for _ in range(3)]
    if near:
        return [(x + rng.choice([0, 0.25, 0.5]), *rest) for x, *rest in near]
    count = 1 if shape == "point" else rng.randint(2, 5)
    return [(rng.randint(0, 39), rng.randint(0, 29), *(rng.randint(-9, 9) for _ in range(axes - 2))) for _ in range(count)]


def parts_of(shape, value):
    if shape == "polygon":
        return [[v for point in ring for v in point] for ring in value]
    if shape in DISTANCES:
        return [[v for point in value for v in point]]
    if shape == "cuboid_2d":
        return [[v for point in value[0] for v in point], list(value[1])]
    return [list(value)]


class Labels(LabelArrays):
    def __init__(self):
        super().__init__()
        self.with_z = LabelArrays()     # of a scene; written behind the others

    def add_object(self, number, shape, frames):
        self.add(number, {frame: parts_of(shape, value) for frame, value in frames.items()})

    def write(self, task, **options):
        super().write(task, **options)
        if self.with_z.arrays["classes"]:
            self.with_z.write(task, unit=annoproj.Unit.SCENE, **options)

    def add_classification(self, number, attribute, option, frames):
        self.add(number, ranges=[(frame, frame) for frame in frames], answers=[(attribute, {"option": option})])


def random_branch(rng, features, near):
    """Objects {shape: [{frame: value}]} and a classification {frame: option}, with the arrays that write them."""
    objects, labels = {}, Labels()
    for shape in SHAPES:
        flat, with_z = [], []
        for i in range(rng.randint(0, 3)):
            model = near[shape][i] if near and i < len(near[shape]) and rng.random() < 0.8 else {}
            axes = 2 if shape not in ("point", "polyline") else len(next(iter(model.values()))[0]) if model else rng.choice([2, 3])
            frames = {f: random_shape(rng, shape, model.get(f), axes) for f in range(FRAMES) if rng.random() < 0.7}
            if frames and axes == 3:
                with_z.append(frames)
                labels.with_z.add(features[shape], {frame: parts_of(shape, value) for frame, value in frames.items()})
            elif frames:
                flat.append(frames)
                labels.add_object(features[shape], shape, frames)
        objects[shape] = flat + with_z
    weather = {f: rng.choice(["Sun", "Rain"]) for f in range(FRAMES) if rng.random() < 0.6}
    for option in ("Sun", "Rain"):
        frames = [f for f in weather if weather[f] == option]
        if frames:
            labels.add_classification(features["class"], features["attribute"], features[option], frames)
    return objects, weather, labels


# ---- what the table must say ----

def compare_objects(shape, a, b, *rule):
    """Items, other items, matched, sum of overlaps; None when rounding decides."""
    matched, total = 0, 0.0
    for frame in range(FRAMES):
        here = [label[frame] for label in a if frame in label]
        there = [label[frame] for label in b if frame in label]
        scores = []
        for i, p in enumerate(here):
            for k, q in enumerate(there):
                score = likeness(shape, p, q, *rule)
                if score is None:
                    return None
                scores.append((-score, i, k))
        scores = sorted(score for score in scores if score[0] < 0)
        if any(x[0] != y[0] and abs(x[0] - y[0]) < 1e-9 for x, y in zip(scores, scores[1:])):
            return None
        left, right = set(), set()
        for score, i, k in scores:
            if i not in left and k not in right:
                left.add(i)
                right.add(k)
                matched += 1
                total += 0 if shape in DISTANCES else -score
    return [sum(map(len, a)), sum(map(len, b)), matched, total]


def expected_rows(features, branches, ids, *rule):
    pairs = [(0, 1), (0, 2), (1, 2)]
    whole, rows = [[0, 0, 0, 0.0, 0] for _ in range(4)], []
    for name in SHAPES + ["weather"]:
        if name == "weather" and not any(weather for _, weather, _ in branches):
            continue
        if name != "weather" and not any(objects[name] for objects, _, _ in branches):
            continue
        sums = [0, 0, 0, 0.0, 0]
        for at, (i, k) in enumerate(pairs):
            if name == "weather":
                a, b = branches[i][1], branches[k][1]
                row = [len(a), len(b), sum(a[f] == b.get(f) for f in a), 0.0]
            else:
                row = compare_objects(name, branches[i][0][name], branches[k][0][name], *rule)
            if row is None:
                return None
            row.append(row[2] if name not in ("weather",) + DISTANCES else 0)
            rows.append((features["class" if name == "weather" else name], ids[i], ids[k], row))
            for total in (sums, whole[at], whole[3]):
                for n, value in enumerate(row):
                    total[n] += value
        rows.append((features["class" if name == "weather" else name], None, None, sums))
    return rows + [(None, ids[i], ids[k], whole[at]) for at, (i, k) in enumerate(pairs)] + [(None, None, None, whole[3])]


class Agreement(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.store = annoproj.create(os.path.join(self.folder.name, "a.annoproj"), relaxed_durability=True)
        self.host = self.store.session_open(0)
        ontology = self.host.ontology_create("Shapes", ONTOLOGY)
        names = {row["name"]: row["feature"] for row in self.host.ontology_features(ontology).to_pylist()}
        hashes = {row["feature_hash"]: row["feature"] for row in self.host.ontology_features(ontology).to_pylist()}
        self.features = {shape: names[shape] for shape in SHAPES}
        self.features.update({"class": hashes["weather0"], "attribute": hashes["weather1"], "Sun": hashes["weather2"],
                              "Rain": hashes["weather3"]})
        self.dataset = self.host.dataset_create("Videos")
        self.project = self.host.project_create("P", ontology, FLOW)
        self.project.attach_dataset(self.dataset)

    def tearDown(self):
        self.store.close()
        self.folder.cleanup()

    def branches(self):
        """A new data unit: its task, and the ids of its branches."""
        self.host.data_units_add(self.dataset, titles=["v"], data_types=[annoproj.DataType.SCENE], widths=[WIDTH],
                                 heights=[HEIGHT], frames=[FRAMES], fps=[25.0])
        rows = [row for row in self.project.task_list(reverse=True, sort=annoproj.TaskSort.ENTERED, limit=3).to_pylist()]
        ids = sorted(row["task"] for row in rows)
        return self.project.task_open(rows[0]["parent"]), ids

    def test_against_the_oracle(self):
        seed = int(os.environ.get("SEED", random.randrange(1 << 30)))
        rounds = int(os.environ.get("ROUNDS", 60))
        print("agreement: seed %d, %d rounds" % (seed, rounds))
        rng, compared, alike = random.Random(seed), 0, 0
        for _ in range(rounds):
            task, ids = self.branches()
            first = random_branch(rng, self.features, None)
            branches = [first] + [random_branch(rng, self.features, first[0]) for _ in range(2)]
            for branch, (_, _, labels) in zip(ids, branches):
                labels.write(self.project.task_open(branch))
            overlap, distance, scene_distance = rng.choice([(0.5, 0.01, 0.3), (0.75, 0.05, 0.6), (0.1, 0.02, 0)])
            expected = expected_rows(self.features, branches, ids, overlap, distance, scene_distance or 0.1)
            if expected is None:
                continue
            compared += 1
            table = task.consensus_agreement(overlap=overlap, distance=distance, scene_distance=scene_distance).to_pylist()
            self.assertEqual(len(table), len(expected))
            for row, (number, a, b, (items, other, matched, total, measured)) in zip(table, expected):
                place = "seed %d, class %s, %s and %s" % (seed, number, a, b)
                self.assertEqual((row["class"], row["branch"], row["other_branch"]), (number, a, b), place)
                self.assertEqual((row["items"], row["other_items"], row["matched"]), (items, other, matched), place)
                self.assertEqual(row["agreement"], 2 * matched / (items + other) if items + other else None, place)
                if measured:
                    self.assertAlmostEqual(row["overlap"], total / measured, 9, place)
                else:
                    self.assertIsNone(row["overlap"], place)
                alike += matched
        self.assertGreater(compared, rounds // 2)
        self.assertGreater(alike, compared)

    def test_what_nothing_compares_is_undefined(self):
        """Lesson of peers 36: no number where there is nothing to compare."""
        task, ids = self.branches()
        rows = task.consensus_agreement().to_pylist()
        self.assertEqual([row["class"] for row in rows], [None] * 4)
        self.assertEqual([row["agreement"] for row in rows], [None] * 4)
        labels = Labels()
        labels.add_object(self.features["bounding_box"], "bounding_box", {0: [1, 2, 3, 4]})
        labels.write(self.project.task_open(ids[0]))
        rows = task.consensus_agreement().to_pylist()
        self.assertEqual([row["agreement"] for row in rows[:4]], [0.0, 0.0, None, 0.0])
        with self.assertRaises(annoproj.StateError):
            self.project.task_open(ids[0]).consensus_agreement()
        for wrong in ({"overlap": 1.5}, {"overlap": -0.1}, {"distance": float("nan")}, {"scene_distance": -1.0}, {"scene_distance": float("inf")}):
            with self.assertRaises(annoproj.InvalidError):
                task.consensus_agreement(**wrong)

    def test_figures_by_hand(self):
        task, ids = self.branches()
        for branch, box, ring in ((ids[0], [0, 0, 10, 10], [(0, 0), (10, 0), (10, 10), (0, 10)]),
                                  (ids[1], [5, 0, 10, 10], [(0, 0), (10, 0), (0, 10)]),
                                  (ids[2], [0, 0, 10, 10], [(20, 20), (25, 20), (20, 25)])):
            labels = Labels()
            labels.add_object(self.features["bounding_box"], "bounding_box", {0: box})
            labels.add_object(self.features["polygon"], "polygon", {0: [ring]})
            labels.write(self.project.task_open(branch))
        def pairs(**options):
            rows = task.consensus_agreement(**options).to_pylist()
            return {(row["class"], row["branch"], row["other_branch"]): row for row in rows}
        box, polygon = self.features["bounding_box"], self.features["polygon"]
        rows = pairs(overlap=1 / 3)     # half a box moved away: 50 / 150
        self.assertEqual(rows[box, ids[0], ids[1]]["matched"], 1)
        self.assertAlmostEqual(rows[box, ids[0], ids[1]]["overlap"], 1 / 3, 12)
        self.assertEqual(rows[box, ids[0], ids[2]]["overlap"], 1.0)
        self.assertEqual(pairs()[box, ids[0], ids[1]]["matched"], 0)
        self.assertEqual(rows[polygon, ids[0], ids[1]]["overlap"], 0.5)
        self.assertEqual(rows[polygon, ids[1], ids[2]]["matched"], 0)
        self.assertEqual(rows[box, None, None]["agreement"], 1.0)
        self.assertEqual(rows[None, None, None]["agreement"], 2 * 4 / 12)


if __name__ == "__main__":
    unittest.main()
