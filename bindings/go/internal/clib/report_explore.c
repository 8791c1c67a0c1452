/* The Explore figures: functions of the labels as they are now, task by task. */
#include <stdlib.h>
#include <string.h>

#include "answers.h"
#include "decimal.h"
#include "failure.h"
#include "label.h"
#include "query.h"

/* Something to be counted in a task: a class, or one answer of its labels. */
typedef struct counted {
    const feature *class, *attribute, *option; /* attribute NULL = the class itself, option NULL = text or number */
    const char *text;                          /* of the answer, in the task's memory */
    int64_t instances, frames;
} counted;

typedef struct explore explore;

/* What a report does with each label, and with what was counted in a task. */
typedef struct explore_plan {
    const row_type *type;
    const char *tasks; /* to go through those that are not removed: id, data unit, title, data type, fps */
    annoproj_status (*add_label)(explore *made, const label *label, annoproj_error **error);
    void (*add_row)(explore *made, const counted *one);
} explore_plan;

struct explore {
    report report;
    const explore_plan *plan;
    ontology_features features;
    arena memory; /* of the present task */
    data_unit unit;
    counted *list; /* of the present task */
    size_t count, capacity;
    frame_ranges frames, some; /* scratch */
    rows *out;
};

static const feature *feature_of(const explore *made, int32_t wanted, annoproj_error **error) {
    if (wanted > 0 && wanted <= made->features.highest && made->features.by_number[wanted] != NULL) {
        return made->features.by_number[wanted];
    }
    (void)fail(error, ANNOPROJ_CORRUPT, "a label of data unit %lld names feature %d, which its ontology does not have",
               (long long)made->unit.id, wanted);
    return NULL;
}

static void begin_row(explore *made, const feature *class) {
    rows_int64(made->out, made->unit.id);
    rows_text(made->out, made->unit.title);
    rows_int64(made->out, PROJECT_OF(made->unit.id));
    rows_int64(made->out, class->number);
    rows_text(made->out, class->name);
}

/* --- counting in a task ---- */

static annoproj_status add_counted(explore *made, counted one, annoproj_error **error) {
    if (made->count == made->capacity) {
        const size_t capacity = made->capacity == 0 ? 64 : 2 * made->capacity;
        counted *list = reallocate(made->list, capacity * sizeof *list);
        if (list == NULL) {
            return fail_memory(error);
        }
        made->list = list;
        made->capacity = capacity;
    }
    made->list[made->count++] = one;
    return ANNOPROJ_OK;
}

static int by_position(const feature *one, const feature *two) {
    const int32_t first = one == NULL ? -1 : one->position, second = two == NULL ? -1 : two->position;
    return (first > second) - (first < second);
}

static int in_order(const void *a, const void *b) {
    const counted *one = a, *two = b;
    int order = by_position(one->class, two->class);
    if (order == 0) {
        order = by_position(one->attribute, two->attribute);
    }
    if (order == 0) {
        order = by_position(one->option, two->option);
    }
    if (order == 0 && one->text != NULL && two->text != NULL) {
        order = strcmp(one->text, two->text);
    }
    return order;
}

static void add_counted_rows(explore *made) {
    if (made->count > 1) {
        qsort(made->list, made->count, sizeof *made->list, in_order);
    }
    for (size_t i = 0, next; i < made->count; i = next) {
        counted sum = made->list[i];
        for (next = i + 1; next < made->count && in_order(&made->list[i], &made->list[next]) == 0; next++) {
            sum.instances += made->list[next].instances;
            sum.frames += made->list[next].frames;
        }
        made->plan->add_row(made, &sum);
    }
}

/* --- instance statistics ---- */

static annoproj_status count_instance(explore *made, const label *one, annoproj_error **error) {
    const feature *class = feature_of(made, one->class, error);
    return class == NULL ? ANNOPROJ_CORRUPT : add_counted(made, (counted){.class = class, .instances = 1}, error);
}

static void add_instances(explore *made, const counted *one) {
    begin_row(made, one->class);
    rows_int64(made->out, one->instances);
}

/* --- label statistics ---- */

