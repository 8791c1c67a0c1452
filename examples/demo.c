/* A whole annotation project, as a host program would run it: a COCO file comes in, a team works the queue, reports and
 * exports go out. Uses only the installed header.
 *
 *     demo COCO-FILE OUTPUT-FOLDER
 *
 * The clock and the random source are injected, so that every run of the same input writes the same bytes. */
#include <annoproj.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND INT64_C(1000000)

static int64_t now_us = INT64_C(1767603600) * SECOND; /* Monday 2026-01-05, 09:00 UTC */
static uint64_t random_state = 42;

static uint64_t next_random(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state;
}

static int32_t read_clock(int64_t *time_us, void *user_data) {
    (void)user_data;
    *time_us = now_us;
    return 0;
}

/* The library's own draws come from a second sequence, so that the story does not depend on them. */
static int32_t fill_random(void *buffer, size_t length, void *user_data) {
    uint64_t *state = user_data;
    unsigned char *bytes = buffer;
    for (size_t i = 0; i < length; i++) {
        *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        bytes[i] = (unsigned char)(*state >> 56);
    }
    return 0;
}

static void must(annoproj_status status, annoproj_error *error, const char *what) {
    if (status >= 0)
        return;
    fprintf(stderr, "demo: %s: %s: %s\n", what, annoproj_status_name(status), annoproj_error_message(error));
    for (size_t i = 0; i < annoproj_error_detail_count(error); i++)
        fprintf(stderr, "  %s: %s\n", annoproj_error_detail_key(error, i), annoproj_error_detail_value(error, i));
    exit(1);
}

