/* Labels in and out through the public functions: COCO round trips, all-or-nothing imports, label rows, outputs. */
#include "export_support.h"
#include "run_lengths.h"

static bool same_numbers(const cJSON *a, const cJSON *b) {
    if (cJSON_IsArray(a) != cJSON_IsArray(b) || cJSON_GetArraySize(a) != cJSON_GetArraySize(b)) {
        return false;
    }
    if (!cJSON_IsArray(a)) {
        return a->valuedouble == b->valuedouble;
    }
    for (const cJSON *x = a->child, *y = b->child; x; x = x->next, y = y->next) {
        if (!same_numbers(x, y)) {
            return false;
        }
    }
    return true;
}

/* Exported masks are compressed. */
static bool same_counts(const cJSON *exported, const cJSON *given) {
    run_text from = {.at = exported->valuestring, .end = exported->valuestring + strlen(exported->valuestring)};
    run_text other = {.at = given->valuestring, .end = given->valuestring ? strchr(given->valuestring, 0) : NULL};
    const cJSON *each = given->child;
    int64_t run = 0, wanted = 0;
    while (run_text_next(&from, &run)) {
        if (given->valuestring ? !run_text_next(&other, &wanted) || wanted != run
                               : !each || each->valuedouble != (double)run) {
            return false;
        }
        each = each ? each->next : NULL;
    }
    return !from.failed && !each && other.at == other.end;
}

/* An exported annotation of that image with the geometry of the given one. */
static bool came_back(const cJSON *annotations, const cJSON *given, const cJSON *image) {
    const cJSON *each = NULL, *segmentation = cJSON_GetObjectItemCaseSensitive(given, "segmentation");
    const bool rings = cJSON_IsArray(segmentation) && segmentation->child, mask = cJSON_IsObject(segmentation);
    cJSON_ArrayForEach(each, annotations) {
        const cJSON *shape = member(each, "segmentation");
        if (member(each, "image_id")->valuedouble != member(image, "id")->valuedouble) {
            continue;
        }
        if (mask ? cJSON_IsObject(shape) && same_counts(member(shape, "counts"), member(segmentation, "counts")) &&
                       same_numbers(member(shape, "size"), member(segmentation, "size"))
            : rings ? same_numbers(shape, segmentation)
                    : same_numbers(member(each, "bbox"), member(given, "bbox"))) {
            return true;
        }
    }
    return false;
}

static void round_trip(const char *path) {
    bench made;
    int64_t labels = 0;
    size_t length = 0;
    char *content = read_whole_file(path, &length);
    cJSON *given = cJSON_Parse(content);
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    assert_non_null(given);
    const int images = cJSON_GetArraySize(member(given, "images")),
              count = cJSON_GetArraySize(member(given, "annotations"));
    open_bench(&made);
    fill_bench(&made, path);
    assert_int_equal(made.added, images);
    assert_int_equal(made.tasks, images);
    annoproj_table *table = NULL;
    assert_ok(annoproj_project_import_coco(made.project, path, NULL, NULL, &table, &error), error);
    assert_int_equal(cell(table, "labels") + cell(table, "repeated"), count);
    const int64_t stored = cell(table, "labels");
    annoproj_table_free(table);
    cJSON *taken = export_to(&made, true, &options, &labels);
    assert_int_equal(labels, stored);
    assert_int_equal(cJSON_GetArraySize(member(taken, "annotations")), stored);
    assert_int_equal(cJSON_GetArraySize(member(taken, "images")), images);
    const cJSON *annotation = NULL, *image = NULL;
    cJSON_ArrayForEach(annotation, member(given, "annotations")) {
        const cJSON *of = find_by(member(given, "images"), "id", member(annotation, "image_id")->valuedouble),
                    *back = NULL;
        cJSON_ArrayForEach(image, member(taken, "images")) {
            if (strcmp(member(image, "image_title")->valuestring, member(of, "file_name")->valuestring) == 0) {
                back = image;
            }
        }
        assert_non_null(back);
        if (!came_back(member(taken, "annotations"), annotation, back)) {
            fail_msg("annotation %.0f of %s did not come back", member(annotation, "id")->valuedouble, path);
        }
    }
    cJSON_Delete(taken);
    taken = export_to(&made, false, &options, &labels);
    assert_int_equal(labels, stored);
    assert_int_equal(cJSON_GetArraySize(taken), images);
    /* Our own export goes in again: images are known by their title. */
    char *exported = scratch_path("again.json");
    options.path = exported;
    assert_ok(annoproj_project_export_coco(made.project, &options, NULL, &labels, &error), error);
    assert_ok(annoproj_project_import_coco(made.project, exported, NULL, NULL, &table, &error), error);
    assert_int_equal(cell(table, "labels"), stored);
    annoproj_table_free(table);
    free(exported);
    cJSON_Delete(taken);
    cJSON_Delete(given);
    free(content);
    close_bench(&made);
}

