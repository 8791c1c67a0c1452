/* Files and callbacks to export into. */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocate.h"
#include "callback.h"
#include "failure.h"
#include "store.h"

#define PIECE      ((size_t)64 << 10)
#define WRITE_BACK ((off_t)8 << 20)
#define SUFFIX     ".XXXXXX"

static annoproj_status fail_system(const char *path, int reason, const char *what, annoproj_error **error) {
    const annoproj_status status = reason == ENOENT || reason == ENOTDIR                     ? ANNOPROJ_NOT_FOUND
                                   : reason == EACCES || reason == EROFS || reason == EPERM  ? ANNOPROJ_READONLY
                                   : reason == ENOSPC || reason == EDQUOT || reason == EFBIG ? ANNOPROJ_FULL
                                                                                             : ANNOPROJ_IO;
    return fail(error, status, "%s cannot be %s (%s): check folder and disk", QUOTED(path), what, strerror(reason));
}

static annoproj_status make_names(output *out, const char *path, annoproj_error **error) {
    const size_t length = strlen(path);
    out->path = duplicate_text(path);
    char *copy = duplicate_text(path);
    if (copy) {
        out->folder = duplicate_text(dirname(copy));
    }
    release(copy);
    out->temporary = allocate(length + sizeof SUFFIX);
    if (!out->path || !out->folder || !out->temporary) {
        release(out->temporary);
        out->temporary = NULL;
        return fail_memory(error);
    }
    memcpy(out->temporary, path, length);
    memcpy(out->temporary + length, SUFFIX, sizeof SUFFIX);
    return ANNOPROJ_OK;
}

annoproj_status output_open(output *out, const char *path, annoproj_write_fn write_fn, void *user_data,
                            annoproj_error **error) {
    *out = (output){.write = write_fn, .user_data = user_data, .file = -1};
    if (write_fn) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = store_spare(path, false, error);
    if (status == ANNOPROJ_OK) {
        status = make_names(out, path, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    out->file = mkostemp(out->temporary, O_CLOEXEC);
    if (out->file < 0) {
        const int reason = errno;
        release(out->temporary);
        out->temporary = NULL;
        return fail_system(path, reason, "written", error);
    }
    return ANNOPROJ_OK;
}

/* The disk has its part to do: it begins while more is made, so that little is left when all must be durable. */
static void begin_writing_back(output *out, size_t length) {
    out->waiting += (off_t)length;
    if (out->waiting >= WRITE_BACK) {
        sync_file_range(out->file, out->written, out->waiting, SYNC_FILE_RANGE_WRITE);
        out->written += out->waiting;
        out->waiting = 0;
    }
}

void output_keep(output *out) {
    *out = (output){.file = -1, .kept = true};
}

static annoproj_status call_write(output *out, const char *data, size_t length, annoproj_error **error) {
    callback_begin();
    const int32_t answer = out->write(data, length, out->user_data);
    callback_end();
    return answer == 0 ? ANNOPROJ_OK : fail(error, ANNOPROJ_CALLBACK, "the write callback returned %d", (int)answer);
}

static annoproj_status write_file(output *out, const char *data, size_t length, annoproj_error **error) {
    for (size_t done = 0; done < length;) {
        const ssize_t wrote = write(out->file, data + done, length - done);
        if (wrote < 0 && errno != EINTR) {
            return fail_system(out->path, errno, "written", error);
        }
        done += wrote > 0 ? (size_t)wrote : 0;
    }
    begin_writing_back(out, length);
    return ANNOPROJ_OK;
}

static annoproj_status hand_on(output *out, annoproj_error **error) {
    const size_t length = out->text.length;
    if (out->text.failed) {
        return fail_memory(error);
    }
    if (out->kept || length == 0) {
        return ANNOPROJ_OK;
    }
    out->text.length = 0;
    return out->write ? call_write(out, out->text.data, length, error) : write_file(out, out->text.data, length, error);
}

annoproj_status output_pass(output *out, annoproj_error **error) {
    return out->text.length >= PIECE || out->text.failed ? hand_on(out, error) : ANNOPROJ_OK;
}

annoproj_status output_append(output *out, const char *data, size_t length, annoproj_error **error) {
    if (out->kept || length < PIECE) {
        text_append(&out->text, data, length);
        return output_pass(out, error);
    }
    annoproj_status status = hand_on(out, error);
    if (status == ANNOPROJ_OK) {
        status = out->write ? call_write(out, data, length, error) : write_file(out, data, length, error);
    }
    return status;
}

/* A rename is durable when its folder is. */
static void sync_folder(const char *path) {
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
}

annoproj_status output_finish(output *out, annoproj_error **error) {
    annoproj_status status = hand_on(out, error);
    if (status != ANNOPROJ_OK || out->write || out->kept) {
        return status;
    }
    if (fsync(out->file) != 0) {
        return fail_system(out->path, errno, "written", error);
    }
    const int closed = close(out->file);
    out->file = -1;
    if (closed != 0 || rename(out->temporary, out->path) != 0) {
        return fail_system(out->path, errno, "written", error);
    }
    release(out->temporary);
    out->temporary = NULL;
    sync_folder(out->folder);
    return ANNOPROJ_OK;
}

void output_close(output *out) {
    if (out->file >= 0) {
        close(out->file);
    }
    if (out->temporary) {
        unlink(out->temporary);
    }
    text_release(&out->text);
    release(out->path);
    release(out->folder);
    release(out->temporary);
    *out = (output){.file = -1};
}
