/* Private files beside another one: spools beside the store, copies beside the name they will get. */
#ifndef PRIVATE_FILE_H
#define PRIVATE_FILE_H

#include "contract.h"

typedef struct private_file {
    char *path;     /* NULL = none */
    int descriptor; /* holds a lock that ends with the process: a file without one is rubbish */
} private_file;

/* `<beside><suffix>XXXXXX`, mode 0600, empty. FULL, READONLY or IO when it cannot be made. */
annoproj_status private_file_make(const char *beside, const char *suffix, private_file *out, annoproj_error **error);
/* Deletes it; a path that was made empty (the file got another name) is left alone. */
void private_file_drop(private_file *file);
/* Removes what processes that died have left; how many. */
int32_t private_files_remove_stale(const char *beside, const char *suffix);

#endif
