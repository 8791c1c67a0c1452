/* Taking an ontology's JSON apart: one pass of the scanner, then the rules. */
#include "ontology_structure.h"

#include <stdlib.h>
#include <string.h>

#include "failure.h"
#include "json_read.h"
#include "skeleton_templates.h"

#define WHAT       "ontology"
#define NAME_LIMIT ((size_t)1024)
#define HASH_LIMIT ((size_t)64)
#define SCAN_DEPTH 128

typedef struct structure_parser {
    json_reader reader;
    ontology_structure *structure;
} structure_parser;

static const char *const palette[] = {"#D33115", "#E27300", "#16406C", "#FE9200", "#FCDC00", "#DBDF00",
                                      "#A4DD00", "#68CCCA", "#73D8FF", "#AEA1FF", "#FCC400", "#B0BC00"};

const char *structure_color(size_t index) {
    return palette[index % (sizeof palette / sizeof *palette)];
}

void structure_release(ontology_structure *structure) {
    release(structure->json);
    release(structure->entries);
    skeleton_templates_release(structure);
    arena_release(&structure->memory);
    *structure = (ontology_structure){0};
}

static annoproj_status add_entry(structure_parser *parser, int32_t *index, annoproj_error **error) {
    ontology_structure *structure = parser->structure;
    if (structure->count == ONTOLOGY_ENTRIES) {
        return fail(error, ANNOPROJ_LIMIT, WHAT ": more than %d entries", ONTOLOGY_ENTRIES);
    }
    if (structure->count == structure->capacity) {
        size_t capacity = structure->capacity ? structure->capacity * 2 : 64;
        entry *entries = reallocate(structure->entries, capacity * sizeof *entries);
        if (!entries) {
            return fail_memory(error);
        }
        structure->entries = entries;
        structure->capacity = capacity;
    }
    *index = (int32_t)structure->count++;
    structure->entries[*index] = (entry){.coco_category = -1};
    return ANNOPROJ_OK;
}

static annoproj_status read_entry(structure_parser *parser, int32_t parent, int32_t kind, int32_t level,
                                  annoproj_error **error);

static void mark_faulty(structure_parser *parser, int32_t index) {
    if (index >= 0) {
        parser->structure->entries[index].faulty = true;
    }
}

