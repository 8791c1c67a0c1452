/* Small pieces of SVG and HTML. Everything is made from integers, so that the locale has no say and the bytes are the same
 * everywhere. */
#ifndef MARKUP_H
#define MARKUP_H

#include "text.h"

/* Text and attribute values: & < > " and what XML does not allow are replaced. */
void markup_text(text *out, const char *string);
/* The same, cut with an ellipsis so that it is estimated to fit into `most` pixels at a font size. */
void markup_fitted(text *out, const char *string, double most, double size);
double markup_width(const char *string, double size); /* estimated, in pixels */

void markup_number(text *out, double value, int decimals);     /* no trailing zeros; for coordinates */
void markup_grouped(text *out, double value, int decimals);    /* 12,345.6; for people */
void markup_duration(text *out, int64_t seconds);              /* 1:02:03 */
void markup_date(text *out, int64_t time_us, bool with_year);  /* 5 Jan 2026 */
void markup_clock(text *out, int64_t time_us);                 /* 17:05 */
void markup_month(text *out, int64_t time_us, bool with_year); /* Jan 2026 */

#endif