/* Runs a call with `error` at hand and ends the program with its message when it fails. */
#define MUST(call)                                                                                                     \
    do {                                                                                                               \
        annoproj_error *error = NULL;                                                                                  \
        annoproj_status status_ = (call);                                                                              \
        must(status_, error, #call);                                                                                   \
    } while (0)

static int64_t cell(const annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_int64(table, row, annoproj_table_column_index(table, column));
}

static const char *word(const annoproj_table *table, int64_t row, const char *column) {
    return annoproj_table_text(table, row, annoproj_table_column_index(table, column));
}

/* --- the team ------------------------------------------------------------------------------------------------------- */

enum person { ADA, TOM, ANN, ROB, KIM, ZOE, PEOPLE };
static const char *const emails[PEOPLE] = {"ada@example.org", "tom@example.org", "ann@example.org",
                                           "rob@example.org", "kim@example.org", "zoe@example.org"};
static const char *const names[PEOPLE] = {"Ada Admin",    "Tom Teamlead",   "Ann Annotator",
                                          "Rob Reviewer", "Kim Allrounder", "Zoe Leaver"};
static const annoproj_role roles[PEOPLE] = {
    ANNOPROJ_ROLE_ADMIN,    ANNOPROJ_ROLE_TEAM_MANAGER,       ANNOPROJ_ROLE_ANNOTATOR,
    ANNOPROJ_ROLE_REVIEWER, ANNOPROJ_ROLE_ANNOTATOR_REVIEWER, ANNOPROJ_ROLE_ANNOTATOR};

typedef struct visit {
    int64_t task;
    int annotated, reviewed;
} visit;

typedef struct demo {
    annoproj_store *store;
    annoproj_session *host, *sessions[PEOPLE];
    annoproj_project *projects[PEOPLE]; /* the project as each person reaches it */
    annoproj_stage *annotate[PEOPLE], *review[PEOPLE];
    int64_t users[PEOPLE], ontology, images, clips, clip;
    int64_t scene, light, day, night, vehicle, signal, on, off; /* features */
    int64_t scope_tag, answer_tag;                              /* what issues are about */
    visit *visits;
    size_t visit_count, visit_capacity;
    int64_t tasks;
    bool terminal;
} demo;

static const char workflow[] =
    "{\"start\": \"annotate\", \"stages\": ["
    "{\"key\": \"annotate\", \"type\": \"ANNOTATION\", \"title\": \"Annotate\", \"edges\": {\"submit\": \"review\"}},"
    "{\"key\": \"review\", \"type\": \"REVIEW\", \"title\": \"Review\", \"edges\": {\"approve\": \"complete\", "
    "\"reject\": \"annotate\"}},"
    "{\"key\": \"complete\", \"type\": \"DONE\", \"title\": \"Complete\"}]}";

/* What the COCO categories do not have: an object with an answer that changes by frame, and a classification. */
static const char vehicle_json[] =
    "{\"id\": \"900001\", \"name\": \"Vehicle\", \"color\": \"#1F77B4\", \"shape\": \"bounding_box\", "
    "\"featureNodeHash\": \"demoVeh1\","
    " \"required\": false, \"archived\": false, \"attributes\": [{\"id\": \"900001.1\", \"name\": \"Signal\", "
    "\"type\": \"radio\","
    " \"featureNodeHash\": \"demoSig1\", \"required\": false, \"archived\": false, \"dynamic\": true, \"options\": ["
    "{\"id\": \"900001.1.1\", \"label\": \"On\", \"value\": \"on\", \"featureNodeHash\": \"demoSOn1\", \"archived\": "
    "false},"
    "{\"id\": \"900001.1.2\", \"label\": \"Off\", \"value\": \"off\", \"featureNodeHash\": \"demoSOf1\", \"archived\": "
    "false}]}]}";
static const char scene_json[] =
    "{\"id\": \"900001\", \"featureNodeHash\": \"demoScn1\", \"attributes\": [{\"id\": \"900001.1\", \"name\": "
    "\"Light\", \"type\": \"radio\","
    " \"featureNodeHash\": \"demoLgt1\", \"required\": false, \"archived\": false, \"dynamic\": false, \"options\": ["
    "{\"id\": \"900001.1.1\", \"label\": \"Day\", \"value\": \"day\", \"featureNodeHash\": \"demoDay1\", \"archived\": "
    "false},"
    "{\"id\": \"900001.1.2\", \"label\": \"Night\", \"value\": \"night\", \"featureNodeHash\": \"demoNgt1\", "
    "\"archived\": false}]}]}";

/* Puts an element at the front of the array that stands under a key. */
static char *insert_element(char *json, const char *key, const char *element) {
    char *array = strstr(json, key);
    array = array ? strchr(array, '[') : NULL;
    if (!array) {
        fprintf(stderr, "demo: the ontology has no %s\n", key);
        exit(1);
    }
    size_t head = (size_t)(array + 1 - json);
    const char *rest = json + head;
    bool alone = rest[strspn(rest, " \n\t\r")] == ']';
    char *grown = malloc(strlen(json) + strlen(element) + 2);
    if (!grown)
        exit(1);
    sprintf(grown, "%.*s%s%s%s", (int)head, json, element, alone ? "" : ",", rest);
    free(json);
    return grown;
}

static void make_ontology(demo *d, const char *coco) {
    char *json = NULL, *own;
    annoproj_table *features = NULL;
    struct {
        const char *hash;
        int64_t *feature;
    } wanted[] = {{"demoScn1", &d->scene},   {"demoLgt1", &d->light},  {"demoDay1", &d->day}, {"demoNgt1", &d->night},
                  {"demoVeh1", &d->vehicle}, {"demoSig1", &d->signal}, {"demoSOn1", &d->on},  {"demoSOf1", &d->off}};
    MUST(annoproj_ontology_import_coco(d->sessions[ADA], "Street scenes", coco, NULL, NULL, &d->ontology, &error));
    MUST(annoproj_ontology_json(d->sessions[ADA], d->ontology, NULL, &json, &error));
    own = malloc(strlen(json) + 1);
    if (!own)
        exit(1);
    strcpy(own, json);
    annoproj_free(json);
    own = insert_element(own, "\"objects\"", vehicle_json);
    own = insert_element(own, "\"classifications\"", scene_json);
    MUST(annoproj_ontology_update(d->sessions[ADA], d->ontology, own, NULL, &error));
    free(own);
    MUST(annoproj_ontology_features(d->sessions[ADA], d->ontology, NULL, &features, &error));
    for (int64_t row = 0; row < annoproj_table_row_count(features); row++)
        for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
            if (strcmp(word(features, row, "feature_hash"), wanted[i].hash) == 0)
                *wanted[i].feature = cell(features, row, "feature");
    annoproj_table_free(features);
}

static void make_clip(demo *d) {
    static const char text[] = "crossing.mp4video/mp4";
    const int64_t titles[] = {0, 12}, types[] = {12, 21}, frames[] = {10}, widths[] = {640}, heights[] = {360};
    const int32_t data_types[] = {ANNOPROJ_DATA_VIDEO};
    const double fps[] = {10}, durations[] = {1};
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    units.count = 1;
    units.text = text;
    units.text_length = sizeof text - 1;
    units.title_offsets = titles;
    units.media_type_offsets = types;
    units.data_types = data_types;
    units.frames = frames;
    units.widths = widths;
    units.heights = heights;
    units.fps = fps;
    units.durations = durations;
    MUST(annoproj_data_units_add(d->sessions[ADA], d->clips, &units, NULL, &d->clip, &error));
}

static void make_team(demo *d) {
    MUST(annoproj_session_open(d->store, 0, NULL, NULL, &d->host, &error));
    for (int i = 0; i < PEOPLE; i++)
        MUST(annoproj_user_create(d->host, emails[i], names[i], i == ADA ? ANNOPROJ_ORG_ADMIN : ANNOPROJ_ORG_MEMBER,
                                  NULL, &d->users[i], &error));
    MUST(annoproj_user_update(d->host, d->users[ZOE], "Zoe Left", ANNOPROJ_ORG_MEMBER, NULL, &error));
    for (int i = 0; i < PEOPLE; i++)
        MUST(annoproj_session_open(d->store, d->users[i], NULL, NULL, &d->sessions[i], &error));
}

static void make_project(demo *d, const char *coco) {
    annoproj_project *project = NULL;
    annoproj_project_options settings = ANNOPROJ_PROJECT_OPTIONS_INIT;
    int64_t added = 0;
    MUST(annoproj_dataset_create(d->sessions[ADA], "Photos", "From the COCO file", NULL, &d->images, &error));
    MUST(annoproj_dataset_import_coco(d->sessions[ADA], d->images, coco, NULL, NULL, &added, &error));
    MUST(annoproj_dataset_create(d->sessions[ADA], "Clips", NULL, NULL, &d->clips, &error));
    make_clip(d);
    make_ontology(d, coco);
    MUST(annoproj_project_create(d->sessions[ADA], "Street scenes", d->ontology, workflow, NULL, NULL, &project,
                                 &error));
    settings.description = "Boxes and polygons of a street";
    settings.idle_limit_us = 90 * SECOND;
    MUST(annoproj_project_update(project, "Street scenes 2026", &settings, NULL, &error));
    for (int i = TOM; i < PEOPLE; i++)
        MUST(annoproj_collaborator_add(project, d->users[i], roles[i], NULL, &error));
    MUST(annoproj_collaborator_set_role(project, d->users[ZOE], ANNOPROJ_ROLE_REVIEWER, NULL, &error));
    MUST(annoproj_collaborator_remove(project, d->users[ZOE], NULL, &error));
    MUST(annoproj_user_disable(d->host, d->users[ZOE], NULL, &error));
    MUST(annoproj_user_enable(d->host, d->users[ZOE], NULL, &error));
    MUST(annoproj_user_disable(d->host, d->users[ZOE], NULL, &error));
    MUST(annoproj_project_attach_dataset(project, d->images, NULL, &d->tasks, &error));
    MUST(annoproj_project_attach_dataset(project, d->clips, NULL, &added, &error));
    MUST(annoproj_project_detach_dataset(project, d->clips, NULL, &added, &error));
    MUST(annoproj_project_attach_dataset(project, d->clips, NULL, &added, &error));
    d->tasks += added;
    MUST(annoproj_project_issue_tag_create(project, "Scope", NULL, &d->scope_tag, &error));
    MUST(annoproj_project_issue_tag_create(project, "Wrong answer", NULL, &d->answer_tag, &error));
    MUST(annoproj_project_set_status(project, ANNOPROJ_PROJECT_IN_PROGRESS, NULL, &error));
    d->projects[ADA] = project;
    for (int i = TOM; i < ZOE; i++)
        MUST(annoproj_project_open(d->sessions[i], annoproj_project_id(project), NULL, &d->projects[i], &error));
    for (int i = ADA; i < ZOE; i++) {
        if (i != ROB)
            MUST(annoproj_stage_open(d->projects[i], "annotate", NULL, &d->annotate[i], &error));
        if (i != ANN)
            MUST(annoproj_stage_open(d->projects[i], "review", NULL, &d->review[i], &error));
    }
}

static void import_labels(demo *d, const char *coco) {
    annoproj_table *imported = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    call.timeout_us = -1;
    MUST(annoproj_project_import_coco(d->projects[ADA], coco, NULL, &call, &imported, &error));
    printf("Imported %lld labels on %lld of %lld images (%lld exact repeats left out).\n",
           (long long)cell(imported, 0, "labels"), (long long)cell(imported, 0, "tasks"),
           (long long)cell(imported, 0, "images"), (long long)cell(imported, 0, "repeated"));
    annoproj_table_free(imported);
}

/* --- work ------------------------------------------------------------------------------------------------------------- */

static visit *visit_of(demo *d, int64_t task) {
    for (size_t i = 0; i < d->visit_count; i++)
        if (d->visits[i].task == task)
            return d->visits + i;
    if (d->visit_count == d->visit_capacity) {
        d->visit_capacity = d->visit_capacity * 2 + 64;
        d->visits = realloc(d->visits, d->visit_capacity * sizeof *d->visits);
        if (!d->visits)
            exit(1);
    }
    d->visits[d->visit_count] = (visit){.task = task};
    return d->visits + d->visit_count++;
}

static int64_t version_of(annoproj_task *task) {
    annoproj_table *row = NULL;
    MUST(annoproj_task_get(task, NULL, &row, &error));
    int64_t version = cell(row, 0, "version");
    annoproj_table_free(row);
    return version;
}

/* A box on frames [first, last] of the clip, its signal on for the first half and off for the rest. */
static void put_vehicle(demo *d, annoproj_task *task, const char *hash, int64_t first, int64_t last) {
    int64_t frames[10], geometry_starts[2] = {0, 0}, hash_offsets[2] = {0, (int64_t)strlen(hash)},
                        coordinate_starts[11];
    double coordinates[40];
    const int64_t answer_starts[] = {0, 2}, attributes[] = {d->signal, d->signal}, options[] = {d->on, d->off};
    const int64_t first_frames[] = {first, first + 2}, last_frames[] = {first + 1, last};
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options write = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    size_t count = 0;
    for (int64_t frame = first; frame <= last; frame++, count++) {
        const double box[] = {20.5 + 40 * (double)frame, 120.25, 80, 45.5};
        frames[count] = frame;
        coordinate_starts[count] = (int64_t)count * 4;
        memcpy(coordinates + count * 4, box, sizeof box);
    }
    coordinate_starts[count] = (int64_t)count * 4;
    geometry_starts[1] = (int64_t)count;
    changes.count = 1;
    changes.text = hash;
    changes.text_length = strlen(hash);
    changes.hash_offsets = hash_offsets;
    changes.classes = &d->vehicle;
    changes.geometry_starts = geometry_starts;
    changes.frames = frames;
    changes.geometry_count = changes.part_count = count;
    changes.coordinate_starts = coordinate_starts;
    changes.coordinates = coordinates;
    changes.coordinate_count = count * 4;
    changes.answer_starts = answer_starts;
    changes.answer_attributes = attributes;
    changes.answer_options = options;
    changes.answer_first_frames = first_frames;
    changes.answer_last_frames = last_frames;
    changes.answer_count = 2;
    write.version = version_of(task);
    MUST(annoproj_labels_write(task, &changes, &write, NULL, &written, &error));
    annoproj_table_free(written);
}

/* The whole data unit as day or night. */
static void put_scene(demo *d, annoproj_task *task, const char *hash, bool night) {
    const int64_t hash_offsets[] = {0, (int64_t)strlen(hash)}, answer_starts[] = {0, 1},
                  options[] = {night ? d->night : d->day};
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options write = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    changes.count = 1;
    changes.text = hash;
    changes.text_length = strlen(hash);
    changes.hash_offsets = hash_offsets;
    changes.classes = &d->scene;
    changes.answer_starts = answer_starts;
    changes.answer_attributes = &d->light;
    changes.answer_options = options;
    changes.answer_count = 1;
    write.version = version_of(task);
    MUST(annoproj_labels_write(task, &changes, &write, NULL, &written, &error));
    annoproj_table_free(written);
}

static void remove_label(annoproj_task *task, const char *hash) {
    const int64_t hash_offsets[] = {0, (int64_t)strlen(hash)};
    const int32_t actions[] = {ANNOPROJ_LABEL_REMOVE};
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options write = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    changes.count = 1;
    changes.text = hash;
    changes.text_length = strlen(hash);
    changes.hash_offsets = hash_offsets;
    changes.actions = actions;
    write.force = true;
    MUST(annoproj_labels_write(task, &changes, &write, NULL, &written, &error));
    annoproj_table_free(written);
}

/* Hash of the task's first label of a class, else "". */
static void find_label(annoproj_task *task, int64_t class, char hash[16]) {
    annoproj_table *labels = NULL;
    hash[0] = 0;
    MUST(annoproj_task_labels(task, NULL, &labels, &error));
    for (int64_t row = 0; row < annoproj_table_row_count(labels) && !hash[0]; row++)
        if (cell(labels, row, "class") == class)
            snprintf(hash, 16, "%s", word(labels, row, "label"));
    annoproj_table_free(labels);
}

/* An object label that the import brought, the last one; "" when there is none. */
static void find_object(demo *d, annoproj_task *task, char hash[16]) {
    annoproj_table *labels = NULL;
    hash[0] = 0;
    MUST(annoproj_task_labels(task, NULL, &labels, &error));
    for (int64_t row = 0; row < annoproj_table_row_count(labels); row++)
        if (strcmp(word(labels, row, "kind"), "object") == 0 && cell(labels, row, "class") != d->vehicle)
            snprintf(hash, 16, "%s", word(labels, row, "label"));
    annoproj_table_free(labels);
}

static bool is_clip(demo *d, annoproj_task *task) {
    annoproj_table *row = NULL;
    MUST(annoproj_task_get(task, NULL, &row, &error));
    bool clip = cell(row, 0, "data_unit") == d->clip;
    annoproj_table_free(row);
    return clip;
}

/* `seconds` pass, the first part reported as an interval, the rest by heartbeats. */
static void spend_time(annoproj_task *task, int64_t seconds) {
    int64_t start = now_us, duration = (seconds - 30) * SECOND, recorded = 0;
    now_us += seconds * SECOND;
    MUST(annoproj_task_report_time(task, &start, &duration, 1, NULL, &recorded, &error));
    MUST(annoproj_task_heartbeat(task, now_us - 30 * SECOND, NULL, &recorded, &error));
    MUST(annoproj_task_heartbeat(task, 0, NULL, &recorded, &error));
}

static void annotate_task(demo *d, annoproj_task *task) {
    visit *seen = visit_of(d, annoproj_task_id(task));
    char hash[16];
    int again = seen->annotated++;
    if (again == 0 && next_random() % 5 == 0) {
        now_us += 5 * SECOND;
        MUST(annoproj_task_skip(task, NULL, &error));
        seen->annotated = 0;
        return;
    }
    spend_time(task, 60 + (int64_t)(next_random() % 120));
    if (is_clip(d, task)) {
        find_label(task, d->vehicle, hash);
        put_vehicle(d, task, hash, again ? 2 : 0, again ? 7 : 4);
    }
    find_label(task, d->scene, hash);
    put_scene(d, task, hash, again > 0);
    find_object(d, task, hash);
    if (hash[0] && (again > 0 || next_random() % 6 == 0))
        remove_label(task, hash);
    MUST(annoproj_task_submit(task, NULL, NULL, &error));
}

/* Looks at each label; rejects one of a task's labels on the first visit now and then, or when it is the clip. */
static void review_task(demo *d, annoproj_task *task) {
    visit *seen = visit_of(d, annoproj_task_id(task));
    bool send_back = seen->reviewed++ == 0 && (is_clip(d, task) || next_random() % 4 == 0);
    annoproj_table *labels = NULL;
    annoproj_label_reject_options about = ANNOPROJ_LABEL_REJECT_OPTIONS_INIT;
    int64_t issue = 0;
    about.tags = &d->answer_tag;
    about.tag_count = 1;
    spend_time(task, 40 + (int64_t)(next_random() % 60));
    if (!send_back && next_random() % 8 == 0) { /* edit review: the reviewer corrects it himself */
        char hash[16];
        find_label(task, d->scene, hash);
        put_scene(d, task, hash, true);
    }
    MUST(annoproj_task_labels(task, NULL, &labels, &error));
    for (int64_t row = 0; row < annoproj_table_row_count(labels); row++) {
        const char *hash = word(labels, row, "label");
        now_us += SECOND;
        if (send_back && cell(labels, row, "class") == d->scene)
            MUST(annoproj_label_reject(task, hash, "Look at the light again", &about, NULL, &issue, &error));
        else
            MUST(annoproj_label_approve(task, hash, NULL, &error));
    }
    if (annoproj_table_row_count(labels) > 0 && !send_back && next_random() % 3 == 0) {
        MUST(annoproj_label_reopen(task, word(labels, 0, "label"), NULL, &error));
        MUST(annoproj_label_approve(task, word(labels, 0, "label"), NULL, &error));
    }
    annoproj_table_free(labels);
    if (send_back) {
        annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
        options.comment = is_clip(d, task) ? "The vehicle is late on the first frames" : NULL;
        MUST(annoproj_task_reject(task, &options, NULL, &error));
    } else {
        MUST(annoproj_task_approve(task, NULL, NULL, &error));
    }
}

/* One person takes one task of a stage. */
static bool work(demo *d, annoproj_stage *stage, bool review, bool include_skipped) {
    annoproj_task *task = NULL;
    annoproj_queue_reason reason = 0;
    annoproj_start_options options = ANNOPROJ_START_OPTIONS_INIT;
    annoproj_error *error = NULL;
    options.include_skipped = include_skipped;
    now_us += SECOND;
    annoproj_status status = annoproj_stage_start_next(stage, &options, NULL, &task, &reason, &error);
    must(status, error, "start next");
    if (status == ANNOPROJ_NONE)
        return false;
    if (review)
        review_task(d, task);
    else
        annotate_task(d, task);
    annoproj_task_close(task);
    return true;
}

/* What a lead does before the work begins: priorities, an assignment, a look at what someone took and gave back. */
static void prepare_queue(demo *d) {
    annoproj_table *list = NULL;
    annoproj_task *task = NULL, *mine = NULL;
    annoproj_task_list_options options = ANNOPROJ_TASK_LIST_OPTIONS_INIT;
    annoproj_issue_options about = ANNOPROJ_ISSUE_OPTIONS_INIT;
    int64_t issue = 0;
    options.limit = 3;
    about.tags = &d->scope_tag;
    about.tag_count = 1;
    MUST(annoproj_task_list(d->projects[TOM], &options, NULL, &list, &error));
    MUST(annoproj_task_open(d->projects[TOM], cell(list, annoproj_table_row_count(list) - 1, "task"), NULL, &task,
                            &error));
    MUST(annoproj_task_set_priority(task, 90, NULL, &error));
    MUST(annoproj_task_assign(task, d->users[ANN], NULL, &error));
    MUST(annoproj_issue_create(task, "Is the sign in scope?", &about, NULL, &issue, &error));
    MUST(annoproj_issue_comment(d->projects[TOM], issue, "Yes, it is.", NULL, &error));
    MUST(annoproj_issue_resolve(d->projects[TOM], issue, NULL, &error));
    MUST(annoproj_issue_reopen(d->projects[TOM], issue, NULL, &error));
    annoproj_task_close(task);
    MUST(annoproj_task_open(d->projects[KIM], cell(list, 0, "task"), NULL, &mine, &error));
    MUST(annoproj_task_initiate(mine, NULL, &error));
    MUST(annoproj_task_release(mine, NULL, &error));
    annoproj_task_close(mine);
    annoproj_table_free(list);
}

static int64_t tasks_complete(demo *d) {
    annoproj_table *stages = NULL;
    int64_t complete = 0;
    MUST(annoproj_project_tasks_by_stage(d->projects[ADA], NULL, &stages, &error));
    for (int64_t row = 0; row < annoproj_table_row_count(stages); row++)
        if (strcmp(word(stages, row, "key"), "complete") == 0)
            complete = cell(stages, row, "tasks");
    annoproj_table_free(stages);
    return complete;
}

static void work_until_complete(demo *d) {
    bool include_skipped = false;
    for (int round = 0;; round++) {
        bool worked = work(d, d->annotate[ANN], false, include_skipped);
        worked |= work(d, d->annotate[KIM], false, include_skipped);
        worked |= work(d, d->review[ROB], true, false);
        if (round % 2)
            worked |= work(d, d->review[KIM], true, false);
        if (d->terminal && round % 8 == 0) {
            fprintf(stderr, "\r%lld of %lld tasks complete", (long long)tasks_complete(d), (long long)d->tasks);
            fflush(stderr);
        }
        if (!worked && include_skipped && round % 2)
            break;
        if (!worked)
            include_skipped = true;
    }
    if (d->terminal)
        fprintf(stderr, "\r%lld of %lld tasks complete\n", (long long)tasks_complete(d), (long long)d->tasks);
}

/* --- what comes out -------------------------------------------------------------------------------------------------- */

static void write_file(const char *folder, const char *name, const char *content) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "wb");
    if (!file || fputs(content, file) < 0 || fclose(file) != 0) {
        fprintf(stderr, "demo: cannot write %s: %s\n", path, strerror(errno));
        exit(1);
    }
}

