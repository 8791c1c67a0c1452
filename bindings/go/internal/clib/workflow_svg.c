/* The workflow as SVG. A stage stands one layer behind the last stage that leads to it. Edges to the next layer are curves; all
 * others run in lanes below the boxes, each in its own, so that none crosses a box. */
#include "workflow_svg.h"

#include <math.h>
#include <string.h>

#include "chart.h"
#include "failure.h"
#include "markup.h"
#include "stage_kind.h"

#define BOX_WIDTH  168.0
#define BOX_HEIGHT 52.0
#define GAP        92.0
#define ROW        74.0
#define LANE       22.0
#define EDGE_PAD   18.0
#define START      9.0 /* radius */
#define INK        "#1f2933"
#define MUTED      "#5f6b7a"
#define FAMILY     "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"

typedef struct node {
    const stage_description *stage;
    int layer, place; /* column and row */
    double x, y;      /* left and top */
    bool open;        /* while looking for ways back */
    bool seen;
} node;

typedef struct link {
    size_t from, to;
    const char *name;
    bool back;
} link;

typedef struct graph {
    node *nodes;
    link *links;
    size_t node_count, link_count, first;
    int layers;
    double width, bottom; /* bottom of the boxes */
} graph;

/* ---- layers ---- */

/* Links to a stage that is still open lead back. Workflows have at most 64 stages, so the depth is bounded. */
static void find_ways_back(graph *of, size_t at) {
    of->nodes[at].open = of->nodes[at].seen = true;
    for (size_t i = 0; i < of->link_count; i++) {
        link *way = &of->links[i];
        if (way->from != at) {
            continue;
        }
        way->back = of->nodes[way->to].open;
        if (!of->nodes[way->to].seen) {
            find_ways_back(of, way->to);
        }
    }
    of->nodes[at].open = false;
}

static void find_layers(graph *of) {
    find_ways_back(of, of->first);
    for (size_t round = 0; round < of->node_count; round++) {
        for (size_t i = 0; i < of->link_count; i++) {
            const link *way = &of->links[i];
            node *to = &of->nodes[way->to];
            if (!way->back && of->nodes[way->from].seen && to->layer <= of->nodes[way->from].layer) {
                to->layer = of->nodes[way->from].layer + 1;
            }
        }
    }
}

static void place_nodes(graph *of) {
    int tallest = 1;
    for (size_t i = 0; i < of->node_count; i++) {
        node *at = &of->nodes[i];
        for (size_t j = 0; j < i; j++) {
            at->place += of->nodes[j].layer == at->layer;
        }
        tallest = at->place >= tallest ? at->place + 1 : tallest;
        of->layers = at->layer >= of->layers ? at->layer + 1 : of->layers;
    }
    for (size_t i = 0; i < of->node_count; i++) {
        node *at = &of->nodes[i];
        int together = 0;
        for (size_t j = 0; j < of->node_count; j++) {
            together += of->nodes[j].layer == at->layer;
        }
        at->x = EDGE_PAD + 2 * START + 34 + at->layer * (BOX_WIDTH + GAP);
        at->y = EDGE_PAD + (at->place + (tallest - together) / 2.0) * ROW;
    }
    of->width = EDGE_PAD * 2 + 2 * START + 34 + of->layers * BOX_WIDTH + (of->layers - 1) * GAP;
    of->bottom = EDGE_PAD + (tallest - 1) * ROW + BOX_HEIGHT;
}

/* ---- drawing ---- */

static void number(text *out, double value) {
    text_character(out, ' ');
    markup_number(out, value, 2);
}

static void attribute(text *out, const char *name, double value) {
    text_printf(out, " %s=\"", name);
    markup_number(out, value, 2);
    text_character(out, '"');
}

static void open_path(text *out, bool dashed) {
    text_printf(out, "<path class=\"edge\" fill=\"none\" stroke=\"#7b8794\" stroke-width=\"1.4\"%s d=\"M",
                dashed ? " stroke-dasharray=\"4 3\"" : "");
}

