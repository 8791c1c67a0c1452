/* Playing a recording up to a moment, and what a power cut then leaves (disk.h). */
#include "disk_recording.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct content {
    unsigned char *bytes;
    size_t length, room;
} content;

typedef struct file_state {
    content safe;    /* as of the last sync */
    size_t *pending; /* operations since, in order */
    size_t pending_count, pending_room;
} file_state;

typedef struct entry {
    char name[NAME_MAX + 1];
    int file;
} entry;

typedef struct folder_state {
    entry *entries;
    size_t count, room;
} folder_state;

struct disk_player {
    const disk_recording *of;
    bool lying;
    size_t position;
    file_state *files;
    folder_state safe; /* names as of the last sync of the folder */
    size_t *pending;   /* operations on names since */
    size_t pending_count, pending_room;
    content scratch; /* of disk_player_cut() */
    folder_state names;
    uint64_t random;
};

static void *need(void *memory) {
    if (memory == NULL) {
        fprintf(stderr, "simulated disk: out of memory\n");
        abort();
    }
    return memory;
}

/* --- contents --------------------------------------------------------------------------------------------- */

static void resize(content *of, size_t length) {
    if (length > of->room) {
        of->room = length + length / 2 + DISK_SECTOR;
        of->bytes = need(realloc(of->bytes, of->room));
    }
    if (length > of->length) {
        memset(of->bytes + of->length, 0, length - of->length);
    }
    of->length = length;
}

static void put(content *of, int64_t offset, const void *data, int64_t length) {
    if ((size_t)(offset + length) > of->length) {
        resize(of, (size_t)(offset + length));
    }
    memcpy(of->bytes + offset, data, (size_t)length);
}

static void apply(content *of, const disk_operation *one) {
    if (one->kind == DISK_WRITE) {
        put(of, one->offset, one->data, one->length);
    } else {
        resize(of, (size_t)one->length);
    }
}

static void push(size_t **list, size_t *count, size_t *room, size_t value) {
    if (*count == *room) {
        *room = *room ? *room * 2 : 64;
        *list = need(realloc(*list, *room * sizeof **list));
    }
    (*list)[(*count)++] = value;
}

/* --- names ------------------------------------------------------------------------------------------------- */

static entry *find_entry(folder_state *in, const char *name) {
    for (size_t i = 0; i < in->count; i++) {
        if (strcmp(in->entries[i].name, name) == 0) {
            return &in->entries[i];
        }
    }
    return NULL;
}

static void add_entry(folder_state *in, const char *name, int file) {
    entry *there = find_entry(in, name);
    if (there == NULL) {
        if (in->count == in->room) {
            in->room = in->room ? in->room * 2 : 16;
            in->entries = need(realloc(in->entries, in->room * sizeof *in->entries));
        }
        there = &in->entries[in->count++];
        snprintf(there->name, sizeof there->name, "%s", name);
    }
    there->file = file;
}

static void remove_entry(folder_state *in, const char *name) {
    entry *there = find_entry(in, name);
    if (there != NULL) {
        *there = in->entries[--in->count];
    }
}

static void apply_name(folder_state *in, const disk_operation *one) {
    const entry *source = one->kind == DISK_RENAME ? find_entry(in, one->name) : NULL;
    if (one->kind == DISK_CREATE) {
        add_entry(in, one->name, one->file);
    } else if (one->kind == DISK_UNLINK) {
        remove_entry(in, one->name);
    } else if (source != NULL) {
        int file = source->file;
        remove_entry(in, one->name);
        add_entry(in, one->target, file);
    }
}

/* --- chance --------------------------------------------------------------------------------------------------- */