static void sample_round_trip(void **state) {
    (void)state;
    round_trip("examples/data/sample.coco.json");
}

static void fixtures_round_trip(void **state) {
    (void)state;
    static const char *const files[] = {"../shared/fixtures/coco/instances_val2017_sample.json",
                                        "../shared/fixtures/coco/rle_sample.json"};
    for (size_t i = 0; i < 2; i++) {
        if (access(files[i], R_OK) != 0) {
            print_message("%s is not here: left out\n", files[i]);
            skip();
        }
        round_trip(files[i]);
    }
}

/* --- odd files -------------------------------------------------------------------------------------------------------- */

#define IMAGES                                                                                                         \
    "\"images\":[{\"id\":\"x\",\"file_name\":\"a.png\",\"width\":10,\"height\":10},{\"id\":5,\"file_name\":\"b.jpg\"," \
    "\"width\":null}]"
#define CATEGORIES "\"categories\":[{\"id\":0,\"name\":\"dog\"},{\"id\":\"k\",\"name\":\"cat\"}]"

static void odd_but_fine(void **state) {
    (void)state;
    bench made;
    char *file = write_file(
        "odd.json", "{\"annotations\":["
                    "{\"id\":1,\"image_id\":\"x\",\"category_id\":0,\"bbox\":[1,2,3,4]},"
                    "{\"id\":1,\"image_id\":\"x\",\"category_id\":0,\"bbox\":[1,2,3,4]},"
                    "{\"id\":1,\"image_id\":\"x\",\"category_id\":0,\"bbox\":[1,2,3,4.5]},"
                    "{\"id\":2,\"image_id\":5,\"category_id\":\"k\",\"segmentation\":[[1,1,2,2,3,1.125]]},"
                    "{\"id\":3,\"image_id\":5,\"category_id\":0,\"segmentation\":[[0,0,4,0,4,4]],\"bbox\":[0,0,4,4]},"
                    "{\"id\":4,\"image_id\":5,\"category_id\":0,\"bbox\":[-100,-100,5000,5000]}],"
                    "\"junk\":{\"a\":[null,true]}," CATEGORIES "," IMAGES "}");
    open_bench(&made);
    fill_bench(&made, file);
    assert_int_equal(made.added, 2);
    annoproj_table *features = NULL;
    assert_ok(annoproj_ontology_features(made.host, made.ontology, NULL, &features, &error), error);
    assert_int_equal(annoproj_table_row_count(features), 3);
    static const char *const names[] = {"dog", "dog (polygon)", "cat"}, *const types[] = {"bounding_box", "polygon",
                                                                                          "polygon"};
    for (int64_t i = 0; i < 3; i++) {
        assert_string_equal(annoproj_table_text(features, i, annoproj_table_column_index(features, "name")), names[i]);
        assert_string_equal(annoproj_table_text(features, i, annoproj_table_column_index(features, "type")), types[i]);
    }
    annoproj_table_free(features);
    expect_import(&made, file, 2, 2, 5, 1);
    /* A second time only adds labels; images are there already. */
    assert_ok(annoproj_dataset_import_coco(made.host, made.dataset, file, NULL, NULL, &made.added, &error), error);
    assert_int_equal(made.added, 0);
    expect_import(&made, file, 2, 2, 5, 1);
    free(file);
    close_bench(&made);
}

