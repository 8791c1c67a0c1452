package annoproj

// #include "annoproj.h"
import "C"

import (
	"time"
	"unsafe"
)

// Column is one column of a table: its buffers, laid out as Apache Arrow lays them out, without a copy. They belong to the
// table: use them inside the function that got the Column, and copy what is to stay.
type Column struct {
	// Name is the column's key.
	Name string
	// Type says which of the buffers there are.
	Type ColumnType
	// Length is the number of rows.
	Length int
	// NullCount is how many of them have no value.
	NullCount int
	// Validity has bit i set when row i has a value; nil = all have.
	Validity []byte
	// Int64s are the values of int64 and timestamp columns (microseconds), and the elements of int64 lists.
	Int64s []int64
	// Doubles are the values of double columns, and the elements of double lists.
	Doubles []float64
	// Bits are the values of bool columns, least significant bit first.
	Bits []byte
	// Indexes are the values of dictionary columns.
	Indexes []int32
	// Bytes are the bytes of all texts, and of binary columns.
	Bytes []byte
	// Offsets say where rows begin: row i of a text, binary or list column is [Offsets[i], Offsets[i+1]).
	Offsets []int32
	// DictionaryOffsets say where entries of a dictionary begin, and the elements of text lists.
	DictionaryOffsets []int32
	// DictionaryBytes are the bytes of all entries of a dictionary, and of the elements of text lists.
	DictionaryBytes []byte

	all     string   // Bytes as a string, made when a text is asked for
	entries []string // the same for the dictionary
}

func view[T any](data unsafe.Pointer, length int) []T {
	if data == nil || length == 0 {
		return nil
	}
	return unsafe.Slice((*T)(data), length)
}

func newColumn(name string, raw *C.annoproj_column) (*Column, error) {
	c := &Column{Name: name, Type: ColumnType(raw._type), Length: int(raw.length), NullCount: int(raw.null_count)}
	c.Validity = view[byte](unsafe.Pointer(raw.validity), (c.Length+7)/8)
	elements := int(raw.data_length)
	switch c.Type {
	case ColumnTypeInt64, ColumnTypeTimestampMicros:
		c.Int64s = view[int64](raw.data, c.Length)
	case ColumnTypeDouble:
		c.Doubles = view[float64](raw.data, c.Length)
	case ColumnTypeBool:
		c.Bits = view[byte](raw.data, (c.Length+7)/8)
	case ColumnTypeDictionary:
		c.Indexes = view[int32](raw.data, c.Length)
	case ColumnTypeUTF8, ColumnTypeBinary:
		c.Bytes = view[byte](raw.data, elements)
	case ColumnTypeInt64List:
		c.Int64s = view[int64](raw.data, elements)
	case ColumnTypeDoubleList:
		c.Doubles = view[float64](raw.data, elements)
	case ColumnTypeUTF8List:
	default:
		return nil, &Error{Status: StatusUnsupported, Message: "column " + name + " has the type " + c.Type.String()}
	}
	if raw.offsets != nil {
		c.Offsets = view[int32](unsafe.Pointer(raw.offsets), c.Length+1)
	}
	if raw.dictionary_offsets != nil {
		c.DictionaryOffsets = view[int32](unsafe.Pointer(raw.dictionary_offsets), int(raw.dictionary_length)+1)
		end := c.DictionaryOffsets[raw.dictionary_length]
		c.DictionaryBytes = view[byte](unsafe.Pointer(raw.dictionary_data), int(end))
	}
	return c, nil
}

// IsNull says whether a row has no value.
func (c *Column) IsNull(row int) bool {
	return c.Validity != nil && c.Validity[row>>3]>>(row&7)&1 == 0
}

func (c *Column) int64At(row int) int64 { return c.Int64s[row] }

func (c *Column) doubleAt(row int) float64 { return c.Doubles[row] }

func (c *Column) boolAt(row int) bool { return c.Bits[row>>3]>>(row&7)&1 == 1 }

func (c *Column) timeAt(row int) time.Time { return time.UnixMicro(c.Int64s[row]).UTC() }

// textAt shares the memory of one copy of all texts of the column.
func (c *Column) textAt(row int) string {
	if c.Type == ColumnTypeDictionary {
		return c.dictionary()[c.Indexes[row]]
	}
	if c.all == "" {
		c.all = string(c.Bytes)
	}
	return c.all[c.Offsets[row]:c.Offsets[row+1]]
}

func (c *Column) dictionary() []string {
	if c.entries == nil {
		all := string(c.DictionaryBytes)
		c.entries = make([]string, 0, len(c.DictionaryOffsets))
		for i := 0; i+1 < len(c.DictionaryOffsets); i++ {
			c.entries = append(c.entries, all[c.DictionaryOffsets[i]:c.DictionaryOffsets[i+1]])
		}
	}
	return c.entries
}

func (c *Column) bytesAt(row int) []byte { return part(c, c.Bytes, row) }

func (c *Column) int64sAt(row int) []int64 { return part(c, c.Int64s, row) }

func (c *Column) doublesAt(row int) []float64 { return part(c, c.Doubles, row) }

func (c *Column) textsAt(row int) []string { return part(c, c.dictionary(), row) }

// part is a copy of a row's elements; nil when it has no value.
func part[T any](c *Column, elements []T, row int) []T {
	if c.IsNull(row) {
		return nil
	}
	return append(make([]T, 0, c.Offsets[row+1]-c.Offsets[row]), elements[c.Offsets[row]:c.Offsets[row+1]]...)
}

// decoder makes rows of a table, column by column. It keeps the first thing that went wrong.
type decoder struct {
	table  *C.annoproj_table
	length int
	err    error
}

// column is a column by its key, which must have that type.
func (d *decoder) column(name string, kind ColumnType) *Column {
	if d.err != nil {
		return nil
	}
	var column *Column
	column, d.err = openColumn(d.table, name)
	if d.err == nil && column.Type != kind {
		d.err = &Error{Status: StatusUnsupported, Message: "column " + name + " has the type " + column.Type.String() + ", not " + kind.String()}
	}
	if d.err != nil {
		return nil
	}
	return column
}

func each[T any](d *decoder, name string, kind ColumnType, read func(*Column, int) T, set func(row int, value T)) {
	if column := d.column(name, kind); column != nil {
		for row := 0; row < d.length; row++ {
			set(row, read(column, row))
		}
	}
}

func eachNull[T any](d *decoder, name string, kind ColumnType, read func(*Column, int) T, set func(row int, value Null[T])) {
	if column := d.column(name, kind); column != nil {
		for row := 0; row < d.length; row++ {
			if !column.IsNull(row) {
				set(row, Null[T]{read(column, row), true})
			}
		}
	}
}
