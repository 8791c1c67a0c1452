/* Agreement between tasks on the same data unit. What is compared are items: a shape on a frame, an audio or text
 * object, a classification on a frame. */
#include "agreement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "failure.h"
#include "label_copy.h"
#include "shape_likeness.h"

/* The labels of one class of one task. */
typedef struct class_labels {
    const label *labels; /* in order of number */
    size_t count;
    frame_shape *shapes; /* by frame, then in order of label */
    size_t shape_count, shape_capacity;
} class_labels;

typedef struct comparing {
    scope *in;
    const data_unit *unit;
    const agreement_rule *asked;
    ontology_features features;
    label **labels; /* of each task, by class, then in order of number */
    size_t *label_counts;
    size_t tasks;
    const feature *class;
    class_labels *of; /* of each task, of the present class */
    likeness_rule rule;
    int32_t stored_unit; /* of the shapes of the class; 0 = none yet */
    double *numbers;     /* of the shape that is being read */
    size_t capacity;
    bool media;
} comparing;

/* --- shapes ------------------------------------------------------------------------------------------------------- */

static annoproj_status damaged(const label *one, annoproj_error **error) {
    return fail(error, ANNOPROJ_CORRUPT, "label %s is damaged: restore the store from a backup", one->hash);
}

/* Pixels where the data unit has a size; else all in the unit they came in, which must be one. */
static annoproj_status convert(comparing *run, const geometry_cursor *cursor, const frame_shape *shape,
                               annoproj_error **error) {
    const double width = (double)run->unit->width, height = (double)run->unit->height;
    const bool sized = width > 0 && height > 0;
    if (!shape_converts(cursor->shape, cursor->unit))
        return ANNOPROJ_OK;
    if (!sized && run->stored_unit != 0 && run->stored_unit != cursor->unit)
        return fail(
            error, ANNOPROJ_STATE,
            "data unit %lld has no width and height, and its shapes are in pixels and normalised: they cannot be "
            "compared",
            (long long)run->unit->id);
    run->stored_unit = cursor->unit;
    if (!sized || cursor->unit != ANNOPROJ_UNIT_NORMALISED)
        return ANNOPROJ_OK;
    for (size_t part = 0; part < shape->parts; part++)
        for (size_t i = shape->starts[part]; i < shape->starts[part + 1]; i++) {
            const shape_axis axis = shape_axis_at(cursor->shape, cursor->unit, part, i - shape->starts[part]);
            run->numbers[i] *= axis == AXIS_X ? width : axis == AXIS_Y ? height : 1;
        }
    return ANNOPROJ_OK;
}

static bool push_number(comparing *run, size_t count, double value) {
    if (count == run->capacity) {
        const size_t capacity = run->capacity * 2 + 256;
        double *larger = reallocate(run->numbers, capacity * sizeof *larger);
        if (!larger)
            return false;
        run->numbers = larger;
        run->capacity = capacity;
    }
    run->numbers[count] = value;
    return true;
}

static frame_shape *add_shape(comparing *run, class_labels *to) {
    if (to->shape_count == to->shape_capacity) {
        const size_t capacity = to->shape_capacity ? to->shape_capacity * 2 : 64;
        frame_shape *larger = arena_array(run->in->memory, capacity, sizeof *larger);
        if (!larger)
            return NULL;
        if (to->shape_count > 0)
            memcpy(larger, to->shapes, to->shape_count * sizeof *larger);
        to->shapes = larger;
        to->shape_capacity = capacity;
    }
    return &to->shapes[to->shape_count++];
}

/* The shape the cursor's frame has. */
static annoproj_status read_shape(comparing *run, class_labels *to, const label *one, geometry_cursor *cursor,
                                  annoproj_error **error) {
    arena *memory = run->in->memory;
    size_t count = 0;
    number value;
    frame_shape *shape = add_shape(run, to);
    size_t *starts = arena_array(memory, (size_t)cursor->parts_left + 1, sizeof *starts);
    if (!shape || !starts)
        return fail_memory(error);
    *shape = (frame_shape){.type = cursor->shape,
                           .in_scene = cursor->unit == ANNOPROJ_UNIT_SCENE,
                           .frame = cursor->frame,
                           .label = one->number,
                           .starts = starts};
    while (geometry_next_part(cursor)) {
        while (geometry_next_number(cursor, &value))
            if (!push_number(run, count++, number_to_double(&value)))
                return fail_memory(error);
        starts[++shape->parts] = count;
    }
    annoproj_status status = cursor->failed ? damaged(one, error) : convert(run, cursor, shape, error);
    shape->numbers = arena_array(memory, count + 1, sizeof *shape->numbers);
    if (status == ANNOPROJ_OK && !shape->numbers)
        status = fail_memory(error);
    if (status == ANNOPROJ_OK && count > 0)
        memcpy(shape->numbers, run->numbers, count * sizeof *shape->numbers);
    return status;
}

