/* Publishing: at an action, what a task's labels are is compared with what was published, and the net change becomes
 * events (behaviour §12). */
#include <string.h>

#include "failure.h"
#include "answers.h"
#include "node_ranges.h"
#include "project.h"
#include "published.h"

typedef struct publishing {
    command *cmd;
    const task_facts *task;
    publish_action action;
    bool unit_known;             /* the following are; they are not asked for where there are no labels */
    bool counts, media;          /* of the data unit's type */
    bool overview;               /* the overview figure counts it */
    const label_origin *origins; /* of a task in consensus, by label */
    size_t origin_count;
    published *before;
    size_t count;
    int64_t newly_counted;
} publishing;

/* What an action's events are, by what is told; 0 = nothing. What no report counts is told silently, so that a replay knows it. */
static int32_t kind_for(publish_action action, int32_t kind) {
    static const struct {
        int32_t kind, silent, branch, main;
    } kinds[] = {
        {EVENT_LABEL_CREATE, EVENT_LABEL_SILENTLY_PUBLISHED, EVENT_BRANCH_LABEL_CREATE, EVENT_MAIN_LABEL_CREATE},
        {EVENT_LABEL_EDIT, EVENT_LABEL_SILENTLY_PUBLISHED, EVENT_BRANCH_LABEL_EDIT, EVENT_MAIN_LABEL_EDIT},
        {EVENT_LABEL_DELETE, EVENT_LABEL_SILENTLY_GONE, EVENT_BRANCH_LABEL_DELETE, EVENT_MAIN_LABEL_DELETE},
        {EVENT_LABEL_FRAMES_CREATE, 0, EVENT_BRANCH_LABEL_FRAMES_CREATE, EVENT_MAIN_LABEL_FRAMES_CREATE},
        {EVENT_LABEL_FRAMES_DELETE, 0, EVENT_BRANCH_LABEL_FRAMES_DELETE, EVENT_MAIN_LABEL_FRAMES_DELETE},
        {EVENT_LABEL_SUBMIT, 0, EVENT_BRANCH_LABEL_SUBMIT, EVENT_MAIN_LABEL_SUBMIT},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (kinds[i].kind == kind)
            return action == PUBLISH_SILENT   ? kinds[i].silent
                   : action == PUBLISH_BRANCH ? kinds[i].branch
                   : action == PUBLISH_MAIN   ? kinds[i].main
                                              : kind;
    }
    return kind;
}

static bool is_submit(publish_action action) {
    return action == PUBLISH_SUBMIT || action == PUBLISH_BRANCH || action == PUBLISH_MAIN;
}

/* Whose the change of a label is; of one in consensus the annotator it comes from. */
static int64_t annotator_of(const publishing *run, int64_t which) {
    size_t low = 0, high = run->origin_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (run->origins[middle].label < which)
            low = middle + 1;
        else
            high = middle;
    }
    return low < run->origin_count && run->origins[low].label == which ? run->origins[low].annotator
                                                                       : run->cmd->scope.user;
}

static int64_t actor_of(const publishing *run, const label *one) {
    const int64_t annotator = annotator_of(run, one->number);
    return annotator == 0 ? EVENT_BY_HOST : annotator;
}

static void emit(publishing *run, int32_t kind, const label *one, int64_t frames) {
    kind = kind_for(run->counts ? run->action : PUBLISH_SILENT, kind);
    if (kind == 0)
        return;
    command_event(run->cmd, &(event){.kind = kind,
                                     .actor = actor_of(run, one),
                                     .task = NUMBER_OF(run->task->id),
                                     .stage = run->task->stage.number,
                                     .class = one->class,
                                     .frames = frames,
                                     .reference = one->number});
}

/* The options a new label holds. */
static annoproj_status emit_first_answers(publishing *run, const label *one, int64_t frames, annoproj_error **error) {
    if (!run->counts || run->action == PUBLISH_SILENT || run->action == PUBLISH_BRANCH)
        return ANNOPROJ_OK;
    return label_answer_events(run->cmd,
                               &(event){.kind = EVENT_ANSWER_CREATE,
                                        .actor = actor_of(run, one),
                                        .task = NUMBER_OF(run->task->id),
                                        .stage = run->task->stage.number,
                                        .class = one->class,
                                        .frames = frames,
                                        .reference = one->number},
                               one->answers, one->answers_length, run->media, error);
}

/* The frame sets an edit is told by. */
typedef struct edit_sets {
    frame_ranges now, was, ever, common, changed, fresh, back, gone, whole;
} edit_sets;

static void release_sets(edit_sets *sets) {
    frame_ranges *all[] = {&sets->now,   &sets->was,  &sets->ever, &sets->common, &sets->changed,
                           &sets->fresh, &sets->back, &sets->gone, &sets->whole};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        frame_ranges_release(all[i]);
}

