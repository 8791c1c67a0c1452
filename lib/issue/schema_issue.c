/* Tables of the issue room. */
#include "schema.h"

const char schema_issue[] = "CREATE TABLE issue("
                            " id INTEGER PRIMARY KEY," /* (project << 32) + number */
                            " task INTEGER NOT NULL,"
                            " anchor INTEGER NOT NULL," /* annoproj_anchor */
                            " label INTEGER NOT NULL,"  /* label number; 0 = none */
                            " label_hash TEXT,"
                            " class INTEGER NOT NULL," /* class of the label when it was opened; 0 = none */
                            " first_frame INTEGER, last_frame INTEGER,"
                            " x REAL, y REAL,"
                            " resolved INTEGER NOT NULL,"
                            " rejection INTEGER NOT NULL,"
                            " creator INTEGER NOT NULL,"
                            " created_us INTEGER NOT NULL,"
                            " comments INTEGER NOT NULL,"
                            " uuid BLOB NOT NULL) STRICT;"
                            "CREATE INDEX issue_task ON issue(task, id);"
                            "CREATE UNIQUE INDEX issue_rejection ON issue(task, label) WHERE rejection;"
                            "CREATE TABLE issue_comment("
                            " issue INTEGER NOT NULL,"
                            " number INTEGER NOT NULL,"
                            " author INTEGER NOT NULL,"
                            " created_us INTEGER NOT NULL,"
                            " text TEXT NOT NULL,"
                            " PRIMARY KEY(issue, number)) WITHOUT ROWID, STRICT;"
                            "CREATE TABLE issue_tag("
                            " issue INTEGER NOT NULL,"
                            " tag INTEGER NOT NULL,"
                            " PRIMARY KEY(issue, tag)) WITHOUT ROWID, STRICT;"
                            "CREATE TABLE issue_history("
                            " issue INTEGER NOT NULL,"
                            " number INTEGER NOT NULL,"
                            " resolved INTEGER NOT NULL,"
                            " actor INTEGER NOT NULL,"
                            " at_us INTEGER NOT NULL,"
                            " PRIMARY KEY(issue, number)) WITHOUT ROWID, STRICT;";
