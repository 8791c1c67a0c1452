package annoproj

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"
)

func TestCloseAgainAndUseAfter(t *testing.T) {
	w := newWorld(t)
	query := get[*Query](t)(w.project.QueryOpen(background))
	for _, handle := range []interface{ Close() error }{w.task, w.stage, query, w.own, w.project, w.ann, w.host, w.store,
		(*Task)(nil), (*Stage)(nil), (*Query)(nil), (*Project)(nil), (*Session)(nil), (*Store)(nil), (*Table[TaskRow])(nil),
		(*Stream[EventRow])(nil)} {
		for i := 0; i < 3; i++ {
			if err := handle.Close(); err != nil {
				t.Errorf("%T: %v", handle, err)
			}
		}
	}
	if err := w.task.Submit(background); !isStatus(err, ErrInvalid) {
		t.Error(err)
	}
	if _, err := w.store.SessionOpen(background, 0); !isStatus(err, ErrInvalid) {
		t.Error(err)
	}
	if w.task.ID() != 0 || (*Task)(nil).ID() != 0 {
		t.Error("a closed handle has no id")
	}
}

func TestClosingInAnyOrder(t *testing.T) {
	w := newWorld(t)
	do(t, w.project.Close())
	do(t, w.ann.Close())
	if row, err := One(w.task.Get(background)); err != nil || row.Task != w.task.ID() {
		t.Error("what was made from a handle keeps it: ", row, err)
	}
	do(t, w.store.Close())
	if _, err := w.task.Get(background); !isStatus(err, ErrState) {
		t.Error(err)
	}
}

// blocked is a store whose clock waits while `hold` is set: a change that asks for the time is in flight for as long.
type blocked struct {
	mutex   sync.Mutex
	hold    chan struct{}
	entered chan struct{}
}

func (b *blocked) clock() (int64, error) {
	b.mutex.Lock()
	hold, entered := b.hold, b.entered
	b.hold, b.entered = nil, nil
	b.mutex.Unlock()
	if hold != nil {
		close(entered)
		<-hold
	}
	return time.Now().UnixMicro(), nil
}

// next makes the next clock call wait until the first function is called; the second waits until it is there.
func (b *blocked) next() (release, arrived func()) {
	hold, entered := make(chan struct{}), make(chan struct{})
	b.mutex.Lock()
	b.hold, b.entered = hold, entered
	b.mutex.Unlock()
	return func() { close(hold) }, func() { <-entered }
}

func TestCloseWhileCallsAreInFlight(t *testing.T) {
	b := &blocked{}
	w := newWorld(t, StoreOptions{Clock: b.clock})
	release, arrived := b.next()
	result := make(chan error, 1)
	go func() { result <- w.task.Submit(background) }()
	arrived()
	do(t, w.task.Close()) // does not wait
	if err := w.task.Submit(background); !isStatus(err, ErrInvalid) {
		t.Error("a closed handle takes no more calls: ", err)
	}
	ctx, cancel := context.WithTimeout(background, 20*time.Millisecond)
	defer cancel()
	if err := w.store.CloseContext(ctx); !errors.Is(err, context.DeadlineExceeded) || !isStatus(err, ErrBusy) && !isStatus(err, ErrTimeout) {
		t.Error("a store waits for calls in flight, and stays open: ", err)
	}
	release()
	if err := <-result; err != nil {
		t.Error("a call in flight ends as it would have: ", err)
	}
	if _, err := w.host.UserList(background); err != nil {
		t.Error("the store stayed open: ", err)
	}
	do(t, w.store.Close())
}

func TestStoreCloseWaitsForItsOwnCalls(t *testing.T) {
	w := newWorld(t)
	pointer, stop, err := w.store.handle.enter()
	if err != nil || pointer == nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(background, 20*time.Millisecond)
	defer cancel()
	if err := w.store.CloseContext(ctx); !errors.Is(err, context.DeadlineExceeded) || !isStatus(err, ErrBusy) {
		t.Error(err)
	}
	select {
	case <-stop:
	default:
		t.Error("the call was not told")
	}
	closed := make(chan error, 2)
	for i := 0; i < 2; i++ {
		go func() { closed <- w.store.Close() }()
	}
	for refused := false; !refused; {
		other, _, err := w.store.handle.enter()
		if err == nil {
			w.store.handle.leave()
		}
		refused = other == nil && isStatus(err, ErrState)
		runtime.Gosched()
	}
	w.store.handle.leave()
	do(t, <-closed)
	do(t, <-closed)
}

