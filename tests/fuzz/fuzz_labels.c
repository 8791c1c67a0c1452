/* Label rows: what is refused leaves every label as it was; what is taken can be exported, and the export is taken as it is, by the
 * same labels. The first byte says whether the other labels of a task are replaced, or to which task the row is written; the row of a task that is
 * read and written back changes nothing. */
#include "import_support.h"

const unsigned fuzz_rounds = 150;

typedef struct written {
    uint8_t *data;
    size_t length, capacity;
} written;

static int32_t write_output(const void *data, size_t length, void *user_data) {
    written *out = user_data;
    if (out->capacity - out->length < length) {
        out->capacity = 2 * out->capacity + length;
        out->data = realloc(out->data, out->capacity);
        require(out->data);
    }
    memcpy(out->data + out->length, data, length);
    out->length += length;
    return 0;
}

static written export_all(import_world *world) {
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_error *error = NULL;
    written out = {0};
    int64_t labels = 0;
    options.write = write_output;
    options.user_data = &out;
    annoproj_status status = annoproj_project_export_labels(world->project, &options, NULL, &labels, &error);
    require_no_fault(status, error);
    require(status == ANNOPROJ_OK);
    return out;
}

static annoproj_status import_rows(import_world *world, const uint8_t *data, size_t length, bool replace,
                                   int64_t *labels) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    import_input input;
    import_from(world, &input, data, length);
    world->options.replace = replace;
    world->options.not_prelabels = true;
    annoproj_status status = annoproj_project_import_labels(world->project, NULL, &world->options, NULL, &table,
                                                            &error);
    require_no_fault(status, error);
    require((status == ANNOPROJ_OK) == (table != NULL));
    *labels = import_labels_told(table);
    import_taken(status);
    return status;
}

typedef struct changes {
    int64_t added, changed, removed;
} changes;

static annoproj_status write_row(annoproj_task *task, const char *json, changes *out) {
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    options.force = true;
    annoproj_status status = annoproj_label_row_write(task, json, &options, NULL, &table, &error);
    require_no_fault(status, error);
    require((status == ANNOPROJ_OK) == (table != NULL));
    if (table)
        *out = (changes){annoproj_table_int64(table, 0, annoproj_table_column_index(table, "added")),
                         annoproj_table_int64(table, 0, annoproj_table_column_index(table, "changed")),
                         annoproj_table_int64(table, 0, annoproj_table_column_index(table, "removed"))};
    annoproj_table_free(table);
    return status;
}

static char *read_row(annoproj_task *task) {
    annoproj_error *error = NULL;
    char *json = NULL;
    annoproj_status status = annoproj_task_label_row(task, NULL, NULL, &json, &error);
    require_no_fault(status, error);
    require(status == ANNOPROJ_OK && json);
    return json;
}

static void write_back(annoproj_task *task) {
    char *json = read_row(task);
    changes made = {0};
    require(write_row(task, json, &made) == ANNOPROJ_OK);
    require(made.added == 0 && made.changed == 0 && made.removed == 0);
    char *again = read_row(task);
    require(strcmp(json, again) == 0);
    annoproj_free(json);
    annoproj_free(again);
}

static void try_write(import_world *world, annoproj_task *task, const uint8_t *data, size_t length) {
    char *json = calloc(1, length + 1), *before = read_row(task);
    const int64_t labels = import_labels_there(world);
    changes made = {0};
    require(json);
    memcpy(json, data, length);
    if (write_row(task, json, &made) == ANNOPROJ_OK) {
        require(import_labels_there(world) == labels + made.added - made.removed);
        write_back(task);
        import_taken(ANNOPROJ_OK);
    } else {
        char *after = read_row(task);
        require(strcmp(before, after) == 0);
        annoproj_free(after);
    }
    annoproj_free(before);
    free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    if (length == 0)
        return 0;
    import_world *world = import_world_now();
    if (data[0] >= 'a' && data[0] < 'a' + IMPORT_TASKS) {
        try_write(world, world->tasks[data[0] - 'a'], data + 1, length - 1);
        return 0;
    }
    const int64_t before = import_labels_there(world);
    int64_t labels = 0, again = 0;
    annoproj_status status = import_rows(world, data + 1, length - 1, data[0] % 2 == 0, &labels);
    const int64_t there = import_labels_there(world);
    require(status == ANNOPROJ_OK || there == before);
    if (status == ANNOPROJ_OK) {
        written out = export_all(world);
        require(import_rows(world, out.data, out.length, true, &again) == ANNOPROJ_OK);
        require(again == there && import_labels_there(world) == there);
        free(out.data);
        for (size_t i = 0; i < IMPORT_TASKS; i++)
            write_back(world->tasks[i]);
    }
    return 0;
}
