/* COCO files with one thread and with several: the same labels in, the same bytes out, the same errors, callbacks only on the calling
 * thread. */
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
        fprintf(file, "%s{\"id\":%d,\"file_name\":\"i%d.jpg\",\"width\":100,\"height\":100}", i == 1 ? "" : ",", i, i);
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
    assert_ok(
        annoproj_project_create_from_coco(to.host, "All", WORKFLOW, coco, NULL, NULL, &to.project, &table, &error),
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
    assert_true(labels > IMAGES);
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
        assert_int_equal(annoproj_project_export_coco(from.project, &options, NULL, &labels, &error), ANNOPROJ_CORRUPT);
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
        assert_status(ANNOPROJ_CALLBACK, annoproj_project_export_coco(from.project, &options, &call, &labels, &error),
                      error);
        assert_int_equal(by.pieces, by.fail_at);
        assert_int_equal(labels, 0);
        by.pieces = by.fail_at = 0;
        assert_ok(annoproj_cancel_new(&by.cancel, &error), error);
        call.cancel = by.cancel;
        call.progress = watch_progress; /* cancels in the middle of the annotations */
        assert_status(ANNOPROJ_CANCELLED, annoproj_project_export_coco(from.project, &options, &call, &labels, &error),
                      error);
        annoproj_cancel_free(by.cancel);
        close_project(&from);
    }
    free(path);
}

/* --- imports ----------------------------------------------------------------------------------------------------------- */

/* The same numbers each time, so that stores can be compared. */
static int32_t numbered(void *buffer, size_t length, void *user_data) {
    uint64_t *next = user_data;
    for (size_t i = 0; i < length; i++) {
        *next = *next * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        ((unsigned char *)buffer)[i] = (unsigned char)(*next >> 56);
    }
    return 0;
}

static int32_t one_moment(int64_t *time_us, void *user_data) {
    (void)user_data;
    *time_us = INT64_C(1700000000000000);
    return 0;
}

/* Two megabytes or more: enough for two threads. `at` and `text`: what is put in before that annotation. */
typedef struct file_plan {
    int annotations, at;
    const char *text, *before; /* `before` stands before every annotation, in it */
} file_plan;

static char *write_many(const file_plan *plan) {
    char *path = scratch_path("many.json");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("{\"categories\":[{\"id\":1,\"name\":\"A\"},{\"id\":2,\"name\":\"B\"}],\"images\":[", file);
    for (int i = 1; i <= IMAGES; i++)
        fprintf(file, "%s{\"id\":%d,\"file_name\":\"i%d.jpg\",\"width\":100,\"height\":100}", i == 1 ? "" : ",", i, i);
    fputs("],\"annotations\" : [ ", file);
    for (int i = 1; i <= plan->annotations; i++) {
        fputs(i > 1 ? " ,\n " : "", file);
        fputs(i == plan->at ? plan->text : "", file);
        fprintf(file, "{%s\"id\":%d,\"image_id\":%d,\"category_id\":%d,", plan->before ? plan->before : "", i,
                i * 7 % IMAGES + 1, 1 + (i > plan->annotations - 5));
        if (i % 3 == 0)
            fprintf(file, "\"segmentation\":[[1,1,%d.25,1,%d,%d.125]]}", i % 90 + 2, i % 77 + 2, i % 55 + 2);
        else
            fprintf(file, "\"bbox\":[%d,2,3.5,%d],\"note\":{\"a\":[{},{\"b\":\"},{\"},{}]}}", i % 100, i % 50 + 1);
    }
    fputs("],\"info\":{\"a\":1}}", file);
    assert_int_equal(fclose(file), 0);
    return path;
}

typedef struct imported {
    annoproj_status status;
    char *exported; /* all of it, or NULL */
    char message[2048];
    int64_t labels, repeated;
} imported;

static void tell_error(imported *to) {
    annoproj_error *had = error;
    size_t used = (size_t)snprintf(to->message, sizeof to->message, "%s", annoproj_error_message(had));
    for (size_t i = 0; i < annoproj_error_detail_count(had) && used < sizeof to->message; i++)
        used += (size_t)snprintf(to->message + used, sizeof to->message - used, "\n%s: %s",
                                 annoproj_error_detail_key(had, i), annoproj_error_detail_value(had, i));
    annoproj_error_free(had);
    error = NULL;
}

