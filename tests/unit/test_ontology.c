/* The structure of ontologies: taken apart, checked, merged when entries are left out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ontology_structure.h"
#include "support.h"

static annoproj_status parse(const char *json, ontology_structure *structure, annoproj_error **error) {
    annoproj_status status = structure_parse(structure, json, strlen(json), error);
    return status;
}

#define OPTION(id, hash) "{\"id\":\"" id "\",\"label\":\"" hash "\",\"value\":\"v\",\"featureNodeHash\":\"" hash "\"}"
#define OBJECT(id, hash)                                                                                               \
    "{\"id\":\"" id "\",\"name\":\"Car " id                                                                            \
    "\",\"color\":\"#D33115\",\"shape\":\"polygon\",\"featureNodeHash\":\"" hash "\"}"

static const char car[] =
    "{ \"objects\" : [ {\"id\":\"1\",\"name\":\"Big Car\",\"color\":\"#D33115\",\"shape\":\"bounding_box\","
    "\"featureNodeHash\":\"objCar01\",\"required\":true,\"unknown\":[1.50,{\"a\":9007199254740993}],\"coco_category\":"
    "0,"
    "\"attributes\":[{\"id\":\"1.1\",\"name\":\"Colour\",\"type\":\"radio\",\"featureNodeHash\":\"attCol01\","
    "\"required\":true,"
    "\"options\":[{\"id\":\"1.1.1\",\"label\":\"Red\",\"value\":\"red\",\"featureNodeHash\":\"optRed01\"},"
    "{\"id\":\"1.1.2\",\"label\":\"Other One\",\"featureNodeHash\":\"optOth01\",\"archived\":false,"
    "\"options\":[{\"id\":\"1.1.2.1\",\"name\":\"Which\",\"type\":\"text\",\"featureNodeHash\":\"attWhi01\"}]}]},"
    "{\"id\":\"1.2\",\"name\":\"Braking\",\"type\":\"checklist\",\"featureNodeHash\":\"attBrk01\",\"dynamic\":true,"
    "\"options\":[" OPTION(
        "1.2.1",
        "optYes01") "]}]}],"
                    "\"classifications\":[{\"id\":\"1\",\"featureNodeHash\":\"clsWea01\",\"level\":\"global\","
                    "\"attributes\":[{\"id\":\"1.1\","
                    "\"name\":\"Weather\",\"type\":\"radio\",\"featureNodeHash\":\"attWea01\",\"options\":[" OPTION(
                        "1.1.1", "optSun01") "]}]}],"
                                             "\"skeleton_templates\":[{\"more\":null,\"template\":{"
                                             "\"name\":\"Legs\",\"feature_node_hash\":\"none\",\"skeleton\":{"
                                             "\"0\":{\"name\":\"Hip\",\"x\":0.5,\"y\":1e-3}},\"edges\":[]}}] }";

static void takes_apart(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    ontology_structure structure;
    assert_ok(parse(car, &structure, &error), error);
    assert_int_equal(structure.count, 10);
    static const struct {
        const char *hash;
        int32_t kind, type, parent, class;
    } expected[] = {
        {"objCar01", FEATURE_OBJECT, SHAPE_BOUNDING_BOX, -1, 0},
        {"attCol01", FEATURE_ATTRIBUTE, ATTRIBUTE_RADIO, 0, 0},
        {"optRed01", FEATURE_OPTION, 0, 1, 0},
        {"optOth01", FEATURE_OPTION, 0, 1, 0},
        {"attWhi01", FEATURE_ATTRIBUTE, ATTRIBUTE_TEXT, 3, 0},
        {"attBrk01", FEATURE_ATTRIBUTE, ATTRIBUTE_CHECKLIST, 0, 0},
        {"optYes01", FEATURE_OPTION, 0, 5, 0},
        {"clsWea01", FEATURE_CLASSIFICATION, 0, -1, 7},
        {"attWea01", FEATURE_ATTRIBUTE, ATTRIBUTE_RADIO, 7, 7},
        {"optSun01", FEATURE_OPTION, 0, 8, 7},
    };
    for (size_t i = 0; i < structure.count; i++) {
        const entry *at = &structure.entries[i];
        assert_string_equal(at->hash, expected[i].hash);
        assert_int_equal(at->kind, expected[i].kind);
        assert_int_equal(at->type, expected[i].type);
        assert_int_equal(at->parent, expected[i].parent);
        assert_int_equal(at->class, expected[i].class);
        assert_int_equal(car[at->start], '{');
        assert_int_equal(car[at->end - 1], '}');
    }
    assert_string_equal(structure.entries[0].value, "big_car");
    assert_string_equal(structure.entries[3].value, "other_one");
    assert_string_equal(structure.entries[7].name, "Weather");
    assert_int_equal(structure.entries[0].coco_category, 0);
    assert_true(structure.entries[0].required);
    assert_true(structure.entries[5].dynamic);
    assert_string_equal(structure.json, car);
    structure_release(&structure);
}

static const char *detail(const annoproj_error *error, const char *key) {
    for (size_t i = 0; i < annoproj_error_detail_count(error); i++) {
        if (strcmp(annoproj_error_detail_key(error, i), key) == 0) {
            return annoproj_error_detail_value(error, i);
        }
    }
    return "";
}

/* All faults at once, each at its place, and no other: not what only follows from them. */
static void tells_all_faults(void **state) {
    (void)state;
    static const char json[] = "{\"objects\":[{\"id\":\"1\",\"name\":\"A\",\"shape\":\"oval\",\"featureNodeHash\":"
                               "\"a\",\"color\":{\"r\":[1,2]},"
                               "\"attributes\":[5,{\"id\":\"1\",\"name\":\"B\",\"type\":{\"no\":1},\"featureNodeHash\":"
                               "\"b\",\"options\":[" OPTION("1", "c") "]}]},7," OBJECT("2", "a") "," OBJECT(
                                   "2", "d") "],"
                                             "\"classifications\":[{\"id\":\"1\",\"featureNodeHash\":\"e\"},{\"id\":[["
                                             "\"2\"]],\"featureNodeHash\":\"f\",\"attributes\":"
                                             "[{\"id\":\"1\",\"name\":\"\",\"type\":\"text\"}]}],"
                                             "\"skeleton_templates\":[{},{\"template\":{\"name\":\"S\",\"skeleton\":{"
                                             "\"0\":{},\"1\":{\"name\":\"x\"},\"2\":{\"name\":"
                                             "\"x\"}}}},{\"template\":{\"name\":\"S\"}}]}";
    static const char *const expected[] = {"/objects/0/shape",
                                           "/objects/0/color",
                                           "/objects/0/attributes/0",
                                           "/objects/0/attributes/1/type",
                                           "/objects/1",
                                           "/classifications/1/id",
                                           "/skeleton_templates/0",
                                           "/skeleton_templates/1/template/skeleton/0",
                                           "/skeleton_templates/1/template/skeleton/2",
                                           "/skeleton_templates/2",
                                           "/classifications/1/attributes/0",
                                           "/classifications/0",
                                           "/objects/2",
                                           "/objects/3"};
    const size_t count = sizeof expected / sizeof *expected;
    annoproj_error *error = NULL;
    ontology_structure structure;
    char number[24];
    size_t found = 0;
    assert_int_equal(parse(json, &structure, &error), ANNOPROJ_DATA);
    structure_release(&structure);
    for (size_t i = 0; i < annoproj_error_detail_count(error); i++) {
        const char *told = annoproj_error_detail_value(error, i);
        if (strcmp(annoproj_error_detail_key(error, i), "fault") != 0)
            continue;
        if (found == count || strncmp(told, expected[found], strlen(expected[found])) != 0 ||
            strncmp(told + strlen(expected[found]), " (byte ", 7) != 0)
            fail_msg("fault %zu is %s", found, told);
        found++;
    }
    assert_int_equal(found, count);
    snprintf(number, sizeof number, "%zu", count);
    assert_string_equal(detail(error, "faults"), number);
    assert_string_equal(detail(error, "pointer"), "/objects/0/shape");
    annoproj_error_free(error);
}

