/* Runs a fuzz target over its corpus without a fuzzer: every file, every beginning of the short ones, and files changed at
 * random. What the library allocates for one input stays within a bound. */
#include <dirent.h>
#include <libgen.h>

#include "support.h"

#include "fuzz.h"

#define MOST_FILES  256
#define MOST_LENGTH 65536
#define MOST_MEMORY ((size_t)64 << 20)

typedef struct sample {
    char name[256];
    uint8_t *data;
    size_t length;
} sample;

static sample samples[MOST_FILES];
static size_t sample_count;
static const char *target;

/* ---- memory: each block has its size before it ---- */

static size_t held, most_held;

static void *count_memory(void *memory, size_t size, void *user_data) {
    (void)user_data;
    size_t *block = memory ? (size_t *)memory - 2 : NULL;
    const size_t before = block ? *block : 0;
    if (size == 0) {
        free(block);
        __atomic_sub_fetch(&held, before, __ATOMIC_RELAXED);
        return NULL;
    }
    if (size > SIZE_MAX - 16)
        return NULL;
    size_t *larger = realloc(block, size + 16);
    if (!larger)
        return NULL;
    *larger = size;
    const size_t now = __atomic_add_fetch(&held, size - before, __ATOMIC_RELAXED);
    if (now > most_held)
        most_held = now;
    return larger + 2;
}

/* An exact copy, so that the address sanitizer sees a read behind the end. */
static void run(const uint8_t *data, size_t length) {
    uint8_t *copy = malloc(length ? length : 1);
    assert_non_null(copy);
    if (length > 0)
        memcpy(copy, data, length);
    const size_t before = most_held = held;
    LLVMFuzzerTestOneInput(copy, length);
    if (most_held - before > MOST_MEMORY)
        fail_msg("%zu bytes were allocated for an input of %zu", most_held - before, length);
    free(copy);
}

/* ---- the corpus ---- */

static int by_name(const void *one, const void *other) {
    return strcmp(((const sample *)one)->name, ((const sample *)other)->name);
}

static int load_corpus(void **state) {
    (void)state;
    char folder[512], path[1024];
    const struct dirent *entry;
    snprintf(folder, sizeof folder, "tests/fuzz/corpus/%s", target);
    DIR *listed = opendir(folder);
    if (!listed)
        fail_msg("no corpus in %s: run it in the project's folder", folder);
    while ((entry = readdir(listed)) && sample_count < MOST_FILES) {
        if (entry->d_name[0] == '.')
            continue;
        sample *one = &samples[sample_count++];
        snprintf(one->name, sizeof one->name, "%s", entry->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        one->data = (uint8_t *)read_whole_file(path, &one->length);
    }
    closedir(listed);
    qsort(samples, sample_count, sizeof *samples, by_name);
    return sample_count > 0 ? 0 : -1;
}

static int free_corpus(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_count; i++)
        free(samples[i].data);
    return 0;
}

static void every_file(void **state) {
    (void)state;
    for (size_t i = 0; i < sample_count; i++)
        run(samples[i].data, samples[i].length);
}

static void every_beginning(void **state) {
    (void)state;
    size_t left = fuzz_rounds;
    for (size_t i = 0; i < sample_count; i++)
        for (size_t length = 0; length < samples[i].length && length < fuzz_rounds / sample_count && left > 0;
             length++, left--)
            run(samples[i].data, length);
}

/* A few bytes set, taken out, doubled, or a piece of another file put in. */
static size_t change(uint8_t *data, size_t length) {
    const sample *other = &samples[random_below(sample_count)];
    const size_t at = (size_t)random_below(length + 1), rest = length - at;
    size_t piece = 1 + (size_t)random_below(random_below(4) ? 4 : 64);
    switch (random_below(5)) {
    case 0:
        if (rest > 0)
            data[at] = (uint8_t)random_below(256);
        return length;
    case 1:
        if (rest > 0)
            data[at] ^= (uint8_t)(1u << random_below(8));
        return length;
    case 2: /* out */
        piece = piece < rest ? piece : rest;
        memmove(data + at, data + at + piece, rest - piece);
        return length - piece;
    case 3: /* doubled */
        piece = piece < rest ? piece : rest;
        memmove(data + at + piece, data + at, rest);
        return length + piece;
    default: { /* of another */
        const size_t from = (size_t)random_below(other->length + 1);
        piece = piece < other->length - from ? piece : other->length - from;
        memmove(data + at + piece, data + at, rest);
        memcpy(data + at, other->data + from, piece);
        return length + piece;
    }
    }
}

static void changed_files(void **state) {
    (void)state;
    static uint8_t changed[2 * MOST_LENGTH];
    for (unsigned round = 0; round < fuzz_rounds; round++) {
        const sample *one = &samples[random_below(sample_count)];
        size_t length = one->length < MOST_LENGTH ? one->length : MOST_LENGTH;
        memcpy(changed, one->data, length);
        for (uint64_t changes = 1 + random_below(6); changes > 0; changes--)
            length = change(changed, length);
        run(changed, length);
    }
}

/* Called as .../fuzz_<target>. */
int main(int count, char **arguments) {
    annoproj_error *error = NULL;
    const char *name = basename(arguments[count > 0 ? 0 : count]);
    target = strncmp(name, "fuzz_", 5) == 0 ? name + 5 : name;
    if (annoproj_allocator_set(count_memory, NULL, &error) != ANNOPROJ_OK)
        return 1;
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_file), cmocka_unit_test(every_beginning),
                                       cmocka_unit_test(changed_files)};
    return cmocka_run_group_tests_name(target, tests, load_corpus, free_corpus);
}
