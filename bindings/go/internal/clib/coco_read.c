/* The whole of a COCO file: its members in any order, in one pass, or in two when annotations come before what they are
 * about. */
#include "coco_read.h"

#include <string.h>

#include "coco_ahead.h"
#include "coco_parts.h"
#include "failure.h"
#include "hash.h"

#define STRING_LIMIT ((size_t)8 << 20) /* compressed masks are long texts */
#define CHECK_EVERY  512               /* items between two looks at deadline and cancel */

coco_reader *coco_open(json_source *source, const bounds *limits, faults *all) {
    coco_reader *made = allocate_zeroed(1, sizeof *made);
    if (made) {
        made->source = source;
        made->bounds = limits;
        made->faults = all;
        made->geometry = geometry_builder_new(SHAPE_POLYGON, ANNOPROJ_UNIT_PIXELS);
    }
    return made;
}

void coco_close(coco_reader *in) {
    if (!in) {
        return;
    }
    json_scan_release(in->scan);
    geometry_builder_free(in->geometry);
    arena_release(&in->texts);
    bytes_release(&in->members);
    bytes_release(&in->attributes);
    release(in->runs);
    release(in->keypoints);
    release(in);
}

/* --- images and categories -------------------------------------------------------------------------------------- */

/* What exports say of an image in their own way. */
static bool is_written_anew(const json_token *key) {
    return json_key_is(key, "video_title") || json_key_is(key, "classifications");
}

static annoproj_status read_image(coco_reader *in, coco_image *out, annoproj_error **error) {
    bool has = false;
    const char *title = NULL;
    annoproj_status status = ANNOPROJ_OK;
    for (;;) {
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind != JSON_KEY) {
            break;
        }
        if (json_key_is(&in->token, "id")) {
            status = coco_id(in, &out->key, &has, NULL, error);
        } else if (json_key_is(&in->token, "file_name")) {
            status = coco_text(in, "file_name", &out->file_name, error);
        } else if (json_key_is(&in->token, "image_title")) {
            status = coco_text(in, "image_title", &title, error);
        } else if (json_key_is(&in->token, "coco_url")) {
            status = coco_text(in, "coco_url", &out->url, error);
        } else if (json_key_is(&in->token, "width")) {
            status = coco_side(in, "width", &out->width, error);
        } else if (json_key_is(&in->token, "height")) {
            status = coco_side(in, "height", &out->height, error);
        } else {
            status = coco_other(in, is_written_anew(&in->token) ? NULL : &in->members, error);
        }
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    out->content = in->content;
    out->members = in->members.data;
    out->members_length = in->members.length;
    out->file_name = title && *title ? title : out->file_name; /* in our own exports file_name is a path by hash */
    if (status == ANNOPROJ_OK && !has && !in->faulty) {
        coco_note(in, "the image has no id");
    }
    if (status == ANNOPROJ_OK && !in->faulty && (!out->file_name || !*out->file_name)) {
        coco_note(in, "the image has no file_name");
    }
    return status;
}

static annoproj_status read_category(coco_reader *in, coco_category *out, annoproj_error **error) {
    bool has = false;
    annoproj_status status = ANNOPROJ_OK;
    for (;;) {
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind != JSON_KEY) {
            break;
        }
        if (json_key_is(&in->token, "id")) {
            status = coco_id(in, &out->key, &has, &out->id, error);
        } else if (json_key_is(&in->token, "name")) {
            status = coco_text(in, "name", &out->name, error);
        } else if (json_key_is(&in->token, "keypoints")) {
            status = coco_keypoint_names(in, out, error);
        } else if (json_key_is(&in->token, "skeleton")) {
            status = coco_keypoint_edges(in, out, error);
        } else {
            status = coco_other(in, NULL, error);
        }
        if (status != ANNOPROJ_OK) {
            break;
        }
    }
    out->content = in->content;
    if (status == ANNOPROJ_OK && !has && !in->faulty) {
        coco_note(in, "the category has no id");
    }
    return status;
}

/* --- arrays of items ---------------------------------------------------------------------------------------------- */

