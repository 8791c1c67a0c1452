/* Notes (notes.h). */
#include "notes.h"

#include <stdarg.h>
#include <stdio.h>

#include "store_state.h"

void note(struct store_state *state, int32_t level, const char *format, ...) {
    notes *kept = &state->notes;
    if (state->options.log == NULL || kept->count == NOTES_MOST) {
        return;
    }
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(kept->list[kept->count].text, sizeof kept->list[0].text, format, arguments);
    va_end(arguments);
    kept->list[kept->count++].level = level;
}

void notes_tell(struct store_state *state) {
    for (int32_t i = 0; i < state->notes.count; i++) {
        host_log(state, state->notes.list[i].level, state->notes.list[i].text);
    }
    state->notes.count = 0;
}
