/* Reading skeleton templates: {"template":{"name":..,"feature_node_hash":..,"skeleton":{"0":{"name":..,...},...}}}. What
 * else they have (edges, where vertices are drawn first) stays in the text. */
#include "skeleton_templates.h"

#include <string.h>

#include "failure.h"

#define MOST_TEMPLATES 10000u
#define MOST_VERTICES  1000u
#define NAME_LIMIT     ((size_t)1024)
#define HASH_LIMIT     ((size_t)64)

void skeleton_templates_release(ontology_structure *structure) {
    for (size_t i = 0; i < structure->template_count; i++) {
        release(structure->templates[i].vertices);
    }
    release(structure->templates);
    structure->templates = NULL;
    structure->template_count = structure->template_capacity = 0;
}

static annoproj_status add_template(ontology_structure *structure, skeleton_template **out, annoproj_error **error) {
    if (structure->template_count == MOST_TEMPLATES) {
        return fail(error, ANNOPROJ_LIMIT, "ontology: more than %u skeleton templates", MOST_TEMPLATES);
    }
    if (structure->template_count == structure->template_capacity) {
        const size_t capacity = structure->template_capacity ? structure->template_capacity * 2 : 8;
        skeleton_template *larger = reallocate(structure->templates, capacity * sizeof *larger);
        if (!larger) {
            return fail_memory(error);
        }
        structure->templates = larger;
        structure->template_capacity = capacity;
    }
    *out = &structure->templates[structure->template_count++];
    **out = (skeleton_template){.hash = ""};
    return ANNOPROJ_OK;
}

static annoproj_status add_vertex(skeleton_template *to, vertex **out, annoproj_error **error) {
    if (to->vertex_count == MOST_VERTICES) {
        return fail(error, ANNOPROJ_LIMIT, "ontology: a skeleton template has more than %u vertices", MOST_VERTICES);
    }
    if (to->vertex_count == to->vertex_capacity) {
        const size_t capacity = to->vertex_capacity ? to->vertex_capacity * 2 : 16;
        vertex *larger = reallocate(to->vertices, capacity * sizeof *larger);
        if (!larger) {
            return fail_memory(error);
        }
        to->vertices = larger;
        to->vertex_capacity = capacity;
    }
    *out = &to->vertices[to->vertex_count++];
    **out = (vertex){"", "", "", ""};
    return ANNOPROJ_OK;
}

/* A text or null, which says nothing. */
static annoproj_status read_text(json_reader *from, const char *member, size_t limit, const char **out,
                                 annoproj_error **error) {
    annoproj_status status = json_read_next(from, error);
    if (status != ANNOPROJ_OK || from->token.kind == JSON_NULL) {
        return status;
    }
    return from->token.kind == JSON_STRING ? json_take_text(from, member, limit, out, error)
                                           : json_fault(from, error, "%s must be a string", member);
}

static annoproj_status read_vertex_member(json_reader *from, vertex *out, annoproj_error **error) {
    const json_token *key = &from->token;
    if (json_key_is(key, "name")) {
        return read_text(from, "name", NAME_LIMIT, &out->name, error);
    }
    if (json_key_is(key, "value")) {
        return read_text(from, "value", NAME_LIMIT, &out->value, error);
    }
    if (json_key_is(key, "color")) {
        return read_text(from, "color", HASH_LIMIT, &out->color, error);
    }
    if (json_key_is(key, "featureHash") || json_key_is(key, "feature_hash")) {
        return read_text(from, "featureHash", HASH_LIMIT, &out->hash, error);
    }
    return json_skip(from->scan, error);
}

/* One vertex, whose key was read. Names tell vertices apart, and hashes where there are any. */
static annoproj_status read_vertex(json_reader *from, skeleton_template *to, annoproj_error **error) {
    vertex *out = NULL;
    bool more = true;
    annoproj_status status = json_read_kind(from, JSON_OBJECT, "a vertex", error);
    if (status == ANNOPROJ_OK) {
        status = add_vertex(to, &out, error);
    }
    while (status == ANNOPROJ_OK) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more) {
            break;
        }
        status = read_vertex_member(from, out, error);
    }
    if (status == ANNOPROJ_OK && !*out->name) {
        return json_fault(from, error, "the vertex has no name");
    }
    for (size_t i = 0; status == ANNOPROJ_OK && i + 1 < to->vertex_count; i++) {
        if (strcmp(to->vertices[i].name, out->name) == 0) {
            return json_fault(from, error, "vertex name %s is there twice", QUOTED(out->name));
        }
        if (*out->hash && strcmp(to->vertices[i].hash, out->hash) == 0) {
            return json_fault(from, error, "vertex featureHash %s is there twice", QUOTED(out->hash));
        }
    }
    return status;
}

static annoproj_status read_skeleton(json_reader *from, skeleton_template *to, annoproj_error **error) {
    bool more = true;
    annoproj_status status = json_read_kind(from, JSON_OBJECT, "skeleton", error);
    while (status == ANNOPROJ_OK) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more) {
            break;
        }
        const int32_t depth = from->token.depth;
        status = json_go_on(from, depth, read_vertex(from, to, error), error);
    }
    return status;
}

