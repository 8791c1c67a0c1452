package annoproj

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

var (
	contextType = reflect.TypeOf((*context.Context)(nil)).Elem()
	errorType   = reflect.TypeOf((*error)(nil)).Elem()
)

// someValue is something that a method takes for an argument; handles are nil.
func someValue(t reflect.Type) reflect.Value {
	value := reflect.New(t).Elem()
	switch t.Kind() {
	case reflect.String:
		value.SetString("x")
	case reflect.Int32, reflect.Int64, reflect.Int:
		value.SetInt(1)
	case reflect.Slice:
		value = reflect.MakeSlice(t, 1, 1)
	}
	return value
}

// callMethod calls a method by its name with plausible arguments. `panicked` is nil when it did not panic.
func callMethod(handle any, method reflect.Method, ctx context.Context) (results []reflect.Value, panicked any) {
	defer func() { panicked = recover() }()
	arguments := []reflect.Value{reflect.ValueOf(handle)}
	for i := 1; i < method.Type.NumIn(); i++ {
		in := method.Type.In(i)
		switch {
		case method.Type.IsVariadic() && i == method.Type.NumIn()-1:
		case in == contextType:
			arguments = append(arguments, reflect.ValueOf(&ctx).Elem())
		default:
			arguments = append(arguments, someValue(in))
		}
	}
	return method.Func.Call(arguments), nil
}

// errorOf is the error among the results of a method, if it has one.
func errorOf(results []reflect.Value) (err error, has bool) {
	if len(results) == 0 || !results[len(results)-1].Type().Implements(errorType) {
		return nil, false
	}
	err, _ = results[len(results)-1].Interface().(error)
	return err, true
}

func takesContext(method reflect.Method) bool {
	return method.Type.NumIn() > 1 && method.Type.In(1) == contextType
}

// eachMethod calls every exported method of a handle but those in `without`.
func eachMethod(t *testing.T, handle any, ctx context.Context, without string, look func(name string, method reflect.Method, results []reflect.Value)) {
	t.Helper()
	kind := reflect.TypeOf(handle)
	for i := 0; i < kind.NumMethod(); i++ {
		method := kind.Method(i)
		if strings.Contains(without, method.Name+" ") {
			continue
		}
		results, panicked := callMethod(handle, method, ctx)
		name := fmt.Sprintf("%v.%s", kind, method.Name)
		if panicked != nil {
			t.Errorf("%s panics: %v", name, panicked)
			continue
		}
		look(name, method, results)
	}
}

// handles are one of each kind, open.
func (w *world) handles(t *testing.T) []any {
	return []any{
		get[*Query](t)(w.project.QueryOpen(background)),
		get[*Stream[EventRow]](t)(w.project.Events(background, 0)),
		get[*Table[TaskRow]](t)(w.project.TaskList(background)),
		get[*Task](t)(w.project.TaskOpen(background, w.task.ID())),
		get[*Stage](t)(w.project.StageOpen(background, "annotate")),
		get[*Project](t)(w.host.ProjectOpen(background, w.project.ID())),
		get[*Session](t)(w.store.SessionOpen(background, 0)),
	}
}

// What is nil, zero or closed refuses every method with ErrInvalid and results of nothing; closing it again does nothing.
func TestEveryMethodOfWhatIsNoHandle(t *testing.T) {
	w := newWorld(t)
	nothing := []any{(*Store)(nil), (*Session)(nil), (*Project)(nil), (*Stage)(nil), (*Task)(nil), (*Query)(nil), (*Table[TaskRow])(nil),
		(*Stream[EventRow])(nil), (*Pages[TaskRow])(nil), &Store{}, &Session{}, &Project{}, &Stage{}, &Task{}, &Query{},
		&Table[TaskRow]{}, &Stream[EventRow]{}, &Pages[TaskRow]{}}
	closed := append(w.handles(t), w.store)
	for _, handle := range closed {
		do(t, handle.(interface{ Close() error }).Close())
	}
	calls := 0
	for _, handle := range append(nothing, closed...) {
		eachMethod(t, handle, background, "", func(name string, method reflect.Method, results []reflect.Value) {
			err, has := errorOf(results)
			if !has {
				return
			}
			calls++
			closing := strings.HasPrefix(method.Name, "Close") || method.Name == "Err"
			if !closing && !isStatus(err, ErrInvalid) || closing && err != nil && !isStatus(err, ErrInvalid) {
				t.Errorf("%s gives %v", name, err)
			}
			for _, result := range results[:len(results)-1] {
				if !result.IsZero() {
					t.Errorf("%s gives %v beside an error", name, result)
				}
			}
		})
	}
	if calls < 400 {
		t.Errorf("only %d methods were called", calls)
	}
}

// A context that ended before a call ends it, and nothing is changed.
func TestEveryMethodWithAnEndedContext(t *testing.T) {
	w := newWorld(t)
	cancelled, cancel := context.WithCancel(background)
	cancel()
	late, done := context.WithDeadline(background, time.Unix(0, 0))
	defer done()
	before := get[int64](t)(w.store.Wait(background, 0))
	for _, ctx := range []context.Context{cancelled, late} {
		for _, handle := range append(w.handles(t), w.store) {
			eachMethod(t, handle, ctx, "Close ", func(name string, method reflect.Method, results []reflect.Value) {
				err, has := errorOf(results)
				if has && takesContext(method) && !errors.Is(err, ctx.Err()) && !isStatus(err, ErrInvalid) {
					t.Errorf("%s gives %v", name, err)
				}
			})
		}
	}
	if after := get[int64](t)(w.store.Wait(background, 0)); after != before {
		t.Errorf("commits went from %d to %d", before, after)
	}
}

