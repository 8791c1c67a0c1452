package annoproj

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"
)

func TestContextCancelledDuringACall(t *testing.T) {
	w := newWorld(t)
	seen := get[int64](t)(w.store.Wait(background, 0))
	type outcome struct {
		seq int64
		err error
	}
	wait := func(ctx context.Context) chan outcome {
		result := make(chan outcome, 1)
		go func() {
			seq, err := w.store.Wait(ctx, seen)
			result <- outcome{seq, err}
		}()
		return result
	}
	ctx, cancel := context.WithCancel(background)
	ended, other, limited := wait(ctx), wait(background), wait(deadline(t, 20*time.Millisecond))
	if got := <-limited; !errors.Is(got.err, context.DeadlineExceeded) || !isStatus(got.err, ErrTimeout) || got.seq != 0 {
		t.Error(got)
	}
	cancel()
	if got := <-ended; !errors.Is(got.err, context.Canceled) || !isStatus(got.err, ErrCancelled) || got.seq != 0 {
		t.Error(got)
	}
	select {
	case got := <-other:
		t.Error("another call was hit: ", got)
	default:
	}
	get[int64](t)(w.host.UserCreate(background, "b@example.org", "B", OrgRoleMember))
	if got := <-other; got.err != nil || got.seq <= seen {
		t.Error(got)
	}
}

func TestContextThatEndedBefore(t *testing.T) {
	w := newWorld(t)
	past, stop := context.WithDeadline(background, time.Now().Add(-time.Second))
	defer stop()
	for _, c := range []struct {
		ctx         context.Context
		cause, kind error
	}{{canceled(), context.Canceled, ErrCancelled}, {past, context.DeadlineExceeded, ErrTimeout}} {
		_, err := w.host.UserCreate(c.ctx, "b@example.org", "B", OrgRoleMember)
		if !errors.Is(err, c.cause) || !isStatus(err, c.kind) {
			t.Error(err)
		}
	}
	if rows := get[[]UserRow](t)(Rows(w.host.UserList(background))); len(rows) != 1 {
		t.Error(rows)
	}
}

// A cancel comes at every time around a call; the call has its result or ended, and the next call is never hit.
func TestCancelHitsOneCall(t *testing.T) {
	w := newWorld(t)
	ended := 0
	for i := 0; i < 400; i++ {
		ctx, cancel := context.WithCancel(background)
		started := make(chan struct{})
		go func(spins int) {
			close(started)
			for ; spins > 0; spins-- {
				_ = ctx.Err()
			}
			cancel()
		}(i * 20)
		<-started
		rows, err := Rows(w.project.TaskList(ctx))
		switch {
		case err == nil && len(rows) != 3, err != nil && !(errors.Is(err, context.Canceled) && isStatus(err, ErrCancelled)):
			t.Fatal(rows, err)
		case err != nil:
			ended++
		}
		if rows, err := Rows(w.project.TaskList(background)); err != nil || len(rows) != 3 {
			t.Fatal("the next call was hit: ", err)
		}
		cancel()
	}
	t.Log(ended, "of 400 calls were ended")
}

// Contexts of many goroutines end only their own calls.
func TestCancelsOfManyGoroutines(t *testing.T) {
	w := newWorld(t)
	var group sync.WaitGroup
	for i := 0; i < 8; i++ {
		group.Add(1)
		go func(i int) {
			defer group.Done()
			for round := 0; round < 50; round++ {
				ctx, cancel := context.WithCancel(background)
				if i%2 == 0 {
					go cancel()
				}
				_, err := Rows(w.project.TaskList(ctx))
				if err != nil && (i%2 == 1 || !errors.Is(err, context.Canceled)) {
					t.Error(err)
				}
				cancel()
			}
		}(i)
	}
	group.Wait()
}

// The result of a call that finished is its result, whatever the context has become meanwhile.
func TestContextThatEndsAsTheCallFinishes(t *testing.T) {
	ctx, cancel := context.WithCancel(background)
	call := newCall(ctx)
	defer call.end()
	status, err := succeedAfter(call, cancel)
	if status != 0 || err != nil || ctx.Err() == nil {
		t.Error(status, err, ctx.Err())
	}
}
