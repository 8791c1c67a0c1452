/* What is done to the task in a command's scope: the public functions do it to one task, the bulk ones to many. */
#ifndef TASK_BODIES_H
#define TASK_BODIES_H

#include "access.h"

annoproj_status submit_body(command *command, void *submit_options, annoproj_error **error);
annoproj_status approve_body(command *command, void *review_options, annoproj_error **error);
annoproj_status reject_body(command *command, void *review_options, annoproj_error **error);
annoproj_status pathway_body(command *command, void *key, annoproj_error **error); /* const char * */
annoproj_status assign_body(command *command, void *user, annoproj_error **error); /* const int64_t * */
annoproj_status release_body(command *command, void *nothing, annoproj_error **error);
annoproj_status priority_body(command *command, void *priority, annoproj_error **error); /* const int32_t * */
annoproj_status move_body(command *command, void *stage, annoproj_error **error);        /* const int64_t * */
annoproj_status reopen_body(command *command, void *nothing, annoproj_error **error);

/* The caller's options, checked and copied, and their fingerprint for the request key. */
annoproj_status submit_arguments(const annoproj_submit_options *options, annoproj_submit_options *own, uint64_t *print,
                                 annoproj_error **error);
annoproj_status review_arguments(const annoproj_review_options *options, bool approve, annoproj_review_options *own,
                                 uint64_t *print, annoproj_error **error);

#endif
