/* Whether everybody's reported time is what all projects together say of it: as long, and nothing twice. That each piece is in it, the
 * check of its project sees (check_events.c). */
#include "check.h"
#include "failure.h"
#include "scan.h"

typedef struct time_totals {
    int64_t *of_user; /* microseconds */
    size_t count;
    bool damaged; /* a log cannot be read, which its own check says */
} time_totals;

static annoproj_status add_project(scope *in, time_totals *totals, int64_t project, annoproj_error **error) {
    const scan_part part = {.kinds = {EVENT_TIME_SPENT}, .pieces = true, .group = SCAN_BY_ACTOR, .sums = SCAN_DURATION};
    const scan_request ask = {.database = in->database,
                              .bounds = in->bounds,
                              .project = project,
                              .after = INT64_MIN,
                              .before = INT64_MAX,
                              .parts = &part,
                              .part_count = 1};
    scan_result found = {0};
    annoproj_status status = scan_run(&ask, &found, error);
    if (status == ANNOPROJ_CORRUPT) {
        drop_error(error);
        totals->damaged = true;
        return ANNOPROJ_OK;
    }
    for (size_t i = 0; i < found.count; i++)
        if (found.cells[i].actor > 0 && (size_t)found.cells[i].actor < totals->count)
            totals->of_user[found.cells[i].actor] += found.cells[i].duration_us;
    scan_release(&found);
    return status;
}

static annoproj_status add_all(scope *in, time_totals *totals, annoproj_error **error) {
    static const char query[] = "SELECT min(project) FROM event_log WHERE project > ?"
                                " AND project NOT IN (SELECT id FROM project WHERE purging)";
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t project = 0; status == ANNOPROJ_OK;) {
        statement *find = sql(in->database, query);
        bind_int64(find, project);
        project = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || project == 0)
            break;
        status = add_project(in, totals, project, error);
    }
    return status;
}

/* What a purged project's time was nobody knows any more. */
static annoproj_status compare_all(scope *in, checking *check, const time_totals *totals, bool purged,
                                   annoproj_error **error) {
    static const char query[] = "SELECT u.id, coalesce(sum(c.until_us - c.from_us), 0) FROM user u"
                                " LEFT JOIN time_covered c ON c.user = u.id GROUP BY u.id ORDER BY u.id";
    statement *find = sql(in->database, query);
    while (sql_row(find)) {
        const int64_t user = column_int64(find, 0), covered = column_int64(find, 1);
        const int64_t told = user > 0 && (size_t)user < totals->count ? totals->of_user[user] : 0;
        if (!purged || covered < told)
            check_compare(check, "time", user, "reported time of a user, us", covered, told);
    }
    return sql_end(find, error);
}

/* Spans of a user neither overlap nor touch. */
static annoproj_status check_spans(scope *in, checking *check, annoproj_error **error) {
    static const char query[] = "SELECT user, from_us FROM (SELECT user, from_us, until_us, lag(until_us) OVER "
                                "(PARTITION BY user ORDER BY from_us)"
                                " AS before_us FROM time_covered) WHERE until_us <= from_us OR before_us >= from_us";
    statement *find = sql(in->database, query);
    while (sql_row(find))
        check_report(check, "time", column_int64(find, 0), "a span of time that is empty or touches another",
                     "spans of one user that are apart");
    return sql_end(find, error);
}

annoproj_status check_time(scope *in, checking *check, annoproj_error **error) {
    time_totals totals = {.count = check->state->user_count};
    totals.of_user = allocate_zeroed(totals.count + 1, sizeof *totals.of_user);
    annoproj_status status = totals.of_user ? add_all(in, &totals, error) : fail_memory(error);
    if (status == ANNOPROJ_OK && !totals.damaged)
        status = compare_all(in, check, &totals, check->state->purged, error);
    release(totals.of_user);
    return status == ANNOPROJ_OK ? check_spans(in, check, error) : status;
}
