/* Labels that go from one task to another. */
#include "label_copy.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "published.h"

/* --- reading ----------------------------------------------------------------------------------------------------- */

static bool keep(arena *memory, const uint8_t **blob, size_t length) {
    uint8_t *copy = arena_allocate(memory, length + 1);
    if (copy && length > 0)
        memcpy(copy, *blob, length);
    *blob = copy;
    return copy != NULL;
}

annoproj_status label_list_add(void *list, const label *found, annoproj_error **error) {
    label_list *to = list;
    if (to->count == to->capacity) {
        const size_t capacity = to->capacity ? to->capacity * 2 : 16;
        label *larger = arena_array(to->memory, capacity, sizeof *larger);
        if (!larger)
            return fail_memory(error);
        if (to->count > 0)
            memcpy(larger, to->labels, to->count * sizeof *larger);
        to->labels = larger;
        to->capacity = capacity;
    }
    label *one = &to->labels[to->count++];
    *one = *found;
    return keep(to->memory, &one->ranges, one->ranges_length) &&
                   keep(to->memory, &one->geometry, one->geometry_length) &&
                   keep(to->memory, &one->answers, one->answers_length) &&
                   keep(to->memory, &one->nodes, one->nodes_length) &&
                   keep(to->memory, &one->members, one->members_length)
               ? ANNOPROJ_OK
               : fail_memory(error);
}

annoproj_status label_load_all(scope *in, int64_t task, label **labels, size_t *count, annoproj_error **error) {
    label_list to = {.memory = in->memory};
    annoproj_status status = label_each(in, task, label_list_add, &to, error);
    *labels = to.labels;
    *count = to.count;
    return status;
}

/* --- which number a hash has ------------------------------------------------------------------------------------- */

typedef struct hash_number {
    char hash[9];
    int64_t number;
    size_t there; /* place among the task's labels + 1; 0 = it was published and is gone */
    bool kept;
} hash_number;

typedef struct replacing {
    label *before;
    size_t before_count;
    hash_number *known; /* by hash */
    size_t known_count;
} replacing;

static int by_hash(const void *a, const void *b) {
    return strcmp(((const hash_number *)a)->hash, ((const hash_number *)b)->hash);
}

static annoproj_status load_known(scope *in, int64_t task, replacing *run, annoproj_error **error) {
    published *kept = NULL;
    size_t count = 0;
    annoproj_status status = label_load_all(in, task, &run->before, &run->before_count, error);
    if (status == ANNOPROJ_OK)
        status = published_load(in, task, &kept, &count, error);
    if (status != ANNOPROJ_OK)
        return status;
    run->known = arena_array(in->memory, run->before_count + count + 1, sizeof *run->known);
    if (!run->known)
        return fail_memory(error);
    for (size_t i = 0; i < run->before_count; i++) {
        hash_number *one = &run->known[run->known_count++];
        *one = (hash_number){.number = run->before[i].number, .there = i + 1};
        memcpy(one->hash, run->before[i].hash, sizeof one->hash);
        published *row = published_find(kept, count, one->number);
        if (row)
            row->seen = true;
    }
    for (size_t i = 0; i < count; i++) {
        if (kept[i].seen)
            continue;
        hash_number *one = &run->known[run->known_count++];
        *one = (hash_number){.number = kept[i].label};
        memcpy(one->hash, kept[i].hash, sizeof one->hash);
    }
    if (run->known_count > 0)
        qsort(run->known, run->known_count, sizeof *run->known, by_hash);
    return ANNOPROJ_OK;
}

static hash_number *find_known(const replacing *run, const char *hash) {
    hash_number key = {.number = 0};
    memcpy(key.hash, hash, sizeof key.hash);
    return run->known_count == 0 ? NULL : bsearch(&key, run->known, run->known_count, sizeof key, by_hash);
}

/* --- writing ----------------------------------------------------------------------------------------------------- */

bool label_same(const label *a, const label *b) {
    return a->class == b->class && a->creator == b->creator && a->created_us == b->created_us &&
           a->editor == b->editor && a->edited_us == b->edited_us && a->manual == b->manual &&
           !(a->confidence < b->confidence || a->confidence > b->confidence) &&
           same_bytes(a->ranges, a->ranges_length, b->ranges, b->ranges_length) &&
           same_bytes(a->geometry, a->geometry_length, b->geometry, b->geometry_length) &&
           same_bytes(a->answers, a->answers_length, b->answers, b->answers_length) &&
           same_bytes(a->nodes, a->nodes_length, b->nodes, b->nodes_length) &&
           same_bytes(a->members, a->members_length, b->members, b->members_length);
}

static annoproj_status put_copy(command *cmd, replacing *run, const label *from, int64_t *given,
                                annoproj_error **error) {
    hash_number *known = find_known(run, from->hash);
    label copy = *from;
    copy.task = cmd->scope.task.id;
    copy.number = known ? known->number : 0;
    if (known)
        known->kept = true;
    if (known && known->there > 0 && label_same(&run->before[known->there - 1], &copy)) {
        *given = copy.number;
        return ANNOPROJ_OK;
    }
    annoproj_status status = label_store(cmd, &copy, error);
    *given = copy.number;
    return status;
}

annoproj_status label_replace_all(command *cmd, const label *labels, size_t count, int64_t *numbers,
                                  annoproj_error **error) {
    replacing run = {.before = NULL};
    annoproj_status status = load_known(&cmd->scope, cmd->scope.task.id, &run, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++) {
        int64_t given = 0;
        status = put_copy(cmd, &run, &labels[i], &given, error);
        if (numbers)
            numbers[i] = given;
    }
    for (size_t i = 0; i < run.known_count && status == ANNOPROJ_OK; i++)
        if (run.known[i].there > 0 && !run.known[i].kept)
            status = label_remove(cmd, cmd->scope.task.id, run.known[i].number, error);
    return status;
}

annoproj_status label_copy_published(command *cmd, int64_t from, const task_facts *to, annoproj_error **error) {
    published *kept = NULL;
    size_t count = 0;
    int64_t next = 0;
    bool counts = false, media = false; /* both kinds of events count nowhere, so that texts have them, too */
    frame_ranges frames = {0};
    annoproj_status status = published_load(&cmd->scope, from, &kept, &count, error);
    if (status == ANNOPROJ_OK)
        status = label_counts(&cmd->scope, to, &counts, &media, error);
    if (status == ANNOPROJ_OK && count > 0)
        status = project_next_label(cmd, PROJECT_OF(to->id), (int64_t)count, &next, error);
    for (size_t i = 0; i < count && status == ANNOPROJ_OK; i++, next++) {
        published *row = &kept[i];
        row->label = next;
        row->submitter = 0;
        row->at_last_submit = false;
        status = label_frames(row->frames, row->frames_length, media, &frames, error);
        event made = {.kind = EVENT_LABEL_SILENTLY_PUBLISHED,
                      .task = NUMBER_OF(to->id),
                      .stage = to->stage.number,
                      .class = row->class,
                      .frames = frame_ranges_frames(&frames),
                      .reference = next};
        if (status == ANNOPROJ_OK)
            command_event(cmd, &made);
        made.kind = EVENT_LABEL_SILENTLY_GONE;
        if (status == ANNOPROJ_OK && !row->live)
            command_event(cmd, &made);
        if (status == ANNOPROJ_OK)
            status = published_put(cmd, to->id, row, error);
    }
    frame_ranges_release(&frames);
    return status;
}