static int by_frame(const void *a, const void *b) {
    const frame_shape *x = a, *y = b;
    if (x->frame != y->frame)
        return x->frame < y->frame ? -1 : 1;
    return x->label < y->label ? -1 : x->label > y->label;
}

static annoproj_status read_shapes(comparing *run, class_labels *to, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < to->count && status == ANNOPROJ_OK; i++) {
        geometry_cursor cursor;
        geometry_open(&cursor, to->labels[i].geometry, to->labels[i].geometry_length);
        while (status == ANNOPROJ_OK && geometry_next_frame(&cursor))
            status = read_shape(run, to, &to->labels[i], &cursor, error);
        if (status == ANNOPROJ_OK && cursor.failed)
            status = damaged(&to->labels[i], error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(run->in->bounds, error);
    }
    if (to->shape_count > 0)
        qsort(to->shapes, to->shape_count, sizeof *to->shapes, by_frame);
    return status;
}

/* How far points and lines may lie apart, in the unit of the shapes. */
static annoproj_status set_rule(comparing *run, annoproj_error **error) {
    double width = (double)run->unit->width, height = (double)run->unit->height;
    const bool measures = run->class->type == SHAPE_POINT || run->class->type == SHAPE_POLYLINE ||
                          run->class->type == SHAPE_SKELETON;
    run->rule = (likeness_rule){.overlap = run->asked->overlap, .scene_distance = run->asked->scene_distance};
    if (!(width > 0) || !(height > 0)) {
        if (measures && run->stored_unit == ANNOPROJ_UNIT_PIXELS)
            return fail(error, ANNOPROJ_STATE,
                        "data unit %lld has no width and height to measure distances by: %s cannot be compared",
                        (long long)run->unit->id, QUOTED(run->class->name));
        width = height = 1;
    }
    run->rule.distance = run->asked->distance * sqrt(width * width + height * height);
    return ANNOPROJ_OK;
}

/* --- matching ----------------------------------------------------------------------------------------------------- */

typedef struct candidate {
    double likeness;
    size_t first, second;
} candidate;

typedef struct candidates {
    candidate *list;
    size_t count, capacity;
} candidates;

static bool add_candidate(candidates *to, const candidate *one) {
    if (to->count == to->capacity) {
        const size_t capacity = to->capacity * 2 + 64;
        candidate *larger = reallocate(to->list, capacity * sizeof *larger);
        if (!larger)
            return false;
        to->list = larger;
        to->capacity = capacity;
    }
    to->list[to->count++] = *one;
    return true;
}

/* The most alike first; equals in the order of the labels. */
static int by_likeness(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    if (x->likeness > y->likeness || x->likeness < y->likeness)
        return x->likeness > y->likeness ? -1 : 1;
    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    return x->second < y->second ? -1 : x->second > y->second;
}

/* Pairs the most alike of `count` and `other` items, each at most once. */
static annoproj_status match(candidates *found, size_t count, size_t other, bool measured, agreement *row,
                             annoproj_error **error) {
    bool *taken = allocate_zeroed(count + other + 1, sizeof *taken);
    if (!taken)
        return fail_memory(error);
    if (found->count > 0)
        qsort(found->list, found->count, sizeof *found->list, by_likeness);
    for (size_t i = 0; i < found->count; i++) {
        const candidate *one = &found->list[i];
        if (taken[one->first] || taken[count + one->second])
            continue;
        taken[one->first] = taken[count + one->second] = true;
        row->matched++;
        row->overlap += measured ? one->likeness : 0;
        row->measured += measured;
    }
    release(taken);
    return ANNOPROJ_OK;
}

