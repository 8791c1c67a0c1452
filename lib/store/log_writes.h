/* A VFS that is the system's, but writes the frames of a write-ahead log in large pieces.
 *
 * SQLite writes the log frame by frame, a header and a page each: two system calls for every page of a transaction. Here they are
 * gathered, and written when the frame comes that commits, so that nothing is ever told committed before it is in the file. It also
 * fails a write by which SQLite would lose a commit. */
#ifndef LOG_WRITES_H
#define LOG_WRITES_H

#include <sqlite3.h>

/* The name to open a connection with that writes; NULL = the default one, when that is not known to bear it. */
const char *log_writes_vfs(void);
/* The connection is in no transaction: what was gathered of the last one is not to be written any more. Needed behind each rollback,
 * at the latest before the write lock is left: others write where it would come to lie. */
void log_writes_forget(sqlite3 *handle);

#endif
