/* Handles used as nobody should: NULL, of another type, closed, closed twice, made up, after the store was closed, in a child
 * of fork, in random sequences. INVALID, STATE or FORKED each time, and handles that are all right go on working. Run it under
 * the address sanitizer. MISUSE_STEPS=n sets how long, TEST_SEED=n repeats a run. */
#include "team.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEPS_USUALLY 20000
#define SLOTS         64
#define KEPT          512 /* closed ones that are tried again */

typedef enum kind { STORE, SESSION, PROJECT, STAGE, TASK, QUERY, STREAM, CANCEL, TABLE, KINDS } kind;

typedef struct slot {
    void *handle; /* NULL: free */
    kind kind;
} slot;

static team *made;
static slot slots[SLOTS];
static void *stale[KEPT];
static kind stale_kinds[KEPT];
static size_t stale_count;

/* --- what is done with a handle of each kind ------------------------------------------------------------------- */

static annoproj_status keep_table(annoproj_status status, annoproj_table **table) {
    assert_true((status == ANNOPROJ_OK) == (*table != NULL));
    annoproj_table_free(*table);
    return status;
}

static annoproj_status use_store(void *handle, annoproj_error **error) {
    annoproj_session *session = NULL;
    annoproj_status status = annoproj_session_open(handle, 0, NULL, NULL, &session, error);
    assert_true((status == ANNOPROJ_OK) == (session != NULL));
    annoproj_session_close(session);
    return status;
}

static annoproj_status use_session(void *handle, annoproj_error **error) {
    annoproj_table *table = NULL;
    return keep_table(annoproj_user_list(handle, NULL, &table, error), &table);
}

static annoproj_status use_project(void *handle, annoproj_error **error) {
    annoproj_table *table = NULL;
    return keep_table(annoproj_project_get(handle, NULL, &table, error), &table);
}

static annoproj_status use_stage(void *handle, annoproj_error **error) {
    annoproj_task *task = NULL;
    annoproj_queue_reason reason = 0;
    annoproj_status status = annoproj_stage_start_next(handle, NULL, NULL, &task, &reason, error);
    assert_true((status == ANNOPROJ_OK) == (task != NULL));
    annoproj_task_close(task);
    return status > 0 ? ANNOPROJ_OK : status;
}

static annoproj_status use_task(void *handle, annoproj_error **error) {
    annoproj_table *table = NULL;
    return keep_table(annoproj_task_get(handle, NULL, &table, error), &table);
}

static annoproj_status use_query(void *handle, annoproj_error **error) {
    annoproj_table *table = NULL;
    return keep_table(annoproj_query_task_actions(handle, NULL, &table, error), &table);
}

static annoproj_status use_stream(void *handle, annoproj_error **error) {
    annoproj_table *table = NULL;
    annoproj_status status = keep_table(annoproj_stream_next(handle, NULL, &table, error), &table);
    return status > 0 ? ANNOPROJ_OK : status;
}

static annoproj_status use_cancel(void *handle, annoproj_error **error) {
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_table *table = NULL;
    call.cancel = handle;
    if (handle == NULL) { /* no cancel is all right for a call */
        return annoproj_cancel_trigger(handle, error);
    }
    annoproj_status status = keep_table(annoproj_user_list(made->host, &call, &table, error), &table);
    return status == ANNOPROJ_CANCELLED ? ANNOPROJ_OK : status;
}

static annoproj_status use_table(void *handle, annoproj_error **error) {
    char *csv = NULL;
    annoproj_status status = annoproj_table_csv(handle, &csv, error);
    assert_true((status == ANNOPROJ_OK) == (csv != NULL));
    assert_int_equal(annoproj_table_row_count(handle) > 0, status == ANNOPROJ_OK);
    annoproj_free(csv);
    return status;
}

static annoproj_status (*const uses[KINDS])(void *handle, annoproj_error **error) = {
    use_store, use_session, use_project, use_stage, use_task, use_query, use_stream, use_cancel, use_table};

