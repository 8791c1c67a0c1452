"""Tables: typed columns, read without copying, or as Python's own values."""

import ctypes
import html
import json
from typing import Any, Callable, Dict, List, Tuple

from . import _arrow, _capi, _convert, _errors, _runtime

# Column type -> format of its data as memoryview knows it, bytes of one element.
_DATA = {
    _capi.ANNOPROJ_COLUMN_INT64: ("q", 8),
    _capi.ANNOPROJ_COLUMN_DOUBLE: ("d", 8),
    _capi.ANNOPROJ_COLUMN_UTF8: ("B", 1),
    _capi.ANNOPROJ_COLUMN_TIMESTAMP_US: ("q", 8),
    _capi.ANNOPROJ_COLUMN_BOOL: ("B", 1),
    _capi.ANNOPROJ_COLUMN_DICTIONARY: ("i", 4),
    _capi.ANNOPROJ_COLUMN_BINARY: ("B", 1),
    _capi.ANNOPROJ_COLUMN_INT64_LIST: ("q", 8),
    _capi.ANNOPROJ_COLUMN_DOUBLE_LIST: ("d", 8),
    _capi.ANNOPROJ_COLUMN_UTF8_LIST: ("B", 1),
}
_SHOWN = 20


class _Owner:
    """The table's memory. Views hold it too, so that closing the table never takes memory from under one."""

    FREE = _capi.annoproj_table_free  # at the end of the interpreter the module's names are gone before the last views

    def __init__(self, pointer):
        self.pointer = pointer

    def __del__(self):
        self.FREE(self.pointer)


def _view(owner, address, format_, size, count):
    """Memory of the table as a read-only memoryview that keeps it alive."""
    if not address or not count:
        return memoryview(b"").cast(format_)
    memory = (ctypes.c_char * (size * count)).from_address(address)
    memory._owner = owner
    return memoryview(memory).toreadonly().cast("B").cast(format_)


