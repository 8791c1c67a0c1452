/* Charts as SVG: no script, no outside resource, no style that a simple renderer needs. Colours are attributes; only dark screens
 * need the style sheet. Every mark says its series, its category and its value as the table has it. */
#include <math.h>
#include <string.h>

#include "chart_axis.h"
#include "markup.h"

#define PAD    16.0
#define FONT   12.0
#define SMALL  11.0
#define INK    "#1f2933"
#define MUTED  "#5f6b7a"
#define GRID   "#e3e7ec"
#define PAPER  "#ffffff"
#define FAMILY "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"

/* Okabe and Ito: told apart also by the colour-blind. */
const char *const chart_palette[CHART_SERIES] = {"#0072b2", "#e69f00", "#009e73", "#d55e00",
                                                 "#cc79a7", "#56b4e9", "#b8a800", "#8a939e"};

const char chart_style[] =
    "@media (prefers-color-scheme: dark) {\n"
    ".annoproj .paper { fill: #171b21 }\n.annoproj .ink { fill: #e6e9ed }\n.annoproj .muted { fill: #9aa5b1 }\n"
    ".annoproj .grid { stroke: #333b45 }\n.annoproj .box { fill: #20262e; stroke: #4a5563 }\n"
    ".annoproj .c0 { fill: #4ba3dc }\n.annoproj .l0 { stroke: #4ba3dc }\n"
    ".annoproj .c2 { fill: #2bb98f }\n.annoproj .l2 { stroke: #2bb98f }\n"
    ".annoproj .c3 { fill: #f07f3c }\n.annoproj .l3 { stroke: #f07f3c }\n"
    ".annoproj .gap { stroke: #171b21 }\n.annoproj .edge { stroke: #9aa5b1 }\n.annoproj .tip { fill: #9aa5b1 }\n}\n";

typedef struct drawing {
    const chart *chart;
    text *out;
    double top;                      /* where the plot begins, below heading and legend */
    double left, right, bottom, end; /* of the plot; `end` is the bottom of the picture */
    double band, names;              /* width of a bucket; of the categories' names */
} drawing;

/* ---- pieces ---- */

static void number(text *out, const char *name, double value) {
    text_printf(out, " %s=\"", name);
    markup_number(out, value, 2);
    text_character(out, '"');
}

typedef struct label {
    double x, y, size, most; /* most: pixels it may take, 0 = any */
    const char *kind, *fill, *anchor;
    bool bold;
} label;

static void draw_label(text *out, const label *at, const char *string) {
    text_printf(out, "<text class=\"%s\" fill=\"%s\"", at->kind, at->fill);
    number(out, "x", at->x);
    number(out, "y", at->y);
    if (at->size != FONT) {
        number(out, "font-size", at->size);
    }
    if (at->anchor) {
        text_printf(out, " text-anchor=\"%s\"", at->anchor);
    }
    text_string(out, at->bold ? " font-weight=\"600\">" : ">");
    if (at->most > 0 && markup_width(string, at->size) > at->most) {
        text_string(out, "<title>");
        markup_text(out, string);
        text_string(out, "</title>");
        markup_fitted(out, string, at->most, at->size);
    } else {
        markup_text(out, string);
    }
    text_string(out, "</text>\n");
}

/* A text that is put together first. Nothing is drawn when memory fails; the picture then fails as a whole. */
static void draw_built(text *out, const label *at, text *built) {
    char *string = NULL;
    if (text_take(built, &string, NULL, NULL) == ANNOPROJ_OK) {
        draw_label(out, at, string);
    } else {
        out->failed = true;
    }
    release(string);
}

static void draw_line(text *out, double x1, double y1, double x2, double y2) {
    text_string(out, "<line class=\"grid\" stroke=\"" GRID "\"");
    number(out, "x1", x1);
    number(out, "y1", y1);
    number(out, "x2", x2);
    number(out, "y2", y2);
    text_string(out, "/>\n");
}

static void category_name(const chart *of, size_t category, text *out) {
    if (of->over_time) {
        axis_bucket(of, category, out);
    } else {
        text_string(out, of->categories[category].name);
    }
}