/* The tip of an arrow that ends here, going right or up. */
static void draw_tip(text *out, double x, double y, bool up) {
    text_string(out, "<path class=\"tip\" fill=\"#7b8794\" d=\"M");
    number(out, x);
    number(out, y);
    text_string(out, up ? "l-4 8h8z\"/>\n" : "l-8-4v8z\"/>\n");
}

static void draw_name(text *out, double x, double y, const char *name) {
    text_string(out, "<text class=\"muted\" fill=\"" MUTED "\" font-size=\"11\" text-anchor=\"middle\"");
    attribute(out, "x", x);
    attribute(out, "y", y);
    text_character(out, '>');
    markup_fitted(out, name, GAP - 16, 11);
    text_string(out, "</text>\n");
}

static void draw_forward(text *out, const node *from, const node *to, const char *name) {
    const double x1 = from->x + BOX_WIDTH, y1 = from->y + BOX_HEIGHT / 2, x2 = to->x - 1, y2 = to->y + BOX_HEIGHT / 2;
    const double middle = (x1 + x2) / 2;
    open_path(out, strcmp(name, "reject") == 0);
    number(out, x1);
    number(out, y1);
    text_string(out, "C");
    number(out, middle);
    number(out, y1);
    number(out, middle);
    number(out, y2);
    number(out, x2 - 7);
    number(out, y2);
    text_string(out, "\"/>\n");
    draw_tip(out, x2, y2, false);
    draw_name(out, y1 == y2 ? middle : x2 - 26, y2 > y1 ? y2 + 15 : y2 - 7, name); /* off the curve */
}

static bool is_lowest(const graph *of, const node *at) {
    for (size_t i = 0; i < of->node_count; i++) {
        if (of->nodes[i].layer == at->layer && of->nodes[i].place > at->place) {
            return false;
        }
    }
    return true;
}

/* Down beside the box or from its lower edge, along the lane, and up again. */
static void draw_lane(const graph *of, text *out, const link *way, double lane, double shift) {
    const node *from = &of->nodes[way->from], *to = &of->nodes[way->to];
    const bool leaves_below = is_lowest(of, from), enters_below = is_lowest(of, to);
    const double x1 = leaves_below ? from->x + BOX_WIDTH / 2 + 18 + shift : from->x + BOX_WIDTH + 12 + shift;
    const double x2 = enters_below ? to->x + BOX_WIDTH / 2 - 18 + shift : to->x - 20 + shift;
    open_path(out, strcmp(way->name, "reject") == 0);
    number(out, leaves_below ? x1 : from->x + BOX_WIDTH);
    number(out, leaves_below ? from->y + BOX_HEIGHT : from->y + BOX_HEIGHT - 12);
    if (!leaves_below) {
        text_character(out, 'H');
        number(out, x1);
    }
    text_character(out, 'V');
    number(out, lane);
    text_character(out, 'H');
    number(out, x2);
    text_character(out, 'V');
    number(out, enters_below ? to->y + BOX_HEIGHT + 8 : to->y + BOX_HEIGHT - 12);
    if (!enters_below) {
        text_character(out, 'H');
        number(out, to->x - 8);
    }
    text_string(out, "\" stroke-linejoin=\"round\"/>\n");
    if (enters_below) {
        draw_tip(out, x2, to->y + BOX_HEIGHT + 1, true);
    } else {
        draw_tip(out, to->x - 1, to->y + BOX_HEIGHT - 12, false);
    }
    draw_name(out, (x1 + x2) / 2, lane - 5, way->name);
}

static const struct {
    int color; /* of the palette */
    const char *word;
} kinds[STAGE_TYPES] = {
    [STAGE_ANNOTATION] = {0, "annotate"},
    [STAGE_REVIEW] = {1, "review"},
    [STAGE_DONE] = {2, "done"},
    [STAGE_AGENT] = {4, "agent"},
    [STAGE_CONSENSUS_ANNOTATION] = {0, "consensus annotate"},
    [STAGE_CONSENSUS_REVIEW] = {1, "consensus review"},
    [STAGE_USER_ROUTER] = {7, "routed by user"},
    [STAGE_PERCENTAGE_ROUTER] = {7, "routed by percentage"},
    [STAGE_METADATA_ROUTER] = {7, "routed by metadata"},
};

