/* Statements: bound in order, kept by the address of their text, failure sticky and told once at the end. */
#include "store_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "blob_reader.h"
#include "connection.h"
#include "row_walk.h"

static database *db;

static int set_up(void **unused) {
    (void)unused;
    return connection_open(":memory:", CONNECTION_SPOOL, true, &db, NULL) != ANNOPROJ_OK ||
           sql_script(db,
                      "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE, weight REAL, data BLOB) STRICT;"
                      "CREATE TABLE child(t INTEGER NOT NULL REFERENCES t(id), CHECK(t > 0)) STRICT",
                      NULL) != ANNOPROJ_OK;
}

static int tear_down(void **unused) {
    (void)unused;
    connection_close(db, false);
    return 0;
}

#define SQL_INSERT "INSERT INTO t(id, name, weight, data) VALUES(?1, ?2, ?3, ?4)"
#define SQL_BY_ID  "SELECT id, name, weight, data FROM t WHERE id >= ?1 ORDER BY id"

static annoproj_status add(int64_t id, const char *name, annoproj_error **error) {
    statement *one = sql(db, SQL_INSERT);
    bind_int64(one, id);
    bind_text(one, name);
    bind_double(one, 1.5);
    bind_blob(one, "a\0b", 3);
    return sql_run(one, error);
}

static void test_values_come_back(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    assert_ok(add(INT64_MAX, "héllo", &error), error);
    assert_int_equal(last_insert_id(db), INT64_MAX);
    statement *one = sql(db, SQL_BY_ID);
    bind_int64(one, 1);
    assert_true(sql_row(one));
    assert_int_equal(column_int64(one, 0), INT64_MAX);
    assert_string_equal(column_text(one, 1), "héllo");
    assert_int_equal(column_length(one, 1), 6);
    assert_true(column_double(one, 2) == 1.5);
    assert_int_equal(column_length(one, 3), 3);
    assert_memory_equal(column_blob(one, 3), "a\0b", 3);
    assert_false(sql_row(one));
    assert_false(sql_row(one)); /* the end stays the end */
    assert_ok(sql_end(one, &error), error);
}

static void test_nulls_and_empty_values(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    statement *one = sql(db, SQL_INSERT);
    bind_int64(one, 1);
    bind_text(one, NULL);
    bind_null(one);
    bind_blob(one, NULL, 0); /* an empty blob, not NULL */
    assert_ok(sql_run(one, &error), error);
    one = sql(db, SQL_BY_ID);
    bind_int64(one, 1);
    assert_true(sql_row(one));
    assert_true(column_is_null(one, 1));
    assert_string_equal(column_text(one, 1), "");
    assert_true(column_is_null(one, 2));
    assert_false(column_is_null(one, 3));
    assert_int_equal(column_length(one, 3), 0);
    assert_ok(sql_end(one, &error), error);
}

static void test_failures(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    assert_ok(add(1, "a", &error), error);
    assert_status(ANNOPROJ_EXISTS, add(1, "b", &error), error);
    assert_status(ANNOPROJ_EXISTS, add(2, "a", &error), error);
    assert_status(ANNOPROJ_INTERNAL, sql_run(sql(db, "INSERT INTO child VALUES(-1)"), &error), error);
    assert_status(ANNOPROJ_INTERNAL, sql_run(sql(db, "INSERT INTO child VALUES(77)"), &error), error);
    assert_status(ANNOPROJ_INTERNAL, sql_run(sql(db, "SELECT nothing FROM nowhere"), &error), error);
    /* Not text in quotes: a name that is not there. */
    assert_status(ANNOPROJ_INTERNAL, sql_run(sql(db, "SELECT \"nothing\""), &error), error);
    assert_status(ANNOPROJ_INTERNAL, sql_run(sql(db, "SELECT 1; SELECT 2"), &error), error);
    assert_status(ANNOPROJ_INTERNAL, sql_run(sql(db, ""), &error), error);
    assert_ok(sql_run(sql(db, "SELECT 1; "), &error), error);
    assert_ok(add(2, "b", &error), error);
}

static void test_the_error_has_sqlites_code(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    assert_int_equal(add(1, "a", &error), ANNOPROJ_OK);
    assert_int_equal(add(1, "b", &error), ANNOPROJ_EXISTS);
    bool found = false;
    for (size_t i = 0; i < annoproj_error_detail_count(error); i++) {
        found |= strcmp(annoproj_error_detail_key(error, i), "sqlite_code") == 0 &&
                 strcmp(annoproj_error_detail_value(error, i), "1555") == 0;
    }
    assert_true(found);
    annoproj_error_free(error);
}

