package annoproj

// #include <stdlib.h>
// #include "annoproj.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// Error is what every failed call returns. Ask for its kind with errors.Is(err, ErrNotFound), for the rest with errors.As.
type Error struct {
	// Status says what a caller can do next.
	Status Status
	// Message is one line for a person: it names the value and the place and says what to do. Not to be parsed.
	Message string
	// Details are the keys and values that belong to the message: value, pointer, byte, sqlite_code and so on.
	Details []Detail

	cause error // the context's error, or what a callback returned
}

// Detail is one key and value of an Error.
type Detail struct {
	// Key names what the value is; a key may occur several times.
	Key string
	// Value is its text.
	Value string
}

// Error is the status and the message.
func (e *Error) Error() string {
	return "annoproj: " + e.Status.String() + ": " + e.Message
}

// Unwrap is the context's error when the context ended the call, or what the callback returned that ended it, else nil.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is hold for the sentinel of the error's status.
func (e *Error) Is(target error) bool {
	kind, ok := target.(sentinel)
	return ok && Status(kind) == e.Status
}

// Detail is the first detail with that key.
func (e *Error) Detail(key string) (string, bool) {
	for _, detail := range e.Details {
		if detail.Key == key {
			return detail.Value, true
		}
	}
	return "", false
}

// sentinel is a status as an error, for errors.Is.
type sentinel Status

func (s sentinel) Error() string {
	return "annoproj: " + strings.ToLower(strings.ReplaceAll(Status(s).String(), "_", " "))
}

// PanicError is the cause of an ErrCallback when a callback panicked.
type PanicError struct {
	// Value is what panic was given.
	Value any
	// Stack is the stack of the goroutine at that time.
	Stack []byte
}

// Error is the value that panic was given.
func (p *PanicError) Error() string { return fmt.Sprint("callback panicked: ", p.Value) }

// Unwrap is the value that panic was given when it is an error.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

func invalid(format string, arguments ...any) error {
	return &Error{Status: StatusInvalid, Message: fmt.Sprintf(format, arguments...)}
}

// newError is the error of a failed call. It frees the library's.
func newError(status C.annoproj_status, failure *C.annoproj_error) *Error {
	made := &Error{Status: Status(status)}
	if failure == nil {
		made.Message = "the library gave no message"
		return made
	}
	defer C.annoproj_error_free(failure)
	made.Message = C.GoString(C.annoproj_error_message(failure))
	for i := C.size_t(0); i < C.annoproj_error_detail_count(failure); i++ {
		made.Details = append(made.Details, Detail{
			Key:   C.GoString(C.annoproj_error_detail_key(failure, i)),
			Value: C.GoString(C.annoproj_error_detail_value(failure, i)),
		})
	}
	return made
}

// ended is the error of a call that its context ended before it began.
func ended(cause error) *Error {
	made := &Error{Status: StatusCancelled, Message: "the context was cancelled before the call", cause: cause}
	if errors.Is(cause, context.DeadlineExceeded) {
		made.Status, made.Message = StatusTimeout, "the context's deadline had passed before the call"
	}
	return made
}
