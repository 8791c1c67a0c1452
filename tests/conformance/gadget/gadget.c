/* A noun added to a copy of the library, to show that the bindings need nothing else. */
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "failure.h"
#include "handle.h"
#include "options.h"
#include "rows.h"

extern const row_type row_gadget_row;

typedef struct gadget {
    body body;
    annoproj_gadget_options options;
    char *name;
    int64_t *sizes;
} gadget;

static _Atomic int64_t living;

static void destroy(body *body) {
    gadget *own = (gadget *)body;
    free(own->name);
    free(own->sizes);
    free(own);
    living--;
}

void annoproj_gadget_options_init(annoproj_gadget_options *options) {
    if (options)
        *options = (annoproj_gadget_options)ANNOPROJ_GADGET_OPTIONS_INIT;
}

int64_t annoproj_gadgets_open(void) { return living; }

static annoproj_status tell(const annoproj_gadget_options *options, int64_t *time_us, int32_t *byte, annoproj_error **error) {
    unsigned char filled[4] = {0};
    const char *name = options->name ? options->name : "gadget";
    for (size_t i = 0; options->told && i < options->part_count; i++)
        options->told((int32_t)i, name, options->user_data);
    if (options->write && options->write(name, strlen(name), options->user_data) != 0)
        return fail(error, ANNOPROJ_CALLBACK, "write returned non-zero");
    if (options->clock && options->clock(time_us, options->user_data) != 0)
        return fail(error, ANNOPROJ_CALLBACK, "clock returned non-zero");
    if (options->fill && options->fill(filled, sizeof filled, options->user_data) != 0)
        return fail(error, ANNOPROJ_CALLBACK, "fill returned non-zero");
    *byte = filled[0];
    return ANNOPROJ_OK;
}

static annoproj_gadget *make(const annoproj_gadget_options *options) {
    gadget *own = calloc(1, sizeof *own);
    if (!own)
        return NULL;
    own->body = (body){1, destroy};
    own->options = *options;
    own->name = strdup(options->name ? options->name : "gadget");
    own->sizes = calloc(options->part_count + 1, sizeof *own->sizes);
    living++;
    annoproj_gadget *made = own->name && own->sizes ? handle_new(HANDLE_QUERY, &own->body) : NULL;
    if (!made) {
        destroy(&own->body);
        return NULL;
    }
    if (options->sizes)
        memcpy(own->sizes, options->sizes, options->part_count * sizeof *own->sizes);
    return made;
}

annoproj_status annoproj_gadget_make(const annoproj_gadget_options *options, const annoproj_call *call,
                                     annoproj_gadget **made, int64_t *count, int64_t *time_us, int32_t *byte,
                                     annoproj_error **error) {
    annoproj_gadget_options own;
    bounds limits;
    clear_error(error);
    *made = NULL;
    *count = *time_us = *byte = 0;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status != ANNOPROJ_OK)
        return status;
    status = bounds_begin(&limits, call, error);
    if (status != ANNOPROJ_OK)
        return status;
    status = tell(&own, time_us, byte, error);
    if (status == ANNOPROJ_OK)
        status = bounds_progress(&limits, 1, 2, error);
    if (status == ANNOPROJ_OK && !(*made = make(&own)))
        status = fail_memory(error);
    if (status != ANNOPROJ_OK)
        *time_us = *byte = 0;
    else
        *count = living;
    bounds_end(&limits);
    return status;
}

void annoproj_gadget_close(annoproj_gadget *handle) { handle_close(handle, HANDLE_QUERY); }

static void part(rows *table, const gadget *own, int64_t i) {
    const char *words[] = {own->name, own->name};
    unsigned char raw = (unsigned char)i;
    double halves[1000];
    rows_int64(table, i);
    if (i % 3 == 2)
        rows_null(table);
    else
        rows_double(table, (double)i / 4);
    rows_text(table, i % 2 ? NULL : own->name);
    rows_text(table, i % 4 == 3 ? NULL : own->options.mood ? "loud" : "calm");
    if (i == 0)
        rows_null(table);
    else
        rows_time(table, i);
    rows_bool(table, i % 2 == 0);
    rows_int64_list(table, own->sizes, (size_t)i + 1);
    for (int64_t k = 0; k <= i; k++)
        halves[k] = (double)own->sizes[k] / 2;
    rows_double_list(table, halves, (size_t)i + 1);
    rows_utf8_list(table, words, (size_t)(i % 3));
    if (i == 1)
        rows_null(table);
    else
        rows_binary(table, &raw, 1);
}

