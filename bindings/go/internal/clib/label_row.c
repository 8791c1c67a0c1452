/* Objects and classifications of one frame, and who made them. */
#include "label_row.h"

#include <string.h>

#include "failure.h"
#include "json_out.h"

#define SQL_EMAIL "SELECT email FROM user WHERE id = ?1"

void label_row_writer_release(label_row_writer *to) {
    shape_release(&to->shape);
    frame_ranges_release(&to->ranges);
    release(to->outer);
    release(to->users.emails);
    release(to->users.users);
    *to = (label_row_writer){0};
}

static bool note_user(user_names *names, int64_t user, const char *email) {
    if (names->count == names->capacity) {
        const size_t capacity = names->capacity ? names->capacity * 2 : 16;
        const char **emails = reallocate(names->emails, capacity * sizeof *emails);
        names->emails = emails ? emails : names->emails;
        int64_t *users = reallocate(names->users, capacity * sizeof *users);
        names->users = users ? users : names->users;
        if (!emails || !users) {
            return false;
        }
        names->capacity = capacity;
    }
    names->emails[names->count] = email;
    names->users[names->count++] = user;
    return true;
}

annoproj_status user_email(scope *in, user_names *names, int64_t user, const char **email, annoproj_error **error) {
    *email = NULL;
    if (user == 0) {
        return ANNOPROJ_OK;
    }
    for (size_t i = 0; i < names->count; i++) {
        if (names->users[i] == user) {
            *email = names->emails[i];
            return ANNOPROJ_OK;
        }
    }
    bool memory = true;
    statement *find = sql(in->database, SQL_EMAIL);
    bind_int64(find, user);
    if (sql_row(find)) {
        *email = arena_text(in->memory, column_text(find, 0), column_length(find, 0));
        memory = *email && note_user(names, user, *email);
    }
    annoproj_status status = sql_end(find, error);
    return status == ANNOPROJ_OK && !memory ? fail_memory(error) : status;
}

static void write_text_or_null(text *out, const char *key, const char *value) {
    if (value) {
        json_text_member(out, key, value);
    } else {
        text_printf(out, ",\"%s\":null", key);
    }
}

annoproj_status write_authors(label_row_writer *to, const label *of, annoproj_error **error) {
    text *out = &to->plan->out->text;
    const char *creator = NULL, *editor = NULL;
    annoproj_status status = user_email(to->plan->in, &to->users, of->creator, &creator, error);
    if (status == ANNOPROJ_OK) {
        status = user_email(to->plan->in, &to->users, of->editor, &editor, error);
    }
    text_string(out, ",\"createdAt\":");
    json_time(out, of->created_us);
    write_text_or_null(out, "createdBy", creator);
    text_string(out, ",\"lastEditedAt\":");
    json_time(out, of->edited_us);
    write_text_or_null(out, "lastEditedBy", editor);
    return status;
}

/* "reviews":[{...},...] as older exports have them: the last judgment of each review stage the label was in. */
annoproj_status write_reviews(label_row_writer *to, const export_task *task, size_t index, annoproj_error **error) {
    text *out = &to->plan->out->text;
    static const char *const states[] = {"", "NEW", "APPROVED", "REJECTED", "RESOLVED", "REOPENED"};
    bool first = true;
    annoproj_status status = ANNOPROJ_OK;
    text_string(out, ",\"reviews\":[");
    for (size_t i = 0; i < to->review_count && status == ANNOPROJ_OK; i++) {
        const row_review *review = &to->reviews[i];
        const char *email = NULL;
        if (review->label != task->labels[index].number || review->state < REVIEW_NEW ||
            review->state > REVIEW_REOPENED) {
            continue;
        }
        text_printf(out, "%s{\"id\":%lld,\"exists\":true", first ? "" : ",", (long long)NUMBER_OF(review->stage));
        first = false;
        json_text_member(out, "stage", review->stage_title);
        json_text_member(out, "status", states[review->state]);
        text_printf(out, ",\"approved\":%s,\"task_id\":%lld,\"user_id\":%lld",
                    review->state == REVIEW_APPROVED ? "true" : "false", (long long)task->id,
                    (long long)review->reviewer);
        status = user_email(to->plan->in, &to->users, review->reviewer, &email, error);
        write_text_or_null(out, "user_email", email);
        write_text_or_null(out, "comment", review->comment);
        text_character(out, '}');
    }
    text_character(out, ']');
    return status;
}

annoproj_status write_frame_object(label_row_writer *to, const export_task *task, size_t index,
                                   annoproj_error **error) {
    const label *of = &task->labels[index];
    const feature *class = task->classes[index];
    text *out = &to->plan->out->text;
    text_character(out, '{');
    json_text_member(out, "name", class->name);
    json_text_member(out, "color", class->color);
    json_text_member(out, "shape", feature_type_name(class->type));
    json_text_member(out, "value", class->value);
    annoproj_status status = write_authors(to, of, error);
    text_string(out, ",\"confidence\":");
    text_double(out, of->confidence);
    json_text_member(out, "objectHash", of->hash);
    json_text_member(out, "featureHash", class->hash);
    text_printf(out, ",\"manualAnnotation\":%s,", of->manual ? "true" : "false");
    if (status == ANNOPROJ_OK) {
        status = write_row_shape(to, task, class, error);
    }
    if (status == ANNOPROJ_OK && to->plan->reviews) {
        status = write_reviews(to, task, index, error);
    }
    text_character(out, '}');
    return status;
}

annoproj_status write_frame_classification(label_row_writer *to, const export_task *task, size_t index,
                                           annoproj_error **error) {
    const label *of = &task->labels[index];
    const feature *class = task->classes[index];
    text *out = &to->plan->out->text;
    text_character(out, '{');
    json_text_member(out, "name", class->name);
    json_text_member(out, "value", class->value);
    annoproj_status status = write_authors(to, of, error);
    text_string(out, ",\"confidence\":");
    text_double(out, of->confidence);
    json_text_member(out, "featureHash", class->hash);
    json_text_member(out, "classificationHash", of->hash);
    text_printf(out, ",\"manualAnnotation\":%s", of->manual ? "true" : "false");
    if (status == ANNOPROJ_OK && to->plan->reviews) {
        status = write_reviews(to, task, index, error);
    }
    text_character(out, '}');
    return status;
}