/* Broken JSON ends the reading: what was found before it is told with it. */
static void faults_before_broken_json(void **state) {
    (void)state;
    annoproj_error *error = NULL;
    ontology_structure structure;
    assert_int_equal(parse("{\"objects\":[1,2,{\"id\":[}]}", &structure, &error), ANNOPROJ_DATA);
    structure_release(&structure);
    assert_string_equal(detail(error, "faults"), "4");
    assert_string_equal(detail(error, "fault"), "/objects/0 (byte 12): objects must hold objects");
    assert_string_equal(detail(error, "pointer"), "/objects/2/id/0");
    annoproj_error_free(error);
}

/* A hundred are listed, all are counted. */
static void a_hundred_faults_are_listed(void **state) {
    (void)state;
    char json[2048] = "{\"objects\":[0";
    annoproj_error *error = NULL;
    ontology_structure structure;
    size_t listed = 0;
    for (size_t i = 1; i < 250; i++)
        strcat(json, ",0");
    strcat(json, "]}");
    assert_int_equal(parse(json, &structure, &error), ANNOPROJ_DATA);
    structure_release(&structure);
    for (size_t i = 0; i < annoproj_error_detail_count(error); i++)
        listed += strcmp(annoproj_error_detail_key(error, i), "fault") == 0;
    assert_int_equal(listed, 100);
    assert_string_equal(detail(error, "faults"), "250");
    annoproj_error_free(error);
}

