/* Settings of projects, and what the store gives to those that do not say otherwise. One table has them all. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "access.h"
#include "rows.h"

#define SETTING_COUNT 8

/* Values by annoproj_setting; [0] is unused. */
typedef struct setting_values {
    int64_t value[SETTING_COUNT + 1];
} setting_values;

const char *setting_name(annoproj_setting setting);
int64_t setting_standard(annoproj_setting setting); /* built in */

/* INVALID when there is no such setting or the value is out of its range; the message says the range. */
annoproj_status setting_check(annoproj_setting setting, int64_t value, annoproj_error **error);

/* In values that are asked for: what the store says. */
#define SETTING_OF_STORE (-1)
annoproj_status setting_of_limit(annoproj_setting setting, int64_t given, int64_t *value,
                                 annoproj_error **error); /* 0 = the store's */
annoproj_status setting_of_choice(annoproj_setting setting, annoproj_choice choice, int64_t *value,
                                  annoproj_error **error);
/* The store's values where `asked` leaves them to it. */
annoproj_status settings_complete(scope *in, const setting_values *asked, setting_values *out, annoproj_error **error);

/* What projects begin with: set in the store, else built in. */
annoproj_status settings_of_store(scope *in, setting_values *out, annoproj_error **error);
annoproj_status settings_of_project(scope *in, int64_t project, setting_values *out, annoproj_error **error);

/* An event for each setting of the project that is another than `before`; NULL = than what is built in. */
void settings_note(command *cmd, const setting_values *before, const setting_values *now);

/* Both append their event. Values are checked before. */
annoproj_status setting_set_store(command *cmd, annoproj_setting setting, int64_t value, annoproj_error **error);
annoproj_status setting_set_project(command *cmd, annoproj_setting setting, int64_t value, annoproj_error **error);

annoproj_status setting_table(const setting_values *values, annoproj_table **out, annoproj_error **error);

#endif
