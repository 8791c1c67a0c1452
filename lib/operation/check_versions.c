/* Whether label versions are whole: each content is what its hash says, each version has what its own hash says, nothing is
 * kept that nobody has, and what is said about the labels there are now is true of them. */
#include <string.h>

#include "check.h"
#include "failure.h"
#include "label_version.h"

typedef struct version_check {
    scope *in;
    checking *check;
    uint8_t *used; /* a bit for each content, by its id */
    int64_t highest;
    int64_t version, tasks, labels; /* the one that is being looked at */
    sha256 all;
} version_check;

/* Notes that a content is used; false when there is none. */
static annoproj_status use_content(version_check *run, const uint8_t *hash, bool *there, bool *first,
                                   annoproj_error **error) {
    static const char query[] = "SELECT id FROM label_content WHERE project = ? AND hash = ?";
    statement *find = sql(run->in->database, query);
    bind_int64(find, run->check->project);
    bind_blob(find, hash, SHA256_SIZE);
    const int64_t id = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    *there = id > 0 && id <= run->highest;
    *first = *there && (run->used[id / 8] & 1 << id % 8) == 0;
    if (*there)
        run->used[id / 8] = (uint8_t)(run->used[id / 8] | 1 << id % 8);
    return status;
}

static annoproj_status use_contents(version_check *run, const version_task *task, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < task->content_count && status == ANNOPROJ_OK; i++) {
        bool there = false, first = false;
        status = use_content(run, task->contents + i * SHA256_SIZE, &there, &first, error);
        if (status == ANNOPROJ_OK && !there)
            check_report(run->check, "label_version", run->version, "labels of a task are gone", "its contents");
    }
    return status;
}

static annoproj_status check_part(version_check *run, version_part *part, annoproj_error **error) {
    arena memory = {0};
    bool there = false, first = false;
    version_hash_add(&run->all, part);
    annoproj_status status = use_content(run, part->hash, &there, &first, error);
    if (status == ANNOPROJ_OK)
        status = version_part_load(run->in, run->check->project, part, &memory, error);
    if (status == ANNOPROJ_CORRUPT) {
        drop_error(error);
        check_report(run->check, "label_version", run->version, "a part is damaged or gone", "its contents");
        status = ANNOPROJ_OK;
    }
    for (size_t i = 0; i < part->count && status == ANNOPROJ_OK; i++) {
        run->tasks++;
        run->labels += part->tasks[i].labels;
        if (first)
            status = use_contents(run, &part->tasks[i], error);
    }
    arena_release(&memory);
    return status == ANNOPROJ_OK ? bounds_check(run->in->bounds, error) : status;
}

