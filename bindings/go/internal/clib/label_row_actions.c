/* Dynamic answers of label rows, with the frames they hold on. Options of a checklist that hold together are one answer: readers give
 * each frame the last answer they meet for it. */
#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "hash.h"
#include "json_out.h"
#include "label_row.h"
#include "uuid.h"

void write_row_ranges(const frame_ranges *ranges, text *out) {
    text_character(out, '[');
    for (size_t i = 0; i < ranges->count; i++) {
        text_printf(out, "%s[%lld,%lld]", i > 0 ? "," : "", (long long)ranges->ranges[i].first,
                    (long long)ranges->ranges[i].last);
    }
    text_character(out, ']');
}

/* Stable: follows from the label and the answer. */
static void write_track(const label *of, int32_t attribute, int32_t option, uint64_t value, text *out) {
    uint8_t uuid[16];
    char printed[37];
    struct {
        char hash[16];
        int32_t attribute, option;
        uint64_t value;
    } source = {.attribute = attribute, .option = option, .value = value};
    memcpy(source.hash, of->hash, sizeof of->hash);
    hash128(&source, sizeof source, uuid);
    uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x80);
    uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80);
    uuid_text(uuid, printed);
    json_text_member(out, "trackHash", printed);
}

/* What stands behind an answer's value; its frames are in to->ranges. */
static void close_action(label_row_writer *to, const label *of, const feature *attribute, int32_t option,
                         uint64_t value) {
    text *out = &to->plan->out->text;
    close_row_answer(attribute, of->manual, out);
    text_string(out, ",\"dynamic\":true,\"range\":");
    write_row_ranges(&to->ranges, out);
    text_string(out, ",\"shouldPropagate\":false");
    write_track(of, attribute->number, option, value, out);
    text_character(out, '}');
}

/* --- text, number, one option ----------------------------------------------------------------------------------------- */

static bool write_action(label_row_writer *to, const label *of, const feature *attribute, const answer *at) {
    text *out = &to->plan->out->text;
    const bool listed = at->kind == ANSWER_OPTION;
    if (!frame_ranges_decode(at->ranges, at->ranges_length, &to->ranges)) {
        return false;
    }
    open_row_answer(attribute, out);
    text_string(out, listed ? "[" : "");
    const bool whole = write_row_value(to->plan, at, out);
    text_string(out, listed ? "]" : "");
    close_action(to, of, attribute, at->option,
                 at->kind == ANSWER_TEXT     ? hash64(at->text, at->text_length)
                 : at->kind == ANSWER_NUMBER ? (uint64_t)at->number.decimal.mantissa
                                             : 0);
    return whole;
}

/* --- checklists --------------------------------------------------------------------------------------------------------- */

/* A frame at which an option begins to hold, or holds no more. */
typedef struct option_edge {
    int64_t frame;
    size_t option; /* among those of the checklist */
    bool begins;
} option_edge;

/* Frames on which just these options hold, one bit for each. */
typedef struct option_run {
    frame_range frames;
    const uint64_t *options;
    size_t words;
} option_run;

typedef struct checklist {
    const feature *attribute;
    answer *options;
    option_edge *edges;
    option_run *runs; /* as many as edges, at most */
    uint64_t *sets;
    size_t option_count, option_capacity, edge_count, edge_capacity, run_count, words;
    bool memory;
} checklist;

static void checklist_release(checklist *of) {
    release(of->options);
    release(of->edges);
    release(of->runs);
    release(of->sets);
}

static bool add_edge(checklist *to, int64_t frame, bool begins) {
    if (to->edge_count == to->edge_capacity) {
        const size_t capacity = to->edge_capacity ? to->edge_capacity * 2 : 16;
        option_edge *larger = reallocate(to->edges, capacity * sizeof *larger);
        if (!larger) {
            return false;
        }
        to->edges = larger;
        to->edge_capacity = capacity;
    }
    to->edges[to->edge_count++] = (option_edge){.frame = frame, .option = to->option_count, .begins = begins};
    return true;
}

static bool add_option(checklist *to, const answer *at, frame_ranges *scratch) {
    if (to->option_count == to->option_capacity) {
        const size_t capacity = to->option_capacity ? to->option_capacity * 2 : 8;
        answer *larger = reallocate(to->options, capacity * sizeof *larger);
        if (!larger) {
            to->memory = false;
            return true;
        }
        to->options = larger;
        to->option_capacity = capacity;
    }
    if (!frame_ranges_decode(at->ranges, at->ranges_length, scratch)) {
        return false;
    }
    to->memory = to->memory && !scratch->failed;
    for (size_t i = 0; i < scratch->count && to->memory; i++) {
        to->memory = add_edge(to, scratch->ranges[i].first, true) && add_edge(to, scratch->ranges[i].last + 1, false);
    }
    to->options[to->option_count++] = *at;
    return true;
}

static int by_frame(const void *left, const void *right) {
    const option_edge *a = left, *b = right;
    return (a->frame > b->frame) - (a->frame < b->frame);
}

