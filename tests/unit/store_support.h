/* Opening stores of the store room in tests, and bodies to run in them. They use the table `request`, whose rows no other
 * room minds: actor = who wrote, key = what. */
#ifndef STORE_SUPPORT_H
#define STORE_SUPPORT_H

#include "support.h"

#include "store.h"
#include "failure.h"

bounds no_bounds(void);
bounds bounds_of(int64_t microseconds);

store *make_test_store(const char *path); /* fails the test when it cannot */
store *open_test_store(const char *path);
void close_test_store(store *of); /* shuts and releases it */

/* One row more: actor and a key. */
typedef struct insert {
    int64_t actor;
    const char *key;
    int32_t runs;         /* how often the body was run */
    annoproj_status then; /* what the body returns after the insert */
} insert;
annoproj_status insert_body(writer *work, void *argument, annoproj_error **error);

int64_t count_rows(store *of, int64_t actor);   /* actor < 0: all */
int64_t ask_value(store *of, const char *text); /* first column of the first row; text is a constant */

#endif
