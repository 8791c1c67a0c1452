/* Tables of the task room. */
#include "schema.h"

const char schema_task[] =
    "CREATE TABLE task("
    " id INTEGER PRIMARY KEY," /* (project << 32) + number */
    " data_unit INTEGER NOT NULL,"
    " title TEXT NOT NULL,"          /* of the data unit, which never changes: what lists sort and search */
    " data_type INTEGER NOT NULL,"   /* of the data unit */
    " stage INTEGER NOT NULL,"       /* 0 = removed */
    " status INTEGER NOT NULL,"      /* annoproj_task_status */
    " assignee INTEGER NOT NULL,"    /* 0 = unassigned; -1 = in no queue (NOT_QUEUED) */
    " assigned_by INTEGER NOT NULL," /* assigned_by: nobody, self, manager, return */
    " worked_us INTEGER,"            /* last sign of work of an assignment that may lapse */
    " priority INTEGER NOT NULL,"
    " entered_us INTEGER NOT NULL,"
    " released INTEGER NOT NULL,"       /* the last assignment ended by release or lapse */
    " returned INTEGER NOT NULL,"       /* came by a reject edge */
    " version INTEGER NOT NULL,"        /* of the label set */
    " last_submitter INTEGER NOT NULL," /* 0 = nobody */
    " last_action_user INTEGER,"
    " last_action_stage INTEGER,"
    " last_action_us INTEGER,"
    " open_issues INTEGER NOT NULL,"
    " resolved_issues INTEGER NOT NULL,"
    " removed_stage INTEGER NOT NULL," /* where it was when its dataset was detached */
    " parent INTEGER NOT NULL,"        /* the task it is a branch of; 0 = it is none */
    " branch INTEGER NOT NULL,"        /* its number among them, from 1; 0 = it is none */
    " submitted INTEGER) STRICT;"      /* of a branch: the event sequence number of its last submit */
    "CREATE INDEX task_queue ON task(stage, assignee, priority DESC, entered_us);"
    /* The other orders of lists. None has the assignee, so start leaves them alone. */
    "CREATE INDEX task_entered ON task(stage, entered_us);"
    "CREATE INDEX task_title ON task(stage, title);"
    "CREATE INDEX task_last_action ON task(stage, last_action_us);"
    "CREATE INDEX task_data_unit ON task(data_unit);"
    "CREATE INDEX task_worked ON task(stage, worked_us) WHERE worked_us IS NOT NULL;"
    "CREATE INDEX task_parent ON task(parent, branch) WHERE parent <> 0;"
    /* Nobody ever has two branches of a task in hand, whatever the code above believes. */
    "CREATE UNIQUE INDEX task_branch_holder ON task(parent, assignee) WHERE parent <> 0 AND assignee > 0;"
    "CREATE TABLE task_skip("
    " task INTEGER NOT NULL,"
    " user INTEGER NOT NULL,"
    " stage INTEGER NOT NULL,"   /* where the task is: 0 = removed */
    " skipped INTEGER NOT NULL," /* event sequence number of the skip: least recent first */
    " PRIMARY KEY(task, user)) WITHOUT ROWID, STRICT;"
    "CREATE INDEX task_skip_user ON task_skip(user, stage, skipped);"
    /* Stretches of a queue that hold nothing for a user. A hint: no row of it is needed, none of it is wrong. */
    "CREATE TABLE queue_passed("
    " stage INTEGER NOT NULL,"
    " assignee INTEGER NOT NULL," /* whose queue: the user's own tasks, or 0 for the free ones */
    " user INTEGER NOT NULL,"
    " priority INTEGER NOT NULL,"
    " until_us INTEGER NOT NULL," /* last place in it: time of entering, task */
    " until_task INTEGER NOT NULL,"
    " from_us INTEGER NOT NULL," /* first place in it */
    " from_task INTEGER NOT NULL,"
    " PRIMARY KEY(stage, assignee, user, priority, until_us, until_task)) WITHOUT ROWID, STRICT;"
    "CREATE INDEX queue_passed_place ON queue_passed(stage, assignee, priority, until_us);"
    /* Who submitted it in which annotation stage: the two person rules. */
    "CREATE TABLE task_worker("
    " task INTEGER NOT NULL,"
    " stage INTEGER NOT NULL,"
    " user INTEGER NOT NULL,"
    " PRIMARY KEY(task, stage, user)) WITHOUT ROWID, STRICT;"
    /* Consensus: whose branches a task was made of beside its last submitter's, until it is submitted again. */
    "CREATE TABLE task_submitter("
    " task INTEGER NOT NULL,"
    " user INTEGER NOT NULL,"
    " PRIMARY KEY(task, user)) WITHOUT ROWID, STRICT;"
    /* Where it was before: reported time belongs to the stage of its moment. The present stay is in the task. */
    "CREATE TABLE task_stay("
    " task INTEGER NOT NULL,"
    " number INTEGER NOT NULL,"
    " stage INTEGER NOT NULL,"
    " entered_us INTEGER NOT NULL,"
    " left_us INTEGER NOT NULL,"
    " actor INTEGER NOT NULL,"    /* whose action ended it; 0 = the host */
    " assignee INTEGER NOT NULL," /* whose it was then; 0 = nobody's */
    " PRIMARY KEY(task, number)) WITHOUT ROWID, STRICT;"
    /* Union of a user's reported time, over all projects. */
    "CREATE TABLE time_covered("
    " user INTEGER NOT NULL,"
    " from_us INTEGER NOT NULL,"
    " until_us INTEGER NOT NULL,"
    " PRIMARY KEY(user, from_us)) WITHOUT ROWID, STRICT;"
    "CREATE TABLE heartbeat("
    " user INTEGER NOT NULL,"
    " task INTEGER NOT NULL,"
    " at_us INTEGER NOT NULL,"
    " entered_us INTEGER NOT NULL," /* of the stay it was in */
    " PRIMARY KEY(user, task)) WITHOUT ROWID, STRICT;"
    /* File names of tasks behind each other, for patterns: task_titles.h. */
    "CREATE TABLE task_titles("
    " id INTEGER PRIMARY KEY,"    /* (project << 32) + number of the first task in it */
    " checksum INTEGER NOT NULL," /* of the data and of the rows before */
    " data BLOB NOT NULL) STRICT;"
    /* Task properties as vectors for the scan: 2 bytes for each task, 2,000 tasks in a chunk. */
    "CREATE TABLE task_vector("
    " id INTEGER PRIMARY KEY," /* (project << 32) + (attribute << 24) + chunk: task_attribute */
    " data BLOB NOT NULL) STRICT;";
