package annoproj

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"testing"
	"time"
)

// anyTable is a Table of whatever rows.
type anyTable interface {
	JSON() (string, error)
	RowType() string
	Len() int
	Close() error
	anyRows() (any, error)
}

func (t *Table[R]) anyRows() (any, error) { return t.Rows() }

// checkRows compares the decoded rows with what the library itself writes as JSON.
func checkRows(t *testing.T, table anyTable) {
	t.Helper()
	rows, err := table.anyRows()
	do(t, err)
	var fromLibrary []map[string]any
	do(t, json.Unmarshal([]byte(get[string](t)(table.JSON())), &fromLibrary))
	values := reflect.ValueOf(rows)
	if values.Len() != len(fromLibrary) || values.Len() != table.Len() {
		t.Fatalf("%s: %d rows decoded, %d in JSON, %d counted", table.RowType(), values.Len(), len(fromLibrary), table.Len())
	}
	for i, want := range fromLibrary {
		row := values.Index(i)
		for f := 0; f < row.NumField(); f++ {
			key := row.Type().Field(f).Tag.Get("json")
			expected, there := want[key]
			delete(want, key)
			if !there || !sameCell(row.Field(f).Interface(), expected) {
				t.Errorf("%s row %d: %s is %#v, in JSON %#v", table.RowType(), i, key, row.Field(f).Interface(), expected)
			}
		}
		if len(want) > 0 {
			t.Errorf("%s: not decoded: %v", table.RowType(), want)
		}
	}
}

func sameCell(got, want any) bool {
	if moment, is := got.(time.Time); is {
		got = moment.UnixMicro()
	}
	if moment, is := got.(Null[time.Time]); is {
		got = Null[int64]{moment.V.UnixMicro(), moment.Valid}
	}
	if bytes, is := got.([]byte); is && bytes == nil {
		return want == nil
	}
	encoded, err := json.Marshal(got)
	var plain any
	return err == nil && json.Unmarshal(encoded, &plain) == nil && reflect.DeepEqual(plain, want)
}

