/* The range coder is the one of LZMA (11 bits of a chance, 32 of the range), but that it adds a carry to the bytes before, and ends with
 * the one byte that it takes to tell the end from its neighbours. */
#include "mask_code.h"

#include <string.h>

#define CHANCE_BITS    11
#define EVEN_CHANCE    (1u << (CHANCE_BITS - 1))
#define LEARNING       4          /* a chance moves by a 16th of what it was off */
#define LEAST_RANGE    (1u << 24) /* below it another byte is due */
#define MOST_PIXELS    (UINT64_C(1) << 31)
#define RUNS_OF_A_BYTE 16 /* so that a damaged count costs no more than the bytes that are there */
#define LONGEST_RUN    64 /* bytes that one run can take: 64 bits of at most 8 bits each */

/* ---- what is expected ---- */

static bool begin_edges(mask_edges *edges, bool lines, uint64_t width, uint64_t height) {
    memset(edges, 0, sizeof *edges);
    edges->side = lines ? height : 0;
    edges->pixels = lines ? width * height : MOST_PIXELS;
    for (size_t i = 0; i < 2; i++) {
        edges->chances[i].moved = edges->chances[i].earlier = EVEN_CHANCE;
        for (size_t k = 0; k < MASK_LONGEST; k++) {
            edges->chances[i].longer[k] = EVEN_CHANCE;
        }
    }
    return !lines ||
           (width >= 1 && height >= 1 && width <= MOST_PIXELS && height <= MOST_PIXELS && edges->pixels <= MOST_PIXELS);
}

static uint64_t edge(const mask_edges *edges, uint64_t run) {
    return edges->at[run % MASK_EDGES];
}

static uint64_t last_edge(const mask_edges *edges) {
    return edges->count > 0 ? edge(edges, edges->count - 1) : 0;
}

/* The next run ends below the nearest edge of its kind in the line before. Where there is none, it is as long as the last of
 * its kind. */
static uint64_t expected_run(mask_edges *edges) {
    const uint64_t count = edges->count, from = last_edge(edges);
    if (edges->above + MASK_EDGES < count) {
        edges->above = count - MASK_EDGES;
    }
    while (edges->above < count && edge(edges, edges->above) + edges->side <= from) {
        edges->above++;
    }
    const uint64_t alike = edges->above + (edges->above + count) % 2;
    if (alike < count) {
        return edge(edges, alike) + edges->side - from;
    }
    return count < 2 ? 0 : edge(edges, count - 2) - (count > 2 ? edge(edges, count - 3) : 0);
}

/* False when there are no such runs. */
static bool add_run(mask_edges *edges, int64_t run) {
    const uint64_t from = last_edge(edges);
    if (run < 0 || (uint64_t)run > edges->pixels - from) {
        return false;
    }
    edges->at[edges->count++ % MASK_EDGES] = (uint32_t)(from + (uint64_t)run);
    return true;
}

static bool is_whole(const mask_edges *edges) {
    return edges->side == 0 || last_edge(edges) == edges->pixels;
}

static void learn(uint16_t *chance, bool bit) {
    const uint32_t zero = *chance;
    *chance = (uint16_t)(bit ? zero - (zero >> LEARNING) : zero + (((1u << CHANCE_BITS) - zero) >> LEARNING));
}

static size_t least_length(uint64_t runs) {
    return (size_t)((runs - 1) / RUNS_OF_A_BYTE) + 1;
}

/* ---- writing ---- */

typedef struct coder {
    uint8_t *at;
    uint64_t low; /* 33 bits: the highest is the carry */
    uint32_t range;
} coder;

static void put_byte(coder *to) {
    if (to->low >> 32) {
        for (uint8_t *byte = to->at - 1; ++*byte == 0; byte--) {
        }
    }
    *to->at++ = (uint8_t)(to->low >> 24);
    to->low = (to->low & (LEAST_RANGE - 1)) << 8;
}

static void put_part(coder *to, uint32_t zeros, bool bit) {
    to->low += bit ? zeros : 0;
    to->range = bit ? to->range - zeros : zeros;
    while (to->range < LEAST_RANGE) {
        put_byte(to);
        to->range <<= 8;
    }
}

static void put_bit(coder *to, uint16_t *chance, bool bit) {
    put_part(to, (to->range >> CHANCE_BITS) * *chance, bit);
    learn(chance, bit);
}

static void put_delta(coder *to, mask_chances *chances, int64_t delta) {
    put_bit(to, &chances->moved, delta != 0);
    if (delta == 0) {
        return;
    }
    const uint64_t size = (uint64_t)(delta < 0 ? -delta : delta);
    const uint32_t behind = 63 - (uint32_t)__builtin_clzll(size);
    put_bit(to, &chances->earlier, delta < 0);
    for (uint32_t i = 0; i < behind; i++) {
        put_bit(to, &chances->longer[i], true);
    }
    if (behind < MASK_LONGEST) {
        put_bit(to, &chances->longer[behind], false);
    }
    for (uint32_t i = behind; i-- > 0;) {
        put_part(to, to->range >> 1, size >> i & 1);
    }
}