static annoproj_status compute_sets(const publishing *run, const label *one, const published *row, edit_sets *sets,
                                    annoproj_error **error) {
    frame_ranges added = {0};
    annoproj_status status = label_frames(one->ranges, one->ranges_length, run->media, &sets->now, error);
    if (status == ANNOPROJ_OK && row->live)
        status = label_frames(row->frames, row->frames_length, run->media, &sets->was, error);
    if (status == ANNOPROJ_OK)
        status = label_frames(row->frames_ever, row->frames_ever_length, run->media, &sets->ever, error);
    if (status != ANNOPROJ_OK)
        return status;
    frame_ranges_intersection(&sets->now, &sets->was, &sets->common);
    frame_ranges_difference(&sets->now, &sets->ever, &sets->fresh);
    frame_ranges_difference(&sets->was, &sets->now, &sets->gone);
    frame_ranges_difference(&sets->now, &sets->was, &added);
    frame_ranges_intersection(&added, &sets->ever, &sets->back);
    frame_ranges_union(&sets->ever, &sets->now, &sets->whole);
    frame_ranges_release(&added);
    if (one->class != row->class || run->media) { /* on audio and text a label is on one frame, wherever it changed */
        for (size_t i = 0; i < sets->common.count; i++)
            frame_ranges_add(&sets->changed, sets->common.ranges[i].first, sets->common.ranges[i].last);
    } else {
        status = answers_changed_frames(row->answers, row->answers_length, one->answers, one->answers_length,
                                        &sets->common, &sets->changed, error);
    }
    if (status == ANNOPROJ_OK && (sets->common.failed || sets->fresh.failed || sets->gone.failed || sets->back.failed ||
                                  sets->whole.failed || sets->changed.failed))
        status = fail_memory(error);
    return status;
}

static annoproj_status keep_ranges(scope *in, const frame_ranges *set, const uint8_t **data, size_t *length,
                                   annoproj_error **error) {
    bytes encoded = {0};
    frame_ranges_encode(set, &encoded);
    uint8_t *copy = encoded.failed ? NULL : arena_allocate(in->memory, encoded.length + 1);
    if (copy && encoded.length > 0)
        memcpy(copy, encoded.data, encoded.length);
    *data = copy;
    *length = encoded.length;
    bytes_release(&encoded);
    return copy ? ANNOPROJ_OK : fail_memory(error);
}

/* A label that was published: edited when class, answers or frames differ, or when it comes back after its deletion. */
static annoproj_status publish_again(publishing *run, const label *one, published *row, annoproj_error **error) {
    edit_sets sets = {0};
    scope *in = &run->cmd->scope;
    const int64_t nodes = node_ranges_print(one->nodes, one->nodes_length);
    if (row->live && one->class == row->class && nodes == row->nodes &&
        same_bytes(one->answers, one->answers_length, row->answers, row->answers_length) &&
        same_bytes(one->ranges, one->ranges_length, row->frames, row->frames_length))
        return ANNOPROJ_OK; /* geometry alone is no edit */
    annoproj_status status = compute_sets(run, one, row, &sets, error);
    if (status != ANNOPROJ_OK)
        goto done;
    emit(run, EVENT_LABEL_EDIT, one, frame_ranges_frames(&sets.changed) + frame_ranges_frames(&sets.back));
    if (sets.fresh.count > 0)
        emit(run, EVENT_LABEL_FRAMES_CREATE, one, frame_ranges_frames(&sets.fresh));
    if (sets.gone.count > 0)
        emit(run, EVENT_LABEL_FRAMES_DELETE, one, frame_ranges_frames(&sets.gone));
    row->class = one->class;
    row->live = row->changed = true;
    row->answers = one->answers;
    row->answers_length = one->answers_length;
    row->frames = one->ranges;
    row->frames_length = one->ranges_length;
    row->nodes = nodes;
    status = keep_ranges(in, &sets.whole, &row->frames_ever, &row->frames_ever_length, error);
done:
    release_sets(&sets);
    return status;
}

static annoproj_status publish_first(publishing *run, const label *one, published *row, annoproj_error **error) {
    frame_ranges frames = {0};
    annoproj_status status = label_frames(one->ranges, one->ranges_length, run->media, &frames, error);
    *row = (published){.label = one->number, .class = one->class, .live = true, .changed = true};
    memcpy(row->hash, one->hash, sizeof row->hash);
    row->answers = one->answers;
    row->answers_length = one->answers_length;
    if (status == ANNOPROJ_OK) {
        emit(run, EVENT_LABEL_CREATE, one, frame_ranges_frames(&frames));
        status = emit_first_answers(run, one, frame_ranges_frames(&frames), error);
    }
    if (status == ANNOPROJ_OK)
        status = keep_ranges(&run->cmd->scope, &frames, &row->frames_ever, &row->frames_ever_length, error);
    row->frames = one->ranges;
    row->frames_length = one->ranges_length;
    row->nodes = node_ranges_print(one->nodes, one->nodes_length);
    frame_ranges_release(&frames);
    return status;
}