/* How many shapes from `from` on are on the same frame. */
static size_t on_frame(const class_labels *of, size_t from, int64_t frame) {
    size_t end = from;
    while (end < of->shape_count && of->shapes[end].frame == frame)
        end++;
    return end - from;
}

static annoproj_status compare_frame(comparing *run, const frame_shape *a, size_t count, const frame_shape *b,
                                     size_t other, agreement *row, annoproj_error **error) {
    candidates found = {NULL, 0, 0};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        for (size_t k = 0; k < other && status == ANNOPROJ_OK; k++) {
            candidate one = {0, i, k};
            status = shape_likeness(&a[i], &b[k], &run->rule, run->in->bounds, &one.likeness, error);
            if (status == ANNOPROJ_OK && one.likeness > 0 && !add_candidate(&found, &one))
                status = fail_memory(error);
        }
        if (status == ANNOPROJ_OK)
            status = bounds_check(run->in->bounds, error);
    }
    if (status == ANNOPROJ_OK)
        status = match(&found, count, other, shape_has_area(run->class->type), row, error);
    release(found.list);
    return status;
}

static annoproj_status compare_shapes(comparing *run, const class_labels *a, const class_labels *b, agreement *row,
                                      annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    size_t i = 0, k = 0;
    row->items = (int64_t)a->shape_count;
    row->other_items = (int64_t)b->shape_count;
    while (i < a->shape_count && k < b->shape_count && status == ANNOPROJ_OK) {
        const int64_t frame = a->shapes[i].frame, other = b->shapes[k].frame;
        if (frame != other) {
            i += frame < other;
            k += frame > other;
            continue;
        }
        const size_t here = on_frame(a, i, frame), there = on_frame(b, k, frame);
        status = compare_frame(run, a->shapes + i, here, b->shapes + k, there, row, error);
        i += here;
        k += there;
    }
    return status;
}

/* --- ranges and classifications ----------------------------------------------------------------------------------- */

/* Classifications of audio, time series and text are alike when ranges and answers are the same; objects by their ranges. */
static annoproj_status likeness_of_ranges(const comparing *run, const label *a, const label *b, double *likeness,
                                          annoproj_error **error) {
    frame_ranges first = {0}, second = {0}, shared = {0};
    annoproj_status status = ANNOPROJ_OK;
    *likeness = 0;
    if (run->class->kind == FEATURE_CLASSIFICATION) {
        *likeness = same_bytes(a->ranges, a->ranges_length, b->ranges, b->ranges_length) &&
                    same_bytes(a->answers, a->answers_length, b->answers, b->answers_length);
        return ANNOPROJ_OK;
    }
    if (!frame_ranges_decode(a->ranges, a->ranges_length, &first) ||
        !frame_ranges_decode(b->ranges, b->ranges_length, &second))
        status = first.failed || second.failed ? fail_memory(error) : damaged(a, error);
    if (status == ANNOPROJ_OK) {
        frame_ranges_intersection(&first, &second, &shared);
        const double both = (double)frame_ranges_frames(&shared);
        const double all = (double)frame_ranges_frames(&first) + (double)frame_ranges_frames(&second) - both;
        *likeness = all > 0 && both / all >= run->asked->overlap ? both / all : 0;
        status = shared.failed ? fail_memory(error) : ANNOPROJ_OK;
    }
    frame_ranges_release(&first);
    frame_ranges_release(&second);
    frame_ranges_release(&shared);
    return status;
}

static annoproj_status compare_media(comparing *run, const class_labels *a, const class_labels *b, agreement *row,
                                     annoproj_error **error) {
    candidates found = {NULL, 0, 0};
    annoproj_status status = ANNOPROJ_OK;
    row->items = (int64_t)a->count;
    row->other_items = (int64_t)b->count;
    for (size_t i = 0; i < a->count && status == ANNOPROJ_OK; i++) {
        for (size_t k = 0; k < b->count && status == ANNOPROJ_OK; k++) {
            candidate one = {0, i, k};
            status = likeness_of_ranges(run, &a->labels[i], &b->labels[k], &one.likeness, error);
            if (status == ANNOPROJ_OK && one.likeness > 0 && !add_candidate(&found, &one))
                status = fail_memory(error);
        }
        if (status == ANNOPROJ_OK)
            status = bounds_check(run->in->bounds, error);
    }
    if (status == ANNOPROJ_OK)
        status = match(&found, a->count, b->count, run->class->kind == FEATURE_OBJECT, row, error);
    release(found.list);
    return status;
}

