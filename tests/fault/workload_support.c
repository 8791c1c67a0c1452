#include "workload_support.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sqlite3.h>

#include "hash.h"
#include "store_state.h"

#define START_US INT64_C(1767700000000000)
#define STEP_US  INT64_C(60000000)

/* --- the store -------------------------------------------------------------------------------------------- */

static int32_t world_clock(int64_t *time_us, void *data) {
    *time_us = ((world *)data)->now_us;
    return 0;
}

static int32_t world_random(void *buffer, size_t length, void *data) {
    world *of = data;
    for (size_t i = 0; i < length; i++) {
        of->random = of->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((unsigned char *)buffer)[i] = (unsigned char)(of->random >> 56);
    }
    return 0;
}

/* Boxes on the first images, as pre-labels. */
static void write_coco(const char *path) {
    char text[4096];
    int length = snprintf(text, sizeof text, "{\"categories\":[{\"id\":1,\"name\":\"Car\"}],\"images\":[");
    for (int i = 0; i < 6; i++) {
        length += snprintf(text + length, sizeof text - (size_t)length,
                           "%s{\"id\":%d,\"file_name\":\"file%07d.jpg\",\"width\":1000,\"height\":1000}", i ? "," : "",
                           i + 1, i);
    }
    length += snprintf(text + length, sizeof text - (size_t)length, "],\"annotations\":[");
    for (int i = 0; i < 12; i++) {
        length += snprintf(text + length, sizeof text - (size_t)length,
                           "%s{\"id\":%d,\"image_id\":%d,\"category_id\":1,\"bbox\":[%d.5,20,30,40.25],\"area\":1,"
                           "\"iscrowd\":0}",
                           i ? "," : "", i + 1, i % 6 + 1, i * 3);
    }
    length += snprintf(text + length, sizeof text - (size_t)length, "]}");
    write_whole_file(path, text, (size_t)length);
}

void world_make(world *of, const char *path, int32_t page_size) {
    memset(of, 0, sizeof *of);
    int32_t usual = store_page_size;
    store_page_size = page_size > 0 ? page_size : usual;
    team *made = team_new(WORLD_TASKS, "", "\"strict_review\": false");
    store_page_size = usual;
    memcpy(of->users, made->users, sizeof of->users);
    of->project = made->project;
    of->ontology = made->ontology;
    of->dataset = made->dataset;
    of->annotate = made->annotate;
    of->review = made->review;
    of->complete = made->complete;
    of->first_task = made->first_task;
    char *at = strdup(made->path);
    team_free(made);
    copy_file(at, path);
    remove_store_files(at);
    free(at);
    of->coco = scratch_path("workload.coco.json");
    write_coco(of->coco);
}

void world_free(world *of) {
    free(of->coco);
    of->coco = NULL;
}

annoproj_status world_open_store(world *of, const char *path, bool relaxed, annoproj_error **error) {
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    options.clock = world_clock;
    options.random = world_random;
    options.user_data = of;
    options.threads = 1;
    options.relaxed_durability = relaxed;
    of->now_us = of->now_us > 0 ? of->now_us : START_US;
    return annoproj_store_open(path, &options, NULL, &of->store, error);
}

annoproj_status world_enter(world *of, annoproj_error **error) {
    annoproj_status status = annoproj_session_open(of->store, 0, NULL, NULL, &of->host, error);
    if (status == ANNOPROJ_OK) {
        status = annoproj_project_open(of->host, of->project, NULL, &of->host_project, error);
    }
    for (int i = 0; i < TEAM_SIZE && status == ANNOPROJ_OK; i++) {
        status = annoproj_session_open(of->store, of->users[i], NULL, NULL, &of->sessions[i], error);
        if (status == ANNOPROJ_OK) {
            status = annoproj_project_open(of->sessions[i], of->project, NULL, &of->projects[i], error);
        }
    }
    return status;
}

