"""Tables: typed columns, read without copying, or as Python's own values."""

import ctypes
import html
from typing import Any, Tuple

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
_LISTS = (_capi.ANNOPROJ_COLUMN_INT64_LIST, _capi.ANNOPROJ_COLUMN_DOUBLE_LIST)
_SHOWN = 20


class _Owner:
    """The table's memory. Views hold it too, so that closing the table never takes memory from under one."""

    def __init__(self, pointer):
        self.pointer = pointer

    def __del__(self):
        _capi.annoproj_table_free(self.pointer)


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

    def _texts(self, offsets, data):
        data = bytes(data)
        return [data[offsets[index] : offsets[index + 1]].decode("utf-8") for index in range(len(offsets) - 1)]

    def values(self):
        """A list with a Python value for each row, None where there is none."""
        kind, length = self.type, self.length
        if kind in (_capi.ANNOPROJ_COLUMN_INT64, _capi.ANNOPROJ_COLUMN_DOUBLE):
            values = self.data[:length].tolist()
        elif kind == _capi.ANNOPROJ_COLUMN_TIMESTAMP_US:
            valid = self._valid()
            return [
                _convert.moment(value) if valid is None or valid[index] else None
                for index, value in enumerate(self.data[:length])
            ]
        elif kind == _capi.ANNOPROJ_COLUMN_BOOL:
            values = [bool(self.data[index >> 3] >> (index & 7) & 1) for index in range(length)]
        elif kind == _capi.ANNOPROJ_COLUMN_DICTIONARY:
            entries = self._texts(self.dictionary_offsets, self.dictionary_data) if self.dictionary_offsets else []
            valid = self._valid()
            return [entries[value] if valid is None or valid[index] else None for index, value in enumerate(self.data)]
        elif self.offsets is None:
            values = []
        elif kind == _capi.ANNOPROJ_COLUMN_UTF8:
            values = self._texts(self.offsets, self.data)
        elif kind == _capi.ANNOPROJ_COLUMN_BINARY:
            values = [bytes(self.data[self.offsets[index] : self.offsets[index + 1]]) for index in range(length)]
        else:
            elements = (
                self.data.tolist()
                if kind in _LISTS
                else self._texts(self.dictionary_offsets or [0], self.dictionary_data or b"")
            )
            values = [elements[self.offsets[index] : self.offsets[index + 1]] for index in range(length)]
        valid = self._valid()
        if valid is not None:
            values = [value if valid[index] else None for index, value in enumerate(values)]
        return values

    def _valid(self):
        if self.validity is None:
            return None
        return [self.validity[index >> 3] >> (index & 7) & 1 for index in range(self.length)]


class TableBase(_arrow.Exporter, _runtime.Handle):
    """A table: len() and iteration give its rows."""

    FREE = _capi.annoproj_table_free
    ROW: Any = None  # the dataclass of its rows
    COLUMNS: Tuple[Tuple[str, str], ...] = ()  # the declared columns

    def __init__(self, pointer, parent=None, keep=()):
        super().__init__(pointer, parent, keep)
        self._owner = _Owner(pointer)
        self._rows = None

    def close(self):
        """Closes the table. Views of its columns stay valid; the memory goes with the last of them."""
        if self._begin_close() is None:
            return
        with self._changed:
            self._end_close(True)
        self._owner = None
        self._rows = None

    def __del__(self):
        self._pointer = None  # the owner frees it

    def _open_owner(self):
        owner = self._owner
        if owner is None:
            raise _errors.make(_capi.ANNOPROJ_INVALID, "this table is closed")
        return owner

    @property
    def column_names(self):
        """Keys of the columns, in order."""
        return [self.column_name(index) for index in range(self.column_count())]

    def column_info(self, column):
        """A Column: the buffers of a column, by key or index."""
        index = column
        if isinstance(column, str):
            index = self.column_index(column)
            if index < 0:
                raise KeyError(column)
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
        names = list(columns)
        return [dict(zip(names, values)) for values in zip(*columns.values())]

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
        """A pandas DataFrame; times are UTC."""
        import pandas  # type: ignore[import-untyped,import-not-found,unused-ignore]

        plain = {
            _capi.ANNOPROJ_COLUMN_INT64: "int64",
            _capi.ANNOPROJ_COLUMN_DOUBLE: "float64",
            _capi.ANNOPROJ_COLUMN_BOOL: "bool",
        }
        with_nulls = {
            _capi.ANNOPROJ_COLUMN_INT64: "Int64",
            _capi.ANNOPROJ_COLUMN_DOUBLE: "float64",
            _capi.ANNOPROJ_COLUMN_BOOL: "boolean",
        }
        frame = {}
        for index, name in enumerate(self.column_names):
            info = self.column_info(index)
            if info.type == _capi.ANNOPROJ_COLUMN_TIMESTAMP_US:
                frame[name] = pandas.Series(pandas.to_datetime(info.values(), utc=True))
            elif info.type == _capi.ANNOPROJ_COLUMN_DICTIONARY:
                frame[name] = pandas.Series(info.values(), dtype="category")
            else:
                kinds = with_nulls if info.null_count else plain
                frame[name] = pandas.Series(info.values(), dtype=kinds.get(info.type, "object"))
        return pandas.DataFrame(frame)

    def to_polars(self):
        """A polars DataFrame; times are UTC."""
        import polars  # type: ignore[import-not-found,unused-ignore]

        types = {
            _capi.ANNOPROJ_COLUMN_INT64: polars.Int64,
            _capi.ANNOPROJ_COLUMN_DOUBLE: polars.Float64,
            _capi.ANNOPROJ_COLUMN_UTF8: polars.Utf8,
            _capi.ANNOPROJ_COLUMN_BOOL: polars.Boolean,
            _capi.ANNOPROJ_COLUMN_TIMESTAMP_US: polars.Datetime("us", "UTC"),
            _capi.ANNOPROJ_COLUMN_DICTIONARY: polars.Categorical,
            _capi.ANNOPROJ_COLUMN_BINARY: polars.Binary,
            _capi.ANNOPROJ_COLUMN_INT64_LIST: polars.List(polars.Int64),
            _capi.ANNOPROJ_COLUMN_DOUBLE_LIST: polars.List(polars.Float64),
            _capi.ANNOPROJ_COLUMN_UTF8_LIST: polars.List(polars.Utf8),
        }
        columns = [self.column_info(index) for index in range(self.column_count())]
        return polars.DataFrame(
            [polars.Series(column.name, column.values(), dtype=types[column.type]) for column in columns]
        )

    def _repr_html_(self):
        count = self.row_count()
        heads = [self.column_title(index) for index in range(self.column_count())]
        columns = [self.column_values(index)[:_SHOWN] for index in range(self.column_count())]
        lines = [
            "<table><thead><tr>",
            "".join("<th>%s</th>" % html.escape(head) for head in heads),
            "</tr></thead><tbody>",
        ]
        for values in zip(*columns):
            lines.append(
                "<tr>%s</tr>"
                % "".join("<td>%s</td>" % ("" if value is None else html.escape(str(value))) for value in values)
            )
        lines.append("</tbody></table>")
        lines.append(
            "<p>%d row%s%s</p>"
            % (count, "" if count == 1 else "s", ", the first %d shown" % _SHOWN if count > _SHOWN else "")
        )
        return "".join(lines)

    def __repr__(self):
        if self._pointer is None:
            return "<annoproj.%s closed>" % type(self).__name__
        return "<annoproj.%s with %d rows>" % (type(self).__name__, self.row_count())