static void nothing_on_a_fault(void **state) {
    (void)state;
    static const struct {
        const char *content;
        annoproj_status ontology, dataset, project;
    } cases[] = {
        {"{" IMAGES "," CATEGORIES ",\"annotations\":[{\"image_id\":6,\"category_id\":0,\"bbox\":[1,2,3,4]}]}", 0, 0,
         ANNOPROJ_DATA},
        {"{" IMAGES "," CATEGORIES ",\"annotations\":[{\"image_id\":5,\"category_id\":9,\"bbox\":[1,2,3,4]}]}",
         ANNOPROJ_DATA, 0, ANNOPROJ_DATA},
        {"{" IMAGES "," CATEGORIES ",\"annotations\":[{\"image_id\":5,\"category_id\":0,\"bbox\":[1,2,3]}]}",
         ANNOPROJ_DATA, 0, ANNOPROJ_DATA},
        {"{\"images\":[{\"id\":1,\"file_name\":\"a.png\"},{\"id\":1,\"file_name\":\"c.png\"}]," CATEGORIES "}", 0,
         ANNOPROJ_DATA, ANNOPROJ_DATA},
        {"{\"images\":[{\"id\":1,\"file_name\":\"a.png\"},{\"file_name\":\"a.png\",\"id\":1}]," CATEGORIES "}", 0, 0,
         0},
        {"{" IMAGES ",\"categories\":[{\"id\":1,\"name\":\"a\"},{\"id\":1,\"name\":\"b\"}]}", ANNOPROJ_DATA, 0,
         ANNOPROJ_DATA},
        {"{\"images\":[{\"id\":1,\"file_name\":\"other.png\"}]," CATEGORIES
         ",\"annotations\":[{\"image_id\":1,\"category_id\":0,\"bbox\":[1,2,3,4]}]}",
         0, 0, ANNOPROJ_DATA},
        {"{" IMAGES "," CATEGORIES
         ",\"annotations\":[{\"image_id\":\"x\",\"category_id\":0,\"segmentation\":{\"size\":[9,10],\"counts\":"
         "[90]}}]}",
         0, 0, ANNOPROJ_DATA},
        {"{" IMAGES "," CATEGORIES ",\"annotations\":[", ANNOPROJ_DATA, ANNOPROJ_DATA, ANNOPROJ_DATA},
    };
    char *good = write_file("good.json", "{" IMAGES "," CATEGORIES
                                         ",\"annotations\":[{\"image_id\":5,\"category_id\":0,\"bbox\":[1,2,3,4]}]}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bench made;
        int64_t id = -1, labels = 0;
        annoproj_table *table = (annoproj_table *)&made;
        annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
        char *file = write_file("bad.json", cases[i].content);
        open_bench(&made);
        fill_bench(&made, good);
        assert_status(cases[i].ontology, annoproj_ontology_import_coco(made.host, "Bad", file, NULL, NULL, &id, &error),
                      error);
        assert_true(cases[i].ontology == ANNOPROJ_OK || id == 0);
        assert_status(cases[i].project, annoproj_project_import_coco(made.project, file, NULL, NULL, &table, &error),
                      error);
        assert_true(cases[i].project == ANNOPROJ_OK || table == NULL);
        annoproj_table_free(table);
        cJSON_Delete(export_to(&made, true, &options, &labels));
        assert_int_equal(labels, 0);
        assert_status(cases[i].dataset,
                      annoproj_dataset_import_coco(made.host, made.dataset, file, NULL, NULL, &made.added, &error),
                      error);
        assert_true(cases[i].dataset == ANNOPROJ_OK || made.added == 0);
        free(file);
        close_bench(&made);
    }
    free(good);
}

