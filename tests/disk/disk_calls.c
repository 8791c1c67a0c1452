/* The system calls of this program and of every library in it, seen on their way (disk.h). The names are those of libc:
 * a program's own definition comes first for all of its libraries. */
#include "disk_recording.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default"))) /* also by shared libraries */

#define DESCRIPTORS 1024
#define FILES_MOST  256
#define FAILED_MOST 32
#define NOT_OURS    (-1)
#define THE_FOLDER  (-2)

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER; /* of all below */
static char watched[PATH_MAX];
static size_t watched_length; /* 0 = none */
static int files_of[DESCRIPTORS];
static char names[FILES_MOST][NAME_MAX + 1]; /* by file number, "" when it has none any more */
static int name_count;
static disk_recording *recording;

static disk_fault fault;
static size_t countdown;
static bool lasting_fault, failing;
static char failed[FAILED_MOST][NAME_MAX + 32]; /* different ones, the first first */
static int failed_count;

static _Noreturn void give_up(const char *what) {
    fprintf(stderr, "simulated disk: %s\n", what);
    abort();
}

static void *need(void *memory) {
    if (memory == NULL) {
        give_up("out of memory");
    }
    return memory;
}

/* --- which file (guard held) ------------------------------------------------------------------------- */

/* The name in the watched folder, NULL when the path leads elsewhere. */
static const char *name_in_folder(const char *path) {
    if (watched_length == 0 || path == NULL || strncmp(path, watched, watched_length) != 0 ||
        path[watched_length] != '/' || path[watched_length + 1] == '\0' ||
        strchr(path + watched_length + 1, '/') != NULL) {
        return NULL;
    }
    return path + watched_length + 1;
}

static int find_file(const char *name) {
    for (int i = 0; i < name_count; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    return NOT_OURS;
}

static int new_file(const char *name) {
    if (name_count == FILES_MOST) {
        give_up("too many files");
    }
    snprintf(names[name_count], sizeof names[0], "%s", name);
    return name_count++;
}

static int file_of(int descriptor) {
    return watched_length > 0 && descriptor >= 0 && descriptor < DESCRIPTORS ? files_of[descriptor] : NOT_OURS;
}

/* SQLite's shared memory is never synced and never survives: it is no part of the disk. */
static bool is_shared_memory(const char *name) {
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, "-shm") == 0;
}

/* --- recording (guard held) ---------------------------------------------------------------------------- */

static void note(disk_kind kind, int file, int64_t offset, int64_t length, const void *data, const char *name,
                 const char *target) {
    if (recording == NULL || (file >= 0 && is_shared_memory(names[file])) || (name != NULL && is_shared_memory(name))) {
        return;
    }
    if (recording->count == recording->room) {
        recording->room = recording->room ? recording->room * 2 : 1024;
        recording->operations = need(realloc(recording->operations, recording->room * sizeof *recording->operations));
    }
    disk_operation *made = &recording->operations[recording->count++];
    *made = (disk_operation){.kind = kind, .file = file, .offset = offset, .length = length};
    if (data != NULL) {
        made->data = memcpy(need(malloc((size_t)length + 1)), data, (size_t)length);
    }
    made->name = name != NULL ? need(strdup(name)) : NULL;
    made->target = target != NULL ? need(strdup(target)) : NULL;
    recording->files = name_count;
}

/* --- failing (guard held) ------------------------------------------------------------------------------- */

typedef enum need_of { NEEDS_NOTHING, NEEDS_ROOM, IS_READ } need_of;

static bool remember_failure(const char *call, const char *name) {
    char line[sizeof failed[0]];
    snprintf(line, sizeof line, "%s %s", call, name);
    for (int i = 0; i < failed_count; i++) {
        if (strcmp(failed[i], line) == 0) {
            return true;
        }
    }
    if (failed_count < FAILED_MOST) {
        memcpy(failed[failed_count++], line, sizeof line);
    }
    return true;
}

/* Whether this operation is to fail. */
static bool fails(const char *call, const char *name, need_of kind) {
    if (fault == DISK_NO_FAULT || (fault == DISK_FULL && kind != NEEDS_ROOM) ||
        (fault == DISK_SHORT_READ && kind != IS_READ)) {
        return false;
    }
    if (failing) {
        return lasting_fault && remember_failure(call, name);
    }
    if (countdown == 0 || --countdown > 0) {
        return false;
    }
    failing = true;
    return remember_failure(call, name);
}