static annoproj_status frames_with(explore *made, const answer *one, int64_t *frames, annoproj_error **error) {
    *frames = frame_ranges_frames(&made->frames);
    if (!one->dynamic) {
        return ANNOPROJ_OK;
    }
    if (!frame_ranges_decode(one->ranges, one->ranges_length, &made->some)) {
        return made->some.failed
                   ? fail_memory(error)
                   : fail(error, ANNOPROJ_CORRUPT, "the frames of an answer on data unit %lld are damaged",
                          (long long)made->unit.id);
    }
    *frames = frame_ranges_frames(&made->some);
    return ANNOPROJ_OK;
}

static const char *answer_text(explore *made, const answer *one, const feature *option) {
    char digits[64];
    switch (one->kind) {
    case ANSWER_OPTION: return option->name;
    case ANSWER_TEXT: return arena_text(&made->memory, one->text, one->text_length);
    default: break;
    }
    const int length = one->number.exact ? decimal_print(one->number.decimal, digits)
                                         : double_print(one->number.real, digits);
    return arena_text(&made->memory, digits, (size_t)length);
}

static annoproj_status count_answer(explore *made, const feature *class, const answer *one, annoproj_error **error) {
    counted found = {.class = class, .attribute = feature_of(made, one->attribute, error)};
    if (found.attribute != NULL && one->kind == ANSWER_OPTION) {
        found.option = feature_of(made, one->option, error);
    }
    if (found.attribute == NULL || (one->kind == ANSWER_OPTION && found.option == NULL)) {
        return ANNOPROJ_CORRUPT;
    }
    found.text = answer_text(made, one, found.option);
    if (found.text == NULL) {
        return fail_memory(error);
    }
    annoproj_status status = frames_with(made, one, &found.frames, error);
    return status == ANNOPROJ_OK ? add_counted(made, found, error) : status;
}

static annoproj_status count_frames(explore *made, const label *one, annoproj_error **error) {
    const feature *class = feature_of(made, one->class, error);
    if (class == NULL) {
        return ANNOPROJ_CORRUPT;
    }
    annoproj_status status = label_frames(one->ranges, one->ranges_length, label_unit_is_media(&made->unit),
                                          &made->frames, error);
    if (status == ANNOPROJ_OK) {
        status = add_counted(made, (counted){.class = class, .frames = frame_ranges_frames(&made->frames)}, error);
    }
    answers_cursor cursor;
    answer next;
    answers_open(&cursor, one->answers, one->answers_length);
    while (status == ANNOPROJ_OK && answers_next(&cursor, &next)) {
        status = count_answer(made, class, &next, error);
    }
    if (status == ANNOPROJ_OK && cursor.failed) {
        status = fail(error, ANNOPROJ_CORRUPT, "the answers of label %s on data unit %lld are damaged", one->hash,
                      (long long)made->unit.id);
    }
    return status;
}

static void add_frame_labels(explore *made, const counted *one) {
    begin_row(made, one->class);
    if (one->attribute == NULL) {
        rows_null(made->out);
        rows_null(made->out);
    } else {
        rows_int64(made->out, one->attribute->number);
        rows_text(made->out, one->attribute->name);
    }
    rows_text(made->out, one->text);
    rows_int64(made->out, one->frames);
}

/* --- label ranges ---- */

static void add_time(explore *made, int64_t frame) {
    if (made->unit.fps > 0) {
        rows_double(made->out, (double)frame / made->unit.fps);
    } else {
        rows_null(made->out);
    }
}

static annoproj_status add_ranges(explore *made, const label *one, annoproj_error **error) {
    const feature *class = feature_of(made, one->class, error);
    if (class == NULL) {
        return ANNOPROJ_CORRUPT;
    }
    if (!frame_ranges_decode(one->ranges, one->ranges_length, &made->frames)) {
        return made->frames.failed
                   ? fail_memory(error)
                   : fail(error, ANNOPROJ_CORRUPT, "the ranges of label %s on data unit %lld are damaged", one->hash,
                          (long long)made->unit.id);
    }
    for (size_t i = 0; i < made->frames.count; i++) {
        begin_row(made, class);
        rows_text(made->out, one->hash);
        rows_int64(made->out, made->frames.ranges[i].first);
        rows_int64(made->out, made->frames.ranges[i].last);
        add_time(made, made->frames.ranges[i].first);
        add_time(made, made->frames.ranges[i].last);
    }
    return ANNOPROJ_OK;
}

/* --- all tasks ---- */

