/* The way of tasks through the stages (task_flow.h). */
#include "task_flow.h"

#include "event_walk.h"
#include "failure.h"

typedef struct place {
    int64_t entered_us;
    int32_t stage;
    bool branch, removed;
} place;

typedef struct flow {
    const report *report;
    place *places; /* by task number */
    int64_t last;
    flow_fn visit;
    void *data;
} flow;

static const int32_t kinds[] = {EVENT_TASK_CREATE,  EVENT_TASK_REMOVE,   EVENT_TASK_RESTORE,    EVENT_TASK_SUBMIT,
                                EVENT_TASK_APPROVE, EVENT_TASK_REJECT,   EVENT_TASK_MOVE,       EVENT_TASK_REOPEN,
                                EVENT_TASK_PATHWAY, EVENT_BRANCH_CREATE, EVENT_CONSENSUS_READY, 0};

#define COLUMNS                                                                                                        \
    ((uint32_t)1 << COLUMN_TIME | (uint32_t)1 << COLUMN_STAGE | (uint32_t)1 << COLUMN_TASK |                           \
     (uint32_t)1 << COLUMN_REFERENCE)

static void tell(const flow *made, const event *one, int64_t from, int64_t to, bool acted) {
    const number_set *tasks = made->report->tasks;
    const flow_change change = {.time_us = one->time_us,
                                .task = one->task,
                                .from = from,
                                .to = to,
                                .since_us = made->places[one->task].entered_us,
                                .made = one->kind == EVENT_TASK_CREATE,
                                .acted = acted};
    if (tasks == NULL || number_set_has(tasks, one->task)) {
        made->visit(made->data, &change);
    }
}

static void go_on(const flow *made, place *at, const event *one) {
    tell(made, one, at->stage, one->reference, true);
    at->stage = (int32_t)one->reference;
    at->entered_us = one->time_us;
}

static void foresee_event(void *data, const event *one) {
    const flow *made = data;
    if (one->task > 0 && one->task <= made->last) {
        __builtin_prefetch(&made->places[one->task], 1);
    }
}

static void take_event(void *data, const event *one) {
    const flow *made = data;
    if (one->task <= 0 || one->task > made->last) {
        return;
    }
    place *at = &made->places[one->task];
    at->branch = at->branch || one->kind == EVENT_BRANCH_CREATE;
    if (at->branch) {
        return;
    }
    switch (one->kind) {
    case EVENT_TASK_CREATE:
        *at = (place){.entered_us = one->time_us, .stage = one->stage};
        tell(made, one, 0, one->stage, false);
        break;
    case EVENT_TASK_REMOVE:
        tell(made, one, at->stage, 0, false);
        at->removed = true;
        break;
    case EVENT_TASK_RESTORE:
        tell(made, one, 0, at->stage, false);
        at->removed = false;
        break;
    default:
        if (!at->removed) {
            go_on(made, at, one);
        }
    }
}

annoproj_status task_flow_walk(const report *made, flow_fn visit, void *data, annoproj_error **error) {
    flow run = {.report = made, .visit = visit, .data = data};
    scope *in = made->in;
    annoproj_status status = report_last_task(in, &run.last, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    const event_walk walk = {.database = in->database,
                             .store = in->store,
                             .bounds = in->bounds,
                             .project = in->project.id,
                             .kinds = kinds,
                             .columns = COLUMNS,
                             .after = INT64_MIN,
                             .before = INT64_MAX,
                             .visit = take_event,
                             .foresee = foresee_event,
                             .data = &run};
    run.places = allocate_zeroed((size_t)run.last + 1, sizeof *run.places);
    status = run.places == NULL ? fail_memory(error) : event_walk_run(&walk, error);
    release(run.places);
    return status;
}
