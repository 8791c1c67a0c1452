/* Copying a project (behaviour §4): title, ontology, workflow and settings always, the rest as asked, all or nothing. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "project.h"
#include "project_copy.h"
#include "rights.h"
#include "settings.h"
#include "text.h"
#include "utf8.h"
#include "workflow.h"

#define HASH_BYTES 8
#define ALL_STATES 63 /* of annoproj_review_state */

typedef struct copy_call {
    const char *title;
    annoproj_copy_options options;
} copy_call;

/* --- what a project is, apart from its data ------------------------------------------------------------------------ */

static annoproj_status insert_facts(command *cmd, const copy_call *made, int64_t source, int64_t *project,
                                    annoproj_error **error) {
    static const char query[] =
        "INSERT INTO project(uuid, title, description, owner, status, ontology, created_us, edited_us, idle_limit_us,"
        " time_window_us, self_release, strict_status, count_text_and_audio, outbox_issues, outbox_status, "
        "outbox_limit,"
        " purging, instructions) SELECT ?, ?, description, ?, ?, ontology, ?5, ?5, idle_limit_us, time_window_us,"
        " self_release, strict_status, count_text_and_audio, outbox_issues, outbox_status, outbox_limit, 0, "
        "instructions"
        " FROM project WHERE id = ?6";
    uint8_t uuid[16];
    command_uuid(cmd, uuid);
    statement *insert = sql(cmd->scope.database, query);
    bind_blob(insert, uuid, sizeof uuid);
    bind_text(insert, made->title);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, ANNOPROJ_PROJECT_NOT_STARTED);
    bind_int64(insert, cmd->scope.now_us);
    bind_int64(insert, source);
    annoproj_status status = sql_run(insert, error);
    *project = last_insert_id(cmd->scope.database);
    return status;
}

static annoproj_status note_settings(command *cmd, annoproj_error **error) {
    setting_values now = {{0}};
    annoproj_status status = settings_of_project(&cmd->scope, cmd->scope.project.id, &now, error);
    if (status == ANNOPROJ_OK)
        settings_note(cmd, NULL, &now);
    return status;
}

static annoproj_status insert_layout(command *cmd, int64_t source, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO editor_layout(project, json) SELECT ?1, json FROM editor_layout WHERE project = ?2";
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, cmd->scope.project.id);
    bind_int64(insert, source);
    return sql_run(insert, error);
}

/* The document is parsed anew: routers begin to count, and stages get numbers of their own. */
static annoproj_status insert_workflow(command *cmd, int64_t source, annoproj_error **error) {
    text document = {0};
    char *json = NULL;
    annoproj_status status = workflow_document(&cmd->scope, source, &document, error);
    if (status == ANNOPROJ_OK)
        status = text_take(&document, &json, NULL, error);
    if (status == ANNOPROJ_OK)
        status = workflow_put(cmd, cmd->scope.project.id, json, error);
    text_release(&document);
    release(json);
    return status;
}

/* --- people and tags -------------------------------------------------------------------------------------------------- */

/* Admins always come along, all others when asked; who makes the copy is its admin in any case. */
static annoproj_status insert_people(command *cmd, int64_t source, bool all, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO collaborator(project, user, role, joined)"
        " SELECT ?1, user, role, ?7 - 1 + row_number() OVER (ORDER BY user) FROM"
        " (SELECT user, iif(user = ?3, ?4, role) AS role FROM collaborator"
        " WHERE project = ?2 AND (?5 OR ?6 >> role & 1 OR user = ?3) UNION SELECT ?3, ?4 WHERE ?3 <> 0)";
    static const char list[] = "SELECT user, role FROM collaborator WHERE project = ? ORDER BY user";
    int64_t seq = 0; /* of the first of the events that follow, in the same order */
    annoproj_status status = command_next_seq(cmd, &seq, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, cmd->scope.project.id);
    bind_int64(insert, source);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, ANNOPROJ_ROLE_ADMIN);
    bind_int64(insert, all);
    bind_int64(insert, roles_with(ANNOPROJ_OPERATION_COLLABORATOR_CHANGE_ADMIN));
    bind_int64(insert, seq);
    status = sql_run(insert, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(cmd->scope.database, list);
    bind_int64(find, cmd->scope.project.id);
    while (sql_row(find))
        command_event(cmd, &(event){.kind = EVENT_COLLABORATOR_ADD,
                                    .credited = column_int64(find, 0),
                                    .reference = column_int64(find, 1)});
    return sql_end(find, error);
}

