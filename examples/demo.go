// A whole annotation project, as a host program would run it: the same story as demo.c, over the Go package.
//
//	demo COCO-FILE OUTPUT-FOLDER
//
// The clock and the random source are injected as there, so that both write the same bytes.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	annoproj "github.com/libannoproj/libannoproj/bindings/go"
)

const second = 1000000

// People of the story.
const (
	ada = iota
	tom
	ann
	rob
	kim
	zoe
	people
)

var (
	emails = [people]string{"ada@example.org", "tom@example.org", "ann@example.org", "rob@example.org", "kim@example.org", "zoe@example.org"}
	names  = [people]string{"Ada Admin", "Tom Teamlead", "Ann Annotator", "Rob Reviewer", "Kim Allrounder", "Zoe Leaver"}
	roles  = [people]annoproj.Role{annoproj.RoleAdmin, annoproj.RoleTeamManager, annoproj.RoleAnnotator, annoproj.RoleReviewer,
		annoproj.RoleAnnotatorReviewer, annoproj.RoleAnnotator}
)

const workflow = `{"start": "annotate", "stages": [` +
	`{"key": "annotate", "type": "ANNOTATION", "title": "Annotate", "edges": {"submit": "review"}},` +
	`{"key": "review", "type": "REVIEW", "title": "Review", "edges": {"approve": "complete", "reject": "annotate"}},` +
	`{"key": "complete", "type": "DONE", "title": "Complete"}]}`

// What the COCO categories do not have: an object with an answer that changes by frame, and a classification.
const (
	vehicle = `{"id": "900001", "name": "Vehicle", "color": "#1F77B4", "shape": "bounding_box", "featureNodeHash": "demoVeh1",` +
		` "required": false, "archived": false, "attributes": [{"id": "900001.1", "name": "Signal", "type": "radio",` +
		` "featureNodeHash": "demoSig1", "required": false, "archived": false, "dynamic": true, "options": [` +
		`{"id": "900001.1.1", "label": "On", "value": "on", "featureNodeHash": "demoSOn1", "archived": false},` +
		`{"id": "900001.1.2", "label": "Off", "value": "off", "featureNodeHash": "demoSOf1", "archived": false}]}]}`
	scene = `{"id": "900001", "featureNodeHash": "demoScn1", "attributes": [{"id": "900001.1", "name": "Light", "type": "radio",` +
		` "featureNodeHash": "demoLgt1", "required": false, "archived": false, "dynamic": false, "options": [` +
		`{"id": "900001.1.1", "label": "Day", "value": "day", "featureNodeHash": "demoDay1", "archived": false},` +
		`{"id": "900001.1.2", "label": "Night", "value": "night", "featureNodeHash": "demoNgt1", "archived": false}]}]}`
)

