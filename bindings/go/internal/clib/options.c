/* The size rule of options structs. */
#include "options.h"

#include <string.h>

#include "failure.h"

annoproj_status options_read(void *own, size_t own_size, size_t smallest, const void *caller, annoproj_error **error) {
    size_t size = 0;
    memset(own, 0, own_size);
    memcpy(own, &own_size, sizeof own_size);
    if (!caller) {
        return ANNOPROJ_OK;
    }
    memcpy(&size, caller, sizeof size);
    if (size < smallest) {
        return fail(
            error, ANNOPROJ_INVALID,
            "an options struct says its size is %zu bytes, the smallest is %zu: set `size` or use the _init function",
            size, smallest);
    }
    const unsigned char *bytes = caller;
    for (size_t i = own_size; i < size; i++) {
        if (bytes[i] != 0) {
            return fail(error, ANNOPROJ_UNSUPPORTED,
                        "an options struct sets a field at byte %zu that this library (version " ANNOPROJ_VERSION
                        ") does not know: leave it zero or use a newer library",
                        i);
        }
    }
    size_t known = size < own_size ? size : own_size;
    memcpy((unsigned char *)own + sizeof size, bytes + sizeof size, known - sizeof size);
    return ANNOPROJ_OK;
}

annoproj_status options_reserved(int32_t reserved, annoproj_error **error) {
    return reserved == 0 ? ANNOPROJ_OK
                         : fail(error, ANNOPROJ_UNSUPPORTED,
                                "an options struct sets `reserved` to %d, which this library (version " ANNOPROJ_VERSION
                                ") does not know: leave it zero or use a newer library",
                                reserved);
}
