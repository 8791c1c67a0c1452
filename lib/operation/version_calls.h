/* A label version that an export makes, so that it is kept what was exported. */
#ifndef VERSION_CALLS_H
#define VERSION_CALLS_H

#include "handle_call.h"

typedef struct version_choice {
    const char *function, *name; /* the public function, for the request key; the name was checked */
    const int64_t *stages, *classes;
    size_t stage_count, class_count;
} version_choice;

typedef struct saved_version {
    int64_t id;
    bool is_new; /* not what a request key had made before */
} saved_version;

/* Statuses and rights of annoproj_label_version_create(). */
annoproj_status version_save(annoproj_project *project, const version_choice *choice, const bounds *limits,
                             const annoproj_call *call, saved_version *out, annoproj_error **error);
/* Takes a new one back, and the request key (NULL = none) that stood for it. Where that fails the version stays. */
void version_unsave(annoproj_project *project, const saved_version *saved, const char *request_key);

#endif
