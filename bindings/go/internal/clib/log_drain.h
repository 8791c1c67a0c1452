/* A large command's share of the log goes to the disk while the command runs, so that its commit has little left to wait for. */
#ifndef LOG_DRAIN_H
#define LOG_DRAIN_H

#include "store.h"

typedef struct log_drain {
    int file; /* -1 = none: it is only a help */
    size_t waiting;
} log_drain;

/* In the command. */
void log_drain_begin(log_drain *drain, const store *store);
/* About so many bytes more were written: has the system begin when it is worth it. */
void log_drain_more(log_drain *drain, size_t bytes);
void log_drain_end(log_drain *drain);

#endif
