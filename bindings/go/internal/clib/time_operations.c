/* Reported time. */
#include "failure.h"
#include "lapse.h"
#include "task.h"
#include "handle_call.h"

#define CLOCK_TOLERANCE_US INT64_C(5000000)

typedef struct time_report {
    const int64_t *starts, *durations;
    size_t count;
    int64_t heartbeat_us; /* heartbeats: 0 = now */
} time_report;

/* The host has no time; a report lies between the project's window and now. */
static annoproj_status check_interval(const scope *in, int64_t start, int64_t duration, annoproj_error **error) {
    if (in->user == 0)
        return fail(error, ANNOPROJ_INVALID, "time is not for the host: open a session for the user who worked");
    if (duration < 0 || duration > INT64_MAX / 4 || start < 0 || start > INT64_MAX / 4)
        return fail(error, ANNOPROJ_INVALID, "interval of %lld us from %lld us is no time", (long long)duration,
                    (long long)start);
    const int64_t end = start + duration;
    if (end > in->now_us + CLOCK_TOLERANCE_US)
        return fail(error, ANNOPROJ_INVALID,
                    "interval ends at %lld us, later than now (%lld us) and 5 s: correct the clock", (long long)end,
                    (long long)in->now_us);
    if (start < in->now_us - in->project.time_window_us)
        return fail(error, ANNOPROJ_INVALID,
                    "interval begins at %lld us, more than %lld us ago: that is the project's time_window_us",
                    (long long)start, (long long)in->project.time_window_us);
    return ANNOPROJ_OK;
}

static annoproj_status report_intervals(command *cmd, void *arguments, annoproj_error **error) {
    const time_report *report = arguments;
    int64_t recorded = 0, from = INT64_MAX, until = 0;
    annoproj_status status = ANNOPROJ_OK;
    if (cmd->scope.user == 0)
        status = check_interval(&cmd->scope, 0, 0, error);
    for (size_t i = 0; i < report->count && status == ANNOPROJ_OK; i++) {
        status = check_interval(&cmd->scope, report->starts[i], report->durations[i], error);
        if (status == ANNOPROJ_OK)
            status = time_record(cmd, &cmd->scope.task, report->starts[i], report->durations[i], &recorded, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(cmd->scope.bounds, error);
        const int64_t start = report->starts[i], end = start + report->durations[i];
        from = start < from ? start : from;
        until = end > until ? end : until;
    }
    if (status == ANNOPROJ_OK && report->count > 0)
        status = lapse_worked(cmd, &cmd->scope.task, from, until, error);
    command_result_int64(cmd, recorded);
    return status;
}

static annoproj_status report_heartbeat(command *cmd, void *arguments, annoproj_error **error) {
    const time_report *report = arguments;
    int64_t at = report->heartbeat_us != 0 ? report->heartbeat_us : cmd->scope.now_us, start = 0, duration = 0,
            recorded = 0;
    annoproj_status status = check_interval(&cmd->scope, at, 0, error);
    if (status == ANNOPROJ_OK)
        status = time_heartbeat(cmd, &cmd->scope.task, at, &start, &duration, error);
    if (status == ANNOPROJ_OK)
        status = time_record(cmd, &cmd->scope.task, start, duration, &recorded, error);
    if (status == ANNOPROJ_OK)
        status = lapse_worked(cmd, &cmd->scope.task, at, at, error);
    command_result_int64(cmd, recorded);
    return status;
}

static annoproj_status report_time(annoproj_task *task, time_report *report, uint64_t print, write_fn run,
                                   const annoproj_call *call, int64_t *recorded_us, annoproj_error **error) {
    bytes result = {0};
    handle_call what = {.operation = ANNOPROJ_OPERATION_TIME_REPORT, .arguments = report, .fingerprint = print};
    annoproj_status status = task_write(task, &what, run, call, &result, error);
    if (status == ANNOPROJ_OK)
        *recorded_us = result_int64(&result, 0);
    bytes_release(&result);
    return status;
}

annoproj_status annoproj_task_report_time(annoproj_task *task, const int64_t *starts_us, const int64_t *durations_us,
                                          size_t count, const annoproj_call *call, int64_t *recorded_us,
                                          annoproj_error **error) {
    time_report report = {.starts = starts_us, .durations = durations_us, .count = count};
    if (!result_place(recorded_us, sizeof *recorded_us, "recorded_us", error))
        return ANNOPROJ_INVALID;
    if (count > 0 && (!starts_us || !durations_us))
        return fail(error, ANNOPROJ_INVALID, "starts_us or durations_us is NULL but count is %zu", count);
    uint64_t print = fingerprint_bytes(fingerprint_text(0, "task_report_time"), starts_us, count * sizeof *starts_us);
    print = fingerprint_bytes(print, durations_us, count * sizeof *durations_us);
    return report_time(task, &report, print, report_intervals, call, recorded_us, error);
}

annoproj_status annoproj_task_heartbeat(annoproj_task *task, int64_t at_us, const annoproj_call *call,
                                        int64_t *recorded_us, annoproj_error **error) {
    time_report report = {.heartbeat_us = at_us};
    if (!result_place(recorded_us, sizeof *recorded_us, "recorded_us", error))
        return ANNOPROJ_INVALID;
    uint64_t print = fingerprint_int64(fingerprint_text(0, "task_heartbeat"), at_us);
    return report_time(task, &report, print, report_heartbeat, call, recorded_us, error);
}