/* The array behind a key: entries of one kind. */
static annoproj_status read_list(structure_parser *parser, const char *member, int32_t parent, int32_t kind,
                                 int32_t level, entry_list *out, annoproj_error **error) {
    json_reader *from = &parser->reader;
    annoproj_status status = json_read_kind(from, JSON_ARRAY, member, error);
    entry_list list = {0};
    while (status == ANNOPROJ_OK) {
        status = json_read_next(from, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
        if (from->token.kind == JSON_ARRAY_END) {
            list.close = from->token.offset;
            *out = list;
            break;
        }
        const int32_t depth = from->token.depth;
        list.filled = true;
        status = from->token.kind == JSON_OBJECT ? read_entry(parser, parent, kind, level, error)
                                                 : json_fault(from, error, "%s must hold objects", member);
        if (status != ANNOPROJ_OK) {
            mark_faulty(parser, parent);
            status = json_go_on(from, depth, status, error);
        }
    }
    return status;
}

static annoproj_status read_type(structure_parser *parser, int32_t index, bool shape, annoproj_error **error) {
    const char *name = NULL;
    annoproj_status status = json_read_text(&parser->reader, shape ? "shape" : "type", HASH_LIMIT, &name, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    int32_t type = shape ? feature_shape_by_name(name) : feature_attribute_by_name(name);
    if (type == 0) {
        char shapes[256];
        feature_shape_names(shapes, sizeof shapes);
        return json_fault(&parser->reader, error, "%s is no %s: %s", QUOTED(name), shape ? "shape" : "attribute type",
                          shape ? shapes : "radio, checklist, text, numeric");
    }
    parser->structure->entries[index].type = type;
    return ANNOPROJ_OK;
}

/* "archived": the place of its value is kept, so that a merge can turn it on in the text. */
static annoproj_status read_archived(structure_parser *parser, int32_t index, annoproj_error **error) {
    bool archived = false;
    annoproj_status status = json_read_bool(&parser->reader, "archived", &archived, error);
    entry *at = &parser->structure->entries[index];
    at->archived = archived;
    at->archived_start = parser->reader.token.offset;
    at->archived_end = parser->reader.token.offset + (int64_t)parser->reader.token.length;
    return status;
}

/* "global" is the one level that says something. */
static annoproj_status read_level(structure_parser *parser, int32_t index, annoproj_error **error) {
    const char *start = NULL;
    size_t length = 0;
    int64_t offset = 0;
    annoproj_status status = json_slice(parser->reader.scan, &start, &length, &offset, error);
    parser->structure->entries[index].global = status == ANNOPROJ_OK && length == 8 &&
                                               memcmp(start, "\"global\"", 8) == 0;
    return status;
}

/* An id of a COCO category may be any value; whole numbers, also as a text, are matched by number. */
static annoproj_status read_category(structure_parser *parser, int32_t index, annoproj_error **error) {
    const char *start = NULL;
    size_t length = 0;
    int64_t offset = 0;
    annoproj_status status = json_slice(parser->reader.scan, &start, &length, &offset, error);
    if (status == ANNOPROJ_OK) {
        const size_t quote = *start == '"';
        const json_token token = {.kind = JSON_NUMBER, .start = start + quote, .length = length - 2 * quote};
        const bool digits = token.length > 0 && token.length <= 17 && strspn(token.start, "0123456789") >= token.length;
        const bool numeric = quote ? digits && (*token.start != '0' || token.length == 1)
                                   : strchr("-0123456789", *start) != NULL;
        int64_t category = -1;
        if (numeric && json_int64(&token, &category) && category >= 0) {
            parser->structure->entries[index].coco_category = category;
        }
    }
    return status;
}

/* One member of an entry; the key is the reader's last token. */
static annoproj_status read_member(structure_parser *parser, int32_t index, annoproj_error **error) {
    json_reader *from = &parser->reader;
    entry *at = &parser->structure->entries[index];
    const int32_t kind = at->kind;
    const bool is_class = kind == FEATURE_OBJECT || kind == FEATURE_CLASSIFICATION;
    const json_token *key = &from->token;
    if (json_key_is(key, "id")) {
        return json_read_text(from, "id", HASH_LIMIT, &at->id, error);
    }
    if (json_key_is(key, "featureNodeHash")) {
        return json_read_text(from, "featureNodeHash", HASH_LIMIT, &at->hash, error);
    }
    if (json_key_is(key, kind == FEATURE_OPTION ? "label" : "name") && kind != FEATURE_CLASSIFICATION) {
        return json_read_text(from, kind == FEATURE_OPTION ? "label" : "name", NAME_LIMIT, &at->name, error);
    }
    if (kind == FEATURE_OPTION && json_key_is(key, "value")) {
        return json_read_text(from, "value", NAME_LIMIT, &at->value, error);
    }
    if (kind == FEATURE_OBJECT && json_key_is(key, "color")) {
        return json_read_text(from, "color", HASH_LIMIT, &at->color, error);
    }
    if (kind == FEATURE_OBJECT && json_key_is(key, "shape")) {
        return read_type(parser, index, true, error);
    }
    if (kind == FEATURE_OBJECT && json_key_is(key, "coco_category")) {
        return read_category(parser, index, error);
    }
    if (kind == FEATURE_ATTRIBUTE && json_key_is(key, "type")) {
        return read_type(parser, index, false, error);
    }
    if (kind != FEATURE_OPTION && json_key_is(key, "required")) {
        return json_read_bool(from, "required", &at->required, error);
    }
    if (kind == FEATURE_ATTRIBUTE && json_key_is(key, "dynamic")) {
        return json_read_bool(from, "dynamic", &at->dynamic, error);
    }
    if (kind == FEATURE_CLASSIFICATION && json_key_is(key, "level")) {
        return read_level(parser, index, error);
    }
    if (json_key_is(key, "archived")) {
        return read_archived(parser, index, error);
    }
    if (json_key_is(key, is_class ? "attributes" : "options")) {
        entry_list list = {0};
        int32_t level = at->level + (kind != FEATURE_ATTRIBUTE);
        annoproj_status status = read_list(parser, is_class ? "attributes" : "options", index,
                                           kind == FEATURE_ATTRIBUTE ? FEATURE_OPTION : FEATURE_ATTRIBUTE, level, &list,
                                           error);
        parser->structure->entries[index].children = list; /* the array may have moved */
        return status;
    }
    return json_skip(from->scan, error);
}

/* An object whose opening brace has been read. Nesting is bounded by ONTOLOGY_LEVELS. */
static annoproj_status read_entry(structure_parser *parser, int32_t parent, int32_t kind, int32_t level,
                                  annoproj_error **error) {
    json_reader *from = &parser->reader;
    if (level > ONTOLOGY_LEVELS) {
        return fail(error, ANNOPROJ_LIMIT, WHAT ": attributes are nested deeper than %d (byte %lld)", ONTOLOGY_LEVELS,
                    (long long)from->token.offset);
    }
    int32_t index = 0;
    annoproj_status status = add_entry(parser, &index, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    entry *at = &parser->structure->entries[index];
    at->kind = kind;
    at->parent = parent;
    at->class = parent < 0 ? index : parser->structure->entries[parent].class;
    at->level = level;
    at->start = from->token.offset;
    at->pointer = json_read_pointer(from);
    if (!at->pointer) {
        return fail_memory(error);
    }
    bool more = true;
    while (status == ANNOPROJ_OK) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more) {
            break;
        }
        const int32_t depth = from->token.depth;
        status = read_member(parser, index, error);
        if (status != ANNOPROJ_OK) {
            mark_faulty(parser, index);
            status = json_go_on(from, depth, status, error);
        }
    }
    if (status == ANNOPROJ_OK) {
        parser->structure->entries[index].end = from->token.offset + 1;
    }
    return status;
}

static annoproj_status read_root(structure_parser *parser, annoproj_error **error) {
    json_reader *from = &parser->reader;
    ontology_structure *structure = parser->structure;
    annoproj_status status = json_read_kind(from, JSON_OBJECT, WHAT, error);
    bool more = true;
    while (status == ANNOPROJ_OK) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more) {
            break;
        }
        const int32_t depth = from->token.depth;
        structure->root_filled = true;
        if (json_key_is(&from->token, "objects")) {
            status = read_list(parser, "objects", -1, FEATURE_OBJECT, 0, &structure->objects, error);
        } else if (json_key_is(&from->token, "classifications")) {
            status = read_list(parser, "classifications", -1, FEATURE_CLASSIFICATION, 0, &structure->classifications,
                               error);
        } else if (json_key_is(&from->token, "skeleton_templates")) {
            status = skeleton_templates_read(from, structure, error);
        } else {
            status = json_skip(from->scan, error);
        }
        status = json_go_on(from, depth, status, error);
    }
    if (status == ANNOPROJ_OK) {
        structure->root_end = from->token.offset;
        status = json_read_kind(from, JSON_END, "the end", error);
    }
    return status;
}

