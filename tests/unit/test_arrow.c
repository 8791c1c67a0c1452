/* Tables over Arrow's C data interface, read as its specification says a consumer reads them. */
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "arrow.h"
#include "memory_support.h"
#include "stream.h"
#include "table_support.h"

static struct ArrowSchema schema_of(const annoproj_table *made) {
    struct ArrowSchema schema;
    annoproj_error *error = NULL;
    assert_ok(annoproj_table_arrow_schema(made, &schema, &error), error);
    return schema;
}

static struct ArrowArray array_of(const annoproj_table *made) {
    struct ArrowArray array;
    annoproj_error *error = NULL;
    assert_ok(annoproj_table_arrow_array(made, &array, &error), error);
    return array;
}

/* The value of a key in a node's metadata, in a buffer of the caller; false when the key is not there. */
static bool metadata(const struct ArrowSchema *schema, const char *key, char *value) {
    const char *at = schema->metadata;
    int32_t pairs = 0, length;
    if (at) {
        memcpy(&pairs, at, 4);
        at += 4;
    }
    for (int32_t i = 0; i < pairs; i++) {
        memcpy(&length, at, 4);
        const bool found = (size_t)length == strlen(key) && memcmp(at + 4, key, (size_t)length) == 0;
        at += 4 + length;
        memcpy(&length, at, 4);
        if (found) {
            memcpy(value, at + 4, (size_t)length);
            value[length] = '\0';
            return true;
        }
        at += 4 + length;
    }
    return false;
}

/* What every node must hold to. */
static void check_node(const struct ArrowSchema *schema, const struct ArrowArray *array) {
    assert_non_null(schema->format);
    assert_non_null(schema->release);
    assert_non_null(array->release);
    assert_int_equal(schema->n_children, array->n_children);
    assert_int_equal(schema->dictionary != NULL, array->dictionary != NULL);
    assert_int_equal(array->offset, 0);
    const char kind = schema->format[0];
    const bool bytes = kind == 'u' || kind == 'z', structure = strcmp(schema->format, "+s") == 0;
    assert_int_equal(array->n_buffers, structure ? 1 : bytes ? 3 : 2);
    if (!array->buffers[0]) {
        assert_int_equal(array->null_count, 0);
    } else {
        assert_true(schema->flags & ARROW_FLAG_NULLABLE);
    }
    for (int64_t i = 0; i < array->n_buffers; i++) {
        assert_true((uintptr_t)array->buffers[i] % 64 == 0);
        assert_true(i == 0 || array->buffers[i] != NULL);
    }
    int64_t nulls = 0;
    for (int64_t i = 0; array->buffers[0] && i < array->length; i++) {
        nulls += !(((const uint8_t *)array->buffers[0])[i / 8] >> i % 8 & 1);
    }
    assert_int_equal(array->null_count, nulls);
    if (bytes || strcmp(schema->format, "+l") == 0) {
        const int32_t *offsets = array->buffers[1];
        assert_int_equal(offsets[0], 0);
        for (int64_t i = 0; i < array->length; i++) {
            assert_true(offsets[i] <= offsets[i + 1]);
        }
        assert_true(!schema->n_children || array->children[0]->length == offsets[array->length]);
    }
    for (int64_t i = 0; i < schema->n_children; i++) {
        assert_true(!structure || array->children[i]->length == array->length);
        check_node(schema->children[i], array->children[i]);
    }
    if (schema->dictionary) {
        check_node(schema->dictionary, array->dictionary);
        for (int64_t i = 0; i < array->length; i++) {
            const int32_t entry = ((const int32_t *)array->buffers[1])[i];
            assert_true(entry >= 0 && (entry < array->dictionary->length || array->null_count > 0));
        }
    }
}

static bool is_null(const struct ArrowArray *array, int64_t row) {
    return array->buffers[0] && !(((const uint8_t *)array->buffers[0])[row / 8] >> row % 8 & 1);
}

static void check_text(const struct ArrowArray *array, int64_t row, const char *expected, size_t length) {
    const int32_t *offsets = array->buffers[1];
    assert_int_equal(offsets[row + 1] - offsets[row], length);
    assert_memory_equal((const char *)array->buffers[2] + offsets[row], expected, length);
}

