package annoproj

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"testing"
	"time"
	"unsafe"
)

var background = context.Background()

var errOwn = errors.New("my own")

func makeGadget(t *testing.T, opts ...GadgetOption) *Gadget {
	t.Helper()
	gadget, _, _, _, err := GadgetMake(background, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { gadget.Close() })
	return gadget
}

func TestEveryColumnType(t *testing.T) {
	gadget := makeGadget(t, GadgetOptions{Name: "ö", Sizes: []int64{2, 4, 6, 8, 10}, Mood: GadgetMoodLoud})
	rows, err := Rows(gadget.Parts(background))
	if err != nil {
		t.Fatal(err)
	}
	none, name := Null[string]{}, Null[string]{"ö", true}
	loud, at := Null[string]{"loud", true}, func(us int64) Null[time.Time] { return Null[time.Time]{time.UnixMicro(us).UTC(), true} }
	want := []GadgetRow{
		{0, Null[float64]{0, true}, name, loud, Null[time.Time]{}, true, []int64{2}, []float64{1}, []string{}, []byte{0}},
		{1, Null[float64]{0.25, true}, none, loud, at(1), false, []int64{2, 4}, []float64{1, 2}, []string{"ö"}, nil},
		{2, Null[float64]{}, name, loud, at(2), true, []int64{2, 4, 6}, []float64{1, 2, 3}, []string{"ö", "ö"}, []byte{2}},
		{3, Null[float64]{0.75, true}, none, none, at(3), false, []int64{2, 4, 6, 8}, []float64{1, 2, 3, 4}, []string{}, []byte{3}},
		{4, Null[float64]{1, true}, name, loud, at(4), true, []int64{2, 4, 6, 8, 10}, []float64{1, 2, 3, 4, 5}, []string{"ö"}, []byte{4}},
	}
	if !reflect.DeepEqual(rows, want) {
		t.Errorf("got  %v\nwant %v", rows, want)
	}
	empty, err := Rows(makeGadget(t).Parts(background))
	if err != nil || len(empty) != 0 {
		t.Error(empty, err)
	}
}

func TestResults(t *testing.T) {
	name, mood, found, err := makeGadget(t, GadgetOptions{Name: "bolt", Mood: GadgetMoodLoud}).Name()
	if name != "bolt" || mood != GadgetMoodLoud || !found || err != nil {
		t.Error(name, mood, found, err)
	}
	name, mood, found, err = makeGadget(t, GadgetOptions{Unnamed: true, Mood: 7}).Name()
	if name != "" || mood != 7 || found || err != nil || mood.String() != "GadgetMood(7)" {
		t.Error(name, mood, found, err)
	}
	gadget := makeGadget(t)
	twin, parts, err := gadget.Twin(makeGadget(t, GadgetOptions{Unnamed: true, Sizes: []int64{1, 2}}))
	if twin != nil || parts != 2 || err != nil {
		t.Error(twin, parts, err)
	}
	twin, _, err = gadget.Twin(gadget)
	if twin == nil || err != nil {
		t.Error(err)
	}
	twin.Close()
	if _, _, err = gadget.Twin(twin); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	_, err = makeGadget(t, GadgetOptions{Sizes: make([]int64, 1001)}).Parts(background)
	var failure *Error
	if !errors.As(err, &failure) || failure.Status != StatusLimit {
		t.Fatal(err)
	}
	if value, _ := failure.Detail("value"); value != "1001" {
		t.Error(failure.Details)
	}
}

// Arrays that are parameters are the slice's own memory.
func TestNoCopyOfArrays(t *testing.T) {
	numbers := []int64{1, 2, 3}
	sum, address, at, length, err := makeGadget(t).Sum(numbers, []float64{1, 10, 100}, 5, "ö")
	if sum != 321 || at != 5 || length != 2 || err != nil || uintptr(address) != uintptr(unsafe.Pointer(&numbers[0])) {
		t.Error(sum, address, at, length, err)
	}
	if sum, _, _, _, err = makeGadget(t).Sum(nil, nil, 0, ""); sum != 0 || err != nil {
		t.Error(sum, err)
	}
	if _, _, _, _, err = makeGadget(t).Sum(numbers, []float64{1}, 0, ""); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	if _, _, _, _, err = makeGadget(t).Sum(numbers, nil, 0, "a\x00"); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
}

