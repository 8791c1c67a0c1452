/* A backup of an open store: its snapshot, copied while writers go on. */
#include <sys/stat.h>

#include "copy.h"
#include "failure.h"
#include "place.h"

static annoproj_status refuse_itself(const struct store_state *state, const char *path, annoproj_error **error) {
    struct stat there;
    if (stat(path, &there) != 0 || there.st_dev != state->device || there.st_ino != state->inode) {
        return ANNOPROJ_OK;
    }
    return fail(error, ANNOPROJ_INVALID, "%s is the store itself: give another path for the backup", QUOTED(path));
}

annoproj_status store_backup(reader *from, const char *path, bool replace, backup_facts *out, annoproj_error **error) {
    char *absolute = NULL, *folder = NULL;
    copy_facts made = {0};
    *out = (backup_facts){0};
    annoproj_status status = place_find(path, true, &absolute, &folder, error);
    if (status == ANNOPROJ_OK) {
        status = refuse_itself(from->store->state, absolute, error);
    }
    if (status == ANNOPROJ_OK) {
        status = store_spare(absolute, true, error);
    }
    if (status == ANNOPROJ_OK) {
        status = copy_to_file(from->database, absolute, replace, from->bounds, &made, error);
    }
    release(folder);
    if (status != ANNOPROJ_OK) {
        release(absolute);
        return status;
    }
    *out = (backup_facts){
        .path = absolute, .bytes = made.bytes, .commit_seq = made.commit_seq, .schema_version = made.version};
    return ANNOPROJ_OK;
}
