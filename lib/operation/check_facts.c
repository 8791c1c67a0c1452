/* Whether the project itself, its collaborators, datasets, tags and label versions, and the users and whatever else the store has are
 * what the events say, and numbers that were given out stay given out. */
#include <inttypes.h>
#include <stdio.h>

#include "check.h"

/* --- the project -------------------------------------------------------------------------------------------------- */

static annoproj_status check_project_row(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] = "SELECT status, owner, ontology, coalesce(deleted_us, 0), created_us, edited_us"
                                " FROM project WHERE id = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, check->project);
    if (sql_row(find)) {
        check_compare(check, "project", 0, "status", column_int64(find, 0), state->status);
        if (state->owner >= 0)
            check_compare(check, "project", 0, "owner", column_int64(find, 1), state->owner);
        check_compare(check, "project", 0, "ontology", column_int64(find, 2), state->ontology);
        check_compare(check, "project", 0, "deleted", column_int64(find, 3), state->deleted ? state->deleted_us : 0);
        check_compare(check, "project", 0, "created", column_int64(find, 4), state->created_us);
        const int64_t edited = column_int64(find, 5);
        if (edited < state->edited_us || edited > state->tagged_us)
            check_compare(check, "project", 0, "edited", edited, state->edited_us);
    } else {
        check_report(check, "project", 0, "no such project", "a project");
    }
    return sql_end(find, error);
}

/* A number that is given out twice would make two things one. */
static annoproj_status check_numbers(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] = "SELECT last_task, last_label, last_issue, last_version,"
                                " (SELECT coalesce(max(id), ?1 << 32) & 0xffffffff FROM label_version"
                                " WHERE id > ?1 << 32 AND id < (?1 + 1) << 32) FROM project_counter WHERE project = ?1";
    statement *find = sql(in->database, query);
    bind_int64(find, check->project);
    if (sql_row(find)) {
        const int64_t made = column_int64(find, 4), versions = column_int64(find, 3);
        const int64_t least = made > state->last_version ? made : state->last_version;
        check_compare(check, "counter", 0, "highest task", column_int64(find, 0), state->last_task);
        check_compare(check, "counter", 0, "highest label", column_int64(find, 1), state->last_label);
        check_compare(check, "counter", 0, "highest issue", column_int64(find, 2), state->last_issue);
        if (versions < least) /* versions of branches are told by no event, and may be gone */
            check_compare(check, "counter", 0, "highest label version", versions, least);
    }
    return sql_end(find, error);
}

/* --- settings ----------------------------------------------------------------------------------------------------- */

/* A project has a value of each: what an event told last, else what is built in. */
static annoproj_status check_project_settings(scope *in, checking *check, const replay *state, annoproj_error **error) {
    setting_values found = {{0}};
    annoproj_status status = settings_of_project(in, check->project, &found, error);
    for (int32_t i = 1; i <= SETTING_COUNT && status == ANNOPROJ_OK; i++) {
        const replayed_setting *told = &state->settings[i];
        check_compare(check, "project", 0, setting_name(i), found.value[i],
                      told->told ? told->value : setting_standard(i));
    }
    return status;
}

/* The store has those that were set. */
static annoproj_status check_store_settings(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] = "SELECT number, value FROM setting";
    bool there[SETTING_COUNT + 1] = {false};
    statement *find = sql(in->database, query);
    while (sql_row(find)) {
        const int64_t number = column_int64(find, 0);
        const bool known = number > 0 && number <= SETTING_COUNT && state->settings[number].told;
        if (known) {
            there[number] = true;
            check_compare(check, "setting", number, setting_name((int32_t)number), column_int64(find, 1),
                          state->settings[number].value);
        } else {
            check_report(check, "setting", number, "it is there", "nobody set it");
        }
    }
    for (int32_t i = 1; i <= SETTING_COUNT; i++)
        if (state->settings[i].told && !there[i])
            check_report(check, "setting", i, "it is not there", "somebody set it");
    return sql_end(find, error);
}

/* --- people ------------------------------------------------------------------------------------------------------- */

static void check_person(checking *check, const char *subject, const replay *state, int64_t user, int64_t role) {
    const bool known = user > 0 && (size_t)user < state->user_count;
    check_compare(check, subject, user, "role", role, known ? state->users[user].role : 0);
}