/* Exports, pages and backups replace other files, but no store, open or not, and nothing that belongs to one. */
static void no_store_is_overwritten(void **state) {
    (void)state;
    static const char *const beside[] = {"", "-lock", "-wal", "-shm"};
    bench made;
    int64_t labels = 0;
    annoproj_query *query = NULL;
    annoproj_store *second = NULL;
    annoproj_table *table = NULL;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_report_options page = ANNOPROJ_REPORT_OPTIONS_INIT;
    annoproj_backup_options replace = ANNOPROJ_BACKUP_OPTIONS_INIT;
    char *other = scratch_path("other.annoproj"), *link = scratch_path("link"), name[4096];
    open_bench(&made);
    fill_bench(&made, "examples/data/sample.coco.json");
    assert_ok(annoproj_store_create(other, NULL, NULL, &second, &error), error);
    assert_ok(annoproj_store_close(second, NULL, &error), error);
    assert_int_equal(symlink(made.path, link), 0);
    assert_ok(annoproj_query_open(made.project, NULL, NULL, &query, &error), error);
    replace.replace = true;
    const char *const stores[] = {made.path, other, link};
    for (size_t i = 0; i < 3; i++) {
        for (size_t k = 0; k < (i == 2 ? 1 : 4); k++) {
            snprintf(name, sizeof name, "%s%s", stores[i], beside[k]);
            options.path = page.path = name;
            assert_status(ANNOPROJ_INVALID, annoproj_project_export_coco(made.project, &options, NULL, &labels, &error),
                          error);
            assert_status(ANNOPROJ_INVALID,
                          annoproj_project_export_labels(made.project, &options, NULL, &labels, &error), error);
            assert_status(ANNOPROJ_INVALID, annoproj_query_report(query, &page, NULL, &error), error);
            if (k > 0 || i != 1) {
                assert_status(ANNOPROJ_INVALID, annoproj_store_backup(made.host, name, &replace, NULL, &table, &error),
                              error);
            }
        }
    }
    /* A backup may take the place of a store that is closed; whoever asks for it names the very file. */
    assert_ok(annoproj_store_backup(made.host, other, &replace, NULL, &table, &error), error);
    annoproj_table_free(table);
    assert_ok(annoproj_store_open(other, NULL, NULL, &second, &error), error);
    assert_ok(annoproj_store_close(second, NULL, &error), error);
    annoproj_query_close(query);
    close_bench(&made);
    unlink(link);
    free(link);
    free(other);
}

static void calls_are_obeyed(void **state) {
    (void)state;
    bench made;
    int64_t id = 0, labels = 0;
    annoproj_table *table = NULL;
    annoproj_cancel *cancel = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    const char *file = "examples/data/sample.coco.json";
    open_bench(&made);
    fill_bench(&made, file);
    assert_ok(annoproj_cancel_new(&cancel, &error), error);
    assert_ok(annoproj_cancel_trigger(cancel, &error), error);
    call.cancel = cancel;
    options.path = "/nowhere/export.json";
    assert_status(ANNOPROJ_CANCELLED, annoproj_ontology_import_coco(made.host, "x", file, NULL, &call, &id, &error),
                  error);
    assert_status(ANNOPROJ_CANCELLED,
                  annoproj_dataset_import_coco(made.host, made.dataset, file, NULL, &call, &id, &error), error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_project_import_coco(made.project, file, NULL, &call, &table, &error),
                  error);
    assert_status(ANNOPROJ_CANCELLED, annoproj_project_export_coco(made.project, &options, &call, &labels, &error),
                  error);
    call.cancel = NULL;
    call.timeout_us = 1;
    assert_status(ANNOPROJ_TIMEOUT, annoproj_project_import_coco(made.project, file, NULL, &call, &table, &error),
                  error);
    assert_status(ANNOPROJ_TIMEOUT, annoproj_project_export_labels(made.project, &options, &call, &labels, &error),
                  error);
    call.timeout_us = 0;
    call.request_key = "once";
    for (int i = 0; i < 2; i++) {
        assert_ok(annoproj_project_import_coco(made.project, file, NULL, &call, &table, &error), error);
        assert_int_equal(cell(table, "labels"), 41);
        annoproj_table_free(table);
    }
    char *out = scratch_path("once.json");
    options.path = out;
    assert_ok(annoproj_project_export_coco(made.project, &options, NULL, &labels, &error), error);
    assert_int_equal(labels, 41);
    free(out);
    annoproj_cancel_free(cancel);
    close_bench(&made);
}

/* --- outputs -------------------------------------------------------------------------------------------------------------- */

typedef struct pieces {
    char *data;
    size_t length, calls, stop_at;
} pieces;

static int32_t take_piece(const void *data, size_t length, void *user_data) {
    pieces *to = user_data;
    if (++to->calls == to->stop_at) {
        return 7;
    }
    to->data = realloc(to->data, to->length + length + 1);
    memcpy(to->data + to->length, data, length);
    to->length += length;
    to->data[to->length] = 0;
    return 0;
}