static annoproj_status read_template(json_reader *from, skeleton_template *to, annoproj_error **error) {
    bool more = true;
    annoproj_status status = json_read_kind(from, JSON_OBJECT, "template", error);
    while (status == ANNOPROJ_OK) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more) {
            break;
        }
        if (json_key_is(&from->token, "name")) {
            status = read_text(from, "name", NAME_LIMIT, &to->name, error);
        } else if (json_key_is(&from->token, "feature_node_hash") || json_key_is(&from->token, "featureNodeHash")) {
            status = read_text(from, "feature_node_hash", HASH_LIMIT, &to->hash, error);
        } else if (json_key_is(&from->token, "skeleton")) {
            status = read_skeleton(from, to, error);
        } else {
            status = json_skip(from->scan, error);
        }
    }
    if (status == ANNOPROJ_OK && !to->name) {
        return json_fault(from, error, "the skeleton template has no name");
    }
    return status;
}

static annoproj_status check_unique(json_reader *from, const ontology_structure *structure, annoproj_error **error) {
    const skeleton_template *last = &structure->templates[structure->template_count - 1];
    for (const skeleton_template *one = structure->templates; one < last; one++) {
        if (!one->name) {
            continue; /* a fault already */
        }
        if (*last->hash ? strcmp(one->hash, last->hash) == 0 : !*one->hash && strcmp(one->name, last->name) == 0) {
            return json_fault(from, error, "there are two skeleton templates %s",
                              QUOTED(*last->hash ? last->hash : last->name));
        }
    }
    return ANNOPROJ_OK;
}

/* One element, whose opening brace was read. */
static annoproj_status read_element(json_reader *from, ontology_structure *structure, annoproj_error **error) {
    skeleton_template *made = NULL;
    bool more = true;
    annoproj_status status = add_template(structure, &made, error);
    if (status == ANNOPROJ_OK) {
        made->start = from->token.offset;
        made->pointer = json_read_pointer(from);
        status = made->pointer ? ANNOPROJ_OK : fail_memory(error);
    }
    while (status == ANNOPROJ_OK) {
        status = json_read_member(from, &more, error);
        if (status != ANNOPROJ_OK || !more) {
            break;
        }
        status = json_key_is(&from->token, "template") ? read_template(from, made, error)
                                                       : json_skip(from->scan, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    made->end = from->token.offset + 1;
    return made->name ? check_unique(from, structure, error)
                      : json_fault(from, error, "an element of skeleton_templates has no template");
}

annoproj_status skeleton_templates_read(json_reader *from, ontology_structure *structure, annoproj_error **error) {
    annoproj_status status = json_read_kind(from, JSON_ARRAY, "skeleton_templates", error);
    while (status == ANNOPROJ_OK) {
        status = json_read_next(from, error);
        if (status != ANNOPROJ_OK) {
            break;
        }
        if (from->token.kind == JSON_ARRAY_END) {
            structure->template_list.close = from->token.offset;
            break;
        }
        const int32_t depth = from->token.depth;
        structure->template_list.filled = true;
        status = from->token.kind == JSON_OBJECT ? read_element(from, structure, error)
                                                 : json_fault(from, error, "skeleton_templates must hold objects");
        status = json_go_on(from, depth, status, error);
    }
    return status;
}

/* --- what belongs together ------------------------------------------------------------------------------------ */

const skeleton_template *skeleton_template_of(const ontology_structure *structure, const entry *class) {
    const skeleton_template *named = NULL;
    if (class->kind != FEATURE_OBJECT || class->type != SHAPE_SKELETON) {
        return NULL;
    }
    for (size_t i = 0; i < structure->template_count; i++) {
        const skeleton_template *one = &structure->templates[i];
        if (strcmp(one->hash, class->hash) == 0) {
            return one;
        }
        if (!named && strcmp(one->name, class->name) == 0) {
            named = one;
        }
    }
    return named;
}

bool skeleton_template_is_kept(const skeleton_template *template, const ontology_structure *next) {
    for (size_t i = 0; i < next->template_count; i++) {
        const skeleton_template *one = &next->templates[i];
        if (*template->hash ? strcmp(one->hash, template->hash) == 0 : strcmp(one->name, template->name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_same_vertex(const vertex *before, const vertex *after) {
    return *before->hash ? strcmp(before->hash, after->hash) == 0 : strcmp(before->name, after->name) == 0;
}

annoproj_status skeleton_templates_check_kept(const ontology_structure *old, const ontology_structure *next,
                                              annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    int32_t *order = old->template_count > 0 ? structure_order(next) : NULL;
    if (old->template_count == 0 || !order) {
        return old->template_count == 0 ? ANNOPROJ_OK : fail_memory(error);
    }
    for (size_t i = 0; i < old->count && status == ANNOPROJ_OK; i++) {
        const entry *class = &old->entries[i];
        const skeleton_template *before = skeleton_template_of(old, class);
        const int32_t found = before ? structure_find(next, order, class->hash) : -1;
        const skeleton_template *after = found >= 0 ? skeleton_template_of(next, &next->entries[found]) : NULL;
        for (size_t k = 0; before && k < before->vertex_count && status == ANNOPROJ_OK; k++) {
            if (!after || k >= after->vertex_count || !is_same_vertex(&before->vertices[k], &after->vertices[k])) {
                status = fail(error, ANNOPROJ_STATE,
                              "vertex %s of skeleton %s (%s) would not be the %zu. any more, but projects use the "
                              "ontology: keep the vertices in their order, add new ones behind them",
                              QUOTED(before->vertices[k].name), QUOTED(class->name), class->hash, k + 1);
                fail_detail(error, "pointer", "%s", after ? after->pointer : "/skeleton_templates");
            }
        }
    }
    release(order);
    return status;
}
