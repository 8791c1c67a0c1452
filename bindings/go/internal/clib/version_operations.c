/* Public functions of label versions: made, listed, deleted. Their exports are in export_operations.c. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "label_version.h"
#include "options.h"
#include "page_token.h"
#include "utf8.h"
#include "version_calls.h"

#define FEW_TASKS    256 /* that are looked at in the command that makes the version */
#define PAGE_DEFAULT 1000
#define PAGE_MOST    10000

typedef struct version_call {
    const char *function, *name;
    annoproj_label_version_options options;
    int64_t unknown, after, done; /* tasks to look at before */
    int64_t version, task, before, limit;
    int64_t made;          /* by this call; 0 when its request key had made one before */
    const char *forgotten; /* request key */
    annoproj_table *table;
} version_call;

void annoproj_label_version_options_init(annoproj_label_version_options *options) {
    if (options)
        *options = (annoproj_label_version_options)ANNOPROJ_LABEL_VERSION_OPTIONS_INIT;
}

/* --- what it is made of ----------------------------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b) {
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* Ascending, each once. */
static annoproj_status sort_list(scope *in, const int64_t *given, size_t count, const int64_t **out, size_t *out_count,
                                 annoproj_error **error) {
    int64_t *list = arena_array(in->memory, count + 1, sizeof *list);
    *out = list;
    *out_count = 0;
    if (!list)
        return fail_memory(error);
    if (count > 0) {
        memcpy(list, given, count * sizeof *list);
        qsort(list, count, sizeof *list, by_value);
    }
    for (size_t i = 0; i < count; i++)
        if (i == 0 || list[i] != list[i - 1])
            list[(*out_count)++] = list[i];
    return ANNOPROJ_OK;
}

static annoproj_status check_classes(scope *in, const label_version *version, annoproj_error **error) {
    ontology_features features;
    annoproj_status status = version->class_count == 0 ? ANNOPROJ_OK
                                                       : ontology_load(in, in->project.ontology, &features, error);
    for (size_t i = 0; i < version->class_count && status == ANNOPROJ_OK; i++) {
        const int64_t class = version->classes[i];
        const feature *found = class > 0 && class <= features.highest ? features.by_number[class] : NULL;
        if (!found || found->class != found->number)
            status = fail(error, ANNOPROJ_NOT_FOUND, "the ontology has no class %lld", (long long)class);
    }
    return status;
}

static annoproj_status read_choice(scope *in, const version_call *made, label_version *out, annoproj_error **error) {
    const annoproj_label_version_options *options = &made->options;
    annoproj_status status = sort_list(in, options->stages, options->stage_count, &out->stages, &out->stage_count,
                                       error);
    if (status == ANNOPROJ_OK)
        status = sort_list(in, options->classes, options->class_count, &out->classes, &out->class_count, error);
    for (size_t i = 0; i < out->stage_count && status == ANNOPROJ_OK; i++) {
        stage_facts facts;
        status = access_stage_facts(in, out->stages[i], in->user, &facts, error);
    }
    return status == ANNOPROJ_OK ? check_classes(in, out, error) : status;
}

static annoproj_status check_free(scope *in, const char *name, annoproj_error **error) {
    static const char query[] = "SELECT id FROM label_version WHERE project = ? AND name = ? AND branch = 0";
    statement *find = sql(in->database, query);
    bind_int64(find, in->project.id);
    bind_text(find, name);
    const int64_t holder = sql_row(find) ? column_int64(find, 0) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && holder != 0)
        status = fail(error, ANNOPROJ_EXISTS, "the project has a label version %s already, %lld: choose another name",
                      QUOTED(name), (long long)holder);
    return status;
}

/* --- making ----------------------------------------------------------------------------------------------------------- */

/* Whether it can be made, and how much is to be looked at. A repeat of a request key finds the version it made. */
static annoproj_status count_unknown(scope *in, void *arguments, annoproj_error **error) {
    version_call *made = arguments;
    label_version version = {0};
    annoproj_status status = read_choice(in, made, &version, error);
    if (status == ANNOPROJ_OK && !in->bounds->request_key)
        status = check_free(in, made->name, error);
    return status == ANNOPROJ_OK ? version_count_unknown(in, version.stages, version.stage_count, &made->unknown, error)
                                 : status;
}

/* A body may run again: it begins where the last one that was committed came to. */
static annoproj_status stage_some(command *cmd, void *arguments, annoproj_error **error) {
    const version_call *made = arguments;
    label_version version = {0};
    int64_t after = made->after, done = made->done;
    annoproj_status status = read_choice(&cmd->scope, made, &version, error);
    if (status == ANNOPROJ_OK)
        status = version_stage_some(cmd, version.stages, version.stage_count, &after, &done, error);
    command_result_int64(cmd, after);
    command_result_int64(cmd, done);
    return status;
}

