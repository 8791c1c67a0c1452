/* Tables of the ontology room. */
#include "schema.h"

const char schema_ontology[] =
    "CREATE TABLE ontology("
    " id INTEGER PRIMARY KEY,"
    " uuid BLOB NOT NULL,"
    " title TEXT NOT NULL,"
    " creator INTEGER NOT NULL,"
    " json TEXT NOT NULL,"        /* the structure as given, unknown members included */
    " features INTEGER NOT NULL," /* highest feature number given out */
    " created_us INTEGER NOT NULL,"
    " edited_us INTEGER NOT NULL) STRICT;"
    "CREATE TABLE feature("
    " ontology INTEGER NOT NULL,"
    " number INTEGER NOT NULL," /* dense from 1, never reused: class and answer of events and labels */
    " hash TEXT NOT NULL,"      /* featureNodeHash */
    " kind INTEGER NOT NULL,"   /* feature_kind */
    " type INTEGER NOT NULL,"   /* shape or attribute type, feature_type */
    " name TEXT NOT NULL,"
    " value TEXT NOT NULL,"     /* name in lower case with _ for blanks; an option's value */
    " color TEXT NOT NULL,"     /* objects: #RRGGBB */
    " parent INTEGER NOT NULL," /* 0 = none */
    " class INTEGER NOT NULL,"
    " position INTEGER NOT NULL," /* order in the structure, depth first */
    " required INTEGER NOT NULL, dynamic INTEGER NOT NULL, archived INTEGER NOT NULL,"
    " coco_category INTEGER,"   /* COCO category id the class was made from */
    " global INTEGER NOT NULL," /* a classification of the whole data unit only */
    " PRIMARY KEY(ontology, number)) WITHOUT ROWID, STRICT;"
    "CREATE UNIQUE INDEX feature_hash ON feature(ontology, hash);"
    "CREATE TABLE vertex("
    " ontology INTEGER NOT NULL,"
    " class INTEGER NOT NULL,"    /* feature number of a skeleton class */
    " position INTEGER NOT NULL," /* in its template: the place in a label's numbers */
    " hash TEXT NOT NULL,"
    " name TEXT NOT NULL,"
    " value TEXT NOT NULL,"
    " color TEXT NOT NULL,"
    " PRIMARY KEY(ontology, class, position)) WITHOUT ROWID, STRICT;";
