/* COCO exports with one thread and with several: the same bytes, the same errors, callbacks only on the calling thread. */
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "support.h"

#define IMAGES   400
#define ON_IMAGE 6
#define WORKFLOW                                                                                                       \
    "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{\"submit\":\"c\"}},"               \
    "{\"key\":\"c\",\"type\":\"DONE\"}]}"

static const int32_t lanes[] = {1, 2, 4};
static annoproj_error *error;

/* --- a file of all shapes ---------------------------------------------------------------------------------------------- */

static void write_ring(FILE *file, int corners, bool doubles) {
    for (int i = 0; i < 2 * corners; i++) {
        const double value = (double)random_below(90000) / 100 + (doubles ? 1.0 / 3 : 0);
        fprintf(file, doubles ? "%s%.17g" : "%s%.2f", i == 0 ? "[" : ",", value);
    }
    fputs("]", file);
}

static void write_shape(FILE *file) {
    const uint64_t kind = random_below(6);
    if (kind == 0) {
        fprintf(file, "\"bbox\":[%d,%d.5,20,30.25]", (int)random_below(900), (int)random_below(900));
    } else if (kind == 1) {
        fputs("\"segmentation\":{\"size\":[100,100],\"counts\":[5000,20,79,21,4880]}", file);
    } else if (kind == 2) { /* a hole: told by pixels */
        fputs("\"segmentation\":[[10,10,90,10,90,90,10,90],[20,20,20,40,40,40,40,20]]", file);
    } else if (kind == 3) {
        fputs("\"segmentation\":[],\"keypoints\":[1,2,2,3.5,4,1],\"num_keypoints\":2", file);
    } else {
        fputs("\"segmentation\":[", file);
        write_ring(file, 3 + (int)random_below(40), kind == 5);
        fputs("]", file);
    }
}

/* One image has so many labels that they are no batch. */
static char *write_coco(void) {
    char *path = scratch_path("all.json");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("{\"categories\":[{\"id\":1,\"name\":\"Leg\",\"keypoints\":[\"hip\",\"knee\"],\"skeleton\":[[1,2]]},"
          "{\"id\":2,\"name\":\"Other \\\"one\\\"\"}],\"images\":[",
          file);
    for (int i = 1; i <= IMAGES; i++)
        fprintf(file, "%s{\"id\":%d,\"file_name\":\"i%d.jpg\",\"width\":100,\"height\":100}", i == 1 ? "" : ",", i,
                i);
    fputs("],\"annotations\":[", file);
    int id = 0;
    for (int i = 1; i <= IMAGES; i++) {
        const int count = i == IMAGES / 2 ? 3000 : i % 50 == 0 ? 0 : (int)random_below(2 * ON_IMAGE);
        for (int j = 0; j < count; j++) {
            id++;
            fprintf(file, "%s{\"id\":%d,\"image_id\":%d,\"category_id\":1,\"score\":0.%d,\"note\":\"n%d\",",
                    id == 1 ? "" : ",\n", id, i, (int)random_below(99), id);
            write_shape(file);
            fputs("}", file);
        }
    }
    fputs("]}\n", file);
    assert_int_equal(fclose(file), 0);
    return path;
}

/* --- stores ------------------------------------------------------------------------------------------------------------ */

typedef struct opened {
    annoproj_store *store;
    annoproj_session *host;
    annoproj_project *project;
} opened;

static void open_project(opened *to, const char *path, int32_t threads) {
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    *to = (opened){0};
    options.threads = threads;
    assert_ok(annoproj_store_open(path, &options, NULL, &to->store, &error), error);
    assert_ok(annoproj_session_open(to->store, 0, NULL, NULL, &to->host, &error), error);
    assert_ok(annoproj_project_open(to->host, 1, NULL, &to->project, &error), error);
}

static void close_project(opened *of) {
    annoproj_project_close(of->project);
    annoproj_session_close(of->host);
    assert_ok(annoproj_store_close(of->store, NULL, &error), error);
}

static char *make_store(void) {
    char *path = scratch_path("store.annoproj"), *coco = write_coco();
    annoproj_table *table = NULL;
    opened to = {0};
    unlink(path);
    assert_ok(annoproj_store_create(path, NULL, NULL, &to.store, &error), error);
    assert_ok(annoproj_session_open(to.store, 0, NULL, NULL, &to.host, &error), error);
    assert_ok(annoproj_project_create_from_coco(to.host, "All", WORKFLOW, coco, NULL, NULL, &to.project, &table,
                                                &error),
              error);
    annoproj_table_free(table);
    close_project(&to);
    free(coco);
    return path;
}

/* --- tests ------------------------------------------------------------------------------------------------------------- */

