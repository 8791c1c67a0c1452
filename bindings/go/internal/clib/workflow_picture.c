/* Workflows as pictures: Graphviz DOT and Mermaid, with the number of tasks in each stage. Nodes are named by their
 * number, so that keys and titles stand in quoted texts only. */
#include <string.h>

#include "failure.h"
#include "workflow.h"

#define SQL_EDGES                                                                                                      \
    "SELECT e.stage & 0xffffffff, e.target & 0xffffffff, e.name FROM stage_edge e"                                     \
    " WHERE e.stage > ?1 << 32 AND e.stage < (?1 + 1) << 32"                                                           \
    " UNION ALL SELECT p.stage & 0xffffffff, p.target & 0xffffffff, p.title || iif(p.share > 0, printf(' %g %%', "     \
    "p.share / 10000.0), '') FROM stage_pathway p WHERE p.stage > ?1 << 32 AND p.stage < (?1 + 1) << 32"               \
    " ORDER BY 1, 3 DESC"

#define SQL_EDGE_COUNT                                                                                                 \
    "SELECT (SELECT count(*) FROM stage_edge e WHERE e.stage > ?1 << 32 AND e.stage < (?1 + 1) << 32) +"               \
    " (SELECT count(*) FROM stage_pathway p WHERE p.stage > ?1 << 32 AND p.stage < (?1 + 1) << 32)"

typedef struct style {
    const char *shape, *color; /* DOT */
    const char *open, *close;  /* Mermaid */
} style;

static const style styles[] = {
    [STAGE_ANNOTATION] = {"box", "#dbe9f6", "[\"", "\"]"},
    [STAGE_REVIEW] = {"box", "#fdf0d5", "(\"", "\")"},
    [STAGE_DONE] = {"oval", "#dff0d8", "([\"", "\"])"},
    [STAGE_AGENT] = {"hexagon", "#e8e0f4", "{{\"", "\"}}"},
    [STAGE_CONSENSUS_ANNOTATION] = {"box3d", "#dbe9f6", "[[\"", "\"]]"},
    [STAGE_CONSENSUS_REVIEW] = {"box3d", "#fdf0d5", "[[\"", "\"]]"},
    [STAGE_USER_ROUTER] = {"diamond", "#eeeeee", "{\"", "\"}"},
    [STAGE_PERCENTAGE_ROUTER] = {"diamond", "#eeeeee", "{\"", "\"}"},
    [STAGE_METADATA_ROUTER] = {"diamond", "#eeeeee", "{\"", "\"}"},
};

/* DOT: inside quotes a quote and a backslash are escaped. */
static void append_dot_text(text *out, const char *string) {
    for (; *string; string++) {
        if (*string == '"' || *string == '\\') {
            text_character(out, '\\');
        }
        text_character(out, *string);
    }
}

/* Mermaid: characters with a meaning become entities of their number. */
static void append_mermaid_text(text *out, const char *string) {
    for (; *string; string++) {
        if (strchr("\"#<>&;`\\[](){}|*_~", *string)) {
            text_printf(out, "#%d;", *string);
        } else {
            text_character(out, *string);
        }
    }
}

static void append_count(text *out, int64_t tasks) {
    text_int64(out, tasks);
    text_string(out, tasks == 1 ? " task" : " tasks");
}

static void draw_dot_stages(const stage_description *stages, size_t count, text *out) {
    text_string(out, "digraph workflow {\n    rankdir=LR;\n    node [fontname=\"sans-serif\", style=filled];\n"
                     "    edge [fontname=\"sans-serif\", fontsize=10];\n    start [shape=circle, label=\"Start\", "
                     "fillcolor=\"#eeeeee\"];\n");
    for (size_t i = 0; i < count && !stages[i].removed; i++) {
        const style *drawn = &styles[stages[i].facts.type];
        text_printf(out, "    s%d [shape=%s, fillcolor=\"%s\", label=\"", (int)stages[i].facts.number, drawn->shape,
                    drawn->color);
        append_dot_text(out, stages[i].title);
        if (stage_kind_of(stages[i].facts.type)->rests) {
            text_string(out, "\\n");
            append_count(out, stages[i].tasks);
        }
        text_string(out, "\"];\n");
    }
}

