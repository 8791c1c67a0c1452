package annoproj

// #include <stdlib.h>
// #include "annoproj.h"
import "C"

import (
	"io"
	"log"
	"runtime/cgo"
	"runtime/debug"
	"sync"
	"unsafe"
)

// callbackBox holds the Go functions that C may call, by the name of their C type. C gets the address of a piece of C memory
// with a cgo.Handle in it, never a Go pointer.
type callbackBox struct {
	functions map[string]any
	place     unsafe.Pointer

	mutex   sync.Mutex
	failure error // what the last one that failed returned
}

func newCallbackBox() *callbackBox {
	box := &callbackBox{functions: make(map[string]any)}
	box.place = C.calloc(1, C.size_t(unsafe.Sizeof(cgo.Handle(0))))
	*(*cgo.Handle)(box.place) = cgo.NewHandle(box)
	return box
}

func (b *callbackBox) userData() unsafe.Pointer { return b.place }

func (b *callbackBox) free() {
	(*(*cgo.Handle)(b.place)).Delete()
	C.free(b.place)
	b.place = nil
}

func boxOf(userData unsafe.Pointer) *callbackBox {
	return (*(*cgo.Handle)(userData)).Value().(*callbackBox)
}

// outcome is what C gets for what a callback returned.
func (b *callbackBox) outcome(err error) C.int32_t {
	if err == nil {
		return 0
	}
	b.mutex.Lock()
	b.failure = err
	b.mutex.Unlock()
	return 1
}

// notTheEnd lets a reader tell its end as io.Reader does.
func notTheEnd(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// recovered keeps a panic from running through C. Where the callback has a result, fail makes it one that ends the call; a
// callback without one cannot end it, so that the panic goes to the log.
func (b *callbackBox) recovered(fail func()) {
	value := recover()
	if value == nil {
		return
	}
	if fail == nil {
		log.Printf("annoproj: callback panicked: %v\n%s", value, debug.Stack())
		return
	}
	b.outcome(&PanicError{Value: value, Stack: debug.Stack()})
	fail()
}

// taken is the failure that ended a call, or nil.
func (b *callbackBox) taken() error {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	failure := b.failure
	b.failure = nil
	return failure
}