annoproj_status world_open(world *of, const char *path, bool relaxed, annoproj_error **error) {
    annoproj_status status = world_open_store(of, path, relaxed, error);
    if (status == ANNOPROJ_OK) {
        status = world_enter(of, error);
    }
    if (status != ANNOPROJ_OK) {
        world_close(of, NULL);
    }
    return status;
}

annoproj_status world_close(world *of, annoproj_error **error) {
    for (int i = 0; i < TEAM_SIZE; i++) {
        annoproj_project_close(of->projects[i]);
        annoproj_session_close(of->sessions[i]);
        of->projects[i] = NULL;
        of->sessions[i] = NULL;
    }
    annoproj_project_close(of->host_project);
    annoproj_session_close(of->host);
    of->host_project = NULL;
    of->host = NULL;
    annoproj_status status = of->store != NULL ? annoproj_store_close(of->store, NULL, error) : ANNOPROJ_OK;
    of->store = NULL;
    return status;
}

/* --- steps -------------------------------------------------------------------------------------------------- */

static uint64_t mix(int64_t number, uint64_t salt) {
    uint64_t mixed = (uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) + salt * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

static int64_t some_task(const world *of, int64_t number) {
    return of->first_task + (int64_t)(mix(number, 1) % WORLD_TASKS);
}

typedef annoproj_status (*task_call)(annoproj_task *task, int64_t number, const annoproj_call *call,
                                     annoproj_error **error);

/* On some task, by that member. */
static annoproj_status on_task(world *of, enum member who, int64_t number, const annoproj_call *call, task_call run,
                               annoproj_error **error) {
    annoproj_task *task = NULL;
    annoproj_status status = annoproj_task_open(of->projects[who], some_task(of, number), NULL, &task, error);
    if (status == ANNOPROJ_OK) {
        status = run(task, number, call, error);
    }
    annoproj_task_close(task);
    return status;
}

static annoproj_status start_in(annoproj_project *project, const char *stage_key, const annoproj_call *call,
                                annoproj_error **error) {
    annoproj_stage *stage = NULL;
    annoproj_task *task = NULL;
    annoproj_queue_reason reason = 0;
    annoproj_status status = annoproj_stage_open(project, stage_key, NULL, &stage, error);
    if (status == ANNOPROJ_OK) {
        status = annoproj_stage_start_next(stage, NULL, call, &task, &reason, error);
    }
    annoproj_task_close(task);
    annoproj_stage_close(stage);
    return status;
}

static annoproj_status start_next(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    bool review = mix(number, 2) % 2 != 0;
    return start_in(of->projects[review ? TEAM_REVIEWER : TEAM_ANNOTATOR], review ? "review" : "annotate", call, error);
}

static annoproj_status submit_task(annoproj_task *task, int64_t number, const annoproj_call *call,
                                   annoproj_error **error) {
    (void)number;
    return annoproj_task_submit(task, NULL, call, error);
}

static annoproj_status submit(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_MANAGER, number, call, submit_task, error);
}

/* Three boxes under fixed hashes, so that later steps change and remove them. */
static annoproj_status write_boxes(annoproj_task *task, int64_t number, const annoproj_call *call,
                                   annoproj_error **error) {
    static const char hashes[] = "faultAAAfaultBBBfaultCCC";
    const int64_t hash_offsets[] = {0, 8, 16, 24}, classes[] = {TEAM_BOX, TEAM_BOX, TEAM_BOX};
    const int64_t starts[] = {0, 1, 2, 3}, coordinate_starts[] = {0, 4, 8, 12};
    double boxes[12];
    for (int i = 0; i < 12; i++) {
        boxes[i] = (double)(mix(number, (uint64_t)i + 3) % 4000) / 8 + 1;
    }
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    changes.count = 3;
    changes.text = hashes;
    changes.text_length = sizeof hashes - 1;
    changes.hash_offsets = hash_offsets;
    changes.classes = classes;
    changes.geometry_starts = starts;
    changes.geometry_count = changes.part_count = 3;
    changes.coordinate_starts = coordinate_starts;
    changes.coordinates = boxes;
    changes.coordinate_count = 12;
    options.force = true;
    annoproj_status status = annoproj_labels_write(task, &changes, &options, call, &written, error);
    annoproj_table_free(written);
    return status;
}

