/* COCO import and export against cJSON: 1 M annotations, 12-vertex polygons, about 300 MB. Every side runs in a process
 * of its own (this program again), so that its peak memory is its own. */
#include "bench_support.h"

#include <cjson/cJSON.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CATEGORIES = 80, ON_IMAGE = 8, VERTICES = 12, WIDTH = 1920, HEIGHT = 1080 };

static const char workflow_json[] =
    "{\"start\":\"annotate\",\"stages\":["
    "{\"key\":\"annotate\",\"type\":\"ANNOTATION\",\"title\":\"Annotate\",\"edges\":{\"submit\":\"complete\"}},"
    "{\"key\":\"complete\",\"type\":\"DONE\",\"title\":\"Complete\"}]}";

/* What a child measured. */
typedef struct measured {
    double seconds[4], peak_mib;
    int64_t labels;
} measured;

/* ---- the file ---- */

static double random_share(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 11) / 9007199254740992.0;
}

/* Numbers of a file: with two decimals; as tools compute pixels of shares of the sides with four decimals; any doubles. */
typedef enum file_kind { DECIMALS, COMPUTED, RANDOM } file_kind;
static const char *const kind_names[] = {"2 decimals", "float64", "float64 at random"};

static double as_computed(double value, double side) {
    return (double)(int64_t)(value / side * 1e4) / 1e4 * side;
}

/* The shortest text that reads back as the double. */
static int64_t write_double(FILE *file, double value) {
    char text[32];
    int length = 0;
    for (int digits = 15; digits <= 17 && (length == 0 || strtod(text, NULL) != value); digits++) // NOLINT: exact
        length = snprintf(text, sizeof text, "%.*g", digits, value);
    return (int64_t)fwrite(text, 1, (size_t)length, file);
}

/* A ring around a centre. Returns the bytes of its polygon. */
static int64_t write_annotation(FILE *file, int64_t id, file_kind kind, uint64_t *state) {
    static const double cosines[] = {1, 0.866, 0.5, 0, -0.5, -0.866, -1, -0.866, -0.5, 0, 0.5, 0.866};
    double x = 100 + random_share(state) * (WIDTH - 200), y = 100 + random_share(state) * (HEIGHT - 200);
    double radius = 20 + random_share(state) * 60;
    fprintf(file,
            "%s{\"id\":%lld,\"image_id\":%lld,\"category_id\":%d,\"iscrowd\":0,\"area\":%.2f,\"bbox\":[%.2f,%.2f,%.2f,%"
            ".2f],"
            "\"segmentation\":",
            id == 1 ? "" : ",\n", (long long)id, (long long)((id - 1) / ON_IMAGE + 1),
            1 + (int)(random_share(state) * CATEGORIES), radius * radius * 3, x - radius, y - radius, radius * 2,
            radius * 2);
    int64_t written = fprintf(file, "[[");
    for (int i = 0; i < VERTICES; i++) {
        double length = radius * (0.7 + 0.3 * random_share(state));
        const double at[] = {x + length * cosines[i], y + length * cosines[(i + 9) % VERTICES]};
        for (int axis = 0; axis < 2; axis++) {
            const double side = axis == 0 ? WIDTH : HEIGHT;
            written += fprintf(file, i + axis == 0 ? "" : ",");
            written += kind == DECIMALS ? fprintf(file, "%.2f", at[axis])
                                        : write_double(file, kind == RANDOM ? at[axis] : as_computed(at[axis], side));
        }
    }
    written += fprintf(file, "]]");
    fputs("}", file);
    return written;
}

