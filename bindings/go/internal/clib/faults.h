/* What is wrong with a file: up to 100 faults with JSON pointer and byte, told together in one error. */
#ifndef FAULTS_H
#define FAULTS_H

#include <stdarg.h>

#include "contract.h"
#include "allocate.h"

#define FAULT_LIST 100

typedef struct fault {
    int64_t offset;
    char *text; /* "/annotations/5/bbox (byte 123): ..." */
    char *pointer;
} fault;

typedef struct faults {
    fault list[FAULT_LIST];
    size_t listed;
    int64_t count; /* also those that are not listed */
} faults;

void faults_add(faults *faults, const char *pointer, int64_t offset, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void faults_add_with(faults *faults, const char *pointer, int64_t offset, const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));
/* DATA when there is any fault. `name` is the file's. */
annoproj_status faults_report(const faults *faults, const char *name, annoproj_error **error);
/* A failure ends the reading: when it is a fault of the file, too (DATA), those before it are told with it. */
annoproj_status faults_join(const faults *faults, annoproj_status status, annoproj_error **error);
void faults_release(faults *faults);

#endif