static annoproj_status check_collaborators(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] = "SELECT user, role, joined FROM collaborator WHERE project = ? ORDER BY user";
    int64_t next = 1;
    statement *find = sql(in->database, query);
    bind_int64(find, check->project);
    while (sql_row(find)) {
        const int64_t user = column_int64(find, 0);
        for (; next < user && (size_t)next < state->user_count; next++)
            check_person(check, "collaborator", state, next, 0);
        check_person(check, "collaborator", state, user, column_int64(find, 1));
        if (user > 0 && (size_t)user < state->user_count)
            check_compare(check, "collaborator", user, "event that added", column_int64(find, 2),
                          state->users[user].joined);
        next = user + 1;
    }
    for (; (size_t)next < state->user_count; next++)
        check_person(check, "collaborator", state, next, 0);
    return sql_end(find, error);
}

static annoproj_status check_users(scope *in, checking *check, const replay *state, annoproj_error **error) {
    static const char query[] = "SELECT id, org_role, disabled, erased, created_us FROM user ORDER BY id";
    int64_t found = 0, expected = 0;
    for (size_t i = 0; i < state->user_count; i++)
        expected += state->users[i].known;
    statement *find = sql(in->database, query);
    while (sql_row(find)) {
        const int64_t user = column_int64(find, 0);
        const replayed_user *one = user > 0 && (size_t)user < state->user_count ? &state->users[user] : NULL;
        if (one == NULL || !one->known) {
            check_report(check, "user", user, "a user", "no event made it");
            continue;
        }
        found++;
        check_person(check, "user", state, user, column_int64(find, 1));
        check_compare(check, "user", user, "disabled", column_int64(find, 2), one->disabled);
        check_compare(check, "user", user, "erased", column_int64(find, 3), one->erased);
        check_compare(check, "user", user, "created", column_int64(find, 4), one->created_us);
    }
    check_compare(check, "user", 0, "users", found, expected);
    return sql_end(find, error);
}

/* --- what counts others ------------------------------------------------------------------------------------------- */

typedef struct counted {
    const char *subject, *what, *text; /* id, what is kept, what there is: where the two differ */
} counted;

static annoproj_status check_counted(scope *in, checking *check, const counted *of, annoproj_error **error) {
    statement *find = sql(in->database, of->text);
    if (check->project != 0)
        bind_int64(find, check->project);
    while (sql_row(find))
        check_compare(check, of->subject, column_int64(find, 0), of->what, column_int64(find, 1),
                      column_int64(find, 2));
    return sql_end(find, error);
}

/* --- what else there is, made by an event ------------------------------------------------------------------------- */

/* Rows of a table: id, when it was made and by whom, when it was changed, a number of its own, whether it is gone. What a table does not
 * have is null; what is gone has no row where that is null. */
typedef struct kept_things {
    replay_thing sort;
    const char *subject, *amount, *text;
} kept_things;

static void compare_thing(checking *check, const kept_things *of, statement *find, const replayed_thing *expected) {
    const struct {
        const char *what;
        int64_t expected;
    } columns[] = {{"created", expected->created_us},
                   {"creator", expected->creator},
                   {"edited", expected->edited_us},
                   {of->amount, expected->amount},
                   {"gone", expected->gone}};
    for (int i = 0; i < 5; i++)
        if (!column_is_null(find, i + 1))
            check_compare(check, of->subject, column_int64(find, 0), columns[i].what, column_int64(find, i + 1),
                          columns[i].expected);
}

static void report_gone(checking *check, const kept_things *of, int64_t id, bool found) {
    check_report(check, of->subject, id, found ? "it is there" : "it is not there",
                 found ? "no event made it, or one removed it" : "an event made it");
}

static annoproj_status check_things(scope *in, checking *check, const replay *state, const kept_things *of,
                                    annoproj_error **error) {
    const replayed_thing *things = state->things[of->sort];
    const int64_t count = (int64_t)state->thing_count[of->sort];
    int64_t next = 0;
    bool keeps_gone = false;
    statement *find = sql(in->database, of->text);
    bind_int64(find, check->project);
    while (sql_row(find)) {
        const int64_t id = column_int64(find, 0);
        keeps_gone = !column_is_null(find, 5);
        for (; next < id && next < count; next++)
            if (things[next].known && (keeps_gone || !things[next].gone))
                report_gone(check, of, next, false);
        next = id + 1;
        if (id < 0 || id >= count || !things[id].known || (!keeps_gone && things[id].gone))
            report_gone(check, of, id, true);
        else
            compare_thing(check, of, find, &things[id]);
    }
    for (; next < count; next++)
        if (things[next].known && (keeps_gone || !things[next].gone))
            report_gone(check, of, next, false);
    return sql_end(find, error);
}