/* --- rules -------------------------------------------------------------------------------------------------- */

/* What keeps them is not looked at again; what was refused before is not asked. */
#define entry_fault(all, entry, ...) faults_add(all, (entry)->pointer, (entry)->start, __VA_ARGS__)

static void check_nesting(const ontology_structure *structure, const entry *at, faults *all) {
    const entry *parent = at->parent < 0 ? NULL : &structure->entries[at->parent];
    if (!parent || at->faulty || parent->faulty) {
        return;
    }
    if (at->kind == FEATURE_OPTION && parent->type != ATTRIBUTE_RADIO && parent->type != ATTRIBUTE_CHECKLIST) {
        entry_fault(all, at, "a %s attribute has no options", feature_type_name(parent->type));
    } else if (at->kind == FEATURE_OPTION && at->children.filled && parent->type != ATTRIBUTE_RADIO) {
        entry_fault(all, at, "attributes are nested under radio options only, not under %s options",
                    feature_type_name(parent->type));
    }
    if (at->dynamic && parent->kind != FEATURE_OBJECT) {
        entry_fault(all, at, "only an attribute right under an object can be dynamic");
    }
}

static void check_members(entry *at, faults *all) {
    const char *missing = NULL;
    if (!at->hash || !*at->hash) {
        missing = "featureNodeHash";
    } else if (!at->id || !*at->id) {
        missing = "id";
    } else if (at->kind == FEATURE_OPTION && !at->name) {
        missing = "label";
    } else if (at->kind != FEATURE_CLASSIFICATION && !at->name) {
        missing = "name";
    } else if (at->kind == FEATURE_OBJECT && !at->type) {
        missing = "shape";
    } else if (at->kind == FEATURE_ATTRIBUTE && !at->type) {
        missing = "type";
    }
    if (missing && !at->faulty) {
        entry_fault(all, at, "the %s has no %s", feature_kind_name(at->kind), missing);
    }
    at->faulty = at->faulty || missing;
    at->hash = at->hash ? at->hash : "";
    at->id = at->id ? at->id : "";
}

