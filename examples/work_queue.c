/* An annotator's tool in small: takes the next task, draws a box, submits, until the queue is empty.
 *
 *     cc work_queue.c $(pkg-config --cflags --libs annoproj) -o work_queue
 *     ./work_queue team.annoproj
 *
 * The first run makes the store, with three images to annotate. Any number of them may work at once: nobody gets a task
 * twice. */
#include <annoproj.h>

#include <stdio.h>
#include <string.h>

static const char ontology_json[] = "{\"objects\": [{\"id\": \"1\", \"name\": \"Car\", \"color\": \"#1F77B4\", "
                                    "\"shape\": \"bounding_box\", \"featureNodeHash\": \"carBox01\"}], "
                                    "\"classifications\": []}";

static const char workflow_json[] =
    "{\"start\": \"annotate\", \"stages\": ["
    "{\"key\": \"annotate\", \"type\": \"ANNOTATION\", \"title\": \"Annotate\", \"edges\": {\"submit\": \"review\"}},"
    "{\"key\": \"review\", \"type\": \"REVIEW\", \"title\": \"Review\", \"edges\": {\"approve\": \"complete\", "
    "\"reject\": \"annotate\"}},"
    "{\"key\": \"complete\", \"type\": \"DONE\", \"title\": \"Complete\"}]}";

/* A call that fails leaves an error, which says in one line what was wrong and what to do. */
static void report(const char *what, annoproj_error *error) {
    if (error)
        fprintf(stderr, "%s: %s: %s\n", what, annoproj_status_name(annoproj_error_status(error)),
                annoproj_error_message(error));
    annoproj_error_free(error);
}

/* What the host does once, with all rights: a person, three images, what to draw, the way of a task. Project and user get
 * the number 1, the first of their kind. Bulk input is flat arrays: title i is text[offsets[i]] up to text[offsets[i + 1]]. */
static annoproj_status set_up(annoproj_session *host, annoproj_error **error) {
    const char text[] = "street.jpgcrossing.jpgbridge.jpg";
    const int64_t offsets[] = {0, 10, 22, 32};
    annoproj_data_units images = ANNOPROJ_DATA_UNITS_INIT;
    annoproj_project *project = NULL;
    annoproj_status status;
    int64_t user, dataset, ontology, count;
    images.count = 3;
    images.text = text;
    images.text_length = strlen(text);
    images.title_offsets = offsets;
    status = annoproj_user_create(host, "ann@example.org", "Ann", ANNOPROJ_ORG_MEMBER, NULL, &user, error);
    if (status == ANNOPROJ_OK)
        status = annoproj_dataset_create(host, "Streets", NULL, NULL, &dataset, error);
    if (status == ANNOPROJ_OK)
        status = annoproj_data_units_add(host, dataset, &images, NULL, &count, error);
    if (status == ANNOPROJ_OK)
        status = annoproj_ontology_create(host, "Cars", ontology_json, NULL, &ontology, error);
    if (status == ANNOPROJ_OK)
        status = annoproj_project_create(host, "Cars", ontology, workflow_json, NULL, NULL, &project, error);
    if (status == ANNOPROJ_OK)
        status = annoproj_collaborator_add(project, user, ANNOPROJ_ROLE_ANNOTATOR, NULL, error);
    if (status == ANNOPROJ_OK)
        status = annoproj_project_attach_dataset(project, dataset, NULL, &count, error);
    annoproj_project_close(project);
    return status;
}

/* One box on the first frame: x, y, width, height in pixels. Classes go by their number in the ontology. */
static annoproj_status draw_box(annoproj_task *task, annoproj_error **error) {
    const double box[] = {12.5, 30, 120, 64.25};
    const int64_t class[] = {1}, starts[] = {0, 1}, coordinates[] = {0, 4};
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    changes.count = changes.geometry_count = changes.part_count = 1;
    changes.classes = class;
    changes.geometry_starts = starts;
    changes.coordinate_starts = coordinates;
    changes.coordinates = box;
    changes.coordinate_count = 4;
    options.force =
        true; /* an editor gives the version it has seen instead, and hears CONFLICT when it is out of date */
    annoproj_status status = annoproj_labels_write(task, &changes, &options, NULL, &written, error);
    if (status == ANNOPROJ_OK)
        printf("task %lld: label %s\n", (long long)annoproj_task_id(task), annoproj_table_text(written, 0, 0));
    annoproj_table_free(written);
    return status;
}

/* Works on the queue until it gives nothing more. */
static annoproj_status work(annoproj_stage *stage) {
    annoproj_status status;
    do {
        annoproj_queue_reason reason = ANNOPROJ_QUEUE_FOUND;
        annoproj_task *task = NULL;
        annoproj_error *error = NULL;
        status = annoproj_stage_start_next(stage, NULL, NULL, &task, &reason, &error);
        if (status == ANNOPROJ_NONE) /* no failure: `reason` says why there is no task */
            printf("no more tasks (reason %d)\n", (int)reason);
        if (status == ANNOPROJ_OK)
            status = draw_box(task, &error);
        if (status == ANNOPROJ_OK)
            status = annoproj_task_submit(task, NULL, NULL, &error);
        annoproj_task_close(task);
        report("work", error);
        /* Somebody else got hold of the task meanwhile: take the next one. */
    } while (status == ANNOPROJ_OK || status == ANNOPROJ_CONFLICT);
    return status;
}

int main(int count, char **arguments) {
    annoproj_store *store = NULL;
    annoproj_session *host = NULL, *ann = NULL;
    annoproj_project *project = NULL;
    annoproj_stage *stage = NULL;
    annoproj_error *error = NULL;
    if (count != 2) {
        fprintf(stderr, "usage: work_queue STORE\n");
        return 2;
    }
    annoproj_status status = annoproj_store_create(arguments[1], NULL, NULL, &store, &error);
    bool made = status == ANNOPROJ_OK;
    if (status == ANNOPROJ_EXISTS) {
        annoproj_error_free(error);
        status = annoproj_store_open(arguments[1], NULL, NULL, &store, &error);
    }
    if (status == ANNOPROJ_OK)
        status = annoproj_session_open(store, 0, NULL, NULL, &host, &error);
    if (status == ANNOPROJ_OK && made)
        status = set_up(host, &error);
    if (status == ANNOPROJ_OK)
        status = annoproj_session_open(store, 1, NULL, NULL, &ann, &error);
    if (status == ANNOPROJ_OK)
        status = annoproj_project_open(ann, 1, NULL, &project, &error);
    if (status == ANNOPROJ_OK)
        status = annoproj_stage_open(project, "annotate", NULL, &stage, &error);
    if (status == ANNOPROJ_OK)
        status = work(stage);
    report(arguments[1], error);
    /* Handles may be closed in any order; NULL is fine. */
    annoproj_stage_close(stage);
    annoproj_project_close(project);
    annoproj_session_close(ann);
    annoproj_session_close(host);
    annoproj_status closed = annoproj_store_close(store, NULL, &error);
    report("close", error);
    return status < 0 || closed < 0;
}
