/* Before and after labels of a task are written. */
#include "label_writing.h"

#include "consensus.h"
#include "failure.h"
#include "label.h"
#include "task.h"

static annoproj_status may_write(const task_facts *task, const annoproj_label_write_options *options,
                                 annoproj_error **error) {
    if (task->stage.type == STAGE_DONE) {
        return fail(error, ANNOPROJ_STATE, "task %lld is in a done stage: its labels are not written there",
                    (long long)task->id);
    }
    if (!options->force && options->version != task->version) {
        fail(error, ANNOPROJ_CONFLICT,
             "the labels of task %lld are at version %lld, not %lld: read them again, or force the write",
             (long long)task->id, (long long)task->version, (long long)options->version);
        fail_detail(error, "version", "%lld", (long long)task->version);
        return ANNOPROJ_CONFLICT;
    }
    return ANNOPROJ_OK;
}

annoproj_status label_writing_begin(command *cmd, const annoproj_label_write_options *options, annoproj_error **error) {
    task_facts *task = &cmd->scope.task;
    annoproj_status status = may_write(task, options, error);
    if (status == ANNOPROJ_OK) {
        status = consensus_check_write(&cmd->scope, task, error);
    }
    return status == ANNOPROJ_OK ? task_take(cmd, task, error) : status;
}

annoproj_status label_writing_end(command *cmd, annoproj_error **error) {
    annoproj_status status = label_write_done(cmd, &cmd->scope.task, error);
    return status == ANNOPROJ_OK ? consensus_labels_written(cmd, &cmd->scope.task, error) : status;
}
