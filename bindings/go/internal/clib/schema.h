/* The schema: every room declares its tables as constant text in its own schema file; this lists them in
 * order. A migration is a function from one user_version to the next. */
#ifndef SCHEMA_H
#define SCHEMA_H

#define STORE_APPLICATION_ID 0x414e4e50 /* "ANNP" */
#define STORE_SCHEMA_VERSION 1

extern const char *const store_schema[]; /* NULL-terminated list of SQL texts, defined in schema.c */

/* lib/<room>/schema_<room>.c; tables and indexes only: connections run no triggers and no views. */
extern const char schema_store[];
extern const char schema_event[];
extern const char schema_access[];
extern const char schema_project[];
extern const char schema_ontology[];
extern const char schema_workflow[];
extern const char schema_issue[];
extern const char schema_label[];
extern const char schema_task[];

#endif
