/* A host program that knows only the installed header: makes a store, closes it, opens it again. Its own
 * functions bear names that the library uses inside, which must not disturb either. Argument: the store's path. */
#include <annoproj.h>

#include <stdio.h>
#include <string.h>

int fail(const char *what, annoproj_error *error);
int version(void);

int fail(const char *what, annoproj_error *error) {
    fprintf(stderr, "%s: %s\n", what, annoproj_error_message(error));
    annoproj_error_free(error);
    return 1;
}

int version(void) {
    return ANNOPROJ_VERSION_MAJOR * 1000000 + ANNOPROJ_VERSION_MINOR * 1000 + ANNOPROJ_VERSION_PATCH;
}

int main(int count, char **arguments) {
    annoproj_error *error = NULL;
    annoproj_store *store = NULL;
    if (count != 2) {
        fprintf(stderr, "usage: program <path of the store to make>\n");
        return 2;
    }
    if (strcmp(annoproj_version(), ANNOPROJ_VERSION) != 0 || annoproj_version_number() != version()) {
        fprintf(stderr, "header %s, library %s\n", ANNOPROJ_VERSION, annoproj_version());
        return 1;
    }
    if (annoproj_store_create(arguments[1], NULL, NULL, &store, &error) != ANNOPROJ_OK) {
        return fail("create", error);
    }
    if (annoproj_store_close(store, NULL, &error) != ANNOPROJ_OK) {
        return fail("close", error);
    }
    if (annoproj_store_open(arguments[1], NULL, NULL, &store, &error) != ANNOPROJ_OK) {
        return fail("open", error);
    }
    if (annoproj_store_close(store, NULL, &error) != ANNOPROJ_OK) {
        return fail("close", error);
    }
    printf("libannoproj %s: %s made, closed, opened\n", annoproj_version(), arguments[1]);
    return 0;
}