static void goes_where_it_should(void **state) {
    (void)state;
    bench made;
    int64_t labels = 0;
    size_t length = 0;
    pieces got = {0};
    annoproj_table *table = NULL;
    struct stat facts;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    open_bench(&made);
    fill_bench(&made, "examples/data/sample.coco.json");
    assert_ok(annoproj_project_import_coco(made.project, "examples/data/sample.coco.json", NULL, NULL, &table, &error),
              error);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_INVALID, annoproj_project_export_coco(made.project, &options, NULL, &labels, &error), error);
    char *path = scratch_path("out.json");
    options.path = path;
    assert_ok(annoproj_project_export_coco(made.project, &options, NULL, &labels, &error), error);
    char *content = read_whole_file(path, &length);
    options.write = take_piece;
    options.user_data = &got;
    assert_status(ANNOPROJ_INVALID, annoproj_project_export_coco(made.project, &options, NULL, &labels, &error), error);
    options.path = NULL;
    assert_ok(annoproj_project_export_coco(made.project, &options, NULL, &labels, &error), error);
    assert_int_equal(got.length, length);
    assert_memory_equal(got.data, content, length);
    got.calls = 0;
    got.stop_at = 1;
    assert_status(ANNOPROJ_CALLBACK, annoproj_project_export_labels(made.project, &options, NULL, &labels, &error),
                  error);
    assert_int_equal(labels, 0);
    options.write = NULL;
    options.path = "/nowhere/at/all.json";
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_export_coco(made.project, &options, NULL, &labels, &error),
                  error);
    /* What was there stays until the new one is whole. */
    const int64_t unknown = 999;
    options.path = path;
    options.classes = &unknown;
    options.class_count = 1;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_export_coco(made.project, &options, NULL, &labels, &error),
                  error);
    options.classes = NULL;
    options.class_count = 0;
    options.stages = &unknown;
    options.stage_count = 1;
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_project_export_coco(made.project, &options, NULL, &labels, &error),
                  error);
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_size, length);
    free(got.data);
    free(content);
    free(path);
    close_bench(&made);
}

static void filters_by_stage_and_class(void **state) {
    (void)state;
    bench made;
    int64_t labels = 0, sum = 0;
    annoproj_table *table = NULL, *stages = NULL;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    open_bench(&made);
    fill_bench(&made, "examples/data/sample.coco.json");
    assert_ok(annoproj_project_import_coco(made.project, "examples/data/sample.coco.json", NULL, NULL, &table, &error),
              error);
    annoproj_table_free(table);
    assert_ok(annoproj_ontology_features(made.host, made.ontology, NULL, &table, &error), error);
    for (int64_t class = 1; class <= annoproj_table_row_count(table); class ++) {
        options.classes = &class;
        options.class_count = 1;
        cJSON *taken = export_to(&made, true, &options, &labels);
        assert_int_equal(cJSON_GetArraySize(member(taken, "annotations")), labels);
        sum += labels;
        cJSON_Delete(taken);
    }
    assert_int_equal(sum, 41);
    annoproj_table_free(table);
    assert_ok(annoproj_stage_list(made.project, NULL, &stages, &error), error);
    options.classes = NULL;
    options.class_count = 0;
    for (int64_t row = 0; row < 3; row++) {
        const int64_t stage = annoproj_table_int64(stages, row, 0);
        options.stages = &stage;
        options.stage_count = 1;
        cJSON_Delete(export_to(&made, true, &options, &labels));
        assert_int_equal(labels, row == 0 ? 41 : 0);
    }
    annoproj_table_free(stages);
    close_bench(&made);
}

/* --- exact values --------------------------------------------------------------------------------------------------------- */