/* --- making and closing ------------------------------------------------------------------------------------------- */

static void *make(kind of) {
    annoproj_error *error = NULL;
    void *handle = NULL;
    switch (of) {
    case STORE: break; /* there is one, made->store */
    case SESSION:
        assert_ok(annoproj_session_open(made->store, 0, NULL, NULL, (annoproj_session **)&handle, &error), error);
        break;
    case PROJECT:
        assert_ok(annoproj_project_open(made->host, made->project, NULL, (annoproj_project **)&handle, &error), error);
        break;
    case STAGE:
        assert_ok(
            annoproj_stage_open(made->projects[TEAM_ANNOTATOR], "annotate", NULL, (annoproj_stage **)&handle, &error),
            error);
        break;
    case TASK:
        assert_ok(annoproj_task_open(made->host_project, made->first_task, NULL, (annoproj_task **)&handle, &error),
                  error);
        break;
    case QUERY:
        assert_ok(annoproj_query_open(made->host_project, NULL, NULL, (annoproj_query **)&handle, &error), error);
        break;
    case STREAM:
        assert_ok(annoproj_project_events(made->host_project, 0, NULL, (annoproj_stream **)&handle, &error), error);
        break;
    case CANCEL: assert_ok(annoproj_cancel_new((annoproj_cancel **)&handle, &error), error); break;
    case TABLE: assert_ok(annoproj_operations((annoproj_table **)&handle, &error), error); break;
    case KINDS: break;
    }
    return handle;
}

static void close_as(kind of, void *handle) {
    switch (of) {
    case SESSION: annoproj_session_close(handle); break;
    case PROJECT: annoproj_project_close(handle); break;
    case STAGE: annoproj_stage_close(handle); break;
    case TASK: annoproj_task_close(handle); break;
    case QUERY: annoproj_query_close(handle); break;
    case STREAM: annoproj_stream_close(handle); break;
    case CANCEL: annoproj_cancel_free(handle); break;
    case TABLE: annoproj_table_free(handle); break;
    case STORE:
    case KINDS: break;
    }
}

static void remember_stale(kind of, void *handle) {
    size_t place = stale_count < KEPT ? stale_count++ : (size_t)random_below(KEPT);
    stale[place] = handle;
    stale_kinds[place] = of;
}

static bool is_live(const void *handle) {
    for (size_t i = 0; i < SLOTS; i++) {
        if (slots[i].handle == handle) {
            return true;
        }
    }
    return false;
}

/* --- random steps ----------------------------------------------------------------------------------------------------- */

/* Something that is no handle: near one, on the stack, anywhere. */
static void *forge(void) {
    static char elsewhere[256];
    const slot *near = &slots[random_below(SLOTS)];
    switch (random_below(5)) {
    case 0: return (char *)(near->handle != NULL ? near->handle : elsewhere) + 1 + random_below(200) * 8;
    case 1: return (char *)(near->handle != NULL ? near->handle : elsewhere) + 1;
    case 2: return elsewhere + random_below(sizeof elsewhere);
    case 3: return (void *)(uintptr_t)random_next();
    default: return (void *)(uintptr_t)random_below(4096);
    }
}

static void must_be_refused(kind as, void *handle) {
    annoproj_error *error = NULL;
    annoproj_status status = uses[as](handle, &error);
    if (status != ANNOPROJ_INVALID || annoproj_error_status(error) != ANNOPROJ_INVALID) {
        fail_msg("kind %d, handle %p: %s instead of INVALID", (int)as, handle, annoproj_status_name(status));
    }
    annoproj_error_free(error);
    close_as(as, handle); /* does nothing */
}

static kind other_kind(kind than) {
    kind other = (kind)random_below(KINDS);
    return other == than ? (kind)((other + 1) % KINDS) : other;
}