static annoproj_status make_version(command *cmd, void *arguments, annoproj_error **error) {
    version_call *made = arguments;
    label_version version = {.name = made->name};
    annoproj_status status = read_choice(&cmd->scope, made, &version, error);
    if (status == ANNOPROJ_OK)
        status = check_free(&cmd->scope, made->name, error);
    if (status == ANNOPROJ_OK)
        status = version_make(cmd, &version, error);
    command_result_int64(cmd, version.id);
    made->made = version.id;
    return status;
}

static annoproj_status stage_all(annoproj_project *project, version_call *made, const bounds *limits,
                                 const annoproj_call *call, annoproj_error **error) {
    const handle_call what = {.operation = ANNOPROJ_OPERATION_LABEL_VERSION, .arguments = made};
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && made->unknown > FEW_TASKS && made->after != INT64_MAX) {
        annoproj_call rest;
        bytes result = {0};
        status = bounds_check(limits, error);
        if (status == ANNOPROJ_OK)
            status = bounds_progress(limits, made->done, made->done > made->unknown ? made->done : made->unknown,
                                     error);
        if (status == ANNOPROJ_OK)
            status = call_rest(limits, call, false, &rest, error);
        if (status == ANNOPROJ_OK)
            status = project_write(project, &what, stage_some, &rest, &result, error);
        if (status == ANNOPROJ_OK) {
            made->after = result_int64(&result, 0);
            made->done = result_int64(&result, 1);
        }
        bytes_release(&result);
    }
    return status;
}

static uint64_t print_version(const version_call *made) {
    const annoproj_label_version_options *options = &made->options;
    uint64_t print = fingerprint_text(fingerprint_text(0, made->function), made->name);
    print = fingerprint_bytes(print, options->stages, options->stage_count * sizeof *options->stages);
    return fingerprint_bytes(print, options->classes, options->class_count * sizeof *options->classes);
}

