/* Gathering the frames of a log, and a guard (log_writes.h). */
#include "log_writes.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* As SQLite's file format has it. */
#define FRAME_HEADER 24
#define LOG_HEADER   32
#define COMMITS_AT   4 /* in a frame's header, four bytes that are not zero in the last frame of a transaction */
#define SUMS_AT      8 /* salt and checksum: zero where SQLite means to compute them at the commit */

/* Some thirty frames. The system's VFS takes less than 128 KiB at once. */
#define GATHER_BYTES 122880

#define FORGET 1734 /* a file control of ours */

typedef struct log_file {
    sqlite3_file base;
    sqlite3_file *inner; /* the system's, behind this */
    sqlite3_int64 start; /* where in the file what was gathered belongs */
    int length;          /* of that */
    bool page_is_next;   /* the last one was a header */
    uint8_t *gathered;
    sqlite3_int64 replaced; /* the first frame of the transaction whose page was written again; 0 = none */
} log_file;

static sqlite3_vfs *system_vfs, vfs;
static pid_t registered_by;

static log_file *log_of(sqlite3_file *file) {
    return (log_file *)(void *)file;
}

/* What could not be written stays: it is part of a transaction that cannot be committed without it. */
static int write_gathered(log_file *log) {
    int code = SQLITE_OK;
    if (log->length > 0) {
        code = log->inner->pMethods->xWrite(log->inner, log->gathered, log->length, log->start);
    }
    if (code == SQLITE_OK) {
        log->length = 0;
    }
    return code;
}

static int gather(log_file *log, const void *data, int size, sqlite3_int64 offset) {
    if (log->length + size > GATHER_BYTES || offset != log->start + log->length) {
        int code = write_gathered(log);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    if (log->length == 0) {
        log->start = offset;
    }
    memcpy(log->gathered + log->length, data, (size_t)size);
    log->length += size;
    return SQLITE_OK;
}

static bool commits(const void *header) {
    static const uint8_t none[4];
    return memcmp((const uint8_t *)header + COMMITS_AT, none, sizeof none) != 0;
}

static bool bears_sums(const void *header) {
    static const uint8_t none[FRAME_HEADER - SUMS_AT];
    return memcmp((const uint8_t *)header + SUMS_AT, none, sizeof none) != 0;
}

/* A page written again in its frame leaves the checksums from there on to the commit. When a savepoint takes the log back
 * to before that frame, SQLite may forget it (3.40 does), and the frames in between get none: the commit would be lost in
 * a crash. So it fails. A header that has its checksum shows that nothing is left to be computed. */
static bool is_beyond_repair(log_file *log, const void *data, int size, sqlite3_int64 offset) {
    bool header = size == FRAME_HEADER;
    if (header && bears_sums(data)) {
        log->replaced = 0;
    }
    bool broken = header && offset < log->replaced;
    if (header && commits(data)) {
        log->replaced = 0;
    }
    if (size > LOG_HEADER && !log->page_is_next && (log->replaced == 0 || offset - FRAME_HEADER < log->replaced)) {
        log->replaced = offset - FRAME_HEADER;
    }
    return broken;
}

/* The headers of frames that commit nothing and the pages behind them can wait. All else is written now, after them. */
static int log_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset) {
    log_file *log = log_of(file);
    if (is_beyond_repair(log, data, size, offset)) {
        return SQLITE_IOERR_WRITE;
    }
    bool header = size == FRAME_HEADER && !commits(data);
    bool page = size > LOG_HEADER && log->length > 0 && log->page_is_next && offset == log->start + log->length;
    log->page_is_next = size == FRAME_HEADER;
    if (header || page) {
        return gather(log, data, size, offset);
    }
    int code = write_gathered(log);
    return code == SQLITE_OK ? log->inner->pMethods->xWrite(log->inner, data, size, offset) : code;
}

static int log_read(sqlite3_file *file, void *data, int size, sqlite3_int64 offset) {
    log_file *log = log_of(file);
    if (offset < log->start + log->length && log->start < offset + size) {
        int code = write_gathered(log);
        if (code != SQLITE_OK) {
            return code;
        }
    }
    return log->inner->pMethods->xRead(log->inner, data, size, offset);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    int code = write_gathered(log_of(file));
    return code == SQLITE_OK ? log_of(file)->inner->pMethods->xTruncate(log_of(file)->inner, size) : code;
}

