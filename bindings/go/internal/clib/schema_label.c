/* Tables of the label room, all clustered by task. */
#include "schema.h"

const char schema_label[] =
    "CREATE TABLE label("
    " task INTEGER NOT NULL,"
    " number INTEGER NOT NULL," /* dense in the project: the reference of label events */
    " hash TEXT NOT NULL,"      /* 8 characters */
    " class INTEGER NOT NULL,"
    " creator INTEGER NOT NULL,"
    " created_us INTEGER NOT NULL,"
    " editor INTEGER NOT NULL,"
    " edited_us INTEGER NOT NULL,"
    " manual INTEGER NOT NULL,"
    " confidence REAL NOT NULL,"
    " ranges BLOB NOT NULL,"   /* frame ranges; empty = global */
    " geometry BLOB NOT NULL," /* empty for classifications */
    " answers BLOB NOT NULL,"
    " nodes BLOB NOT NULL,"    /* where it is in an HTML document: node_ranges.h; empty = on none */
    " members BLOB NOT NULL,"  /* of a COCO annotation, unknown ones: coco_members.h; empty = none */
    " given INTEGER NOT NULL," /* the hash came with the label; else it tells the number: label_hash.h */
    " PRIMARY KEY(task, number)) WITHOUT ROWID, STRICT;"
    "CREATE UNIQUE INDEX label_given ON label(task, hash) WHERE given;"
    /* One review for each label and review stage. */
    "CREATE TABLE label_review("
    " task INTEGER NOT NULL,"
    " label INTEGER NOT NULL,"
    " stage INTEGER NOT NULL,"
    " state INTEGER NOT NULL,"    /* review_state */
    " reviewer INTEGER NOT NULL," /* who decided; 0 = host or nobody yet */
    " content INTEGER NOT NULL,"  /* fingerprint of the label (geometry included) when it was decided */
    " entered INTEGER NOT NULL,"  /* grows with each entering: the last stage is the one with the highest */
    " PRIMARY KEY(task, label, stage)) WITHOUT ROWID, STRICT;"
    /* What the label was when the task was last actioned: what publishing compares with. */
    "CREATE TABLE label_published("
    " task INTEGER NOT NULL,"
    " label INTEGER NOT NULL,"
    " hash TEXT NOT NULL," /* a label put back under its hash gets its number back */
    " class INTEGER NOT NULL,"
    " live INTEGER NOT NULL,"
    " submitted INTEGER NOT NULL,"      /* was live at one submit or more */
    " submitter INTEGER NOT NULL,"      /* who made the last submit at which it was live; 0 = nobody */
    " at_last_submit INTEGER NOT NULL," /* that was the last submit of the task */
    " frames BLOB NOT NULL,"            /* its ranges as published; empty = global */
    " frames_ever BLOB NOT NULL,"       /* every frame that was ever published */
    " answers BLOB NOT NULL,"
    " nodes INTEGER NOT NULL," /* fingerprint of its ranges of nodes: node_ranges_print(); 0 = on none */
    " PRIMARY KEY(task, label)) WITHOUT ROWID, STRICT;";
