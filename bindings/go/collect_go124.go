//go:build go1.24

package annoproj

import "runtime"

// onCollect closes the handle when its owner is collected.
func onCollect[T any](owner *T, h *handle) {
	runtime.AddCleanup(owner, func(h *handle) { go h.close() }, h)
}
