/* Tables as Arrow arrays: pointers to the table's buffers, nothing copied. A consumer may move any node out and release it later,
 * elsewhere and in another thread, so each node holds a reference to the table and has one block of its own. */
#include <string.h>

#include "allocate.h"
#include "arrow.h"
#include "failure.h"

#define MOST_BUFFERS 3

typedef struct block {
    body *owner;
    const void *buffers[MOST_BUFFERS];
    struct ArrowArray inner[]; /* children, the dictionary, then the pointers to the children */
} block;

typedef struct node {
    int64_t length, null_count;
    const void *buffers[MOST_BUFFERS];
    int64_t buffer_count;
    size_t children;
    bool dictionary;
} node;

static void release_array(struct ArrowArray *gone) {
    for (int64_t i = 0; i < gone->n_children; i++) {
        if (gone->children[i]->release) {
            gone->children[i]->release(gone->children[i]);
        }
    }
    if (gone->dictionary && gone->dictionary->release) {
        gone->dictionary->release(gone->dictionary);
    }
    block *own = gone->private_data;
    gone->release = NULL;
    body_release(own->owner);
    release(own);
}

/* The children and the dictionary are there but empty (released) until they are made. */
static bool make_node(struct ArrowArray *array, body *owner, const node *made) {
    const size_t structs = made->children + made->dictionary;
    block *own = allocate_zeroed(1, sizeof *own + structs * sizeof(struct ArrowArray) +
                                        made->children * sizeof(struct ArrowArray *));
    if (!own) {
        return false;
    }
    struct ArrowArray **children = (struct ArrowArray **)(void *)(own->inner + structs);
    for (size_t i = 0; i < made->children; i++) {
        children[i] = &own->inner[i];
    }
    body_retain(owner);
    own->owner = owner;
    memcpy(own->buffers, made->buffers, sizeof own->buffers);
    *array = (struct ArrowArray){.length = made->length,
                                 .null_count = made->null_count,
                                 .n_buffers = made->buffer_count,
                                 .n_children = (int64_t)made->children,
                                 .buffers = own->buffers,
                                 .children = made->children ? children : NULL,
                                 .dictionary = made->dictionary ? &own->inner[made->children] : NULL,
                                 .release = release_array,
                                 .private_data = own};
    return true;
}

static bool make_texts(struct ArrowArray *array, body *owner, const table_column *column, int64_t count) {
    return make_node(array, owner,
                     &(node){.length = count,
                             .buffers = {NULL, column->dictionary_offsets, column->dictionary_data},
                             .buffer_count = 3});
}

static bool make_elements(struct ArrowArray *array, body *owner, const table_column *column, int32_t type) {
    if (type == ANNOPROJ_COLUMN_UTF8_LIST) {
        return make_texts(array, owner, column, column->data_length);
    }
    return make_node(array, owner,
                     &(node){.length = column->data_length, .buffers = {NULL, column->data}, .buffer_count = 2});
}

static bool make_column(struct ArrowArray *array, table *from, size_t index) {
    const table_column *column = &from->columns[index];
    const int32_t type = from->type->columns[index].type;
    node made = {.length = from->row_count,
                 .null_count = column->null_count,
                 .buffers = {column->validity, column->data},
                 .buffer_count = 2};
    if (type == ANNOPROJ_COLUMN_UTF8 || type == ANNOPROJ_COLUMN_BINARY) {
        made.buffers[1] = column->offsets;
        made.buffers[2] = column->data;
        made.buffer_count = 3;
    } else if (type >= ANNOPROJ_COLUMN_INT64_LIST) {
        made.buffers[1] = column->offsets;
        made.children = 1;
    } else if (type == ANNOPROJ_COLUMN_DICTIONARY) {
        made.dictionary = true;
    }
    if (!make_node(array, &from->body, &made)) {
        return false;
    }
    if (made.dictionary) {
        return make_texts(array->dictionary, &from->body, column, column->dictionary_length);
    }
    return made.children == 0 || make_elements(array->children[0], &from->body, column, type);
}

annoproj_status arrow_array_make(table *from, struct ArrowArray *array, annoproj_error **error) {
    memset(array, 0, sizeof *array);
    const node outer = {.length = from->row_count, .buffer_count = 1, .children = from->type->column_count};
    bool made = make_node(array, &from->body, &outer);
    for (size_t i = 0; made && i < outer.children; i++) {
        made = make_column(array->children[i], from, i);
    }
    if (!made && array->release) {
        array->release(array);
    }
    return made ? ANNOPROJ_OK : fail_memory(error);
}
