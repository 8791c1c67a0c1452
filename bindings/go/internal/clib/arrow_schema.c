/* Row types as Arrow schemas. A consumer may move any node out and release it later and elsewhere, so each node has one block
 * of its own: its children, the pointers to them, its dictionary and its metadata. */
#include <string.h>

#include "allocate.h"
#include "arrow.h"
#include "failure.h"

typedef struct pair {
    const char *key, *value; /* left out when the value is empty */
} pair;

typedef struct node {
    const char *format, *name;
    bool nullable, dictionary;
    size_t children;
    const pair *pairs;
    size_t pair_count;
} node;

static const char *const formats[] = {
    [ANNOPROJ_COLUMN_INT64] = "l",        [ANNOPROJ_COLUMN_DOUBLE] = "g",
    [ANNOPROJ_COLUMN_UTF8] = "u",         [ANNOPROJ_COLUMN_TIMESTAMP_US] = "tsu:UTC",
    [ANNOPROJ_COLUMN_BOOL] = "b",         [ANNOPROJ_COLUMN_DICTIONARY] = "i",
    [ANNOPROJ_COLUMN_BINARY] = "z",       [ANNOPROJ_COLUMN_INT64_LIST] = "+l",
    [ANNOPROJ_COLUMN_DOUBLE_LIST] = "+l", [ANNOPROJ_COLUMN_UTF8_LIST] = "+l",
};

static const char *element_format(int32_t type) {
    return type == ANNOPROJ_COLUMN_INT64_LIST ? "l" : type == ANNOPROJ_COLUMN_DOUBLE_LIST ? "g" : "u";
}

static bool is_list(int32_t type) {
    return type >= ANNOPROJ_COLUMN_INT64_LIST && type <= ANNOPROJ_COLUMN_UTF8_LIST;
}

static void release_schema(struct ArrowSchema *gone) {
    for (int64_t i = 0; i < gone->n_children; i++) {
        if (gone->children[i]->release) {
            gone->children[i]->release(gone->children[i]);
        }
    }
    if (gone->dictionary && gone->dictionary->release) {
        gone->dictionary->release(gone->dictionary);
    }
    release(gone->private_data);
    gone->release = NULL;
}

/* Metadata: the number of pairs, then each key and value with its length before it, lengths as int32. Without a place it only
 * counts. */
static size_t write_number(char *place, size_t at, size_t number) {
    const int32_t narrow = (int32_t)number;
    if (place) {
        memcpy(place + at, &narrow, sizeof narrow);
    }
    return at + sizeof narrow;
}

static size_t write_piece(char *place, size_t at, const char *piece) {
    const size_t length = strlen(piece);
    at = write_number(place, at, length);
    if (place) {
        memcpy(place + at, piece, length);
    }
    return at + length;
}

static size_t write_metadata(char *place, const node *made) {
    size_t count = 0;
    for (size_t i = 0; i < made->pair_count; i++) {
        count += *made->pairs[i].value != '\0';
    }
    if (count == 0) {
        return 0;
    }
    size_t at = write_number(place, 0, count);
    for (size_t i = 0; i < made->pair_count; i++) {
        if (*made->pairs[i].value) {
            at = write_piece(place, at, made->pairs[i].key);
            at = write_piece(place, at, made->pairs[i].value);
        }
    }
    return at;
}

/* The children and the dictionary are there but empty (released) until they are made. */
static bool make_node(struct ArrowSchema *schema, const node *made) {
    const size_t structs = made->children + made->dictionary, metadata = write_metadata(NULL, made);
    char *block = allocate_zeroed(1, structs * sizeof(struct ArrowSchema) +
                                         made->children * sizeof(struct ArrowSchema *) + metadata);
    if (!block) {
        return false;
    }
    struct ArrowSchema *inner = (struct ArrowSchema *)(void *)block;
    struct ArrowSchema **children = (struct ArrowSchema **)(void *)(inner + structs);
    for (size_t i = 0; i < made->children; i++) {
        children[i] = &inner[i];
    }
    char *pairs = (char *)(children + made->children);
    write_metadata(pairs, made);
    *schema = (struct ArrowSchema){.format = made->format,
                                   .name = made->name,
                                   .metadata = metadata ? pairs : NULL,
                                   .flags = made->nullable ? ARROW_FLAG_NULLABLE : 0,
                                   .n_children = (int64_t)made->children,
                                   .children = made->children ? children : NULL,
                                   .dictionary = made->dictionary ? &inner[made->children] : NULL,
                                   .release = release_schema,
                                   .private_data = block};
    return true;
}

static bool make_column(struct ArrowSchema *schema, const column_type *column) {
    const pair pairs[] = {{"title", column->title}, {"unit", column->unit}, {"doc", column->doc ? column->doc : ""}};
    const node outer = {.format = formats[column->type],
                        .name = column->name,
                        .nullable = column->nullable,
                        .dictionary = column->type == ANNOPROJ_COLUMN_DICTIONARY,
                        .children = is_list(column->type),
                        .pairs = pairs,
                        .pair_count = 3};
    if (!make_node(schema, &outer)) {
        return false;
    }
    if (outer.dictionary) {
        return make_node(schema->dictionary, &(node){.format = "u", .name = ""});
    }
    return outer.children == 0 ||
           make_node(schema->children[0], &(node){.format = element_format(column->type), .name = "item"});
}

annoproj_status arrow_schema_make(const row_type *type, struct ArrowSchema *schema, annoproj_error **error) {
    memset(schema, 0, sizeof *schema);
    const pair pairs[] = {{"row_type", type->name}, {"doc", type->doc ? type->doc : ""}};
    const node outer = {.format = "+s", .name = "", .children = type->column_count, .pairs = pairs, .pair_count = 2};
    bool made = make_node(schema, &outer);
    for (size_t i = 0; made && i < type->column_count; i++) {
        made = make_column(schema->children[i], &type->columns[i]);
    }
    if (!made && schema->release) {
        schema->release(schema);
    }
    return made ? ANNOPROJ_OK : fail_memory(error);
}
