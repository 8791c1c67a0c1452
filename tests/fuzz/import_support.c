/* The project that fuzz targets import into. */
#include "import_support.h"

#include <unistd.h>

#define IMPORTS_OF_A_STORE 100

static const char workflow_json[] = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{"
                                    "\"submit\":\"c\"}},{\"key\":\"c\",\"type\":\"DONE\"}]}";

int32_t import_threads = 1;
static import_world world;
static int imports, stores;
static char *path;

static void made(annoproj_status status, annoproj_error *error) {
    if (status != ANNOPROJ_OK)
        fprintf(stderr, "%s\n", annoproj_error_message(error));
    require(status == ANNOPROJ_OK);
}

static void close_world(void) {
    if (!world.store)
        return;
    for (size_t i = 0; i < IMPORT_TASKS; i++)
        annoproj_task_close(world.tasks[i]);
    annoproj_project_close(world.project);
    annoproj_session_close(world.host);
    annoproj_store_close(world.store, NULL, NULL);
    unlink(path);
    free(path);
    world.store = NULL;
}

static void add_units(void) {
    static const int64_t offsets[] = {0, 5, 10, 15, 20, 25, 30}, widths[] = {100, 40, 200, 0, 0, 0},
                         heights[] = {80, 30, 100, 0, 0, 0}, frames[] = {1, 1, 10, 1, 1, 10}, html[] = {0, 6},
                         html_type[] = {6, 15};
    static const int32_t types[] = {ANNOPROJ_DATA_IMAGE, ANNOPROJ_DATA_IMAGE,      ANNOPROJ_DATA_VIDEO,
                                    ANNOPROJ_DATA_AUDIO, ANNOPROJ_DATA_PLAIN_TEXT, ANNOPROJ_DATA_SCENE};
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT, pages = ANNOPROJ_DATA_UNITS_INIT;
    annoproj_error *error = NULL;
    int64_t dataset = 0, first = 0, attached = 0;
    units.count = 6;
    units.text = "a.jpgb.jpgv.mp4s.wavt.txtscene";
    units.text_length = 30;
    units.title_offsets = offsets;
    units.data_types = types;
    units.widths = widths;
    units.heights = heights;
    units.frames = frames;
    pages.count = 1;
    pages.text = "h.htmltext/html";
    pages.text_length = 15;
    pages.title_offsets = html;
    pages.media_type_offsets = html_type;
    pages.data_types = &types[4];
    made(annoproj_dataset_create(world.host, "Units", NULL, NULL, &dataset, &error), error);
    made(annoproj_data_units_add(world.host, dataset, &units, NULL, &first, &error), error);
    made(annoproj_data_units_add(world.host, dataset, &pages, NULL, &first, &error), error);
    made(annoproj_project_attach_dataset(world.project, dataset, NULL, &attached, &error), error);
}

static void open_world(void) {
    annoproj_store_options options = ANNOPROJ_STORE_OPTIONS_INIT;
    annoproj_error *error = NULL;
    int64_t ontology = 0;
    size_t length = 0;
    char name[32], *structure = read_whole_file("tests/fuzz/corpus/ontology/shapes", &length);
    scratch_in_memory();
    snprintf(name, sizeof name, "fuzz%d.annoproj", stores);
    path = scratch_path(name);
    if (stores++ == 0)
        atexit(close_world);
    options.relaxed_durability = true;
    options.threads = import_threads;
    made(annoproj_store_create(path, &options, NULL, &world.store, &error), error);
    made(annoproj_session_open(world.store, 0, NULL, NULL, &world.host, &error), error);
    made(annoproj_ontology_create(world.host, "Shapes", structure, NULL, &ontology, &error), error);
    made(annoproj_project_create(world.host, "Fuzzed", ontology, workflow_json, NULL, NULL, &world.project, &error),
         error);
    add_units();
    made(annoproj_dataset_create(world.host, "Empty", NULL, NULL, &world.dataset, &error), error);
    for (int64_t i = 0; i < IMPORT_TASKS; i++)
        made(annoproj_task_open(world.project, (annoproj_project_id(world.project) << 32) + 1 + i, NULL,
                                &world.tasks[i], &error),
             error);
    imports = 0;
    free(structure);
}

import_world *import_world_now(void) {
    if (world.store && imports >= IMPORTS_OF_A_STORE)
        close_world();
    if (!world.store)
        open_world();
    return &world;
}

void import_taken(annoproj_status status) {
    imports += status == ANNOPROJ_OK;
}

static int32_t read_input(void *buffer, size_t length, size_t *got, void *user_data) {
    import_input *from = user_data;
    const size_t left = from->length - from->at;
    *got = length < left ? length : left;
    if (*got > 0)
        memcpy(buffer, from->data + from->at, *got);
    from->at += *got;
    return 0;
}

void import_from(import_world *into, import_input *input, const uint8_t *data, size_t length) {
    *input = (import_input){data, length, 0};
    annoproj_import_options_init(&into->options);
    into->options.read = read_input;
    into->options.user_data = input;
}

int64_t import_labels_there(const import_world *of) {
    int64_t count = 0;
    require(of->store);
    for (size_t i = 0; i < IMPORT_TASKS; i++) {
        annoproj_table *table = NULL;
        annoproj_error *error = NULL;
        made(annoproj_task_labels(of->tasks[i], NULL, &table, &error), error);
        count += annoproj_table_row_count(table);
        annoproj_table_free(table);
    }
    return count;
}

int64_t import_labels_told(annoproj_table *table) {
    const int64_t labels = table ? annoproj_table_int64(table, 0, annoproj_table_column_index(table, "labels")) : 0;
    annoproj_table_free(table);
    return labels;
}
