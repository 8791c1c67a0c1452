/* Paths, rights and file systems (place.h). */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "failure.h"
#include "utf8.h"

/* Names that must still fit behind the path: "-spool-XXXXXX", ".backup-v<N>.tmp". */
#define LONGEST_SUFFIX 32

/* Shared memory and locks of SQLite's log do not work between machines. FUSE may be anything, so it counts. */
static const int64_t network_types[] = {
    0x6969 /* NFS */,      0x517b /* SMB */,       0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */,
    0x65735546 /* FUSE */, 0x01021997 /* 9P */,    0x5346414f /* AFS */,  0x6b414653 /* AFS (kernel) */,
    0x73757245 /* Coda */, 0x564c /* NCP */,       0x00c36400 /* Ceph */, 0x0bd00bd0 /* Lustre */,
    0x47504653 /* GPFS */, 0x7461636f /* OCFS2 */, 0x01161970 /* GFS2 */, 0x19830326 /* FhGFS */,
};

bool network_file_system(int64_t type) {
    for (size_t i = 0; i < sizeof network_types / sizeof network_types[0]; i++) {
        if (network_types[i] == type) {
            return true;
        }
    }
    return false;
}

static annoproj_status cannot_find(const char *what, const char *path, int reason, annoproj_error **error) {
    switch (reason) {
    case ENOENT:
    case ENOTDIR: return fail(error, ANNOPROJ_NOT_FOUND, "%s %s does not exist: check the path", what, QUOTED(path));
    case EACCES:
        return fail(error, ANNOPROJ_READONLY, "%s %s cannot be accessed: check the rights of its folders", what,
                    QUOTED(path));
    case ENOMEM: return fail_memory(error);
    default: return fail(error, ANNOPROJ_IO, "%s %s cannot be opened (%s)", what, QUOTED(path), strerror(reason));
    }
}

/* realpath(), into memory of ours; `*out` stays NULL on failure. */
static annoproj_status resolve(const char *what, const char *path, char **out, annoproj_error **error) {
    char buffer[PATH_MAX];
    *out = NULL;
    if (realpath(path, buffer) == NULL) {
        return cannot_find(what, path, errno, error);
    }
    *out = duplicate_text(buffer);
    return *out != NULL ? ANNOPROJ_OK : fail_memory(error);
}

static annoproj_status check_path(const char *path, annoproj_error **error) {
    size_t length = strnlen(path, PATH_MAX);
    if (length == 0) {
        return fail(error, ANNOPROJ_INVALID, "`path` is empty: give the path of a file");
    }
    if (length + LONGEST_SUFFIX >= PATH_MAX) {
        return fail(error, ANNOPROJ_INVALID, "`path` is longer than %d bytes", PATH_MAX - LONGEST_SUFFIX - 1);
    }
    const char *base = strrchr(path, '/');
    base = base == NULL ? path : base + 1;
    if (*base == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
        return fail(error, ANNOPROJ_INVALID, "`path` %s names a folder: give the path of a file", QUOTED(path));
    }
    return ANNOPROJ_OK;
}

static annoproj_status find_new(const char *path, char **absolute, char **folder, annoproj_error **error) {
    const char *slash = strrchr(path, '/');
    const char *base = slash == NULL ? path : slash + 1;
    char head[PATH_MAX];
    if (slash == NULL) {
        strcpy(head, ".");
    } else {
        snprintf(head, sizeof head, "%.*s", slash == path ? 1 : (int)(slash - path), path);
    }
    annoproj_status status = resolve("the folder", head, folder, error);
    if (*folder == NULL) {
        return status;
    }
    size_t size = strlen(*folder) + strlen(base) + 2;
    *absolute = allocate(size);
    if (*absolute == NULL) {
        return fail_memory(error);
    }
    snprintf(*absolute, size, "%s/%s", strcmp(*folder, "/") == 0 ? "" : *folder, base);
    return ANNOPROJ_OK;
}

