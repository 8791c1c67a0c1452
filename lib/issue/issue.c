/* Issues: opened, commented, resolved, reopened; every change with its event and counters (behaviour §10). */
#include "issue.h"

#include <string.h>

#include "failure.h"
#include "project.h"
#include "task.h"

/* Who the issue is against: the last submitter of its label, else of its task. */
static annoproj_status last_submitter(scope *in, const issue *one, int64_t task_submitter, int64_t *user,
                                      annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    *user = 0;
    if (one->label != 0)
        status = label_submitter(in, one->task, one->label, user, error);
    if (*user == 0)
        *user = task_submitter;
    return status;
}

annoproj_status issue_record(command *cmd, const issue *one, int32_t kind, int64_t tag, annoproj_error **error) {
    task_facts task;
    int64_t against = 0;
    annoproj_status status = access_task_facts(&cmd->scope, one->task, &task, error);
    if (status == ANNOPROJ_OK)
        status = last_submitter(&cmd->scope, one, task.last_submitter, &against, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = kind,
                                    .task = NUMBER_OF(one->task),
                                    .stage = task.stage.number,
                                    .class = one->class,
                                    .answer = (int32_t)tag,
                                    .credited = against,
                                    .reference = NUMBER_OF(one->id)});
    return status;
}

static annoproj_status record(command *cmd, const issue *one, int32_t kind, annoproj_error **error) {
    return issue_record(cmd, one, kind, 0, error);
}

static annoproj_status add_history(command *cmd, int64_t id, bool resolved, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO issue_history(issue, number, resolved, actor, at_us)"
        " SELECT ?1, coalesce(max(number), 0) + 1, ?2, ?3, ?4 FROM issue_history WHERE issue = ?1";
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, id);
    bind_int64(insert, resolved);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, cmd->scope.now_us);
    return sql_run(insert, error);
}

/* Task and project count the issue as open or as resolved. */
static annoproj_status count_issue(command *cmd, const issue *one, int64_t open, int64_t resolved,
                                   annoproj_error **error) {
    task_facts task;
    annoproj_status status = access_task_facts(&cmd->scope, one->task, &task, error);
    if (status == ANNOPROJ_OK)
        status = task_set_issue_counts(cmd, one->task, task.open_issues + open, task.resolved_issues + resolved, error);
    if (status == ANNOPROJ_OK)
        status = project_add_counts(cmd, PROJECT_OF(one->task), 0, open, 0, error);
    return status;
}

static void bind_optional_frame(statement *insert, bool there, int64_t frame) {
    if (there)
        bind_int64(insert, frame);
    else
        bind_null(insert);
}

static annoproj_status insert_issue(command *cmd, const issue *one, annoproj_error **error) {
    static const char query[] = "INSERT INTO issue(id, task, anchor, label, label_hash, class, first_frame, "
                                "last_frame, x, y, resolved, rejection, creator,"
                                " created_us, comments, uuid) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, 0, ?)";
    bool frame = one->anchor == ANNOPROJ_ANCHOR_FRAME || one->anchor == ANNOPROJ_ANCHOR_COORDINATE ||
                 one->anchor == ANNOPROJ_ANCHOR_FRAME_RANGE;
    uint8_t uuid[16];
    command_uuid(cmd, uuid);
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, one->id);
    bind_int64(insert, one->task);
    bind_int64(insert, one->anchor);
    bind_int64(insert, one->label);
    bind_text(insert, one->label_hash[0] ? one->label_hash : NULL);
    bind_int64(insert, one->class);
    bind_optional_frame(insert, frame, one->first_frame);
    bind_optional_frame(insert, one->anchor == ANNOPROJ_ANCHOR_FRAME_RANGE, one->last_frame);
    if (one->anchor == ANNOPROJ_ANCHOR_COORDINATE) {
        bind_double(insert, one->x);
        bind_double(insert, one->y);
    } else {
        bind_null(insert);
        bind_null(insert);
    }
    bind_int64(insert, one->rejection);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, cmd->scope.now_us);
    bind_blob(insert, uuid, sizeof uuid);
    return sql_run(insert, error);
}

annoproj_status issue_open(command *cmd, issue *one, const char *comment, annoproj_error **error) {
    int64_t next = 0, project = PROJECT_OF(one->task);
    annoproj_status status = project_next_issue(cmd, project, &next, error);
    one->id = MAKE_ID(project, next);
    one->resolved = false;
    if (status == ANNOPROJ_OK)
        status = insert_issue(cmd, one, error);
    if (status == ANNOPROJ_OK)
        status = add_history(cmd, one->id, false, error);
    if (status == ANNOPROJ_OK)
        status = count_issue(cmd, one, 1, 0, error);
    if (status == ANNOPROJ_OK)
        status = record(cmd, one, EVENT_ISSUE_CREATE, error);
    if (status == ANNOPROJ_OK && comment && *comment)
        status = issue_add_comment(cmd, one, comment, error);
    return status;
}

#define ISSUE_COLUMNS                                                                                                  \
    "SELECT id, task, anchor, label, label_hash, class, first_frame, last_frame, x, y, resolved, rejection FROM "      \
    "issue "