static annoproj_status check_all_things(scope *in, checking *check, const replay *state, const kept_things *all,
                                        size_t count, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = check_things(in, check, state, &all[i], error);
    return status;
}

annoproj_status check_project_facts(scope *in, checking *check, annoproj_error **error) {
    const replay *state = check->state;
    static const counted tasks_by_pathway = {
        "counter", "tasks of a pathway",
        "SELECT stage, sum(kept), sum(there) FROM (SELECT stage, position, count AS kept, 0 AS there FROM router_count"
        " WHERE stage > ?1 << 32 AND stage < (?1 + 1) << 32 UNION ALL SELECT t.stage, t.position, 0, 1"
        " FROM router_task t JOIN stage s ON s.id = t.stage AND s.epoch = t.epoch"
        " WHERE t.stage > ?1 << 32 AND t.stage < (?1 + 1) << 32) GROUP BY stage, position HAVING sum(kept) <> "
        "sum(there)"};
    static const kept_things things[] = {
        {THING_ATTACHED, "dataset", "number in the project",
         "SELECT dataset, NULL, NULL, NULL, number, 1 - attached FROM project_dataset WHERE project = ? ORDER BY "
         "dataset"},
        {THING_ON, "tag", "",
         "SELECT tag, NULL, NULL, NULL, NULL, NULL FROM project_tag WHERE project = ? ORDER BY tag"},
        {THING_VERSION, "label_version", "",
         "SELECT id & 0xffffffff, created_us, creator, NULL, NULL, NULL FROM label_version WHERE id > ?1 << 32"
         " AND id < (?1 + 1) << 32 AND branch = 0 ORDER BY id"}};
    annoproj_status status = check_project_row(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_project_settings(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_numbers(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_collaborators(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_all_things(in, check, state, things, sizeof things / sizeof *things, error);
    return status == ANNOPROJ_OK ? check_counted(in, check, &tasks_by_pathway, error) : status;
}

annoproj_status check_store_facts(scope *in, checking *check, annoproj_error **error) {
    const replay *state = check->state;
    static const counted counts[] = {
        {"dataset", "data units that there are",
         "SELECT id, kept, there FROM (SELECT d.id, d.data_units AS kept, (SELECT count(*) FROM data_unit u"
         " WHERE u.id > d.id << 32 AND u.id < (d.id + 1) << 32) AS there FROM dataset d) WHERE kept <> there"},
        {"ontology", "features",
         "SELECT id, kept, there FROM (SELECT o.id, o.features AS kept, (SELECT coalesce(max(f.number), 0) FROM "
         "feature f"
         " WHERE f.ontology = o.id) AS there FROM ontology o) WHERE kept <> there"}};
    static const kept_things things[] = {
        {THING_DATASET, "dataset", "data units",
         "SELECT id, created_us, creator, NULL, data_units, NULL FROM dataset WHERE ?1 = 0 ORDER BY id"},
        {THING_ONTOLOGY, "ontology", "",
         "SELECT id, created_us, creator, edited_us, NULL, NULL FROM ontology WHERE ?1 = 0 ORDER BY id"},
        {THING_TAG, "tag", "kind",
         "SELECT id, created_us, NULL, NULL, kind, deleted FROM tag WHERE ?1 = 0 ORDER BY id"},
        {THING_TEMPLATE, "workflow_template", "",
         "SELECT id, created_us, creator, edited_us, NULL, NULL FROM workflow_template WHERE ?1 = 0 ORDER BY id"}};
    annoproj_status status = check_users(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_store_settings(in, check, state, error);
    if (status == ANNOPROJ_OK)
        status = check_all_things(in, check, state, things, sizeof things / sizeof *things, error);
    for (size_t i = 0; i < sizeof counts / sizeof *counts && status == ANNOPROJ_OK; i++)
        status = check_counted(in, check, &counts[i], error);
    return status;
}