static void write_report(const char *folder, const char *name, annoproj_table *table) {
    char file[128];
    char *csv = NULL;
    MUST(annoproj_table_csv(table, &csv, &error));
    snprintf(file, sizeof file, "reports/%s.csv", name);
    write_file(folder, file, csv);
    printf("\n%s\n%s", name, csv);
    annoproj_free(csv);
    annoproj_table_free(table);
}

typedef annoproj_status (*report_fn)(annoproj_query *, const annoproj_call *, annoproj_table **, annoproj_error **);

static void write_reports(demo *d, const char *folder) {
    static const struct {
        const char *name;
        report_fn run;
        bool daily;
    } reports[] = {{"task_actions", annoproj_query_task_actions, true},
                   {"time_spent", annoproj_query_time_spent, true},
                   {"label_actions", annoproj_query_label_actions, true},
                   {"ontology_actions", annoproj_query_ontology_actions, false},
                   {"annotators", annoproj_query_annotators, false},
                   {"annotators_by_frame", annoproj_query_annotators_by_frame, false},
                   {"reviewers", annoproj_query_reviewers, false},
                   {"reviewers_by_frame", annoproj_query_reviewers_by_frame, false}};
    annoproj_table *table = NULL;
    MUST(annoproj_project_overview(d->projects[ADA], NULL, &table, &error));
    write_report(folder, "overview", table);
    MUST(annoproj_project_tasks_by_stage(d->projects[ADA], NULL, &table, &error));
    write_report(folder, "tasks_by_stage", table);
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        annoproj_query_options options = ANNOPROJ_QUERY_OPTIONS_INIT;
        annoproj_query *query = NULL;
        if (reports[i].daily) {
            options.bucket = ANNOPROJ_BUCKET_DAY;
            options.after_us = INT64_C(1767571200) * SECOND; /* 2026-01-05 */
            options.before_us = now_us + 1;
        }
        MUST(annoproj_query_open(d->projects[ADA], &options, NULL, &query, &error));
        MUST(reports[i].run(query, NULL, &table, &error));
        annoproj_query_close(query);
        write_report(folder, reports[i].name, table);
    }
}