static int refuse(void) {
    errno = fault == DISK_FULL ? ENOSPC : EIO;
    return -1;
}

static bool fails_of(const char *call, int descriptor, need_of kind) {
    pthread_mutex_lock(&guard);
    int file = file_of(descriptor);
    bool answer = file != NOT_OURS && fails(call, file == THE_FOLDER ? "the folder" : names[file], kind);
    pthread_mutex_unlock(&guard);
    return answer;
}

/* --- the calls -------------------------------------------------------------------------------------------- */

static void opened(int descriptor, const char *path, const char *name, bool was_there, int flags) {
    int file = name != NULL ? find_file(name) : NOT_OURS;
    if (name == NULL) {
        file = watched_length > 0 && strncmp(path, watched, watched_length) == 0 &&
                       (path[watched_length] == '\0' || strcmp(path + watched_length, "/") == 0)
                   ? THE_FOLDER
                   : NOT_OURS;
    } else if (!was_there) {
        file = new_file(name);
        note(DISK_CREATE, file, 0, 0, NULL, name, NULL);
    } else if (file == NOT_OURS) {
        file = new_file(name);
    } else if ((flags & O_TRUNC) != 0) {
        note(DISK_TRUNCATE, file, 0, 0, NULL, NULL, NULL);
    }
    if (descriptor >= DESCRIPTORS) {
        give_up("too many open files");
    }
    files_of[descriptor] = file;
}

static int open_file(const char *path, int flags, mode_t mode) {
    pthread_mutex_lock(&guard);
    const char *name = name_in_folder(path);
    int answer = -1;
    bool was_there = name != NULL && syscall(SYS_access, path, F_OK) == 0;
    if (name != NULL && fails("open", name, (flags & O_CREAT) != 0 && !was_there ? NEEDS_ROOM : NEEDS_NOTHING)) {
        refuse();
    } else {
        answer = (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
        if (answer >= 0 && watched_length > 0) {
            opened(answer, path, name, was_there, flags);
        }
    }
    pthread_mutex_unlock(&guard);
    return answer;
}

SEEN int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_file(path, flags, mode);
}

SEEN int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_file(path, flags, mode);
}

SEEN int mkostemp(char *template, int flags) {
    static unsigned counter;
    size_t length = strlen(template);
    int answer;
    do {
        char letters[8];
        snprintf(letters, sizeof letters, "%06x", __atomic_add_fetch(&counter, 1, __ATOMIC_RELAXED) & 0xffffffu);
        memcpy(template + length - 6, letters, 6);
        answer = open_file(template, flags | O_RDWR | O_CREAT | O_EXCL, 0600);
    } while (answer < 0 && errno == EEXIST);
    return answer;
}

SEEN int close(int descriptor) {
    pthread_mutex_lock(&guard);
    if (descriptor >= 0 && descriptor < DESCRIPTORS) {
        files_of[descriptor] = NOT_OURS;
    }
    pthread_mutex_unlock(&guard);
    return (int)syscall(SYS_close, descriptor);
}

static ssize_t read_at(int descriptor, void *data, size_t length, off_t offset) {
    if (fails_of("read", descriptor, IS_READ)) {
        return fault == DISK_SHORT_READ ? 0 : refuse();
    }
    return offset < 0 ? syscall(SYS_read, descriptor, data, length)
                      : syscall(SYS_pread64, descriptor, data, length, offset);
}

SEEN ssize_t read(int descriptor, void *data, size_t length) {
    return read_at(descriptor, data, length, -1);
}

SEEN ssize_t pread64(int descriptor, void *data, size_t length, off_t offset);
ssize_t pread64(int descriptor, void *data, size_t length, off_t offset) {
    return read_at(descriptor, data, length, offset);
}

static ssize_t write_at(int descriptor, const void *data, size_t length, off_t offset) {
    pthread_mutex_lock(&guard);
    int file = file_of(descriptor);
    bool refused = file >= 0 && fails("write", names[file], NEEDS_ROOM);
    size_t part = refused && fault == DISK_FULL ? length / 2 : refused ? 0 : length;
    ssize_t answer = 0;
    if (part > 0) {
        off_t at = offset >= 0 ? offset : file >= 0 ? (off_t)syscall(SYS_lseek, descriptor, 0, SEEK_CUR) : 0;
        answer = offset >= 0 ? syscall(SYS_pwrite64, descriptor, data, part, offset)
                             : syscall(SYS_write, descriptor, data, part);
        if (answer > 0 && file >= 0) {
            note(DISK_WRITE, file, at, answer, data, NULL, NULL);
        }
    }
    if (refused) {
        answer = refuse();
    }
    pthread_mutex_unlock(&guard);
    return answer;
}

