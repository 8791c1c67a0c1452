/* Label reviews: one for each label and review stage (behaviour §9). */
#include <string.h>

#include "failure.h"
#include "label.h"

const char *review_state_name(int32_t state) {
    static const char *const names[] = {"", "new", "approved", "rejected", "resolved", "reopened"};
    return state > 0 && state <= REVIEW_REOPENED ? names[state] : "";
}

static bool is_decided(int32_t state) {
    return state == REVIEW_APPROVED || state == REVIEW_REJECTED;
}

typedef struct review {
    int64_t label, content, reviewer;
    int32_t state;
    struct review *next;
} review;

static annoproj_status put_review(command *cmd, int64_t task, int64_t stage, const review *one, int64_t entered,
                                  annoproj_error **error) {
    static const char query[] =
        "INSERT INTO label_review(task, label, stage, state, reviewer, content, entered) VALUES(?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT(task, label, stage) DO UPDATE SET state = excluded.state, reviewer = excluded.reviewer,"
        " content = excluded.content, entered = excluded.entered";
    statement *put = sql(cmd->scope.database, query);
    bind_int64(put, task);
    bind_int64(put, one->label);
    bind_int64(put, stage);
    bind_int64(put, one->state);
    bind_int64(put, one->reviewer);
    bind_int64(put, one->content);
    bind_int64(put, entered);
    return sql_run(put, error);
}

/* When a review was made or decided, so that what is later has a higher number: the next event's. The event of entering its stage is
 * there already, that of a move which approves comes behind. */
static annoproj_status entering(command *cmd, int64_t *entered, annoproj_error **error) {
    return command_next_seq(cmd, entered, error);
}

/* ---- entering a stage ---- */

static int32_t carried_over(int32_t before, bool changed) {
    switch (before) {
    case REVIEW_APPROVED: return changed ? REVIEW_NEW : REVIEW_APPROVED;
    case REVIEW_REJECTED:
    case REVIEW_RESOLVED: return before;
    default: return REVIEW_NEW;
    }
}

/* Content is read only where a review was approved: elsewhere nothing depends on it. */
static int64_t stored_fingerprint(statement *from) {
    label one = {.class = (int32_t)column_int64(from, 1),
                 .ranges = column_blob(from, 5),
                 .ranges_length = column_length(from, 5),
                 .geometry = column_blob(from, 6),
                 .geometry_length = column_length(from, 6),
                 .answers = column_blob(from, 7),
                 .answers_length = column_length(from, 7),
                 .nodes = column_blob(from, 8),
                 .nodes_length = column_length(from, 8)};
    return label_fingerprint(&one);
}

static annoproj_status gather_entering(scope *in, int64_t task, int64_t stage, review **list, annoproj_error **error) {
    static const char query[] =
        "SELECT l.number, l.class, r.state, r.reviewer, r.content, l.ranges, l.geometry, l.answers, l.nodes FROM"
        " label l"
        " LEFT JOIN label_review r ON r.task = l.task AND r.label = l.number AND r.stage = ?2 WHERE l.task = ?1";
    statement *find = sql(in->database, query);
    bool memory = true;
    bind_int64(find, task);
    bind_int64(find, stage);
    while (memory && sql_row(find)) {
        review *one = arena_allocate(in->memory, sizeof *one);
        if (!one) {
            memory = false;
            break;
        }
        int32_t before = (int32_t)column_int64(find, 2);
        one->label = column_int64(find, 0);
        one->content = column_int64(find, 4);
        bool changed = before == REVIEW_APPROVED && stored_fingerprint(find) != one->content;
        one->state = carried_over(before, changed);
        one->reviewer = one->state == before ? column_int64(find, 3) : 0;
        one->next = *list;
        *list = one;
    }
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !memory ? fail_memory(error) : status;
}

annoproj_status review_enter_stage(command *cmd, const task_facts *task, annoproj_error **error) {
    const int64_t stage = task->stage.id;
    review *list = NULL;
    int64_t entered = 0;
    if (label_never_written(task))
        return ANNOPROJ_OK;
    annoproj_status status = gather_entering(&cmd->scope, task->id, stage, &list, error);
    if (status == ANNOPROJ_OK && list) {
        status = entering(cmd, &entered, error);
    }
    for (const review *one = list; one && status == ANNOPROJ_OK; one = one->next) {
        status = put_review(cmd, task->id, stage, one, entered, error);
    }
    return status;
}

annoproj_status review_resolve_rejected(command *cmd, int64_t task, annoproj_error **error) {
    static const char query[] = "UPDATE label_review SET state = ?, reviewer = 0 WHERE task = ? AND state = ?";
    statement *update = sql(cmd->scope.database, query);
    bind_int64(update, REVIEW_RESOLVED);
    bind_int64(update, task);
    bind_int64(update, REVIEW_REJECTED);
    return sql_run(update, error);
}