static void test_a_failure_sticks_until_the_end(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    assert_ok(add(1, "a", &error), error);
    statement *one = sql(db, "INSERT INTO t(id, name) VALUES(?1, ?2)");
    for (int64_t id = 0; id < 3; id++) { /* the second of three is refused */
        bind_int64(one, id);
        bind_text(one, id == 0 ? "x" : id == 1 ? "y" : "z");
        assert_int_equal(sql_step_run(one), id == 0);
        sql_again(one);
    }
    assert_status(ANNOPROJ_EXISTS, sql_end(one, &error), error);
    one = sql(db, SQL_BY_ID);
    bind_int64(one, 0);
    int rows = 0;
    while (sql_row(one)) {
        rows++;
    }
    assert_ok(sql_end(one, &error), error);
    assert_int_equal(rows, 2);
}

static void test_too_many_values(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    statement *one = sql(db, SQL_BY_ID);
    bind_int64(one, 1);
    bind_int64(one, 2);
    assert_false(sql_row(one));
    assert_status(ANNOPROJ_INTERNAL, sql_end(one, &error), error);
    one = sql(db, SQL_BY_ID); /* and is forgotten after it was told */
    bind_int64(one, 1);
    assert_false(sql_row(one));
    assert_ok(sql_end(one, &error), error);
}

static void test_statements_are_kept(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    statement *one = sql(db, SQL_BY_ID);
    statement *inner = sql(db, SQL_BY_ID); /* in use: one of its own */
    assert_ptr_not_equal(one, inner);
    assert_ok(sql_end(inner, &error), error);
    assert_ok(sql_end(one, &error), error);
    assert_ptr_equal(sql(db, SQL_BY_ID), one);
    assert_ok(sql_end(one, &error), error);
    /* Values do not survive. */
    assert_ok(add(5, "five", &error), error);
    one = sql(db, SQL_BY_ID);
    bind_int64(one, 5);
    assert_true(sql_row(one));
    assert_ok(sql_end(one, &error), error);
    one = sql(db, SQL_BY_ID);
    assert_false(sql_row(one)); /* id >= NULL */
    assert_ok(sql_end(one, &error), error);
}

/* Whatever is asked for in ascending order, near or far, there or not: what a look-up finds. */
static void test_walking_through_rows(void **unused) {
    (void)unused;
    static const char text[] = "SELECT id, weight FROM walked WHERE id >= ? AND id < ? ORDER BY id";
    annoproj_error *error = NULL;
    int64_t rows_of[500] = {0};
    assert_ok(
        sql_script(db, "CREATE TABLE walked(id INTEGER, weight INTEGER); CREATE INDEX walked_id ON walked(id)", &error),
        error);
    for (int i = 0; i < 900; i++) {
        const int64_t id = (int64_t)random_below(450);
        statement *one = sql(db, "INSERT INTO walked VALUES(?, 7 * ?)");
        bind_int64(one, id);
        bind_int64(one, id);
        assert_ok(sql_run(one, &error), error);
        rows_of[id]++;
    }
    for (int round = 0; round < 200; round++) {
        row_walk walk = {.database = db, .text = text, .end = 400};
        for (int64_t id = (int64_t)random_below(10); id < 500; id += (int64_t)random_below(round % 2 ? 5 : 60)) {
            int64_t found = 0;
            for (bool there = row_walk_to(&walk, id); there && walk.at == id; row_walk_next(&walk)) {
                assert_int_equal(column_int64(walk.rows, 1), 7 * id);
                found++;
            }
            assert_true(found == (id < 400 ? rows_of[id] : 0) || found == 0);
            if (found == 0 && id < 400 && rows_of[id] > 0)
                assert_true(walk.at > id); /* asked for twice: they have been gone through */
        }
        assert_ok(row_walk_end(&walk, &error), error);
    }
    row_walk none = {.database = db, .text = text, .end = 400};
    assert_ok(row_walk_end(&none, &error), error);
    row_walk wrong = {.database = db, .text = "SELECT id FROM nowhere WHERE id >= ? AND id < ?", .end = 400};
    assert_false(row_walk_to(&wrong, 1));
    assert_status(ANNOPROJ_INTERNAL, row_walk_end(&wrong, &error), error);
}

static void test_many_texts(void **unused) {
    (void)unused;
    static char texts[600][32];
    annoproj_error *error = NULL;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 600; i++) {
            snprintf(texts[i], sizeof texts[i], "SELECT %d", i);
            statement *one = sql(db, texts[i]);
            assert_true(sql_row(one));
            assert_int_equal(column_int64(one, 0), i);
            assert_ok(sql_end(one, &error), error);
        }
    }
}