static void values_of_shapes(void **state) {
    (void)state;
    bench made;
    int64_t labels = 0;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    char *file = write_file(
        "shapes.json",
        "{\"images\":[{\"id\":1,\"file_name\":\"a.png\",\"width\":8,\"height\":4,\"coco_url\":\"u\"}],"
        "\"categories\":[{\"id\":1,\"name\":\"a <b>\"}],\"annotations\":["
        "{\"image_id\":1,\"category_id\":1,\"bbox\":[0.1,0.2,0.3,1.5]},"
        "{\"image_id\":1,\"category_id\":1,\"segmentation\":[[0,0,2,0,2,2,0,2],[4,0,5,0,5,1.5]]},"
        "{\"image_id\":1,\"category_id\":1,\"segmentation\":{\"size\":[4,8],\"counts\":[5,2,3,1,21]}}]}");
    open_bench(&made);
    fill_bench(&made, file);
    expect_import(&made, file, 1, 1, 3, 0);
    char *path = scratch_path("values.json");
    size_t length = 0;
    options.path = path;
    assert_ok(annoproj_project_export_coco(made.project, &options, NULL, &labels, &error), error);
    char *content = read_whole_file(path, &length);
    static const char *const expected[] = {
        ("\"area\":0.45,\"bbox\":[0.1,0.2,0.3,1.5],\"category_id\":1,\"image_id\":0,\"iscrowd\":0,\"segmentation\":[[0."
         "1,0.2,0.4,0.2,0.4,1.7,"
         "0.1,1.7]],\"keypoints\":null,\"num_keypoints\":null,\"id\":0,\"attributes\":{\"track_id\":0,"),
        "\"area\":4.75,\"bbox\":[0,0,5,2],\"category_id\":2,\"image_id\":0,\"iscrowd\":0,\"segmentation\":[[0,0,2,0,2,"
        "2,0,2],[4,0,5,0,5,1.5]],",
        "\"area\":3,\"bbox\":[1,1,2,2],\"category_id\":3,\"image_id\":0,\"iscrowd\":1,\"segmentation\":{\"counts\":"
        "\"523Ob0\","
        "\"size\":[4,8]},",
        "{\"supercategory\":\"bounding_box\",\"id\":1,\"name\":\"a \\u003cb>\"}",
        "{\"supercategory\":\"polygon\",\"id\":2,\"name\":\"a \\u003cb> (polygon)\"}",
        "{\"coco_url\":\"u\",\"id\":0,\"image_title\":\"a.png\",\"file_name\":\"images/",
        "\"classifications\":{},\"manual_annotation\":false}",
    };
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        if (!strstr(content, expected[i])) {
            fail_msg("not there: %s\nin: %s", expected[i], content);
        }
    }
    free(content);
    assert_ok(annoproj_project_export_labels(made.project, &options, NULL, &labels, &error), error);
    content = read_whole_file(path, &length);
    static const char *const rows[] = {
        "\"boundingBox\":{\"h\":0.375,\"w\":0.0375,\"x\":0.0125,\"y\":0.05}",
        ("\"polygon\":{\"0\":{\"x\":0,\"y\":0},\"1\":{\"x\":0.25,\"y\":0},\"2\":{\"x\":0.25,\"y\":0.5},\"3\":{\"x\":0,"
         "\"y\":0.5}},"
         "\"polygons\":[[[0,0,0.25,0,0.25,0.5,0,0.5]],[[0.5,0,0.625,0,0.625,0.375]]]"),
        "\"bitmask\":{\"top\":0,\"left\":0,\"width\":8,\"height\":4,\"rleString\":\"91716\"}",
        "\"data_type\":\"image\"",
        "\"width\":8,\"height\":4",
        "\"classification_answers\":{},\n\"object_actions\":{}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!strstr(content, rows[i])) {
            fail_msg("not there: %s\nin: %s", rows[i], content);
        }
    }
    free(content);
    free(path);
    free(file);
    close_bench(&made);
}

/* --- pictures and structures over the public functions ------------------------------------------------------------------------ */

static void pictures(void **state) {
    (void)state;
    bench made;
    char *dot = NULL, *mermaid = NULL, *json = NULL;
    open_bench(&made);
    fill_bench(&made, "examples/data/sample.coco.json");
    assert_ok(annoproj_workflow_json(made.project, NULL, &json, &error), error);
    assert_string_equal(json, WORKFLOW);
    assert_ok(annoproj_workflow_dot(made.project, NULL, &dot, &error), error);
    assert_non_null(strstr(dot, "Mark \\\"up\\\" \\\\\\n12 tasks"));
    assert_non_null(strstr(dot, "s2 -> s1 [label=\"reject\""));
    assert_ok(annoproj_workflow_mermaid(made.project, NULL, &mermaid, &error), error);
    assert_non_null(strstr(mermaid, "Mark #34;up#34; #92;<br/>12 tasks"));
    assert_non_null(strstr(mermaid, "#60;Complete#62;<br/>0 tasks"));
    if (access("/usr/bin/dot", X_OK) == 0) {
        char *path = write_file("workflow.dot", dot), command[4200];
        snprintf(command, sizeof command, "/usr/bin/dot -Tsvg '%s' >/dev/null", path);
        assert_int_equal(system(command), 0);
        free(path);
    } else {
        print_message("dot is not here: the picture was not drawn\n");
    }
    annoproj_free(dot);
    annoproj_free(mermaid);
    annoproj_free(json);
    close_bench(&made);
}

