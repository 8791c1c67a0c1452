/* The labels of a task as contents: pieces of whole labels, each some megabyte at most but for a label that is larger. */
#include "label_version.h"

#include <string.h>

#include "failure.h"

#define PIECE_BYTES ((size_t)1 << 20)

/* --- into contents -------------------------------------------------------------------------------------------------- */

typedef struct putting {
    command *cmd; /* NULL = only hashes are made */
    int64_t task, labels;
    size_t size;
    bytes piece;
    bytes *hashes;
} putting;

static void add_bytes(bytes *out, const uint8_t *data, size_t length) {
    bytes_varint(out, length);
    bytes_append(out, data, length);
}

static void encode_label(bytes *out, const label *one) {
    uint64_t confidence = 0;
    memcpy(&confidence, &one->confidence, sizeof confidence);
    add_bytes(out, (const uint8_t *)one->hash, strlen(one->hash));
    bytes_varint(out, (uint64_t)one->class);
    bytes_varint(out, (uint64_t)one->creator);
    bytes_zigzag(out, one->created_us);
    bytes_varint(out, (uint64_t)one->editor);
    bytes_zigzag(out, one->edited_us);
    bytes_varint(out, one->manual);
    bytes_append(out, &confidence, sizeof confidence); /* little-endian, as the library is built for */
    add_bytes(out, one->ranges, one->ranges_length);
    add_bytes(out, one->geometry, one->geometry_length);
    add_bytes(out, one->answers, one->answers_length);
    add_bytes(out, one->nodes, one->nodes_length);
    add_bytes(out, one->members, one->members_length);
}

static annoproj_status put_piece(putting *to, annoproj_error **error) {
    uint8_t hash[SHA256_SIZE];
    annoproj_status status = ANNOPROJ_OK;
    if (to->cmd)
        status = content_put(to->cmd, PROJECT_OF(to->task), &to->piece, hash, error);
    else
        content_hash(to->piece.data, to->piece.length, hash);
    bytes_append(to->hashes, hash, sizeof hash);
    to->size += to->piece.length;
    to->piece.length = 0;
    return status == ANNOPROJ_OK && to->hashes->failed ? fail_memory(error) : status;
}

static annoproj_status put_label(void *data, const label *one, annoproj_error **error) {
    putting *to = data;
    if (to->piece.length == 0) /* so that no two tasks share contents: what one of them leaves is nobody's */
        bytes_varint(&to->piece, (uint64_t)NUMBER_OF(to->task));
    encode_label(&to->piece, one);
    to->labels++;
    return to->piece.failed ? fail_memory(error) : to->piece.length >= PIECE_BYTES ? put_piece(to, error) : ANNOPROJ_OK;
}

static annoproj_status put_all(scope *in, putting *to, annoproj_error **error) {
    annoproj_status status = label_each(in, to->task, put_label, to, error);
    if (status == ANNOPROJ_OK && to->piece.length > 0)
        status = put_piece(to, error);
    bytes_release(&to->piece);
    return status;
}

annoproj_status version_put_labels(command *cmd, int64_t task, bytes *hashes, int64_t *labels, size_t *size,
                                   annoproj_error **error) {
    putting to = {.cmd = cmd, .task = task, .hashes = hashes};
    annoproj_status status = put_all(&cmd->scope, &to, error);
    *labels = to.labels;
    *size = to.size;
    return status;
}

annoproj_status version_hash_labels(scope *in, int64_t task, bytes *hashes, annoproj_error **error) {
    putting to = {.task = task, .hashes = hashes};
    return put_all(in, &to, error);
}

/* --- and back ------------------------------------------------------------------------------------------------------- */

static const uint8_t *read_bytes(unpacker *from, size_t *length) {
    const uint64_t wanted = unpack_varint(from);
    *length = wanted <= (uint64_t)(from->end - from->at) ? (size_t)wanted : 0;
    from->failed = from->failed || *length != wanted;
    return unpack_bytes(from, *length);
}

static bool decode_label(unpacker *from, int64_t task, label *out) {
    size_t length = 0;
    *out = (label){.task = task};
    const uint8_t *hash = read_bytes(from, &length);
    if (!hash || length >= sizeof out->hash)
        return false;
    memcpy(out->hash, hash, length);
    out->class = (int32_t)unpack_varint(from);
    out->creator = (int64_t)unpack_varint(from);
    out->created_us = unpack_zigzag(from);
    out->editor = (int64_t)unpack_varint(from);
    out->edited_us = unpack_zigzag(from);
    out->manual = unpack_varint(from) != 0;
    const uint8_t *confidence = unpack_bytes(from, sizeof out->confidence);
    if (!confidence)
        return false;
    memcpy(&out->confidence, confidence, sizeof out->confidence);
    out->ranges = read_bytes(from, &out->ranges_length);
    out->geometry = read_bytes(from, &out->geometry_length);
    out->answers = read_bytes(from, &out->answers_length);
    out->nodes = read_bytes(from, &out->nodes_length);
    out->members = read_bytes(from, &out->members_length);
    return !from->failed;
}

static annoproj_status each_of_piece(const bytes *piece, int64_t task, label_fn found, void *data,
                                     annoproj_error **error) {
    unpacker from = {piece->data, piece->data + piece->length, false};
    annoproj_status status = ANNOPROJ_OK;
    (void)unpack_varint(&from); /* whose they were */
    while (status == ANNOPROJ_OK && from.at < from.end) {
        label one;
        status = decode_label(&from, task, &one)
                     ? found(data, &one, error)
                     : fail(error, ANNOPROJ_CORRUPT,
                            "the labels of task %lld in a label version are damaged: restore the store from a backup",
                            (long long)task);
    }
    return status;
}

annoproj_status version_each_label(scope *in, const version_task *task, label_fn found, void *data,
                                   annoproj_error **error) {
    bytes piece = {0};
    annoproj_status status = ANNOPROJ_OK;
    for (size_t i = 0; i < task->content_count && status == ANNOPROJ_OK; i++) {
        status = content_get(in, PROJECT_OF(task->id), task->contents + i * SHA256_SIZE, &piece, error);
        if (status == ANNOPROJ_OK)
            status = each_of_piece(&piece, task->id, found, data, error);
    }
    bytes_release(&piece);
    return status;
}
