/* Which library this is. */
#include "contract.h"

const char *annoproj_version(void) {
    return ANNOPROJ_VERSION;
}

int32_t annoproj_version_number(void) {
    return ANNOPROJ_VERSION_MAJOR * 1000000 + ANNOPROJ_VERSION_MINOR * 1000 + ANNOPROJ_VERSION_PATCH;
}
