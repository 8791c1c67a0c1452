/* Listing images. */
#include "import_images.h"

#include <string.h>

#include "failure.h"
#include "hash.h"
#include "utf8.h"
#include "varint.h"

#define CHUNK_BYTES ((size_t)32 << 10) /* images packed into one row */

#define SCHEMA     "CREATE TABLE chunk(id INTEGER PRIMARY KEY, images BLOB NOT NULL)"
#define SQL_CACHE  "PRAGMA cache_size = -1024" /* KiB: chunks are written once and read in order */
#define SQL_INSERT "INSERT INTO chunk(images) VALUES(?1)"
#define SQL_ALL    "SELECT images FROM chunk ORDER BY id"

struct image_list {
    spool *file;
    bytes chunk;          /* that is being filled */
    key_map keys, titles; /* ids; fingerprints of titles */
    listed_image *images;
    size_t count, capacity;
};

annoproj_status image_list_open(store *of, image_list **out, annoproj_error **error) {
    *out = NULL;
    image_list *made = allocate_zeroed(1, sizeof *made);
    if (!made) {
        return fail_memory(error);
    }
    annoproj_status status = spool_open(of, SCHEMA, &made->file, error);
    if (status == ANNOPROJ_OK) {
        status = sql_run(sql(spool_database(made->file), SQL_CACHE), error);
    }
    if (status != ANNOPROJ_OK) {
        image_list_close(made);
        return status;
    }
    *out = made;
    return ANNOPROJ_OK;
}

void image_list_close(image_list *list) {
    if (list) {
        spool_close(list->file);
        bytes_release(&list->chunk);
        key_map_release(&list->keys);
        key_map_release(&list->titles);
        release(list->images);
        release(list);
    }
}

static annoproj_status make_room(image_list *list, annoproj_error **error) {
    if (list->count < list->capacity) {
        return ANNOPROJ_OK;
    }
    size_t capacity = list->capacity ? list->capacity * 2 : 1024;
    listed_image *images = reallocate(list->images, capacity * sizeof *images);
    if (!images) {
        return fail_memory(error);
    }
    list->images = images;
    list->capacity = capacity;
    return ANNOPROJ_OK;
}

static annoproj_status write_chunk(image_list *list, annoproj_error **error) {
    statement *insert = sql(spool_database(list->file), SQL_INSERT);
    bind_blob(insert, list->chunk.data, list->chunk.length);
    list->chunk.length = 0;
    return sql_run(insert, error);
}

/* With its NUL, so that it is borrowed as it stands. */
static void pack_text(bytes *out, const char *string) {
    const size_t length = strlen(string) + 1;
    bytes_varint(out, length);
    bytes_append(out, string, length);
}

static const char *unpack_text(unpacker *from) {
    const size_t length = (size_t)unpack_varint(from);
    const uint8_t *string = unpack_bytes(from, length);
    from->failed = from->failed || length == 0 || string[length - 1] != 0;
    return (const char *)string;
}

static annoproj_status spool_image(image_list *list, const coco_image *image, bool repeats, annoproj_error **error) {
    bytes *out = &list->chunk;
    pack_text(out, image->file_name);
    pack_text(out, image->url && *image->url ? image->url : image->file_name);
    bytes_varint(out, (uint64_t)image->width);
    bytes_varint(out, (uint64_t)image->height);
    bytes_varint(out, repeats);
    bytes_varint(out, image->members_length);
    bytes_append(out, image->members, image->members_length);
    if (out->failed) {
        return fail_memory(error);
    }
    return out->length >= CHUNK_BYTES ? write_chunk(list, error) : ANNOPROJ_OK;
}

static bool unpack_image(unpacker *from, spooled_image *out) {
    out->title = unpack_text(from);
    out->link = unpack_text(from);
    out->size.width = (int32_t)unpack_varint(from);
    out->size.height = (int32_t)unpack_varint(from);
    out->repeats = unpack_varint(from) != 0;
    out->members_length = (size_t)unpack_varint(from);
    out->members = unpack_bytes(from, out->members_length);
    return !from->failed;
}

static bool sides_differ(int32_t one, int32_t other) {
    return one != 0 && other != 0 && one != other;
}

bool image_sizes_differ(image_size one, image_size other) {
    return sides_differ(one.width, other.width) || sides_differ(one.height, other.height);
}

