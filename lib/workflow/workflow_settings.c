/* The settings of a stage: which there are, on which types of stages, and what they hold. */
#include <stdio.h>
#include <string.h>

#include "failure.h"
#include "utf8.h"
#include "workflow_document.h"

#define ON(type)      (1u << STAGE_##type)
#define ON_CONSENSUS  (ON(CONSENSUS_ANNOTATION) | ON(CONSENSUS_REVIEW))
#define ON_PEOPLE     (ON(ANNOTATION) | ON(REVIEW) | ON_CONSENSUS)
#define EMAIL_LIMIT   ((size_t)320)
#define LONGEST_TTL_S ((int64_t)10 * 365 * 86400)

typedef enum setting_kind { SETTING_BOOL, SETTING_INTEGER, SETTING_MEMBERS, SETTING_CONSENSUS } setting_kind;

static const struct setting {
    const char *name;
    setting_kind kind;
    size_t place;
    uint32_t types;
    int64_t least, most; /* of integers */
} settings[] = {
    {"members", SETTING_MEMBERS, 0, ON_PEOPLE, 0, 0},
    {"hide_unassigned", SETTING_BOOL, offsetof(document_stage, hide_unassigned), ON_PEOPLE, 0, 0},
    {"allow_reassessment", SETTING_BOOL, offsetof(document_stage, allow_reassessment),
     ON(ANNOTATION) | ON(CONSENSUS_ANNOTATION), 0, 0},
    {"require_complete_labels", SETTING_BOOL, offsetof(document_stage, require_complete_labels),
     ON(ANNOTATION) | ON(CONSENSUS_ANNOTATION), 0, 0},
    {"reviewer_not_submitter", SETTING_BOOL, offsetof(document_stage, reviewer_not_submitter),
     ON(REVIEW) | ON(CONSENSUS_REVIEW), 0, 0},
    {"strict_review", SETTING_BOOL, offsetof(document_stage, strict_review), ON(REVIEW), 0, 0},
    {"reassign_rejected_to_submitter", SETTING_BOOL, offsetof(document_stage, reassign_rejected), ON(REVIEW), 0, 0},
    {"archive", SETTING_BOOL, offsetof(document_stage, archive), ON(DONE), 0, 0},
    {"webhook", SETTING_BOOL, offsetof(document_stage, webhook), ON(ANNOTATION) | ON(CONSENSUS_ANNOTATION) | ON(DONE),
     0, 0},
    {"assignment_ttl", SETTING_INTEGER, offsetof(document_stage, assignment_ttl), ON_PEOPLE | ON(AGENT), 0,
     LONGEST_TTL_S},
    {"annotators", SETTING_INTEGER, offsetof(document_stage, annotators), ON(CONSENSUS_ANNOTATION), 2,
     WORKFLOW_ANNOTATORS},
    {"consensus", SETTING_CONSENSUS, offsetof(document_stage, consensus), ON(CONSENSUS_REVIEW), 0, 0},
};
#define SETTING_COUNT (sizeof settings / sizeof *settings)

annoproj_status workflow_read_emails(json_reader *from, const char *member, const char ***emails, size_t *count,
                                     annoproj_error **error) {
    size_t capacity = 0;
    annoproj_status status = json_read_kind(from, JSON_ARRAY, member, error);
    while (status == ANNOPROJ_OK) {
        const char *email = NULL;
        status = json_read_next(from, error);
        if (status != ANNOPROJ_OK || from->token.kind == JSON_ARRAY_END)
            break;
        if (from->token.kind != JSON_STRING)
            return json_fault(from, error, "%s must hold e-mails", member);
        if (*count == WORKFLOW_MEMBERS)
            return fail(error, ANNOPROJ_LIMIT, "workflow: %s holds more than %d e-mails", member, WORKFLOW_MEMBERS);
        if (*count == capacity) {
            capacity = capacity ? capacity * 2 : 16;
            const char **larger = arena_array(from->memory, capacity, sizeof *larger);
            if (!larger)
                return fail_memory(error);
            if (*count > 0)
                memcpy(larger, *emails, *count * sizeof *larger);
            *emails = larger;
        }
        status = json_take_text(from, member, EMAIL_LIMIT, &email, error);
        if (status == ANNOPROJ_OK) {
            ascii_lower((char *)(uintptr_t)email); /* our copy */
            (*emails)[(*count)++] = email;
        }
    }
    return status;
}

static annoproj_status read_integer(json_reader *from, const struct setting *setting, int64_t *out,
                                    annoproj_error **error) {
    annoproj_status status = json_read_kind(from, JSON_NUMBER, setting->name, error);
    if (status == ANNOPROJ_OK && (!json_int64(&from->token, out) || *out < setting->least || *out > setting->most))
        status = json_fault(from, error, "%s is %s: it must be an integer from %lld to %lld", setting->name,
                            quoted(&(struct quoted){{0}}, from->token.start, from->token.length),
                            (long long)setting->least, (long long)setting->most);
    return status;
}

static annoproj_status read_consensus(json_reader *from, int32_t *out, annoproj_error **error) {
    const char *name = NULL;
    annoproj_status status = json_read_text(from, "consensus", WORKFLOW_KEY_LIMIT, &name, error);
    if (status != ANNOPROJ_OK)
        return status;
    *out = strcmp(name, "determine") == 0 ? CONSENSUS_DETERMINE : strcmp(name, "refine") == 0 ? CONSENSUS_REFINE : 0;
    return *out ? ANNOPROJ_OK
                : json_fault(from, error, "consensus %s is not known: determine and refine are", QUOTED(name));
}

annoproj_status workflow_read_setting(json_reader *from, document_stage *stage, annoproj_error **error) {
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        void *place = (char *)stage + settings[i].place;
        if (!json_key_is(&from->token, settings[i].name))
            continue;
        stage->settings |= 1u << i;
        switch (settings[i].kind) {
        case SETTING_BOOL: return json_read_bool(from, settings[i].name, place, error);
        case SETTING_INTEGER: return read_integer(from, &settings[i], place, error);
        case SETTING_CONSENSUS: return read_consensus(from, place, error);
        case SETTING_MEMBERS:
            stage->members_listed = true;
            return workflow_read_emails(from, "members", &stage->members, &stage->member_count, error);
        }
    }
    struct quoted name;
    char known[512] = "";
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        const size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s",
                 i == 0                  ? ""
                 : i + 1 < SETTING_COUNT ? ", "
                                         : " and ",
                 settings[i].name);
    }
    return json_fault(from, error, "setting %s is not known: %s are",
                      quoted(&name, from->token.start, from->token.length), known);
}

void workflow_check_settings(const document_stage *stage, faults *all) {
    for (size_t i = 0; i < SETTING_COUNT; i++) {
        if ((stage->settings >> i & 1u) && !(settings[i].types >> stage->type & 1u))
            stage_fault(all, stage, "stage %s: the setting %s is not one of %s stages", QUOTED(stage->key),
                        settings[i].name, stage_kind_of(stage->type)->name);
    }
    if (stage->archive && stage->webhook)
        stage_fault(all, stage, "stage %s: an archive stage has no webhook, only a complete stage has",
                    QUOTED(stage->key));
}
