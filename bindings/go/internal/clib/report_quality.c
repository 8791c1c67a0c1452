/* The reports of first-pass acceptance and rework: what became of work the first time, and what was done again. What is first
 * is first in the whole history of a task or label; the query says which of it is shown. */
#include "event_walk.h"
#include "failure.h"
#include "ontology.h"
#include "report_people.h"

typedef struct quality {
    int64_t done, again;       /* submits of tasks, or decisions on labels; those that were not the first */
    int64_t decided, accepted; /* first decisions; those that approve */
} quality;

typedef struct quality_report {
    people people;
    const number_set *work, *decisions; /* stages; NULL = all */
    int64_t after, before;
    number_set decided;    /* tasks or labels that have been decided on */
    number_set *submitted; /* by stage number: tasks that have been submitted there; empty until one is */
    int64_t last;          /* task */
    ontology_features features;
    quality *figures; /* by user or class */
    int64_t highest;
    bool failed; /* out of memory */
} quality_report;

static bool passes(const quality_report *made, const event *one, const number_set *stages) {
    const report *base = &made->people.report;
    return one->time_us >= made->after && one->time_us < made->before &&
           (stages == NULL || number_set_has(stages, one->stage)) &&
           (base->tasks == NULL || number_set_has(base->tasks, one->task)) &&
           (base->sources == NULL || number_set_has(base->sources, one->source));
}

static bool first_time(number_set *seen, int64_t number) {
    const bool first = !number_set_has(seen, number);
    number_set_add(seen, number);
    return first;
}

static void count_decision(quality *of, bool first, bool approved) {
    of->decided += first;
    of->accepted += first && approved;
}

/* --- by collaborator ---- */

static bool first_submit(quality_report *made, const event *one) {
    if (one->stage < 0 || one->stage > made->people.report.highest_stage) {
        return true;
    }
    number_set *seen = &made->submitted[one->stage];
    if (seen->words == NULL && !number_set_make(seen, made->people.report.in->memory, made->last)) {
        made->failed = true;
    }
    return made->failed || first_time(seen, one->task);
}

static void take_task(void *data, const event *one) {
    quality_report *made = data;
    const number_set *shown = made->people.report.people;
    const bool submit = one->kind == EVENT_TASK_SUBMIT;
    const bool first = submit ? first_submit(made, one) : first_time(&made->decided, one->task);
    const int64_t user = submit ? one->actor : one->credited;
    if (user <= 0 || user > made->highest || (shown != NULL && !number_set_has(shown, user)) ||
        !passes(made, one, submit ? made->work : made->decisions)) {
        return;
    }
    if (submit) {
        made->figures[user].done++;
        made->figures[user].again += !first;
    } else {
        count_decision(&made->figures[user], first, one->kind == EVENT_TASK_APPROVE);
    }
}