/* Behind those that are there; `same` is the first with its title, or KEY_MAP_NONE. */
static annoproj_status append(image_list *list, const coco_image *image, const listed_image *made, int64_t print,
                              uint32_t same, annoproj_error **error) {
    annoproj_status status = make_room(list, error);
    if (status == ANNOPROJ_OK) {
        status = spool_image(list, image, same != KEY_MAP_NONE, error);
    }
    if (status == ANNOPROJ_OK &&
        (!key_map_add(&list->keys, image->key, (uint32_t)list->count) ||
         (same == KEY_MAP_NONE && !key_map_add(&list->titles, print, (uint32_t)list->count)))) {
        status = fail_memory(error);
    }
    if (status == ANNOPROJ_OK) {
        list->images[list->count++] = *made;
    }
    return status;
}

annoproj_status image_list_add(image_list *list, const coco_image *image, faults *all, annoproj_error **error) {
    annoproj_error *wrong = NULL;
    const uint32_t known = key_map_find(&list->keys, image->key);
    if (known != KEY_MAP_NONE) {
        if (list->images[known].content != image->content) {
            coco_fault(all, &image->place, "the id of the image is also that of another image");
        }
        return ANNOPROJ_OK;
    }
    if (check_text(image->file_name, TEXT_FILE_NAME, "file_name", &wrong) != ANNOPROJ_OK ||
        (image->url && check_text(image->url, TEXT_LINK, "coco_url", &wrong) != ANNOPROJ_OK)) {
        coco_fault(all, &image->place, "%s", annoproj_error_message(wrong));
        drop_error(&wrong);
        return ANNOPROJ_OK;
    }
    const listed_image made = {
        .key = image->key, .content = image->content, .size = {(int32_t)image->width, (int32_t)image->height}};
    const int64_t print = (int64_t)hash64(image->file_name, strlen(image->file_name));
    const uint32_t same = key_map_find(&list->titles, print);
    const image_size before = same != KEY_MAP_NONE ? list->images[same].size : made.size;
    if (image_sizes_differ(made.size, before)) {
        coco_fault(all, &image->place, "the image is %d x %d pixels, an earlier one of its file name %d x %d",
                   (int)made.size.width, (int)made.size.height, (int)before.width, (int)before.height);
        return ANNOPROJ_OK;
    }
    return append(list, image, &made, print, same, error);
}

annoproj_status image_list_finish(image_list *list, annoproj_error **error) {
    annoproj_status status = list->chunk.length > 0 ? write_chunk(list, error) : ANNOPROJ_OK;
    return status == ANNOPROJ_OK ? spool_flush(list->file, error) : status;
}

size_t image_list_count(const image_list *list) {
    return list->count;
}

const listed_image *image_list_find(const image_list *list, const coco_annotation *annotation, faults *all,
                                    uint32_t *index) {
    if (*index < list->count && list->images[*index].key == annotation->image) {
        return &list->images[*index];
    }
    *index = key_map_find(&list->keys, annotation->image);
    if (*index == KEY_MAP_NONE) {
        coco_fault(all, &annotation->place, "image_id names an image that the file does not have");
        return NULL;
    }
    return &list->images[*index];
}

bool image_takes_mask(image_size image, const coco_annotation *annotation, faults *all) {
    const image_size mask = {(int32_t)annotation->mask_width, (int32_t)annotation->mask_height};
    if (annotation->shape != SHAPE_BITMASK || !image_sizes_differ(mask, image)) {
        return true;
    }
    coco_fault(all, &annotation->place, "the mask has %d x %d pixels, its image %d x %d", (int)mask.width,
               (int)mask.height, (int)image.width, (int)image.height);
    return false;
}

annoproj_status image_list_each(image_list *list, image_fn found, void *data, annoproj_error **error) {
    annoproj_status status = ANNOPROJ_OK;
    statement *all = sql(spool_database(list->file), SQL_ALL);
    for (size_t index = 0; status == ANNOPROJ_OK && sql_row(all);) {
        const uint8_t *chunk = column_blob(all, 0);
        unpacker rest = {.at = chunk, .end = chunk + column_length(all, 0)};
        while (status == ANNOPROJ_OK && rest.at != rest.end) {
            spooled_image image;
            status = unpack_image(&rest, &image) ? found(data, index++, &image, error)
                                                 : fail(error, ANNOPROJ_IO,
                                                        "the temporary file of the import came back changed: import "
                                                        "again");
        }
    }
    annoproj_status ended = sql_end(all, status == ANNOPROJ_OK ? error : NULL);
    return status == ANNOPROJ_OK ? ended : status;
}
