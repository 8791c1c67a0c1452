/* Contents by their hash. */
#include "label_content.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"

void content_hash(const void *data, size_t length, uint8_t hash[SHA256_SIZE]) {
    sha256 state;
    sha256_begin(&state);
    sha256_add(&state, data, length);
    sha256_end(&state, hash);
}

annoproj_status content_put(command *cmd, int64_t project, const bytes *data, uint8_t hash[SHA256_SIZE],
                            annoproj_error **error) {
    static const char find_query[] = "SELECT 1 FROM label_content WHERE project = ? AND hash = ?";
    static const char query[] = "INSERT INTO label_content(project, hash, data) VALUES(?, ?, ?)";
    if (data->failed)
        return fail_memory(error);
    content_hash(data->data, data->length, hash);
    statement *find = sql(cmd->scope.database, find_query);
    bind_int64(find, project);
    bind_blob(find, hash, SHA256_SIZE);
    const bool there = sql_row(find);
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK || there)
        return status;
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, project);
    bind_blob(insert, hash, SHA256_SIZE);
    bind_blob(insert, data->data, data->length);
    return sql_run(insert, error);
}

annoproj_status content_get(scope *in, int64_t project, const uint8_t hash[SHA256_SIZE], bytes *data,
                            annoproj_error **error) {
    static const char query[] = "SELECT data FROM label_content WHERE project = ? AND hash = ?";
    uint8_t found_hash[SHA256_SIZE] = {0};
    data->length = 0;
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    bind_blob(find, hash, SHA256_SIZE);
    if (sql_row(find)) {
        content_hash(column_blob(find, 0), column_length(find, 0), found_hash);
        bytes_append(data, column_blob(find, 0), column_length(find, 0));
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && data->failed)
        status = fail_memory(error);
    if (status == ANNOPROJ_OK && memcmp(hash, found_hash, SHA256_SIZE) != 0)
        status = fail(error, ANNOPROJ_CORRUPT,
                      "a content of the label versions of project %lld is damaged or gone: restore the store from a "
                      "backup",
                      (long long)project);
    return status;
}

annoproj_status content_remove(command *cmd, int64_t project, const uint8_t hash[SHA256_SIZE], annoproj_error **error) {
    static const char query[] = "DELETE FROM label_content WHERE project = ? AND hash = ?";
    statement *remove = sql(cmd->scope.database, query);
    bind_int64(remove, project);
    bind_blob(remove, hash, SHA256_SIZE);
    return sql_run(remove, error);
}

/* --- sets --------------------------------------------------------------------------------------------------------- */

static int by_bytes(const void *a, const void *b) {
    return memcmp(a, b, SHA256_SIZE);
}

void hash_set_add(hash_set *set, const uint8_t *hashes, size_t count) {
    bytes_append(&set->hashes, hashes, count * SHA256_SIZE);
}

void hash_set_sort(hash_set *set) {
    if (set->hashes.length > 0)
        qsort(set->hashes.data, hash_set_count(set), SHA256_SIZE, by_bytes);
}

bool hash_set_has(const hash_set *set, const uint8_t hash[SHA256_SIZE]) {
    return set->hashes.length > 0 && bsearch(hash, set->hashes.data, hash_set_count(set), SHA256_SIZE, by_bytes);
}

size_t hash_set_count(const hash_set *set) {
    return set->hashes.length / SHA256_SIZE;
}
