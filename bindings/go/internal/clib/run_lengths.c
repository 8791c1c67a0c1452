/* Compressed run lengths, and masks turned from columns to rows. */
#include "run_lengths.h"

#include "allocate.h"

#define SHIFT      48
#define BITS       5
#define MORE       0x20
#define NEGATIVE   0x10
#define MOST_CHARS 8 /* of one run */

bool run_text_next(run_text *from, int64_t *run) {
    int64_t value = 0;
    int characters = 0;
    if (from->failed || from->at == from->end) {
        return false;
    }
    for (bool more = true; more; characters++) {
        const int character = from->at < from->end ? (unsigned char)*from->at - SHIFT : -1;
        if (character < 0 || character > 63 || characters == MOST_CHARS) {
            from->failed = true;
            return false;
        }
        from->at++;
        value |= (int64_t)(character & (MORE - 1)) << (BITS * characters);
        more = character & MORE;
        if (!more && (character & NEGATIVE)) {
            value -= INT64_C(1) << (BITS * (characters + 1));
        }
    }
    if (from->count > 2) {
        value += from->last[0];
    }
    if (value < 0 || value > INT32_MAX + INT64_C(1)) {
        from->failed = true;
        return false;
    }
    from->count++;
    from->last[0] = from->last[1];
    from->last[1] = value;
    *run = value;
    return true;
}

void run_writer_add(run_writer *writer, int64_t run) {
    int64_t value = writer->count > 2 ? run - writer->last[0] : run;
    for (bool more = true; more;) {
        int character = (int)(value & (MORE - 1));
        value >>= BITS;
        more = character & NEGATIVE ? value != -1 : value != 0;
        text_character(writer->out, (char)((more ? character | MORE : character) + SHIFT));
    }
    writer->count++;
    writer->last[0] = writer->last[1];
    writer->last[1] = run;
}

static void set_column_run(uint8_t *rows, int64_t from, int64_t length, int64_t width, int64_t height) {
    int64_t x = from / height, y = from % height;
    for (int64_t i = 0; i < length; i++) {
        const int64_t bit = y * width + x;
        rows[bit >> 3] = (uint8_t)(rows[bit >> 3] | 1u << (bit & 7));
        if (++y == height) {
            y = 0;
            x++;
        }
    }
}

bool runs_transpose(const int64_t *runs, size_t count, int64_t width, int64_t height, run_fn found, void *data) {
    const int64_t pixels = width * height;
    uint8_t *rows = allocate_zeroed((size_t)(pixels / 8 + 1), 1);
    if (!rows) {
        return false;
    }
    int64_t at = 0;
    for (size_t i = 0; i < count && runs[i] <= pixels - at; i++) {
        if (i % 2 == 1) {
            set_column_run(rows, at, runs[i], width, height);
        }
        at += runs[i];
    }
    bool inside = false;
    int64_t start = 0;
    for (int64_t bit = 0; bit < pixels; bit++) {
        const bool set = (rows[bit >> 3] >> (bit & 7)) & 1;
        if (set != inside) {
            found(data, bit - start);
            start = bit;
            inside = set;
        }
    }
    found(data, pixels - start);
    release(rows);
    return true;
}
