//go:build go1.23

package annoproj

import (
	"context"
	"errors"
	"testing"
)

func TestAll(t *testing.T) {
	w := newWorld(t)
	count := 0
	for row, err := range w.project.TaskListPages(background, TaskListOptions{Limit: 1}).All() {
		do(t, err)
		if row.Task == 0 {
			t.Error(row)
		}
		count++
	}
	for range w.project.TaskListPages(background, TaskListOptions{Limit: 1}).All() {
		count += 10
		break
	}
	table := get[*Table[UserRow]](t)(w.host.UserList(background))
	for row, err := range table.All() {
		do(t, err)
		count += 100 * int(row.User)
	}
	if count != 113 {
		t.Error(count)
	}
	do(t, table.Close())
	failures := 0
	for _, err := range table.All() {
		if isStatus(err, ErrInvalid) {
			failures++
		}
	}
	ctx, cancel := context.WithCancel(background)
	stream := get[*Stream[EventRow]](t)(w.project.Events(background, 0))
	cancel()
	for _, err := range stream.All(ctx) {
		if errors.Is(err, context.Canceled) {
			failures += 10
		}
	}
	for _, err := range stream.All(background) {
		do(t, err)
		failures += 100
		break
	}
	if failures != 111 {
		t.Error(failures)
	}
}
