/* The structure of an ontology, and one that takes its place: a text before the first NUL byte, another behind it. What is taken
 * apart is whole; what the two become together can be read again and lacks nothing. */
#include "fuzz.h"

#include "ontology_structure.h"

const unsigned fuzz_rounds = 4000;

static void check_structure(const ontology_structure *made) {
    int32_t *order = structure_order(made);
    require(order);
    for (size_t i = 0; i < made->count; i++) {
        const entry *one = &made->entries[i];
        require(one->start >= 0 && one->start < one->end && (size_t)one->end <= made->length);
        require(made->json[one->start] == '{' && made->json[one->end - 1] == '}');
        require(one->parent < (int32_t)i && one->class >= 0 && one->class <= (int32_t)i);
        require(structure_find(made, order, one->hash) == (int32_t)i);
    }
    release(order);
}

static void check_merged(const ontology_structure *old, const ontology_structure *next) {
    annoproj_error *error = NULL;
    text merged = {0};
    bool added = false;
    annoproj_status status = structure_merge(old, next, &merged, &added, &error);
    require_no_fault(status, error);
    if (status == ANNOPROJ_OK && added) {
        ontology_structure both;
        status = structure_parse(&both, merged.data, merged.length, &error);
        require_no_fault(status, error);
        require(status == ANNOPROJ_OK || status == ANNOPROJ_LIMIT || status == ANNOPROJ_DATA);
        int32_t *order = status == ANNOPROJ_OK ? structure_order(&both) : NULL;
        for (size_t i = 0; order && i < old->count; i++)
            require(structure_find(&both, order, old->entries[i].hash) >= 0);
        release(order);
        structure_release(&both);
    }
    text_release(&merged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    const uint8_t *end = length > 0 ? memchr(data, '\0', length) : NULL;
    const size_t first = end ? (size_t)(end - data) : length;
    ontology_structure one, other;
    annoproj_error *error = NULL;
    annoproj_status status = structure_parse(&one, (const char *)data, first, &error);
    require_no_fault(status, error);
    if (status == ANNOPROJ_OK) {
        check_structure(&one);
        check_merged(&one, &one);
        if (end) {
            status = structure_parse(&other, (const char *)end + 1, length - first - 1, &error);
            require_no_fault(status, error);
            if (status == ANNOPROJ_OK)
                check_merged(&one, &other);
            structure_release(&other);
        }
    }
    structure_release(&one);
    return 0;
}
