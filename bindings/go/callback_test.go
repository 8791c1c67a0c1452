package annoproj

import (
	"bytes"
	"errors"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var errOwn = errors.New("my own")

// isPanic is whether a panic in a callback ended a call.
func isPanic(err error, value any) bool {
	var panicked *PanicError
	return isStatus(err, ErrCallback) && errors.As(err, &panicked) && panicked.Value == value && len(panicked.Stack) > 0
}

func TestClockAndRandom(t *testing.T) {
	now, failure := int64(1767603600000000), error(nil)
	var panics any
	var session *Session
	calls, draws := 0, 0
	store, _ := testStore(t, StoreOptions{
		Clock: func() (int64, error) {
			calls++
			if panics != nil {
				panic(panics)
			}
			if session != nil {
				_, failure = session.UserList(background)
			}
			return now, failure
		},
		Random: func(buffer []byte) error {
			draws++
			for i := range buffer {
				buffer[i] = byte(draws)
			}
			return nil
		},
	})
	host := get[*Session](t)(store.SessionOpen(background, 0))
	create := func(name string) error {
		_, err := host.UserCreate(background, name+"@example.org", name, OrgRoleMember)
		return err
	}
	do(t, create("a"))
	row := get[[]UserRow](t)(Rows(host.UserList(background)))[0]
	if row.Created.UnixMicro() != now || calls == 0 || draws == 0 {
		t.Error(row, calls, draws)
	}
	failure = errOwn
	if err := create("b"); !isStatus(err, ErrCallback) || !errors.Is(err, errOwn) {
		t.Error(err)
	}
	failure, panics = nil, "oh"
	if err := create("b"); !isPanic(err, "oh") {
		t.Error(err)
	}
	panics = errOwn
	if err := create("b"); !errors.Is(err, errOwn) {
		t.Error("a panic with an error can be asked for: ", err)
	}
	panics, session = nil, host
	if err := create("b"); !errors.Is(err, ErrCallback) || !isStatus(failure, ErrState) || !errors.Is(err, failure) {
		t.Error("a callback may not call back: ", err, failure)
	}
	session, failure = nil, nil
	do(t, create("b"))
	if rows := get[[]UserRow](t)(Rows(host.UserList(background))); len(rows) != 2 {
		t.Error("failed calls changed something: ", rows)
	}
}

func TestCloseInACallback(t *testing.T) {
	var store *Store
	var refused error
	store, _ = testStore(t, StoreOptions{Clock: func() (int64, error) {
		if store != nil {
			refused = store.Close()
		}
		return time.Now().UnixMicro(), nil
	}})
	host := get[*Session](t)(store.SessionOpen(background, 0))
	get[int64](t)(host.UserCreate(background, "a@example.org", "A", OrgRoleMember))
	if !isStatus(refused, ErrState) {
		t.Error(refused)
	}
	do(t, store.Close())
}

func TestWriteAndProgress(t *testing.T) {
	w := newWorld(t)
	var written bytes.Buffer
	count := get[int64](t)(w.project.ExportCOCO(background, ExportOptions{Write: func(data []byte) error {
		written.Write(data)
		return nil
	}}))
	path := filepath.Join(t.TempDir(), "export.json")
	get[int64](t)(w.project.ExportCOCO(background, ExportOptions{Path: path}))
	if text := get[[]byte](t)(os.ReadFile(path)); count != 3 || written.String() != string(text) {
		t.Errorf("%d labels, %d bytes written, %d in the file", count, written.Len(), len(text))
	}
	_, err := w.project.ExportCOCO(background, ExportOptions{Write: func([]byte) error { return errOwn }})
	if !isStatus(err, ErrCallback) || !errors.Is(err, errOwn) {
		t.Error(err)
	}
	_, err = w.project.ExportLabels(background, ExportOptions{Write: func([]byte) error { panic(42) }})
	if !isPanic(err, 42) {
		t.Error(err)
	}
	if _, err = w.project.ExportCOCO(background, ExportOptions{}); !isStatus(err, ErrInvalid) {
		t.Error(err)
	}
	told := 0
	progress := func(done, total int64) error {
		if done < 0 || total < -1 {
			t.Error(done, total)
		}
		told++
		return nil
	}
	get[*Table[CheckRow]](t)(w.host.StoreCheck(background, WithProgress(progress)))
	if told == 0 {
		t.Skip("a small store tells no progress")
	}
	_, err = w.host.StoreCheck(background, WithProgress(func(int64, int64) error { return errOwn }))
	if !isStatus(err, ErrCallback) || !errors.Is(err, errOwn) {
		t.Error(err)
	}
	_, err = w.host.StoreCheck(background, WithProgress(func(int64, int64) error { panic("no") }))
	if !isPanic(err, "no") {
		t.Error(err)
	}
}

// A callback without a result cannot end its call: a panic in it goes to the log, the program goes on.
func TestPanicOfACallbackWithoutResult(t *testing.T) {
	var printed bytes.Buffer
	log.SetOutput(&printed)
	defer log.SetOutput(os.Stderr)
	box := newCallbackBox()
	defer box.free()
	box.functions["annoproj_log_fn"] = func(int32, string) { panic("in the log") }
	callLog(box, 1, "text")
	if !strings.Contains(printed.String(), "in the log") {
		t.Error(printed.String())
	}
	var level int32
	var message string
	box.functions["annoproj_log_fn"] = func(l int32, m string) { level, message = l, m }
	callLog(box, 2, "text")
	if level != 2 || message != "text" {
		t.Error(level, message)
	}
}