/* ` data-category="…" data-series="…" data-value="…"><title>…</title></name>` */
static void finish_mark(const drawing *on, const char *name, size_t category, size_t series) {
    text *out = on->out;
    const chart *of = on->chart;
    const double value = of->categories[category].values[series];
    text built = {0};
    char *called = NULL;
    category_name(of, category, &built);
    if (text_take(&built, &called, NULL, NULL) != ANNOPROJ_OK) {
        out->failed = true;
        return;
    }
    text_string(out, " data-category=\"");
    if (of->over_time) {
        text_int64(out, of->categories[category].start_us);
    } else {
        markup_text(out, called);
    }
    text_string(out, "\" data-series=\"");
    markup_text(out, of->series[series].key);
    text_string(out, "\" data-value=\"");
    text_double(out, value);
    text_string(out, "\"><title>");
    markup_text(out, called);
    text_string(out, ": ");
    if (of->series_count > 1) {
        markup_text(out, of->series[series].title);
        text_character(out, ' ');
    }
    chart_exact(of, out, value);
    text_printf(out, "</title></%s>\n", name);
    release(called);
}

static void draw_bar(const drawing *on, size_t category, size_t series, double x, double y, double width,
                     double height) {
    const int color = on->chart->series[series].color;
    text_printf(on->out, "<rect class=\"c%d\" fill=\"%s\"", color, chart_palette[color]);
    number(on->out, "x", x);
    number(on->out, "y", y);
    number(on->out, "width", width);
    number(on->out, "height", height);
    finish_mark(on, "rect", category, series);
}

/* ---- heading ---- */

static void describe(const chart *of, text *out) {
    size_t highest = 0;
    for (size_t i = 1; i < of->category_count; i++) {
        highest = chart_total(of, i) > chart_total(of, highest) ? i : highest;
    }
    for (size_t s = 0; s < of->series_count; s++) {
        text_string(out, s == 0 ? "" : ", ");
        markup_text(out, of->series[s].title);
    }
    text_string(out, " by ");
    markup_text(out, of->category_title);
    text_printf(out, ": %zu ", of->category_count);
    text_string(out, of->category_count == 1 ? "entry" : "entries");
    if (of->category_count > 0) {
        text built = {0};
        char *called = NULL;
        category_name(of, highest, &built);
        text_string(out, ", greatest ");
        if (text_take(&built, &called, NULL, NULL) == ANNOPROJ_OK) {
            markup_text(out, called);
        } else {
            out->failed = true;
        }
        release(called);
        text_string(out, " with ");
        chart_exact(of, out, chart_total(of, highest));
    }
    text_character(out, '.');
}

static void subtitle(const chart *of, text *out) {
    text_string(out, of->unit);
    if (of->over_time && of->category_count > 0) {
        const bool joined = of->categories[0].merged > 1;
        const char *word = joined || of->series[0].level ? "" : axis_bucket_word(of);
        text_string(out, *of->unit && *word ? " " : "");
        text_string(out, word);
        if (joined) {
            text_printf(out, ", %lld buckets together", (long long)of->categories[0].merged);
        }
        text_string(out, out->length > 0 ? " \xC2\xB7 " : "");
        axis_range(of, out);
    }
    if (of->left_out > 0) {
        text_string(out, out->length > 0 ? " \xC2\xB7 " : "");
        markup_grouped(out, (double)of->left_out, 0);
        text_string(out, " more not shown");
    }
}

static double draw_heading(const chart *of, bool in_page, text *out) {
    double y = in_page ? 2 : PAD;
    if (!in_page) {
        draw_label(out, &(label){PAD, y + 12, 15, of->width - 2 * PAD, "ink", INK, NULL, true}, of->title);
        y += 20;
    }
    text built = {0};
    subtitle(of, &built);
    if (built.length > 0 || built.failed) {
        const double left = in_page ? 2 : PAD;
        draw_built(out, &(label){left, y + 11, SMALL, of->width - 2 * left, "muted", MUTED, NULL, false}, &built);
        y += 18;
    } else {
        text_release(&built);
    }
    return y + 4;
}