/* Tasks do not rest in a router. */
static void draw_state(text *out, const node *at) {
    const stage_description *stage = at->stage;
    const int32_t type = stage->facts.type;
    text_string(out, "<text class=\"muted\" fill=\"" MUTED "\" font-size=\"11\" data-stage=\"");
    markup_text(out, stage->key);
    text_printf(out, "\" data-tasks=\"%lld\"", (long long)stage->tasks);
    attribute(out, "x", at->x + 21);
    attribute(out, "y", at->y + 39);
    text_character(out, '>');
    if (stage_kind_of(type)->rests) {
        markup_grouped(out, (double)stage->tasks, 0);
        text_string(out, stage->tasks == 1 ? " task \xC2\xB7 " : " tasks \xC2\xB7 ");
    }
    text_string(out, type > 0 && type < STAGE_TYPES && kinds[type].word ? kinds[type].word : "");
    text_string(out, "</text></g>\n");
}

static void draw_box(text *out, const node *at) {
    const stage_description *stage = at->stage;
    text_string(out, "<g><title>");
    markup_text(out, stage->title);
    text_string(out, "</title>\n<rect class=\"box\" fill=\"#fafbfc\" stroke=\"#cbd2d9\" rx=\"7\"");
    attribute(out, "x", at->x);
    attribute(out, "y", at->y);
    attribute(out, "width", BOX_WIDTH);
    attribute(out, "height", BOX_HEIGHT);
    text_printf(out, "/>\n<rect fill=\"%s\" rx=\"2\" width=\"4\"",
                chart_palette[kinds[stage->facts.type % STAGE_TYPES].color]);
    attribute(out, "x", at->x + 8);
    attribute(out, "y", at->y + 9);
    attribute(out, "height", BOX_HEIGHT - 18);
    text_string(out, "/>\n<text class=\"ink\" fill=\"" INK "\" font-weight=\"600\"");
    attribute(out, "x", at->x + 21);
    attribute(out, "y", at->y + 22);
    text_character(out, '>');
    markup_fitted(out, stage->title, BOX_WIDTH - 40, 12.8);
    text_string(out, "</text>\n");
    draw_state(out, at);
}

/* The first lane in which nothing else runs between those two layers. */
static int free_lane(uint64_t *taken, int lanes, int from, int to) {
    const int low = from < to ? from : to, high = from < to ? to : from;
    const uint64_t wanted = (high - low >= 63 ? UINT64_MAX : ((uint64_t)2 << (high - low)) - 1) << low;
    int lane = 0;
    while (lane < lanes - 1 && (taken[lane] & wanted)) {
        lane++;
    }
    taken[lane] |= wanted;
    return lane;
}

#define MOST_LANES 64

static double draw_links(const graph *of, text *out) {
    uint64_t taken[MOST_LANES] = {0}; /* bit = layer; there are at most 64 stages */
    int most = -1, drawn = 0;
    for (size_t i = 0; i < of->link_count; i++) {
        const link *way = &of->links[i];
        const node *from = &of->nodes[way->from], *to = &of->nodes[way->to];
        if (!way->back && to->layer == from->layer + 1) {
            draw_forward(out, from, to, way->name);
            continue;
        }
        const int lane = free_lane(taken, MOST_LANES, from->layer, to->layer);
        draw_lane(of, out, way, of->bottom + 8 + LANE * (lane + 1), drawn++ % 4 * 5);
        most = lane > most ? lane : most;
    }
    return most < 0 ? of->bottom + EDGE_PAD : of->bottom + 8 + LANE * (most + 1) + EDGE_PAD - 6;
}

