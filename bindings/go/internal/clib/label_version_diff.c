/* Comparing label versions: parts by their hash, tasks by the hashes of their contents, and only then labels. */
#include "label_version_diff.h"

#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "failure.h"
#include "label_copy.h"
#include "node_ranges.h"

/* One of the two: a version, or now. */
typedef struct diff_side {
    const label_version *version; /* whose choices it has */
    bool now;
    version_part *parts; /* of a version */
    size_t part_count, next;
} diff_side;

typedef struct diff {
    scope *in;
    diff_side before, after;
    bool same_classes;
    int64_t only;            /* the task that a version of a branch has; 0 = all */
    int64_t from_task, last; /* position */
    label_change_fn found;
    void *data;
} diff;

/* --- one label ------------------------------------------------------------------------------------------------------ */

/* The sets of frames that a label had, has, and differs on. */
typedef struct change_frames {
    frame_ranges was, now, common, gained, lost, either, changed, all;
} change_frames;

static void release_frames(change_frames *sets) {
    frame_ranges *each[] = {&sets->was,  &sets->now,    &sets->common,  &sets->gained,
                            &sets->lost, &sets->either, &sets->changed, &sets->all};
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        frame_ranges_release(each[i]);
}

/* Where labels of HTML documents are. */
static bool same_nodes(const label *a, const label *b) {
    return node_ranges_print(a->nodes, a->nodes_length) == node_ranges_print(b->nodes, b->nodes_length);
}

/* What is different in a label that both have. */
static void name_changes(label_change *change) {
    const label *a = change->before, *b = change->after;
    change->class = a->class != b->class;
    change->answers = !same_bytes(a->answers, a->answers_length, b->answers, b->answers_length);
    change->frames = !same_bytes(a->ranges, a->ranges_length, b->ranges, b->ranges_length) || !same_nodes(a, b);
    change->details = a->manual != b->manual || a->confidence < b->confidence || a->confidence > b->confidence ||
                      a->creator != b->creator || a->created_us != b->created_us || a->editor != b->editor ||
                      a->edited_us != b->edited_us;
}

static void add_all(const frame_ranges *from, frame_ranges *to) {
    for (size_t i = 0; i < from->count; i++)
        frame_ranges_add(to, from->ranges[i].first, from->ranges[i].last);
}

static annoproj_status find_changed(label_change *change, change_frames *sets, annoproj_error **error) {
    const label *a = change->before, *b = change->after;
    frame_ranges redrawn = {0};
    annoproj_status status = answers_changed_frames(a->answers, a->answers_length, b->answers, b->answers_length,
                                                    &sets->common, &sets->changed, error);
    if (status == ANNOPROJ_OK)
        status = geometry_changed_frames(a, b, &sets->common, &redrawn, error);
    change->geometry = redrawn.count > 0;
    add_all(&redrawn, &sets->changed);
    if (change->class)
        add_all(&sets->common, &sets->changed);
    if (status == ANNOPROJ_OK && redrawn.failed)
        status = fail_memory(error);
    frame_ranges_release(&redrawn);
    return status;
}

/* On audio, time series and text every label counts one frame. */
static annoproj_status count_frames(label_change *change, bool media, annoproj_error **error) {
    change_frames sets = {0};
    annoproj_status status = ANNOPROJ_OK;
    if (change->before)
        status = label_frames(change->before->ranges, change->before->ranges_length, media, &sets.was, error);
    if (status == ANNOPROJ_OK && change->after)
        status = label_frames(change->after->ranges, change->after->ranges_length, media, &sets.now, error);
    frame_ranges_intersection(&sets.was, &sets.now, &sets.common);
    frame_ranges_difference(&sets.now, &sets.was, &sets.gained);
    frame_ranges_difference(&sets.was, &sets.now, &sets.lost);
    frame_ranges_union(&sets.gained, &sets.lost, &sets.either);
    if (status == ANNOPROJ_OK && change->kind == CHANGE_CHANGED)
        status = find_changed(change, &sets, error);
    if (media && (change->answers || change->frames))
        frame_ranges_add(&sets.changed, 0, 0);
    frame_ranges_union(&sets.either, &sets.changed, &sets.all);
    if (status == ANNOPROJ_OK && (sets.common.failed || sets.gained.failed || sets.lost.failed || sets.either.failed ||
                                  sets.changed.failed || sets.all.failed))
        status = fail_memory(error);
    change->frame_count = frame_ranges_frames(&sets.all);
    change->first_frame = sets.all.count > 0 ? sets.all.ranges[0].first : -1;
    release_frames(&sets);
    return status;
}

