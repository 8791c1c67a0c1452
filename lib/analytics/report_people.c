/* Figures by user (report_people.h). */
#include "failure.h"
#include "report_people.h"

annoproj_status people_begin(people *made, scope *in, const query *asked, bool by_frame, annoproj_error **error) {
    *made = (people){0};
    annoproj_status status = report_begin(&made->report, in, asked, error);
    made->report.by_frame = by_frame;
    if (status == ANNOPROJ_OK) {
        status = report_load_users(in, &made->users, error);
    }
    if (status == ANNOPROJ_OK) {
        made->figures = arena_array(in->memory, (size_t)made->users.count + 1, sizeof *made->figures);
        status = made->figures == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    return status;
}

annoproj_status people_stages(people *made, const number_set *type, bool *chosen, const number_set **out,
                              annoproj_error **error) {
    const report *base = &made->report;
    *out = type;
    *chosen = false;
    number_set *both = arena_allocate(base->in->memory, sizeof *both);
    if (both == NULL || !number_set_make(both, base->in->memory, type->limit - 1)) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < base->query->stage_count; i++) {
        int64_t stage = NUMBER_OF(base->query->stages[i]);
        if (number_set_has(type, stage)) {
            number_set_add(both, stage);
            *chosen = true;
        }
    }
    *out = *chosen ? both : type;
    return ANNOPROJ_OK;
}

static void add_cell(person *who, const scan_cell *cell, int64_t labels) {
    switch (cell->kind) {
    case EVENT_TASK_SUBMIT: who->submitted_tasks += cell->count; break;
    case EVENT_TASK_SKIP: who->skipped_tasks += cell->count; break;
    case EVENT_BRANCH_APPROVE:
    case EVENT_TASK_APPROVE: who->approved_tasks += cell->count; break;
    case EVENT_BRANCH_REJECT:
    case EVENT_TASK_REJECT: who->rejected_tasks += cell->count; break;
    case EVENT_TIME_SPENT: who->time_us += cell->duration_us; break;
    case EVENT_BRANCH_LABEL_CREATE:
    case EVENT_BRANCH_LABEL_FRAMES_CREATE:
    case EVENT_LABEL_CREATE:
    case EVENT_LABEL_FRAMES_CREATE: who->created += labels; break;
    case EVENT_BRANCH_LABEL_EDIT:
    case EVENT_LABEL_EDIT: who->edited += labels; break;
    case EVENT_BRANCH_LABEL_DELETE:
    case EVENT_BRANCH_LABEL_FRAMES_DELETE:
    case EVENT_LABEL_DELETE:
    case EVENT_LABEL_FRAMES_DELETE: who->deleted += labels; break;
    case EVENT_BRANCH_LABEL_SUBMIT:
    case EVENT_LABEL_SUBMIT: who->submitted += labels; break;
    case EVENT_LABEL_APPROVE: who->approved += labels; break;
    case EVENT_LABEL_REJECT: who->rejected += labels; break;
    default: who->issues += cell->count; break;
    }
}

void people_join(scan_part *from, scan_part *into) {
    int count = 0;
    while (into->kinds[count] != 0) {
        count++;
    }
    for (int i = 0; into->classes == NULL && from->kinds[i] != 0; i++) {
        into->kinds[count++] = from->kinds[i];
        from->kinds[i] = 0;
    }
}

annoproj_status people_count(people *made, const scan_part *parts, size_t count, annoproj_error **error) {
    scan_result result;
    annoproj_status status = report_scan(&made->report, parts, count, &result, error);
    for (size_t i = 0; i < result.count; i++) {
        const scan_cell *cell = &result.cells[i];
        bool credited = (parts[cell->part].group & SCAN_BY_CREDITED) != 0;
        int64_t user = credited ? cell->credited : cell->actor;
        if (user > 0 && user <= made->users.count) {
            add_cell(&made->figures[user], cell, made->report.by_frame ? cell->frames : cell->count);
        }
    }
    scan_release(&result);
    return status;
}

/* What the row shows: labels submitted are only part of a rate. */
static bool any_figure(const person *who, bool by_frame) {
    return who->submitted_tasks != 0 || who->skipped_tasks != 0 || who->approved_tasks != 0 ||
           who->rejected_tasks != 0 || who->created != 0 || who->edited != 0 || who->deleted != 0 ||
           who->approved != 0 || who->rejected != 0 || seconds_of(who->time_us) != 0 || (!by_frame && who->issues != 0);
}

static annoproj_status make_table(const people *made, const people_plan *plan, annoproj_table **table,
                                  annoproj_error **error) {
    const bool by_frame = made->report.by_frame;
    rows *out = rows_new(by_frame ? plan->type_by_frame : plan->type);
    for (int64_t i = 0; i < made->users.count; i++) {
        const report_user *user = &made->users.by_email[i];
        if (any_figure(&made->figures[user->number], by_frame)) {
            rows_int64(out, user->number);
            rows_text(out, user->email);
            plan->add(out, &made->figures[user->number], by_frame);
        }
    }
    return rows_finish(out, table, error);
}

annoproj_status people_report(scope *in, const query *asked, const people_plan *plan, bool by_frame,
                              annoproj_table **table, annoproj_error **error) {
    people made;
    annoproj_status status = people_begin(&made, in, asked, by_frame, error);
    if (status == ANNOPROJ_OK) {
        status = plan->count(&made, error);
    }
    return status == ANNOPROJ_OK ? make_table(&made, plan, table, error) : status;
}
