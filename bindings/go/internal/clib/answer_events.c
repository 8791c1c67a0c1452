/* What is told of the options a label holds: one event each, with the frames it holds on. */
#include "answers.h"
#include "failure.h"
#include "label.h"

annoproj_status label_answer_events(command *cmd, const event *of, const uint8_t *answers, size_t length, bool media,
                                    annoproj_error **error) {
    answers_cursor cursor;
    answer held;
    frame_ranges on = {0};
    event made = *of;
    annoproj_status status = ANNOPROJ_OK;
    answers_open(&cursor, answers, length);
    while (status == ANNOPROJ_OK && answers_next(&cursor, &held)) {
        if (held.kind != ANSWER_OPTION) {
            continue;
        }
        if (held.dynamic) {
            status = label_frames(held.ranges, held.ranges_length, media, &on, error);
        }
        made.answer = held.option;
        made.frames = held.dynamic ? frame_ranges_frames(&on) : of->frames;
        command_event(cmd, &made);
    }
    if (status == ANNOPROJ_OK && cursor.failed) {
        status = fail(error, ANNOPROJ_CORRUPT, "the answers of label %lld are damaged: run a check of the store",
                      (long long)of->reference);
    }
    frame_ranges_release(&on);
    return status;
}
