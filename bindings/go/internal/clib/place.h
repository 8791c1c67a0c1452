/* Where a store lies: its absolute path, and whether a store can live there. */
#ifndef PLACE_H
#define PLACE_H

#include "store_state.h"

/* Absolute, without symbolic links; `folder` too. NOT_FOUND when the folder (for create) or the file is missing. */
annoproj_status place_find(const char *path, bool create, char **absolute, char **folder, annoproj_error **error);
/* UNSUPPORTED on a network file system, READONLY when folder or file cannot be written. */
annoproj_status place_check(const char *path, const char *folder, bool create, annoproj_error **error);
bool network_file_system(int64_t type); /* statfs' f_type */

#endif
