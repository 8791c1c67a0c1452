package annoproj

import (
	"reflect"
	"unsafe"
)

// Test files cannot name C types, which reflection can.

// succeedAfter is what run may be given: a C call that is OK, and during which something happens.
func succeedAfter(c *call, happens func()) (status int64, err error) {
	run := reflect.ValueOf(c.run)
	function := reflect.MakeFunc(run.Type().In(0), func([]reflect.Value) []reflect.Value {
		happens()
		return []reflect.Value{reflect.Zero(run.Type().Out(0))}
	})
	results := run.Call([]reflect.Value{function})
	err, _ = results[1].Interface().(error)
	return results[0].Int(), err
}

// callLog calls a log callback as C does.
func callLog(box *callbackBox, level int32, message string) {
	function := reflect.ValueOf(annoprojGoLogFn)
	text := append([]byte(message), 0)
	function.Call([]reflect.Value{
		reflect.ValueOf(level).Convert(function.Type().In(0)),
		reflect.NewAt(function.Type().In(1).Elem(), unsafe.Pointer(&text[0])),
		reflect.ValueOf(box.userData()),
	})
}