/* Those for its issues are settings, those of the project itself an option. */
static annoproj_status insert_tags(command *cmd, int64_t source, bool all, annoproj_error **error) {
    static const char query[] = "INSERT INTO project_tag(project, tag) SELECT ?1, p.tag FROM project_tag p"
                                " JOIN tag t ON t.id = p.tag AND (?3 OR t.kind = ?4) WHERE p.project = ?2";
    static const char list[] = "SELECT tag FROM project_tag WHERE project = ?";
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, cmd->scope.project.id);
    bind_int64(insert, source);
    bind_int64(insert, all);
    bind_int64(insert, TAG_OF_ISSUES);
    annoproj_status status = sql_run(insert, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *find = sql(cmd->scope.database, list);
    bind_int64(find, cmd->scope.project.id);
    while (sql_row(find))
        command_event(cmd, &(event){.kind = EVENT_PROJECT_TAG, .reference = column_int64(find, 0)});
    return sql_end(find, error);
}

/* --- data ---------------------------------------------------------------------------------------------------------------- */

static annoproj_status copy_data(command *cmd, const copy_call *made, int64_t source, annoproj_error **error) {
    const annoproj_copy_options *options = &made->options;
    const label_choice choice = {options->review_states, options->label_hashes};
    copied_dataset *datasets = NULL;
    size_t count = 0;
    annoproj_status status = copy_datasets(cmd, source, options->datasets == ANNOPROJ_COPY_DATASETS_CLONE, &datasets,
                                           &count, error);
    return status == ANNOPROJ_OK && options->labels ? copy_labels(cmd, source, &choice, datasets, count, error)
                                                    : status;
}

/* --- the command ----------------------------------------------------------------------------------------------------------- */

/* What the store asks of those who make a project, and datasets. */
static annoproj_status check_rights(command *cmd, const copy_call *made, annoproj_error **error) {
    annoproj_status status = access_gate(&cmd->scope, ANNOPROJ_OPERATION_PROJECT_CREATE, error);
    if (status == ANNOPROJ_OK && made->options.datasets == ANNOPROJ_COPY_DATASETS_CLONE)
        status = access_gate(&cmd->scope, ANNOPROJ_OPERATION_DATASET_CREATE, error);
    return status;
}

/* From the first row on the command is about the copy, whose log its events go to. */
static annoproj_status copy_project(command *cmd, void *arguments, annoproj_error **error) {
    const copy_call *made = arguments;
    const int64_t source = cmd->scope.project.id;
    annoproj_status status = check_rights(cmd, made, error);
    if (status == ANNOPROJ_OK)
        status = insert_facts(cmd, made, source, &cmd->scope.project.id, error);
    if (status != ANNOPROJ_OK)
        return status;
    (void)command_events_project(cmd, cmd->scope.project.id);
    command_event(cmd, &(event){.kind = EVENT_PROJECT_CREATE, .reference = cmd->scope.project.ontology});
    command_event(cmd, &(event){.kind = EVENT_PROJECT_COPY, .reference = source});
    status = project_insert_counter(cmd, cmd->scope.project.id, error);
    if (status == ANNOPROJ_OK)
        status = note_settings(cmd, error);
    if (status == ANNOPROJ_OK)
        status = insert_layout(cmd, source, error);
    if (status == ANNOPROJ_OK)
        status = insert_workflow(cmd, source, error);
    if (status == ANNOPROJ_OK)
        status = insert_people(cmd, source, made->options.collaborators, error);
    if (status == ANNOPROJ_OK)
        status = insert_tags(cmd, source, made->options.tags, error);
    if (status == ANNOPROJ_OK && made->options.datasets != ANNOPROJ_COPY_DATASETS_NONE)
        status = copy_data(cmd, made, source, error);
    command_result_int64(cmd, cmd->scope.project.id);
    return status;
}