static annoproj_status check_version(version_check *run, const label_version *version, annoproj_error **error) {
    uint8_t hash[SHA256_SIZE];
    bool there = false, first = false;
    version_part *parts = NULL;
    size_t count = 0;
    run->version = version->id;
    run->tasks = run->labels = 0;
    version_hash_begin(&run->all, version);
    annoproj_status status = version_list_parts(run->in, version->id, &parts, &count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = check_part(run, &parts[i], error);
    sha256_end(&run->all, hash);
    if (status == ANNOPROJ_OK)
        status = use_content(run, version->ontology, &there, &first, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (!there)
        check_report(run->check, "label_version", version->id, "its ontology is gone", "its contents");
    if (memcmp(hash, version->hash, sizeof hash) != 0)
        check_report(run->check, "label_version", version->id, "another hash", "the hash of what it has");
    check_compare(run->check, "label_version", version->id, "tasks", version->tasks, run->tasks);
    if (version->class_count == 0)
        check_compare(run->check, "label_version", version->id, "labels", version->labels, run->labels);
    return ANNOPROJ_OK;
}

/* Whose versions are; of one that a branch became, of which task. */
static annoproj_status check_owners(version_check *run, annoproj_error **error) {
    static const char query[] =
        "SELECT v.id, v.project, v.task, coalesce(b.parent, 0) FROM label_version v LEFT JOIN task b"
        " ON b.id = v.branch AND v.branch <> 0 WHERE v.id >= ? AND v.id < ?";
    statement *find = sql(run->in->database, query);
    check_bind_project(find, run->check);
    while (sql_row(find)) {
        const int64_t id = column_int64(find, 0);
        check_compare(run->check, "label_version", id, "project", column_int64(find, 1), run->check->project);
        check_compare(run->check, "label_version", id, "task", column_int64(find, 2), column_int64(find, 3));
    }
    return sql_end(find, error);
}

static annoproj_status check_part_owners(version_check *run, annoproj_error **error) {
    static const char query[] = "SELECT DISTINCT version FROM label_version_part WHERE version >= ? AND version < ?"
                                " AND version NOT IN (SELECT id FROM label_version)";
    statement *find = sql(run->in->database, query);
    check_bind_project(find, run->check);
    while (sql_row(find))
        check_report(run->check, "label_version", column_int64(find, 0), "parts of a version that is gone",
                     "a version");
    return sql_end(find, error);
}

static annoproj_status check_each_version(version_check *run, annoproj_error **error) {
    static const char query[] = "SELECT " LABEL_VERSION_COLUMNS
                                " FROM label_version v WHERE v.id >= ? AND v.id < ? ORDER BY v.id";
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(run->in->database, query);
    check_bind_project(find, run->check);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        arena memory = {0}, *whole = run->in->memory;
        label_version version;
        bool sound = true;
        run->in->memory = &memory;
        if (!label_version_read(&memory, find, &version, &sound))
            status = fail_memory(error);
        else if (!sound)
            check_report(run->check, "label_version", version.id, "a damaged row", "stages, classes and hashes");
        else
            status = check_version(run, &version, error);
        run->in->memory = whole;
        arena_release(&memory);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* --- the labels there are now ----------------------------------------------------------------------------------------- */

static annoproj_status check_state(version_check *run, const version_task *said, bool current, annoproj_error **error) {
    bytes hashes = {0};
    annoproj_status status = use_contents(run, said, error);
    if (status == ANNOPROJ_OK && current)
        status = version_hash_labels(run->in, said->id, &hashes, error);
    if (status == ANNOPROJ_OK && current &&
        (hashes.length != said->content_count * SHA256_SIZE ||
         (hashes.length > 0 && memcmp(hashes.data, said->contents, hashes.length) != 0)))
        check_report(run->check, "label_version", said->id, "labels that changed without their version",
                     "the labels of that version");
    bytes_release(&hashes);
    return status;
}

static annoproj_status check_states(version_check *run, annoproj_error **error) {
    static const char query[] =
        "SELECT l.task, l.contents, l.labels, l.version = t.version AND t.stage <> 0, l.version, t.version,"
        " (SELECT count(*) FROM label a WHERE a.task = l.task)"
        " FROM label_state l LEFT JOIN task t ON t.id = l.task WHERE l.task >= ? AND l.task < ?";
    annoproj_status status = ANNOPROJ_OK;
    run->version = 0;
    statement *find = sql(run->in->database, query);
    check_bind_project(find, run->check);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        const version_task said = {.id = column_int64(find, 0),
                                   .contents = column_blob(find, 1),
                                   .content_count = column_length(find, 1) / SHA256_SIZE};
        const bool current = column_int64(find, 3) != 0;
        if (column_int64(find, 4) > column_int64(find, 5)) /* it would be taken for that of labels to come */
            check_compare(run->check, "label_version", said.id, "version of labels", column_int64(find, 4),
                          column_int64(find, 5));
        if (current)
            check_compare(run->check, "label_version", said.id, "labels", column_int64(find, 2), column_int64(find, 6));
        status = check_state(run, &said, current, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(run->in->bounds, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

/* --- contents --------------------------------------------------------------------------------------------------------- */

static annoproj_status check_contents(version_check *run, annoproj_error **error) {
    static const char query[] = "SELECT id, hash, data FROM label_content WHERE project = ? ORDER BY hash";
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(run->in->database, query);
    bind_int64(find, run->check->project);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        const int64_t id = column_int64(find, 0);
        uint8_t hash[SHA256_SIZE];
        content_hash(column_blob(find, 2), column_length(find, 2), hash);
        if (column_length(find, 1) != sizeof hash || memcmp(hash, column_blob(find, 1), sizeof hash) != 0)
            check_report(run->check, "label_version", 0, "a content that is not what its hash says", "its bytes");
        if (id <= 0 || id > run->highest || (run->used[id / 8] & 1 << id % 8) == 0)
            check_report(run->check, "label_version", 0, "a content that nobody has", "no such content");
        status = bounds_check(run->in->bounds, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

static annoproj_status find_highest(version_check *run, annoproj_error **error) {
    static const char query[] = "SELECT coalesce(max(id), 0) FROM label_content";
    statement *find = sql(run->in->database, query);
    run->highest = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (run->highest < 0 || run->highest > UINT32_MAX) /* nobody has made so many */
        run->highest = 0;
    return status;
}

annoproj_status check_versions(scope *in, checking *check, annoproj_error **error) {
    version_check run = {.in = in, .check = check};
    annoproj_status status = find_highest(&run, error);
    if (status != ANNOPROJ_OK)
        return status;
    run.used = allocate_zeroed((size_t)run.highest / 8 + 1, 1);
    if (!run.used)
        return fail_memory(error);
    status = check_owners(&run, error);
    if (status == ANNOPROJ_OK)
        status = check_part_owners(&run, error);
    if (status == ANNOPROJ_OK)
        status = check_each_version(&run, error);
    if (status == ANNOPROJ_OK)
        status = check_states(&run, error);
    if (status == ANNOPROJ_OK)
        status = check_contents(&run, error);
    release(run.used);
    return status;
}
