/* Tables of label versions. What versions hold is kept by the SHA-256 of its bytes, once, however many versions have it. */
#include "schema.h"

const char schema_label_version[] =
    "CREATE TABLE label_version("
    " id INTEGER PRIMARY KEY," /* (project << 32) + number */
    " project INTEGER NOT NULL,"
    " name TEXT NOT NULL,"
    " branch INTEGER NOT NULL," /* the closed branch whose labels it has; 0 = it was made by somebody */
    " task INTEGER NOT NULL,"   /* which that is a branch of; 0 = many tasks */
    " creator INTEGER NOT NULL,"
    " created_us INTEGER NOT NULL,"
    " stages BLOB NOT NULL,"  /* what it was made with; empty = all */
    " classes BLOB NOT NULL," /* the same; its tasks are kept with all their labels */
    " tasks INTEGER NOT NULL,"
    " labels INTEGER,"             /* null = there is a choice of classes: they are not counted */
    " ontology BLOB NOT NULL,"     /* SHA-256 of a label_content */
    " hash BLOB NOT NULL) STRICT;" /* SHA-256 of all that it shows */
    "CREATE UNIQUE INDEX label_version_name ON label_version(project, name) WHERE branch = 0;"
    "CREATE INDEX label_version_task ON label_version(task) WHERE task <> 0;"
    /* Which tasks it has: 128 numbers in a part. */
    "CREATE TABLE label_version_part("
    " version INTEGER NOT NULL,"
    " position INTEGER NOT NULL," /* task number / 128 */
    " hash BLOB NOT NULL,"        /* SHA-256 of a label_content */
    " PRIMARY KEY(version, position)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE label_content("
    " id INTEGER PRIMARY KEY,"
    " project INTEGER NOT NULL,"
    " hash BLOB NOT NULL," /* SHA-256 of data */
    " data BLOB NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX label_content_hash ON label_content(project, hash);"
    /* Which contents a task's labels are: what was looked at once is not looked at again. */
    "CREATE TABLE label_state("
    " task INTEGER PRIMARY KEY,"
    " version INTEGER NOT NULL," /* of the task's label set then */
    " labels INTEGER NOT NULL,"
    " contents BLOB NOT NULL,"          /* SHA-256 of each */
    " staged INTEGER NOT NULL) STRICT;" /* no label version has been made with it */
    ;
