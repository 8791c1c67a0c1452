/* The images of a COCO file become data units of a dataset. */
#include <string.h>
#include <strings.h>

#include "attach.h"
#include "failure.h"
#include "import_call.h"
#include "import_images.h"
#include "options.h"
#include "project.h"

typedef struct unit_import {
    faults *faults;
    image_list *images;
    int64_t dataset;
} unit_import;

static annoproj_status take_image(void *data, const coco_image *image, annoproj_error **error) {
    unit_import *run = data;
    return image_list_add(run->images, image, run->faults, error);
}

static const char *media_type_of(const char *title) {
    static const char *const types[][2] = {{".png", "image/png"},  {".webp", "image/webp"}, {".gif", "image/gif"},
                                           {".bmp", "image/bmp"},  {".tif", "image/tiff"},  {".tiff", "image/tiff"},
                                           {".avif", "image/avif"}};
    const char *dot = strrchr(title, '.');
    for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++) {
        if (strcasecmp(dot, types[i][0]) == 0) {
            return types[i][1];
        }
    }
    return "image/jpeg";
}

/* Numbers follow one another; the dataset's counter is raised by the first and, at the end, by the others. */
typedef struct unit_adding {
    command *cmd;
    int64_t dataset, first, count;
    int64_t *units; /* nullable */
    bool empty;     /* the dataset was: then only titles of the file matter */
} unit_adding;

static annoproj_status add_unit(unit_adding *to, const spooled_image *image, int64_t *id, annoproj_error **error) {
    annoproj_status status = to->count == 0 ? dataset_next_units(to->cmd, to->dataset, 1, &to->first, error)
                                            : ANNOPROJ_OK;
    if (status != ANNOPROJ_OK) {
        return status;
    }
    data_unit unit = {.width = image->size.width,
                      .height = image->size.height,
                      .frames = 1,
                      .data_type = ANNOPROJ_DATA_IMAGE,
                      .title = image->title,
                      .media_type = media_type_of(image->title),
                      .link = image->link,
                      .members = image->members,
                      .members_length = image->members_length};
    command_uuid(to->cmd, unit.uuid);
    *id = MAKE_ID(to->dataset, to->first + to->count);
    return data_unit_insert(to->cmd, to->dataset, &unit, to->first + to->count++, error);
}

/* The data unit with its title; 0 = none. */
static annoproj_status find_unit(unit_adding *to, const spooled_image *image, int64_t *id, annoproj_error **error) {
    *id = 0;
    return to->empty && !image->repeats ? ANNOPROJ_OK
                                        : data_unit_by_title(&to->cmd->scope, to->dataset, image->title, id, error);
}

static annoproj_status store_image(void *data, size_t index, const spooled_image *image, annoproj_error **error) {
    unit_adding *to = data;
    int64_t id = 0;
    annoproj_status status = find_unit(to, image, &id, error);
    if (status == ANNOPROJ_OK && index % 256 == 0) {
        status = bounds_check(to->cmd->scope.bounds, error);
    }
    if (status == ANNOPROJ_OK && id == 0) {
        status = add_unit(to, image, &id, error);
    }
    if (to->units) {
        to->units[index] = id;
    }
    return status;
}

annoproj_status image_list_store(command *cmd, image_list *list, int64_t dataset, bool empty, int64_t *units,
                                 int64_t *added, annoproj_error **error) {
    unit_adding to = {.cmd = cmd, .dataset = dataset, .units = units, .empty = empty};
    int64_t rest = 0;
    annoproj_status status = image_list_each(list, store_image, &to, error);
    if (status == ANNOPROJ_OK && to.count > 1) {
        status = dataset_next_units(cmd, dataset, to.count - 1, &rest, error);
    }
    *added = to.count;
    if (status != ANNOPROJ_OK || to.count == 0) {
        return status;
    }
    command_event(cmd, &(event){.kind = EVENT_DATA_UNITS_ADD, .frames = to.count, .reference = dataset});
    return dataset_grew(cmd, dataset, to.first, to.first + to.count - 1, error);
}

static annoproj_status add_all(command *cmd, void *arguments, annoproj_error **error) {
    unit_import *run = arguments;
    int64_t added = 0;
    annoproj_status status = image_list_store(cmd, run->images, run->dataset, false, NULL, &added, error);
    command_result_int64(cmd, added);
    return status;
}

static annoproj_status run_import(session *who, unit_import *run, const char *path,
                                  const annoproj_import_options *options, const annoproj_call *call, bytes *result,
                                  annoproj_error **error) {
    import_call import = {0};
    const uint64_t print = fingerprint_int64(fingerprint_text(0, "dataset_import_coco"), run->dataset);
    const request asked = {.session = who,
                           .operation = ANNOPROJ_OPERATION_DATASET_CHANGE,
                           .subject = SUBJECT_DATASET,
                           .id = run->dataset,
                           .arguments = run,
                           .fingerprint = fingerprint_text(print, path)};
    annoproj_status status = import_begin(&import, &asked, path, options, call, error);
    if (status == ANNOPROJ_OK) {
        status = image_list_open(who->store, &run->images, error);
    }
    if (status == ANNOPROJ_OK) {
        const coco_sink sink = {.data = run, .members = true, .image = take_image};
        run->faults = import.faults;
        status = import_read_coco(&import, &sink, error);
    }
    if (status == ANNOPROJ_OK) {
        status = image_list_finish(run->images, error);
    }
    if (status == ANNOPROJ_OK) {
        status = import_access_write(&import, &asked, add_all, result, error);
    }
    image_list_close(run->images);
    import_end(&import);
    return status;
}

annoproj_status annoproj_dataset_import_coco(annoproj_session *handle, int64_t dataset, const char *path,
                                             const annoproj_import_options *options, const annoproj_call *call,
                                             int64_t *added, annoproj_error **error) {
    session *who = NULL;
    annoproj_import_options own;
    unit_import run = {.dataset = dataset};
    bytes result = {0};
    if (!result_place(added, sizeof *added, "added", error)) {
        return ANNOPROJ_INVALID;
    }
    annoproj_status status = options_read(&own, sizeof own, sizeof own, options, error);
    if (status == ANNOPROJ_OK) {
        status = session_enter(handle, &who, error);
    }
    if (status == ANNOPROJ_OK) {
        status = run_import(who, &run, path, &own, call, &result, error);
    }
    if (status == ANNOPROJ_OK) {
        *added = result_int64(&result, 0);
    }
    bytes_release(&result);
    session_leave(who);
    return status;
}
