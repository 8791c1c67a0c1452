/* Tables of the store room. */
#include "schema.h"

const char schema_store[] = "CREATE TABLE store_state("
                            " id INTEGER PRIMARY KEY CHECK(id = 1)," /* one row */
                            " commit_seq INTEGER NOT NULL,"          /* +1 with every committed transaction */
                            " last_command_us INTEGER NOT NULL,"     /* command times never go back */
                            " created_us INTEGER NOT NULL,"
                            " uuid TEXT NOT NULL) STRICT;";