/* A submit counts every live label, and the first submit of a label counts it for the overview: in consensus when the
 * label is the task's, not a branch's. */
static annoproj_status submit_label(publishing *run, const label *one, published *row, annoproj_error **error) {
    frame_ranges frames = {0};
    const int64_t submitter = annotator_of(run, one->number);
    annoproj_status status = label_frames(one->ranges, one->ranges_length, run->media, &frames, error);
    if (status == ANNOPROJ_OK)
        emit(run, EVENT_LABEL_SUBMIT, one, frame_ranges_frames(&frames));
    frame_ranges_release(&frames);
    if (!row->submitted && run->overview && run->action != PUBLISH_BRANCH) {
        run->newly_counted++;
        command_event(run->cmd, &(event){.kind = EVENT_LABEL_COUNTED,
                                         .actor = actor_of(run, one),
                                         .task = NUMBER_OF(run->task->id),
                                         .stage = run->task->stage.number,
                                         .class = one->class,
                                         .reference = one->number});
    }
    row->changed = row->changed || !row->submitted || !row->at_last_submit || row->submitter != submitter;
    row->submitted = row->at_last_submit = true;
    row->submitter = submitter;
    return status;
}

/* Text and HTML are not part of the overview figure, audio (behaviour §4) and time series are. */
static annoproj_status know_unit(publishing *run, annoproj_error **error) {
    data_unit unit;
    if (run->unit_known)
        return ANNOPROJ_OK;
    run->unit_known = true;
    annoproj_status status = data_unit_load(&run->cmd->scope, run->task->data_unit, &unit, error);
    run->overview = status == ANNOPROJ_OK && unit.data_type != ANNOPROJ_DATA_PLAIN_TEXT;
    run->media = status == ANNOPROJ_OK && label_unit_is_media(&unit);
    run->counts = !run->media || run->cmd->scope.project.count_text_and_audio;
    return status;
}

static annoproj_status publish_live(void *data, const label *one, annoproj_error **error) {
    publishing *run = data;
    published first;
    published *row = published_find(run->before, run->count, one->number);
    annoproj_status status = know_unit(run, error);
    if (status != ANNOPROJ_OK)
        return status;
    if (row) {
        row->seen = true;
        status = publish_again(run, one, row, error);
    } else {
        row = &first;
        status = publish_first(run, one, row, error);
    }
    if (status == ANNOPROJ_OK && is_submit(run->action))
        status = submit_label(run, one, row, error);
    if (status == ANNOPROJ_OK && row->changed)
        status = published_put(run->cmd, run->task->id, row, error);
    row->changed = false; /* what it borrowed of the label's row goes now */
    return status;
}

/* Labels that were published and are gone; what is not live at a submit was not part of it. */
static annoproj_status publish_gone(publishing *run, annoproj_error **error) {
    frame_ranges frames = {0};
    annoproj_status status = run->count > 0 ? know_unit(run, error) : ANNOPROJ_OK;
    for (size_t i = 0; i < run->count && status == ANNOPROJ_OK; i++) {
        published *row = &run->before[i];
        bool leaves_submit = is_submit(run->action) && row->at_last_submit;
        if (row->seen || (!row->live && !leaves_submit))
            continue;
        if (row->live) {
            const label gone = {.number = row->label, .class = row->class};
            status = label_frames(row->frames, row->frames_length, run->media, &frames, error);
            emit(run, EVENT_LABEL_DELETE, &gone, frame_ranges_frames(&frames));
        }
        row->live = false;
        row->at_last_submit = row->at_last_submit && !leaves_submit;
        if (status == ANNOPROJ_OK)
            status = published_put(run->cmd, run->task->id, row, error);
    }
    frame_ranges_release(&frames);
    return status;
}

static annoproj_status publish(publishing *run, annoproj_error **error) {
    command *cmd = run->cmd;
    const task_facts *task = run->task;
    annoproj_status status = published_load(&cmd->scope, task->id, &run->before, &run->count, error);
    if (status == ANNOPROJ_OK)
        status = label_each(&cmd->scope, task->id, publish_live, run, error);
    if (status == ANNOPROJ_OK)
        status = publish_gone(run, error);
    if (status == ANNOPROJ_OK)
        status = project_add_counts(cmd, PROJECT_OF(task->id), 0, 0, run->newly_counted, error);
    return status;
}

annoproj_status label_publish(command *cmd, const task_facts *task, publish_action action, annoproj_error **error) {
    publishing run = {.cmd = cmd, .task = task, .action = action};
    return label_never_written(task) ? ANNOPROJ_OK : publish(&run, error);
}

annoproj_status label_publish_main(command *cmd, const task_facts *task, const label_origin *origins, size_t count,
                                   annoproj_error **error) {
    publishing run = {.cmd = cmd, .task = task, .action = PUBLISH_MAIN, .origins = origins, .origin_count = count};
    return publish(&run, error);
}
