/* Public functions: tables as pictures. */
#include "chart.h"
#include "failure.h"
#include "options.h"

void annoproj_picture_options_init(annoproj_picture_options *options) {
    if (options) {
        *options = (annoproj_picture_options)ANNOPROJ_PICTURE_OPTIONS_INIT;
    }
}

static void write_svg(const chart *of, text *out) {
    chart_svg(of, false, out);
}

static annoproj_status draw(const annoproj_table *handle, const annoproj_picture_options *options,
                            void (*write)(const chart *of, text *out), const char *name, char **out,
                            annoproj_error **error) {
    if (!result_place(out, sizeof *out, name, error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_picture_options own;
    body *kept = NULL;
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = handle_enter(handle, HANDLE_TABLE, "table", &kept, error);
    }
    if (status != ANNOPROJ_OK) {
        return status;
    }
    chart made;
    text written = {0};
    status = chart_make(&made, (const table *)(const void *)kept, &own, error);
    if (status == ANNOPROJ_OK) {
        write(&made, &written);
        status = text_take(&written, out, NULL, error);
    }
    chart_release(&made);
    body_release(kept);
    return status;
}

annoproj_status annoproj_table_svg(const annoproj_table *from, const annoproj_picture_options *options, char **svg,
                                   annoproj_error **error) {
    return draw(from, options, write_svg, "svg", svg, error);
}

annoproj_status annoproj_table_vega_lite(const annoproj_table *from, const annoproj_picture_options *options,
                                         char **json, annoproj_error **error) {
    return draw(from, options, chart_vega_lite, "json", json, error);
}