#define ATTRIBUTE(members)                                                                                             \
    "{\"objects\":[{\"id\":\"1\",\"name\":\"A\",\"shape\":\"polygon\",\"featureNodeHash\":\"a\",\"attributes\":"       \
    "[" members "]}]}"

static void refuses(void **state) {
    (void)state;
    static const struct {
        const char *json, *words, *pointer;
        annoproj_status status;
    } cases[] = {
        {"[]", "must be an object", "", ANNOPROJ_DATA},
        {"{\"objects\":{}}", "must be an array", "/objects", ANNOPROJ_DATA},
        {"{\"objects\":[1]}", "must hold objects", "/objects/0", ANNOPROJ_DATA},
        {"{\"objects\":[{\"id\":\"1\",\"name\":\"A\",\"featureNodeHash\":\"a\"}]}", "no shape", "/objects/0",
         ANNOPROJ_DATA},
        {"{\"objects\":[{\"id\":\"1\",\"name\":\"A\",\"shape\":\"oval\",\"featureNodeHash\":\"a\"}]}", "oval",
         "/objects/0/shape", ANNOPROJ_DATA},
        {"{\"objects\":[{\"id\":\"1\",\"name\":\"A\",\"shape\":\"polygon\"}]}", "featureNodeHash", "/objects/0",
         ANNOPROJ_DATA},
        {"{\"objects\":[{\"name\":\"A\",\"shape\":\"polygon\",\"featureNodeHash\":\"a\"}]}", "no id", "/objects/0",
         ANNOPROJ_DATA},
        {"{\"objects\":[" OBJECT("1", "a") "," OBJECT("2", "a") "]}", "also that of /objects/0", "/objects/1",
         ANNOPROJ_DATA},
        {"{\"objects\":[" OBJECT("1", "a") "," OBJECT("1", "b") "]}", "id \"1\"", "/objects/1", ANNOPROJ_DATA},
        {"{\"classifications\":[{\"id\":\"1\",\"featureNodeHash\":\"c\"}]}", "exactly one", "/classifications/0",
         ANNOPROJ_DATA},
        {"{\"classifications\":[{\"id\":\"1\",\"featureNodeHash\":\"c\",\"attributes\":[{\"id\":\"1\",\"name\":\"\","
         "\"type\":\"text\","
         "\"featureNodeHash\":\"d\"},{\"id\":\"2\",\"name\":\"\",\"type\":\"text\",\"featureNodeHash\":\"e\"}]}]}",
         "exactly one", "/classifications/0/attributes/1", ANNOPROJ_DATA},
        {ATTRIBUTE("{\"id\":\"1\",\"name\":\"B\",\"type\":\"text\",\"featureNodeHash\":\"b\",\"options\":[" OPTION(
             "1", "c") "]}"),
         "no options", "/objects/0/attributes/0/options/0", ANNOPROJ_DATA},
        {ATTRIBUTE(
             "{\"id\":\"1\",\"name\":\"B\",\"type\":\"checklist\",\"featureNodeHash\":\"b\",\"options\":[{\"id\":\"1\","
             "\"label\":\"C\",\"featureNodeHash\":\"c\",\"options\":[{\"id\":\"1\",\"name\":\"D\",\"type\":\"text\","
             "\"featureNodeHash\":\"d\"}]}]}"),
         "radio options only", "/objects/0/attributes/0/options/0", ANNOPROJ_DATA},
        {ATTRIBUTE("{\"id\":\"1\",\"name\":\"B\",\"type\":\"radio\",\"featureNodeHash\":\"b\",\"options\":[{\"id\":"
                   "\"1\",\"label\":"
                   "\"C\",\"featureNodeHash\":\"c\",\"options\":[{\"id\":\"1\",\"name\":\"D\",\"type\":\"text\","
                   "\"dynamic\":true,"
                   "\"featureNodeHash\":\"d\"}]}]}"),
         "can be dynamic", "/objects/0/attributes/0/options/0/options/0", ANNOPROJ_DATA},
        {"{\"objects\":[" OBJECT("1", "a\\u0007") "]}", "control", "/objects/0/featureNodeHash", ANNOPROJ_DATA},
        {"{\"objects\":[],\"objects\":[]}", "", "/objects", ANNOPROJ_DATA},
        {"{\"objects\":[01]}", "", "/objects/0", ANNOPROJ_DATA},
        {"{\"objects\":[]", "", "/objects", ANNOPROJ_DATA},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        annoproj_error *error = NULL;
        ontology_structure structure;
        const annoproj_status status = parse(cases[i].json, &structure, &error);
        if (status != cases[i].status || !strstr(annoproj_error_message(error), cases[i].words) ||
            strcmp(detail(error, "pointer"), cases[i].pointer) != 0 || !*detail(error, "byte")) {
            fail_msg("%s\ngave %d at %s: %s", cases[i].json, (int)status, detail(error, "pointer"),
                     annoproj_error_message(error));
        }
        annoproj_error_free(error);
        structure_release(&structure);
    }
}