static annoproj_status put_labels(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_MANAGER, number, call, write_boxes, error);
}

static annoproj_status remove_boxes(annoproj_task *task, int64_t number, const annoproj_call *call,
                                    annoproj_error **error) {
    (void)number;
    static const char hash[] = "faultBBB";
    const int64_t hash_offsets[] = {0, 8};
    const int32_t actions[] = {ANNOPROJ_LABEL_REMOVE};
    annoproj_label_changes changes = ANNOPROJ_LABEL_CHANGES_INIT;
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    changes.count = 1;
    changes.text = hash;
    changes.text_length = 8;
    changes.hash_offsets = hash_offsets;
    changes.actions = actions;
    options.force = true;
    annoproj_status status = annoproj_labels_write(task, &changes, &options, call, &written, error);
    annoproj_table_free(written);
    return status;
}

static annoproj_status remove_labels(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_ADMIN, number, call, remove_boxes, error);
}

static annoproj_status approve_task(annoproj_task *task, int64_t number, const annoproj_call *call,
                                    annoproj_error **error) {
    (void)number;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.undecided = ANNOPROJ_UNDECIDED_DECIDE;
    return annoproj_task_approve(task, &options, call, error);
}

static annoproj_status approve(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_ADMIN, number, call, approve_task, error);
}

static annoproj_status reject_task(annoproj_task *task, int64_t number, const annoproj_call *call,
                                   annoproj_error **error) {
    (void)number;
    annoproj_review_options options = ANNOPROJ_REVIEW_OPTIONS_INIT;
    options.comment = "something is missing at the edge";
    return annoproj_task_reject(task, &options, call, error);
}

static annoproj_status reject(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_MANAGER, number, call, reject_task, error);
}

static annoproj_status skip_task(annoproj_task *task, int64_t number, const annoproj_call *call,
                                 annoproj_error **error) {
    (void)number;
    return annoproj_task_skip(task, call, error);
}

static annoproj_status skip_step(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_BOTH, number, call, skip_task, error);
}

static annoproj_status assign(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    annoproj_task *task = NULL;
    annoproj_status status = annoproj_task_open(of->projects[TEAM_MANAGER], some_task(of, number), NULL, &task, error);
    if (status == ANNOPROJ_OK) {
        status = annoproj_task_assign(task, of->users[mix(number, 9) % 2 ? TEAM_BOTH : TEAM_ADMIN], call, error);
    }
    annoproj_task_close(task);
    return status;
}

static annoproj_status release_task(annoproj_task *task, int64_t number, const annoproj_call *call,
                                    annoproj_error **error) {
    (void)number;
    return annoproj_task_release(task, call, error);
}

static annoproj_status give_back(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_MANAGER, number, call, release_task, error);
}

static annoproj_status set_priority(annoproj_task *task, int64_t number, const annoproj_call *call,
                                    annoproj_error **error) {
    return annoproj_task_set_priority(task, (int32_t)(mix(number, 4) % 101), call, error);
}

static annoproj_status priority(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_MANAGER, number, call, set_priority, error);
}

static annoproj_status report_time(annoproj_task *task, int64_t number, const annoproj_call *call,
                                   annoproj_error **error) {
    int64_t recorded = 0, start = START_US + number * STEP_US - 50000000, duration = 30000000;
    return annoproj_task_report_time(task, &start, &duration, 1, call, &recorded, error);
}

static annoproj_status report(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_ADMIN, number, call, report_time, error);
}

static annoproj_status open_issue(annoproj_task *task, int64_t number, const annoproj_call *call,
                                  annoproj_error **error) {
    int64_t issue = 0;
    char comment[1200];
    memset(comment, 'c', sizeof comment);
    comment[mix(number, 5) % sizeof comment] = '\0';
    comment[sizeof comment - 1] = '\0';
    return annoproj_issue_create(task, comment, NULL, call, &issue, error);
}