static char *export_to(const opened *from, bool extended, const char *version, size_t *length) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    char *path = scratch_path("export.json");
    int64_t labels = 0;
    options.path = path;
    options.coco_extended = extended;
    options.version_name = version;
    assert_ok(annoproj_project_export_coco(from->project, &options, NULL, &labels, &error), error);
    assert_true(labels > IMAGES * ON_IMAGE / 2);
    char *text = read_whole_file(path, length);
    unlink(path);
    free(path);
    return text;
}

static void same_bytes_with_any_threads(void **state) {
    (void)state;
    static const char *const versions[] = {"one", "two", "four"};
    char *path = make_store();
    for (int form = 0; form < 3; form++) { /* as it is, extended, of a label version */
        char *first = NULL;
        size_t first_length = 0;
        for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) {
            opened from;
            size_t length = 0;
            open_project(&from, path, lanes[i]);
            char *text = export_to(&from, form == 1, form == 2 ? versions[i] : NULL, &length);
            close_project(&from);
            if (!first) {
                first = text;
                first_length = length;
                continue;
            }
            assert_int_equal(length, first_length);
            assert_memory_equal(text, first, length);
            free(text);
        }
        free(first);
    }
    free(path);
}

/* A file that cannot be whole is not there, nor what was written of it. */
static void assert_nothing_written(void) {
    DIR *folder = opendir(scratch_folder());
    assert_non_null(folder);
    for (const struct dirent *each = readdir(folder); each; each = readdir(folder))
        assert_null(strstr(each->d_name, "export.json"));
    closedir(folder);
}

static void damage_labels(const char *path) {
    sqlite3 *handle = NULL;
    assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
    assert_int_equal(sqlite3_exec(handle,
                                  "UPDATE label SET geometry = x'ffff' WHERE number IN (SELECT max(number) FROM label"
                                  " WHERE task - (1 << 32) IN (301, 302, 303, 399) GROUP BY task)",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_true(sqlite3_changes(handle) > 1);
    sqlite3_close(handle);
}

static void first_damaged_label_is_told(void **state) {
    (void)state;
    char *path = make_store(), first[512] = "";
    damage_labels(path);
    for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) {
        annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
        char *to = scratch_path("export.json");
        opened from;
        int64_t labels = 0;
        options.path = to;
        open_project(&from, path, lanes[i]);
        assert_int_equal(annoproj_project_export_coco(from.project, &options, NULL, &labels, &error),
                         ANNOPROJ_CORRUPT);
        if (!*first)
            snprintf(first, sizeof first, "%s", annoproj_error_message(error));
        assert_string_equal(annoproj_error_message(error), first);
        annoproj_error_free(error);
        error = NULL;
        close_project(&from);
        assert_nothing_written();
        free(to);
    }
    free(path);
}

typedef struct watched {
    pthread_t thread;
    int64_t pieces, fail_at, bytes;
    annoproj_cancel *cancel;
} watched;

static int32_t watch_write(const void *data, size_t length, void *user_data) {
    watched *by = user_data;
    (void)data;
    if (!pthread_equal(by->thread, pthread_self()))
        return 99;
    by->bytes += (int64_t)length;
    return ++by->pieces == by->fail_at ? 7 : 0;
}

static int32_t watch_progress(int64_t done, int64_t total, void *user_data) {
    const watched *by = user_data;
    if (by->pieces > 3 && done > total / 2)
        annoproj_cancel_trigger(by->cancel, NULL);
    return !pthread_equal(by->thread, pthread_self());
}

static void callbacks_come_on_the_calling_thread(void **state) {
    (void)state;
    char *path = make_store();
    for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) {
        annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
        annoproj_call call = ANNOPROJ_CALL_INIT;
        watched by = {.thread = pthread_self()};
        opened from;
        int64_t labels = 0;
        options.write = watch_write;
        options.user_data = call.user_data = &by;
        open_project(&from, path, lanes[i]);
        assert_ok(annoproj_project_export_coco(from.project, &options, &call, &labels, &error), error);
        by.fail_at = by.pieces / 2;
        assert_true(by.fail_at > 1);
        by.pieces = 0;
        assert_status(ANNOPROJ_CALLBACK,
                      annoproj_project_export_coco(from.project, &options, &call, &labels, &error), error);
        assert_int_equal(by.pieces, by.fail_at);
        assert_int_equal(labels, 0);
        by.pieces = by.fail_at = 0;
        assert_ok(annoproj_cancel_new(&by.cancel, &error), error);
        call.cancel = by.cancel;
        call.progress = watch_progress; /* cancels in the middle of the annotations */
        assert_status(ANNOPROJ_CANCELLED,
                      annoproj_project_export_coco(from.project, &options, &call, &labels, &error), error);
        annoproj_cancel_free(by.cancel);
        close_project(&from);
    }
    free(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_with_any_threads),
        cmocka_unit_test(first_damaged_label_is_told),
        cmocka_unit_test(callbacks_come_on_the_calling_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