static void stops_at_every_truncation(void **state) {
    (void)state;
    for (size_t length = 0; length + 1 < strlen(car); length++) {
        annoproj_error *error = NULL;
        ontology_structure structure;
        assert_status(ANNOPROJ_DATA, structure_parse(&structure, car, length, &error), error);
        structure_release(&structure);
    }
}

static void limits_nesting(void **state) {
    (void)state;
    char *json = malloc(200000);
    annoproj_error *error = NULL;
    ontology_structure structure;
    size_t at = (size_t)sprintf(
        json,
        "{\"objects\":[{\"id\":\"1\",\"name\":\"A\",\"shape\":\"polygon\",\"featureNodeHash\":\"a\",\"attributes\":[");
    for (int i = 0; i < 17; i++) {
        at += (size_t)sprintf(
            json + at,
            "{\"id\":\"1\",\"name\":\"A\",\"type\":\"radio\",\"featureNodeHash\":\"a%d\",\"options\":[{\"id\":\"1\","
            "\"label\":\"O\",\"featureNodeHash\":\"o%d\",\"options\":[",
            i, i);
    }
    assert_status(ANNOPROJ_LIMIT, parse(json, &structure, &error), error);
    structure_release(&structure);
    memset(json, '[', 10000);
    assert_status(ANNOPROJ_DATA, structure_parse(&structure, json, 10000, &error), error);
    structure_release(&structure);
    strcpy(json, "{\"x\":");
    memset(json + 5, '[', 10000);
    assert_status(ANNOPROJ_LIMIT, structure_parse(&structure, json, 10005, &error), error);
    structure_release(&structure);
    free(json);
}

/* --- merging ------------------------------------------------------------------------------------------------------- */

static void merge(const char *old_json, const char *next_json, ontology_structure *merged, bool *added) {
    annoproj_error *error = NULL;
    ontology_structure old, next;
    text out = {0};
    assert_ok(parse(old_json, &old, &error), error);
    assert_ok(parse(next_json, &next, &error), error);
    assert_ok(structure_merge(&old, &next, &out, added, &error), error);
    assert_ok(structure_parse(merged, out.data, out.length, &error), error);
    text_release(&out);
    structure_release(&old);
    structure_release(&next);
}