static annoproj_status issue(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_MANAGER, number, call, open_issue, error);
}

static annoproj_status resolve_issue(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return annoproj_issue_resolve(of->projects[TEAM_MANAGER], (of->project << 32) + 1 + (int64_t)(mix(number, 6) % 5),
                                  call, error);
}

static annoproj_status decide_label(annoproj_task *task, int64_t number, const annoproj_call *call,
                                    annoproj_error **error) {
    int64_t made = 0;
    return mix(number, 7) % 2 ? annoproj_label_approve(task, "faultAAA", call, error)
                              : annoproj_label_reject(task, "faultAAA", "crooked", NULL, call, &made, error);
}

static annoproj_status decide(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return on_task(of, TEAM_MANAGER, number, call, decide_label, error);
}

static annoproj_status import_labels(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    annoproj_table *table = NULL;
    (void)number;
    annoproj_status status = annoproj_project_import_coco(of->host_project, of->coco, NULL, call, &table, error);
    annoproj_table_free(table);
    return status;
}

static annoproj_status add_units(annoproj_session *session, int64_t dataset, size_t count, int64_t number,
                                 const annoproj_call *call, annoproj_error **error) {
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    int64_t first = 0;
    char *text = malloc(count * 32);
    int64_t *offsets = malloc((count + 1) * sizeof *offsets);
    assert_non_null(text);
    assert_non_null(offsets);
    offsets[0] = 0;
    for (size_t i = 0; i < count; i++) {
        offsets[i + 1] = offsets[i] + sprintf(text + offsets[i], "more%" PRId64 "-%zu.jpg", number, i);
    }
    units.count = count;
    units.text = text;
    units.text_length = (size_t)offsets[count];
    units.title_offsets = offsets;
    annoproj_status status = annoproj_data_units_add(session, dataset, &units, call, &first, error);
    free(text);
    free(offsets);
    return status;
}

static annoproj_status add_few(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return add_units(of->host, of->dataset, 3, number, call, error);
}

static annoproj_status make_user(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    char email[40];
    int64_t user = 0;
    snprintf(email, sizeof email, "user%" PRId64 "@x.org", number);
    return annoproj_user_create(of->host, email, "New", ANNOPROJ_ORG_MEMBER, call, &user, error);
}

static annoproj_status set_status(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return annoproj_project_set_status(of->projects[TEAM_ADMIN], (int32_t)(mix(number, 8) % 3) + 1, call, error);
}

static annoproj_status change_role(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return annoproj_collaborator_set_role(
        of->projects[TEAM_ADMIN], of->users[TEAM_BOTH],
        mix(number, 10) % 2 ? ANNOPROJ_ROLE_ANNOTATOR_REVIEWER : ANNOPROJ_ROLE_ANNOTATOR, call, error);
}

static annoproj_status detach(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    int64_t tasks = 0;
    (void)number;
    return annoproj_project_detach_dataset(of->host_project, of->dataset, call, &tasks, error);
}

static annoproj_status attach(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    int64_t tasks = 0;
    (void)number;
    return annoproj_project_attach_dataset(of->host_project, of->dataset, call, &tasks, error);
}

/* More events than a segment holds: the tail is sealed and a second segment begun. */
static annoproj_status seal(world *of, int64_t number, const annoproj_call *call, annoproj_error **error) {
    return add_units(of->host, of->dataset, 16500, number, call, error);
}

const world_step world_steps[] = {
    {"start_next", start_next}, {"put_labels", put_labels}, {"submit", submit},       {"approve", approve},
    {"reject", reject},         {"put_labels", put_labels}, {"submit", submit},       {"skip", skip_step},
    {"assign", assign},         {"release", give_back},     {"priority", priority},   {"report_time", report},
    {"issue", issue},           {"resolve", resolve_issue}, {"decide_label", decide}, {"remove_labels", remove_labels},
    {"import", import_labels},  {"add_units", add_few},     {"user", make_user},      {"status", set_status},
    {"role", change_role},      {"detach", detach},         {"attach", attach},       {"seal", seal},
};
/* The last one is for those who ask for it by name. */
const size_t world_step_count = sizeof world_steps / sizeof world_steps[0] - 1;

