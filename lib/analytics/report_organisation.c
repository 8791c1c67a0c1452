/* The reports of the organisation: every project's figures together, those of deleted projects, too, until they are purged. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "query.h"

typedef struct figures {
    int64_t submitted, created; /* tasks, labels */
    int64_t time_us[TIME_COLUMNS];
    bool active;
} figures;

typedef struct organisation {
    scope *in;
    const organisation_query *asked;
    report_users users;
    figures *of_user; /* by number; 0 = the host and whatever belongs to nobody */
    figures all;
} organisation;

/* --- one project ---- */

/* What a user does to be called active. */
#define ACTIONS                                                                                                        \
    EVENT_TASK_ASSIGN, EVENT_TASK_RELEASE, EVENT_TASK_SKIP, EVENT_TASK_APPROVE, EVENT_TASK_REJECT, EVENT_TASK_MOVE,    \
        EVENT_TASK_REOPEN, EVENT_TASK_PATHWAY, EVENT_ISSUE_CREATE, EVENT_ISSUE_RESOLVE, EVENT_ISSUE_REOPEN,            \
        EVENT_ISSUE_COMMENT

static annoproj_status scan_project(const organisation *made, int64_t project, scan_result *out,
                                    annoproj_error **error) {
    const scan_part parts[] = {
        {.kinds = {EVENT_TASK_SUBMIT}, .group = SCAN_BY_KIND | SCAN_BY_ACTOR},
        {.kinds = {EVENT_TIME_SPENT},
         .pieces = true,
         .group = SCAN_BY_KIND | SCAN_BY_STAGE | SCAN_BY_ACTOR,
         .sums = SCAN_DURATION},
        {.kinds = {EVENT_LABEL_COUNTED}, .group = SCAN_BY_KIND},
        {.kinds = {ACTIONS}, .group = SCAN_BY_ACTOR},
    };
    const scan_request ask = {.database = made->in->database,
                              .bounds = made->in->bounds,
                              .store = made->in->store,
                              .project = project,
                              .after = made->asked->after_us == 0 ? INT64_MIN : made->asked->after_us,
                              .before = made->asked->before_us == 0 ? INT64_MAX : made->asked->before_us,
                              .parts = parts,
                              .part_count = sizeof parts / sizeof *parts};
    return scan_run(&ask, out, error);
}

static void add_cell(figures *to, const scan_cell *cell, enum time_column column) {
    switch (cell->kind) {
    case EVENT_TASK_SUBMIT: to->submitted += cell->count; break;
    case EVENT_LABEL_COUNTED: to->created += cell->count; break;
    case EVENT_TIME_SPENT:
        to->time_us[column] += cell->duration_us;
        to->time_us[TIME_TOTAL] += cell->duration_us;
        break;
    default: break;
    }
    to->active = true;
}

/* Adds a project's figures to its own, to those of its users and to those of all. */
static annoproj_status count_project(organisation *made, int64_t project, figures *own, annoproj_error **error) {
    report stages = {.in = made->in};
    scan_result result = {0};
    annoproj_status status = report_stages(&stages, project, error);
    if (status == ANNOPROJ_OK) {
        status = scan_project(made, project, &result, error);
    }
    for (size_t i = 0; i < result.count; i++) {
        const scan_cell *cell = &result.cells[i];
        const enum time_column column = report_time_column(&stages, cell->stage);
        const bool known = cell->actor > 0 && cell->actor <= made->users.count;
        add_cell(own, cell, column);
        add_cell(&made->all, cell, column);
        add_cell(&made->of_user[known ? cell->actor : 0], cell, column);
    }
    scan_release(&result);
    return status;
}

/* --- all projects ---- */

static annoproj_status begin(organisation *made, annoproj_error **error) {
    annoproj_status status = report_load_users(made->in, &made->users, error);
    if (status == ANNOPROJ_OK) {
        made->of_user = arena_array(made->in->memory, (size_t)made->users.count + 1, sizeof *made->of_user);
        status = made->of_user == NULL ? fail_memory(error) : ANNOPROJ_OK;
    }
    return status;
}

typedef struct project_figures {
    int64_t project;
    const char *title;
    figures own;
} project_figures;

