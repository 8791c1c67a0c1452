/* Tags for projects and for issues: the organisation's two lists of them, and which ones a project has. */
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "project.h"
#include "utf8.h"

#define TAGS_MOST 10000 /* of a list, deleted ones not counted */

typedef struct tag_call {
    tag_kind kind;
    const char *name;
    int64_t tag;
    annoproj_deleted deleted;
    const int64_t *tags;
    size_t count;
    annoproj_table *table;
} tag_call;

/* --- the list of the store ---------------------------------------------------------------------------------------- */

static const char *kind_name(tag_kind kind) {
    return kind == TAG_OF_ISSUES ? "issue tag" : "tag";
}

/* The tag of that name; 0 = none. */
static annoproj_status find_name(scope *in, tag_kind kind, const char *name, int64_t *tag, annoproj_error **error) {
    static const char query[] = "SELECT id FROM tag WHERE kind = ? AND name = ? AND NOT deleted";
    statement *find = sql(in->database, query);
    bind_int64(find, kind);
    bind_text(find, name);
    *tag = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static annoproj_status check_free(scope *in, const tag_call *made, annoproj_error **error) {
    int64_t holder = 0;
    annoproj_status status = find_name(in, made->kind, made->name, &holder, error);
    if (status == ANNOPROJ_OK && holder != 0 && holder != made->tag)
        status = fail(error, ANNOPROJ_EXISTS, "there is an equal %s %s already: number %lld", kind_name(made->kind),
                      QUOTED(made->name), (long long)holder);
    return status;
}

static annoproj_status check_room(scope *in, tag_kind kind, annoproj_error **error) {
    static const char query[] = "SELECT count(*) FROM tag WHERE kind = ? AND NOT deleted";
    statement *find = sql(in->database, query);
    bind_int64(find, kind);
    int64_t count = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && count >= TAGS_MOST)
        status = fail(error, ANNOPROJ_LIMIT, "there are %lld %ss, the most that there can be: delete one first",
                      (long long)count, kind_name(kind));
    return status;
}

static annoproj_status find_tag(scope *in, tag_kind kind, int64_t tag, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM tag WHERE id = ? AND kind = ? AND NOT deleted";
    statement *find = sql(in->database, query);
    bind_int64(find, tag);
    bind_int64(find, kind);
    bool found = sql_row(find);
    annoproj_status status = sql_end(find, error);
    return status != ANNOPROJ_OK || found
               ? status
               : fail(error, ANNOPROJ_NOT_FOUND, "there is no %s %lld", kind_name(kind), (long long)tag);
}

static annoproj_status insert_tag(command *cmd, const tag_call *made, int64_t *tag, annoproj_error **error) {
    static const char query[] = "INSERT INTO tag(kind, name, created_us, deleted) VALUES(?, ?, ?, 0)";
    annoproj_status status = check_room(&cmd->scope, made->kind, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, made->kind);
    bind_text(insert, made->name);
    bind_int64(insert, cmd->scope.now_us);
    status = sql_run(insert, error);
    *tag = last_insert_id(cmd->scope.database);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_TAG_CREATE, .reference = *tag, .value = made->kind});
    return status;
}

static annoproj_status create_tag(command *cmd, void *arguments, annoproj_error **error) {
    const tag_call *made = arguments;
    int64_t tag = 0;
    annoproj_status status = check_free(&cmd->scope, made, error);
    if (status == ANNOPROJ_OK)
        status = insert_tag(cmd, made, &tag, error);
    command_result_int64(cmd, tag);
    return status;
}

