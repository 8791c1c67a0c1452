package annoproj

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Null is a cell that may have no value. It is a value, not a pointer: rows can be copied and compared, decoding allocates
// nothing for it, and V is the zero value where there is none. It has the fields of database/sql.Null.
type Null[T any] struct {
	// V is the value, or the zero value when there is none.
	V T
	// Valid says whether there is one.
	Valid bool
}

// Get is the value, and whether there is one.
func (n Null[T]) Get() (T, bool) { return n.V, n.Valid }

// Or is the value, or another one when there is none.
func (n Null[T]) Or(other T) T {
	if n.Valid {
		return n.V
	}
	return other
}

// String is the value as fmt prints it, or "null".
func (n Null[T]) String() string {
	if n.Valid {
		return fmt.Sprint(n.V)
	}
	return "null"
}

// MarshalJSON writes the value, or null.
func (n Null[T]) MarshalJSON() ([]byte, error) {
	if n.Valid {
		return json.Marshal(n.V)
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads a value, or null.
func (n *Null[T]) UnmarshalJSON(data []byte) error {
	*n = Null[T]{}
	if bytes.Equal(bytes.TrimSpace(data), []byte("null")) {
		return nil
	}
	if err := json.Unmarshal(data, &n.V); err != nil {
		return err
	}
	n.Valid = true
	return nil
}