/* --- the call ---------------------------------------------------------------------------------------------------------------- */

static annoproj_status check_hashes(const char *hashes, annoproj_error **error) {
    const size_t length = strlen(hashes);
    bool good = length % (HASH_BYTES + 1) == HASH_BYTES;
    for (size_t i = HASH_BYTES; i < length && good; i += HASH_BYTES + 1)
        good = hashes[i] == ',';
    return good ? check_text(hashes, TEXT_JSON, "label_hashes", error)
                : fail(error, ANNOPROJ_INVALID, "label_hashes %s: give hashes of 8 characters with commas between them",
                       QUOTED(hashes));
}

static annoproj_status check_options(const annoproj_copy_options *options, annoproj_error **error) {
    if (options->datasets < ANNOPROJ_COPY_DATASETS_NONE || options->datasets > ANNOPROJ_COPY_DATASETS_CLONE)
        return fail(error, ANNOPROJ_INVALID, "datasets %d is no annoproj_copy_datasets", options->datasets);
    if (options->labels && options->datasets == ANNOPROJ_COPY_DATASETS_NONE)
        return fail(error, ANNOPROJ_INVALID, "labels cannot be copied without datasets: attach or clone these, too");
    if ((options->review_states != 0 || options->label_hashes) && !options->labels)
        return fail(error, ANNOPROJ_INVALID, "review_states and label_hashes choose labels: set labels, too");
    if ((options->review_states & ~ALL_STATES) != 0)
        return fail(error, ANNOPROJ_INVALID, "review_states %d has flags that are no annoproj_review_state",
                    options->review_states);
    return options->label_hashes ? check_hashes(options->label_hashes, error) : ANNOPROJ_OK;
}

static uint64_t print_call(const copy_call *made) {
    const annoproj_copy_options *options = &made->options;
    uint64_t print = fingerprint_text(fingerprint_text(0, "project_copy"), made->title);
    print = fingerprint_int64(fingerprint_int64(print, options->datasets), options->labels);
    print = fingerprint_text(fingerprint_int64(print, options->review_states), options->label_hashes);
    return fingerprint_int64(fingerprint_int64(print, options->collaborators), options->tags);
}

void annoproj_copy_options_init(annoproj_copy_options *options) {
    if (options)
        *options = (annoproj_copy_options)ANNOPROJ_COPY_OPTIONS_INIT;
}

annoproj_status annoproj_project_copy(annoproj_project *project, const char *title,
                                      const annoproj_copy_options *options, const annoproj_call *call,
                                      annoproj_project **copy, annoproj_error **error) {
    copy_call made = {.title = title};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_COPY, .arguments = &made};
    project_identity *source = NULL;
    annoproj_project *opened = NULL;
    bytes result = {0};
    if (!result_place(copy, sizeof *copy, "copy", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(title, TEXT_TITLE, "title", error);
    if (status == ANNOPROJ_OK)
        status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status == ANNOPROJ_OK)
        status = check_options(&made.options, error);
    if (status == ANNOPROJ_OK)
        status = project_enter(project, &source, error);
    if (status == ANNOPROJ_OK)
        status = project_handle(source->session, 0, &opened, error);
    if (status == ANNOPROJ_OK) {
        what.fingerprint = print_call(&made);
        status = project_write(project, &what, copy_project, call, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        identity_name(opened, HANDLE_PROJECT, result_int64(&result, 0));
        *copy = opened;
    } else {
        handle_close(opened, HANDLE_PROJECT);
    }
    bytes_release(&result);
    project_leave(source);
    return status;
}
