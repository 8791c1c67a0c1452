/* Whether the stages of a project, with their edges, pathways and members, are those of its workflow document. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "failure.h"
#include "workflow_document.h"

typedef struct compared_workflow {
    scope *in;
    checking *check;
    workflow_plan plan;
    int64_t ids[WORKFLOW_STAGES]; /* of the plan's stages; 0 = there is no such stage */
} compared_workflow;

static void report(const compared_workflow *of, int64_t stage, const char *what, const char *found, bool no_found,
                   const char *expected, bool no_expected) {
    char found_text[192], expected_text[192];
    snprintf(found_text, sizeof found_text, "%s %s", what, no_found ? "none" : QUOTED(found));
    snprintf(expected_text, sizeof expected_text, "%s %s", what, no_expected ? "none" : QUOTED(expected));
    check_report(of->check, "stage", stage, found_text, expected_text);
}

/* NULL = none. */
static void compare_text(const compared_workflow *of, int64_t stage, const char *what, const char *found,
                         const char *expected) {
    if ((found == NULL) != (expected == NULL) || (found && strcmp(found, expected) != 0))
        report(of, stage, what, found ? found : "", found == NULL, expected ? expected : "", expected == NULL);
}

/* --- stages ------------------------------------------------------------------------------------------------------- */

static void compare_stage(const compared_workflow *of, statement *find, size_t index) {
    const document_stage *stage = &of->plan.stages[index];
    const struct {
        const char *what;
        int64_t expected;
    } columns[] = {{"position", (int64_t)index},
                   {"type", stage->type},
                   {"members listed", stage->members_listed},
                   {"hides unassigned", stage->hide_unassigned},
                   {"allows reassessment", stage->allow_reassessment},
                   {"requires complete labels", stage->require_complete_labels},
                   {"reviewer is not the submitter", stage->reviewer_not_submitter},
                   {"strict review", stage->strict_review},
                   {"reassigns rejected", stage->reassign_rejected},
                   {"archive", stage->archive},
                   {"webhook", stage->webhook},
                   {"time to live", stage->assignment_ttl * 1000000},
                   {"annotators", stage->annotators},
                   {"consensus", stage->consensus},
                   {"start", (int32_t)index == of->plan.start_index}};
    const int64_t id = column_int64(find, 0);
    for (int i = 0; i < (int)(sizeof columns / sizeof *columns); i++)
        check_compare(of->check, "stage", id, columns[i].what, column_int64(find, i + 1), columns[i].expected);
    compare_text(of, id, "title", column_text(find, 17), stage->title);
}

/* Finds the stages of the document by their keys, each once; what is not in it is nothing but the past. */
static annoproj_status check_stages(compared_workflow *of, annoproj_error **error) {
    static const char query[] =
        "SELECT id, position, type, members_listed, hide_unassigned, allow_reassessment, require_complete_labels,"
        " reviewer_not_submitter, strict_review, reassign_rejected, archive, webhook, assignment_ttl_us, annotators,"
        " consensus, start, key, title FROM stage WHERE id > ?1 << 32 AND id < (?1 + 1) << 32 AND NOT removed";
    statement *find = sql(of->in->database, query);
    bind_int64(find, of->check->project);
    while (sql_row(find)) {
        const int64_t id = column_int64(find, 0);
        size_t index = 0;
        while (index < of->plan.count && strcmp(of->plan.stages[index].key, column_text(find, 16)) != 0)
            index++;
        if (index == of->plan.count || of->ids[index] != 0) {
            report(of, id, "key", column_text(find, 16), false, "", true);
            continue;
        }
        of->ids[index] = id;
        compare_stage(of, find, index);
    }
    annoproj_status status = sql_end(find, error);
    for (size_t i = 0; i < of->plan.count && status == ANNOPROJ_OK; i++)
        if (of->ids[i] == 0)
            report(of, 0, "key", "", true, of->plan.stages[i].key, false);
    return status;
}

/* --- where tasks go ----------------------------------------------------------------------------------------------- */

static annoproj_status check_edges(const compared_workflow *of, size_t index, annoproj_error **error) {
    static const char query[] = "SELECT name, target FROM stage_edge WHERE stage = ? ORDER BY name";
    const document_stage *stage = &of->plan.stages[index];
    int64_t found = 0, expected = 0;
    statement *find = sql(of->in->database, query);
    bind_int64(find, of->ids[index]);
    while (sql_row(find)) {
        int32_t edge = 0;
        while (edge < EDGE_COUNT && strcmp(edge_name_text(edge), column_text(find, 0)) != 0)
            edge++;
        found++;
        if (edge == EDGE_COUNT || stage->target[edge] < 0)
            report(of, of->ids[index], "edge", column_text(find, 0), false, "", true);
        else
            check_compare(of->check, "stage", of->ids[index], edge_name_text(edge), column_int64(find, 1),
                          of->ids[stage->target[edge]]);
    }
    for (int32_t edge = 0; edge < EDGE_COUNT; edge++)
        expected += stage->target[edge] >= 0;
    check_compare(of->check, "stage", of->ids[index], "edges", found, expected);
    return sql_end(find, error);
}

