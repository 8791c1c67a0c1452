package annoproj

// #include "api_callbacks.h"
import "C"

import (
	"sync"
	"time"
	"unsafe"
)

// closeLimit is how long Close waits for calls in flight.
const closeLimit = 30 * time.Second

// handle is the inside of Store, Session, Table and so on: the C handle, and how many calls use it now. It is freed when it is
// closed (or collected) and the last of them has ended, so that no call ever has a pointer that means another object by then.
type handle struct {
	noun   string
	parent holder       // what it was made from lives as long as this
	box    *callbackBox // what the library may call while it is open
	free   func(unsafe.Pointer) bool

	mutex   sync.Mutex
	pointer unsafe.Pointer
	calls   int
	closed  bool
	closing chan struct{} // shut is at work; closed when it is done
	idle    chan struct{} // shut waits for it
	stop    chan struct{} // closed by shut: ends calls on this very handle. nil where closing does not wait
}

// holder is anything that has a handle.
type holder interface{ state() *handle }

func newHandle(pointer unsafe.Pointer, noun string, parent holder, box *callbackBox, free func(unsafe.Pointer) bool) *handle {
	return &handle{noun: noun, parent: parent, box: box, free: free, pointer: pointer}
}

// enter gives the C handle for one call, and what ends the call when the handle is closed; leave must follow.
func (h *handle) enter() (unsafe.Pointer, <-chan struct{}, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if h.closed {
		return nil, nil, invalid("this %s is closed", h.noun)
	}
	if h.closing != nil {
		return nil, nil, &Error{Status: StatusState, Message: "this " + h.noun + " is being closed"}
	}
	h.calls++
	return h.pointer, h.stop, nil
}

func (h *handle) leave() {
	h.mutex.Lock()
	h.calls--
	last := h.calls == 0
	if last && h.idle != nil {
		close(h.idle)
		h.idle = nil
	}
	var pointer unsafe.Pointer
	if last && h.closed {
		pointer = h.take()
	}
	h.mutex.Unlock()
	h.release(pointer)
}

// take is the pointer to be freed, once. With the mutex held.
func (h *handle) take() unsafe.Pointer {
	pointer := h.pointer
	h.pointer = nil
	return pointer
}

func (h *handle) release(pointer unsafe.Pointer) {
	if pointer != nil && h.free(pointer) && h.box != nil {
		h.box.free()
	}
}

// close refuses further calls; those in flight end as they would have.
func (h *handle) close() error {
	if h == nil {
		return nil
	}
	h.mutex.Lock()
	var pointer unsafe.Pointer
	if !h.closed && h.closing == nil {
		h.closed = true
		if h.calls == 0 {
			pointer = h.take()
		}
	}
	h.mutex.Unlock()
	h.release(pointer)
	return nil
}

// shut closes a handle whose closing may fail and then leaves it open. Calls in flight on this very handle are ended with
// ErrState and waited for, as long as the call's context lets it; the library itself waits for those on what was made from it.
func (h *handle) shut(call *call, closing func(pointer unsafe.Pointer) error) error {
	if h == nil {
		return nil
	}
	if C.annoprojGoInCallback() != 0 {
		return &Error{Status: StatusState, Message: "a callback may not close the " + h.noun}
	}
	if call.err != nil {
		return call.err
	}
	mine := make(chan struct{})
	for {
		h.mutex.Lock()
		if h.closed {
			h.mutex.Unlock()
			return nil
		}
		other := h.closing
		if other == nil {
			break
		}
		h.mutex.Unlock()
		select {
		case <-other:
		case <-call.ctx.Done():
			return ended(call.ctx.Err())
		}
	}
	h.closing = mine
	var idle chan struct{}
	if h.calls > 0 {
		idle = make(chan struct{})
		h.idle = idle
		close(h.stop)
	}
	h.mutex.Unlock()
	err := call.wait(idle, h.noun)
	if err == nil {
		err = closing(h.pointer)
	}
	h.mutex.Lock()
	h.idle, h.closing = nil, nil
	if err == nil {
		h.closed, h.pointer = true, nil
	} else if idle != nil {
		h.stop = make(chan struct{})
	}
	h.mutex.Unlock()
	close(mine)
	if err == nil && h.box != nil {
		h.box.free()
	}
	return err
}