/* Returns the bytes of all polygons. */
static int64_t write_coco(const char *path, int64_t annotations, file_kind kind) {
    uint64_t state = 42;
    int64_t written = 0;
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    fputs("{\"info\":{\"description\":\"generated\"},\"categories\":[", file);
    for (int i = 1; i <= CATEGORIES; i++)
        fprintf(file, "%s{\"id\":%d,\"name\":\"class %d\",\"supercategory\":\"thing\"}", i == 1 ? "" : ",\n", i, i);
    fputs("],\n\"images\":[", file);
    for (int64_t i = 1; i <= (annotations + ON_IMAGE - 1) / ON_IMAGE; i++)
        fprintf(file, "%s{\"id\":%lld,\"file_name\":\"frame%09lld.jpg\",\"width\":%d,\"height\":%d}",
                i == 1 ? "" : ",\n", (long long)i, (long long)i, WIDTH, HEIGHT);
    fputs("],\n\"annotations\":[", file);
    for (int64_t id = 1; id <= annotations; id++)
        written += write_annotation(file, id, kind, &state);
    fputs("]}\n", file);
    if (fclose(file) != 0)
        exit(1);
    return written;
}

/* ---- the sides; each runs in a child ---- */

/* Ontology and dataset; project and tasks; labels; closing the store. */
static void run_import(const char *coco, const char *path, measured *out) {
    annoproj_store *store = NULL;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_table *brought = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    int64_t ontology = 0, dataset = 0, added = 0, tasks = 0;
    double began = bench_seconds();
    call.timeout_us = -1;
    bench_must(annoproj_store_create(path, NULL, NULL, &store, &error), error, "create");
    bench_must(annoproj_session_open(store, 0, NULL, NULL, &session, &error), error, "session");
    bench_must(annoproj_ontology_import_coco(session, "Classes", coco, NULL, &call, &ontology, &error), error,
               "ontology");
    bench_must(annoproj_dataset_create(session, "Images", NULL, NULL, &dataset, &error), error, "dataset");
    bench_must(annoproj_dataset_import_coco(session, dataset, coco, NULL, &call, &added, &error), error, "images");
    out->seconds[0] = bench_seconds() - began;
    bench_must(annoproj_project_create(session, "Bench", ontology, workflow_json, NULL, NULL, &project, &error), error,
               "project");
    bench_must(annoproj_project_attach_dataset(project, dataset, &call, &tasks, &error), error, "attach");
    out->seconds[1] = bench_seconds() - began - out->seconds[0];
    bench_must(annoproj_project_import_coco(project, coco, NULL, &call, &brought, &error), error, "labels");
    out->labels = annoproj_table_int64(brought, 0, annoproj_table_column_index(brought, "labels"));
    out->seconds[2] = bench_seconds() - began - out->seconds[0] - out->seconds[1];
    annoproj_table_free(brought);
    annoproj_project_close(project);
    annoproj_session_close(session);
    bench_must(annoproj_store_close(store, NULL, &error), error, "close");
    out->seconds[3] = bench_seconds() - began;
}

/* All of that in one call. */
static void run_import_once(const char *coco, const char *path, measured *out) {
    annoproj_store *store = NULL;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_table *brought = NULL;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    double began = bench_seconds();
    call.timeout_us = -1;
    bench_must(annoproj_store_create(path, NULL, NULL, &store, &error), error, "create");
    bench_must(annoproj_session_open(store, 0, NULL, NULL, &session, &error), error, "session");
    bench_must(annoproj_project_create_from_coco(session, "Bench", workflow_json, coco, NULL, &call, &project, &brought,
                                                 &error),
               error, "project");
    out->labels = annoproj_table_int64(brought, 0, annoproj_table_column_index(brought, "labels"));
    annoproj_table_free(brought);
    annoproj_project_close(project);
    annoproj_session_close(session);
    bench_must(annoproj_store_close(store, NULL, &error), error, "close");
    out->seconds[0] = bench_seconds() - began;
}

