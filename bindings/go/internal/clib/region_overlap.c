/* The sweep: between two neighbouring heights at which edges begin, end or cross, edges stand side by side, and between each
 * two of them lies a trapezoid. */
#include "region_overlap.h"

#include <math.h>
#include <stdlib.h>

#include "allocate.h"
#include "failure.h"

#define CHECKED_EVERY 1024 /* heights */

typedef struct edge {
    double x, y, end_x, end_y; /* y < end_y */
    double middle;             /* x in the middle of the present slab */
    int32_t turn;              /* +1 when the ring runs along it, else -1 */
    bool second;               /* of the second region */
} edge;

typedef struct sweep {
    edge *edges;
    size_t count;
    size_t *active; /* edges that stand in the slab */
    size_t active_count;
    double *heights;
    size_t height_count, height_capacity;
} sweep;

static void add_edges(sweep *run, const region *from, bool second) {
    for (size_t ring = 0; ring < from->rings; ring++) {
        const size_t first = from->starts[ring], end = from->starts[ring + 1];
        for (size_t i = first; i + 1 < end; i += 2) {
            const size_t next = i + 3 < end ? i + 2 : first;
            const double *a = &from->points[i], *b = &from->points[next];
            const bool up = a[1] < b[1];
            const double *low = up ? a : b, *high = up ? b : a;
            if (low[1] < high[1]) /* a level edge bounds no trapezoid at its sides */
                run->edges[run->count++] = (edge){low[0], low[1], high[0], high[1], 0, up ? 1 : -1, second};
        }
    }
}

static bool add_height(sweep *run, double y) {
    if (run->height_count == run->height_capacity) {
        const size_t capacity = run->height_capacity * 2 + 64;
        double *larger = reallocate(run->heights, capacity * sizeof *larger);
        if (!larger)
            return false;
        run->heights = larger;
        run->height_capacity = capacity;
    }
    run->heights[run->height_count++] = y;
    return true;
}

static double x_at(const edge *one, double y) {
    return one->x + (one->end_x - one->x) * ((y - one->y) / (one->end_y - one->y));
}

/* The height at which two edges cross inside both. */
static bool crossing(const edge *a, const edge *b, double *height) {
    const double low = fmax(a->y, b->y), high = fmin(a->end_y, b->end_y);
    if (low >= high)
        return false;
    const double below = x_at(a, low) - x_at(b, low), above = x_at(a, high) - x_at(b, high);
    if ((below > 0) == (above > 0) || below == 0 || above == 0)
        return false; /* they keep their sides, or touch where a height is anyway */
    *height = low + (high - low) * (below / (below - above));
    return *height > low && *height < high;
}

static int by_low_end(const void *a, const void *b) {
    const double x = ((const edge *)a)->y, y = ((const edge *)b)->y;
    return x < y ? -1 : x > y;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* All heights at which something changes, in order. */
static annoproj_status find_heights(sweep *run, const bounds *limits, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    run->active_count = 0;
    for (size_t i = 0; i < run->count && status == ANNOPROJ_OK; i++) {
        const edge *one = &run->edges[i];
        size_t kept = 0;
        bool memory = add_height(run, one->y) && add_height(run, one->end_y);
        for (size_t k = 0; k < run->active_count && memory; k++) {
            double height = 0;
            const edge *other = &run->edges[run->active[k]];
            if (other->end_y <= one->y)
                continue;
            run->active[kept++] = run->active[k];
            if (crossing(one, other, &height))
                memory = add_height(run, height);
        }
        run->active[kept++] = i;
        run->active_count = kept;
        if (!memory)
            return fail_memory(error);
        if (i % CHECKED_EVERY == 0)
            status = bounds_check(limits, error);
    }
    if (run->height_count > 0)
        qsort(run->heights, run->height_count, sizeof *run->heights, by_value);
    return status;
}

/* Sorts the edges of the slab by where they are in its middle; they were nearly sorted before. */
static void sort_active(sweep *run) {
    for (size_t i = 1; i < run->active_count; i++) {
        const size_t moved = run->active[i];
        size_t at = i;
        while (at > 0 && run->edges[run->active[at - 1]].middle > run->edges[moved].middle) {
            run->active[at] = run->active[at - 1];
            at--;
        }
        run->active[at] = moved;
    }
}

static void add_slab(sweep *run, double low, double high, region_areas *out) {
    int32_t winding[2] = {0, 0};
    for (size_t i = 0; i < run->active_count; i++) {
        edge *one = &run->edges[run->active[i]];
        one->middle = x_at(one, low + (high - low) / 2);
    }
    sort_active(run);
    for (size_t i = 0; i + 1 < run->active_count; i++) {
        const edge *one = &run->edges[run->active[i]], *next = &run->edges[run->active[i + 1]];
        winding[one->second] += one->turn;
        const double area = (next->middle - one->middle) * (high - low);
        out->first += winding[0] != 0 ? area : 0;
        out->second += winding[1] != 0 ? area : 0;
        out->shared += winding[0] != 0 && winding[1] != 0 ? area : 0;
    }
}

static annoproj_status sweep_up(sweep *run, const bounds *limits, region_areas *out, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    size_t next = 0;
    run->active_count = 0;
    for (size_t i = 0; i + 1 < run->height_count && status == ANNOPROJ_OK; i++) {
        const double low = run->heights[i], high = run->heights[i + 1];
        size_t kept = 0;
        if (!(low < high))
            continue;
        for (size_t k = 0; k < run->active_count; k++)
            if (run->edges[run->active[k]].end_y > low)
                run->active[kept++] = run->active[k];
        for (; next < run->count && run->edges[next].y <= low; next++)
            if (run->edges[next].end_y > low)
                run->active[kept++] = next;
        run->active_count = kept;
        add_slab(run, low, high, out);
        if (i % CHECKED_EVERY == 0)
            status = bounds_check(limits, error);
    }
    return status;
}

annoproj_status region_overlap(const region *first, const region *second, const bounds *limits, region_areas *out,
                               annoproj_error **error) {
    const size_t most = first->starts[first->rings] / 2 + second->starts[second->rings] / 2;
    sweep run = {.edges = allocate((most + 1) * sizeof *run.edges),
                 .active = allocate((most + 1) * sizeof *run.active)};
    annoproj_status status = run.edges && run.active ? ANNOPROJ_OK : fail_memory(error);
    *out = (region_areas){0, 0, 0};
    if (status == ANNOPROJ_OK) {
        add_edges(&run, first, false);
        add_edges(&run, second, true);
        if (run.count > 0)
            qsort(run.edges, run.count, sizeof *run.edges, by_low_end);
        status = find_heights(&run, limits, error);
    }
    if (status == ANNOPROJ_OK)
        status = sweep_up(&run, limits, out, error);
    release(run.edges);
    release(run.active);
    release(run.heights);
    return status;
}
