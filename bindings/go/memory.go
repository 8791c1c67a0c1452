package annoproj

// #include <stdlib.h>
// #include <string.h>
// #include "annoproj.h"
import "C"

import (
	"math"
	"strings"
	"unsafe"
)

// alloc is zeroed C memory that lives as long as the call.
func (c *call) alloc(size C.size_t) unsafe.Pointer {
	if size == 0 {
		size = 1
	}
	memory := C.calloc(1, size)
	if memory == nil {
		panic("annoproj: out of memory")
	}
	c.memory = append(c.memory, memory)
	return memory
}

// text is a text for C; "" is NULL.
func (c *call) text(name, text string) *C.char {
	if text == "" {
		return nil
	}
	return c.requiredText(name, text)
}

func (c *call) requiredText(name, text string) *C.char {
	if at := strings.IndexByte(text, 0); at >= 0 {
		c.fail(invalid("`%s` has a NUL at byte %d", name, at))
		return nil
	}
	copied := c.alloc(C.size_t(len(text) + 1))
	copy(unsafe.Slice((*byte)(copied), len(text)), text)
	return (*C.char)(copied)
}

func (c *call) size(name string, value int) C.size_t {
	if value < 0 {
		c.fail(invalid("`%s` is %d: it must not be negative", name, value))
		return 0
	}
	return C.size_t(value)
}

// arrayLength is the length that several arrays share.
type arrayLength struct {
	count int
	name  string // the array that said it; "" = none did
}

// check notes the length of one more array, which has `plus` elements more than the length.
func (l *arrayLength) check(c *call, name string, length, plus int) bool {
	count := length - plus
	switch {
	case count < 0:
		c.fail(invalid("`%s` must have at least %d element", name, plus))
	case l.name != "" && l.count != count:
		c.fail(invalid("`%s` is for %d elements, but `%s` for %d", name, count, l.name, l.count))
	default:
		l.count, l.name = count, name
		return true
	}
	return false
}

// copyArray is an array in C memory, for structs: C may not be given Go memory with Go pointers in it.
func copyArray[T any](c *call, length *arrayLength, name string, values []T, plus int) unsafe.Pointer {
	if values == nil || !length.check(c, name, len(values), plus) {
		return nil
	}
	var element T
	copied := c.alloc(C.size_t(len(values)) * C.size_t(unsafe.Sizeof(element)))
	copy(unsafe.Slice((*T)(copied), len(values)), values)
	return copied
}

// nothing is what an empty array points to that must not be NULL.
var nothing [16]byte

// lendArray is the slice's own memory, for parameters: C has it only while the call runs.
func lendArray[T any](c *call, length *arrayLength, name string, values []T, plus int, nullable bool) unsafe.Pointer {
	if values == nil && nullable || !length.check(c, name, len(values), plus) {
		return nil
	}
	if len(values) == 0 {
		return unsafe.Pointer(&nothing)
	}
	return unsafe.Pointer(&values[0])
}

// joinedTexts makes one buffer with offsets of several arrays of texts.
type joinedTexts struct{ bytes []byte }

// add appends the texts and gives their offsets; nil is NULL.
func (j *joinedTexts) add(c *call, length *arrayLength, name string, values []string) unsafe.Pointer {
	if values == nil || !length.check(c, name, len(values), 0) {
		return nil
	}
	memory := c.alloc(C.size_t(len(values)+1) * C.sizeof_int64_t)
	offsets := unsafe.Slice((*int64)(memory), len(values)+1)
	for i, value := range values {
		if strings.IndexByte(value, 0) >= 0 {
			c.fail(invalid("`%s` has a NUL in text %d", name, i))
		}
		offsets[i] = int64(len(j.bytes))
		j.bytes = append(j.bytes, value...)
	}
	offsets[len(values)] = int64(len(j.bytes))
	return memory
}

func (j *joinedTexts) text(c *call) *C.char {
	copied := c.alloc(C.size_t(len(j.bytes)))
	copy(unsafe.Slice((*byte)(copied), len(j.bytes)), j.bytes)
	return (*C.char)(copied)
}

// takeText is a text that the library handed out; it is freed.
func takeText(text *C.char) string {
	if text == nil {
		return ""
	}
	defer C.annoproj_free(unsafe.Pointer(text))
	length := C.strlen(text)
	if length < math.MaxInt32 {
		return C.GoStringN(text, C.int(length))
	}
	return string(unsafe.Slice((*byte)(unsafe.Pointer(text)), int(length)))
}

// takeBytes is the same for bytes.
func takeBytes(data unsafe.Pointer, length C.size_t) []byte {
	if data == nil {
		return nil
	}
	defer C.annoproj_free(data)
	taken := make([]byte, int(length))
	copy(taken, unsafe.Slice((*byte)(data), int(length)))
	return taken
}