static uint64_t draw(disk_player *of) {
    uint64_t mixed = of->random += UINT64_C(0x9E3779B97F4A7C15);
    mixed = (mixed ^ (mixed >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    mixed = (mixed ^ (mixed >> 27)) * UINT64_C(0x94D049BB133111EB);
    return mixed ^ (mixed >> 31);
}

/* A write of which only some sectors arrived. Bytes beside the write in a sector that it shares are left alone. */
static void apply_sectors(disk_player *of, content *to, const disk_operation *one, bool garbage) {
    const unsigned char *data = one->data;
    for (int64_t from = one->offset, end = one->offset + one->length; from < end;) {
        int64_t next = (from / DISK_SECTOR + 1) * DISK_SECTOR;
        int64_t length = (next < end ? next : end) - from;
        uint64_t coin = draw(of);
        if (garbage && coin % 8 == 0) {
            unsigned char noise[DISK_SECTOR];
            for (size_t i = 0; i < DISK_SECTOR; i += sizeof coin) {
                uint64_t word = draw(of);
                memcpy(noise + i, &word, sizeof word);
            }
            put(to, from, noise, length);
        } else if ((coin & 16) != 0) {
            put(to, from, data + (from - one->offset), length);
        }
        from += length;
    }
}

/* --- playing ------------------------------------------------------------------------------------------------- */

disk_player *disk_player_new(const disk_recording *of, bool lying, uint64_t seed) {
    disk_player *made = need(calloc(1, sizeof *made));
    made->of = of;
    made->lying = lying;
    made->random = seed;
    made->files = need(calloc((size_t)of->files + 1, sizeof *made->files));
    for (size_t i = 0; i < of->start_count; i++) {
        put(&made->files[of->starts[i].file].safe, 0, of->starts[i].data, (int64_t)of->starts[i].length);
        add_entry(&made->safe, of->starts[i].name, of->starts[i].file);
    }
    return made;
}

void disk_player_free(disk_player *of) {
    for (int i = 0; i < of->of->files; i++) {
        free(of->files[i].safe.bytes);
        free(of->files[i].pending);
    }
    free(of->files);
    free(of->safe.entries);
    free(of->names.entries);
    free(of->pending);
    free(of->scratch.bytes);
    free(of);
}

/* What was to be made safe is safe all the same, or is gone, or some sectors of it are safe: what a sync that fails leaves is
 * not known. Nothing of it is pending any more. */
static void fail_sync(disk_player *of, file_state *file) {
    const uint64_t coin = draw(of) % 3;
    for (size_t i = 0; i < file->pending_count && coin > 0; i++) {
        const disk_operation *one = &of->of->operations[file->pending[i]];
        if (coin == 1 || one->kind == DISK_TRUNCATE) {
            apply(&file->safe, one);
        } else {
            apply_sectors(of, &file->safe, one, false);
        }
    }
    file->pending_count = 0;
}

static void play(disk_player *of, size_t at) {
    const disk_operation *one = &of->of->operations[at];
    file_state *file = one->file >= 0 ? &of->files[one->file] : NULL;
    switch (one->kind) {
    case DISK_WRITE:
    case DISK_TRUNCATE: push(&file->pending, &file->pending_count, &file->pending_room, at); break;
    case DISK_CREATE:
    case DISK_UNLINK:
    case DISK_RENAME: push(&of->pending, &of->pending_count, &of->pending_room, at); break;
    case DISK_SYNC:
        for (size_t i = 0; i < file->pending_count && !of->lying; i++) {
            apply(&file->safe, &of->of->operations[file->pending[i]]);
        }
        file->pending_count = of->lying ? file->pending_count : 0;
        break;
    case DISK_SYNC_FAILED:
        if (file != NULL) {
            fail_sync(of, file);
        }
        break;
    case DISK_SYNC_NAMES:
        for (size_t i = 0; i < of->pending_count && !of->lying; i++) {
            apply_name(&of->safe, &of->of->operations[of->pending[i]]);
        }
        of->pending_count = of->lying ? of->pending_count : 0;
        break;
    }
}

void disk_player_go(disk_player *of, size_t position) {
    while (of->position < position && of->position < of->of->count) {
        play(of, of->position++);
    }
}

/* --- the cut -------------------------------------------------------------------------------------------------- */

/* How much of a file is left, into `scratch`. */
static void cut_file(disk_player *of, const file_state *file, disk_style style) {
    content *left = &of->scratch;
    left->length = 0;
    put(left, 0, file->safe.bytes != NULL ? file->safe.bytes : (const unsigned char *)"", (int64_t)file->safe.length);
    size_t count = file->pending_count;
    if (style == DISK_KEEP_NONE) {
        count = 0;
    } else if (style == DISK_KEEP_FIRST && count > 0) {
        count = draw(of) % (count + 1);
    }
    for (size_t i = 0; i < count; i++) {
        const disk_operation *one = &of->of->operations[file->pending[i]];
        bool whole = style == DISK_KEEP_ALL || style == DISK_KEEP_FIRST;
        if (!whole && (style == DISK_KEEP_WRITES || one->kind == DISK_TRUNCATE)) {
            if ((draw(of) & 1) != 0) {
                apply(left, one);
            }
        } else if (whole) {
            apply(left, one);
        } else {
            apply_sectors(of, left, one, style == DISK_GARBAGE);
        }
    }
}

static void cut_names(disk_player *of, disk_style style) {
    of->names.count = 0;
    for (size_t i = 0; i < of->safe.count; i++) {
        add_entry(&of->names, of->safe.entries[i].name, of->safe.entries[i].file);
    }
    size_t count = style == DISK_KEEP_NONE ? 0 : of->pending_count;
    if (style == DISK_KEEP_FIRST && count > 0) {
        count = draw(of) % (count + 1);
    }
    for (size_t i = 0; i < count; i++) {
        if (style == DISK_KEEP_ALL || style == DISK_KEEP_FIRST || (draw(of) & 1) != 0) {
            apply_name(&of->names, &of->of->operations[of->pending[i]]);
        }
    }
}

static void empty_folder(const char *path) {
    DIR *folder = opendir(path);
    for (struct dirent *one = folder != NULL ? readdir(folder) : NULL; one != NULL; one = readdir(folder)) {
        unlinkat(dirfd(folder), one->d_name, 0);
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

static void write_file(const char *folder, const char *name, const content *what) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t done = 0;
    while (descriptor >= 0 && done < what->length) {
        ssize_t wrote = write(descriptor, what->bytes + done, what->length - done);
        if (wrote <= 0) {
            break;
        }
        done += (size_t)wrote;
    }
    if (descriptor < 0 || done < what->length || close(descriptor) != 0) {
        fprintf(stderr, "simulated disk: %s cannot be written\n", path);
        abort();
    }
}

/* The file of shared memory may hold anything. */
static void leave_shared_memory(disk_player *of, const char *folder, const char *store) {
    char name[NAME_MAX + 8];
    uint64_t coin = draw(of) % 3;
    if (coin == 0) {
        return;
    }
    of->scratch.length = 0;
    resize(&of->scratch, 32768);
    for (size_t i = 0; coin == 2 && i < of->scratch.length; i += sizeof coin) {
        uint64_t word = draw(of);
        memcpy(of->scratch.bytes + i, &word, sizeof word);
    }
    snprintf(name, sizeof name, "%s-shm", store);
    write_file(folder, name, &of->scratch);
}

void disk_player_cut(disk_player *of, disk_style style, uint64_t seed, const char *folder) {
    of->random = seed;
    empty_folder(folder);
    cut_names(of, style);
    for (size_t i = 0; i < of->names.count; i++) {
        char name[NAME_MAX + 1];
        snprintf(name, sizeof name, "%s", of->names.entries[i].name);
        cut_file(of, &of->files[of->names.entries[i].file], style);
        write_file(folder, name, &of->scratch);
        size_t length = strlen(name);
        if (length > 4 && strcmp(name + length - 4, "-wal") == 0) {
            name[length - 4] = '\0';
            leave_shared_memory(of, folder, name);
        }
    }
}

/* --- recordings ------------------------------------------------------------------------------------------------ */

size_t disk_recording_length(const disk_recording *of) {
    return of->count;
}

void disk_recording_free(disk_recording *of) {
    if (of == NULL) {
        return;
    }
    for (size_t i = 0; i < of->count; i++) {
        free(of->operations[i].data);
        free(of->operations[i].name);
        free(of->operations[i].target);
    }
    for (size_t i = 0; i < of->start_count; i++) {
        free(of->starts[i].name);
        free(of->starts[i].data);
    }
    free(of->operations);
    free(of->starts);
    free(of);
}

const char *disk_recording_describe(const disk_recording *of, size_t position) {
    static char line[NAME_MAX + 120];
    static const char *const words[] = {"create", "write", "truncate",    "unlink",
                                        "rename", "sync",  "failed sync", "sync of names"};
    if (position >= of->count) {
        return "the end";
    }
    const disk_operation *one = &of->operations[position];
    snprintf(line, sizeof line, "%s of file %d, %lld bytes at %lld %s", words[one->kind], one->file,
             (long long)one->length, (long long)one->offset, one->name != NULL ? one->name : "");
    return line;
}