static annoproj_status find_old(const char *path, char **absolute, char **folder, annoproj_error **error) {
    struct stat facts;
    annoproj_status status = resolve("the store", path, absolute, error);
    if (*absolute == NULL) {
        return status;
    }
    if (stat(*absolute, &facts) != 0) {
        return cannot_find("the store", path, errno, error);
    }
    if (!S_ISREG(facts.st_mode)) {
        return fail(error, ANNOPROJ_CORRUPT, "%s is not a file, so it is no store: give the path of one", QUOTED(path));
    }
    *folder = duplicate_text(*absolute);
    if (*folder == NULL) {
        return fail_memory(error);
    }
    char *slash = strrchr(*folder, '/');
    slash[slash == *folder ? 1 : 0] = '\0';
    return ANNOPROJ_OK;
}

annoproj_status place_find(const char *path, bool create, char **absolute, char **folder, annoproj_error **error) {
    *absolute = NULL;
    *folder = NULL;
    annoproj_status status = check_path(path, error);
    if (status == ANNOPROJ_OK) {
        status = (create ? find_new : find_old)(path, absolute, folder, error);
    }
    if (status != ANNOPROJ_OK) {
        release(*absolute);
        release(*folder);
        *absolute = NULL;
        *folder = NULL;
    }
    return status;
}

annoproj_status place_check(const char *path, const char *folder, bool create, annoproj_error **error) {
    struct statfs facts;
    if (statfs(folder, &facts) != 0) {
        return cannot_find("the folder", folder, errno, error);
    }
    if (network_file_system((int64_t)(uint32_t)facts.f_type)) {
        return fail(error, ANNOPROJ_UNSUPPORTED,
                    "the folder %s is on a network or user-space file system (type %x), where a store's locks do not "
                    "work: use a local disk",
                    QUOTED(folder), (unsigned)facts.f_type);
    }
    if (create && faccessat(AT_FDCWD, path, F_OK, AT_EACCESS | AT_SYMLINK_NOFOLLOW) == 0) {
        return fail(error, ANNOPROJ_EXISTS, "there is a file %s already: open it, or choose another path",
                    QUOTED(path));
    }
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) != 0) {
        return fail(error, ANNOPROJ_READONLY,
                    "the folder %s cannot be written, and a store needs its log beside it: change its rights or copy "
                    "the store elsewhere",
                    QUOTED(folder));
    }
    if (!create && faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) != 0) {
        return fail(error, ANNOPROJ_READONLY, "the file %s cannot be read and written: change its rights",
                    QUOTED(path));
    }
    return ANNOPROJ_OK;
}

/* ---- where others may write ---- */

static bool exists(const char *path, size_t length, const char *suffix) {
    char name[PATH_MAX + LONGEST_SUFFIX];
    int size = snprintf(name, sizeof name, "%.*s%s", (int)length, path, suffix);
    return size < (int)sizeof name && access(name, F_OK) == 0;
}

/* A store is known by its lock file, which is never deleted: to open the file itself would cost this process SQLite's locks. */
annoproj_status store_spare(const char *path, bool may_be_store, annoproj_error **error) {
    static const char *const beside[] = {"", "-wal", "-shm", "-lock"};
    char buffer[PATH_MAX];
    const char *whole = realpath(path, buffer) != NULL ? buffer : path; /* it may be a link to a store */
    size_t length = strnlen(whole, PATH_MAX);
    for (size_t i = may_be_store ? 1 : 0; i < sizeof beside / sizeof beside[0]; i++) {
        size_t suffix = strlen(beside[i]);
        if (length < suffix || memcmp(whole + length - suffix, beside[i], suffix) != 0) {
            continue;
        }
        if (exists(whole, length - suffix, "") && exists(whole, length - suffix, "-lock")) {
            return fail(error, ANNOPROJ_INVALID, "%s is %s: choose another path", QUOTED(path),
                        suffix == 0 ? "a store" : "a file that belongs to a store");
        }
    }
    return ANNOPROJ_OK;
}
