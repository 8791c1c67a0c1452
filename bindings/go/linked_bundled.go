//go:build !annoproj_system

package annoproj

// #cgo CFLAGS: -I${SRCDIR}/internal/clib
import "C"

// The library itself, compiled from the sources that the module carries.
import _ "github.com/libannoproj/libannoproj/bindings/go/internal/clib"