static annoproj_status begin_tasks(quality_report *made, annoproj_error **error) {
    arena *memory = made->people.report.in->memory;
    bool chosen = false;
    annoproj_status status = people_stages(&made->people, &made->people.report.annotation, &chosen, &made->work, error);
    if (status == ANNOPROJ_OK) {
        status = people_stages(&made->people, &made->people.report.review, &chosen, &made->decisions, error);
    }
    made->decisions = chosen ? made->decisions : NULL;
    if (status == ANNOPROJ_OK) {
        status = report_last_task(made->people.report.in, &made->last, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->highest = made->people.users.count;
    made->submitted = arena_array(memory, (size_t)made->people.report.highest_stage + 1, sizeof *made->submitted);
    made->figures = arena_array(memory, (size_t)made->highest + 1, sizeof *made->figures);
    const bool room = made->submitted != NULL && made->figures != NULL &&
                      number_set_make(&made->decided, memory, made->last);
    return room ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status begin(quality_report *made, scope *in, const query *asked, annoproj_error **error) {
    made->after = asked->after_us == 0 ? INT64_MIN : asked->after_us;
    made->before = asked->before_us == 0 ? INT64_MAX : asked->before_us;
    return people_begin(&made->people, in, asked, false, error);
}

/* The columns that the filters look at. */
static uint32_t filter_columns(const quality_report *made) {
    const report *base = &made->people.report;
    return (uint32_t)(made->after != INT64_MIN || made->before != INT64_MAX) << COLUMN_TIME |
           (uint32_t)(base->stages != NULL) << COLUMN_STAGE | (uint32_t)(base->tasks != NULL) << COLUMN_TASK |
           (uint32_t)(base->people != NULL) << COLUMN_ACTOR | (uint32_t)(base->sources != NULL) << COLUMN_SOURCE;
}

static annoproj_status walk_through(quality_report *made, const int32_t *kinds, uint32_t columns, event_walk_fn visit,
                                    annoproj_error **error) {
    const scope *in = made->people.report.in;
    const event_walk walk = {.database = in->database,
                             .store = in->store,
                             .bounds = in->bounds,
                             .project = in->project.id,
                             .kinds = kinds,
                             .columns = columns | filter_columns(made),
                             .after = INT64_MIN,
                             .before = made->before,
                             .visit = visit,
                             .data = made};
    annoproj_status status = event_walk_run(&walk, error);
    return status == ANNOPROJ_OK && made->failed ? fail_memory(error) : status;
}

static void add_figures(rows *out, const quality *of) {
    rows_int64(out, of->done);
    rows_int64(out, of->again);
    add_rate(out, of->again, of->done);
    rows_int64(out, of->decided);
    rows_int64(out, of->accepted);
    add_rate(out, of->accepted, of->decided);
}

annoproj_status report_collaborator_quality(scope *in, const query *asked, annoproj_table **table,
                                            annoproj_error **error) {
    static const int32_t kinds[] = {EVENT_TASK_SUBMIT, EVENT_TASK_APPROVE, EVENT_TASK_REJECT, 0};
    const uint32_t columns = EVENT_WALK_COLUMN(COLUMN_TASK) | EVENT_WALK_COLUMN(COLUMN_STAGE) |
                             EVENT_WALK_COLUMN(COLUMN_ACTOR) | EVENT_WALK_COLUMN(COLUMN_CREDITED);
    quality_report made = {.highest = 0};
    annoproj_status status = begin(&made, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = begin_tasks(&made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = walk_through(&made, kinds, columns, take_task, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_collaborator_quality_row);
    for (int64_t i = 0; i < made.people.users.count; i++) {
        const report_user *user = &made.people.users.by_email[i];
        const quality *of = &made.figures[user->number];
        if (of->done != 0 || of->decided != 0) {
            rows_int64(out, user->number);
            rows_text(out, user->email);
            add_figures(out, of);
        }
    }
    return rows_finish(out, table, error);
}

/* --- by class ---- */

static void take_label(void *data, const event *one) {
    quality_report *made = data;
    const report *base = &made->people.report;
    const bool first = first_time(&made->decided, one->reference);
    if (one->class <= 0 || one->class > made->highest || !passes(made, one, base->stages) ||
        (base->people != NULL && !number_set_has(base->people, one->actor)) ||
        (base->classes != NULL && !number_set_has(base->classes, one->class))) {
        return;
    }
    quality *of = &made->figures[one->class];
    of->done++;
    of->again += !first;
    count_decision(of, first, one->kind == EVENT_LABEL_APPROVE);
}

static annoproj_status begin_labels(quality_report *made, annoproj_error **error) {
    static const char find_text[] = "SELECT last_label FROM project_counter WHERE project = ?";
    scope *in = made->people.report.in;
    int64_t last = 0;
    statement *find = sql(in->database, find_text);
    bind_int64(find, in->project.id);
    if (sql_row(find)) {
        last = column_int64(find, 0);
    }
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK) {
        status = ontology_load(in, in->project.ontology, &made->features, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->highest = made->features.highest;
    made->figures = arena_array(in->memory, (size_t)made->highest + 1, sizeof *made->figures);
    return made->figures != NULL && number_set_make(&made->decided, in->memory, last) ? ANNOPROJ_OK
                                                                                      : fail_memory(error);
}

annoproj_status report_class_quality(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    static const int32_t kinds[] = {EVENT_LABEL_APPROVE, EVENT_LABEL_REJECT, 0};
    const uint32_t columns = EVENT_WALK_COLUMN(COLUMN_REFERENCE) | EVENT_WALK_COLUMN(COLUMN_CLASS);
    quality_report made = {.highest = 0};
    annoproj_status status = begin(&made, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = begin_labels(&made, error);
    }
    if (status == ANNOPROJ_OK) {
        status = walk_through(&made, kinds, columns, take_label, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *out = rows_new(&row_class_quality_row);
    for (size_t i = 0; i < made.features.count; i++) {
        const feature *class = &made.features.features[i];
        if (class->number == class->class && made.figures[class->number].done != 0) {
            rows_int64(out, class->number);
            rows_text(out, class->name);
            add_figures(out, &made.figures[class->number]);
        }
    }
    return rows_finish(out, table, error);
}