static void test_a_deadline_ends_a_loop_of_short_statements(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    bounds call = bounds_of(2000);
    db->bounds = &call;
    annoproj_status status = ANNOPROJ_OK;
    while (status == ANNOPROJ_OK) {
        status = sql_run(sql(db, "SELECT 1"), &error);
    }
    assert_status(ANNOPROJ_TIMEOUT, status, error);
    call = bounds_of(2000);
    statement *one = sql(db, "INSERT INTO t(name) VALUES(?1)");
    do {
        sql_again(one);
        bind_null(one);
    } while (sql_step_run(one));
    assert_status(ANNOPROJ_TIMEOUT, sql_end(one, &error), error);
    db->bounds = NULL;
}

static void test_a_value_that_is_too_large(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    assert_status(ANNOPROJ_LIMIT, sql_run(sql(db, "SELECT length(zeroblob(300000000))"), &error), error);
}

static void test_a_name_before_each_table(void **unused) {
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"SELECT a FROM t WHERE t.a = ?", "SELECT a FROM \"o\".t WHERE t.a = ?"},
        {"SELECT a FROM t x JOIN u ON u.a = x.a", "SELECT a FROM \"o\".t x JOIN \"o\".u ON u.a = x.a"},
        {"SELECT 1 FROM (SELECT ?1 AS id) me LEFT JOIN t ON 1",
         "SELECT 1 FROM (SELECT ?1 AS id) me LEFT JOIN \"o\".t ON 1"},
        {"SELECT (SELECT 1 FROM\n t2) FROM t", "SELECT (SELECT 1 FROM\n \"o\".t2) FROM \"o\".t"},
        {"SELECT 'FROM t', \"FROM t\" FROM t", "SELECT 'FROM t', \"FROM t\" FROM \"o\".t"},
        {"SELECT FROMAGE, xFROM FROM json_each(?)", "SELECT FROMAGE, xFROM FROM json_each(?)"},
        {"PRAGMA user_version", "PRAGMA \"o\".user_version"},
        {"SELECT 1", "SELECT 1"},
        {"", ""},
    };
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *made = sql_in_schema(cases[i].text, "o");
        assert_string_equal(made, cases[i].expected);
        release(made);
    }
    char *made = sql_in_schema("SELECT 1 FROM t", "two \"words\"");
    assert_string_equal(made, "SELECT 1 FROM \"two \"\"words\"\"\".t");
    release(made);
}

/* Read under its name, beside tables of the same name; left as it was. */
static void test_a_borrowed_connection(void **unused) {
    (void)unused;
    annoproj_error *error = NULL;
    sqlite3 *host = NULL;
    database *borrowed = NULL;
    int64_t value = 0;
    assert_int_equal(sqlite3_open(":memory:", &host), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(host,
                     "ATTACH ':memory:' AS other; CREATE TEMP TABLE t(id, data); CREATE TABLE t(id, data);"
                     "CREATE TABLE other.t(id INTEGER PRIMARY KEY, data); INSERT INTO temp.t VALUES(1, 'no');"
                     "INSERT INTO main.t VALUES(2, 'no'); INSERT INTO other.t VALUES(3, X'0102')",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_ok(connection_borrow(host, "other", &borrowed, &error), error);
    assert_ok(sql_value(borrowed, "SELECT id FROM t", &value, &error), error);
    assert_int_equal(value, 3);
    blob_reader blobs = {.database = borrowed, .table = "t", .column = "data"};
    uint8_t data[2] = {0};
    blob_found found = BLOB_MISSING;
    assert_ok(blob_read(&blobs, 3, data, sizeof data, &found, &error), error);
    assert_int_equal(found, BLOB_READ);
    assert_int_equal(data[1], 2);
    blob_close(&blobs);
    connection_give_back(borrowed);
    assert_int_equal(sqlite3_close(host), SQLITE_OK);
    connection_give_back(NULL);
}

#define WITH_DATABASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_DATABASE(test_values_come_back),
        WITH_DATABASE(test_nulls_and_empty_values),
        WITH_DATABASE(test_failures),
        WITH_DATABASE(test_the_error_has_sqlites_code),
        WITH_DATABASE(test_a_failure_sticks_until_the_end),
        WITH_DATABASE(test_too_many_values),
        WITH_DATABASE(test_statements_are_kept),
        WITH_DATABASE(test_walking_through_rows),
        WITH_DATABASE(test_many_texts),
        WITH_DATABASE(test_a_deadline_ends_a_loop_of_short_statements),
        WITH_DATABASE(test_a_value_that_is_too_large),
        cmocka_unit_test(test_a_name_before_each_table),
        cmocka_unit_test(test_a_borrowed_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