static annoproj_status create(annoproj_project *project, version_call *made, const bounds *limits,
                              const annoproj_call *call, annoproj_error **error) {
    handle_call what = {.operation = ANNOPROJ_OPERATION_LABEL_VERSION, .arguments = made};
    annoproj_call rest;
    bytes result = {0};
    annoproj_status status = call_rest(limits, call, true, &rest, error);
    if (status == ANNOPROJ_OK)
        status = project_read(project, &what, count_unknown, &rest, error);
    if (status == ANNOPROJ_OK)
        status = stage_all(project, made, limits, call, error);
    if (status == ANNOPROJ_OK)
        status = call_rest(limits, call, true, &rest, error);
    what.fingerprint = print_version(made);
    if (status == ANNOPROJ_OK)
        status = project_write(project, &what, make_version, &rest, &result, error);
    if (status == ANNOPROJ_OK)
        made->version = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

annoproj_status annoproj_label_version_create(annoproj_project *project, const char *name,
                                              const annoproj_label_version_options *options, const annoproj_call *call,
                                              int64_t *version, annoproj_error **error) {
    version_call made = {.function = "label_version_create", .name = name};
    bounds limits;
    if (!result_place(version, sizeof *version, "version", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = check_text(name, TEXT_NAME, "name", error);
    if (status == ANNOPROJ_OK)
        status = options_read(&made.options, sizeof made.options, sizeof made.options, options, error);
    if (status == ANNOPROJ_OK && (!ids_given(made.options.stages, made.options.stage_count, "stages", error) ||
                                  !ids_given(made.options.classes, made.options.class_count, "classes", error)))
        status = ANNOPROJ_INVALID;
    if (status == ANNOPROJ_OK)
        status = bounds_begin(&limits, call, error);
    if (status != ANNOPROJ_OK)
        return status;
    status = create(project, &made, &limits, call, error);
    bounds_end(&limits);
    if (status == ANNOPROJ_OK)
        *version = made.version;
    return status;
}

/* --- for exports that make one --------------------------------------------------------------------------------------- */

annoproj_status version_save(annoproj_project *project, const version_choice *choice, const bounds *limits,
                             const annoproj_call *call, saved_version *out, annoproj_error **error) {
    version_call made = {.function = choice->function,
                         .name = choice->name,
                         .options = {.size = sizeof made.options,
                                     .stages = choice->stages,
                                     .stage_count = choice->stage_count,
                                     .classes = choice->classes,
                                     .class_count = choice->class_count}};
    annoproj_status status = create(project, &made, limits, call, error);
    *out = (saved_version){.id = made.version, .is_new = made.made != 0 && made.made == made.version};
    return status;
}

static annoproj_status delete_version(command *cmd, void *arguments, annoproj_error **error) {
    const version_call *made = arguments;
    label_version version;
    annoproj_status status = label_version_load(&cmd->scope, made->version, &version, error);
    if (status == ANNOPROJ_OK)
        status = version_remove(cmd, &version, error);
    return status == ANNOPROJ_OK && made->forgotten ? command_forget_key(cmd, made->forgotten, error) : status;
}

void version_unsave(annoproj_project *project, const saved_version *saved, const char *request_key) {
    version_call made = {.version = saved->id, .forgotten = request_key};
    const handle_call what = {.operation = ANNOPROJ_OPERATION_LABEL_VERSION, .arguments = &made};
    if (saved->is_new)
        project_write(project, &what, delete_version, NULL, NULL, NULL);
}

/* --- the list ----------------------------------------------------------------------------------------------------------- */

static void add_id(rows *table, int64_t id) {
    if (id != 0)
        rows_int64(table, id);
    else
        rows_null(table);
}

static annoproj_status add_version(scope *in, rows *table, statement *row, annoproj_error **error) {
    label_version version;
    char hash[SHA256_SIZE * 2 + 1];
    bool sound = true;
    if (!label_version_read(in->memory, row, &version, &sound))
        return fail_memory(error);
    if (!sound)
        return fail(error, ANNOPROJ_CORRUPT, "label version %lld is damaged: restore the store from a backup",
                    (long long)version.id);
    for (size_t i = 0; i < SHA256_SIZE; i++) {
        hash[i * 2] = "0123456789abcdef"[version.hash[i] >> 4];
        hash[i * 2 + 1] = "0123456789abcdef"[version.hash[i] & 15];
    }
    hash[SHA256_SIZE * 2] = '\0';
    rows_int64(table, version.id);
    rows_text(table, version.name);
    rows_time(table, version.created_us);
    rows_int64(table, version.creator);
    rows_text(table, column_is_null(row, 13) ? NULL : column_text(row, 13));
    rows_int64_list(table, version.stages, version.stage_count);
    rows_int64_list(table, version.classes, version.class_count);
    rows_int64(table, version.tasks);
    if (version.labels >= 0)
        rows_int64(table, version.labels);
    else
        rows_null(table);
    rows_text(table, hash);
    add_id(table, version.task);
    add_id(table, version.branch);
    return ANNOPROJ_OK;
}

static annoproj_status read_versions(scope *in, void *arguments, annoproj_error **error) {
    static const char of_project[] = "SELECT " LABEL_VERSION_COLUMNS
                                     ", (SELECT email FROM user WHERE user.id = v.creator) FROM label_version v"
                                     " WHERE v.id > ? AND v.id < ? AND v.branch = 0 ORDER BY v.id DESC";
    static const char of_task[] = "SELECT " LABEL_VERSION_COLUMNS
                                  ", (SELECT email FROM user WHERE user.id = v.creator) FROM label_version v"
                                  " WHERE v.id > ?1 AND v.id < ?2 AND v.task = ?3 AND v.task <> 0 ORDER BY v.id DESC";
    version_call *made = arguments;
    rows *table = rows_new(&row_label_version_row);
    char token[PAGE_TOKEN_SIZE];
    int64_t last = 0;
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, made->task != 0 ? of_task : of_project);
    bind_int64(find, MAKE_ID(in->project.id, 0));
    bind_int64(find, made->before != 0 ? made->before : MAKE_ID(in->project.id + 1, 0));
    if (made->task != 0)
        bind_int64(find, made->task);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        if ((int64_t)rows_count(table) == made->limit) {
            page_token_write(token, &last, 1);
            rows_next_page(table, token);
            break;
        }
        last = column_int64(find, 0);
        status = add_version(in, table, find, error);
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    return finish_table(table, status == ANNOPROJ_OK ? ended : status, &made->table, error);
}

void annoproj_label_version_list_options_init(annoproj_label_version_list_options *options) {
    if (options)
        *options = (annoproj_label_version_list_options)ANNOPROJ_LABEL_VERSION_LIST_OPTIONS_INIT;
}

annoproj_status annoproj_label_version_list(annoproj_project *project,
                                            const annoproj_label_version_list_options *options,
                                            const annoproj_call *call, annoproj_table **table, annoproj_error **error) {
    annoproj_label_version_list_options own;
    version_call made = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_EXPORT, .arguments = &made};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK && (own.limit < 0 || own.limit > PAGE_MOST))
        status = fail(error, ANNOPROJ_INVALID, "limit %lld: a page has 1 to %d rows", (long long)own.limit, PAGE_MOST);
    if (status == ANNOPROJ_OK && own.page && !page_token_read(own.page, &made.before, 1))
        status = fail(error, ANNOPROJ_INVALID, "page %s is no token of this list: start at the first page",
                      QUOTED(own.page));
    if (status != ANNOPROJ_OK)
        return status;
    made.limit = own.limit == 0 ? PAGE_DEFAULT : own.limit;
    made.task = own.task;
    return project_read_table(project, &what, read_versions, call, &made.table, table, error);
}

/* --- deleting ----------------------------------------------------------------------------------------------------------- */

annoproj_status annoproj_label_version_delete(annoproj_project *project, int64_t version, const annoproj_call *call,
                                              annoproj_error **error) {
    version_call made = {.version = version};
    handle_call what = {.operation = ANNOPROJ_OPERATION_LABEL_VERSION,
                        .arguments = &made,
                        .fingerprint = fingerprint_int64(fingerprint_text(0, "label_version_delete"), version)};
    clear_error(error);
    return project_write(project, &what, delete_version, call, NULL, error);
}
