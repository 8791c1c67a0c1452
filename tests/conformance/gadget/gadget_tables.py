"""Tables, rows and columns, by way of a row type that has every column type."""

import array
import datetime
import gc
import importlib
import json
import unittest

import annoproj

UTC = datetime.timezone.utc


def parts(count, **options):
    gadget = annoproj.gadget_make(sizes=list(range(10, 10 + count)), **options).gadget
    return gadget.parts()


class Tables(unittest.TestCase):
    def test_row_class(self):
        row = list(parts(3, name="bolt"))[2]
        self.assertEqual(
            row,
            annoproj.GadgetRow(
                part=2,
                weight=None,
                name="bolt",
                mood="calm",
                made=datetime.datetime(1970, 1, 1, 0, 0, 0, 2, UTC),
                whole=True,
                class_=(10, 11, 12),
                halves=(5.0, 5.5, 6.0),
                words=("bolt", "bolt"),
                raw=b"\x02",
            ),
        )
        with self.assertRaises(AttributeError):
            row.part = 3

    def test_values_of_every_type(self):
        table = parts(5, name="ö", mood=annoproj.GadgetMood.LOUD)
        made = [None] + [
            datetime.datetime(1970, 1, 1, tzinfo=UTC) + datetime.timedelta(microseconds=n) for n in range(1, 5)
        ]
        expected = {
            "part": [0, 1, 2, 3, 4],
            "weight": [0.0, 0.25, None, 0.75, 1.0],
            "name": ["ö", None, "ö", None, "ö"],
            "mood": ["loud", "loud", "loud", None, "loud"],
            "made": made,
            "whole": [True, False, True, False, True],
            "class": [list(range(10, 11 + n)) for n in range(5)],
            "halves": [[size / 2 for size in range(10, 11 + n)] for n in range(5)],
            "words": [[], ["ö"], ["ö", "ö"], [], ["ö"]],
            "raw": [b"\0", None, b"\2", b"\3", b"\4"],
        }
        self.assertEqual(table.to_pydict(), expected)
        self.assertEqual(table.to_pylist(), [dict(zip(expected, cells)) for cells in zip(*expected.values())])

    def test_table_without_rows(self):
        table = parts(0)
        self.assertEqual((len(table), table.to_pylist(), list(table), bool(table)), (0, [], [], True))
        self.assertEqual(table.column("part").tolist(), [])
        self.assertEqual(list(table.to_pydict()), table.column_names)

    def test_columns_are_the_declared_ones(self):
        table = parts(1)
        self.assertIsInstance(table, annoproj.GadgetTable)
        self.assertEqual(table.row_type(), "gadget_row")
        self.assertEqual(table.column_names, [name for name, _ in annoproj.GadgetTable.COLUMNS])

    def test_column_is_memory_of_the_table(self):
        table = parts(1000)
        view = table.column("part")
        self.assertEqual((view.format, view.readonly, len(view)), ("q", True, 1000))
        self.assertEqual(table.column("weight").format, "d")
        self.assertEqual(table.column("mood").format, "i")
        gadget = annoproj.gadget_make().gadget
        first, second = gadget.sum(view, None, 0, "x"), gadget.sum(table.column(0), None, 0, "x")
        self.assertEqual(first.address, second.address)
        self.assertEqual(first.sum, 499500)

    def test_view_outlives_table(self):
        table = parts(1000)
        view, info = table.column("part"), table.column_info("class")
        table.close()
        with self.assertRaises(annoproj.InvalidError):
            table.column("part")
        with self.assertRaises(annoproj.InvalidError):
            list(table)
        del table
        gc.collect()
        self.assertEqual(sum(view), 499500)
        self.assertEqual(info.values()[1], [10, 11])

    def test_unknown_column(self):
        with self.assertRaises(KeyError):
            parts(1).column("nothing")
        with self.assertRaises(annoproj.InvalidError):
            parts(1).column(99)

    def test_html(self):
        text = parts(30, name="<b>")._repr_html_()
        self.assertIn(">Weight</th>", text)
        self.assertIn("&lt;b&gt;", text)
        self.assertNotIn("<b>", text)
        self.assertIn("30 rows, the first 20 shown", text)

    def test_csv_and_json(self):
        table = parts(2, name="bolt")
        self.assertTrue(table.csv().startswith("Part,Weight,Name,Mood,Made,Whole,Class,Halves,Words,Raw\r\n"))
        self.assertEqual(json.loads(table.json())[0]["class"], [10])

    def test_cells(self):
        table = parts(4, name="bolt")
        self.assertEqual((table.int64(3, 0), table.double(1, 1), table.text(0, 2)), (3, 0.25, "bolt"))
        self.assertTrue(table.is_null(1, 2))
        self.assertIsNone(table.next_page())


class Frames(unittest.TestCase):
    def setUp(self):
        self.table = parts(5, name="ö")
        self.expected = self.table.to_pydict()

    def test_pandas(self):
        pandas = self.need("pandas")
        for table in (self.table, parts(0)):
            self.assertEqual(table.to_pandas().shape, (len(table), 10))
        frame = self.table.to_pandas()
        self.assertEqual([str(frame[name].dtype) for name in ("part", "weight", "whole")], ["int64", "float64", "bool"])
        self.assertEqual(
            [None if pandas.isna(at) else at.to_pydatetime() for at in frame["made"]], self.expected["made"]
        )
        self.assertEqual(list(frame["halves"]), self.expected["halves"])

    def test_polars(self):
        self.need("polars")
        self.assertEqual(self.table.to_polars().to_dict(as_series=False), self.expected)
        self.assertEqual(parts(0).to_polars().shape, (0, 10))

    def need(self, name):
        try:
            return importlib.import_module(name)
        except ImportError:
            self.skipTest("%s is not here" % name)


class Arrays(unittest.TestCase):
    def setUp(self):
        self.gadget = annoproj.gadget_make().gadget

    def test_sequences(self):
        for numbers in ([1, 2, 3], (1, 2, 3), range(1, 4), array.array("i", [1, 2, 3]), {1: 0, 2: 0, 3: 0}.keys()):
            self.assertEqual(self.gadget.sum(numbers, None, 0, "x").sum, 6)
        self.assertEqual(self.gadget.sum([1, 2], [0.5, 2], 0, "x").sum, 4.5)

    def test_no_copy(self):
        numbers = array.array("q", [1, 2, 3])
        address, _ = numbers.buffer_info()
        for same in (
            numbers,
            memoryview(numbers),
            memoryview(numbers).toreadonly(),
            memoryview(bytes(numbers)).cast("q"),
        ):
            result = self.gadget.sum(same, None, 0, "x")
            self.assertEqual(result.sum, 6)
            if same is numbers or same.obj is numbers:
                self.assertEqual(result.address, address)
        numbers.append(4)  # a buffer that is still held could not grow

    def test_what_is_no_array(self):
        with self.assertRaises(TypeError):
            self.gadget.sum("12", None, 0, "x")
        with self.assertRaises(TypeError):
            self.gadget.sum([1.5], None, 0, "x")
        with self.assertRaises(OverflowError):
            self.gadget.sum([2**63], None, 0, "x")
        with self.assertRaisesRegex(ValueError, "factors has 1 elements, but numbers has 2"):
            self.gadget.sum([1, 2], [1.0], 0, "x")


if __name__ == "__main__":
    unittest.main()
