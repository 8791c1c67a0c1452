/* Removing label versions, and the contents that nothing has any more. A content belongs to one task, and so to parts at
 * one position: whether something else has it is asked of the parts there. */
#include "label_version.h"

#include <string.h>

#include "failure.h"

#define OF_PROJECT "v.id >= ?1 << 32 AND v.id < (?1 + 1) << 32"

/* --- contents --------------------------------------------------------------------------------------------------------- */

/* What the versions have at a position. */
static annoproj_status find_live(scope *in, int64_t project, int64_t position, hash_set *live, annoproj_error **error) {
    static const char query[] = "SELECT DISTINCT p.hash FROM label_version v CROSS JOIN label_version_part p"
                                " ON p.version = v.id AND p.position = ?2 WHERE " OF_PROJECT;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    bind_int64(find, position);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        arena memory = {0};
        version_part part = {.position = position};
        if (column_length(find, 0) == sizeof part.hash)
            memcpy(part.hash, column_blob(find, 0), sizeof part.hash);
        status = version_part_load(in, project, &part, &memory, error);
        for (size_t i = 0; i < part.count; i++)
            hash_set_add(live, part.tasks[i].contents, part.tasks[i].content_count);
        arena_release(&memory);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    hash_set_sort(live);
    status = status == ANNOPROJ_OK ? ended : status;
    return status == ANNOPROJ_OK && live->hashes.failed ? fail_memory(error) : status;
}

static annoproj_status remove_state(command *cmd, int64_t task, annoproj_error **error) {
    static const char query[] = "DELETE FROM label_state WHERE task = ?";
    statement *remove = sql(cmd->scope.database, query);
    bind_int64(remove, task);
    return sql_run(remove, error);
}

/* States that name what goes are no longer true; what else they name goes with them unless a version has it. */
static annoproj_status drop_states(command *cmd, int64_t project, int64_t position, const hash_set *live,
                                   hash_set *gone, annoproj_error **error) {
    static const char query[] = "SELECT task, contents FROM label_state WHERE task >= ? AND task < ?";
    const int64_t first = MAKE_ID(project, position * PART_TASKS);
    int64_t tasks[PART_TASKS];
    size_t count = 0;
    hash_set more = {0};
    hash_set_sort(gone);
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, first);
    bind_int64(find, first + PART_TASKS);
    while (count < PART_TASKS && sql_row(find)) {
        const uint8_t *contents = column_blob(find, 1);
        bool drop = false;
        for (size_t i = 0; i + SHA256_SIZE <= column_length(find, 1); i += SHA256_SIZE)
            drop = drop || (hash_set_has(gone, contents + i) && !hash_set_has(live, contents + i));
        if (!drop)
            continue;
        tasks[count++] = column_int64(find, 0);
        hash_set_add(&more, contents, column_length(find, 1) / SHA256_SIZE);
    }
    annoproj_status status = sql_end(find, error);
    hash_set_add(gone, more.hashes.data, hash_set_count(&more));
    if (status == ANNOPROJ_OK && (more.hashes.failed || gone->hashes.failed))
        status = fail_memory(error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = remove_state(cmd, tasks[i], error);
    bytes_release(&more.hashes);
    return status;
}

annoproj_status version_forget(command *cmd, int64_t project, int64_t position, const uint8_t *hashes, size_t count,
                               annoproj_error **error) {
    hash_set live = {0}, gone = {0};
    hash_set_add(&gone, hashes, count);
    annoproj_status status = gone.hashes.failed ? fail_memory(error) : ANNOPROJ_OK;
    if (status == ANNOPROJ_OK)
        status = find_live(&cmd->scope, project, position, &live, error);
    if (status == ANNOPROJ_OK)
        status = drop_states(cmd, project, position, &live, &gone, error);
    for (size_t i = 0; i < hash_set_count(&gone) && status == ANNOPROJ_OK; i++) {
        const uint8_t *hash = gone.hashes.data + i * SHA256_SIZE;
        if (!hash_set_has(&live, hash))
            status = content_remove(cmd, project, hash, error);
    }
    bytes_release(&live.hashes);
    bytes_release(&gone.hashes);
    return status;
}

/* --- versions --------------------------------------------------------------------------------------------------------- */

static annoproj_status is_shared(scope *in, int64_t project, const version_part *part, bool *shared,
                                 annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM label_version v CROSS JOIN label_version_part p ON p.version = v.id"
                                " AND p.position = ?2 WHERE " OF_PROJECT " AND p.hash = ?3 LIMIT 1";
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    bind_int64(find, part->position);
    bind_blob(find, part->hash, sizeof part->hash);
    *shared = sql_row(find);
    return sql_end(find, error);
}

static annoproj_status remove_part(command *cmd, int64_t project, version_part *part, annoproj_error **error) {
    arena memory = {0};
    hash_set gone = {0};
    bool shared = false;
    annoproj_status status = is_shared(&cmd->scope, project, part, &shared, error);
    if (status == ANNOPROJ_OK && !shared) {
        status = version_part_load(&cmd->scope, project, part, &memory, error);
        for (size_t i = 0; i < part->count; i++)
            hash_set_add(&gone, part->tasks[i].contents, part->tasks[i].content_count);
        if (status == ANNOPROJ_OK && gone.hashes.failed)
            status = fail_memory(error);
        if (status == ANNOPROJ_OK)
            status = content_remove(cmd, project, part->hash, error);
        if (status == ANNOPROJ_OK)
            status = version_forget(cmd, project, part->position, gone.hashes.data, hash_set_count(&gone), error);
    }
    bytes_release(&gone.hashes);
    arena_release(&memory);
    return status == ANNOPROJ_OK ? bounds_check(cmd->scope.bounds, error) : status;
}

static annoproj_status remove_rows(command *cmd, int64_t version, annoproj_error **error) {
    static const char of_parts[] = "DELETE FROM label_version_part WHERE version = ?";
    static const char query[] = "DELETE FROM label_version WHERE id = ?";
    statement *remove = sql(cmd->scope.database, of_parts);
    bind_int64(remove, version);
    annoproj_status status = sql_run(remove, error);
    if (status != ANNOPROJ_OK)
        return status;
    remove = sql(cmd->scope.database, query);
    bind_int64(remove, version);
    return sql_run(remove, error);
}

static annoproj_status remove_ontology(command *cmd, const label_version *version, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM label_version v WHERE " OF_PROJECT " AND v.ontology = ?2 LIMIT 1";
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, version->project);
    bind_blob(find, version->ontology, sizeof version->ontology);
    const bool used = sql_row(find);
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !used ? content_remove(cmd, version->project, version->ontology, error) : status;
}

annoproj_status version_remove(command *cmd, const label_version *version, annoproj_error **error) {
    version_part *parts = NULL;
    size_t count = 0;
    annoproj_status status = version_list_parts(&cmd->scope, version->id, &parts, &count, error);
    if (status == ANNOPROJ_OK)
        status = remove_rows(cmd, version->id, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = remove_part(cmd, version->project, &parts[i], error);
    if (status == ANNOPROJ_OK)
        status = remove_ontology(cmd, version, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_LABEL_VERSION_DELETE, .reference = NUMBER_OF(version->id)});
    return status;
}