static void draw_swatch(const chart *of, text *out, size_t series, double x, double y) {
    const int color = of->series[series].color;
    text_printf(out, "<rect class=\"c%d\" fill=\"%s\" rx=\"2\" width=\"10\" height=\"10\"", color,
                chart_palette[color]);
    number(out, "x", x);
    number(out, "y", y);
    text_string(out, "/>\n");
}

/* Wraps; gives back where it ends. */
static double draw_legend(const chart *of, text *out, double left, double y) {
    double x = left;
    if (of->series_count < 2) {
        return y;
    }
    for (size_t s = 0; s < of->series_count; s++) {
        const double width = fmin(markup_width(of->series[s].title, SMALL), of->width / 2.0) + 30;
        if (x + width > of->width - left && x > left) {
            x = left;
            y += 17;
        }
        draw_swatch(of, out, s, x, y);
        draw_label(out, &(label){x + 15, y + 9, SMALL, of->width / 2.0, "ink", INK, NULL, false}, of->series[s].title);
        x += width;
    }
    return y + 22;
}

/* ---- bars beside each other, over time ---- */

static double greatest_value(const chart *of) {
    double greatest = 0;
    for (size_t i = 0; i < of->category_count; i++) {
        if (of->kind == ANNOPROJ_CHART_STACKED || of->kind == ANNOPROJ_CHART_AREA) {
            greatest = fmax(greatest, chart_total(of, i));
            continue;
        }
        for (size_t s = 0; s < of->series_count; s++) {
            const double value = of->categories[i].values[s];
            greatest = fmax(greatest, isnan(value) ? 0 : value);
        }
    }
    return greatest * of->scale;
}

static void tick_text(const axis *scale, double at, text *out) {
    markup_grouped(out, at, scale->decimals);
}

static double draw_left_axis(drawing *on, const axis *scale) {
    double widest = 0;
    for (int i = 0; i <= scale->steps; i++) {
        const double at = scale->step * i;
        text built = {0};
        char *string = NULL;
        tick_text(scale, at, &built);
        if (text_take(&built, &string, NULL, NULL) == ANNOPROJ_OK) {
            widest = fmax(widest, markup_width(string, SMALL));
        } else {
            on->out->failed = true;
        }
        release(string);
    }
    on->left += widest + 8;
    for (int i = 0; i <= scale->steps; i++) {
        const double at = scale->step * i;
        const double y = on->bottom - (on->bottom - on->top) * at / scale->end;
        text built = {0};
        tick_text(scale, at, &built);
        draw_line(on->out, on->left, y, on->right, y);
        draw_built(on->out, &(label){on->left - 6, y + 4, SMALL, 0, "muted", MUTED, "end", false}, &built);
    }
    return scale->end;
}

static double middle(const drawing *on, size_t bucket) {
    return on->left + ((double)bucket + 0.5) * on->band;
}

static void draw_time_axis(const drawing *on) {
    const chart *of = on->chart;
    const double room = of->bucket_us >= 28 * INT64_C(86400000000) ? 62 : 48;
    const size_t step = (size_t)ceil(room / on->band);
    for (size_t i = 0; i < of->category_count; i += step) {
        text built = {0};
        axis_bucket(of, i, &built);
        const double x = fmin(fmax(middle(on, i), on->left + 12), on->right - 14);
        draw_built(on->out, &(label){x, on->bottom + 15, SMALL, 0, "muted", MUTED, "middle", false}, &built);
    }
}

static void draw_columns(const drawing *on, double end) {
    const chart *of = on->chart;
    const double height = (on->bottom - on->top) / end * of->scale, width = fmin(on->band * 0.72, 44);
    const bool stacked = of->kind == ANNOPROJ_CHART_STACKED;
    const double part = stacked ? width : width / (double)of->series_count;
    for (size_t i = 0; i < of->category_count; i++) {
        double x = middle(on, i) - width / 2, y = on->bottom;
        for (size_t s = 0; s < of->series_count; s++) {
            const double value = of->categories[i].values[s];
            if (!isnan(value) && value > 0) {
                y = stacked ? y : on->bottom;
                draw_bar(on, i, s, x, y - value * height, part, value * height);
                y -= value * height;
            }
            x += stacked ? 0 : part;
        }
    }
}