static const entry *find(const ontology_structure *structure, const char *hash) {
    for (size_t i = 0; i < structure->count; i++) {
        if (strcmp(structure->entries[i].hash, hash) == 0) {
            return &structure->entries[i];
        }
    }
    fail_msg("no entry %s in %s", hash, structure->json);
    return NULL;
}

static void keeps_what_is_missing(void **state) {
    (void)state;
    static const char *const nexts[] = {
        "{}",
        "{\"objects\":[]}",
        "{\"objects\":[],\"classifications\":[],\"more\":1}",
        "{\"more\":{}}",
        "{\"objects\":[" OBJECT("9", "new") "]}",
        "{\"objects\":[{\"id\":\"1\",\"name\":\"Car\",\"shape\":\"bounding_box\",\"featureNodeHash\":\"objCar01\"}]}",
        "{\"objects\":[{\"id\":\"1\",\"name\":\"Car\",\"shape\":\"bounding_box\",\"featureNodeHash\":\"objCar01\","
        "\"attributes\":[]}]}",
        "{\"objects\":[{\"id\":\"1\",\"name\":\"Car\",\"shape\":\"bounding_box\",\"featureNodeHash\":\"objCar01\","
        "\"attributes\":["
        "{\"id\":\"1.1\",\"name\":\"Colour\",\"type\":\"radio\",\"featureNodeHash\":\"attCol01\",\"options\":["
        "{\"id\":\"1.1.2\",\"label\":\"Other\",\"featureNodeHash\":\"optOth01\"}]}]}]}",
    };
    static const char *const all[] = {"objCar01", "attCol01", "optRed01", "optOth01", "attWhi01",
                                      "attBrk01", "optYes01", "clsWea01", "attWea01", "optSun01"};
    for (size_t i = 0; i < sizeof nexts / sizeof *nexts; i++) {
        annoproj_error *error = NULL;
        ontology_structure next, merged;
        bool added = false;
        assert_ok(parse(nexts[i], &next, &error), error);
        merge(car, nexts[i], &merged, &added);
        assert_true(added);
        for (size_t j = 0; j < sizeof all / sizeof *all; j++) {
            const int given = strstr(nexts[i], all[j]) != NULL;
            if (find(&merged, all[j])->archived != !given) {
                fail_msg("%s is not as it should be in %s", all[j], merged.json);
            }
        }
        for (size_t j = 0; j < next.count; j++) {
            assert_false(find(&merged, next.entries[j].hash)->archived);
        }
        if (!strstr(nexts[i], "objCar01")) {
            assert_non_null(strstr(merged.json, "\"unknown\":[1.50,{\"a\":9007199254740993}]"));
        }
        structure_release(&next);
        structure_release(&merged);
    }
}

static void adds_nothing_when_all_is_there(void **state) {
    (void)state;
    ontology_structure merged;
    bool added = true;
    merge(car, car, &merged, &added);
    assert_false(added);
    assert_string_equal(merged.json, car);
    structure_release(&merged);
}

static void reads_real_ontologies(void **state) {
    (void)state;
    static const struct {
        const char *path;
        size_t entries;
    } files[] = {{"../shared/fixtures/encord/video_ontology.json", 13 + 3 + 3 + 4},
                 {"../shared/fixtures/encord/image_group_ontology.json", 7 + 2 + 2 + 7}};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (access(files[i].path, R_OK) != 0) {
            print_message("%s is not here: left out\n", files[i].path);
            skip();
        }
        annoproj_error *error = NULL;
        ontology_structure structure;
        size_t length = 0;
        char *json = read_whole_file(files[i].path, &length);
        assert_ok(structure_parse(&structure, json, length, &error), error);
        assert_int_equal(structure.count, files[i].entries);
        assert_int_equal(structure.length, length);
        assert_memory_equal(structure.json, json, length);
        structure_release(&structure);
        free(json);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_apart),
        cmocka_unit_test(tells_all_faults),
        cmocka_unit_test(faults_before_broken_json),
        cmocka_unit_test(a_hundred_faults_are_listed),
        cmocka_unit_test(refuses),
        cmocka_unit_test(stops_at_every_truncation),
        cmocka_unit_test(limits_nesting),
        cmocka_unit_test(keeps_what_is_missing),
        cmocka_unit_test(adds_nothing_when_all_is_there),
        cmocka_unit_test(reads_real_ontologies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