/* Frames on which two classifications say the same. */
static annoproj_status agreeing_frames(const label *a, const frame_ranges *first, const label *b, int64_t *frames,
                                       annoproj_error **error) {
    frame_ranges second = {0}, shared = {0}, differing = {0};
    annoproj_status status = label_frames(b->ranges, b->ranges_length, false, &second, error);
    if (status == ANNOPROJ_OK) {
        frame_ranges_intersection(first, &second, &shared);
        status = shared.failed ? fail_memory(error) : ANNOPROJ_OK;
    }
    if (status == ANNOPROJ_OK && shared.count > 0)
        status = answers_changed_frames(a->answers, a->answers_length, b->answers, b->answers_length, &shared,
                                        &differing, error);
    if (status == ANNOPROJ_OK)
        *frames += frame_ranges_frames(&shared) - frame_ranges_frames(&differing);
    frame_ranges_release(&second);
    frame_ranges_release(&shared);
    frame_ranges_release(&differing);
    return status;
}

static annoproj_status count_frames(const class_labels *of, int64_t *frames, annoproj_error **error) {
    frame_ranges on = {0};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < of->count && status == ANNOPROJ_OK; i++) {
        status = label_frames(of->labels[i].ranges, of->labels[i].ranges_length, false, &on, error);
        *frames += frame_ranges_frames(&on);
    }
    frame_ranges_release(&on);
    return status;
}

static annoproj_status compare_classifications(comparing *run, const class_labels *a, const class_labels *b,
                                               agreement *row, annoproj_error **error) {
    frame_ranges on = {0};
    annoproj_status status = count_frames(a, &row->items, error);
    if (status == ANNOPROJ_OK)
        status = count_frames(b, &row->other_items, error);
    for (size_t i = 0; i < a->count && status == ANNOPROJ_OK; i++) {
        status = label_frames(a->labels[i].ranges, a->labels[i].ranges_length, false, &on, error);
        for (size_t k = 0; k < b->count && status == ANNOPROJ_OK; k++)
            status = agreeing_frames(&a->labels[i], &on, &b->labels[k], &row->matched, error);
        if (status == ANNOPROJ_OK)
            status = bounds_check(run->in->bounds, error);
    }
    frame_ranges_release(&on);
    return status;
}

/* --- class by class ----------------------------------------------------------------------------------------------- */

