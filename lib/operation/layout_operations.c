/* Public function: the layout of a stage's queue, as a user interface should show it to the session. */
#include "failure.h"
#include "handle_call.h"
#include "rows.h"

/* Stages by what is done there; who is no manager sees the first two only. */
enum section { ANNOTATE = 1, REVIEW = 2, AGENT = 4, COMPLETE = 8 };
#define WORK  (ANNOTATE | REVIEW | AGENT)
#define ALL   (WORK | COMPLETE)
#define OTHER (ANNOTATE | REVIEW)

#define EVERYBODY     0
#define WHO_WORKS     (-1) /* whoever holds what is done in the stage, and is a person */
#define WHO_MAY_LEAVE (-2) /* whoever may give tasks back: all of them, or their own */

typedef struct layout_item {
    const char *part, *key, *title;
    int32_t managers, others;     /* sections in which it is shown to them */
    annoproj_operation operation; /* and who does not hold it, does not see it; or one of the three above */
} layout_item;

/* In the order in which they are shown. Annotators see how a task came to them, reviewers from whom. */
static const layout_item items[] = {
    {"column", "priority", "Priority", WORK, OTHER, EVERYBODY},
    {"column", "title", "File name", ALL, OTHER, EVERYBODY},
    {"column", "data_type", "Data type", ALL, 0, EVERYBODY},
    {"column", "dataset_title", "Dataset", ALL, 0, EVERYBODY},
    {"column", "status", "Status", WORK, ANNOTATE, EVERYBODY},
    {"column", "last_action_email", "Last actioned by", ALL, REVIEW, EVERYBODY},
    {"column", "last_action_stage", "Last actioned in", ALL, REVIEW, EVERYBODY},
    {"column", "last_action", "Last actioned", ALL, 0, EVERYBODY},
    {"column", "assignee_email", "Assignee", WORK, OTHER, EVERYBODY},
    {"column", "open_issues", "Open issues", ALL, 0, EVERYBODY},
    {"column", "entered", "In stage since", ALL, 0, EVERYBODY},
    {"filter", "title", "Search file", ALL, OTHER, EVERYBODY},
    {"filter", "datasets", "Dataset", ALL, OTHER, EVERYBODY},
    {"filter", "assignees", "Assignee", WORK, OTHER, EVERYBODY},
    {"filter", "last_action_users", "Last actioned by", ALL, 0, EVERYBODY},
    {"filter", "data_types", "Data type", ALL, OTHER, EVERYBODY},
    {"filter", "statuses", "Status", WORK, OTHER, EVERYBODY},
    {"filter", "issues", "Issue status", ALL, OTHER, EVERYBODY},
    {"sort", "priority", "Priority", WORK, OTHER, EVERYBODY},
    {"sort", "title", "File name", ALL, OTHER, EVERYBODY},
    {"sort", "entered", "In stage since", ALL, OTHER, EVERYBODY},
    {"sort", "last_action", "Last actioned", ALL, OTHER, EVERYBODY},
    {"action", "start", "Start task", WORK, OTHER, WHO_WORKS},
    {"action", "initiate", "Initiate", WORK, OTHER, WHO_WORKS},
    {"action", "view", "View", ALL, OTHER, ANNOPROJ_OPERATION_TASK_VIEW},
    {"action", "assign", "Assign", WORK, OTHER, ANNOPROJ_OPERATION_ASSIGN},
    {"action", "release", "Release", WORK, OTHER, WHO_MAY_LEAVE},
    {"action", "priority", "Priority", WORK, OTHER, ANNOPROJ_OPERATION_PRIORITY},
    {"action", "move", "Move", ALL, OTHER, ANNOPROJ_OPERATION_MOVE},
    {"action", "reopen", "Reopen", ALL, OTHER, ANNOPROJ_OPERATION_REOPEN},
};

static int32_t section_of(const stage_facts *stage) {
    switch (stage_kind_of(stage->type)->operation) {
    case ANNOPROJ_OPERATION_ANNOTATE: return ANNOTATE;
    case ANNOPROJ_OPERATION_REVIEW: return REVIEW;
    case ANNOPROJ_OPERATION_AGENT: return AGENT;
    default: return COMPLETE;
    }
}

static bool is_for(const scope *in, const layout_item *item) {
    switch (item->operation) {
    case EVERYBODY: return true;
    case WHO_WORKS: return in->user != 0 && in->stage.member;
    case WHO_MAY_LEAVE:
        return access_holds(in, ANNOPROJ_OPERATION_RELEASE) ||
               (in->project.self_release && access_holds(in, ANNOPROJ_OPERATION_RELEASE_OWN));
    default: return access_holds(in, item->operation);
    }
}

static annoproj_status read_layout(scope *in, void *arguments, annoproj_error **error) {
    annoproj_table **out = arguments;
    const int32_t section = section_of(&in->stage);
    rows *table = rows_new(&row_layout_row);
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        const layout_item *item = &items[i];
        if (((in->manager ? item->managers : item->others) & section) == 0 || !is_for(in, item))
            continue;
        rows_text(table, item->part);
        rows_text(table, item->key);
        rows_text(table, item->title);
    }
    return finish_table(table, ANNOPROJ_OK, out, error);
}

annoproj_status annoproj_stage_layout(annoproj_stage *stage, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error) {
    annoproj_table *made = NULL;
    handle_call what = {.operation = ANNOPROJ_OPERATION_QUEUE, .arguments = &made};
    return stage_read_table(stage, &what, read_layout, call, &made, table, error);
}
