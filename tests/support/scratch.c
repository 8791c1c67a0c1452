/* Files of a test: a scratch folder per process, whole files in and out. */
#include "support.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[4096];
static pid_t owner;

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place) {
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

/* A forked child leaves the folder to its parent. */
static void remove_folder(void) {
    if (getpid() == owner) {
        nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
}

void scratch_in_memory(void) {
    if (access("/dev/shm", W_OK) == 0) {
        setenv("TMPDIR", "/dev/shm", 1);
    }
}

const char *scratch_folder(void) {
    if (folder[0] == 0) {
        const char *base = getenv("TMPDIR");
        int length = snprintf(folder, sizeof folder, "%s/annoproj-XXXXXX", base && base[0] ? base : "/tmp");
        if (length < 0 || (size_t)length >= sizeof folder || mkdtemp(folder) == NULL) {
            fail_msg("no scratch folder %s: %s", folder, strerror(errno));
        }
        owner = getpid();
        atexit(remove_folder);
    }
    return folder;
}

char *scratch_path(const char *name) {
    char *path = NULL;
    if (asprintf(&path, "%s/%s", scratch_folder(), name) < 0) {
        fail_msg("out of memory");
    }
    return path;
}

char *read_whole_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fail_msg("cannot read %s: %s", path, strerror(errno));
    }
    size_t used = 0, room = 65536;
    char *bytes = malloc(room);
    while (bytes != NULL) {
        size_t got = fread(bytes + used, 1, room - used - 1, file);
        used += got;
        if (got == 0) {
            break;
        }
        if (room - used < 4096) {
            room *= 2;
            char *larger = realloc(bytes, room);
            if (larger == NULL) {
                free(bytes);
            }
            bytes = larger;
        }
    }
    int broken = ferror(file);
    fclose(file);
    if (bytes == NULL || broken) {
        fail_msg("cannot read %s", path);
    }
    bytes[used] = 0;
    if (length != NULL) {
        *length = used;
    }
    return bytes;
}

void write_whole_file(const char *path, const void *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    size_t written = file ? fwrite(bytes, 1, length, file) : 0;
    if (file == NULL || fclose(file) != 0 || written != length) {
        fail_msg("cannot write %s: %s", path, strerror(errno));
    }
}