static int by_class(const void *a, const void *b) {
    const label *x = a, *y = b;
    if (x->class != y->class)
        return x->class < y->class ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static annoproj_status load(comparing *run, const int64_t *tasks, annoproj_error **error) {
    arena *memory = run->in->memory;
    run->labels = arena_array(memory, run->tasks + 1, sizeof *run->labels);
    run->label_counts = arena_array(memory, run->tasks + 1, sizeof *run->label_counts);
    run->of = arena_array(memory, run->tasks + 1, sizeof *run->of);
    annoproj_status status = run->labels && run->label_counts && run->of ? ANNOPROJ_OK : fail_memory(error);
    for (size_t i = 0; i < run->tasks && status == ANNOPROJ_OK; i++) {
        status = label_load_all(run->in, tasks[i], &run->labels[i], &run->label_counts[i], error);
        if (status == ANNOPROJ_OK && !run->labels[i]) { /* pointers begin somewhere */
            run->labels[i] = arena_array(memory, 1, sizeof *run->labels[i]);
            status = run->labels[i] ? ANNOPROJ_OK : fail_memory(error);
        }
        if (run->label_counts[i] > 0)
            qsort(run->labels[i], run->label_counts[i], sizeof *run->labels[i], by_class);
    }
    return status;
}

/* The class after `last`, with what each task has of it; 0 at the end. */
static int32_t next_class(comparing *run, int32_t last) {
    int32_t class = 0;
    for (size_t i = 0; i < run->tasks; i++) {
        class_labels *of = &run->of[i];
        const label *end = run->labels[i] + run->label_counts[i];
        const label *at = last == 0 ? run->labels[i] : of->labels + of->count;
        *of = (class_labels){.labels = at};
        if (at < end && (class == 0 || at->class < class))
            class = at->class;
    }
    for (size_t i = 0; i < run->tasks && class != 0; i++) {
        const label *end = run->labels[i] + run->label_counts[i];
        class_labels *of = &run->of[i];
        while (of->labels + of->count < end && of->labels[of->count].class == class)
            of->count++;
    }
    return class;
}

static annoproj_status compare(comparing *run, agreement *row, annoproj_error **error) {
    const class_labels *a = &run->of[row->first], *b = &run->of[row->second];
    if (run->media || shape_is_ranged(run->class->type))
        return compare_media(run, a, b, row, error);
    return run->class->kind == FEATURE_CLASSIFICATION ? compare_classifications(run, a, b, row, error)
                                                      : compare_shapes(run, a, b, row, error);
}

static void add_to(agreement *sum, const agreement *row) {
    sum->items += row->items;
    sum->other_items += row->other_items;
    sum->matched += row->matched;
    sum->overlap += row->overlap;
    sum->measured += row->measured;
}

/* Shapes take memory only while their class is compared. */
static annoproj_status compare_class(comparing *run, int32_t class, agreement *list, agreement *whole, size_t pairs,
                                     annoproj_error **error) {
    arena *kept = run->in->memory, own = {0};
    annoproj_status status = ANNOPROJ_OK;
    run->class = class > 0 && class <= run->features.highest ? run->features.by_number[class] : NULL;
    if (!run->class)
        return fail(error, ANNOPROJ_CORRUPT, "labels have class %d, which the ontology lost: restore a backup", class);
    run->stored_unit = 0;
    run->in->memory = &own;
    for (size_t i = 0; i < run->tasks && status == ANNOPROJ_OK; i++)
        status = read_shapes(run, &run->of[i], error);
    if (status == ANNOPROJ_OK)
        status = set_rule(run, error);
    for (size_t i = 0; i < pairs && status == ANNOPROJ_OK; i++) {
        status = compare(run, &list[i], error);
        add_to(&list[pairs], &list[i]);
        add_to(&whole[i], &list[i]);
        add_to(&whole[pairs], &list[i]);
    }
    run->in->memory = kept;
    arena_release(&own);
    return status;
}

/* Rows of one class, or of all: each pair, and all of them together. */
static void name_rows(agreement *list, int32_t class, size_t tasks) {
    size_t at = 0;
    for (size_t i = 0; i < tasks; i++)
        for (size_t k = i + 1; k < tasks; k++)
            list[at++] = (agreement){.class = class, .first = i, .second = k};
    list[at] = (agreement){.class = class};
}

static size_t count_classes(comparing *run) {
    size_t classes = 0;
    for (int32_t class = next_class(run, 0); class != 0; class = next_class(run, class))
        classes++;
    return classes;
}

annoproj_status label_agreement(scope *in, const int64_t *tasks, size_t count, const data_unit *unit,
                                const agreement_rule *rule, agreement **out, size_t *row_count,
                                annoproj_error **error) {
    comparing run = {.in = in, .unit = unit, .asked = rule, .tasks = count, .media = label_unit_is_media(unit)};
    const size_t pairs = count * (count - 1) / 2;
    size_t at = 0;
    *out = NULL;
    *row_count = 0;
    annoproj_status status = ontology_load(in, in->project.ontology, &run.features, error);
    if (status == ANNOPROJ_OK)
        status = load(&run, tasks, error);
    if (status != ANNOPROJ_OK)
        return status;
    const size_t most = (count_classes(&run) + 1) * (pairs + 1);
    agreement *list = arena_array(in->memory, most, sizeof *list);
    if (!list)
        return fail_memory(error);
    agreement *whole = list + most - pairs - 1;
    name_rows(whole, 0, count);
    for (int32_t class = next_class(&run, 0); class != 0 && status == ANNOPROJ_OK; class = next_class(&run, class)) {
        name_rows(list + at, class, count);
        status = compare_class(&run, class, list + at, whole, pairs, error);
        at += pairs + 1;
    }
    release(run.numbers);
    *out = list;
    *row_count = most;
    return status;
}