static annoproj_status take_label(explore *made, const label *one, annoproj_error **error) {
    const number_set *classes = made->report.classes;
    if (classes != NULL && !number_set_has(classes, one->class)) {
        return ANNOPROJ_OK;
    }
    return made->plan->add_label(made, one, error);
}

/* The labels of the task that both walks are at. */
static annoproj_status take_task(explore *made, row_walk *labels, statement *task, annoproj_error **error) {
    const int64_t id = labels->at;
    label one;
    made->unit = (data_unit){.id = column_int64(task, 1),
                             .title = column_text(task, 2),
                             .data_type = (int32_t)column_int64(task, 3),
                             .fps = column_double(task, 4)};
    made->count = 0;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK && labels->at == id) {
        label_walk_read(labels, &one);
        status = take_label(made, &one, error);
        row_walk_next(labels);
    }
    if (status == ANNOPROJ_OK) {
        add_counted_rows(made);
    }
    arena_release(&made->memory);
    made->memory = (arena){0};
    return status;
}

static bool is_wanted(const explore *made, int64_t task) {
    return made->report.tasks == NULL || number_set_has(made->report.tasks, NUMBER_OF(task));
}

/* Tasks are looked up where there are labels, and both in order: most of either are read one after the other. */
static annoproj_status take_tasks(explore *made, annoproj_error **error) {
    const scope *in = made->report.in;
    const int64_t first = MAKE_ID(in->project.id, 0);
    row_walk labels = label_walk(in),
             tasks = {.database = in->database, .text = made->plan->tasks, .end = MAKE_ID(in->project.id + 1, 0)};
    annoproj_status status = ANNOPROJ_OK;
    row_walk_to(&labels, first);
    while (status == ANNOPROJ_OK && labels.at < tasks.end) {
        const int64_t task = labels.at;
        if (!is_wanted(made, task)) {
            row_walk_to(&labels, first + number_set_next(made->report.tasks, NUMBER_OF(task)));
        } else if (!row_walk_to(&tasks, task)) {
            row_walk_to(&labels, task + 1);
        } else {
            status = take_task(made, &labels, tasks.rows, error);
        }
    }
    annoproj_status ended = row_walk_end(&labels, status == ANNOPROJ_OK ? error : NULL);
    status = status == ANNOPROJ_OK ? ended : status;
    ended = row_walk_end(&tasks, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}

static annoproj_status make_report(scope *in, const query *asked, const explore_plan *plan, annoproj_table **table,
                                   annoproj_error **error) {
    explore made = {.plan = plan};
    annoproj_status status = report_begin(&made.report, in, asked, error);
    if (status == ANNOPROJ_OK) {
        status = ontology_load(in, in->project.ontology, &made.features, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made.out = rows_new(plan->type);
    status = take_tasks(&made, error);
    arena_release(&made.memory);
    release(made.list);
    frame_ranges_release(&made.frames);
    frame_ranges_release(&made.some);
    if (status != ANNOPROJ_OK) {
        rows_discard(made.out);
        return status;
    }
    return rows_finish(made.out, table, error);
}

#define TASKS_WITH(fps, from)                                                                                          \
    "SELECT t.id, t.data_unit, t.title, t.data_type, " fps " FROM " from                                               \
    " WHERE t.id >= ? AND t.id < ? AND t.stage <> 0 AND t.parent = 0 ORDER BY t.id"

static const char plain_tasks[] = TASKS_WITH("NULL", "task t");
static const char timed_tasks[] = TASKS_WITH("u.fps", "task t JOIN data_unit u ON u.id = t.data_unit");

annoproj_status report_instance_statistics(scope *in, const query *asked, annoproj_table **table,
                                           annoproj_error **error) {
    static const explore_plan plan = {&row_instance_statistics_row, plain_tasks, count_instance, add_instances};
    return make_report(in, asked, &plan, table, error);
}

annoproj_status report_label_statistics(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    static const explore_plan plan = {&row_label_statistics_row, plain_tasks, count_frames, add_frame_labels};
    return make_report(in, asked, &plan, table, error);
}

annoproj_status report_label_ranges(scope *in, const query *asked, annoproj_table **table, annoproj_error **error) {
    static const explore_plan plan = {&row_label_ranges_row, timed_tasks, add_ranges, NULL};
    return make_report(in, asked, &plan, table, error);
}
