/* A project with a rich ontology, changes of labels step by step, events as text. */
#include "label_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPTION(id, label, hash, more)                                                                                  \
    "{\"id\":\"" id "\",\"label\":\"" label "\",\"value\":\"" label "\",\"featureNodeHash\":\"" hash                   \
    "\",\"archived\":false" more "}"
#define ATTRIBUTE(id, name, type, hash, required, dynamic, options)                                                    \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"type\":\"" type "\",\"featureNodeHash\":\"" hash                       \
    "\",\"required\":" required ",\"archived\":false,\"dynamic\":" dynamic options "}"
#define OBJECT(id, name, shape, hash, more)                                                                            \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"color\":\"#D33115\",\"shape\":\"" shape                                \
    "\",\"featureNodeHash\":\"" hash "\",\"required\":false,\"archived\":false" more "}"

/* clang-format off */
static const char structure[] =
    "{\"objects\":[" OBJECT("1", "Car", "bounding_box", "objCar01", ",\"attributes\":["
    ATTRIBUTE("1.1", "Colour", "radio", "attCol01", "false", "false", ",\"options\":["
        OPTION("1.1.1", "Red", "optRed01", "") ","
        OPTION("1.1.2", "Other", "optOth01", ",\"options\":["
            ATTRIBUTE("1.1.2.1", "Which", "radio", "attWhi01", "true", "false", ",\"options\":["
                OPTION("1.1.2.1.1", "Rust", "optRus01", "") "," OPTION("1.1.2.1.2", "Gold", "optGol01", "") "]") "]") "]") ","
    ATTRIBUTE("1.2", "Braking", "radio", "attBrk01", "false", "true", ",\"options\":["
        OPTION("1.2.1", "Yes", "optYes01", "") "," OPTION("1.2.2", "No", "optNo001", "") "]") ","
    ATTRIBUTE("1.3", "Speed", "numeric", "attSpe01", "false", "true", "") ","
    ATTRIBUTE("1.4", "Note", "text", "attNot01", "false", "false", "") ","
    ATTRIBUTE("1.5", "Tags", "checklist", "attTag01", "false", "false", ",\"options\":["
        OPTION("1.5.1", "A", "optTaA01", "") "," OPTION("1.5.2", "B", "optTaB01", "") "]") "]") ","
    OBJECT("2", "Region", "polygon", "objReg01", "") "," OBJECT("3", "Mask", "bitmask", "objMas01", "") ","
    OBJECT("4", "Way", "polyline", "objWay01", "") "," OBJECT("5", "Spot", "point", "objSpo01", "") ","
    OBJECT("6", "Turned", "rotatable_bounding_box", "objTur01", "") "," OBJECT("7", "Noise", "audio", "objNoi01", "") ","
    OBJECT("8", "Bones", "skeleton", "objBon01", "") "," OBJECT("9", "Quote", "text", "objQuo01", "") "],"
    "\"classifications\":[{\"id\":\"1\",\"featureNodeHash\":\"clsWea01\",\"attributes\":["
    ATTRIBUTE("1.1", "Weather", "radio", "attWea01", "false", "false", ",\"options\":["
        OPTION("1.1.1", "Sunny", "optSun01", "") ","
        OPTION("1.1.2", "Rainy", "optRai01", ",\"options\":["
            ATTRIBUTE("1.1.2.1", "Level", "radio", "attLev01", "true", "false", ",\"options\":["
                OPTION("1.1.2.1.1", "Light", "optLig01", "") "," OPTION("1.1.2.1.2", "Heavy", "optHea01", "") "]") "]") "]")
    "]}],\"skeleton_templates\":[{\"template\":{\"name\":\"Bones\",\"feature_node_hash\":\"objBon01\",\"skeleton\":{"
    "\"0\":{\"x\":0,\"y\":0,\"name\":\"Hip\",\"featureHash\":\"verHip01\"},\"1\":{\"x\":0,\"y\":1,\"name\":\"Knee\"}}}}]}";