// A host program would handle errors where they matter; a demo ends.
func check(err error) {
	if err != nil {
		log.Fatal("demo: ", err)
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func rows[R any](table *annoproj.Table[R], err error) []R { return must(annoproj.Rows(table, err)) }

func one[R any](table *annoproj.Table[R], err error) R { return must(annoproj.One(table, err)) }

// insertElement puts an element at the front of the array that stands under a key.
func insertElement(json, key, element string) string {
	head := strings.Index(json, key)
	head += strings.Index(json[head:], "[") + 1
	if !strings.HasPrefix(strings.TrimLeft(json[head:], " \n\t\r"), "]") {
		element += ","
	}
	return json[:head] + element + json[head:]
}

type visits struct{ annotated, reviewed int }

type demo struct {
	ctx           context.Context
	coco, folder  string
	nowMicros     int64
	randomState   uint64
	libraryRandom uint64
	visits        map[int64]*visits
	terminal      bool

	store         *annoproj.Store
	host          *annoproj.Session
	users         [people]int64
	sessions      [people]*annoproj.Session
	projects      [people]*annoproj.Project
	annotate      [people]*annoproj.Stage
	review        [people]*annoproj.Stage
	ontology      int64
	images, clips int64
	clip          int64
	tasks         int64

	scene, light, day, night int64
	vehicle, signal, on, off int64
	scopeTag, answerTag      int64 // what issues are about
}

func (d *demo) random() uint64 {
	state := d.randomState
	state ^= state << 13
	state ^= state >> 7
	state ^= state << 17
	d.randomState = state
	return state
}

// fillRandom is the library's own source: a second sequence, so that the story does not depend on what it draws.
func (d *demo) fillRandom(buffer []byte) error {
	for i := range buffer {
		d.libraryRandom = d.libraryRandom*6364136223846793005 + 1442695040888963407
		buffer[i] = byte(d.libraryRandom >> 56)
	}
	return nil
}

// --- the team -------------------------------------------------------------------------------------------------------

func (d *demo) makeTeam() {
	d.host = must(d.store.SessionOpen(d.ctx, 0))
	for i := range d.users {
		role := annoproj.OrgRoleMember
		if i == ada {
			role = annoproj.OrgRoleAdmin
		}
		d.users[i] = must(d.host.UserCreate(d.ctx, emails[i], names[i], role))
	}
	check(d.host.UserUpdate(d.ctx, d.users[zoe], "Zoe Left", annoproj.OrgRoleMember))
	for i, user := range d.users {
		d.sessions[i] = must(d.store.SessionOpen(d.ctx, user))
	}
}

func (d *demo) makeOntology() {
	session := d.sessions[ada]
	d.ontology = must(session.OntologyImportCOCO(d.ctx, "Street scenes", d.coco))
	json := must(session.OntologyJSON(d.ctx, d.ontology))
	json = insertElement(json, `"objects"`, vehicle)
	json = insertElement(json, `"classifications"`, scene)
	check(session.OntologyUpdate(d.ctx, d.ontology, json))
	byHash := make(map[string]int64)
	for _, row := range rows(session.OntologyFeatures(d.ctx, d.ontology)) {
		byHash[row.FeatureHash] = row.Feature
	}
	d.scene, d.light, d.day, d.night = byHash["demoScn1"], byHash["demoLgt1"], byHash["demoDay1"], byHash["demoNgt1"]
	d.vehicle, d.signal, d.on, d.off = byHash["demoVeh1"], byHash["demoSig1"], byHash["demoSOn1"], byHash["demoSOf1"]
}

func (d *demo) makeClip() {
	d.clip = must(d.sessions[ada].DataUnitsAdd(d.ctx, d.clips, annoproj.DataUnits{
		Titles:     []string{"crossing.mp4"},
		MediaTypes: []string{"video/mp4"},
		DataTypes:  []annoproj.DataType{annoproj.DataTypeVideo},
		Frames:     []int64{10},
		Widths:     []int64{640},
		Heights:    []int64{360},
		FPS:        []float64{10},
		Durations:  []float64{1},
	}))
}

func (d *demo) makeProject() {
	session := d.sessions[ada]
	d.images = must(session.DatasetCreate(d.ctx, "Photos", "From the COCO file"))
	must(session.DatasetImportCOCO(d.ctx, d.images, d.coco))
	d.clips = must(session.DatasetCreate(d.ctx, "Clips", ""))
	d.makeClip()
	d.makeOntology()
	project := must(session.ProjectCreate(d.ctx, "Street scenes", d.ontology, workflow))
	check(project.Update(d.ctx, "Street scenes 2026", annoproj.ProjectOptions{
		Description: "Boxes and polygons of a street", IdleLimitMicros: 90 * second}))
	for i := tom; i <= zoe; i++ {
		check(project.CollaboratorAdd(d.ctx, d.users[i], roles[i]))
	}
	check(project.CollaboratorSetRole(d.ctx, d.users[zoe], annoproj.RoleReviewer))
	check(project.CollaboratorRemove(d.ctx, d.users[zoe]))
	check(d.host.UserDisable(d.ctx, d.users[zoe]))
	check(d.host.UserEnable(d.ctx, d.users[zoe]))
	check(d.host.UserDisable(d.ctx, d.users[zoe]))
	d.tasks = must(project.AttachDataset(d.ctx, d.images))
	must(project.AttachDataset(d.ctx, d.clips))
	must(project.DetachDataset(d.ctx, d.clips))
	d.tasks += must(project.AttachDataset(d.ctx, d.clips))
	d.scopeTag = must(project.IssueTagCreate(d.ctx, "Scope"))
	d.answerTag = must(project.IssueTagCreate(d.ctx, "Wrong answer"))
	check(project.SetStatus(d.ctx, annoproj.ProjectStatusInProgress))
	d.projects[ada] = project
	for i := tom; i < zoe; i++ {
		d.projects[i] = must(d.sessions[i].ProjectOpen(d.ctx, project.ID()))
	}
	for i := ada; i < zoe; i++ {
		if i != rob {
			d.annotate[i] = must(d.projects[i].StageOpen(d.ctx, "annotate"))
		}
		if i != ann {
			d.review[i] = must(d.projects[i].StageOpen(d.ctx, "review"))
		}
	}
}

func (d *demo) importLabels() {
	row := one(d.projects[ada].ImportCOCO(d.ctx, d.coco))
	fmt.Printf("Imported %d labels on %d of %d images (%d exact repeats left out).\n", row.Labels, row.Tasks, row.Images, row.Repeated)
}

// --- work -----------------------------------------------------------------------------------------------------------

func (d *demo) visitOf(task *annoproj.Task) *visits {
	id := task.ID()
	if d.visits[id] == nil {
		d.visits[id] = new(visits)
	}
	return d.visits[id]
}

func (d *demo) row(task *annoproj.Task) annoproj.TaskRow { return one(task.Get(d.ctx)) }

// putVehicle puts a box on frames [first, last] of the clip, its signal on for the first half and off for the rest.
func (d *demo) putVehicle(task *annoproj.Task, hash string, first, last int64) {
	changes := annoproj.LabelChanges{
		Hashes:            []string{hash},
		Classes:           []int64{d.vehicle},
		GeometryStarts:    []int64{0, last - first + 1},
		CoordinateStarts:  []int64{0},
		AnswerStarts:      []int64{0, 2},
		AnswerAttributes:  []int64{d.signal, d.signal},
		AnswerOptions:     []int64{d.on, d.off},
		AnswerFirstFrames: []int64{first, first + 2},
		AnswerLastFrames:  []int64{first + 1, last},
	}
	for frame := first; frame <= last; frame++ {
		changes.Frames = append(changes.Frames, frame)
		changes.Coordinates = append(changes.Coordinates, 20.5+40*float64(frame), 120.25, 80, 45.5)
		changes.CoordinateStarts = append(changes.CoordinateStarts, int64(len(changes.Coordinates)))
	}
	must(task.LabelsWrite(d.ctx, changes, annoproj.LabelWriteOptions{Version: d.row(task).Version}))
}

// putScene puts the whole data unit down as day or night.
func (d *demo) putScene(task *annoproj.Task, hash string, night bool) {
	option := d.day
	if night {
		option = d.night
	}
	must(task.LabelsWrite(d.ctx, annoproj.LabelChanges{
		Hashes:           []string{hash},
		Classes:          []int64{d.scene},
		AnswerStarts:     []int64{0, 1},
		AnswerAttributes: []int64{d.light},
		AnswerOptions:    []int64{option},
	}, annoproj.LabelWriteOptions{Version: d.row(task).Version}))
}

func (d *demo) findLabel(task *annoproj.Task, class int64) string {
	for _, row := range rows(task.Labels(d.ctx)) {
		if row.Class == class {
			return row.Label
		}
	}
	return ""
}

// findObject is an object label that the import brought, the last one.
func (d *demo) findObject(task *annoproj.Task) string {
	found := ""
	for _, row := range rows(task.Labels(d.ctx)) {
		if row.Kind == "object" && row.Class != d.vehicle {
			found = row.Label
		}
	}
	return found
}

func (d *demo) isClip(task *annoproj.Task) bool { return d.row(task).DataUnit == d.clip }

// spendTime has seconds pass, the first part reported as an interval, the rest by heartbeats.
func (d *demo) spendTime(task *annoproj.Task, seconds int64) {
	start := d.nowMicros
	d.nowMicros += seconds * second
	must(task.ReportTime(d.ctx, []int64{start}, []int64{(seconds - 30) * second}))
	must(task.Heartbeat(d.ctx, d.nowMicros-30*second))
	must(task.Heartbeat(d.ctx, 0))
}

func (d *demo) annotateTask(task *annoproj.Task) {
	seen := d.visitOf(task)
	again := seen.annotated > 0
	seen.annotated++
	if !again && d.random()%5 == 0 {
		d.nowMicros += 5 * second
		check(task.Skip(d.ctx))
		seen.annotated = 0
		return
	}
	d.spendTime(task, 60+int64(d.random()%120))
	if d.isClip(task) {
		first, last := int64(0), int64(4)
		if again {
			first, last = 2, 7
		}
		d.putVehicle(task, d.findLabel(task, d.vehicle), first, last)
	}
	d.putScene(task, d.findLabel(task, d.scene), again)
	if hash := d.findObject(task); hash != "" && (again || d.random()%6 == 0) {
		must(task.LabelsWrite(d.ctx, annoproj.LabelChanges{
			Hashes: []string{hash}, Actions: []annoproj.LabelAction{annoproj.LabelActionRemove},
		}, annoproj.LabelWriteOptions{Force: true}))
	}
	check(task.Submit(d.ctx))
}

// reviewTask looks at each label; it rejects one of a task's labels on the first visit now and then, or when it is the clip.
func (d *demo) reviewTask(task *annoproj.Task) {
	seen := d.visitOf(task)
	firstVisit := seen.reviewed == 0
	seen.reviewed++
	sendBack := firstVisit && (d.isClip(task) || d.random()%4 == 0)
	d.spendTime(task, 40+int64(d.random()%60))
	if !sendBack && d.random()%8 == 0 { // edit review: the reviewer corrects it himself
		d.putScene(task, d.findLabel(task, d.scene), true)
	}
	labels := rows(task.Labels(d.ctx))
	for _, row := range labels {
		d.nowMicros += second
		if sendBack && row.Class == d.scene {
			must(task.LabelReject(d.ctx, row.Label, "Look at the light again", annoproj.LabelRejectOptions{Tags: []int64{d.answerTag}}))
		} else {
			check(task.LabelApprove(d.ctx, row.Label))
		}
	}
	if len(labels) > 0 && !sendBack && d.random()%3 == 0 {
		check(task.LabelReopen(d.ctx, labels[0].Label))
		check(task.LabelApprove(d.ctx, labels[0].Label))
	}
	switch {
	case !sendBack:
		check(task.Approve(d.ctx))
	case d.isClip(task):
		check(task.Reject(d.ctx, annoproj.ReviewOptions{Comment: "The vehicle is late on the first frames"}))
	default:
		check(task.Reject(d.ctx))
	}
}

// work has one person take one task of a stage.
func (d *demo) work(stage *annoproj.Stage, do func(*annoproj.Task), includeSkipped bool) bool {
	d.nowMicros += second
	task, _, err := stage.StartNext(d.ctx, annoproj.StartOptions{IncludeSkipped: includeSkipped})
	check(err)
	if task == nil {
		return false
	}
	defer task.Close()
	do(task)
	return true
}

// prepareQueue is what a lead does before the work begins: priorities, an assignment, a look at what someone took and gave back.
func (d *demo) prepareQueue() {
	listed := rows(d.projects[tom].TaskList(d.ctx, annoproj.TaskListOptions{Limit: 3}))
	task := must(d.projects[tom].TaskOpen(d.ctx, listed[len(listed)-1].Task))
	defer task.Close()
	check(task.SetPriority(d.ctx, 90))
	check(task.Assign(d.ctx, d.users[ann]))
	issue := must(task.IssueCreate(d.ctx, "Is the sign in scope?", annoproj.IssueOptions{Tags: []int64{d.scopeTag}}))
	check(d.projects[tom].IssueComment(d.ctx, issue, "Yes, it is."))
	check(d.projects[tom].IssueResolve(d.ctx, issue))
	check(d.projects[tom].IssueReopen(d.ctx, issue))
	other := must(d.projects[kim].TaskOpen(d.ctx, listed[0].Task))
	defer other.Close()
	check(other.Initiate(d.ctx))
	check(other.Release(d.ctx))
}

func (d *demo) showProgress(end string) {
	if !d.terminal {
		return
	}
	complete := int64(0)
	for _, row := range rows(d.projects[ada].TasksByStage(d.ctx)) {
		if row.Key == "complete" {
			complete += row.Tasks
		}
	}
	fmt.Fprintf(os.Stderr, "\r%d of %d tasks complete%s", complete, d.tasks, end)
}

func (d *demo) workUntilComplete() {
	includeSkipped := false
	for turn := 0; ; turn++ {
		worked := d.work(d.annotate[ann], d.annotateTask, includeSkipped)
		worked = d.work(d.annotate[kim], d.annotateTask, includeSkipped) || worked
		worked = d.work(d.review[rob], d.reviewTask, false) || worked
		if turn%2 == 1 {
			worked = d.work(d.review[kim], d.reviewTask, false) || worked
		}
		if turn%8 == 0 {
			d.showProgress("")
		}
		if !worked && includeSkipped && turn%2 == 1 {
			break
		}
		includeSkipped = includeSkipped || !worked
	}
	d.showProgress("\n")
}

// --- what comes out -------------------------------------------------------------------------------------------------

func (d *demo) writeFile(name, content string) {
	check(os.WriteFile(filepath.Join(d.folder, name), []byte(content), 0o666))
}

func writeReport[R any](d *demo, name string, table *annoproj.Table[R], err error) {
	check(err)
	defer table.Close()
	csv := must(table.CSV())
	d.writeFile("reports/"+name+".csv", csv)
	fmt.Printf("\n%s\n%s", name, csv)
}

func (d *demo) writeReports() {
	ctx, project := d.ctx, d.projects[ada]
	daily := must(project.QueryOpen(ctx, annoproj.QueryOptions{
		Bucket: annoproj.BucketDay, AfterMicros: 1767571200 * second, BeforeMicros: d.nowMicros + 1}))
	defer daily.Close()
	all := must(project.QueryOpen(ctx))
	defer all.Close()
	overview, err := project.Overview(ctx)
	writeReport(d, "overview", overview, err)
	stages, err := project.TasksByStage(ctx)
	writeReport(d, "tasks_by_stage", stages, err)
	actions, err := daily.TaskActions(ctx)
	writeReport(d, "task_actions", actions, err)
	spent, err := daily.TimeSpent(ctx)
	writeReport(d, "time_spent", spent, err)
	labels, err := daily.LabelActions(ctx)
	writeReport(d, "label_actions", labels, err)
	ontology, err := all.OntologyActions(ctx)
	writeReport(d, "ontology_actions", ontology, err)
	annotators, err := all.Annotators(ctx)
	writeReport(d, "annotators", annotators, err)
	annotatorsByFrame, err := all.AnnotatorsByFrame(ctx)
	writeReport(d, "annotators_by_frame", annotatorsByFrame, err)
	reviewers, err := all.Reviewers(ctx)
	writeReport(d, "reviewers", reviewers, err)
	reviewersByFrame, err := all.ReviewersByFrame(ctx)
	writeReport(d, "reviewers_by_frame", reviewersByFrame, err)
}

// writePage writes all of it again as one page for a browser.
func (d *demo) writePage() {
	query := must(d.projects[ada].QueryOpen(d.ctx))
	defer query.Close()
	check(query.Report(d.ctx, annoproj.ReportOptions{Path: filepath.Join(d.folder, "report.html")}))
	fmt.Println("\nreport.html: open it in a browser")
}

func (d *demo) writeExports() {
	project := d.projects[ada]
	count := must(project.ExportCOCO(d.ctx, annoproj.ExportOptions{Path: filepath.Join(d.folder, "export.coco.json")}))
	fmt.Printf("\nexport.coco.json: %d annotations\n", count)
	count = must(project.ExportLabels(d.ctx, annoproj.ExportOptions{Path: filepath.Join(d.folder, "labels.json")}))
	fmt.Printf("labels.json: %d labels\n", count)
	d.writeFile("workflow.dot", must(project.WorkflowDOT(d.ctx)))
}

func (d *demo) checkStore() {
	found := must(d.host.StoreCheck(d.ctx))
	defer found.Close()
	if found.Len() > 0 {
		log.Fatal("demo: the store is not sound:\n", must(found.CSV()))
	}
	fmt.Println("\nThe store is sound: every figure follows from its events.")
}

func (d *demo) run() {
	check(os.MkdirAll(filepath.Join(d.folder, "reports"), 0o777))
	path := filepath.Join(d.folder, "project.annoproj")
	for _, end := range []string{"", "-wal", "-shm", "-lock"} {
		os.Remove(path + end)
	}
	d.store = must(annoproj.Create(d.ctx, path, annoproj.StoreOptions{
		Clock: func() (int64, error) { return d.nowMicros, nil }, Random: d.fillRandom}))
	fmt.Printf("libannoproj %s: %s\n", annoproj.Version(), d.coco)
	d.makeTeam()
	d.makeProject()
	d.importLabels()
	d.prepareQueue()
	d.workUntilComplete()
	check(d.projects[tom].SetStatus(d.ctx, annoproj.ProjectStatusCompleted))
	d.writeReports()
	d.writePage()
	d.writeExports()
	d.checkStore()
	check(d.store.Close())
}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: demo COCO-FILE OUTPUT-FOLDER")
	}
	info, err := os.Stderr.Stat()
	(&demo{
		ctx:           context.Background(),
		coco:          os.Args[1],
		folder:        os.Args[2],
		nowMicros:     1767603600 * second, // Monday 2026-01-05, 09:00 UTC
		randomState:   42,
		libraryRandom: 7,
		visits:        make(map[int64]*visits),
		terminal:      err == nil && info.Mode()&os.ModeCharDevice != 0,
	}).run()
}
