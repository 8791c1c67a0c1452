/* Every room declares its tables as constant text in its own schema file; schema.c lists them in order. */
#ifndef SCHEMA_H
#define SCHEMA_H

/* lib/<room>/schema_<room>.c; tables and indexes only: connections run no triggers and no views. */
extern const char schema_store[];
extern const char schema_event[];
extern const char schema_access[];
extern const char schema_project[];
extern const char schema_ontology[];
extern const char schema_workflow[];
extern const char schema_issue[];
extern const char schema_label[];
extern const char schema_label_version[];
extern const char schema_task[];

#endif
