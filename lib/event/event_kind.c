/* Events as the event feed shows them: names of their kinds and sources. */
#include "event.h"

#include <string.h>

static const struct kind_name {
    int32_t kind;
    const char *name;
} kind_names[] = {
    {EVENT_TASK_ASSIGN, "task_assign"},
    {EVENT_TASK_RELEASE, "task_release"},
    {EVENT_TASK_SUBMIT, "task_submit"},
    {EVENT_TASK_SKIP, "task_skip"},
    {EVENT_TASK_APPROVE, "task_approve"},
    {EVENT_TASK_REJECT, "task_reject"},
    {EVENT_TASK_MOVE, "task_move"},
    {EVENT_TASK_REOPEN, "task_reopen"},
    {EVENT_TASK_PATHWAY, "task_pathway"},
    {EVENT_TASK_LAPSE, "task_lapse"},
    {EVENT_BRANCH_APPROVE, "branch_approve"},
    {EVENT_BRANCH_REJECT, "branch_reject"},
    {EVENT_TASK_CREATE, "task_create"},
    {EVENT_TASK_REMOVE, "task_remove"},
    {EVENT_TASK_RESTORE, "task_restore"},
    {EVENT_TASK_RETURN, "task_return"},
    {EVENT_TASK_PRIORITY, "task_priority"},
    {EVENT_BRANCH_CREATE, "branch_create"},
    {EVENT_CONSENSUS_READY, "consensus_ready"},
    {EVENT_TIME_SPENT, "time_spent"},
    {EVENT_BRANCH_LABEL_CREATE, "branch_label_create"},
    {EVENT_BRANCH_LABEL_EDIT, "branch_label_edit"},
    {EVENT_BRANCH_LABEL_DELETE, "branch_label_delete"},
    {EVENT_BRANCH_LABEL_FRAMES_CREATE, "branch_label_frames_create"},
    {EVENT_BRANCH_LABEL_FRAMES_DELETE, "branch_label_frames_delete"},
    {EVENT_BRANCH_LABEL_SUBMIT, "branch_label_submit"},
    {EVENT_LABEL_CREATE, "label_create"},
    {EVENT_LABEL_EDIT, "label_edit"},
    {EVENT_LABEL_DELETE, "label_delete"},
    {EVENT_LABEL_FRAMES_CREATE, "label_frames_create"},
    {EVENT_LABEL_FRAMES_DELETE, "label_frames_delete"},
    {EVENT_LABEL_SUBMIT, "label_submit"},
    {EVENT_LABEL_APPROVE, "label_approve"},
    {EVENT_LABEL_REJECT, "label_reject"},
    {EVENT_LABEL_COUNTED, "label_counted"},
    {EVENT_MAIN_LABEL_CREATE, "main_label_create"},
    {EVENT_MAIN_LABEL_EDIT, "main_label_edit"},
    {EVENT_MAIN_LABEL_DELETE, "main_label_delete"},
    {EVENT_ANSWER_CREATE, "answer_create"},
    {EVENT_ANSWER_APPROVE, "answer_approve"},
    {EVENT_ANSWER_REJECT, "answer_reject"},
    {EVENT_LABEL_PUT, "label_put"},
    {EVENT_LABEL_REMOVE, "label_remove"},
    {EVENT_LABEL_SILENTLY_PUBLISHED, "label_silently_published"},
    {EVENT_LABEL_SILENTLY_GONE, "label_silently_gone"},
    {EVENT_REVIEW_APPROVE, "review_approve"},
    {EVENT_REVIEW_REJECT, "review_reject"},
    {EVENT_REVIEW_REOPEN, "review_reopen"},
    {EVENT_ISSUE_CREATE, "issue_create"},
    {EVENT_ISSUE_RESOLVE, "issue_resolve"},
    {EVENT_ISSUE_REOPEN, "issue_reopen"},
    {EVENT_ISSUE_COMMENT, "issue_comment"},
    {EVENT_MAIN_LABEL_FRAMES_CREATE, "main_label_frames_create"},
    {EVENT_MAIN_LABEL_FRAMES_DELETE, "main_label_frames_delete"},
    {EVENT_MAIN_LABEL_SUBMIT, "main_label_submit"},
    {EVENT_ISSUE_TAG, "issue_tag"},
    {EVENT_ISSUE_UNTAG, "issue_untag"},
    {EVENT_PROJECT_CREATE, "project_create"},
    {EVENT_PROJECT_UPDATE, "project_update"},
    {EVENT_PROJECT_STATUS, "project_status"},
    {EVENT_DATASET_ATTACH, "dataset_attach"},
    {EVENT_DATASET_DETACH, "dataset_detach"},
    {EVENT_COLLABORATOR_ADD, "collaborator_add"},
    {EVENT_COLLABORATOR_ROLE, "collaborator_role"},
    {EVENT_COLLABORATOR_REMOVE, "collaborator_remove"},
    {EVENT_LABELS_IMPORT, "labels_import"},
    {EVENT_WORKFLOW_UPDATE, "workflow_update"},
    {EVENT_PROJECT_DELETE, "project_delete"},
    {EVENT_PROJECT_RESTORE, "project_restore"},
    {EVENT_PROJECT_TAG, "project_tag"},
    {EVENT_PROJECT_UNTAG, "project_untag"},
    {EVENT_PROJECT_COPY, "project_copy"},
    {EVENT_PROJECT_OWNER, "project_owner"},
    {EVENT_USER_CREATE, "user_create"},
    {EVENT_USER_UPDATE, "user_update"},
    {EVENT_USER_DISABLE, "user_disable"},
    {EVENT_USER_ENABLE, "user_enable"},
    {EVENT_DATASET_CREATE, "dataset_create"},
    {EVENT_DATA_UNITS_ADD, "data_units_add"},
    {EVENT_ONTOLOGY_CREATE, "ontology_create"},
    {EVENT_ONTOLOGY_UPDATE, "ontology_update"},
    {EVENT_STORE_SETTING, "store_setting"},
    {EVENT_TAG_CREATE, "tag_create"},
    {EVENT_TAG_RENAME, "tag_rename"},
    {EVENT_TAG_DELETE, "tag_delete"},
    {EVENT_PROJECT_PURGE, "project_purge"},
    {EVENT_PROJECT_PURGED, "project_purged"},
    {EVENT_TICKET_ISSUE, "ticket_issue"},
    {EVENT_TICKET_USE, "ticket_use"},
    {EVENT_LABEL_VERSION_CREATE, "label_version_create"},
    {EVENT_LABEL_VERSION_DELETE, "label_version_delete"},
    {EVENT_LABEL_VERSION_RESTORE, "label_version_restore"},
    {EVENT_WORKFLOW_TEMPLATE_CREATE, "workflow_template_create"},
    {EVENT_WORKFLOW_TEMPLATE_UPDATE, "workflow_template_update"},
    {EVENT_WORKFLOW_TEMPLATE_DELETE, "workflow_template_delete"},
    {EVENT_USER_ERASE, "user_erase"},
};

const char *event_kind_name(int32_t kind) {
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        if (kind_names[i].kind == kind) {
            return kind_names[i].name;
        }
    }
    return "unknown";
}

int32_t event_kind_of_name(const char *name) {
    for (size_t i = 0; i < sizeof kind_names / sizeof kind_names[0]; i++) {
        if (strcmp(kind_names[i].name, name) == 0) {
            return kind_names[i].kind;
        }
    }
    return -1;
}

const char *event_source_name(int32_t source) {
    return source == ANNOPROJ_SOURCE_SDK ? "sdk" : source == ANNOPROJ_SOURCE_AGENT ? "agent" : "ui";
}

bool event_reference_may_be_zero(int32_t kind) {
    return kind == EVENT_TASK_PRIORITY || kind == EVENT_TASK_SKIP || kind == EVENT_PROJECT_STATUS ||
           kind == EVENT_LABELS_IMPORT;
}
