/* The schema: every room declares its tables as constant text in its own schema file; this lists them in
 * order. A migration is a function from one user_version to the next. */
#ifndef SCHEMA_H
#define SCHEMA_H

#define STORE_APPLICATION_ID 0x414e4e50   /* "ANNP" */
#define STORE_SCHEMA_VERSION 1

extern const char *const store_schema[];   /* NULL-terminated list of SQL texts, defined in schema.c */

#endif