// Every method that returns a table is called, each row is compared. Arguments after the context are by method, else by type.
func TestEveryRowType(t *testing.T) {
	w := newWorld(t)
	review := finishTask(t, w)
	arguments := map[string][]any{
		"UserGet": {w.user}, "UsersGet": {[]int64{w.user}},
		"DatasetGet": {w.dataset}, "DatasetsGet": {[]int64{w.dataset}}, "DataUnitList": {w.dataset},
		"OntologyFeatures": {w.ontology}, "OntologyVertices": {w.ontology}, "ProjectsGet": {[]int64{w.project.ID()}}, "TasksGet": {[]int64{review.ID()}},
		"TasksRelease": {[]int64{review.ID(), 7}, false},
		"Geometry":     {UnitPixels}, "StoreBackup": {filepath.Join(t.TempDir(), "backup.annoproj")},
	}
	template := get[int64](t)(w.host.WorkflowTemplateCreate(background, "T", workflow))
	arguments["WorkflowTemplateGet"], arguments["WorkflowTemplatesGet"] = []any{template}, []any{[]int64{template}}
	do(t, w.project.SettingSet(background, SettingOutboxStatus, 1))
	do(t, w.project.SetStatus(background, ProjectStatusInReview))
	do(t, w.project.SetStatus(background, ProjectStatusInProgress))
	units := get[[]DataUnitRow](t)(Rows(w.host.DataUnitList(background, w.dataset)))
	arguments["DataUnitGet"], arguments["DataUnitsGet"] = []any{units[0].DataUnit}, []any{[]int64{units[0].DataUnit, units[1].DataUnit}}
	get[int64](t)(w.project.IssueTagCreate(background, "dark"))
	issues := get[[]IssueRow](t)(Rows(w.project.IssueList(background)))
	arguments["IssuesGet"] = []any{[]int64{issues[0].Issue}}
	version := get[int64](t)(w.project.LabelVersionCreate(background, "first"))
	arguments["LabelVersionDiff"], arguments["LabelVersionRestore"] = []any{version, int64(0)}, []any{version}
	covered := make(map[string]int)
	check := func(results []reflect.Value) {
		table, is := results[0].Interface().(anyTable)
		if !is || len(results) != 2 || !results[1].IsNil() || results[0].IsNil() {
			return
		}
		covered[table.RowType()] += table.Len()
		checkRows(t, table)
		do(t, table.Close())
	}
	query := get[*Query](t)(w.project.QueryOpen(background))
	for _, handle := range []any{w.host, w.project, w.stage, review, query} {
		owner := reflect.ValueOf(handle)
		for m := 0; m < owner.NumMethod(); m++ {
			name, method := owner.Type().Method(m).Name, owner.Method(m)
			kind := method.Type()
			if kind.NumIn() == 0 || kind.In(0) != reflect.TypeOf((*context.Context)(nil)).Elem() || kind.NumOut() != 2 {
				continue
			}
			given, known := arguments[name]
			if !known && kind.NumIn() > 2 {
				continue
			}
			values := []reflect.Value{reflect.ValueOf(background)}
			for _, argument := range given {
				values = append(values, reflect.ValueOf(argument))
			}
			check(method.Call(values))
		}
	}
	deleted := get[*Project](t)(w.host.ProjectCreate(background, "Deleted", w.ontology, workflow))
	do(t, deleted.Delete(background, "Deleted"))
	purged, purgeErr := deleted.Purge(background)
	check([]reflect.Value{reflect.ValueOf(purged), reflect.ValueOf(&purgeErr).Elem()})
	check(reflect.ValueOf(Operations).Call(nil))
	get[*Table[LabelHashRow]](t)(review.LabelsWrite(background, LabelChanges{
		Hashes: []string{""}, Classes: []int64{1}, GeometryStarts: []int64{0, 1}, Frames: []int64{0}, CoordinateStarts: []int64{0, 4},
		Coordinates: []float64{1, 2, 3, 4}}, LabelWriteOptions{Force: true}))
	hashes, err := review.LabelsWrite(background, LabelChanges{Hashes: []string{"", ""}, Classes: []int64{1, 1},
		GeometryStarts: []int64{0, 1, 2}, Frames: []int64{0, 0}, CoordinateStarts: []int64{0, 4, 8}, Coordinates: []float64{1, 2, 3, 4, 5, 6, 7, 8},
	}, LabelWriteOptions{Force: true})
	check([]reflect.Value{reflect.ValueOf(hashes), reflect.ValueOf(&err).Elem()})
	row := get[string](t)(review.LabelRow(background))
	written, err := review.LabelRowWrite(background, row, LabelWriteOptions{Force: true})
	check([]reflect.Value{reflect.ValueOf(written), reflect.ValueOf(&err).Elem()})
	file := filepath.Join(t.TempDir(), "again.json")
	do(t, os.WriteFile(file, []byte(coco), 0o666))
	imported, err := w.project.ImportCOCO(background, file)
	check([]reflect.Value{reflect.ValueOf(imported), reflect.ValueOf(&err).Elem()})
	stream := get[*Stream[EventRow]](t)(w.project.Events(background, 0))
	defer stream.Close()
	events, err := stream.Next(background)
	check([]reflect.Value{reflect.ValueOf(events), reflect.ValueOf(&err).Elem()})

	model := readModel(t)
	var missing []string
	for _, row := range model.Rows {
		if _, seen := covered[row.Name]; !seen {
			missing = append(missing, row.Name)
		}
	}
	sort.Strings(missing)
	if len(missing) > 0 {
		t.Errorf("no call of this test returns %v: give the method that does its arguments", missing)
	}
	filled := 0
	for _, count := range covered {
		if count > 0 {
			filled++
		}
	}
	if filled < len(covered)*3/4 {
		t.Errorf("only %d of %d row types had rows: %v", filled, len(covered), covered)
	}
}

// finishTask submits the world's task, and gives the one that waits for review, to the host.
func finishTask(t *testing.T, w *world) *Task {
	t.Helper()
	do(t, w.task.Submit(background))
	task := get[*Task](t)(w.project.TaskOpen(background, w.task.ID()))
	t.Cleanup(func() { task.Close() })
	return task
}

// model is the part of bindings/api.json that tests compare with.
type model struct {
	Rows []struct {
		Name    string
		Columns []struct {
			Name, Type string
			Nullable   bool
		}
	}
	Enums []struct {
		Name   string
		Values []struct {
			Name  string
			Value int64
		}
	}
	Structs []struct {
		Name   string
		Bytes  uintptr
		Fields []struct {
			Name   string
			Offset uintptr
		}
	}
}

func readModel(t testing.TB) *model {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "api.json"))
	if err != nil {
		t.Skip("bindings/api.json is not part of the module: ", err)
	}
	made := new(model)
	do(t, json.Unmarshal(text, made))
	return made
}

func TestLayouts(t *testing.T) {
	here, count := layouts(), 0
	for _, s := range readModel(t).Structs {
		count += 1 + len(s.Fields)
		if size, known := here[s.Name]; !known || size != s.Bytes {
			t.Errorf("%s has %d bytes here, %d in api.json", s.Name, size, s.Bytes)
		}
		for _, field := range s.Fields {
			if offset, known := here[s.Name+"."+field.Name]; !known || offset != field.Offset {
				t.Errorf("%s.%s is at %d here, at %d in api.json", s.Name, field.Name, offset, field.Offset)
			}
		}
	}
	if len(here) != count || count < 100 {
		t.Errorf("%d sizes and offsets here, %d in api.json", len(here), count)
	}
}

