/* COCO files: as labels of a project, as an ontology and as data units, through the public functions. What is refused leaves no
 * label behind, what is taken says how many. */
#include "import_support.h"

const unsigned fuzz_rounds = 120;

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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
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
    return 0;
}
