/* Blobs kept by the SHA-256 of their bytes, once in a project: what label versions are made of. */
#ifndef LABEL_CONTENT_H
#define LABEL_CONTENT_H

#include "access.h"
#include "sha256.h"

void content_hash(const void *data, size_t length, uint8_t hash[SHA256_SIZE]);
/* Keeps it unless it is there, and tells its hash. */
annoproj_status content_put(command *command, int64_t project, const bytes *data, uint8_t hash[SHA256_SIZE],
                            annoproj_error **error);
/* Reads one into `data`, which is emptied first, and looks whether it is what its hash says. CORRUPT. */
annoproj_status content_get(scope *scope, int64_t project, const uint8_t hash[SHA256_SIZE], bytes *data,
                            annoproj_error **error);
annoproj_status content_remove(command *command, int64_t project, const uint8_t hash[SHA256_SIZE],
                               annoproj_error **error);

/* Sets of hashes: an array that is sorted once, then asked. */
typedef struct hash_set {
    bytes hashes;
} hash_set;
void hash_set_add(hash_set *set, const uint8_t *hashes, size_t count);
void hash_set_sort(hash_set *set);
bool hash_set_has(const hash_set *set, const uint8_t hash[SHA256_SIZE]);
size_t hash_set_count(const hash_set *set);

#endif
