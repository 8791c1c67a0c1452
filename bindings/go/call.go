package annoproj

// #include <stdlib.h>
// #include "api_callbacks.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unsafe"
)

// CallOption says how one call is to be run, beyond its context.
type CallOption struct{ set func(*call) }

func (o CallOption) apply(call *call) {
	if o.set != nil {
		o.set(call)
	}
}

// WithRequestKey makes a change repeatable: a repeat with the same key (1 to 64 bytes) within 7 days changes nothing and gives
// the first result; it is ErrConflict when its arguments differ.
func WithRequestKey(key string) CallOption {
	return CallOption{func(call *call) { call.requestKey, call.hasKey = key, true }}
}

// WithProgress has a function told now and then how far a long call is; total is -1 when not known. It is called by the
// goroutine that makes the call. An error that it returns ends the call with ErrCallback, and is what the error wraps.
func WithProgress(progress func(done, total int64) error) CallOption {
	return CallOption{func(call *call) { call.progress = progress }}
}

// call is one call of the library: inputs are collected first, the first mistake among them is kept, then run makes the call.
type call struct {
	ctx        context.Context
	requestKey string
	hasKey     bool
	progress   func(done, total int64) error

	err     error
	memory  []unsafe.Pointer // C memory that lives as long as the call
	entered []*handle
	stop    <-chan struct{} // closed when the handle is being closed
	stopped bool            // that was what ended the call
	boxes   []*callbackBox
	kept    *callbackBox // the box of callbacks that a result may keep
}

func newCall(ctx context.Context) *call {
	if ctx == nil {
		ctx = context.Background()
	}
	return &call{ctx: ctx, err: versionError}
}

func (c *call) apply(options []CallOption) {
	for _, option := range options {
		option.apply(c)
	}
}

// end gives back what the call held.
func (c *call) end() {
	for _, h := range c.entered {
		h.leave()
	}
	for _, box := range c.boxes {
		box.free()
	}
	if c.kept != nil {
		c.kept.free()
	}
	for _, memory := range c.memory {
		C.free(memory)
	}
}

func (c *call) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// enter gives the C handle of an argument and holds it open until the call ends.
func (c *call) enter(h *handle, name string, nullable bool) unsafe.Pointer {
	if h == nil {
		if !nullable {
			c.fail(invalid("`%s` is nil", name))
		}
		return nil
	}
	pointer, stop, err := h.enter()
	if err != nil {
		c.fail(err)
		return nil
	}
	if stop != nil {
		c.stop = stop
	}
	c.entered = append(c.entered, h)
	return pointer
}

// callbacks is the box of this call's callbacks. It is freed with the call, unless a result keeps it.
func (c *call) callbacks() *callbackBox {
	if c.kept == nil {
		c.kept = newCallbackBox()
	}
	return c.kept
}

// keep hands the box to the handle that the call made.
func (c *call) keep() *callbackBox {
	box := c.kept
	c.kept = nil
	return box
}

// noLimit are the limits of a call whose context has none; collectLimits those of closing what was collected.
var (
	noLimit       = newLimits(-1)
	collectLimits = newLimits(1000000)
)

func newLimits(micros int64) *C.annoproj_call {
	limits := (*C.annoproj_call)(C.calloc(1, C.sizeof_annoproj_call))
	limits.size = C.sizeof_annoproj_call
	limits.timeout_us = C.int64_t(micros)
	return limits
}

// limits is the call's struct for C. A context without a deadline has no time limit.
func (c *call) limits() *C.annoproj_call {
	deadline, limited := c.ctx.Deadline()
	if !limited && c.ctx.Done() == nil && c.stop == nil && !c.hasKey && c.progress == nil {
		return noLimit
	}
	limits := (*C.annoproj_call)(c.alloc(C.sizeof_annoproj_call))
	limits.size = C.sizeof_annoproj_call
	limits.timeout_us = -1
	if limited {
		limits.timeout_us = 1
		if left := time.Until(deadline).Microseconds(); left > 1 {
			limits.timeout_us = C.int64_t(left)
		}
	}
	if c.hasKey {
		limits.request_key = c.requiredText("request_key", c.requestKey)
	}
	if c.progress != nil {
		box := newCallbackBox()
		c.boxes = append(c.boxes, box)
		box.functions["annoproj_progress_fn"] = c.progress
		limits.progress = (C.annoproj_progress_fn)(C.annoprojGoTrampolineProgressFn)
		limits.user_data = box.userData()
	}
	return limits
}