static void run_export(const char *path, const char *coco, measured *out) {
    annoproj_store *store = NULL;
    annoproj_session *session = NULL;
    annoproj_project *project = NULL;
    annoproj_export_options options = ANNOPROJ_EXPORT_OPTIONS_INIT;
    annoproj_call call = ANNOPROJ_CALL_INIT;
    annoproj_error *error = NULL;
    call.timeout_us = -1;
    options.path = coco;
    bench_must(annoproj_store_open(path, NULL, NULL, &store, &error), error, "open");
    bench_must(annoproj_session_open(store, 0, NULL, NULL, &session, &error), error, "session");
    bench_must(annoproj_project_open(session, 1, NULL, &project, &error), error, "project");
    double began = bench_seconds();
    bench_must(annoproj_project_export_coco(project, &options, &call, &out->labels, &error), error, "export");
    out->seconds[0] = bench_seconds() - began;
    annoproj_project_close(project);
    annoproj_session_close(session);
    bench_must(annoproj_store_close(store, NULL, &error), error, "close");
}

/* The baseline: read and parse; print into a file. The import is compared with parsing the same file, the export with
 * printing what it wrote. */
static void run_cjson(const char *coco, const char *written, measured *out) {
    struct stat facts;
    FILE *file = fopen(coco, "rb"), *to = fopen(written, "wb");
    double began = bench_seconds();
    if (!file || !to || stat(coco, &facts) != 0)
        exit(1);
    size_t length = (size_t)facts.st_size;
    char *text = malloc(length + 1);
    if (!text || fread(text, 1, length, file) != length)
        exit(1);
    text[length] = 0;
    cJSON *parsed = cJSON_ParseWithLength(text, length + 1);
    if (!parsed)
        exit(1);
    out->seconds[0] = bench_seconds() - began;
    free(text);
    fclose(file);
    out->labels = cJSON_GetArraySize(cJSON_GetObjectItemCaseSensitive(parsed, "annotations"));
    began = bench_seconds();
    char *printed = cJSON_PrintUnformatted(parsed);
    if (!printed || fwrite(printed, 1, strlen(printed), to) == 0 || fclose(to) != 0)
        exit(1);
    out->seconds[1] = bench_seconds() - began;
    cJSON_free(printed);
    cJSON_Delete(parsed);
}

static int child(char **arguments) {
    measured made = {0};
    struct rusage used;
    if (strcmp(arguments[1], "import") == 0)
        run_import(arguments[2], arguments[3], &made);
    else if (strcmp(arguments[1], "once") == 0)
        run_import_once(arguments[2], arguments[3], &made);
    else if (strcmp(arguments[1], "export") == 0)
        run_export(arguments[2], arguments[3], &made);
    else
        run_cjson(arguments[2], arguments[3], &made);
    getrusage(RUSAGE_SELF, &used);
    made.peak_mib = (double)used.ru_maxrss / 1024;
    FILE *file = fopen(arguments[4], "wb");
    if (!file || fwrite(&made, sizeof made, 1, file) != 1)
        return 1;
    return fclose(file);
}

static measured measure(const char *side, const char *from, const char *to) {
    char result[512];
    measured made;
    int status = 1;
    bench_path("measured", result);
    char *arguments[] = {"bench_coco", (char *)side, (char *)from, (char *)to, result, NULL};
    fflush(stdout);
    sync(); /* a side waits for what it writes, not for what the side before it left to the disk */
    pid_t process = fork();
    if (process == 0) {
        execv("/proc/self/exe", arguments);
        _exit(127);
    }
    if (process < 0 || waitpid(process, &status, 0) != process || status != 0) {
        fprintf(stderr, "%s failed\n", side);
        exit(1);
    }
    FILE *file = fopen(result, "rb");
    if (!file || fread(&made, sizeof made, 1, file) != 1)
        exit(1);
    fclose(file);
    return made;
}

/* ---- ratios ---- */

static double mebibytes(const char *path) {
    struct stat facts;
    return stat(path, &facts) == 0 ? (double)facts.st_size / 1048576 : 0;
}

