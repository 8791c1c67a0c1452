/* Issues on tasks: anchors, comments, resolution, the rejection issue of a label. */
#ifndef ISSUE_H
#define ISSUE_H

#include "label.h"

typedef struct issue {
    int64_t id, task;
    int32_t anchor; /* annoproj_anchor */
    int64_t label;  /* label number; 0 = none */
    char label_hash[9];
    int32_t class;
    int64_t first_frame, last_frame;
    double x, y;
    bool resolved, rejection;
} issue;

#define ISSUE_TAGS_MOST 100

/* Opens an issue (id is filled in), with a comment unless it is empty. Appends EVENT_ISSUE_CREATE (and _COMMENT),
 * raises the counters of task and project. */
annoproj_status issue_open(command *command, issue *issue, const char *comment, annoproj_error **error);
annoproj_status issue_find(scope *scope, int64_t id, issue *out, annoproj_error **error);
annoproj_status issue_add_comment(command *command, const issue *issue, const char *comment, annoproj_error **error);
/* No event and OK when it is in that state already. */
annoproj_status issue_set_resolved(command *command, const issue *issue, bool resolved, annoproj_error **error);
/* Replaces its tags: an event for each that comes or goes. NOT_FOUND for one that is neither the project's nor on it. */
annoproj_status issue_set_tags(command *command, const issue *issue, const int64_t *tags, size_t count,
                               annoproj_error **error);
/* The same for tags that come to those it has. LIMIT. */
annoproj_status issue_add_tags(command *command, const issue *issue, const int64_t *tags, size_t count,
                               annoproj_error **error);
/* Appends an event about the issue; tag: 0 = none. */
annoproj_status issue_record(command *command, const issue *issue, int32_t kind, int64_t tag, annoproj_error **error);
/* A label was rejected: opens its rejection issue, or reopens it, or only appends the comment. */
annoproj_status issue_label_rejected(command *command, int64_t task, int64_t label, const char *hash, int32_t class,
                                     const char *comment, issue *out, annoproj_error **error);
/* Resolves the open rejection issue of a label (NULL = of every label of the task, removed ones included). */
annoproj_status issue_label_approved(command *command, int64_t task, const char *hash, annoproj_error **error);
/* Whether a task has an open issue anchored elsewhere than on a label: a reason to reject under strict review. */
annoproj_status issue_open_off_label(scope *scope, int64_t task, bool *open, annoproj_error **error);

#endif