/* All of it again as one page for a browser. */
static void write_page(demo *d, const char *folder) {
    char path[4096];
    annoproj_query *query = NULL;
    annoproj_report_options options = ANNOPROJ_REPORT_OPTIONS_INIT;
    snprintf(path, sizeof path, "%s/report.html", folder);
    options.path = path;
    MUST(annoproj_query_open(d->projects[ADA], NULL, NULL, &query, &error));
    MUST(annoproj_query_report(query, &options, NULL, &error));
    annoproj_query_close(query);
    printf("\nreport.html: open it in a browser\n");
}

static void write_exports(demo *d, const char *folder) {
    char path[4096];
    char *dot = NULL;
    int64_t labels = 0;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    call.timeout_us = -1;
    options.path = path;
    snprintf(path, sizeof path, "%s/export.coco.json", folder);
    MUST(annoproj_project_export_coco(d->projects[ADA], &options, &call, &labels, &error));
    printf("\nexport.coco.json: %lld annotations\n", (long long)labels);
    snprintf(path, sizeof path, "%s/labels.json", folder);
    MUST(annoproj_project_export_labels(d->projects[ADA], &options, &call, &labels, &error));
    printf("labels.json: %lld labels\n", (long long)labels);
    MUST(annoproj_workflow_dot(d->projects[ADA], NULL, &dot, &error));
    write_file(folder, "workflow.dot", dot);
    annoproj_free(dot);
}

