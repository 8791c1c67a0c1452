package annoproj

// #include <stdlib.h>
// #include "annoproj.h"
import "C"

import (
	"time"
	"unsafe"
)

// Table is an immutable table of typed columns; R is the struct of its rows. Its memory is the library's: it is freed by Close,
// or when the table is collected. Rows and One read a table and close it at once.
// Safe for use by several goroutines at once.
type Table[R any] struct {
	handle *handle
	decode func(*decoder) []R
}

func newTable[R any](pointer *C.annoproj_table, decode func(*decoder) []R) *Table[R] {
	if pointer == nil {
		return nil
	}
	made := &Table[R]{newHandle(unsafe.Pointer(pointer), "table", nil, nil, freeTable), decode}
	onCollect(made, made.handle)
	return made
}

func freeTable(pointer unsafe.Pointer) bool {
	C.annoproj_table_free((*C.annoproj_table)(pointer))
	return true
}

func (t *Table[R]) state() *handle {
	if t == nil {
		return nil
	}
	return t.handle
}

// Close frees the table. It never blocks: calls in flight finish, later ones are ErrInvalid.
// Closing again, or closing nil, does nothing.
func (t *Table[R]) Close() error { return t.state().close() }

// Len is the number of rows.
func (t *Table[R]) Len() int { return int(t.RowCount()) }

// ColumnNames are the keys of the columns, in order.
func (t *Table[R]) ColumnNames() []string {
	names := make([]string, t.ColumnCount())
	for i := range names {
		names[i] = t.ColumnName(int32(i))
	}
	return names
}

// read calls a function while the table is held open.
func (t *Table[R]) read(function func(table *C.annoproj_table) error) error {
	call := newCall(nil)
	defer call.end()
	table := (*C.annoproj_table)(call.enter(t.state(), "table", false))
	if call.err != nil {
		return call.err
	}
	return function(table)
}

// Rows are the table's rows. They stay valid after the table is closed.
func (t *Table[R]) Rows() ([]R, error) {
	var rows []R
	err := t.read(func(table *C.annoproj_table) error {
		d := &decoder{table: table, length: int(C.annoproj_table_row_count(table))}
		rows = t.decode(d)
		return d.err
	})
	if err != nil {
		return nil, err
	}
	return rows, nil
}

// WithColumn gives a function the buffers of a column, without a copy. They are valid until it returns, also when another
// goroutine closes the table meanwhile.
func (t *Table[R]) WithColumn(name string, function func(column *Column) error) error {
	return t.read(func(table *C.annoproj_table) error {
		column, err := openColumn(table, name)
		if err != nil {
			return err
		}
		return function(column)
	})
}

// Int64s is a copy of an int64 column; rows without a value are 0.
func (t *Table[R]) Int64s(name string) ([]int64, error) {
	return columnOf(t, name, (*Column).int64At, ColumnTypeInt64)
}

// Doubles is a copy of a double column; rows without a value are 0.
func (t *Table[R]) Doubles(name string) ([]float64, error) {
	return columnOf(t, name, (*Column).doubleAt, ColumnTypeDouble)
}

// Texts is a copy of a utf8 or dictionary column; rows without a value are "".
func (t *Table[R]) Texts(name string) ([]string, error) {
	return columnOf(t, name, (*Column).textAt, ColumnTypeUTF8, ColumnTypeDictionary)
}

// Times is a copy of a timestamp column; rows without a value are the zero time.
func (t *Table[R]) Times(name string) ([]time.Time, error) {
	return columnOf(t, name, (*Column).timeAt, ColumnTypeTimestampMicros)
}

// Bools is a copy of a bool column; rows without a value are false.
func (t *Table[R]) Bools(name string) ([]bool, error) {
	return columnOf(t, name, (*Column).boolAt, ColumnTypeBool)
}

func columnOf[R, T any](t *Table[R], name string, read func(*Column, int) T, kinds ...ColumnType) ([]T, error) {
	var values []T
	err := t.WithColumn(name, func(column *Column) error {
		for _, kind := range kinds {
			if column.Type == kind {
				values = make([]T, column.Length)
				for row := range values {
					if !column.IsNull(row) {
						values[row] = read(column, row)
					}
				}
				return nil
			}
		}
		return invalid("column %s has the type %s", name, column.Type)
	})
	return values, err
}

// openColumn is a column of a table that is held open.
func openColumn(table *C.annoproj_table, name string) (*Column, error) {
	cName := C.CString(name)
	defer C.free(unsafe.Pointer(cName))
	index := C.annoproj_table_column_index(table, cName)
	if index < 0 {
		return nil, &Error{Status: StatusNotFound, Message: "the table has no column " + name}
	}
	raw := (*C.annoproj_column)(C.calloc(1, C.sizeof_annoproj_column))
	defer C.free(unsafe.Pointer(raw))
	raw.size = C.sizeof_annoproj_column
	var failure *C.annoproj_error
	if status := C.annoproj_table_column(table, index, raw, &failure); status < 0 {
		return nil, newError(status, failure)
	}
	return newColumn(name, raw)
}

// Rows are the rows of a table that a call just returned, which it closes:
//
//	users, err := annoproj.Rows(session.UserList(ctx))
func Rows[R any](table *Table[R], err error) ([]R, error) {
	if err != nil || table == nil {
		return nil, err
	}
	defer table.Close()
	return table.Rows()
}

// One is the row of a table with one row that a call just returned, which it closes:
//
//	task, err := annoproj.One(handle.Get(ctx))
func One[R any](table *Table[R], err error) (R, error) {
	var none R
	rows, err := Rows(table, err)
	if err != nil {
		return none, err
	}
	if len(rows) != 1 {
		return none, invalid("the table has %d rows, not one", len(rows))
	}
	return rows[0], nil
}
