/* Public function: what is different between label versions. */
#include "failure.h"
#include "handle_call.h"
#include "label_version_diff.h"
#include "ontology_snapshot.h"
#include "options.h"
#include "page_token.h"

#define PAGE_DEFAULT 1000
#define PAGE_MOST    10000

typedef struct diff_call {
    int64_t before, after;     /* 0 = now */
    int64_t from, passed;      /* where the page begins: a task, and how many of its rows were on earlier pages */
    int64_t limit, task, told; /* the task that is being told of, and how many rows it had */
    ontology_features names[2];
    rows *list;
    annoproj_table *made;
} diff_call;

static const char *kind_name(change_kind kind) {
    static const char *const names[] = {"added", "removed", "changed"};
    return names[kind];
}

static uint64_t print_diff(const diff_call *made) {
    return fingerprint_int64(fingerprint_int64(fingerprint_text(0, "label_version_diff"), made->before), made->after);
}

static void end_page(diff_call *made) {
    const int64_t numbers[] = {(int64_t)print_diff(made), made->task, made->told};
    char token[PAGE_TOKEN_SIZE];
    page_token_write(token, numbers, 3);
    rows_next_page(made->list, token);
}

static void add_class(diff_call *made, const label_change *change) {
    const int32_t class = change->after ? change->after->class : change->before->class;
    const ontology_features *names = &made->names[change->after ? 1 : 0];
    const feature *found = class > 0 && class <= names->highest ? names->by_number[class] : NULL;
    rows_int64(made->list, class);
    rows_text(made->list, found ? found->name : NULL);
}

static annoproj_status add_change(void *data, const label_change *change, annoproj_error **error) {
    diff_call *made = data;
    rows *list = made->list;
    (void)error;
    if (change->task != made->task) {
        made->task = change->task;
        made->told = 0;
    }
    if (change->task == made->from && made->told < made->passed) {
        made->told++;
        return ANNOPROJ_OK;
    }
    if ((int64_t)rows_count(list) == made->limit) {
        end_page(made);
        return ANNOPROJ_NONE;
    }
    made->told++;
    rows_int64(list, change->task);
    rows_int64(list, change->data_unit);
    rows_text(list, change->title);
    rows_text(list, change->after ? change->after->hash : change->before->hash);
    add_class(made, change);
    rows_text(list, kind_name(change->kind));
    rows_bool(list, change->class);
    rows_bool(list, change->answers);
    rows_bool(list, change->geometry);
    rows_bool(list, change->frames);
    rows_bool(list, change->details);
    rows_int64(list, change->frame_count);
    if (change->first_frame >= 0)
        rows_int64(list, change->first_frame);
    else
        rows_null(list);
    return ANNOPROJ_OK;
}

/* A version and the names it shows; version 0 = the names there are now. */
static annoproj_status load_side(scope *in, int64_t id, label_version *version, ontology_features *names,
                                 annoproj_error **error) {
    bytes snapshot = {0};
    if (id == 0)
        return ontology_load(in, in->project.ontology, names, error);
    annoproj_status status = label_version_load(in, id, version, error);
    if (status == ANNOPROJ_OK)
        status = content_get(in, version->project, version->ontology, &snapshot, error);
    if (status == ANNOPROJ_OK)
        status = ontology_snapshot_load(in, &snapshot, names, error);
    bytes_release(&snapshot);
    return status;
}

static annoproj_status read_diff(scope *in, void *arguments, annoproj_error **error) {
    diff_call *made = arguments;
    label_version before, after;
    annoproj_status status = load_side(in, made->before, &before, &made->names[0], error);
    if (status == ANNOPROJ_OK)
        status = load_side(in, made->after, &after, &made->names[1], error);
    made->list = rows_new(&row_label_change_row);
    if (status == ANNOPROJ_OK)
        status = version_diff(in, made->before != 0 ? &before : NULL, made->after != 0 ? &after : NULL, made->from,
                              add_change, made, error);
    return finish_table(made->list, status == ANNOPROJ_NONE ? ANNOPROJ_OK : status, &made->made, error);
}

static annoproj_status read_page(const annoproj_page_options *options, diff_call *made, annoproj_error **error) {
    int64_t numbers[3] = {0};
    if (options->limit < 0 || options->limit > PAGE_MOST)
        return fail(error, ANNOPROJ_INVALID, "limit %lld: a page has 1 to %d rows", (long long)options->limit,
                    PAGE_MOST);
    made->limit = options->limit == 0 ? PAGE_DEFAULT : options->limit;
    if (options->page &&
        (!page_token_read(options->page, numbers, 3) || (uint64_t)numbers[0] != print_diff(made) || numbers[1] < 0))
        return fail(error, ANNOPROJ_INVALID,
                    "page %s is no token of a comparison of these two: start at the first page", QUOTED(options->page));
    made->from = numbers[1];
    made->passed = numbers[2];
    return ANNOPROJ_OK;
}

annoproj_status annoproj_label_version_diff(annoproj_project *project, int64_t before, int64_t after,
                                            const annoproj_page_options *options, const annoproj_call *call,
                                            annoproj_table **table, annoproj_error **error) {
    annoproj_page_options own;
    diff_call made = {.before = before, .after = after};
    handle_call what = {.operation = ANNOPROJ_OPERATION_EXPORT, .arguments = &made};
    if (!result_place(table, sizeof *table, "table", error))
        return ANNOPROJ_INVALID;
    if (before == 0 && after == 0)
        return fail(error, ANNOPROJ_INVALID, "before and after are 0: name at least one label version");
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK)
        status = read_page(&own, &made, error);
    return status == ANNOPROJ_OK ? project_read_table(project, &what, read_diff, call, &made.made, table, error)
                                 : status;
}