static annoproj_status check_pathways(const compared_workflow *of, size_t index, annoproj_error **error) {
    static const char query[] =
        "SELECT position, key, title, target, share, rule FROM stage_pathway WHERE stage = ? ORDER BY position";
    const document_stage *stage = &of->plan.stages[index];
    const int64_t id = of->ids[index];
    size_t count = 0;
    statement *find = sql(of->in->database, query);
    bind_int64(find, id);
    for (; sql_row(find); count++) {
        if (count >= stage->pathway_count)
            continue;
        const document_pathway *path = &stage->pathways[count];
        check_compare(of->check, "stage", id, "position of a pathway", column_int64(find, 0), (int64_t)count);
        compare_text(of, id, "key of a pathway", column_text(find, 1), path->key);
        compare_text(of, id, "title of a pathway", column_text(find, 2), path->title);
        check_compare(of->check, "stage", id, "target of a pathway", column_int64(find, 3), of->ids[path->target]);
        check_compare(of->check, "stage", id, "share of a pathway", column_int64(find, 4), path->share);
        compare_text(of, id, "rule of a pathway", column_is_null(find, 5) ? NULL : column_text(find, 5), path->rule);
    }
    check_compare(of->check, "stage", id, "pathways", (int64_t)count, (int64_t)stage->pathway_count);
    return sql_end(find, error);
}

/* --- who works there ---------------------------------------------------------------------------------------------- */

/* Whether the stage has the user that the e-mail names, on that pathway (-1 = as a member). Who is not there any more under that name
 * is no difference that can be told from one in the document. */
static annoproj_status check_person(const compared_workflow *of, int64_t stage, const char *email, int64_t position,
                                    annoproj_error **error) {
    static const char members[] = "SELECT u.id, m.user IS NOT NULL, -1 FROM user u"
                                  " LEFT JOIN stage_member m ON m.stage = ?1 AND m.user = u.id WHERE u.email = ?2";
    static const char routed[] = "SELECT u.id, r.user IS NOT NULL, r.position FROM user u"
                                 " LEFT JOIN router_user r ON r.stage = ?1 AND r.user = u.id WHERE u.email = ?2";
    statement *find = sql(of->in->database, position < 0 ? members : routed);
    bind_int64(find, stage);
    bind_text(find, email);
    if (!sql_row(find) || column_int64(find, 1) == 0)
        report(of, stage, position < 0 ? "member" : "user of a pathway", "", true, email, false);
    else
        check_compare(of->check, "stage", stage, "pathway of a user", column_int64(find, 2), position);
    return sql_end(find, error);
}

static annoproj_status count_people(const compared_workflow *of, int64_t stage, const char *what, const char *query,
                                    size_t expected, annoproj_error **error) {
    statement *find = sql(of->in->database, query);
    bind_int64(find, stage);
    if (sql_row(find))
        check_compare(of->check, "stage", stage, what, column_int64(find, 0), (int64_t)expected);
    return sql_end(find, error);
}

static annoproj_status check_people(const compared_workflow *of, size_t index, annoproj_error **error) {
    static const char members[] = "SELECT count(*) FROM stage_member WHERE stage = ?";
    static const char routed[] = "SELECT count(*) FROM router_user WHERE stage = ?";
    const document_stage *stage = &of->plan.stages[index];
    const int64_t id = of->ids[index];
    size_t users = 0;
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < stage->member_count && status == ANNOPROJ_OK; i++)
        status = check_person(of, id, stage->members[i], -1, error);
    for (size_t i = 0; i < stage->pathway_count; i++) {
        const document_pathway *path = &stage->pathways[i];
        users += path->user_count;
        for (size_t k = 0; k < path->user_count && status == ANNOPROJ_OK; k++)
            status = check_person(of, id, path->users[k], (int64_t)i, error);
    }
    if (status == ANNOPROJ_OK)
        status = count_people(of, id, "members", members, stage->member_count, error);
    return status == ANNOPROJ_OK ? count_people(of, id, "users of pathways", routed, users, error) : status;
}

/* --- all of it ---------------------------------------------------------------------------------------------------- */

static annoproj_status compare_plan(compared_workflow *of, annoproj_error **error) {
    annoproj_status status = check_stages(of, error);
    for (size_t i = 0; i < of->plan.count && status == ANNOPROJ_OK; i++) {
        if (of->ids[i] == 0)
            continue;
        status = check_edges(of, i, error);
        if (status == ANNOPROJ_OK)
            status = check_pathways(of, i, error);
        if (status == ANNOPROJ_OK)
            status = check_people(of, i, error);
    }
    return status;
}

annoproj_status check_workflow(scope *in, checking *check, annoproj_error **error) {
    compared_workflow of = {.in = in, .check = check};
    text json = {0};
    annoproj_status status = workflow_document(in, check->project, &json, error);
    if (status == ANNOPROJ_OK)
        status = workflow_plan_read(&of.plan, json.data, json.length, error);
    if (status == ANNOPROJ_OK)
        status = compare_plan(&of, error);
    else if (status == ANNOPROJ_DATA || status == ANNOPROJ_NOT_FOUND) {
        drop_error(error);
        check_report(check, "stage", 0, "a workflow document that cannot be read", "one that was accepted");
        status = ANNOPROJ_OK;
    }
    workflow_plan_release(&of.plan);
    text_release(&json);
    return status;
}
