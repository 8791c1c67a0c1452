/* The SQL extension in a program whose memory is watched: every table of a store is read to the last column, sound and with bytes of
 * the file turned, and the connection closes with nothing left behind.
 *
 *     load_sql EXTENSION STORE ROUNDS [SEED] */
#include <inttypes.h>
#include <stdbool.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "host_support.h"

static uint64_t state;

static uint64_t draw(uint64_t below) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state % below;
}

typedef struct file {
    uint8_t *data;
    size_t length;
} file;

static file read_file(const char *path) {
    file made = {0};
    FILE *from = fopen(path, "rb");
    if (from == NULL || fseek(from, 0, SEEK_END) != 0) {
        give_up("cannot read", path);
    }
    made.length = (size_t)ftell(from);
    made.data = malloc(made.length);
    rewind(from);
    if (made.data == NULL || fread(made.data, 1, made.length, from) != made.length) {
        give_up("cannot read", path);
    }
    fclose(from);
    return made;
}

static void write_file(const char *path, const file *from) {
    FILE *to = fopen(path, "wb");
    if (to == NULL || fwrite(from->data, 1, from->length, to) != from->length || fclose(to) != 0) {
        give_up("cannot write", path);
    }
}

/* How many questions the store refused. */
static int ask_all(const char *path, const char *extension, bool sound, int64_t *rows) {
    int refused = 0;
    sqlite3 *store = NULL;
    if (open_store(path, extension, &store) != SQLITE_OK) {
        give_up("cannot open", path);
    }
    for (size_t i = 0; i < question_count; i++) {
        int code = read_all(store, questions[i], rows);
        if (code == SQLITE_DONE) {
            continue;
        }
        refused++;
        if (sound || (code & 0xff) == SQLITE_NOMEM || (code & 0xff) == SQLITE_MISUSE ||
            (code & 0xff) == SQLITE_INTERNAL) {
            give_up(questions[i], sqlite3_errmsg(store));
        }
    }
    if (sqlite3_close(store) != SQLITE_OK) {
        give_up("cannot close", sqlite3_errmsg(store));
    }
    return refused;
}

int main(int count, char **arguments) {
    if (count < 4) {
        give_up("usage", "load_sql EXTENSION STORE ROUNDS [SEED]");
    }
    char path[] = "/tmp/load_sql.XXXXXX";
    uint64_t seed = count > 4 ? strtoull(arguments[4], NULL, 10) : 0;
    seed = seed != 0 ? seed : (uint64_t)time(NULL) * 2654435761u + (uint64_t)getpid();
    state = seed;
    int64_t rows = 0;
    int refused = 0, descriptor = mkstemp(path);
    if (descriptor < 0) {
        give_up("cannot make", path);
    }
    close(descriptor);
    file sound = read_file(arguments[2]), turned = read_file(arguments[2]);
    printf("load_sql: seed %" PRIu64 "\n", seed);
    fflush(stdout);
    for (long round = 0; round <= atol(arguments[3]); round++) {
        memcpy(turned.data, sound.data, sound.length);
        for (uint64_t i = round == 0 ? 0 : 1 + draw(40); i > 0; i--) {
            turned.data[100 + draw(turned.length - 100)] ^= (uint8_t)(1u << draw(8));
        }
        write_file(path, &turned);
        refused += ask_all(path, arguments[1], round == 0, &rows);
    }
    free(sound.data);
    free(turned.data);
    unlink(path);
    printf("load_sql: %" PRId64 " rows read, %d questions refused\n", rows, refused);
    return 0;
}