/* clang-format on */

static int64_t find_feature(annoproj_table *table, const char *hash) {
    int32_t hashes = annoproj_table_column_index(table, "feature_hash");
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        if (strcmp(annoproj_table_text(table, row, hashes), hash) == 0) {
            return annoproj_table_int64(table, row, annoproj_table_column_index(table, "feature"));
        }
    }
    fail_msg("the ontology has no %s", hash);
    return 0;
}

static void find_features(team *made, int64_t ontology, features *out) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    struct {
        int64_t *feature;
        const char *hash;
    } all[] = {
        {&out->car, "objCar01"},   {&out->colour, "attCol01"}, {&out->red, "optRed01"},   {&out->other, "optOth01"},
        {&out->which, "attWhi01"}, {&out->rust, "optRus01"},   {&out->gold, "optGol01"},  {&out->braking, "attBrk01"},
        {&out->yes, "optYes01"},   {&out->no, "optNo001"},     {&out->speed, "attSpe01"}, {&out->note, "attNot01"},
        {&out->tags, "attTag01"},  {&out->tag_a, "optTaA01"},  {&out->tag_b, "optTaB01"}, {&out->region, "objReg01"},
        {&out->mask, "objMas01"},  {&out->way, "objWay01"},    {&out->spot, "objSpo01"},  {&out->turned, "objTur01"},
        {&out->noise, "objNoi01"}, {&out->bones, "objBon01"},  {&out->quote, "objQuo01"}, {&out->weather, "clsWea01"},
        {&out->kind, "attWea01"},  {&out->sunny, "optSun01"},  {&out->rainy, "optRai01"}, {&out->level, "attLev01"},
        {&out->light, "optLig01"}, {&out->heavy, "optHea01"}};
    assert_ok(annoproj_ontology_features(made->host, ontology, NULL, &table, &error), error);
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        *all[i].feature = find_feature(table, all[i].hash);
    }
    annoproj_table_free(table);
}

static void add_units(team *made, int64_t dataset) {
    static const char text[] = "v1v2v3autxunim";
    static const int64_t offsets[] = {0, 2, 4, 6, 8, 10, 12, 14};
    static const int32_t types[] = {ANNOPROJ_DATA_VIDEO, ANNOPROJ_DATA_VIDEO,      ANNOPROJ_DATA_VIDEO,
                                    ANNOPROJ_DATA_AUDIO, ANNOPROJ_DATA_PLAIN_TEXT, ANNOPROJ_DATA_IMAGE,
                                    ANNOPROJ_DATA_IMAGE};
    static const int64_t frames[] = {10, 10, 10, 1, 1, 1, 1}, widths[] = {200, 200, 200, 0, 0, 0, 200},
                         heights[] = {100, 100, 100, 0, 0, 0, 100};
    annoproj_data_units units = ANNOPROJ_DATA_UNITS_INIT;
    annoproj_error *error = NULL;
    int64_t first = 0;
    units.count = UNITS;
    units.text = text;
    units.text_length = sizeof text - 1;
    units.title_offsets = offsets;
    units.data_types = types;
    units.frames = frames;
    units.widths = widths;
    units.heights = heights;
    assert_ok(annoproj_data_units_add(made->host, dataset, &units, NULL, &first, &error), error);
}

