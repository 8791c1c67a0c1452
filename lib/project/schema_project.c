/* Tables of the project room. Ids of what belongs to a project or a dataset are (owner << 32) + number, so that
 * the owner is known without a look-up, rows of one owner lie together, and a purge is a range. */
#include "schema.h"

const char schema_project[] =
    "CREATE TABLE project("
    " id INTEGER PRIMARY KEY AUTOINCREMENT," /* handles and cached columns of a purged one must not meet a new one */
    " uuid BLOB NOT NULL,"
    " title TEXT NOT NULL,"
    " description TEXT NOT NULL,"
    " owner INTEGER NOT NULL,"
    " status INTEGER NOT NULL," /* annoproj_project_status */
    " ontology INTEGER NOT NULL,"
    " created_us INTEGER NOT NULL,"
    " edited_us INTEGER NOT NULL,"
    " idle_limit_us INTEGER NOT NULL,"
    " time_window_us INTEGER NOT NULL,"
    " self_release INTEGER NOT NULL,"
    " strict_status INTEGER NOT NULL,"
    " count_text_and_audio INTEGER NOT NULL,"
    " outbox_issues INTEGER NOT NULL,"
    " outbox_status INTEGER NOT NULL,"
    " outbox_limit INTEGER NOT NULL,"
    " deleted_us INTEGER,"       /* null = not deleted */
    " purging INTEGER NOT NULL," /* a purge has begun: nothing but the purge sees it any more */
    " instructions TEXT NOT NULL) STRICT;"
    "CREATE INDEX project_ontology ON project(ontology);"
    /* Apart from the project's row, which nearly every call reads: layouts may be large. */
    "CREATE TABLE editor_layout("
    " project INTEGER PRIMARY KEY,"
    " json TEXT NOT NULL) STRICT;"
    "CREATE TABLE tag("
    " id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " created_us INTEGER NOT NULL,"
    " deleted INTEGER NOT NULL,"      /* kept for the events and the issues that name it */
    " kind INTEGER NOT NULL) STRICT;" /* tag_kind */
    "CREATE UNIQUE INDEX tag_name ON tag(kind, name) WHERE NOT deleted;"
    "CREATE TABLE project_tag("
    " project INTEGER NOT NULL,"
    " tag INTEGER NOT NULL,"
    " PRIMARY KEY(project, tag)) WITHOUT ROWID, STRICT;"
    "CREATE INDEX project_tag_tag ON project_tag(tag, project);"
    /* What new projects begin with; a setting that is not here has its standard value. */
    "CREATE TABLE setting("
    " number INTEGER PRIMARY KEY," /* annoproj_setting */
    " value INTEGER NOT NULL) STRICT;"
    /* The project's numbers, apart from its facts because nearly every command changes them. */
    "CREATE TABLE project_counter("
    " project INTEGER PRIMARY KEY,"
    " last_task INTEGER NOT NULL," /* highest numbers given out */
    " last_label INTEGER NOT NULL,"
    " last_issue INTEGER NOT NULL,"
    " last_version INTEGER NOT NULL," /* label versions */
    " tasks INTEGER NOT NULL,"        /* live tasks */
    " open_issues INTEGER NOT NULL,"  /* on live tasks */
    " instance_labels_created INTEGER NOT NULL) STRICT;"
    "CREATE TABLE dataset("
    " id INTEGER PRIMARY KEY,"
    " uuid BLOB NOT NULL,"
    " title TEXT NOT NULL,"
    " description TEXT NOT NULL,"
    " creator INTEGER NOT NULL,"
    " data_units INTEGER NOT NULL," /* also the highest number given out */
    " created_us INTEGER NOT NULL) STRICT;"
    "CREATE TABLE data_unit("
    " id INTEGER PRIMARY KEY," /* (dataset << 32) + number */
    " uuid BLOB NOT NULL,"
    " title TEXT NOT NULL,"
    " data_type INTEGER NOT NULL," /* annoproj_data_type */
    " media_type TEXT NOT NULL,"
    " link TEXT NOT NULL,"
    " width INTEGER, height INTEGER,"
    " frames INTEGER NOT NULL,"
    " fps REAL, duration REAL, file_bytes INTEGER,"
    " client_metadata TEXT,"
    " members BLOB NOT NULL) STRICT;" /* of a COCO image, unknown ones: coco_members.h; empty = none */
    "CREATE INDEX data_unit_title ON data_unit(title);"
    "CREATE TABLE project_dataset("
    " project INTEGER NOT NULL,"
    " dataset INTEGER NOT NULL,"
    " number INTEGER NOT NULL," /* dense in the project, from 1: what task vectors hold */
    " attached INTEGER NOT NULL,"
    " PRIMARY KEY(project, dataset)) WITHOUT ROWID, STRICT;"
    "CREATE INDEX project_dataset_dataset ON project_dataset(dataset, project);";
