/* Walking frames. */
#include "frame_walk.h"

#include "failure.h"

static int64_t next_in_ranges(const frame_ranges *set, int64_t after) {
    size_t low = 0, high = set->count; /* the first range that ends behind it */
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (set->ranges[middle].last > after) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low == set->count ? INT64_MAX : set->ranges[low].first > after ? set->ranges[low].first : after + 1;
}

void frame_walk_on(frame_walk *walk, const export_task *task, size_t index) {
    if (task->classes[index]->kind == FEATURE_OBJECT) {
        walk->next[index] = geometry_next_frame(&walk->cursors[index]) ? walk->cursors[index].frame : INT64_MAX;
    } else {
        walk->next[index] = next_in_ranges(&walk->ranges[index], walk->next[index]);
    }
}

annoproj_status frame_walk_begin(frame_walk *walk, export_task *task, annoproj_error **error) {
    *walk = (frame_walk){.cursors = arena_array(&task->memory, task->label_count + 1, sizeof *walk->cursors),
                         .ranges = arena_array(&task->memory, task->label_count + 1, sizeof *walk->ranges),
                         .next = arena_array(&task->memory, task->label_count + 1, sizeof *walk->next)};
    if (!walk->cursors || !walk->ranges || !walk->next) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < task->label_count; i++) {
        const label *of = &task->labels[i];
        geometry_open(&walk->cursors[i], of->geometry, of->geometry_length);
        if (task->classes[i]->kind != FEATURE_OBJECT &&
            !frame_ranges_decode(of->ranges, of->ranges_length, &walk->ranges[i])) {
            return walk->ranges[i].failed ? fail_memory(error) : export_damaged(task, of, error);
        }
        walk->next[i] = -1;
        frame_walk_on(walk, task, i);
    }
    return ANNOPROJ_OK;
}

void frame_walk_end(frame_walk *walk, const export_task *task) {
    for (size_t i = 0; walk->ranges && i < task->label_count; i++) {
        frame_ranges_release(&walk->ranges[i]);
    }
}

int64_t frame_walk_frame(const frame_walk *walk, const export_task *task) {
    int64_t frame = INT64_MAX;
    for (size_t i = 0; i < task->label_count; i++) {
        frame = walk->next[i] < frame ? walk->next[i] : frame;
    }
    return frame;
}
