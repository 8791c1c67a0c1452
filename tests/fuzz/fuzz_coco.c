/* COCO files: as labels of a project, as an ontology and as data units, through the public functions. What is refused leaves no
 * label behind, what is taken says how many. */
#include <stdlib.h>
#include <string.h>

#include "coco_ahead.h"
#include "import_support.h"
#include "json_scan.h"

const unsigned fuzz_rounds = 120;

typedef struct written {
    char *data;
    size_t length;
} written;

static int32_t write_some(const void *data, size_t length, void *user_data) {
    written *to = user_data;
    to->data = realloc(to->data, to->length + length + 1);
    require(to->data != NULL);
    memcpy(to->data + to->length, data, length);
    to->length += length;
    return 0;
}

static void is_json(const char *json, size_t length) {
    json_scan *scan = NULL;
    json_token token;
    require(json_scan_memory(json, length, NULL, &scan, NULL) == ANNOPROJ_OK);
    do {
        require(json_next(scan, &token, NULL) == ANNOPROJ_OK);
    } while (token.kind != JSON_END);
    json_scan_release(scan);
}

static void import_labels(import_world *world, const uint8_t *data, size_t length) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    import_input input;
    const int64_t before = import_labels_there(world);
    import_from(world, &input, data, length);
    annoproj_status status = annoproj_project_import_coco(world->project, NULL, &world->options, NULL, &table, &error);
    require_no_fault(status, error);
    require((status == ANNOPROJ_OK) == (table != NULL));
    require(import_labels_there(world) == before + import_labels_told(table));
    import_taken(status);
}

/* What makes a project can be written again, with all members. */
static void make_project(import_world *world, const uint8_t *data, size_t length) {
    static const char workflow[] = "{\"start\":\"a\",\"stages\":[{\"key\":\"a\",\"type\":\"ANNOTATION\",\"edges\":{"
                                   "\"submit\":\"c\"}},{\"key\":\"c\",\"type\":\"DONE\"}]}";
    annoproj_project *project = NULL;
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    import_input input;
    written out = {0};
    int64_t labels = 0;
    import_from(world, &input, data, length);
    annoproj_status status = annoproj_project_create_from_coco(world->host, "Made", workflow, NULL, &world->options,
                                                               NULL, &project, &table, &error);
    require_no_fault(status, error);
    require((status == ANNOPROJ_OK) == (table != NULL) && (status == ANNOPROJ_OK) == (project != NULL));
    import_taken(status);
    if (project) {
        options.write = write_some;
        options.user_data = &out;
        options.coco_extended = true;
        require(annoproj_project_export_coco(project, &options, NULL, &labels, &error) == ANNOPROJ_OK);
        require(labels == import_labels_told(table));
        is_json(out.data, out.length);
    }
    free(out.data);
    annoproj_project_close(project);
}

/* Two threads read the annotations, however few there are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    coco_ahead_least = 1;
    import_threads = 2;
    import_world *world = import_world_now();
    annoproj_error *error = NULL;
    import_input input;
    int64_t ontology = 0, added = 0;
    import_labels(world, data, length);
    import_from(world, &input, data, length);
    annoproj_status status = annoproj_ontology_import_coco(world->host, "Read", NULL, &world->options, NULL, &ontology,
                                                           &error);
    require_no_fault(status, error);
    require((status == ANNOPROJ_OK) == (ontology != 0));
    import_taken(status);
    import_from(world, &input, data, length);
    status = annoproj_dataset_import_coco(world->host, world->dataset, NULL, &world->options, NULL, &added, &error);
    require_no_fault(status, error);
    import_taken(status);
    make_project(world, data, length);
    return 0;
}
