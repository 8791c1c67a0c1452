/* The rooms' tables in the order in which they are made. */
#include "schema.h"

#include "format.h"

static const char *const tables[] = {
    schema_store, schema_event,         schema_access, schema_project, schema_ontology, schema_workflow, schema_issue,
    schema_label, schema_label_version, schema_task,   NULL,
};

/* Version 1 is the first: there is nothing to migrate from. */
static const migration steps[] = {{0, NULL}};

const store_format format_released = {1, tables, steps};
const store_format *format_now = &format_released;
