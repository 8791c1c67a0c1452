/* Public functions: ontologies. */
#include <string.h>

#include "failure.h"
#include "handle_call.h"
#include "ontology_structure.h"
#include "project.h"
#include "row_cells.h"
#include "seen.h"
#include "utf8.h"

#define SQL_LIST                                                                                                       \
    "SELECT o.id, o.uuid, o.title, o.creator, o.created_us, o.edited_us,"                                              \
    " (SELECT count(*) FROM feature f WHERE f.ontology = o.id) FROM" SEER " JOIN ontology o WHERE" ONTOLOGY_SEEN       \
    " ORDER BY o.title, o.id"
#define SQL_JSON "SELECT json FROM ontology WHERE id = ?1"

typedef struct ontology_call {
    const char *title, *json;
    const ontology_structure *structure;
    int64_t ontology;
    text out;
    annoproj_table *table;
} ontology_call;

static annoproj_status create(command *cmd, void *arguments, annoproj_error **error) {
    const ontology_call *made = arguments;
    int64_t ontology = 0;
    annoproj_status status = ontology_insert_structure(cmd, made->title, made->structure, &ontology, error);
    if (status == ANNOPROJ_OK) {
        command_result_int64(cmd, ontology);
    }
    return status;
}

annoproj_status annoproj_ontology_create(annoproj_session *handle, const char *title, const char *json,
                                         const annoproj_call *call, int64_t *ontology, annoproj_error **error) {
    session *who = NULL;
    ontology_structure structure = {0};
    bytes result = {0};
    if (!result_place(ontology, sizeof *ontology, "ontology", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = session_enter(handle, &who, error);
    if (status == ANNOPROJ_OK) {
        status = check_text(title, TEXT_TITLE, "title", error);
    }
    if (status == ANNOPROJ_OK) {
        status = check_text(json, TEXT_JSON, "json", error);
    }
    if (status == ANNOPROJ_OK) {
        status = structure_parse(&structure, json, strlen(json), error);
    }
    if (status == ANNOPROJ_OK) {
        ontology_call made = {.title = title, .structure = &structure};
        const request asked = {
            .session = who,
            .operation = ANNOPROJ_OPERATION_ONTOLOGY_CREATE,
            .subject = SUBJECT_STORE,
            .arguments = &made,
            .fingerprint = fingerprint_text(fingerprint_text(fingerprint_text(0, "ontology_create"), title), json)};
        status = access_write(&asked, create, call, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        *ontology = result_int64(&result, 0);
    }
    bytes_release(&result);
    structure_release(&structure);
    session_leave(who);
    return status;
}

static annoproj_status update(command *cmd, void *arguments, annoproj_error **error) {
    const ontology_call *made = arguments;
    return ontology_replace(cmd, made->ontology, made->json, error);
}

annoproj_status annoproj_ontology_update(annoproj_session *handle, int64_t ontology, const char *json,
                                         const annoproj_call *call, annoproj_error **error) {
    session *who = NULL;
    clear_error(error);
    annoproj_status status = session_enter(handle, &who, error);
    if (status == ANNOPROJ_OK) {
        status = check_text(json, TEXT_JSON, "json", error);
    }
    if (status == ANNOPROJ_OK) {
        ontology_call made = {.json = json, .ontology = ontology};
        const uint64_t print = fingerprint_int64(fingerprint_text(0, "ontology_update"), ontology);
        const request asked = {.session = who,
                               .operation = ANNOPROJ_OPERATION_ONTOLOGY_CHANGE,
                               .subject = SUBJECT_ONTOLOGY,
                               .id = ontology,
                               .arguments = &made,
                               .fingerprint = fingerprint_text(print, json)};
        status = access_write(&asked, update, call, NULL, error);
    }
    session_leave(who);
    return status;
}

/* --- reading -------------------------------------------------------------------------------------------------- */

/* A read of one ontology by anybody who sees it. */
static handle_call one_ontology(ontology_call *made) {
    return (handle_call){.subject = SUBJECT_ONTOLOGY, .id = made->ontology, .arguments = made};
}

static annoproj_status read_json(scope *in, void *arguments, annoproj_error **error) {
    ontology_call *made = arguments;
    statement *find = sql(in->database, SQL_JSON);
    bind_int64(find, made->ontology);
    if (sql_row(find)) {
        text_append(&made->out, column_text(find, 0), column_length(find, 0));
    }
    return sql_end(find, error);
}

annoproj_status annoproj_ontology_json(annoproj_session *handle, int64_t ontology, const annoproj_call *call,
                                       char **json, annoproj_error **error) {
    ontology_call made = {.ontology = ontology};
    handle_call what = one_ontology(&made);
    if (!result_place(json, sizeof *json, "json", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = session_read(handle, &what, read_json, call, error);
    if (status == ANNOPROJ_OK) {
        status = text_take(&made.out, json, NULL, error);
    }
    text_release(&made.out);
    return status;
}

static void add_feature(rows *table, const feature *at) {
    rows_int64(table, at->number);
    rows_text(table, at->hash);
    rows_text(table, feature_kind_name(at->kind));
    rows_text(table, feature_type_name(at->type));
    rows_text(table, at->name);
    if (at->parent > 0) {
        rows_int64(table, at->parent);
    } else {
        rows_null(table);
    }
    rows_int64(table, at->class);
    rows_bool(table, at->required);
    rows_bool(table, at->dynamic);
    rows_bool(table, at->archived);
    rows_bool(table, at->global);
}

static annoproj_status read_features(scope *in, void *arguments, annoproj_error **error) {
    ontology_call *made = arguments;
    ontology_features all;
    annoproj_status status = ontology_load(in, made->ontology, &all, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *table = rows_new(&row_feature_row);
    for (int32_t number = 1; number <= all.highest; number++) {
        if (all.by_number[number]) {
            add_feature(table, all.by_number[number]);
        }
    }
    return rows_finish(table, &made->table, error);
}

annoproj_status annoproj_ontology_features(annoproj_session *handle, int64_t ontology, const annoproj_call *call,
                                           annoproj_table **table, annoproj_error **error) {
    ontology_call made = {.ontology = ontology};
    handle_call what = one_ontology(&made);
    return session_read_table(handle, &what, read_features, call, &made.table, table, error);
}

static annoproj_status read_vertices(scope *in, void *arguments, annoproj_error **error) {
    ontology_call *made = arguments;
    ontology_features all;
    annoproj_status status = ontology_load(in, made->ontology, &all, error);
    if (status != ANNOPROJ_OK) {
        return status;
    }
    rows *table = rows_new(&row_vertex_row);
    for (int32_t number = 1; number <= all.highest; number++) {
        const feature *class = all.by_number[number];
        for (size_t i = 0; class && i < class->vertex_count; i++) {
            rows_int64(table, number);
            rows_int64(table, (int64_t)i);
            rows_text(table, class->vertices[i].hash);
            rows_text(table, class->vertices[i].name);
            rows_text(table, class->vertices[i].value);
            rows_text(table, class->vertices[i].color);
        }
    }
    return rows_finish(table, &made->table, error);
}

annoproj_status annoproj_ontology_vertices(annoproj_session *handle, int64_t ontology, const annoproj_call *call,
                                           annoproj_table **table, annoproj_error **error) {
    ontology_call made = {.ontology = ontology};
    handle_call what = one_ontology(&made);
    return session_read_table(handle, &what, read_vertices, call, &made.table, table, error);
}

static void add_ontology(rows *table, statement *row) {
    rows_int64(table, column_int64(row, 0));
    add_uuid(table, row, 1);
    rows_text(table, column_text(row, 2));
    rows_int64(table, column_int64(row, 3));
    rows_int64(table, column_int64(row, 6));
    rows_time(table, column_int64(row, 4));
    rows_time(table, column_int64(row, 5));
}

static annoproj_status read_list(scope *in, void *arguments, annoproj_error **error) {
    ontology_call *made = arguments;
    rows *table = rows_new(&row_ontology_row);
    statement *all = sql(in->database, SQL_LIST);
    bind_seer(all, in);
    while (sql_row(all)) {
        add_ontology(table, all);
    }
    return finish_table(table, sql_end(all, error), &made->table, error);
}

annoproj_status annoproj_ontology_list(annoproj_session *handle, const annoproj_call *call, annoproj_table **table,
                                       annoproj_error **error) {
    ontology_call made = {0};
    handle_call what = {.arguments = &made};
    return session_read_table(handle, &what, read_list, call, &made.table, table, error);
}
