/* The words for stored numbers, and UUIDs as text. */
#include "project.h"

#include <stdio.h>
#include <string.h>

static const char *const status_names[] = {"",       "not_started", "in_progress", "in_review",
                                           "paused", "completed",   "cancelled",   "archived"};
static const char *const role_names[] = {"", "admin", "team_manager", "reviewer", "annotator", "annotator_reviewer"};
static const char *const data_type_names[] = {"",           "image", "img_group",  "video", "dicom", "dicom_study",
                                              "nifti",      "audio", "plain_text", "pdf",   "group", "scene",
                                              "time_series"};

static const char *name_at(const char *const *names, size_t count, int32_t value) {
    return value > 0 && (size_t)value < count ? names[value] : "";
}

const char *project_status_name(int32_t status) {
    return name_at(status_names, sizeof status_names / sizeof *status_names, status);
}

const char *role_name(int32_t role) {
    return name_at(role_names, sizeof role_names / sizeof *role_names, role);
}

const char *data_type_name(int32_t type) {
    return name_at(data_type_names, sizeof data_type_names / sizeof *data_type_names, type);
}