SEEN ssize_t write(int descriptor, const void *data, size_t length) {
    return write_at(descriptor, data, length, -1);
}

SEEN ssize_t pwrite64(int descriptor, const void *data, size_t length, off_t offset);
ssize_t pwrite64(int descriptor, const void *data, size_t length, off_t offset) {
    return write_at(descriptor, data, length, offset);
}

static int cut_file(int descriptor, off_t length) {
    pthread_mutex_lock(&guard);
    int file = file_of(descriptor);
    int answer;
    if (file >= 0 && fails("ftruncate", names[file], NEEDS_ROOM)) {
        answer = refuse();
    } else {
        answer = (int)syscall(SYS_ftruncate, descriptor, length);
        if (answer == 0 && file >= 0) {
            note(DISK_TRUNCATE, file, 0, length, NULL, NULL, NULL);
        }
    }
    pthread_mutex_unlock(&guard);
    return answer;
}

SEEN int ftruncate(int descriptor, off_t length) {
    return cut_file(descriptor, length);
}

SEEN int ftruncate64(int descriptor, off_t length);
int ftruncate64(int descriptor, off_t length) {
    return cut_file(descriptor, length);
}

static int sync_file(int descriptor) {
    pthread_mutex_lock(&guard);
    int file = file_of(descriptor), answer = 0;
    if (file != NOT_OURS && fails("fsync", file == THE_FOLDER ? "the folder" : names[file], NEEDS_ROOM)) {
        note(DISK_SYNC_FAILED, file == THE_FOLDER ? -1 : file, 0, 0, NULL, NULL, NULL);
        answer = refuse();
    } else if (file != NOT_OURS) { /* the real disk below need not be asked */
        note(file == THE_FOLDER ? DISK_SYNC_NAMES : DISK_SYNC, file == THE_FOLDER ? -1 : file, 0, 0, NULL, NULL, NULL);
    }
    pthread_mutex_unlock(&guard);
    return answer;
}

SEEN int fsync(int descriptor) {
    return sync_file(descriptor);
}

SEEN int fdatasync(int descriptor) {
    return sync_file(descriptor);
}

SEEN int unlink(const char *path) {
    pthread_mutex_lock(&guard);
    const char *name = name_in_folder(path);
    int answer;
    if (name != NULL && fails("unlink", name, NEEDS_NOTHING)) {
        answer = refuse();
    } else {
        answer = (int)syscall(SYS_unlink, path);
        int file = answer == 0 && name != NULL ? find_file(name) : NOT_OURS;
        if (file != NOT_OURS) {
            note(DISK_UNLINK, -1, 0, 0, NULL, name, NULL);
            names[file][0] = '\0';
        }
    }
    pthread_mutex_unlock(&guard);
    return answer;
}

/* Only for names in the watched folder itself, as the library uses it. */
SEEN int unlinkat(int folder, const char *name, int flags) {
    pthread_mutex_lock(&guard);
    bool ours = file_of(folder) == THE_FOLDER;
    int answer;
    if (ours && fails("unlink", name, NEEDS_NOTHING)) {
        answer = refuse();
    } else {
        answer = (int)syscall(SYS_unlinkat, folder, name, flags);
        int file = answer == 0 && ours ? find_file(name) : NOT_OURS;
        if (file != NOT_OURS) {
            note(DISK_UNLINK, -1, 0, 0, NULL, name, NULL);
            names[file][0] = '\0';
        }
    }
    pthread_mutex_unlock(&guard);
    return answer;
}

static int rename_file(const char *from, const char *to, unsigned flags) {
    pthread_mutex_lock(&guard);
    const char *name = name_in_folder(from), *target = name_in_folder(to);
    int answer;
    if (name != NULL && fails("rename", name, NEEDS_NOTHING)) {
        answer = refuse();
    } else {
        answer = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
        if (answer == 0 && name != NULL && target != NULL) {
            int file = find_file(name), old = find_file(target);
            note(DISK_RENAME, -1, 0, 0, NULL, name, target);
            if (old != NOT_OURS) {
                names[old][0] = '\0';
            }
            if (file != NOT_OURS) {
                snprintf(names[file], sizeof names[0], "%s", target);
            }
        }
    }
    pthread_mutex_unlock(&guard);
    return answer;
}

