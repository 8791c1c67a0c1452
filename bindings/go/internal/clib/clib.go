// Package clib compiles the library's C sources into the program. They are copies, made from lib by `make bindings`;
// api_names.h gives their internal names a prefix, so that they never meet those of other C code in the program.
package clib

// #cgo CFLAGS: -std=c11 -D_GNU_SOURCE -fvisibility=hidden -pthread
// #cgo CFLAGS: -include ${SRCDIR}/api_names.h
// #cgo pkg-config: sqlite3 libpcre2-8 libxxhash
// #cgo LDFLAGS: -pthread -lm
import "C"
