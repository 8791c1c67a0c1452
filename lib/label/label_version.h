/* Label versions: what the labels of a project's tasks were, kept for ever (behaviour §13).
 *
 * A version is a list of parts, each of which has up to 128 tasks with what an export tells of them and the hashes of the
 * contents that hold their labels. Parts and contents are kept by their hash, so that a version shares with the others all
 * that did not change. Data units and datasets are named, not copied: they never change. */
#ifndef LABEL_VERSION_H
#define LABEL_VERSION_H

#include "label.h"
#include "label_content.h"

#define PART_TASKS 128

typedef struct label_version {
    int64_t id, project, branch, task, creator, created_us, tasks, labels; /* labels -1 = they were not counted */
    const char *name;
    const int64_t *stages, *classes; /* what it was made with, ascending; empty = all */
    size_t stage_count, class_count;
    uint8_t ontology[SHA256_SIZE], hash[SHA256_SIZE];
} label_version;
/* A version of the scope's project; texts and lists in the arena. NOT_FOUND. */
annoproj_status label_version_load(scope *scope, int64_t id, label_version *out, annoproj_error **error);
/* The same of a row that has LABEL_VERSION_COLUMNS of `label_version v`. False when out of memory; *sound = false when damaged. */
#define LABEL_VERSION_COLUMNS                                                                                          \
    "v.id, v.project, v.branch, v.task, v.creator, v.created_us, v.tasks, v.labels, v.name, v.stages, v.classes,"      \
    " v.ontology, v.hash"
bool label_version_read(arena *memory, statement *row, label_version *out, bool *sound);
bool label_version_has_class(const label_version *version, int32_t class);

/* A task in a version, or as it is now. */
typedef struct version_task {
    int64_t id, data_unit, stage, assignee, entered_us, labels;
    int32_t stage_type, status, priority;
    const uint8_t *contents; /* hashes */
    size_t content_count;
    bool unknown;    /* now: its labels are no contents yet */
    bool staged;     /* now: its contents are in no version yet */
    int64_t version; /* now: of its label set */
} version_task;

typedef struct version_part {
    int64_t position; /* task numbers from position * PART_TASKS on */
    uint8_t hash[SHA256_SIZE];
    version_task *tasks; /* in order */
    size_t count;
} version_part;

/* The parts of a version, in order; in the arena. Tasks are loaded by version_part_load(). */
annoproj_status version_list_parts(scope *scope, int64_t version, version_part **parts, size_t *count,
                                   annoproj_error **error);
/* The tasks of a part, by its hash; in `memory`. CORRUPT. */
annoproj_status version_part_load(scope *scope, int64_t project, version_part *part, arena *memory,
                                  annoproj_error **error);
/* The tasks that are there now, in these stages (none = all). */
annoproj_status version_part_now(scope *scope, const int64_t *stages, size_t stage_count, version_part *part,
                                 arena *memory, annoproj_error **error);
void version_part_encode(const version_part *part, bytes *out);
/* The hash of a version: of its ontology, its choice of stages and classes, and its parts in order. */
void version_hash_begin(sha256 *all, const label_version *version);
void version_hash_add(sha256 *all, const version_part *part);
/* Position of the last part that the project's tasks may be in. */
annoproj_status version_last_position(scope *scope, int64_t *position, annoproj_error **error);

/* The labels a task has in a version, in the order they were made; numbers are 0. Blobs are borrowed. CORRUPT. */
annoproj_status version_each_label(scope *scope, const version_task *task, label_fn found, void *data,
                                   annoproj_error **error);
/* Makes contents of the labels a task has now: their hashes are added to `hashes`; `size` in bytes. */
annoproj_status version_put_labels(command *command, int64_t task, bytes *hashes, int64_t *labels, size_t *size,
                                   annoproj_error **error);
/* The hashes they would have. */
annoproj_status version_hash_labels(scope *scope, int64_t task, bytes *hashes, annoproj_error **error);

/* --- making and removing --------------------------------------------------------------------------------------------- */

/* Looks at tasks behind `*after` whose labels are no contents yet, makes contents of some hundred of them and says where it
 * came to; INT64_MAX = there are no more. */
annoproj_status version_stage_some(command *command, const int64_t *stages, size_t stage_count, int64_t *after,
                                   int64_t *done, annoproj_error **error);
/* How many there are. */
annoproj_status version_count_unknown(scope *scope, const int64_t *stages, size_t stage_count, int64_t *count,
                                      annoproj_error **error);
/* Makes a version of the scope's project of the labels there are now. Name, stages and classes were checked. */
annoproj_status version_make(command *command, label_version *out, annoproj_error **error);
/* Makes a version of each branch of a task that is about to leave consensus. */
annoproj_status version_keep_branches(command *command, const task_facts *parent, annoproj_error **error);
/* Removes a version, and the contents that nothing else has. */
annoproj_status version_remove(command *command, const label_version *version, annoproj_error **error);
/* Removes contents of tasks of one part that no version has any more. */
annoproj_status version_forget(command *command, int64_t project, int64_t position, const uint8_t *hashes, size_t count,
                               annoproj_error **error);

#endif
