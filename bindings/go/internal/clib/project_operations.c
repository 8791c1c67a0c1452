/* Projects: make, open, change, attach. */
#include <string.h>

#include "attach.h"
#include "failure.h"
#include "handle_call.h"
#include "options.h"
#include "project.h"
#include "project_parts.h"
#include "seen.h"
#include "settings.h"
#include "utf8.h"
#include "workflow_template.h"

typedef struct project_call {
    const char *title, *workflow;
    int64_t ontology, dataset;
    int32_t status;
    annoproj_project_options options;
    setting_values settings; /* as asked */
} project_call;

void annoproj_project_options_init(annoproj_project_options *options) {
    if (options)
        *options = (annoproj_project_options)ANNOPROJ_PROJECT_OPTIONS_INIT;
}

/* What the options say, SETTING_OF_STORE where they leave it to the store. */
static annoproj_status read_settings(const annoproj_project_options *options, setting_values *out,
                                     annoproj_error **error) {
    const struct {
        annoproj_setting setting;
        int64_t value;
    } limits[] = {{ANNOPROJ_SETTING_IDLE_LIMIT_US, options->idle_limit_us},
                  {ANNOPROJ_SETTING_TIME_WINDOW_US, options->time_window_us},
                  {ANNOPROJ_SETTING_OUTBOX_LIMIT, options->outbox_limit}};
    const struct {
        annoproj_setting setting;
        annoproj_choice choice;
    } choices[] = {{ANNOPROJ_SETTING_SELF_RELEASE, options->self_release},
                   {ANNOPROJ_SETTING_STRICT_STATUS, options->strict_status},
                   {ANNOPROJ_SETTING_COUNT_TEXT_AND_AUDIO, options->count_text_and_audio},
                   {ANNOPROJ_SETTING_OUTBOX_ISSUES, options->outbox_issues},
                   {ANNOPROJ_SETTING_OUTBOX_STATUS, options->outbox_status}};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < sizeof limits / sizeof limits[0] && status == ANNOPROJ_OK; i++)
        status = setting_of_limit(limits[i].setting, limits[i].value, &out->value[limits[i].setting], error);
    for (size_t i = 0; i < sizeof choices / sizeof choices[0] && status == ANNOPROJ_OK; i++)
        status = setting_of_choice(choices[i].setting, choices[i].choice, &out->value[choices[i].setting], error);
    return status;
}

static annoproj_status read_options(const annoproj_project_options *options, project_call *made,
                                    annoproj_error **error) {
    annoproj_status status = options_read(&made->options, sizeof made->options, sizeof made->options, options, error);
    if (status == ANNOPROJ_OK)
        status = options_reserved(made->options.reserved, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (!made->options.description)
        made->options.description = "";
    status = read_settings(&made->options, &made->settings, error);
    if (status != ANNOPROJ_OK)
        return status;
    return check_text(made->options.description, TEXT_COMMENT, "description", error);
}

static uint64_t print_settings(uint64_t print, const project_call *made) {
    const annoproj_project_options *options = &made->options;
    print = fingerprint_text(fingerprint_text(print, made->title), options->description);
    for (int i = 1; i <= SETTING_COUNT; i++)
        print = fingerprint_int64(print, made->settings.value[i]);
    return print;
}

/* --- make ---------------------------------------------------------------------------------------------------------- */

static annoproj_status check_ontology(scope *in, int64_t ontology, annoproj_error **error) {
    static const char query[] = "SELECT 1 FROM" SEER " JOIN ontology o ON o.id = ?5 WHERE" ONTOLOGY_SEEN;
    statement *find = sql(in->database, query);
    bind_seer(find, in);
    bind_int64(find, ontology);
    bool found = sql_row(find);
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found)
        status = fail(error, ANNOPROJ_NOT_FOUND, "there is no ontology %lld", (long long)ontology);
    return status;
}