static annoproj_status call_create(annoproj_session *handle, tag_call *made, const char *function,
                                   const annoproj_call *call, int64_t *tag, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_TAG_MANAGE, .arguments = made};
    bytes result = {0};
    if (!result_place(tag, sizeof *tag, "tag", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(made->name, TEXT_TAG, "name", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(0, function), made->name);
    status = session_write(handle, &what, create_tag, call, &result, error);
    if (status == ANNOPROJ_OK)
        *tag = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

annoproj_status annoproj_tag_create(annoproj_session *handle, const char *name, const annoproj_call *call, int64_t *tag,
                                    annoproj_error **error) {
    return call_create(handle, &(tag_call){.kind = TAG_OF_PROJECTS, .name = name}, "tag_create", call, tag, error);
}

annoproj_status annoproj_issue_tag_create(annoproj_session *handle, const char *name, const annoproj_call *call,
                                          int64_t *tag, annoproj_error **error) {
    return call_create(handle, &(tag_call){.kind = TAG_OF_ISSUES, .name = name}, "issue_tag_create", call, tag, error);
}

static annoproj_status rename_tag(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE tag SET name = ? WHERE id = ?";
    const tag_call *made = arguments;
    annoproj_status status = find_tag(&cmd->scope, made->kind, made->tag, error);
    if (status == ANNOPROJ_OK)
        status = check_free(&cmd->scope, made, error);
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

static annoproj_status call_rename(annoproj_session *handle, tag_call *made, const char *function,
                                   const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_TAG_MANAGE, .arguments = made};
    clear_error(error);
    annoproj_status status = check_text(made->name, TEXT_TAG, "name", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_int64(fingerprint_text(0, function), made->tag), made->name);
    return session_write(handle, &what, rename_tag, call, NULL, error);
}

annoproj_status annoproj_tag_rename(annoproj_session *handle, int64_t tag, const char *name, const annoproj_call *call,
                                    annoproj_error **error) {
    return call_rename(handle, &(tag_call){.kind = TAG_OF_PROJECTS, .tag = tag, .name = name}, "tag_rename", call,
                       error);
}

annoproj_status annoproj_issue_tag_rename(annoproj_session *handle, int64_t tag, const char *name,
                                          const annoproj_call *call, annoproj_error **error) {
    return call_rename(handle, &(tag_call){.kind = TAG_OF_ISSUES, .tag = tag, .name = name}, "issue_tag_rename", call,
                       error);
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
    annoproj_status status = find_tag(&cmd->scope, made->kind, made->tag, error);
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

static annoproj_status call_delete(annoproj_session *handle, tag_call *made, const char *function,
                                   const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_TAG_MANAGE,
                        .arguments = made,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, function), made->tag)};
    clear_error(error);
    return session_write(handle, &what, delete_tag, call, NULL, error);
}

annoproj_status annoproj_tag_delete(annoproj_session *handle, int64_t tag, const annoproj_call *call,
                                    annoproj_error **error) {
    return call_delete(handle, &(tag_call){.kind = TAG_OF_PROJECTS, .tag = tag}, "tag_delete", call, error);
}

annoproj_status annoproj_issue_tag_delete(annoproj_session *handle, int64_t tag, const annoproj_call *call,
                                          annoproj_error **error) {
    return call_delete(handle, &(tag_call){.kind = TAG_OF_ISSUES, .tag = tag}, "issue_tag_delete", call, error);
}

static bool is_wanted(const tag_call *made, int64_t tag) {
    for (size_t i = 0; i < made->count; i++)
        if (made->tags[i] == tag)
            return true;
    return false;
}

static annoproj_status take_off_others(command *cmd, const tag_call *made, int64_t *changed, annoproj_error **error) {
    static const char query[] = "SELECT min(p.tag) FROM project_tag p JOIN tag t ON t.id = p.tag AND t.kind = ?3"
                                " WHERE p.project = ?1 AND p.tag > ?2";
    static const char delete[] = "DELETE FROM project_tag WHERE project = ? AND tag = ?";
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t tag = 0; status == ANNOPROJ_OK;) {
        statement *find = sql(cmd->scope.database, query);
        bind_int64(find, cmd->scope.project.id);
        bind_int64(find, tag);
        bind_int64(find, made->kind);
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
        status = find_tag(&cmd->scope, made->kind, made->tags[i], error);
    if (status == ANNOPROJ_OK)
        status = take_off_others(cmd, made, &changed, error);
    for (size_t i = 0; i < made->count && status == ANNOPROJ_OK; i++)
        status = put_on(cmd, made->tags[i], &changed, error);
    return status == ANNOPROJ_OK && changed > 0 ? project_touch(cmd, error) : status;
}

static annoproj_status call_set(annoproj_project *project, tag_call *made, const char *function,
                                const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_SETTINGS, .arguments = made};
    clear_error(error);
    if (!ids_given(made->tags, made->count, "tags", error))
        return ANNOPROJ_INVALID;
    if (made->count > PROJECT_TAGS_MOST)
        return fail(error, ANNOPROJ_LIMIT, "%zu %ss: a project has at most %d", made->count, kind_name(made->kind),
                    PROJECT_TAGS_MOST);
    what.fingerprint = fingerprint_bytes(fingerprint_text(0, function), made->tags, made->count * sizeof *made->tags);
    return project_write(project, &what, set_tags, call, NULL, error);
}

annoproj_status annoproj_project_set_tags(annoproj_project *project, const int64_t *tags, size_t count,
                                          const annoproj_call *call, annoproj_error **error) {
    return call_set(project, &(tag_call){.kind = TAG_OF_PROJECTS, .tags = tags, .count = count}, "project_set_tags",
                    call, error);
}

annoproj_status annoproj_project_set_issue_tags(annoproj_project *project, const int64_t *tags, size_t count,
                                                const annoproj_call *call, annoproj_error **error) {
    return call_set(project, &(tag_call){.kind = TAG_OF_ISSUES, .tags = tags, .count = count}, "project_set_issue_tags",
                    call, error);
}