SEEN int rename(const char *from, const char *to) {
    return rename_file(from, to, 0);
}

/* The library's paths are absolute. */
SEEN int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
    (void)from_folder;
    (void)to_folder;
    return rename_file(from, to, flags);
}

SEEN int fstat64(int descriptor, struct stat64 *facts);
int fstat64(int descriptor, struct stat64 *facts) {
    return fails_of("fstat", descriptor, NEEDS_NOTHING) ? refuse() : (int)syscall(SYS_fstat, descriptor, facts);
}

SEEN void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off_t offset);
void *mmap64(void *address, size_t length, int protection, int flags, int descriptor, off_t offset) {
    if (fails_of("mmap", descriptor, NEEDS_NOTHING)) {
        refuse();
        return MAP_FAILED;
    }
    return (void *)syscall(SYS_mmap, address, length, protection, flags, descriptor, offset); // NOLINT
}

/* --- disk.h ------------------------------------------------------------------------------------------------- */

static void read_file(const char *path, void **data, size_t *length) {
    struct stat facts;
    int descriptor = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
    if (descriptor < 0 || fstat(descriptor, &facts) != 0) {
        give_up("a file cannot be read");
    }
    *length = (size_t)facts.st_size;
    *data = need(malloc(*length + 1));
    for (size_t done = 0; done < *length;) {
        ssize_t got = syscall(SYS_pread64, descriptor, (char *)*data + done, *length - done, (off_t)done);
        if (got <= 0) {
            give_up("a file cannot be read");
        }
        done += (size_t)got;
    }
    syscall(SYS_close, descriptor);
}

void disk_watch(const char *folder) {
    pthread_mutex_lock(&guard);
    if (realpath(folder, watched) == NULL) {
        give_up("there is no such folder");
    }
    watched_length = strlen(watched);
    name_count = 0;
    for (int i = 0; i < DESCRIPTORS; i++) {
        files_of[i] = NOT_OURS;
    }
    pthread_mutex_unlock(&guard);
}

void disk_unwatch(void) {
    disk_fail_at(0, DISK_NO_FAULT, false);
    disk_recording_free(disk_recording_take());
    pthread_mutex_lock(&guard);
    watched_length = 0;
    pthread_mutex_unlock(&guard);
}

void disk_fail_at(size_t count, disk_fault kind, bool lasting) {
    pthread_mutex_lock(&guard);
    fault = count > 0 ? kind : DISK_NO_FAULT;
    countdown = count;
    lasting_fault = lasting;
    failing = false;
    failed_count = count > 0 ? 0 : failed_count;
    pthread_mutex_unlock(&guard);
}

const char *disk_failed_at(void) {
    return failed_count > 0 ? failed[0] : NULL;
}

bool disk_failed_on(const char *call, const char *suffix) {
    for (int i = 0; i < failed_count; i++) {
        size_t length = strlen(failed[i]), wanted = strlen(suffix);
        if (strncmp(failed[i], call, strlen(call)) == 0 && length >= wanted &&
            strcmp(failed[i] + length - wanted, suffix) == 0) {
            return true;
        }
    }
    return false;
}

void disk_record(void) {
    pthread_mutex_lock(&guard);
    disk_recording *made = need(calloc(1, sizeof *made));
    DIR *folder = opendir(watched);
    if (folder == NULL) {
        give_up("the folder cannot be read");
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        char path[PATH_MAX + NAME_MAX + 2];
        if (entry->d_name[0] == '.' || is_shared_memory(entry->d_name)) {
            continue;
        }
        int file = find_file(entry->d_name);
        made->starts = need(realloc(made->starts, (made->start_count + 1) * sizeof *made->starts));
        disk_start *start = &made->starts[made->start_count++];
        start->name = need(strdup(entry->d_name));
        start->file = file != NOT_OURS ? file : new_file(entry->d_name);
        snprintf(path, sizeof path, "%s/%s", watched, entry->d_name);
        read_file(path, &start->data, &start->length);
    }
    closedir(folder);
    made->files = name_count;
    recording = made;
    pthread_mutex_unlock(&guard);
}

size_t disk_position(void) {
    pthread_mutex_lock(&guard);
    size_t count = recording != NULL ? recording->count : 0;
    pthread_mutex_unlock(&guard);
    return count;
}

disk_recording *disk_recording_take(void) {
    pthread_mutex_lock(&guard);
    disk_recording *taken = recording;
    recording = NULL;
    pthread_mutex_unlock(&guard);
    return taken;
}