#define CLASS(id, name, shape, hash)                                                                                   \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"color\":\"#000000\",\"shape\":\"" shape                                \
    "\",\"featureNodeHash\":\"" hash "\"}"

static int64_t number_of(bench *made, int64_t ontology, const char *hash, bool *archived) {
    annoproj_table *table = NULL;
    int64_t found = 0;
    assert_ok(annoproj_ontology_features(made->host, ontology, NULL, &table, &error), error);
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        if (strcmp(annoproj_table_text(table, row, annoproj_table_column_index(table, "feature_hash")), hash) == 0) {
            found = annoproj_table_int64(table, row, annoproj_table_column_index(table, "feature"));
            *archived = annoproj_table_int64(table, row, annoproj_table_column_index(table, "archived")) != 0;
        }
    }
    annoproj_table_free(table);
    return found;
}

static void ontologies_change(void **state) {
    (void)state;
    bench made;
    bool archived = false;
    char *json = NULL;
    static const char first[] = "{\"objects\":[" CLASS("1", "A", "polygon", "aaaa") "," CLASS("2", "B", "bounding_box",
                                                                                              "bbbb") "],\"x\":1e2}";
    open_bench(&made);
    assert_status(ANNOPROJ_DATA,
                  annoproj_ontology_create(made.host, "T", "{\"objects\":[{}]}", NULL, &made.ontology, &error), error);
    assert_int_equal(made.ontology, 0);
    assert_ok(annoproj_ontology_create(made.host, "T", first, NULL, &made.ontology, &error), error);
    assert_ok(annoproj_ontology_json(made.host, made.ontology, NULL, &json, &error), error);
    assert_string_equal(json, first);
    annoproj_free(json);
    /* Nobody uses it: entries go, numbers are not used again. */
    assert_ok(annoproj_ontology_update(made.host, made.ontology,
                                       "{\"objects\":[" CLASS("1", "A", "polyline", "aaaa") "]}", NULL, &error),
              error);
    assert_int_equal(number_of(&made, made.ontology, "bbbb", &archived), 0);
    assert_ok(annoproj_ontology_update(made.host, made.ontology, first, NULL, &error), error);
    assert_int_equal(number_of(&made, made.ontology, "aaaa", &archived), 1);
    assert_int_equal(number_of(&made, made.ontology, "bbbb", &archived), 3);
    /* In use: archived instead, and shapes stay. */
    assert_ok(annoproj_project_create(made.host, "P", made.ontology, WORKFLOW, NULL, NULL, &made.project, &error),
              error);
    assert_status(ANNOPROJ_STATE,
                  annoproj_ontology_update(made.host, made.ontology,
                                           "{\"objects\":[" CLASS("1", "A", "polyline", "aaaa") "]}", NULL, &error),
                  error);
    assert_ok(annoproj_ontology_update(made.host, made.ontology,
                                       "{\"objects\":[" CLASS("1", "C", "polygon", "aaaa") "]}", NULL, &error),
              error);
    assert_int_equal(number_of(&made, made.ontology, "bbbb", &archived), 3);
    assert_true(archived);
    assert_int_equal(number_of(&made, made.ontology, "aaaa", &archived), 1);
    assert_false(archived);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_ontology_update(made.host, 77, first, NULL, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_ontology_json(made.host, 77, NULL, &json, &error), error);
    close_bench(&made);
}

