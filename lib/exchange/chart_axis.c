/* Axes: round ticks and times. */
#include "chart_axis.h"

#include <math.h>

#include "markup.h"

#define HOUR INT64_C(3600000000)
#define DAY  (24 * HOUR)

axis axis_of(double greatest, int most, bool whole) {
    static const double rounds[] = {1, 2, 5, 10};
    const double least = (greatest > 0 ? greatest : 1) / most; /* the smallest step that would do */
    axis made = {.decimals = 0};
    double power = 1;
    while (power * 10 <= least) {
        power *= 10;
    }
    while (power > least && !whole && made.decimals < 6) {
        power /= 10;
        made.decimals++;
    }
    size_t i = 0;
    while (i < 3 && rounds[i] * power < least * (1 - 1e-9)) {
        i++;
    }
    made.step = rounds[i] * power;
    made.decimals -= i == 3 && made.decimals > 0;
    made.steps = (int)fmax(ceil((greatest > 0 ? greatest : 1) / made.step - 1e-9), 1);
    made.end = made.step * made.steps;
    return made;
}

const char *axis_bucket_word(const chart *of) {
    const int64_t length = of->bucket_us;
    return length == DAY                              ? "per day"
           : length == 7 * DAY                        ? "per week"
           : length >= 28 * DAY && length <= 31 * DAY ? "per month"
           : length == HOUR                           ? "per hour"
                                                      : "";
}

void axis_bucket(const chart *of, size_t category, text *out) {
    const int64_t start = of->categories[category].start_us;
    if (of->bucket_us >= 28 * DAY) {
        markup_month(out, start, true);
    } else if (of->bucket_us == 0 || of->bucket_us >= DAY) {
        markup_date(out, start, of->bucket_us == 0);
    } else {
        markup_clock(out, start);
    }
}

void axis_range(const chart *of, text *out) {
    const int64_t first = of->categories[0].start_us, last = of->categories[of->category_count - 1].start_us;
    markup_date(out, first, true);
    if (last / DAY != first / DAY) {
        text_string(out, " \xE2\x80\x93 ");
        markup_date(out, last, true);
    }
}
