/* Private files (private_file.h). */
#include "private_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "allocate.h"
#include "failure.h"

#define RANDOM_PART "XXXXXX"

annoproj_status private_file_make(const char *beside, const char *suffix, private_file *out, annoproj_error **error) {
    size_t size = strlen(beside) + strlen(suffix) + sizeof RANDOM_PART;
    *out = (private_file){.descriptor = -1};
    out->path = allocate(size);
    if (out->path == NULL) {
        return fail_memory(error);
    }
    snprintf(out->path, size, "%s%s" RANDOM_PART, beside, suffix);
    out->descriptor = mkostemp(out->path, O_CLOEXEC);
    if (out->descriptor >= 0) {
        flock(out->descriptor, LOCK_EX | LOCK_NB);
        return ANNOPROJ_OK;
    }
    int reason = errno;
    annoproj_status status = reason == ENOSPC || reason == EDQUOT  ? ANNOPROJ_FULL
                             : reason == EACCES || reason == EROFS ? ANNOPROJ_READONLY
                                                                   : ANNOPROJ_IO;
    release(out->path);
    out->path = NULL;
    return fail(error, status, "no temporary file could be made beside %s (%s): check the folder", QUOTED(beside),
                strerror(reason));
}

void private_file_drop(private_file *file) {
    if (file->path != NULL && file->path[0] != '\0') {
        unlink(file->path);
    }
    if (file->descriptor >= 0) {
        close(file->descriptor);
    }
    release(file->path);
    *file = (private_file){.descriptor = -1};
}

static bool remove_if_stale(int folder, const char *name) {
    int descriptor = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) {
        return false;
    }
    bool stale = flock(descriptor, LOCK_EX | LOCK_NB) == 0 && unlinkat(folder, name, 0) == 0;
    close(descriptor);
    return stale;
}

int32_t private_files_remove_stale(const char *beside, const char *suffix) {
    const char *slash = strrchr(beside, '/'), *base = slash + 1;
    char head[4096];
    snprintf(head, sizeof head, "%.*s", (int)(slash == beside ? 1 : slash - beside), beside);
    int32_t removed = 0;
    DIR *folder = opendir(head);
    if (folder == NULL) {
        return 0;
    }
    size_t length = strlen(base), more = strlen(suffix);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const char *name = entry->d_name;
        if (strncmp(name, base, length) == 0 && strncmp(name + length, suffix, more) == 0 &&
            strlen(name) == length + more + sizeof RANDOM_PART - 1) {
            removed += remove_if_stale(dirfd(folder), name);
        }
    }
    closedir(folder);
    return removed;
}
