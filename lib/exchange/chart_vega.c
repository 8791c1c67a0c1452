/* Charts as Vega-Lite specifications with their data inside: the same series, categories and bounds as the SVG. */
#include <math.h>
#include <string.h>

#include "chart.h"

static void member(text *out, const char *key, const char *value) {
    text_printf(out, "\"%s\":", key);
    text_json(out, value, strlen(value));
}

static void write_row(const chart *of, size_t category, size_t series, text *out) {
    const chart_category *at = &of->categories[category];
    text_character(out, '{');
    if (of->over_time) {
        text_string(out, "\"category\":");
        text_int64(out, at->start_us / 1000);
    } else {
        member(out, "category", at->name);
    }
    if (of->kind == ANNOPROJ_CHART_SHARES) {
        text_string(out, ",\"place\":");
        text_int64(out, (int64_t)category);
    }
    text_character(out, ',');
    member(out, "series", of->series[series].title);
    text_string(out, ",\"value\":");
    text_double(out, at->values[series]);
    text_printf(out, ",\"shown\":");
    text_double(out, at->values[series] * of->scale);
    text_character(out, '}');
}

static void write_data(const chart *of, text *out) {
    bool first = true;
    text_string(out, "\"data\":{\"values\":[");
    for (size_t i = 0; i < of->category_count; i++) {
        for (size_t s = 0; s < of->series_count; s++) {
            if (!isnan(of->categories[i].values[s])) {
                text_string(out, first ? "\n" : ",\n");
                write_row(of, i, s, out);
                first = false;
            }
        }
    }
    text_string(out, "]},\n");
}

static void write_color(const chart *of, text *out) {
    if (of->series_count < 2) {
        text_printf(out, "\"color\":{\"value\":\"%s\"}", chart_palette[of->series[0].color]);
        return;
    }
    text_string(
        out,
        "\"color\":{\"field\":\"series\",\"type\":\"nominal\",\"title\":null,\"sort\":null,\"scale\":{\"domain\":[");
    for (size_t s = 0; s < of->series_count; s++) {
        text_string(out, s ? "," : "");
        text_json(out, of->series[s].title, strlen(of->series[s].title));
    }
    text_string(out, "],\"range\":[");
    for (size_t s = 0; s < of->series_count; s++) {
        text_printf(out, "%s\"%s\"", s ? "," : "", chart_palette[of->series[s].color]);
    }
    text_string(out, "]}}");
}

/* Slices in the order and the colours of the SVG. */
static void write_shares(const chart *of, text *out) {
    text_string(out, "\"theta\":{\"field\":\"shown\",\"type\":\"quantitative\"},\"order\":{\"field\":\"place\"},"
                     "\"color\":{\"field\":\"category\",\"type\":\"nominal\",\"sort\":null,\"scale\":{\"range\":[");
    for (size_t i = 0; i < CHART_SERIES; i++) {
        text_printf(out, "%s\"%s\"", i ? "," : "", chart_palette[i]);
    }
    text_string(out, "]},");
    member(out, "title", of->category_title);
    text_string(out, "}");
}

static void write_category(const chart *of, const char *channel, text *out) {
    text_printf(out, "\"%s\":{\"field\":\"category\",", channel);
    if (of->over_time) { /* dots over a continuous time, bars over one place for each bucket */
        text_printf(out, "\"type\":\"temporal\",\"timeUnit\":\"utc%s\",\"scale\":{\"type\":\"%s\"},",
                    of->bucket_us >= INT64_C(86400000000) ? "yearmonthdate" : "yearmonthdatehoursminutes", "utc");
    } else {
        text_string(out, "\"type\":\"nominal\",\"sort\":null,");
    }
    member(out, "title", of->category_title);
    text_string(out, "}");
}

static void write_value(const chart *of, const char *channel, text *out) {
    text_printf(out, "\"%s\":{\"field\":\"shown\",\"type\":\"quantitative\",", channel);
    member(out, "title", *of->unit ? of->unit : "value");
    if (of->kind == ANNOPROJ_CHART_BARS || of->kind == ANNOPROJ_CHART_LINES) {
        text_string(out, ",\"stack\":null");
    }
    if (of->decimals == 0 && of->scale == 1) {
        text_string(out, ",\"axis\":{\"tickMinStep\":1}");
    }
    text_string(out, "}");
}

static void write_encoding(const chart *of, text *out) {
    text_string(out, "\"encoding\":{");
    if (of->kind == ANNOPROJ_CHART_SHARES) {
        write_shares(of, out);
    } else {
        write_category(of, of->over_time ? "x" : "y", out);
        text_character(out, ',');
        write_value(of, of->over_time ? "y" : "x", out);
        text_character(out, ',');
        write_color(of, out);
        if (of->kind == ANNOPROJ_CHART_BARS && of->series_count > 1) {
            text_printf(out, ",\"%s\":{\"field\":\"series\",\"sort\":null}", of->over_time ? "xOffset" : "yOffset");
        }
    }
    text_string(out, ",\"tooltip\":[{\"field\":\"category\"},{\"field\":\"series\"},{\"field\":\"value\"}]}");
}

static const char *mark(const chart *of) {
    return of->kind == ANNOPROJ_CHART_SHARES  ? "{\"type\":\"arc\",\"innerRadius\":50}"
           : of->kind == ANNOPROJ_CHART_LINES ? "{\"type\":\"line\",\"point\":true}"
           : of->kind == ANNOPROJ_CHART_AREA  ? "{\"type\":\"area\"}"
                                              : "{\"type\":\"bar\"}";
}

void chart_vega_lite(const chart *of, text *out) {
    text_string(out, "{\"$schema\":\"https://vega.github.io/schema/vega-lite/v5.json\",\n");
    member(out, "title", of->title);
    text_printf(out, ",\n\"width\":%d,\n", (int)of->width - 160 > 200 ? (int)of->width - 160 : 200);
    write_data(of, out);
    text_printf(out, "\"mark\":%s,\n", mark(of));
    write_encoding(of, out);
    text_string(out, "}\n");
}
