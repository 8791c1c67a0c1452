/* A log (WAL) whose syncs and writes fail at will: the methods of its file are hooked on a store's writer connection. */
#ifndef LOG_FAULTS_SUPPORT_H
#define LOG_FAULTS_SUPPORT_H

#include "store.h"

extern int syncs_to_fail, writes_to_fail; /* how many from now on; -1 = all */

void hook_log(store *of); /* one store at a time; fails the test when it cannot */

#endif