static void draw_curves(const drawing *on, double end) {
    const chart *of = on->chart;
    const double height = (on->bottom - on->top) / end * of->scale, radius = of->category_count <= 45 ? 3 : 1.6;
    for (size_t s = 0; s < of->series_count; s++) {
        const int color = of->series[s].color;
        bool drawing_line = false;
        text_printf(on->out,
                    "<path class=\"l%d\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\" d=\"",
                    color, chart_palette[color]);
        for (size_t i = 0; i < of->category_count; i++) {
            const double value = of->categories[i].values[s];
            if (isnan(value)) {
                drawing_line = false;
                continue;
            }
            text_character(on->out, drawing_line ? 'L' : 'M');
            markup_number(on->out, middle(on, i), 2);
            text_character(on->out, ' ');
            markup_number(on->out, on->bottom - fmax(value, 0) * height, 2);
            drawing_line = true;
        }
        text_string(on->out, "\"/>\n");
        for (size_t i = 0; i < of->category_count; i++) {
            const double value = of->categories[i].values[s];
            if (!isnan(value)) {
                text_printf(on->out, "<circle class=\"c%d\" fill=\"%s\"", color, chart_palette[color]);
                number(on->out, "cx", middle(on, i));
                number(on->out, "cy", on->bottom - fmax(value, 0) * height);
                number(on->out, "r", radius);
                finish_mark(on, "circle", i, s);
            }
        }
    }
}

/* The height of the areas up to and with a series: the first one lies on top, as it does in the legend. */
static double stacked_value(const chart *of, size_t category, size_t series) {
    double sum = 0;
    for (size_t s = series; s < of->series_count; s++) {
        const double value = of->categories[category].values[s];
        sum += isnan(value) ? 0 : fmax(value, 0);
    }
    return sum;
}

static void draw_point(const drawing *on, char letter, size_t category, double height) {
    text_character(on->out, letter);
    markup_number(on->out, middle(on, category), 2);
    text_character(on->out, ' ');
    markup_number(on->out, on->bottom - height, 2);
}

static void draw_areas(const drawing *on, double end) {
    const chart *of = on->chart;
    const double height = (on->bottom - on->top) / end * of->scale;
    for (size_t s = 0; s < of->series_count; s++) {
        const int color = of->series[s].color;
        text_printf(on->out, "<path class=\"c%d gap\" fill=\"%s\" stroke=\"" PAPER "\" stroke-width=\"0.5\" d=\"",
                    color, chart_palette[color]);
        for (size_t i = 0; i < of->category_count; i++) {
            draw_point(on, i == 0 ? 'M' : 'L', i, stacked_value(of, i, s) * height);
        }
        for (size_t i = of->category_count; i-- > 0;) {
            draw_point(on, 'L', i, stacked_value(of, i, s + 1) * height);
        }
        text_string(on->out, "Z\"/>\n");
    }
    for (size_t s = 0; s < of->series_count; s++) { /* what a reader points at: the upper edge in each bucket */
        for (size_t i = 0; i < of->category_count; i++) {
            text_string(on->out, "<circle fill-opacity=\"0\" r=\"4\"");
            number(on->out, "cx", middle(on, i));
            number(on->out, "cy", on->bottom - stacked_value(of, i, s) * height);
            finish_mark(on, "circle", i, s);
        }
    }
}

static void draw_over_time(drawing *on) {
    const chart *of = on->chart;
    const bool whole = of->decimals == 0 && of->scale == 1;
    const axis scale = axis_of(greatest_value(of), 5, whole);
    on->top += 6;
    on->bottom = on->top + 170;
    on->end = on->bottom + 24;
    const double end = draw_left_axis(on, &scale);
    on->band = (on->right - on->left) / (double)of->category_count;
    draw_time_axis(on);
    if (of->kind == ANNOPROJ_CHART_LINES) {
        draw_curves(on, end);
    } else if (of->kind == ANNOPROJ_CHART_AREA) {
        draw_areas(on, end);
    } else {
        draw_columns(on, end);
    }
}