static void read_issue(statement *find, issue *out) {
    *out = (issue){.id = column_int64(find, 0),
                   .task = column_int64(find, 1),
                   .anchor = (int32_t)column_int64(find, 2),
                   .label = column_int64(find, 3),
                   .class = (int32_t)column_int64(find, 5),
                   .first_frame = column_int64(find, 6),
                   .last_frame = column_int64(find, 7),
                   .x = column_double(find, 8),
                   .y = column_double(find, 9),
                   .resolved = column_int64(find, 10) != 0,
                   .rejection = column_int64(find, 11) != 0};
    if (column_length(find, 4) < sizeof out->label_hash)
        memcpy(out->label_hash, column_text(find, 4), column_length(find, 4));
}

annoproj_status issue_find(scope *in, int64_t id, issue *out, annoproj_error **error) {
    static const char query[] = ISSUE_COLUMNS "WHERE id = ?";
    *out = (issue){0};
    statement *find = sql(in->database, query);
    bind_int64(find, id);
    bool found = sql_row(find);
    if (found)
        read_issue(find, out);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "there is no issue %lld", (long long)id);
    return status;
}

annoproj_status issue_add_comment(command *cmd, const issue *one, const char *comment, annoproj_error **error) {
    static const char insert_query[] = "INSERT INTO issue_comment(issue, number, author, created_us, text)"
                                       " SELECT ?1, comments + 1, ?2, ?3, ?4 FROM issue WHERE id = ?1";
    static const char count_query[] = "UPDATE issue SET comments = comments + 1 WHERE id = ?";
    statement *insert = sql(cmd->scope.database, insert_query);
    bind_int64(insert, one->id);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, cmd->scope.now_us);
    bind_text(insert, comment);
    annoproj_status status = sql_run(insert, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *count = sql(cmd->scope.database, count_query);
    bind_int64(count, one->id);
    status = sql_run(count, error);
    if (status == ANNOPROJ_OK)
        status = record(cmd, one, EVENT_ISSUE_COMMENT, error);
    return status;
}

annoproj_status issue_set_resolved(command *cmd, const issue *one, bool resolved, annoproj_error **error) {
    static const char query[] = "UPDATE issue SET resolved = ? WHERE id = ?";
    if (one->resolved == resolved)
        return ANNOPROJ_OK;
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, resolved);
    bind_int64(update, one->id);
    annoproj_status status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        status = add_history(cmd, one->id, resolved, error);
    if (status == ANNOPROJ_OK)
        status = count_issue(cmd, one, resolved ? -1 : 1, resolved ? 1 : -1, error);
    if (status == ANNOPROJ_OK)
        status = record(cmd, one, resolved ? EVENT_ISSUE_RESOLVE : EVENT_ISSUE_REOPEN, error);
    return status;
}

/* A label that was never published and is put back under its hash has another number than before: the issue follows it. */
static annoproj_status follow_label(command *cmd, issue *one, int64_t which, annoproj_error **error) {
    static const char query[] = "UPDATE issue SET label = ? WHERE id = ?";
    if (one->id == 0 || one->label == which)
        return ANNOPROJ_OK;
    one->label = which;
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, which);
    bind_int64(update, one->id);
    return sql_run(update, error);
}

annoproj_status issue_label_rejected(command *cmd, int64_t task, int64_t which, const char *hash, int32_t class,
                                     const char *comment, issue *out, annoproj_error **error) {
    static const char query[] = ISSUE_COLUMNS "WHERE task = ? AND label_hash = ? AND rejection";
    issue one = {0};
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, task);
    bind_text(find, hash);
    if (sql_row(find))
        read_issue(find, &one);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK)
        status = follow_label(cmd, &one, which, error);
    if (status == ANNOPROJ_OK && one.id == 0) {
        one = (issue){.task = task, .anchor = ANNOPROJ_ANCHOR_LABEL, .label = which, .class = class, .rejection = true};
        strncpy(one.label_hash, hash, sizeof one.label_hash - 1);
        status = issue_open(cmd, &one, comment, error);
    } else if (status == ANNOPROJ_OK) {
        status = issue_set_resolved(cmd, &one, false, error);
        if (status == ANNOPROJ_OK && comment && *comment)
            status = issue_add_comment(cmd, &one, comment, error);
    }
    *out = one;
    return status;
}

annoproj_status issue_label_approved(command *cmd, int64_t task, const char *hash, annoproj_error **error) {
    static const char query[] = ISSUE_COLUMNS
        "WHERE task = ?1 AND rejection AND resolved = 0 AND (?2 IS NULL OR label_hash = ?2) AND id > ?3"
        " ORDER BY id LIMIT 1";
    annoproj_status status = ANNOPROJ_OK;
    for (issue one = {0}; status == ANNOPROJ_OK;) {
        int64_t after = one.id;
        one = (issue){0};
        statement *find = sql(cmd->scope.database, query);
        bind_int64(find, task);
        bind_text(find, hash);
        bind_int64(find, after);
        if (sql_row(find))
            read_issue(find, &one);
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || one.id == 0)
            break;
        status = issue_set_resolved(cmd, &one, true, error);
    }
    return status;
}

annoproj_status issue_open_off_label(scope *in, int64_t task, bool *open, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM issue WHERE task = ? AND resolved = 0 AND anchor <> ? LIMIT 1";
    statement *find = sql(in->database, query);
    bind_int64(find, task);
    bind_int64(find, ANNOPROJ_ANCHOR_LABEL);
    *open = sql_row(find);
    return sql_end(find, error);
}
