/* Tags: the organisation's list of them, and which ones a project has. */
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "project.h"
#include "utf8.h"

#define TAGS_MOST 10000 /* of a store, deleted ones not counted */

typedef struct tag_call {
    const char *name;
    int64_t tag;
    annoproj_deleted deleted;
    const int64_t *tags;
    size_t count;
    annoproj_table *table;
} tag_call;

/* --- the list of the store ---------------------------------------------------------------------------------------- */

static annoproj_status check_free(scope *in, const char *name, int64_t tag, annoproj_error **error) {
    static const char query[] = "SELECT id FROM tag WHERE name = ? AND NOT deleted";
    statement *find = sql(in->database, query);
    bind_text(find, name);
    int64_t holder = sql_row(find) ? column_int64(find, 0) : tag;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && holder != tag)
        status = fail(error, ANNOPROJ_EXISTS, "there is a tag %s already", QUOTED(name));
    return status;
}

static annoproj_status check_room(scope *in, annoproj_error **error) {
    static const char query[] = "SELECT count(*) FROM tag WHERE NOT deleted";
    statement *find = sql(in->database, query);
    int64_t count = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && count >= TAGS_MOST)
        status = fail(error, ANNOPROJ_LIMIT, "there are %lld tags, the most that there can be: delete one first",
                      (long long)count);
    return status;
}

static annoproj_status find_tag(scope *in, int64_t tag, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM tag WHERE id = ? AND NOT deleted";
    statement *find = sql(in->database, query);
    bind_int64(find, tag);
    bool found = sql_row(find);
    annoproj_status status = sql_end(find, error);
    return status != ANNOPROJ_OK || found ? status
                                          : fail(error, ANNOPROJ_NOT_FOUND, "there is no tag %lld", (long long)tag);
}

static annoproj_status insert_tag(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "INSERT INTO tag(name, created_us, deleted) VALUES(?, ?, 0)";
    const tag_call *made = arguments;
    annoproj_status status = check_free(&cmd->scope, made->name, 0, error);
    if (status == ANNOPROJ_OK)
        status = check_room(&cmd->scope, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *insert = sql(cmd->scope.database, query);
    bind_text(insert, made->name);
    bind_int64(insert, cmd->scope.now_us);
    status = sql_run(insert, error);
    if (status == ANNOPROJ_OK) {
        int64_t tag = last_insert_id(cmd->scope.database);
        command_event(cmd, &(event){.kind = EVENT_TAG_CREATE, .reference = tag});
        command_result_int64(cmd, tag);
    }
    return status;
}

annoproj_status annoproj_tag_create(annoproj_session *handle, const char *name, const annoproj_call *call, int64_t *tag,
                                    annoproj_error **error) {
    tag_call made = {.name = name};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TAG_MANAGE, .arguments = &made};
    bytes result = {0};
    if (!result_place(tag, sizeof *tag, "tag", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(name, TEXT_TAG, "name", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(0, "tag_create"), name);
    status = session_write(handle, &what, insert_tag, call, &result, error);
    if (status == ANNOPROJ_OK)
        *tag = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

static annoproj_status rename_tag(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE tag SET name = ? WHERE id = ?";
    const tag_call *made = arguments;
    annoproj_status status = find_tag(&cmd->scope, made->tag, error);
    if (status == ANNOPROJ_OK)
        status = check_free(&cmd->scope, made->name, made->tag, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, query);
    bind_text(update, made->name);
    bind_int64(update, made->tag);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TAG_RENAME, .reference = made->tag});
    return status;
}

annoproj_status annoproj_tag_rename(annoproj_session *handle, int64_t tag, const char *name, const annoproj_call *call,
                                    annoproj_error **error) {
    tag_call made = {.tag = tag, .name = name};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TAG_MANAGE, .arguments = &made};
    clear_error(error);
    annoproj_status status = check_text(name, TEXT_TAG, "name", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_int64(fingerprint_text(0, "tag_rename"), tag), name);
    return session_write(handle, &what, rename_tag, call, NULL, error);
}

/* --- the tags of projects ------------------------------------------------------------------------------------------- */

/* Each into the log of its project, those that are being purged have none any more. */
static annoproj_status take_off_everywhere(command *cmd, int64_t tag, annoproj_error **error) {
    static const char query[] =
        "SELECT p.project FROM project_tag p JOIN project o ON o.id = p.project AND NOT o.purging"
        " WHERE p.tag = ? ORDER BY p.project";
    static const char delete[] = "DELETE FROM project_tag WHERE tag = ?";
    const int64_t before = cmd->events_project;
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, tag);
    while (sql_row(find)) {
        (void)command_events_project(cmd, column_int64(find, 0));
        command_event(cmd, &(event){.kind = EVENT_PROJECT_UNTAG, .reference = tag});
    }
    (void)command_events_project(cmd, before);
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *remove = sql(cmd->scope.database, delete);
    bind_int64(remove, tag);
    return sql_run(remove, error);
}

static annoproj_status delete_tag(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE tag SET deleted = 1 WHERE id = ?";
    const tag_call *made = arguments;
    annoproj_status status = find_tag(&cmd->scope, made->tag, error);
    if (status == ANNOPROJ_OK)
        status = take_off_everywhere(cmd, made->tag, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, made->tag);
    status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TAG_DELETE, .reference = made->tag});
    return status;
}

