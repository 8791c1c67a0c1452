/* The JSON scanner: a text in memory, through windows of any size, as one slice and by runs of numbers is the same text; what it
 * takes are well-formed strings and numbers. The first byte is the window and how much a read gives. */
#include "fuzz.h"

#include "hash.h"
#include "json_scan.h"
#include "utf8.h"

const unsigned fuzz_rounds = 5000;

typedef struct source {
    const uint8_t *data;
    size_t length, at, step;
} source;

static annoproj_status read_source(void *data, void *buffer, size_t size, size_t *length, annoproj_error **error) {
    (void)error;
    source *from = data;
    const size_t left = from->length - from->at, most = size < from->step ? size : from->step;
    *length = most < left ? most : left;
    if (*length > 0)
        memcpy(buffer, from->data + from->at, *length);
    from->at += *length;
    return ANNOPROJ_OK;
}

/* What a scan says, in two numbers. */
typedef struct told {
    annoproj_status status;
    uint64_t print;
    int64_t numbers;
} told;

static void check_token(const json_token *token) {
    if (token->kind == JSON_NUMBER) {
        double value = 0;
        require(json_double(token, &value));
    } else if (token->kind == JSON_STRING || token->kind == JSON_KEY) {
        char *plain = malloc(token->length + 1);
        require(plain);
        const size_t length = json_unescape(token, plain);
        require(length <= token->length && plain[length] == '\0' && utf8_valid(plain, length));
        free(plain);
    }
}

static told tell(json_scan *scan) {
    told out = {ANNOPROJ_OK, 0, 0};
    annoproj_error *error = NULL;
    json_token token = {.kind = JSON_NULL};
    while (token.kind != JSON_END && (out.status = json_next(scan, &token, &error)) == ANNOPROJ_OK) {
        const int64_t facts[] = {(int64_t)out.print, token.kind, token.offset, token.depth, token.escaped};
        check_token(&token);
        out.print = hash64_with(facts, sizeof facts, hash64(token.start, token.length));
        out.numbers += token.kind == JSON_NUMBER;
    }
    if (out.status != ANNOPROJ_OK)
        out.print = hash64(annoproj_error_message(error), strlen(annoproj_error_message(error)));
    require_no_fault(out.status, error);
    return out;
}

static told tell_memory(const uint8_t *data, size_t length) {
    json_scan *scan = NULL;
    annoproj_error *error = NULL;
    require(json_scan_memory((const char *)data, length, NULL, &scan, &error) == ANNOPROJ_OK);
    const told out = tell(scan);
    json_scan_release(scan);
    return out;
}

static told tell_stream(const uint8_t *data, size_t length, size_t window, size_t step) {
    json_scan *scan = NULL;
    annoproj_error *error = NULL;
    source from = {data, length, 0, step};
    require(json_scan_stream(read_source, &from, window, NULL, &scan, &error) == ANNOPROJ_OK);
    const told out = tell(scan);
    json_scan_release(scan);
    return out;
}

/* Elements of arrays are taken by runs where that is possible. */
static int64_t count_by_runs(const uint8_t *data, size_t length, annoproj_status *status) {
    enum { RUN = 24 };
    json_scan *scan = NULL;
    annoproj_error *error = NULL;
    json_token token = {.kind = JSON_NULL};
    int64_t numbers = 0;
    bool in_array[513] = {false};
    int32_t depth = 0;
    require(json_scan_memory((const char *)data, length, NULL, &scan, &error) == ANNOPROJ_OK);
    while (token.kind != JSON_END && (*status = json_next(scan, &token, &error)) == ANNOPROJ_OK) {
        numbers += token.kind == JSON_NUMBER;
        if (token.kind == JSON_ARRAY || token.kind == JSON_OBJECT)
            in_array[++depth] = token.kind == JSON_ARRAY;
        else if (token.kind == JSON_ARRAY_END || token.kind == JSON_OBJECT_END)
            depth--;
        if (token.kind == JSON_END || !in_array[depth])
            continue;
        decimal run[RUN];
        size_t got = json_numbers(scan, (numbers & 1) != 0, run, RUN);
        numbers += (int64_t)got;
        for (size_t i = 0; i < got; i++)
            require(run[i].scale >= -64 && run[i].scale <= 64);
        numbers += (int64_t)((numbers & 2) != 0 ? json_pass_numbers(scan) : 0);
    }
    require_no_fault(*status, error);
    json_scan_release(scan);
    return numbers;
}

static annoproj_status slice_whole(const uint8_t *data, size_t length, bool skip) {
    json_scan *scan = NULL;
    annoproj_error *error = NULL;
    const char *start = NULL;
    size_t taken = 0;
    int64_t offset = 0;
    json_token token;
    require(json_scan_memory((const char *)data, length, NULL, &scan, &error) == ANNOPROJ_OK);
    annoproj_status status = skip ? json_skip(scan, &error) : json_slice(scan, &start, &taken, &offset, &error);
    if (status == ANNOPROJ_OK && !skip)
        require(offset >= 0 && (size_t)offset + taken <= length && memcmp(start, data + offset, taken) == 0);
    if (status == ANNOPROJ_OK)
        status = json_next(scan, &token, &error);
    require(status != ANNOPROJ_OK || token.kind == JSON_END);
    require_no_fault(status, error);
    json_scan_release(scan);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length) {
    if (length == 0)
        return 0;
    const size_t window = 1 + data[0] % 61, step = 1 + data[0] / 13;
    data++, length--;
    const told whole = tell_memory(data, length), windowed = tell_stream(data, length, window, step);
    require(whole.status == windowed.status && whole.print == windowed.print);
    require(whole.status == slice_whole(data, length, false));
    require(whole.status == slice_whole(data, length, true));
    annoproj_status by_runs = ANNOPROJ_OK;
    const int64_t numbers = count_by_runs(data, length, &by_runs);
    require(whole.status == by_runs);
    require(whole.status != ANNOPROJ_OK || numbers == whole.numbers);
    return 0;
}