size_t world_step_named(const char *name) {
    for (size_t i = 0; i <= world_step_count; i++) {
        if (strcmp(world_steps[i].name, name) == 0) {
            return i;
        }
    }
    fail_msg("no step %s", name);
    return 0;
}

annoproj_status world_run(world *of, size_t kind, int64_t number, const annoproj_call *call, annoproj_error **error) {
    of->now_us = START_US + number * STEP_US;
    of->random = mix(number, 11);
    return world_steps[kind].run(of, number, call, error);
}

/* --- looking ------------------------------------------------------------------------------------------------- */

int64_t world_differences(world *of) {
    annoproj_table *found = NULL;
    annoproj_error *error = NULL;
    char *csv = NULL;
    assert_ok(annoproj_store_check(of->host, NULL, NULL, &found, &error), error);
    int64_t count = annoproj_table_row_count(found);
    if (count > 0 && annoproj_table_csv(found, &csv, NULL) == ANNOPROJ_OK) {
        print_message("%s", csv);
    }
    annoproj_free(csv);
    annoproj_table_free(found);
    return count;
}

static uint64_t image_of(sqlite3 *db) {
    sqlite3_int64 size = 0;
    /* Serializing believes the page size of the file's header, which a power cut may have spoilt; reading corrects it. */
    assert_int_equal(sqlite3_exec(db, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL), SQLITE_OK);
    unsigned char *image = sqlite3_serialize(db, "main", &size, 0);
    if (image == NULL) {
        fail_msg("the store cannot be read: %s", sqlite3_errmsg(db));
    }
    uint64_t hash = hash64(image, (size_t)size);
    sqlite3_free(image);
    assert_int_equal(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    return hash;
}

uint64_t store_image(const char *path) {
    sqlite3 *db = NULL;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    uint64_t hash = image_of(db);
    sqlite3_close(db);
    return hash;
}

uint64_t open_store_image(annoproj_store *handle) {
    store *of = (store *)handle_pin(handle, HANDLE_STORE);
    assert_non_null(of);
    uint64_t hash = image_of(of->state->writer->handle);
    handle_unpin(handle);
    return hash;
}

static uint64_t hash_rows(sqlite3 *db, const char *table, uint64_t hash) {
    char text[200];
    sqlite3_stmt *rows = NULL;
    snprintf(text, sizeof text, "SELECT * FROM \"%s\"", table);
    assert_int_equal(sqlite3_prepare_v2(db, text, -1, &rows, NULL), SQLITE_OK);
    int code;
    while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(rows); i++) {
            const void *value = sqlite3_column_blob(rows, i);
            hash = hash64_with(value != NULL ? value : "", (size_t)sqlite3_column_bytes(rows, i),
                               hash + (uint64_t)sqlite3_column_type(rows, i));
        }
    }
    assert_int_equal(code, SQLITE_DONE);
    sqlite3_finalize(rows);
    return hash;
}

uint64_t store_content(const char *path) {
    sqlite3 *db = NULL;
    sqlite3_stmt *tables = NULL;
    uint64_t hash = 1;
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT name FROM sqlite_schema WHERE type = 'table'"
                                        " AND name NOT IN('store_state', 'request') ORDER BY name",
                                        -1, &tables, NULL),
                     SQLITE_OK);
    while (sqlite3_step(tables) == SQLITE_ROW) {
        hash = hash_rows(db, (const char *)sqlite3_column_text(tables, 0), hash);
    }
    sqlite3_finalize(tables);
    sqlite3_close(db);
    return hash;
}

void copy_file(const char *from, const char *to) {
    size_t length = 0;
    char *bytes = read_whole_file(from, &length);
    write_whole_file(to, bytes, length);
    free(bytes);
}

void remove_store_files(const char *path) {
    static const char *const suffixes[] = {"", "-wal", "-shm", "-lock", ".backup-v1", ".backup-v1.tmp"};
    char name[600];
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
}