static void check_store(demo *d) {
    annoproj_table *found = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    call.timeout_us = -1;
    MUST(annoproj_store_check(d->host, NULL, &call, &found, &error));
    if (annoproj_table_row_count(found) > 0) {
        char *csv = NULL;
        MUST(annoproj_table_csv(found, &csv, &error));
        fprintf(stderr, "demo: the store is not sound:\n%s", csv);
        exit(1);
    }
    annoproj_table_free(found);
    printf("\nThe store is sound: every figure follows from its events.\n");
}

static void make_folder(const char *path) {
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        fprintf(stderr, "demo: cannot make %s: %s\n", path, strerror(errno));
        exit(1);
    }
}

static void close_all(demo *d) {
    for (int i = 0; i < PEOPLE; i++) {
        annoproj_stage_close(d->annotate[i]);
        annoproj_stage_close(d->review[i]);
        annoproj_project_close(d->projects[i]);
        annoproj_session_close(d->sessions[i]);
    }
    annoproj_session_close(d->host);
    MUST(annoproj_store_close(d->store, NULL, &error));
    free(d->visits);
}

int main(int argc, char **argv) {
    demo d = {.terminal = isatty(STDERR_FILENO)};
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    uint64_t library_random = 7;
    char path[4096];
    if (argc != 3) {
        fprintf(stderr, "usage: demo COCO-FILE OUTPUT-FOLDER\n");
        return 2;
    }
    const char *coco = argv[1], *folder = argv[2];
    make_folder(folder);
    snprintf(path, sizeof path, "%s/reports", folder);
    make_folder(path);
    static const char *const ends[] = {"", "-wal", "-shm", "-lock"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/project.annoproj%s", folder, ends[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/project.annoproj", folder);
    options.clock = read_clock;
    options.random = fill_random;
    options.user_data = &library_random;
    MUST(annoproj_store_create(path, &options, NULL, &d.store, &error));
    printf("libannoproj %s: %s\n", annoproj_version(), coco);
    make_team(&d);
    make_project(&d, coco);
    import_labels(&d, coco);
    prepare_queue(&d);
    work_until_complete(&d);
    MUST(annoproj_project_set_status(d.projects[TOM], ANNOPROJ_PROJECT_COMPLETED, NULL, &error));
    write_reports(&d, folder);
    write_page(&d, folder);
    write_exports(&d, folder);
    check_store(&d);
    close_all(&d);
    return 0;
}