/* The only multiple of 2^24 less than 2^24 above `low`: of four bytes the first; a reader takes zeros for the others. */
static void put_end(coder *to) {
    to->low = (to->low + LEAST_RANGE - 1) & ~(uint64_t)(LEAST_RANGE - 1);
    put_byte(to);
}

static bool encode_runs(const int64_t *runs, size_t count, mask_edges *edges, bytes *code) {
    coder to = {.range = UINT32_MAX};
    bool sound = true;
    code->length = 0;
    code->failed = false;
    for (size_t i = 0; i < count && sound; i++) {
        to.at = bytes_room(code, LONGEST_RUN);
        if (!to.at) {
            return true; /* `code` tells that it failed */
        }
        const int64_t expected = (int64_t)expected_run(edges);
        sound = add_run(edges, runs[i]);
        if (sound) {
            put_delta(&to, &edges->chances[i % 2], runs[i] - expected);
            code->length = (size_t)(to.at - code->data);
        }
    }
    const size_t least = least_length(count);
    to.at = bytes_room(code, 1 + least);
    if (to.at) {
        put_end(&to);
        code->length = (size_t)(to.at - code->data);
        if (code->length < least) {
            memset(to.at, 0, least - code->length);
            code->length = least;
        }
    }
    return sound && is_whole(edges);
}

bool mask_encode(const int64_t *numbers, size_t count, bool lines, bytes *code, bytes *out) {
    const size_t heads = lines ? 2 : 0;
    mask_edges edges;
    if (count <= heads || (lines && (numbers[0] < 1 || numbers[1] < 1)) ||
        !begin_edges(&edges, lines, lines ? (uint64_t)numbers[0] : 0, lines ? (uint64_t)numbers[1] : 0) ||
        !encode_runs(numbers + heads, count - heads, &edges, code)) {
        return false;
    }
    for (size_t i = 0; i < heads; i++) {
        bytes_varint(out, (uint64_t)numbers[i]);
    }
    bytes_varint(out, code->length);
    bytes_append(out, code->data, code->length);
    out->failed |= code->failed;
    return true;
}

/* ---- reading ---- */

static void take_byte(mask_decoder *from) {
    from->value = from->value << 8 | (from->read < from->length ? from->code[from->read] : 0);
    from->read++;
}

static bool take_part(mask_decoder *from, uint32_t zeros) {
    const bool bit = from->value >= zeros;
    from->value -= bit ? zeros : 0;
    from->range = bit ? from->range - zeros : zeros;
    while (from->range < LEAST_RANGE) {
        take_byte(from);
        from->range <<= 8;
    }
    return bit;
}

static bool take_bit(mask_decoder *from, uint16_t *chance) {
    const bool bit = take_part(from, (from->range >> CHANCE_BITS) * *chance);
    learn(chance, bit);
    return bit;
}

static int64_t take_delta(mask_decoder *from, mask_chances *chances) {
    if (!take_bit(from, &chances->moved)) {
        return 0;
    }
    const bool earlier = take_bit(from, &chances->earlier);
    int64_t size = 1;
    uint32_t behind = 0;
    while (behind < MASK_LONGEST && take_bit(from, &chances->longer[behind])) {
        behind++;
    }
    while (behind-- > 0) {
        size = size << 1 | take_part(from, from->range >> 1);
    }
    return earlier ? -size : size;
}

/* Whether the code ends as one that was written does. */
static bool ends_well(const mask_decoder *from) {
    const size_t used = from->read - 3; /* four bytes are read ahead, one of which tells the end */
    if (from->value >= LEAST_RANGE || used > from->length) {
        return false;
    }
    for (size_t i = used; i < from->length; i++) {
        if (from->code[i] != 0) {
            return false;
        }
    }
    return (used == from->length || from->length == least_length(from->runs)) && is_whole(&from->edges);
}

bool mask_decoder_open(mask_decoder *decoder, unpacker *from, uint64_t count, bool lines) {
    const uint32_t heads = lines ? 2 : 0;
    decoder->heads = heads;
    decoder->sides[0] = decoder->sides[1] = 0;
    for (uint32_t i = 0; i < heads; i++) {
        decoder->sides[i] = unpack_varint(from);
    }
    const uint64_t length = unpack_varint(from);
    decoder->length = (size_t)length;
    decoder->code = unpack_bytes(from, decoder->length);
    if (from->failed || count <= heads || !begin_edges(&decoder->edges, lines, decoder->sides[0], decoder->sides[1])) {
        return false;
    }
    decoder->runs = decoder->runs_left = count - heads;
    decoder->range = UINT32_MAX;
    decoder->read = 0;
    for (size_t i = 0; i < sizeof decoder->value; i++) {
        take_byte(decoder);
    }
    return least_length(decoder->runs) <= length && decoder->value < decoder->range;
}

bool mask_decoder_next(mask_decoder *decoder, int64_t *out) {
    if (decoder->heads > 0) {
        *out = (int64_t)decoder->sides[2 - decoder->heads--];
        return true;
    }
    mask_edges *edges = &decoder->edges;
    const int64_t expected = (int64_t)expected_run(edges);
    *out = expected + take_delta(decoder, &edges->chances[edges->count % 2]);
    decoder->runs_left--;
    return add_run(edges, *out) && (decoder->runs_left > 0 || ends_well(decoder));
}