static int by_options(const void *left, const void *right) {
    const option_run *a = left, *b = right;
    for (size_t i = 0; i < a->words; i++) {
        if (a->options[i] != b->options[i]) {
            return a->options[i] < b->options[i] ? -1 : 1;
        }
    }
    return (a->frames.first > b->frames.first) - (a->frames.first < b->frames.first);
}

static bool same_options(const option_run *a, const option_run *b) {
    return memcmp(a->options, b->options, a->words * sizeof *a->options) == 0;
}

/* The runs between edges, those with the same options beside one another. */
static bool find_runs(checklist *of) {
    of->words = (of->option_count + 63) / 64;
    of->runs = allocate((of->edge_count + 1) * sizeof *of->runs);
    of->sets = allocate_zeroed((of->edge_count + 1) * of->words, sizeof *of->sets);
    if (!of->runs || !of->sets) {
        return false;
    }
    uint64_t *now = of->sets;
    qsort(of->edges, of->edge_count, sizeof *of->edges, by_frame);
    for (size_t i = 0, holding = 0; i < of->edge_count; i++) {
        const option_edge *edge = &of->edges[i];
        now[edge->option / 64] ^= UINT64_C(1) << edge->option % 64;
        holding = edge->begins ? holding + 1 : holding - 1;
        if (holding > 0 && i + 1 < of->edge_count && edge[1].frame > edge->frame) {
            of->runs[of->run_count++] = (option_run){{edge->frame, edge[1].frame - 1}, now, of->words};
            memcpy(now + of->words, now, of->words * sizeof *now);
            now += of->words;
        }
    }
    qsort(of->runs, of->run_count, sizeof *of->runs, by_options);
    return true;
}

static bool write_options(label_row_writer *to, const label *of, const checklist *list, const option_run *run) {
    text *out = &to->plan->out->text;
    size_t written = 0;
    int32_t only = 0;
    open_row_answer(list->attribute, out);
    text_character(out, '[');
    for (size_t i = 0; i < list->option_count; i++) {
        if ((run->options[i / 64] >> i % 64 & 1) != 0) {
            only = written == 0 ? list->options[i].option : 0;
            text_string(out, written++ > 0 ? "," : "");
            if (!write_row_value(to->plan, &list->options[i], out)) {
                return false;
            }
        }
    }
    text_character(out, ']');
    close_action(to, of, list->attribute, only, only ? 0 : hash64(run->options, run->words * sizeof *run->options));
    return true;
}

/* Appends a comma before each answer but the first. False when the bytes are damaged. */
static bool write_checklist(label_row_writer *to, const label *of, checklist *list, bool *first) {
    list->memory = list->memory && find_runs(list);
    for (size_t i = 0; i < list->run_count && list->memory;) {
        const option_run *run = &list->runs[i];
        frame_ranges_clear(&to->ranges);
        for (; i < list->run_count && same_options(run, &list->runs[i]); i++) {
            frame_ranges_add(&to->ranges, list->runs[i].frames.first, list->runs[i].frames.last);
        }
        text_string(&to->plan->out->text, *first ? "" : ",");
        *first = false;
        list->memory = !to->ranges.failed;
        if (!write_options(to, of, list, run)) {
            return false;
        }
    }
    return true;
}

/* --- all of them -------------------------------------------------------------------------------------------------------- */

bool has_row_actions(const label *of) {
    answers_cursor cursor;
    answer at;
    answers_open(&cursor, of->answers, of->answers_length);
    while (answers_next(&cursor, &at)) {
        if (at.dynamic) {
            return true;
        }
    }
    return false;
}

/* The answers of one attribute: `at` is the first of them, and then the first of the next. */
static bool write_attribute(label_row_writer *to, const label *of, answers_cursor *cursor, answer *at, bool *more,
                            bool *first, bool *memory) {
    const feature *attribute = export_feature(to->plan, at->attribute);
    const int32_t which = at->attribute;
    checklist list = {.attribute = attribute, .memory = true};
    bool whole = attribute != NULL;
    for (; *more && whole && at->attribute == which; *more = answers_next(cursor, at)) {
        if (!at->dynamic) {
            continue;
        }
        if (attribute->type == ATTRIBUTE_CHECKLIST) {
            whole = add_option(&list, at, &to->ranges);
        } else {
            text_string(&to->plan->out->text, *first ? "" : ",");
            *first = false;
            whole = write_action(to, of, attribute, at);
        }
    }
    whole = whole && (list.option_count == 0 || write_checklist(to, of, &list, first));
    *memory = *memory && list.memory;
    checklist_release(&list);
    return whole;
}

annoproj_status write_row_actions(label_row_writer *to, const export_task *task, const label *of,
                                  annoproj_error **error) {
    text *out = &to->plan->out->text;
    answers_cursor cursor;
    answer at;
    bool first = true, memory = true, whole = true;
    text_character(out, '[');
    answers_open(&cursor, of->answers, of->answers_length);
    bool more = answers_next(&cursor, &at);
    while (more && whole && memory) {
        whole = write_attribute(to, of, &cursor, &at, &more, &first, &memory);
    }
    text_character(out, ']');
    if (!memory) {
        return fail_memory(error);
    }
    return whole && !cursor.failed ? ANNOPROJ_OK : export_damaged(task, of, error);
}