static void open_project(team *made, int64_t ontology, const char *workflow, bool count_text_and_audio) {
    annoproj_project_options options = ANNOPROJ_PROJECT_OPTIONS_INIT;
    annoproj_error *error = NULL;
    options.count_text_and_audio = count_text_and_audio ? ANNOPROJ_CHOICE_ON : ANNOPROJ_CHOICE_OFF;
    for (int i = 0; i < TEAM_SIZE; i++) {
        annoproj_project_close(made->projects[i]);
        made->projects[i] = NULL;
    }
    annoproj_project_close(made->host_project);
    assert_ok(annoproj_project_create(made->sessions[TEAM_ADMIN], "Labels", ontology, workflow, &options, NULL,
                                      &made->projects[TEAM_ADMIN], &error),
              error);
    made->project = annoproj_project_id(made->projects[TEAM_ADMIN]);
    for (int i = TEAM_MANAGER; i < TEAM_SIZE; i++) {
        assert_ok(annoproj_collaborator_add(made->projects[TEAM_ADMIN], made->users[i], i + 1, NULL, &error), error);
        assert_ok(annoproj_project_open(made->sessions[i], made->project, NULL, &made->projects[i], &error), error);
    }
    assert_ok(annoproj_project_open(made->host, made->project, NULL, &made->host_project, &error), error);
    made->first_task = (made->project << 32) + 1;
}

static void find_stages(team *made) {
    annoproj_table *stages = NULL;
    annoproj_error *error = NULL;
    int64_t *places[] = {&made->annotate, &made->review, &made->complete};
    assert_ok(annoproj_stage_list(made->host_project, NULL, &stages, &error), error);
    for (int64_t row = 0; row < 3; row++) {
        *places[row] = annoproj_table_int64(stages, row, annoproj_table_column_index(stages, "stage"));
    }
    annoproj_table_free(stages);
}

team *label_team(const char *annotate_settings, const char *review_settings, bool count_text_and_audio, features *out) {
    annoproj_error *error = NULL;
    int64_t ontology = 0, dataset = 0, tasks = 0;
    char workflow[1024];
    team *made = team_new(0, "", "");
    snprintf(workflow, sizeof workflow,
             "{\"start\":\"annotate\",\"stages\":[{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Annotate\","
             "\"settings\":{%s},\"edges\":{\"submit\":\"review\"}},{\"key\":\"review\",\"type\":\"REVIEW\",\"title\":"
             "\"Review\","
             "\"settings\":{%s},\"edges\":{\"approve\":\"complete\",\"reject\":\"annotate\"}},"
             "{\"key\":\"complete\",\"type\":\"DONE\",\"title\":\"Complete\"}]}",
             annotate_settings, review_settings);
    assert_ok(annoproj_ontology_create(made->host, "Rich", structure, NULL, &ontology, &error), error);
    assert_ok(annoproj_dataset_create(made->host, "Units", NULL, NULL, &dataset, &error), error);
    find_features(made, ontology, out);
    add_units(made, dataset);
    open_project(made, ontology, workflow, count_text_and_audio);
    assert_ok(annoproj_project_attach_dataset(made->host_project, dataset, NULL, &tasks, &error), error);
    assert_int_equal(tasks, UNITS);
    find_stages(made);
    return made;
}

/* ---- drafts ---- */

void draft_begin(draft *to) {
    memset(to, 0, sizeof *to);
    annoproj_label_changes_init(&to->changes);
}

static size_t begin_change(draft *to, const char *hash, int32_t action) {
    size_t index = to->changes.count++;
    assert_true(index < 32);
    to->actions[index] = action;
    strcat(to->hashes, hash);
    to->hash_offsets[index + 1] = (int64_t)strlen(to->hashes);
    to->geometry_starts[index + 1] = (int64_t)to->changes.geometry_count;
    to->answer_starts[index + 1] = (int64_t)to->changes.answer_count;
    to->range_starts[index + 1] = (int64_t)to->changes.range_count;
    return index;
}

void draft_label(draft *to, const char *hash, int64_t class) {
    to->classes[begin_change(to, hash, ANNOPROJ_LABEL_PUT)] = class;
}

void draft_remove(draft *to, const char *hash) {
    begin_change(to, hash, ANNOPROJ_LABEL_REMOVE);
}