static void test_schema(void **state) {
    (void)state;
    static const char *const formats[] = {"l", "g", "u", "tsu:UTC", "b", "i", "z", "+l", "+l", "+l", "g", "g"};
    annoproj_table *made = sample_table();
    struct ArrowSchema schema = schema_of(made);
    char value[64];
    assert_string_equal(schema.format, "+s");
    assert_int_equal(schema.n_children, 12);
    assert_int_equal(schema.flags, 0);
    assert_true(metadata(&schema, "row_type", value));
    assert_string_equal(value, "sample_row");
    assert_true(metadata(&schema, "doc", value));
    assert_string_equal(value, "A thing");
    for (int i = 0; i < 12; i++) {
        const struct ArrowSchema *column = schema.children[i];
        assert_string_equal(column->format, formats[i]);
        assert_string_equal(column->name, annoproj_table_column_name(made, i));
        assert_int_equal(column->flags, i == 0 ? 0 : ARROW_FLAG_NULLABLE);
        assert_true(metadata(column, "title", value));
        assert_string_equal(value, annoproj_table_column_title(made, i));
    }
    assert_true(metadata(schema.children[0], "doc", value));
    assert_string_equal(value, "Number of the thing.");
    assert_false(metadata(schema.children[1], "doc", value));
    assert_false(metadata(schema.children[0], "unit", value));
    assert_true(metadata(schema.children[3], "unit", value));
    assert_string_equal(value, "us");
    assert_string_equal(schema.children[5]->dictionary->format, "u");
    static const char *const elements[] = {"l", "g", "u"};
    for (int i = 0; i < 3; i++) {
        assert_string_equal(schema.children[7 + i]->children[0]->format, elements[i]);
        assert_string_equal(schema.children[7 + i]->children[0]->name, "item");
    }
    schema.release(&schema);
    assert_null(schema.release);
    annoproj_table_free(made);
}

static void test_values(void **state) {
    (void)state;
    annoproj_table *made = sample_table();
    struct ArrowSchema schema = schema_of(made);
    struct ArrowArray array = array_of(made);
    check_node(&schema, &array);
    assert_int_equal(array.length, 4);
    struct ArrowArray **columns = array.children;
    static const int64_t ids[] = {7, -1, 0, 7};
    assert_memory_equal(columns[0]->buffers[1], ids, sizeof ids);
    for (int i = 1; i < 12; i++) {
        assert_true(is_null(columns[i], 1) && !is_null(columns[i], 0) && !is_null(columns[i], 2));
    }
    assert_true(((const double *)columns[1]->buffers[1])[0] == 0.1 &&
                isnan(((const double *)columns[1]->buffers[1])[2]));
    check_text(columns[2], 0, "-a \"b\"", 6);
    check_text(columns[2], 2, "cut", 3);
    assert_true(((const int64_t *)columns[3]->buffers[1])[0] == 1704164645678901);
    assert_int_equal(((const uint8_t *)columns[4]->buffers[1])[0] & 0xD, 0x9); /* true, null, false, true */
    const int32_t *entries = columns[5]->buffers[1];
    assert_int_equal(columns[5]->dictionary->length, 2);
    check_text(columns[5]->dictionary, entries[0], "annotate", 8);
    check_text(columns[5]->dictionary, entries[2], "review", 6);
    assert_int_equal(entries[0], entries[3]);
    check_text(columns[6], 0, "\x01\xFF", 2);
    const int32_t *points = columns[8]->buffers[1];
    assert_int_equal(points[1] - points[0], 3);
    assert_true(((const double *)columns[8]->children[0]->buffers[1])[points[3] + 1] == 1e21);
    const int32_t *tags = columns[9]->buffers[1];
    check_text(columns[9]->children[0], tags[3] + 2, "y\"<", 3);
    check_text(columns[9]->children[0], tags[3] + 1, "", 0);
    array.release(&array);
    schema.release(&schema);
    annoproj_table_free(made);
}

/* Nothing is copied: the buffers are those that annoproj_table_column shows. */
static void test_zero_copy(void **state) {
    (void)state;
    annoproj_table *made = sample_table();
    struct ArrowArray array = array_of(made);
    for (int i = 0; i < 12; i++) {
        annoproj_column view = ANNOPROJ_COLUMN_INIT;
        annoproj_error *error = NULL;
        assert_ok(annoproj_table_column(made, i, &view, &error), error);
        assert_ptr_equal(array.children[i]->buffers[0], view.validity);
        assert_ptr_equal(array.children[i]->buffers[1], view.offsets ? (const void *)view.offsets : view.data);
    }
    array.release(&array);
    annoproj_table_free(made);
}

static void *release_elsewhere(void *moved) {
    struct ArrowArray *array = moved;
    check_text(array, 0, "-a \"b\"", 6);
    array->release(array);
    return NULL;
}

/* A consumer may take a child out, release the rest, and release the child last, in another thread. */
static void test_moved_children(void **state) {
    (void)state;
    const size_t before = memory_alive();
    annoproj_table *made = sample_table();
    struct ArrowArray array = array_of(made), child = *array.children[2];
    struct ArrowSchema schema = schema_of(made), field = *schema.children[9];
    array.children[2]->release = NULL;
    schema.children[9]->release = NULL;
    annoproj_table_free(made);
    array.release(&array);
    schema.release(&schema);
    assert_string_equal(field.children[0]->format, "u");
    field.release(&field);
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, release_elsewhere, &child), 0);
    pthread_join(thread, NULL);
    assert_null(child.release);
    assert_int_equal(memory_alive(), before);
}

