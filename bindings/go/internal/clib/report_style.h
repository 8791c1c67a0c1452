/* The style sheet of the report page. */
#ifndef REPORT_STYLE_H
#define REPORT_STYLE_H

extern const char report_style[];

#endif
