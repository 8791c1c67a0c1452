package annoproj

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// isStatus is whether an error has the status of that sentinel, and of no other.
func isStatus(err, kind error) bool {
	matches := 0
	for _, other := range sentinels {
		if errors.Is(err, other) {
			matches++
		}
	}
	return matches == 1 && errors.Is(err, kind)
}

func TestEveryStatusHasASentinel(t *testing.T) {
	count := 0
	for _, enum := range readModel(t).Enums {
		if enum.Name != "annoproj_status" {
			continue
		}
		for _, value := range enum.Values {
			if value.Value >= 0 {
				continue
			}
			kind := sentinel(value.Value)
			if !isStatus(fmt.Errorf("wrapped: %w", &Error{Status: Status(value.Value)}), kind) {
				t.Errorf("%s has no sentinel of its own", value.Name)
			}
			if name := strings.TrimPrefix(value.Name, "ANNOPROJ_"); Status(value.Value).String() != name {
				t.Errorf("%s prints as %s", name, Status(value.Value))
			}
			count++
		}
	}
	if count != len(sentinels) || count < 20 {
		t.Errorf("%d failures in api.json, %d sentinels", count, len(sentinels))
	}
	if text := Status(-999).String(); text != "Status(-999)" {
		t.Error(text)
	}
	if ErrNotFound.Error() != "annoproj: not found" {
		t.Error(ErrNotFound)
	}
}

func TestErrorsOfTheLibrary(t *testing.T) {
	_, err := Open(background, "no such folder/no such store")
	var failure *Error
	if !isStatus(err, ErrNotFound) || !errors.As(err, &failure) {
		t.Fatal(err)
	}
	if failure.Status != StatusNotFound || !strings.Contains(failure.Message, "no such store") || failure.Unwrap() != nil {
		t.Errorf("%+v", failure)
	}
	store, _ := testStore(t)
	host := get[*Session](t)(store.SessionOpen(background, 0))
	_, err = host.OntologyCreate(background, "Broken", `{"objects": [}`)
	if !errors.As(err, &failure) || failure.Status != StatusData {
		t.Fatal(err)
	}
	if place, there := failure.Detail("byte"); !there || place == "" {
		t.Errorf("details: %v", failure.Details)
	}
	if value, there := failure.Detail("no such"); there || value != "" {
		t.Error(value)
	}
}

func TestMistakesAreInvalid(t *testing.T) {
	w := newWorld(t)
	for name, err := range map[string]error{
		"NUL": func() error {
			_, err := w.host.UserCreate(background, "a\x00b", "A", OrgRoleMember)
			return err
		}(),
		"NUL in array": func() error {
			_, err := w.host.DataUnitsAdd(background, w.dataset, DataUnits{Titles: []string{"a", "b\x00"}})
			return err
		}(),
		"lengths of a struct": func() error {
			_, err := w.host.DataUnitsAdd(background, w.dataset, DataUnits{Titles: []string{"a", "b"}, Widths: []int64{1}})
			return err
		}(),
		"lengths of parameters": func() error {
			_, err := w.task.ReportTime(background, []int64{1, 2}, []int64{1})
			return err
		}(),
		"no starts": func() error {
			_, err := w.task.LabelsWrite(background, LabelChanges{Hashes: []string{"a"}, GeometryStarts: []int64{}})
			return err
		}(),
		"nil handle": func() error {
			var none *Task
			return none.Submit(background)
		}(),
		"empty handle": func() error {
			_, err := new(Session).UserList(background)
			return err
		}(),
		"enum": w.project.SetStatus(background, ProjectStatus(99)),
		"not UTF-8": func() error {
			_, err := w.host.UserCreate(background, "a\xff@example.org", "A", OrgRoleMember)
			return err
		}(),
		"request key": w.task.Skip(background, WithRequestKey("")),
	} {
		if !isStatus(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if allowed, err := w.host.Can(background, nil, OperationUserManage); err != nil || !allowed {
		t.Error("nil stands for the store: ", err)
	}
	if rows, err := Rows(w.host.UsersGet(background, nil)); err != nil || len(rows) != 0 {
		t.Error("an empty array is no mistake: ", rows, err)
	}
	if err := (&world{}).task.Close(); err != nil {
		t.Error(err)
	}
}

func TestNoneIsNoError(t *testing.T) {
	w := newWorld(t)
	for i := 0; i < 3; i++ {
		task, reason, err := w.stage.StartNext(background)
		if err != nil || task == nil || reason != QueueReasonFound {
			t.Fatal(task, reason, err)
		}
		do(t, task.Submit(background))
	}
	task, reason, err := w.stage.StartNext(background, StartOptions{IncludeSkipped: true}, CallOption{}, nil)
	if task != nil || err != nil || reason == QueueReasonFound {
		t.Error(task, reason, err)
	}
}

func TestRequestKeys(t *testing.T) {
	w := newWorld(t)
	first := get[int64](t)(w.host.UserCreate(background, "b@example.org", "B", OrgRoleMember, WithRequestKey("k")))
	again := get[int64](t)(w.host.UserCreate(background, "b@example.org", "B", OrgRoleMember, WithRequestKey("k")))
	if first != again {
		t.Error(first, again)
	}
	_, err := w.host.UserCreate(background, "c@example.org", "C", OrgRoleMember, WithRequestKey("k"))
	if !isStatus(err, ErrConflict) {
		t.Error(err)
	}
}

func TestVersions(t *testing.T) {
	for _, c := range []struct {
		number, major, minor int
		fits                 bool
	}{{1000, 0, 1, true}, {1007, 0, 1, true}, {2000, 0, 1, false}, {1000, 0, 2, false}, {1000000, 0, 1, false},
		{1002000, 1, 1, true}, {1000000, 1, 1, false}, {2001000, 1, 1, false}} {
		if err := checkVersion(c.number, c.major, c.minor); (err == nil) != c.fits || err != nil && !isStatus(err, ErrUnsupported) {
			t.Error(c, err)
		}
	}
	if versionError != nil || Version() == "" || VersionNumber() < 1000 {
		t.Error(versionError, Version(), VersionNumber())
	}
}

func TestErrorBeforeTheCall(t *testing.T) {
	_, err := Open(canceled(), "anything")
	if !errors.Is(err, context.Canceled) || !isStatus(err, ErrCancelled) {
		t.Error(err)
	}
}

func canceled() context.Context {
	ctx, cancel := context.WithCancel(background)
	cancel()
	return ctx
}
