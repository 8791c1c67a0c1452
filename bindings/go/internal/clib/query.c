/* Queries: options copied and checked (query.h). */
#include <string.h>

#include "calendar.h"
#include "failure.h"
#include "pattern.h"
#include "query.h"
#include "utf8.h"

#define MOST_OFFSET_MINUTES 1080

static void destroy_query(body *dead) {
    query *gone = (query *)dead;
    project_leave(gone->project);
    release(gone->numbers);
    release(gone->file_name);
    release(gone);
}

static annoproj_status check_time(const char *name, int64_t time, annoproj_error **error) {
    if (time < CALENDAR_LEAST || time > CALENDAR_MOST) {
        return fail(error, ANNOPROJ_INVALID,
                    "`%s` is %lld, which is not in the years 1 to 9999: give microseconds since 1970", name,
                    (long long)time);
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_boundaries(const annoproj_query_options *options, annoproj_error **error) {
    if (options->bucket != ANNOPROJ_BUCKET_EXPLICIT) {
        return options->boundary_count == 0
                   ? ANNOPROJ_OK
                   : fail(error, ANNOPROJ_INVALID, "`boundaries_us` is given but `bucket` is %d: set it to EXPLICIT",
                          options->bucket);
    }
    if (options->boundary_count < 2) {
        return fail(error, ANNOPROJ_INVALID, "`boundaries_us` has %zu entries: explicit buckets need two or more",
                    options->boundary_count);
    }
    for (size_t i = 0; i < options->boundary_count; i++) {
        annoproj_status status = check_time("boundaries_us", options->boundaries_us[i], error);
        if (status != ANNOPROJ_OK) {
            return status;
        }
        if (i > 0 && options->boundaries_us[i] <= options->boundaries_us[i - 1]) {
            return fail(error, ANNOPROJ_INVALID, "`boundaries_us`[%zu] is %lld, not after the one before it: sort them",
                        i, (long long)options->boundaries_us[i]);
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_lists(const annoproj_query_options *options, annoproj_error **error) {
    const struct {
        const char *name;
        const void *numbers;
        size_t count;
    } lists[] = {
        {"boundaries_us", options->boundaries_us, options->boundary_count},
        {"collaborators", options->collaborators, options->collaborator_count},
        {"datasets", options->datasets, options->dataset_count},
        {"stages", options->stages, options->stage_count},
        {"task_stages", options->task_stages, options->task_stage_count},
        {"sources", options->sources, options->source_count},
        {"classes", options->classes, options->class_count},
    };
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        if (lists[i].count > 0 && lists[i].numbers == NULL) {
            return fail(error, ANNOPROJ_INVALID, "`%s` is NULL but its count is %zu", lists[i].name, lists[i].count);
        }
        if (lists[i].count > 1000000) {
            return fail(error, ANNOPROJ_LIMIT, "`%s` has %zu entries, at most 1,000,000 are taken", lists[i].name,
                        lists[i].count);
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_sources(const annoproj_query_options *options, annoproj_error **error) {
    for (size_t i = 0; i < options->source_count; i++) {
        if (options->sources[i] < ANNOPROJ_SOURCE_UI || options->sources[i] > ANNOPROJ_SOURCE_AGENT) {
            return fail(error, ANNOPROJ_INVALID, "`sources`[%zu] is %d, which no event has: give ui, sdk or agent", i,
                        options->sources[i]);
        }
    }
    return ANNOPROJ_OK;
}

static annoproj_status check_file_name(const annoproj_query_options *options, annoproj_error **error) {
    pattern *compiled = NULL;
    if (options->file_name == NULL || *options->file_name == '\0') {
        return ANNOPROJ_OK;
    }
    annoproj_status status = check_text(options->file_name, TEXT_TITLE, "file_name", error);
    if (status == ANNOPROJ_OK) {
        status = pattern_compile(options->file_name, &compiled, error);
    }
    pattern_release(compiled);
    return status;
}

annoproj_status query_check_window(int64_t after_us, int64_t before_us, annoproj_error **error) {
    annoproj_status status = check_time("after_us", after_us, error);
    if (status == ANNOPROJ_OK) {
        status = check_time("before_us", before_us, error);
    }
    if (status == ANNOPROJ_OK && before_us != 0 && after_us > before_us) {
        status = fail(error, ANNOPROJ_INVALID, "the window ends at %lld, before it begins at %lld",
                      (long long)before_us, (long long)after_us);
    }
    return status;
}

static annoproj_status check_options(const annoproj_query_options *options, annoproj_error **error) {
    if (options->bucket < ANNOPROJ_BUCKET_NONE || options->bucket > ANNOPROJ_BUCKET_EXPLICIT) {
        return fail(error, ANNOPROJ_INVALID, "`bucket` is %d, which is no annoproj_bucket", options->bucket);
    }
    if (options->unit < ANNOPROJ_LABEL_UNIT_INSTANCE || options->unit > ANNOPROJ_LABEL_UNIT_FRAME) {
        return fail(error, ANNOPROJ_INVALID, "`unit` is %d, which is no annoproj_label_unit", options->unit);
    }
    if (options->utc_offset_minutes < -MOST_OFFSET_MINUTES || options->utc_offset_minutes > MOST_OFFSET_MINUTES) {
        return fail(error, ANNOPROJ_INVALID, "`utc_offset_minutes` is %d, not between -1080 and 1080",
                    options->utc_offset_minutes);
    }
    annoproj_status status = query_check_window(options->after_us, options->before_us, error);
    if (status == ANNOPROJ_OK) {
        status = check_lists(options, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_sources(options, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_file_name(options, error);
    }
    return status == ANNOPROJ_OK ? check_boundaries(options, error) : status;
}

static const int64_t *copy_list(int64_t **next, const int64_t *numbers, size_t count) {
    int64_t *copy = *next;
    if (count > 0) {
        memcpy(copy, numbers, count * sizeof *copy);
    }
    *next += count;
    return copy;
}

annoproj_status query_make(project_identity *project, const annoproj_query_options *options, query **out,
                           annoproj_error **error) {
    *out = NULL;
    annoproj_status status = check_options(options, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    size_t count = options->boundary_count + options->collaborator_count + options->dataset_count +
                   options->stage_count + options->task_stage_count + options->class_count + options->source_count;
    bool named = options->file_name != NULL && *options->file_name != '\0';
    query *made = allocate_zeroed(1, sizeof *made);
    int64_t *next = allocate_zeroed(count + 1, sizeof *next);
    char *file_name = named ? duplicate_text(options->file_name) : NULL;
    if (made == NULL || next == NULL || (named && file_name == NULL)) {
        release(made);
        release(next);
        release(file_name);
        return fail_memory(error);
    }
    *made = (query){.body = {.references = 1, .destroy = destroy_query},
                    .project = project,
                    .after_us = options->after_us,
                    .before_us = options->before_us,
                    .numbers = next,
                    .boundary_count = options->boundary_count,
                    .collaborator_count = options->collaborator_count,
                    .dataset_count = options->dataset_count,
                    .stage_count = options->stage_count,
                    .task_stage_count = options->task_stage_count,
                    .source_count = options->source_count,
                    .file_name = file_name,
                    .class_count = options->class_count,
                    .bucket = options->bucket,
                    .utc_offset_minutes = options->utc_offset_minutes,
                    .unit = options->unit};
    made->boundaries = copy_list(&next, options->boundaries_us, options->boundary_count);
    made->collaborators = copy_list(&next, options->collaborators, options->collaborator_count);
    made->datasets = copy_list(&next, options->datasets, options->dataset_count);
    made->stages = copy_list(&next, options->stages, options->stage_count);
    made->task_stages = copy_list(&next, options->task_stages, options->task_stage_count);
    made->sources = next;
    for (size_t i = 0; i < options->source_count; i++) {
        *next++ = options->sources[i];
    }
    made->classes = copy_list(&next, options->classes, options->class_count);
    body_retain(&project->body);
    *out = made;
    return ANNOPROJ_OK;
}

/* One statement says whether a number exists: ?1 = the project or its ontology, ?2 = the number. */
static annoproj_status check_known(scope *in, const char *find_text, int64_t owner, const int64_t *numbers,
                                   size_t count, const char *what, annoproj_error **error) {
    for (size_t i = 0; i < count; i++) {
        statement *find = sql(in->database, find_text);
        bind_int64(find, owner);
        bind_int64(find, numbers[i]);
        bool known = sql_row(find);
        annoproj_status status = sql_end(find, error);
        if (status == ANNOPROJ_OK && !known) {
            status = fail(error, ANNOPROJ_NOT_FOUND, "project %lld has no %s %lld to filter by",
                          (long long)in->project.id, what, (long long)numbers[i]);
        }
        if (status != ANNOPROJ_OK) {
            return status;
        }
    }
    return ANNOPROJ_OK;
}

annoproj_status query_check(scope *in, const query *asked, annoproj_error **error) {
    static const char user[] = "SELECT 1 FROM user WHERE ?1 = ?1 AND id = ?2";
    static const char dataset[] = "SELECT 1 FROM project_dataset WHERE project = ?1 AND dataset = ?2";
    static const char stage[] = "SELECT 1 FROM stage WHERE id >> 32 = ?1 AND id = ?2";
    static const char class[] = "SELECT 1 FROM feature WHERE ontology = ?1 AND number = ?2 AND class = number";
    annoproj_status status = check_known(in, user, in->project.id, asked->collaborators, asked->collaborator_count,
                                         "user", error);
    if (status == ANNOPROJ_OK) {
        status = check_known(in, dataset, in->project.id, asked->datasets, asked->dataset_count, "dataset", error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_known(in, stage, in->project.id, asked->stages, asked->stage_count, "stage", error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_known(in, stage, in->project.id, asked->task_stages, asked->task_stage_count, "stage", error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_known(in, class, in->project.ontology, asked->classes, asked->class_count, "class", error);
    }
    return status;
}
