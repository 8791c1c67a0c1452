/* Gathering faults. */
#include "faults.h"

#include <stdio.h>
#include <string.h>

#include "failure.h"

void faults_add(faults *all, const char *pointer, int64_t offset, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    faults_add_with(all, pointer, offset, format, arguments);
    va_end(arguments);
}

void faults_add_with(faults *all, const char *pointer, int64_t offset, const char *format, va_list arguments) {
    all->count++;
    if (all->listed == FAULT_LIST) {
        return;
    }
    char line[800], message[512];
    vsnprintf(message, sizeof message, format, arguments);
    snprintf(line, sizeof line, "%s (byte %lld): %s", pointer, (long long)offset, message);
    fault found = {.offset = offset, .text = duplicate_text(line), .pointer = duplicate_text(pointer)};
    if (!found.text || !found.pointer) {
        release(found.text);
        release(found.pointer);
        return; /* counted, not listed */
    }
    all->list[all->listed++] = found;
}

annoproj_status faults_report(const faults *all, const char *name, annoproj_error **error) {
    if (all->count == 0) {
        return ANNOPROJ_OK;
    }
    if (all->listed == 0) {
        return fail_memory(error);
    }
    fail(error, ANNOPROJ_DATA, "%s has %lld fault%s, nothing of it was stored; the first: %s", QUOTED(name),
         (long long)all->count, all->count == 1 ? "" : "s", all->list[0].text);
    fail_detail(error, "faults", "%lld", (long long)all->count);
    fail_detail(error, "pointer", "%s", all->list[0].pointer);
    fail_detail(error, "byte", "%lld", (long long)all->list[0].offset);
    for (size_t i = 0; i < all->listed; i++) {
        fail_detail(error, "fault", "%s", all->list[i].text);
    }
    return ANNOPROJ_DATA;
}

annoproj_status faults_join(const faults *all, annoproj_status status, annoproj_error **error) {
    if (status != ANNOPROJ_DATA || all->count == 0 || !error || !*error) {
        return status;
    }
    fail_detail(error, "faults", "%lld", (long long)all->count + 1);
    for (size_t i = 0; i < all->listed; i++) {
        fail_detail(error, "fault", "%s", all->list[i].text);
    }
    return status;
}

void faults_release(faults *all) {
    for (size_t i = 0; i < all->listed; i++) {
        release(all->list[i].text);
        release(all->list[i].pointer);
    }
    all->listed = 0;
    all->count = 0;
}
