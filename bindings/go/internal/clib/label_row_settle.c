/* What only the whole row tells: which frames a label is on, and in which order labels were made. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "frame_ranges.h"
#include "label_row_parts.h"

/* --- frames ------------------------------------------------------------------------------------------------------- */

static void move_frames(label_row *row) {
    for (size_t i = 0; i < row->label_count; i++) {
        row_label *label = row->labels[i];
        for (row_frame *frame = label->frames; frame; frame = frame->next) {
            frame->frame += row->unit_frames[frame->unit];
        }
        for (row_range *range = label->ranges; range; range = range->next) {
            range->first += row->unit_frames[range->unit];
            range->last += row->unit_frames[range->unit];
        }
    }
}

static int by_number(const void *left, const void *right) {
    const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static annoproj_status check_sequence(row_reader *in, const label_row *row, annoproj_error **error) {
    int64_t *places = allocate((row->unit_count + 1) * sizeof *places);
    if (!places) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < row->unit_count; i++) {
        places[i] = row->unit_frames[i];
    }
    qsort(places, row->unit_count, sizeof *places, by_number);
    for (size_t i = 1; i < row->unit_count; i++) {
        if (places[i] == places[i - 1]) {
            row_note_at(in, &row->place, "two data units have data_sequence %lld: each is a frame of its own",
                        (long long)places[i]);
            break;
        }
    }
    release(places);
    return ANNOPROJ_OK;
}

/* Labels of another data unit than the first would come to lie on the frames of the first. */
static void check_units(row_reader *in, const label_row *row) {
    for (size_t i = 0; i < row->label_count; i++) {
        const row_label *label = row->labels[i];
        bool other = false;
        for (const row_frame *frame = label->frames; frame; frame = frame->next) {
            other = other || frame->unit > 0;
        }
        for (const row_range *range = label->ranges; range; range = range->next) {
            other = other || range->unit > 0;
        }
        if (other) {
            row_note_at(in, &label->place,
                        "only a row of data_type img_group has labels on several data units: give each its own row");
            return;
        }
    }
}

/* --- ranges ------------------------------------------------------------------------------------------------------- */

static void gather(const row_range *from, frame_ranges *into) {
    for (const row_range *range = from; range; range = range->next) {
        frame_ranges_add(into, range->first, range->last);
    }
}

/* Frames and the entry of answers both say where a classification is: one is enough, of two both count. */
static annoproj_status settle_ranges(row_reader *in, row_label *label, annoproj_error **error) {
    frame_ranges on_frames = {0}, told = {0};
    if (label->frame_count == 0) {
        label->ranges = label->told;
        return ANNOPROJ_OK;
    }
    if (!label->told || label->frames) {
        return ANNOPROJ_OK;
    }
    gather(label->ranges, &on_frames);
    gather(label->told, &told);
    const bool memory = !on_frames.failed && !told.failed, same = memory && frame_ranges_equal(&on_frames, &told);
    frame_ranges_release(&on_frames);
    frame_ranges_release(&told);
    if (memory && !same) {
        row_note_at(in, &label->place,
                    "range in the answers of label %s has other frames than those it stands on: leave range out, or "
                    "make both the same",
                    label->hash);
    }
    return memory ? ANNOPROJ_OK : fail_memory(error);
}

/* --- order -------------------------------------------------------------------------------------------------------- */

static int by_rank(const void *left, const void *right) {
    const row_label *const *a = left, *const *b = right;
    const size_t one = (*a)->rank ? (*a)->rank : SIZE_MAX, other = (*b)->rank ? (*b)->rank : SIZE_MAX;
    if (one != other) {
        return one < other ? -1 : 1;
    }
    return ((*a)->place.offset > (*b)->place.offset) - ((*a)->place.offset < (*b)->place.offset);
}

/* Labels in the order in which they were made, which frames need not tell. */
static void settle_order(label_row *row) {
    if (row->label_count > 1) {
        qsort(row->labels, row->label_count, sizeof(row_label *), by_rank);
    }
}

annoproj_status row_settle(row_reader *in, label_row *row, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    if (strcmp(row->data_type, "img_group") == 0) { /* its data units are its frames; of anything else there is one */
        move_frames(row);
        status = check_sequence(in, row, error);
    } else {
        check_units(in, row);
    }
    for (size_t i = 0; i < row->label_count && status == ANNOPROJ_OK; i++) {
        status = settle_ranges(in, row->labels[i], error);
    }
    if (row->continuous.pointer && row->label_count > 0) {
        row_note_at(in, &row->continuous, NO_EVENTS);
    }
    settle_order(row);
    return status;
}