// A loop that panics or is abandoned leaves nothing behind that would hinder the next one.
func TestAbandonedLoops(t *testing.T) {
	w := newWorld(t)
	for i := 0; i < 3; i++ {
		pages := w.project.TaskListPages(background, TaskListOptions{Limit: 1})
		func() {
			defer func() { recover() }()
			defer pages.Close()
			for pages.Next() {
				panic("in the loop")
			}
		}()
		if pages.Next() || pages.Err() != nil || pages.Table() != nil {
			t.Error("closed pages go on")
		}
	}
	if _, err := w.project.Get(background); err != nil {
		t.Error(err)
	}
}

// shelf has handles that goroutines put there, take, use and close at random.
type shelf struct {
	mutex sync.Mutex
	slots [24]any
}

func (s *shelf) at(i int) any {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.slots[i]
}

func (s *shelf) put(i int, handle any) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.slots[i] = handle
}

// open makes a handle from another one; nil when that has none to give.
func open(random *rand.Rand, w *world, from any) (any, error) {
	switch parent := from.(type) {
	case *Store:
		return parent.SessionOpen(background, []int64{0, w.user}[random.Intn(2)])
	case *Session:
		return parent.ProjectOpen(background, w.project.ID())
	case *Project:
		switch random.Intn(5) {
		case 0:
			return parent.QueryOpen(background)
		case 1:
			return parent.Events(background, 0)
		case 2:
			return parent.TaskList(background)
		case 3:
			return parent.StageOpen(background, "annotate")
		}
		return parent.TaskOpen(background, w.task.ID())
	}
	return nil, nil
}

// Goroutines open, use and close each other's handles in any order, the store in the end as well. Each call ends well or with a
// status that says why; nothing panics, hangs or races.
func TestRandomUseOfSharedHandles(t *testing.T) {
	const goroutines, steps = 6, 1500
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	w := newWorld(t)
	other := get[*Store](t)(Create(background, filepath.Join(t.TempDir(), "other.annoproj")))
	defer other.Close()
	stranger := get[*Session](t)(other.SessionOpen(background, 0))
	var shared shelf
	for i := range shared.slots {
		shared.slots[i] = []any{w.store, w.host, w.project}[i%3]
	}
	var group sync.WaitGroup
	for g := 0; g < goroutines; g++ {
		group.Add(1)
		go func(g int) {
			defer group.Done()
			random := rand.New(rand.NewSource(seed + int64(g)))
			for step := 0; step < steps; step++ {
				at := random.Intn(len(shared.slots))
				handle := shared.at(at)
				if step == steps-1 && g == 0 {
					handle = w.store
				}
				switch choice := random.Intn(10); {
				case step == steps-1 && g == 0, choice == 0 && handle != any(w.store):
					if err := handle.(interface{ Close() error }).Close(); err != nil {
						t.Errorf("seed %d: closing %T: %v", seed, handle, err)
					}
					shared.put(at, w.store)
				case choice < 6:
					made, err := open(random, w, handle)
					if err == nil && made != nil && !reflect.ValueOf(made).IsNil() {
						shared.put(at, made)
					} else if err != nil && !refused(err) {
						t.Errorf("seed %d: from %T: %v", seed, handle, err)
					}
				case choice == 6:
					if project, is := handle.(*Project); is {
						can, err := stranger.Can(background, project, OperationQueue)
						if can || !refused(err) {
							t.Errorf("seed %d: a project of another store: %v %v", seed, can, err)
						}
					}
				default:
					kind := reflect.TypeOf(handle)
					method := kind.Method(random.Intn(kind.NumMethod()))
					if quick[method.Name] {
						results, panicked := callMethod(handle, method, background)
						if panicked != nil {
							t.Errorf("seed %d: %v.%s panics: %v", seed, kind, method.Name, panicked)
						} else if err, has := errorOf(results); has && err != nil && !refused(err) {
							t.Errorf("seed %d: %v.%s: %v", seed, kind, method.Name, err)
						}
					}
				}
			}
		}(g)
	}
	group.Wait()
	for i := range shared.slots {
		do(t, shared.slots[i].(interface{ Close() error }).Close())
	}
}

// quick are the methods that random use calls.
var quick = map[string]bool{"ID": true, "Get": true, "Info": true, "Settings": true, "List": true, "UserList": true, "ProjectList": true,
	"TaskList": true, "StageList": true, "Datasets": true, "Tabs": true, "Labels": true, "Issues": true, "Comments": true, "Rows": true,
	"CSV": true, "JSON": true, "SVG": true, "RowCount": true, "Len": true, "NextPage": true, "Next": true, "Overview": true, "TaskActions": true,
	"TimeSpent": true, "Annotators": true, "Reviewers": true, "CollaboratorList": true, "StartNext": true, "Initiate": true, "SetPriority": true,
	"Heartbeat": true, "Skip": true, "Release": true, "SetStatus": true, "User": true}

// refused says whether a call on what others may have closed or changed meanwhile ended as it may.
func refused(err error) bool {
	for _, status := range []error{ErrInvalid, ErrState, ErrNotFound, ErrPermission, ErrConflict, ErrUnsupported} {
		if isStatus(err, status) {
			return true
		}
	}
	return false
}