/* A classification is titled by its one attribute. */
static annoproj_status check_roots(ontology_structure *structure, faults *all, annoproj_error **error) {
    int32_t *roots = arena_array(&structure->memory, structure->count + 1, sizeof *roots);
    if (!roots) {
        return fail_memory(error);
    }
    size_t classes = 0;
    for (size_t i = 0; i < structure->count; i++) {
        entry *at = &structure->entries[i];
        entry *parent = at->parent < 0 ? NULL : &structure->entries[at->parent];
        classes += !parent;
        if (parent && parent->kind == FEATURE_CLASSIFICATION) {
            if (++roots[at->parent] > 1) {
                entry_fault(all, at, "a classification has exactly one attribute, this is another one");
            }
            parent->name = at->name;
        }
    }
    for (size_t i = 0; i < structure->count; i++) {
        const entry *at = &structure->entries[i];
        if (at->kind == FEATURE_CLASSIFICATION && roots[i] == 0 && !at->faulty) {
            entry_fault(all, at, "a classification has exactly one attribute, this one has none");
        }
    }
    if (classes > ONTOLOGY_CLASSES) {
        return fail(error, ANNOPROJ_LIMIT, WHAT ": %zu classes, at most %d are taken", classes, ONTOLOGY_CLASSES);
    }
    return ANNOPROJ_OK;
}

static int by_hash(const void *left, const void *right, void *data) {
    const entry *entries = data;
    const int32_t *a = left, *b = right;
    int order = strcmp(entries[*a].hash, entries[*b].hash);
    return order ? order : (*a > *b) - (*a < *b);
}

/* Siblings: same parent and kind (objects and classifications count separately). */
static int by_sibling(const void *left, const void *right, void *data) {
    const entry *a = (const entry *)data + *(const int32_t *)left, *b = (const entry *)data + *(const int32_t *)right;
    if (a->parent != b->parent) {
        return a->parent < b->parent ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return a->kind < b->kind ? -1 : 1;
    }
    int order = strcmp(a->id, b->id);
    return order ? order : (a->start > b->start) - (a->start < b->start);
}

int32_t *structure_order(const ontology_structure *structure) {
    int32_t *order = allocate((structure->count + 1) * sizeof *order);
    if (order) {
        for (size_t i = 0; i < structure->count; i++) {
            order[i] = (int32_t)i;
        }
        qsort_r(order, structure->count, sizeof *order, by_hash, structure->entries);
    }
    return order;
}