static void draw_mermaid_stages(const stage_description *stages, size_t count, text *out) {
    text_string(out, "flowchart LR\n    start((Start))\n");
    for (size_t i = 0; i < count && !stages[i].removed; i++) {
        const style *drawn = &styles[stages[i].facts.type];
        text_printf(out, "    s%d%s", (int)stages[i].facts.number, drawn->open);
        append_mermaid_text(out, stages[i].title);
        if (stage_kind_of(stages[i].facts.type)->rests) {
            text_string(out, "<br/>");
            append_count(out, stages[i].tasks);
        }
        text_string(out, drawn->close);
        text_character(out, '\n');
    }
}

annoproj_status workflow_edges(scope *in, int64_t project, workflow_edge **edges, size_t *count,
                               annoproj_error **error) {
    statement *ask = sql(in->database, SQL_EDGE_COUNT);
    bind_int64(ask, project);
    const size_t most = sql_row(ask) ? (size_t)column_int64(ask, 0) : 0;
    annoproj_status status = sql_end(ask, error);
    workflow_edge *made = arena_array(in->memory, most + 1, sizeof *made);
    if (status == ANNOPROJ_OK && !made) {
        status = fail_memory(error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    size_t read = 0;
    bool kept = true;
    statement *all = sql(in->database, SQL_EDGES);
    bind_int64(all, project);
    while (kept && read < most && sql_row(all)) {
        const char *name = arena_text(in->memory, column_text(all, 2), column_length(all, 2));
        made[read++] = (workflow_edge){column_int64(all, 0), column_int64(all, 1), name};
        kept = name != NULL;
    }
    status = sql_end(all, error);
    *edges = made;
    *count = read;
    return status == ANNOPROJ_OK && !kept ? fail_memory(error) : status;
}

/* Rejects are dashed. */
static void draw_edges(const workflow_edge *edges, size_t count, bool dot, text *out) {
    for (size_t i = 0; i < count; i++) {
        const int from = (int)edges[i].from, to = (int)edges[i].to;
        const bool rejects = strcmp(edges[i].name, "reject") == 0;
        if (dot) {
            text_printf(out, "    s%d -> s%d [label=\"", from, to);
            append_dot_text(out, edges[i].name);
            text_printf(out, "\"%s];\n", rejects ? ", style=dashed" : "");
        } else {
            text_printf(out, rejects ? "    s%d -. \"" : "    s%d -- \"", from);
            append_mermaid_text(out, edges[i].name);
            text_printf(out, rejects ? "\" .-> s%d\n" : "\" --> s%d\n", to);
        }
    }
}

static annoproj_status draw(scope *in, int64_t project, bool dot, text *out, annoproj_error **error) {
    stage_description *stages = NULL;
    workflow_edge *edges = NULL;
    size_t count = 0, edge_count = 0;
    int64_t first = 0;
    annoproj_status status = workflow_stages(in, project, &stages, &count, error);
    if (status == ANNOPROJ_OK) {
        status = workflow_first_stage(in, project, &first, error);
    }
    if (status == ANNOPROJ_OK) {
        status = workflow_edges(in, project, &edges, &edge_count, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    (dot ? draw_dot_stages : draw_mermaid_stages)(stages, count, out);
    text_printf(out, dot ? "    start -> s%d;\n" : "    start --> s%d\n", (int)NUMBER_OF(first));
    draw_edges(edges, edge_count, dot, out);
    if (dot) {
        text_string(out, "}\n");
    }
    return ANNOPROJ_OK;
}

annoproj_status workflow_draw_dot(scope *in, int64_t project, text *out, annoproj_error **error) {
    return draw(in, project, true, out, error);
}

annoproj_status workflow_draw_mermaid(scope *in, int64_t project, text *out, annoproj_error **error) {
    return draw(in, project, false, out, error);
}
