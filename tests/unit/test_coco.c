/* Reading COCO files: what is accepted, every fault with its place, broken files, and the order of members. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coco_read.h"
#include "run_lengths.h"
#include "support.h"

typedef struct seen {
    size_t images, categories, annotations, ready;
    char log[4096]; /* one word for each thing, in order */
    coco_annotation last;
} seen;

static bytes last_geometry; /* of the last annotation */

static void note(seen *to, const char *what, int64_t value) {
    const size_t used = strlen(to->log);
    snprintf(to->log + used, sizeof to->log - used, "%s%lld ", what, (long long)value);
}

static annoproj_status on_image(void *data, const coco_image *image, annoproj_error **error) {
    (void)error;
    seen *to = data;
    to->images++;
    note(to, "i", image->key);
    return ANNOPROJ_OK;
}

static annoproj_status on_category(void *data, const coco_category *category, annoproj_error **error) {
    (void)error;
    seen *to = data;
    to->categories++;
    note(to, "c", category->key);
    return ANNOPROJ_OK;
}

static annoproj_status on_ready(void *data, annoproj_error **error) {
    (void)error;
    seen *to = data;
    to->ready++;
    note(to, "ready", (int64_t)to->ready);
    return ANNOPROJ_OK;
}

static annoproj_status on_annotation(void *data, const coco_annotation *annotation, annoproj_error **error) {
    seen *to = data;
    to->annotations++;
    to->last = *annotation;
    note(to, "a", annotation->image);
    last_geometry.length = 0;
    return geometry_encode(annotation->geometry, &last_geometry, error);
}

/* Reads a file of that content; the faults are the caller's. */
static annoproj_status read_bytes(const char *content, size_t length, seen *to, faults *all, annoproj_error **error) {
    char *path = scratch_path("file.json");
    bounds limits = {.until_us = INT64_MAX};
    const coco_sink sink = {
        .data = to, .image = on_image, .category = on_category, .ready = on_ready, .annotation = on_annotation};
    json_source source;
    write_whole_file(path, content, length);
    memset(to, 0, sizeof *to);
    annoproj_status status = source_open(&source, NULL, path, NULL, NULL, &limits, error);
    coco_reader *in = coco_open(&source, &limits, all);
    if (status == ANNOPROJ_OK) {
        status = coco_read(in, &sink, error);
    }
    coco_close(in);
    source_close(&source);
    free(path);
    return status;
}

static annoproj_status read_text(const char *content, seen *to, faults *all, annoproj_error **error) {
    return read_bytes(content, strlen(content), to, all, error);
}

#define FILE_OF(annotations)                                                                                           \
    "{\"info\":null,\"images\":[{\"id\":7,\"file_name\":\"a.jpg\",\"width\":10,\"height\":20,\"license\":null}],"      \
    "\"categories\":[{\"id\":0,\"name\":\"dog\"}],\"annotations\":[" annotations "]}"
#define BOX "{\"id\":1,\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,3,4]}"

