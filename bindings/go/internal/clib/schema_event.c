/* Tables of the event room: per project a packed tail and sealed segments, one row per column. */
#include "schema.h"

const char schema_event[] =
    "CREATE TABLE event_log("
    " project INTEGER PRIMARY KEY,"         /* 0 = the store's own events */
    " segments INTEGER NOT NULL,"           /* sealed ones */
    " tail_first INTEGER NOT NULL) STRICT;" /* first seq that is not sealed */
    "CREATE TABLE event_tail("
    " id INTEGER PRIMARY KEY,"     /* (project << 32) + events of the tail before it; the end: + 16384 */
    " first_seq INTEGER NOT NULL," /* of the end: the number that the next event gets */
    " count INTEGER NOT NULL,"     /* of the end: 0 */
    " data BLOB NOT NULL) STRICT;" /* events of a command, packed, or a block of 512, and a checksum; of the end: empty */
    "CREATE TABLE event_segment("
    " id INTEGER PRIMARY KEY," /* (project << 32) + segment number from 0 */
    " first_seq INTEGER NOT NULL,"
    " count INTEGER NOT NULL,"
    " time_least INTEGER NOT NULL,"
    " time_most INTEGER NOT NULL,"
    " time_reach INTEGER NOT NULL,"    /* greatest time + duration */
    " command_least INTEGER NOT NULL," /* times of all but pieces of time */
    " command_most INTEGER NOT NULL,"
    " ascending INTEGER NOT NULL,"        /* these never fall */
    " directory BLOB NOT NULL,"           /* per column: number, encoding, width, length, least, most, checksum */
    " checksum INTEGER NOT NULL) STRICT;" /* of this row */
    "CREATE TABLE event_summary("
    " project INTEGER PRIMARY KEY,"
    " events INTEGER NOT NULL,"   /* sums of so many, the first ones */
    " checksum INTEGER NOT NULL," /* of the data */
    " data BLOB NOT NULL) STRICT;"
    "CREATE TABLE event_column("
    " id INTEGER PRIMARY KEY," /* (project << 32) + (segment << 8) + column */
    " data BLOB NOT NULL) STRICT;";