typedef annoproj_status (*item_fn)(coco_reader *in, const coco_sink *sink, const coco_place *place,
                                   annoproj_error **error);

static annoproj_status take_image(coco_reader *in, const coco_sink *sink, const coco_place *place,
                                  annoproj_error **error) {
    coco_image image = {.place = *place};
    annoproj_status status = read_image(in, &image, error);
    return status == ANNOPROJ_OK && !in->faulty ? sink->image(sink->data, &image, error) : status;
}

static annoproj_status take_category(coco_reader *in, const coco_sink *sink, const coco_place *place,
                                     annoproj_error **error) {
    coco_category category = {.place = *place};
    annoproj_status status = read_category(in, &category, error);
    return status == ANNOPROJ_OK && !in->faulty ? sink->category(sink->data, &category, error) : status;
}

static annoproj_status take_annotation(coco_reader *in, const coco_sink *sink, const coco_place *place,
                                       annoproj_error **error) {
    coco_annotation annotation = {.place = *place, .confidence = 1};
    annoproj_status status = coco_read_annotation(in, &annotation, error);
    if (status != ANNOPROJ_OK || in->faulty) {
        return status;
    }
    in->handed++;
    status = sink->annotation(sink->data, &annotation, error);
    if (status == ANNOPROJ_OK && annotation.keypoints > 0 &&
        (annotation.shape == SHAPE_POLYGON || annotation.shape == SHAPE_BITMASK)) {
        coco_take_keypoints(in, &annotation);
        status = sink->annotation(sink->data, &annotation, error);
    }
    return status;
}

static annoproj_status look_up(coco_reader *in, annoproj_error **error) {
    if (++in->items > COCO_MOST_ITEMS) {
        return fail(error, ANNOPROJ_LIMIT, "%s has more than %d items", QUOTED(in->source->name), COCO_MOST_ITEMS);
    }
    if (in->items % CHECK_EVERY != 0) {
        return ANNOPROJ_OK;
    }
    annoproj_status status = bounds_check(in->bounds, error);
    if (status != ANNOPROJ_OK || in->runs_for) {
        return status == ANNOPROJ_OK ? coco_ahead_look_up(in->runs_for, error) : status;
    }
    const int64_t done = coco_ahead_done(in->ahead, in->source->read);
    in->told = done > in->told ? done : in->told; /* two windows are not one: what was told stays */
    return bounds_progress(in->bounds, in->told, in->source->size, error);
}

/* The first token of the item has been read. */
static annoproj_status read_item(coco_reader *in, const coco_sink *sink, const char *name, int64_t index, item_fn take,
                                 annoproj_error **error) {
    if (in->token.kind != JSON_OBJECT) {
        coco_note(in, "%s must hold objects", name);
        return coco_pass(in, error);
    }
    const coco_place place = {.array = name, .index = index, .offset = in->token.offset};
    in->content = 0;
    in->members.length = in->attributes.length = 0;
    in->faulty = false;
    annoproj_status status = take(in, sink, &place, error);
    arena_release(&in->texts);
    return status == ANNOPROJ_OK ? look_up(in, error) : status;
}

annoproj_status coco_take_annotation(coco_reader *in, const coco_sink *sink, int64_t index, annoproj_error **error) {
    return read_item(in, sink, "annotations", index, take_annotation, error);
}

static annoproj_status read_items(coco_reader *in, const coco_sink *sink, const char *name, item_fn take,
                                  annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    if (status == ANNOPROJ_OK && in->token.kind != JSON_ARRAY) {
        coco_note(in, "%s must be an array", name);
        return coco_pass(in, error);
    }
    for (int64_t index = 0; status == ANNOPROJ_OK; index++) {
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind == JSON_ARRAY_END) {
            break;
        }
        int64_t passed = 0;
        if (in->ahead) {
            status = coco_ahead_meet(in, sink, &passed, error);
        }
        if (status == ANNOPROJ_OK && passed > 0) {
            index += passed - 1;
        } else if (status == ANNOPROJ_OK) {
            status = read_item(in, sink, name, index, take, error);
        }
    }
    return status;
}