static void accepts(void **state) {
    (void)state;
    static const struct {
        const char *annotation;
        int32_t shape;
        double first;
    } cases[] = {
        {BOX, SHAPE_BOUNDING_BOX, 1},
        {"{\"image_id\":7,\"category_id\":0,\"bbox\":[-5,-2.5,300,4e1],\"segmentation\":null,\"extra\":{\"x\":[null]}}",
         SHAPE_BOUNDING_BOX, -5},
        {"{\"id\":null,\"image_id\":\"7\",\"category_id\":\"0\",\"bbox\":[1,2,3,4],\"segmentation\":[],\"iscrowd\":0}",
         SHAPE_BOUNDING_BOX, 1},
        {"{\"id\":\"x-1\",\"image_id\":7.0,\"category_id\":0,\"bbox\":[1,2,3,4],\"segmentation\":[[]]}",
         SHAPE_BOUNDING_BOX, 1},
        {"{\"image_id\":7,\"category_id\":0,\"bbox\":null,\"segmentation\":[[1,2,3,4,5,6]]}", SHAPE_POLYGON, 1},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":[[1,2,3,4,5,6],[7,8,9,10,11,12.25]],\"bbox\":[1,2,3,4]}",
         SHAPE_POLYGON, 1},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":[1,2,3,4,5,6]}", SHAPE_POLYGON, 1},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":{\"counts\":[100,50,50],\"size\":[20,10]},\"iscrowd\":1}",
         SHAPE_BITMASK, 10},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":{\"size\":[20,10],\"counts\":\"T3b1b1\"}}", SHAPE_BITMASK,
         10},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        annoproj_error *error = NULL;
        seen found;
        faults all = {0};
        char content[1024];
        snprintf(content, sizeof content, FILE_OF("%s"), cases[i].annotation);
        assert_ok(read_text(content, &found, &all, &error), error);
        if (all.count != 0 || found.annotations != 1 || found.last.shape != cases[i].shape) {
            fail_msg("%s: %lld faults, %zu annotations, shape %d: %s", cases[i].annotation, (long long)all.count,
                     found.annotations, (int)found.last.shape, all.listed > 0 ? all.list[0].text : "");
        }
        assert_int_equal(found.last.image, 7);
        assert_int_equal(found.last.category, 0);
        geometry_cursor cursor;
        number first;
        geometry_open(&cursor, last_geometry.data, last_geometry.length);
        assert_true(geometry_next_frame(&cursor) && geometry_next_part(&cursor) &&
                    geometry_next_number(&cursor, &first));
        assert_int_equal(cursor.shape, cases[i].shape);
        assert_true(number_to_double(&first) == cases[i].first);
        faults_release(&all);
    }
}

