/* Counts of tasks by stage and assignee. */
#include "task_count.h"

annoproj_status task_count_add(command *cmd, int64_t stage, int64_t assignee, int64_t count, annoproj_error **error) {
    static const char text[] = "INSERT INTO task_count(stage, assignee, count) VALUES(?, ?, ?)"
                               " ON CONFLICT(stage, assignee) DO UPDATE SET count = count + excluded.count";
    statement *add = sql(cmd->scope.database, text);
    bind_int64(add, stage);
    bind_int64(add, assignee);
    bind_int64(add, count);
    return sql_run(add, error);
}

annoproj_status task_count_of(scope *in, int64_t stage, int64_t assignee, int64_t *count, annoproj_error **error) {
    static const char one_text[] = "SELECT count FROM task_count WHERE stage = ? AND assignee = ?";
    static const char all_text[] = "SELECT coalesce(sum(count), 0) FROM task_count WHERE stage = ?";
    statement *find = sql(in->database, assignee < 0 ? all_text : one_text);
    *count = 0;
    bind_int64(find, stage);
    if (assignee >= 0)
        bind_int64(find, assignee);
    if (sql_row(find))
        *count = column_int64(find, 0);
    return sql_end(find, error);
}