func TestCallbacks(t *testing.T) {
	var told []string
	var written []byte
	gadget, _, at, first, err := GadgetMake(background, GadgetOptions{
		Name:  "ö",
		Sizes: []int64{1, 2},
		Told:  func(part int32, name string) { told = append(told, name+string(rune('0'+part))) },
		Write: func(data []byte) error { written = append(written, data...); return nil },
		Clock: func() (int64, error) { return 1000000, nil },
		Fill: func(buffer []byte) error {
			for i := range buffer {
				buffer[i] = byte(len(buffer))
			}
			return nil
		},
	})
	if err != nil || at != 1000000 || first != 4 || string(written) != "ö" || !reflect.DeepEqual(told, []string{"ö0", "ö1"}) {
		t.Error(err, at, first, string(written), told)
	}
	gadget.Close()
}

func TestCallbacksThatFail(t *testing.T) {
	before := GadgetsOpen()
	for name, options := range map[string]GadgetOptions{
		"write": {Write: func([]byte) error { return errOwn }},
		"clock": {Clock: func() (int64, error) { return 0, errOwn }},
		"fill":  {Fill: func([]byte) error { return errOwn }},
		"panic": {Fill: func([]byte) error { panic(errOwn) }},
	} {
		gadget, living, at, first, err := GadgetMake(background, options)
		if gadget != nil || living != 0 || at != 0 || first != 0 || !errors.Is(err, ErrCallback) || !errors.Is(err, errOwn) {
			t.Error(name, gadget, err)
		}
	}
	_, _, _, _, err := GadgetMake(background, WithProgress(func(done, total int64) error {
		if done != 1 || total != 2 {
			t.Error(done, total)
		}
		return errOwn
	}))
	if !errors.Is(err, ErrCallback) || !errors.Is(err, errOwn) {
		t.Error(err)
	}
	if GadgetsOpen() != before {
		t.Error("something is left")
	}
}

// A call that would never end is ended by its context, from another goroutine and from its own callback.
func TestContexts(t *testing.T) {
	gadget := makeGadget(t)
	ctx, cancel := context.WithCancel(background)
	running := make(chan struct{})
	told := false
	go func() {
		<-running
		cancel()
	}()
	err := gadget.Run(ctx, nil, nil, WithProgress(func(int64, int64) error {
		if !told {
			close(running)
			told = true
		}
		return nil
	}))
	if !errors.Is(err, context.Canceled) || !errors.Is(err, ErrCancelled) {
		t.Error(err)
	}
	ctx, cancel = context.WithTimeout(background, 5*time.Millisecond)
	defer cancel()
	if err := gadget.Run(ctx, []int64{1}, nil); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, ErrTimeout) {
		t.Error(err)
	}
}

// Close while a call runs: it does not wait, the call ends as it would have, and then the gadget goes.
func TestCloseWhileRunning(t *testing.T) {
	before := GadgetsOpen()
	gadget, _, _, _, err := GadgetMake(background)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(background)
	running := make(chan struct{}, 1)
	ended := make(chan error)
	go func() {
		ended <- gadget.Run(ctx, nil, nil, WithProgress(func(int64, int64) error {
			select {
			case running <- struct{}{}:
			default:
			}
			return nil
		}))
	}()
	<-running
	gadget.Close()
	gadget.Close()
	if GadgetsOpen() != before+1 {
		t.Error("it was freed under the call")
	}
	if err := gadget.Run(background, nil, nil); !errors.Is(err, ErrInvalid) {
		t.Error(err)
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if GadgetsOpen() != before {
		t.Error("it was not freed after the call")
	}
}

func TestCollected(t *testing.T) {
	before := GadgetsOpen()
	for i := 0; i < 100; i++ {
		if _, _, _, _, err := GadgetMake(background, GadgetOptions{Told: func(int32, string) {}}); err != nil {
			t.Fatal(err)
		}
	}
	for GadgetsOpen() > before {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
}