static void test_table_stream(void **state) {
    (void)state;
    const size_t before = memory_alive();
    for (int taken = 0; taken < 3; taken++) {
        annoproj_table *made = sample_table();
        struct ArrowArrayStream stream;
        struct ArrowSchema schema;
        struct ArrowArray array;
        annoproj_error *error = NULL;
        assert_ok(annoproj_table_arrow_stream(made, &stream, &error), error);
        annoproj_table_free(made);
        assert_int_equal(stream.get_schema(&stream, &schema), 0);
        for (int i = 0; i < taken; i++) {
            assert_int_equal(stream.get_next(&stream, &array), 0);
            assert_int_equal(array.release != NULL, i == 0);
            if (i == 0) {
                check_node(&schema, &array);
                array.release(&array);
            }
        }
        assert_null(stream.get_last_error(&stream));
        schema.release(&schema);
        stream.release(&stream);
        assert_null(stream.release);
    }
    assert_int_equal(memory_alive(), before);
}

static void test_no_rows(void **state) {
    (void)state;
    annoproj_table *made = NULL;
    annoproj_error *error = NULL;
    assert_ok(rows_finish(rows_new(&sample_row), &made, &error), error);
    struct ArrowSchema schema = schema_of(made);
    struct ArrowArray array = array_of(made);
    check_node(&schema, &array);
    assert_int_equal(array.length, 0);
    array.release(&array);
    schema.release(&schema);
    annoproj_table_free(made);
}

/* ---- streams: one of our own, that gives two tables and then what it is told to ---- */

typedef struct fake {
    table_stream stream;
    int given;
    annoproj_status end;
} fake;

static void destroy_fake(body *gone) {
    free(gone);
}

static annoproj_status next_fake(body *entered, const annoproj_call *call, annoproj_table **made,
                                 annoproj_error **error) {
    fake *from = (fake *)entered;
    assert_int_equal(call->timeout_us, 5000000);
    return from->given++ < 2 ? build_sample(made, error) : from->end;
}

static annoproj_stream *fake_stream(annoproj_status end) {
    fake *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->stream = (table_stream){{1, destroy_fake}, &sample_row, next_fake};
    made->end = end;
    return handle_new(HANDLE_STREAM, &made->stream.body);
}

static struct ArrowArrayStream arrow_of(annoproj_stream *stream) {
    struct ArrowArrayStream arrow;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    call.timeout_us = 5000000;
    assert_ok(annoproj_stream_arrow_stream(stream, &call, &arrow, &error), error);
    annoproj_stream_close(stream);
    return arrow;
}

static void test_stream(void **state) {
    (void)state;
    static const struct {
        annoproj_status end;
        int number;
    } ends[] = {{ANNOPROJ_NONE, 0},
                {ANNOPROJ_NO_MEMORY, ENOMEM},
                {ANNOPROJ_CANCELLED, ECANCELED},
                {ANNOPROJ_TIMEOUT, ETIMEDOUT},
                {ANNOPROJ_INVALID, EINVAL},
                {ANNOPROJ_STATE, EIO}};
    const size_t before = memory_alive();
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct ArrowArrayStream arrow = arrow_of(fake_stream(ends[i].end));
        struct ArrowSchema schema;
        struct ArrowArray array;
        assert_int_equal(arrow.get_schema(&arrow, &schema), 0);
        for (int n = 0; n < 2; n++) {
            assert_int_equal(arrow.get_next(&arrow, &array), 0);
            check_node(&schema, &array);
            array.release(&array);
        }
        assert_int_equal(arrow.get_next(&arrow, &array), ends[i].number);
        assert_null(array.release);
        schema.release(&schema);
        arrow.release(&arrow);
    }
    assert_int_equal(memory_alive(), before);
}

/* The cancel may be freed while the Arrow stream lives; triggered before, the stream is not made. */
static void test_cancel(void **state) {
    (void)state;
    const size_t before = memory_alive();
    annoproj_stream *stream = fake_stream(ANNOPROJ_NONE);
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    struct ArrowArrayStream arrow;
    call.timeout_us = 5000000;
    assert_ok(annoproj_cancel_new(&call.cancel, &error), error);
    assert_ok(annoproj_stream_arrow_stream(stream, &call, &arrow, &error), error);
    assert_ok(annoproj_cancel_trigger(call.cancel, &error), error);
    struct ArrowArrayStream none;
    assert_status(ANNOPROJ_CANCELLED, annoproj_stream_arrow_stream(stream, &call, &none, &error), error);
    assert_null(none.release);
    annoproj_cancel_free(call.cancel);
    arrow.release(&arrow);
    annoproj_stream_close(stream);
    assert_int_equal(memory_alive(), before);
}