static annoproj_status enter(annoproj_gadget *handle, gadget **own, annoproj_error **error) {
    body *held = NULL;
    clear_error(error);
    annoproj_status status = handle_enter(handle, HANDLE_QUERY, "gadget", &held, error);
    *own = (gadget *)held;
    return status;
}

annoproj_status annoproj_gadget_parts(annoproj_gadget *handle, const annoproj_call *call, annoproj_table **table,
                                      annoproj_error **error) {
    gadget *own;
    bounds limits;
    *table = NULL;
    annoproj_status status = enter(handle, &own, error);
    if (status != ANNOPROJ_OK)
        return status;
    status = bounds_begin(&limits, call, error);
    if (status == ANNOPROJ_OK) {
        if (own->options.part_count > 1000) {
            status = fail(error, ANNOPROJ_LIMIT, "%zu parts are too many: make at most 1000", own->options.part_count);
            fail_detail(error, "value", "%zu", own->options.part_count);
        } else {
            rows *building = rows_new(&row_gadget_row);
            for (size_t i = 0; i < own->options.part_count; i++)
                part(building, own, (int64_t)i);
            status = rows_finish(building, table, error);
        }
        bounds_end(&limits);
    }
    body_release(&own->body);
    return status;
}

annoproj_status annoproj_gadget_name(annoproj_gadget *handle, char **name, annoproj_gadget_mood *mood,
                                     annoproj_error **error) {
    gadget *own;
    *name = NULL;
    *mood = 0;
    annoproj_status status = enter(handle, &own, error);
    if (status != ANNOPROJ_OK)
        return status;
    *mood = own->options.mood;
    if (own->options.unnamed)
        status = ANNOPROJ_NONE;
    else if (!(*name = strdup(own->name)))
        status = fail_memory(error);
    body_release(&own->body);
    return status;
}

annoproj_status annoproj_gadget_twin(annoproj_gadget *handle, annoproj_gadget *other, annoproj_gadget **twin,
                                     int32_t *parts, annoproj_error **error) {
    gadget *own, *second;
    *twin = NULL;
    *parts = 0;
    annoproj_status status = enter(handle, &own, error);
    if (status != ANNOPROJ_OK)
        return status;
    status = enter(other, &second, error);
    if (status == ANNOPROJ_OK) {
        *parts = (int32_t)second->options.part_count;
        if (second->options.unnamed)
            status = ANNOPROJ_NONE;
        else if (!(*twin = make(&second->options)))
            status = fail_memory(error);
        body_release(&second->body);
    }
    body_release(&own->body);
    return status;
}

annoproj_status annoproj_gadget_run(annoproj_gadget *handle, const int64_t *numbers, const double *factors, size_t count,
                                    const annoproj_call *call, annoproj_error **error) {
    gadget *own;
    bounds limits;
    int64_t done = 0;
    (void)factors;
    annoproj_status status = enter(handle, &own, error);
    if (status != ANNOPROJ_OK)
        return status;
    status = bounds_begin(&limits, call, error);
    if (status == ANNOPROJ_OK) {
        for (size_t i = 0; i < count; i++)
            done += numbers[i];
        while (status == ANNOPROJ_OK) {
            sched_yield();
            status = bounds_check(&limits, error);
            if (status == ANNOPROJ_OK)
                status = bounds_progress(&limits, done, -1, error);
        }
        bounds_end(&limits);
    }
    body_release(&own->body);
    return status;
}

annoproj_status annoproj_gadget_sum(annoproj_gadget *handle, const int64_t *numbers, const double *factors, size_t count,
                                    int64_t at_us, const char *path, double *sum, int64_t *address, int64_t *at,
                                    int64_t *path_length, annoproj_error **error) {
    gadget *own;
    *sum = 0;
    *address = *at = *path_length = 0;
    annoproj_status status = enter(handle, &own, error);
    if (status != ANNOPROJ_OK)
        return status;
    for (size_t i = 0; i < count; i++)
        *sum += (double)numbers[i] * (factors ? factors[i] : 1);
    *address = (int64_t)(uintptr_t)numbers;
    *at = at_us;
    *path_length = (int64_t)strlen(path);
    body_release(&own->body);
    return ANNOPROJ_OK;
}