void draft_part(draft *to, size_t count, const double *numbers) {
    assert_true(to->changes.part_count < 128 && to->changes.coordinate_count + count <= 1024);
    memcpy(to->coordinates + to->changes.coordinate_count, numbers, count * sizeof *numbers);
    to->changes.coordinate_count += count;
    to->coordinate_starts[++to->changes.part_count] = (int64_t)to->changes.coordinate_count;
    to->part_starts[to->changes.geometry_count] = (int64_t)to->changes.part_count;
}

void draft_geometry(draft *to, int64_t frame, size_t count, const double *numbers) {
    to->frames[to->changes.geometry_count++] = frame;
    to->geometry_starts[to->changes.count] = (int64_t)to->changes.geometry_count;
    draft_part(to, count, numbers);
}

void draft_box(draft *to, int64_t first_frame, int64_t last_frame) {
    const double box[] = {10.5, 20, 30.25, 40};
    for (int64_t frame = first_frame; frame <= last_frame; frame++) {
        draft_geometry(to, frame, 4, box);
    }
}

void draft_range(draft *to, int64_t first, int64_t last) {
    to->range_first[to->changes.range_count] = first;
    to->range_last[to->changes.range_count++] = last;
    to->range_starts[to->changes.count] = (int64_t)to->changes.range_count;
}

static size_t add_answer(draft *to, int64_t attribute, int64_t first, int64_t last) {
    size_t index = to->changes.answer_count++;
    assert_true(index < 64);
    to->attributes[index] = attribute;
    to->first[index] = first;
    to->last[index] = last;
    to->text_offsets[index + 1] = to->text_offsets[index];
    to->answer_starts[to->changes.count] = (int64_t)to->changes.answer_count;
    return index;
}

void draft_option(draft *to, int64_t attribute, int64_t option, int64_t first, int64_t last) {
    to->options[add_answer(to, attribute, first, last)] = option;
}

void draft_text(draft *to, int64_t attribute, const char *text) {
    size_t index = add_answer(to, attribute, -1, -1);
    strcat(to->texts, text);
    to->text_offsets[index + 1] = (int64_t)strlen(to->texts);
}

void draft_number(draft *to, int64_t attribute, double number, int64_t first, int64_t last) {
    to->numbers[add_answer(to, attribute, first, last)] = number;
}

const annoproj_label_changes *draft_changes(draft *to) {
    int64_t hashes = (int64_t)strlen(to->hashes);
    snprintf(to->text, sizeof to->text, "%s%s", to->hashes, to->texts);
    for (size_t i = 0; i <= to->changes.answer_count; i++) {
        to->text_offsets[i] += hashes;
    }
    to->changes.text = to->text;
    to->changes.text_length = strlen(to->text);
    to->changes.actions = to->actions;
    to->changes.hash_offsets = to->hash_offsets;
    to->changes.classes = to->classes;
    to->changes.geometry_starts = to->geometry_starts;
    to->changes.frames = to->frames;
    to->changes.part_starts = to->part_starts;
    to->changes.coordinate_starts = to->coordinate_starts;
    to->changes.coordinates = to->coordinates;
    to->changes.answer_starts = to->answer_starts;
    to->changes.answer_attributes = to->attributes;
    to->changes.answer_options = to->options;
    to->changes.answer_text_offsets = to->text_offsets;
    to->changes.answer_numbers = to->numbers;
    to->changes.answer_first_frames = to->first;
    to->changes.answer_last_frames = to->last;
    to->changes.range_starts = to->range_starts;
    to->changes.range_first_frames = to->range_first;
    to->changes.range_last_frames = to->range_last;
    return &to->changes;
}

annoproj_status draft_write(draft *to, annoproj_task *task, char hash[16], annoproj_error **error) {
    annoproj_label_write_options options = ANNOPROJ_LABEL_WRITE_OPTIONS_INIT;
    annoproj_table *written = NULL;
    options.force = true;
    annoproj_status status = annoproj_labels_write(task, draft_changes(to), &options, NULL, &written, error);
    assert_true((status == ANNOPROJ_OK) == (written != NULL));
    if (hash && written) {
        snprintf(hash, 16, "%s", annoproj_table_text(written, 0, 0));
    }
    annoproj_table_free(written);
    return status;
}

