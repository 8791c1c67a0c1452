"""Files and callbacks that ontologies come from; the reference product's own files go in and come out as they were."""

import io
import json
import os
import unittest

import annoproj
from test_label_rows import ONTOLOGY, Stores

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


if __name__ == "__main__":
    unittest.main()
