/* Tables of the access room. */
#include "schema.h"

const char schema_access[] =
    "CREATE TABLE user("
    " id INTEGER PRIMARY KEY," /* the user number of events and labels; 0 is the host and has no row */
    " uuid BLOB NOT NULL,"
    " email TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL,"
    " org_role INTEGER NOT NULL," /* annoproj_org_role */
    " disabled INTEGER NOT NULL,"
    " erased INTEGER NOT NULL," /* e-mail and name are "erased user N" */
    " created_us INTEGER NOT NULL) STRICT;"
    "CREATE TABLE collaborator("
    " project INTEGER NOT NULL,"
    " user INTEGER NOT NULL,"
    " role INTEGER NOT NULL,"   /* annoproj_role */
    " joined INTEGER NOT NULL," /* sequence number of the project's event that added the user */
    " PRIMARY KEY(project, user)) WITHOUT ROWID, STRICT;"
    "CREATE INDEX collaborator_user ON collaborator(user, project);"
    /* Request keys: what a repeat of a change with the same key is answered with. */
    "CREATE TABLE request("
    " actor INTEGER NOT NULL,"
    " key TEXT NOT NULL,"
    " operation INTEGER NOT NULL,"
    " argument_hash INTEGER NOT NULL,"
    " result BLOB NOT NULL,"
    " created_us INTEGER NOT NULL,"
    " PRIMARY KEY(actor, key)) WITHOUT ROWID, STRICT;"
    "CREATE INDEX request_age ON request(created_us);"
    /* What the host is to be told (outbox.c): numbers only, rendered when fetched. */
    "CREATE TABLE outbox("
    " project INTEGER NOT NULL,"
    " seq INTEGER NOT NULL,"
    " kind INTEGER NOT NULL," /* outbox_kind */
    " created_us INTEGER NOT NULL,"
    " actor INTEGER NOT NULL,"
    " task INTEGER NOT NULL,"
    " stage INTEGER NOT NULL,"
    " reference INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL,"
    " fetched_us INTEGER NOT NULL,"
    " PRIMARY KEY(project, seq)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE outbox_state("
    " project INTEGER PRIMARY KEY,"
    " last INTEGER NOT NULL,"
    " waiting INTEGER NOT NULL,"
    " dropped INTEGER NOT NULL) STRICT;";
