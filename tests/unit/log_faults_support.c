#include "log_faults_support.h"

#include <sqlite3.h>

#include "store_state.h"
#include "support.h"

int syncs_to_fail, writes_to_fail;

static sqlite3_io_methods hooked;
static const sqlite3_io_methods *original;

static bool fails(int *left) {
    if (*left == 0) {
        return false;
    }
    *left -= *left > 0;
    return true;
}

static int hooked_sync(sqlite3_file *file, int flags) {
    return fails(&syncs_to_fail) ? SQLITE_IOERR_FSYNC : original->xSync(file, flags);
}

static int hooked_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset) {
    return fails(&writes_to_fail) ? SQLITE_FULL : original->xWrite(file, data, size, offset);
}

void hook_log(store *of) {
    sqlite3_file *file = NULL;
    syncs_to_fail = writes_to_fail = 0;
    assert_int_equal(sqlite3_file_control(of->state->writer->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file),
                     SQLITE_OK);
    assert_non_null(file->pMethods);
    original = file->pMethods;
    hooked = *original;
    hooked.xSync = hooked_sync;
    hooked.xWrite = hooked_write;
    file->pMethods = &hooked;
}