class Column:
    """One column with its buffers, which are laid out as Apache Arrow lays them out."""

    def __init__(self, owner, name, raw):
        self.name = name
        self.type = raw.type
        self.length = raw.length
        self.null_count = raw.null_count
        if raw.type not in _DATA:
            raise _errors.make(
                _capi.ANNOPROJ_UNSUPPORTED, "column %s has type %d, which this package does not know" % (name, raw.type)
            )
        format_, size = _DATA[raw.type]
        count = (raw.length + 7) // 8 if raw.type == _capi.ANNOPROJ_COLUMN_BOOL else raw.data_length
        if raw.type == _capi.ANNOPROJ_COLUMN_DICTIONARY:
            count = raw.length
        self.data = _view(owner, raw.data, format_, size, count)
        self.validity = _view(owner, raw.validity, "B", 1, (raw.length + 7) // 8) if raw.validity else None
        self.offsets = _view(owner, raw.offsets, "i", 4, raw.length + 1) if raw.offsets else None
        self.dictionary_offsets = None
        self.dictionary_data = None
        if raw.dictionary_offsets:
            self.dictionary_offsets = _view(owner, raw.dictionary_offsets, "i", 4, raw.dictionary_length + 1)
            end = self.dictionary_offsets[raw.dictionary_length]
            self.dictionary_data = _view(owner, raw.dictionary_data, "B", 1, end)

    def values(self):
        """A list with a Python value for each row, None where there is none."""
        if self.null_count == self.length:
            return [None] * self.length
        values = _VALUES[self.type](self)
        if self.validity is None:
            return values
        return [value if bit == "1" else None for value, bit in zip(values, _bits(self.validity, self.length))]

    def entries(self):
        """The texts of a dictionary column, by index."""
        return _texts(self.dictionary_offsets, self.dictionary_data) if self.dictionary_offsets else []

    def _numbers(self):
        return self.data[: self.length].tolist()

    def _times(self):
        """Times come many at once, so each is made once."""
        numbers = self._numbers()
        made = {number: _convert.moment(number) for number in set(numbers)}
        return [made[number] for number in numbers]

    def _bools(self):
        return [bit == "1" for bit in _bits(self.data, self.length)]

    def _dictionary(self):
        entries = self.entries()
        return [entries[index] for index in self._numbers()]

    def _utf8(self):
        return _texts(self.offsets, self.data)

    def _binary(self):
        return _slices(bytes(self.data), self.offsets)

    def _lists(self):
        return _slices(self.data.tolist(), self.offsets)

    def _text_lists(self):
        return _slices(_texts(self.dictionary_offsets, self.dictionary_data), self.offsets)


_VALUES = {
    _capi.ANNOPROJ_COLUMN_INT64: Column._numbers,
    _capi.ANNOPROJ_COLUMN_DOUBLE: Column._numbers,
    _capi.ANNOPROJ_COLUMN_UTF8: Column._utf8,
    _capi.ANNOPROJ_COLUMN_TIMESTAMP_US: Column._times,
    _capi.ANNOPROJ_COLUMN_BOOL: Column._bools,
    _capi.ANNOPROJ_COLUMN_DICTIONARY: Column._dictionary,
    _capi.ANNOPROJ_COLUMN_BINARY: Column._binary,
    _capi.ANNOPROJ_COLUMN_INT64_LIST: Column._lists,
    _capi.ANNOPROJ_COLUMN_DOUBLE_LIST: Column._lists,
    _capi.ANNOPROJ_COLUMN_UTF8_LIST: Column._text_lists,
}


def _bits(data, length):
    """Bits, least significant first, as a text of 0 and 1."""
    return format(int.from_bytes(data, "little"), "0%db" % (8 * len(data)))[::-1][:length]


def _slices(whole, offsets):
    places = offsets.tolist()
    return [whole[start:end] for start, end in zip(places, places[1:])]


def _texts(offsets, data):
    """Where all is ASCII, places in bytes are places in the text."""
    try:
        return _slices(str(data, "ascii"), offsets)
    except UnicodeDecodeError:
        return [part.decode("utf-8") for part in _slices(bytes(data), offsets)]


_dict_makers: Dict[Tuple[str, ...], Callable[[Any], List[Dict[str, Any]]]] = {}


def _dicts(names):
    """A function from columns to a dict for each row. Written out for these names it takes two thirds of the time of
    dict(zip(names, row)).
    """
    if names not in _dict_makers:
        places = ["value%d" % index for index in range(len(names))]
        pairs = ", ".join("%r: %s" % pair for pair in zip(names, places))
        source = "lambda columns: [{%s} for %s, in zip(*columns)]" % (pairs, ", ".join(places))
        _dict_makers[names] = eval(source, {"zip": zip})
    return _dict_makers[names]


_NUMERIC = (_capi.ANNOPROJ_COLUMN_INT64, _capi.ANNOPROJ_COLUMN_DOUBLE)
_ALIGN = ("left", "right")


def _shown(value):
    """A cell of a notebook."""
    if value is None:
        return ""
    return html.escape("%.4g" % value if isinstance(value, float) else str(value))


def _series(column, pandas):
    """A column as a pandas Series."""
    import numpy  # type: ignore[import-not-found,unused-ignore]

    kind, missing = column.type, None
    if column.validity is not None:
        bits = numpy.unpackbits(numpy.frombuffer(column.validity, "u1"), count=column.length, bitorder="little")
        missing = bits == 0
    if kind == _capi.ANNOPROJ_COLUMN_DOUBLE:
        data = numpy.frombuffer(column.data, "f8", column.length)
        return pandas.Series(data if missing is None else numpy.where(missing, numpy.nan, data), copy=False)
    if kind == _capi.ANNOPROJ_COLUMN_INT64:
        data = numpy.frombuffer(column.data, "i8", column.length)
        return pandas.Series(data if missing is None else pandas.arrays.IntegerArray(data.copy(), missing), copy=False)
    if kind == _capi.ANNOPROJ_COLUMN_BOOL:
        bits = numpy.unpackbits(numpy.frombuffer(column.data, "u1"), count=column.length, bitorder="little").astype(bool)
        return pandas.Series(bits if missing is None else pandas.arrays.BooleanArray(bits, missing))
    if kind == _capi.ANNOPROJ_COLUMN_TIMESTAMP_US:
        data = numpy.frombuffer(column.data, "M8[us]", column.length)
        if missing is not None:
            data = numpy.where(missing, numpy.datetime64("NaT", "us"), data)
        return pandas.Series(data, dtype="datetime64[us]", copy=False).dt.tz_localize("UTC")
    if kind == _capi.ANNOPROJ_COLUMN_DICTIONARY:
        codes = numpy.frombuffer(column.data, "i4", column.length)
        codes = codes if missing is None else numpy.where(missing, -1, codes)
        return pandas.Series(pandas.Categorical.from_codes(codes, column.entries()))
    return pandas.Series(column.values(), dtype="object")


class TableBase(_arrow.Exporter, _runtime.Handle):
    """A table: len() and iteration give its rows."""

    FREE = _capi.annoproj_table_free
    ROW: Any = None  # the dataclass of its rows
    COLUMNS: Tuple[Tuple[str, str], ...] = ()  # the declared columns

    def __init__(self, pointer, parent=None, keep=()):
        super().__init__(pointer, parent, keep)
        self._owner = _Owner(pointer)
        self._rows = None

    def _free(self, pointer):
        """Views of its columns stay valid; the memory goes with the last of them."""
        self._owner = None
        self._rows = None
        _arrow.sweep()

    def __del__(self):
        self._pointer = None  # the owner frees it

    def _open_owner(self):
        owner = self._owner
        if owner is None or self.closed:
            raise _errors.make(_capi.ANNOPROJ_INVALID, "this table is closed")
        return owner

    @property
    def column_names(self):
        """Keys of the columns, in order."""
        return [self.column_name(index) for index in range(self.column_count())]

    def column_info(self, column):
        """A Column: the buffers of a column, by key or index."""
        if isinstance(column, str):
            index = self.column_index(column)
            if index < 0:
                raise KeyError(column)
        else:
            index = _convert.integer(column, "column", "c_int32")
        owner = self._open_owner()
        raw = _capi.annoproj_column()
        raw.size = ctypes.sizeof(raw)
        call = _runtime.Call()
        call.run(
            _capi.annoproj_table_column,
            call.handle(self, TableBase, "table"),
            index,
            ctypes.byref(raw),
            call.error_pointer(),
        )
        return Column(owner, self.column_name(index), raw)

    def column(self, column):
        """The data of a column as a read-only memoryview, without copying: int64 and timestamps as 'q', doubles as
        'd', indexes of dictionary columns as 'i', bits of bool columns and the bytes of texts as 'B'. Elements without
        a value are undefined.
        """
        return self.column_info(column).data

    def column_values(self, column):
        """The values of a column as a list, None where there is none."""
        return self.column_info(column).values()

    def __len__(self):
        return self.row_count()

    def __bool__(self):
        return True

    def to_pydict(self):
        """Column key -> list of values."""
        return {name: self.column_values(index) for index, name in enumerate(self.column_names)}

    def to_pylist(self):
        """A dict for each row."""
        columns = self.to_pydict()
        return _dicts(tuple(columns))(columns.values())

    def rows(self):
        """The rows as instances of the table's row class, lists as tuples."""
        if self.ROW is None:
            raise _errors.make(
                _capi.ANNOPROJ_UNSUPPORTED,
                "row type %s is not known to this package; use to_pylist()" % self.row_type(),
            )
        columns = []
        for name, kind in self.COLUMNS:
            values = self.column_values(name)
            if kind.endswith("_list"):
                values = [None if value is None else tuple(value) for value in values]
            columns.append(values)
        row = self.ROW
        return [row(*values) for values in zip(*columns)]

    def __iter__(self):
        return iter(self._decoded())

    def __getitem__(self, index):
        return self._decoded()[index]

    def _decoded(self):
        """The rows, decoded once: a table never changes."""
        self._open_owner()
        if self._rows is None:
            self._rows = self.rows()
        return self._rows

    def __arrow_c_array__(self, requested_schema=None):
        return self.__arrow_c_schema__(), _arrow.capsule(b"arrow_array", self.arrow_array)

    def to_pandas(self):
        """A pandas DataFrame; times are UTC, dictionary columns categories, integers and bools with nulls Int64 and boolean.
        Columns of numbers share the table's memory.
        """
        import pandas  # type: ignore[import-untyped,import-not-found,unused-ignore]

        return pandas.DataFrame(
            {name: _series(self.column_info(index), pandas) for index, name in enumerate(self.column_names)}
        )

    def to_polars(self):
        """A polars DataFrame over the table's memory; times are UTC, dictionary columns categories. Needs polars 1.3."""
        import polars  # type: ignore[import-not-found,unused-ignore]

        return polars.DataFrame(self)

    def _repr_html_(self):
        """The first rows, and under them the picture of the table where it has one."""
        count = self.row_count()
        columns = [self.column_info(index) for index in range(self.column_count())]
        numeric = [column.type in _NUMERIC for column in columns]
        heads = "".join(
            '<th style="text-align: %s">%s</th>' % (_ALIGN[number], html.escape(self.column_title(index)))
            for index, number in enumerate(numeric)
        )
        rows = zip(*(column.values()[:_SHOWN] for column in columns))
        body = "".join(
            "<tr>%s</tr>"
            % "".join(
                '<td style="text-align: %s">%s</td>' % (_ALIGN[number], _shown(value))
                for number, value in zip(numeric, row)
            )
            for row in rows
        )
        shown = ", the first %d shown" % _SHOWN if count > _SHOWN else ""
        return '<table style="font-variant-numeric: tabular-nums"><thead><tr>%s</tr></thead><tbody>%s</tbody></table>' % (
            heads,
            body,
        ) + "<p>%d row%s%s</p>%s" % (count, "" if count == 1 else "s", shown, self._picture(self.svg) or "")

    def _repr_mimebundle_(self, include=None, exclude=None):
        """For notebooks: the table with its picture, and the picture alone as SVG and Vega-Lite."""
        bundle = {"text/plain": repr(self), "text/html": self._repr_html_()}
        specification = self._picture(self.vega_lite)
        if specification is not None:
            bundle["application/vnd.vegalite.v5+json"] = json.loads(specification)
            bundle["image/svg+xml"] = self._picture(self.svg)
        return {
            kind: content
            for kind, content in bundle.items()
            if (not include or kind in include) and (not exclude or kind not in exclude)
        }

    def _picture(self, draw):
        """None where the row type has no natural picture."""
        try:
            return draw()
        except _errors.CLASSES[_capi.ANNOPROJ_UNSUPPORTED]:
            return None

    def __repr__(self):
        if self.closed:
            return "<annoproj.%s closed>" % type(self).__name__
        return "<annoproj.%s with %d rows>" % (type(self).__name__, self.row_count())
