/* Making and replacing ontologies: the text goes into the ontology table as it is, its entries into the feature table. */
#include "ontology_structure.h"

#include <string.h>

#include "failure.h"
#include "hash.h"
#include "skeleton_templates.h"

#define SQL_INSERT                                                                                                     \
    "INSERT INTO ontology(uuid, title, creator, json, features, created_us, edited_us) VALUES(?1, ?2, ?3, ?4, ?5, "    \
    "?6, ?6)"
#define SQL_READ           "SELECT json, features FROM ontology WHERE id = ?1"
#define SQL_UPDATE         "UPDATE ontology SET json = ?2, features = ?3, edited_us = ?4 WHERE id = ?1"
#define SQL_IN_USE         "SELECT 1 FROM project WHERE ontology = ?1 LIMIT 1"
#define SQL_CLEAR          "DELETE FROM feature WHERE ontology = ?1"
#define SQL_CLEAR_VERTICES "DELETE FROM vertex WHERE ontology = ?1"
#define SQL_FEATURE                                                                                                    \
    "INSERT INTO feature(ontology, number, hash, kind, type, name, value, color, parent, class, position, required, "  \
    "dynamic, archived, coco_category, global)"                                                                        \
    " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
#define SQL_VERTEX                                                                                                     \
    "INSERT INTO vertex(ontology, class, position, hash, name, value, color) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"

static void bind_entry(statement *insert, int64_t ontology, const ontology_structure *structure, size_t index,
                       const int32_t *numbers) {
    const entry *at = &structure->entries[index];
    bind_int64(insert, ontology);
    bind_int64(insert, numbers[index]);
    bind_text(insert, at->hash);
    bind_int64(insert, at->kind);
    bind_int64(insert, at->type);
    bind_text(insert, at->name);
    bind_text(insert, at->value);
    bind_text(insert, at->color);
    bind_int64(insert, at->parent < 0 ? 0 : numbers[at->parent]);
    bind_int64(insert, numbers[at->class]);
    bind_int64(insert, (int64_t)index);
    bind_int64(insert, at->required);
    bind_int64(insert, at->dynamic);
    bind_int64(insert, at->archived);
    if (at->coco_category >= 0) {
        bind_int64(insert, at->coco_category);
    } else {
        bind_null(insert);
    }
    bind_int64(insert, at->global);
}

/* The vertices of a skeleton class. */
static annoproj_status insert_vertices(command *cmd, int64_t ontology, const skeleton_template *of, int32_t class,
                                       annoproj_error **error) {
    statement *insert = sql(cmd->scope.database, SQL_VERTEX);
    for (size_t i = 0; i < of->vertex_count; i++) {
        const vertex *at = &of->vertices[i];
        bind_int64(insert, ontology);
        bind_int64(insert, class);
        bind_int64(insert, (int64_t)i);
        bind_text(insert, at->hash);
        bind_text(insert, at->name);
        bind_text(insert, at->value);
        bind_text(insert, at->color);
        if (!sql_step_run(insert)) {
            break;
        }
        sql_again(insert);
    }
    return sql_end(insert, error);
}

static annoproj_status insert_features(command *cmd, int64_t ontology, const ontology_structure *structure,
                                       const int32_t *numbers, annoproj_error **error) {
    statement *insert = sql(cmd->scope.database, SQL_FEATURE);
    for (size_t i = 0; i < structure->count; i++) {
        bind_entry(insert, ontology, structure, i, numbers);
        if (!sql_step_run(insert)) {
            break;
        }
        sql_again(insert);
    }
    annoproj_status status = sql_end(insert, error);
    for (size_t i = 0; i < structure->count && status == ANNOPROJ_OK; i++) {
        const skeleton_template *of = skeleton_template_of(structure, &structure->entries[i]);
        status = of ? insert_vertices(cmd, ontology, of, numbers[i], error) : ANNOPROJ_OK;
    }
    return status;
}

int64_t ontology_fingerprint(const char *json, size_t length) {
    return (int64_t)hash64(json, length);
}