static void only_those_with_the_right(void **state) {
    (void)state;
    bench made;
    int64_t user = 0, id = 0;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_table *table = NULL;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    const char *file = "examples/data/sample.coco.json";
    open_bench(&made);
    fill_bench(&made, file);
    assert_ok(annoproj_user_create(made.host, "ann@x.org", "Ann", ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error);
    assert_ok(annoproj_session_open(made.store, user, NULL, NULL, &session, &error), error);
    assert_ok(annoproj_ontology_list(session, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 0);
    annoproj_table_free(table);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_ontology_features(session, made.ontology, NULL, &table, &error), error);
    assert_status(ANNOPROJ_NOT_FOUND,
                  annoproj_dataset_import_coco(session, made.dataset, file, NULL, NULL, &id, &error), error);
    assert_ok(annoproj_collaborator_add(made.project, user, ANNOPROJ_ROLE_ANNOTATOR, NULL, &error), error);
    assert_ok(annoproj_ontology_list(session, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    annoproj_table_free(table);
    assert_ok(annoproj_project_open(session, annoproj_project_id(made.project), NULL, &project, &error), error);
    options.path = "/nowhere/x.json";
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_import_coco(project, file, NULL, NULL, &table, &error), error);
    assert_status(ANNOPROJ_PERMISSION, annoproj_project_export_coco(project, &options, NULL, &id, &error), error);
    assert_ok(annoproj_stage_list(project, NULL, &table, &error), error);
    assert_int_equal(annoproj_table_row_count(table), 1);
    annoproj_table_free(table);
    annoproj_stage *stage = NULL;
    assert_ok(annoproj_stage_open(project, "annotate", NULL, &stage, &error), error);
    assert_true(annoproj_stage_id(stage) > 0);
    annoproj_stage_close(stage);
    assert_status(ANNOPROJ_NOT_FOUND, annoproj_stage_open(project, "review", NULL, &stage, &error), error);
    assert_null(stage);
    annoproj_project_close(project);
    annoproj_session_close(session);
    close_bench(&made);
}

/* --- videos, answers, classifications --------------------------------------------------------------------------------- */

static void import_into_review(void **state) {
    (void)state;
    bench made;
    int64_t user = 0;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_task *task = NULL;
    annoproj_table *table = NULL;
    annoproj_import_options options = ANNOPROJ_IMPORT_OPTIONS_INIT;
    const char *file = "examples/data/sample.coco.json";
    open_bench(&made);
    fill_bench(&made, file);
    assert_ok(annoproj_user_create(made.host, "ann@x.org", "Ann", ANNOPROJ_ORG_MEMBER, NULL, &user, &error), error);
    assert_ok(annoproj_session_open(made.store, user, NULL, NULL, &session, &error), error);
    assert_ok(annoproj_collaborator_add(made.project, user, ANNOPROJ_ROLE_ADMIN, NULL, &error), error);
    assert_ok(annoproj_project_open(session, annoproj_project_id(made.project), NULL, &project, &error), error);
    assert_ok(annoproj_task_open(project, (annoproj_project_id(made.project) << 32) + 2, NULL, &task, &error), error);
    assert_ok(annoproj_task_submit(task, NULL, NULL, &error), error);
    options.not_prelabels = true;
    assert_ok(annoproj_project_import_coco(project, file, &options, NULL, &table, &error), error);
    assert_int_equal(cell(table, "labels"), 41);
    annoproj_table_free(table);
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    assert_true(annoproj_table_row_count(table) > 1);
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "creator")), user);
        assert_int_equal(annoproj_table_int64(table, row, annoproj_table_column_index(table, "manual")), 1);
        assert_false(annoproj_table_is_null(table, row, annoproj_table_column_index(table, "review")));
    }
    annoproj_table_free(table);
    assert_ok(annoproj_task_get(task, NULL, &table, &error), error);
    assert_true(cell(table, "version") > 0);
    annoproj_table_free(table);
    annoproj_task_close(task);
    annoproj_project_close(project);
    annoproj_session_close(session);
    close_bench(&made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sample_round_trip),
        cmocka_unit_test(fixtures_round_trip),
        cmocka_unit_test(odd_but_fine),
        cmocka_unit_test(nothing_on_a_fault),
        cmocka_unit_test(calls_are_obeyed),
        cmocka_unit_test(goes_where_it_should),
        cmocka_unit_test(filters_by_stage_and_class),
        cmocka_unit_test(values_of_shapes),
        cmocka_unit_test(import_into_review),
        cmocka_unit_test(pictures),
        cmocka_unit_test(ontologies_change),
        cmocka_unit_test(no_store_is_overwritten),
        cmocka_unit_test(only_those_with_the_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
