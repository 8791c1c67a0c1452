/* What a team does all day, as numbered steps that can be repeated: the commands that faults are thrown at. */
#ifndef WORKLOAD_SUPPORT_H
#define WORKLOAD_SUPPORT_H

#include "team.h"

#define WORLD_TASKS 24

/* An open store with a handle of everybody. */
typedef struct world {
    annoproj_store *store;
    annoproj_session *host, *sessions[TEAM_SIZE];
    annoproj_project *projects[TEAM_SIZE], *host_project;
    int64_t now_us;
    uint64_t random;
    /* Of the store that world_make() made. */
    int64_t users[TEAM_SIZE], project, ontology, dataset, annotate, review, complete, first_task;
    char *coco; /* a file to import */
} world;

/* Makes a closed store at `path` and fills in what is known of it; `page_size` 0 = as in production. */
void world_make(world *of, const char *path, int32_t page_size);
void world_free(world *of); /* what world_make() allocated */

annoproj_status world_open(world *of, const char *path, bool relaxed, annoproj_error **error);
/* The two halves of it: the store, and everybody's handles. */
annoproj_status world_open_store(world *of, const char *path, bool relaxed, annoproj_error **error);
annoproj_status world_enter(world *of, annoproj_error **error);
/* Everything is given back, whatever the status. */
annoproj_status world_close(world *of, annoproj_error **error);

/* Step `number` of kind `kind`: the same numbers make the same arguments, and clock and random are set by the number, so
 * that a step that runs again on the same content leaves the same content. `key` may be NULL. What does not fit the moment
 * (STATE, CONFLICT, NONE) is an outcome like another. */
typedef struct world_step {
    const char *name;
    annoproj_status (*run)(world *of, int64_t number, const annoproj_call *call, annoproj_error **error);
} world_step;
extern const world_step world_steps[];
extern const size_t world_step_count;
annoproj_status world_run(world *of, size_t kind, int64_t number, const annoproj_call *call, annoproj_error **error);
size_t world_step_named(const char *name);

/* Rows of a full annoproj_store_check(); printed when there are any. */
int64_t world_differences(world *of);

/* Hash of the whole database as a reader sees it, page by page. */
uint64_t store_image(const char *path);
uint64_t open_store_image(annoproj_store *store); /* the same, through the store's own writer */
/* Hash of all rows but those of store_state (commits that stand in for others count too) and `request`. */
uint64_t store_content(const char *path);

void copy_file(const char *from, const char *to);
void remove_store_files(const char *path);

#endif