static annoproj_status note(command *cmd, int32_t kind, int64_t ontology, const ontology_structure *now) {
    command_event(cmd,
                  &(event){.kind = kind, .reference = ontology, .value = ontology_fingerprint(now->json, now->length)});
    return ANNOPROJ_OK;
}

annoproj_status ontology_insert_structure(command *cmd, const char *title, const ontology_structure *structure,
                                          int64_t *ontology, annoproj_error **error) {
    uint8_t uuid[16];
    int32_t *numbers = arena_array(cmd->scope.memory, structure->count + 1, sizeof *numbers);
    if (!numbers) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < structure->count; i++) {
        numbers[i] = (int32_t)i + 1;
    }
    command_uuid(cmd, uuid);
    statement *insert = sql(cmd->scope.database, SQL_INSERT);
    bind_blob(insert, uuid, sizeof uuid);
    bind_text(insert, title);
    bind_int64(insert, cmd->scope.user);
    bind_text_n(insert, structure->json, structure->length);
    bind_int64(insert, (int64_t)structure->count);
    bind_int64(insert, cmd->scope.now_us);
    annoproj_status status = sql_run(insert, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    *ontology = last_insert_id(cmd->scope.database);
    status = insert_features(cmd, *ontology, structure, numbers, error);
    return status == ANNOPROJ_OK ? note(cmd, EVENT_ONTOLOGY_CREATE, *ontology, structure) : status;
}

/* --- replacing ------------------------------------------------------------------------------------------------ */

static annoproj_status in_use(command *cmd, int64_t ontology, bool *used, annoproj_error **error) {
    statement *find = sql(cmd->scope.database, SQL_IN_USE);
    bind_int64(find, ontology);
    *used = sql_row(find);
    return sql_end(find, error);
}

static const char *parent_hash(const ontology_structure *structure, const entry *at) {
    return at->parent < 0 ? "" : structure->entries[at->parent].hash;
}

/* Labels and events mean what they meant: an entry that projects use keeps kind, shape or type, and place. */
static annoproj_status check_kept(const ontology_structure *old, const ontology_structure *next,
                                  annoproj_error **error) {
    int32_t *order = structure_order(next);
    if (!order) {
        return fail_memory(error);
    }
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < old->count && status == ANNOPROJ_OK; i++) {
        const entry *before = &old->entries[i];
        int32_t found = structure_find(next, order, before->hash);
        const entry *after = found < 0 ? before : &next->entries[found];
        const char *changed = after->kind != before->kind         ? "kind"
                              : after->type != before->type       ? (before->kind == FEATURE_OBJECT ? "shape" : "type")
                              : after->dynamic != before->dynamic ? "dynamic"
                              : after->global != before->global   ? "level"
                              : found >= 0 && strcmp(parent_hash(old, before), parent_hash(next, after)) != 0
                                  ? "place in the structure"
                                  : NULL;
        if (changed) {
            status = fail(
                error, ANNOPROJ_STATE,
                "the %s of %s %s (%s) would change, but projects use the ontology: archive it and add a new entry",
                changed, feature_kind_name(before->kind), QUOTED(before->name), before->hash);
            fail_detail(error, "pointer", "%s", after->pointer);
            fail_detail(error, "byte", "%lld", (long long)after->start);
        }
    }
    release(order);
    return status;
}

/* The text to store for an ontology in use: `next` with what it lacks archived, taken apart again. */
static annoproj_status keep_missing(const ontology_structure *old, ontology_structure *next, annoproj_error **error) {
    text merged = {0};
    bool added = false;
    annoproj_status status = check_kept(old, next, error);
    if (status == ANNOPROJ_OK) {
        status = structure_merge(old, next, &merged, &added, error);
    }
    if (status == ANNOPROJ_OK && added) {
        ontology_structure both = {0};
        status = structure_parse(&both, merged.data, merged.length, error);
        structure_release(next);
        *next = both;
    }
    text_release(&merged);
    return status == ANNOPROJ_OK ? skeleton_templates_check_kept(old, next, error) : status;
}