/* ---- bars below each other, over categories ---- */

static double widest_name(const chart *of, double most) {
    double widest = 0;
    for (size_t i = 0; i < of->category_count; i++) {
        widest = fmax(widest, markup_width(of->categories[i].name, FONT));
    }
    return fmin(widest, most);
}

static void draw_amount(const drawing *on, double x, double y, double value) {
    text built = {0};
    chart_value(on->chart, &built, value);
    draw_built(on->out, &(label){x + 5, y, SMALL, 0, "ink", INK, NULL, false}, &built);
}

static void draw_bottom_axis(const drawing *on, const axis *scale) {
    for (int i = 0; i <= scale->steps; i++) {
        const double at = scale->step * i;
        const double x = on->left + (on->right - on->left) * at / scale->end;
        text built = {0};
        tick_text(scale, at, &built);
        draw_line(on->out, x, on->top, x, on->bottom);
        draw_built(on->out, &(label){x, on->bottom + 14, SMALL, 0, "muted", MUTED, "middle", false}, &built);
    }
}

static void draw_row(const drawing *on, double end, size_t category, double y, double row) {
    const chart *of = on->chart;
    const bool stacked = of->kind == ANNOPROJ_CHART_STACKED;
    const double width = (on->right - on->left) / end * of->scale;
    const double height = stacked || of->series_count == 1 ? row - 9 : (row - 8) / (double)of->series_count;
    double x = on->left, at = y + 4;
    draw_label(on->out, &(label){on->left - 8, y + row / 2 + 4, FONT, on->names, "ink", INK, "end", false},
               of->categories[category].name);
    for (size_t s = 0; s < of->series_count; s++) {
        const double value = of->categories[category].values[s], drawn = isnan(value) || value < 0 ? 0 : value * width;
        if (!isnan(value)) {
            draw_bar(on, category, s, x, at, drawn, height);
        }
        if (!stacked && !isnan(value)) {
            draw_amount(on, on->left + drawn, at + height / 2 + 4, value);
        }
        x += stacked ? drawn : 0;
        at += stacked ? 0 : height;
    }
    if (stacked) {
        draw_amount(on, x, at + height / 2 + 4, chart_total(of, category));
    }
}

static void draw_over_categories(drawing *on) {
    const chart *of = on->chart;
    const bool stacked = of->kind == ANNOPROJ_CHART_STACKED;
    const axis scale = axis_of(greatest_value(of), 6, of->decimals == 0 && of->scale == 1);
    const double row = stacked || of->series_count == 1 ? 24 : 10 + 13 * (double)of->series_count;
    on->names = widest_name(of, of->width * 0.34) + 1;
    on->left += on->names + 8;
    on->right -= 44; /* for the amounts behind the longest bar */
    on->bottom = on->top + row * (double)of->category_count;
    on->end = on->bottom + 22;
    draw_bottom_axis(on, &scale);
    for (size_t i = 0; i < of->category_count; i++) {
        draw_row(on, scale.end, i, on->top + row * (double)i, row);
    }
}

/* ---- shares of a whole ---- */

static void draw_share(const drawing *on, size_t category, double y, double whole) {
    const chart *of = on->chart;
    const double value = of->categories[category].values[0];
    const int color = (int)(category % CHART_SERIES);
    text built = {0};
    text_printf(on->out, "<rect class=\"c%d\" fill=\"%s\" rx=\"2\" width=\"10\" height=\"10\"", color,
                chart_palette[color]);
    number(on->out, "x", on->left);
    number(on->out, "y", y);
    text_string(on->out, "/>\n");
    draw_label(on->out, &(label){on->left + 17, y + 9, FONT, on->right - on->left - 150, "ink", INK, NULL, false},
               of->categories[category].name);
    chart_value(of, &built, isnan(value) ? 0 : value);
    draw_built(on->out, &(label){on->right - 62, y + 9, FONT, 0, "ink", INK, "end", false}, &built);
    built = (text){0};
    markup_grouped(&built, isnan(value) || whole <= 0 ? 0 : value / whole * 100, 1);
    text_string(&built, " %");
    draw_built(on->out, &(label){on->right, y + 9, FONT, 0, "muted", MUTED, "end", false}, &built);
}

