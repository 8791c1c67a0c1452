/* Tables of the workflow room. */
#include "schema.h"

const char schema_workflow[] =
    "CREATE TABLE workflow("
    " project INTEGER PRIMARY KEY,"
    " json TEXT NOT NULL) STRICT;"
    "CREATE TABLE stage("
    " id INTEGER PRIMARY KEY," /* (project << 32) + number; number dense from 1 in document order */
    " key TEXT NOT NULL,"
    " title TEXT NOT NULL,"
    " type INTEGER NOT NULL," /* stage_type */
    " members_listed INTEGER NOT NULL,"
    " hide_unassigned INTEGER NOT NULL,"
    " allow_reassessment INTEGER NOT NULL,"
    " require_complete_labels INTEGER NOT NULL,"
    " reviewer_not_submitter INTEGER NOT NULL,"
    " strict_review INTEGER NOT NULL,"
    " reassign_rejected INTEGER NOT NULL,"
    " archive INTEGER NOT NULL,"
    " start INTEGER NOT NULL) STRICT;"
    "CREATE TABLE stage_edge("
    " stage INTEGER NOT NULL,"
    " name TEXT NOT NULL," /* submit, approve, reject */
    " target INTEGER NOT NULL,"
    " PRIMARY KEY(stage, name)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE stage_member("
    " stage INTEGER NOT NULL,"
    " user INTEGER NOT NULL,"
    " PRIMARY KEY(stage, user)) WITHOUT ROWID, STRICT;";
