/* SQLite as the extension sees it: that of the program which loads it, by its table of functions, never a copy of our own. The
 * files of lib/store that are in the extension are compiled with this before them. */
#ifndef HOST_SQLITE_H
#define HOST_SQLITE_H

#include <sqlite3ext.h>

SQLITE_EXTENSION_INIT3

#endif