static annoproj_status insert_project_row(command *cmd, const project_call *made, const setting_values *settings,
                                          int64_t *project, annoproj_error **error) {
    static const char query[] =
        "INSERT INTO project(uuid, title, description, owner, status, ontology, created_us, edited_us, idle_limit_us, "
        "time_window_us,"
        " self_release, strict_status, count_text_and_audio, outbox_issues, outbox_status, outbox_limit, purging,"
        " instructions) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '')";
    uint8_t uuid[16];
    command_uuid(cmd, uuid);
    statement *insert = sql(cmd->scope.database, query);
    bind_blob(insert, uuid, sizeof uuid);
    bind_text(insert, made->title);
    bind_text(insert, made->options.description);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, ANNOPROJ_PROJECT_NOT_STARTED);
    bind_int64(insert, made->ontology);
    bind_int64(insert, cmd->scope.now_us);
    bind_int64(insert, cmd->scope.now_us);
    for (int i = 1; i <= SETTING_COUNT; i++)
        bind_int64(insert, settings->value[i]);
    annoproj_status status = sql_run(insert, error);
    *project = last_insert_id(cmd->scope.database);
    return status;
}

/* The creator becomes admin; a project of the host has no collaborator yet. */
static annoproj_status insert_creator(command *cmd, int64_t project, annoproj_error **error) {
    static const char query[] = "INSERT INTO collaborator(project, user, role, joined) VALUES(?, ?, ?, ?)";
    int64_t seq = 0; /* of the event that follows */
    if (cmd->scope.user == 0)
        return ANNOPROJ_OK;
    annoproj_status status = command_next_seq(cmd, &seq, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *insert = sql(cmd->scope.database, query);
    bind_int64(insert, project);
    bind_int64(insert, cmd->scope.user);
    bind_int64(insert, ANNOPROJ_ROLE_ADMIN);
    bind_int64(insert, seq);
    status = sql_run(insert, error);
    if (status == ANNOPROJ_OK)
        command_event(
            cmd,
            &(event){.kind = EVENT_COLLABORATOR_ADD, .credited = cmd->scope.user, .reference = ANNOPROJ_ROLE_ADMIN});
    return status;
}

/* The document that was given, or the template's. */
static annoproj_status put_workflow(command *cmd, int64_t project, const project_call *made, annoproj_error **error) {
    char *json = NULL;
    if (made->workflow)
        return workflow_put(cmd, project, made->workflow, error);
    annoproj_status status = template_text(&cmd->scope, made->options.workflow_template, &json, error);
    if (status == ANNOPROJ_OK)
        status = workflow_put(cmd, project, json, error);
    release(json);
    return status;
}

static annoproj_status insert_whole(command *cmd, const project_call *made, int64_t *project, annoproj_error **error) {
    setting_values settings = {{0}};
    annoproj_status status = check_ontology(&cmd->scope, made->ontology, error);
    if (status == ANNOPROJ_OK)
        status = settings_complete(&cmd->scope, &made->settings, &settings, error);
    if (status == ANNOPROJ_OK)
        status = insert_project_row(cmd, made, &settings, project, error);
    if (status == ANNOPROJ_OK)
        status = project_insert_counter(cmd, *project, error);
    if (status != ANNOPROJ_OK)
        return status;
    (void)command_events_project(cmd, *project);
    command_event(cmd, &(event){.kind = EVENT_PROJECT_CREATE, .reference = made->ontology});
    settings_note(cmd, NULL, &settings);
    status = put_workflow(cmd, *project, made, error);
    return status == ANNOPROJ_OK ? insert_creator(cmd, *project, error) : status;
}

annoproj_status project_insert(command *cmd, const char *title, int64_t ontology, const char *workflow,
                               int64_t *project, annoproj_error **error) {
    project_call made = {.title = title, .workflow = workflow, .ontology = ontology};
    annoproj_status status = read_options(NULL, &made, error);
    return status == ANNOPROJ_OK ? insert_whole(cmd, &made, project, error) : status;
}

static annoproj_status insert_project(command *cmd, void *arguments, annoproj_error **error) {
    int64_t project = 0;
    annoproj_status status = insert_whole(cmd, arguments, &project, error);
    command_result_int64(cmd, project);
    return status;
}

annoproj_status annoproj_project_create(annoproj_session *handle, const char *title, int64_t ontology,
                                        const char *workflow, const annoproj_project_options *options,
                                        const annoproj_call *call, annoproj_project **project, annoproj_error **error) {
    project_call made = {.title = title, .workflow = workflow, .ontology = ontology};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_CREATE, .arguments = &made};
    session *who = NULL;
    annoproj_project *opened = NULL;
    bytes result = {0};
    if (!result_place(project, sizeof *project, "project", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(title, TEXT_TITLE, "title", error);
    if (status == ANNOPROJ_OK)
        status = read_options(options, &made, error);
    if (status == ANNOPROJ_OK && (workflow || made.options.workflow_template == 0))
        status = check_text(workflow, TEXT_JSON, "workflow", error);
    if (status == ANNOPROJ_OK && workflow && made.options.workflow_template != 0)
        status = fail(error, ANNOPROJ_INVALID, "a workflow and workflow_template %lld: give one of them",
                      (long long)made.options.workflow_template);
    if (status == ANNOPROJ_OK)
        status = session_enter(handle, &who, error);
    if (status == ANNOPROJ_OK)
        status = project_handle(who, 0, &opened, error);
    if (status == ANNOPROJ_OK) {
        what.fingerprint = fingerprint_int64(
            fingerprint_text(print_settings(fingerprint_text(0, "project_create"), &made), workflow), ontology);
        what.fingerprint = fingerprint_int64(what.fingerprint, made.options.workflow_template);
        status = session_write(handle, &what, insert_project, call, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        identity_name(opened, HANDLE_PROJECT, result_int64(&result, 0));
        *project = opened;
    } else {
        handle_close(opened, HANDLE_PROJECT);
    }
    bytes_release(&result);
    session_leave(who);
    return status;
}

/* --- handles --------------------------------------------------------------------------------------------------------- */

static annoproj_status see_project(scope *in, void *arguments, annoproj_error **error) {
    (void)in;
    (void)arguments;
    (void)error;
    return ANNOPROJ_OK; /* the gate has looked whether there is such a project for this session */
}

annoproj_status annoproj_project_open(annoproj_session *handle, int64_t id, const annoproj_call *call,
                                      annoproj_project **project, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_SEE, .subject = SUBJECT_PROJECT, .id = id};
    session *who = NULL;
    if (!result_place(project, sizeof *project, "project", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = session_enter(handle, &who, error);
    if (status == ANNOPROJ_OK)
        status = session_read(handle, &what, see_project, call, error);
    if (status == ANNOPROJ_OK)
        status = project_handle(who, id, project, error);
    session_leave(who);
    return status;
}

void annoproj_project_close(annoproj_project *project) {
    handle_close(project, HANDLE_PROJECT);
}

int64_t annoproj_project_id(const annoproj_project *project) {
    project_identity *identity = NULL;
    int64_t id = project && project_enter(project, &identity, NULL) == ANNOPROJ_OK ? identity->id : 0;
    project_leave(identity);
    return id;
}

/* --- changing ------------------------------------------------------------------------------------------------------------ */

static annoproj_status update_project(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] =
        "UPDATE project SET title = ?, description = ?, idle_limit_us = ?, time_window_us = ?, self_release = ?,"
        " strict_status = ?, count_text_and_audio = ?, outbox_issues = ?, outbox_status = ?, outbox_limit = ?,"
        " edited_us = ? WHERE id = ?";
    const project_call *made = arguments;
    setting_values before = {{0}}, settings = {{0}};
    annoproj_status status = settings_of_project(&cmd->scope, cmd->scope.project.id, &before, error);
    if (status == ANNOPROJ_OK)
        status = settings_complete(&cmd->scope, &made->settings, &settings, error);
    if (status != ANNOPROJ_OK)
        return status;
    statement *update = sql(cmd->scope.database, query);
    bind_text(update, made->title);
    bind_text(update, made->options.description);
    for (int i = 1; i <= SETTING_COUNT; i++)
        bind_int64(update, settings.value[i]);
    bind_int64(update, cmd->scope.now_us);
    bind_int64(update, cmd->scope.project.id);
    status = sql_run(update, error);
    if (status != ANNOPROJ_OK)
        return status;
    command_event(cmd, &(event){.kind = EVENT_PROJECT_UPDATE});
    settings_note(cmd, &before, &settings);
    return ANNOPROJ_OK;
}

annoproj_status annoproj_project_update(annoproj_project *project, const char *title,
                                        const annoproj_project_options *options, const annoproj_call *call,
                                        annoproj_error **error) {
    project_call made = {.title = title};
    handle_call what = {.operation = ANNOPROJ_OPERATION_SETTINGS, .arguments = &made};
    clear_error(error);
    annoproj_status status = check_text(title, TEXT_TITLE, "title", error);
    if (status == ANNOPROJ_OK)
        status = read_options(options, &made, error);
    if (status == ANNOPROJ_OK && made.options.workflow_template != 0)
        status = fail(error, ANNOPROJ_INVALID,
                      "workflow_template is for new projects: annoproj_workflow_use_template "
                      "changes the workflow of one that is there");
    if (status != ANNOPROJ_OK)
        return status;
    what.fingerprint = print_settings(fingerprint_text(0, "project_update"), &made);
    return project_write(project, &what, update_project, call, NULL, error);
}

static annoproj_status set_status(command *cmd, void *arguments, annoproj_error **error) {
    static const char query[] = "UPDATE project SET status = ?, edited_us = ? WHERE id = ?";
    const project_call *made = arguments;
    if (cmd->scope.project.status == made->status)
        return ANNOPROJ_OK;
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, made->status);
    bind_int64(update, cmd->scope.now_us);
    bind_int64(update, cmd->scope.project.id);
    annoproj_status status = sql_run(update, error);
    if (status == ANNOPROJ_OK)
        command_event(cmd, &(event){.kind = EVENT_PROJECT_STATUS, .reference = made->status});
    return status;
}

annoproj_status annoproj_project_set_status(annoproj_project *project, annoproj_project_status status,
                                            const annoproj_call *call, annoproj_error **error) {
    project_call made = {.status = status};
    handle_call what = {.operation = ANNOPROJ_OPERATION_PROJECT_STATUS,
                        .arguments = &made,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "project_set_status"), status)};
    clear_error(error);
    if (status < ANNOPROJ_PROJECT_NOT_STARTED || status > ANNOPROJ_PROJECT_ARCHIVED)
        return fail(error, ANNOPROJ_INVALID, "status %d is no annoproj_project_status", status);
    return project_write(project, &what, set_status, call, NULL, error);
}

