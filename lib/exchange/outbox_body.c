/* Bodies of webhooks: members and their order are those of the reference product, ours follow behind them. */
#include "outbox_body.h"

#include <string.h>

#include "failure.h"
#include "hash.h"
#include "json_out.h"
#include "project.h"
#include "task.h"
#include "uuid.h"
#include "workflow.h"

const char *outbox_event_type(int32_t kind) {
    static const char *const names[] = {
        [OUTBOX_TASK_SUBMITTED] = "task_submitted_event", [OUTBOX_TASK_COMPLETED] = "task_completed_event",
        [OUTBOX_ISSUE_CREATED] = "issue_created_event",   [OUTBOX_ISSUE_RESOLVED] = "issue_resolved_event",
        [OUTBOX_ISSUE_REOPENED] = "issue_reopened_event", [OUTBOX_ISSUE_COMMENTED] = "issue_commented_event",
        [OUTBOX_PROJECT_STATUS] = "project_status_event"};
    return kind >= OUTBOX_TASK_SUBMITTED && kind <= OUTBOX_PROJECT_STATUS ? names[kind] : "unknown_event";
}

/* The same for every delivery of a message, and another for every other message. */
static void message_uid(const uint8_t project[16], int64_t seq, char out[37]) {
    uint8_t uuid[16];
    uuid_derive(project, "outbox", seq, uuid);
    uuid_text(uuid, out);
}

static void uuid_member(text *out, const char *key, const uint8_t uuid[16]) {
    char written[37];
    uuid_text(uuid, written);
    json_text_member(out, key, written);
}

static void uuid_list(text *out, const char *key, const uint8_t uuid[16]) {
    char written[37];
    uuid_text(uuid, written);
    text_printf(out, ",\"%s\":[\"%s\"]", key, written);
}

static void write_task(text *out, const outbox_message *message, statement *found, const uint8_t project[16]) {
    uint8_t task[16];
    task_uuid(project, MAKE_ID(message->project, message->task), task);
    if (column_length(found, 1) == 16)
        uuid_list(out, "data_hashes", column_blob(found, 1));
    uuid_list(out, "label_hashes", task);
    uuid_member(out, "workflow_task_uuid", task);
}

/* What depends on the row; false when the project's uuid is damaged. */
static bool write_payload(text *out, const outbox_message *message, statement *found) {
    uint8_t project[16], stage[16];
    if (column_length(found, 0) != 16)
        return false;
    memcpy(project, column_blob(found, 0), 16);
    text_character(out, '{');
    uuid_member(out, "project_hash", project);
    if (message->task != 0)
        write_task(out, message, found, project);
    if (message->stage != 0) {
        workflow_stage_uuid(project, message->stage, stage);
        uuid_member(out, "workflow_stage_uuid", stage);
        json_text_member(out, "workflow_stage_title", column_text(found, 2));
    }
    if (column_length(found, 4) == 16)
        uuid_member(out, "issue_uuid", column_blob(found, 4));
    if (message->kind == OUTBOX_PROJECT_STATUS)
        json_text_member(out, "status", project_status_name((int32_t)message->reference));
    if (column_is_null(found, 3))
        text_string(out, ",\"actor_email\":null");
    else
        json_text_member(out, "actor_email", column_text(found, 3));
    text_printf(out, ",\"sequence\":%lld}", (long long)message->seq);
    return true;
}

static void write_head(text *out, const outbox_message *message, const char *source, statement *found) {
    char uid[37];
    message_uid(column_blob(found, 0), message->seq, uid);
    text_character(out, '{');
    json_text_member(out, "uid", uid);
    text_string(out, ",\"version\":1");
    json_text_member(out, "source", source);
    json_text_member(out, "event_type", outbox_event_type(message->kind));
    text_string(out, ",\"event_created_timestamp\":\"");
    text_time(out, message->created_us);
    text_string(out, "+00:00\",\"payload\":");
}

annoproj_status outbox_body(scope *in, const outbox_message *message, const char *source, text *out,
                            annoproj_error **error) {
    static const char query[] =
        "SELECT p.uuid, d.uuid, s.title, u.email, i.uuid FROM project p LEFT JOIN task t ON t.id = ?2"
        " LEFT JOIN data_unit d ON d.id = t.data_unit LEFT JOIN stage s ON s.id = ?3 LEFT JOIN user u ON u.id = ?4"
        " LEFT JOIN issue i ON i.id = ?5 WHERE p.id = ?1";
    const bool of_issue = message->kind >= OUTBOX_ISSUE_CREATED && message->kind <= OUTBOX_ISSUE_COMMENTED;
    bool written = false;
    statement *find = sql(in->database, query);
    bind_int64(find, message->project);
    bind_int64(find, MAKE_ID(message->project, message->task));
    bind_int64(find, MAKE_ID(message->project, message->stage));
    bind_int64(find, message->actor);
    bind_int64(find, of_issue ? MAKE_ID(message->project, message->reference) : 0);
    if (sql_row(find) && column_length(find, 0) == 16) {
        write_head(out, message, source, find);
        written = write_payload(out, message, find);
        text_character(out, '}');
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !written)
        status = fail(error, ANNOPROJ_CORRUPT, "message %lld of project %lld belongs to no project",
                      (long long)message->seq, (long long)message->project);
    return status == ANNOPROJ_OK && out->failed ? fail_memory(error) : status;
}