static void random_step(void) {
    annoproj_error *error = NULL;
    slot *at = &slots[random_below(SLOTS)];
    switch (random_below(8)) {
    case 0:
    case 1:
        if (at->handle == NULL) {
            at->kind = (kind)(1 + random_below(KINDS - 1));
            at->handle = make(at->kind);
            if (at->kind == CANCEL) {
                assert_ok(annoproj_cancel_trigger(at->handle, &error), error);
            }
        }
        break;
    case 2:
        if (at->handle != NULL) {
            void *handle = at->handle;
            at->handle = NULL;
            close_as(at->kind, handle);
            remember_stale(at->kind, handle);
        }
        break;
    case 3:
    case 4:
        if (at->handle != NULL) {
            assert_ok(uses[at->kind](at->handle, &error), error);
        }
        break;
    case 5:
        if (at->handle != NULL) {
            must_be_refused(other_kind(at->kind), at->handle);
        }
        break;
    case 6:
        if (stale_count > 0) {
            size_t which = (size_t)random_below(stale_count);
            if (!is_live(stale[which])) {
                must_be_refused(stale_kinds[which], stale[which]);
            }
        }
        break;
    default: {
        void *forged = forge();
        if (!is_live(forged) && forged != (void *)made->host && forged != (void *)made->host_project) {
            must_be_refused((kind)random_below(KINDS), forged);
        }
    }
    }
}

static void test_random_misuse(void **state) {
    const char *given = getenv("MISUSE_STEPS");
    long steps = given != NULL ? strtol(given, NULL, 10) : STEPS_USUALLY;
    (void)state;
    made = team_new(8, "", "");
    for (long i = 0; i < steps; i++) {
        random_step();
    }
    for (size_t i = 0; i < SLOTS; i++) {
        if (slots[i].handle != NULL) {
            close_as(slots[i].kind, slots[i].handle);
            close_as(slots[i].kind, slots[i].handle); /* twice */
            slots[i].handle = NULL;
        }
    }
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

static void test_null(void **state) {
    (void)state;
    for (int as = 0; as < KINDS; as++) {
        must_be_refused((kind)as, NULL);
    }
}

/* What outlives its store says STATE, and can be closed. */
static void test_after_the_store(void **state) {
    annoproj_error *error = NULL;
    void *handles[KINDS] = {0};
    (void)state;
    made = team_new(2, "", "");
    for (int of = SESSION; of < CANCEL; of++) {
        handles[of] = make((kind)of);
    }
    assert_ok(annoproj_store_close(made->store, NULL, &error), error);
    must_be_refused(STORE, made->store);
    for (int of = SESSION; of < CANCEL; of++) {
        assert_status(ANNOPROJ_STATE, uses[of](handles[of], &error), error);
        close_as((kind)of, handles[of]);
        must_be_refused((kind)of, handles[of]);
    }
    assert_status(ANNOPROJ_INVALID, annoproj_store_close(made->store, NULL, &error), error);
    made->store = NULL;
    team_free(made);
}

/* In a child of fork every call is FORKED, and closing frees memory only. */
static int misuse_in_child(void *const handles[KINDS]) {
    for (int of = STORE; of < CANCEL; of++) {
        annoproj_error *error = NULL;
        if (uses[of](of == STORE ? (void *)made->store : handles[of], &error) != ANNOPROJ_FORKED) {
            return 10 + of;
        }
        annoproj_error_free(error);
        close_as((kind)of, handles[of]);
    }
    return annoproj_store_close(made->store, NULL, NULL) == ANNOPROJ_OK ? 0 : 1;
}

static void test_after_fork(void **state) {
    annoproj_error *error = NULL;
    void *handles[KINDS] = {0};
    int status = -1;
    (void)state;
    made = team_new(2, "", "");
    for (int of = SESSION; of < CANCEL; of++) {
        handles[of] = make((kind)of);
    }
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        _exit(misuse_in_child(handles));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    for (int of = SESSION; of < CANCEL; of++) { /* the parent's are as they were */
        assert_ok(uses[of](handles[of], &error), error);
        close_as((kind)of, handles[of]);
    }
    assert_int_equal(team_differences(made), 0);
    team_free(made);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_misuse),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_after_the_store),
        cmocka_unit_test(test_after_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