/* --- the labels of one task ------------------------------------------------------------------------------------------- */

static int by_hash(const void *a, const void *b) {
    return strcmp(((const label *)a)->hash, ((const label *)b)->hash);
}

typedef struct choosing {
    const label_version *version;
    label_list list;
} choosing;

static annoproj_status keep_chosen(void *data, const label *one, annoproj_error **error) {
    choosing *to = data;
    return label_version_has_class(to->version, one->class) ? label_list_add(&to->list, one, error) : ANNOPROJ_OK;
}

static annoproj_status load_labels(diff *run, const diff_side *side, const version_task *task, arena *memory,
                                   label_list *out, annoproj_error **error) {
    choosing to = {.version = side->version, .list = {.memory = memory}};
    annoproj_status status = ANNOPROJ_OK;
    if (task)
        status = side->now ? label_each(run->in, task->id, keep_chosen, &to, error)
                           : version_each_label(run->in, task, keep_chosen, &to, error);
    if (to.list.count > 1)
        qsort(to.list.labels, to.list.count, sizeof *to.list.labels, by_hash);
    *out = to.list;
    return status;
}

static annoproj_status read_unit(scope *in, label_change *change, bool *media, arena *memory, annoproj_error **error) {
    static const char query[] = "SELECT title, data_type FROM data_unit WHERE id = ?";
    data_unit unit = {0};
    statement *find = sql(in->database, query);
    bind_int64(find, change->data_unit);
    if (sql_row(find)) {
        unit.data_type = (int32_t)column_int64(find, 1);
        change->title = arena_text(memory, column_text(find, 0), column_length(find, 0));
    }
    *media = label_unit_is_media(&unit);
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !change->title ? fail_memory(error) : status;
}

/* The next hash of either side, with the label of each that has it. */
static bool next_pair(const label_list *before, const label_list *after, size_t at[2], label_change *change) {
    const label *a = at[0] < before->count ? &before->labels[at[0]] : NULL;
    const label *b = at[1] < after->count ? &after->labels[at[1]] : NULL;
    const int order = a && b ? strcmp(a->hash, b->hash) : a ? -1 : 1;
    change->before = order <= 0 ? a : NULL;
    change->after = order >= 0 ? b : NULL;
    at[0] += change->before != NULL;
    at[1] += change->after != NULL;
    change->kind = !change->before ? CHANGE_ADDED : !change->after ? CHANGE_REMOVED : CHANGE_CHANGED;
    change->class = change->answers = change->geometry = change->frames = change->details = false;
    return change->before || change->after;
}

static annoproj_status compare_labels(diff *run, const version_task *task, const label_list *before,
                                      const label_list *after, arena *memory, annoproj_error **error) {
    label_change change = {.task = task->id, .data_unit = task->data_unit};
    size_t at[2] = {0, 0};
    bool media = false;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && next_pair(before, after, at, &change)) {
        if (change.kind == CHANGE_CHANGED && label_same(change.before, change.after))
            continue;
        if (!change.title)
            status = read_unit(run->in, &change, &media, memory, error);
        if (status == ANNOPROJ_OK && change.kind == CHANGE_CHANGED)
            name_changes(&change);
        if (status == ANNOPROJ_OK)
            status = count_frames(&change, media, error);
        if (status == ANNOPROJ_OK)
            status = run->found(run->data, &change, error);
    }
    return status;
}

static bool same_contents(const version_task *a, const version_task *b) {
    return !a->unknown && !b->unknown &&
           same_bytes(a->contents, a->content_count * SHA256_SIZE, b->contents, b->content_count * SHA256_SIZE);
}

static annoproj_status compare_tasks(diff *run, const version_task *a, const version_task *b, annoproj_error **error) {
    arena memory = {0};
    label_list before = {0}, after = {0};
    const version_task *either = a ? a : b;
    if (either->id < run->from_task || (run->only != 0 && either->id != run->only) ||
        (a && b && run->same_classes && same_contents(a, b)))
        return ANNOPROJ_OK;
    annoproj_status status = load_labels(run, &run->before, a, &memory, &before, error);
    if (status == ANNOPROJ_OK)
        status = load_labels(run, &run->after, b, &memory, &after, error);
    if (status == ANNOPROJ_OK)
        status = compare_labels(run, either, &before, &after, &memory, error);
    arena_release(&memory);
    return status;
}

