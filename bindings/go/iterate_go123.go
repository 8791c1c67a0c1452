//go:build go1.23

package annoproj

import (
	"context"
	"iter"
)

// All ranges over the rows. The error is not nil once, at the end, when something went wrong.
func (t *Table[R]) All() iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		rows, err := t.Rows()
		yieldRows(rows, err, yield)
	}
}

// All ranges over the rows of all tables that are left, each fetched when it is needed; a loop that breaks fetches no more.
// The error is not nil once, at the end, when something went wrong.
func (p *Pages[R]) All() iter.Seq2[R, error] {
	return func(yield func(R, error) bool) {
		defer p.Close()
		for p.Next() {
			rows, err := p.table.Rows()
			if !yieldRows(rows, err, yield) {
				return
			}
		}
		if err := p.Err(); err != nil {
			var none R
			yield(none, err)
		}
	}
}

// All ranges over the rows that are left of the stream, as Pages.All.
func (s *Stream[R]) All(ctx context.Context, opts ...CallOption) iter.Seq2[R, error] {
	return s.Tables(ctx, opts...).All()
}

// yieldRows is false when the loop is to end.
func yieldRows[R any](rows []R, err error, yield func(R, error) bool) bool {
	if err != nil {
		var none R
		yield(none, err)
		return false
	}
	for _, row := range rows {
		if !yield(row, nil) {
			return false
		}
	}
	return true
}