static int log_sync(sqlite3_file *file, int flags) {
    int code = write_gathered(log_of(file));
    return code == SQLITE_OK ? log_of(file)->inner->pMethods->xSync(log_of(file)->inner, flags) : code;
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    int code = write_gathered(log_of(file));
    return code == SQLITE_OK ? log_of(file)->inner->pMethods->xFileSize(log_of(file)->inner, size) : code;
}

static int log_close(sqlite3_file *file) {
    log_file *log = log_of(file);
    sqlite3_free(log->gathered); /* of no transaction that was committed */
    return log->inner->pMethods->xClose(log->inner);
}

static int log_control(sqlite3_file *file, int what, void *argument) {
    log_file *log = log_of(file);
    if (what == FORGET) {
        log->length = 0;
        log->replaced = 0;
        log->page_is_next = false;
        return SQLITE_OK;
    }
    return log->inner->pMethods->xFileControl(log->inner, what, argument);
}

/* A log is not locked, but SQLite's interface has it. */
static int log_lock(sqlite3_file *file, int level) {
    return log_of(file)->inner->pMethods->xLock(log_of(file)->inner, level);
}

static int log_unlock(sqlite3_file *file, int level) {
    return log_of(file)->inner->pMethods->xUnlock(log_of(file)->inner, level);
}

static int log_check_lock(sqlite3_file *file, int *held) {
    return log_of(file)->inner->pMethods->xCheckReservedLock(log_of(file)->inner, held);
}

static int log_sector(sqlite3_file *file) {
    return log_of(file)->inner->pMethods->xSectorSize(log_of(file)->inner);
}

static int log_device(sqlite3_file *file) {
    return log_of(file)->inner->pMethods->xDeviceCharacteristics(log_of(file)->inner);
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_check_lock,
    .xFileControl = log_control,
    .xSectorSize = log_sector,
    .xDeviceCharacteristics = log_device,
};

/* Every other file is the system's own. */
static int open_file(sqlite3_vfs *of, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    (void)of;
    if ((flags & SQLITE_OPEN_WAL) == 0) {
        return system_vfs->xOpen(system_vfs, name, file, flags, out_flags);
    }
    log_file *log = log_of(file);
    *log = (log_file){.inner = (sqlite3_file *)(void *)(log + 1), .gathered = sqlite3_malloc(GATHER_BYTES)};
    if (log->gathered == NULL) {
        return SQLITE_NOMEM;
    }
    int code = system_vfs->xOpen(system_vfs, name, log->inner, flags, out_flags);
    if (code != SQLITE_OK) {
        sqlite3_free(log->gathered);
        if (log->inner->pMethods != NULL) {
            log->inner->pMethods->xClose(log->inner);
        }
        return code;
    }
    log->base.pMethods = &methods;
    return SQLITE_OK;
}

/* A copy of another VFS is only known to work when it is SQLite's own. */
static void register_vfs(void) {
    system_vfs = sqlite3_vfs_find(NULL);
    if (system_vfs == NULL || strcmp(system_vfs->zName, "unix") != 0) {
        return;
    }
    registered_by = getpid();
    vfs = *system_vfs;
    vfs.zName = "annoproj";
    vfs.szOsFile = (int)sizeof(log_file) + system_vfs->szOsFile;
    vfs.xOpen = open_file;
    vfs.pNext = NULL;
    if (sqlite3_vfs_register(&vfs, 0) != SQLITE_OK) {
        vfs.zName = NULL;
    }
}

/* The library may be unloaded before SQLite is. In a child of fork SQLite is not touched: a thread that is no more may
 * have held its mutex. */
__attribute__((destructor)) static void unregister_vfs(void) {
    if (vfs.zName != NULL && registered_by == getpid()) {
        sqlite3_vfs_unregister(&vfs);
    }
}

const char *log_writes_vfs(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, register_vfs);
    return vfs.zName;
}

void log_writes_forget(sqlite3 *handle) {
    sqlite3_file *log = NULL;
    if (sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK && log != NULL &&
        log->pMethods != NULL && log->pMethods->xFileControl != NULL) {
        log->pMethods->xFileControl(log, FORGET, NULL);
    }
}
