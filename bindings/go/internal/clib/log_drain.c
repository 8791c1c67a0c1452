/* Asking the system to write back (log_drain.h). Whether the log is on the disk is for SQLite alone to find out: errors are left to
 * its own sync, which meets them. */
#include "log_drain.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "store_state.h"

#define WORTH_IT ((size_t)8 << 20)

void log_drain_begin(log_drain *drain, const store *of) {
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s-wal", of->state->path);
    *drain = (log_drain){.file = -1};
    if (length > 0 && (size_t)length < sizeof path) {
        drain->file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    }
}

void log_drain_more(log_drain *drain, size_t bytes) {
    drain->waiting += bytes;
    if (drain->waiting < WORTH_IT) {
        return;
    }
    drain->waiting = 0;
#ifdef SYNC_FILE_RANGE_WRITE
    (void)sync_file_range(drain->file, 0, 0, SYNC_FILE_RANGE_WRITE);
#endif
}

void log_drain_end(log_drain *drain) {
    if (drain->file >= 0) {
        close(drain->file);
    }
}