void put_car(annoproj_task *task, const char *hash, const features *of, int64_t first_frame, int64_t last_frame) {
    static draft one;
    annoproj_error *error = NULL;
    draft_begin(&one);
    draft_label(&one, hash, of->car);
    draft_box(&one, first_frame, last_frame);
    assert_ok(draft_write(&one, task, NULL, &error), error);
}

/* ---- what happened ---- */

typedef int (*event_seen)(void *data, annoproj_table *table, int64_t row);

static int64_t each_event(team *made, int64_t after, event_seen seen, void *data) {
    annoproj_stream *stream = NULL;
    annoproj_error *error = NULL;
    int64_t last = after;
    assert_ok(annoproj_project_events(made->host_project, after, NULL, &stream, &error), error);
    for (;;) {
        annoproj_table *table = NULL;
        annoproj_status status = annoproj_stream_next(stream, NULL, &table, &error);
        if (status == ANNOPROJ_NONE) {
            break;
        }
        assert_int_equal(status, ANNOPROJ_OK);
        for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
            last = annoproj_table_int64(table, row, 0);
            if (seen) {
                seen(data, table, row);
            }
        }
        annoproj_table_free(table);
    }
    annoproj_stream_close(stream);
    return last;
}

int64_t last_seq(team *made) {
    return each_event(made, 0, NULL, NULL);
}

static int64_t cell(annoproj_table *table, int64_t row, const char *column) {
    int32_t index = annoproj_table_column_index(table, column);
    assert_true(index >= 0);
    return annoproj_table_is_null(table, row, index) ? 0 : annoproj_table_int64(table, row, index);
}

/* "label_create 1 frames=3 class=1", with answer= and credited= where there are any. */
static int print_event(void *data, annoproj_table *table, int64_t row) {
    char *out = data;
    size_t length = strlen(out);
    const char *kind = annoproj_table_text(table, row, annoproj_table_column_index(table, "kind"));
    if (strncmp(kind, "label", 5) != 0 && strncmp(kind, "answer", 6) != 0 && strncmp(kind, "review", 6) != 0 &&
        strncmp(kind, "issue", 5) != 0) {
        return 0;
    }
    length += (size_t)snprintf(out + length, 8192 - length, "%s %lld", kind, (long long)cell(table, row, "reference"));
    const char *const columns[] = {"frames", "class", "answer", "credited"};
    for (size_t i = 0; i < 4; i++) {
        int64_t value = cell(table, row, columns[i]);
        if (value != 0) {
            length += (size_t)snprintf(out + length, 8192 - length, " %s=%lld", columns[i], (long long)value);
        }
    }
    snprintf(out + length, 8192 - length, "\n");
    return 0;
}

const char *events_after(team *made, int64_t after, char out[8192]) {
    out[0] = 0;
    each_event(made, after, print_event, out);
    return out;
}

const char *label_word(annoproj_task *task, const char *hash, const char *column, char out[64]) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    snprintf(out, 64, "no such label");
    assert_ok(annoproj_task_labels(task, NULL, &table, &error), error);
    int32_t index = annoproj_table_column_index(table, column);
    for (int64_t row = 0; row < annoproj_table_row_count(table); row++) {
        if (strcmp(annoproj_table_text(table, row, 0), hash) == 0) {
            snprintf(out, 64, "%s",
                     annoproj_table_is_null(table, row, index) ? "" : annoproj_table_text(table, row, index));
        }
    }
    annoproj_table_free(table);
    return out;
}

int64_t counter(team *made, const char *column) {
    annoproj_table *table = NULL;
    annoproj_error *error = NULL;
    assert_ok(annoproj_project_overview(made->host_project, NULL, &table, &error), error);
    int64_t value = cell(table, 0, column);
    annoproj_table_free(table);
    return value;
}
