package annoproj

// #include "annoproj.h"
import "C"

import (
	"context"
	"unsafe"
)

// Stream gives what can be long as tables, each read when it is asked for. It holds no snapshot between calls.
// Safe for use by several goroutines at once.
type Stream[R any] struct {
	handle *handle
	decode func(*decoder) []R
}

func newStream[R any](pointer *C.annoproj_stream, decode func(*decoder) []R, parent holder, box *callbackBox) *Stream[R] {
	if pointer == nil {
		return nil
	}
	made := &Stream[R]{newHandle(unsafe.Pointer(pointer), "stream", parent, box, freeStream), decode}
	onCollect(made, made.handle)
	return made
}

func freeStream(pointer unsafe.Pointer) bool {
	C.annoproj_stream_close((*C.annoproj_stream)(pointer))
	return true
}

func (s *Stream[R]) state() *handle {
	if s == nil {
		return nil
	}
	return s.handle
}

// Close closes the stream. It never blocks: calls in flight finish, later ones are ErrInvalid.
// Closing again, or closing nil, does nothing.
func (s *Stream[R]) Close() error { return s.state().close() }

// Tables goes over what is left of the stream. A context that ends ends the loop.
func (s *Stream[R]) Tables(ctx context.Context, opts ...CallOption) *Pages[R] {
	return &Pages[R]{fetch: func() (*Table[R], bool, error) {
		table, err := s.Next(ctx, opts...)
		return table, table != nil, err
	}}
}

// Pages goes over the tables of a list or of a stream, as sql.Rows does over rows:
//
//	pages := project.TaskListPages(ctx)
//	defer pages.Close()
//	for pages.Next() {
//		rows, err := pages.Table().Rows()
//		...
//	}
//	err := pages.Err()
//
// With Go 1.23 and newer, All ranges over the rows. For one goroutine at a time.
type Pages[R any] struct {
	fetch func() (table *Table[R], more bool, err error)
	table *Table[R]
	ended bool
	err   error
}

// errNoPages is what a nil or zero Pages gives.
var errNoPages = invalid("pages come from a list or a stream: these are nil or zero")

// newPages goes over a list by the token of each page.
func newPages[R any](list func(page string) (*Table[R], error)) *Pages[R] {
	token := ""
	return &Pages[R]{fetch: func() (*Table[R], bool, error) {
		table, err := list(token)
		if err != nil {
			return nil, false, err
		}
		token = table.NextPage()
		return table, token != "", nil
	}}
}

// Next fetches the next table, and closes the one before. It is false after the last one, and when something went wrong: Err
// says which.
func (p *Pages[R]) Next() bool {
	if p == nil {
		return false
	}
	p.table.Close()
	p.table = nil
	if p.ended {
		return false
	}
	if p.fetch == nil {
		p.ended, p.err = true, errNoPages
		return false
	}
	var more bool
	p.table, more, p.err = p.fetch()
	p.ended = !more || p.err != nil
	return p.table != nil
}

// Table is the table that Next fetched. It is closed by the following Next.
func (p *Pages[R]) Table() *Table[R] {
	if p == nil {
		return nil
	}
	return p.table
}

// Err is what ended the loop, nil when it came to the end.
func (p *Pages[R]) Err() error {
	if p == nil {
		return errNoPages
	}
	return p.err
}

// Close ends the loop early; it may be called at any time, also again.
func (p *Pages[R]) Close() error {
	if p == nil {
		return nil
	}
	p.ended = true
	err := p.table.Close()
	p.table = nil
	return err
}