static void draw_shares(drawing *on) {
    const chart *of = on->chart;
    double whole = 0, x = on->left;
    for (size_t i = 0; i < of->category_count; i++) {
        whole += fmax(chart_total(of, i), 0);
    }
    if (whole <= 0) {
        text_string(on->out, "<rect class=\"grid\" fill=\"none\" stroke=\"" GRID "\" height=\"22\"");
        number(on->out, "x", on->left);
        number(on->out, "y", on->top);
        number(on->out, "width", on->right - on->left);
        text_string(on->out, "/>\n");
    }
    for (size_t i = 0; i < of->category_count; i++) {
        const double value = of->categories[i].values[0];
        const double width = isnan(value) || value <= 0 ? 0 : value / whole * (on->right - on->left);
        if (width > 0) {
            const int color = (int)(i % CHART_SERIES);
            text_printf(on->out, "<rect class=\"c%d gap\" fill=\"%s\" stroke=\"" PAPER "\" height=\"22\"", color,
                        chart_palette[color]);
            number(on->out, "x", x);
            number(on->out, "y", on->top);
            number(on->out, "width", width);
            finish_mark(on, "rect", i, 0);
        }
        x += width;
    }
    on->bottom = on->top + 32;
    for (size_t i = 0; i < of->category_count; i++) {
        draw_share(on, i, on->bottom, whole);
        on->bottom += 20;
    }
    on->end = on->bottom;
}

/* ---- the picture ---- */

static void draw_plot(drawing *on) {
    const chart *of = on->chart;
    if (of->category_count == 0) {
        draw_label(on->out, &(label){of->width / 2.0, on->top + 30, FONT, 0, "muted", MUTED, "middle", false},
                   "No data in this table");
        on->end = on->top + 50;
    } else if (of->kind == ANNOPROJ_CHART_SHARES) {
        draw_shares(on);
    } else if (of->over_time) {
        draw_over_time(on);
    } else {
        draw_over_categories(on);
    }
}

static void open_picture(const chart *of, bool in_page, double height, text *out) {
    text_string(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"annoproj\" role=\"img\" viewBox=\"0 0 ");
    text_int64(out, of->width);
    text_character(out, ' ');
    markup_number(out, height, 0);
    text_printf(out, "\" width=\"%d\" height=\"", (int)of->width);
    markup_number(out, height, 0);
    text_string(out, "\" font-family=\"" FAMILY "\" font-size=\"12\">\n<title>");
    markup_text(out, of->title);
    text_string(out, "</title>\n<desc>");
    describe(of, out);
    text_string(out, "</desc>\n");
    if (!in_page) {
        text_printf(out, "<style>\n%s</style>\n<rect class=\"paper\" fill=\"" PAPER "\" width=\"%d\" height=\"",
                    chart_style, (int)of->width);
        markup_number(out, height, 0);
        text_string(out, "\"/>\n");
    }
}

/* The height is known when all is drawn, so the drawing comes first into a text of its own: charts are bounded. */
void chart_svg(const chart *of, bool in_page, text *out) {
    text inside = {0};
    const double margin = in_page ? 2 : PAD;
    drawing on = {.chart = of, .out = &inside, .left = margin, .right = of->width - margin};
    on.top = draw_legend(of, &inside, margin, draw_heading(of, in_page, &inside));
    draw_plot(&on);
    open_picture(of, in_page, ceil(on.end + (in_page ? 4 : PAD - 4)), out);
    text_append(out, inside.data ? inside.data : "", inside.length);
    text_string(out, "</svg>\n");
    out->failed = out->failed || inside.failed;
    text_release(&inside);
}
