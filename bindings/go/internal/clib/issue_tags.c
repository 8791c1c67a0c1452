/* Tags of issues (behaviour §10): chosen from the project's; past occurrences keep a tag that is no longer there. */
#include "failure.h"
#include "issue.h"
#include "project.h"

static bool is_wanted(const int64_t *tags, size_t count, int64_t tag) {
    for (size_t i = 0; i < count; i++)
        if (tags[i] == tag)
            return true;
    return false;
}

static annoproj_status take_off_others(command *cmd, const issue *one, const int64_t *tags, size_t count,
                                       annoproj_error **error) {
    static const char next[] = "SELECT min(tag) FROM issue_tag WHERE issue = ? AND tag > ?";
    static const char delete[] = "DELETE FROM issue_tag WHERE issue = ? AND tag = ?";
    annoproj_status status = ANNOPROJ_OK;
    for (int64_t tag = 0; status == ANNOPROJ_OK;) {
        statement *find = sql(cmd->scope.database, next);
        bind_int64(find, one->id);
        bind_int64(find, tag);
        tag = sql_row(find) ? column_int64(find, 0) : 0;
        status = sql_end(find, error);
        if (status != ANNOPROJ_OK || tag == 0)
            break;
        if (is_wanted(tags, count, tag))
            continue;
        statement *remove = sql(cmd->scope.database, delete);
        bind_int64(remove, one->id);
        bind_int64(remove, tag);
        status = sql_run(remove, error);
        if (status == ANNOPROJ_OK)
            status = issue_record(cmd, one, EVENT_ISSUE_UNTAG, tag, error);
    }
    return status;
}

static annoproj_status is_there(scope *in, const char *query, int64_t of, int64_t tag, bool *there,
                                annoproj_error **error) {
    statement *find = sql(in->database, query);
    bind_int64(find, of);
    bind_int64(find, tag);
    *there = sql_row(find);
    return sql_end(find, error);
}

static annoproj_status put_on(command *cmd, const issue *one, int64_t tag, annoproj_error **error) {
    static const char of_issue[] = "SELECT 1 FROM issue_tag WHERE issue = ? AND tag = ?";
    static const char of_project[] = "SELECT 1 FROM project_tag p JOIN tag t ON t.id = p.tag"
                                     " WHERE p.project = ? AND p.tag = ? AND t.kind = 1 /* TAG_OF_ISSUES */";
    static const char put[] = "INSERT INTO issue_tag(issue, tag) VALUES(?, ?)";
    const int64_t project = PROJECT_OF(one->id);
    bool there = false, known = false;
    annoproj_status status = is_there(&cmd->scope, of_issue, one->id, tag, &there, error);
    if (status != ANNOPROJ_OK || there)
        return status;
    status = is_there(&cmd->scope, of_project, project, tag, &known, error);
    if (status == ANNOPROJ_OK && !known)
        status = fail(error, ANNOPROJ_NOT_FOUND,
                      "project %lld has no issue tag %lld: an admin can add it to the project's", (long long)project,
                      (long long)tag);
    if (status != ANNOPROJ_OK)
        return status;
    statement *insert = sql(cmd->scope.database, put);
    bind_int64(insert, one->id);
    bind_int64(insert, tag);
    status = sql_run(insert, error);
    return status == ANNOPROJ_OK ? issue_record(cmd, one, EVENT_ISSUE_TAG, tag, error) : status;
}

annoproj_status issue_set_tags(command *cmd, const issue *one, const int64_t *tags, size_t count,
                               annoproj_error **error) {
    annoproj_status status = take_off_others(cmd, one, tags, count, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = put_on(cmd, one, tags[i], error);
    return status;
}

annoproj_status issue_add_tags(command *cmd, const issue *one, const int64_t *tags, size_t count,
                               annoproj_error **error) {
    static const char query[] = "SELECT count(*) FROM issue_tag WHERE issue = ?";
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++)
        status = put_on(cmd, one, tags[i], error);
    if (status != ANNOPROJ_OK || count == 0)
        return status;
    statement *find = sql(cmd->scope.database, query);
    bind_int64(find, one->id);
    const int64_t all = sql_row(find) ? column_int64(find, 0) : 0;
    status = sql_end(find, error);
    return status == ANNOPROJ_OK && all > ISSUE_TAGS_MOST
               ? fail(error, ANNOPROJ_LIMIT, "issue %lld would have %lld tags: an issue has at most %d",
                      (long long)one->id, (long long)all, ISSUE_TAGS_MOST)
               : status;
}
