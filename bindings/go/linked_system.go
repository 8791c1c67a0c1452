//go:build annoproj_system

package annoproj

// The installed library, found through pkg-config.

// #cgo pkg-config: annoproj
import "C"