/* Known hashes keep their numbers, new ones get the next. */
static annoproj_status number_entries(const ontology_features *known, const ontology_structure *next, int32_t *numbers,
                                      int64_t *highest, annoproj_error **error) {
    int32_t *order = structure_order(next);
    if (!order) {
        return fail_memory(error);
    }
    for (size_t i = 0; i < known->count; i++) {
        int32_t index = structure_find(next, order, known->features[i].hash);
        if (index >= 0) {
            numbers[index] = known->features[i].number;
        }
    }
    for (size_t i = 0; i < next->count; i++) {
        if (numbers[i] == 0) {
            numbers[i] = (int32_t)++ * highest;
        }
    }
    release(order);
    return ANNOPROJ_OK;
}

static annoproj_status read_old(command *cmd, int64_t ontology, ontology_structure *old, int64_t *highest,
                                annoproj_error **error) {
    annoproj_error *damage = NULL;
    statement *read = sql(cmd->scope.database, SQL_READ);
    bind_int64(read, ontology);
    bool found = sql_row(read);
    annoproj_status parsed = ANNOPROJ_OK;
    if (found) {
        *highest = column_int64(read, 1);
        parsed = structure_parse(old, column_text(read, 0), column_length(read, 0), &damage);
    }
    annoproj_status status = sql_end(read, error);
    if (status == ANNOPROJ_OK && !found) {
        status = fail(error, ANNOPROJ_NOT_FOUND, "there is no ontology %lld", (long long)ontology);
    }
    if (status == ANNOPROJ_OK && parsed != ANNOPROJ_OK) {
        status = parsed == ANNOPROJ_NO_MEMORY
                     ? fail_memory(error)
                     : fail(error, ANNOPROJ_CORRUPT, "the stored structure of ontology %lld is damaged: %s",
                            (long long)ontology, annoproj_error_message(damage));
    }
    drop_error(&damage);
    return status;
}

static annoproj_status store_next(command *cmd, int64_t ontology, const ontology_structure *next,
                                  const int32_t *numbers, int64_t highest, annoproj_error **error) {
    statement *clear = sql(cmd->scope.database, SQL_CLEAR);
    bind_int64(clear, ontology);
    annoproj_status status = sql_run(clear, error);
    if (status == ANNOPROJ_OK) {
        clear = sql(cmd->scope.database, SQL_CLEAR_VERTICES);
        bind_int64(clear, ontology);
        status = sql_run(clear, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    statement *update = sql(cmd->scope.database, SQL_UPDATE);
    bind_int64(update, ontology);
    bind_text_n(update, next->json, next->length);
    bind_int64(update, highest);
    bind_int64(update, cmd->scope.now_us);
    status = sql_run(update, error);
    return status == ANNOPROJ_OK ? insert_features(cmd, ontology, next, numbers, error) : status;
}

annoproj_status ontology_replace(command *cmd, int64_t ontology, const char *json, annoproj_error **error) {
    ontology_structure old = {0}, next = {0};
    ontology_features known = {0};
    int64_t highest = 0;
    bool used = false;
    annoproj_status status = structure_parse(&next, json, strlen(json), error);
    if (status == ANNOPROJ_OK) {
        status = read_old(cmd, ontology, &old, &highest, error);
    }
    if (status == ANNOPROJ_OK) {
        status = in_use(cmd, ontology, &used, error);
    }
    if (status == ANNOPROJ_OK && used) {
        status = keep_missing(&old, &next, error);
    }
    if (status == ANNOPROJ_OK) {
        status = ontology_load(&cmd->scope, ontology, &known, error);
    }
    if (status != ANNOPROJ_OK) {
        goto done;
    }
    int32_t *numbers = arena_array(cmd->scope.memory, next.count + 1, sizeof *numbers);
    if (!numbers) {
        status = fail_memory(error);
        goto done;
    }
    status = number_entries(&known, &next, numbers, &highest, error);
    if (status == ANNOPROJ_OK) {
        status = store_next(cmd, ontology, &next, numbers, highest, error);
    }
    if (status == ANNOPROJ_OK) {
        status = note(cmd, EVENT_ONTOLOGY_UPDATE, ontology, &next);
    }
done:
    structure_release(&old);
    structure_release(&next);
    return status;
}
