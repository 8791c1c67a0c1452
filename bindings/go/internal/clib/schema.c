/* The rooms' tables in the order in which they are made. */
#include "schema.h"

#include <stddef.h>

const char *const store_schema[] = {
    schema_store,    schema_event, schema_access, schema_project, schema_ontology,
    schema_workflow, schema_issue, schema_label,  schema_task,    NULL,
};