int32_t structure_find(const ontology_structure *structure, const int32_t *order, const char *hash) {
    size_t low = 0, high = structure->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int side = strcmp(structure->entries[order[middle]].hash, hash);
        if (side == 0) {
            return order[middle];
        }
        if (side < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return -1;
}

static annoproj_status check_unique(const ontology_structure *structure, faults *all, annoproj_error **error) {
    int32_t *order = structure_order(structure);
    if (!order) {
        return fail_memory(error);
    }
    const entry *entries = structure->entries;
    for (size_t i = 1; i < structure->count; i++) {
        const entry *first = &entries[order[i - 1]], *second = &entries[order[i]];
        if (*second->hash && strcmp(first->hash, second->hash) == 0) {
            entry_fault(all, second, "featureNodeHash %s is also that of %s", QUOTED(second->hash), first->pointer);
        }
    }
    qsort_r(order, structure->count, sizeof *order, by_sibling, structure->entries);
    for (size_t i = 1; i < structure->count; i++) {
        const entry *first = &entries[order[i - 1]], *second = &entries[order[i]];
        if (first->parent == second->parent && first->kind == second->kind && *second->id &&
            strcmp(first->id, second->id) == 0) {
            entry_fault(all, second, "id %s is also that of %s", QUOTED(second->id), first->pointer);
        }
    }
    release(order);
    return ANNOPROJ_OK;
}

static annoproj_status check_rules(ontology_structure *structure, faults *all, annoproj_error **error) {
    for (size_t i = 0; i < structure->count; i++) {
        check_members(&structure->entries[i], all);
    }
    for (size_t i = 0; i < structure->count; i++) {
        check_nesting(structure, &structure->entries[i], all);
    }
    annoproj_status status = check_roots(structure, all, error);
    return status == ANNOPROJ_OK ? check_unique(structure, all, error) : status;
}

/* --- what is not said ---------------------------------------------------------------------------------------- */

static const char *value_of(arena *memory, const char *name) {
    size_t length = strlen(name);
    char *value = arena_text(memory, name, length);
    for (size_t i = 0; value && i < length; i++) {
        if (value[i] >= 'A' && value[i] <= 'Z') {
            value[i] = (char)(value[i] - 'A' + 'a');
        } else if (value[i] == ' ') {
            value[i] = '_';
        }
    }
    return value;
}

static annoproj_status fill_in(ontology_structure *structure, annoproj_error **error) {
    size_t objects = 0;
    for (size_t i = 0; i < structure->count; i++) {
        entry *at = &structure->entries[i];
        if (!at->value) {
            at->value = value_of(&structure->memory, at->name);
        }
        if (!at->value) {
            return fail_memory(error);
        }
        if (at->kind == FEATURE_OBJECT && !at->color) {
            at->color = structure_color(objects);
        }
        objects += at->kind == FEATURE_OBJECT;
        if (!at->color) {
            at->color = "";
        }
    }
    return ANNOPROJ_OK;
}

annoproj_status structure_parse(ontology_structure *structure, const char *json, size_t length,
                                annoproj_error **error) {
    *structure = (ontology_structure){.length = length};
    structure->json = allocate(length + 1);
    if (!structure->json) {
        return fail_memory(error);
    }
    memcpy(structure->json, json, length);
    structure->json[length] = 0;
    faults all = {0};
    structure_parser parser = {.reader = {.memory = &structure->memory, .what = WHAT, .faults = &all},
                               .structure = structure};
    const json_limits limits = {.depth = SCAN_DEPTH};
    annoproj_status status = json_scan_memory(structure->json, length, &limits, &parser.reader.scan, error);
    if (status == ANNOPROJ_OK) {
        status = read_root(&parser, error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_rules(structure, &all, error);
    }
    status = json_report(&parser.reader, status, error);
    json_scan_release(parser.reader.scan);
    faults_release(&all);
    return status == ANNOPROJ_OK ? fill_in(structure, error) : status;
}