annoproj_status review_approve_all(command *cmd, int64_t task, int64_t stage, annoproj_error **error) {
    static const char query[] =
        "INSERT OR REPLACE INTO label_review(task, label, stage, state, reviewer, content, entered)"
        " SELECT task, number, ?2, ?3, ?4, 0, ?5 FROM label WHERE task = ?1";
    int64_t entered = 0;
    annoproj_status status = entering(cmd, &entered, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    statement *put = sql(cmd->scope.database, query);
    bind_int64(put, task);
    bind_int64(put, stage);
    bind_int64(put, REVIEW_APPROVED);
    bind_int64(put, cmd->scope.user);
    bind_int64(put, entered + 1);
    return sql_run(put, error);
}

/* ---- one label ---- */

static annoproj_status label_content(scope *in, int64_t task, int64_t which, int32_t *class, int64_t *content,
                                     annoproj_error **error) {
    static const char query[] =
        "SELECT 0, class, 0, 0, 0, ranges, geometry, answers, nodes FROM label WHERE task = ? AND number = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, task);
    bind_int64(find, which);
    bool found = sql_row(find);
    *class = found ? (int32_t)column_int64(find, 1) : 0;
    *content = found ? stored_fingerprint(find) : 0;
    annoproj_status status = sql_end(find, error);
    if (status == ANNOPROJ_OK && !found) {
        status = fail(error, ANNOPROJ_NOT_FOUND, "task %lld has no label %lld", (long long)task, (long long)which);
    }
    return status;
}

annoproj_status review_label_written(command *cmd, const task_facts *task, const label *written,
                                     annoproj_error **error) {
    bool reviewer = cmd->scope.user != 0 && cmd->scope.user == task->assignee;
    review one = {.label = written->number,
                  .state = reviewer ? REVIEW_APPROVED : REVIEW_NEW,
                  .reviewer = reviewer ? cmd->scope.user : 0};
    int32_t class = 0;
    int64_t entered = 0;
    annoproj_status status = label_content(&cmd->scope, task->id, written->number, &class, &one.content, error);
    if (status == ANNOPROJ_OK) {
        status = entering(cmd, &entered, error);
    }
    return status == ANNOPROJ_OK ? put_review(cmd, task->id, task->stage.id, &one, entered, error) : status;
}

annoproj_status review_state_of(scope *in, int64_t task, int64_t stage, int64_t which, int32_t *state,
                                annoproj_error **error) {
    static const char query[] = "SELECT state FROM label_review WHERE task = ? AND label = ? AND stage = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, task);
    bind_int64(find, which);
    bind_int64(find, stage);
    *state = sql_row(find) ? (int32_t)column_int64(find, 0) : 0;
    return sql_end(find, error);
}

static annoproj_status set_state(command *cmd, int64_t task, int64_t stage, int64_t which, review_state state,
                                 int32_t *class, annoproj_error **error) {
    review one = {
        .label = which, .state = (int32_t)state, .reviewer = is_decided((int32_t)state) ? cmd->scope.user : 0};
    int64_t entered = 0;
    annoproj_status status = label_content(&cmd->scope, task, which, class, &one.content, error);
    if (status == ANNOPROJ_OK) {
        status = entering(cmd, &entered, error);
    }
    return status == ANNOPROJ_OK ? put_review(cmd, task, stage, &one, entered, error) : status;
}

annoproj_status review_decide(command *cmd, int64_t task, int64_t stage, const label *of, review_state state,
                              annoproj_error **error) {
    int32_t before = 0, class = 0;
    annoproj_status status = review_state_of(&cmd->scope, task, stage, of->number, &before, error);
    if (status != ANNOPROJ_OK || (before == (int32_t)state && is_decided(before))) {
        return status;
    }
    if (state == REVIEW_REOPENED && !is_decided(before)) {
        return fail(error, ANNOPROJ_STATE, "the review of label %s is %s: there is no decision to take back", of->hash,
                    before ? review_state_name(before) : "not there");
    }
    status = set_state(cmd, task, stage, of->number, state, &class, error);
    if (status == ANNOPROJ_OK) {
        command_event(cmd, &(event){.kind = state == REVIEW_APPROVED   ? EVENT_REVIEW_APPROVE
                                            : state == REVIEW_REJECTED ? EVENT_REVIEW_REJECT
                                                                       : EVENT_REVIEW_REOPEN,
                                    .task = NUMBER_OF(task),
                                    .stage = (int32_t)NUMBER_OF(stage),
                                    .class = class,
                                    .reference = of->number});
    }
    return status;
}

annoproj_status review_count(scope *in, int64_t task, int64_t stage, review_counts *out, annoproj_error **error) {
    static const char query[] =
        "SELECT l.hash, r.state FROM label l LEFT JOIN label_review r"
        " ON r.task = l.task AND r.label = l.number AND r.stage = ?2 WHERE l.task = ?1 ORDER BY l.number";
    statement *find = sql(in->database, query);
    bind_int64(find, task);
    bind_int64(find, stage);
    *out = (review_counts){0};
    while (sql_row(find)) {
        int32_t state = (int32_t)column_int64(find, 1);
        out->labels++;
        if (state == REVIEW_APPROVED) {
            out->approved++;
        } else {
            int64_t at = state == REVIEW_REJECTED ? out->rejected++ : out->undecided++;
            char(*hashes)[9] = state == REVIEW_REJECTED ? out->rejected_hashes : out->undecided_hashes;
            if (at < NAMED_LABELS && column_length(find, 0) < sizeof hashes[at]) {
                memcpy(hashes[at], column_text(find, 0), column_length(find, 0) + 1);
            }
        }
    }
    return sql_end(find, error);
}

/* ---- the task is actioned ---- */

typedef struct decided_label {
    int64_t number, credited, frames;
    int32_t class, state;
    const uint8_t *answers;
    size_t answers_length;
    struct decided_label *next;
} decided_label;

static annoproj_status read_decided(scope *in, statement *from, bool media, decided_label *one, frame_ranges *frames,
                                    annoproj_error **error) {
    one->number = column_int64(from, 0);
    one->class = (int32_t)column_int64(from, 1);
    one->state = (int32_t)column_int64(from, 3);
    one->credited = column_int64(from, 4);
    one->answers_length = column_length(from, 5);
    uint8_t *copy = arena_allocate(in->memory, one->answers_length + 1);
    if (!copy) {
        return fail_memory(error);
    }
    if (one->answers_length > 0) {
        memcpy(copy, column_blob(from, 5), one->answers_length);
    }
    one->answers = copy;
    annoproj_status status = label_frames(column_blob(from, 2), column_length(from, 2), media, frames, error);
    one->frames = frame_ranges_frames(frames);
    return status;
}

static annoproj_status gather_decided(scope *in, const task_facts *task, bool media, decided_label **list,
                                      annoproj_error **error) {
    static const char query[] =
        "SELECT l.number, l.class, l.ranges, r.state, CASE WHEN p.at_last_submit THEN p.submitter ELSE 0 END,"
        " l.answers FROM label l"
        " LEFT JOIN label_review r ON r.task = l.task AND r.label = l.number AND r.stage = ?2"
        " LEFT JOIN label_published p ON p.task = l.task AND p.label = l.number"
        " WHERE l.task = ?1 ORDER BY l.number";
    frame_ranges frames = {0};
    annoproj_status status = ANNOPROJ_OK;
    statement *find = sql(in->database, query);
    bind_int64(find, task->id);
    bind_int64(find, task->stage.id);
    while (status == ANNOPROJ_OK && sql_row(find)) {
        *list = arena_allocate(in->memory, sizeof **list);
        status = *list ? read_decided(in, find, media, *list, &frames, error) : fail_memory(error);
        list = *list ? &(*list)->next : list;
    }
    annoproj_status ended = sql_end(find, status == ANNOPROJ_OK ? error : NULL);
    frame_ranges_release(&frames);
    return status == ANNOPROJ_OK ? ended : status;
}

/* The options that count are those the label holds now (behaviour §12: "that held it then"). */
static annoproj_status append_decision(command *cmd, const task_facts *task, const decided_label *one, bool with_task,
                                       bool media, annoproj_error **error) {
    bool approved = one->state == REVIEW_APPROVED;
    event made = {.kind = approved ? EVENT_LABEL_APPROVE : EVENT_LABEL_REJECT,
                  .task = NUMBER_OF(task->id),
                  .stage = task->stage.number,
                  .class = one->class,
                  .reference = one->number,
                  .frames = one->frames,
                  .credited = one->credited,
                  .value = with_task};
    command_event(cmd, &made);
    made.kind = approved ? EVENT_ANSWER_APPROVE : EVENT_ANSWER_REJECT;
    made.value = 0;
    return label_answer_events(cmd, &made, one->answers, one->answers_length, media, error);
}

annoproj_status review_action(command *cmd, const task_facts *task, bool approve, bool decide, annoproj_error **error) {
    decided_label *list = NULL;
    bool counts = false, media = false;
    annoproj_status status = label_counts(&cmd->scope, task, &counts, &media, error);
    if (status == ANNOPROJ_OK) {
        status = gather_decided(&cmd->scope, task, media, &list, error);
    }
    for (decided_label *one = list; one && status == ANNOPROJ_OK; one = one->next) {
        int32_t class = 0;
        const bool with_task = decide && !is_decided(one->state);
        if (with_task) {
            one->state = approve ? REVIEW_APPROVED : REVIEW_REJECTED;
            status = set_state(cmd, task->id, task->stage.id, one->number, (review_state)one->state, &class, error);
        }
        if (status == ANNOPROJ_OK && is_decided(one->state) && counts) {
            status = append_decision(cmd, task, one, with_task, media, error);
        }
    }
    return status;
}