static int64_t number_in(const annoproj_table *table, const char *column) {
    return annoproj_table_int64(table, 0, annoproj_table_column_index(table, column));
}

/* Into a new store, in one call or into a project that is there. */
static imported import_with(int32_t threads, const char *coco, bool whole, annoproj_call *call) {
    char *path = scratch_path("in.annoproj");
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_table *table = NULL;
    imported made = {0};
    opened to = {0};
    uint64_t next = 7;
    int64_t ontology = 0, dataset = 0, count = 0;
    unlink(path);
    options.threads = threads;
    options.random = numbered;
    options.clock = one_moment;
    options.user_data = &next;
    options.relaxed_durability = true;
    assert_ok(annoproj_store_create(path, &options, NULL, &to.store, &error), error);
    assert_ok(annoproj_session_open(to.store, 0, NULL, NULL, &to.host, &error), error);
    if (whole) {
        made.status = annoproj_project_create_from_coco(to.host, "All", WORKFLOW, coco, NULL, call, &to.project, &table,
                                                        &error);
        assert_int_equal(made.status == ANNOPROJ_OK, to.project != NULL);
    } else {
        const file_plan sound = {.annotations = 20000};
        char *classes = write_many(&sound);
        assert_ok(annoproj_ontology_import_coco(to.host, "Classes", classes, NULL, NULL, &ontology, &error), error);
        assert_ok(annoproj_dataset_create(to.host, "Images", NULL, NULL, &dataset, &error), error);
        assert_ok(annoproj_dataset_import_coco(to.host, dataset, classes, NULL, NULL, &count, &error), error);
        assert_ok(annoproj_project_create(to.host, "All", ontology, WORKFLOW, NULL, NULL, &to.project, &error), error);
        assert_ok(annoproj_project_attach_dataset(to.project, dataset, NULL, &count, &error), error);
        made.status = annoproj_project_import_coco(to.project, coco, NULL, call, &table, &error);
        free(classes);
    }
    if (made.status == ANNOPROJ_OK) {
        size_t length = 0;
        made.labels = number_in(table, "labels");
        made.repeated = number_in(table, "repeated");
        made.exported = export_to(&to, true, NULL, &length);
    } else {
        tell_error(&made);
    }
    annoproj_table_free(table);
    assert_ok(annoproj_store_check(to.host, NULL, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    close_project(&to);
    free(path);
    return made;
}

static annoproj_status assert_same_by(const char *place, bool whole, const int32_t *threads, size_t count) {
    imported first = import_with(1, place, whole, NULL);
    for (size_t i = 0; i < count; i++) {
        imported other = import_with(threads[i], place, whole, NULL);
        assert_int_equal(other.status, first.status);
        assert_string_equal(other.message, first.message);
        assert_int_equal(other.labels, first.labels);
        assert_int_equal(other.repeated, first.repeated);
        assert_string_equal(other.exported ? other.exported : "", first.exported ? first.exported : "");
        free(other.exported);
    }
    free(first.exported);
    return first.status;
}

static void assert_same_with_any_threads(const file_plan *plan, annoproj_status status, bool whole) {
    char *coco = write_many(plan), *place = scratch_path("given.json");
    assert_int_equal(rename(coco, place), 0);
    assert_int_equal(assert_same_by(place, whole, lanes + 1, 2), status);
    free(coco);
    free(place);
}

/* A byte or three are others: whatever comes of it, two threads and one say the same. */
static void same_of_damaged_files(void **state) {
    (void)state;
    static const char bytes[] = "{}[],:\"\\ 017ae.-\n";
    const file_plan sound = {.annotations = 16000};
    const int32_t two = 2;
    size_t length = 0;
    char *coco = write_many(&sound), *content = read_whole_file(coco, &length), *place = scratch_path("given.json");
    for (int round = 0; round < 24; round++) {
        char *damaged = malloc(length);
        assert_non_null(damaged);
        memcpy(damaged, content, length);
        for (uint64_t left = 1 + random_below(3); left > 0; left--)
            damaged[round % 2 ? random_below(length) : length / 2 + random_below(length / 16)] =
                bytes[random_below(sizeof bytes - 1)];
        write_whole_file(place, damaged, length);
        assert_same_by(place, true, &two, 1);
        free(damaged);
    }
    free(content);
    free(coco);
    free(place);
}

static void same_labels_with_any_threads(void **state) {
    (void)state;
    const file_plan sound = {.annotations = 20000};
    assert_same_with_any_threads(&sound, ANNOPROJ_OK, true);
    assert_same_with_any_threads(&sound, ANNOPROJ_OK, false);
}

/* Guesses that are wrong: braces in texts and in members, each of them like a file of its own. */
static void wrong_guesses_are_no_matter(void **state) {
    (void)state;
    const file_plan hidden = {.annotations = 8000,
                              .before = "\"x\":[{},{\"image_id\":1,\"category_id\":1,\"bbox\":[1,1,1,1]},"
                                        "{\"image_id\":2,\"category_id\":1,\"bbox\":[1,1,1,1]}],"};
    const file_plan text = {
        .annotations = 8000,
        .before = "\"x\":\"}, {\\\"image_id\\\":1} , {\",\"y\":\"},{\",\"z\":[{},{},{},{},{},{},{},{},{}],"};
    assert_same_with_any_threads(&hidden, ANNOPROJ_OK, true);
    assert_same_with_any_threads(&text, ANNOPROJ_OK, true);
}

static void same_faults_with_any_threads(void **state) {
    (void)state;
    static const char *const faults[] = {"{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[1,2,3]},",
                                         "{\"id\":1,\"image_id\":1,\"category_id\":99,\"bbox\":[1,2,3,4]},",
                                         "{\"id\":1,\"image_id\":1,\"category_id\":1,\"bbox\":[1,2,3,4],\"id\":2},",
                                         "17, {\"id\":1},",
                                         "{\"id\":01},",
                                         "]",
                                         "}"};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        for (int at = 5000; at <= 15000; at += 10000) {
            const file_plan broken = {.annotations = 20000, .at = at, .text = faults[i]};
            assert_same_with_any_threads(&broken, ANNOPROJ_DATA, i % 2 == 0);
        }
    }
}

/* Progress grows up to the size of the file. */
static int32_t cancel_late(int64_t done, int64_t total, void *user_data) {
    watched *by = user_data;
    if (done < by->bytes || done > total)
        return 2;
    by->bytes = done;
    if (by->cancel && done > total / 4)
        annoproj_cancel_trigger(by->cancel, NULL);
    return !pthread_equal(by->thread, pthread_self());
}

static void imports_are_cancelled(void **state) {
    (void)state;
    const file_plan sound = {.annotations = 20000};
    char *coco = write_many(&sound);
    for (size_t i = 0; i < sizeof lanes / sizeof *lanes; i++) {
        annoproj_call call = ANNOPROJ_CALL_INIT;
        watched by = {.thread = pthread_self()};
        call.progress = cancel_late;
        call.user_data = &by;
        imported made = import_with(lanes[i], coco, true, &call);
        assert_int_equal(made.status, ANNOPROJ_OK);
        free(made.exported);
        by.bytes = 0;
        assert_ok(annoproj_cancel_new(&by.cancel, &error), error);
        call.cancel = by.cancel;
        made = import_with(lanes[i], coco, true, &call);
        assert_int_equal(made.status, ANNOPROJ_CANCELLED);
        annoproj_cancel_free(by.cancel);
    }
    free(coco);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_bytes_with_any_threads),
        cmocka_unit_test(first_damaged_label_is_told),
        cmocka_unit_test(callbacks_come_on_the_calling_thread),
        cmocka_unit_test(same_labels_with_any_threads),
        cmocka_unit_test(wrong_guesses_are_no_matter),
        cmocka_unit_test(same_faults_with_any_threads),
        cmocka_unit_test(same_of_damaged_files),
        cmocka_unit_test(imports_are_cancelled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