// Whoever waits for a change is told that there will be none.
func TestCloseEndsWaiting(t *testing.T) {
	store, _ := testStore(t)
	for _, ctx := range []context.Context{background, deadline(t, time.Hour)} {
		waiting := make(chan error, 1)
		seen := get[int64](t)(store.Wait(background, 0))
		go func(ctx context.Context) {
			_, err := store.Wait(ctx, seen)
			waiting <- err
		}(ctx)
		for inFlight := false; !inFlight; runtime.Gosched() {
			store.handle.mutex.Lock()
			inFlight = store.handle.calls > 0
			store.handle.mutex.Unlock()
		}
		if ctx == background {
			// A close that fails leaves the store as it was, but calls were ended.
			late := deadline(t, 0)
			if err := store.CloseContext(late); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
			get[*Session](t)(store.SessionOpen(background, 0))
		} else {
			do(t, store.Close())
		}
		if err := <-waiting; !isStatus(err, ErrState) {
			t.Error(err)
		}
	}
}

func deadline(t *testing.T, after time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(background, after)
	t.Cleanup(cancel)
	return ctx
}

// Many goroutines use and close the same handles; every call ends well or is refused.
func TestConcurrentUseAndClose(t *testing.T) {
	w := newWorld(t)
	for round := 0; round < 20; round++ {
		project := get[*Project](t)(w.host.ProjectOpen(background, w.project.ID()))
		table := get[*Table[TaskRow]](t)(project.TaskList(background))
		var group sync.WaitGroup
		for i := 0; i < 8; i++ {
			group.Add(1)
			go func(i int) {
				defer group.Done()
				if i%4 == 3 {
					do(t, project.Close())
					do(t, table.Close())
					return
				}
				if rows, err := Rows(project.TaskList(background)); err == nil && len(rows) != 3 || err != nil && !isStatus(err, ErrInvalid) {
					t.Error(rows, err)
				}
				if rows, err := table.Rows(); err == nil && len(rows) != 3 || err != nil && !isStatus(err, ErrInvalid) {
					t.Error(rows, err)
				}
			}(i)
		}
		group.Wait()
	}
}

// The queue hands nobody a task twice, through Go as well.
func TestConcurrentQueue(t *testing.T) {
	w := newWorld(t)
	get[int64](t)(w.host.DataUnitsAdd(background, w.dataset, DataUnits{Titles: strings.Split(strings.Repeat("x,", 39)+"x", ",")}))
	var mutex sync.Mutex
	taken := map[int64]int{}
	var group sync.WaitGroup
	for i := 0; i < 4; i++ {
		user := get[int64](t)(w.host.UserCreate(background, string(rune('k'+i))+"@example.org", "K", OrgRoleMember))
		do(t, w.project.CollaboratorAdd(background, user, RoleAnnotator))
		session := get[*Session](t)(w.store.SessionOpen(background, user))
		project := get[*Project](t)(session.ProjectOpen(background, w.project.ID()))
		stage := get[*Stage](t)(project.StageOpen(background, "annotate"))
		group.Add(1)
		go func() {
			defer group.Done()
			ctx, cancel := context.WithCancel(background)
			defer cancel()
			for {
				task, _, err := stage.StartNext(ctx)
				if err != nil {
					t.Error(err)
				}
				if task == nil {
					return
				}
				mutex.Lock()
				taken[task.ID()]++
				mutex.Unlock()
				if err := task.Submit(ctx); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
	if len(taken) != 42 {
		t.Errorf("%d of 42 tasks were taken", len(taken))
	}
	for task, times := range taken {
		if times != 1 {
			t.Errorf("task %d was taken %d times", task, times)
		}
	}
}

// What is not closed is collected, also while calls on it are in flight, and its memory with it.
func TestCollect(t *testing.T) {
	store, path := testStore(t)
	host := get[*Session](t)(store.SessionOpen(background, 0))
	for i := 0; i < 200; i++ {
		session := get[*Session](t)(store.SessionOpen(background, 0))
		get[*Table[UserRow]](t)(session.UserList(background))
		if i%50 == 0 {
			runtime.GC()
		}
	}
	freed := make(chan struct{})
	lost := get[*Table[UserRow]](t)(host.UserList(background))
	lost.handle.free = func(pointer unsafe.Pointer) bool {
		defer close(freed)
		return freeTable(pointer)
	}
	lost = nil
	for collected := false; !collected; {
		runtime.GC()
		select {
		case <-freed:
			collected = true
		case <-time.After(time.Millisecond):
		}
	}
	// A store that is not closed, but collected, can be opened again.
	func() {
		other := get[*Store](t)(Create(background, filepath.Join(filepath.Dir(path), "other.annoproj")))
		get[*Session](t)(other.SessionOpen(background, 0))
	}()
	for opened := false; !opened; {
		runtime.GC()
		again, err := Open(background, filepath.Join(filepath.Dir(path), "other.annoproj"))
		opened = err == nil
		again.Close()
	}
}