// watch triggers a cancel, made for this one call, when the context ends or the handle is closed. The function it returns must be called after the
// call: it waits for the watching goroutine, so that a late one never meets anything but a cancel that nobody uses.
func (c *call) watch(limits *C.annoproj_call) (func(), error) {
	if c.ctx.Done() == nil && c.stop == nil {
		return func() {}, nil
	}
	var cancel *C.annoproj_cancel
	var failure *C.annoproj_error
	if status := C.annoproj_cancel_new(&cancel, &failure); status < 0 {
		return nil, newError(status, failure)
	}
	limits.cancel = cancel
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-c.ctx.Done():
		case <-c.stop:
			c.stopped = true
		case <-done:
			return
		}
		C.annoproj_cancel_trigger(cancel, nil)
	}()
	return func() {
		close(done)
		<-gone
		C.annoproj_cancel_free(cancel)
	}, nil
}

// run makes the call. A call that finished before its context ended has its own result.
func (c *call) run(function func(limits *C.annoproj_call, failure **C.annoproj_error) C.annoproj_status) (C.annoproj_status, error) {
	if c.err != nil {
		return 0, c.err
	}
	if err := c.ctx.Err(); err != nil {
		return 0, ended(err)
	}
	limits := c.limits()
	if c.err != nil {
		return 0, c.err
	}
	stop, err := c.watch(limits)
	if err != nil {
		return 0, err
	}
	var failure *C.annoproj_error
	status := function(limits, &failure)
	stop()
	if status < 0 {
		return status, c.failed(newError(status, failure))
	}
	return status, nil
}

// failed adds to an error what ended the call: its context, or a callback.
func (c *call) failed(err *Error) error {
	switch err.Status {
	case StatusCancelled, StatusTimeout, StatusBusy:
		err.cause = c.contextError()
		if err.Status == StatusCancelled && err.cause == nil && c.stopped {
			err.Status, err.Message = StatusState, "the handle was closed meanwhile"
		}
		if err.Status == StatusCancelled && errors.Is(err.cause, context.DeadlineExceeded) {
			err.Status, err.Message = StatusTimeout, "the context's deadline has passed"
		}
	case StatusCallback:
		err.cause = c.callbackError()
	}
	return err
}

func (c *call) contextError() error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	if deadline, limited := c.ctx.Deadline(); limited && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return nil
}

func (c *call) callbackError() error {
	boxes := c.boxes
	if c.kept != nil {
		boxes = append(boxes, c.kept)
	}
	for _, h := range c.entered {
		for h != nil {
			if h.box != nil {
				boxes = append(boxes, h.box)
			}
			if h.parent == nil {
				break
			}
			h = h.parent.state()
		}
	}
	for _, box := range boxes {
		if failure := box.taken(); failure != nil {
			return failure
		}
	}
	return nil
}

// wait waits until other calls on a handle have ended (nil = there are none).
func (c *call) wait(idle <-chan struct{}, noun string) error {
	if idle == nil {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-c.ctx.Done():
		return &Error{Status: StatusBusy, Message: "calls on this " + noun + " are still running", cause: c.ctx.Err()}
	}
}

// versionError is set when the library that the program runs with is of another interface version than this package.
var versionError = checkVersion(int(C.annoproj_version_number()), C.ANNOPROJ_VERSION_MAJOR, C.ANNOPROJ_VERSION_MINOR)

// Before 1.0 every minor version may change the interface; from then on newer minor versions only add.
func checkVersion(number, major, minor int) error {
	foundMajor, foundMinor := number/1000000, number/1000%1000
	if foundMajor == major && (foundMinor == minor || major > 0 && foundMinor > minor) {
		return nil
	}
	return &Error{Status: StatusUnsupported, Message: fmt.Sprintf(
		"the library is libannoproj %d.%d, this package needs %d.%d: use the two of the same release",
		foundMajor, foundMinor, major, minor)}
}