func TestColumns(t *testing.T) {
	w := newWorld(t)
	tasks := get[*Table[TaskRow]](t)(w.project.TaskList(background))
	rows := get[[]TaskRow](t)(tasks.Rows())
	ids := get[[]int64](t)(tasks.Int64s("task"))
	titles := get[[]string](t)(tasks.Texts("title"))
	for i, row := range rows {
		if ids[i] != row.Task || titles[i] != row.Title {
			t.Errorf("row %d: %v %v", i, row, titles[i])
		}
	}
	do(t, tasks.WithColumn("task", func(column *Column) error {
		if column.Type != ColumnTypeInt64 || column.Length != len(rows) || column.Int64s[0] != rows[0].Task {
			t.Error(column)
		}
		do(t, tasks.Close()) // the buffers stay until the function returns
		if column.Int64s[len(rows)-1] != rows[len(rows)-1].Task {
			t.Error("the table was freed under the column")
		}
		return nil
	}))
	if _, err := tasks.Int64s("task"); !isStatus(err, ErrInvalid) {
		t.Error(err)
	}
	users := get[*Table[UserRow]](t)(w.host.UserList(background))
	if _, err := users.Int64s("name"); !isStatus(err, ErrInvalid) {
		t.Error(err)
	}
	if _, err := users.Int64s("no such"); !isStatus(err, ErrNotFound) {
		t.Error(err)
	}
	made := get[[]time.Time](t)(users.Times("created"))
	if age := time.Since(made[0]); age < 0 || age > time.Hour || made[0].Location() != time.UTC {
		t.Error(made)
	}
	if disabled := get[[]bool](t)(users.Bools("disabled")); disabled[0] {
		t.Error(disabled)
	}
	if names := users.ColumnNames(); names[0] != "user" || len(names) != reflect.TypeOf(UserRow{}).NumField() {
		t.Error(names)
	}
}

func TestNull(t *testing.T) {
	type pair struct{ A, B Null[int64] }
	text := get[[]byte](t)(json.Marshal(pair{A: Null[int64]{5, true}}))
	if string(text) != `{"A":5,"B":null}` {
		t.Error(string(text))
	}
	back := pair{B: Null[int64]{1, true}}
	do(t, json.Unmarshal(text, &back))
	if back != (pair{A: Null[int64]{5, true}}) {
		t.Error(back)
	}
	if back.A.Or(7) != 5 || back.B.Or(7) != 7 || back.A.String() != "5" || back.B.String() != "null" {
		t.Error(back)
	}
	if value, valid := back.B.Get(); value != 0 || valid {
		t.Error(back)
	}
	if json.Unmarshal([]byte(`{"A":"x"}`), &back) == nil {
		t.Error("a text is no number")
	}
}

func TestPagesAndStreams(t *testing.T) {
	w := newWorld(t)
	var seen []int64
	pages := w.project.TaskListPages(background, TaskListOptions{Limit: 2})
	lengths := 0
	for pages.Next() {
		lengths = lengths*10 + pages.Table().Len()
		seen = append(seen, get[[]int64](t)(pages.Table().Int64s("task"))...)
	}
	if pages.Err() != nil || lengths != 21 || len(seen) != 3 || pages.Next() || pages.Table() != nil {
		t.Error(lengths, seen, pages.Err())
	}
	do(t, pages.Close())
	do(t, pages.Close())
	broken := w.project.TaskListPages(background, TaskListOptions{Limit: -1})
	if broken.Next() || !isStatus(broken.Err(), ErrInvalid) {
		t.Error(broken.Err())
	}
	early := w.project.TaskListPages(background, TaskListOptions{Limit: 1})
	if !early.Next() {
		t.Error(early.Err())
	}
	do(t, early.Close())
	if early.Next() || early.Err() != nil {
		t.Error("closed")
	}
	stream := get[*Stream[EventRow]](t)(w.project.Events(background, 0))
	last := int64(0)
	for tables := stream.Tables(background); tables.Next(); {
		for _, row := range get[[]EventRow](t)(tables.Table().Rows()) {
			if row.Seq != last+1 {
				t.Fatalf("event %d after %d", row.Seq, last)
			}
			last = row.Seq
		}
	}
	if last == 0 {
		t.Error("no events")
	}
	if table, err := stream.Next(background); table != nil || err != nil {
		t.Error(table, err)
	}
	do(t, stream.Close())
	if _, err := stream.Next(background); !isStatus(err, ErrInvalid) {
		t.Error(err)
	}
}
