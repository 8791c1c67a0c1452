package annoproj

import (
	"context"
	"os"
	"path/filepath"
	"testing"
)

// world is a store with a project that has labels, a task in review, an issue and time spent.
type world struct {
	store    *Store
	host     *Session
	ann      *Session
	project  *Project // of the host
	own      *Project // of ann
	stage    *Stage
	task     *Task
	user     int64
	dataset  int64
	ontology int64
}

const coco = `{"images": [
 {"id": 1, "file_name": "a.jpg", "width": 100, "height": 80},
 {"id": 2, "file_name": "b.jpg", "width": 100, "height": 80},
 {"id": 3, "file_name": "c.jpg", "width": 100, "height": 80}],
"categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "tree"}],
"annotations": [
 {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 40], "area": 1200, "iscrowd": 0},
 {"id": 2, "image_id": 2, "category_id": 2, "bbox": [5, 6, 10.5, 20], "area": 210, "iscrowd": 0},
 {"id": 3, "image_id": 2, "category_id": 1, "bbox": [50, 6, 10, 20], "area": 200, "iscrowd": 0}]}`

const workflow = `{"start": "annotate", "stages": [
 {"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},
 {"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"}},
 {"key": "complete", "type": "DONE", "title": "Complete"}]}`

var background = context.Background()

// do and get end the test when something that is not what it is about goes wrong.
func do(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		do(t, err)
		return value
	}
}

func testStore(t testing.TB, opts ...StoreOption) (*Store, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.annoproj")
	store := get[*Store](t)(Create(background, path, opts...))
	t.Cleanup(func() { store.Close() })
	return store, path
}

func newWorld(t testing.TB, opts ...StoreOption) *world {
	t.Helper()
	w := &world{}
	w.store, _ = testStore(t, opts...)
	file := filepath.Join(t.TempDir(), "coco.json")
	do(t, os.WriteFile(file, []byte(coco), 0o666))
	w.host = get[*Session](t)(w.store.SessionOpen(background, 0))
	w.user = get[int64](t)(w.host.UserCreate(background, "ann@example.org", "Ann", OrgRoleMember))
	w.dataset = get[int64](t)(w.host.DatasetCreate(background, "Photos", ""))
	get[int64](t)(w.host.DatasetImportCOCO(background, w.dataset, file))
	w.ontology = get[int64](t)(w.host.OntologyImportCOCO(background, "Street", file))
	w.project = get[*Project](t)(w.host.ProjectCreate(background, "Street", w.ontology, workflow))
	get[int64](t)(w.project.AttachDataset(background, w.dataset))
	do(t, w.project.CollaboratorAdd(background, w.user, RoleAnnotatorReviewer))
	do(t, w.project.SetStatus(background, ProjectStatusInProgress))
	get[*Table[ImportRow]](t)(w.project.ImportCOCO(background, file))
	w.ann = get[*Session](t)(w.store.SessionOpen(background, w.user))
	w.own = get[*Project](t)(w.ann.ProjectOpen(background, w.project.ID()))
	w.stage = get[*Stage](t)(w.own.StageOpen(background, "annotate"))
	task, reason, err := w.stage.StartNext(background)
	if err != nil || task == nil || reason != QueueReasonFound {
		t.Fatal(task, reason, err)
	}
	w.task = task
	get[int64](t)(w.task.Heartbeat(background, 0))
	get[int64](t)(w.task.IssueCreate(background, "Is it a car?"))
	return w
}