static int64_t stored_geometry(const char *path) {
    int64_t bytes = 0;
    sqlite3 *store = NULL;
    sqlite3_stmt *sum = NULL;
    if (sqlite3_open_v2(path, &store, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(store, "SELECT sum(length(geometry)) FROM label", -1, &sum, NULL) != SQLITE_OK ||
        sqlite3_step(sum) != SQLITE_ROW)
        exit(1);
    bytes = sqlite3_column_int64(sum, 0);
    sqlite3_finalize(sum);
    sqlite3_close(store);
    return bytes;
}

static void compare(int64_t annotations, file_kind file) {
    char coco[512], store[512], written[512], printed[512];
    const bool decimals = file == DECIMALS;
    const char *kind = kind_names[file], *note = bench_note();
    bench_path(decimals ? "decimals.json" : "doubles.json", coco);
    bench_path(decimals ? "decimals.annoproj" : "doubles.annoproj", store);
    bench_path("written.json", written);
    bench_path("printed.json", printed);
    const int64_t geometry = write_coco(coco, annotations, file);
    measured once = measure("once", coco, store);
    remove(store);
    measured brought = measure("import", coco, store);
    measured taken = measure("export", store, written);
    measured base = measure("cjson", coco, printed), print = measure("cjson", written, printed);
    if (brought.labels != annotations || once.labels != annotations || taken.labels != annotations ||
        print.labels != annotations) {
        fprintf(stderr, "%lld annotations: %lld imported, %lld exported, %lld in the export\n", (long long)annotations,
                (long long)brought.labels, (long long)taken.labels, (long long)print.labels);
        exit(1);
    }
    printf("%lld annotations, %s, %.0f MiB%s: store %.0f MiB, export %.0f MiB\n", (long long)annotations, kind,
           mebibytes(coco), note, mebibytes(store), mebibytes(written));
    printf("geometry, %s%s: %.2f x its JSON text; goal <= 0.35%s\n", kind, note,
           (double)stored_geometry(store) / (double)geometry, file == RANDOM ? " (what tools write is above)" : "");
    printf("COCO import of labels, %s%s: %.2f x the speed of a cJSON parse (%.2f s / %.2f s); goal >= 2\n", kind, note,
           base.seconds[0] / brought.seconds[2], brought.seconds[2], base.seconds[0]);
    printf("COCO import, all, %s%s: %.2f x the speed of a cJSON parse (%.2f s: classes and images %.2f, project and "
           "tasks %.2f,"
           " labels %.2f)\n",
           kind, note, base.seconds[0] / brought.seconds[3], brought.seconds[3], brought.seconds[0], brought.seconds[1],
           brought.seconds[2]);
    printf(
        "COCO import, all in one call, %s%s: %.2f x the speed of a cJSON parse (%.2f s), peak %.0f MiB; goal <= 64\n",
        kind, note, base.seconds[0] / once.seconds[0], once.seconds[0], once.peak_mib);
    printf("COCO import, %s%s: peak %.0f MiB, cJSON %.0f MiB; goal <= 64\n", kind, note, brought.peak_mib,
           base.peak_mib);
    printf("COCO export, %s%s: %.2f x the speed of a cJSON print (%.2f s / %.2f s); goal >= %d\n", kind, note,
           print.seconds[1] / taken.seconds[0], taken.seconds[0], print.seconds[1], decimals ? 20 : 5);
    printf("COCO export, %s%s: peak %.0f MiB, cJSON %.0f MiB; goal <= 64\n", kind, note, taken.peak_mib,
           print.peak_mib);
    remove(coco);
    remove(store);
    remove(written);
    remove(printed);
}

int main(int argc, char **argv) {
    if (argc == 5)
        return child(argv);
    compare(bench_small() ? 50000 : 1000000, DECIMALS);
    compare(bench_small() ? 20000 : 250000, COMPUTED);
    compare(bench_small() ? 20000 : 250000, RANDOM);
    return 0;
}
