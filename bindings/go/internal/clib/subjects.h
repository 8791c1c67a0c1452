/* What a call is about, read with one query for each kind of subject. Private to lib/access. */
#ifndef SUBJECTS_H
#define SUBJECTS_H

#include "access.h"

/* Fills role, status and facts of the scope for the request. STATE for a disabled user, NOT_FOUND for what is not there
 * or is in a project the user does not belong to. */
annoproj_status subject_load(scope *scope, subject_kind kind, int64_t id, annoproj_error **error);

/* Whether the session sees the project that was loaded: by its role there, or as org admin. */
bool subject_project_seen(const scope *in);

/* "there is no project 7, or this session may not see it". */
annoproj_status subject_unseen(const char *what, int64_t id, annoproj_error **error);

#endif
