/* Callbacks of the host: while one runs, its thread may not begin anything on a store. */
#ifndef CALLBACK_H
#define CALLBACK_H

#include <stdbool.h>

void callback_begin(void);
void callback_end(void);
bool in_callback(void);

#endif
