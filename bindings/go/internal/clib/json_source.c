/* Opening and reading what is imported. */
#include "json_source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "allocate.h"
#include "callback.h"
#include "failure.h"

#define SIZE_LIMIT ((int64_t)8 << 30)
#define WINDOW     ((size_t)256 << 10)
#define PIECE      ((size_t)64 << 10)

static annoproj_status too_large(const json_source *of, annoproj_error **error) {
    return fail(error, ANNOPROJ_LIMIT, "%s has %lld bytes, at most %lld are taken", QUOTED(of->name),
                (long long)of->size, (long long)SIZE_LIMIT);
}

static annoproj_status open_file(json_source *of, annoproj_error **error) {
    struct stat facts;
    of->file = open(of->name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (of->file < 0) {
        const int reason = errno;
        const bool missing = reason == ENOENT || reason == ENOTDIR;
        return fail(error, missing ? ANNOPROJ_NOT_FOUND : ANNOPROJ_IO, "%s cannot be read (%s): check the path",
                    QUOTED(of->name), strerror(reason));
    }
    if (fstat(of->file, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        return fail(error, ANNOPROJ_IO, "%s is no file: give the path of a file", QUOTED(of->name));
    }
    of->size = facts.st_size;
    return of->size > SIZE_LIMIT ? too_large(of, error) : ANNOPROJ_OK;
}

/* --- from a callback ---------------------------------------------------------------------------------------------- */

static annoproj_status write_all(int file, const char *data, size_t length, annoproj_error **error) {
    while (length > 0) {
        const ssize_t wrote = write(file, data, length);
        if (wrote < 0 && errno != EINTR) {
            const int reason = errno;
            return fail(error, reason == ENOSPC || reason == EDQUOT ? ANNOPROJ_FULL : ANNOPROJ_IO,
                        "the temporary file of an import cannot be written (%s): check the store's folder and disk",
                        strerror(reason));
        }
        data += wrote > 0 ? wrote : 0;
        length -= wrote > 0 ? (size_t)wrote : 0;
    }
    return ANNOPROJ_OK;
}

static annoproj_status ask(annoproj_read_fn read, void *user_data, char *buffer, size_t *length,
                           annoproj_error **error) {
    *length = 0;
    callback_begin();
    const int32_t answer = read(buffer, PIECE, length, user_data);
    callback_end();
    if (answer != 0) {
        return fail(error, ANNOPROJ_CALLBACK, "the read callback returned %d", (int)answer);
    }
    return *length <= PIECE
               ? ANNOPROJ_OK
               : fail(error, ANNOPROJ_CALLBACK, "the read callback says it read %zu bytes, more than the %zu asked for",
                      *length, PIECE);
}

static annoproj_status copy_all(json_source *to, annoproj_read_fn read, void *user_data, const bounds *limits,
                                annoproj_error **error) {
    char *buffer = allocate(PIECE);
    if (!buffer) {
        return fail_memory(error);
    }
    size_t length = 0;
    annoproj_status status = ANNOPROJ_OK;
    do {
        status = bounds_check(limits, error);
        if (status == ANNOPROJ_OK) {
            status = ask(read, user_data, buffer, &length, error);
        }
        if (status == ANNOPROJ_OK) {
            to->size += (int64_t)length;
            status = to->size > SIZE_LIMIT ? too_large(to, error) : write_all(to->file, buffer, length, error);
        }
    } while (status == ANNOPROJ_OK && length > 0);
    release(buffer);
    return status;
}

/* --- the source --------------------------------------------------------------------------------------------------- */

annoproj_status source_open(json_source *of, store *beside, const char *path, annoproj_read_fn read, void *user_data,
                            const bounds *limits, annoproj_error **error) {
    *of = (json_source){.file = -1, .name = duplicate_text(path ? path : "the import")};
    if (!of->name) {
        return fail_memory(error);
    }
    if (path) {
        return open_file(of, error);
    }
    annoproj_status status = spool_file_open(beside, &of->copy, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    of->file = spool_file_descriptor(of->copy);
    return copy_all(of, read, user_data, limits, error);
}

annoproj_status source_from_text(json_source *of, const char *name, const char *text, size_t length,
                                 annoproj_error **error) {
    *of = (json_source){.file = -1, .name = duplicate_text(name), .size = (int64_t)length, .text = text};
    return of->name ? ANNOPROJ_OK : fail_memory(error);
}

annoproj_status source_read(void *source, void *buffer, size_t size, size_t *length, annoproj_error **error) {
    json_source *of = source;
    ssize_t got = 0;
    do {
        got = pread(of->file, buffer, size, (off_t)of->read);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return fail(error, ANNOPROJ_IO, "reading %s failed at byte %lld (%s)", QUOTED(of->name), (long long)of->read,
                    strerror(errno));
    }
    *length = (size_t)got;
    of->read += got;
    return ANNOPROJ_OK;
}

annoproj_status source_scan(json_source *of, size_t longest, json_scan **scan, annoproj_error **error) {
    const json_limits limits = {.string_length = longest};
    of->read = 0;
    return of->text ? json_scan_memory(of->text, (size_t)of->size, &limits, scan, error)
                    : json_scan_stream(source_read, of, WINDOW, &limits, scan, error);
}

annoproj_status source_scan_inside(json_source *of, int64_t offset, size_t longest, json_scan **scan,
                                   annoproj_error **error) {
    annoproj_status status = source_scan(of, longest, scan, error);
    of->read = offset;
    return status == ANNOPROJ_OK ? json_begin_inside(*scan, offset, error) : status;
}

json_source source_beside(const json_source *of, int64_t offset) {
    return (json_source){.name = of->name, .file = of->file, .size = of->size, .read = offset};
}

annoproj_status source_text(json_source *of, size_t most, bytes *out, annoproj_error **error) {
    char piece[4096];
    size_t length = 0;
    of->read = 0;
    annoproj_status status = ANNOPROJ_OK;
    do {
        status = source_read(of, piece, sizeof piece, &length, error);
        if (status == ANNOPROJ_OK && out->length + length > most) {
            status = fail(error, ANNOPROJ_LIMIT, "%s has more than %zu bytes", QUOTED(of->name), most);
        }
        bytes_append(out, piece, status == ANNOPROJ_OK ? length : 0);
    } while (status == ANNOPROJ_OK && length > 0);
    return status == ANNOPROJ_OK && out->failed ? fail_memory(error) : status;
}

void source_close(json_source *of) {
    if (of->copy) {
        spool_file_close(of->copy);
    } else if (of->file >= 0) {
        close(of->file);
    }
    release(of->name);
    *of = (json_source){.file = -1};
}
