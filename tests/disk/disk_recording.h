/* What is kept of the operations on the watched folder: between disk_calls.c, which fills it, and disk_cut.c. */
#ifndef DISK_RECORDING_H
#define DISK_RECORDING_H

#include "disk.h"

typedef enum disk_kind {
    DISK_CREATE,   /* a name comes to be, for a new file */
    DISK_WRITE,    /* `length` bytes at `offset` */
    DISK_TRUNCATE, /* to `length`, shorter or longer */
    DISK_UNLINK,   /* a name goes */
    DISK_RENAME,   /* `name` becomes `target` */
    DISK_SYNC,     /* of a file */
    DISK_SYNC_FAILED,
    DISK_SYNC_NAMES,
} disk_kind;

typedef struct disk_operation {
    disk_kind kind;
    int file; /* number of the file, -1 for names only */
    int64_t offset, length;
    void *data;
    char *name, *target;
} disk_operation;

/* A file that was there when the recording began. */
typedef struct disk_start {
    char *name;
    int file;
    void *data;
    size_t length;
} disk_start;

struct disk_recording {
    disk_operation *operations;
    size_t count, room;
    disk_start *starts;
    size_t start_count;
    int files; /* numbers given so far */
};

#endif