/* What the organisation has under that name is taken, else it is made there. */
static annoproj_status add_issue_tag(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "SELECT count(*) FROM project_tag p JOIN tag t ON t.id = p.tag AND t.kind = ?"
                                " WHERE p.project = ?";
    const tag_call *made = arguments;
    int64_t tag = 0, changed = 0;
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, made->kind);
    bind_int64(find, cmd->scope.project.id);
    const int64_t count = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK)
        status = find_name(&cmd->scope, made->kind, made->name, &tag, error);
    if (status == ANNOPROJ_OK && tag == 0) {
        const int64_t before = command_events_project(cmd, 0);
        status = insert_tag(cmd, made, &tag, error);
        (void)command_events_project(cmd, before);
    }
    if (status == ANNOPROJ_OK)
        status = put_on(cmd, tag, &changed, error);
    if (status == ANNOPROJ_OK && changed > 0 && count >= PROJECT_TAGS_MOST)
        status = fail(error, ANNOPROJ_LIMIT, "the project has %lld issue tags, the most that it can have",
                      (long long)count);
    if (status == ANNOPROJ_OK && changed > 0)
        status = project_touch(cmd, error);
    command_result_int64(cmd, tag);
    return status;
}

annoproj_status annoproj_project_issue_tag_create(annoproj_project *project, const char *name,
                                                  const annoproj_call *call, int64_t *tag, annoproj_error **error) {
    tag_call made = {.kind = TAG_OF_ISSUES, .name = name};
    handle_call what = {.operation = ANNOPROJ_OPERATION_SETTINGS, .arguments = &made};
    bytes result = {0};
    if (!result_place(tag, sizeof *tag, "tag", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(name, TEXT_TAG, "name", error);
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = fingerprint_text(fingerprint_text(0, "project_issue_tag_create"), name);
    status = project_write(project, &what, add_issue_tag, call, &result, error);
    if (status == ANNOPROJ_OK)
        *tag = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

/* --- reading -------------------------------------------------------------------------------------------------------- */

static annoproj_status fill_tags(statement *find, tag_call *made, annoproj_error **error) {
    rows *table = rows_new(&row_tag_row);
    while (sql_row(find)) {
        rows_int64(table, column_int64(find, 0));
        rows_text(table, column_text(find, 1));
        rows_time(table, column_int64(find, 2));
        rows_bool(table, column_int64(find, 3) != 0);
    }
    return finish_table(table, sql_end(find, error), &made->table, error);
}

static annoproj_status list_tags(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = "SELECT id, name, created_us, deleted FROM tag WHERE kind = ?1"
                                " AND (?2 = 2 OR deleted = ?2) ORDER BY name, id";
    tag_call *made = arguments;
    statement *find = sql(in->database, query);
    bind_int64(find, made->kind);
    bind_int64(find, made->deleted);
    return fill_tags(find, made, error);
}

void annoproj_tag_list_options_init(annoproj_tag_list_options *options) {
    if (options)
        *options = (annoproj_tag_list_options)ANNOPROJ_TAG_LIST_OPTIONS_INIT;
}

static annoproj_status call_list(annoproj_session *handle, tag_kind kind, const annoproj_tag_list_options *options,
                                 const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    annoproj_tag_list_options own;
    tag_call made = {.kind = kind};
    handle_call what = {.arguments = &made};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK)
        status = options_reserved(own.reserved, error);
    if (status == ANNOPROJ_OK && (own.deleted < ANNOPROJ_DELETED_HIDDEN || own.deleted > ANNOPROJ_DELETED_ALSO))
        status = fail(error, ANNOPROJ_INVALID, "deleted %d is no annoproj_deleted", own.deleted);
    if (status != ANNOPROJ_OK)
        return status;
    made.deleted = own.deleted;
    return session_read_table(handle, &what, list_tags, call, &made.table, table, error);
}

annoproj_status annoproj_tag_list(annoproj_session *handle, const annoproj_tag_list_options *options,
                                  const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    return call_list(handle, TAG_OF_PROJECTS, options, call, table, error);
}

annoproj_status annoproj_issue_tag_list(annoproj_session *handle, const annoproj_tag_list_options *options,
                                        const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    return call_list(handle, TAG_OF_ISSUES, options, call, table, error);
}

static annoproj_status read_issue_tags(scope *in, void *arguments, annoproj_error **error) {
    static const char query[] = "SELECT t.id, t.name, t.created_us, t.deleted FROM project_tag p"
                                " JOIN tag t ON t.id = p.tag AND t.kind = ? WHERE p.project = ? ORDER BY t.name";
    tag_call *made = arguments;
    statement *find = sql(in->database, query);
    bind_int64(find, TAG_OF_ISSUES);
    bind_int64(find, in->project.id);
    return fill_tags(find, made, error);
}

annoproj_status annoproj_project_issue_tags(annoproj_project *project, const annoproj_call *call,
                                            annoproj_table **table, annoproj_error **error) {
    tag_call made = {.kind = TAG_OF_ISSUES};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_SEE, .arguments = &made};
    return project_read_table(project, &what, read_issue_tags, call, &made.table, table, error);
}
