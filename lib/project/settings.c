/* Settings (settings.h). */
#include "settings.h"

#include "failure.h"

#define SECOND_US      INT64_C(1000000)
#define DAY_US         (86400 * SECOND_US)
#define CHANGE(column) "UPDATE project SET " column " = ?, edited_us = ? WHERE id = ?"

typedef struct setting_rule {
    const char *name, *unit;
    int64_t standard, least, most;
    const char *change; /* of the project's column */
} setting_rule;

static const setting_rule rules[SETTING_COUNT + 1] = {
    [ANNOPROJ_SETTING_IDLE_LIMIT_US] = {"idle_limit_us", "us", 60 * SECOND_US, 1, 30 * DAY_US, CHANGE("idle_limit_us")},
    [ANNOPROJ_SETTING_TIME_WINDOW_US] = {"time_window_us", "us", 30 * DAY_US, 1, 3660 * DAY_US,
                                         CHANGE("time_window_us")},
    [ANNOPROJ_SETTING_SELF_RELEASE] = {"self_release", "", 1, 0, 1, CHANGE("self_release")},
    [ANNOPROJ_SETTING_STRICT_STATUS] = {"strict_status", "", 0, 0, 1, CHANGE("strict_status")},
    [ANNOPROJ_SETTING_COUNT_TEXT_AND_AUDIO] = {"count_text_and_audio", "", 0, 0, 1, CHANGE("count_text_and_audio")},
    [ANNOPROJ_SETTING_OUTBOX_ISSUES] = {"outbox_issues", "", 0, 0, 1, CHANGE("outbox_issues")},
    [ANNOPROJ_SETTING_OUTBOX_STATUS] = {"outbox_status", "", 0, 0, 1, CHANGE("outbox_status")},
    [ANNOPROJ_SETTING_OUTBOX_LIMIT] = {"outbox_limit", "", 1000000, 1, 10000000, CHANGE("outbox_limit")},
};

const char *setting_name(annoproj_setting setting) {
    return rules[setting].name;
}

int64_t setting_standard(annoproj_setting setting) {
    return rules[setting].standard;
}

annoproj_status setting_check(annoproj_setting setting, int64_t value, annoproj_error **error) {
    if (setting < 1 || setting > SETTING_COUNT) {
        return fail(error, ANNOPROJ_INVALID, "there is no setting %d: give 1 to %d", setting, SETTING_COUNT);
    }
    const setting_rule *rule = &rules[setting];
    if (value < rule->least || value > rule->most) {
        return fail(error, ANNOPROJ_INVALID, "%s cannot be %lld: give %lld to %lld", rule->name, (long long)value,
                    (long long)rule->least, (long long)rule->most);
    }
    return ANNOPROJ_OK;
}

annoproj_status setting_of_limit(annoproj_setting setting, int64_t given, int64_t *value, annoproj_error **error) {
    *value = given == 0 ? SETTING_OF_STORE : given;
    return given == 0 ? ANNOPROJ_OK : setting_check(setting, given, error);
}

annoproj_status setting_of_choice(annoproj_setting setting, annoproj_choice choice, int64_t *value,
                                  annoproj_error **error) {
    switch (choice) {
    case ANNOPROJ_CHOICE_STORE: *value = SETTING_OF_STORE; return ANNOPROJ_OK;
    case ANNOPROJ_CHOICE_ON: *value = 1; return ANNOPROJ_OK;
    case ANNOPROJ_CHOICE_OFF: *value = 0; return ANNOPROJ_OK;
    default:
        return fail(error, ANNOPROJ_INVALID, "%s is %d: give a value of annoproj_choice", rules[setting].name, choice);
    }
}

annoproj_status settings_complete(scope *in, const setting_values *asked, setting_values *out, annoproj_error **error) {
    annoproj_status status = settings_of_store(in, out, error);
    for (size_t i = 1; i <= SETTING_COUNT; i++) {
        out->value[i] = asked->value[i] == SETTING_OF_STORE ? out->value[i] : asked->value[i];
    }
    return status;
}

annoproj_status settings_of_store(scope *in, setting_values *out, annoproj_error **error) {
    static const char query[] = "SELECT number, value FROM setting";
    for (size_t i = 1; i <= SETTING_COUNT; i++) {
        out->value[i] = rules[i].standard;
    }
    statement *find = sql(in->database, query);
    while (sql_row(find)) {
        int64_t number = column_int64(find, 0);
        if (number >= 1 && number <= SETTING_COUNT) {
            out->value[number] = column_int64(find, 1);
        }
    }
    return sql_end(find, error);
}

annoproj_status settings_of_project(scope *in, int64_t project, setting_values *out, annoproj_error **error) {
    static const char query[] = "SELECT idle_limit_us, time_window_us, self_release, strict_status,"
                                " count_text_and_audio, outbox_issues, outbox_status, outbox_limit"
                                " FROM project WHERE id = ?";
    statement *find = sql(in->database, query);
    bind_int64(find, project);
    if (sql_row(find)) {
        for (int i = 1; i <= SETTING_COUNT; i++) {
            out->value[i] = column_int64(find, i - 1);
        }
    }
    return sql_end(find, error);
}

annoproj_status setting_set_store(command *cmd, annoproj_setting setting, int64_t value, annoproj_error **error) {
    static const char query[] = "INSERT OR REPLACE INTO setting(number, value) VALUES(?, ?)";
    statement *set = sql(cmd->scope.database, query);
    bind_int64(set, setting);
    bind_int64(set, value);
    annoproj_status status = sql_run(set, error);
    if (status == ANNOPROJ_OK) {
        command_event(cmd, &(event){.kind = EVENT_STORE_SETTING, .reference = setting, .value = value});
    }
    return status;
}

static void note(command *cmd, annoproj_setting setting, int64_t value) {
    command_event(cmd, &(event){.kind = EVENT_PROJECT_UPDATE, .reference = setting, .value = value});
}

void settings_note(command *cmd, const setting_values *before, const setting_values *now) {
    for (int32_t i = 1; i <= SETTING_COUNT; i++) {
        if (now->value[i] != (before ? before->value[i] : rules[i].standard)) {
            note(cmd, i, now->value[i]);
        }
    }
}

annoproj_status setting_set_project(command *cmd, annoproj_setting setting, int64_t value, annoproj_error **error) {
    statement *set = sql(cmd->scope.database, rules[setting].change);
    bind_int64(set, value);
    bind_int64(set, cmd->scope.now_us);
    bind_int64(set, cmd->scope.project.id);
    annoproj_status status = sql_run(set, error);
    if (status == ANNOPROJ_OK) {
        note(cmd, setting, value);
    }
    return status;
}

annoproj_status setting_table(const setting_values *values, annoproj_table **out, annoproj_error **error) {
    rows *table = rows_new(&row_setting_row);
    for (size_t i = 1; i <= SETTING_COUNT; i++) {
        rows_int64(table, (int64_t)i);
        rows_text(table, rules[i].name);
        rows_int64(table, values->value[i]);
        rows_int64(table, rules[i].standard);
        rows_int64(table, rules[i].least);
        rows_int64(table, rules[i].most);
        rows_text(table, rules[i].unit);
    }
    return rows_finish(table, out, error);
}