static void test_wrong_calls(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    annoproj_table *made = sample_table();
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    memset(&schema, 1, sizeof schema);
    memset(&array, 1, sizeof array);
    memset(&stream, 1, sizeof stream);
    assert_status(ANNOPROJ_INVALID, annoproj_table_arrow_schema(NULL, &schema, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_table_arrow_array(NULL, &array, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_table_arrow_stream(NULL, &stream, &error), error);
    assert_true(!schema.release && !array.release && !stream.release);
    assert_status(ANNOPROJ_INVALID,
                  annoproj_stream_arrow_schema((const annoproj_stream *)(void *)made, &schema, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_stream_arrow_stream(NULL, NULL, &stream, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_table_arrow_schema(made, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_table_arrow_array(made, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_table_arrow_stream(made, NULL, &error), error);
    annoproj_stream *feed = fake_stream(ANNOPROJ_NONE);
    assert_status(ANNOPROJ_INVALID, annoproj_stream_arrow_schema(feed, NULL, &error), error);
    assert_status(ANNOPROJ_INVALID, annoproj_stream_arrow_stream(feed, NULL, NULL, &error), error);
    annoproj_call call = ANNOPROJ_CALL_INIT;
    call.timeout_us = -2;
    assert_status(ANNOPROJ_INVALID, annoproj_stream_arrow_stream(feed, &call, &stream, &error), error);
    assert_null(stream.release);
    annoproj_stream_close(feed);
    annoproj_table_free(made);
}

/* ---- failing memory ---- */

static annoproj_status export_all(const annoproj_table *made, annoproj_stream *stream, annoproj_error **error) {
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    struct ArrowArrayStream once = {0}, feed = {0};
    annoproj_call call = ANNOPROJ_CALL_INIT;
    call.timeout_us = 5000000;
    annoproj_status status = annoproj_cancel_new(&call.cancel, error);
    if (status == ANNOPROJ_OK) {
        status = annoproj_table_arrow_schema(made, &schema, error);
    }
    if (status == ANNOPROJ_OK) {
        status = annoproj_table_arrow_array(made, &array, error);
    }
    if (status == ANNOPROJ_OK) {
        status = annoproj_table_arrow_stream(made, &once, error);
    }
    if (status == ANNOPROJ_OK) {
        status = annoproj_stream_arrow_stream(stream, &call, &feed, error);
    }
    if (schema.release) {
        schema.release(&schema);
    }
    if (array.release) {
        array.release(&array);
    }
    for (int i = 0; i < 2 && status == ANNOPROJ_OK; i++) {
        struct ArrowArrayStream *from = i ? &feed : &once;
        int number = from->get_schema(from, &schema);
        if (number == 0) {
            schema.release(&schema);
            number = from->get_next(from, &array);
        }
        if (number == 0) {
            array.release(&array);
        } else {
            assert_int_equal(number, ENOMEM);
            assert_non_null(from->get_last_error(from));
            status = ANNOPROJ_NO_MEMORY;
        }
    }
    if (once.release) {
        once.release(&once);
    }
    if (feed.release) {
        feed.release(&feed);
    }
    annoproj_cancel_free(call.cancel);
    return status;
}

static void test_failing_memory(void **state) {
    (void)state;
    annoproj_table *made = sample_table();
    const size_t before = memory_alive();
    size_t count = 1;
    for (bool failed = true; failed; count++) {
        annoproj_stream *stream = fake_stream(ANNOPROJ_NONE);
        annoproj_error *error = NULL;
        memory_fail_at(count);
        annoproj_status status = export_all(made, stream, &error);
        failed = memory_has_failed();
        memory_fail_at(0);
        assert_int_equal(status, failed ? ANNOPROJ_NO_MEMORY : ANNOPROJ_OK);
        annoproj_error_free(error);
        annoproj_stream_close(stream);
        assert_int_equal(memory_alive(), before);
    }
    assert_true(count > 60);
    annoproj_table_free(made);
}

int main(void) {
    memory_watch();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema),         cmocka_unit_test(test_values),       cmocka_unit_test(test_zero_copy),
        cmocka_unit_test(test_moved_children), cmocka_unit_test(test_table_stream), cmocka_unit_test(test_no_rows),
        cmocka_unit_test(test_stream),         cmocka_unit_test(test_cancel),       cmocka_unit_test(test_wrong_calls),
        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
