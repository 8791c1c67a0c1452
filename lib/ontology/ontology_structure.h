/* An ontology's JSON, checked and taken apart: the text stays as it came, entries are spans of it. */
#ifndef ONTOLOGY_STRUCTURE_H
#define ONTOLOGY_STRUCTURE_H

#include "ontology.h"

#define ONTOLOGY_ENTRIES 100000 /* most entries of one ontology */
#define ONTOLOGY_CLASSES 10000
#define ONTOLOGY_LEVELS  16 /* attributes within options within attributes ... */

/* A JSON array of entries in the text: where its ']' stands; 0 = the member is not there. */
typedef struct entry_list {
    int64_t close;
    bool filled;
} entry_list;

typedef struct entry {
    int32_t kind, type;    /* feature_kind, feature_type */
    int32_t parent, class; /* index of the entry it stands under (-1 = none), of its class */
    int32_t level;
    bool required, dynamic, archived, global;
    bool faulty;           /* something in it was refused: the rules are not asked */
    int64_t coco_category; /* -1 = none */
    const char *id, *hash, *name, *value, *color;
    const char *pointer;                  /* JSON pointer */
    int64_t start, end;                   /* its text, braces included */
    int64_t archived_start, archived_end; /* the value of "archived"; 0 = no such member */
    entry_list children;                  /* "attributes" of a class, "options" of the others */
} entry;

/* An element of "skeleton_templates" (skeleton_templates.h). */
typedef struct skeleton_template {
    const char *hash, *name; /* feature_node_hash, "" when there is none */
    const char *pointer;
    int64_t start, end; /* its text, braces included */
    vertex *vertices;
    size_t vertex_count, vertex_capacity;
} skeleton_template;

typedef struct ontology_structure {
    char *json; /* own copy */
    size_t length;
    entry *entries; /* depth first, as in the text */
    size_t count, capacity;
    skeleton_template *templates;
    size_t template_count, template_capacity;
    entry_list objects, classifications, template_list;
    int64_t root_end; /* where the text's last '}' stands */
    bool root_filled; /* the root has members */
    arena memory;
} ontology_structure;

#define ONTOLOGY_BYTES ((size_t)8 << 20) /* most bytes of a file with a structure */

/* Checks the text and takes it apart. DATA: up to 100 faults with JSON pointer and byte. Release it also after a failure. */
annoproj_status structure_parse(ontology_structure *structure, const char *json, size_t length, annoproj_error **error);
void structure_release(ontology_structure *structure);

/* The colour of the object with that index when nobody says another. */
const char *structure_color(size_t index);

/* Index of the entry with that hash; -1 = none. `order` from structure_order(). */
int32_t *structure_order(const ontology_structure *structure); /* indexes sorted by hash; NULL when out of memory */
int32_t structure_find(const ontology_structure *structure, const int32_t *order, const char *hash);

/* The text of `next` with the entries of `old` that it lacks added behind their siblings, archived. *added says whether
 * there are any. */
annoproj_status structure_merge(const ontology_structure *old, const ontology_structure *next, text *out, bool *added,
                                annoproj_error **error);

/* Makes an ontology of a structure that was parsed before the command. */
annoproj_status ontology_insert_structure(command *command, const char *title, const ontology_structure *structure,
                                          int64_t *ontology, annoproj_error **error);

#endif
