"""JSON that comes in, against Python's json with the rules it does not know (no key twice, no half of a surrogate pair,
no number that is no double): the same texts are taken and refused, whatever is done to them; and numbers of polygons
come out as they went in, digit by digit. TEST_SEED repeats a run."""

import decimal
import json
import os
import random
import tempfile
import unittest

import annoproj

SEED = int(os.environ.get("TEST_SEED") or random.SystemRandom().randrange(1 << 32))
WORKFLOW = json.dumps({"start": "a", "stages": [
    {"key": "a", "type": "ANNOTATION", "title": "A", "edges": {"submit": "z"}},
    {"key": "z", "type": "DONE", "title": "Z"}]})
TEXTS = ["", "a", "key", "b\u00e4r", "\\u0041", "\\ud83d\\ude00", "\U0001f602", "\\n", "\\\"", "a long text with some words in it", "/"]
WRONG = [b"\x00", b"\x1f", b"\x7f", b"\xc3", b"\xed\xa0\x80", b"\xf5", b"\"", b"\\", b"\\u", b"\\ud800", b",", b":", b"[", b"]", b"{",
         b"}", b".", b"-", b"+", b"0", b"7", b"e", b"E5", b"true", b"nul", b" ", b"\n", b"\t", b"\r", b"\x0b", b"\xc2\xa0", b"\xef\xbb\xbf"]


def unique(pairs):
    if len({key for key, value in pairs}) != len(pairs):
        raise ValueError("a key twice")
    return dict(pairs)


def finite(text):
    if float(text) in (float("inf"), float("-inf")):
        raise ValueError("no double")
    return decimal.Decimal(text)


def refused(text):
    raise ValueError(text)


def is_sound(data):
    """Whether the rules take it."""
    try:
        read = json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_float=finite, parse_constant=refused)
        json.dumps(read, ensure_ascii=False, default=str).encode("utf-8")  # fails for a half of a pair
    except ValueError:
        return False
    return True


class Texts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        print("TEST_SEED=%d" % SEED)
        cls.random = random.Random(SEED)
        cls.folder = tempfile.TemporaryDirectory()
        cls.store = annoproj.create(os.path.join(cls.folder.name, "json.annoproj"), relaxed_durability=True)
        cls.host = cls.store.session_open(0)
        cls.path = os.path.join(cls.folder.name, "in.json")

    @classmethod
    def tearDownClass(cls):
        cls.host.close()
        cls.store.close()
        cls.folder.cleanup()

    def number(self):
        draw = self.random.randrange
        text = ("-" if draw(5) == 0 else "") + str(draw(10 ** draw(1, 12)))
        if draw(3):
            text += "." + "".join(str(draw(10)) for i in range(draw(1, 4) if draw(4) else draw(1, 20)))
        return text + ("e%d" % draw(-20, 20) if draw(15) == 0 else "")

    def space(self):
        return "".join(self.random.choice(" \n\r\t") for i in range(self.random.randrange(3))) if self.random.randrange(4) == 0 else ""

    def joined(self, parts):
        return (self.space() + ",").join(self.space() + part for part in parts) + self.space()

    def value(self, depth=0):
        draw = self.random.randrange
        kind = draw(8 if depth < 4 else 4)
        if kind == 0:
            return self.random.choice(["true", "false", "null"])
        if kind == 1:
            return '"%s"' % self.random.choice(TEXTS)
        if kind <= 3:
            return self.number()
        if kind == 4:  # numbers of one array: read many at a time
            return "[%s]" % self.joined([self.number() for i in range(draw(40))])
        if kind == 5:
            return "[%s]" % self.joined([self.value(depth + 1) for i in range(draw(5))])
        names = self.random.sample(TEXTS[:8], draw(6)) if draw(4) else ["a", "key", "c", "d%d" % draw(2)]
        members = [self.space() + '"%s"%s:%s' % (name, self.space(), self.value(depth + 1)) for name in names]
        if kind == 6:
            return "{%s}" % self.joined(members)
        return "[%s]" % self.joined(["{%s}" % self.joined(members)] * draw(1, 4))  # the same keys again

    def damaged(self, data):
        at = self.random.randrange(len(data) + 1)
        return data[:at] + self.random.choice(WRONG + [b""]) + data[at + self.random.randrange(2):]

    def takes(self, data):
        """Whether the library does. Every file lacks an id, so that nothing is ever stored."""
        if os.path.exists(self.path):
            os.unlink(self.path)  # a file that is written anew waits for the disk on some file systems
        with open(self.path, "wb") as file:
            file.write(data)
        with self.assertRaises(annoproj.DataError) as caught:
            self.host.ontology_import_coco("Classes", self.path)
        return "the JSON text" not in str(caught.exception)

    def test_verdicts(self):
        taken = 0
        for turn in range(1500):
            before, behind = self.random.choice([
                (b'{"categories":[{"x":', b"}]}"), (b'{"x":', b',"categories":[{}]}'),
                (b'{"categories":[{}],"annotations":[{"x":', b"}]}")])
            value = self.value().encode("utf-8")
            self.assertTrue(is_sound(value), value)
            for i in range(4):
                expected = is_sound(before + value + behind)
                taken += expected
                self.assertEqual(self.takes(before + value + behind), expected, value)
                value = self.damaged(value)
        self.assertGreater(taken, 1500)

    def coordinate(self):
        draw = self.random.randrange
        whole, digits = str(draw(10 ** draw(1, 5))), draw(18) if draw(3) == 0 else draw(4)
        return "%s.%s" % (whole, "".join(str(draw(10)) for i in range(digits))) if digits else whole

    def test_numbers(self):
        rings, annotations = [], []
        for i in range(400):
            rings.append([self.coordinate() for j in range(2 * self.random.randrange(3, 40))])
            annotations.append('{"id":%d,"image_id":1,"category_id":1,"segmentation":[[%s]]}' %
                               (i + 1, self.joined(rings[-1])))
        with open(self.path, "w", encoding="utf-8") as file:
            file.write('{"images":[{"id":1,"file_name":"a.jpg","width":9,"height":9}],"categories":[{"id":1,"name":"a"}],'
                       '"annotations":[%s]}' % ",".join(annotations))
        dataset = self.host.dataset_create("images")
        self.host.dataset_import_coco(dataset, self.path)
        parts = []
        with self.host.project_create("numbers", self.host.ontology_import_coco("classes", self.path), WORKFLOW) as project:
            project.attach_dataset(dataset)
            project.import_coco(self.path)
            project.export_coco(write=parts.append)
        written = json.loads(b"".join(parts), parse_float=decimal.Decimal, parse_int=decimal.Decimal)["annotations"]
        self.assertEqual(len(written), len(rings))
        for ring, annotation in zip(rings, written):
            given = [decimal.Decimal(text) for text in ring]
            if all(len(text.lstrip("0.").replace(".", "").rstrip("0")) <= 17 for text in ring):
                self.assertEqual(annotation["segmentation"], [given])
            else:  # more than 18 digits are a double
                self.assertEqual([float(value) for value in annotation["segmentation"][0]], [float(value) for value in given])


if __name__ == "__main__":
    unittest.main()