static annoproj_status list_projects(scope *in, project_figures **out, size_t *count, annoproj_error **error) {
    static const char count_text[] = "SELECT count(*) FROM project WHERE NOT purging";
    static const char find_text[] = "SELECT id, title FROM project WHERE NOT purging ORDER BY id";
    size_t room = 0;
    bool kept = true;
    *count = 0;
    statement *find = sql(in->database, count_text);
    if (sql_row(find)) {
        room = (size_t)column_int64(find, 0);
    }
    annoproj_status status = sql_end(find, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    *out = arena_array(in->memory, room + 1, sizeof **out);
    if (*out == NULL) {
        return fail_memory(error);
    }
    find = sql(in->database, find_text);
    while (kept && *count < room && sql_row(find)) {
        project_figures *one = &(*out)[(*count)++];
        one->project = column_int64(find, 0);
        one->title = arena_text(in->memory, column_text(find, 1), column_length(find, 1));
        kept = one->title != NULL;
    }
    status = sql_end(find, error);
    return status == ANNOPROJ_OK && !kept ? fail_memory(error) : status;
}

static annoproj_status count_all(organisation *made, project_figures **projects, size_t *count,
                                 annoproj_error **error) {
    annoproj_status status = begin(made, error);
    if (status == ANNOPROJ_OK) {
        status = list_projects(made->in, projects, count, error);
    }
    for (size_t i = 0; i < *count && status == ANNOPROJ_OK; i++) {
        status = count_project(made, (*projects)[i].project, &(*projects)[i].own, error);
    }
    return status;
}

/* --- the tables ---- */

static void add_figures(rows *out, const figures *of) {
    rows_int64(out, of->submitted);
    for (int column = 0; column < TIME_COLUMNS; column++) {
        rows_int64(out, seconds_of(of->time_us[column]));
    }
}

static annoproj_status count_enabled(scope *in, int64_t *users, annoproj_error **error) {
    static const char find_text[] = "SELECT count(*) FROM user WHERE NOT disabled";
    statement *find = sql(in->database, find_text);
    *users = sql_row(find) ? column_int64(find, 0) : 0;
    return sql_end(find, error);
}

annoproj_status report_organisation(scope *in, const organisation_query *asked, annoproj_table **table,
                                    annoproj_error **error) {
    organisation made = {.in = in, .asked = asked};
    project_figures *projects = NULL;
    size_t count = 0;
    int64_t users = 0, active = 0;
    annoproj_status status = count_all(&made, &projects, &count, error);
    if (status == ANNOPROJ_OK) {
        status = count_enabled(in, &users, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    for (int64_t user = 1; user <= made.users.count; user++) {
        active += made.of_user[user].active;
    }
    rows *out = rows_new(&row_organisation_row);
    rows_int64(out, users);
    rows_int64(out, active);
    rows_int64(out, (int64_t)count);
    add_figures(out, &made.all);
    rows_int64(out, made.all.created);
    add_average(out, made.all.time_us[TIME_TOTAL], made.all.submitted);
    return rows_finish(out, table, error);
}

static int by_work(const figures *one, const figures *two) {
    if (one->submitted != two->submitted) {
        return one->submitted > two->submitted ? -1 : 1;
    }
    const int64_t first = one->time_us[TIME_TOTAL], second = two->time_us[TIME_TOTAL];
    return first != second ? (first < second) - (first > second) : two->active - one->active;
}

static int compare_projects(const void *a, const void *b) {
    const project_figures *one = a, *two = b;
    const int order = by_work(&one->own, &two->own);
    return order != 0 ? order : (one->project > two->project) - (one->project < two->project);
}

annoproj_status report_top_projects(scope *in, const organisation_query *asked, annoproj_table **table,
                                    annoproj_error **error) {
    organisation made = {.in = in, .asked = asked};
    project_figures *projects = NULL;
    size_t count = 0;
    annoproj_status status = count_all(&made, &projects, &count, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    qsort(projects, count, sizeof *projects, compare_projects);
    rows *out = rows_new(&row_top_projects_row);
    for (size_t i = 0; i < count && (int64_t)i < asked->limit && projects[i].own.active; i++) {
        rows_int64(out, projects[i].project);
        rows_text(out, projects[i].title);
        add_figures(out, &projects[i].own);
        rows_int64(out, projects[i].own.created);
    }
    return rows_finish(out, table, error);
}

typedef struct user_figures {
    int64_t place; /* by e-mail */
    figures own;
} user_figures;

static int compare_users(const void *a, const void *b) {
    const user_figures *one = a, *two = b;
    const int order = by_work(&one->own, &two->own);
    return order != 0 ? order : (one->place > two->place) - (one->place < two->place);
}

annoproj_status report_top_users(scope *in, const organisation_query *asked, annoproj_table **table,
                                 annoproj_error **error) {
    organisation made = {.in = in, .asked = asked};
    project_figures *projects = NULL;
    size_t count = 0;
    annoproj_status status = count_all(&made, &projects, &count, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    user_figures *list = arena_array(in->memory, (size_t)made.users.count + 1, sizeof *list);
    if (list == NULL) {
        return fail_memory(error);
    }
    for (int64_t i = 0; i < made.users.count; i++) {
        list[i] = (user_figures){.place = i, .own = made.of_user[made.users.by_email[i].number]};
    }
    qsort(list, (size_t)made.users.count, sizeof *list, compare_users);
    rows *out = rows_new(&row_top_users_row);
    for (int64_t i = 0; i < made.users.count && i < asked->limit && list[i].own.active; i++) {
        rows_int64(out, made.users.by_email[list[i].place].number);
        rows_text(out, made.users.by_email[list[i].place].email);
        add_figures(out, &list[i].own);
    }
    return rows_finish(out, table, error);
}