annoproj_status annoproj_tag_delete(annoproj_session *handle, int64_t tag, const annoproj_call *call,
                                    annoproj_error **error) {
    tag_call made = {.tag = tag};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TAG_MANAGE,
                        .arguments = &made,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "tag_delete"), tag)};
    clear_error(error);
    return session_write(handle, &what, delete_tag, call, NULL, error);
}

static bool is_wanted(const tag_call *made, int64_t tag) {
    for (size_t i = 0; i < made->count; i++)
        if (made->tags[i] == tag)
            return true;
    return false;
}

static annoproj_status take_off_others(command *cmd, const tag_call *made, int64_t *changed, annoproj_error **error) {
    static const char query[] = "SELECT min(tag) FROM project_tag WHERE project = ? AND tag > ?";
    static const char delete[] = "DELETE FROM project_tag WHERE project = ? AND tag = ?";
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t tag = 0; status == ANNOPROJ_OK;) {
        statement *find = sql(cmd->scope.database, query);
        bind_int64(find, cmd->scope.project.id);
        bind_int64(find, tag);
        tag = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || tag == 0)
            break;
        if (is_wanted(made, tag))
            continue;
        statement *remove = sql(cmd->scope.database, delete);
        bind_int64(remove, cmd->scope.project.id);
        bind_int64(remove, tag);
        status = sql_run(remove, error);
        command_event(cmd, &(event){.kind = EVENT_PROJECT_UNTAG, .reference = tag});
        ++*changed;
    }
    return status;
}

static annoproj_status put_on(command *cmd, int64_t tag, int64_t *changed, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM project_tag WHERE project = ? AND tag = ?";
    static const char put[] = "INSERT INTO project_tag(project, tag) VALUES(?, ?)";
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, cmd->scope.project.id);
    bind_int64(find, tag);
    bool there = sql_row(find);
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK || there)
        return status;
    statement *insert = sql(cmd->scope.database, put);
    bind_int64(insert, cmd->scope.project.id);
    bind_int64(insert, tag);
    status = sql_run(insert, error);
    command_event(cmd, &(event){.kind = EVENT_PROJECT_TAG, .reference = tag});
    ++*changed;
    return status;
}

static annoproj_status set_tags(command *cmd, void *arguments, annoproj_error **error) {
    const tag_call *made = arguments;
    int64_t changed = 0;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < made->count && status == ANNOPROJ_OK; i++)
        status = find_tag(&cmd->scope, made->tags[i], error);
    if (status == ANNOPROJ_OK)
        status = take_off_others(cmd, made, &changed, error);
    for (size_t i = 0; i < made->count && status == ANNOPROJ_OK; i++)
        status = put_on(cmd, made->tags[i], &changed, error);
    return status == ANNOPROJ_OK && changed > 0 ? project_touch(cmd, error) : status;
}

annoproj_status annoproj_project_set_tags(annoproj_project *project, const int64_t *tags, size_t count,
                                          const annoproj_call *call, annoproj_error **error) {
    tag_call made = {.tags = tags, .count = count};
    handle_call what = {.operation = ANNOPROJ_OPERATION_SETTINGS, .arguments = &made};
    clear_error(error);
    if (!ids_given(tags, count, "tags", error))
        return ANNOPROJ_INVALID;
    if (count > PROJECT_TAGS_MOST)
        return fail(error, ANNOPROJ_LIMIT, "%zu tags: a project has at most %d", count, PROJECT_TAGS_MOST);
    what.fingerprint = fingerprint_bytes(fingerprint_text(0, "project_set_tags"), tags, count * sizeof *tags);
    return project_write(project, &what, set_tags, call, NULL, error);
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

static annoproj_status list_tags(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] =
        "SELECT id, name, created_us, deleted FROM tag WHERE ?1 = 2 OR deleted = ?1 ORDER BY name, id";
    tag_call *made = arguments;
    rows *table = rows_new(&row_tag_row);
    statement *find = sql(in->database, query);
    bind_int64(find, made->deleted);
    while (sql_row(find)) {
        rows_int64(table, column_int64(find, 0));
        rows_text(table, column_text(find, 1));
        rows_time(table, column_int64(find, 2));
        rows_bool(table, column_int64(find, 3) != 0);
    }
    return finish_table(table, sql_end(find, error), &made->table, error);
}

void annoproj_tag_list_options_init(annoproj_tag_list_options *options) {
    if (options)
        *options = (annoproj_tag_list_options)ANNOPROJ_TAG_LIST_OPTIONS_INIT;
}

annoproj_status annoproj_tag_list(annoproj_session *handle, const annoproj_tag_list_options *options,
                                  const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    annoproj_tag_list_options own;
    tag_call made = {0};
    handle_call what = {.arguments = &made};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK && (own.deleted < ANNOPROJ_DELETED_HIDDEN || own.deleted > ANNOPROJ_DELETED_ALSO))
        status = fail(error, ANNOPROJ_INVALID, "deleted %d is no annoproj_deleted", own.deleted);
    if (status != ANNOPROJ_OK)
        return status;
    made.deleted = own.deleted;
    return session_read_table(handle, &what, list_tags, call, &made.table, table, error);
}