/* --- the tasks of one part ------------------------------------------------------------------------------------------------ */

static annoproj_status compare_parts(diff *run, const version_part *before, const version_part *after,
                                     annoproj_error **error) {
    size_t i = 0, k = 0;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && (i < before->count || k < after->count)) {
        const version_task *a = i < before->count ? &before->tasks[i] : NULL;
        const version_task *b = k < after->count ? &after->tasks[k] : NULL;
        if (a && b && a->id != b->id) {
            if (a->id < b->id)
                b = NULL;
            else
                a = NULL;
        }
        i += a != NULL;
        k += b != NULL;
        status = compare_tasks(run, a, b, error);
    }
    return status;
}

/* The part of a side at a position; without tasks where it has none. */
static annoproj_status load_part(diff *run, diff_side *side, int64_t position, version_part *out, arena *memory,
                                 annoproj_error **error) {
    const label_version *version = side->version;
    *out = (version_part){.position = position};
    if (side->now)
        return version_part_now(run->in, version->stages, version->stage_count, out, memory, error);
    if (side->next == side->part_count || side->parts[side->next].position != position)
        return ANNOPROJ_OK;
    *out = side->parts[side->next];
    return version_part_load(run->in, version->project, out, memory, error);
}

static bool is_same_part(const diff *run, int64_t position) {
    const diff_side *a = &run->before, *b = &run->after;
    return run->same_classes && !a->now && !b->now && a->next < a->part_count && b->next < b->part_count &&
           a->parts[a->next].position == position && b->parts[b->next].position == position &&
           memcmp(a->parts[a->next].hash, b->parts[b->next].hash, SHA256_SIZE) == 0;
}

static annoproj_status compare_at(diff *run, int64_t position, annoproj_error **error) {
    arena memory = {0};
    version_part before, after;
    annoproj_status status = load_part(run, &run->before, position, &before, &memory, error);
    if (status == ANNOPROJ_OK)
        status = load_part(run, &run->after, position, &after, &memory, error);
    if (status == ANNOPROJ_OK)
        status = compare_parts(run, &before, &after, error);
    arena_release(&memory);
    return status;
}

/* --- the whole ----------------------------------------------------------------------------------------------------------- */

static annoproj_status begin_side(diff *run, diff_side *side, const label_version *version, const label_version *other,
                                  annoproj_error **error) {
    int64_t last = -1;
    *side = (diff_side){.version = version ? version : other, .now = !version};
    annoproj_status status = version ? version_list_parts(run->in, version->id, &side->parts, &side->part_count, error)
                                     : version_last_position(run->in, &last, error);
    if (side->part_count > 0)
        last = side->parts[side->part_count - 1].position;
    run->last = last > run->last ? last : run->last;
    return status;
}

static bool same_choice(const label_version *a, const label_version *b) {
    return a->class_count == b->class_count &&
           (a->class_count == 0 || memcmp(a->classes, b->classes, a->class_count * sizeof *a->classes) == 0);
}

static void pass(diff_side *side, int64_t position) {
    while (side->next < side->part_count && side->parts[side->next].position <= position)
        side->next++;
}

annoproj_status version_diff(scope *in, const label_version *before, const label_version *after, int64_t from_task,
                             label_change_fn found, void *data, annoproj_error **error) {
    diff run = {.in = in, .from_task = from_task, .found = found, .data = data, .last = -1};
    annoproj_status status = begin_side(&run, &run.before, before, after, error);
    if (status == ANNOPROJ_OK)
        status = begin_side(&run, &run.after, after, before, error);
    run.same_classes = same_choice(run.before.version, run.after.version);
    run.only = run.before.version->task != 0 ? run.before.version->task : run.after.version->task;
    int64_t first = from_task > 0 ? NUMBER_OF(from_task) / PART_TASKS : 0;
    if (run.only != 0) {
        first = NUMBER_OF(run.only) / PART_TASKS;
        run.last = first < run.last ? first : run.last;
    }
    pass(&run.before, first - 1);
    pass(&run.after, first - 1);
    for (int64_t position = first; position <= run.last && status == ANNOPROJ_OK; position++) {
        status = bounds_check(in->bounds, error);
        if (status == ANNOPROJ_OK)
            status = bounds_progress(in->bounds, position, run.last + 1, error);
        if (status == ANNOPROJ_OK && !is_same_part(&run, position))
            status = compare_at(&run, position, error);
        pass(&run.before, position);
        pass(&run.after, position);
    }
    return status;
}