/* --- passes --------------------------------------------------------------------------------------------------------- */

typedef struct pass {
    const coco_sink *sink;
    bool second;                          /* only annotations, the rest is known */
    bool images, categories, annotations; /* members met; annotations: read */
    bool ready, waiting;                  /* `ready` was told; annotations came too early */
} pass;

static annoproj_status tell_ready(pass *state, annoproj_error **error) {
    state->ready = true;
    return state->sink->ready ? state->sink->ready(state->sink->data, error) : ANNOPROJ_OK;
}

static annoproj_status read_annotations(coco_reader *in, pass *state, annoproj_error **error) {
    const coco_sink *sink = state->sink;
    const bool known = state->second || ((state->images || !sink->image) && (state->categories || !sink->category));
    annoproj_status status = ANNOPROJ_OK;
    if (!known) {
        state->waiting = true;
        return json_skip(in->scan, error);
    }
    if (!state->ready) {
        status = tell_ready(state, error);
    }
    state->annotations = true;
    if (status == ANNOPROJ_OK && sink->ahead_begin) {
        status = coco_ahead_start(in, sink, error);
    }
    if (status == ANNOPROJ_OK) {
        status = read_items(in, sink, "annotations", take_annotation, error);
    }
    coco_ahead_leave(in, sink);
    return status;
}

static annoproj_status read_root_member(coco_reader *in, pass *state, annoproj_error **error) {
    const coco_sink *sink = state->sink;
    if (sink->image && !state->second && json_key_is(&in->token, "images")) {
        state->images = true;
        return read_items(in, sink, "images", take_image, error);
    }
    if (sink->category && !state->second && json_key_is(&in->token, "categories")) {
        state->categories = true;
        return read_items(in, sink, "categories", take_category, error);
    }
    if (sink->annotation && json_key_is(&in->token, "annotations")) {
        return read_annotations(in, state, error);
    }
    return json_skip(in->scan, error);
}

static annoproj_status read_root(coco_reader *in, pass *state, annoproj_error **error) {
    annoproj_status status = coco_next(in, error);
    if (status == ANNOPROJ_OK && in->token.kind != JSON_OBJECT) {
        coco_note(in, "a COCO file is an object with images, categories and annotations");
        status = coco_pass(in, error);
        return status;
    }
    while (status == ANNOPROJ_OK) {
        status = coco_next(in, error);
        if (status != ANNOPROJ_OK || in->token.kind != JSON_KEY) {
            break;
        }
        status = read_root_member(in, state, error);
    }
    return status == ANNOPROJ_OK ? coco_next(in, error) : status; /* nothing comes behind it */
}

static annoproj_status start_pass(coco_reader *in, annoproj_error **error) {
    json_scan_release(in->scan);
    in->scan = NULL;
    in->items = in->told = 0;
    return source_scan(in->source, STRING_LIMIT, &in->scan, error);
}

annoproj_status coco_begin_inside(coco_reader *in, int64_t offset, annoproj_error **error) {
    json_scan_release(in->scan);
    in->scan = NULL;
    in->items = in->handed = 0;
    return source_scan_inside(in->source, offset, STRING_LIMIT, &in->scan, error);
}

annoproj_status coco_read(coco_reader *in, const coco_sink *sink, annoproj_error **error) {
    pass state = {.sink = sink};
    in->shapes_only = sink->shapes_only;
    in->keep_members = sink->members;
    annoproj_status status = start_pass(in, error);
    if (status == ANNOPROJ_OK) {
        status = read_root(in, &state, error);
    }
    if (status == ANNOPROJ_OK && sink->image && !state.images && in->faults->count == 0) {
        faults_add(in->faults, "", 0, "there are no images: is this a COCO file?");
    }
    if (status == ANNOPROJ_OK && !state.ready) {
        status = tell_ready(&state, error);
    }
    if (status == ANNOPROJ_OK && state.waiting) {
        state.second = true;
        status = start_pass(in, error);
        if (status == ANNOPROJ_OK) {
            status = read_root(in, &state, error);
        }
    }
    return faults_join(in->faults, status, error);
}