static annoproj_status attach_body(command *cmd, void *arguments, annoproj_error **error) {
    const project_call *made = arguments;
    int64_t tasks = 0;
    annoproj_status status = dataset_attach(cmd, made->dataset, NULL, &tasks, error);
    command_result_int64(cmd, tasks);
    return status;
}

static annoproj_status detach_body(command *cmd, void *arguments, annoproj_error **error) {
    const project_call *made = arguments;
    int64_t tasks = 0;
    annoproj_status status = dataset_detach(cmd, made->dataset, &tasks, error);
    command_result_int64(cmd, tasks);
    return status;
}

static annoproj_status change_attachment(annoproj_project *project, int64_t dataset, bool attach,
                                         const annoproj_call *call, int64_t *tasks, annoproj_error **error) {
    project_call made = {.dataset = dataset};
    handle_call what = {
        .operation = ANNOPROJ_OPERATION_SETTINGS,
        .arguments = &made,
        .fingerprint = fingerprint_int64(fingerprint_text(0, attach ? "attach_dataset" : "detach_dataset"), dataset)};
    bytes result = {0};
    if (!result_place(tasks, sizeof *tasks, "tasks", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = project_write(project, &what, attach ? attach_body : detach_body, call, &result, error);
    if (status == ANNOPROJ_OK)
        *tasks = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

annoproj_status annoproj_project_attach_dataset(annoproj_project *project, int64_t dataset, const annoproj_call *call,
                                                int64_t *tasks, annoproj_error **error) {
    return change_attachment(project, dataset, true, call, tasks, error);
}

annoproj_status annoproj_project_detach_dataset(annoproj_project *project, int64_t dataset, const annoproj_call *call,
                                                int64_t *tasks, annoproj_error **error) {
    return change_attachment(project, dataset, false, call, tasks, error);
}
