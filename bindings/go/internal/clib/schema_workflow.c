/* Tables of the workflow room. */
#include "schema.h"

const char schema_workflow[] =
    "CREATE TABLE workflow("
    " project INTEGER PRIMARY KEY,"
    " json TEXT NOT NULL) STRICT;"
    "CREATE TABLE workflow_template("
    " id INTEGER PRIMARY KEY,"
    " uuid BLOB NOT NULL,"
    " title TEXT NOT NULL,"
    " json TEXT NOT NULL,"
    " creator INTEGER NOT NULL,"
    " created_us INTEGER NOT NULL,"
    " edited_us INTEGER NOT NULL) STRICT;"
    "CREATE TABLE stage("
    " id INTEGER PRIMARY KEY,"    /* (project << 32) + number; numbers are dense from 1 and never given again */
    " position INTEGER NOT NULL," /* in the document */
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
    " webhook INTEGER NOT NULL,"
    " assignment_ttl_us INTEGER NOT NULL," /* 0 = never */
    " annotators INTEGER NOT NULL,"        /* consensus annotation: branches of a task */
    " consensus INTEGER NOT NULL,"         /* consensus review: consensus_kind */
    " epoch INTEGER NOT NULL,"             /* percentage router: grows when its percentages change */
    " start INTEGER NOT NULL,"
    " removed INTEGER NOT NULL) STRICT;" /* no longer in the document: only past events name it */
    /* Kept by the task room with every change of a task. In a consensus annotation stage -1 counts the tasks, which wait for
     * their branches, and the others count branches that are in the queue. */
    "CREATE TABLE task_count("
    " stage INTEGER NOT NULL,"
    " assignee INTEGER NOT NULL,"
    " count INTEGER NOT NULL,"
    " PRIMARY KEY(stage, assignee)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE stage_edge("
    " stage INTEGER NOT NULL,"
    " name TEXT NOT NULL," /* submit, approve, reject, default */
    " target INTEGER NOT NULL,"
    " PRIMARY KEY(stage, name)) WITHOUT ROWID, STRICT;"
    /* What an agent chooses from, and what a router sends tasks along. */
    "CREATE TABLE stage_pathway("
    " stage INTEGER NOT NULL,"
    " position INTEGER NOT NULL," /* from 0, in the order of the document */
    " key TEXT NOT NULL,"
    " title TEXT NOT NULL,"
    " target INTEGER NOT NULL,"
    " share INTEGER NOT NULL," /* percentage router: millionths */
    " rule TEXT,"              /* metadata router: conditions, JSON */
    " PRIMARY KEY(stage, position)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE router_user("
    " stage INTEGER NOT NULL,"
    " user INTEGER NOT NULL,"
    " position INTEGER NOT NULL," /* of the pathway */
    " PRIMARY KEY(stage, user)) WITHOUT ROWID, STRICT;"
    /* Percentage routers: how many tasks each pathway got in this epoch, and which one a task got. */
    "CREATE TABLE router_count("
    " stage INTEGER NOT NULL,"
    " position INTEGER NOT NULL,"
    " count INTEGER NOT NULL,"
    " PRIMARY KEY(stage, position)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE router_task("
    " stage INTEGER NOT NULL,"
    " task INTEGER NOT NULL,"
    " epoch INTEGER NOT NULL,"
    " position INTEGER NOT NULL,"
    " PRIMARY KEY(stage, task)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE stage_member("
    " stage INTEGER NOT NULL,"
    " user INTEGER NOT NULL,"
    " PRIMARY KEY(stage, user)) WITHOUT ROWID, STRICT;";