static void draw_start(const graph *of, text *out) {
    const node *first = &of->nodes[of->first];
    const double y = first->y + BOX_HEIGHT / 2, x = EDGE_PAD + START;
    text_string(out, "<circle class=\"tip\" fill=\"#7b8794\"");
    attribute(out, "cx", x);
    attribute(out, "cy", y);
    attribute(out, "r", START - 2);
    text_string(out, "><title>Start</title></circle>\n");
    open_path(out, false);
    number(out, x + START);
    number(out, y);
    text_character(out, 'H');
    number(out, first->x - 8);
    text_string(out, "\"/>\n");
    draw_tip(out, first->x - 1, y, false);
}

static void draw_graph(graph *of, bool in_page, text *out) {
    text inside = {0};
    draw_start(of, &inside);
    const double height = draw_links(of, &inside);
    for (size_t i = 0; i < of->node_count; i++) {
        draw_box(&inside, &of->nodes[i]);
    }
    text size = {0};
    attribute(&size, "width", ceil(of->width));
    attribute(&size, "height", ceil(height));
    text_string(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"annoproj\" role=\"img\" viewBox=\"0 0");
    number(out, ceil(of->width));
    number(out, ceil(height));
    text_character(out, '"');
    text_append(out, size.data ? size.data : "", size.length);
    text_string(out, " font-family=\"" FAMILY
                     "\" font-size=\"12.8\">\n<title>Workflow</title>\n<desc>Stages with the number of "
                     "tasks in each, and where a task goes from there.</desc>\n");
    if (!in_page) {
        text_printf(out, "<style>\n%s</style>\n<rect class=\"paper\" fill=\"#ffffff\"", chart_style);
        text_append(out, size.data ? size.data : "", size.length);
        text_string(out, "/>\n");
    }
    text_append(out, inside.data ? inside.data : "", inside.length);
    text_string(out, "</svg>\n");
    out->failed = out->failed || inside.failed || size.failed;
    text_release(&inside);
    text_release(&size);
}

/* ---- reading ---- */

static size_t node_of(const graph *of, int64_t stage) {
    size_t at = 0;
    while (at < of->node_count && of->nodes[at].stage->facts.number != NUMBER_OF(stage)) {
        at++;
    }
    return at;
}

static annoproj_status read_graph(scope *in, int64_t project, graph *of, annoproj_error **error) {
    stage_description *stages = NULL;
    workflow_edge *edges = NULL;
    size_t edge_count = 0;
    int64_t first = 0;
    annoproj_status status = workflow_stages(in, project, &stages, &of->node_count, error);
    if (status == ANNOPROJ_OK) {
        status = workflow_first_stage(in, project, &first, error);
    }
    if (status == ANNOPROJ_OK) {
        status = workflow_edges(in, project, &edges, &edge_count, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    of->nodes = arena_array(in->memory, of->node_count + 1, sizeof *of->nodes);
    of->links = arena_array(in->memory, edge_count + 1, sizeof *of->links);
    if (!of->nodes || !of->links) {
        return fail_memory(error);
    }
    while (of->node_count > 0 && stages[of->node_count - 1].removed) {
        of->node_count--; /* removed ones come last */
    }
    for (size_t i = 0; i < of->node_count; i++) {
        of->nodes[i].stage = &stages[i];
    }
    for (size_t i = 0; i < edge_count; i++) {
        const link way = {node_of(of, edges[i].from), node_of(of, edges[i].to), edges[i].name, false};
        if (way.from < of->node_count && way.to < of->node_count) {
            of->links[of->link_count++] = way;
        }
    }
    of->first = node_of(of, first);
    return of->first < of->node_count
               ? ANNOPROJ_OK
               : fail(error, ANNOPROJ_CORRUPT, "the first stage of project %lld is not among its stages",
                      (long long)project);
}

annoproj_status workflow_svg(scope *in, int64_t project, bool in_page, text *out, annoproj_error **error) {
    graph of = {0};
    annoproj_status status = read_graph(in, project, &of, error);
    if (status == ANNOPROJ_OK) {
        find_layers(&of);
        place_nodes(&of);
        draw_graph(&of, in_page, out);
    }
    return status;
}