static void lists_faults(void **state) {
    (void)state;
    static const struct {
        const char *annotation, *pointer, *words;
    } cases[] = {
        {"{\"category_id\":0,\"bbox\":[1,2,3,4]}", "/annotations/0", "no image_id"},
        {"{\"image_id\":7,\"bbox\":[1,2,3,4]}", "/annotations/0", "no category_id"},
        {"{\"image_id\":7,\"category_id\":0}", "/annotations/0", "neither bbox nor segmentation"},
        {"{\"image_id\":1.5,\"category_id\":0,\"bbox\":[1,2,3,4]}", "/annotations/0/image_id", "whole number"},
        {"{\"image_id\":99999999999999999999,\"category_id\":0,\"bbox\":[1,2,3,4]}", "/annotations/0/image_id",
         "whole number"},
        {"{\"image_id\":true,\"category_id\":0,\"bbox\":[1,2,3,4]}", "/annotations/0/image_id", "whole number"},
        {"{\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,3]}", "/annotations/0/bbox", "3 numbers"},
        {"{\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,-3,4]}", "/annotations/0/bbox", "negative"},
        {"{\"image_id\":7,\"category_id\":0,\"bbox\":\"1,2,3,4\"}", "/annotations/0/bbox", "array of 4"},
        {"{\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,null,4]}", "/annotations/0/bbox/2", "numbers"},
        {"{\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,3e10,4]}", "/annotations/0/bbox/2", "beyond 2^31"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":[[1,2,3,4,5]]}", "/annotations/0/segmentation/0", "pairs"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":[[1,2,3,4,5,6],[1]]}", "/annotations/0/segmentation/1",
         "pairs"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":[[],[1,2,3,4,5,6],[1,2,3,4]]}", "/annotations/0",
         "polygon 2 of the segmentation has fewer than 3 points"},
        {"{\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,3,4],\"segmentation\":[1,2]}", "/annotations/0",
         "polygon 0 of the segmentation has fewer than 3 points"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":[[1,\"2\"]]}", "/annotations/0/segmentation/0/1",
         "numbers"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":[{}]}", "/annotations/0/segmentation/0", "arrays"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":5}", "/annotations/0/segmentation", "array"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":{\"counts\":[1],\"size\":[20,10]}}",
         "/annotations/0/segmentation", "1 pixels"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":{\"counts\":[200]}}", "/annotations/0/segmentation",
         "size"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":{\"counts\":[-1,201],\"size\":[20,10]}}",
         "/annotations/0/segmentation/counts/0", "counts"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":{\"counts\":\"!!\",\"size\":[20,10]}}",
         "/annotations/0/segmentation/counts", "compressed"},
        {"{\"image_id\":7,\"category_id\":0,\"segmentation\":{\"counts\":[200],\"size\":[20,10,1]}}",
         "/annotations/0/segmentation/size/2", "size"},
        {"7", "/annotations/0", "objects"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        annoproj_error *error = NULL;
        seen found;
        faults all = {0};
        char content[1024];
        /* A sound one behind it: reading goes on. */
        snprintf(content, sizeof content, FILE_OF("%s," BOX), cases[i].annotation);
        assert_ok(read_text(content, &found, &all, &error), error);
        if (all.count < 1 || strcmp(all.list[0].pointer, cases[i].pointer) != 0 ||
            !strstr(all.list[0].text, cases[i].words)) {
            fail_msg("%s: %lld faults: %s", cases[i].annotation, (long long)all.count,
                     all.listed > 0 ? all.list[0].text : "");
        }
        const char *place = strstr(content, "annotations") + strlen("annotations\":[");
        assert_in_range(all.list[0].offset, place - content, place - content + (long)strlen(cases[i].annotation));
        assert_int_equal(found.annotations, 1);
        assert_status(ANNOPROJ_DATA, faults_report(&all, "f.json", &error), error);
        faults_release(&all);
    }
}

static void lists_at_most_100(void **state) {
    (void)state;
    text content = {0};
    annoproj_error *error = NULL;
    seen found;
    faults all = {0};
    text_string(&content, "{\"images\":[],\"categories\":[],\"annotations\":[");
    for (int i = 0; i < 250; i++) {
        text_string(&content, i > 0 ? ",1" : "1");
    }
    text_string(&content, "]}");
    assert_ok(read_bytes(content.data, content.length, &found, &all, &error), error);
    assert_int_equal(all.count, 250);
    assert_int_equal(all.listed, FAULT_LIST);
    assert_int_equal(faults_report(&all, "f.json", &error), ANNOPROJ_DATA);
    size_t listed = 0;
    for (size_t i = 0; i < annoproj_error_detail_count(error); i++) {
        listed += strcmp(annoproj_error_detail_key(error, i), "fault") == 0;
    }
    assert_int_equal(listed, FAULT_LIST);
    annoproj_error_free(error);
    faults_release(&all);
    text_release(&content);
}

static void any_order(void **state) {
    (void)state;
    static const char images[] = "\"images\":[{\"id\":7,\"file_name\":\"a.jpg\"}]",
                      categories[] = "\"categories\":[{\"id\":0}]", annotations[] = "\"annotations\":[" BOX "]";
    static const char *const orders[][3] = {{images, categories, annotations}, {categories, images, annotations},
                                            {annotations, images, categories}, {images, annotations, categories},
                                            {categories, annotations, images}, {annotations, categories, images}};
    for (size_t i = 0; i < 6; i++) {
        annoproj_error *error = NULL;
        seen found;
        faults all = {0};
        char content[512];
        snprintf(content, sizeof content, "{%s,%s,\"other\":{},%s}", orders[i][0], orders[i][1], orders[i][2]);
        assert_ok(read_text(content, &found, &all, &error), error);
        assert_int_equal(all.count, 0);
        assert_int_equal(found.images, 1);
        assert_int_equal(found.categories, 1);
        assert_int_equal(found.ready, 1);
        assert_non_null(strstr(found.log, "ready1 a7 ")); /* nothing comes between, annotations come last */
        assert_string_equal(strstr(found.log, "ready1"), "ready1 a7 ");
    }
}

static void contents_tell_repeats(void **state) {
    (void)state;
    static const struct {
        const char *one, *other;
        bool same;
    } pairs[] = {
        {BOX, BOX, true},
        {BOX, "{\"bbox\":[ 1, 2,3,4 ],\"category_id\":0,\"image_id\":7,\"id\":1}", true},
        {BOX, "{\"id\":1,\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,3,5]}", false},
        {BOX, "{\"id\":1,\"image_id\":7,\"category_id\":1,\"bbox\":[1,2,3,4]}", false},
        {BOX, "{\"id\":2,\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,3,4]}", false},
        {BOX, "{\"id\":1,\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,3,4],\"score\":0.5}", false},
        {BOX, "{\"id\":1,\"image_id\":7,\"category_id\":0,\"bbox\":[1,2,3,4],\"note\":1}", false},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        annoproj_error *error = NULL;
        seen first, second;
        faults all = {0};
        char content[1024];
        snprintf(content, sizeof content, FILE_OF("%s"), pairs[i].one);
        assert_ok(read_text(content, &first, &all, &error), error);
        snprintf(content, sizeof content, FILE_OF("%s"), pairs[i].other);
        assert_ok(read_text(content, &second, &all, &error), error);
        assert_int_equal(all.count, 0);
        assert_int_equal(first.last.content == second.last.content, pairs[i].same);
    }
}

static void broken_files(void **state) {
    (void)state;
    static const char whole[] = FILE_OF(
        BOX ",{\"id\":2,\"image_id\":7,\"category_id\":0,\"segmentation\":[[1.5,2,3e1,4,5,6]]}");
    annoproj_error *error = NULL;
    seen found;
    faults all = {0};
    for (size_t length = 0; length < strlen(whole); length++) {
        const annoproj_status status = read_bytes(whole, length, &found, &all, &error);
        if (status != ANNOPROJ_DATA || annoproj_error_detail_count(error) < 2) {
            fail_msg("cut at %zu: %d %s", length, (int)status, annoproj_error_message(error));
        }
        annoproj_error_free(error);
        error = NULL;
    }
    assert_int_equal(all.count, 0);
    assert_ok(read_text(whole, &found, &all, &error), error);
    assert_int_equal(found.annotations, 2);
    static const char *const others[] = {"not JSON",
                                         "\xff\xfe",
                                         "{\"images\":[{\"id\":7,\"file_name\":\"\xc3(\"}]}",
                                         "{\"images\":[NaN]}",
                                         "{\"images\":[],\"images\":[]}",
                                         "{\"images\":[]}}",
                                         "{\"annotations\":[{\"bbox\":[1,2,1e999,3]}]}"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_status(ANNOPROJ_DATA, read_text(others[i], &found, &all, &error), error);
    }
    faults_release(&all);
    char *deep = malloc(10020);
    strcpy(deep, "{\"annotations\":");
    memset(deep + 15, '[', 10000);
    assert_status(ANNOPROJ_LIMIT, read_bytes(deep, 10015, &found, &all, &error), error);
    free(deep);
    faults_release(&all);
}

static void other_files(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    json_source source;
    bounds limits = {.until_us = INT64_MAX};
    seen found;
    faults all = {0};
    char *missing = scratch_path("missing.json");
    assert_status(ANNOPROJ_NOT_FOUND, source_open(&source, NULL, missing, NULL, NULL, &limits, &error), error);
    source_close(&source);
    assert_status(ANNOPROJ_IO, source_open(&source, NULL, scratch_folder(), NULL, NULL, &limits, &error), error);
    source_close(&source);
    free(missing);
    assert_ok(read_text("[1,2]", &found, &all, &error), error);
    assert_int_equal(all.count, 1);
    faults_release(&all);
    assert_ok(read_text("{\"annotations\":[]}", &found, &all, &error), error);
    assert_int_equal(all.count, 1);
    faults_release(&all);
}

/* Long files: what does not fit into the window is read in one piece all the same. */
static void long_masks(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    seen found;
    faults all = {0};
    text content = {0}, counts = {0};
    run_writer packing = {.out = &counts};
    const int64_t width = 1000, height = 1000;
    for (int64_t x = 0; x < width; x++) {
        for (int i = 0; i < 100; i++) {
            run_writer_add(&packing, 5);
            run_writer_add(&packing, 5);
        }
    }
    text_printf(&content, "{\"images\":[],\"categories\":[],\"annotations\":[");
    for (int i = 0; i < 3; i++) {
        text_printf(&content, "%s{\"image_id\":1,\"category_id\":1,\"segmentation\":{\"size\":[%d,%d],\"counts\":",
                    i > 0 ? "," : "", (int)height, (int)width);
        text_json(&content, counts.data, counts.length);
        text_string(&content, "}}");
    }
    text_string(&content, "]}");
    assert_ok(read_bytes(content.data, content.length, &found, &all, &error), error);
    assert_int_equal(all.count, 0);
    assert_int_equal(found.annotations, 3);
    assert_int_equal(found.last.mask_width, width);
    text_release(&content);
    text_release(&counts);
}

static void runs_come_back(void **state) {
    (void)state;
    for (int round = 0; round < 2000; round++) {
        int64_t runs[64];
        const size_t count = 1 + random_below(64);
        text packed = {0};
        run_writer packing = {.out = &packed};
        for (size_t i = 0; i < count; i++) {
            runs[i] = (int64_t)random_below(UINT64_C(1) << random_below(31));
            run_writer_add(&packing, runs[i]);
        }
        run_text from = {.at = packed.data, .end = packed.data + packed.length};
        for (size_t i = 0; i < count; i++) {
            int64_t run = -1;
            assert_true(run_text_next(&from, &run));
            assert_int_equal(run, runs[i]);
        }
        int64_t rest = 0;
        assert_false(run_text_next(&from, &rest));
        assert_false(from.failed);
        text_release(&packed);
    }
}

typedef struct collected {
    int64_t runs[4096];
    size_t count;
} collected;

static void collect(void *data, int64_t run) {
    collected *to = data;
    to->runs[to->count++] = run;
}

/* Turned twice, a mask is what it was, and each pixel is where it should be. */
static void masks_turn(void **state) {
    (void)state;
    for (int round = 0; round < 300; round++) {
        const int64_t width = 1 + (int64_t)random_below(30), height = 1 + (int64_t)random_below(30);
        bool columns[900], rows[900] = {false};
        collected from = {0}, turned = {0};
        bool inside = false;
        int64_t run = 0;
        for (int64_t i = 0; i < width * height; i++) {
            columns[i] = random_below(3) == 0;
            rows[i % height * width + i / height] = columns[i];
            if (columns[i] != inside) {
                collect(&from, run);
                run = 0;
                inside = columns[i];
            }
            run++;
        }
        collect(&from, run);
        assert_true(runs_transpose(from.runs, from.count, width, height, collect, &turned));
        int64_t at = 0;
        for (size_t i = 0; i < turned.count; i++) {
            for (int64_t j = 0; j < turned.runs[i]; j++) {
                assert_int_equal(rows[at++], i % 2);
            }
        }
        assert_int_equal(at, width * height);
    }
}

static void reads_real_files(void **state) {
    (void)state;
    static const struct {
        const char *path;
        size_t images, annotations;
    } files[] = {{"../shared/fixtures/coco/instances_val2017_sample.json", 10, 97},
                 {"../shared/fixtures/coco/rle_sample.json", 10, 231}};
    for (size_t i = 0; i < 2; i++) {
        if (access(files[i].path, R_OK) != 0) {
            print_message("%s is not here: left out\n", files[i].path);
            skip();
        }
        annoproj_error *error = NULL;
        seen found;
        faults all = {0};
        size_t length = 0;
        char *content = read_whole_file(files[i].path, &length);
        assert_ok(read_bytes(content, length, &found, &all, &error), error);
        assert_int_equal(all.count, 0);
        assert_int_equal(found.images, files[i].images);
        assert_int_equal(found.annotations, files[i].annotations);
        free(content);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts),
        cmocka_unit_test(lists_faults),
        cmocka_unit_test(lists_at_most_100),
        cmocka_unit_test(any_order),
        cmocka_unit_test(contents_tell_repeats),
        cmocka_unit_test(broken_files),
        cmocka_unit_test(other_files),
        cmocka_unit_test(long_masks),
        cmocka_unit_test(runs_come_back),
        cmocka_unit_test(masks_turn),
        cmocka_unit_test(reads_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
